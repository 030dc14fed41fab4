"""In JupyterLab: a widget that hands its module what it needs."""

import sys

import pytest

from aelesson import explore


@pytest.fixture
def anywidget():
    return pytest.importorskip("anywidget", reason="anywidget is not installed")


@pytest.mark.usefixtures("anywidget")
def test_the_widget_holds_the_settings():
    settings = explore.train(latent_dim=8, learning_rate=0.01).get_state()["settings"]
    assert settings["latentDim"] == 8
    assert settings["rate"] == 0.01


@pytest.mark.slow
@pytest.mark.usefixtures("anywidget")
def test_python_and_the_page_offer_the_same(show):
    page = show("train", **explore.train(hidden=64, seed=3).settings)
    offered = {
        **{"hidden": explore.HIDDEN, "latentDim": explore.LATENT_DIMS},
        **{"code": explore.CODES, "loss": explore.LOSSES, "epochs": explore.EPOCHS},
        **{"schedule": explore.SCHEDULES, "seed": explore.SEEDS},
    }
    for name, values in offered.items():
        options = page.locator(f"select[name={name}] option")
        there = options.evaluate_all("all => all.map((each) => each.value)")
        assert there == [str(value) for value in values], name
    assert page.get_by_label("Hidden width").input_value() == "64"
    assert page.get_by_label("Seed").input_value() == "3"


def test_what_is_typed_is_no_shortcut_of_jupyterlab(show):
    # There "0 0", as in 0.005, would restart the kernel.
    host = show("train").locator("#here")
    assert host.get_attribute("data-lm-suppress-shortcuts") == "true"


def test_without_anywidget_it_is_said_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    explore._widget_class.cache_clear()
    with pytest.raises(
        ModuleNotFoundError, match=r"needs the package anywidget.*\[lab\]"
    ):
        explore.train()


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"hidden": 100}, "hidden is 100; it must be one of 32, 64, 128, 256"),
        ({"latent_dim": 1}, "latent_dim is 1"),
        ({"code": "tanh"}, "code is 'tanh'"),
        ({"learning_rate": 0}, "learning_rate is 0"),
    ],
)
def test_settings_that_are_not_on_offer_are_refused(bad, words):
    with pytest.raises(ValueError, match=words):
        explore.train(**bad)
