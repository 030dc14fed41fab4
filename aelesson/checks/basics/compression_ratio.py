"""`compression_ratio(image_shape, latent_dim, image_bits, code_bits)`: bits to bits."""

from itertools import combinations
from math import prod

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def compression_ratio(image_shape, latent_dim, image_bits, code_bits):
    image = prod(image_shape) * image_bits
    code = latent_dim * code_bits
    return image / code


NAMES = ("image_shape", "latent_dim", "image_bits", "code_bits")
IMAGES = [
    *[((1, 3, 3), 23, 1, 32), ((3, 17, 5), 7, 12, 10), ((1, 28, 28), 32, 8, 32)],
    *[((1, 28, 28), 784, 8, 32), ((3, 2, 4), 1, 16, 16), ((8, 4), 4, 8, 8)],
]


def cases():
    return [dict(zip(NAMES, each, strict=True)) for each in IMAGES]


check = Exercise(compression_ratio, cases, returned())
NUMBERS = ("prod(image_shape) -> 784", "image_bits -> 8", "code_bits -> 32")
RATIO = "image / code"
VALUES = "prod(image_shape)"
check.mistakes(
    {
        "an image has C * H * W values, with all channels, and may be no square.": [
            *edits(VALUES, "prod(image_shape[{}])", "1:", "-2:"),
            *edits(VALUES, "image_shape[0] * image_shape[{}] ** 2", 1, -1),
            "prod -> sum",
        ],
        "the bits are missing: count bits, not values.": (
            "* image_bits ->;; * code_bits ->"
        ),
        "divide by code_bits, too.": "* code_bits ->",
        "b bits make 2 ** b levels, but they are b bits: multiply.": [
            "* image_bits -> * 2**image_bits",
            "* image_bits -> * 2**image_bits;; * code_bits -> * 2**code_bits",
        ],
        "is a number such as 784 or 8 written in your code? Use the arguments.": [
            ";; ".join(c) for n in (1, 2, 3) for c in combinations(NUMBERS, n)
        ],
        "brackets are missing: a / b * c is (a / b) * c.": (
            f"{RATIO} -> image / latent_dim * code_bits"
        ),
        "you cut off the fraction, or rounded: return a / b as it is.": [
            *edits(
                RATIO, "{}", "image // code", "-(-image // code)", f"round({RATIO})"
            ),
            f"{RATIO} -> image // latent_dim / code_bits",
            f"{RATIO} -> {VALUES} // latent_dim * image_bits / code_bits",
            f"{RATIO} -> {VALUES} * (image_bits // code_bits) / latent_dim",
        ],
        "set no lower limit: a code may be larger than its image.": (
            edits(RATIO, "max(1, {})", RATIO, "image // code")
        ),
        "upside down: the image's bits by the code's.": f"{RATIO} -> code / image",
        "this is the share saved: how many times is it smaller?": (
            f"{RATIO} -> 1 - code / image"
        ),
        "this is a difference of bits: divide.": f"{RATIO} -> image - code",
    }
)
