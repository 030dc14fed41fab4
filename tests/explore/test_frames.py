"""How often a page draws is counted here; how long it takes is a benchmark's matter."""

import pytest
from test_every_explorable import NAMES

from benchmarks import frames

# Counts what is asked of frames; of the page's own motion there is none.
COUNT = """
  window.matchMedia = () => ({ matches: true, addEventListener() {},
    removeEventListener() {} });
  window.asked = 0;
  const before = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (call) => { window.asked++; return before(call); };
"""
# All of it happens between two frames.
FLOOD = """(place, kind) => {
  const asked = window.asked;
  for (let n = 0; n < 50; n++) {
    if (place.type === "range") place.value = Number(place.min) + (n % 3);
    place.dispatchEvent(new KeyboardEvent(kind, { bubbles: true, key: "ArrowRight" }));
  }
  return window.asked - asked;
}"""
PLACES = {
    "break_it": ("input[type=range]", "input"),
    "draw": (".pad select", "change"),
    "latents": ("input[type=range]", "input"),
    "noise": ("input[type=range]", "input"),
    "turn": ("canvas[tabindex]", "keydown"),
    "walk": (".map [role=slider]", "keydown"),
}
FOUND = {
    "slow": frames.Frames([10, 12, 11], [8.0, 6.0, 9.0], [2.0, 1.0, 3.0]),
    "quick": frames.Frames([20, 20, 20], [1.0, 1.0, 2.0], [2.0, 2.0, 2.0]),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PLACES)
def test_however_much_happens_a_frame_is_drawn_once(show, name):
    page = show(name, script=COUNT)
    page.wait_for_load_state("networkidle")
    if name == "latents":
        page.get_by_role("button", name="Show the names").click()
    selector, kind = PLACES[name]
    place = page.locator(selector).first
    place.wait_for()
    for _ in range(3):
        page.wait_for_timeout(100)
        assert place.evaluate(FLOOD, kind) == 1


@pytest.mark.slow
def test_more_work_in_a_frame_is_seen(show):
    """Thirty milliseconds are put into every frame, and must be found."""
    wait = "const end = performance.now() + 30; while (performance.now() < end);"
    scripts = {
        "whole": frames.WATCH,
        "slowed": frames.WATCH.replace("call(", f"{wait} call("),
    }
    found = {}
    for name, script in scripts.items():
        page = show("turn", script=script)
        page.wait_for_load_state("networkidle")
        found[name] = frames.measure(page, frames.MOVES["turn"], 1)
        assert found[name].counts[0] >= 30
        assert found[name].yardsticks[0] > 0
    assert found["slowed"].works[0] > 30


def test_every_explorable_is_moved():
    assert sorted(frames.MOVES) == NAMES


def test_the_page_says_what_was_measured():
    text = frames.write(FOUND, "150.1")
    assert "The slowest is `slow`: its work fills 48% of a frame." in text
    assert "| slow | 33 | 8.0 (6.0 to 9.0) | 48% | 4.00 (3.00 to 6.00) |" in text
    assert "| quick | 60 | 1.0 (1.0 to 2.0) | 6% | 0.50 (0.50 to 1.00) |" in text
    assert "Chromium 150.1" in text


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ValueError, match="folder is 'none'; there is no such folder"):
        frames.main(folder=tmp_path / "none")
