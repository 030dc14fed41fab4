"""`masked_mse(x_hat, x, mask)`: the mean squared error over valid steps, a scalar."""

from math import inf, nan

import torch
from torch.nn import functional as F

from aelesson.checks.engine import Exercise, returned


def zeroed(x, mask):
    return torch.where(mask[..., None], x, 0)


def chosen(x_hat, x, mask):
    return zeroed(x_hat - x, mask)


def mean(squares, mask):
    return squares.sum() / (mask.sum() * squares.shape[2])


def masked_mse(x_hat, x, mask, *, gaps=chosen, price=torch.square, reduce=mean):
    return reduce(price(gaps(x_hat, x, mask)), mask)


PADDINGS = ((nan, 0.0), (0.0, nan), (inf, inf), (inf, 0.0), (1e30, -1e30))


def batch(lengths, steps, features, dtype=torch.float32, padding=None, spoilt=None):
    """Return a case: what is in the padding of both, which of them has a nan."""
    mask = torch.tensor([[t < n for t in range(steps)] for n in lengths])
    both = torch.randn(2, *mask.shape, features, dtype=dtype)
    if padding:
        fill = torch.tensor(padding, dtype=dtype)[:, None, None, None]
        both = torch.where(mask[..., None], both, fill)
    both[:, 0, 0, 0] = 0.5  # no difference, which counts
    if spoilt is not None:
        both[spoilt, -1, 0, 0] = nan
    return {"x_hat": both[0], "x": both[1], "mask": mask}


def cases():
    return [
        batch((2, 5, 1, 3), 7, 3),
        batch((3, 1, 2), 3, 3),  # a cube: wrong broadcasts go through
        batch((2,), 5, 1),
        batch((4, 0, 1), 4, 2, torch.float64),
        batch((3, 3), 3, 4),  # no padding
        *(batch((3, 1, 0, 4), 5, 2, padding=each) for each in PADDINGS),
        *(batch((2, 4), 4, 3, spoilt=each) for each in (0, 1)),
    ]


AXIS = (
    "the mask (B, T) does not fit (B, T, F): mask[..., None] does, or index, x[mask]."
)
SHAPES = ("must match the", "does not match the shape of the indexed tensor")
check = Exercise(
    masked_mse,
    cases,
    returned(("x_hat",), dtype=True),
    errors={
        **dict.fromkeys(SHAPES, AXIS),
        "is out of bounds": "index with the mask itself, x[mask]: its shape is (B, T).",
    },
)


def valid(*reductions):
    """Return answers that reduce the gaps of the valid steps, `(N, F)`."""
    return [lambda a, b, m, f=f: f(a[m] - b[m]) for f in reductions]


def unmasked(x_hat, x, mask):
    return x_hat - x


def everything(squares, mask):
    return squares.mean()


def own_means(squares, mask):
    return squares.sum((1, 2)) / (mask.sum(1) * squares.shape[2])


def over(*counts):
    """Return sums that are divided by a count `(mask, F)`."""
    return [lambda s, m, f=f: s.sum() / f(m, s.shape[2]) for f in counts]


def in_a_cube(*shapes):
    """Return gaps under masks that only fit where B = T = F."""
    return [
        lambda a, b, m, f=f: torch.where(
            f(m) if len({*a.shape}) == 1 else m[..., None], a - b, 0
        )
        for f in shapes
    ]


