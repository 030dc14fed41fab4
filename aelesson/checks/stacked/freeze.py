"""`freeze(module)`: no parameter of a module is trained any more; the module."""

from functools import partial

import torch
from torch import nn

from aelesson.checks.engine import FINE, Exercise, Note
from aelesson.checks.engine.calls import attempt, outcome
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.modules import CUT, MODE, Parameters, itself, modes


def freeze(module):
    for parameter in module.parameters():
        parameter.requires_grad = False
        parameter.grad = None
    return module


class Mixed(nn.Module):
    """Layers of several kinds, nested, and a parameter that belongs to no layer."""

    def __init__(self, frozen=False):
        super().__init__()
        self.shift = nn.Parameter(torch.randn(6), requires_grad=not frozen)
        deep = nn.Sequential(nn.Linear(8, 3), nn.BatchNorm1d(3))
        conv = nn.Sequential(nn.Conv1d(1, 2, 3), nn.Flatten())
        self.body = nn.Sequential(conv, nn.Sequential(nn.LayerNorm(8), deep))

    def forward(self, x):
        return self.body((x + self.shift).unsqueeze(1)).tanh()


def cases():
    def plain():
        return nn.Sequential(nn.Linear(6, 5), nn.Sigmoid())

    sgd, adam = partial(torch.optim.SGD, lr=0.1), partial(torch.optim.Adam, lr=0.1)
    heavy = partial(sgd, momentum=0.9, weight_decay=0.1)
    half_frozen = partial(Mixed, frozen=True)
    several = (plain, sgd), (Mixed, adam), (Mixed, heavy), (half_frozen, heavy)
    return [
        {"module": module, "optimizer": optimizer, "training": optimizer is not adam}
        for module, optimizer in several
    ]


def tell(case):
    mode = "train" if case["training"] else "eval"
    optimizer = case["optimizer"].func.__name__
    return f"a module in {mode} mode, after two steps of {optimizer}"


def observe(answer, case):
    with isolated(seed=3):
        module = case["module"]().train(case["training"])
    x, optimizer = torch.rand(4, 6), case["optimizer"](module.parameters())
    for _ in range(2):  # so that momentum and .grad are left
        optimizer.zero_grad()
        module(x).square().sum().backward()
        optimizer.step()
    parameters, mode = Parameters(module), modes(module)
    got = attempt(answer, (module,))
    yield "error", outcome(got)
    yield "returned", itself(got, module)
    yield "parameters", parameters.kept()
    yield "mode", FINE if mode == modes(module) else MODE
    yield from through(module, x)
    yield "new attributes", Note(parameters.new_attributes())
    yield "next step", parameters.unmoved(optimizer, "by the next step")
    optimizer.zero_grad()
    module(x.clone().requires_grad_()).square().sum().backward()
    yield "backward", parameters.unlearning()
    yield "later step", parameters.unmoved(optimizer, "by a step after backward()")


def through(module, x):
    """Yield what the module computes, and the gradient that comes back through it."""
    given = x.clone().requires_grad_()
    output = attempt(module, (given,))
    yield "error of the module", outcome(output)
    yield "gradient through the module", FINE if output.requires_grad else CUT
    if output.requires_grad:
        yield "output", output.detach()
        yield "slope", torch.autograd.grad(output.square().sum(), given)[0]


ANY = "the module may be any network: module.parameters() goes through all of it."
errors = {
    "object is not subscriptable": ANY,
    "has no attribute 'weight'": ANY,
    "has no attribute 'bias'": ANY,
    "cannot register a hook on": "a hook does not freeze: set requires_grad to False.",
}
check = Exercise(freeze, cases, observe, tell=tell, errors=errors)


def weights(module):
    return [p for name, p in module.named_parameters() if "weight" in name]


def zeros(parameter):
    return None if parameter.grad is None else torch.zeros_like(parameter)


SET = "\nSet requires_grad of each parameter to False, and .grad to None."
check.mistakes(
    {
        f"nothing is frozen: requires_grad and old gradients are there.{SET}": (
            lambda module: module
        ),
        f"nothing is frozen: eval() only changes dropout and normalisation.{SET}": (
            lambda module: module.eval()
        ),
        f"nothing is frozen: nobody reads requires_grad of a module.{SET}": (
            lambda module: setattr(module, "requires_grad", False) or module  # type: ignore[func-returns-value]
        ),
        "require_grad is misspelt, so nobody reads it: requires_grad.": [
            "requires_grad -> require_grad",
            "requires_grad -> require_grad;; parameter.grad = None ->",
        ],
        "the old gradients are gone, but requires_grad is still True.\n"
        "Set it to False: is there a == in place of =, or a .data?": "= False ->",
        "only weights are frozen: biases are parameters, too.": (
            "module.parameters() -> weights(module)"
        ),
        "only the first parameter is frozen: is the `return` inside the loop?": (
            "module.parameters() -> [*module.parameters()][:1]"
        ),
        "zeros in .grad are not enough, momentum and Adam go on: set it to None.": (
            "= None -> = zeros(parameter)"
        ),
    }
)
