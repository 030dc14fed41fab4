"""Epochs on a GPU without a wait: a step is recorded as a CUDA graph, and replayed.

A small network's step is some hundred small jobs, and to send them takes several times
as long as to do them. A recording is sent as one. Learning rate, losses and terms stay
on the device, and are read at an epoch's end.
"""

import random
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TypeGuard

import torch
from torch import nn
from torch.nn.utils import get_total_norm
from torch.optim import Optimizer

from aelesson import require
from aelesson.objectives import Objective
from aelesson.training import batching, steady
from aelesson.training.batching import Examples
from aelesson.training.checkpoints import plain
from aelesson.training.draws import generators_of
from aelesson.training.history import History
from aelesson.training.memory import Memory
from aelesson.training.notes import Notes
from aelesson.training.sources import Source
from aelesson.training.terms import Terms, check_made, check_weights

WARM = 3  # steps taken one by one before one is recorded, so that all is set up
KEPT = ("betas", "eps", "weight_decay", "amsgrad", "maximize")  # a recording's numbers
WAITED = "called a synchronizing CUDA operation"


def suits(source: Source) -> TypeGuard[Memory]:
    """Tell whether a run's examples lie whole on a GPU."""
    return isinstance(source, Memory) and source.device.type == "cuda"


class Steps:
    """Takes the steps of a run: the first ones one by one, then by replay.

    A step is not recorded if model or objective may differ from call to call, or wait
    for the GPU; all are then taken one by one, without a wait of ours. `history.steps`
    says which.

    Args:
        model: The model.
        objective: What is asked of it, in a batch whose values nobody need look at.
        optimizer: A fused Adam.
        count: The steps of an epoch.
        history: Told how steps are taken.
    """

    def __init__(
        self,
        model: nn.Module,
        objective: Objective,
        optimizer: Optimizer,
        count: int,
        history: History,
    ) -> None:
        device = next(model.parameters()).device
        self.model, self.objective, self.optimizer = model, objective, optimizer
        self.history, self.notes = history, Notes(device, count)
        self.rates = [torch.zeros((), device=device) for _ in optimizer.param_groups]
        self._generators = generators_of((objective, model))
        self._recorded: dict[object, _Recorded] = {}
        self._taken: Counter[object] = Counter()
        self._against = self._reason()
        self._told()

    def epoch(
        self, epoch_batches: Iterable[Examples], after_step: Callable[[], None]
    ) -> Terms:
        """Take one step per batch; return each term's mean per image.

        Raises:
            FloatingPointError: As in `train_epoch`, at the end of the epoch. No step
                has been taken since.
            ValueError: As in `train_epoch`.
        """
        self.model.train()
        self.notes.begin()
        counts = []
        with require.unread():
            for batch in epoch_batches:
                self.take(batch)
                counts.append(batching.count(batch))
                after_step()
        total = get_total_norm([each.detach() for each in self.model.parameters()])
        self.optimizer.zero_grad()  # those of a recording are nobody else's
        means = self.notes.read(counts)
        if not total.isfinite():
            check_weights(self.model)
        return means

    def take(self, batch: Examples) -> None:
        """Take one step, by replay if one was recorded with such a batch."""
        for rate, group in zip(self.rates, self.optimizer.param_groups, strict=True):
            rate.fill_(group["lr"])
        kind = (*(part.shape for part in batching.parts(batch)), self._settings())
        if kind in self._recorded:
            self._recorded[kind].replay(batch)
            return
        self._taken[kind] += 1
        if self._against or self._taken.total() == 1:
            self._step(batch)  # the first one may wait while it sets up
        else:
            self._against = self._watched(batch)
        if not self._against and self._taken.total() >= WARM and self._taken[kind] > 1:
            self._record(kind, batch)
        self._told()

    def _step(self, batch: Examples) -> None:
        """Take one step as it is written, and wait for nothing."""
        terms = self.objective(self.model, batch)
        check_made(terms)
        self.optimizer.zero_grad()
        terms["loss"].backward()
        self.notes.add(terms)
        with self._lent():
            self.optimizer.step()

    @contextmanager
    def _lent(self) -> Iterator[None]:
        """Lend Adam what it then reads on the device: the rate, and whether to step."""
        groups = self.optimizer.param_groups
        before = [(group["lr"], group["capturable"]) for group in groups]
        on_gpu = self.notes.spoilt.is_cuda
        recording = on_gpu and torch.cuda.is_current_stream_capturing()
        for rate, group in zip(self.rates, groups, strict=True):
            group.update(lr=rate, capturable=recording)
        self.optimizer.found_inf = self.notes.spoilt  # type: ignore[attr-defined]
        try:
            yield
        finally:
            del self.optimizer.found_inf  # type: ignore[attr-defined]
            for (rate, capturable), group in zip(before, groups, strict=True):
                group.update(lr=rate, capturable=capturable)

    def _settings(self) -> tuple[object, ...]:
        """Return what a recording would keep as a number, and a schedule may change."""
        groups = self.optimizer.param_groups
        return tuple(group[name] for group in groups for name in KEPT)

    def _watched(self, batch: Examples) -> str:
        """Take one step; return what in it a recording would not do, or ""."""
        before = _states()
        with warnings.catch_warnings(record=True) as seen, _watching():
            warnings.simplefilter("always")
            self._step(batch)
        waits = [each for each in seen if str(each.message).startswith(WAITED)]
        for each in seen:
            if each not in waits and "debug mode is a prototype" not in str(each):
                warnings.warn_explicit(
                    each.message, each.category, each.filename, each.lineno
                )
        if not waits:
            return "a number is drawn on the CPU" if _states() != before else ""
        return f"{Path(waits[0].filename).name}, line {waits[0].lineno}, reads a value"

    def _record(self, kind: object, batch: Examples) -> None:
        """Record a step; nothing is done by that, and it may turn out not to work."""
        other = next(iter(self._recorded.values()), None)
        made = _Recorded(batch, self._generators, other)
        try:
            made.record(self._step)
        except RuntimeError as error:
            self._against = f"recording failed, {str(error).splitlines()[0]}"
            _mend()
        else:
            self._recorded[kind] = made

    def _reason(self) -> str:
        """Say why no step of this run may be recorded, or return ""."""
        weights = [*self.model.parameters()]
        if {part.device for part in weights} != {weights[0].device}:
            return "the model is on several devices"
        if weights[0].device.type != "cuda":
            return "the model is not on a GPU"
        if plain(self.model) is not self.model:
            return "the model is wrapped"
        if any(each.device.type != "cuda" for each in self._generators):
            return "a generator is on the CPU"
        return steady.change(self.objective, self.model)

    def _told(self) -> None:
        told = f"one by one: {self._against or 'few were alike'}"
        self.history.steps = "replayed" if self._recorded else told


