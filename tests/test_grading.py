"""The teacher's path: nbgrader takes our solution, hands out our sheet, grades a class.

Nothing is simulated: nbgrader's own converters, its data base and its kernels.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.converters import Autograde
from traitlets.config import PyFileConfigLoader
from typer.testing import CliRunner

from aelesson.course import grading, kernels
from aelesson.course.cli import app
from aelesson.course.workbook import CourseError
from tools.build import ROOT, build_job
from tools.sheets import STUB, mark_sheet
from tools.source import parse_source
from tools.state import find_jobs

pytestmark = [
    pytest.mark.slow,
    # nbgrader's own habits; nothing here could cure them.
    pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning"),
    pytest.mark.filterwarnings("ignore:Cell is missing an id field"),
]

CONFIG = ROOT / "tools" / "nbgrader_config.py"
LOOP_SECONDS = 3
SHEET = """\
# %%
from types import SimpleNamespace


def ask_double(function):
    assert function(2) == 4, "two times two is four"


def ask_square(function):
    assert function(3) == 9, "three times three is nine"


basics = SimpleNamespace(double=ask_double, square=ask_square)
checks = SimpleNamespace(basics=basics)

# %%
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% points=2
checks.basics.double(double)

# %%
def square(x):
    ### BEGIN SOLUTION
    return x * x
    ### END SOLUTION

# %% points=3
checks.basics.square(square)
"""


@pytest.fixture(scope="module")
def empty_gradebook(tmp_path_factory):
    """A gradebook as nbgrader makes it, made once: that takes as long as grading."""
    path = tmp_path_factory.mktemp("nbgrader") / "gradebook.db"
    with pytest.MonkeyPatch.context() as patch:
        folders = [str(Path(sys.executable).parent), os.environ["PATH"]]
        patch.setenv("PATH", os.pathsep.join(folders))  # it calls alembic by its name
        Gradebook(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def settings(tmp_path, empty_gradebook):
    """Return a function: seconds per cell -> a course, as teachers are told to make."""

    def make(timeout=60):
        own = f"c.Execute.timeout = {timeout}\nc.Exchange.root = {str(tmp_path)!r}\n"
        (tmp_path / CONFIG.name).write_text(CONFIG.read_text() + own)
        shutil.copy(empty_gradebook, tmp_path)
        config = PyFileConfigLoader(CONFIG.name, path=str(tmp_path)).load_config()
        config.CourseDirectory.root = str(tmp_path)
        return config

    return make


@pytest.fixture
def hand_in(tmp_path):
    """Return a function: a student's name and answers -> a submitted notebook."""

    def submit(student, change):
        released = next((tmp_path / "release").glob("*/*.ipynb"))
        notebook = nbformat.read(released, as_version=4)
        change({graded(cell): cell for cell in notebook.cells}, notebook)
        folder = tmp_path / "submitted" / student / released.parent.name
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / released.name)

    return submit


