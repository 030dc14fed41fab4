"""Answers to `encode_through` and `accuracy`, right and wrong."""

import functools

import numpy as np
import torch
from torch import nn

from .answers import Wrong

# encode_through: right


def encode_reference(encoders, x):
    for encoder in encoders:
        x = encoder(x)
    return x


def encode_in_a_row(layers, images):
    return nn.Sequential(*layers)(images)


def encode_reduced(encoders, x):
    return functools.reduce(lambda code, encoder: encoder(code), encoders, x)


def encode_recursively(encoders, x):
    if len(encoders) == 1:
        return encoders[0](x)
    return encode_recursively(encoders[1:], encoders[0](x))


def encode_kept_all(encoders, x):
    codes = [x]
    for index in range(len(encoders)):
        codes.append(encoders[index].forward(codes[index]))
    return codes[-1]


ENCODE_RIGHT = [
    encode_reference,
    encode_in_a_row,
    encode_reduced,
    encode_recursively,
    encode_kept_all,
]


# encode_through: wrong


def all_codes(encoders, x):
    return [x := encoder(x) for encoder in encoders]


def each_on_x(encoders, x):
    for encoder in encoders:
        code = encoder(x)
    return code


def popped(encoders, x):
    while encoders:
        x = encoders.pop(0)(x)
    return x


def without_grad(encoders, x):
    with torch.no_grad():
        return encode_reference(encoders, x)


def detached_between(encoders, x):
    for encoder in encoders:
        x = encoder(x.detach())
    return x


def x_detached(encoders, x):
    return encode_reference(encoders, x.detach())


def never_encoded(encoders, x):
    for encoder in encoders:
        encoder(x)
    return x


def through_numpy(encoders, x):
    return encode_reference(encoders, x).detach().numpy()


def one_more_sigmoid(encoders, x):
    return encode_reference(encoders, x).sigmoid()


ENCODE_WRONG = [
    Wrong(lambda encoders, x: encoders[0](x), "only the first encoder was used"),
    Wrong(lambda encoders, x: encoders[-1](x), "only the last encoder was used"),
    Wrong(each_on_x, "only the last encoder was used, on x"),
    Wrong(
        lambda encoders, x: encode_reference(encoders[::-1], x), "order is upside down"
    ),
    Wrong(lambda encoders, x: encode_reference(encoders[:-1], x), "stop one too early"),
    Wrong(lambda encoders, x: encode_reference(encoders[1:], x), "start one too late"),
    Wrong(
        lambda encoders, x: encode_reference([encoders[0], *encoders], x),
        "the first encoder was used twice",
    ),
    Wrong(lambda encoders, x: encoders[1](encoders[0](x)), "stop one too early"),
    Wrong(all_codes, "you returned a list"),
    Wrong(lambda encoders, x: torch.cat(all_codes(encoders, x), 1), "last code alone"),
    Wrong(lambda encoders, x: sum(all_codes(encoders, x)), "added the codes"),
    Wrong(lambda encoders, x: nn.Sequential(*encoders), "you returned a model"),
    Wrong(never_encoded, "this is x"),
    Wrong(one_more_sigmoid, "one more activation"),
    Wrong(popped, "changes its input encoders in place"),
    Wrong(without_grad, "no gradient can flow back"),
    Wrong(
        lambda encoders, x: encode_reference(encoders, x).detach(), "no gradient can"
    ),
    Wrong(detached_between, "a layer cuts them off"),
    Wrong(x_detached, "a layer cuts them off"),
    Wrong(through_numpy, "got a numpy array"),
    Wrong(lambda encoders, x: encoders(x), "'list' object is not callable"),
    Wrong(lambda encoders, x: None, "is `return` missing?"),
    Wrong(lambda x: x, "called with 2 arguments: (encoders, x)"),
]


# accuracy: right


def accuracy_reference(logits, labels):
    return (logits.argmax(dim=1) == labels).double().mean().item()


def accuracy_counted(logits, labels):
    answers = torch.max(logits, -1).indices
    return (answers == labels).sum().item() / len(labels)


def accuracy_image_by_image(scores, classes):
    hits = 0
    for row, label in zip(scores, classes, strict=True):
        hits += int(row.argmax()) == int(label)
    return hits / scores.shape[0]


def accuracy_numpy(logits, labels):
    return np.mean(logits.numpy().argmax(1) == labels.numpy())


