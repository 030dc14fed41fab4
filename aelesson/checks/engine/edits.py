"""Mistakes written as edits of the right answer: `"mean**2 -> mean"`.

An edit puts other code in the place of a piece of the reference, all over its body.
Several at once are parted by `;;`. Two mistakes whose pieces do not overlap can be made
together, so that pairs are found without any words about them.
"""

import ast
import inspect
import re
from collections.abc import Callable, Sequence
from functools import cache
from textwrap import dedent
from typing import Any

Edit = tuple[str, str]
"""A piece of code, and what stands in its place."""


class EditError(Exception):
    """An edit does not fit the reference, or two of them overlap."""


def parsed(text: str) -> tuple[Edit, ...]:
    """Read edits from a line such as `"sum(1) -> mean(1);; 0.5 * ->"`.

    Raises:
        EditError: There is no arrow, or nothing stands before it.
    """
    found = []
    for each in text.split(";;"):
        old, arrow, new = each.partition("->")
        if not arrow or not old.strip():
            raise EditError(f"{each!r}: expected 'a piece of the reference -> code'")
        found.append((old.strip(), new.strip()))
    return tuple(found)


def edited(function: Callable[..., Any], edits: Sequence[Edit]) -> Callable[..., Any]:
    """Return a function with other code in the place of pieces of its body.

    Raises:
        EditError: A piece is not there, two overlap, or the result is no code.
    """
    source, body = _source(function)
    places = sorted(
        (match.start(), match.end(), new)
        for old, new in edits
        for match in _places(old, source, body, function.__name__)
    )
    made, at = "", 0
    for start, end, new in places:
        if start < at:
            raise EditError(f"edits overlap at {source[start:at]!r}")
        made, at = made + source[at:start] + new, end
    try:
        code = compile(made + source[at:], "<mistake>", "exec")
    except SyntaxError as error:
        raise EditError(f"{edits}: no code comes out: {error}") from error
    scope: dict[str, Any] = {}
    exec(code, function.__globals__, scope)
    wrong: Callable[..., Any] = scope[function.__name__]
    return wrong


def alone(function: Callable[..., Any], *texts: str) -> list[Callable[..., Any]]:
    """Return mistakes as whole answers, with which no pairs are made: these take time.

    Args:
        function: The reference.
        *texts: An edit each.
    """
    return [edited(function, parsed(text)) for text in texts]


@cache
def _source(function: Callable[..., Any]) -> tuple[str, int]:
    """Return a function's source, and where its body begins."""
    source = dedent(inspect.getsource(function))
    (definition,) = ast.parse(source).body
    assert isinstance(definition, ast.FunctionDef)
    lines = source.splitlines(keepends=True)
    return source, sum(map(len, lines[: definition.body[0].lineno - 1]))


def _places(old: str, source: str, body: int, name: str) -> list[re.Match[str]]:
    """Find a piece in the body, whole names only."""
    before = r"(?<!\w)" if re.match(r"\w", old) else ""
    after = r"(?!\w)" if re.search(r"\w$", old) else ""
    pattern = re.compile(before + re.escape(old) + after)
    if found := [*pattern.finditer(source, body)]:
        return found
    raise EditError(f"{old!r} is not in the body of {name}")


def edits(old: str, new: str, *values: object) -> list[str]:
    """Return the same edit with several values, in the place of `{}` in `new`."""
    return [f"{old} -> {new.format(value)}" for value in values]
