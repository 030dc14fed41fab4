"""`denoising_step(model, x, corrupt, optimizer)`: noisy in, clean out; one step."""

from functools import partial

import torch
from torch.nn import functional as F
from torch.nn.utils import clip_grad_norm_, clip_grad_value_  # noqa: F401

from aelesson.checks.clinic.stand_ins import Noise, network
from aelesson.checks.engine import FINE, Exercise, Finding
from aelesson.checks.engine.compare import close
from aelesson.checks.engine.edits import alone
from aelesson.checks.engine.procedures import training_step


def denoising_step(model, x, corrupt, optimizer):
    noisy = corrupt(x)
    x_hat = model(noisy)
    loss = F.mse_loss(x_hat, x)
    result = loss.item()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return result


def cases():
    def case(seed, *shape, training=True, gain=1, **settings):
        model = partial(network, shape[1:], gain)
        x, optimizer = 2 * torch.rand(shape) - 0.5, partial(torch.optim.SGD, **settings)
        values = (model, x, seed, optimizer, training)
        return dict(zip(NAMES, values, strict=True))

    return [
        case(60, 7, 1, 4, 3, lr=0.5),
        case(70, 3, 2, 2, 2, training=False, lr=0.2, momentum=0.9),
        case(90, 2, 1, 3, 5, training=False, gain=30, lr=0.1),
    ]


NAMES = ("model", "x", "corrupt", "optimizer", "training")


def told(case):
    mode = "train" if case["training"] else "eval"
    return f"x of shape {tuple(case['x'].shape)}, a model in {mode} mode"


def observe(answer, case):
    corrupt, fed = Noise(case["corrupt"]), []

    def called(model, x, _, optimizer):
        model.register_forward_pre_hook(lambda _, args: fed.extend(args))
        return answer(model, x, corrupt, optimizer)

    error, *rest = training_step(called, case)
    yield error
    if rest:
        yield from rest[:2]
        yield "noise", noise_of(corrupt, case["x"])
        clean = [close(each, case["x"]) for each in fed]
        yield from rest[2:-1]
        yield "fed", CLEAN if clean and all(clean) else FINE
        yield rest[-1]


def noise_of(corrupt, x):
    count = len(corrupt.made)
    if count == 0:
        says = "corrupt was never called: the model's input must be corrupt(x)."
    elif not all(close(given, x) for given in corrupt.given):
        says = "corrupt was given something else than x: call it once, on the batch."
    elif count > 1:
        says = f"corrupt was called {count} times, and each call draws other noise.\n"
        says += "Call it once, and keep what it made in a variable."
    else:
        return FINE
    return Finding(says[:24], says)


CLEAN = Finding("clean", "the model was given the clean batch: the noisy one goes in.")
check = Exercise(denoising_step, cases, observe, tell=told)
T, INTO, LOSS = "x_hat, x -> x_hat,", "model(noisy) ->", "F.mse_loss(x_hat, x) ->"
OTHER, BACK, STEP = "loss.item() ->", "loss.backward() ->", "optimizer.step() ->"
OLD = "optimizer.zero_grad() ->;;"
SWAP = f"{BACK} optimizer.step();; {STEP} loss.backward()"
CLIP = f"{STEP} clip_grad_{{}}_(model.parameters(), {{}}); optimizer.step()".format
single = partial(alone, denoising_step)
CUT = ("0.5 * (noisy + x)", "noisy - (noisy - x).mean()", "noisy.clamp(0, 1)")
SOFT = (*CUT, "noisy * (noisy > 0.5)", "(noisy > 0.5).float()")
NONE = """the step used no gradient of your loss: is backward() called, with brackets,
and before optimizer.step(), and is nothing detached?"""
OLD_ONES = """the gradients of the step before are still in:
call optimizer.zero_grad(), with its brackets, before backward()."""
check.mistakes(
    {
        "input and target are swapped: noisy goes in.": f"{INTO} model(x);; {T} noisy",
        "input and target are noisy, by two draws: x is the target.": f"{T} corrupt(x)",
        "less noise in the target cures only the symptom: take the clean x.": single(
            *(f"{T} {target}" for target in SOFT),
            f"{LOSS} F.mse_loss(x_hat, x) + F.mse_loss(x_hat, noisy)",
        ),
        "the output is cut before it is compared: nothing is cut.": single(
            "x_hat, x -> x_hat.clamp(0, 1), x", "x_hat, x -> x_hat.clamp(min=0), x"
        ),
        "you stepped before backward(): first backward(), then the step.": single(
            SWAP, OLD + SWAP
        ),
        "gradients were cleared between backward() and step(): clear before.": single(
            f"{BACK} loss.backward(); optimizer.zero_grad()"
        ),
        NONE: single(BACK, OLD + BACK),
        "the gradients are clipped: leave them as they are.": single(
            *(CLIP(by, end) for by in ("norm", "value") for end in (0.01, 0.1, 1, 5))
        ),
        "you stepped on the right loss, but return another: return that one.": single(
            f"{OTHER} F.mse_loss(model(x), x).item()",
            f"{OTHER} F.mse_loss(model(noisy), noisy).item()",
            f"{OTHER} F.mse_loss(model(x), noisy).item()",
        ),
        "this is the loss after the step: return the one before it.": (
            "return result -> return F.mse_loss(model(noisy), x).item()"
        ),
        "the noise is nowhere in the step: noisy goes in.": f"{INTO} model(x)",
        "the input is cut: take what corrupt made.": f"{INTO} model(noisy.clamp(0,1))",
        "the target is the noisy batch: so it learns to keep noise.": f"{T} noisy",
        "the target is cut to [0, 1]: take x as it is.": f"{T} x.clamp(0, 1)",
        "the target is the noise: it is the clean x.": [
            f"{T} noisy - x",
            f"{T} x - noisy",
        ],
        "you stepped on the absolute error: square it.": "mse_loss -> l1_loss",
        "you stepped on a sum: take the mean over all values of all images.": [
            f"{T} x, reduction='sum'",
            f"{LOSS} F.mse_loss(x_hat, x, reduction='sum') / len(x)",
        ],
        OLD_ONES: [
            "optimizer.zero_grad() ->",
            f"{OLD} {STEP} optimizer.step(); optimizer.zero_grad()",
        ],
    }
)
