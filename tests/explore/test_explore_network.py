"""network.js computes what PyTorch computes."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from aelesson import models
from aelesson.training import constant_rate, one_cycle

PIXELS, HIDDEN, LATENT_DIM = 784, 19, 5  # no multiples of eight
BATCH, STEPS, RATE = 6, 12, 0.01
AGREE = 1e-4  # of the largest value of a tensor
SCHEDULES = {"constant": constant_rate, "cycle": one_cycle}


def make_model(code):
    torch.manual_seed(0)
    model = models.Autoencoder.mlp((PIXELS, HIDDEN, LATENT_DIM))
    if code == "relu":
        model.encoder.append(nn.ReLU())
    return model


def make_batches():
    """Images of black, grey and white pixels, most of them black."""
    torch.manual_seed(1)
    x = torch.rand(STEPS, BATCH, 1, 28, 28)
    return torch.where(x < 0.7, 0.0, (2 * x - 1).clip(max=0.9))


def loss_of(name, x_hat, x):
    if name == "mse":
        return F.mse_loss(x_hat, x)
    return F.binary_cross_entropy(x_hat, x, reduction="sum") / len(x)


def as_lists(tensors):
    """Weights with a row per input, as network.js keeps them."""
    return [(t.T if t.dim() == 2 else t).flatten().tolist() for t in tensors]


def in_pytorch(model, batches, loss, schedule):
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE)
    scheduler = SCHEDULES[schedule](optimizer, STEPS)
    results = {"losses": [], "mse": [], "rates": []}
    for x in batches:
        x_hat = model(x)
        error = loss_of(loss, x_hat, x)
        optimizer.zero_grad()
        error.backward()
        if "gradients" not in results:
            results["gradients"] = as_lists([p.grad for p in model.parameters()])
            results["xHat"] = x_hat.flatten().tolist()
            results["loss"] = error.item()
        results["rates"].append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
        results["losses"].append(error.item())
        results["mse"].append(F.mse_loss(x_hat, x).item())
    return results | {"parameters": as_lists(p.data for p in model.parameters())}


def distance(ours, theirs):
    """Return the largest difference, as a share of the largest value."""
    a, b = (torch.tensor(each, dtype=torch.float64) for each in (ours, theirs))
    return ((a - b).abs().max() / b.abs().max()).item()


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("loss", ["mse", "bce"])
@pytest.mark.parametrize("code", ["linear", "relu"])
def test_javascript_and_pytorch_agree(node, code, loss, schedule):
    model, batches = make_model(code), make_batches()
    sizes = {"pixels": PIXELS, "hidden": HIDDEN, "latentDim": LATENT_DIM, "code": code}
    settings = {**sizes, "loss": loss, "rate": RATE, "schedule": schedule}
    case = {
        "settings": settings,
        "parameters": as_lists(p.data for p in model.parameters()),
        "batches": batches.flatten(1).tolist(),
    }
    ours, theirs = node("agree.mjs", case), in_pytorch(model, batches, loss, schedule)
    for key in ("xHat", "loss", "losses", "mse", "rates"):
        assert distance(ours[key], theirs[key]) < AGREE, key
    for key in ("gradients", "parameters"):
        pairs = zip(ours[key], theirs[key], strict=True)
        apart = [distance(a, b) for a, b in pairs]
        assert max(apart) < AGREE, f"{key}: {apart}"
