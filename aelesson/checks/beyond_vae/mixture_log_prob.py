"""`mixture_log_prob(z, means, logvars)`: log-density under normals of equal weight."""

import math

import torch

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def mixture_log_prob(z, means, logvars):
    gaps = (z[:, None] - means) ** 2  # (B, K, D)
    variance = logvars.exp()
    terms = gaps / variance + logvars + math.log(2 * math.pi)
    each = -0.5 * terms.sum(2)
    return each.logsumexp(1) - math.log(len(means))


def cases():
    def case(count, normals, units, far=0.0, dtype=torch.float32):
        z, means = torch.randn(count, units), torch.randn(normals, units)
        logvars = 0.7 * torch.randn(normals, units)
        given = {"z": z + far, "means": means, "logvars": logvars}
        return {name: value.to(dtype) for name, value in given.items()}

    return [
        case(5, 3, 2),
        case(1, 4, 1),
        case(4, 1, 3),
        case(3, 3, 3),
        case(2, 5, 7, dtype=torch.float64),
        case(6, 2, 20),
        case(3, 4, 2, far=60.0),
        case(2, 3, 5, far=-1000.0),
    ]


NEAR, FAR = returned(("z", "means", "logvars")), returned()


def is_far(case):
    return bool(case["z"].abs().max() > 20)


def observe(answer, case):
    """Far from all normals compare values alone: slopes there are as large as gaps."""
    return (FAR if is_far(case) else NEAR)(answer, case)


def tell(case):
    (count, units), normals = case["z"].shape, len(case["means"])
    where = ", far from all normals" * is_far(case)
    return f"{count} codes of {units} numbers, {normals} normals{where}"


UNDERFLOW = (
    "only far from all normals it is wrong: does exp() give 0 there, or do you clamp?"
    " Stay with logarithms: torch.logsumexp, and no clamp."
)
ERRORS = {
    'positional arguments: "dim"': "logsumexp needs a dimension: the normals.",
    "must match the size of tensor": (
        "z is (B, D), means (K, D): make z (B, 1, D), so that (B, K, D) comes out."
    ),
}
check = Exercise(
    mixture_log_prob, cases, observe, errors=ERRORS, tell=tell, only={UNDERFLOW: is_far}
)
TOTAL, EACH = "each.logsumexp(1)", "-0.5 * terms.sum(2)"
LOG_2PI = "math.log(2 * math.pi)"
VALUE = f"{TOTAL} - math.log(len(means))"
check.mistakes(
    {
        "this is the mean of the logarithms: add the densities, then take the log.": [
            f"{VALUE} -> each.mean(1)",
            f"{TOTAL} -> each.sum(1)",
            f"{VALUE} -> (each.softmax(1) * each).sum(1)",
        ],
        "the nearest normal alone counts: all of them add to the density.": edits(
            VALUE, "{}", "each.amax(1)", "each.amax(1) - math.log(len(means))"
        ),
        "K normals of weight 1/K: subtract log K once, and K counts the normals.": [
            f"{VALUE} -> {TOTAL}",
            f"{VALUE} -> {TOTAL} + math.log(len(means))",
            f"{VALUE} -> {TOTAL} / len(means)",
            f"{VALUE} -> {TOTAL} - 2 * math.log(len(means))",
            *edits("len(means)", "len({})", "z", "z[0]"),
        ],
        "a normal is chosen for the whole code: sum over D first, then over normals.": (
            f"{EACH} -> -0.5 * terms;; {VALUE} ->"
            " (each.logsumexp(1) - math.log(len(means))).sum(1)"
        ),
        "each unit has a term log(2 pi): is it missing, or there only once?": [
            f"+ {LOG_2PI} ->",
            f"+ {LOG_2PI} ->;; {EACH} -> {EACH} - 0.5 * {LOG_2PI}",
            *edits(LOG_2PI, "{}", "math.log(math.pi)", "2 * math.pi"),
        ],
        "the term of logvars is missing: a wide normal has a low density.": (
            "+ logvars + -> +"
        ),
        "a wide normal has a low density: its logvars counts against it.": (
            "+ logvars + -> - logvars +"
        ),
        "logvars is the log of the variance: exp(logvars) is sigma^2 already.": [
            "logvars.exp() -> (2 * logvars).exp();; + logvars -> + 2 * logvars",
            "logvars.exp() -> (2 * logvars).exp()",
            "logvars.exp() -> logvars.exp().exp();; + logvars -> + logvars.exp()",
            "+ logvars -> + 2 * logvars",
            "logvars.exp() -> (0.5 * logvars).exp()",
            "logvars.exp() -> (0.5 * logvars).exp();; + logvars -> + 0.5 * logvars",
            "+ logvars -> + 0.5 * logvars",
        ],
        "logvars is a natural logarithm: the variance is its exp.": [
            *edits("logvars.exp()", "{}", "logvars", "logvars.abs()", "logvars**2"),
            *edits("logvars.exp()", "{}**logvars", 10, 2),
            "logvars.exp() -> logvars;; + logvars -> + logvars.log()",
        ],
        "divide the squared gaps by the variance: you multiply.": "gaps / -> gaps *",
        "the variance is forgotten: divide the squared gaps by it.": "/ variance ->",
        "the gaps must be squared.": [
            "** 2 -> ** 1",
            "(z[:, None] - means) ** 2 -> (z[:, None] - means).abs()",
        ],
        "the half is missing, or it holds for one term only.": [
            "-0.5 * terms -> -terms",
            "gaps / variance -> 2 * gaps / variance",
            "gaps / variance -> 0.5 * gaps / variance",
        ],
        "the factor -1/2 belongs inside, before the densities are added.": (
            f"{EACH} -> terms.sum(2);; {TOTAL} -> -0.5 * each.logsumexp(1)"
        ),
        "the sign is wrong: far from all normals the log-density is very negative.": [
            "-0.5 -> 0.5",
            "return -> return -",
            f"{VALUE} -> -({VALUE})",
        ],
        "over the units of a code you sum: a mean is no density.": "sum(2) -> mean(2)",
        "one value per code, (B,): the normals are what you sum over.": [
            "logsumexp(1) -> logsumexp(0)",
            f"{TOTAL} -> each",
            f"{TOTAL} -> each.logsumexp((0, 1))",
            "logsumexp(1) -> logsumexp(1, keepdim=True)",
        ],
        "this is the density: return its logarithm.": f"{VALUE} -> ({VALUE}).exp()",
    }
)
