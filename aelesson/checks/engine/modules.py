"""What an answer leaves behind in a module that it was given, or that it returns."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from aelesson.checks.engine.compare import FINE, Finding, same

MODE = Finding(
    "mode",
    "the mode, training or not, is another than before: leave it as it came, or give it"
    " back, in all parts.",
)
CUT = Finding(
    "cut",
    "gradients do not flow through the module any more: no_grad() or detach() cuts them"
    " off.\nOnly its parameters are frozen; what comes before it may still be trained.",
)


def modes(module: nn.Module) -> list[bool]:
    """Return of every part whether it is in training mode."""
    return [part.training for part in module.modules()]


def itself(got: object, module: nn.Module) -> Finding:
    """Ask that the module that came in is returned."""
    if got is module:
        return FINE
    if got is None:
        says = "your function returned None, expected the module: is `return` missing?"
        return Finding("None", says)
    what = f"a {type(got).__name__}"
    if isinstance(got, nn.Module):
        what = "another module, maybe a copy"
    says = f"you returned {what}.\nReturn the module that came in, itself."
    return Finding(what, says)


CURES = {
    "mode": "Whoever calls decides: no train(), no eval().",
    ".grad": "No backward(), no zero_grad().",
    "another tensor": "An optimizer knows the old one; values change under no_grad().",
}


class Kept:
    """A module that an answer must leave as it is, also while it runs."""

    def __init__(self, module: nn.Module) -> None:
        self.module, self.before = module, _state(module)
        self.held = [*module.parameters()]  # so that no id is used again
        for part in module.modules():
            part.register_forward_hook(partial(self._ran, part.training))

    def _ran(self, came: bool, part: nn.Module, *_: Any) -> None:
        if part.training != came:
            self.before["the module's mode"] = "another one, for a time"

    def left(self, but: str = "") -> Finding:
        """Ask for everything as it was, but for one thing."""
        now = _state(self.module)
        changed = [k for k, v in self.before.items() if not same(v, now.get(k))]
        for what in filter(but.__ne__, changed):
            cure = next((cure for part, cure in CURES.items() if part in what), "")
            return Finding(what, f"you changed {what}: leave it.\n{cure}".rstrip())
        return FINE


def _state(module: nn.Module) -> dict[str, Any]:
    """Return what may change in a module, by its name."""
    found: dict[str, Any] = {}
    for name, parameter in module.named_parameters():
        grad = parameter.grad
        found |= {
            f"{name} for another tensor": id(parameter),
            f"the values of {name}": parameter.detach().clone(),
            f"requires_grad of {name}": parameter.requires_grad,
            f".grad of {name}": None if grad is None else grad.clone(),
        }
    return {**found, "the module's mode": modes(module)}


class Parameters:
    """The parameters of a module as they were before an answer got it."""

    def __init__(self, module: nn.Module) -> None:
        self.module, self.named = module, dict(module.named_parameters())
        self.modes, self.looks = modes(module), repr(module)
        self.needed = [p.requires_grad for p in self.named.values()]
        self.before: Mapping[str, Tensor] = {
            n: p.detach().clone() for n, p in self.named.items()
        }

    def kept(self) -> Finding:
        """Ask that they are there, the same tensors, with the same values."""
        now = dict(self.module.named_parameters())
        for name, parameter in self.named.items():
            if name not in now:
                says = f"the parameter {name} is gone: the module must keep all."
                return Finding("gone", says)
            if now[name] is not parameter:
                says = f"{name} is another tensor now: whoever shares the old one is"
                says += " cut off.\nChange its attributes, not the parameter itself."
                return Finding("new", says)
            if not torch.equal(parameter, self.before[name]):
                says = f"you changed the values of {name}: leave them."
                return Finding("values", says)
        return FINE

    def left(self) -> Finding:
        """Ask that nothing of the module is another than before."""
        found = self.kept()
        if found == FINE and self.looks != repr(self.module):
            return Finding(
                "layers", "you changed layers, or their settings: leave them."
            )
        if found == FINE and self.modes != modes(self.module):
            return MODE
        return found

    def still_needed(self) -> Finding:
        """Ask that gradients are wanted of the parameters as before."""
        if self.needed == [p.requires_grad for p in self.named.values()]:
            return FINE
        says = "you changed requires_grad of a parameter for good: leave it.\nWhere no "
        return Finding("frozen", f"{says}gradients are wanted, use torch.no_grad().")

    def unmoved(self, optimizer: torch.optim.Optimizer, when: str) -> Finding:
        """Take the optimizer's step; whatever moves was not frozen."""
        needed = [name for name, p in self.named.items() if p.requires_grad]
        optimizer.step()
        moved = [n for n, p in self.named.items() if not torch.equal(p, self.before[n])]
        if not moved:
            return FINE
        if len(needed) == len(self.named):
            return Finding(
                "nothing",
                f"nothing is frozen: {moved[0]} was moved {when}.\neval() only changes"
                " the mode; set requires_grad of each parameter to False, and .grad to"
                " None.",
            )
        if set(moved) & set(needed):
            name = next(name for name in moved if name in needed)
            return Finding(
                f"part {moved}",
                f"only a part is frozen: {name} was moved {when}.\nmodule.parameters()"
                " goes through all of them, of every layer and depth.",
            )
        return Finding(
            "old",
            f"{moved[0]} was moved {when}: an old gradient was left in .grad.\nSet it"
            " to None; with zeros, momentum and weight decay go on.",
        )

    def unlearning(self) -> Finding:
        """Ask, after a backward(), that it wrote no gradient."""
        learning = [name for name, p in self.named.items() if p.grad is not None]
        if not learning:
            return FINE
        return Finding(
            "gradient",
            f"{learning[0]} still gets a gradient from backward(), so the next step"
            " moves it.\nSet requires_grad of each parameter to False.",
        )

    def new_attributes(self) -> list[list[str]]:
        """Return attributes about gradients that torch does not know."""
        things = [*self.module.modules(), *self.named.values()]
        return [
            sorted(name for name in vars(each) if "grad" in name) for each in things
        ]
