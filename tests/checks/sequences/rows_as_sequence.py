"""Answers to `rows_as_sequence`, in other people's words."""

import torch

RIGHT = [
    lambda images: images.reshape(-1, 28, 28),
    lambda images: torch.einsum("bchw->bhw", images),
    lambda images: torch.stack([image[0] for image in images]),
]
WRONG = {
    "these are columns": lambda images: images.permute(0, 3, 1, 2)[:, :, 0],
    "the channel axis is still there": lambda images: images.permute(0, 2, 1, 3),
    "this is turned": lambda images: torch.rot90(images[:, 0], dims=(1, 2)),
    "right one in reverse order": lambda images: images[:, 0].flip(0),
    "there is one channel": lambda images: images[:, 1],
    "do not write the size of a batch": lambda images: images.view(5, 28, 28),
    "expected torch.float64": lambda images: images[:, 0].float(),
    "got a list": lambda images: [*images[:, 0]],
}
