"""Networks that learners build, observed by facts that random weights cannot change.

Facts are asked in order, and each knows its own sentence. Nothing is judged at one
random start: range and bends are measured behind layers, for values of any size.
"""

import torch
from torch import Tensor

from aelesson.checks.engine.building import Fact as Fact
from aelesson.checks.engine.building import Subject as Subject
from aelesson.checks.engine.building import network as network
from aelesson.checks.engine.compare import FINE, Finding, close
from aelesson.checks.engine.ends import (
    Layers,
    activation,
    behind_last_layer,
    is_straight,
)


def convolves(subject: Subject) -> Finding:
    """Ask that a convolution is at work, with weights that are learnt."""
    with Layers() as layers:
        subject.run()
    names = ("conv2d", "conv_transpose2d")
    if any(name in names for name in layers.names):
        return FINE
    if any("Conv" in type(part).__name__ for part in subject.model.modules()):
        says = "your model has a convolution, but `forward` does not use it."
        return Finding("unused", says)
    says = "there is no convolution in your model: an nn.Conv2d or nn.ConvTranspose2d"
    return Finding("none", f"{says} must take part.")


def convolutional(end: Fact) -> dict[str, Fact]:
    """Return what is asked of a convolutional network that ends in a certain way."""
    first = {"a convolution": convolves, "weights": registered, "rows": rows_apart}
    last = {"end": end, "bends": bends, "new": new_each_call}
    return {**first, "gradients": learns, **last}


def registered(subject: Subject) -> Finding:
    """Ask that the model knows all weights that it learns with."""
    known = {id(p) for p in subject.model.parameters()}
    if all(id(weights) in known for weights in leaves(subject.run())):
        return FINE
    return Finding(
        "unknown weights",
        "weights that are not in model.parameters() are at work: no optimizer trains"
        " them.\nIs it kept in a Python list? Use nn.Sequential or nn.ModuleList.",
    )


def leaves(out: Tensor) -> list[Tensor]:
    """Return the tensors to which a backward() of a result would bring gradients."""
    found, seen, ahead = [], set(), [out.grad_fn]
    while ahead:
        node = ahead.pop()
        if node is None or node in seen:
            continue
        seen.add(node)
        if hasattr(node, "variable"):
            found.append(node.variable)
        ahead += [next_node for next_node, _ in node.next_functions]
    return found


def rows_apart(subject: Subject) -> Finding:
    """Ask that each row is treated alone; but first, whether two calls are equal."""
    for scale in (1.0, 30.0):
        x = scale * subject.x
        with torch.no_grad():
            first, second = subject.run(x), subject.run(x)
            alone = torch.cat([subject.run(row) for row in torch.split(x, 1)])
        rounding = 1e-5 * first.abs().max()
        limit = 1e-2 * (first - first.mean(0)).abs().max() + rounding
        if (first - second).abs().max() > limit / 100 + rounding:
            return Finding(
                "random",
                "two calls with the same batch in eval mode differ: is there noise, or"
                " dropout without `training=self.training`?",
            )
        if (first - alone).abs().max() > limit:
            return Finding(
                "mixed",
                "what one image gives depends on the others in the batch: is it mixed"
                " by a reshape, or normalised over the batch?\nUse .flatten(1).",
            )
    return FINE


def learns(subject: Subject) -> Finding:
    """Ask that a gradient reaches every parameter."""
    parameters = dict(subject.model.named_parameters())
    if frozen := [name for name, p in parameters.items() if not p.requires_grad]:
        return Finding("frozen", f"{frozen[0]} is frozen: leave requires_grad True.")
    reached = {id(p) for p in leaves(subject.run())}
    if cut := [name for name, p in parameters.items() if id(p) not in reached]:
        return Finding(
            "cut",
            f"no gradient reaches {cut[0]}: does `forward` use that layer, and does"
            " nothing cut the graph (.detach(), no_grad)?",
        )
    return FINE


def parameter_count(subject: Subject) -> int:
    """Count the weights and biases, shared ones once."""
    return sum(p.numel() for p in subject.model.parameters())


def layer_sizes(subject: Subject) -> list[tuple[int, int]]:
    """Return how many numbers each layer takes in and puts out for one row."""
    with Layers() as layers, torch.no_grad():
        subject.run(subject.x[:1])
    pairs = zip(layers.inputs, layers.outputs, strict=True)
    return [(a.numel(), b.numel()) for a, b in pairs]


