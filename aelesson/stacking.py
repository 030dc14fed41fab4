"""Stacked autoencoders: layer by layer, then as one network, then as a classifier.

Source: Bengio et al. (2007), "Greedy layer-wise training of deep networks"; with
corruption: Vincent et al. (2010), "Stacked denoising autoencoders".
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aelesson import metrics, objectives, require
from aelesson.layers import made, through
from aelesson.models import Autoencoder
from aelesson.training import TrainConfig, fit
from aelesson.training.history import History

AnyModule = TypeVar("AnyModule", bound=nn.Module)


def pretrain(
    images: Tensor,
    sizes: Sequence[int],
    corrupt: Callable[[Tensor], Tensor],
    config: TrainConfig,
    *,
    activation: Callable[[], nn.Module] = nn.Sigmoid,
    generator: torch.Generator | None = None,
    progress: bool = True,
) -> list[Autoencoder]:
    """Train one denoising autoencoder per layer, each on the codes of the one before.

    The codes are computed once per layer, not at every step. The first decoder ends
    in a sigmoid, for pixels; the later ones in `activation`, for codes.

    Args:
        images: `(N, ...)` in [0, 1].
        sizes: Units per layer from pixels to the last code, such as
            `(784, 500, 500)`.
        corrupt: Spoils each layer's input anew at every step; see
            `aelesson.corruptions`.
        config: The settings, the same for each layer.
        activation: Makes the activation of the codes.
        generator: Shuffles; the same one serves all layers.
        progress: Whether to show a bar per layer.

    Returns:
        The autoencoders, from the pixels upwards.

    Raises:
        ValueError: If there is no image, or if `sizes` has no layer, an empty one, or
            does not start with the pixels.
        KeyboardInterrupt: If it was stopped by hand. No layer is returned then;
            `train_layers` hands out those that are done, and can keep checkpoints.
    """
    trained = train_layers(
        images,
        sizes,
        corrupt,
        config,
        activation=activation,
        generator=generator,
        progress=progress,
    )
    return [layer for layer, _ in trained]


def train_layers(
    images: Tensor,
    sizes: Sequence[int],
    corrupt: Callable[[Tensor], Tensor],
    config: TrainConfig,
    *,
    activation: Callable[[], nn.Module] = nn.Sigmoid,
    wrap: Callable[[nn.Module], nn.Module] = lambda network: network,
    checkpoints: str | Path | None = None,
    generator: torch.Generator | None = None,
    progress: bool = True,
) -> Iterator[tuple[Autoencoder, History]]:
    """Do as `pretrain`, and hand out each layer with its history once it is trained.

    Nothing is trained or checked before the first layer is asked for.

    Args:
        images: As for `pretrain`.
        sizes: As for `pretrain`.
        corrupt: As for `pretrain`.
        config: As for `pretrain`.
        activation: As for `pretrain`.
        wrap: Goes around a layer's encoder, and around the linear part of its decoder;
            for example `networks.MixedPrecision`.
        checkpoints: A folder with a checkpoint per layer, as `fit` writes them; a run
            that ended early goes on from there.
        generator: As for `pretrain`.
        progress: As for `pretrain`.

    Yields:
        The autoencoder of the next layer, and the history of its training.

    Raises:
        ValueError: As in `pretrain`, and if a checkpoint comes from another run.
        KeyboardInterrupt: As in `pretrain`.
    """
    require.finite_tensor("images", images)
    require.within("images", images, 0, 1, ", as the first decoder ends in a sigmoid")
    require.sizes("sizes", sizes, least=2)
    if images[0].numel() != sizes[0]:
        raise ValueError(
            f"sizes is {tuple(sizes)}; it must start with an image's "
            f"{images[0].numel()} pixels, as images has shape {tuple(images.shape)}"
        )
    if checkpoints is not None:
        require.kind("checkpoints", checkpoints, (str, Path))
    task = objectives.denoising(corrupt, F.mse_loss)
    folder = None if checkpoints is None else Path(checkpoints)
    inputs = images.flatten(1)
    for depth, (wide, narrow) in enumerate(pairwise(sizes), start=1):
        active = made("activation", activation)
        encoder = _wrapped(wrap, nn.Sequential(nn.Linear(wide, narrow), active))
        back, output = _wrapped(wrap, nn.Linear(narrow, wide)), nn.Sigmoid
        decoder = nn.Sequential(back, output() if depth == 1 else activation())
        layer = Autoencoder(encoder, decoder).to(images.device)
        history = fit(
            layer,
            inputs,
            task,
            config,
            checkpoint=None if folder is None else folder / f"layer{depth}.pt",
            generator=generator,
            progress=progress,
        )
        if history.interrupted:
            raise KeyboardInterrupt(f"layer {depth} is not trained to its end")
        if depth < len(sizes) - 1:
            inputs = metrics.apply(layer, layer.encode, inputs)
        yield layer, history


def _wrapped(wrap: Callable[[nn.Module], nn.Module], network: nn.Module) -> nn.Module:
    """Return what goes around a network, and see that the network is in there."""
    found: object = wrap(network) if callable(wrap) else None
    if not isinstance(found, nn.Module) or network not in found.modules():
        raise TypeError(
            f"wrap is {require.shown(wrap)}; it must be a function from a network to "
            f"one that holds it, and this one made {require.shown(found)}"
        )
    return found


def encode_through(encoders: Sequence[Callable[[Tensor], Tensor]], x: Tensor) -> Tensor:
    """Return the codes of the last encoder: each one's codes feed the next."""
    require.tensor("x", x)
    require.sequence("encoders", encoders, "functions", 0)
    for place, encoder in enumerate(encoders):
        name = f"encoders[{place}]"
        require.function(name, encoder)
        x = through(
            f"what {name} of {len(encoders)} gets" if place else "x", x, encoder
        )
    return x


