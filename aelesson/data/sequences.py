"""Sequences of different lengths: padding, masks, states at the true end.

A batch of sequences is a tensor `(B, T, F)`, `F` numbers per step, and the lengths,
int64 `(B,)`; behind the end of a shorter sequence stand zeros (padding). A *recurrent*
network goes along a sequence and keeps a hidden state. (A *recursive* one goes up a
tree.)
"""

from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

from aelesson import layers, require

STEPS = "(B, T, F)"


class Cell(Protocol):
    """One step of a decoder: `(x_t, h) -> (x_next, h_next)`.

    Attributes:
        features: `F`, how many numbers a step has.
    """

    features: int

    def __call__(self, x_t: Tensor, h: Tensor, /) -> tuple[Tensor, Tensor]:
        """From a step `(B, F)` and a hidden state `(B, H)` to the next ones."""


def rows_as_sequence(images: Tensor) -> Tensor:
    """Read an image from the top, one row per step.

    Args:
        images: `(B, 1, H, W)`.

    Returns:
        Shape `(B, H, W)`: `H` steps of `W` numbers; step `t` is row `t`.

    Raises:
        ValueError: If these are not images of one channel.
    """
    require.tensor("images", images, "(B, 1, H, W)")
    return images.squeeze(1)


def lengths_to_mask(lengths: Tensor, max_length: int) -> Tensor:
    """Mark the steps that belong to a sequence and are no padding.

    Args:
        lengths: Whole numbers from 0 to `max_length`, shape `(B,)`.
        max_length: `T`, the steps of the padded sequences.

    Returns:
        Booleans `(B, T)`, on the device of `lengths`: True at the first `length` steps.

    Raises:
        ValueError: If `lengths` are not such numbers.
    """
    require.whole("max_length", max_length)
    require.whole_numbers("lengths", lengths, "(B,)", 0, max_length)
    return torch.arange(max_length, device=lengths.device) < lengths[:, None]


def masked_mse(x_hat: Tensor, x: Tensor, mask: Tensor) -> Tensor:
    r"""Return the mean squared error over all numbers that are no padding.

    $\frac{1}{F \sum_{bt} m_{bt}} \sum_{btf} m_{bt} (\hat{x}_{btf} - x_{btf})^2$

    Each step weighs the same, so a long sequence weighs more than a short one. What
    stands in the padding, even `nan`, changes neither the value nor the gradient.

    Args:
        x_hat: Reconstructions, `(B, T, F)`.
        x: The sequences they should equal, the same shape.
        mask: Booleans `(B, T)`, True where a step counts.

    Returns:
        A scalar, in squared units of `x`.

    Raises:
        ValueError: If the shapes do not fit, the mask is not boolean, or no step
            counts.
    """
    require.pair("x_hat", x_hat, "x", x, STEPS)
    require.boolean("mask", mask, f"({x.shape[0]}, {x.shape[1]})")
    counted = int(mask.sum()) * x.shape[2]
    if counted == 0:
        raise ValueError("mask is False everywhere: there is no step to count")
    # Filled before the square: 0 times nan would still be nan.
    difference = (x_hat - x).masked_fill(~mask[:, :, None], 0)
    return difference.square().sum() / counted


def forwards(x: Tensor, lengths: Tensor) -> Tensor:
    """Leave sequences `(B, T, F)` as they are; the counterpart of `backwards`."""
    check_padded(x, lengths, least=0)
    return x


def backwards(x: Tensor, lengths: Tensor) -> Tensor:
    """Turn each sequence round, and leave its padding where it is, at the end.

    Args:
        x: Padded sequences, `(B, T, F)`.
        lengths: Whole numbers from 0 to `T`, shape `(B,)`.

    Returns:
        Shape `(B, T, F)`; step 0 is each sequence's own last step.
    """
    check_padded(x, lengths, least=0)
    mask = lengths_to_mask(lengths, x.shape[1])
    t = torch.arange(x.shape[1], device=x.device)
    place = torch.where(mask, lengths[:, None] - 1 - t, t)  # (B, T)
    return x.gather(1, place[:, :, None].expand_as(x))


