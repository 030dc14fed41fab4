"""What a teacher is told to look at: what was seen, and nothing where all is well."""

import ast
import json
from functools import partial
from pathlib import Path

import pytest

from aelesson.classroom.answers import has_stub, normal
from aelesson.classroom.records import Verdict
from aelesson.classroom.suspicions import LONG, alike, course_of, of_sheet
from aelesson.course.sheets import graded, read_code

ROOT = Path(__file__).parents[3]
SHEETS = sorted((ROOT / "solutions").glob("*.ipynb"))
OPEN = json.loads((ROOT / "aelesson/checks/scores.json").read_text())
STUB = 'raise NotImplementedError("Replace this line with your code.")'


def cell(source, name="", role="solution"):
    marks = {"grade_id": name, "solution": role == "solution", "grade": role == "grade"}
    metadata = {"nbgrader": marks} if name else {}
    return {"cell_type": "code", "source": source, "metadata": metadata}


IMPORTS = cell(
    "import torch\nfrom torch import nn\nfrom torch.nn import functional as F\n"
    "from aelesson import anomaly, checks, labels"
)
CHECK = cell("checks.losses.nll(nll)", "check_nll", "grade")
ANSWER = "def nll(x_hat, x):\n    return (x - x_hat).square().flatten(1).sum(1)"
SOLUTION = [IMPORTS, cell(ANSWER, "nll"), CHECK]
COURSE = course_of(SOLUTION)
PASSED = [Verdict("nll", 1, 1, "passed")]


def seen(answer, *others, verdicts=PASSED, course=COURSE):
    cells = [IMPORTS, *map(cell, others), cell(answer, "nll"), CHECK]
    return [(s.exercise, s.seen) for s in of_sheet(cells, verdicts, course)]


@pytest.mark.parametrize(
    ("answer", "others", "told"),
    [
        ("from aelesson.losses import nll", (), "uses aelesson.losses.nll,"),
        ("", ["from aelesson.losses import nll"], "uses aelesson.losses.nll,"),
        ("nll = anomaly.scores", (), "uses aelesson.anomaly.scores,"),
        ("m = anomaly\ndef nll(x): return m.a(x)", (), "uses aelesson.anomaly.a,"),
        ("import aelesson\nnll = aelesson.losses.nll", (), "uses aelesson.losses.nll,"),
        (
            "def nll(x):\n  from aelesson.losses import a\n  return a(x)",
            (),
            "losses.a,",
        ),
        (
            "from aelesson.losses import *",
            (),
            "imports everything from aelesson.losses",
        ),
        ("from aelesson.checks.losses import nll as x", (), "imports aelesson.checks."),
        ("nll = checks.losses.nll.reference", (), "looks into checks.losses.nll.ref"),
        ("nll = getattr(checks, 'x')", (), "looks into aelesson.checks by getattr"),
        ("nll = __import__('aelesson').losses.nll", (), "calls __import__"),
        (
            "import importlib as i\ni.import_module('a')",
            (),
            "uses importlib.import_mod",
        ),
        (
            "exec(open('../solutions/02.ipynb').read())",
            (),
            "has a text with 'solutions/",
        ),
        ("checks = None", (), "gives the name `checks` another meaning"),
        ("import math as checks", (), "gives the name `checks` another meaning"),
        ("for checks in range(3): pass", (), "gives the name `checks` another meaning"),
        ("def f():\n  global checks\n  checks = 0", (), "gives the name `checks`"),
        ("checks.losses.nll = print", (), "sets checks.losses.nll"),
        ("setattr(checks.losses, 'nll', print)", (), "sets a name of aelesson.checks"),
        ("vars(checks)['losses'] = 0", (), "sets vars(checks)['losses']"),
        ("torch.allclose = lambda *a: True", (), "sets torch.allclose"),
        ("torch.Tensor.__eq__ = 1", (), "sets torch.Tensor.__eq__"),
        ("F.mse_loss, x = 1, 2", (), "sets F.mse_loss"),
        ("del nn.Linear", (), "sets nn.Linear"),
        ("print.__code__ = 1", (), "sets print.__code__"),
        ("import sys\nsys.modules['a'] = 1", (), "uses sys.modules"),
        ("from sys import modules", (), "imports sys.modules"),
        ("from unittest import mock", (), "imports unittest.mock"),
        ("try: pass\nexcept checks.CheckFailed: pass", (), "names CheckFailed"),
        (
            "get_ipython().ast_transformers.append(1)",
            (),
            "changes IPython's ast_transf",
        ),
    ],
)
def test_what_is_seen_is_said(answer, others, told):
    found = seen(answer, *others)
    assert any(told in text for _, text in found), found


