"""Wrong answers to `masked_mse`, an exercise of lesson 11."""

import numpy as np
import torch
from torch.nn import functional as F

from .answers import Wrong
from .sequences_losses import mse_reference


def mse(reduce):
    """Return an answer that reduces squares, with padding at 0 and no nan left."""

    def masked_mse(x_hat, x, mask):
        squares = torch.where(mask[..., None], x_hat - x, 0).square()
        return reduce(squares, mask)

    return masked_mse


def of_chosen(reduce):
    """Return an answer that reduces the chosen steps `(N, F)`."""

    def masked_mse(x_hat, x, mask):
        return reduce(x_hat[mask] - x[mask])

    return masked_mse


def mse_of_everything(x_hat, x, mask):
    return F.mse_loss(x_hat, x)


def mse_multiplied(x_hat, x, mask):
    squares = (x_hat - x).square() * mask[..., None]
    return squares.sum() / (mask.sum() * x.shape[2])


def mse_multiplied_first(x_hat, x, mask):
    m = mask[..., None].to(x.dtype)
    return ((x_hat * m - x * m) ** 2).sum() / (m.sum() * x.shape[2])


def mse_multiplied_by_pytorch(x_hat, x, mask):
    m = mask.unsqueeze(-1)
    return F.mse_loss(x_hat * m, x * m)


def mse_unreduced_multiplied(x_hat, x, mask):
    loss = F.mse_loss(x_hat, x, reduction="none").mean(dim=2)
    return (loss * mask).sum() / mask.sum()


def mse_squared_first(x_hat, x, mask):
    squares = torch.where(mask[..., None], (x_hat - x) ** 2, 0)
    return squares.sum() / (mask.sum() * x.shape[2])


def mse_chosen_late(x_hat, x, mask):
    return (x_hat - x).square()[mask].mean()


def mse_of_unreduced(x_hat, x, mask):
    return F.mse_loss(x_hat, x, reduction="none")[mask].mean()


def mse_of_steps_chosen_late(x_hat, x, mask):
    return ((x_hat - x) ** 2).mean(dim=2)[mask].mean()


def mse_filled_late(x_hat, x, mask):
    squares = (x_hat - x).square().masked_fill(~mask[..., None], 0)
    return squares.sum() / (mask.sum() * x.shape[2])


def mse_of_nan_made_zero(x_hat, x, mask):
    squares = ((x_hat - x).square() * mask[..., None]).nan_to_num(0.0)
    return squares.sum() / (mask.sum() * x.shape[2])


def mse_of_finite_numbers(x_hat, x, mask):
    gaps = x_hat - x
    return gaps[gaps.isfinite()].square().mean()


def mse_masking(mask_x_hat, mask_x, count):
    """Return an answer that masks one of two, by torch.where."""

    def masked_mse(x_hat, x, mask):
        m = mask[..., None]
        a = torch.where(m, x_hat, 0) if mask_x_hat else x_hat
        b = torch.where(m, x, 0) if mask_x else x
        return (a - b).square().sum() / count(x, mask)

    return masked_mse


def mse_broadcast(shape):
    """Return an answer with a mask of another shape, silent in a cube."""

    def masked_mse(x_hat, x, mask):
        if len(set(x.shape)) > 1:
            return mse_reference(x_hat, x, mask)
        gaps = torch.where(shape(mask), x_hat - x, 0)
        return gaps.square().sum() / (mask.sum() * x.shape[2])

    return masked_mse


def mse_without_an_axis(x_hat, x, mask):
    return torch.where(mask, x_hat - x, 0).square().sum() / mask.sum()


def mse_multiplied_without_an_axis(x_hat, x, mask):
    return ((x_hat - x).square() * mask).sum() / mask.sum()


def mse_indexed_by_an_expanded_mask(x_hat, x, mask):
    return (x_hat[mask.T] - x[mask.T]).square().mean()


def mse_inverted(x_hat, x, mask):
    return mse_reference(x_hat, x, ~mask)


def mse_per_sequence(x_hat, x, mask):
    means = []
    for row in range(len(x)):
        if mask[row].any():
            means.append(F.mse_loss(x_hat[row, mask[row]], x[row, mask[row]]))
    return torch.stack(means).mean()


def mse_per_sequence_with_empty_ones(x_hat, x, mask):
    rows = zip(x_hat, x, mask, strict=True)
    return torch.stack([F.mse_loss(a[m], b[m]) for a, b, m in rows]).mean()


def mse_per_sequence_clamped(squares, mask):
    counts = mask.sum(dim=1).clamp(min=1) * squares.shape[2]
    return (squares.sum((1, 2)) / counts).mean()


