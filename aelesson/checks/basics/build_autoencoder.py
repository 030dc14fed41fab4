"""`build_autoencoder(sizes)`: a mirrored multilayer perceptron with a linear code."""

from functools import partial
from itertools import pairwise

import torch
from torch import nn

from aelesson.checks.basics.count_parameters import mirror
from aelesson.checks.engine import FINE, Exercise, Finding
from aelesson.checks.engine import networks as facts
from aelesson.checks.engine.calls import attempt
from aelesson.checks.engine.edits import edits

IMAGES = {(784, 40, 24, 10): (1, 28, 28), (60, 9, 9): (3, 4, 5), (12, 5): (6, 2)}


class Body(nn.Module):
    """Flat images through some layers, a sigmoid, and back into their shape."""

    def __init__(self, layers):
        super().__init__()
        self.body = nn.Sequential(*layers)

    def forward(self, x):
        return self.body(x.flatten(1)).sigmoid().view_as(x)


def build_autoencoder(sizes):
    layers, pairs = [], pairwise(mirror(sizes))
    for place, pair in enumerate(pairs):
        straight = place == len(sizes) - 2
        layers += [nn.Linear(*pair), nn.Identity() if straight else nn.ReLU()]
    return Body(layers[:-1])


def bottleneck(subject):
    """Ask that the gradients at the input lie in a space of the code's size."""
    x, code = subject.x[:1].clone().requires_grad_(), subject.case["sizes"][-1]
    x_hat = subject.run(x)
    rows = [
        torch.autograd.grad(x_hat, x, torch.randn_like(x_hat), retain_graph=True)[0]
        for _ in range(code + 2)
    ]
    scales = torch.linalg.svdvals(torch.cat(rows).flatten(1).double())
    says = f"your output knows more of x than the code's {code}: a skip connection "
    around = scales[code] > 1e-4 * scales[0]
    return Finding("skip", f"{says}leads around it.") if around else FINE


def activations(subject):
    sizes = subject.case["sizes"]
    if len(facts.layer_sizes(subject)) == 2 * len(sizes) - 2:
        return facts.joints(subject, straight=len(sizes) - 2)
    return facts.bends(subject) if len(sizes) > 2 else FINE


def other_shapes(subject):
    """Ask that images of another shape come back in it."""
    x = subject.x.flatten(1)
    flat = attempt(subject.run, [x])
    fine = isinstance(flat, torch.Tensor) and flat.shape == x.shape
    says = "is the first shape kept in self? Take it from x in each call: x.shape."
    return FINE if fine else Finding("shape kept", says)


ASKED: dict[str, facts.Fact] = {
    "weights": facts.registered,
    "parameter count": facts.parameter_count,
    "rows": facts.rows_apart,
    "gradients": facts.learns,
    "end": partial(facts.ends_in_sigmoid, also=("a Hardsigmoid",)),
    "bottleneck": bottleneck,
    "activations": activations,
    "other shapes": other_shapes,
    "new": facts.new_each_call,
}
APPLY = "nn.ReLU(h) makes a layer and does not apply it: write nn.ReLU()(h)."
SIZE = "the output has not as many values as x: a layer missing, or 784 in your code?"
errors = {
    "(1x": "the whole batch became one row: keep dimension 0, x.flatten(1).",
    "cannot be multiplied": (
        "a layer gets another number of values than it takes: begin with x.flatten(1), "
        "and take what layers take and give from `sizes`, in order and back again."
    ),
    "invalid for input of size": SIZE,
    "don't multiply up": SIZE,
    "'ReLU' object has no attribute": APPLY,
    "Sigmoid.__init__() takes 1": APPLY,
    'missing the required "forward"': (
        "nn.ModuleList cannot be called: loop over it, or use nn.Sequential(*layers)."
    ),
    "genexpr> is not a Module": "unpack the layers: nn.Sequential(*layers).",
}
check = Exercise(
    build_autoencoder,
    lambda: [{"sizes": sizes} for sizes in IMAGES],
    facts.network(lambda case: torch.rand(4, *IMAGES[case["sizes"]]), "x", ASKED),
    errors=errors,
)
PATH = "mirror(sizes)"
ENDS = (
    "(*sizes, sizes[0])",
    "(sizes[0], *sizes[::-1])",
    "mirror(sizes[:: len(sizes) - 1])",
)
check.mistakes(
    {
        "leave out `bias=False`: layers need biases.": "*pair) -> *pair, bias=False)",
        "sizes are left out: encoder and decoder must pass through all of them.": (
            edits(PATH, "{}", *ENDS)
        ),
        "a layer leads from code to code: the decoder starts at the size after it.": (
            f"{PATH} -> sizes + sizes[::-1]"
        ),
    }
)
