"""The teacher's path: nbgrader takes our solution, hands out our sheet, grades a class.

Nothing is simulated: nbgrader's own converters, its data base and its kernels.
"""

import os
import shutil
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config, PyFileConfigLoader

from tools.build import ROOT, build_job
from tools.sheets import STUB
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


def settings(folder):
    """A course in `folder`, with the settings that teachers are given."""
    config = PyFileConfigLoader(CONFIG.name, path=str(CONFIG.parent)).load_config()
    config.CourseDirectory.root = str(folder)
    config.Exchange.root = str(folder / "exchange")
    config.CourseDirectory.db_url = f"sqlite:///{folder / 'gradebook.db'}"
    return config


@pytest.fixture(autouse=True)
def environment_is_active(monkeypatch):
    """Put this Python's programs on the path: nbgrader calls `alembic` by its name."""
    folders = [str(Path(sys.executable).parent), os.environ["PATH"]]
    monkeypatch.setenv("PATH", os.pathsep.join(folders))


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


def grade(folder, api, name, students):
    """Autograde each student; return the points per check from the gradebook."""
    for student in students:
        result = api.autograde(name, student)
        assert result["success"], result["log"] or result.get("error")
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        return {
            student: {
                grade.name: grade.score
                for notebook in gradebook.find_submission(name, student).notebooks
                for grade in notebook.grades
            }
            for student in students
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


def cheats(cells, notebook):
    answer(cells, "double", "return 2 * x")
    cells["check_square"].source = "print('passed')"


def loops(cells, notebook):
    answer(cells, "double", "while True: pass")
    answer(cells, "square", "return x * x")


def removes_a_check(cells, notebook):
    answer(cells, "double", "return 2 * x")
    notebook.cells.remove(cells["check_square"])


def test_a_class_is_graded(tmp_path, built, hand_in):
    config = settings(tmp_path)
    config.Execute.timeout = LOOP_SECONDS
    api, released = release(tmp_path, built.executed, config)
    assert released.cells == nbformat.read(built.stub, as_version=4).cells
    for student in (all_right, one_wrong_one_left, cheats, loops, removes_a_check):
        hand_in(student.__name__, student)
    points = grade(
        tmp_path,
        api,
        "01_tiny",
        ["all_right", "one_wrong_one_left", "cheats", "loops", "removes_a_check"],
    )
    assert points == {
        "all_right": {"check_double": 2, "check_square": 3},
        "one_wrong_one_left": {"check_double": 0, "check_square": 0},
        "cheats": {"check_double": 2, "check_square": 0},
        "loops": {"check_double": 0, "check_square": 3},
        "removes_a_check": {"check_double": 2, "check_square": 0},
    }


@pytest.mark.parametrize(
    "solution", sorted((ROOT / "solutions").glob("*.ipynb")), ids=lambda path: path.stem
)
def test_the_real_sheets_are_released_as_they_are_here(tmp_path, solution):
    _, released = release(tmp_path, solution, settings(tmp_path))
    ours = nbformat.read(ROOT / "exercises" / solution.name, as_version=4)
    assert released.cells == ours.cells


# One sheet of numbers, one of networks: to grade all takes minutes, and the notebook
# tests execute each solution anyway.
@pytest.mark.parametrize("name", ["01_basics", "11_sequences"])
def test_the_real_sheets_can_be_graded(tmp_path, name, hand_in):
    """The course's own answers get all points; an untouched sheet gets none."""
    solution = ROOT / "solutions" / f"{name}.ipynb"
    api, _ = release(tmp_path, solution, settings(tmp_path))
    answers = nbformat.read(solution, as_version=4)
    most = {
        graded(cell): cell.metadata.nbgrader.points
        for cell in answers.cells
        if graded(cell) and cell.metadata.nbgrader.grade
    }

    def solve(cells, notebook):
        for cell in answers.cells:
            if graded(cell):
                cells[graded(cell)].source = cell.source

    hand_in("solved", solve)
    hand_in("untouched", lambda cells, notebook: None)
    points = grade(tmp_path, api, solution.stem, ["solved", "untouched"])
    assert points["solved"] == most
    assert points["untouched"] == dict.fromkeys(most, 0)


def test_the_teachers_settings_are_those_of_the_build():
    config = PyFileConfigLoader(CONFIG.name, path=str(CONFIG.parent)).load_config()
    assert config == Config(
        {
            "ClearSolutions": {"code_stub": {"python": STUB}},
            "Execute": {"timeout": 60, "interrupt_on_timeout": True},
            "OverwriteCells": {"add_missing_cells": True},
        }
    )
