import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image
from torch.utils.data import Dataset, IterableDataset, TensorDataset
from torchvision.datasets import ImageFolder

from aelesson import data
from aelesson.data import DataError, ImageSet


def bytes_of(*shape):
    values = np.random.RandomState(0).randint(0, 256, shape).astype(np.uint8)
    values.flat[0] = 255
    return values


class TestChannels:
    @pytest.mark.parametrize(
        ("shape", "said", "channels"),
        [
            ((5, 3, 8, 9), "channels first", 3),
            ((5, 1, 8, 9), "channels first", 1),
            ((5, 8, 9, 3), "channels last", 3),
            ((5, 8, 9, 1), "channels last", 1),
            ((5, 8, 9), "no channel axis", 1),
        ],
    )
    def test_they_are_found_and_said(self, shape, said, channels, capsys):
        found = data.from_arrays(bytes_of(*shape))
        assert found.images.shape == (5, channels, 8, 9)
        assert said in found.note
        assert capsys.readouterr().out == found.note + "\n"

    def test_every_way_gives_the_same_images(self):
        last = bytes_of(5, 8, 9, 3)
        expected = (
            np.stack([last[..., c] for c in range(3)], 1).astype(np.float32) / 255
        )
        for each in (
            last,
            last.transpose(0, 3, 1, 2),
            torch.from_numpy(last),
            [*last],
        ):
            assert np.allclose(data.from_arrays(each).images, expected)
            assert data.from_arrays(each).images.is_contiguous()

    @pytest.mark.parametrize(
        ("shape", "says"),
        [
            ((5, 3, 8, 3), r"both could be .*channels='first' or channels='last'"),
            ((5, 1, 8, 1), "both could be the channels"),
            ((5, 7, 8, 9), "neither is 1 or 3.*channels='first'"),
            ((5, 8, 9, 4), "neither is 1 or 3.*opacity"),
            ((8, 9, 3), r"single one in colour\? .*channels='none'.*images\[None\]"),
            ((3, 8, 9), "3 grey images of 8 x 9 .*single one in colour"),
            ((5, 1, 64), "channels='none'"),
            ((5, 64), "data.from_table"),
            ((64,), r"expected \(N, C, H, W\)"),
            ((5, 1, 2, 8, 8), r"expected \(N, C, H, W\)"),
        ],
    )
    def test_what_could_be_several_things_is_refused(self, shape, says):
        with pytest.raises(ValueError, match=says):
            data.from_arrays(bytes_of(*shape))

    def test_the_argument_settles_it(self):
        both = bytes_of(5, 3, 8, 3)
        assert data.from_arrays(both, channels="first").images.shape == (5, 3, 8, 3)
        assert data.from_arrays(both, channels="last").images.shape == (5, 3, 3, 8)
        many = data.from_arrays(bytes_of(5, 7, 8, 9), channels="first")
        assert many.images.shape == (5, 7, 8, 9)
        assert "7-channel images" in many.note
        thin = data.from_arrays(bytes_of(5, 8, 3), channels="none")
        assert thin.images.shape == (5, 1, 8, 3)

    @pytest.mark.parametrize(
        ("shape", "channels", "says"),
        [
            ((5, 8, 9), "last", "channels is 'last'"),
            ((5, 1, 8, 9), "none", r"\(N, H, W\) with 'none'"),
            ((5, 8, 9), "middle", "channels is 'middle'; it must be one of 'first'"),
        ],
    )
    def test_arguments_that_do_not_fit_are_named(self, shape, channels, says):
        with pytest.raises(ValueError, match=says):
            data.from_arrays(bytes_of(*shape), channels=channels)


