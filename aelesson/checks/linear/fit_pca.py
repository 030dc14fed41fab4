"""`fit_pca(x, k)`: the mean `(P,)`, and the first k principal components `(k, P)`."""

import torch

from aelesson.checks.engine import Exercise, Finding, returned
from aelesson.checks.linear.images import ERRORS, FLAT, digits, draw_images
from aelesson.checks.linear.rows import components, with_sign


def right_vectors(rows):
    return torch.linalg.svd(rows, full_matrices=False).Vh


def fit_pca(
    x,
    k,
    *,
    mean=lambda flat: flat.mean(0),
    centre=lambda flat: flat - flat.mean(0),
    directions=right_vectors,
    keep=lambda v, k: v[:k],
):
    flat = x.flatten(1)
    rows = keep(directions(centre(flat)), k)
    return mean(flat), with_sign(rows) if rows.dim() == 2 else rows


def cases():
    wide = torch.float64
    sizes = [
        ((12, 1, 2, 5), 3, wide),
        ((9, 5), 1, wide),
        ((4, 2, 2, 3), 4, wide),
        ((4, 2, 2, 3), 2, wide),
        ((1001, 2), 1, wide),
        ((8, 2, 1, 3, 1), 4, wide),
        ((7, 1, 2, 2), 3, wide),
        ((11, 1, 3, 2), 2, torch.float32),
    ]
    line = {"x": torch.tensor([[1.0, 0.0], [5.0, 3.0], [9.0, 6.0]]), "k": 1}
    return [line, *({"x": draw_images(s, d), "k": k} for s, k, d in sizes)]


seen = returned(names=("mean", "components"), dtype=True)


def observe(answer, case):
    """Look at lines first, then at signs; a direction without variance is free."""

    def pair(*arguments):
        result = answer(*arguments)
        return tuple(result) if isinstance(result, list) else result

    mean, right = fit_pca(**case)
    centred = case["x"].flatten(1).double() - mean
    for aspect, value in seen(pair, case):
        if aspect == "value of components" and value.shape == right.shape:
            yield from components(value, right, centred)
        elif aspect == "kind" and value.name not in ("tuple", "NoneType"):
            yield aspect, ONE
        else:
            yield aspect, value
        if aspect == "value of mean":
            yield "digits of mean", digits(value, mean)


ONE = Finding(
    "one",
    "two tensors are expected, and you returned one thing: end with\n"
    "`return mean, components`.",
)
errors = ERRORS | {
    "must be a Tensor with 2": FLAT,
    "must be square matrices": "eigh wants a covariance, (P, P): centred.T @ centred.",
}
check = Exercise(fit_pca, cases, observe, errors=errors)


def of_eigh(*keeps):
    """Return wrong parts: directions by `eigh`, kept in other ways."""

    def directions(flat):
        return torch.linalg.eigh(torch.cov(flat.T)).eigenvectors

    same = {"centre": lambda flat: flat, "directions": directions}
    return [same | {"keep": keep} for keep in keeps]


def whole(centred):
    return torch.linalg.svd(centred).Vh


def per_image(x, k):
    """Return numbers per image, as many as k: in place of directions."""
    return x.flatten(1).mean(0), x.flatten(1)[:, :1].expand(-1, k)


LEAST = "these are the directions of the least variance: take the other end."
COLUMNS = "directions must be rows, (k, P), and yours are columns: transpose."
REVERSED = "the order is the wrong way round: the largest variance comes first."
check.mistakes(
    {
        LEAST: [
            *of_eigh(lambda v, k: v.T[:k], lambda v, k: v.T[:k].flip(0)),
            {"directions": whole, "keep": lambda v, k: v[-k:]},
            {"directions": whole, "keep": lambda v, k: v[-k:].flip(0)},
        ],
        REVERSED: of_eigh(lambda v, k: v.T[-k:]),
        COLUMNS: of_eigh(
            lambda v, k: v[:, -k:],
            lambda v, k: v[:, :k],
            lambda v, k: v.flip(1)[:, :k],
        ),
        "eigenvectors are the columns of what eigh returns: transpose.": of_eigh(
            lambda v, k: v[:k],
            lambda v, k: v[-k:],
            lambda v, k: v[-k:].flip(0),
            lambda v, k: v.flip(1)[:k],
        ),
        "these are numbers per image, codes or left vectors: take the right ones.": [
            per_image,
            lambda x, k: (per_image(x, k)[0], per_image(x, k)[1].T),
        ],
        "the two results are swapped: mean first.": lambda x, k: fit_pca(x, k)[::-1],
        "flatten the images first.": lambda x, k: (x.mean(0), fit_pca(x, k)[1]),
    },
    centre={
        "x was not centred: subtract the mean before the SVD.": lambda flat: flat,
        "you subtracted one mean for all pixels.": lambda flat: flat - flat.mean(),
        "you subtracted a fixed number, not the mean.": lambda flat: flat - 0.5,
        "you subtracted each image's own mean: take the mean over the images.": (
            lambda flat: flat - flat.mean(1, keepdim=True)
        ),
        "only subtract: no division by the deviation.": (
            lambda flat: (flat - flat.mean(0)) / flat.std(0)
        ),
    },
    keep={
        REVERSED: lambda v, k: v[:k].flip(0),
        LEAST: lambda v, k: v[-k:],
        "the first component is missing: start with row 0.": lambda v, k: v[1 : k + 1],
        "these are all directions: keep the first k rows.": lambda v, k: v,
        "one component: return k of them.": [lambda v, k: v[:1], lambda v, k: v[0]],
        "these are rows of V: directions are the rows of Vh.": lambda v, k: v[:, :k].T,
        COLUMNS: lambda v, k: v[:k].T,
        "these are singular values, not directions.": lambda v, k: v[:k, 0],
    },
    mean={
        "divide the sum of the images by their number, N.": [
            lambda flat: flat.sum(0),
            lambda flat: flat.sum(0) / (len(flat) - 1),
        ],
        "this is the median: take the mean.": lambda flat: flat.median(0).values,
        "every pixel has a mean of its own: average over dimension 0, the images.": [
            lambda flat: flat.mean().expand(flat.shape[1]),
            torch.mean,
            lambda flat: flat.mean(1),
        ],
        "no `keepdim`: the mean is (P,).": lambda flat: flat.mean(0, keepdim=True),
    },
)
