"""Draw: what is computed of a drawing, what is said of it, and what a browser shows."""

import json
import re

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from sklearn.metrics import mean_squared_error
from sklearn.neighbors import NearestNeighbors

from aelesson import data
from aelesson.explore import STATIC
from tools.explore import drawings
from tools.explore.__main__ import SOURCE
from tools.explore.recipes import draw
from tools.explore.weights import read_networks

FIGURES = json.loads((SOURCE / "draw.json").read_text("utf-8"))
FILE = STATIC / "draw.safetensors"
KINDS = FIGURES["kinds"]
AGREE = 1e-3


@pytest.fixture(scope="module")
def digits():
    return data.load(data.SAMPLE)


@pytest.fixture(scope="module")
def networks():
    return read_networks(FILE)


# ---- the figures --------------------------------------------------------------------


@pytest.mark.slow
def test_figures_are_those_of_the_stored_networks(networks, digits):
    measured = json.loads(json.dumps(draw.figures(networks, digits)))
    assert measured.keys() == FIGURES.keys()
    assert measured["examples"] == FIGURES["examples"]
    for key in ("errors", "usual", "limit", "parts"):
        ours, theirs = flat(FIGURES[key]), flat(measured[key])
        assert ours == pytest.approx(theirs, rel=AGREE, abs=1e-5), key
    for kind, each in KINDS.items():  # shares: one drawing of 200 may change sides
        assert each == pytest.approx(measured["kinds"][kind], abs=0.0051), kind
    assert measured["sameLabel"] == pytest.approx(FIGURES["sameLabel"], abs=0.002)


