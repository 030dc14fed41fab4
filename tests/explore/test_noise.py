"""Noise in a page: PyTorch's numbers, and a browser that spoils and cleans a digit."""

import json
import re

import numpy as np
import pytest
import torch

from aelesson import corruptions, data, filters, metrics
from aelesson.explore import STATIC
from tools.explore.__main__ import SOURCE
from tools.explore.recipes import noise as recipe
from tools.explore.weights import read_networks

FIGURES = json.loads((SOURCE / "noise.json").read_text("utf-8"))
PATH = STATIC / "noise.safetensors"
STRENGTHS = {"gaussian": 0.5, "salt": 0.3, "masking": 0.5, "brush": 5}
AGREE = 1e-3


@pytest.fixture(scope="module")
def digits():
    return data.load(data.SAMPLE)


@pytest.fixture(scope="module")
def three(digits):
    return torch.from_numpy(recipe.shown(digits)[3] / 255).float().view(1, 1, 28, 28)


@pytest.fixture(scope="module")
def in_node(node, three):
    """What the page makes of the digit that it begins with, by its first noise."""
    value = {"seed": 1, "x": three.flatten().tolist(), "strengths": STRENGTHS}
    return node("noise.mjs", value)


def image(values):
    return torch.tensor(values).view(1, 1, 28, 28)


# ---- the figures ------------------------------------------------------------------


@pytest.mark.parametrize(("noise", "place"), [("gaussian", 5), ("masking", 0)])
def test_figures_are_those_of_the_file(digits, noise, place):
    methods = recipe.cleaners(read_networks(PATH))
    again = recipe.measure(methods, digits.validation.images, noise, place)
    kept = FIGURES["scores"][noise][place]
    for name, scores in again.items():
        ours = [np.inf if value is None else value for value in kept[name]]
        theirs = [np.inf if value is None else value for value in scores]
        assert ours == pytest.approx(theirs, abs=0.02), name


@pytest.mark.parametrize("noise", ["gaussian", "salt", "masking"])
def test_noise_is_that_of_the_library(digits, noise):
    g = torch.Generator().manual_seed(7)
    corrupt = {
        "gaussian": corruptions.gaussian_noise(0.5, clamp=True, generator=g),
        "salt": corruptions.salt_and_pepper(0.3, generator=g),
        "masking": corruptions.masking(0.5, generator=g),
    }[noise]
    x = digits.validation.images
    noisy = corrupt(x)
    place = FIGURES["strengths"][noise].index(STRENGTHS[noise])
    kept = FIGURES["scores"][noise][place]
    for name, clean in (("noisy", lambda x: x), ("median", filters.median)):
        decibels = metrics.psnr(clean(noisy), x).mean().item()
        assert kept[name][0] == pytest.approx(decibels, abs=0.1), name


@pytest.mark.slow
def test_a_lower_rank_costs_the_linear_map_little(digits):
    """The full map of the library, on Gaussian noise; its means stand in the page."""
    g = torch.Generator().manual_seed(1)
    noisy, clean = recipe.pairs(digits.train.images, ("gaussian",), g)
    best = filters.best_linear_map(noisy, clean)
    x = digits.validation.images
    for place, cost in ((2, 1), (5, 0.3), (8, 0.1)):
        methods = {"full": lambda noisy: best(noisy).clamp(0, 1)}
        full = recipe.measure(methods, x, "gaussian", place)["full"][0]
        kept = FIGURES["scores"]["gaussian"][place]
        assert kept["gaussian_full"][0] == pytest.approx(full, abs=0.01)
        assert full - cost < kept["gaussian_linear"][0] < full + 0.1, place


def test_what_the_rank_costs_is_what_the_recipe_says():
    apart = [
        cell[f"{trained}_full"][0] - cell[f"{trained}_linear"][0]
        for cells in FIGURES["scores"].values()
        for cell in cells
        for trained in FIGURES["trained"]
    ]
    assert 1.25 < max(apart) < 1.35
    assert -0.25 < min(apart) < -0.1


def decibels(noise, place, *methods):
    return [FIGURES["scores"][noise][place][method][0] for method in methods]


def test_the_lesson_says_what_was_measured():
    """Means of the validation digits; what lesson 05 says under "Read it"."""
    noisy, foreign, at_home = decibels("masking", 5, "noisy", "gaussian_net", "all_net")
    assert (round(noisy, 1), round(foreign, 1), round(at_home, 1)) == (12.8, 11.4, 21.2)
    median, *maps = decibels("salt", 1, "median", "all_linear", "all_full")
    assert round(median, 1) == 20.8
    assert median > max(maps) + 1
    assert round(maps[0], 1) == 19.2
    (net,) = decibels("salt", 1, "all_net")
    assert round(net, 1) == 22.0
    assert net > median + 1
    assert decibels("salt", 5, "median")[0] < decibels("salt", 5, "all_linear")[0] - 3
    noisy, net, linear = decibels("brush", 10, "noisy", "all_net", "all_linear")
    assert (round(noisy, 1), round(net, 1), round(linear, 1)) == (12.4, 13.3, 15.8)
    blots, kept = (FIGURES["scores"]["brush"][10][m][1] for m in ("noisy", "all_net"))
    assert (round(blots), round(kept)) == (49, 46)


