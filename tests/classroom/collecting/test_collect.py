"""What platforms export and people save is laid where nbgrader grades it.

Real archives, a real nbgrader course and its exchange.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aelesson.classroom.collect import collect
from aelesson.classroom.submitted import Outcome
from aelesson.course.workbook import sheet_digest

from .class_list import DAY, at, edited, lay, time_of
from .test_archives import packed

pytestmark = pytest.mark.slow  # nbgrader takes seconds to make its gradebook

MOODLE = "{}_{}_assignsubmission_file_"


def test_an_export_of_moodle(tmp_path, gather, submitted, one, sheet):
    other, spoilt = sheet("02_losses"), one[: len(one) // 2]
    ada = MOODLE.format("Ada Lovelace", 1)
    origin = tmp_path / "ML-Sheet 1-77.zip"
    origin.write_bytes(
        packed(
            {
                at(9, f"{ada}/01_basics.ipynb"): one,
                at(9, f"{ada}/picture.png"): b"png",
                at(10, MOODLE.format("Jürgen Müller", 2) + "/mine.ipynb"): spoilt,
                at(9, MOODLE.format("Ana García López", 3) + "/all.zip"): packed(
                    {"work/01_basics.ipynb": one, "work/02_losses.ipynb": other}
                ),
                at(9, MOODLE.format("Kim Ø", 4) + "/01_basics.ipynb"): other,
                at(9, MOODLE.format("Bob Stone", 5) + "/report.pdf"): b"%PDF",
                at(9, MOODLE.format("Bob Stone Jr", 6) + "/onlinetext.html"): b"<html>",
                at(9, MOODLE.format("Sam Same", 7) + "/01_basics.ipynb"): one,
                at(9, MOODLE.format("Grace Hopper", 8) + "/01_basics.ipynb"): one,
            }
        )
    )
    found = gather(origin)
    assert found[("ada", "01_basics.ipynb")] == (Outcome.COLLECTED, "")
    assert submitted("ada")["01_basics.ipynb"] == one
    assert time_of(submitted("ada")) == datetime(*DAY, 9).astimezone(UTC)
    assert set(submitted("ada")) == {
        "01_basics.ipynb",
        "timestamp.txt",
        "collected.json",
    }
    outcome, message = found[("s0002", "mine.ipynb")]
    assert outcome is Outcome.COLLECTED
    assert "whole cells could be read, the rest is lost" in message
    assert submitted("s0002")["original.ipynb"] == spoilt
    assert json.loads(submitted("s0002")["collected.json"])["remarks"] == [message]
    assert json.loads(submitted("s0002")["01_basics.ipynb"])["nbformat"] == 4
    assert found[("s0003", "01_basics.ipynb")][0] is Outcome.COLLECTED
    told = "is 02_losses: left aside"
    assert found[("s0003", "02_losses.ipynb")] == (Outcome.OTHER_SHEET, told)
    # Its name says 01, its content 02.
    assert found[("17", "01_basics.ipynb")] == (Outcome.OTHER_SHEET, told)
    assert found[("bob", "report.pdf")] == (Outcome.UNREADABLE, "no notebook")
    assert "HTML" in found[("bob2", "onlinetext.html")][1]
    assert not submitted("17")
    assert not submitted("twin1") | submitted("twin2")


def test_whose_is_it(tmp_path, classroom, one):
    names = MOODLE.format("Sam Same", 7), MOODLE.format("Grace Hopper", 8)
    lay(tmp_path / "in", {f"{name}/01_basics.ipynb": one for name in names})
    grace, sam = collect(classroom, "01_basics", tmp_path / "in")
    assert {sam.outcome, grace.outcome} == {Outcome.WHOSE}
    assert "Sam Same (twin1) or Sam Same (twin2)" in sam.message
    assert "names nobody of the list" in grace.message
    assert not (classroom.folder / "submitted").exists()


def test_an_export_of_canvas(tmp_path, gather, submitted, one):
    newer = edited(one, "newer")
    origin = tmp_path / "submissions.zip"
    origin.write_bytes(
        packed(
            {
                at(12, "lovelaceada_LATE_12345_6789012_01_basics-2.ipynb"): newer,
                at(12, "lovelaceada_LATE_12345_6789001_01_basics.ipynb"): one,
                at(12, "müllerjürgen_12346_6789013_sheet.ipynb"): one,
                at(12, "müllerjürgen_12346_6789014_helper.py"): b"def f(): pass",
                at(12, "anon_Ab3xY_6789015_01_basics.ipynb"): one,
            }
        )
    )
    found = gather(origin)
    outcome, message = found[
        ("ada", "lovelaceada_LATE_12345_6789012_01_basics-2.ipynb")
    ]
    assert outcome is Outcome.COLLECTED
    assert "late, says the platform" in message
    assert "lovelaceada_LATE_12345_6789001_01_basics.ipynb" in message
    assert submitted("ada")["01_basics.ipynb"] == newer
    assert json.loads(submitted("ada")["collected.json"])["late"] is True
    assert submitted("s0002")["01_basics.ipynb"] == one
    helper = found[("s0002", "müllerjürgen_12346_6789014_helper.py")]
    assert helper == (Outcome.OTHER_SHEET, "is no sheet of this class: left aside")
    outcome, message = found[("", "anon_Ab3xY_6789015_01_basics.ipynb")]
    assert (outcome, message.split(";")[0]) == (
        Outcome.WHOSE,
        "the platform left out the names",
    )


@pytest.mark.parametrize(
    "name",
    [
        "ada.ipynb",
        "ada/01 basics (1).ipynb",
        "Ada Lovelace/Kopie von 01_basics.ipynb",
        "01_basics_ada.IPYNB",
        "ada/Untitled.ipynb",
        "ada/01_basics.ipynb.txt",
        "ada/01_basics.json",
        "ada/02_losses.ipynb",  # the content counts
    ],
)
def test_loose_files_with_wrong_names(tmp_path, gather, submitted, one, name):
    found = gather(lay(tmp_path / "in", {name: one}))
    assert found == {("ada", name.rpartition("/")[2]): (Outcome.COLLECTED, "")}
    assert submitted("ada")["01_basics.ipynb"] == one


def bare(data, keep_ids=True, keep_answers=True):
    """Return a sheet without metadata of its own, perhaps without nbgrader's, too."""
    notebook = json.loads(data) | {"metadata": {}}
    for cell in notebook["cells"]:
        cell["metadata"] = cell["metadata"] if keep_ids else {}
        if not keep_answers:
            cell["source"] = ["x = 1"]
    return json.dumps(notebook).encode()


