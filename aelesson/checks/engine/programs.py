"""A list of PyTorch's operations with plain arguments: it can be sent, and replayed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from torch import Tensor

DENIED = (
    *("from_file", "set_", "resize", "record_stream", "storage", "segment_reduce"),
    *("cudnn", "_cuda"),
)
"""Parts of names: files, memory that is not the operation's own, other devices."""
WORDS = {"floor", "trunc", "none", "tanh", "ij", "xy", "L", "U", "reduced", "complete"}
WORDS |= {"left", "right", "mean", "sum", "prod", "amax", "amin"}
BOUNDED = {
    f"aten::{name}"
    for name in ("_pack_padded_sequence", "nonzero", "masked_select", "_unique2")
}
"""What comes out depends on values, and is not much larger than what goes in."""
EMPTY = ("empty", "new_empty")
LARGEST = 2**30  # bytes of a result

Operation = Any


class Unsuitable(ValueError):  # noqa: N818, it reads as what is wrong
    """What came is no program that the judge runs."""


def name_of(op: Operation) -> str:
    """Return the full name, such as `aten::add.Tensor`."""
    overload = op._overloadname
    name: str = op._schema.name
    return name if overload == "default" else f"{name}.{overload}"


def refused_operation(op: Operation) -> str:
    """Say why an operation must not be in a program, or ""."""
    namespace, _, name = op._schema.name.partition("::")
    if namespace != "aten":
        return f"{op} is no operation of PyTorch's own"
    if any(part in name for part in DENIED) or name == "_local_scalar_dense":
        return f"{op} is not allowed here"
    return ""


@cache
def operation(name: str) -> Operation:
    """Find an operation by its full name.

    Raises:
        Unsuitable: It is none of PyTorch's own, or not allowed.
    """
    namespace, _, rest = str(name).partition("::")
    base, _, overload = rest.partition(".")
    packet = getattr(torch.ops.aten, base, None) if namespace == "aten" else None
    op = getattr(packet, overload or "default", None)
    if not isinstance(op, torch._ops.OpOverload):
        raise Unsuitable(f"{name!r:.60} is no operation of PyTorch's own")
    if says := refused_operation(op):
        raise Unsuitable(says)
    return op


@dataclass(frozen=True)
class Program:
    """Operations in order, and the numbers that they use.

    Attributes:
        shapes: of the inputs.
        dtypes: of the inputs.
        nodes: `[name, arguments, named arguments, what came out]` each. A tensor is
            `{"in": i}`, `{"const": i}` or `{"of": [node, place]}`.
        result: what is returned, in the same way.
        constants: the numbers.
    """

    shapes: list[list[int]]
    dtypes: list[str]
    nodes: list[Any]
    result: Any
    constants: list[Tensor]
    originals: Sequence[Tensor] = ()

    def run(self, inputs: Sequence[Tensor]) -> Any:
        """Replay the operations; neither inputs nor constants are changed."""
        constants = self.constants
        if any(operation(name)._schema.is_mutable for name, *_ in self.nodes):
            constants = [each.clone() for each in constants]
        with torch.no_grad():
            return self._replayed(inputs, constants, _called)

    def checked(self) -> "Program":
        """Return the program, if no result is too large; nothing is computed.

        Raises:
            Unsuitable: An operation does not run, or makes too much.
        """
        dtypes = [getattr(torch, each) for each in self.dtypes]
        inputs = [
            torch.empty(shape, dtype=dtype, device="meta")
            for shape, dtype in zip(self.shapes, dtypes, strict=True)
        ]
        try:
            with torch.no_grad():
                constants = [each.to("meta") for each in self.constants]
                self._replayed(inputs, constants, _measured)
        except Unsuitable:
            raise
        except Exception as error:
            raise Unsuitable(f"it does not run: {error!s:.200}") from None
        return self

    def _replayed(
        self,
        inputs: Sequence[Tensor],
        constants: Sequence[Tensor],
        call: Callable[..., list[Any]],
    ) -> Any:
        values: dict[int, list[Any]] = {}

        def filled(value: Any) -> Any:
            if isinstance(value, list):
                return [filled(each) for each in value]
            if not isinstance(value, dict):
                return value
            return _found(value, inputs, constants, values)

        last = self._last_uses()
        for at, (name, args, kwargs, out) in enumerate(self.nodes):
            named = {str(key): filled(each) for key, each in kwargs.items()}
            values[at] = call(operation(name), filled(args), named, out)
            for used in last.get(at, ()):
                values.pop(used, None)
        result = filled(self.result)
        values.clear()  # `filled` calls itself, so it and what it sees live on a while
        return result

    def _last_uses(self) -> dict[int, set[int]]:
        """Return for each node whose results nobody needs after it."""
        last = dict.fromkeys(range(len(self.nodes)), -1)
        for at, (_, args, kwargs, _) in enumerate(self.nodes):
            last |= dict.fromkeys(nodes_in([args, kwargs]), at)
        for node in nodes_in(self.result):
            last.pop(node, None)
        found: dict[int, set[int]] = {}
        for node, at in last.items():
            found.setdefault(max(node, at), set()).add(node)
        return found

    def pruned(self, originals: Sequence[Tensor]) -> "Program":
        """Return the program without what does not matter for its result."""
        schemas = [operation(name) for name, *_ in self.nodes]
        if any(op._schema.is_mutable for op in schemas):
            needed = set(range(len(self.nodes)))
        else:
            needed = set(nodes_in(self.result))
            for at in reversed(range(len(self.nodes))):
                random = torch.Tag.nondeterministic_seeded in schemas[at].tags
                if at in needed or random:
                    needed |= {at, *nodes_in(self.nodes[at][1:3])}
        order = {at: new for new, at in enumerate(sorted(needed))}
        nodes = [self.nodes[at] for at in order]
        used = sorted({*constants_in([[n[1:3] for n in nodes], self.result])})
        places = {at: new for new, at in enumerate(used)}
        moved = [[n[0], *_renamed(n[1:3], order, places), n[3]] for n in nodes]
        return Program(
            self.shapes,
            self.dtypes,
            moved,
            _renamed(self.result, order, places),
            [self.constants[at] for at in used],
            [originals[at] for at in used],
        )


