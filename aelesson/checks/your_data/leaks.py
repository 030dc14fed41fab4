"""`leaks(train, test, tolerance)`: how many test images have a near copy in train."""

import torch  # noqa: F401 (mistakes take it from here)

from aelesson.checks.engine import FINE, Exercise, Finding, returned
from aelesson.checks.engine.edits import edits
from aelesson.checks.your_data.copies import Largest, at_the_edge, copied

MOST = 64  # test images that meet all of train at a time


def leaks(train, test, tolerance):
    count = 0
    for image in test:
        gaps = (train - image).flatten(1)
        distances = gaps.square().mean(1).sqrt()
        near = distances <= tolerance
        count += int(near.any())
    return count


DRAWN = [  # train images, test images with a copy and without, their shape, tolerance
    (3, 2, 1, (1, 1, 2), 0.1),
    (30, 24, 5, (1, 2, 3), 0.1),
    (25, 36, 8, (3, 4, 2), 0.03),
    (20, 30, 3, (2, 3, 3), 0.3),
    (24, 40, 9, (1, 5, 5), 0.01),
    (60, 30, 0, (1, 4, 4), 0.07),
]


def cases():
    found = [{**copied(*drawn[:4], drawn[4]), "tolerance": drawn[4]} for drawn in DRAWN]
    return found + [
        {"train": train, "test": test, "tolerance": tolerance}
        for train, test, tolerance in at_the_edge()
    ]


LOOK = returned()


def observe(answer, case):
    if len(case["test"]) <= MOST:
        yield from in_order(answer, case)
        return
    with Largest() as largest:
        seen = [*in_order(answer, case)]
    yield from seen
    limit = MOST * case["train"].numel()
    yield "memory", FINE if largest.most <= limit else LARGE


def in_order(answer, case):
    """Yield what is seen; of a float the value first, as it tells more."""
    seen = dict(LOOK(answer, case))
    if isinstance(seen.get("value"), float):
        seen["kind"] = seen.pop("kind")
    yield from seen.items()


LARGE = Finding(
    "memory",
    "you make a table of all differences at once: of 5,000 and 1,000 digits that "
    "would be\n"
    "4 billion numbers. Compare at most 64 test images at a time with all of train.",
)


