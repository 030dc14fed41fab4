"""`compression_ratio(image_shape, latent_dim, image_bits, code_bits)`: bits to bits."""

from itertools import combinations
from math import prod

from aelesson.checks.engine import Exercise, returned


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
ALL = "an image has C * H * W values."
CUT = "you cut off the fraction, or rounded: return a / b as it is."
LEVELS = "b bits make 2 ** b levels, but they are b bits: multiply."
BRACKETS = "brackets are missing: a / b * c is (a / b) * c."
FIXED = "is a number such as 784 or 8 written in your code? Use the arguments."
SWAPPED = "image_bits and code_bits are swapped."
LIMIT = "set no lower limit: a code may be larger than its image."
NUMBERS = ("prod(image_shape) -> 784", "image_bits -> 8", "code_bits -> 32")
check.mistakes(
    {
        f"the channels are missing: {ALL}": [
            "prod(image_shape) -> prod(image_shape[1:])",
            "prod(image_shape) -> prod(image_shape[-2:])",
        ],
        f"images need not be square: {ALL}": [
            "prod(image_shape) -> image_shape[0] * image_shape[1] ** 2",
            "prod(image_shape) -> image_shape[0] * image_shape[-1] ** 2",
        ],
        f"you added up the sides: {ALL}": "prod -> sum",
        "the bits are missing: count bits, not values.": (
            "* image_bits ->;; * code_bits ->"
        ),
        "divide by code_bits, too.": "* code_bits ->",
        SWAPPED: "* image_bits -> * code_bits;; * code_bits -> * image_bits",
        LEVELS: [
            "* image_bits -> * 2**image_bits",
            "* image_bits -> * 2**image_bits;; * code_bits -> * 2**code_bits",
        ],
        FIXED: [";; ".join(c) for n in (1, 2, 3) for c in combinations(NUMBERS, n)],
        BRACKETS: "image / code -> image / latent_dim * code_bits",
        CUT: [
            "image / code -> image // code",
            "image / code -> -(-image // code)",
            "image / code -> round(image / code)",
            "image / code -> image // latent_dim / code_bits",
            "image / code -> prod(image_shape) // latent_dim * image_bits / code_bits",
            (
                "image / code -> prod(image_shape) * (image_bits // code_bits) /"
                " latent_dim"
            ),
        ],
        LIMIT: [
            "image / code -> max(1.0, image / code)",
            "image / code -> max(1, image // code)",
        ],
        "this is upside down: the image's bits by the code's.": (
            "image / code -> code / image"
        ),
        "this is the share saved: how many times is it smaller?": (
            "image / code -> 1 - code / image"
        ),
        "this is in percent: return the ratio itself.": [
            "image / code -> 100 * image / code",
            "image / code -> 100 * code / image",
            "image / code -> 100 * (1 - code / image)",
        ],
        "this is a difference of bits: divide.": "image / code -> image - code",
    }
)