@pytest.mark.parametrize(
    "answer",
    [
        ANSWER,
        "%matplotlib inline\n" + ANSWER,
        "def nll(labels, checks):\n    labels.x = checks\n    return labels.y.sum()",
        "def nll(x):\n    checks = []\n    return checks",
        "model = nn.Linear(2, 2)\nmodel.weight.data = torch.zeros(2, 2)\nmodel.eval()",
        "torch.backends.cudnn.deterministic = True\ntorch.manual_seed(0)",
        "import sys\nsys.path.append('..')",
        "import re\nre.compile('a')\ntorch.compile",
        "checks.losses.nll(lambda x: x)",
        "def nll(:",
        "",
    ],
)
def test_honest_code_is_not_named(answer):
    assert seen(answer) == []


def test_a_sheet_may_use_what_its_own_answer_uses_and_open_tasks_everything():
    own = "def nll(model, x):\n    return anomaly.scores(model, x)"
    course = course_of([IMPORTS, cell(own, "nll"), CHECK])
    assert seen("def nll(m, x): return anomaly.scores(m, x)", course=course) == []
    assert seen("nll = anomaly.auroc", course=course) != []
    free = course_of(SOLUTION, open_tasks=["nll"])
    assert seen("nll = anomaly.auroc", course=free) == []
    assert seen("nll = checks.losses.nll.reference", course=free) != []


def test_the_stub_beside_a_passed_check():
    stub = f"def nll(x):\n    {STUB}"
    told = [("nll", "the stub's line is there beside a passed check")]
    assert seen(stub) == told
    assert seen(f"{ANSWER}\n    {STUB}") == [], "it cannot be reached"
    assert seen(f"{ANSWER}\n    # {STUB}") == []
    assert seen(stub, ANSWER) == [], "the answer stands in another cell"
    assert seen(stub, verdicts=[Verdict("nll", 0, 1, "not begun")]) == []
    assert has_stub(f"def nll(:\n    {STUB}")


BODY = "".join(
    f"    a{i} = torch.linspace({i}, x.std(), {i}).sum()\n" for i in range(9)
)
LONG_ONE = f"def nll(x):\n{BODY}    return a1"
OTHER_NAMES = (
    LONG_ONE.replace("a1", "first").replace("(x)", "(image)").replace("x.", "image.")
)


def test_long_answers_that_are_the_courses_own():
    long = course_of([IMPORTS, cell(LONG_ONE, "nll"), CHECK])
    spaced = LONG_ONE.replace(" = ", "  =  ").replace(":\n", ':\n    """Say."""  # !\n')
    assert "to the letter" in seen(spaced, course=long)[0][1]
    assert "but for names of variables" in seen(OTHER_NAMES, course=long)[0][1]
    assert "to the letter" in seen(f"{LONG_ONE}\nprint(nll(1))", course=long)[0][1]
    assert seen(LONG_ONE.replace("std", "var"), course=long) == []
    mended = course_of([IMPORTS, cell(LONG_ONE, "nll")], [cell(LONG_ONE[:-3])])
    assert seen(LONG_ONE, course=mended) == [], "the lesson hands it out"


def test_students_are_grouped_by_long_answers_that_are_alike():
    def sheet(answer):
        return [IMPORTS, cell(answer, "nll"), CHECK]

    handed_in = {
        "ada": sheet(LONG_ONE),
        "bob": sheet(LONG_ONE + "  # mine"),
        "cy": sheet(ANSWER),
        "dan": sheet(ANSWER),
        "eve": sheet(LONG_ONE.replace("std", "var")),
    }
    (group,) = alike(handed_in, COURSE)
    assert (group.exercise, group.students, group.letters) == (
        "nll",
        ("ada", "bob"),
        True,
    )
    (group,) = alike({**handed_in, "bob": sheet(OTHER_NAMES)}, COURSE)
    assert not group.letters
    own = course_of([IMPORTS, cell(LONG_ONE, "nll")])
    assert alike(handed_in, own) == [], "the course's own answer is named elsewhere"


