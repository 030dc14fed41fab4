"""`anomaly_scores(model, images)`: each image's mean squared error, in batches."""

from math import prod

import torch
from torch.nn.utils import parameters_to_vector

from aelesson.checks.applications.probe import (
    Probe,
    batches,
    changes,
    graphs,
    modes,
    written,
)
from aelesson.checks.applications.words import LAST, SCORES
from aelesson.checks.engine import Exercise
from aelesson.checks.engine.calls import attempt, failed, outcome
from aelesson.checks.engine.edits import edits
from aelesson.checks.engine.observe import described, fresh, inputs_kept


def anomaly_scores(model, images):
    training, parts = model.training, []
    model.eval()
    with torch.no_grad():
        for x in images.split(256):
            errors = (model(x) - x).square()
            scores = errors.flatten(1).mean(1)
            parts.append(scores)
    model.train(training)
    return torch.cat(parts)


SHAPES = [(5, 3, 4, 6), (1, 1, 6, 2), (256, 2, 1, 2, 1), (520, 3, 2, 4), (1025, 10)]


def cases():
    return [
        {"images": torch.rand(shape), "stretch": 4.0 if shape[0] < 500 else 1.0}
        for shape in SHAPES
    ]


def observe(answer, case):
    images = fresh(case["images"])
    training = len(images) % 2 > 0
    model = Probe(prod(images.shape[1:]), case["stretch"]).train(training)
    before = parameters_to_vector(model.parameters()).clone()
    got = attempt(answer, (model, images))
    yield "error", outcome(got)
    if failed(got):
        return
    yield inputs_kept({"images": case["images"]}, {"images": images})
    seen = dict(described(got))
    yield "kind", seen.pop("kind")
    if not isinstance(got, torch.Tensor):
        return
    yield f"modes from {training}", modes(model, training)
    yield "model", changes(model, before)
    yield from seen.items()
    yield "graph", graphs(got, model)
    yield "batches", batches(answer, model.log.batches, images)
    if len(images) == 1:
        yield "written", written(answer)


def tell(case):
    return f"images of shape {tuple(case['images'].shape)}"


check = Exercise(anomaly_scores, cases, observe, errors=SCORES, fixed=False, tell=tell)


def after(change):
    return lambda model, images: change(
        anomaly_scores(model, images), images.flatten(1)
    )


MEAN, CAT = "errors.flatten(1).mean(1)", "torch.cat(parts)"
SCALES = (
    *("s / s.max()", "s / s.sum()", "s - s.mean()", "(s - s.mean()) / s.std()"),
    *("(s - s.mean()) / s.std(correction=0)", "(s - s.min()) / (s.max() - s.min())"),
)
OTHERS = "an image's score depends on the others: do not scale or shift the scores."
check.mistakes(
    {
        "you averaged before squaring: square first.": (
            "errors = (model(x) - x).square() -> errors = model(x) - x;;"
            " mean(1) -> mean(1).square()"
        ),
        LAST: "images.split -> images[: len(images) // 256 * 256].split",
        "only the first or the last batch is there: collect those of all batches.": (
            edits(CAT, "parts[{}]", 0, -1)
        ),
        "each image needs one score: do batches leave a gap, or overlap?": [
            (
                "images.split(256) -> [images[i : i + 255] for i in range(0,"
                " len(images), 256)]"
            ),
            (
                "images.split(256) -> [images[i : i + 256] for i in range(0,"
                " len(images), 255)]"
            ),
            (
                "images.split(256) -> (images[1:] if len(images) > 1 else"
                " images).split(256)"
            ),
        ],
        "you took absolute errors: square them.": "square() -> abs()",
        "take the reconstruction as it is: no clamp.": (
            "model(x) -> model(x).clamp(0, 1)"
        ),
        "this is the variance of the differences: square them as they are.": [
            f"{MEAN} -> (model(x) - x).flatten(1).var(1, correction=0)",
            f"{MEAN} -> (model(x) - x).flatten(1).var(1)",
        ],
        "you summed over the pixels: take their mean.": "mean(1) -> sum(1)",
        "this is the worst or the median pixel: take the mean.": edits(
            "mean(1)", "{}", "amax(1)", "median(1).values"
        ),
        "you took the root: return the mean squared error itself.": edits(
            "mean(1)", "{}(1).sqrt()", "mean", "sum"
        ),
        "is a number such as 784 written in your code?": "mean(1) -> sum(1) / 784",
        "you averaged over the images: average over all dimensions but the first.": (
            "mean(1) -> mean(0)"
        ),
        "one value per pixel: average over all dimensions but the first.": edits(
            MEAN, "errors{}", "", ".flatten(1)"
        ),
        "average without `keepdim`.": "mean(1) -> mean(1, keepdim=True)",
        "an image's score depends on the others: each got a mean of many.": [
            "parts.append(scores) -> parts.append(scores.mean().repeat(len(x)))",
            after(lambda s, x: s.mean().expand(len(s))),
        ],
        "an image's score depends on the others: do not divide by the batch's size.": (
            "mean(1) -> mean(1) / len(x)"
        ),
        OTHERS: [
            *edits(CAT, "[s := torch.cat(parts), {}][1]", *SCALES),
            *edits("append(scores)", "append([s := scores, {}][1])", *SCALES),
        ],
        "one score per batch, or one for all: return one per image.": [
            f"{CAT} -> torch.stack([s.mean() for s in parts])",
            f"{CAT} -> torch.stack([s.mean() for s in parts]).mean()",
        ],
        "you returned the batches' parts: join them with torch.cat.": [
            "torch.cat(parts) -> parts"
        ],
        "this is in decibels: return the mean squared error itself.": edits(
            "mean(1)", "mean(1).log10() * {}", -10, 10
        ),
        "do not divide by the image's own brightness or spread.": [
            after(lambda s, x: s / x.square().mean(1)),
            after(lambda s, x: s / x.mean(1)),
            after(lambda s, x: s / x.var(1, correction=0)),
            after(lambda s, x: s / x.norm(dim=1)),
        ],
    }
)
