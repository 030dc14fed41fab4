"""Layers that keep the vectors of a discrete code, and learn them.

A code is a vector `(B, D)`, or a map of them, `(B, D, H, W)`: each place of the map has
a vector of its own. Put such a layer in front of a decoder, `nn.Sequential(codebook,
decoder)`, and train with `bounds.vector_quantised`.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aelesson import require
from aelesson.quantise import MAPS, nearest_code, straight_through

EMPTY = 1e-9
"""Counts below which a mean of codes would be one of rounding errors."""


class Codebook(nn.Module):
    """Vectors that are learnt by the gradient of `quantise.vq_loss`, and by that alone.

    As a layer it puts the nearest vector in the place of each code, and hands the
    gradient on as `quantise.straight_through` does.

    Args:
        vectors: Where they start, `(K, D)`, such as `torch.randn(64, 8)`, or codes of
            some images.

    Raises:
        ValueError: If a value is not finite.
    """

    vectors: Tensor

    def __init__(self, vectors: Tensor) -> None:
        require.finite_tensor("vectors", vectors, "(K, D)")
        super().__init__()
        self._keep(vectors.detach().clone())

    def _keep(self, vectors: Tensor) -> None:
        self.vectors = nn.Parameter(vectors)

    def codes(self, z: Tensor) -> Tensor:
        """Return the places of the nearest vectors, int64 `(B, ...)`.

        Args:
            z: Codes `(B, D)`, or maps of them, `(B, D, H, W)`.

        Raises:
            ValueError: If `D` is not that of the codebook, or a value is not finite.
        """
        require.tensor("z", z, MAPS)
        rows = z.movedim(1, -1)
        found = nearest_code(rows.reshape(-1, z.shape[1]), self.vectors)
        return found.reshape(rows.shape[:-1])

    def look_up(self, codes: Tensor) -> Tensor:
        """Return the vectors at places `(B, ...)`: `(B, D, ...)`.

        Raises:
            ValueError: If a place is not in the codebook.
        """
        size = len(self.vectors)
        require.whole_numbers("codes", codes, "(...)", 0, size - 1)
        return F.embedding(codes.long(), self.vectors).movedim(-1, 1)

    def nearest(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return the nearest vectors, in the shape of `z`, and their places `(B, ...)`.

        Gradients go to the vectors, and not to `z`.
        """
        codes = self.codes(z)
        return self.look_up(codes), codes

    def forward(self, z: Tensor) -> Tensor:
        """Return the nearest vectors in place of codes, `(B, D)` or `(B, D, H, W)`."""
        return straight_through(z, self.nearest(z)[0])

    def extra_repr(self) -> str:
        """Name the number of vectors, and their size."""
        return "{}, {}".format(*self.vectors.shape)


class MovingCodebook(Codebook):
    r"""Vectors that move to the mean of the codes that chose them, without a gradient.

    In training, each pass counts how many codes chose a vector, and sums these codes;
    both fade by `decay`, and the vector is their ratio: $N_k \leftarrow \gamma N_k +
    (1 - \gamma) n_k$, $m_k \leftarrow \gamma m_k + (1 - \gamma) \sum z$,
    $e_k = m_k / N_k$. A vector that no code chooses stays where it is, but one whose
    count falls below `least` starts anew, at a code of the batch.

    Source: van den Oord et al. (2017), appendix A.1; new starts: Dhariwal et al.
    (2020), "Jukebox", section 3.1.

    Args:
        vectors: Where they start, `(K, D)`.
        decay: $\gamma$, in [0, 1).
        least: The count, in codes per batch, below which a vector counts as dead; 0 if
            none ever does.
        generator: Chooses the codes for new starts; by default PyTorch's global one.

    Raises:
        ValueError: If a value of `vectors` is not finite, or a number is outside its
            range.
    """

    counts: Tensor
    sums: Tensor

    def __init__(
        self,
        vectors: Tensor,
        decay: float = 0.99,
        least: float = 0.0,
        generator: torch.Generator | None = None,
    ) -> None:
        require.number("decay", decay, at_least=0, below=1)
        require.number("least", least, at_least=0)
        require.generator("generator", generator)
        super().__init__(vectors)
        self.decay, self.least, self.generator = decay, least, generator

    def _keep(self, vectors: Tensor) -> None:
        self.register_buffer("vectors", vectors)
        self.register_buffer("counts", torch.ones(len(vectors)).to(vectors))
        self.register_buffer("sums", vectors.clone())

    def nearest(self, z: Tensor) -> tuple[Tensor, Tensor]:
        """Return the nearest vectors and their places; in training, move after that."""
        quantised, codes = super().nearest(z)
        if self.training:
            rows = z.detach().movedim(1, -1).reshape(-1, z.shape[1])
            self._move(rows, codes.flatten())
        return quantised, codes

    @torch.no_grad()
    def _move(self, rows: Tensor, codes: Tensor) -> None:
        chosen = F.one_hot(codes, len(self.vectors)).to(rows)  # (rows, K)
        self.counts.lerp_(chosen.sum(0), 1 - self.decay)
        self.sums.lerp_(chosen.T @ rows, 1 - self.decay)
        alive = self.counts[:, None] > EMPTY
        moved = self.sums / self.counts[:, None].clamp_min(EMPTY)
        self.vectors.copy_(torch.where(alive, moved, self.vectors))
        self._restart(rows)

    def _restart(self, rows: Tensor) -> None:
        """Start the dead ones at codes of this batch.

        They have just the least count, so one that is not chosen goes on to another
        code at the next step.
        """
        dead = self.counts < self.least
        if not dead.any():
            return
        where = rows.device if self.generator is None else self.generator.device
        shape = (len(dead),)
        places = torch.randint(len(rows), shape, generator=self.generator, device=where)
        self.counts[dead] = self.least
        self.vectors[dead] = rows[places.to(rows.device)][dead]
        self.sums[dead] = self.least * self.vectors[dead]

    def extra_repr(self) -> str:
        """Name the number of vectors, their size, and how they move."""
        return f"{super().extra_repr()}, decay={self.decay:g}, least={self.least:g}"
