"""The checks of lesson 01: count, build, train, evaluate, compress.

Two of the five exercises can go wrong in so many ways that they have a module each.
"""

from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector

from aelesson.checks.basics_build import build_autoencoder, mirror, parameter_count
from aelesson.checks.basics_train import train_step
from aelesson.checks.expect import expect_close, expect_float, expect_int, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.wording import close

__all__ = [
    "build_autoencoder",
    "compression_ratio",
    "count_parameters",
    "reconstruction_error",
    "train_step",
]

NETWORKS = ((784, 128, 64, 32), (784, 32), (10, 7, 3), (40, 12, 9, 5, 2))


@check(f"right on {len(NETWORKS)} networks")
def count_parameters(function: Answer) -> None:
    """Check `count_parameters(sizes)`: weights and biases of a mirrored MLP."""
    for sizes in NETWORKS:
        got = expect_int(call(function, sizes=sizes))
        expected = parameter_count(mirror(sizes))
        expect_close(got, expected, f"sizes = {sizes}", _miscounts(sizes))


def _miscounts(sizes: tuple[int, ...]) -> dict[str, float]:
    """Give each known mistake in counting its diagnosis and the count it leads to."""
    layers = mirror(sizes)
    encoder, decoder = parameter_count(sizes), parameter_count(sizes[::-1])
    weights, biases = parameter_count(layers, bias=False), sum(layers[1:])
    code_to_code = parameter_count((sizes[-1], sizes[-1]))
    per_output = "A layer has one bias per output."
    own_biases = "The decoder's biases are others: one per output of *its* layers."
    return {
        f"the biases are missing. {per_output}": weights,
        f"you counted the biases twice. {per_output}": weights + 2 * biases,
        f"you counted one bias per layer. {per_output}": weights + len(layers) - 1,
        "you counted the encoder only: add the decoder, its mirror.": encoder,
        "you counted the decoder only: add the encoder.": decoder,
        f"you took the encoder twice. {own_biases}": 2 * encoder,
        f"you took the decoder twice. {own_biases}": 2 * decoder,
        "you counted weights once for both halves: the decoder has its own.": (
            weights // 2 + biases
        ),
        "you counted a layer from code to code: the code comes once.": (
            encoder + decoder + code_to_code
        ),
        "the last layer is missing: the decoder ends with all the pixels.": (
            parameter_count(layers[:-1])
        ),
        "the first layer is missing: the encoder starts with all the pixels.": (
            parameter_count(layers[1:])
        ),
        "you counted units. A layer from n to m has n * m + m parameters.": sum(layers),
    }


@dataclass(frozen=True)
class _Case:
    """The arguments of `compression_ratio`, in the order of its signature."""

    image_shape: tuple[int, ...]
    latent_dim: int
    image_bits: int
    code_bits: int


CODES = (
    _Case((1, 28, 28), 10, 8, 32),
    _Case((3, 17, 5), 7, 12, 10),
    _Case((1, 28, 28), 784, 8, 32),  # larger than the image: below 1
)


@check(f"right on {len(CODES)} codes")
def compression_ratio(function: Answer) -> None:
    """Check `compression_ratio(image_shape, latent_dim, image_bits, code_bits)`."""
    for case in CODES:
        got = expect_float(call(function, **vars(case)))
        image = prod(case.image_shape) * case.image_bits
        expected = image / (case.latent_dim * case.code_bits)
        given = ", ".join(f"{name} = {value}" for name, value in vars(case).items())
        expect_close(got, expected, given, _misratios(case))


def _misratios(case: _Case) -> dict[str, float]:
    """Give each known mistake in the ratio its diagnosis and its value."""
    values, codes = prod(case.image_shape), case.latent_dim
    bits, code_bits = case.image_bits, case.code_bits
    ratio = values * bits / (codes * code_bits)
    whole_image = "An image has C * H * W values."
    return {
        "it is upside down: divide the image's bits by the code's.": 1 / ratio,
        "the bits are missing: count bits, not values.": values / codes,
        "the code's bits are missing: multiply by code_bits.": values * bits / codes,
        "the image's bits are missing: multiply by image_bits.": (
            values / (codes * code_bits)
        ),
        "image_bits and code_bits are swapped.": values * code_bits / (codes * bits),
        f"the channels are missing. {whole_image}": ratio / case.image_shape[0],
        f"you added up the sides. {whole_image}": (
            ratio * sum(case.image_shape) / values
        ),
        "you cut off the fraction: divide with `/`, not `//` or int().": ratio // 1,
        "you rounded the ratio: return it as it is.": float(round(ratio)),
        "this is the share saved: return how many times smaller it is.": 1 - 1 / ratio,
        "this is in percent: return the ratio itself.": 100 * ratio,
    }


