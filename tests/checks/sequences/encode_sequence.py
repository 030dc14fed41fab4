"""Answers to `encode_sequence`, in other people's words."""

from copy import deepcopy

import torch

from aelesson.data.sequences import encode_sequence as code


def at(step):
    """Return an answer that takes one state of each sequence by its index."""
    return lambda rnn, x, n: rnn(x)[0][torch.arange(len(x)), step(n)]


def alone(rnn, x, lengths):
    return torch.cat([rnn(a[:n])[1] for a, n in zip(x, lengths, strict=True)])


RIGHT = [code, at(lambda n: n - 1), alone]
WRONG = {
    "after all T steps": lambda rnn, x, n: rnn(x)[0][:, -1],
    "Its last valid one is": [at(lambda n: 0 * n), at(lambda n: n.sort().values - 1)],
    "a row is a sequence and": lambda rnn, x, n: rnn(x)[0][n - 1],
    "`outputs, h = rnn(x)`": lambda rnn, x, n: rnn(x)[:, -1],
    "do not come from the weights": lambda rnn, x, n: code(deepcopy(rnn), x, n),
    "you changed the network": lambda rnn, x, n: code(
        rnn.double(), x.double(), n
    ).float(),
    "no gradient reaches x": lambda rnn, x, n: code(rnn, x.detach(), n),
    "changes its input lengths": at(lambda n: n.sub_(1)),
}
