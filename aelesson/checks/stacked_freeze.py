"""The check of `freeze`, an exercise of lesson 07."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from aelesson.checks.expect import expect_close
from aelesson.checks.harness import Answer, CheckFailed, call, check, isolated
from aelesson.checks.wording import describe

MakeOptimizer = Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer]

OPTIMIZERS: tuple[MakeOptimizer, ...] = (
    partial(torch.optim.SGD, lr=0.1),
    partial(torch.optim.Adam, lr=0.1),
    partial(torch.optim.SGD, lr=0.1, momentum=0.9, weight_decay=0.1),
)


class _Mixed(nn.Module):
    """Layers of several kinds, nested, and a parameter that belongs to no layer."""

    def __init__(self) -> None:
        super().__init__()
        self.shift = nn.Parameter(torch.randn(6))
        self.body = nn.Sequential(
            nn.Sequential(nn.Conv1d(1, 2, 3), nn.Flatten()),
            nn.Sequential(nn.LayerNorm(8), nn.Sequential(nn.Linear(8, 3))),
        )

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.body((x + self.shift).unsqueeze(1))
        return out.tanh()


@dataclass
class _Trial:
    """A module that was in training, and what it was like before it is frozen."""

    module: nn.Module
    make_optimizer: MakeOptimizer
    training: bool

    def __post_init__(self) -> None:
        self.module.train(self.training)
        self.optimizer = self.make_optimizer(self.module.parameters())
        self.x = torch.rand(4, 6)
        for _ in range(2):  # so that momentum and .grad are left
            self.optimizer.zero_grad()
            self.module(self.x).square().sum().backward()
            self.optimizer.step()
        self.parameters = dict(self.module.named_parameters())
        self.before = {n: p.detach().clone() for n, p in self.parameters.items()}
        self.output, self.slope = self.work()

    def work(self) -> tuple[Tensor, Tensor]:
        """Return output and gradient by the input; .grad of the module stays."""
        x = self.x.clone().requires_grad_()
        output = self.module(x)
        (slope,) = torch.autograd.grad(output.square().sum(), x)
        return output.detach(), slope


def _trials() -> list[_Trial]:
    with isolated(seed=3):
        made = []
        for index, make_optimizer in enumerate(OPTIMIZERS):
            encoder = nn.Sequential(nn.Linear(6, 5), nn.Sigmoid())
            module = (encoder, _Mixed(), _Mixed())[index]
            made.append(_Trial(module, make_optimizer, training=index != 1))
    return made


@check(f"right with {len(OPTIMIZERS)} optimizers")
def freeze(function: Answer) -> None:
    """Check `freeze(module)`: no parameter is trained any more; the module."""
    for trial in _trials():
        got = call(function, module=trial.module)
        _expect_same_module(got, trial.module)
        _expect_same_parameters(trial)
        _expect_working(trial)
        _expect_unmoved(trial, "by the next step of an optimizer that existed before")
        _expect_no_gradients(trial)
        trial.optimizer.step()
        _expect_unmoved(trial, "by a step after another backward()")
        _expect_mode(trial)


def _expect_same_module(got: object, module: nn.Module) -> None:
    if got is module:
        return
    if got is None:
        raise CheckFailed(
            "your function returned None, expected the module: is `return` missing?"
        )
    what = (
        "another module, maybe a copy" if isinstance(got, nn.Module) else describe(got)
    )
    raise CheckFailed(f"you returned {what}.\nReturn the module that came in, itself.")


def _expect_same_parameters(trial: _Trial) -> None:
    now = dict(trial.module.named_parameters())
    for name, parameter in trial.parameters.items():
        if name not in now:
            raise CheckFailed(
                f"the parameter {name} is gone: a frozen module keeps all its "
                "parameters, and state_dict() and copies need them."
            )
        if now[name] is not parameter:
            raise CheckFailed(
                f"{name} is another tensor now: whoever shares the old one, such as a "
                "classifier, is cut off.\nChange the parameter's attributes, not the "
                "parameter."
            )
        if not torch.equal(parameter, trial.before[name]):
            raise CheckFailed(f"you changed the values of {name}: leave them.")


def _expect_working(trial: _Trial) -> None:
    """Ask for the same output, and for the same gradient by the input."""
    x = trial.x.clone().requires_grad_()
    output = call(trial.module, x=x)
    if not isinstance(output, Tensor):
        raise CheckFailed(f"the module returns {describe(output)} now.")
    expect_close(output, trial.output, "the module's output after freezing")
    if not output.requires_grad:
        raise CheckFailed(
            "gradients do not flow through the module any more: no_grad() or detach() "
            "cuts them off.\nOnly its parameters are frozen; what comes before it may "
            "still be trained."
        )
    (slope,) = torch.autograd.grad(output.square().sum(), x)
    expect_close(slope, trial.slope, "the gradient by the module's input")


def _expect_unmoved(trial: _Trial, when: str) -> None:
    """Take the optimizer's step; whatever moves was not frozen."""
    grads = {name: p.grad is not None for name, p in trial.parameters.items()}
    needed = {name: p.requires_grad for name, p in trial.parameters.items()}
    trial.optimizer.step()
    moved = [n for n, p in trial.parameters.items() if not p.equal(trial.before[n])]
    if not moved:
        return
    if not any(grads[name] for name in moved):
        raise CheckFailed(f"{moved[0]} was moved {when}.")
    if all(needed.values()):
        raise CheckFailed(
            f"nothing is frozen: all parameters are trained as before, {moved[0]} was "
            f"moved {when}.\neval() only changes the mode; set requires_grad of each "
            "parameter to False, and .grad to None."
        )
    if any(needed[name] for name in moved):
        name = next(name for name in moved if needed[name])
        raise CheckFailed(
            f"only a part is frozen: {name} was moved {when}.\n"
            "module.parameters() goes through all of them, of every layer and depth."
        )
    raise CheckFailed(
        f"{moved[0]} was moved {when}: an old gradient was left in .grad.\nSet it to "
        "None; with zeros, momentum and weight decay go on."
    )


def _expect_no_gradients(trial: _Trial) -> None:
    trial.optimizer.zero_grad()
    call(trial.module, x=trial.x.clone().requires_grad_()).square().sum().backward()  # type: ignore[attr-defined]
    for name, parameter in trial.parameters.items():
        if parameter.grad is not None:
            raise CheckFailed(
                f"{name} still gets a gradient from backward(), so the next step moves "
                "it.\nSet requires_grad of each parameter to False."
            )


def _expect_mode(trial: _Trial) -> None:
    modes = {part.training for part in trial.module.modules()}
    if modes != {trial.training}:
        raise CheckFailed(
            "you changed the module's mode, training or not: leave it.\n"
            "eval() is for dropout and batch normalisation; it freezes nothing."
        )
