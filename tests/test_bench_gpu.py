"""The bench on a GPU: its page, and that its ways train the same."""

import json

import pytest
import torch
from torch.nn.utils import parameters_to_vector

from benchmarks.speed import gpu, gpu_ways

IMAGES = torch.rand(300, 1, 28, 28, generator=torch.Generator().manual_seed(0))
BYTES = (IMAGES * 255).byte().squeeze(1)
needs_gpu = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="needs an NVIDIA GPU"
)


def stored(folder):
    path = folder / "gpu.json"
    rows = [
        {"network": "MLP", "batch_size": size, "bare": 0.8, "replayed": 0.1}
        | {"ours": 0.11, "spread": 1.02, "steps": "replayed"}
        for size in (128, 4096)
    ]
    found = {"machine": "a card", "images": "60 digits", "rounds": 3}
    path.write_text(json.dumps({**found, "epochs": {"128": 6}, "rows": rows}))
    return path


def test_a_page_ends_with_what_was_measured_once(tmp_path):
    path = stored(tmp_path)
    once = gpu.added("# Page\n\ntext\n", path)
    assert once.startswith("# Page\n\ntext\n\n## On a GPU\n")
    assert "| MLP | 4,096 | 0.8000 | 0.1000 | 0.1100 | 1.02 | 7.3 | 1.10 |" in once
    assert "a card" in once
    assert gpu.added(once, path) == once
    assert gpu.added(once, tmp_path / "none.json") == "# Page\n\ntext\n"


def test_the_page_in_the_repository_holds_what_is_stored():
    text = gpu.PAGE.read_text("utf-8")
    assert gpu.added(text) == text


def test_nothing_is_written_without_a_gpu(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(RuntimeError, match="no NVIDIA GPU"):
        gpu.main(tmp_path / "a.json", tmp_path / "b.md")
    assert not [*tmp_path.iterdir()]


@pytest.mark.parametrize("name", gpu_ways.MODELS)
def test_the_plain_loss_is_that_of_the_objective(name):
    make, plain, objective = gpu_ways.MODELS[name]
    torch.manual_seed(1)
    model, x = make(), IMAGES[:50]
    losses = []
    for loss in (plain, lambda model, x: objective(model, x)["loss"]):
        torch.manual_seed(2)
        losses.append(loss(model, x).item())
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


def test_the_bare_loop_and_fit_lower_the_loss():
    make, plain, objective = gpu_ways.MODELS["MLP"]
    for way in (gpu_ways.bare, gpu_ways.ours):
        model = make()
        before = plain(model, IMAGES).item()
        way(model, IMAGES, plain if way is gpu_ways.bare else objective, 2, 50)
        assert plain(model, IMAGES).item() < before


@needs_gpu
def test_a_tiny_bench_writes_a_page(tmp_path, monkeypatch):
    monkeypatch.setattr(gpu, "EPOCHS", {50: 2})
    monkeypatch.setattr(gpu.digits, "load_pixels", lambda count: ("300", BYTES))
    page = tmp_path / "page.md"
    page.write_text("# Page\n")
    gpu.main(tmp_path / "gpu.json", page)
    assert "| convolutional VAE | 50 |" in page.read_text()


@needs_gpu
def test_replays_by_hand_train_as_the_same_steps_do(monkeypatch):
    ends = []
    for warm in (gpu_ways.WARM, 10**9):  # the second never records
        monkeypatch.setattr(gpu_ways, "WARM", warm)
        torch.manual_seed(1)
        model = gpu_ways.MODELS["denoising MLP"][0]().cuda()
        gpu_ways.replayed(model, IMAGES.cuda(), gpu_ways.denoising, 3, 50)
        ends.append(parameters_to_vector(model.parameters()).detach())
    torch.testing.assert_close(*ends)
