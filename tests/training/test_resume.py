"""A run that was stopped ends with the weights of one without a break."""

import os
import random
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset, RandomSampler

from aelesson import corruptions, objectives
from aelesson.models import Autoencoder
from aelesson.training import TrainConfig, fit

SHAPE = (1, 4, 4)
X = torch.rand(50, *SHAPE, generator=torch.Generator().manual_seed(0))


class Noise(nn.Module):
    def __init__(self, generator):
        super().__init__()
        self.generator = generator

    def forward(self, x):
        return x + 0.1 * torch.rand(x.shape, generator=self.generator)


class Noisy(Dataset):
    """Images with noise that is drawn by a function of one number."""

    def __init__(self, draw):
        self.draw = draw

    def __len__(self):
        return len(X)

    def __getitem__(self, place):
        return X[place] * (0.9 + 0.1 * self.draw())


def plain(draw=lambda: 1.0):
    return DataLoader(Noisy(draw), 16)


def generator():
    return torch.Generator().manual_seed(7)


def shuffled():
    return DataLoader(Noisy(lambda: 1.0), 16, shuffle=True, generator=generator())


def sampled():
    data = Noisy(lambda: 1.0)
    return DataLoader(data, 16, sampler=RandomSampler(data, generator=generator()))


HOLDERS = {
    "a DataLoader": lambda: {"images": shuffled()},
    "a sampler": lambda: {"images": sampled()},
    "a DataLoader of validation images": lambda: {"validation": shuffled()},
    "an objective": lambda: {
        "objective": objectives.denoising(
            corruptions.gaussian_noise(0.2, generator=generator())
        )
    },
    "a layer": lambda: {"layer": Noise(generator())},
    "a Dataset": lambda: {
        "images": plain(partial(torch.rand, (), generator=generator()))
    },
    "Python": lambda: {"images": plain(random.random)},
    "NumPy": lambda: {"images": plain(np.random.rand)},
    "PyTorch": lambda: {"images": plain(lambda: float(torch.rand(())))},
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_whatever_draws_is_where_it_was(holder, tmp_path):
    def run(stop=0, checkpoint=None):
        random.seed(1), np.random.seed(1), torch.manual_seed(1)
        given, left = {"images": X, **HOLDERS[holder]()}, [stop]
        ask = given.pop("objective", objectives.reconstruction())
        model = Autoencoder.mlp((16, 3), SHAPE)
        model.encoder.append(given.pop("layer", nn.Identity()))
        loss = ask

        def objective(model, x):
            left[0] -= 1
            if left[0] == 0:
                raise KeyboardInterrupt
            return loss(model, x)

        config = TrainConfig(3, 16, 0.01)
        options = {"checkpoint": checkpoint, "progress": False}
        history = fit(model, given.pop("images"), objective, config, **given, **options)
        return history.curve(), torch.cat([p.flatten() for p in model.parameters()])

    path = tmp_path / "run.pt"
    run(12, path)
    again, whole = run(0, path), run()
    assert again[0] == whole[0]
    assert torch.equal(again[1], whole[1])


@pytest.mark.parametrize(
    ("first", "other", "says"),
    [
        ({"generator": generator()}, {}, r"seeds was \[7\] and is \[0\]"),
        ({"images": shuffled()}, {"images": plain()}, "images was .*RandomSampler"),
        (
            {"images": plain()},
            {"images": DataLoader(Noisy(lambda: 1.0), 15)},
            "images was .*16] and is .*15]",
        ),
    ],
)
def test_a_run_in_another_order_is_another_run(first, other, says, tmp_path):
    def run(images=X, **options):
        torch.manual_seed(1)
        ask, model = objectives.reconstruction(), Autoencoder.mlp((16, 3), SHAPE)
        path = tmp_path / "run.pt"
        fit(
            model,
            images,
            ask,
            TrainConfig(1),
            checkpoint=path,
            progress=False,
            **options,
        )

    run(**first)
    with pytest.raises(ValueError, match=f"comes from another run: .*{says}"):
        run(**other)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs copies of a process")
def test_signals_at_random_moments_change_no_weight():
    script = Path(__file__).with_name("signals.py")
    done = subprocess.run(
        [sys.executable, str(script), "0"], capture_output=True, text=True
    )
    runs = [line for line in done.stdout.splitlines() if "signals," in line]
    assert len(runs) == 8, done.stderr
    assert all("the same weights" in line for line in runs), done.stdout
