"""Faults are caused, guessed, and told by numbers that PyTorch measures, too."""

import json
import re

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.decomposition import PCA
from torch.distributions import Normal, kl_divergence
from torch.nn import functional as F

from aelesson import data
from aelesson.explore import STATIC
from tools.explore.__main__ import SOURCE
from tools.explore.weights import read_networks

FIGURES = json.loads((SOURCE / "break_it.json").read_text("utf-8"))
PLACE_OF_1 = 4


@pytest.fixture(scope="module")
def digits():
    return data.load(data.SAMPLE)


@pytest.fixture(scope="module")
def x(digits):
    return digits.validation.images.flatten(1)


def networks_of(name):
    return read_networks(STATIC / f"break_it_{name}.safetensors")


@torch.no_grad()
def reconstruct(networks, x, prefix=""):
    return networks[f"{prefix}decoder"](networks[f"{prefix}encoder"](x))


def mse(x_hat, x):
    return F.mse_loss(x_hat, x).item()


def near(value):
    return pytest.approx(value, rel=1e-3, abs=2e-5)


# ---- figures ----------------------------------------------------------------------


@pytest.mark.parametrize("n", range(8))
def test_the_parts_of_a_bound_are_those_of_pytorch(x, n):
    told, networks = FIGURES["beta"][n], networks_of(n)
    with torch.no_grad():
        mean, logvar = networks["encoder"](x).chunk(2, dim=1)
        posterior = Normal(mean, (0.5 * logvar).exp())
        noise = torch.randn(mean.shape, generator=torch.Generator().manual_seed(0))
        logits = networks["decoder"][:-1](mean + posterior.stddev * noise)
    nll = F.binary_cross_entropy_with_logits(logits, x, reduction="sum") / len(x)
    kl = kl_divergence(posterior, Normal(0.0, 1.0)).mean(0)
    second_moment = (posterior.mean**2 + posterior.variance).mean().item()
    assert told["reconstruction"] == near(nll.item())
    assert told["kl"] == near(kl.tolist())
    assert told["active"] == (mean.var(0) > 0.01).sum()
    assert told["codeSpread"] == near(second_moment**0.5)


def test_what_the_lesson_says_of_beta_holds():
    bounds = [each["reconstruction"] + sum(each["kl"]) for each in FIGURES["beta"]]
    betas = [each["beta"] for each in FIGURES["beta"]]
    assert betas == [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30]
    assert np.argmin(bounds) == betas.index(1) == PLACE_OF_1
    assert (
        np.diff(bounds[: PLACE_OF_1 + 1]).max() < 0 < np.diff(bounds[PLACE_OF_1:]).min()
    )
    assert [round(bounds[n]) for n in (0, PLACE_OF_1, 7)] == [202, 126, 206]
    errors = [each["reconstruction"] for each in FIGURES["beta"]]
    assert min(errors) == errors[0] < errors[PLACE_OF_1]
    spreads = [each["codeSpread"] for each in FIGURES["beta"]]
    assert spreads == sorted(spreads, reverse=True)
    assert round(spreads[0], 1) == 3.7
    assert FIGURES["beta"][7]["active"] == 0
    assert max(FIGURES["beta"][7]["kl"]) < 0.01


def test_a_collapsed_vae_answers_with_the_mean_image(x, digits):
    x_hat = networks_of(7)["decoder"](torch.zeros(1, 10)).detach()
    mean = digits.train.images.flatten(1).mean(0)
    assert (x_hat - mean).abs().mean() < 0.02
    ceiling = mse(mean.expand_as(x), x)
    assert mse(x_hat.expand_as(x), x) == pytest.approx(ceiling, rel=0.01)


def test_dead_units_are_those_of_pytorch(x):
    networks, told = networks_of("codes"), FIGURES["codes"]
    for name, prefix in {"linear": "", "relu": "relu_"}.items():
        codes = networks[f"{prefix}encoder"](x)
        assert codes.shape[1] == told["units"]
        assert told[name]["dead"] == (codes == 0).all(0).sum()
        assert told[name]["error"] == near(mse(reconstruct(networks, x, prefix), x))
    assert (told["linear"]["dead"], told["relu"]["dead"]) == (0, 18)
    assert round(told["linear"]["error"], 3) == 0.012
    assert round(told["relu"]["error"], 3) == 0.02


