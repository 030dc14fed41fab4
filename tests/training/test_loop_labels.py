"""`fit` and `evaluate` with images and labels together."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from aelesson import objectives, training
from aelesson.training import TrainConfig, fit

CONFIG = TrainConfig(epochs=3, batch_size=16, learning_rate=1e-2)


@pytest.fixture
def examples():
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(50, 1, 4, 4, generator=generator)
    return images, images.flatten(1)[:, :3].argmax(dim=1)


def new_model():
    torch.manual_seed(1)
    return nn.Sequential(
        nn.Flatten(), nn.Linear(16, 8), nn.Dropout(0.2), nn.Linear(8, 3)
    )


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def quiet_fit(
    model, examples, config=CONFIG, task=objectives.classification, **options
):
    return fit(model, examples, task, config, progress=False, **options)


class Stopping:
    """Ask for labels, and stop at a call, counted from 1."""

    def __init__(self, step=0):
        self.left = [step]

    def __call__(self, model, batch):
        self.left[0] -= 1
        if self.left[0] == 0:
            raise KeyboardInterrupt
        return objectives.classification(model, batch)


def test_equals_a_loop_written_out(examples):
    images, labels = examples
    ours, theirs = new_model(), new_model()
    torch.manual_seed(7)
    history = quiet_fit(ours, examples, generator=torch.Generator().manual_seed(5))
    torch.manual_seed(7)
    generator, means = torch.Generator().manual_seed(5), []
    optimizer = torch.optim.Adam(theirs.parameters(), lr=1e-2)
    for _ in range(3):
        total = 0.0
        for chosen in torch.randperm(50, generator=generator).split(16):
            loss = F.cross_entropy(theirs(images[chosen]), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(chosen)
        means.append(total / 50)
    torch.testing.assert_close(weights(ours), weights(theirs))
    assert history.curve() == pytest.approx(means, rel=1e-5)


def test_images_and_labels_stay_together(examples):
    images, labels = examples
    seen = []

    def objective(model, batch):
        assert isinstance(batch, tuple)
        seen.append(batch)
        return objectives.classification(model, batch)

    quiet_fit(new_model(), examples, TrainConfig(1, 16), objective)
    assert [len(y) for _, y in seen] == [16, 16, 16, 2]
    for x, y in seen:
        places = [int((images - each).abs().sum((1, 2, 3)).argmin()) for each in x]
        assert torch.equal(images[places], x)
        assert torch.equal(labels[places], y)


def test_a_classifier_learns(examples):
    model = new_model()
    history = quiet_fit(model, examples, TrainConfig(60, 16, 2e-2))
    assert history.curve()[-1] < 0.5 * history.curve()[0]
    assert (model.eval()(examples[0]).argmax(1) == examples[1]).float().mean() > 0.8


def test_validation_is_a_tuple_too(examples):
    model = new_model()
    part = tuple(each[:20] for each in examples)
    history = quiet_fit(model, examples, validation=part)
    loss = F.cross_entropy(model.eval()(part[0]), part[1]).item()
    assert history.curve("validation")[-1] == pytest.approx(loss)


def test_evaluate_weighs_batches_by_size_and_takes_no_step(examples):
    model = new_model()
    before = weights(model)
    terms = training.evaluate(model, examples, objectives.classification, batch_size=7)
    expected = F.cross_entropy(model.eval()(examples[0]), examples[1])
    assert terms["loss"] == pytest.approx(expected.item())
    assert torch.equal(weights(model), before)


def test_the_best_epoch_is_restored(examples):
    wrong = examples[0], (examples[1] + 1) % 3  # the better it learns, the worse
    model, config = new_model(), TrainConfig(6, 16, 2e-2, restore_best=True)
    history = quiet_fit(model, examples, config, validation=wrong)
    curve = history.curve("validation")
    assert min(curve) < curve[-1]
    terms = training.evaluate(model, wrong, objectives.classification)
    assert terms["loss"] == pytest.approx(min(curve))
    with pytest.raises(ValueError, match="restore_best needs validation images"):
        quiet_fit(new_model(), examples, config)


@pytest.mark.parametrize("stopped_at", [2, 8, 13])
def test_a_resumed_run_ends_with_the_weights_of_one_without_a_break(
    examples, tmp_path, stopped_at
):
    whole, broken = new_model(), new_model()
    settings = {"config": TrainConfig(3, 16, 1e-2, restore_best=True)}
    settings["validation"] = examples
    torch.manual_seed(2)
    expected = quiet_fit(whole, examples, **settings)
    settings["checkpoint"] = tmp_path / "run.pt"
    torch.manual_seed(2)
    assert quiet_fit(
        broken, examples, task=Stopping(1 + stopped_at), **settings
    ).interrupted
    torch.manual_seed(99)
    history = quiet_fit(broken, examples, task=Stopping(), **settings)
    assert torch.equal(weights(broken), weights(whole))
    assert history.curve("validation") == expected.curve("validation")


def test_a_checkpoint_tells_images_alone_from_images_with_labels(examples, tmp_path):
    path = tmp_path / "run.pt"
    quiet_fit(new_model(), examples, checkpoint=path)
    with pytest.raises(ValueError, match=r"images was \[\[50, 1, 4, 4\], \[50\]\] and"):
        quiet_fit(new_model(), tuple(e[:40] for e in examples), checkpoint=path)
    with pytest.raises(ValueError, match=r"validation was None and is \[\[50, 1, 4,"):
        quiet_fit(new_model(), examples, checkpoint=path, validation=examples)


def test_different_lengths_are_named(examples):
    images, labels = examples
    with pytest.raises(ValueError, match=r"images has \[50, 49\] rows in its"):
        quiet_fit(new_model(), (images, labels[1:]))
    with pytest.raises(ValueError, match=r"validation has \[50, 3\] rows in"):
        quiet_fit(new_model(), examples, validation=(images, labels[:3]))


@pytest.mark.parametrize(
    ("bad", "error", "message"),
    [
        ((), TypeError, r"images is \(\); it must be a torch.Tensor"),
        ((None, None), TypeError, "images is None; it must be a torch"),
        (
            (torch.rand(5, 16), [0] * 5),
            TypeError,
            r"images is \[0, 0, 0, 0, 0\]; it must",
        ),
        (
            (torch.zeros(5).long(), torch.rand(5, 16)),
            ValueError,
            r"images has shape \(5,\)",
        ),
        ((torch.rand(0, 16), torch.zeros(0).long()), ValueError, r"shape \(0, 16\)"),
    ],
)
def test_bad_pairs_are_named(bad, error, message):
    with pytest.raises(error, match=message):
        quiet_fit(new_model(), bad)


def test_a_list_is_named(examples):
    with pytest.raises(TypeError, match=r"images is a list of 2; it must be a torch"):
        quiet_fit(new_model(), list(examples))
