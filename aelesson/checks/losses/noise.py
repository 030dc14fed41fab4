"""What the two likelihoods of a noise share; its width is called std or scale."""

from math import prod

import torch

from aelesson.checks.engine import Finding, returned
from aelesson.checks.losses.images import BATCHES, NUMBER, exact_far_out, total


def cases(width):
    """Return cases for an exercise whose third argument has this name."""
    far = torch.tensor([[0.0], [1.0], [-2.0], [30.0], [-45.0], [1000.0]]).double()
    found = [
        {"x_hat": torch.tensor([[0.5]]), "x": torch.tensor([[2.0]]), width: 2.0},
        {"x_hat": torch.tensor([[0.5]]), "x": torch.tensor([[-0.5]]), width: 0.4},
        {"x_hat": torch.full((6, 1), 0.5).double(), "x": 0.5 + 2 * far, width: 2.0},
    ]
    for (shape, dtype), value in zip(BATCHES, (0.3, 2.0, 0.7, 1.5, 0.1), strict=True):
        x_hat, noise = torch.randn(2, *shape, dtype=dtype)
        noise.flatten()[::5] = 0
        found.append({"x_hat": x_hat, "x": x_hat + value * noise, width: value})
    return found


def observer(reference, width):
    """Return an observer that looks last at what is far from `x_hat`."""

    def far(x_hat, x, value):
        return ((x - x_hat).abs() > 10 * value).flatten(1).any(1)

    def underflow(at, got, right, case):
        gap = (case["x"] - case["x_hat"])[at].abs().max() / case[width]
        return Finding(
            "far out",
            f"right near x_hat, but for an error of {gap:.0f} times {width}: got"
            f" {got:.5g}, expected {right:.5g}.\nexp(-u) is 0 there for the computer,"
            " and an epsilon or a clamp only hides it: log(exp(-u)) is -u.",
        )

    seen = returned(("x_hat",), dtype=True)
    return exact_far_out(seen, reference, far, underflow)


def mistakes(reference, error, constant):
    """Return the mistakes that both losses invite."""

    def times(count, reduce=total):
        return lambda x_hat, x, width: (
            reduce(error(x - x_hat, width)) + count(x) * constant(width)
        )

    return {
        "the constant came a wrong number of times: every value has its own.": [
            times(lambda x: 1),
            times(lambda x: prod(x.shape[1:][-2:])),
            times(len),
        ],
        NUMBER: times(lambda x: 784),
        "only the errors were averaged: sum them over the pixels.": times(
            lambda x: x[0].numel(), lambda v: v.flatten(1).mean(1)
        ),
        "x and x_hat may be any real numbers: do not cut them to [0, 1].": (
            lambda x_hat, x, width: reference(x_hat, x.clamp(0, 1), width)
        ),
    }
