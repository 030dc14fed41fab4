"""Right answers to `encode_sequence`, an exercise of lesson 11."""

import torch
from torch import nn
from torch.nn.utils.rnn import (
    pack_padded_sequence,
    pack_sequence,
    pad_packed_sequence,
)


def codes_reference(rnn, x, lengths):
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    _, h = rnn(packed)
    return h[0]


def codes_squeezed(rnn, x, lengths):
    packed = pack_padded_sequence(
        x, lengths.tolist(), batch_first=True, enforce_sorted=False
    )
    return rnn(packed)[1].squeeze(0)


def codes_by_index(rnn, x, lengths):
    outputs, _ = rnn(x)
    return outputs[torch.arange(len(x)), lengths - 1]


def codes_gathered(rnn, x, lengths):
    outputs = rnn(x)[0]
    places = (lengths - 1).view(-1, 1, 1).expand(-1, 1, rnn.hidden_size)
    return outputs.gather(1, places).squeeze(1)


def codes_one_by_one(rnn, x, lengths):
    codes = []
    for sequence, length in zip(x, lengths, strict=True):
        _, h = rnn(sequence[None, :length])
        codes.append(h[0, 0])
    return torch.stack(codes)


def codes_without_a_batch_axis(rnn, x, lengths):
    return torch.cat([rnn(row[:n])[1] for row, n in zip(x, lengths, strict=True)])


def codes_sorted_by_hand(rnn, x, lengths):
    ordered, order = lengths.sort(descending=True)
    _, h = rnn(pack_padded_sequence(x[order], ordered, batch_first=True))
    return h[-1][order.argsort()]


def codes_sorted_and_scattered(rnn, x, lengths):
    order = torch.argsort(lengths, descending=True)
    packed = pack_padded_sequence(x[order], lengths[order], batch_first=True)
    h = rnn(packed)[1][0]
    codes = torch.empty_like(h)
    codes[order] = h
    return codes


def codes_time_first(rnn, x, lengths):
    packed = pack_padded_sequence(x.transpose(0, 1), lengths, enforce_sorted=False)
    return rnn(packed)[1][0]


def codes_of_cut_sequences(rnn, x, lengths):
    cut = [row[: int(n)] for row, n in zip(x, lengths, strict=True)]
    return rnn(pack_sequence(cut, enforce_sorted=False))[1].view(len(x), -1)


def codes_unpacked(rnn, x, lengths):
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    outputs, counted = pad_packed_sequence(rnn(packed)[0], batch_first=True)
    return outputs[range(len(x)), counted - 1]


def codes_kept_where_valid(rnn, x, lengths):
    """Step by step: only sequences that go on get a new state."""
    h = torch.zeros(1, len(x), rnn.hidden_size)
    for step in range(x.shape[1]):
        _, h_next = rnn(x[:, step : step + 1].contiguous(), h)
        goes_on = (step < lengths)[None, :, None]
        h = torch.where(goes_on, h_next, h)
    return h[0]


def codes_by_mask(rnn, x, lengths):
    steps = torch.arange(x.size(1))
    return rnn(x)[0][steps == lengths[:, None] - 1]


def codes_of_a_cleaned_batch(rnn, x, lengths):
    valid = torch.arange(x.size(1)) < lengths[:, None]
    outputs, _ = rnn(x.masked_fill(~valid[..., None], 0.0))
    return torch.stack([out[n - 1] for out, n in zip(outputs, lengths, strict=True)])


def codes_by_a_cell(rnn, x, lengths):
    """The equations written out (Cho et al. 2014), as PyTorch arranges the weights."""
    codes = []
    for sequence, length in zip(x, lengths.tolist(), strict=True):
        h = torch.zeros(rnn.hidden_size)
        for x_t in sequence[:length]:
            of_x = nn.functional.linear(x_t, rnn.weight_ih_l0, rnn.bias_ih_l0).chunk(3)
            of_h = nn.functional.linear(h, rnn.weight_hh_l0, rnn.bias_hh_l0).chunk(3)
            reset, update = ((of_x[i] + of_h[i]).sigmoid() for i in (0, 1))
            new = (of_x[2] + reset * of_h[2]).tanh()
            h = (1 - update) * new + update * h
        codes.append(h)
    return torch.stack(codes)


RIGHT = [
    codes_reference,
    codes_squeezed,
    codes_by_index,
    codes_gathered,
    codes_one_by_one,
    codes_without_a_batch_axis,
    codes_sorted_by_hand,
    codes_sorted_and_scattered,
    codes_time_first,
    codes_of_cut_sequences,
    codes_unpacked,
    codes_kept_where_valid,
    codes_by_mask,
    codes_of_a_cleaned_batch,
    codes_by_a_cell,
]
