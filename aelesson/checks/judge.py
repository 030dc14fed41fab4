"""The judge's images: digits that the sample does not have, and who has seen them.

They come from MNIST's test set, the sample from its training set. Half as many more
are a control: to an honest model both are the same. `tools/judge_digits.py` drew them.
A class may have others, which no clone holds: `use(folder)`, in the judge's process.
"""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from aelesson import data, runtime
from aelesson.checks.engine import source
from aelesson.checks.engine.calls import Raised, attempt, failed
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.packed import Parts
from aelesson.checks.engine.randomness import seeded
from aelesson.checks.engine.recorded import recorded
from aelesson.checks.engine.rules import Rule
from aelesson.checks.engine.scored import Recorder
from aelesson.checks.engine.source import seed, unknown, use

__all__ = ["control", "digits", "seed", "unknown", "use"]

PICTURE = source.COURSE / source.PICTURE
BATCH = 100  # of what a record gets at a time
CLASSES, PER_CLASS, PER_ROW = 10, 150, 50
SIGMAS = 5.0  # an honest model is refused once in three million times

Errors = Callable[[Tensor, Tensor], Tensor]
"""What each image costs, from images and labels to `(B,)`; less is better."""

Drawn = Callable[[], tuple[Sequence[Tensor], Sequence[Tensor]]]
"""Returns what the judge measures with and a control, as what `Errors` takes."""


class Judged(NamedTuple):
    """Images `(N, 1, 28, 28)` in [0, 1], and what they show, `(N,)`."""

    images: Tensor
    labels: Tensor


@cache
def _page(path: Path) -> tuple[Judged, Judged]:
    with Image.open(path) as picture:
        page = torch.from_numpy(np.asarray(picture).copy()).float() / 255
    rows = page.reshape(CLASSES, -1, 28, PER_ROW, 28).transpose(2, 3)
    both = rows[:, :2], rows[:, 2:]  # (classes, rows, 50, 28, 28)
    judged, control = (
        Judged(
            each.reshape(-1, 1, 28, 28),
            torch.arange(CLASSES).repeat_interleave(each.shape[1] * PER_ROW),
        )
        for each in both
    )
    return judged, control


def _digits() -> tuple[Judged, Judged]:
    return _page(source.folder() / source.PICTURE)


def digits() -> Judged:
    """Return the judge's digits: 1,000, as many of each class, sorted by class."""
    return _digits()[0]


def control() -> Judged:
    """Return 500 more digits of the same source, sorted by class."""
    return _digits()[1]


def known(count: int = 2 * BATCH) -> Tensor:
    """Return images that all have seen, to record with."""
    return data.load("mnist-5k").train.images[:count]


def codes(size: int, count: int = 2 * BATCH) -> Tensor:
    """Return codes to record with, `(2 * BATCH, size)`."""
    return torch.randn(count, size, generator=seeded(0))


class Coded(Protocol):
    """What has codes: a model, or its record."""

    encode: Callable[..., Any]
    decode: Callable[..., Any]


def autoencoder(size: int) -> Recorder:
    """Return what records `encode`, and apart from it `decode` of codes of a size."""

    def record(model: nn.Module, _: Parts) -> dict[str, Any]:
        with runtime.evaluating(model):
            return {
                "encode": recorded("encode", model.encode, known()),  # type: ignore[arg-type]
                "decode": recorded("decode", model.decode, codes(size)),  # type: ignore[arg-type]
            }

    return record


def function(name: str) -> Recorder:
    """Return what records a function of images: `encode`, or `forward`, the model."""

    def record(model: nn.Module, _: Parts) -> dict[str, Any]:
        called = model if name == "forward" else getattr(model, name)
        told = "your model" if name == "forward" else name
        with runtime.evaluating(model):
            return {name: recorded(told, called, known())}

    return record


