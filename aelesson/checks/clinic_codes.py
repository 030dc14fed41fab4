"""The checks of `sample_code`, `importance_weights`: patients 8, 12 of lesson 13."""

import torch
from torch import Tensor
from torch.nn import functional as F

from aelesson.checks.expect import Mistakes, expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check, isolated
from aelesson.checks.wording import close

CODES = ((5, 3), (1, 4), (30, 2))
DRAWS = ((4, 3), (1, 5), (6, 1), (3, 3))


@check(f"right on {len(CODES)} batches, values and gradients")
def sample_code(function: Answer) -> None:
    """Check `sample_code(mean, logvar, noise)`: mean plus sigma times noise."""
    for shape in CODES:
        mean = torch.randn(shape).requires_grad_()
        logvar = (3 * torch.randn(shape)).requires_grad_()
        noise = torch.randn(shape)
        got = call(function, mean=mean, logvar=logvar, noise=noise)
        hints: dict[tuple[int, ...], str] = {
            shape[:1]: "one code per image: do not sum over its units."
        }
        z = expect_tensor(got, shape, hints)
        with isolated(seed=9):
            again = call(function, mean=mean, logvar=logvar, noise=noise)
        if not isinstance(again, Tensor) or not close(again, z):
            raise CheckFailed(
                "two calls with the same inputs differ: you draw noise of your own. "
                "Use the noise that is handed in."
            )
        m, v = mean.detach(), logvar.detach()
        sigma = (0.5 * v).exp()
        given = f"mean, logvar and noise of shape {shape}"
        expect_close(z, m + sigma * noise, given, _miscodes(m, v, noise))
        if not z.requires_grad:
            raise CheckFailed("no gradient reaches mean and logvar: was it cut off?")
        gradients = torch.autograd.grad(z.sum(), (mean, logvar), materialize_grads=True)
        for name, gradient, expected in (
            ("mean", gradients[0], torch.ones(shape)),
            ("logvar", gradients[1], 0.5 * sigma * noise),
        ):
            told = f"no gradient reaches {name}: was it detached?"
            expect_close(
                gradient, expected, f"the gradient at {name}", {told: 0 * expected}
            )
    _expect_nothing_cut(function)


def _expect_nothing_cut(function: Answer) -> None:
    """Hand in numbers as large as training can make them, one kind per row."""
    mean, logvar, noise = (torch.zeros(4, 2) for _ in range(3))
    ends = torch.tensor([-1.0, 1.0])
    mean[0], logvar[1], logvar[2], noise[3] = 50 * ends, 30, -20, 6 * ends
    noise[1:3] = 1.0
    z = call(function, mean=mean, logvar=logvar, noise=noise)
    right = mean + (0.5 * logvar).exp() * noise
    for row, told in enumerate(
        (
            "means of ±50 come out changed: is the mean cut to a range?",
            "a logvar of 30 gives another sigma: is it cut to a range?",
            "a logvar of -20 gives another sigma: is it cut, or something added to "
            "the variance?",
            "noise of ±6 comes out changed: is the noise cut to a range?",
        )
    ):
        got = expect_tensor(z, mean.shape)[row]
        if not close(got, right[row]):
            raise CheckFailed(f"{told} Nothing is cut or added here.")


def _miscodes(mean: Tensor, logvar: Tensor, noise: Tensor) -> Mistakes:
    half = "logvar is log sigma²: halve it, then take exp."
    widths: dict[str, Tensor | tuple[Tensor, ...]] = {
        "where logvar is 0 your codes carry no noise, and where it is negative the "
        "noise changes its sign: logvar itself is no sigma.": logvar,
        f"its absolute value is positive, but no sigma. {half}": logvar.abs(),
        f"exp(logvar) is the variance, sigma². {half}": logvar.exp(),
        f"half of logvar is log sigma, not sigma: exp is missing. {half}": 0.5 * logvar,
        f"the half stands outside of the exp. {half}": 0.5 * logvar.exp(),
        f"the root of a logarithm is no sigma. {half}": (
            logvar.sqrt(),
            logvar.abs().sqrt(),
        ),
        f"softplus and ReLU are for networks that put out sigma itself. {half}": (
            F.softplus(logvar),
            logvar.relu(),
        ),
        f"twice logvar goes the wrong way. {half}": (2 * logvar).exp(),
        f"the sign of logvar is the wrong way round. {half}": (-0.5 * logvar).exp(),
        "sigma is 1 everywhere: logvar plays no part.": torch.ones_like(logvar),
        "the noise plays no part: this is the mean.": torch.zeros_like(logvar),
        "sigma is right, but cut: let it be as small or large as it is.": tuple(
            (0.5 * logvar.clamp(-limit, limit)).exp() for limit in (1, 2, 3, 4, 5)
        ),
    }
    sigma = (0.5 * logvar).exp()
    found: dict[str, Tensor | tuple[Tensor, ...]] = {
        told: tuple(mean + sigma * noise for sigma in _as_tuple(width))
        for told, width in widths.items()
    }
    return found | {
        "the mean is missing.": sigma * noise,
        "brackets are wrong: only the noise is multiplied by sigma.": (
            (mean + noise) * sigma
        ),
        "sigma is added instead of multiplied.": mean + sigma + noise,
        "the sign of the noise has changed: add it.": mean - sigma * noise,
        "the noise is missing: sigma alone is added.": mean + sigma,
    }


