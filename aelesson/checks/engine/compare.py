"""When two things that were observed count as the same."""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor


@dataclass(frozen=True)
class Finding:
    """A fact, and the sentence that explains it where it is not as it should be.

    Two findings are the same if their kinds are; the sentence may hold numbers.
    """

    kind: str
    says: str = ""

    def alike(self, other: object) -> bool:
        """Compare the kinds."""
        return isinstance(other, Finding) and self.kind == other.kind


FINE = Finding("fine")


@dataclass(frozen=True)
class Note:
    """What is seen but not judged: it only tells apart two mistakes that fit alike."""

    value: Any

    def alike(self, other: object) -> bool:
        """Compare with another note."""
        return isinstance(other, Note) and same(self.value, other.value)


@dataclass(frozen=True)
class Kind:
    """The kind of a result, by name; where a float is right, an int is, too."""

    name: str

    def alike(self, other: object) -> bool:
        """Compare with the kind that is expected."""
        if not isinstance(other, Kind):
            return False
        return self.name == other.name or (self.name, other.name) == ("int", "float")


@dataclass(frozen=True)
class Within:
    """A value that must be right to its own accuracy, in place of float32's."""

    value: Tensor
    rtol: float
    atol: float

    def alike(self, other: object) -> bool:
        """Compare with the right value."""
        if not isinstance(other, Within) or self.value.shape != other.value.shape:
            return False
        a, b = self.value.double(), other.value.double()
        return torch.allclose(a, b, other.rtol, other.atol, equal_nan=True)


@dataclass(frozen=True)
class Share:
    """How often something came in independent trials; chance is allowed for."""

    hits: int
    count: int

    @property
    def value(self) -> float:
        """The share itself; 0 if nothing was tried."""
        return self.hits / max(self.count, 1)

    def alike(self, other: object, sigmas: float = 6.0) -> bool:
        """Tell whether chance explains the gap; no trial is like no trial only."""
        if not isinstance(other, Share):
            return False
        if not self.count or not other.count:
            return self.count == other.count
        pooled: float = (self.hits + other.hits) / (self.count + other.count)
        spread = (pooled * (1 - pooled) * (1 / self.count + 1 / other.count)) ** 0.5
        return bool(abs(self.value - other.value) <= sigmas * spread + 0.5 / self.count)


_RTOL, _ATOL = 1e-4, 1e-6
_LARGEST_SCALE = 1e3  # up to which the absolute tolerance grows with the numbers


def same(a: Any, b: Any) -> bool:
    """Tell whether two observed values are the same, at the accuracy of float32."""
    if hasattr(a, "alike"):
        return bool(a.alike(b))
    if isinstance(a, Tensor) and isinstance(b, Tensor):
        return close(a, b)
    if (
        type(a) in (int, float)
        and type(b) in (int, float)
        and float in (type(a), type(b))
    ):
        return close(torch.tensor(a).double(), torch.tensor(b).double())
    if isinstance(a, list | tuple) and isinstance(b, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(type(a) is type(b) and a == b)


def close(a: Tensor, b: Tensor) -> bool:
    """Compare tensors of any dtype; nan and infinity equal themselves."""
    if a.shape != b.shape:
        return False
    if not (a.is_floating_point() or b.is_floating_point()):
        return bool((a == b).all())
    a, b = a.detach().double(), b.detach().double()
    if _far_apart(a, b):
        return False
    sizes = b.nan_to_num(0.0, 0.0, 0.0).abs()
    scale = max(1.0, float(sizes.max())) if b.numel() else 1.0
    atol = _ATOL * min(scale, _LARGEST_SCALE)
    return torch.allclose(a, b, rtol=_RTOL, atol=atol, equal_nan=True)


def _far_apart(a: Tensor, b: Tensor) -> bool:
    """Tell whether the first numbers alone show that tensors are not close: a fast no.

    Most that are compared are not close.
    """
    if not a.numel():
        return False
    one, other = (float(each[(0,) * each.dim()]) for each in (a, b))
    return abs(one - other) > _RTOL * abs(other) + _ATOL * _LARGEST_SCALE


def unchanged(before: Any, after: Any) -> bool:
    """Tell whether an input is exactly as it was; nan stays nan."""
    if isinstance(before, Tensor) and isinstance(after, Tensor):
        alike = before.shape == after.shape and before.dtype == after.dtype
        return alike and torch.equal(before.nan_to_num(), after.detach().nan_to_num())
    if isinstance(before, list | tuple) and isinstance(after, list | tuple):
        return len(before) == len(after) and all(map(unchanged, before, after))
    return not isinstance(before, int | float | str) or before == after
