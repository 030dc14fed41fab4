"""The training loop: one for every model and every objective of the course."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Adam, Optimizer
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, OneCycleLR
from tqdm.auto import tqdm

from aelesson import runtime
from aelesson.objectives import Objective
from aelesson.training import batching
from aelesson.training.batching import Examples
from aelesson.training.checkpoints import TrainState
from aelesson.training.history import Epoch, History
from aelesson.training.terms import Terms, WeightedMeans, check_terms, check_weights

Schedule = Callable[[Optimizer, int], LRScheduler]


def constant_rate(optimizer: Optimizer, total_steps: int) -> LRScheduler:
    """Keep the learning rate as it is."""
    return LambdaLR(optimizer, lambda step: 1.0)


def one_cycle(optimizer: Optimizer, total_steps: int) -> LRScheduler:
    """Raise the learning rate to its peak in 30 % of the steps, then lower it to 0.

    Momentum stays as it is. Source: Smith and Topin (2019), "Super-convergence".
    """
    peaks = [group["lr"] for group in optimizer.param_groups]
    return OneCycleLR(
        optimizer, max_lr=peaks, total_steps=total_steps, cycle_momentum=False
    )


@dataclass(frozen=True)
class TrainConfig:
    """The settings of a training run.

    Attributes:
        epochs: Passes over the images.
        batch_size: Images per optimizer step.
        learning_rate: Adam's rate; with a schedule, its peak.
        schedule: Changes the rate from step to step, such as `one_cycle`.
        restore_best: End with the weights of the epoch whose validation loss was
            lowest, instead of the last ones.

    Raises:
        ValueError: If a number is not positive.
    """

    epochs: int = 10
    batch_size: int = 128
    learning_rate: float = 1e-3
    schedule: Schedule = constant_rate
    restore_best: bool = False

    def __post_init__(self) -> None:
        """Refuse settings that no run can have."""
        for name in ("epochs", "batch_size", "learning_rate"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be above 0")

    def describe(self) -> dict[str, Any]:
        """Return the settings as plain values, the schedule by its name."""
        return {
            "epochs": int(self.epochs),
            "batch_size": int(self.batch_size),
            "learning_rate": float(self.learning_rate),
            "schedule": _name(self.schedule),
            "restore_best": bool(self.restore_best),
        }


def _name(function: Callable[..., object]) -> str:
    """Name a function in the same way in every process."""
    if isinstance(function, partial):
        given = [*map(repr, function.args)]
        given += [f"{key}={value!r}" for key, value in function.keywords.items()]
        return f"{_name(function.func)}({', '.join(given)})"
    return getattr(function, "__qualname__", type(function).__qualname__)


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
        ValueError: If the objective does not give scalars, one of them named "loss".
    """
    model.train()
    means = WeightedMeans()
    for step, x in enumerate(epoch_batches, start=1):
        terms = objective(model, x)
        check_terms(terms, step)
        optimizer.zero_grad()
        terms["loss"].backward()
        optimizer.step()
        means.add(terms, weight=batching.count(x))
        after_step()
    check_weights(model)
    return means.result()


def evaluate(
    model: nn.Module, images: Examples, objective: Objective, batch_size: int = 1000
) -> Terms:
    """Return each term's mean per image, in evaluation mode and without a step."""
    means = WeightedMeans()
    device = next(model.parameters()).device
    with runtime.evaluating(model):
        for x in batching.split(images, batch_size):
            terms = objective(model, batching.move(x, device))
            means.add(terms, weight=batching.count(x))
    return means.result()


