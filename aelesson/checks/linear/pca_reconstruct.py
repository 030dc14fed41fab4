"""`pca_reconstruct(x, mean, components)`: images, through a code and back."""

import torch

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.linear.images import ERRORS, digits, draw, fitted


def kept(centred, rows):
    return centred @ rows.T @ rows


def pca_reconstruct(
    x,
    mean,
    components,
    *,
    before=lambda f, m: f - m,
    through=kept,
    after=lambda y, m, f: y + m,
    shape=lambda x_hat, x: x_hat.reshape(x.shape),
):
    flat = x.flatten(1)
    return shape(after(through(before(flat, mean), components), mean, flat), x)


def cases():
    return [
        draw((1, 2), 1),
        draw((2, 3), 2),
        draw((7, 1, 2, 5), 3),
        draw((5, 2, 3, 2), 1),
        draw((4, 2, 1, 2, 2), 8),
        draw((3, 3, 4, 4), 3, torch.float32),
    ]


seen = returned(dtype=True)


def observe(answer, case):
    for aspect, value in seen(answer, case):
        yield aspect, value
        if aspect == "value" and isinstance(value, torch.Tensor):
            yield "digits", digits(value, pca_reconstruct(*case.values()))


check = Exercise(pca_reconstruct, cases, observe, errors=ERRORS)


def about(centre):
    """Return wrong parts: another centre on both sides, or on one of them."""
    before = {"before": lambda f, m: f - centre(f, m)}
    after = {"after": lambda y, m, f: y + centre(f, m)}
    return [before | after, before, after]


def refit(x, mean, components):
    return pca_reconstruct(x, *fitted(x.flatten(1), len(components)))


check.mistakes(
    {
        "you fitted new components to x: use those that are handed in.": refit,
        "you took the mean of x: use the argument mean.": about(lambda f, m: f.mean(0)),
        "you subtracted each image's own mean.": (
            about(lambda f, m: f.mean(1, keepdim=True))[:2]
        ),
        "you took one mean for all pixels.": about(lambda f, m: m.mean()),
        "the mean plays no part: subtract it, add it back.": about(lambda f, m: 0)[0],
        "the signs of the mean are exchanged: first subtract.": (
            about(lambda f, m: -m)[0]
        ),
        "these are the codes: decode them, codes @ components + mean.": [
            lambda x, m, rows: (x.flatten(1) - m) @ rows.T,
            lambda x, m, rows: x.flatten(1) @ rows.T,
        ],
    },
    before={
        "the mean: you only added it behind, and must subtract it.": lambda f, m: f,
    },
    through={
        "these are the images: they do not go through the code.": lambda c, rows: c,
        "the last component is missing.": lambda c, rows: kept(c, rows[:-1]),
        "only the first component was used.": lambda c, rows: kept(c, rows[:1]),
        "the codes were cut off at 0.": lambda c, w: (c @ w.T).relu() @ w,
    },
    after={
        "the mean is missing: add it back.": lambda y, m, f: y,
        "you subtracted the mean behind: add it.": lambda y, m, f: y - m,
        "you clipped the result: leave the values as they are.": [
            lambda y, m, f: (y + m).clamp(0, 1),
            lambda y, m, f: (y + m).relu(),
        ],
        "a sigmoid has no place here.": lambda y, m, f: (y + m).sigmoid(),
        "this is what is lost, x - x_hat or its opposite: return x_hat.": [
            lambda y, m, f: f - y - m,
            lambda y, m, f: y + m - f,
        ],
    },
    shape={
        "give the images their shape back: .reshape(x.shape).": [
            lambda x_hat, x: x_hat,
            lambda x_hat, x: x_hat.reshape(len(x), 1, *x.shape[1:]),
        ],
        "one image lost its axis: keep N in front.": (
            lambda y, x: y.view(x.shape).squeeze(0)
        ),
        "one image only: there are N of them.": [
            lambda x_hat, x: x_hat.reshape(x.shape)[0],
            lambda x_hat, x: x_hat[0],
        ],
    },
)
