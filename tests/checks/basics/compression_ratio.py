"""Answers to `compression_ratio`, in other people's words."""

import math

import numpy as np
import torch


def by_torch(shape, latent_dim, image_bits, code_bits):
    image = torch.zeros(shape).numel() * image_bits
    return (torch.tensor(float(image)) / (latent_dim * code_bits)).item()


def by_numpy(image_shape, latent_dim, image_bits, code_bits):
    return np.float32(np.prod(image_shape) / latent_dim * (image_bits / code_bits))


def in_steps(s, d, i, c):
    return math.prod((*s, i)) / d / c


RIGHT = [by_torch, by_numpy, in_steps]
WRONG = {
    "the right one plus 0.1": lambda *a: in_steps(*a) + 0.1,
    "you cut off the fraction": lambda *a: int(in_steps(*a)),
    "swapped": lambda s, d, i, c: in_steps(s, d, c, i),
}
