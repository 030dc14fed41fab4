"""The check of `build_autoencoder`, an exercise of lesson 01.

A model is judged by what it does. Only where `nn.Linear` layers are found are they
watched at work, to say where an activation is missing or should not be.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import prod

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from aelesson.checks.expect import expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.wording import close, describe

CASES = (
    ((784, 128, 64, 32), (1, 28, 28)),
    ((60, 17, 9, 5), (3, 4, 5)),
    ((12, 5), (1, 6, 2)),
)


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
        model = _expect_module(call(function, sizes=sizes)).eval()
        for batch in (4, 1):
            _reconstruct(model, torch.rand(batch, *image_shape), sizes)
        images = torch.rand(4, *image_shape)
        _expect_parameters(model, sizes)
        _expect_unit_range(model, images, sizes)
        _expect_images_apart(model, images, sizes)
        _expect_activations(model, images, sizes)
        _expect_gradients(model, images, sizes)


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


def _reconstruct(model: nn.Module, x: Tensor, sizes: Sequence[int]) -> Tensor:
    """Call the learner's model, and judge what comes back by its shape."""
    batch, pixels = len(x), prod(x.shape[1:])
    restore = "restore the image at the end: x_hat.view_as(x)."
    fixed = (
        f"your model does not fit sizes = {tuple(sizes)} and images of shape "
        f"{tuple(x.shape[1:])}.\nIs a number such as 784 or 28 written in your code? "
        "Take it from sizes and from x."
    )
    hints = {
        f"({batch}x{pixels} and": fixed,
        "invalid for input of size": fixed,
        "don't multiply up": fixed,
        f"(1x{batch * pixels} and": _FLATTENED_BATCH,
        "cannot be multiplied": (
            "nn.Linear wants rows of pixels.\nFlatten each image first: x.flatten(1)."
        ),
    }
    x_hat = call(model, hints, x=x)
    if isinstance(x_hat, list | tuple):
        raise CheckFailed(
            f"your model returns {len(x_hat)} things (the code too?).\n"
            "Return the reconstruction only."
        )
    shapes = {
        (batch, pixels): f"the image is still flat; {restore}",
        (batch, 1, pixels): f"the image is still flat; {restore}",
        (batch, sizes[-1]): "this is the code; the decoder, the mirror, is missing.",
    }
    return expect_tensor(x_hat, x.shape, shapes)


_FLATTENED_BATCH = (
    "you flattened the whole batch into one row.\n"
    "Keep the first dimension: x.flatten(1)."
)


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
    mistakes: dict[str, Tensor | float] = {
        "the layers have no biases: leave out `bias=False`.": parameter_count(
            layers, bias=False
        ),
        "you use the encoder's weights twice: give the decoder layers of its own.": (
            parameter_count(layers, bias=False) // 2 + sum(layers[1:])
        ),
        "the decoder is not the mirror: it must pass through every size on its way.": (
            parameter_count((*sizes, sizes[0]))
        ),
        "there is a layer from code to code: start the decoder at the size after it.": (
            expected + parameter_count((code, code))
        ),
    }
    if got < expected and not any(True for _ in model.parameters()):
        raise CheckFailed("your model has no parameters: build its layers in __init__.")
    given = f"the number of parameters with sizes = {tuple(sizes)}"
    expect_close(got, expected, given, mistakes)


def _hidden_in_lists(model: nn.Module) -> Iterator[str]:
    """Yield the names of attributes that keep layers where torch does not look."""
    for module in model.modules():
        for name, value in vars(module).items():
            if isinstance(value, list | tuple) and any(
                isinstance(part, nn.Module) for part in value
            ):
                yield name


def _expect_unit_range(model: nn.Module, x: Tensor, sizes: Sequence[int]) -> None:
    """Ask for [0, 1] on huge inputs too, and for a live gradient on usual ones."""
    usual = _reconstruct(model, x, sizes)
    x_hat = torch.cat([usual, _reconstruct(model, 1e4 * (x - 0.5), sizes)])
    low, high = x_hat.min().item(), x_hat.max().item()
    if not x_hat.isfinite().all():
        raise CheckFailed("large inputs give nan or inf: is torch.sigmoid at the end?")
    if low < 0 or high > 1:
        cure = "End the decoder with nn.Sigmoid()."
        if low >= -1 and high <= 1:
            cure = "Tanh at the end reaches down to -1. " + cure
        elif low >= 0:
            cure = "ReLU at the end has no upper limit. " + cure
        raise CheckFailed(
            f"the output must stay in [0, 1], but goes from {low:.3g} to {high:.3g}.\n"
            + cure
        )
    if close(usual.flatten(1).sum(1), torch.ones(len(x))):
        raise CheckFailed(
            "the pixels of each image add up to 1, as after a softmax.\n"
            "Pixels do not compete: end the decoder with nn.Sigmoid()."
        )
    if ((usual == 0) | (usual == 1)).any():
        raise CheckFailed(
            "some outputs are exactly 0 or 1: clamping or rescaling keeps the range, "
            "but stops the gradient there.\nEnd the decoder with nn.Sigmoid()."
        )


