"""What is watched where an answer gets a network, to encode or to decode with."""

import torch
from torch import nn

from aelesson.checks.engine import FINE, Finding
from aelesson.checks.engine.calls import attempt, failed, outcome
from aelesson.checks.engine.compare import unchanged
from aelesson.checks.engine.observe import CUT, described, fresh, inputs_kept, slopes


def with_clear_weights(network):
    """Give a network weights that are not small, so that results differ clearly."""
    for parameter in network.parameters():
        nn.init.uniform_(parameter, -1, 1)
    return network


def state(network):
    """Note settings, weights, and whether they learn."""
    named = network.named_parameters()
    return [repr(network), *((p.detach().clone(), p.requires_grad) for _, p in named)]


def with_network(make, facts):
    """Return an observer of answers that get a network, a tensor, and something else.

    Args:
        make: makes the network of the case's first entry.
        facts: yields what the network knows of a result, or of a call that failed.
    """

    def observe(answer, case):
        name, source, other = case
        network, x = make(*case[name]), fresh(case[source], True)
        given = {name: network, source: x, other: fresh(case[other])}
        before = state(network)
        result = attempt(answer, [*given.values()])
        if failed(result):
            yield from facts(result, network, case)
        yield "error", outcome(result)
        if failed(result):
            return
        yield inputs_kept(case, given)
        yield "network", FINE if unchanged(before, state(network)) else CHANGED
        for aspect, value in described(result, dtype=True):
            yield aspect, value
            if aspect == "kind" and isinstance(result, torch.Tensor):
                yield from facts(result, network, case)
        if isinstance(result, torch.Tensor) and bool(case[source].isfinite().all()):
            yield "graph", FINE if result.requires_grad else CUT
            named = {f"{name}.{n}": p for n, p in network.named_parameters()}
            for at, slope in slopes(result, {source: x, **named}):
                yield f"gradient at {at}", slope

    return observe


CHANGED = Finding(
    "changed",
    "you changed the network that you were given: a weight, whether it learns, or a"
    " setting.\nUse it as it comes.",
)
