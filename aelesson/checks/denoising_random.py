"""What the random functions of lesson 05 share: where their randomness comes from."""

from collections.abc import Callable

import torch
from torch import Tensor

from aelesson.checks.expect import expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call
from aelesson.checks.wording import describe

SIGMAS = 6.0  # a right answer fails one such comparison in 500 million
MANY = (40, 2, 25, 30)  # images enough to tell wrong shares from right ones

HINTS = {
    "got an unexpected keyword argument 'generator'": (
        "that function takes no generator: torch.randn and torch.rand do."
    ),
}

Corrupt = Callable[[Tensor, torch.Generator], object]
"""A learner's function with all arguments but two filled in."""


def seeded(seed: int = 0) -> torch.Generator:
    """Return a new generator on the CPU."""
    return torch.Generator().manual_seed(seed)


def bind(function: Answer, names: tuple[str, ...], *settings: object) -> Corrupt:
    """Fill in all arguments of a learner's function but `x` and `generator`.

    Args:
        function: the learner's.
        names: the arguments of the exercise's signature, in their order.
        *settings: the arguments that are neither, in their order.
    """

    def corrupt(x: Tensor, generator: torch.Generator) -> object:
        given = iter(settings)
        own = {"x": x, "generator": generator}
        arguments = {name: own[name] if name in own else next(given) for name in names}
        return call(function, HINTS, **arguments)

    return corrupt


def corrupted(corrupt: Corrupt, x: Tensor, seed: int = 0) -> Tensor:
    """Return what the function makes of `x`, if it is a tensor like `x`."""
    return expect_tensor(corrupt(x, seeded(seed)), x.shape, dtype=x.dtype)


def expect_own_randomness(corrupt: Corrupt) -> None:
    """Ask that all randomness comes from the generator, and that it moves on."""
    x = torch.rand(3, 1, 5, 4)
    generator, around = seeded(1), torch.get_rng_state()
    start = generator.get_state()
    first = expect_tensor(corrupt(x, generator), x.shape, dtype=x.dtype)
    if not torch.equal(around, torch.get_rng_state()):
        raise CheckFailed(
            "your function draws from PyTorch's global random state, or seeds it.\n"
            "Hand generator=generator to every function that draws."
        )
    if torch.equal(first, x):
        raise CheckFailed("what you return is x, unchanged: was nothing drawn?")
    state = generator.get_state()
    second = corrupt(x, generator)
    if torch.equal(start, state):
        raise CheckFailed(
            "the generator that came in was not used: its state is as before.\n"
            "Hand generator=generator to the function that draws."
        )
    if isinstance(second, Tensor) and torch.equal(first, second):
        raise CheckFailed(
            "two calls in a row with one generator gave the same result: do you seed "
            "it?\nUse it as it comes; whoever calls decides about seeds."
        )
    if not torch.equal(first, corrupted(corrupt, x, seed=1)):
        raise CheckFailed(
            "two generators with equal seeds gave different results: something draws "
            "from elsewhere, such as NumPy or `random`.\nDraw from generator only."
        )


def expect_share(
    share: float,
    expected: float,
    count: int,
    what: str,
    mistakes: dict[str, float] | None = None,
) -> None:
    """Ask that a share of `count` independent trials is near its probability."""

    def near(probability: float) -> bool:
        spread = (max(probability * (1 - probability), 1e-12) / count) ** 0.5
        return bool(abs(share - probability) <= SIGMAS * spread + 0.5 / count)

    if near(expected):
        return
    told = f"{what}: {share:.3f}, expected about {expected:.3f}."
    for diagnosis, probability in (mistakes or {}).items():
        if near(probability):
            raise CheckFailed(f"{diagnosis}\n({told})")
    raise CheckFailed(told)


def expect_kept(got: Tensor, x: Tensor, when: str) -> None:
    """Ask that nothing was changed."""
    if not torch.equal(got, x):
        raise CheckFailed(f"{when} nothing may change, but you changed {describe(x)}.")
