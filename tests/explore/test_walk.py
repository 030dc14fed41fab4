"""Walk: the plane of a VAE says of points and digits what PyTorch computes."""

import json
import re

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.stats import chi2
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors
from torch.distributions import Normal, kl_divergence

from aelesson import data, losses, metrics
from aelesson.explore import STATIC
from tools.explore.__main__ import SOURCE
from tools.explore.recipes import walk
from tools.explore.weights import read_networks

FIGURES = json.loads((SOURCE / "walk.json").read_text("utf-8"))
FILE = STATIC / "walk.safetensors"
AGREE = 1e-3
PLACES = [[0.0, 0.0], [0.5, -0.25], [-2.0, 1.5], [4.4, 4.4]]


@pytest.fixture(scope="module")
def networks():
    return read_networks(FILE)


@pytest.fixture(scope="module")
def digits():
    return data.load(data.SAMPLE)


@pytest.fixture(scope="module")
def pictures():
    with Image.open(STATIC / "walk.png") as picture:
        return torch.from_numpy(np.asarray(picture).astype(np.float32) / 255)


@pytest.fixture(scope="module")
def codes():
    z = torch.tensor(FIGURES["codes"]["z"]).reshape(-1, 2)
    return z, torch.tensor([int(label) for label in FIGURES["codes"]["labels"]])


@pytest.fixture(scope="module")
def ours(node, pictures):
    return node(
        "plane.mjs",
        {
            "path": str(FILE),
            "pictures": pictures.tolist(),
            "places": PLACES,
            "codes": FIGURES["codes"],
            "around": FIGURES["around"],
        },
    )


# ---- figures ----------------------------------------------------------------------


@pytest.mark.slow
def test_figures_are_those_of_the_stored_weights(networks, digits):
    figures, rows = walk.figures(networks, digits)
    z = figures.pop("codes")["z"]
    assert z == pytest.approx(FIGURES["codes"]["z"], abs=2e-3)
    assert_close(figures, {**FIGURES, "codes": None})
    with Image.open(STATIC / "walk.png") as picture:
        stored = np.asarray(picture).astype(int)
    assert np.abs(stored - (rows.numpy() * 255).round()).max() == 0


def assert_close(figures, stored):
    for name, value in figures.items():
        if isinstance(value, dict):
            assert_close(value, stored[name])
        elif isinstance(value, float):
            assert value == pytest.approx(stored[name], rel=2e-3, abs=3e-3), name
        else:
            assert value == stored[name], name


def test_the_share_of_nearest_codes_is_scikit_learns(networks, digits, codes):
    judge = KNeighborsClassifier(1).fit(*(each.numpy() for each in codes))
    *_, x = walk.binary(digits)
    mean = networks["encoder"](x).detach()[:, :2]
    right = judge.score(mean.numpy(), digits.test.labels.numpy())
    assert right == pytest.approx(FIGURES["measured"]["nearest"]["vae"], abs=2e-3)


def test_what_the_lesson_says_of_the_plane(networks):
    """The numbers of "Read it", and the direction of its comparisons."""
    told = FIGURES["measured"]
    assert told["nearest"]["vae"] == pytest.approx(0.64, abs=0.01)
    assert told["nearest"]["pca"] == pytest.approx(0.38, abs=0.01)
    assert told["third"]["vae"] == pytest.approx(0.92, abs=0.01)
    assert told["third"]["pca"] == pytest.approx(0.97, abs=0.01)
    assert told["std"] == pytest.approx(0.04, abs=0.005)
    assert metrics.active_units(torch.tensor(FIGURES["codes"]["z"]).reshape(-1, 2)) == 2
    assert told["kl"] == pytest.approx(6.6, abs=0.05)
    assert FIGURES["beyond"] < 0.01
    far = torch.tensor([[-4.0, 0.0], [0.0, 4.4], [4.4, 4.4], [-4.4, 4.4], [-4.4, -4.4]])
    assert (networks["decoder"](far).sigmoid().amax(1) > 0.9).all()


def test_the_widest_posterior_is_a_cheap_one_and_its_draws_are_alike(ours, networks):
    assert FIGURES["examples"][10] == "1 with the widest posterior"
    widest = ours["seen"][10]
    assert widest["loss"] < FIGURES["usual"]["mean"] / 3
    mean, logvar = (torch.tensor(widest[name]) for name in ("mean", "logvar"))
    z = mean + (0.5 * logvar).exp() * torch.randn(100, 2)
    drawn = networks["decoder"](z).detach().sigmoid()
    assert (drawn - drawn.mean(0)).abs().mean() < 0.02


