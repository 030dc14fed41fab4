"""The check of `top_k`, an exercise of lesson 06."""

import torch
from torch import Tensor

from aelesson.checks.expect import Mistakes, expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.regularised_l1 import HINTS
from aelesson.checks.wording import close

CODES = (
    ((5, 6), 2, torch.float32),  # shape, k, dtype
    ((4, 4), 3, torch.float32),
    ((1, 7), 1, torch.float32),
    ((3, 5), 5, torch.float32),
    ((6, 9), 4, torch.float64),
    ((3, 1), 1, torch.float32),
)
TIES = (
    ([[3.0, 1, 3, 3], [2, 2, 2, 2], [5, 4, 4, 4]], 2),
    ([[-1.0, -1, -2, -1, -1], [0, 2, 2, -3, 2]], 3),
    ([[0.0, 0, 7, 0, 0, 0], [0, 0, 0, 0, 0, 0]], 3),  # as after a ReLU
    ([[1.5, 1.5, 1.5]], 1),
)
K_HINTS = {
    "is out of bounds for dimension 0": (
        "the places count units: scatter along dimension 1."
    ),
    "selected index k out of range": "k counts units: choose along dimension 1.",
    **HINTS,
    "leaf Variable that requires grad": (
        "do not change the input: put the values into torch.zeros_like(z)."
    ),
}


@check(f"right on {len(CODES) + len(TIES)} batches of codes, gradients included")
def top_k(function: Answer) -> None:
    """Check `top_k(z, k)`: the k largest values of each row, `(B, D)`."""
    for number, (shape, k, dtype) in enumerate(CODES):
        z = _codes(shape, dtype)
        kept = _largest(z, k)
        sparse = _sparse(function, z, k)
        given = f"z of shape {shape}, {dtype}, and k = {k}"
        expected = torch.where(kept == 1, z, 0.0)
        fixed = _with_other_k(z, k) if number else {}
        expect_close(sparse, expected, given, {**fixed, **_mistakes(z, k, kept)})
        _expect_gradients(function, z, k)
    for rows, k in TIES:
        z = torch.tensor(rows)
        _expect_ties(_sparse(function, z, k), z, k)
        _expect_gradients(function, z, k)


