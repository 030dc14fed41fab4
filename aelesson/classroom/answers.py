"""Code of a sheet as it is compared: without layout, comments and docstrings."""

import ast
import difflib
import io
import re
import tokenize
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from IPython.core.inputtransformer2 import TransformerManager

from aelesson.course.sheets import STUB_MESSAGE

_CODE = (tokenize.NAME, tokenize.NUMBER, tokenize.OP, tokenize.STRING)
_SCOPE = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_AT_LEAST = 4
"""Fewer tokens in a row are alike in any two programs."""


@dataclass(frozen=True)
class Answer:
    """An answer as it is compared.

    Attributes:
        text: Its code; layout, comments and docstrings are gone.
    """

    text: str

    @cached_property
    def shape(self) -> str:
        """The same, with names of its own numbered in their order."""
        if (tree := parse(self.text)) is None:
            return self.text
        own = {name for node in tree.body for name in _bound(node)}
        return ast.unparse(_Numbered(own).visit(tree))


def parse(source: str) -> ast.Module | None:
    """Parse a cell, with IPython's magics or without; None if it is no Python."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        pass
    try:
        python: str = TransformerManager().transform_cell(source)  # type: ignore[no-untyped-call]
        return ast.parse(python)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@cache
def normal(source: str, name: str = "") -> Answer:
    """Bring a cell into the form in which it is compared.

    Args:
        source: The cell.
        name: Of a definition; only that is compared, if the cell has it.
    """
    tree = parse(source)
    if tree is None:
        return Answer(" ".join(re.sub(r"#.*", "", source).split()))
    named: list[ast.stmt] = [n for n in tree.body if getattr(n, "name", "") == name]
    tree.body = named[-1:] or tree.body
    for node in ast.walk(tree):
        if (
            isinstance(node, _SCOPE)
            and ast.get_docstring(node, clean=False) is not None
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return Answer(ast.unparse(tree))


def _bound(node: ast.stmt) -> Iterable[str]:
    """Yield the names that belong to a definition alone: its own, and its locals."""
    if not isinstance(node, _SCOPE):
        return
    for each in ast.walk(node):
        if isinstance(each, ast.arg):
            yield each.arg
        elif isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store):
            yield each.id
        elif isinstance(each, _SCOPE) and each is not node:
            yield each.name


class _Numbered(ast.NodeTransformer):
    """Gives names of a program's own numbers, in the order in which they come."""

    def __init__(self, own: set[str]) -> None:
        self._own = own
        self._numbers: dict[str, str] = {}

    def _name(self, name: str) -> str:
        if name not in self._own:
            return name
        return self._numbers.setdefault(name, f"_{len(self._numbers)}")

    def visit_Name(self, node: ast.Name) -> ast.AST:
        node.id = self._name(node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.arg, node.annotation = self._name(node.arg), None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name, node.returns = self._name(node.name), None
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.name = self._name(node.name)
        return self.generic_visit(node)


def tokens(text: str) -> list[str]:
    """Return the tokens of normal code; of other text its words."""
    try:
        found = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return text.split()
    return [token.string for token in found if token.type in _CODE]


def own_tokens(text: str, given: Sequence[str]) -> int:
    """Count the tokens of code that stand in no single piece of given code.

    A broken program that was mended, or a function of the lesson, has hardly any: in
    such an answer two people are alike by chance.

    Args:
        text: Normal code.
        given: Normal code of the cells that every student has.
    """
    wanted = tokens(text)
    fewest = len(wanted)
    for piece in given:
        pair = difflib.SequenceMatcher(None, wanted, tokens(piece), autojunk=False)
        blocks = (block.size for block in pair.get_matching_blocks())
        fewest = min(fewest, len(wanted) - sum(s for s in blocks if s >= _AT_LEAST))
    return fewest


def has_stub(source: str) -> bool:
    """Tell whether the stub's line is still there, where it can be reached."""
    tree = parse(source)
    if tree is None:
        return STUB_MESSAGE in source
    return any(map(_stub_in, _blocks(tree)))


def _blocks(tree: ast.Module) -> Iterable[list[ast.stmt]]:
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            if isinstance(block := getattr(node, name, None), list):
                yield block


def _stub_in(block: list[ast.stmt]) -> bool:
    for line in block:
        if isinstance(line, ast.Return):
            return False
        if isinstance(line, ast.Raise) and STUB_MESSAGE in ast.unparse(line):
            return True
    return False


def defined(source: str) -> set[str]:
    """Return the names of the functions and classes that a cell defines."""
    tree = parse(source)
    return {n.name for n in tree.body if isinstance(n, _SCOPE)} if tree else set()
