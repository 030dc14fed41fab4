"""A real browser trains, says what went wrong, and is usable by all."""

import re

import pytest

sync_api = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed: no browser is tried"
)
expect = sync_api.expect
expect.set_options(timeout=300_000)

pytestmark = pytest.mark.slow
EPOCH = "parseInt(here.shadowRoot.querySelector('.facts dd').innerText)"

# Counts the frames in which the curve is drawn anew.
WATCH = """
  window.draws = 0;
  const before = window.requestAnimationFrame.bind(window);
  const drawn = () => window.here?.shadowRoot?.querySelector("polyline.train");
  window.requestAnimationFrame = (call) => before((now) => {
    const last = drawn();
    call(now);
    window.draws += drawn() !== last;
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
    page = show("train", hidden=64, latentDim=8, epochs=10)
    start(page)
    expect(verdict(page)).to_contain_text(
        re.compile(r"Ahead of PCA-8 after [1-9] epoch")
    )
    expect(verdict(page)).to_contain_text("Now the network's error is")
    facts = page.locator(".facts").inner_text()
    error = float(re.search(r"Validation error\s+([\d.]+)", facts)[1])
    assert 0.025 < error < 0.0369
    assert page.locator("svg").get_attribute("aria-label").count(f"{error:.4f}") == 1


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
      window.end = mount(document.getElementById("here"), { latentDim: 7 });
    }""")
    expect(page.get_by_role("alert")).to_contain_text(
        "latentDim is 7; it must be one of"
    )
    page.evaluate("end()")  # what watches the theme ends, too
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
    assert 10 <= page.evaluate("window.draws") < 30  # all motion takes over 50


def test_less_motion_still_shows_a_failure_within_an_epoch(show):
    page = show("train", hidden=32, latentDim=2, script=FAILS)
    page.emulate_media(reduced_motion="reduce")
    start(page)
    expect(verdict(page)).to_have_text("It cannot train here: gone.")


# Its worker fails at its fourth report, within the first epoch.
FAILS = """
  window.Worker = class extends Worker {
    set onmessage(call) {
      let reports = 0;
      super.onmessage = (event) => {
        call(event);
        if (++reports === 4) this.onerror(new ErrorEvent("error", { message: "gone" }));
      };
    }
  };
"""
COUNTS_WORKERS = """
  window.workers = 0;
  window.Worker = class extends Worker {
    constructor(...all) { super(...all); window.workers += 1; }
  };
"""


def test_no_worker_starts_after_the_end(browser, address):
    page = browser.new_page()
    page.add_init_script(COUNTS_WORKERS)
    held = []
    page.route("**/digits.png", lambda route: held.append(route))
    page.goto(f"{address}/train.js")  # any place of this origin
    with page.expect_request("**/digits.png"):
        page.evaluate("""async () => {
          const { mount } = await import("/train.js");
          document.body.innerHTML = "<div id=here></div>";
          window.end = mount(document.getElementById("here"));
          here.shadowRoot.querySelector("button.main").click();
        }""")
    page.evaluate("here.remove(); end()")
    with page.expect_event("requestfinished", lambda each: "digits" in each.url):
        held[0].continue_()
    page.wait_for_timeout(300)
    assert page.evaluate("workers") == 0
    page.close()


def test_without_pictures_it_trains_and_asks_for_them_again(show):
    page = show("train", hidden=32, latentDim=2, epochs=10, blocked="**/pca.png")
    expect(verdict(page)).to_have_text(
        re.compile("pictures .* cannot be shown: pca.png is not there .404..$")
    )
    expect(verdict(page)).not_to_contain_text("cannot train")
    page.unroute("**/pca.png")
    start(page)
    page.get_by_role("img", name="What PCA with 2 components").wait_for()
    wait_for_epoch(page, 10)
    expect(verdict(page)).not_to_contain_text("cannot be shown")


def test_the_focus_stays_when_what_had_it_goes(show):
    page = show("train", hidden=32, latentDim=2, epochs=100)
    focused = "here.shadowRoot.activeElement?.innerText"
    page.get_by_label("Learning rate").press("Enter")
    page.get_by_role("button", name="Stop").wait_for()
    assert page.evaluate(focused) == "Stop"
    page.get_by_role("button", name="Begin again").press("Enter")
    page.get_by_role("button", name="Stop").wait_for()
    page.wait_for_function(f"{focused} === 'Stop'")


def test_the_focus_stays_when_a_run_ends(show):
    page = show("train", hidden=32, latentDim=2, epochs=10)
    start(page)
    page.get_by_role("button", name="Begin again").focus()
    page.get_by_role("button", name="Stop").wait_for(state="detached")
    assert page.evaluate("here.shadowRoot.activeElement?.className") == "main"


def test_a_bad_rate_leaves_what_else_is_chosen(show):
    page = show("train")
    page.get_by_label("Learning rate").fill("fast")
    page.get_by_label("Code size").select_option("8")
    expect(page.locator(".size")).to_contain_text("784 – 128 – 8 – 128 – 784")
    expect(page.locator(".facts")).to_contain_text("PCA-8, to beat")
    expect(verdict(page)).to_contain_text("and is “fast”")


def test_a_worker_that_runs_leaves_no_address_behind(show):
    script = """
      const revoke = URL.revokeObjectURL;
      window.revoked = 0;
      URL.revokeObjectURL = (each) => { window.revoked += 1; revoke(each); };
    """
    page = show("train", hidden=32, latentDim=2, epochs=10, script=script)
    start(page)
    wait_for_epoch(page, 1)
    assert page.evaluate("revoked") == 1
