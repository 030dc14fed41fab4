"""Models: an encoder and a decoder, joined."""

from collections.abc import Sequence
from typing import Self

from torch import Tensor, nn

from aelesson import networks


class Autoencoder(nn.Module):
    """Send an image through a code and back.

    Kinds of autoencoder differ in these two networks and in the objective that
    they are trained with, not in this class.

    Args:
        encoder: A network `(B, ...) -> (B, D)`.
        decoder: A network `(B, D) -> (B, ...)`.
    """

    def __init__(self, encoder: nn.Module, decoder: nn.Module) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    @classmethod
    def mlp(
        cls, sizes: Sequence[int], image_shape: Sequence[int] = (1, 28, 28)
    ) -> Self:
        """Build a multilayer perceptron and its mirror image, with a linear code.

        Args:
            sizes: Units per layer from pixels to code, such as
                `(784, 128, 64, 32)`; the decoder has them in reverse.
            image_shape: The shape of one image; its product must be `sizes[0]`.

        Raises:
            ValueError: If `sizes` are not a network's, or do not fit `image_shape`.
        """
        return cls(
            networks.mlp_encoder(sizes),
            networks.mlp_decoder(tuple(reversed(sizes)), image_shape),
        )

    def encode(self, x: Tensor) -> Tensor:
        """Return the codes `(B, D)` of images `(B, ...)`."""
        return self.encoder(x)  # type: ignore[no-any-return]

    def decode(self, z: Tensor) -> Tensor:
        """Return the images `(B, ...)` that codes `(B, D)` stand for."""
        return self.decoder(z)  # type: ignore[no-any-return]

    def forward(self, x: Tensor) -> Tensor:
        """Return the reconstructions of images `(B, ...)`, in the same shape."""
        return self.decode(self.encode(x))
