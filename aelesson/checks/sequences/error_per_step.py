"""`error_per_step(x_hat, x, lengths)`: each step's error, over who has it; `(T,)`."""

from math import nan

import torch

from aelesson.checks.engine import Exercise, returned


def error_per_step(x_hat, x, lengths):
    mask = torch.arange(x.shape[1]) < lengths[:, None]
    wrong = (x_hat - x).square().mean(2)  # (B, T)
    wrong = wrong.masked_fill(~mask, 0)
    return wrong.sum(0) / mask.sum(0)


def cases():
    def batch(lengths, steps, features, padding=None):
        both, n = torch.randn(2, len(lengths), steps, features), torch.tensor(lengths)
        if padding is not None:
            both[0][torch.arange(steps) >= n[:, None]] = padding
        both[:, :, 1] = 0.5  # exactly right, which counts
        return {"x_hat": both[0], "x": both[1], "lengths": n}

    return [
        batch((3, 5, 2, 4), 5, 2),
        batch((2, 4, 3), 7, 3),  # steps that no sequence has
        batch((3, 3), 3, 4),
        batch((1, 4, 2), 4, 2, padding=nan),
    ]


check = Exercise(error_per_step, cases, returned())


CHOSEN, MEAN = "wrong.masked_fill(~mask, 0) ->", "wrong.sum(0) / mask.sum(0) ->"
LONGEST = "mask = mask & (mask.sum(1) == mask.sum(1).max())[:, None]"
check.mistakes(
    {
        "padding is in the mean: its numbers, and its count.": (
            f"{CHOSEN} wrong;; {MEAN} wrong.mean(0)"
        ),
        "one step too many counts as valid: t < length.": "< lengths -> <= lengths",
        "one step too few counts as valid: t < length.": "< lengths -> + 1 < lengths",
        "padding is still summed: only the count leaves it out.": f"{CHOSEN} wrong",
        "0 * nan is nan: use masked_fill or torch.where.": f"{CHOSEN} wrong * mask",
        "these are absolute errors: square them.": "square() -> abs()",
        "late steps come out too small: how many sequences have them, of how many?": (
            f"{MEAN} wrong.mean(0)"
        ),
        "the curve is cut: the cause is there still, and the late steps are gone.": [
            f"{MEAN} wrong.mean(0)[: lengths.min()]",
            f"{MEAN} (wrong.sum(0) / mask.sum(0))[: lengths.min()]",
        ],
        "return T steps: what no sequence has is nan.": (
            f"{MEAN} (wrong.sum(0) / mask.sum(0))[: lengths.max()]"
        ),
        "a step that no sequence has is not perfect: it is nan, not 0.": (
            f"{MEAN} (wrong.sum(0) / mask.sum(0)).nan_to_num()"
        ),
        "this is one number per sequence: one per step is asked for.": (
            f"{MEAN} wrong.sum(1) / mask.sum(1)"
        ),
        "one number for all steps does not mend it: late steps are still too small.": [
            f"{MEAN} wrong.mean(0) / mask.float().mean()",
            f"{MEAN} wrong.sum(0) / mask.sum()",
            f"{MEAN} wrong.sum(0)",
        ],
        "only sequences without padding count: that hides the cause and drops data.": [
            f"{MEAN} wrong[mask.all(1)].mean(0)",
            f"{CHOSEN} wrong.masked_fill(~mask, 0); {LONGEST}; wrong = wrong * mask",
        ],
        "a step that came out exactly right counts, too: count the mask, not w > 0.": (
            f"{MEAN} wrong.sum(0) / (wrong > 0).sum(0)"
        ),
        "smoothing only hides it: each step stands alone.": [
            f"{MEAN} (wrong.sum(0) / mask.sum(0)).cumsum(0) / "
            "torch.arange(1, x.shape[1] + 1)",
            f"{MEAN} wrong.cumsum(1).sum(0) / mask.cumsum(1).sum(0)",
        ],
    }
)
