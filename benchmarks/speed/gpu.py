"""The command `python -m benchmarks.speed.gpu`: what does `fit` cost on a GPU?

What was measured is kept in `gpu.json`, so that a bench on a machine without a GPU
writes the same section into its page.
"""

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from torch import Tensor

from benchmarks.speed import digits, gpu_ways, page, ways

STORED = Path(__file__).with_name("gpu.json")
PAGE = Path(__file__).resolve().parents[2] / "docs" / "bench.md"
HEAD = "## On a GPU"
EPOCHS = {128: 6, 512: 12, 4096: 40}  # by batch size: a start then counts little
ROUNDS = 3

SECTION = """\
{head}

Seconds of an epoch of {images}, on {machine}: the time of a whole call, its start
included, divided by its epochs ({epochs} at batches of {batches}). It is the median of
{rounds} calls, in which the three ways take turns; a call of each before them warms up.
The last columns are ratios of two times. `python -m benchmarks.speed.gpu` measures this
section anew where there is such a card; `make bench` keeps it.

{table}

- **bare loop**: the shortest loop there is, with the images on the GPU; nothing waits.
- **replayed by hand**: the same step recorded once as a CUDA graph, with the learning
  rate and the sum of losses on the GPU; only last, smaller batches are not replayed.
- **aelesson fit**: `aelesson.training.fit`. It found by itself whether its step can be
  recorded; its history says: {steps}.
"""


@dataclass(frozen=True)
class Row:
    """Seconds of an epoch of one network with one size of batch.

    Attributes:
        network: Its name.
        batch_size: Images in a batch.
        bare: With the bare loop.
        replayed: With the loop that replays by hand.
        ours: With `fit`.
        spread: The largest of the rounds of `fit` over the smallest.
        steps: How `fit` took its steps.
    """

    network: str
    batch_size: int
    bare: float
    replayed: float
    ours: float
    spread: float
    steps: str


def measure(
    images: Tensor, epochs: dict[int, int], rounds: int = ROUNDS
) -> list[dict[str, object]]:
    """Measure all networks with all sizes of batch; the images are on a GPU."""
    return [
        asdict(_row(name, images, size, count, rounds))
        for name in gpu_ways.MODELS
        for size, count in epochs.items()
    ]


def _row(name: str, x: Tensor, size: int, epochs: int, rounds: int) -> Row:
    make, loss, objective = gpu_ways.MODELS[name]
    steps = ""

    def ours() -> None:
        nonlocal steps
        steps = gpu_ways.ours(make().to(x.device), x, objective, epochs, size)

    calls: dict[str, Callable[[], object]] = {
        "bare": lambda: gpu_ways.bare(make().to(x.device), x, loss, epochs, size),
        "replayed": lambda: gpu_ways.replayed(
            make().to(x.device), x, loss, epochs, size
        ),
        "ours": ours,
    }
    seconds: dict[str, list[float]] = {way: [] for way in calls}
    for _ in range(rounds + 1):
        for way, call in calls.items():
            seconds[way].append(_timed(call) / epochs)
    kept = {way: times[1:] for way, times in seconds.items()}
    medians = {way: statistics.median(times) for way, times in kept.items()}
    spread = max(kept["ours"]) / min(kept["ours"])
    return Row(name, size, **medians, spread=spread, steps=steps)


def _timed(call: Callable[[], object]) -> float:
    torch.cuda.synchronize()
    started = time.perf_counter()
    call()
    torch.cuda.synchronize()
    return time.perf_counter() - started


def section(stored: Path = STORED) -> str:
    """Return the page's section, or "" where nothing is stored."""
    if not stored.is_file():
        return ""
    found = json.loads(stored.read_text("utf-8"))
    rows = [Row(**row) for row in found["rows"]]
    epochs = found["epochs"]
    return SECTION.format(
        head=HEAD,
        images=found["images"],
        machine=found["machine"],
        rounds=found["rounds"],
        epochs=", ".join(map(str, epochs.values())),
        batches=", ".join(f"{int(size):,}" for size in epochs),
        table=_table(rows),
        steps=", ".join(sorted({row.steps for row in rows})),
    )


def _table(rows: list[Row]) -> str:
    head = ["network", "batch", "bare loop", "replayed by hand", "aelesson fit"]
    head += ["spread of fit", "bare / fit", "fit / by hand"]
    lines = [
        [
            row.network,
            f"{row.batch_size:,}",
            *(f"{time:.4f}" for time in (row.bare, row.replayed, row.ours)),
            f"{row.spread:.2f}",
            f"{row.bare / row.ours:.1f}",
            f"{row.ours / row.replayed:.2f}",
        ]
        for row in rows
    ]
    return page.table(head, lines)


def added(text: str, stored: Path = STORED) -> str:
    """Return a page that ends with the section, in place of one that was there."""
    rest = text.split(f"\n{HEAD}\n")[0].rstrip("\n")
    told = section(stored)
    return f"{rest}\n\n{told}" if told else f"{rest}\n"


def main(stored: Path = STORED, target: Path = PAGE) -> None:
    """Measure on the GPU, keep what came out, and renew the section of the page.

    Raises:
        RuntimeError: There is no NVIDIA GPU.
    """
    if not torch.cuda.is_available():
        raise RuntimeError("there is no NVIDIA GPU: nothing was measured or written")
    source, pixels = digits.load_pixels(60_000)
    machine = f"{torch.cuda.get_device_name()}, torch {torch.__version__}"
    found = {
        "machine": machine,
        "images": source,
        "rounds": ROUNDS,
        "epochs": EPOCHS,
        "rows": measure(ways.as_floats(pixels).cuda(), EPOCHS),
    }
    stored.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    target.write_text(added(target.read_text("utf-8"), stored), encoding="utf-8")


if __name__ == "__main__":
    main()
