"""Discrete codes: nearest vectors of a codebook, scalar levels, and draws of a class.

A choice has no gradient; each way round that is one function. `codebooks` has the
layers that keep and learn vectors.
"""

from collections.abc import Sequence
from math import prod

import torch
from torch import Tensor, nn

from aelesson import require

CODES = "(B, D)"
MAPS = "(B, ...)"  # a code (B, D), or a map of them (B, D, H, W)


def nearest_code(z: Tensor, codebook: Tensor) -> Tensor:
    r"""Return the place of the vector that is nearest to each code.

    $\arg\min_k \lVert z - e_k \rVert$; the first one, if several are equally near.

    Source: van den Oord, Vinyals and Kavukcuoglu (2017), "Neural discrete
    representation learning", equation 1.

    Args:
        z: Codes, `(B, D)`.
        codebook: The vectors $e_k$, `(K, D)`.

    Returns:
        Places from 0 to `K` - 1, int64 `(B,)`.

    Raises:
        ValueError: If the two differ in `D`, or a value is not finite, near which
            nothing is.
    """
    require.finite_tensor("z", z, CODES)
    require.finite_tensor("codebook", codebook, "(K, D)")
    if z.shape[1] != codebook.shape[1]:
        raise ValueError(
            f"z has shape {tuple(z.shape)} and codebook {tuple(codebook.shape)}: they "
            "must have the same size of code, dimension 1"
        )
    exact = "donot_use_mm_for_euclid_dist"  # the other way mistakes near ties
    with torch.no_grad():
        return torch.cdist(z, codebook.to(z), compute_mode=exact).argmin(dim=1)


def straight_through(z: Tensor, quantised: Tensor) -> Tensor:
    r"""Return the quantised codes, and hand their gradient on to `z` unchanged.

    $z + \mathrm{sg}(\hat{z} - z)$: forwards it is $\hat{z}$; backwards, as if nothing
    had been quantised. The vectors of a codebook get no gradient from it.

    Source: Bengio, Léonard and Courville (2013), "Estimating or propagating gradients
    through stochastic neurons"; van den Oord et al. (2017), section 3.2.

    Args:
        z: Codes of any shape.
        quantised: What is put in their place, the same shape.

    Raises:
        ValueError: If the shapes differ.
    """
    require.pair("z", z, "quantised", quantised, "(...)")
    return z + (quantised - z).detach()


def vq_loss(z: Tensor, quantised: Tensor, commitment: float) -> Tensor:
    r"""Return what draws codes and vectors of the codebook together.

    $\lVert \mathrm{sg}(z) - e \rVert^2 + \beta\, \lVert z - \mathrm{sg}(e) \rVert^2$,
    summed over the values of an image; sg stops the gradient. The first term moves the
    vectors to the codes, the second one the codes to the vectors, lest they run away.

    Source: van den Oord et al. (2017), equation 3.

    Args:
        z: What the encoder gave, `(B, D, ...)`.
        quantised: The nearest vectors, the same shape.
        commitment: $\beta$, 0 or more; 0.25 in the source.

    Returns:
        A scalar, the mean over images, in squared units of the code.

    Raises:
        ValueError: If the shapes differ, or `commitment` is negative.
    """
    require.pair("z", z, "quantised", quantised, MAPS)
    require.number("commitment", commitment, at_least=0)
    to_codes = (z.detach() - quantised).square().flatten(1).sum(1)
    to_vectors = (z - quantised.detach()).square().flatten(1).sum(1)
    return (to_codes + commitment * to_vectors).mean()


def perplexity(codes: Tensor, size: int) -> float:
    r"""Return how many vectors are used, as if all of these were used equally often.

    $\exp(-\sum_k p_k \log p_k)$ with the share $p_k$ of the codes that are $k$.

    Args:
        codes: Places in a codebook, whole numbers of any shape.
        size: The number of its vectors, `K`.

    Returns:
        From 1, where all codes are the same, to `size`.

    Raises:
        ValueError: If there is no code, or one is not from 0 to `size` - 1.
    """
    require.whole("size", size)
    require.whole_numbers("codes", codes, "(...)", 0, size - 1)
    shares = codes.flatten().long().bincount(minlength=size) / codes.numel()
    return float(torch.special.entr(shares.double()).sum().exp())


