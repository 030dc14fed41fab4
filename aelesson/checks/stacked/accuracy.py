"""`accuracy(logits, labels)`: the share of images whose largest logit is right."""

import torch

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import alone, edits


def accuracy(logits, labels):
    answers = logits.argmax(1)
    hits = answers == labels
    share = hits.double().mean()
    return share.item()


LARGE = torch.tensor([[100.0, 101, 102], [1000, 0, 1001], [0, 1000, 5], [30, 40, 20]])
NEAR = torch.tensor([[1, 2], [2, 1], [3, 1], [1, 5], [5, 1]]) / 4096


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
        ((1 + NEAR).double(), torch.tensor([1, 0, 0, 1, 1])),
        (-torch.eye(4)[:3], torch.tensor([0, 1, 2])),
        (1 + NEAR, torch.tensor([1, 1, 1, 0, 0])),
        (LARGE, torch.tensor([2, 2, 1, 2])),
        (many.half(), many.argmax(1) ^ (torch.arange(2305) % 9 == 1)),
    ]
    return [{"logits": logits, "labels": labels} for logits, labels in made]


TRUTH = "truth values have no mean: turn them into numbers by .double()."
FIRST = "take the mean before .item()."
IMAGES = "argmax runs over the images: over the classes it is dim=1."
errors = {
    "input dtype should be either floating": TRUTH,
    "could not infer output dtype": TRUTH,
    "can only convert a Python": FIRST,
    "elements cannot be converted": FIRST,
    "must match the size": IMAGES,
}
check = Exercise(accuracy, cases, returned(), errors=errors)


def of_label(logits, labels):
    return logits[range(len(labels)), labels]


def per_class(hits, labels):
    return torch.stack([hits[labels == c].double().mean() for c in labels.unique()])


HITS = "answers == labels"
OF = "of_label(logits.softmax(1), labels)"
PROBABILITY = (OF, f"{OF} > 0.5", f"{OF} == 1")
EQUAL = ("sigmoid()", "relu()", "round()", "long()", "clamp(0, 1)", "bfloat16()")
check.mistakes(
    {
        "right is where the label's logit is the largest: no probability, no limit.": (
            edits(HITS, "{}", *PROBABILITY, "of_label(logits, labels) > 0")
        ),
        "only the largest logit is an answer, not the two largest.": (
            f"{HITS} -> (logits.topk(2).indices == labels[:, None]).any(1)"
        ),
        "you took another thing than the largest logit's place: argmax alone.": (
            edits("argmax", "{}", "amax", "argmin", "abs().argmax")
        ),
        "every answer meets every label: no keepdim.": "(1) -> (1, keepdim=True)",
        IMAGES: [
            *edits("argmax(1)", "argmax({})", 0, ""),
            f"{HITS} -> logits.argmax(0)[: len(labels)] == labels[: logits.shape[1]]",
        ],
        "exp, sigmoid, clamp, round make some logits equal: leave them as they are.": [
            *alone(accuracy, *edits("argmax", "{}.argmax", "exp()", *EQUAL)),
        ],
        "you compare two classes only: argmax(dim=1) takes them all.": (
            edits("logits.argmax(1)", "(logits[:, 1] > {}).long()", "logits[:, 0]", 0)
        ),
        "answers and labels both count from 0: leave them as they are.": (
            edits("(1)", "(1) {} 1", "+", "-")
        ),
        "this is the share of wrong answers: count the right ones.": "== -> !=",
        "this is how many are right: divide by the number of images.": "mean -> sum",
        "you divided by the number of classes.": "mean() -> sum() / logits.shape[1]",
        "this is 1 only if all are right: no all(), //.": "mean() -> mean().floor()",
        "this is the mean of the classes' shares: count each image once.": (
            "hits.double() -> per_class(hits, labels)"
        ),
        "your share is not exact: do not round it, nor count in half precision.": [
            *edits("share.item()", "round(share.item(), {})", 0, 1, 2, 3),
            *edits("double()", "to({})", "torch.bfloat16", "logits.dtype"),
            "double().mean() -> to(logits.dtype).sum() / len(labels)",
            "double().mean() -> to(logits.dtype).sum().double() / len(labels)",
        ],
    }
)
