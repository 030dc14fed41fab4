"""How what was seen is put in words: values, the smallest case, aspects in general."""

import re
from collections.abc import Callable, Mapping, Sequence
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

from aelesson.checks.engine.calls import Raised
from aelesson.checks.engine.compare import Finding, Kind, Share, Within

if TYPE_CHECKING:
    from aelesson.checks.engine.exercise import Exercise
    from aelesson.checks.engine.runs import Run


def either(sentences: Sequence[str]) -> str:
    """Join explanations that fit equally well."""
    if len(sentences) == 1:
        return sentences[0]
    first, second = (" ".join(s.splitlines()) for s in sentences)
    return f"either {first.rstrip('.')};\nor {second}"


def size(value: Any) -> int:
    """Measure how much there is to read in a case."""
    if isinstance(value, Tensor):
        huge = bool(value.numel() and value.double().abs().max() > 100)
        return value.numel() + 10 * huge
    if isinstance(value, Mapping):
        return sum(map(size, value.values()))
    return sum(map(size, value)) if isinstance(value, list | tuple) else 1


def short(value: Any) -> str:
    """Show a value in a few words."""
    if isinstance(value, Share):
        return f"{value.value:.3f}"
    if isinstance(value, Within):
        return short(value.value)
    if isinstance(value, Kind):
        return kind_in_words(value)
    if isinstance(value, Tensor):
        return _short_tensor(value)
    if type(value) is int:
        return f"{value:,}"
    if isinstance(value, float):
        whole = value.is_integer() and abs(value) < 1e12
        return f"{value:,.0f}" if whole else f"{value:.5g}"
    if isinstance(value, nn.Module | torch.optim.Optimizer):
        return with_article(type(value).__name__)
    if callable(value):
        return getattr(value, "__name__", type(value).__name__)
    return re.sub(r" at 0x[0-9a-f]+", "", f"{value!r:.70}")


def _short_tensor(value: Tensor) -> str:
    if value.dim() == 0:
        return short(value.item())
    if value.numel() > 4:
        return f"a tensor of shape {tuple(value.shape)}"
    numbers = ", ".join(f"{v:.4g}" for v in value.detach().double().flatten().tolist())
    return f"[{numbers}]" if value.dim() == 1 else f"[{numbers}] {tuple(value.shape)}"


def with_article(name: str) -> str:
    """Say "an SGD" but "a ReLU": what starts with two capitals is spelt out."""
    spelt_out = re.match("[A-Z]{2}", name)
    vowel = name[:1] in ("AEFHILMNORSX" if spelt_out else "AEIOaeio")
    return f"{'an' if vowel else 'a'} {name}"


def kind_in_words(kind: Kind) -> str:
    """Say "an int", "a torch tensor", "a NumPy array"."""
    if kind.name == "NoneType":
        return "None"
    names = {"Tensor": "torch tensor", "ndarray": "NumPy array"}
    return with_article(names.get(kind.name, kind.name))


def given(case: Mapping[str, Any]) -> str:
    """Name the inputs of a case."""

    def one(name: str, value: Any) -> str:
        if isinstance(value, Tensor) and value.numel() > 4:
            return f"{name} of shape {tuple(value.shape)}"
        return f"{name} = {short(value)}"

    return ", ".join(one(name, value) for name, value in case.items())


def shown(exercise: "Exercise", run: "Run", case: int) -> str:
    """Show a failing case: what came, what is right, and the input."""
    aspect, got = run.symptom(case) or ("", None)
    want = exercise.expected[case].get(aspect)
    told = exercise.tell(exercise.cases[case])
    if isinstance(got, Raised):
        lines = [f"your function raised {got:.110}", got.line]
        return "\n".join([*filter(None, lines), f"It was called with {told}."])
    if isinstance(got, Finding | Kind):
        return f"(for {told}.)"
    name = "" if aspect == "value" else f"{aspect}: "
    if aspect.startswith("gradient at"):
        name = f"your result is right, but not its {name}"
    return f"({name}{difference(got, want)}, for {told}.)"


