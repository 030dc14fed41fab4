"""The VAE of the row `vae`, but for its prior: a mixture of normals that is learnt."""

import torch

from aelesson.models import VAE
from aelesson.priors import MixturePrior
from aelesson.training import TrainConfig, one_cycle
from benchmarks.reproduce import vae
from benchmarks.reproduce.rows import Job, Outcome, Row, in_words

NORMALS = 50
WEIGHTS = 16
ELBO = TrainConfig(epochs=45, batch_size=128, learning_rate=2e-3, schedule=one_cycle)
IWAE = TrainConfig(epochs=6, batch_size=128, learning_rate=5e-4, schedule=one_cycle)


def build() -> VAE:
    """Return the VAE of `vae`, its prior at draws of the standard normal."""
    model = vae.build()
    model.set_prior(MixturePrior(torch.randn(NORMALS, vae.CODE)))
    return model


def run(job: Job) -> Outcome:
    """Train with the ELBO, the prior beside the networks, and estimate as `vae`."""
    model = build()
    return vae.judge(job, model, vae.train(job, model, vae.ELBO))


def train_weighted(job: Job) -> tuple[VAE, float]:
    """Train with the ELBO, then with importance weights; return the seconds, too."""
    model = build()
    return model, vae.train(job, model, ELBO) + vae.train(job, model, IWAE, WEIGHTS)


def run_weighted(job: Job) -> Outcome:
    """Train with the ELBO, then with importance weights, and estimate as `vae`."""
    return vae.judge(job, *train_weighted(job))


MODEL = (
    f"{vae.NETWORK}. The prior is a mixture of {NORMALS} normals of equal weight, "
    "whose means and variances are learnt with the networks; they start at draws "
    "of the standard normal, with variance 1"
)

ROW = Row(
    name="learnt-prior",
    title=(
        f"VAE with a prior of {NORMALS} learnt normals, binary digits (dynamic), "
        "negative log-likelihood"
    ),
    unit="nats",
    digits=2,
    aim=83.2,
    published={
        "VAE 784-200-200-50, Burda et al. (2016)": 86.76,
        "ladder VAE of five layers, Sønderby et al. (2016)": 81.84,
        **vae.PUBLISHED_BEST,
    },
    settings=f"{MODEL}. {in_words(vae.ELBO)}. {vae.JUDGED}",
    run=run,
    seeds=1,
    remark=(
        "The row `vae` is the control: the same network, training and estimate, with a "
        "standard normal as its prior."
    ),
)

WEIGHTED_ROW = Row(
    name="weighted-prior",
    title=(
        f"VAE with a prior of {NORMALS} learnt normals, trained with importance "
        "weights at the end, binary digits (dynamic), negative log-likelihood"
    ),
    unit="nats",
    digits=2,
    aim=81.7,
    published={
        "ladder VAE of five layers, Sønderby et al. (2016)": 81.84,
        "ladder VAE, importance-weighted, Sønderby et al. (2016)": 81.74,
        **vae.PUBLISHED_BEST,
    },
    settings=(
        f"{MODEL}. {in_words(ELBO)} with the ELBO; then {in_words(IWAE)} with "
        f"{WEIGHTS} importance weights. {vae.JUDGED}"
    ),
    run=run_weighted,
    seeds=1,
    remark=(
        "The row `learnt-prior` is the same model, trained with the ELBO alone, but "
        f"for {vae.ELBO.epochs} epochs and in bfloat16: the difference is what the "
        "weights bring less what fewer epochs cost, and the two are not told apart."
    ),
)
