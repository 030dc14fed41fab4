"""What every test shares."""

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from hypothesis import settings

import aelesson

# Machines differ in speed, and a failure must be the same for everybody.
settings.register_profile("course", deadline=None, derandomize=True)
settings.load_profile("course")
mpl.use("agg")  # no test opens a window
PLAIN = mpl.rcParams.copy()


@pytest.fixture(autouse=True)
def plain_matplotlib() -> Iterator[None]:
    """Let no test depend on a style that others, or their fixtures, have set."""
    with mpl.rc_context(PLAIN):
        yield
    plt.close("all")


OURS = str(Path(aelesson.__file__).parent)


@pytest.fixture
def steps() -> Callable[[Callable[[], object]], int]:
    """Return a function that counts the calls of, and by, the library's own code.

    A loop in Python over rows or images shows in it, on whatever machine, where a clock
    would tell how busy the machine is.
    """

    def count(work: Callable[[], object]) -> int:
        seen = 0

        def see(frame: Any, event: str, _: Any) -> None:
            nonlocal seen
            if event in ("call", "c_call"):
                seen += frame.f_code.co_filename.startswith(OURS)

        sys.setprofile(see)
        try:
            work()
        finally:
            sys.setprofile(None)
        return seen

    return count


BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Return a browser, one for all tests of a process: Playwright starts but once."""
    playwright = pytest.importorskip("playwright.sync_api", reason="no Playwright")
    with playwright.sync_playwright() as library:
        found = [path for name in BROWSERS if (path := shutil.which(name))]
        own = library.chromium.executable_path
        found += [own] if shutil.which(own) else []
        if not found:
            pytest.skip(f"none of {', '.join(BROWSERS)}: no page is opened")
        opened = library.chromium.launch(
            executable_path=found[0], args=["--no-sandbox"]
        )
        yield opened
        opened.close()
