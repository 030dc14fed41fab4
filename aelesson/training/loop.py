"""The training loop: one for every model and every objective of the course."""

import time
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import torch
from torch import nn
from torch.optim import Optimizer
from tqdm.auto import tqdm

from aelesson import require, runtime
from aelesson.objectives import Objective
from aelesson.training import batching, graphed
from aelesson.training.batching import Examples
from aelesson.training.checkpoints import TrainState, locked
from aelesson.training.history import Epoch, History
from aelesson.training.preflight import (
    Before,
    asked,
    check_epoch,
    check_examples,
    check_last_batch,
    check_objective,
    guarded,
    try_extremes,
    try_validation,
)
from aelesson.training.runs import Run, new_state
from aelesson.training.settings import TrainConfig
from aelesson.training.sources import Data, Source, source
from aelesson.training.terms import Terms, WeightedMeans, check_terms, check_weights


def train_epoch(
    model: nn.Module,
    epoch_batches: Iterable[Examples],
    objective: Objective,
    optimizer: Optimizer,
    after_step: Callable[[], None] = lambda: None,
) -> Terms:
    """Take one optimizer step per batch; return each term's mean per image.

    Raises:
        FloatingPointError: If the loss is not finite (that step is not taken), or
            if the weights are not finite at the end.
        ValueError: If the objective does not give scalars, one of them named "loss", or
            there is no batch.
        TypeError: If an argument is of another kind.
    """
    check_epoch(model, epoch_batches, objective, optimizer, after_step)
    model.train()
    means = WeightedMeans()
    step = 0
    for step, x in enumerate(epoch_batches, start=1):
        count = batching.count(x, "a batch of epoch_batches")
        terms = objective(model, x)
        check_terms(terms, step)
        optimizer.zero_grad()
        terms["loss"].backward()
        optimizer.step()
        means.add(terms, weight=count)
        after_step()
    if not step:
        raise ValueError(f"epoch_batches is empty, {epoch_batches}; it has no batch")
    check_weights(model)
    return means.result()


def evaluate(
    model: nn.Module, images: Data, objective: Objective, batch_size: int = 1000
) -> Terms:
    """Return each term's mean per image, in evaluation mode and without a step.

    Args:
        model: The model.
        images: As in `fit`; a DataLoader has its own size of batches.
        objective: What is asked of the model.
        batch_size: Images per forward pass: bounds memory, not the result.

    Raises:
        TypeError, ValueError: If an argument is of another kind, or a batch does not go
            through model and objective.
    """
    require.whole("batch_size", batch_size)
    check_objective(objective)
    given = source("images", images, batch_size, None, _device(model))
    check_examples("images", given, model)
    return _evaluate(model, given, partial(asked, "images", objective), batch_size)


def _evaluate(
    model: nn.Module, images: Source, objective: Objective, batch_size: int = 1000
) -> Terms:
    means = WeightedMeans()
    looked_at = require.unread() if images.known else nullcontext()
    with runtime.evaluating(model), looked_at:
        for x in images.in_order(batch_size):
            means.add(objective(model, x), weight=batching.count(x))
    return means.result()


def _device(model: nn.Module) -> torch.device:
    require.model("model", model)
    weights = next(model.parameters(), None)
    if weights is None:
        raise ValueError("model has no parameters: there is nothing to train")
    return weights.device


