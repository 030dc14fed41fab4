"""The check of `fit_pca`, an exercise of lesson 03."""

import torch
from torch import Tensor

from aelesson.checks.expect import Mistakes, Value, expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.linear_images import Case, draw_images, fitted
from aelesson.checks.wording import describe, difference

CASES = (
    Case((12, 1, 2, 5), 3),
    Case((9, 5), 1),
    Case((4, 2, 2, 3), 2),  # fewer images than numbers
    Case((8, 2, 1, 3, 1), 4),
    Case((11, 1, 3, 2), 2, torch.float32),
)
SEED = 11  # for images whose components have no two largest values
ROUNDING = 1e-3  # of components in float32, whatever the method
NEARLY = 0.8  # cosine of what a randomised method finds, at the least
DOUBLE = 1e-9  # of float64: an answer by way of float32 is 1e-8 off or more

_ROWS = (
    "directions must be rows. Vh has them as rows, keep the first k; V and what eigh "
    "returns have them as columns, transpose."
)
HINTS = {
    "must be a Tensor with 2": "flatten(1) first: images may have any shape.",
    "expected at most": "flatten(1) first: images may have any shape.",
    "Found array with dim": "flatten(1) first: images may have any shape.",
    "must be square matrices": (
        "eigh wants the covariance of the pixels, (P, P): centred.T @ centred."
    ),
    "not implemented for 'Bool'": "argmax needs numbers: turn the bools into ints.",
}


@check(f"right on {len(CASES)} sets of images")
def fit_pca(function: Answer) -> None:
    """Check `fit_pca(x, k)`: the mean `(P,)` and the components `(k, P)`."""
    for seed, case in enumerate(CASES, SEED):
        x = draw_images(case, seed)
        mean, components = _pair(call(function, HINTS, x=x, k=case.k), case)
        flat = x.flatten(1).double()
        expected_mean, expected = fitted(flat, case.k)
        mean = expect_tensor(mean, (case.pixels,), _mean_shapes(case), case.dtype)
        expect_close(mean, expected_mean.to(case.dtype), f"the mean of {case}",
                     _mean_mistakes(flat))  # fmt: skip
        shape = (case.k, case.pixels)
        found = expect_tensor(components, shape, _shapes(case), case.dtype).detach()
        _expect_components(found.double(), expected, flat, str(case))
        if case.dtype == torch.float64:
            _expect_double(mean, expected_mean, f"the mean of {case}")
            _expect_double(found, _with_sign(expected), f"the components of {case}")


def _pair(result: object, case: Case) -> tuple[object, object]:
    if result is None:
        expect_tensor(result, (case.k, case.pixels))
    if not isinstance(result, tuple | list) or len(result) != 2:
        got = f"{len(result)} results" if isinstance(result, tuple) else ""
        raise CheckFailed(
            f"got {got or describe(result)}, expected two tensors.\n"
            "End with `return mean, components`."
        )
    first, second = result
    if (
        isinstance(first, Tensor)
        and isinstance(second, Tensor)
        and (first.dim(), second.dim()) == (2, 1)
        and second.shape == (case.pixels,)
    ):
        raise CheckFailed("the two results are swapped: return mean, components.")
    return first, second


def _mean_shapes(case: Case) -> dict[tuple[int, ...], str]:
    over_images = "average over dimension 0, the images."
    return {
        (): f"one number for all: {over_images}",
        (case.shape[0],): f"one number per image: {over_images}",
        (case.shape[0], 1): f"one number per image: {over_images}",
        (1, case.pixels): "the mean without `keepdim`.",
        case.shape[1:]: "flatten the images first, so that the mean is flat too.",
        (1, *case.shape[1:]): "flatten the images first; the mean without `keepdim`.",
    }


def _mean_mistakes(flat: Tensor) -> Mistakes:
    return {
        "this is the sum of the images: divide by their number.": flat.sum(0),
        "these are zeros: return the mean that you subtracted.": flat[0] * 0,
        "this is the median: PCA's centre is the mean.": flat.median(0).values,
        "you divided by N - 1: a mean is divided by N.": (
            flat.sum(0) / max(1, len(flat) - 1)
        ),
        "the sign of the mean is the wrong way round.": -flat.mean(0),
        "every pixel has a mean of its own: average over the images alone.": (
            flat.mean().expand_as(flat[0])
        ),
    }


def _shapes(case: Case) -> dict[tuple[int, ...], str]:
    count, pixels, k = case.shape[0], case.pixels, case.k
    rank = min(count, pixels)
    first_k = "keep the first k rows."
    return {
        (rank, pixels): f"these are all directions; {first_k}",
        (pixels, pixels): f"these are all directions; {first_k}",
        (count, k): "these are codes, or left singular vectors: take the right ones.",
        (k, count): "these are left singular vectors: take the right ones.",
        (pixels, k): _ROWS,
        (rank, k): _ROWS,
        (1, pixels): "one component: return k of them.",
        (pixels,): "one component, without its dimension: return (k, P).",
        (k,): "these are singular values or variances, not directions.",
        (k, *case.shape[1:]): "leave the components flat.",
    }


