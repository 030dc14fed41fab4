"""The rows of the table of results, in their order on the page."""

from benchmarks.reproduce import autoencoder, denoising
from benchmarks.reproduce.rows import Row

ROWS: tuple[Row, ...] = (
    autoencoder.MLP_ROW,
    autoencoder.CONV_ROW,
    denoising.ROW,
)