def mse_in_place(x_hat, x, mask):
    x_hat[~mask] = 0
    x[~mask] = 0
    return (x_hat - x).square().sum() / (mask.sum() * x.shape[2])


def mse_with_x_in_place(x_hat, x, mask):
    x[~mask] = 0
    return mse_reference(x_hat, x, mask)


def mse_under_data(x_hat, x, mask):
    x_hat.data[~mask] = 0
    return mse_reference(x_hat, x, mask)


def mse_detached(x_hat, x, mask):
    return mse_reference(x_hat.detach(), x, mask)


def mse_as_new_tensor(x_hat, x, mask):
    return torch.tensor(mse_reference(x_hat, x, mask).item())


def mse_without_gradient(x_hat, x, mask):
    with torch.no_grad():
        return mse_reference(x_hat, x, mask)


def mse_by_numpy(x_hat, x, mask):
    a, b = x_hat.numpy(), x.numpy()
    return torch.tensor(np.mean((a[mask] - b[mask]) ** 2))


def mse_unrooted(x_hat, x, mask):
    return F.mse_loss(x_hat[mask], x[mask]).sqrt()


def mse_against_zeros(x_hat, x, mask):
    return x_hat[mask].square().mean()


def mse_of_the_longest(x_hat, x, mask):
    length = int(mask.sum(1).max())
    return F.mse_loss(x_hat[:, :length], x[:, :length])


def mse_of_the_shortest(x_hat, x, mask):
    length = int(mask.sum(1).min())
    return F.mse_loss(x_hat[:, :length], x[:, :length])


def mse_of_int_places(x_hat, x, mask):
    return F.mse_loss(x_hat[mask.long()], x[mask.long()])


CALLED_LATE = "you chose after you squared"
REACHED = "the padding reached the value"
WRONG_AXIS = "the mask is broadcast along a wrong axis"
ONLY_X_HAT = "x_hat is masked and x is not"
ONLY_X = "x is masked and x_hat is not"
BY_ALL = "you divided by all numbers, padding included"


def mse_of_wrong_places(x_hat, x, mask):
    return F.mse_loss(x_hat[mask.nonzero()], x[mask.nonzero()])


def mse_of_nan_made_a_number(x_hat, x, mask):
    squares = F.mse_loss(x_hat.nan_to_num(), x.nan_to_num(), reduction="none")
    return squares[mask].mean()