class TestRange:
    @given(arrays.arrays(np.uint8, (2, 5, 6), elements=st.integers(0, 255)))
    def test_bytes_in_any_dtype_mean_the_same(self, values):
        values[0, 0, 0] = 255
        expected = torch.from_numpy(values).float()[:, None] / 255
        for dtype in (np.uint8, np.int64, np.uint16, np.float32, np.float64, ">i2"):
            found = data.from_arrays(values.astype(dtype))
            assert torch.equal(found.images, expected)
            assert "bytes from 0 to 255" in found.note

    @given(arrays.arrays(np.float32, (2, 5, 6), elements=st.floats(0, 1, width=32)))
    def test_values_in_the_unit_range_stay(self, values):
        found = data.from_arrays(values)
        assert torch.equal(found.images[:, 0], torch.from_numpy(values))
        assert "as they were" in found.note

    @given(
        arrays.arrays(np.float64, (2, 5, 6), elements=st.floats(-30, 40)),
        st.floats(-1e4, -30),
        st.floats(40, 1e4),
    )
    def test_a_stated_range_is_scaled(self, values, black, white):
        found = data.from_arrays(values, pixels=(black, white))
        expected = (values - black) / (white - black)
        assert np.abs(found.images[:, 0].numpy() - expected).max() < 1e-3

    def test_masks_are_black_and_white(self):
        mask = bytes_of(5, 8, 9) > 99
        assert np.array_equal(data.from_arrays(mask).images[:, 0].numpy(), mask)
        assert data.from_arrays(mask).images.unique().tolist() == [0, 1]

    @pytest.mark.parametrize(
        ("values", "says"),
        [
            (bytes_of(5, 8, 9) % 17, r"from 0 to 16.*pixels=\(0, 16\) or .*\(0, 255\)"),
            ((bytes_of(5, 8, 9) > 99).astype(np.uint8), r"pixels=\(0, 1\) or .*255"),
            (bytes_of(5, 8, 9) / 127.5 - 1, r"from -1 to 1, .*pixels=\(-1, 1\)"),
            (bytes_of(5, 8, 9) * 1.01, r"such as pixels=\(0, 257"),
            (bytes_of(5, 8, 9).astype(np.uint16) * 257, r"pixels=\(0, 65535\)"),
            (bytes_of(5, 8, 9) / 1.5, r"pixels=\(0, 255\)"),
            (np.full((5, 8, 9), -7.0), r"from -7 to -7"),
        ],
    )
    def test_what_could_be_several_things_is_refused(self, values, says):
        with pytest.raises(ValueError, match=says):
            data.from_arrays(values)

    def test_values_beyond_the_stated_range_are_refused(self):
        with pytest.raises(ValueError, match=r"from 0 to 255, beyond pixels=\(0, 16\)"):
            data.from_arrays(bytes_of(5, 8, 9), pixels=(0, 16))
        with pytest.raises(ValueError, match="white in pixels is 0"):
            data.from_arrays(bytes_of(5, 8, 9), pixels=(255, 0))
        with pytest.raises(TypeError, match="pixels is 255; it must be two numbers"):
            data.from_arrays(bytes_of(5, 8, 9), pixels=255)

    @pytest.mark.parametrize("bad", [np.nan, np.inf])
    def test_rows_that_are_not_finite_are_named(self, bad):
        values = np.random.rand(5, 8, 9)
        values[3, 1] = bad
        with pytest.raises(ValueError, match=r"nan or infinity in 1 of 5 .*\[3\]"):
            data.from_arrays(values)


class TestKinds:
    @pytest.mark.parametrize("copied", [np.float32, np.uint8])
    def test_what_came_is_neither_changed_nor_shared(self, copied):
        values = bytes_of(5, 8, 9).astype(copied)
        before = values.copy()
        found = data.from_arrays(values)
        found.images[:] = 0.5
        assert np.array_equal(values, before)

    @pytest.mark.parametrize(
        ("images", "error", "says"),
        [
            (pd.DataFrame({"a": [1.0]}), TypeError, "use data.from_table"),
            ("pictures", TypeError, "images is 'pictures'; it must be a NumPy array"),
            (None, TypeError, "images is None"),
            (np.array([["a"]]), TypeError, "must hold numbers"),
            (torch.zeros(2, 3, 3).to(torch.complex64), TypeError, "complex"),
            (np.zeros((0, 8, 8)), ValueError, r"shape \(0, 8, 8\): there are none"),
            ([np.zeros((8, 8)), np.zeros((8, 9))], ValueError, "2 shapes, such as"),
        ],
    )
    def test_what_is_no_image_is_named(self, images, error, says):
        with pytest.raises(error, match=says):
            data.from_arrays(images)


class TestLabels:
    images = bytes_of(4, 8, 9)

    @pytest.mark.parametrize(
        ("labels", "numbers", "names"),
        [
            ([3, 0, 7, 7], [3, 0, 7, 7], ()),
            (torch.tensor([3, 0, 7, 7], dtype=torch.uint8), [3, 0, 7, 7], ()),
            (np.array([1.0, 0.0, 2.0, 2.0]), [1, 0, 2, 2], ()),
            (["b", "a", "c", "a"], [1, 0, 2, 0], ("a", "b", "c")),
            (pd.Series(["b", "a", "c", "a"]), [1, 0, 2, 0], ("a", "b", "c")),
            ([-1, 1, 1, -1], [0, 1, 1, 0], ("-1", "1")),
            ([True, False, True, True], [1, 0, 1, 1], ("False", "True")),
            (None, [], ()),
        ],
    )
    def test_they_are_numbered_and_named(self, labels, numbers, names):
        found = data.from_arrays(self.images, labels)
        assert found.labels.tolist() == numbers
        assert found.labels.dtype == torch.int64
        assert found.classes == names

    @pytest.mark.parametrize(
        ("labels", "error", "says"),
        [
            ([1, 2], ValueError, r"labels has shape \(2,\); it must be \(4,\)"),
            (np.eye(4), ValueError, r"labels.argmax\(1\)"),
            ([0.5, 1, 2, 3], TypeError, "such as 0.5; they must be classes"),
            ([1, np.nan, 2, 3], ValueError, r"missing in 1 of 4 rows \(1;"),
            (["a", None, "b", None], ValueError, r"missing in 2 of 4 rows \(1, 3;"),
            ("labels", TypeError, "labels is 'labels'"),
            (7, TypeError, "labels is 7"),
            ({1, 2, 3, 4}, TypeError, "labels is a set; it must be a tensor"),
            ([int, str, int, str], TypeError, "labels holds the class int; .* words"),
        ],
    )
    def test_what_is_no_label_is_named(self, labels, error, says):
        with pytest.raises(error, match=says):
            data.from_arrays(self.images, labels)


