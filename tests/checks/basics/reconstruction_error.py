"""Answers to `reconstruction_error`, in other people's words."""

import copy

import torch
from torch.nn import functional as F


@torch.inference_mode()
def one_by_one(model, images):
    was_training = model.training
    model.train(False)
    errors = [F.mse_loss(model(image[None])[0], image) for image in images]
    model.train(mode=was_training)
    return torch.stack(errors)


def by_a_twin(net, batch):
    twin = copy.deepcopy(net).eval().requires_grad_(False)
    gap = (twin(batch) - batch).double()
    return torch.einsum("b...,b...->b", gap, gap) / batch[0].numel()


def by(reduce, after=None):
    @torch.no_grad()
    def reconstruction_error(model, images):
        training = model.training
        errors = reduce(model.eval()(images) - images)
        model.train(training if after is None else after)
        return errors

    return reconstruction_error


def average(gap):
    return gap.pow(2).mean(dim=tuple(range(1, gap.dim())))


RIGHT = [one_by_one, by_a_twin, by(average)]
WRONG = {
    "images may have any shape": by(lambda gap: gap.square().mean((1, 2, 3))),
    "a number such as 784": by(lambda gap: gap.square().view(-1, 784).mean(1)),
    "the parameters' gradients": lambda m, x: by(average)(m.requires_grad_(False), x),
    "you left it in train mode": by(average, after=True),
    "0.5 times the right one": by(lambda gap: average(gap) / 2),
}
