"""`negative_elbo(logits, x, mean, logvar, beta)`: a VAE's loss, in nats per image."""

import torch
from torch.nn import functional as F

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import alone, edits
from aelesson.checks.vae.kl_to_standard_normal import FORMULA


def negative_elbo(logits, x, mean, logvar, beta):
    pixels = F.binary_cross_entropy_with_logits(logits, x, reduction="none")
    nll = pixels.flatten(1).sum(1)
    variance = logvar.exp()
    kl = 0.5 * (mean**2 + variance - logvar - 1)
    cost = kl.sum(1)
    return (nll + beta * cost).mean()


def case(shape, mean, logvar, beta, size=2.0):
    logits, x = size * torch.randn(shape), torch.rand(shape)
    logits, x = logits.to(mean.dtype), x.to(mean.dtype)
    return {"logits": logits, "x": x, "mean": mean, "logvar": logvar, "beta": beta}


def cases():
    full = [torch.full((2, 3), each) for each in (1.0, -20.0, -1.0, 12.0)]
    return [
        case((1, 2, 3, 2), *torch.randn(2, 1, 5), 0.5),
        case((3, 1, 4, 5), *torch.randn(2, 3, 2), 1.0),
        case((5, 7), *torch.randn(2, 5, 3), 4.0),
        case((2, 6), *torch.randn(2, 2, 4), 0.0),
        case((5, 3, 2, 2), *torch.randn(2, 5, 2).double(), 2.5),
        case((3, 9), *torch.randn(2, 3, 2), 1.0, size=1000.0),
        case((2, 9), *full[:2], 2.0),
        case((2, 9), *full[2:], 2.0),
    ]


ERRORS = {
    "Dimension out of range": "images may have any shape: flatten(1), then sum(1).",
    "is invalid for input of size": "is a size such as 784 written in your code?",
    "between 0 and 1": "logits are no probabilities: use the loss with logits.",
    "must match the size of tensor": (
        "two terms of different shapes meet: reduce both to one value per image, (B,), "
        "before you add them."
    ),
}
LARGE = (
    "only large logits are wrong: a clamp, or a sigmoid and then a logarithm? Use"
    " F.binary_cross_entropy_with_logits on the logits as they are."
)
ONLY = {LARGE: lambda case: case["logits"].abs().max() > 100}
LOOK = returned(("logits", "mean", "logvar"))
check = Exercise(negative_elbo, cases, LOOK, errors=ERRORS, only=ONLY)
LOSS = 'F.binary_cross_entropy_with_logits(logits, x, reduction="none")'
of_kl = {f"in the KL, {k}": alone(negative_elbo, *v) for k, v in FORMULA.items()}
check.mistakes(of_kl)
check.mistakes(
    {
        "logits and x are exchanged: logits come first.": "(logits, x -> (x, logits",
        "this is a squared error: the likelihood is Bernoulli.": [
            f"{LOSS} -> (logits.sigmoid() - x) ** 2",
            f"{LOSS} -> 0.5 * (logits.sigmoid() - x) ** 2",
            f"{LOSS} -> (logits - x) ** 2",
        ],
        "the sigmoid comes twice: the loss has one.": "(logits, -> (logits.sigmoid(),",
        "one dimension is averaged, such as the channels: sum over all pixels.": [
            *edits("flatten(1)", "mean({}, keepdim=True).flatten(1)", 1, -1),
            "flatten(1).sum(1) -> flatten(1).sum(1) / (x.dim() < 3 or x.shape[1])",
        ],
        "x is a picture in [0, 1] already: no sigmoid, no rounding to 0 or 1.": (
            edits("x, reduction", "x.{}(), reduction", "sigmoid", "round")
        ),
        "is a number such as 784 written in your code?": (
            edits("flatten(1).sum(1)", "flatten(1).{}", "mean(1) * 784", "sum(1) / 784")
        ),
        "you averaged over pixels: sum, or it is a hidden beta.": "1).sum -> 1).mean",
        "the KL is averaged over units: sum, or beta is hidden.": "kl.sum -> kl.mean",
        "average both terms over the batch, once, at the end: no sum.": [
            *edits(").mean()", "){}", "", ".sum()"),
            *edits("* cost", "* cost{}", ".sum()", " / len(x)"),
            "nll + -> nll.sum() +",
        ],
        "beta has no effect: multiply the KL by it.": "beta * ->",
        "multiply the KL alone by beta, and by beta itself.": [
            "nll + beta * cost -> beta * nll + cost",
            *edits("nll +", "{} * nll +", "beta", "(1 - beta)"),
            *edits("beta *", "{} *", "beta**2", "(1 - beta)", "(beta and 1 / beta)"),
        ],
        "a term is missing: both belong to it.": ["+ beta * cost ->", "nll + ->"],
        "this is the ELBO: return its negative.": "return -> return -",
        "one term has the wrong sign: the reconstruction and the KL are costs.": [
            "nll + beta -> nll - beta",
            "nll + -> -nll +",
        ],
    }
)
