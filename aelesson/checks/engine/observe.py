"""What functions do, as aspects in order: kind, shape, value, gradients, side effects.

An observer is a generator: it runs an answer on a case, and yields what it sees, the
most telling first. Nothing is computed that nobody asks for.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from aelesson.checks.engine.calls import Answer, Raised, attempt, failed, kind, outcome
from aelesson.checks.engine.compare import FINE, Finding, unchanged
from aelesson.checks.engine.modules import Kept

Case = dict[str, Any]
Aspects = Iterator[tuple[str, Any]]
Observe = Callable[[Answer, Case], Aspects]

CUT = Finding(
    "cut",
    "no gradient flows back from your result, so nothing could be trained.\n"
    "Is there a `detach`, `no_grad`, `.data`, `.item()` or torch.tensor(...) on the "
    "way?",
)
GRAPH = Finding(
    "graph",
    "your result requires gradients: it drags the whole graph along.\n"
    "Compute under `with torch.no_grad():`.",
)


def returned(
    gradients: Sequence[str] = (),
    *,
    dtype: bool = False,
    graph: bool = True,
    names: Sequence[str] = (),
    new: bool = False,
) -> Observe:
    """Observe what a function returns, its gradients, and what it leaves behind.

    Args:
        gradients: the arguments by which gradients are taken; of a module, all its
            parameters.
        dtype: whether the dtype of a tensor is a matter of the exercise.
        graph: whether a result may require gradients.
        names: of the parts of a tuple, where the exercise returns one.
        new: whether the result must not be an input itself.
    """

    def observe(answer: Answer, case: Case) -> Aspects:
        given = {k: fresh(v, k in gradients) for k, v in case.items()}
        modules = {k: Kept(v) for k, v in given.items() if isinstance(v, nn.Module)}
        result = attempt(answer, [*given.values()])
        yield "error", outcome(result)
        if failed(result):
            return
        kept = inputs_kept(case, given)
        anew = new and kept[1] == FINE
        yield ("inputs", made_anew(result, given)) if anew else kept
        for name, module in modules.items():
            yield f"{name} as it was", module.left()
        yield from described(result, dtype, names)
        if not isinstance(result, Tensor):
            return
        if not graph:
            yield "graph", GRAPH if result.requires_grad else FINE
        if gradients and bool(result.isfinite().all()):
            yield "graph", FINE if result.requires_grad else CUT
            for name, slope in slopes(result, leaves({k: given[k] for k in gradients})):
                yield f"gradient at {name}", slope

    return observe


def inputs_kept(case: Case, given: Case) -> tuple[str, Finding]:
    """Tell whether an input was changed."""
    changed = [k for k, v in case.items() if not unchanged(v, given[k])]
    return "inputs", in_place(changed[0], case[changed[0]]) if changed else FINE


def made_anew(result: Any, given: Case) -> Finding:
    """Ask that a result is no input itself, and no view of one."""
    for name, value in given.items():
        both = isinstance(value, Tensor) and isinstance(result, Tensor)
        if both and value.data_ptr() == result.data_ptr():
            says = f"you returned {name} itself, or a view of it: make a new tensor."
            return Finding("itself", says)
    return FINE


def leaves(given: Case) -> Case:
    """Put a module's parameters in its place."""
    found: Case = {}
    for name, value in given.items():
        inside = value.named_parameters() if isinstance(value, nn.Module) else ()
        found |= {f"{name}.{k}": p for k, p in inside} or {name: value}
    return found


def in_place(name: str, value: Any = None) -> Finding:
    """Say that an input was changed, and how to leave it as it is."""
    cure = "Make a new tensor: no `*=`, `add_` or `x[...] =`."
    if isinstance(value, list):
        cure = f"Work on a copy: list({name})."
    return Finding(
        f"{name} changed",
        f"your function changes its input {name} in place; the caller still needs it.\n"
        f"{cure}",
    )


def described(result: Any, dtype: bool = False, names: Sequence[str] = ()) -> Aspects:
    """Yield kind, shape, dtype and value of a result, or of each part of a tuple."""
    yield "kind", kind([*result] if isinstance(result, list) else result)
    if names and isinstance(result, tuple):
        yield "how many", len(result)
        for name, part in zip(names, result, strict=False):
            for aspect, value in described(part, dtype):
                yield f"{aspect} of {name}", value
    elif isinstance(result, Tensor):
        yield "shape", tuple(result.shape)
        if dtype:
            yield "dtype", result.dtype
        yield "value", result.detach().clone()
    elif kind(result).name == "int":
        yield "value", int(result)
    elif kind(result).name == "float":
        yield "value", float(result)
    else:
        yield "value", result


def slopes(result: Tensor, inputs: Case) -> Iterator[tuple[str, Any]]:
    """Yield the gradients of a weighted sum; zero where nothing flows back."""
    found: Sequence[Tensor | None] | Raised = [None] * len(inputs)
    if result.requires_grad:
        weights = torch.linspace(1, 2, result.numel(), dtype=result.dtype)
        total = (result * weights.reshape(result.shape)).sum()
        found = attempt(
            lambda: torch.autograd.grad(total, [*inputs.values()], allow_unused=True),
            (),
        )
    for number, (name, value) in enumerate(inputs.items()):
        slope = found if isinstance(found, Raised) else found[number]
        yield name, torch.zeros_like(value) if slope is None else slope


def fresh(value: Any, gradient: bool = False) -> Any:
    """Return a copy that an answer may spoil."""
    if isinstance(value, Tensor):
        return value.detach().clone().requires_grad_(gradient)
    return [*map(fresh, value)] if isinstance(value, list) else value
