"""`importance_weights(log_likelihood, log_prior, log_q)`: a softmax over the draws."""

from functools import partial

import torch
from torch.nn import functional as F

from aelesson.checks.engine import FINE, Exercise, Finding, returned
from aelesson.checks.engine.edits import alone


def importance_weights(log_likelihood, log_prior, log_q):
    p, r, q = log_likelihood, log_prior, log_q
    w = p + r - q
    weights = w.softmax(0)
    return weights.detach()


def cases():
    def terms(*tensors):
        return dict(zip(("log_likelihood", "log_prior", "log_q"), tensors, strict=True))

    def drawn(*shape, scale=1.0):  # to 1/64, so that sums are exact in any order
        return terms(*(64 * scale * torch.randn(3, *shape)).round() / 64)

    far = torch.tensor([[9000.0, -9000, 64, 0], [8000, -9500, 0, 64], [0, -9900, 0, 0]])
    small = torch.tensor([[1.0, 2, 3, 4], [2, 1, 0, 1], [3, 3, 5, 0]])
    return [
        *(drawn(4, 3), drawn(1, 5), drawn(6, 1, scale=2), drawn(3, 3)),
        *(drawn(2, 1), drawn(6, 4, scale=20), drawn(5, 2, scale=0.25)),
        *(terms(far, small, 0 * far), terms(far / 2, small, -far / 2)),
        terms(small, far, 2 * small),
    ]


def observe(answer, case):
    """Hand in terms that carry a graph; ask for weights that carry none."""

    def with_graph(*given):
        return answer(*(each.requires_grad_() for each in given))

    right = importance_weights(*case.values())
    for aspect, value in returned(graph=False)(with_graph, case):
        yield aspect, value
        if aspect == "value" and value.shape == right.shape:
            held = bool((value[right < 1e-12] > 1e-10).any())
            yield "floor", FLOOR if held else FINE


FLOOR = Finding(
    "floor",
    "draws that weigh nothing get a small weight: is there a limit under the weights, "
    "or something added?\nA softmax needs none.",
)
check = Exercise(importance_weights, cases, observe)


def shared(positive):
    """Return weights in proportion to something, that add up to 1 over the draws."""
    return positive / positive.sum(0)


def best(log_w):
    return F.one_hot(log_w.argmax(0), len(log_w)).T.to(log_w)


def worst(log_w):
    return (-log_w).softmax(0)


single = partial(alone, importance_weights)
LOG, W = "p + r - q ->", "w.softmax(0) ->"
TERMS = "log w = log p(x|z) + log p(z) - log q(z|x)."
OWN = "subtract each image's largest log-weight before exp(), or use softmax."
DETACH = """the weights carry the graph, so a loss would also move them: use .detach().
Part of the gradient makes bad draws worse, only so that they weigh less."""
check.mistakes(
    {
        "the sign is turned round: the worst draws weigh most.": f"{LOG} q - r - p",
        f"the prior is missing: {TERMS}": "+ r ->",
        f"q is missing: {TERMS}": "- q ->",
        f"this is the likelihood alone: {TERMS}": f"{LOG} p",
        f"the likelihood is missing: {TERMS}": f"{LOG} r - q",
        "log q has the wrong sign: a draw that q likes must weigh less.": "- q -> + q",
        "log p(z) has the wrong sign: what the prior likes weighs more.": "+ r -> - r",
        "log p(x|z) has the wrong sign: good draws weigh more.": f"{LOG} r - q - p",
        "log p(x|z) alone has the right sign: turn the others.": f"{LOG} p - r + q",
        "they add up to 1 over the images: add over dimension 0.": f"{W} w.softmax(1)",
        "they add up to 1 over draws and images: each image has its own.": (
            f"{W} w.flatten().softmax(0).reshape(w.shape)"
        ),
        "they do not add up to 1 over an image's draws: divide by their sum.": [
            f"{W} {each}"
            for each in ("w.exp()", "w.sigmoid()", "(w - w.amax(0)).exp()")
        ],
        "these are logarithms: take exp().": [
            f"{W} {each}" for each in ("w", "w.log_softmax(0)", "w - w.amax(0)")
        ],
        f"exp() overflows at some thousand: {OWN}": f"{W} shared(w.exp())",
        f"the largest log-weight of all is subtracted, so others underflow: {OWN}": (
            f"{W} shared((w - w.max()).exp())"
        ),
        f"each image's mean is subtracted, so exp() overflows still: {OWN}": (
            f"{W} shared((w - w.mean(0)).exp())"
        ),
        "log-weights are cut to a range: then draws far apart weigh the same.": single(
            *(f"{W} w.clamp(-{end}, {end}).softmax(0)" for end in (10, 20, 50, 80))
        ),
        "only the best draw weighs: a softmax keeps the others.": f"{W} best(w)",
        f"something is added to exp(log w), so that small ones weigh the same: {OWN}": (
            single(*(f"{W} shared((w - w.max()).exp() + 1e-{n})" for n in (12, 8, 6)))
        ),
        f"nan is turned into 0, which hides that exp() leaves its range: {OWN}": single(
            f"{W} shared(w.exp()).nan_to_num()",
            f"{W} shared((w - w.max()).exp()).nan_to_num()",
        ),
        "these are powers of another number: terms in nats take exp().": single(
            *(f"{W} shared({base} ** (w - w.amax(0)))" for base in (2, 10))
        ),
        "each image has weights of its own: these are the same for all.": single(
            f"{W} w.mean(1, keepdim=True).softmax(0).expand_as(w)",
            f"{W} w.sum(1, keepdim=True).softmax(0).expand_as(w)",
            f"{W} w[:, :1].softmax(0).expand_as(w)",
            f"{W} w.softmax(0).mean(1, keepdim=True).expand_as(w)",
        ),
        "they are in proportion to something else than exp(log w).": single(
            *(
                f"{W} shared({v})"
                for v in ("w.sigmoid()", "w.relu()", "-1 / w", "1 + w")
            )
        ),
        "all draws weigh the same: use the terms.": (
            f"{W} torch.full_like(w, 1 / len(w))"
        ),
        "they add up to the number of draws, not to 1.": f"{W} len(w) * w.softmax(0)",
        "divide exp(log w) by its sum, not log w by its own.": [
            f"{W} shared({each})" for each in ("w", "w.abs()")
        ],
        "a softmax of the loss, turned round, cures only the symptom: take log w.": [
            *single(f"{W} -worst(w)", f"{W} 1 - worst(w)", f"{W} shared(1 - worst(w))"),
            *single(f"{W} worst(w).flip(0)", f"{W} 1 / worst(w)"),
            *single(f"{W} (1 - worst(w)) / max(len(w) - 1, 1)"),
        ],
        "the log-weights are scaled before the softmax: take no factor.": single(
            *(f"{W} (w * {by}).softmax(0)" for by in ("2", "0.5", "1 / len(w)")),
        ),
        "one weight for each draw of each image: no sum.": f"{W} w.softmax(0).sum(0)",
        DETACH: "weights.detach() -> weights",
    }
)
