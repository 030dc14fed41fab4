"""Answers to `effective_beta` and `iwae_bound`, right and wrong."""

import math

import numpy as np
import torch

from .answers import Wrong

# effective_beta: right


def beta_reference(reconstruction, kl, pixels, latent_dim):
    of_reconstruction = 1 if reconstruction == "sum" else 1 / pixels
    of_kl = 1 if kl == "sum" else 1 / latent_dim
    return of_kl / of_reconstruction


def beta_by_table(reconstruction, kl, pixels, latent_dim):
    return {
        ("sum", "sum"): 1,
        ("mean", "sum"): pixels,
        ("sum", "mean"): 1 / latent_dim,
        ("mean", "mean"): pixels / latent_dim,
    }[reconstruction, kl]


def beta_by_counting(reduce_pixels, reduce_units, p, d):
    ones = {"sum": np.sum, "mean": np.mean}
    pixel, unit = np.zeros(p), np.zeros(d)
    pixel[0] = unit[0] = 1.0  # one nat each
    return ones[reduce_units](unit) / ones[reduce_pixels](pixel)


def beta_by_steps(reconstruction, kl, pixels, latent_dim):
    beta = 1.0
    if reconstruction.startswith("m"):
        beta *= pixels
    if kl.startswith("m"):
        beta /= latent_dim
    return beta


BETA_RIGHT = [beta_reference, beta_by_table, beta_by_counting, beta_by_steps]

# effective_beta: wrong


def beta_of(of_pixels, of_units):
    """Return an `effective_beta` with its own factors for means."""

    def effective_beta(reconstruction, kl, pixels, latent_dim):
        beta = of_pixels(pixels, latent_dim) if reconstruction == "mean" else 1
        return beta * (of_units(pixels, latent_dim) if kl == "mean" else 1)

    return effective_beta


def beta_means_cancel(reconstruction, kl, pixels, latent_dim):
    return (
        1
        if reconstruction == kl
        else beta_by_table(reconstruction, kl, pixels, latent_dim)
    )


BETA_WRONG = [
    Wrong(lambda *a: 1 / beta_reference(*a), "it is upside down"),
    Wrong(beta_of(lambda p, d: p, lambda p, d: d), "you multiplied"),
    Wrong(beta_of(lambda p, d: 1 / p, lambda p, d: 1 / d), "you divided"),
    Wrong(beta_of(lambda p, d: 1, lambda p, d: 1 / d), "makes the KL heavier"),
    Wrong(beta_of(lambda p, d: p, lambda p, d: 1), "makes the KL lighter"),
    Wrong(beta_means_cancel, "two means do not cancel"),
    Wrong(lambda r, k, p, d: beta_reference(k, r, p, d), "kl are swapped"),
    Wrong(lambda r, k, p, d: beta_reference(r, k, d, p), "latent_dim are swapped"),
    Wrong(
        lambda r, k, p, d: beta_reference(
            "sum" if r == "mean" else "mean", "sum" if k == "mean" else "mean", p, d
        ),
        "two means do not cancel",
    ),
    Wrong(lambda *a: int(beta_reference(*a)), "you cut off the fraction"),
    Wrong(lambda r, k, p, d: p / d, "the same for every loss"),
    Wrong(
        lambda r, k, p, d: beta_reference(r, k, 784, 20), "784 or 20 written in your"
    ),
    Wrong(lambda *a: 2 * beta_reference(*a), "got 78.4, expected 39.2"),
    Wrong(lambda *a: 1, "this is 1, but two"),
    Wrong(lambda *a: f"{beta_reference(*a):.2f}", "(str), expected a float"),
    Wrong(lambda *a: torch.tensor(beta_reference(*a)), "Call `.item()`"),
    Wrong(lambda r, k, p, d: p * r / d * k, "raised TypeError"),
    Wrong(lambda r, k: 1, "but it is called with 4 arguments"),
]

# iwae_bound: right


def iwae_reference(log_weights):
    return log_weights.logsumexp(0) - math.log(len(log_weights))


