"""`fit_pca(x, k)`: the mean `(P,)`, and the first k principal components `(k, P)`."""

import torch

from aelesson.checks.engine import FINE, Exercise, Finding, returned
from aelesson.checks.engine.edits import edits
from aelesson.checks.linear.images import ERRORS, digits, draw_images


def with_sign(rows):
    return rows * rows.gather(1, rows.abs().argmax(1, keepdim=True)).sign()


def fit_pca(x, k):
    flat = x.flatten(1)
    mean = flat.mean(0)
    centred = flat - mean
    vh = torch.linalg.svd(centred, full_matrices=False).Vh
    rows = with_sign(vh[:k])
    return mean, rows


SIZES = [
    *[((12, 1, 2, 5), 3), ((9, 5), 1), ((4, 2, 2, 3), 4), ((4, 2, 2, 3), 2)],
    *[((1001, 2), 1), ((8, 2, 1, 3, 1), 4), ((7, 1, 2, 2), 3)],
]


def cases():
    found = [{"x": draw_images(shape), "k": k} for shape, k in SIZES]
    found.append({"x": draw_images((11, 1, 3, 2), torch.float32), "k": 2})
    few = torch.tensor([[1.0, 0.0], [9.0, 6.0], [3.5, 5.0], [6.5, 1.0]])
    return [{"x": few, "k": 1}, *found]


LOOK = returned(names=("mean", "components"), dtype=True)


def observe(answer, case):
    def pair(*arguments):
        result = answer(*arguments)
        return tuple(result) if isinstance(result, list) else result

    mean, right = fit_pca(**case)
    centred = case["x"].flatten(1).double() - mean
    for aspect, value in LOOK(pair, case):
        if aspect == "value of components" and value.shape == right.shape:
            yield from components(value.double(), right.double(), centred)
        else:
            yield aspect, value
        if aspect == "value of mean":
            yield "digits", digits(value, mean)


def components(found, right, centred):
    """Look at lines first, then at signs; a direction without variance is free."""

    def free(rows):
        return (centred @ rows.T).norm(dim=0) <= 1e-6 * centred.norm()

    lengths = found.norm(dim=1)
    lines = with_sign(found / lengths[:, None])
    lines[free(lines) | free(right)] = 0
    want = right.masked_fill(free(right)[:, None], 0)
    fits = torch.allclose(lines, want, atol=ROUNDING, rtol=0)
    yield "value of components", want if fits else lines
    farthest = found.gather(1, found.abs().argmax(1, keepdim=True)).flatten()
    wrong = (lengths - 1).abs() > ROUNDING
    wrong |= (farthest < 0) & (len(found) > 1)
    row = int(wrong.byte().argmax())
    says = f"the directions are right, but row {row} has the length {lengths[row]:.4g},"
    says += f" and its value farthest from 0 is {farthest[row]:.3g}.\n{SCALE}"
    yield "scale", Finding("scale", says) if wrong.any() else FINE


ROUNDING = 1e-3  # of components in float32, whatever the method
SCALE = "The length must be 1 (no singular values in it), and that value positive."
check = Exercise(fit_pca, cases, observe, errors=ERRORS)
FULL = ", full_matrices=False ->;; vh[:k] ->"
PER_IMAGE = "flat[:, :1].expand(-1, k)"
OWN, ALL = "flat.mean(1, keepdim=True)", "1).mean().expand_as(mean"
EIGH = "torch.linalg.eigh(torch.cov(flat.T)).eigenvectors"
check.mistakes(
    {
        "x is not centred: subtract each pixel's own mean over images first.": edits(
            "flat - mean", "flat - {}", 0, 0.5, "flat.mean()", OWN
        ),
        "only subtract: do not divide.": "flat - mean -> (flat - mean) / flat.std(0)",
        "these are the directions of the least variance: take the other end.": [
            *edits("vh[:k]", f"{EIGH}.T[:k]{{}}", "", ".flip(0)"),
            *(f"{FULL} vh[-k:]", f"{FULL} vh[-k:].flip(0)", "vh[:k] -> vh[-k:]"),
        ],
        "the order is the wrong way round: the largest variance comes first.": [
            *(f"vh[:k] -> {EIGH}.T[-k:]", "vh[:k] -> vh[:k].flip(0)")
        ],
        "directions must be rows, (k, P), and yours are columns: transpose.": [
            *edits("vh[:k]", f"{EIGH}{{}}", "[:, -k:]", "[:, :k]", ".flip(1)[:, :k]"),
            "vh[:k] -> vh[:k].T",
        ],
        "eigenvectors are the columns of what eigh returns: transpose.": edits(
            "vh[:k]", f"{EIGH}{{}}", "[:k]", "[-k:]", "[-k:].flip(0)", ".flip(1)[:k]"
        ),
        "these are rows of V: directions are the rows of Vh.": [
            *("vh[:k] -> vh[:, :k].T", f"{FULL} vh[:, :k].T")
        ],
        "the first component is missing: start with row 0.": [
            *("vh[:k] -> vh[1 : k + 1]", f"{FULL} vh[1 : k + 1]")
        ],
        "return k components: not all of them, not one.": [
            *edits("vh[:k]", "vh{}", "", "[:1]"),
            "with_sign(vh[:k]) -> vh[0]",
        ],
        "these are singular values, codes or left vectors: take rows of Vh.": edits(
            "with_sign(vh[:k])", "{}", "vh[:k, 0]", PER_IMAGE, f"{PER_IMAGE}.T"
        ),
        "the two results are swapped: mean first.": "mean, rows -> rows, mean",
        "flatten the images first.": "return mean -> return x.mean(0)",
        "the mean of every pixel is its sum over all images, divided by N.": [
            *edits("mean, rows", "flat.{}, rows", "sum(0)", "median(0).values"),
            "mean, rows -> flat.sum(0) / (len(flat) - 1), rows",
            *edits("mean, rows", "flat.mean({}), rows", "", "1", ALL),
        ],
    }
)