def flat(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [number for each in value for number in flat(each)]
    return [value]


def test_errors_are_those_of_scikit_learn(digits):
    """PCA was rounded to 8 bits: its error rises by less than 1 part in 100."""
    train, x = (
        part.images.flatten(1).numpy() for part in (digits.train, digits.validation)
    )
    pca = PCA(draw.LATENT_DIM, svd_solver="full").fit(train)
    x_hat = pca.inverse_transform(pca.transform(x)).clip(0, 1)
    error = mean_squared_error(x, x_hat)
    assert KINDS["validation digits"]["pca"] == pytest.approx(error, rel=0.01)


def test_the_reader_can_find_what_the_lesson_says():
    """On digits the network wins, on what is far from digits PCA does."""
    factor = {kind: each["pca"] / each["network"] for kind, each in KINDS.items()}
    assert factor["validation digits"] == pytest.approx(1.5, abs=0.06)
    assert factor["digits"] == pytest.approx(2.0, abs=0.06)
    assert factor["letters"] == pytest.approx(1.1, abs=0.06)
    assert factor["two digits"] == pytest.approx(1 / 1.2, abs=0.03)
    assert factor["scribbles"] == pytest.approx(1 / 1.1, abs=0.03)
    alarms = {kind: each["networkAlarms"] for kind, each in KINDS.items()}
    assert alarms["two digits"] > 0.8
    assert alarms["letters"] < 0.2
    assert alarms["digits"] < 0.01


# ---- JavaScript against PyTorch and scikit-learn ------------------------------------


@pytest.mark.slow
def test_codes_and_errors_are_those_of_pytorch(node, networks, digits):
    x = torch.cat([digits.test.images[:6], draw.sheets()["scribbles"][:4]]).flatten(1)
    found = node(
        "draw.mjs", {"task": "errors", "path": str(FILE), "images": x.tolist()}
    )
    ours, theirs = draw.errors(networks, x), networks["encoder"](x)
    for n, each in enumerate(found):
        assert each["z"] == pytest.approx(theirs[n].tolist(), rel=AGREE, abs=AGREE)
        for name, errors in ours.items():
            assert each[name] == pytest.approx(errors[n].item(), rel=AGREE), name


@pytest.mark.parametrize(("width", "unit"), [(32, 1), (784, 1 / 255)])
def test_the_nearest_are_those_of_scikit_learn(node, width, unit):
    random = np.random.default_rng(0)
    rows = random.integers(0, 255, (400, width)).astype(float)
    queries = unit * random.integers(0, 255, (5, width))
    queries[:, ::3] = 0
    task = {"task": "nearest", "width": width, "unit": unit, "count": 8}
    task |= {"rows": rows.flatten().tolist(), "queries": queries.tolist()}
    search = NearestNeighbors(n_neighbors=8).fit(unit * rows)
    distances, places = search.kneighbors(queries)
    for n, found in enumerate(node("draw.mjs", task)):
        ours = [each["distance"] for each in found]
        assert ours == pytest.approx(distances[n].tolist(), rel=AGREE)
        assert [each["n"] for each in found] == places[n].tolist()


def test_the_pen_of_the_recipe_is_that_of_the_pad(node):
    random = np.random.default_rng(0)
    made = [kind(n, random) for n in range(3) for kind in drawings.KINDS.values()]
    made.append([np.array([[50.0, 50.0]] * 2)])
    cases = [{"strokes": [p.tolist() for p in each], "full": 100} for each in made]
    for drawing, ours in zip(made, node("ink.mjs", cases), strict=True):
        theirs = drawings.pixels(drawing).flatten()
        assert np.abs(np.array(ours["image"]) - theirs).max() < AGREE


def test_a_rank_is_a_count_of_validation_digits(node, networks, digits):
    normal = draw.errors(networks, digits.validation.images)["network"]
    errors = [0.0, *normal[:40].tolist(), 1.0]
    task = {"task": "rank", "percentiles": FIGURES["errors"]["network"]}
    for error, rank in zip(
        errors, node("draw.mjs", task | {"errors": errors}), strict=True
    ):
        percent = 100 * (normal <= error).float().mean().item()
        assert percent - 1.5 < rank <= percent + 0.4  # 500 digits, 101 percentiles


# ---- the words ----------------------------------------------------------------------

OWN = {"unit": 7, "value": 3.0, "was": -1.2, "changed": 1, "error": 0.0312}
CASES = [
    ({"failed": "no file"}, "It cannot compute: no file."),
    ({"waiting": True}, "Loading the networks"),
    ({"x": None}, "Draw a digit on the black paper, or take one."),
    (
        {"x": None, "noDigits": "gone (404)"},
        "images cannot be shown: gone (404).",
    ),
    ({}, "The network is nearer: PCA’s error is 2.00 times as large."),
    ({"pca": 0.004}, "PCA is nearer: the network’s error is 2.00 times as large."),
    ({"pca": 0.00801}, "The network and PCA are equally near."),
    ({"network": 0.0005}, "smaller than that of every validation digit."),
    (
        {"network": 0.001001},
        "that of fewer than 1 of 100 validation digits",
    ),
    ({}, "larger than that of 8 of 100 validation digits"),
    ({}, "this drawing is no anomaly (lesson 10)."),
    ({"network": 0.0991}, "of 99 of 100 validation digits: with a threshold"),
    ({"network": 0.2}, "larger than that of every validation digit"),
    ({"network": 0.2}, "this drawing counts as an anomaly"),
    ({"own": OWN}, "Your code: number 7 is 3.0 in place of −1.2."),
    ({"own": OWN}, "an error of 0.0312; that of the encoder’s code has 0.0080."),
    ({"own": OWN | {"was": -0.04}}, "number 7 is 3.0 in place of 0.0."),
    ({"own": OWN | {"changed": 3}}, "Your code: 3 of 32 numbers are changed."),
]


def test_every_state_has_its_words(node):
    usual = {"x": [0], "network": 0.008, "pca": 0.016}
    usual["percentiles"] = [max(n, 1) / 1000 for n in range(101)]
    usual["percentiles"][1] = 0.0015
    said = node("draw.mjs", {"task": "words", "states": [usual | c for c, _ in CASES]})
    for (case, words), text in zip(CASES, said, strict=True):
        assert words in text, case
        assert not {"undefined", "NaN", "null"} & set(re.split(r"\W+", text)), text


def test_labels_are_counted(node):
    labels = [[4, 9, 4, 4, 9, 4, 9, 1], [7], [8, 8, 3]]
    said = node("draw.mjs", {"task": "labels", "labels": labels})
    assert said == ["4 of 8 show a 4", "1 of 1 show a 7", "2 of 3 show an 8"]


# ---- a browser ----------------------------------------------------------------------


@pytest.fixture
def expect():
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: no browser is tried"
    )
    sync_api.expect.set_options(timeout=300_000)
    return sync_api.expect


def status(page):
    return page.get_by_role("status")


def errors_of(page):
    """Return the errors that stand below the two reconstructions."""
    values = page.locator(".pictures dd").all_inner_texts()
    return [float(text.removeprefix("MSE ")) for text in values[1:]]


def take(page, name):
    page.get_by_text("in code space: ").filter(has_text=" show ").wait_for()
    page.get_by_label("Or take").select_option(name)


def draw_by_mouse(page, strokes):
    box = page.locator(".paper").bounding_box()
    side = box["width"] / 100
    for (x, y), *others in strokes:
        page.mouse.move(box["x"] + side * x, box["y"] + side * y)
        page.mouse.down()
        for x, y in others:
            page.mouse.move(box["x"] + side * x, box["y"] + side * y, steps=4)
        page.mouse.up()


