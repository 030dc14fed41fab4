"""`alarm_threshold(train, normal, rate)`: a model, and a threshold for its scores."""

import torch
from torch import nn

from aelesson.checks.applications.anomaly_scores import anomaly_scores
from aelesson.checks.applications.threshold_from_normals import threshold_from_normals
from aelesson.checks.engine import FINE, Exercise, Finding
from aelesson.checks.engine.calls import attempt, failed, kind, outcome
from aelesson.checks.engine.edits import edits
from aelesson.checks.engine.observe import described, fresh, inputs_kept


def alarm_threshold(train, normal, rate):
    kept = len(normal) // 5
    seen, new = normal[:-kept], normal[-kept:]
    model = train(seen)
    scores = anomaly_scores(model, new)
    return model, threshold_from_normals(scores, rate)


class Nearest(nn.Module):
    """Reconstruct by the nearest image of those that it was trained on."""

    def __init__(self, images):
        super().__init__()
        self.images = images.detach().clone()

    def forward(self, x):
        nearest = torch.cdist(x.flatten(1), self.images.flatten(1)).argmin(1)
        return 0.4 * x + 0.5 * self.images[nearest]


def cases():
    found = ((20, 1, 2, 3), 0.3), ((11, 5), 0.5), ((60, 2, 2), 0.1), ((35, 4), 0.0)
    return [{"normal": torch.rand(shape), "rate": rate} for shape, rate in found]


def observe(answer, case):
    normal, models = fresh(case["normal"]), []

    def train(images):
        models.append(Nearest(images))
        return models[-1]

    got = attempt(answer, [train, normal, case["rate"]])
    yield "error", outcome(got)
    if failed(got):
        return
    yield inputs_kept({"normal": case["normal"]}, {"normal": normal})
    yield "kind", kind(got)
    if isinstance(got, tuple):
        yield "how many", len(got)
        yield "model", returned(got[0], models)
        yield from ((f"{aspect} of threshold", v) for aspect, v in described(got[-1]))
        yield "trained on", len(models[-1].images) if models else 0


def returned(model, models):
    if len(models) == 1 and model is models[0]:
        return FINE
    says = (
        f"train(...) was called {len(models)} times: once, and return what it returns."
    )
    return Finding(f"{len(models)} models", says)


check = Exercise(
    alarm_threshold,
    cases,
    observe,
    tell=lambda case: f"{len(case['normal'])} images and rate {case['rate']}",
)
ALL_SCORED = "(model, new) -> (model, normal)"
ALL = "train(seen) -> train(normal)"
KNOWN = (
    "new normal images will raise more alarms: the model knows those by which you\n"
    "choose the threshold. What are their errors like?"
)
check.mistakes(
    {
        KNOWN: [
            f"{ALL};; {ALL_SCORED}",
            "(model, new) -> (model, seen)",
        ],
        "the model was trained on the last fifth, too: their errors are too small.": (
            ALL
        ),
        "most of these scores belong to images that the model was trained on.": (
            ALL_SCORED
        ),
        "the first fifth is left out here, expected the last.": (
            "normal[:-kept], normal[-kept:] -> normal[kept:], normal[:kept]"
        ),
        "train on four fifths, and choose by one: yours is the other way round.": (
            "normal[:-kept], normal[-kept:] -> normal[-kept:], normal[:-kept]"
        ),
        "a fifth is left out: len(normal) // 5 images.": edits(
            "len(normal) // 5",
            "len(normal) {}",
            *("// 2", "// 3", "// 4", "// 10", "- int(len(normal) * 0.8)"),
        ),
        "an image is in both parts, or in none: normal[:-kept] and normal[-kept:].": [
            "normal[:-kept], -> normal[: 1 - kept],",
            "(model, new) -> (model, new[:-1])",
        ],
        "another rate hides that images were known, and does not cure it.": [
            *(
                f"{ALL};; {ALL_SCORED};; rate) -> {r})"
                for r in ("rate / 2", "rate / 5", "0.0")
            ),
            *edits("rate)", "{})", "rate / 2", "0.0"),
        ],
        "a larger threshold hides that images were known, and does not cure it.": [
            f"{ALL};; {ALL_SCORED};; return model, -> return model, {k} *"
            for k in (1.1, 1.2, 1.5, 2)
        ],
    }
)
