"""Answers to `kl_to_standard_normal` and `negative_elbo`, right and wrong."""

import torch
import torch.nn.functional as F
from torch.distributions import Bernoulli, Independent, Normal, kl_divergence

from .answers import Wrong

# kl_to_standard_normal: right


def kl_reference(mean, logvar):
    return 0.5 * (mean**2 + logvar.exp() - logvar - 1).sum(1)


def kl_with_minus(mu, logvar):
    return -0.5 * torch.sum(1 + logvar - mu.pow(2) - torch.exp(logvar), dim=-1)


def kl_by_torch(mean, logvar):
    q = Independent(Normal(mean, logvar.mul(0.5).exp()), 1)
    p = Independent(Normal(torch.zeros_like(mean), torch.ones_like(mean)), 1)
    return kl_divergence(q, p)


def kl_row_by_row(mean, logvar):
    rows = []
    for m, v in zip(mean, logvar, strict=True):
        std = torch.exp(v / 2)
        rows.append((m.dot(m) + std.dot(std) - len(m)) / 2 - std.log().sum())
    return torch.stack(rows)


KL_RIGHT = [kl_reference, kl_with_minus, kl_by_torch, kl_row_by_row]

# kl_to_standard_normal: wrong


def kl(formula, reduce=lambda each: each.sum(1)):
    """Return a KL with its own formula, from mean, its square, variance, log of it."""
    return lambda mean, logvar: reduce(formula(mean, mean**2, logvar.exp(), logvar))


def unit(mean, square, var, logvar):
    return 0.5 * (square + var - logvar - 1)


def kl_reversed(mean, logvar):
    p = Normal(torch.zeros_like(mean), torch.ones_like(mean))
    return kl_divergence(p, Normal(mean, (0.5 * logvar).exp())).sum(1)


def kl_for_sigma(mean, std):
    return 0.5 * (mean**2 + std**2 - (std**2).log() - 1).sum(1)


def kl_minus_one_once(mean, logvar):
    return 0.5 * ((mean**2 + logvar.exp() - logvar).sum(1) - 1)


def kl_in_place(mean, logvar):
    mean.data.pow_(2)
    return kl_reference(mean, logvar)


KL_WRONG = [
    Wrong(kl(lambda *a: 2 * unit(*a)), "the factor 1/2 is missing"),
    Wrong(kl(lambda *a: -unit(*a)), "a KL is never negative"),
    Wrong(kl(lambda *a: -2 * unit(*a)), "the sign is wrong and the factor 1/2"),
    Wrong(kl(unit, lambda each: each.mean(1)), "a hidden beta"),
    Wrong(kl(unit, lambda each: each), "one value per unit"),
    Wrong(kl(unit, lambda each: each.sum(0)), "you summed over the batch"),
    Wrong(kl(unit, lambda each: each.sum()), "one number for the whole batch"),
    Wrong(kl(unit, lambda each: each.mean()), "one number for the whole batch"),
    Wrong(kl(unit, lambda each: each.sum(1).mean()), "one number for the whole batch"),
    Wrong(kl(unit, lambda each: each.sum(1, keepdim=True)), "without `keepdim`"),
    Wrong(
        kl(unit, lambda each: each.sum(1).mean().expand(len(each))),
        "the mean of the whole batch",
    ),
    Wrong(kl(unit, lambda each: each.sum(1) / len(each)), "divided by the size of the"),
    Wrong(kl(lambda m, s, v, lv: 0.5 * (m + v - lv - 1)), "mean must be squared"),
    Wrong(kl(lambda m, s, v, lv: 0.5 * (s + v**0.5 - lv - 1)), "is sigma: the formula"),
    Wrong(kl(lambda m, s, v, lv: 0.5 * (s + lv - lv - 1)), "the exp is missing"),
    Wrong(kl(lambda m, s, v, lv: 0.5 * (s + v**2 - lv - 1)), "sigma to the power 4"),
    Wrong(kl(lambda m, s, v, lv: 0.5 * (s + v - lv)), "the -1 is missing"),
    Wrong(kl(lambda m, s, v, lv: 0.5 * (s + v - lv + 1)), "do not add it: the KL of"),
    Wrong(kl(lambda m, s, v, lv: 0.5 * (s + v + lv - 1)), "subtract logvar"),
    Wrong(kl(lambda m, s, v, lv: 0.5 * (s + v - 1)), "logarithm of the variance is"),
    Wrong(kl(lambda m, s, v, lv: 0.5 * (v - lv - 1)), "the mean is missing"),
    Wrong(kl(lambda m, s, v, lv: 0.5 * s), "the variance is missing"),
    Wrong(kl(lambda m, s, v, lv: 0.5 * s + v - lv - 1), "not mean squared alone"),
    Wrong(kl(lambda m, s, v, lv: s + 0.5 * (v - lv - 1)), "mean squared included"),
    Wrong(kl(lambda m, s, v, lv: 0.5 * (s + v - lv.abs().log() - 1)), "already"),
    Wrong(lambda m, v: kl_reference(m, v.clamp(-10, 10)), "do not clamp it"),
    Wrong(kl(unit, lambda each: each.clamp_min(1e-3).sum(1)), "the KL may be 0"),
    Wrong(kl(unit, lambda each: each.sum(1).clamp_min(0.5)), "the KL may be 0"),
    Wrong(kl_reversed, "this is KL(p || q)"),
    Wrong(kl_for_sigma, "logvar is not sigma"),
    Wrong(kl_minus_one_once, "subtracted once per image"),
    Wrong(kl_in_place, "changes its input mean in place"),
    Wrong(lambda m, v: kl_reference(m, v).detach(), "no gradient flows back"),
    Wrong(lambda m, v: kl_reference(m, v.detach()), "no gradient reaches logvar"),
    Wrong(lambda m, v: kl_reference(m, v).tolist(), "(list), expected a torch tensor"),
    Wrong(lambda m, v: torch.tensor(m.numpy()), "compute with torch throughout"),
]

