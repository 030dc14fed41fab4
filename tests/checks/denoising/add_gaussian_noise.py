"""Answers to `add_gaussian_noise`, in other people's words."""

import torch


def filled(images, sigma, g, cut):
    result = torch.empty_like(images).normal_(0, sigma, generator=g).add_(images)
    return torch.clamp(result, min=0.0, max=1.0) if cut else result


def by_normal(x, std, generator, clamp):
    drawn = torch.normal(0.0, 1.0, tuple(x.size()), generator=generator)
    noisy = (x.double() + drawn * std).to(x.dtype)
    return noisy.clip(0, 1) if clamp is True else noisy


def box_muller(x, std, g, clamp):
    u, v = (torch.rand(x.shape, generator=g, dtype=torch.float64) for _ in range(2))
    noise = (-2 * (1 - u).log()).sqrt() * (2 * torch.pi * v).cos()
    return (x + std * noise.to(x)).clamp(-(not clamp) * 9e3, 1 + (not clamp) * 9e3)


RIGHT = [filled, by_normal, box_muller]
WRONG = {
    "with clamp True nothing is cut": lambda x, s, g, c: filled(x, s, g, False),
    "all images get the same": lambda x, s, g, c: x + filled(0 * x[:1], s, g, False),
    "generator=generator by its name": lambda x, s, g, c: x + torch.randn(x.shape, g),
    "expected torch.float16": lambda x, s, g, c: filled(x.float(), s, g, c),
    "changes its input x in place": lambda x, s, g, c: x.copy_(filled(x, s, g, c)),
}
