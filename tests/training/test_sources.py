"""Batches of tensors in memory, of a Dataset and of a DataLoader."""

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, IterableDataset, TensorDataset

from aelesson import objectives
from aelesson.models import Autoencoder
from aelesson.training import TrainConfig, evaluate, fit
from aelesson.training.sources import source

SHAPE = (1, 4, 4)
CPU = torch.device("cpu")
CONFIG = TrainConfig(epochs=2, batch_size=16)


class Images(Dataset):
    """Images alone, one after the other, as a Dataset of one's own gives them."""

    def __init__(self, images):
        self.images = images

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        return self.images[index]


class Endless(IterableDataset):
    def __iter__(self):
        while True:
            yield torch.zeros(SHAPE)


@pytest.fixture
def images():
    return torch.rand(50, *SHAPE, generator=torch.Generator().manual_seed(0))


def seeded(seed=5):
    return torch.Generator().manual_seed(seed)


def new_model():
    torch.manual_seed(1)
    return Autoencoder.mlp((16, 3), SHAPE)


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


def trained(data, config=CONFIG, **options):
    model = new_model()
    ask = objectives.reconstruction()
    history = fit(model, data, ask, config, progress=False, **options)
    return weights(model), history


def ways(images):
    yield "memory", images
    yield "dataset", Images(images)
    yield "loader", DataLoader(Images(images), 16, shuffle=True)


def test_an_epoch_goes_through_all_examples(images):
    for name, data in ways(images):
        found = source("images", data, 16, seeded(), CPU)
        assert (found.count, found.steps, found.batch_size) == (50, 4, 16), name
        first, second = ([*found.epoch()] for _ in range(2))
        assert [len(x) for x in first] == [16, 16, 16, 2]
        assert not torch.equal(first[0], second[0])
        whole = torch.cat(first).flatten(1).sum(1).sort().values
        torch.testing.assert_close(whole, images.flatten(1).sum(1).sort().values)


@pytest.mark.parametrize("labels", [(), (torch.arange(50, dtype=torch.uint8),)])
def test_pixels_in_bytes_train_as_the_floats_that_they_stand_for(labels):
    pixels = torch.randint(256, (50, *SHAPE), generator=seeded(), dtype=torch.uint8)
    seen = []

    def ask(model, batch):
        x, *rest = batch if isinstance(batch, tuple) else (batch,)
        seen.append([x.dtype, *(each.dtype for each in rest)])
        return objectives.reconstruction()(model, x)

    ends = []
    for images in (pixels, pixels.float() / 255):
        examples = (images, *labels) if labels else images
        model = new_model()
        history = fit(model, examples, ask, CONFIG, validation=examples, progress=False)
        ends.append((weights(model), history.curve("validation")[-1]))
        assert evaluate(model, examples, ask)["loss"] == ends[-1][1]
    assert torch.equal(ends[0][0], ends[1][0])
    assert ends[0][1] == ends[1][1]
    labelled = [torch.uint8] if labels else []
    assert all(dtypes == [torch.float32, *labelled] for dtypes in seen)


def test_every_way_trains_and_validates(images):
    for _, data in ways(images):
        moved, history = trained(data, validation=data)
        assert not torch.equal(moved, weights(new_model()))
        assert history.curve()[-1] < history.curve()[0]
        assert len(history.curve("validation")) == 2


def test_a_loader_in_order_trains_as_a_loop_written_out(images):
    model, ask = new_model(), objectives.reconstruction()
    optimizer = torch.optim.Adam(model.parameters())
    for _ in range(2):
        for x in images.split(16):
            optimizer.zero_grad()
            ask(model, x)["loss"].backward()
            optimizer.step()
    ours, history = trained(DataLoader(Images(images), 16), validation=images)
    torch.testing.assert_close(ours, weights(model))
    rest = evaluate(model, DataLoader(Images(images), 7), ask)
    assert rest["loss"] == pytest.approx(history.curve("validation")[-1])


