"""What a function computes, recorded before the judge shows it anything.

A record is a list of PyTorch's own operations and the numbers that they use. Later it
knows nothing but what it is given: what Python code keeps aside does not reach it, and
it runs where the code itself must not. `packed` sends it there.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from aelesson.checks.engine.calls import Raised, attempt, failed
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.programs import Program, name_of, refused_operation

LIBRARY = str(Path(__file__).parents[2])
OURS = (str(Path(torch.__file__).parent), __file__)
VALUES = {
    getattr(Tensor, name)
    for name in ("item", "__bool__", "__float__", "__int__", "__index__")
}
PLAIN = "use PyTorch's own operations in it: no NumPy, SciPy or scikit-learn"


class Refused(Exception):  # noqa: N818, it reads as what happened
    """A thing cannot be judged; the message says why, to its author."""


class Record:
    """A function as it was when it was recorded; called, it does the same again.

    It was recorded with a batch of some size. More or fewer rows are brought to that
    size, batch after batch; what comes out has as many rows as went in.
    """

    def __init__(self, program: Program) -> None:
        self.program = program

    @classmethod
    def of(cls, function: Callable[..., Any], *example: Tensor) -> "Record":
        """Record a function of tensors, which all have as many rows.

        Raises:
            TypeError: Something other than PyTorch's own operations took part.
            RuntimeError: What it does depends on values, by an `if` or `.item()`.
        """
        tracer = _Tracer([each.clone() for each in example])
        with torch.no_grad(), tracer, _Watch(tracer.told):
            result = function(*tracer.inputs)
        return cls(tracer.program(result))

    def __call__(self, *inputs: Tensor) -> Any:
        """Return what the function gives for inputs of any number of rows."""
        size = self.program.shapes[0][0]
        parts = [
            self.program.run([_filled(each, size) for each in some])
            for some in zip(*(each.split(size) for each in inputs), strict=True)
        ]
        return _joined(parts, len(inputs[0]))


def recorded(name: str, function: Callable[..., Any], *rows: Tensor) -> Record:
    """Record a learner's function, or say in words why that cannot be done.

    Args:
        name: of the function, for the words.
        function: of tensors, row by row.
        rows: what it gets: the first half is for recording, with the second half the
            record must give what the function gives.

    Raises:
        Refused: The function fails, or does not do the same when it is recorded.
    """
    size = len(rows[0]) // 2
    with isolated():
        made = attempt(Record.of, [function, *(each[:size] for each in rows)])
    if failed(made):
        told = made if isinstance(made, Raised) else made.says
        raise Refused(f"it could not be measured: {told:.200}")
    record: Record = made
    compare(name, record, function, *(each[size:] for each in rows))
    return record


def compare(
    name: str, record: Record, function: Callable[..., Any], *rows: Tensor
) -> None:
    """Refuse a function that does not do what was recorded of it."""
    with isolated(), torch.no_grad():
        live = attempt(function, [each.clone() for each in rows])
    with isolated(), torch.no_grad():
        again = attempt(record, rows)
    if not _alike(live, again):
        raise Refused(
            f"{name} is recorded before the judge shows anything, and what was recorded"
            f"\ndoes not give what {name} gives: {PLAIN}."
        )


def _filled(x: Tensor, size: int) -> Tensor:
    """Repeat the last row until there are enough."""
    return torch.cat([x, x[-1:].expand(size - len(x), *x.shape[1:])]).clone()


def _joined(parts: Sequence[Any], rows: int) -> Any:
    if isinstance(parts[0], Tensor):
        return torch.cat(list(parts))[:rows] if parts[0].dim() else parts[0]
    if isinstance(parts[0], list | tuple):
        return [_joined(each, rows) for each in zip(*parts, strict=True)]
    return parts[0]


def _alike(a: Any, b: Any) -> bool:
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        if a.shape != b.shape or a.dtype != b.dtype:
            return False
        if not a.numel():
            return True
        rows = [each.detach().reshape(len(a) if a.dim() else 1, -1) for each in (a, b)]
        size = max(map(_size, rows[0]))
        return all(_near(p, q, size) for p, q in zip(*rows, strict=True))
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(_alike, a, b))
    return not (isinstance(a, Tensor) or failed(a) or failed(b)) and a == b


def _size(row: Tensor) -> float:
    """Return the largest size of finite numbers."""
    return float(_exact(row).abs().nan_to_num(0, 0, 0).amax())


def _near(a: Tensor, b: Tensor, size: float) -> bool:
    return torch.allclose(_exact(a), _exact(b), 1e-2, 1e-3 * size, equal_nan=True)


def _exact(row: Tensor) -> Tensor:
    return row.to(torch.complex128 if row.is_complex() else torch.float64)


class _Tracer(TorchDispatchMode):
    """Writes down each operation, with what it takes and what it gives."""

    def __init__(self, inputs: list[Tensor]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.inputs = inputs
        self._nodes: list[Any] = []
        self._constants: list[Tensor] = []
        self._originals: list[Tensor] = []
        self._alive: list[Any] = list(inputs)  # while it lives, its id is its own
        self._refs: dict[int, Any] = {
            id(each): {"in": i} for i, each in enumerate(inputs)
        }
        self.told = {id(each) for each in inputs}  # depends on what came in

    def __torch_dispatch__(
        self, op: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        kwargs = kwargs or {}
        given = [each for each in _leaves([args, kwargs]) if isinstance(each, Tensor)]
        told = any(id(each) in self.told for each in given)
        if name_of(op) == "aten::_local_scalar_dense":
            return op(*args, **kwargs)
        if says := refused_operation(op):
            raise TypeError(says)
        node = [name_of(op), self._plain(args), self._plain(_placeless(kwargs)), []]
        result = op(*args, **kwargs)
        self._note(node, result, told)
        return result

    def _note(self, node: list[Any], result: Any, told: bool) -> None:
        flat = [result] if isinstance(result, Tensor) else _list(result)
        if not any(isinstance(each, Tensor) for each in flat):
            return  # a size, or a yes-or-no: no operation takes it
        for k, each in enumerate(flat):
            if isinstance(each, Tensor):
                self._refs[id(each)] = {"of": [len(self._nodes), k]}
                node[3].append([list(each.shape), str(each.dtype).split(".")[1]])
                if told:
                    self.told.add(id(each))
        self._alive.append(result)
        self._nodes.append(node)

    def _plain(self, value: Any) -> Any:
        """Return an argument as JSON has it; tensors become references."""
        if isinstance(value, Tensor):
            return self._refs.get(id(value)) or self._constant(value)
        if isinstance(value, list | tuple):
            return [self._plain(each) for each in value]
        if isinstance(value, dict):
            return {name: self._plain(each) for name, each in value.items()}
        if isinstance(value, torch.dtype):
            return {"dtype": str(value).split(".")[1]}
        if isinstance(value, torch.memory_format):
            return {"format": str(value).split(".")[1]}
        if value is None or isinstance(value, bool | int | float | str):
            return value
        raise TypeError(f"an operation gets a {type(value).__name__}")

    def _constant(self, value: Tensor) -> Any:
        if (
            type(value) not in (Tensor, torch.nn.Parameter)
            or value.device.type != "cpu"
        ):
            raise TypeError(f"it uses a {type(value).__name__} on {value.device}")
        self._refs[id(value)] = {"const": len(self._constants)}
        self._constants.append(value.detach().clone())  # later changes do not count
        self._originals.append(value)
        return self._refs[id(value)]

    def program(self, result: Any) -> Program:
        shapes = [list(each.shape) for each in self.inputs]
        dtypes = [str(each.dtype).split(".")[1] for each in self.inputs]
        found = self._plain(result)
        made = Program(shapes, dtypes, self._nodes, found, self._constants)
        return made.pruned(self._originals)


class _Watch(TorchFunctionMode):
    """Refuses that code takes a value out of what came in, to decide by it."""

    def __init__(self, told: set[int]) -> None:
        super().__init__()
        self._told = told

    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        told = func in VALUES and id(args[0]) in self._told
        if told and not _in_library(sys._getframe(1)):
            raise RuntimeError(
                "a value is taken out of a tensor, by `if`, float() or .item(): "
                "use torch.where"
            )
        return func(*args, **(kwargs or {}))


def _placeless(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Leave out where a tensor is to lie: everything is on the CPU."""
    if kwargs.get("generator") is not None:
        raise TypeError("it draws with a generator of its own")
    if torch.device(kwargs.get("device") or "cpu").type != "cpu":
        raise TypeError(f"it computes on {kwargs['device']}, the judge on the CPU")
    apart = ("generator", "device", "layout", "pin_memory")
    return {name: each for name, each in kwargs.items() if name not in apart}


def _in_library(frame: FrameType | None) -> bool:
    """Tell whether the course's own code asks, as it does to refuse bad input."""
    while frame and frame.f_code.co_filename.startswith(OURS):
        frame = frame.f_back
    return frame is not None and frame.f_code.co_filename.startswith(LIBRARY)


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list | tuple):
        yield value
        return
    for each in value:
        yield from _leaves(each)
