"""Answers to `quantise`, right and wrong."""

import numpy as np
import torch

from .answers import Wrong

# right


def quantise_reference(z, bits, low, high):
    step = (high - low) / (2**bits - 1)
    return ((z.clamp(low, high) - low) / step).round().long()


def quantise_by_nearest(z, bits, low, high):
    levels = torch.linspace(low, high, 2**bits, dtype=torch.float64)
    return (z[..., None] - levels).abs().argmin(-1)


def quantise_by_limits(z, bits, low, high):
    levels = torch.linspace(low, high, 1 << bits, dtype=z.dtype)
    return torch.bucketize(z, (levels[1:] + levels[:-1]) / 2)


def quantise_by_numpy(z, bits, low, high):
    top = 2**bits - 1
    share = (z.double().numpy() - low) / (high - low)
    return torch.from_numpy(np.clip(np.rint(share * top), 0, top).astype(np.int64))


def quantise_by_floor(z, bits, low, high):
    top = pow(2, bits) - 1
    share = torch.minimum(torch.maximum((z - low) / (high - low), 0 * z), 0 * z + 1)
    return torch.floor(share * top + 0.5).to(torch.int64)


def quantise_by_loop(z, bits, low, high):
    top = 2**bits - 1
    numbers = [
        min(max(round((value - low) / (high - low) * top), 0), top)
        for value in z.flatten().tolist()
    ]
    return torch.tensor(numbers).reshape(z.shape)


RIGHT = [
    quantise_reference,
    quantise_by_nearest,
    quantise_by_limits,
    quantise_by_numpy,
    quantise_by_floor,
    quantise_by_loop,
]

# wrong


def scaled(by=lambda b: 2**b - 1, turn=torch.round, clamp=True, to=torch.int64):
    """Return a `quantise` that scales, rounds and casts in its own way."""

    def quantise(z, bits, low, high):
        z = z.clamp(low, high) if clamp else z
        return turn((z - low) / (high - low) * by(bits)).to(to)

    return quantise


def then(change):
    """Return a `quantise` that changes the right levels."""
    return lambda z, b, low, high: change(quantise_reference(z, b, low, high), b)


def quantise_values(z, bits, low, high):
    step = (high - low) / (2**bits - 1)
    return low + quantise_reference(z, bits, low, high) * step


def quantise_with_own_ends(z, bits, low, high):
    return quantise_reference(z, bits, z.min().item(), z.max().item())


def quantise_with_ends_per_unit(z, bits, low, high):
    low, high = z.amin(0), z.amax(0)
    return ((z - low) / (high - low) * (2**bits - 1)).round().long()


def quantise_intervals(z, bits, low, high):
    count = 2**bits
    return ((z - low) / (high - low) * count).floor().clamp(0, count - 1).long()


def quantise_low_kept(z, bits, low, high):
    return (z.clamp(low, high) / (high - low) * (2**bits - 1)).round().long()


def quantise_low_kept_then_clamped(z, bits, low, high):
    top = 2**bits - 1
    return (z / (high - low) * top).round().clamp(0, top).long()


def quantise_without_width(z, bits, low, high):
    return ((z.clamp(low, high) - low) * (2**bits - 1)).round().long()


def quantise_by_high(z, bits, low, high):
    top = 2**bits - 1
    return ((z - low) / high * top).round().clamp(0, top).long()


def quantise_unit_range(z, bits, low, high):
    return quantise_reference(z.clamp(0, 1), bits, low, high)


def quantise_clamped_late(z, bits, low, high):
    levels = scaled(clamp=False)(z, bits, low, high)
    return levels.clamp(min=0)


def quantise_clamped_above(z, bits, low, high):
    levels = scaled(clamp=False)(z, bits, low, high)
    return levels.clamp(max=2**bits - 1)


def quantise_wrapped(z, bits, low, high):
    return scaled(clamp=False)(z, bits, low, high) % 2**bits


def quantise_by_sigmoid(z, bits, low, high):
    return (z.sigmoid() * (2**bits - 1)).round().long()


def quantise_in_place(z, bits, low, high):
    return ((z.clamp_(low, high) - low) / (high - low) * (2**bits - 1)).round().long()


def quantise_rounds_first(z, bits, low, high):
    share = (z.clamp(low, high) - low) / (high - low)
    return (share.round() * (2**bits - 1)).long()


def quantise_by_if(z, bits, low, high):
    if z < low:
        return 0
    return quantise_reference(z, bits, low, high)


def quantise_by_min(z, bits, low, high):
    return round(min(max(float(z), low), high))


def quantise_by_numpy_only(z, bits, low, high):
    return quantise_by_numpy(z, bits, low, high).numpy()


def quantise_flat(z, bits, low, high):
    return quantise_reference(z, bits, low, high).flatten()


def quantise_for_one_sample(z, bits, low, high):
    return quantise_reference(z, bits, low, high)[0]


