"""`encode_through(encoders, x)`: the code of the last encoder, `(B, D)`."""

from functools import partial
from itertools import pairwise

import torch
from torch import nn

from aelesson.checks.engine import FINE, Exercise, Finding
from aelesson.checks.engine.calls import attempt, failed, outcome
from aelesson.checks.engine.compare import unchanged
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.modules import modes
from aelesson.checks.engine.observe import CUT, described, in_place, slopes

MODE = Finding(
    "mode",
    "you changed an encoder's mode: leave it, whoever calls decides about eval().",
)


def encode_through(encoders, x):
    for encoder in encoders:
        x = encoder(x)
    return x


def stack(*sizes, image=False, normed=False, training=True):
    """Return encoders whose codes differ clearly, and lie in [0, 1] nowhere."""
    with isolated(seed=2):
        encoders = [nn.Sequential(nn.Conv2d(1, 3, (3, 2)), nn.Flatten())] * image
        for wide, narrow in pairwise(sizes):
            norm = nn.BatchNorm1d(narrow) if normed else nn.Identity()
            encoders.append(nn.Sequential(nn.Linear(wide, narrow), norm, nn.ELU()))
            nn.init.normal_(encoders[-1][0].weight)
    return [encoder.train(training) for encoder in encoders]


def cases():
    def case(shape, *sizes, **settings):
        encoders = partial(stack, *sizes, **settings)
        return {"encoders": encoders, "x": 4 * torch.rand(shape) - 2}

    return [
        case((5, 4), 4, 4, 4, 4),  # where a wrong order goes unnoticed
        case((4, 1, 3, 4), 9, 7, 5, 3, image=True),
        case((2, 6), 6, 2),
        case((3, 5), 5, 9, 8, 2, normed=True),
        case((3, 5), 5, 5, 5, normed=True, training=False),
    ]


def observe(answer, case):
    encoders, x = case["encoders"](), case["x"].clone().requires_grad_()
    given, mode = [*encoders], modes(nn.ModuleList(encoders))
    code = attempt(answer, (given, x))
    yield "error", outcome(code)
    if failed(code):
        return
    kept = [*map(id, given)] == [*map(id, encoders)]
    yield "list", FINE if kept else in_place("encoders", encoders)
    yield "inputs", FINE if unchanged(case["x"], x) else in_place("x")
    yield "mode", FINE if modes(nn.ModuleList(encoders)) == mode else MODE
    yield from described(code)
    if not isinstance(code, torch.Tensor):
        return
    yield "graph", FINE if code.requires_grad else CUT
    weights = {f"encoder {i}": e[0].weight for i, e in enumerate(encoders)}
    for name, slope in slopes(code, {"x": x, **weights}):
        yield f"gradient at {name}", slope


def tell(case):
    encoders = case["encoders"]()
    return f"{len(encoders)} encoders and x of shape {tuple(case['x'].shape)}"


errors = {
    "shapes cannot be multiplied": (
        "the first encoder takes x, each other the code of the one before, in order."
    ),
    "Expected 3D (unbatched) or 4D (batched) input": (
        "the first encoder takes x as it is, and here it takes images: do not flatten."
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
        "you returned all codes, expected one tensor: the last code.": codes,
        "you joined or added all codes: return the last one alone.": [
            lambda encoders, x: torch.cat(codes(encoders, x), 1),
            lambda encoders, x: sum(codes(encoders, x)),
        ],
        "every encoder got x itself: each takes the code of the one before.": [
            lambda encoders, x: sum(encoder(x) for encoder in encoders),
            lambda encoders, x: [encoder(x) for encoder in encoders][-1],
        ],
        "this is x, no code: keep what comes out, x = encoder(x).": "x = ->",
        "only the first encoder was used: is the `return` inside the loop?": (
            "encoders -> encoders[:1]"
        ),
        "only the last encoder was used: loop.": "encoders -> encoders[-1:]",
        "the order is upside down: start with the first.": "encoders -> encoders[::-1]",
        "the last encoder is missing: one too few.": "encoders -> encoders[:-1]",
        "the first encoder is missing: start with it.": "encoders -> encoders[1:]",
        "the first encoder is used again and again: the loop's own takes x.": [
            "encoders -> [encoders[0], *encoders]",
            "encoder(x) -> encoders[0](x)",
        ],
        "only two encoders are used: a list may hold one or many, so loop.": [
            "encoders -> [encoders[0], encoders[1]]",
            "encoders -> encoders[:2]",
        ],
        "you flattened x: leave it as it is.": "for -> x = x.flatten(1)\n    for",
        "a detach() cuts x or a code off: gradients must reach x and every encoder.": [
            "for -> x = x.detach()\n    for",
            "encoder(x) -> encoder(x.detach())",
        ],
        "only a layer of each is called: encoder(x).": "encoder( -> encoder[0](",
        "you put something between encoders: they have their own activations.": [
            f"encoder(x) -> encoder(x).{bend}" for bend in BENDS
        ],
        "something stands behind the last encoder: it has its own activation.": [
            f"return x -> return x.{bend}" for bend in BENDS
        ],
    }
)
