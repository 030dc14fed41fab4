"""Answers to `iwae_bound`, in other people's words."""

import math

import torch

from aelesson.likelihood import iwae_bound as right


def by_maximum(log_w):
    largest = log_w.amax(0, keepdim=True).detach()
    return (largest + (log_w - largest).exp().mean(0, keepdim=True).log()).squeeze(0)


RIGHT = [right, by_maximum]
WRONG = {
    "the largest log-weight alone": lambda w: w.amax(0) - math.log(len(w)),
    "a mean or a sum of the logs": lambda w: (w * torch.softmax(w, 0)).sum(0),
    "exp() overflows": lambda w: w.exp().mean(0).log(),
    "only log-weights far from 0 are wrong": lambda w: right(w.clamp(-99, 99)),
    "logsumexp needs a dimension": lambda w: torch.logsumexp(w),
    "no gradient flows back": lambda w: right(w).detach(),
}
