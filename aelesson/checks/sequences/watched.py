"""What is watched in the networks of `encode_sequence` and `decode_sequence`."""

import torch
from torch import nn

from aelesson.checks.engine import FINE, Finding
from aelesson.checks.engine.observe import CUT, slopes


def with_clear_weights(network):
    """Give a network weights that are not small, so that results differ clearly."""
    for parameter in network.parameters():
        nn.init.uniform_(parameter, -1, 1)
    return network


def state(network):
    """Note weights, and whether they learn."""
    named = network.named_parameters()
    return {name: (p.detach().clone(), p.requires_grad) for name, p in named}


def kept(called, network, before):
    """Ask that a network is as it came."""
    after = state(network)
    for name, (old, learns) in before.items():
        new, still = after[name]
        if new.dtype != old.dtype or not torch.equal(new, old):
            says = f"you changed {called}: its weight {name} is another now."
            return Finding("changed", f"{says}\nUse it as it comes.")
        if still != learns:
            says = f"you froze {called}: {name} requires no gradient now."
            return Finding("frozen", f"{says}\nLeave that as it is.")
    return FINE


def gradients(result, inputs):
    """Yield whether a result has a graph, and the gradients at inputs and weights."""
    yield "graph", FINE if result.requires_grad else CUT
    for name, slope in slopes(result, inputs):
        yield f"gradient at {name}", slope


def weights(called, network):
    """Return the weights of a network by the names that a learner reads."""
    return {f"{called}.{name}": p for name, p in network.named_parameters()}
