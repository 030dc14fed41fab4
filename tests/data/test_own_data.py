"""What once went wrong without a word with data of one's own, and in what words."""

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset, IterableDataset

from aelesson import TrainConfig, data, fit, metrics, objectives, reconstruction
from aelesson.models import Autoencoder

CONFIG = TrainConfig(1, 16)
X = torch.rand(33, 1, 4, 4, generator=torch.Generator().manual_seed(0))


def train(x, objective=None, config=CONFIG, model=None):
    model = model or Autoencoder.mlp((16, 3), (1, 4, 4))
    return fit(model, x, objective or reconstruction(), config, progress=False)


class TestTables:
    def test_labels_in_another_order_are_refused(self):
        frame = pd.DataFrame({"a": [1.0, 2, 3], "kind": ["x", "y", "z"]})
        turned = frame[["a"]].iloc[::-1]
        with pytest.raises(
            ValueError, match=r"labels has the index 0, 1, 2 and values"
        ):
            data.from_table(turned, frame["kind"])
        made = data.from_table(turned, frame["kind"].loc[turned.index])
        assert [made.classes[i] for i in made.labels] == ["z", "y", "x"]
        assert made.rows.flatten().tolist() == [3, 2, 1]
        as_it_is = data.from_table(turned, frame["kind"].to_numpy())
        assert as_it_is.labels.tolist() == [0, 1, 2]

    @pytest.mark.parametrize(
        "column",
        [
            pd.to_timedelta([1, 2, 3], "h"),
            pd.period_range("2024", periods=3, freq="D"),
            pd.date_range("2024", periods=3),
            pd.interval_range(0, 3),
        ],
    )
    def test_time_is_no_number(self, column):
        with pytest.raises(ValueError, match=r"without numbers: 'when' \(holds "):
            data.from_table(pd.DataFrame({"when": column, "a": [1, 2, 3]}))

    def test_columns_of_several_levels_have_one_name(self):
        levels = pd.MultiIndex.from_product([["left", "right"], ["x"]])
        made = data.from_table(pd.DataFrame(np.eye(2), columns=levels))
        assert made.columns == ("('left', 'x')", "('right', 'x')")

    def test_hidden_labels_and_groups_are_refused(self):
        rows, hidden = np.eye(3), np.ma.masked_array([0, 1, 2], mask=[0, 1, 0])
        with pytest.raises(ValueError, match="labels is a masked array, with 1 hidden"):
            data.from_table(rows, hidden)
        with pytest.raises(ValueError, match="groups is a masked array, with 1 hidden"):
            data.split(data.from_table(rows), groups=hidden)


@pytest.mark.parametrize(("top", "said"), [(4095, True), (65535, False)])
def test_a_part_of_the_range_of_16_bits_is_said(tmp_path, capsys, top, said):
    levels = np.linspace(0, top, 64).round().astype(np.uint16).reshape(8, 8)
    Image.fromarray(levels).save(tmp_path / "a.png")
    made = data.from_folder(tmp_path)
    assert ("the brightest pixel is 0.063 of white" in made.note) == said
    assert ("brightest" in capsys.readouterr().out) == said
    again = data.from_arrays(levels[None], channels="none", pixels=(0, top))
    assert again.images.max() == 1


class Promising(IterableDataset):
    """As many images as there are, whatever was promised."""

    def __init__(self, promised):
        self.promised = promised

    def __len__(self):
        return self.promised

    def __iter__(self):
        return iter(X)


@pytest.mark.parametrize(
    ("promised", "gave"), [(16, "more"), (49, "3"), (64, "3"), (100, "3")]
)
def test_a_wrong_number_of_batches_is_named(promised, gave):
    with pytest.raises(
        ValueError, match=rf"batches, and gave {gave}: correct the __len"
    ):
        train(Promising(promised), config=TrainConfig(2, 16))
    assert len(train(Promising(33), config=TrainConfig(2, 16))) == 2


class Items(Dataset):
    def __init__(self, make):
        self.make = make

    def __len__(self):
        return len(X)

    def __getitem__(self, place):
        return self.make(X[place], place)


def test_errors_of_a_dataset_stay_what_they_are():
    def fail(x, place):
        raise ZeroDivisionError("mine")

    with pytest.raises(ZeroDivisionError, match="mine"):
        train(Items(fail))


@pytest.mark.parametrize("dtype", [np.int32, np.int64, np.uint8])
def test_labels_of_any_whole_kind_train_alike(dtype):
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(16, 3))
    given = DataLoader(Items(lambda x, place: (x, dtype(place % 3))), 16)
    history = train(given, objectives.classification, model=model)
    torch.manual_seed(0)
    model = nn.Sequential(nn.Flatten(), nn.Linear(16, 3))
    labels = torch.arange(33) % 3
    plain = DataLoader(Items(lambda x, place: (x, labels[place])), 16)
    assert (
        history.curve() == train(plain, objectives.classification, model=model).curve()
    )


def detached(model, x):
    return {"loss": (model(x) - x).square().mean().detach()}


@pytest.mark.parametrize("objective", [reconstruction(), detached])
def test_a_loss_that_moves_no_weight_is_named(objective):
    model = Autoencoder.mlp((16, 3), (1, 4, 4))
    model.requires_grad_(objective is detached)
    with pytest.raises(ValueError, match="depends on no weight that can be trained"):
        train(X, objective, model=model)


def test_batch_norm_names_the_setting_that_helps():
    model = nn.Sequential(nn.BatchNorm2d(1))
    with pytest.raises(ValueError, match=r"use DataLoader\(drop_last=True\)"):
        train(DataLoader(Items(lambda x, place: x), 16), model=model)
    with pytest.raises(ValueError, match=r"use TrainConfig\(drop_last=True\)"):
        train(Items(lambda x, place: x), model=model)


def test_pixels_of_another_range_are_not_measured():
    model = Autoencoder.mlp((16, 3), (1, 4, 4))
    with pytest.raises(ValueError, match=r"images goes from .* meant for \[0, 1\]"):
        metrics.reconstruction_error(model, 255 * X)
    noisy = X + torch.randn(X.shape, generator=torch.Generator().manual_seed(0))
    assert metrics.reconstruction_error(model, noisy).shape == (33,)