ONLY = {
    "only exact copies among many images are wrong: torch.cdist takes a short cut for\n"
    "many rows that rounds. Its compute_mode can switch that off.": lambda case: (
        case["tolerance"] == 0 and len(case["train"]) > 25
    ),
}
ERRORS = {
    "must match the size of tensor": (
        "train and test differ in length: compare every test image with all of train."
    ),
    "two dimensions": "an image may have any shape: flatten(1) first.",
    "can't allocate": LARGE.says,
}
check = Exercise(leaks, cases, observe, errors=ERRORS, only=ONLY)
DISTANCE, NEAR = "gaps.square().mean(1).sqrt()", "distances <= tolerance"
ADD, LOOP, END = "int(near.any())", "for image in test:", "return count"
GAPS = "(train - image).flatten(1)"
check.mistakes(
    {
        "this is the mean squared difference: take its root, and leave tolerance as "
        "it is.": [
            f"{DISTANCE} -> gaps.square().mean(1)",
            f"{NEAR} -> distances <= tolerance**0.5",
        ],
        "the tolerance is squared, the distance is not.": (
            f"{NEAR} -> distances <= tolerance**2"
        ),
        "this is the sum of squares: take the mean, then its root.": (
            f"{DISTANCE} -> gaps.square().sum(1)"
        ),
        "the Euclidean distance grows with the number of values: take the mean of\n"
        "the squares, not their sum (so cdist, divided by the root of the number).": [
            f"{DISTANCE} -> gaps.norm(dim=1)"
        ],
        "the root is taken before dividing: divide by the root of the number.": (
            f"{DISTANCE} -> gaps.square().sum(1).sqrt() / gaps.shape[1]"
        ),
        "the sum of squares is divided by another number than that of an image's "
        "values.": edits(
            DISTANCE,
            "(gaps.square().sum(1) / {}).sqrt()",
            *("image[0].numel()", "len(image)", "image.shape[-1]", "len(train)"),
        ),
        "each row or channel has its own root here: take one mean over the whole "
        "image.": edits(
            DISTANCE,
            "gaps.view_as(train).square().mean({}(1)",
            *(f"{side}).sqrt().flatten(1).mean" for side in ("3", "2", "1", "(2, 3)")),
            *("(2, 3)).sqrt().amin", "(2, 3)).sqrt().amax"),
        ),
        "values are rounded to bytes on the way: compare them as they are.": (
            f"{GAPS} -> ((255 * train).round() - (255 * image).round()).flatten(1)/255"
        ),
        "this is the mean absolute difference: square, average, take the root.": (
            f"{DISTANCE} -> gaps.abs().mean(1)"
        ),
        "this is the largest difference of a value: all of them count, squared.": [
            f"{DISTANCE} -> gaps.abs().amax(1)",
            f"{NEAR} -> (gaps.abs() <= tolerance).all(1)",
        ],
        "one near value is not a near image: average over all values first.": [
            f"{NEAR} -> (gaps.abs() <= tolerance).any(1)",
            f"{DISTANCE} -> gaps.abs().amin(1)",
        ],
        "gaps of both signs cancel: square them first.": [
            f"{DISTANCE} -> gaps.mean(1).abs()",
            f"{GAPS} -> train.flatten(1).mean(1, True) - image.mean()",
        ],
        "a negative gap is no near one: square it.": [
            f"{NEAR} -> (gaps <= tolerance).all(1)",
            f"{DISTANCE} -> gaps.mean(1)",
            f"{DISTANCE} -> gaps.amax(1)",
        ],
        "this is the median of the differences: take the root of the mean square.": (
            f"{DISTANCE} -> gaps.abs().median(1).values"
        ),
        "the mean difference is forgotten: take the images as they are, not centred,\n"
        "and no standard deviation.": [
            f"{DISTANCE} -> gaps.std(1, correction=0)",
            f"{GAPS} -> (train - train.mean((1, 2, 3), True) - image + image.mean())"
            ".flatten(1)",
        ],
        "this is one minus the cosine, which forgets how bright an image is.": (
            f"{DISTANCE} -> 1 - torch.cosine_similarity(train.flatten(1), "
            "image.flatten()[None])"
        ),
        "a distance of exactly the tolerance counts, too: <=.": [
            *("<= -> <", *edits("<= tolerance", "<= tolerance - {}", 1e-6, 1e-7)),
            *edits("<= tolerance", "<= tolerance * (1 - {})", 1e-6, 1e-7),
        ],
        "an epsilon is added to the tolerance: leave it as it is.": edits(
            "<= tolerance", "<= tolerance + {}", 0.01, 1e-3
        ),
        "these are the images without a near copy: count the others.": [
            f"{ADD} -> int(not near.any())",
            f"{END} -> return len(test) - count",
        ],
        "all of train need not be near: one copy is enough.": "any() -> all()",
        "pairs are counted: an image with two copies counts once.": [
            f"{ADD} -> int(near.sum())",
        ],
        "train images are counted: how many of test have a copy?": (
            f"{LOOP} -> train, test = test, train\n    {LOOP}"
        ),
        "these are the train images that were copied: count those of test.": (
            "count = 0 -> count = 0; hit = set();; "
            f"{ADD} -> 0; hit |= {{int(distances.argmin())}} if near.any() else "
            f"set();; "
            f"{END} -> return len(hit)"
        ),
        "each test image is compared with one train image, that of its place.": [
            f"{LOOP} -> for image, train in zip(test, train.split(1)):",
        ],
        "all test images count: is each compared with itself, or is it > for <=?": [
            "<= -> >",
            f"{GAPS} -> (test - image).flatten(1)",
            f"{GAPS} -> (torch.cat([train, test]) - image).flatten(1)",
        ],
        "copies within train are no leaks.": (
            f"{LOOP} -> for image in torch.cat([train, test])[1:]:"
        ),
        "copies within test are no leaks: compare with train alone.": (
            f"{LOOP} -> for i, image in enumerate(test):;; "
            f"{GAPS} -> (torch.cat([train, test[:i]]) - image).flatten(1)"
        ),
        "an image of train may have several copies in test: each of them counts.": (
            f"{LOOP} -> used = train[:, 0, 0, 0] > 9\n    {LOOP};; "
            f"{NEAR} -> (distances <= tolerance) & ~used;; "
            f"{ADD} -> int(near.any()); used[near.nonzero()[:1]] = True"
        ),
        "only the first image is counted: add up, and return after the loop.": (
            f"{ADD} -> int(near.any()); return count"
        ),
        "only whether there is a leak comes back: how many are there?": (
            f"{END} -> return min(count, 1)"
        ),
        "copies that stand at the end of train are missed: compare with all of "
        "it.": edits(
            "(train - image)",
            "(train{} - image)",
            *("[:-1]", "[: len(train) // 2 + 1]", "[:64]"),
        ),
        "the last test image is left out, or the first.": edits(
            LOOP, "for image in test{}:", "[:-1]", "[1:]"
        ),
        "test images are left out at the end: the last batch may be a short one.": (
            edits(
                LOOP,
                "for image in test[: {}]:",
                *(f"len(test) // {n} * {n}" for n in (16, 32, 64)),
                *(f"max((len(test) - 1) // {n}, 1) * {n}" for n in (16, 32, 64)),
            )
        ),
        "only the last batch counts: add up what all of them find.": edits(
            LOOP,
            "for image in test[(len(test) - 1) // {0} * {0} :]:",
            *(16, 32, 64),
        ),
        "half the tolerance, or twice, is allowed here.": edits(
            "<= tolerance", "<= {} * tolerance", 0.5, 2
        ),
        "this is the share: return the number of images.": [
            f"{END} -> return count / len(test)",
            f"{END} -> return round(100 * count / len(test), 1)",
        ],
        "torch.cdist rounds where rows are many, and misses exact copies:\n"
        "compute_mode='donot_use_mm_for_euclid_dist' is exact.": [
            f"{DISTANCE} -> torch.cdist(train.flatten(1), image.flatten()[None], "
            "compute_mode='use_mm_for_euclid_dist')[:, 0] / image.numel() ** 0.5",
        ],
        LARGE.says: (
            f"{LOOP} -> test = (train[None] - test[:, "
            f"None]).flatten(2).square().mean(2)"
            f"\n    for image in test.sqrt():;; {GAPS} -> image[:, None];; "
            f"{DISTANCE} -> gaps[:, 0]"
        ),
    }
)
