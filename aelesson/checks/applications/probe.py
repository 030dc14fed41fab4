"""The model on which `anomaly_scores` is tried, and what it tells afterwards."""

from weakref import ref

import torch
from torch import nn
from torch.nn.utils import parameters_to_vector

from aelesson.checks.engine import FINE, Finding
from aelesson.checks.engine.observe import GRAPH


class Shared(list[object]):
    """A list that a model and its copies have in common."""

    def __deepcopy__(self, memo):
        return self


class Probe(nn.Module):
    """A small model that notes its mode, what it gets, and which graphs are alive."""

    def __init__(self, pixels):
        super().__init__()
        self.linear, self.dropout = nn.Linear(pixels, pixels), nn.Dropout(0.5)
        self.calls, self.graphs = Shared(), Shared()

    def forward(self, x):
        alive = sum(graph() is not None for graph in self.graphs)
        self.calls.append((self.dropout.training, x.shape, alive))
        x_hat = self.dropout(self.linear(x.flatten(1)).sigmoid())
        if x_hat.requires_grad:
            token = torch.zeros(1)  # lives as long as the graph that holds it
            x_hat.register_hook(lambda slope, token=token: None)
            self.graphs.append(ref(token))
        return (4 * x_hat - 1.5).view_as(x)  # from -1.5 to 2.5


def modes(model, training):
    """Ask for evaluation mode in every batch, and for the old mode afterwards."""
    ran = [mode for mode, _, _ in model.calls]
    if any(ran):
        every = "" if all(ran) else ", for some batches"
        says = f"the model ran in train mode{every}, with its dropout on: model.eval()."
        return Finding(every, says)
    if model.training == model.dropout.training == training:
        return FINE
    came, now = ("train", "eval") if training else ("eval", "train")
    says = f"the model came in {came} mode, and you left it in {now} mode.\n"
    return Finding(now, says + "Keep model.training first; end with model.train(kept).")


def changes(model, before):
    """Ask that the model is as it was."""
    if not torch.equal(before, parameters_to_vector(model.parameters())):
        return Finding("weights", "you changed the model: its weights are others now.")
    says = (
        "parameters have no gradients any more: `with torch.no_grad():` is for a while."
    )
    on = all(p.requires_grad for p in model.parameters())
    return FINE if on else Finding("frozen", says)


def graphs(model, got):
    """Ask that no graph is kept, of the scores or of the batches before the last."""
    if got.requires_grad:
        return GRAPH
    says = "the graphs of all batches are kept: loop inside `with torch.no_grad():`."
    kept = any(alive > 2 for *_, alive in model.calls)  # a loop may hold some
    return Finding("kept", says) if kept else FINE


def batches(model, images):
    """Ask for batches of at most 256, in the shape of the images."""
    for _, shape, _ in model.calls:
        if shape[1:] != images.shape[1:]:
            says = f"the model got a batch of shape {tuple(shape)}, images are"
            cure = "It may be convolutional: flatten its errors, not its input."
            return Finding("shape", f"{says} {tuple(images.shape)}.\n{cure}")
        if shape[0] > 256:
            says = f"you handed the model {shape[0]} images at once: at most 256.\n"
            return Finding("size", says + "images.split(256) cuts them into batches.")
    return FINE
