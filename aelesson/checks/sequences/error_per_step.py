"""`error_per_step(x_hat, x, lengths)`: each step's error, over who has it; `(T,)`."""

from math import nan

import torch

from aelesson.checks.engine import Exercise, returned


def before(t, n):
    return t < n


def of_longest(mask):
    return mask.sum(1) == mask.sum(1).max()


def by_all(wrong, mask):
    return wrong.mean(0)


def own_count(wrong, mask):
    return wrong.sum(0) / mask.sum(0)


def filled(wrong, mask):
    return wrong.masked_fill(~mask, 0)


def error_per_step(
    x_hat, x, lengths, *, valid=before, choose=filled, average=own_count
):
    mask = valid(torch.arange(x.shape[1]), lengths[:, None])
    wrong = (x_hat - x).square().mean(2)  # (B, T)
    return average(choose(wrong, mask), mask)


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


def unchosen(wrong, mask):
    return wrong


check.mistakes(
    {
        "padding is in the mean: its numbers, and its count.": {
            "choose": unchosen,
            "average": by_all,
        },
    },
    valid={
        "one step too many counts as valid: t < length.": torch.le,
        "one step too few counts as valid: t < length.": lambda t, n: t < n - 1,
    },
    choose={
        "padding is still summed: only the count leaves it out.": unchosen,
        "0 * nan is nan: choose by masked_fill or torch.where.": lambda w, m: w * m,
    },
    average={
        "late steps come out too small: how many sequences have them, of how many?": (
            by_all
        ),
        "the curve is cut: the cause is there still, and the late steps are gone.": [
            lambda w, m: by_all(w, m)[: m.sum(1).min()],
            lambda w, m: own_count(w, m)[: m.sum(1).min()],
        ],
        "return T steps: what no sequence has is nan.": lambda w, m: own_count(w, m)[
            : m.sum(1).max()
        ],
        "a step that no sequence has is not perfect: it is nan, not 0.": (
            lambda w, m: own_count(w, m).nan_to_num()
        ),
        "this is one number per sequence: one per step is asked for.": (
            lambda w, m: w.sum(1) / m.sum(1)
        ),
        "one number for all steps does not mend it: late steps are still too small.": [
            lambda w, m: w.mean(0) / m.float().mean(),
            lambda w, m: w.sum(0) / m.sum(),
            lambda w, m: w.sum(0),
        ],
        "only sequences without padding count: that hides the cause and drops data.": [
            lambda w, m: w[m.all(1)].mean(0),
            lambda w, m: own_count(w[of_longest(m)], m[of_longest(m)]),
        ],
        "a step that came out exactly right counts, too: count the mask, not w > 0.": (
            lambda w, m: w.sum(0) / (w > 0).sum(0)
        ),
        "smoothing only hides it: each step stands alone.": [
            lambda w, m: own_count(w, m).cumsum(0) / torch.arange(1, len(w[0]) + 1),
            lambda w, m: w.cumsum(1).sum(0) / m.cumsum(1).sum(0),
        ],
    },
)
