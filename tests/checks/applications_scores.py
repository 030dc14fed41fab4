"""Right answers to `anomaly_scores`."""

import copy

import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader, TensorDataset

from aelesson import runtime

# right


def scores_reference(model, images):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        parts = [(model(x) - x).square().flatten(1).mean(1) for x in images.split(256)]
    model.train(was_training)
    return torch.cat(parts)


@torch.no_grad()
def scores_into_a_tensor(model, images):
    training = model.training
    model.train(False)
    scores = torch.empty(len(images))
    for start in range(0, len(images), 256):
        x = images[start : start + 256]
        error = F.mse_loss(model(x), x, reduction="none")
        scores[start : start + len(x)] = error.mean(dim=tuple(range(1, x.dim())))
    if training:
        model.train()
    return scores


def scores_by_loader(net, batch):
    kept = net.training
    net.eval()
    found = []
    for (x,) in DataLoader(TensorDataset(batch), batch_size=100):
        with torch.no_grad():
            found.extend(((net(x) - x) ** 2).reshape(len(x), -1).mean(-1).tolist())
    net.train(kept)
    return torch.tensor(found)


@torch.inference_mode()
def scores_one_by_one(model, images):
    was_training = model.training
    model.eval()
    try:
        parts = [F.mse_loss(model(x), x)[None] for x in images.split(1)]
    finally:
        model.train(mode=was_training)
    return torch.cat(parts)


def scores_by_a_copy(model, images):
    twin = copy.deepcopy(model).eval().requires_grad_(False)
    gaps = torch.cat([twin(x) - x for x in images.chunk(-(-len(images) // 256))])
    return torch.einsum("bi,bi->b", gaps.flatten(1), gaps.flatten(1)) / gaps[0].numel()


def scores_by_the_library(model, images):
    with runtime.evaluating(model):
        errors = [(model(x) - x).double().pow(2) for x in torch.split(images, 64)]
        return torch.cat([error.view(error.size(0), -1).mean(1) for error in errors])


def scores_detached_at_once(model, images):
    was_training = model.training
    model.eval()
    parts = []
    for x in images.split(256):
        x_hat = model(x)
        error = (x_hat - x).square().flatten(1).mean(1)
        parts.append(error.detach())
    model.train(was_training)
    return torch.cat(parts)


RIGHT = [
    scores_reference,
    scores_detached_at_once,
    scores_into_a_tensor,
    scores_by_loader,
    scores_one_by_one,
    scores_by_a_copy,
    scores_by_the_library,
]
