"""`explained_variance(x, mean, components)`: the share of the variance that is kept."""

import torch

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits
from aelesson.checks.linear.images import ERRORS, draw, draw_images, fitted


def explained_variance(x, mean, components):
    flat, w = x.flatten(1), components
    c = flat - mean
    z = c @ w.T
    kept = z @ w
    lost = c - kept
    share = 1 - lost.square().sum() / c.square().sum()
    return float(share)


def cases():
    x = draw_images((8, 1, 2, 3))
    mean, components = fitted(x.flatten(1), 2)
    sizes = ((2, 2), 1), ((3, 6), 2), ((5, 2, 3, 2), 5), ((9, 1, 3, 3), 1), ((4, 4), 4)
    return [
        *(draw(*each) for each in sizes),
        draw((6, 1, 2, 5), 3, torch.float32),
        draw((5, 4), 2, scale=1e-6),
        {"x": x, "mean": mean, "components": components},
    ]


check = Exercise(explained_variance, cases, returned(), errors=ERRORS)
LOST, WHOLE = "lost.square().sum()", "c.square().sum()"
RATIOS = "(1 - lost.square(){0} / c.square(){0}).mean()"
SHARE = f"1 - {LOST} / {WHOLE}"
LENGTHS = ".norm()", ".norm(dim=1).sum()", ".abs().sum()", ".sum().square()"
check.mistakes(
    {
        "this is the share that is lost: take 1 minus it.": "1 - lost -> lost",
        "the variance must be about the mean, and yours is about 0.": [
            "c.square() -> flat.square()",
            f"{SHARE} -> kept.square().sum() / flat.square().sum()",
        ],
        "the variance must be about the argument mean, not about that of x.": [
            "c.square() -> (flat - flat.mean(0)).square()",
            "1 - lost.square() -> (kept - kept.mean(0)).square()",
            *edits(SHARE, "{}.var(0).sum() / flat.var(0).sum()", "1 - lost", "kept"),
            f"{SHARE} -> kept.square().sum() / (flat - flat.mean(0)).square().sum()",
            f"{SHARE} -> 1 - {LOST} / len(c) / flat.var(0).sum()",
        ],
        "you took one mean for all pixels: each pixel has its own.": [
            "c.square() -> (flat - mean.mean()).square()",
            f"{SHARE} -> 1 - lost.var() / flat.var()",
        ],
        "N and N - 1 are mixed: divide both sums by the same number.": (
            f"{WHOLE} -> {WHOLE} * (1 - 1 / len(c))"
        ),
        "divide two sums over everything: no ratio of means, no mean of ratios.": [
            *edits(SHARE, RATIOS, ".sum(0)", ".sum(1)", ""),
            f"{SHARE} -> z.square().mean() / c.square().mean()",
        ],
        "the mean was not subtracted before encoding: centre the images first.": [
            "c @ -> flat @",
            f"c @ -> flat @;; {SHARE} -> kept.square().sum() / {WHOLE}",
        ],
        "the mean was not added back before comparing.": "c - kept -> flat - kept",
        "this does not use the components: what counts is what they keep.": (
            f"{SHARE} -> torch.linalg.svdvals(c)[: len(w)].square().sum() / {WHOLE}"
        ),
        "only one component counts.": f"{SHARE} -> z[:, :1].square().sum() / {WHOLE}",
        "an epsilon below the line is wrong where images have small values.": [
            f"{WHOLE} -> ({WHOLE} + 1e-{n})" for n in range(2, 13)
        ],
        "this is k / P, whatever the images.": f"{SHARE} -> len(w) / w.shape[1]",
        "add up squares: no lengths, absolute values, deviations, squared sums.": [
            *edits(SHARE, "1 - lost{0} / c{0}", *LENGTHS),
            *edits(SHARE, "kept{0} / c{0}", *LENGTHS),
            f"{SHARE} -> z.std(0).sum() / c.std(0).sum()",
        ],
        "this is an amount, not the share that is kept: divide by the whole.": edits(
            SHARE, "{}", "kept.square().sum()", LOST, "lost.square().mean()"
        ),
        "you clipped the reconstructions: leave them as they are.": (
            "c - kept -> flat - (mean + kept).clamp(0, 1)"
        ),
    }
)
