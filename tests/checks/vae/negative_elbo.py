"""Answers to `negative_elbo`, in other people's words."""

from torch.nn import functional as F

from aelesson.losses import bernoulli_nll
from aelesson.losses import kl_to_standard_normal as kl

LOSS = F.binary_cross_entropy_with_logits


def right(logits, x, mean, logvar, beta):
    return (bernoulli_nll(logits, x) + beta * kl(mean, logvar)).mean()


def of_sums(logits, x, mean, logvar, beta):
    return (LOSS(logits, x, reduction="sum") + beta * kl(mean, logvar).sum()) / len(x)


RIGHT = [right, of_sums]
WRONG = {
    "over pixels: sum, or it is a hidden beta; and average both terms": (
        lambda a, x, m, v, b: LOSS(a, x) + b * kl(m, v).sum()
    ),
    "only large logits are wrong": lambda a, *rest: right(a.clamp(-40, 40), *rest),
    "in the KL, sigma^2 is exp": lambda a, x, m, s, b: right(a, x, m, (s**2).log(), b),
    "no gradient reaches logits": lambda a, *rest: right(a.detach(), *rest),
}