# negative_elbo: right


def elbo_reference(logits, x, mean, logvar, beta):
    pixels = F.binary_cross_entropy_with_logits(logits, x, reduction="none")
    return (pixels.flatten(1).sum(1) + beta * kl_reference(mean, logvar)).mean()


def elbo_of_sums(logits, x, mean, logvar, beta):
    nll = F.binary_cross_entropy_with_logits(logits, x, reduction="sum")
    return (nll + beta * kl_reference(mean, logvar).sum()) / len(x)


def elbo_by_softplus(logits, x, mean, logvar, beta):
    nll = x * F.softplus(-logits) + (1 - x) * F.softplus(logits)
    nll = nll.reshape(x.shape[0], -1).sum(-1).mean()
    return nll + beta * kl_with_minus(mean, logvar).mean()


def elbo_by_distributions(logits, x, mean, logvar, beta):
    pixels = Bernoulli(logits=logits.flatten(1), validate_args=False)
    log_likelihood = pixels.log_prob(x.flatten(1)).sum(1)
    return -(log_likelihood - beta * kl_by_torch(mean, logvar)).mean(0)


ELBO_RIGHT = [
    elbo_reference,
    elbo_of_sums,
    elbo_by_softplus,
    elbo_by_distributions,
]

# negative_elbo: wrong


def bce(logits, x):
    return F.binary_cross_entropy_with_logits(logits, x, reduction="none").flatten(1)


def elbo(reconstruct=bce, over_pixels=torch.sum, cost=kl_reference, join=None):
    """Return a loss with its own terms: each is one value per image, then averaged."""

    def negative_elbo(logits, x, mean, logvar, beta):
        nll = over_pixels(reconstruct(logits, x), 1)
        if join is not None:
            return join(nll, cost(mean, logvar), beta)
        return (nll + beta * cost(mean, logvar)).mean()

    return negative_elbo


def on_probabilities(logits, x):
    return F.binary_cross_entropy(logits, x, reduction="none").flatten(1)


def sigmoid_first(logits, x):
    return on_probabilities(logits.sigmoid(), x)


def unguarded_logarithm(logits, x):
    p = logits.sigmoid()
    return -(x * p.log() + (1 - x) * (1 - p).log()).flatten(1)


def squared_error(logits, x):
    return (logits.sigmoid() - x).square().flatten(1)


def elbo_without_flatten(logits, x, mean, logvar, beta):
    pixels = F.binary_cross_entropy_with_logits(logits, x, reduction="none")
    return (pixels.sum(1) + beta * kl_reference(mean, logvar)).mean()


def elbo_both_means(logits, x, mean, logvar, beta):
    nll = F.binary_cross_entropy_with_logits(logits, x)
    return nll + beta * 0.5 * (mean**2 + logvar.exp() - logvar - 1).mean()


