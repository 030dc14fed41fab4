"""The checks of lesson 06: sparse codes, contraction, a decoder of fixed lengths."""

from aelesson.checks.regularised_contractive import contractive_penalty
from aelesson.checks.regularised_decoder import normalise_decoder_
from aelesson.checks.regularised_kl import kl_sparsity
from aelesson.checks.regularised_l1 import l1_penalty
from aelesson.checks.regularised_top_k import top_k

__all__ = [
    "contractive_penalty",
    "kl_sparsity",
    "l1_penalty",
    "normalise_decoder_",
    "top_k",
]
