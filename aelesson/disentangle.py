"""Does each unit of a code tell one factor? What asks for it, and what measures it.

Neither finds the factors by itself: which unit tells what depends on the seed. Source:
Locatello et al. (2019), "Challenging common assumptions in the unsupervised learning of
disentangled representations".
"""

import math

import torch
from torch import Tensor

from aelesson import require
from aelesson.priors import LOG_2PI


def total_correlation(z: Tensor, mean: Tensor, logvar: Tensor) -> Tensor:
    r"""Estimate how much the units of a code tell about each other, over a batch.

    $\mathrm{KL}(q(z)\,\|\,\prod_d q(z_d))$ with the mixture of the batch's posteriors,
    $q(z) = \frac{1}{B} \sum_j q(z \mid x_j)$, at one draw from each. It is 0 where the
    units are independent, and a batch cannot tell more than $(D - 1) \log B$.

    Its gradient is that of minibatch-weighted sampling in the source. There each
    density is divided by the number `N` of training images, too, which adds the
    constant $(D - 1) \log N$ to the value.

    Source: Chen et al. (2018), "Isolating sources of disentanglement in VAEs", section
    4 and appendix C.1.

    Args:
        z: Codes, one drawn from each posterior, `(B, D)`.
        mean: The posteriors' means, the same shape.
        logvar: Their log-variances, the same shape.

    Returns:
        A scalar, in nats; below 0 for some draws.

    Raises:
        ValueError: If the shapes differ.
    """
    require.pair("mean", mean, "z", z, "(B, D)")
    require.pair("logvar", logvar, "z", z, "(B, D)")
    scaled = (z[:, None] - mean).square() / logvar.exp()  # (B, B, D): code, posterior
    log_q = -0.5 * (scaled + logvar + LOG_2PI)
    together = log_q.sum(2).logsumexp(1) - math.log(len(z))
    alone = log_q.logsumexp(1) - math.log(len(z))  # (B, D)
    return (together - alone.sum(1)).mean()


def mutual_information(codes: Tensor, factors: Tensor, bins: int = 20) -> Tensor:
    r"""Return how much each unit of the codes tells about each factor.

    $I(c; v) = \sum_{c, v} p_{cv} \log \frac{p_{cv}}{p_c p_v}$, counted in `bins` of
    equal width between a unit's smallest and largest value. Of few codes it is too
    large: with nothing to tell, about (bins - 1)(values - 1) / 2 N.

    Args:
        codes: `(N, D)`, such as the means of a `VAE`.
        factors: What is known of each image, int64 `(N, K)`, from 0.
        bins: How many parts a unit's range has.

    Returns:
        Shape `(D, K)`, float64, in nats.

    Raises:
        ValueError: If these are not equally many, a value is not finite, a factor is
            negative, or `bins` is below 2.
    """
    require.finite_tensor("codes", codes, "(N, D)")
    require.whole_numbers("factors", factors, "(N, K)", low=0)
    require.same_length("factors", factors, "codes", codes)
    require.whole("bins", bins, at_least=2)
    low, high = codes.aminmax(dim=0)
    width = torch.where(high > low, high - low, 1.0)
    places = ((codes - low) / width * bins).long().clamp_max(bins - 1)
    rows = [
        [_information(place, factor) for factor in factors.long().unbind(1)]
        for place in places.unbind(1)
    ]
    return torch.tensor(rows, dtype=torch.double)


def _information(a: Tensor, b: Tensor) -> float:
    """Return the mutual information of two columns of whole numbers, in nats."""
    both = a * (int(b.max()) + 1) + b
    return _entropy(a) + _entropy(b) - _entropy(both)


def _entropy(numbers: Tensor) -> float:
    shares = numbers.unique(return_counts=True)[1].double() / len(numbers)
    return float(torch.special.entr(shares).sum())


def mutual_information_gap(codes: Tensor, factors: Tensor, bins: int = 20) -> float:
    r"""Return by how much the best unit for a factor is ahead of the second best.

    $\frac{1}{K} \sum_k \frac{1}{H(v_k)} (I(c^{(1)}; v_k) - I(c^{(2)}; v_k))$: 1 where
    one unit tells all of a factor and the others nothing, 0 where two tell the same.

    Source: Chen et al. (2018), equation 6; mutual information as in
    `mutual_information`, after Locatello et al. (2019), appendix C.

    Args:
        codes: `(N, D)` of two units or more.
        factors: Int64 `(N, K)`, from 0, each of two values or more.
        bins: As in `mutual_information`.

    Returns:
        The mean over the factors, from 0 to 1.

    Raises:
        ValueError: As in `mutual_information`, or if there is one unit only, or a
            factor that is the same everywhere.
    """
    found = mutual_information(codes, factors, bins)
    if len(found) < 2:
        raise ValueError(
            f"codes has shape {tuple(codes.shape)}: a gap needs two units, dimension 1"
        )
    entropies = torch.tensor([_entropy(each) for each in factors.unbind(1)])
    if not entropies.all():
        constant = (entropies == 0).nonzero().flatten().tolist()
        raise ValueError(
            f"factors has shape {tuple(factors.shape)}, and columns {constant} have "
            "one value only: nothing can be told of these; leave them out"
        )
    first, second = found.topk(2, dim=0).values
    return float(((first - second) / entropies).mean())
