"""`straight_through(z, quantised)`: quantised forwards, z's own gradient backwards."""

import torch

from aelesson.checks.beyond_vae.slopes import slopes_noted
from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def straight_through(z, quantised):
    step = (quantised - z).detach()
    return z + step


def cases():
    def case(shape, dtype=torch.float32):
        z = torch.randn(shape, dtype=dtype)
        return {"z": z, "quantised": torch.randn(shape, dtype=dtype).sign() + z.round()}

    shapes = [(4, 3), (1, 5), (3, 3), (2, 4, 3, 3), (6,)]
    return [*map(case, shapes), case((5, 2), torch.float64)]


LOOK = slopes_noted(returned(("z", "quantised"), new=True))
check = Exercise(straight_through, cases, LOOK)
WHOLE = "z + step"
check.mistakes(
    {
        "the vectors get the gradient, and z none: hand it on to z.": [
            f"{WHOLE} -> quantised * 1",
            f"{WHOLE} -> quantised + z - z",
            f"{WHOLE} -> z + (quantised - z)",
            f"{WHOLE} -> z.detach() + quantised - z.detach()",
        ],
        "the gradient reaches both: quantised must get none. Detach the whole gap.": [
            f"{WHOLE} -> quantised + z - z.detach()",
            f"{WHOLE} -> z + quantised - z.detach()",
        ],
        "the gradient reaches z with the wrong sign: it is to pass unchanged.": [
            f"{WHOLE} -> (quantised + z).detach() - z",
            f"{WHOLE} -> z.detach() + quantised - z",
            f"{WHOLE} -> z.detach() + (quantised.detach() - z)",
        ],
        "no gradient is left: do z and -z cancel, or is this a new tensor, cut off from"
        " z? Add the whole gap, detached, to z.": (
            f"{WHOLE} -> z + (quantised.detach() - z)"
        ),
        "forwards this is z: the result must have the values of quantised.": [
            f"{WHOLE} -> z * 1",
            f"{WHOLE} -> z + quantised - quantised.detach()",
            f"{WHOLE} -> quantised + (z - quantised).detach()",
            f"{WHOLE} -> z + (z - quantised).detach() * 0",
        ],
        "the gap has the wrong sign: quantised - z.": [
            "(quantised - z) -> (z - quantised)",
            f"{WHOLE} -> z - step",
        ],
        "this is between the two: forwards it is to be quantised, and nothing else.": [
            *edits(WHOLE, "z + {} * step", 0.5, 0.25, 0.1, 0.9),
            *edits(WHOLE, "z.lerp({}, 0.5)", "quantised", "quantised.detach()"),
        ],
        "the gap alone is returned: add it to z.": f"{WHOLE} -> z - z.detach() + step",
        "the gradient is to pass unchanged: it has a factor.": [
            *edits(
                WHOLE, "{0} * z + (quantised - {0} * z).detach()", 2, 0.5, 0.25, 0.1
            ),
            f"{WHOLE} -> z / len(z) + (quantised - z / len(z)).detach()",
        ],
        "the gradient passes at some places only: all of z gets it.": [
            f"{WHOLE} -> z.clamp(-1, 1) + (quantised - z.clamp(-1, 1)).detach()",
            f"{WHOLE} -> z.tanh() + (quantised - z.tanh()).detach()",
            f"{WHOLE} -> z.relu() + (quantised - z.relu()).detach()",
        ],
    }
)