def fit(
    model: nn.Module,
    images: Data,
    objective: Objective,
    config: TrainConfig = TrainConfig(),
    *,
    validation: Data | None = None,
    checkpoint: str | Path | None = None,
    generator: torch.Generator | None = None,
    progress: bool = True,
) -> History:
    """Train a model with Adam on shuffled batches, on the device where it is.

    Before the first step, a batch of images and one of validation images have gone
    through model and objective; what does not fit is named, and nothing has changed.

    An interrupt (the stop button, Ctrl-C) ends the run early and keeps what was
    learnt. With a checkpoint, a run that ended early continues when `fit` is
    called again, and ends with the very weights of a run without a break.

    On an NVIDIA GPU, with tensors, nothing waits for it before an epoch ends. A step is
    recorded once and replayed, where model and objective do the same at every call;
    `history.steps` says which.

    Args:
        model: The model, changed in place.
        images: Training images, `(N, ...)`, or a tuple such as `(images, labels)` for
            an objective that asks for both. Pixels in bytes, uint8 from 0 to 255, take
            a quarter of the memory: each batch becomes float32 in [0, 1]. Or, for
            images that do not fit in memory, a torch `Dataset`, or a `DataLoader` with
            its own batches and order.
        objective: What is asked of the model; see `aelesson.objectives`.
        config: The settings.
        validation: Images, as in `images`, for the validation loss after every epoch.
        checkpoint: A file that is written before the first and after every epoch,
            and continued from if it is there. One file belongs to one run: the same
            network, starting weights, objective, images and settings.
        generator: Shuffles the images; by default a new one with the default
            seed. Those that objective, model or DataLoader hold themselves are found,
            and checkpoints hold their states too.
        progress: Whether to show a bar.

    Returns:
        The history of the run.

    Raises:
        TypeError: If an argument is of another kind.
        ValueError: If there are no images or no weights, if a batch does not go through
            model and objective, if `restore_best` lacks validation images, or if the
            checkpoint is damaged, in use, or comes from another run.
        FloatingPointError: If the loss stops being finite; names step and term. That
            step was not taken, nor any after it.
        OSError: If the checkpoint cannot be written.
    """
    device = _device(model)
    check_objective(objective)
    require.kind("config", config, TrainConfig, "a TrainConfig(...)")
    require.generator("generator", generator)
    require.flag("progress", progress)
    if checkpoint is not None:
        require.kind("checkpoint", checkpoint, (str, Path))
    generator = generator or torch.Generator().manual_seed(runtime.default_seed())
    if validation is None and config.restore_best:
        raise ValueError("validation is None; restore_best needs validation images")
    path = None if checkpoint is None else Path(checkpoint)
    size = config.batch_size
    given = source("images", images, size, generator, device, config.drop_last)
    held_out: Source | None = None
    if validation is not None:
        held_out = source("validation", validation, size, None, device)
    run = Run(given, held_out, objective, config.stretched(), path, progress)
    for name, each in run.sources():
        check_examples(name, each, model)
    check_last_batch(given, model, given.batch_size)
    with locked(path) if path else nullcontext():
        return _fit(model, run, generator)


def _fit(model: nn.Module, run: Run, generator: torch.Generator) -> History:
    """Go on with a run, or begin it, and end it as its settings say."""
    state = new_state(model, run, generator)
    path = run.checkpoint
    if path is not None and path.exists():
        state.resume(path)
    if len(state.history) >= run.config.epochs:
        print(f"{path} holds this run, finished: nothing was trained.")
    else:
        _go_on(state, run)
    if run.config.restore_best and state.best is not None:
        model.load_state_dict(state.best)
    return state.history


def _go_on(state: TrainState, run: Run) -> None:
    """Train what is left, from the first batch that is known to fit."""
    model, path = state.model, run.checkpoint
    before = Before(model, state.generators)
    if run.validation is not None:
        try_validation(run.validation, model, run.objective, before)
    for name, each in run.sources():
        if graphed.suits(each):
            try_extremes(name, each, model, run.objective, before)
    is_new = path is not None and not path.exists()
    if path is not None and is_new:
        state.save(path)
    try:
        _train(state, run, guarded(run.objective, "images", before))
    except KeyboardInterrupt:
        state.history.interrupted = True
        print(f"Stopped by hand after {len(state.history)} epochs; weights are kept.")
    except (TypeError, ValueError):
        if path is not None and is_new and not state.history.epochs:
            path.unlink(missing_ok=True)  # of a run that could not begin
        raise


def _train(state: TrainState, run: Run, objective: Objective) -> None:
    """Run the epochs that are left."""
    epochs, steps, history = run.config.epochs, run.images.steps, state.history
    model, optimizer = state.model, state.optimizer
    if graphed.suits(run.images):
        made = graphed.Steps(model, run.objective, optimizer, steps, history)
        train: Callable[..., Terms] = made.epoch
    else:
        train = partial(train_epoch, model, objective=objective, optimizer=optimizer)
    with tqdm(
        total=steps * epochs,
        initial=steps * len(history),
        desc="training",
        unit="step",
        mininterval=runtime.BAR_SECONDS,
        disable=not run.progress,
    ) as bar:

        def after_step() -> None:
            state.scheduler.step()
            bar.update()

        for epoch in range(len(history) + 1, epochs + 1):
            started = time.perf_counter()
            shuffled = run.images.epoch()
            try:
                terms = train(shuffled, after_step=after_step)
            except FloatingPointError as error:
                raise FloatingPointError(f"epoch {epoch}, {error}") from None
            checked: Terms = {}
            if run.validation is not None:
                checked = _evaluate(model, run.validation, run.objective)
            if run.config.restore_best:
                state.keep_best(checked["loss"])
            # One step, so that an interrupt finds the epoch recorded whole or not.
            history.epochs.append(Epoch(terms, checked, time.perf_counter() - started))
            if run.checkpoint is not None:
                state.save(run.checkpoint)
            bar.set_postfix({"loss": f"{terms['loss']:.4f}"}, refresh=False)
