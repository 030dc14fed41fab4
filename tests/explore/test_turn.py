"""Codes to turn: what the page computes is right, and a browser shows it."""

import json
import re

import numpy as np
import pytest
import torch
from matplotlib import colors
from safetensors.torch import load_file
from sklearn.decomposition import PCA

from aelesson import data, retrieval
from aelesson.explore import STATIC
from aelesson.plots import use_style
from aelesson.plots.style import colours
from tools.explore.__main__ import SOURCE
from tools.explore.weights import read_networks

FIGURES = json.loads((SOURCE / "turn.json").read_text("utf-8"))
NAMES = ("pca", "ae", "vae", "random")
VIEW = {"turn": 30, "tilt": 20}
PAIR = [8, 9]
GROUNDS = [[255, 255, 255], [0x1D, 0x20, 0x24]]  # --ex-field, light and dark


@pytest.fixture(scope="module")
def digits():
    return data.load(data.SAMPLE)


@pytest.fixture(scope="module")
def codes():
    stored = load_file(STATIC / "turn.safetensors")
    return {name: stored[f"{name}.codes"] * stored[f"{name}.step"] for name in NAMES}


@pytest.fixture(scope="module")
def page_computes(node):
    use_style()
    palette = [[round(255 * c) for c in colors.to_rgb(each)] for each in colours()]
    given = {"folder": str(STATIC), "view": VIEW, "pair": PAIR}
    return node("turn.mjs", {**given, "colours": palette, "grounds": GROUNDS})


def decoded(name, codes):
    with torch.no_grad():
        return read_networks(STATIC / "turn.safetensors")[name](codes[name]).clip(0, 1)


# ---- figures, and what the page computes ------------------------------------------


def test_figures_are_those_of_the_file(digits, codes):
    x = digits.validation.images.flatten(1)
    assert list(FIGURES["mse"]) == list(NAMES)
    for name, error in FIGURES["mse"].items():
        measured = (decoded(name, codes) - x).square().mean().item()
        assert error == pytest.approx(measured, abs=2e-6), name
    mean = digits.train.images.flatten(1).mean(0)
    assert FIGURES["meanImage"] == pytest.approx(
        (mean - x).square().mean().item(), abs=1e-6
    )


def test_pca_is_that_of_scikit_learn(digits, codes):
    train, x = (p.images.flatten(1).numpy() for p in (digits.train, digits.validation))
    pca = PCA(3, svd_solver="full").fit(train)
    theirs = pca.transform(x)
    assert np.abs(np.abs(codes["pca"].numpy()) - np.abs(theirs)).max() < 1e-3
    error = ((pca.inverse_transform(theirs).clip(0, 1) - x) ** 2).mean()
    assert FIGURES["mse"]["pca"] == pytest.approx(error, abs=1e-5)  # 8 bits


@pytest.mark.slow
def test_the_page_reconstructs_as_pytorch_does(digits, codes, page_computes):
    x = digits.validation.images.flatten(1)
    for name in NAMES:
        theirs = (decoded(name, codes) - x).square().mean(1)
        ours = torch.tensor(page_computes["spaces"][name]["errors"])
        assert (ours - theirs).abs().max() < 1e-5, name
        assert ours.mean().item() == pytest.approx(FIGURES["mse"][name], abs=2e-6)


def test_the_page_finds_the_neighbours_that_the_library_finds(
    digits, codes, page_computes
):
    labels = digits.validation.labels
    assert page_computes["labels"] == labels.tolist()
    two = (labels == PAIR[0]) | (labels == PAIR[1])
    for name, ours in page_computes["spaces"].items():
        z = codes[name].double()
        one = retrieval.precision_at_k(z, labels, 1)
        assert ours["nearest"] == pytest.approx(one, abs=2.1e-3), name
        at_two = retrieval.precision_at_k(z[two], labels[two], 1)
        assert ours["pair"] == pytest.approx(at_two, abs=1e-9), name
        theirs = retrieval.nearest(z, torch.arange(len(z)), 5)
        same = torch.tensor(ours["neighbours"]) == theirs
        assert same.float().mean() > 0.999, name  # ties of rounded codes