def _called(op: Operation, args: list[Any], named: dict[str, Any], _: Any) -> list[Any]:
    result = op(*args, **named)
    if op._schema.name.partition("::")[2].startswith(EMPTY):
        result.zero_()  # memory that somebody has used may tell what was in it
    return [result] if isinstance(result, Tensor) else list(result or ())


def _measured(
    op: Operation, args: list[Any], named: dict[str, Any], out: Any
) -> list[Any]:
    """Find out what an operation would return, of which size."""
    if any(
        isinstance(each, str) and each not in WORDS for each in [*args, *named.values()]
    ):
        raise Unsuitable(f"{op} gets a text")
    if by_values(op, args):
        result = [
            torch.empty(shape, dtype=getattr(torch, dtype), device="meta")
            for shape, dtype in out
        ]
    else:
        if _is_factory(op):
            named = {**named, "device": "meta"}
        result = op(*args, **named)
        result = [result] if isinstance(result, Tensor) else list(result or ())
    size = sum(x.numel() * x.element_size() for x in result if isinstance(x, Tensor))
    if size > LARGEST:
        raise Unsuitable(f"{op} makes {size:,} bytes, at most {LARGEST:,} are allowed")
    return result


def by_values(op: Operation, args: list[Any]) -> bool:
    """Tell whether the size of a result depends on values."""
    if op._schema.name == "aten::index":
        masks = (torch.bool, torch.uint8)
        return any(each is not None and each.dtype in masks for each in args[1])
    return op._schema.name in BOUNDED


def _is_factory(op: Operation) -> bool:
    """Tell whether an operation makes a tensor of none."""
    arguments = op._schema.arguments
    tensors = any("Tensor" in str(each.type) for each in arguments)
    return not tensors and any(each.name == "device" for each in arguments)


def _found(
    ref: dict[str, Any],
    inputs: Sequence[Tensor],
    constants: Sequence[Tensor],
    values: dict[int, list[Any]],
) -> Any:
    ((kind, at),) = ref.items()
    if kind == "of":
        return values[at[0]][at[1]]
    if kind in ("dtype", "format"):
        named = getattr(torch, str(at), None)
        if not isinstance(named, torch.dtype | torch.memory_format):
            raise Unsuitable(f"{at!r:.60} is no {kind}")
        return named
    return {"in": inputs, "const": constants}[kind][at]


def nodes_in(value: Any) -> Iterator[int]:
    """Yield the nodes that a value refers to."""
    yield from (at[0] for at in _refs(value, "of"))


def constants_in(value: Any) -> Iterator[int]:
    """Yield the constants that a value refers to."""
    yield from _refs(value, "const")


def _refs(value: Any, kind: str) -> Iterator[Any]:
    if isinstance(value, dict):
        if kind in value:
            yield value[kind]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _refs(each, kind)


def _renamed(value: Any, nodes: dict[int, int], constants: dict[int, int]) -> Any:
    if isinstance(value, list):
        return [_renamed(each, nodes, constants) for each in value]
    if not isinstance(value, dict):
        return value
    if "of" in value:
        return {"of": [nodes[value["of"][0]], value["of"][1]]}
    if "const" in value:
        return {"const": constants[value["const"]]}
    return {key: _renamed(each, nodes, constants) for key, each in value.items()}
