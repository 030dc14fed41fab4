"""The browser of this machine, which tests, stills and measurements share."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextmanager
def opened() -> Iterator[Browser]:
    """Open the system's Chromium, or else the one that Playwright has installed.

    Raises:
        FileNotFoundError: If there is none.
    """
    with sync_playwright() as playwright:
        paths = [shutil.which(name) for name in NAMES]
        paths.append(shutil.which(playwright.chromium.executable_path))
        found = [path for path in paths if path]
        if not found:
            raise FileNotFoundError(
                f"no browser: none of {', '.join(NAMES)} is here; on Debian, "
                "`apt-get install chromium` brings one"
            )
        browser = playwright.chromium.launch(
            executable_path=found[0], args=["--no-sandbox"]
        )
        yield browser
        browser.close()
