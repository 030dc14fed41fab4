"""Judge what a learner's function returned: its kind, its shape, its values."""

from collections.abc import Mapping, Sequence
from numbers import Integral, Real

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector

from aelesson.checks.harness import CheckFailed
from aelesson.checks.wording import close, describe, difference, pattern

Value = Tensor | float

Mistakes = Mapping[str, Value | tuple[Value, ...]]
"""For each known mistake, its diagnosis and the value, or values, that it gives."""


def expect_tensor(
    value: object,
    shape: Sequence[int],
    hints: Mapping[tuple[int, ...], str] | None = None,
    dtype: torch.dtype | None = None,
) -> Tensor:
    """Return `value` if it is a tensor of that shape, and of `dtype` where it matters.

    Args:
        value: what the learner's function returned.
        shape: the shape that it must have.
        hints: how to right each wrong shape that a known mistake gives.
        dtype: the dtype that it must have; None lets every dtype pass.
    """
    if not isinstance(value, Tensor):
        raise _wrong_kind(value, "a torch tensor")
    if value.shape != torch.Size(shape):
        hint = (hints or {}).get(tuple(value.shape), "")
        raise CheckFailed(
            f"got shape {tuple(value.shape)}, expected {tuple(shape)}"
            + (f": {hint}" if hint else ".")
        )
    if dtype is not None and value.dtype != dtype:
        raise CheckFailed(f"got a tensor of {value.dtype}, expected {dtype}.")
    return value


def expect_float(value: object) -> float:
    """Return `value` if it is a number of Python or numpy (whole numbers count)."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise _wrong_kind(value, "a float")
    return float(value)


def expect_int(value: object) -> int:
    """Return `value` if it is a whole number of Python or numpy."""
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise _wrong_kind(value, "an int")
    return int(value)


def expect_close(
    got: Value,
    expected: Value,
    given: str,
    mistakes: Mistakes | None = None,
) -> None:
    """Raise unless `got` is `expected`, at the accuracy of float32.

    Args:
        got: what the learner's function returned, of the shape of `expected`.
        expected: what the oracle says.
        given: the input, in words, for the diagnosis.
        mistakes: the diagnosis of each known mistake, and what it leads to.
    """
    if close(got, expected):
        return
    for diagnosis, values in (mistakes or {}).items():
        values = values if isinstance(values, tuple) else (values,)
        if any(close(got, value) for value in values):
            raise CheckFailed(
                f"{diagnosis}\n({difference(got, expected)}, for {given}.)"
            )
    raise CheckFailed(
        f"{difference(got, expected)}, for {given}.{pattern(got, expected)}"
    )


def _wrong_kind(value: object, wanted: str) -> CheckFailed:
    if value is None:
        return CheckFailed(
            f"your function returned None, expected {wanted}: is `return` missing?"
        )
    if isinstance(value, Tensor):
        cure = "Call `.item()` on it." if value.numel() == 1 else "Reduce it to one."
        return CheckFailed(f"got {describe(value)}, expected {wanted}. {cure}")
    if isinstance(value, np.ndarray | np.generic) and wanted == "a torch tensor":
        return CheckFailed(
            "got a numpy array, expected a torch tensor: compute with torch throughout."
        )
    return CheckFailed(
        f"got {describe(value)} ({type(value).__name__}), expected {wanted}."
        + (" Did you forget the brackets, `()`?" if callable(value) else "")
    )


def expect_model_unchanged(model: nn.Module, before: Tensor) -> None:
    """Refuse an evaluation that took a step, or that froze the parameters for good.

    Args:
        model: The model that was evaluated, all of whose parameters can be trained.
        before: Its parameters before that, in one vector, as a copy.

    Raises:
        CheckFailed: If a parameter has another value, or takes no gradient any more.
    """
    if not all(parameter.requires_grad for parameter in model.parameters()):
        raise CheckFailed(
            "you switched off the parameters' gradients for good: the model can no "
            "longer be trained.\nUse `with torch.no_grad():`."
        )
    if not close(parameters_to_vector(model.parameters()), before):
        raise CheckFailed("you changed the model: evaluation takes no step.")
