"""What the networks of `pretrain_layer`, lesson 07, must have learnt."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from aelesson.checks.harness import CheckFailed


@dataclass(frozen=True)
class _Learning:
    """A task that one layer can learn in less than half a second."""

    rows: int = 640
    width: int = 16
    kinds: int = 5
    code: int = 8
    epochs: int = 40
    enough: float = 0.5  # of the mean baseline's error


LEARNING = _Learning()


def learning_inputs() -> Tensor:
    """Return inputs `(N, D)` of a few kinds, each with small deviations."""
    generator = torch.Generator().manual_seed(3)
    shape = (LEARNING.kinds, LEARNING.width)
    kinds = 0.1 + 0.8 * (torch.rand(shape, generator=generator) < 0.5).float()
    inputs = kinds.repeat(LEARNING.rows // LEARNING.kinds, 1)
    return inputs + 0.08 * torch.rand(inputs.shape, generator=generator) - 0.04


def expect_learnt(
    encoder: nn.Module,
    decoder: nn.Module,
    inputs: Tensor,
    corrupt: Callable[[Tensor], Tensor],
) -> None:
    """Ask for clean reconstructions of corrupted inputs, where `corrupt` inverts."""
    encoder.eval()
    decoder.eval()
    negative = 1 - inputs
    with torch.no_grad():
        cleaned = decoder(encoder(corrupt(inputs)))
        untouched = decoder(encoder(inputs))
    error = _share(cleaned, inputs)
    if error < LEARNING.enough:
        return
    told = (
        f"(Error against the clean inputs: {error:.2f} times that of the mean input, "
        f"expected less than {LEARNING.enough}.)"
    )
    known = {
        "the target is the corrupted batch: it must be the clean one.": _share(
            cleaned, negative
        ),
        "the encoder was trained on the clean batch: give it corrupt(batch), and keep "
        "the clean one as the target.": _share(untouched, inputs),
        "input and target are swapped: the corrupted batch goes in, the clean one is "
        "the target.": _share(untouched, negative),
    }
    for diagnosis, share in known.items():
        if share < LEARNING.enough:
            raise CheckFailed(f"{diagnosis}\n{told}")
    raise CheckFailed(
        f"too little was learnt in {LEARNING.epochs} epochs of {LEARNING.rows} "
        f"inputs: {_guess(cleaned, inputs)}\n{told}"
    )


def _share(x_hat: Tensor, x: Tensor) -> float:
    """Return the error as a share of that of the mean input."""
    baseline = (x - x.mean(0)).square().mean()
    return float((x_hat - x).square().mean() / baseline)


def _guess(cleaned: Tensor, inputs: Tensor) -> str:
    if (inputs - cleaned).square().mean() > 1.5 * inputs.var(0).mean():
        return "it got worse than the mean. Is the sign of the loss right?"
    return (
        "take Adam with a learning rate of 0.01 and batches of 32, a step for each, "
        "and clear the gradients before each backward()."
    )
