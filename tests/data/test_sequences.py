import pytest
import torch
from torch import nn

from aelesson.data import sequences

LENGTHS = torch.tensor([3, 5, 1])


def randn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def padded(features=2):
    """Return three sequences with zeros behind their ends, and their mask."""
    mask = sequences.lengths_to_mask(LENGTHS, 5)
    return randn(3, 5, features) * mask[:, :, None], mask


class Counter(nn.Module):
    """A cell that can be followed by hand: adds its state, then counts it up."""

    features = 2

    def forward(self, x_t, h):
        return 2 * x_t + h[:, :2], h + 1


def test_row_t_is_step_t():
    images = torch.rand(4, 1, 5, 3)
    steps = sequences.rows_as_sequence(images)
    assert steps.shape == (4, 5, 3)
    for t in range(5):
        assert torch.equal(steps[:, t], images[:, 0, t])


@pytest.mark.parametrize("shape", [(4, 3, 5, 5), (4, 5, 5), (5, 5)])
def test_images_of_other_shapes_are_refused(shape):
    with pytest.raises(
        ValueError, match=r"images has shape .* expected \(B, 1, H, W\)"
    ):
        sequences.rows_as_sequence(torch.zeros(shape))


def test_the_mask_is_true_at_the_first_steps():
    mask = sequences.lengths_to_mask(torch.tensor([0, 2, 3]), 3)
    assert mask.dtype == torch.bool
    assert mask.tolist() == [[False] * 3, [True, True, False], [True] * 3]


@pytest.mark.parametrize(
    ("lengths", "says"),
    [
        (torch.tensor([1, 4]), r"lengths goes from 1 to 4; it must be in \[0, 3\]"),
        (torch.tensor([-1, 2]), "lengths goes from -1 to 2"),
        (torch.tensor([1.0]), "whole numbers"),
        (torch.tensor([True]), "whole numbers"),
        (torch.tensor(2), r"lengths has shape \(\)"),
    ],
)
def test_lengths_that_cannot_be_are_named(lengths, says):
    with pytest.raises((ValueError, TypeError), match=says):
        sequences.lengths_to_mask(lengths, 3)


def test_the_masked_error_is_that_of_the_sequences_laid_end_to_end():
    x, mask = padded()
    x_hat = randn(3, 5, 2, seed=1)
    real = zip(x_hat, x, LENGTHS.tolist(), strict=True)
    differences = torch.cat([(a - b)[:length] for a, b, length in real])
    expected = differences.square().mean()
    torch.testing.assert_close(sequences.masked_mse(x_hat, x, mask), expected)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_padding_reaches_neither_value_nor_gradient(bad):
    x, mask = padded()
    clean = randn(3, 5, 2, seed=1)
    expected = sequences.masked_mse(clean, x, mask)
    x_hat = clean.masked_fill(~mask[:, :, None], bad).requires_grad_()
    spoilt = x.masked_fill(~mask[:, :, None], bad)
    loss = sequences.masked_mse(x_hat, spoilt, mask)
    loss.backward()
    torch.testing.assert_close(loss, expected)
    assert x_hat.grad.isfinite().all()
    assert (x_hat.grad[~mask] == 0).all()
    assert (x_hat.grad[mask] != 0).all()


@pytest.mark.parametrize(
    ("x_hat", "mask", "says"),
    [
        (torch.zeros(3, 5, 1), torch.ones(3, 5).bool(), "x_hat has shape"),
        (torch.zeros(3, 5, 2), torch.ones(3, 5), "mask is torch.float32"),
        (torch.zeros(3, 5, 2), torch.ones(5, 3).bool(), r"expected \(3, 5\)"),
        (torch.zeros(3, 5, 2), torch.zeros(3, 5).bool(), "no step to count"),
    ],
)
def test_what_does_not_fit_is_named(x_hat, mask, says):
    with pytest.raises((ValueError, TypeError), match=says):
        sequences.masked_mse(x_hat, torch.zeros(3, 5, 2), mask)


def test_backwards_turns_each_sequence_and_leaves_its_padding():
    x, mask = padded()
    turned = sequences.backwards(x, LENGTHS)
    for sequence, back, length in zip(x, turned, LENGTHS.tolist(), strict=True):
        assert torch.equal(back[:length], sequence[:length].flip(0))
    assert (turned[~mask] == 0).all()
    assert torch.equal(sequences.backwards(turned, LENGTHS), x)
    assert sequences.forwards(x, LENGTHS) is x


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("kind", [nn.GRU, nn.LSTM])
def test_each_code_is_that_of_the_sequence_alone(kind, layers):
    rnn = kind(2, 4, num_layers=layers, batch_first=True)
    x, _ = padded()
    codes = sequences.encode_sequence(rnn, x, LENGTHS)
    assert codes.shape == (3, 4)
    for code, sequence, length in zip(codes, x, LENGTHS.tolist(), strict=True):
        states, _ = rnn(sequence[None, :length])
        torch.testing.assert_close(code, states[0, -1])


def test_padding_does_not_change_a_code():
    rnn = nn.GRU(2, 4, batch_first=True)
    x, _ = padded()
    longer = torch.cat([x, torch.full((3, 7, 2), float("nan"))], dim=1)
    codes = sequences.encode_sequence(rnn, x, LENGTHS)
    assert torch.equal(sequences.encode_sequence(rnn, longer, LENGTHS), codes)


@pytest.mark.parametrize(
    ("rnn", "lengths", "says"),
    [
        (nn.GRU(2, 4), LENGTHS, "batch_first=False"),
        (nn.GRU(2, 4, batch_first=True, bidirectional=True), LENGTHS, "bidirectional"),
        (
            nn.GRU(2, 4, batch_first=True),
            torch.tensor([0, 5, 1]),
            r"lengths goes from 0 to 5; .* \[1, 5\]",
        ),
        (
            nn.GRU(2, 4, batch_first=True),
            torch.tensor([6, 5, 1]),
            r"lengths goes from 1 to 6; .* \[1, 5\]",
        ),
    ],
)
def test_networks_and_lengths_that_have_no_code_are_refused(rnn, lengths, says):
    with pytest.raises(ValueError, match=says):
        sequences.encode_sequence(rnn, padded()[0], lengths)


def test_each_output_is_the_next_input():
    steps = sequences.decode_sequence(Counter(), torch.tensor([[1.0, 2.0]]), 3)
    assert steps.tolist() == [[[1, 2], [4, 7], [11, 18]]]  # 2 * x + h, h counts up


def test_the_true_step_is_the_next_input():
    x = torch.tensor([[[10.0, 20.0], [30.0, 40.0]]])
    steps = sequences.follow_sequence(Counter(), torch.tensor([[1.0, 2.0]]), x)
    assert steps.tolist() == [[[1, 2], [22, 43]]]  # the last true step is never used


def test_nothing_to_make_is_said():
    with pytest.raises(ValueError, match="length is 0"):
        sequences.decode_sequence(Counter(), torch.zeros(1, 2), 0)
    with pytest.raises(ValueError, match=r"expected \(B, T, 2\)"):
        sequences.follow_sequence(Counter(), torch.zeros(1, 2), torch.zeros(1, 0, 2))
