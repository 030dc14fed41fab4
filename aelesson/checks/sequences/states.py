"""A network to encode with, from which weights codes come, which states they are."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from aelesson.checks.engine import Finding
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.sequences.watched import with_clear_weights


def network(features, units):
    with isolated(seed=6):
        return with_clear_weights(nn.GRU(features, units, batch_first=True))


def unpacked(rnn, x, lengths):
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    return pad_packed_sequence(rnn(packed)[0], batch_first=True)[0]


def valid(x, lengths):
    return (torch.arange(x.shape[1]) < lengths[:, None])[..., None]


def facts(codes, rnn, case):
    """Yield whether codes come from the network itself, and which states they are."""
    ends = (case["lengths"] - 1).tolist()
    if getattr(codes, "shape", 0) != (len(ends), rnn.hidden_size):
        return
    if codes.requires_grad:
        weights = [*rnn.parameters()]
        slopes = torch.autograd.grad(
            codes.sum(), weights, retain_graph=True, allow_unused=True
        )
        if all(slope is None for slope in slopes):
            yield "other", OTHER
    states = network(*case["rnn"])(case["x"])[0]
    yield from misplaced(codes.detach(), states, ends)


OTHER = Finding(
    "other", "your codes do not come from the weights of rnn: a new network, or a copy?"
)


def misplaced(codes, states, ends):
    """Yield after which steps the codes are states, if all are, and some wrong ones."""
    due = [*enumerate(ends)]
    places = [*map(place_of, codes, [states] * len(ends), due)]
    wrong = [i for i, place in enumerate(places) if place != due[i]]
    if not wrong or None in places:
        return
    sequence, step = places[wrong[0]]
    padding = ", which is padding" if step > ends[sequence] else ""
    says = (
        f"your code of sequence {wrong[0]} is the state of sequence {sequence} after "
        f"its step {step}{padding}.\nIts last valid one is {ends[wrong[0]]}, from 0."
    )
    yield "states", Finding(str(places), says)


def place_of(code, states, due):
    """Return the sequence and the step of a state, the right ones if they can be."""
    near = (states - code).abs().amax(2) < 1e-5  # (B, T)
    found = [due] if near[due] else near.nonzero().tolist()
    return tuple(found[0]) if len(found) == 1 else None
