"""Networks in a page: 8 bits a weight, and the numbers that PyTorch computes."""

import json

import pytest
import torch
from safetensors import safe_open
from torch import nn

from aelesson.explore import STATIC
from tools.explore.weights import read_networks, write_networks

AGREE = 1e-4  # of the largest output


def example():
    torch.manual_seed(0)
    return {
        "encoder": nn.Sequential(
            nn.Flatten(), nn.Linear(784, 19), nn.ReLU(), nn.Linear(19, 5)
        ),
        "decoder": nn.Sequential(nn.Linear(5, 784), nn.Unflatten(1, (1, 28, 28))),
        "denoiser": nn.Sequential(
            nn.Conv2d(1, 3, 3, padding=1), nn.ReLU(), nn.Conv2d(3, 1, 3, padding=1)
        ),
    }


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "example.safetensors"
    write_networks(path, example(), {"decoder": "sigmoid"})
    return path


def inputs_of(network, count=3):
    """Return random inputs, most of them 0, as a network takes them."""
    first = next(iter(network))
    conv = isinstance(first, nn.Conv2d)
    shape = (first.in_channels, 28, 28) if conv else (first.in_features,)
    x = torch.rand(count, *shape, generator=torch.Generator().manual_seed(1))
    return torch.where(x < 0.5, 0.0, x)


def assert_agree(node, path):
    networks = read_networks(path)
    inputs = {name: inputs_of(network) for name, network in networks.items()}
    rows = {name: x.flatten(1).tolist() for name, x in inputs.items()}
    ours = node("networks.mjs", {"path": str(path), "inputs": rows})
    assert ours.keys() == networks.keys()
    for name, network in networks.items():
        theirs = network(inputs[name]).detach().flatten()
        apart = (torch.tensor(ours[name]) - theirs).abs().max() / theirs.abs().max()
        assert apart < AGREE, name


def test_javascript_and_pytorch_agree(node, file):
    assert_agree(node, file)


@pytest.mark.parametrize(
    "path", sorted(STATIC.glob("*.safetensors")), ids=lambda path: path.name
)
def test_they_agree_on_every_network_of_an_explorable(node, path):
    assert_agree(node, path)
    assert path.stat().st_size <= 300_000
    with safe_open(path, framework="pt") as tensors:
        weights = [key for key in tensors.keys() if key.endswith("weight")]  # noqa: SIM118
        assert all(tensors.get_tensor(key).dtype == torch.int8 for key in weights)


def test_a_weight_is_at_most_half_a_step_off(file):
    for name, network in read_networks(file).items():
        theirs = [m for m in example()[name] if isinstance(m, nn.Linear | nn.Conv2d)]
        ours = [m for m in network if isinstance(m, nn.Linear | nn.Conv2d)]
        for a, b in zip(ours, theirs, strict=True):
            step = b.weight.flatten(1).abs().amax(1, keepdim=True) / 127
            apart = (a.weight - b.weight).flatten(1).abs()
            assert (apart <= 0.5001 * step).all()
            assert torch.equal(a.bias, b.bias)


def test_the_end_of_a_network_is_kept(file):
    decoder = read_networks(file)["decoder"]
    assert isinstance(decoder[-1], nn.Sigmoid)
    with safe_open(file, framework="pt") as tensors:
        described = json.loads(tensors.metadata()["networks"])
    assert [layer["activation"] for layer in described["encoder"]] == ["relu", "linear"]


@pytest.mark.parametrize(
    "layer", [nn.Conv2d(1, 2, 3), nn.Conv2d(1, 2, 5, padding=1), nn.GELU()]
)
def test_a_layer_that_pages_do_not_know_is_refused(tmp_path, layer):
    with pytest.raises(ValueError, match=r"network holds .*; pages do not know"):
        write_networks(tmp_path / "x", {"network": nn.Sequential(layer)}, {})
    assert not (tmp_path / "x").exists()


def test_the_same_weights_are_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_networks(tmp_path / name, example(), {})
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