def test_errors_on_training_images_are_those_of_pytorch(digits, x):
    for told, name in zip(FIGURES["trained"], ("heart", "codes"), strict=True):
        train = digits.train.images[: told["images"]].flatten(1)
        pca = PCA(32, svd_solver="full").fit(train.numpy())
        for part, images in {"train": train, "validation": x}.items():
            x_pca = pca.inverse_transform(pca.transform(images.numpy())).clip(0, 1)
            assert told[part] == near(
                mse(reconstruct(networks_of(name), images), images)
            )
            assert told[f"{part}Pca"] == near(mse(torch.from_numpy(x_pca), images))
    few, many = FIGURES["trained"]
    assert (few["images"], many["images"]) == (100, len(digits.train))
    assert few["train"] < few["trainPca"] < few["validationPca"] < few["validation"]
    assert round(few["validation"] / few["train"]) == 21
    assert many["validation"] < many["validationPca"]
    assert round(many["validation"] / many["train"], 1) == 1.3


def test_two_sigmoids_are_those_of_pytorch(x):
    x_hat = reconstruct(networks_of("codes"), x)
    for told, each in zip(FIGURES["sigmoid"], (x_hat, x_hat.sigmoid()), strict=True):
        assert told["error"] == near(mse(each, x))
        assert [told["least"], told["largest"]] == near(
            [each.min().item(), each.max().item()]
        )
    ceiling = mse(x.mean(0).expand_as(x), x)
    assert FIGURES["sigmoid"][1]["error"] == pytest.approx(0.22, abs=0.005)
    assert FIGURES["sigmoid"][1]["error"] > ceiling


def test_shown_are_digits_of_each_class(digits):
    with Image.open(STATIC / "break_it.png") as picture:
        rows = torch.from_numpy(np.asarray(picture).astype(np.float32) / 255)
    parts = digits.validation, digits.train
    for part, shown in zip(parts, rows.split(10), strict=True):
        first = [part.labels.tolist().index(digit) for digit in range(10)]
        assert max(first) < 100  # or the few training images would not hold them
        assert torch.equal(shown, part.images[first].flatten(1))


def test_javascript_measures_what_pytorch_measures(node):
    images = torch.rand(7, 784, generator=torch.Generator().manual_seed(0))
    given = {"images": images.tolist(), "seed": 3, "numbers": 20_000}
    ours = node("break_it.mjs", given)
    assert ours["spread"] == pytest.approx(images.std(0).mean().item(), rel=1e-3)
    assert ours["range"] == near([images.min().item(), images.max().item()])
    drawn = np.sort(ours["normals"])
    expected = Normal(0.0, 1.0).cdf(torch.from_numpy(drawn)).numpy()
    apart = np.abs(expected - (np.arange(20_000) + 0.5) / 20_000).max()
    assert apart < 1.36 / 20_000**0.5  # Kolmogorov and Smirnov, 5 %


# ---- in a browser -----------------------------------------------------------------


def said(page, words):
    """Wait until the explorable says so; return all that it says."""
    status = page.get_by_role("status").filter(has_text=words)
    status.wait_for(timeout=300_000)
    return status.inner_text().replace("\xa0", " ")


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def fact(page, name):
    pattern = rf"{name}\s+([\d.]+)"
    return float(re.search(pattern, page.locator(".facts").inner_text())[1])


@pytest.mark.slow
def test_a_vae_collapses_and_a_wrong_guess_is_told(show):
    page = show("break_it")
    said(page, "Codes spread 2.0 times as far as the prior")
    assert "?" in page.locator(".beta").inner_text()
    page.get_by_role("slider").press("End")
    assert "KL is 0.0 nats in every unit" in said(page, "collapsed")
    bars = page.get_by_role("img", name="KL of the ten units")
    assert bars.get_attribute("aria-label").count("0.0") == 10
    with Image.open(STATIC / "break_it.png") as picture:
        x = torch.from_numpy(np.asarray(picture)[:10].astype(np.float32) / 255)
    networks = networks_of(7)
    x_hat = networks["decoder"](networks["encoder"](x)[:, :10]).detach()
    apart = x_hat.std(0).mean().item()
    assert fact(page, "Spread of the ten shown") == pytest.approx(apart, abs=1e-3)
    assert "?" in page.locator(".beta").inner_text()
    press(page, "Here beta is 1")
    text = said(page, "No, beta is 30")
    assert "−ELBO is 206.0 nats; where beta is 1, it is 126.0 nats" in text
    assert page.get_by_role("slider").get_attribute("aria-valuetext") == "beta is 30"