def rotated(points, turn, tilt):
    """Turn about the third axis, then tilt about the horizontal one, written out."""
    a, b = np.radians(turn), np.radians(tilt)
    about_z = [[np.cos(a), np.sin(a), 0], [-np.sin(a), np.cos(a), 0], [0, 0, 1]]
    seen = points @ np.array(about_z).T  # right, away, up
    right, away, up = seen.T
    return np.stack(
        [right, up * np.cos(b) + away * np.sin(b), up * np.sin(b) - away * np.cos(b)], 1
    )


def share(rows, labels):
    apart = ((rows[:, None] - rows[None]) ** 2).sum(-1)
    np.fill_diagonal(apart, np.inf)
    return (labels[apart.argmin(1)] == labels).mean()


def test_the_picture_is_a_rotation(page_computes, codes):
    labels = np.array(page_computes["labels"])
    for name, ours in page_computes["spaces"].items():
        centred = (codes[name] - codes[name].mean(0)).double().numpy()
        points = np.array(ours["points"]).reshape(-1, 3)
        unit = np.linalg.norm(centred, axis=1) / np.linalg.norm(points, axis=1)
        assert unit == pytest.approx(unit[0], rel=1e-4), name
        assert (np.linalg.norm(points, axis=1) <= 1).mean() == pytest.approx(
            0.95, abs=0.003
        )
        theirs = rotated(points, **VIEW)
        assert np.abs(np.reshape(ours["picture"], (-1, 3)) - theirs).max() < 1e-5
        flat = share(theirs[:, :2], labels)
        assert ours["flat"] == pytest.approx(flat, abs=2.1e-3), name


def test_best_and_worst_are_those_of_all_views(page_computes):
    views, labels = page_computes["views"], np.array(page_computes["labels"])
    assert len(views) == len({(v["turn"], v["tilt"]) for v in views}) == 307
    two = np.isin(labels, PAIR)
    for name, ours in page_computes["spaces"].items():
        points = np.array(ours["points"]).reshape(-1, 3)[two]
        shares = [share(rotated(points, **v)[:, :2], labels[two]) for v in views]
        found = ours["found"]
        assert found["best"]["share"] == pytest.approx(max(shares), abs=0.011), name
        assert found["worst"]["share"] == pytest.approx(min(shares), abs=0.011), name


def test_chance_is_that_of_a_random_neighbour(page_computes):
    labels = np.array(page_computes["labels"])
    for ours, chosen in zip(
        page_computes["chance"], (labels, labels[np.isin(labels, PAIR)]), strict=True
    ):
        same = chosen[:, None] == chosen[None]
        count = len(chosen)
        theirs = (same.sum() - count) / (count * (count - 1))
        assert ours == pytest.approx(theirs, abs=1e-12)


def luminance(rgb):
    c = np.array(rgb) / 255
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def contrast(a, b):
    low, high = sorted([luminance(a), luminance(b)])
    return (high + 0.05) / (low + 0.05)


def test_marks_are_readable_in_front_and_at_the_back(page_computes):
    for ground, ten in zip(GROUNDS, page_computes["colours"], strict=True):
        assert len({each["colour"] for each in ten}) == 10
        for each in ten:
            near = [int(part) for part in re.findall(r"\d+", each["colour"])]
            far = each["fade"] * np.array(near) + (1 - each["fade"]) * np.array(ground)
            assert contrast(near, ground) >= 4.5
            assert contrast(far, ground) >= 2.99  # whole steps of colour
            assert each["fade"] < 0.9


def test_what_the_lesson_says(page_computes):
    """The figures of the text around it, in lesson 01."""
    spaces, mse = page_computes["spaces"], FIGURES["mse"]
    assert mse["pca"] / mse["ae"] == pytest.approx(1.42, abs=0.005)
    assert percents(spaces, lambda each: each["nearest"]) == [41, 72, 73, 21]
    assert percents(spaces, lambda each: each["foundAll"]["best"]["share"])[1] == 65
    assert percents(spaces, lambda each: each["foundAll"]["worst"]["share"])[1] == 30
    assert percents(spaces, lambda each: each["pair"])[1] == 94
    assert percents(spaces, lambda each: each["found"]["worst"]["share"])[1] == 38
    assert [round(100 * each) for each in page_computes["chance"]] == [10, 49]
    labels = np.array(page_computes["labels"])
    two = np.isin(labels, [4, 9])
    points = np.array(spaces["pca"]["points"]).reshape(-1, 3)[two]
    views = [rotated(points, **view)[:, :2] for view in page_computes["views"]]
    assert share(points, labels[two]) == pytest.approx(0.43, abs=0.005)
    assert max(share(each, labels[two]) for each in views) == pytest.approx(0.65)


