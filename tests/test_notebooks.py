"""Every committed notebook, held against the rules; and every rule, shown to fail."""

import os
import re
from copy import deepcopy
from pathlib import Path

import nbformat
import notebook_rules as rules
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tools.sheets import make_stub, mark_sheet
from tools.source import parse_source
from tools.state import find_jobs, find_problems

ROOT = Path(__file__).resolve().parents[1]
FIRST = "00_start_here"
CLINIC, PATIENTS = "13_clinic", 12  # short ones: more than on any other sheet


def changed_by_hand():
    """Return the notebooks that a learner ran or changed; in CI there are none."""
    found = [f for job in find_jobs(ROOT) for f in find_problems(job) if f.by_hand]
    return set() if os.environ.get("CI") else {ROOT / f.path for f in found}


def committed(folder):
    return sorted(set((ROOT / folder).glob("*.ipynb")) - BY_HAND)


BY_HAND = changed_by_hand()
LESSONS, SHEETS = committed("notebooks"), committed("exercises")
SOLUTIONS = committed("solutions")


def name(path):
    return path.relative_to(ROOT).as_posix()


def read(path):
    return nbformat.read(path, as_version=4)


def each(paths):
    return pytest.mark.parametrize("path", paths, ids=name)


def test_there_are_lessons_and_each_sheet_has_its_solution_and_lesson():
    lessons, sheets, solutions = (
        {path.name for path in (ROOT / folder).glob("*.ipynb")}
        for folder in ("notebooks", "exercises", "solutions")
    )
    assert sheets
    assert sheets == solutions
    assert sheets <= lessons


@each([*LESSONS, *SHEETS, *SOLUTIONS])
def test_every_notebook(path):
    notebook = read(path)
    complaints = [
        *rules.is_small(path),
        *rules.no_errors(notebook),
        *rules.figures_are_described(notebook),
        *rules.links_lead_somewhere(notebook, path, ROOT),
    ]
    assert not complaints, "\n".join(complaints)


@each([*LESSONS, *SOLUTIONS])
def test_what_is_executed_ran_from_top_to_bottom(path):
    complaints = rules.run_in_order(read(path))
    assert not complaints, "\n".join(complaints)


@each(LESSONS)
def test_a_lesson(path):
    notebook = read(path)
    complaints = [
        *rules.anatomy(notebook, is_first=path.stem == FIRST),
        *([] if path.stem == FIRST else rules.asks_first(notebook)),
        *rules.has_questions(notebook),
        *rules.code_is_short(notebook),
        *rules.prose_between_code(notebook),
        *rules.prose_is_in_pieces(notebook),
    ]
    assert not complaints, "\n".join(complaints)


@each(SHEETS)
def test_a_sheet(path):
    notebook = read(path)
    most = PATIENTS if path.stem == CLINIC else rules.MOST_EXERCISES
    complaints = [
        *rules.no_answers(notebook),
        *rules.exercises_are_whole(notebook, most),
    ]
    assert not complaints, "\n".join(complaints)


# The rules themselves, on small notebooks that are doctored in one place each.

PNG = {"image/png": "iVBORw0KGgo="}
OPENING = """# What is one and one?

**You will be able to**

- add.

**Time:** 2 minutes.

**Before this:** [nothing](01_tiny.ipynb)."""
ANSWER = "<details><summary>Why?</summary>\n\nSo.\n\n</details>\n\n"
CLOSING = f"""## Break it

## Check yourself

{ANSWER * 3}
## Summary

## What we claimed

## Exercises

[Sheet](../workbook/01_tiny.ipynb)

## References

## Next

See [above](#What-we-claimed)."""


def run(source, count, *outputs, **metadata):
    return new_code_cell(
        source, execution_count=count, outputs=list(outputs), metadata=metadata
    )


def lesson():
    """A lesson against which no rule has a word to say."""
    cells = [new_markdown_cell(OPENING), run("import math", 1)]
    for number in (1, 2, 3):
        ask = f"## {number}. A question\n\nSome prose.\n\n**Predict:** what?"
        figure = new_output("display_data", PNG)
        cells += [
            new_markdown_cell(ask),
            run("x = 1", 2 * number),
            run("x", 2 * number + 1, figure, alt="A rising line"),
            new_markdown_cell("**Read it.** It rises."),
        ]
    return new_notebook(cells=[*cells, new_markdown_cell(CLOSING)])


@pytest.fixture
def course(tmp_path):
    """A folder with the files that the links of `lesson` lead to."""
    for folder in ("notebooks", "exercises"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "01_tiny.ipynb").write_text("{}")
    return tmp_path


LESSON_RULES = (
    rules.no_errors,
    rules.figures_are_described,
    rules.run_in_order,
    rules.anatomy,
    rules.asks_first,
    rules.has_questions,
    rules.code_is_short,
    rules.prose_between_code,
    rules.prose_is_in_pieces,
)


@pytest.mark.parametrize("rule", LESSON_RULES)
def test_no_rule_complains_of_a_good_lesson(rule):
    assert rule(lesson()) == []


