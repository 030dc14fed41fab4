"""The checks of lesson 01: count, build, train, evaluate, compress.

Three of the five exercises can go wrong in so many ways that they have modules of
their own.
"""

from dataclasses import dataclass
from math import prod

from aelesson.checks.basics_build import build_autoencoder, mirror, parameter_count
from aelesson.checks.basics_error import reconstruction_error
from aelesson.checks.basics_train import train_step
from aelesson.checks.expect import Mistakes, expect_close, expect_float, expect_int
from aelesson.checks.harness import Answer, call, check

__all__ = [
    "build_autoencoder",
    "compression_ratio",
    "count_parameters",
    "reconstruction_error",
    "train_step",
]

NETWORKS = ((784, 128, 64, 32), (784, 32), (10, 7, 3), (40, 12, 9, 5, 2))


@check(f"right on {len(NETWORKS)} networks")
def count_parameters(function: Answer) -> None:
    """Check `count_parameters(sizes)`: weights and biases of a mirrored MLP."""
    for sizes in NETWORKS:
        got = expect_int(call(function, sizes=sizes))
        expected = parameter_count(mirror(sizes))
        expect_close(got, expected, f"sizes = {sizes}", _miscounts(sizes))


def _miscounts(sizes: tuple[int, ...]) -> Mistakes:
    """Give each known mistake in counting its diagnosis and the count it leads to."""
    layers = mirror(sizes)
    encoder, decoder = parameter_count(sizes), parameter_count(sizes[::-1])
    weights, biases = parameter_count(layers, bias=False), sum(layers[1:])
    code_to_code = parameter_count((sizes[-1], sizes[-1]))
    per_output = "A layer has one bias per output."
    others = "layers have other outputs, so another number of biases."
    return {
        f"the biases are missing. {per_output}": weights,
        f"you counted the biases twice. {per_output}": weights + 2 * biases,
        f"you counted one bias per layer. {per_output}": weights + len(layers) - 1,
        "you counted the encoder only: add the decoder, its mirror.": encoder,
        "you counted the decoder only: add the encoder.": decoder,
        f"you counted the encoder's biases twice. The decoder's {others}": 2 * encoder,
        f"you counted the decoder's biases twice. The encoder's {others}": 2 * decoder,
        "you counted weights once for both halves: the decoder has its own.": (
            weights // 2 + biases
        ),
        "you counted a layer from code to code: the code comes once.": (
            encoder + decoder + code_to_code
        ),
        "the last layer is missing: the decoder ends with all the pixels.": (
            parameter_count(layers[:-1])
        ),
        "the first layer is missing: the encoder starts with all the pixels.": (
            parameter_count(layers[1:])
        ),
        "the last pair of sizes is missing: does your loop stop one too early?": (
            parameter_count(mirror(sizes[:-1]))
        ),
        "the first pair of sizes is missing: does your loop start one too late?": (
            parameter_count(mirror(sizes[1:]))
        ),
        "you counted units. A layer from n to m has n * m + m parameters.": sum(layers),
    }


@dataclass(frozen=True)
class _Case:
    """The arguments of `compression_ratio`, in the order of its signature."""

    image_shape: tuple[int, ...]
    latent_dim: int
    image_bits: int
    code_bits: int


CODES = (
    _Case((1, 28, 28), 10, 8, 32),
    _Case((3, 17, 5), 7, 12, 10),
    _Case((1, 28, 28), 784, 8, 32),  # larger than the image: below 1
    _Case((1, 3, 3), 23, 1, 32),  # much larger: rounding shows
)


@check(f"right on {len(CODES)} codes")
def compression_ratio(function: Answer) -> None:
    """Check `compression_ratio(image_shape, latent_dim, image_bits, code_bits)`."""
    for case in CODES:
        got = expect_float(call(function, **vars(case)))
        image = prod(case.image_shape) * case.image_bits
        expected = image / (case.latent_dim * case.code_bits)
        given = ", ".join(f"{name} = {value}" for name, value in vars(case).items())
        expect_close(got, expected, given, _misratios(case))


def _misratios(case: _Case) -> Mistakes:
    """Give each known mistake in the ratio its diagnosis and its value."""
    values, codes = prod(case.image_shape), case.latent_dim
    bits, code_bits = case.image_bits, case.code_bits
    ratio = values * bits / (codes * code_bits)
    whole_image = "An image has C * H * W values."
    return {
        "it is upside down: divide the image's bits by the code's.": 1 / ratio,
        "the bits are missing: count bits, not values.": values / codes,
        "the code's bits are missing: multiply by code_bits.": values * bits / codes,
        "the image's bits are missing: multiply by image_bits.": (
            values / (codes * code_bits)
        ),
        "image_bits and code_bits are swapped.": values * code_bits / (codes * bits),
        f"the channels are missing. {whole_image}": ratio / case.image_shape[0],
        f"you added up the sides. {whole_image}": (
            ratio * sum(case.image_shape) / values
        ),
        "you cut off the fraction: divide with `/`, not `//` or int().": ratio // 1,
        "you rounded the ratio: return it as it is.": tuple(
            round(ratio, digits) for digits in range(5)
        ),
        "brackets are missing: a / b * c is (a / b) * c, not a / (b * c).": (
            values * bits / codes * code_bits
        ),
        "is a number such as 784 or 8 written in your code? Use the arguments.": (
            784 * bits / (codes * code_bits),
            values * 8 / (codes * code_bits),
            values * bits / (codes * 32),
            values * 8 / (codes * 32),
            784 * 8 / (codes * 32),
        ),
        "this is the share saved: return how many times smaller it is.": 1 - 1 / ratio,
        "this is in percent: return the ratio itself.": 100 * ratio,
    }
