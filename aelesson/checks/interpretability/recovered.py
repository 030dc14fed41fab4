"""`recovered(decoder, features, least)`: the share of features with a latent each."""

from scipy.optimize import linear_sum_assignment
from torch.nn import functional as F

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits
from aelesson.checks.interpretability import directions


def recovered(decoder, features, least):
    a = F.normalize(decoder.double(), dim=1)
    b = F.normalize(features.double(), dim=1)
    cosines = a @ b.T  # (M, n)
    close = cosines >= least
    pairs = linear_sum_assignment(close.double(), maximize=True)
    count = int(close[pairs].sum())
    return count / len(b)


def cases():
    greedy = [[0.66, 0.62, 0.0], [0.75, 0.64, 0.0], [0.0, 0.3, -0.9]]
    shared = [[0.95, 0.25, 0.1], [0.9, 0.3, 0.2]]
    far = [[0.9, 0.4], [0.45, 0.05]]
    crowded = [[0.7, 0.69, 0.0], [0.0, 0.0, 0.8], [0.0, 0.0, 0.75]]
    both = [[0.7, 0.69], [0.05, 0.1], [0.1, 0.2]]
    hungry = [[0.71, 0.69, 0.0], [0.70, 0.1, 0.0], [0.0, 0.0, 0.8], [0.0, 0.1, 0.4]]
    summed = [[0.62, 0.58], [0.78, 0.61]]
    return [
        directions.known(summed, 0.6),
        directions.known(greedy, 0.63),
        directions.known(shared, 0.8),
        directions.known(far, 0.3),
        directions.known(crowded, 0.65),
        directions.known(both, 0.6),
        directions.known(hungry, 0.65),
        *(directions.drawn(*sizes) for sizes in SIZES),
    ]


SIZES = [
    (12, 12, 12, 0.6, 0.25),
    (30, 20, 6, 0.85, 0.15),
    (9, 25, 5, 0.9, 0.1),
    (60, 40, 10, 0.8, 0.2),
    (8, 8, 3, 0.7, 0.3),
]
ONE_EACH = (
    "a latent may serve one feature only: make pairs, so that no latent and no feature"
    " comes twice."
)
MOST = (
    "these pairs are not as many as possible: count pairs of at least `least` alone;\n"
    "how far above it they are does not matter."
)
ROWS = "directions stand in rows: divide each row by its length, and multiply by .T."
check = Exercise(
    recovered,
    cases,
    returned(),
    errors={
        "shapes cannot be multiplied": ROWS,
        "must match the size of tensor": ROWS,
        "infeasible": "-inf forbids a pair for ever: give bad pairs 0, good ones 1.",
    },
)


A = "F.normalize(decoder.double(), dim=1)"
B = "F.normalize(features.double(), dim=1)"
COUNT, FOUND = "count = int(close[pairs].sum())", "close.double(), maximize=True"
check.mistakes(
    {
        ONE_EACH: [
            f"{COUNT} -> count = int(close.any(0).sum())",
            f"{COUNT} -> count = int(min(close.any(0).sum(), close.any(1).sum()))",
        ],
        "latents are counted: which share of the features has a latent?": [
            f"{COUNT} -> count = int(close.any(1).sum())",
            f"{COUNT} -> count = int(close.any(1).sum());; len(b) -> len(a)",
        ],
        "pairs are counted, and a feature has more than one: one each.": (
            f"{COUNT} -> count = int(close.sum())"
        ),
        MOST: [
            f"{FOUND} -> cosines, maximize=True",
            f"{FOUND} -> cosines * close, maximize=True",
            *edits(
                COUNT,
                "count = directions.greedily(close, directions.{}(cosines))",
                *("by_size", "by_feature", "by_latent", "first_choices"),
            ),
            f"{COUNT} -> count = int(((cosines == cosines.amax(0)) & "
            "(cosines == cosines.amax(1, keepdim=True)) & close).sum())",
        ],
        "the pairs are made by their place: latents come in any order.": (
            f"{COUNT} -> count = int(close.diagonal().sum())"
        ),
        "linear_sum_assignment looks for the least sum: maximize=True.": [
            f"{FOUND} -> close.double()",
            f"{FOUND} -> cosines",
        ],
        "directions may have any length: divide both by theirs first.": [
            f"{A} -> decoder.double()",
            f"{B} -> features.double()",
            f"{A} -> decoder.double();; {B} -> features.double()",
        ],
        "divide by the length of a direction, and not by its square.": [
            f"{A} -> {square.format('decoder')};; {B} -> {square.format('features')}"
            for square in ("{0}.double() / {0}.double().square().sum(1, keepdim=True)",)
        ],
        "this is a correlation: for a cosine, take no mean off.": (
            "decoder.double() -> (decoder - decoder.mean(1, keepdim=True)).double();; "
            "features.double() -> (features - features.mean(1, keepdim=True)).double()"
        ),
        ROWS: [
            *edits("double(), dim=1", "double(), dim={}", "0"),
            "decoder.double(), dim=1 -> decoder.double(), dim=0",
        ],
        "the opposite direction is no partner: no abs(), no squares.": [
            *edits("cosines >=", "cosines.{} >=", "abs()"),
            "cosines >= least -> cosines.square() >= least**2",
        ],
        "cosines are compared with `least` itself.": [
            *edits(">= least", ">= {}", "least**2", "1 - least", "0", "least / 2"),
            *edits(">= least", "{} least", "<= 1 -", "> 0.9 + 0 *"),
        ],
        "the cosine must be at least `least`, not at most.": ">= -> <=",
        "divide by the number of features: no other number.": edits(
            "/ len(b)",
            "/ {}",
            *("len(a)", "max(len(a), len(b))", "min(len(a), len(b))"),
            *("a.shape[1]", "(len(a) + len(b))"),
        ),
        "this is their number: return the share.": "/ len(b) ->",
        "this is in percent: return the share.": "count / -> 100 * count /",
        "this is a mean cosine: count the pairs.": [
            f"{COUNT} -> count = float((cosines * close)[pairs].sum())",
            f"{COUNT} -> count = float(cosines.amax(0).sum())",
        ],
    }
)
