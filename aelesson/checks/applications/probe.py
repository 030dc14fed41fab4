"""The model on which `anomaly_scores` is tried, and what it tells afterwards."""

from functools import partial
from math import ceil
from weakref import ref

import torch
from torch import nn
from torch.nn.utils import parameters_to_vector

from aelesson.checks.engine import FINE, Finding
from aelesson.checks.engine.calls import attempt, failed
from aelesson.checks.engine.observe import GRAPH, fresh, in_place

LIMIT = 256  # images that the model may be handed at once


class Log:
    """What a model and its copies were called with."""

    def __init__(self):
        self.modes, self.batches, self.graphs, self.most_graphs = [], [], [], 0

    def __deepcopy__(self, memo):
        """Stay one, so that calls of a copied model are seen, too."""
        return self


class Token:
    """Lives as long as the graph that holds it."""


def kept(token, slope):
    """Do nothing: as a hook it keeps the token in the graph."""


class Probe(nn.Module):
    """A small model that notes in which mode it was called, and with what."""

    def __init__(self, pixels, stretch):
        super().__init__()
        self.stretch = stretch  # above 1, reconstructions leave [0, 1]
        self.linear, self.dropout = nn.Linear(pixels, pixels), nn.Dropout(0.5)
        self.log = Log()

    def forward(self, x):
        log = self.log
        log.modes.append(self.dropout.training)
        log.batches.append(tuple(x.shape))
        alive = sum(graph() is not None for graph in log.graphs)
        log.most_graphs = max(log.most_graphs, alive)
        x_hat = self.dropout(self.linear(x.flatten(1)).sigmoid())
        if x_hat.requires_grad:
            token = Token()
            log.graphs.append(ref(token))
            x_hat.register_hook(partial(kept, token))
        return (self.stretch * (x_hat - 0.5) + 0.5).view_as(x)


def modes(model, training):
    """Ask for evaluation mode in every batch, and for the old mode afterwards."""
    ran, left = model.log.modes, {model.training, model.dropout.training}
    if any(ran):
        every = "" if all(ran) else ", for some batches"
        says = f"the model ran in train mode{every}, with its dropout on.\n"
        return Finding(
            every, says + "Call model.eval(), with brackets, before the loop."
        )
    if left == {training}:
        return FINE
    came, now = ("train", "eval") if training else ("eval", "train")
    says = f"the model came in {came} mode and you left it in {now} mode.\n"
    cure = (
        "Keep `model.training` before you change it; give it back: model.train(kept)."
    )
    return Finding(now, says + cure)


def changes(model, before):
    """Ask that the model is as it was."""
    if not torch.equal(before, parameters_to_vector(model.parameters())):
        return Finding("weights", "you changed the model: its weights are others now.")
    if all(p.requires_grad for p in model.parameters()):
        return FINE
    says = "you switched off the parameters' gradients for good.\n"
    return Finding("frozen", says + "`with torch.no_grad():` does it for a while.")


def graphs(got, model):
    """Ask that no graph is kept, of the scores or of a batch."""
    if got.requires_grad:
        return GRAPH
    if model.log.most_graphs <= 2:  # a variable of the loop may hold the last one
        return FINE
    says = (
        "the graphs of all batches were kept until the end: .detach() comes too late."
    )
    return Finding(
        "kept", says + "\nRun the whole loop inside `with torch.no_grad():`."
    )


def batches(answer, found, images):
    """Ask for batches of at most 256, in the shape of the images."""
    largest = max((batch[0] for batch in found), default=0)
    if odd := [batch for batch in found if batch[1:] != images.shape[1:]]:
        says = f"the model got a batch of shape {odd[0]}, images are"
        cure = "It may be convolutional: flatten its errors, not its input."
        return Finding("shape", f"{says} {tuple(images.shape)}.\n{cure}")
    if largest > LIMIT:
        says = f"you handed the model {largest} images at once: at most {LIMIT}.\n"
        cure = "images.split(256) cuts them into batches; torch.cat joins results."
        return Finding("size", says + cure)
    if len(images) > 1000 and largest == ceil(len(images) / LIMIT):
        many = Probe(1, 1.0)
        attempt(answer, (many, torch.zeros(70_000, 1)))
        if max((batch[0] for batch in many.log.batches), default=0) > LIMIT:
            says = "of 70,000 images you hand the model more than 256 at once.\n"
            cure = "split(256) makes batches of 256, chunk(256) as many batches."
            return Finding("chunk", says + cure)
    return FINE


def written(answer):
    """Score a model that hands back the very images: nothing may write there."""
    images = torch.rand(3, 1, 4, 2)
    given = fresh(images)
    if failed(attempt(answer, (nn.Identity(), given))) or torch.equal(images, given):
        return FINE
    return in_place("images", images)
