"""`build_autoencoder(sizes)`: a mirrored multilayer perceptron with a linear code."""

from functools import partial
from itertools import pairwise, permutations

import torch
from torch import nn
from torch.nn import functional as F

from aelesson.checks.basics.count_parameters import mirror
from aelesson.checks.engine import FINE, Exercise, Finding
from aelesson.checks.engine import networks as facts
from aelesson.checks.engine.calls import attempt

IMAGES = {(784, 40, 24, 10): (1, 28, 28), (60, 9, 9): (3, 4, 5), (12, 5): (6, 2)}
BATCH = 4


class Body(nn.Module):
    """Flat images through some layers; what comes out may get its shape back."""

    def __init__(self, layers, finish=lambda x_hat, x: x_hat.view_as(x)):
        super().__init__()
        self.body, self.finish = nn.Sequential(*layers), finish

    def forward(self, x):
        return self.finish(self.body(x.flatten(1)).sigmoid(), x)


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
    around = scales[code] > 1e-4 * scales[0]
    return Finding("skip", SKIP.format(code)) if around else FINE


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
    return FINE if fine else Finding("shape kept", KEPT)


SKIP = (
    "your output knows more of x than the code's {}: a skip connection leads around it."
)
KEPT = (
    "is the first shape kept in self? Take it from x in each call: .reshape(x.shape)."
)
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
FIXED = "is a number such as 784 or 28 written in your code? Take sizes, and x's shape."
EARLY = "your model ends too early: the decoder, or its last layer, is missing."
ONE_ROW = "you flattened the whole batch into one row: keep dimension 0, x.flatten(1)."
APPLY = "nn.{0}(h) makes a layer and does not apply it: write nn.{0}()(h)."
LIST = "nn.ModuleList cannot be called: loop over it, or use nn.Sequential(*layers)."
JOINTS = {
    0: "the image has {} values, but a layer takes {}: build the encoder from sizes.",
    1: "a layer puts out {} numbers, the next one takes {}: are the sizes in order?",
    -1: "the code has {} numbers, but a layer takes {}: the decoder has sizes[::-1].",
}


def errors():
    """Explain what torch says where layers, or a reshape, do not fit."""
    table = {}
    for sizes in IMAGES:
        ends = {sizes[0]: 0, sizes[-1]: -1}
        for n, m in permutations(sizes, 2):
            table[f"({BATCH}x{n} and {m}x"] = JOINTS[ends.get(n, 1)].format(n, m)
        for size in sizes[1:]:
            table[f"is invalid for input of size {BATCH * size}"] = EARLY
            table[f"don't multiply up to the size of dim 1 ({size})"] = EARLY
        table[f"(1x{BATCH * sizes[0]} and"] = ONE_ROW
    for name in ("ReLU", "Sigmoid", "Tanh"):
        table[f"'{name}' object has no attribute"] = APPLY.format(name)
        table[f"{name}.__init__() takes 1 positional"] = APPLY.format(name)
    return {
        **table,
        **{f"({BATCH}x{n} and": FIXED for n in sum(IMAGES, ())},
        "invalid for input of size": FIXED,
        "don't multiply up": FIXED,
        "cannot be multiplied": "nn.Linear wants rows of pixels: use x.flatten(1).",
        'missing the required "forward"': LIST,
        "genexpr> is not a Module": "unpack the layers: nn.Sequential(*layers).",
    }


check = Exercise(
    build_autoencoder,
    lambda: [{"sizes": sizes} for sizes in IMAGES],
    facts.network(lambda case: torch.rand(BATCH, *IMAGES[case["sizes"]]), "x", ASKED),
    errors=errors(),
)


class Tied(Body):
    """The decoder multiplies by the encoder's weights, transposed."""

    def __init__(self, sizes):
        super().__init__(nn.Linear(*pair) for pair in pairwise(sizes))
        self.biases = nn.ParameterList(torch.zeros(n) for n in sizes[-2::-1])

    def forward(self, x):
        h = self.body(x.flatten(1))
        weights = [p for p in self.body.parameters() if p.dim() == 2]
        for weight, bias in zip(weights[::-1], self.biases, strict=True):
            h = F.linear(h, weight.T, bias)
        return h.sigmoid().view_as(x)


STILL_FLAT = (
    "the image is still flat: end with .reshape(x.shape), of the x that came in."
)
PATH, END = "mirror(sizes)", "layers[:-1]"
FLAT = f"{END} -> {END}, lambda x_hat, x: x_hat"
OUT = "one half leaves sizes out: encoder and decoder must pass through all."
NEIGHBOURS = "the middle sizes are missing: one layer for each pair of neighbours."
CODE = "there is a layer from code to code: the decoder starts at the size after it."
PIXELS = "there is a layer from pixels to pixels at the end: leave it out."
EQUAL = "layers of equal sizes are one and the same: make a new one each time."
SHARED = "you use the encoder's weights twice: the decoder needs layers of its own."
check.mistakes(
    {
        "your model has no parameters: build layers in __init__.": (
            lambda sizes: nn.Sigmoid()
        ),
        STILL_FLAT: [FLAT, f"{FLAT}.unsqueeze(1)"],
        EQUAL: (
            "nn.Linear(*pair) -> made.setdefault(pair, nn.Linear(*pair));; layers,"
            " pairs = [], -> made, layers, pairs = {}, [],"
        ),
        SHARED: Tied,
        EARLY: [f"{PATH} -> sizes;; {FLAT}", f"{PATH} -> {PATH}[:-1];; {FLAT}"],
        "leave out `bias=False`: layers need biases.": "*pair) -> *pair, bias=False)",
        OUT: [f"{PATH} -> (*sizes, sizes[0])", f"{PATH} -> (sizes[0], *sizes[::-1])"],
        NEIGHBOURS: f"{PATH} -> mirror((sizes[0], sizes[-1]))",
        CODE: f"{PATH} -> sizes + sizes[::-1]",
        PIXELS: f"{PATH} -> (*{PATH}, sizes[0])",
    }
)
