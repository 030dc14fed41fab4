"""The check of `iwae_bound`, an exercise of lesson 08."""

import math

import numpy as np
import torch
from torch import Tensor

from aelesson.checks.expect import Mistakes, expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check


def _cases() -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(2)

    def draw(*shape: int) -> Tensor:
        return torch.randn(shape, generator=generator)

    return {
        "log-weights around 0": draw(5, 3),
        "one draw": draw(1, 4) - 3,
        "one image": 2 * draw(7, 1),
        "float64": draw(6, 2).double() - 1,
        "equal log-weights": torch.full((4, 2), -2.5),
        "log-weights around -500": 5 * draw(3, 4) - 500,
        "log-weights around 9,990": 5 * draw(3, 2) + 9990,
        "log-weights around -9,990": 5 * draw(4, 3) - 9990,
        "images far apart": draw(3, 2) + torch.tensor([9000.0, -9000.0]),
        "draws far apart": torch.tensor([[0.0, -10_000.0], [-10_000.0, 10_000.0]]),
    }


CASES = _cases()
HINTS = {
    "leaf Variable that requires grad": (
        "make a new tensor in place of changing log_weights."
    ),
    "call numpy() on Tensor": "compute with torch throughout: NumPy has no gradients.",
}


@check(f"right on {len(CASES)} batches, from -10,000 to 10,000 nats")
def iwae_bound(function: Answer) -> None:
    """Check `iwae_bound(log_weights)`: the log of the mean weight, `(B,)`."""
    for given, values in CASES.items():
        log_weights = values.clone().requires_grad_()
        got = call(function, HINTS, log_weights=log_weights)
        bound = expect_tensor(got, values.shape[1:], _shapes(tuple(values.shape)))
        expected = _oracle(values)
        mistakes = _mistakes(values)
        _expect_finite(bound, given, values)
        expect_close(bound, expected, given, mistakes)
        _expect_gradient(bound, log_weights, given)


def _oracle(values: Tensor) -> Tensor:
    doubles = values.double().numpy()
    log_sum = np.logaddexp.reduce(doubles, axis=0)
    return torch.as_tensor(log_sum - math.log(len(doubles))).to(values.dtype)


def _shapes(shape: tuple[int, ...]) -> dict[tuple[int, ...], str]:
    draws, images = shape
    over_draws = "average over dimension 0, the draws."
    return {
        (draws,): f"you averaged over the images; {over_draws}",
        shape: f"one value per weight; {over_draws}",
        (): f"one number for all images; {over_draws}",
        (1, images): "average without `keepdim`.",
        (draws, 1): f"you averaged over the images; {over_draws}",
    }


def _expect_finite(bound: Tensor, given: str, values: Tensor) -> None:
    if bound.isfinite().all():
        return
    own = values - values.amax()
    if bool((own.exp().sum(0) == 0).any()) and not bool((values.exp() == 0).all()):
        cure = "Subtract each image's own maximum: `amax(0)`, not the maximum of all."
    else:
        cure = "exp() left the range: subtract the maximum first, or use logsumexp."
    raise CheckFailed(
        f"got {bound[~bound.isfinite()][0].item()} for {given}; it must be finite.\n"
        f"{cure}"
    )


def _mistakes(values: Tensor) -> Mistakes:
    """Give each known mistake in the bound its diagnosis and its values, `(B,)`."""
    draws, images = values.shape
    right = _oracle(values)
    largest = values.amax(0)
    log_sum = right + math.log(draws)
    elbo = values.mean(0)
    return {
        "this is the mean of the log-weights, the ELBO: average before the log.": elbo,
        "this is a sum of weights: subtract log K for their mean.": log_sum,
        "log K was added: subtract it.": log_sum + math.log(draws),
        "you subtracted K: subtract its logarithm.": log_sum - draws,
        "you divided by K behind the log: subtract log K.": log_sum / draws,
        "you subtracted log B, of the images: K counts the draws.": (
            log_sum - math.log(images)
        ),
        "log2 or log10 is not the natural logarithm.": (
            log_sum - math.log2(draws),
            log_sum - math.log10(draws),
        ),
        "this is the largest log-weight alone: average all weights.": largest,
        "add the maximum back behind the logarithm.": right - largest,
        "you subtracted the maximum, and never added it back.": right - 2 * largest,
        "this is the sum of the log-weights.": values.sum(0),
        "the sign is the wrong way round: it is a bound, no loss.": -right,
        "the logarithm is missing: return nats.": right.exp(),
        "you cut the log-weights off: the range of exp is no limit for them.": tuple(
            _oracle(values.clamp(-limit, limit)) for limit in (50, 80, 85, 88, 100, 700)
        ),
        "each image got the bound of the whole batch.": (
            _oracle(values.reshape(-1, 1)).expand(images)
        ),
        "the result is shifted: no small number inside the logarithm.": tuple(
            (right.exp() + small).log() for small in (1e-12, 1e-10, 1e-8, 1e-6)
        ),
    }


def _expect_gradient(bound: Tensor, log_weights: Tensor, given: str) -> None:
    if not bound.requires_grad:
        raise CheckFailed(
            "no gradient flows back from your bound, so nothing could be trained.\n"
            "No `detach`, `no_grad` or `.item()` on the way."
        )
    if log_weights.abs().amax() > 1000:
        return  # where float32 has no digits left for it
    (found,) = torch.autograd.grad(bound.sum(), log_weights)
    weights = log_weights.detach().softmax(0)
    largest = torch.zeros_like(weights).scatter(0, weights.argmax(0)[None], 1.0)
    diagnosis = "the maximum is detached in one place alone: in both, or in neither."
    mistakes = {diagnosis: (weights - largest, weights + largest)}
    expect_close(found, weights, f"the gradient for {given}", mistakes)
