"""The check of `explained_variance`, an exercise of lesson 03."""

import torch
from torch import Tensor

from aelesson.checks.expect import Mistakes, expect_close, expect_float
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.linear_images import Case, draw_images, draw_pca, fitted
from aelesson.checks.linear_use import HINTS
from aelesson.checks.wording import close

CASES = (
    Case((6, 1, 2, 5), 3),
    Case((3, 6), 2),
    Case((5, 2, 3, 2), 5),
    Case((9, 1, 3, 3), 1),
)
FITTED = Case((8, 1, 2, 3), 2)  # images that the components are fitted to
HALF = Case((6, 1, 2, 5), 3, torch.float32)
ROUNDING = 1e-4  # of float32: one minus a share has lost some digits


@check(f"right on {len(CASES) + 2} sets of images")
def explained_variance(function: Answer) -> None:
    """Check `explained_variance(x, mean, components)`: a share, as a float."""
    for seed, case in enumerate((*CASES, HALF)):
        x = draw_images(case, seed)
        _expect_share(function, x, *draw_pca(case, seed), f"new images: {case}")
    x = draw_images(FITTED, len(CASES))
    mean, components = fitted(x.flatten(1), FITTED.k)
    _expect_share(function, x, mean, components, f"the images of the fit: {FITTED}")


def _expect_share(
    function: Answer, x: Tensor, mean: Tensor, components: Tensor, given: str
) -> None:
    result = call(function, HINTS, x=x, mean=mean, components=components)
    share = expect_float(result)
    flat, centre, rows = (t.double() for t in (x.flatten(1), mean, components))
    centred = flat - centre
    right = ((centred @ rows.T).square().sum() / centred.square().sum()).item()
    if x.dtype == torch.float32 and abs(share - right) < ROUNDING:
        return
    mistakes = _mistakes(flat, centre, rows)
    if close(share, -right):
        raise CheckFailed(
            f"the sign is wrong: got {share:.5g}, expected {right:.5g}, for {given}."
        )
    expect_close(share, right, given, mistakes)


def _mistakes(flat: Tensor, mean: Tensor, rows: Tensor) -> Mistakes:
    """Give each known mistake its diagnosis and the number that it leads to."""
    centred = flat - mean
    kept = centred @ rows.T @ rows
    lost = (centred - kept).square()
    total = centred.square()
    count, pixels = flat.shape
    own = flat - flat.mean(0)
    right = kept.square().sum() / total.sum()
    return _about_other_points(flat, centred, lost, kept) | {
        "this is the share that is lost: return 1 minus it.": _f(1 - right),
        "this is in percent: a share is 0 to 1.": _f(100 * right),
        "it is upside down: divide the kept variance by the whole.": _f(1 / right),
        "N and N - 1 are mixed: divide both sums by the same number.": tuple(
            _f(1 - lost.mean() / total.mean() / factor)
            for n in (count, flat.numel())
            if n > 1
            for factor in (n / (n - 1), (n - 1) / n)
        ),
        "this is a mean of ratios, one per pixel: divide the two sums.": (
            _f((1 - lost.sum(0) / total.sum(0)).mean()),
            _f((1 - lost.sum(0) / own.square().sum(0)).mean()),
        ),
        "these are means over different counts, k and P: divide two sums.": _f(
            right * pixels / len(rows)
        ),
        "you rounded the share: return it as it is.": tuple(
            round(_f(right), digits) for digits in range(4)
        ),
        "this is a mean of ratios, one per pixel of each image: divide the two sums.": (
            _f((1 - lost / total).mean()),
            _f((kept.square() / total).mean()),
        ),
        "the mean was not subtracted before encoding: centre the images first.": (
            _f(1 - (flat - flat @ rows.T @ rows).square().sum() / total.sum()),
            _f(1 - (centred - flat @ rows.T @ rows).square().sum() / total.sum()),
            _f((flat @ rows.T).square().sum() / total.sum()),
        ),
        "this does not use the components: what counts is what they keep.": _of_sigma(
            centred, len(rows)
        ),
        "you squared the sum: add up the squares, .square().sum().": (
            _f(1 - (centred - kept).sum().square() / centred.sum().square()),
            _f(kept.sum().square() / centred.sum().square()),
        ),
        "this is a mean of ratios, one per image: divide the two sums.": _f(
            (1 - lost.sum(1) / total.sum(1)).mean()
        ),
        "you took lengths without squares: variances are squared.": (
            _f(1 - lost.sum().sqrt() / total.sum().sqrt()),
            _f(right.sqrt()),
            _f(1 - lost.sum(1).sqrt().sum() / total.sum(1).sqrt().sum()),
            _f(1 - lost.sqrt().sum() / total.sqrt().sum()),
        ),
        "these are standard deviations: add up variances, their squares.": (
            _f((centred @ rows.T).std(0).sum() / own.std(0).sum()),
            _f((centred @ rows.T).std(0).sum() / centred.std(0).sum()),
        ),
        "this is k / P: look at the images.": len(rows) / pixels,
        "this is an amount of variance: divide by the whole of it.": (
            _f(kept.square().sum()),
            _f(kept.square().mean()),
            _f(kept.square().sum() / count),
            _f(kept.square().sum() / max(1, count - 1)),
        ),
        "this is the error: return the share that is kept.": (
            _f(lost.sum()),
            _f(lost.mean()),
            _f(lost.sum() / count),
        ),
        "you clipped the reconstructions: leave them as they are.": tuple(
            _f(1 - (flat - (mean + kept).clamp(*ends)).square().sum() / total.sum())
            for ends in ((0, 1), (0, None))
        ),
    }