@pytest.mark.slow
def test_one_finger_draws_and_a_second_one_does_not(show, expect):
    page = show("draw")
    take(page, "–")
    box = page.locator(".paper").bounding_box()
    client = page.context.new_cdp_session(page)

    def touch(kind, *places):
        points = [{"id": n, "x": box["x"] + x, "y": box["y"] + y} for n, x, y in places]
        client.send(
            "Input.dispatchTouchEvent",
            {"type": f"touch{kind}", "touchPoints": points},
        )

    touch("Start", (0, 30, 30))
    touch("Start", (0, 30, 30), (1, 120, 120))
    touch("Move", (0, 30, 60), (1, 120, 140))
    touch("Move", (0, 30, 90), (1, 120, 130))
    touch("End")
    paper = page.locator(".paper svg")
    expect(paper).to_have_attribute("aria-label", "Your drawing, of 1 stroke.")
    page.wait_for_function(
        "here.shadowRoot.querySelector('.paper polyline').points.length > 2"
    )
    points = "[...here.shadowRoot.querySelector('.paper polyline').points]"
    apart = f"Math.max(...{points}.map(({{x}}) => Math.abs(x - {points}[0].x)))"
    assert page.evaluate(apart) < 1


@pytest.mark.slow
def test_the_right_button_does_not_draw(show):
    page = show("draw")
    take(page, "–")
    page.locator(".paper svg").click(button="right")
    draw_by_mouse(page, [[(24, 14), (76, 12)]])
    page.locator(".paper svg[aria-label='Your drawing, of 1 stroke.']").wait_for()


@pytest.mark.slow
def test_a_drawn_seven_is_reconstructed_and_finds_sevens(show, expect):
    page = show("draw")
    take(page, "–")
    expect(status(page)).to_contain_text("Draw a digit")
    draw_by_mouse(page, [[(24, 14), (76, 12), (44, 92)]])
    expect(status(page)).to_contain_text("The network is nearer: PCA’s error is")
    expect(status(page)).to_contain_text("this drawing is no anomaly")
    for way in ("in pixels", "in code space"):
        expect(page.locator(".near")).to_contain_text(
            re.compile(f"{way}: [5-8] of 8 show a 7")
        )
    network, pca = errors_of(page)
    assert network < 0.01
    assert network < pca


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "nearer", "anomaly"),
    [
        ("two digits", "PCA is nearer", "counts as an anomaly"),
        ("a scribble", "PCA is nearer", "counts as an anomaly"),
        ("letter K", "The network is nearer", "is no anomaly"),
        ("3", "The network is nearer", "is no anomaly"),
    ],
)
def test_what_can_be_taken_shows_what_pytorch_computes(
    show, expect, networks, digits, name, nearer, anomaly
):
    page = show("draw")
    take(page, name)
    expect(status(page)).to_contain_text(nearer)
    expect(status(page)).to_contain_text(anomaly)
    if name in FIGURES["examples"]:
        strokes = [np.array(p, float) for p in FIGURES["examples"][name]]
        x = torch.from_numpy(drawings.pixels(strokes))[None]
    else:
        x = digits.test.images[digits.test.labels == int(name)][:1]
    errors = [each.item() for each in draw.errors(networks, x).values()]
    assert errors_of(page) == pytest.approx(errors, abs=1e-4)


