"""The check of `kl_sparsity`, an exercise of lesson 06."""

import torch
from torch import Tensor

from aelesson.checks.expect import Mistakes, expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.regularised_kl_mistakes import EPS, kl, mistakes
from aelesson.checks.regularised_l1 import HINTS

BATCHES = (
    ((5, 3), torch.float32, 0.1),  # shape, dtype, target
    ((4, 4), torch.float32, 0.2),  # square: a mean over the wrong dimension fits
    ((1, 5), torch.float32, 0.05),
    ((5, 1), torch.float32, 0.7),
    ((8, 20), torch.float64, 0.05),
    ((3, 2), torch.float64, 0.5),
)
EDGES = (  # what is special about a unit, and its mean over the batch
    ("a unit that is 0 for all images", 0.0),
    ("a unit that is 1 for all images", 1.0),
    ("a unit with the mean 1e-9", 1e-9),
    ("a unit with the mean 1e-6", 1e-6),
)
TARGET = 0.2
HUGE = 1e30  # such as what nan_to_num makes of inf
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
    "leaf Variable that requires grad": (
        "do not change the input: clamp(), not clamp_(), and no += on it."
    ),
}


@check(f"right on {len(BATCHES)} batches and at 0 and 1, gradients included")
def kl_sparsity(function: Answer) -> None:
    """Check `kl_sparsity(activation, target)`: nats, summed over units, `()`."""
    for shape, dtype, target in BATCHES:
        activation = _activation(shape, dtype).requires_grad_()
        got = _sparsity(function, activation, target)
        expected = kl(target, activation.mean(0)).sum()
        given = f"activation of shape {shape}, {dtype}, and target {target:g}"
        known = {
            **mistakes(activation, target),
            _BOUNDS: _with_other_bounds(activation, target),
        }
        expect_close(got, expected, given, known)
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
    if not got.abs() < HUGE:
        rounded = activation[0] == 1 and activation.dtype == torch.float32
        cause = " (In float32, 1 - 1e-8 is exactly 1.)" if rounded else ""
        raise CheckFailed(
            f"the result is {got.item():.3g} for {name}, in {activation.dtype}."
            f"{cause}\nThere is a log(0) or 1/0 in it: {_CUT}"
        )


def _expect_cut(got: Tensor, activation: Tensor, name: str) -> None:
    """Ask for the clamped mean's KL, within 1 %: floats are coarse near 1."""
    mean = activation.detach().mean(0).double()
    right = kl(TARGET, mean.clamp(EPS, 1 - EPS)).sum()
    if abs(got - right) < 0.01 * right:
        return
    known: Mistakes = {
        f"1e-6 was added to the mean: {_CUT}": tuple(
            kl(TARGET, added.clamp(max=1 - EPS)).sum()
            for added in (
                mean + EPS,
                mean * (1 - 2 * EPS) + EPS,
                mean.clamp(min=EPS) + EPS,
            )
        ),
        _BOUNDS: _with_other_bounds(activation.double(), TARGET),
        f"such a unit must cost: {_CUT}": 0 * right,
    }
    expect_close(got, right, f"{name}, target {TARGET:g}", known)


def _with_other_bounds(activation: Tensor, target: float) -> tuple[Tensor, ...]:
    """Return what other bounds lead to, of the means or of the activations."""
    return tuple(
        kl(target, mean.clamp(eps, 1 - eps)).sum()
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
    expected = kl(0.1, leaf.mean(0)).sum()
    (right,) = torch.autograd.grad(expected, leaf)
    (found,) = torch.autograd.grad(got, leaf)
    cuts = tuple(right * mask for mask in (leaf > 0, leaf < 1, (leaf > 0) & (leaf < 1)))
    diagnosis = (
        "an activation of exactly 0 or 1 gets no gradient: cut the means of the units, "
        "not the activations."
    )
    given = "the gradient where some activations are exactly 0 or 1"
    expect_close(found, right, given, {diagnosis: cuts})
