"""`anomaly_scores(model, images)`: each image's mean squared error, in batches."""

from math import prod

import torch
from torch import nn
from torch.nn.utils import parameters_to_vector

from aelesson.checks.applications.probe import Probe, batches, changes, graphs, modes
from aelesson.checks.engine import Exercise
from aelesson.checks.engine.calls import attempt, failed, outcome
from aelesson.checks.engine.edits import edits
from aelesson.checks.engine.observe import described, fresh, inputs_kept


def anomaly_scores(model, images):
    training, parts = model.training, []
    model.eval()
    with torch.no_grad():
        for x in images.split(256):
            flat = x.flatten(1)
            gaps = model(x).flatten(1) - flat
            s = gaps.square().mean(1)
            parts.append(s)
    model.train(training)
    s = torch.cat(parts)
    return s


SHAPES = [(5, 3, 4, 6), (1, 1, 6, 2), (256, 2, 1, 2, 1), (520, 3, 2, 4), (1025, 10)]


def cases():
    return [{"images": torch.rand(shape)} for shape in SHAPES]


def observe(answer, case):
    images = fresh(case["images"])
    training = len(images) % 2 > 0
    model = Probe(prod(images.shape[1:])).train(training)
    before = parameters_to_vector(model.parameters()).clone()
    got = attempt(answer, (model, images))
    yield "error", outcome(got)
    if failed(got):
        return
    yield inputs_kept(case, {"images": images})
    seen = dict(described(got))
    yield "kind", seen.pop("kind")
    if not isinstance(got, torch.Tensor):
        return
    yield f"modes from {training}", modes(model, training)
    yield "model", changes(model, before)
    yield from seen.items()
    yield "graph", graphs(model, got)
    yield "batches", batches(model, images)
    if len(images) == 1:  # a model may hand back the very images
        attempt(answer, (nn.Identity(), images))
        yield "handed back", inputs_kept(case, {"images": images})[1]


SHAPE = "flatten(1) first: images may have any shape."
NUMBER = "is a number such as 784 in your code? flatten(1) needs none."
LAST = "the last batch may be smaller, and counts, too: join with torch.cat."
ERRORS = {
    "between 0 and 1": "the cross-entropy is another measure: take squared errors.",
    "Dimension out of range": SHAPE,
    "does not match the number of dimensions": SHAPE,
    "values to unpack": SHAPE,
    "]' is invalid": NUMBER,
    "zero-dimensional": "one value, no row: is there a `squeeze`, or a mean over all?",
    "expected a non-empty": LAST,
    "stack expects": LAST,
    "cannot be multiplied": "hand the model batches (b, ...), as images[i : i + 1] is.",
    "context manager": "write `with torch.no_grad():`, with brackets.",
}
check = Exercise(anomaly_scores, cases, observe, errors=ERRORS, fixed=False)
SPLIT, MEAN, S = "images.split(256)", "gaps.square().mean(1)", "torch.cat(parts)"
SCALED = (
    *("s / s.max()", "s / s.sum()", "s - s.mean()", "(s - s.mean()) / s.std()"),
    *("(s - s.min()) / (s.max() - s.min())", "s.mean().repeat(len(s))", "s / len(s)"),
)
check.mistakes(
    {
        LAST: "images.split -> images[: len(images) // 256 * 256].split",
        "each image needs one score: is a batch missing, a gap left, or an overlap?": [
            *edits(S, "parts[{}]", 0, -1),
            f"{SPLIT} -> [images[i : i + 255] for i in range(0, len(images), 256)]",
            f"{SPLIT} -> [images[i : i + 256] for i in range(0, len(images), 255)]",
            f"{SPLIT} -> images[len(images) > 1 :].split(256)",
        ],
        "square first, then average.": "square().mean(1) -> mean(1).square()",
        "you summed over the pixels: take their mean.": "mean(1) -> sum(1)",
        "this is another measure: square the differences, take their mean, no more.": [
            *edits(MEAN, "gaps.var(1, correction={})", 0, 1),
            "square() -> abs()",
            *edits("mean(1)", "{}", "amax(1)", "median(1).values", "sum(1).sqrt()"),
            *edits("mean(1)", "mean(1).log10() * {}", -10, 10),
            *edits(MEAN, MEAN + " / flat.{}(1)", "mean", "norm", "var"),
        ],
        "take model(x) as it is: no clamp.": "model(x) -> model(x).clamp(0, 1)",
        NUMBER: "mean(1) -> sum(1) / 784",
        "one score for each image: average over all dimensions but the first.": [
            *("mean(1) -> mean(0)", ".mean(1) ->", ".mean(1) -> .view_as(x)"),
            f"{S} -> torch.stack([s.mean() for s in parts])",
            "return s -> return s.mean()",
        ],
        "each image's score stands alone: no mean, scale or shift of a batch.": [
            *edits("return s", "return {}", *SCALED),
            *edits("append(s)", "append({})", *SCALED),
        ],
    }
)
