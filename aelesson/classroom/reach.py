"""What code takes from the library, and what it changes there: read, never run."""

import ast
import builtins
import re
from collections.abc import Iterator
from dataclasses import dataclass

_SHARED = ("aelesson", "torch", "numpy", "math", "builtins", "sys", "IPython")
"""What checks stand on: a name that is set there reaches every cell."""

_HARMLESS = ("torch.backends", "sys.path", "sys.argv")
_SCOPE = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
_CALLS = {"exec", "eval", "compile", "__import__"}
_LOOKS = {
    "sys.modules",
    "sys._getframe",
    "gc.get_objects",
    "gc.get_referrers",
    "inspect.stack",
    "inspect.currentframe",
    "importlib.import_module",
    "importlib.util.spec_from_file_location",
}
_HOOKS = {"ast_transformers", "input_transformers_post", "set_custom_exc", "events"}
_CODE_OF = {"__code__", "__defaults__", "__kwdefaults__", "__dict__"}
_FILES = re.compile(
    r"aelesson[./]checks|solutions/|sources/exercises|gradebook\.db|checks/\w+/\w+\.py"
)


@dataclass(frozen=True)
class Use:
    """A name of the library in a piece of code.

    Attributes:
        name: In full, `aelesson.losses.gaussian_nll`.
        owner: The definition or the name at the top of the cell that has it, or empty.
    """

    name: str
    owner: str


def names_in(tree: ast.Module, known: dict[str, str]) -> dict[str, str]:
    """Return what names stand for behind a cell: `F` for `torch.nn.functional`.

    Args:
        tree: The cell.
        known: What they stood for before it.
    """
    names = known | _imports(tree)
    for line in tree.body:
        for name in _stored(line) if not isinstance(line, _SCOPE) else [line.name]:
            value = chain(line.value, names) if isinstance(line, ast.Assign) else ""
            if value:
                names[name] = value
            else:
                names.pop(name, None)
    return names


def _imports(tree: ast.AST) -> dict[str, str]:
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                top = each.name.partition(".")[0]
                found[each.asname or top] = each.name if each.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for each in node.names:
                found[each.asname or each.name] = f"{node.module}.{each.name}"
    return found


def _stored(line: ast.stmt) -> set[str]:
    return {
        each.id
        for each in ast.walk(line)
        if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }


def _scope(line: ast.stmt, known: dict[str, str]) -> dict[str, str]:
    """Return what names stand for inside a definition, whose own names are others."""
    own = {each.arg for each in ast.walk(line) if isinstance(each, ast.arg)}
    if isinstance(line, _SCOPE):
        own |= _stored(line)
    return {k: v for k, v in known.items() if k not in own} | _imports(line)


