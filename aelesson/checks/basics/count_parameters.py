"""`count_parameters(sizes)`: the weights and biases of a mirrored autoencoder."""

from itertools import pairwise

from aelesson.checks.engine import Exercise, returned


def mirror(sizes):
    return (*sizes, *sizes[-2::-1])


def count_parameters(sizes):
    path = mirror(sizes)
    return sum(n * m + m for n, m in pairwise(path))


SIZES = [
    (5, 5, 5, 3),
    (6, 4, 6, 2),
    (784, 128, 64, 32),
    (784, 32),
    (2, 1),
    (4099, 2048),
]
check = Exercise(count_parameters, lambda: [{"sizes": s} for s in SIZES], returned())


def by_pairs(count, pairs=pairwise):
    return lambda sizes: sum(count(n, m) for n, m in pairs(sizes))


def both(n, m):
    return 2 * n * m + n + m


def looked_up(sizes):
    return [(n, sizes[sizes.index(n) + 1]) for n in sizes[:-1]]


TWICE = "you counted the {}'s biases for both halves: the other half has other outputs."
HALF = "you counted only the {}'s biases: the other half has some, too."
OWN = "you counted the weights once for both halves: the decoder has its own."
TOO_MANY = "two biases for every size: pixels that go in have none, the code has one."
SEVERAL = (
    "equal sizes are counted once: are they looked up by value (set, dict, .index)?"
)
FIRST = "only the first pair counts: is `return` inside the loop, or `=` for `+=`?"
LAST = "only the last pair counts: write `+=`, not `=`, in the loop."
check.mistakes(
    {
        "the biases are missing: a layer has one per output.": "+ m ->",
        "you counted the biases of both sides: one per output.": "+ m -> + n + m",
        "you counted one bias per layer: one per output.": "+ m -> + 1",
        "you counted the encoder only: add the decoder, its mirror.": (
            "mirror(sizes) -> sizes"
        ),
        "you counted the decoder only: add the encoder.": (
            "mirror(sizes) -> sizes[::-1]"
        ),
        "there is no layer from code to code.": "mirror(sizes) -> sizes + sizes[::-1]",
        "the last layer is missing: it gives the pixels.": (
            "pairwise(path) -> pairwise(path[:-1])"
        ),
        "the first layer is missing: it takes the pixels.": (
            "pairwise(path) -> pairwise(path[1:])"
        ),
        "the last pair of sizes is missing.": "mirror(sizes) -> mirror(sizes[:-1])",
        "the first pair of sizes is missing.": "mirror(sizes) -> mirror(sizes[1:])",
        "only the outer sizes count in yours.": (
            "mirror(sizes) -> mirror(sizes[::len(sizes) - 1])"
        ),
        "you counted units: a layer has n * m + m parameters.": lambda s: sum(
            mirror(s)
        ),
        "the last layer's biases are missing.": "(path)) -> (path)) - sizes[0]",
        "the pixels that go in have no bias.": "(path)) -> (path)) + sizes[0]",
        TOO_MANY: "(path)) -> (path)) + sizes[0] + sizes[-1]",
        TWICE.format("encoder"): by_pairs(lambda n, m: 2 * (n * m + m)),
        TWICE.format("decoder"): by_pairs(lambda n, m: 2 * (n * m + n)),
        HALF.format("encoder"): by_pairs(lambda n, m: 2 * n * m + m),
        HALF.format("decoder"): by_pairs(lambda n, m: 2 * n * m + n),
        OWN: by_pairs(lambda n, m: n * m + n + m),
        SEVERAL: [
            by_pairs(both, looked_up),
            by_pairs(both, lambda s: set(pairwise(s))),
        ],
        FIRST: lambda sizes: both(*sizes[:2]),
        LAST: lambda sizes: both(*sizes[-2:]),
    }
)