def iwae_by_maximum(log_w):
    largest = log_w.amax(0, keepdim=True)
    return (largest + (log_w - largest).exp().mean(0, keepdim=True).log()).squeeze(0)


def iwae_detached_maximum(log_w):
    largest = log_w.max(dim=0).values.detach()
    return torch.log(torch.mean(torch.exp(log_w - largest), 0)) + largest


def iwae_by_folding(log_weights):
    total = log_weights[0]
    for row in log_weights[1:]:
        total = torch.logaddexp(total, row)
    return total - torch.tensor(float(log_weights.shape[0])).log()


def iwae_shifted(log_weights):
    return torch.logsumexp(log_weights - math.log(log_weights.size(0)), dim=0)


IWAE_RIGHT = [
    iwae_reference,
    iwae_by_maximum,
    iwae_detached_maximum,
    iwae_by_folding,
    iwae_shifted,
]

# iwae_bound: wrong


def iwae_one_maximum_for_all(log_weights):
    largest = log_weights.max()
    return (log_weights - largest).exp().mean(0).log() + largest


def iwae_over_images(log_weights):
    return log_weights.logsumexp(1) - math.log(log_weights.shape[1])


def iwae_in_place(log_weights):
    log_weights.data.sub_(log_weights.max())
    return iwae_reference(log_weights)


def iwae_half_detached(log_weights):
    largest = log_weights.amax(0)
    return largest.detach() + (log_weights - largest).exp().mean(0).log()


def iwae_never_added_back(log_weights):
    return (log_weights - log_weights.amax(0)).exp().mean(0).log()


def iwae_over_all(log_weights):
    bound = log_weights.flatten().logsumexp(0) - math.log(log_weights.numel())
    return bound.expand(log_weights.shape[1])


def iwae_with_epsilon(log_weights):
    return (log_weights.exp().mean(0) + 1e-8).log()


IWAE_WRONG = [
    Wrong(lambda w: w.exp().mean(0).log(), "exp() left the range"),
    Wrong(lambda w: w.double().exp().mean(0).log(), "exp() left the range"),
    Wrong(iwae_one_maximum_for_all, "each image's own maximum"),
    Wrong(lambda w: w.mean(0), "this is the mean of the log-weights, the ELBO"),
    Wrong(lambda w: w.logsumexp(0), "subtract log K for their mean"),
    Wrong(lambda w: w.logsumexp(0) + math.log(len(w)), "log K was added"),
    Wrong(lambda w: w.logsumexp(0) - len(w), "you subtracted K"),
    Wrong(lambda w: w.logsumexp(0) / len(w), "you divided by K behind the log"),
    Wrong(lambda w: w.logsumexp(0) - math.log(w.shape[1]), "you subtracted log B"),
    Wrong(lambda w: w.logsumexp(0) - math.log2(len(w)), "not the natural logarithm"),
    Wrong(lambda w: w.amax(0), "this is the largest log-weight alone"),
    Wrong(iwae_never_added_back, "add the maximum back"),
    Wrong(lambda w: w.sum(0), "this is the sum of the log-weights"),
    Wrong(lambda w: -iwae_reference(w), "it is a bound, no loss"),
    Wrong(lambda w: iwae_reference(w).exp(), "the logarithm is missing"),
    Wrong(lambda w: iwae_reference(w.clamp(-80, 80)), "you cut the log-weights off"),
    Wrong(iwae_with_epsilon, "no small number inside the logarithm"),
    Wrong(iwae_over_images, "you averaged over the images"),
    Wrong(iwae_over_all, "the bound of the whole batch"),
    Wrong(lambda w: iwae_reference(w).mean(), "one number for all images"),
    Wrong(lambda w: w.logsumexp(0, keepdim=True), "without `keepdim`"),
    Wrong(lambda w: w - math.log(len(w)), "one value per weight"),
    Wrong(lambda w: iwae_reference(w).detach(), "no gradient flows back"),
    Wrong(iwae_half_detached, "detached in one place alone"),
    Wrong(iwae_in_place, "changes its input log_weights in place"),
    Wrong(lambda w: np.logaddexp.reduce(w.numpy()), "compute with torch throughout"),
]