def at_most_recorded(count: int) -> Rule:
    """Return a rule: a record uses no more numbers than that."""

    def rule(thing: Parts) -> str:
        used = sum(each.numel() for each in thing.tensors())
        if used <= count:
            return ""
        return (
            f"what it computes with are {used:,} numbers, at most {count:,} are "
            "allowed: those that\ncode keeps elsewhere count, too."
        )

    return rule


def rebuilt(
    model: Coded, x: Tensor, given: Sequence[Any] = (), wanted: Sequence[Any] = ()
) -> Tensor:
    """Return what a record decodes from its codes, which are all that it gets.

    Codes are float32, and come back in another order: what `encode` kept aside, or put
    into more digits, does not help `decode`.

    Args:
        model: has `encode` and `decode`.
        x: what is encoded.
        given: what `encode` gets beside it.
        wanted: what `decode` gets beside the codes.
    """
    with torch.no_grad():
        order = torch.randperm(len(x), generator=seeded(seed(0)))
        z: Tensor = model.encode(x, *given)
        x_hat = torch.empty_like(x)
        x_hat[order] = model.decode(z[order].float(), *wanted)
    return x_hat


def squared_errors(model: Coded) -> Errors:
    """Return what images cost an autoencoder: the mean squared error per pixel."""
    return lambda x, _: (rebuilt(model, x) - x).square().flatten(1).mean(1)


def has_code_of(
    size: int,
    drawn: Drawn = _digits,
    given: int = 1,
    like: str = "encode(x) and decode(z), as models.Autoencoder has",
) -> Rule:
    """Return a rule: a model has `encode` and `decode`, and codes of so many numbers.

    Args:
        size: of a code.
        drawn: returns what the judge measures with.
        given: how many of its tensors `encode` gets.
        like: says what is needed.
    """

    def rule(model: Coded) -> str:
        if not (hasattr(model, "encode") and hasattr(model, "decode")):
            return f"it needs {like}."
        few = [each[:3] for each in drawn()[0][:given]]
        if isinstance(model, nn.Module):
            model.eval()
        z = attempt(model.encode, few)
        if isinstance(z, Raised):
            return f"encode does not run on a batch {tuple(few[0].shape)}: {z:.110}"
        if not isinstance(z, Tensor) or z.shape != (3, size) or z.is_complex():
            found = tuple(z.shape) if isinstance(z, Tensor) else type(z).__name__
            return (
                f"encode returns {found} for a batch of 3, expected floats (3, {size})."
            )
        return ""

    return rule


def apart(mine: Tensor, theirs: Tensor) -> float:
    """Return by how many standard errors a mean cost lies below another one."""
    noise = (mine.var() / len(mine) + theirs.var() / len(theirs)).sqrt()
    return float(theirs.mean() - mine.mean()) / max(float(noise), 1e-12)


def unseen(
    errors: Callable[[Any], Errors], drawn: Drawn = _digits, of: str = "images"
) -> Rule:
    """Return a rule: a thing was not made with what the judge measures with.

    To an honest model that and the control are the same: both were drawn at random
    from one source. What is much better on the judge's has seen them. What cannot be
    measured is left to the measure.

    Args:
        errors: returns, for a thing, what each image costs it.
        drawn: returns what the judge measures with, and the control.
        of: what they are, in words.
    """

    def rule(thing: object) -> str:
        with isolated(), torch.no_grad():
            costs = attempt(lambda: [errors(thing)(*each) for each in drawn()], [])
        if failed(costs):
            return ""
        mine, theirs = (cost.double() for cost in costs)
        if not (mine.isfinite().all() and theirs.isfinite().all()):
            return f"what it makes of some {of} costs nan or infinity."
        gap = apart(mine, theirs)
        if not gap > SIGMAS:  # nan is no gap
            return ""
        return (
            f"it has {float(mine.mean()):.4g} on the judge's {of} and "
            f"{float(theirs.mean()):.4g} on others of the same source, "
            f"{gap:.0f} standard errors apart.\n"
            "Was it trained on the judge's? Train on your own alone."
        )

    return rule
