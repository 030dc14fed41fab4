"""More wrong answers to `decode_sequence`: shapes, gradients, what is changed."""

from copy import deepcopy

import torch

from .answers import Wrong
from .sequences_decoders import steps_reference
from .sequences_wrong_decoders import CALL, STATES, after, steps

CUT_STEPS = "the steps are cut off from the graph"
CUT_STATES = "the hidden state is cut off from the graph"


def steps_from_a_view(cell, z, length):
    result = torch.zeros(len(z), length + 1, cell.features)
    h = z
    for t in range(length):
        result[:, t + 1], h = cell(result[:, t], h)
    return result[:, 1:]


def steps_of_codes_repeated(cell, z, length):
    return z[:, None].expand(-1, length, -1)


def steps_never_made(cell, z, length):
    return torch.zeros(len(z), length, cell.features)


def steps_written_nowhere(cell, z, length):
    result = torch.zeros(len(z), length, cell.features)
    x_t, h = torch.zeros(len(z), cell.features), z
    for _ in range(length):
        x_t, h = cell(x_t, h)
    return result + 0 * x_t[:, None]


def steps_without_gradient(cell, z, length):
    with torch.no_grad():
        return steps_reference(cell, z, length)


def steps_of_a_copy(cell, z, length):
    return (
        steps_reference(deepcopy(cell), z, length)
        + 0 * steps_reference(cell, z.detach(), 1).sum().detach()
    )


def steps_of_detached_codes(cell, z, length):
    return steps_reference(cell, z.detach(), length)


def steps_with_gradient_of_the_last_only(cell, z, length):
    whole = steps_reference(cell, z, length)
    return torch.cat([whole[:, :-1].detach(), whole[:, -1:]], dim=1)


def steps_without_a_batch(cell, z, length):
    x_t, h, made = torch.zeros(cell.features), z, []
    for _ in range(length):
        x_t, h = cell(x_t, h)
        made.append(x_t)
    return torch.stack(made, dim=1)


def steps_with_an_axis_of_layers(cell, z, length):
    x_t, h = torch.zeros(len(z), cell.features), z[None]
    return cell(x_t, h)[0]


def steps_with_an_axis_of_steps(cell, z, length):
    return cell(torch.zeros(len(z), 1, cell.features), z)[0]


def steps_with_a_fixed_size(cell, z, length):
    x_t, h, made = torch.zeros(len(z), 28), z, []
    for _ in range(length):
        x_t, h = cell(x_t, h)
        made.append(x_t)
    return torch.stack(made, dim=1)


def steps_of_a_fixed_length(cell, z, length):
    return steps_reference(cell, z, 28)


def steps_with_units_of_zeros(cell, z, length):
    x_t, h, made = torch.zeros_like(z), z, []
    for _ in range(length):
        x_t, h = cell(x_t, h)
        made.append(x_t)
    return torch.stack(made, dim=1)


def steps_changing_z(cell, z, length):
    h = z.data
    result = steps_reference(cell, z, length)
    h.zero_()
    return result


def steps_with_no_stack(cell, z, length):
    return list(steps_reference(cell, z, length).unbind(1))


def steps_and_state(cell, z, length):
    return steps_reference(cell, z, length), z


def steps_frozen(cell, z, length):
    for parameter in cell.parameters():
        parameter.requires_grad_(False)
    return steps_reference(cell, z, length)


def steps_of_the_first_round(cell, z, length):
    x_t, h, made = torch.zeros(len(z), cell.features), z, []
    for _ in range(length):
        x_t, h = cell(x_t, h)
        made.append(x_t)
        return torch.stack(made, dim=1)


def steps_with_one_input_for_all(cell, z, length):
    return cell(torch.zeros(1, cell.features), z)[0]


def steps_with_one_call_too_many(cell, z, length):
    x_t, h, made = torch.zeros(len(z), cell.features), z, []
    for _ in range(length + 1):
        x_t, h = cell(x_t, h)
        made.append(x_t)
    return torch.stack(made, dim=1)[:, :length]


def steps_from_a_cut_z(cell, z, length):
    x_t, h, made = torch.zeros_like(z[:, : cell.features]), z, []
    for _ in range(length):
        x_t, h = cell(x_t, h)
        made.append(x_t)
    return torch.stack(made, dim=1)


