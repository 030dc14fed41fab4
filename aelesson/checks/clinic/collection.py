"""Patient 14: the images of somebody else. Reading on spoils it."""

import torch


def collection(images):
    """Return a friend's collection: images to train on, and images to test on.

    Args:
        images: digits `(N, 1, 28, 28)`, 500 at least.
    """
    generator = torch.Generator().manual_seed(7)
    own, others = images[:400], images[400:500]
    grain = 0.02 * torch.randn(100, *own.shape[1:], generator=generator)
    test = torch.cat([(own[:100] + grain).clamp(0, 1), others])
    return tuple(
        each[torch.randperm(len(each), generator=generator)] for each in (own, test)
    )
