"""What an answer did, told to a judge in another process.

Where an answer runs, its author can change everything, this module included. So a
teacher's points do not hang on what a check says there: what was observed of an answer
that passed travels as plain values, and a judge who never runs it compares them with
what is right. Values that are right can only be had from something that is right.
"""

import io
import zipfile
from dataclasses import fields
from typing import TYPE_CHECKING, Any, get_origin

import torch
from torch import Tensor

from aelesson.checks.engine.calls import Raised
from aelesson.checks.engine.compare import Finding, Kind, Note, Share, Within
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.randomness import Shares
from aelesson.checks.engine.runs import Run, Seen
from aelesson.checks.engine.scored import last_packed

if TYPE_CHECKING:
    from aelesson.checks.engine.exercise import Exercise

MOST_BYTES = 64_000_000
"""A longer testimony is not read."""

_OBSERVED = {c.__name__: c for c in (Finding, Kind, Raised, Share, Shares, Within)}
_PLAIN = (str, int, float, bool, type(None))
_LIST, _TUPLE, _DTYPE, _STRANGE = "list", "tuple", "dtype", "strange"
_passed: dict[str, Run] = {}


def remember(run: Run) -> None:
    """Keep what was observed of an answer that passed, until `given` asks for it."""
    _passed[run.exercise.name] = run


def given(name: str) -> bytes:
    """Return what was last observed of a right answer, for `fault`; empty if nothing.

    Of an open task it is what was packed for `Scored.judged`.

    Args:
        name: Of the exercise or task, such as `count_parameters`.
    """
    if name not in _passed:
        return last_packed(name)
    return packed([seen.aspects for seen in _passed.pop(name).seen])


def packed(cases: list[dict[str, Any]]) -> bytes:
    """Write aspects, case by case, as plain values and tensors."""
    plain = [
        [(name, _plain(v)) for name, v in case.items() if not isinstance(v, Note)]
        for case in cases
    ]
    torch.save(plain, kept := io.BytesIO())
    return kept.getvalue()


def fault(exercise: "Exercise", testimony: bytes) -> str:
    """Say what is not right in a testimony; "" if all is.

    Args:
        exercise: Of the judge's own process.
        testimony: Anything: who made it is not trusted. No code of it is run.
    """
    if len(testimony) > MOST_BYTES:
        return f"it is {len(testimony):,} bytes long, at most {MOST_BYTES:,} are read"
    try:
        with zipfile.ZipFile(io.BytesIO(testimony)) as file:
            size = sum(each.file_size for each in file.infolist())
        if size > 2 * MOST_BYTES:
            return f"unpacked it is {size:,} bytes long"
        plain = torch.load(io.BytesIO(testimony), weights_only=True)
        told = [{str(name): _observed(v) for name, v in case} for case in plain]
    except Exception:  # what was forged may fail anywhere
        return "it cannot be read"
    if len(told) != len(exercise.cases):
        return f"it has {len(told)} cases, not {len(exercise.cases)}"
    with isolated():
        for number, case in enumerate(told):
            expected = exercise.expected[number]
            try:
                symptom = Seen.told(case).against(expected)
            except Exception:  # such as an integer that no tensor holds
                return f"case {number} cannot be compared"
            if symptom:
                return f"{symptom[0]} is not right in case {number}"
    return ""


def _plain(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.detach().cpu().clone()
    if isinstance(value, torch.dtype):
        return (_DTYPE, str(value).removeprefix("torch."))
    if type(value).__name__ in _OBSERVED and type(value) in _OBSERVED.values():
        parts = [_plain(getattr(value, field.name)) for field in fields(value)]
        return (type(value).__name__, *parts)
    if isinstance(value, list | tuple):
        kind = _LIST if isinstance(value, list) else _TUPLE
        return (kind, *map(_plain, value))
    return value if type(value) in _PLAIN else (_STRANGE, type(value).__name__)


def _observed(plain: Any) -> Any:
    if type(plain) in _PLAIN:
        return plain
    if type(plain) is Tensor:
        return _dense(plain)
    if not isinstance(plain, tuple) or not plain:
        raise TypeError(f"got {type(plain).__name__}, expected a value or a tuple")
    kind, *parts = plain
    if kind == _DTYPE:
        return getattr(torch, parts[0])
    if kind in _OBSERVED:
        return _made(_OBSERVED[kind], [*map(_observed, parts)])
    if kind in (_LIST, _TUPLE):
        return (list if kind == _LIST else tuple)(map(_observed, parts))
    return Finding(_STRANGE)  # is like nothing that is expected


def _dense(value: Tensor) -> Tensor:
    if (
        value.layout != torch.strided
        or value.is_quantized
        or value.device.type != "cpu"
    ):
        raise TypeError(f"got a tensor of layout {value.layout} on {value.device}")
    return value


def _made(kind: type, parts: list[Any]) -> Any:
    """Make a value of the engine's; its parts are of the types that they have there."""
    for field, part in zip(fields(kind), parts, strict=True):
        wanted: Any = get_origin(field.type) or field.type
        if not isinstance(part, (wanted, int) if wanted is float else wanted):
            raise TypeError(f"{kind.__name__}.{field.name}: {type(part).__name__}")
    return kind(*parts)
