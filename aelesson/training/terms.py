"""The terms that an objective returns: checked at each step, averaged per epoch."""

from math import isfinite

import torch
from torch import Tensor, nn

Terms = dict[str, float]


class WeightedMeans:
    """Means of named terms over batches of different sizes."""

    def __init__(self) -> None:
        self._count = 0
        self._totals: dict[str, Tensor] = {}

    def add(self, terms: dict[str, Tensor], weight: int) -> None:
        """Add one batch's means; `weight` is the number of its images."""
        self._count += weight
        for name, value in terms.items():
            # The sum stays on its device: reading it there would wait for the step.
            self._totals[name] = self._totals.get(name, 0) + value.detach() * weight

    def result(self) -> Terms:
        """Return each term's mean per image."""
        return {
            name: float(total) / self._count for name, total in self._totals.items()
        }


def check_terms(terms: dict[str, Tensor], step: int) -> None:
    """Refuse what an objective must not return, before a step is taken on it.

    Args:
        terms: What it returned.
        step: The number of the step in its epoch, for the message.

    Raises:
        ValueError: If these are not scalar tensors, one of them named "loss", or that
            does not depend on weights that can be trained.
        FloatingPointError: If the loss is not finite.
    """
    check_made(terms)
    if not terms["loss"].isfinite():
        raise not_finite({name: value.item() for name, value in terms.items()}, step)


def check_made(terms: dict[str, Tensor]) -> None:
    """Refuse what can be refused without a look at a value.

    Raises:
        ValueError: As in `check_terms`.
    """
    check_kinds(terms)
    if torch.is_grad_enabled() and not terms["loss"].requires_grad:
        raise ValueError(
            "objective's loss depends on no weight that can be trained: are all "
            "frozen, or was something detached or turned into a number on the way?"
        )


def not_finite(terms: Terms, step: int) -> FloatingPointError:
    """Return the error of a step whose loss is not finite; it names the term."""
    bad = [name for name, value in terms.items() if not isfinite(value)]
    name = next((name for name in bad if name != "loss"), "loss")
    return FloatingPointError(
        f"step {step}: the term {name!r} is {terms[name]}. This step was not "
        "taken. Try a lower learning rate, and look for a log or a division that can "
        "meet 0"
    )


def check_kinds(terms: object) -> None:
    """Refuse what are no terms.

    Raises:
        ValueError: If these are not scalar tensors, one of them named "loss".
    """
    if not isinstance(terms, dict) or "loss" not in terms:
        raise ValueError(
            f"objective returned {_describe(terms)}; it must return a dict of scalar "
            'tensors, one of them named "loss"'
        )
    for name, value in terms.items():
        if not isinstance(value, Tensor) or value.dim() != 0:
            raise ValueError(
                f"objective's term {name!r} is {_describe(value)}; it must be a "
                "scalar tensor, shape ()"
            )


def check_weights(model: nn.Module) -> None:
    """Notice a gradient that was nan although the loss was finite.

    Raises:
        FloatingPointError: If a weight is not finite.
    """
    for name, weights in model.named_parameters():
        # A sum is nan or infinite if one of its terms is, and takes far less time.
        if not weights.sum().isfinite() and not weights.isfinite().all():
            raise FloatingPointError(
                f"at its end: {name} is not finite any more, although every loss was: "
                "a gradient was nan or infinite. Look for a square root or a norm "
                "that can meet 0"
            )


def _describe(value: object) -> str:
    if isinstance(value, Tensor):
        return f"a tensor of shape {tuple(value.shape)}"
    if isinstance(value, dict):
        return f"a dict of {', '.join(map(repr, value)) or 'nothing'}"
    return f"{value!r}, a {type(value).__name__}"
