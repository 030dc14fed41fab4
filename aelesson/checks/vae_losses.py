"""The checks of `kl_to_standard_normal` and `negative_elbo`, of lesson 08."""

from dataclasses import dataclass
from math import prod

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.distributions import Normal, kl_divergence

from aelesson.checks.expect import Mistakes, expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check

CODES = (
    ((4, 3), torch.float32, None),  # shape, dtype, of which value all codes are
    ((1, 1), torch.float32, None),
    ((3, 20), torch.float32, None),
    ((5, 2), torch.float64, None),
    ((3, 20), torch.float32, (0.0, 0.0)),  # mean and logvar
    ((3, 5), torch.float32, (1.0, -20.0)),
    ((2, 3), torch.float32, (-1.0, 12.0)),
)
LIMITS = (2, 3, 4, 5, 6, 7, 8, 10, 11)  # to which people clamp logvar

_ONE_PER_IMAGE = "one value per image: sum over dimension 1, the units of the code."
HINTS = {
    "leaf Variable that requires grad": (
        "make a new tensor in place of changing an input."
    ),
    "call numpy() on Tensor": "compute with torch throughout: NumPy has no gradients.",
    "all elements of input should be between 0 and 1": (
        "logits are no probabilities: use F.binary_cross_entropy_with_logits."
    ),
    "must match the size of tensor": (
        "two terms of different shapes meet: reduce both to one value per image, (B,), "
        "before you add them."
    ),
}


@check(f"right on {len(CODES)} batches, gradients included")
def kl_to_standard_normal(function: Answer) -> None:
    """Check `kl_to_standard_normal(mean, logvar)`: nats per image, `(B,)`."""
    for shape, dtype, values in CODES:
        mean = 2 * torch.randn(shape, dtype=dtype)
        logvar = torch.randn(shape, dtype=dtype) - 0.5
        if values is not None:
            mean, logvar = (torch.full(shape, v, dtype=dtype) for v in values)
        mean, logvar = mean.requires_grad_(), logvar.requires_grad_()
        got = call(function, HINTS, mean=mean, logvar=logvar)
        kl = expect_tensor(got, shape[:1], _shapes_of_kl(shape))
        expected = _kl(mean, logvar).sum(1)
        told = f", all {values[0]:g}, and logvar {values[1]:g}" if values else ""
        mistakes: Mistakes = {**_miskls(mean, logvar), **_limited(mean, logvar)}
        expect_close(kl, expected, f"mean of shape {shape}, {dtype}{told}", mistakes)
        _expect_gradients(kl, expected, {"mean": mean, "logvar": logvar})


def _kl(mean: Tensor, logvar: Tensor) -> Tensor:
    """Return the KL of each unit, `(B, D)`, by PyTorch's own formula."""
    q = Normal(mean, (0.5 * logvar).exp())
    return kl_divergence(q, Normal(torch.zeros_like(mean), torch.ones_like(mean)))


def _limited(mean: Tensor, logvar: Tensor) -> dict[str, tuple[Tensor, ...]]:
    """Give the KL with a limit to it its diagnosis and its values, `(B,)`."""
    units, total = _kl(mean, logvar), _kl(mean, logvar).sum(1)
    least = [10.0**-power for power in range(7)] + [0.05, 0.25, 0.5, 2.0, 3.0]
    return {
        "logvar may be any number: do not clamp it.": tuple(
            _kl(mean, logvar.clamp(-limit, limit)).sum(1) for limit in LIMITS
        ),
        "the KL may be 0: let no unit and no image have a least price.": tuple(
            kl for v in least for kl in (units.clamp_min(v).sum(1), total.clamp_min(v))
        ),
    }


def _shapes_of_kl(shape: tuple[int, ...]) -> dict[tuple[int, ...], str]:
    return {
        shape: f"one value per unit; {_ONE_PER_IMAGE}",
        shape[1:]: f"you summed over the batch; {_ONE_PER_IMAGE}",
        (): f"one number for the whole batch; {_ONE_PER_IMAGE}",
        (shape[0], 1): "sum without `keepdim`.",
        (1, shape[1]): f"you summed over the batch; {_ONE_PER_IMAGE}",
    }


