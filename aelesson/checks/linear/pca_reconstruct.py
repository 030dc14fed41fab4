"""`pca_reconstruct(x, mean, components)`: images, through a code and back."""

import torch

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits
from aelesson.checks.linear import images
from aelesson.checks.linear.images import draw


def pca_reconstruct(x, mean, components):
    flat, w = x.flatten(1), components
    z = (flat - mean) @ w.T
    y = z @ w + mean
    return y.reshape(x.shape)


def cases():
    drawn = [((1, 2), 1), ((2, 3), 2), ((7, 1, 2, 5), 3), ((5, 2, 3, 2), 1)]
    found = [draw(*each) for each in [*drawn, ((4, 2, 1, 2, 2), 8)]]
    return [*found, draw((3, 3, 4, 4), 3, torch.float32)]


LOOK = returned(dtype=True)


def observe(answer, case):
    for aspect, value in LOOK(answer, case):
        yield aspect, value
        if aspect == "value" and isinstance(value, torch.Tensor):
            yield "digits", images.digits(value, pca_reconstruct(*case.values()))


check = Exercise(pca_reconstruct, cases, observe, errors=images.ERRORS)
END = "y.reshape(x.shape)"
ROUNDED = "round(decimals=1)", "round(decimals=2)"
WHERE = "z = -> mean = {}; z =", "flat - mean -> flat - {}", "+ mean -> + {}"
MEANS = "flat.mean(0)", "flat.mean(1, keepdim=True)", "mean.mean()"
check.mistakes(
    {
        "you fitted new components to x: use those that are handed in.": (
            "z = -> mean, w = images.fitted(flat, len(w)); z ="
        ),
        "use the argument mean: not that of x, of each image, or of all pixels.": [
            where.format(code) for where in WHERE for code in MEANS
        ],
        "the mean plays no part: subtract it, add it back.": WHERE[0].format(0),
        "the signs are exchanged: first subtract.": WHERE[0].format("-mean"),
        "subtract the mean first, before you encode.": "flat - mean -> flat",
        "the mean is missing: add it back.": "+ mean ->",
        "you subtracted the mean behind: add it.": "+ mean -> - mean",
        "these are the codes: decode them, codes @ components + mean.": [
            *(f"{END} -> z", f"flat - mean -> flat;; {END} -> z")
        ],
        "these are the images: they do not go through the code.": f"{END} -> x",
        "each component counts: not the first alone, nor all but the last.": edits(
            "components", "components[:{}]", 1, -1
        ),
        "leave codes and result as they are: no rounding, relu, clamp or sigmoid.": [
            *edits("@ w.T", "@ w.T; z = z.{}", "relu()", "round()", *ROUNDED),
            *edits("y.reshape", "y.{}.reshape", "clamp(0, 1)", "relu()", "sigmoid()"),
        ],
        "give the images their shape back: .reshape(x.shape).": edits(
            END, "y{}", "", ".view(x.shape).squeeze(0)", ".view(x.shape)[:, None]"
        ),
        "this is what is lost, x - x_hat or its opposite: return x_hat.": edits(
            END, "{}", f"x - {END}", f"{END} - x"
        ),
    }
)
