"""Each kind of submission gets the points that its answers earn, or is named.

Nothing is simulated: nbgrader's own converters and data base, real kernels.
"""

import base64

import pytest

from aelesson.classroom import grading, worker
from tests.classroom.grading import submissions
from tests.classroom.grading.conftest import SHEET

pytestmark = [
    pytest.mark.slow,
    # nbgrader's own habits; nothing here could cure them.
    pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning"),
    pytest.mark.filterwarnings("ignore:Cell is missing an id field"),
]


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr("aelesson.course.kernels.GRACE_SECONDS", 0.5)


@pytest.mark.parametrize("kind", submissions.KINDS, ids=lambda kind: kind.__name__)
def test_a_submission_gets_what_its_answers_earn(kind, points):
    found, reached = points(kind)
    assert found.problem == ""
    assert reached == submissions.KINDS[kind]


@pytest.mark.parametrize("kind", submissions.CHEATS, ids=lambda kind: kind.__name__)
def test_a_judge_that_was_replaced_gives_no_points_and_is_named(kind, points):
    found, reached = points(kind)
    assert reached == (0, 0)
    double = next(each for each in found.exercises if each.name == "double")
    assert double.state == "failed"
    assert "judge" in double.remark


def test_a_submission_that_ends_what_runs_it_costs_no_other(points):
    _, reached = points(submissions.ends_what_runs_it)
    assert reached in ((), (0, 0), (2, 0))  # it may be ended before it is judged
    _, reached = points(submissions.all_right)
    assert reached == (2, 3)


def test_a_forged_testimony_gives_no_points(points, monkeypatch):
    """Whatever a bench says: only what is right passes."""
    honest = worker.Bench.run

    def lies(self, job, seconds):
        told = honest(self, job, seconds)
        for each in told["exercises"]:
            each["state"] = "passed"
            each["testimony"] = base64.b64encode(b"right").decode()
        return told

    monkeypatch.setattr(worker.Bench, "run", lies)
    found, reached = points(submissions.one_wrong_one_left)
    assert reached == (0, 0)
    assert all("cannot be read" in each.remark for each in found.exercises)


@pytest.mark.parametrize(
    "lie",
    [
        {},
        {"exercises": [], "outputs": [], "bytes": 0, "problem": ""},
        {"exercises": 3, "outputs": "x", "bytes": None, "problem": ""},
    ],
)
def test_a_bench_that_makes_no_sense_is_named(points, monkeypatch, lie):
    monkeypatch.setattr(worker.Bench, "run", lambda *_: lie)
    found, _ = points(submissions.all_right)
    assert "it ended what ran it" in found.problem


def test_what_is_graded_is_not_graded_again_until_it_changes(
    classroom, hand_in, monkeypatch
):
    hand_in("eve", submissions.all_right)
    graded = []

    def one(folder, student, sheet):
        graded.append(student)
        return grading.Graded(student, sheet, digest="x")

    monkeypatch.setattr(
        grading,
        "_in_parallel",
        lambda room, sheet, todo, jobs: iter(
            [
                grading._kept(room, grading.grade_one(room.folder, s, sheet))
                for s in todo
            ]
        ),
    )
    (first,) = grading.grade(classroom, SHEET, students=["eve"])
    monkeypatch.setattr(grading, "grade_one", one)
    (second,) = grading.grade(classroom, SHEET, students=["eve"])
    assert (first, graded) == (second, [])
    assert first.points == 5
    assert first.megabytes > 100
    list(grading.grade(classroom, SHEET, students=["eve"], again=True))
    assert graded == ["eve"]
