"""How a diagnosis puts values, and the difference between two, in words."""

import re
from textwrap import shorten

import numpy as np
import torch
from torch import Tensor, nn


def close(a: Tensor | float, b: Tensor | float) -> bool:
    """Tell whether values are the same at float32 accuracy; whole numbers exactly."""
    left, right = _double(a), _double(b)
    exact = not any(torch.as_tensor(value).is_floating_point() for value in (a, b))
    rtol, atol = (0.0, 0.0) if exact else (1e-4, 1e-6)
    return left.shape == right.shape and torch.allclose(
        left, right, rtol=rtol, atol=atol, equal_nan=True
    )


def describe(value: object) -> str:
    """Show a value in a few words: its shape if it is a tensor."""
    if isinstance(value, Tensor):
        return f"a tensor of shape {tuple(value.shape)}"
    if type(value).__module__.startswith(f"{__package__}."):
        return "a test model"
    if isinstance(value, nn.Module | torch.optim.Optimizer):
        name = type(value).__name__
        return f"{_article(name)} {name}"
    return shorten(repr(value), 70, placeholder=" ...")


def difference(got: Tensor | float, expected: Tensor | float) -> str:
    """Show where two values differ most."""
    yours, right = _double(got), _double(expected)
    if yours.dim() == 0 or yours.shape != right.shape:
        return f"got {_short(yours)}, expected {_short(right)}"
    gaps = (yours - right).abs().nan_to_num(nan=torch.inf)
    index = [int(i) for i in np.unravel_index(int(gaps.argmax()), gaps.shape)]
    place = f"value {index if len(index) > 1 else index[0]}: "
    worst = f"got {_short(yours[*index])}, expected {_short(right[*index])}"
    return worst if gaps.numel() == 1 else place + worst


def pattern(got: Tensor | float, expected: Tensor | float) -> str:
    """Say what all wrong values have in common: it often names the mistake."""
    yours, right = _double(got), _double(expected)
    if yours.shape != right.shape:
        return ""
    if right.isfinite().all() and not yours.isfinite().all():
        return "\nThere is a nan or inf in it: look for log(0), 0/0 or an overflow."
    factor = (yours * right).sum() / (right * right).sum()
    if close(yours, -right):
        return "\nThe sign is the wrong way round."
    telling = factor != 0 if right.numel() > 1 else factor in (0.5, 2)
    if telling and close(yours, factor * right):
        return f"\nYou got {_short(factor)} times the right result: is a factor off?"
    offset = (yours - right).mean()
    if right.numel() > 1 and close(yours, right + offset):
        return f"\nEvery value is off by {_short(offset)}: is a constant off?"
    return ""


def _article(name: str) -> str:
    """Say "an SGD" but "a ReLU": what starts with two capitals is spelt out."""
    spelt_out = re.match("[A-Z]{2}", name)
    return "an" if name[0] in ("AEFHILMNORSX" if spelt_out else "AEIOaeio") else "a"


def _short(value: Tensor) -> str:
    if value.dim():
        return describe(value)
    number = float(value)
    return f"{number:,.0f}" if number.is_integer() else f"{number:.5g}"


def _double(value: Tensor | float) -> Tensor:
    return torch.as_tensor(value).detach().cpu().double()
