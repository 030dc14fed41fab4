"""`vae_loss(x_hat, x, mean, logvar)`: squared error plus KL, both summed per image."""

from functools import partial

import torch
from torch.nn import functional as F  # noqa: F401  (for the mistakes)

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import alone


def vae_loss(x_hat, x, mean, logvar):
    m, v = mean, logvar
    squares = (x_hat - x) ** 2
    errors = squares.flatten(1).sum(1)
    kl = 0.5 * (m**2 + v.exp() - v - 1)
    costs = kl.sum(1)
    return (errors + costs).mean()


def cases():
    def batch(shape, units, code=None):
        mean, logvar = torch.randn(2, shape[0], units)
        if code:
            mean, logvar = (torch.full_like(mean, each) for each in code)
        x_hat = 2 * torch.rand(shape) - 0.5
        return {"x_hat": x_hat, "x": torch.rand(shape), "mean": mean, "logvar": logvar}

    ends = [(0.0, 0.0), (0.0, -41.0), (1.0, 41.0), (20.0, -1.0)]
    return [
        *(batch((4, 1, 5, 3), 3), batch((1, 3, 2, 3), 4), batch((6, 7), 5)),
        *(batch((5, 3, 2, 2), 5), batch((3, 3), 3)),
        *(batch((2, 1, 1, 2), 3, code) for code in ends),
    ]


def told(case):
    shape, mean, logvar = tuple(case["x"].shape), case["mean"], case["logvar"]
    code = f"images of shape {shape} and codes of {mean.shape[1]} units"
    if logvar.std() == 0:
        code += f", mean {mean[0, 0]:g} and logvar {logvar[0, 0]:g}"
    return code


check = Exercise(vae_loss, cases, returned(("x_hat", "mean", "logvar")), tell=told)
single = partial(alone, vae_loss)
MEAN = "flatten(1).sum(1) -> flatten(1).mean(1)"
PIXELS, SQUARE, KL = "flatten(1).sum(1) ->", "(x_hat - x) ** 2 ->", "kl.sum(1) ->"
ERRORS, END = "squares.flatten(1).sum(1) ->", "(errors + costs).mean() ->"
PRICE = "(m**2 + v.exp() - v - 1) ->"
CUT = "m, v = mean, logvar -> m, v = mean, logvar.clamp({}, {})".format
BCE = "F.binary_cross_entropy(x_hat.clamp({0}, 1 - {0}), x, reduction='none')".format
BETAS = (1e-4, 1e-3, 0.01, 0.1, 0.5)
FACTOR = """a small factor before the KL cures only the symptom: the error is a mean.
Sum it over the pixels: then the KL needs no factor."""
check.mistakes(
    {
        "the error is still a mean over the pixels: sum it, as the KL is.": MEAN,
        "both are means, of different counts: sum both.": f"{MEAN};; {KL} kl.mean(1)",
        FACTOR: single(
            *(f"{MEAN};; {KL} {b} * kl.sum(1)" for b in (*BETAS, 5e-4, 5e-3, 0.05))
        ),
        "a number such as 784 is written in your code: count the pixels.": single(
            f"{MEAN} * 784", f"{MEAN};; {KL} kl.sum(1) / 784"
        ),
        "all is divided by the pixels: in proportion, but sums are asked.": single(
            f"{END} {END[:-2]} / x[0].numel()"
        ),
        "the KL is divided by the pixels, a mean turned round: leave it a sum.": single(
            f"{KL} kl.sum(1) / x[0].numel()"
        ),
        "the error is a mean times the units of the code: sum it over pixels.": single(
            f"{MEAN} * m.shape[1]"
        ),
        "the loss is divided by the units of the code: average over images.": single(
            f"{END} (errors + costs).sum() / m.shape[1]"
        ),
        "this is a cross-entropy: here the error is squared.": single(
            f"{SQUARE} F.binary_cross_entropy_with_logits(x_hat, x, reduction='none')",
            *(f"{SQUARE} {BCE(end)}" for end in (0, 1e-6)),
        ),
        "sigma² is exp(logvar), not logvar and not its half.": single(
            *("v.exp() -> (0.5 * v).exp()", "v.exp() -> v**2"),
            f"{PRICE} (m**2 + v**2 - (v**2).log() - 1)",
            f"{PRICE} (m**2 + v - v.log() - 1)",
        ),
        "this is KL(prior || code): KL(code || prior) is asked.": single(
            f"{PRICE} ((m**2 + 1) * (-v).exp() + v - 1)"
        ),
        "this is the KL of the batch's average code: take each image's own.": single(
            "m, v = mean, logvar -> m, v = mean.mean(0, True), logvar.mean(0, True)"
        ),
        "logvar is cut to a range: nothing is cut here.": single(
            *(CUT(-end, end) for end in (5, 10, 20)),
            *(CUT(-30, end) for end in (2, 10, 20)),
            *(CUT(None, end) for end in (10, 20)),
        ),
        "there is a limit under the KL of a unit: nothing is cut here.": single(
            *(f"{KL} kl.clamp(min={end}).sum(1)" for end in (0.01, 0.05, 0.1, 0.5))
        ),
        "there is a limit under the KL of an image: nothing is cut here.": single(
            *(f"{KL} kl.sum(1).clamp(min={end})" for end in (0.5, 1, 2))
        ),
        "x_hat is cut to [0, 1], which hides errors and stops the gradient.": (
            "x_hat - x -> x_hat.clamp(0, 1) - x"
        ),
        "these are absolute errors: square them.": f"{SQUARE} (x_hat - x).abs()",
        "half of the squared error is missing.": f"{SQUARE} (x_hat - x) ** 2 / 2",
        "the error is summed over dimension 1 alone: flatten first.": (
            f"{PIXELS} sum(1).reshape(len(x), -1).mean(1)"
        ),
        "the error is a mean over the channels: sum over all but the batch.": (
            ERRORS
            + "squares.flatten(2).sum(2).mean(1) if x.dim() > 2 else squares.sum(1)"
        ),
        "the error has a root: leave squares.": (f"{PIXELS} flatten(1).sum(1).sqrt()"),
        "the half of the KL is missing.": "0.5 * ->",
        "logvar is log sigma², not log sigma: sigma² is exp(logvar).": (
            "v = mean, logvar -> v = mean, 2 * logvar"
        ),
        "mean must be squared in the KL.": ["m**2 -> m", "m**2 -> m.abs()"],
        "the 1 is missing in the KL: a code like the prior costs 0.": "- 1 ->",
        "the KL is a mean over the units: sum over them.": f"{KL} kl.mean(1)",
        "the KL is multiplied by a number: a hidden beta. Leave it as it is.": [
            f"{KL} {beta} * kl.sum(1)" for beta in (*BETAS, 0.25, 4)
        ],
        "both are summed over the batch: average.": f"{END} (errors + costs).sum()",
        "the error is a sum over the batch, the KL its mean: average both.": (
            f"{END} errors.sum() + costs.mean()"
        ),
        "the KL is a sum over the batch, the error its mean: average both.": (
            f"{END} errors.mean() + costs.sum()"
        ),
        "the KL is missing: it holds codes near the prior.": f"{END} errors.mean()",
        "the reconstruction is missing.": f"{END} costs.mean()",
        "the KL has the wrong sign: add it.": "errors + costs -> errors - costs",
        "one value per image: average over the batch.": f"{END} errors + costs",
    }
)
