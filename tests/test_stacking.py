import copy

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from aelesson import corruptions, metrics, objectives, stacking
from aelesson.networks import MixedPrecision
from aelesson.training import TrainConfig, fit


@pytest.fixture
def images():
    return torch.rand(60, 1, 3, 4, generator=torch.Generator().manual_seed(0))


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def quick_stack(images, sizes=(12, 7, 5), corrupt=lambda x: x, epochs=2, **options):
    torch.manual_seed(1)
    config = TrainConfig(epochs, batch_size=16, learning_rate=0.01)
    options = {"generator": seeded(3), "progress": False} | options
    return stacking.pretrain(images, sizes, corrupt, config, **options)


def weights(module):
    return torch.cat([p.detach().flatten() for p in module.parameters()])


class TestPretrain:
    def test_each_layer_learns_on_the_codes_of_the_one_before(self, images):
        given = []

        def corrupt(x):
            given.append(x.clone())
            return torch.zeros_like(x)

        first, second = quick_stack(images, corrupt=corrupt)
        assert [x.shape[1] for x in given] == [12] * 8 + [
            7
        ] * 8  # 2 epochs of 4 batches
        codes = first.encode(images.flatten(1)).detach()
        for epoch in (torch.cat(given[8:12]), torch.cat(given[12:])):
            order = [int((codes - x).abs().sum(1).argmin()) for x in epoch]
            assert sorted(order) == list(range(60))
            torch.testing.assert_close(codes[order], epoch)
        assert second.encoder[0].weight.shape == (5, 7)

    def test_equals_two_trainings_written_out(self, images):
        def noise(x):
            return x + 0.1 * torch.randn(x.shape)

        layers = quick_stack(images, corrupt=noise)
        torch.manual_seed(1)
        generator, inputs = seeded(3), images.flatten(1)
        for layer, (wide, narrow) in zip(layers, ((12, 7), (7, 5)), strict=True):
            encoder = nn.Sequential(nn.Linear(wide, narrow), nn.Sigmoid())
            decoder = nn.Sequential(nn.Linear(narrow, wide), nn.Sigmoid())
            both = nn.Sequential(encoder, decoder)
            optimizer = torch.optim.Adam(both.parameters(), lr=0.01)
            for _ in range(2):
                for chosen in torch.randperm(60, generator=generator).split(16):
                    loss = F.mse_loss(both(noise(inputs[chosen])), inputs[chosen])
                    optimizer.zero_grad()
                    loss.backward()
                    optimizer.step()
            torch.testing.assert_close(weights(layer), weights(both))
            inputs = encoder(inputs).detach()

    def test_cleans_better_than_the_mean_image(self):
        kinds = (torch.rand(4, 12, generator=seeded()) > 0.5).float()
        x = kinds[torch.arange(400) % 4]
        corrupt = corruptions.masking(0.3, generator=seeded(1))
        (layer,) = quick_stack(x, (12, 6), corrupt, epochs=40)
        error = (layer(corrupt(x)) - x).square().mean()
        assert error < 0.3 * (x - x.mean(0)).square().mean()

    def test_images_stay_as_they_are(self, images):
        before = images.clone()
        quick_stack(images)
        assert torch.equal(images, before)

    def test_only_the_first_decoder_ends_in_a_sigmoid_for_sure(self, images):
        first, second = quick_stack(images, activation=nn.ReLU)
        assert isinstance(first.decoder[-1], nn.Sigmoid)
        ends = (first.encoder[-1], second.encoder[-1], second.decoder[-1])
        assert all(isinstance(end, nn.ReLU) for end in ends)

    @pytest.mark.parametrize("sizes", [(), (12,), (11, 5), (12, 0), (12, 5, 0)])
    def test_bad_sizes_are_named(self, images, sizes):
        with pytest.raises(
            ValueError, match=r"sizes is \(.*(image's 12|2 or more)|in sizes"
        ):
            quick_stack(images, sizes)

    def test_no_images_are_named(self):
        with pytest.raises(ValueError, match=r"images has shape \(0, 1, 3, 4\)"):
            quick_stack(torch.zeros(0, 1, 3, 4))


class StoppedByHand:
    """Corrupt nothing, and be interrupted at one of the steps; count the others."""

    def __init__(self, step):
        self.left, self.calls = step, 0

    def __call__(self, x):
        self.left -= 1
        if self.left == 0:
            raise KeyboardInterrupt
        self.calls += 1
        return x


