"""`build_decoder(sizes)`: from codes to pixels that lie between 0 and 1, smoothly."""

import torch
from torch import nn

from aelesson.checks.clinic.models import Through, mlp, of_layers  # noqa: F401
from aelesson.checks.engine import FINE, Finding
from aelesson.checks.engine.ends import Layers
from aelesson.checks.engine.networks import ends_in_sigmoid


def build_decoder(sizes):
    last = nn.Sigmoid()
    return nn.Sequential(*mlp(sizes), last)


def cases():
    return [{"sizes": sizes} for sizes in ((3, 7, 11, 24), (5, 12), (4, 9, 30))]


def codes(case):
    return torch.randn(8, case["sizes"][0])


def smooth(subject, end):
    """Tell whether both ends are reached, and there is a slope everywhere."""
    values = torch.tensor([-1e3, 1e3, -5.0, -12.0, -1.0, 1.0, 5.0, 12.0]).double()
    put = values.unsqueeze(1).repeat(1, end.last.numel()).requires_grad_()
    with Layers(end.place, put):  # each row of it stands for the last layer's output
        pixels = subject.run(subject.x[:1].repeat(len(values), 1))
    (slope,) = torch.autograd.grad(pixels.sum(), put, materialize_grads=True)
    black, white, dark = pixels[:3]
    reached = black.min() >= 0 and black.max() < 0.005 and white.min() > 0.995
    inner = white.max() <= 1 and dark.min() > 0
    return bool(reached and inner and (slope[2:] > 0).all())


def curve(end):
    """Return what becomes of some values of the last layer: it tells ends apart."""
    values = torch.linspace(-4, 4, end.last.numel()).reshape(end.last.shape)
    return end(values).flatten().mul(1000).round().tolist()


def end_in(subject, training):
    """Ask one mode for pixels from 0 to 1, each by itself, with a slope everywhere."""
    subject.model.train(training)
    found, end = ends_in_sigmoid(subject), subject.end()
    competing = "softmax" in found.kind or "range" in found.kind
    if end.last is None or (smooth(subject, end) and not competing):
        return FINE
    return STEEP if found == FINE else Finding(f"{found.kind} {curve(end)}", found.says)


def ends_smoothly(subject):
    """Ask both modes for the right end."""
    train, use = end_in(subject, True), end_in(subject, False)
    if (train == FINE) == (use == FINE):
        return use
    mode, found = ("evaluation", use) if train == FINE else ("training", train)
    return Finding(f"{mode} {found.kind}", f"in {mode} mode only: {found.says}")


STEEP = Finding(
    "steep",
    "the sigmoid at the end saturates: where the last layer puts out 12, no gradient"
    " comes back.\nIs there a factor before it? Take it away.",
)
check = of_layers(build_decoder, cases, codes, ends_smoothly)


def stretched(a):
    low, high = a.amin(1, keepdim=True), a.amax(1, keepdim=True)
    return (a - low) / (high - low)


LAST = "nn.Sigmoid() ->"
FUNCTION = "nn.Sigmoid() -> Through(lambda a: {})".format
SYMPTOM = "The symptom is cured, not the cause: end with an activation from 0 to 1."
check.mistakes(
    {
        "Tanh goes from -1 to 1, but pixels from 0 to 1.": f"{LAST} nn.Tanh()",
        "nothing stands at the end: pixels must be in [0, 1].": f"{LAST} nn.Identity()",
        "ReLU has no upper limit: pixels must stay in [0, 1].": f"{LAST} nn.ReLU()",
        f"pixels are cut off at 0 or 1, and there no gradient comes back.\n{SYMPTOM}": [
            FUNCTION("a.clamp(0, 1)"),
            FUNCTION("a.tanh().relu()"),
            f"{LAST} nn.Hardsigmoid()",
        ],
        "pixels are rounded: no gradient comes back.": FUNCTION("a.sigmoid().round()"),
        f"the sign of what the last layer puts out is lost: 0 is black.\n{SYMPTOM}": [
            FUNCTION("a.tanh().abs()"),
            FUNCTION("a.tanh().square()"),
        ],
        f"each image is stretched to its own least and largest pixel.\n{SYMPTOM}": [
            FUNCTION(f"stretched({each})") for each in ("a", "a.tanh()", "a.relu()")
        ],
        "Tanh stands before the sigmoid: two in a row.": FUNCTION("a.tanh().sigmoid()"),
        "a ReLU stands before the sigmoid: no pixel falls below 0.5. Take it away.": (
            FUNCTION("a.relu().sigmoid()")
        ),
        "you took away the activations of the hidden layers, too: they were sound.": (
            "mlp(sizes) -> mlp(sizes, nn.Identity)"
        ),
        "the last layer is missing: an image has sizes[-1] pixels.": (
            "mlp(sizes) -> mlp(sizes[:-1] if len(sizes) > 2 else sizes)"
        ),
    }
)
