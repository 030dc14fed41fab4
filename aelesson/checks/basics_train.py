"""The check of `train_step`, an exercise of lesson 01."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from math import prod

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector

from aelesson.checks.expect import Mistakes, expect_close, expect_float
from aelesson.checks.harness import Answer, CheckFailed, call, check, isolated
from aelesson.checks.wording import close

MakeOptimizer = Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer]

OPTIMIZERS: tuple[MakeOptimizer, ...] = (
    partial(torch.optim.SGD, lr=0.3),
    partial(torch.optim.Adam, lr=0.01),
)
SHAPES = ((6, 1, 3, 4), (5, 3, 2, 2))  # of the batch, one for each optimizer

_STEP_FIRST = (
    "you stepped before backward(), so the step did not know the gradients.\n"
    "Call loss.backward() first, then optimizer.step()."
)
HINTS = {
    "does not require grad": (
        "no gradient can flow back from your loss: was it computed under no_grad(), "
        "or cut off by .detach() or .item(), before backward()?"
    ),
    "modified by an inplace operation": _STEP_FIRST,
    "no attribute 'backward'": (
        "your loss is a plain number by then: call backward() on the tensor, and "
        ".item() only for what you return."
    ),
}


@check(f"right with {len(OPTIMIZERS)} optimizers")
def train_step(function: Answer) -> None:
    """Check `train_step(model, x, optimizer)`: one step; the loss before it."""
    for make_optimizer, shape in zip(OPTIMIZERS, SHAPES, strict=True):
        trial = _Trial(make_optimizer, torch.rand(shape))
        got = call(
            function,
            HINTS,
            model=trial.model,
            x=trial.x,
            optimizer=trial.optimizer,
        )
        loss = expect_float(got)
        _expect_one_step(trial)
        _expect_train_mode(trial.model)
        _expect_loss_before(loss, trial)


class _SteepSigmoid(nn.Module):
    """A sigmoid that makes the gradients before it larger than any usual clipping."""

    gain = 1000.0

    def forward(self, h: Tensor) -> Tensor:
        return torch.sigmoid(self.gain * h)


@dataclass
class _Trial:
    """A model, a batch, and an optimizer that is watched. Equal trials start equal.

    The events are "backward", once per parameter, "step", and before it "cleared" if
    no gradient is left of those that backward() made.
    """

    make_optimizer: MakeOptimizer
    x: Tensor
    events: list[str] = field(default_factory=list)
    gradient_came: bool = False

    def __post_init__(self) -> None:
        pixels = prod(self.x.shape[1:])
        with isolated(seed=1):
            self.model = nn.Sequential(
                nn.Flatten(),
                nn.Linear(pixels, 3),
                last := nn.Linear(3, pixels),
                _SteepSigmoid(),
                nn.Unflatten(1, self.x.shape[1:]),
            )
        for parameter in last.parameters():
            parameter.data /= _SteepSigmoid.gain
        self.optimizer = self.make_optimizer(self.model.parameters())
        self.optimizer.register_step_pre_hook(lambda *_: self._note_step())
        for parameter in self.model.parameters():
            parameter.grad = torch.full_like(parameter, 0.5)  # left from a step before
            parameter.register_post_accumulate_grad_hook(self._note_backward)

    def _note_backward(self, parameter: Tensor) -> None:
        self.events.append("backward")
        self.gradient_came |= _has_gradient(parameter)

    def _note_step(self) -> None:
        if self.gradient_came and not any(map(_has_gradient, self.model.parameters())):
            self.events.append("cleared")
        self.events.append("step")

    def weights(self) -> Tensor:
        """Return a copy of all weights and biases, in one row."""
        return parameters_to_vector(self.model.parameters()).detach().clone()

    def twin(self) -> "_Trial":
        """Return this trial as it was at the start."""
        return _Trial(self.make_optimizer, self.x)

    def weights_after(
        self, loss: Callable[[Tensor, Tensor], Tensor] | None, clear: bool = True
    ) -> Tensor:
        """Take one step of the oracle's from the start; no `loss`, no backward."""
        twin = self.twin()
        if clear:
            twin.optimizer.zero_grad()
        if loss is not None:
            loss(twin.model(twin.x), twin.x).backward()
        twin.optimizer.step()
        return twin.weights()


