"""`three_noises()`: one denoiser for three kinds of noise that it was not told of."""

import torch
from torch import nn

from aelesson import corruptions, data, losses, objectives, runtime
from aelesson.checks import judge
from aelesson.checks.engine.randomness import seeded
from aelesson.checks.engine.rules import is_model, needs_only
from aelesson.checks.engine.scored import Scored
from aelesson.training import TrainConfig, fit, one_cycle


def spoilt(x):
    """Return copies with all pixels, single pixels, and a piece of each spoilt."""
    generator = seeded(judge.seed(31))
    kinds = (
        corruptions.gaussian_noise(0.4, clamp=True, generator=generator),
        corruptions.salt_and_pepper(0.3, generator=generator),
        corruptions.occlusion(8, generator=generator),
    )
    return [corrupt(x) for corrupt in kinds]


def errors(model, x):
    """Return the mean squared error of each image, for each kind: `(3, B)`."""
    cleaned = [model.forward(noisy).clamp(0, 1) for noisy in spoilt(x)]
    return torch.stack([(each - x).square().flatten(1).mean(1) for each in cleaned])


def decibels(model):
    mse = errors(model, judge.digits().images).mean(1)
    return (-10 * mse.log10()).mean()


class Median(nn.Module):
    """The median of nine pixels, as `filters.median(x, 3)` has it, in tensors alone."""

    def forward(self, x):
        edge = [0, *range(28), 27]  # its border is mirrored: the edge comes twice
        padded = x[:, :, edge][:, :, :, edge]
        nine = [
            padded[:, :, i : i + 28, j : j + 28] for i in range(3) for j in range(3)
        ]
        return torch.stack(nine).median(0).values


def lesson():
    """Train the lesson's small network on its four kinds of damage."""

    def four_kinds(x):
        a, b, c, d = x.chunk(4)
        a = corruptions.gaussian_noise(0.5, clamp=True)(a)
        b, c = corruptions.masking(0.5)(b), corruptions.salt_and_pepper(0.5)(c)
        return torch.cat([a, b, c, corruptions.occlusion(10)(d)])

    runtime.seed_everything(0)
    same = []
    for _ in range(2):
        same += [nn.Conv2d(16, 16, 3, padding=1), nn.ReLU()]
    first, last = nn.Conv2d(1, 16, 4, 2, 1), nn.ConvTranspose2d(16, 1, 4, 2, 1)
    model = nn.Sequential(first, nn.ReLU(), *same, last)
    objective = objectives.denoising(four_kinds, losses.bernoulli_nll)
    x, settings = (
        data.load("mnist-5k").train.images,
        TrainConfig(3, 32, 1e-2, one_cycle),
    )
    fit(model, x, objective, settings, progress=False)
    return nn.Sequential(model, nn.Sigmoid())


takes = needs_only(lambda: [judge.digits().images[:4]], (4, 1, 28, 28))
check = Scored(
    "three_noises",
    decibels,
    record=judge.function("forward"),
    unit="dB, PSNR as the mean of three kinds",
    baseline="a median filter",
    more_is_better=True,
    rules=[is_model, takes],
    holds=[
        lambda thing: takes(thing.forward),
        judge.unseen(lambda model: lambda x, _: errors(model, x).mean(0)),
    ],
    references={"a median filter": Median, "the lesson's network": lesson},
)
