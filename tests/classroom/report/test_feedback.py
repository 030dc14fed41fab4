"""Feedback as a student gets it: one file, read in a browser that has no net."""

import json
import os
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from aelesson.classroom import records
from aelesson.classroom.feedback import feedback
from aelesson.classroom.pages import FeedbackExporter, Page, render
from aelesson.classroom.records import Graded
from aelesson.course.workbook import CourseError
from tests.classroom.report.conftest import SHEET, STUDENTS

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning"),
]
LOUD = """\
import json, os, sys, warnings
def double(x):
    warnings.warn("careful")
    print(os.getcwd(), sys.executable)
    return json.loads("{")
double(1)"""
REMOTE = (
    "from IPython.display import HTML, Javascript, display\n"
    'display(HTML(\'<img src="https://example.org/a.png" alt="far">\''
    '\'<meta http-equiv="refresh" content="0;url=https://example.org">\'))\n'
    "Javascript('fetch(\"https://example.org\")')"
)


def visit(browser, path):
    """Open a page; return it, and the addresses that it asked for."""
    page, asked = browser.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.resolve().as_uri())
    page.wait_for_timeout(500)
    return page, asked


@pytest.fixture
def run(classroom):
    """Return a function: what a student wrote is run, as when it is graded."""

    def execute(student):
        source = classroom.place("submitted", student, SHEET) / f"{SHEET}.ipynb"
        notebook = nbformat.read(source, as_version=4)
        place = classroom.place("autograded", student, SHEET)
        place.mkdir(parents=True)
        settings = {"metadata": {"path": str(place)}}
        NotebookClient(notebook, allow_errors=True, resources=settings).execute()
        nbformat.write(notebook, place / source.name)

    return execute


def comment(classroom, student, name, text):
    with classroom.gradebook() as book:
        found = book.find_submission_notebook(SHEET, SHEET, student)
        (row,) = [c for c in found.comments if c.name == name]
        row.manual_comment = text
        book.db.commit()


def test_a_page_shows_points_the_diagnosis_and_comments_and_asks_for_nothing(
    classroom, grade, run, by_hand, browser
):
    grade("ada", double=0, answers={"double": LOUD, "square": REMOTE})
    run("ada")
    by_hand("ada", "square", manual_score=2)
    comment(classroom, "ada", "double", "Look at $\\frac{1}{2}$, **please**.")
    (found,) = feedback(classroom, SHEET)
    assert found.message == "2 of 5 points"
    assert found.path == classroom.place("feedback", "ada", SHEET) / f"{SHEET}.html"
    assert found.path.stat().st_size < 1_000_000
    page, asked = visit(browser, found.path)
    assert {address.split(":")[0] for address in asked} <= {"file", "data"}
    assert page.url.startswith("file:")
    told = page.inner_text("body")
    for part in (
        *("Ada Lovelace (ada)", "2 of 5 points", "0 of 2 points", "2 of 3 points"),
        *("that is wrong", "Your teacher writes:", "please", "careful"),
        *("JSONDecodeError", "Your teacher has changed these points."),
    ):
        assert part in told, told
    assert page.locator("aside mfrac").bounding_box()["height"] > 10
    page.close()


def test_a_page_tells_nothing_of_others_or_of_the_machine(classroom, grade, run):
    grade("ada", answers={"double": LOUD, "square": "1 / 0"})
    grade("bob")
    run("ada")
    html = next(f.path.read_text() for f in feedback(classroom, SHEET, ["ada"]))
    for line in STUDENTS.splitlines()[2:]:
        assert not [part for part in line.split(",")[1:4] if part and part in html]
    own = re.sub(r"<[^>]*>", "", html.partition("</style>")[2])
    assert str(classroom.folder) not in html
    assert str(Path.home()) not in own
    assert os.sep.join(("site-packages", "")) not in own
    assert not re.search(r"(?<![\w<.])/(?:home|root|usr|tmp|work|opt)/", own)


def test_students_who_were_not_graded_read_why_and_what_to_do(
    classroom, hand_in, browser
):
    folder = hand_in("ada", text="{").parent
    told = Graded(
        "ada",
        SHEET,
        problem=f"{folder}/{SHEET}.ipynb cannot be read",
        digest=records.digest_of(folder),
    )
    records.keep(classroom.folder, told)
    hand_in("bob")
    first, second = feedback(classroom, SHEET)
    assert first.message == "not graded: a page says why"
    assert second.path is None
    assert "it was not graded yet; `aelesson class grade" in second.message
    page, _ = visit(browser, first.path)
    words = page.inner_text("body")
    assert "This sheet was not graded." in words
    assert f"Why: {SHEET}.ipynb cannot be read" in words
    assert f"save it under the name {SHEET}.ipynb and hand it in again" in words
    assert "0 of" not in words
    page.close()


def test_feedback_goes_into_the_exchange_it_came_from(classroom, grade, tmp_path):
    classroom.config.Exchange.root = str(tmp_path / "exchange")
    (tmp_path / "exchange").mkdir(mode=0o777)
    (tmp_path / "exchange").chmod(0o777)
    for student in ("ada", "bob"):
        grade(student)
    submitted = classroom.place("submitted", "ada", SHEET)
    (submitted / "submission_secret.txt").write_text("secret")
    first, second = feedback(classroom, SHEET)
    assert first.message == "5 of 5 points; in the exchange"
    assert second.message == "5 of 5 points", "it came as a loose file"
    (released,) = (tmp_path / "exchange").rglob("*.html")
    assert released.read_bytes() == first.path.read_bytes()


def test_bad_input_and_a_full_disk_are_told_and_old_pages_stay(
    classroom, grade, monkeypatch
):
    grade("ada")
    with pytest.raises(CourseError, match="no student 'eve'"):
        list(feedback(classroom, SHEET, ["eve"]))
    (found,) = feedback(classroom, SHEET)
    before = found.path.read_bytes()

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(CourseError, match=r"No space left on device\): make room"):
        list(feedback(classroom, SHEET))
    assert found.path.read_bytes() == before
    assert [p.name for p in found.path.parent.iterdir() if p.suffix == ".part"] == []


def test_pages_of_real_sheets_are_small():
    root = Path(__file__).parents[3]
    sizes = {}
    for path in sorted((root / "solutions").glob("*.ipynb")):
        sheet = json.loads(path.read_bytes())
        html = render(FeedbackExporter(), sheet, Page("t", "s"), [])
        sizes[path.stem] = len(html)
        assert "no description has been provided" not in html.lower()
    assert max(sizes.values()) < 1_000_000, sizes
