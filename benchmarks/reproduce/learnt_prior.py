"""The VAE of the row `vae`, but for its prior: a mixture of normals that is learnt."""

import torch

from aelesson import objectives
from aelesson.priors import MixturePrior
from benchmarks.reproduce import vae
from benchmarks.reproduce.rows import Job, Outcome, Row, in_words

NORMALS = 50


def run(job: Job) -> Outcome:
    """Train with the ELBO, the prior beside the networks, and estimate as `vae`."""
    model, images = vae.build(), job.splits.train.images
    model.set_prior(MixturePrior(torch.randn(NORMALS, vae.CODE)))
    ask = vae.binarised(objectives.negative_elbo())
    seconds = job.train("elbo", model, images, ask, vae.ELBO).seconds
    return vae.judge(job, model, seconds)


ROW = Row(
    name="learnt-prior",
    title=f"VAE with a prior of {NORMALS} learnt normals, negative log-likelihood",
    unit="nats",
    digits=2,
    aim=83.2,
    published={
        "VAE 784-200-200-50, Burda et al. (2016)": 86.76,
        "VAE with a VampPrior, pythae's reproducibility table": 85.79,
    },
    settings=(
        f"{vae.NETWORK}. The prior is a mixture of {NORMALS} normals of equal weight, "
        "whose means and variances are learnt with the networks; they start at draws "
        f"of the standard normal, with variance 1. {in_words(vae.ELBO)}. {vae.JUDGED}"
    ),
    run=run,
    seeds=1,
    remark=(
        "The row `vae` is the control: the same network, training and estimate, with a "
        "standard normal as its prior."
    ),
)