def test_it_is_better_than_the_mean_image_and_codes_stay_on_the_map():
    assert FIGURES["usual"]["mean"] < FIGURES["usual"]["meanImage"] - 50
    assert max(map(abs, FIGURES["codes"]["z"])) < 4.5
    assert len(FIGURES["codes"]["labels"]) == 500


# ---- what JavaScript computes -----------------------------------------------------


def test_a_posterior_is_pytorchs(ours, networks):
    x = torch.tensor([each["x"] for each in ours["seen"]]).float()
    mean, logvar = networks["encoder"](x).detach().chunk(2, dim=1)
    q = Normal(mean, (0.5 * logvar).exp())
    kl = kl_divergence(q, Normal(0.0, 1.0)).sum(1)
    for name, theirs in {"mean": mean, "logvar": logvar, "kl": kl}.items():
        there = torch.tensor([each[name] for each in ours["seen"]])
        torch.testing.assert_close(there, theirs, atol=AGREE, rtol=AGREE)


def test_the_reconstruction_term_is_a_fair_mean(ours, networks):
    """Between 32 draws here and 2,000 there: within 4 standard errors."""
    torch.manual_seed(0)
    for each in ours["seen"]:
        x, mean, logvar = (
            torch.tensor(each[name]).float() for name in ("x", "mean", "logvar")
        )
        z = mean + (0.5 * logvar).exp() * torch.randn(2000, 2)
        nll = losses.bernoulli_nll(networks["decoder"](z).detach(), x.expand(2000, 784))
        error = nll.std().item() / walk.DRAWS**0.5
        assert each["reconstruction"] == pytest.approx(
            nll.mean().item(), abs=4 * error + 0.01
        )
        loss = each["reconstruction"] + each["kl"]
        assert each["loss"] == pytest.approx(loss)


def test_black_and_white_is_a_draw(ours, pictures):
    x = torch.tensor([each["x"] for each in ours["seen"]]).float()
    assert torch.equal(x, walk.black_and_white(pictures))
    assert set(x.unique().tolist()) == {0, 1}
    assert (x[pictures == 1] == 1).all()
    assert (x[pictures == 0] == 0).all()
    grey = (pictures > 0.3) & (pictures < 0.7)
    assert x[grey].mean().item() == pytest.approx(pictures[grey].mean().item(), abs=0.1)


def test_what_is_decoded_is_pytorchs(ours, networks, pictures):
    logits = networks["decoder"](torch.tensor(PLACES)).detach()
    torch.testing.assert_close(
        torch.tensor(ours["decoded"]), logits.sigmoid(), atol=AGREE, rtol=0
    )
    nll = losses.bernoulli_nll(logits, pictures[:1].expand(len(PLACES), 784))
    torch.testing.assert_close(torch.tensor(ours["nll"]), nll, atol=0, rtol=AGREE)


def test_neighbours_are_scikit_learns(ours, codes):
    z, labels = codes
    found = NearestNeighbors(n_neighbors=FIGURES["around"]).fit(z.numpy())
    distances, places = found.kneighbors(np.array(PLACES))
    for near, distance, place in zip(ours["near"], distances, places, strict=True):
        assert near["distance"] == pytest.approx(distance[0], abs=AGREE)
        assert near["counts"] == labels[place].bincount(minlength=10).tolist()


def test_the_prior_beyond_a_point_is_scipys(ours):
    theirs = chi2(2).sf((np.array(PLACES) ** 2).sum(1))
    assert ours["farther"] == pytest.approx(theirs.tolist(), abs=1e-6)


def test_lines_are_straight(ours, pictures):
    theirs = torch.lerp(*torch.tensor(PLACES[:2]), torch.linspace(0, 1, 8)[:, None])
    torch.testing.assert_close(torch.tensor(ours["line"]), theirs)
    faded = torch.lerp(pictures[0], pictures[1], torch.linspace(0, 1, 8)[:, None])
    torch.testing.assert_close(torch.tensor(ours["faded"]), faded.flatten())


# ---- words ------------------------------------------------------------------------


def near(distance=0.1, nearest=4, **classes):
    counts = [classes.get(f"d{digit}", 0) for digit in range(10)]
    return {"counts": counts, "total": 10, "distance": distance, "nearest": nearest}