def _expect_components(
    found: Tensor, expected: Tensor, flat: Tensor, given: str
) -> None:
    """Raise unless the components are right, up to rounding, with their signs."""
    right = _with_sign(expected)
    if torch.allclose(found, right, atol=ROUNDING, rtol=0):
        return
    if _same_lines(found, right):
        raise CheckFailed(
            f"{_sign_mistake(found, right, flat)}\n({difference(found, right)}, "
            f"for {given}.)"
        )
    if torch.allclose(found.abs(), right.abs(), atol=ROUNDING, rtol=0):
        raise CheckFailed(
            "signs differ inside a row: a row changes its sign as a whole, or not at "
            f"all.\n({difference(found, right)}, for {given}.)"
        )
    lengths = found.norm(dim=1, keepdim=True)
    if _same_lines(found / lengths, right):
        raise CheckFailed(
            "the directions are right, but not the lengths of the rows: they must be 1."
            f"\nDo not multiply them by singular values. (Row 0 has the length "
            f"{lengths[0].item():.4g}, for {given}.)"
        )
    for diagnosis, values in _mistakes(flat, len(found)).items():
        several = values if isinstance(values, tuple) else (values,)
        if any(_same_lines(found, torch.as_tensor(each)) for each in several):
            raise CheckFailed(
                f"{diagnosis}\n({difference(found, right)}, for {given}.)"
            )
    if torch.allclose(lengths, torch.ones_like(lengths), atol=ROUNDING) and (
        (found * right).sum(1).abs().min() > NEARLY
    ):
        raise CheckFailed(
            "the directions are nearly right, but not exact: torch.pca_lowrank and "
            "svd_lowrank\ndraw random vectors, so take torch.linalg.svd. "
            f"({difference(found, right)}, for {given}.)"
        )
    expect_close(found, right, given)


def _expect_double(found: Tensor, right: Tensor, given: str) -> None:
    if (found - right).abs().max() > DOUBLE:
        raise CheckFailed(
            f"digits are lost, for {given}: x is float64, and your answer is as exact "
            "as float32 only.\nKeep the dtype of x throughout: no .float() on the way."
        )


def _with_sign(rows: Tensor) -> Tensor:
    largest = rows.abs().argmax(1, keepdim=True)
    return rows * rows.gather(1, largest).sign()


def _same_lines(found: Tensor, other: Tensor) -> bool:
    """Tell whether rows are the same but for their signs."""
    if found.shape != other.shape:
        return False
    signs = (found * other).sum(1, keepdim=True).sign()
    return torch.allclose(found * signs, other, atol=ROUNDING, rtol=0)


def _sign_mistake(found: Tensor, right: Tensor, flat: Tensor) -> str:
    codes = (flat - flat.mean(0)) @ right.T
    peaks = codes.gather(0, codes.abs().argmax(0, keepdim=True))
    by_codes = right * peaks.sign().T
    rule = "the largest absolute value of each row must be positive."
    for signed, told in (
        (-right, "It is negative in yours."),
        (by_codes, "Yours follow the largest code, as in older libraries."),
    ):
        if torch.allclose(found, signed, atol=ROUNDING):
            return f"only signs are wrong: {rule}\n{told}"
    return (
        f"only signs are wrong: {rule}\nLook at the value that is farthest from 0, not "
        "at the first, the sum or the maximum."
    )


def _mistakes(flat: Tensor, k: int) -> dict[str, Value | tuple[Value, ...]]:
    """Give each known mistake in the components its diagnosis and its rows."""
    centred = flat - flat.mean(0)
    _, vectors = torch.linalg.eigh(centred.T @ centred)  # columns, upwards
    own = flat - flat.mean(1, keepdim=True)
    scaled = centred / centred.std(0)
    _, _, full = torch.linalg.svd(centred)
    return {
        "x was not centred: subtract the mean before the SVD.": _directions(flat, k),
        "you subtracted the mean of all pixels: each pixel has its own.": (
            _directions(flat - flat.mean(), k)
        ),
        "you subtracted a fixed number: subtract the mean over the images.": tuple(
            _directions(flat - number, k) for number in (0.5, 1.0)
        ),
        "you subtracted each image's own mean: take the mean over the images.": (
            _directions(own, k),
            _directions(own - own.mean(0), k),
        ),
        "you divided by the standard deviation: only subtract the mean.": (
            _directions(scaled, k)
        ),
        "the order is the wrong way round: the largest variance comes first.": (
            vectors.T[-k:]
        ),
        "the first component is missing: the rows start with number 0.": (
            vectors.flip(1).T[1 : k + 1]
        ),
        "these are the directions of the least variance: take the other end.": (
            vectors.T[:k],
            vectors.T[:k].flip(0),
            _last(centred, k),
            _last(centred, k).flip(0),
        ),
        "eigenvectors are the columns of what eigh returns: transpose.": (
            vectors[:k],
            vectors[-k:],
            vectors.flip(1)[:k],
            vectors[-k:].flip(0),
            vectors.flip(0)[:k],
        ),
        "torch.linalg.svd returns Vh: directions are its rows, not columns.": (
            full.T[:k]
        ),
    }


def _directions(rows: Tensor, k: int) -> Tensor:
    vectors: Tensor = torch.linalg.eigh(rows.T @ rows).eigenvectors
    return vectors.flip(1).T[:k]


def _last(rows: Tensor, k: int) -> Tensor:
    """Return the last `k` of the right singular vectors that SVD gives."""
    directions: Tensor = torch.linalg.svd(rows, full_matrices=False).Vh
    return directions[-k:]
