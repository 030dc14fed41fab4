"""`shared_codes(x_train, x_new, k)`: codes of two sets of images, in one PCA."""

import torch

from aelesson.checks.engine import FINE, Exercise, Finding, returned
from aelesson.checks.engine.compare import close
from aelesson.checks.linear.images import ERRORS, draw_images, fitted


def shared_codes(
    x_train,
    x_new,
    k,
    *,
    means=lambda train, new: (train.mean(0), train.mean(0)),
    fits=lambda train, new: (train, train),
):
    train, new = x_train.flatten(1), x_new.flatten(1)
    m, n = means(train, new)
    v, w = (fitted(flat, min(k, len(flat)))[1].T for flat in fits(train, new))
    return (train - m) @ v, (new - n) @ w


def cases():
    sizes = [
        ((9, 5), (7, 5), 2, torch.float64),
        ((12, 1, 2, 3), (8, 1, 2, 3), 3, torch.float64),
        ((10, 2, 2, 2), (1, 2, 2, 2), 2, torch.float64),
        ((8, 1, 3, 2), (6, 1, 3, 2), 1, torch.float32),
    ]
    found = [
        {"x_train": draw_images(a, d), "x_new": draw_images(b, d), "k": k}
        for a, b, k, d in sizes
    ]
    x = draw_images((11, 6))
    return [*found, {"x_train": x, "x_new": x[:5], "k": 2}]


seen = returned(names=("codes of x_train", "codes of x_new"), dtype=True)


def signed(result):
    """Give each component the sign that makes the largest training code positive."""
    try:
        train, new = result
        sign = train.gather(0, train.abs().argmax(0, keepdim=True)).sign()
        return train * sign, new * sign
    except (TypeError, ValueError, RuntimeError, AttributeError, IndexError):
        return result


def observe(answer, case):
    """Look at the sizes of new codes first, then at their signs."""
    right = signed(shared_codes(**case))[1]
    for aspect, value in seen(lambda *arguments: signed(answer(*arguments)), case):
        if aspect != "value of codes of x_new" or value.shape != right.shape:
            yield aspect, value
        else:
            yield aspect, value.abs()
            yield "signs", FINE if close(value, right) else SIGNS


SIGNS = Finding(
    "signs",
    "a component has one sign for x_train and another for x_new: use one basis.",
)
check = Exercise(shared_codes, cases, observe, errors=ERRORS)


def own(train, new):
    return train, new


def own_means(train, new):
    return train.mean(0), new.mean(0)


def together(train, new):
    return torch.cat([train, new])


check.mistakes(
    {
        "an image that is in both sets gets two codes: what is fitted twice here?": {
            "means": own_means,
            "fits": own,
        },
        "the new images take part in the fit: a code must not depend on them.": [
            {
                "means": lambda *both: 2 * (together(*both).mean(0),),
                "fits": lambda *both: 2 * (together(*both),),
            },
            {"fits": lambda *both: 2 * (together(*both),)},
            {"means": lambda *both: 2 * (together(*both).mean(0),)},
        ],
        "mean and components are those of x_new: fit them to x_train.": {
            "means": lambda train, new: (new.mean(0), new.mean(0)),
            "fits": lambda a, b: (b, b),
        },
    },
    means={
        "only half is mended: x_new has a mean of its own still.": own_means,
        "nothing is centred: subtract the mean of x_train.": lambda a, b: (0, 0),
        "x_new is not centred, x_train is.": lambda a, b: (a.mean(0), 0),
        "you subtracted each image's own mean: take the mean of x_train.": (
            lambda *both: [flat.mean(1, keepdim=True) for flat in both]
        ),
    },
    fits={
        "only half is mended: x_new has components of its own still.": own,
        "the components are those of x_new: take x_train's.": lambda a, b: (b, b),
    },
)
