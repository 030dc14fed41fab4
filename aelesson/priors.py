"""What is said of codes before any image is seen: one choice of the model.

A prior has a log-density and draws codes. A `VAE` holds one: bounds, estimates and
samples follow it. One of your own is a `Prior` with `log_prob` and `sample`.
"""

import math

import torch
from torch import Tensor, nn

from aelesson import latent, layers, losses, require

CODES = "(B, D)"
LOG_2PI = math.log(2 * math.pi)


def normal_log_prob(z: Tensor, mean: Tensor, logvar: Tensor) -> Tensor:
    r"""Return the log-density of each code under a diagonal normal of its own.

    $-\frac{1}{2} \sum_d \frac{(z_d - \mu_d)^2}{\sigma_d^2} + \log\sigma_d^2 +
    \log 2\pi$

    Args:
        z: Codes, `(B, D)`.
        mean: $\mu$, the same shape.
        logvar: $\log\sigma^2$, the same shape.

    Returns:
        Shape `(B,)`, in nats.

    Raises:
        ValueError: If the shapes differ.
    """
    require.pair("mean", mean, "z", z, CODES)
    require.pair("logvar", logvar, "z", z, CODES)
    scaled = (z - mean).square() / logvar.exp()
    return -0.5 * (scaled + logvar + LOG_2PI).sum(dim=1)


def mixture_log_prob(z: Tensor, means: Tensor, logvars: Tensor) -> Tensor:
    r"""Return the log-density of codes under a mixture of normals of equal weight.

    $\log \frac{1}{K} \sum_k \mathcal{N}(z; \mu_k, \sigma_k^2)$, summed without
    overflow: far from all normals it is finite, too.

    Args:
        z: Codes, `(B, D)`.
        means: $\mu_k$, `(K, D)`.
        logvars: $\log\sigma_k^2$, the same shape.

    Returns:
        Shape `(B,)`, in nats. Time and memory grow as `B` x `K` x `D`.

    Raises:
        ValueError: If these are not codes and normals of one size `D`.
    """
    require.tensor("z", z, CODES)
    require.pair("logvars", logvars, "means", means, "(K, D)")
    if z.shape[1] != means.shape[1]:
        raise ValueError(
            f"z has shape {tuple(z.shape)} and means {tuple(means.shape)}: they must "
            "have the same size of code, dimension 1"
        )
    scaled = (z[:, None] - means).square() / logvars.exp()  # (B, K, D)
    each = -0.5 * (scaled + logvars + LOG_2PI).sum(dim=2)
    return each.logsumexp(dim=1) - math.log(len(means))


class Prior(nn.Module):
    """A distribution of codes.

    Args:
        latent_dim: The size `D` of a code.

    Raises:
        ValueError: If it is below 1.
    """

    def __init__(self, latent_dim: int) -> None:
        super().__init__()
        require.whole("latent_dim", latent_dim)
        self.latent_dim: int | None = latent_dim

    def log_prob(self, z: Tensor) -> Tensor:
        """Return the log-density of codes `(B, D)`: `(B,)`, in nats."""
        raise NotImplementedError(f"{type(self).__name__} has no log_prob")

    def sample(self, count: int, generator: torch.Generator | None = None) -> Tensor:
        """Draw so many codes, `(count, D)`.

        Args:
            count: How many.
            generator: Draws them; by default PyTorch's global one.
        """
        raise NotImplementedError(f"{type(self).__name__} has no sample")

    def per_code(self, z: Tensor) -> Tensor:
        """Return `log_prob`, and refuse one that is not one value per code.

        Raises:
            ValueError: If `log_prob` does not give `(B,)`, or the codes are of another
                size than the prior's.
        """
        require.tensor("z", z, CODES)
        self._check_size(z)
        values = self.log_prob(z)
        if values.shape != z.shape[:1]:
            raise ValueError(
                f"{type(self).__name__}.log_prob returned shape {tuple(values.shape)} "
                f"for {len(z)} codes; it must be one value per code, ({len(z)},), "
                "summed over the numbers of each"
            )
        return values

    def kl(self, z: Tensor, mean: Tensor, logvar: Tensor) -> Tensor:
        r"""Estimate the KL divergence of each posterior from the prior by one draw.

        $\log q(z \mid x) - \log p(z)$ with $z \sim q(z \mid x)$: right on average, and
        negative for some draws. A prior that has a closed form gives that instead.

        Args:
            z: Codes, one drawn from each posterior, `(B, D)`.
            mean: The posteriors' means, the same shape.
            logvar: Their log-variances, the same shape.

        Returns:
            Shape `(B,)`, in nats per image.

        Raises:
            ValueError: If the shapes differ, or as `per_code`.
        """
        return normal_log_prob(z, mean, logvar) - self.per_code(z)

    def _check_size(self, z: Tensor) -> None:
        if self.latent_dim not in (None, z.shape[1]):
            raise ValueError(
                f"z has shape {tuple(z.shape)}; the codes of {type(self).__name__} "
                f"have latent_dim {self.latent_dim}"
            )