def quantise_ends_swapped(z, bits, low, high):
    return ((z.clamp(high, low) - low) / (high - low) * (2**bits - 1)).round().long()


def quantise_codes_rounded_first(z, bits, low, high):
    return quantise_reference(z.round(), bits, low, high)


WRONG = [
    Wrong(quantise_ends_swapped, "is it clamp(low, high), in this order?"),
    Wrong(quantise_codes_rounded_first, "round at the end only"),
    Wrong(then(lambda levels, b: (levels - 1).clamp(0)), "all are one off"),
    Wrong(lambda z, b, low, high: quantise_reference(z, b, -1, 1), "nor 0 or -1 and 1"),
    Wrong(lambda z, b, low, high: quantise_reference(z, b, 0, 1), "nor 0 or -1 and 1"),
    Wrong(scaled(turn=torch.floor), "round, for floor goes down every time"),
    Wrong(scaled(turn=lambda z: z), "round, for floor goes down every time"),
    Wrong(scaled(turn=torch.ceil), "round, for ceil goes up every time"),
    Wrong(scaled(lambda b: 2**b, torch.floor), "there is no level 32"),
    Wrong(scaled(lambda b: 2**b), "32 levels have 31 gaps between them"),
    Wrong(quantise_intervals, "you cut the range in 32 parts"),
    Wrong(scaled(lambda b: 2**b - 1e-4, torch.floor), "you cut the range in 32 parts"),
    Wrong(scaled(lambda b: 2**b - 2), "one gap too few"),
    Wrong(scaled(lambda b: 2**b + 1), "your levels go from 0 to 33: there are 0 to 31"),
    Wrong(scaled(lambda b: (2 ^ b) - 1), "2 ^ bits is something else"),
    Wrong(scaled(lambda b: 2 ^ b), "2 ^ bits is something else"),
    Wrong(scaled(lambda b: b - 1), "2 ** bits levels"),
    Wrong(scaled(lambda b: 2 * b - 1), "2 ** bits levels"),
    Wrong(scaled(lambda b: 2 ** (b - 1) - 1), "not 2 ** (bits - 1)"),
    Wrong(scaled(lambda b: 255), "there are 0 to 31"),
    Wrong(scaled(clamp=False), "what lies outside is not clamped"),
    Wrong(scaled(turn=torch.trunc, clamp=False), "what lies outside is not clamped"),
    Wrong(scaled(turn=torch.floor, clamp=False), "what lies outside is not clamped"),
    Wrong(quantise_clamped_late, "only one end is clamped"),
    Wrong(quantise_clamped_above, "only one end is clamped"),
    Wrong(quantise_wrapped, "what lies outside must be clamped"),
    Wrong(quantise_unit_range, "clamp to low and high, not to other numbers"),
    Wrong(quantise_with_own_ends, "not the ends of z"),
    Wrong(quantise_with_ends_per_unit, "not the ends of z"),
    Wrong(quantise_low_kept, "low is not taken off"),
    Wrong(quantise_low_kept_then_clamped, "low is not taken off"),
    Wrong(quantise_without_width, "the width of the range is high - low"),
    Wrong(quantise_by_high, "the width of the range is high - low"),
    Wrong(quantise_by_sigmoid, "no sigmoid or tanh"),
    Wrong(quantise_rounds_first, "round at the end only"),
    Wrong(then(lambda levels, b: 2**b - 1 - levels), "it is the wrong way round"),
    Wrong(then(lambda levels, b: levels + 1), "levels count from 0"),
    Wrong(then(lambda levels, b: levels - 2 ** (b - 1)), "also where z is negative"),
    Wrong(then(lambda levels, b: levels.to(torch.uint8).long()), "a small type overfl"),
    Wrong(then(lambda levels, b: levels.to(torch.int8).long()), "a small type overfl"),
    Wrong(then(lambda levels, b: levels.to(torch.uint8)), "torch.uint8, expected torc"),
    Wrong(then(lambda levels, b: levels.int()), "torch.int32, expected torch.int64"),
    Wrong(then(lambda levels, b: levels.float()), "the levels are right, but they are"),
    Wrong(then(lambda levels, b: levels / (2**b - 1)), "the numbers of the levels"),
    Wrong(quantise_values, "these are the values that the levels stand for"),
    Wrong(quantise_in_place, "changes its input z in place"),
    Wrong(quantise_flat, "in the shape of z"),
    Wrong(quantise_for_one_sample, "got shape (5,), expected (6, 5)"),
    Wrong(quantise_by_if, "work on the whole tensor"),
    Wrong(quantise_by_min, "work on the whole tensor"),
    Wrong(quantise_by_numpy_only, "got a numpy array"),
    Wrong(then(lambda levels, b: levels.tolist()), "(list), expected a torch tensor"),
    Wrong(then(lambda levels, b: None), "is `return` missing?"),
    Wrong(lambda z, bits: z, "4 arguments: (z, bits, low, high)"),
]
