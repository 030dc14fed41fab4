"""The course's own sheets in a class: released as they are here, graded in full."""

import shutil

import nbformat
import pytest

from aelesson.classroom import course, grading, release
from tools.build import ROOT

pytestmark = [
    pytest.mark.slow,
    # nbgrader's own habits; nothing here could cure them.
    pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning"),
]

SOLUTIONS = sorted((ROOT / "solutions").glob("*.ipynb"))


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    folder = tmp_path_factory.mktemp("real") / "class"
    return course.new(folder, ROOT / "solutions", None)


@pytest.mark.parametrize("solution", SOLUTIONS, ids=lambda path: path.stem)
def test_the_real_sheets_are_released_as_they_are_here(everything, solution):
    list(release.release(everything, [solution.stem]))
    place = everything.place("release", ".", solution.stem) / solution.name
    ours = nbformat.read(ROOT / "exercises" / solution.name, as_version=4)
    assert nbformat.read(place, as_version=4).cells == ours.cells


# One sheet of numbers, one of networks: to grade all takes minutes, and the notebook
# tests execute each solution anyway.
@pytest.mark.parametrize("name", ["01_basics", "11_sequences"])
def test_the_real_sheets_can_be_graded(everything, name):
    """The course's own answers get all points; an untouched sheet gets none."""
    list(release.release(everything, [name]))
    for student, origin in (("solved", "solutions"), ("untouched", "exercises")):
        folder = everything.place("submitted", student, name)
        folder.mkdir(parents=True)
        shutil.copy(ROOT / origin / f"{name}.ipynb", folder)
    solved = grading.grade_one(everything.folder, "solved", name)
    assert (solved.problem, solved.remarks) == ("", ())
    assert [each.remark for each in solved.exercises] == [""] * len(solved.exercises)
    assert solved.points == solved.possible > 0
    untouched = grading.grade_one(everything.folder, "untouched", name)
    assert (untouched.points, untouched.possible) == (0, solved.possible)
    assert {each.state for each in untouched.exercises} == {"not begun"}
