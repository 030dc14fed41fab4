"""What once went wrong without a word: it is right now, or refused."""

import matplotlib.pyplot as plt
import pytest
import torch
from torch import nn

from aelesson import (
    compression,
    corruptions,
    filters,
    labels,
    latent,
    losses,
    metrics,
    plots,
    recurrent,
    retrieval,
    training,
)
from aelesson.data import sequences
from aelesson.models import VAE, Autoencoder

NAN = torch.full((6, 3), torch.nan)
CLASSES = torch.tensor([0, 1, 2, 0, 1, 2])
BYTES = torch.randint(256, (2, 1, 6, 6), dtype=torch.uint8)


@pytest.mark.parametrize(
    ("ask", "says"),
    [
        (lambda: retrieval.precision_at_k(NAN, CLASSES, 1), "codes holds nan"),
        (lambda: labels.accuracy(NAN, CLASSES), "logits holds 18 nan"),
        (lambda: metrics.active_units(NAN), "mean holds nan"),
        (lambda: metrics.dead_units(NAN), "codes holds nan"),
        (lambda: losses.gaussian_nll(BYTES, BYTES), "x_hat is torch.uint8"),
        (lambda: losses.laplace_nll(BYTES.float(), BYTES), "x is torch.uint8"),
        (lambda: filters.total_variation(BYTES, 0.1), "noisy is torch.uint8"),
        (lambda: corruptions.occlusion(2)(torch.rand(8, 28, 28)), r"x has shape \(8,"),
        (lambda: latent.normal_grid(2.5), "side is 2.5; it must be a whole number"),
        (
            lambda: recurrent.remember(nn.LSTM(2, 3)),
            "rnn is a LSTM; it must be a GRU or a GRUCell",
        ),
        (lambda: retrieval.nearest(torch.rand(4, 2), torch.arange(2), 4), "at most 3"),
        (
            lambda: sequences.encode_sequence(
                nn.GRU(2, 3, batch_first=True),
                torch.rand(3, 4, 2),
                torch.tensor([4, 2]),
            ),
            "x has 3 entries and lengths 2",
        ),
        (
            lambda: compression.quantise(torch.rand(4, 2), 3, 0.0, float("inf")),
            "high is inf; it must be finite",
        ),
        (
            lambda: sequences.lengths_to_mask(torch.tensor([1, 2]), 5.5),
            "max_length is 5.5; it must be a whole number",
        ),
    ],
)
def test_it_is_refused(ask, says):
    with pytest.raises((ValueError, TypeError), match=says):
        ask()


@pytest.mark.parametrize("bits", [1, 8, 16])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_quantised_as_its_own_values_in_full_precision(bits, dtype):
    z = torch.randn(40, 5, generator=torch.Generator().manual_seed(0)).to(dtype)
    levels = compression.quantise(z, bits, -2.0, 2.0)
    assert torch.equal(levels, compression.quantise(z.float(), bits, -2.0, 2.0))
    assert 0 <= levels.min() <= levels.max() <= 2**bits - 1


def test_levels_of_one_byte_cost_what_others_do():
    levels = torch.randint(4, (50, 3), generator=torch.Generator().manual_seed(0))
    wanted = compression.entropy_bits(levels, levels)
    assert compression.entropy_bits(levels.byte(), levels.byte()) == wanted
    assert 5 < wanted < 6.1  # three units of four levels, almost equally often


def test_every_class_is_drawn():
    classes = torch.arange(14)
    [ax] = plots.codes_2d(torch.randn(14, 2), classes, "fourteen classes").axes
    assert len(ax.collections) == 14
    assert len(plots.codes_3d(torch.randn(14, 3), classes, "panels").axes) == 14
    plt.close("all")


@pytest.mark.parametrize(
    "objective", [recurrent.teacher_forcing, recurrent.free_running]
)
@pytest.mark.parametrize("padding", [torch.nan, torch.inf, 1e30, 7.0])
def test_what_stands_in_the_padding_changes_no_weight(objective, padding):
    generator = torch.Generator().manual_seed(0)
    lengths = torch.tensor([5, 9, 12, 7])
    steps = torch.rand(4, 12, 2, generator=generator)
    mask = sequences.lengths_to_mask(lengths, 12)[:, :, None]

    def trained(x):
        torch.manual_seed(0)
        model = recurrent.RecurrentAutoencoder(2, 6, 3, sequences.backwards)
        config = training.TrainConfig(3, 2, 0.01)
        history = training.fit(model, (x, lengths), objective, config, progress=False)
        return history.curve(), [*model.state_dict().values()]

    curve, weights = trained(steps.masked_fill(~mask, 0))
    other_curve, others = trained(steps.masked_fill(~mask, padding))
    assert other_curve == curve
    assert all(map(torch.equal, others, weights))
    assert all(each.isfinite().all() for each in others)


def test_infinity_where_a_sequence_is_no_padding_is_refused():
    x = torch.rand(2, 4, 2)
    x[1, 0] = torch.inf
    model = recurrent.RecurrentAutoencoder(2, 6, 3)
    with pytest.raises(
        ValueError, match=r"batch\[0\].* nan or infinity in 1 of 2 rows"
    ):
        recurrent.teacher_forcing(model, (x, torch.tensor([4, 2])))


def test_an_odd_code_is_no_mean_and_log_variance():
    model = VAE(nn.Linear(6, 5), nn.Linear(2, 6))
    with pytest.raises(ValueError, match=r"encoder returned shape \(4, 5\)"):
        model.posterior(torch.rand(4, 6))


def test_a_network_names_what_it_takes_and_what_came():
    model = Autoencoder.conv(3, (4,), (3, 8, 8))
    with pytest.raises(ValueError, match=r"x is .* \(2, 1, 8, 8\), .* 3 channels"):
        model.encode(torch.rand(2, 1, 8, 8))
    with pytest.raises(ValueError, match=r"images is .* takes 3 values in a row"):
        metrics.apply(model, model.decode, torch.rand(2, 5))
