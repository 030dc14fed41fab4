"""A Sphinx extension: formulas of docstrings, which are written between dollars."""

import re

from sphinx.application import Sphinx

FORMULA = re.compile(r"\$([^$]+)\$")


def with_roles(
    app: Sphinx, kind: str, name: str, thing: object, options: object, lines: list[str]
) -> None:
    """Write each `$formula$` of a docstring as the role that Sphinx knows."""
    text = FORMULA.sub(r":math:`\1`", "\n".join(lines))
    lines[:] = text.split("\n")


def setup(app: Sphinx) -> dict[str, bool]:
    """Say to Sphinx when to call."""
    app.connect("autodoc-process-docstring", with_roles)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
