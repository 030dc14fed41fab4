"""How long does a page work on a frame? `python -m benchmarks.frames` measures it.

Each explorable is moved in Chromium as a hand would move it. How long its own program
works in a frame that draws is put beside a piece of work that is the same for all,
measured in the same page and in turn, so that a slow or busy machine slows both. Needs
Playwright and Chromium; writes `docs/frames.md`.
"""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

from playwright.sync_api import Page
from rich.progress import track

from benchmarks import machine
from benchmarks.speed.results import Ratio
from tools.explore.stills import shown

DOCS = Path(__file__).resolve().parents[1] / "docs"
ROUNDS = 5
SIXTIETH = 1000 / 60  # of a second, in milliseconds
IDLE = 0.2  # milliseconds: less is no drawing
SIDE, TIMES = 784, 20  # of the yardstick's matrix; how often it is taken
WATCH = f"""
  window.frames = [];
  const before = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (call) => before((now) => {{
    const start = performance.now();
    call(now);
    const took = performance.now() - start;
    if (took > {IDLE}) window.frames.push(took);
  }});
"""
YARDSTICK = f"""() => {{
  const weights = new Float32Array({SIDE * SIDE}).fill(0.5);
  const image = new Float32Array({SIDE}).fill(0.5);
  const code = new Float32Array({SIDE});
  const times = [];
  for (let time = 0; time < {TIMES}; time++) {{
    const start = performance.now();
    for (let i = 0; i < {SIDE}; i++) {{
      let sum = 0;
      for (let j = 0; j < {SIDE}; j++) sum += weights[i * {SIDE} + j] * image[j];
      code[i] = sum;
    }}
    times.push(performance.now() - start);
  }}
  return times;
}}"""
PAGE = """\
# How long does a page work on a frame?

`make bench` measures this page anew; nothing in it is typed by hand. Milliseconds
differ from machine to machine. The ratio, which comes from one page at one time, is
what to look at.

{sentence}

| explorable | frames | its work, ms | share of 1/60 s | its work / the yardstick |
| --- | ---: | ---: | ---: | ---: |
{rows}

Measured on {machine}, Chromium {browser}.
An explorable is moved {rounds} times as a hand would move it. Its work is what its own
program does in a frame that draws, without what the browser does behind it: the median
of a round, and of these the median; in brackets stand the least and the most. The
yardstick is the product of a matrix of {matrix} numbers and a vector, in plain
JavaScript: in the same page, after every round, the median of {times}.
"""


# ---- what a hand does ---------------------------------------------------------------


def settle(page: Page) -> None:
    """Wait for the next frame but one: what is chosen now is drawn in the next."""
    page.evaluate("new Promise((done) => requestAnimationFrame(done))")
    page.evaluate("new Promise((done) => requestAnimationFrame(done))")


def slide(page: Page) -> None:
    """Move the first slider from its start through 20 places, a frame each."""
    slider = page.get_by_role("slider").first
    slider.press("Home")
    for _ in range(20):
        slider.press("ArrowRight")
        settle(page)


def drag(page: Page, selector: str) -> None:
    """Draw a line from the top left to the bottom right, in 30 steps of a frame."""
    place = page.locator(selector)
    place.scroll_into_view_if_needed()
    box = place.bounding_box()
    assert box is not None
    for step in range(30):
        way = 0.1 + 0.8 * step / 29
        page.mouse.move(box["x"] + way * box["width"], box["y"] + way * box["height"])
        if step == 0:
            page.mouse.down()
        settle(page)
    page.mouse.up()


def train(page: Page) -> None:
    """Train from the start until 30 frames were drawn."""
    page.reload()
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_function("window.frames.length > 30")


def latents(page: Page) -> None:
    """Push along a latent, harder and harder."""
    if page.get_by_role("slider").count() == 0:
        page.get_by_role("button", name="Show the names").click()
    slide(page)


def noise(page: Page) -> None:
    """Throw more and more blots, and paint."""
    page.get_by_role("combobox", name="Noise", exact=True).select_option("brush")
    slide(page)
    drag(page, "canvas.paintable")


def walk(page: Page) -> None:
    """Move over the plane of codes, and draw a digit."""
    drag(page, ".map")
    drag(page, ".paper")


MOVES: dict[str, Callable[[Page], None]] = {
    "break_it": slide,
    "draw": partial(drag, selector=".paper"),
    "latents": latents,
    "noise": noise,
    "train": train,
    "turn": partial(drag, selector="canvas[tabindex]"),
    "walk": walk,
}


# ---- what is measured ---------------------------------------------------------------


@dataclass(frozen=True)
class Frames:
    """Milliseconds of an explorable's own work in a frame, and of the yardstick.

    Attributes:
        counts: How many frames drew, by round.
        works: The median of them, by round.
        yardsticks: The same piece of work for all, by round.
    """

    counts: list[int]
    works: list[float]
    yardsticks: list[float]


def measure(page: Page, move: Callable[[Page], None], rounds: int) -> Frames:
    """Move an explorable, and take the yardstick to the same page, in turn."""
    found = Frames([], [], [])
    for _ in range(rounds):
        page.evaluate("window.frames.length = 0")
        move(page)
        frames = page.evaluate("window.frames")
        found.counts.append(len(frames))
        found.works.append(median(frames))
        found.yardsticks.append(median(page.evaluate(YARDSTICK)))
    return found


def write(found: Mapping[str, Frames], browser: str) -> str:
    """Return the page, in Markdown."""
    rows = [
        f"| {name} | {sum(each.counts)} | {median(each.works):.1f} "
        f"({min(each.works):.1f} to {max(each.works):.1f}) "
        f"| {median(each.works) / SIXTIETH:.0%} "
        f"| {Ratio.of(each.works, each.yardsticks)} |"
        for name, each in found.items()
    ]
    slowest = max(found, key=lambda name: median(found[name].works))
    share = median(found[slowest].works) / SIXTIETH
    return PAGE.format(
        sentence=f"The slowest is `{slowest}`: its work fills {share:.0%} of a frame.",
        rows="\n".join(rows),
        machine=f"{machine.processor_name()}, {os.cpu_count()} cores",
        browser=browser,
        rounds=ROUNDS,
        matrix=f"{SIDE} x {SIDE}",
        times=TIMES,
    )


def main(rounds: int = ROUNDS, folder: Path = DOCS) -> None:
    """Measure every explorable and write `frames.md`.

    Raises:
        ValueError: If there is no such folder; said before minutes are spent.
        FileNotFoundError: If there is no browser.
    """
    if not folder.is_dir():
        raise ValueError(f"folder is {folder.name!r}; there is no such folder")
    found: dict[str, Frames] = {}
    with shown(WATCH) as show:
        for name, move in track(MOVES.items(), description="frames"):
            page = show(name)
            page.wait_for_load_state("networkidle")
            found[name] = measure(page, move, rounds)
            browser = page.context.browser
            page.close()
        text = write(found, browser.version if browser else "unknown")
    (folder / "frames.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except FileNotFoundError as missing:
        sys.exit(f"docs/frames.md stays as it was: {missing}")