def accuracy_of_probabilities(logits, labels):
    answers = logits.log_softmax(1).topk(1).indices.squeeze(1)
    return float(answers.eq(labels).float().mean())


ACCURACY_RIGHT = [
    accuracy_reference,
    accuracy_counted,
    accuracy_image_by_image,
    accuracy_numpy,
    accuracy_of_probabilities,
]


# accuracy: wrong


def hits(logits, labels):
    return (logits.argmax(1) == labels).double()


def per_class(logits, labels):
    parts = [hits(logits, labels)[labels == c].mean() for c in labels.unique()]
    return torch.stack(parts).mean().item()


def probability_of_the_label(logits, labels):
    return logits.softmax(1)[torch.arange(len(labels)), labels]


def softmax_by_hand(logits, labels):
    weights = logits.exp()
    return hits(weights / weights.sum(1, keepdim=True), labels).mean().item()


def with_keepdim(logits, labels):
    return (logits.argmax(1, keepdim=True) == labels).double().mean().item()


def over_the_images(logits, labels):
    answers = logits.argmax(0)
    shorter = min(len(answers), len(labels))
    return (answers[:shorter] == labels[:shorter]).double().mean().item()


def reference_and_softens(logits, labels):
    logits.sub_(logits.amax(1, keepdim=True))
    return accuracy_reference(logits, labels)


ACCURACY_WRONG = [
    Wrong(lambda z, y: 100 * hits(z, y).mean().item(), "this is in percent"),
    Wrong(lambda z, y: hits(z, y).sum().item(), "divide by the number of images"),
    Wrong(lambda z, y: int(hits(z, y).sum()), "divide by the number of images"),
    Wrong(lambda z, y: 1 - hits(z, y).mean().item(), "the share of wrong answers"),
    Wrong(lambda z, y: len(y) - hits(z, y).sum().item(), "how many are wrong"),
    Wrong(lambda z, y: hits(z, y).mean(), "Call `.item()` on it."),
    Wrong(hits, "Reduce it to one."),
    Wrong(
        lambda z, y: (z.max(1).values == y).double().mean().item(),
        "you compared the largest logit itself",
    ),
    Wrong(
        lambda z, y: (z.argmin(1) == y).double().mean().item(),
        "the place of the smallest logit",
    ),
    Wrong(
        lambda z, y: (z.abs().argmax(1) == y).double().mean().item(),
        "the largest logit in size",
    ),
    Wrong(
        lambda z, y: (z.sigmoid().argmax(1) == y).double().mean().item(),
        "a sigmoid makes 1",
    ),
    Wrong(softmax_by_hand, "exp of large logits overflows"),
    Wrong(lambda z, y: (z.argmax(0) == y).double().mean().item(), "`dim=1`"),
    Wrong(lambda z, y: (z.argmax() == y).double().mean().item(), "`dim=1`"),
    Wrong(over_the_images, "argmax runs over the images"),
    Wrong(with_keepdim, "you compared every answer with every label"),
    Wrong(
        lambda z, y: hits(z, y).sum().item() / z.shape[1],
        "you divided by the number of classes",
    ),
    Wrong(lambda z, y: hits(z, y).sum().item() / z.numel(), "divided by all logits"),
    Wrong(
        lambda z, y: probability_of_the_label(z, y).mean().item(),
        "the mean probability of the right class",
    ),
    Wrong(
        lambda z, y: (probability_of_the_label(z, y) > 0.5).double().mean().item(),
        "not a probability above 0.5",
    ),
    Wrong(lambda z, y: round(hits(z, y).mean().item(), 2), "you rounded the share"),
    Wrong(lambda z, y: int(hits(z, y).mean().item()), "cut off its fraction"),
    Wrong(per_class, "count each image once"),
    Wrong(lambda z, y: (z.argmax(1) == y).mean().item(), "truth values have no mean"),
    Wrong(lambda z, y: hits(z, y).item(), "take the mean before `.item()`"),
    Wrong(lambda z, y: f"{hits(z, y).mean():.0%}", "expected a float"),
    Wrong(lambda z, y: hits(z, y).mean().item, "Did you forget the brackets"),
    Wrong(reference_and_softens, "changes its input logits in place"),
    Wrong(lambda z, y: None, "is `return` missing?"),
    Wrong(lambda z: 0.0, "called with 2 arguments: (logits, labels)"),
]
