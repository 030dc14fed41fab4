"""A cell to decode with, and what decoders make of it, right and wrong.

For the check of `decode_sequence`, an exercise of lesson 11.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from aelesson.checks.expect import Mistakes
from aelesson.checks.harness import isolated

BAD_INPUT = "x_t, the input, has shape"
BAD_STATE = "h, the hidden state, has shape"
BAD_DTYPE = "x_t, the input, is of"

Pair = tuple[Tensor, Tensor]
"""What goes into a cell and what comes out: a step and a hidden state."""

Rule = Callable[[Pair, Pair], Pair]
"""From what went into a call and what came out, to what goes into the next call."""


class Cell(nn.Module):
    """A small recurrent cell, strict about shapes, with weights that are not small."""

    def __init__(self, features: int, units: int) -> None:
        super().__init__()
        self.features, self.units = features, units
        self.made = 0  # steps, of all codes
        with isolated(seed=7):
            self.inner = nn.GRUCell(features, units)
            self.out = nn.Linear(units, features)
            for parameter in self.parameters():
                nn.init.uniform_(parameter, -1, 1)

    def forward(self, x_t: Tensor, h: Tensor) -> Pair:
        """Return the next step `(B, F)` and the next hidden state `(B, D)`."""
        self.made += len(x_t)
        if x_t.dim() != 2 or x_t.shape[1] != self.features:
            raise ValueError(
                f"{BAD_INPUT} {tuple(x_t.shape)}, expected (B, {self.features})"
            )
        if h.dim() != 2 or h.shape[1] != self.units:
            raise ValueError(
                f"{BAD_STATE} {tuple(h.shape)}, expected (B, {self.units})"
            )
        if x_t.dtype != h.dtype:
            raise ValueError(f"{BAD_DTYPE} {x_t.dtype}, and h of {h.dtype}")
        h_next = self.inner(x_t, h)
        return self.out(h_next), h_next


def free_running(_: Pair, out: Pair) -> Pair:
    """Hand on what came out: the right rule."""
    return out


@dataclass(frozen=True)
class Decoder:
    """Makes sequences of `length` steps by any rule, from any start."""

    cell: Cell
    z: Tensor
    length: int

    @property
    def zeros(self) -> Tensor:
        """The right first input."""
        return torch.zeros(len(self.z), self.cell.features)

    def calls(self, rule: Rule, start: Pair | None = None) -> list[Pair]:
        """Return what each call of the cell returned."""
        now, made = start or (self.zeros, self.z), []
        for _ in range(self.length):
            made.append(self.cell(*now))
            now = rule(now, made[-1])
        return made

    def steps(self, rule: Rule = free_running, start: Pair | None = None) -> Tensor:
        """Return the steps `(B, length, F)`."""
        return torch.stack([x_t for x_t, _ in self.calls(rule, start)], dim=1)

    def written(self, body: Callable[[Tensor, Tensor], Pair]) -> Tensor:
        """Return the steps of a loop with another body than `cell(x_t, h)`."""
        x_t, h = self.zeros, self.z
        steps = []
        for _ in range(self.length):
            x_t, h = body(x_t, h)
            steps.append(x_t)
        return torch.stack(steps, dim=1)

    def states(self, rule: Rule = free_running) -> Tensor:
        """Return the hidden states `(B, length, D)`."""
        return torch.stack([h for _, h in self.calls(rule)], dim=1)

    def mistakes(self) -> Mistakes:
        """Give each known mistake its diagnosis and the steps it leads to."""
        with torch.no_grad():
            return (
                self._not_handed_on()
                | self._called_badly()
                | self._badly_begun()
                | self._squashed()
                | self._badly_joined()
                | self._misfed()
            )

    def _not_handed_on(self) -> dict[str, Tensor | tuple[Tensor, ...]]:
        zeros, z = self.zeros, self.z
        return {
            "the input is zeros at every step: each step that comes out is the next "
            "input.": self.steps(lambda now, out: (zeros, out[1])),
            "the hidden state is not handed on: the cell got z at every step.": (
                self.steps(lambda now, out: (out[0], z))
            ),
            "nothing is handed on: every call got zeros and z.": (
                self.steps(lambda now, out: now)
            ),
            "the hidden state is zeros at every later step: hand it on.": (
                self.steps(lambda now, out: (out[0], 0 * z))
            ),
            "z is added to the hidden state at every step: it is only the first one.": (
                self.steps(lambda now, out: (out[0], out[1] + z))
            ),
            "you changed the step before it went in again: hand it on as it is.": (
                self.steps(lambda now, out: (now[0] + out[0], out[1])),
                self.steps(lambda now, out: (out[0].sigmoid(), out[1])),
                self.steps(lambda now, out: (out[0].tanh(), out[1])),
                self.steps(lambda now, out: (out[0].relu(), out[1])),
                self.steps(lambda now, out: (out[0].round(), out[1])),
                self.steps(lambda now, out: (out[0].clamp(0, 1), out[1])),
                self.steps(lambda now, out: (out[0].clamp(-1, 1), out[1])),
            ),
        }

    def _called_badly(self) -> dict[str, Tensor | tuple[Tensor, ...]]:
        cell = self.cell

        def step_first(x_t: Tensor, h: Tensor) -> Pair:
            x_t = cell(x_t, h)[0]
            return x_t, cell(x_t, h)[1]

        def state_first(x_t: Tensor, h: Tensor) -> Pair:
            h = cell(x_t, h)[1]
            return cell(x_t, h)[0], h

        def added(x_t: Tensor, h: Tensor) -> Pair:
            change, h = cell(x_t, h)
            return x_t + change, h

        return {
            "you call the cell twice for a step, with other inputs the second time: "
            "one call gives both, x_t, h = cell(x_t, h).": (
                self.written(step_first),
                self.written(state_first),
            ),
            "you add what the cell returned to the step before: it is the next step.": (
                self.written(added)
            ),
        }

    def _badly_begun(self) -> dict[str, Tensor | tuple[Tensor, ...]]:
        zeros, z = self.zeros, self.z
        first = self.cell(zeros, z)
        return {
            "the first hidden state is zeros: it is z.": (
                self.steps(start=(zeros, 0 * z))
            ),
            "z is changed before it goes in: the first state is z itself.": tuple(
                self.steps(start=(zeros, changed))
                for changed in (z.tanh(), z.relu(), z.sigmoid(), F.normalize(z))
            ),
            "the first input is ones: it is zeros.": self.steps(start=(zeros + 1, z)),
            "the zeros that went in are in the result: take what comes out.": (
                torch.cat([zeros[:, None], self.steps()[:, :-1]], dim=1)
            ),
            "the last step is missing: the loop stops one too early.": (
                torch.cat([self.steps()[:, :-1], zeros[:, None]], dim=1)
            ),
            "the first step is missing: every call's counts.": self.steps(start=first),
            "the first step is made twice: the second call takes what the first one "
            "returned.": self.steps(start=(first[0], z)),
        }

    def _squashed(self) -> dict[str, Tensor | tuple[Tensor, ...]]:
        """Name what is done in the loop, to each step before it is kept."""
        cell = self.cell

        def then(change: Callable[[Tensor], Tensor]) -> Tensor:
            return self.written(lambda x_t, h: (change((o := cell(x_t, h))[0]), o[1]))

        return {
            "you cut the range of each step in the loop: keep it and hand it on as the "
            "cell returns it.": (
                then(lambda x_t: x_t.clamp(0, 1)),
                then(lambda x_t: x_t.clamp(-1, 1)),
                then(torch.relu),
            ),
            "you put a sigmoid or a tanh on each step in the loop: keep it and hand it "
            "on as the cell returns it.": (then(torch.sigmoid), then(torch.tanh)),
        }

    def _badly_joined(self) -> dict[str, Tensor | tuple[Tensor, ...]]:
        steps = self.steps()
        return {
            "the steps come in reverse: the first one is step 0.": steps.flip(1),
            "the steps are added up: return each as the cell made it.": steps.cumsum(1),
            "every step is the last one: keep each as it comes.": (
                steps[:, -1:].expand_as(steps)
            ),
            "batch and steps are mixed: reshape does not swap axes. Use "
            "torch.stack(steps, dim=1).": steps.transpose(0, 1).reshape(steps.shape),
            "the axes are mixed: use torch.stack(steps, dim=1), and no reshape.": (
                steps.mT.reshape(steps.shape)
            ),
            "you put a sigmoid on the steps: return what the cell returns.": (
                steps.sigmoid()
            ),
            "you cut the range of the steps: return what the cell returns.": (
                steps.clamp(0, 1),
                steps.clamp(-1, 1),
                steps.relu(),
            ),
            "you put a tanh on the steps: return what the cell returns.": steps.tanh(),
            "the result is zeros: fill it, or stack the steps.": 0 * steps,
        }

    def _misfed(self) -> dict[str, Tensor | tuple[Tensor, ...]]:
        """Name what depends on how many numbers a step and a hidden state have."""
        features, units = self.cell.features, self.cell.units
        if features == units:
            return self._swapped()
        if features > units:
            return {}
        part = self.z[:, :features]
        return {
            "the first input is a part of z: it is zeros.": (
                self.steps(start=(part, self.z))
            )
        }

    def _swapped(self) -> dict[str, Tensor | tuple[Tensor, ...]]:
        """Name what is silent only where steps and hidden states have one size."""
        zeros, z = self.zeros, self.z
        return {
            "these are the hidden states: return the steps.": self.states(),
            "z is the first hidden state, not the first input, which is zeros.": (
                self.steps(start=(z, z)),
                self.steps(start=(z, zeros)),
            ),
            "z is the input at every step: it is the first hidden state, and each step "
            "that comes out is the next input.": (
                self.steps(lambda now, out: (z, out[1])),
                self.steps(lambda now, out: (z, out[1]), (z, zeros)),
                self.steps(lambda now, out: (z, out[1]), (z, z)),
            ),
            "the two that the cell returns are swapped: x_t, h = cell(x_t, h).": (
                self.steps(lambda now, out: out[::-1]),
                self.states(lambda now, out: out[::-1]),
            ),
            "the two that the cell takes are swapped: x_t, h = cell(x_t, h).": (
                self.steps(lambda now, out: out[::-1], (z, zeros))
            ),
            "the hidden state is the next input: it should be the step.": (
                self.steps(lambda now, out: (out[1], out[1]))
            ),
            "the step is the next hidden state: it should be what the cell returned.": (
                self.steps(lambda now, out: (out[0], out[0]))
            ),
        }