def test_what_each_has_met_is_told():
    assert FIGURES["trained"] == {k: list(v) for k, v in recipe.TRAINED.items()}
    assert FIGURES["rank"] == recipe.RANK
    assert FIGURES["images"] == 500


# ---- JavaScript and PyTorch -------------------------------------------------------


def test_noise_is_what_was_drawn(in_node, three):
    drawn = {key: image(in_node["drawn"][key]) for key in ("hit", "white", "normal")}
    salt = torch.where(
        drawn["hit"] < STRENGTHS["salt"], (drawn["white"] < 0.5).float(), three
    )
    theirs = {
        "gaussian": (three + STRENGTHS["gaussian"] * drawn["normal"]).clip(0, 1),
        "salt": salt,
        "masking": torch.where(drawn["hit"] < STRENGTHS["masking"], 0.0, three),
        "brush": blotted(three, in_node["drawn"]["blots"][: STRENGTHS["brush"]]),
    }
    for name, x in theirs.items():
        assert torch.allclose(image(in_node["noisy"][name]), x, atol=AGREE), name


def blotted(x, blots):
    rows, columns = torch.meshgrid(*[torch.arange(28) + 0.5] * 2, indexing="ij")
    for blot in blots:
        away = ((rows - blot["y"]) ** 2 + (columns - blot["x"]) ** 2).sqrt()
        x = x + (recipe.BLOT + 0.5 - away).clip(0, 1) * (blot["colour"] - x)
    return x


def test_draws_are_uniform_normal_and_in_turn(node, three):
    value = {"x": three.flatten().tolist(), "strengths": {}}
    drawn = [node("noise.mjs", value | {"seed": seed})["drawn"] for seed in range(1, 7)]
    normal = torch.tensor([each["normal"] for each in drawn])
    assert abs(normal.mean()) < 0.05
    assert abs(normal.std() - 1) < 0.05
    assert 0.03 < (normal.abs() > 2).float().mean() < 0.06
    for name in ("hit", "white"):
        values = torch.tensor([each[name] for each in drawn])
        assert abs(values.mean() - 0.5) < 0.02, name
        assert (values.min() >= 0) & (values.max() < 1), name
    assert [blot["colour"] for blot in drawn[0]["blots"]] == [0, 1] * 5


def test_median_psnr_and_ink_are_the_librarys(in_node, three):
    for name, values in in_node["noisy"].items():
        noisy = image(values)
        ours = image(in_node["median"][name])
        assert torch.allclose(ours, filters.median(noisy), atol=AGREE), name
        decibels = metrics.psnr(noisy, three).item()
        assert in_node["psnr"][name] == pytest.approx(decibels, abs=AGREE), name
        ink = in_node["ink"][name]
        assert ink["falseInk"] == int(((noisy > 0.5) & (three <= 0.5)).sum()), name
        assert ink["missingInk"] == int(((noisy <= 0.5) & (three > 0.5)).sum()), name


def test_a_blot_is_a_round_dot_of_the_stated_size(in_node, three):
    middle = [{"x": 14, "y": 14, "colour": 1}]
    assert torch.allclose(image(in_node["dot"]), blotted(three, middle), atol=AGREE)


# ---- words ------------------------------------------------------------------------


def seen(here, mean=(10, 15, 14, 13), **more):
    names = ("noisy", "net", "linear", "median")
    scores, means = (
        {name: {"psnr": value} for name, value in zip(names, values, strict=True)}
        for values in (here, mean)
    )
    return {"scores": scores, "means": means, "images": 500, "met": True} | more


