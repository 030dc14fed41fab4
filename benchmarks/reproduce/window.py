"""A VAE whose decoder sees the pixels before each one, and whose prior is a flow.

An image is read pixel by pixel, each given the code and the pixels before it, so the
product of all is a likelihood as before. What a small window can tell, no code need.

Source: Gulrajani et al. (2017), "PixelVAE: a latent variable model for natural images";
Chen et al. (2017), "Variational lossy autoencoder".
"""

from dataclasses import replace

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aelesson import latent, likelihood, priors, runtime
from aelesson.flows import FlowPrior
from aelesson.models import VAE
from aelesson.training import TrainConfig, one_cycle
from benchmarks.reproduce import learnt_prior, vae
from benchmarks.reproduce.rows import Job, Outcome, Row, chain, in_words

REACH = 5  # pixels to the left, to the right and above
ROWS, COLUMNS = REACH + 1, 2 * REACH + 1
SEEN = REACH * COLUMNS + REACH
HIDDEN = 32
WEIGHTS = 16
COUPLINGS, UNITS = 8, 128  # of the flow
ELBO = TrainConfig(epochs=28, batch_size=128, learning_rate=2e-3, schedule=one_cycle)
IWAE = TrainConfig(epochs=5, batch_size=128, learning_rate=1e-3, schedule=one_cycle)
FLOW = TrainConfig(epochs=16, batch_size=256, learning_rate=2e-3, schedule=one_cycle)
ALONE = TrainConfig(epochs=10, batch_size=128, learning_rate=2e-3, schedule=one_cycle)
FEW = 1000  # test images, and weights, to compare before and after the flow


