"""Answers to `sample_code` and `importance_weights`, right and wrong."""

import torch
import torch.nn.functional as F

from .answers import Wrong


def sample_code_broken(mean, logvar, noise):
    return mean + logvar * noise


# sample_code: right


def half_then_exp(mean, logvar, noise):
    return mean + (0.5 * logvar).exp() * noise


def root_of_variance(mu, log_variance, eps):
    return torch.addcmul(mu, log_variance.exp().sqrt(), eps)


def by_power(mean, logvar, noise):
    return noise * torch.e ** (logvar / 2) + mean


SAMPLE_RIGHT = [half_then_exp, root_of_variance, by_power]


# sample_code: wrong


def width(sigma):
    """Return a `sample_code` with its own sigma."""
    return lambda mean, logvar, noise: mean + sigma(logvar) * noise


SAMPLE_WRONG = [
    Wrong(sample_code_broken, "logvar itself is no sigma"),
    Wrong(width(torch.abs), "its absolute value is positive"),
    Wrong(width(torch.exp), "exp(logvar) is the variance"),
    Wrong(width(lambda v: 0.5 * v), "exp is missing"),
    Wrong(width(lambda v: 0.5 * v.exp()), "the half stands outside"),
    Wrong(width(lambda v: v.abs().sqrt()), "the root of a logarithm"),
    Wrong(width(torch.sqrt), "the root of a logarithm"),
    Wrong(width(F.softplus), "are for networks that put out sigma"),
    Wrong(width(torch.relu), "are for networks that put out sigma"),
    Wrong(width(lambda v: (2 * v).exp()), "twice logvar"),
    Wrong(width(lambda v: (-0.5 * v).exp()), "the sign of logvar"),
    Wrong(width(torch.ones_like), "logvar plays no part"),
    Wrong(width(torch.zeros_like), "the noise plays no part"),
    Wrong(width(lambda v: (0.5 * v.clamp(-3, 3)).exp()), "sigma is right, but cut"),
    Wrong(width(lambda v: (0.5 * v.clamp(-8, 8)).exp()), "a logvar of 30"),
    Wrong(width(lambda v: (0.5 * v.clamp(-30, 20)).exp()), "a logvar of 30"),
    Wrong(width(lambda v: (v.exp() + 1e-6).sqrt()), "something added to the variance"),
    Wrong(lambda m, v, e: half_then_exp(m.clamp(-10, 10), v, e), "is the mean cut to"),
    Wrong(lambda m, v, e: half_then_exp(m, v, e.clamp(-3, 3)), "is the noise cut"),
    Wrong(lambda m, v, e: (0.5 * v).exp() * e, "the mean is missing"),
    Wrong(lambda m, v, e: (m + e) * (0.5 * v).exp(), "brackets are wrong"),
    Wrong(lambda m, v, e: m + (0.5 * v).exp() + e, "added instead of multiplied"),
    Wrong(
        lambda m, v, e: half_then_exp(m, v, torch.randn_like(m)),
        "you draw noise of your own",
    ),
    Wrong(lambda m, v, e: half_then_exp(m.detach(), v, e), "no gradient reaches mean"),
    Wrong(lambda m, v, e: half_then_exp(m, v.detach(), e), "reaches logvar"),
    Wrong(lambda m, v, e: half_then_exp(m, v, e).detach(), "was it cut off?"),
    Wrong(lambda m, v, e: half_then_exp(m, v, e).sum(1), "do not sum over its units"),
]


def importance_weights_broken(log_likelihood, log_prior, log_q):
    loss = log_q - log_prior - log_likelihood
    return loss.softmax(0)


# importance_weights: right


def softmax_detached(log_likelihood, log_prior, log_q):
    return (log_likelihood + log_prior - log_q).softmax(0).detach()


@torch.no_grad()
def by_hand(likelihood, prior, q):
    log_w = likelihood + prior - q
    weights = torch.exp(log_w - log_w.max(dim=0, keepdim=True).values)
    return weights / weights.sum(dim=0)


def by_logsumexp(a, b, c):
    log_w = torch.stack([a, b, -c]).sum(0).data
    return (log_w - log_w.logsumexp(0)).exp()


WEIGHTS_RIGHT = [softmax_detached, by_hand, by_logsumexp]


# importance_weights: wrong


def from_logs(log_w, normalise=lambda logs: logs.softmax(0)):
    """Return an `importance_weights` with its own log-weights."""

    def importance_weights(log_likelihood, log_prior, log_q):
        return normalise(log_w(log_likelihood, log_prior, log_q)).detach()

    return importance_weights


def right_logs(likelihood, prior, q):
    return likelihood + prior - q


def naive(logs):
    return logs.exp() / logs.exp().sum(0)


def one_maximum(logs):
    w = (logs - logs.max()).exp()
    return w / w.sum(0)


def held_up(logs):
    return logs.softmax(0).clamp(min=1e-6)


def best_alone(logs):
    return F.one_hot(logs.argmax(0), len(logs)).T.float()


def not_detached(log_likelihood, log_prior, log_q):
    return (log_likelihood + log_prior - log_q).softmax(0)


WEIGHTS_WRONG = [
    Wrong(importance_weights_broken, "the worst draws get the largest weights"),
    Wrong(not_detached, "the weights carry the graph"),
    Wrong(from_logs(lambda p, r, q: q - r - p), "the worst draws"),
    Wrong(from_logs(lambda p, r, q: p - q), "the prior is missing"),
    Wrong(from_logs(lambda p, r, q: p + r), "q is missing"),
    Wrong(from_logs(lambda p, r, q: p), "the likelihood alone"),
    Wrong(from_logs(lambda p, r, q: p + r + q), "log q has the wrong sign"),
    Wrong(from_logs(lambda p, r, q: p - r - q), "log p(z) has the wrong sign"),
    Wrong(from_logs(lambda p, r, q: r - q - p), "log p(x|z) has the wrong sign"),
    Wrong(from_logs(right_logs, lambda w: w.softmax(1)), "add over the draws"),
    Wrong(from_logs(right_logs, torch.exp), "do not add up to 1"),
    Wrong(from_logs(right_logs, lambda w: w), "these are logarithms"),
    Wrong(from_logs(right_logs, lambda w: w.log_softmax(0)), "these are logarithms"),
    Wrong(from_logs(right_logs, naive), "exp overflows"),
    Wrong(from_logs(right_logs, one_maximum), "image's own largest"),
    Wrong(from_logs(right_logs, held_up), "a limit was put under the weights"),
    Wrong(from_logs(right_logs, best_alone), "only the best draw weighs"),
    Wrong(from_logs(right_logs, lambda w: 0 * w + 1 / len(w)), "weigh the same"),
    Wrong(from_logs(right_logs, lambda w: w / w.sum(0)), "not log w by its"),
    Wrong(
        from_logs(right_logs, lambda w: w.flatten().softmax(0).reshape(w.shape)),
        "each image has its own",
    ),
    Wrong(from_logs(right_logs, lambda w: w.softmax(0).sum(0)), "do not sum over them"),
]
