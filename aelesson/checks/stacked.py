"""The checks of lesson 07: stack, pretrain, classify, freeze, choose, judge."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from aelesson.checks.expect import Mistakes, expect_close, expect_float, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check, isolated
from aelesson.checks.stacked_classifier import build_classifier
from aelesson.checks.stacked_freeze import freeze
from aelesson.checks.stacked_pretrain import pretrain_layer
from aelesson.checks.stacked_subset import stratified_subset

__all__ = [
    "accuracy",
    "build_classifier",
    "encode_through",
    "freeze",
    "pretrain_layer",
    "stratified_subset",
]

STACKS = (
    ((4, 4, 4, 4), (5, 4)),  # of equal sizes, where a wrong order goes unnoticed
    ((12, 7, 5, 3), (4, 1, 3, 4)),
    ((6, 2), (1, 6)),
    ((5, 9, 9, 8, 2), (3, 5)),
)
ENCODE_HINTS = {
    "shapes cannot be multiplied": (
        "an encoder got what it cannot take: the first one takes x, each other the "
        "code of the one before, in the order of the list."
    ),
}


@check(f"right on {len(STACKS)} stacks")
def encode_through(function: Answer) -> None:
    """Check `encode_through(encoders, x)`: the last code, `(B, D)`."""
    for sizes, shape in STACKS:
        encoders, x = _stack(sizes), torch.rand(shape, requires_grad=True)
        got = call(function, ENCODE_HINTS, encoders=encoders, x=x)
        if isinstance(got, list | tuple | nn.Module):
            kind = "model" if isinstance(got, nn.Module) else type(got).__name__
            raise CheckFailed(
                f"you returned a {kind}, expected one tensor: the code of the last "
                "encoder alone."
            )
        hints: dict[tuple[int, ...], str] = {
            (shape[0], size): "is it the code of another layer?" for size in sizes
        }
        hints[shape[0], sum(sizes[1:])] = "return the last code alone."
        hints[tuple(shape)] = "this is the shape of x: is it encoded?"
        code = expect_tensor(got, (shape[0], sizes[-1]), hints)
        given = f"encoders of sizes {' to '.join(map(str, sizes))}"
        expect_close(code, _codes(encoders, x)[-1], given, _misencoded(encoders, x))
        _expect_gradients(code, x, encoders)


def _stack(sizes: Sequence[int]) -> list[nn.Module]:
    """Return encoders whose codes differ clearly from layer to layer."""
    with isolated(seed=2):
        encoders: list[nn.Module] = []
        for wide, narrow in pairwise(sizes):
            linear = nn.Linear(wide, narrow)
            nn.init.normal_(linear.weight)
            flatten = nn.Identity() if encoders else nn.Flatten()
            encoders.append(nn.Sequential(flatten, linear, nn.Sigmoid()))
    return encoders


def _codes(encoders: Sequence[nn.Module], x: Tensor) -> list[Tensor]:
    codes = [x]
    for encoder in encoders:
        codes.append(encoder(codes[-1]))
    return codes[1:]


def _misencoded(encoders: Sequence[nn.Module], x: Tensor) -> Mistakes:
    """Give each known mistake its diagnosis and the code that it leads to."""
    codes = _codes(encoders, x)
    known: dict[str, Tensor | tuple[Tensor, ...]] = {
        "one more activation than the encoders have: add none.": (
            codes[-1].sigmoid(),
            codes[-1].relu().tanh(),
        ),
        "this is x: send it through the encoders.": x,
    }
    if x.dim() == 2 and len({x.shape[1], *(code.shape[1] for code in codes)}) == 1:
        first, *others = encoders
        known |= {
            "only the first encoder was used: its code goes into the next one.": (
                first(x)
            ),
            "only the last encoder was used, on x: it takes the code of the one "
            "before.": encoders[-1](x),
            "the order is upside down: the first encoder of the list comes first.": (
                _codes(encoders[::-1], x)[-1]
            ),
            "the last encoder is missing: does your loop stop one too early?": (
                codes[-2]
            ),
            "the first encoder is missing: does your loop start one too late?": (
                _codes(others, x)[-1]
            ),
            "the first encoder was used twice.": _codes([first, *encoders], x)[-1],
            "every encoder got x itself: each one takes the code of the one before.": (
                torch.stack([encoder(x) for encoder in encoders]).mean(0),
                torch.stack([encoder(x) for encoder in encoders]).sum(0),
            ),
            "you added the codes of all layers: return the last one alone.": (
                torch.stack(codes).sum(0),
                torch.stack(codes).mean(0),
            ),
        }
    return known


def _expect_gradients(code: Tensor, x: Tensor, encoders: Sequence[nn.Module]) -> None:
    cure = (
        "the classifier is trained that way.\n"
        "Leave out no_grad(), .detach() and .data, and compute with torch only."
    )
    if not code.requires_grad:
        raise CheckFailed(f"no gradient can flow back from the code, but {cure}")
    wanted = [x, *(p for encoder in encoders for p in encoder.parameters())]
    found = torch.autograd.grad(code.sum(), wanted, allow_unused=True)
    if any(gradient is None for gradient in found):
        raise CheckFailed(
            f"gradients do not reach all encoders and x: a layer cuts them off; {cure}"
        )


ANSWERS = ((8, 3), (1, 5), (7, 2), (40, 10))
LARGE = torch.tensor(
    [
        [100.0, 101, 102],
        [1000, 0, 1001],
        [0, 1000, 5],
        [30, 40, 20],
        [-1001, -1000, -1002],
        [3, 2, 1],
    ]
)
LARGE_LABELS = torch.tensor([2, 2, 1, 0, 1, 0])


@check(f"right on {2 * len(ANSWERS) + 3} batches")
def accuracy(function: Answer) -> None:
    """Check `accuracy(logits, labels)`: a share from 0 to 1, a float."""
    _expect_accuracy(function, *_telling_answers())
    for batch, classes in ANSWERS:
        for dtype in (torch.float32, torch.float64):
            logits = 3 * torch.randn(batch, classes, dtype=dtype) - 2
            labels = logits.argmax(1)
            wrong = torch.arange(batch) % 3 == 1
            labels = torch.where(wrong, (labels + 1) % classes, labels)
            _expect_accuracy(function, logits, labels)
    _expect_accuracy(function, -torch.eye(4)[:3], torch.tensor([0, 1, 2]))
    _expect_accuracy(function, LARGE, LARGE_LABELS)


def _telling_answers() -> tuple[Tensor, Tensor]:
    """Return logits and labels with which each known mistake has a value of its own.

    The largest logit of each row is a whole number, as labels are.
    """
    generator = torch.Generator().manual_seed(18)  # chosen for this; tested
    batch, classes = 24, 5
    below = torch.rand(batch, classes, generator=generator).argsort(1)
    below = below * (0.3 + torch.rand(batch, 1, generator=generator))
    logits = torch.randint(-3, classes, (batch, 1), generator=generator) - below
    logits[0] += 4
    labels = torch.randint(classes, (batch,), generator=generator)
    right = torch.rand(batch, generator=generator) < 0.5
    return logits, torch.where(right, logits.argmax(1), labels)


def _expect_accuracy(function: Answer, logits: Tensor, labels: Tensor) -> None:
    hints = {
        "must match the size": "take argmax over the classes, `dim=1`.",
        "can only convert a Python": "take the mean before `.item()`.",
        "one element tensors": "take the mean before `.item()`.",
        "elements cannot be converted": "take the mean before `.item()`.",
        "input dtype should be either floating": (
            "truth values have no mean: turn them into numbers by `.double()`."
        ),
        "could not infer output dtype": (
            "truth values have no mean: turn them into numbers by `.double()`."
        ),
    }
    got = expect_float(call(function, hints, logits=logits, labels=labels))
    right = (logits.double().numpy().argmax(axis=1) == labels.numpy()).sum()
    given = f"{len(labels)} images and {logits.shape[1]} classes, {right} of them right"
    share = float(right) / len(labels)
    if not abs(got - share) < 1e-6:
        known = _overflown(logits, labels) if logits is LARGE else {}
        mistakes = {**known, **_misjudged(logits, labels, float(right))}
        expect_close(got, share, given, mistakes)


def _overflown(logits: Tensor, labels: Tensor) -> Mistakes:
    """Give each mistake that only large logits show its diagnosis and its figure."""
    weights = logits.exp()

    def hits(scores: Tensor) -> Tensor:
        return (scores.argmax(1) == labels).double().mean()

    return {
        "a sigmoid makes 1 of all large logits: compare the logits themselves.": (
            hits(logits.sigmoid())
        ),
        "exp of large logits overflows: compare the logits themselves.": (
            hits(weights / weights.sum(1, keepdim=True)),
            hits(weights),
        ),
    }


def _misjudged(logits: Tensor, labels: Tensor, right: float) -> Mistakes:
    """Give each known mistake its diagnosis and the figure that it leads to."""
    total, classes = logits.shape
    hits = logits.argmax(1) == labels
    share = right / total
    at_label = logits.softmax(1)[torch.arange(total), labels].double()
    per_class = [hits[labels == label].double().mean() for label in labels.unique()]
    every_pair = (logits.argmax(1)[:, None] == labels).double().mean()
    first = logits.argmax(0)[: min(total, classes)]
    return {
        "this is in percent: return the share, from 0 to 1.": 100 * share,
        "this is how many are right: divide by the number of images.": right,
        "this is the share of wrong answers: count the right ones.": 1 - share,
        "this is how many are wrong: return the share that is right.": total - right,
        "you divided by the number of classes: divide by that of the images.": (
            right / classes
        ),
        "you divided by all logits: divide by the number of images.": (
            right / (total * classes)
        ),
        "you compared the largest logit itself with the label: take its place, "
        "argmax.": (logits.amax(1) == labels).double().mean(),
        "argmax runs over all logits at once: take it over the classes, `dim=1`.": (
            (logits.argmax() == labels).double().mean()
        ),
        "you took the place of the smallest logit: take the largest, argmax.": (
            (logits.argmin(1) == labels).double().mean()
        ),
        "you took the largest logit in size: -9 is smaller than 1, so no abs().": (
            (logits.abs().argmax(1) == labels).double().mean()
        ),
        "you compared every answer with every label: keep one answer per image, "
        "without `keepdim`.": every_pair,
        "argmax runs over the images: take it over the classes, `dim=1`.": (
            (first == labels[: len(first)]).double().mean()
        ),
        "this is the mean probability of the right class: count answers.": (
            at_label.mean()
        ),
        "a right answer needs the largest logit only, not a probability above 0.5.": (
            (at_label > 0.5).double().mean()
        ),
        "you rounded the share, or cut off its fraction: return it as it is.": tuple(
            float(value) for value in (share // 1, *(round(share, d) for d in range(5)))
        ),
        "this is the mean of the classes' shares: count each image once.": (
            torch.stack(per_class).mean()
        ),
    }
