"""The check of `masked_mse`, an exercise of lesson 11."""

from functools import partial

import torch
from torch import Tensor

from aelesson.checks.expect import Mistakes, expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.sequences_gradients import expect_gradients

CASES = (
    # lengths, steps, features, dtype
    ((2, 5, 1, 3), 7, 3, torch.float32),
    ((3, 1, 2), 3, 3, torch.float32),  # a cube: wrong broadcasts go through
    ((2,), 5, 1, torch.float32),
    ((4, 0, 1), 4, 2, torch.float64),
    ((3, 3), 3, 4, torch.float32),  # no padding
)
PADDINGS = (
    # what the padding holds: in x_hat, in x
    (torch.nan, 0.0),
    (0.0, torch.nan),
    (torch.inf, torch.inf),
    (torch.inf, 0.0),
    (1e30, -1e30),  # the square is inf
)

_LAST_AXIS = (
    "the mask (B, T) does not fit (B, T, F): mask[..., None] has an axis more.\n"
    "Or index with it: x[mask] has the valid steps of all sequences, (N, F)."
)
HINTS = {
    "must match the size of tensor": _LAST_AXIS,
    "must match the existing size": _LAST_AXIS,
    "must match the shape of": _LAST_AXIS,
    "does not match the shape of the indexed tensor": _LAST_AXIS,
    "is out of bounds": "index with the mask itself, x[mask]: it has the shape (B, T).",
    "modified by an inplace operation": "change nothing in place.",
    "leaf Variable that requires grad": (
        "you change x_hat in place: make a new tensor, or choose with x_hat[mask]."
    ),
    "can't convert np.ndarray": "compute with torch throughout.",
    "call numpy() on Tensor": "compute with torch throughout: NumPy has no gradients.",
}


@check(f"right on {len(CASES)} batches, {len(PADDINGS)} kinds of padding, and a nan")
def masked_mse(function: Answer) -> None:
    """Check `masked_mse(x_hat, x, mask)`: the mean over valid numbers, a scalar."""
    for lengths, steps, features, dtype in CASES:
        mask = _mask(lengths, steps)
        shape = (*mask.shape, features)
        x_hat = torch.randn(shape, dtype=dtype, requires_grad=True)
        x = torch.randn(shape, dtype=dtype)
        got = call(function, HINTS, x_hat=x_hat, x=x, mask=mask)
        given = f"x of shape {tuple(x.shape)}, lengths {list(lengths)}"
        value = expect_tensor(got, (), _shapes(mask, features), dtype)
        expect_close(value, _oracle(x_hat, x, mask), given, _misses(x_hat, x, mask))
        _expect_gradient(value, x_hat, x, mask, given)
    for in_x_hat, in_x in PADDINGS:
        _expect_no_leak(function, in_x_hat, in_x)
    _expect_nan_shown(function)


def _mask(lengths: tuple[int, ...], steps: int) -> Tensor:
    return torch.tensor([[t < n for t in range(steps)] for n in lengths])


def _oracle(x_hat: Tensor, x: Tensor, mask: Tensor) -> Tensor:
    """Go through the valid steps one by one."""
    places = [(b, t) for b, row in enumerate(mask.tolist()) for t in range(sum(row))]
    squares = [(x_hat[b, t] - x[b, t]).detach() ** 2 for b, t in places]
    return torch.cat(squares).sum() / (len(places) * x.shape[2])


def _shapes(mask: Tensor, features: int) -> dict[tuple[int, ...], str]:
    """Name the wrong shapes; of two names for one, the later stays."""
    batch, steps = mask.shape
    one = "one number for the whole batch"
    return {
        (1,): f"{one}, with no axis left.",
        (int(mask.sum()), features): f"{one}: take the mean.",
        (batch, steps, features): f"{one}: reduce all axes.",
        (features,): f"{one}: take the mean over all axes.",
        (batch, steps): f"{one}: reduce steps and sequences, too.",
        (batch,): f"{one}, not one per sequence.",
    }


