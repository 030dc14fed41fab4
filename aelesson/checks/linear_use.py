"""The check of `pca_reconstruct`, an exercise of lesson 03."""

import torch
from torch import Tensor

from aelesson.checks.expect import Mistakes, expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.linear_images import Case, draw_images, draw_pca, fitted
from aelesson.checks.wording import difference

CASES = (
    Case((7, 1, 2, 5), 3),
    Case((1, 6), 2),  # one image
    Case((5, 2, 3, 2), 1),
    Case((4, 2, 1, 2, 2), 8),  # as many components as numbers
    Case((6, 1, 3, 3), 4, torch.float32),
)
DOUBLE = 1e-9  # of float64: an answer by way of float32 is 1e-8 off or more

_FLAT = "flatten(1) first: images may have any shape."
_PRODUCT = (
    "codes are (x - mean) @ components.T, (N, k); from there back @ components, (N, P)."
)
HINTS = {
    "shapes cannot be multiplied": f"a matrix product does not fit: {_PRODUCT}",
    "must match the size of tensor b": _FLAT,
    "size mismatch": f"a matrix product does not fit: {_PRODUCT}",
    "expected m1 and m2 to have the same dtype": "keep the dtype of x throughout.",
    "784]' is invalid": "take the shape from x, not from a number in your code.",
    "28]' is invalid": "take the shape from x, not from a number in your code.",
}


@check(f"right on {len(CASES)} sets of images")
def pca_reconstruct(function: Answer) -> None:
    """Check `pca_reconstruct(x, mean, components)`: images of the shape of x."""
    for seed, case in enumerate(CASES):
        x = draw_images(case, seed)
        mean, components = draw_pca(case, seed)
        got = call(function, HINTS, x=x, mean=mean, components=components)
        x_hat = expect_tensor(got, case.shape, _shapes(case), case.dtype).flatten(1)
        flat, centre, rows = (t.double() for t in (x.flatten(1), mean, components))
        expected = centre + (flat - centre) @ (rows.T @ rows)
        if case.dtype == torch.float32:
            _expect_near(x_hat, expected, str(case))
        else:
            mistakes = _mistakes(flat, centre, rows, expected)
            expect_close(x_hat, expected, str(case), mistakes)
            if (x_hat - expected).abs().max() > DOUBLE:
                raise CheckFailed(
                    f"digits are lost, for {case}: x is float64, and your answer is as "
                    "exact as float32 only.\nKeep the dtype of x throughout: no "
                    ".float() on the way."
                )


def _expect_near(x_hat: Tensor, expected: Tensor, given: str) -> None:
    """Allow float32 its rounding, in whatever order sums are taken."""
    if not torch.allclose(x_hat.double(), expected, atol=1e-4, rtol=0):
        raise CheckFailed(f"{difference(x_hat, expected)}, for {given}.")


def _shapes(case: Case) -> dict[tuple[int, ...], str]:
    count, pixels, k = case.shape[0], case.pixels, case.k
    back = "give the images their shape back: reshape(x.shape)."
    return {
        (count, k): "these are the codes: decode them, code @ components + mean.",
        (count, pixels): back,
        case.shape[1:]: f"one image only; {back}",
        (count, 1, *case.shape[1:]): back,
        (pixels,): f"one image only; {back}",
        (pixels, count): "images are rows: something is transposed.",
    }


def _mistakes(flat: Tensor, mean: Tensor, rows: Tensor, right: Tensor) -> Mistakes:
    """Give each known mistake its diagnosis and the images that it leads to."""
    onto = rows.T @ rows
    kept = (flat - mean) @ onto
    own = flat.mean(0)
    refit_mean, refit = fitted(flat, len(rows))
    refit_rows = refit.T @ refit
    own_means = flat.mean(1, keepdim=True)
    return {
        "the mean is missing: add it back behind the decoder.": kept,
        "subtract the mean before encoding: you only added it behind.": (
            flat @ onto + mean
        ),
        "the mean plays no part: subtract it first, and add it back.": flat @ onto,
        "you added the mean before encoding: subtract it there.": (
            (flat + mean) @ onto + mean,
            (flat + mean) @ onto - mean,
        ),
        "you subtracted the mean behind the decoder: add it there.": kept - mean,
        "you took the mean of x: use the argument mean, also for new images.": (
            own + (flat - own) @ onto,
            mean + (flat - own) @ onto,
            own + kept,
        ),
        "you subtracted each image's own mean: use the argument mean.": (
            own_means + (flat - own_means) @ onto
        ),
        "you took one mean for all pixels: each pixel has its own.": (
            mean.mean() + (flat - mean.mean()) @ onto,
            mean.mean() + kept,
            mean + (flat - mean.mean()) @ onto,
        ),
        "you fitted new components to x: use those that are handed in.": (
            refit_mean + (flat - refit_mean) @ refit_rows,
            mean + (flat - mean) @ refit_rows,
        ),
        "you clipped the result: leave the values as they are.": (
            right.clamp(0, 1),
            right.clamp(min=0),
            right.clamp(max=1),
        ),
        "a sigmoid has no place here: the map is linear.": right.sigmoid(),
        "this is what is lost, x - x_hat: return what is kept.": flat - right,
        "this is x_hat - x: return x_hat.": right - flat,
        "these are the images themselves: go through the code.": flat,
        "the last component is missing.": mean + kept - _part(flat - mean, rows[-1:]),
        "only the first component was used.": mean + _part(flat - mean, rows[:1]),
    }


def _part(centred: Tensor, rows: Tensor) -> Tensor:
    return centred @ rows.T @ rows