CASES = [
    (seen((9, 18.31, 16.5, 14)), "The network comes closest: 18.3 dB, 1.8 dB ahead of"),
    (seen((9, 18.31, 16.5, 14)), "In the mean of 500 validation digits the network is"),
    (seen((9, 18.31, 16.5, 14)), "is best, too. Network and linear map have met"),
    (seen((9, 18, 17.99, 14)), "The network and the linear map come equally close: 18"),
    (seen((15, 18, 17, 14)), "The median filter makes it worse than it was."),
    (seen((15, 14, 17, 14)), "The network and the median filter make it worse"),
    (
        seen((9, 12, 13, 14)),
        "The median filter comes closest: 14.0 dB, 1.0 dB ahead",
    ),
    (seen((9, 12, 13, 14)), "digits the network is best. Network"),
    (
        seen((20, 12, 13, 14)),
        "Better left alone: the noisy image has 20.0 dB, the",
    ),
    (seen((9, 18, 16, 14), (20, 1, 2, 3)), "no answer beats the noisy image."),
    (
        seen((None, 27, 21, 23), (None, 26, 21, 23)),
        "Nothing is spoilt, so cleaning",
    ),
    (seen((None, 27, 21, 23), (None, 26, 21, 23)), "The network harms least: 27.0 dB."),
    (seen((9, 18, 16, 14), met=False), "Neither network nor linear map has met this"),
    (
        seen((9, 18, 16, 14), byHand=True),
        "digits, with thrown blots alone, the",
    ),
    ({"empty": True}, "Nothing is drawn: draw a digit, or take one."),
    ({"loading": True}, "Loading the networks, 0.3 MB"),
    ({"failed": "no file", "empty": True}, "Something is missing: no file. Nothing is"),
]


def test_every_sight_has_its_words(node):
    said = node("noise.mjs", {"said": [case for case, _ in CASES]})
    for text, (_, words) in zip(said, CASES, strict=True):
        plain = text.replace("\xa0", " ")
        assert words in plain
        assert not {"undefined", "NaN", "null"} & set(re.findall(r"\w+", plain))
        assert "  " not in plain


# ---- a browser --------------------------------------------------------------------


def status(page):
    return page.get_by_role("status")


def wait_for(page, words):
    status(page).filter(has_text=words).wait_for()


def open_page(show, **more):
    page = show("noise", **more)
    wait_for(page, "dB")
    return page


def choose(page, noise, place, trained="all"):
    page.get_by_role("combobox", name="Noise", exact=True).select_option(noise)
    page.get_by_label("trained on").select_option(trained)
    page.get_by_label("Strength").fill(str(place))


def table(page):
    rows = page.locator("tbody tr")
    cells = [row.locator("td").all_inner_texts() for row in rows.all()]
    return dict(zip(("noisy", "net", "linear", "median"), cells, strict=True))


def settled(page):
    """Let a frame pass: what was chosen is drawn in the next one."""
    page.evaluate(
        "new Promise((done) => requestAnimationFrame(() => "
        "requestAnimationFrame(done)))"
    )


@pytest.mark.slow
@pytest.mark.parametrize("trained", ["all", "gaussian"])
@pytest.mark.parametrize("noise", list(STRENGTHS))
def test_the_page_states_what_pytorch_computes(show, in_node, three, noise, trained):
    page = open_page(show)
    place = FIGURES["strengths"][noise].index(STRENGTHS[noise])
    choose(page, noise, place, trained)
    settled(page)
    noisy = image(in_node["noisy"][noise])
    methods = recipe.cleaners(read_networks(PATH))
    shown, kept = table(page), FIGURES["scores"][noise][place]
    for name, cells in shown.items():
        key = name if name in kept else f"{trained}_{name}"
        decibels = metrics.psnr(methods[key](noisy), three).item()
        assert float(cells[0]) == pytest.approx(decibels, abs=0.051), name
        assert float(cells[1]) == pytest.approx(kept[key][0], abs=0.051), name
    best = max(("net", "linear", "median"), key=lambda name: float(shown[name][0]))
    figure = page.locator("figure.best")
    assert figure.get_attribute("class").split()[0] == best
    assert f"{shown[best][0]} dB\nbest" in figure.inner_text()


@pytest.mark.slow
def test_what_was_not_met_in_training_is_made_worse_and_told(show):
    page = open_page(show)
    choose(page, "masking", 5, "gaussian")
    wait_for(page, "Neither network nor linear map has met this noise")
    assert "make it worse than it was" in status(page).inner_text()
    foreign = float(table(page)["net"][0])
    page.get_by_label("trained on").select_option("all")
    wait_for(page, "Network and linear map have met this noise")
    assert float(table(page)["net"][0]) > foreign + 4


@pytest.mark.slow
def test_a_clean_image_can_only_be_harmed(show):
    page = open_page(show)
    choose(page, "salt", 0)
    wait_for(page, "Nothing is spoilt, so cleaning can only harm")
    assert table(page)["noisy"][0] == "∞"
    assert page.locator(".chart path.noisy").count() == 0
    assert page.locator(".chart path.net").count() == 1
    choose(page, "brush", 0)
    wait_for(page, "Nothing is spoilt")


