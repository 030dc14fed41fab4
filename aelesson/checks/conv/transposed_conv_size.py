"""`transposed_conv_size(...)`: the side behind a transposed convolution."""

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def transposed_conv_size(size, kernel, stride, padding, output_padding):
    return (size - 1) * stride - 2 * padding + kernel + output_padding


NAMES = ("size", "kernel", "stride", "padding", "output_padding")
LAYERS = [
    *[(5, 16, 7, 3, 2), (14, 3, 2, 1, 1), (14, 3, 2, 1, 0)],
    *[(1, 7, 1, 0, 0), (8, 2, 5, 0, 4), (6, 9, 4, 2, 3)],
]
CASES = [dict(zip(NAMES, layer, strict=True)) for layer in LAYERS]


check = Exercise(transposed_conv_size, lambda: CASES, returned())
check.mistakes(
    {
        "there are size - 1 steps between size places.": "(size - 1) -> size",
        "the stride is missing: the places lie stride apart.": "* stride ->",
        "the kernel is missing: the last place paints it.": "+ kernel ->",
        "one pixel is missing: with kernel - 1, add 1.": "+ kernel -> + kernel - 1",
        "the padding is cut off here: subtract it.": "- 2 * padding -> + 2 * padding",
        "the padding is cut off both sides: 2 * padding.": "2 * padding -> padding",
        "the padding is missing: subtract 2 * padding.": "- 2 * padding ->",
        "output_padding is there at one end: add it once.": edits(
            "+ output_padding", "{}", "", "+ 2 * output_padding", "- output_padding"
        ),
        "output_padding is not always 1, nor stride - 1: add the argument.": edits(
            "output_padding", "{}", "1", "stride - 1", "min(output_padding, 1)"
        ),
        "the gaps between painted pixels count.": "stride - -> min(kernel, stride) -",
        "the last place paints a kernel, also where the stride is longer.": (
            "+ kernel -> + max(kernel, stride)"
        ),
        "size * stride holds for some layers only: count what is painted.": [
            lambda n, k, s, p, o: n * s,
            lambda n, k, s, p, o: n * s + o,
            lambda n, k, s, p, o: n * s + 2 * p,
            lambda n, k, s, p, o: n * s - 2 * p + o,
        ],
        "this is the formula of a convolution: here the sides grow.": [
            lambda n, k, s, p, o: (n + 2 * p - k) // s + 1,
            lambda n, k, s, p, o: (n + 2 * p - k) // s + 1 + o,
        ],
    }
)
