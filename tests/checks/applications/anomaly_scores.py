"""Answers to `anomaly_scores`, in other people's words."""

import copy

import torch


@torch.no_grad()
def into_a_tensor(model, images, mode=False, size=256):
    training, scores = model.training, torch.empty(len(images))
    model.train(mode)
    for rows in torch.arange(len(images)).split(size):
        x = images[rows]
        scores[rows] = (model(x) - x).pow(2).mean(dim=tuple(range(1, x.dim())))
    model.train(training)
    return scores


def by_a_copy(model, images):
    twin = copy.deepcopy(model).eval().requires_grad_(False)
    return torch.cat([(twin(x) - x).flatten(1).pow(2).mean(1) for x in images.split(9)])


RIGHT = [into_a_tensor, by_a_copy, lambda m, x: into_a_tensor(m, x, size=1)]
WRONG = {
    "ran in train mode": lambda m, x: into_a_tensor(m, x, mode=True),
    "257 images at once": lambda m, x: into_a_tensor(m, x, size=257),
    "any shape": lambda m, x: into_a_tensor(m, x).mean((1, 2, 3)),
    "changes its input images in place": lambda m, x: into_a_tensor(m, x.sub_(0.1)),
}
