"""Text becomes cells, a solution becomes a sheet; what is wrong is named."""

import re

import pytest
from nbgrader.nbgraderformat import MetadataValidator
from tiny_course import HERE, LESSON, SHEET

from aelesson.course.workbook import sheet_digest
from tools.build import select
from tools.sheets import STUB, make_stub, mark_sheet
from tools.source import BuildError, parse_source, to_bytes
from tools.state import find_jobs

pytest_plugins = ["tiny_fixtures"]


def lesson_cell(text, marker="# %%"):
    return parse_source(f"{marker}\n{text}\n", HERE).notebook.cells[0]


def sheet_with(old, new):
    assert old in SHEET
    return mark_sheet(parse_source(SHEET.replace(old, new), HERE))


class TestText:
    def test_ids_are_unique_and_an_edit_renames_only_its_own_cell(self):
        text = "# %%\na = 1\n# %%\nb = 1\n# %%\na = 1\n# %% [markdown]\n# a = 1\n"
        before = [cell.id for cell in parse_source(text, HERE).notebook.cells]
        edited = parse_source(text.replace("b = 1", "b = 2"), HERE).notebook.cells
        assert len(set(before)) == 4
        assert [cell.id == old for cell, old in zip(edited, before, strict=True)] == [
            True,
            False,
            True,
            True,
        ]

    def test_line_ends_and_a_byte_order_mark_change_nothing(self, course):
        path = course / HERE
        plain = to_bytes(find_jobs(course)[0].read().notebook)
        path.write_bytes(b"\xef\xbb\xbf" + LESSON.replace("\n", "\r\n").encode())
        assert to_bytes(find_jobs(course)[0].read().notebook) == plain

    def test_no_pairing_and_no_version_stays_in_the_metadata(self):
        notebook = parse_source("# %%\nx\n\n\n\n# %%\ny\n", HERE).notebook
        assert set(notebook.metadata) == {"kernelspec", "language_info"}
        assert "version" not in notebook.metadata.language_info
        assert all(not cell.metadata for cell in notebook.cells)

    def test_the_marker_gives_alt_and_tags(self):
        cell = lesson_cell("x", '# %% alt="A \\"rising\\" line" tags=["widget"]')
        assert cell.metadata == {"alt": 'A "rising" line', "tags": ["widget"]}

    def test_what_is_not_executed_is_not_tested_either(self):
        cell = lesson_cell("x", '# %% tags=["skip-execution"]')
        assert cell.metadata["tags"] == ["skip-execution", "nbval-skip"]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("import os\n# %%\nx\n", "01_tiny.py:1: .*cell marker"),
            ("---\ntitle: x\n---\n# %%\nx\n", "01_tiny.py:1: .*cell marker"),
            ("# %%\nx\n# %%\n\n# %%\ny\n", r"01_tiny.py:3 \(cell 2\): .*empty"),
            ("# %% A title\nx\n", "cell says .*title"),
            ('# %% tag=["widget"]\nx\n', "cell says .*tag"),
            ('# %% tags=["skip-exection"]\nx\n', "unknown tags .*skip-exection"),
            ('# %% tags=["raises-exception"]\nx\n', "No notebook holds an error"),
            ("# %% tags=3\nx\n", "py: a marker that nobody can read"),
            ("# %% tags=[3]\nx\n", "py: a marker that nobody can read"),
            ('# %% alt=""\nx\n', "alt is ''"),
            ('# %% [markdown] alt="x"\n# x\n', "markdown cell says .*alt"),
        ],
    )
    def test_a_bad_text_is_refused_with_its_place(self, text, message):
        with pytest.raises(BuildError, match=message):
            parse_source(text, HERE)

    def test_latin_1_is_refused(self, course):
        (course / HERE).write_bytes("# %%\n# é\n".encode("latin-1"))
        with pytest.raises(BuildError, match=r"01_tiny.py: not UTF-8"):
            find_jobs(course)[0].read()

    def test_a_name_without_its_number_is_refused(self, course):
        (course / HERE).with_name("tiny.py").write_text(LESSON)
        with pytest.raises(BuildError, match=r"lessons/tiny\.py: name it like"):
            find_jobs(course)

    def test_an_unknown_name_is_refused_and_the_known_ones_are_listed(self, course):
        jobs = find_jobs(course)
        assert [job.is_sheet for job in select(jobs, ["lessons/01_tiny.py"])] == [0, 1]
        with pytest.raises(BuildError, match="02_big; there are: 01_tiny"):
            select(jobs, ["02_big"])


