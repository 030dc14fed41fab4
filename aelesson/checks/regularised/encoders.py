"""Encoders of every kind, and what an answer leaves behind in them."""

import torch
from torch import nn

from aelesson.checks.engine import FINE, Finding
from aelesson.checks.engine.isolation import isolated

LEFT_OVER = 0.5  # in .grad of each parameter, to be left there


class Residual(nn.Module):
    """An encoder that is no `nn.Sequential`, and whose code has two paths."""

    def __init__(self):
        super().__init__()
        self.narrow = nn.Linear(6, 4)
        self.scale = nn.Parameter(torch.tensor([0.5, -1.5, 2.0, 1.0]))

    def forward(self, x):
        """Return a code of 4 units."""
        flat = x.flatten(1)
        return self.scale * self.narrow(flat).tanh() + flat[:, :4].square()


def one_layer(pixels, units, bend):
    return nn.Sequential(nn.Flatten(), nn.Linear(pixels, units), bend)


def two_layers():
    return nn.Sequential(
        *one_layer(8, 5, nn.Softplus()), nn.Linear(5, 3), nn.Dropout(0.5), nn.Sigmoid()
    )


def convolution():
    return nn.Sequential(nn.Conv2d(1, 2, 2), nn.ELU(), *one_layer(12, 3, nn.Identity()))


ENCODERS = {
    "a layer with a sigmoid": (lambda: one_layer(6, 4, nn.Sigmoid()), (5, 1, 2, 3)),
    "a layer with a tanh": (lambda: one_layer(6, 4, nn.Tanh()), (5, 6)),
    "two layers, in eval mode": (two_layers, (4, 2, 2, 2)),
    "a convolutional network": (convolution, (2, 1, 4, 3)),
    "a linear layer alone": (lambda: nn.Linear(3, 1), (1, 3)),
    "an encoder of a class of its own": (Residual, (3, 6)),
    "a code larger than the image, in float64": (
        lambda: nn.Sequential(nn.Linear(2, 12), nn.Sigmoid()),
        (4, 2),
    ),
}


def build(words):
    """Return the encoder that is meant, in its mode, with old gradients."""
    with isolated(seed=4):
        encoder = ENCODERS[words][0]().train("eval" not in words)
        for parameter in encoder.parameters():
            if parameter.dim() > 1:
                nn.init.normal_(parameter, std=0.8)
    encoder = encoder.double() if "float64" in words else encoder
    for parameter in encoder.parameters():
        parameter.grad = torch.full_like(parameter, LEFT_OVER)
    return encoder


CUT = Finding(
    "cut",
    "no gradient flows from your result to the weights: it cannot be"
    " trained.\nGive torch.autograd.grad create_graph=True; no detach, no_grad or"
    " .item() after it.",
)


def gradients(got, encoder):
    """Yield the gradients at all weights, of a weighted sum."""
    yield "graph", FINE if got.requires_grad else CUT
    names, parameters = zip(*encoder.named_parameters(), strict=True)
    total = (torch.linspace(1, 2, got.numel(), dtype=got.dtype) * got.flatten()).sum()
    found = tuple(torch.zeros_like(p) for p in parameters)
    if got.requires_grad:
        found = torch.autograd.grad(
            total, parameters, allow_unused=True, materialize_grads=True
        )
    for name, slope in zip(names, found, strict=True):
        yield f"gradient at {name}", slope


def left_alone(encoder, training):
    """Ask for weights, gradients and modes as they were."""
    for name, parameter in encoder.named_parameters():
        old = parameter.grad
        if old is None or not (old == LEFT_OVER).all():
            told = f"your function changes .grad of {name}, which the next step uses."
            cure = "No backward(), no zero_grad(): use torch.autograd.grad."
            return Finding("grad", f"{told}\n{cure}")
        if not parameter.requires_grad:
            return Finding(
                "frozen", f"your function freezes {name}: leave requires_grad."
            )
    if any(module.training != training for module in encoder.modules()):
        return Finding("mode", "your function changes the encoder's mode: leave it.")
    return FINE