def _expect_one_step(trial: _Trial) -> None:
    steps = trial.events.count("step")
    if steps == 0:
        raise CheckFailed(
            "the optimizer that you were given never stepped.\n"
            "Call optimizer.step() after backward(). Did you make a new optimizer, or "
            "forget the brackets of step()?"
        )
    if steps > 1:
        raise CheckFailed(f"you took {steps} steps: take one per call.")
    weights, expected = trial.weights(), trial.weights_after(F.mse_loss)
    if close(weights, expected):
        return
    untouched, only_old = trial.twin().weights(), trial.weights_after(None, clear=False)
    if close(weights, untouched) or close(weights, only_old):
        raise CheckFailed(_why_nothing_learnt(trial.events))
    expect_close(
        weights,
        expected,
        "the weights after one step on the mean squared error of model(x) against x",
        {**_missteps(trial), **_scaled_step(untouched, weights, expected)},
    )


def _has_gradient(parameter: Tensor) -> bool:
    return parameter.grad is not None and bool(parameter.grad.any())


def _expect_train_mode(model: nn.Module) -> None:
    if not all(module.training for module in model.modules()):
        raise CheckFailed(
            "you changed the model's mode: it came in train mode and is in eval mode "
            "now.\nLeave it as it is."
        )


def _why_nothing_learnt(events: list[str]) -> str:
    if "backward" not in events:
        return (
            "the step used no gradient of your loss.\n"
            "Call loss.backward(), with its brackets, before optimizer.step()."
        )
    if events.index("step") < events.index("backward"):
        return _STEP_FIRST
    if "cleared" in events:
        return (
            "the weights did not move: you cleared the gradients between backward() "
            "and step().\nClear them before backward()."
        )
    return (
        "your loss has gradient 0, so the model cannot learn from it.\n"
        "Is it the mean squared error?"
    )


def _missteps(trial: _Trial) -> Mistakes:
    """Give each known mistake its diagnosis and the weights that it leads to."""
    after = trial.weights_after
    return {
        "the gradients of the step before are still in: call optimizer.zero_grad(), "
        "with its brackets, before backward().": after(F.mse_loss, clear=False),
        "you stepped on the mean difference: square it first.": (
            after(lambda x_hat, x: (x_hat - x).mean()),
            after(lambda x_hat, x: (x - x_hat).mean()),
        ),
        "you stepped on half the mean squared error: leave out the 0.5.": after(
            lambda x_hat, x: 0.5 * F.mse_loss(x_hat, x)
        ),
        "you stepped on the sum over all pixels: take the mean.": after(_squared_sum),
        "you summed over each image's pixels: take the mean over all.": after(
            lambda x_hat, x: _squared_sum(x_hat, x) / len(x)
        ),
        "you stepped on the absolute error: square it.": after(F.l1_loss),
        "you stepped on the root: leave the mean squared error as it is.": after(
            lambda x_hat, x: F.mse_loss(x_hat, x).sqrt()
        ),
        "you stepped on the cross-entropy: take the mean squared error.": after(
            F.binary_cross_entropy
        ),
        "you compared model(x) with zeros: the target is x itself.": after(
            lambda x_hat, x: x_hat.square().mean()
        ),
        "you stepped uphill: the loss must not change its sign.": after(
            lambda x_hat, x: -F.mse_loss(x_hat, x)
        ),
    }


def _scaled_step(before: Tensor, got: Tensor, expected: Tensor) -> Mistakes:
    """Name a step in the right direction that is too long or too short."""
    step, right_step = got - before, expected - before
    factor = float((step @ right_step) / (right_step @ right_step))
    return {
        f"your step is {factor:.3g} times as long as the right one: is the loss "
        "multiplied by a number, or are the gradients clipped?": (
            before + factor * right_step
        )
    }


def _expect_loss_before(loss: float, trial: _Trial) -> None:
    with torch.no_grad():
        x, x_hat = trial.x, trial.twin().model(trial.x)
        later = F.mse_loss(trial.model(x), x)
    expected = F.mse_loss(x_hat, x)
    mistakes: Mistakes = {
        "you returned the mean difference: square it first.": (
            (x_hat - x).mean(),
            (x - x_hat).mean(),
        ),
        "this is the loss after the step: return the one before it.": later,
        "you returned the sum over all pixels: take the mean.": _squared_sum(x_hat, x),
        "you summed over each image's pixels: take the mean over all.": (
            _squared_sum(x_hat, x) / len(x)
        ),
        "you returned the root: leave the mean squared error as it is.": (
            expected.sqrt()
        ),
        "you returned the absolute error: square it.": F.l1_loss(x_hat, x),
    }
    expect_close(loss, expected, f"x of shape {tuple(x.shape)}", mistakes)


def _squared_sum(x_hat: Tensor, x: Tensor) -> Tensor:
    return (x_hat - x).square().sum()