class TestSheet:
    def test_a_stub_keeps_the_question_and_nothing_of_the_answer(self):
        stub = make_stub(mark_sheet(parse_source(SHEET, HERE)))
        text = "\n".join(cell.source for cell in stub.cells)
        assert f'"""Return twice `x`."""\n    {STUB}' in text
        assert "answer" not in text
        assert not re.search(r"(BEGIN|END) SOLUTION", text)

    def test_a_stub_is_the_release_form_of_nbgrader(self):
        stub = make_stub(mark_sheet(parse_source(SHEET, HERE)))
        MetadataValidator().validate_nb(stub)
        solution, check = stub.cells[2].metadata, stub.cells[3].metadata
        assert solution.nbgrader.grade_id == "double"
        assert not solution.deletable
        assert not check.editable
        assert check.nbgrader.grade_id == "check_double"
        assert check.nbgrader.points == 2
        assert len(check.nbgrader.checksum) == 32
        assert "points" not in check

    def test_a_check_is_worth_one_point_unless_it_says_more(self):
        check = sheet_with("# %% points=2", "# %%").notebook.cells[3]
        assert check.metadata.nbgrader.points == 1

    def test_a_stub_carries_the_digest_of_its_own_cells(self):
        stub = make_stub(mark_sheet(parse_source(SHEET, HERE)))
        assert stub.metadata.aelesson.sheet == sheet_digest(stub)
        assert sheet_with("2 * x", "x + x").notebook != stub
        other = make_stub(sheet_with("2 * x", "x + x"))
        assert other.metadata.aelesson.sheet == stub.metadata.aelesson.sheet
        assert other.metadata.aelesson.text != stub.metadata.aelesson.text

    def test_marking_leaves_the_source_as_it_is(self):
        source = parse_source(SHEET, HERE)
        before = to_bytes(source.notebook)
        make_stub(mark_sheet(source))
        assert to_bytes(source.notebook) == before

    @pytest.mark.parametrize(
        ("old", "new", "message"),
        [
            ("    ### END SOLUTION", "", r"py:14 \(cell 3\): the markers"),
            ("    ### BEGIN SOLUTION", "", "the markers"),
            ("### END SOLUTION", "## END SOLUTION", "the markers"),
            ("answer = 2 * x", "### BEGIN SOLUTION", "the markers"),
            ("### BEGIN", "pass\n### BEGIN", "stands outside of a def"),
            ("    ### BEGIN", "      ### BEGIN", "as a stub: not valid Python"),
            ("return answer", "return (answer", "not valid Python"),
            ("def double(x):", "if True:", "no def or class"),
            ("points=2", "points=0", "points=0; a whole number"),
            ("points=2", 'points="2"', "points='2'; a whole number"),
            ("points=2", "points=true", "points=True; a whole number"),
            ("double(double)", "double(ask)", "not handed 'double'"),
            ("checks.basics.double(double)", "1", "points, but only a check"),
            ("# %% points=2\nchecks.basics.double", "double", "'double' has no check"),
            ("# # A sheet", "# ### BEGIN SOLUTION", "in a markdown cell"),
            ("### BEGIN SOLUTION", "", "the markers"),
        ],
    )
    def test_a_bad_sheet_is_refused_with_its_place(self, old, new, message):
        with pytest.raises(BuildError, match=message):
            make_stub(sheet_with(old, new))

    def test_a_sheet_without_exercise_is_refused(self):
        with pytest.raises(BuildError, match="no cell has '### BEGIN SOLUTION'"):
            mark_sheet(parse_source("# %%\n1\n", HERE))

    def test_a_check_needs_a_solution_of_its_own(self):
        twice = SHEET + "\n# %%\nchecks.basics.triple(double)\n"
        with pytest.raises(BuildError, match=r"triple\(...\) has no solution before"):
            mark_sheet(parse_source(twice, HERE))

    def test_every_exercise_needs_a_check(self):
        cut = SHEET.index("# %%\ndef double")
        twice = SHEET[: SHEET.index("# %% points")] + SHEET[cut:]
        with pytest.raises(BuildError, match="'double', before it, has no check"):
            mark_sheet(parse_source(twice, HERE))

    def test_an_exercise_comes_once(self):
        twice = SHEET + SHEET[SHEET.index("# %%\ndef double") :]
        with pytest.raises(BuildError, match="a second cell with the nbgrader id 'dou"):
            mark_sheet(parse_source(twice, HERE))

    def test_what_nbgrader_refuses_is_a_build_error(self):
        bad = SHEET + "### BEGIN HIDDEN TESTS\n"
        with pytest.raises(BuildError, match="nbgrader refuses it"):
            make_stub(mark_sheet(parse_source(bad, HERE)))
