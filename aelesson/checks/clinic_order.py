"""The check of `epoch_batches`, patient 1 of lesson 13: the order of an epoch."""

from collections.abc import Sequence
from functools import wraps
from itertools import pairwise

import torch
from torch import Tensor

from aelesson.checks.expect import expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check, isolated
from aelesson.checks.wording import close, describe

EPOCHS = 3
SETS = ((23, 5), (24, 6), (17, 4))  # images, and how many in a batch
DRAW = "Draw one order per call: torch.randperm(len(images), generator=generator)."


@check(f"right in {EPOCHS} epochs of {len(SETS)} image sets")
def epoch_batches(function: Answer) -> None:
    """Check `epoch_batches(images, batch_size, generator)`: all images, shuffled."""
    for count, size in SETS:
        images = _images(count)
        epochs = _epochs(function, images, size)
        for order in epochs:
            _expect_every_image_once(order, count)
        _expect_shuffled(epochs, size)
        if _epochs(function, images, size, start=1) != epochs:
            raise CheckFailed(
                "with generators in the same state the order was another: it comes "
                "from the global random state, NumPy or `random`.\n"
                "Hand generator=generator to what shuffles."
            )
        if _epochs(function, images, size, seed=1) == epochs:
            raise CheckFailed(
                "with another generator the order was the same: do not seed the "
                "generator, and draw from it."
            )


def _images(count: int) -> Tensor:
    """Return images that can be told apart by any of their pixels."""
    numbers = torch.arange(count, dtype=torch.float32).reshape(count, 1, 1, 1)
    return numbers + torch.linspace(0, 0.5, 6).reshape(1, 1, 2, 3)


def _epochs(
    function: Answer, images: Tensor, size: int, *, start: int = 0, seed: int = 0
) -> list[list[int]]:
    """Return the order of the images in each epoch; one generator serves all."""
    generator = torch.Generator().manual_seed(30 + seed)
    with isolated(seed=40 + start):
        return [_order(function, images, size, generator) for _ in range(EPOCHS)]


def _order(
    function: Answer, images: Tensor, size: int, generator: torch.Generator
) -> list[int]:
    @wraps(function)
    def listed(*arguments: object) -> object:
        got = function(*arguments)
        if isinstance(got, Tensor) or not hasattr(got, "__iter__"):
            return got
        return list(got)

    got = call(listed, images=images, batch_size=size, generator=generator)
    if got is None:
        raise CheckFailed("your function returned None: is `return` missing?")
    if isinstance(got, Tensor):
        raise CheckFailed(
            f"got {describe(got)}, expected a list of batches: cut it into batches."
        )
    if not isinstance(got, list):
        raise CheckFailed(f"got {describe(got)}, expected a list of batches.")
    sizes = [len(b) if isinstance(b, Tensor) and b.dim() else None for b in got]
    _expect_sizes(sizes, len(images), size)
    return [n for batch in got for n in _numbers(batch, images)]


def _expect_sizes(sizes: Sequence[int | None], count: int, size: int) -> None:
    whole, rest = divmod(count, size)
    expected = [size] * whole + [rest] * (rest > 0)
    if list(sizes) == expected or None in sizes:
        return
    told = f"the batches have {sizes} images, expected {expected}"
    if rest and list(sizes) == expected[:-1]:
        raise CheckFailed(f"{told}: the last batch is missing, though it is smaller.")
    raise CheckFailed(f"{told}: batch_size images each, and the rest in the last one.")


def _numbers(batch: object, images: Tensor) -> list[int]:
    """Return which image stands in each row of a batch."""
    if isinstance(batch, Tensor) and not batch.is_floating_point():
        raise CheckFailed(
            "your batches hold whole numbers: return the images, images[chosen], not "
            "their indices."
        )
    length = len(batch) if isinstance(batch, Tensor) else 1
    rows = expect_tensor(batch, (length, *images.shape[1:]))
    numbers = rows[:, 0, 0, 0].round().long().clamp(0, len(images) - 1)
    if not close(rows, images[numbers]):
        raise CheckFailed(
            "a batch holds an image that is none of yours: its pixels were mixed or "
            "changed.\nShuffle whole images, along the first dimension only."
        )
    return [int(n) for n in numbers]


def _expect_every_image_once(order: list[int], count: int) -> None:
    if sorted(order) != list(range(count)):
        missing = len(set(range(count)) - set(order))
        raise CheckFailed(
            f"in one epoch {missing} of {count} images never came, and others came "
            f"twice: each must come once.\n{DRAW}"
        )


def _expect_shuffled(epochs: list[list[int]], size: int) -> None:
    in_order = list(range(len(epochs[0])))
    if all(order == in_order for order in epochs):
        raise CheckFailed(
            "nothing is shuffled: each epoch goes through the images as they are "
            f"stored.\nSo whole batches hold a single digit. {DRAW}"
        )
    if all(
        _blocks(order, size, sort=True) == _blocks(in_order, size) for order in epochs
    ):
        raise CheckFailed(
            "you shuffle inside each batch only: its images are the same as before, in "
            f"another order.\nShuffle before you cut. {DRAW}"
        )
    if all(_blocks(order, size) == _blocks(in_order, size, order) for order in epochs):
        raise CheckFailed(
            "you shuffle the batches, not the images: those in a batch still stand "
            f"next to each other in the data.\nShuffle before you cut. {DRAW}"
        )
    if any(before == after for before, after in pairwise(epochs)):
        raise CheckFailed(
            "two epochs have the same order: the generator must go on from call to "
            "call.\nDo not seed it, and do not keep an order."
        )


def _blocks(
    order: list[int], size: int, like: list[int] | None = None, sort: bool = False
) -> list[list[int]]:
    """Cut an order into batches; with `like`, in the order in which it has them."""
    cut = [order[i : i + size] for i in range(0, len(order), size)]
    if sort:
        return [sorted(block) for block in cut]
    return cut if like is None else sorted(cut, key=lambda block: like.index(block[0]))
