"""`thirty_two_active()`: codes of at most 32 units that are on; how well they tell."""

import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn
from torch.nn import functional as F

from aelesson import data, models, objectives, regularisers, runtime
from aelesson.checks import judge
from aelesson.checks.engine.calls import Raised, attempt
from aelesson.checks.engine.rules import is_model
from aelesson.checks.engine.scored import Scored
from aelesson.linear import fit_pca
from aelesson.training import TrainConfig, fit, one_cycle

ACTIVE, UNITS, KNOWN = 32, 1024, 1000


def codes(model, x):
    with torch.no_grad():
        return model.encode(x)


def encodes(model):
    """Refuse what has no codes."""
    if not hasattr(model, "encode"):
        return "it needs encode(x), from images to codes (B, D)."
    x = judge.known(3)
    z = attempt(model.eval().encode, [x])
    if isinstance(z, Raised):
        return f"encode does not run on images {tuple(x.shape)}: {z:.110}"
    return ""


def is_sparse(model):
    """Refuse codes that are too large, or have too many units that are on."""
    x = judge.digits().images
    z = attempt(codes, [model, x])
    if not isinstance(z, Tensor) or z.dim() != 2 or len(z) != len(x):
        return f"encode must return codes ({len(x)}, D) for {len(x)} images."
    if z.shape[1] > UNITS:
        return f"a code has {z.shape[1]:,} units, at most {UNITS:,} are allowed."
    if not z.isfinite().all():
        return "a code has nan or infinity in it."
    on = int((z != 0).sum(1).max())
    told = (
        f"an image has {on} units that are not exactly 0, at most {ACTIVE} may be on."
    )
    return told if on > ACTIVE else ""


def wrong(model):
    """Return whether a linear probe, fitted on the sample, is wrong: 0 or 1 each."""
    train = data.load("mnist-5k").train
    z, labels = codes(model, train.images[:KNOWN]), train.labels[:KNOWN]
    mean, std = z.mean(0), z.std(0).clamp_min(1e-6)
    probe = LogisticRegression(max_iter=300).fit((z - mean) / std, labels)

    def cost(x, labels):
        found = probe.predict(((codes(model, x) - mean) / std).numpy())
        return (torch.from_numpy(found) != labels).float()

    return cost


def accuracy(model):
    digits = judge.digits()
    return 1 - wrong(model)(digits.images, digits.labels).mean()


class PCA(nn.Module):
    """32 numbers for each image, all of them on."""

    def __init__(self):
        super().__init__()
        self.mean, self.components = fit_pca(data.load("mnist-5k").train.images, ACTIVE)

    def encode(self, x):
        return (x.flatten(1) - self.mean) @ self.components.T


def network():
    """Return the lesson's network with 400 units, k-sparse, untrained."""
    runtime.seed_everything(0)
    encoder = nn.Sequential(nn.Flatten(), nn.Linear(196, 400), regularisers.TopK(30))
    decoder = nn.Sequential(nn.Linear(400, 196), nn.Unflatten(1, (1, 14, 14)))
    return models.Autoencoder(encoder, decoder)


def of_large(model):
    """Return a model for images of 28 x 28: it sees them at half their size."""
    return models.Autoencoder(nn.Sequential(nn.AvgPool2d(2), model.encoder), model)


def lesson():
    model, x = network(), F.avg_pool2d(data.load("mnist-5k").train.images, 2)
    settings = TrainConfig(10, 64, 5e-3, one_cycle)
    fit(model, x, objectives.reconstruction(), settings, progress=False)
    return of_large(model)


check = Scored(
    "thirty_two_active",
    accuracy,
    record=judge.function("encode"),
    unit="accuracy of a linear probe",
    baseline="PCA with 32 numbers",
    more_is_better=True,
    rules=[is_model, encodes],
    holds=[is_sparse, judge.unseen(wrong)],
    references={
        "PCA with 32 numbers": PCA,
        "an untrained network": lambda: of_large(network()),
        "the lesson's k-sparse network": lesson,
    },
)
