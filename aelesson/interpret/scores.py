"""How good are the latents of a sparse autoencoder? With the truth known, or labels.

Directions stand in rows, one for each latent or feature: `UnitDecoder.directions` has
them so, and `weight.T` of a linear layer. No figure here changes when the values of a
latent are multiplied by a number and its direction is divided by it: a size is no
evidence.
"""

import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor
from torch.nn import functional as F

from aelesson import require
from aelesson.data.features import Features

CODES = "(N, M)"
ROUNDING = 1e-6  # of a cosine, in float32
TAKEN = 0.5  # the share of a parent's strength that another latent must supply


def dead_latents(activations: Tensor, least: float) -> int:
    """Count the latents that are active in too few examples.

    Active is any value but 0, whatever its size: `metrics.dead_units` counts those that
    are active in none.

    Args:
        activations: Codes of `N` examples by `M` latents, `(N, M)`.
        least: In which share of examples a latent must be active to count as alive,
            above 0 and at most 1.

    Raises:
        ValueError: If these are no codes, one is not finite, or the share is out of
            range.
    """
    require.finite_tensor("activations", activations, CODES)
    require.number("least", least, above=0, at_most=1)
    shares = (activations != 0).sum(0).double() / len(activations)
    return int((shares < least).sum())


def match(decoder: Tensor, features: Tensor, least: float) -> Tensor:
    """Give each true feature a latent of its own that points its way.

    As many as possible get one whose cosine is at least `least`; of the ways to do
    that, the one with the largest sum of these cosines. A latent serves one feature.

    Args:
        decoder: Directions of the latents, `(M, d)`, of any length.
        features: True directions, `(n, d)`.
        least: The smallest cosine that counts, above 0 and at most 1.

    Returns:
        The latent of each feature, int64 `(n,)`, on the CPU; -1 for none.

    Raises:
        ValueError: If the shapes do not fit, a number is not finite, or `least` is out
            of range.
    """
    cosines = _cosines("decoder", decoder, "features", features)
    return _matched(cosines, least)


def recovered(decoder: Tensor, features: Tensor, least: float) -> float:
    """Return the share of true features that some latent points to, one each.

    As many pairs of a feature and a latent as possible are made, each with a cosine of
    at least `least`; see `match`. More latents can never make it less.

    Args:
        decoder: Directions of the latents, `(M, d)`, of any length.
        features: True directions, `(n, d)`.
        least: The smallest cosine that counts, above 0 and at most 1.

    Returns:
        A share from 0 to 1; at most `M / n`.

    Raises:
        ValueError: As in `match`.
    """
    return (match(decoder, features, least) >= 0).double().mean().item()


def agreement(decoder_a: Tensor, decoder_b: Tensor, least: float) -> float:
    """Return the share of latents that two trainings have in common.

    Pairs are made as in `recovered`. What only one seed finds is hardly a property of
    what was looked at.

    Source: Paulo and Belrose (2025), "Sparse autoencoders trained on the same data
    learn different features", who match by encoders as well and take 0.7.

    Args:
        decoder_a: Directions of the one's latents, `(M, d)`.
        decoder_b: Those of the other's, `(K, d)`; it need not have as many.
        least: The smallest cosine that counts, above 0 and at most 1.

    Returns:
        Pairs by the larger of `M` and `K`: from 0 to 1, whichever comes first.

    Raises:
        ValueError: As in `match`.
    """
    cosines = _cosines("decoder_a", decoder_a, "decoder_b", decoder_b)
    return int((_matched(cosines, least) >= 0).sum()) / max(cosines.shape)


def purity(activations: Tensor, labels: Tensor, top: int) -> Tensor:
    """Return how much the strongest examples of each latent are of one class.

    Of the `top` examples with the highest values, the share that is of the most
    frequent class among them. An example where the latent is 0 or below is of no class:
    who is active twice in all is not pure for that. Of equal values the first count.

    Args:
        activations: Codes of `N` examples by `M` latents, `(N, M)`.
        labels: The class of each example, int64 `(N,)`.
        top: How many examples, from 1 to `N`.

    Returns:
        Shape `(M,)`, from 0, for a latent that is never active, to 1.

    Raises:
        ValueError: If the shapes do not fit, a value is not finite, or `top` is out of
            range.
    """
    require.finite_tensor("activations", activations, CODES)
    require.whole_numbers("labels", labels, "(N,)")
    require.same_length("activations", activations, "labels", labels)
    require.whole("top", top, at_most=len(labels), why=", as there are examples")
    values, order = activations.sort(dim=0, descending=True, stable=True)
    classes = labels.unique(return_inverse=True)[1].to(order.device)
    strongest = classes[order[:top]]  # (top, M)
    counts = activations.new_zeros(int(classes.max()) + 1, activations.shape[1])
    counts.scatter_add_(0, strongest, (values[:top] > 0).to(counts))
    return counts.amax(0) / top


