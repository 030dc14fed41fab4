"""Answers to `rows_as_sequence`, an exercise of lesson 11."""

import numpy as np
import torch
from torch import nn

from .answers import Wrong

# right


def rows_reference(images):
    return images[:, 0]


def rows_squeezed(images):
    return images.squeeze(1)


def rows_reshaped(images):
    return images.reshape(-1, 28, 28)


def rows_viewed(images):
    batch, _, height, width = images.shape
    return images.view(batch, height, width)


def rows_flattened(images):
    return images.flatten(1, 2)


def rows_one_by_one(images):
    sequences = []
    for image in images:
        rows = [image[0, row, :] for row in range(28)]
        sequences.append(torch.stack(rows))
    return torch.stack(sequences)


def rows_summed_over_the_channel(images):
    return images.sum(dim=1)


def rows_by_einsum(images):
    return torch.einsum("bchw->bhw", images)


def rows_unbound(images):
    (only,) = images.unbind(dim=1)
    return only


def rows_written_into(images):
    sequences = torch.empty(len(images), 28, 28, dtype=images.dtype)
    for row in range(images.shape[2]):
        sequences[:, row] = images[:, 0, row]
    return sequences


class Rows(nn.Module):
    def forward(self, images):
        return torch.cat(tuple(images), dim=0).contiguous()


RIGHT = [
    rows_reference,
    rows_squeezed,
    rows_reshaped,
    rows_viewed,
    rows_flattened,
    rows_one_by_one,
    rows_summed_over_the_channel,
    rows_by_einsum,
    rows_unbound,
    rows_written_into,
    Rows(),
]

# wrong


def rows_unpacked(images):
    _batch, height, width = images.shape
    return images.view(-1, height, width)


def rows_flipped_in_place(images):
    images.copy_(images.flip(2))
    return images[:, 0]


def rows_of_the_first_image(images):
    return images[0].expand(len(images), 28, 28)


def rows_scaled(images):
    return images[:, 0] * 2 - 1


def rows_by_numpy(images):
    return images.numpy()[:, 0]


def rows_as_list(images):
    return list(images[:, 0])


def rows_of_a_fixed_batch(images):
    return images.view(5, 28, 28)


def rows_of_a_permutation(images):
    return images.permute(1, 2, 0, 3).reshape(-1, 28, 28)


def turned(images):
    return torch.rot90(images[:, 0], dims=(1, 2))


def with_turned_pairs(images):
    """Read every other row from the right, as a snake."""
    rows = images[:, 0].clone()
    rows[:, 1::2] = rows[:, 1::2].flip(2)
    return rows


WRONG = [
    Wrong(lambda images: images[:, 0].transpose(1, 2), "these are columns"),
    Wrong(lambda images: images.squeeze(1).mT, "these are columns"),
    Wrong(lambda images: images.transpose(2, 3).flatten(1, 2), "these are columns"),
    Wrong(lambda images: images.permute(0, 3, 1, 2)[:, :, 0], "these are columns"),
    Wrong(lambda images: images, "the channel axis is still there"),
    Wrong(lambda images: images.permute(0, 2, 3, 1), "the channel axis is still there"),
    Wrong(lambda images: images.permute(0, 2, 1, 3), "the channel axis is still there"),
    Wrong(lambda images: images.squeeze(), "squeeze() every axis of size 1"),
    Wrong(lambda images: images.reshape(len(images), 784, 1), "not one pixel"),
    Wrong(lambda images: images.flatten(1), "do not flatten the rows"),
    Wrong(lambda images: images.reshape(len(images), 1, 784), "do not flatten the"),
    Wrong(lambda images: images[:, 0].flip(1), "the rows come from the bottom"),
    Wrong(lambda images: images[:, 0].flip(2), "is read from the right"),
    Wrong(lambda images: images[:, 0].flip(1, 2), "the images are turned"),
    Wrong(turned, "the images are turned"),
    Wrong(with_turned_pairs, "for images of shape"),
    Wrong(lambda images: images[:, 0].transpose(0, 1), "the batch comes first"),
    Wrong(lambda images: images.permute(2, 0, 1, 3)[:, :, 0], "the batch comes first"),
    Wrong(lambda images: images.reshape(28, -1, 28), "the batch comes first"),
    Wrong(lambda images: images.reshape(28, -1, 28).transpose(0, 1), "are mixed"),
    Wrong(rows_of_a_permutation, "rows of different images are mixed"),
    Wrong(lambda images: images.reshape(-1, 28), "one sequence per image"),
    Wrong(lambda images: images[0], "got shape (1, 28, 28), expected (5, 28, 28)"),
    Wrong(lambda images: images[0, 0], "got shape (28, 28), expected (5, 28, 28)"),
    Wrong(lambda images: images[:, :, 0], "got shape (5, 1, 28), expected (5, 28, 28)"),
    Wrong(lambda images: images[:, 1], "the channel is axis 1"),
    Wrong(lambda images: images.squeeze(1)[:, :, 1:], "got shape (5, 28, 27)"),
    Wrong(lambda images: images[:, 0].flip(0), "the order of the batch is reversed"),
    Wrong(rows_of_the_first_image, "every sequence is the first image"),
    Wrong(lambda images: images[:, 0].float(), "torch.float32, expected torch.float64"),
    Wrong(rows_unpacked, "the images have four axes"),
    Wrong(rows_of_a_fixed_batch, "do not write the size of a batch"),
    Wrong(rows_flipped_in_place, "changes its input images in place"),
    Wrong(rows_scaled, "for images of shape"),
    Wrong(lambda images: images[:, 0].round(), "for images of shape"),
    Wrong(rows_by_numpy, "got a numpy array"),
    Wrong(lambda images: np.asarray(images)[:, 0], "got a numpy array"),
    Wrong(rows_as_list, "(list), expected a torch tensor"),
    Wrong(lambda images: images.squeeze, "Did you forget the brackets"),
    Wrong(lambda images: images[:, 0, 0, 0, 0], "too many indices"),
]