class Counted(IterableDataset):
    def __iter__(self):
        place = 0
        while True:
            yield torch.full((1, 4, 4), place % 11 / 10), place % 3
            place += 1


class Listed(Dataset):
    def __init__(self, *items):
        self.items = items

    def __len__(self):
        return len(self.items)

    def __getitem__(self, place):
        return self.items[place]


class TestDatasets:
    def test_images_and_labels_of_tensors(self):
        images, labels = torch.rand(6, 3, 4, 5), torch.tensor([0, 1, 2, 0, 1, 2])
        found = data.from_dataset(TensorDataset(images, labels))
        assert torch.equal(found.images, images)
        assert torch.equal(found.labels, labels)
        assert data.from_dataset(TensorDataset(images)).labels.shape == (0,)
        assert len(data.from_dataset(TensorDataset(images), at_most=4)) == 4

    def test_torchvisions_folder_is_ours(self, tmp_path):
        for place, name in enumerate(["b/1", "a/2", "b/3"]):
            path = tmp_path / f"{name}.png"
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(bytes_of(6, 7, 3) // (place + 1)).save(path)
        found = data.from_dataset(ImageFolder(tmp_path))
        ours = data.from_folder(tmp_path)
        assert torch.equal(found.images, ours.images)
        assert torch.equal(found.labels, ours.labels)

    def test_an_end_is_asked_for_where_there_may_be_none(self):
        with pytest.raises(ValueError, match=r"has no length .*at_most=10_000"):
            data.from_dataset(Counted())
        found = data.from_dataset(Counted(), at_most=5)
        assert found.labels.tolist() == [0, 1, 2, 0, 1]
        assert found.images.amax((1, 2, 3)).tolist() == pytest.approx(
            [0, 0.1, 0.2, 0.3, 0.4]
        )

    @pytest.mark.parametrize(
        ("dataset", "error", "says"),
        [
            (torch.rand(3, 1, 4, 4), TypeError, "must be a torch Dataset"),
            (Listed(), ValueError, "dataset has no items"),
            (Listed({"image": 1}), TypeError, "item 0 is a dict; it must be an image"),
            (Listed(torch.rand(4)), ValueError, r"data.from_table\(torch.stack"),
            (
                Listed(torch.rand(4, 4), torch.rand(4, 5)),
                ValueError,
                r"shape \(4, 4\) at 0 and of \(4, 5\) at 1",
            ),
        ],
    )
    def test_what_holds_no_images_is_named(self, dataset, error, says):
        with pytest.raises(error, match=says):
            data.from_dataset(dataset)


def test_a_folder_for_the_sample_is_refused_and_the_way_in_named():
    for each in ({"folder": "pics"}, {"name": "mnist-5k", "folder": "pics"}):
        with pytest.raises(ValueError, match=r"data\.from_folder\('pics'\)"):
            data.load(**each)


def test_a_set_has_labels_for_all_or_none():
    images = torch.rand(3, 1, 4, 4)
    assert len(ImageSet(images).labels) == 0
    taken = ImageSet(images, torch.tensor([0, 1, 0]), ("a", "b"), ("x", "y", "z")).take(
        torch.tensor([2, 1])
    )
    assert torch.equal(taken.images, images[[2, 1]])
    assert (taken.labels.tolist(), taken.names) == ([0, 1], ("z", "y"))
    with pytest.raises(ValueError, match="labels go from 0 to 2, but classes has 2"):
        ImageSet(images, torch.tensor([0, 1, 2]), ("a", "b"))
    with pytest.raises(ValueError, match="names has 1 entries and images 3"):
        ImageSet(images, names=("x",))
    assert issubclass(DataError, RuntimeError)
