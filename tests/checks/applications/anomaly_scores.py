"""Answers to `anomaly_scores`, in other people's words."""

import copy

import torch
from torch.nn import functional as F


@torch.no_grad()
def into_a_tensor(model, images, mode=False, size=256):
    training, scores = model.training, torch.empty(len(images))
    model.train(mode)
    for start in range(0, len(images), size):
        x = images[start : start + size]
        error = F.mse_loss(model(x), x, reduction="none")
        scores[start : start + len(x)] = error.mean(dim=tuple(range(1, x.dim())))
    model.train(training)
    return scores


def by_a_copy(model, images):
    twin = copy.deepcopy(model).eval().requires_grad_(False)
    gaps = torch.cat([twin(x) - x for x in images.split(100)])
    return torch.einsum("bi,bi->b", gaps.flatten(1), gaps.flatten(1)) / gaps[0].numel()


RIGHT = [into_a_tensor, by_a_copy, lambda m, x: into_a_tensor(m, x, size=1)]
WRONG = {
    "ran in train mode": lambda m, x: into_a_tensor(m, x, mode=True),
    "you left it in eval mode": lambda m, x: into_a_tensor(m.eval(), x),
    "257 images at once": lambda m, x: into_a_tensor(m, x, size=257),
    "any shape": lambda m, x: into_a_tensor(m, x).mean((1, 2, 3)),
    "changes its input images in place": lambda m, x: into_a_tensor(m, x.sub_(0.1)),
    "is 0.5 times": lambda m, x: into_a_tensor(m, x) / 2,
}
