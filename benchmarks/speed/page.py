"""The results in words and tables."""

from collections.abc import Iterable, Sequence
from statistics import median

from benchmarks.speed.results import Results, relative
from benchmarks.speed.ways import (
    BARE,
    BARE_LOADER,
    BATCH_SIZE,
    CODE_SIZE,
    OURS,
    OURS_LOADER,
    TUTORIAL,
)

NO_MEMORY = "Peak memory was not measured: this platform does not tell it."

PAGE = """\
# What does the training loop cost?

`make bench` measures this page and its figure anew; nothing in it is typed by hand.
Seconds and MB differ from machine to machine. The ratios, which come from one run, are
what to look at.

{findings}

![{alt}](bench.png)

Measured on {machine}. Every number is the median of {rounds} rounds, in which all
that is compared takes turns; a round before them warms up. A ratio is made within each
round (the ratio of two medians may be another), and in brackets stand the least and the
most of them. The images are
{source}. The network has 784-128-64-{code_size} units and
their mirror image; a batch has {batch_size} images.

## Five ways to train for one epoch of {images} images

{ways}

- **{tutorial}**: torchvision's data set makes a picture and then a tensor of each
  image anew, in a DataLoader; each step asks for the loss as a Python number.
- **{bare}**: the shortest loop there is, over a tensor of floats in memory.
- **{ours}**: `aelesson.training.fit` on the bytes. It also checks every loss, averages
  it over the epoch and can be interrupted and continued.
- **{bare_loader}** and **{ours_loader}**: the same two on one DataLoader, as for images
  that do not fit in memory; `fit` looks at every batch for nan and the range of pixels.

{memory}

## As the images become more

{by_images}

The last column says how far the time is from a straight line through the first row:
above 1 it grows faster than the images, below 1 more slowly.

## As the code becomes larger

{by_code}

One epoch of {code_images} images. Only the layers next to the code grow with it, so the
weights of the whole network grow much less than the code.
"""

MEMORY = """\
Peak memory is the most that a process ever had in memory (its peak resident size). Each
way runs in a fresh process; from its peak we subtract that of a process which imports
the same modules and only reads the images, as bytes ({bytes:.0f} MB). The bare loop
holds all images as float32 ({floats:.0f} MB), and then lets go of the bytes. `fit`
takes the bytes as they are, as the loops over a DataLoader do, and makes floats of a
batch."""


def findings(results: Results) -> list[str]:
    """Say in one sentence each what was found."""
    times = results.time_ratios()
    tutorial, bare = times[TUTORIAL], times[BARE]
    images, codes = relative(results.by_images), relative(results.by_code)
    sentences = [
        f"`fit` trains on {tutorial} times as many images per second as the "
        f"tutorial's loop, and {bare} times as many as the bare loop.",
        f"{_growth(results.by_images):g} times the images take "
        f"{list(images.values())[-1]} times as long.",
        f"A code {_growth(results.by_code):g} times as large takes "
        f"{list(codes.values())[-1]} times as long.",
    ]
    early = [sentences[0], loader_finding(results), memory_finding(results)]
    return [*early, *sentences[1:]]


def loader_finding(results: Results) -> str:
    """Say in one sentence what `fit` costs where a DataLoader brings the batches."""
    speed, memory = results.time_ratios()[BARE_LOADER], results.loader_memory()
    needs = "" if memory is None else f", and needs {memory:.2f} times its memory"
    return (
        f"On a DataLoader, `fit` trains on {speed} times as many images per second "
        f"as the bare loop{needs}."
    )


def memory_finding(results: Results) -> str:
    """Say in one sentence what the ways need in memory."""
    if not results.megabytes:
        return NO_MEMORY
    parts = [f"{name} {size:.0f} MB" for name, size in results.megabytes.items()]
    return f"Peak memory on top of the loaded images: {', '.join(parts)}."


def write(results: Results) -> str:
    """Return the whole page, in Markdown."""
    plan = results.plan
    return PAGE.format(
        findings="\n".join(f"- {sentence}" for sentence in findings(results)),
        alt=" ".join(findings(results)).replace("`", ""),
        machine=results.machine,
        rounds=plan.rounds,
        source=results.source,
        code_size=CODE_SIZE,
        batch_size=BATCH_SIZE,
        images=f"{plan.images:,}",
        tutorial=TUTORIAL,
        bare=BARE,
        ours=OURS,
        bare_loader=BARE_LOADER,
        ours_loader=OURS_LOADER,
        ways=ways_table(results),
        memory=_explain_memory(results),
        by_images=images_table(results),
        by_code=code_table(results),
        code_images=f"{plan.code_images:,}",
    )


def ways_table(results: Results) -> str:
    """Return a row per way: its speed, its time against ours, its memory."""
    speeds, ratios = results.images_per_second(), results.time_ratios()
    rows = [
        [
            name,
            f"{speed:,.0f}",
            str(ratios.get(name, "")),
            f"{results.megabytes[name]:.0f}" if results.megabytes else "-",
        ]
        for name, speed in speeds.items()
    ]
    head = ["way", "images per second", "its time / ours", "peak memory, MB"]
    return table(head, rows)


def images_table(results: Results) -> str:
    """Return a row per number of images."""
    counts = relative(results.by_images)
    first = next(iter(counts))
    rows = [
        [
            f"{count:,}",
            f"{median(results.by_images[count]):.3f}",
            f"{count / first:g}",
            str(ratio),
            f"{ratio.middle * first / count:.2f}",
        ]
        for count, ratio in counts.items()
    ]
    head = ["images", "seconds", "times the images", "times the time"]
    return table([*head, "time / straight line"], rows)


def code_table(results: Results) -> str:
    """Return a row per size of the code."""
    times, weights = relative(results.by_code), results.weight_ratios()
    rows = [
        [
            str(size),
            f"{median(results.by_code[size]):.3f}",
            str(ratio),
            f"{weights[size]:.2f}",
        ]
        for size, ratio in times.items()
    ]
    return table(["code", "seconds", "times the time", "times the weights"], rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table: the first column to the left, the others right."""
    rule = ["---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, rule, *rows])


def _growth(values: Iterable[int]) -> float:
    sizes = list(values)
    return sizes[-1] / sizes[0]


def _explain_memory(results: Results) -> str:
    if not results.megabytes:
        return NO_MEMORY
    size = results.plan.images * 784 / 1e6
    return MEMORY.format(bytes=size, floats=4 * size)
