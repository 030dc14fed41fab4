"""`build_classifier(encoders, classes)`: a model from images to logits."""

from itertools import pairwise

import torch
from torch import nn

from aelesson.checks.engine import Exercise
from aelesson.checks.engine import networks as facts
from aelesson.checks.engine.edits import edits
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.modules import Parameters
from aelesson.checks.engine.observe import in_place
from aelesson.checks.engine.randomness import seeded
from aelesson.checks.stacked import classifiers as asked


def build_classifier(encoders, classes):
    head = nn.Linear(encoders[-1][0].out_features, classes)
    return nn.Sequential(nn.Flatten(), *encoders, head)


def stack(sizes, activation=nn.Sigmoid, training=True):
    """Return encoders as `pretrain_layer` does."""
    with isolated(seed=4):
        layers = [nn.Linear(*each) for each in pairwise(sizes)]
    return [nn.Sequential(each, activation()).train(training) for each in layers]


def cases():
    return [
        {"sizes": (12, 7, 5), "image": (1, 3, 4), "classes": 3},
        {"sizes": (20, 6), "image": (2, 2, 5), "classes": 10, "activation": nn.Tanh},
        {"sizes": (9, 8, 6, 4), "image": (9,), "classes": 2, "training": False},
        {"sizes": (6,) * 4, "image": (1, 2, 3), "classes": 6, "activation": nn.Tanh},
    ]


def observe(answer, case):
    settings = {k: v for k, v in case.items() if k not in ("image", "classes")}
    encoders = stack(**settings)
    given, before, found = [*encoders], Parameters(nn.ModuleList(encoders)), []

    def build(given, classes):
        model = answer(given, classes)
        kept = len(given) == len(encoders)
        found.append(before.left() if kept else in_place("encoders", given))
        return model  # and any eval() comes later

    images = torch.rand(5, *case["image"], generator=seeded(7))
    kept = {"left": lambda _: found[0], "wanted": lambda _: before.still_needed()}
    look = facts.network(lambda _: images, "x", kept | FACTS)
    yield from look(build, {"encoders": given, "classes": case["classes"]})


FACTS = {
    "sharing": asked.shared,
    "new layer": asked.one_new_layer,
    "gradients": facts.learns,
    "unknown weights": facts.registered,
    "start": facts.starts_with_input,
    "end": facts.ends_straight,
    "training": asked.in_training,
    "code": asked.on_the_last_code,
}
FIT = "a layer got what it cannot take: is x flattened, and all encoders in order?"
errors = {
    "shapes cannot be multiplied": FIT,
    "size mismatch": FIT,
    "is not a Module subclass": (
        "nn.Sequential takes modules: unpack the list, *encoders; write nn.Flatten()."
    ),
    "has no attribute 'out_features'": (
        "the last code's size is the out_features of a linear layer, encoders[-1][0]."
    ),
}
check = Exercise(build_classifier, cases, observe, errors=errors)
WIDE = "encoders[-1][0].out_features"
check.mistakes(
    {
        "the images are not flattened: nn.Flatten() comes first.": "nn.Flatten(), ->",
        "nn.Flatten(0) makes one row of a batch.": "Flatten() -> Flatten(0)",
        "the encoders stand in reverse order.": "*encoders -> *encoders[::-1]",
        "an encoder is left out: all of them belong in the model.": (
            edits("*encoders", "*encoders[{}]", "1:", ":-1")
        ),
        "the new layer is missing: nn.Linear to classes numbers.": ", head ->",
        "there are always 10 classes: use the argument `classes`.": "classes) -> 10)",
        f"the new layer does not fit the last code: {WIDE}.": [
            f"{WIDE} -> encoders[0][0].in_features",
            f"{WIDE} -> encoders[0][0].out_features",
            f"{WIDE} -> encoders[-1][0].in_features",
        ],
    }
)
