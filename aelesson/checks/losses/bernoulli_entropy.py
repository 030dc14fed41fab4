"""`bernoulli_entropy(x)`: the lowest BCE that each image allows, with 0 log 0 = 0."""

import torch
from torch.special import entr

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits
from aelesson.checks.losses.images import BATCHES, ERRORS, REDUCE, exact_far_out


def bernoulli_entropy(x):
    values = entr(x) + entr(1 - x)
    return values.flatten(1).sum(1)


def cases():
    rows = [[0.5, 0.25, 0.75, 0.5], [0.0, 1.0, 0.5, 0.25], [1.0, 1.0, 0.0, 0.0]]
    found = [{"x": torch.tensor([[0.5]])}, {"x": torch.tensor(rows)}]
    for shape, dtype in BATCHES:
        found.append({"x": torch.rand(shape, dtype=dtype) ** 3})
    for dtype in (torch.float32, torch.float64):
        x = 0.02 + 0.96 * torch.rand(4, 1, 28, 28, dtype=dtype)
        x[1:] = torch.stack([x[1].round(), 0 * x[2], 0 * x[3] + 1])
        found.append({"x": x})
    return found


CAUSE = (
    "0 * log(0) is nan for torch, to replace it after the sum is too late, and an "
    "epsilon\nor a clamp adds up, also inside a function of PyTorch: use torch.xlogy."
)
seen = exact_far_out(
    returned(dtype=True),
    bernoulli_entropy,
    lambda x: ((x == 0) | (x == 1)).flatten(1).any(1),
    lambda case, at: "an image with black or white pixels",
    CAUSE,
)
check = Exercise(bernoulli_entropy, cases, seen, errors=ERRORS)
BOTH = "entr(x) + entr(1 - x)"
check.mistakes(REDUCE)
check.mistakes(
    {
        "half of it is missing, or has the wrong sign: entr(x) + entr(1 - x).": edits(
            BOTH, "{}", "entr(x)", "entr(1 - x)", "entr(x) - entr(1 - x)"
        ),
        "weigh each logarithm: x log x, not log x alone.": (
            f"{BOTH} -> -x.log() - (1 - x).log()"
        ),
        "x and 1 - x are crossed: each is multiplied by its own logarithm.": (
            f"{BOTH} -> -torch.xlogy(x, 1 - x) - torch.xlogy(1 - x, x)"
        ),
        "this is the variance, x (1 - x): take logarithms.": f"{BOTH} -> x * (1 - x)",
        "you took the pixels for logits: x is the probability of white itself.": [
            f"{BOTH} -> entr(x.sigmoid()) + entr(1 - x.sigmoid())",
            f"{BOTH} -> torch.nn.functional.softplus(x) - x * x",
        ],
        "you rounded the pixels: leave them grey.": f"{BOTH} -> 0 * x",
        "an epsilon changes grey pixels, too: torch.xlogy has none.": [
            f"{BOTH} -> -x * (x + {tiny}).log() - (1 - x) * (1 - x + {tiny}).log()"
            for tiny in (0.1, 0.01, 1e-3, 1e-4)
        ],
        "you took the pixels for shares of one whole: each pixel has two outcomes.": (
            f"{BOTH} -> entr(x.flatten(1) / x.flatten(1).sum(1)[:, None])"
        ),
    }
)