def test_labels_come_along(images):
    labels = torch.arange(50) % 3
    model = nn.Sequential(nn.Flatten(), nn.Linear(16, 3))
    data = DataLoader(TensorDataset(images, labels), 16)
    history = fit(model, data, objectives.classification, CONFIG, progress=False)
    assert len(history) == 2
    with pytest.raises(
        TypeError, match=r"images is a tuple of 2 tensors, .*batch\[0\]"
    ):
        fit(new_model(), data, objectives.reconstruction(), CONFIG, progress=False)


def test_a_run_on_a_loader_can_be_resumed(images, tmp_path):
    left = [6]

    def stopping(model, x):
        left[0] -= 1
        if left[0] == 0:
            raise KeyboardInterrupt
        return objectives.reconstruction()(model, x)

    def run(**options):
        model = new_model()
        torch.manual_seed(3)
        data = DataLoader(Images(images), 16, shuffle=True)
        fit(model, data, stopping, CONFIG, progress=False, **options)
        return weights(model)

    path = tmp_path / "run.pt"
    stopped, resumed = run(checkpoint=path), run(checkpoint=path)
    assert not torch.equal(stopped, resumed)
    assert torch.equal(resumed, run())


def test_dropping_the_last_batch(images):
    found = source("images", images, 16, seeded(), CPU, drop_last=True)
    assert [len(x) for x in found.epoch()] == [16, 16, 16]
    with pytest.raises(ValueError, match="batch_size is 64, but there are 50 examples"):
        source("images", images, 64, seeded(), CPU, drop_last=True)


class Lengthless(Dataset):
    def __getitem__(self, index):
        return torch.zeros(SHAPE)


BAD = {
    "endless": (Endless, ValueError, "images is a Dataset without a length"),
    "empty": (lambda: Images(torch.zeros(0, *SHAPE)), ValueError, "images"),
    "dicts": (
        lambda: Images([{"x": torch.zeros(SHAPE)}]),
        TypeError,
        "batch 1 of imag",
    ),
    "names": (lambda: Images(["a.png"]), TypeError, "batch 1 of images is"),
    "bytes": (lambda: Images(torch.zeros(9, *SHAPE).byte()), TypeError, "uint8"),
    "another shape": (lambda: Images(torch.zeros(9, 3)), ValueError, r"shape \(9, 3\)"),
    "nothing": (lambda: None, TypeError, "images is None; it must be a torch.Tensor"),
    "a generator": (lambda: iter([]), TypeError, "images is a list_iterator; it must"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_gives_no_batches_is_named(what):
    make, error, message = BAD[what]
    with pytest.raises(error, match=message):
        trained(make())


@pytest.mark.parametrize("part", ["images", "validation"])
@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda x: x * 255, r"goes from .* as SquaredError\(0, 1\) asks"),
        (lambda x: x * 2 - 1, r"goes from -.* it must be in \[0, 1\]"),
        (lambda x: x * torch.nan, "holds nan or infinity"),
    ],
)
def test_the_first_batch_of_a_loader_is_looked_at(images, part, spoil, says):
    model, given = new_model(), {"images": images, "validation": images}
    before, ask = weights(model), objectives.reconstruction()
    given[part] = DataLoader(Images(spoil(images)), 5)
    with pytest.raises(ValueError, match=f"batch 1 of {part} {says}"):
        fit(model, objective=ask, config=CONFIG, progress=False, **given)
    assert torch.equal(weights(model), before)


def test_validation_comes_in_order_and_moves_no_generator(images):
    seen, ask = [], objectives.reconstruction()

    def watched(model, x):
        seen.append(x) if not model.training else None
        return ask(model, x)

    with_it, without = new_model(), new_model()
    options = {"config": CONFIG, "progress": False}
    fit(with_it, images, watched, validation=Images(images), **options)
    fit(without, images, ask, **options)
    torch.testing.assert_close(torch.cat(seen[-4:]), images)
    assert torch.equal(weights(with_it), weights(without))
