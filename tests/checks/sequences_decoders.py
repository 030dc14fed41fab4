"""Right answers to `decode_sequence`, an exercise of lesson 11."""

import torch


def steps_reference(cell, z, length):
    x_t, h = torch.zeros(len(z), cell.features, device=z.device), z
    steps = []
    for _ in range(length):
        x_t, h = cell(x_t, h)
        steps.append(x_t)
    return torch.stack(steps, dim=1)


def steps_joined(cell, z, length):
    x, state = z.new_zeros(z.shape[0], cell.features), z
    made = []
    for _ in range(length):
        x, state = cell(x, state)
        made.append(x.unsqueeze(1))
    return torch.cat(made, dim=1)


def steps_written_into(cell, z, length):
    result = torch.empty(len(z), length, cell.features)
    x_t, h = torch.zeros(len(z), cell.features), z
    for t in range(length):
        x_t, h = cell(x_t, h)
        result[:, t] = x_t
    return result


def steps_turned(cell, z, length):
    x_t, h, made = torch.zeros(len(z), cell.features), z, []
    while len(made) < length:
        x_t, h = cell(x_t, h)
        made += [x_t]
    return torch.stack(made).transpose(0, 1)


def steps_by_recursion(cell, z, length):
    def rest(x_t, h, left):
        if not left:
            return []
        x_t, h = cell(x_t, h)
        return [x_t, *rest(x_t, h, left - 1)]

    return torch.stack(rest(torch.zeros(len(z), cell.features), z, length), 1)


def steps_first_and_others(cell, z, length):
    x_t, h = cell(torch.zeros(z.size(0), cell.features), z)
    result = x_t[:, None]
    for _ in range(length - 1):
        x_t, h = cell(x_t, h)
        result = torch.cat((result, x_t[:, None]), dim=1)
    return result


def steps_with_the_zeros_cut_off(cell, z, length):
    inputs, h = [torch.zeros(len(z), cell.features)], z
    for _ in range(length):
        x_t, h = cell(inputs[-1], h)
        inputs.append(x_t)
    return torch.stack(inputs[1:], dim=1)


def steps_one_by_one(cell, z, length):
    """Each sequence of the batch on its own."""
    sequences = []
    for code in z:
        x_t, h = torch.zeros(1, cell.features), code[None]
        steps = []
        for _ in range(length):
            x_t, h = cell(x_t, h)
            steps.append(x_t)
        sequences.append(torch.cat(steps))
    return torch.stack(sequences)


def steps_of_a_generator(cell, z, length):
    def write():
        pair = torch.zeros(len(z), cell.features), z
        for _ in range(length):
            pair = cell(*pair)
            yield pair[0]

    return torch.stack(tuple(write()), dim=-2)


RIGHT = [
    steps_reference,
    steps_joined,
    steps_written_into,
    steps_turned,
    steps_by_recursion,
    steps_first_and_others,
    steps_with_the_zeros_cut_off,
    steps_one_by_one,
    steps_of_a_generator,
]
