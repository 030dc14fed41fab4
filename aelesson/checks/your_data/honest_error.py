"""`honest_error(rows, groups, sizes, train, generator)`: a size, and its test error."""

import torch

from aelesson.checks.engine import FINE, Exercise, Finding
from aelesson.checks.engine.calls import attempt, failed, outcome
from aelesson.checks.engine.edits import edits
from aelesson.checks.engine.observe import fresh, inputs_kept
from aelesson.checks.engine.procedures import something
from aelesson.checks.engine.randomness import own_randomness, seeded
from aelesson.checks.your_data.pipeline import (
    SAYS,
    calls,
    leaking,
    left,
    lowest,
    overlaps,
    result,
    unknown,
    used,
    worst,
)
from aelesson.checks.your_data.watched import Watched, coded


def honest_error(rows, groups, sizes, train, generator):
    part = parts(groups, generator)
    known, new, last = (rows[part == i] for i in range(3))
    mean, std = known.mean(0), known.std(0)
    scaled = (known - mean) / std
    models = {size: train(scaled, size) for size in sizes}

    def error(size, x):
        z = (x - mean) / std
        gaps = models[size](z) - z
        return gaps.square().mean().item()

    best = min(sizes, key=lambda size: error(size, new))
    return best, error(best, last)


def parts(groups, generator):
    """Return 0, 1 or 2 for each row: training, validation, test."""
    names, places = groups.unique(return_inverse=True)
    order = torch.randperm(len(names), generator=generator)
    count = max(len(names) // 4, 1)
    part = torch.zeros(len(names), dtype=torch.int64)
    part[order[:count]] = 1
    part[order[count : 2 * count]] = 2
    return part[places]


def cases():
    draw = seeded(14)

    def case(counts, sizes, columns=16):
        rows, groups = coded(counts, columns, draw)
        return {"rows": rows, "groups": groups, "sizes": sizes}

    return [
        case([6] * 8, [2, 4, 8]),
        case([3, 9, 4, 6, 5, 8, 3, 7, 4, 9, 5, 6], [3, 5, 7, 11]),
        case([5] * 16, [16, 8, 4, 2, 1]),
        case([4, 7] * 10, [6, 5, 9, 2, 12, 3]),
    ]


def observe(answer, case):
    for aspect, value in followed(answer, case):
        yield aspect, value
        if value != FINE:
            return
    if len(case["sizes"]) > 5:
        yield (
            "randomness",
            own_randomness(lambda generator: called(answer, case, generator)),
        )


def called(answer, case, generator):
    watched = Watched(case["rows"])
    return answer(*map(fresh, case.values()), watched.train, generator)


def followed(answer, case):
    given, seen = {k: fresh(v) for k, v in case.items()}, Watched(case["rows"])
    got = attempt(answer, [*given.values(), seen.train, seeded(3)])
    yield "error", outcome(got)
    if failed(got):
        return
    yield inputs_kept(case, given)
    yield "returned", something(got)
    yield "result", result(got, case)
    yield "calls", calls(seen, case)
    yield "scales", FINE if seen.on_one_scale() else Finding("scales", SAYS["scales"])
    size, error = got
    trained = seen.places(seen.given[0])
    asked = seen.errors()
    mine = asked[seen.sizes.index(size)]
    fits = [s for s, e in mine.items() if abs(e - error) <= 1e-4 * abs(e)]
    if not fits:
        others = {}
        for name, value in seen.other_errors(seen.models[seen.sizes.index(size)]):
            others.setdefault(name, []).append(value)
        told = unknown(error, mine, asked, others, len(case["rows"]))
        yield "report", Finding(*told)
        return
    yield "report", FINE
    test = fits[0]
    common = set.intersection(*map(set, asked)) or {test}
    best = [s for s in common if seen.sizes[lowest(asked, s)] == size]
    yield "best", FINE if best else worst(common, asked, seen.sizes, size)
    # Of several that explain the choice, an honest one counts.
    best.sort(key=lambda s: (bool(s & test), bool(s & trained), -len(s)))
    yield "trained on", overlaps(trained, best[0], test)
    yield "leaks", left(seen, case["groups"], trained, best[0], test)
    yield "all rows", used(trained, best[0], test, case["groups"])


def tell(case):
    rows, count = case["rows"], len(case["groups"].unique())
    return f"{len(rows)} rows of {count} groups, sizes {case['sizes']}"


ERRORS = {"empty": "a part is empty: deal out the groups in three parts."}
check = Exercise(honest_error, cases, observe, errors=ERRORS, fixed=False, tell=tell)
LEAK = {
    "scale": "mean, std = known.mean(0), known.std(0) -> "
    "mean, std = rows.mean(0), rows.std(0)",
    "split": "parts(groups, generator) -> parts(torch.arange(len(groups)), generator)",
    "choice": "error(size, new) -> error(size, last)",
}
STD, SCALED = "known.mean(0), known.std(0)", "z = (x - mean) / std"
PART, END = "parts(groups, generator)", "return best, error(best, last)"
CHOICE, OWN = "error(size, new)", "(x - x.mean(0)) / (x.std(0) + 1e-9)"
check.mistakes(
    {
        **{
            leaking(*names): ";; ".join(LEAK[name] for name in names)
            for names in (
                *(["scale"], ["split"], ["choice"], ["scale", "split"]),
                *(["scale", "choice"], ["split", "choice"]),
                ["scale", "split", "choice"],
            )
        },
    }
)
check.mistakes(
    {
        leaking("choice"): [
            "error(best, last) -> error(best, new)",
            f"{CHOICE} -> error(size, torch.cat([new, last]))",
        ],
        leaking("scale"): [
            f"{STD} -> rows[part < 2].mean(0), rows[part < 2].std(0)",
            f"{STD} -> rows[part < 2].mean(0), rows[part < 2].std(0, correction=0)",
            f"{STD} -> known.mean(0), rows.std(0)",
            f"{STD} -> rows.mean(0), known.std(0)",
        ],
        SAYS["scales"]: [
            f"{SCALED} -> z = {OWN}",
            f"{SCALED} -> z = x",
            "scaled = (known - mean) / std -> scaled = known",
        ],
        SAYS["raw"]: (
            f"{STD} -> torch.zeros(rows.shape[1]), torch.ones(rows.shape[1])"
        ),
        SAYS["units"]: [
            f"{STD} -> known.mean(0), 3 * known.std(0)",
            f"{STD} -> known.mean(), known.std()",
        ],
        SAYS["test"]: [
            "error(best, last) -> error(best, known)",
            "rows[part == i] for i in range(3) -> "
            "rows[part >= 0] if i == 0 else rows[part == i] for i in range(3)",
        ],
        SAYS["chosen"]: [
            f"{CHOICE} -> error(size, known)",
            "rows[part == i] for i in range(3) -> "
            "rows[part != 2] if i == 0 else rows[part == i] for i in range(3)",
        ],
        SAYS["worst"]: "min(sizes, -> max(sizes,",
        SAYS["best"]: edits(
            "min(sizes, key=lambda size: error(size, new))",
            "(*(error(size, new) for size in sizes), {})[-1]",
            "sizes[0]",
            "sizes[-1]",
            "max(sizes)",
            "min(sizes)",
        ),
        "this is the place of the size: return the size itself.": (
            f"{END} -> return sizes.index(best), error(best, last)"
        ),
        SAYS["turned"]: f"{END} -> return error(best, last), best",
        "the error alone comes back: the size, too.": f"{END} -> return error(best, "
        "last)",
        "the size alone comes back: its error on test, too.": f"{END} -> return "
        "(best,)",
        SAYS["tensor"]: "gaps.square().mean().item() -> gaps.square().mean()",
        SAYS["root"]: "square().mean().item() -> square().mean().sqrt().item()",
        SAYS["added up"]: "gaps.square().mean() -> gaps.square().sum()",
        SAYS["summed"]: "gaps.square().mean() -> gaps.square().sum(1).mean()",
        SAYS["raw units"]: "gaps.square() -> (gaps * std).square()",
        SAYS["absolute"]: "square() -> abs()",
        SAYS["averaged"]: (
            f"{END} -> return best, sum(error(s, last) for s in sizes) / len(sizes)"
        ),
        "train is called again at the end: once for each size.": (
            f"{END} -> models[best] = train((rows[part < 2] - mean) / std, best); {END}"
        ),
        "only one size is trained: compare all sizes.": (
            "for size in "
            "sizes} -> for size in sizes[:1]};; min(sizes, -> min(sizes[:1],"
        ),
        SAYS["unused"]: "known, new, last = (rows[part == i] for i in range(3)) -> "
        "known, new, last = (rows[part == i] for i in range(3)); known = known[3:]",
        SAYS["few"]: f"{PART} -> {PART}; names = groups.unique(); "
        "part = (groups == names[0]) + 2 * (groups == names[1]); "
        "torch.rand(1, generator=generator)",
    }
)
