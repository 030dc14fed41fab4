"""Answers to `psnr` and `tweedie_denoise`, right and wrong."""

import math

import numpy as np
import torch
from skimage.metrics import peak_signal_noise_ratio
from torch.nn import functional as F

from .answers import Wrong

# psnr: right


def psnr_reference(x_hat, x):
    mse = (x_hat - x).square().flatten(1).mean(1)
    return -10 * mse.log10()


def psnr_of_root(a, b):
    rmse = torch.linalg.vector_norm((a - b).flatten(1), dim=1) / a[0].numel() ** 0.5
    return 20 * torch.log10(1 / rmse)


def psnr_natural(x_hat, x):
    mse = F.mse_loss(x_hat, x, reduction="none").reshape(len(x), -1).mean(-1)
    return 10 * torch.log(1 / mse) / math.log(10)


def psnr_by_scikit_image(x_hat, x):
    with np.errstate(divide="ignore"):
        values = [
            peak_signal_noise_ratio(b.numpy(), a.numpy(), data_range=1)
            for a, b in zip(x_hat, x, strict=True)
        ]
    return torch.tensor(values)


def psnr_with_a_case(x_hat, x):
    mse = ((x - x_hat) ** 2).mean(dim=tuple(range(1, x.dim())))
    return torch.where(mse == 0, torch.inf, -10 * torch.log10(mse))


PSNR_RIGHT = [
    psnr_reference,
    psnr_of_root,
    psnr_natural,
    psnr_by_scikit_image,
    psnr_with_a_case,
]


# psnr: wrong


def mse_of(x_hat, x):
    return (x_hat - x).square().flatten(1).mean(1)


def of_mse(function):
    return lambda x_hat, x: function(mse_of(x_hat, x))


def psnr_peak_of_image(x_hat, x):
    return -10 * mse_of(x_hat, x).log10() + 20 * x.flatten(1).amax(1).log10()


def psnr_peak_of_batch(x_hat, x):
    return -10 * mse_of(x_hat, x).log10() + 20 * x.max().log10()


def snr(x_hat, x):
    return 10 * (x.square().flatten(1).mean(1) / mse_of(x_hat, x)).log10()


def psnr_batch(x_hat, x):
    return -10 * (x_hat - x).square().mean().log10()


def psnr_four_dimensions(x_hat, x):
    return -10 * (x_hat - x).square().mean((1, 2, 3)).log10()


def psnr_in_place(x_hat, x):
    return -10 * x_hat.sub_(x).square().flatten(1).mean(1).log10()


PSNR_WRONG = [
    Wrong(of_mse(lambda mse: 10 * mse.log10()), "the sign is missing"),
    Wrong(of_mse(lambda mse: -mse.log10()), "the 10 in front is missing"),
    Wrong(of_mse(lambda mse: -20 * mse.log10()), "20 log10 belongs to the root"),
    Wrong(of_mse(lambda mse: -10 * mse.log()), "`log` has the base e"),
    Wrong(of_mse(lambda mse: -mse.log()), "`log` has the base e"),
    Wrong(of_mse(lambda mse: -10 * mse.log2()), "`log2` has the base 2"),
    Wrong(of_mse(lambda mse: -10 * mse.sqrt().log10()), "you took the root as well"),
    Wrong(
        lambda a, b: -10 * (a - b).square().flatten(1).sum(1).log10(),
        "you summed over the pixels",
    ),
    Wrong(
        lambda a, b: -10 * (a - b).abs().flatten(1).mean(1).log10(),
        "you took absolute errors",
    ),
    Wrong(
        lambda a, b: -10 * (a - b).flatten(1).mean(1).square().log10(),
        "you averaged before squaring",
    ),
    Wrong(lambda a, b: psnr_batch(a, b).expand(len(a)), "the value of the whole batch"),
    Wrong(
        lambda a, b: psnr_reference(a, b).mean().expand(len(a)),
        "the value of the whole batch",
    ),
    Wrong(psnr_batch, "one number for the whole batch"),
    Wrong(lambda a, b: psnr_batch(a, b).item(), "(float), expected a torch tensor"),
    Wrong(
        of_mse(lambda mse: 10 * (255**2 / mse).log10()), "the peak is 1 here, not 255"
    ),
    Wrong(psnr_peak_of_image, "not the largest that occurs"),
    Wrong(psnr_peak_of_batch, "not the largest that occurs"),
    Wrong(snr, "this is the plain signal-to-noise ratio"),
    Wrong(
        lambda a, b: psnr_reference(a.clamp(0, 1), b), "do not cut or round the pixels"
    ),
    Wrong(mse_of, "its logarithm is missing"),
    Wrong(of_mse(lambda mse: -10 * (mse + 1e-10).log10()), "expected inf"),
    Wrong(of_mse(lambda mse: -10 * mse.clamp(min=1e-12).log10()), "expected inf"),
    Wrong(of_mse(lambda mse: (-10 * mse.log10()).clamp(max=100)), "expected inf"),
    Wrong(
        of_mse(lambda mse: torch.where(mse < 1e-6, torch.inf, -10 * mse.log10())),
        "nor bound the result",
    ),
    Wrong(
        lambda a, b: -10 * (a - b).square().flatten(1).mean(1, keepdim=True).log10(),
        "without `keepdim`",
    ),
    Wrong(psnr_four_dimensions, "images may have any shape"),
    Wrong(lambda a, b: -10 * (a - b).square().log10(), "one value per pixel"),
    Wrong(psnr_in_place, "changes its input x_hat in place"),
    Wrong(lambda a, b: psnr_reference(a, b).numpy(), "compute with torch throughout"),
    Wrong(lambda x: x, "called with 2 arguments: (x_hat, x)"),
]


