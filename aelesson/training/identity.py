"""What tells one run from another: objective, network, weights and images, in words.

Two runs that differ in what stands here must not share a checkpoint. State is left out,
such as a counter that an objective keeps: it differs between two calls of one run.
"""

import dis
import hashlib
import inspect
from collections.abc import Callable, Iterable
from functools import partial
from types import CodeType
from typing import Any

import torch
from torch import Tensor, nn

PLAIN = (int, float, str, bytes, bool, type(None))
METHODS = ("nll", "mean", "log_prob", "kl")
"""What likelihoods and priors are asked for, where a layer has its `forward`."""


def name(function: Callable[..., object]) -> str:
    """Name a function in the same way in every process, with the values it is bound to.

    Returns:
        For example `negative_elbo(beta=4.0, generator)` or `slower(factor=0.5)`.
    """
    if isinstance(function, partial):
        given = [_said(value) for value in function.args]
        given += [f"{key}={_said(value)}" for key, value in function.keywords.items()]
        return f"{name(function.func)}({', '.join(given)})"
    made_by = getattr(function, "__qualname__", type(function).__qualname__)
    outer = made_by.split(".<locals>")[0]
    settings = [
        f"{key}={_said(value)}"
        for key, value in _bound(function).items()
        if not inspect.ismodule(value) and not _looked_up(key, value, function)
    ]
    return f"{outer}({', '.join(settings)})" if settings else outer


def of_function(function: Callable[..., object]) -> str:
    """Return what `name` says, and a digest of the code, of its helpers' too."""
    return f"{name(function)} #{_short(_code(function, set()))}"


def of_network(model: nn.Module) -> str:
    """Return a digest of layers, their settings and the code of their `forward`.

    Likelihoods and priors of a user's own have the code of `METHODS` looked at, too.
    """
    parts = [str(model)]
    own = [part for part in model.modules() if _own(part)]
    parts += [_code(type(part).forward, set()) for part in own]
    parts += [
        _code(vars(type(part))[method], set())
        for part in own
        for method in METHODS
        if method in vars(type(part)) and not part.__module__.startswith("aelesson.")
    ]
    return _short("\n".join(parts))


def of_tensors(tensors: Iterable[Tensor]) -> str:
    """Return a digest of shapes, dtypes and every value."""
    found = hashlib.blake2b(digest_size=8)
    for each in tensors:
        plain = each.detach().cpu().contiguous()
        found.update(f"{plain.dtype}{tuple(plain.shape)}".encode())
        found.update(plain.reshape(-1).view(torch.uint8).numpy().data)
    return found.hexdigest()


def _own(part: nn.Module) -> bool:
    return not type(part).__module__.startswith("torch.")


def _short(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


def _bound(function: Callable[..., object]) -> dict[str, Any]:
    """Return the values that a function carries or looks up, state left out."""
    code = _code_of(function)
    if code is None:
        return {}
    if inspect.isfunction(function):
        variables = inspect.getclosurevars(function)
        kept = {**variables.globals, **variables.nonlocals}
    else:
        kept = {**getattr(function, "__dict__", {})}
    return {key: kept[key] for key in sorted(kept.keys() - _written(code))}


def _code_of(function: object) -> CodeType | None:
    """Return the code of a function, or that with which an object is called."""
    plain = inspect.isfunction(function)
    called = function if plain else type(function).__dict__.get("__call__")
    code = getattr(called, "__code__", None)
    return code if isinstance(code, CodeType) else None


def _written(code: CodeType) -> set[str]:
    """Return the variables and attributes to which a function writes: its state."""
    return {
        str(each.argval)
        for each in dis.get_instructions(code)
        if each.opname in ("STORE_DEREF", "STORE_GLOBAL", "STORE_ATTR")
    }


def _looked_up(key: str, value: object, function: Callable[..., object]) -> bool:
    """Tell a helper that a function finds in its module from one that it was given."""
    around = getattr(function, "__globals__", {})
    return callable(value) and around.get(key) is value


def _said(value: object) -> str:
    """Show a value so that equal ones look equal in every process."""
    if isinstance(value, PLAIN):
        return repr(value)
    if isinstance(value, tuple):
        return f"({', '.join(map(_said, value))})"
    if isinstance(value, Tensor):
        return f"tensor{tuple(value.shape)} {of_tensors([value])}"
    if inspect.ismodule(value) or isinstance(value, type):
        return value.__name__
    if isinstance(value, nn.Module):
        return f"{type(value).__name__} {of_network(value)}"
    if inspect.isfunction(value) and value.__module__.startswith("torch."):
        return value.__name__
    return name(value) if callable(value) else type(value).__name__


def _code(function: object, seen: set[int]) -> str:
    """Return the code of a function and of what it calls, but not of libraries."""
    if isinstance(function, partial):
        return _code(function.func, seen)
    code = _code_of(function)
    if code is None or id(code) in seen:
        return ""
    seen.add(id(code))
    parts = [code.co_code.hex(), repr(code.co_names), _constants(code)]
    for value in _bound(function).values():  # type: ignore[arg-type]
        home = getattr(value, "__module__", None) or ""
        if not home.startswith(("torch", "aelesson")):
            parts.append(_code(value, seen))
    return "\n".join(parts)


def _constants(code: CodeType) -> str:
    """Return the constants of a function, inner functions by their own."""
    return repr(
        [
            (each.co_code.hex(), _constants(each))
            if isinstance(each, CodeType)
            else each
            for each in code.co_consts
        ]
    )
