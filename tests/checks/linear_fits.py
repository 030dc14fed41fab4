"""Answers to `fit_pca`, right and wrong."""

import torch
from sklearn.decomposition import PCA

from .answers import Wrong

# right


def with_sign(rows):
    places = rows.abs().argmax(1, keepdim=True)
    return rows * rows.gather(1, places).sign()


def fit_reference(x, k):
    flat = x.flatten(1)
    mean = flat.mean(0)
    _, _, directions = torch.linalg.svd(flat - mean, full_matrices=False)
    return mean, with_sign(directions[:k])


def fit_by_covariance(images, count):
    flat = images.reshape(len(images), -1)
    mean = flat.mean(0)
    _, vectors = torch.linalg.eigh(torch.cov(flat.T))
    rows = []
    for vector in reversed(vectors.T[-count:]):
        sign = 1 if vector[vector.abs().argmax()] > 0 else -1
        rows.append(sign * vector)
    return mean, torch.stack(rows)


def fit_by_old_svd(x, k):
    flat = x.flatten(1).double()
    mean = flat.mean(0, keepdim=True)
    v = torch.svd(flat - mean).V[:, :k].clone()
    v *= torch.sign(v[v.abs().argmax(0), range(k)])
    return [mean.squeeze(0).to(x.dtype), v.T.to(x.dtype)]


def fit_by_scikit_learn(x, k):
    pca = PCA(k, svd_solver="full").fit(x.flatten(1).numpy())
    mean, components = pca.mean_, pca.components_
    return torch.tensor(mean), with_sign(torch.tensor(components))


def fit_by_images(x, k):
    """Take the eigenvectors of the inner products between images."""
    flat = x.flatten(1).double()
    mean = flat.mean(0)
    centred = flat - mean
    _, left = torch.linalg.eigh(centred @ centred.T)
    rows = left.T.flip(0)[:k] @ centred
    rows = rows / rows.norm(dim=1, keepdim=True)
    return mean.to(x.dtype), with_sign(rows).to(x.dtype)


RIGHT = [
    fit_reference,
    fit_by_covariance,
    fit_by_old_svd,
    fit_by_scikit_learn,
    fit_by_images,
]

# wrong


def right_directions(rows):
    return torch.linalg.svd(rows, full_matrices=False)[2]


def make_fit(centre=lambda flat: flat - flat.mean(0), keep=lambda v, k: v[:k]):
    """Return a `fit_pca` that prepares its rows and keeps directions in its own way."""

    def fit_pca(x, k):
        flat = x.flatten(1)
        return flat.mean(0), with_sign(keep(right_directions(centre(flat)), k))

    return fit_pca


def with_mean(mean):
    return lambda x, k: (mean(x.flatten(1)), fit_reference(x, k)[1])


def changed(change):
    """Return a `fit_pca` that changes right components."""

    def fit_pca(x, k):
        mean, rows = fit_reference(x, k)
        return mean, change(rows, x.flatten(1) - mean)

    return fit_pca


def by_eigh(keep):
    def fit_pca(x, k):
        flat = x.flatten(1)
        _, vectors = torch.linalg.eigh(torch.cov(flat.T))
        return flat.mean(0), with_sign(keep(vectors, k))

    return fit_pca


def left_vectors(x, k):
    flat = x.flatten(1)
    left, _, _ = torch.linalg.svd(flat - flat.mean(0), full_matrices=False)
    return flat.mean(0), left[:, :k]


def codes_in_place_of_components(x, k):
    mean, rows = fit_reference(x, k)
    return mean, (x.flatten(1) - mean) @ rows.T


def singular_values(x, k):
    flat = x.flatten(1)
    return flat.mean(0), torch.linalg.svdvals(flat - flat.mean(0))[:k]


def fit_without_flat(x, k):
    mean = x.mean(0)
    return mean, torch.linalg.svd(x - mean, full_matrices=False)[2][:k]


def fit_unflattened_mean(x, k):
    return x.mean(0), fit_reference(x, k)[1]


def fit_in_place(x, k):
    flat = x.flatten(1)
    mean = flat.mean(0)
    flat -= mean
    return mean, with_sign(right_directions(flat)[:k])


def sign_by_codes(rows, centred):
    codes = centred @ rows.T
    peaks = codes.gather(0, codes.abs().argmax(0, keepdim=True))
    return rows * peaks.sign().T


def sign_by_column(rows, centred):
    places = rows.abs().argmax(0, keepdim=True)
    return rows * rows.gather(0, places).sign()


def double_cast(x, k):
    return fit_reference(x.double(), k)


def single_cast(x, k):
    return fit_reference(x.float(), k)


def sign_by_largest_signed(x, k):
    """Turn each row so that its signed maximum is positive: that says nothing."""
    mean, rows = fit_reference(x, k)
    rows = rows * (2.0 * (torch.arange(k) % 2) - 1)[:, None].to(x.dtype)
    return mean, rows * rows.gather(1, rows.argmax(1, keepdim=True)).sign()


def low_rank(x, k):
    flat = x.flatten(1)
    return flat.mean(0), with_sign(torch.pca_lowrank(flat, k)[2].T)


