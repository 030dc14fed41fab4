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
        _expect_black_and_white(model, codes)
        _expect_hidden_work(model, codes, sizes)
        expect_sizes(model, sizes)
        expect_batch_apart(model, codes, sizes[-1])
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
    if ((usual == 0) | (usual == 1)).any():
        raise CheckFailed(
            "some pixels are exactly 0 or 1: you cut the range, and where it is cut no "
            f"gradient comes back.\n{CURE}"
        )


def _expect_black_and_white(model: nn.Module, codes: Tensor) -> None:
    draws = []
    for _ in range(4):
        with drawn_weights(model, std=5), torch.no_grad():
            draws.append(model(codes))
    low, high = torch.cat(draws).aminmax()
    if low > 0.2:
        raise CheckFailed(
            f"the pixels never go below {low:.2g}, so it cannot draw black.\n"
            "Is another activation left before the last one? There should be one only."
        )
    if high < 0.8:
        raise CheckFailed(
            f"the pixels never go above {high:.2g}, so it cannot draw white.\n"
            "Is another activation left before the last one, or a factor?"
        )


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
