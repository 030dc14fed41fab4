"""Classify digits with 100 labels: codes of deformed digits, then label spreading."""

import time
from collections.abc import Callable, Sequence
from statistics import mean, stdev

import torch
from sklearn.svm import SVC
from torch import Tensor, nn

from aelesson import corruptions, labels, linear, metrics, networks, objectives
from aelesson.models import Autoencoder
from aelesson.networks import MixedPrecision
from aelesson.training import TrainConfig, one_cycle
from benchmarks.reproduce.autoencoder import with_pixels
from benchmarks.reproduce.rows import Job, Outcome, Row, chain, in_words

SIZES = (784, 1024, 512, 64)
ANGLE, SCALE, SHEAR, SHIFT, BEND = 7.5, 0.075, 0.125, 1.0, 1.0  # as `deformation` says
NOISE = 0.1  # standard deviation, on top of the deformation
TRAINING = TrainConfig(epochs=6, batch_size=128, learning_rate=2e-3, schedule=one_cycle)
DRAWS, PER_CLASS = 5, 10
PUBLISHED = {
    "M1 + TSVM, Kingma et al. (2014)": 11.82,
    "M1 + M2, Kingma et al. (2014)": 3.33,
    "virtual adversarial training, Miyato et al. (2018)": 1.36,
    "ladder network, Rasmus et al. (2015)": 1.06,
    "Triple-GAN, Li et al. (2017)": 0.91,
    "bad GAN, Dai et al. (2017)": 0.80,
}
NEIGHBOURS, ALPHA = 6, 0.99
SVM_C = 10.0


def build() -> Autoencoder:
    """Return a multilayer perceptron and its mirror image, in mixed precision."""
    back = networks.mlp_decoder(SIZES[::-1], output=nn.Identity)
    return Autoencoder(MixedPrecision(networks.mlp_encoder(SIZES)), with_pixels(back))


def deform() -> corruptions.Corruption:
    """Return what spoils a digit: a small deformation, and then noise."""
    move = corruptions.deformation(
        angle=ANGLE, scale=SCALE, shear=SHEAR, shift=SHIFT, bend=BEND
    )
    add_noise = corruptions.gaussian_noise(NOISE)
    return lambda x: add_noise(move(x))


def draw_labelled(job: Job, draws: int) -> list[Tensor]:
    """Return sets of 100 training images that keep their labels; seeds have others."""
    classes = job.splits.train.labels
    generators = (
        torch.Generator().manual_seed(100 * job.seed + draw) for draw in range(draws)
    )
    return [labels.stratified_subset(classes, PER_CLASS, each) for each in generators]


def errors(job: Job, predicted: Sequence[Tensor]) -> list[float]:
    """Return the test error in % of each set of predictions."""
    truth = job.splits.test.labels.cpu()
    return [100 * (each != truth).double().mean().item() for each in predicted]


def spread(
    job: Job, chosen: Sequence[Tensor], codes: Tensor, test_codes: Tensor
) -> list[float]:
    """Let each set of labels spread over codes; return the test errors in %."""
    classes = job.splits.train.labels
    predicted = labels.spread(
        codes, classes, chosen, test_codes, neighbours=NEIGHBOURS, alpha=ALPHA
    )
    return errors(job, predicted)


def spread_codes(
    job: Job,
    chosen: Sequence[Tensor],
    model: nn.Module,
    encode: Callable[[Tensor], Tensor],
) -> list[float]:
    """Do the same over what `encode`, a function of the model, makes of the images."""
    model.to(job.device)
    codes, test_codes = (
        metrics.apply(model, encode, part.images)
        for part in (job.splits.train, job.splits.test)
    )
    return spread(job, chosen, codes, test_codes)


def svm_errors(job: Job, chosen: Sequence[Tensor]) -> list[float]:
    """Return the test errors in % of a machine that sees labelled images only."""
    train, test = (
        part.images.flatten(1).cpu() for part in (job.splits.train, job.splits.test)
    )
    classes, predicted = job.splits.train.labels.cpu(), []
    for indices in chosen:
        machine = SVC(C=SVM_C).fit(train[indices], classes[indices])
        predicted.append(torch.from_numpy(machine.predict(test)))
    return errors(job, predicted)


def baselines(job: Job, chosen: Sequence[Tensor]) -> dict[str, float]:
    """Return mean test errors in % without training; the slow one with seed 0 only."""
    train, test = job.splits.train.images, job.splits.test.images
    untrained, pca = build(), linear.fit_pca(train, SIZES[-1])
    codes, test_codes = (linear.pca_codes(x, *pca) for x in (train, test))
    beside = {
        "SVM with RBF kernel on the labelled images": svm_errors(job, chosen),
        "spreading on codes of the untrained network": spread_codes(
            job, chosen, untrained, untrained.encode
        ),
        f"spreading on PCA-{SIZES[-1]}": spread(job, chosen, codes, test_codes),
    }
    if job.seed == 0:
        beside["spreading on pixels, first run only"] = spread(job, chosen, train, test)
    return {name: mean(values) for name, values in beside.items()}


def run(job: Job) -> Outcome:
    """Train without labels, spread few labels, beside spreading on other codes."""
    model, chosen = build(), draw_labelled(job, job.at_most(DRAWS, 2))
    ask = objectives.denoising(deform())
    training = job.train("ours", model, job.splits.train.images, ask, TRAINING).seconds
    started = time.perf_counter()
    ours = spread_codes(job, chosen, model, model.encode)
    spreading = time.perf_counter() - started
    notes = {
        f"standard deviation over {DRAWS} draws of labels": stdev(ours),
        f"seconds of graph and spreading, {DRAWS} draws": spreading,
    }
    return Outcome(mean(ours), training + spreading, baselines(job, chosen), notes)


ROW = Row(
    name="few-labels",
    title="100 labels, all images, test error",
    unit="%",
    digits=2,
    aim=10.0,
    published=PUBLISHED,
    settings=(
        f"{chain(SIZES)} and back, ReLU, mixed precision; {in_words(TRAINING)}. The "
        "autoencoder restores digits from deformed copies, in which each digit is "
        f"turned by up to {ANGLE:g} degrees, scaled by up to {SCALE:.1%} along each "
        f"axis, slanted by up to {SHEAR:g}, moved by up to {SHIFT:g} pixel, bent by "
        f"moves of standard deviation {BEND:g} pixel at 4 x 4 points, and has noise of "
        f"{NOISE:g}. Then {PER_CLASS} labels per digit spread over the codes of all "
        f"training images: {NEIGHBOURS - 1} neighbours each, alpha {ALPHA:g}. A run's "
        f"figure is the mean over {DRAWS} draws of the labelled images. The SVM has C "
        f"{SVM_C:g}. All settings were chosen on the labelled validation images, and "
        "these are far more than 100 labels."
    ),
    run=run,
    remark="All published ones but M1 + TSVM learn with the labels.",
)
