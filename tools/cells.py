"""Run a lesson's text, and go on after a cell that fails: `python tools/cells.py FILE`.

With networks of another width, a network that a lesson writes out is no longer equal to
the library's, and the cell that proves it cannot run. The rest of the lesson can.
"""

import re
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

MARKER = re.compile(r"^# %%", re.MULTILINE)


def split_cells(text: str) -> Iterator[str]:
    """Yield the cells of a text, each behind as many empty lines as stand before it."""
    starts = [0, *(found.start() for found in MARKER.finditer(text))]
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        yield "\n" * text.count("\n", 0, start) + text[start:end]


def run_cells(path: Path) -> None:
    """Run all cells of a text as one program; say which fail."""
    module = sys.modules["__main__"] = ModuleType("__main__")
    module.__file__ = str(path)
    for cell in split_cells(path.read_text("utf-8")):
        try:
            exec(compile(cell, str(path), "exec"), module.__dict__)
        except Exception:
            traceback.print_exc()


if __name__ == "__main__":
    sys.path.pop(0)  # this folder, none of whose modules a lesson means
    run_cells(Path(sys.argv[1]))
