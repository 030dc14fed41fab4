"""Well-known ways to find directions in activations, to rank others among."""

import torch
from sklearn.decomposition import FastICA
from torch import nn

from aelesson import interpret, objectives, regularisers, runtime
from aelesson.linear import fit_pca
from aelesson.training import TrainConfig, fit, one_cycle

SIZE, LATENTS = 32, 128


class Linear(nn.Module):
    """Latents that are sums of activations; each direction twice, with both signs."""

    def __init__(self, mean, rows, inverse):
        super().__init__()
        self.mean, self.rows, self.inverse = mean, rows, inverse

    def encode(self, x):
        z = (x - self.mean) @ self.inverse
        return torch.cat([z, -z], 1).relu()

    def decode(self, z):
        return z @ torch.cat([self.rows, -self.rows]) + self.mean


def pca(x):
    mean, rows = fit_pca(x, SIZE)
    return Linear(mean, rows, rows.T)


def ica(x):
    found = FastICA(SIZE, whiten="unit-variance", random_state=0).fit(x.numpy())
    parts = found.mean_, found.mixing_.T, found.components_.T
    return Linear(*(torch.from_numpy(part).float() for part in parts))


def sparse(active, frozen=False):
    """Return a fit of an autoencoder with so many latents on."""

    def fit_sparse(x):
        runtime.seed_everything(0)
        decoder = interpret.UnitDecoder(LATENTS, SIZE)
        if frozen:
            chance = torch.Generator().manual_seed(0)
            decoder = interpret.random_decoder(LATENTS, SIZE, chance)
        kept = nn.Sequential(nn.ReLU(), regularisers.TopK(active))
        model = interpret.sparse_autoencoder(decoder, kept)
        settings = TrainConfig(10, 128, 1e-2, one_cycle)
        fit(model, x, objectives.reconstruction(), settings, progress=False)
        return model

    return fit_sparse
