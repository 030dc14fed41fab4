"""`vq_loss(z, quantised, commitment)`: what draws codes and vectors together."""

import torch
from torch.nn import functional as F  # noqa: F401 - for edits

from aelesson.checks.beyond_vae.slopes import slopes_noted
from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def vq_loss(z, quantised, commitment):
    to_codes = (z.detach() - quantised).square()
    to_vectors = (z - quantised.detach()).square()
    moved, kept = to_codes.flatten(1).sum(1), to_vectors.flatten(1).sum(1)
    return (moved + commitment * kept).mean()


def cases():
    def case(shape, commitment, dtype=torch.float32):
        z, quantised = torch.randn(2, *shape, dtype=dtype)
        return {"z": z, "quantised": 1.5 * quantised, "commitment": commitment}

    return [
        case((4, 3), 0.25),
        case((1, 5), 2.0),
        case((3, 3), 0.5),
        case((2, 4, 3, 3), 0.25),
        case((3, 2, 5), 0.1),
        case((5, 2), 0.0),
        case((6, 1), 0.25, torch.float64),
    ]


SHAPES = "codes may have more dimensions, as maps have: flatten(1), then sum(1)."
ERRORS = {"Dimension out of range": SHAPES}
LOOK = slopes_noted(returned(("z", "quantised")))
check = Exercise(vq_loss, cases, LOOK, errors=ERRORS)
CODES = "(z.detach() - quantised).square()"
PLAIN = "(z - quantised).square()"
VECTORS = "(z - quantised.detach()).square()"
BOTH = "flatten(1).sum(1)"
check.mistakes(
    {
        "without stop-gradients both terms pull at both: detach one side of each.": [
            f"{CODES} -> {PLAIN};; {VECTORS} -> {PLAIN}",
        ],
        "the first term pulls at z as well: detach z there.": (f"{CODES} -> {PLAIN}"),
        "the second term pulls at the vectors as well: detach quantised there.": (
            f"{VECTORS} -> {PLAIN}"
        ),
        "commitment weighs the term that moves z; the vectors' own has weight 1.": [
            f"{CODES} -> {VECTORS};; {VECTORS} -> {CODES}",
            "moved + commitment * kept -> commitment * moved + kept",
        ],
        "both terms have z detached: the encoder never comes to the vectors.": (
            f"{VECTORS} -> {CODES}"
        ),
        "both terms have quantised detached: the vectors never move.": (
            f"{CODES} -> {VECTORS}"
        ),
        "a term is missing: one moves the vectors, the other one the codes.": [
            "moved + ->",
            "+ commitment * kept ->",
        ],
        "a term detaches both sides: it has a value, and moves nothing.": [
            f"{CODES} -> {CODES}.detach()",
            f"{VECTORS} -> {VECTORS}.detach()",
        ],
        "commitment weighs the second term alone, and as it is.": [
            "moved + commitment * kept -> commitment * (moved + kept)",
            "moved + commitment * kept -> (1 - commitment) * moved + commitment * kept",
            "commitment * -> (1 - commitment) *",
            "commitment * -> commitment**2 *",
            "commitment * ->",
        ],
        "over the values of an image you sum: you averaged.": [
            f"{BOTH} -> flatten(1).mean(1)",
            f"to_codes.{BOTH} -> to_codes.flatten(1).mean(1)",
            f"to_vectors.{BOTH} -> to_vectors.flatten(1).mean(1)",
        ],
        "the places of a map are averaged: sum over them, too.": f"{BOTH} -> sum(1)",
        "gaps of both signs cancel: square each before you sum.": (
            f".square() ->;; {BOTH} -> flatten(1).sum(1).square()"
        ),
        "one dimension is averaged, such as the units: sum over all values.": (
            f"{BOTH} -> mean(1, keepdim=True).flatten(1).sum(1)"
        ),
        "average over the images, once: no sum.": [
            "kept).mean() -> kept).sum()",
            "kept).mean() -> kept)",
            "kept).mean() -> kept).mean() / len(z)",
        ],
        "these are distances: take their squares, without a root.": [
            f"{BOTH} -> flatten(1).sum(1).sqrt()",
            ".square() -> .abs()",
        ],
        "no half: the squares count as they are.": edits(
            "moved + commitment * kept",
            "{}",
            "0.5 * (moved + commitment * kept)",
            "0.5 * moved + 0.5 * commitment * kept",
            "0.5 * moved + commitment * kept",
        ),
        "a term has the wrong sign: both are costs.": [
            "moved + -> moved -",
            "moved + -> -moved +",
            "return -> return -",
        ],
    }
)
