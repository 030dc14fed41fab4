"""`build_encoder(sizes)`: linear layers, of which only the code has no activation."""

import torch
from torch import nn

from aelesson.checks.clinic.models import Through, mlp, of_layers  # noqa: F401
from aelesson.checks.engine import FINE, Finding
from aelesson.checks.engine.compare import close
from aelesson.checks.engine.networks import ends_straight


def build_encoder(sizes):
    return nn.Sequential(nn.Flatten(), *mlp(sizes))


SHAPES = {(24, 11, 7, 3): (2, 3, 4), (12, 5): (1, 6, 2), (30, 8, 4): (30,)}


def cases():
    return [{"sizes": sizes} for sizes in SHAPES]


def images(case):
    return torch.rand(6, *SHAPES[case["sizes"]])


def ends_plain(subject):
    """Ask that the code is what the last layer puts out."""
    found, end = ends_straight(subject), subject.end()
    if found != FINE or end.last is None:
        return found
    values = end.draw(6.0)
    if close(end(values).flatten(), values.flatten()):
        return FINE
    return Finding(
        "changed",
        "the code is not what the last layer puts out: it is scaled, moved or"
        " reordered.\nEnd with that layer.",
    )


check = of_layers(build_encoder, cases, images, ends_plain)


CODE, MOVED = (
    "*mlp(sizes) -> *mlp(sizes),",
    "nn.ReLU(), Through(lambda code: {})".format,
)
OTHERS = (
    *("nn.Tanh()", "nn.Sigmoid()", "nn.LeakyReLU()", "nn.LeakyReLU(0.2)", "nn.SELU()"),
    *("nn.ELU()", "nn.GELU()", "nn.SiLU()", "nn.Softplus()"),
)
NORMS = (
    *("nn.BatchNorm1d(sizes[-1])", "nn.LayerNorm(sizes[-1])"),
    "nn.BatchNorm1d(sizes[-1], affine=False)",
)
SYMPTOM = "the symptom is cured, not the cause.\nLeave the code without an activation."
check.mistakes(
    {
        "the code goes through a ReLU still: one that is always 0 is dead.\n"
        "Leave the code without an activation.": f"{CODE} nn.ReLU()",
        f"the code goes through another activation now: {SYMPTOM}": [
            f"{CODE} {each}" for each in OTHERS
        ],
        f"the code goes through a ReLU and is then moved or scaled: {SYMPTOM}": [
            f"{CODE} {MOVED(each)}" for each in ("code - 0.5", "2 * code - 1")
        ],
        f"the code is normalised: {SYMPTOM}": [f"{CODE} {each}" for each in NORMS],
        "you took away the activations of the hidden layers, too: they were sound.": (
            "mlp(sizes) -> mlp(sizes, nn.Identity)"
        ),
        "the last layer is missing: the code has sizes[-1] units.": (
            "mlp(sizes) -> mlp(sizes[:-1] if len(sizes) > 2 else sizes)"
        ),
    }
)
