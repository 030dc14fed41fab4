"""Answers to `pixel_loss` and `vae_loss`, right and wrong."""

import torch
import torch.nn.functional as F

from .answers import Wrong

BCE = F.binary_cross_entropy_with_logits


def pixel_loss_broken(logits, x_scaled, mean, std):
    return BCE(logits, x_scaled)


# pixel_loss: right


def undone(logits, x_scaled, mean, std):
    return BCE(logits, x_scaled * std + mean)


def by_softplus(a, scaled, m, s):
    x = torch.add(m, scaled, alpha=s)
    return (F.softplus(a) - x * a).mean()


def by_distribution(logits, x_scaled, mean, std):
    x = (mean + std * x_scaled).clamp(0, 1)
    return (
        -torch.distributions.Bernoulli(logits=logits).log_prob(x.round()).mean()
        + ((x.round() - x) * logits).mean()
    )


def image_by_image(logits, x_scaled, mean, std):
    x = x_scaled * std + mean
    each = BCE(logits, x, reduction="none").flatten(1).mean(1)
    return each.mean()


PIXEL_RIGHT = [undone, by_softplus, by_distribution, image_by_image]


# pixel_loss: wrong


def against(target):
    """Return a `pixel_loss` against a target of its own."""

    def pixel_loss(logits, x_scaled, mean, std):
        return BCE(logits, target(x_scaled, mean, std))

    return pixel_loss


def stretched(x, mean, std):
    return (x - x.min()) / (x.max() - x.min())


def reduced(reduce):
    def pixel_loss(logits, x_scaled, mean, std):
        return reduce(BCE(logits, x_scaled * std + mean, reduction="none"))

    return pixel_loss


def without_logits(logits, x_scaled, mean, std):
    p = logits.sigmoid().clamp(1e-7, 1 - 1e-7)
    x = x_scaled * std + mean
    return -(x * p.log() + (1 - x) * (1 - p).log()).mean()


def undone_in_place(logits, x_scaled, mean, std):
    return BCE(logits, x_scaled.mul_(std).add_(mean))


def detached(logits, x_scaled, mean, std):
    return undone(logits.detach(), x_scaled, mean, std)


PIXEL_WRONG = [
    Wrong(pixel_loss_broken, "there this loss has no floor"),
    Wrong(against(lambda x, m, s: x.clamp(0, 1)), "you cut the scaled pixels"),
    Wrong(against(lambda x, m, s: x.sigmoid()), "you put a sigmoid on the targets"),
    Wrong(against(stretched), "you stretched the batch's own range"),
    Wrong(against(lambda x, m, s: x * s), "the mean is not added back"),
    Wrong(against(lambda x, m, s: x + m), "is not multiplied back"),
    Wrong(against(lambda x, m, s: (x + m) * s), "the order is wrong"),
    Wrong(against(lambda x, m, s: (x - m) / s), "you scaled a second time"),
    Wrong(against(lambda x, m, s: x * 0.3081 + 0.1307), "written in your code?"),
    Wrong(against(lambda x, m, s: x * 0.3087 + 0.1309), "MEAN and STD of the sheet"),
    Wrong(against(lambda x, m, s: x * m + s), "mean and std have changed places"),
    Wrong(
        lambda a, x, m, s: undone(a * s + m, x, m, s), "the logits are unscaled, too"
    ),
    Wrong(lambda a, x, m, s: BCE(a * s + m, x), "but not the targets"),
    Wrong(reduced(torch.sum), "you summed over all pixels"),
    Wrong(reduced(lambda v: v.flatten(1).sum(1).mean()), "over the pixels of an image"),
    Wrong(reduced(lambda v: v.flatten(1).mean(1)), "one value per image"),
    Wrong(lambda a, x, m, s: undone(a.sigmoid(), x, m, s), "yours are put through two"),
    Wrong(lambda a, x, m, s: F.mse_loss(a.sigmoid(), x * s + m), "the squared error:"),
    Wrong(lambda a, x, m, s: F.mse_loss(a, x), "squared error of logits"),
    Wrong(without_logits, "logits of ±300 must not be cut"),
    Wrong(undone_in_place, "changes its input x_scaled in place"),
    Wrong(detached, "no gradient can flow back"),
    Wrong(lambda a, x, m, s: undone(a, x, m, s).item(), "expected a torch tensor"),
]


# vae_loss


def vae_loss_broken(x_hat, x, mean, logvar):
    kl = 0.5 * (mean**2 + logvar.exp() - logvar - 1).sum(1)
    return F.mse_loss(x_hat, x) + kl.mean()


