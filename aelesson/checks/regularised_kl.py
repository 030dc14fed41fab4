"""The check of `kl_sparsity`, an exercise of lesson 06."""

from math import log

import torch
from torch import Tensor
from torch.distributions import Bernoulli, kl_divergence

from aelesson.checks.expect import Mistakes, expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.regularised_l1 import HINTS

BATCHES = (
    ((5, 3), torch.float32, 0.1),  # shape, dtype, target
    ((4, 4), torch.float32, 0.2),  # square: a mean over the wrong dimension fits
    ((1, 5), torch.float32, 0.05),
    ((5, 1), torch.float32, 0.7),
    ((8, 20), torch.float64, 0.05),
    ((3, 2), torch.float64, 0.5),
)
EPS = 1e-6
EDGES = (  # what is special about a unit, and its mean over the batch
    ("a unit that is 0 for all images", 0.0),
    ("a unit that is 1 for all images", 1.0),
    ("a unit with the mean 1e-9", 1e-9),
)
TARGET = 0.2
OTHER_EPS = (0.1, 0.05, 0.01, 1e-3, 1e-4, 1e-5, 1e-7, 1e-8, 1e-9, 1e-10, 1e-12)
_CUT = "cut the means to [1e-6, 1 - 1e-6] before you take logarithms."
_BOUNDS = f"the bounds are others, or what you cut is not the mean: {_CUT}"
KL_HINTS = {
    "must be Tensor, not float": (
        "torch.log works on tensors, math.log on plain numbers such as target."
    ),
    "only one element tensors": (
        "math.log and float() take one number: use .log() for tensors."
    ),
    **HINTS,
}


@check(f"right on {len(BATCHES)} batches and at 0 and 1, gradients included")
def kl_sparsity(function: Answer) -> None:
    """Check `kl_sparsity(activation, target)`: nats, summed over units, `()`."""
    for shape, dtype, target in BATCHES:
        activation = _activation(shape, dtype).requires_grad_()
        got = _sparsity(function, activation, target)
        expected = _kl(target, activation.mean(0)).sum()
        given = f"activation of shape {shape}, {dtype}, and target {target:g}"
        mistakes = {
            **_mistakes(activation, target),
            _BOUNDS: _with_other_bounds(activation, target),
        }
        expect_close(got, expected, given, mistakes)
        _expect_gradients(got, expected, activation)
    for expect in (_expect_finite, _expect_cut, _expect_finite_gradient):
        for name, mean in EDGES:
            for dtype in (torch.float64, torch.float32):
                leaf = torch.full((4, 1), mean, dtype=dtype, requires_grad=True)
                expect(_sparsity(function, leaf, TARGET), leaf, name)
    _expect_uncut_activations(function)


def _activation(shape: tuple[int, int], dtype: torch.dtype) -> Tensor:
    """Draw activations whose means over units and over images differ clearly."""
    batch, units = shape
    of_units = torch.linspace(-3.6, 1, units, dtype=dtype)
    of_images = torch.linspace(1, -2, batch, dtype=dtype)[:, None]
    return (of_units + of_images + torch.randn(shape, dtype=dtype)).sigmoid()


def _kl(target: float, mean: Tensor) -> Tensor:
    """Return each unit's divergence by PyTorch's own formula."""
    right: Tensor = kl_divergence(
        Bernoulli(torch.full_like(mean, target)), Bernoulli(mean)
    )
    return right


def _sparsity(function: Answer, activation: Tensor, target: float) -> Tensor:
    batch, units = activation.shape
    add_up = "sum over the units, without `keepdim`."
    shapes = {
        (units,): f"one value per unit; {add_up}",
        (1, units): f"one value per unit; {add_up}",
        (1,): "it has one value, but also a dimension: sum over all units.",
        (1, 1): "it has one value, but also dimensions: sum without `keepdim`.",
        (batch, units): ("average the activations over the batch first: dimension 0."),
        (batch,): (
            "one value per image: average over the batch, dimension 0, then sum over "
            "the units."
        ),
        (batch, 1): "average over the batch, dimension 0, then sum over the units.",
    }
    got = call(function, KL_HINTS, activation=activation, target=target)
    return expect_tensor(got, (), shapes, activation.dtype)


