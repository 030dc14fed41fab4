"""What can take the bottleneck's place: sparsity, contraction, unit decoders.

Sparsity and contraction are penalties, to be added to a loss with a weight; see
`aelesson.objectives.penalised`. A code can make each of them small by shrinking while
the decoder grows, so a penalty on the size of a code needs a decoder of fixed size.
"""

import torch
from torch import Tensor, nn
from torch.func import jacrev, vmap

from aelesson import layers, require

CODES = "(B, D)"
EPS = 1e-6  # keeps mean activations off 0 and 1, where the KL divergence is infinite


def l1_penalty(z: Tensor) -> Tensor:
    r"""Return the sum of absolute values of each code, $\sum_d |z_d|$.

    Args:
        z: Codes, `(B, D)`.

    Returns:
        Shape `(B,)`, in units of the code.

    Raises:
        ValueError: If these are not codes of at least one image.
    """
    require.tensor("z", z, CODES)
    return z.abs().sum(1)


def kl_sparsity(activation: Tensor, target: float) -> Tensor:
    r"""Return how far the units are from being active in a given share of the images.

    $\sum_d \rho \log\frac{\rho}{\hat\rho_d} + (1 - \rho) \log\frac{1 - \rho}
    {1 - \hat\rho_d}$ with the target $\rho$ and each unit's mean over the batch
    $\hat\rho_d$: the KL divergence between two coins, summed over units. Means are
    clamped to `EPS` and 1 - `EPS`, so that units that are always off or on cost much,
    but not infinitely much.

    Source: Ng (2011), "Sparse autoencoder" (CS294A lecture notes), section 3.

    Args:
        activation: Codes in [0, 1], such as sigmoids, `(B, D)`.
        target: $\rho$, in (0, 1).

    Returns:
        A scalar, shape `()`, in nats; 0 where every mean is the target.

    Raises:
        ValueError: If these are not codes of at least one image, a value is outside
            [0, 1], or the target is not inside (0, 1).
    """
    require.tensor("activation", activation, CODES)
    require.number("target", target, above=0, below=1)
    require.within("activation", activation, 0, 1, ", as a sigmoid is")
    mean = activation.mean(0).clamp(EPS, 1 - EPS)
    on = target * (target / mean).log()
    off = (1 - target) * ((1 - target) / (1 - mean)).log()
    return (on + off).sum()


def contractive_penalty(encoder: nn.Module, x: Tensor) -> Tensor:
    r"""Return how strongly each image's code reacts to its pixels.

    The squared Frobenius norm of the Jacobian, $\sum_{d,p} (\partial z_d / \partial
    x_p)^2$, exactly. It has gradients with respect to the encoder's weights. Time and
    memory grow as `B` x `D` x pixels.

    Source: Rifai et al. (2011), "Contractive auto-encoders", equation 5.

    Args:
        encoder: From images to codes `(B, D)`; it must treat each image alone, which
            batch normalisation does not.
        x: Images, `(B, ...)`.

    Returns:
        Shape `(B,)`, in squared units of the code per squared unit of a pixel.

    Raises:
        ValueError: If there is no image, or the encoder does not return `(B, D)`.
        TypeError: If `x` is not of a floating type.
    """
    require.model("encoder", encoder)
    require.finite_tensor("x", x)  # nan would pass for a unit that is off

    def encode_one(image: Tensor) -> Tensor:
        z = layers.through("x", image[None], encoder)
        if z.dim() != 2 or len(z) != 1:
            raise ValueError(
                f"encoder made {tuple(z.shape)} of one image, expected a code (1, D)"
            )
        return z[0]

    jacobian: Tensor = vmap(jacrev(encode_one), randomness="different")(x)
    return jacobian.flatten(1).square().sum(1)  # from (B, D, ...)


def top_k(z: Tensor, k: int) -> Tensor:
    """Keep the `k` largest values of each code, and set all others to 0.

    Largest means largest, not farthest from 0: a negative value is kept only if there
    are not `k` larger ones. Exactly `k` are kept, also where values are equal, and
    gradients pass through those only.

    Source: Makhzani and Frey (2014), "k-sparse autoencoders".

    Args:
        z: Codes, `(B, D)`.
        k: How many, from 1 to `D`.

    Returns:
        Shape `(B, D)`.

    Raises:
        ValueError: If these are not codes, or `k` is not from 1 to `D`.
    """
    require.tensor("z", z, CODES)
    require.whole("k", k, at_most=z.shape[1], why=", the code size")
    values, places = z.topk(k, dim=1, sorted=False)
    return torch.zeros_like(z).scatter(1, places, values)


class TopK(nn.Module):
    """`top_k` as an activation: a network's last layer, where others have a ReLU."""

    def __init__(self, k: int) -> None:
        super().__init__()
        require.whole("k", k)
        self.k = k

    def forward(self, z: Tensor) -> Tensor:
        """Return codes `(B, D)` of which `k` values per image are kept."""
        return top_k(z, self.k)

    def extra_repr(self) -> str:
        """Tell `k` where the network is printed."""
        return f"k={self.k}"


def normalise_decoder_(linear: nn.Linear) -> nn.Linear:
    """Give the picture of each code unit the length 1, in place.

    A unit's picture is its column of `linear.weight`, `(P, D)`: what the decoder adds
    for each unit of that code value. With all lengths fixed, a code cannot be made
    small by making the pictures large. A column of zeros stays, and so does the bias.

    Args:
        linear: The decoder's first layer, from `D` code units to `P` outputs.

    Returns:
        The layer itself, as `nn.Module.eval` does.

    Raises:
        TypeError: If this is no `nn.Linear`.
    """
    require.model("linear", linear, nn.Linear)
    with torch.no_grad():
        lengths = linear.weight.norm(dim=0)  # (D,)
        linear.weight.div_(torch.where(lengths > 0, lengths, 1.0))
    return linear
