"""What stands behind a layer of a network: nothing, a sigmoid, or too much.

The layers of a forward pass are found while it runs, whether they are modules or calls
such as `x @ weights`, and other values are put in the place of what one of them gives.
So what stands behind it shows how it behaves, whatever the weights are.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch._C import _functorch
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode

from aelesson.checks.engine.compare import close

WEIGHTED = frozenset(
    [f"conv{kind}{n}d" for kind in ("", "_transpose") for n in (1, 2, 3)]
    + ["linear", "bilinear", "einsum", "tensordot", "mm", "bmm", "addmm", "baddbmm"]
    + ["matmul", "__matmul__", "__rmatmul__"]
)
PRODUCTS = frozenset(["mul", "__mul__", "__rmul__"])


class Layers(TorchFunctionMode):
    """Note what layers take in and put out; put other values in the place of one."""

    def __init__(self, place: int = -1, put: Tensor | None = None) -> None:
        super().__init__()
        self.names: list[str] = []
        self.inputs: list[Tensor] = []
        self.outputs: list[Tensor] = []
        self.weights: list[Tensor] = []
        self.place, self.put = place, put

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        name = getattr(func, "__name__", "")
        tensors = [each for each in (*args, *kwargs.values()) if _is_tensor(each)]
        data = [each for each in tensors if not isinstance(each, nn.Parameter)]
        if not data or not _is_layer(name, tensors):
            return func(*args, **kwargs)
        self.inputs.append(_plain(data[0]))  # before an in-place activation spoils it
        result = func(*args, **kwargs)
        self.names.append(name)
        self.outputs.append(_plain(result))
        self.weights += [each for each in tensors if each is not data[0]]
        if len(self.names) - 1 != self.place or self.put is None:
            return result
        return _like(result, self.put.clone())


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Tensor)


def _is_layer(name: str, tensors: list[Tensor]) -> bool:
    """Tell layers, also those that multiply by a matrix of weights and add up."""
    if name in WEIGHTED:
        return True
    return name in PRODUCTS and any(
        isinstance(each, nn.Parameter) and sum(side > 1 for side in each.shape) > 1
        for each in tensors
    )


def _plain(value: Tensor) -> Tensor:
    """Return a copy without a graph; inside of a `vmap`, that of all rows."""
    while _functorch.is_batchedtensor(value):
        rows = _functorch.maybe_get_bdim(value)
        value = _functorch.get_unwrapped(value).movedim(rows, 0)
    return value.detach().clone()


def _like(result: Tensor, put: Tensor) -> Tensor:
    """Return values as rows of a `vmap` where the result was in one."""
    if not _functorch.is_batchedtensor(result):
        return put
    level = _functorch.maybe_get_level(result)
    batched: Tensor = _functorch._add_batch_dim(put, 0, level)
    return batched


class End:
    """A network from what one of its layers puts out, as a function of that.

    Args:
        forward: runs the network.
        place: which of its layers; by default, the last one.
    """

    def __init__(self, forward: Callable[[], Tensor], place: int = -1) -> None:
        self._forward = forward
        with Layers() as layers, torch.no_grad():
            forward()
        self.layers = layers.names
        self.place = place % max(len(layers.names), 1)
        self.last = layers.outputs[place] if layers.outputs else None

    def draw(self, scale: float) -> Tensor:
        """Return values for the layer, between -scale and scale."""
        assert self.last is not None
        return scale * (2 * torch.rand_like(self.last) - 1)

    def __call__(self, values: Tensor) -> Tensor:
        """Return what the network makes of the layer's values."""
        with Layers(self.place, values), torch.no_grad():
            return self._forward()

    def next_input(self, values: Tensor) -> Tensor:
        """Return what the next layer gets of the layer's values."""
        return self._with(values).inputs[self.place + 1]

    def last_input(self, values: Tensor) -> Tensor:
        """Return what the last layer gets of the layer's values."""
        return self._with(values).inputs[-1].double()

    def is_linear(self) -> bool:
        """Tell whether the last layer's input moves with the layer's, as a line."""
        a, b = (self.last_input(self.draw(5.0)) for _ in range(2))
        return not torch.equal(a, b) and is_straight(self, self.last_input)

    def _with(self, values: Tensor) -> Layers:
        layers = Layers(self.place, values)
        with layers, torch.no_grad():
            self._forward()
        return layers


def is_affine(function: Callable[[Tensor], Tensor], a: Tensor, b: Tensor) -> bool:
    """Tell whether a function maps the middle of two inputs to the middle of both."""
    middle, ends = function((a + b) / 2), (function(a) + function(b)) / 2
    spread = (function(a) - function(b)).abs().max()
    return bool((middle - ends).abs().max() <= 1e-3 * spread)


