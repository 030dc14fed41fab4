"""`masked_mse(x_hat, x, mask)`: the mean squared error over valid steps, a scalar."""

from math import inf, nan

import torch
from torch.nn import functional as F  # noqa: F401

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def masked_mse(x_hat, x, mask):
    valid = mask[..., None]
    gaps = torch.where(valid, x_hat - x, 0)
    squares = gaps**2
    count = mask.sum() * x.shape[2]
    return squares.sum() / count


PADDINGS = ((nan, 0.0), (0.0, nan), (inf, inf), (inf, 0.0), (1e30, -1e30))


def batch(lengths, steps, features, padding=(-1.0, -2.0), dtype=torch.float32):
    mask = torch.arange(steps) < torch.tensor(lengths)[:, None]
    x_hat, x = torch.randn(2, len(lengths), steps, features, dtype=dtype)
    x_hat[0, 0, 0] = x[0, 0, 0]  # no difference, which counts
    x_hat[~mask], x[~mask] = padding
    return {"x_hat": x_hat, "x": x, "mask": mask}


def cases():
    some = batch((2, 4), 4, 3)
    return [
        batch((2, 5, 1, 3), 7, 3),
        batch((3, 1, 2), 3, 3),  # a cube: wrong axes go through
        batch((2,), 5, 1),
        batch((4, 0, 1), 4, 2, dtype=torch.float64),
        batch((3, 3), 3, 4),  # no padding
        *(batch((3, 1, 0, 4), 5, 2, each) for each in PADDINGS),
        # nan in valid steps must show
        *({**some, k: some[k].masked_fill(some[k] > 0, nan)} for k in ("x_hat", "x")),
    ]


check = Exercise(
    masked_mse,
    cases,
    returned(("x_hat",), dtype=True),
    errors={
        "match the s": "the mask is (B, T): take mask[..., None], or index, x[mask].",
    },
)
NAN = """0 * nan is nan, forwards and backwards: do not multiply by the mask.
Choose before you square: x_hat[mask] - x[mask], or torch.where of differences."""
GAPS = "torch.where(valid, x_hat - x, 0)"
X, X_HAT = "torch.where(valid, x, 0)", "torch.where(valid, x_hat, 0)"
MEAN = "squares.sum() / count"
WHOLE = f"{GAPS} -> x_hat - x"
OVER_ALL = f"{MEAN} -> squares.mean()"
check.mistakes(
    {
        NAN: [
            f"{GAPS} -> (x_hat - x) * valid",
            f"{WHOLE};; {MEAN} -> (squares * valid).sum() / count",
            *edits(MEAN, "squares{}[mask].mean();; " + WHOLE, "", ".nan_to_num()"),
        ],
        "padding is in the sum: choose by the mask in x_hat and in x.": [
            edit + more
            for edit in edits(GAPS, "{}", "x_hat - x", f"x_hat - {X}", f"{X_HAT} - x")
            for more in ("", f";; {OVER_ALL}")
        ],
        "you divided by a count with the padding in it: count what is valid.": edits(
            "mask.sum() * x.shape[2]",
            "{}",
            *("x.numel()", "mask.numel()", "len(x) * mask.sum(1).max() * x.shape[2]"),
        ),
        "the mask is inverted: this is the error of the padding.": (
            "valid, x_hat -> ~valid, x_hat;; mask.sum() -> (~mask).sum()"
        ),
        "x[mask.long()] takes sequences 0 and 1, not steps: index with the bools.": (
            f"{MEAN} -> (x_hat[mask.long()] - x[mask.long()]).square().mean()"
        ),
        "you cut all sequences to one length: use the mask.": [
            f"{MEAN} -> (x_hat - x)[:, : {n}].square().mean()"
            for n in ("mask.sum(1).max()", "mask.sum(1).min()", "mask[0].sum()")
        ],
        "numbers count whatever they are, 0 too: choose by the mask alone.": [
            f"{MEAN} -> squares[gaps != 0].mean()",
            f"{GAPS} -> (x_hat - x)[(x_hat - x).isfinite()];; {OVER_ALL}",
        ],
        "this is the mean (absolute) difference: square it.": edits(
            "gaps**2", "{}", "gaps.abs()", "gaps"
        ),
        "square each difference as it is, then take the mean of the squares.": [
            f"{MEAN} -> (gaps.sum() / count) ** 2",
            "gaps**2 -> F.smooth_l1_loss(gaps, 0 * gaps, reduction='none')",
            *edits("gaps**2", "{}", "gaps.clamp(-1, 1)**2", "(gaps**2).clamp(max=1)"),
            *edits(MEAN, "gaps[mask].{}", "var(correction=0)", "var()", "norm()"),
        ],
        "you divided by another count: there are F numbers in each valid step.": [
            *edits("mask.sum() * x.shape[2]", "{}", "x.shape[2]", "len(x)"),
            *edits("mask.sum()", "{}", "len(x)", "(~mask).sum()", "(mask.sum() + 1)"),
            *edits("x.shape[2]", "{}", 1, 2, "x.shape[1]", "x.shape[2] + 1"),
        ],
        "every sequence weighs alike: take one mean over all valid numbers.": edits(
            MEAN,
            "(squares.mean(2).sum(1) / mask.sum(1)){}",
            *(".mean()", ".nanmean()", ".nanmean() * mask.any(1).float().mean()"),
        ),
        "this is the sum: divide by the count of valid numbers.": "/ count ->",
        "one number for the whole batch: take the mean over all axes.": edits(
            MEAN,
            "squares{}",
            *("", ".mean(2)", ".mean(2).sum(1) / mask.sum(1)"),
            *("[mask]", "[mask].mean(0)", "[mask].mean(1)", "[mask].mean()[None]"),
        ),
    }
)
