"""What known mistakes in `kl_sparsity`, an exercise of lesson 06, lead to."""

from math import log

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.distributions import Bernoulli, kl_divergence

from aelesson.checks.expect import Mistakes

EPS = 1e-6
OFTEN = 0.05  # the target of many texts


def kl(target: float, mean: Tensor) -> Tensor:
    """Return each unit's divergence by PyTorch's own formula."""
    right: Tensor = kl_divergence(
        Bernoulli(torch.full_like(mean, target)), Bernoulli(mean)
    )
    return right


def mistakes(activation: Tensor, target: float) -> Mistakes:
    """Give each known mistake its diagnosis and the value that it leads to."""
    batch, units = activation.shape
    mean, rest = activation.mean(0), 1 - target
    first = target * (target / mean).log()
    second = rest * (rest / (1 - mean)).log()
    right = (first + second).sum()
    each, of_images = kl(target, activation), kl(target, activation.mean(1))
    overall = kl(target, activation.mean())
    entropy = -(target * log(target) + rest * log(rest))
    cross = -(target * mean.log() + rest * (1 - mean).log())
    p = torch.full_like(mean, target)
    fixed: Mistakes = {
        "your target is 0.05, whatever was asked for: use the argument.": (
            kl(OFTEN, mean).sum()
        )
    }
    return {
        **(fixed if target != OFTEN else {}),
        "you averaged over the units: take their sum.": right / units,
        "the second half is missing: (1 - target) log((1 - target) / (1 - mean)).": (
            first.sum()
        ),
        "the first half is missing: target log(target / mean).": second.sum(),
        "the two arguments are swapped: the KL is taken from the target to the mean.": (
            kl_divergence(Bernoulli(mean), Bernoulli(p)).sum()
        ),
        "this is in bits: use the natural logarithm, not log2.": right / log(2),
        "use the natural logarithm, not log10.": right / log(10),
        "the sign is the wrong way round: a KL is never negative.": -right,
        "you divided by the size of the batch: the mean over it is enough.": (
            right / batch,
            right / (batch * units),
        ),
        "you multiplied by the size of the batch: one sum over the units.": (
            right * batch
        ),
        "average over the batch, dimension 0, not over the units: the target is for "
        "each unit.": (
            of_images.sum(),
            of_images.mean(),
        ),
        "average the activations over the batch first; then one KL per unit, not one "
        "per activation.": (
            each.sum(),
            each.mean(),
            each.sum() / batch,
            each.sum() / units,
        ),
        "you averaged over units and batch at once: one mean per unit.": (
            overall,
            overall * units,
        ),
        "you took the sum over the batch: the target is for the mean.": (
            _of_sums(activation, target)
        ),
        "one half has the wrong sign: both are added.": (
            (first - second).sum(),
            (second - first).sum(),
        ),
        "this is the cross-entropy: at the target the result must be 0. Is the "
        "target's own logarithm missing?": (
            cross.sum(),
            cross.mean(),
            -cross.sum(),
            right - units * target * log(target),
            right - units * rest * log(rest),
        ),
        "target and 1 - target are crossed.": (
            (target * (target / (1 - mean)).log() + rest * (rest / mean).log()).sum()
        ),
        "the logarithms are not weighted: by target the first, by 1 - target the "
        "second.": ((target / mean).log() + (rest / (1 - mean)).log()).sum(),
        "this is the symmetric divergence: one direction is asked for.": (
            right + kl_divergence(Bernoulli(mean), Bernoulli(p)).sum(),
            (right + kl_divergence(Bernoulli(mean), Bernoulli(p)).sum()) / 2,
        ),
        "this is a distance between the means: take the KL divergence.": (
            (mean - target).square().sum(),
            (mean - target).square().mean(),
            (mean - target).abs().sum(),
            (mean - target).abs().mean(),
        ),
        "this is the entropy of the mean: take its KL divergence.": (
            Bernoulli(mean).entropy().sum(),
            Bernoulli(mean).entropy().sum() - units * entropy,
        ),
        "the activations went through a sigmoid: they are in (0, 1) already.": (
            kl(target, activation.sigmoid().mean(0)).sum()
        ),
        "the activations became shares of one whole (softmax): leave them as they "
        "are.": (
            kl(target, activation.softmax(1).mean(0)).sum(),
            kl(target, (activation / activation.sum(1, keepdim=True)).mean(0)).sum(),
        ),
        "you rounded the activations to 0 or 1: leave them as they are.": (
            kl(target, activation.round().mean(0).clamp(EPS, 1 - EPS)).sum()
        ),
        "units below the target cost as well as units above it.": (
            (first + second)[mean > target].sum(),
            (first + second)[mean < target].sum(),
        ),
        "you took a mean over the two halves: in F.kl_div, reduction='sum'.": (
            right / 2,
            right / (2 * units),
        ),
        "F.kl_div(input, target) wants the logarithm of the mean first, and "
        "the target second.": (
            (mean * (mean / target).log()).sum(),
            F.kl_div(p, mean, reduction="sum"),
            F.kl_div(p, mean, reduction="sum")
            + F.kl_div(1 - p, 1 - mean, reduction="sum"),
            F.kl_div(mean, p, reduction="sum"),
            F.kl_div(mean, p, reduction="sum")
            + F.kl_div(1 - mean, 1 - p, reduction="sum"),
        ),
        "this is the largest divergence of a unit: take the sum.": (
            (first + second).amax()
        ),
        "the largest activation of each unit is taken: take the mean.": (
            kl(target, activation.amax(0)).sum()
        ),
    }


def _of_sums(activation: Tensor, target: float) -> Tensor:
    """Return what a sum over the batch gives; nan where it is above 1."""
    total, rest = activation.sum(0), 1 - target
    first = target * (target / total).log()
    return (first + rest * (rest / (1 - total)).log()).sum()
