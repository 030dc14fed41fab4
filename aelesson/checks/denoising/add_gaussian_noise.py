"""`add_gaussian_noise(x, std, generator, clamp)`: noise that can be repeated."""

import torch

from aelesson.checks.denoising.corruption import ERRORS, NAMES, Corruption, told
from aelesson.checks.engine import FINE, Exercise, Finding, Share, Within
from aelesson.checks.engine.randomness import (
    Shares,
    own_randomness,
    places_apart,
    seeded,
)

LIMITS = (-2.5, -2, -1, -0.5, -1e-3, 1e-3, 0.5, 1, 2, 2.5, 3)
ALIKE = "all {} get the same noise: draw in the shape of x."


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
        case(torch.rand(1, 4), 0.3, False),
        case(torch.rand(2, 1, 3, 5, dtype=torch.float64), 0.3, True),
        case(torch.rand(3, 2, 4, 1, dtype=torch.float16), 0.3, False),
        *(case(grey, std, clamp) for std in (0.3, 1.5) for clamp in (False, True)),
        *(case(torch.full_like(grey, light), 0.3, True) for light in (0.0, 1.0)),
        *(case(torch.rand(3, 2, 4, 5), 0.0, clamp) for clamp in (False, True)),
    ]


def observe(answer, case):
    call, x, std = Corruption(answer, case), case["x"], case["std"]
    got = yield from call.plain()
    if got is None:
        return
    if std and 10 < x.numel() < 100:
        yield "randomness", own_randomness(call, lambda got: torch.equal(got, x))
        yield "as drawn", as_drawn([call(seeded(seed)) - x for seed in range(4)])
    yield "without noise", FINE if std else kept(got, x)
    if x.numel() > 1000:
        yield from judged(got - x, got, std, case["clamp"])


def as_drawn(noises):
    """Ask that mean and deviation of noise are left to chance."""
    stds = torch.stack([noise.std() for noise in noises])
    if len(noises[0].unique()) < 5 or stds.std() / stds.mean() > 1e-3:
        return FINE
    told = "Leave randn's numbers as they come; only multiply them by std."
    return Finding(
        "exact", f"the noise has the same standard deviation in each call.\n{told}"
    )


def judged(gaps, got, std, clamp):
    """Observe noise on many values."""
    if not clamp:
        yield "places", places_apart(gaps > gaps.mean(), NAMES, ALIKE)
    count, mean, deviation = gaps.numel(), gaps.mean(), gaps.std()
    spread = 6 * 2**0.5 * std / count**0.5
    each: list[object] = [
        Share(int((gaps < limit * std).sum()), count) for limit in LIMITS
    ]
    if not clamp:
        each += [Within(mean, 0, spread), Within(deviation, 0, spread)]
        each += [bool(gaps.abs().max() > 3.2 * std)]
    ends = f"result from {got.min():.3g} to {got.max():.3g}"
    yield "noise", Shares(tuple(each), f"mean {mean:.3f}, std {deviation:.3f}, {ends}")


def kept(got, x):
    told = f"with std 0 a value moves by {(got - x).abs().max():.3g}: is std forgotten?"
    return FINE if torch.equal(got, x) else Finding("changed", told)


check = Exercise(
    add_gaussian_noise, cases, observe, errors=ERRORS, fixed=False, tell=told
)


def rescaled(noisy):
    return (noisy - noisy.min()) / (noisy.max() - noisy.min()).clamp_min(1e-6)


check.mistakes(
    {
        "this noise is uniform, not normal: draw it with torch.randn.": [
            "randn -> rand",
            "randn -> rand;; x + std * noise -> x + std * (noise - 0.5)",
            "randn -> rand;; x + std * noise -> x + std * (2 * noise - 1)",
            "randn -> rand;; x + std * noise -> x + 12**0.5 * std * (noise - 0.5)",
        ],
        "the noise has no negative values: leave the sign that randn gives it.": (
            "std * noise -> std * noise.abs()"
        ),
        "the noise itself is cut: leave large noise as it is drawn.": [
            f"std * noise -> std * noise.clamp(-{top}, {top})" for top in (1, 2, 3)
        ],
        "the noise is cut, not the noisy image: add, then clamp the sum.": (
            "x + std * noise -> x + ((std * noise).clamp(0, 1) if clamp else std *"
            " noise);; noisy = noisy.clamp(0, 1) -> pass"
        ),
        "the noise is shifted: its mean must be 0.": [
            f"std * noise -> std * (noise + {mean})" for mean in (0.2, 0.5, 1, -1)
        ],
        "you scaled the noise by std**2: std is the standard deviation.": (
            "std * -> std**2 *"
        ),
        "you took std for the variance: no root of it is needed.": (
            "std * -> std**0.5 *"
        ),
        "std is not used: multiply the noise by it.": "std * ->",
        "you multiplied x by the noise: add std * noise to it.": [
            "x + std * noise -> x * (1 + std * noise)",
            "x + std * noise -> x * std * noise",
        ],
        "this is the noise alone, or x is scaled: return x plus noise.": [
            "x + ->",
            "x + -> (1 - std) * x +",
        ],
        "the noise is twice too strong.": "std * -> 2 * std *",
        "nothing is cut where clamp is True: return noisy.clamp(0, 1), a new tensor.": (
            "noisy = noisy.clamp(0, 1) -> pass"
        ),
        "you clamped although clamp is False.": "if clamp -> if True",
        "clamp is taken the wrong way round: cut where it is True.": (
            "if clamp -> if not clamp"
        ),
        "one side is left as it is: cut at both ends, to [0, 1].": [
            "clamp(0, 1) -> clamp(max=1)",
            "clamp(0, 1) -> clamp(min=0)",
        ],
        "you cut to [-1, 1]: pixels are in [0, 1].": "clamp(0, 1) -> clamp(-1, 1)",
        "you rescaled to [0, 1]: cut with clamp(0, 1), which moves no other value.": [
            "noisy.clamp(0, 1) -> rescaled(noisy)",
            "noisy.clamp(0, 1) -> noisy.sigmoid()",
        ],
        "values below 0 are folded back by abs(): clamp them to 0.": (
            "noisy.clamp(0, 1) -> noisy.abs().clamp(max=1)"
        ),
    }
)
