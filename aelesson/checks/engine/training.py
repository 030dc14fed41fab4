"""What a training does that an answer writes from beginning to end.

Nothing is handed in that could be watched, so parameters are watched from the moment a
module gets them, optimizers wherever they step, and layers while they run.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_parameter_registration_hook
from torch.optim.optimizer import register_optimizer_step_post_hook
from torch.overrides import TorchFunctionMode

from aelesson.checks.engine.compare import FINE, Finding
from aelesson.checks.engine.ends import WEIGHTED


@dataclass
class LayerCall:
    """A layer at work with gradients on: what went in, what came out, and the slope.

    Attributes:
        given: What went in.
        out: What came out, before any activation.
        slope: The gradient that came back to it; None without a `backward()`.
    """

    given: Tensor
    out: Tensor
    slope: Tensor | None = None

    def arrived(self, slope: Tensor) -> None:
        """Note the gradient."""
        self.slope = slope.detach().clone()


class _Layers(TorchFunctionMode):
    """Note each call of a layer that gradients may come back to."""

    def __init__(self, calls: list[LayerCall]) -> None:
        super().__init__()
        self.calls = calls

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        result = func(*args, **(kwargs or {}))
        if getattr(func, "__name__", "") in WEIGHTED and result.requires_grad:
            data = [a for a in args if isinstance(a, Tensor)]
            data = [a for a in data if not isinstance(a, nn.Parameter)] or data
            plain = (each.detach().clone() for each in (data[0], result))
            self.calls.append(LayerCall(*plain))
            result.register_hook(self.calls[-1].arrived)
        return result


@dataclass
class Training:
    """The events of a training, in order, and what was wrong with its gradients."""

    calls: list[LayerCall] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    stale: bool = False
    _values: dict[int, Tensor] = field(default_factory=dict)
    _kept: list[nn.Parameter] = field(default_factory=list)

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Watch all that a block trains."""
        handles = [
            register_module_parameter_registration_hook(self._watch),
            register_optimizer_step_post_hook(self._step),
        ]
        try:
            with _Layers(self.calls):
                yield
        finally:
            for handle in handles:
                handle.remove()

    def _watch(self, _: nn.Module, name: str, parameter: nn.Parameter) -> None:
        del name
        known = any(parameter is each for each in self._kept)
        if type(parameter) is nn.Parameter and parameter.requires_grad and not known:
            self._kept.append(parameter)
            parameter.register_hook(lambda _: self._backward(parameter))

    def _backward(self, parameter: nn.Parameter) -> None:
        """Note a gradient on its way, and whether one of before a step is still there.

        Several gradients may add up for one step; so a parameter must have moved.
        """
        if self.events[-1:] != ["backward"]:
            self.events.append("backward")
        before = self._values.get(id(parameter))
        moved = before is not None and not torch.equal(before, parameter.detach())
        if moved and parameter.grad is not None and bool(parameter.grad.any()):
            self.stale = True
        self._values[id(parameter)] = parameter.detach().clone()

    def _step(self, optimizer: torch.optim.Optimizer, *_: Any) -> None:
        groups = optimizer.param_groups
        grads = [p.grad for group in groups for p in group["params"]]
        empty = not any(grad is not None and bool(grad.any()) for grad in grads)
        self.events.append("empty step" if empty else "step")

    def fresh_gradients(self) -> Finding:
        """Ask that no gradient of a step before is still there."""
        if not self.stale:
            return FINE
        return Finding(
            "stale",
            "the gradients of earlier steps are still there and add up: each backward()"
            " must find none.\nCall optimizer.zero_grad(), with its brackets, once per"
            " step.",
        )

    def steps_with_gradients(self) -> Finding:
        """Ask that gradients come first, and that steps find them."""
        if "backward" not in self.events:
            return Finding(
                "none",
                "no gradient ever reached a parameter: there was no backward(), or the"
                " loss was cut off by no_grad(), .detach() or .data.",
            )
        if "empty step" not in self.events:
            return FINE
        if self.events[0] == "empty step" and "step" in self.events:
            return Finding(
                "before",
                "your optimizer steps before backward(), so it uses the gradients of"
                " the batch before.\nCall loss.backward() first, then step().",
            )
        return Finding(
            "empty",
            "your optimizer steps, but finds no gradients: is zero_grad() between"
            " backward() and step(), or has it other parameters than the networks?",
        )