def is_straight(end: End, function: Callable[[Tensor], Tensor]) -> bool:
    """Tell whether a function of a layer's values is affine, at whatever size."""
    scales = (0.5, 5.0, 50.0, 5000.0)
    return all(is_affine(function, end.draw(s), end.draw(s)) for s in scales)


ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "nothing": lambda t: t,
    "a ReLU": F.relu,
    "a sigmoid": torch.sigmoid,
    "a Tanh": torch.tanh,
    "a ReLU6": F.relu6,
    "an ELU": F.elu,
    "a SELU": F.selu,
    "a GELU": F.gelu,
    "a SiLU": F.silu,
    "a softplus": F.softplus,
    "a softsign": F.softsign,
    "a LogSigmoid": F.logsigmoid,
    "a Hardsigmoid": F.hardsigmoid,
    "a clamp": lambda t: t.clamp(0, 1),
    "an absolute value": torch.abs,
    "a square": torch.square,
    "an exp": torch.exp,
    "a softmax": lambda t: t.flatten(1).softmax(1).view_as(t),
    "a normalisation to length 1": lambda t: F.normalize(t.flatten(1)).view_as(t),
}


def activation(before: Tensor, after: Tensor) -> str:
    """Name the activation that makes one of these values from the other, or ""."""
    if before.numel() != after.numel():
        return ""
    before, after = before.to(after.dtype), after.reshape(before.shape)
    for name, function in ACTIVATIONS.items():
        if close(after, function(before)):
            return name
    slope = float((after / before)[before < 0].median()) if (before < 0).any() else 1.0
    if 0 < slope < 1 and close(after, F.leaky_relu(before, slope)):
        return "a leaky ReLU"
    if close(after, before.clamp(float(after.min()), float(after.max()))):
        return "a clamp"
    for name, function in ACTIVATIONS.items():
        curve = function(before).double()
        factor = float((after * curve).sum() / curve.square().sum().clamp_min(1e-12))
        if close(after.double(), factor * curve):
            times = f"{name} times {factor:.3g}"
            return f"a factor of {factor:.3g}" if name == "nothing" else times
    return ""


def competing(end: End, values: Tensor) -> str:
    """Say which values share one sum or one range, as after a softmax; or ""."""
    out = end(values)
    if out.dim() > 1:
        whole = tuple(range(1, out.dim()))
        if close(out.sum(whole), torch.ones(len(out))):
            return "a softmax over each image"
        for side in whole:
            if close(out.sum(side), torch.ones_like(out.sum(side))):
                return (
                    "a softmax over the one channel"
                    if out.shape[side] == 1
                    else "a softmax over each row or column"
                )
    moved = values.clone()
    moved.view(-1)[0] += 100.0  # far outside: whatever is scaled by the range moves
    apart = (end(moved)[:1] - out[:1]).abs() > 1e-6
    return "the image's own range" if apart.double().mean() > 0.5 else ""


def behind_last_layer(end: End) -> tuple[str, float, float]:
    """Name what turns the last layer's values into the output; and its range."""
    usual, wide = end.draw(6.0), end.draw(1e4)
    out, far = end(usual), end(wide)
    seen = torch.cat([out.flatten(), far.flatten()])
    low, high = float(seen.min()), float(seen.max())
    if not seen.isfinite().all():
        return "nan or inf", low, high
    if shared := competing(end, usual):
        return shared, low, high
    if is_affine(end, usual, end.draw(6.0)):
        return "nothing", low, high
    direct = activation(usual, out)
    if low < 0 or high > 1:
        return direct or "something", low, high
    if direct in ("a clamp", "a Hardsigmoid"):
        return direct, low, high
    return _before_sigmoid(end), low, high


def _before_sigmoid(end: End) -> str:
    """Say "a sigmoid", or what stands before it, or behind it."""
    for scale in (6.0, 0.6, 0.06, 0.006):  # a steep sigmoid is rounded to 0 and 1
        a, b = end.draw(scale), end.draw(scale)
        out = end(a)
        if out.min() > 1e-4 and out.max() < 1 - 1e-4:
            break
    else:
        return "a hard step"
    if is_affine(lambda values: end(values).double().logit(), a, b):
        far = end(end.draw(1e8))
        whole = far.min() == 0 and far.max() == 1
        return "a sigmoid" if whole else "a clamp and a sigmoid"
    name = activation(a, out.double().logit())
    return f"{name} and a sigmoid" if name else "something that is no sigmoid"