def starts_with_input(subject: Subject) -> Finding:
    """Ask that the first layer gets the input as it is; only its shape may change."""
    x = 5 * subject.x[:1] - 1
    with Layers() as layers, torch.no_grad():
        subject.run(x)
    if not layers.inputs or close(layers.inputs[0].flatten(), x.flatten()):
        return FINE
    name = activation(x, layers.inputs[0]) or "something"
    says = f"before your first layer stands {name}: it must get the input as it is."
    return Finding(f"start {name}", says)


def ends_straight(subject: Subject) -> Finding:
    """Ask that the output is linear in what the last layer puts out."""
    end = subject.end()
    if end.last is None or is_straight(end, end):
        return FINE
    values = end.draw(6.0)
    name = activation(values, end(values)) or "something that is not linear"
    return Finding(
        f"end {name}",
        f"behind your last layer stands {name}: no activation, max-pooling or the like"
        " belongs there.\nThe result may be any number: end with the last layer.",
    )


def joints(subject: Subject, straight: int | None = None) -> Finding:
    """Ask for an activation behind every layer but the last and the straight one."""
    for place in range(len(layer_sizes(subject)) - 1):
        end = subject.end(place)
        linear = is_straight(end, end.next_input)
        if place == straight and not linear:
            values = end.draw(6.0)
            name = activation(values, end.next_input(values)) or "something"
            return Finding(
                f"code {name}",
                f"the code goes through {name} before the decoder: keep it linear.\nNo"
                " activation belongs behind the encoder's last layer.",
            )
        if place != straight and linear:
            return Finding(
                f"joint {place}",
                f"no activation between layers {place + 1} and {place + 2}: they do no"
                " more than a single layer.\nPut nn.ReLU() between them.",
            )
    return FINE


def ends_in_sigmoid(subject: Subject, also: tuple[str, ...] = ()) -> Finding:
    """Ask for pixels in [0, 1], by a sigmoid at the end, or what else is named."""
    end = subject.end()
    if not end.layers:
        return _in_range(subject)
    what, low, high = behind_last_layer(end)
    if what in ("a sigmoid", *also):
        return FINE
    return Finding(what, _no_sigmoid(what, low, high) + _SIGMOID)


_SIGMOID = "\nEnd with nn.Sigmoid()."


def _no_sigmoid(what: str, low: float, high: float) -> str:
    """Say what stands behind the last layer in place of a sigmoid."""
    stands = f"behind the last layer stands {what}"
    span = f"from {low:.3g} to {high:.3g}"
    if what == "nan or inf":
        return "large values give nan or inf: is a sigmoid at the end?"
    if "softmax" in what:
        return f"{stands}: those pixels add up to 1, but pixels do not compete."
    if "range" in what:
        return f"the pixels are scaled to {what}, so that one pixel moves all others."
    if what == "nothing":
        stands = "nothing stands behind the last layer"
    if low < 0 or high > 1:
        return f"pixels must stay in [0, 1], but go {span}: {stands}."
    if what == "a clamp and a sigmoid":
        return f"pixels only go {span}: is there a clamp before or behind the sigmoid?"
    if what.endswith(" and a sigmoid"):
        return f"{stands}, so that pixels only go {span}: leave the first one out."
    if what == "something that is no sigmoid":
        return f"{stands}: pixels go {span}."
    return f"{stands}, which cuts pixels off at exactly 0 or 1, with no gradient there."


def _in_range(subject: Subject) -> Finding:
    """Ask for pixels in [0, 1] where no layers can be told."""
    out = torch.cat([subject.run(scale * subject.x) for scale in (1.0, 1e4)])
    low, high = float(out.min()), float(out.max())
    if low >= 0 and high <= 1:
        return FINE
    return Finding("range", _no_sigmoid("something", low, high) + _SIGMOID)


def bends(subject: Subject) -> Finding:
    """Ask that what the last layer gets is not linear in what the first one gives."""
    end = subject.end(0)
    if len(end.layers) != 1 and (end.last is None or not end.is_linear()):
        return FINE
    return Finding(
        "linear",
        "your layers are one linear map, which a single layer can do as well.\nPut an"
        " activation such as nn.ReLU() between them.",
    )


def new_each_call(subject: Subject) -> Finding:
    """Ask that two calls build two networks."""
    other = subject.build()
    own = {id(p) for p in subject.model.parameters()}
    shared = own & {id(p) for p in other.parameters()}
    says = "two calls return the same network, or share weights: build a new one each."
    return Finding("shared", says) if shared or other is subject.model else FINE
