"""`train_step(model, x, optimizer)`: one step, and the loss before it."""

from functools import partial

import torch
from torch import nn
from torch.nn import functional as F

from aelesson.checks.engine import Exercise
from aelesson.checks.engine.procedures import training_step


def train_step(model, x, optimizer):
    x_hat = model(x)
    loss = F.mse_loss(x_hat, x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


class Steep(nn.Module):
    """A sigmoid that makes the gradients before it larger than any usual clipping."""

    def forward(self, h):
        return torch.sigmoid(1000 * h)


def network(shape):
    pixels = torch.Size(shape).numel()
    last = nn.Linear(3, pixels)
    for each in last.parameters():
        each.data /= 1000
    first = [nn.Flatten(), nn.Linear(pixels, 3)]
    return nn.Sequential(*first, last, Steep(), nn.Unflatten(1, shape))


def case(shape, training=True, **settings):
    optimizer, x = partial(torch.optim.SGD, **settings), 1.4 * torch.rand(shape) - 0.2
    model = partial(network, shape[1:])
    return {"model": model, "x": x, "optimizer": optimizer, "training": training}


def cases():
    several = case((6, 1, 3, 4), lr=0.3), case((5, 3, 2, 2), lr=0.1, momentum=0.9)
    return [*several, case((4, 7), lr=0.2), case((3, 1, 2, 5), training=False, lr=0.3)]


def told(case):
    mode = "train" if case["training"] else "eval"
    return f"x of shape {tuple(case['x'].shape)}, a model in {mode} mode"


errors = {"Dimension out of range": "x.flatten(1) first: images may have any shape."}
check = Exercise(train_step, cases, training_step, errors=errors, tell=told)
LOSS = "F.mse_loss(x_hat, x)"
CLIPS = "clip_grad_norm_", "clip_grad_value_"
CLIPPED = "loss.backward() -> loss.backward(); nn.utils.{}(model.parameters(), {})"


def in_order(*calls):
    """Put other calls in the place of the three of the reference."""
    right = ("optimizer.zero_grad()", "loss.backward()", "optimizer.step()")
    new = {"clear": right[0], "back": right[1], "step": right[2], "": "pass"}
    pairs = zip(right, calls, strict=True)
    return ";; ".join(f"{old} -> {new[call]}" for old, call in pairs)


OLD = "old gradients are still in: call optimizer.zero_grad(), with its brackets."
EARLY = "you stepped before backward(), so the step did not know the gradients."
CLEARED = "you cleared the gradients between backward() and step(): nothing moved."
NONE = "the step used no gradient of your loss: call loss.backward(), with brackets."
AFTER = "this is the loss after the step: return the one before it."
check.mistakes(
    {
        OLD: ["optimizer.zero_grad() -> pass", in_order("back", "step", "clear")],
        EARLY: [
            in_order("clear", "step", "back"),
            in_order("step", "back", "clear"),
            in_order("step", "back", ""),
            in_order("step", "clear", "back"),
        ],
        CLEARED: in_order("back", "clear", "step"),
        NONE: ["loss.backward() -> pass", in_order("", "", "step")],
        "the gradients are clipped: leave them as they are.": [
            CLIPPED.format(clip, limit) for clip in CLIPS for limit in (0.1, 0.5, 1, 5)
        ],
        "you clamp the batch: take it as it is.": (
            "model(x) -> model(x := x.clamp(0, 1))"
        ),
        "you summed over pixels or images: take the mean over all.": [
            f"{LOSS} -> {LOSS} * x.numel()",
            f"{LOSS} -> {LOSS} * x[0].numel()",
            f"{LOSS} -> {LOSS} * len(x)",
        ],
        "you stepped on half the mean squared error.": f"{LOSS} -> {LOSS} / 2",
        "you stepped on the absolute error: square it.": "F.mse_loss -> F.l1_loss",
        "you stepped on the root: leave it out.": f"{LOSS} -> {LOSS}.sqrt()",
        "you stepped on the cross-entropy: take the mean squared error.": [
            "F.mse_loss -> F.binary_cross_entropy",
            "F.mse_loss -> F.binary_cross_entropy_with_logits",
        ],
        "you compared with zeros: the target is x.": "x_hat, x) -> x_hat, 0 * x)",
        "you stepped uphill: do not change the sign.": f"{LOSS} -> -{LOSS}",
        "you stepped on the mean difference: square it first.": [
            f"{LOSS} -> (x_hat - x).mean()",
            f"{LOSS} -> (x - x_hat).mean()",
        ],
        "your loss has gradient 0: is it the mean squared error?": [
            f"{LOSS} -> 0 * x_hat.sum()",
            "F.mse_loss -> F.cross_entropy",
        ],
        AFTER: "loss.item() -> F.mse_loss(model(x), x).item()",
        "you returned the root: leave it out.": "loss.item() -> loss.sqrt().item()",
    }
)
