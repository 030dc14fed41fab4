"""Codes of latents that are for a class, more or less, and seldom or often active."""

from dataclasses import dataclass

import torch


@dataclass(frozen=True)
class Codes:
    """Values of latents; only their order counts, so the slips must not bend them."""

    z: torch.Tensor


def cases():
    """Return codes, labels and how many examples to look at."""

    def case(names, examples, latents, top, on, dtype=torch.float32):
        """Make latents that are active in few or many examples, each for its class."""
        labels = torch.tensor(names)[torch.randint(len(names), (examples,))]
        likes = torch.tensor(names)[torch.arange(latents) % len(names)]
        z = torch.rand(examples, latents, dtype=dtype).add(0.1)
        z = z * torch.where(labels[:, None] == likes, 1.6, 1.0)
        z = z.where(torch.rand(z.shape) < torch.linspace(0, on, latents), -2 * z)
        return given(z, labels, top)

    def given(z, labels, top):
        return {"activations": Codes(z), "labels": labels, "top": top}

    def single(values, labels, top):
        return given(torch.tensor(values)[:, None], torch.tensor(labels), top)

    return [
        single([0.0, 2.0, 0.0, 3.0, 0.0], [4, 1, 4, 1, 4], 5),
        single([0.0, 0.0, 0.0], [2, 2, 2], 2),
        case([0, 1], 6, 3, 2, 1.0),
        case([3, 7, 50], 40, 9, 10, 1.0),
        case([0, 1], 40, 6, 10, 0.2),
        case([1, 4, 9], 30, 5, 16, 0.5),
        case([2, 5, 6, 8], 60, 4, 20, 0.8, torch.float64),
        case([0, 1, 2], 12, 12, 12, 0.7),
        case([4, 1], 20, 5, 1, 0.9),
        case([0, 3], 25, 1, 7, 0.3),
    ]
