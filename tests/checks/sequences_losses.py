"""Right answers to `masked_mse`, an exercise of lesson 11."""

import torch
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_sequence


def mse_reference(x_hat, x, mask):
    return (x_hat[mask] - x[mask]).square().mean()


def mse_by_pytorch(x_hat, x, mask):
    return F.mse_loss(x_hat[mask], x[mask])


def mse_by_where(x_hat, x, mask):
    gaps = torch.where(mask[..., None], x_hat - x, 0.0)
    return gaps.pow(2).sum() / (mask.sum() * x.shape[-1])


def mse_of_a_choice_of_gaps(x_hat, x, mask):
    return ((x_hat - x)[mask] ** 2).mean()


def mse_filled(x_hat, x, mask):
    padding = ~mask.unsqueeze(-1).expand_as(x)
    x_hat, x = x_hat.masked_fill(padding, 0), x.masked_fill(padding, 0)
    return F.mse_loss(x_hat, x, reduction="sum") / (~padding).sum()


def mse_selected(x_hat, x, mask):
    chosen = mask[:, :, None].repeat(1, 1, x.size(2))
    gaps = torch.masked_select(x_hat, chosen) - torch.masked_select(x, chosen)
    return torch.mean(gaps * gaps)


def mse_by_loops(x_hat, x, mask):
    total, count = 0, 0
    for b in range(x.shape[0]):
        for t in range(x.shape[1]):
            if mask[b, t]:
                total = total + ((x_hat[b, t] - x[b, t]) ** 2).sum()
                count += x.shape[2]
    return total / count


def mse_by_lengths(x_hat, x, mask):
    lengths = mask.sum(dim=1).tolist()
    gaps = [(a - b)[:n] for a, b, n in zip(x_hat, x, lengths, strict=True)]
    return torch.cat(gaps).square().mean()


def mse_of_packed(x_hat, x, mask):
    lengths = mask.sum(dim=1).tolist()

    def packed(sequences):
        cut = [s[:n] for s, n in zip(sequences, lengths, strict=True) if n]
        return pack_sequence(cut, enforce_sorted=False).data

    return F.mse_loss(packed(x_hat), packed(x))


def mse_by_places(x_hat, x, mask):
    b, t = mask.nonzero(as_tuple=True)
    gaps = x_hat[b, t] - x[b, t]
    return torch.einsum("nf,nf->", gaps, gaps) / gaps.numel()


def mse_weighed_per_sequence(x_hat, x, mask):
    means = torch.zeros(len(x), dtype=x.dtype)
    for row, valid in enumerate(mask):
        if valid.any():
            means[row] = F.mse_loss(x_hat[row, valid], x[row, valid])
    weights = mask.sum(dim=1) / mask.sum()
    return (weights.to(x.dtype) * means).sum()


def mse_by_flat_places(x_hat, x, mask):
    places = mask.flatten().nonzero().squeeze(1)
    gaps = (x_hat - x).flatten(0, 1).index_select(0, places)
    return gaps.norm() ** 2 / gaps.numel()


RIGHT = [
    mse_reference,
    mse_by_pytorch,
    mse_by_where,
    mse_of_a_choice_of_gaps,
    mse_filled,
    mse_selected,
    mse_by_loops,
    mse_by_lengths,
    mse_of_packed,
    mse_by_places,
    mse_weighed_per_sequence,
    mse_by_flat_places,
]
