"""The check of `anomaly_scores`, an exercise of lesson 10."""

from collections.abc import Callable, Sequence
from itertools import combinations
from math import ceil, prod

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector

from aelesson.checks.applications_probe import Probe
from aelesson.checks.expect import (
    Mistakes,
    expect_close,
    expect_model_unchanged,
    expect_tensor,
)
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.wording import close

LIMIT = 256  # images that the model may be handed at once
SETS = ((520, 3, 2, 4), (5, 3, 4, 6), (1, 1, 6, 2), (1025, 10), (256, 2, 1, 2, 1))

_ANY_SHAPE = "flatten(1) first: images may have any shape."
_LAST_BATCH = "the last batch, which may be smaller than 256, is missing."
_NUMBER = (
    "is a number such as 784 written in your code?\n"
    "Take the shape from images; flatten(1) makes one row per image."
)
HINTS = {
    "Dimension out of range": _ANY_SHAPE,
    "does not match the number of dimensions": _ANY_SHAPE,  # einsum's words
    "values to unpack": _ANY_SHAPE,
    "784]' is invalid": _NUMBER,
    "28]' is invalid": _NUMBER,
    "zero-dimensional tensor": (
        "one value in place of a row of them: did you reduce over the whole batch, or "
        "`squeeze` a batch of one image?"
    ),
    "expected a non-empty list": _LAST_BATCH,
    "expected a non-empty TensorList": _LAST_BATCH,
    "stack expects each tensor": (
        "the last batch may be smaller: join the parts with torch.cat, not stack."
    ),
    "cannot be multiplied": (
        "hand the model batches (b, ...) in the shape of images; a single image is "
        "images[i : i + 1]."
    ),
    "must match the size of tensor": (
        "compare the reconstructions of each batch with the images of that batch."
    ),
    "does not support the context manager": (
        "write `with torch.no_grad():`, with brackets."
    ),
}


@check(f"right on {len(SETS)} sets of images, in batches of at most {LIMIT}")
def anomaly_scores(function: Answer) -> None:
    """Check `anomaly_scores(model, images)`: one score per image, `(B,)`."""
    largest: list[int] = []
    for shape in SETS:
        for training in (True, False):
            model = Probe(prod(shape[1:]), 1.0 if shape == SETS[0] else 4.0)
            model.train(training)
            before = parameters_to_vector(model.parameters()).clone()
            images = torch.rand(shape)
            got = call(function, HINTS, model=model, images=images)
            batches = tuple(model.batches)
            _expect_one_part(got)
            scores = expect_tensor(got, shape[:1], _shapes(shape, batches, got))
            _expect_modes(model, training)
            expect_model_unchanged(model, before)
            _expect_no_graph(scores, model.most_graphs)
            _expect_scores(scores, model, images, [batch[0] for batch in batches])
            _expect_batches(batches, shape)
            largest.append(max((batch[0] for batch in batches), default=0))
    if largest == [ceil(shape[0] / LIMIT) for shape in SETS for _ in range(2)]:
        raise CheckFailed(
            f"you made {LIMIT} batches: with many images they are too large.\n"
            f"images.split({LIMIT}) makes batches of {LIMIT}, images.chunk({LIMIT}) as "
            "many batches."
        )
    _expect_images_kept(function)


def _expect_images_kept(function: Answer) -> None:
    """Score a model that hands back the very images it got: nothing may write there."""
    images = torch.rand(3, 1, 4, 2)
    scores = call(function, HINTS, model=nn.Identity(), images=images)
    told = "a model that returns the images themselves"
    expect_close(expect_tensor(scores, (3,)), torch.zeros(3), told)


def _expect_one_part(got: object) -> None:
    if isinstance(got, list | tuple) and all(isinstance(part, Tensor) for part in got):
        raise CheckFailed(
            f"you returned a {type(got).__name__} of tensors, expected one tensor: "
            "join the parts with torch.cat."
        )


def _shapes(
    shape: tuple[int, ...], batches: Sequence[torch.Size], got: object
) -> dict[tuple[int, ...], str]:
    """Say how to right each wrong shape of the scores of such images."""
    count, sides = shape[0], shape[1:]
    average = "average over all dimensions but the first."
    whole = count - count % LIMIT
    some_left: dict[tuple[int, ...], str] = {
        (count, *left): _ANY_SHAPE
        for length in range(1, len(sides))
        for left in combinations(sides, length)
    }
    hints = some_left | {
        (len(batches) * prod(sides),): f"you averaged over the images; {average}",
        (len(batches),): "one score per batch: return one per image.",
        (LIMIT,): f"only the first {LIMIT} images have a score: loop over all batches.",
        (whole,): _LAST_BATCH,
        (count % LIMIT,): "only the last batch is there: collect those of all batches.",
        shape: f"one value per pixel; {average}",
        (count, prod(sides)): f"one value per pixel; {average}",
        sides: f"you averaged over the images; {average}",
        (count, *(1 for _ in sides)): "average without `keepdim`.",
        (count, 1): "average without `keepdim`.",
        (): "one number for all images: return one per image.",
    }
    if isinstance(got, Tensor) and got.dim() == 1:
        overlap = "each image needs one score: do batches overlap or leave a gap?"
        hints.setdefault(tuple(got.shape), overlap)
    return {wrong: hint for wrong, hint in hints.items() if wrong != (count,)}


