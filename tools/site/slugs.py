"""Anchors of headings: JupyterLab has its own, pages another kind."""

import re
from urllib.parse import unquote

NOT_KEPT = re.compile(r"[^\w\- ]")


def slug(heading: str) -> str:
    """Return a heading's anchor as code hosts make it: small letters, hyphens."""
    return NOT_KEPT.sub("", heading.strip().lower()).replace(" ", "-")


def from_jupyter(anchor: str) -> str:
    """Return the anchor of the heading that JupyterLab finds by `anchor`."""
    return slug(unquote(anchor))
