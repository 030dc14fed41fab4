"""Wrong answers to `encode_sequence` that pack the batch."""

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from .answers import Wrong
from .sequences_wrong_encoders import MEAN, ORDER, PADDING


def pack(x, lengths, **options):
    options = {"batch_first": True, "enforce_sorted": False} | options
    return pack_padded_sequence(x, lengths, **options)


def codes_packed_sorted(rnn, x, lengths):
    return rnn(pack(x, lengths, enforce_sorted=True))[1][0]


def codes_packed_by_default(rnn, x, lengths):
    return rnn(pack_padded_sequence(x, lengths, batch_first=True))[1][0]


def codes_packed_time_first(rnn, x, lengths):
    return rnn(pack(x, lengths, batch_first=False))[1][0]


def codes_packed_with_shorter_lengths(rnn, x, lengths):
    return rnn(pack(x, lengths - 1))[1][0]


def codes_packed_with_lengths_of_index(less):
    def encode_sequence(rnn, x, lengths):
        return rnn(pack(x, lengths - less))[1][0]

    return encode_sequence


def codes_packed_with_longer_lengths(rnn, x, lengths):
    return rnn(pack(x, (lengths + 1).clamp(max=x.shape[1])))[1][0]


def codes_packed_to_the_end(rnn, x, lengths):
    return rnn(pack(x, torch.full_like(lengths, x.shape[1])))[1][0]


def codes_left_sorted(rnn, x, lengths):
    ordered, order = lengths.sort(descending=True)
    return rnn(pack(x[order], ordered))[1][0]


def codes_sorted_twice(rnn, x, lengths):
    ordered, order = lengths.sort(descending=True)
    return rnn(pack(x[order], ordered))[1][0][order]


def codes_unsorted_though_in_order(rnn, x, lengths):
    packed = pack(x, lengths)
    return rnn(packed)[1][0][packed.unsorted_indices]


def codes_with_x_unsorted(rnn, x, lengths):
    return rnn(pack(x, lengths.sort(descending=True).values))[1][0]


def codes_with_whole_h(rnn, x, lengths):
    return rnn(pack(x, lengths))[1]


def codes_turned_h(rnn, x, lengths):
    return rnn(pack(x, lengths))[1].transpose(0, 1)


def codes_squeezed_to_nothing(rnn, x, lengths):
    return rnn(pack(x, lengths))[1].squeeze()


def codes_of_the_first_h(rnn, x, lengths):
    return rnn(pack(x, lengths))[1][0, 0]


def codes_as_a_pair(rnn, x, lengths):
    return rnn(pack(x, lengths))


def codes_of_packed_outputs(rnn, x, lengths):
    outputs, _ = rnn(pack(x, lengths))
    return outputs[:, -1]


def codes_of_packed_shape(rnn, x, lengths):
    outputs, _ = rnn(pack(x, lengths))
    return outputs.gather(1, lengths)


def codes_of_packed_data(rnn, x, lengths):
    return rnn(pack(x, lengths))[0].data[-len(x) :]


def codes_unpacked_last(rnn, x, lengths):
    outputs, _ = pad_packed_sequence(rnn(pack(x, lengths))[0], batch_first=True)
    return outputs[:, -1]


def codes_unpacked_time_first(rnn, x, lengths):
    outputs, _ = pad_packed_sequence(rnn(pack(x, lengths))[0])
    return outputs[:, -1]


def codes_unpacked_mean(rnn, x, lengths):
    outputs, _ = pad_packed_sequence(rnn(pack(x, lengths))[0], batch_first=True)
    return outputs.sum(1) / lengths[:, None]


def codes_with_another_start(rnn, x, lengths):
    return rnn(pack(x, lengths), torch.ones(1, len(x), rnn.hidden_size))[1][0]


def codes_of_a_changed_flag(rnn, x, lengths):
    rnn.batch_first = False
    packed = pack_padded_sequence(x.mT.permute(2, 0, 1), lengths, enforce_sorted=False)
    return rnn(packed)[1][0]


def codes_of_the_first_only(rnn, x, lengths):
    return rnn(pack(x, lengths))[1][:, 0]


WRONG = [
    Wrong(codes_of_a_changed_flag, "you set rnn.batch_first to False"),
    Wrong(codes_of_the_first_only, "h[0] has all codes"),
    Wrong(codes_packed_to_the_end, PADDING),
    Wrong(codes_packed_with_longer_lengths, "one step too late"),
    Wrong(codes_packed_with_shorter_lengths, "one step too early"),
    Wrong(codes_packed_with_lengths_of_index(2), "as they are"),
    Wrong(codes_packed_sorted, "enforce_sorted=False"),
    Wrong(codes_packed_by_default, "enforce_sorted=False"),
    Wrong(codes_packed_time_first, "unless you say batch_first=True"),
    Wrong(codes_left_sorted, ORDER),
    Wrong(codes_sorted_twice, ORDER),
    Wrong(codes_unsorted_though_in_order, ORDER),
    Wrong(codes_with_x_unsorted, "the lengths are sorted and x is not"),
    Wrong(codes_with_whole_h, "the first axis of h is the layers"),
    Wrong(codes_turned_h, "drop the axis of size 1"),
    Wrong(codes_squeezed_to_nothing, "not squeeze()"),
    Wrong(codes_of_the_first_h, "got shape (5,), expected (4, 5)"),
    Wrong(codes_as_a_pair, "you returned a tuple"),
    Wrong(codes_of_packed_outputs, "pad_packed_sequence unpacks"),
    Wrong(codes_of_packed_shape, "unpack by pad_packed_sequence"),
    Wrong(codes_of_packed_data, "lengths = [3, 6, 4, 2]"),
    Wrong(codes_unpacked_last, "fills with zeros"),
    Wrong(codes_unpacked_time_first, "one code per sequence, not per step"),
    Wrong(codes_unpacked_mean, MEAN),
    Wrong(codes_with_another_start, "the first hidden state is not zeros"),
]
