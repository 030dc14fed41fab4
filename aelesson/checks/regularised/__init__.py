"""The checks of lesson 06: sparse codes, contraction, a decoder of fixed lengths."""

from aelesson.checks.regularised.contractive_penalty import check as contractive_penalty
from aelesson.checks.regularised.kl_sparsity import check as kl_sparsity
from aelesson.checks.regularised.l1_penalty import check as l1_penalty
from aelesson.checks.regularised.normalise_decoder_ import check as normalise_decoder_
from aelesson.checks.regularised.sparse_loss import check as sparse_loss
from aelesson.checks.regularised.thirty_two_active import check as thirty_two_active
from aelesson.checks.regularised.top_k import check as top_k

__all__ = [
    "contractive_penalty",
    "kl_sparsity",
    "l1_penalty",
    "normalise_decoder_",
    "sparse_loss",
    "thirty_two_active",
    "top_k",
]
