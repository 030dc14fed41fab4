"""`rank_sixteen()`: an affine map of rank 16 that cleans striped images."""

import torch
from torch import nn

from aelesson import data, models, networks, runtime
from aelesson.checks import judge
from aelesson.checks.engine.scored import Scored
from aelesson.linear import fit_pca
from aelesson.training import TrainConfig, fit, one_cycle

RANK, PIXELS, STRIPES, GRAIN = 16, 784, 0.3, 0.2
SMALL = 1e-4  # of the largest singular value: what rounding leaves
WANTED = "expected (weight, bias): tensors of shape (784, 784) and (784,)"


def spoilt(x, generator=None):
    """Add noise to every row of an image as a whole, and to every pixel."""
    rows = torch.randn(len(x), 1, 28, 1, generator=generator)
    return x + STRIPES * rows + GRAIN * torch.randn(x.shape, generator=generator)


def is_map(thing):
    if thing is None:
        return f"got None, {WANTED}: is `return` missing?"
    if not isinstance(thing, tuple | list) or len(thing) != 2:
        return f"got {type(thing).__name__}, {WANTED}."
    shapes = [tuple(getattr(part, "shape", ())) for part in thing]
    if not all(isinstance(part, torch.Tensor) for part in thing):
        return f"got {' and '.join(type(part).__name__ for part in thing)}, {WANTED}."
    if shapes != [(PIXELS, PIXELS), (PIXELS,)]:
        return f"got shapes {shapes[0]} and {shapes[1]}, {WANTED}."
    if not all(part.isfinite().all() for part in thing):
        return "a number in weight or bias is nan or infinite."
    return ""


def record(thing, _):
    return {"weight": thing[0].detach().float(), "bias": thing[1].detach().float()}


def is_map_still(thing):
    return is_map((thing.weight, thing.bias))


def has_rank(thing):
    sigma = torch.linalg.svdvals(thing[0].detach().double())
    rank = int((sigma > SMALL * sigma[0]).sum())
    if rank <= RANK:
        return ""
    return (
        f"weight has rank {rank}, at most {RANK} is allowed: "
        f"{rank - RANK} singular values too many are not 0."
    )


def has_rank_still(thing):
    return has_rank((thing.weight, thing.bias))


def squared_errors(thing):
    def cost(x, _):
        y = spoilt(x, torch.Generator().manual_seed(judge.seed(0))).flatten(1)
        return (y @ thing.weight.T + thing.bias - x.flatten(1)).square().mean(1)

    return cost


def pca():
    mean, rows = fit_pca(data.load("mnist-5k").train.images, RANK)
    return rows.T @ rows, mean - rows.T @ (rows @ mean)


def lesson():
    """Train the lesson's linear autoencoder on images that are spoilt anew."""
    runtime.seed_everything(0)
    decoder = networks.mlp_decoder((RANK, PIXELS), output=nn.Identity)
    model = models.Autoencoder(networks.mlp_encoder((PIXELS, RANK)), decoder)

    def objective(model, x):
        return {"loss": (model(spoilt(x)) - x).square().mean()}

    x = data.load("mnist-5k").train.images
    fit(model, x, objective, TrainConfig(30, 64, 2e-2, one_cycle), progress=False)
    with torch.no_grad():
        bias = model(torch.zeros(1, 1, 28, 28)).flatten()
        basis = torch.eye(PIXELS).view(-1, 1, 28, 28)
        return (model(basis).flatten(1) - bias).T, bias


def error(thing):
    digits = judge.digits()
    return squared_errors(thing)(digits.images, digits.labels).mean()


check = Scored(
    "rank_sixteen",
    error,
    record=record,
    unit="mean squared error per pixel",
    baseline="PCA of the clean images",
    rules=[is_map, has_rank],
    holds=[is_map_still, has_rank_still, judge.unseen(squared_errors)],
    references={
        "PCA of the clean images": pca,
        "the lesson's linear autoencoder, fed with noise": lesson,
    },
)
