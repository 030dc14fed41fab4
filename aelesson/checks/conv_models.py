"""What the two networks of lesson 04 have in common, and how they are judged."""

from collections.abc import Callable, Mapping
from typing import TypeAlias

import torch
from torch import Tensor, nn

from aelesson.checks.expect import expect_tensor
from aelesson.checks.harness import CheckFailed, call
from aelesson.checks.wording import close, describe

Forward: TypeAlias = Callable[[nn.Module, Tensor], Tensor]
"""Calls a learner's network and judges the shape of what comes back."""

CONVOLUTIONS = (nn.Conv2d, nn.ConvTranspose2d)

_APPLY = "nn.ReLU(h) makes a layer and does not apply it: write torch.relu(h)."
_UNPACK = "the layers are inside a list or tuple. Unpack it: nn.Sequential(*layers)."
FORWARD_HINTS = {
    "must be Tensor, not": _APPLY,
    "got (ReLU,": _APPLY,
    "'ReLU' object has no attribute": _APPLY,
    "channels, but got": (
        "a layer does not fit onto the one before it: the channels that go in must "
        "be those that came out."
    ),
    "output padding must be smaller": (
        "output_padding must be smaller than the stride: with a stride of 2, 0 or 1."
    ),
}
BUILD_HINTS = {
    "list is not a Module subclass": _UNPACK,
    "tuple is not a Module subclass": _UNPACK,
    "is not a Module subclass": (
        "this is not a layer yet: write nn.ReLU(), with brackets."
    ),
}


def expect_module(model: object) -> nn.Module:
    """Return what was built if it is a network that can be called."""
    if model is None:
        raise CheckFailed("your function returned None: is `return` missing?")
    if isinstance(model, type):
        raise CheckFailed(
            f"you returned the class {model.__name__} itself.\n"
            f"Return an instance of it: {model.__name__}(...), with brackets."
        )
    if isinstance(model, list | tuple):
        raise CheckFailed(
            f"you returned a {type(model).__name__} of {len(model)}.\n"
            "Join the layers to one nn.Module: nn.Sequential(*layers)."
        )
    if not isinstance(model, nn.Module):
        raise CheckFailed(f"you returned {describe(model)}: return an nn.Module.")
    if type(model).forward is nn.Module.forward:
        raise CheckFailed(
            f"your {type(model).__name__} has no `forward`: is it spelt right, and "
            "indented so that it stands inside the class?"
        )
    return model


def run(
    model: nn.Module,
    shape: tuple[int, ...],
    hints: Mapping[str, str],
    explain: Callable[[tuple[int, ...]], str],
    **argument: Tensor,
) -> Tensor:
    """Call a network with one tensor, and judge what comes back by its shape.

    Args:
        model: the learner's network.
        shape: the shape that must come back.
        hints: a diagnosis for each telling part of an exception's message.
        explain: says how to right a wrong shape, or "" if it knows nothing.
        **argument: the one tensor, by its name in the exercise.
    """
    result = call(model, {**hints, **FORWARD_HINTS}, **argument)
    if result is None:
        raise CheckFailed("your model's forward returned None: is `return` missing?")
    if isinstance(result, list | tuple):
        raise CheckFailed(
            f"your model returns {len(result)} things: return one tensor."
        )
    if not isinstance(result, Tensor):
        return expect_tensor(result, shape)
    got = tuple(result.shape)
    return expect_tensor(result, shape, {got: explain(got)}, torch.float32)


def expect_convolution(model: nn.Module, value: Tensor, forward: Forward) -> None:
    """Ask that a convolution is there, and at work."""
    found = [each for each in model.modules() if isinstance(each, CONVOLUTIONS)]
    if not found:
        raise CheckFailed(
            "there is no convolution in your model: an nn.Conv2d or "
            "nn.ConvTranspose2d, kept in the model itself, not in a Python list."
        )
    used = []
    handles = [
        layer.register_forward_hook(lambda layer, *_: used.append(layer))
        for layer in found
    ]
    forward(model, value)
    for handle in handles:
        handle.remove()
    if not used:
        raise CheckFailed(
            "your model has a convolution, but `forward` does not use it."
        )


def expect_examples_apart(model: nn.Module, value: Tensor, forward: Forward) -> None:
    """Ask that each row of a batch is treated alone."""
    alone = torch.cat([forward(model, each) for each in value.split(1)])
    if not close(alone, forward(model, value)):
        raise CheckFailed(
            "what one image gives depends on the others in the batch: does a reshape "
            "mix batch and pixels?\nFlatten with .flatten(1)."
        )


def expect_gradients(model: nn.Module, value: Tensor, forward: Forward) -> None:
    """Ask that a gradient reaches every parameter."""
    result = forward(model, value)
    if result.requires_grad:
        result.square().sum().backward()
    for name, parameter in model.named_parameters():
        if parameter.grad is None:
            raise CheckFailed(
                f"no gradient reaches {name}: does `forward` use that layer, and does "
                "nothing cut the graph (.detach(), no_grad)?"
            )
    model.zero_grad()


def with_large_weights(model: nn.Module, compute: Callable[[], Tensor]) -> list[Tensor]:
    """Return results under three draws of large weights, then put the old ones back.

    Whatever the last layer can give, it gives under one of them.
    """
    kept = [parameter.detach().clone() for parameter in model.parameters()]
    results = []
    for _ in range(3):
        for parameter in model.parameters():
            nn.init.normal_(parameter, std=10 if parameter.dim() == 1 else 1)
        results.append(compute().detach())
    for parameter, before in zip(model.parameters(), kept, strict=True):
        parameter.data.copy_(before)
    return results
