"""Rules of open tasks: what a thing must be before it is recorded."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from torch import Tensor, nn

from aelesson.checks.engine.calls import Raised, attempt

Rule = Callable[[Any], str]
"""Says why a thing may not take part, or ""."""


def is_model(thing: Any) -> str:
    """Refuse what is no network."""
    if isinstance(thing, nn.Module):
        return ""
    if thing is None:
        return "got None, expected a model: is `return` missing?"
    if isinstance(thing, type):
        return f"got the class {thing.__name__}, expected a model: add the brackets."
    return f"got {type(thing).__name__}, expected a model: an nn.Module."


def at_most(weights: int) -> Rule:
    """Return a rule: no more numbers than that are kept in a model, of any kind."""

    def rule(model: nn.Module) -> str:
        count = numbers_kept(model)
        if count <= weights:
            return ""
        return (
            f"your model keeps {count:,} numbers, at most {weights:,} are allowed: "
            "weights, biases, buffers and tensors kept in attributes count."
        )

    return rule


def numbers_kept(model: nn.Module) -> int:
    """Count all numbers that a model keeps: parameters, buffers, plain tensors."""
    kept: dict[int, int] = {}
    for part in model.modules():
        for each in _tensors(vars(part)):
            place = each.data_ptr()  # of a tensor and a piece of it the larger counts
            kept[place] = max(each.numel(), kept.get(place, 0))
    return sum(kept.values())


def _tensors(value: Any) -> Iterator[Tensor]:
    """Yield tensors, also those in lists, tuples and dicts."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        yield from _tensors(list(value.values()))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _tensors(each)


def needs_only(inputs: Callable[[], Sequence[Any]], shape: Sequence[int]) -> Rule:
    """Return a rule: a model takes these inputs and nothing else.

    Args:
        inputs: makes a small batch, such as a tuple of images.
        shape: what must come out for it.
    """

    def rule(model: nn.Module) -> str:
        given = inputs()
        out = attempt(model, given)
        if isinstance(out, Raised) and "missing" in out.message:
            return (
                "your model asks for more than it is given: it must do without labels "
                f"and other extras.\n({out:.110})"
            )
        if isinstance(out, Raised):
            return f"your model does not run on a batch of {len(given[0])}: {out:.110}"
        found = tuple(out.shape) if isinstance(out, Tensor) else type(out).__name__
        if found != tuple(shape):
            return f"your model returns {found}, expected a tensor of shape {shape}."
        return ""

    return rule
