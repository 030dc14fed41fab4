"""`add_gaussian_noise(x, std, generator, clamp)`: noise that can be repeated."""

import torch

from aelesson.checks.denoising.corruption import ERRORS, NAMES, Corruption, told
from aelesson.checks.engine import FINE, Exercise, Finding, Share
from aelesson.checks.engine.edits import edits
from aelesson.checks.engine.randomness import (
    Shares,
    own_randomness,
    places_apart,
    seeded,
)

LIMITS = (-2.5, -2, -1, -0.5, -1e-3, 1e-3, 0.5, 1, 2, 2.5, 3)
ALIKE = "all {} get the same noise: draw in the shape of x."
EXACT = Finding(
    "exact",
    "the noise has the same standard deviation in each call.\nLeave randn's numbers as"
    " they come; only multiply them by std.",
)


def add_gaussian_noise(x, std, generator, clamp):
    noise = torch.randn(x.shape, generator=generator, dtype=x.dtype)
    noisy = x + std * noise
    if clamp:
        noisy = noisy.clamp(0, 1)
    return noisy


def cases():
    def case(x, std, clamp):
        return {"x": x, "std": std, "generator": None, "clamp": clamp}

    grey = torch.rand(16, 2, 15, 20)
    return [
        case(torch.rand(1, 4), 0.3, True),
        case(torch.rand(2, 1, 3, 5, dtype=torch.float64), 0.3, False),
        case(torch.rand(3, 2, 4, 1, dtype=torch.float16), 0.3, False),
        *(case(grey, std, clamp) for std in (0.3, 1.5) for clamp in (False, True)),
        case(torch.rand(3, 2, 4, 5), 0.0, True),
    ]


def observe(answer, case):
    call, x, std = Corruption(answer, case), case["x"], case["std"]
    got = yield from call.plain()
    if got is None:
        return
    gaps = got - x
    if x.dtype == torch.float64:
        stds = torch.stack([(call(seeded(seed)) - x).std() for seed in range(4)])
        yield "randomness", own_randomness(call, lambda got: torch.equal(got, x))
        yield "as drawn", EXACT if 0 < stds.std() < 1e-3 * stds.mean() else FINE
    if std == 0:
        yield "value without noise", got
    elif x.numel() > 1000:
        each = [Share(int((gaps < limit * std).sum()), x.numel()) for limit in LIMITS]
        if not case["clamp"]:
            yield "places", places_apart(gaps > gaps.mean(), NAMES, ALIKE)
            each.append(bool(gaps.abs().max() > 3.2 * std))
        ends = f"result from {got.min():.3g} to {got.max():.3g}"
        words = f"mean {gaps.mean():.3f}, std {gaps.std():.3f}, {ends}"
        yield "noise", Shares(tuple(each), words)


check = Exercise(
    add_gaussian_noise, cases, observe, errors=ERRORS, fixed=False, tell=told
)


def rescaled(noisy):
    return (noisy - noisy.min()) / (noisy.max() - noisy.min()).clamp_min(1e-6)


check.mistakes(
    {
        "this noise is uniform, not normal: draw it with torch.randn.": edits(
            "randn",
            "rand;; std * noise -> std * {}",
            *("noise", "(noise - 0.5)", "(2 * noise - 1)", "12**0.5 * (noise - 0.5)"),
        ),
        "the noise has no negative values: keep its sign.": "* noise -> * noise.abs()",
        "the noise itself is cut: leave it as drawn; if clamp, cut the noisy image.": [
            *edits("std * noise", "std * noise.clamp(-{0}, {0})", 1, 2, 3),
            "noisy.clamp(0, 1) -> x + (noisy - x).clamp(0, 1)",
        ],
        "the noise is shifted: its mean must be 0.": edits(
            "std * noise", "std * (noise + {})", 0.2, 0.5, 1, -1
        ),
        "multiply the noise by std, once: by no square, root or multiple of it.": edits(
            "std *", "{} *", "std**2", "std**0.5", "2 * std", "1"
        ),
        "add the noise to x as it is: do not multiply them, and do not leave x out.": [
            *edits("x + std * noise", "x * {}", "std * noise", "(1 + std * noise)"),
            *edits("x +", "{}", "", "(1 - std) * x +"),
        ],
        "noisy.clamp(0, 1) is for clamp True, and only for that.": edits(
            "if clamp", "if {}", True, "not clamp"
        ),
        "with clamp True nothing is cut: noisy.clamp(0, 1) returns a new tensor.": (
            "if clamp -> if False"
        ),
        "cut with clamp(0, 1), at both ends: no other range, no rescaling, no abs().": [
            *edits("clamp(0, 1)", "clamp({})", "max=1", "0", "-1, 1"),
            "noisy.clamp(0, 1) -> rescaled(noisy)",
            *edits("noisy.clamp", "noisy.{}", "sigmoid().clamp", "abs().clamp"),
        ],
    }
)