def difference(got: Any, want: Any) -> str:
    """Show two values, and of two tensors of one shape where they differ most."""
    a, b = (v.value if isinstance(v, Within) else v for v in (got, want))
    tensors = isinstance(a, Tensor) and isinstance(b, Tensor) and a.shape == b.shape
    if tensors and a.numel() > 4:
        gaps = (a.double() - b.double()).abs().nan_to_num(nan=torch.inf)
        # torch's function of this name imports sympy first: two seconds of waiting.
        worst = tuple(map(int, np.unravel_index(int(gaps.argmax()), gaps.shape)))
        place = ", ".join(map(str, worst))
        return f"value [{place}]: got {short(a[worst])}, expected {short(b[worst])}"
    about = "about " * isinstance(want, Share)
    return f"got {short(got)}, expected {about}{short(want)}"


_BRACKETS = " Did you forget the brackets, `()`?"
_CURES = {
    "Tensor": " Call `.item()` on it.",
    "ndarray": " Compute with torch throughout, or give it to torch.as_tensor.",
    "builtin_function_or_method": _BRACKETS,
    "method": _BRACKETS,
    "function": _BRACKETS,
}


def wrong_kind(_: str, got: Any, want: Any) -> str:
    """Say what was returned in place of what."""
    wanted = kind_in_words(want)
    if got.name == "NoneType":
        return f"your function returned None, expected {wanted}: is `return` missing?"
    cure = _CURES.get(got.name, "")
    if got.name == "Tensor" and want.name not in ("int", "float"):
        cure = ""
    return f"got {kind_in_words(got)}, expected {wanted}.{cure}"


def no_slope(aspect: str, got: Any, want: Any) -> str:
    """Say that no gradient arrives, if that is what is wrong; or that it is nan."""
    name = aspect.removeprefix("gradient at ")
    if isinstance(got, Raised):
        return f"backward() fails from your result: {got.translated({}) or got}"
    if isinstance(got, Tensor) and not got.any():
        return (
            f"no gradient reaches {name}: is there a `detach`, `no_grad`, `.data`, "
            "`.item()` or torch.tensor(...) on the way?"
        )
    if isinstance(got, Tensor) and (got.isnan() & ~want.isnan()).any():
        return (
            f"your result is right, but its gradient at {name} is nan: 0 * nan and "
            "0 * inf are nan, backwards too."
        )
    return ""


def wrong_output(_: str, got: Any, want: Any) -> str:
    """Say in which way a network's output has another shape."""
    gap = f"your network's output has shape {got}, expected {want}: "
    rows, sides = want[0], want[1:]
    if not isinstance(got, tuple) or got == want:
        return ""
    if len(got) == len(want) and got[::-1] == want:
        return f"{gap}batch and values are swapped."
    if got[:1] != (rows,):
        return f"{gap}the batch is lost.\nKeep dimension 0: flatten(1), not flatten()."
    if prod(got) == prod(want):
        return f"{gap}the values are there, in another shape.\nReshape at the end."
    if len(got) == 4 and len(want) == 2:
        return f"{gap}these are still maps.\nEnd with a flatten and a linear layer."
    if len(got) == 4 and got[2:] == want[2:]:
        return (
            f"{gap}the last layer must put out {want[1]} channel{'s' * (want[1] > 1)}."
        )
    if len(got) == len(want) == 4 and got[1] == want[1]:
        return f"{gap}the sides do not fit: work out the side behind every layer."
    return f"{gap}each row must become {' x '.join(map(str, sides))} numbers."


def wrong_count(_: str, got: Any, want: Any) -> str:
    """Say that a network has more or fewer weights than it should."""
    numbers = f"your model has {got:,} weights and biases, expected {want:,}:"
    if got < want:
        return f"{numbers} is a layer or a bias left out, or a layer used twice?"
    return f"{numbers} is a layer too many, or a size wrong?"


WRONG_ASPECTS: dict[str, Callable[[str, Any, Any], str]] = {
    "kind": wrong_kind,
    "dtype": lambda _, got, want: f"got a tensor of {got}, expected {want}.",
    "gradient at": no_slope,
    "output shape": wrong_output,
    "parameter count": wrong_count,
    "how many": lambda _, got, want: f"you returned {got} things, expected {want}.",
}
"""What an aspect says of itself where no mistake of the exercise explains it."""
