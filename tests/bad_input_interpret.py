"""A valid call of every public function of `interpret`, and of known features."""

import torch
from bad_input import call
from bad_input_examples import (
    ANY_CLASS,
    ANY_LENGTH,
    FLAT,
    LABELS,
    NOT_IN_STEP,
    SCALAR_TOO,
    ZERO,
    G,
    Z,
)
from torch import nn

from aelesson import interpret
from aelesson.data.features import Features

TRUTH = Features(
    torch.eye(9)[:4], torch.tensor([-1, 0, -1, 2]), torch.tensor([0.5, 0.3, 0.5, 0.3])
)
THRESHOLD = torch.tensor([0.1, 0.2, 0.3])
ABOVE_ALL = "it is above any threshold"
NEVER = "a threshold that nothing reaches"
BEHIND = "a loss may be negative, as that of a density"
OTHER_WAY = "a direction has two senses"
DECODER = interpret.UnitDecoder(3, 9)
JUMP = interpret.JumpReLU(3)
JUMPING = interpret.sparse_autoencoder(interpret.UnitDecoder(3, 9), JUMP)
STRENGTHS = torch.rand(6, 4)

CALLS = {
    # known features
    "data.features.Features": call(
        vectors=TRUTH.vectors, parents=TRUTH.parents, chances=TRUTH.chances
    ),
    "data.features.build": call(
        legal=[("families", "zero", ZERO)],
        count=20,
        dimensions=5,
        generator=G,
        families=2,
        children=3,
        active=2.0,
        spread=4.0,
    ),
    "data.features.draw": call(truth=TRUTH, count=5, generator=G),
    # jump
    "interpret.jump.jump_relu": call(
        legal=[
            ("threshold", "number, less", SCALAR_TOO),
            ("threshold", "infinity", NEVER),
        ],
        pre=Z,
        threshold=THRESHOLD,
        width=0.1,
    ),
    "interpret.jump.l0": call(
        legal=[
            ("pre", "infinity", ABOVE_ALL),
            ("threshold", "number, less", SCALAR_TOO),
            ("threshold", "infinity", NEVER),
        ],
        pre=Z,
        threshold=THRESHOLD,
        width=0.1,
    ),
    "interpret.jump.JumpReLU": call(latent_dim=3, threshold=0.1, width=0.1),
    "interpret.jump.JumpReLU.forward": call(on=JUMP, pre=Z),
    "interpret.jump.l0_penalty": call(encoder=JUMPING.encoder, x=FLAT),
    # sparse
    "interpret.sparse.UnitDecoder": call(latent_dim=3, outputs=9),
    "interpret.sparse.UnitDecoder.forward": call(on=DECODER, z=Z),
    "interpret.sparse.random_decoder": call(latent_dim=3, outputs=9, generator=G),
    "interpret.sparse.sparse_autoencoder": call(
        decoder=nn.Linear(3, 9), activation=nn.ReLU()
    ),
    "interpret.sparse.matryoshka": call(prefixes=(1, 3)),
    "interpret.sparse.matryoshka()": call(
        on=interpret.matryoshka((1, 3)), model=JUMPING, x=FLAT
    ),
    # scores
    "interpret.scores.dead_latents": call(activations=Z, least=0.1),
    "interpret.scores.match": call(
        decoder=FLAT,
        features=TRUTH.vectors,
        least=0.5,
    ),
    "interpret.scores.recovered": call(decoder=FLAT, features=TRUTH.vectors, least=0.5),
    "interpret.scores.agreement": call(
        legal=[("decoder_a decoder_b", "shorter", NOT_IN_STEP)],
        decoder_a=FLAT,
        decoder_b=FLAT,
        least=0.5,
    ),
    "interpret.scores.purity": call(
        legal=[("labels", "negative, large", ANY_CLASS)],
        activations=Z,
        labels=LABELS,
        top=2,
    ),
    "interpret.scores.explained_variance": call(x_hat=FLAT, x=FLAT),
    "interpret.scores.absorption": call(
        activations=Z,
        decoder=torch.eye(9)[:3],
        strengths=STRENGTHS,
        truth=TRUTH,
        least=0.5,
    ),
    # edits
    "interpret.edits.ablate": call(
        legal=[("latent", "zero", ZERO)],
        z=Z,
        latent=2,
    ),
    "interpret.edits.steer": call(
        legal=[("strength", "negative", OTHER_WAY)],
        x=Z,
        direction=THRESHOLD,
        strength=0.5,
    ),
    "interpret.edits.loss_recovered": call(
        legal=[("clean replaced", "negative", BEHIND)],
        clean=0.1,
        replaced=0.2,
        ablated=2.3,
    ),
    # claims
    "interpret.claims.beyond_control": call(
        legal=[("scores", "longer", ANY_LENGTH)],
        scores=[0.9, 0.8],
        controls={"random": [0.1, 0.2], "untrained": [0.3, 0.1]},
        margin=0.1,
        better="higher",
    ),
}
