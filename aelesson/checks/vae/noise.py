"""Noise from a generator: what `reparameterize` and `sample` are asked alike."""

import torch

from aelesson.checks.engine import FINE, Finding
from aelesson.checks.engine.calls import attempt
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


def chance(draw, seed):
    """Ask that all chance comes from the generator, or from PyTorch's own for None."""
    before = torch.get_rng_state()
    result = attempt(draw, [begun(seed)])
    if not torch.is_tensor(result) or result.isnan().any():
        return FINE  # what is wrong shows later
    if seed is not None:
        return attempt(own_randomness, [draw])
    return OWN if torch.equal(before, torch.get_rng_state()) else FINE
