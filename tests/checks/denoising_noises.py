"""Answers to `add_gaussian_noise`, right and wrong."""

import numpy as np
import torch

from .answers import Wrong


def noise_reference(x, std, generator, clamp):
    noisy = x + std * torch.randn(x.shape, generator=generator, dtype=x.dtype)
    return noisy.clamp(0, 1) if clamp else noisy


def noise_filled(images, sigma, g, cut):
    noise = torch.empty_like(images).normal_(0, sigma, generator=g)
    result = noise.add_(images)
    if cut:
        result = torch.clamp(result, min=0.0, max=1.0)
    return result


def noise_by_normal(x, std, generator, clamp):
    drawn = torch.normal(0.0, 1.0, tuple(x.size()), generator=generator)
    noisy = (x.double() + drawn * std).to(x.dtype)
    return (
        torch.where(noisy < 0, 0, torch.where(noisy > 1, 1, noisy)) if clamp else noisy
    )


def noise_image_by_image(x, std, generator, clamp):
    def one(image):
        drawn = torch.randn(image.shape, generator=generator).to(image.dtype)
        return image + std * drawn

    noisy = torch.stack([one(image) for image in x])
    return noisy.clip(0, 1) if clamp is True else noisy


def noise_box_muller(x, std, generator, clamp):
    radius = (-2 * (1 - torch.rand(x.shape, generator=generator)).log()).sqrt()
    angle = 2 * torch.pi * torch.rand(x.shape, generator=generator)
    noisy = x + (std * radius * angle.cos()).to(x.dtype)
    return noisy.clamp(0, 1) if clamp else noisy


RIGHT = [
    noise_reference,
    noise_filled,
    noise_by_normal,
    noise_image_by_image,
    noise_box_muller,
]


def add(noise, cut=lambda noisy: noisy.clamp(0, 1)):
    """Return an answer that adds what `noise(x, std, generator)` draws."""

    def add_gaussian_noise(x, std, generator, clamp):
        noisy = x + noise(x, std, generator)
        return cut(noisy) if clamp else noisy

    return add_gaussian_noise


def normal(x, generator):
    return torch.randn(x.shape, generator=generator, dtype=x.dtype)


def uniform(x, generator):
    return torch.rand(x.shape, generator=generator, dtype=x.dtype)


def from_global_state(x, std, generator):
    return std * torch.randn_like(x)


def from_both(x, std, generator):
    return std * normal(x, generator) + 0 * torch.randn_like(x)


def from_numpy(x, std, generator):
    normal(x, generator)
    drawn = np.random.default_rng().standard_normal(x.shape)
    return std * torch.from_numpy(drawn).to(x.dtype)


def reseeds(x, std, generator):
    return std * normal(x, generator.manual_seed(0))


def seeds_everything(x, std, generator):
    torch.manual_seed(0)
    return std * normal(x, generator)


def copies_generator(x, std, generator):
    return std * normal(x, torch.Generator().manual_seed(generator.initial_seed()))


def same_for_all_images(x, std, generator):
    return std * normal(x[:1], generator)


def same_for_all_channels(x, std, generator):
    return std * normal(x[:, :1], generator)


def same_for_all_pixels(x, std, generator):
    return std * normal(x.flatten(1)[:, :1], generator).view(-1, *[1] * (x.dim() - 1))


def noise_in_place(x, std, generator, clamp):
    x += std * normal(x, generator)
    return x.clamp(0, 1) if clamp else x


def noise_multiplied(x, std, generator, clamp):
    noisy = x * (1 + std * normal(x, generator))
    return noisy.clamp(0, 1) if clamp else noisy


def clamp_ignored(x, std, generator, clamp):
    return x + std * normal(x, generator)


def clamps_always(x, std, generator, clamp):
    return (x + std * normal(x, generator)).clamp(0, 1)


def clamp_upside_down(x, std, generator, clamp):
    noisy = x + std * normal(x, generator)
    return noisy if clamp else noisy.clamp(0, 1)


def clamps_the_noise(x, std, generator, clamp):
    noise = std * normal(x, generator)
    return x + (noise.clamp(0, 1) if clamp else noise)


