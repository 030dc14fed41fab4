"""Figures of points: codes in two and three dimensions, and fields of arrows."""

from collections.abc import Mapping
from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
import torch
from matplotlib.figure import Figure
from torch import Tensor

from aelesson import require
from aelesson.plots.style import MEDIUM, NARROW, WIDE, check_words, colours

COLUMNS = 5  # panels in a row


def codes_2d(codes: Tensor, labels: Tensor, title: str) -> Figure:
    """Show 2-D codes as a cloud of digits.

    Each point is drawn as its digit, so that colour is not the only sign.

    Args:
        codes: Shape `(B, 2)`.
        labels: The digits 0 to 9, or other classes, int64 `(B,)`; from the eleventh
            class on, colours come again.
        title: The finding.

    Raises:
        ValueError: If the codes are not two-dimensional.
    """
    _check_labelled(codes, labels, "(B, 2)", title)
    figure, ax = plt.subplots(figsize=(MEDIUM, 5.4))
    points, digits = codes.detach().cpu().numpy(), labels.cpu().numpy()
    for digit, colour in zip(np.unique(digits), cycle(colours()), strict=False):
        right, up = points[digits == digit].T
        ax.scatter(right, up, marker=f"${digit}$", s=40, color=colour, lw=0.2)
    ax.set(xlabel="$z_1$", ylabel="$z_2$", title=title, aspect="equal")
    return figure


def codes_3d(codes: Tensor, labels: Tensor, title: str) -> Figure:
    """Show 3-D codes, a panel for each class: its own codes before all others.

    So a class is seen even where many overlap, and no colour is needed to tell it.

    Args:
        codes: Shape `(B, 3)`.
        labels: The digits 0 to 9, or other classes, int64 `(B,)`.
        title: The finding.

    Raises:
        ValueError: If the codes are not three-dimensional.
    """
    _check_labelled(codes, labels, "(B, 3)", title)
    points, digits = codes.detach().cpu().numpy(), labels.cpu().numpy()
    classes = np.unique(digits)
    rows = -(-len(classes) // COLUMNS)
    figure = plt.figure(figsize=(WIDE, 0.5 + 2.1 * rows))
    for place, digit in enumerate(classes, start=1):
        # Without `computed_zorder`, what is drawn last lies in front, near or far.
        ax = figure.add_subplot(
            rows, COLUMNS, place, projection="3d", computed_zorder=False
        )
        own = digits == digit
        ax.scatter(*points[~own].T, s=3, color="0.8", lw=0, depthshade=False)
        ax.scatter(*points[own].T, s=6, color=colours()[0], lw=0, depthshade=False)
        ax.set(title=f"{digit}", xticklabels=[], yticklabels=[], zticklabels=[])
        ax.set_box_aspect(None, zoom=1.1)
        ax.locator_params(nbins=4)
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return figure


def clouds(points: Mapping[str, Tensor], title: str) -> Figure:
    """Draw clouds of points in the plane side by side, all on the same scale.

    Args:
        points: From label to points, `(N, 2)`.
        title: The finding.

    Raises:
        ValueError: If there is no cloud, or a shape is another.
    """
    check_words(title=title)
    require.mapping("points", points, "points (N, 2)")
    for label, cloud in points.items():
        require.finite_tensor(f"points[{label!r}]", cloud, "(N, 2)")
    width = min(WIDE, NARROW * len(points))
    size = (width, 0.9 + 0.9 * width / len(points))
    figure, grid = plt.subplots(
        1, len(points), figsize=size, squeeze=False, sharex=True, sharey=True
    )
    for ax, (label, cloud) in zip(grid[0], points.items(), strict=True):
        right, up = cloud.detach().cpu().numpy().T
        ax.scatter(right, up, s=6, color=colours()[0], alpha=0.5, lw=0)
        ax.set(xlabel="$x_1$", title=label, aspect="equal")
    grid[0, 0].set_ylabel("$x_2$")
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return figure


def arrows(
    points: Tensor,
    vectors: Mapping[str, Tensor],
    title: str,
    cloud: Tensor | None = None,
    lines: Mapping[str, Tensor] | None = None,
) -> Figure:
    """Draw fields of arrows in the plane side by side, at the same points.

    Arrows have their true length: each leads from its point to where it points.

    Args:
        points: Where the arrows start, `(B, 2)`.
        vectors: From label to one arrow per point, `(B, 2)`.
        title: The finding.
        cloud: Points to show in the background, `(N, 2)`.
        lines: From some of the labels to points that a line joins, `(N, 2)`, such as
            what the arrows of that field lead to.

    Raises:
        ValueError: If there is no field, or a shape is another.
    """
    check_words(title=title)
    require.finite_tensor("points", points, "(B, 2)")
    require.mapping("vectors", vectors, "arrows (B, 2)")
    for label, field in vectors.items():
        require.finite_tensor(f"vectors[{label!r}]", field, "(B, 2)")
    if cloud is not None:
        require.finite_tensor("cloud", cloud, "(N, 2)")
    joined = {} if lines is None else lines
    require.kind("lines", joined, Mapping, "a dict from label to points (N, 2)")
    for label, line in joined.items():
        require.finite_tensor(f"lines[{label!r}]", line, "(N, 2)")
    shapes = {label: tuple(field.shape) for label, field in vectors.items()}
    if set(shapes.values()) != {tuple(points.shape)}:
        raise ValueError(
            f"points has shape {tuple(points.shape)}, but vectors {shapes}"
        )
    width = min(WIDE, NARROW * len(vectors))
    panel = 0.9 * width / len(vectors)
    height = 0.9 + panel * _height_to_width(points, vectors, cloud)
    figure, grid = plt.subplots(1, len(vectors), figsize=(width, height), squeeze=False)
    start = points.detach().cpu().numpy().T
    for ax, (label, field) in zip(grid[0], vectors.items(), strict=True):
        if cloud is not None:
            ax.scatter(*cloud.detach().cpu().numpy().T, s=4, color="0.7", lw=0)
        if label in joined:
            ends = joined[label].detach().cpu().numpy().T
            ax.plot(*ends, color=colours()[1], lw=2, alpha=0.8)
        ax.quiver(
            *start,
            *field.detach().cpu().numpy().T,
            angles="xy",
            scale_units="xy",
            scale=1,
            width=0.004,
            color=colours()[0],
        )
        ax.set(xlabel="$x_1$", ylabel="$x_2$", title=label, aspect="equal")
    figure.suptitle(title, x=0.01, ha="left", fontsize=11)
    return figure


def _check_labelled(codes: Tensor, labels: Tensor, shape: str, title: str) -> None:
    check_words(title=title)
    require.finite_tensor("codes", codes, shape)
    require.whole_numbers("labels", labels, "(B,)")
    require.same_length("codes", codes, "labels", labels)


def _height_to_width(
    points: Tensor, vectors: Mapping[str, Tensor], cloud: Tensor | None
) -> float:
    """Return the height of all that is drawn over its width, from 0.4 to 1."""
    drawn = [points, *(points + field for field in vectors.values())]
    if cloud is not None:
        drawn.append(cloud)
    low, high = torch.cat(drawn).detach().aminmax(dim=0)
    width, height = (high - low).clamp_min(1e-9).tolist()
    return float(min(1.0, max(0.4, height / width)))
