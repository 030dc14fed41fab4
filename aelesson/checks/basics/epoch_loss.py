"""`epoch_loss(model, batches, optimizer)`: train for an epoch; its loss per pixel."""

from operator import mul

import torch
from torch import nn
from torch.nn import functional as F

from aelesson.checks.engine import FINE, Exercise, Finding
from aelesson.checks.engine.calls import attempt, failed, outcome
from aelesson.checks.engine.edits import edits
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.observe import described


def epoch_loss(model, batches, optimizer):
    losses, sizes = [], []
    for x in batches:
        loss = F.mse_loss(model(x), x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        sizes.append(len(x))
    return sum(map(mul, losses, sizes)) / sum(sizes)


LIGHT = (0.5, 0.2, 0.7, 1.0, 0.9)  # of the batches: neither end is an extreme


def cases():
    def case(shape, *sizes):
        bright = zip(LIGHT, sizes, strict=False)
        return {"batches": [light * torch.rand(n, *shape) for light, n in bright]}

    several = case((4,), 6, 6, 6, 6, 2), case((1, 2, 3), 4, 4, 4, 4, 4)
    return [*several, case((6,), 5), case((5,), 8, 1)]


def observe(answer, case):
    pixels = case["batches"][0][0].numel()
    with isolated(seed=2):
        shape = nn.Unflatten(1, case["batches"][0].shape[1:])
        model = nn.Sequential(nn.Flatten(), nn.Linear(pixels, pixels), shape)
    optimizer, steps = torch.optim.SGD(model.parameters(), lr=0.2), []
    optimizer.register_step_pre_hook(lambda *_: steps.append(1))
    given = [x.clone() for x in case["batches"]]
    result = attempt(answer, [model, given, optimizer])
    yield "error", outcome(result)
    if failed(result):
        return
    if result is None:
        yield from described(result)
    yield "steps", stepped(len(steps), len(given))
    yield "training", model.training
    yield "weights", torch.cat([p.detach().flatten() for p in model.parameters()])
    yield from described(result)


def stepped(count, wanted):
    if count == wanted:
        return FINE
    says = f"{count} optimizer steps for {wanted} batches: one each."
    return Finding(f"{count}", says)


def told(case):
    return f"batches of {', '.join(str(len(x)) for x in case['batches'])} images"


check = Exercise(epoch_loss, cases, observe, tell=told)


def measured_after(model, batches, optimizer):
    epoch_loss(model, batches, optimizer)
    with torch.no_grad():
        errors = [F.mse_loss(model(x), x, reduction="sum") for x in batches]
    return float(sum(errors) / sum(x.numel() for x in batches))


def running(losses, keep):
    value = losses[0]
    for loss in losses[1:]:
        value = keep * value + (1 - keep) * loss
    return value


MEAN = "sum(map(mul, losses, sizes)) / sum(sizes)"
AFTER = "this is the loss of the trained model: return what its steps met."
LAST = "this is the loss of one batch, the last: the others are not in it."
RUNNING = "a running average only hides that the last batches count most."
ALIKE = "batches count alike here, but the last has fewer images: weigh by images."
check.mistakes(
    {
        AFTER: measured_after,
        "the gradients of the batch before are still in: call optimizer.zero_grad().": (
            "optimizer.zero_grad() -> pass"
        ),
        "take the steps as before: on the mean of each batch, on no sum.": (
            edits("loss.backward()", "(loss * {}).backward()", "len(x)", "x.numel()")
        ),
        "the model came in training mode, so train it there: no eval().": (
            lambda model, *others: epoch_loss(model.eval(), *others)
        ),
        LAST: f"{MEAN} -> losses[-1]",
        "this is the loss of the first batch alone.": f"{MEAN} -> losses[0]",
        ALIKE: f"{MEAN} -> sum(losses) / len(losses)",
        "this is a sum: divide it by the number of images.": [
            f"{MEAN} -> sum(losses)",
            "/ sum(sizes) ->",
        ],
        "divide by the images, not by the batches.": "/ sum(sizes) -> / len(sizes)",
        "count the images: the last batch may have fewer than the others.": (
            "/ sum(sizes) -> / (len(sizes) * sizes[0])"
        ),
        RUNNING: [f"{MEAN} -> running(losses, {k})" for k in (0.5, 0.9, 0.98, 0.99)],
        "the median, the least or the largest is no mean.": [
            f"{MEAN} -> sorted(losses)[len(losses) // 2]",
            f"{MEAN} -> min(losses)",
            f"{MEAN} -> max(losses)",
        ],
    }
)
