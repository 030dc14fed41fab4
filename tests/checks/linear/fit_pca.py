"""Answers to `fit_pca`, in other people's words."""

import torch
from sklearn.decomposition import PCA

from aelesson.linear import fit_pca


def signed(rows):
    return torch.stack([r if r[r.abs().argmax()] > 0 else -r for r in rows])


def by_covariance(images, count):
    flat = images.reshape(len(images), -1)
    _, vectors = torch.linalg.eigh(torch.cov(flat.T))
    return [flat.mean(0), signed(vectors.T[-count:].flip(0))]


def by_scikit_learn(x, k):
    pca = PCA(k, svd_solver="full").fit(x.flatten(1).numpy())
    return torch.tensor(pca.mean_), signed(torch.tensor(pca.components_))


RIGHT = [fit_pca, by_covariance, by_scikit_learn]
WRONG = {
    "from 0 is -": lambda x, k: (by_covariance(x, k)[0], -fit_pca(x, k)[1]),
    "row 0 has the length 2": lambda x, k: (fit_pca(x, k)[0], 2 * fit_pca(x, k)[1]),
    "expected a tuple": lambda x, k: fit_pca(x, k)[1],
}
