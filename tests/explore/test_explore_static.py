"""What browsers load is what the library and the sources make."""

import json

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.decomposition import PCA

from aelesson import data
from aelesson.explore import LATENT_DIMS, STATIC
from tools.explore.__main__ import SOURCE, write_bundles
from tools.explore.png import grey_png
from tools.explore.sheets import digit_rows, pca_rows

BASELINES = json.loads((SOURCE / "baselines.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def digits():
    return data.load(data.SAMPLE)


def pixels_of(name):
    with Image.open(STATIC / name) as picture:
        assert picture.mode == "L"
        return np.asarray(picture)


def test_digits_are_those_of_the_library_in_its_split(digits):
    rows = pixels_of("digits.png")
    parts = np.split(rows, np.cumsum(BASELINES["parts"])[:2])
    for part, name in zip(parts, ("train", "validation", "test"), strict=True):
        ours = getattr(digits, name)
        images = torch.from_numpy(part[:, :-1].astype(np.float32) / 255)
        assert torch.equal(images, ours.images.flatten(1)), name
        assert part[:, -1].tolist() == ours.labels.tolist(), name


def test_javascript_reads_what_pillow_reads(node):
    rows = pixels_of("digits.png")
    read = node("digits.mjs", str(STATIC / "digits.png"))
    assert read["sums"] == rows[:, :-1].sum(1).tolist()
    assert read["labels"] == rows[:, -1].tolist()


def test_sheets_are_reproducible(digits):
    assert np.array_equal(pixels_of("digits.png"), digit_rows(digits))
    apart = np.abs(pixels_of("pca.png").astype(int) - pca_rows(digits))
    assert apart.max() <= 1  # rounding may differ between machines


def test_baselines_are_those_of_scikit_learn(digits):
    train, x = (
        part.images.flatten(1).numpy() for part in (digits.train, digits.validation)
    )
    assert BASELINES["meanImage"] == pytest.approx(
        ((x - train.mean(0)) ** 2).mean(), abs=1e-6
    )
    assert list(BASELINES["pca"]) == [str(k) for k in LATENT_DIMS]
    pca = PCA(max(LATENT_DIMS), svd_solver="full").fit(train)
    for k, error in BASELINES["pca"].items():
        codes, components = pca.transform(x)[:, : int(k)], pca.components_[: int(k)]
        x_hat = (pca.mean_ + codes @ components).clip(0, 1)
        assert error == pytest.approx(((x_hat - x) ** 2).mean(), abs=2e-6), k


def test_shown_are_a_digit_of_each_class(digits):
    labels = digits.validation.labels[BASELINES["shown"]]
    assert labels.tolist() == list(range(10))
    ours = pixels_of("pca.png")[:10].astype(np.float32) / 255
    shown = digits.validation.images[BASELINES["shown"]].flatten(1)
    assert torch.equal(torch.from_numpy(ours), shown)


def test_a_grey_png_is_read_back(tmp_path):
    rows = np.random.default_rng(0).integers(0, 256, (3, 7), dtype=np.uint8)
    (tmp_path / "rows.png").write_bytes(grey_png(rows))
    with Image.open(tmp_path / "rows.png") as picture:
        picture.verify()
    with Image.open(tmp_path / "rows.png") as picture:
        assert np.array_equal(np.asarray(picture), rows)


@pytest.mark.usefixtures("node_modules")
def test_bundles_are_in_step_with_their_sources(tmp_path):
    write_bundles(tmp_path)
    made = {path.name: path.read_bytes() for path in tmp_path.glob("*.js")}
    kept = {path.name: path.read_bytes() for path in STATIC.glob("*.js")}
    assert made == kept, "run `make explore`"


def test_what_a_page_loads_is_small():
    for path in STATIC.glob("*.js"):
        assert path.stat().st_size < 60_000, path.name
    assert (STATIC / "pca.png").stat().st_size < 30_000
    assert (STATIC / "digits.png").stat().st_size < 850_000


@pytest.mark.parametrize("path", sorted(SOURCE.glob("*.js")), ids=lambda p: p.name)
def test_sources_stay_short(path):
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) <= 300
    assert max(map(len, lines)) <= 100
