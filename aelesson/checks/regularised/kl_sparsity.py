"""`kl_sparsity(activation, target)`: how far each unit is from its target, in nats."""

import torch
from torch import Tensor
from torch.nn import functional as F

from aelesson.checks.engine import FINE, Exercise, Finding, returned

EPS = 1e-6
see = returned(("activation",), dtype=True)


def kl_sparsity(activation, target):
    means = activation.mean(0)
    mean = means.clamp(EPS, 1 - EPS)
    active = target * (target / mean).log()
    silent = (1 - target) * ((1 - target) / (1 - mean)).log()
    each = active + silent
    return each.sum().to(activation)


def cases():
    def case(shape, target, dtype=torch.float32):
        """Draw activations whose means over units and images differ clearly."""
        units = torch.linspace(-3.6, 1, shape[1], dtype=dtype)
        images = torch.linspace(1, -2, shape[0], dtype=dtype)[:, None]
        z = (units + images + torch.randn(shape, dtype=dtype)).sigmoid()
        return {"activation": z, "target": target}

    few = torch.tensor([[0.0, 1.0], [0.5, 0.25], [0.25, 1.0]])
    edges = [
        torch.full((4, 1), mean, dtype=dtype)
        for mean in (0.0, 1.0, 1e-9, 1e-6)
        for dtype in (torch.float64, torch.float32)
    ]
    return [
        case((1, 5), 0.05),
        case((5, 3), 0.1),
        case((4, 4), 0.2),
        case((5, 1), 0.7),
        case((3, 2), 0.5, torch.float64),
        case((8, 20), 0.05, torch.float64),
        {"activation": few, "target": 0.1},
        *({"activation": z, "target": 0.2} for z in edges),
    ]


def at_edge(z):
    return z.shape == (4, 1)


def observe(answer, case):
    """At the edges allow 1 %, for floats are coarse near 1, and any finite slope."""
    for aspect, value in see(answer, case):
        if not at_edge(case["activation"]) or not isinstance(value, Tensor):
            yield aspect, value
        elif aspect == "value" and not value.abs().max() < 1e30:
            yield "finite", Finding("inf", infinite(case["activation"]))
        elif aspect == "value":
            right = kl_sparsity(**case)
            near = value.shape == () and abs(value / right - 1) < 0.01
            yield aspect, right if near else value
        elif aspect.startswith("gradient"):
            yield aspect, FINE if value.isfinite().all() else BRANCH
        else:
            yield aspect, value


def infinite(activation):
    mean, dtype = float(activation[0]), activation.dtype
    rounded = mean == 1 and dtype == torch.float32
    why = " (In float32, 1 - 1e-8 is exactly 1.)" * rounded
    return (
        f"the result is nan or infinite for a unit that is {mean:g} for all images, in"
        f" {dtype}.{why}\nThere is a log(0) or 1/0 in it: cut the means to [1e-6, 1 -"
        " 1e-6] first."
    )


BRANCH = Finding(
    "branch",
    "your value is right, but the gradient is nan or inf at the edge of the range.\nA"
    " branch with log(0), hidden afterwards, does that: cut the means before log.",
)
EDGES = "cut the means to [1e-6, 1 - 1e-6]"
FLOATS = "math.log is for plain numbers such as target; of tensors, take .log()."


def told(case):
    z, target = case["activation"], case["target"]
    if at_edge(z):
        return f"a unit that is {float(z[0]):g} for all images, {z.dtype}, target 0.2"
    return f"activation of shape {tuple(z.shape)}, {z.dtype}, and target {target:g}"


check = Exercise(
    kl_sparsity,
    cases,
    observe,
    errors={
        "must be Tensor, not float": (
            "torch.log works on tensors, math.log on plain numbers such as target."
        ),
        "'float' object has no attribute": FLOATS,
        "only one element tensors": FLOATS,
        "converted to Scalar": FLOATS,
    },
    tell=told,
)


