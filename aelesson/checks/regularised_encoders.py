"""Encoders of every kind, for the check of `contractive_penalty`, of lesson 06."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.autograd.functional import jacobian

from aelesson.checks.harness import isolated


class _Residual(nn.Module):
    """An encoder that is no `nn.Sequential`, and whose code has two paths."""

    def __init__(self) -> None:
        super().__init__()
        self.narrow = nn.Linear(6, 4)
        self.scale = nn.Parameter(torch.tensor([0.5, -1.5, 2.0, 1.0]))

    def forward(self, x: Tensor) -> Tensor:
        flat = x.flatten(1)
        narrow: Tensor = self.narrow(flat)
        return self.scale * narrow.tanh() + flat[:, :4].square()


@dataclass(frozen=True)
class Case:
    """An encoder to be made, the images that it takes, and what it is in words."""

    make: Callable[[], nn.Module]
    shape: tuple[int, ...]
    words: str
    dtype: torch.dtype = torch.float32
    training: bool = True


OLD_GRADIENT = 0.5  # in .grad of each parameter, to be left there
CASES = (
    Case(
        lambda: nn.Sequential(nn.Flatten(), nn.Linear(6, 4), nn.Sigmoid()),
        (5, 1, 2, 3),
        "a layer with a sigmoid",
    ),
    Case(
        lambda: nn.Sequential(nn.Flatten(), nn.Linear(6, 4), nn.Tanh()),
        (5, 6),
        "a layer with a tanh",
    ),
    Case(
        lambda: nn.Sequential(
            nn.Flatten(), nn.Linear(8, 5), nn.Softplus(), nn.Linear(5, 3), nn.Sigmoid()
        ),
        (4, 2, 2, 2),
        "two layers",
        training=False,
    ),
    Case(
        lambda: nn.Sequential(
            nn.Conv2d(1, 2, 2), nn.ELU(), nn.Flatten(), nn.Linear(12, 3)
        ),
        (2, 1, 4, 3),
        "a convolutional network",
    ),
    Case(lambda: nn.Linear(3, 1), (1, 3), "a linear layer alone"),
    Case(_Residual, (3, 6), "an encoder of a class of its own"),
    Case(
        lambda: nn.Sequential(nn.Linear(2, 7), nn.Sigmoid()),
        (4, 2),
        "a code larger than the image",
        torch.float64,
    ),
)


def build(case: Case) -> tuple[nn.Module, Tensor]:
    """Return the encoder of a case, in its mode, and images for it."""
    with isolated(seed=4):
        encoder = case.make().to(case.dtype).train(case.training)
        for parameter in encoder.parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, std=0.8)
            parameter.grad = torch.full_like(parameter, OLD_GRADIENT)
        return encoder, torch.rand(case.shape, dtype=case.dtype)


def jacobians(encoder: nn.Module, x: Tensor) -> Tensor:
    """Return the Jacobian of each image alone, `(B, D, P)`, differentiable."""
    each = []
    for image in x:
        slope = jacobian(lambda one: encoder(one[None])[0], image, create_graph=True)
        each.append(slope.flatten(1))
    return torch.stack(each)
