"""What a pipeline did with its rows: which it trained on, chose by and reported on.

Rows are codes of 0 and 1, so that they are known again on whatever scale they come.
"""

from dataclasses import dataclass, field

import torch
from torch import nn

from aelesson.checks.engine.compare import close


def coded(counts, columns, generator):
    """Return different rows of 0 and 1, and groups of these sizes, mixed."""
    groups = torch.cat([torch.full([n], 3 * i - 7) for i, n in enumerate(counts)])
    numbers = torch.randperm(2**columns, generator=generator)[: len(groups)]
    rows = (numbers[:, None] >> torch.arange(columns)) & 1
    return rows.float(), groups[torch.randperm(len(groups), generator=generator)]


class Warped(nn.Module):
    """Add to each row what depends on the row and the size, and on nothing else."""

    def __init__(self, size, columns):
        super().__init__()
        draw = torch.Generator().manual_seed(size)
        weight = torch.randn(columns, columns, generator=draw)
        self.weight, self.asked = nn.Parameter(2 * weight), []

    def forward(self, x):
        self.asked.append(x.detach().clone())
        return x + 0.5 * (x.detach() @ self.weight).sin()

    def gaps(self, x):
        with torch.no_grad():
            return (x @ self.weight).sin().mul(0.5)

    def error(self, x):
        return float(self.gaps(x).square().mean())


@dataclass
class Watched:
    """All that was trained, and what the models were asked about."""

    rows: torch.Tensor
    sizes: list[int] = field(default_factory=list)
    given: list[torch.Tensor] = field(default_factory=list)
    models: list[Warped] = field(default_factory=list)
    low: torch.Tensor | None = None
    high: torch.Tensor | None = None

    def train(self, rows, size):
        self.sizes.append(size)
        self.given.append(rows.detach().clone())
        self.models.append(Warped(int(size), rows.shape[1]))
        return self.models[-1]

    def on_one_scale(self):
        """Find the two values of each column; tell whether there are just two."""
        every = [*self.given, *(x for model in self.models for x in model.asked)]
        values = torch.cat([x.reshape(-1, self.rows.shape[1]) for x in every])
        self.low, self.high = values.amin(0), values.amax(0)
        near = 1e-3 * (self.high - self.low)
        two = (values - self.low < near) | (self.high - values < near)
        return bool(two.all() and (near > 0).all())

    def places(self, x):
        """Return which rows these are, whatever their scale."""
        bits = (x > (self.low + self.high) / 2).float()
        found = (bits[:, None] == self.rows).all(2)
        return frozenset(found.nonzero()[:, 1].tolist())

    def raw(self):
        """Tell whether the rows came unscaled."""
        ones = torch.ones_like(self.high)
        return close(self.low, 0 * ones) and close(self.high, ones)

    def scaled_by(self, places):
        """Tell whether the mean is that of these rows, and whether the deviation is."""
        part = self.rows[sorted(places)]
        std = 1 / (self.high - self.low)
        stds = [part.std(0, correction=c) for c in (0, 1) if len(part) > c]
        mean = close(-self.low * std, part.mean(0))
        return mean, any(close(std, each) for each in stds)

    def other_errors(self, model):
        """Return by name what is no mean square of a model's gaps: absolute, summed."""
        units = 1 / (self.high - self.low)
        for gaps in map(model.gaps, model.asked):
            yield "absolute", float(gaps.abs().mean())
            yield "root", float(gaps.square().mean().sqrt())
            yield "summed", float(gaps.square().sum(1).mean())
            yield "added up", float(gaps.square().sum())
            yield "raw units", float((gaps * units).square().mean())

    def errors(self):
        """Return for each model the places it was asked about, and its error there."""
        return [
            {self.places(x): model.error(x) for x in model.asked}
            for model in self.models
        ]
