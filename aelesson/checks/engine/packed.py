"""What is judged, on its way to a process where no learner's code has run.

Bytes hold records, tensors and numbers, and no code: `pack` makes them, `unpack` reads
them, and refuses whatever could do anything else than compute.
"""

import json
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from aelesson.checks.engine.programs import Program, Unsuitable
from aelesson.checks.engine.recorded import Record

BYTES, NODES = 100_000_000, 50_000
DTYPES = {
    getattr(torch, f"{kind}{bits}")
    for kind in ("int", "float")
    for bits in (16, 32, 64)
}
DTYPES |= {torch.bool, torch.uint8, torch.int8, torch.bfloat16, torch.complex64}
DTYPES |= {torch.complex128}


class Parts:
    """What is judged, part by part: `thing.encode(x)`, `thing.weight`."""

    def __init__(self, parts: Mapping[str, Any]) -> None:
        self.__dict__.update(parts)

    if TYPE_CHECKING:  # what a part is, its task knows

        def __getattr__(self, name: str) -> Any: ...

    def tensors(self) -> list[Tensor]:
        """Return all numbers that are kept, each place in memory once."""
        found: dict[int, Tensor] = {}
        for each in _tensors(list(vars(self).values())):
            place = each.untyped_storage().data_ptr()
            if place not in found or found[place].numel() < each.numel():
                found[place] = each
        return list(found.values())


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Record):
        yield from value.program.constants
    elif isinstance(value, list):
        for each in value:
            yield from _tensors(each)


def pack(parts: Mapping[str, Any]) -> bytes:
    """Return records, tensors, numbers and lists of them as bytes.

    Raises:
        Unsuitable: They are too many.
    """
    pool = _Pool()
    plain = {name: _plain(each, pool) for name, each in parts.items()}
    file = BytesIO()
    torch.save({"parts": json.dumps(plain), "tensors": pool.compact()}, file)
    if file.tell() > BYTES:
        raise Unsuitable(f"it has {file.tell():,} bytes, at most {BYTES:,} are allowed")
    return file.getvalue()


def _plain(value: Any, pool: "_Pool") -> Any:
    if isinstance(value, Tensor):
        return {"tensor": pool.add(value.detach(), value)}
    if isinstance(value, Record):
        made = value.program
        originals = made.originals or made.constants
        pairs = zip(made.constants, originals, strict=True)
        return {
            "record": [made.shapes, made.dtypes, made.nodes, made.result],
            "constants": [pool.add(*pair) for pair in pairs],
        }
    if isinstance(value, list | tuple):
        return [_plain(each, pool) for each in value]
    return {"number": float(value)}


class _Pool:
    """Tensors without what lies beside them in memory; what is shared stays shared."""

    def __init__(self) -> None:
        self._all: list[tuple[Tensor, Tensor]] = []

    def add(self, value: Tensor, original: Tensor) -> int:
        self._all.append((value, original))
        return len(self._all) - 1

    def compact(self) -> list[Tensor]:
        bases: dict[int, Tensor] = {}
        for value, original in sorted(self._all, key=lambda pair: -pair[0].numel()):
            bases.setdefault(original.data_ptr(), value.clone())
        return [_within(bases[each.data_ptr()], value) for value, each in self._all]


def _within(base: Tensor, value: Tensor) -> Tensor:
    """Return a tensor as a piece of another that begins at the same place, if it is."""
    strides = zip(value.shape, value.stride(), strict=True)
    extent = 1 + sum((size - 1) * stride for size, stride in strides)
    if value.dtype == base.dtype and 0 < extent <= base.numel():
        piece = base.as_strided(value.shape, value.stride())
        if torch.equal(piece, value):
            return piece
    return value.clone()


def unpack(data: bytes) -> Parts:
    """Return what was packed, if it is nothing but numbers and operations on them.

    Raises:
        Unsuitable: It is something else, or too large.
    """
    plain, tensors = _loaded(data)
    found = Parts({str(name): _read(each, tensors) for name, each in plain.items()})
    return found


def _loaded(data: bytes) -> tuple[dict[str, Any], list[Tensor]]:
    if len(data) > BYTES:
        raise Unsuitable(f"got {len(data):,} bytes, at most {BYTES:,} are allowed")
    try:
        with zipfile.ZipFile(BytesIO(data)) as file:
            size = sum(each.file_size for each in file.infolist())
        if size > 2 * BYTES:
            raise Unsuitable(f"unpacked it has {size:,} bytes")
        got = torch.load(BytesIO(data), map_location="cpu", weights_only=True)
        plain, tensors = json.loads(got["parts"]), got["tensors"]
    except Unsuitable:
        raise
    except Exception as error:
        raise Unsuitable(f"it cannot be read: {error!s:.200}") from None
    if not isinstance(plain, dict) or not isinstance(tensors, list):
        raise Unsuitable("it holds no parts")
    for each in tensors:
        _check_tensor(each)
    return plain, tensors


def _check_tensor(value: Any) -> None:
    usual = type(value) is Tensor and value.layout == torch.strided
    if not usual or value.device.type != "cpu" or value.dtype not in DTYPES:
        raise Unsuitable(f"a {type(value).__name__} is no plain tensor of numbers")
    if value.numel() * value.element_size() > BYTES:
        raise Unsuitable(
            f"a tensor has the shape {tuple(value.shape)}: it is too large"
        )


def _read(value: Any, tensors: list[Tensor]) -> Any:
    try:
        if isinstance(value, list):
            return [_read(each, tensors) for each in value]
        if "tensor" in value:
            return tensors[value["tensor"]]
        if "number" in value:
            return float(value["number"])
        shapes, dtypes, nodes, result = value["record"]
        if len(nodes) > NODES:
            raise Unsuitable(
                f"{len(nodes):,} operations, at most {NODES:,} are allowed"
            )
        constants = [tensors[each] for each in value["constants"]]
        return Record(Program(shapes, dtypes, nodes, result, constants).checked())
    except Unsuitable:
        raise
    except Exception as error:
        raise Unsuitable(f"it cannot be read: {error!s:.200}") from None
