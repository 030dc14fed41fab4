"""`conv_size(size, kernel, stride, padding)`: the side behind a convolution."""

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def conv_size(size, kernel, stride, padding):
    room = size + 2 * padding - kernel
    return room // stride + 1


NAMES = ("size", "kernel", "stride", "padding")
LAYERS = [
    *[(20, 8, 3, 7), (28, 3, 2, 1), (27, 3, 2, 1), (7, 7, 1, 0), (11, 1, 4, 0)],
    *[(20, 5, 3, 4), (13, 4, 1, 2), (31, 6, 5, 3), (32, 7, 6, 4), (17, 4, 3, 1)],
]


CASES = [dict(zip(NAMES, layer, strict=True)) for layer in LAYERS]
check = Exercise(conv_size, lambda: CASES, returned())
PARTLY = "a kernel that fits only in part has no place: use //."
RESULT = "room // stride + 1"
check.mistakes(
    {
        "the padding is there on both sides: 2 * padding.": "2 * padding -> padding",
        "the padding is missing: add 2 * padding.": "2 * padding -> 0",
        "you subtract the padding: it makes the image larger.": edits(
            "+ 2 * padding", "- {}", "2 * padding", "padding"
        ),
        "the kernel is missing: it takes room, subtract it.": edits(
            "- kernel", "{}", "", "- 1"
        ),
        "no - 1 is needed: the kernel's last place counts.": "room // -> (room - 1) //",
        "the + 1 is missing: the first place counts, too.": "stride + 1 -> stride",
        "the + 1 belongs behind the division.": f"{RESULT} -> (room + 1) // stride",
        f"you round up: {PARTLY}": "room // stride -> -(-room // stride)",
        f"you round to the nearest: {PARTLY}": "room // stride -> round(room / stride)",
        "the stride is missing: divide the room by it.": edits(
            "// stride", "{}", "", "+ 1"
        ),
        "stride and padding are swapped.": [
            lambda n, k, s, p: conv_size(n, k, p, s),
            lambda n, k, s, p: conv_size(n, k, p or 1, s),
        ],
        "this is the formula of a transposed convolution.": (
            lambda n, k, s, p: (n - 1) * s - 2 * p + k
        ),
        "this holds for some kernels and paddings only: count the places.": [
            lambda n, k, s, p: n // s,
            lambda n, k, s, p: -(-n // s),
            lambda n, k, s, p: (n + 1) // s,
            lambda n, k, s, p: n // s + 1,
        ],
        "the padding makes the image larger: add it before you divide.": edits(
            RESULT, "(size - kernel) // stride + {} * padding", "1 + 2", "2", "1 + 1"
        ),
        "divide once: each part divided on its own loses what is left over.": [
            lambda n, k, s, p: n // s + 2 * p // s - k // s + 1,
            lambda n, k, s, p: (n + 2 * p) // s - k // s + 1,
            lambda n, k, s, p: (n - k) // s + 2 * p // s + 1,
        ],
    }
)
