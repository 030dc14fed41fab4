"""Write a page for each public module: what its docstrings say."""

import ast
from pathlib import Path

# What learners and teachers call; the rest of a room is handed on by its `__init__`.
ROOMS = ("data", "training", "interpret", "plots")
INSIDE = {"__init__", "__main__", "require", "values"}


def lay_api(root: Path, pages: Path) -> None:
    """Write pages for the modules of `aelesson` below `pages/api`."""
    folder = pages / "api"
    folder.mkdir(parents=True)
    package = root / "aelesson"
    names = sorted(p.stem for p in package.glob("*.py") if p.stem not in INSIDE)
    lines = []
    for name in sorted([*names, *ROOMS]):
        path = package / name
        source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        says = (ast.get_docstring(ast.parse(source.read_text("utf-8"))) or "").split(
            "\n"
        )
        lines.append(f"- [{name}]({name}.md): {says[0]}")
        (folder / f"{name}.md").write_text(_page(package, name), "utf-8")
    index = "# Library\n\nEvery public function, as its docstring says it.\n\n"
    index += "\n".join(lines) + "\n\n```{toctree}\n:hidden:\n\n"
    index += "\n".join(sorted([*names, *ROOMS])) + "\n```\n"
    (folder / "index.md").write_text(index, "utf-8")


def _page(package: Path, name: str) -> str:
    module = f"aelesson.{name}"
    if not (package / name).is_dir():
        return f"# {name}\n\n" + _shown(module, ":members:")
    inside = sorted(path.stem for path in (package / name).glob("[!_]*.py"))
    parts = [f"# {name}\n\n" + _shown(module, ":no-members:")]
    parts += [
        f"## {module}.{i}\n\n" + _shown(f"{module}.{i}", ":members:") for i in inside
    ]
    return "\n".join(parts)


def _shown(module: str, option: str) -> str:
    return f"```{{eval-rst}}\n.. automodule:: {module}\n   {option}\n```\n"
