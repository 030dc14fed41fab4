"""A network that encodes, and the codes that right and wrong answers get from it.

For the check of `encode_sequence`, an exercise of lesson 11.
"""

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from aelesson.checks.expect import Mistakes
from aelesson.checks.harness import isolated


def network(features: int, units: int) -> nn.GRU:
    """Return a GRU whose weights are not small, so that codes differ clearly."""
    with isolated(seed=6):
        rnn = nn.GRU(features, units, batch_first=True)
        for parameter in rnn.parameters():
            nn.init.uniform_(parameter, -1, 1)
    return rnn


def codes_alone(rnn: nn.GRU, x: Tensor, lengths: Tensor) -> Tensor:
    """Encode each sequence alone, cut to its length."""
    alone = [rnn(part[:n])[1] for part, n in zip(x, lengths.tolist(), strict=True)]
    return torch.cat(alone)


def miscodes(rnn: nn.GRU, x: Tensor, lengths: Tensor) -> Mistakes:
    """Give each known mistake its diagnosis and its codes."""
    with torch.no_grad():
        x = x.detach()
        outputs = rnn(x)[0]  # (B, T, D)
        steps, column = torch.arange(x.shape[1]), lengths[:, None]
        mask = (steps < column)[..., None]  # (B, T, 1)
        valid, all_steps = outputs * mask, len(steps)
        right = codes_alone(rnn, x, lengths)
        return {
            "the padding is in the code: this is the state after all T steps, not "
            "after each sequence's own last valid one.": outputs[:, -1],
            "this is the state at the longest length: each sequence has its own.": (
                outputs[:, int(lengths.max()) - 1]
            ),
            "this is the state at the shortest length: each sequence has its own.": (
                outputs[:, int(lengths.min()) - 1]
            ),
            "this is one step too late: the last valid step is lengths - 1, as steps "
            "count from 0.": _at(outputs, lengths.clamp(max=all_steps - 1)),
            "this is one step too early: the last valid step is lengths - 1.": (
                _at(outputs, lengths - 2)
            ),
            "zeros in the padding do not help: a GRU changes its state at zeros, too."
            "\nTake the state after each last valid step, or pack the batch.": (
                rnn(x * mask)[1][0]
            ),
            "the codes are not in the order of the batch: you sorted, or undid a sort "
            "that was none.\nWith enforce_sorted=False, packing sorts and unsorts.": (
                _reordered(right, lengths)
            ),
            "the lengths are sorted and x is not: sort both, or neither.": (
                _at(outputs, lengths.sort(descending=True).values - 1),
                _at(outputs, lengths.sort().values - 1),
            ),
            "you counted from the end of the padding: the valid steps come first.": (
                _at(outputs, -lengths),
                _last_steps(rnn, x, lengths),
            ),
            "only the last valid step was read: those before it count, too.": (
                rnn(_at(x, lengths - 1)[:, None])[1][0]
            ),
            "this is the mean over the steps: take the last valid state.": (
                valid.sum(1) / column,
                outputs.mean(1),
                valid.mean(1),
            ),
            "this is the sum over the steps: take the last valid state.": (
                valid.sum(1),
                outputs.sum(1),
            ),
            "this is the largest value over time: take the last valid state.": (
                valid.amax(1),
                outputs.amax(1),
                outputs.masked_fill(~mask, -torch.inf).amax(1),
            ),
            "this is the state after the first step: take the last valid one.": (
                outputs[:, 0]
            ),
            "pad_packed_sequence fills with zeros: outputs[:, -1] is padding again.": (
                valid[:, int(lengths.max()) - 1]
            ),
            "these are codes of the sequences backwards: read them forwards.": (
                rnn(x.flip(1))[1][0],
                codes_alone(rnn, _reversed(x, lengths), lengths),
                _at(rnn(x.flip(1))[0], lengths - 1),
            ),
            "the batch was taken for the steps: pack with batch_first=True.": (
                _packed_time_first(rnn, x, lengths)
            ),
            "the outputs were read as (T, B, D): with batch_first=True they are "
            "(B, T, D).": _read_time_first(outputs, lengths),
            "the hidden state of one sequence goes on into the next: each begins with "
            "zeros.": _carried_over(rnn, x, lengths),
            "the first hidden state is not zeros: leave it out, rnn(packed) begins with"
            " zeros.": _begun_with_ones(rnn, x, lengths),
            "all sequences got the same code.": right[:1].expand_as(right),
            "the codes are zero.": torch.zeros_like(right),
        }


def _at(outputs: Tensor, steps: Tensor) -> Tensor:
    return outputs[torch.arange(len(outputs)), steps]


def _reordered(codes: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
    """Return codes sorted by length, and codes unsorted that never were sorted."""
    orders = [lengths.argsort(), lengths.argsort(descending=True)]
    orders += [order.argsort() for order in orders]
    return (*(codes[order] for order in orders), codes.flip(0))


def _reversed(x: Tensor, lengths: Tensor) -> Tensor:
    """Turn the valid steps of each sequence round."""
    turned = x.clone()
    for row, n in enumerate(lengths.tolist()):
        turned[row, :n] = x[row, :n].flip(0)
    return turned


def _last_steps(rnn: nn.GRU, x: Tensor, lengths: Tensor) -> Tensor:
    """Encode the last steps, padding included, in place of the first ones."""
    alone = [rnn(part[-n:])[1] for part, n in zip(x, lengths.tolist(), strict=True)]
    return torch.cat(alone)


def _carried_over(rnn: nn.GRU, x: Tensor, lengths: Tensor) -> Tensor:
    codes, h = [], torch.zeros(1, rnn.hidden_size)
    for row, n in zip(x, lengths.tolist(), strict=True):
        h = rnn(row[:n], h)[1]
        codes.append(h)
    return torch.cat(codes)


def _begun_with_ones(rnn: nn.GRU, x: Tensor, lengths: Tensor) -> Tensor:
    ones = torch.ones(1, rnn.hidden_size)
    rows = zip(x, lengths.tolist(), strict=True)
    return torch.cat([rnn(row[:n], ones)[1] for row, n in rows])


def _packed_time_first(rnn: nn.GRU, x: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
    try:
        packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
        return (rnn(packed)[1][0],)
    except RuntimeError:  # most batches have too few sequences to be taken for steps
        return ()


def _read_time_first(outputs: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
    batch, steps, _ = outputs.shape
    if batch < int(lengths.max()) or steps < batch:
        return ()
    return (outputs[lengths - 1, torch.arange(batch)],)
