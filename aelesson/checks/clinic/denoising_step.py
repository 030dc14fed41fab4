"""`denoising_step(model, x, corrupt, optimizer)`: noisy in, clean out; one step."""

from functools import partial

import torch
from torch import nn
from torch.nn import functional as F

from aelesson.checks.clinic.stand_ins import Dimmed, Noise
from aelesson.checks.engine import Exercise
from aelesson.checks.engine.edits import alone, edits
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


def network(shape):
    pixels = torch.Size(shape).numel()
    layers = nn.Linear(pixels, 5), nn.Tanh(), nn.Linear(5, pixels)
    return nn.Sequential(nn.Flatten(), *layers, Dimmed(), nn.Unflatten(1, shape))


def cases():
    def case(seed, *shape, training, **settings):
        return {
            "model": partial(network, shape[1:]),
            "x": 2 * torch.rand(shape) - 0.5,
            "corrupt": seed,
            "optimizer": partial(torch.optim.SGD, **settings),
            "training": training,
        }

    return [
        case(60, 7, 1, 4, 3, training=True, lr=0.5),
        case(70, 3, 2, 2, 2, training=False, lr=0.2, momentum=0.9),
    ]


def told(case):
    return f"x of shape {tuple(case['x'].shape)}, training = {case['training']}"


def observe(answer, case):
    corrupt = Noise(case["corrupt"])

    def called(model, x, _, optimizer):
        return answer(model, x, corrupt, optimizer)

    for aspect, value in training_step(called, case):
        yield aspect, value
        if aspect == "returned":
            yield "noise", corrupt.called_once(case["x"], "x")


check = Exercise(denoising_step, cases, observe, tell=told)
TARGET, BACK, ZERO = "x_hat, x", "loss.backward() ->", "optimizer.zero_grad()"
NOISE = ("noisy - x", "x - noisy", "0.5 * (noisy + x)", "noisy.clamp(0, 1)")
single = partial(alone, denoising_step)
check.mistakes(
    {
        "the model gets the clean batch: noisy goes in, clean comes out.": [
            "model(noisy) -> model(x)",
            f"model(noisy) -> model(x);; {TARGET} -> x_hat, noisy",
        ],
        "the target is the clean x: less noise in it cures only the symptom.": [
            f"{TARGET} -> x_hat, noisy",
            *single(*edits(TARGET, "x_hat, {}", *NOISE)),
            *single(f"{TARGET}) -> {TARGET}) + F.mse_loss(x_hat, noisy)"),
        ],
        "something is cut before it is used or compared: nothing is cut.": [
            *single(*edits(TARGET, "x_hat.clamp({}), x", "0, 1", "min=0")),
            "model(noisy) -> model(noisy.clamp(0, 1))",
            f"{TARGET} -> x_hat, x.clamp(0, 1)",
        ],
        "the step used no gradient of your loss.\nIs backward() called, with brackets, "
        "before step(), is nothing detached, and nothing cleared between?": single(
            BACK, f"{BACK};; {ZERO} ->", f"{BACK} loss.backward(); {ZERO}"
        ),
        "you stepped on the right loss, but return another: that before the step.": [
            *single("loss.item() -> F.mse_loss(model(x), x).item()"),
            "return result -> return F.mse_loss(model(noisy), x).item()",
        ],
        "you stepped on the absolute error: square it.": "mse_loss -> l1_loss",
        "the gradients of the step before are still in.\n"
        "Call optimizer.zero_grad(), with its brackets, before backward().": [
            *(f"{ZERO} ->", f"{ZERO} ->;; return -> {ZERO}; return"),
        ],
    }
)