def chain(node: ast.AST, known: dict[str, str]) -> str:
    """Return the full name that a node stands for, or "" if it is none."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in known:
        return ""
    return ".".join([known[node.id], *reversed(parts)])


def uses(tree: ast.Module, known: dict[str, str]) -> Iterator[Use]:
    """Yield every name of the library that code reads or imports, in full."""
    for line in tree.body:
        owner, names = _owner(line), _scope(line, known)
        inner: set[int] = set()
        for node in ast.walk(line):
            if isinstance(node, ast.ImportFrom):
                if (node.module or "").startswith("aelesson."):
                    for each in node.names:
                        bound = each.asname or each.name
                        yield Use(f"{node.module}.{each.name}", owner or bound)
            elif isinstance(node, ast.Attribute | ast.Name) and id(node) not in inner:
                inner |= {id(each) for each in ast.walk(node)}
                name = chain(node, names)
                if name.startswith("aelesson."):
                    yield Use(name, owner)


def _owner(line: ast.stmt) -> str:
    if isinstance(line, _SCOPE):
        return line.name
    if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name):
        return line.targets[0].id
    return ""


def oddities(tree: ast.Module, known: dict[str, str]) -> Iterator[str]:
    """Yield in words what code does to the judge, or reads where answers are."""
    yield from _bindings(tree)
    for line in tree.body:
        yield from _odd(line, _scope(line, known))


def _odd(line: ast.stmt, known: dict[str, str]) -> Iterator[str]:
    for node in ast.walk(line):
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(
            node.ctx, ast.Load
        ):
            yield from _stores(node, known)
        elif isinstance(node, ast.Call):
            yield from _calls(node, known)
        elif isinstance(node, ast.Attribute):
            yield from _reads(node, known)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from _imported(node)
        elif isinstance(node, ast.Name) and node.id == "CheckFailed":
            yield "names CheckFailed"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts = _FILES.finditer(node.value)
            yield from (f"has a text with {found[0]!r}" for found in texts)


def _bindings(tree: ast.Module) -> Iterator[str]:
    """Yield where the name `checks` gets another meaning for all cells."""
    inside = {
        id(each)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef | ast.ListComp)
        for each in ast.walk(node)
        if each is not node
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Global) and "checks" in node.names:
            yield "gives the name `checks` another meaning"
        if id(node) in inside:
            continue
        named = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store | ast.Del)
        if (named and getattr(node, "id", "") == "checks") or (
            isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name == "checks"
        ):
            yield "gives the name `checks` another meaning"


def _stores(
    node: ast.Attribute | ast.Subscript, known: dict[str, str]
) -> Iterator[str]:
    code = isinstance(node, ast.Attribute) and node.attr in _CODE_OF
    if code or _is_shared(_root(node, known)):
        yield f"sets {ast.unparse(node)}"


def _root(node: ast.AST, known: dict[str, str]) -> str:
    """Name what is changed by a store: `vars(torch)["x"]` changes torch."""
    while True:
        if isinstance(node, ast.Attribute):
            if name := chain(node, known):
                return name
            node = node.value
        elif isinstance(node, ast.Subscript):
            node = node.value
        elif isinstance(node, ast.Call) and node.args and _called(node) == "vars":
            node = node.args[0]
        else:
            return chain(node, known)


def _is_shared(name: str) -> bool:
    harmless = any(f"{name}.".startswith(f"{each}.") for each in _HARMLESS)
    return name.partition(".")[0] in _SHARED and not harmless


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _calls(node: ast.Call, known: dict[str, str]) -> Iterator[str]:
    name = _called(node)
    if name in _CALLS and name not in known and hasattr(builtins, name):
        yield f"calls {name}"
    of = _root(node.args[0], known) if node.args else ""
    if name in ("setattr", "delattr") and _is_shared(of):
        yield f"sets a name of {of}"
    if name in ("getattr", "vars", "dir") and of.startswith("aelesson"):
        yield f"looks into {of} by {name}"


def _reads(node: ast.Attribute, known: dict[str, str]) -> Iterator[str]:
    name = chain(node, known)
    if name in _LOOKS:
        yield f"uses {name}"
    elif name.startswith("aelesson.checks."):
        if name.endswith(".CheckFailed"):
            yield "names CheckFailed"
        elif name.count(".") > 3:
            yield f"looks into {name.removeprefix('aelesson.')}"
    elif node.attr in _HOOKS and "get_ipython" in ast.unparse(node.value):
        yield f"changes IPython's {node.attr}"


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    for each in node.names:
        name = each.name
        if isinstance(node, ast.ImportFrom):
            name = f"{node.module}.{each.name}"
        if name.startswith("aelesson.checks."):
            yield f"imports {name}"
        elif name.startswith("unittest.mock"):
            yield "imports unittest.mock"
        elif name in _LOOKS:
            yield f"imports {name}"
        elif name.endswith(".*") and name.startswith("aelesson"):
            yield f"imports everything from {node.module}"  # type: ignore[union-attr]
        elif (each.asname or each.name) == "checks" and name != "aelesson.checks":
            yield "gives the name `checks` another meaning"