def _expect_images_apart(model: nn.Module, x: Tensor, sizes: Sequence[int]) -> None:
    alone = torch.cat([_reconstruct(model, image, sizes) for image in x.split(1)])
    if not close(alone, _reconstruct(model, x, sizes)):
        raise CheckFailed(
            "an image's reconstruction depends on the others in the batch: are batch "
            "and pixels mixed up by a reshape?\nUse x.flatten(1) and view_as(x)."
        )


def _expect_activations(model: nn.Module, x: Tensor, sizes: Sequence[int]) -> None:
    """Ask for a linear code, and for a nonlinearity at every hidden layer."""
    work = _watch_linear_layers(model, x, sizes)
    code = len(sizes) - 2  # index of the layer that puts out the code
    if len(work) == 2 * (len(sizes) - 1):
        for layer, ((_, put_out), (taken_in, _)) in enumerate(pairwise(work)):
            if layer == code:
                _expect_linear_code(taken_in, put_out)
            elif close(taken_in, put_out):
                raise CheckFailed(
                    f"no activation between layers {layer + 1} and {layer + 2}: they "
                    "do no more than a single layer.\nPut nn.ReLU() between them."
                )
    if len(sizes) > 2 and _is_affine(model, x, sizes):
        raise CheckFailed(
            "your model is linear up to its last sigmoid.\n"
            "The hidden layers need an activation, such as nn.ReLU()."
        )


def _watch_linear_layers(
    model: nn.Module, x: Tensor, sizes: Sequence[int]
) -> list[tuple[Tensor, Tensor]]:
    """Return what each `nn.Linear` takes in and puts out, in the order of the calls."""
    work: list[tuple[Tensor, Tensor]] = []

    def note(_: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        work.append((inputs[0].detach().clone(), output.detach().clone()))

    linear = [module for module in model.modules() if isinstance(module, nn.Linear)]
    handles = [layer.register_forward_hook(note) for layer in linear]
    _reconstruct(model, 10 * (x - 0.5), sizes)
    for handle in handles:
        handle.remove()
    return work


def _expect_linear_code(taken_in: Tensor, put_out: Tensor) -> None:
    """Ask that the decoder takes in the code just as the encoder puts it out."""
    if taken_in.shape != put_out.shape or close(taken_in, put_out):
        return
    known = {
        "ReLU": F.relu(put_out),
        "a sigmoid": put_out.sigmoid(),
        "Tanh": put_out.tanh(),
        "leaky ReLU": F.leaky_relu(put_out),
        "ELU": F.elu(put_out),
        "GELU": F.gelu(put_out),
        "softmax": put_out.softmax(-1),
    }
    names = [name for name, value in known.items() if close(taken_in, value)]
    raise CheckFailed(
        f"the code goes through {names[0] if names else 'something'} before the "
        "decoder.\nKeep the code linear: no activation after the encoder's last layer."
    )


def _is_affine(model: nn.Module, x: Tensor, sizes: Sequence[int]) -> bool:
    """Tell whether the output, before its sigmoid, is affine in the input."""
    a, b = 10 * (x - 0.5), 10 * (x.flip(0) - 0.5)

    def logits(images: Tensor) -> Tensor:
        return _reconstruct(model, images, sizes).detach().double().logit(eps=1e-12)

    middle, ends = logits((a + b) / 2), (logits(a) + logits(b)) / 2
    return bool((middle - ends).abs().max() < 1e-3 * (logits(a) - middle).abs().max())


def _expect_gradients(model: nn.Module, x: Tensor, sizes: Sequence[int]) -> None:
    x_hat = _reconstruct(model, x, sizes)
    if x_hat.requires_grad:
        F.mse_loss(x_hat, x).backward()
    for name, parameter in model.named_parameters():
        if parameter.grad is None:
            raise CheckFailed(
                f"no gradient reaches {name}: does `forward` use that layer, and does "
                "nothing cut the graph (.detach(), .data, no_grad)?"
            )
