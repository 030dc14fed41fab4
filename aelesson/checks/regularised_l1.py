"""The check of `l1_penalty`, an exercise of lesson 06."""

import torch
import torch.nn.functional as F
from torch import Tensor

from aelesson.checks.expect import Mistakes, expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check

CODES = (
    ((3, 6), torch.float32),
    ((4, 4), torch.float32),  # square: a sum over the wrong dimension has this shape
    ((1, 5), torch.float32),
    ((4, 1), torch.float32),
    ((7, 20), torch.float64),
)
ADDED = (1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2)  # what people put under a root
TINY = 1e-6  # its slope is 1 still, but not under a root with 1e-12 beside its square

HINTS = {
    "leaf Variable that requires grad": (
        "make a new tensor in place of changing an input: abs(), not abs_()."
    ),
    "call numpy() on Tensor": "compute with torch throughout: NumPy has no gradients.",
    "on Tensor that requires grad": (
        "compute with torch throughout: NumPy has no gradients."
    ),
    "can be converted to": "float() takes one number: use the methods of tensors.",
}
_ONE_PER_IMAGE = "one value per image: sum over dimension 1, the units of the code."


@check(f"right on {len(CODES)} batches of codes, gradients included")
def l1_penalty(function: Answer) -> None:
    """Check `l1_penalty(z)`: the sum of absolute values of each code, `(B,)`."""
    for shape, dtype in CODES:
        z = _codes(shape, dtype)
        penalty = _penalty(function, z)
        expected = z.abs().sum(1)
        mistakes = {**_mistakes(z, expected), **_smoothed(z)}
        expect_close(penalty, expected, f"z of shape {shape}, {dtype}", mistakes)
        _expect_gradients(function, z)
    for dtype in (torch.float16, torch.bfloat16):
        z = torch.tensor([[1.5, -2.0, 0.0], [-0.5, 0.25, 1.0]], dtype=dtype)
        expect_close(
            _penalty(function, z), z.abs().sum(1), f"z = {z.tolist()}, {dtype}"
        )


def _codes(shape: tuple[int, int], dtype: torch.dtype) -> Tensor:
    """Draw codes: small and large values of both signs, and exact zeros."""
    z = torch.randn(shape, dtype=dtype) * 3.0 ** torch.randint(-5, 2, shape)
    z[:, 0] = torch.linspace(-1.5, 2, shape[0], dtype=dtype)  # no image is all 0
    if shape[1] > 1:
        z[0, 1] = z[-1, -1] = 0.0
    if dtype == torch.float64:
        z[1, 1] = TINY
    return z


def _penalty(function: Answer, z: Tensor) -> Tensor:
    batch, units = z.shape
    shapes = {
        (batch, units): f"one value per unit; {_ONE_PER_IMAGE}",
        (units,): f"you summed over the batch; {_ONE_PER_IMAGE}",
        (1, units): f"you summed over the batch; {_ONE_PER_IMAGE}",
        (): (
            f"one number for the whole batch; {_ONE_PER_IMAGE}"
            if batch > 1
            else "one image is a batch too: no squeeze(), the shape is (1,)."
        ),
        (1,): f"one number for the whole batch; {_ONE_PER_IMAGE}",
        (batch, 1): "sum without `keepdim`.",
    }
    got = call(function, HINTS, z=z)
    return expect_tensor(got, (batch,), shapes, z.dtype)


