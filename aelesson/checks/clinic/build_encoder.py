"""`build_encoder(sizes)`: linear layers, of which only the code has no activation."""

import torch
from torch import nn

from aelesson.checks.clinic.models import Through, mlp, of_layers  # noqa: F401
from aelesson.checks.engine.edits import edits


def build_encoder(sizes):
    return nn.Sequential(nn.Flatten(), *mlp(sizes))


SHAPES = {(24, 11, 7, 3): (2, 3, 4), (12, 5): (1, 6, 2), (30, 8, 4): (30,)}


def cases():
    return [{"sizes": sizes} for sizes in SHAPES]


def images(case):
    return torch.rand(6, *SHAPES[case["sizes"]])


check = of_layers(build_encoder, cases, images)
LAYERS = "*mlp(sizes)"
OTHERS = ("Tanh", "Sigmoid", "LeakyReLU", "SELU", "ELU", "GELU", "SiLU", "Softplus")
MOVED = f"{LAYERS}, nn.ReLU(), Through(lambda code: {{}})"
check.mistakes(
    {
        "the code goes through a ReLU still: one that is always 0 is dead.\n"
        "Leave the code without an activation.": f"{LAYERS} -> {LAYERS}, nn.ReLU()",
        "another activation, a scale or a norm for the code cures only the symptom.\n"
        "Leave the code without an activation.": [
            *edits(LAYERS, LAYERS + ", nn.{}", *(f"{name}()" for name in OTHERS)),
            *edits(
                LAYERS, LAYERS + ", nn.{}", "LeakyReLU(0.2)", "LayerNorm(sizes[-1])"
            ),
            *edits(LAYERS, MOVED, "code - 0.5", "2 * code - 1"),
        ],
        "you took away the activations of the hidden layers, too: they were sound.": (
            "mlp(sizes) -> mlp(sizes, nn.Identity)"
        ),
    }
)
