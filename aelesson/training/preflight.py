"""One batch before the run: what does not fit is named while nothing has changed."""

import inspect
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.modules.batchnorm import _BatchNorm
from torch.nn.modules.loss import _Loss
from torch.optim import Optimizer

from aelesson import bounds, layers, losses, objectives, require, runtime
from aelesson.objectives import Objective
from aelesson.training import batching
from aelesson.training.batching import Examples
from aelesson.training.memory import Memory
from aelesson.training.sources import Source, Stream
from aelesson.training.terms import check_kinds, check_terms

FACTORIES = {
    function
    for home in (objectives, bounds)
    for _, function in inspect.getmembers(home, inspect.isfunction)
    if function.__module__ == home.__name__
    and "model" not in inspect.signature(function).parameters
    and not function.__name__.startswith("_")
}
"""The functions of `objectives` and `bounds` that make an objective and are none."""


def check_objective(objective: object) -> None:
    """Refuse what is no function of model and batch.

    Raises:
        TypeError: It is a loss, a class, or a function that makes objectives.
    """
    what = "a function (model, batch) -> dict, such as objectives.reconstruction()"
    if told := _loss_name(objective):
        raise TypeError(
            f"objective is {told}, a loss; it must be {what[:-2]}(loss): "
            f"objectives.reconstruction({told})"
        )
    require.function("objective", objective, what)
    if objective in FACTORIES:
        told = getattr(objective, "__name__", "")
        home = getattr(objective, "__module__", "").removeprefix("aelesson.")
        raise TypeError(
            f"objective is the function {told} itself; it must be what that makes: "
            f"{home}.{told}(...), with its brackets"
        )


def _loss_name(objective: object) -> str:
    """Return how a loss is written, or "" for anything else."""
    if isinstance(objective, _Loss):
        return f"{type(objective).__name__}()"
    homes = F.__name__, losses.__name__
    at_home = getattr(objective, "__module__", None) in homes
    return getattr(objective, "__name__", "") if at_home else ""


def check_epoch(
    model: nn.Module,
    epoch_batches: object,
    objective: Objective,
    optimizer: Optimizer,
    after_step: object,
) -> None:
    """Refuse what no epoch can be trained with.

    Raises:
        TypeError: An argument is of another kind.
    """
    require.model("model", model)
    if isinstance(epoch_batches, Tensor | str | dict):
        told = require.shown(epoch_batches)
        raise TypeError(f"epoch_batches is {told}; it must go through batches")
    require.kind("epoch_batches", epoch_batches, Iterable, "batches, as from batches")
    check_objective(objective)
    require.kind("optimizer", optimizer, Optimizer)
    require.function("after_step", after_step)


def check_examples(name: str, source: Source, model: nn.Module) -> None:
    """Refuse images that no training can use, or that no output can be.

    Those that are not in memory are looked at when they come, batch by batch.

    Raises:
        TypeError: Their dtype is not that of the weights.
        ValueError: They are no batch, hold nan or infinity, or leave the range of the
            model's likelihood.
    """
    if isinstance(source, Stream):
        source.look = partial(_look_at, model)
    if not isinstance(source, Memory):
        return
    weights = next(model.parameters())
    first, *others = batching.parts(source.examples)
    if first.dim() < 2:
        raise ValueError(f"{name} has shape {tuple(first.shape)}, expected (N, ...)")
    if first.dtype == torch.uint8:
        _check_bytes(name, first)
        first = batching.parts(source.extremes())[0]
    _check_dtype(name, first, weights)
    if not others:  # what a tuple means, only its objective knows
        _check_values(name, first, model)


def _look_at(model: nn.Module, name: str, batch: Examples) -> None:
    """Refuse a batch that no output can be; another dtype is named where it fails."""
    if isinstance(batch, Tensor) and batch.dtype == next(model.parameters()).dtype:
        _check_values(name, batch, model)


def _check_values(name: str, x: Tensor, model: nn.Module) -> None:
    """Refuse nan and infinity, and what leaves the range of the likelihood."""
    if not x.sum().isfinite():  # a sum takes far less time, but may overflow
        require.finite(name, x)
    likelihood = getattr(model, "likelihood", None)
    if likelihood is not None:
        likelihood.require(x, name)


def check_last_batch(source: Source, model: nn.Module, batch_size: int) -> None:
    """Refuse a last batch of one where batch normalisation needs two.

    Raises:
        ValueError: There is such a batch.
    """
    of_one = source.count % batch_size == 1 and source.count < source.steps * batch_size
    normed = any(isinstance(part, _BatchNorm) for part in model.modules())
    if normed and (of_one or batch_size == 1):
        owner = "TrainConfig" if source.made_here else "DataLoader"
        raise ValueError(
            f"batch_size is {batch_size}, which leaves a last batch of one image of "
            f"{source.count}, and batch normalisation needs two: use "
            f"{owner}(drop_last=True), or another batch_size"
        )


