"""What draws at random in a run: the generators that its parts hold."""

import inspect
from functools import partial

import torch
from torch import Tensor, nn


def generators_of(value: object) -> list[torch.Generator]:
    """Return the generators that something draws from, however it holds them."""
    found: list[torch.Generator] = []
    seen: set[int] = set()
    left = [value]
    while left:
        each = left.pop()
        if id(each) in seen or isinstance(each, Tensor | type):
            continue
        seen.add(id(each))
        if isinstance(each, torch.Generator):
            found.append(each)
        else:
            left += reversed(_held(each))
    return found


def _held(value: object) -> list[object]:
    """Return what a function, a partial, a method or an object refers to."""
    if isinstance(value, partial):
        return [value.func, *value.args, *value.keywords.values()]
    if isinstance(value, list | tuple | dict):
        held = [*value.values()] if isinstance(value, dict) else [*value]
        return held if len(held) <= 100 else []  # a list of numbers, not of settings
    if inspect.ismethod(value):
        return [value.__self__, value.__func__]
    if inspect.isfunction(value):
        variables = inspect.getclosurevars(value)
        defaults = [*(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values()]
        return [*variables.nonlocals.values(), *variables.globals.values(), *defaults]
    if inspect.ismodule(value):
        return []
    children = [*value.children()] if isinstance(value, nn.Module) else []
    return [*children, *getattr(value, "__dict__", {}).values()]
