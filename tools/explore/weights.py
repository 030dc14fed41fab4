"""Networks as files that a page loads: whole numbers of 8 bits, and a scale per unit.

A file is in the format safetensors. Layer `n` of the network `name` is

- `name.n.weight`, int8: `(inputs, outputs)` of a dense layer, `(channels out, channels
  in, 3, 3)` of a convolution;
- `name.n.scale`, float32 `(outputs,)`: what one step of the weights of a unit is worth;
- `name.n.bias`, float32 `(outputs,)`.

The metadata `networks` names the kind and the activation of every layer, as JSON.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save
from torch import Tensor, nn

STEPS = 127  # from 0 to the largest weight of a unit
ACTIVATIONS: dict[str, type[nn.Module]] = {
    "linear": nn.Identity,
    "relu": nn.ReLU,
    "sigmoid": nn.Sigmoid,
}
SHAPES = (nn.Flatten, nn.Unflatten, nn.Identity)  # nothing that a page must compute


def write_networks(
    path: Path,
    networks: Mapping[str, nn.Sequential],
    ends: Mapping[str, str],
    others: Mapping[str, Tensor] | None = None,
) -> None:
    """Write networks of dense layers and 3 x 3 convolutions, rounded to 8 bits.

    Args:
        path: Where the file goes.
        networks: By name, such as `{"encoder": model.encoder}`.
        ends: The activation behind the last layer of a network whose own output is
            raw, such as `{"decoder": "sigmoid"}` for logits.
        others: Tensors that the file holds besides, by name, such as codes.

    Raises:
        ValueError: If a network holds a layer that pages do not know.
    """
    tensors: dict[str, Tensor] = dict(others or {})
    described = {}
    for name, network in networks.items():
        layers = _layers(name, network)
        if name in ends:
            layers[-1] = (layers[-1][0], ends[name])
        described[name] = [
            {"kind": _kind(layer), "activation": activation}
            for layer, activation in layers
        ]
        for n, (layer, _) in enumerate(layers):
            tensors |= {f"{name}.{n}.{key}": t for key, t in _rounded(layer).items()}
    metadata = {"networks": json.dumps(described)}
    path.write_bytes(save(tensors, metadata))


def read_networks(path: Path) -> dict[str, nn.Sequential]:
    """Return the networks of a file, with the weights that a page computes with."""
    with safe_open(path, framework="pt") as file:
        described = json.loads(file.metadata()["networks"])
        tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    return {
        name: nn.Sequential(
            *(
                module
                for n, layer in enumerate(layers)
                for module in _modules(tensors, f"{name}.{n}", layer)
            )
        )
        for name, layers in described.items()
    }


def _layers(name: str, network: nn.Sequential) -> list[tuple[nn.Module, str]]:
    names = {kind: activation for activation, kind in ACTIVATIONS.items()}
    layers: list[tuple[nn.Module, str]] = []
    for module in network:
        if _is_known(module):
            layers.append((module, "linear"))
        elif type(module) in names and not isinstance(module, nn.Identity) and layers:
            layers[-1] = (layers[-1][0], names[type(module)])
        elif not isinstance(module, SHAPES):
            raise ValueError(f"{name} holds {module}; pages do not know this layer")
    return layers


def _is_known(module: nn.Module) -> bool:
    if isinstance(module, nn.Conv2d):
        return (module.kernel_size, module.padding, module.stride) == (
            (3, 3),
            (1, 1),
            (1, 1),
        )
    return isinstance(module, nn.Linear)


def _kind(layer: nn.Module) -> str:
    return "dense" if isinstance(layer, nn.Linear) else "conv"


@torch.no_grad()
def _rounded(layer: nn.Module) -> dict[str, Tensor]:
    weight = layer.get_parameter("weight")
    rows = weight.flatten(1)
    scale = rows.abs().amax(1).clip(min=1e-12) / STEPS
    steps = (rows / scale[:, None]).round().to(torch.int8)
    bias = layer.bias if isinstance(layer.bias, Tensor) else torch.zeros(len(rows))
    return {
        "weight": (
            steps.T if isinstance(layer, nn.Linear) else steps.view_as(weight)
        ).contiguous(),
        "scale": scale,
        "bias": bias.clone(),
    }


@torch.no_grad()
def _modules(
    tensors: Mapping[str, Tensor], name: str, layer: Mapping[str, str]
) -> tuple[nn.Module, nn.Module]:
    steps, scale = tensors[f"{name}.weight"].float(), tensors[f"{name}.scale"]
    module: nn.Linear | nn.Conv2d
    if layer["kind"] == "dense":
        weight = (steps * scale).T
        module = nn.Linear(weight.shape[1], weight.shape[0])
    else:
        weight = steps * scale[:, None, None, None]
        module = nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1)
    module.weight.copy_(weight)
    assert module.bias is not None
    module.bias.copy_(tensors[f"{name}.bias"])
    return module, ACTIVATIONS[layer["activation"]]()