class _Probe(nn.Module):
    """A small model whose dropout tells in which mode it was called."""

    def __init__(self, pixels: int) -> None:
        super().__init__()
        self.linear = nn.Linear(pixels, pixels)
        self.dropout = nn.Dropout(0.5)
        self.modes: list[bool] = []

    def forward(self, x: Tensor) -> Tensor:
        self.modes.append(self.dropout.training)
        x_hat: Tensor = self.dropout(self.linear(x.flatten(1)).sigmoid())
        return x_hat.view_as(x)


BATCHES = ((5, 3, 4, 6), (1, 1, 6, 2))


@check(f"right on {len(BATCHES)} batches, in train and eval mode")
def reconstruction_error(function: Answer) -> None:
    """Check `reconstruction_error(model, images)`: one error per image, `(B,)`."""
    for shape in BATCHES:
        for training in (True, False):
            model = _Probe(prod(shape[1:])).train(training)
            before = parameters_to_vector(model.parameters()).clone()
            images = torch.rand(shape)
            got = call(function, model=model, images=images)
            errors = expect_tensor(got, shape[:1], _error_shapes(*shape))
            _expect_modes(model, training)
            if not close(parameters_to_vector(model.parameters()), before):
                raise CheckFailed("you changed the model: evaluation takes no step.")
            _expect_no_graph(errors)
            _expect_errors(errors, model, images)


def _error_shapes(
    batch: int, channels: int, height: int, width: int
) -> dict[tuple[int, ...], str]:
    """Say how to right each wrong shape of the errors of such a batch."""
    average = "average over all dimensions but the first."
    return {
        (batch, channels, height, width): f"one value per pixel; {average}",
        (batch, channels * height * width): f"one value per pixel; {average}",
        (channels, height, width): f"you averaged over the batch; {average}",
        (batch, height, width): f"you averaged over the channels only; {average}",
        (batch, channels, height): f"you averaged over the last side only; {average}",
        (batch, channels): f"the channels are left; {average}",
        (batch, width): f"the columns are left; {average}",
        (batch, 1, 1, 1): "average without `keepdim`.",
        (batch, 1): "average without `keepdim`.",
        (): f"one number for the whole batch; {average}",
    }


def _expect_modes(model: _Probe, training: bool) -> None:
    if any(model.modes):
        raise CheckFailed(
            "the model ran in train mode, with its dropout on, so the error is noisy.\n"
            "Call model.eval() first."
        )
    if model.training != training or model.dropout.training != training:
        found, left = ("train", "eval") if training else ("eval", "train")
        raise CheckFailed(
            f"the model came in {found} mode and you left it in {left} mode.\n"
            "Begin with `was_training = model.training` and end with "
            "`model.train(was_training)`."
        )


def _expect_no_graph(errors: Tensor) -> None:
    if errors.requires_grad:
        raise CheckFailed(
            "the result still carries the graph for gradients, which costs memory.\n"
            "Compute it inside `with torch.no_grad():`."
        )


def _expect_errors(errors: Tensor, model: _Probe, images: Tensor) -> None:
    with torch.no_grad():
        gap = (model.eval()(images) - images).flatten(1)  # (B, C * H * W)
    expected = gap.square().mean(1)
    mistakes = {
        "you summed over the pixels: take their mean.": gap.square().sum(1),
        "you took the root: return the mean *squared* error.": expected.sqrt(),
        "you took absolute errors: square them.": gap.abs().mean(1),
        "you averaged before squaring: square first.": gap.mean(1).square(),
        "each image got the mean of the whole batch: average over its own pixels.": (
            expected.mean().expand(len(images))
        ),
    }
    expect_close(errors, expected, f"images of shape {tuple(images.shape)}", mistakes)