def terms(x_hat, x, mean, logvar):
    errors = (x_hat - x) ** 2
    return errors, 0.5 * (mean**2 + logvar.exp() - logvar - 1)


# right


def both_per_image(x_hat, x, mean, logvar):
    errors, kl = terms(x_hat, x, mean, logvar)
    return (errors.flatten(1).sum(1) + kl.sum(1)).mean()


def sums_over_batch_size(x_hat, x, mu, log_var):
    kl = -0.5 * torch.sum(1 + log_var - mu.pow(2) - log_var.exp())
    return (F.mse_loss(x_hat, x, reduction="sum") + kl) / len(x)


def mean_times_pixels(x_hat, x, mean, logvar):
    kl = torch.distributions.kl_divergence(
        torch.distributions.Normal(mean, (0.5 * logvar).exp()),
        torch.distributions.Normal(0.0, 1.0),
    )
    return F.mse_loss(x_hat, x) * x[0].numel() + kl.sum(1).mean()


VAE_RIGHT = [both_per_image, sums_over_batch_size, mean_times_pixels]


# wrong


def weighed(combine):
    """Return a `vae_loss` that combines errors (B, ...) and KLs (B, D) in its way."""

    def vae_loss(x_hat, x, mean, logvar):
        return combine(*terms(x_hat, x, mean, logvar))

    return vae_loss


def summed(errors):
    return errors.flatten(1).sum(1).mean()


def cost(kl):
    return kl.sum(1).mean()


def error_cut(x_hat, x, mean, logvar):
    return both_per_image(x_hat.clamp(0, 1), x, mean, logvar)


def channels_averaged(errors, kl):
    over = (-1, -2) if errors.dim() > 2 else (-1,)
    return errors.sum(over).mean() + cost(kl)


def logvar_cut(limit):
    return lambda h, x, m, v: both_per_image(h, x, m, v.clamp(-limit, limit))


def kl_detached(x_hat, x, mean, logvar):
    return both_per_image(x_hat, x, mean.detach(), logvar)


def times_784(errors, kl):
    return 784 * errors.mean() + cost(kl)


VAE_WRONG = [
    Wrong(vae_loss_broken, "the error is still a mean over the pixels"),
    Wrong(weighed(lambda e, k: e.mean() + k.mean()), "both terms are means now"),
    Wrong(weighed(lambda e, k: summed(e) + k.mean()), "the KL is a mean over units"),
    Wrong(weighed(lambda e, k: e.sum() + cost(k)), "divided by the batch size"),
    Wrong(weighed(lambda e, k: summed(e) + k.sum()), "divided by the batch size"),
    Wrong(weighed(lambda e, k: e.sum() + k.sum()), "are summed over the batch"),
    Wrong(weighed(lambda e, k: summed(e)), "the KL is missing"),
    Wrong(weighed(lambda e, k: cost(k) + 0 * e.sum()), "reconstruction is missing"),
    Wrong(weighed(lambda e, k: summed(e) - cost(k)), "the KL has the wrong sign"),
    Wrong(weighed(lambda e, k: summed(e) + cost(k) / e[0].numel()), "a sum now"),
    Wrong(weighed(times_784), "a number such as 784"),
    Wrong(weighed(lambda e, k: e.mean() + cost(k) / 784), "a number such as 784"),
    Wrong(
        weighed(lambda e, k: e.mean() + cost(k) / e[0].numel()),
        "the whole loss is divided by the pixels",
    ),
    Wrong(weighed(lambda e, k: summed(e) + 2 * cost(k)), "the half of the KL"),
    Wrong(weighed(lambda e, k: summed(e) / 2 + cost(k)), "has a half here"),
    Wrong(weighed(lambda e, k: e.flatten(1).sum(1) + k.sum(1)), "one value per image"),
    Wrong(weighed(channels_averaged), "a mean over the channels"),
    Wrong(weighed(lambda e, k: summed(e) + cost(k.clamp(min=0.05))), "limit under"),
    Wrong(error_cut, "x_hat is cut to [0, 1]"),
    Wrong(logvar_cut(5), "a logvar of -15 gives another KL"),
    Wrong(logvar_cut(10), "a logvar of -15 gives another KL"),
    Wrong(
        lambda h, x, m, v: both_per_image(h, x, m, v.clamp(max=10)), "a logvar of 15"
    ),
    Wrong(kl_detached, "the gradient at mean"),
    Wrong(lambda h, x, m, v: both_per_image(h, x, m, v).item(), "a torch tensor"),
]
