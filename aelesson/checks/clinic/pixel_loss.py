"""`pixel_loss(logits, x_scaled, mean, std)`: the cross-entropy against the pixels."""

import torch
from torch.nn import functional as F

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


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
        case((3, 4), 0.3, 0.4, spread=500),
    ]


UNDO = "Undo the scaling: pixels = x_scaled * std + mean."


check = Exercise(pixel_loss, cases, returned(["logits"]))
PIXELS, END, SCALED = "x * s + m", "costs.mean()", "x * s + m -> x"
COST = 'F.binary_cross_entropy_with_logits(logits, pixels, reduction="none")'
SQUARES = edits(COST, "({} - pixels) ** 2", "logits", "logits.sigmoid()")
check.mistakes(
    {
        "the loss is kept above 0, which cures the symptom: its targets are scaled.": (
            edits(PIXELS, f"x;; {END} -> {END}.{{}}", "clamp(min=0)", "abs()")
        ),
        "this is the squared error: keep the cross-entropy, its targets are wrong.": [
            *SQUARES,
            *(f"{SCALED};; {each}" for each in SQUARES),
        ],
        "the targets are the scaled images, which leave [0, 1].\n"
        f"There, this loss has no floor, and falls for ever. {UNDO}": SCALED,
        "the images are cut, squeezed, stretched or rounded: these are other images.\n"
        f"The symptom is cured, not the cause. {UNDO}": [
            *edits(PIXELS, "x.{}", "clamp(0, 1)", "clamp(min=0)", "sigmoid()"),
            *edits(PIXELS, "x.{}.float()", "gt(0)", "gt(0.5)"),
            *edits(PIXELS, "{}", "(x.tanh() + 1) / 2", f"({PIXELS}).round()"),
            f"{PIXELS} -> (x - x.min()) / (x.max() - x.min())",
        ],
        f"the scaling is undone wrongly: first * std, then + mean. {UNDO}": (
            edits(PIXELS, "{}", "(x + m) * s", "(x - m) / s", "x * s**2 + m")
        ),
        "you summed over pixels: take the mean over all pixels of all images.": (
            edits(END, "costs.{}", "sum()", "flatten(1).sum(1).mean()")
        ),
        "the loss has a sigmoid: yours is the second. Give it logits.": (
            "(logits, -> (logits.sigmoid(),"
        ),
        "the logits are scaled back: only the images were scaled.": (
            "(logits, -> (logits * s + m,"
        ),
    }
)
