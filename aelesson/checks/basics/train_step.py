"""`train_step(model, x, optimizer)`: one step, and the loss before it."""

from functools import partial

import torch
from torch import nn
from torch.nn import functional as F

from aelesson.checks.engine import Exercise
from aelesson.checks.engine.edits import edits
from aelesson.checks.engine.procedures import training_step


def train_step(model, x, optimizer):
    x_hat = model(x)
    loss = F.mse_loss(x_hat, x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


class Steep(nn.Module):
    """A wide sigmoid; the gradients before it are larger than any usual clipping."""

    def forward(self, h):
        return 8 * torch.sigmoid(1000 * h) - 3.5


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
CLEAR, BACK, STEP = "optimizer.zero_grad()", "loss.backward()", "optimizer.step()"
LOSS = "F.mse_loss(x_hat, x)"
CLIPPED = "loss.backward(); nn.utils.clip_grad_{}_(model.parameters(), {{}})"
EARLY = "you stepped before backward(), so the step did not know the gradients."
check.mistakes(
    {
        "old gradients are still in: call optimizer.zero_grad(), with its brackets.": [
            f"{CLEAR} -> pass",
            f"{CLEAR} -> pass;; {STEP} -> {STEP}; {CLEAR}",
        ],
        EARLY: [
            f"{BACK} -> {STEP};; {STEP} -> {BACK}",
            f"{CLEAR} -> {STEP};; {STEP} -> {CLEAR}",
            f"{CLEAR} -> {STEP};; {STEP} -> pass",
        ],
        "you cleared the gradients between backward() and step(): nothing moved.": (
            f"{CLEAR} -> {BACK};; {BACK} -> {CLEAR}"
        ),
        "the step used no gradient of your loss: is it loss.backward(), with ()?": (
            edits(f"{BACK} -> pass;; {CLEAR}", "{}", CLEAR, "pass")
        ),
        "the gradients are clipped: leave them as they are.": [
            *edits(BACK, CLIPPED.format("norm"), 0.1, 0.5, 1, 5),
            *edits(BACK, CLIPPED.format("value"), 0.1, 0.5, 1, 5),
        ],
        "you clamp the batch, or the output: take both as they are.": (
            edits("model(x)", "{}", "model(x := x.clamp(0, 1))", "model(x).clamp(0, 1)")
        ),
        "you summed over pixels or images: take the mean over all.": (
            edits(LOSS, f"{LOSS} * {{}}", "x.numel()", "x[0].numel()", "len(x)")
        ),
        "you stepped on another loss: take the mean squared error of x_hat and x.": [
            *edits("F.mse_loss", "F.{}", "l1_loss", "binary_cross_entropy"),
            "F.mse_loss -> F.binary_cross_entropy_with_logits",
            *edits(LOSS, f"{LOSS}{{}}", " / 2", ".sqrt()"),
            *edits(LOSS, "{}", "(x_hat - x).mean()", "(x - x_hat).mean()"),
            "x_hat, x) -> x_hat, 0 * x)",
        ],
        "you stepped uphill: do not change the sign.": f"{LOSS} -> -{LOSS}",
        "this is the loss after the step: return the one before it.": (
            "loss.item() -> F.mse_loss(model(x), x).item()"
        ),
    }
)
