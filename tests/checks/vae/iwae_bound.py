"""Answers to `iwae_bound`, in other people's words."""

import math

import torch

from aelesson.likelihood import iwae_bound as right


def by_maximum(log_w):
    largest = log_w.amax(0, keepdim=True).detach()
    return (largest + (log_w - largest).exp().mean(0, keepdim=True).log()).squeeze(0)


def by_folding(log_weights):
    total = log_weights[0]
    for row in log_weights[1:]:
        total = torch.logaddexp(total, row)
    return total - torch.tensor(float(log_weights.shape[0])).log()


RIGHT = [right, by_maximum, by_folding]
WRONG = {
    "the largest log-weight alone": lambda w: w.amax(0) - math.log(len(w)),
    "by their softmax": lambda w: (w * torch.softmax(w, 0)).sum(0),
    "exp() leaves the range": lambda w: w.exp().mean(0).log(),
    "only log-weights far from 0 are wrong": lambda w: right(w.clamp(-99, 99)),
    "logsumexp needs a dimension": lambda w: torch.logsumexp(w),
    "no gradient flows back": lambda w: right(w).detach(),
}
