"""`reconstruction_error(model, images)`: each image's error, in evaluation mode."""

import torch
from torch import nn

from aelesson.checks.engine import FINE, Exercise, Finding, returned
from aelesson.checks.engine.edits import edits
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.modules import Parameters


def reconstruction_error(model, images):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        x_hat = model(images)
        errors = (x_hat - images).square().flatten(1).mean(1)
    model.train(was_training)
    return errors


def noisy(shape):
    """Return a model with dropout, which is noisy in training."""
    pixels = shape.numel()
    layers = nn.Flatten(), nn.Linear(pixels, pixels), nn.Dropout()
    return nn.Sequential(*layers, nn.Unflatten(1, shape))


SHAPES = (5, 3, 4, 6), (1, 1, 6, 2), (4, 10), (3, 2, 2, 3, 2)


def cases():
    images = [2 * torch.rand(shape) - 0.5 for shape in SHAPES]
    return [{"images": x, "training": mode} for x in images for mode in (True, False)]


LOOK = returned(graph=False)


def measured(answer, case):
    ran = set()
    with isolated(seed=1):
        model = noisy(case["images"].shape[1:]).train(case["training"])
    for part in model.modules():
        part.register_forward_hook(lambda part, *_: ran.add(part.training))
    before = Parameters(model)
    aspects = LOOK(lambda x: answer(model, x), {"images": case["images"]})
    yield next(aspects)
    found = {"mode": RAN_IN_TRAIN if True in ran else FINE, "model": before.left()}
    yield from (each for each in found.items() if each[1] != FINE)  # chance may be fine
    yield "gradients", before.still_needed()
    yield from aspects


RAN_IN_TRAIN = Finding(
    "train",
    "a part of the model ran in train mode: call model.eval(), it reaches all parts.",
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
check = Exercise(reconstruction_error, cases, measured, errors=errors)
ROWS = "flatten(1).mean(1)"
check.mistakes(
    {
        "you clamp or squash the output: measure it as it is.": (
            edits("model(images)", "model(images).{}", "clamp(0, 1)", "sigmoid()")
        ),
        "average over all dimensions but the first: one value per image.": [
            *edits(ROWS, "{}", "mean()", "sum()", "mean().expand(len(images))"),
            *edits(ROWS, "{}", "mean(0)", "flatten(1).mean(0)", "flatten(1)"),
            f".{ROWS} ->",
        ],
        "you summed over the pixels: take their mean.": "mean(1) -> sum(1)",
        "you took absolute errors: square them.": "square() -> abs()",
        "you averaged before squaring: square first.": (
            f".square().{ROWS} -> .{ROWS}.square()"
        ),
        f"axes are left: {ANY_SHAPE}": (
            f"{ROWS} -> mean([*range(1, images.dim())][:3])"
        ),
        NUMBER: "mean(1) -> sum(1) / 784",
        "average without `keepdim`: the result has shape (B,).": [
            f"{ROWS} -> mean([*range(1, images.dim())], keepdim=True)",
            "mean(1) -> mean(1)[:, None]",
        ],
    }
)
