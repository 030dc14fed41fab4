"""`count_parameters(sizes)`: the weights and biases of a mirrored autoencoder."""

from itertools import pairwise

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def mirror(sizes):
    return (*sizes, *sizes[-2::-1])


def count_parameters(sizes):
    path = mirror(sizes)
    return sum(n * m + m for n, m in pairwise(path))


WIDE = [(784, 128, 64, 32), (784, 32), (4099, 2048)]
SIZES = [(5, 5, 5, 3), (6, 4, 6, 2), (2, 1), *WIDE]
check = Exercise(count_parameters, lambda: [{"sizes": s} for s in SIZES], returned())


def both(pairs):
    return sum(2 * n * m + n + m for n, m in pairs)


def looked_up(sizes):
    return [(n, sizes[sizes.index(n) + 1]) for n in sizes[:-1]]


HALVES = "2 * (n * m + m)", "2 * (n * m + n)", "2 * n * m + m", "2 * n * m + n"
PAIR = "n * m + m for n, m in pairwise(path)"
check.mistakes(
    {
        "the biases are missing: a layer has one per output.": "+ m ->",
        "count one bias per output: not per layer, nor for both sides.": (
            edits("+ m", "+ {}", "n + m", 1)
        ),
        "this is one half alone: count the encoder and the decoder, its mirror.": (
            edits("mirror(sizes)", "{}", "sizes", "sizes[::-1]")
        ),
        "there is no layer from code to code.": "mirror(sizes) -> sizes + sizes[::-1]",
        "layers are missing, at an end or beside the code.": [
            *edits("pairwise(path)", "pairwise(path[{}])", ":-1", "1:"),
            *edits("mirror(sizes)", "mirror(sizes[{}])", ":-1", "1:"),
        ],
        "only the outer sizes count in yours.": (
            "mirror(sizes) -> mirror(sizes[::len(sizes) - 1])"
        ),
        "you counted units: a layer has n * m + m parameters.": lambda s: sum(
            mirror(s)
        ),
        "the last layer's biases are missing.": "(path)) -> (path)) - sizes[0]",
        "pixels that go in have no bias, and the code's count once.": (
            edits("(path))", "(path)) + {}", "sizes[0]", "sizes[0] + sizes[-1]")
        ),
        "both halves have weights and biases of their own, for other outputs.": [
            f"{PAIR} -> {count} for n, m in pairwise(sizes)"
            for count in (*HALVES, "n * m + n + m")
        ],
        "equal sizes count once: are they looked up by value (set, dict, .index)?": [
            lambda sizes: both(looked_up(sizes)),
            lambda sizes: both({*pairwise(sizes)}),
            lambda sizes: both(dict(pairwise(sizes)).items()),
            lambda sizes: both([p for p in pairwise(sizes) if p[0] != p[1]]),
        ],
        "one pair alone counts: is `return` inside the loop, or `=` there for `+=`?": [
            lambda sizes: both([sizes[:2]]),
            lambda sizes: both([sizes[-2:]]),
        ],
    }
)
