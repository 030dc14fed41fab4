"""No learner's work is lost: `course.workbook`, case by case and as a property."""

import ast
import hashlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from aelesson.course import workbook
from aelesson.course.workbook import (
    CourseError,
    Outcome,
    fill,
    find_course,
    is_untouched,
    sheet_digest,
)

NAME = "01_basics.ipynb"


def stub(*sources):
    """A sheet as the build makes it, with its version in its metadata."""
    cells = [{"cell_type": "markdown", "metadata": {}, "source": "# Sheet"}]
    cells += [code(source) for source in sources]
    sheet = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    sheet["metadata"]["aelesson"] = {"sheet": sheet_digest(sheet)}
    return sheet


def code(source):
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": source,
    }


def save(path, sheet):
    """Save as JupyterLab does: sources as lists of lines, unknown metadata kept."""
    cells = [dict(c, source=c["source"].splitlines(True)) for c in sheet["cells"]]
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(dict(sheet, cells=cells), indent=1), encoding="utf-8")


def load(path):
    sheet = json.loads(path.read_text(encoding="utf-8"))
    for cell in sheet["cells"]:
        cell["source"] = workbook.cell_source(cell)
    return sheet


def edit(path, text):
    sheet = load(path)
    sheet["cells"][1]["source"] += f"\n{text}"
    save(path, sheet)


@pytest.fixture
def course(tmp_path):
    """A course with one sheet that the learner has already got."""
    save(tmp_path / "exercises" / NAME, stub("first"))
    assert [r.outcome for r in refill(tmp_path)] == [Outcome.COPIED]
    return tmp_path


def refill(course):
    return fill(course / "exercises", course / "workbook")


def publish(course, *sources):
    save(course / "exercises" / NAME, stub(*sources))


def names(course):
    return sorted(path.name for path in (course / "workbook").iterdir())


def test_the_module_needs_nothing_but_the_standard_library():
    tree = ast.parse(Path(workbook.__file__).read_text(encoding="utf-8"))
    nodes = [n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom)]
    names = {getattr(n, "module", None) or n.names[0].name for n in nodes}
    assert {name.split(".")[0] for name in names} <= sys.stdlib_module_names


def test_digest_is_the_documented_hash():
    sheet = stub("a = 1")
    expected = hashlib.sha256(b"markdown\n# Sheet\x00code\na = 1").hexdigest()
    assert sheet_digest(sheet) == expected


def test_digest_is_the_same_for_lines_text_and_nodes(tmp_path):
    sheet = stub("a = 1\nb = 2\n")
    save(tmp_path / NAME, sheet)
    lines = json.loads((tmp_path / NAME).read_text())
    assert isinstance(lines["cells"][1]["source"], list)
    assert sheet_digest(lines) == sheet_digest(sheet)
    node = nbformat.from_dict(sheet)
    assert sheet_digest(node) == sheet_digest(sheet)


def test_digest_leaves_out_outputs_and_metadata():
    sheet, run = stub("a"), stub("a")
    run["cells"][1] |= {"outputs": ["1"], "execution_count": 7, "id": "x"}
    run["cells"][1]["metadata"] = {"tags": ["t"]}
    run["metadata"] = {}
    assert sheet_digest(run) == sheet_digest(sheet)


def test_digest_tells_cells_apart():
    digests = {
        sheet_digest(s) for s in (stub("a", "b"), stub("ab"), stub("b", "a"), stub("a"))
    }
    assert len(digests) == 4
    markdown = stub("a")
    markdown["cells"][1]["cell_type"] = "markdown"
    assert sheet_digest(markdown) not in digests


def test_digest_of_a_lone_surrogate():
    assert len(sheet_digest(stub("\ud800"))) == 64


@pytest.mark.parametrize(
    "bad", [{}, [], {"cells": [1]}, {"cells": [{"source": "a"}]}, {"cells": None}]
)
def test_digest_of_no_notebook(bad):
    with pytest.raises(ValueError, match="notebook must be of format 4"):
        sheet_digest(bad)


def test_a_missing_sheet_is_copied_byte_by_byte(course):
    original = (course / "exercises" / NAME).read_bytes()
    assert (course / "workbook" / NAME).read_bytes() == original
    assert names(course) == [NAME]


def test_the_same_version_is_left_alone(course):
    edit(course / "workbook" / NAME, "mine")
    before = (course / "workbook" / NAME).read_bytes()
    (report,) = refill(course)
    assert (report.outcome, report.message) == (Outcome.CURRENT, "")
    assert (course / "workbook" / NAME).read_bytes() == before


def test_an_untouched_older_version_is_replaced_even_if_it_was_run(course):
    sheet = load(course / "workbook" / NAME)
    sheet["cells"][1] |= {"outputs": [], "execution_count": 3}
    save(course / "workbook" / NAME, sheet)
    publish(course, "second")
    (report,) = refill(course)
    assert report.outcome is Outcome.UPDATED
    assert "not begun yet" in report.message
    assert load(course / "workbook" / NAME)["cells"][1]["source"] == "second"
    assert names(course) == [NAME]