def finite_scalar(z: Tensor, levels: Sequence[int]) -> Tensor:
    r"""Round each number of a code to one of a few levels from -1 to 1.

    With $b = \frac{1}{2} (L - 1) (\tanh z + 1)$, the code is $2\, \mathrm{round}(b) /
    (L - 1) - 1$, with the gradient of $2 b / (L - 1)$. No vectors are learnt, and
    so none dies.

    Source: Mentzer et al. (2024), "Finite scalar quantization: VQ-VAE made simple",
    section 3.1; theirs shifts an even number of levels, so that 0 is one of them.

    Args:
        z: Codes, `(B, D)`, or maps of them, `(B, D, H, W)`.
        levels: $L$ for each of the `D` numbers, 2 or more.

    Returns:
        The same shape, in [-1, 1].

    Raises:
        ValueError: If there are not `D` levels, or one is below 2.
    """
    steps = _steps(z, levels)
    bounded = steps * (z.tanh() + 1) / 2
    return 2 * straight_through(bounded, bounded.round()) / steps - 1


def _steps(z: Tensor, levels: Sequence[int]) -> Tensor:
    """Return how many steps lie between -1 and 1, `(D, 1, ...)`."""
    require.tensor("z", z, MAPS)
    for each in require.sequence("levels", levels, "whole numbers"):
        require.whole("a number in levels", each, at_least=2)
    if len(levels) != z.shape[1]:
        raise ValueError(
            f"levels is {tuple(levels)}, {len(levels)} numbers, and z has shape "
            f"{tuple(z.shape)}: there must be one for each of dimension 1"
        )
    return torch.tensor(levels).to(z).reshape(-1, *[1] * (z.dim() - 2)) - 1


class FiniteScalar(nn.Module):
    """`finite_scalar` as a layer, in front of a decoder.

    Args:
        levels: How many for each number of a code.

    Attributes:
        size: How many codes there are, the product of the levels.

    Raises:
        ValueError: If one is below 2.
    """

    def __init__(self, levels: Sequence[int]) -> None:
        super().__init__()
        require.sizes("levels", levels)
        self.levels = tuple(int(each) for each in levels)
        _steps(torch.zeros(1, len(levels)), levels)
        self.size = prod(self.levels)

    def codes(self, z: Tensor) -> Tensor:
        """Return one number for each code, from 0 to `size` - 1: int64 `(B, ...)`.

        Raises:
            ValueError: If `D` is not the number of levels, or a value is not finite.
        """
        require.finite_tensor("z", z, MAPS)
        steps = _steps(z, self.levels)
        with torch.no_grad():
            places = (steps * (z.tanh() + 1) / 2).round().long()  # (B, D, ...)
        number = torch.zeros_like(places[:, 0])
        for place, count in zip(places.unbind(1), self.levels, strict=True):
            number = number * count + place
        return number

    def look_up(self, codes: Tensor) -> Tensor:
        """Return the levels that numbers `(B, ...)` stand for: `(B, D, ...)`.

        Raises:
            ValueError: If a number is not from 0 to `size` - 1.
        """
        require.whole_numbers("codes", codes, "(...)", 0, self.size - 1)
        left, found = codes.long(), []
        for count in reversed(self.levels):
            found.append(2 * (left % count) / (count - 1) - 1)
            left = left // count
        return torch.stack(found[::-1], dim=1)

    def forward(self, z: Tensor) -> Tensor:
        """Return codes on their levels, `(B, D)` or `(B, D, H, W)`."""
        return finite_scalar(z, self.levels)

    def extra_repr(self) -> str:
        """Name the levels."""
        return ", ".join(map(str, self.levels))


def gumbel_softmax(
    logits: Tensor, temperature: float, generator: torch.Generator | None = None
) -> Tensor:
    r"""Draw nearly one class for each row, so that gradients pass to the logits.

    $\mathrm{softmax}((a + g) / \tau)$ with Gumbel noise $g = -\log(-\log u)$. The
    largest value falls on each class with its probability, at any temperature; near 0
    it is all there is. `straight_through(soft, hard)` makes it one class forwards.

    Source: Jang, Gu and Poole (2017), "Categorical reparameterization with
    Gumbel-softmax", equation 2; Maddison, Mnih and Teh (2017).

    Args:
        logits: $a$, `(B, K)`.
        temperature: $\tau$, above 0.
        generator: Draws the noise; by default PyTorch's global one.

    Returns:
        Shape `(B, K)`, above 0; each row sums to 1.

    Raises:
        ValueError: If these are not logits of at least one row, or the temperature is
            not above 0.
    """
    require.tensor("logits", logits, "(B, K)")
    require.number("temperature", temperature, above=0)
    require.generator("generator", generator)
    where = logits.device if generator is None else generator.device
    waits = torch.empty(logits.shape, dtype=logits.dtype, device=where)
    noise = -waits.exponential_(generator=generator).log()
    return ((logits + noise.to(logits.device)) / temperature).softmax(dim=1)
