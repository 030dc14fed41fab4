"""`kl_sparsity(activation, target)`: how far each unit is from its target, in nats."""

import torch
from torch import Tensor

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits

EPS = 1e-6


def kl_sparsity(activation, target):
    means = activation.mean(0)
    mean = means.clamp(EPS, 1 - EPS)
    active = target * (target / mean).log()
    silent = (1 - target) * ((1 - target) / (1 - mean)).log()
    each = active + silent
    return each.sum()


def cases():
    def case(shape, target, dtype=torch.float32):
        """Draw activations whose means over units and images differ clearly."""
        units = torch.linspace(-2, 1, shape[1], dtype=dtype)
        images = torch.linspace(1, -2, shape[0], dtype=dtype)[:, None]
        z = (units + images + torch.randn(shape, dtype=dtype)).sigmoid()
        return {"activation": z, "target": target}

    few = torch.tensor([[0.0, 1.0], [0.5, 0.25], [0.25, 1.0]])
    edges = [torch.full((4, 1), m).double() for m in (0.0, 1.0, 1e-9, 1e-6)]
    return [
        case((1, 5), 0.05),
        case((4, 4), 0.2),
        case((5, 1), 0.7),
        case((8, 20), 0.05, torch.float64),
        {"activation": few, "target": 0.1},
        *({"activation": z, "target": 0.2} for z in edges),
    ]


def at_edge(case):
    return case["activation"].shape == (4, 1)


LOOK = returned(("activation",), dtype=True)


def observe(answer, case):
    """Where all activations are at an edge, any finite slope is right."""
    for aspect, value in LOOK(answer, case):
        if aspect == "gradient at activation" and at_edge(case):
            finite = isinstance(value, Tensor) and value.isfinite().all()
            yield "finite gradient", bool(finite)
        else:
            yield aspect, value


EDGES = (
    "cut the means of the units to [1e-6, 1 - 1e-6], before any log.\nNo other bounds,"
    " nothing added; a log(0) in a branch of where() gives nan as a gradient."
)
LOGS = "torch.log is for tensors, math.log for plain numbers such as target."
check = Exercise(
    kl_sparsity,
    cases,
    observe,
    errors=dict.fromkeys(("be Tensor, not", "'float' object", "converted to"), LOGS),
    only={EDGES: at_edge},
)
SWAPPED = (
    "mean * (mean / target).log() + (1 - mean) * ((1 - mean) / (1 - target)).log()"
)
BOTH = f"active + silent + {SWAPPED}"
check.mistakes(
    {
        EDGES: "means.clamp(EPS, 1 - EPS) -> means",
        "the activations themselves are cut: cut the means of the units.": (
            "activation.mean(0) -> activation.clamp(EPS, 1 - EPS).mean(0)"
        ),
        "average the activations over the batch first: one KL per unit.": edits(
            "activation.mean(0)",
            "activation;; each.sum() -> each{}",
            *(".sum()", ".mean()", "", ".sum(1)", ".sum(1).mean()"),
        ),
        "the mean of each unit is over the batch, dimension 0: no other, and no sum.": (
            edits("mean(0)", "{}", "mean(1)", "mean()", "sum(0)")
        ),
        "the target is fixed: use the argument.": edits("target", "{}", 0.05, 0.1),
        "the KL goes from the target to the mean: not the other way, nor both ways.": (
            edits("active + silent", "{}", SWAPPED, BOTH, f"({BOTH}) / 2")
        ),
        "add both halves, that of target and that of 1 - target.": edits(
            "active + silent",
            *("{}", "active", "silent", "active - silent", "silent - active"),
        ),
        "the logarithms are not weighted: by target, and by 1 - target.": (
            "target * ->;; (1 - target) * ->"
        ),
        "this is a distance of the means: the KL has logarithms.": edits(
            "active + silent", "(mean - target).{}()", "abs", "square"
        ),
        "this is the cross-entropy: is the target's own logarithm missing?": (
            "target / mean -> 1 / mean;; (1 - target) / -> 1 /"
        ),
        "take the sum over the units, one number: no mean, no largest.": edits(
            "each.sum()", "each{}", ".mean()", ".max()", ""
        ),
    }
)
