"""A sparse autoencoder on its way: what a step of training leads to, step after step.

Each example has one feature, at right angles to the others. Where a latent costs what
it adds, an example of strength s is then reconstructed as s - weight / 2, whatever the
lengths of the decoder's directions are. The networks start with codes that are too
small, and directions that are as much too long: where a cheat would lead.
"""

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn
from torch.nn.utils import parameters_to_vector

from aelesson.checks.engine.calls import attempt, failed
from aelesson.checks.engine.compare import FINE, Finding
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.interpretability import verdicts

FEATURES, SIZE, EXAMPLES, STEPS, RATE = 4, 12, 32, 80, 0.04
LOW, HIGH = 0.85, 1.4  # of what the price has to take; right programs: .96 to 1.27
MOST = 1.6  # of the same, for a single feature; right programs: up to 1.46
OFTEN = [5, 7, 9, 11]  # examples of each feature; the last has the longest direction
GROWTH = 1.3  # by which directions may get longer


@dataclass
class Trained:
    """Networks that a step is called on, again and again.

    Args:
        scale: Of the examples; strengths are from once to twice as much.
        length: By how much directions are too long at first, on average.
        weight: Of the price.
    """

    scale: float
    length: float
    weight: float
    steps: int = 0
    losses: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        with isolated(seed=12):
            self._build()
        both = [*self.encoder.parameters(), *self.decoder.parameters()]
        self.parameters, self.optimizer = both, torch.optim.Adam(both, lr=RATE)
        self.optimizer.register_step_pre_hook(self._count)
        self.start = self.decoder.weight.detach().norm()

    def _build(self) -> None:
        vectors = torch.linalg.qr(torch.randn(SIZE, SIZE)).Q[:FEATURES]
        self.which = (
            torch.arange(FEATURES).repeat_interleave(torch.tensor(OFTEN)).flip(0)
        )
        self.strengths = self.scale * (1 + torch.rand(EXAMPLES))
        self.directions = vectors[self.which]
        self.x = self.strengths[:, None] * self.directions
        first, decoder = (
            nn.Linear(SIZE, FEATURES),
            nn.Linear(FEATURES, SIZE, bias=False),
        )
        lengths = self.length * torch.linspace(0.5, 1.5, FEATURES)[:, None]
        with torch.no_grad():
            first.weight.copy_((vectors + 0.02 * torch.randn(vectors.shape)) / lengths)
            first.bias.zero_()
            noise = 0.02 * torch.randn(vectors.shape)
            decoder.weight.copy_(((vectors + noise) * lengths).T)
        self.encoder, self.decoder = nn.Sequential(first, nn.ReLU()), decoder

    def _count(self, *_: Any) -> None:
        self.steps += 1

    def run(self, step, count: int) -> Any:
        """Call a step some times; return what came last, or how it failed."""
        result = None
        for _ in range(count):
            rate = RATE * (1 - len(self.losses) / STEPS)
            for group in self.optimizer.param_groups:
                group["lr"] = rate
            parts = self.encoder, self.decoder, self.optimizer
            result = attempt(step, [*parts, self.x.clone(), self.weight])
            if failed(result):
                break
            self.losses.append(result)
        return result

    def weights(self) -> torch.Tensor:
        return parameters_to_vector(self.parameters).detach().clone()

    def same_parameters(self) -> Finding:
        now = [*self.encoder.parameters(), *self.decoder.parameters()]
        same = len(now) == len(self.parameters) and all(
            a is b for a, b in zip(now, self.parameters, strict=True)
        )
        return FINE if same else verdicts.ANOTHER

    def taken(self) -> torch.Tensor:
        """Return for each feature which share of its due the price has taken."""
        with torch.no_grad():
            x_hat = self.decoder(self.encoder(self.x))
        missing = self.strengths - (x_hat * self.directions).sum(1)
        shares = missing / (self.weight / 2)
        return torch.stack([shares[self.which == i].mean() for i in range(FEATURES)])

    def verdict(self) -> Finding:
        """Tell whether the price was paid; if not, how much of it."""
        shares = self.taken()
        if not shares.isfinite().all():
            return Finding("nan", "after some steps a weight is nan or infinite.")
        share, told = float(shares.median()), f"{100 * shares.median():.0f} %"
        if shares.min() < -0.5:
            return verdicts.LONGER
        lengths = self.decoder.weight.detach().norm(dim=0)
        if share < LOW:
            held = (lengths - 1).abs().max() < 0.1
            says = verdicts.SMALL if held else verdicts.CHEAP
            return Finding("small" if held else "cheap", says.format(told))
        if share > HIGH:
            return Finding("dear", verdicts.DEAR.format(told))
        if shares.min() < LOW or shares.max() > MOST:
            return verdicts.UNEVEN
        grown = float(lengths.norm() / self.start)
        return FINE if grown < GROWTH else verdicts.GROWING

    def returned(self) -> Finding:
        """Tell whether what came back last is the loss: error plus price."""
        with torch.no_grad():
            z, lengths = self.encoder(self.x), self.decoder.weight.norm(dim=0)
            error = (self.decoder(z) - self.x).square().sum(1).mean()
            loss = float(error + self.weight * (z @ lengths).mean())
        last = float(self.losses[-1])
        if abs(last / loss - 1) < 0.03:
            return FINE
        return Finding("told", verdicts.TOLD.format(last, loss))
