"""`shuffler(seed)`: a function that shuffles the pixels of images, in one order."""

import torch
from torch import Tensor

from aelesson.checks.engine import FINE, Exercise, Finding
from aelesson.checks.engine.calls import attempt, failed, outcome
from aelesson.checks.engine.observe import in_place
from aelesson.checks.engine.procedures import something

IMAGES = torch.arange(3.0 * 784).view(3, 1, 28, 28)  # no value comes twice


def drawn(seed):
    return torch.randperm(784, generator=torch.Generator().manual_seed(seed))


def shuffled(x, order):
    return x.flatten(1)[:, order].view(x.shape)


def shuffler(seed, *, order=drawn, move=shuffled):
    chosen = order(seed)
    return lambda x: move(x, chosen)


SAYS = {
    "inside": "your function must return a function: define one inside, return it.",
    "tensor": "your inner function must return a tensor of x's shape.",
    "own": "an image does not keep its own pixels, each of them once.",
    "alike": "the images of a batch are shuffled in different orders: one for all.",
    "calls": "two calls with the same images differ.\nWhen is an order drawn, and what"
    " is the second call to know of the first?",
    "sizes": "batches of other sizes get other orders: one order for all images.",
    "nothing": "nothing is shuffled: the symptom is gone, and so is the experiment.",
    "near": "most pixels still have their neighbours: whole stretches were moved.",
    "again": "two functions made with one seed differ: draw from a generator with it.",
    "seed": "all seeds give the same order: seed your generator with `seed`.",
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
        "alike": lambda: torch.equal(y, shuffled(x, order)),
        "calls": lambda: torch.equal(shuffle(x), y),
        "sizes": lambda: torch.equal(shuffle(x[1:]), y[1:]),
        "nothing": lambda: not torch.equal(x, y),
        "near": lambda: bool(((step == 1) | (step == 28)).double().mean() < 0.2),
        "again": lambda: torch.equal(answer(seed)(x), y),
        "seed": lambda: not torch.equal(answer(seed + 1)(x), y),
    }


def said(name, fine):
    return FINE if fine else Finding(name, SAYS[name])


check = Exercise(shuffler, lambda: [{"seed": 0}, {"seed": 7}], observe)


def broken(seed):
    generator = torch.Generator().manual_seed(seed)
    return lambda x: shuffled(x, torch.randperm(784, generator=generator))


check.mistakes(
    {
        SAYS["calls"]: broken,
        SAYS["sizes"]: lambda seed: lambda x: shuffled(x, drawn(seed + len(x))),
    },
    order={
        SAYS["seed"]: lambda seed: drawn(0),
        SAYS["again"]: lambda seed: torch.randperm(784),
        SAYS["own"]: lambda seed: torch.randint(784, (784,)),
        SAYS["near"]: lambda seed: torch.arange(784).roll(28 * seed + 1),
    },
    move={
        SAYS["nothing"]: lambda x, order: x.clone(),
        SAYS["alike"]: lambda x, order: torch.stack(
            [shuffled(image[None], order.roll(i))[0] for i, image in enumerate(x)]
        ),
    },
)