@pytest.mark.slow
def test_beta_1_is_found_by_the_bound(show):
    page = show("break_it")
    slider = page.get_by_role("slider")
    slider.press("Home")
    said(page, "Codes spread 3.7 times as far")
    bounds = []
    for n in range(8):
        slider.press("Home")
        for _ in range(n):
            slider.press("ArrowRight")
        total = FIGURES["beta"][n]["reconstruction"] + sum(FIGURES["beta"][n]["kl"])
        page.locator(".facts").filter(has_text=f"{total:.1f}\xa0nats").wait_for()
        bounds.append(fact(page, "Sum: −ELBO"))
    for _ in range(7 - int(np.argmin(bounds))):
        slider.press("ArrowLeft")
    press(page, "Here beta is 1")
    assert "the lowest of the eight" in said(page, "Right: beta is 1")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tab", "right", "wrong", "told"),
    [
        ("Dead units", "B", "A", "18 of its 32 code units are 0 for all 500"),
        (
            "Test error",
            "A",
            "B",
            "on validation digits it is 0.0533, 21.1 times as large",
        ),
        ("Sigmoid", "A", "B", "its pixels lie from 0.50 to 0.73. Its error is 0.2198"),
    ],
)
def test_a_guess_is_told_right_or_wrong(show, tab, right, wrong, told):
    page = show("break_it")
    page.get_by_role("tab", name=tab).click()
    assert page.locator("table").count() == 0
    press(page, wrong)
    assert told in said(page, "No. ")
    press(page, right)
    assert told in said(page, "Right. ")
    press(page, "Show the answer")
    assert told in said(page, re.compile("^[AB] "))  # neither right nor wrong
    assert page.get_by_role("table").is_visible()


@pytest.mark.slow
def test_other_training_images_ask_anew(show):
    page = show("break_it")
    page.get_by_role("tab", name="Test error").click()
    press(page, "A")
    said(page, "Right. A shows training images")
    page.get_by_label("The network was trained on").select_option("3,500 images")
    said(page, "Compare each digit")
    assert page.locator("table").count() == 0
    press(page, "A")
    text = said(page, "No. B shows training images. The error on all 3,500 of them")
    assert "1.3 times as large, and better than PCA's" in text


@pytest.mark.slow
def test_tabs_work_by_keys(show):
    page = show("break_it")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    chosen = page.get_by_role("tab", selected=True)
    assert chosen.inner_text() == "4 Sigmoid"
    panel = page.get_by_role("tabpanel", name="4 Sigmoid")
    panel.get_by_label("Black to white is").wait_for()
    page.keyboard.press("Home")
    assert chosen.inner_text() == "1 Beta"
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    said(page, "collapsed")


@pytest.mark.slow
def test_a_missing_network_is_told_and_asked_for_again(show):
    page = show("break_it", blocked="**/break_it_3.safetensors")
    said(page, "Codes spread 2.0 times")
    slider = page.get_by_role("slider")
    slider.press("ArrowRight")
    said(page, "It cannot be shown: break_it_3.safetensors is not there (404).")
    assert page.get_by_text("Samples from the prior").is_hidden()
    page.unroute("**/break_it_3.safetensors")
    slider.press("ArrowLeft")
    said(page, "Codes spread 2.0 times")
    slider.press("ArrowRight")
    said(page, "All 10 units are active.")
    assert page.get_by_text("Samples from the prior").is_visible()


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_no_violation_in_any_task(show, barriers, theme):
    page = show("break_it", theme=theme, width=360)
    for tab in ("Beta", "Dead units", "Test error", "Sigmoid"):
        page.get_by_role("tab", name=tab).click()
        press(page, "Show beta" if tab == "Beta" else "Show the answer")
        said(page, "KL is" if tab == "Beta" else "error")
        assert barriers(page) == [], tab
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, tab
