"""Images made strange on purpose: they choose where no anomaly may be looked at."""

import torch
from torch import Tensor

from aelesson import corruptions

TURN = 90  # degrees, at most
BEND = 3  # pixels
SIDE = 10  # of a square in pixels


def make(normal: Tensor, generator: torch.Generator) -> dict[str, Tensor]:
    """Return each normal image spoilt in five ways, `(B, 1, H, W)`, by their names."""
    other = normal[torch.randperm(len(normal), generator=generator)]
    square = corruptions.occlusion(SIDE, generator=generator)
    kept = square(torch.ones_like(normal))
    turned = corruptions.deformation(angle=TURN, generator=generator)
    bent = corruptions.deformation(bend=BEND, generator=generator)
    return {
        "turned": turned(normal),
        "bent": bent(normal),
        "two at once": torch.maximum(normal, other),
        "a square erased": square(normal),
        "a square of another one": torch.where(kept > 0, normal, turned(other)),
    }
