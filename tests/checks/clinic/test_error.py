"""Answers to `test_error`, in other people's words."""

import copy

import torch.nn.functional as F

from aelesson import metrics


def by_library(model, splits, finish=float):
    return finish(metrics.reconstruction_error(model, splits.test.images).mean())


def on_a_copy(model, splits):
    twin, x = copy.deepcopy(model).eval(), splits.test.images
    return float(((twin(x) - x) ** 2).detach().numpy().mean())


def only_named(model, splits):
    model.training, was = False, model.training
    error = F.mse_loss(model(splits.test.images), splits.test.images).item()
    model.training = was
    return error


RIGHT = [by_library, on_a_copy]
WRONG = {
    "ran in training mode": only_named,
    "another mode afterwards": lambda m, s: by_library(m.eval(), s),
    "Call `.item()` on it": lambda m, s: by_library(m, s, lambda error: error),
    "the model was never called": lambda m, s: s.test.images.var().item(),
    "splits has the parts": lambda m, s: float(s.tests.images.mean()),
}
