"""`normalise_decoder_(linear)`: columns of length 1, in place; returns the layer."""

import torch
from torch import nn
from torch.nn import functional as F

from aelesson.checks.engine import Exercise
from aelesson.checks.engine.calls import attempt, failed, outcome
from aelesson.checks.engine.edits import edits
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.modules import Kept, itself
from aelesson.checks.engine.observe import described


def normalise_decoder_(linear):
    with torch.no_grad():
        old = linear.weight.clone()
        lengths = old.norm(dim=0)
        new = old / lengths.clamp_min(1e-12)
        linear.weight.copy_(new)
    return linear


def cases():
    layers = [
        {"pixels": 3, "lengths": [3.0, 0.5], "frozen": True},
        {"pixels": 3, "lengths": [3.0, 0.5, 20.0, 0.004, 1.0], "bias": False},
        {"pixels": 5, "lengths": [3.0, 0.0, 20.0]},
        {"pixels": 4, "lengths": [3.0, 0.5, 20.0, 0.004]},
        {"pixels": 7, "lengths": [3.0], "dtype": torch.float64},
    ]
    return [{"linear": layer} for layer in layers]


def built(pixels, lengths, bias=True, dtype=torch.float32, frozen=False):
    """Return a layer in training, with columns of many lengths, and gradients."""
    units = len(lengths)
    with isolated(seed=5):
        linear = nn.Linear(units, pixels, bias, dtype=dtype)
        directions = F.normalize(torch.randn(pixels, units, dtype=dtype), dim=0)
        linear.weight.data = directions * torch.tensor(lengths, dtype=dtype)
        linear(torch.rand(2, units, dtype=dtype)).square().sum().backward()
    return linear.requires_grad_(not frozen)


def observe(answer, case):
    linear = built(**case["linear"])
    kept = Kept(linear)
    got = attempt(answer, [linear])
    yield "error", outcome(got)
    if failed(got):
        return
    yield "what is returned", itself(got, linear)
    yield "all else", kept.left(but="the values of weight")
    yield from described((linear.weight,), dtype=True, names=("weight",))


ZEROS = (
    "a column of zeros stays as it is: its length is 0, and 0/0 is nan.\nDivide it by"
    " something else, or leave it out."
)
NO_GRAD = "a weight that is trained may be changed in place only under torch.no_grad()."
check = Exercise(
    normalise_decoder_,
    cases,
    observe,
    errors={
        "leaf": NO_GRAD,
        "cannot assign": "linear.weight must stay an nn.Parameter: change its values.",
        "out of bounds for dimension": "the layer has D columns, weight.shape[1].",
        "'NoneType' object": "the layer may have no bias: linear.bias is None then.",
    },
    tell=lambda case: f"a layer with {case['linear']}",
    only={ZEROS: lambda case: 0.0 in case["linear"]["lengths"]},
)


check.mistakes(
    {
        "nothing has changed: write into linear.weight.": "copy_(new) -> clone()",
        "the rows got length 1: a unit's picture is a column, along dimension 0.": [
            "dim=0 -> dim=1, keepdim=True",
            "copy_(new) -> copy_(F.normalize(new, dim=1))",
        ],
        "the whole weight has length 1: take each column alone.": "(dim=0) -> ()",
        "you multiplied by the lengths: divide.": "old / -> old *",
        "divide by the length, which is the root of the sum of squares.": (
            edits(
                *("old.norm(dim=0)", "old.{}"),
                *("norm(dim=0).square()", "norm(dim=0).sqrt()", "abs().sum(0)"),
                *("sum(0)", "abs().amax(0)", "abs().max()", "square().mean(0).sqrt()"),
                *("std(0)", "std(0, correction=0)"),
            )
        ),
        "only long, or only short columns were changed: all get length 1.": [
            *edits("clamp_min(1e-12)", "{}", "clamp_min(1)", "clamp_max(1)"),
            "old / lengths.clamp_min(1e-12) -> old.clamp(-1, 1)",
        ],
        "a number is added to the lengths, or bounds them: at most 1e-8 may.": [
            *edits("dim=0)", "dim=0) + {}", 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0),
            *edits("1e-12", "{}", 0.01, 0.02, 0.05, 0.1),
        ],
    }
)
