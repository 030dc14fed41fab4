"""`anomaly_of_one()`: a `fit(normal)` that returns scores for images; best AUROC."""

from functools import lru_cache

import torch

from aelesson import anomaly, data, losses, models, objectives, runtime
from aelesson.checks import judge
from aelesson.checks.applications.auroc import auroc
from aelesson.checks.engine.calls import Raised, attempt, failed
from aelesson.checks.engine.scored import Scored
from aelesson.linear import fit_pca, pca_reconstruct
from aelesson.training import TrainConfig, fit, one_cycle

NORMAL = (2, 5, 8)  # each in turn


def pca(normal):
    mean, components = fit_pca(normal, 32)
    return lambda x: losses.mse(pca_reconstruct(x, mean, components).clamp(0, 1), x)


def mean_image(normal):
    return lambda x: losses.mse(normal.mean(0).expand_as(x), x)


def lesson(normal):
    """Train what the lesson trains, and score by its errors."""
    runtime.seed_everything(0)
    model = models.Autoencoder.mlp((784, 128, 32))
    settings = TrainConfig(30, 32, 5e-3, one_cycle)
    fit(model, normal, objectives.reconstruction(), settings, progress=False)
    return lambda x: anomaly.anomaly_scores(model, x)


@lru_cache(maxsize=1)
def fitted(make):
    """Fit to each normal digit in turn, and to nothing else."""
    digits = data.load("mnist-5k").train
    with torch.enable_grad():
        return {d: make(digits.images[digits.labels == d].clone()) for d in NORMAL}


def scores(make, x):
    with torch.no_grad():
        return [score(x.clone()).double() for score in fitted(make).values()]


def usable(make):
    """Refuse what is no function of normal images that returns one of images."""
    if make is None:
        return "got None, expected a function fit(normal): is `return` missing?"
    if not callable(make) or isinstance(make, torch.nn.Module):
        got = type(make).__name__
        return f"got {got}, expected fit: from normal images to a function of images."
    x = judge.digits().images[::125]
    found, alone = attempt(scores, [make, x]), attempt(scores, [make, x[3:4]])
    for got in (found, alone):
        if isinstance(got, Raised) and "missing" in got.message:
            return f"it must do with images, without labels and extras.\n({got:.110})"
        if failed(got):
            return (
                f"fit(normal)(images) failed on {len(x)} images or on one: {got:.110}"
            )
    if any(s.shape != (len(x),) or not s.isfinite().all() for s in found):
        return f"one finite score for each image, (B,): got {tuple(found[0].shape)}."
    if not all(
        torch.allclose(s[3:4], t, 1e-3, 1e-5) for s, t in zip(found, alone, strict=True)
    ):
        return "an image's score changes with the others that are scored beside it."
    return ""


def misplaced(make):
    """Return for each normal image the share of anomalies that score below it."""

    def below(s, y):
        return ((s[~y][:, None] > s[y]) + 0.5 * (s[~y][:, None] == s[y])).mean(1)

    def cost(x, labels):
        each = zip(scores(make, x), NORMAL, strict=True)
        return torch.cat([below(s, labels != d) for s, d in each])

    return cost


def mean_auroc(make):
    digits = judge.digits()
    each = zip(scores(make, digits.images), NORMAL, strict=True)
    return sum(auroc(s, digits.labels != d) for s, d in each) / len(NORMAL)


check = Scored(
    "anomaly_of_one",
    mean_auroc,
    unit="AUROC, the mean of three normal digits",
    baseline="PCA with 32 numbers",
    more_is_better=True,
    rules=[usable, judge.unseen(misplaced)],
    references={
        "mean image": lambda: mean_image,
        "PCA with 32 numbers": lambda: pca,
        "the lesson's network": lambda: lesson,
    },
)