LEAKS = (
    "multiplying by the mask does not keep padding out: 0 * nan and 0 * inf are nan.\n"
    "Choose: x_hat[mask] and x[mask], or torch.where."
)
LATE = (
    "you chose after you squared: backwards, 0 * nan at the padding is nan.\n"
    "Choose first, x_hat[mask] - x[mask], then square."
)
FINITE = "you chose what is finite, not what the mask says: padding is still in it."
ONE_SIDE = {
    "x is masked, the padding of x_hat is not.": lambda a, b, m: a - zeroed(b, m),
    "x_hat is masked, the padding of x is not.": lambda a, b, m: zeroed(a, m) - b,
}
ONE = "one number for the whole batch: take the mean over all axes, with none left."
check.mistakes(
    {
        LEAKS: {"gaps": unmasked, "reduce": lambda s, m: mean(s * m[..., None], m)},
        LATE: [
            {"gaps": unmasked, "reduce": lambda s, m: mean(zeroed(s, m), m)},
            {"gaps": unmasked, "reduce": lambda s, m: s.nan_to_num()[m].mean()},
            lambda a, b, m: (a.nan_to_num() - b.nan_to_num()).square()[m].mean(),
        ],
        FINITE: lambda a, b, m: (a - b)[(a - b).isfinite()].square().mean(),
        "the padding is still in it: this is the mean over all steps.": {
            "gaps": unmasked,
            "reduce": everything,
        },
        **{k: {"gaps": v, "reduce": everything} for k, v in ONE_SIDE.items()},
        "the mask is inverted: this is the error of the padding.": (
            lambda a, b, m: masked_mse(a, b, ~m)
        ),
        "x[mask.long()] takes sequences 0 and 1, not steps: index with the bools.": (
            lambda a, b, m: (a[m.long()] - b[m.long()]).square().mean()
        ),
        "you cut all sequences to one length: use the mask.": [
            lambda a, b, m, f=f: (a - b)[:, : f(m.sum(1))].square().mean()
            for f in (max, min, lambda n: n[0])
        ],
        "numbers without a difference count, too: choose by the mask alone.": valid(
            lambda g: g[g != 0].square().mean()
        ),
        "only one of the F numbers in a step counts: take them all.": valid(
            lambda g: g[:, 0].square().mean(), lambda g: g[:, -1].square().mean()
        ),
        "square each difference as it is, then take the mean of the squares.": valid(
            *(lambda g: g.mean().square(), lambda g: F.smooth_l1_loss(g, 0 * g)),
            *(lambda g: g.var(correction=0), torch.var, torch.norm),
            *(
                lambda g: g.clamp(-1, 1).square().mean(),
                lambda g: g.square().clamp(max=1).mean(),
            ),
        ),
        ONE: valid(
            torch.square,
            *(lambda g, a=a: g.square().mean(a) for a in (0, 1)),
            lambda g: g.square().mean()[None],
        ),
    },
    gaps={
        LEAKS: [
            lambda a, b, m: (a - b) * m[..., None],
            lambda a, b, m: a * m[..., None] - b * m[..., None],
        ],
        "the padding is in the sum, though not in the count.": unmasked,
        **ONE_SIDE,
        "you compared x_hat with zeros: the target is x.": lambda a, b, m: chosen(
            a, 0 * b.nan_to_num(0, 0, 0), m
        ),
        "the mask is broadcast along a wrong axis: (B, T, 1) is mask[..., None].": (
            in_a_cube(lambda m: m, lambda m: m[:, None], lambda m: m.T[..., None])
        ),
    },
    price={
        "this is the mean (absolute) difference: square it.": [torch.abs, lambda g: g]
    },
    reduce={
        "you divided by a count that has the padding in it: count what is valid.": [
            everything,
            *over(lambda m, f: m.numel(), lambda m, f: len(m) * m.sum(1).max() * f),
        ],
        "you divided by another count: there are F numbers in each valid step.": over(
            *(lambda m, f, k=k: m.sum() * k for k in (1, 2)),
            *(lambda m, f: m.sum() * m.shape[1], lambda m, f: f, lambda m, f: len(m)),
            *(lambda m, f: len(m) * f, lambda m, f: (~m).sum() * f),
            *(lambda m, f: m.sum() * f + 1, lambda m, f: (m.sum() + 1) * f),
        ),
        "every sequence weighs alike: take one mean over all valid numbers.": [
            lambda s, m: own_means(s, m)[m.any(1)].mean(),
            lambda s, m: own_means(s, m)[m.any(1)].sum() / len(m),
            lambda s, m: own_means(s, m).mean(),
        ],
        "this is the sum: divide by the count of valid numbers.": lambda s, m: s.sum(),
        ONE: [lambda s, m: s, lambda s, m: s.mean(2), own_means],
    },
)
