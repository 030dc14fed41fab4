"""Does a unit of the code tell one factor of a sprite? Ten seeds, four ways."""

from collections.abc import Sequence
from statistics import mean

import torch
from scipy.stats import spearmanr
from torch import Tensor

from aelesson import bounds, disentangle, latent, metrics, objectives
from aelesson.data import sprites
from aelesson.models import VAE
from aelesson.networks import MixedPrecision
from aelesson.objectives import Objective
from aelesson.training import TrainConfig, evaluate, one_cycle
from benchmarks.reproduce.rows import Job, Outcome, Row, chain, in_words

SIZES = (784, 400, 400, 10)
BETA, WEIGHT = 8.0, 9.0  # of the KL term, and of the total correlation
CONFIG = TrainConfig(epochs=150, batch_size=128, learning_rate=1e-3, schedule=one_cycle)
SOME = 1000  # sprites between which the total correlation is estimated
FIXED = 12345  # chooses these and draws their codes: the same for every run
SEEDS = 10

OURS = "total-correlation penalty"
UNTRAINED = "untrained encoder"
WAYS: dict[str, Objective] = {
    OURS: bounds.total_correlation(WEIGHT),
    "VAE": objectives.negative_elbo(),
    "beta-VAE": objectives.negative_elbo(BETA),
}


def build() -> VAE:
    """Return a multilayer perceptron, in mixed precision."""
    plain = VAE.mlp(SIZES)
    return VAE(MixedPrecision(plain.encoder), MixedPrecision(plain.decoder))


def gap(model: VAE, images: Tensor, factors: Tensor) -> float:
    """Return the mutual information gap of the mean codes."""
    codes = metrics.apply(model, model.encode, images)
    return disentangle.mutual_information_gap(codes.cpu(), factors)


def total_correlation(model: VAE, images: Tensor) -> float:
    """Estimate the total correlation of the code, between some sprites, in nats."""
    fixed = torch.Generator().manual_seed(FIXED)
    some = images[torch.randperm(len(images), generator=fixed)[:SOME]]
    both = metrics.apply(model, lambda x: torch.cat(model.posterior(x), 1), some).cpu()
    mean_, logvar = both.chunk(2, dim=1)
    z = latent.reparameterize(mean_, logvar, fixed)
    return disentangle.total_correlation(z, mean_, logvar).item()


def bound(model: VAE, images: Tensor) -> float:
    """Return -ELBO, with the KL term counted once, in nats per image."""
    return evaluate(model, images, objectives.negative_elbo())["loss"]


def run(job: Job) -> Outcome:
    """Train in three ways, beside an untrained encoder; judge by all sprites."""
    factors = sprites.combinations()[:: job.at_most(1, 17)]
    images = sprites.render(factors)
    gaps, notes, seconds = {UNTRAINED: gap(build(), images, factors)}, {}, 0.0
    for name, objective in WAYS.items():
        model = build()
        taken = job.train(name, model, images, objective, CONFIG).seconds
        seconds += taken * (name == OURS)
        gaps[name] = gap(model, images, factors)
        notes[f"-ELBO, {name}"] = bound(model, images)
        notes[f"total correlation, {name}"] = total_correlation(model, images)
    return Outcome(gaps.pop(OURS), seconds, gaps, notes)


def chosen_blindly(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """Tell how well a number that needs no factors picks a seed with a large gap."""
    found: dict[str, float] = {}
    for name in WAYS if len(outcomes) > 2 else ():
        gaps = [one.value if name == OURS else one.beside[name] for one in outcomes]
        for what in ("-ELBO", "total correlation"):
            signs = [one.notes[f"{what}, {name}"] for one in outcomes]
            found |= {
                f"{name}: rank correlation of the gap with {what}": float(
                    spearmanr(gaps, signs).statistic
                ),
                f"{name}: gap of the seed with the lowest {what}": gaps[
                    signs.index(min(signs))
                ],
            }
        found[f"{name}: mean gap, of a seed drawn at random"] = mean(gaps)
        found[f"{name}: largest gap"] = max(gaps)
    return found


ROW = Row(
    name="sprites",
    title="Sprites, total-correlation penalty, mutual information gap",
    unit="MIG",
    digits=3,
    aim=0.45,
    published={},
    settings=(
        f"VAE, {chain(SIZES)} and back, ReLU, mixed precision, on all "
        f"{len(sprites.combinations())} sprites of the course; {in_words(CONFIG)}; the "
        f"total correlation of a batch is added to -ELBO with weight {WEIGHT:g}. The "
        "figure is the mutual information gap (MIG) of the mean codes of the same "
        f"sprites, in 20 bins. Beside it the same VAE without the penalty; a beta-VAE, "
        f"beta {BETA:g}; an encoder that was not trained. Weights were chosen by the "
        "gap itself in trials with two other seeds, so with the factors known. "
        f"For the notes, the total correlation is estimated between {SOME} sprites."
    ),
    run=run,
    over_runs=chosen_blindly,
    higher_is_better=True,
    seeds=SEEDS,
    remark=(
        "The goal is a gap that is quoted for the method on another set, dSprites; its "
        "source was not found. "
        "Locatello et al. (2019) found no number that needs no factors and picks a "
        "good seed; the last list tries two."
    ),
    data="All sprites of the course",
    judged="the same sprites",
)
