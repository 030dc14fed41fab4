"""Answers to `honest_error`, in other people's words."""

import torch

from aelesson import data
from aelesson.metrics import reconstruction_error


def by_library(rows, groups, sizes, train, generator):
    splits = data.split(data.Table(rows), (0.5, 0.25, 0.25), generator, groups)
    splits = data.standardised(splits)
    models = {size: train(splits.train.rows, size) for size in sizes}

    def error(size, part):
        return reconstruction_error(models[size], part.rows).mean().item()

    best = min(sizes, key=lambda size: error(size, splits.validation))
    return best, error(best, splits.test)


def of_groups(groups, generator):
    names = groups.unique()
    names = names[torch.randperm(len(names), generator=generator)]
    return names.tensor_split([len(names) // 2, len(names) * 3 // 4])


def of_rows(groups, generator):
    order = torch.randperm(len(groups), generator=generator)
    return order.tensor_split([len(groups) // 2, len(groups) * 3 // 4])


def by_loop(scale=0, choose=1, report=2, split=of_groups, measure=torch.square):
    """Return an answer that scales, chooses and reports by these parts."""

    def honest_error(rows, groups, sizes, train, generator):
        chosen = split(groups, generator)
        if split is of_groups:
            masks = [torch.isin(groups, names) for names in chosen]
        else:
            masks = chosen
        parts = [rows[mask] for mask in masks]
        known = rows if scale is None else parts[scale]
        mean, std = known.mean(0), known.std(0, unbiased=False)
        parts = [(part - mean) / std for part in parts]
        best, smallest, reported = None, float("inf"), 0.0
        for size in sizes:
            model = train(parts[0], size).eval()
            with torch.no_grad():
                error, last = (
                    float(measure(model(x) - x).mean())
                    for x in (parts[choose], parts[report])
                )
            if error < smallest:
                best, smallest, reported = size, error, last
        return best, reported

    return honest_error


def one_split(rows, groups, sizes, train, generator):
    """Mend two leaks, and keep two parts."""
    names = groups.unique()
    order = torch.randperm(len(names), generator=generator)
    test = torch.isin(groups, names[order[: len(names) // 4]])
    mean, std = rows[~test].mean(0), rows[~test].std(0)
    z = (rows - mean) / std
    models = [train(z[~test], size) for size in sizes]
    errors = [(m(z[test]) - z[test]).square().mean().item() for m in models]
    return sizes[errors.index(min(errors))], min(errors)


def broken(rows, groups, sizes, train, generator):
    rows = (rows - rows.mean(0)) / rows.std(0)
    order = torch.randperm(len(rows), generator=generator)
    new, known = order[: len(rows) // 4], order[len(rows) // 4 :]
    errors = {}
    for size in sizes:
        model = train(rows[known], size)
        errors[size] = (model(rows[new]) - rows[new]).square().mean().item()
    best = min(errors, key=errors.get)
    return best, errors[best]


def own_scales(rows, groups, sizes, train, generator):
    def scaled(x, size=None):
        x = (x - x.mean(0)) / (x.std(0) + 1e-6)
        return x if size is None else train(x, size)

    names = of_groups(groups, generator)
    parts = [rows[torch.isin(groups, each)] for each in names]
    models = {size: scaled(parts[0], size) for size in sizes}
    errors = [
        {
            s: (m(scaled(x)) - scaled(x)).square().mean().item()
            for s, m in models.items()
        }
        for x in parts[1:]
    ]
    best = min(sizes, key=errors[0].get)
    return best, errors[1][best]


def all_at_once(rows, groups, sizes, train, generator):
    names = of_groups(groups, generator)
    known, new, last = (torch.isin(groups, each) for each in names)
    z = (rows - rows[known].mean(0)) / rows[known].std(0)
    gaps = {}
    for size in sizes:
        model = train(z[known], size)
        gaps[size] = (model(z) - z).detach().square().mean(1)
    best = min(sizes, key=lambda size: gaps[size][new].mean().item())
    return best, gaps[best][last].mean().item()


RIGHT = [by_library, by_loop()]
WRONG = {
    "all three leaks are there": [broken, by_loop(None, 2, 2, of_rows)],
    "rows of one group are in more than one part;\nand the size is chosen": by_loop(
        0, 2, 2, of_rows
    ),
    "one leak is left: mean and deviation know": by_loop(scale=None),
    "one leak is left: rows of one group": by_loop(split=of_rows),
    "one leak is left: the size is chosen": [one_split, by_loop(report=1)],
    "are not on one scale": own_scales,
    "asked about all rows together": all_at_once,
    "this is the absolute error": by_loop(measure=torch.abs),
    "errors are summed over the columns": by_loop(
        measure=lambda gaps: gaps.square().sum(1)
    ),
    "rows that the model was trained on": [by_loop(report=0), by_loop(choose=0)],
    "global random state": lambda r, g, s, t, _: by_loop()(r, g, s, t, None),
    "the generator that came in was not used": lambda r, g, s, t, _: by_library(
        r, g, s, t, 0
    ),
    "first the size, then its error": lambda *a: by_library(*a)[::-1],
    "changes its input rows in place": lambda r, *a: by_library(r.mul_(2), *a),
}
