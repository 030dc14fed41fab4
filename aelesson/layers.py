"""What goes through a network, and what makes a layer: refused in words if it does not.

PyTorch's own words name no argument and come from deep inside a network.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from aelesson import require


def through(
    name: str, value: Tensor, network: Callable[[Tensor], Tensor], owner: object = None
) -> Tensor:
    """Return what a network makes of a tensor; if that does not fit, say what would.

    Args:
        name: The argument that came.
        value: What came.
        network: What it goes through.
        owner: The model whose first layer tells what it takes; by default the network.
    """
    try:
        return network(value)
    except (RuntimeError, IndexError, ValueError, TypeError) as error:
        known = isinstance(error, torch.OutOfMemoryError | NotImplementedError)
        if known or str(error).startswith(f"{name} "):
            raise
        told = f"{name} is {require.shown(value)}, which does not go through: {error}"
        kept = TypeError if isinstance(error, TypeError) else ValueError
        raise kept(told + first(owner or network, told)) from error


def first(network: object, told: str = "") -> str:
    """Say what the first layer of a network takes, unless that has been told."""
    layers = network.modules() if isinstance(network, nn.Module) else ()
    found = next((layer for layer in layers if _takes(layer)), None)
    if found is None or _takes(found) in told:
        return ""
    return f". The model's first layer is {found}: it takes {_takes(found)}"


def _takes(layer: nn.Module) -> str:
    if isinstance(layer, nn.Linear):
        return f"{layer.in_features} values in a row"
    if isinstance(layer, nn.Conv1d | nn.Conv2d | nn.Conv3d):
        plural = "s" * (layer.in_channels != 1)
        return f"{layer.in_channels} channel{plural}, dimension 1"
    return f"(B, T, {layer.input_size})" if isinstance(layer, nn.RNNBase) else ""


def made(name: str, factory: object) -> nn.Module:
    """Ask for something that makes a layer, such as `nn.ReLU`; return what it makes."""
    what = "what makes a layer, such as nn.ReLU without brackets"
    if isinstance(factory, nn.Module) or not callable(factory):
        raise TypeError(f"{name} is {require.shown(factory)}; it must be {what}")
    layer: object = factory()
    if not isinstance(layer, nn.Module):
        told = f"{require.shown(factory)}, which made {require.shown(layer)}"
        raise TypeError(f"{name} is {told}; it must be {what}")
    return layer
