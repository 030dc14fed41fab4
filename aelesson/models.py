"""Models: an encoder, a decoder, and what the decoder's output means."""

from collections.abc import Sequence
from typing import Self

from torch import Tensor, nn

from aelesson import layers, networks, require
from aelesson.families import Bernoulli, Likelihood, SquaredError
from aelesson.priors import Prior, StandardNormal, VampPrior


class Autoencoder(nn.Module):
    """Send an image through a code and back.

    Kinds of autoencoder differ in these two networks, in their likelihood and in the
    objective that they are trained with, not in this class.

    Args:
        encoder: A network `(B, ...) -> (B, D)`.
        decoder: A network from codes `(B, D)` to raw output `(B, ...)`.
        likelihood: What that output says about images; see `aelesson.likelihood`. By
            default it is the image itself, in any range, and errors count squared.

    Attributes:
        likelihood: The same; `decode`, objectives and scores follow it.
    """

    numbers = 1  # that the encoder gives for each unit of a code

    def __init__(
        self,
        encoder: nn.Module,
        decoder: nn.Module,
        likelihood: Likelihood | None = None,
    ) -> None:
        require.model("encoder", encoder)
        require.model("decoder", decoder)
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder
        self.likelihood = self._chosen(likelihood, SquaredError())

    @classmethod
    def _chosen(cls, given: Likelihood | None, usual: Likelihood) -> Likelihood:
        """Return the likelihood that was given, or without one the usual one."""
        likelihood = usual if given is None else given
        require.model("likelihood", likelihood, Likelihood)
        return likelihood

    @classmethod
    def mlp(
        cls,
        sizes: Sequence[int],
        image_shape: Sequence[int] = (1, 28, 28),
        likelihood: Likelihood | None = None,
    ) -> Self:
        """Build a multilayer perceptron and its mirror image, with a linear code.

        Args:
            sizes: Units per layer from pixels to code, such as
                `(784, 128, 64, 32)`; the decoder has them in reverse. The encoder of a
                `VAE` ends twice as wide, with means and log-variances.
            image_shape: The shape of one image, or `(K,)` for the row of a table; its
                product must be `sizes[0]`.
            likelihood: What the output means, and so how the decoder ends; by default
                `SquaredError(0, 1)`, pixels in [0, 1] behind a sigmoid, and for a `VAE`
                `Bernoulli()`.

        Raises:
            ValueError: If `sizes` are not a network's, or do not fit `image_shape`.
        """
        require.sizes("sizes", sizes, least=2)
        likelihood = cls._chosen(likelihood, SquaredError(0, 1))
        *hidden, latent_dim = sizes
        back = tuple(reversed(sizes))
        return cls(
            networks.mlp_encoder((*hidden, cls.numbers * latent_dim)),
            networks.mlp_decoder(back, image_shape, output=likelihood.end),
            likelihood,
        )

    @classmethod
    def conv(
        cls,
        latent_dim: int,
        channels: Sequence[int] = (16, 32),
        image_shape: Sequence[int] = (1, 28, 28),
        likelihood: Likelihood | None = None,
    ) -> Self:
        """Build a convolutional network and its mirror image, with a linear code.

        Args:
            latent_dim: The size `D` of a code.
            channels: Channels behind each convolution of the encoder; the decoder
                has them in reverse.
            image_shape: The shape `(C, H, W)` of one image, of any size.
            likelihood: As in `mlp`.

        Raises:
            ValueError: If a size is below 1.
        """
        require.whole("latent_dim", latent_dim)
        require.sizes("channels", channels)
        likelihood = cls._chosen(likelihood, SquaredError(0, 1))
        back = tuple(reversed(channels))
        return cls(
            networks.conv_encoder(cls.numbers * latent_dim, channels, image_shape),
            networks.conv_decoder(latent_dim, back, image_shape, likelihood.end),
            likelihood,
        )

    def encode(self, x: Tensor) -> Tensor:
        """Return the codes `(B, D)` of images `(B, ...)`."""
        require.tensor("x", x)
        return layers.through("x", x, self.encoder)

    def decode(self, z: Tensor) -> Tensor:
        """Return the images `(B, ...)` that codes `(B, D)` stand for."""
        return self.likelihood.mean(self._raw(z))

    def _raw(self, z: Tensor) -> Tensor:
        require.tensor("z", z)
        return layers.through("z", z, self.decoder)

    def nll(self, z: Tensor, x: Tensor) -> Tensor:
        """Return how unlikely images are, given codes.

        Args:
            z: Codes `(B, D)`.
            x: Images `(B, ...)`.

        Returns:
            The likelihood's `nll`, `(B,)`, in nats per image.

        Raises:
            ValueError: If the decoder's output has another shape than `x`, if `x` is
                no data of the likelihood, or that gives not one value per image.
        """
        require.tensor("x", x)
        require.tensor("z", z)
        require.same_length("z", z, "x", x)
        return self.likelihood.per_image(self._raw(z), x)

    def forward(self, x: Tensor) -> Tensor:
        """Return the reconstructions of images `(B, ...)`, in the same shape."""
        return self.decode(self.encode(x))