def graded(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def release(folder, solution, config):
    """Generate the assignment from a solution; return what students get."""
    name = solution.stem
    (folder / "source" / name).mkdir(parents=True)
    shutil.copy(solution, folder / "source" / name)
    api = NbGraderAPI(config=config)
    result = api.generate_assignment(name)
    assert result["success"], result["log"] or result.get("error")
    return api, nbformat.read(folder / "release" / name / solution.name, as_version=4)


def points(folder, name):
    """Read the points per student and check from the gradebook."""
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        return {
            submission.student_id: {
                grade.name.removeprefix("check_"): grade.score
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in gradebook.assignment_submissions(name)
        }


@pytest.fixture
def built(tmp_path):
    root = tmp_path / "repository"
    path = root / "sources/exercises/01_tiny.py"
    path.parent.mkdir(parents=True)
    path.write_text(SHEET)
    (job,) = find_jobs(root)
    build_job(job)
    return job


def answer(cells, name, code):
    assert STUB in cells[name].source
    cells[name].source = cells[name].source.replace(STUB, code)


def all_right(cells, notebook):
    answer(cells, "double", "return x + x")
    answer(cells, "square", "return x ** 2")


def one_wrong_one_left(cells, notebook):
    answer(cells, "double", "return 3 * x")


def copies(cells, notebook):
    """As JupyterLab's *Split Cell* and *Copy* do: the copy has the same metadata."""
    answer(cells, "double", "return 1")
    last = notebook.cells.index(cells["check_square"]) + 1
    right = {"source": "def double(x): return x + x", "id": "copied"}
    again = nbformat.from_dict(cells["double"] | right)
    check = nbformat.from_dict(cells["check_double"] | {"id": "copied-check"})
    notebook.cells[last:last] = [again, check]


def cheats(cells, notebook):
    answer(cells, "double", "return 2 * x")
    cells["check_square"].source = "print('passed')"


def loops(cells, notebook):
    answer(cells, "double", "\n    ".join(STUBBORN))
    answer(cells, "square", "return x * x")


def exits(cells, notebook):
    cells["double"].source = "def double(x): return 2 * x\nexit()"
    answer(cells, "square", "return x * x")


def dies(cells, notebook):
    answer(cells, "double", "import os; os._exit(1)")
    answer(cells, "square", "return x * x")


def removes_cells(cells, notebook):
    answer(cells, "double", "return 2 * x")
    for name in ("square", "check_square"):
        notebook.cells.remove(cells[name])


def has_no_marks(cells, notebook):
    all_right(cells, notebook)
    for cell in notebook.cells:
        cell.metadata = {}


STUBBORN = """\
while True:
    try:
        while True: pass
    except BaseException: pass""".splitlines()

CLASS = {
    all_right: (2, 3),
    one_wrong_one_left: (0, 0),
    copies: (2, 0),
    cheats: (2, 0),
    loops: (0, 3),
    exits: (0, 3),
    dies: (0, 3),
    removes_cells: (2, 0),
    has_no_marks: (2, 3),
}


def test_a_class_is_graded_and_what_is_not_is_named(
    tmp_path, settings, built, hand_in, monkeypatch
):
    monkeypatch.setattr("aelesson.course.kernels.GRACE_SECONDS", 0.5)
    _, released = release(tmp_path, built.executed, settings(LOOP_SECONDS))
    assert released.cells == nbformat.read(built.stub, as_version=4).cells
    for student in CLASS:
        hand_in(student.__name__, student)
    folder = tmp_path / "submitted"
    for name in ("renamed", "torn", "twice"):
        shutil.copytree(folder / "all_right", folder / name)
    (folder / "renamed/01_tiny/01_tiny.ipynb").rename(
        folder / "renamed/01_tiny/x.ipynb"
    )
    (folder / "torn/01_tiny/01_tiny.ipynb").write_text("{")
    (folder / "twice/01_tiny/01_tiny.ipynb").write_text(json.dumps({"cells": []}))
    result = CliRunner().invoke(app, ["grade", "01_tiny", "--folder", str(tmp_path)])
    assert (result.exit_code, result.stderr) == (1, "")
    told = result.stdout.splitlines()
    assert told[-1] == "Graded: 9. Not graded: 3."
    assert "✓ all_right: 5 of 5" in told
    assert "✗ renamed: NOT GRADED: there is no 01_tiny.ipynb, but x.ipynb: rename it"
    assert "✗ torn: NOT GRADED: 01_tiny.ipynb cannot be read as a notebook" in told
    assert "✗ twice: NOT GRADED: 01_tiny.ipynb has no code" in told
    assert told[told.index("! loops: 3 of 5") + 1] == "    double: does not end"
    assert told[told.index("! exits: 3 of 5") + 1] == "    double: kernel died"
    found = {
        name: tuple(each.values()) for name, each in points(tmp_path, "01_tiny").items()
    }
    assert found == {student.__name__: right for student, right in CLASS.items()}


REAL = """\
# %%
from aelesson import checks

# %%
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% points=2
checks.start_here.double(double)
"""


def test_a_judge_that_a_student_changed_is_put_back_and_named(
    tmp_path, settings, hand_in
):
    marked = mark_sheet(parse_source(REAL, Path("01_tiny.py"))).notebook
    nbformat.write(marked, tmp_path / "01_tiny.ipynb")
    release(tmp_path, tmp_path / "01_tiny.ipynb", settings())

    def patches(cells, notebook):
        cells["double"].source = (
            "def double(x): return x\n"
            "checks.start_here.double = lambda _: print('right in 3 cases')"
        )

    hand_in("patches", patches)
    (found,) = grading.grade(tmp_path, "01_tiny")
    only = "it passes only with a judge that the sheet has changed"
    assert (found.points, found.remarks) == (
        "0 of 2",
        (f"double: {only}: aelesson.checks.start_here.double",),
    )


@pytest.mark.skipif(not shutil.which("bwrap"), reason="bubblewrap is not here")
def test_cells_in_the_safe_kernel_write_nothing_and_leave_nothing(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("JUPYTER_PATH", str(ROOT / "tools" / "safe_kernel"))
    gradebook = tmp_path / "gradebook.db"
    gradebook.write_text("grades")
    leaves = "import subprocess; subprocess.Popen(['sleep', '7777.7'])"
    with kernels.start(tmp_path) as kernel:
        trouble = kernel.run(f"open({str(gradebook)!r}, 'w')", 20)
        assert trouble is not None
        assert "Read-only file system" in trouble.text
        assert kernel.run(leaves, 20) is None
        assert kernel.run("while True: pass", 1).kind is kernels.Kind.ENDLESS
        assert kernel.run("import tempfile; tempfile.TemporaryFile()", 20) is None
    assert gradebook.read_text() == "grades"
    assert "7777.7" not in subprocess.check_output(["ps", "-ef"], text=True)


@pytest.mark.parametrize(("write", "cure"), [(False, "has no nbgr"), (True, "not use")])
def test_a_course_with_other_settings_is_refused(tmp_path, write, cure):
    if write:
        (tmp_path / CONFIG.name).write_text("c = get_config()")
    with pytest.raises(CourseError, match=cure):
        list(grading.grade(tmp_path, "01_tiny"))


def test_an_assignment_that_was_not_released_is_named(tmp_path, settings):
    settings()
    with pytest.raises(CourseError, match="nbgrader generate_assignment 01_tiny"):
        list(grading.grade(tmp_path, "01_tiny"))


@pytest.mark.parametrize(
    "solution", sorted((ROOT / "solutions").glob("*.ipynb")), ids=lambda path: path.stem
)
def test_the_real_sheets_are_released_as_they_are_here(tmp_path, settings, solution):
    _, released = release(tmp_path, solution, settings())
    ours = nbformat.read(ROOT / "exercises" / solution.name, as_version=4)
    assert released.cells == ours.cells


# One sheet of numbers, one of networks: to grade all takes minutes, and the notebook
# tests execute each solution anyway.
@pytest.mark.parametrize("name", ["01_basics", "11_sequences"])
def test_the_real_sheets_can_be_graded(tmp_path, settings, name, hand_in):
    """The course's own answers get all points; an untouched sheet gets none."""
    solution = ROOT / "solutions" / f"{name}.ipynb"
    release(tmp_path, solution, settings())
    answers = nbformat.read(solution, as_version=4)
    most = {
        graded(cell).removeprefix("check_"): cell.metadata.nbgrader.points
        for cell in answers.cells
        if graded(cell) and cell.metadata.nbgrader.grade
    }

    def solve(cells, notebook):
        for cell in answers.cells:
            if graded(cell):
                cells[graded(cell)].source = cell.source

    hand_in("solved", solve)
    hand_in("untouched", lambda cells, notebook: None)
    everybody = list(grading.grade(tmp_path, name))
    assert [(found.problem, found.remarks) for found in everybody] == [("", ())] * 2
    found = points(tmp_path, name)
    assert found["solved"] == most
    assert found["untouched"] == dict.fromkeys(most, 0)


def test_the_teachers_settings_are_those_of_the_build_and_of_nbgrader():
    """Only three steps are others than nbgrader's own, which may get new ones."""
    config = PyFileConfigLoader(CONFIG.name, path=str(CONFIG.parent)).load_config()
    assert config.ClearSolutions.code_stub == {"python": STUB}
    assert config.OverwriteCells.add_missing_cells
    ours = {"PutBackCells": "OverwriteCells", "RunExercises": "Execute"}
    for phase in ("sanitize_preprocessors", "autograde_preprocessors"):
        names = [step.rpartition(".")[2] for step in config.Autograde[phase]]
        own = [step.__name__ for step in getattr(Autograde(), phase)]
        kept = [ours.get(name, name) for name in names if name != "DropEmptyMarks"]
        assert kept == own