class _Recorded:
    """A step as a CUDA graph, with the batch that it reads.

    Args:
        batch: A batch of the shape that it is for.
        generators: What model and objective draw from, beside PyTorch's own.
        other: A recording that is never replayed at the same time, to share its memory.
    """

    def __init__(
        self,
        batch: Examples,
        generators: list[torch.Generator],
        other: "_Recorded | None" = None,
    ) -> None:
        self.parts = [part.clone() for part in batching.parts(batch)]
        self.batch = tuple(self.parts) if isinstance(batch, tuple) else self.parts[0]
        self.graph: torch.cuda.CUDAGraph = torch.cuda.CUDAGraph()
        self.pool = other.graph.pool() if other else None
        for each in generators:
            self.graph.register_generator_state(each)

    def record(self, step: Callable[[Examples], None]) -> None:
        """Run a step's Python; what it sends to the GPU is kept and not done.

        `torch.cuda.graph` would do the same, and give all unused memory back first.
        """
        torch.cuda.synchronize()
        with torch.cuda.stream(_stream(torch.cuda.current_device())):
            self.graph.capture_begin(self.pool, capture_error_mode="thread_local")
            try:
                step(self.batch)
            finally:
                self.graph.capture_end()

    def replay(self, batch: Examples) -> None:
        """Take the step with another batch of that shape."""
        for held, part in zip(self.parts, batching.parts(batch), strict=True):
            held.copy_(part)
        self.graph.replay()


@cache
def _stream(device: int) -> torch.cuda.Stream:
    """Return the one stream to record on: each would keep a work space of its own."""
    return torch.cuda.Stream(device)


def _states() -> tuple[object, ...]:
    """Return what tells whether anything was drawn on the CPU."""
    return torch.get_rng_state().numpy().tobytes(), random.getstate()


@contextmanager
def _watching() -> Iterator[None]:
    """Let PyTorch warn of what waits for the GPU."""
    before = torch.cuda.get_sync_debug_mode()
    torch.cuda.set_sync_debug_mode("warn")
    try:
        yield
    finally:
        torch.cuda.set_sync_debug_mode(before)


def _mend() -> None:
    """Record an addition: after a recording that failed, nothing could be drawn."""
    number = torch.zeros((), device="cuda")

    def add(batch: Examples) -> None:
        number.add_(1)

    _Recorded(number, []).record(add)
