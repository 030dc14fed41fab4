"""`denoising_figure(model, images, corrupt)`: what went in, and what came out."""

import torch

from aelesson import metrics
from aelesson.checks.clinic.stand_ins import Denoiser, Noise
from aelesson.checks.engine import FINE, Exercise, Finding
from aelesson.checks.engine.calls import attempt, failed, kind, outcome
from aelesson.checks.engine.compare import Note, close
from aelesson.checks.engine.modules import modes
from aelesson.checks.engine.observe import fresh, inputs_kept
from aelesson.checks.engine.wording import kind_in_words


def apply(model, x):
    return metrics.apply(model, model, x)


def denoising_figure(model, images, corrupt):
    noisy = corrupt(images)
    outputs = apply(model, noisy)
    return noisy, outputs


def cases():
    return [
        {"model": training, "images": torch.rand(shape), "corrupt": Noise}
        for shape in ((7, 1, 4, 3), (1, 2, 2, 2))
        for training in (True, False)
    ]


def observe(answer, case):
    model, corrupt = Denoiser().train(case["model"]), case["corrupt"](seed=50)
    came, given = modes(model), {"images": fresh(case["images"])}
    result = attempt(answer, [model, given["images"], corrupt])
    yield "error", outcome(result)
    if failed(result):
        return
    yield inputs_kept({"images": case["images"]}, given)
    pair = tuple(result) if isinstance(result, list) else result
    yield "kind", kind(pair)
    if not isinstance(pair, tuple):
        return
    yield "how many", len(pair)
    yield "draws", draws(corrupt, case["images"])
    yield "inputs", as_made(pair[0], corrupt.made, INPUTS)
    yield "outputs", as_made(pair[-1], model.made, OUTPUTS)
    yield "outputs of what", pair[-1].detach().clone()
    yield "graph", GRAPH if pair[-1].requires_grad else FINE
    yield "modes at work", Note(model.modes)
    yield "mode", FINE if modes(model) == came else MODE


def as_made(part, made, says):
    """Ask for something that was made, as it is."""
    if not isinstance(part, torch.Tensor):
        says = f"you returned {kind_in_words(kind(part))}: both are torch tensors."
        return Finding(kind(part).name, says)
    whole = torch.cat(made) if made else part[:0]
    if any(close(part, each) for each in [*made, whole]):
        return FINE
    values = part.detach().flatten()[:12].mul(100).round().tolist()
    return Finding(f"{tuple(part.shape)} {values}", says)


INPUTS = "the inputs that you return are not what corrupt made: return it as it is."
OUTPUTS = "the outputs that you return are not what the model made: return it as it is."


def draws(corrupt, images):
    """Ask for one call of `corrupt`, on the images."""
    count = len(corrupt.given)
    if count == 0:
        says = "corrupt was never called: the noisy images are corrupt(images)."
    elif not close(corrupt.given[0], images):
        says = "corrupt was given something else than the images: call corrupt(images)."
    elif count > 1:
        says = f"corrupt was called {count} times, and each call draws other noise.\n"
        says += "Call it once, and keep the noisy images in a variable."
    else:
        return FINE
    return Finding(says[:24], says)


GRAPH = Finding(
    "graph", "the outputs carry the graph: use metrics.apply, or torch.no_grad()."
)
MODE = Finding(
    "mode", "the model, or a part of it, is in another mode afterwards: restore it."
)


def told(case):
    mode = "training" if case["model"] else "evaluation"
    return f"images of shape {tuple(case['images'].shape)}, a model in {mode} mode"


def plain(model, x):
    with torch.no_grad():
        return model(x)


def in_training(model, x):
    kept = model.training
    y = plain(model.train(), x)
    model.train(kept)
    return y


def half_in_eval(model, x):
    kept, model.training = model.training, False
    y = plain(model, x)
    model.training = kept
    return y


check = Exercise(denoising_figure, cases, observe, tell=told)
SHOW, FEED, USE = "return noisy, -> return", "model, noisy -> model,", "apply ->"
OUTPUTS_CUT = "outputs = apply(model, noisy) -> outputs = apply(model, noisy).clamp"
check.mistakes(
    {
        "the inputs that you return are the clean ones: show noisy ones.": (
            f"{SHOW} images,"
        ),
        "the inputs are cut: return what corrupt made.": f"{SHOW} noisy.clamp(0, 1),",
        "the model was given the clean images, not the noisy ones.": f"{FEED} images",
        "the model was given cut inputs: cut nothing.": (f"{FEED} noisy.clamp(0, 1)"),
        "the model was given a mixture of both images.": f"{FEED} (noisy + images) / 2",
        "the model runs in the mode in which it comes: use eval().": f"{USE} plain",
        "the model runs in training mode: call model.eval().": f"{USE} in_training",
        "model.training is set, but parts train still: use eval().": (
            f"{USE} half_in_eval"
        ),
        "the model is used twice: once is enough.": f"{FEED} apply(model, noisy)",
        "the outputs are cut to [0, 1]: show what the model made, as it is.": [
            f"{OUTPUTS_CUT}(0, 1)",
            f"{OUTPUTS_CUT}(min=0)",
        ],
        "the outputs are what went in: use the model.": "apply(model, noisy) -> noisy",
        "the two are swapped: return inputs first.": "noisy, outputs -> outputs, noisy",
    }
)
