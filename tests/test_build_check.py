"""`check` runs nothing, and tells what is old from what somebody changed."""

import os

import pytest
from tiny_course import (
    HERE,
    LESSON,
    SHEET,
    SHEET_HERE,
    edit,
    findings,
    problems,
    run,
    save_as_a_learner,
)

from aelesson.data import SAMPLE
from tools import records
from tools.build import ROOT, check_all, check_rest
from tools.state import find_jobs, find_problems

pytest_plugins = ["tiny_fixtures"]
IN_CI = bool(os.environ.get("CI"))  # where nobody has run a lesson by hand


@pytest.mark.slow
class TestCheck:
    def test_what_was_built_is_in_step(self, built):
        assert problems(built) == {}
        result = run("check", built)
        assert (result.exit_code, "in step: 2 texts" in result.output) == (0, True)

    def test_the_command_names_file_and_remedy_and_exits_1(self, built):
        (built / "notebooks/01_tiny.ipynb").unlink()
        result = run("check", built)
        assert result.exit_code == 1
        assert "notebooks/01_tiny.ipynb: missing" in result.output
        assert "python -m tools.build build 01_tiny" in result.output

    @pytest.mark.parametrize(
        ("old", "new", "line"),
        [
            ("1 + 1", "1 + 2", 4),
            ("# # One and one", "# # One", 1),
            ('["skip-execution", "widget"]', '["skip-execution"]', 8),
            ("\n# %%\nprint", '\n# %% alt="Nothing"\nprint', 4),
        ],
    )
    def test_an_edit_of_the_lesson_is_noticed(self, built, old, new, line):
        assert old in LESSON
        (built / HERE).write_text(LESSON.replace(old, new))
        found = problems(built)
        assert list(found) == ["notebooks/01_tiny.ipynb"]
        assert f"stale: differs from {HERE}:{line} " in found["notebooks/01_tiny.ipynb"]

    def test_an_edit_of_an_answer_makes_only_the_solution_stale(self, built):
        path = built / "sources/exercises/01_tiny.py"
        path.write_text(SHEET.replace("answer", "result"))
        # The stub's cell id is the hash of its solution, so it changes with it.
        assert set(problems(built)) == {
            "solutions/01_tiny.ipynb",
            "exercises/01_tiny.ipynb",
        }

    def test_a_change_of_points_makes_both_stale(self, built):
        path = built / "sources/exercises/01_tiny.py"
        path.write_text(SHEET.replace("points=2", "points=3"))
        assert len(problems(built)) == 2

    def test_a_cell_too_many_is_noticed(self, built):
        text = LESSON[: LESSON.index("# %% tags")]
        (built / HERE).write_text(text)
        (problem,) = problems(built).values()
        assert "has 3 cells" in problem

    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            (
                lambda n: n["cells"][1].update(execution_count=None),
                "unexecuted: 1",
            ),
            (lambda n: n["cells"][1].update(execution_count=3), "run by hand"),
            (
                lambda n: n["cells"][1]["outputs"].append(
                    {
                        "output_type": "error",
                        "ename": "E",
                        "evalue": "",
                        "traceback": [],
                    }
                ),
                "failed: holds an error output",
            ),
            (
                lambda n: n["metadata"]["language_info"].update(version="3.12"),
                "saved by another program",
            ),
            (lambda n: n["metadata"].update(widgets={}), "saved by another program"),
            (lambda n: n["cells"][1].update(source="2"), "stale: differs"),
            (lambda n: n["cells"][1].update(id="other"), "stale: differs"),
            (lambda n: n["cells"].pop(), "stale: differs"),
        ],
    )
    def test_a_change_of_the_notebook_is_noticed(self, built, change, problem):
        edit(built / "notebooks/01_tiny.ipynb", change)
        assert problem in problems(built)["notebooks/01_tiny.ipynb"]

    @pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"{}"])
    def test_a_damaged_notebook_is_noticed(self, built, content):
        (built / "notebooks/01_tiny.ipynb").write_bytes(content)
        assert "damaged" in problems(built)["notebooks/01_tiny.ipynb"]

    def test_one_byte_of_a_stub_is_noticed(self, built):
        stub = built / "exercises/01_tiny.ipynb"
        stub.write_bytes(stub.read_bytes() + b"\n")
        assert "stale" in problems(built)["exercises/01_tiny.ipynb"]

    def test_a_missing_stub_and_orphans_are_noticed(self, built):
        os.replace(built / "exercises/01_tiny.ipynb", built / "exercises/02_old.ipynb")
        found = problems(built)
        assert found["exercises/01_tiny.ipynb"] == "missing"
        assert "sources/exercises/02_old.py" in found["exercises/02_old.ipynb"]

    def test_a_bad_text_is_one_finding_and_hides_no_other(self, built):
        (built / HERE).write_text("no marker\n")
        (built / "solutions/01_tiny.ipynb").unlink()
        found = problems(built)
        assert set(found) == {str(HERE), "solutions/01_tiny.ipynb"}


@pytest.fixture
def measure(monkeypatch):
    """Return a function that sets what was measured: lesson -> data set -> figures.

    Or, with `rows`, a row of the results at full size -> what is kept of it.
    """

    def keep(rows=None, **measured):
        kept = {"expected.json": measured, "results.json": rows or {}}
        monkeypatch.setattr(records, "_read", kept.get)

    return keep


