"""The row `weighted-prior` once more, on digits that were binarised once."""

from dataclasses import replace

import torch

from aelesson import likelihood
from benchmarks.reproduce import learnt_prior, vae
from benchmarks.reproduce.rows import Job, Outcome, Row, in_words

TRAIN_SEED = 54321  # binarises the training images: the same for every run
SEEN, SAMPLES = 1000, 1000  # training images whose likelihood is noted, and weights


def binarised_once(job: Job) -> Job:
    """Return the job with training images of black and white, drawn once for all runs.

    To binarise such images anew changes nothing. The test images stay grey here: they
    are binarised where they are judged, as for every other row.
    """
    generator, train = torch.Generator().manual_seed(TRAIN_SEED), job.splits.train
    images = torch.bernoulli(train.images, generator=generator)
    train = replace(train, images=images)
    return replace(job, splits=replace(job.splits, train=train))


def run(job: Job) -> Outcome:
    """Train and estimate as `weighted-prior` does, and look at training images too."""
    once = binarised_once(job)
    model, seconds = learnt_prior.train_weighted(once)
    outcome = vae.judge(once, model, seconds)
    seen = once.splits.train.images[: job.at_most(SEEN, 2)].to(job.device)
    samples = job.at_most(SAMPLES, 10)
    of_seen = likelihood.nll(model, seen, samples, vae.seeded(job.device))
    name = f"the same of {SEEN} training images, with {SAMPLES} weights each"
    return replace(outcome, notes={**outcome.notes, name: of_seen.mean})


ROW = Row(
    name="static-digits",
    title=(
        f"VAE with a prior of {learnt_prior.NORMALS} learnt normals, trained with "
        "importance weights at the end, binary digits (static), negative log-likelihood"
    ),
    unit="nats",
    digits=2,
    aim=None,
    published={
        "IWAE-50 784-200-200-50, Burda et al. (2016)": 87.1,
        "IWAE-50, pythae's reproducibility table": 86.82,
        "VAE with a VampPrior, Tomczak and Welling (2018)": 85.57,
        "variational lossy autoencoder, Chen et al. (2017)": 79.03,
    },
    settings=(
        "All as in the row `weighted-prior`, but the training images are binarised "
        f"once: {in_words(learnt_prior.ELBO)} with the ELBO; then "
        f"{in_words(learnt_prior.IWAE)} with {learnt_prior.WEIGHTS} importance "
        f"weights. No setting was chosen for these images. {vae.JUDGED}"
    ),
    run=run,
    seeds=1,
    remark=(
        "The row `weighted-prior` is the control, and both are judged by the same test "
        "images: the difference is what the fresh draws bring. The published figures "
        "are of another draw, the fixed one of Larochelle and Murray (2011), which "
        "none of our packages carries."
    ),
)
