"""Train in processes that are stopped by signals at random moments, and go on.

`python tests/training/signals.py SEED` starts a process for each attempt, which costs
no import of PyTorch where it is a copy of this one; prints what became of each run.
"""

import itertools
import os
import random
import signal
import sys
import tempfile
import time
from pathlib import Path

import torch
from torch.utils.data import DataLoader, TensorDataset

from aelesson import TrainConfig, corruptions, fit, objectives, one_cycle
from aelesson.models import Autoencoder

SHAPE = (1, 6, 6)
ATTEMPTS = 6  # the last one is left alone
IMAGES = torch.rand(320, *SHAPE, generator=torch.Generator().manual_seed(0))


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def images_alone(batch):
    return torch.stack([image for (image,) in batch])


def loader():
    return DataLoader(
        TensorDataset(IMAGES),
        16,
        shuffle=True,
        generator=seeded(8),
        collate_fn=images_alone,
    )


def train(source, plain, folder, checkpoint=None):
    """Train, and leave the weights in the folder if the run came to its end."""
    torch.manual_seed(3)
    model = Autoencoder.mlp((36, 16, 3), SHAPE)
    model.encoder.append(torch.nn.Dropout(0.2))
    spoil = corruptions.gaussian_noise(0.1, generator=seeded(6))
    more = {"restore_best": True, "schedule": one_cycle}
    history = fit(
        model,
        IMAGES if source == "memory" else loader(),
        objectives.denoising(spoil),
        TrainConfig(20, 16, 1e-2, **({} if plain else more)),
        validation=None if plain else loader(),
        checkpoint=checkpoint,
        progress=False,
    )
    if not history.interrupted:
        name = "whole.pt" if checkpoint is None else "resumed.pt"
        torch.save(model.state_dict(), folder / name)


def started(*arguments):
    """Train in a copy of this process; return its number."""
    child = os.fork()
    if child:
        return child
    try:
        train(*arguments)
    except KeyboardInterrupt:  # before or behind the training
        pass
    finally:
        os._exit(0)


def stopped_and_resumed(source, plain, which, draw):
    """Return how many signals came, and whether the weights are the same."""
    with tempfile.TemporaryDirectory() as name:
        folder, signals = Path(name), 0
        whole, resumed = folder / "whole.pt", folder / "resumed.pt"
        since = time.perf_counter()
        os.waitpid(started(source, plain, folder), 0)
        lasts = time.perf_counter() - since
        for attempt in range(ATTEMPTS):
            child = started(source, plain, folder, folder / "run.pt")
            if attempt < ATTEMPTS - 1:
                time.sleep(draw.uniform(0.1, 0.9) * lasts)
                os.kill(child, which)  # it waits to be asked for, so it is there
                signals += 1
            os.waitpid(child, 0)
            if resumed.exists():
                break
        kept = [torch.load(path) for path in (whole, resumed)]
    return signals, all(torch.equal(kept[0][key], kept[1][key]) for key in kept[0])


def main(seed):
    draw = random.Random(seed)
    with tempfile.TemporaryDirectory() as name:
        train("memory", False, Path(name), Path(name) / "warm.pt")  # imports all
    both = signal.SIGINT, signal.SIGTERM
    for case in itertools.product(("memory", "loader"), (True, False), both):
        signals, same = stopped_and_resumed(*case, draw)
        source, plain, which = case
        told = "plain" if plain else "best of validation, one cycle"
        end = "the same weights" if same else "OTHER WEIGHTS"
        print(f"{source}, {told}, {which.name}: {signals} signals, {end}", flush=True)


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(int(sys.argv[1]))
