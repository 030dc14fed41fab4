"""Functions of a batch in `interpret`; see `properties`."""

import torch
from properties import of_codes
from torch import nn

from aelesson import interpret
from aelesson.data.features import Features

torch.manual_seed(0)
JUMP = interpret.JumpReLU(3, 0.3)
DECODER = interpret.UnitDecoder(3, 5)
SPARSE = interpret.sparse_autoencoder(interpret.UnitDecoder(6, 3), nn.ReLU())
JUMPING = interpret.sparse_autoencoder(interpret.UnitDecoder(3, 3), JUMP)
TRUTH = Features(torch.eye(3), torch.tensor([-1, 0, 0]), torch.full((3,), 0.5))

FLOAT32 = {
    "interpret.jump.JumpReLU.forward": of_codes(JUMP),
    "interpret.jump.l0_penalty": of_codes(
        lambda x: interpret.l0_penalty(JUMPING.encoder, x)
    ),
    "interpret.sparse.UnitDecoder.forward": of_codes(DECODER),
}
ANY_FLOAT = {
    "interpret.jump.jump_relu": of_codes(lambda pre: interpret.jump_relu(pre, 0.3)),
    "interpret.jump.l0": of_codes(lambda pre: interpret.l0(pre, 0.3)),
    "interpret.edits.ablate": of_codes(lambda z: interpret.ablate(z, 1)),
    "interpret.edits.steer": of_codes(
        lambda x: interpret.steer(x, torch.tensor([1.0, 2.0, 2.0]), -3.0)
    ),
}
TOGETHER = {
    "interpret.scores.dead_latents": of_codes(
        lambda z: interpret.dead_latents(z.relu(), 0.5)
    ),
    "interpret.scores.recovered": lambda d: (
        lambda decoder, features: interpret.recovered(decoder, features, 0.6),
        d.codes(),
        d.codes(),
    ),
    "interpret.scores.agreement": lambda d: (
        lambda a, b: interpret.agreement(a, b, 0.6),
        d.codes(),
        d.codes(),
    ),
    "interpret.scores.purity": lambda d: (
        lambda z, labels: interpret.purity(z, labels, 3),
        d.codes(),
        d.whole(3),
    ),
    "interpret.scores.explained_variance": lambda d: (
        interpret.explained_variance,
        d.codes(),
        d.codes(),
    ),
    "interpret.scores.absorption": lambda d: (
        lambda z, s: interpret.absorption(z, torch.eye(3).to(z), s, TRUTH, 0.9),
        d.codes(),
        d.codes().abs(),
    ),
}
TOGETHER32 = {
    "interpret.sparse.matryoshka()": of_codes(
        lambda x: interpret.matryoshka((2, 6))(SPARSE, x)["loss"]
    ),
}
