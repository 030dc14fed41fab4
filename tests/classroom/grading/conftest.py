"""A class with one small sheet, whose checks are the course's own."""

from pathlib import Path

import nbformat
import pytest

from aelesson.classroom import course, grading, release
from tools.sheets import mark_sheet
from tools.source import parse_source

SHEET = "01_tiny"
POINTS = {"double": 2, "compression_ratio": 3}
TEXT = """\
# %%
from math import prod

from aelesson import checks

# %%
def double(x):
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION

# %% points=2
checks.start_here.double(double)

# %%
def compression_ratio(image_shape, latent_dim, image_bits, code_bits):
    ### BEGIN SOLUTION
    image = prod(image_shape) * image_bits
    return image / (latent_dim * code_bits)
    ### END SOLUTION

# %% points=3
checks.basics.compression_ratio(compression_ratio)
"""


@pytest.fixture(scope="session")
def solutions(tmp_path_factory):
    """The folder that a class is made of."""
    folder = tmp_path_factory.mktemp("solutions")
    marked = mark_sheet(parse_source(TEXT, Path(f"{SHEET}.py"))).notebook
    nbformat.write(marked, folder / f"{SHEET}.ipynb")
    return folder


@pytest.fixture(scope="session")
def classroom(solutions, tmp_path_factory):
    """A class whose sheet is released; every test has students of its own."""
    folder = tmp_path_factory.mktemp("classes") / "class"
    made = course.new(folder, solutions, None)
    (folder / "nbgrader_config.py").write_text(
        (folder / "nbgrader_config.py").read_text()
        + "c.Execute.timeout = 5\nc.RunExercises.limit = 60\n"
        "c.RunExercises.megabytes = 500\n"
    )
    made = course.find(made.folder)
    list(release.release(made, [SHEET]))
    return made


@pytest.fixture
def hand_in(classroom):
    """Return a function: a student and a change of the sheet -> it lies there."""

    def submit(student, change):
        place = classroom.place("release", ".", SHEET)
        released = nbformat.read(place / f"{SHEET}.ipynb", 4)
        change({graded(cell): cell for cell in released.cells}, released)
        folder = classroom.place("submitted", student, SHEET)
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(released, folder / f"{SHEET}.ipynb")

    return submit


@pytest.fixture
def points(classroom, hand_in):
    """Return a function: a change of the sheet -> what was found, and the points."""

    def judged(change):
        hand_in(change.__name__, change)
        found = grading.grade_one(classroom.folder, change.__name__, SHEET)
        reached = {each.name: each.points for each in found.exercises}
        return found, tuple(reached[name] for name in POINTS if reached)

    return judged


def graded(cell):
    """Return the name that nbgrader has for a cell, or None."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")
