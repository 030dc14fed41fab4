"""Patients 2 and 3: networks of linear layers, and what nothing else may do in them."""

from itertools import pairwise

from torch import nn

from aelesson.checks.engine import FINE, Exercise, Finding, networks
from aelesson.checks.engine.compare import close


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
    """Ask for linear layers of the given sizes, with biases; activations may learn."""
    found, due = networks.layer_sizes(subject), [*pairwise(subject.case["sizes"])]
    if found != due:
        path = " and ".join(f"{n} -> {m}" for n, m in found)
        says = f"your layers lead {path}: keep one linear layer for each step of sizes."
        return Finding(path, says)
    enough = networks.parameter_count(subject) >= sum((n + 1) * m for n, m in due)
    return FINE if enough else NO_BIAS


NO_BIAS = Finding(
    "no bias", "there are linear layers with no bias: keep all layers as they were."
)


def units_apart(subject):
    """Ask that hidden activations act on each unit alone, and know its sign."""
    for place in range(len(networks.layer_sizes(subject)) - 1):
        end = subject.end(place)
        values = end.draw(6.0)
        moved = values.clone()
        moved.view(-1)[0] += 3.0
        after, later, turned = map(end.next_input, (values, moved, -values))
        shared = not close(after.flatten()[1:], later.flatten()[1:])
        if shared or close(after, turned):
            what = "a unit depends on the others" if shared else "the sign is lost"
            says = f"between layers {place + 1} and {place + 2}, {what}:\n{ALONE}"
            return Finding(what, says)
    return FINE


ALONE = "take an activation that acts on each unit alone, such as ReLU."


def modes_alike(subject):
    """Ask that the mode does not matter: no dropout, no batch normalisation."""
    subject.model.train()
    found = [subject.run(), subject.run()]
    subject.model.eval()
    return FINE if all(close(each, subject.run()) for each in found) else MODES


MODES = Finding(
    "modes",
    "in training mode other values come out than in evaluation mode: is there dropout,"
    " or a norm\nover the batch? Only linear layers and activations belong there.",
)
FACTS = {
    "rows": networks.rows_apart,
    "start": networks.starts_with_input,
    "end": networks.ends_straight,
    "registered": networks.registered,
    "layers": layers_kept,
    "hidden": networks.joints,
    "units": units_apart,
    "modes": modes_alike,
    "learns": networks.learns,
    "new": networks.new_each_call,
}
"""What is asked of both networks, in this order."""
FIT = """a linear layer does not take as many numbers as come in: do the layers follow
sizes in its order, and are images flattened first?"""


def of_layers(reference, cases, inputs, **end):
    """Return the exercise that asks for linear layers, maybe with another `end`."""
    observe = networks.network(inputs, "the batch", FACTS | end)
    errors = {"shapes cannot be multiplied": FIT}
    return Exercise(reference, cases, observe, errors=errors)
