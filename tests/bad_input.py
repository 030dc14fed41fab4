"""Public functions are found, called with bad values, and what becomes of it judged."""

import importlib
import inspect
import pkgutil
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import numpy as np
import torch
from bad_values import bad_values
from torch import Tensor, nn

import aelesson

ALIKE = "refused in words"
OWN = "in Python's own words"
OBSCURE = "obscure, from inside a library"
SILENT = "silent"
SHOWN = "comes out as nan or infinity"
LEGAL = "legal"


@dataclass(frozen=True)
class Call:
    """A valid call, by the names of its arguments.

    Attributes:
        arguments: A value for every argument.
        on: What is called in place of the function of that name: a method, or what the
            function made.
        legal: From (argument, name of a bad value) to why it is none here.
    """

    arguments: dict[str, object]
    on: Callable[..., object] | None = None
    legal: dict[tuple[str, str], str] = field(default_factory=dict)


def call(on=None, legal=(), **arguments):
    """Write a `Call`; `legal` holds (arguments, bad values, reason), words split."""
    pairs = {
        (argument, bad): reason
        for names, values, reason in legal
        for argument in names.split()
        for bad in values.split(", ")
    }
    return Call(arguments, on, pairs)


def outcome(call: Callable, given: Call, argument: str, name: str) -> tuple[str, str]:
    """Call with one bad value; return what becomes of it, and what is said."""
    bad = bad_for(given, argument)[name]
    try:
        result = used(call(**{**given.arguments, argument: bad}))
    except Exception as error:
        return _judged(error, argument, bad), f"{type(error).__name__}: {error}"
    return (SHOWN if _not_finite(result) else SILENT), "no error"


def used(result: object) -> object:
    """Go through an iterator or into a context, so that it does what it says."""
    if inspect.isgenerator(result) or isinstance(result, map | zip):
        return list(result)
    if hasattr(result, "__enter__") and hasattr(result, "gen"):
        with result:
            return None
    return result


def _judged(error: Exception, argument: str, bad: object) -> str:
    text = str(error)
    named = re.search(rf"\b{argument}\b", text)
    kinds = (TypeError, ValueError, FileNotFoundError)
    shows = any(re.search(rf"(?<!\w){re.escape(t)}(?!\w)", text) for t in traces(bad))
    if isinstance(error, kinds) and named and shows:
        return ALIKE
    last = traceback.extract_tb(error.__traceback__)[-1].filename
    inside = str(Path(aelesson.__file__).parent) not in last
    if inside or isinstance(error, RuntimeError | IndexError) or "Tensor" in text:
        return OBSCURE
    return OWN


def traces(bad: object) -> list[str]:
    """Return texts of which one must be in a message that shows what came."""
    if isinstance(bad, Tensor):
        found = [str(bad.dtype), str(tuple(bad.shape)), "nan", "infinity", "inf"]
        found += map(str, bad.shape[:1])
        if bad.numel() and not bad.is_complex():
            found += [f"{bound.item():.4g}" for bound in torch.aminmax(bad)]
        return found
    if isinstance(bad, np.ndarray):
        found = ["NumPy", "ndarray", str(bad.dtype), str(bad.shape), "nan", "inf"]
        found += [*map(str, bad.shape[:1]), "infinity", "masked array"]
        if bad.size and bad.dtype.kind in "biuf":
            found += [f"{bound:.4g}" for bound in (bad.min(), bad.max())]
        return found
    if isinstance(bad, type):
        return [bad.__name__]
    if isinstance(bad, Mapping | Sequence | set) and not isinstance(bad, str | bytes):
        inner = bad.values() if isinstance(bad, Mapping) else bad
        parts = [text for each in inner for text in traces(each)]
        return [*parts, repr(bad), type(bad).__name__, "empty", str(len(bad))]
    return [repr(bad), str(bad), type(bad).__name__]


def _not_finite(result: object) -> bool:
    if isinstance(result, Mapping):
        return any(map(_not_finite, result.values()))
    if isinstance(result, tuple | list):
        return any(map(_not_finite, result))
    if isinstance(result, float):
        return not np.isfinite(result)
    floats = isinstance(result, Tensor) and result.is_floating_point()
    return floats and not bool(result.isfinite().all())


def found() -> dict[str, Callable]:
    """Return everything public of every public module, by module and name."""
    everything = {}
    for each in pkgutil.walk_packages(aelesson.__path__, "aelesson."):
        name = each.name.removeprefix("aelesson.")
        if name.split(".")[0] not in ("checks", "course", "classroom", "__main__"):
            defined = public(importlib.import_module(each.name))
            everything |= {f"{name}.{key}": value for key, value in defined.items()}
    return everything


def public(module: ModuleType) -> dict[str, Callable]:
    """Return what a module defines, methods of its classes, and made functions."""
    found = {}
    for name, each in vars(module).items():
        here = getattr(each, "__module__", None) == module.__name__
        if name.startswith("_") or not here or not callable(each):
            continue
        found[name] = each
        if inspect.isfunction(each) and _makes_a_function(each):
            found[f"{name}()"] = each
        if isinstance(each, type):
            found |= {
                f"{name}.{method}": getattr(each, method)
                for method, value in vars(each).items()
                if not method.startswith("_") and _takes_something(value)
            }
    return found


def _makes_a_function(each: Callable) -> bool:
    return "Callable" in str(inspect.signature(each).return_annotation)


def _takes_something(value: object) -> bool:
    function = getattr(value, "__func__", value)
    return (
        inspect.isfunction(function) and len(inspect.signature(function).parameters) > 1
    )


def parameters_of(function: Callable) -> dict[str, inspect.Parameter]:
    """Return the parameters that have a name; of a network, those of `forward`."""
    called = function.forward if isinstance(function, nn.Module) else function
    return {
        name: each
        for name, each in inspect.signature(called).parameters.items()
        if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
    }


def tried(function: Callable, given: Call) -> list[tuple[str, str]]:
    """Return every pair of argument and name of a bad value for a call."""
    parameters = parameters_of(given.on or function)
    return [
        (argument, name)
        for argument in given.arguments
        for name, bad in bad_for(given, argument).items()
        if not (bad is None and parameters[argument].default is None)  # left out
    ]


def bad_for(given: Call, argument: str) -> dict[str, object]:
    """Return the bad values of an argument, by name."""
    beside = [value for name, value in given.arguments.items() if name != argument]
    owner = getattr(given.on, "__self__", given.on)
    return bad_values(given.arguments[argument], [*beside, owner])
