"""Answers to `perplexity`, in other people's words."""

import math
from collections import Counter

import numpy as np
import torch
from torch.distributions import Categorical
from torch.nn import functional as F

from aelesson.quantise import perplexity as right


def by_torch(codes, size):
    counts = torch.bincount(codes.reshape(-1), minlength=size).double()
    return float(Categorical(probs=counts).entropy().exp())


def by_counter(codes, size):
    counts = Counter(codes.flatten().tolist())
    shares = [count / codes.numel() for count in counts.values()]
    return math.exp(-sum(p * math.log(p) for p in shares))


def by_one_hot(codes, size):
    p = F.one_hot(codes.reshape(-1), size).double().mean(0)
    return torch.exp(-torch.sum(p * torch.log(p + 1e-10))).item()


def by_unique(codes, size):
    _, counts = codes.unique(return_counts=True)
    p = counts / counts.sum()
    return 2 ** -(p * p.log2()).sum().item()


def by_product(codes, size):
    p = np.bincount(codes.numpy().ravel(), minlength=size) / codes.numel()
    return float(1 / np.prod(p**p))


def shares(codes, size):
    return torch.bincount(codes.flatten(), minlength=size).double() / codes.numel()


RIGHT = [right, by_torch, by_counter, by_one_hot, by_unique, by_product]
WRONG = {
    "0 log 0 is 0": lambda c, s: torch.exp(
        -(shares(c, s) * shares(c, s).log()).sum()
    ).item(),
    "this is the entropy": lambda c, s: math.log(right(c, s)),
    "this counts the vectors": lambda c, s: len(set(c.flatten().tolist())),
    "a share of the codebook": lambda c, s: right(c, s) / s,
    "must have one base": lambda c, s: 2 ** math.log(right(c, s)),
    "expected a float": lambda c, s: torch.tensor(right(c, s)),
    "flatten them before bincount": lambda c, s: by_torch_rows(c, s),
    "the sign of the entropy": lambda c, s: 1 / right(c, s),
    "divided by the largest entropy": lambda c, s: math.log(right(c, s)) / math.log(s),
    "this is another measure": lambda c, s: (1 / shares(c, s).pow(2).sum()).item(),
    "a large number inside the logarithm": lambda c, s: (
        (-shares(c, s) * (shares(c, s) + 1e-3).log()).sum().exp().item()
    ),
    "shares are fractions": lambda c, s: 1.0,
    "vector 0 counts like the others": lambda c, s: by_product(c[c > 0], s),
    "nothing is added to the counts": lambda c, s: by_product(
        torch.cat([c.flatten(), torch.arange(s)]), s
    ),
    "need not be a whole number": lambda c, s: round(right(c, s)),
    "no plain sum or mean": lambda c, s: math.exp(
        -np.mean([math.log(p) for p in shares(c, s).tolist() if p])
    ),
    "count them first": lambda c, s: math.exp(
        Categorical(probs=c.flatten().double()).entropy()
    ),
    "a mean is no entropy": lambda c, s: math.exp(math.log(right(c, s)) / s),
}


def by_torch_rows(codes, size):
    return Categorical(probs=torch.bincount(codes, minlength=size)).entropy().exp()