def _miskls(mean: Tensor, logvar: Tensor) -> dict[str, Tensor]:
    """Give each known mistake in the KL its diagnosis and its values, `(B,)`."""
    var, square = logvar.exp(), mean.square()
    std, units = (0.5 * logvar).exp(), mean.shape[1]
    right = 0.5 * (square + var - logvar - 1)
    nearly = {
        "the factor 1/2 is missing.": 2 * right,
        "the sign is the wrong way round: a KL is never negative.": -right,
        "the sign is wrong and the factor 1/2 is missing.": -2 * right,
        "you averaged over the units of the code: sum, or it is a hidden beta.": (
            right / units
        ),
        "the mean must be squared.": 0.5 * (mean + var - logvar - 1),
        "exp(0.5 * logvar) is sigma: the formula has its square, exp(logvar).": (
            0.5 * (square + std - logvar - 1)
        ),
        "the exp is missing: sigma squared is exp(logvar).": (
            0.5 * (square + logvar - logvar - 1)
        ),
        "exp(2 * logvar) is sigma to the power 4: sigma squared is exp(logvar).": (
            0.5 * (square + (2 * logvar).exp() - logvar - 1)
        ),
        "logvar is not sigma: sigma squared is exp(logvar).": (
            0.5 * (square + logvar.square() - logvar.square().log() - 1)
        ),
        "logvar is the logarithm already: do not take it again.": (
            0.5 * (square + var - logvar.abs().log() - 1)
        ),
        "the -1 is missing: the KL of the prior itself must be 0.": (
            0.5 * (square + var - logvar)
        ),
        "subtract 1, do not add it: the KL of the prior itself must be 0.": (
            0.5 * (square + var - logvar + 1)
        ),
        "subtract logvar, do not add it.": 0.5 * (square + var + logvar - 1),
        "the logarithm of the variance is missing.": 0.5 * (square + var - 1),
        "the mean is missing: a code far from 0 costs.": 0.5 * (var - logvar - 1),
        "the variance is missing: mean alone is not the KL.": 0.5 * square,
        "the 1/2 must multiply the whole bracket, not mean squared alone.": (
            0.5 * square + var - logvar - 1
        ),
        "the 1/2 must multiply the whole bracket, mean squared included.": (
            square + 0.5 * (var - logvar - 1)
        ),
        "this is KL(p || q): the other way round, and another number.": (
            0.5 * ((1 + square) / var + logvar - 1)
        ),
    }
    sums = {diagnosis: value.sum(1) for diagnosis, value in nearly.items()}
    return sums | {
        "the -1 was subtracted once per image: once per unit.": (
            right.sum(1) + 0.5 * (units - 1)
        ),
        "each image got the mean of the whole batch.": (
            right.sum(1).mean().expand(len(mean))
        ),
        "each image's value was divided by the size of the batch.": (
            right.sum(1) / len(mean)
        ),
    }


def _expect_gradients(got: Tensor, expected: Tensor, inputs: dict[str, Tensor]) -> None:
    """Compare the gradients of a result, `(B,)` or a scalar, with the oracle's."""
    if not got.requires_grad:
        raise CheckFailed(
            "no gradient flows back from your result, so nothing could be trained.\n"
            "No `detach`, `no_grad`, `.item()` or `.data` on the way."
        )
    scale = torch.linspace(1, 2, got.numel(), dtype=got.dtype).reshape(got.shape)
    wanted = torch.autograd.grad((expected * scale).sum(), [*inputs.values()])
    yours = torch.autograd.grad(
        (got * scale).sum(), [*inputs.values()], allow_unused=True
    )
    for (name, value), mine, right in zip(inputs.items(), yours, wanted, strict=True):
        found = torch.zeros_like(value) if mine is None else mine
        given = f"the gradient with respect to {name}"
        diagnosis = f"no gradient reaches {name}: is there a `detach` on the way?"
        expect_close(found, right, given, {diagnosis: torch.zeros_like(value)})


# negative_elbo


@dataclass(frozen=True)
class _Batch:
    """What one call is about."""

    shape: tuple[int, ...]
    units: int
    beta: float
    size: float = 2.0  # of the logits
    dtype: torch.dtype = torch.float32


BATCHES = (
    _Batch((3, 1, 4, 5), 2, 1.0),
    _Batch((5, 7), 3, 4.0),
    _Batch((1, 2, 3, 2), 5, 0.5),
    _Batch((2, 6), 4, 0.0),
    _Batch((5, 3, 2, 2), 2, 2.5, dtype=torch.float64),
    _Batch((3, 9), 2, 1.0, size=1000.0),
)