def test_a_new_version_is_laid_beside_work_and_announced(course):
    edit(course / "workbook" / NAME, "mine")
    before = (course / "workbook" / NAME).read_bytes()
    publish(course, "second")
    beside = f"01_basics.new-{sheet_digest(stub('second'))[:8]}.ipynb"
    (report,) = refill(course)
    assert report.outcome is Outcome.LAID_BESIDE
    assert f"workbook/{beside}" in report.message
    assert "copy your answers into it" in report.message
    assert names(course) == sorted([NAME, beside])
    assert (course / "workbook" / NAME).read_bytes() == before
    edit(course / "workbook" / beside, "begun here")
    (report,) = refill(course)
    assert report.outcome is Outcome.STILL_BESIDE
    assert "begun here" in (course / "workbook" / beside).read_text()


def test_versions_once_laid_beside_go_unless_somebody_has_begun_them(course):
    edit(course / "workbook" / NAME, "mine")
    publish(course, "second")
    refill(course)
    publish(course, "third")
    refill(course)
    third = f"01_basics.new-{sheet_digest(stub('third'))[:8]}.ipynb"
    assert names(course) == sorted([NAME, third])
    edit(course / "workbook" / third, "begun here")
    publish(course, "first")
    assert refill(course)[0].outcome is Outcome.CURRENT
    assert names(course) == sorted([NAME, third])


def test_renaming_the_new_version_over_the_old_ends_the_matter(course):
    edit(course / "workbook" / NAME, "mine")
    publish(course, "second")
    refill(course)
    (beside,) = (course / "workbook").glob("*.new-*")
    edit(beside, "my answer, copied")
    (course / "workbook" / NAME).rename(course / "workbook" / "old.ipynb")
    beside.rename(course / "workbook" / NAME)
    assert refill(course)[0].outcome is Outcome.CURRENT
    assert names(course) == [NAME, "old.ipynb"]


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe", b"[]", b"[" * 100_000, b'{"cells": [7]}']
)
def test_an_unreadable_sheet_counts_as_worked_on(course, content):
    (course / "workbook" / NAME).write_bytes(content)
    assert refill(course)[0].outcome is Outcome.LAID_BESIDE
    assert (course / "workbook" / NAME).read_bytes() == content


def test_a_sheet_is_untouched_until_a_cell_is_changed(tmp_path):
    path, sheet = tmp_path / NAME, stub("first", "second")
    assert not is_untouched(path), "there is none"
    save(path, sheet)
    assert is_untouched(path)
    sheet["cells"][1]["execution_count"] = 3
    save(path, sheet)
    assert is_untouched(path), "it was only run"
    sheet["cells"][1]["source"] = "mine"
    save(path, sheet)
    assert not is_untouched(path)
    path.write_bytes(b"{")
    assert not is_untouched(path), "it may hold answers"


@pytest.mark.parametrize(
    "metadata", [{}, {"aelesson": None}, {"aelesson": {"sheet": 7}}, None, []]
)
def test_a_sheet_without_a_version_counts_as_worked_on(course, metadata):
    save(course / "workbook" / NAME, dict(stub("first"), metadata=metadata))
    assert refill(course)[0].outcome is Outcome.CURRENT  # the very same cells
    publish(course, "second")
    assert refill(course)[0].outcome is Outcome.LAID_BESIDE


def test_a_folder_or_dangling_link_in_a_sheets_place_is_left_and_named(course):
    path = course / "workbook" / NAME
    path.unlink()
    path.mkdir()
    (report,) = refill(course)
    assert (report.outcome, report.is_there) == (Outcome.BLOCKED, False)
    assert f"workbook/{NAME} is a folder: give it another name" in report.message
    path.rmdir()
    path.symlink_to("nowhere")
    (report,) = refill(course)
    assert report.outcome is Outcome.BLOCKED
    assert "is a link to nowhere, which is not there: bring that back" in report.message
    assert path.is_symlink()
    assert names(course) == [NAME]


def test_half_files_of_a_process_that_was_killed_are_removed(course):
    old, new = (course / "workbook" / f".{NAME}.{n}.partial" for n in (1, 2))
    for path in (old, new):
        path.write_text("{")
    os.utime(old, (0, 0))
    refill(course)
    assert names(course) == [new.name, NAME]


def test_a_sheet_removed_upstream_is_left(course):
    (course / "exercises" / NAME).unlink()
    assert refill(course) == []
    assert names(course) == [NAME]


def test_odd_names_are_ignored(course):
    for name in ("notes.ipynb", "1_a.ipynb", "02-b.ipynb", "02_b-Copy1.ipynb"):
        save(course / "exercises" / name, stub("x"))
    refill(course)
    assert names(course) == [NAME]


def test_an_unreadable_original_is_named_and_not_copied(course):
    (course / "exercises" / "02_losses.ipynb").write_text("<<<<<<< HEAD")
    report = refill(course)[1]
    assert report.outcome is Outcome.UNREADABLE
    assert "`git restore exercises/02_losses.ipynb`" in report.message
    assert names(course) == [NAME]


