"""Which code may be recorded: it must do the same at every call."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional as F

from aelesson import corruptions, objectives
from aelesson.models import Autoencoder
from aelesson.training import steady

ASK = objectives.reconstruction()
BETA = 0.5
SEEN = []
COUNT = torch.zeros(())


def with_a_global(model, x):
    return {"loss": BETA * F.mse_loss(model(x), x) + sum(x.mean() for _ in range(2))}


def keeping(model, x):
    SEEN.append(x.mean())
    return ASK(model, x)


def counting():
    count = 0

    def objective(model, x):
        nonlocal count
        count += 1
        return {"loss": count * F.mse_loss(model(x), x)}

    return objective


def of_a_list(left=(3,)):
    left = [*left]

    def objective(model, x):
        left[0] -= 1
        return ASK(model, x)

    return objective


def of_an_iterator(model, x, weights=iter([1.0, 2.0])):  # noqa: B008
    return {"loss": next(weights) * F.mse_loss(model(x), x)}


def of_python(model, x):
    import random

    return {"loss": random.random() * F.mse_loss(model(x), x)}


def of_numpy(model, x):
    return {"loss": np.random.rand() * F.mse_loss(model(x), x)}


class Noisy(nn.Module):
    def __init__(self, keeps):
        super().__init__()
        self.keeps, self.last = keeps, 0

    def forward(self, x):
        return self._kept(x + torch.randn_like(x)) if self.keeps else self._plain(x)

    def _plain(self, x):
        return x


class Keeping(Noisy):
    def _kept(self, x):
        self.last = x
        return x


class Annealed:
    def __init__(self):
        self.calls = 0

    def __call__(self, model, x):
        self.calls += 1
        return ASK(model, x)


class Step(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.sign()

    @staticmethod
    def backward(ctx, gradient):
        return gradient


class Remembering(Step):
    @staticmethod
    def forward(ctx, x):
        ctx.size = len(x)
        return x.sign()


def hooked():
    layer = nn.Linear(2, 2)
    layer.register_forward_hook(lambda *given: None)
    return layer


@pytest.mark.parametrize(
    "value",
    [
        ASK,
        objectives.negative_elbo(2.0),
        objectives.denoising(corruptions.masking(0.5), F.mse_loss),
        objectives.classification,
        with_a_global,
        lambda model, x: {"loss": F.l1_loss(model(x), x)},
        Autoencoder.mlp((64, 16, 4), (1, 8, 8)),
        Autoencoder.conv(4),
        Noisy(True),
        objectives.denoising(lambda x: Step.apply(x)),
        nn.Sequential(nn.BatchNorm1d(3), nn.Dropout()),
    ],
)
def test_what_does_the_same_at_every_call_is_known(value):
    assert steady.change(value) == ""


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (keeping, "keeping calls append"),
        (counting(), "counting.objective writes to count"),
        (of_a_list(), "of_a_list.objective writes to a part of something"),
        (of_an_iterator, "next is called"),
        (of_python, "of_python imports random"),
        (of_numpy, "numpy is used"),
        (Keeping(True), "Keeping._kept writes to last"),
        (Annealed(), "Annealed.__call__ writes to calls"),
        (hooked(), "Linear has hooks"),
        (lambda model, x: x * COUNT.add_(1), "a tensor on the CPU is used"),
        (lambda model, x: Remembering.apply(x), "Remembering.forward writes to size"),
        (objectives.denoising(lambda x: print(x) or x), "print is called"),
        (objectives.reconstruction(Annealed()), "Annealed.__call__ writes"),
        (nn.Sequential(nn.Linear(2, 2), hooked()), "Linear has hooks"),
        (lambda model, x: {"loss": x.numpy().sum() + Noisy(x)}, "Noisy is made"),
    ],
)
def test_what_may_change_from_call_to_call_is_named(value, says):
    assert says in steady.change(value)
