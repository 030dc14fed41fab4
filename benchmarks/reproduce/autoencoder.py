"""Reconstruct digits from 32 numbers: a multilayer perceptron, a conv network."""

from collections.abc import Sequence

from torch import nn

from aelesson import linear, losses, metrics, networks, objectives
from aelesson.models import Autoencoder
from aelesson.networks import MixedPrecision
from aelesson.training import TrainConfig, one_cycle
from benchmarks.reproduce.rows import Job, Outcome, Row, chain, in_words

CODE = 32
SIZES = (784, 1024, CODE)
MLP = TrainConfig(epochs=12, batch_size=128, learning_rate=2e-3, schedule=one_cycle)
CHANNELS = (32, 64)
CONV = TrainConfig(epochs=5, batch_size=128, learning_rate=3e-3, schedule=one_cycle)
TUTORIAL_SIZES = (784, 128, 64, CODE)
TUTORIAL = TrainConfig(epochs=10, batch_size=128, learning_rate=1e-3)


def with_pixels(logits: nn.Module) -> nn.Module:
    """Return a decoder to pixels, its layers in mixed precision but the sigmoid not."""
    return nn.Sequential(MixedPrecision(logits), nn.Sigmoid())


def build_mlp(sizes: Sequence[int] = SIZES) -> Autoencoder:
    """Return a perceptron, by default of one wide layer on each side of the code."""
    back = networks.mlp_decoder(sizes[::-1], activation=nn.GELU, output=nn.Identity)
    return Autoencoder(
        MixedPrecision(networks.mlp_encoder(sizes, nn.GELU)), with_pixels(back)
    )


def build_conv() -> Autoencoder:
    """Return a convolutional network with a code of the same size."""
    return Autoencoder(
        MixedPrecision(networks.conv_encoder(CODE, CHANNELS)),
        with_pixels(networks.conv_decoder(CODE, CHANNELS[::-1], output=nn.Identity)),
    )


def build_tutorial() -> Autoencoder:
    """Return a tutorial's network: three layers, and a ReLU on the code too."""
    model = Autoencoder.mlp(TUTORIAL_SIZES)
    return Autoencoder(nn.Sequential(model.encoder, nn.ReLU()), model.decoder)


def test_error(job: Job, model: Autoencoder) -> float:
    """Return the mean squared error per pixel of the test images."""
    return metrics.reconstruction_error(model, job.splits.test.images).mean().item()


def pca_error(job: Job, code: int = CODE) -> float:
    """Return the same of PCA with so many numbers, its pixels clipped to [0, 1]."""
    test, pca = job.splits.test.images, linear.fit_pca(job.splits.train.images, code)
    x_hat = linear.pca_reconstruct(test, *pca).clamp(0, 1)
    return losses.mse(x_hat, test).mean().item()


def run_mlp(job: Job) -> Outcome:
    """Train the multilayer perceptron, beside PCA and a tutorial's network."""
    model, tutorial = build_mlp(), build_tutorial()
    images, ask = job.splits.train.images, objectives.reconstruction()
    seconds = job.train("ours", model, images, ask, MLP).seconds
    control = job.train("tutorial", tutorial, images, ask, TUTORIAL)
    beside = {
        "PCA-32, clipped": pca_error(job),
        "a tutorial's network": test_error(job, tutorial),
    }
    notes = {"seconds of the tutorial's network": control.seconds}
    return Outcome(test_error(job, model), seconds, beside, notes)


def run_conv(job: Job) -> Outcome:
    """Train the convolutional network, beside the multilayer perceptron."""
    model, mlp = build_conv(), build_mlp()
    images, ask = job.splits.train.images, objectives.reconstruction()
    seconds = job.train("ours", model, images, ask, CONV).seconds
    control = job.train("mlp", mlp, images, ask, MLP)
    beside = {
        "multilayer perceptron, same time": test_error(job, mlp),
        "PCA-32, clipped": pca_error(job),
    }
    notes = {"seconds of the multilayer perceptron": control.seconds}
    return Outcome(test_error(job, model), seconds, beside, notes)


MLP_ROW = Row(
    name="autoencoder",
    title="Autoencoder with a code of 32 numbers",
    unit="MSE",
    digits=5,
    aim=0.0050,
    published={},
    settings=(
        f"{chain(SIZES)} and back, GELU, mixed precision; "
        f"{in_words(MLP)}. Beside it a tutorial's {chain(TUTORIAL_SIZES)} "
        f"with a ReLU on the code; {in_words(TUTORIAL)}."
    ),
    run=run_mlp,
)

CONV_ROW = Row(
    name="conv",
    title="Convolutional autoencoder with a code of 32 numbers, in the same time",
    unit="MSE",
    digits=5,
    aim=None,
    published={},
    settings=(
        f"Strided convolutions to {CHANNELS[0]} and {CHANNELS[1]} channels, a linear "
        f"code of {CODE}, and back, ReLU, mixed precision; {in_words(CONV)}. Beside it "
        f"the multilayer perceptron of the row `autoencoder`, {in_words(MLP)}."
    ),
    run=run_conv,
)
