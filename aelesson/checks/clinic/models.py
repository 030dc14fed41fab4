"""Patients 2 and 3: networks of linear layers, and what nothing else may do in them."""

from itertools import pairwise

import torch
from torch import nn

from aelesson.checks.engine import FINE, Exercise, Finding
from aelesson.checks.engine.compare import Note, close
from aelesson.checks.engine.ends import is_straight
from aelesson.checks.engine.networks import (
    joints,
    layer_sizes,
    learns,
    network,
    new_each_call,
    registered,
    rows_apart,
    starts_with_input,
)


def mlp(sizes, inside=nn.ReLU, bias=True):
    """Return linear layers, with an activation after each hidden one."""
    layers = [nn.Linear(n, m, bias) for n, m in pairwise(sizes)]
    return [part for layer in layers for part in (layer, inside())][:-1]


class Through(nn.Module):
    """A function as a layer."""

    def __init__(self, function):
        super().__init__()
        self.forward = function


def layers_kept(subject):
    """Ask for linear layers of the sizes that were given."""
    found, right = layer_sizes(subject), [*pairwise(subject.case["sizes"])]
    path = " -> ".join(map(str, [n for n, _ in found[:1]] + [m for _, m in found]))
    says = f"your layers lead {path}: keep one linear layer for each step of sizes."
    return FINE if found == right else Finding(f"layers {found}", says)


def biases(subject):
    """Ask for a bias in each unit; an activation may learn more."""
    vectors = [
        p for p in subject.model.parameters() if max(p.shape, default=1) == p.numel()
    ]
    count = sum(p.numel() for p in vectors)
    return FINE if count >= sum(subject.case["sizes"][1:]) else NO_BIAS


NO_BIAS = Finding(
    "no bias", "there are linear layers with no bias: keep all layers as they were."
)


def straight(subject):
    """Note behind which layers nothing stands: all of them, or some?"""
    ends = [subject.end(place) for place in range(len(layer_sizes(subject)) - 1)]
    return Note([is_straight(end, end.next_input) for end in ends])


def units_apart(subject):
    """Ask that hidden activations act on each unit alone, and know its sign."""
    for place in range(len(layer_sizes(subject)) - 1):
        end = subject.end(place)
        values = end.draw(6.0)
        moved = values.clone()
        moved.view(-1)[0] += 3.0
        after, later, turned = map(end.next_input, (values, moved, -values))
        where = f"between layers {place + 1} and {place + 2},"
        if not close(after.flatten()[1:], later.flatten()[1:]):
            return Finding("units", f"{where} {UNITS}")
        if close(after, turned):
            return Finding("sign", f"{where} {SIGN}")
    return FINE


UNITS = """a unit depends on the other units, as after a softmax.
An activation acts on each unit alone; nothing else belongs there."""
SIGN = "x and -x give the same: the sign is lost. Take an activation such as ReLU."
ONLY = "Only the linear layers and their activations belong there."
RANDOM = f"""two calls with the same batch differ in training mode: is there dropout?
{ONLY}"""
MODES = f"""in training mode other values come out than in evaluation mode: is something
normalised over the batch? {ONLY}"""


def modes_alike(subject):
    """Ask that the mode does not matter: no dropout, no batch normalisation."""
    subject.model.train()
    torch.manual_seed(0)
    first, second = subject.run(), subject.run()
    subject.model.eval()
    if not close(first, second):
        return Finding("random", RANDOM)
    return FINE if close(first, subject.run()) else Finding("modes", MODES)


FACTS = {
    "registered": registered,
    "layers": layers_kept,
    "hidden": joints,
    "straight": straight,
    "biases": biases,
    "units": units_apart,
    "modes": modes_alike,
    "learns": learns,
    "new": new_each_call,
}
"""What is asked of both networks, behind their ends."""
FIT = {
    "shapes cannot be multiplied": (
        "a linear layer does not take as many numbers as come in: do the layers follow"
        " sizes in its order, and are images flattened first?"
    )
}
"""What torch's message means there."""


def of_layers(reference, cases, inputs, end):
    """Return the exercise that asks for linear layers with an end of its own."""
    first = {"rows": rows_apart, "start": starts_with_input, "end": end}
    return Exercise(
        reference, cases, network(inputs, "the batch", first | FACTS), errors=FIT
    )