def clamps_x_first(x, std, generator, clamp):
    return (x.clamp(0, 1) if clamp else x) + std * normal(x, generator)


def rescale(noisy):
    return (noisy - noisy.min()) / (noisy.max() - noisy.min()).clamp(min=1e-6)


def clamps_to_symmetric(x, std, generator, clamp):
    noisy = x + std * normal(x, generator)
    return noisy.clamp(-1, 1) if clamp else noisy


def noise_float32(x, std, generator, clamp):
    noisy = x.float() + std * torch.randn(x.shape, generator=generator)
    return noisy.clamp(0, 1) if clamp else noisy


WRONG = [
    Wrong(add(from_global_state), "draws from PyTorch's global random state"),
    Wrong(add(from_both), "draws from PyTorch's global random state"),
    Wrong(add(seeds_everything), "or seeds it"),
    Wrong(add(from_numpy), "draws from elsewhere, such as NumPy"),
    Wrong(add(reseeds), "do you seed it?"),
    Wrong(add(copies_generator), "was not used: its state is as before"),
    Wrong(add(lambda x, std, g: std**2 * normal(x, g)), "std**2: std is the standard"),
    Wrong(
        add(lambda x, std, g: std**0.5 * normal(x, g)), "you took std for the variance"
    ),
    Wrong(add(lambda x, std, g: normal(x, g)), "with std 0 nothing may change"),
    Wrong(add(lambda x, std, g: std * uniform(x, g)), "this is uniform noise, not"),
    Wrong(
        add(lambda x, std, g: std * (2 * uniform(x, g) - 1)),
        "uniform noise from -std to std is not normal",
    ),
    Wrong(
        add(lambda x, std, g: std * 12**0.5 * (uniform(x, g) - 0.5)),
        "this noise is not normal",
    ),
    Wrong(add(lambda x, std, g: std * normal(x, g).abs()), "the absolute value of"),
    Wrong(
        add(lambda x, std, g: 2 * std * normal(x, g)),
        "standard deviation of the noise: 0.599",
    ),
    Wrong(
        add(lambda x, std, g: std + std * normal(x, g)), "the noise has the mean 0.2"
    ),
    Wrong(
        add(lambda x, std, g: std / 5 + std * normal(x, g)),
        "the noise has the mean 0.0",
    ),
    Wrong(add(lambda x, std, g: 0 * normal(x, g)), "what you return is x, unchanged"),
    Wrong(add(same_for_all_images), "all images got the same noise"),
    Wrong(add(same_for_all_channels), "many pixels got the same noise"),
    Wrong(add(same_for_all_pixels), "many pixels got the same noise"),
    Wrong(add(lambda x, s, g: s * normal(x, g), rescale), "with std 0 nothing may"),
    Wrong(
        add(lambda x, s, g: s * normal(x, g), lambda y: y.abs().clamp(0, 1)),
        "or took absolute values",
    ),
    Wrong(
        add(lambda x, s, g: s * normal(x, g), lambda y: y.clamp(0, 0.9)),
        "with std 0 nothing may change",
    ),
    Wrong(noise_in_place, "changes its input x in place"),
    Wrong(noise_multiplied, "add noise, do not multiply by it"),
    Wrong(clamp_ignored, "Cut the noisy image to [0, 1]"),
    Wrong(clamps_always, "you clamped although clamp is False"),
    Wrong(clamp_upside_down, "you clamped although clamp is False"),
    Wrong(clamps_the_noise, "not the noise, and not x before it"),
    Wrong(clamps_x_first, "not the noise, and not x before it"),
    Wrong(clamps_to_symmetric, "the result goes from -1 to"),
    Wrong(noise_float32, "expected torch.float64"),
    Wrong(
        lambda x, std, g, clamp: normal(x, g).numpy(), "compute with torch throughout"
    ),
    Wrong(lambda x, std, g, clamp: normal(x, g).mean(), "got shape ()"),
    Wrong(lambda x, std, generator: x, "called with 4 arguments"),
]
