"""Demonstrations are not run where a sheet is judged, unless something needs them."""

import json
from pathlib import Path

import pytest

from aelesson.course.demonstrations import TAG, without
from aelesson.course.sheets import graded, prepare, read_code

ROOT = Path(__file__).parents[2]
SHEETS = sorted(path.stem for path in (ROOT / "exercises").glob("*.ipynb"))

DEFINES = "def curve(program):\n    losses = program()\n    return losses\n"
SHOWS = f"{DEFINES}\nbroken = curve(mend_broken)\nprint(broken)"
COMPARES = "mended = curve(mend)\nprint(broken, mended)"


def code(source, *tags):
    return {"cell_type": "code", "metadata": {"tags": [*tags]}, "source": source}


COURSE = [code("x = 1"), code(SHOWS, TAG), code("# answer"), code(COMPARES, TAG)]


def left(*sources):
    """Return what is run of a learner's sheet of so many cells."""
    cells = [code(source) for source in sources]
    return [cell["source"] for cell in without(cells, COURSE)]


def test_demonstrations_are_left_out_with_what_only_they_need():
    assert left("x = 1", SHOWS, "def mend(): pass", COMPARES) == [
        "x = 1",
        "def mend(): pass",
    ]


@pytest.mark.parametrize(
    "own",
    [
        "def mend():\n    return curve(len)",
        "print(broken[0])",
        "class Mine:\n    start = broken",
        "rows = [broken for _ in range(3)]",
        "def mend(x=broken):\n    return x",
        "def mend():\n    return lambda: curve",
        "def mend():\n    global broken\n    return broken",
        "!echo {broken}",
        "%timeit curve(len)",
        "def torn(:\n    broken",
        "del broken",
        "broken += [1]",
        "def mend():\n    global broken\n    broken += 1",
        "class Mine:\n    broken = broken",
        "for broken in broken:\n    pass",
        "if x:\n    broken = 1\nprint(broken)",
        "try:\n    broken\nexcept NameError:\n    pass",
        "print(f'{len(broken):{x}}')",
        "await curve(len)",
        "print(globals()['broken'])",
        "eval('curve(len)')",
        "import __main__\n__main__.curve(len)",
        "x = [" + "1, " * 50_000 + "]; broken",
        "f = " + "lambda: " * 1000 + "broken",
    ],
)
def test_a_demonstration_that_a_learner_stands_on_is_run(own):
    assert left("x = 1", SHOWS, own, COMPARES) == ["x = 1", SHOWS, own]


@pytest.mark.parametrize(
    "own",
    [
        "def mend(broken):\n    return broken",
        "def mend():\n    curve = 1\n    return curve",
        "def mend(broken):\n    return [broken for _ in range(3)]",
        "def mend(broken):\n    return lambda: broken",
        "# broken, and its curve",
        "'broken'",
        "thing.broken = 1",
        "broken = 1\nprint(broken)",
        "for broken in range(3):\n    print(broken)",
        "with open('x') as broken:\n    print(broken)",
        "import curve\ncurve(1)",
        "class Mine:\n    broken = 1",
        "model.eval()",
        "x = '\\sigma'",
    ],
)
def test_a_name_of_its_own_needs_no_demonstration(own):
    assert left("x = 1", SHOWS, own, COMPARES) == ["x = 1", own]


def test_what_a_needed_demonstration_stands_on_is_run_too():
    own = "print(mended)"
    assert left("x = 1", SHOWS, "def mend(): pass", COMPARES, own) == [
        "x = 1",
        SHOWS,
        "def mend(): pass",
        COMPARES,
        own,
    ]


def test_a_demonstration_that_was_changed_is_run_with_what_it_needs():
    changed = COMPARES + "\nprint(len(mended))"
    assert left(SHOWS, changed) == [SHOWS, changed]


def test_a_learner_cannot_call_a_cell_a_demonstration():
    assert without([code("y = 2", TAG)], COURSE) == [code("y = 2", TAG)]


@pytest.mark.parametrize(
    "metadata", [None, {}, [], {"tags": None}, {"tags": TAG}, {"tags": [None, [TAG]]}]
)
def test_odd_metadata_tag_nothing(metadata):
    cell = {"cell_type": "code", "metadata": metadata, "source": "y = 2"}
    assert without([cell], [cell]) == [cell]


def test_names_of_a_loop_do_not_chain_demonstrations():
    """Learners measure something in a cell of their own: that must not run them all."""
    one = "for name in 'ab':\n    first = name\n    print(name)"
    other = "for name in 'cd':\n    second = name\n    print(name)"
    course = [code(one, TAG), code(other, TAG)]
    assert without([*course, code("print(first)")], course) == [
        course[0],
        code("print(first)"),
    ]


@pytest.mark.filterwarnings("error")
def test_what_a_learner_writes_warns_nobody_else():
    odd = code("x = '\\sigma'; y = 1 is 1")
    assert without([odd], COURSE) == [odd]


@pytest.mark.parametrize("grade", [True, False])
def test_no_answer_and_no_check_is_a_demonstration(grade):
    cell = code("y = 2", TAG)
    cell["metadata"]["nbgrader"] = {"grade": grade, "grade_id": "y"}
    assert without([cell], [cell]) == [cell]


def test_a_demonstration_that_is_no_plain_python_is_run():
    cell = code("%timeit 1 + 1", TAG)
    assert without([cell], [cell]) == [cell]


@pytest.mark.parametrize("folder", ["exercises", "solutions"])
@pytest.mark.parametrize("sheet", SHEETS)
def test_no_exercise_of_the_course_needs_one(sheet, folder):
    """Only where the mended program is looked at do answers and demonstrations meet."""
    course = read_code(ROOT / "exercises" / f"{sheet}.ipynb")
    cells = read_code(ROOT / folder / f"{sheet}.ipynb")
    run = without(cells, course)
    tagged = [cell for cell in cells if TAG in cell["metadata"].get("tags", [])]
    assert not [cell["source"] for cell in run if cell in tagged]
    assert {*graded(run, "grade")} == {*graded(cells, "grade")}
    assert len(run) + len(tagged) == len(cells)
    assert len(tagged) >= 2  # before it is mended, and after


def test_a_sheet_is_made_ready_without_its_demonstrations(tmp_path):
    sheet = json.loads((ROOT / "solutions" / "01_basics.ipynb").read_bytes())
    course = tmp_path / "exercises" / "01_basics.ipynb"
    own = tmp_path / "workbook" / "01_basics.ipynb"
    for path in (course, own):
        path.parent.mkdir()
        path.write_text(json.dumps(sheet), encoding="utf-8")
    prepared = prepare(own, course.parent)
    shown = [cell for cell in read_code(own) if TAG in cell["metadata"].get("tags", [])]
    assert len(shown) == 2
    assert len(prepared.cells) == len(read_code(own)) - 2
    assert not [cell for cell in prepared.cells if cell in shown]
    assert len(prepared.exercises) == 7
    assert not prepared.note
