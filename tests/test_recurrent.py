import copy

import pytest
import torch
from torch import nn

from aelesson import recurrent
from aelesson.data import sequences
from aelesson.recurrent import RecurrentAutoencoder
from aelesson.training import TrainConfig, evaluate, fit

LENGTHS = torch.tensor([3, 5, 1])


def randn(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def padded(features=2):
    """Return three sequences with zeros behind their ends, and their mask."""
    mask = sequences.lengths_to_mask(LENGTHS, 5)
    return randn(3, 5, features) * mask[:, :, None], mask


def test_following_its_own_outputs_is_running_freely():
    model = RecurrentAutoencoder(2, 6, 3)
    z = randn(4, 3)
    free = model.decode(z, 5)
    torch.testing.assert_close(model.follow(z, free), free)


def test_a_step_depends_on_the_steps_before_it_alone():
    model = RecurrentAutoencoder(2, 6, 3)
    x, z = randn(4, 5, 2), randn(4, 3)
    changed = x.clone()
    changed[:, 2] += 1
    differs = (model.follow(z, x) != model.follow(z, changed)).any(2).any(0)
    assert differs.tolist() == [False, False, False, True, True]


@pytest.mark.parametrize("order", [sequences.forwards, sequences.backwards])
def test_a_reconstruction_does_not_depend_on_the_box(order):
    model = RecurrentAutoencoder(2, 6, 3, order)
    x, mask = padded()
    longer = torch.cat([x, torch.zeros(3, 4, 2)], dim=1)
    x_hat, from_longer = model(x, LENGTHS), model(longer, LENGTHS)
    assert x_hat.shape == x.shape
    torch.testing.assert_close(x_hat[mask], from_longer[:, :5][mask])


def test_the_order_is_that_of_the_encoder():
    ahead = RecurrentAutoencoder(2, 6, 3)
    back = RecurrentAutoencoder(2, 6, 3, sequences.backwards)
    back.load_state_dict(ahead.state_dict())
    x, _ = padded()
    turned = sequences.backwards(x, LENGTHS)
    torch.testing.assert_close(back.encode(x, LENGTHS), ahead.encode(turned, LENGTHS))


def test_the_update_gates_start_with_a_long_memory():
    cell = nn.GRUCell(2, 5)
    before = copy.deepcopy(cell)
    recurrent.remember(cell)
    assert (cell.bias_ih[5:10] == 2).all()
    assert torch.equal(cell.bias_ih[:5], before.bias_ih[:5])
    assert torch.equal(cell.bias_ih[10:], before.bias_ih[10:])
    h, x = torch.full((1, 5), 0.9), torch.zeros(1, 2)
    kept, lost = cell(x, h), before(x, h)
    assert ((kept - h).abs() < (lost - h).abs()).all()
    model = RecurrentAutoencoder(2, 5, 3)
    for bias in (model.rnn.bias_ih_l0, model.decoder.cell.bias_ih):
        assert (bias[5:10] == 2).all()


OBJECTIVES = [recurrent.teacher_forcing, recurrent.free_running]


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_objectives_count_no_padding(objective):
    model = RecurrentAutoencoder(2, 6, 3)
    x, _ = padded()
    spoilt = torch.cat([x, torch.full((3, 4, 2), 1e6)], dim=1)
    loss = objective(model, (x, LENGTHS))["loss"]
    torch.testing.assert_close(objective(model, (spoilt, LENGTHS))["loss"], loss)


def test_the_objectives_differ_in_the_inputs_alone():
    model = RecurrentAutoencoder(2, 6, 3)
    x, mask = padded()
    z = model.encode(x, LENGTHS)
    answers = {
        "teacher_forcing": model.follow(z, x),
        "free_running": model.decode(z, 5),
    }
    for name, x_hat in answers.items():
        expected = sequences.masked_mse(x_hat, x, mask)
        got = getattr(recurrent, name)(model, (x, LENGTHS))["loss"]
        torch.testing.assert_close(got, expected)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_fit_trains_with_lengths(objective):
    torch.manual_seed(0)
    model = RecurrentAutoencoder(2, 8, 4)
    batch = (padded()[0], LENGTHS)
    before = evaluate(model, batch, objective)["loss"]
    fit(model, batch, objective, TrainConfig(60, 3, 0.02), progress=False)
    assert evaluate(model, batch, objective)["loss"] < 0.2 * before


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_objectives_refuse_other_models(objective):
    with pytest.raises(TypeError, match="model is a Linear; it must be a Recurrent"):
        objective(nn.Linear(2, 2), (padded()[0], LENGTHS))
