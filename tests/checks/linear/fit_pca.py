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


def changed(rows):
    return lambda x, k: (x.flatten(1).mean(0), rows(x.flatten(1), k))


RIGHT = [fit_pca, by_covariance, by_scikit_learn]
WRONG = {
    "x was not centred": changed(lambda flat, k: signed(torch.svd(flat).V.T[:k])),
    "a sign is wrong: in row": lambda x, k: (by_covariance(x, k)[0], -fit_pca(x, k)[1]),
    "something drawn anew": changed(lambda f, k: signed(torch.pca_lowrank(f, k)[2].T)),
    "you returned one thing": lambda x, k: fit_pca(x, k)[1],
}