@pytest.mark.slow
def test_a_code_is_changed_by_dragging_and_by_keys(show, expect):
    page = show("draw")
    take(page, "4")
    before = page.get_by_role("img", name="autoencoder makes of it").screenshot()
    start = errors_of(page)
    svg = page.locator(".code svg")
    svg.scroll_into_view_if_needed()
    box = svg.bounding_box()
    x = box["x"] + box["width"] * 9.5 / 32
    page.mouse.move(x, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(x, box["y"] + 2, steps=5)
    page.mouse.up()
    expect(status(page)).to_contain_text("Your code: number 10 is 13.")
    assert page.get_by_label("Change").input_value() == "9"
    mine = page.get_by_role("img", name="decoder makes of your code")
    assert mine.screenshot() != before
    network, pca = errors_of(page)
    assert network > 2 * start[0]
    assert pca == start[1]

    page.get_by_label("Change").select_option("number 3")
    page.get_by_label("Value").press("ArrowUp")
    expect(status(page)).to_contain_text("2 of 32 numbers are changed")
    page.get_by_role("button", name="Reset code").click()
    expect(status(page)).to_contain_text("The network is nearer")
    assert errors_of(page) == start


@pytest.mark.slow
def test_a_number_that_is_back_at_its_place_counts_as_unchanged(show, expect):
    page = show("draw")
    take(page, "4")
    slider = page.get_by_label("Value")
    slider.press("ArrowRight")
    expect(status(page)).to_contain_text("Your code: number 1 is")
    slider.press("ArrowLeft")
    expect(status(page)).to_contain_text("The network is nearer")
    reset = page.get_by_role("button", name="Reset code")
    assert reset.get_attribute("aria-disabled") == "true"


HOLD = """
const load = window.fetch;
window.fetch = async (url) => {
  if (`${url}`.endsWith("digits.png")) {
    await new Promise((done) => { window.release = done; });
  }
  return load(url);
};
"""


@pytest.mark.slow
def test_the_number_that_was_changed_is_named_not_the_chosen_one(show, expect):
    page = show("draw", script=HOLD)
    draw_by_mouse(page, [[(24, 14), (76, 12), (44, 92)]])
    expect(status(page)).to_contain_text("The network is nearer")
    page.get_by_label("Value").press("ArrowRight")
    page.get_by_label("Change").select_option("number 5")
    page.evaluate("release()")
    expect(page.locator(".near")).to_contain_text(re.compile("code space: .* show "))
    expect(status(page)).to_contain_text("Your code: number 1 is")


@pytest.mark.slow
def test_a_swipe_over_the_bars_scrolls_and_changes_nothing(show, expect):
    page = show("draw", width=360)
    take(page, "4")
    expect(status(page)).to_contain_text("The network is nearer")
    svg = page.locator(".code svg")
    assert svg.evaluate("svg => getComputedStyle(svg).touchAction") == "pan-y"
    svg.scroll_into_view_if_needed()
    box = svg.bounding_box()
    finger = page.context.new_cdp_session(page)
    finger.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def touch(kind, *places):
        points = [{"x": x, "y": y} for x, y in places]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    x, y = box["x"] + box["width"] / 2, box["y"] + 5
    touch("touchStart", (x, y))
    expect(status(page)).to_contain_text("Your code: number 17 is")
    touch("touchCancel")  # as the browser says when it scrolls
    expect(status(page)).to_contain_text("The network is nearer")
    assert page.get_by_label("Change").input_value() == "0"

    x = box["x"] + box["width"] * 9.5 / 32
    touch("touchStart", (x, y))
    touch("touchEnd")
    expect(status(page)).to_contain_text("Your code: number 10 is 1")


@pytest.mark.slow
def test_the_bars_heed_the_first_mouse_button_alone(show, expect):
    page = show("draw")
    take(page, "4")
    expect(status(page)).to_contain_text("The network is nearer")
    page.locator(".code svg").click(button="right")
    page.evaluate("new Promise(requestAnimationFrame)")
    assert "Your code" not in status(page).inner_text()
    page.locator(".code svg").click()
    expect(status(page)).to_contain_text("Your code: number 17 is")


@pytest.mark.slow
def test_an_empty_paper_is_said_in_words(show, expect):
    page = show("draw")
    take(page, "8")
    page.get_by_role("button", name="Clear").click()
    expect(status(page)).to_have_text("Draw a digit on the black paper, or take one.")
    assert page.locator(".pictures dd").all_inner_texts() == ["–", "–", "–"]
    expect(page.locator(".near")).to_contain_text("in pixels: draw first")
    page.get_by_label("Value").press("ArrowUp")  # no code, nothing to change
    expect(status(page)).to_contain_text("Draw a digit")


@pytest.mark.slow
def test_without_the_training_images_the_rest_works(show, expect):
    page = show("draw", blocked="**/digits.png")
    page.get_by_label("Or take").select_option("letter A")
    expect(status(page)).to_contain_text("digits.png is not there (404)")
    expect(status(page)).to_contain_text("The network’s error is larger than")
    expect(page.locator(".near")).to_contain_text("in pixels: not there")


@pytest.mark.slow
def test_without_the_networks_it_is_said(show, expect):
    page = show("draw", blocked="**/*.safetensors")
    expect(status(page)).to_contain_text("draw.safetensors is not there (404)")


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation_in_use(show, expect, barriers, theme):
    page = show("draw", theme=theme, width=360)
    take(page, "a scribble")
    page.get_by_text("Measured on 200").click()
    page.get_by_label("Value").press("ArrowUp")
    expect(status(page)).to_contain_text("Your code")
    assert barriers(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Clear").click()
    assert barriers(page) == []
