"""What house style asks of a notebook: each rule returns its complaints.

A notebook is parsed JSON as nbformat gives it. A rule takes it whole and returns a list
of sentences, empty if there is nothing to say, so that one test shows everything.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from nbformat import NotebookNode

from tools.sheets import CHECK, MARKER, STUB
from tools.source import is_run, keeps_books

MAX_BYTES = 1_000_000
MAX_CODE_LINES = 15
MAX_IMPORT_LINES = 12
MAX_WORDS = 120
MOST_EXERCISES = 8

# In this order: how it begins, and what to call it.
PARTS = (
    (r"\A# \S", "first cell that starts with `# Title`"),
    (r"^\*\*You will be able to\*\*", "**You will be able to**"),
    (r"^\*\*Time:\*\* .*\bminutes?\b", "**Time:** in minutes"),
    (r"^\*\*Before this:\*\*", "**Before this:**"),
    (r"^## Break it", "## Break it"),
    (r"^## Check yourself", "## Check yourself"),
    (r"^## Summary", "## Summary"),
    (r"^## What we claimed", "## What we claimed"),
    (r"^## Exercises(\n|.)*?\.\./workbook/\w+\.ipynb", "## Exercises, with a link"),
    (r"^## References", "## References"),
    (r"^## Next", "## Next"),
)
NOT_IN_LESSON_00 = {"## Break it", "## Exercises, with a link"}

FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CODE_SPAN = re.compile(r"`[^`\n]*`")
MATH = re.compile(r"\$\$.*?\$\$|\$[^$\n]+\$", re.DOTALL)
DETAILS = re.compile(r"<details.*?</details>", re.DOTALL)
FOLDED_GOAL = "<summary>Open after your diagnosis"  # in the clinic, and no hint
EXPLANATION = "<summary>Explanation"  # of what was to be mended
LIST_OR_TABLE = re.compile(
    r"^[ \t]*([-*+]|\d+\.|\|)[ \t].*(\n[ \t]+\S.*)*", re.MULTILINE
)
HEADING = re.compile(r"^#{1,6} +(.*)$", re.MULTILINE)
LINK = re.compile(r"\]\(<?([^()\s>]+)>?[^()]*\)|(?:href|src)=[\"']([^\"']+)[\"']")


def place(index: int, cell: NotebookNode) -> str:
    """Name a cell so that a reader finds it."""
    first = next(iter(cell.source.strip().splitlines()), "")
    return f"cell {index + 1} ({first[:50]!r})"


def code_cells(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            yield index, cell


def markdown(notebook: NotebookNode) -> str:
    cells = (cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    return "\n\n".join(cells)


# Rules for every notebook


def no_errors(notebook: NotebookNode) -> list[str]:
    return [
        f"{place(index, cell)} holds the error {output.ename}"
        for index, cell in code_cells(notebook)
        for output in cell.outputs
        if output.output_type == "error"
    ]


def figures_are_described(notebook: NotebookNode) -> list[str]:
    return [
        f"{place(index, cell)} shows a figure and has no alt text"
        for index, cell in code_cells(notebook)
        if any("image/png" in output.get("data", {}) for output in cell.outputs)
        and len(cell.metadata.get("alt", "").split()) < 3
    ]


def links_lead_somewhere(notebook: NotebookNode, path: Path, root: Path) -> list[str]:
    """Check relative links and those inside the page; the web is not asked."""
    text = CODE_SPAN.sub("", FENCE.sub("", markdown(notebook)))
    anchors = {heading.strip().replace(" ", "-") for heading in HEADING.findall(text)}
    complaints = []
    for target in ("".join(groups) for groups in LINK.findall(text)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = unquote(target).partition("#")
        if not file and anchor not in anchors:
            complaints.append(f"the link #{anchor} leads to no heading of this page")
        if file and not _link_target(path.parent / file, root).exists():
            complaints.append(f"the link {target} leads to no file")
    return complaints


def _link_target(target: Path, root: Path) -> Path:
    target = target.resolve()
    if target.parent == root / "workbook":  # the learner's copies of these:
        return root / "exercises" / target.name
    return target


def is_small(path: Path) -> list[str]:
    size = path.stat().st_size
    return [] if size <= MAX_BYTES else [f"{size} bytes, at most {MAX_BYTES} are right"]


def run_in_order(notebook: NotebookNode) -> list[str]:
    """Ask of lessons and solutions that each cell ran, once, from top to bottom."""
    ran = [
        (index, cell.execution_count)
        for index, cell in code_cells(notebook)
        if is_run(cell)
    ]
    return [
        f"cell {index + 1} is number {count} in the run, {number} would be right"
        for number, (index, count) in enumerate(ran, start=1)
        if count != number
    ]


# Rules for lessons


def anatomy(notebook: NotebookNode, is_first: bool = False) -> list[str]:
    """Ask for the parts of a lesson, in their order; lesson 00 has two less."""
    text = FENCE.sub("", markdown(notebook))
    complaints = []
    position = 0
    for pattern, name in PARTS:
        if is_first and name in NOT_IN_LESSON_00:
            continue
        found = re.compile(pattern, re.MULTILINE).search(text, position)
        if found is None:
            complaints.append(f"there is no {name}, or not in its place")
        position = found.end() if found else position
    if len(re.findall(r"^# ", text, re.MULTILINE)) != 1:
        complaints.append("a lesson has one title, `# `, and no second one")
    sections = re.split(r"^## (?:Break it|Check yourself)", text, flags=re.M)[0]
    if len(re.findall(r"^## ", sections, re.MULTILINE)) < 3:
        complaints.append("a lesson has three sections or more")
    return complaints


def section(notebook: NotebookNode, title: str) -> str:
    """Return the text from one `##` heading to the next."""
    found = re.search(
        rf"^## {title}.*?(?=^## |\Z)", markdown(notebook), re.MULTILINE | re.DOTALL
    )
    return found[0] if found else ""


def asks_first(notebook: NotebookNode) -> list[str]:
    """Ask for predictions before the results, and readings after them."""
    text = markdown(notebook)
    return [
        f"**{label}** comes {count} times, 3 are the least"
        for label in ("Predict", "Read it")
        if (count := text.count(f"**{label}")) < 3
    ]


def has_questions(notebook: NotebookNode) -> list[str]:
    """Ask for 3 to 5 questions to check oneself, their answers folded."""
    count = len(DETAILS.findall(section(notebook, "Check yourself")))
    wrong = [] if 3 <= count <= 5 else [f"{count} questions in Check yourself, not 3-5"]
    return wrong + details_are_whole(notebook)


def details_are_whole(notebook: NotebookNode) -> list[str]:
    text = markdown(notebook)
    counts = {tag: text.count(tag) for tag in ("<details>", "<summary>", "</summary>")}
    counts["</details>"] = text.count("</details>")
    return [] if len(set(counts.values())) == 1 else [f"unequal tags: {counts}"]


def code_is_short(notebook: NotebookNode) -> list[str]:
    complaints = []
    for index, cell in code_cells(notebook):
        if keeps_books(cell):
            continue
        lines = [line for line in cell.source.splitlines() if line.strip()]
        imports = all(re.match(r"(import|from|\s|\))", line) for line in lines)
        limit = MAX_IMPORT_LINES if imports else MAX_CODE_LINES
        if len(lines) > limit:
            where = place(index, cell)
            complaints.append(f"{where} has {len(lines)} lines of code, not {limit}")
    return complaints


def prose_between_code(notebook: NotebookNode) -> list[str]:
    """Let a check or a figure follow its code, and nothing else without a word."""
    complaints = []
    alone = True  # whether the cell before is prose
    for index, cell in enumerate(notebook.cells):
        is_code = cell.cell_type == "code"
        follows = is_code and not alone
        if follows and not (_is_check(cell) or "alt" in cell.metadata):
            complaints.append(f"{place(index, cell)} follows code without a word")
        alone = not is_code
    return complaints


def _is_check(cell: NotebookNode) -> bool:
    return bool(re.search(r"^(assert |checks\.|proven\.)", cell.source, re.MULTILINE))


def prose_is_in_pieces(notebook: NotebookNode) -> list[str]:
    """Count words between two headings or bold labels; lists and maths are no prose."""
    complaints = []
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            for piece in _pieces(cell.source):
                words = len(piece.split())
                if words > MAX_WORDS:
                    where = f"cell {index + 1}, at {' '.join(piece.split()[:6])!r}"
                    complaints.append(f"{where}: {words} words, not {MAX_WORDS}")
    return complaints


def _pieces(text: str) -> list[str]:
    for pattern in (DETAILS, FENCE, LIST_OR_TABLE):
        text = pattern.sub("", text)
    text = MATH.sub("x", text)
    return re.split(
        r"^(?=#{1,6} |\*\*(?:Predict|Read it|Explain it)\b)", text, flags=re.M
    )


# Rules for exercise sheets


def no_answers(notebook: NotebookNode) -> list[str]:
    complaints = []
    for index, cell in code_cells(notebook):
        if cell.outputs or cell.execution_count is not None:
            complaints.append(f"{place(index, cell)} has been run")
        if MARKER.search(cell.source):
            complaints.append(f"{place(index, cell)} holds a solution marker")
        if _graded(cell, "solution") and STUB not in cell.source:
            complaints.append(f"{place(index, cell)} does not raise the stub's error")
    return complaints


def exercises_are_whole(
    notebook: NotebookNode, most: int = MOST_EXERCISES
) -> list[str]:
    """Ask each exercise for goal, difficulty, minutes, three hints, stub and check."""
    complaints = []
    text, exercises = "", []
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "markdown":
            text += f"\n\n{cell.source}"
        elif _graded(cell, "solution"):
            name = cell.metadata.nbgrader.grade_id
            exercises.append(name)
            complaints += [f"{name}: {missing}" for missing in _missing(text)]
            after = notebook.cells[index + 1 : index + 2]
            if not (after and CHECK.match(after[0].source)):
                complaints.append(f"{name}: the next cell is not its check")
            text = ""
    if not 3 <= len(exercises) <= most:
        complaints.append(f"{len(exercises)} exercises, 3 to {most} are right")
    return complaints + details_are_whole(notebook)


def _graded(cell: NotebookNode, role: str) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get(role, False))


def _missing(text: str) -> Iterator[str]:
    asked = {
        "heading": r"^## ",
        "**Goal**": r"\*\*Goal",
        "**Difficulty**": r"\*\*Difficulty",
        "minutes": r"\d+ minutes?\b",
    }
    for word, pattern in asked.items():
        if not re.search(pattern, text, re.MULTILINE):
            yield f"no {word} in its text"
    folds = [fold for fold in DETAILS.findall(text) if FOLDED_GOAL not in fold]
    hints = sum(EXPLANATION not in fold for fold in folds)
    if len(folds) < 3 or hints not in (2, 3):  # a mend may explain in place of a hint
        yield f"{hints} hints in <details>, 3 are right"
