"""An autoencoder that is trained in the page: digits, and what PCA makes of them."""

from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page

from tools.explore.sheets import write_sheets


def make(static: Path, source: Path) -> None:
    """Write the digits, PCA's reconstructions and the errors to beat."""
    write_sheets(static, source)


def pose(page: Page) -> None:
    """Train the network that the page proposes, to its end."""
    page.get_by_role("button", name="Start").click()
    page.get_by_text("20 of 20").wait_for(timeout=600_000)


def move(page: Page) -> Iterator[None]:
    """Train, and stop for a picture whenever something has changed."""
    page.get_by_role("button", name="Start").click()
    while not page.get_by_text("20 of 20").is_visible():
        yield
    yield