def test_links_of_a_good_lesson_lead_somewhere(course):
    path = course / "notebooks/01_tiny.ipynb"
    assert rules.links_lead_somewhere(lesson(), path, course) == []


def reword(old, new):
    def doctor(notebook):
        cells = [cell for cell in notebook.cells if old in cell.source]
        assert cells, f"{old!r} is not there"
        for cell in cells:
            cell.source = cell.source.replace(old, new)

    return doctor


def at(index, **changes):
    return lambda notebook: notebook.cells[index].update(changes)


def put(index, cell):
    return lambda notebook: notebook.cells.insert(index, cell)


def without(index):
    return lambda notebook: notebook.cells.pop(index)


ERROR = new_output("error", ename="ValueError", evalue="", traceback=[])
LONG = "\n".join(f"x{n} = {n}" for n in range(16))
IMPORTS = "\n".join(f"import a{n}" for n in range(13))
WORDY = "**Read it.** " + "word " * 119
DOCTORED = [
    (
        rules.no_errors,
        at(1, outputs=[ERROR]),
        "cell 2 ('import math') holds the err",
    ),
    (rules.figures_are_described, at(4, metadata={}), "cell 5 ('x') shows a figure"),
    (rules.figures_are_described, at(4, metadata={"alt": "Figure"}), "no alt text"),
    (
        rules.run_in_order,
        at(3, execution_count=None),
        "number None in the run, 2 wou",
    ),
    (rules.run_in_order, at(3, execution_count=9), "number 9 in the run, 2 would be"),
    (rules.anatomy, reword("# What is", "What is"), "no first cell that starts with"),
    (rules.anatomy, put(0, new_markdown_cell("Hello")), "no first cell that starts"),
    (rules.anatomy, reword("Some prose.", "\n\n# More"), "one title"),
    (rules.anatomy, reword("**You will", "You will"), "no **You will be able to**"),
    (rules.anatomy, reword("2 minutes", "a while"), "no **Time:** in minutes"),
    (rules.anatomy, reword("**Before this", "**After this"), "no **Before this:**"),
    (rules.anatomy, reword("## 2.", "2."), "three sections"),
    (rules.anatomy, reword("## Break it\n", ""), "no ## Break it"),
    (rules.anatomy, reword("## Check", "Check"), "no ## Check yourself"),
    (rules.anatomy, reword("## Summary", ""), "no ## Summary"),
    (rules.anatomy, reword("## What we", "What we"), "no ## What we claimed"),
    (rules.anatomy, reword("../workbook", "../exercises"), "no ## Exercises, with"),
    (rules.anatomy, reword("## Ref", "### Ref"), "no ## References"),
    (rules.anatomy, reword("## Next", "## After"), "no ## Next"),
    (
        rules.anatomy,
        reword("## Summary\n\n## What we claimed", "## What we claimed\n\n## Summary"),
        "not in its place",
    ),
    (rules.asks_first, reword("**Predict", "Predict"), "**Predict** comes 0 times"),
    (rules.asks_first, at(5, source="So it is."), "**Read it** comes 2 times"),
    (rules.has_questions, reword(ANSWER * 3, ANSWER * 2), "2 questions"),
    (rules.has_questions, reword(ANSWER * 3, ANSWER * 6), "6 questions"),
    (rules.has_questions, reword("</summary>", ""), "unequal tags"),
    (rules.code_is_short, at(3, source=LONG), "has 16 lines of code, not 15"),
    (rules.code_is_short, at(1, source=IMPORTS), "has 13 lines of code, not 12"),
    (rules.prose_between_code, without(2), "cell 3 ('x = 1') follows code without"),
    (rules.prose_between_code, put(4, run("y = 1", 9)), "cell 5 ('y = 1') follows"),
    (rules.prose_is_in_pieces, at(5, source=WORDY), "121 words, not 120"),
]


@pytest.mark.parametrize(("rule", "doctor", "complaint"), DOCTORED)
def test_a_doctored_lesson_is_noticed(rule, doctor, complaint):
    notebook = deepcopy(lesson())
    doctor(notebook)
    complaints = rule(notebook)
    assert any(complaint in said for said in complaints), complaints


def test_every_rule_for_lessons_is_shown_to_fail():
    assert {case[0] for case in DOCTORED} == set(LESSON_RULES)


@pytest.mark.parametrize(
    "text",
    [
        "word " * 100 + "\n\n- " + "word " * 100,
        "word " * 100 + "\n\n$$" + "a + " * 100 + "$$",
        "word " * 100 + "\n\n<details>" + "word " * 100 + "</details>",
        "word " * 100 + "\n\n```\n" + "word " * 100 + "\n```",
        "word " * 100 + "\n\n## Next one\n\n" + "word " * 100,
        "| a | b |\n" * 100,
    ],
)
def test_only_prose_is_counted_and_headings_part_it(text):
    assert rules.prose_is_in_pieces(new_notebook(cells=[new_markdown_cell(text)])) == []


def test_a_check_and_a_skipped_cell_are_let_pass():
    notebook = lesson()
    notebook.cells[4].update(source="assert x == 1", metadata={}, outputs=[])
    assert rules.prose_between_code(notebook) == []
    skipped = new_code_cell("slider()", metadata={"tags": ["skip-execution"]})
    notebook.cells.insert(6, skipped)
    assert rules.run_in_order(notebook) == []