def steps_called_for_each_part(cell, z, length):
    x_t, h, made = torch.zeros(len(z), cell.features), z, []
    for _ in range(length):
        x_t, h = cell(x_t, h)[0], cell(x_t, h)[1]
        made.append(x_t)
    return torch.stack(made, dim=1)


def in_the_loop(change):
    """Return an answer that changes each step, keeps it and hands it on."""

    def decode_sequence(cell, z, length):
        x_t, h, made = torch.zeros(len(z), cell.features), z, []
        for _ in range(length):
            x_t, h = cell(x_t, h)
            x_t = change(x_t)
            made.append(x_t)
        return torch.stack(made, dim=1)

    return decode_sequence


WRONG = [
    Wrong(steps_with_one_call_too_many, "none is dropped"),
    Wrong(steps_called_for_each_part, "each call is one step"),
    Wrong(steps_from_a_cut_z, "F can be less or more than D"),
    Wrong(in_the_loop(lambda x_t: x_t.clamp(0, 1)), "the range of each step"),
    Wrong(in_the_loop(lambda x_t: x_t.clamp(-1, 1)), "the range of each step"),
    Wrong(in_the_loop(torch.relu), "the range of each step"),
    Wrong(in_the_loop(torch.sigmoid), "a sigmoid or a tanh on each step"),
    Wrong(in_the_loop(torch.tanh), "a sigmoid or a tanh on each step"),
    Wrong(
        steps(lambda x_t, h, now: (x_t.clamp(-1, 1), h)),
        "before it went in again",
    ),
    Wrong(
        steps(start=lambda zeros, z: (zeros.double(), z)),
        "the first input must be of the dtype of z",
    ),
    Wrong(
        steps(start=lambda zeros, z: (zeros.long(), z)),
        "the first input must be of the dtype of z",
    ),
    Wrong(steps_frozen, "you froze the cell"),
    Wrong(steps_of_the_first_round, "is `return` inside the loop?"),
    Wrong(steps_with_one_input_for_all, "zeros (B, F), with B = len(z)"),
    Wrong(after(lambda s: s.double()), "torch.float64, expected torch.float32"),
    Wrong(after(lambda s: s.numpy()), "NumPy has no gradients"),
    Wrong(after(lambda s: s.clamp(0, 1)), "you cut the range"),
    Wrong(
        after(lambda s: torch.cat([s[:, :-1], 0 * s[:, -1:]], 1)),
        "the last step is missing",
    ),
    Wrong(after(lambda s: s[:, -1:].expand_as(s)), "every step is the last one"),
    Wrong(after(torch.sigmoid), "you put a sigmoid on the steps"),
    Wrong(after(lambda s: s.cumsum(1)), "the steps are added up"),
    Wrong(after(torch.detach), "no gradient can flow back from the steps"),
    Wrong(steps_from_a_view, "you changed a tensor in place"),
    Wrong(steps_of_codes_repeated, STATES),
    Wrong(steps_never_made, "the cell was never called"),
    Wrong(steps_written_nowhere, "the result is zeros"),
    Wrong(steps_without_gradient, "no gradient can flow back from the steps"),
    Wrong(steps_of_a_copy, "no gradient reaches the cell's"),
    Wrong(steps_of_detached_codes, "no gradient reaches z"),
    Wrong(steps_with_gradient_of_the_last_only, "the gradient with respect to z"),
    Wrong(steps(lambda x_t, h, now: (x_t.detach(), h)), CUT_STEPS),
    Wrong(steps(lambda x_t, h, now: (x_t.data, h)), CUT_STEPS),
    Wrong(steps(lambda x_t, h, now: (x_t, h.detach())), CUT_STATES),
    Wrong(
        steps(lambda x_t, h, now: (x_t.detach(), h.detach())),
        "step and hidden state are cut off",
    ),
    Wrong(steps_without_a_batch, CALL),
    Wrong(steps_with_an_axis_of_layers, "without an axis more"),
    Wrong(steps_with_an_axis_of_steps, CALL),
    Wrong(steps_with_a_fixed_size, "expected (B, 3)"),
    Wrong(steps_of_a_fixed_length, "got shape (4, 28, 3), expected (4, 6, 3)"),
    Wrong(steps_with_units_of_zeros, CALL),
    Wrong(steps_changing_z, "changes its input z in place"),
    Wrong(steps_with_no_stack, "you returned a list"),
    Wrong(steps_and_state, "you returned a tuple"),
]
