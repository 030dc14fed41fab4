"""Call a learner's autoencoder, and say what its shapes tell: exercise of lesson 01."""

from collections.abc import Sequence
from math import prod

from torch import Tensor, nn

from aelesson.checks.expect import expect_tensor
from aelesson.checks.harness import CheckFailed, call


def reconstruct(model: nn.Module, x: Tensor, sizes: Sequence[int]) -> Tensor:
    """Call the learner's model, and judge what comes back by its shape."""
    x_hat = call(model, _hints(x, sizes), x=x)
    if isinstance(x_hat, list | tuple):
        raise CheckFailed(
            f"your model returns {len(x_hat)} things (the code too?).\n"
            "Return the reconstruction only."
        )
    return expect_tensor(x_hat, x.shape, _shapes(x, sizes))


def _shapes(x: Tensor, sizes: Sequence[int]) -> dict[tuple[int, ...], str]:
    """Say how to right each wrong shape of a reconstruction."""
    batch, pixels = len(x), prod(x.shape[1:])
    flat = (
        "the image is still flat; restore it at the end: .reshape(x.shape) "
        "(keep the original x: did you overwrite it?)."
    )
    return {
        **{(batch, size): _ends_too_early(size, sizes) for size in sizes[1:]},
        (batch, pixels): flat,
        (batch, 1, pixels): flat,
    }


def _hints(x: Tensor, sizes: Sequence[int]) -> dict[str, str]:
    """Say what a telling part of torch's message means for such images."""
    batch, pixels = len(x), prod(x.shape[1:])
    fixed = (
        f"your model does not fit sizes = {tuple(sizes)} and images of shape "
        f"{tuple(x.shape[1:])}.\nIs a number such as 784 or 28 written in your code? "
        "Take it from sizes and from x."
    )
    return {
        **_ends(batch, sizes),
        **_joints(batch, sizes),
        **{f"({batch}x{size} and": fixed for size in sizes},
        "invalid for input of size": fixed,
        "don't multiply up": fixed,
        f"(1x{batch * pixels} and": (
            "you flattened the whole batch into one row.\n"
            "Keep the first dimension: x.flatten(1)."
        ),
        "cannot be multiplied": (
            "nn.Linear wants rows of pixels.\nFlatten each image first: x.flatten(1)."
        ),
        'missing the required "forward"': (
            "nn.ModuleList only holds layers, and cannot be called.\n"
            "Loop over them in `forward`, or use nn.Sequential(*layers)."
        ),
        **_layers_called_wrongly(),
    }


def _layers_called_wrongly() -> dict[str, str]:
    """Explain nn.ReLU(h) in place of nn.ReLU()(h), by where a layer does not fit."""
    hints = {}
    for name, function in (("ReLU", "relu"), ("Sigmoid", "sigmoid"), ("Tanh", "tanh")):
        diagnosis = (
            f"nn.{name}(h) makes a layer and does not apply it.\n"
            f"Write torch.{function}(h), or nn.{name}()(h)."
        )
        hints[f"must be Tensor, not {name}"] = diagnosis
        hints[f"'{name}' object has no attribute"] = diagnosis
        hints[f"{name}.__init__() takes 1 positional"] = diagnosis
    return hints


def _joints(batch: int, sizes: Sequence[int]) -> dict[str, str]:
    """Explain layers that do not fit onto each other, by torch's (Bxn and mx...)."""
    pixels, code = sizes[0], sizes[-1]
    cures = {
        pixels: (f"the image has {pixels} values", "build the encoder from sizes."),
        code: (f"the code has {code} numbers", "build the decoder from sizes[::-1]."),
    }
    hints = {}
    for n in sizes:
        layer = f"a layer puts out {n} numbers", "are the sizes in order?"
        what, cure = cures.get(n, layer)
        for m in set(sizes) - {n}:
            diagnosis = f"{what}, but the next layer takes {m}: {cure}"
            hints[f"({batch}x{n} and {m}x"] = diagnosis
    return hints


def _ends(batch: int, sizes: Sequence[int]) -> dict[str, str]:
    """Explain a reshape that failed since the decoder ends with one of the sizes."""
    hints = {}
    for size in sizes[1:]:
        diagnosis = _ends_too_early(size, sizes)
        hints[f"is invalid for input of size {batch * size}"] = diagnosis
        hints[f"don't multiply up to the size of dim 1 ({size})"] = diagnosis
    return hints


def _ends_too_early(size: int, sizes: Sequence[int]) -> str:
    if size == sizes[-1]:
        return "this is the code; the decoder, the mirror, is missing."
    return (
        f"the decoder ends in {size} values, the image has {sizes[0]}: "
        "is its last layer missing?"
    )