@pytest.mark.slow
def test_the_reader_paints_and_wipes(show):
    page = open_page(show)
    choose(page, "brush", 0)
    wait_for(page, "Nothing is spoilt")
    box = page.locator("canvas.paintable").bounding_box()
    for colour in ("white", "black"):
        page.get_by_label("My brush").select_option(colour)
        across(page, box, 0.5 if colour == "black" else 0.12)
        settled(page)
        seen = table(page)["noisy"]
        assert int(seen[2 if colour == "white" else 4]) > 5, colour
    wait_for(page, "with thrown blots alone")
    page.get_by_role("button", name="Wipe my paint").focus()
    page.keyboard.press("Enter")
    wait_for(page, "Nothing is spoilt")
    settled(page)
    assert page.evaluate("here.shadowRoot.activeElement.textContent") == "Wipe my paint"


def across(page, box, height):
    y = box["y"] + height * box["height"]
    page.mouse.move(box["x"] + 0.2 * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], y, steps=8)
    page.mouse.up()


@pytest.mark.slow
def test_new_noise_is_new_and_paint_is_for_the_brush(show):
    page = open_page(show)
    before = table(page)["noisy"][0], table(page)["noisy"][2]
    page.get_by_role("button", name="New noise").click()
    settled(page)
    assert (table(page)["noisy"][0], table(page)["noisy"][2]) != before
    box = page.locator("figure.noisy canvas").bounding_box()
    before = table(page)
    across(page, box, 0.5)
    settled(page)
    assert table(page) == before


@pytest.mark.slow
def test_without_strength_new_noise_says_why_it_does_nothing(show):
    page = open_page(show)
    renew = page.get_by_role("button", name="New noise")
    assert renew.get_attribute("aria-disabled") == "false"
    before = table(page)
    choose(page, "gaussian", 0)
    page.get_by_text("At strength 0 there is no noise to draw anew.").wait_for()
    assert renew.get_attribute("aria-disabled") == "true"
    renew.click(force=True)
    choose(page, "gaussian", 5)
    settled(page)
    assert table(page) == before


@pytest.mark.slow
def test_one_finger_paints_at_a_time(show):
    page = open_page(show)
    choose(page, "brush", 0)
    wait_for(page, "Nothing is spoilt")
    page.get_by_label("My brush").select_option("white")
    canvas = page.locator("canvas.paintable")
    canvas.scroll_into_view_if_needed()
    canvas.click(button="right", position={"x": 5, "y": 5})
    settled(page)
    assert table(page)["noisy"][0] == "∞"
    box = canvas.bounding_box()
    finger = page.context.new_cdp_session(page)
    finger.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def touch(kind, *parts):
        points = [
            {
                "x": box["x"] + a * box["width"],
                "y": box["y"] + b * box["width"],
                "id": n,
            }
            for n, (a, b) in enumerate(parts)
        ]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", (0.1, 0.1))
    touch("touchMove", (0.1, 0.12))
    settled(page)
    before = table(page)["noisy"]
    touch("touchStart", (0.1, 0.12), (0.9, 0.1))
    touch("touchMove", (0.1, 0.12), (0.9, 0.9))
    touch("touchEnd")
    settled(page)
    assert table(page)["noisy"] == before


@pytest.mark.slow
def test_an_empty_paper_is_said_and_a_drawing_is_cleaned(show):
    page = open_page(show)
    page.get_by_role("button", name="Clear").click()
    wait_for(page, "Nothing is drawn: draw a digit, or take one.")
    assert table(page)["net"][0] == "–"
    box = page.locator(".paper").bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.1 * box["height"])
    page.mouse.down()
    page.mouse.move(
        box["x"] + 0.45 * box["width"], box["y"] + 0.9 * box["height"], steps=9
    )
    page.mouse.up()
    wait_for(page, "The network comes closest")


@pytest.mark.slow
def test_digits_that_are_not_there_are_said_and_one_may_be_drawn(show):
    page = show("noise", blocked="**/noise.png")
    wait_for(page, "noise.png is not there (404)")
    assert "draw a digit" in status(page).inner_text()


@pytest.mark.slow
def test_without_the_networks_the_file_is_named(show):
    page = show("noise", blocked="**/*.safetensors")
    wait_for(page, "noise.safetensors is not there (404)")


@pytest.mark.slow
def test_it_works_by_keyboard(show):
    page = open_page(show)
    slider = page.get_by_label("Strength")
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "here.shadowRoot.querySelector('[type=range]').ariaValueText.endsWith('0.6')"
    )
    page.get_by_role("combobox", name="Noise", exact=True).focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    wait_for(page, "Network and linear map have met this noise")


@pytest.mark.slow
def test_axe_finds_no_violation_in_other_states(show, barriers):
    page = open_page(show, theme="dark", width=360)
    choose(page, "brush", 4)
    settled(page)
    assert barriers(page) == []
    page.get_by_role("button", name="Clear").click()
    wait_for(page, "Nothing is drawn")
    assert barriers(page) == []