def cross(target, mean):
    return F.binary_cross_entropy(mean, torch.full_like(mean, target), reduction="none")


CUT, KL = "means.clamp(EPS, 1 - EPS) ->", "active + silent ->"
BOUNDS = (0.1, 0.01, 1e-3, 1e-4, 1e-5, 1e-7, 1e-8, 1e-12)
SWAPPED = (
    "mean * (mean / target).log() + (1 - mean) * ((1 - mean) / (1 - target)).log()"
)
check.mistakes(
    {
        f"1e-6 is added, to the mean or under a log: {EDGES}.": [
            f"{CUT} means;; / mean -> / (mean + EPS);; 1 - mean -> 1 - mean + EPS",
            f"{CUT} means * (1 - 2 * EPS) + EPS",
            f"{CUT} (means + EPS).clamp(max=1 - EPS)",
            f"{CUT} means.clamp(EPS, 1 - EPS) + EPS",
        ],
        "average over the batch, dimension 0: the target is for each unit.": [
            "mean(0) -> mean(1)",
            "mean(0) -> mean(1);; each.sum() -> each.mean()",
        ],
        "average the activations over the batch first: one KL per unit.": [
            f"activation.mean(0) -> activation;; each.sum() -> each{how}"
            for how in (".sum()", ".mean()", "", ".sum(1)", ".sum(1).mean()")
        ],
        "infinite costs are hidden: cut the means, so that such a unit costs much.": [
            f"{CUT} means;; each.sum() -> {how}.sum()"
            for how in ("each.nan_to_num(posinf=0.0)", "each[each.isfinite()]")
        ],
        "the activations themselves are cut: cut the means of the units.": (
            "activation.mean(0) -> activation.clamp(EPS, 1 - EPS).mean(0)"
        ),
        "you averaged over units and batch at once: one mean per unit.": (
            "mean(0) -> mean()"
        ),
        "you took the sum over the batch: the target is for the mean.": (
            "mean(0) -> sum(0)"
        ),
        f"the bounds are others: {EDGES}.": [
            f"{CUT} means.clamp({eps}, 1 - {eps})" for eps in BOUNDS
        ],
        f"only one bound is there: {EDGES}.": [
            f"{CUT} means.clamp(min=EPS)",
            f"{CUT} means.clamp(max=1 - EPS)",
        ],
        f"nothing is cut: {EDGES}.": f"{CUT} means",
        f"only exact zeros and ones are moved: {EDGES}.": (
            f"{CUT} means.where(means != 0, EPS).where(means != 1, 1 - EPS)"
        ),
        "your target is a fixed number, whatever was asked for: use the argument.": [
            f"target -> {fixed}" for fixed in (0.05, 0.1)
        ],
        "the second half is missing: (1 - target) log((1 - target) / (1 - mean)).": (
            f"{KL} active"
        ),
        "the first half is missing: target log(target / mean).": f"{KL} silent",
        "the two are swapped: the KL is taken from the target to the mean.": (
            f"{KL} {SWAPPED}"
        ),
        "both directions are added: take the KL from the target to the mean.": [
            f"{KL} (active + silent + {SWAPPED}){half}" for half in ("", " / 2")
        ],
        "a half is subtracted: add both.": [
            "+ silent -> - silent",
            "active + -> silent -",
        ],
        "the logarithms are not weighted: by target, and by 1 - target.": (
            "target * ->;; (1 - target) * ->"
        ),
        "this is a distance of the means: the KL has logarithms.": [
            f"{KL} (mean - target).{how}()" for how in ("abs", "square")
        ],
        "this is the cross-entropy: is the target's own logarithm missing?": (
            f"{KL} cross(target, mean)"
        ),
        "you averaged over the units: take their sum.": "each.sum() -> each.mean()",
        "this is the largest of the units: take the sum.": "each.sum() -> each.max()",
        "one value per unit or image: sum to one number at the end.": (
            "each.sum() -> each"
        ),
    }
)
