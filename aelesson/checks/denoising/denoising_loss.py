"""`denoising_loss(model, x, corrupt)`: what a denoiser is asked for, one number."""

from math import prod

import torch
from torch import nn
from torch.nn import functional as F

from aelesson.checks.engine import FINE, Exercise, Finding
from aelesson.checks.engine.calls import attempt, failed, outcome
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.observe import CUT, described, inputs_kept
from aelesson.checks.engine.randomness import seeded


def denoising_loss(model, x, corrupt):
    spoilt = corrupt(x)
    x_hat = model(spoilt)
    return F.mse_loss(x_hat, x)


class Cleaner(nn.Module):
    """A small model to images of another shape, with values beyond [0, 1], too."""

    def __init__(self, before, after):
        super().__init__()
        self.linear = nn.Linear(prod(before), prod(after))
        self.after, self.modes = after, set()

    def forward(self, x):
        """Return images, and note the mode."""
        x = x.flatten(1)
        self.modes.add(self.training)
        return (8 * self.linear(x).sigmoid() - 3.5).reshape(-1, *self.after)


def noisy(x, generator):
    return x + 0.5 * torch.randn(x.shape, generator=generator)


def masked(x, generator):
    return x * (torch.rand(x.shape, generator=generator) > 0.3)


def small(x, generator):
    return F.avg_pool2d(x, 2) + 0.1 * torch.randn(len(x), 1, 2, 3, generator=generator)


def cases():
    def case(shape, corrupt, training=True, before=None):
        model = (torch.Size(before or shape[1:]), training)
        return {"model": model, "x": torch.rand(shape), "corrupt": corrupt}

    return [
        case((1, 3, 2, 4), noisy, training=False),
        case((4, 10), noisy),
        case((5, 1, 4, 6), masked, training=False),
        case((4, 10), masked),
        case((3, 1, 4, 6), small, before=(1, 2, 3)),
    ]


class Watched:
    """A model and a corruption that remember what was done with them."""

    def __init__(self, case):
        before, self.training = case["model"]
        with isolated(seed=3):
            self.model = Cleaner(before, case["x"].shape[1:]).train(self.training)
        self.parameters = list(self.model.parameters())
        self.before = [p.detach().clone() for p in self.parameters]
        self.taken, self.spoil, self.generator = [], case["corrupt"], seeded()

    def corrupt(self, x):
        """Corrupt images, and note them."""
        self.taken.append(x.detach().clone())
        return self.spoil(x, self.generator)


def observe(answer, case):
    watched, given = Watched(case), {"x": case["x"].clone()}
    torch.default_generator.manual_seed(SEED)
    loss = attempt(answer, [watched.model, given["x"], lambda x: watched.corrupt(x)])
    if loss is not None and (watched.model.modes or not failed(loss)):
        yield "corrupt", corrupted_once(watched.taken, case["x"])
    yield "error", outcome(loss)
    if failed(loss):
        return
    yield inputs_kept({"x": case["x"]}, given)
    yield "model", left_alone(watched)
    yield from described(loss)
    if not isinstance(loss, torch.Tensor) or loss.dim():
        return
    yield "graph", FINE if loss.requires_grad else CUT
    if loss.requires_grad:
        found = torch.autograd.grad(
            loss, watched.parameters, materialize_grads=True, allow_unused=True
        )
        yield "gradient at the weights", torch.cat([g.flatten() for g in found])


SEED = 987_654_321  # that nobody takes
NEVER = "corrupt was not called, or after the model: hand corrupt(x) to the model."
ORDER = "corrupt got something other than x: first corrupt x, then clean it."


def corrupted_once(taken, x):
    """Ask that corrupt got x, and was called once."""
    if not taken:
        return Finding("never", NEVER)
    if len(taken) > 1:
        told = f"corrupt was called {len(taken)} times, and each call draws anew."
        return Finding("often", f"{told}\nCall it once: the target is x itself.")
    alike = taken[0].shape == x.shape and torch.equal(taken[0], x)
    return FINE if alike else Finding("other", ORDER)


