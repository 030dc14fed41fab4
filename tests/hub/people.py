"""A running hub, and how its users come in."""

from dataclasses import dataclass
from pathlib import Path

PATIENCE = 120_000  # milliseconds that a busy machine may take for a step


@dataclass
class Hub:
    """A running hub: where it is, what opens it, and where its users' files lie."""

    url: str
    users: list[str]
    password: str
    folder: Path

    def home(self, user):
        return self.folder / "home" / user

    def visit(self, browser, user, page):
        """Come in as a user, as one does: by the form; return the page asked for."""
        tab = browser.new_context(viewport={"width": 1280, "height": 850}).new_page()
        tab.set_default_timeout(PATIENCE)
        tab.goto(f"{self.url}/hub/login?next=/hub/user-redirect/{page}")
        tab.fill("#username_input", user)
        tab.fill("#password_input", self.password)
        tab.click("#login_submit")
        return tab
