"""Verdicts on learners' sheets, in real kernels: `course.progress` and `kernels`."""

import json

import pytest

from aelesson.course import kernels, progress, sheets
from aelesson.course.kernels import Kind
from aelesson.course.progress import Conduct, State, judge
from aelesson.course.sheets import prepare
from aelesson.course.workbook import CourseError
from tools.sheets import STUB

# The names that a check cell uses, without the seconds that importing torch takes.
SET_UP = """
from types import SimpleNamespace

class CheckFailed(AssertionError):
    pass

def check(function):
    if function(2) != 4:
        name = function.__name__
        raise CheckFailed(f"{name}: got {function(2)}, expected 4\\nmore lines")

checks = SimpleNamespace(any=SimpleNamespace(four=check))
"""


STUBBORN = """
import time
while True:
    try:
        time.sleep(9)
    except BaseException:
        pass
"""


def code(source, **marks):
    metadata = {"nbgrader": marks} if marks else {}
    return {"cell_type": "code", "metadata": metadata, "outputs": [], "source": source}


def answer(name, source=None):
    stub = f'raise NotImplementedError("{sheets.STUB_MESSAGE}")'
    source = source or f"def {name}(x):\n    {stub}"
    return code(source, grade=False, solution=True, grade_id=name)


def check(name, source=None):
    source = source or f"checks.any.four({name})"
    return code(source, grade=True, solution=False, grade_id=f"check_{name}")


def save(path, *cells):
    path.parent.mkdir(exist_ok=True)
    text = {"cell_type": "markdown", "metadata": {}, "source": ["A sheet\n", "of two"]}
    sheet = {"cells": [text, *cells], "metadata": {}, "nbformat": 4}
    path.write_text(json.dumps(sheet | {"nbformat_minor": 5}), encoding="utf-8")
    return path


def publish(tmp_path, *names, sheet="01_tiny.ipynb"):
    pairs = [cell for name in names for cell in (answer(name), check(name))]
    save(tmp_path / "exercises" / sheet, code(SET_UP), *pairs)


def verdicts(tmp_path, *cells, timeout=20, set_up=SET_UP):
    """Judge a learner's sheet of these cells; return its exercises by name."""
    path = save(tmp_path / "workbook" / "01_tiny.ipynb", code(set_up), *cells)
    before = path.read_bytes()
    result = judge(prepare(path, tmp_path / "exercises"), Conduct(timeout))
    assert path.read_bytes() == before
    assert result.problem == ""
    return {exercise.name: exercise for exercise in result.exercises}


@pytest.mark.slow
def test_every_way_to_pass_or_fail(tmp_path):
    answers = {
        "right": "def right(x): return 2 * x",
        "wrong": "def wrong(x): return 3 * x",
        "stub": None,
        "bare": "def bare(x):\n    raise NotImplementedError",
        "typo": "def typo(x) return 2",
        "crash": "def crash(x): return [][x]",
        "misspelt": "def misspelt(x): return 2 * y",
        "torch": "def torch(x): raise NotImplementedError('no kernel for MPS')",
        "leans": "def leans(x): return stub(x)",
        "asks": "def asks(x): return input()",
        "leaves": "def leaves(x): raise SystemExit(3)",
    }
    publish(tmp_path, *answers)
    cells = [c for n, source in answers.items() for c in (answer(n, source), check(n))]
    found = verdicts(tmp_path, *cells)
    needs = "it needs another exercise, which is not begun yet"
    assert {name: (e.state, e.diagnosis) for name, e in found.items()} == {
        "right": (State.PASSED, ""),
        "wrong": (State.FAILED, "got 6, expected 4"),
        "stub": (State.NOT_BEGUN, ""),
        "bare": (State.NOT_BEGUN, ""),
        "typo": (State.FAILED, "SyntaxError: expected ':' (line 1)"),
        "crash": (State.FAILED, "IndexError: list index out of range"),
        "misspelt": (State.FAILED, "NameError: name 'y' is not defined"),
        "torch": (State.FAILED, "NotImplementedError: no kernel for MPS"),
        "leans": (State.FAILED, needs),
        "asks": (State.FAILED, found["asks"].diagnosis),
        "leaves": (State.FAILED, "SystemExit: 3"),
    }
    assert found["asks"].diagnosis.startswith("StdinNotImplementedError: ")
    assert all(exercise.note == "" for exercise in found.values())


