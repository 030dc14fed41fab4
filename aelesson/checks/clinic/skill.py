"""`skill(x_hat, x, mean_image)`: 1 for perfect ones, 0 for the mean image."""

import torch

from aelesson.checks.engine import FINE, Exercise, Finding, returned
from aelesson.checks.engine.calls import attempt
from aelesson.checks.engine.edits import edits


def skill(x_hat, x, mean_image):
    ours = (x_hat - x) ** 2
    worst = (mean_image - x) ** 2
    value = 1 - ours.sum() / worst.sum()
    return value.item()


def cases():
    found = []
    for shape in ((6, 1, 4, 5), (1, 3, 2, 2), (9, 1, 3, 3)):
        x = torch.rand(shape) * torch.linspace(0.3, 1, shape[0]).reshape(-1, 1, 1, 1)
        mean_image = 0.2 + 0.5 * torch.rand(1, *shape[1:])
        near, beyond = 0.8 * x + 0.25 * torch.rand(shape), 1.5 * x - 0.4
        for x_hat in (near, beyond, x, 0 * x):
            found.append({"x_hat": x_hat, "x": x, "mean_image": mean_image})
    return found


def observe(answer, case):
    yield "small change", small_change(answer)
    yield from returned()(answer, case)


def small_change(answer):
    """Ask that a small change of all pixels shows; tell a factor before the ratio."""
    x = (torch.arange(176).reshape(11, 1, 4, 4) * 7 % 11) / 10
    off = torch.tensor([0.32, -0.32, 0.28, -0.28, 0.32]).repeat(36)[:176].view_as(x)
    more, mean_image = torch.linspace(1, 1.05, 176).view_as(x), x[:1].flip(-1) / 2
    given = [[x + off, x, mean_image], [x + more * off, x, mean_image]]
    values = [attempt(answer, [*map(torch.clone, each)]) for each in given]
    if not all(isinstance(value, float) for value in values):
        return FINE
    a, b = ((1 - v) / (1 - skill(*g)) for v, g in zip(values, given, strict=True))
    if values[0] == values[1]:
        return COUNTS
    factor = abs(a - b) < 1e-4 * abs(a) and abs(a - 1) > 1e-3
    return Finding(f"{a:.3g}", OFF.format(a)) if factor else FINE


OFF = """your number is 1 minus {:.3g} times the right ratio: is the error of x_hat
divided by something else than that of mean_image? Take two sums, or two means."""
COUNTS = Finding(
    "counts",
    "a small change of all pixels does not change your number: do you count?\n"
    "Other limits or weights cure the symptom, not the cause: square errors.",
)
check = Exercise(skill, cases, observe)
OURS, WORST = "(x_hat - x) ** 2", "(mean_image - x) ** 2"
RATIO, VALUE = "ours.sum() / worst.sum()", "1 - ours.sum() / worst.sum()"
PARTS = "(ours.sum({0}) / worst.sum({0}).clamp(1e-12)).mean()"
check.mistakes(
    {
        "only a part is judged: take all pixels of all images.": [
            lambda x_hat, x, mean: skill(x_hat[:1], x[:1], mean),
            lambda x_hat, x, mean: skill(x_hat[:, :1], x[:, :1], mean[:, :1]),
        ],
        "x_hat is compared with the mean image: its error is what parts it from x.": [
            lambda x_hat, x, mean: skill(mean, x_hat, x),
            lambda x_hat, x, mean: 1 - skill(x_hat, mean, x),
        ],
        "this is a logarithm: the skill falls in proportion to the error.": (
            edits(VALUE, "-({}).log10() * 10", RATIO, "ours.mean()")
        ),
        "this is the error, or 1 minus it: divide by that of the mean image.": (
            edits(VALUE, "{}", "ours.mean()", "1 - ours.mean()")
        ),
        "you average ratios of images, channels or pixels: divide the two sums.": [
            *edits(RATIO, PARTS, "0", "(1, 2, 3)", "(0, 2, 3)"),
            f"{RATIO} -> (ours / worst.clamp(1e-12)).mean()",
        ],
        "the task asks for squared errors: take no root and no absolute values.": [
            f"{RATIO} -> ({RATIO}).sqrt()",
            f"{OURS} -> (x_hat - x).abs();; {WORST} -> (mean_image - x).abs()",
        ],
        "it is upside down: turn it round.": f"{RATIO} -> worst.sum() / ours.sum()",
        "negative values are cut off: what is worse than mean_image must show.": (
            "value.item() -> value.clamp(min=0).item()"
        ),
        "x_hat is cut to [0, 1]: judge it as it came.": "x_hat -> x_hat.clamp(0, 1)",
        "the baseline is another: take mean_image, the mean image, pixel by pixel.": (
            edits("mean_image", "{}", "x.mean(0)", "mean_image.mean()", "x.mean()", "0")
        ),
    }
)