POINTS = [
    (
        near(d4=9, d9=1),
        "Among 4s: of the 10 validation codes nearest to z, 9 are 4s and 1 is a 9.",
    ),
    (near(d4=5, d9=4, d7=1), "nearest to z, 5 are 4s, 4 are 9s and 1 is another."),
    (
        near(0.7, d4=10),
        "Off the codes: the nearest validation code, a 4, is 0.70 away.",
    ),
    (near(0.7, 8, d8=10), "the nearest validation code, an 8, is 0.70 away."),
    (near(d4=9, d8=1), "9 are 4s and 1 is an 8."),
    (near(1.2, d4=10), "No validation code lies within 1 of z,"),
]
SEEN = {"label": "4", "near": near(d4=10), "area": 0.0, "loss": 100}
DIGITS = [
    (SEEN, "The encoder puts this 4 among 4s."),
    (SEEN | {"near": near(d9=10)}, "this 4 among 9s: the wrong place."),
    (SEEN | {"near": near(d9=5, d4=5)}, "this 4 between 4s and 9s."),
    (SEEN | {"near": near(d9=6, d7=4)}, "4 between 9s and 7s: the wrong place."),
    (SEEN | {"label": None}, "puts your drawing among 4s."),
    (
        SEEN | {"near": near(0.6, d4=10)},
        "where no validation code lies within 0.5 of μ",
    ),
    (
        SEEN | {"area": 1},
        "wide, its ellipse larger than for 95 % of the validation digits: many codes",
    ),
    (
        SEEN | {"loss": 1000},
        "fits badly: −ELBO is higher than for 95 % of the validation",
    ),
    (None, "The paper is empty"),
]


def test_every_place_has_its_words(node):
    given = {
        "points": [point for point, _ in POINTS],
        "digits": [digit for digit, _ in DIGITS],
        "figures": {**FIGURES, "codes": None},
    }
    said = node("walk_words.mjs", given)
    for kind, cases in {"points": POINTS, "digits": DIGITS}.items():
        for text, (_, words) in zip(said[kind], cases, strict=True):
            assert words in text
            assert not {"undefined", "NaN", "null"} & set(re.split(r"\W+", text))


# ---- in a browser -----------------------------------------------------------------


@pytest.fixture
def page(show):
    return opened(show)


def opened(show, **options):
    pytest.importorskip("playwright.sync_api").expect.set_options(timeout=300_000)
    page = show("walk", **options)
    status(page, "The encoder puts this 4")
    return page


def status(page, words):
    page.get_by_role("status").filter(has_text=words).wait_for()


def point(page):
    return page.get_by_role("slider", name="The point z")


def place(page, text):
    """Wait until the point is there; an `innerText` of two numbers."""
    page.locator(".seen dd").first.filter(has_text=text).wait_for()


def facts(page):
    texts = page.locator(".rows .fact").all_inner_texts()
    return dict(text.split("\n")[:2] for text in texts)


def picture(page):
    grey = page.evaluate("""() => {
      const canvas = here.shadowRoot.querySelector(".seen canvas");
      const { data } = canvas.getContext("2d").getImageData(0, 0, 28, 28);
      return Array.from({ length: 784 }, (_, i) => data[4 * i]);
    }""")
    return torch.tensor(grey, dtype=torch.float32) / 255


@pytest.mark.slow
def test_a_point_moves_by_keys_and_the_picture_is_pytorchs(page, networks):
    for key, text in {
        "Shift+ArrowRight": "(0.50, 0.00)",
        "ArrowDown": "(0.50, −0.10)",
        "Home": "(0.00, 0.00)",
        "Shift+ArrowUp": "(0.00, 0.50)",
    }.items():
        point(page).press(key)
        place(page, text)
    assert point(page).get_attribute("aria-valuetext") == "z = (0.00, 0.50)"
    theirs = networks["decoder"](torch.tensor([[0.0, 0.5]])).sigmoid()[0]
    assert (picture(page) - theirs).abs().max() < 1.01 / 255


@pytest.mark.slow
def test_a_mouse_drags_it_and_far_out_is_said(page):
    box = page.locator(".map").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.99 * box["width"], box["y"] + 5, steps=10)
    page.mouse.up()
    status(page, "No validation code lies within 1 of z,")
    status(page, "only 0.77 % lie so far out")
    assert "< 0.01 %" in page.locator(".seen").inner_text()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 0.25 * box["height"])
    status(page, "Among 1s: of the 10 validation codes nearest to z, 10 are 1s.")
    page.mouse.move(box["x"] + 9, box["y"] + 9)
    page.mouse.down(button="right")
    page.mouse.up(button="right")
    point(page).press("ArrowDown")
    status(page, "Among 1s")


