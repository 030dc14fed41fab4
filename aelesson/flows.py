"""A prior that invertible maps bend: a normalising flow.

Source: Dinh, Sohl-Dickstein and Bengio (2017), "Density estimation using Real NVP".
"""

import torch
from torch import Tensor, nn

from aelesson import require
from aelesson.priors import CODES, Prior

STRETCH = 2.0  # no map stretches by more than exp(2), or shrinks by less than exp(-2)


class FlowPrior(Prior):
    r"""Another prior, bent by invertible maps that are learnt.

    $\log p(z) = \log p_0(f(z)) + \log |\det f'(z)|$, where $f$ is a chain of maps. Each
    leaves one half of the numbers as they are, and stretches and moves the others as a
    small network says of that half, so that it is undone by the same network, and its
    determinant is the product of the factors. Before training $f$ changes nothing.

    It can be learnt with the model, or afterwards, from the codes of a model that is
    trained. The halves and the first weights are drawn from PyTorch's global generator.

    Source: Dinh, Sohl-Dickstein and Bengio (2017).

    Args:
        base: The prior that is bent, which learns on; such as `MixturePrior` or
            `StandardNormal(20)`.
        couplings: How many maps. The second takes the other half than the first, the
            third and fourth are of new halves, and so on.
        hidden: The size of both hidden layers of each network.

    Raises:
        ValueError: If the size of a code of `base` is not known or below 2, `couplings`
            is below 2 or `hidden` below 1.
    """

    def __init__(self, base: Prior, couplings: int = 6, hidden: int = 128) -> None:
        require.model("base", base, Prior)
        require.whole("couplings", couplings, at_least=2)
        require.whole("hidden", hidden)
        if base.latent_dim is None or base.latent_dim < 2:
            raise ValueError(
                f"base has latent_dim {base.latent_dim}: a flow needs to know the size "
                "of a code, 2 or more, as in StandardNormal(20)"
            )
        super().__init__(base.latent_dim)
        self.base = base
        halves: list[Tensor] = []
        while len(halves) < couplings:
            order = torch.randperm(base.latent_dim)
            first = order[: base.latent_dim // 2]
            second = order[base.latent_dim // 2 :]
            halves += [first, second]
        self.couplings = nn.ModuleList(
            _Coupling(half, base.latent_dim, hidden) for half in halves[:couplings]
        )

    def log_prob(self, z: Tensor) -> Tensor:
        """Return the log-density of codes `(B, D)`: `(B,)`, in nats."""
        require.tensor("z", z, CODES)
        self._check_size(z)
        volume = torch.zeros_like(z[:, 0])
        for coupling in self.couplings:
            z, stretched = coupling(z)
            volume = volume + stretched
        return self.base.per_code(z) + volume

    @torch.no_grad()
    def sample(self, count: int, generator: torch.Generator | None = None) -> Tensor:
        """Draw so many codes, `(count, D)`, without a graph; see `Prior.sample`.

        Raises:
            ValueError: If `count` is below 1.
        """
        z = self.base.sample(count, generator)
        for coupling in reversed(self.couplings):
            assert isinstance(coupling, _Coupling)
            z = coupling.undo(z)
        return z

    def extra_repr(self) -> str:
        """Name the size of a code."""
        return f"latent_dim={self.latent_dim}"


class _Coupling(nn.Module):
    """Stretch and move some numbers of a code, as a network says of the others."""

    kept: Tensor
    moved: Tensor

    def __init__(self, kept: Tensor, latent_dim: int, hidden: int) -> None:
        super().__init__()
        others = torch.ones(latent_dim, dtype=torch.bool)
        others[kept] = False
        self.register_buffer("kept", kept)
        self.register_buffer("moved", others.nonzero()[:, 0])
        last = nn.Linear(hidden, 2 * len(self.moved))
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.network = nn.Sequential(
            nn.Linear(len(kept), hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            last,
        )

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return changed codes, and each one's logarithm of the determinant, `(B,)`."""
        log_factor, shift = self._said(z)
        changed = z[:, self.moved] * log_factor.exp() + shift
        return z.index_copy(1, self.moved, changed), log_factor.sum(dim=1)

    def undo(self, z: Tensor) -> Tensor:
        """Return the codes that `forward` changes into `z`."""
        log_factor, shift = self._said(z)
        back = (z[:, self.moved] - shift) * (-log_factor).exp()
        return z.index_copy(1, self.moved, back)

    def _said(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return logarithms of the factors and shifts, from the numbers that stay."""
        raw, shift = self.network(z[:, self.kept]).chunk(2, dim=1)
        return STRETCH * torch.tanh(raw / STRETCH), shift
