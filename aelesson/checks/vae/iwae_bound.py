"""`iwae_bound(log_weights)`: the log of each image's mean weight, without overflow."""

import math

import torch

from aelesson.checks.engine import Exercise, returned


def iwae_bound(log_weights):
    draws = len(log_weights)
    return log_weights.logsumexp(0) - math.log(draws)


def cases():
    draw = torch.randn
    far = [[0.0, -10_000.0, 10_000.0], [-10_000.0, 10_000.0, 9_000.0]]
    values = [
        draw(5, 3),
        draw(1, 4) - 3,
        2 * draw(7, 1),
        draw(6, 2).double() - 1,
        draw(4, 4),
        torch.full((4, 2), -2.5),
        draw(3, 4) * 5 - 40,
        5 * draw(3, 4) - 500,
        5 * draw(3, 2) + 9990,
        5 * draw(4, 3) - 9990,
        draw(3, 2) + torch.tensor([9000.0, -9000.0]),
        torch.tensor(far),
    ]
    return [{"log_weights": each} for each in values]


def is_far(case):
    return case["log_weights"].abs().max() > 80


NEAR, FAR = returned(("log_weights",)), returned()


def observe(answer, case):
    """Ask for no gradient far from 0: float32 has no digits left for it."""
    look = NEAR if case["log_weights"].abs().max() < 1000 else FAR
    return look(answer, case)


def tell(case):
    w = case["log_weights"]
    told = f"log_weights of shape {tuple(w.shape)}"
    return f"{told}, from {w.min().item():.4g} to {w.max().item():.4g}"


FAR_OFF = (
    "only log-weights far from 0 are wrong: are they cut off, or exponentials of them?"
    " They reach 10,000: use logsumexp, or subtract each maximum."
)
DIM = "logsumexp needs a dimension: 0, the draws."
check = Exercise(
    iwae_bound,
    cases,
    observe,
    tell=tell,
    only={FAR_OFF: is_far},
    errors={'required positional arguments: "dim"': DIM},
)


def shifted(w, top, back=1):
    return (w - top).exp().sum(0).log() + back * top


W = "log_weights"
BOUND = f"{W}.logsumexp(0) ->"
ALL = f"{W}.logsumexp(0) - math.log(draws) ->"
check.mistakes(
    {
        "exp() leaves the range of numbers: use logsumexp, or subtract a maximum.": [
            f"{BOUND} {W}.exp().sum(0).log()",
            lambda w: w.double().exp().mean(0).log(),
            lambda w: w.double().exp().mean(0).log().to(w.dtype),
        ],
        "subtract each image's own maximum, amax(0): not one for all images.": [
            f"{BOUND} shifted({W}, {W}.{of_all}())" for of_all in ("max", "mean")
        ],
        "subtract the maximum, not the mean or the minimum: exp may overflow.": [
            f"{BOUND} shifted({W}, {W}.{of_all}(0))" for of_all in ("mean", "amin")
        ],
        "add the maximum back after the logarithm, once.": [
            f"{BOUND} shifted({W}, {W}.amax(0), {back})" for back in (0, -1)
        ],
        "this is the mean of the logs, the ELBO: average before the log.": [
            f"{ALL} {W}.{reduced}(0)" for reduced in ("mean", "sum")
        ],
        "the largest log-weight alone is no mean: average all weights.": [
            f"{ALL} {W}.amax(0)",
            "logsumexp -> amax",
        ],
        "this is a mean of the logs, by their softmax: average before the log.": (
            f"{ALL} ({W}.softmax(0) * {W}).sum(0)"
        ),
        "divide by K outside of the exp: its argument is divided in yours.": [
            f"{BOUND} ({W} / draws).logsumexp(0)",
            f"{ALL} ({W} / draws).logsumexp(0)",
        ],
        "do not cut the log-weights off: the range of exp is no limit for them.": [
            lambda w, ends=ends: iwae_bound(w.clamp(*ends))
            for n in (1, 2, 5, 10, 20, 30, 50, 80)
            for ends in ((-n, n), (-n, None), (None, n))
        ],
        "the bound is shifted: no small number inside the logarithm.": [
            lambda w, n=n: (w.exp().mean(0) + 10**-n).log() for n in (2, 3, 4, 6, 8)
        ],
        "you averaged over the images: average over dimension 0, the draws.": [
            "logsumexp(0) -> logsumexp(1)",
            f"logsumexp(0) -> logsumexp(1);; draws) -> {W}.shape[1])",
            f"{ALL} {W}.logsumexp(1)",
            f"{ALL} {W}.mean(1)",
        ],
        "each image got the bound of the whole batch.": lambda w: (
            w.logsumexp((0, 1)) - math.log(w.numel()) + 0 * w[0]
        ),
        "one value per weight: average over dimension 0, the draws.": [
            ".logsumexp(0) ->",
            *(f"{ALL} {W}{kept}" for kept in ("", ".log_softmax(0)", ".softmax(0)")),
        ],
        "this is a sum of weights: subtract log K for their mean.": (
            "- math.log(draws) ->"
        ),
        "you subtracted K: subtract its logarithm.": "math.log(draws) -> draws",
        "K counts the draws, not images or weights: it is len(log_weights).": [
            f"draws) -> {W}.{size})" for size in ("shape[1]", "numel()")
        ],
        "log2 or log10 is not the natural logarithm.": ["log -> log2", "log -> log10"],
        "log K is one draw off: K is len(log_weights).": [
            f"draws) -> {off})" for off in ("draws + 1", "max(draws - 1, 1)")
        ],
        "is a number of draws written in your code? K is len(log_weights).": [
            f"draws) -> {k})" for k in (5, 10, 50, 64, 100, 1000)
        ],
        "one number for all images: return one per image.": [
            f"{BOUND} {W}.logsumexp(0).{of}()" for of in ("mean", "sum")
        ],
        "average without `keepdim`.": "logsumexp(0) -> logsumexp(0, keepdim=True)",
        "log K was added: subtract it.": "- math -> + math",
        "you divided after the log: subtract log K.": [
            f"- math.log(draws) -> / {k}" for k in ("draws", "(math.log(draws) or 1)")
        ],
        "the sign is wrong: no minus.": "return -> return -(;; draws) -> draws))",
    }
)
