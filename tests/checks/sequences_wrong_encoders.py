"""Wrong answers to `encode_sequence`, an exercise of lesson 11."""

from copy import deepcopy

import torch

from .answers import Wrong
from .sequences_encoders import codes_by_index, codes_reference


def from_outputs(choose):
    """Return an answer that takes something from outputs `(B, T, D)`."""

    def encode_sequence(rnn, x, lengths):
        return choose(rnn(x)[0], lengths)

    return encode_sequence


def after(change):
    """Return an answer that does something to the right codes."""

    def encode_sequence(rnn, x, lengths):
        return change(codes_reference(rnn, x, lengths))

    return encode_sequence


def valid(outputs, lengths):
    steps = torch.arange(outputs.shape[1])
    return (steps < lengths[:, None])[..., None]


def rows(outputs):
    return torch.arange(len(outputs))


def codes_of_everything(rnn, x, lengths):
    return rnn(x)[1][0]


def codes_of_zeroed_padding(rnn, x, lengths):
    return rnn(x * valid(x, lengths))[1][0]


def codes_of_cut_batch(rnn, x, lengths):
    return rnn(x[:, : lengths.max()])[1][0]


def codes_of_the_shortest(rnn, x, lengths):
    return rnn(x[:, : lengths.min()])[1][0]


def codes_backwards(rnn, x, lengths):
    return rnn(x.flip(1))[1][0]


def codes_backwards_by_length(rnn, x, lengths):
    turned = x.clone()
    for row, n in enumerate(lengths.tolist()):
        turned[row, :n] = x[row, :n].flip(0)
    return codes_reference(rnn, turned, lengths)


def codes_of_transposed(rnn, x, lengths):
    return rnn(x.transpose(0, 1))[1][0]


def codes_of_a_tuple(rnn, x, lengths):
    return rnn(x)[:, -1]


def codes_of_a_tuple_gathered(rnn, x, lengths):
    return rnn(x).gather(1, lengths)


def codes_multiplied(rnn, x, lengths):
    outputs = rnn(x)[0]
    last = torch.arange(x.shape[1]) == lengths[:, None] - 1
    return (outputs * last[..., None]).sum(1)


def codes_of_differences(rnn, x, lengths):
    """A state that counts steps on, multiplied by 0 and 1."""
    h = torch.zeros(1, len(x), rnn.hidden_size)
    for step in range(x.shape[1]):
        h_next = rnn(x[:, step : step + 1], h)[1]
        goes_on = (step < lengths)[None, :, None].float()
        h = goes_on * h_next + (1 - goes_on) * h
    return h[0]


def codes_looped_over_all_steps(rnn, x, lengths):
    h = torch.zeros(1, len(x), rnn.hidden_size)
    for step in range(x.shape[1]):
        h = rnn(x[:, step : step + 1], h)[1]
    return h[0]


def codes_looped_without_state(rnn, x, lengths):
    last = x[torch.arange(len(x)), lengths - 1]
    return rnn(last[:, None])[1][0]


def codes_carried_over(rnn, x, lengths):
    codes, h = [], None
    for row, n in zip(x, lengths.tolist(), strict=True):
        _, h = rnn(row[None, :n], h)
        codes.append(h[0, 0])
    return torch.stack(codes)


def codes_without_gradient(rnn, x, lengths):
    with torch.no_grad():
        return codes_reference(rnn, x, lengths)


def codes_of_a_copy(rnn, x, lengths):
    return codes_reference(deepcopy(rnn), x, lengths)


def codes_of_detached_x(rnn, x, lengths):
    return codes_reference(rnn, x.detach(), lengths)


def codes_last_step_only_learns(rnn, x, lengths):
    h = torch.zeros(1, len(x), rnn.hidden_size)
    for step in range(x.shape[1]):
        h_next = rnn(x[:, step : step + 1], h.detach())[1]
        h = torch.where((step < lengths)[None, :, None], h_next, h)
    return h[0]


