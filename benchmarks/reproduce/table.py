"""The rows of the table of results, in their order on the page."""

from benchmarks.reproduce import (
    autoencoder,
    code_size,
    denoising,
    few_labels,
    grey_vae,
    ladder,
    learnt_prior,
    neighbours,
    one_class,
    over_time,
    sparse_features,
    sprites,
    stacked,
    static_digits,
    vae,
    vq_vae,
)
from benchmarks.reproduce.rows import Row

ROWS: tuple[Row, ...] = (
    autoencoder.MLP_ROW,
    autoencoder.CONV_ROW,
    over_time.ROW,
    code_size.ROW,
    denoising.ROW,
    stacked.ROW,
    ladder.ROW,
    few_labels.ROW,
    neighbours.ROW,
    one_class.ROW,
    vae.VAE_ROW,
    vae.IWAE_ROW,
    learnt_prior.ROW,
    learnt_prior.WEIGHTED_ROW,
    static_digits.ROW,
    vq_vae.ROW,
    grey_vae.ROW,
    sprites.ROW,
    sparse_features.ROW,
)
