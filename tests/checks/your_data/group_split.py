"""Answers to `group_split`, in other people's words."""

import random

import numpy as np
import torch
from sklearn.model_selection import GroupShuffleSplit


def size(groups, share):
    count = len(set(groups.tolist()))
    return max(1, min(count - 1, round(share * count)))


def by_lists(groups, share, generator):
    names = sorted(set(groups.tolist()))
    order = torch.randperm(len(names), generator=generator).tolist()
    chosen = {names[place] for place in order[: size(groups, share)]}
    test = torch.tensor([group in chosen for group in groups.tolist()])
    return test.logical_not(), test


def by_random_keys(groups, share, generator):
    names, places = groups.unique(return_inverse=True)
    keys = torch.rand(len(names), generator=generator)
    low = keys.sort().values[size(groups, share) - 1]
    return (keys > low)[places], (keys <= low)[places]


def by_numpy(groups, share, generator):
    seed = int(torch.randint(2**31, (1,), generator=generator))
    names = np.unique(groups.numpy())
    chosen = np.random.default_rng(seed).choice(
        names, size(groups, share), replace=False
    )
    test = torch.from_numpy(np.isin(groups.numpy(), chosen))
    return ~test, test


def by_scikit(groups, share, generator):
    seed = int(torch.randint(2**31, (1,), generator=generator))
    splitter = GroupShuffleSplit(1, test_size=size(groups, share), random_state=seed)
    _, places = next(splitter.split(groups, groups=groups))
    test = torch.zeros(len(groups), dtype=torch.bool)
    test[places] = True
    return ~test, test


def by_draws(groups, share, generator):
    test = torch.zeros_like(groups, dtype=torch.bool)
    left = groups.unique().tolist()
    for _ in range(size(groups, share)):
        place = torch.randint(len(left), (), generator=generator).item()
        test |= groups == left.pop(place)
    return ~test, test


def by_rows(groups, share, generator):
    order = torch.randperm(len(groups), generator=generator)
    n = round(share * len(groups))
    test = torch.zeros(len(groups)).bool()
    test[order[: min(max(n, 1), len(groups) - 1)]] = True
    return ~test, test


def in_order(groups, share, generator):
    names = groups.unique()
    test = torch.isin(groups, names[-size(groups, share) :])
    return ~test, test


def by_python_random(groups, share, generator):
    names = groups.unique().tolist()
    chosen = torch.tensor(random.sample(names, size(groups, share)))
    torch.rand(1, generator=generator)
    return ~torch.isin(groups, chosen), torch.isin(groups, chosen)


def seeding(groups, share, generator):
    return by_lists(groups, share, torch.Generator().manual_seed(42))


def rounded(how):
    def answer(groups, share, generator):
        count = len(groups.unique())
        n = min(max(int(how(share * count)), 1), count - 1)
        return by_lists(groups, n / count, generator)

    return answer


def tossed(groups, share, generator):
    names, places = groups.unique(return_inverse=True)
    test = (torch.rand(len(names), generator=generator) < share)[places]
    return ~test, test


RIGHT = [by_lists, by_random_keys, by_numpy, by_scikit, by_draws]
WRONG = {
    "rows of one group are on both sides": by_rows,
    "the generator that came in was not used": [in_order, seeding],
    "something draws from elsewhere": by_python_random,
    "a share of scikit-learn's is rounded up": lambda groups, share, generator: next(
        GroupShuffleSplit(1, test_size=share).split(groups, groups=groups)
    ),
    "int() rounds down": rounded(np.floor),
    "ceil rounds up": rounded(np.ceil),
    "changes from draw to draw": tossed,
    "share is that of test": lambda *a: by_lists(*a)[::-1],
    "return masks": lambda *a: tuple(mask.nonzero().flatten() for mask in by_lists(*a)),
    "a mask is bool": lambda *a: tuple(mask.long() for mask in by_lists(*a)),
    "got a NumPy array": lambda *a: tuple(mask.numpy() for mask in by_lists(*a)),
    "one mask comes back": lambda *a: by_lists(*a)[1],
    "global random state": lambda groups, share, _: by_lists(groups, share, None),
    "changes its input groups in place": lambda g, s, r: by_lists(g.sub_(1), s, r),
}
