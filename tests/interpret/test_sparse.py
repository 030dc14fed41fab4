import pytest
import torch
from torch import nn

from aelesson import interpret, objectives, regularisers
from aelesson.data import features
from aelesson.models import Autoencoder
from aelesson.training import TrainConfig, fit


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def normal(*shape, seed=0):
    return torch.randn(shape, generator=seeded(seed))


# Decoders


def test_a_unit_decoder_adds_up_directions_of_length_one():
    decoder, z = interpret.UnitDecoder(4, 7), normal(3, 4)
    directions = decoder.directions
    torch.testing.assert_close(directions.norm(dim=1), torch.ones(4))
    for row, code in zip(decoder(z), z, strict=True):
        expected = decoder.bias.clone()
        for d in range(4):
            column = decoder.weight[:, d]
            expected = expected + code[d] * column / column.square().sum().sqrt()
        torch.testing.assert_close(row, expected)


def test_weights_that_grow_change_nothing():
    decoder, z = interpret.UnitDecoder(4, 7), normal(3, 4)
    before = decoder(z)
    with torch.no_grad():
        decoder.weight.mul_(torch.tensor([3.0, 0.01, 1.0, 50.0]))
    torch.testing.assert_close(decoder(z), before)


def test_what_would_only_change_a_length_has_no_gradient():
    decoder = interpret.UnitDecoder(4, 7)
    (decoder(normal(3, 4)) * normal(3, 7, seed=1)).sum().backward()
    along = (decoder.weight.grad * decoder.weight).sum(0)
    assert decoder.weight.grad.norm(dim=0).min() > 0.1
    torch.testing.assert_close(along, torch.zeros(4), atol=1e-5, rtol=0)


def test_a_unit_decoder_wants_codes_of_its_size():
    with pytest.raises(ValueError, match=r"z is .*\(2, 3\), which does not go through"):
        interpret.UnitDecoder(4, 7)(torch.ones(2, 3))


def test_a_random_decoder_points_everywhere_alike():
    directions = interpret.random_decoder(3000, 5, seeded()).directions
    torch.testing.assert_close(directions.norm(dim=1), torch.ones(3000))
    spread = directions.T @ directions / 3000  # of even directions, 1/5 on the diagonal
    torch.testing.assert_close(spread, torch.eye(5) / 5, atol=0.02, rtol=0)
    assert directions.mean(0).abs().max() < 0.03


def test_a_random_decoder_is_settled_by_its_generator():
    first, second, other = (
        interpret.random_decoder(6, 3, seeded(seed)).directions for seed in (1, 1, 2)
    )
    assert torch.equal(first, second)
    assert not torch.equal(first, other)


def test_training_leaves_random_directions_alone_and_nothing_else():
    x = normal(64, 5) + 2
    decoder = interpret.random_decoder(8, 5, seeded())
    model = interpret.sparse_autoencoder(decoder, nn.ReLU())
    before = {name: each.clone() for name, each in model.named_parameters()}
    config = TrainConfig(3, 16, 0.01)
    fit(model, x, objectives.reconstruction(), config, progress=False)
    moved = {
        name for name, each in model.named_parameters() if (each != before[name]).any()
    }
    assert moved == before.keys() - {"decoder.weight"}


# The autoencoder


@pytest.mark.parametrize(
    "decoder",
    [
        interpret.UnitDecoder(9, 4),
        interpret.random_decoder(9, 4, seeded()),
        regularisers.normalise_decoder_(nn.Linear(9, 4)),
    ],
    ids=["unit", "random", "linear"],
)
def test_each_latent_begins_with_what_it_stands_for(decoder):
    model, x = interpret.sparse_autoencoder(decoder, nn.ReLU()), normal(6, 4)
    assert type(model) is Autoencoder
    weight = decoder.weight.detach()
    expected = (x @ (weight / weight.norm(dim=0))).relu()
    torch.testing.assert_close(model.encode(x), expected)
    assert model(x).shape == x.shape


def test_the_encoder_goes_its_own_way():
    decoder = interpret.UnitDecoder(9, 4)
    model = interpret.sparse_autoencoder(decoder, nn.ReLU())
    with torch.no_grad():
        model.encoder[0].weight.add_(1)
    assert not torch.equal(model.encoder[0].weight, decoder.weight.T)
    assert model.encoder[0].weight.requires_grad


