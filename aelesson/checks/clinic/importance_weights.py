"""`importance_weights(log_likelihood, log_prior, log_q)`: a softmax over the draws."""

from functools import partial
from math import log

import torch

from aelesson.checks.engine import FINE, Exercise, Finding, returned
from aelesson.checks.engine.edits import alone, edits


def importance_weights(log_likelihood, log_prior, log_q):
    p, r, q = log_likelihood, log_prior, log_q
    w = p + r - q
    weights = w.softmax(0)
    return weights.detach()


def cases():
    def drawn(*shape, scale=1.0):  # to 1/64, so that sums are exact in any order
        return (64 * scale * torch.randn(3, *shape)).round() / 64

    far = torch.tensor([[9000.0, -9000, 64, 0], [8000, -9500, 0, 64], [0, -9900, 0, 0]])
    small = torch.tensor([[1.0, 2, 3, 4], [2, 1, 0, 1], [3, 3, 5, 0]])
    terms = [
        *(drawn(4, 3), drawn(1, 5), drawn(6, 1, scale=2), drawn(3, 3), drawn(2, 1)),
        *(drawn(6, 4, scale=20), drawn(5, 2, scale=0.25), (far, small, 0 * far)),
        *((far / 2, small, -far / 2), (small, far, 2 * small)),
    ]
    names = ("log_likelihood", "log_prior", "log_q")
    return [dict(zip(names, each, strict=True)) for each in terms]


def observe(answer, case):
    """Hand in terms that carry a graph; ask for weights that carry none."""

    def with_graph(*given):
        return answer(*(each.requires_grad_() for each in given))

    nothing = importance_weights(**case) < 1e-12
    for aspect, value in returned(graph=False)(with_graph, case):
        yield aspect, value
        if aspect == "value" and value.shape == nothing.shape:
            yield "floor", FLOOR if (value[nothing] > 1e-10).any() else FINE


FLOOR = Finding("floor", "draws that weigh nothing get a small weight: is a floor set?")
check = Exercise(importance_weights, cases, observe)


def shared(positive):
    """Return weights in proportion to something, that add up to 1 over the draws."""
    return positive / positive.sum(0)


single = partial(alone, importance_weights)
LOG, W, SHARED = "p + r - q", "w.softmax(0)", "shared({})"
check.mistakes(
    {
        "a sign is wrong: log w = log p(x|z) + log p(z) - log q(z|x).\n"
        "So bad draws weigh more than good ones.": edits(
            LOG, "{}", "q - r - p", "p + r + q", "p - r - q", "r - q - p", "p - r + q"
        ),
        "they do not add up to 1 over the draws of each image: divide by their sum,\n"
        "over dimension 0, as a softmax does.": [
            *edits(W, "w.{}", "softmax(1)", "flatten().softmax(0).reshape(w.shape)"),
            *edits(W, "{}", "w.exp()", "w.sigmoid()", "(w - w.amax(0)).exp()"),
            f"{W} -> len(w) * {W}",
        ],
        "these are logarithms: take exp().": (
            edits(W, "{}", "w", "w.log_softmax(0)", "w - w.amax(0)")
        ),
        "exp() leaves its range at some thousand: subtract each image's largest\n"
        "log-weight before exp(), and add nothing to it; or use softmax.": [
            *edits(W, SHARED, "w.exp()", "(w - w.mean(0)).exp()"),
            *single(*edits(W, "shared((w - w.max()).exp() + {})", 0, 1e-12, 1e-8)),
            *edits(W, SHARED + ".nan_to_num()", "w.exp()", "(w - w.max()).exp()"),
        ],
        "log-weights are cut or scaled: these are nats, and take exp(), no factor.": [
            *single(*edits(W, "w.clamp(-{0}, {0}).softmax(0)", 10, 20, 50, 80)),
            *single(*edits(W, "(w * {}).softmax(0)", 2, 0.5, "1 / len(w)", log(2))),
        ],
        "they are in proportion to something else than exp(log w).": single(
            *edits(W, SHARED, "w", "w.abs()", "w.sigmoid()", "w.relu()", "-1 / w"),
            *edits(W, SHARED, "1 + w", "torch.ones_like(w)", "w == w.amax(0)"),
            *edits(W, SHARED, "1 - (-w).softmax(0)", "1 / (-w).softmax(0)"),
        ),
        "one weight for each draw of each image: no sum.": f"{W} -> {W}.sum(0)",
        "the weights carry the graph, so a loss would also move them: use .detach().\n"
        "Part of the gradient makes bad draws worse, only so that they weigh less.": (
            "weights.detach() -> weights"
        ),
    }
)
