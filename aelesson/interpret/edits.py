"""What a latent does: take it out, or add it, and look at what changes behind it."""

import torch
from torch import Tensor

from aelesson import require


def ablate(z: Tensor, latent: int) -> Tensor:
    """Return codes in which one latent is silent.

    Args:
        z: Codes, `(B, D)`; they stay as they are.
        latent: Which one, from 0 to `D - 1`.

    Returns:
        Shape `(B, D)`, with gradients to all others.

    Raises:
        ValueError: If these are no codes, or there is no such latent.
    """
    require.tensor("z", z, "(B, D)")
    last = z.shape[1] - 1
    require.whole("latent", latent, at_least=0, at_most=last, why=", the last latent")
    return z.index_fill(1, torch.tensor(latent, device=z.device), 0.0)


def steer(x: Tensor, direction: Tensor, strength: float) -> Tensor:
    r"""Push activations along a direction, such as that of a latent.

    $x + a\, v / |v|$.

    Source: Turner et al. (2023), "Steering language models with activation
    engineering"; by latents: Templeton et al. (2024), "Scaling monosemanticity".

    Args:
        x: Activations, `(B, P)`; they stay as they are.
        direction: $v$, `(P,)`, a row of `UnitDecoder.directions`; only its direction
            counts.
        strength: $a$, how far, in units of `x`; below 0 for the other way.

    Returns:
        Shape `(B, P)`.

    Raises:
        ValueError: If the shapes do not fit, or the direction is not finite or 0.
    """
    require.tensor("x", x, "(B, P)")
    require.finite_tensor("direction", direction, "(P,)")
    require.number("strength", strength)
    if direction.shape != x.shape[1:]:
        raise ValueError(
            f"direction has shape {tuple(direction.shape)} and x {tuple(x.shape)}: it "
            "must have a number for each column"
        )
    length = direction.norm()
    if length == 0:
        raise ValueError("direction is 0 everywhere; it must point somewhere")
    push = strength * (direction / length).to(x)  # (P,)
    return x.add(push)


def loss_recovered(clean: float, replaced: float, ablated: float) -> float:
    r"""Return how much of what a layer is worth to a network reconstructions keep.

    $\frac{L_\mathrm{ablated} - L_\mathrm{replaced}}{L_\mathrm{ablated} -
    L_\mathrm{clean}}$: 1 if the network does as well on reconstructed activations as on
    its own, 0 if as badly as without them, and below 0 if worse.

    Source: Bricken et al. (2023), "Towards monosemanticity".

    Args:
        clean: The network's loss on its own activations.
        replaced: Its loss on their reconstructions.
        ablated: Its loss without them, as on zeros or on their mean; above `clean`.

    Raises:
        ValueError: If a loss is not finite, or `ablated` is not above `clean`: then
            there is nothing to recover.
    """
    require.number("clean", clean)
    require.number("replaced", replaced)
    require.number("ablated", ablated)
    if ablated <= clean:
        raise ValueError(
            f"ablated is {ablated} and clean {clean}: ablated must be above clean, or "
            "the network does not need this layer, and there is no loss to recover"
        )
    return float((ablated - replaced) / (ablated - clean))
