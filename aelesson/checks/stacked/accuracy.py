"""`accuracy(logits, labels)`: the share of images whose largest logit is right."""

import torch
from torch.nn import functional as F

from aelesson.checks.engine import Exercise, returned


def accuracy(logits, labels):
    answers = logits.argmax(1)
    hits = answers == labels
    share = hits.double().mean()
    return share.item()


LARGE = torch.tensor([[100.0, 101, 102], [1000, 0, 1001], [0, 1000, 5], [30, 40, 20]])
NEAR = 1 + torch.tensor([[1, 2], [2, 1], [3, 1], [1, 5], [5, 1]]) / 4096


def cases():
    draw, made = torch.Generator().manual_seed(18), []
    for batch, classes in ((24, 5), (8, 3), (1, 5), (7, 2), (5, 5)):
        logits = 3 * torch.randn(batch, classes, generator=draw) - 2
        if batch == 24:  # whole numbers at the top, as labels are
            logits = logits - logits.amax(1, True) + (torch.arange(24) % 5)[:, None]
        wrong = torch.rand(batch, generator=draw) < 0.4
        made.append((logits, (logits.argmax(1) + wrong) % classes))
    many = torch.rand(2305, 4, generator=draw).argsort(1)  # halves count to 2048 only
    made += [
        (NEAR.double(), torch.tensor([1, 0, 0, 1, 1])),
        (-torch.eye(4)[:3], torch.tensor([0, 1, 2])),
        (NEAR, torch.tensor([1, 1, 1, 0, 0])),
        (LARGE, torch.tensor([2, 2, 1, 0])),
        (many.half(), many.argmax(1) ^ (torch.arange(2305) % 9 == 1)),
    ]
    return [{"logits": logits, "labels": labels} for logits, labels in made]


def tell(case):
    logits, labels = case.values()
    right = int((logits.argmax(1) == labels).sum())
    return f"{len(labels)} images and {logits.shape[1]} classes, {right} of them right"


TRUTH = "truth values have no mean: turn them into numbers by .double()."
FIRST = "take the mean before .item()."
errors = {
    "input dtype should be either floating": TRUTH,
    "could not infer output dtype": TRUTH,
    "can only convert a Python": FIRST,
    "elements cannot be converted": FIRST,
    "must match the size": "argmax runs over the images: over the classes it is dim=1.",
}
check = Exercise(accuracy, cases, returned(), errors=errors, tell=tell)


def over_images(logits):
    first = logits.argmax(0)
    return F.pad(first, (0, max(0, len(logits) - len(first))), value=-1)[: len(logits)]


def of_label(logits, labels):
    return logits.softmax(1).gather(1, labels[:, None])[:, 0]


def per_class(hits, labels):
    return torch.stack([hits[labels == c].double().mean() for c in labels.unique()])


check.mistakes(
    {
        "count answers: this is a mean probability.": (
            "answers == labels -> of_label(logits, labels)"
        ),
        "the largest logit is enough: no probability must be above 0.5, or 1.": [
            "answers == labels -> of_label(logits, labels) > 0.5",
            "answers == labels -> of_label(logits, labels) == 1",
        ],
        "only the largest logit is an answer, not the two largest.": (
            "answers == labels -> (logits.topk(2).indices == labels[:, None]).any(1)"
        ),
        "you compared the largest logit: take its place, argmax.": "argmax -> amax",
        "you took the smallest logit's place: argmax.": "argmax -> argmin",
        "you took the largest logit in size: no abs().": "argmax -> abs().argmax",
        "every answer meets every label: no keepdim.": "(1) -> (1, keepdim=True)",
        "argmax runs over the images: over the classes it is dim=1.": [
            "logits.argmax(1) -> over_images(logits)",
            "argmax(1) -> argmax()",
        ],
        "exp and sigmoid make large logits equal: compare the logits themselves.": [
            "argmax -> exp().argmax",
            "argmax -> sigmoid().argmax",
        ],
        "you compare two classes only: argmax(dim=1) takes them all.": [
            "logits.argmax(1) -> (logits[:, 1] > logits[:, 0]).long()",
            "logits.argmax(1) -> (logits[:, 1] > 0).long()",
        ],
        "your answer is a class too far: count from 0.": "(1) -> (1) + 1",
        "do not cut off or round logits: some become equal.": [
            f"argmax -> {cut}.argmax"
            for cut in ("clamp(0, 1)", "relu()", "round()", "long()", "bfloat16()")
        ],
        "this is in percent: return the share, from 0 to 1.": (
            "mean() -> mean() * 100"
        ),
        "this is how many are right: divide by the number of images.": "mean -> sum",
        "this is the share of wrong answers: count the right ones.": "== -> !=",
        "you divided by the number of classes.": "mean() -> sum() / logits.shape[1]",
        "this is 1 only if all are right: no all(), //.": "mean() -> mean().floor()",
        "this is the mean of the classes' shares: count each image once.": (
            "hits.double() -> per_class(hits, labels)"
        ),
        "your share is not exact: the mean was taken in half precision.": [
            "double() -> bfloat16()",
            "double() -> to(logits.dtype)",
            "double().mean() -> to(logits.dtype).sum() / len(labels)",
            "double().mean() -> to(logits.dtype).sum().double() / len(labels)",
        ],
        "the share is rounded: return it as it is.": [
            f"share.item() -> round(share.item(), {digits})" for digits in range(4)
        ],
    }
)