def _expect_modes(model: Probe, training: bool) -> None:
    if not model.modes:
        return  # a copy of the model was called: its scores tell whether it was right
    if any(model.modes):
        every = "" if all(model.modes) else ", for some batches"
        raise CheckFailed(
            f"the model ran in train mode{every}, with its dropout on: the scores are "
            "noisy.\nCall model.eval() first, with its brackets, before the loop."
        )
    if model.training != training or model.dropout.training != training:
        found, left = ("train", "eval") if training else ("eval", "train")
        raise CheckFailed(
            f"the model came in {found} mode and you left it in {left} mode.\n"
            "Keep `model.training` before you change it, and give it back by "
            "`model.train(kept)` before you return."
        )


def _expect_no_graph(scores: Tensor, most_graphs: int) -> None:
    if scores.requires_grad:
        raise CheckFailed(
            "the scores still carry the graph for gradients, which costs memory.\n"
            "Run the whole loop inside `with torch.no_grad():`; a line "
            "`torch.no_grad()` alone does nothing."
        )
    if most_graphs > 2:  # a variable of the loop may still hold the last one
        raise CheckFailed(
            "the graphs of all batches were kept until the end, which costs memory: "
            ".detach() comes too late.\nRun the whole loop inside "
            "`with torch.no_grad():`."
        )


def _expect_batches(batches: Sequence[torch.Size], shape: tuple[int, ...]) -> None:
    largest = max((batch[0] for batch in batches), default=0)
    if largest > LIMIT:
        raise CheckFailed(
            f"you handed the model {largest} images at once: at most {LIMIT}.\n"
            f"images.split({LIMIT}) cuts them into batches; torch.cat joins results."
        )
    odd = [tuple(batch) for batch in batches if batch[1:] != shape[1:]]
    if odd:
        raise CheckFailed(
            f"you handed the model images of shape {odd[0][1:]}, but they came as "
            f"{shape[1:]}.\nIt may be convolutional: flatten its errors, not its input."
        )


def _expect_scores(
    scores: Tensor, model: Probe, images: Tensor, sizes: list[int]
) -> None:
    was_training = model.training
    with torch.no_grad():
        x_hat = model.eval()(images)
    model.train(was_training)
    expected = (x_hat - images).square().flatten(1).mean(1)
    if close(scores, expected):
        return
    if len(images) > 1 and close(scores.sort().values, expected.sort().values):
        told = "the scores are in another order than the images: do not shuffle."
    else:
        told = ""
    mistakes = {told: scores} if told else _misscores(x_hat, images, expected, sizes)
    expect_close(scores, expected, f"images of shape {tuple(images.shape)}", mistakes)


def _misscores(
    x_hat: Tensor, images: Tensor, right: Tensor, sizes: list[int]
) -> Mistakes:
    """Give each known mistake its diagnosis and the scores that it leads to."""
    gap = (x_hat - images).flatten(1)
    total = gap.square().sum(1)
    entropy = F.binary_cross_entropy(
        x_hat.clamp(0, 1), images, reduction="none"
    ).flatten(1)
    mistakes: dict[str, Tensor | tuple[Tensor, ...]] = {
        "you summed over the pixels: take their mean.": total,
        "you took the root: return the mean squared error itself.": (
            right.sqrt(),
            total.sqrt(),
        ),
        "you took absolute errors: square them.": (gap.abs().mean(1), gap.abs().sum(1)),
        "you averaged before squaring: square first.": gap.mean(1).square(),
        "you added up the channels: average over them too.": right * images.shape[1],
        "you took the cross-entropy: take the mean squared error.": (
            entropy.mean(1),
            entropy.sum(1),
        ),
        "this is the error of the worst pixel: take the mean.": (
            gap.square().amax(1),
            gap.abs().amax(1),
        ),
        "take the reconstruction as it is: no clamp.": (
            (x_hat.clamp(0, 1) - images).flatten(1).square().mean(1)
        ),
        "this is the variance of the differences: square them as they are.": (
            gap.var(1, correction=0),
            gap.var(1) if gap.shape[1] > 1 else total,
        ),
        "this is in decibels: return the mean squared error itself.": (
            10 * right.log10(),
            -10 * right.log10(),
        ),
        "do not divide by the image's own brightness or spread.": tuple(
            right / own
            for own in (
                images.flatten(1).square().mean(1),
                images.flatten(1).mean(1),
                images.flatten(1).var(1),
                images.flatten(1).var(1, correction=0),
            )
        ),
        "is a number such as 784 written in your code?": total / 784,
    }
    if sum(sizes) != len(images) or len(images) == 1:
        return mistakes
    return mistakes | {
        f"the score of an image depends on the others: {cure}": tuple(
            torch.cat([wrong(part) for part in right.split(each)])
            for each in (sizes, [len(images)])
            for wrong in functions
        )
        for cure, functions in _NEIGHBOURS.items()
    }


_NEIGHBOURS: dict[str, Sequence[Callable[[Tensor], Tensor]]] = {
    "each got the mean of its batch.": (
        lambda part: part.mean().expand(len(part)),
        lambda part: (part.mean() / len(part)).expand(len(part)),
    ),
    "do not scale or shift the scores.": (
        lambda part: part / part.amax(),
        lambda part: part / part.sum(),
        lambda part: part / part.mean(),
        lambda part: part - part.mean(),
        lambda part: (part - part.amin()) / (part.amax() - part.amin()),
        lambda part: (part - part.mean()) / part.std(),
        lambda part: (part - part.mean()) / part.std(correction=0),
    ),
    "do not divide by the size of the batch.": (lambda part: part / len(part),),
}
