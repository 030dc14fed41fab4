"""What students really hand in, and the points that their answers earn."""

import nbformat

from aelesson.classroom.settings import STUB

RATIO = "return prod(image_shape) * image_bits / (latent_dim * code_bits)"
STUBBORN = """\
while True:
        try:
            while True: pass
        except BaseException: pass"""


def answer(cells, name, code):
    assert STUB in cells[name].source
    cells[name].source = cells[name].source.replace(STUB, code)


def all_right(cells, notebook):
    answer(cells, "double", "return x + x")
    answer(cells, "compression_ratio", RATIO)


def one_wrong_one_left(cells, notebook):
    answer(cells, "double", "return 3 * x")


def copies(cells, notebook):
    """As JupyterLab's *Copy* does: the copy has the same metadata."""
    answer(cells, "double", "return 1")
    right = {"source": "def double(x): return x + x", "id": "copied"}
    notebook.cells.append(nbformat.from_dict(cells["double"] | right))
    again = cells["check_double"] | {"id": "copied-check"}
    notebook.cells.append(nbformat.from_dict(again))


def splits(cells, notebook):
    """As JupyterLab's *Split Cell* does: both parts have the same metadata."""
    all_right(cells, notebook)
    own = cells["compression_ratio"]
    at = notebook.cells.index(own)
    helper = {"source": "def bits(n): return 8 * n", "id": "first-part"}
    notebook.cells.insert(at, nbformat.from_dict(own | helper))


def moves(cells, notebook):
    """A check stands before its answer."""
    all_right(cells, notebook)
    notebook.cells.remove(cells["compression_ratio"])
    notebook.cells.append(cells["compression_ratio"])


def removes_cells(cells, notebook):
    answer(cells, "double", "return 2 * x")
    for name in ("compression_ratio", "check_compression_ratio"):
        notebook.cells.remove(cells[name])


def removes_imports(cells, notebook):
    answer(cells, "double", "return 2 * x")
    del notebook.cells[0]


def renames_a_cell(cells, notebook):
    all_right(cells, notebook)
    cells["double"].metadata.nbgrader.grade_id = "twice"


def has_no_marks(cells, notebook):
    all_right(cells, notebook)
    for cell in notebook.cells:
        cell.metadata = {}


def has_another_kernel(cells, notebook):
    all_right(cells, notebook)
    notebook.metadata.kernelspec = {
        "name": "conda-env-ml-py",
        "display_name": "ML",
        "language": "python",
    }


def has_no_metadata(cells, notebook):
    has_no_marks(cells, notebook)
    notebook.metadata.clear()


def writes_other_checks(cells, notebook):
    answer(cells, "double", "return 2 * x")
    cells["check_compression_ratio"].source = "print('passed')"


def exits(cells, notebook):
    cells["double"].source = "def double(x): return 2 * x\nexit()"
    answer(cells, "compression_ratio", RATIO)


def dies(cells, notebook):
    answer(cells, "double", "import os; os._exit(1)")
    answer(cells, "compression_ratio", RATIO)


def loops(cells, notebook):
    answer(cells, "double", "while True: pass")
    answer(cells, "compression_ratio", RATIO)


def swallows_the_interrupt(cells, notebook):
    answer(cells, "double", STUBBORN)
    answer(cells, "compression_ratio", RATIO)


def prints_for_ever(cells, notebook):
    cells["double"].source += "\nwhile True: print('x' * 1_000_000)"
    answer(cells, "compression_ratio", RATIO)


def fills_the_memory(cells, notebook):
    answer(cells, "double", "return sum(list(range(10**9)))")
    answer(cells, "compression_ratio", RATIO)


def fills_the_memory_by_torch(cells, notebook):
    answer(cells, "double", "import torch\n    return torch.ones(10**9)[:3] * x")
    answer(cells, "compression_ratio", RATIO)


def syntax_error(cells, notebook):
    answer(cells, "double", "return 2 *")
    answer(cells, "compression_ratio", RATIO)


def half_a_character(cells, notebook):
    answer(cells, "double", "return 2 * x")
    answer(cells, "compression_ratio", RATIO + "  # ratio")


KINDS = {
    all_right: (2, 3),
    one_wrong_one_left: (0, 0),
    copies: (2, 0),
    splits: (2, 3),
    moves: (2, 3),
    removes_cells: (2, 0),
    removes_imports: (2, 0),
    renames_a_cell: (2, 3),
    has_no_marks: (2, 3),
    has_another_kernel: (2, 3),
    has_no_metadata: (2, 3),
    writes_other_checks: (2, 0),
    exits: (0, 3),
    dies: (0, 3),
    loops: (0, 3),
    swallows_the_interrupt: (0, 3),
    prints_for_ever: (0, 3),
    fills_the_memory: (0, 3),
    fills_the_memory_by_torch: (0, 3),
    syntax_error: (0, 3),
}


# What tries to get points without an answer: `double` is wrong everywhere.

WRONG = "def double(x): return x\n"


def replaces_the_check(cells, notebook):
    cells["double"].source = WRONG + (
        "checks.start_here.double = lambda _: print('right in 3 cases')"
    )


def replaces_checks(cells, notebook):
    cells["double"].source = WRONG + (
        "from types import SimpleNamespace\n"
        "checks = SimpleNamespace(start_here=SimpleNamespace(double=print))"
    )


def replaces_the_class(cells, notebook):
    cells["double"].source = WRONG + (
        "from aelesson.checks.engine.exercise import Exercise\n"
        "Exercise.__call__ = lambda *_: print('right in 3 cases')"
    )


def replaces_the_comparison(cells, notebook):
    cells["double"].source = WRONG + (
        "from aelesson.checks.engine import compare, runs\n"
        "compare.same = runs.same = lambda *_: True"
    )


def replaces_it_again_and_again(cells, notebook):
    """A thread goes on after the judge was put back."""
    cells["double"].source = WRONG + (
        "import threading\n"
        "from aelesson.checks.engine import runs\n"
        "def patch():\n"
        "    while True: runs._differs = lambda *_: False\n"
        "threading.Thread(target=patch, daemon=True).start()"
    )


def replaces_it_while_it_is_judged(cells, notebook):
    cells["double"].source = (
        "def double(x):\n"
        "    from aelesson.checks.engine import runs\n"
        "    runs._differs = lambda *_: False\n"
        "    return x"
    )


def replaces_the_testimony(cells, notebook):
    cells["double"].source = (
        "def double(x):\n"
        "    from aelesson.checks.engine import runs, testimony\n"
        "    runs._differs = lambda *_: False\n"
        "    testimony.given = lambda name: b'all is right'\n"
        "    return x"
    )


def ends_what_runs_it(cells, notebook):
    cells["double"].source = (
        "import os, signal\n"
        "def double(x):\n"
        "    os.kill(os.getppid(), signal.SIGKILL)\n"
        "    return 2 * x"
    )


CHEATS = [
    replaces_the_check,
    replaces_checks,
    replaces_the_class,
    replaces_the_comparison,
    replaces_it_again_and_again,
    replaces_it_while_it_is_judged,
    replaces_the_testimony,
]
