"""What holds for every explorable, by its name alone."""

import re

import pytest
from PIL import Image

from aelesson import explore
from aelesson.explore import STATIC
from tools.explore.__main__ import STILLS, recipes

NAMES = sorted(path.stem for path in STATIC.glob("*.js"))


def test_each_has_a_recipe_a_still_and_a_function():
    assert sorted(recipes()) == NAMES
    assert sorted(path.stem for path in STILLS.glob("*.png")) == NAMES
    public = [name for name, value in vars(explore).items() if _is_function(value)]
    assert sorted(public) == NAMES


def _is_function(value):
    return getattr(value, "__module__", "") == explore.__name__ and (
        not value.__name__.startswith("_")
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_still_is_a_small_picture(name):
    path = STILLS / f"{name}.png"
    assert path.stat().st_size <= 80_000
    with Image.open(path) as picture:
        assert picture.width == 760
        assert len(picture.getcolors(256)) > 8


@pytest.mark.parametrize("name", NAMES)
def test_the_widget_holds_what_the_module_loads(name):
    pytest.importorskip("anywidget", reason="anywidget is not installed")
    state = getattr(explore, name)().get_state()
    module = (STATIC / f"{name}.js").read_text("utf-8")
    assert state["_esm"] == module
    loaded = set(re.findall(r"""["`]([\w.]+\.(?:png|safetensors))["`]""", module))
    assert loaded
    for asset in loaded:
        trait = asset.replace(".", "_")
        assert state[trait] == (STATIC / asset).read_bytes(), asset


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_no_violation(show, barriers, name, theme):
    page = show(name, theme=theme, width=360)
    page.wait_for_load_state("networkidle")
    assert barriers(page) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_no_violation_before_anything_is_loaded(show, barriers, name):
    """Whatever is seen, or reached by a key, has a name from the start."""
    assert barriers(show(name, blocked="**/*.{png,safetensors}")) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_it_fits_the_page_and_says_what_it_is(show, name):
    page = show(name)
    for width in (360, 700, 1600):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("section.explorable").get_attribute("aria-label")
    assert page.get_by_role("status").count() == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_what_it_loads_may_be_missing(show, name):
    """A page says so in words; it is never a blank."""
    page = show(name, blocked="**/*.{png,safetensors}")
    start = page.get_by_role("button", name="Start", exact=True)
    if start.count():
        start.click()
    said = page.get_by_role("status").filter(has_text="is not there (404)")
    said.wait_for()
