"""`hundred_labels()`: a classifier made with 100 labels; the fewest errors."""

import torch
from sklearn.linear_model import LogisticRegression
from torch import nn

from aelesson import corruptions, data, labels, objectives, runtime, stacking
from aelesson.checks import judge
from aelesson.checks.engine.rules import is_model, needs_only
from aelesson.checks.engine.scored import Scored
from aelesson.training import TrainConfig, fit, one_cycle


def few():
    """Return the places of the images whose labels may be used."""
    known = data.load("mnist-5k").train.labels
    return labels.stratified_subset(known, 10, torch.Generator().manual_seed(0))


def examples():
    train, places = data.load("mnist-5k").train, few()
    return train.images[places], train.labels[places]


def line():
    """Fit logistic regression on the pixels of the labelled images."""
    x, y = examples()
    fitted = LogisticRegression(C=0.1, max_iter=1000).fit(x.flatten(1).numpy(), y)
    linear = nn.Linear(784, 10)
    linear.weight.data = torch.from_numpy(fitted.coef_).float()
    linear.bias.data = torch.from_numpy(fitted.intercept_).float()
    return nn.Sequential(nn.Flatten(), linear)


def lesson():
    """Pretrain the lesson's stack on all images, and tune it with 100 labels."""
    sizes, spoil = (784, 500, 500, 500), corruptions.masking(0.4)
    order, x = runtime.seed_everything(0), data.load("mnist-5k").train.images
    quick, slow = (
        TrainConfig(6, 64, 1e-2, one_cycle),
        TrainConfig(50, 32, 3e-3, one_cycle),
    )
    stack = stacking.pretrain(x, sizes, spoil, quick, generator=order, progress=False)
    model = stacking.build_classifier([layer.encoder for layer in stack], 10)
    fit(model, examples(), objectives.classification, slow, progress=False)
    return model


def wrong(model):
    """Return of each image whether a classifier names it wrongly, as 1 or 0."""
    return lambda x, y: (model.forward(x).argmax(1) != y).double()


def doubts(model):
    """Return what images cost a classifier: the probability of all wrong classes."""
    return lambda x, y: 1 - model.forward(x).softmax(1)[torch.arange(len(y)), y]


def other_labels(model):
    """Refuse who names training images without a label better than any others."""
    digits, found = data.load("mnist-5k"), wrong(model)
    mine, near, *far = (
        found(each.images, each.labels)
        for each in (digits.train, digits.validation, judge.digits(), judge.control())
    )
    mine, theirs = mine[~torch.isin(torch.arange(3500), few())], torch.cat([near, *far])
    if judge.apart(mine, near) <= 3 or judge.apart(mine, theirs) <= judge.SIGMAS:
        return ""  # the judge's are from another set: a gap must show on both
    return (
        f"it names {100 * mine.mean():.1f} % of the training images without a label "
        f"wrongly, but {100 * theirs.mean():.1f} % of others.\n"
        "Were more labels used than those of the 100?"
    )


def percent(model):
    digits = judge.digits()
    return 100 * wrong(model)(digits.images, digits.labels).mean()


takes = needs_only(lambda: (judge.digits().images[:3],), (3, 10))
check = Scored(
    "hundred_labels",
    percent,
    record=judge.function("forward"),
    unit="percent of the digits named wrongly",
    baseline="a linear map of the pixels",
    rules=[is_model, takes],
    holds=[
        lambda thing: takes(thing.forward),
        judge.unseen(doubts),
        other_labels,
    ],
    references={"a linear map of the pixels": line, "the lesson's stack": lesson},
)
