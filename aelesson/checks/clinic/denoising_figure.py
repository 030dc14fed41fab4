"""`denoising_figure(model, images, corrupt)`: what went in, and what came out."""

import torch

from aelesson import metrics
from aelesson.checks.clinic.stand_ins import Denoiser, Noise, as_made, observed
from aelesson.checks.engine import FINE, Exercise
from aelesson.checks.engine.observe import GRAPH


def denoising_figure(model, images, corrupt):
    noisy = corrupt(images)
    outputs = metrics.apply(model, model, noisy)
    return noisy, outputs


def cases():
    images = [torch.rand(7, 1, 4, 3), torch.rand(1, 2, 2, 2)]
    return [{"images": x, "training": mode} for x in images for mode in (True, False)]


def observe(answer, case):
    images, training = case.values()
    model, corrupt, pair = Denoiser(training), Noise(seed=50), []

    def called(images, _):
        got = answer(model, images, corrupt)
        pair.extend(got if isinstance(got, tuple | list) else [])
        return tuple(pair) or got

    def facts():
        yield "draws", corrupt.called_once(images, "images")
        yield from model.mode_facts()
        if [type(each) for each in pair] != [torch.Tensor] * 2:
            return
        noisy = corrupt.made[0]
        yield "noisy", as_made(pair[0], noisy, NOISY)
        yield "outputs", as_made(pair[1], metrics.apply(model, model, noisy), OUTPUTS)
        yield "graph", GRAPH if pair[1].requires_grad else FINE

    yield from observed(called, case, facts, ("noisy images", "outputs"))


NOISY = "the noisy images that you return are not corrupt(images), as it made them."
OUTPUTS = (
    "the outputs that you return are not what the model makes of the noisy images."
)
check = Exercise(denoising_figure, cases, observe)
MADE = "model, noisy) -> model, noisy)"
check.mistakes(
    {
        "the noisy images that you return are the clean ones: show noisy ones.": (
            "return noisy, -> return images,"
        ),
        "the model was given the clean images, not the noisy ones.": (
            "model, noisy -> model, images"
        ),
        "noisy images or outputs are cut to [0, 1]: show them as they are.": [
            "return noisy, -> return noisy.clamp(0, 1),",
            f"{MADE}.clamp(0, 1)",
            f"{MADE}.clamp(min=0)",
        ],
        "the two are swapped: first what went in.": "noisy, outputs -> outputs, noisy",
    }
)
