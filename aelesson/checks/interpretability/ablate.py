"""`ablate(z, latent)`: codes in which one latent is silent, `(B, D)`."""

import torch

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def ablate(z, latent):
    kept = torch.arange(z.shape[1]) != latent
    result = torch.where(kept, z, 0.0)
    return result


def cases():
    def case(shape, latent, dtype=torch.float32):
        z = torch.randn(shape, dtype=dtype).add(0.3)
        return {"z": z.where(z.abs() > 0.2, 0.5), "latent": latent}

    return [
        case((3, 2), 1),
        case((4, 4), 2),
        case((1, 5), 0),
        case((6, 3), 2, torch.float64),
        case((5, 9), 4),
        case((2, 2), 0),
    ]


COUNTED = "latents are counted from 0: `latent` is the column as it stands."
COLUMN = "z[latent] is an example: a latent is a column, z[:, latent]."
check = Exercise(
    ablate,
    cases,
    returned(("z",), dtype=True, new=True),
    errors={"for dimension 1": COUNTED, "out of bounds": COLUMN},
)


def end(*wrong):
    return edits("return result", "return {}", *wrong)


ROWS = "(torch.arange(len(z)) != latent)[:, None]"
REST = "z[:, torch.arange(z.shape[1]) != latent]"
check.mistakes(
    {
        COLUMN: f"torch.arange(z.shape[1]) != latent -> {ROWS}",
        "the latent is cut out: it must stay in its place, with 0.": end(REST),
        "all others must stay: this is the latent alone.": [
            "!= -> ==",
            *end("z[:, latent]", "z[:, latent : latent + 1]"),
        ],
        "another latent is silent: they are counted from 0.": edits(
            "latent",
            *(
                "{}",
                "latent - 1",
                "(latent - 1) % z.shape[1]",
                "latent + 1",
                "(latent + 1) % z.shape[1]",
                "z.shape[1] - 1 - latent",
                "0",
            ),
        ),
        "all latents before or behind it are silent, too.": ["!= -> <", "!= -> >"],
        "all latents are silent: only this one is asked for.": end("0 * z"),
        "nothing is silent: was the change made to a copy that is lost?": end("z + 0"),
        "silent means 0: not its mean, its least value, or anything else.": [
            *edits("0.0)", "{})", "z.mean(0)", "z.amin(0)", "1.0", "-z", "z.mean()"),
            *edits("0.0)", "{})", "-torch.inf", "torch.nan", "0.01", "z / 2"),
        ],
        "it is silent in one example only: in all of them it must be.": [
            f"return result -> return torch.cat([result[:{n}], z[{n}:]])"
            for n in ("1", "-1")
        ]
        + [
            f"return result -> return torch.cat([z[:{n}], result[{n}:]])"
            for n in ("1", "-1")
        ],
        "the other values are changed: leave them as they are.": end(
            "result * z.shape[1] / max(z.shape[1] - 1, 1)",
            "result / result.sum(1, keepdim=True)",
            "result.relu()",
            "result - z.mean(0)",
        ),
        "a silent latent gets no gradient, and all others get theirs.": end(
            "z + (result - z).detach()", "result.detach() + 0 * z"
        ),
    }
)
