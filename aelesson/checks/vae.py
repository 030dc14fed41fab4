"""The checks of lesson 08: draw codes, price them, bound a likelihood, find a beta."""

from dataclasses import dataclass
from itertools import product

from aelesson.checks.expect import Mistakes, expect_close, expect_float
from aelesson.checks.harness import Answer, call, check
from aelesson.checks.vae_bounds import iwae_bound
from aelesson.checks.vae_codes import reparameterize, sample
from aelesson.checks.vae_losses import kl_to_standard_normal, negative_elbo

__all__ = [
    "effective_beta",
    "iwae_bound",
    "kl_to_standard_normal",
    "negative_elbo",
    "reparameterize",
    "sample",
]

SIZES = ((784, 20), (3072, 64), (12, 5), (4, 9))  # pixels and latent_dim


@dataclass(frozen=True)
class _Case:
    """The arguments of `effective_beta`, in the order of its signature."""

    reconstruction: str
    kl: str
    pixels: int
    latent_dim: int


CASES = tuple(
    _Case(reconstruction, kl, *sizes)
    for sizes in SIZES
    for reconstruction, kl in product(("mean", "sum"), repeat=2)
)


@check(f"right on {len(CASES)} losses")
def effective_beta(function: Answer) -> None:
    """Check `effective_beta(reconstruction, kl, pixels, latent_dim)`: a float."""
    for case in CASES:
        got = expect_float(call(function, **vars(case)))
        given = ", ".join(f"{name} = {value!r}" for name, value in vars(case).items())
        expect_close(got, _beta(case), given, _misbetas(case))


def _beta(case: _Case) -> float:
    beta = 1.0
    if case.reconstruction == "mean":
        beta *= case.pixels
    if case.kl == "mean":
        beta /= case.latent_dim
    return beta


def _misbetas(case: _Case) -> Mistakes:
    """Give each known mistake its diagnosis and the beta it leads to."""
    pixels, units = case.pixels, case.latent_dim
    mean_of_pixels, mean_of_units = case.reconstruction == "mean", case.kl == "mean"
    of_pixels = pixels if mean_of_pixels else 1
    of_units = units if mean_of_units else 1
    other_way = _Case(case.kl, case.reconstruction, pixels, units)
    swapped = _Case(case.reconstruction, case.kl, units, pixels)
    mistakes: dict[str, float] = {}
    if mean_of_pixels and mean_of_units:
        mistakes["this is 1, but two means do not cancel: their counts differ."] = 1.0
    if mean_of_pixels:
        mistakes["the mean over pixels makes the KL heavier: it counts, too."] = (
            1 / of_units
        )
    if mean_of_units:
        mistakes["the mean over units makes the KL lighter: it counts, too."] = float(
            of_pixels
        )
    return mistakes | {
        (
            "it is upside down, or pixels and latent_dim are swapped: divide the KL's "
            "weight by the reconstruction's."
        ): (of_units / of_pixels),
        "a mean over units divides the KL: you multiplied.": of_units * of_pixels,
        "a mean over pixels makes beta larger: you divided.": (
            1 / (of_units * of_pixels)
        ),
        "reconstruction and kl are swapped.": _beta(other_way),
        "pixels and latent_dim are swapped.": _beta(swapped),
        "you cut off the fraction: divide with `/`, not `//` or int().": (
            float(of_pixels // of_units)
        ),
        "this is the same for every loss: look at reconstruction and kl.": (
            pixels / units
        ),
        "is a number such as 784 or 20 written in your code? Use the arguments.": (
            _beta(_Case(case.reconstruction, case.kl, 784, 20))
        ),
    }
