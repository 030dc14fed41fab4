"""Answers to `accuracy`, in other people's words."""

import numpy as np


def hits(logits, labels):
    return (logits.argmax(1) == labels).double()


def image_by_image(scores, classes):
    pairs = zip(scores, classes, strict=True)
    return sum(int(row.argmax()) == int(c) for row, c in pairs) / len(classes)


RIGHT = [
    lambda z, y: np.mean(z.numpy().argmax(1) == y.numpy()),
    lambda z, y: float(z.topk(1).indices.squeeze(1).eq(y).float().mean()),
    image_by_image,
]
WRONG = {
    "half precision": lambda z, y: (hits(z, y).to(z.dtype).sum() / len(y)).item(),
    "truth values have no mean": lambda z, y: (z.argmax(1) == y).mean().item(),
    "take the mean before .item()": lambda z, y: hits(z, y).item(),
}