class StandardNormal(Prior):
    """Normal codes of mean 0 and variance 1: the usual prior, with nothing to learn.

    Args:
        latent_dim: The size `D` of a code. Only `sample` needs it.
    """

    def __init__(self, latent_dim: int | None = None) -> None:
        super().__init__(1 if latent_dim is None else latent_dim)
        self.latent_dim = latent_dim

    def log_prob(self, z: Tensor) -> Tensor:
        """Return the log-density of codes `(B, D)`: `(B,)`, in nats."""
        require.tensor("z", z, CODES)
        self._check_size(z)
        return -0.5 * (z.square() + LOG_2PI).sum(dim=1)

    def sample(self, count: int, generator: torch.Generator | None = None) -> Tensor:
        """Draw so many codes, `(count, D)`; see `Prior.sample`.

        Raises:
            ValueError: If `count` is below 1, or `latent_dim` was not given.
        """
        require.whole("count", count)
        require.generator("generator", generator)
        if self.latent_dim is None:
            raise ValueError(
                "latent_dim is None, so the size of a code is not known: use "
                "StandardNormal(latent_dim), or latent.sample"
            )
        return latent.normal_like(torch.empty(count, self.latent_dim), generator)

    def kl(self, z: Tensor, mean: Tensor, logvar: Tensor) -> Tensor:
        """Return the KL divergence in closed form, `losses.kl_to_standard_normal`.

        Args:
            z: Codes `(B, D)`, which the closed form does not need.
            mean: The posteriors' means, the same shape.
            logvar: Their log-variances, the same shape.
        """
        require.pair("mean", mean, "z", z, CODES)
        self._check_size(z)
        return losses.kl_to_standard_normal(mean, logvar)

    def extra_repr(self) -> str:
        """Name the size of a code, where it is known."""
        return "" if self.latent_dim is None else f"latent_dim={self.latent_dim}"


class MixturePrior(Prior):
    """A mixture of normals of equal weight, whose places and widths are learnt.

    Args:
        means: Where they start, `(K, D)`, such as `torch.randn(10, 20)`. Equal ones
            would stay equal.
        logvars: Their log-variances, the same shape; by default 0, a width of 1.

    Raises:
        ValueError: If the shapes differ, or a value is not finite.
    """

    def __init__(self, means: Tensor, logvars: Tensor | None = None) -> None:
        require.finite_tensor("means", means, "(K, D)")
        logvars = torch.zeros_like(means) if logvars is None else logvars
        require.pair("logvars", logvars, "means", means, "(K, D)")
        require.finite("logvars", logvars)
        super().__init__(means.shape[1])
        self.means = nn.Parameter(means.detach().clone())
        self.logvars = nn.Parameter(logvars.detach().clone())

    def log_prob(self, z: Tensor) -> Tensor:
        """Return the log-density of codes `(B, D)`: `(B,)`, in nats."""
        return mixture_log_prob(z, self.means, self.logvars)

    def sample(self, count: int, generator: torch.Generator | None = None) -> Tensor:
        """Draw so many codes, `(count, D)`, without a graph; see `Prior.sample`.

        Raises:
            ValueError: If `count` is below 1.
        """
        return _mixture_sample(count, self.means, self.logvars, generator)

    def extra_repr(self) -> str:
        """Name how many normals there are, and the size of a code."""
        return f"components={len(self.means)}, latent_dim={self.latent_dim}"


class VampPrior(Prior):
    """The mixture of the encoder's own posteriors at learnt pseudo-inputs.

    It stays where the posteriors are, as it moves with the encoder. Pseudo-inputs are
    free to leave the range of images.

    Source: Tomczak and Welling (2018), "VAE with a VampPrior", equation 9.

    Args:
        encoder: That of the model, `(B, ...) -> (B, 2 D)`: the same one, not a copy.
        pseudo_inputs: Where they start, `(K, ...)`, such as some training images.

    Raises:
        ValueError: If a pseudo-input does not go through the encoder, or that does not
            give means and log-variances.
    """

    def __init__(self, encoder: nn.Module, pseudo_inputs: Tensor) -> None:
        require.model("encoder", encoder)
        require.finite_tensor("pseudo_inputs", pseudo_inputs)
        with torch.no_grad():
            both = layers.through("pseudo_inputs", pseudo_inputs, encoder)
        if both.dim() != 2 or both.shape[1] % 2:
            raise ValueError(
                f"encoder returned shape {tuple(both.shape)}; it must be (K, 2 D), "
                "means and log-variances"
            )
        super().__init__(both.shape[1] // 2)
        self.encoder = encoder
        self.pseudo_inputs = nn.Parameter(pseudo_inputs.detach().clone())

    def log_prob(self, z: Tensor) -> Tensor:
        """Return the log-density of codes `(B, D)`: `(B,)`, in nats."""
        return mixture_log_prob(z, *self._normals())

    def sample(self, count: int, generator: torch.Generator | None = None) -> Tensor:
        """Draw so many codes, `(count, D)`, without a graph; see `Prior.sample`.

        Raises:
            ValueError: If `count` is below 1.
        """
        with torch.no_grad():
            return _mixture_sample(count, *self._normals(), generator)

    def extra_repr(self) -> str:
        """Name how many pseudo-inputs there are."""
        return f"components={len(self.pseudo_inputs)}"

    def _normals(self) -> tuple[Tensor, Tensor]:
        means, logvars = self.encoder(self.pseudo_inputs).chunk(2, dim=1)
        return means, logvars


@torch.no_grad()
def _mixture_sample(
    count: int, means: Tensor, logvars: Tensor, generator: torch.Generator | None
) -> Tensor:
    """Choose a normal for each code, all equally likely, and draw from it."""
    require.whole("count", count)
    require.generator("generator", generator)
    where = means.device if generator is None else generator.device
    chosen = torch.randint(len(means), (count,), generator=generator, device=where)
    chosen = chosen.to(means.device)
    return latent.reparameterize(means[chosen], logvars[chosen], generator)