def _check_bytes(name: str, x: Tensor) -> None:
    """Refuse bytes that are unlikely to be pixels from 0 to 255."""
    if (most := int(x.max())) < 128:
        raise ValueError(
            f"{name} is torch.uint8 with values up to {most}; pixels in bytes go from "
            f"0 to 255: use .float() / {max(most, 1)}, if {most} is white"
        )


def _check_dtype(name: str, x: Tensor, weights: Tensor) -> None:
    if x.dtype != weights.dtype:
        raise TypeError(
            f"{name} is {x.dtype}; it must be {weights.dtype}, as the model: use "
            f".to({weights.dtype})"
        )


def try_validation(
    source: Source, model: nn.Module, objective: Objective, before: "Before"
) -> None:
    """Put a batch through model and objective; everything is then as before.

    Raises:
        TypeError, ValueError: It does not fit, in words.
        FloatingPointError: A term is not finite.
    """
    batch = source.first()
    try:
        with runtime.evaluating(model):
            _checked("validation", model, objective, batch)
    finally:
        before.restore()


def try_extremes(
    name: str, source: Memory, model: nn.Module, objective: Objective, before: "Before"
) -> None:
    """Look at all values, by rows that hold the least and the largest, for good.

    Nothing has changed after it. It is for a GPU, where to look is to wait.

    Raises:
        TypeError, ValueError: Something does not fit, in words.
    """
    learns = name == "images"
    model.train(learns)
    try:
        with torch.set_grad_enabled(learns):
            asked(name, objective, model, source.extremes())
    finally:
        before.restore()
    source.known = True


def guarded(objective: Objective, name: str, before: "Before") -> Objective:
    """Return an objective that names what does not fit when it is first asked.

    Args:
        objective: What is asked of the model.
        name: What to call its batches: "images" or "validation".
        before: Restores what a call has changed that failed.
    """
    waiting = True

    def ask(model: nn.Module, batch: Examples) -> dict[str, Tensor]:
        nonlocal waiting
        if not waiting:
            return objective(model, batch)
        waiting = False
        try:
            return _checked(name, model, objective, batch)
        except Exception:
            before.restore()
            raise

    return ask


def _checked(
    name: str, model: nn.Module, objective: Objective, batch: Examples
) -> dict[str, Tensor]:
    terms = asked(name, objective, model, batch)
    check_terms(terms, step=1)
    return terms


def asked(
    name: str, objective: Objective, model: nn.Module, batch: Examples
) -> dict[str, Tensor]:
    """Return an objective's terms for a batch, and say in words what does not fit.

    Raises:
        TypeError, ValueError: It does not fit.
    """
    try:
        terms: Any = objective(model, batch)
    except Exception as error:
        _check_dtype(name, batching.parts(batch)[0], next(model.parameters()))
        raise _kind(error)(_told(name, batch, model, error)) from error
    if callable(terms):
        raise TypeError(
            f"objective returned {require.shown(terms)}; it must return terms: are its "
            "brackets missing, as in objectives.reconstruction()?"
        )
    check_kinds(terms)
    return terms  # type: ignore[no-any-return]


def _kind(error: Exception) -> type[Exception]:
    """Return the kind of error that tells the same in words."""
    if isinstance(error, FloatingPointError):
        return FloatingPointError
    return TypeError if isinstance(error, TypeError | AttributeError) else ValueError


def _told(name: str, batch: Examples, model: nn.Module, error: Exception) -> str:
    """Say what came, what the model's first layer takes, and what was raised."""
    x = batching.parts(batch)[0]
    told = f"a batch of {name}, of shape {tuple(x.shape)}, does not go through: {error}"
    if isinstance(batch, tuple) and "tuple" in str(error):
        return (
            f"{name} is a tuple of {len(batch)} tensors, so the objective gets tuples, "
            f"but it asks for images alone ({error}): hand over the images, "
            f"{name}[0], or a Dataset without labels, or write an objective that takes "
            "batch[0]"
        )
    in_words = not isinstance(error, RuntimeError | IndexError)
    return told if in_words else told + layers.first(model, told)


class Before:
    """All that a call of an objective changes, but for what it keeps itself."""

    def __init__(
        self, model: nn.Module, generators: Sequence[torch.Generator] = ()
    ) -> None:
        self.generators = [(each, each.get_state()) for each in generators]
        self.around = runtime.random_states()
        self.buffers = [(buffer, buffer.clone()) for buffer in model.buffers()]
        self.modes = [(part, part.training) for part in model.modules()]

    def restore(self) -> None:
        """Set buffers, modes and random states to what they were."""
        for buffer, values in self.buffers:
            buffer.copy_(values)
        for part, mode in self.modes:
            part.training = mode
        for generator, state in self.generators:
            generator.set_state(state)
        runtime.set_random_states(self.around)
