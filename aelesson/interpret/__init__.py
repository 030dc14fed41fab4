"""Sparse autoencoders on a network's activations: train them, judge them, use them."""

from aelesson.interpret.claims import ControlPassesError, beyond_control
from aelesson.interpret.edits import ablate, loss_recovered, steer
from aelesson.interpret.jump import JumpReLU, jump_relu, l0, l0_penalty
from aelesson.interpret.scores import (
    absorption,
    agreement,
    dead_latents,
    explained_variance,
    match,
    purity,
    recovered,
)
from aelesson.interpret.sparse import (
    UnitDecoder,
    matryoshka,
    random_decoder,
    sparse_autoencoder,
)

__all__ = [
    "ControlPassesError",
    "JumpReLU",
    "UnitDecoder",
    "ablate",
    "absorption",
    "agreement",
    "beyond_control",
    "dead_latents",
    "explained_variance",
    "jump_relu",
    "l0",
    "l0_penalty",
    "loss_recovered",
    "match",
    "matryoshka",
    "purity",
    "random_decoder",
    "recovered",
    "sparse_autoencoder",
    "steer",
]