class TestTrainLayers:
    def train(self, images, corrupt=lambda x: x, **options):
        torch.manual_seed(1)
        config = TrainConfig(epochs=2, batch_size=16, learning_rate=0.01)
        options = {"generator": seeded(3), "progress": False} | options
        return stacking.train_layers(images, (12, 7, 5), corrupt, config, **options)

    def test_hands_out_the_layers_of_pretrain_with_their_histories(self, images):
        layers, histories = zip(*self.train(images), strict=True)
        for layer, other in zip(layers, quick_stack(images), strict=True):
            assert torch.equal(weights(layer), weights(other))
        for history in histories:
            assert len(history) == 2
            first, last = history.curve()
            assert last < first

    @pytest.mark.parametrize("step", [2, 7, 9, 14])  # 4 steps an epoch, 8 a layer
    def test_no_layer_is_put_on_one_that_was_stopped(self, images, step):
        with pytest.raises(KeyboardInterrupt, match=f"layer {1 + (step > 8)} is not"):
            quick_stack(images, corrupt=StoppedByHand(step))

    @pytest.mark.parametrize("step", [2, 7, 9, 14])
    def test_goes_on_from_its_checkpoints(self, images, step, tmp_path):
        whole = [layer for layer, _ in self.train(images)]
        with pytest.raises(KeyboardInterrupt):
            list(self.train(images, StoppedByHand(step), checkpoints=tmp_path))
        counting = StoppedByHand(0)
        resumed = self.train(images, counting, checkpoints=tmp_path)
        for (layer, history), other in zip(resumed, whole, strict=True):
            assert torch.equal(weights(layer), weights(other))
            assert len(history) == 2
        assert (
            counting.calls == 16 - (step - 1) // 4 * 4
        )  # only epochs that were not done

    def test_mixed_precision_may_be_put_around_layers(self, images, capabilities):
        capabilities(avx512_bf16=True)
        mixed = [layer for layer, _ in self.train(images, wrap=MixedPrecision)]
        for layer, plain in zip(mixed, quick_stack(images), strict=True):
            assert not torch.equal(weights(layer), weights(plain))
            torch.testing.assert_close(
                weights(layer), weights(plain), atol=0.02, rtol=0
            )
        assert isinstance(mixed[0].decoder[-1], nn.Sigmoid)


class TestEncodeThrough:
    def test_feeds_each_code_to_the_next(self):
        steps = [lambda x: x + 1, lambda x: 2 * x, lambda x: x**2]
        assert stacking.encode_through(steps, torch.tensor([[3.0]])) == 64
        assert stacking.encode_through([], torch.tensor([[3.0]])) == 3

    def test_equals_the_encoder_of_the_unrolled_stack(self, images):
        layers = quick_stack(images)
        encoders = [layer.encoder for layer in layers]
        codes = stacking.encode_through(encoders, images.flatten(1))
        torch.testing.assert_close(codes, stacking.unroll(layers).encode(images))


class TestUnroll:
    def test_goes_down_and_up_in_reverse(self, images):
        first, second = layers = quick_stack(images)
        deep = stacking.unroll(layers)
        codes = second.encode(first.encode(images.flatten(1)))
        torch.testing.assert_close(deep.encode(images), codes)
        x_hat = first.decode(second.decode(codes))
        torch.testing.assert_close(deep(images), x_hat)
        assert deep(images).shape == (60, 12)

    def test_shares_the_tensors_of_the_layers(self, images):
        layers = quick_stack(images)
        deep = stacking.unroll(layers)
        shared = {p.data_ptr() for layer in layers for p in layer.parameters()}
        assert {p.data_ptr() for p in deep.parameters()} == shared