@check(f"right on {len(DRAWS)} sets of draws")
def importance_weights(function: Answer) -> None:
    """Check `importance_weights(log_likelihood, log_prior, log_q)`: `(K, B)`."""
    for shape, scale in zip(DRAWS, (1.0, 2.0, 1.0, 3000.0), strict=True):
        terms = [(scale * torch.randn(shape)).requires_grad_() for _ in range(3)]
        likelihood, prior, q = terms
        got = call(function, log_likelihood=likelihood, log_prior=prior, log_q=q)
        hints: dict[tuple[int, ...], str] = {
            shape[1:]: "one weight for each draw of each image: do not sum over them."
        }
        weights = expect_tensor(got, shape, hints)
        logs = [term.detach() for term in terms]
        given = f"{shape[0]} draws of {shape[1]} images"
        right = (logs[0] + logs[1] - logs[2]).softmax(0)
        if scale > 100:
            _expect_extremes(weights, right, sum(logs[:2]) - logs[2])
        expect_close(weights, right, given, _misweights(*logs))
        if weights.requires_grad:
            raise CheckFailed(
                "the weights carry the graph: a loss that uses them would also move "
                "them:\npart of the gradient would make bad draws worse, only so that "
                "they weigh less. Cut it with .detach()."
            )


def _expect_extremes(weights: Tensor, right: Tensor, log_w: Tensor) -> None:
    """Ask for finite weights, and for none that is held up, of huge log-weights."""
    finite = weights.isfinite().all(0)
    if finite[log_w.amax(0).argmax()] and not finite.all():
        raise CheckFailed(
            "log-weights of some thousand give nan: the largest of all images was "
            "subtracted from each.\nThen others underflow, 0 / 0: subtract each "
            "image's own largest, amax(0)."
        )
    if not finite.all():
        raise CheckFailed(
            "log-weights of some thousand give nan or inf: exp overflows.\nUse "
            "softmax, or subtract each image's largest log-weight before exp."
        )
    if (weights[right < 1e-12] > 1e-10).any():
        raise CheckFailed(
            "draws that weigh nothing get a small weight: a limit was put under the "
            "weights. A softmax needs none."
        )


def _misweights(likelihood: Tensor, prior: Tensor, q: Tensor) -> Mistakes:
    log_w = likelihood + prior - q
    wrong_logs: dict[str, Tensor | tuple[Tensor, ...]] = {
        "the sign is the wrong way round: the worst draws get the largest weights.": (
            -log_w
        ),
        "the prior is missing: log w = log p(x|z) + log p(z) - log q(z|x).": (
            likelihood - q
        ),
        "q is missing: log w = log p(x|z) + log p(z) - log q(z|x).": likelihood + prior,
        "this is the likelihood alone: log w has three terms.": likelihood,
        "log q has the wrong sign: a draw that q likes must weigh less.": (
            likelihood + prior + q
        ),
        "log p(z) has the wrong sign: a code that the prior likes weighs more.": (
            likelihood - prior - q
        ),
        "log p(x|z) has the wrong sign: a code that explains the image weighs more.": (
            prior - q - likelihood,
            q - prior + likelihood,
        ),
    }
    exp = log_w.exp()
    found: dict[str, Tensor | tuple[Tensor, ...]] = {
        told: tuple(each.softmax(0) for each in _as_tuple(logs))
        for told, logs in wrong_logs.items()
    }
    return found | {
        "they add up to 1 over the images: add over the draws, dimension 0.": (
            log_w.softmax(1)
        ),
        "they add up to 1 over draws and images together: each image has its own.": (
            log_w.flatten().softmax(0).reshape(log_w.shape)
        ),
        "they do not add up to 1 over an image's draws: divide by their sum.": exp,
        "these are logarithms: take exp.": (log_w, log_w.log_softmax(0), -log_w),
        "all draws weigh the same: the three terms play no part.": (
            torch.full_like(log_w, 1 / len(log_w))
        ),
        "the weights are multiplied by the number of draws: their sum must be 1.": (
            len(log_w) * log_w.softmax(0)
        ),
        "negative weights, or weights above 1: divide exp(log w) by its sum, not log w "
        "by its.": log_w / log_w.sum(0),
        "only the best draw weighs: a softmax keeps the others, too.": (
            F.one_hot(log_w.argmax(0), len(log_w)).T.to(log_w)
        ),
    }


def _as_tuple(values: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return values if isinstance(values, tuple) else (values,)
