"""`bernoulli_entropy(x)`: the lowest BCE that each image allows, with 0 log 0 = 0."""

import torch
from torch.special import entr

from aelesson.checks.engine import Exercise, Finding, returned
from aelesson.checks.losses.images import BATCHES, ERRORS, REDUCE, exact_far_out, total


def both(x):
    return entr(x) + entr(1 - x)


def bernoulli_entropy(x, *, price=both, reduce=total):
    return reduce(price(x))


def cases():
    rows = [[0.5, 0.25, 0.75, 0.5], [0.0, 1.0, 0.5, 0.25], [1.0, 1.0, 0.0, 0.0]]
    found = [{"x": torch.tensor([[0.5]])}, {"x": torch.tensor(rows)}]
    for shape, dtype in BATCHES:
        found.append({"x": 0.02 + 0.96 * torch.rand(shape, dtype=dtype)})
    for dtype in (torch.float32, torch.float64):
        x = 0.02 + 0.96 * torch.rand(4, 1, 28, 28, dtype=dtype)
        x[1:] = torch.stack([x[1].round(), 0 * x[2], 0 * x[3] + 1])
        found.append({"x": x})
    return found


def with_black_or_white(x):
    return ((x == 0) | (x == 1)).flatten(1).any(1)


CAUSES = {
    "nan": "a black or white one gives nan: for torch, 0 * log(0) is nan.\n"
    "Here it counts as 0: torch.xlogy(x, x) knows that.",
    "wiped out": "one that is black or white wipes out its image: is nan replaced\n"
    "after the sum? Mend each pixel before it, or use torch.xlogy(x, x).",
    "cut": "an image with black and white ones has {:.3g}, expected {:.3g}.\nDoes an "
    "epsilon or a clamp add up, perhaps inside a function of PyTorch? torch.xlogy(x, x)"
    " needs none.",
}


def inexact(at, got, right, case):
    cause = "nan" if got != got else "wiped out" if got == 0 else "cut"
    says = CAUSES[cause].format(got, right)
    return Finding(cause, f"right for grey pixels, but {says}")


seen = returned(dtype=True)
seen = exact_far_out(seen, bernoulli_entropy, with_black_or_white, inexact)
check = Exercise(bernoulli_entropy, cases, seen, errors=ERRORS)


def with_epsilon(tiny):
    return lambda x: -x * (x + tiny).log() - (1 - x) * (1 - x + tiny).log()


check.mistakes(
    price={
        "the second half is missing: (1 - x) log(1 - x).": entr,
        "the first half is missing: x log x.": lambda x: entr(1 - x),
        "one half has the wrong sign: both are subtracted.": (
            lambda x: entr(x) - entr(1 - x)
        ),
        "weigh each logarithm: x log x, not log x alone.": (
            lambda x: -x.log() - (1 - x).log()
        ),
        "x and 1 - x are crossed: each is multiplied by its own logarithm.": [
            lambda x: -x * (1 - x).log() - (1 - x) * x.log(),
            lambda x: -torch.xlogy(x, 1 - x) - torch.xlogy(1 - x, x),
        ],
        "this is the variance, x (1 - x): take logarithms.": lambda x: x * (1 - x),
        "you took the pixels for logits: x is the probability of white itself.": [
            lambda x: both(x.sigmoid()),
            lambda x: torch.nn.functional.softplus(x) - x * x,
        ],
        "you rounded the pixels: leave them grey.": lambda x: both(x.round()),
        "an epsilon changes grey pixels, too: torch.xlogy has none.": [
            *map(with_epsilon, (0.1, 0.01, 1e-3, 1e-4)),
        ],
    },
    reduce=REDUCE,
)
check.mistake(
    "you took the pixels for shares of one whole: each pixel has two outcomes.",
    lambda x: total(entr(x.flatten(1) / total(x)[:, None])),
)