def percents(spaces, figure):
    return [round(100 * figure(spaces[name])) for name in NAMES]


# ---- in a browser -----------------------------------------------------------------

CALM = "matchMedia = ((real) => (query) => query.includes('motion') ? \
  Object.assign(new EventTarget(), { matches: true }) : real(query))(matchMedia);"


@pytest.fixture
def expect():
    sync_api = pytest.importorskip("playwright.sync_api")
    sync_api.expect.set_options(timeout=300_000)
    return sync_api.expect


def cloud(page):
    return page.locator("canvas.cloud")


def status(page):
    return page.get_by_role("status")


def only(page, *digits):
    for digit in digits:
        page.get_by_role("group", name="Digits in colour").get_by_role(
            "button", name=str(digit), exact=True
        ).click()


@pytest.mark.slow
def test_it_compares_four_codes(show, expect):
    page = show("turn", script=CALM)
    expect(status(page)).to_contain_text("PCA-3, all 500 digits")
    for title, error, nearest in (
        ("PCA-3", "0.0513", 41),
        ("Autoencoder", "0.0361", 72),
        ("VAE (mean codes)", "0.0334", 73),
        ("Random linear map", "0.0612", 21),
    ):
        page.get_by_role("radio", name=title).check()
        row = page.get_by_role("row", name=title)
        expect(row).to_contain_text(re.compile(f"{error}.*{nearest}.%", re.DOTALL))
        expect(status(page)).to_contain_text(
            re.compile(
                f"{re.escape(title)}, all 500 digits: .* for {nearest}.%; in this"
            )
        )
    expect(page.locator(".shares")).to_contain_text(
        re.compile(r"in the code\s*21.%.*by chance\s*10.%", re.DOTALL)
    )


@pytest.mark.slow
def test_one_view_hides_what_another_shows(show, expect):
    page = show("turn", script=CALM)
    page.get_by_role("radio", name="Autoencoder").check()
    only(page, 8)
    expect(status(page)).to_contain_text("Only the 8s are in colour. Choose a second")
    expect(page.locator(".shares dd").first).to_have_text("–")
    only(page, 9)
    expect(status(page)).to_contain_text(
        re.compile(r"the 100 8s and 9s: the nearest code .* for 94.%")
    )
    page.get_by_role("button", name="Worst view").click()
    expect(status(page)).to_contain_text(
        re.compile(r"the worst of 307 views, the nearest mark does for 38.%")
    )
    page.get_by_role("button", name="Best view").click()
    expect(status(page)).to_contain_text(
        re.compile(r"the best of 307 views, the nearest mark does for 97.%")
    )
    cloud(page).press("ArrowLeft")
    expect(status(page)).not_to_contain_text("of 307 views")
    page.get_by_role("button", name="All", exact=True).click()
    expect(status(page)).to_contain_text("all 500 digits")


@pytest.mark.slow
def test_each_point_has_a_name(show, expect, page_computes):
    page = show("turn", script=CALM)
    page.get_by_role("radio", name="Autoencoder").check()
    expect(status(page)).to_contain_text("Chosen is the 4 with number 8")
    page_spaces = page_computes["spaces"]["ae"]
    picture = np.reshape(page_spaces["picture"], (-1, 3))
    alone = int(picture[:, 0].argmax())  # at the edge of the cloud
    box = cloud(page).bounding_box()
    scale = 0.94 * (min(box["width"], box["height"]) - 2) / 2
    x = box["x"] + box["width"] / 2 + scale * picture[alone, 0]
    y = box["y"] + box["height"] / 2 - scale * picture[alone, 1]
    page.mouse.move(x, y)
    choice = page.get_by_role("combobox", name="Digit")
    expect(choice).to_have_value(str(alone))
    page.mouse.click(x, y)
    label = page_computes["labels"][alone]
    expect(status(page)).to_contain_text(f"Chosen is the {label} with number {alone}")
    near = page_spaces["neighbours"][alone]
    page.get_by_role("button", name=re.compile("near neighbour 2")).click()
    expect(choice).to_have_value(str(near[1]))
    choice.select_option("8")
    expect(page.get_by_role("img", name=re.compile("The digit: a 4"))).to_be_visible()
    error = page_spaces["errors"][8]
    said = f"Its reconstruction, with an error of {error:.4f}."
    expect(page.get_by_role("img", name=said)).to_be_visible()
    labels = [str(page_computes["labels"][n]) for n in page_spaces["neighbours"][8]]
    assert page.locator(".near button span").all_inner_texts() == labels