def _codes(shape: tuple[int, int], dtype: torch.dtype) -> Tensor:
    """Draw codes without ties: one all negative, one all positive, one with a -5."""
    z = torch.randn(shape, dtype=dtype)
    z[0] = -z[0].abs() - 0.1  # the largest of these are negative
    z[-1] = z[-1].abs() + 0.1
    z[shape[0] // 2, -1] = -5.0  # far from 0, and not large
    return z


def _largest(z: Tensor, k: int) -> Tensor:
    """Tell which values are the k largest of their row, where there are no ties."""
    kept = torch.zeros_like(z)
    for image, row in enumerate(z.tolist()):
        for unit in sorted(range(len(row)), key=row.__getitem__, reverse=True)[:k]:
            kept[image, unit] = 1
    return kept


def _sparse(function: Answer, z: Tensor, k: int) -> Tensor:
    got = call(function, K_HINTS, z=z, k=k)
    if isinstance(got, tuple):
        raise CheckFailed(
            f"you returned {len(got)} things, expected one tensor.\ntorch.topk gives "
            "the values and their places: put the values back into zeros, (B, D)."
        )
    if isinstance(got, Tensor) and got.dtype == torch.bool:
        raise CheckFailed(
            "you returned a mask of truth values: return the values themselves, with "
            "zero in place of those that are not kept."
        )
    if isinstance(got, Tensor) and got.layout != torch.strided:
        raise CheckFailed(
            "you returned a tensor in sparse storage: `.to_dense()` makes it ordinary."
        )
    batch, units = z.shape
    back = "put them back to their places among zeros, (B, D)."
    shapes = {
        (batch, k): f"these are the k values, or their places, alone: {back}",
        (k, units): "choose among the units of each image: dimension 1.",
        (batch * k,): f"these are the kept values alone: {back}",
        (k,): "choose k values for each image, not for the whole batch.",
        (batch * units,): "keep the shape of z.",
    }
    return expect_tensor(got, z.shape, shapes, z.dtype)


def _mistakes(z: Tensor, k: int, kept: Tensor) -> Mistakes:
    """Give each known mistake its diagnosis and the values that it leads to."""
    batch, units = z.shape
    far = _largest(z.abs(), k)
    least = z.masked_fill(kept == 0, torch.inf).amin(1, keepdim=True)
    whole = z.reshape(1, -1)
    right = z * kept
    places = right.sort(1, descending=True).values
    known: dict[str, Tensor | tuple[Tensor, ...]] = {
        "you chose by size without the sign: -5 is not among the largest, so no abs() "
        "in the choice.": (z * far, z.abs() * far),
        "the sign is lost: keep the values as they are.": z.abs() * kept,
        "negative values are cut off: one of the k largest stays, whatever its sign.": (
            right.clamp_min(0)
        ),
        "these are the k smallest values: keep the largest ones.": (
            z * _largest(-z, k)
        ),
        "you chose along the batch, dimension 0: choose among the units of each image, "
        "dimension 1.": z * _largest(z.T, min(k, batch)).T,
        "you chose among all values of the batch: each image keeps k of its own.": (
            z * _largest(whole, k).reshape(z.shape),
            z * _largest(whole, k * batch).reshape(z.shape),
        ),
        "nothing is left: put the k largest values into the zeros.": 0 * z,
        "you kept one too few: k values of each image.": z * _largest(z, k - 1),
        "you kept one too many: k values of each image.": z * _largest(z, k + 1),
        "this is the mask: return the values that it keeps.": kept,
        "you set the k largest to zero: keep them, and set the others to zero.": (
            z * (1 - kept)
        ),
        "the values were added to z: put them into zeros, torch.zeros_like(z).": (
            z + right
        ),
        "nothing is dropped: zero for all but the k largest values.": z,
        "the kept values are not in their places: each one stays where it was.": (
            places,
            places.sort(1).values,
            right.sort(1).values,
            _shuffled(z, k),
        ),
        "you subtracted a threshold: keep the values as they are.": (
            (z - least).clamp_min(0),
            (z - z.masked_fill(kept == 1, -torch.inf).amax(1, keepdim=True)) * kept,
        ),
        "the kept values are scaled: keep them as they are.": (
            right / right.sum(1, keepdim=True),
            right * units / k,
            z.masked_fill(kept == 0, -torch.inf).softmax(1),
        ),
        "those that are not kept became -inf, or nearly so: set them to zero.": tuple(
            z.masked_fill(kept == 0, value) for value in (-torch.inf, -1e9, -1e10)
        ),
        "how many to keep is counted from the wrong end: kthvalue and sort begin with "
        "the smallest.": (
            z * _largest(z, units - k + 1),
            z * _largest(z, units - k),
        ),
        "argsort gives the places of the values, not the rank of each: take the first "
        "k places, and keep what is there.": (
            z * (z.argsort(1, descending=True) < k),
            z * (z.argsort(1) >= units - k),
        ),
        "these are the first or the last k units: choose by their values.": (
            z * (torch.arange(units) < k),
            z * (torch.arange(units) >= units - k),
        ),
        "those that are not kept became nan: set them to zero.": (
            z.masked_fill(kept == 0, torch.nan)
        ),
    }
    if batch > 1:
        first = kept[:1].expand_as(kept)
        known["each image chooses for itself: you used the places of one for all."] = (
            z * first,
            z * kept[-1:].expand_as(kept),
            z * _largest(z.mean(0, keepdim=True), k),
        )
    return known


def _with_other_k(z: Tensor, k: int) -> Mistakes:
    """Return what a k written into the code leads to, where the first k fitted it."""
    return {
        f"k = {k} was asked and {other} kept: did you use k?": z * _largest(z, other)
        for other in range(1, z.shape[1] + 1)
        if other != k
    }


def _shuffled(z: Tensor, k: int) -> Tensor:
    """Return each row's largest values at the front of a row of zeros."""
    front = torch.zeros_like(z)
    front[:, :k] = z.sort(1, descending=True).values[:, :k]
    return front


def _expect_ties(sparse: Tensor, z: Tensor, k: int) -> None:
    """Ask that a choice among equal values was made, by what is not zero."""
    for got, row in zip(sparse, z, strict=True):
        values = row.sort(descending=True).values[:k]
        right = values[values != 0].tolist()
        left = got[got != 0]
        told = f"of the row {_numbers(row)} with k = {k} you kept {_numbers(left)}"
        if len(left) > len(right):
            raise CheckFailed(
                f"{told}: more than {k}, for some are equal.\nA comparison with the "
                "k-th value keeps all that equal it: use the places from torch.topk."
            )
        if len(left) < len(right):
            raise CheckFailed(
                f"{told}: fewer than {len(right)}.\nWhere values are equal, keep as "
                "many of them as it takes to have k: use the places from torch.topk."
            )
        stays = close(left, row[got != 0])
        if not stays or left.sort(descending=True).values.tolist() != right:
            raise CheckFailed(f"{told}, expected {right} in their own places.")


def _numbers(row: Tensor) -> list[float]:
    return [round(value, 3) for value in row.tolist()]


def _expect_gradients(function: Answer, z: Tensor, k: int) -> None:
    """Ask for the gradient 1 at k values of each row, and 0 at the others."""
    leaf = z.clone().requires_grad_()
    sparse = _sparse(function, leaf, k)
    if not sparse.requires_grad:
        raise CheckFailed(
            "no gradient flows back from your result, so nothing could be trained.\n"
            "No `detach`, `no_grad`, `.data`, `.item()` or new tensor for the values."
        )
    weights = torch.linspace(1, 2, z.numel(), dtype=z.dtype).reshape(z.shape)
    (found,) = torch.autograd.grad(
        (weights * sparse).sum(), leaf, allow_unused=True, materialize_grads=True
    )
    gradient = found / weights
    if not gradient.any():
        raise CheckFailed(
            "no gradient reaches z: multiply z itself, or use its own values, without "
            "`detach` or `.data`."
        )
    passed = (gradient != 0).sum(1)
    if (passed > k).any():
        raise CheckFailed(
            f"for k = {k}, gradients pass through {int(passed.max())} values of an "
            "image, expected k.\nOnly those that are kept pass a gradient on: no "
            "straight-through trick, and exactly k also where values are equal."
        )
    if (passed < k).any():
        raise CheckFailed(
            f"for k = {k}, gradients pass through {int(passed.min())} values of an "
            "image, expected k.\nEach kept value passes its gradient on, also one "
            "that is negative or 0."
        )
    expect_close(gradient, (gradient != 0).to(z), f"the gradient by z, k = {k}")
    chosen = z.masked_fill(gradient == 0, torch.inf).amin(1)
    others = z.masked_fill(gradient != 0, -torch.inf).amax(1)
    if not close(sparse, z * gradient) or (others > chosen).any():
        raise CheckFailed(
            f"for k = {k}, gradients pass through other values than the k largest."
        )
