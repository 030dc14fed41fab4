"""Answers to `reparameterize` and `sample`, right and wrong."""

import torch
import torch.nn.functional as F

from .answers import Wrong

# reparameterize: right


def draw_reference(mean, logvar, generator):
    noise = torch.randn(mean.shape, generator=generator, dtype=mean.dtype)
    return mean + (0.5 * logvar).exp() * noise


def draw_in_place_of_nothing(mu, log_variance, rng):
    noise = torch.empty_like(mu).normal_(generator=rng).detach()
    return torch.addcmul(mu, log_variance.exp().sqrt(), noise)


def draw_by_normal(mean, logvar, generator):
    zeros, ones = torch.zeros_like(mean), torch.ones_like(mean)
    noise = torch.normal(zeros, ones, generator=generator)
    return noise * torch.exp(logvar / 2) + mean


def draw_from_list_of_sizes(mean, logvar, generator=None):
    batch, units = mean.size()
    noise = torch.randn(batch, units, generator=generator, dtype=logvar.dtype)
    std = torch.pow(torch.e, logvar * 0.5)
    return mean + std * noise


def draw_by_randn_like(mean, logvar, generator):
    return mean + (0.5 * logvar).exp() * torch.randn_like(mean, generator=generator)


DRAW_RIGHT = [
    draw_reference,
    draw_in_place_of_nothing,
    draw_by_normal,
    draw_from_list_of_sizes,
    draw_by_randn_like,
]

# reparameterize: wrong


def draw(formula, noise=torch.randn, sizes=lambda mean: mean.shape):
    """Return a `reparameterize` with its own formula or noise."""

    def reparameterize(mean, logvar, generator):
        drawn = noise(sizes(mean), generator=generator, dtype=mean.dtype)
        return formula(mean, logvar, drawn)

    return reparameterize


def right_formula(mean, logvar, noise):
    return mean + (0.5 * logvar).exp() * noise


def draw_clamped(limit):
    return draw(lambda m, v, e: right_formula(m, v.clamp(-limit, limit), e))


def draw_randn_like(mean, logvar, generator):
    return mean + (0.5 * logvar).exp() * torch.randn_like(mean)


def draw_without_graph(mean, logvar, generator):
    with torch.no_grad():
        return draw_reference(mean, logvar, generator)


def draw_normal_with_parameters(mean, logvar, generator):
    std = (0.5 * logvar).exp()
    return torch.normal(mean.detach(), std.detach(), generator=generator)


def draw_normal_with_graph(mean, logvar, generator):
    return torch.normal(mean, (0.5 * logvar).exp(), generator=generator)


def draw_detached_std(mean, logvar, generator):
    return draw_reference(mean, logvar.detach(), generator)


def draw_detached_mean(mean, logvar, generator):
    return draw_reference(mean.detach(), logvar, generator)


def draw_float32_noise(mean, logvar, generator):
    noise = torch.randn(mean.shape, generator=generator)
    return mean + (0.5 * logvar).exp() * noise


def draw_in_place(mean, logvar, generator):
    logvar.data.mul_(0.5).exp_()
    return mean + logvar * torch.randn(mean.shape, generator=generator)


def draw_in_place_on_a_leaf(mean, logvar, generator):
    mean += (0.5 * logvar).exp() * torch.randn(mean.shape, generator=generator)
    return mean


def draw_by_numpy(mean, logvar, generator):
    return mean.numpy() + logvar.numpy()


def draw_with_logvar_too(mean, logvar, generator):
    return torch.stack([draw_reference(mean, logvar, generator), logvar])


def draw_two_arguments(mean, logvar):
    return draw_reference(mean, logvar, None)


def draw_float32_codes(mean, logvar, generator):
    return draw_reference(mean, logvar, generator).float()