class TestBuildClassifier:
    def test_shares_the_tensors_of_the_encoders(self, images):
        encoders = [layer.encoder for layer in quick_stack(images)]
        classifier = stacking.build_classifier(encoders, 3)
        mine = {p.data_ptr() for p in classifier.parameters()}
        theirs = [p.data_ptr() for e in encoders for p in e.parameters()]
        assert len(theirs) == 4
        assert set(theirs) < mine
        assert len(mine) == len(theirs) + 2  # the weights and biases of the head

    def test_training_one_moves_the_other(self, images):
        layers = quick_stack(images)
        encoders = [layer.encoder for layer in layers]
        classifier = stacking.build_classifier(encoders, 3)
        codes = stacking.encode_through(encoders, images.flatten(1)).detach()
        labels = torch.arange(60) % 3
        config = TrainConfig(1, 16)
        task = objectives.classification
        fit(classifier, (images, labels), task, config, progress=False)
        moved = stacking.encode_through(encoders, images.flatten(1)).detach()
        assert not torch.allclose(codes, moved)
        logits = classifier(images).detach()
        quiet = {"config": config, "progress": False}
        fit(layers[0], images.flatten(1), objectives.reconstruction(), **quiet)
        assert not torch.allclose(logits, classifier(images))

    def test_a_copy_is_left_alone(self, images):
        encoders = [layer.encoder for layer in quick_stack(images)]
        before = weights(nn.ModuleList(encoders))
        classifier = stacking.build_classifier(copy.deepcopy(encoders), 2)
        with torch.no_grad():
            for parameter in classifier.parameters():
                parameter.zero_()
        assert torch.equal(weights(nn.ModuleList(encoders)), before)

    def test_logits_are_a_linear_map_of_the_last_code(self, images):
        encoders = [layer.encoder for layer in quick_stack(images)]
        classifier = stacking.build_classifier(encoders, 4)
        weight, bias = list(classifier.parameters())[-2:]
        codes = stacking.encode_through(encoders, images.flatten(1))
        assert weight.shape == (4, 5)
        torch.testing.assert_close(classifier(images), codes @ weight.T + bias)

    def test_takes_encoders_of_other_kinds(self):
        conv = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(8, 6))
        encoders = [nn.Unflatten(1, (1, 4, 4)), conv]
        classifier = stacking.build_classifier(encoders, 5)
        assert classifier(torch.rand(2, 1, 4, 4)).shape == (2, 5)

    def test_what_cannot_be_a_classifier_is_named(self):
        with pytest.raises(ValueError, match="classes is 1; it must be at least 2"):
            stacking.build_classifier([nn.Linear(3, 2)], 1)
        for encoders in ([], [nn.ReLU()]):
            with pytest.raises(ValueError, match="encoders holds no linear layer"):
                stacking.build_classifier(encoders, 2)


class TestFreeze:
    @pytest.mark.parametrize("momentum", [0.0, 0.9])
    def test_an_optimizer_that_was_there_before_moves_nothing(self, images, momentum):
        encoder = quick_stack(images)[0].encoder
        optimizer = torch.optim.SGD(
            encoder.parameters(), 0.1, momentum=momentum, weight_decay=0.1
        )
        for _ in range(2):
            optimizer.zero_grad()
            encoder(images.flatten(1)).sum().backward()
            optimizer.step()
        before = weights(encoder)
        assert stacking.freeze(encoder) is encoder
        optimizer.step()
        assert torch.equal(weights(encoder), before)

    def test_only_the_head_is_trained(self, images):
        encoders = [layer.encoder for layer in quick_stack(images)]
        classifier = stacking.build_classifier(encoders, 2)
        head = weights(classifier[-1])
        before = weights(stacking.freeze(nn.ModuleList(encoders)))
        examples = images, torch.arange(60) % 2
        config, task = TrainConfig(2, 16), objectives.classification
        fit(classifier, examples, task, config, progress=False)
        assert torch.equal(weights(nn.ModuleList(encoders)), before)
        assert not torch.equal(weights(classifier[-1]), head)

    def test_gradients_flow_through(self, images):
        layer = quick_stack(images)[0]
        x = images.flatten(1).requires_grad_()
        (expected,) = torch.autograd.grad(layer(x).sum(), x)
        (slope,) = torch.autograd.grad(stacking.freeze(layer)(x).sum(), x)
        assert expected.any()
        assert torch.equal(slope, expected)
        assert layer.training

    def test_codes_of_a_frozen_encoder_can_be_computed_once(self, images):
        encoder = stacking.freeze(quick_stack(images)[0].encoder)
        codes = metrics.apply(encoder, encoder, images.flatten(1))
        assert not codes.requires_grad
        torch.testing.assert_close(codes, encoder(images.flatten(1)))
