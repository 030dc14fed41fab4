"""A real browser trains, says what went wrong, stays quick, and is usable by all."""

import re

import pytest
from frames import FRAME

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed: no browser is tried"
)
expect = sync_api.expect
expect.set_options(timeout=300_000)

pytestmark = pytest.mark.slow
EPOCH = "parseInt(here.shadowRoot.querySelector('.facts dd').innerText)"
# Notes how long the page's own work takes in each frame that draws.
WATCH = """
  window.draws = [];
  const before = window.requestAnimationFrame.bind(window);
  const drawn = () => window.here?.shadowRoot?.querySelector("polyline.train");
  window.requestAnimationFrame = (call) => before((now) => {
    const last = drawn(), start = performance.now();
    call(now);
    if (drawn() !== last) window.draws.push(performance.now() - start);
  });
"""


def verdict(page):
    return page.get_by_role("status")


def start(page):
    page.get_by_role("button", name="Start").click()


def epochs_done(page):
    return page.evaluate(EPOCH)


def wait_for_epoch(page, number):
    """Wait until an epoch is over; on a busy machine a later one may be seen first."""
    page.wait_for_function(f"{EPOCH} >= {number}")


def test_it_trains_to_below_the_error_of_pca(show):
    page = show("train", hidden=64, latentDim=8, epochs=10, script=WATCH)
    start(page)
    expect(verdict(page)).to_contain_text(
        re.compile(r"Ahead of PCA-8 after [1-9] epoch")
    )
    expect(verdict(page)).to_contain_text("Now the network's error is")
    facts = page.locator(".facts").inner_text()
    error = float(re.search(r"Validation error\s+([\d.]+)", facts)[1])
    assert 0.025 < error < 0.0369
    assert page.locator("svg").get_attribute("aria-label").count(f"{error:.4f}") == 1
    draws = sorted(page.evaluate("window.draws"))
    assert len(draws) > 50
    assert draws[len(draws) // 2] < FRAME


def test_it_stops_goes_on_and_begins_again(show):
    page = show("train", hidden=32, latentDim=2, epochs=100)
    start(page)
    wait_for_epoch(page, 1)
    page.get_by_role("button", name="Stop").click()
    expect(verdict(page)).to_contain_text("Stopped after")
    page.wait_for_timeout(1500)  # one more report may have been on its way
    stood = page.locator("polyline.train").get_attribute("points")
    page.wait_for_timeout(1000)
    assert page.locator("polyline.train").get_attribute("points") == stood
    done = epochs_done(page)
    page.get_by_role("button", name="Continue").click()
    wait_for_epoch(page, done + 5)
    page.get_by_role("button", name="Begin again").click()
    page.wait_for_function(f"{EPOCH} < {done + 5}")
    expect(page.get_by_text("run before")).to_be_visible()


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        (
            "1e30",
            "The loss is not a number any more: the learning rate, 1e+30, is too high",
        ),
        ("1", "Nothing is learnt"),
        ("fast", "must be a number above 0, such as 0.005, and is “fast”"),
        ("-1", "must be a number above 0"),
        ("", "must be a number above 0, such as 0.005, and is empty."),
    ],
)
def test_a_bad_rate_is_said_in_words(show, rate, words):
    page = show("train", hidden=32, latentDim=2, epochs=10)
    page.get_by_label("Learning rate").fill(rate)
    start(page)
    expect(verdict(page)).to_contain_text(words)


def test_settings_of_no_use_are_said_in_words(browser, address):
    page = browser.new_page()
    page.goto(f"{address}/train.js")  # any place of this origin
    page.evaluate("""async () => {
      const { mount } = await import("/train.js");
      document.body.innerHTML = "<div id=here></div>";
      mount(document.getElementById("here"), { latentDim: 7 });
    }""")
    expect(page.get_by_role("alert")).to_contain_text(
        "latentDim is 7; it must be one of"
    )
    page.close()


def test_digits_that_are_not_there_are_said_in_words(show):
    page = show("train", hidden=32)
    page.route(
        "**/digits.png", lambda route: route.fulfill(status=200, body="no picture")
    )
    start(page)
    expect(verdict(page)).to_contain_text("It cannot train here")
    page.unroute("**/digits.png")


def test_it_works_by_keyboard(show):
    page = show("train", hidden=32, latentDim=2, epochs=10)
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    assert page.get_by_label("Hidden width").input_value() == "64"
    for _ in range(8):
        page.keyboard.press("Tab")
    outline = "getComputedStyle(here.shadowRoot.activeElement).outlineWidth"
    assert page.evaluate(outline) == "3px"
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Stop")).to_be_visible()


def test_axe_finds_no_violation_while_it_trains(show, barriers):
    page = show("train", theme="dark", width=360, hidden=32, latentDim=2, epochs=100)
    page.get_by_label("Learning rate").fill("fast")
    start(page)
    assert barriers(page) == []
    page.get_by_label("Learning rate").fill("0.005")
    start(page)
    wait_for_epoch(page, 1)
    assert barriers(page) == []
    page.get_by_role("button", name="Stop").click()
    assert barriers(page) == []


def test_axe_looks_inside(show, barriers):
    page = show("train")
    page.locator(".verdict").evaluate("(each) => { each.style.color = '#bbb'; }")
    page.get_by_label("Seed").evaluate("(each) => each.parentElement.replaceWith(each)")
    assert {name for name, _ in barriers(page)} == {"color-contrast", "select-name"}


def test_less_motion_is_respected(show):
    page = show("train", hidden=32, latentDim=2, epochs=10, script=WATCH)
    page.emulate_media(reduced_motion="reduce")
    start(page)
    wait_for_epoch(page, 10)
    assert 10 <= len(page.evaluate("window.draws")) < 30  # all motion takes over 50
