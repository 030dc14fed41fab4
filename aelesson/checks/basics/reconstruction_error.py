"""`reconstruction_error(model, images)`: each image's error, in evaluation mode."""

import torch
from torch import Tensor, nn

from aelesson.checks.engine import FINE, Exercise, Finding
from aelesson.checks.engine.calls import attempt, failed, outcome
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.modules import Parameters, modes
from aelesson.checks.engine.observe import GRAPH, described, inputs_kept
from aelesson.checks.engine.procedures import something


def reconstruction_error(model, images):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        x_hat = model(images)
        errors = (x_hat - images).square().flatten(1).mean(1)
    model.train(was_training)
    return errors


class Probe(nn.Module):
    """A small model with dropout, which is noisy in training."""

    def __init__(self, pixels):
        super().__init__()
        self.linear, self.dropout = nn.Linear(pixels, pixels), nn.Dropout(0.5)

    def forward(self, x):
        return self.dropout(2 * self.linear(x.flatten(1))).view_as(x)


SHAPES = (5, 3, 4, 6), (1, 1, 6, 2), (4, 10), (3, 2, 2, 3, 2)


def cases():
    images = [2 * torch.rand(shape) - 0.5 for shape in SHAPES]
    return [{"images": x, "training": mode} for x in images for mode in (True, False)]


def told(case):
    mode = "train" if case["training"] else "eval"
    return f"images of shape {tuple(case['images'].shape)}, a model in {mode} mode"


def measured(answer, case):
    images, came, ran = case["images"].clone(), case["training"], set()
    with isolated(seed=1):
        model = Probe(images[0].numel()).train(came)
    for part in model.modules():
        part.register_forward_hook(lambda part, *_: ran.add(part.training))
    before = Parameters(model)
    result = attempt(answer, (model, images))
    yield "error", outcome(result)
    if failed(result):
        return
    yield inputs_kept({"images": case["images"]}, {"images": images})
    yield "returned", something(result)
    yield "called", FINE if ran else NEVER
    if True in ran:  # where it is fine, it may have been by chance
        yield "mode", RAN_IN_TRAIN
    if {*modes(model)} != {came}:
        yield "mode", Finding("eval" if came else "train", LEFT.format(*MODES[came]))
    trainable = all(each.requires_grad for each in model.parameters())
    yield "gradients", FINE if trainable else FROZEN
    yield "weights", before.kept()
    if isinstance(result, Tensor):
        yield "graph", GRAPH if result.requires_grad else FINE
    yield from described(result)


MODES = {True: ("train", "eval"), False: ("eval", "train")}
NEVER = Finding("never", "your function never calls the model: model(images).")
RAN_IN_TRAIN = Finding(
    "train",
    "a part of the model ran in train mode: call model.eval(), it reaches all parts.",
)
LEFT = "the model came in {} mode and you left it in {} mode: give its own mode back."
FROZEN = Finding(
    "frozen",
    "you switched off the parameters' gradients for good: use torch.no_grad() instead.",
)
ANY_SHAPE = "flatten(1) first: images may have any shape."
NUMBER = "is a number such as 784 or 28 written in your code? Take images.shape."
errors = {
    "Dimension out of range": ANY_SHAPE,
    "does not match the number of dimensions": ANY_SHAPE,  # einsum's words
    "values to unpack": ANY_SHAPE,
    "784]' is invalid": NUMBER,
    "28]' is invalid": NUMBER,
    "does not support the context manager": "write torch.no_grad(), with brackets.",
}
check = Exercise(
    reconstruction_error,
    cases,
    measured,
    errors=errors,
    tell=told,
)
OTHERS = "average over all dimensions but the first."
SQUARES = ".square().flatten(1).mean(1)"
SIDES = "range(1, images.dim())"
check.mistakes(
    {
        "you clamp or squash the output: measure it as it is.": [
            "model(images) -> model(images).clamp(0, 1)",
            "model(images) -> model(images).sigmoid()",
        ],
        f"one number for the whole batch: {OTHERS}": [
            "flatten(1).mean(1) -> mean()",
            "flatten(1).mean(1) -> sum()",
        ],
        "each image got the error of the whole batch.": (
            "flatten(1).mean(1) -> mean().expand(len(images))"
        ),
        f"you averaged over the batch: {OTHERS}": [
            "flatten(1).mean(1) -> mean(0)",
            "mean(1) -> mean(0)",
        ],
        f"one value per pixel is left: {OTHERS}": [
            ".flatten(1).mean(1) ->",
            ".mean(1) ->",
        ],
        "you summed over the pixels: take their mean.": "mean(1) -> sum(1)",
        "you took the root: leave it out.": "mean(1) -> mean(1).sqrt()",
        "you took absolute errors: square them.": "square() -> abs()",
        "you averaged before squaring: square first.": (
            f"{SQUARES} -> .flatten(1).mean(1).square()"
        ),
        f"axes are left: {ANY_SHAPE}": (
            "flatten(1).mean(1) -> mean([*range(1, images.dim())][:3])"
        ),
        NUMBER: ["mean(1) -> sum(1) / 784"],
        "average without `keepdim`: the result has shape (B,).": [
            f"flatten(1).mean(1) -> mean([*{SIDES}], keepdim=True)",
            "mean(1) -> mean(1)[:, None]",
        ],
    }
)
