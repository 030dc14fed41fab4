"""Full-size sets, held against a small real copy on disk and on a local server."""

import contextlib
import gzip
import hashlib
import os
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision import datasets
from torchvision.datasets.mnist import read_image_file, read_label_file
from torchvision.transforms.functional import to_tensor
from tqdm import tqdm

from aelesson import data
from aelesson.data import DataError, files, images, transfer

TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS = FILES = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)


def md5(content):
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def idx(values):
    """Write an IDX file of unsigned bytes."""
    header = bytes([0, 0, 8, values.ndim])
    return header + np.array(values.shape, dtype=">u4").tobytes() + values.tobytes()


def as_bytes(images):
    return (images[:, 0] * 255).round().to(torch.uint8).numpy()


@pytest.fixture(scope="module")
def unpacked():
    """600 real digits to train on and 120 to test on, in MNIST's own format."""
    sample = data.load("mnist-5k")
    # Stratified by hand: 60 of each class to train on, 12 to test on
    train = torch.cat([(sample.train.labels == k).nonzero()[:60, 0] for k in range(10)])
    test = torch.cat([(sample.test.labels == k).nonzero()[:12, 0] for k in range(10)])
    contents = (
        idx(as_bytes(sample.train.images[train])),
        idx(sample.train.labels[train].to(torch.uint8).numpy()),
        idx(as_bytes(sample.test.images[test])),
        idx(sample.test.labels[test].to(torch.uint8).numpy()),
    )
    names = (name.removesuffix(".gz") for name in FILES)
    return dict(zip(names, contents, strict=True))


@pytest.fixture(scope="module")
def packed(unpacked):
    return {f"{name}.gz": gzip.compress(c, mtime=0) for name, c in unpacked.items()}


