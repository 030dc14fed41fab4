"""`loss_recovered(clean, replaced, ablated)`: the share of a layer's worth kept."""

from aelesson.checks.engine import FINE, Exercise, Finding, returned
from aelesson.checks.engine.calls import attempt
from aelesson.checks.engine.edits import edits


def loss_recovered(clean, replaced, ablated):
    if ablated <= clean:
        raise ValueError("ablated must be above clean")
    worth = ablated - clean
    kept = ablated - replaced
    value = kept / worth
    return value


LOSSES = [
    *[(0.5, 1.0, 2.5), (0.1, 0.1, 2.3), (0.2, 0.15, 1.7), (1.25, 4.0, 3.0)],
    *[(0.25, 3.25, 3.25), (0.0, 0.5, 2.0), (-3.0, -2.5, 1.0), (2.0, 9.0, 2.5)],
    *[(5.0, 5.5, 5.003), (1.0, 1.5, 1.0), (0.7, 0.6, 0.4), (0.0, 0.0, 0.0)],
]


def cases():
    names = ("clean", "replaced", "ablated")
    return [dict(zip(names, each, strict=True)) for each in LOSSES]


LOOK = returned()
REFUSED = "ablated is above clean here, and your function raised a ValueError"
CURE = "If ablated is not above clean, `raise ValueError(...)`."


def worthless(case):
    return case["ablated"] <= case["clean"]


def observe(answer, case):
    def tried(*given):
        try:
            return answer(*given)
        except ValueError as error:
            return (
                FINE
                if worthless(case)
                else Finding("refused", f"{REFUSED}: {error}".rstrip(": "))
            )

    if not worthless(case):
        got = attempt(tried, [*case.values()])
        yield "refused", got if isinstance(got, Finding) else FINE
        yield from LOOK(tried, case)
        return
    got = attempt(tried, [*case.values()])
    says = f"there is nothing to recover here, and your function gave {got!s:.50}"
    if isinstance(got, Exception):
        says = "your function returns an error: raise it"
    yield (
        "refusal",
        FINE if got is FINE else Finding(f"{got}", f"{says.rstrip(': ')}.\n{CURE}"),
    )


ONLY = {
    CURE: worthless,
    "a share below 0 or above 1 may be right: do not cut it off.": lambda case: (
        not 0
        <= (case["ablated"] - case["replaced"]) / (case["ablated"] - case["clean"])
        <= 1
    ),
}
check = Exercise(
    loss_recovered,
    cases,
    observe,
    only=ONLY,
    errors={"no attribute": "losses are plain numbers of Python: no torch is needed."},
)
END, REFUSAL = "return value", 'raise ValueError("ablated must be above clean")'
check.mistakes(
    {
        "this is the share that is lost: return the share that is kept.": [
            "kept = ablated - replaced -> kept = replaced - clean",
        ],
        "a share below 0 says that it is worse than without the layer: keep it.": [
            f"{END} -> return max(value, 0.0)",
        ],
        "a share above 1 may be right, too: no min().": (
            f"{END} -> return min(value, 1.0)"
        ),
        "a share below 0 or above 1 may be right: no clamp.": (
            f"{END} -> return min(max(value, 0.0), 1.0)"
        ),
        "two losses alone do not tell what the layer is worth: use all three.": [
            *edits("kept / worth", "{}", "clean / (replaced or 9)"),
            *edits("kept / worth", "{}", "replaced / (clean or 9)"),
            *edits("kept / worth", "1 - replaced / {}", "ablated"),
            *edits("kept / worth", "1 - (replaced - clean) / {}", "(clean or 9)"),
        ],
        "the scale is from ablated, 0, to clean, 1: divide by ablated - clean.": edits(
            "kept / worth",
            "kept / {}",
            *("(ablated + clean or 9)", "(replaced - clean or 9)"),
        ),
        "differences have a sign: no abs().": [
            f"{END} -> return abs(value)",
            "kept / -> abs(kept) /",
            "kept = ablated - replaced -> kept = worth - abs(replaced - clean)",
        ],
        "the sign is wrong: 1 where replaced is as good as clean.": (
            "kept / -> -kept /"
        ),
        "this is not yet divided by what the layer is worth.": "kept / worth -> kept",
        "brackets are missing: a difference is divided by a difference.": edits(
            "kept / worth",
            "{}",
            *("ablated - replaced / (worth or 9)", "kept / (ablated or 9) - clean"),
            "ablated - replaced / (ablated or 9) - clean",
        ),
        "it is upside down: divide what is kept by what there was.": (
            "kept / worth -> worth / (kept or 1e9)"
        ),
        "this is in percent, or rounded: return the share as it is.": [
            f"{END} -> return 100 * value",
            *edits(END, "return round(value, {})", 2, 3),
        ],
        "nothing is added to the losses: no epsilon.": edits(
            "kept / worth", "kept / (worth + 1e-{})", 2, 3
        ),
        CURE: [
            *edits(REFUSAL, "return {}", 0.0, 1.0, "float('nan')", "None"),
            "if ablated <= clean: -> if ablated < clean:;; kept / worth -> kept / "
            "(worth or 1e-9)",
        ],
        "refuse only where ablated is not above clean.": [
            "ablated <= clean -> replaced < clean or ablated <= clean",
            "ablated <= clean -> ablated <= replaced or ablated <= clean",
            "ablated <= clean -> ablated < replaced or ablated <= clean",
            "ablated <= clean -> ablated > clean",
        ],
    }
)