def explained_variance(x_hat: Tensor, x: Tensor) -> float:
    r"""Return the share of the variance that reconstructions explain.

    $1 - \sum (x - \hat{x})^2 / \sum (x - \bar{x})^2$, both summed over examples and
    numbers, with the mean example $\bar{x}$. For PCA there is
    `linear.explained_variance`.

    Args:
        x_hat: Reconstructions, `(N, ...)`.
        x: What they should equal, the same shape.

    Returns:
        At most 1; 0 for answering with the mean, and less for what is worse.

    Raises:
        ValueError: If the shapes differ, or all examples are equal.
    """
    require.pair("x_hat", x_hat, "x", x, "(N, ...)")
    x_hat, x = x_hat.double(), x.double()
    if (x == x[0]).all():
        raise ValueError(f"x has {len(x)} equal examples: no variance to explain")
    total = (x - x.mean(0)).square().sum()
    return 1 - ((x - x_hat).square().sum() / total).item()


def absorption(
    activations: Tensor,
    decoder: Tensor,
    strengths: Tensor,
    truth: Features,
    least: float,
) -> float:
    """Return how often a child's latent has taken over the work of its parent's.

    A case is an example in which a child is active, and so its parent, whose latent is
    known by `match`. It is absorbed if the parent's latent is silent although the
    parent is there, and the latent that points most nearly to the child supplies at
    least half (`TAKEN`) of the parent's strength along the parent's direction. A latent
    that is silent while nobody stands in for it has only missed, and does not count.

    Source: the phenomenon: Chanin et al. (2024), "A is for absorption". With the truth
    known, no probe is needed to tell it.

    Args:
        activations: Codes of `N` examples by `M` latents, `(N, M)`.
        decoder: Directions of the latents, `(M, d)`, with the lengths that decode.
        strengths: The true strengths, `(N, n)`, as `features.draw` gives them.
        truth: The features.
        least: The smallest cosine by which a latent is a parent's, as in `recovered`.

    Returns:
        A share from 0 to 1, of all cases; nan if there is none, as no parent has a
        latent, or none has an active child.

    Raises:
        ValueError: If the shapes do not fit, or a number is not finite.
    """
    require.kind("truth", truth, Features)
    _check_codes(activations, decoder, strengths, truth)
    cosines = _cosines("decoder", decoder, "truth.vectors", truth.vectors)
    owners = _matched(cosines, least)
    z, there = activations.cpu().double().clamp_min(0), strengths.cpu().double()
    along = decoder.cpu().double() @ truth.vectors.double().T  # (M, n)
    absorbed = cases = 0
    for child, parent in enumerate(truth.parents.tolist()):
        if parent < 0 or owners[parent] < 0:
            continue
        nearest = cosines[:, child].clone()
        nearest[owners[parent]] = -torch.inf
        heir = nearest.argmax()
        case = there[:, child] > 0
        supply = z[:, heir] * along[heir, parent]
        taken = (z[:, heir] > 0) & (supply >= TAKEN * there[:, parent])
        absorbed += int((case & taken & (z[:, owners[parent]] == 0)).sum())
        cases += int(case.sum())
    return absorbed / cases if cases else float("nan")


def _check_codes(
    activations: Tensor, decoder: Tensor, strengths: Tensor, truth: Features
) -> None:
    require.finite_tensor("activations", activations, CODES)
    require.finite_tensor("decoder", decoder, "(M, d)")
    require.finite_tensor("strengths", strengths, "(N, n)")
    require.same_length("strengths", strengths, "activations", activations)
    for name, value, other, reference in (
        ("activations", activations, "decoder", decoder),
        ("strengths", strengths, "truth.vectors", truth.vectors),
    ):
        if value.shape[1] != len(reference):
            raise ValueError(
                f"{name} has shape {tuple(value.shape)} and {other} "
                f"{tuple(reference.shape)}: one column for each row"
            )


def _cosines(name: str, rows: Tensor, other: str, columns: Tensor) -> Tensor:
    """Return the cosine of each pair of directions, float64 `(M, n)`, on the CPU."""
    for which, each in ((name, rows), (other, columns)):
        require.finite_tensor(which, each, "(M, d)")
    if rows.shape[1] != columns.shape[1]:
        raise ValueError(
            f"{name} has shape {tuple(rows.shape)} and {other} {tuple(columns.shape)}: "
            "each row must be a direction, of equally many numbers; a linear layer has "
            "them in weight.T"
        )
    first, second = (
        F.normalize(each.detach().cpu().double(), dim=1) for each in (rows, columns)
    )
    return first @ second.T


def _matched(cosines: Tensor, least: float) -> Tensor:
    """Return the row of each column that is its partner, or -1."""
    require.number("least", least, above=0, at_most=1)
    close = cosines >= least - ROUNDING
    # One pair more outweighs all cosines together, so that pairs are counted first.
    weights = close * (min(cosines.shape) + cosines)
    pairs = linear_sum_assignment(weights.numpy(), maximize=True)
    rows, columns = map(torch.from_numpy, pairs)
    return torch.full((cosines.shape[1],), -1).scatter(
        0, columns, torch.where(close[rows, columns], rows, -1)
    )
