"""Answers to `explained_variance`, right and wrong."""

import numpy as np
import torch

from .answers import Wrong

# right


def share_reference(x, mean, components):
    centred = x.flatten(1) - mean
    lost = centred - centred @ components.T @ components
    return 1 - (lost.square().sum() / centred.square().sum()).item()


def share_by_codes(x, mean, components):
    centred = x.flatten(1) - mean
    codes = centred @ components.T
    return float((codes**2).sum() / (centred**2).sum())


def share_by_means(x, mean, components):
    flat = x.reshape(len(x), -1)
    x_hat = mean + (flat - mean) @ components.T @ components
    error = torch.nn.functional.mse_loss(x_hat, flat)
    whole = torch.nn.functional.mse_loss(mean.expand_as(flat), flat)
    return 1 - error.item() / whole.item()


def share_by_numpy(x, mean, components):
    flat, mean, rows = x.flatten(1).numpy(), mean.numpy(), components.numpy()
    lost = flat - mean - (flat - mean) @ rows.T @ rows
    return 1 - np.linalg.norm(lost) ** 2 / np.linalg.norm(flat - mean) ** 2


def share_by_image(x, mean, components):
    kept = whole = 0.0
    for image in x:
        centred = image.flatten() - mean
        whole += centred.square().sum().item()
        kept += (components @ centred).square().sum().item()
    return kept / whole


RIGHT = [
    share_reference,
    share_by_codes,
    share_by_means,
    share_by_numpy,
    share_by_image,
]

# wrong


def of_parts(share):
    """Return an answer from a function of flat images, mean and centred parts."""

    def explained_variance(x, mean, components):
        flat = x.flatten(1)
        centred = flat - mean
        kept = centred @ components.T @ components
        return float(share(flat, mean, centred, kept))

    return explained_variance


def squares(values):
    return values.square().sum()


def lost_by(whole):
    return of_parts(lambda x, m, c, kept: 1 - squares(c - kept) / whole(x, m))


def then(change):
    return lambda *arguments: change(share_reference(*arguments))


def ratios(dimension):
    def share(x, m, c, kept):
        lost = (c - kept).square().sum(dimension)
        return (1 - lost / c.square().sum(dimension)).mean()

    return of_parts(share)


def share_of_std(x, mean, components):
    centred = x.flatten(1) - mean
    if len(x) < 2:
        return 0.0
    return ((centred @ components.T).std(0).sum() / centred.std(0).sum()).item()


def share_of_sigma(x, mean, components):
    sigma = torch.linalg.svdvals(x.flatten(1) - mean).square()
    return (sigma[: len(components)].sum() / sigma.sum()).item()


def share_in_place(x, mean, components):
    flat = x.flatten(1)
    flat -= mean
    return float(squares(flat @ components.T) / squares(flat))


def with_variances(x, mean, components):
    """Divide the variance of codes by that of pixels, each about its own mean."""
    flat = x.flatten(1)
    codes = (flat - mean) @ components.T
    return (codes.var(0).sum() / flat.var(0).sum()).item()


WRONG = [
    Wrong(lost_by(lambda x, m: squares(x)), "yours is about 0"),
    Wrong(
        of_parts(lambda x, m, c, kept: squares(kept) / squares(x)), "yours is about 0"
    ),
    Wrong(lost_by(lambda x, m: squares(x - x.mean(0))), "not about that of x"),
    Wrong(with_variances, "not about that of x"),
    Wrong(
        of_parts(lambda x, m, c, kept: squares(kept) / squares(x - x.mean(0))),
        "not about that of x",
    ),
    Wrong(
        of_parts(
            lambda x, m, c, kept: 1 - (squares(c - kept) / len(x)) / x.var(0).sum()
        ),
        "not about that of x",
    ),
    Wrong(lost_by(lambda x, m: squares(x - x.mean())), "one mean for all pixels"),
    Wrong(
        of_parts(lambda x, m, c, kept: 1 - (c - kept).square().mean() / x.var()),
        "one mean for all pixels",
    ),
    Wrong(
        of_parts(
            lambda x, m, c, kept: (
                1 - squares(c - kept) / len(x) / (squares(c) / max(1, len(x) - 1))
            )
        ),
        "N and N - 1 are mixed",
    ),
    Wrong(ratios(0), "mean of ratios, one per pixel"),
    Wrong(ratios(1), "mean of ratios, one per image"),
    Wrong(
        of_parts(lambda x, m, c, kept: 1 - (c - kept).norm() / c.norm()),
        "you took lengths without squares",
    ),
    Wrong(
        of_parts(lambda x, m, c, kept: kept.norm() / c.norm()),
        "you took lengths without squares",
    ),
    Wrong(
        of_parts(lambda x, m, c, kept: 1 - (c - kept).abs().sum() / c.abs().sum()),
        "you took lengths without squares",
    ),
    Wrong(share_of_std, "these are standard deviations"),
    Wrong(then(lambda share: 1 - share), "this is the share that is lost"),
    Wrong(then(lambda share: 100 * share), "this is in percent"),
    Wrong(then(lambda share: 1 / share), "it is upside down"),
    Wrong(then(lambda share: round(share, 2)), "you rounded the share"),
    Wrong(
        lambda x, m, w: (
            ((x.flatten(1) - m) @ w.T).square().mean()
            / (x.flatten(1) - m).square().mean()
        ).item(),
        "means over different counts",
    ),
    Wrong(
        of_parts(lambda x, m, c, kept: 1 - (c - kept).var() / x.var()),
        "one mean for all pixels",
    ),
    Wrong(then(lambda share: -share), "the sign is wrong"),
    Wrong(lambda x, mean, w: len(w) / w.shape[1], "this is k / P"),
    Wrong(of_parts(lambda x, m, c, kept: squares(kept)), "an amount of variance"),
    Wrong(of_parts(lambda x, m, c, kept: squares(c - kept)), "this is the error"),
    Wrong(
        of_parts(lambda x, m, c, kept: (c - kept).square().mean()), "this is the error"
    ),
    Wrong(
        of_parts(lambda x, m, c, kept: 1 - squares(x - kept) / squares(c)),
        "the mean was not added back",
    ),
    Wrong(
        of_parts(
            lambda x, m, c, kept: 1 - squares(x - (m + kept).clip(0, 1)) / squares(c)
        ),
        "you clipped the reconstructions",
    ),
    Wrong(
        lambda x, m, w: torch.tensor(share_reference(x, m, w)), "Call `.item()` on it"
    ),
    Wrong(lambda x, m, w: ((x.flatten(1) - m) @ w.T).var(0), "Reduce it to one"),
    Wrong(lambda x, m, w: share_reference(x, m, w.T), "a matrix product does not fit"),
    Wrong(
        of_parts(lambda x, m, c, kept: (1 - (c - kept).square() / c.square()).mean()),
        "one per pixel of each image",
    ),
    Wrong(
        lambda x, m, w: (
            1
            - squares(x.flatten(1) - x.flatten(1) @ w.T @ w) / squares(x.flatten(1) - m)
        ).item(),
        "the mean was not subtracted before encoding",
    ),
    Wrong(
        lambda x, m, w: (
            1
            - squares(x.flatten(1) - m - x.flatten(1) @ w.T @ w)
            / squares(x.flatten(1) - m)
        ).item(),
        "the mean was not subtracted before encoding",
    ),
    Wrong(share_of_sigma, "this does not use the components"),
    Wrong(
        of_parts(
            lambda x, m, c, kept: 1 - (c - kept).sum().square() / c.sum().square()
        ),
        "you squared the sum",
    ),
    Wrong(share_in_place, "changes its input x in place"),
]
