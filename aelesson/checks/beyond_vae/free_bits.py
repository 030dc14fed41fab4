"""`free_bits(kl, least)`: the KL of a batch, each unit's counted as `least` or more."""

import torch
from torch.nn import functional as F  # noqa: F401 - for edits

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def free_bits(kl, least):
    per_unit = kl.mean(0)
    counted = per_unit.clamp_min(least)
    return counted.sum()


def cases():
    def case(shape, least, dtype=torch.float32):
        """Draw units that cost much, and others that cost little; some images none."""
        level = torch.logspace(0.6, -2.5, shape[1])[torch.randperm(shape[1])]
        kl = level * torch.rand(shape).square() * 3
        return {"kl": kl.to(dtype), "least": least}

    return [
        case((5, 6), 0.25),
        case((1, 4), 0.5),
        case((4, 4), 0.1),
        case((6, 20), 0.05, torch.float64),
        case((8, 3), 1.0),
        case((3, 5), 0.0),
        case((3, 5), 40.0),
    ]


LOOK, VALUE = returned(("kl",)), returned()


def observe(answer, case):
    """Where every unit is below least the result is a number: no gradient is needed."""
    below = bool((case["kl"].mean(0) < case["least"]).all())
    return (VALUE if below else LOOK)(answer, case)


ERRORS = {
    "reduction over 'no dimension'": "average over dimension 0 first: kl.mean(0).",
    "argument 'other'": "least is a number: clamp takes it, torch.maximum does not.",
}
check = Exercise(free_bits, cases, observe, errors=ERRORS)
MEAN, CLAMP, SUM = "kl.mean(0)", "per_unit.clamp_min(least)", "counted.sum()"
check.mistakes(
    {
        "least holds for the mean over the batch: average before you clamp.": [
            f"{MEAN} -> kl.clamp_min(least).mean(0);; {CLAMP} -> per_unit",
            f"{MEAN} -> kl.clamp_min(least).mean(0)",
        ],
        "each unit has a least of its own: clamp before you add up.": [
            *edits(
                CLAMP, f"per_unit;; {SUM} -> per_unit.sum(){{}}", ".clamp_min(least)"
            ),
            *edits(
                CLAMP,
                f"per_unit;; {SUM} -> {{}}",
                "per_unit.sum().clamp_min(least * kl.shape[1])",
                "kl.sum(1).clamp_min(least).mean()",
                "kl.sum(1).clamp_min(least * kl.shape[1]).mean()",
            ),
        ],
        "a unit below least counts as least, not as nothing.": [
            f"{CLAMP} -> per_unit * (per_unit > least)",
            f"{CLAMP} -> per_unit[per_unit > least]",
            f"{CLAMP} -> F.threshold(per_unit, least, 0.0)",
        ],
        "least is not taken off: a unit above it counts as it is.": [
            f"{CLAMP} -> (per_unit - least).clamp_min(0)",
            f"{CLAMP} -> (per_unit - least).abs()",
        ],
        "least is added to each unit: it is where counting begins.": (
            f"{CLAMP} -> per_unit + least"
        ),
        "this is a most, not a least: clamp from below.": "clamp_min -> clamp_max",
        "below least a unit must cost the same whatever it says: no gradient there.": [
            f"{CLAMP} -> per_unit + ({CLAMP} - per_unit).detach()",
            f"{CLAMP} -> F.leaky_relu(per_unit - least, 0.01) + least",
        ],
        "the corner is rounded off: clamp exactly.": [
            f"{CLAMP} -> least + F.softplus(per_unit - least)",
            f"{CLAMP} -> least + F.elu(per_unit - least)",
        ],
        "least is in nats already: no factor, and no logarithm of 2.": edits(
            "clamp_min(least)", "clamp_min({} * least)", "0.6931472", "1.442695"
        ),
        "least is for one unit: do not divide it by their number, nor multiply.": edits(
            "clamp_min(least)", "clamp_min(least {} kl.shape[1])", "/", "*"
        ),
        "sum over the units: a mean is a hidden beta.": [f"{SUM} -> counted.mean()"],
        "take the mean over the batch, dimension 0: no sum, no largest one.": edits(
            MEAN, "kl.{}", "sum(0)", "amax(0)", "amin(0)", "median(0).values"
        ),
        "images are in dimension 0, units in dimension 1: average over the images.": (
            f"{MEAN} -> kl.mean(1)"
        ),
        "one number is wanted: add the units up.": f"{SUM} -> counted",
        "this is the plain KL: least has no effect.": f"{CLAMP} -> per_unit",
    }
)