DRAW_WRONG = [
    Wrong(draw(lambda m, v, e: m + v.exp() * e), "exp(logvar) is the variance"),
    Wrong(draw(lambda m, v, e: m + v * e), "logvar is not sigma"),
    Wrong(draw(lambda m, v, e: m + v.sqrt() * e), "logvar may be negative: sigma is"),
    Wrong(draw_clamped(3), "do not clamp it"),
    Wrong(draw_clamped(10), "do not clamp it"),
    Wrong(draw(lambda m, v, e: m + 0.5 * v * e), "the exp is missing"),
    Wrong(draw(lambda m, v, e: m + 0.5 * v.exp() * e), "the half has the wrong place"),
    Wrong(draw(lambda m, v, e: m + (2 * v).exp() * e), "root of the variance"),
    Wrong(draw(lambda m, v, e: m + F.softplus(v) * e), "softplus is for networks"),
    Wrong(draw(lambda m, v, e: m + (0.5 * v).exp()), "there is no noise in it"),
    Wrong(draw(lambda m, v, e: m * 1.0), "this is the mean alone"),
    Wrong(draw(lambda m, v, e: (0.5 * v).exp() * e), "the mean is missing"),
    Wrong(draw(lambda m, v, e: m + e), "sigma is missing"),
    Wrong(draw(lambda m, v, e: m - (0.5 * v).exp() * e), "the sign is the wrong way"),
    Wrong(draw(lambda m, v, e: m + (0.5 * v).exp() + e), "are added: multiply them"),
    Wrong(draw(lambda m, v, e: (m + e) * (0.5 * v).exp()), "brackets are wrong"),
    Wrong(draw(lambda m, v, e: m * (0.5 * v).exp() + e), "belongs to the noise"),
    Wrong(draw(lambda *a: right_formula(*a).sum(1)), "do not sum over its units"),
    Wrong(draw(lambda *a: right_formula(*a).mean()), "do not reduce anything"),
    Wrong(draw(right_formula, torch.rand), "torch.rand is uniform"),
    Wrong(draw(right_formula, sizes=lambda mean: mean.shape[1:]), "got the same noise"),
    Wrong(draw(right_formula, sizes=lambda mean: (len(mean), 1)), "share one noise"),
    Wrong(draw(right_formula, sizes=lambda mean: (1,)), "one and the same noise"),
    Wrong(draw_randn_like, "does not come from the generator"),
    Wrong(draw_without_graph, "no gradient reaches mean and logvar"),
    Wrong(draw_normal_with_parameters, "no gradient reaches mean and logvar"),
    Wrong(draw_normal_with_graph, "torch.normal lets no gradient through"),
    Wrong(draw_detached_std, "no gradient reaches logvar"),
    Wrong(draw_detached_mean, "no gradient reaches mean:"),
    Wrong(draw_float32_noise, "draw the noise in the dtype of mean"),
    Wrong(draw_float32_codes, "got a tensor of torch.float32"),
    Wrong(draw_in_place, "changes its input logvar in place"),
    Wrong(draw_in_place_on_a_leaf, "make a new tensor"),
    Wrong(draw_by_numpy, "compute with torch throughout"),
    Wrong(draw_with_logvar_too, "return z alone"),
    Wrong(draw_two_arguments, "but it is called with 3 arguments"),
]

# sample: right


def sample_reference(decoder, count, latent_dim, generator):
    z = torch.randn(count, latent_dim, generator=generator)
    with torch.no_grad():
        return decoder(z)


@torch.inference_mode()
def sample_in_inference_mode(decode, n, d, rng):
    return decode(torch.randn((n, d), generator=rng))


def sample_detached(decoder, count, latent_dim, generator):
    codes = torch.empty(count, latent_dim).normal_(0, 1, generator=generator)
    return decoder(codes).detach()


@torch.no_grad()
def sample_by_normal(decoder, count, latent_dim, generator):
    return decoder(torch.normal(0.0, 1.0, (count, latent_dim), generator=generator))


