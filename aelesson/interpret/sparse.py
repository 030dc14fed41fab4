"""Sparse autoencoders: an `Autoencoder` of two linear layers, and what holds it back.

They explain a network's activations as sums of few directions out of many. Kinds
differ by what ends the encoder (`nn.ReLU`, `regularisers.TopK`, `JumpReLU`) and by the
objective:

- L1: `objectives.penalised` with `regularisers.l1_penalty`;
- TopK: `objectives.reconstruction`, as the activation does all;
- JumpReLU: `objectives.penalised` with `l0_penalty`;
- Matryoshka: `matryoshka`.

`training.fit` trains all of them.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aelesson import layers, require
from aelesson.models import Autoencoder
from aelesson.objectives import Objective


class UnitDecoder(nn.Linear):
    r"""A linear decoder whose directions have the length 1, however it is trained.

    $\hat{x} = b + \sum_d z_d\, w_d / |w_d|$. A penalty on the size of a code cannot be
    cheated by a decoder that grows. What training would change along a direction has no
    gradient, so nothing need be set right after a step; see also
    `regularisers.normalise_decoder_`.

    Source: Bricken et al. (2023), "Towards monosemanticity", who set the lengths after
    each step.

    Args:
        latent_dim: How many latents, `D`.
        outputs: How many activations they explain, `P`.
    """

    def __init__(self, latent_dim: int, outputs: int) -> None:
        require.whole("latent_dim", latent_dim)
        require.whole("outputs", outputs)
        super().__init__(latent_dim, outputs)

    @property
    def directions(self) -> Tensor:
        """What each latent adds for a value of 1, `(D, P)`, as `recovered` takes it."""
        return F.normalize(self.weight.T, dim=1)

    def forward(self, z: Tensor) -> Tensor:
        """Return sums of directions `(B, P)` for codes `(B, D)`."""
        require.tensor("z", z, "(B, D)")

        def sums(z: Tensor) -> Tensor:
            return F.linear(z, self.directions.T, self.bias)

        return layers.through("z", z, sums, self)


def random_decoder(
    latent_dim: int, outputs: int, generator: torch.Generator
) -> UnitDecoder:
    """Return a decoder with random directions that no training moves: a control.

    Around it everything else is trained: the encoder, what ends that, and the decoder's
    bias. What such an autoencoder also reaches, no learnt direction was needed for.

    Source: Korznikov et al. (2026), "Sanity checks for sparse autoencoders: do SAEs
    beat random baselines?", the frozen decoder.

    Args:
        latent_dim: How many latents, `D`.
        outputs: How many activations they explain, `P`.
        generator: Draws the directions, evenly over all; on the CPU.

    Raises:
        ValueError: If a size is below 1.
    """
    require.generator("generator", generator, needed=True)
    decoder = UnitDecoder(latent_dim, outputs)
    drawn = torch.randn(latent_dim, outputs, generator=generator)
    with torch.no_grad():
        decoder.weight.copy_(F.normalize(drawn, dim=1).T)
    decoder.weight.requires_grad_(False)
    return decoder


def sparse_autoencoder(decoder: nn.Linear, activation: nn.Module) -> Autoencoder:
    """Put a linear encoder with an activation before a linear decoder.

    The encoder begins as the decoder's transpose with a bias of 0, so that each latent
    at first answers to what it stands for; later both go their own ways.

    Source: Gao et al. (2024), "Scaling and evaluating sparse autoencoders", by whom
    fewer latents die so.

    Args:
        decoder: From codes `(B, D)` to activations `(B, P)`: a `UnitDecoder` that is
            trained, or the control `random_decoder`.
        activation: What ends the encoder, `(B, D) -> (B, D)`: such as `nn.ReLU()`,
            `nn.Sequential(nn.ReLU(), TopK(8))` or `JumpReLU(D)`.

    Returns:
        A model `(B, P) -> (B, P)` with squared errors, whose code is the sparse one.

    Raises:
        TypeError: If the decoder is no linear layer, or the activation no module.
    """
    require.model("decoder", decoder, nn.Linear)
    require.model("activation", activation)
    first = nn.Linear(decoder.out_features, decoder.in_features).to(decoder.weight)
    started = getattr(decoder, "directions", decoder.weight.T)
    with torch.no_grad():
        first.weight.copy_(started)
        first.bias.zero_()
    return Autoencoder(nn.Sequential(first, activation), decoder)


def matryoshka(prefixes: Sequence[int]) -> Objective:
    r"""Ask for a good reconstruction by each of several beginnings of the code.

    $\sum_m L(x, \hat{x}(z_1, \dots, z_m))$ over the lengths $m$ of the beginnings, as
    dolls stand in dolls. The first latents must do without the others, so a general one
    among them cannot leave its work to special ones behind it.

    Source: Bussmann et al. (2025), "Learning multi-level features with Matryoshka
    sparse autoencoders".

    Args:
        prefixes: The lengths, increasing; the last one is the code size `D`.

    Returns:
        An objective with the terms "loss", the sum, and "reconstruction", the error of
        the whole code; each error is that of the model's likelihood.

    Raises:
        ValueError: If the lengths do not increase; when it is asked, if the last one is
            not the code size.
    """
    require.sizes("prefixes", prefixes)
    if any(later <= earlier for earlier, later in pairwise(prefixes)):
        raise ValueError(f"prefixes is {tuple(prefixes)}; it must increase")

    def objective(model: nn.Module, x: Tensor) -> dict[str, Tensor]:
        require.model("model", model, Autoencoder)
        assert isinstance(model, Autoencoder)
        z = _code(model, x, prefixes[-1])
        errors = []
        for length in prefixes:
            kept = F.pad(z[:, :length], (0, z.shape[1] - length))
            raw = layers.through("z", kept, model.decoder)
            errors.append(model.likelihood.loss(raw, x))
        return {"loss": torch.stack(errors).sum(), "reconstruction": errors[-1]}

    return objective


def _code(model: Autoencoder, x: Tensor, size: int) -> Tensor:
    z = model.encode(x)
    require.tensor("the model's code of x", z, "(B, D)")
    if z.shape[1] != size:
        raise ValueError(
            f"prefixes ends with {size}, but the model's code of x has shape "
            f"{tuple(z.shape)}: the last must be the code size"
        )
    return z
