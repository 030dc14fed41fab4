"""Answers to `pretrain_layer`, in other people's words."""

from torch import nn
from torch.nn import functional as F

from aelesson import objectives
from aelesson.models import Autoencoder
from aelesson.training import TrainConfig, fit


def layer(wide, narrow, end):
    return nn.Sequential(nn.Linear(wide, narrow), end)


def with_fit(objective=objectives.denoising, rate=0.01, batch=32, end=None):
    """Return an answer with another objective, learning rate or end of the encoder."""

    def pretrain_layer(inputs, hidden_dim, corrupt, epochs, generator):
        width, settings = inputs.shape[1], TrainConfig(epochs, batch, rate)
        encoder = layer(width, hidden_dim, end or nn.Sigmoid())
        model = Autoencoder(encoder, layer(hidden_dim, width, nn.Sigmoid()))
        task = objective(corrupt)
        fit(model, inputs, task, settings, generator=generator, progress=False)
        return [model.encoder, model.decoder]

    return pretrain_layer


def to_itself(corrupt):
    def objective(model, x):
        noisy = corrupt(x)
        return {"loss": F.mse_loss(model(noisy), noisy)}

    return objective


def by_entropy(corrupt):
    return objectives.denoising(corrupt, F.binary_cross_entropy)


RIGHT = [with_fit(), with_fit(by_entropy, batch=20)]
WRONG = {
    "the target is the corrupted": with_fit(to_itself),
    "corrupt was never called": with_fit(lambda _: objectives.reconstruction()),
    "as a softmax does: it ties units": with_fit(end=nn.Softmax(dim=1)),
    "the encoder gives 0 to": with_fit(end=nn.ReLU()),
    "too little was learnt": with_fit(rate=1e-4),
}