SAMPLE_RIGHT = [
    sample_reference,
    sample_in_inference_mode,
    sample_detached,
    sample_by_normal,
]

# sample: wrong


def sample(codes, after=lambda images: images):
    """Return a `sample` with its own codes, or with something done to the images."""

    def sample(decoder, count, latent_dim, generator):
        with torch.no_grad():
            return after(decoder(codes(count, latent_dim, generator)))

    return sample


def normal(count, latent_dim, generator):
    return torch.randn(count, latent_dim, generator=generator)


def sample_with_graph(decoder, count, latent_dim, generator):
    return decoder(normal(count, latent_dim, generator))


def sample_no_grad_without_with(decoder, count, latent_dim, generator):
    torch.no_grad()
    return decoder(normal(count, latent_dim, generator))


def sample_gradients_left_off(decoder, count, latent_dim, generator):
    torch.set_grad_enabled(False)
    return decoder(normal(count, latent_dim, generator))


def sample_one_by_one(decoder, count, latent_dim, generator):
    with torch.no_grad():
        images = [decoder(normal(1, latent_dim, generator)) for _ in range(count)]
    return torch.cat(images)


def sample_codes(decoder, count, latent_dim, generator):
    return normal(count, latent_dim, generator)


def sample_reseeding(decoder, count, latent_dim, generator):
    generator = torch.Generator().manual_seed(0)
    return sample_reference(decoder, count, latent_dim, generator)


def sample_reseeding_what_came(decoder, count, latent_dim, generator):
    if generator is not None:
        generator.manual_seed(0)
    return sample_reference(decoder, count, latent_dim, generator)


def sample_never_decoding(decoder, count, latent_dim, generator):
    return torch.zeros(count, 1, 2, 2)


SAMPLE_WRONG = [
    Wrong(
        sample(lambda n, d, g: torch.rand(n, d, generator=g)),
        "torch.rand is uniform in [0, 1]",
    ),
    Wrong(
        sample(lambda n, d, g: 2 * torch.rand(n, d, generator=g) - 1),
        "uniform in [-1, 1]",
    ),
    Wrong(sample(lambda n, d, g: torch.randn(n, d)), "do not come from the generator"),
    Wrong(sample(lambda n, d, g: torch.zeros(n, d)), "all codes are zero"),
    Wrong(sample(lambda n, d, g: normal(1, d, g).repeat(n, 1)), "all codes are equal"),
    Wrong(sample(lambda n, d, g: normal(d, n, g).T), "no transposing"),
    Wrong(sample(lambda n, d, g: normal(d, n, g)), "the shape (count, latent_dim)"),
    Wrong(sample(lambda n, d, g: normal(n, 1, g)), "the decoder got codes of shape"),
    Wrong(sample(lambda n, d, g: normal(1, d, g)), "decode `count` codes"),
    Wrong(sample(lambda n, d, g: 0.5 * normal(n, d, g)), "got 0.5 times the right"),
    Wrong(sample(normal, torch.sigmoid), "you applied a sigmoid"),
    Wrong(sample(normal, lambda x: x.clamp(0, 1)), "you cut the range"),
    Wrong(sample(normal, lambda x: x[:, 0]), "as it is"),
    Wrong(sample(normal, lambda x: x.flatten(1)), "as it is"),
    Wrong(sample_with_graph, "still carries the graph"),
    Wrong(sample_no_grad_without_with, "a line `torch.no_grad()` alone does nothing"),
    Wrong(sample_gradients_left_off, "leaves gradients switched off"),
    Wrong(sample_one_by_one, "the decoder was called 7 times"),
    Wrong(sample_codes, "these are codes"),
    Wrong(sample_reseeding, "for the codes, count = 7"),
    Wrong(sample_reseeding_what_came, "for the codes, count = 7"),
    Wrong(sample_never_decoding, "the decoder was never called"),
    Wrong(lambda d, n, z, g: d(torch.randn(n, z)).tolist(), "(list), expected"),
]
