"""`shared_codes(x_train, x_new, k)`: codes of two sets of images, in one PCA."""

import torch

from aelesson.checks.engine import FINE, Exercise, Finding, returned
from aelesson.checks.engine.compare import close
from aelesson.checks.linear.images import ERRORS, draw_images, fitted


def shared_codes(x_train, x_new, k):
    train, new = x_train.flatten(1), x_new.flatten(1)
    mean, fit = train.mean(0), train
    v, w = components(fit, k), components(fit, k)
    return (train - mean) @ v, (new - mean) @ w


def components(flat, k):
    return fitted(flat, min(k, len(flat)))[1].T


def cases():
    sizes = [
        ((9, 5), (7, 5), 2, torch.float64),
        ((12, 1, 2, 3), (8, 1, 2, 3), 3, torch.float64),
        ((10, 2, 2, 2), (3, 2, 2, 2), 2, torch.float64),
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


TWICE = "w = components(fit, k), components(fit, k) ->"
OWN_FIT = f"{TWICE} w = components(fit, k), components(new, k)"
OWN_MEAN = "new - mean -> new - new.mean(0)"
check.mistakes(
    {
        "an image that is in both sets gets two codes: what is fitted twice here?": (
            f"{OWN_FIT};; {OWN_MEAN}"
        ),
        "the new images take part in the fit: a code must not depend on them.": [
            "mean, fit = train.mean(0), train -> "
            "mean, fit = torch.cat([train, new]).mean(0), torch.cat([train, new])",
            "train.mean(0), train -> train.mean(0), torch.cat([train, new])",
            "fit = train.mean(0) -> fit = torch.cat([train, new]).mean(0)",
        ],
        "mean and components are those of x_new: fit them to x_train.": (
            "fit = train.mean(0), train -> fit = new.mean(0), new"
        ),
        "only half is mended: x_new has a mean of its own still.": OWN_MEAN,
        "only half is mended: x_new has components of its own still.": OWN_FIT,
        "the components are those of x_new: take x_train's.": (
            "train.mean(0), train -> train.mean(0), new"
        ),
        "nothing is centred: subtract the mean of x_train.": [
            "- mean ->",
            "- mean ->;; components(fit, k) -> torch.linalg.svd(fit)[2][:k].T",
        ],
        "x_new is not centred, x_train is.": "new - mean -> new",
        "the components are those of images that are not centred.": (
            "components(fit, k) -> torch.linalg.svd(fit)[2][:k].T"
        ),
        "you subtracted each image's own mean: take the mean of x_train.": (
            "- mean) @ v, (new - mean) -> "
            "- train.mean(1, True)) @ v, (new - new.mean(1, True))"
        ),
        "the codes are scaled: return the coordinates as they are.": [
            f"({who} - mean) @ {axis} -> ({who} - mean) @ {axis} / "
            f"(({who} - mean) @ {axis}).{norm}"
            for who, axis in (("train", "v"), ("new", "w"))
            for norm in ("norm(dim=0)", "norm(dim=1, keepdim=True)")
        ],
        "the codes of x_new come second.": (
            "return (train - mean) @ v, (new - mean) @ w -> "
            "return (new - mean) @ w, (train - mean) @ v"
        ),
    }
)
