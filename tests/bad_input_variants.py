"""A valid call of every public function of priors, conditions and discrete codes."""

import torch
from bad_input import call
from bad_input_examples import (
    ANY_CLASS,
    FLATTENED,
    LABELS,
    NET,
    NOT_IN_STEP,
    SHAPE,
    VAE_NET,
    G,
    X,
    Z,
)
from torch import nn

from aelesson import (
    bounds,
    codebooks,
    conditional,
    families,
    flows,
    objectives,
    priors,
    quantise,
)
from aelesson.data import sprites
from aelesson.models import Autoencoder

MIXTURE = priors.MixturePrior(Z[:2])
NORMAL = priors.StandardNormal(3)
VAMP = priors.VampPrior(VAE_NET.encoder, X[:2])
FLOW = flows.FlowPrior(MIXTURE, 2, 4)
CVAE = conditional.ConditionalVAE.mlp((144, 8, 3), 2, SHAPE).eval()
ELBO = objectives.negative_elbo()
BOOK = codebooks.Codebook(Z[:2])
MOVING = codebooks.MovingCodebook(Z[:2])
FACTORS = torch.stack([LABELS, LABELS.flip(0)], dim=1)
SPRITES = sprites.combinations()[:6]
LEVELS = quantise.FiniteScalar((3, 4, 5))
NUMBERS = torch.tensor([0, 1, 1, 0])
VQ = Autoencoder(
    NET.encoder, nn.Sequential(BOOK, *NET.decoder), families.Normal()
).eval()
NO_DENSITY = "what is so far away has no density here"
A_MAP = "codes may lie in a map of any shape"
LIMIT = "a tanh has limits"

CALLS = {
    # conditional
    "conditional.ConditionalVAE": call(
        encoder=CVAE.encoder,
        decoder=CVAE.decoder,
        classes=2,
        likelihood=CVAE.likelihood,
        prior=NORMAL,
    ),
    "conditional.ConditionalVAE.mlp": call(
        sizes=(144, 3), classes=2, image_shape=SHAPE, likelihood=CVAE.likelihood
    ),
    "conditional.ConditionalVAE.given": call(on=CVAE.given, labels=LABELS),
    "conditional.ConditionalVAE.forward": call(on=CVAE, x=X, labels=LABELS),
    "conditional.nll": call(
        model=CVAE, images=X, labels=LABELS, samples=2, generator=G
    ),
    "bounds.conditional": call(objective=ELBO),
    "bounds.conditional()": call(
        on=bounds.conditional(ELBO), model=CVAE, batch=(X, LABELS)
    ),
    # discrete codes
    "quantise.nearest_code": call(
        legal=[("z codebook", "shorter", NOT_IN_STEP)], z=Z, codebook=Z
    ),
    "quantise.straight_through": call(z=Z, quantised=Z),
    "quantise.vq_loss": call(z=Z, quantised=Z, commitment=0.25),
    "quantise.perplexity": call(
        legal=[("codes", "more", A_MAP)], codes=NUMBERS, size=3
    ),
    "quantise.finite_scalar": call(
        legal=[("z", "infinity", LIMIT)], z=Z, levels=(3, 4, 5)
    ),
    "quantise.FiniteScalar": call(levels=(3, 4, 5)),
    "quantise.FiniteScalar.codes": call(on=LEVELS.codes, z=Z),
    "quantise.FiniteScalar.look_up": call(
        legal=[("codes", "more", A_MAP)], on=LEVELS.look_up, codes=NUMBERS
    ),
    "quantise.FiniteScalar.forward": call(
        legal=[("z", "infinity", LIMIT)], on=LEVELS, z=Z
    ),
    "quantise.gumbel_softmax": call(logits=Z, temperature=0.5, generator=G),
    "codebooks.Codebook": call(vectors=Z),
    "codebooks.Codebook.codes": call(on=BOOK.codes, z=Z),
    "codebooks.Codebook.look_up": call(
        legal=[("codes", "more", A_MAP)], on=BOOK.look_up, codes=NUMBERS
    ),
    "codebooks.Codebook.nearest": call(on=BOOK.nearest, z=Z),
    "codebooks.Codebook.forward": call(on=BOOK, z=Z),
    "codebooks.MovingCodebook": call(vectors=Z, decay=0.9, least=1.0, generator=G),
    "codebooks.MovingCodebook.nearest": call(on=MOVING.nearest, z=Z),
    "bounds.vector_quantised": call(commitment=0.25),
    "bounds.vector_quantised()": call(on=bounds.vector_quantised(), model=VQ, x=X),
    # units and factors
    "losses.kl_per_unit": call(mean=Z, logvar=Z),
    "losses.free_bits": call(kl=Z, least=0.1),
    "bounds.free_bits": call(least=0.1, generator=G),
    "bounds.free_bits()": call(on=bounds.free_bits(0.1), model=VAE_NET, x=X),
    "bounds.total_correlation": call(weight=1.0, generator=G),
    "bounds.total_correlation()": call(
        on=bounds.total_correlation(1.0), model=VAE_NET, x=X
    ),
    "disentangle.total_correlation": call(
        legal=[("mean logvar", "infinity", NO_DENSITY)], z=Z, mean=Z, logvar=Z
    ),
    "disentangle.mutual_information": call(
        legal=[("factors", "large", ANY_CLASS)], codes=Z, factors=FACTORS, bins=4
    ),
    "disentangle.mutual_information_gap": call(
        legal=[("factors", "large", ANY_CLASS)], codes=Z, factors=FACTORS, bins=4
    ),
    "data.sprites.combinations": call(),
    "data.sprites.draw": call(count=3, generator=G, side=8),
    "data.sprites.render": call(factors=SPRITES, side=8),
    # priors
    "priors.normal_log_prob": call(z=Z, mean=Z, logvar=Z),
    "priors.mixture_log_prob": call(
        legal=[("means logvars", "infinity", NO_DENSITY)],
        z=Z,
        means=Z[:2],
        logvars=Z[:2],
    ),
    "priors.Prior": call(latent_dim=3),
    "priors.Prior.per_code": call(on=MIXTURE.per_code, z=Z),
    "priors.Prior.kl": call(on=MIXTURE.kl, z=Z, mean=Z, logvar=Z),
    "priors.StandardNormal": call(latent_dim=3),
    "priors.StandardNormal.log_prob": call(on=NORMAL.log_prob, z=Z),
    "priors.StandardNormal.sample": call(on=NORMAL.sample, count=2, generator=G),
    "priors.StandardNormal.kl": call(
        legal=[("z", "nan, infinity", "the closed form takes no draw")],
        on=NORMAL.kl,
        z=Z,
        mean=Z,
        logvar=Z,
    ),
    "priors.MixturePrior": call(means=Z, logvars=Z),
    "priors.MixturePrior.log_prob": call(on=MIXTURE.log_prob, z=Z),
    "priors.MixturePrior.sample": call(on=MIXTURE.sample, count=2, generator=G),
    "priors.VampPrior": call(
        legal=[("pseudo_inputs", "less", FLATTENED)],
        encoder=VAE_NET.encoder,
        pseudo_inputs=X,
    ),
    "priors.VampPrior.log_prob": call(on=VAMP.log_prob, z=Z),
    "priors.VampPrior.sample": call(on=VAMP.sample, count=2, generator=G),
    "flows.FlowPrior": call(base=MIXTURE, couplings=2, hidden=4),
    "flows.FlowPrior.log_prob": call(on=FLOW.log_prob, z=Z),
    "flows.FlowPrior.sample": call(on=FLOW.sample, count=2, generator=G),
}
