"""Models: an encoder and a decoder, joined."""

from collections.abc import Sequence
from typing import Self

import torch
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

    @classmethod
    def conv(
        cls,
        latent_dim: int,
        channels: Sequence[int] = (16, 32),
        image_shape: Sequence[int] = (1, 28, 28),
    ) -> Self:
        """Build a convolutional network and its mirror image, with a linear code.

        Args:
            latent_dim: The size `D` of a code.
            channels: Channels behind each convolution of the encoder; the decoder
                has them in reverse.
            image_shape: The shape `(C, H, W)` of one image.

        Raises:
            ValueError: If the sides of an image cannot be halved once per layer.
        """
        return cls(
            networks.conv_encoder(latent_dim, channels, image_shape),
            networks.conv_decoder(latent_dim, tuple(reversed(channels)), image_shape),
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


class VAE(Autoencoder):
    """A variational autoencoder: a normal distribution over codes for each image.

    `encode` returns the mean of that distribution and `decode` returns pixels in
    [0, 1], so that all tools for autoencoders work with this model too.

    Source: Kingma and Welling (2014), "Auto-encoding variational Bayes".

    Args:
        encoder: A network `(B, ...) -> (B, 2 D)`: means, then log-variances.
        decoder: A network from codes `(B, D)` to the *logits* of images `(B, ...)`.
    """

    @classmethod
    def mlp(
        cls, sizes: Sequence[int], image_shape: Sequence[int] = (1, 28, 28)
    ) -> Self:
        """Build a multilayer perceptron and its mirror image.

        Args:
            sizes: Units per layer from pixels to code, such as `(784, 200, 20)`; the
                encoder's last layer is twice as wide, for means and log-variances.
            image_shape: The shape of one image; its product must be `sizes[0]`.

        Raises:
            ValueError: If `sizes` are not a network's, or do not fit `image_shape`.
        """
        *hidden, latent_dim = sizes
        return cls(
            networks.mlp_encoder((*hidden, 2 * latent_dim)),
            networks.mlp_decoder(
                tuple(reversed(sizes)), image_shape, output=nn.Identity
            ),
        )

    @classmethod
    def conv(
        cls,
        latent_dim: int,
        channels: Sequence[int] = (16, 32),
        image_shape: Sequence[int] = (1, 28, 28),
    ) -> Self:
        """Build a convolutional network and its mirror; see `Autoencoder.conv`."""
        back = tuple(reversed(channels))
        return cls(
            networks.conv_encoder(2 * latent_dim, channels, image_shape),
            networks.conv_decoder(latent_dim, back, image_shape, output=nn.Identity),
        )

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance, `(B, D)` each, of the codes of `x`."""
        mean, logvar = self.encoder(x).chunk(2, dim=1)
        return mean, logvar

    def encode(self, x: Tensor) -> Tensor:
        """Return the mean codes `(B, D)` of images `(B, ...)`."""
        return self.posterior(x)[0]

    def decode(self, z: Tensor) -> Tensor:
        """Return the images `(B, ...)` in [0, 1] that codes `(B, D)` stand for."""
        return torch.sigmoid(self.decoder(z))