@pytest.mark.slow
def test_a_finger_drags_it_and_taps(show):
    page = opened(show, width=360)
    box = page.locator(".map").bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    above = middle[0], box["y"] + 0.2 * box["height"]
    finger = page.context.new_cdp_session(page)
    finger.send("Emulation.setTouchEmulationEnabled", {"enabled": True})

    def touch(kind, *places):
        points = [{"x": x, "y": y} for x, y in places]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", middle)
    for step in range(1, 6):
        touch("touchMove", (middle[0] - 6 * step, middle[1]))
    place(page, "(−0.")
    page.evaluate(  # a second finger, which changes nothing
        """([clientX, clientY]) => here.shadowRoot.querySelector(".map").dispatchEvent(
          new PointerEvent("pointermove", { pointerId: 99, clientX, clientY }))""",
        above,
    )
    touch("touchEnd")
    place(page, re.compile(r"\(−0\.[78]\d, −?0\.0\d\)"))
    touch("touchStart", above)
    touch("touchEnd")
    status(page, "Among 1s")


@pytest.mark.slow
def test_a_digit_is_its_posterior(page, ours):
    theirs = ours["seen"][4]  # the 4 that the page begins with
    told = facts(page)
    assert told["KL"] == f"{theirs['kl']:.1f} nats"
    assert told["−ELBO"] == f"{theirs['loss']:.1f} nats"
    rx, ry = page.evaluate("""() => {
      const wide = here.shadowRoot.querySelector("ellipse.posterior");
      return [wide, wide].map((each, n) => Number(each.getAttribute(["rx", "ry"][n])));
    }""")
    two_std = 2 * np.exp(0.5 * np.array(theirs["logvar"]))
    assert [rx / 100, ry / 100] == pytest.approx(two_std.tolist(), abs=1e-4)
    page.get_by_role("button", name="Look closer").click()
    mean = ", ".join(f"{value:.2f}".replace("-", "−") for value in theirs["mean"])
    place(page, f"({mean})")
    point(page).press("Shift+ArrowLeft")
    moved = f"{theirs['mean'][0] - 0.5 * 0.5 / 4.5:.2f}".replace("-", "−")
    place(page, f"({moved},")
    page.get_by_label("Line to the digit").select_option("–")
    page.get_by_text("Straight line in z: no second digit is chosen").wait_for()
    place(page, f"({moved},")
    point(page).press("Home")
    place(page, f"({mean})")


@pytest.mark.slow
def test_an_unsure_posterior_a_bad_fit_and_an_empty_paper_are_said(page):
    choice = page.get_by_label("Or take a digit")
    choice.select_option(FIGURES["examples"][10])
    status(page, "many codes draw this picture about as well")
    choice.select_option(FIGURES["examples"][11])
    status(page, "The code fits badly: −ELBO is higher than for 95 %")
    page.get_by_role("button", name="Clear").click()
    status(page, "The paper is empty: draw a digit, or take one.")
    page.get_by_text("Straight line in z: the paper is empty").wait_for()
    assert facts(page)["KL"] == "–"


@pytest.mark.slow
def test_a_drawing_has_a_place_too(page):
    box = page.locator(".paper").bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.15 * box["height"])
    page.mouse.down()
    page.mouse.move(
        box["x"] + 0.5 * box["width"], box["y"] + 0.85 * box["height"], steps=15
    )
    page.mouse.up()
    status(page, "The encoder puts your drawing among 1s.")


@pytest.mark.slow
def test_a_line_leads_past_other_digits(page, networks, ours, codes):
    ends = torch.tensor([ours["seen"][n]["mean"] for n in (4, 0)])
    path = torch.lerp(*ends, torch.linspace(0, 1, 8)[:, None])
    z, labels = codes
    met = " ".join(map(str, labels[torch.cdist(path, z).argmin(1)].tolist()))
    page.get_by_text(f"decoded; the single nearest code at each: {met}").wait_for()
    assert len(set(met.split()) - {"4", "0"}) >= 2
    page.get_by_label("Line to the digit").select_option("–")
    page.get_by_text("Straight line in z: no second digit is chosen").wait_for()


@pytest.mark.slow
def test_what_the_lesson_says_of_the_test_digits_can_be_read(page):
    page.get_by_text("Measured on the test digits").click()
    told = page.locator("details dd").all_inner_texts()
    assert told[:3] == ["6.6 nats", "147.0 nats", "0.04"]
    assert told[3:] == ["VAE 64 %, PCA 38 %", "VAE 92 %, PCA 97 %"]
