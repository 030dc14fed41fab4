"""What every test shares."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
import torch
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


@pytest.fixture
def capabilities(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Give a function that says what PyTorch knows of the processor."""

    def say(**known: bool) -> None:
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: known, raising=False)

    return say


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Return a browser, one for all tests of a process: Playwright starts but once."""
    pytest.importorskip("playwright.sync_api", reason="no Playwright")
    from tools.explore.browser import opened

    with ExitStack() as stack:
        try:
            found = stack.enter_context(opened())
        except FileNotFoundError as missing:
            pytest.skip(f"no page is opened: {missing}")
        yield found
