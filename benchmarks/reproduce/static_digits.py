"""The model of the row `weighted-prior`, on digits that were binarised once."""

from dataclasses import replace

import torch

from aelesson import likelihood
from aelesson.training import TrainConfig, one_cycle
from benchmarks.reproduce import learnt_prior, vae
from benchmarks.reproduce.rows import Job, Outcome, Row, in_words

TRAIN_SEED = 54321  # binarises the training images: the same for every run
LOOKED_AT, LOOKED_AT_SAMPLES = 1000, 1000  # training images, and weights for each
ELBO = TrainConfig(epochs=16, batch_size=128, learning_rate=2e-3, schedule=one_cycle)
IWAE = TrainConfig(epochs=2, batch_size=128, learning_rate=5e-4, schedule=one_cycle)


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
    """Train as `learnt_prior.run_weighted`, on fixed pictures; estimate as `vae`."""
    once, model = binarised_once(job), learnt_prior.build()
    seconds = vae.train(once, model, ELBO)
    seconds += vae.train(once, model, IWAE, learnt_prior.WEIGHTS)
    outcome = vae.judge(job, model, seconds)
    seen = once.splits.train.images[: job.at_most(LOOKED_AT, 2)].to(job.device)
    samples = job.at_most(LOOKED_AT_SAMPLES, 10)
    by_heart = likelihood.nll(model, seen, samples, vae.seeded(job.device))
    name = f"of {LOOKED_AT} training images, {LOOKED_AT_SAMPLES} weights each"
    return replace(outcome, notes={**outcome.notes, name: by_heart.mean})


ROW = Row(
    name="static-digits",
    title=(
        f"VAE with a prior of {learnt_prior.NORMALS} learnt normals, binary digits "
        "(static), negative log-likelihood"
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
        f"The network, the prior and the weights of the row `weighted-prior`, but the "
        f"training images are binarised once. {in_words(ELBO)} with the ELBO; then "
        f"{in_words(IWAE)} with {learnt_prior.WEIGHTS} weights; the epochs were chosen "
        f"on validation images. {vae.JUDGED}"
    ),
    run=run,
    seeds=1,
    remark=(
        "The test images are those of the other rows of binary digits, one by one. The "
        "published figures are of another draw, the fixed one of Larochelle and Murray "
        "(2011), which no package of ours carries."
    ),
)