WRONG = [
    Wrong(mse_of_wrong_places, "index with the mask itself"),
    Wrong(mse_of_nan_made_a_number, "you chose after you squared"),
    Wrong(mse(lambda s, m: s.sum() / (~m).sum() / s.shape[2]), "the count of padding"),
    Wrong(
        mse(lambda s, m: s.sum() / (m.sum() * s.shape[1])), "multiplied the steps by"
    ),
    Wrong(mse(lambda s, m: s.sum() / (m.sum() * s.shape[2] + 1)), "you added 1"),
    Wrong(mse_of_everything, "the padding is still in it"),
    Wrong(lambda a, b, m: (a - b).square().mean(), "the padding is still in it"),
    Wrong(mse_of_the_longest, "lengths [2, 5, 1, 3]"),
    Wrong(mse_of_the_shortest, "lengths [2, 5, 1, 3]"),
    Wrong(mse_multiplied, REACHED),
    Wrong(mse_multiplied_first, REACHED),
    Wrong(mse_unreduced_multiplied, REACHED),
    Wrong(mse_of_finite_numbers, "the padding is still in it"),
    Wrong(mse_multiplied_by_pytorch, BY_ALL),
    Wrong(mse(lambda s, m: s.mean()), BY_ALL),
    Wrong(mse(lambda s, m: s.sum() / s.numel()), BY_ALL),
    Wrong(mse_squared_first, CALLED_LATE),
    Wrong(mse_chosen_late, CALLED_LATE),
    Wrong(mse_of_unreduced, CALLED_LATE),
    Wrong(mse_of_steps_chosen_late, CALLED_LATE),
    Wrong(mse_filled_late, CALLED_LATE),
    Wrong(mse_of_nan_made_zero, "0 * nan is nan"),
    Wrong(mse(lambda s, m: s.sum() / m.sum()), "each has F numbers"),
    Wrong(of_chosen(lambda gaps: gaps.square().sum(1).mean()), "each has F numbers"),
    Wrong(mse(lambda s, m: s.sum() / m.numel()), "by all steps, padding included"),
    Wrong(mse(lambda s, m: s.sum(2).mean()), "by all steps, padding included"),
    Wrong(mse(lambda s, m: s.sum((1, 2)).mean()), "the number of sequences"),
    Wrong(mse(lambda s, m: s.sum() / len(m)), "the number of sequences"),
    Wrong(mse(lambda s, m: s.sum(1).mean()), "the number of sequences"),
    Wrong(mse(lambda s, m: s.mean(2).sum()), "you divided by F only"),
    Wrong(mse(mse_per_sequence_clamped), "every sequence weighs alike"),
    Wrong(mse_per_sequence, "every sequence weighs alike"),
    Wrong(mse_per_sequence_with_empty_ones, "every sequence weighs alike"),
    Wrong(mse(lambda s, m: s.sum()), "this is the sum"),
    Wrong(of_chosen(lambda gaps: gaps.norm()), "this is the root"),
    Wrong(mse_unrooted, "this is the root"),
    Wrong(of_chosen(lambda gaps: gaps.abs().mean()), "absolute difference"),
    Wrong(of_chosen(lambda gaps: gaps.mean()), "this is the mean difference"),
    Wrong(of_chosen(lambda gaps: gaps.mean() ** 2), "you squared the mean"),
    Wrong(of_chosen(lambda gaps: 0.5 * (gaps**2).mean()), "no factor 1/2"),
    Wrong(of_chosen(lambda gaps: -(gaps**2).mean()), "The sign is the wrong way"),
    Wrong(of_chosen(lambda gaps: gaps.var()), "lengths [2, 5, 1, 3]"),
    Wrong(mse_inverted, "the mask is inverted"),
    Wrong(mse_masking(True, False, lambda x, m: x.numel()), ONLY_X_HAT),
    Wrong(mse_masking(True, False, lambda x, m: m.sum() * x.shape[2]), ONLY_X_HAT),
    Wrong(mse_masking(False, True, lambda x, m: x.numel()), ONLY_X),
    Wrong(mse_masking(False, True, lambda x, m: m.sum() * x.shape[2]), ONLY_X),
    Wrong(
        mse_masking(False, False, lambda x, m: m.sum() * x.shape[2]),
        "the padding is in the sum, though not in the count",
    ),
    Wrong(mse_broadcast(lambda m: m), WRONG_AXIS),
    Wrong(mse_broadcast(lambda m: m[:, None]), WRONG_AXIS),
    Wrong(mse_broadcast(lambda m: m.T[..., None]), WRONG_AXIS),
    Wrong(mse_without_an_axis, "mask[..., None] has an axis more"),
    Wrong(mse_multiplied_without_an_axis, "mask[..., None] has an axis more"),
    Wrong(mse_indexed_by_an_expanded_mask, "mask[..., None] has an axis more"),
    Wrong(mse_of_int_places, "takes sequences 0 and 1, not steps"),
    Wrong(mse_against_zeros, "the target is x"),
    Wrong(lambda a, b, m: (a * 0 + b)[m].square().mean(), "does not depend on x_hat"),
    Wrong(lambda a, b, m: F.l1_loss(a[m], b[m]), "absolute difference"),
    Wrong(lambda a, b, m: F.smooth_l1_loss(a[m], b[m]), "lengths [2, 5, 1, 3]"),
    Wrong(of_chosen(lambda gaps: gaps.square()), "take the mean"),
    Wrong(of_chosen(lambda gaps: gaps.square().mean(0)), "over all axes"),
    Wrong(of_chosen(lambda gaps: gaps.square().mean(1)), "got shape (11,)"),
    Wrong(of_chosen(lambda gaps: gaps.square().mean()[None]), "no axis left"),
    Wrong(mse(lambda s, m: s), "reduce all axes"),
    Wrong(mse(lambda s, m: s.mean(2)), "reduce steps and sequences, too"),
    Wrong(mse(lambda s, m: s.sum((1, 2)) / m.sum(1)), "not one per sequence"),
    Wrong(mse_in_place, "you change x_hat in place"),
    Wrong(mse_with_x_in_place, "changes its input x in place"),
    Wrong(mse_under_data, "changes its input x_hat in place"),
    Wrong(mse_detached, "no gradient can flow back from the loss"),
    Wrong(mse_as_new_tensor, "no gradient can flow back from the loss"),
    Wrong(mse_without_gradient, "no gradient can flow back from the loss"),
    Wrong(lambda a, b, m: mse_reference(a, b, m).item(), "expected a torch tensor"),
    Wrong(mse_by_numpy, "compute with torch throughout"),
    Wrong(lambda a, b, m: mse_reference(a, b, m).float(), "expected torch.float64"),
    Wrong(lambda a, b, m: (a[m] - b[m]).square, "Did you forget the brackets"),
]