@pytest.mark.slow
def test_a_check_that_was_changed_deleted_or_copied_is_the_courses(tmp_path):
    publish(tmp_path, "changed", "deleted", "copied", "gone", "left", "good")
    found = verdicts(
        tmp_path,
        answer("changed", "def changed(x): return 0"),
        check("changed", "print('passed')"),
        answer("deleted", "def deleted(x): return 0"),
        answer("copied", "def copied(x): return 0"),
        check("copied"),
        code("def copied(x): return 4"),
        check("copied"),
        answer("left"),
        code("def left(x): return 4"),
        check("left"),
        answer("good", "def good(x): return 4"),
    )
    assert (found["changed"].state, found["deleted"].state) == (State.FAILED,) * 2
    assert (
        found["changed"].note == "your check cell is not the course's, which was used"
    )
    assert found["deleted"].note.startswith("your sheet lacks its check cell")
    assert (found["copied"].state, found["copied"].note) == (State.PASSED, "")
    assert (found["gone"].state, found["gone"].diagnosis) == (
        State.FAILED,
        "there is no `gone`: is its cell gone?",
    )
    assert found["left"].state is State.PASSED
    assert found["left"].note == "the stub's line is still in its cell"
    assert found["good"].state is State.PASSED
    assert found["good"].note.startswith("your sheet lacks its check cell")


@pytest.mark.slow
def test_an_endless_loop_costs_only_its_own_exercise(tmp_path):
    publish(tmp_path, "loops", "hangs", "tries", "good")
    found = verdicts(
        tmp_path,
        answer("loops", "def loops(x):\n    while True: print('x' * 99)"),
        check("loops"),
        answer("hangs", "while True: pass\ndef hangs(x): return 4"),
        check("hangs"),
        answer("tries", "def tries(x): return 4"),
        code("import time\ntime.sleep(99)"),
        check("tries"),
        answer("good", "def good(x): return 4"),
        check("good"),
        timeout=1,
    )
    assert [e.state for e in found.values()] == [
        State.ENDLESS,
        State.ENDLESS,
        State.PASSED,
        State.PASSED,
    ]
    assert found["loops"].diagnosis == "it ran longer than 1 s"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "state"),
    [
        pytest.param("import os; os._exit(1)", State.DIED, id="dies"),
        pytest.param("def bad(x): return 4\nexit()", State.DIED, id="exits"),
        pytest.param(STUBBORN, State.ENDLESS, id="stubborn"),
    ],
)
def test_a_lost_kernel_costs_only_its_own_exercise(
    tmp_path, monkeypatch, source, state
):
    monkeypatch.setattr(kernels, "GRACE_SECONDS", 1)
    publish(tmp_path, "good", "bad", "later", "last")
    found = verdicts(
        tmp_path,
        answer("good", "def good(x): return 4"),
        check("good"),
        answer("bad", source),
        check("bad"),
        answer("later", "def later(x): return good(x)"),
        check("later"),
        answer("last", "def last(x): return 3"),
        check("last"),
        timeout=2,
    )
    assert [e.state for e in found.values()] == [
        State.PASSED,
        state,
        State.PASSED,
        State.FAILED,
    ]


@pytest.mark.slow
def test_a_set_up_that_fails_is_named_where_it_hurts_first(tmp_path):
    publish(tmp_path, "first", "second")
    found = verdicts(
        tmp_path,
        answer("first", "def first(x): return 4"),
        check("first"),
        set_up="import no_such_package",
    )
    message = "ModuleNotFoundError: No module named 'no_such_package'"
    assert (found["first"].state, found["first"].diagnosis) == (State.FAILED, message)


@pytest.mark.slow
def test_where_and_how_a_sheet_runs(tmp_path, monkeypatch):
    monkeypatch.setenv("AELESSON_STRICT", "1")
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    (tmp_path / "workbook").mkdir()
    (tmp_path / "workbook" / "here.txt").touch()
    publish(tmp_path, "right")
    source = (
        "import os\n"
        "assert os.path.exists('here.txt')\n"
        "assert os.environ['OMP_NUM_THREADS'] == '1'\n"
        "assert 'AELESSON_STRICT' not in os.environ\n"
        "%precision 3\n"
        "def right(x): return 4"
    )
    found = verdicts(tmp_path, answer("right", source), check("right"))
    assert found["right"].state is State.PASSED


@pytest.mark.slow
def test_where_the_courses_sheet_is_damaged_the_learners_checks_are_used(tmp_path):
    (tmp_path / "exercises").mkdir()
    (tmp_path / "exercises" / "01_tiny.ipynb").write_bytes(b"{")
    right = answer("right", "def right(x): return 4")
    assert verdicts(tmp_path, right, check("right"))["right"].state is State.PASSED


