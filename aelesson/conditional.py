"""A VAE on a condition: the label of an image is given to encoder and decoder.

The code need not say then what the label says. Given the labels of a batch, the model
is an ordinary `VAE`, so objectives, bounds and samples of these work with it; see
`bounds.conditional`.
"""

from collections.abc import Callable, Sequence
from typing import Self, TypeAlias

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from aelesson import layers, likelihood, networks, require, runtime
from aelesson.families import Bernoulli, Likelihood
from aelesson.models import VAE
from aelesson.priors import Prior

Fitting: TypeAlias = Callable[[Tensor, int], Tensor]


class ConditionalVAE(nn.Module):
    r"""A VAE whose encoder and decoder are told the class: $q(z|x,y)$ and $p(x|z,y)$.

    The label is put beside the pixels and beside the code as `classes` numbers, a 1 and
    zeros. The prior $p(z)$ knows no label.

    Source: Kingma et al. (2014), "Semi-supervised learning with deep generative
    models", model M2 with all labels known.

    Args:
        encoder: A network from pixels and label in a row, `(B, P + classes)`, to
            `(B, 2 D)`: means, then log-variances.
        decoder: A network from code and label, `(B, D + classes)`, to raw output
            `(B, ...)`.
        classes: How many classes there are.
        likelihood: As in `VAE`.
        prior: As in `VAE`. The pseudo-inputs of a `VampPrior` are rows as the encoder
            takes them.

    Raises:
        ValueError: If `classes` is below 1, or as in `VAE`.
    """

    def __init__(
        self,
        encoder: nn.Module,
        decoder: nn.Module,
        classes: int,
        likelihood: Likelihood | None = None,
        prior: Prior | None = None,
    ) -> None:
        require.whole("classes", classes)
        checked = VAE(encoder, decoder, likelihood, prior)
        super().__init__()
        self.encoder, self.decoder, self.classes = encoder, decoder, classes
        self.likelihood, self.prior = checked.likelihood, checked.prior

    @classmethod
    def mlp(
        cls,
        sizes: Sequence[int],
        classes: int,
        image_shape: Sequence[int] = (1, 28, 28),
        likelihood: Likelihood | None = None,
    ) -> Self:
        """Build a multilayer perceptron and its mirror image, as `VAE.mlp` does.

        Args:
            sizes: Units per layer from pixels to code, such as `(784, 256, 20)`,
                without the numbers of the label.
            classes: How many classes there are.
            image_shape: The shape of one image; its product must be `sizes[0]`.
            likelihood: As in `VAE`.

        Raises:
            ValueError: If `sizes` are not a network's, or do not fit `image_shape`.
        """
        require.sizes("sizes", sizes, least=2)
        require.whole("classes", classes)
        meant = Bernoulli() if likelihood is None else likelihood
        require.model("likelihood", meant, Likelihood)
        pixels, *hidden, latent_dim = sizes
        back = (latent_dim + classes, *reversed(hidden), pixels)
        encoder = networks.mlp_encoder((pixels + classes, *hidden, 2 * latent_dim))
        decoder = networks.mlp_decoder(back, image_shape, output=meant.end)
        return cls(encoder, decoder, classes, meant)

    def given(self, labels: Tensor | int) -> VAE:
        """Return the `VAE` that this model is once the labels are known.

        It shares all weights: what trains one trains the other.

        Args:
            labels: Of a batch, int64 `(B,)`; codes may come in several draws for each
                image, as `likelihood.draw_log_weights` lays them. Or one label, for
                batches of any size.

        Raises:
            ValueError: If a label is not from 0 to `classes` - 1; and, when images or
                codes come, if they do not fit the labels.
        """
        fit_images: Fitting = _repeated
        if isinstance(labels, Tensor):
            require.whole_numbers("labels", labels, "(B,)", 0, self.classes - 1)
            fit_images = _as_many
        else:
            require.whole("labels", labels, at_least=0, at_most=self.classes - 1)
            labels = torch.tensor([labels])
        hot = F.one_hot(labels.long(), self.classes)
        encoder = _Beside(self.encoder, hot, fit_images)
        vae = VAE(encoder, _Beside(self.decoder, hot, _repeated), self.likelihood)
        vae.prior = self.prior
        return vae

    def forward(self, x: Tensor, labels: Tensor | int) -> Tensor:
        """Return the reconstructions of images `(B, ...)`, given their labels."""
        x_hat: Tensor = self.given(labels)(x)
        return x_hat

    def extra_repr(self) -> str:
        """Name how many classes there are."""
        return f"classes={self.classes}"


def nll(
    model: ConditionalVAE,
    images: Tensor,
    labels: Tensor,
    samples: int,
    generator: torch.Generator | None = None,
) -> likelihood.Estimate:
    r"""Estimate $-\log p(x|y)$, the mean over images, as `likelihood.nll` does.

    A model without labels has to say $-\log p(x)$, and so to pay for the class, too: at
    most the logarithm of the number of classes, in nats.

    Args:
        model: The model; its own likelihood and prior are used.
        images: `(N, ...)`, two at least, which the likelihood takes.
        labels: Their labels, int64 `(N,)`.
        samples: Codes drawn per image.
        generator: Draws them; by default PyTorch's global one.

    Raises:
        ValueError: If there are fewer than two images, not one label for each, or
            `samples` is below 1.
    """
    require.model("model", model, ConditionalVAE)
    require.tensor("images", images)
    require.whole_numbers("labels", labels, "(B,)", 0, model.classes - 1)
    require.same_length("labels", labels, "images", images)
    require.whole("samples", samples)

    def bound(x: Tensor, y: Tensor) -> Tensor:
        def of_images(x: Tensor) -> Tensor:
            vae = model.given(y)
            weights = likelihood.draw_log_weights(vae, x, samples, generator)
            return likelihood.iwae_bound(weights)

        return layers.through("images", x, of_images, model)

    size = max(1, likelihood.ROWS // samples)
    parts = zip(images.split(size), labels.split(size), strict=True)
    with runtime.evaluating(model):
        return likelihood.Estimate.of(-torch.cat([bound(x, y) for x, y in parts]))


class _Beside(nn.Module):
    """A network that is given a label beside each row."""

    def __init__(self, network: nn.Module, hot: Tensor, fit: Fitting) -> None:
        super().__init__()
        self.network, self.hot, self.fit = network, hot, fit

    def forward(self, rows: Tensor) -> Tensor:
        hot = self.fit(self.hot, len(rows)).to(rows)
        result: Tensor = self.network(torch.cat([rows.flatten(1), hot], dim=1))
        return result


def _as_many(hot: Tensor, count: int) -> Tensor:
    if len(hot) != count:
        raise ValueError(f"there are {len(hot)} labels for {count} images")
    return hot


def _repeated(hot: Tensor, count: int) -> Tensor:
    if count % len(hot):
        raise ValueError(f"there are {len(hot)} labels for {count} rows")
    return hot.repeat(count // len(hot), 1)