# tweedie_denoise: right


def tweedie_reference(x_noisy, score, std):
    return x_noisy + std**2 * score(x_noisy)


def tweedie_spelt_out(y, grad_log_p, sigma):
    variance = sigma * sigma
    return torch.add(y, grad_log_p(y), alpha=variance)


def tweedie_point_by_point(x_noisy, score, std):
    return torch.cat([x[None] + math.pow(std, 2) * score(x[None]) for x in x_noisy])


def tweedie_without_grad(x_noisy, score, std):
    with torch.no_grad():
        cleaned = x_noisy.clone()
        cleaned += score(x_noisy) * std**2
    return cleaned


TWEEDIE_RIGHT = [
    tweedie_reference,
    tweedie_spelt_out,
    tweedie_point_by_point,
    tweedie_without_grad,
]


# tweedie_denoise: wrong


def tweedie_two_steps(x_noisy, score, std):
    once = tweedie_reference(x_noisy, score, std)
    return tweedie_reference(once, score, std)


def tweedie_of_vector(x_noisy, score, std):
    return torch.stack([x + std**2 * score(x) for x in x_noisy])


def tweedie_in_place(x_noisy, score, std):
    x_noisy += std**2 * score(x_noisy)
    return x_noisy


TWEEDIE_WRONG = [
    Wrong(lambda y, score, std: y - std**2 * score(y), "you stepped downhill"),
    Wrong(lambda y, score, std: y + std * score(y), "std in it, not its square"),
    Wrong(lambda y, score, std: y + score(y), "the step lacks the variance"),
    Wrong(lambda y, score, std: y + score(y) / std**2, "you divided by the variance"),
    Wrong(lambda y, score, std: std**2 * score(y), "this is the step alone"),
    Wrong(lambda y, score, std: y + std**2 / 2 * score(y), "this is half the step"),
    Wrong(lambda y, score, std: y + 2 * std**2 * score(y), "twice too long"),
    Wrong(
        lambda y, score, std: tweedie_reference(y, score, std).clamp(0, 1),
        "you cut the result to [0, 1]",
    ),
    Wrong(lambda y, score, std: y.clone(), "this is x_noisy itself"),
    Wrong(lambda y, score, std: score(y), "this is the score"),
    Wrong(tweedie_two_steps, "one step only"),
    Wrong(tweedie_of_vector, "hand x_noisy to the score whole"),
    Wrong(lambda y, score, std: y + std**2 * score, "score is a function: call it"),
    Wrong(tweedie_in_place, "changes its input x_noisy in place"),
    Wrong(
        lambda y, score, std: tweedie_reference(y, score, std).mean(1),
        "keep the dimensions",
    ),
    Wrong(
        lambda y, score, std: tweedie_reference(y, score, std).float(),
        "got a tensor of torch.float32, expected torch.float64",
    ),
    Wrong(lambda y, score, std: tweedie_reference(y, score, std) + 1, "off by 1"),
    Wrong(lambda y, score: y, "called with 3 arguments"),
]
