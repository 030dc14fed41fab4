"""The gradients of what a learner's function returned, for checks of lesson 11."""

from collections.abc import Mapping
from textwrap import shorten

import torch
from torch import Tensor, nn

from aelesson.checks.harness import CheckFailed

Weights = Mapping[str, tuple[Tensor, bool]]
"""A copy of each parameter, and whether it required gradients, by name."""


def weights_of(network: nn.Module) -> Weights:
    """Note the weights of a network, to see later whether they were changed."""
    named = network.named_parameters()
    return {name: (p.detach().clone(), p.requires_grad) for name, p in named}


def expect_kept(network: nn.Module, what: str, before: Weights) -> None:
    """Raise if the weights of a network are not what they were before."""
    for name, (old, required) in before.items():
        new = network.get_parameter(name)
        if new.dtype != old.dtype or not torch.equal(new, old):
            raise CheckFailed(
                f"you changed {what}: its weight {name} is another now.\n"
                "Use it as it comes; whoever calls still needs it."
            )
        if new.requires_grad != required:
            raise CheckFailed(
                f"you froze {what}: {name} requires no gradient now.\n"
                "Leave that as it is; whoever calls decides."
            )


def weighted_sum(value: Tensor) -> Tensor:
    """Add up all numbers with weights that tell them apart."""
    weight = torch.linspace(1, 3, value.numel(), dtype=value.dtype)
    return (value * weight.reshape(value.shape)).sum()


def expect_gradients(
    value: Tensor, what: str, named: Mapping[str, Tensor]
) -> dict[str, Tensor]:
    """Return the gradients of a weighted sum of `value`, if there are any.

    Args:
        value: what the learner's function returned.
        what: its name in the diagnosis, such as "the codes".
        named: what the gradients are taken with respect to, by name.

    Raises:
        CheckFailed: The graph is cut, or spoilt by a change in place.
    """
    if not value.requires_grad:
        raise CheckFailed(
            f"no gradient can flow back from {what}, so nothing could learn.\n"
            "Is there a `detach`, `.data`, `item`, `no_grad` or torch.tensor(...) on "
            "the way?"
        )
    try:
        found = torch.autograd.grad(
            weighted_sum(value), [*named.values()], allow_unused=True
        )
    except RuntimeError as error:
        raise CheckFailed(_why_backward_fails(str(error), what)) from error
    for name, gradient in zip(named, found, strict=True):
        if gradient is None:
            raise CheckFailed(
                f"no gradient reaches {name}: is there a `detach`, `.data` or a copy "
                "on the way?"
            )
    return dict(zip(named, found, strict=True))


def alike(got: Tensor, wanted: Tensor) -> bool:
    """Tell whether two gradients are the same, to a part of their largest value.

    The small values of a gradient are differences of large ones, so that rounding
    alone makes two right answers differ there.
    """
    return bool((got - wanted).abs().max() <= 1e-4 * wanted.abs().max())


def _why_backward_fails(error: str, what: str) -> str:
    if "inplace operation" in error:
        return (
            f"gradients cannot flow back from {what}: you changed a tensor in place "
            "that backward() still needs.\nMake new tensors, keep them in a list, and "
            "join them at the end."
        )
    return f"backward() fails from {what}: {shorten(error, 160, placeholder=' ...')}"
