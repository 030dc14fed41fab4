"""Wrong answers to `decode_sequence`, an exercise of lesson 11."""

import torch

from .answers import Wrong
from .sequences_decoders import steps_reference


def steps(
    hand_on=lambda x_t, h, now: (x_t, h),
    start=lambda zeros, z: (zeros, z),
    join=lambda made: torch.stack(made, dim=1),
    count=lambda length: length,
    keep=lambda x_t, h: x_t,
):
    """Return an answer with one part of the loop changed."""

    def decode_sequence(cell, z, length):
        now = start(torch.zeros(len(z), cell.features), z)
        made = []
        for _ in range(count(length)):
            out = cell(*now)
            made.append(keep(*out))
            now = hand_on(*out, now)
        return join(made)

    return decode_sequence


def after(change):
    """Return an answer that does something to the right steps."""

    def decode_sequence(cell, z, length):
        return change(steps_reference(cell, z, length))

    return decode_sequence


def when_alike(answer):
    """Return an answer that is wrong where features and units are alike."""

    def decode_sequence(cell, z, length):
        alike = cell.features == z.shape[1]
        return (answer if alike else steps_reference)(cell, z, length)

    return decode_sequence


def zero_input_at_every_step(x_t, h, now):
    return torch.zeros_like(x_t), h


def state_not_handed_on(x_t, h, now):
    return x_t, now[1]


def steps_with_z_as_input(cell, z, length):
    h, made = torch.zeros_like(z), []
    for _ in range(length):
        x_t, h = cell(z, h)
        made.append(x_t)
    return torch.stack(made, dim=1)


def steps_with_z_as_input_and_state(cell, z, length):
    h, made = z, []
    for _ in range(length):
        x_t, h = cell(z, h)
        made.append(x_t)
    return torch.stack(made, dim=1)


def steps_with_only_the_input(cell, z, length):
    x_t, made = torch.zeros(len(z), cell.features), []
    for _ in range(length):
        x_t, _h = cell(x_t)
        made.append(x_t)
    return torch.stack(made, dim=1)


def steps_with_arguments_swapped(cell, z, length):
    x_t, h, made = torch.zeros(len(z), cell.features), z, []
    for _ in range(length):
        x_t, h = cell(h, x_t)
        made.append(x_t)
    return torch.stack(made, dim=1)


def steps_with_results_swapped(cell, z, length):
    x_t, h, made = torch.zeros(len(z), cell.features), z, []
    for _ in range(length):
        h, x_t = cell(x_t, h)
        made.append(x_t)
    return torch.stack(made, dim=1)


def steps_of_pairs(cell, z, length):
    x_t, h, made = torch.zeros(len(z), cell.features), z, []
    for _ in range(length):
        out = cell(x_t, h)
        x_t, h = out
        made.append(out)
    return torch.stack(made, dim=1)


def steps_of_a_pair_taken_for_a_step(cell, z, length):
    x_t = torch.zeros(len(z), cell.features)
    return cell(x_t, z).unsqueeze(1)


def steps_appended_before(cell, z, length):
    x_t, h, made = torch.zeros(len(z), cell.features), z, []
    for _ in range(length):
        made.append(x_t)
        x_t, h = cell(x_t, h)
    return torch.stack(made, dim=1)


def steps_appended_before_and_after(cell, z, length):
    x_t, h = torch.zeros(len(z), cell.features), z
    made = [x_t]
    for _ in range(length):
        x_t, h = cell(x_t, h)
        made.append(x_t)
    return torch.stack(made, dim=1)


def steps_of_the_last(cell, z, length):
    x_t, h = torch.zeros(len(z), cell.features), z
    for _ in range(length):
        x_t, h = cell(x_t, h)
    return x_t


def steps_of_the_first(cell, z, length):
    x_t, _ = cell(torch.zeros(len(z), cell.features), z)
    return x_t[:, None].expand(-1, length, -1)


def steps_of_random_start(cell, z, length):
    x_t, h, made = torch.rand(len(z), cell.features), z, []
    for _ in range(length):
        x_t, h = cell(x_t, h)
        made.append(x_t)
    return torch.stack(made, dim=1)


def steps_clamped_between(x_t, h, now):
    return x_t.clamp(0, 1), h


STATES = "these are the hidden states"
CALL = "a call is cell(x_t, h)"


def steps_with_two_calls(cell, z, length):
    x_t, h, made = torch.zeros(len(z), cell.features), z, []
    for _ in range(length):
        x_t = cell(x_t, h)[0]
        h = cell(x_t, h)[1]
        made.append(x_t)
    return torch.stack(made, dim=1)


def steps_added(cell, z, length):
    x_t, h, made = torch.zeros(len(z), cell.features), z, []
    for _ in range(length):
        change, h = cell(x_t, h)
        x_t = x_t + change
        made.append(x_t)
    return torch.stack(made, dim=1)


