"""Noise from a generator: what `reparameterize` and `sample` are asked alike."""

import torch

from aelesson.checks.engine import FINE, Finding
from aelesson.checks.engine.calls import Raised, attempt, failed
from aelesson.checks.engine.randomness import own_randomness, seeded

GENERATOR_IS_NONE = {
    "'NoneType' object has no attribute": (
        "generator may be None, then PyTorch's own draws: hand it on as it is."
    )
}
OWN = Finding(
    "own",
    "with None as generator, PyTorch's own must draw, and it did not: hand None on as "
    "it is, make no generator.",
)


def begun(seed):
    """Return a generator from which something was drawn already; None for None."""
    if seed is None:
        return None
    generator = seeded(seed)
    torch.rand(3, generator=generator)
    return generator


def chance(draw):
    """Ask that all chance comes from the generator; errors and nan show later."""
    first = attempt(draw, [seeded(1)])
    if failed(first) or (torch.is_tensor(first) and bool(first.isnan().any())):
        return FINE
    found = attempt(own_randomness, (draw,))
    return FINE if isinstance(found, Raised) else found


def drawn_by_torch(draw):
    """Ask that PyTorch's own generator draws where there is none."""
    before = torch.get_rng_state()
    result = attempt(draw, [None])
    moved = not torch.equal(before, torch.get_rng_state())
    return FINE if moved or failed(result) else OWN
