"""Judging leaves the random state and the gradient mode as they were."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def isolated(seed: int = 0) -> Iterator[None]:
    """Run a block with its own random state and with gradients on, then restore both.

    Only the CPU's generator is used: `torch.manual_seed` would also reseed a GPU's.
    """
    state = torch.default_generator.get_state()
    try:
        torch.default_generator.manual_seed(seed)
        with torch.enable_grad():
            yield
    finally:
        torch.default_generator.set_state(state)