def test_normal_code_keeps_names_that_are_not_its_own():
    one, two = (
        normal("def f(a):\n  b = g(a)\n  return b"),
        normal("def f(b): return g(b)"),
    )
    assert one.text != two.text
    assert one.shape != two.shape
    assert "g" in one.shape
    assert normal("def f(: # x\n  1").text == normal("def f(:\n 1 ").text


def course_for(path):
    lesson = read_code(ROOT / "notebooks" / path.name)
    solution = read_code(path)
    return solution, course_of(solution, lesson, OPEN)


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_the_courses_own_sheets_are_only_told_to_be_its_own(path):
    solution, course = course_for(path)
    verdicts = [Verdict(name, 1, 1, "passed") for name in course.answers]
    found = of_sheet(solution, verdicts, course)
    assert {s.seen for s in found} <= {"the same as the course's answer, to the letter"}
    long = {n for n, a in course.answers.items() if course.length(a.text) >= LONG}
    assert {s.exercise for s in found} == long
    assert set(OPEN) & set(course.answers) - {"anomaly_on_table"} <= long
    stub = read_code(ROOT / "exercises" / path.name)
    begun = [Verdict(name, 0, 1, "not begun") for name in course.answers]
    assert of_sheet(stub, begun, course) == []


def needed(tree, answer):
    """Return the part of a module that an answer needs, as a student would write it."""
    parts = {n: line for line in tree.body for n in names_of(line)}
    need, todo = [], [answer]
    while todo:
        for node in ast.walk(todo.pop()):
            part = parts.get(getattr(node, "id", ""))
            if part is not None and part not in need:
                need.append(part)
                todo.append(part)
    return [line for line in tree.body if line in need]


def names_of(line):
    if isinstance(line, ast.Import | ast.ImportFrom):
        return [each.asname or each.name.partition(".")[0] for each in line.names]
    if isinstance(line, ast.Assign):
        return [n.id for n in ast.walk(line.targets[0]) if isinstance(n, ast.Name)]
    return [line.name] if hasattr(line, "name") else []


def other_answers():
    """Yield the right answers in other people's words, each as a cell."""
    for path in SHEETS:
        for name in graded(read_code(path), "solution"):
            place = ROOT / "tests/checks" / path.stem[3:] / f"{name}.py"
            tree = ast.parse(place.read_text()) if place.exists() else ast.parse("")
            lists = [n for n in tree.body if "RIGHT" in names_of(n)]
            for answer in lists[0].value.elts if lists else ():
                lines = [*map(ast.unparse, needed(tree, answer))]
                lines.append(f"{name} = {ast.unparse(answer)}")
                yield path, name, "\n".join(lines)


@pytest.mark.slow
def test_answers_in_other_words_are_named_only_if_they_use_the_library():
    count = named = 0
    courses = {path: course_for(path) for path in SHEETS}
    for path, name, source in other_answers():
        solution, course = courses[path]
        own = graded(solution, "solution")[name]
        cells = [cell(source, name) if each is own else each for each in solution]
        found = of_sheet(cells, [Verdict(name, 1, 1, "passed")], course)
        found = [s for s in found if s.exercise in (name, "")]
        count += 1
        named += bool(found)
        assert bool(found) <= ("aelesson" in source), (name, found)
    assert count > 290
    assert named > 40


@pytest.mark.slow
def test_twice_the_class_is_twice_the_work(steps):
    solution, course = course_for(SHEETS[0])
    verdicts = [Verdict(name, 1, 1, "passed") for name in course.answers]

    def look_through(students):
        handed_in = {
            str(i): [
                c | {"source": f"{''.join(c['source'])}\nx_{i} = {i}"} for c in solution
            ]
            for i in range(students)
        }
        for cells in handed_in.values():
            of_sheet(cells, verdicts, course)
        alike(handed_in, course)

    few, many = (steps(partial(look_through, students)) for students in (10, 20))
    assert few > 10_000
    assert many < 2.2 * few
