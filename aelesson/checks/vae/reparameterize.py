"""`reparameterize(mean, logvar, generator)`: draw codes, so that gradients pass."""

import torch
from torch.nn import functional as F  # noqa: F401 - for edits

from aelesson.checks.engine import Exercise, Within, returned
from aelesson.checks.engine.calls import attempt
from aelesson.checks.engine.edits import alone, edits
from aelesson.checks.vae.noise import GENERATOR_IS_NONE, begun, chance


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
        {**case((3, 3), 9, torch.float64, -100), "mean": torch.zeros(3, 3).double()},
    ]


LOOK = returned(("mean", "logvar"), dtype=True)


def observe(answer, case):
    mean, logvar, seed = case.values()

    def plain(generator):
        return answer(mean.clone(), logvar.clone(), generator)

    aspects = LOOK(lambda mean, logvar, seed: answer(mean, logvar, begun(seed)), case)
    yield next(aspects)
    if mean.numel() == 1 or seed is None:
        yield f"chance from {seed}", chance(plain, seed)
    yield from aspects
    if seed is not None:
        value = attempt(plain, [begun(seed)])
        tiny = torch.is_tensor(value) and not mean.any()
        yield "value without gradients", Within(value, 1e-4, 0) if tiny else value


check = Exercise(reparameterize, cases, observe, errors=GENERATOR_IS_NONE, fixed=False)


def normal(mean, generator):
    return torch.randn(mean.shape, generator=generator, dtype=mean.dtype)


LIMITS = (1, 2, 4, 5, 10, 20, 30)
IS = "sigma is exp(0.5 * logvar)."
SIGMA = "(0.5 * logvar).exp()"
DRAW = "torch.randn(mean.shape, generator=generator, dtype=mean.dtype)"
CODE = "mean + sigma * noise"
check.mistakes(
    {
        "draw also where mean needs no gradient: nothing is random in yours then.": (
            "sigma = -> if not mean.requires_grad: return mean\n    sigma ="
        ),
        f"exp(logvar) is the variance: {IS}": "0.5 * ->",
        f"logvar is the natural logarithm of the variance: {IS}": [
            *edits(SIGMA, "logvar{}", "", ".sqrt()", ".abs().sqrt()"),
            *edits(SIGMA, "({} * logvar).exp()", 2, -0.5, -1),
            *edits(SIGMA, "{}", "0.5 * logvar", "0.5 * logvar.exp()"),
            *edits(SIGMA, "{} ** (0.5 * logvar)", 2, 10),
            f"{SIGMA} -> F.softplus(logvar)",
        ],
        "logvar may be any number: do not clamp it, and set sigma no limit.": [
            *alone(
                reparameterize, *edits("logvar", "logvar.clamp(-{0}, {0})", *LIMITS)
            ),
            *alone(reparameterize, *edits("logvar", "logvar.clamp(min=-{})", *LIMITS)),
            *edits("logvar", "logvar.clamp(max={})", *LIMITS[:5]),
        ],
        "nothing is added to sigma: no epsilon.": (
            edits("sigma *", "(sigma + 1e-{}) *", 2, 3, 4, 5, 6, 8)
        ),
        "torch.rand is uniform in [0, 1]: use torch.randn.": "randn -> rand",
        "several values share one noise: draw the shape of mean.": (
            edits("mean.shape", "{}", "mean[0].shape", "(len(mean), 1)", 1)
        ),
        "draw the noise in the dtype of mean: dtype=mean.dtype.": [
            ", dtype=mean.dtype ->",
            "dtype=mean.dtype) -> dtype=torch.float64).to(mean.dtype)",
        ],
        "draw once, in one call: something else is drawn first, or row by row.": [
            "sigma = -> normal(mean, generator); sigma =",
            f"{DRAW} -> torch.stack([normal(row, generator) for row in mean])",
            f"{DRAW} -> torch.stack([normal(unit, generator) for unit in mean.T], 1)",
        ],
        "a gradient is cut off: is there a `detach`, or torch.normal(mean, ...)?": (
            edits(
                "mean + sigma", "{}", "mean.detach() + sigma", "mean + sigma.detach()"
            )
        ),
        "a part is missing, or two are put together wrongly: mean + sigma * noise.": [
            *edits("mean +", "{}", "", "mean -"),
            *edits("sigma *", "{}", "", "sigma +"),
            *edits(CODE, "{}", "mean", "mean + sigma", "(mean + noise) * sigma"),
            f"{CODE} -> mean * sigma + noise",
        ],
    }
)
