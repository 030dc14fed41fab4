"""`tweedie_denoise(x_noisy, score, std)`: the best guess of each clean point."""

import torch

from aelesson.checks.engine import Exercise, returned


def tweedie_denoise(x_noisy, score, std):
    slope = score(x_noisy)
    best = x_noisy + std**2 * slope
    return best


def score_of(mean, std, noise, units, apart=0.0):
    """Return the score of two normal clouds, `apart` on both sides of a mean."""
    variance = std**2 + noise**2

    def score(points):
        if getattr(points, "shape", ())[1:] != (units,):
            raise ValueError(f"score takes points (B, {units}), in one tensor")
        gaps = points - mean
        side = torch.tanh(apart * gaps.sum(1, keepdim=True) / variance)
        return (apart * side - gaps) / variance

    return score


def cases():
    def case(mean, std, noise, shape, dtype=torch.float32, apart=0.0):
        points = mean + (std + noise) * torch.randn(shape, dtype=dtype)
        score = score_of(mean, std, noise, shape[1], apart)
        return {"x_noisy": points, "score": score, "std": noise}

    return [
        case(2.0, 0.7, 1.5, (1, 4)),
        case(0.0, 1.0, 0.6, (5, 3)),
        case(-1.0, 0.3, 2.0, (7, 1)),
        case(0.5, 2.0, 0.2, (4, 2), torch.float64),
        case(0.2, 0.4, 0.5, (3, 3), apart=0.8),
    ]


check = Exercise(
    tweedie_denoise,
    cases,
    returned(dtype=True),
    errors={
        "score takes points": "hand x_noisy to the score whole, as it is: (B, D).",
        "'function'": "score is a function: call it, score(x_noisy).",
    },
    tell=lambda case: (
        f"x_noisy of shape {tuple(case['x_noisy'].shape)} and std {case['std']:g}"
    ),
)
FORMULA = "best = x_noisy + std**2 * slope ->"
check.mistakes(
    {
        "you denoised twice: take one step, from x_noisy.": (
            "return best -> return best + std**2 * score(best)"
        ),
        "this is right only for points of mean 0 and variance 1: use the score.": (
            f"{FORMULA} best = x_noisy / (1 + std**2)"
        ),
        "there is a 1 + std**2 in it: add std**2 times the score, nothing else.": [
            "return best -> return best / (1 + std**2)",
            "std**2 -> std**2 / (1 + std**2)",
            f"{FORMULA} best = (x_noisy + slope) / (1 + std**2)",
        ],
        "x_noisy is scaled as well: only the score is multiplied.": [
            f"{FORMULA} best = std**2 * (x_noisy + slope)",
            f"{FORMULA} best = x_noisy * (1 + std**2 * slope)",
        ],
        "this is the score, or the step alone: the step is added to x_noisy.": [
            f"{FORMULA} best = slope",
            "x_noisy + ->",
        ],
        "you cut the result: points may lie anywhere.": [
            f"return best -> return best.clamp({low}, 1)" for low in (0, -1)
        ],
        "you stepped downhill: add the score, do not subtract it.": "+ -> -",
        "the score is reduced to one number per point: each coordinate has its own.": [
            f"score(x_noisy) -> score(x_noisy).{how}(dim=1, keepdim=True)"
            for how in ("sum", "mean", "norm")
        ],
        "the score is averaged over the batch: each point has its own.": [
            f"score(x_noisy) -> score(x_noisy).mean({how})"
            for how in ("0, keepdim=True", "")
        ],
        "the score's length is set to 1: how long it is matters.": [
            "* slope -> * slope / slope.norm(dim=1, keepdim=True)",
            "* slope -> * slope.sign()",
        ],
        "the score is cut to a limit: take it as it is.": [
            f"* slope -> * slope.clamp(-{top}, {top})" for top in (0.1, 0.5, 1, 2)
        ],
        "the score is asked at another point: it is that of x_noisy.": [
            f"score(x_noisy) -> score({point})"
            for point in (
                "x_noisy + std**2 * score(x_noisy)",
                "x_noisy / std",
                "x_noisy / (1 + std**2) ** 0.5",
                "x_noisy[:1].expand_as(x_noisy)",
            )
        ],
        "the step has std in it, not its square: the variance belongs there.": (
            "std**2 -> std"
        ),
        "the step lacks the variance: multiply the score by std**2.": "std**2 * ->",
        "you divided by the variance: multiply by it.": "std**2 -> std**-2",
        "this is half the step: Langevin dynamics halve it, Tweedie does not.": (
            "std**2 -> std**2 / 2"
        ),
        "the step is twice too long: std**2 has no factor.": "std**2 -> 2 * std**2",
        "this is x_noisy itself: the step is missing.": "std**2 -> 0",
        "std is cut or rounded before it is squared: take it as it is.": [
            f"std**2 -> {changed}**2"
            for changed in ("int(std)", "round(std)", "min(std, 1)")
        ],
    }
)
