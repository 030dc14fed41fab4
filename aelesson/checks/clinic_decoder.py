"""The check of `build_decoder`, patient 3 of lesson 13: pixels in [0, 1]."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from aelesson.checks.clinic_networks import (
    HINTS,
    drawn_weights,
    expect_batch_apart,
    expect_gradients,
    expect_hidden_activations,
    expect_module,
    expect_sizes,
    expect_units_apart,
    linear_layers,
    put_through,
    watch,
)
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.wording import close

CASES = ((3, 7, 11, 24), (5, 12), (4, 9, 30))
CURE = "End with an activation that goes from 0 to 1 smoothly."


@check(f"right on {len(CASES)} networks")
def build_decoder(function: Answer) -> None:
    """Check `build_decoder(sizes)`: from codes to pixels in [0, 1]."""
    for sizes in CASES:
        model = expect_module(call(function, HINTS, sizes=sizes))
        codes = torch.randn(8, sizes[0])
        for batch in (codes, codes[:1]):
            if len(batch) == 1:
                model.eval()
            put_through(model, batch, sizes[-1], _shapes(batch, sizes))
        _expect_pixels(model, codes)
        expect_batch_apart(model, codes, sizes[-1])
        for training in (True, False):
            _expect_black_and_white(model.train(training), codes)
        model.train()
        _expect_hidden_work(model, codes, sizes)
        expect_sizes(model, sizes)
        expect_units_apart(model, codes)
        expect_gradients(model, codes)


def _shapes(codes: Tensor, sizes: Sequence[int]) -> dict[tuple[int, ...], str]:
    return {
        (len(codes), size): "the last layer is missing: an image has sizes[-1] pixels."
        for size in sizes[:-1]
    }


def _expect_pixels(model: nn.Module, codes: Tensor) -> None:
    """Ask for [0, 1] with huge weights too, and for no cut edges with usual ones."""
    with torch.no_grad():
        usual = model(codes)
        with drawn_weights(model, std=5):
            x_hat = torch.cat([usual, model(1e3 * codes), model(codes)])
    low, high = x_hat.min().item(), x_hat.max().item()
    if not x_hat.isfinite().all():
        raise CheckFailed(f"large codes give nan or inf. {CURE}")
    if low < 0 or high > 1:
        told = f"pixels must lie in [0, 1], but go from {low:.3g} to {high:.3g}.\n"
        if low >= -1 and high <= 1:
            told += "Tanh, or half of it, still reaches below 0: black is 0, not -1. "
        elif low >= 0:
            told += "ReLU at the end has no upper limit. "
        else:
            told += "Without an activation at the end there is no limit at all. "
        raise CheckFailed(told + CURE)
    if close(usual.sum(1), torch.ones(len(usual))):
        raise CheckFailed(
            "the pixels of each image add up to 1, as after a softmax.\n"
            f"Pixels do not compete. {CURE}"
        )


def _expect_black_and_white(model: nn.Module, codes: Tensor) -> None:
    """Put numbers in place of the last layer's output; ask for both ends, a slope."""
    last = linear_layers(model, codes)[-1:]
    if not last:
        return

    def drawn(logit: float) -> tuple[Tensor, Tensor]:
        """Return the pixels at a logit, and how they move with it, in doubles."""
        put_in = torch.full((), logit, dtype=torch.float64, requires_grad=True)
        handle = last[0].register_forward_hook(lambda _, __, out: 0 * out + put_in)
        pixels = model(codes.double())
        handle.remove()
        (slope,) = torch.autograd.grad(pixels.sum(), put_in, materialize_grads=True)
        return pixels.detach(), slope

    model.double()
    ends = torch.cat([drawn(logit)[0] for logit in (-1e3, 1e3)])
    slopes = {logit: drawn(logit) for logit in (-12.0, -5.0, -1.0, 1.0, 5.0, 12.0)}
    with torch.no_grad():
        usual = model(codes.double())
    model.float()
    _expect_ends(*(end.item() for end in ends.aminmax()))
    for logit, (pixels, slope) in slopes.items():
        if slope == 0:
            raise CheckFailed(
                f"where the last layer puts out {logit:g}, the pixel is "
                f"{pixels.max():.3g} and no gradient comes back: "
                f"{_why_flat(slopes)}\n{CURE}"
            )
    if (usual == 0).any():
        raise CheckFailed(f"some pixels are exactly 0: you cut the range.\n{CURE}")


def _expect_ends(low: float, high: float) -> None:
    if low > 0.005:
        raise CheckFailed(
            f"the pixels never go below {low:.2g}, so it cannot draw black.\n"
            "Is another activation left before the last one, or a limit? There should "
            "be one only."
        )
    if high < 0.995:
        raise CheckFailed(
            f"the pixels never go above {high:.2g}, so it cannot draw white.\n"
            "Is another activation left before the last one, or a factor, or a limit?"
        )


def _why_flat(slopes: dict[float, tuple[Tensor, Tensor]]) -> str:
    """Tell a cut from a sigmoid that was made too steep: it never reaches 0."""
    darkest = min(pixels.min().item() for pixels, _ in slopes.values())
    if 0 < darkest < 1e-12:
        return "it saturates. Is there a factor before the activation? Take it away."
    return "you cut the range."


def _expect_hidden_work(model: nn.Module, codes: Tensor, sizes: Sequence[int]) -> None:
    if len(sizes) == 2:
        return

    def logits(z: Tensor) -> Tensor:
        x_hat: Tensor = model.double()(z.double())
        return x_hat.logit(eps=1e-12)

    a, b = codes, codes.flip(0)
    with torch.no_grad():
        middle, ends = logits((a + b) / 2), (logits(a) + logits(b)) / 2
        spread = (logits(a) - middle).abs().max()
        model.float()
        if (middle - ends).abs().max() < 1e-4 * spread:
            raise CheckFailed(
                "your decoder is linear up to its last activation: you took away those "
                "of the hidden layers too.\nThey were sound."
            )
        work, _ = watch(model, codes)
        expect_hidden_activations(work, len(sizes) - 1)