TINY = "01_tiny"


@pytest.mark.slow
class TestMeasured:
    def test_a_lesson_that_was_measured_again_is_stale(self, course, measure):
        measure(**{TINY: {SAMPLE: {"figures": {"MSE": [1, 2]}}}})
        assert run("build", course).exit_code == 0
        assert problems(course) == {}
        measure(**{TINY: {SAMPLE: {"figures": {"MSE": [1, 3]}}}})
        assert problems(course) == {
            "notebooks/01_tiny.ipynb": "stale: measured again since it was built"
        }
        result = run("check", course)
        assert result.exit_code == 1
        assert "build 01_tiny" in result.output
        assert run("build", course).exit_code == 0
        assert problems(course) == {}

    def test_a_lesson_is_stale_when_a_row_that_it_shows_was_measured_again(
        self, course, measure
    ):
        (course / HERE).write_text(LESSON + '\n# %%\n# shows.full_size("toy")\n')
        measure(rows={"toy": {"ours": [1]}, "other": {"ours": [2]}})
        assert run("build", course).exit_code == 0
        measure(rows={"toy": {"ours": [1]}, "other": {"ours": [3]}})
        assert problems(course) == {}
        measure(rows={"toy": {"ours": [1.5]}})
        stale = "stale: measured again since it was built"
        assert problems(course) == {"notebooks/01_tiny.ipynb": stale}

    def test_a_row_is_named_where_it_is_shown(self, course):
        (course / HERE).write_text(LESSON + '\n# %%\n# map(full_size, ["toy"])\n')
        assert 'write full_size("row")' in problems(course)[str(HERE)]

    def test_one_that_was_run_by_hand_too_is_stale_all_the_same(self, built, measure):
        save_as_a_learner(built / "notebooks/01_tiny.ipynb")
        assert run("check", built).exit_code == 0
        measure(**{TINY: {SAMPLE: {}}})
        assert run("check", built).exit_code == 1

    def test_other_lessons_and_data_sets_are_no_matter(self, built, measure):
        measure(**{TINY: {"mnist": {"figures": {}}}, "02_next": {SAMPLE: {}}})
        assert problems(built) == {}


class TestByHand:
    """A learner runs the lessons and saves them: that must not fail their tests."""

    @pytest.mark.parametrize("folder", ["notebooks", "solutions", "exercises"])
    def test_it_is_shown_and_passes_unless_strict(self, built, folder):
        save_as_a_learner(built / folder / "01_tiny.ipynb")
        result = run("check", built)
        assert result.exit_code == 0
        assert f"git restore {folder}/01_tiny.ipynb" in result.output
        assert run("check", built, "--strict").exit_code == 1

    def test_a_change_of_the_text_fails_all_the_same(self, built):
        save_as_a_learner(built / "notebooks/01_tiny.ipynb")
        (built / HERE).write_text(LESSON.replace("One and one", "Two and two"))
        result = run("check", built)
        assert result.exit_code == 1
        assert "build 01_tiny" in result.output

    @pytest.mark.parametrize("ran", [False, True])
    @pytest.mark.parametrize(
        ("path", "old", "new"),
        [
            (HERE, '["skip-execution", "widget"]', '["skip-execution"]'),
            (HERE, "\n# %%\nprint", '\n# %% alt="Nothing"\nprint'),
            (SHEET_HERE, "points=2", "points=3"),
            (SHEET_HERE, "answer", "result"),
        ],
    )
    def test_no_change_of_a_text_is_taken_for_one_by_hand(
        self, built, path, old, new, ran
    ):
        text = (built / path).read_text()
        assert old in text
        (built / path).write_text(text.replace(old, new))
        if ran:
            for notebook in findings(built):
                save_as_a_learner(built / notebook)
        found = findings(built).values()
        assert len(found) == (1 if path == HERE else 2)
        assert not any(finding.by_hand for finding in found)
        answers = "exercises/01_tiny.ipynb" if ran else ""  # may hold some
        for finding in found:
            remedy = (
                "move it to workbook/" if finding.path == answers else "tools.build"
            )
            assert remedy in finding.remedy

    def test_a_notebook_that_does_not_say_its_text_fails(self, built):
        path = built / "notebooks/01_tiny.ipynb"
        edit(path, lambda notebook: notebook["metadata"].pop("aelesson"))
        (finding,) = findings(built).values()
        assert "does not say that it was built from this text" in finding.problem
        assert not finding.by_hand

    def test_a_damaged_notebook_fails(self, built):
        (built / "notebooks/01_tiny.ipynb").write_text("{")
        assert run("check", built).exit_code == 1


@pytest.mark.parametrize("job", find_jobs(ROOT), ids=lambda job: job.label)
def test_the_real_notebooks_are_in_step(job):
    findings = [f for f in find_problems(job) if IN_CI or not f.by_hand]
    assert not findings, "\n".join(f"{f.path}: {f.problem}" for f in findings)


@pytest.mark.slow
def test_the_real_course_has_no_orphans_and_no_stale_pictures():
    jobs = find_jobs(ROOT)
    by_hand = {f.path for f in check_all(jobs) if f.by_hand and not IN_CI}
    rest = check_rest(ROOT, jobs, by_hand)
    assert not rest, "\n".join(f"{f.path}: {f.problem}" for f in rest)
