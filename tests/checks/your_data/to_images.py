"""Answers to `to_images`, in other people's words."""

import numpy as np
import torch
from torchvision.transforms import functional as vision


def by_numpy(array):
    scale = 255 if array.dtype == np.uint8 else 1
    x = array[:, None] if array.ndim == 3 else array.transpose(0, 3, 1, 2)
    return torch.from_numpy((x / scale).astype(np.float32))


def by_torchvision(array):
    return torch.stack([vision.to_tensor(image).float() for image in array])


def by_loops(array):
    whole = np.issubdtype(array.dtype, np.integer)
    planes = array[..., None] if array.ndim < 4 else array
    n, h, w, c = planes.shape
    out = torch.empty(n, c, h, w)
    for channel in range(c):
        plane = torch.as_tensor(planes[..., channel]).to(torch.float32)
        out[:, channel] = plane.div(255.0) if whole else plane
    return out


def by_moveaxis(array):
    x = torch.as_tensor(array)
    x = x.mul(1 / 255) if x.dtype == torch.uint8 else x
    return (
        x.unsqueeze(3).float().movedim(3, 1)
        if x.dim() == 3
        else x.movedim(-1, 1).float()
    )


def scaled(array, scale):
    x = by_numpy(array if array.dtype != np.uint8 else array.astype(float))
    return x / scale


def in_place(array):
    array /= 255
    return by_numpy(array)


def stretched(array):
    x = by_numpy(array)
    return torch.stack([(y - y.min()) / (y.max() - y.min()) for y in x])


RIGHT = [by_numpy, by_torchvision, by_loops, by_moveaxis]
WRONG = {
    "the channels are still last": lambda a: torch.as_tensor(
        (a if a.ndim == 4 else a[..., None]) / (255 if a.dtype == np.uint8 else 1)
    ).float(),
    "permute moves an axis": lambda a: torch.from_numpy(
        by_numpy(a).numpy().transpose(0, 2, 3, 1).reshape(by_numpy(a).shape)
    ),
    "bytes go from 0 to 255": lambda a: scaled(a, 1),
    "floats are in [0, 1] already": lambda a: scaled(a, 255),
    "the dtype tells bytes from floats": lambda a: scaled(a, 255 if a.max() > 1 else 1),
    "put it in first": [
        lambda a: torch.from_numpy(a).permute(0, 3, 1, 2).float(),
        lambda a: torch.from_numpy(a.transpose(0, 3, 1, 2)).float(),
    ],
    "bytes cannot hold fractions": in_place,
    "bytes are cut to whole numbers": lambda a: by_numpy(
        (a // 255).astype(float) if a.dtype == np.uint8 else a
    ),
    "height and width are exchanged": lambda a: by_numpy(a).mT,
    "NumPy calls it transpose": lambda a: a.permute(0, 3, 1, 2),
    "got a NumPy array, expected a torch tensor": lambda a: by_numpy(a).numpy(),
    "changes its input array in place": lambda a: (
        by_numpy(a),
        np.multiply(a, 0, out=a),
    )[0],
    "the images must stay the first axis": lambda a: torch.tensor(
        (a / (255 if a.dtype == np.uint8 else 1)).T
    ).float(),
    "its own darkest and brightest": stretched,
    "images are not standardised": lambda a: (
        (by_numpy(a) - by_numpy(a).mean()) / by_numpy(a).std()
    ),
}
