"""`test_error(model, splits)`: the error on images that nothing was chosen by."""

import torch

from aelesson.checks.clinic.stand_ins import Denoiser, observed
from aelesson.checks.engine import FINE, Exercise, Finding
from aelesson.checks.engine.compare import close
from aelesson.checks.engine.edits import edits
from aelesson.data import ImageSet, Splits


def test_error(model, splits):
    x, was = splits.test.images, model.training
    model.eval()
    with torch.no_grad():
        errors = (model(x) - x) ** 2
    model.train(was)
    return errors.mean().item()


def cases():
    def case(training, counts, *shape):
        made = {"training": training}
        for name, count in zip(("train", "validation", "test"), counts, strict=True):
            light = torch.linspace(0.3, 1, count).reshape(-1, 1, 1, 1)
            made[name] = light * torch.rand(count, *shape)
        return made

    small = [case(True, (9, 5, 7), 1, 3, 4), case(False, (4, 6, 1), 3, 2, 2)]
    return [*small, case(True, (1200, 20, 1103), 1, 3, 4)]


def observe(answer, case):
    model = Denoiser(case["training"])

    def called(_, *parts):
        labelled = [ImageSet(x, torch.arange(len(x)) % 10) for x in parts]
        return answer(model, Splits("a small set", *labelled))

    def facts():
        yield "images", images_of(model.given, case)
        yield from model.mode_facts()

    for aspect, value in observed(called, case, facts):
        if aspect == "value":
            yield "batches", weighed(value, model.eval())
        yield aspect, value


def weighed(value, model):
    """Ask that batches of different size do not weigh the same."""
    given = [*model.given]
    if len({*map(len, given)}) < 2:
        return FINE
    means = [((model(x) - x) ** 2).mean().item() for x in given]
    return ALIKE if close(torch.tensor(value), torch.tensor(means).mean()) else FINE


def images_of(given, case):
    """Say of which parts the images were that the model was given."""
    seen, test = rows(given), rows([case["test"]])
    for name in ("train", "validation"):
        if seen & rows([case[name]]):
            return Finding(name, OTHERS.format(name))
    says = f"the model was given {len(seen)} of the {len(test)} test images: take all."
    return Finding("some", says) if seen < test else FINE


def rows(batches):
    return {row.numpy().tobytes() for x in batches for row in x.detach().flatten(1)}


OTHERS = """the model was given images of splits.{}, which it was trained or chosen by.
Take splits.test.images alone."""
ALIKE = Finding(
    "alike", "batches of different size weigh the same: weigh each by its size."
)
ERRORS = {"'Splits' object has no": "splits has train, validation and test."}
check = Exercise(test_error, cases, observe, errors=ERRORS)
GAP, MEAN, IMAGES = "model(x) - x", "errors.mean()", "errors.flatten(1).{}"
check.mistakes(
    {
        "this is the absolute error: square it.": f"({GAP}) ** 2 -> ({GAP}).abs()",
        "the reconstructions are cut to [0, 1]: judge them as they came.": (
            "model(x) -> model(x).clamp(0, 1)"
        ),
        "take the mean over all pixels of all images: no sum, maximum, median, part.": [
            *edits(MEAN, "errors.{}()", "sum", "max", "median"),
            *edits(MEAN, IMAGES, "sum(1).mean()", "mean(1).max()", "mean(1).median()"),
            *edits(MEAN, "errors[{}].mean()", ":, :1", "x > 0.5"),
        ],
    }
)
