"""`vae_loss(x_hat, x, mean, logvar)`: squared error plus KL, both summed per image."""

from functools import partial

import torch

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import alone, edits


def vae_loss(x_hat, x, mean, logvar):
    m, v = mean, logvar
    squares = (x_hat - x) ** 2
    errors = squares.flatten(1).sum(1)
    kl = 0.5 * (m**2 + v.exp() - v - 1)
    costs = kl.sum(1)
    return (errors + costs).mean()


def cases():
    def batch(shape, units, code=None):
        x_hat, x = 2 * torch.rand(shape) - 0.5, torch.rand(shape)
        mean, logvar = torch.randn(2, shape[0], units)
        if code:
            mean, logvar = (torch.full((1, units), each) for each in code)
        return {"x_hat": x_hat, "x": x, "mean": mean, "logvar": logvar}

    ends = [(0.0, 0.0), (0.0, -41.0), (1.0, 41.0), (20.0, -1.0)]
    return [
        *(batch((4, 1, 5, 3), 3), batch((1, 3, 2, 3), 4), batch((6, 7), 5)),
        *(batch((5, 3, 2, 2), 5), batch((3, 3), 3)),
        *(batch((1, 1, 1, 2), 3, code) for code in ends),
    ]


check = Exercise(vae_loss, cases, returned(("x_hat", "mean", "logvar")))
PIXELS, MEAN = "flatten(1).sum(1)", "flatten(1).sum(1) -> flatten(1).mean(1)"
SQUARE, KL, PRICE = "(x_hat - x) ** 2", "kl.sum(1)", "(m**2 + v.exp() - v - 1)"
SUM, END = "(errors + costs).sum()", "(errors + costs).mean()"
CHANNELS = "squares.flatten(2).sum(2).mean(1) if x.dim() > 2 else squares.sum(1)"
single = partial(alone, vae_loss)
check.mistakes(
    {
        "the error is still a mean: sum it over all but the batch, as the KL is.": [
            MEAN,
            f"{PIXELS} -> sum(1).reshape(len(x), -1).mean(1)",
            f"squares.{PIXELS} -> {CHANNELS}",
        ],
        "sums are asked for: no count of pixels or units, such as 784, as a factor.": [
            *single(f"{MEAN} * 784", f"{MEAN};; {KL} -> {KL} / 784"),
            *single(*(f"{each} -> {each} / x[0].numel()" for each in (END, KL))),
            *single(f"{MEAN} * m.shape[1]", f"{END} -> {SUM} / m.shape[1]"),
        ],
        "the error is a sum of squares: no absolute value, no root and no half.": [
            *edits(SQUARE, "{}", "(x_hat - x).abs()", f"{SQUARE} / 2"),
            f"{PIXELS} -> {PIXELS}.sqrt()",
        ],
        "x_hat is cut to [0, 1], which hides errors and stops the gradient.": (
            "x_hat - x -> x_hat.clamp(0, 1) - x"
        ),
        "the KL was sound: 0.5 * (mean² + sigma² - log sigma² - 1), of code || prior.\n"
        "logvar is log sigma².": [
            *("0.5 * ->", "m**2 -> m", "m**2 -> m.abs()", "- 1 ->"),
            "v = mean, logvar -> v = mean, 2 * logvar",
            *single(*edits("v.exp()", "{}", "(0.5 * v).exp()", "v**2")),
            *single(*edits("v.exp() - v", "{}", "v**2 - (v**2).log()", "v - v.log()")),
            *single(f"{PRICE} -> ((m**2 + 1) * (-v).exp() + v - 1)"),
        ],
        "the KL was sound: a sum over the units, with no factor, and nothing is cut.": [
            *edits(KL, "{} * kl.sum(1)", 1e-4, 1e-3, 0.01, 0.1, 0.5, 0.25, 4),
            f"{KL} -> kl.mean(1)",
            *single(*edits(KL, "kl.clamp(min={}).sum(1)", 0.01, 0.05, 0.1, 0.5)),
            *single(*edits(KL, "kl.sum(1).clamp(min={})", 0.5, 1, 2)),
            *single(*edits("mean, logvar", "mean, logvar.clamp(max={})", 10, 20)),
        ],
        "average over the batch: neither the error nor the KL is a sum over it.": [
            *edits(END, "{}", SUM, "errors.mean() + costs.sum()"),
            f"{END} -> errors.sum() + costs.mean()",
        ],
        "the KL is missing, or has the wrong sign: it holds codes near the prior.": (
            edits("(errors + costs)", "{}", "errors", "(errors - costs)")
        ),
        "the reconstruction error is missing.": "errors + costs -> costs",
    }
)
