"""Functions of priors, conditions and discrete codes, for `test_properties`."""

import torch
from properties import PIXELS, SHAPE, VAE_NET, of_codes, pair

from aelesson import (
    codebooks,
    conditional,
    disentangle,
    flows,
    losses,
    priors,
    quantise,
)
from aelesson.data import sprites

EYE = torch.eye(3)
MIXTURE = priors.MixturePrior(2 * EYE)
VAMP = priors.VampPrior(VAE_NET.encoder, torch.rand(2, *SHAPE))
FLOW = flows.FlowPrior(MIXTURE, 2, 4)
NORMAL = priors.StandardNormal()
CVAE = conditional.ConditionalVAE.mlp((PIXELS, 8, 3), 4, SHAPE).eval()
LEVELS = (3, 4, 5)
BOOK = codebooks.Codebook(torch.eye(3)).requires_grad_(requires_grad=False)


def of_maps(function):
    return lambda d: (function, d.values(3, 2, 4))


def factored(function):
    """Codes, and factors of two values at least."""

    def make(d):
        factors = torch.stack([torch.arange(d.count) % 2, d.whole(3)], dim=1)
        factors[:2, 1] = torch.arange(2)
        return function, d.codes(), factors

    return make


def posteriors(function):
    return lambda d: (function, d.codes(), d.codes(), d.codes())


FLOAT32 = {
    "conditional.ConditionalVAE.forward": lambda d: (CVAE, d.images(), d.whole(4)),
    "priors.Prior.per_code": of_codes(MIXTURE.per_code),
    "priors.Prior.kl": posteriors(MIXTURE.kl),
    "priors.MixturePrior.log_prob": of_codes(MIXTURE.log_prob),
    "priors.VampPrior.log_prob": of_codes(VAMP.log_prob),
    "flows.FlowPrior.log_prob": of_codes(FLOW.log_prob),
}
ANY_FLOAT = {
    "losses.kl_per_unit": lambda d: (losses.kl_per_unit, d.codes(), d.codes()),
    "quantise.straight_through": pair(quantise.straight_through),
    "quantise.finite_scalar": of_codes(lambda z: quantise.finite_scalar(z, LEVELS)),
    "quantise.FiniteScalar.forward": of_maps(quantise.FiniteScalar(LEVELS)),
    "codebooks.Codebook.forward": of_maps(lambda z: BOOK.to(z)(z)),
    "priors.normal_log_prob": posteriors(priors.normal_log_prob),
    "priors.mixture_log_prob": of_codes(
        lambda z: priors.mixture_log_prob(z, 2 * EYE.to(z), EYE.to(z))
    ),
    "priors.StandardNormal.log_prob": of_codes(NORMAL.log_prob),
    "priors.StandardNormal.kl": posteriors(NORMAL.kl),
}
WHOLE = {
    "data.sprites.render": lambda d: (sprites.render, d.whole(3, 5)),
    "quantise.nearest_code": of_codes(
        lambda z: quantise.nearest_code(z, torch.eye(3).to(z))
    ),
    "quantise.FiniteScalar.codes": of_maps(quantise.FiniteScalar(LEVELS).codes),
    "quantise.FiniteScalar.look_up": lambda d: (
        quantise.FiniteScalar(LEVELS).look_up,
        d.whole(60, 2),
    ),
    "codebooks.Codebook.codes": of_maps(lambda z: BOOK.to(z).codes(z)),
    "codebooks.Codebook.look_up": lambda d: (BOOK.look_up, d.whole(3, 2)),
    "codebooks.Codebook.nearest": of_maps(lambda z: BOOK.to(z).nearest(z)[0]),
}
TOGETHER = {
    "losses.free_bits": of_codes(lambda z: losses.free_bits(z.square(), 0.5)),
    "disentangle.total_correlation": posteriors(disentangle.total_correlation),
    "disentangle.mutual_information": factored(disentangle.mutual_information),
    "disentangle.mutual_information_gap": factored(disentangle.mutual_information_gap),
    "quantise.vq_loss": pair(lambda z, e: quantise.vq_loss(z, e, 0.3)),
    "quantise.perplexity": lambda d: (
        lambda codes: quantise.perplexity(codes, 5),
        d.whole(5, 2),
    ),
}
