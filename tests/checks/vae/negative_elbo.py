"""Answers to `negative_elbo`, in other people's words."""

from torch.distributions import Bernoulli
from torch.nn import functional as F

from aelesson.losses import bernoulli_nll
from aelesson.losses import kl_to_standard_normal as kl

LOSS = F.binary_cross_entropy_with_logits


def right(logits, x, mean, logvar, beta):
    return (bernoulli_nll(logits, x) + beta * kl(mean, logvar)).mean()


def of_sums(logits, x, mean, logvar, beta):
    return (LOSS(logits, x, reduction="sum") + beta * kl(mean, logvar).sum()) / len(x)


def by_distributions(logits, x, mean, logvar, beta):
    pixels = Bernoulli(logits=logits.flatten(1), validate_args=False)
    return -(pixels.log_prob(x.flatten(1)).sum(1) - beta * kl(mean, logvar)).mean(0)


def without_flatten(logits, x, mean, logvar, beta):
    return (LOSS(logits, x, reduction="none").sum(1) + beta * kl(mean, logvar)).mean()


RIGHT = [right, of_sums, by_distributions]
WRONG = {
    "averaged over pixels: sum, or it is a hidden beta; and the KL is a sum": (
        lambda a, x, m, v, b: LOSS(a, x) + b * kl(m, v).sum()
    ),
    "two terms of different shapes meet": without_flatten,
    "only large logits are wrong": lambda a, *rest: right(a.clamp(-40, 40), *rest),
    "in the KL, logvar is log(sigma^2), not sigma: ": lambda a, x, m, s, b: right(
        a, x, m, (s**2).log(), b
    ),
    "no gradient reaches logits": lambda a, *rest: right(a.detach(), *rest),
}
