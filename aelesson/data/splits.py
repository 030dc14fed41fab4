"""Seeded splits in three parts, by example or by group; columns on one scale."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, Self, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from aelesson import require
from aelesson.data.classes import as_array, listed, missing_in
from aelesson.data.sets import Splits, Table

PARTS = ("train", "validation", "test")
SHARES = (0.7, 0.15, 0.15)


class Divisible(Protocol):
    """What can be split: an `ImageSet`, a `Table`, a `FolderDataset`."""

    def __len__(self) -> int:
        """Return how many examples there are."""

    def take(self, chosen: Tensor) -> Self:
        """Return the examples at the indices `chosen`, int64 `(B,)`."""


AnySet = TypeVar("AnySet", bound=Divisible)


def split(
    examples: AnySet,
    shares: Sequence[float] = SHARES,
    seed: int | torch.Generator = 0,
    groups: object = None,
) -> Splits[AnySet]:
    """Split a set at random in training, validation and test examples.

    Each part is shuffled. With groups, such as one for each patient, writer or day, no
    group is on both sides, and the shares are met as nearly as whole groups allow.

    Args:
        examples: What `from_folder`, `from_arrays`, `from_csv` and their like return,
            or a `FolderDataset`.
        shares: Of training, validation and test; three numbers above 0 with sum 1.
        seed: A whole number, from 0 on, which gives the same split in every run and on
            every machine; or a generator to draw one from.
        groups: The group of each example: a list, an array, a column or a tensor
            `(N,)` of words or numbers.

    Raises:
        TypeError: an argument is of another kind.
        ValueError: the shares are not as described, there is not one group for each
            example, or a part would be empty.
    """
    _check(examples, shares)
    # RandomState, as NumPy promises its stream for ever.
    random = np.random.RandomState(_seed(seed))
    order = random.permutation(len(examples))
    if groups is None:
        bounds = np.cumsum(shares)[:2] * len(examples)
        places = np.split(order, bounds.round().astype(int))
    else:
        part_of = _by_group(_group_of_each(groups, len(examples)), shares, random)
        places = [order[part_of[order] == part] for part in range(len(PARTS))]
    sizes = [len(each) for each in places]
    if 0 in sizes:
        raise ValueError(
            f"shares is {tuple(shares)}, which makes parts of {sizes} from "
            f"{len(examples)} examples; each part needs at least one"
        )
    train, validation, test = (
        examples.take(torch.from_numpy(each.astype(np.int64))) for each in places
    )
    return Splits("own", train, validation, test)


def standardised(splits: Splits[Table]) -> Splits[Table]:
    """Give every column mean 0 and standard deviation 1 over the training rows.

    Validation and test rows are shifted and scaled by the same numbers, those of the
    training rows. A column that is constant there is only shifted, to 0.

    Raises:
        TypeError: these are no splits of tables.
        ValueError: their numbers of columns differ.
    """
    require.kind("splits", splits, Splits, "a Splits of tables, as from data.split")
    for name in PARTS:
        part = getattr(splits, name)
        require.kind(f"splits.{name}", part, Table)
        width = splits.train.rows.shape[1]
        require.shaped(f"splits.{name}.rows", part.rows, f"(N, {width})")
    known = splits.train.rows.double()
    mean, std = known.mean(0), known.std(0, correction=0)
    std = torch.where(std > 0, std, 1.0)

    def scaled(part: Table) -> Table:
        return replace(part, rows=((part.rows.double() - mean) / std).float())

    return Splits(
        splits.name, *map(scaled, (splits.train, splits.validation, splits.test))
    )


def _check(examples: object, shares: Sequence[float]) -> None:
    is_set = hasattr(examples, "take") and hasattr(examples, "__len__")
    if not is_set or isinstance(examples, Tensor | np.ndarray | type):
        raise TypeError(
            f"examples is {require.shown(examples)}; it must be a set, such as "
            "data.from_arrays(...) or data.from_table(...) makes of it"
        )
    if not isinstance(shares, Sequence) or isinstance(shares, str) or len(shares) != 3:
        raise ValueError(
            f"shares is {require.shown(shares)}; it must be three numbers, for "
            f"{', '.join(PARTS)}, such as {SHARES}"
        )
    for share in shares:
        require.number("a number in shares", share, above=0, below=1)
    if abs(sum(shares) - 1) > 1e-6:
        raise ValueError(f"shares is {tuple(shares)}; its sum must be 1")


def _seed(seed: object) -> int:
    if isinstance(seed, torch.Generator):
        return int(torch.randint(2**31, (), generator=seed, device=seed.device))
    require.whole("seed", seed, at_least=0)
    assert isinstance(seed, int | np.integer)
    if seed >= 2**32:
        raise ValueError(f"seed is {seed}; it must be below 2**32")
    return int(seed)


def _group_of_each(groups: object, count: int) -> NDArray[np.int64]:
    """Return the groups numbered from 0 on, `(N,)`."""
    values = as_array("groups", groups)
    if values.shape != (count,):
        raise ValueError(
            f"groups has shape {values.shape}; it must be ({count},), one group for "
            "each example"
        )
    if missing := missing_in(values):
        raise ValueError(
            f"groups are missing in {len(missing):,} of {count:,} rows ("
            f"{listed(missing)}; rows count from 0): each example needs one"
        )
    if values.dtype.kind == "O":
        values = values.astype(str)
    numbers: NDArray[np.int64] = np.unique(values, return_inverse=True)[1]
    return numbers


def _by_group(
    group: NDArray[np.int64], shares: Sequence[float], random: np.random.RandomState
) -> NDArray[np.int64]:
    """Return the part of each example: groups, largest first, to where most is missing.

    Groups of one size come in random order.
    """
    sizes = np.bincount(group)
    if len(sizes) < len(PARTS):
        raise ValueError(
            f"groups has {len(sizes)} different ones for {len(group)} examples; three "
            "parts need at least three"
        )
    shuffled = random.permutation(len(sizes))
    queue = shuffled[np.argsort(-sizes[shuffled], kind="stable")]
    missing = np.asarray(shares) * len(group)
    part_of = np.zeros(len(sizes), dtype=np.int64)
    empty = set(range(len(PARTS)))
    for left, each in zip(range(len(queue), 0, -1), queue, strict=True):
        # The last groups are kept for the parts that have none yet.
        open_parts = sorted(empty) if left <= len(empty) else range(len(PARTS))
        part = max(open_parts, key=lambda number: float(missing[number]))
        part_of[each] = part
        missing[part] -= sizes[each]
        empty.discard(part)
    return part_of[group]