@pytest.mark.slow
def test_verdicts_are_reported_as_they_fall(tmp_path):
    publish(tmp_path, "stub", "next")
    path = save(
        tmp_path / "workbook" / "01_tiny.ipynb",
        code(SET_UP),
        answer("stub"),
        check("stub"),
    )
    told = []
    result = judge(prepare(path, tmp_path / "exercises"), Conduct(20), told.append)
    assert tuple(told) == result.exercises
    assert [e.name for e in told] == ["stub", "next"]


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"cells": 3}', b"\xff"])
def test_a_sheet_that_is_no_notebook(tmp_path, content):
    publish(tmp_path, "one", "two")
    path = tmp_path / "workbook" / "01_tiny.ipynb"
    path.parent.mkdir()
    path.write_bytes(content)
    result = judge(prepare(path, tmp_path / "exercises"), Conduct(20))
    assert result.problem == "it cannot be read as a notebook."
    assert progress.states([result]) == {
        "01_tiny": {"one": "not judged", "two": "not judged"}
    }
    assert not result.judged


@pytest.mark.parametrize(
    "metadata", [None, [], {"nbgrader": 3}, {"nbgrader": {"grade": 1}}]
)
def test_a_sheet_with_nothing_to_check_or_odd_metadata(tmp_path, metadata):
    path = save(
        tmp_path / "workbook" / "01_tiny.ipynb", code("1") | {"metadata": metadata}
    )
    result = judge(prepare(path, tmp_path / "exercises"), Conduct(20))
    assert result.problem == "it holds no exercise that can be checked."


def test_a_kernel_that_does_not_start(tmp_path, monkeypatch):
    publish(tmp_path, "one")
    path = save(tmp_path / "workbook" / "01_tiny.ipynb", answer("one"), check("one"))

    def broken(*_, **__):
        raise FileNotFoundError("no python here")

    monkeypatch.setattr(kernels.KernelManager, "start_kernel", broken)
    result = judge(prepare(path, tmp_path / "exercises"), Conduct(20))
    assert "no kernel could be started: no python here" in result.problem
    assert "`aelesson doctor`" in result.problem
    assert progress.states([result]) == {"01_tiny": {"one": "not judged"}}


@pytest.mark.parametrize(
    "name", ["02", "02_two", "02_two.ipynb", "workbook/02_two.ipynb"]
)
def test_a_sheet_is_chosen_by_number_name_or_path(tmp_path, name):
    workbook = tmp_path / "workbook"
    for sheet in ("01_one.ipynb", "02_two.ipynb", "notes.ipynb", "02_two.new-0.ipynb"):
        save(workbook / sheet)
    for sheet in ("01_one.ipynb", "02_two.ipynb", "03_three.ipynb"):
        publish(tmp_path, "one", sheet=sheet)
    assert sheets.choose_sheets(workbook, name) == [workbook / "02_two.ipynb"]
    assert [p.stem for p in sheets.choose_sheets(workbook)] == ["01_one", "02_two"]


def test_an_old_sheet_under_another_name_is_not_judged(tmp_path):
    publish(tmp_path, "one")
    workbook = tmp_path / "workbook"
    old = save(workbook / "01_tiny_old.ipynb")
    with pytest.raises(CourseError, match=r"no exercise sheets in .* yet"):
        sheets.choose_sheets(workbook)
    own = save(workbook / "01_tiny.ipynb")
    assert sheets.choose_sheets(workbook) == [own]
    assert sheets.choose_sheets(workbook, "01") == [own]
    for name in ("01_tiny_old", "01_tiny_old.ipynb", str(old)):
        with pytest.raises(CourseError, match=r"no sheet .*_old.* in exercises/"):
            sheets.choose_sheets(workbook, name)


def test_a_sheet_or_workbook_that_is_not_there(tmp_path):
    with pytest.raises(CourseError, match="run `aelesson workbook`"):
        sheets.choose_sheets(tmp_path / "workbook")
    publish(tmp_path, "one")
    save(tmp_path / "workbook" / "01_tiny.ipynb")
    with pytest.raises(CourseError, match=r"no sheet '03' in .*; there are: 01_tiny"):
        sheets.choose_sheets(tmp_path / "workbook", "03")


def test_sheets_that_the_workbook_lacks(tmp_path):
    publish(tmp_path, "one")
    publish(tmp_path, "two", sheet="02_new.ipynb")
    save(tmp_path / "workbook" / "01_tiny.ipynb")
    missing = sheets.missing_sheets(tmp_path / "exercises", tmp_path / "workbook")
    assert missing == ["02_new"]


