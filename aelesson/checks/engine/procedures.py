"""What a training step does: weights, modes, the order of events, what it returns."""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn.utils import parameters_to_vector

from aelesson.checks.engine.calls import Answer, attempt, failed, outcome
from aelesson.checks.engine.compare import FINE, Finding, Note
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.observe import Aspects, Case, described, fresh, inputs_kept

LEFT_OVER = 0.5  # in every gradient, as if from a step before


@dataclass
class Trial:
    """A model and its optimizer, watched: equal cases start equal.

    Args:
        case: has makers of `model` and `optimizer`, and whether it comes in training.
    """

    case: Case
    events: list[str] = field(default_factory=list)
    modes: set[bool] = field(default_factory=set)
    came: bool = False  # whether a backward() brought any gradient

    def __post_init__(self) -> None:
        with isolated(seed=1):
            self.model: nn.Module = self.case["model"]().train(
                self.case.get("training", True)
            )
        self.parameters = list(self.model.parameters())
        self.optimizer = self.case["optimizer"](self.parameters)
        self.before = self.weights()
        self.training = self.model.training
        self._watch()

    def _watch(self) -> None:
        for part in self.model.modules():
            part.register_forward_hook(lambda part, *_: self.modes.add(part.training))
        self.optimizer.register_step_pre_hook(lambda *_: self._note_step())
        for parameter in self.parameters:
            parameter.grad = torch.full_like(parameter, LEFT_OVER)
            parameter.register_post_accumulate_grad_hook(self._note_backward)

    def _note_backward(self, parameter: Tensor) -> None:
        self.came |= parameter.grad is not None and bool(parameter.grad.any())
        self._note("backward")

    def _note(self, event: str) -> None:
        if self.events[-1:] != [event] or event == "step":
            self.events.append(event)

    def _note_step(self) -> None:
        given = [p.grad for p in self.parameters if p.grad is not None]
        if not any(grad.any() for grad in given):
            self._note("cleared" if self.came else "no gradient")
        elif "backward" not in self.events and any(
            (g != LEFT_OVER).any() for g in given
        ):
            self._note("backward")  # by torch.autograd.grad
        self._note("step")

    def weights(self) -> Tensor:
        """Return all parameters, joined to one row."""
        return parameters_to_vector(self.parameters).detach().clone()


def training_step(answer: Answer, case: Case) -> Aspects:
    """Observe `answer(model, x, optimizer)`: one step, and the loss that it returns.

    The arguments come in the case's order, model and optimizer from the trial.
    """
    trial = Trial(case)
    made = {"model": trial.model, "optimizer": trial.optimizer, "x": fresh(case["x"])}
    given = {k: made.get(k, v) for k, v in case.items() if k != "training"}
    result = attempt(answer, [*given.values()])
    yield "error", outcome(result)
    if failed(result):
        return
    yield inputs_kept({"x": case["x"]}, given)
    yield "returned", something(result)
    yield "steps", steps_taken(trial)
    mode = mode_kept(trial)
    if mode != FINE:  # where it is fine, it may have been by chance
        yield "mode", mode
    yield "step", trial.weights() - trial.before
    yield from described(result)
    yield "order", Note(trial.events)


def something(result: object) -> Finding:
    """Ask that a result is returned, before it is asked what was done."""
    says = "your function returned None: is `return` missing?"
    return Finding("None", says) if result is None else FINE


def steps_taken(trial: Trial) -> Finding:
    """Ask that the optimizer stepped once."""
    count = trial.events.count("step")
    if count == 1:
        return FINE
    if count:
        return Finding(f"{count}", f"you took {count} steps: take one per call.")
    return Finding(
        "0",
        "the optimizer that you were given never stepped.\nCall optimizer.step() after"
        " backward(). Did you make a new optimizer, or forget the brackets of step()?",
    )


def mode_kept(trial: Trial) -> Finding:
    """Ask that the model's mode is its own: all the time, and in all its parts."""
    after = {module.training for module in trial.model.modules()}
    if trial.modes | after == {trial.training}:
        return FINE
    names = {True: "train", False: "eval"}
    came, other = names[trial.training], names[not trial.training]
    when = "is in" if after != {trial.training} else "ran in"
    return Finding(
        f"{when} {other}",
        f"you changed the model's mode: it came in {came} mode and {when} {other} mode"
        " now.\nLeave it as it is: no train(), no eval().",
    )