def _about_other_points(
    flat: Tensor, centred: Tensor, lost: Tensor, kept: Tensor
) -> dict[str, float | Tensor | tuple[float | Tensor, ...]]:
    """Give the mistakes that take the variance about another point than the mean."""
    own = flat - flat.mean(0)
    middle = flat - flat.mean()
    n = len(flat)
    around = kept - kept.mean(0)
    about_own = "the variance must be about the argument mean, not about that of x."
    return {
        "the variance must be about the mean, and yours is about 0.": (
            _f(1 - lost.sum() / flat.square().sum()),
            _f(kept.square().sum() / flat.square().sum()),
        ),
        about_own: (
            _f(1 - lost.sum() / own.square().sum()),
            _f(around.square().sum() / own.square().sum()),
            _f(kept.square().sum() / own.square().sum()),
            _f(1 - lost.sum() / n / own.square().sum() * max(1, n - 1)),
            _f(around.square().sum() / centred.square().sum()),
            _f(1 - _scatter(centred - kept) / own.square().sum()),
        ),
        "you took one mean for all pixels: each pixel has its own.": (
            _f(1 - lost.sum() / middle.square().sum()),
            _f(1 - lost.mean() / flat.var()),
            _f(1 - (centred - kept).var() / flat.var()),
            _f(1 - (centred - kept).var() / centred.var()),
            _f(1 - lost.mean() / centred.var()),
            _f(1 - lost.mean() / centred.var(correction=0)),
        ),
        "the mean was not added back before you compared with x.": _f(
            1 - (flat - kept).square().sum() / centred.square().sum()
        ),
    }


def _of_sigma(centred: Tensor, k: int) -> tuple[float, ...]:
    """Return the shares of the largest singular values, squared and not."""
    sigma = torch.linalg.svdvals(centred)
    squares = sigma.square()
    return (
        _f(squares[:k].sum() / squares.sum()),
        _f(sigma[:k].sum() / sigma.sum()),
    )


def _scatter(rows: Tensor) -> Tensor:
    return (rows - rows.mean(0)).square().sum()


def _f(value: Tensor) -> float:
    return float(value)