WRONG = [
    Wrong(steps_with_two_calls, "you call the cell twice for a step"),
    Wrong(steps_added, "you add what the cell returned"),
    Wrong(steps(start=lambda zeros, z: (z[:, : zeros.shape[1]], z)), "is a part of z"),
    Wrong(steps(zero_input_at_every_step), "the input is zeros at every step"),
    Wrong(steps(state_not_handed_on), "the hidden state is not handed on"),
    Wrong(steps(lambda x_t, h, now: now), "nothing is handed on"),
    Wrong(steps(lambda x_t, h, now: (x_t, 0 * h)), "zeros at every later step"),
    Wrong(steps(lambda x_t, h, now: (x_t, h + now[1])), "for z of shape (4, 5)"),
    Wrong(steps(lambda x_t, h, now: (x_t + now[0], h)), "before it went in again"),
    Wrong(steps(lambda x_t, h, now: (x_t.sigmoid(), h)), "before it went in again"),
    Wrong(steps(lambda x_t, h, now: (x_t.tanh(), h)), "before it went in again"),
    Wrong(steps(steps_clamped_between), "before it went in again"),
    Wrong(steps(lambda x_t, h, now: (x_t.round(), h)), "before it went in again"),
    Wrong(steps(start=lambda zeros, z: (zeros, 0 * z)), "hidden state is zeros: it is"),
    Wrong(steps(start=lambda zeros, z: (zeros + 1, z)), "the first input is ones"),
    Wrong(
        steps(start=lambda zeros, z: (zeros, z.tanh())),
        "z is changed before it goes in",
    ),
    Wrong(steps_of_random_start, "for z of shape (4, 5)"),
    Wrong(steps(start=lambda zeros, z: (z, z)), CALL),
    Wrong(when_alike(steps(start=lambda zeros, z: (z, z))), "not the first input"),
    Wrong(when_alike(steps(start=lambda zeros, z: (z, zeros))), "not the first input"),
    Wrong(steps_with_z_as_input, CALL),
    Wrong(when_alike(steps_with_z_as_input), "z is the input at every step"),
    Wrong(when_alike(steps_with_z_as_input_and_state), "z is the input at every step"),
    Wrong(steps_with_only_the_input, "with both"),
    Wrong(steps_with_arguments_swapped, CALL),
    Wrong(when_alike(steps_with_arguments_swapped), "that the cell takes are swapped"),
    Wrong(steps_with_results_swapped, CALL),
    Wrong(when_alike(steps_with_results_swapped), "the cell returns are swapped"),
    Wrong(
        when_alike(steps(lambda x_t, h, now: (h, h))),
        "the hidden state is the next input",
    ),
    Wrong(
        when_alike(steps(lambda x_t, h, now: (x_t, x_t))),
        "the step is the next hidden state",
    ),
    Wrong(steps_of_pairs, "Stack the first parts only"),
    Wrong(steps_of_a_pair_taken_for_a_step, "the cell returns a pair"),
    Wrong(steps_appended_before, "the zeros that went in are in the result"),
    Wrong(steps_appended_before_and_after, "one step too many"),
    Wrong(steps(count=lambda n: n + 1), "one step too many"),
    Wrong(steps(count=lambda n: n - 1), "one step is missing"),
    Wrong(
        steps(count=lambda n: n + 1, join=lambda made: torch.stack(made[1:], 1)),
        "the first step is missing",
    ),
    Wrong(steps(join=lambda made: torch.stack(made[1:], 1)), "one step is missing"),
    Wrong(steps(join=torch.stack), "the batch comes first"),
    Wrong(steps(join=lambda made: torch.stack(made, 2)), "steps are the middle axis"),
    Wrong(steps(join=lambda made: torch.stack(made, -1)), "steps are the middle axis"),
    Wrong(steps(join=torch.cat), "torch.cat adds no axis"),
    Wrong(steps(join=lambda made: torch.cat(made, 1)), "torch.cat adds no axis"),
    Wrong(steps(join=lambda made: made), "you returned a list"),
    Wrong(steps(join=lambda made: made[-1]), "this is one step"),
    Wrong(steps(join=lambda made: torch.stack(made[::-1], 1)), "come in reverse"),
    Wrong(
        steps(join=lambda made: torch.stack(made).view(len(made[0]), len(made), -1)),
        "batch and steps are mixed",
    ),
    Wrong(
        steps(join=lambda made: torch.stack(made, 2).view(len(made[0]), len(made), -1)),
        "the axes are mixed",
    ),
    Wrong(steps(join=lambda made: torch.stack(made, 1).squeeze()), "do not squeeze"),
    Wrong(steps(keep=lambda x_t, h: h), STATES),
    Wrong(when_alike(steps(keep=lambda x_t, h: h)), STATES),
    Wrong(steps_of_the_last, "this is one step"),
    Wrong(steps_of_the_first, "nothing is handed on"),
]