def _mistakes(z: Tensor, right: Tensor) -> dict[str, Tensor | tuple[Tensor, ...]]:
    """Give each known mistake its diagnosis and the values that it leads to."""
    batch, units = z.shape
    each = torch.ones_like(right)
    lengths = z.square().sum(1)
    known: dict[str, Tensor | tuple[Tensor, ...]] = {
        "the absolute value is missing: -3 costs as much as 3.": z.sum(1),
        "first the absolute value of each unit, then the sum: else +3 and -3 cancel.": (
            z.sum(1).abs()
        ),
        "you averaged over the units of the code: take their sum.": right / units,
        "you divided by the size of the batch: one sum per image.": right / batch,
        "you divided by the number of all values: one sum per image.": (
            right / (batch * units)
        ),
        "you squared the values: that is the squared L2 norm.": (
            lengths,
            lengths / 2,
            lengths / units,
        ),
        "this is the L2 norm, the root of the sum of squares: no squares here.": (
            lengths.sqrt()
        ),
        "the factor 1/2 does not belong here.": right / 2,
        "the sign is the wrong way round: a penalty is added to a loss.": -right,
        "each image got the sum of the whole batch: sum over its own units.": (
            each * right.sum()
        ),
        "each image got the mean of the whole batch: sum over its own units.": (
            each * right.mean(),
            each * z.abs().mean(),
        ),
        "you counted the units that are not 0 (L0): add up their absolute values.": (
            (z != 0).sum(1).to(z)
        ),
        "negative values are left out: they cost as much as positive ones.": (
            z.clamp_min(0).sum(1)
        ),
        "positive values are left out: they cost as much as negative ones.": (
            -z.clamp_max(0).sum(1)
        ),
        "this is the largest absolute value: take the sum.": z.abs().amax(1),
    }
    if batch == units:
        known["you summed over the batch: sum over dimension 1, the units."] = (
            z.abs().sum(0),
            z.abs().mean(0),
            z.sum(0),
        )
    return known


def _smoothed(z: Tensor) -> Mistakes:
    """Give what is nearly the absolute value its diagnosis and its values, `(B,)`."""
    zero = torch.zeros_like(z)
    return {
        "this is a smoothed absolute value (Huber): take the absolute value itself.": (
            F.smooth_l1_loss(z, zero, reduction="none").sum(1),
            F.huber_loss(z, zero, reduction="none", delta=0.1).sum(1),
        ),
        "a number is added to each value or under a root: abs() needs none.": tuple(
            values.sum(1)
            for added in ADDED
            for values in ((z.square() + added).sqrt(), z.abs() + added)
        ),
        "a logarithm or a root of the absolute values: add up the values themselves.": (
            z.abs().log1p().sum(1),
            z.square().log1p().sum(1),
            z.abs().sqrt().sum(1),
        ),
    }


def _expect_gradients(function: Answer, z: Tensor) -> None:
    """Ask for the sign of each value; at 0, for what lies between -1 and 1."""
    leaf = z.clone().requires_grad_()
    penalty = _penalty(function, leaf)
    if not penalty.requires_grad:
        raise CheckFailed(
            "no gradient flows back from your result, so nothing could be trained.\n"
            "No `detach`, `no_grad`, `.item()`, `.data` or new tensor on the way."
        )
    weights = torch.linspace(1, 2, len(z), dtype=z.dtype)
    (found,) = torch.autograd.grad(
        (weights * penalty).sum(), leaf, allow_unused=True, materialize_grads=True
    )
    gradient = found / weights[:, None]
    if not gradient.isfinite().all():
        raise CheckFailed(
            "your values are right, but where a value is exactly 0 the gradient is nan "
            "or inf.\nThe root of a square does that: use abs()."
        )
    known = z != 0
    flat = gradient[z == TINY].abs()
    if ((flat > 0.01) & (flat < 0.99)).any():
        raise CheckFailed(
            f"at {TINY:g} the slope must be 1 still, and yours is {float(flat[0]):.3g}."
            "\nIs a number added under a root? abs() needs none."
        )
    diagnosis = (
        "your values are right, but no gradient reaches z: is there a `detach` or "
        "`.data` on the way?"
    )
    right = z.sign()[known]
    expect_close(
        gradient[known],
        right,
        "the gradient by z",
        {diagnosis: torch.zeros_like(right)},
    )
    if (gradient[~known].abs() > 1 + 1e-6).any():
        raise CheckFailed(
            "where a value is exactly 0, the gradient must lie between -1 and 1; yours "
            f"is {float(gradient[~known].abs().max()):.4g}."
        )