@pytest.mark.parametrize(
    ("data", "name", "is_02"),
    [
        (lambda two: bare(two), "01_basics", True),
        (lambda two: bare(two, keep_ids=False), "01_basics", True),
        (lambda two: bare(two, False, False), "02_losses", True),
        (lambda two: bare(two, False, False), "homework", False),
        (lambda two: two[: len(two) // 2], "01_basics", True),
    ],
    ids=["by nbgrader's names", "by functions", "by its name", "by nothing", "cut"],
)
def test_which_sheet(tmp_path, gather, sheet, data, name, is_02):
    files = {f"ada/{name}.ipynb": data(sheet("02_losses"))}
    found = gather(lay(tmp_path / "in", files))
    what = "is 02_losses" if is_02 else "is no sheet of this class"
    told = {("ada", f"{name}.ipynb"): (Outcome.OTHER_SHEET, f"{what}: left aside")}
    assert found == told


def test_a_file_with_as_much_of_two_sheets_is_neither(tmp_path, gather):
    text = "def count_parameters():\n    pass\n\n\ndef gaussian_nll():\n    pass\n"
    found = gather(lay(tmp_path / "in", {"ada/a.py": text.encode()}))
    told = "is no sheet of this class: left aside"
    assert found == {("ada", "a.py"): (Outcome.OTHER_SHEET, told)}


def test_a_sheet_of_the_course_is_known_by_its_digest(tmp_path, classroom, sheet):
    """Also without a cell of its own: the stub's digest is in its metadata."""
    released = classroom.folder / "release/02_losses/02_losses.ipynb"
    lay(classroom.folder, {"release/02_losses/02_losses.ipynb": sheet("02_losses")})
    mark = {"aelesson": {"sheet": sheet_digest(json.loads(released.read_bytes()))}}
    notebook = json.loads(bare(sheet("01_basics"), False, False)) | {"metadata": mark}
    origin = lay(tmp_path / "in", {"ada/a.ipynb": json.dumps(notebook).encode()})
    (found,) = collect(classroom, "01_basics", origin)
    assert found.message == "is 02_losses: left aside"


def test_of_two_files_the_newer_counts_and_both_are_named(
    tmp_path, gather, submitted, one
):
    newer = edited(one, "newer")
    origin = lay(tmp_path / "in", {"ada/a.ipynb": one, "ada/same.ipynb": newer}, 9)
    lay(origin, {"ada/b.ipynb": newer, "ada/c.py": b"def train_step(): pass"}, 10)
    found = gather(origin)
    told = "b.ipynb counts, not ada/a.ipynb, ada/c.py"
    assert found == {("ada", "b.ipynb"): (Outcome.COLLECTED, told)}
    assert submitted("ada")["01_basics.ipynb"] == newer


@pytest.mark.parametrize(
    ("later", "earlier"),
    [
        ("lovelaceada_12345_10000_a.ipynb", "lovelaceada_12345_9999_b.ipynb"),
        ("ada/01_basics (10).ipynb", "ada/01_basics (9).ipynb"),
        ("ada/01_basics-10.ipynb", "ada/01_basics-9.ipynb"),
    ],
)
def test_of_two_files_of_one_time_the_higher_number_counts(
    tmp_path, gather, submitted, one, later, earlier
):
    newer = edited(one, "newer")
    gather(lay(tmp_path / "in", {later: newer, earlier: one}))
    assert submitted("ada")["01_basics.ipynb"] == newer


def test_replaced_ones_of_one_time_are_all_kept(tmp_path, classroom, gather, one):
    for text in ("one", "two", "three", "four"):
        gather(lay(tmp_path / text, {"ada/01_basics.ipynb": edited(one, text)}))
    kept = (classroom.folder / "submitted_before/ada/01_basics").iterdir()
    assert len({(path / "01_basics.ipynb").read_bytes() for path in kept}) == 3


def test_one_that_can_be_read_counts_before_one_that_cannot(tmp_path, gather, one):
    origin = lay(tmp_path / "in", {"ada/01_basics.ipynb": one}, 9)
    lay(origin, {"ada/01_basics.html": b"<html>", "ada/new.ipynb": b""}, 10)
    ((key, (outcome, message)),) = gather(origin).items()
    assert (key, outcome) == (("ada", "01_basics.ipynb"), Outcome.COLLECTED)
    assert "ada/01_basics.html, ada/new.ipynb" in message


def test_a_script_is_collected(tmp_path, gather, submitted):
    source = Path(__file__).parents[3] / "sources/exercises/01_basics.py"
    gather(lay(tmp_path / "in", {"ada/answers.py": source.read_bytes()}))
    assert submitted("ada")["original.py"] == source.read_bytes()
    assert b"def count_parameters" in submitted("ada")["01_basics.ipynb"]


@pytest.mark.parametrize(
    ("name", "data", "outcome", "told"),
    [
        ("01_basics.ipynb", b"", Outcome.UNREADABLE, "empty"),
        ("x.ipynb", b"<!doctype html>", Outcome.UNREADABLE, "HTML"),
        (".ipynb_checkpoints/x.ipynb", b"{}", Outcome.UNREADABLE, "Jupyter keeps"),
        ("x.zip", packed({"../a.ipynb": b""}), Outcome.REFUSED, "not safe"),
        ("x.rar", b"Rar!", Outcome.REFUSED, "unpack it by hand"),
        ("notes.txt", b"I was ill.", Outcome.UNREADABLE, "no whole cell"),
    ],
)
def test_what_cannot_be_collected_is_told(
    tmp_path, gather, submitted, name, data, outcome, told
):
    found = gather(lay(tmp_path / "in", {f"ada/{name}": data}))
    ((key, (became, message)),) = found.items()
    assert (key[0], became) == ("ada", outcome)
    assert told in message
    assert not submitted("ada")


def test_of_two_files_of_one_time_the_whole_one_counts(
    tmp_path, gather, submitted, one
):
    files = {"ada/01_basics.ipynb": one, "ada/torn.ipynb": one[:9000]}
    gather(lay(tmp_path / "in", files))
    assert submitted("ada")["01_basics.ipynb"] == one
