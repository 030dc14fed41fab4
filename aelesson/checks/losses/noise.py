"""What the two likelihoods of a noise share; its width is called std or scale."""

import torch

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.losses import images
from aelesson.checks.losses.images import BATCHES, REDUCE, SUM, exact_far_out


def cases(width):
    """Return cases for an exercise whose third argument has this name."""
    far = torch.tensor([[0.0, 1.0, -2.0, 30.0, -45.0, 1000.0]] * 2).double().T
    found = [
        {"x_hat": torch.tensor([[0.5]]), "x": torch.tensor([[2.0]]), width: 2.0},
        {"x_hat": torch.tensor([[0.5]]), "x": torch.tensor([[-0.5]]), width: 0.4},
        {"x_hat": torch.full((6, 2), 0.5).double(), "x": 0.5 + 2 * far, width: 2.0},
    ]
    for (shape, dtype), value in zip(BATCHES, (0.3, 2.0, 0.7, 1.5, 0.1), strict=True):
        x_hat, noise = torch.randn(2, *shape, dtype=dtype)
        noise.flatten()[::5] = 0
        found.append({"x_hat": x_hat, "x": x_hat + value * noise, width: value})
    return found


UNDERFLOW = (
    "exp(-u) is 0 there for the computer, and an epsilon or a clamp only hides it: "
    "log(exp(-u)) is -u."
)


def exercise(reference, width, constant):
    """Return the exercise of a loss, `errors + constant`, with what both invite."""

    def far(x_hat, x, value):
        return ((x - x_hat).abs() > 10 * value).flatten(1).any(1)

    def place(case, at):
        gap = (case["x"] - case["x_hat"])[at].abs().max() / case[width]
        return f"an error of {gap:.0f} times {width}"

    watched = returned(("x_hat",), dtype=True)
    exact = exact_far_out(watched, reference, far, place, UNDERFLOW)

    def observe(answer, case):
        for aspect, value in exact(answer, case):
            if aspect == "gradient at x_hat" and isinstance(value, torch.Tensor):
                free = (case["x"] == case["x_hat"]) & value.isfinite()
                value = value.masked_fill(free, 0)  # a corner may have any slope
            yield aspect, value

    check = Exercise(reference, lambda: cases(width), observe, errors=images.ERRORS)
    errors = f"errors + {constant} -> errors;; {SUM} -> {SUM}"
    check.mistakes(
        REDUCE
        | {
            "each value has its own constant: sum both alike, no mean of one alone.": [
                *(f"{errors} + {n} * ({constant})" for n in (1, 784, "len(x)")),
                f"{errors} + x.shape[1:][-2:].numel() * ({constant})",
                f"{errors} / x[0].numel() + x[0].numel() * ({constant})",
            ],
            "x and x_hat may be any real numbers: do not cut them to [0, 1].": (
                "x - x_hat -> x.clamp(0, 1) - x_hat"
            ),
        }
    )
    return check
