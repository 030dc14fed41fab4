"""Answers to `bernoulli_nll` and `bernoulli_entropy`, right and wrong."""

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch.distributions import Bernoulli

from .answers import Wrong
from .losses_gaussian import count, total

# bernoulli_nll: right


def nll_reference(logits, x):
    return total(F.binary_cross_entropy_with_logits(logits, x, reduction="none"))


def nll_by_logsigmoid(a, x):
    return -total(x * F.logsigmoid(a) + (1 - x) * F.logsigmoid(-a))


def nll_by_softplus(logits, x):
    return (F.softplus(logits) - x * logits).reshape(len(x), -1).sum(-1)


def nll_by_hand(logits, x):
    positive = torch.maximum(logits, torch.zeros_like(logits))
    return total(positive - x * logits + torch.log1p(torch.exp(-logits.abs())))


def nll_by_logaddexp(logits, x):
    return total(torch.logaddexp(logits, torch.zeros_like(logits)) - x * logits)


def nll_by_log_softmax(logits, x):
    both = torch.stack([logits, torch.zeros_like(logits)]).log_softmax(0)
    return -total(x * both[0] + (1 - x) * both[1])


def nll_by_one_logsigmoid(logits, x):
    return total((1 - x) * logits - F.logsigmoid(logits))


def nll_by_distribution(logits, x):
    believed = Bernoulli(logits=logits, validate_args=False)
    return -believed.log_prob(x).sum(dim=tuple(range(1, x.dim())))


def nll_by_loop(logits, x):
    each = [
        F.binary_cross_entropy_with_logits(a, image, reduction="sum")
        for a, image in zip(logits, x, strict=True)
    ]
    return torch.stack(each)


NLL_RIGHT = [
    nll_reference,
    nll_by_logsigmoid,
    nll_by_softplus,
    nll_by_hand,
    nll_by_logaddexp,
    nll_by_log_softmax,
    nll_by_one_logsigmoid,
    nll_by_distribution,
    nll_by_loop,
]

# bernoulli_nll: wrong


def nll_of_sigmoid(logits, x):
    s = torch.sigmoid(logits)
    return -total(x * torch.log(s) + (1 - x) * torch.log(1 - s))


def nll_with_epsilon(logits, x):
    s = torch.sigmoid(logits)
    return -total(x * torch.log(s + 1e-7) + (1 - x) * torch.log(1 - s + 1e-7))


def nll_clamped(logits, x):
    s = torch.sigmoid(logits).clamp(1e-6, 1 - 1e-6)
    return -total(x * torch.log(s) + (1 - x) * torch.log(1 - s))


def nll_by_torch_on_sigmoid(logits, x):
    return total(F.binary_cross_entropy(logits.sigmoid(), x, reduction="none"))


def nll_by_exp(logits, x):
    return total(torch.log(1 + torch.exp(logits)) - x * logits)


def nll_masked(logits, x):
    naive = torch.log1p(torch.exp(logits))
    return total(torch.where(logits > 20, logits, naive) - x * logits)


def nll_on_logits(logits, x):
    return total(F.binary_cross_entropy(logits, x, reduction="none"))


def nll_in_place(logits, x):
    return nll_by_softplus(logits.sub_(0), x.mul_(0.5))


def nll_by_positive(positive):
    """Return the stable formula, with its own way to cut negative logits off."""
    return lambda a, x: total(positive(a) - x * a + torch.log1p(torch.exp(-a.abs())))


NLL_WRONG = [
    Wrong(nll_by_positive(torch.relu), "at a logit of exactly 0"),
    Wrong(nll_by_positive(lambda a: a.clamp(min=0)), "at a logit of exactly 0"),
    Wrong(nll_by_positive(lambda a: torch.where(a > 0, a, 0)), "has a corner there"),
    Wrong(
        lambda a, x: total((x - 1) * (1 - F.logsigmoid(a)) - x * F.logsigmoid(a)),
        "log(1 - s) is not 1 - log s",
    ),
    Wrong(
        lambda a, x: total((1 - x) * F.logsigmoid(a) - x * F.logsigmoid(a)),
        "log(1 - s) is not -log s",
    ),
    Wrong(
        lambda a, x: -total(x * F.logsigmoid(a) + (1 - x) * F.logsigmoid(1 - a)),
        "1 - s is the sigmoid of -a, not of 1 - a",
    ),
    Wrong(lambda a, x: -total(F.logsigmoid(a)), "x is missing"),
    Wrong(nll_of_sigmoid, "F.logsigmoid(a) is exact"),
    Wrong(nll_with_epsilon, "you cut the logarithm off"),
    Wrong(nll_clamped, "you cut the logarithm off"),
    Wrong(nll_by_torch_on_sigmoid, "you cut the logarithm off"),
    Wrong(nll_by_exp, "an exp overflows"),
    Wrong(nll_masked, "a masked branch that overflows"),
    Wrong(nll_on_logits, "these are logits, any real numbers"),
    Wrong(lambda a, x: -total(x * F.logsigmoid(a)), "the second half is missing"),
    Wrong(lambda a, x: -total((1 - x) * F.logsigmoid(-a)), "the first half is miss"),
    Wrong(
        lambda a, x: total((1 - x) * F.logsigmoid(-a) - x * F.logsigmoid(a)),
        "one half has the wrong sign",
    ),
    Wrong(lambda a, x: nll_reference(a, 1 - x), "x and 1 - x are swapped"),
    Wrong(lambda a, x: nll_reference(-a, x), "x and 1 - x are swapped"),
    Wrong(lambda a, x: nll_reference(a.sigmoid(), x), "the sigmoid came twice"),
    Wrong(lambda a, x: nll_reference(x, a), "logits and x are swapped"),
    Wrong(lambda a, x: nll_reference(a, x.round()), "grey pixels were rounded"),
    Wrong(lambda a, x: nll_reference(a, (x > 0).to(a)), "grey pixels were rounded"),
    Wrong(lambda a, x: total(F.softplus(a)), "only half of it"),
    Wrong(lambda a, x: total(F.softplus(a) + x * a), "x * a has the wrong sign"),
    Wrong(lambda a, x: total((a.sigmoid() - x) ** 2), "this is the squared error"),
    Wrong(
        lambda a, x: (
            nll_reference(a, x)
            - total(torch.special.entr(x) + torch.special.entr(1 - x))
        ),
        "you subtracted the entropy",
    ),
    Wrong(lambda *a: -nll_reference(*a), "the sign is the wrong way round"),
    Wrong(lambda a, x: nll_reference(a, x) / count(x), "take their sum"),
    Wrong(lambda a, x: nll_reference(a, x) / math.log(2), "this is in bits"),
    Wrong(
        lambda a, x: F.binary_cross_entropy_with_logits(a, x),
        "one number for the whole batch",
    ),
    Wrong(
        lambda a, x: F.binary_cross_entropy_with_logits(a, x, reduction="none"),
        "one value per pixel",
    ),
    Wrong(lambda a, x: nll_reference(a, x)[:, None], "sum without `keepdim`"),
    Wrong(lambda a, x: nll_reference(a.detach(), x), "no gradient flows back to logit"),
    Wrong(nll_in_place, "changes its input x in place"),
]

