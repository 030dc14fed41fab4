"""The list of students: what is read, what is refused."""

import pytest

from aelesson.classroom.roster import Student, read_students, write_students
from aelesson.course.workbook import CourseError


def listed(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "students.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    "text",
    [
        "id,first_name,last_name\nada,Ada,Lovelace\nben,Ben,\n",
        "\ufeffid;first_name;last_name;group\r\nada;Ada;Lovelace;A\r\nben;Ben;;B\r\n",
        "sep=;\n\nID;First_Name;LAST_NAME\nada;Ada;Lovelace\nben;Ben;\n",
        "id\tfirst_name\tlast_name\nada\tAda\tLovelace\nben\tBen\n",
        "last_name, id, first_name\nLovelace, ada, Ada\n\n,ben,Ben\n,,\n",
    ],
)
def test_a_list_is_read_however_it_is_written(tmp_path, text):
    found = read_students(listed(tmp_path, text))
    assert found == [Student("ada", "Ada", "Lovelace"), Student("ben", "Ben")]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("id\nada\nben\nADA\n", "line 4: 'ADA' stands in line 2 already"),
        ("id,email\nada,a@b\n,c@d\n", "line 3: the id is missing"),
        ("id,email\nada,a@b\nben,A@B\n", "line 3: 'A@B' stands in line 2 already"),
        ("id\n../../etc\n", "cannot be the name of a folder"),
        ("id\nada+1\n", "cannot be the name of a folder"),
        ("name,mail\nada,a@b\n", "its first line is 'name,mail'"),
        ("", "its first line is ''"),
        ("id\n", "names no student"),
        ("id\n" + "x\n" * 9, "and 3 more"),
    ],
)
def test_a_list_with_a_fault_is_refused_with_its_line(tmp_path, text, says):
    with pytest.raises(CourseError, match=r"students\.csv") as failure:
        read_students(listed(tmp_path, text))
    assert says in str(failure.value)


def test_a_list_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(CourseError, match="save it as `CSV UTF-8`"):
        read_students(listed(tmp_path, "PK\x03\x04"))
    with pytest.raises(CourseError, match="No such file"):
        read_students(tmp_path / "none.csv")
    with pytest.raises(CourseError, match="not UTF-8; Excel"):
        read_students(listed(tmp_path, "id\nbjörn\n", "latin-1"))


def test_a_list_is_written_as_it_is_read(tmp_path):
    students = [Student("ada", "Ada, Countess", "Lovelace", "a@b.c", "7")]
    write_students(tmp_path / "list.csv", students)
    assert read_students(tmp_path / "list.csv") == students
