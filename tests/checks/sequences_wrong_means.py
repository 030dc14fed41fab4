"""More wrong answers to `masked_mse`: a hidden `nan`, and wrong factors."""

import torch
from torch.nn import functional as F

from .answers import Wrong
from .sequences_losses import mse_reference
from .sequences_wrong_losses import mse, of_chosen

HIDDEN = "so that it shows"


def mse_without_nan(x_hat, x, mask):
    gaps = (x_hat - x).masked_fill(torch.logical_not(mask)[..., None], torch.nan)
    return torch.nanmean(gaps.square())


def mse_by_nansum(x_hat, x, mask):
    gaps = (x_hat - x).masked_fill(~mask[..., None], torch.nan)
    return gaps.square().nansum() / (mask.sum() * x.shape[2])


def mse_of_finite_choices(x_hat, x, mask):
    gaps = (x_hat - x)[mask]
    return gaps[gaps.isfinite()].square().mean()


def mse_of_a_narrowed_mask(x_hat, x, mask):
    mask = mask & x.isfinite().all(2) & x_hat.isfinite().all(2)
    return mse_reference(x_hat, x, mask)


def mse_of_a_cleaned_target(x_hat, x, mask):
    return F.mse_loss(x_hat[mask], x[mask].nan_to_num())


WRONG = [
    Wrong(of_chosen(lambda gaps: gaps.nan_to_num().square().mean()), HIDDEN),
    Wrong(of_chosen(lambda gaps: gaps.square().nanmean()), HIDDEN),
    Wrong(mse_without_nan, HIDDEN),
    Wrong(mse_by_nansum, HIDDEN),
    Wrong(mse_of_finite_choices, HIDDEN),
    Wrong(mse_of_a_narrowed_mask, HIDDEN),
    Wrong(mse_of_a_cleaned_target, "a nan in a valid step of x is hidden"),
    Wrong(mse(lambda s, m: s.sum() / (m.sum() * 2)), "F is not always 2"),
    Wrong(mse(lambda s, m: s.sum() / (m.sum() * s.shape[2] * 2)), "no factor 1/2"),
    Wrong(mse(lambda s, m: (s / 2).sum() / (m.sum() * s.shape[2])), "no factor 1/2"),
]
