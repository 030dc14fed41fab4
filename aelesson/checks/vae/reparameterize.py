"""`reparameterize(mean, logvar, generator)`: draw codes, so that gradients pass."""

from functools import partial

import torch
from torch.nn import functional as F  # noqa: F401 - for edits

from aelesson.checks.engine import Exercise, Within, returned
from aelesson.checks.engine.calls import attempt
from aelesson.checks.vae.noise import GENERATOR_IS_NONE, begun, chance, drawn_by_torch


def reparameterize(mean, logvar, generator):
    sigma = (0.5 * logvar).exp()
    noise = torch.randn(mean.shape, generator=generator, dtype=mean.dtype)
    return mean + sigma * noise


def cases():
    def case(shape, seed, dtype=torch.float32, level=0):
        mean, logvar = torch.randn(2, *shape, dtype=dtype)
        return {"mean": mean, "logvar": logvar + level, "generator": seed}

    return [
        case((5, 3), 3),
        case((1, 1), 4),
        case((4, 20), None),
        case((4, 4), 5, torch.float64),
        case((3, 2), 6, level=12),
        case((2, 4), 7, torch.float64, -100),
        case((400, 5), 8, level=-1),
        {**case((3, 3), 9, torch.float64, -100), "mean": torch.zeros(3, 3).double()},
    ]


LOOK = returned(("mean", "logvar"), dtype=True)


def observe(answer, case):
    def drawn(mean, logvar, seed):
        return answer(mean, logvar, begun(seed))

    plain = [case[name].clone() for name in ("mean", "logvar")]
    for aspect, value in LOOK(drawn, case):
        if aspect == "value" and case["mean"].numel() == 1:
            yield "chance", chance(partial(answer, *plain))
        if aspect == "value" and case["generator"] is None:
            yield "own generator", drawn_by_torch(partial(answer, *plain))
        yield aspect, value
        if aspect == "value" and not case["mean"].any() and torch.is_tensor(value):
            yield "value near 0", Within(value, 1e-4, 1e-12)
    if case["generator"] is not None:
        yield "value without gradients", attempt(drawn, [*case.values()])


def tell(case):
    shape, dtype = tuple(case["mean"].shape), str(case["mean"].dtype)[6:]
    level = case["logvar"].mean().round().item()
    none = " and no generator" * (case["generator"] is None)
    return f"mean of shape {shape}, {dtype}, logvar about {level:g}{none}"


check = Exercise(
    reparameterize, cases, observe, errors=GENERATOR_IS_NONE, fixed=False, tell=tell
)


def normal(mean, generator):
    return torch.randn(mean.shape, generator=generator, dtype=mean.dtype)


def standardised(noise):
    return (noise - noise.mean()) / noise.std() if noise.numel() > 1 else noise


def clamped(*limits):
    return lambda m, v, g: reparameterize(m, v.clamp(*limits), g)


IS = "sigma is exp(0.5 * logvar)."
SIGMA = "(0.5 * logvar).exp() ->"
SHAPE = "draw the shape of mean."
DRAW = "torch.randn(mean.shape, generator=generator, dtype=mean.dtype) ->"
CODE = "mean + sigma * noise ->"
check.mistakes(
    {
        "draw also where mean needs no gradient: nothing is random in yours then.": (
            "sigma = -> if not mean.requires_grad: return mean\n    sigma ="
        ),
        f"exp(logvar) is the variance: {IS}": "0.5 * ->",
        f"logvar is not sigma: {IS}": f"{SIGMA} logvar",
        f"logvar is not the variance, its root is not sigma: {IS}": [
            f"{SIGMA} logvar{root}" for root in (".sqrt()", ".abs().sqrt()")
        ],
        f"the exp is missing: {IS}": ".exp() ->",
        f"the half has the wrong place: {IS}": f"{SIGMA} 0.5 * logvar.exp()",
        f"sigma is the root of the variance, not its square: {IS}": "0.5 -> 2",
        f"exp(-0.5 * logvar) is 1 / sigma: {IS}": "0.5 -> -0.5",
        f"exp(-logvar) is 1 / variance: {IS}": "0.5 -> -1",
        f"softplus is for networks that return it: {IS}": f"{SIGMA} F.softplus(logvar)",
        f"a power of 2 or of 10 is not exp: {IS}": [
            f"{SIGMA} {base} ** (0.5 * logvar)" for base in (2, 10)
        ],
        "logvar may be any number: do not clamp it, and set sigma no limit.": [
            clamped(*ends)
            for n in (1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 20, 30)
            for ends in ((-n, n), (-n, None), (None, n))[: 3 if n < 11 else 2]
        ],
        "sigma is missing: the noise must be scaled.": "sigma * ->",
        "nothing is added to sigma: no epsilon.": [
            f"sigma * -> (sigma + 1e-{n}) *" for n in (2, 3, 4, 5, 6, 8)
        ],
        "torch.rand is uniform in [0, 1]: use torch.randn.": "randn -> rand",
        "the noise is uniform in [-1, 1]: use torch.randn.": (
            "randn -> rand;; * noise -> * (2 * noise - 1)"
        ),
        f"all images got the same noise: {SHAPE}": [
            f"mean.shape -> {first}.shape" for first in ("mean[0]", "mean[:1]")
        ],
        f"the units of a code share one noise: {SHAPE}": "mean.shape -> (len(mean), 1)",
        f"all got one and the same noise: {SHAPE}": "mean.shape -> 1",
        f"the noise is transposed: {SHAPE}": (
            "mean.shape -> mean.mT.shape;; * noise -> * noise.mT"
        ),
        "draw the noise in the dtype of mean: dtype=mean.dtype.": [
            ", dtype=mean.dtype ->",
            "dtype=mean.dtype) -> dtype=torch.float64).to(mean.dtype)",
        ],
        "sigma has no noise: multiply it by normal noise.": [f"{DRAW} 1", "* noise ->"],
        "this is the mean alone: the noise is missing.": [
            f"{DRAW} 0",
            "* noise -> * 0",
        ],
        "noise is drawn twice: once is enough.": [
            f"* noise -> * (noise {sign} normal(mean, generator))" for sign in "+*"
        ],
        "the noise is cut off: take it as torch.randn gives it.": [
            f"* noise -> * noise.clamp(-{n}, {n})" for n in (1, 2, 2.5, 3)
        ],
        "the noise is standardised by its own mean or spread: take it as it comes.": [
            "* noise -> * (noise - noise.mean())",
            "* noise -> * standardised(noise)",
        ],
        "draw once, in one call: something else is drawn first, or row by row.": [
            "sigma = -> normal(mean, generator); sigma =",
            f"{DRAW} torch.stack([normal(row, generator) for row in mean])",
            f"{DRAW} torch.stack([normal(row, generator) for row in mean.mT], 1)",
        ],
        "the mean is missing.": "mean + ->",
        "the sign is wrong: add sigma * noise.": "mean + -> mean -",
        "sigma and noise are added: multiply them.": "sigma * -> sigma +",
        "only the noise is multiplied by sigma.": f"{CODE} (mean + noise) * sigma",
        "sigma belongs to the noise, not to the mean.": f"{CODE} mean * sigma + noise",
        "the code itself is meant: no tanh, sigmoid or ReLU on top.": [
            f"{CODE} torch.{f}(mean + sigma * noise)"
            for f in ("tanh", "sigmoid", "relu")
        ],
        "no gradient reaches mean: a `detach`, torch.normal(mean, ...)?": (
            "mean + -> mean.detach() +"
        ),
        "no gradient reaches logvar: is there a `detach`?": "logvar -> logvar.detach()",
    }
)
