"""A cell to decode with, and what its calls tell about a decoder.

Each finding is a fact that was recorded: what a call got, and what was due.
"""

import torch
from torch import nn

from aelesson.checks.engine import Finding
from aelesson.checks.engine.compare import unchanged
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.observe import fresh
from aelesson.checks.sequences.watched import with_clear_weights


class Cell(nn.Module):
    """A small recurrent cell, strict about shapes, that records its calls."""

    def __init__(self, features, units):
        super().__init__()
        self.features, self.units = features, units
        self.got, self.made, self.learns = [], [], []
        with isolated(seed=7):
            self.inner = nn.GRUCell(features, units)
            self.out = nn.Linear(units, features)
            with_clear_weights(self)

    def forward(self, x_t, h):
        """Return the next step `(B, F)` and the next hidden state `(B, D)`."""
        self.learns.append((x_t.requires_grad, h.requires_grad))
        self.got.append((fresh(x_t), fresh(h)))
        sides = tuple(x_t.shape[1:]), tuple(h.shape[1:])
        if sides != ((self.features,), (self.units,)):
            raise ValueError(f"x_t has shape {tuple(x_t.shape)}, h {tuple(h.shape)}")
        h_next = self.inner(x_t, h)
        made = self.out(h_next), h_next
        self.made.append(tuple(map(fresh, made)))
        return made


def miscounted(cell, length):
    """Say that the cell made more steps, or fewer, than one for each code and call."""
    count = len(cell.got)
    if count == length:
        return
    says = f"the cell was called {count} times for {length} steps: each call makes one "
    says += "step of the whole batch."
    if not count:
        says = "the cell that you were given was never called: it makes each step."
    if count == 1:
        says += "\nIs `return` inside the loop?"
    yield "calls", Finding(f"{count} calls", says)


PARTS, PLACES = ("step", "hidden state"), ("input", "hidden state")


def misfed(cell, z):
    """Yield what the first call got that is wrong."""
    zeros = torch.zeros(len(z), cell.features)
    due = [("zeros, (B, F)", zeros), ("z", z)]
    known = [("zeros", zeros), ("zeros", 0 * z), ("ones", 1 + zeros), ("z", z)]
    for call, got in enumerate(cell.got, 1):
        for place, value, (name, wanted) in zip(PLACES, got, due, strict=True):
            if not unchanged(value, wanted):
                came = told(value, wanted, known)
                says = f"call {call} of the cell got {came} as its {place}:"
                says += f"\nit must be {name}."
                yield "call", Finding(says, says)
                return
        for made in cell.made[call - 1 : call]:
            names = (f"the {name} that call {call} returned" for name in PARTS)
            due = [*zip(names, made, strict=True)]
            known += due


def told(value, wanted, known):
    """Name what came in place of what was due."""
    for name, other in known:
        if unchanged(value, other):
            return name
    if value.dtype != wanted.dtype:
        return f"a tensor of {value.dtype}"
    alike = value.shape == wanted.shape
    return "other numbers" if alike else f"a tensor of shape {tuple(value.shape)}"


def facts(result, cell, case):
    """Yield what calls tell: their number, what they got, what lost its graph."""
    if isinstance(result, torch.Tensor):
        yield from miscounted(cell, case["length"])
    yield from misfed(cell, case["z"])
    for place, name in enumerate(PARTS):
        learns = all(learns[place] for learns in cell.learns[1:])
        if getattr(result, "requires_grad", False) and not learns:
            says = f"the {name} is cut off from the graph before it goes in again."
            yield f"cut {name}", Finding("cut", f"{says}\nHand it on with no `detach`.")
