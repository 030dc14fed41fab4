"""`normalise_decoder_(linear)`: columns of length 1, in place; returns the layer."""

import torch
from torch import nn
from torch.nn import functional as F

from aelesson.checks.engine import FINE, Exercise, Finding
from aelesson.checks.engine.calls import attempt, failed, outcome
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.modules import itself

LENGTHS = (3.0, 0.5, 20.0, 0.004, 1.0)


def normalise_decoder_(linear):
    with torch.no_grad():
        old = linear.weight.clone()
        lengths = old.norm(dim=0)
        new = (old / lengths).where(old != 0, 0.0)
        linear.weight.copy_(new)
    return linear


def cases():
    def case(pixels, units, **special):
        normal = {"bias": True, "zero": None, "dtype": torch.float32, "frozen": False}
        return {"linear": {"pixels": pixels, "units": units, **normal, **special}}

    return [
        case(1, 3),
        case(3, 2, frozen=True),
        case(3, 5, bias=False),
        case(5, 3, zero=1),
        case(4, 4),
        case(6, 4),
        case(7, 1, dtype=torch.float64),
    ]


def built(pixels, units, bias, zero, dtype, frozen):
    """Return a layer in training, with columns of many lengths, and gradients."""
    with isolated(seed=5):
        linear = nn.Linear(units, pixels, bias).to(dtype)
        weight = F.normalize(torch.randn(pixels, units, dtype=dtype), dim=0)
        weight *= torch.tensor(LENGTHS[:units], dtype=dtype)
        if zero is not None:
            weight[:, zero] = 0.0
        linear.weight.data = weight
        linear(torch.rand(2, units, dtype=dtype)).square().sum().backward()
    return linear.requires_grad_(not frozen)


UNDER = "torch.no_grad() switches gradients off for one block only."
KEEP = "Keep linear.weight, and change its values under torch.no_grad()."
NAN = Finding(
    "nan",
    "there is a nan or inf in the weight: a column of zeros has length 0, and 0/0 is"
    " nan.\nDivide it by something else, or leave it out.",
)
FILLED = Finding("filled", "a column of zeros is not zero any more: it stays as it is.")
MODE = Finding("mode", "you changed the layer's mode: leave it.")
TENSOR = Finding(
    "tensor",
    "you returned a tensor: change linear.weight, and return the layer itself.",
)


def observe(answer, case):
    linear, zero = built(**case["linear"]), case["linear"]["zero"]
    before = {
        name: (p, p.detach().clone(), p.grad.clone(), p.requires_grad)
        for name, p in linear.named_parameters()
    }
    got = attempt(answer, [linear])
    yield "error", outcome(got)
    if failed(got):
        return
    is_tensor = isinstance(got, torch.Tensor)
    yield "what is returned", TENSOR if is_tensor else itself(got, linear)
    yield "parameters", same_parameters(before, dict(linear.named_parameters()))
    weight = getattr(linear, "weight", None)
    if weight is None or weight.shape != before["weight"][1].shape:
        return
    yield "nan", FINE if weight.isfinite().all() else NAN
    if zero is not None:
        yield "zeros", FILLED if weight[:, zero].any() else FINE
    yield "weight", weight.detach().clone()
    rest = (each for name, was in before.items() for each in changed(name, *was))
    yield "all else", next(rest, FINE if linear.training else MODE)


def same_parameters(before, now):
    """Ask for the same parameters, by name, each of its old shape and dtype."""
    if now.keys() != before.keys():
        told = f"the layer's parameters are {[*now]} now, expected {[*before]}."
        return Finding("names", f"{told}\n{KEEP}")
    for name, (old, value, *_) in before.items():
        if now[name] is not old:
            told = f"{name} is another tensor now: an optimizer would keep the old."
            return Finding(name, f"{told}\n{KEEP}")
        if old.shape != value.shape:
            told = f"has shape {tuple(old.shape)} now, and had {tuple(value.shape)}."
            return Finding("shape", f"the {name} {told}")
        if old.dtype != value.dtype:
            told = f"is of {old.dtype} now, and was of {value.dtype}."
            return Finding("dtype", f"the {name} {told}")
    return FINE