class Server(ThreadingHTTPServer):
    """Serves `contents`; what stands in `faults` is served badly."""

    daemon_threads = True

    def __init__(self, contents):
        super().__init__(("127.0.0.1", 0), Handler)
        self.contents = contents
        self.faults = {}
        self.requests = []
        self.silence_ends = threading.Event()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/"

    def handle_error(self, request, client_address):
        """Stay quiet when a client hangs up: many of these tests do."""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        name = self.path.strip("/")
        self.server.requests.append(name)
        fault = self.server.faults.get(name)
        content = self.server.contents[name]
        if fault == "missing":
            return self.send_error(404)
        if fault == "silent":
            return self.server.silence_ends.wait(10)
        if fault == "garbage":
            return self.wfile.write(b"no HTTP at all\r\n\r\n")
        if fault == "flipped":
            content = content[:-1] + bytes([content[-1] ^ 255])
        if fault == "page":
            content = b"\n<!doctype html><title>Log in</title>"
        self.send_response(200)
        length = 999_999_999 if fault == "announced" else len(content)
        if fault not in ("endless", "large"):
            self.send_header("Content-Length", str(length))
        self.end_headers()
        while fault == "large" or (fault == "endless" and not self.slept()):
            self.wfile.write(bytes(999))
        half = content[: len(content) // 2]
        return self.wfile.write(half if fault == "truncated" else content)

    def slept(self):
        return self.server.silence_ends.wait(0.01)

    def log_message(self, format, *args):
        pass


@contextlib.contextmanager
def serving(contents):
    with Server(contents) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.silence_ends.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def server(packed):
    with serving(packed) as server:
        yield server


@pytest.fixture
def closed_port():
    """The address of a port that refuses: it is bound, but nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/"


@pytest.fixture
def small_sums(monkeypatch, packed, unpacked):
    """Let torchvision and us expect the small copy, for both data sets."""
    resources = [(name, md5(content)) for name, content in packed.items()]
    for dataset in (datasets.MNIST, datasets.FashionMNIST):
        monkeypatch.setattr(dataset, "resources", resources)
    sums = {name: md5(content) for name, content in unpacked.items()}
    monkeypatch.setattr(files, "UNPACKED_MNIST_MD5", sums)


@pytest.fixture
def online(monkeypatch, small_sums, server):
    for dataset in (datasets.MNIST, datasets.FashionMNIST):
        monkeypatch.setattr(dataset, "mirrors", [server.url])
    return server


@pytest.fixture
def offline(monkeypatch, small_sums, closed_port):
    for dataset in (datasets.MNIST, datasets.FashionMNIST):
        monkeypatch.setattr(dataset, "mirrors", [closed_port])
    return closed_port


def lay(contents, folder, dataset="MNIST"):
    """Put files where torchvision would; return their folder."""
    raw = folder / dataset / "raw"
    raw.mkdir(parents=True)
    for name, content in contents.items():
        (raw / name).write_bytes(content)
    return raw


def assert_complete(folder, packed):
    """The four files are there and intact, and nothing else is."""
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == packed


def equal(first, second):
    return all(
        torch.equal(getattr(first, part).images, getattr(second, part).images)
        and torch.equal(getattr(first, part).labels, getattr(second, part).labels)
        for part in ("train", "validation", "test")
    )


class TestContent:
    @pytest.fixture
    def splits(self, offline, packed, tmp_path):
        lay(packed, tmp_path)
        return data.load("mnist", tmp_path)

    def test_sizes_shapes_dtypes_and_range(self, splits):
        assert splits.name == "mnist"
        sizes = {"train": 550, "validation": 50, "test": 120}
        for name, size in sizes.items():
            part = getattr(splits, name)
            assert part.images.shape == (size, 1, 28, 28)
            assert part.images.dtype == torch.float32
            assert part.labels.dtype == torch.int64
            assert part.labels.shape == (size,)
            assert (part.images.min(), part.images.max()) == (0, 1)

    def test_validation_takes_equally_many_of_each_class(self, splits):
        assert splits.validation.labels.bincount().tolist() == [5] * 10
        assert splits.train.labels.bincount().tolist() == [55] * 10

    def test_unequal_classes_still_give_equal_validation(self):
        labels = np.repeat(np.arange(10, dtype=np.uint8), range(50, 150, 10))
        order, rank = images._stratified_order(labels)
        assert sorted(order) == list(range(len(labels)))
        assert np.bincount(labels[order[rank <= 40]]).tolist() == [40] * 10
        for k in range(10):
            count = 50 + 10 * k
            assert sorted(rank[labels[order] == k]) == list(range(1, count + 1))

    def test_test_images_are_those_of_torchvision(self, splits, unpacked, tmp_path):
        lay(unpacked, tmp_path / "torchvision")
        theirs = datasets.MNIST(tmp_path / "torchvision", train=False)
        images, labels = zip(*theirs, strict=True)
        ours = splits.test
        assert torch.equal(ours.images, torch.stack([to_tensor(x) for x in images]))
        assert ours.labels.tolist() == list(labels)

    def test_train_and_validation_are_torchvisions_training_images(
        self, splits, unpacked, tmp_path
    ):
        lay(unpacked, tmp_path / "torchvision")
        theirs = datasets.MNIST(tmp_path / "torchvision", train=True)

        def pairs(images, labels):
            rows = zip(images, labels, strict=True)
            return sorted((int(label), image.tobytes()) for image, label in rows)

        images = torch.cat([splits.train.images, splits.validation.images])
        labels = torch.cat([splits.train.labels, splits.validation.labels])
        expected = pairs(theirs.data.numpy(), theirs.targets)
        assert pairs(as_bytes(images), labels) == expected
        assert len(set(expected)) == 600  # so the two parts share no image

    def test_split_is_the_same_under_any_global_seed(self, splits, tmp_path):
        torch.manual_seed(1)
        np.random.seed(1)
        assert equal(splits, data.load("mnist", tmp_path))

    def test_unpacked_files_of_mnist_do(self, splits, unpacked, tmp_path):
        lay(unpacked, tmp_path / "unpacked")
        assert equal(splits, data.load("mnist", str(tmp_path / "unpacked")))

    def test_fashion_mnist_has_a_folder_of_its_own(self, offline, packed, tmp_path):
        lay(packed, tmp_path, "FashionMNIST")
        assert data.load("fashion-mnist", tmp_path).name == "fashion-mnist"

    def test_misplaced_mnist_does_not_pass_as_fashion_mnist(
        self, offline, unpacked, tmp_path
    ):
        lay(unpacked, tmp_path, "FashionMNIST")
        with pytest.raises(
            DataError, match="'fashion-mnist' is not complete"
        ) as caught:
            data.load("fashion-mnist", tmp_path)
        # Nobody has a sum of these unpacked files: they are not called damaged either
        assert "was not used" not in str(caught.value)

    def test_variables_choose_set_and_folder(
        self, monkeypatch, offline, packed, tmp_path
    ):
        lay(packed, tmp_path)
        monkeypatch.setenv("AELESSON_DATASET", "mnist")
        monkeypatch.setenv("AELESSON_DATA_DIR", str(tmp_path))
        assert data.load().name == "mnist"

    def test_default_folder_is_in_the_cache(
        self, monkeypatch, offline, packed, tmp_path
    ):
        monkeypatch.delenv("AELESSON_DATA_DIR", raising=False)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("USERPROFILE", str(tmp_path))
        raw = lay(packed, tmp_path / ".cache" / "aelesson")
        assert data.download("mnist") == raw


class TestDownload:
    def test_gets_four_files_and_shows_progress(self, online, packed, tmp_path, capsys):
        folder = data.download("mnist", tmp_path)
        assert folder == tmp_path / "MNIST" / "raw"
        assert_complete(folder, packed)
        assert set(online.requests) == set(FILES)
        shown = capsys.readouterr()
        assert shown.err.count("100%") == 4
        assert shown.out == ""

    def test_second_load_asks_for_nothing(self, online, tmp_path):
        first = data.load("mnist", tmp_path)
        assert online.requests
        online.requests.clear()
        assert equal(first, data.load("mnist", tmp_path))
        assert online.requests == []

    def test_torchvision_takes_the_files(self, online, offline, tmp_path, monkeypatch):
        monkeypatch.setattr(datasets.FashionMNIST, "mirrors", [online.url])
        data.download("fashion-mnist", tmp_path)
        monkeypatch.setattr(datasets.FashionMNIST, "mirrors", [offline])
        assert len(datasets.FashionMNIST(tmp_path, download=True)) == 600

    def test_only_the_missing_file_is_asked_for(self, online, packed, tmp_path):
        raw = lay(packed, tmp_path)
        (raw / TEST_IMAGES).unlink()
        data.download("mnist", tmp_path)
        assert set(online.requests) == {TEST_IMAGES}
        assert_complete(raw, packed)

    def test_damaged_file_is_replaced(self, online, packed, tmp_path):
        raw = lay(packed, tmp_path)
        (raw / TRAIN_IMAGES).write_bytes(packed[TRAIN_IMAGES][:-100])
        assert len(data.load("mnist", tmp_path).train) == 550
        assert set(online.requests) == {TRAIN_IMAGES}
        assert_complete(raw, packed)

    def test_damaged_unpacked_file_is_not_used(
        self, online, packed, unpacked, tmp_path
    ):
        raw = lay(unpacked, tmp_path)
        name = TEST_IMAGES.removesuffix(".gz")
        (raw / name).write_bytes(unpacked[name][:-1] + b"\x07")
        assert len(data.load("mnist", tmp_path).test) == 120
        assert set(online.requests) == {TEST_IMAGES}
        assert (raw / TEST_IMAGES).read_bytes() == packed[TEST_IMAGES]

    def test_next_mirror_when_one_is_down(
        self, monkeypatch, online, closed_port, packed, tmp_path
    ):
        monkeypatch.setattr(datasets.MNIST, "mirrors", [closed_port, online.url])
        assert_complete(data.download("mnist", tmp_path), packed)

    def test_next_mirror_when_one_sends_half(
        self, monkeypatch, online, packed, tmp_path
    ):
        with serving(packed) as bad:
            bad.faults[TRAIN_IMAGES] = "truncated"
            monkeypatch.setattr(datasets.MNIST, "mirrors", [bad.url, online.url])
            assert_complete(data.download("mnist", tmp_path), packed)
            assert set(online.requests) == {TRAIN_IMAGES}

    @pytest.mark.parametrize(
        ("fault", "reason"),
        [
            ("truncated", "corrupted"),
            ("flipped", "corrupted"),
            ("missing", "404"),
            ("garbage", "no HTTP at all"),
            ("silent", "timed out"),
            ("page", "a web page came in place of the file: does your network"),
            ("endless", "it took longer than 0.3 s"),
            ("large", "it has more than 30,000 bytes"),
            ("announced", "it has 999,999,999 bytes, more than 30,000"),
        ],
    )
    def test_bad_server_is_one_clear_error_and_leaves_no_trace(
        self, monkeypatch, online, packed, tmp_path, fault, reason
    ):
        raw = lay(packed, tmp_path)
        (raw / TEST_IMAGES).unlink()
        online.faults[TEST_IMAGES] = fault
        with monkeypatch.context() as patch:
            patch.setattr(transfer, "SILENCE", 0.3 if fault == "silent" else 20)
            patch.setattr(transfer, "LONGEST", 0.3 if fault == "endless" else 20)
            if fault in ("large", "announced"):
                patch.setattr(transfer, "LARGEST", 30_000)
            with pytest.raises(DataError, match=reason) as caught:
                data.load("mnist", tmp_path)
        assert_three_ways_out(caught.value, TEST_IMAGES, raw)
        present = {name: packed[name] for name in FILES if name != TEST_IMAGES}
        assert_complete(raw, present)
        online.faults.clear()
        assert_complete(data.download("mnist", tmp_path), packed)

    @pytest.mark.parametrize("before", ["nothing", "a damaged file"])
    def test_interrupted_download_does_not_spoil_the_next(
        self, monkeypatch, online, packed, tmp_path, before
    ):
        raw = lay(packed, tmp_path)
        good = {name: packed[name] for name in FILES if name != TRAIN_IMAGES}
        (raw / TRAIN_IMAGES).unlink()
        if before == "a damaged file":
            (raw / TRAIN_IMAGES).write_bytes(b"half")
        half_files = []

        class Interrupted(tqdm):
            """Ctrl-C after the first piece, when a part of the file is on disk."""

            def update(self, n=1):
                half_files.extend(tmp_path.rglob(f"*/{TRAIN_IMAGES}"))
                raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr("aelesson.data.transfer.tqdm", Interrupted)
            with pytest.raises(KeyboardInterrupt):
                data.load("mnist", tmp_path)
        assert any(path.parent.parent == raw for path in half_files)
        left = {} if before == "nothing" else {TRAIN_IMAGES: b"half"}
        assert_complete(raw, good | left)
        assert len(data.load("mnist", tmp_path).train) == 550
        assert_complete(raw, packed)

    def test_a_half_file_of_a_killed_process_is_not_used(
        self, online, packed, tmp_path
    ):
        killed = tmp_path / "MNIST" / "raw" / ".download-killed"
        killed.mkdir(parents=True)
        (killed / TRAIN_IMAGES).write_bytes(packed[TRAIN_IMAGES][:1000])
        assert len(data.load("mnist", tmp_path).train) == 550
        assert killed.exists()  # it may still be running

    def test_what_a_killed_process_left_long_ago_is_removed(
        self, online, packed, tmp_path
    ):
        killed = tmp_path / "MNIST" / "raw" / ".download-killed"
        killed.mkdir(parents=True)
        (killed / TRAIN_IMAGES).write_bytes(packed[TRAIN_IMAGES][:1000])
        os.utime(killed, (0, 0))
        assert_complete(data.download("mnist", tmp_path), packed)

    def test_advice_is_not_the_command_that_was_just_run(self, offline, tmp_path):
        with pytest.raises(DataError, match=r"1\. use the digits") as caught:
            data.download("mnist", tmp_path)
        assert "aelesson download" not in str(caught.value)


def assert_three_ways_out(error, failed, folder):
    message = str(error)
    assert f"{failed} could not be downloaded" in message
    assert 'load("mnist-5k")' in message
    assert "AELESSON_DATASET=mnist-5k" in message
    assert f"put the four files {', '.join(FILES)} into {folder}" in message
    assert "aelesson download mnist" in message
    # One error, not a page: nothing is shown above it
    assert error.__cause__ is None
    assert error.__context__ is None or error.__suppress_context__


class TestNoNetwork:
    def test_nothing_on_disk(self, offline, tmp_path):
        with pytest.raises(DataError, match="refused") as caught:
            data.load("mnist", tmp_path)
        assert_three_ways_out(caught.value, TRAIN_IMAGES, tmp_path / "MNIST" / "raw")
        assert offline in str(caught.value)
        assert "was not used" not in str(caught.value)
        assert len(str(caught.value).splitlines()) <= 8

    def test_one_file_missing(self, offline, packed, tmp_path):
        raw = lay(packed, tmp_path)
        (raw / TEST_LABELS).unlink()
        with pytest.raises(DataError) as caught:
            data.load("mnist", tmp_path)
        assert_three_ways_out(caught.value, TEST_LABELS, raw)

    @pytest.mark.parametrize("name", FILES)
    def test_damaged_file_is_named_and_left_alone(
        self, offline, packed, tmp_path, name
    ):
        raw = lay(packed, tmp_path)
        damaged = packed[name][: len(packed[name]) // 2]
        (raw / name).write_bytes(damaged)
        with pytest.raises(DataError) as caught:
            data.load("mnist", tmp_path)
        assert_three_ways_out(caught.value, name, raw)
        assert f"{raw / name} was not used: damaged" in str(caught.value)
        assert str(caught.value).count("was not used") == 1
        assert (raw / name).read_bytes() == damaged

    def test_damaged_unpacked_file_is_named(self, offline, unpacked, tmp_path):
        raw = lay(unpacked, tmp_path)
        name = TEST_IMAGES.removesuffix(".gz")
        (raw / name).write_bytes(unpacked[name][:-1])
        with pytest.raises(DataError) as caught:
            data.load("mnist", tmp_path)
        assert f"{raw / name} was not used: damaged" in str(caught.value)
        assert str(caught.value).count("was not used") == 1

    def test_damaged_gz_beside_a_good_unpacked_file_does_no_harm(
        self, offline, unpacked, tmp_path
    ):
        raw = lay(unpacked, tmp_path)
        (raw / TRAIN_IMAGES).write_bytes(b"half")
        assert len(data.load("mnist", tmp_path).train) == 550

    def test_good_files_in_a_folder_that_cannot_be_written(
        self, monkeypatch, offline, packed, tmp_path
    ):
        lay(packed, tmp_path)

        def refuse(*args, **kwargs):
            raise PermissionError("read-only")

        monkeypatch.setattr("tempfile.TemporaryDirectory", refuse)
        monkeypatch.setattr(Path, "mkdir", refuse)
        assert len(data.load("mnist", tmp_path).train) == 550


class TestFolder:
    def assert_named(self, error, folder):
        assert f"The data folder {folder} cannot be written" in str(error)
        assert "AELESSON_DATA_DIR" in str(error)
        assert error.__suppress_context__

    def test_path_under_a_file(self, online, tmp_path):
        (tmp_path / "file").write_text("no folder")
        with pytest.raises(DataError) as caught:
            data.load("mnist", tmp_path / "file")
        self.assert_named(caught.value, tmp_path / "file" / "MNIST" / "raw")
        assert online.requests == []

    def test_path_under_a_file_by_variable(self, monkeypatch, online, tmp_path):
        (tmp_path / "file").write_text("no folder")
        monkeypatch.setenv("AELESSON_DATA_DIR", str(tmp_path / "file"))
        with pytest.raises(DataError) as caught:
            data.download("fashion-mnist")
        self.assert_named(caught.value, tmp_path / "file" / "FashionMNIST" / "raw")

    def test_a_folder_where_a_file_should_be(self, online, tmp_path):
        raw = tmp_path / "MNIST" / "raw"
        (raw / TRAIN_IMAGES / "in the way").mkdir(parents=True)
        with pytest.raises(DataError) as caught:
            data.load("mnist", tmp_path)
        self.assert_named(caught.value, raw)
        assert [path.name for path in raw.iterdir()] == [TRAIN_IMAGES]


class TestParseIdx:
    def test_agrees_with_torchvision(self, unpacked, tmp_path):
        readers = {3: read_image_file, 1: read_label_file}
        for name, content in unpacked.items():
            dimensions = 3 if "images" in name else 1
            (tmp_path / name).write_bytes(content)
            theirs = readers[dimensions](str(tmp_path / name)).numpy()
            ours = files.parse_idx(content, dimensions)
            assert ours.dtype == np.uint8
            assert ours.shape == theirs.shape
            assert (ours == theirs).all()

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "must be an IDX file of bytes with 1 dimensions"),
            (b"\x1f\x8b\x08\x00", "must be an IDX file"),
            (idx(np.zeros((2, 3), np.uint8)), "with 1 dimensions"),
            (b"\0\0\x0d\x01\0\0\0\x01\0\0\0\0", "must be an IDX file of bytes"),
            (b"\0\0\x08\x01\0\0", "and 6 bytes"),
            (idx(np.zeros(5, np.uint8))[:-1], r"the \(5,\) values .* got 4"),
            (idx(np.zeros(5, np.uint8)) + b"\0", r"the \(5,\) values .* got 6"),
        ],
    )
    def test_rejects(self, content, message):
        with pytest.raises(ValueError, match=message):
            files.parse_idx(content, dimensions=1)