def _misses(x_hat: Tensor, x: Tensor, mask: Tensor) -> Mistakes:
    """Give each known mistake its diagnosis and its value."""
    x_hat = x_hat.detach()
    gaps, where = x_hat - x, mask[..., None]
    squares, kept = gaps.square(), gaps.square() * where
    valid, features = mask.sum(), x.shape[2]
    count = valid * features
    right = kept.sum() / count
    own = kept.sum((1, 2)) / (mask.sum(1) * features)  # one mean per sequence
    real = own[~own.isnan()]
    hidden = squares * ~where
    half_masked = (x_hat * where - x).square(), (x_hat - x * where).square()
    mistakes: dict[str, Tensor | tuple[Tensor, ...]] = {
        "the padding is still in it: this is the mean over all steps.": squares.mean(),
        "you divided by all numbers, padding included: divide by the valid ones.": (
            kept.mean()
        ),
        "you divided by the number of valid steps: each has F numbers, so divide by "
        "F times as many.": kept.sum() / valid,
        "you divided by 2 for each valid step: F is not always 2, take x.shape[2].": (
            kept.sum() / (valid * 2)
        ),
        "you halved it: no factor 1/2 stands before this mean.": right / 2,
        "you divided by all steps, padding included: count the numbers of valid "
        "steps.": kept.sum() / mask.numel(),
        "you divided by the number of sequences: count the numbers of valid steps.": (
            kept.sum() / len(mask),
            kept.sum() / (len(mask) * features),
        ),
        "you multiplied the steps by T: each has F numbers, x.shape[2].": (
            kept.sum() / (valid * x.shape[1])
        ),
        "you added 1 to the count: divide by the count as it is.": (
            kept.sum() / (count + 1),
            kept.sum() / ((valid + 1) * features),
        ),
        "you divided by the count of padding: count where the mask is True.": (
            kept.sum() / ((~mask).sum() * features)
        ),
        "you divided by F only: divide by the valid steps, too.": kept.sum() / features,
        "every sequence weighs alike: take one mean over all valid numbers.": (
            real.mean(),
            real.sum() / len(mask),
        ),
        "a sequence without a valid step gave 0/0: take one mean over all.": own.mean(),
        "this is the sum: divide by the count of valid numbers.": (
            kept.sum(),
            own.nansum(),
        ),
        "the padding is in the sum, though not in the count.": (
            squares.sum() / count,
            squares.sum() / valid,
        ),
        "this is the root: leave the mean squared error as it is.": (
            right.sqrt(),
            kept.sum().sqrt(),
        ),
        "this is the mean absolute difference: square it.": (
            (gaps.abs() * where).sum() / count
        ),
        "this is the mean difference: square it before the mean.": (
            (gaps * where).sum() / count,
            -(gaps * where).sum() / count,
        ),
        "you squared the mean difference: square first, then take the mean.": (
            ((gaps * where).sum() / count).square()
        ),
        "the mask is inverted: this is the error of the padding.": (
            hidden.sum() / (hidden.numel() - count),
            hidden.sum() / count,
            hidden.mean(),
        ),
        "x_hat is masked and x is not: the padding of x is in it. Mask both.": (
            half_masked[0].mean(),
            half_masked[0].sum() / count,
            half_masked[0].sum() / valid,
        ),
        "x is masked and x_hat is not: the padding of x_hat is in it. Mask both.": (
            half_masked[1].mean(),
            half_masked[1].sum() / count,
            half_masked[1].sum() / valid,
        ),
        "you compared x_hat with zeros: the target is x.": (
            (x_hat.square() * where).sum() / count
        ),
        "the result does not depend on x_hat.": (x.square() * where).sum() / count,
    }
    return {**mistakes, **_broadcasts(squares, mask), **_places(squares, mask)}


