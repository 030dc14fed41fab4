"""`anomaly_of_one()`: a `fit(normal)` that returns scores for images; best AUROC."""

from itertools import product

import torch

from aelesson import anomaly, data, losses, models, objectives, runtime
from aelesson.checks import judge
from aelesson.checks.applications.auroc import auroc
from aelesson.checks.engine.calls import Raised, attempt, failed
from aelesson.checks.engine.recorded import Refused, recorded
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


def fitted(make):
    """Fit to each normal digit in turn, and to nothing else."""
    digits = data.load("mnist-5k").train
    with torch.enable_grad():
        return [make(digits.images[digits.labels == d].clone()) for d in NORMAL]


def record(make, _):
    """Fit, and record what scores images; the images of the judge come later."""
    if make is None:
        raise Refused("got None, expected a function fit(normal): is `return` missing?")
    if not callable(make) or isinstance(make, torch.nn.Module):
        got = type(make).__name__
        raise Refused(
            f"got {got}, expected fit: from normal images to a function of images."
        )
    x, found = judge.known()[::29], attempt(fitted, [make])
    if not failed(found):
        with torch.no_grad():
            found = refused(found, x) or found
    if failed(found):
        raise Refused(
            f"fit(normal)(images) failed on {len(x)} images or on one: {found:.110}"
        )
    with runtime.evaluating(
        torch.nn.ModuleList(each for each in found if is_net(each))
    ):
        return {"score": [recorded("score", each, judge.known()) for each in found]}


def is_net(score):
    return isinstance(score, torch.nn.Module)


def refused(found, x):
    """Return how a score fails on images, or refuse it."""
    for score, rows in product(found, (x, x[3:4])):
        got = attempt(score, [rows.clone()])
        if isinstance(got, Raised) and "missing" in got.message:
            raise Refused(
                f"it must do with images, without labels and extras.\n({got:.110})"
            )
        if failed(got):
            return got
        if not torch.is_tensor(got) or got.shape != (len(rows),):
            shape = tuple(got.shape) if torch.is_tensor(got) else type(got).__name__
            raise Refused(f"one finite score for each image, (B,): got {shape}.")
    return None


def scores(thing, x):
    with torch.no_grad():
        return [score(x).double() for score in thing.score]


def usable(thing):
    """Refuse what is no score of each image by itself."""
    x = judge.digits().images[::125]
    found, alone = scores(thing, x), scores(thing, x[3:4])
    if len(found) != len(NORMAL):
        return f"{len(found)} functions were fitted, {len(NORMAL)} are due."
    if any(s.shape != (len(x),) or not s.isfinite().all() for s in found):
        return f"one finite score for each image, (B,): got {tuple(found[0].shape)}."
    if not all(
        torch.allclose(s[3:4], t, 1e-3, 1e-5) for s, t in zip(found, alone, strict=True)
    ):
        return "an image's score changes with the others that are scored beside it."
    return ""


def misplaced(thing):
    """Return for each normal image the share of anomalies that score below it."""

    def below(s, y):
        return ((s[~y][:, None] > s[y]) + 0.5 * (s[~y][:, None] == s[y])).mean(1)

    def cost(x, labels):
        each = zip(scores(thing, x), NORMAL, strict=True)
        return torch.cat([below(s, labels != d) for s, d in each])

    return cost


def mean_auroc(thing):
    digits = judge.digits()
    each = zip(scores(thing, digits.images), NORMAL, strict=True)
    return sum(auroc(s, digits.labels != d) for s, d in each) / len(NORMAL)


check = Scored(
    "anomaly_of_one",
    mean_auroc,
    record=record,
    unit="AUROC, the mean of three normal digits",
    baseline="PCA with 32 numbers",
    more_is_better=True,
    holds=[usable, judge.unseen(misplaced)],
    references={
        "mean image": lambda: mean_image,
        "PCA with 32 numbers": lambda: pca,
        "the lesson's network": lambda: lesson,
    },
)
