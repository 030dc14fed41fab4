"""`freeze(module)`: no parameter of a module is trained any more; the module."""

from functools import partial

import torch
from torch import nn

from aelesson.checks.engine import FINE, Exercise, Note
from aelesson.checks.engine.calls import attempt, outcome
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.modules import CUT, Parameters, itself


def freeze(module):
    for parameter in module.parameters():
        parameter.requires_grad = False
        parameter.grad = None
    return module


class Mixed(nn.Module):
    """Layers of several kinds, nested, and a parameter that belongs to no layer."""

    def __init__(self):
        super().__init__()
        self.shift = nn.Parameter(torch.randn(6))
        deep = nn.Sequential(nn.Linear(8, 3), nn.BatchNorm1d(3))
        conv = nn.Sequential(nn.Conv1d(1, 2, 3), nn.Flatten())
        self.body = nn.Sequential(conv, nn.Sequential(nn.LayerNorm(8), deep))

    def forward(self, x):
        return self.body((x + self.shift).unsqueeze(1)).tanh()


ADAM = partial(torch.optim.Adam, lr=0.1)
HEAVY = partial(torch.optim.SGD, lr=0.1, momentum=0.9, weight_decay=0.1)


def plain():
    return nn.Sequential(nn.Linear(6, 5), nn.Sigmoid())


def cases():
    several = (plain, HEAVY, 0), (Mixed, ADAM, 0), (Mixed, HEAVY, 1)
    names = "module", "optimizer", "frozen"
    return [dict(zip(names, each, strict=True)) for each in several]


def tell(case):
    return f"a module after two steps of {case['optimizer'].func.__name__}"


def observe(answer, case):
    with isolated(seed=3):
        module = case["module"]().train(case["optimizer"] is HEAVY)
    x, optimizer = torch.rand(4, 6), case["optimizer"](module.parameters())
    for _ in range(2):  # so that momentum and .grad are left
        learn(module, x, optimizer)
        optimizer.step()
    for each in [*module.parameters()][: case["frozen"]]:
        each.requires_grad = False
    parameters = Parameters(module)
    got = attempt(answer, (module,))
    yield "error", outcome(got)
    yield "returned", itself(got, module)
    yield "all else", parameters.left()
    yield from through(module, x)
    yield "new attributes", Note(parameters.new_attributes())
    yield "next step", parameters.unmoved(optimizer, "by the next step")
    learn(module, x.clone().requires_grad_(), optimizer)
    yield "backward", parameters.unlearning()
    yield "later step", parameters.unmoved(optimizer, "by a step after backward()")


def learn(module, x, optimizer):
    optimizer.zero_grad()
    module(x).square().sum().backward()


def through(module, x):
    """Yield what the module computes, and the gradient that comes back through it."""
    given = x.clone().requires_grad_()
    output = attempt(module, (given,))
    yield "error of the module", outcome(output)
    yield "gradient through the module", FINE if output.requires_grad else CUT
    if output.requires_grad:
        yield "output", output.detach()
        yield "slope", torch.autograd.grad(output.square().sum(), given)[0]


errors = {
    "has no attribute 'weight'": (
        "the module may be any network: module.parameters() goes through all of it."
    ),
    "cannot register a hook on": "a hook does not freeze: set requires_grad to False.",
}
check = Exercise(freeze, cases, observe, tell=tell, errors=errors)


def weights(module):
    return [p for name, p in module.named_parameters() if "weight" in name]


check.mistakes(
    {
        "require_grad is misspelt, so nobody reads it: requires_grad.": [
            "requires_grad -> require_grad",
            "requires_grad -> require_grad;; parameter.grad = None ->",
        ],
        "only weights are frozen: biases are parameters, too.": (
            "module.parameters() -> weights(module)"
        ),
        "only the first parameter is frozen: is the `return` inside the loop?": (
            "module.parameters() -> [*module.parameters()][:1]"
        ),
    }
)