def _broadcasts(squares: Tensor, mask: Tensor) -> Mistakes:
    """Name the masks that broadcast along wrong axes, in a cube."""
    if len(set(squares.shape)) > 1:
        return {}
    chosen = [
        squares * other for other in (mask, mask[:, None], mask.T[..., None], mask.T)
    ]
    count = mask.sum()
    return {
        "the mask is broadcast along a wrong axis: (B, T) must become (B, T, 1), by "
        "mask[..., None].": tuple(
            part.sum() / divisor
            for part in chosen
            for divisor in (count * squares.shape[2], count, squares.numel())
        )
    }


def _places(squares: Tensor, mask: Tensor) -> Mistakes:
    """Name the mask of whole numbers: they choose sequences 0 and 1 of the batch."""
    if len(mask) == 1:
        return {}
    return {
        "x[mask.long()] takes sequences 0 and 1, not steps: index with the bools.": (
            squares[mask.long()].mean()
        )
    }


def _expect_gradient(
    value: Tensor, x_hat: Tensor, x: Tensor, mask: Tensor, given: str
) -> None:
    got = expect_gradients(value, "the loss", {"x_hat": x_hat})["x_hat"]
    gap = torch.where(mask[..., None], x_hat.detach() - x, 0)
    expected = 2 * gap / (mask.sum() * x.shape[2])
    mistakes: Mistakes = {
        "the padding gets a gradient of nan: you chose after you squared.\n"
        "Backwards, 0 * nan is nan. Choose first, x_hat[mask] - x[mask], then "
        "square.": torch.where(mask[..., None], expected, torch.nan),
    }
    given = f"the gradient with respect to x_hat, {given}"
    expect_close(got, expected, given, mistakes)


def _expect_no_leak(function: Answer, in_x_hat: float, in_x: float) -> None:
    """Ask that neither value nor gradient knows what stands in the padding."""
    mask = _mask((3, 1, 0, 4), 5)
    x_hat, x = torch.randn(2, 4, 5, 2)
    given = f"{in_x_hat:g} in the padding of x_hat, {in_x:g} in that of x"
    x_hat = _filled(x_hat, mask, in_x_hat).requires_grad_()
    x = _filled(x, mask, in_x)
    # Filled tensors come by closure: in nan, the harness would see a change.
    got = call(partial(_called_with, function, x_hat, x), HINTS, mask=mask)
    value = expect_tensor(got, (), dtype=x.dtype)
    reached = (
        "the padding reached the value: multiplying by the mask does not help, as "
        "0 * nan and 0 * inf are nan.\nChoose: x_hat[mask] and x[mask], or torch.where."
    )
    mistakes = {reached: (torch.tensor(torch.nan), torch.tensor(torch.inf))}
    expect_close(value, _oracle(x_hat, x, mask), given, mistakes)
    _expect_gradient(value, x_hat, x, mask, given)


def _expect_nan_shown(function: Answer) -> None:
    """Ask that a nan in a valid step, of x_hat or of x, makes the result nan."""
    mask = _mask((2, 4), 4)
    for where in ("x_hat", "x"):
        both = {"x_hat": torch.randn(2, 4, 3), "x": torch.randn(2, 4, 3)}
        both[where][1, 2, 0] = torch.nan
        both["x_hat"].requires_grad_()
        got = call(partial(_called_with, function, *both.values()), HINTS, mask=mask)
        if not expect_tensor(got, ()).isnan():
            raise CheckFailed(
                f"a nan in a valid step of {where} is hidden: the result must be nan, "
                "so that it shows.\nIs there a nan_to_num, nanmean, nansum or isfinite?"
                " Choose by the mask alone."
            )


def _filled(x: Tensor, mask: Tensor, content: float) -> Tensor:
    return torch.where(mask[..., None], x, content)


def _called_with(function: Answer, x_hat: Tensor, x: Tensor, mask: Tensor) -> object:
    return function(x_hat, x, mask)