def test_what_makes_no_autoencoder_is_refused():
    with pytest.raises(TypeError, match=r"decoder is a ReLU; it must be a Linear"):
        interpret.sparse_autoencoder(nn.ReLU(), nn.ReLU())
    with pytest.raises(TypeError, match=r"activation is the class ReLU"):
        interpret.sparse_autoencoder(interpret.UnitDecoder(9, 4), nn.ReLU)


# Matryoshka


def a_model(units=6, activation=None):
    torch.manual_seed(0)
    decoder = interpret.UnitDecoder(units, 4)
    return interpret.sparse_autoencoder(decoder, activation or nn.ReLU())


def test_matryoshka_is_the_sum_of_errors_of_beginnings():
    model, x = a_model(), normal(5, 4)
    terms = interpret.matryoshka((1, 3, 6))(model, x)
    errors = []
    for length in (1, 3, 6):
        z = model.encode(x)
        x_hat = z[:, :length] @ model.decoder.directions[:length] + model.decoder.bias
        errors.append((x_hat - x).square().mean())
    torch.testing.assert_close(terms["loss"], sum(errors))
    torch.testing.assert_close(terms["reconstruction"], errors[-1])
    assert errors[0] > errors[-1]


def test_matryoshka_of_the_whole_code_is_reconstruction():
    model, x = a_model(), normal(5, 4)
    ours = interpret.matryoshka((6,))(model, x)["loss"]
    torch.testing.assert_close(ours, objectives.reconstruction()(model, x)["loss"])


def test_matryoshka_follows_the_models_likelihood_and_any_decoder():
    model, x = Autoencoder.mlp((6, 5, 4), (1, 2, 3)), torch.rand(7, 1, 2, 3)
    terms = interpret.matryoshka([2, 4])(model, x)
    z = model.encode(x)
    half = torch.cat([z[:, :2], torch.zeros(7, 2)], dim=1)
    expected = [(model.decode(each) - x).square().mean() for each in (half, z)]
    torch.testing.assert_close(terms["loss"], sum(expected))


@pytest.mark.parametrize("prefixes", [(3, 3, 6), (4, 2, 6)])
def test_matryoshka_wants_lengths_that_increase(prefixes):
    with pytest.raises(ValueError, match=r"prefixes is \(.*; it must increase"):
        interpret.matryoshka(prefixes)


@pytest.mark.parametrize("last", [5, 7])
def test_matryoshka_wants_the_code_size_last(last):
    with pytest.raises(ValueError, match=rf"ends with {last}, but .* shape \(5, 6\)"):
        interpret.matryoshka((2, last))(a_model(), normal(5, 4))


# All of them are trained by fit, and find what is there


def l1(model, x):
    return regularisers.l1_penalty(model.encode(x))


def count(model, x):
    return interpret.l0_penalty(model.encoder, x)


def top_2():
    return nn.Sequential(nn.ReLU(), regularisers.TopK(2))


KINDS = {
    "L1": (nn.ReLU, lambda: objectives.penalised(l1, 0.02)),
    "TopK": (top_2, objectives.reconstruction),
    "JumpReLU": (
        lambda: interpret.JumpReLU(24, 0.2, 0.4),
        lambda: objectives.penalised(count, 0.01),
    ),
    "Matryoshka": (top_2, lambda: interpret.matryoshka((12, 24))),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_finds_more_than_a_random_decoder(kind):
    truth = features.build(16, 12, seeded(), active=2.0, spread=1.0)
    x, _ = features.draw(truth, 4000, seeded(1))
    found = {}
    decoders = {
        "ours": lambda: interpret.UnitDecoder(24, 12),
        "control": lambda: interpret.random_decoder(24, 12, seeded(2)),
    }
    for name, decoder in decoders.items():
        torch.manual_seed(0)
        activation, objective = (make() for make in KINDS[kind])
        model = interpret.sparse_autoencoder(decoder(), activation)
        fit(model, x, objective, TrainConfig(8, 64, 0.01), progress=False)
        directions = model.decoder.directions
        found[name] = interpret.recovered(directions, truth.vectors, 0.9)
    assert found["ours"] >= 0.5
    assert found["control"] <= 0.1
