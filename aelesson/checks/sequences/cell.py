"""A cell to decode with, and what its calls tell about a decoder.

Each finding is a fact that was recorded: what a call got, and what was due.
"""

import torch
from torch import nn

from aelesson.checks.engine import Finding
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
        for name, value, size in (("x_t", x_t, self.features), ("h", h, self.units)):
            if value.dim() != 2 or value.shape != (len(h), size):
                raise ValueError(f"{name} has shape {tuple(value.shape)}")
        if x_t.dtype != h.dtype:
            raise ValueError(f"x_t is of {x_t.dtype}, and h of {h.dtype}")
        h_next = self.inner(x_t, h)
        made = self.out(h_next), h_next
        self.made.append(tuple(map(fresh, made)))
        return made


def miscounted(cell, batch, length):
    """Say that the cell made more steps, or fewer, than one for each code and call."""
    count = len(cell.got)
    if count == length:
        return
    says = f"the cell was called {count} times for {length} steps: "
    if not count:
        says = "the cell that you were given was never called: it makes each step."
    elif {len(x_t) for x_t, _ in cell.got} == {1} and batch > 1:
        says += "you decode one\nsequence after the other. Hand over the whole batch."
    elif count == 2 * length:
        says = "you call the cell twice for a step: one call gives both, x_t and h."
    elif count < length:
        says += "each call is one step.\nIs `return` inside the loop?"
    else:
        says += "range(length), and no step is dropped."
    yield "calls", Finding(f"{count} calls", says)


PAIR = ("step", "hidden state")
CHANGES = {
    "through sigmoid": lambda v: v.sigmoid(),
    "through tanh": lambda v: v.tanh(),
    "through relu": lambda v: v.relu(),
    "rounded": lambda v: v.round(),
    "clamped to [0, 1]": lambda v: v.clamp(0, 1),
    "clamped to [-1, 1]": lambda v: v.clamp(-1, 1),
    "normalised": lambda v: nn.functional.normalize(v),
}


def misfed(cell, z):
    """Yield what the first call got that is wrong, if calls get the whole batch."""
    zeros = torch.zeros(len(z), cell.features)
    known = [("zeros", zeros), ("zeros", 0 * z), ("ones", 1 + zeros), ("z", z)]
    due = [("zeros, (B, F)", zeros), ("z", z)]
    for call, got in enumerate(cell.got, 1):
        if got[0].shape[:1] == got[1].shape[:1] != z.shape[:1]:
            return
        if says := difference(call, got, due, known):
            says = f"call {call} of the cell got {says}"
            yield f"call {min(call, 2)}", Finding(says, says)
            return
        for made in cell.made[call - 1 : call]:
            names = (f"the {name} that call {call} returned" for name in PAIR)
            due = [*zip(names, made, strict=True)]
            both = f"input and output of call {call}, added up,"
            known += [*due, (both, got[0] + made[0])]


def difference(call, got, due, known):
    """Put in words what a call got in place of what was due; "" if it got that."""
    (_, x_t), (hidden, h) = due
    if call > 1 and equal(got[0], known[0][1]) and equal(got[1], known[3][1]):
        return "zeros and z again: nothing is handed on."
    if equal(got[0], h) and not equal(got[0], x_t):
        return (
            f"{hidden} as its input, x_t.\nThe step goes first: is something swapped?"
        )
    for value, (name, wanted), place in zip(got, due, ("input", PAIR[1]), strict=True):
        if not equal(value, wanted):
            came = told(value, name, wanted, known)
            return f"{came} as its {place}:\nit must be {name}."
    return ""


def told(value, name, wanted, known):
    """Name what came in place of what was due."""
    if value.shape == wanted.shape and value.dtype != wanted.dtype:
        return f"a tensor of {value.dtype}"
    changed = [(f"{name}, {how},", change(wanted)) for how, change in CHANGES.items()]
    part = [("a part of z", known[3][1][:, : value.shape[-1]])] if value.dim() else []
    for what, other in [*known, *changed, *part]:
        if equal(value, other):
            return what
    alike = value.shape == wanted.shape
    return "other numbers" if alike else f"a tensor of shape {tuple(value.shape)}"


def equal(a, b):
    return a.shape == b.shape and a.dtype == b.dtype and torch.equal(a, b)


def cut(cell, result):
    """Yield what lost its graph before it went in."""
    if not result.requires_grad or not cell.learns:
        return
    (_, first), *later = cell.learns
    if not first:
        yield "cut", Finding("z", "z is cut off from the graph before it goes in.")
    for place, name in enumerate(PAIR):
        if not all(learns[place] for learns in later):
            says = f"the {name} is cut off from the graph before it goes in again."
            yield f"cut {name}", Finding("cut", f"{says}\nHand it on with no `detach`.")
