"""Answers to `shared_codes`, in other people's words."""

import torch
from sklearn.decomposition import PCA

from aelesson.linear import fit_pca, pca_codes


def by_library(x_train, x_new, k):
    fitted = fit_pca(x_train, k)
    return pca_codes(x_train, *fitted), pca_codes(x_new, *fitted)


def by_scikit_learn(x_train, x_new, k):
    pca = PCA(k, svd_solver="full").fit(x_train.flatten(1).numpy())
    both = (pca.transform(x.flatten(1).numpy()) for x in (x_train, x_new))
    return [torch.tensor(codes) for codes in both]


def in_one(x_train, x_new, k):
    flat = torch.cat([x_train, x_new]).flatten(1)
    centred = flat - flat[: len(x_train)].mean(0)
    v = torch.svd(centred[: len(x_train)]).V[:, :k]
    return (centred @ v).split([len(x_train), len(x_new)])


def each_alone(x_train, x_new, k):
    return tuple(pca_codes(x, *fit_pca(x, min(k, len(x)))) for x in (x_train, x_new))


def own_mean(x_train, x_new, k):
    centred = (x.flatten(1) - x.flatten(1).mean(0) for x in (x_train, x_new))
    rows = fit_pca(x_train, k)[1]
    return tuple(flat @ rows.T for flat in centred)


RIGHT = [by_library, by_scikit_learn, in_one]
WRONG = {
    "an image that is in both sets gets two codes": each_alone,
    "x_new has a mean of its own still": own_mean,
    "one sign for x_train and another for x_new": lambda *arguments: (
        by_library(*arguments)[0],
        -by_library(*arguments)[1],
    ),
}
