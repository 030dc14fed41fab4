"""Functions that build a network: what they build, and what it makes of a batch."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from aelesson.checks.engine.calls import Answer, Raised, attempt, failed, kind, outcome
from aelesson.checks.engine.compare import FINE, Finding, unchanged
from aelesson.checks.engine.ends import End
from aelesson.checks.engine.observe import Aspects, Case, Observe, in_place
from aelesson.checks.engine.wording import kind_in_words


@dataclass
class Subject:
    """A network under observation, and the inputs of the case."""

    build: Callable[[], Any]
    model: nn.Module
    x: Tensor
    case: Case

    def run(self, x: Tensor | None = None) -> Tensor:
        """Return the output for the case's inputs, or for others."""
        out: Tensor = self.model((self.x if x is None else x).clone())
        return out

    def end(self, place: int = -1) -> End:
        """Return the network behind a layer, as a function, for one row."""
        return End(lambda: self.run(self.x[:1]), place)


Fact = Callable[[Subject], Any]
"""A finding, or a value that must be that of the reference."""


def network(
    inputs: Callable[[Case], Tensor], name: str, facts: Mapping[str, Fact]
) -> Observe:
    """Observe what a function builds, on a batch and on its first row alone.

    The facts are asked of a network that gives a tensor; `name` is that of its input.
    """

    def observe(answer: Answer, case: Case) -> Aspects:
        model = attempt(answer, [*case.values()])
        yield "error", outcome(model)
        yield "what is built", built(model)
        if not isinstance(model, nn.Module):
            return
        model.eval()
        x = inputs(case)
        for batch in (x, x[:1]):
            works = yield from forward(model, batch, name)
            if not works:
                return
        subject = Subject(lambda: answer(*case.values()), model, x, case)
        for fact, measure in facts.items():
            found = attempt(measure, [subject])
            # What cannot be measured is no fact, and nothing is said of it.
            yield fact, FINE if isinstance(found, Raised) else found

    return observe


def built(model: object) -> Finding:
    """Say what was built if it is no network that can be called."""
    if isinstance(model, nn.Module):
        says = f"your {type(model).__name__} has no `forward`: is it spelt right, and"
        says += " indented so that it stands inside the class?"
        missing = getattr(model.forward, "__func__", None) is nn.Module.forward
        return Finding("no forward", says) if missing else FINE
    if model is None:
        says = "your function returned None, not an nn.Module: is `return` missing?"
        return Finding("None", says)
    if isinstance(model, type):
        says = f"you returned the class {model.__name__} itself.\nReturn an instance of"
        return Finding("class", f"{says} it: {model.__name__}(...), with brackets.")
    if isinstance(model, list | tuple):
        says = (
            f"you returned a {type(model).__name__} of {len(model)}.\nJoin the layers"
        )
        return Finding("list", f"{says} to one nn.Module: nn.Sequential(*layers).")
    name = kind_in_words(kind(model))
    return Finding(name, f"you returned {name}: return an nn.Module.")


def forward(
    model: nn.Module, batch: Tensor, name: str
) -> Generator[tuple[str, Any], None, bool]:
    """Yield what a network makes of a batch; return whether it is a tensor."""
    given, rows = batch.clone(), "" if len(batch) > 1 else " of one row"
    out = attempt(model, [given])
    yield f"error in forward{rows}", outcome(out)
    yield f"input{rows}", FINE if unchanged(batch, given) else in_place(name)
    yield f"output{rows}", _output(out)
    if isinstance(out, Tensor):
        yield f"output shape{rows}", tuple(out.shape)
        yield f"dtype{rows}", out.dtype
    return isinstance(out, Tensor)


def _output(out: object) -> Finding:
    if isinstance(out, Tensor) or failed(out):
        return FINE
    if out is None:
        says = "your model's forward returned None: is `return` missing?"
        return Finding("None", says)
    if isinstance(out, list | tuple):
        says = f"your model returns {len(out)} things: return one tensor."
        return Finding("several", says)
    name = kind_in_words(kind(out))
    return Finding(name, f"your model returns {name}: return one tensor.")
