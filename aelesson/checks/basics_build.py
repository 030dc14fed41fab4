"""The check of `build_autoencoder`, an exercise of lesson 01.

What comes back by its shape is judged in `basics_forward`, how a model behaves in
`basics_behaviour`.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import torch
from torch import nn

from aelesson.checks import basics_behaviour as behaviour
from aelesson.checks.basics_forward import reconstruct
from aelesson.checks.expect import Mistakes, expect_close
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.wording import describe

CASES = (
    ((784, 128, 64, 32), (1, 28, 28)),
    ((60, 17, 9, 5), (3, 4, 5)),
    ((12, 5), (1, 6, 2)),
)

_BRACKETS = "this is not a layer yet: write nn.ReLU(), with brackets."
_UNPACK = "the layers are inside a list or tuple. Unpack it: nn.Sequential(*layers)."
HINTS = {
    "list is not a Module subclass": _UNPACK,
    "tuple is not a Module subclass": _UNPACK,
    "genexpr> is not a Module subclass": _UNPACK,
    "generator is not a Module subclass": _UNPACK,
    "is not a Module subclass": _BRACKETS,
}


def mirror(sizes: Sequence[int]) -> tuple[int, ...]:
    """Return all layer sizes of an autoencoder: down to the code and up again."""
    return (*sizes, *sizes[-2::-1])


def parameter_count(layers: Sequence[int], bias: bool = True) -> int:
    """Count what `nn.Linear` layers between these sizes hold, by building them."""
    return sum(
        parameter.numel()
        for n, m in pairwise(layers)
        for parameter in nn.Linear(n, m, bias=bias, device="meta").parameters()
    )


@check(f"right on {len(CASES)} networks and image shapes")
def build_autoencoder(function: Answer) -> None:
    """Check `build_autoencoder(sizes)`: an `nn.Module` from image to reconstruction."""
    for sizes, image_shape in CASES:
        model = _expect_module(call(function, HINTS, sizes=sizes)).eval()
        for batch in (4, 1):
            reconstruct(model, torch.rand(batch, *image_shape), sizes)
        _expect_parameters(model, sizes)
        images = torch.rand(4, *image_shape)
        for expect in behaviour.RULES:
            expect(model, images, sizes)


def _expect_module(model: object) -> nn.Module:
    if isinstance(model, type):
        raise CheckFailed(
            f"you returned the class {model.__name__} itself.\n"
            f"Return an instance of it: {model.__name__}(...), with brackets."
        )
    if isinstance(model, list | tuple):
        raise CheckFailed(
            f"you returned a {type(model).__name__} of {len(model)}.\nReturn one "
            "nn.Module that goes from images to reconstructions."
        )
    if model is None:
        raise CheckFailed("your function returned None: is `return` missing?")
    if not isinstance(model, nn.Module):
        raise CheckFailed(f"you returned {describe(model)}: return an nn.Module.")
    if type(model).forward is nn.Module.forward:
        raise CheckFailed(
            f"your {type(model).__name__} has no `forward`: is it spelt right, and "
            "indented so that it stands inside the class?"
        )
    return model


def _expect_parameters(model: nn.Module, sizes: Sequence[int]) -> None:
    got = sum(parameter.numel() for parameter in model.parameters())
    layers, code = mirror(sizes), sizes[-1]
    expected = parameter_count(layers)
    for name in _hidden_in_lists(model):
        raise CheckFailed(
            f"self.{name} is a plain Python list, where torch finds no layers: the "
            f"optimizer would get {got:,} parameters of {expected:,}.\n"
            "Wrap it: nn.ModuleList(...) or nn.Sequential(*...)."
        )
    mistakes: Mistakes = {
        "the layers have no biases: leave out `bias=False`.": parameter_count(
            layers, bias=False
        ),
        "you use the encoder's weights twice: give the decoder layers of its own.": (
            parameter_count(layers, bias=False) // 2 + sum(layers[1:])
        ),
        "the decoder is not the mirror: it must pass through every size on its way.": (
            parameter_count((*sizes, sizes[0]))
        ),
        "the middle sizes are missing: build a layer for each pair of neighbours.": (
            parameter_count(mirror((sizes[0], code)))
        ),
        "there is a layer from code to code: start the decoder at the size after it.": (
            expected + parameter_count((code, code))
        ),
    }
    if got < expected and not any(True for _ in model.parameters()):
        raise CheckFailed("your model has no parameters: build its layers in __init__.")
    given = f"the parameters with sizes = {tuple(sizes)}"
    expect_close(got, expected, given, mistakes)


def _hidden_in_lists(model: nn.Module) -> Iterator[str]:
    """Yield the names of attributes that keep layers where torch does not look."""
    for module in model.modules():
        for name, value in vars(module).items():
            if isinstance(value, list | tuple) and any(
                isinstance(part, nn.Module) for part in value
            ):
                yield name
