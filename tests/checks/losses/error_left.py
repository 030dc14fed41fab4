"""Answers to `error_left`, in other people's words."""

from torch.distributions import Bernoulli, kl_divergence
from torch.nn import functional as F

from aelesson import losses

bce = F.binary_cross_entropy_with_logits


def by_library(logits, x, baseline):
    lowest = losses.bernoulli_entropy(x).mean()
    model, base = (losses.bernoulli_nll(a, x).mean() for a in (logits, baseline))
    return ((model - lowest) / (base - lowest)).item()


def by_divergence(logits, x, baseline):
    model, base = (
        kl_divergence(Bernoulli(probs=x), Bernoulli(logits=a)).sum()
        for a in (logits, baseline)
    )
    return float(model / base)


def by_perfect(logits, x, baseline):
    perfect = bce(x.logit(eps=1e-7), x)
    return float((bce(logits, x) - perfect) / (bce(baseline, x) - perfect))


RIGHT = [by_library, by_divergence, by_perfect]
WRONG = {
    "a perfect reconstruction has more than 0": lambda a, x, b: float(
        bce(a, x) / bce(b, x)
    ),
    "that is the squared error": lambda a, x, b: float(
        F.mse_loss(a.sigmoid(), x) / F.mse_loss(b.sigmoid(), x)
    ),
    "nan": lambda a, x, b: by_library(a, x, b) + 0 * float((x * x.log()).sum()),
    "times the right one": lambda a, x, b: 100 * by_library(a, x, b),
    "only above the line": lambda a, x, b: float(
        (bce(a, x) - bce(x.logit(eps=1e-7), x)) / bce(b, x)
    ),
}
