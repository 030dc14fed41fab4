"""`denoising_loss(model, x, corrupt)`: what a denoiser is asked for, one number."""

import torch
from torch import nn
from torch.nn import functional as F

from aelesson.checks.engine import FINE, Exercise, Finding, returned
from aelesson.checks.engine.edits import edits
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.randomness import seeded


def denoising_loss(model, x, corrupt):
    spoilt = corrupt(x)
    x_hat = model(spoilt)
    return F.mse_loss(x_hat, x)


def noisy(x, generator):
    return x + 0.5 * torch.randn(x.shape, generator=generator)


def small(x, generator):
    return noisy(F.avg_pool2d(x, 2), generator)


def cases():
    kinds = ((1, 3, 2, 4), noisy), ((4, 10), noisy), ((3, 1, 4, 6), small)
    return [{"x": torch.rand(shape), "corrupt": corrupt} for shape, corrupt in kinds]


def built(x, taken):
    """Return a linear network, in training for some images, and not for one."""
    with isolated(seed=1):
        linear = nn.Linear(taken[0].numel(), x[0].numel())
    model = nn.Sequential(nn.Flatten(), linear, nn.Unflatten(1, x.shape[1:]))
    return model.train(len(x) > 1)


LOOK = returned(["model"])
SEED = Finding("seed", "your function seeds PyTorch, or draws from it: leave that.")


def observe(answer, case):
    x, calls, generator = case["x"], [], seeded()

    def corrupt(images):
        calls.append(images.detach().clone())
        return case["corrupt"](images, generator)

    model = built(x, case["corrupt"](x, seeded()))
    before = torch.default_generator.get_state()
    looked = LOOK(answer, {"model": model, "x": x, "corrupt": corrupt})
    error, after = next(looked), torch.default_generator.get_state()
    if calls:
        yield "corrupt", corrupted_once(calls, x)
    yield error
    yield "seed", FINE if before.equal(after) else SEED
    for aspect, value in looked:
        yield aspect, value
        if aspect == "kind":
            yield "corrupt", corrupted_once(calls, x)


def corrupted_once(taken, x):
    """Ask that corrupt got x, and was called once."""
    if not taken:
        told = "corrupt was not called, or after the model: do model(corrupt(x))."
        return Finding("never", told)
    if len(taken) > 1:
        told = f"corrupt was called {len(taken)} times, and each call draws anew."
        return Finding("often", f"{told}\nCall it once: the target is x itself.")
    told = "corrupt got something other than x: first corrupt x, then clean it."
    return FINE if torch.equal(taken[0], x) else Finding("other", told)


CROSS_ENTROPY = "you took the cross-entropy: the squared error was asked for."
check = Exercise(
    denoising_loss,
    cases,
    observe,
    errors={
        "all elements of input should be between 0 and 1": CROSS_ENTROPY,
        "shapes cannot be multiplied": "the model takes corrupt(x), of whatever shape.",
        "positional argument": "each takes one thing: model(corrupt(x)).",
        "'function'": "corrupt is a function: call it, corrupt(x).",
        "must match the size": "the copy may have another shape: compare with x.",
    },
    tell=lambda case: f"x of shape {tuple(case['x'].shape)}",
)
MSE = ("F.mse_loss(x_hat, x)", "{}")
check.mistakes(
    {
        "the target is the clean x, not the copy.": "x_hat, x -> x_hat, spoilt",
        "it is the other way round: the model gets corrupt(x), the target is x.": [
            "(spoilt) -> (x);; x_hat, x -> x_hat, spoilt",
            "spoilt = corrupt(x) -> spoilt = x;; x_hat, x -> x_hat, corrupt(x)",
        ],
        "the model is not used: clean the copy with it.": "model(spoilt) -> spoilt",
        "the target is x, not what the model makes of the clean images.": edits(
            "x_hat, x", "x_hat, {}", "model(x)", "model(x).detach()"
        ),
        "the model is asked for the noise here: compare its output with x itself.": (
            edits("x_hat, x", "x_hat, {}", "spoilt - x", "x - spoilt")
        ),
        "a part of the loss is detached: its gradient is too small.": edits(
            *MSE, "(F.mse_loss(x_hat, x) + F.mse_loss(x_hat.detach(), x)) / 2"
        ),
        "the corrupted copy is changed before the model gets it: leave it as it is.": [
            *edits("(spoilt)", "(spoilt{})", ".clamp(0, 1)", " * 2 - 1"),
            "(spoilt) -> ((spoilt - spoilt.mean()) / spoilt.std())",
        ],
        "take one mean over all values: no sums, and no value for each image.": edits(
            *MSE,
            *(f"(x_hat - x).square(){way}" for way in ("", ".flatten(1).mean(1)")),
            *(
                f"(x_hat - x).square().sum(){way}"
                for way in ("", " / len(x)", " / spoilt.numel()")
            ),
        ),
        "take squared errors: no absolute or plain ones.": edits(
            *MSE, "F.l1_loss(x_hat, x)", "(x_hat - x).mean()", "(x - x_hat).mean()"
        ),
        "the model's output goes through a clamp or sigmoid: compare it as it is.": (
            edits("(x_hat, x)", "(x_hat.{}, x)", "clamp(0, 1)", "sigmoid()")
        ),
        CROSS_ENTROPY: "mse_loss -> binary_cross_entropy_with_logits",
    }
)