class VAE(Autoencoder):
    """A variational autoencoder: a normal distribution over codes for each image.

    `encode` returns the mean of that distribution, and `decode` what the likelihood
    says of the decoder's output: all tools for autoencoders work with this model, too.

    Source: Kingma and Welling (2014), "Auto-encoding variational Bayes".

    Args:
        encoder: A network `(B, ...) -> (B, 2 D)`: means, then log-variances.
        decoder: A network from codes `(B, D)` to raw output `(B, ...)`.
        likelihood: By default `Bernoulli()`, so the decoder gives *logits*.
        prior: What is said of codes before any image is seen, see `aelesson.priors`; by
            default a standard normal. `set_prior` puts another in its place.

    Attributes:
        prior: The same; bounds, estimates and `latent.sample` follow it.

    Raises:
        ValueError: If the likelihood is a `SquaredError`, which has no density.
    """

    numbers = 2

    def __init__(
        self,
        encoder: nn.Module,
        decoder: nn.Module,
        likelihood: Likelihood | None = None,
        prior: Prior | None = None,
    ) -> None:
        super().__init__(encoder, decoder, likelihood)
        self.set_prior(StandardNormal() if prior is None else prior)

    def set_prior(self, prior: Prior) -> Self:
        """Give the model another prior, and return the model itself.

        Args:
            prior: Such as `priors.MixturePrior(torch.randn(10, 20))`, or
                `priors.VampPrior(model.encoder, images[:50])`.

        Raises:
            ValueError: If a `VampPrior`, or one that `prior` bends, was made with the
                encoder of another model.
        """
        require.model("prior", prior, Prior)
        for part in prior.modules():
            if isinstance(part, VampPrior) and part.encoder is not self.encoder:
                raise ValueError(
                    "prior holds a VampPrior with another encoder than the model's, "
                    "which would stay where it is: use VampPrior(model.encoder, "
                    "pseudo_inputs)"
                )
        self.prior = prior
        return self

    @classmethod
    def _chosen(cls, given: Likelihood | None, usual: Likelihood) -> Likelihood:
        del usual  # of models whose output has no density
        likelihood = super()._chosen(given, Bernoulli())
        if isinstance(likelihood, SquaredError):
            raise ValueError(
                "likelihood is SquaredError, which has no width and so no density; use "
                "Normal(), which learns one, or Normal(std)"
            )
        return likelihood

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return mean and log-variance, `(B, D)` each, of the codes of `x`."""
        require.tensor("x", x)
        both = layers.through("x", x, self.encoder)
        if both.dim() < 2 or both.shape[1] % 2:
            raise ValueError(
                f"encoder returned shape {tuple(both.shape)}; it must be (B, 2 D), "
                "means and log-variances"
            )
        mean, logvar = both.chunk(2, dim=1)
        return mean, logvar

    def encode(self, x: Tensor) -> Tensor:
        """Return the mean codes `(B, D)` of images `(B, ...)`."""
        return self.posterior(x)[0]
