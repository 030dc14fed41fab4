"""Three ways to train on a GPU: a bare loop, one that replays its step, and `fit`.

The second is what can be had by hand for one model: a step recorded once as a CUDA
graph, with losses and learning rates on the device, and nothing checked but the loss.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aelesson import corruptions, objectives
from aelesson.models import VAE, Autoencoder
from aelesson.objectives import Objective
from aelesson.training import TrainConfig, fit, one_cycle

Loss = Callable[[nn.Module, Tensor], Tensor]
RATE = 1e-3
WARM = 3  # steps before a recording


def reconstruction(model: nn.Module, x: Tensor) -> Tensor:
    """Return the mean squared error, without a check."""
    return F.mse_loss(model(x), x)


def denoising(model: nn.Module, x: Tensor) -> Tensor:
    """Return the mean squared error behind noise, without a check."""
    noisy = (x + 0.5 * torch.randn_like(x)).clamp(0, 1)
    return F.mse_loss(model(noisy), x)


def bound(model: nn.Module, x: Tensor) -> Tensor:
    """Return the negative ELBO of binary pixels, without a check."""
    assert isinstance(model, VAE)
    mean, logvar = model.encoder(x).chunk(2, dim=1)
    z = mean + (0.5 * logvar).exp() * torch.randn_like(mean)
    pixels = F.binary_cross_entropy_with_logits(model.decoder(z), x, reduction="none")
    kl = 0.5 * (mean.square() + logvar.exp() - logvar - 1).sum(1)
    values: Tensor = pixels.flatten(1).sum(1) + kl
    return values.mean()


def _mlp() -> nn.Module:
    return Autoencoder.mlp((784, 128, 64, 32))


MODELS: dict[str, tuple[Callable[[], nn.Module], Loss, Objective]] = {
    "MLP": (_mlp, reconstruction, objectives.reconstruction()),
    "denoising MLP": (
        _mlp,
        denoising,
        objectives.denoising(corruptions.gaussian_noise(0.5, clamp=True)),
    ),
    "VAE": (lambda: VAE.mlp((784, 400, 20)), bound, objectives.negative_elbo()),
    "convolutional VAE": (
        lambda: VAE.conv(50, (32, 64)),
        bound,
        objectives.negative_elbo(),
    ),
}
"""From name to a network, its loss in plain PyTorch, and the objective of `fit`."""


def bare(model: nn.Module, x: Tensor, loss_of: Loss, epochs: int, size: int) -> None:
    """Train with the shortest loop there is; nothing in it waits."""
    optimizer = torch.optim.Adam(model.parameters(), lr=RATE, fused=True)
    model.train()
    for _ in range(epochs):
        for chosen in torch.randperm(len(x), device=x.device).split(size):
            loss = loss_of(model, x[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def ours(
    model: nn.Module, x: Tensor, objective: Objective, epochs: int, size: int
) -> str:
    """Train with `fit`; return how it took its steps."""
    config = TrainConfig(epochs, size, RATE, one_cycle)
    return fit(model, x, objective, config, progress=False).steps


class Replayed:
    """A step recorded by hand, with all that it reads on the device."""

    def __init__(
        self, model: nn.Module, x: Tensor, loss_of: Loss, rates: Tensor
    ) -> None:
        self.model, self.x, self.loss_of, self.rates = model, x, loss_of, rates
        self.rate = rates[0].clone()
        self.optimizer = torch.optim.Adam(
            model.parameters(), lr=self.rate, fused=True, capturable=True
        )
        self.step = torch.zeros(1, dtype=torch.long, device=x.device)
        self.total = torch.zeros((), device=x.device)
        self.bad = torch.full((1,), -1, dtype=torch.long, device=x.device)

    def take(self, chosen: Tensor) -> None:
        """Take a step with the images at these places, and add up its loss."""
        self.rate.copy_(self.rates.index_select(0, self.step).squeeze(0))
        loss = self.loss_of(self.model, self.x.index_select(0, chosen))
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()
        told = loss.detach()
        self.total.add_(told * len(chosen))
        first = (self.bad < 0) & ~told.isfinite()
        self.bad.copy_(torch.where(first, self.step, self.bad))
        self.step.add_(1)

    def record(self, chosen: Tensor) -> torch.cuda.CUDAGraph:
        """Return a recording of a step; the ones before it are real and count."""
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            self.take(chosen)
        return graph


def replayed(
    model: nn.Module, x: Tensor, loss_of: Loss, epochs: int, size: int
) -> list[float]:
    """Train by replays, but for the first steps and last, smaller batches."""
    model.train()
    rates = _rates(epochs * -(-len(x) // size)).to(x.device)
    steps = Replayed(model, x, loss_of, rates)
    index = torch.zeros(size, dtype=torch.long, device=x.device)
    graph, means = None, []
    for _ in range(epochs):
        steps.total.zero_()
        order = torch.randperm(len(x), device=x.device)
        for number, chosen in enumerate(order.split(size)):
            if graph is None and number == WARM:
                graph = steps.record(index)
            if graph is None or len(chosen) < size:
                steps.take(chosen)
            else:
                index.copy_(chosen)
                graph.replay()
        means.append(steps.total / len(x))
    if steps.bad.item() >= 0:
        raise FloatingPointError(f"step {steps.bad.item()}: the loss is not finite")
    return torch.stack(means).tolist()


def _rates(steps: int) -> Tensor:
    """Return the learning rate of each step of `one_cycle`."""
    optimizer = torch.optim.Adam([torch.zeros(1, requires_grad=True)], lr=RATE)
    schedule, rates = one_cycle(optimizer, steps), []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return torch.tensor(rates)
