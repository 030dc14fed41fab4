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
MANY, MANY_EPOCHS = 200, 60  # enough for every image to reach every quarter
LONG, LONG_EPOCHS = 2500, 3  # longer than the windows of local shuffles
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
    _expect_every_place(function)
    _expect_far_moves(_places(function, LONG, LONG_EPOCHS))


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


def _batches(
    function: Answer, images: Tensor, size: int, generator: torch.Generator
) -> list[object]:
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
    return got


def _order(
    function: Answer, images: Tensor, size: int, generator: torch.Generator
) -> list[int]:
    got = _batches(function, images, size, generator)
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
    if sorted(size or 0 for size in sizes) == sorted(expected):
        raise CheckFailed(
            f"{told}: the smaller batch is not the last, so batches were shuffled "
            "after they were cut.\nShuffle the images, then cut."
        )
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
            f"in {len(epochs)} epochs the images came in the same order, that of the "
            "file.\nIn a sorted file, whole batches would hold a single digit."
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


def _expect_every_place(function: Answer) -> None:
    """Ask what local shuffles and rotations cannot do: every image goes everywhere."""
    orders = _places(function, MANY, MANY_EPOCHS)
    place = orders.argsort(1)  # (epochs, images)
    quarters = torch.stack([(place * 4 // MANY == q).any(0) for q in range(4)])
    if not quarters.all():
        image = int((~quarters.all(0)).nonzero()[0, 0])
        low, high = place[:, image].aminmax()
        raise CheckFailed(
            f"in {MANY_EPOCHS} epochs, image {image} of {MANY} came only in places "
            f"{int(low)} to {int(high)}: you shuffle parts of the data, each for "
            f"itself.\nEvery image must be able to come anywhere. {DRAW}"
        )
    _expect_far_moves(orders)
    _expect_new_neighbours(orders)


def _expect_far_moves(orders: Tensor) -> None:
    count = orders.shape[1]
    moved = (orders - torch.arange(count)).abs().double().mean() / count
    if abs(moved - 1 / 3) > 0.06:
        raise CheckFailed(
            f"of {count} images, each is on average {moved:.0%} of the epoch away from "
            "its place in the file; in a random order it is a third.\n"
            f"Shuffle all images at once, not within a window or a buffer. {DRAW}"
        )


def _expect_new_neighbours(orders: Tensor) -> None:
    """Count which neighbours of one order are neighbours in the file, or before."""

    def pairs(order: Tensor) -> set[tuple[int, int]]:
        steps = zip(order[:-1].tolist(), order[1:].tolist(), strict=True)
        return {(min(step), max(step)) for step in steps}

    found = [pairs(order) for order in orders]
    stored = pairs(torch.arange(orders.shape[1]))
    kept = sum(len(each & stored) for each in found) / len(found)
    if kept > 8:
        raise CheckFailed(
            f"in each epoch about {kept:.0f} pairs of images still stand side by side "
            "as in the file; in a random order there are 2.\nIs the data only rotated, "
            f"or shuffled in whole batches? {DRAW}"
        )
    if sum(len(a & b) for a, b in pairwise(found)) > 8 * len(found):
        raise CheckFailed(
            "from epoch to epoch the same images stand side by side: one order is "
            f"kept, and only turned or cut anew.\n{DRAW}"
        )


def _places(function: Answer, count: int, epochs: int) -> Tensor:
    """Return the order of the images in some epochs, `(epochs, count)`."""
    images = torch.arange(count, dtype=torch.float32).reshape(count, 1, 1, 1)
    generator, orders = torch.Generator().manual_seed(50), list[list[int]]()
    with isolated(seed=60):
        for _ in range(epochs):
            got = _batches(function, images, 2, generator)
            rows = [batch for batch in got if isinstance(batch, Tensor)]
            orders.append([int(n) for n in torch.cat(rows).flatten().tolist()])
            _expect_every_image_once(orders[-1], count)
    return torch.tensor(orders)


def _blocks(
    order: list[int], size: int, like: list[int] | None = None, sort: bool = False
) -> list[list[int]]:
    """Cut an order into batches; with `like`, in the order in which it has them."""
    cut = [order[i : i + size] for i in range(0, len(order), size)]
    if sort:
        return [sorted(block) for block in cut]
    return cut if like is None else sorted(cut, key=lambda block: like.index(block[0]))
