"""`shuffler(seed)`: a function that shuffles the pixels of images, in one order."""

import torch
from torch import Tensor

from aelesson.checks.engine import FINE, Exercise, Finding
from aelesson.checks.engine.calls import attempt, failed, outcome
from aelesson.checks.engine.observe import in_place
from aelesson.checks.engine.procedures import something

IMAGES = torch.arange(3.0 * 784).view(3, 1, 28, 28)  # no value comes twice


def shuffler(seed):
    generator = torch.Generator().manual_seed(seed)
    order = torch.randperm(784, generator=generator)
    return lambda x: x.flatten(1)[:, order].view(x.shape)


SAYS = {
    "inside": "your function must return a function: define one inside, return it.",
    "tensor": "your inner function must return a tensor of x's shape.",
    "own": "an image does not keep its own pixels, each of them once.",
    "alike": "the images of a batch are shuffled in different orders: one for all.",
    "calls": "two calls with the same images differ.\nWhen is an order drawn, and what"
    " is the second call to know of the first?",
    "sizes": "other batches get other orders: one order for all images.",
    "nothing": "nothing is shuffled: the symptom is gone, and so is the experiment.",
    "near": "most pixels still have their neighbours: whole stretches were moved.",
    "again": "two functions made with one seed differ: draw from a generator with it.",
    "seed": "two seeds give the same order: seed your generator with `seed`.",
}


def observe(answer, case):
    seed = case["seed"]
    shuffle = attempt(answer, [seed])
    yield "error", outcome(shuffle)
    if failed(shuffle):
        return
    yield "returned", something(shuffle)
    yield "function", said("inside", callable(shuffle))
    x = IMAGES.clone()
    y = attempt(shuffle, [x])
    yield "error inside", outcome(y)
    if failed(y):
        return
    yield "tensor", said("tensor", isinstance(y, Tensor) and y.shape == x.shape)
    yield "input", FINE if torch.equal(x, IMAGES) else in_place("x")
    yield "own", said("own", torch.equal(y.flatten(1).sort(1)[0], x.flatten(1)))
    orders = y.flatten(1).long() % 784
    order = orders[0]
    for name, fine in facts(answer, seed, shuffle, x, y, order).items():
        yield name, said(name, attempt(fine, []) is True)


def facts(answer, seed, shuffle, x, y, order):
    """Ask about the order in which the first image of a batch came back."""
    step = (order[1:] - order[:-1]).abs()
    return {
        "alike": lambda: torch.equal(y, x.flatten(1)[:, order].view(x.shape)),
        "calls": lambda: torch.equal(shuffle(x), y),
        "sizes": lambda: torch.equal(shuffle(-x[1:]), -y[1:]),
        "nothing": lambda: not torch.equal(x, y),
        "near": lambda: bool(((step == 1) | (step == 28)).double().mean() < 0.2),
        "again": lambda: torch.equal(answer(seed)(x), y),
        "seed": lambda: not any(torch.equal(answer(seed + k)(x), y) for k in (1, 10)),
    }


def said(name, fine):
    return FINE if fine else Finding(name, SAYS[name])


check = Exercise(shuffler, lambda: [{"seed": 0}, {"seed": 7}], observe)


ORDER, BACK = "randperm(784, generator=generator) ->", "x.flatten(1)[:, order] ->"
check.mistakes(
    {
        SAYS["calls"]: "[:, order] -> [:, torch.randperm(784, generator=generator)]",
        SAYS["sizes"]: "[:, order] -> [:, order.roll(len(x))]",
        SAYS["seed"]: "manual_seed(seed) -> manual_seed(0)",
        SAYS["again"]: f"{ORDER} randperm(784)",
        SAYS["own"]: f"{ORDER} randint(784, (784,), generator=generator)",
        SAYS["near"]: f"{ORDER} arange(784).roll(28 * seed + 1)",
        SAYS["nothing"]: f"{BACK} x.clone()",
        SAYS["alike"]: f"{BACK} x.flatten(1)[:, order].roll(1, 1).where("
        "torch.arange(len(x))[:, None] > 0, x.flatten(1)[:, order])",
    }
)