def encode_sequence(rnn: nn.GRU | nn.LSTM, x: Tensor, lengths: Tensor) -> Tensor:
    """Return the hidden state of each sequence behind its own last step.

    The sequences are packed, so that the network never sees the padding.

    Args:
        rnn: With `batch_first=True`, and in one direction. Of an LSTM's two states
            it is `h` that is returned; of several layers, that of the last.
        x: Padded sequences, `(B, T, F)`.
        lengths: Whole numbers from 1 to `T`, shape `(B,)`.

    Returns:
        Shape `(B, D)`, `D` the size of the hidden state.

    Raises:
        ValueError: If the network or the lengths are not as described.
    """
    require.kind("rnn", rnn, (nn.GRU, nn.LSTM))
    if not rnn.batch_first or rnn.bidirectional:
        raise ValueError(
            f"rnn has batch_first={rnn.batch_first} and "
            f"bidirectional={rnn.bidirectional}; it must be True and False"
        )
    check_padded(x, lengths, least=1)

    def encode(x: Tensor) -> Tensor:
        packed = pack_padded_sequence(
            x, lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        _, state = rnn(packed)
        hidden: Tensor = state[0] if isinstance(state, tuple) else state
        return hidden[-1]  # (layers, B, D) -> (B, D)

    return layers.through("x", x, encode, rnn)


def decode_sequence(cell: Cell, z: Tensor, length: int) -> Tensor:
    """Let a decoder run freely: each output is the next input.

    Args:
        cell: One step, `cell(x_t, h) -> (x_next, h_next)` with `x_t` and `x_next` of
            shape `(B, F)` and hidden states `(B, D)`; `cell.features` is `F`.
        z: The first hidden state, `(B, D)`. The first input is zeros.
        length: How many steps to make.

    Returns:
        The outputs, `(B, length, F)`.

    Raises:
        ValueError: If `length` is below 1.
    """
    _check_start(cell, z)
    require.whole("length", length)

    def run(h: Tensor) -> Tensor:
        x_t = h.new_zeros(len(h), cell.features)
        steps = []
        for _ in range(length):
            x_t, h = cell(x_t, h)
            steps.append(x_t)
        return torch.stack(steps, dim=1)

    return layers.through("z", z, run, cell)


def follow_sequence(cell: Cell, z: Tensor, x: Tensor) -> Tensor:
    """Let a decoder say each next step, given the true one before it.

    Only the inputs differ from `decode_sequence`: the truth, and not the own output.
    In training this is called teacher forcing.

    Args:
        cell: As in `decode_sequence`.
        z: The first hidden state, `(B, D)`. The first input is zeros.
        x: The true sequences, `(B, T, F)`.

    Returns:
        Shape `(B, T, F)`; step `t` was made from `z` and the steps before `t` alone.

    Raises:
        ValueError: If there is no step.
    """
    _check_start(cell, z)
    require.tensor("x", x, f"(B, T, {cell.features})")
    require.same_length("z", z, "x", x)

    def follow(h: Tensor) -> Tensor:
        x_t = h.new_zeros(len(h), cell.features)
        steps = []
        for truth in x.unbind(1):
            x_next, h = cell(x_t, h)
            steps.append(x_next)
            x_t = truth
        return torch.stack(steps, dim=1)

    return layers.through("z", z, follow, cell)


def check_padded(x: Tensor, lengths: Tensor, least: int) -> None:
    """Refuse sequences and lengths that do not belong together.

    Args:
        x: Padded sequences, `(B, T, F)`.
        lengths: Whole numbers from `least` to `T`, shape `(B,)`.
        least: The least length.

    Raises:
        ValueError: If they are not as described, or not equally many.
        TypeError: If `x` is no float tensor, or `lengths` are no whole numbers.
    """
    require.whole("least", least, at_least=0)
    require.tensor("x", x, STEPS)
    require.whole_numbers("lengths", lengths, "(B,)", least, x.shape[1])
    require.same_length("x", x, "lengths", lengths)


def _check_start(cell: Cell, z: Tensor) -> None:
    require.function("cell", cell, "one step of a decoder, such as a GRUDecoder")
    if not hasattr(cell, "features"):
        raise TypeError(
            f"cell is {require.shown(cell)}, without `features`; it must be one step "
            "of a decoder, such as a GRUDecoder"
        )
    require.tensor("z", z, "(B, D)")