class Window(likelihood.Bernoulli):
    """Binary pixels, each given the decoder's logit and the pixels just before it.

    Before training the window adds nothing to the logits.
    """

    before: Tensor

    def __init__(self) -> None:
        super().__init__()
        before = torch.arange(ROWS * COLUMNS) < SEEN
        self.register_buffer("before", before.float())
        self.look = nn.Linear(ROWS * COLUMNS, HIDDEN)
        last = nn.Linear(HIDDEN, 1)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        self.answer = nn.Sequential(
            nn.ReLU(), nn.Linear(HIDDEN, HIDDEN), nn.ReLU(), last
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return what is added to the logits of images `(B, 1, H, W)`, as many."""
        # On one thread this took half the time of a masked convolution.
        padded = F.pad(x, (REACH, REACH, REACH, 0))[:, 0]
        windows = padded.unfold(1, ROWS, 1).unfold(2, COLUMNS, 1).flatten(3)
        seen = F.linear(windows, self.look.weight * self.before, self.look.bias)
        added: Tensor = self.answer(seen)
        return added.movedim(3, 1)

    def nll(self, raw: Tensor, x: Tensor) -> Tensor:
        """Return each image's negative log-likelihood, `(B,)`, in nats."""
        return super().nll(raw + self(x), x)


def draw_log_weights(
    model: VAE, x: Tensor, samples: int, generator: torch.Generator | None = None
) -> Tensor:
    """Do as `likelihood.draw_log_weights`, but look once for all codes of an image."""
    mean, logvar = (each.repeat(samples, 1) for each in model.posterior(x))
    z = latent.reparameterize(mean, logvar, generator)
    raw: Tensor = model.decoder(z)
    logits = raw.unflatten(0, (samples, len(x))) + model.likelihood(x)
    pixels = F.binary_cross_entropy_with_logits(
        logits, x.expand_as(logits), reduction="none"
    )
    code = model.prior.log_prob(z) - priors.normal_log_prob(z, mean, logvar)
    weights: Tensor = code.unflatten(0, (samples, len(x))) - pixels.sum(dim=(2, 3, 4))
    return weights


class Alone(nn.Module):
    """The window and a logit for each place, the same for all images: no code."""

    def __init__(self) -> None:
        super().__init__()
        self.window = Window()
        self.logits = nn.Parameter(torch.zeros(1, 28, 28))

    def forward(self, x: Tensor) -> Tensor:
        """Return each image's negative log-likelihood, `(B,)`, in nats."""
        return self.window.nll(self.logits.expand_as(x), x)


def train(job: Job) -> tuple[VAE, float]:
    """Train with the ELBO, then with the window and importance weights; no flow yet."""
    blind = learnt_prior.build()
    seconds = vae.train(job, blind, ELBO)
    model = VAE(blind.encoder, blind.decoder, Window(), blind.prior)
    samples = job.at_most(WEIGHTS, 2)

    def weighted(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
        assert isinstance(model, VAE)
        weights = draw_log_weights(model, x, samples)
        return {"loss": -likelihood.iwae_bound(weights).mean()}

    images = job.splits.train.images
    history = job.train("window", model, images, vae.binarised(weighted), IWAE)
    return model, seconds + history.seconds


def bend(job: Job, model: VAE) -> float:
    """Bend the model's prior to its codes, change nothing else; return the seconds."""
    flow = FlowPrior(model.prior, COUPLINGS, UNITS)

    def negative(prior: nn.Module, x: Tensor) -> dict[str, Tensor]:
        assert isinstance(prior, FlowPrior)
        with torch.no_grad():
            z = latent.reparameterize(*model.posterior(x))
        return {"loss": -prior.per_code(z).mean()}

    images = job.splits.train.images
    history = job.train("flow", flow, images, vae.binarised(negative), FLOW)
    model.set_prior(flow)
    return history.seconds


def of_few(job: Job, model: VAE) -> float:
    """Return the negative log-likelihood of some test images, with fewer weights."""
    images = vae.binary_test_images(job)[:FEW].to(job.device)
    samples = job.at_most(FEW, 10)
    bounds = vae.fast_bounds(
        model, images, samples, vae.seeded(job.device), draw_log_weights
    )
    return -float(bounds.mean())


def alone(job: Job) -> float:
    """Return the negative log-likelihood of the test images without a code."""

    def negative(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
        return {"loss": model(x).mean()}

    model = Alone()
    images = job.splits.train.images
    job.train("alone", model, images, vae.binarised(negative), ALONE)
    with runtime.evaluating(model):
        parts = vae.binary_test_images(job).to(job.device).split(1000)
        return float(torch.cat([model(part) for part in parts]).mean())


def run(job: Job) -> Outcome:
    """Train, bend the prior, estimate as `vae`; beside it the window without a code."""
    model, seconds = train(job)
    before = of_few(job, model)
    seconds += bend(job, model)
    outcome = vae.judge(job, model, seconds, draw_log_weights)
    told = f"of {FEW} images with {FEW} weights each"
    notes = {f"{told}, before the flow": before, f"{told}, after": of_few(job, model)}
    return replace(
        outcome,
        beside={"the window alone, without a code": alone(job)},
        notes={**outcome.notes, **notes},
    )


ROW = Row(
    name="window",
    title=(
        "VAE whose decoder also sees a window of the pixels before each one, its prior "
        "a flow, binary digits (dynamic), negative log-likelihood"
    ),
    unit="nats",
    digits=2,
    aim=81.7,
    published={
        "ladder VAE, importance-weighted, Sønderby et al. (2016)": 81.74,
        "variational lossy autoencoder, Chen et al. (2017)": 78.53,
        **vae.PUBLISHED_BEST,
    },
    settings=(
        f"The model of the row `weighted-prior`: {in_words(ELBO)} with the ELBO. Then "
        f"a network {chain((SEEN, HIDDEN, HIDDEN, 1))}, ReLU, adds to the logit of a "
        f"pixel what it makes of the {SEEN} pixels before it, in the order of reading, "
        f"at most {REACH} rows above and {REACH} columns to either side; all together "
        f"{in_words(IWAE)}, with {WEIGHTS} importance weights. At last a flow of "
        f"{COUPLINGS} couplings, each with a network of two layers of {UNITS}, bends "
        f"the mixture to the finished model's codes: {in_words(FLOW)}. Window and flow "
        f"were chosen on validation images. {vae.JUDGED} Beside it "
        f"that network and a logit for each place, without a code: {in_words(ALONE)}"
    ),
    run=run,
    seeds=1,
    remark=(
        "An image is drawn pixel by pixel here; the ladder VAE and NVAE draw it at "
        "once. The row `weighted-prior` is the model without window and flow, but with "
        "more epochs: what the window brings is not told apart from what fewer epochs "
        "cost. What the flow brings stands below."
    ),
)