def test_lesson_00_needs_no_exercises_and_nothing_to_break():
    notebook = lesson()
    reword("## Break it", "")(notebook)
    reword("## Exercises", "")(notebook)
    assert rules.anatomy(notebook, is_first=True) == []
    reword("## Next", "")(notebook)
    assert rules.anatomy(notebook, is_first=True)


@pytest.mark.parametrize(
    ("link", "complaint"),
    [
        ("[x](missing.ipynb)", "missing.ipynb leads to no file"),
        ("[x](../workbook/02_gone.ipynb)", "02_gone.ipynb leads to no file"),
        ("![x](../figures/none.png)", "none.png leads to no file"),
        ('<img src="none.png">', "none.png leads to no file"),
        ("[x](#Nowhere)", "#Nowhere leads to no heading"),
        ('[x](01_tiny.ipynb "its title")', None),
        ("[x](01_tiny.ipynb#Summary)", None),
        ("[x](https://example.org/missing)", None),
        ("`[x](code.ipynb)`", None),
    ],
)
def test_links(course, link, complaint):
    notebook = new_notebook(cells=[new_markdown_cell(f"# A\n\nSee {link}.")])
    path = course / "notebooks/01_tiny.ipynb"
    complaints = rules.links_lead_somewhere(notebook, path, course)
    assert [complaint in said for said in complaints] == ([True] if complaint else [])


def test_a_large_file_is_noticed(tmp_path):
    path = tmp_path / "large.ipynb"
    path.write_bytes(b" " * 1_000_000)
    assert rules.is_small(path) == []
    path.write_bytes(b" " * 1_000_001)
    assert "1000001 bytes" in rules.is_small(path)[0]


EXERCISE = f"""# %% [markdown]
# ## NAME
#
# **Goal.** Add. **Difficulty:** low. About 5 minutes.
#
# {ANSWER.replace(chr(10), chr(10) + "# ") * 3}

# %%
def NAME(x):
    ### BEGIN SOLUTION
    return x
    ### END SOLUTION

# %%
checks.basics.NAME(NAME)

"""


def sheet(count=3):
    names = ["one", "two", "three", *(f"task_{n}" for n in range(4, count + 1))]
    text = "".join(EXERCISE.replace("NAME", name) for name in names)
    return make_stub(mark_sheet(parse_source(text, Path("01_tiny.py"))))


def test_no_rule_complains_of_a_good_sheet():
    assert rules.no_answers(sheet()) + rules.exercises_are_whole(sheet()) == []


SHEET_DOCTORED = [
    (rules.no_answers, at(1, execution_count=1), "('def one(x):') has been run"),
    (rules.no_answers, reword("raise Not", "### BEGIN SOLUTION"), "solution marker"),
    (rules.no_answers, reword("raise NotImplementedError", "return"), "does not raise"),
    (rules.exercises_are_whole, reword("## two", "two"), "two: no heading"),
    (rules.exercises_are_whole, reword("**Goal.**", ""), "one: no **Goal**"),
    (rules.exercises_are_whole, reword("**Diff", "Diff"), "one: no **Difficulty**"),
    (rules.exercises_are_whole, reword("5 minutes", "Soon"), "one: no minutes"),
    (
        rules.exercises_are_whole,
        reword(ANSWER.strip(), ""),
        "one: 0 hints in <det",
    ),
    (rules.exercises_are_whole, without(2), "one: the next cell is not its check"),
    (rules.exercises_are_whole, reword("</summary>", ""), "unequal tags"),
]


@pytest.mark.parametrize(("rule", "doctor", "complaint"), SHEET_DOCTORED)
def test_a_doctored_sheet_is_noticed(rule, doctor, complaint):
    notebook = sheet()
    doctor(notebook)
    complaints = rule(notebook)
    assert any(complaint in said for said in complaints), complaints


def test_a_sheet_has_three_to_eight_exercises():
    short = sheet()
    short.cells = short.cells[:6]
    assert "2 exercises, 3 to 8 are right" in rules.exercises_are_whole(short)
    assert "9 exercises, 3 to 8 are right" in rules.exercises_are_whole(sheet(9))


def test_only_the_clinic_may_have_twelve():
    assert rules.exercises_are_whole(sheet(12), PATIENTS) == []
    assert rules.exercises_are_whole(sheet(12))
    assert rules.exercises_are_whole(sheet(13), PATIENTS)


@pytest.mark.parametrize("page", ["README.md", "sources/lessons/00_start_here.py"])
def test_the_maps_say_how_many_minutes_the_sheets_take(page):
    rows = (ROOT / page).read_text("utf-8").splitlines()
    for sheet in (ROOT / "sources" / "exercises").glob("*.py"):
        text = sheet.read_text("utf-8")
        asked = re.findall(r"\*\*Time:\*\*\s+(?:# )?(\d+) minutes", text)
        (row,) = (row for row in rows if f"{sheet.stem}.ipynb) | " in row)
        assert re.search(rf"\b{sum(map(int, asked))}\b", row), row
