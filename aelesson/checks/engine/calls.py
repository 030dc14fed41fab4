"""Calling what a learner wrote: its signature, its exceptions, what it returns."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import torch
from torch import Tensor, nn

from aelesson.checks.engine.compare import FINE, Finding, Kind
from aelesson.checks.engine.failures import is_stub, learners_line

Answer = Callable[..., Any]
"""A learner's function: nothing is known about it yet."""

_NO_GRAPH = (
    "no gradient can flow back from your loss: was it computed under no_grad(), or cut "
    "off by .detach() or .item(), before backward()?"
)
_NUMPY = "compute with torch throughout: NumPy has no gradients."
_APPLY = "nn.ReLU(h) makes a layer and does not apply it: write torch.relu(h)."
_UNPACK = "the layers are inside a list or tuple. Unpack it: nn.Sequential(*layers)."

TRANSLATIONS = {
    "does not require grad": _NO_GRAPH,
    "leaf Variable that requires grad": (
        "you change an input in place: make a new tensor."
    ),
    "modified by an inplace operation": (
        "a tensor that backward() still needs was changed in place: make new tensors."
    ),
    "no attribute 'backward'": (
        "your loss is a plain number by then: call backward() on the tensor, and "
        ".item() only for what you return."
    ),
    "call numpy() on Tensor": _NUMPY,
    "can't convert np.ndarray": _NUMPY,
    "must match the size of tensor": (
        "two tensors meet whose shapes do not fit together: print their shapes."
    ),
    "unexpected keyword argument 'generator'": (
        "that function takes no generator: torch.randn and torch.rand do."
    ),
    "list is not a Module subclass": _UNPACK,
    "tuple is not a Module subclass": _UNPACK,
    "is not a Module subclass": (
        "this is not a layer yet: write nn.ReLU(), with brackets."
    ),
    "must be Tensor, not": _APPLY,
    "got (ReLU,": _APPLY,
    "channels, but got": (
        "a layer does not fit onto the one before it: the channels that go in must be "
        "those that came out."
    ),
    "output padding must be smaller": (
        "output_padding must be smaller than the stride: with a stride of 2, 0 or 1."
    ),
    "shapes cannot be multiplied": (
        "a linear layer does not take as many numbers as come in."
    ),
    "only one element tensors can be converted": (
        ".item() is for a tensor of one value: reduce it first."
    ),
    "Expected more than 1 value per channel": (
        "batch normalisation uses the batch's own mean and spread here, even for one "
        "row: does it ignore eval()?"
    ),
    "values to unpack": (
        "you unpack a fixed number of values, but another number may come in: loop "
        "over them, or count from the end."
    ),
    "index out of range": (
        "an index lies behind the end of a list or tuple: does a loop go one too far?"
    ),
    "before Module.__init__() call": (
        "begin your `__init__` with super().__init__(), before any layer is assigned."
    ),
    "floating point or complex dtype": (
        "truth values and whole numbers have no mean for torch: .double() first."
    ),
    "Boolean value of Tensor": (
        "`if`, `and`, `max` and `min` of Python ask a whole tensor for one yes or no: "
        "use torch.where, torch.maximum or a mask."
    ),
}
"""torch's messages that say little to a beginner, by a telling part; the first counts.
"""

GRADIENTS_OFF = Finding(
    "off",
    "your function leaves gradients switched off for all code that follows.\n"
    "Use `with torch.no_grad():`, which switches them on again.",
)
SPARSE = Finding("sparse", "your tensor is in sparse storage: .to_dense() mends that.")


@dataclass(frozen=True)
class Raised:
    """An exception that a learner's code raised, and where."""

    kind: str
    message: str
    line: str = ""

    def alike(self, other: object) -> bool:
        """Compare kinds and messages; addresses of objects do not count."""
        return isinstance(other, Raised) and self._core() == other._core()

    def _core(self) -> tuple[str, str]:
        return self.kind, re.sub(r"0x[0-9a-f]+", "", self.message)

    def translated(self, own: Mapping[str, str]) -> str:
        """Say what the message means, if a table knows it."""
        tables = (*own.items(), *TRANSLATIONS.items())
        return next((says for part, says in tables if part in self.message), "")

    def __str__(self) -> str:
        return f"{self.kind}: {self.message}"

    def __format__(self, limit: str) -> str:
        return format(str(self), limit)


def attempt(function: Answer, arguments: Sequence[Any]) -> Any:
    """Return what a function returns, or how the call failed; a stub's error passes."""
    gradients = torch.is_grad_enabled()
    try:
        result = function(*arguments)
    except Exception as error:
        torch.set_grad_enabled(gradients)
        if is_stub(error):
            raise
        message = re.sub(r" at 0x[0-9a-f]+", "", " ".join(str(error).split()))
        return Raised(type(error).__name__, message[:160], learners_line(error))
    if gradients and not torch.is_grad_enabled():
        torch.set_grad_enabled(True)
        return GRADIENTS_OFF
    return SPARSE if isinstance(result, Tensor) and result.is_sparse else result


def failed(result: Any) -> bool:
    """Tell whether a call went so wrong that its result is of no interest."""
    return isinstance(result, Raised | Finding)


def outcome(result: Any) -> Any:
    """Return what is to be said of the call itself."""
    return result if failed(result) else FINE


def signature_fault(answer: object, name: str, arguments: Sequence[str]) -> str:
    """Say why something cannot be called as the exercise's function, or ""."""
    if not callable(answer):
        return (
            f"got {answer!r:.60}, expected your function.\n"
            f"Hand over the function itself, without calling it: {name}({name})."
        )
    try:
        signature = inspect.signature(answer)
    except ValueError:  # a built-in function does not tell
        return ""
    try:
        signature.bind(*arguments)
    except TypeError:
        count = f"{len(arguments)} argument{'s' * (len(arguments) != 1)}"
        return (
            f"your function takes {signature}, but it is called with {count}: "
            f"({', '.join(arguments)})."
        )
    return ""


def kind(value: object) -> Kind:
    """Name the kind of a result: numbers of NumPy count as those of Python."""
    if isinstance(value, Tensor):
        return Kind("Tensor")
    if isinstance(value, nn.Module):
        return Kind("Module")
    if isinstance(value, bool) or not isinstance(value, Real):
        return Kind(type(value).__name__)
    return Kind("int" if isinstance(value, Integral) else "float")
