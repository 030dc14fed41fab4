"""`build_decoder(sizes)`: from codes to pixels that lie between 0 and 1, smoothly."""

import torch
from torch import nn

from aelesson.checks.clinic.models import Through, mlp, of_layers  # noqa: F401
from aelesson.checks.engine import FINE, Finding
from aelesson.checks.engine.edits import edits
from aelesson.checks.engine.networks import ends_in_sigmoid


def build_decoder(sizes):
    last = nn.Sigmoid()
    return nn.Sequential(*mlp(sizes), last)


def cases():
    return [{"sizes": sizes} for sizes in ((3, 7, 11, 40), (5, 50), (4, 9, 60))]


def codes(case):
    return torch.randn(8, case["sizes"][0])


def ends_smoothly(subject):
    """Ask for pixels from 0 to 1 that rise with what the last layer puts out."""
    found, end = ends_in_sigmoid(subject), subject.end()
    if end.last is None or "softmax" in found.kind or "range" in found.kind:
        return found
    points = (-1e3, -5.0, -4.9, -1.0, 1.0, 4.9, 5.0, 1e3)
    put = torch.zeros_like(end.last, dtype=torch.double)
    pixels = torch.stack([end(put + point) for point in points])
    rises = pixels.diff(dim=0).min() > 0
    ends = pixels[0].abs().max() < 0.005 and (1 - pixels[-1]).abs().max() < 0.005
    if rises and ends and pixels.min() >= 0 and pixels.max() <= 1:
        return FINE
    return STEEP if found == FINE else found


STEEP = Finding(
    "steep",
    "the sigmoid at the end falls, or saturates: where the last layer puts out 5, no"
    " gradient comes back.\nIs there a factor or a sign before it? Take it away.",
)
check = of_layers(build_decoder, cases, codes, end=ends_smoothly)


CUT = ("clamp(0, 1)", "tanh().relu()", "sigmoid().round()", "mul(0.2).clamp(0, 1)")
SYMPTOM = "The symptom is cured, not the cause: end with an activation from 0 to 1."
check.mistakes(
    {
        f"pixels are cut off or rounded: there, no gradient comes back.\n{SYMPTOM}": (
            edits("nn.Sigmoid()", "Through(lambda a: a.{})", *CUT)
        ),
        "a Tanh goes from -1 to 1, but pixels from 0 to 1.": (
            "nn.Sigmoid() -> nn.Tanh()"
        ),
        "you took away the activations of the hidden layers, too: they were sound.": (
            "mlp(sizes) -> mlp(sizes, nn.Identity)"
        ),
    }
)
