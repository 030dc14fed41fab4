"""`pixel_loss(logits, x_scaled, mean, std)`: the cross-entropy against the pixels."""

import math  # noqa: F401

import torch
from torch.nn import functional as F

from aelesson.checks.engine import FINE, Exercise, Finding, returned
from aelesson.checks.engine.calls import attempt
from aelesson.checks.engine.compare import same


def pixel_loss(logits, x_scaled, mean, std):
    x, m, s = x_scaled, mean, std
    pixels = x * s + m
    costs = F.binary_cross_entropy_with_logits(logits, pixels, reduction="none")
    return costs.mean()


def cases():
    def case(shape, mean, std, spread=3.0, fit=0.0):
        scaled = (torch.rand(shape) - mean) / std
        logits = spread * torch.randn(shape) + fit * scaled
        return {"logits": logits, "x_scaled": scaled, "mean": mean, "std": std}

    return [
        case((4, 1, 5, 3), 0.5, 0.25),
        case((1, 3, 2, 3), 0.25, 2.0),
        case((6, 7), 0.1307, 0.3081),
        case((3, 1, 2, 4), 0.15, 0.3, spread=0.1, fit=2.0),  # the patient is below 0
        case((2, 2), 0.2, 0.1, spread=0.5, fit=0.8),
    ]


def observe(answer, case):
    yield from returned(["logits"])(answer, case)
    # 300 or -300, away from the target: nothing may be cut, or leave the range
    away = case["logits"].sign() * 300
    inputs = [away, *[*case.values()][1:]]
    right = same(attempt(answer, inputs), pixel_loss(*inputs))
    yield "large logits", FINE if right else LARGE


LARGE = Finding(
    "large logits",
    "with logits of ±300 your loss is wrong: are they cut, or a sigmoid's logarithm"
    " taken?\nUse the loss that takes logits.",
)
UNDO = "Undo the scaling: pixels = x_scaled * std + mean."


def entropy(target):
    return F.binary_cross_entropy(target, target, reduction="none")


check = Exercise(pixel_loss, cases, observe)
SCALED = "x * s + m -> x"
PIXELS, END, LOGITS = "x * s + m ->", "costs.mean() ->", "(logits, -> ("
COST = 'F.binary_cross_entropy_with_logits(logits, pixels, reduction="none") ->'
SQUARES = [f"{COST} ({each} - pixels) ** 2" for each in ("logits", "logits.sigmoid()")]
check.mistakes(
    {
        "the loss is kept above 0, which cures the symptom: its targets are scaled.": [
            f"{SCALED};; {END} {each}"
            for each in (
                *("costs.mean().clamp(min=0)", "costs.mean().abs()"),
                *("costs.clamp(min=0).mean()", "costs.abs().mean()"),
            )
        ],
        "this is the squared error: keep the cross-entropy, its targets are wrong.": [
            *SQUARES,
            *(f"{SCALED};; {each}" for each in SQUARES),
        ],
        f"the targets are the scaled images, which leave [0, 1].\n"
        f"There, this loss has no floor, and falls for ever. {UNDO}": SCALED,
        f"the scaled images are cut, squeezed or stretched: these are other images.\n"
        f"The symptom is cured, not the cause. {UNDO}": [
            f"{SCALED}.{each}"
            for each in ("clamp(0, 1)", "clamp(min=0)", "sigmoid()", "gt(0).float()")
        ]
        + [
            f"{SCALED}.gt(0.5).float()",
            f"{PIXELS} (x.tanh() + 1) / 2",
            f"{PIXELS} (x - x.min()) / (x.max() - x.min())",
        ],
        "the pixels are made black or white: greys are lost.": (
            f"{PIXELS} (x * s + m).round()"
        ),
        "the order is wrong: first * std, then + mean.": f"{PIXELS} (x + m) * s",
        "the images are scaled a second time: undo the first.": f"{PIXELS} (x - m) / s",
        "std is squared, or a root is taken of it: multiply by std itself.": [
            "* s -> * s**2",
            "* s -> * s**0.5",
        ],
        "half of the cross-entropy is missing: black, 1 - x, counts as white does.": [
            f"{COST} -pixels * F.logsigmoid(logits)",
            f"{COST} (pixels - 1) * F.logsigmoid(-logits)",
        ],
        "this is in bits: return nats.": f"{END} costs.mean() / math.log(2)",
        "the entropy of the images is taken away: leave it in.": (
            f"{END} (costs - entropy(pixels)).mean()"
        ),
        "you summed over pixels: take the mean over all pixels of all images.": [
            f"{END} costs.sum()",
            f"{END} costs.flatten(1).sum(1).mean()",
        ],
        "the loss has a sigmoid: yours is the second. Give it logits.": (
            f"{LOGITS}logits.sigmoid(),"
        ),
        "the logits are scaled back: only the images were scaled.": (
            f"{LOGITS}logits * s + m,"
        ),
    }
)