# bernoulli_entropy: right


def entropy_reference(x):
    return -total(torch.xlogy(x, x) + torch.xlogy(1 - x, 1 - x))


def entropy_by_entr(image):
    entropy = torch.special.entr(image) + torch.special.entr(1 - image)
    return entropy.sum(dim=tuple(range(1, image.dim())))


def entropy_by_distribution(x):
    return total(Bernoulli(probs=x).entropy())


def entropy_by_cases(x):
    def half(p):
        safe = torch.where(p > 0, p, 1.0)
        return -safe * safe.log()

    return (half(x) + half(1 - x)).reshape(len(x), -1).sum(-1)


def entropy_by_nan_to_num(x):
    return -total((x * x.log()).nan_to_num() + ((1 - x) * (1 - x).log()).nan_to_num())


ENTROPY_RIGHT = [
    entropy_reference,
    entropy_by_entr,
    entropy_by_cases,
    entropy_by_nan_to_num,
]

# bernoulli_entropy: wrong


def entropy_naive(x):
    return -total(x * x.log() + (1 - x) * (1 - x).log())


def entropy_clamped(x):
    return entropy_naive(x.clamp(1e-5, 1 - 1e-5))


def entropy_with_epsilon(x, tiny=1e-5):
    return -total(x * (x + tiny).log() + (1 - x) * (1 - x + tiny).log())


def entropy_in_bits(x):
    return entropy_reference(x) / math.log(2)


def entropy_by_numpy(x):
    from scipy.special import entr

    return np.sum(entr(x.numpy()) + entr(1 - x.numpy()))


ENTROPY_WRONG = [
    Wrong(entropy_naive, "0 * log(0) is nan"),
    Wrong(entropy_clamped, "Your epsilon or clamp adds up"),
    Wrong(entropy_with_epsilon, "Your epsilon or clamp adds up"),
    Wrong(lambda x: entropy_with_epsilon(x, 1e-8), "Your epsilon or clamp adds up"),
    Wrong(lambda x: entropy_with_epsilon(x, 1e-3), "changes grey pixels as well"),
    Wrong(
        lambda x: entropy_naive(x.clamp(0.01, 0.99)), "Your epsilon or clamp adds up"
    ),
    Wrong(entropy_by_distribution, "or that of a library function"),
    Wrong(lambda x: entropy_naive(x).nan_to_num(), "nan_to_num comes after the sum"),
    Wrong(lambda x: -total(torch.xlogy(x, x)), "the second half is missing"),
    Wrong(lambda x: -total(torch.xlogy(1 - x, 1 - x)), "the first half is missing"),
    Wrong(
        lambda x: total(torch.xlogy(1 - x, 1 - x) - torch.xlogy(x, x)),
        "one half has the wrong sign",
    ),
    Wrong(lambda x: -total(x.log() + (1 - x).log()), "weigh each logarithm"),
    Wrong(
        lambda x: -total(x * (1 - x).log() + (1 - x) * x.log()),
        "x and 1 - x are crossed",
    ),
    Wrong(lambda x: total(x * (1 - x)), "this is the variance"),
    Wrong(lambda x: entropy_reference(x.sigmoid()), "you took the pixels for logits"),
    Wrong(
        lambda x: total(
            torch.special.entr(x / total(x).view(-1, *[1] * (x.dim() - 1)))
        ),
        "shares of one whole",
    ),
    Wrong(lambda x: entropy_reference(x.round()), "you rounded the pixels"),
    Wrong(lambda x: -entropy_reference(x), "the sign is the wrong way round"),
    Wrong(lambda x: entropy_reference(x) / count(x), "take their sum"),
    Wrong(entropy_in_bits, "this is in bits"),
    Wrong(lambda x: entropy_reference(x).mean(), "one number for the whole batch"),
    Wrong(
        lambda x: torch.special.entr(x) + torch.special.entr(1 - x),
        "one value per pixel",
    ),
    Wrong(lambda x: entropy_reference(x[None])[0], "one number for the whole batch"),
    Wrong(entropy_by_numpy, "got a numpy array"),
    Wrong(lambda x: total(-x * math.log(x)), "use torch.log for tensors"),
    Wrong(lambda x: entropy_reference(x.clamp_(0.1, 0.9)), "changes its input x in pl"),
]
