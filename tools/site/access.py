"""A Sphinx extension: put right what keeps pages from being read by everybody.

Each line mends one finding of axe-core in what the theme or an extension writes.
"""

from typing import Any

from sphinx.application import Sphinx

IN_PAGES = {
    # A heading says its level.
    'class="caption" role="heading"': 'class="caption" role="heading" aria-level="2"',
    # What is seen of a button is its name.
    '<summary aria-label="Toggle hidden content">': "<summary>",
}


def mend(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Change the parts of a page before they are put together."""
    for part in ("body", "furo_navigation_tree"):
        for old, new in IN_PAGES.items():
            if part in context:
                context[part] = context[part].replace(old, new)


def setup(app: Sphinx) -> dict[str, bool]:
    """Say to Sphinx when to call; after the theme, which writes its tree then."""
    app.connect("html-page-context", mend, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