@pytest.mark.slow
def test_it_turns_by_keys_and_by_dragging(show, expect):
    page = show("turn", script=CALM)
    at = "turned by {} degrees and tilted by {}."
    expect(cloud(page)).to_have_accessible_name(re.compile(at.format(30, 20)))
    cloud(page).focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)
    expect(cloud(page)).to_have_accessible_name(re.compile(at.format(20, 25)))
    box = cloud(page).bounding_box()
    x, y = box["x"] + 100, box["y"] + 100
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 40, y - 20, steps=4)
    page.mouse.up()
    expect(cloud(page)).to_have_accessible_name(re.compile(at.format(40, 15)))
    for _ in range(30):
        cloud(page).press("ArrowUp")
    expect(cloud(page)).to_have_accessible_name(re.compile(at.format(40, -90)))


@pytest.mark.slow
def test_it_turns_by_touch(browser, address, show, expect):
    show("turn")  # lays the page where the server finds it
    context = browser.new_context(
        viewport={"width": 360, "height": 800}, has_touch=True
    )
    page = context.new_page()
    page.add_init_script(CALM)
    page.goto(f"{address}/page.html")
    expect(cloud(page)).to_have_accessible_name(re.compile("turned by 30"))
    cloud(page).scroll_into_view_if_needed()
    box = cloud(page).bounding_box()
    touch = context.new_cdp_session(page)
    x, y = box["x"] + 100, box["y"] + 100
    for kind, points in (
        ("touchStart", [{"x": x, "y": y}]),
        ("touchMove", [{"x": x + 40, "y": y}]),
        ("touchEnd", []),
    ):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(cloud(page)).to_have_accessible_name(re.compile("turned by 10 degrees"))
    context.close()


def name_of(page):
    return cloud(page).get_attribute("aria-label")


@pytest.mark.slow
def test_its_own_turn_can_be_stopped(show, expect):
    page = show("turn")
    expect(status(page)).to_contain_text("touch it, or press Pause")
    first = name_of(page)
    expect(cloud(page)).not_to_have_attribute("aria-label", first)
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Turn slowly")).to_be_visible()
    expect(status(page)).to_contain_text("; in this picture")
    stood = name_of(page)
    page.wait_for_timeout(1000)
    assert name_of(page) == stood
    page.get_by_role("button", name="Turn slowly").click()
    expect(cloud(page)).not_to_have_attribute("aria-label", stood)
    cloud(page).press("ArrowLeft")
    expect(page.get_by_role("button", name="Turn slowly")).to_be_visible()


@pytest.mark.slow
def test_less_motion_is_respected(show, expect):
    page = show("turn", script=CALM)
    expect(status(page)).to_contain_text("; in this picture")
    expect(page.locator(".pause")).to_be_hidden()
    assert "turned by 30 degrees" in name_of(page)


@pytest.mark.slow
def test_what_is_not_there_is_said_and_controls_stay_safe(show, expect):
    page = show("turn", blocked="**/turn.safetensors")
    expect(status(page)).to_contain_text(
        "The codes cannot be shown: turn.safetensors is not there (404)."
    )
    page.get_by_role("radio", name="Autoencoder").check()
    only(page, 4)
    page.get_by_role("button", name="Best view").click()
    cloud(page).press("ArrowLeft")
    cloud(page).click()
    expect(status(page)).to_contain_text("is not there (404)")


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation_in_use(show, barriers, expect, theme):
    page = show("turn", theme=theme, width=360, script=CALM)
    expect(status(page)).to_contain_text("all 500 digits")
    only(page, 3, 8)
    expect(status(page)).to_contain_text("3s and 8s")
    assert barriers(page) == []
