"""`tweedie_denoise(x_noisy, score, std)`: the best guess of each clean point."""

import torch

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def tweedie_denoise(x_noisy, score, std):
    slope = score(x_noisy)
    best = x_noisy + std**2 * slope
    return best


def score_of(mean, variance, units):
    """Return the score of a normal cloud, with waves, so that it is not linear."""

    def score(points):
        if getattr(points, "shape", ())[1:] != (units,):
            raise ValueError(f"score takes points (B, {units}), in one tensor")
        return (mean - points + 0.2 * torch.sin(3 * points)) / variance

    return score


def cases():
    def case(mean, std, noise, shape, dtype=torch.float32):
        points = mean + (std + noise) * torch.randn(shape, dtype=dtype)
        score = score_of(mean, std**2 + noise**2, shape[1])
        return {"x_noisy": points, "score": score, "std": noise}

    return [
        case(2.0, 0.7, 1.5, (1, 4)),
        case(0.0, 1.0, 0.6, (5, 3)),
        case(-1.0, 0.3, 2.0, (7, 1)),
        case(0.5, 2.0, 0.2, (4, 2), torch.float64),
        case(0.2, 0.04, 0.1, (3, 3)),  # where scores are long
    ]


check = Exercise(
    tweedie_denoise,
    cases,
    returned(dtype=True),
    errors={
        "score takes points": "hand x_noisy to the score whole, as it is: (B, D).",
        "'function'": "score is a function: call it, score(x_noisy).",
    },
)
BEST = ("x_noisy + std**2 * slope", "{}")
check.mistakes(
    {
        "you denoised twice: take one step, from x_noisy.": (
            "return best -> return best + std**2 * score(best)"
        ),
        "add std**2 times the score to x_noisy, nothing else: no 1 + std**2.": [
            *edits("return best", "return best{}", " / (1 + std**2)", " - x_noisy"),
            *edits("std**2", "std**2 / {}", "(1 + std**2)"),
            *edits(*BEST, "slope", "x_noisy + 0", "x_noisy / (1 + std**2)"),
            *edits(*BEST, "(x_noisy + slope) / (1 + std**2)"),
            *edits(
                *BEST, "std**2 * (x_noisy + slope)", "x_noisy * (1 + std**2 * slope)"
            ),
        ],
        "you cut the result: points may lie anywhere.": edits(
            "return best", "return best.clamp({}, 1)", 0, -1
        ),
        "you stepped downhill: add the score, do not subtract it.": "+ -> -",
        "each point and coordinate has a score of its own: take no sum or mean.": edits(
            *("score(x_noisy)", "score(x_noisy).{}"),
            *("sum(1, True)", "mean(1, True)", "norm(dim=1, keepdim=True)"),
            *("mean(0, True)", "mean()"),
        ),
        "the score's length is set to 1, or cut to a limit: how long it is matters.": (
            edits(
                *("* slope", "* slope{}"),
                *(" / slope.norm(dim=1, keepdim=True)", ".sign()"),
                *(f".clamp(-{top}, {top})" for top in (0.1, 0.5, 1, 2, 3, 5)),
            )
        ),
        "the score is asked at another point: it is that of x_noisy.": edits(
            *("(x_noisy)", "(x_noisy{})"),
            *(" + std**2 * score(x_noisy)", " / std", " / (1 + std**2) ** 0.5"),
            "[:1].expand_as(x_noisy)",
        ),
        "the score is multiplied by std**2, the variance: by no other power or factor,"
        " and std is not rounded.": edits(
            *("std**2", "{}"),
            *("std", "1", "std**-2", "2 * std**2", "std**2 / 2", "std**0.5"),
            *("int(std) ** 2", "round(std) ** 2", "min(std, 1) ** 2"),
        ),
    }
)
