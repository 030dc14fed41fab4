"""Whether images come in random order: what chance alone would do to an order."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import torch
from torch import Tensor

from aelesson.checks.engine.compare import FINE, Finding

Order = list[int]

DRAW = "Draw one order per call: torch.randperm(len(images), generator=generator)."


def sizes(found: Sequence[int], count: int, size: int) -> Finding:
    """Ask for full batches, and the rest in the last one."""
    whole, rest = divmod(count, size)
    right = [size] * whole + [rest] * (rest > 0)
    told = f"the batches have {list(found)} images, expected {right}"
    if list(found) == right:
        return FINE
    if rest and list(found) == right[:-1]:
        says = f"{told}: the last batch is missing, though it is smaller."
        return Finding("last", says)
    if sorted(found) == sorted(right):
        says = f"{told}: the smaller batch is not the last, so batches were shuffled"
        return Finding("moved", f"{says}.\nShuffle the images, then cut.")
    says = f"{told}: batch_size images each, and the rest in the last one."
    return Finding("sizes", says)


def once_each(orders: Sequence[Order], count: int) -> Finding:
    """Ask that every image comes once in an epoch."""
    missing = max(count - len(set(order)) for order in orders)
    if not missing:
        return FINE
    return Finding(
        "missing",
        f"in one epoch {missing} of {count} images never came, and others came twice:"
        f" each must come once.\n{DRAW}",
    )


def shuffled(orders: Sequence[Order], size: int) -> Finding:
    """Say what of the order in the file is left in every epoch."""
    in_order = list(range(len(orders[0])))

    def blocks(order: Order) -> list[Order]:
        return [order[i : i + size] for i in range(0, len(order), size)]

    if all(order == in_order for order in orders):
        return Finding(
            "file",
            f"in {len(orders)} epochs the images came in the same order, that of the"
            " file.\nIn a sorted file, whole batches would hold a single digit.",
        )
    if all([sorted(b) for b in blocks(order)] == blocks(in_order) for order in orders):
        return Finding(
            "inside",
            "you shuffle inside each batch only: its images are the same as before, in"
            f" another order.\nShuffle before you cut. {DRAW}",
        )
    if all(sorted(blocks(order)) == blocks(in_order) for order in orders):
        return Finding(
            "batches",
            "you shuffle the batches, not the images: those in a batch still stand"
            f" next to each other in the data.\nShuffle before you cut. {DRAW}",
        )
    if any(a == b for a, b in pairwise(orders)):
        return Finding(
            "kept",
            "two epochs have the same order: the generator must go on from call to"
            " call.\nDo not seed it, and do not keep an order.",
        )
    return FINE


def everywhere(orders: Tensor) -> Finding:
    """Ask that every image reaches every quarter, in `(epochs, images)`; 60 of 200."""
    place, count = orders.argsort(1), orders.shape[1]
    quarters = torch.stack([(place * 4 // count == q).any(0) for q in range(4)]).all(0)
    if quarters.all():
        return FINE
    image = int((~quarters).nonzero()[0, 0])
    low, high = map(int, place[:, image].aminmax())
    return Finding(
        "parts",
        f"in {len(orders)} epochs, image {image} of {count} came only in places {low}"
        f" to {high}: you shuffle parts of the data, each for itself.\nEvery image must"
        f" be able to come anywhere. {DRAW}",
    )


def far(orders: Tensor) -> Finding:
    """Ask that images move as far as chance moves them: a third of the epoch."""
    count = orders.shape[1]
    away = float((orders - torch.arange(count)).abs().double().mean() / count)
    if abs(away - 1 / 3) <= 0.06:
        return FINE
    return Finding(
        "near",
        f"each of {count} images is on average {away:.0%} of the epoch away from its"
        " place in the file; in a random order it is a third.\nShuffle all images at"
        f" once, not within a window or a buffer. {DRAW}",
    )


def apart(orders: Tensor) -> Finding:
    """Ask that images side by side in the file, or in the last epoch, are parted."""

    def pairs(order: Iterable[int]) -> set[tuple[int, int]]:
        return {(min(a, b), max(a, b)) for a, b in pairwise(order)}

    stored = pairs(range(orders.shape[1]))
    found = [pairs(order) for order in orders.tolist()]
    kept = sum(len(each & stored) for each in found) / len(found)
    if kept > 8:
        return Finding(
            "file",
            f"in each epoch about {kept:.0f} pairs of images still stand side by side"
            " as in the file; in a random order there are 2.\nIs the data only"
            f" rotated, or shuffled in whole batches? {DRAW}",
        )
    if sum(len(a & b) for a, b in pairwise(found)) > 8 * len(found):
        return Finding(
            "epoch",
            "from epoch to epoch the same images stand side by side: one order is"
            f" kept, and only turned or cut anew.\n{DRAW}",
        )
    return FINE