def test_answers_typed_into_exercises_are_kept_and_named(course):
    shutil.rmtree(course / "workbook")
    edit(course / "exercises" / NAME, "mine")
    (report,) = refill(course)
    assert report.outcome is Outcome.ALTERED
    assert "is not as the course made it" in report.message
    assert "mine" in (course / "workbook" / NAME).read_text()
    # The original comes back, and then a newer version: the work stays.
    publish(course, "first")
    assert refill(course)[0].outcome is Outcome.CURRENT
    publish(course, "second")
    assert refill(course)[0].outcome is Outcome.LAID_BESIDE
    assert "mine" in (course / "workbook" / NAME).read_text()


def test_no_exercises_folder(tmp_path):
    with pytest.raises(CourseError, match="There is no folder"):
        refill(tmp_path)
    assert not (tmp_path / "workbook").exists()


def test_a_workbook_that_cannot_be_written(tmp_path):
    publish_to = tmp_path / "exercises" / NAME
    save(publish_to, stub("first"))
    (tmp_path / "workbook").write_text("a file, not a folder")
    with pytest.raises(CourseError, match="workbook cannot be written"):
        refill(tmp_path)


def test_a_disk_that_fills_up_leaves_no_half_sheet(course, monkeypatch):
    before = (course / "workbook" / NAME).read_bytes()
    publish(course, "second")

    def full(self, content):
        self.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(CourseError, match="No space left on device"):
        refill(course)
    assert (course / "workbook" / NAME).read_bytes() == before
    assert names(course) == [NAME]


def test_the_course_is_found_from_below_and_by_name(tmp_path, monkeypatch):
    for name in ("exercises", "notebooks"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    assert find_course() == tmp_path
    assert find_course(tmp_path) == tmp_path
    with pytest.raises(CourseError, match="exercises has no `exercises/`"):
        find_course(tmp_path / "exercises")


def test_the_course_of_the_installed_package_is_the_last_resort(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(workbook, "__file__", str(tmp_path / "c" / "a" / "b" / "w.py"))
    with pytest.raises(CourseError, match="name it with --course"):
        find_course()
    for name in ("exercises", "notebooks"):
        (tmp_path / "c" / name).mkdir(parents=True)
    assert find_course() == tmp_path / "c"


VERSIONS = st.sampled_from(["first", "second", "third"])


class Years(RuleBasedStateMachine):
    """Whatever upstream and the learner do in whatever order, no work is lost."""

    @initialize()
    def begin(self):
        self.course = Path(tempfile.mkdtemp())
        (self.course / "exercises").mkdir()
        self.typed: set[str] = set()

    def teardown(self):
        shutil.rmtree(self.course, ignore_errors=True)

    def own(self):
        return sorted((self.course / "workbook").glob("*.ipynb"))

    @rule(version=VERSIONS)
    def upstream_publishes_and_lab_starts(self, version):
        publish(self.course, version)
        self.lab_starts()
        files = "".join(path.read_text() for path in self.own())
        assert version in files

    @rule()
    def upstream_removes(self):
        (self.course / "exercises" / NAME).unlink(missing_ok=True)

    @rule()
    def lab_starts(self):
        refill(self.course)
        before = {p: p.read_bytes() for p in self.own()}
        refill(self.course)
        assert {p: p.read_bytes() for p in self.own()} == before

    @precondition(lambda self: self.own())
    @rule(data=st.data())
    def learner_types(self, data):
        self.type_into(data.draw(st.sampled_from(self.own())))

    @precondition(lambda self: any(".new-" in path.name for path in self.own()))
    @rule()
    def learner_types_into_the_new_version(self):
        self.type_into(next(path for path in self.own() if ".new-" in path.name))

    def type_into(self, path):
        text = f"work {len(self.typed)};"
        self.typed.add(text)
        if path.read_bytes().startswith(b"{"):
            edit(path, text)
        else:
            path.write_text(path.read_text() + text)

    @precondition(lambda self: self.own())
    @rule(data=st.data(), metadata=st.sampled_from([{}, None, {"aelesson": {}}]))
    def learner_loses_the_metadata(self, data, metadata):
        path = data.draw(st.sampled_from(self.own()))
        if path.read_bytes().startswith(b"{"):
            save(path, dict(load(path), metadata=metadata))

    @precondition(lambda self: self.own())
    @rule(data=st.data())
    def learner_breaks_the_file(self, data):
        path = data.draw(st.sampled_from(self.own()))
        path.write_text(f"broken: {path.read_text()}")

    @precondition(lambda self: any(".new-" in path.name for path in self.own()))
    @rule()
    def learner_takes_the_new_version_over(self):
        beside = next(path for path in self.own() if ".new-" in path.name)
        own = self.course / "workbook" / NAME
        taken = len(list(own.parent.glob("old*.ipynb")))
        own.rename(own.with_name(f"old{taken}.ipynb"))
        beside.rename(own)

    @invariant()
    def every_word_is_still_there(self):
        text = "".join(p.read_text() for p in self.own())
        assert [t for t in self.typed if t not in text] == []

    @invariant()
    def nothing_half_written_is_left(self):
        assert not list((self.course / "workbook").glob(".*"))


TestYears = Years.TestCase
TestYears.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