def left_alone(watched):
    """Ask for the mode, the weights, their gradients and the seed as they were."""
    if watched.model.modes | {watched.model.training} != {watched.training}:
        return Finding("mode", "you changed the model's mode: leave it as it is.")
    if not all(map(torch.equal, watched.before, watched.parameters)):
        return Finding("step", "you changed the model's weights: take no step here.")
    if any(p.grad is not None for p in watched.parameters):
        return Finding("grad", "you called backward(): leave that to the caller.")
    if torch.initial_seed() != SEED:
        return Finding("seed", "your function seeds PyTorch: each call draws the same.")
    return FINE


def told(case):
    mode = "train" if case["model"][1] else "eval"
    return f"x of shape {tuple(case['x'].shape)}, a model in {mode} mode"


CROSS_ENTROPY = "you took the cross-entropy: the squared error was asked for."
check = Exercise(
    denoising_loss,
    cases,
    observe,
    errors={
        "all elements of input should be between 0 and 1": CROSS_ENTROPY,
        "shapes cannot be multiplied": "the model takes corrupt(x), of whatever shape.",
        "must match the size of tensor": (
            "the corrupted copy may have another shape: compare the output with x."
        ),
        "takes 2 positional arguments": "the model takes one thing: model(corrupt(x)).",
        "'function'": "corrupt is a function: call it, corrupt(x).",
    },
    tell=told,
)


MSE = "F.mse_loss(x_hat, x) ->"
check.mistakes(
    {
        "you compared with the corrupted copy: the target is the clean x.": (
            "x_hat, x -> x_hat, spoilt"
        ),
        "it is the other way round: the model gets corrupt(x), the target is x.": [
            "(spoilt) -> (x);; x_hat, x -> x_hat, spoilt",
            "spoilt = corrupt(x) -> spoilt = x;; x_hat, x -> x_hat, corrupt(x)",
        ],
        "the model got the clean x: hand it the corrupted copy.": "(spoilt) -> (x)",
        "the model is not used: this is the error of the corrupted copy itself.": (
            "model(spoilt) -> spoilt"
        ),
        "the target is x, not what the model makes of the clean images.": [
            "x_hat, x -> x_hat, model(x)",
            "x_hat, x -> x_hat, model(x).detach()",
        ],
        "the model is asked for the noise here: compare its output with x itself.": [
            "x_hat, x -> x_hat, spoilt - x",
            "x_hat, x -> x_hat, x - spoilt",
        ],
        "a part of the loss is detached: its gradient is too small.": (
            f"{MSE} (F.mse_loss(x_hat, x) + F.mse_loss(x_hat.detach(), x)) / 2"
        ),
        "the corrupted copy is changed before the model gets it: leave it as it is.": [
            "(spoilt) -> (spoilt.clamp(0, 1))",
            "(spoilt) -> (2 * spoilt - 1)",
            "(spoilt) -> ((spoilt - spoilt.mean()) / spoilt.std())",
        ],
        "you summed over all values, or each image's: take the mean over all.": [
            f"{MSE} (x_hat - x).square().sum(){each}" for each in ("", " / len(x)")
        ],
        "you took the root: return the mean squared error itself.": (
            f"{MSE} F.mse_loss(x_hat, x).sqrt()"
        ),
        "you took absolute errors: square them.": "mse_loss -> l1_loss",
        "you took the mean difference: square it first.": [
            f"{MSE} (x_hat - x).mean()",
            f"{MSE} (x - x_hat).mean()",
        ],
        "the model's output goes through a clamp or sigmoid: compare it as it is.": [
            "mse_loss(x_hat, x) -> mse_loss(x_hat.clamp(0, 1), x)",
            "mse_loss(x_hat, x) -> mse_loss(x_hat.sigmoid(), x)",
        ],
        "one number for the whole batch: take the mean over all values.": [
            f"{MSE} (x_hat - x).square()",
            f"{MSE} (x_hat - x).square().flatten(1).mean(1)",
        ],
        CROSS_ENTROPY: "mse_loss -> binary_cross_entropy_with_logits",
    }
)
