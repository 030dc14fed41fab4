"""Is the judge still the course's? Runs inside a learner's kernel.

A cell can replace a check, or what a check stands on. Inside one process that cannot be
prevented, but the usual ways can be noticed, and undone: what belongs to the library is
remembered before the first cell, and compared before and after every check.
"""

import builtins
import pkgutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

from IPython.core.getipython import get_ipython

OUTSIDE = ("builtins", "math", "numpy", "torch", "torch.nn.functional", "torch.testing")
"""Modules that checks stand on; only what is replaced in them is noticed."""

_CODE = ("__code__", "__defaults__", "__kwdefaults__")
_HOOKS = ("input_transformers_post", "ast_transformers", "custom_exceptions")
_BUILT_IN = type | BuiltinFunctionType
_GONE = object()


@dataclass(frozen=True)
class _Kept:
    """A module, a class, a function or an object, and what it was made of."""

    name: str
    owner: Any
    before: dict[str, Any]
    strict: bool  # whether what was added counts, too
    caches: bool = False  # whether it keeps results in itself, which are made anew

    def changes(self) -> Iterator[str]:
        """Yield the names that are others now, unless a package has changed itself."""
        now = _state(self.owner)
        for name, value in self.before.items():
            if now.get(name, _GONE) is not value and not self._itself(now.get(name)):
                yield name
        if self.strict:
            yield from (n for n in now.keys() - self.before.keys() if _counts(now[n]))

    def _itself(self, value: object) -> bool:
        """Tell whether a function comes from outside code, as some of torch's do."""
        package = sys.modules[self.name.partition(".")[0]]
        code = getattr(value, "__code__", None)
        if code is None or _is_ours(self.name):
            return False
        home = Path(getattr(package, "__file__", None) or __file__).parent
        return Path(code.co_filename).is_relative_to(home)

    def put_back(self) -> None:
        for name in list(self.changes()):
            if name in self.before:
                _set(self.owner, name, self.before[name])
            else:
                _remove(self.owner, name)
        for name in _state(self.owner).keys() - self.before if self.caches else ():
            _remove(self.owner, name)


_kept: list[_Kept] = []
_modules: dict[str, ModuleType] = {}
_hooks: dict[str, tuple[object, ...]] = {}


def load() -> None:
    """Import the whole judge, before any cell can."""
    import aelesson.checks

    for found in pkgutil.walk_packages(aelesson.checks.__path__, "aelesson.checks."):
        if not found.name.endswith("__main__"):
            import_module(found.name)


def keep() -> None:
    """Remember the judge, and what it stands on, as they are now."""
    load()
    _modules.update((n, m) for n, m in sys.modules.items() if _is_ours(n))
    _kept.extend({id(kept.owner): kept for kept in _library()}.values())
    for name in OUTSIDE:
        if name in sys.modules:
            _kept.append(_keep(name, sys.modules[name], strict=False))
    _kept.extend(_torch_classes())
    _hooks.update((name, _hook(name)) for name in _HOOKS)


def _is_ours(name: str) -> bool:
    return name == "aelesson" or name.startswith("aelesson.")


def _library() -> Iterator[_Kept]:
    for name, module in _modules.items():
        if name == __name__:
            continue  # whose own lists grow just now
        strict = name.startswith("aelesson.checks")
        yield _keep(name, module, strict)
        for key, value in list(vars(module).items()):
            home = getattr(value, "__module__", None) or type(value).__module__
            elsewhere = isinstance(value, type | FunctionType) and home != name
            if _is_ours(str(home)) and not elsewhere:
                yield from _parts(f"{name}.{key}", value, strict)


def _parts(name: str, value: object, strict: bool) -> Iterator[_Kept]:
    """Yield what a name of the library stands for, and the parts of a class."""
    if isinstance(value, type):
        yield _keep(name, value, strict)
        for key, part in list(vars(value).items()):
            if isinstance(part, FunctionType):
                yield _keep(f"{name}.{key}", part, strict)
    elif isinstance(value, FunctionType):
        yield _keep(name, value, strict=False)
    elif hasattr(value, "__dict__"):
        yield replace(_keep(name, value, strict=False), caches=strict)


def _torch_classes() -> Iterator[_Kept]:
    torch = sys.modules.get("torch")
    if torch:
        yield _keep("torch.Tensor", torch.Tensor, strict=False)
        yield _keep("torch.nn.Module", torch.nn.Module, strict=False)


def _keep(name: str, owner: object, strict: bool) -> _Kept:
    return _Kept(name, owner, _state(owner), strict)


def _state(owner: Any) -> dict[str, Any]:  # noqa: ANN401
    if isinstance(owner, FunctionType):
        return {name: getattr(owner, name) for name in _CODE}
    if owner is builtins:  # Jupyter itself changes some that are written in Python
        return {k: v for k, v in vars(owner).items() if isinstance(v, _BUILT_IN)}
    return dict(vars(owner))


def _counts(added: object) -> bool:
    """Tell whether a name that was added matters: a module that was loaded does not."""
    return not isinstance(added, ModuleType)


def _set(owner: Any, name: str, value: object) -> None:  # noqa: ANN401
    if isinstance(owner, type | FunctionType):
        setattr(owner, name, value)
    else:
        vars(owner)[name] = value


def _remove(owner: Any, name: str) -> None:  # noqa: ANN401
    if isinstance(owner, type):
        delattr(owner, name)
    else:
        del vars(owner)[name]


def _hook(name: str) -> tuple[object, ...]:
    return tuple(getattr(get_ipython(), name, ()))


def changed() -> str:
    """Name what is not as it was, or return ""."""
    names = [f"{k.name}.{n}" for k in _kept for n in k.changes()]
    names += [n for n, module in _modules.items() if sys.modules.get(n) is not module]
    names += [f"IPython's {n}" for n, before in _hooks.items() if _hook(n) != before]
    if _namespace().get("checks") is not _modules["aelesson.checks"]:
        names.append("the name `checks`")
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def restore() -> str:
    """Put back what is not as it was."""
    for kept in _kept:
        kept.put_back()
    sys.modules.update(_modules)
    for name, before in _hooks.items():
        if _hook(name) != before:
            kind: Callable[[Any], Any] = type(getattr(get_ipython(), name))
            setattr(get_ipython(), name, kind(before))
    _namespace()["checks"] = _modules["aelesson.checks"]
    return ""


def _namespace() -> dict[str, Any]:
    shell: Any = get_ipython()
    names: dict[str, Any] = shell.user_ns
    return names
