"""`explained_variance(x, mean, components)`: the share of the variance that is kept."""

from types import SimpleNamespace

import torch
from torch.linalg import svdvals

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.linear.images import ERRORS, draw, draw_images, fitted


def squares(values):
    return values.square().sum()


def kept_share(p):
    return 1 - squares(p.lost) / squares(p.centred)


def explained_variance(x, mean, components, *, share=kept_share):
    p = SimpleNamespace(x=x.flatten(1), mean=mean, rows=components, n=len(x))
    p.centred, p.own = p.x - mean, p.x - p.x.mean(0)
    p.codes = p.centred @ components.T
    p.kept = p.codes @ components
    p.lost = p.centred - p.kept
    return float(share(p))


def cases():
    x = draw_images((8, 1, 2, 3))
    mean, components = fitted(x.flatten(1), 2)
    return [
        draw((2, 2), 1),
        draw((3, 6), 2),
        draw((6, 1, 2, 5), 3),
        draw((5, 2, 3, 2), 5),
        draw((9, 1, 3, 3), 1),
        draw((4, 4), 4),
        draw((6, 1, 2, 5), 3, torch.float32),
        draw((5, 4), 2, scale=1e-6),
        {"x": x, "mean": mean, "components": components},
    ]


check = Exercise(explained_variance, cases, returned(), errors=ERRORS)


def over(whole, lost=lambda p: p.lost):
    """Return the share if the whole, or what is lost, is another thing."""
    return lambda p: 1 - squares(lost(p)) / squares(whole(p))


def kept_over(whole, kept=lambda p: p.kept):
    return lambda p: squares(kept(p)) / squares(whole(p))


def centred(p):
    return p.centred


def against(reconstruction):
    return over(centred, lambda p: p.x - reconstruction(p))


def with_epsilon(tiny):
    return lambda p: 1 - squares(p.lost) / (squares(p.centred) + tiny)


def of_lengths(length):
    return [
        lambda p: 1 - length(p.lost) / length(p.centred),
        lambda p: length(p.kept) / length(p.centred),
    ]


def ratio(p, dim):
    return (1 - p.lost.square().sum(dim) / p.centred.square().sum(dim)).mean()


check.mistakes(
    share={
        "this is the share that is lost: take 1 minus it.": lambda p: 1 - kept_share(p),
        "this is in percent: a share is 0 to 1.": lambda p: 100 * kept_share(p),
        "the variance must be about the mean, and yours is about 0.": [
            over(lambda p: p.x),
            kept_over(lambda p: p.x),
        ],
        "the variance must be about the argument mean, not about that of x.": [
            over(lambda p: p.own),
            over(lambda p: p.own, lambda p: p.lost - p.lost.mean(0)),
            kept_over(lambda p: p.own),
            kept_over(lambda p: p.own, lambda p: p.kept - p.kept.mean(0)),
            kept_over(centred, lambda p: p.kept - p.kept.mean(0)),
            lambda p: 1 - squares(p.lost) / p.n / p.x.var(0).sum(),
        ],
        "you took one mean for all pixels: each pixel has its own.": [
            over(lambda p: p.x - p.mean.mean()),
            lambda p: 1 - p.lost.var() / p.x.var(),
        ],
        "N and N - 1 are mixed: divide both sums by the same number.": (
            lambda p: 1 - (1 - kept_share(p)) * (p.n - 1) / p.n
        ),
        "a mean of ratios, one per pixel: divide two sums.": lambda p: ratio(p, 0),
        "a mean of ratios, one per image: divide two sums.": lambda p: ratio(p, 1),
        "a mean of ratios, one per value: divide two sums.": (
            lambda p: (1 - p.lost.square() / p.centred.square()).mean()
        ),
        "these are means over k and over P numbers: divide two sums.": (
            lambda p: p.codes.square().mean() / p.centred.square().mean()
        ),
        "the mean was not subtracted before encoding: centre the images first.": [
            against(lambda p: p.mean + p.x @ p.rows.T @ p.rows),
            kept_over(centred, lambda p: p.x @ p.rows.T),
        ],
        "the mean was not added back before comparing.": against(lambda p: p.kept),
        "this does not use the components: what counts is what they keep.": (
            kept_over(centred, lambda p: svdvals(p.centred)[: len(p.rows)])
        ),
        "only one component counts.": kept_over(centred, lambda p: p.codes[:, :1]),
        "an epsilon below the line is wrong where images have small values.": [
            with_epsilon(10.0**-n) for n in range(2, 13)
        ],
        "this is k / P, whatever the images.": lambda p: len(p.rows) / p.rows.shape[1],
        "you squared the sum: sum the squares.": of_lengths(lambda v: v.sum().square()),
        "you took lengths without squares: variances are squared.": [
            *of_lengths(torch.norm),
            *of_lengths(lambda v: v.norm(dim=1).sum()),
            *of_lengths(lambda v: v.abs().sum()),
        ],
        "these are standard deviations: add up variances, their squares.": (
            lambda p: p.codes.std(0).sum() / p.centred.std(0).sum()
        ),
        "this is an amount of variance: divide by the whole of it.": (
            lambda p: squares(p.kept)
        ),
        "this is the error: return the share that is kept.": [
            lambda p: squares(p.lost),
            lambda p: p.lost.square().mean(),
        ],
        "you clipped the reconstructions: leave them as they are.": (
            against(lambda p: (p.mean + p.kept).clamp(0, 1))
        ),
    },
)