def changed(name, now, value, grad, needed):
    """Yield what is wrong with a parameter: bias, graph, requires_grad and .grad."""
    if name == "bias" and not torch.equal(now, value):
        yield Finding("bias", "you changed the bias: leave it as it is.")
    if not now.is_leaf:
        yield Finding("graph", f"the {name} hangs on a graph now. {UNDER}")
    if now.requires_grad != needed:
        told = f"the {name} has another requires_grad now: leave it. {UNDER}"
        yield Finding(f"requires_grad {name}", told)
    if now.grad is None or not torch.equal(now.grad, grad):
        yield Finding("grad", f"you changed .grad of {name}: leave it.")


def told(case):
    layer = case["linear"]
    zero = "" if layer["zero"] is None else f", column {layer['zero']} is zero"
    return f"weight of shape ({layer['pixels']}, {layer['units']}){zero}"


NO_GRAD = "a weight that is trained may be changed in place only under torch.no_grad()."
FITS = "the lengths do not fit: one per column, over dimension 0."
check = Exercise(
    normalise_decoder_,
    cases,
    observe,
    errors={
        "leaf Variable that requires grad": NO_GRAD,
        "leaf variable has been moved": NO_GRAD,
        "cannot assign": (
            f"linear.weight must stay the nn.Parameter that it is.\n{KEEP}"
        ),
        "can't assign": "put the new values into linear.weight, in place.",
        "must match the size of tensor": FITS,
        "cannot unflatten": FITS,
        "out of bounds for dimension": (
            "the layer has D columns, weight.shape[1]: go through those alone."
        ),
        "'NoneType' object": "the layer may have no bias: linear.bias is None then.",
    },
    tell=told,
)
TOO_MUCH = (1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.02, 0.05, 0.1, 1.0)
NEW = "(old / lengths).where(old != 0, 0.0) ->"


def by(*scales):
    """Return edits that divide by something else, with 0/0 or without."""
    ends = (f"{NEW} old / lengths", f"{NEW} (old / lengths).where(old != 0, 0.0)")
    return [f"old.norm(dim=0) -> {s} + 0 * old;; {e}" for s in scales for e in ends]


def rows_first(weight):
    rows = F.normalize(weight, dim=1)
    return torch.cat([rows[: weight.shape[1]], weight[weight.shape[1] :]])


check.mistakes(
    {
        "nothing has changed: put the new values into linear.weight, in place.": (
            "linear.weight.copy_(new) -> pass"
        ),
        "the weight is transposed: its shape stays (P, D).": (
            "weight.copy_(new) -> weight.data = new.T"
        ),
        "you gave the rows length 1: a unit's picture is a column, dimension 0.": [
            f"{NEW} F.normalize(old, dim=1)",
            f"{NEW} old / old.norm(dim=1, keepdim=True)",
            f"{NEW} rows_first(old)",
        ],
        "the rows were scaled as well: only the columns get length 1.": (
            "copy_(new) -> copy_(F.normalize(new, dim=1))"
        ),
        "the whole weight has length 1 now: each column on its own.": by("old.norm()"),
        "you divided by the squared length, or its root: divide by the length.": by(
            "old.norm(dim=0).square()", "old.norm(dim=0).sqrt()"
        ),
        "you multiplied by the lengths: divide.": by("1 / old.norm(dim=0)"),
        "you divided by a sum: the length is the root of the sum of squares.": by(
            "old.abs().sum(0)", "old.sum(0)"
        ),
        "you divided by a largest value: the length is a root of squares' sum.": by(
            "old.abs().amax(0)", "old.amax(0)", "old.abs().max()"
        ),
        "only long, or only short columns were changed: all get length 1.": [
            *by("old.norm(dim=0).clamp_min(1)", "old.norm(dim=0).clamp_max(1)"),
            f"{NEW} old.clamp(-1, 1)",
        ],
        "you used a mean of squares, or a deviation: the length is of their sum.": by(
            "old.square().mean(0).sqrt()", "old.std(0)", "old.std(0, correction=0)"
        ),
        "the signs are lost: divide by the length, and take no absolute values.": (
            "copy_(new) -> copy_(new.abs())"
        ),
        "a number is added to the lengths, or bounds them: at most 1e-8 may.": [
            *by(*(f"old.norm(dim=0) + {eps}" for eps in TOO_MUCH)),
            *by(*(f"old.norm(dim=0).clamp_min({low})" for low in TOO_MUCH[4:-1])),
        ],
    }
)
