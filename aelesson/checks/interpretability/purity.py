"""`purity(activations, labels, top)`: how much each latent's best are of a class."""

import torch  # noqa: F401 - for edits

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import alone, edits
from aelesson.checks.interpretability.codes import cases


def purity(activations, labels, top):
    values, places = activations.topk(top, dim=0)
    classes = labels[places]  # (top, M)
    is_on = values > 0
    hits = classes == labels.unique()[:, None, None]
    counts = (hits & is_on).sum(1).to(activations)  # (classes, M)
    return counts.amax(0) / top


LOOK = returned()


def observe(answer, case):
    return LOOK(answer, {**case, "activations": case["activations"].z})


def tell(case):
    shape = tuple(case["activations"].z.shape)
    return f"activations of shape {shape} and top = {case['top']}"


SILENT = (
    "an example in which the latent is 0 or below does not count, whatever its class."
)
TOP = "divide by `top`, also where a latent is active less often."
LATENT = "each latent chooses its own examples: along dimension 0."
check = Exercise(
    purity,
    cases,
    observe,
    tell=tell,
    errors={
        "smaller than num_classes": "labels may be any numbers: find the largest.",
        "k out of range": LATENT,
        "floating point or complex": "truth values have no mean: .double() first.",
    },
)
END, ON = "counts.amax(0) / top", "values > 0"
COUNTS = "counts = (hits & is_on).sum(1).to(activations)"
ALL = (
    "(is_on * classes + {} * ~is_on == torch.arange(-1, 99)[:, None, None]).sum(1) / 1"
)
SIZES = "labels.unique(return_counts=True)[1][:, None]"
TOPK = "activations.topk(top, dim=0)"
check.mistakes(
    {
        SILENT: [
            f"{ON} -> values == values",
            f"{ON} -> values != 0",
            f"{ON} -> values >= 0",
        ],
        f"a latent that is seldom active is not pure for that: {TOP}": [
            f"{END} -> counts.amax(0) / is_on.sum(0).clamp_min(1)",
            f"{END} -> counts.amax(0) / counts.sum(0)",
        ],
        TOP: edits(
            END,
            "counts.amax(0) / {}",
            *("len(labels)", "len(labels.unique())", "(top + 1)"),
            "(activations > 0).sum(0).clamp_min(1)",
        ),
        "a latent that is never active has 0 as its share.": edits(
            END,
            "(counts.amax(0) / top).where(is_on.any(0), {})",
            *("1.0", "torch.nan"),
        ),
        "this is cut off to whole numbers: / and not //.": "/ top -> // top",
        "silent examples are given a class here, and count: leave them out.": (
            alone(purity, *edits(COUNTS, f"counts = {ALL}", "0", "-1"))
        ),
        "this is a share of the examples of a class: take one of the `top` examples.": (
            alone(purity, f"{END} -> (counts / {SIZES}).amax(0)")
        ),
        LATENT: alone(
            purity,
            "(hits & is_on).sum(1) -> (hits & is_on).sum(2)",
            f"{TOPK} -> activations.topk(min(top, activations.shape[1]), dim=1);; "
            "(hits & is_on).sum(1) -> (hits & is_on).sum(2)",
        ),
        "these are the weakest examples: take the highest values.": (
            f"{TOPK} -> activations.topk(top, dim=0, largest=False)"
        ),
        "a large negative value is not a high one: no abs().": [
            f"{TOPK} -> activations.abs().topk(top, dim=0)",
            f"{TOPK} -> activations.abs().topk(top, dim=0); "
            "values = activations.gather(0, places)",
        ],
        "all examples count in which it is active: take the `top` strongest.": [
            f"{TOPK} -> activations.sort(0, descending=True);; "
            f"{END} -> counts.amax(0) / is_on.sum(0).clamp_min(1)",
            f"{TOPK} -> activations.sort(0, descending=True)",
            f"{TOPK} -> activations.sort(0, descending=True);; "
            f"{END} -> counts.amax(0) / len(labels)",
        ],
        "examples are counted, not the size of their values.": [
            f"{COUNTS} -> counts = (hits * values.clamp_min(0)).sum(1);; "
            f"{END} -> counts.amax(0) / counts.sum(0).clamp_min(1e-9)",
            f"{COUNTS} -> counts = (hits * values.clamp_min(0)).sum(1)",
        ],
        "one example too few or too many is looked at.": edits(
            TOPK,
            "activations.topk({}, dim=0)",
            *("max(top - 1, 1)", "top - 1", "min(top + 1, len(labels))"),
        ),
        "only the strongest example says what the class is: take the most frequent.": (
            alone(purity, f"{END} -> ((classes == classes[:1]) & is_on).sum(0) / top")
        ),
        "the most frequent class of all examples counts: look at each latent's own.": (
            alone(
                purity,
                f"{END} -> ((classes == labels.mode().values) & is_on).sum(0) / top",
            )
        ),
        "this is the rarest class among them: take the most frequent.": (
            "amax(0) -> amin(0)"
        ),
        "this is the number of classes among them: what share has the largest?": (
            f"{END} -> (counts > 0).sum(0).to(activations)"
        ),
        "these are numbers of examples: divide by `top`.": f"{END} -> counts.amax(0)",
        "this is the class itself: return its share.": (
            f"{END} -> labels.unique()[counts.argmax(0)].to(activations)"
        ),
        "this is one mean over all latents: return a number for each.": (
            f"{END} -> (counts.amax(0) / top).mean()"
        ),
        "the shares of all classes come back: take the largest of each latent.": [
            f"{END} -> counts / top",
            f"{END} -> counts.T / top",
        ],
        "this is an entropy, or a sum of squares: take the largest share.": [
            f"{END} -> (counts / top).square().sum(0)",
            f"{END} -> -torch.xlogy(counts / top, counts / top).sum(0)",
        ],
    }
)
