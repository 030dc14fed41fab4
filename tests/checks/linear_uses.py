"""Answers to `pca_reconstruct`, right and wrong."""

import torch
from torch.nn import functional as F

from .answers import Wrong
from .linear_fits import fit_reference

# right


def use_reference(x, mean, components):
    codes = (x.flatten(1) - mean) @ components.T
    return (codes @ components + mean).reshape(x.shape)


def use_with_linear_layers(x, mu, w):
    z = F.linear(x.reshape(len(x), -1), w, -(w @ mu))
    return F.linear(z, w.T, mu).view_as(x)


def use_by_loops(x, mean, components):
    images = []
    for image in x:
        centred = image.flatten() - mean
        x_hat = mean.clone()
        for row in components:
            x_hat = x_hat + (centred @ row) * row
        images.append(x_hat.reshape(image.shape))
    return torch.stack(images)


def use_with_einsum(x, mean, components):
    flat = x.flatten(start_dim=1) - mean
    kept = torch.einsum("np,kp,kq->nq", flat, components, components)
    return torch.unflatten(kept + mean, 1, x.shape[1:])


def use_with_shaped_mean(x, mean, components):
    shape = x.shape[1:]
    rows = components.reshape(-1, *shape)
    codes = torch.tensordot(x - mean.reshape(shape), rows, dims=(
        list(range(1, x.dim())), list(range(1, x.dim()))
    ))  # fmt: skip
    return torch.tensordot(codes, rows, dims=1) + mean.reshape(shape)


RIGHT = [
    use_reference,
    use_with_linear_layers,
    use_by_loops,
    use_with_einsum,
    use_with_shaped_mean,
]

# wrong


def shaped(function):
    """Return an answer from a function of flat images, mean and projection."""

    def pca_reconstruct(x, mean, components):
        flat, onto = x.flatten(1), components.T @ components
        return function(flat, mean, onto).reshape(x.shape)

    return pca_reconstruct


def then(change):
    return lambda x, mean, rows: change(use_reference(x, mean, rows))


def refit(x, mean, components):
    k = min(len(components), len(x))
    return use_reference(x, *fit_reference(x, k))


def own_means(flat, mean, onto):
    centre = flat.mean(1, keepdim=True)
    return centre + (flat - centre) @ onto


def use_in_place(x, mean, components):
    flat = x.flatten(1)
    flat -= mean
    return (flat @ components.T @ components + mean).reshape(x.shape)


WRONG = [
    Wrong(shaped(lambda x, m, w: (x - m) @ w), "the mean is missing: add it back"),
    Wrong(shaped(lambda x, m, w: x @ w + m), "subtract the mean before encoding"),
    Wrong(shaped(lambda x, m, w: x @ w), "the mean plays no part"),
    Wrong(shaped(lambda x, m, w: (x + m) @ w - m), "added the mean before encoding"),
    Wrong(shaped(lambda x, m, w: (x - m) @ w - m), "subtracted the mean behind"),
    Wrong(
        shaped(lambda x, m, w: (x - x.mean(0)) @ w + x.mean(0)),
        "you took the mean of x: use the argument",
    ),
    Wrong(
        shaped(lambda x, m, w: (x - x.mean(0)) @ w + m),
        "you took the mean of x: use the argument",
    ),
    Wrong(shaped(own_means), "each image's own mean"),
    Wrong(refit, "you fitted new components to x"),
    Wrong(then(lambda x_hat: x_hat.clip(0, 1)), "you clipped the result"),
    Wrong(then(lambda x_hat: x_hat.relu()), "you clipped the result"),
    Wrong(then(torch.sigmoid), "a sigmoid has no place here"),
    Wrong(shaped(lambda x, m, w: x - ((x - m) @ w + m)), "this is what is lost"),
    Wrong(lambda x, m, w: use_reference(x, m, w) - x, "return x_hat."),
    Wrong(lambda x, m, w: x.clone(), "these are the images themselves"),
    Wrong(lambda x, m, w: use_reference(x, m, w[:-1]), "the last component is missing"),
    Wrong(lambda x, m, w: use_reference(x, m, w[:1]), "only the first component"),
    Wrong(lambda x, m, w: (x.flatten(1) - m) @ w.T, "these are the codes"),
    Wrong(then(lambda x_hat: x_hat.flatten(1)), "give the images their shape back"),
    Wrong(lambda x, m, w: use_reference(x, m, w)[0], "one image only"),
    Wrong(lambda x, m, w: (x.flatten(1) - m) @ w, "a matrix product does not fit"),
    Wrong(lambda x, m, w: (x - m) @ w.T @ w + m, "flatten(1) first"),
    Wrong(
        lambda x, m, w: use_reference(x.reshape(-1, 784), m, w),
        "take the shape from x, not from a number",
    ),
    Wrong(then(lambda x_hat: x_hat.float()), "float32, expected torch.float64"),
    Wrong(then(lambda x_hat: x_hat.double()), "float64, expected torch.float32"),
    Wrong(
        lambda x, m, w: use_reference(x.float(), m.float(), w.float()).to(x.dtype),
        "no .float() on the way",
    ),
    Wrong(
        lambda x, m, w: use_reference(x, m.mean().expand_as(m), w),
        "one mean for all pixels",
    ),
    Wrong(then(lambda x_hat: x_hat.numpy()), "got a numpy array"),
    Wrong(use_in_place, "changes its input x in place"),
]
