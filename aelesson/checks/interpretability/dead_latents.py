"""`dead_latents(activations, least)`: how many latents are active too seldom."""

import torch

from aelesson.checks.engine import FINE, Exercise, Finding, returned
from aelesson.checks.engine.edits import edits


def dead_latents(activations, least):
    is_on = activations != 0
    shares = is_on.double().mean(0)
    dead = shares < least
    return int(dead.sum())


def cases():
    def case(counts, examples, least, size=1.0):
        """Make latents that are active as often as is said, with values of a size."""
        rows = torch.arange(examples)[:, None]
        z = (rows < torch.tensor(counts)) * torch.randn(examples, len(counts)) * size
        z = z.where(z == 0, z + size * z.sign())
        z = z.abs() if size == 1 else z
        return {"activations": z[torch.randperm(examples)], "least": least}

    wide = case([0, 1, 2, 3, 4, 6, 8, 12, 20, 30, 5], 40, 0.1)
    z = wide["activations"]
    wide["activations"] = z * 10 ** torch.randn(z.shape)
    signs = case([1, 0, 4, 8, 2, 0, 3, 2, 5], 16, 0.125, 0.04)
    return [
        case([0, 1, 2, 3, 4], 4, 0.5),
        case([0, 0, 1, 6, 8, 2, 2, 1, 5, 3, 8, 1], 8, 0.25),
        signs,
        case([9, 1, 20, 0, 3, 7, 15, 2, 0, 1, 0], 20, 0.1, 3e-9),
        case([3, 40, 2, 1, 0, 0, 64, 1, 5, 33, 2], 64, 0.03125, 40.0),
        case([5, 6, 4, 3], 6, 1.0),
        case([1, 2, 3, 1], 3, 0.3),
        case([4, 5, 0, 3, 4, 6], 7, 0.6),
        wide,
    ]


LOOK = returned()
MANY = Finding("many", "return how many: these are the latents themselves.")


def observe(answer, case):
    """Tell first whether there is a number for each latent."""
    seen = dict(LOOK(answer, case))
    yield "error", seen.pop("error")
    yield "many", MANY if seen.get("shape") else FINE
    yield from seen.items()


CURE = "count, for each latent, the examples in which its value is not 0."
check = Exercise(
    dead_latents,
    cases,
    observe,
    errors={"floating point or complex": "truth values have no mean: .double() first."},
)
END, ON = "return int(dead.sum())", "activations != 0"
SHARES = "is_on.double().mean(0)"
check.mistakes(
    {
        "a share of exactly least is alive: < and not <=.": "< -> <=",
        "these are the living latents: count the others.": "< -> >=",
        "only those never active are counted: least is a share.": [
            "shares < least -> shares == 0",
            "dead = -> dead = ~is_on.any(0) #",
            f"{SHARES} -> is_on.sum(0)",
        ],
        "active is any value but 0, also one below 0.": [
            f"{ON} -> activations > 0",
            f"{ON} -> activations.relu() != 0",
        ],
        "active is any value but 0, however small: no tolerance, no rounding.": [
            *edits(ON, "activations.abs() > {}", 1e-6, 1e-4, 1e-3, 1e-2),
            f"{ON} -> activations.round(decimals=3) != 0",
        ],
        "a share is compared as it is: no int(), no rounding.": [
            "shares < least -> is_on.sum(0) < int(least * len(is_on))",
            "shares < least -> is_on.sum(0) < round(least * len(is_on))",
            *edits("mean(0)", "mean(0).round(decimals={})", 1, 2),
        ],
        f"the size of a value is no evidence: {CURE}": [
            *edits(SHARES, "activations.{}(0)", "mean", "sum", "std", "amax"),
            *edits(SHARES, "activations.abs().{}(0)", "mean", "sum", "amax"),
            f"{ON} -> activations.abs() > least",
            f"{ON} -> activations > least",
        ],
        "a share is divided by the number of examples, N.": edits(
            SHARES,
            "is_on.sum(0) / {}",
            "is_on.shape[1]",
            "is_on.numel()",
            "is_on.sum()",
            "is_on.sum(0).max().clamp_min(1)",
            "(len(is_on) - 1)",
        ),
        "you counted examples with few latents on: a share for each latent is meant.": (
            "mean(0) -> mean(1)"
        ),
        "this is one share of all values: take one for each latent.": (
            "mean(0) -> mean()"
        ),
        "these are the values that are 0: active are the others.": "!= -> ==",
        "this is a share of the latents: return how many.": [
            f"{END} -> return dead.double().mean().item()",
            f"{END} -> return round(100 * dead.double().mean().item(), 1)",
        ],
        MANY.says: edits(
            END, "return {}", "dead", "dead.nonzero().flatten()", "shares"
        ),
        "this only tells whether there is one: how many are there?": (
            f"{END} -> return int(dead.any())"
        ),
    }
)
