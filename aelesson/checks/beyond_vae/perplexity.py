"""`perplexity(codes, size)`: how many vectors are used, as if all equally often."""

import torch

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def perplexity(codes, size):
    counts = codes.flatten().bincount(minlength=size)
    shares = counts.double() / codes.numel()
    terms = torch.special.entr(shares)  # -p log p, and 0 at 0
    value = terms.sum().exp()
    return value.item()


def cases():
    def case(shape, size, used=None):
        steps = torch.rand(shape) ** 1.7
        return {"codes": (steps * (used or size)).long(), "size": size}

    every = torch.arange(8).repeat(3)
    return [
        case((30,), 6),
        case((5,), 16),
        case((4, 7, 7), 12, 9),
        case((40, 3), 5),
        {"codes": torch.full((9,), 3), "size": 10},
        {"codes": every[torch.randperm(24)].reshape(4, 6), "size": 8},
        {"codes": torch.tensor([2]), "size": 3},
        {"codes": torch.tensor([[0, 5], [5, 0]]), "size": 7},
    ]


FLAT = "codes may have any shape: flatten them before bincount."
ERRORS = {"1-d non-negative": FLAT, "input must be 1-d": FLAT}
check = Exercise(perplexity, cases, returned(), errors=ERRORS)
SHARES, VALUE = "counts.double() / codes.numel()", "terms.sum().exp()"
TERMS = "torch.special.entr(shares)"
WHOLE, KINDS = ("round", "floor", "ceil"), ("", ".float()")
check.mistakes(
    {
        "0 log 0 is 0, and not nan: leave unused vectors out.": (
            f"{TERMS} -> -shares * shares.log()"
        ),
        "a large number inside the logarithm shifts it: leave unused vectors out.": (
            edits(TERMS, "-shares * (shares + {}).log()", "1", "0.1", "1e-2", "1e-3")
        ),
        "this is the entropy: the perplexity is its exp.": f"{VALUE} -> terms.sum()",
        "logarithm and power must have one base: log with exp, log2 with 2**.": [
            f"{VALUE} -> 2 ** terms.sum()",
            f"{VALUE} -> 10 ** terms.sum()",
            f"{VALUE} -> (terms.sum() / 0.6931471805599453).exp()",
        ],
        "this counts the vectors that are used: how often each is counts, too.": [
            f"{VALUE} -> (counts > 0).sum()",
            f"{VALUE} -> (counts > 0).double().sum()",
        ],
        "this is a share of the codebook: do not divide by size.": [
            f"{VALUE} -> {VALUE} / size",
            f"{VALUE} -> (counts > 0).double().mean()",
        ],
        "over the vectors you sum: a mean is no entropy.": (
            f"{VALUE} -> terms.mean().exp()"
        ),
        "each -log p is weighed with its p: no plain sum or mean over the vectors.": (
            edits(VALUE, "(-shares[shares > 0].log()).{}().exp()", "sum", "mean")
        ),
        "the sign of the entropy is wrong: p log p is negative, its minus is not.": (
            f"{VALUE} -> (-terms.sum()).exp()"
        ),
        "divide the counts by the number of all codes, so that shares sum to 1.": [
            f"{SHARES} -> counts.double() / size",
            f"{SHARES} -> counts.double() / len(codes)",
            f"{SHARES} -> counts.double() / counts.max()",
            f"{SHARES} -> counts.double() / (counts > 0).sum()",
        ],
        "shares are counts divided by their sum: no softmax.": (
            f"{SHARES} -> counts.double().softmax(0)"
        ),
        "nothing is added to the counts: a vector without codes has the share 0.": (
            f"{SHARES} -> (counts + 1.0) / (counts + 1).sum()"
        ),
        "this is always 1: shares are fractions, does // make whole numbers of them?": (
            f"{VALUE} -> terms.sum() * 0 + 1"
        ),
        "vector 0 counts like the others: this leaves it out.": (
            f"{SHARES} -> counts[1:].double() / counts[1:].sum()"
        ),
        "the result need not be a whole number: return it as it is.": edits(
            VALUE,
            "terms{}()",
            *(f"{by}.sum().exp().{to}" for by in KINDS for to in WHOLE),
        ),
        "this is another measure of use: the exp of the entropy is asked for.": [
            f"{VALUE} -> 1 / shares.square().sum()",
            f"{VALUE} -> 1 / shares.max()",
            f"{VALUE} -> (1 - shares.square().sum()).exp()",
        ],
        "codes are places, not shares: count them first.": edits(
            SHARES,
            "codes.flatten().{}",
            "softmax(0, torch.float64)",
            "double() / codes.sum()",
        ),
        "count over all codes at once: not row by row.": lambda codes, size: (
            sum(perplexity(row, size) for row in codes) / len(codes)
        ),
        "this is divided by the largest entropy, log(size): take the exp alone.": edits(
            VALUE, "(terms.sum() / torch.tensor(float(size)).log()){}", "", ".exp()"
        ),
    }
)