def _mistakes(activation: Tensor, target: float) -> Mistakes:
    """Give each known mistake its diagnosis and the value that it leads to."""
    batch, units = activation.shape
    mean, rest = activation.mean(0), 1 - target
    first = target * (target / mean).log()
    second = rest * (rest / (1 - mean)).log()
    right = (first + second).sum()
    each, of_images = _kl(target, activation), _kl(target, activation.mean(1))
    overall = _kl(target, activation.mean())
    entropy = -(target * log(target) + rest * log(rest))
    cross = -(target * mean.log() + rest * (1 - mean).log())
    p = torch.full_like(mean, target)
    return {
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
            _kl(target, activation.sigmoid().mean(0)).sum()
        ),
        "the activations became shares of one whole (softmax): leave them as they "
        "are.": (
            _kl(target, activation.softmax(1).mean(0)).sum(),
            _kl(target, (activation / activation.sum(1, keepdim=True)).mean(0)).sum(),
        ),
        "you rounded the activations to 0 or 1: leave them as they are.": (
            _kl(target, activation.round().mean(0).clamp(EPS, 1 - EPS)).sum()
        ),
        "units below the target cost as well as units above it.": (
            (first + second)[mean > target].sum(),
            (first + second)[mean < target].sum(),
        ),
        "you took a mean over the two halves: in F.kl_div, reduction='sum'.": (
            right / 2,
            right / (2 * units),
        ),
        "this is the largest divergence of a unit: take the sum.": (
            (first + second).amax()
        ),
        "the largest activation of each unit is taken: take the mean.": (
            _kl(target, activation.amax(0)).sum()
        ),
    }


def _of_sums(activation: Tensor, target: float) -> Tensor:
    """Return what a sum over the batch gives; nan where it is above 1."""
    total, rest = activation.sum(0), 1 - target
    first = target * (target / total).log()
    return (first + rest * (rest / (1 - total)).log()).sum()


def _expect_gradients(got: Tensor, expected: Tensor, activation: Tensor) -> None:
    if not got.requires_grad:
        raise CheckFailed(
            "no gradient flows back from your result, so nothing could be trained.\n"
            "No `detach`, `no_grad`, `.item()`, `.data` or new tensor on the way."
        )
    (right,) = torch.autograd.grad(expected, activation)
    (found,) = torch.autograd.grad(
        got, activation, allow_unused=True, materialize_grads=True
    )
    if torch.allclose(found, right, rtol=1e-3, atol=1e-4):
        return  # a tiny number added to the mean is no mistake
    diagnosis = "no gradient reaches activation: is there a `detach` on the way?"
    given = "the gradient with respect to activation"
    expect_close(found, right, given, {diagnosis: torch.zeros_like(right)})


def _expect_finite(got: Tensor, activation: Tensor, name: str) -> None:
    if not got.isfinite():
        rounded = activation[0] == 1 and activation.dtype == torch.float32
        cause = " (In float32, 1 - 1e-8 is exactly 1.)" if rounded else ""
        raise CheckFailed(
            f"the result is {got.item()} for {name}, in {activation.dtype}.{cause}\n"
            f"There is a log(0) or 1/0 in it: {_CUT}"
        )


def _expect_cut(got: Tensor, activation: Tensor, name: str) -> None:
    """Ask for the clamped mean's KL, within 1 %: floats are coarse near 1."""
    mean = activation.mean(0).double()
    right = _kl(TARGET, mean.clamp(EPS, 1 - EPS)).sum()
    if abs(got - right) < 0.01 * right:
        return
    mistakes: Mistakes = {
        _BOUNDS: _with_other_bounds(activation.double(), TARGET),
        f"such a unit must cost: {_CUT}": 0 * right,
    }
    expect_close(got, right, f"{name}, target {TARGET:g}", mistakes)


def _with_other_bounds(activation: Tensor, target: float) -> tuple[Tensor, ...]:
    """Return what other bounds lead to, of the means or of the activations."""
    return tuple(
        _kl(target, mean.clamp(eps, 1 - eps)).sum()
        for eps in OTHER_EPS
        for mean in (activation.mean(0), activation.clamp(eps, 1 - eps).mean(0))
    )


def _expect_finite_gradient(got: Tensor, activation: Tensor, name: str) -> None:
    (gradient,) = torch.autograd.grad(
        got, activation, allow_unused=True, materialize_grads=True
    )
    if not gradient.isfinite().all():
        raise CheckFailed(
            f"your value is right, but the gradient is nan or inf for {name}.\n"
            "A branch with log(0), hidden afterwards, does that: cut the means with "
            "clamp before the logarithm."
        )


def _expect_uncut_activations(function: Answer) -> None:
    """Ask that an activation of exactly 0 or 1 has a gradient: only means are cut."""
    leaf = torch.tensor([[0.0, 1.0], [0.5, 0.25], [0.25, 1.0]], requires_grad=True)
    got = _sparsity(function, leaf, 0.1)
    expected = _kl(0.1, leaf.mean(0)).sum()
    (right,) = torch.autograd.grad(expected, leaf)
    (found,) = torch.autograd.grad(got, leaf)
    cuts = tuple(right * mask for mask in (leaf > 0, leaf < 1, (leaf > 0) & (leaf < 1)))
    diagnosis = (
        "an activation of exactly 0 or 1 gets no gradient: cut the means of the units, "
        "not the activations."
    )
    given = "the gradient where some activations are exactly 0 or 1"
    expect_close(found, right, given, {diagnosis: cuts})
