"""Does code do the same at every call? Only then may a GPU record it and replay it.

A recording holds what the GPU did. Python runs once, when it is made; so code that
counts its calls, asks Python for a random number or keeps what it sees would, without a
word, do something else. PyTorch and this library are trusted; all other code is read,
and in doubt the answer is no.
"""

import builtins
import dis
import inspect
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType

import torch
from torch import Tensor, nn

TRUSTED = ("torch", "aelesson")
HARMLESS = (*TRUSTED, "math", "operator", "functools", "builtins", "typing")
NUMBERS = (int, float, complex, str, bytes, slice, range, type(None), type(...))
PLAIN = (*NUMBERS, Tensor, torch.Generator, torch.dtype, torch.device)

WRITES = ("STORE_GLOBAL", "STORE_ATTR", "STORE_SUBSCR", "STORE_SLICE", "DELETE_")
CHANGES = {"append", "extend", "insert", "pop", "popitem", "remove", "clear", "update"}
CHANGES |= {"setdefault", "register_buffer", "register_forward_hook", "seed"}
NOT_REPLAYED = {"next", "iter", "print", "open", "input", "setattr", "exec", "eval"}

_internal = {*vars(nn.Module())} - {"training"}
_hooks = [name for name in _internal if name.endswith("_hooks")]
_not_called = ("__init__", "__repr__", "__setstate__", "extra_repr")


def change(*values: object) -> str:
    """Return in words why a call may not be like the one before, or ""."""
    left, seen = [*values], {}
    while left:
        each = left.pop()
        if id(each) not in seen:
            seen[id(each)] = each  # kept, as another object could get its number
            if told := _told(each):
                return told
            left += _held(each)
    return ""


def _told(value: object) -> str:
    """Return what one object by itself may change, or keep."""
    if isinstance(value, ModuleType):
        known = _root(value.__name__) in HARMLESS
        return "" if known else f"{value.__name__} is used"
    if isinstance(value, nn.Module):
        hooked = any(getattr(value, name, None) for name in _hooks)
        return f"{type(value).__name__} has hooks" if hooked else ""
    if isinstance(value, Tensor):
        return "a tensor on the CPU is used" if value.device.type == "cpu" else ""
    if isinstance(value, FunctionType):
        return "" if _is_trusted(value) else _told_by_code(value)
    if isinstance(value, BuiltinFunctionType):
        return _told_by_builtin(value)
    if isinstance(value, type):
        known = _home(value) in HARMLESS or issubclass(value, torch.autograd.Function)
        return "" if known else f"{value.__name__} is made anew"
    known = isinstance(value, (*PLAIN, list, tuple, dict, set, partial, MethodType))
    return "" if known or hasattr(value, "__dict__") else f"{_kind(value)} is used"


def _told_by_builtin(value: BuiltinFunctionType) -> str:
    owner = getattr(value, "__self__", None)
    if isinstance(owner, ModuleType) and owner.__name__ != "builtins":
        return _told(owner)
    if value.__name__ in NOT_REPLAYED:
        return f"{value.__name__} is called"
    known = owner is None or isinstance(owner, (*PLAIN, ModuleType, type))
    return "" if known else f"{_kind(owner)} is used"


def _told_by_code(function: FunctionType) -> str:
    """Return what a function writes to that outlives its call."""
    name = function.__qualname__.replace(".<locals>", "")
    for code in _codes(function.__code__):
        for each in dis.get_instructions(code):
            outer = each.opname == "STORE_DEREF" and each.argval in code.co_freevars
            if outer or each.opname.startswith(WRITES):
                return f"{name} writes to {each.argval or 'a part of something'}"
            if each.argval in CHANGES and each.opname.startswith("LOAD_"):
                return f"{name} calls {each.argval}"
            if each.opname == "IMPORT_NAME" and _root(each.argval) not in HARMLESS:
                return f"{name} imports {each.argval}"
    return ""


def _held(value: object) -> list[object]:
    """Return all that one object may call or read when it is called."""
    if isinstance(value, partial):
        return [value.func, *value.args, *value.keywords.values()]
    if isinstance(value, MethodType):
        return [value.__self__, value.__func__]
    if isinstance(value, FunctionType):
        return _of_function(value)
    if isinstance(value, dict):
        return [*value.values()]
    if isinstance(value, list | tuple | set):
        return [*value]
    if isinstance(value, type):
        return [*_methods(value)]
    if isinstance(value, (*PLAIN, ModuleType, BuiltinFunctionType)):
        return []
    own = {**getattr(value, "__dict__", {})}
    kept = [each for key, each in own.items() if key not in _internal]
    children = [*value.children()] if isinstance(value, nn.Module) else []
    return [*kept, *children, *_methods(type(value))]


def _of_function(function: FunctionType) -> list[object]:
    """Return what a function looks up; where it is trusted, what it was given."""
    cells = [*_cells(function)]
    given = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
    if _is_trusted(function):
        return [*cells, *given]
    around = {**vars(builtins), **function.__globals__}
    names = {
        each.argval
        for code in _codes(function.__code__)
        for each in dis.get_instructions(code)
        if each.opname in ("LOAD_GLOBAL", "LOAD_NAME")
    }
    return [*cells, *given, *(around[name] for name in names if name in around)]


def _cells(function: FunctionType) -> Iterator[object]:
    """Yield what a function keeps of the one that made it."""
    for cell in function.__closure__ or ():
        with suppress(ValueError):  # of one that is not filled yet
            yield cell.cell_contents


def _methods(kind: type) -> Iterator[object]:
    """Yield the functions of a class that no library has written."""
    for each in kind.__mro__:
        if _home(each) not in HARMLESS:
            for name, value in vars(each).items():
                plain = value.fget if isinstance(value, property) else value
                plain = getattr(plain, "__func__", plain)  # of a static or class method
                if isinstance(plain, FunctionType) and name not in _not_called:
                    yield plain


def _codes(code: CodeType) -> Iterator[CodeType]:
    """Yield a code and those of the functions within it."""
    yield code
    for each in code.co_consts:
        if inspect.iscode(each):
            yield from _codes(each)


def _home(value: object) -> str:
    return _root(getattr(value, "__module__", None) or "")


def _root(module: str) -> str:
    return module.split(".")[0]


def _is_trusted(function: object) -> bool:
    return _home(function) in TRUSTED


def _kind(value: object) -> str:
    return type(value).__name__
