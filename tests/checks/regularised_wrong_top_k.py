"""Wrong answers to `top_k`."""

import numpy as np
import torch

from .answers import Wrong
from .regularised_top_k import mask_of, reference


def by_magnitude(z, k):
    return z * mask_of(z.abs(), k)


def absolute_values(z, k):
    return z.abs() * mask_of(z.abs(), k)


def at_least_kth(z, k):
    kth = z.topk(k, dim=1).values[:, -1:]
    return z * (z >= kth)


def above_kth(z, k):
    kth = z.topk(k, dim=1).values[:, -1:]
    return z * (z > kth)


def above_next(z, k):
    values = z.sort(dim=1, descending=True).values
    next_one = values[:, k : k + 1] if k < z.shape[1] else values[:, -1:] - 1
    return z * (z > next_one)


def over_the_batch(z, k):
    return z * mask_of(z.T, min(k, len(z))).T


def of_all_values(z, k):
    return (z.flatten() * mask_of(z.reshape(1, -1), k)[0]).reshape(z.shape)


def batch_top_k(z, k):
    return of_all_values(z, k * len(z))


def straight_through(z, k):
    return z + (reference(z, k) - z).detach()


def graph_cut(z, k):
    return reference(z.detach(), k)


def values_detached(z, k):
    return 0 * z + reference(z.detach(), k)


def gradient_scaled(z, k):
    kept = reference(z, k)
    return 2 * kept - kept.detach()


def soft_threshold(z, k):
    kth = z.topk(k, dim=1).values[:, -1:]
    return torch.relu(z - kth)


def at_the_front(z, k):
    out = torch.zeros_like(z)
    out[:, :k] = z.topk(k, dim=1).values
    return out


def places_of_the_first(z, k):
    return z * mask_of(z, k)[:1]


def places_of_the_mean(z, k):
    return z * mask_of(z.mean(0, keepdim=True), k)


def in_place(z, k):
    drop = z.sort(dim=1).indices[:, : z.shape[1] - k]
    return z.scatter_(1, drop, 0.0)


def minus_infinity(z, k):
    return z.masked_fill(mask_of(z, k) == 0, -torch.inf)


def by_numpy(z, k):
    values = z.detach().numpy().copy()
    np.put_along_axis(
        values, np.argsort(values, axis=1)[:, : values.shape[1] - k], 0, 1
    )
    return torch.from_numpy(values)


def by_parameter(z, k):
    return torch.nn.Parameter(reference(z, k))


def zeros_dropped(z, k):
    kept = reference(z, k)
    return torch.where(kept > 0, z, kept.detach())


def in_floats(z, k):
    return reference(z.float(), k)


def counted_from_below(z, k):
    kth = z.kthvalue(k, dim=1, keepdim=True).values
    return z * (z >= kth)


def scattered_along_the_batch(z, k):
    values, places = z.topk(k, dim=1)
    return torch.zeros_like(z).scatter(0, places, values)


def added_to_z(z, k):
    values, places = z.topk(k, dim=1)
    return z.scatter_add(1, places, values)


def without_repeats(z, k):
    out = torch.zeros_like(z)
    for image, row in enumerate(z):
        for value in row.unique()[-k:]:
            unit = (row == value).nonzero()[0, 0]
            out[image, unit] = row[unit]
    return out


WRONG = [
    Wrong(lambda z, k: reference(z, 2), "k = 3 was asked and 2 kept: did you use k?"),
    Wrong(
        lambda z, k: z * (z.argsort(1, descending=True) < k),
        "argsort gives the places of the values, not the rank",
    ),
    Wrong(counted_from_below, "counted from the wrong end"),
    Wrong(scattered_along_the_batch, "scatter along dimension 1"),
    Wrong(added_to_z, "put them into zeros"),
    Wrong(without_repeats, "in their own places"),
    Wrong(lambda z, k: z * (torch.arange(z.shape[1]) < k), "the first or the last k"),
    Wrong(lambda z, k: reference(z, k).to_sparse(), "in sparse storage"),
    Wrong(lambda z, k: z.masked_fill(mask_of(z, k) == 0, -1e9), "or nearly so"),
    Wrong(by_magnitude, "you chose by size without the sign"),
    Wrong(absolute_values, "you chose by size without the sign"),
    Wrong(lambda z, k: reference(z, k).abs(), "the sign is lost"),
    Wrong(lambda z, k: reference(z, k).relu(), "negative values are cut off"),
    Wrong(lambda z, k: reference(z.relu(), k), "negative values are cut off"),
    Wrong(lambda z, k: -reference(-z, k), "these are the k smallest values"),
    Wrong(lambda z, k: z.topk(k, largest=False, dim=1).values, "are the k values"),
    Wrong(at_least_kth, "more than 2, for some are equal"),
    Wrong(above_kth, "you kept one too few"),
    Wrong(above_next, "fewer than 2"),
    Wrong(over_the_batch, "you chose along the batch, dimension 0"),
    Wrong(of_all_values, "you chose among all values of the batch"),
    Wrong(batch_top_k, "you chose among all values of the batch"),
    Wrong(lambda z, k: z * mask_of(z, min(k + 1, z.shape[1])), "you kept one too many"),
    Wrong(lambda z, k: z.topk(k, dim=1).values, "these are the k values"),
    Wrong(lambda z, k: z.topk(k, dim=1).indices, "these are the k values"),
    Wrong(lambda z, k: z.topk(k, dim=1), "you returned 2 things"),
    Wrong(lambda z, k: z.topk(k, dim=0).values, "dimension 1"),
    Wrong(lambda z, k: z.flatten().topk(k).values, "not for the whole batch"),
    Wrong(mask_of, "this is the mask"),
    Wrong(lambda z, k: mask_of(z, k).bool(), "a mask of truth values"),
    Wrong(lambda z, k: z[mask_of(z, k).bool()], "these are the kept values alone"),
    Wrong(lambda z, k: z * (1 - mask_of(z, k)), "you set the k largest to zero"),
    Wrong(lambda z, k: z.clone(), "nothing is dropped"),
    Wrong(lambda z, k: torch.zeros_like(z), "nothing is left"),
    Wrong(at_the_front, "not in their places"),
    Wrong(lambda z, k: reference(z, k).sort(1).values, "not in their places"),
    Wrong(soft_threshold, "you subtracted a threshold"),
    Wrong(lambda z, k: minus_infinity(z, k).softmax(1), "the kept values are scaled"),
    Wrong(lambda z, k: reference(z, k) * z.shape[1] / k, "the kept values are scaled"),
    Wrong(minus_infinity, "became -inf"),
    Wrong(places_of_the_first, "each image chooses for itself"),
    Wrong(places_of_the_mean, "each image chooses for itself"),
    Wrong(straight_through, "no straight-through trick"),
    Wrong(graph_cut, "no gradient flows back"),
    Wrong(by_numpy, "no gradient flows back"),
    Wrong(by_parameter, "no gradient reaches z"),
    Wrong(values_detached, "no gradient reaches z"),
    Wrong(gradient_scaled, "the gradient by z"),
    Wrong(zeros_dropped, "also one that is negative or 0"),
    Wrong(in_floats, "expected torch.float64"),
    Wrong(in_place, "changes its input z in place"),
]
