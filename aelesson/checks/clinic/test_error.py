"""`test_error(model, splits)`: the error on images that nothing was chosen by."""

from functools import partial

import torch

from aelesson.checks.clinic.stand_ins import Brighter, Images, Splits
from aelesson.checks.engine import FINE, Exercise, Finding, Note
from aelesson.checks.engine.calls import attempt, failed, kind, outcome
from aelesson.checks.engine.edits import alone
from aelesson.checks.engine.modules import modes
from aelesson.checks.engine.observe import described, in_place

PARTS = ("train", "validation", "test")


def test_error(model, splits):
    x, was = splits.test.images, model.training
    model.eval()
    with torch.no_grad():
        errors = (model(x) - x) ** 2
    model.train(was)
    return errors.mean().item()


def cases():
    def part(level, count, shape):
        light = level * torch.linspace(0.3, 1, count).reshape(count, 1, 1, 1)
        return light * torch.rand(count, *shape)

    def case(mode, counts, *shape):
        images = [
            part(*each, shape) for each in zip((0.4, 0.7, 1), counts, strict=True)
        ]
        named = zip(PARTS, images, strict=True)
        part_of = {row: name for name, part in named for row in rows(part)}
        return {"model": Brighter, "splits": images, "mode": mode, "part of": part_of}

    return [
        case("train", (9, 5, 7), 1, 3, 4),
        case("eval", (4, 6, 1), 3, 2, 2),
        case("train", (1200, 20, 1103), 1, 3, 4),
    ]


def told(case):
    counts = [len(images) for images in case["splits"]]
    return "{}, {} and {} images, a model in {} mode".format(*counts, case["mode"])


def observe(answer, case):
    training, model = case["mode"] == "train", case["model"]()
    given, in_training = watched(model.train(training))
    parts = [images.clone() for images in case["splits"]]
    labelled = [Images(images=x, labels=torch.arange(len(x)) % 10) for x in parts]
    splits = Splits(name="a small set", **dict(zip(PARTS, labelled, strict=True)))
    result = attempt(answer, (model, splits))
    yield "error", outcome(result)
    if failed(result):
        return
    yield "returned", Note(result)
    if result is None:
        yield "kind", kind(result)
    kept = all(map(torch.equal, parts, case["splits"]))
    yield "inputs", FINE if kept else in_place("splits")
    yield "images", images_of(given, case["part of"])
    yield "mode", EVAL if any(in_training) else FINE
    yield "mode afterwards", FINE if {*modes(model)} == {training} else LEFT
    yield from described(result)


def watched(model):
    """Note which rows a model is given, and whether any part of it is in training."""
    given: set[bytes] = set()
    in_training: list[bool] = []

    def note(model, args):  # a function, so that copies of the model note here, too
        given.update(row for x in args for row in rows(x))
        in_training.extend(modes(model))

    model.register_forward_pre_hook(note)
    return given, in_training


def images_of(given, part_of):
    """Say of which parts the images were."""
    parts = [part_of.get(row) for row in given]
    if not parts:
        return Finding("none", "the model was never called.")
    for name, says in WRONG_PARTS.items():
        if count := parts.count(name):
            found = "+".join(each for each in PARTS if each in parts)
            return Finding(found, f"{says.format(count)}\n{TEST}")
    every, used = [*part_of.values()].count("test"), parts.count("test")
    says = f"only {used} of the {every} test images were used: take all."
    return FINE if None in parts or used == every else Finding("some", says)


def rows(x):
    return [row.numpy().tobytes() for row in x.detach().float().flatten(1)]


TEST = "Take splits.test.images alone."
WRONG_PARTS = {
    "train": "the model was given training images, {}: this measures memory.",
    "validation": "the model got validation images, {}: settings were chosen on them.",
}
EVAL = Finding(
    "train",
    "the model, or a part of it, ran in training mode: call model.eval() before.",
)
LEFT = Finding(
    "left",
    "the model, or a part of it, is in another mode afterwards.\nKeep it: "
    "`was = model.training`, and at the end model.train(was).",
)
ERRORS = {
    "'Splits' object has no attribute": "splits has train, validation and test.",
    "'Images' object has no attribute": "each part of splits has images, and labels.",
}
check = Exercise(test_error, cases, observe, errors=ERRORS, tell=told)


def on(model, x):
    return test_error(model, Splits(test=Images(images=x)))


def mixed(join, names=("test", "train")):
    return lambda model, splits: join(
        *(on(model, getattr(splits, name).images) for name in names)
    )


def batches(size):
    def wrong(model, splits):
        parts = splits.test.images.split(size)
        return sum(on(model, x) for x in parts) / len(parts)

    return wrong


single = partial(alone, test_error)
SQUARE, END = "(model(x) - x) ** 2 ->", "errors.mean() ->"
TRAIN = f"{SQUARE} (model(x) - splits.train.images{{}}) ** 2".format
MIXED = """the training error is still in it: this cures the symptom and not the cause.
Take the error on splits.test.images alone."""
check.mistakes(
    {
        MIXED: [
            mixed(lambda test, train: test - train),
            mixed(lambda test, train: abs(test - train)),
            mixed(lambda test, train: test / train),
            mixed(lambda test, train: test + train),
            mixed(lambda *errors: sum(errors) / len(errors)),
            mixed(lambda *errors: sum(errors) / len(errors), PARTS),
            mixed(max),
        ],
        "batches of different size weigh the same: weigh each by its size.": [
            *map(batches, (4, 10, 16, 32, 50, 64, 100, 128, 200, 256, 512, 1000))
        ],
        "the outputs are compared with training images, not with what went in.": single(
            *map(TRAIN, ("[: len(x)]", ".mean(0)", "[: len(x)].mean(0)"))
        ),
        "this is the absolute error: square it.": f"{SQUARE} (model(x) - x).abs()",
        "the reconstructions are cut to [0, 1]: judge them as they came.": (
            "model(x) -> model(x).clamp(0, 1)"
        ),
        "only a part of an image is measured: take the mean over all its pixels.": [
            f"{END} errors[{part}].mean()" for part in (":, :1", "x > 0.5")
        ],
        "these are sums: take the mean over all pixels of all images.": [
            f"{END} {each}"
            for each in ("errors.sum()", "errors.flatten(1).sum(1).mean()")
        ],
        "this is the largest error: take the mean over all.": [
            f"{END} {each}"
            for each in ("errors.max()", "errors.flatten(1).mean(1).max()")
        ],
        "this is a median: take the mean over all.": [
            f"{END} errors.{each}.median()"
            for each in ("flatten()", "flatten(1).mean(1)")
        ],
    }
)
