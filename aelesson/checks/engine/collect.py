"""What a lesson's folder holds: an exercise in each file, found by itself."""

from collections.abc import Iterable
from importlib import import_module
from pkgutil import iter_modules
from typing import Any


def exercises(package: str, path: Iterable[str]) -> dict[str, Any]:
    """Return the `check` of every module of a lesson, by the module's name.

    Args:
        package: the `__name__` of the lesson's package.
        path: its `__path__`.
    """
    modules = [import_module(f"{package}.{found.name}") for found in iter_modules(path)]
    checks = [(module.__name__, getattr(module, "check", None)) for module in modules]
    return {name.rpartition(".")[2]: check for name, check in checks if check}
