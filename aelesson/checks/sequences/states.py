"""A network to encode with, ways along a batch, and which of its states codes are."""

from copy import deepcopy
from functools import cache

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from aelesson.checks.engine import FINE, Finding
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.sequences.watched import with_clear_weights


@cache
def original(features, units):
    with isolated(seed=6):
        return with_clear_weights(nn.GRU(features, units, batch_first=True))


def network(features, units):
    """Return a GRU that an answer may spoil."""
    return deepcopy(original(features, units))


FLAG = Finding(
    "flag",
    "you set rnn.batch_first to False, and so it stays for all that follows.",
)
OTHER = Finding(
    "other",
    "your codes do not come from the weights of rnn: is there a new network in your "
    "function, or a copy?",
)


def own(codes, rnn):
    """Ask that codes with a graph hang on the network's own weights."""
    if not codes.requires_grad:
        return FINE
    found = torch.autograd.grad(
        codes.sum(), [*rnn.parameters()], retain_graph=True, allow_unused=True
    )
    return OTHER if all(slope is None for slope in found) else FINE


def misplaced(codes, rnn, case):
    """Yield after which steps the codes are states, if all are, and some wrong ones."""
    states, lengths = rnn(case["x"])[0].detach(), case["lengths"].tolist()
    places = [
        place_of(code, states, (i, lengths[i] - 1)) for i, code in enumerate(codes)
    ]
    wrong = [i for i, place in enumerate(places) if place != (i, lengths[i] - 1)]
    if not wrong or None in places:
        return
    i, (sequence, step) = wrong[0], places[wrong[0]]
    padding = ", which is padding" if step >= lengths[sequence] else ""
    says = (
        f"your code of sequence {i} is the state of sequence {sequence} after its step"
        f" {step}{padding}.\nIts last valid one is {lengths[i] - 1}: the first is"
        " step 0."
    )
    yield "states", Finding(str(places), says)


def place_of(code, states, due):
    """Return the sequence and the step of a state, the right ones if they can be."""
    near = (states - code).abs().amax(2) < 1e-5  # (B, T)
    if near[due]:
        return due
    found = near.nonzero().tolist()
    return tuple(found[0]) if len(found) == 1 else None


def pack(x, lengths):
    return pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)


def valid(x, lengths):
    return (torch.arange(x.shape[1]) < lengths[:, None])[..., None]


def at(outputs, steps):
    return outputs[torch.arange(len(outputs)), steps]


def unpacked(rnn, x, n):
    return pad_packed_sequence(rnn(pack(x, n))[0], batch_first=True)[0]


def one_by_one(cut, carry=False):
    """Return an answer that reads one sequence after the other."""

    def answer(rnn, x, lengths):
        codes, h = [], None
        for row, n in zip(x, lengths.tolist(), strict=True):
            codes.append(rnn(cut(row, n), h)[1])
            h = codes[-1] if carry else None
        return torch.cat(codes)

    return answer


def stepwise(choose, hand_on=lambda h: h):
    """Return an answer that goes along the batch; who has ended keeps its state."""

    def answer(rnn, x, lengths):
        h = x.new_zeros(1, len(x), rnn.hidden_size)
        for t in range(x.shape[1]):
            new = rnn(x[:, t : t + 1], hand_on(h))[1]
            h = choose((t < lengths)[None, :, None], new, h)
        return h[0]

    return answer


def of_states(*choices):
    """Return answers that choose from the states after every step."""
    return [lambda rnn, x, n, f=f: f(rnn(x)[0], n) for f in choices]


def of_all_states(*choices):
    """Return answers that choose from states: all, those times 0, and unpacked ones."""
    return [
        *of_states(*choices),
        *of_states(*(lambda o, n, f=f: f(o * valid(o, n), n) for f in choices)),
        *(lambda rnn, x, n, f=f: f(unpacked(rnn, x, n), n) for f in choices),
    ]


def of_read(*changes):
    """Return answers that read another batch, to its end."""
    return [lambda rnn, x, n, f=f: rnn(f(x, n))[1][0] for f in changes]


def of_h(*changes):
    """Return answers that do something to the right h, (1, B, D)."""
    return [lambda rnn, x, n, f=f: f(rnn(pack(x, n))[1]) for f in changes]
