"""`negative_elbo(logits, x, mean, logvar, beta)`: a VAE's loss, in nats per image."""

import torch
from torch.nn import functional as F

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edited
from aelesson.checks.vae.kl_to_standard_normal import FORMULA
from aelesson.checks.vae.kl_to_standard_normal import check as kl_check


def negative_elbo(logits, x, mean, logvar, beta):
    pixels = F.binary_cross_entropy_with_logits(logits, x, reduction="none")
    nll = pixels.flatten(1).sum(1)
    variance = logvar.exp()
    kl = 0.5 * (mean**2 + variance - logvar - 1)
    cost = kl.sum(1)
    return (nll + beta * cost).mean()


def cases():
    def batch(shape, units, beta, size=2.0, dtype=torch.float32, code=None):
        codes = torch.randn(2, shape[0], units, dtype=dtype)
        for each, value in zip(codes, code or (), strict=False):
            each.fill_(value)
        logits = size * torch.randn(shape, dtype=dtype)
        x = torch.rand(shape, dtype=dtype)
        names = ("logits", "x", "mean", "logvar", "beta")
        return dict(zip(names, (logits, x, *codes, beta), strict=True))

    return [
        batch((1, 2, 3, 2), 5, 0.5),
        batch((3, 1, 4, 5), 2, 1.0),
        batch((5, 7), 3, 4.0),
        batch((2, 6), 4, 0.0),
        batch((5, 3, 2, 2), 2, 2.5, dtype=torch.float64),
        batch((3, 9), 2, 1.0, size=1000.0),
        *(batch((2, 9), 3, 2.0, code=c) for c in [(0, 0), (1, -20), (-1, 12)]),
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
SUM = "nll + beta * cost"


def guarded(logits, x, least=0):
    p = logits.sigmoid()
    return -(x * (p + least).log() + (1 - x) * (1 - p + least).log())


LOSES = "large logits: use F.binary_cross_entropy_with_logits."
for each in kl_check.known:
    if each.says in FORMULA:  # as whole answers: nobody makes two of so many
        check.mistake(f"in the KL, {each.says}", edited(negative_elbo, each.edits))
check.mistakes(
    {
        f"a clamp, or a sigmoid and then a guarded logarithm, loses {LOSES}": [
            f"{LOSS} -> F.binary_cross_entropy(logits.sigmoid(), x, reduction='none')",
            *(f"{LOSS} -> guarded(logits, x, 1e-{n})" for n in (2, 3, 4)),
            *(f"(logits, -> (logits.clamp(-{n}, {n})," for n in (1, 2, 3, 5, 10)),
        ],
        f"a sigmoid and then a logarithm give nan for {LOSES}": (
            f"{LOSS} -> guarded(logits, x)"
        ),
        "logits and x are exchanged: logits come first.": "(logits, x -> (x, logits",
        "this is a squared error: the likelihood is Bernoulli.": [
            f"{LOSS} -> (logits.sigmoid() - x) ** 2",
            f"{LOSS} -> 0.5 * (logits.sigmoid() - x) ** 2",
            f"{LOSS} -> (logits - x) ** 2",
        ],
        "the sigmoid comes twice: the loss has one.": "(logits, -> (logits.sigmoid(),",
        "one dimension is averaged, such as the channels: sum over all pixels.": [
            "flatten(1) -> mean(1, keepdim=True).flatten(1)",
            "flatten(1) -> mean(-1, keepdim=True).flatten(1)",
            "flatten(1).sum(1) -> flatten(1).sum(1) / (x.dim() < 3 or x.shape[1])",
        ],
        "x is a picture in [0, 1] already: no sigmoid, no rounding to 0 or 1.": [
            "x, reduction -> x.sigmoid(), reduction",
            "x, reduction -> x.round(), reduction",
        ],
        "one half of the cross-entropy is missing: all pixels cost, 0 and 1.": [
            f"{LOSS} -> x * F.softplus(-logits)",
            f"{LOSS} -> (1 - x) * F.softplus(logits)",
        ],
        "is a number such as 784 written in your code?": [
            "flatten(1).sum(1) -> flatten(1).mean(1) * 784",
            "flatten(1).sum(1) -> flatten(1).sum(1) / 784",
        ],
        "you averaged over pixels: sum, or it is a hidden beta.": "1).sum -> 1).mean",
        "in the KL, the factor 1/2 is missing.": "0.5 * ->",
        "the KL is averaged over units: sum, or beta is hidden.": "kl.sum -> kl.mean",
        "the KL has a floor (free bits): take it as it is.": [
            f"kl.sum(1) -> kl.sum(1).clamp_min({n})" for n in (0.1, 1, 3)
        ],
        "you summed over the batch: take its mean.": ").mean() -> ).sum()",
        "the KL is a sum over the batch: average both.": "* cost -> * cost.sum()",
        "the reconstruction is a sum over the batch: average both.": (
            "nll + -> nll.sum() +"
        ),
        "the KL is divided by the batch twice.": "* cost -> * cost / len(x)",
        "beta has no effect: multiply the KL by it.": "beta * ->",
        "beta belongs to the KL, not to the pixels.": f"{SUM} -> beta * nll + cost",
        "beta multiplies both terms: only the KL.": "nll + -> beta * nll +",
        "beta is the weight itself: neither 1 - beta, 1 / beta nor its square.": [
            "nll + -> (1 - beta) * nll +",
            "beta * -> (1 - beta) *",
            "beta * -> (beta and 1 / beta) *",
            "beta * -> beta**2 *",
        ],
        "the KL is missing.": "+ beta * cost ->",
        "the reconstruction is missing.": "nll + ->",
        "this is the ELBO: return its negative.": "return -> return -",
        "the KL is subtracted: it is a cost, add it.": "nll + beta -> nll - beta",
        "the sign of the reconstruction is the wrong way round.": "nll + -> -nll +",
        "one value per image: average over the batch at the end.": ").mean() -> )",
        "no gradient reaches logits: is there a `detach`?": "nll + -> nll.detach() +",
        "no gradient from the KL: is there a `detach`?": "* cost -> * cost.detach()",
    }
)