def unroll(layers: Sequence[Autoencoder]) -> Autoencoder:
    """Join layers into one deep autoencoder that shares their tensors.

    The encoders follow each other, then the decoders in reverse. Images are
    flattened before; the reconstruction is flat, `(B, pixels)`.

    Raises:
        TypeError: If these are no autoencoders.
    """
    for layer in require.sequence("layers", layers, "autoencoders"):
        require.model("a layer in layers", layer, Autoencoder)
    return Autoencoder(
        nn.Sequential(nn.Flatten(), *(layer.encoder for layer in layers)),
        nn.Sequential(*(layer.decoder for layer in reversed(layers))),
    )


def build_classifier(encoders: Sequence[nn.Module], classes: int) -> nn.Sequential:
    """Put a linear layer on top of encoders; the classifier shares their tensors.

    Training the classifier changes the encoders, and the other way round. Copy the
    encoders first (`copy.deepcopy`) if they are still needed as they are.

    Args:
        encoders: From images `(B, ...)` through codes `(B, D)`.
        classes: How many classes.

    Returns:
        A network from images `(B, ...)` to logits `(B, classes)`.

    Raises:
        ValueError: If there is no encoder with a linear layer, or `classes` is below 2.
    """
    for encoder in require.sequence("encoders", encoders, "networks", 0):
        require.model("an encoder in encoders", encoder)
    require.whole("classes", classes, at_least=2)
    body = nn.Sequential(*encoders)
    linear = [layer for layer in body.modules() if isinstance(layer, nn.Linear)]
    if not linear:
        raise ValueError(
            f"encoders holds no linear layer in its {len(encoders)} networks, which "
            "would tell the code's size"
        )
    head = nn.Linear(linear[-1].out_features, classes).to(linear[-1].weight.device)
    return nn.Sequential(nn.Flatten(), body, head)


def freeze(module: AnyModule) -> AnyModule:
    """Keep a module's parameters as they are: optimizers skip what has no gradient.

    An optimizer that knew them before leaves them alone from its next step on.
    Gradients still flow through the module to its input.

    Returns:
        The module itself, as `module.eval()` does.

    Raises:
        TypeError: If it is no network.
    """
    require.model("module", module)
    for parameter in module.parameters():
        parameter.requires_grad_(False)
        parameter.grad = None
    return module