def fit(
    model: nn.Module,
    images: Examples,
    objective: Objective,
    config: TrainConfig = TrainConfig(),
    *,
    validation: Examples | None = None,
    checkpoint: str | Path | None = None,
    generator: torch.Generator | None = None,
    progress: bool = True,
) -> History:
    """Train a model with Adam on shuffled batches, on the device where it is.

    An interrupt (the stop button, Ctrl-C) ends the run early and keeps what was
    learnt. With a checkpoint, a run that ended early continues when `fit` is
    called again, and ends with the very weights of a run without a break.

    Args:
        model: The model, changed in place.
        images: Training images, `(N, ...)`, or a tuple such as `(images, labels)` for
            an objective that asks for both.
        objective: What is asked of the model; see `aelesson.objectives`.
        config: The settings.
        validation: Images, or a tuple as in `images`, for the validation loss after
            every epoch.
        checkpoint: A file that is written before the first and after every epoch,
            and continued from if it is there. One file belongs to one run: the same
            network, objective, images and settings.
        generator: Shuffles the images; by default a new one with the default
            seed. An objective that draws from a generator of its own needs that
            same one here, so that checkpoints hold its state too.
        progress: Whether to show a bar.

    Returns:
        The history of the run.

    Raises:
        ValueError: If there are no images or no weights, if `restore_best` lacks
            validation images, or if the checkpoint comes from another run.
        FloatingPointError: If the loss stops being finite; names step and term.
    """
    _check_images("images", images, model)
    if validation is not None:
        _check_images("validation", validation, model)
    elif config.restore_best:
        raise ValueError("validation is None; restore_best needs validation images")
    state = _new_state(model, images, validation, config, generator)
    path = None if checkpoint is None else Path(checkpoint)
    if path is not None and path.exists():
        state.resume(path)
    elif path is not None:
        state.save(path)
    try:
        _train(state, images, objective, config, validation, path, progress)
    except KeyboardInterrupt:
        state.history.interrupted = True
        print(f"Stopped by hand after {len(state.history)} epochs; weights are kept.")
    if config.restore_best and state.best is not None:
        model.load_state_dict(state.best)
    return state.history


def _new_state(
    model: nn.Module,
    images: Examples,
    validation: Examples | None,
    config: TrainConfig,
    generator: torch.Generator | None,
) -> TrainState:
    # Plain numbers, as NumPy's could be written to a checkpoint but not read back.
    optimizer = Adam(model.parameters(), lr=float(config.learning_rate), fused=True)
    steps = int(-(-batching.count(images) // config.batch_size) * config.epochs)
    return TrainState(
        model=model,
        optimizer=optimizer,
        scheduler=config.schedule(optimizer, steps),
        generator=generator or torch.Generator().manual_seed(runtime.default_seed()),
        settings=config.describe()
        | {
            "images": _shape(images),
            "validation": None if validation is None else _shape(validation),
        },
    )


def _train(
    state: TrainState,
    images: Examples,
    objective: Objective,
    config: TrainConfig,
    validation: Examples | None,
    checkpoint: Path | None,
    progress: bool,
) -> None:
    """Run the epochs that are left."""
    device = next(state.model.parameters()).device
    images = batching.move(images, device)
    steps = -(-batching.count(images) // config.batch_size)
    history = state.history
    with tqdm(
        total=steps * config.epochs,
        initial=steps * len(history),
        desc="training",
        unit="step",
        disable=not progress,
    ) as bar:

        def after_step() -> None:
            state.scheduler.step()
            bar.update()

        for epoch in range(len(history) + 1, config.epochs + 1):
            started = time.perf_counter()
            shuffled = batching.batches(images, config.batch_size, state.generator)
            try:
                terms = train_epoch(
                    state.model, shuffled, objective, state.optimizer, after_step
                )
            except FloatingPointError as error:
                raise FloatingPointError(f"epoch {epoch}, {error}") from None
            checked: Terms = {}
            if validation is not None:
                checked = evaluate(state.model, validation, objective)
            if config.restore_best:
                state.keep_best(checked["loss"])
            duration = time.perf_counter() - started
            # One step, so that an interrupt finds the epoch recorded whole or not.
            history.epochs.append(Epoch(terms, checked, duration))
            if checkpoint is not None:
                state.save(checkpoint)
            bar.set_postfix({"loss": f"{terms['loss']:.4f}"})


def _shape(examples: Examples) -> list[Any]:
    """Describe examples in plain values, which a checkpoint can hold."""
    if isinstance(examples, tuple):
        return [list(part.shape) for part in examples]
    return list(examples.shape)


def _check_images(name: str, images: Examples, model: nn.Module) -> None:
    first = images[0] if isinstance(images, tuple) and images else images
    if not isinstance(first, Tensor):
        raise TypeError(
            f"{name} is a {type(first).__name__}; it must be a tensor, or a tuple"
        )
    weights = next(model.parameters(), None)
    if weights is None:
        raise ValueError("model has no parameters: there is nothing to train")
    if first.dim() < 2 or len(first) == 0 or first.dtype != weights.dtype:
        raise ValueError(
            f"{name} is {first.dtype} of shape {tuple(first.shape)}; it must be "
            f"{weights.dtype}, as the model, of shape (B, ...) with an image or more"
        )
    batching.count(images, name)