@pytest.mark.slow
def test_a_kernel_survives_what_it_can(tmp_path):
    with kernels.start(tmp_path) as kernel:
        assert kernel.run("x = 1", 20) is None
        endless = kernel.run("while True: pass", 1)
        assert endless is not None
        assert endless.kind is Kind.ENDLESS
        assert kernel.run("assert x == 1", 20) is None
        error = kernel.run("%%no_such_magic\nx", 20)
        assert error is not None
        assert (error.kind, error.error) == (Kind.ERROR, "UsageError")
    assert not kernel._manager.has_kernel
    assert kernel.run("x", 1).kind is Kind.LOST


def test_the_stub_of_the_build_is_known_as_not_begun():
    assert sheets.STUB_MESSAGE in STUB


@pytest.mark.slow
def test_a_score_of_an_open_task_is_shown_beside_its_verdict(tmp_path):
    publish(tmp_path, "task")
    scores = "import sys\nfrom types import SimpleNamespace\n"
    scores += "told = SimpleNamespace(last_score=lambda name: f'{name} has 0.5')\n"
    scores += "sys.modules['aelesson.checks'] = told"
    found = verdicts(
        tmp_path, code(scores), answer("task", "def task(x): return 4"), check("task")
    )
    assert found["task"].state is State.PASSED
    assert found["task"].score == "task has 0.5"


SMALL = """
import psutil
assert psutil.Process().memory_info().rss < 200e6
"""


@pytest.mark.slow
def test_floods_and_half_characters_do_no_harm(tmp_path):
    flood = "for _ in range(20000): print('x' * 9999)"
    odd = "def odd(x):\n    raise ValueError('\\ud800')"
    publish(tmp_path, "loud", "odd", "half", "good")
    found = verdicts(
        tmp_path,
        answer("loud", f"def loud(x):\n    {flood}\n    return 4"),
        check("loud"),
        answer("odd", odd),
        check("odd"),
        answer("half", "def half(x): return '\ud800'"),
        check("half"),
        answer("good", f"{SMALL}\ndef good(x): return 4"),
        check("good"),
    )
    assert {name: (e.state, e.diagnosis) for name, e in found.items()} == {
        "loud": (State.PASSED, ""),
        "odd": (State.FAILED, "ValueError: ?"),
        "half": (State.FAILED, "SyntaxError: it holds half a character"),
        "good": (State.PASSED, ""),
    }


PATCHES = {
    "double": "def double(x): return 3 * x\nchecks.start_here = SimpleNamespace("
    "double=print)\nchecks = SimpleNamespace(start_here=checks.start_here)",
    "reconstruction_error": "def reconstruction_error(x_hat, x): return 1\n"
    "type(checks.basics.count_parameters).__call__ = lambda *_: None",
    "count_parameters": "import torch\n"
    "def count_parameters(sizes):\n"
    "    torch.equal = lambda *_: True\n"
    "    return sum(2 * a * b + a + b for a, b in zip(sizes, sizes[1:]))",
    "compression_ratio": "import math\n"
    "def compression_ratio(image_shape, latent_dim, image_bits=8, code_bits=32):\n"
    "    return math.prod(image_shape) * image_bits / (latent_dim * code_bits)",
}


@pytest.mark.slow
def test_a_judge_that_was_changed_is_put_back_and_named(tmp_path):
    cells = []
    for name, source in PATCHES.items():
        room = "start_here" if name == "double" else "basics"
        cells.append(answer(name, source))
        cells.append(check(name, f"checks.{room}.{name}({name})"))
    imports = "from types import SimpleNamespace\n\nfrom aelesson import checks"
    save(tmp_path / "exercises" / "01_tiny.ipynb", code(imports), *cells)
    path = save(tmp_path / "workbook" / "01_tiny.ipynb", *cells)
    result = judge(prepare(path, tmp_path / "exercises"), Conduct(60))
    assert result.note == "the cell of imports is gone; the course's was used"
    found = {e.name: (e.state, e.note) for e in result.exercises}
    only = "it passes only with a judge that the sheet has changed: "
    assert found == {
        "double": (
            State.FAILED,
            f"{only}aelesson.checks.start_here, the name `checks`",
        ),
        "reconstruction_error": (
            State.FAILED,
            f"{only}aelesson.checks.engine.exercise.Exercise.__call__",
        ),
        "count_parameters": (State.FAILED, ""),
        "compression_ratio": (State.PASSED, ""),
    }
    during = result.exercises[2].diagnosis
    assert during == "it changes the judge while it runs: torch.equal"