def codes_with_changed_lengths(rnn, x, lengths):
    lengths -= 1
    return rnn(x)[0][torch.arange(len(x)), lengths]


def codes_with_changed_x(rnn, x, lengths):
    x.data[~valid(x, lengths)[..., 0]] = 0
    return codes_reference(rnn, x, lengths)


def codes_of_valid_steps_in_a_row(rnn, x, lengths):
    outputs, _ = rnn(x[valid(x, lengths)[..., 0]][None])
    return outputs[0, lengths.cumsum(0) - 1]


PADDING = "the padding is in the code"
ORDER = "the codes are not in the order of the batch"
MEAN = "this is the mean over the steps"
LARGEST = "this is the largest value over time"


def codes_of_changed_weights(rnn, x, lengths):
    return codes_reference(rnn.double(), x.double(), lengths).float()


def codes_of_cut_slices(rnn, x, lengths):
    return rnn(x[:, :lengths])[1][0]


def codes_of_last_steps(rnn, x, lengths):
    return torch.cat([rnn(row[-n:])[1] for row, n in zip(x, lengths, strict=True)])


def codes_of_one_number_squeezed(rnn, x, lengths):
    rows = [rnn(x[i : i + 1, :n])[1].squeeze() for i, n in enumerate(lengths)]
    return torch.stack(rows)


def codes_of_a_new_network(rnn, x, lengths):
    new = torch.nn.GRU(x.shape[2], rnn.hidden_size, batch_first=True)
    return codes_reference(new, x, lengths)


def codes_of_a_new_cell(rnn, x, lengths):
    cell = torch.nn.GRUCell(x.shape[2], rnn.hidden_size)
    h = torch.zeros(len(x), rnn.hidden_size)
    for step in range(x.shape[1]):
        h = torch.where((step < lengths)[:, None], cell(x[:, step], h), h)
    return h


