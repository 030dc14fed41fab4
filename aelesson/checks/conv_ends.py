"""What stands behind the last layer of a network: nothing, a sigmoid, or too much.

The last linear layer or convolution of a forward pass is found while it runs, whether
it is a module or a call such as `x @ weights`. Then other values are put in the place
of its output. So the end of a network shows how it behaves, whatever the weights are.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from aelesson.checks.wording import close

WEIGHTED = frozenset(
    [f"conv{transposed}{n}d" for transposed in ("", "_transpose") for n in (1, 2, 3)]
    + ["linear", "bilinear", "einsum", "tensordot", "matmul", "__matmul__"]
    + ["__rmatmul__", "mm", "bmm", "addmm", "baddbmm"]
)
"""The functions of torch that a layer with weights may call."""


class _Layers(TorchFunctionMode):
    """Note the outputs of layers, and replace that of the layer at a place."""

    def __init__(self, place: int = -1, put: Tensor | None = None) -> None:
        super().__init__()
        self.outputs: list[Tensor] = []
        self.place, self.put = place, put

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:  # noqa: ANN401, whatever the function of torch gives
        result = func(*args, **(kwargs or {}))
        if getattr(func, "__name__", "") not in WEIGHTED:
            return result
        replaced = len(self.outputs) == self.place
        self.outputs.append(result)
        return self.put if replaced else result


class End:
    """A network from the output of its last layer on, as a function.

    Args:
        forward: runs the network, without an argument.

    Attributes:
        found: whether there is a layer at all.
    """

    def __init__(self, forward: Callable[[], Tensor]) -> None:
        self._forward = forward
        with _Layers() as layers:
            forward()
        self._outputs = layers.outputs
        self.found = bool(layers.outputs)

    def draw(self, size: float) -> Tensor:
        """Return values for the last layer, drawn between -size and size."""
        return size * (2 * torch.rand_like(self._outputs[-1].detach()) - 1)

    def __call__(self, values: Tensor) -> Tensor:
        """Return what the network makes of these values of its last layer."""
        with _Layers(len(self._outputs) - 1, values):
            return self._forward().detach()


def is_affine(function: Callable[[Tensor], Tensor], a: Tensor, b: Tensor) -> bool:
    """Tell whether a function maps the middle of two inputs to the middle of both."""
    middle, ends = function((a + b) / 2), (function(a) + function(b)) / 2
    spread = (function(a) - function(b)).abs().max()
    return bool((middle - ends).abs().max() <= 1e-3 * spread)


def activation_between(before: Tensor, after: Tensor) -> str:
    """Name the activation that makes one of these values from the other, or ""."""
    before, after = before.flatten(1), after.flatten(1)
    if before.shape != after.shape:
        return ""
    below = before < 0
    slopes = (after / before)[below]
    slope = slopes.median() if len(slopes) else torch.tensor(1.0)
    height = (after / before.tanh()).median()
    known = {
        "a ReLU": F.relu(before),
        "a leaky ReLU": torch.where(below, slope.clamp(0, 1) * before, before),
        "a sigmoid": before.sigmoid(),
        "a Tanh": height * before.tanh(),
        "a softmax": before.softmax(-1),
        "an ELU": F.elu(before),
        "a GELU": F.gelu(before),
        "a SiLU": F.silu(before),
        "a softplus": F.softplus(before),
        "a clamp": before.clamp(after.min(), after.max()),
    }
    return next((name for name, value in known.items() if close(after, value)), "")
