"""`skill(x_hat, x, mean_image)`: 1 for perfect ones, 0 for the mean image."""

import torch

from aelesson.checks.engine import FINE, Exercise, Finding, returned
from aelesson.checks.engine.calls import attempt


def skill(x_hat, x, mean_image):
    ours = (x_hat - x) ** 2
    worst = (mean_image - x) ** 2
    value = 1 - ours.sum() / worst.sum()
    return value.item()


def cases():
    def near(x, mean_image):
        return 0.8 * x + 0.25 * torch.rand_like(x)

    def beyond(x, mean_image):
        return 1.5 * x - 0.4 + 0.3 * torch.rand_like(x)

    def perfect(x, mean_image):
        return x.clone()

    def average(x, mean_image):
        return mean_image.expand_as(x).clone()

    def black(x, mean_image):
        return torch.zeros_like(x)

    def case(shape, answer):
        shades = torch.linspace(0.3, 1, shape[0]).reshape(-1, 1, 1, 1)
        x, mean = torch.rand(shape) * shades, 0.2 + 0.5 * torch.rand(1, *shape[1:])
        return {"x_hat": answer(x, mean), "x": x, "mean_image": mean}

    shapes, answers = [(6, 1, 4, 5), (1, 3, 2, 2), (9, 1, 3, 3)], vars()
    named = [
        answers[each] for each in ("near", "beyond", "perfect", "average", "black")
    ]
    return [case(shape, answer) for shape in shapes for answer in named]


def observe(answer, case):
    yield "small change", small_change(answer)
    yield "ratio", ratio(answer, case)
    yield from returned()(answer, case)


def small_change(answer):
    """Ask that a small change of all pixels shows, as it does not in counts."""
    x = (torch.arange(176).reshape(4, 1, 4, 11) * 7 % 11) / 10
    off = torch.tensor([0.32, -0.32, 0.28, -0.28, 0.32]).repeat(36)[:176].view_as(x)
    inputs = [x, x[:1].flip(-1) / 2]
    values = [attempt(answer, [x + k * off, *inputs]) for k in (1.0, 1.025)]
    if not all(isinstance(v, float) for v in values) or values[0] != values[1]:
        return FINE
    return COUNTS


def ratio(answer, case):
    """Tell by which factor the ratio of the errors is off, if it is one."""
    x_hat, x, mean_image = case.values()
    slope, factors = torch.linspace(0.5, 2, x.numel()).view_as(x), []
    for judged in (x_hat, x + (x_hat - x) * slope):
        got = attempt(answer, [judged.clone(), x.clone(), mean_image.clone()])
        right = 1 - skill(judged, x, mean_image)
        factors.append((1 - got) / right if isinstance(got, float) and right else 1.0)
    first, second = factors
    if abs(first - second) > 1e-4 * abs(first) or abs(first - 1) < 1e-3:
        return FINE
    return Finding(f"{first:.3g}", OFF.format(first))


OFF = """your number is 1 minus {:.3g} times the right ratio: is the error of x_hat
divided by something else than that of mean_image? Take two sums, or two means."""
COUNTS = Finding(
    "counts",
    "a small change of all pixels does not change your number: do you count?\n"
    "Other limits or weights cure the symptom, not the cause: square errors.",
)
check = Exercise(skill, cases, observe)
OURS, WORST = "(x_hat - x) ** 2 ->", "(mean_image - x) ** 2 ->"
RATIO, VALUE = "ours.sum() / worst.sum() ->", "1 - ours.sum() / worst.sum() ->"
BASE, END = "mean_image - x ->", "value.item() ->"
check.mistakes(
    {
        "only a part is judged: take all pixels of all images.": [
            lambda x_hat, x, mean: skill(x_hat[:1], x[:1], mean),
            lambda x_hat, x, mean: skill(x_hat[:, :1], x[:, :1], mean[:, :1]),
        ],
        "x_hat is compared with the mean image: its error is what parts it from x.": [
            lambda x_hat, x, mean: skill(mean, x_hat, x),
            lambda x_hat, x, mean: 1 - skill(x_hat, mean, x),
            lambda x_hat, x, mean: skill(x_hat, mean, x),
        ],
        "this is a logarithm: the skill falls in proportion to the error.": [
            f"{VALUE} 10 * (worst.sum() / ours.sum()).log10()",
            f"{VALUE} -10 * ours.mean().log10()",
            f"{VALUE} (worst.sum() / ours.sum()).log()",
        ],
        "this is 1 minus the error: divide by mean_image's.": f"{RATIO} ours.mean()",
        "this is the error: compare with that of mean_image.": f"{VALUE} ours.mean()",
        "you average the ratios of images or pixels: divide the two sums.": [
            f"{RATIO} (ours.flatten(1).sum(1) / worst.flatten(1).sum(1)).mean()",
            f"{RATIO} (ours / worst.clamp(min=1e-12)).mean()",
            f"{RATIO} (ours.sum(0) / worst.sum(0).clamp(1e-12)).mean()",
        ],
        "you took roots of the errors: the task asks for squared errors.": (
            f"{RATIO} (ours.sum() / worst.sum()).sqrt()"
        ),
        "it is upside down: turn it round.": f"{RATIO} worst.sum() / ours.sum()",
        "negative values are cut off: what is worse than mean_image must show.": (
            f"{END} value.clamp(min=0).item()"
        ),
        "this is in percent: perfect is 1.": f"{END} 100 * value.item()",
        "you took absolute errors: the task asks for squared ones.": (
            f"{OURS} (x_hat - x).abs();; {WORST} (mean_image - x).abs()"
        ),
        "x_hat is cut to [0, 1]: judge it as it came.": "x_hat -> x_hat.clamp(0, 1)",
        "the baseline is the judged images' mean: use mean_image.": (
            f"{BASE} x.mean(0) - x"
        ),
        "the baseline is one grey value: use the mean image, pixel by pixel.": [
            f"{BASE} {each}.mean() - x" for each in ("mean_image", "x")
        ],
        "the baseline is black: use mean_image.": f"{BASE} x",
    }
)