def elbo_default_reduction(logits, x, mean, logvar, beta):
    nll = F.binary_cross_entropy_with_logits(logits, x)
    return nll + beta * kl_reference(mean, logvar).mean()


def elbo_784(logits, x, mean, logvar, beta):
    nll = 784 * F.binary_cross_entropy_with_logits(logits, x)
    return nll + beta * kl_reference(mean, logvar).mean()


def elbo_kl_of_units(logits, x, mean, logvar, beta):
    kl = 0.5 * (mean**2 + logvar.exp() - logvar - 1)
    return bce(logits, x).sum(1).mean() + beta * kl.mean()


def elbo_in_place(logits, x, mean, logvar, beta):
    logits.data.clamp_(-5, 5)
    return elbo_reference(logits, x, mean, logvar, beta)


ELBO_WRONG = [
    Wrong(elbo(over_pixels=torch.mean), "you averaged over the pixels"),
    Wrong(elbo_default_reduction, "you averaged over the pixels"),
    Wrong(elbo_kl_of_units, "you averaged over the units"),
    Wrong(elbo_both_means, "over pixels and over units"),
    Wrong(elbo(join=lambda r, k, b: (r + b * k).sum()), "you summed over the batch"),
    Wrong(
        elbo(join=lambda r, k, b: r.sum() + b * k.mean()),
        "the reconstruction is a sum over the batch",
    ),
    Wrong(
        elbo(join=lambda r, k, b: r.mean() + b * k.sum()),
        "the KL is a sum over the batch",
    ),
    Wrong(
        elbo(join=lambda r, k, b: r.mean() + b * k.mean() / len(k)),
        "size of the batch twice",
    ),
    Wrong(elbo(join=lambda r, k, b: (r + k).mean()), "beta has no effect"),
    Wrong(elbo(join=lambda r, k, b: (b * r + k).mean()), "not to the reconstruction"),
    Wrong(elbo(join=lambda r, k, b: b * (r + k).mean()), "beta multiplies both"),
    Wrong(elbo(join=lambda r, k, b: r.mean()), "the KL is missing"),
    Wrong(elbo(join=lambda r, k, b: b * k.mean()), "the reconstruction is missing"),
    Wrong(elbo(join=lambda r, k, b: -(r + b * k).mean()), "this is the ELBO"),
    Wrong(elbo(join=lambda r, k, b: (r - b * k).mean()), "it is a cost"),
    Wrong(elbo(join=lambda r, k, b: (b * k - r).mean()), "sign of the reconstruction"),
    Wrong(elbo(join=lambda r, k, b: r + b * k), "average over the batch at the end"),
    Wrong(
        elbo(join=lambda r, k, b: (r + b * k).mean(0, keepdim=True)),
        "one number without dimensions",
    ),
    Wrong(elbo(join=lambda r, k, b: (r + b * k).mean().item()), "expected a torch"),
    Wrong(
        elbo(join=lambda r, k, b: (r + b * k).mean().detach()), "no gradient flows back"
    ),
    Wrong(
        elbo(join=lambda r, k, b: (r.detach() + b * k).mean()),
        "no gradient reaches logits",
    ),
    Wrong(
        elbo(join=lambda r, k, b: (r + b * k.detach()).mean()),
        "no gradient reaches mean",
    ),
    Wrong(elbo(reconstruct=on_probabilities), "logits are no probabilities"),
    Wrong(elbo(reconstruct=sigmoid_first), "lose large logits"),
    Wrong(elbo(reconstruct=unguarded_logarithm), "log(0) or an overflow"),
    Wrong(elbo(reconstruct=squared_error), "this is the squared error"),
    Wrong(
        elbo(reconstruct=lambda logits, x: bce(logits.sigmoid(), x)),
        "the sigmoid comes twice",
    ),
    Wrong(elbo_784, "784 written in your code"),
    Wrong(elbo_without_flatten, "two terms of different shapes meet"),
    Wrong(elbo(cost=KL_WRONG[0].answer), "in the KL, the factor 1/2"),
    Wrong(elbo(cost=KL_WRONG[1].answer), "it is a cost"),
    Wrong(elbo(cost=kl_for_sigma), "in the KL, logvar is not sigma"),
    Wrong(elbo_in_place, "changes its input logits in place"),
]
