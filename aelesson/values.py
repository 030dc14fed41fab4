"""Refuse plain values in words: numbers, lists, functions, and the wrong kind of thing.

`require` hands all of this on, and is where others ask.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn


def whole(
    name: str,
    value: object,
    at_least: int = 1,
    at_most: float = math.inf,
    why: str = "",
) -> None:
    """Ask for a whole number: 3, but neither 3.0, nor True, nor "3"."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} is {shown(value)}; it must be a whole number")
    if not at_least <= int(value) <= at_most:
        most = f" and at most {at_most}" if at_most < math.inf else ""
        raise ValueError(
            f"{name} is {value}; it must be at least {at_least}{most}{why}"
        )


def flag(name: str, value: object) -> None:
    """Ask for True or False, as "no" and nan would count as true."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} is {shown(value)}; it must be True or False")


def number(
    name: str,
    value: object,
    *,
    above: float = -math.inf,
    at_least: float = -math.inf,
    below: float = math.inf,
    at_most: float = math.inf,
) -> None:
    """Ask for a finite number in a range."""
    if isinstance(value, bool | Tensor) or not isinstance(value, Real):
        raise TypeError(f"{name} is {shown(value)}; it must be a number")
    given = float(value)
    if above < given < below and at_least <= given <= at_most and math.isfinite(given):
        return
    bounds = {"above": above, "at least": at_least, "below": below, "at most": at_most}
    asked = [
        f"{how} {bound:g}" for how, bound in bounds.items() if math.isfinite(bound)
    ]
    raise ValueError(f"{name} is {value}; it must be {_listed(asked) or 'finite'}")


def _listed(asked: list[str]) -> str:
    return " and ".join([*asked, "finite"] if len(asked) == 1 else asked)


def black_and_white(name: str, value: object) -> tuple[float, float]:
    """Ask for the two numbers that black and white pixels have, and return them."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise TypeError(
            f"{name} is {shown(value)}; it must be two numbers, what black and white "
            "are, such as (0, 255)"
        )
    black, white = value
    number(f"black in {name}", black)
    number(f"white in {name}", white, above=black)
    return float(black), float(white)


def numbers(name: str, value: object) -> None:
    """Ask for numbers to draw, in a sequence, an array or a tensor of one dimension."""
    plain = value.tolist() if isinstance(value, Tensor | np.ndarray) else value
    of_numbers = isinstance(plain, Sequence) and all(
        isinstance(each, Real) or (isinstance(each, Tensor) and not each.dim())
        for each in plain
    )
    if not of_numbers:
        raise TypeError(f"{name} is {shown(value)}; it must be a sequence of numbers")
    if not len(plain):  # type: ignore[arg-type]
        raise ValueError(f"{name} is empty, {plain}: there is nothing to draw")


def sizes(name: str, value: object, least: int = 1) -> None:
    """Ask for a sequence of whole numbers of 1 or more, such as sides of an image."""
    given = sequence(name, value, "whole numbers", least)
    for each in given:
        whole(f"a number in {name}", each)


def sequence(name: str, value: object, of: str, least: int = 1) -> Sequence[object]:
    """Ask for a list or tuple with so many entries at least, and return it."""
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        raise TypeError(f"{name} is {shown(value)}; it must be a list or tuple of {of}")
    if len(value) < least:
        raise ValueError(f"{name} is {shown(value)}; it must hold {least} or more {of}")
    return value


def texts(name: str, value: object) -> None:
    """Ask for names in a list or tuple, in which a text would count as its letters."""
    for each in sequence(name, value, "str", least=0):
        if not isinstance(each, str):
            raise TypeError(f"{name} holds {shown(each)}; it must hold only str")


def couple(name: str, value: object, first: str, second: str) -> tuple[Any, Any]:
    """Ask for two things that belong together, and return them."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise TypeError(
            f"{name} is {shown(value)}; it must be a tuple ({first}, {second})"
        )
    return value[0], value[1]


def mapping(name: str, value: object, to: str) -> None:
    """Ask for a dict with an entry at least."""
    kind(name, value, Mapping, f"a dict from label to {to}")
    if not value:
        raise ValueError(f"{name} is empty, {value}; it must hold something")


def choice(name: str, value: object, choices: Iterable[object]) -> None:
    """Ask for one of a few values."""
    known = list(choices)
    if not any(value is each or value == each for each in known):
        told = ", ".join(map(repr, known))
        raise ValueError(f"{name} is {shown(value)}; it must be one of {told}")


def function(name: str, value: object, what: str = "a function") -> None:
    """Ask for something that can be called, and no class."""
    if isinstance(value, type):
        raise TypeError(
            f"{name} is the class {value.__name__}; it must be {what}: make one with "
            f"{value.__name__}()"
        )
    if not callable(value):
        raise TypeError(f"{name} is {shown(value)}; it must be {what}")


def model(name: str, value: object, kind_of: type[nn.Module] = nn.Module) -> None:
    """Ask for a network."""
    if isinstance(value, type):
        function(name, value, "a network")
    kind(name, value, kind_of)


def generator(name: str, value: object, needed: bool = False) -> None:
    """Ask for a generator of random numbers, or None unless it is needed."""
    if value is not None or needed:
        cure = "a torch.Generator, such as torch.Generator().manual_seed(0)"
        kind(name, value, torch.Generator, cure if needed else f"{cure}, or None")


def device(name: str, value: object) -> torch.device:
    """Ask for a device, or its name; return it."""
    kind(name, value, (str, torch.device), "a torch.device, or its name")
    assert isinstance(value, str | torch.device)
    try:
        return torch.device(value)
    except RuntimeError:
        raise ValueError(f"{name} is {value!r}; use cpu, cuda or mps") from None


def kind(
    name: str, value: object, wanted: type | tuple[type, ...], words: str = ""
) -> None:
    """Ask for an instance of a class, or of one of several."""
    if isinstance(value, wanted):
        return
    kinds = wanted if isinstance(wanted, tuple) else (wanted,)
    words = words or " or ".join(_with_article(each.__name__) for each in kinds)
    if isinstance(value, np.ndarray) and Tensor in kinds:
        words += ": use torch.from_numpy"
    raise TypeError(f"{name} is {shown(value)}; it must be {words}")


def shown(value: object) -> str:
    """Show what came, in few words."""
    if isinstance(value, Tensor):
        return f"a {value.dtype} tensor of shape {tuple(value.shape)}"
    if isinstance(value, np.ndarray):
        return f"a NumPy array of {value.dtype} and shape {value.shape}"
    if value is None or isinstance(value, str | bytes | Real | complex):
        return f"{value!r:.60}"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if isinstance(value, tuple | list):
        plain = all(isinstance(each, str | Real) for each in value)
        told = f"{type(value).__name__} of {len(value)}"
        return f"{value!r:.60}" if plain else f"a {told}"
    return _with_article(type(value).__name__)


def _with_article(name: str) -> str:
    return f"{'an' if name[0] in 'AEIOaeio' else 'a'} {name}"
