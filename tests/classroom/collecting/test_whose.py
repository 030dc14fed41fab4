"""A path names one student, or it is asked whose file it is."""

import csv
import unicodedata

import pytest

from aelesson.classroom.roster import Student
from aelesson.classroom.whose import Owners

from .class_list import STUDENTS

LISTED = [Student(**row) for row in csv.DictReader(STUDENTS.splitlines())]
OWNERS = Owners(LISTED, ["01_basics", "02_losses"])


@pytest.mark.parametrize(
    ("path", "student"),
    [
        # Moodle: a folder for each, with `_` at the end or not; or no folders.
        ("Ada Lovelace_987654_assignsubmission_file_/01_basics.ipynb", "ada"),
        ("Ada Lovelace_987654_assignsubmission_file/part/of it.ipynb", "ada"),
        ("Ada Lovelace_987654_assignsubmission_file_01_basics.ipynb", "ada"),
        ("Lovelace Ada_987654_assignsubmission_file_/bob.ipynb", "ada"),
        ("ada Ada Lovelace_987654_assignsubmission_file_/x.ipynb", "ada"),
        ("Jürgen Müller_1_assignsubmission_file_/x.ipynb", "s0002"),
        ("Kim Ø_12345_assignsubmission_file_/x.ipynb", "17"),  # no number of Ada's
        # Canvas: by its number, or by the name.
        ("lovelaceada_12345_6789012_01_basics-2.ipynb", "ada"),
        ("lovelaceada_LATE_12345_6789012_01_basics.ipynb", "ada"),
        ("marriedada_12345_6789012_01_basics.ipynb", "ada"),
        ("müllerjürgen_99999_6789012_work.zip/x.ipynb", "s0002"),
        ("garcíalópezana_99999_6789012_x.ipynb", "s0003"),
        # By hand.
        ("ada.ipynb", "ada"),
        ("01_basics_ada.IPYNB", "ada"),
        ("ADA/01_basics.ipynb", "ada"),
        ("ada.zip/homework/01 basics (1).ipynb", "ada"),
        ("a.lovelace@uni.example.ipynb", "ada"),
        ("a.lovelace - 01_basics.ipynb", "ada"),
        ("01_basics 12345.ipynb", "ada"),
        ("Lovelace, Ada/Kopie von 01_basics.ipynb", "ada"),
        ("Mueller_Juergen_01_basics.ipynb", "s0002"),
        ("Jurgen Muller.ipynb", "s0002"),
        (unicodedata.normalize("NFD", "Müller Jürgen.ipynb"), "s0002"),
        ("ANA_GARCIA_LOPEZ.ipynb", "s0003"),
        ("01_basics_17.ipynb", "17"),
        ("bob/from ada.ipynb", "bob"),
        ("ada_01_basics_final.ipynb", "ada"),
        ("01_basics_s0002_at_home.ipynb", "s0002"),
        ("17/01_basics.ipynb", "17"),
        ("Bob Stone.ipynb", "bob"),
        ("Bob Stone Jr.ipynb", "bob2"),  # the longer name counts
    ],
)
def test_exactly_one_student_is_named(path, student):
    assert OWNERS.of(path.split("/")).student == student


@pytest.mark.parametrize(
    ("path", "candidates"),
    [
        ("01_basics.ipynb", []),
        ("01 basics (17).ipynb", []),
        ("01_basics-17.ipynb", []),  # the 17th copy
        ("2026-11-17 01_basics.ipynb", []),
        ("Sam Same.ipynb", ["twin1", "twin2"]),
        ("Sam Same_9_assignsubmission_file_/01_basics.ipynb", ["twin1", "twin2"]),
        ("Ada Lovelace/Bob Stone.ipynb", ["ada", "bob"]),
        ("Ada Byron.ipynb", ["ada"]),  # an id that is a first name, too
        ("lovelace.ipynb", ["ada"]),
        ("Ada Lovelaec.ipynb", ["ada"]),
        ("Ada King Lovelace_9_assignsubmission_file_/x.ipynb", ["ada"]),
        ("Adam Lovel_9_assignsubmission_file_/ada.ipynb", ["ada"]),
        ("lovelaceada_12346_6789012_x.ipynb", ["ada", "s0002"]),
        ("Grace Hopper_9_assignsubmission_file_/ada.ipynb", []),
    ],
)
def test_else_it_is_asked(path, candidates):
    owner = OWNERS.of(path.split("/"))
    assert owner.student == ""
    assert [student.id for student in owner.candidates] == candidates


@pytest.mark.parametrize(
    "path",
    [
        "Participant_987654_assignsubmission_file_/01_basics.ipynb",
        "anon_Ab3xY_6789012_01_basics.ipynb",
        "LATE_anon_Ab3xY_6789012_01_basics.ipynb",
    ],
)
def test_a_platform_that_hides_names_is_noticed(path):
    owner = OWNERS.of(path.split("/"))
    assert (owner.student, owner.unnamed) == ("", True)


def test_moodles_hidden_name_can_stand_in_the_list():
    hidden = Owners([Student("x", lms_user_id="Participant_987654")], ["01_basics"])
    path = ["Participant_987654_assignsubmission_file_", "01_basics.ipynb"]
    assert hidden.of(path).student == "x"


def test_canvas_says_late_and_which_file_is_newer():
    owner = OWNERS.of(["lovelaceada_LATE_12345_6789012_01_basics.ipynb"])
    assert (owner.late, owner.rank) == (True, 6789012)
    assert not OWNERS.of(["lovelaceada_12345_6789012_01_basics.ipynb"]).late
