"""`encode_through(encoders, x)`: the code of the last encoder, `(B, D)`."""

from functools import partial
from itertools import pairwise

import torch
from torch import nn

from aelesson.checks.engine import FINE, Exercise, Finding, returned
from aelesson.checks.engine.calls import attempt
from aelesson.checks.engine.edits import alone, edits
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.modules import Parameters
from aelesson.checks.engine.networks import leaves


def encode_through(encoders, x):
    for encoder in encoders:
        x = encoder(x)
    return x


def stack(*sizes, image=False, norm=nn.Identity, training=True):
    """Return encoders whose codes differ clearly, and lie in [0, 1] nowhere."""
    with isolated(seed=2):
        encoders = [nn.Sequential(nn.Conv2d(1, 3, (3, 2)), nn.Flatten())] * image
        for wide, narrow in pairwise(sizes):
            layers = nn.Linear(wide, narrow), norm(narrow), nn.ELU()
            nn.init.normal_(layers[0].weight)
            encoders.append(nn.Sequential(*layers))
    return [encoder.train(training) for encoder in encoders]


def cases():
    def case(shape, *sizes, **settings):
        encoders = partial(stack, *sizes, **settings)
        return {"encoders": encoders, "x": 4 * torch.rand(shape) - 2}

    return [
        case((5, 4), 4, 4, 4, 4),  # where a wrong order goes unnoticed
        case((4, 1, 3, 4), 9, 7, 5, 3, image=True),
        case((2, 6), 6, 1),
        case((3, 5), 5, 9, 8, 2, norm=nn.BatchNorm1d),
        case((3, 5), 5, 5, 5, norm=nn.BatchNorm1d, training=False),
    ]


LOOK = returned(("x",))
COPIES = Finding("copies", "no gradient reaches an encoder: is it a copy, or detached?")


def observe(answer, case):
    encoders = case["encoders"]()
    before = Parameters(nn.ModuleList(encoders))
    aspects = LOOK(answer, {**case, "encoders": encoders})
    yield next(aspects)
    yield "encoders", before.left()
    yield from aspects
    code = attempt(answer, [[*encoders], case["x"].clone()])
    reached = [*map(id, leaves(code))] if isinstance(code, torch.Tensor) else []
    missed = [e for e in encoders if id(e[0].weight) not in reached]
    yield "encoders reached", COPIES if missed else FINE


def tell(case):
    return f"{len(case['encoders']())} encoders and x of shape {tuple(case['x'].shape)}"


errors = {
    "shapes cannot be multiplied": (
        "the first encoder takes x, each other the code of the one before, in order."
    ),
    "'list' object is not callable": "encoders is a list: call each one, in a loop.",
}
check = Exercise(encode_through, cases, observe, errors=errors, tell=tell)


def codes(encoders, x):
    return [x := encoder(x) for encoder in encoders]


BENDS = ("sigmoid()", "relu()", "tanh()", "clamp(0, 1)")
check.mistakes(
    {
        "you returned a model: call it on x.": lambda e, x: nn.Sequential(*e),
        "all codes come back, listed, joined or added: return the last one alone.": [
            codes,
            lambda encoders, x: torch.cat(codes(encoders, x), 1),
            lambda encoders, x: sum(codes(encoders, x)),
        ],
        "every encoder got x itself: each takes the code of the one before.": (
            "x = encoder(x) -> code = encoder(x);; return x -> return code"
        ),
        "this is x, no code: keep what comes out, x = encoder(x).": "x = ->",
        "encoders are left out: loop over all, first to last, and return behind it.": (
            edits("encoders", "encoders[{}]", "-1:", ":-1", "1:", ":1", ":2")
        ),
        "the order is upside down: start with the first.": "encoders -> encoders[::-1]",
        "the first encoder is used again and again: the loop's own takes x.": (
            "encoders -> [encoders[0], *encoders]"
        ),
        "you flattened x: leave it as it is.": "for -> x = x.flatten(1)\n    for",
        "encoders have their own activations: put nothing between or behind them.": [
            *alone(encode_through, *edits("encoder(x)", "encoder(x).{}", *BENDS)),
            *alone(encode_through, *edits("return x", "return x.{}", *BENDS)),
            "return x -> return (x - x.mean(0)) / (x.std(0) + 1e-6)",
            "return x -> return (x - x.mean(0)) / (x.std(0, unbiased=False) + 1e-6)",
        ],
    }
)