def own_mean(flat):
    return flat - flat.mean(1, keepdim=True)


WRONG = [
    Wrong(make_fit(centre=lambda flat: flat), "x was not centred"),
    Wrong(make_fit(centre=lambda flat: flat - flat.mean()), "mean of all pixels"),
    Wrong(make_fit(centre=own_mean), "each image's own mean"),
    Wrong(
        make_fit(centre=lambda flat: (flat - flat.mean(0)) / flat.std(0)),
        "divided by the standard deviation",
    ),
    Wrong(make_fit(keep=lambda v, k: v[:k].flip(0)), "the order is the wrong way"),
    Wrong(make_fit(keep=lambda v, k: v[-k:]), "directions of the least variance"),
    Wrong(make_fit(keep=lambda v, k: v), "keep the first k rows"),
    Wrong(make_fit(keep=lambda v, k: v[:, :k].T), "its rows, not columns"),
    Wrong(make_fit(keep=lambda v, k: v.T[:k]), "its rows, not columns"),
    Wrong(make_fit(keep=lambda v, k: v[:k].T), "directions must be rows"),
    Wrong(by_eigh(lambda v, k: v.T[:k]), "directions of the least variance"),
    Wrong(by_eigh(lambda v, k: v.T[-k:]), "the order is the wrong way"),
    Wrong(by_eigh(lambda v, k: v[:k]), "columns of what eigh returns"),
    Wrong(by_eigh(lambda v, k: v.flip(1)[:k]), "columns of what eigh returns"),
    Wrong(by_eigh(lambda v, k: v[:, -k:]), "directions must be rows"),
    Wrong(left_vectors, "left singular vectors: take the right ones"),
    Wrong(codes_in_place_of_components, "these are codes, or left singular vectors"),
    Wrong(singular_values, "singular values or variances, not directions"),
    Wrong(changed(lambda rows, centred: -rows), "It is negative in yours"),
    Wrong(changed(sign_by_codes), "follow the largest code, as in older libraries"),
    Wrong(
        changed(lambda rows, _: rows * rows.sum(1, keepdim=True).sign()),
        "farthest from 0, not at the first",
    ),
    Wrong(
        changed(lambda rows, _: rows * rows[:, :1].sign()),
        "farthest from 0, not at the first",
    ),
    Wrong(
        sign_by_largest_signed,
        "farthest from 0, not at the first",
    ),
    Wrong(
        changed(lambda rows, centred: rows * (centred @ rows.T).norm(dim=0)[:, None]),
        "not the lengths of the rows",
    ),
    Wrong(
        changed(lambda rows, centred: rows * (centred @ rows.T).var(0)[:, None]),
        "Do not multiply them by singular values",
    ),
    Wrong(changed(lambda rows, _: rows.abs()), "a row changes its sign as a whole"),
    Wrong(changed(sign_by_column), "a row changes its sign as a whole"),
    Wrong(make_fit(keep=lambda v, k: v[1 : k + 1]), "the first component is missing"),
    Wrong(make_fit(keep=lambda v, k: v[:1]), "return k of them"),
    Wrong(changed(lambda rows, _: 0.5 + rows), "expected"),
    Wrong(lambda x, k: fit_reference(x, k)[::-1], "the two results are swapped"),
    Wrong(lambda x, k: fit_reference(x, k)[1], "expected two tensors"),
    Wrong(
        lambda x, k: (*fit_reference(x, k), torch.zeros(k)),
        "got 3 results, expected two tensors",
    ),
    Wrong(with_mean(lambda flat: flat[0] * 0), "return the mean that you subtracted"),
    Wrong(with_mean(lambda flat: flat.sum(0)), "divide by their number"),
    Wrong(with_mean(lambda flat: flat.median(0).values), "this is the median"),
    Wrong(with_mean(lambda flat: flat.mean().expand(flat.shape[1])), "a mean of its"),
    Wrong(
        with_mean(lambda flat: flat.sum(0) / (len(flat) - 1)), "you divided by N - 1"
    ),
    Wrong(with_mean(lambda flat: flat.mean()), "one number for all"),
    Wrong(with_mean(lambda flat: flat.mean(1)), "one number per image"),
    Wrong(with_mean(lambda flat: flat.mean(0, keepdim=True)), "without `keepdim`"),
    Wrong(with_mean(lambda flat: flat.mean(0).numpy()), "got a numpy array"),
    Wrong(fit_unflattened_mean, "so that the mean is flat too"),
    Wrong(fit_without_flat, "flatten the images first"),
    Wrong(fit_in_place, "changes its input x in place"),
    Wrong(double_cast, "float64, expected torch.float32"),
    Wrong(single_cast, "float32, expected torch.float64"),
    Wrong(
        lambda x, k: tuple(part.to(x.dtype) for part in single_cast(x, k)),
        "no .float() on the way",
    ),
    Wrong(make_fit(centre=lambda flat: flat - 0.5), "you subtracted a fixed number"),
    Wrong(low_rank, "draw random vectors"),
]