@check(f"right on {len(BATCHES)} batches, gradients included")
def negative_elbo(function: Answer) -> None:
    """Check `negative_elbo(logits, x, mean, logvar, beta)`: nats per image, `()`."""
    for batch in BATCHES:
        codes = (batch.shape[0], batch.units)
        signs = torch.randn(batch.shape, dtype=batch.dtype)
        logits = (batch.size * signs).requires_grad_()
        x = torch.rand(batch.shape, dtype=batch.dtype)
        mean = torch.randn(codes, dtype=batch.dtype).requires_grad_()
        logvar = torch.randn(codes, dtype=batch.dtype).requires_grad_()
        got = call(
            function,
            HINTS,
            logits=logits,
            x=x,
            mean=mean,
            logvar=logvar,
            beta=batch.beta,
        )
        loss = expect_tensor(got, (), _shapes_of_loss(batch))
        _expect_finite(loss, batch)
        nll = (F.softplus(logits) - x * logits).flatten(1).sum(1)
        expected = (nll + batch.beta * _kl(mean, logvar).sum(1)).mean()
        given = f"logits of shape {batch.shape}, beta = {batch.beta:g}"
        expect_close(
            loss, expected, given, _mislosses(logits, x, mean, logvar, batch.beta)
        )
        _expect_gradients(
            loss, expected, {"logits": logits, "mean": mean, "logvar": logvar}
        )


def _shapes_of_loss(batch: _Batch) -> dict[tuple[int, ...], str]:
    return {
        batch.shape[:1]: "one value per image: average over the batch at the end.",
        batch.shape: "one value per pixel: sum over the pixels, then average.",
        (1,): "one number without dimensions: average over the batch at the end.",
        (batch.shape[0], 1): "sum without `keepdim`, then average over the batch.",
        (batch.shape[0], batch.units): "sum the KL over the units of the code.",
    }


def _expect_finite(loss: Tensor, batch: _Batch) -> None:
    if not loss.isfinite():
        large = f", for logits of about ±{batch.size:g}" if batch.size > 100 else ""
        raise CheckFailed(
            f"the loss is {loss.item()}{large}: log(0) or an overflow.\n"
            "No sigmoid of your own: use F.binary_cross_entropy_with_logits."
        )


def _mislosses(
    logits: Tensor, x: Tensor, mean: Tensor, logvar: Tensor, beta: float
) -> Mistakes:
    """Give each known mistake in the loss its diagnosis and its value."""
    batch, pixels = len(x), prod(x.shape[1:])
    probabilities = logits.sigmoid()
    nll = (F.softplus(logits) - x * logits).flatten(1).sum(1).mean()
    kl = _kl(mean, logvar).sum(1).mean()
    kl_of_units = kl / mean.shape[1]
    clamped = F.binary_cross_entropy(probabilities, x, reduction="sum") / batch
    twice = F.binary_cross_entropy_with_logits(probabilities, x, reduction="sum")
    squares = (probabilities - x).square().flatten(1).sum(1).mean()
    sum_or_beta = "you averaged over the pixels: sum, or it is a hidden beta."
    wrong_kls = _miskls(mean, logvar)
    mistakes: dict[str, Tensor | tuple[Tensor, ...]] = {
        sum_or_beta: nll / pixels + beta * kl,
        "you averaged over the units of the code: sum, or it is a hidden beta.": (
            nll + beta * kl_of_units
        ),
        "you averaged over pixels and over units: sum both.": (
            nll / pixels + beta * kl_of_units
        ),
        "you summed over the batch: take its mean.": batch * (nll + beta * kl),
        "the reconstruction is a sum over the batch: take the mean of both terms.": (
            batch * nll + beta * kl
        ),
        "the KL is a sum over the batch: take the mean of both terms.": (
            nll + beta * batch * kl
        ),
        "the KL was divided by the size of the batch twice.": nll + beta * kl / batch,
        "beta has no effect: multiply the KL by it.": nll + kl,
        "beta belongs to the KL, not to the reconstruction.": beta * nll + kl,
        "beta multiplies both terms: only the KL.": beta * (nll + kl),
        "the KL is missing.": nll,
        "the reconstruction is missing.": beta * kl,
        "this is the ELBO: return its negative, to be minimised.": -(nll + beta * kl),
        "subtracted: add beta times the KL, it is a cost.": nll - beta * kl,
        "the sign of the reconstruction is the wrong way round.": beta * kl - nll,
        "this is the squared error: the likelihood is Bernoulli.": squares + beta * kl,
        "the sigmoid comes twice: the loss with logits has its own.": (
            twice / batch + beta * kl
        ),
        "a sigmoid and then a logarithm lose large logits: use the loss with logits.": (
            clamped + beta * kl
        ),
        "is a number such as 784 written in your code?": (
            784 * nll / pixels + beta * kl,
            (nll + beta * kl) / 784,
        ),
    }
    return mistakes | {
        f"in the KL, {diagnosis}": nll + beta * wrong.mean()
        for diagnosis, wrong in wrong_kls.items()
        if beta
    }