WRONG = [
    Wrong(codes_of_changed_weights, "you changed rnn"),
    Wrong(codes_of_cut_slices, "no slice cuts all sequences at once"),
    Wrong(codes_of_last_steps, "from the end of the padding"),
    Wrong(codes_of_one_number_squeezed, "a code of one number has an axis still"),
    Wrong(codes_of_a_new_network, "do not come from rnn"),
    Wrong(codes_of_a_new_cell, "do not come from rnn"),
    Wrong(from_outputs(lambda out, n: out[rows(out), -n]), "from the end of the pad"),
    Wrong(
        from_outputs(lambda out, n: out[valid(out, n)[..., 0]]), "the last one of ea"
    ),
    Wrong(after(lambda z: z.double()), "torch.float64, expected torch.float32"),
    Wrong(after(lambda z: z.numpy()), "NumPy has no gradients"),
    Wrong(codes_of_everything, PADDING),
    Wrong(from_outputs(lambda out, n: out[:, -1]), PADDING),
    Wrong(from_outputs(lambda out, n: out[:, -1, :]), PADDING),
    Wrong(codes_looped_over_all_steps, PADDING),
    Wrong(from_outputs(lambda out, n: out[:, n.max() - 1]), "at the longest length"),
    Wrong(codes_of_cut_batch, "at the longest length"),
    Wrong(codes_of_the_shortest, "at the shortest length"),
    Wrong(from_outputs(lambda out, n: out[:, n.min() - 1]), "at the shortest length"),
    Wrong(from_outputs(lambda out, n: out[rows(out), n]), "one step too late"),
    Wrong(from_outputs(lambda out, n: out[rows(out), n - 2]), "one step too early"),
    Wrong(from_outputs(lambda out, n: out[rows(out), n + 2]), "at n - 1"),
    Wrong(after(lambda z: z.flip(0)), ORDER),
    Wrong(codes_of_zeroed_padding, "a GRU changes its state at zeros, too"),
    Wrong(from_outputs(lambda out, n: out.mean(1)), MEAN),
    Wrong(from_outputs(lambda out, n: (out * valid(out, n)).mean(1)), MEAN),
    Wrong(
        from_outputs(lambda out, n: (out * valid(out, n)).sum(1) / n[:, None]),
        MEAN,
    ),
    Wrong(from_outputs(lambda out, n: (out * valid(out, n)).sum(1)), "this is the sum"),
    Wrong(from_outputs(lambda out, n: out.sum(1)), "this is the sum"),
    Wrong(from_outputs(lambda out, n: out.amax(1)), LARGEST),
    Wrong(from_outputs(lambda out, n: (out * valid(out, n)).max(1).values), LARGEST),
    Wrong(
        from_outputs(lambda out, n: out.masked_fill(~valid(out, n), -9).amax(1)),
        LARGEST,
    ),
    Wrong(from_outputs(lambda out, n: out[:, 0]), "the state after the first step"),
    Wrong(from_outputs(lambda out, n: out), "the states after every step"),
    Wrong(from_outputs(lambda out, n: out[:, n - 1]), "takes these steps of every"),
    Wrong(from_outputs(lambda out, n: out[0]), "not per step"),
    Wrong(from_outputs(lambda out, n: out[-1]), "not per step"),
    Wrong(
        from_outputs(lambda out, n: out[n - 1, rows(out)]),
        "the batch is the first axis",
    ),
    Wrong(
        from_outputs(lambda out, n: out.gather(1, (n - 1)[:, None, None])),
        "got shape (4, 1, 1)",
    ),
    Wrong(
        from_outputs(lambda out, n: out.gather(1, (n - 1)[:, None, None])[:, 0]),
        "got shape (4, 1), expected (4, 5)",
    ),
    Wrong(
        from_outputs(
            lambda out, n: out.gather(
                1, (n - 1)[:, None, None].expand(-1, 1, out.shape[2])
            )
        ),
        "drop the axis of size 1",
    ),
    Wrong(codes_backwards, "the sequences backwards"),
    Wrong(codes_backwards_by_length, "the sequences backwards"),
    Wrong(codes_of_transposed, "got shape (8, 5), expected (4, 5)"),
    Wrong(codes_of_a_tuple, "`outputs, h = rnn(x)`"),
    Wrong(codes_of_a_tuple_gathered, "`outputs, h = rnn(x)`"),
    Wrong(codes_multiplied, "the padding reached the code"),
    Wrong(codes_of_differences, "the padding reached the code"),
    Wrong(codes_looped_without_state, "only the last valid step was read"),
    Wrong(codes_carried_over, "each begins with zeros"),
    Wrong(codes_of_valid_steps_in_a_row, "lengths = [3, 6, 4, 2]"),
    Wrong(codes_without_gradient, "no gradient can flow back from the codes"),
    Wrong(after(torch.Tensor.detach), "no gradient can flow back from the codes"),
    Wrong(codes_of_a_copy, "no gradient reaches rnn.weight"),
    Wrong(codes_of_detached_x, "no gradient reaches x"),
    Wrong(codes_last_step_only_learns, "the gradient with respect to"),
    Wrong(after(lambda z: z.tanh()), "lengths = [3, 6, 4, 2]"),
    Wrong(after(lambda z: z.T), "do not transpose"),
    Wrong(after(lambda z: z.flatten()), "one row per sequence"),
    Wrong(after(lambda z: z.mean(1)), "got shape (4,), expected (4, 5)"),
    Wrong(after(lambda z: z[:1].expand_as(z)), "all sequences got the same code"),
    Wrong(after(lambda z: 0 * z), "the codes are zero"),
    Wrong(codes_with_changed_lengths, "changes its input lengths in place"),
    Wrong(codes_with_changed_x, "changes its input x in place"),
    Wrong(lambda rnn, x, n: codes_by_index(rnn, x, n).tolist(), "(list), expected"),
]
