"""The teacher's guides: in step with the course, and whole."""

import re
from pathlib import Path

import pytest

from tools.teaching import __main__ as command
from tools.teaching import guide
from tools.teaching.course import TeachingError, anchor, lessons

ROOT = Path(__file__).resolve().parents[2]
COURSE = lessons(ROOT)
GUIDES = sorted((ROOT / guide.SOURCES).glob("[0-9][0-9]_*.md"))
HEADINGS = [
    "Aims",
    "Plan for 45 minutes",
    "Plan for 90 minutes",
    "At home",
    "What students get wrong",
    "Questions for discussion",
    "On the board",
    "Answers",
]
SHORT = [each for each in HEADINGS if each not in ("At home", "Answers")]  # no sheet
ROW = re.compile(r"^\| (\d+) \| ", re.MULTILINE)
ANSWER = re.compile(r"<details><summary>(.+?)</summary>\n\n(.+?)\n\n</details>", re.S)
LINK = re.compile(r"\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)")
NO_PROSE = re.compile(r"\[\[.*?\]\]|\$\$.*?\$\$|\$[^$]+\$|`[^`]+`", re.DOTALL)

each = pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)


def part(text, heading):
    """Return what stands under a heading."""
    return re.split(r"^## ", text.partition(f"\n## {heading}\n")[2], flags=re.M)[0]


def asked(kind, text):
    """Return what is asked for in double brackets."""
    found = re.findall(rf"\[\[{kind}\s+([^\]]+)\]\]", text)
    return [" ".join(one.split()) for one in found]


def test_every_lesson_has_a_guide():
    assert [path.stem for path in GUIDES] == [each.name for each in COURSE.values()]


def test_the_pages_are_those_that_the_build_makes():
    texts = guide.pages(ROOT)
    assert len(texts) == len(GUIDES) + 1
    assert command.out_of_step(ROOT, texts) == []


def test_a_page_that_was_changed_is_noticed(tmp_path):
    (tmp_path / "a.md").write_text("by hand")
    texts = {Path("a.md"): "made", Path("b.md"): "new"}
    assert command.out_of_step(tmp_path, texts) == [Path("a.md"), Path("b.md")]


@each
def test_a_guide_has_all_parts(path):
    text = path.read_text("utf-8")
    wanted = HEADINGS if COURSE[path.stem[:2]].exercises else SHORT
    assert re.findall(r"^## (.+)$", text, re.M) == wanted
    assert text.startswith("# Teaching [[title]]\n")
    for kind in ("facts", "aims", *(["mistakes"] if wanted == HEADINGS else [])):
        assert text.count(f"[[{kind}]]") == 1


@each
@pytest.mark.parametrize("minutes", [45, 90])
def test_a_plan_takes_its_time(path, minutes):
    plan = part(path.read_text("utf-8"), f"Plan for {minutes} minutes")
    rows = [int(found) for found in ROW.findall(plan)]
    assert len(rows) >= 4
    assert sum(rows) == minutes


@each
def test_each_exercise_has_its_place_and_its_answer(path):
    text, lesson = path.read_text("utf-8"), COURSE[path.stem[:2]]
    names = sorted(exercise.name for exercise in lesson.exercises)
    home = asked("exercise", part(text, "At home"))
    for minutes in (45, 90):
        plan = asked("exercise", part(text, f"Plan for {minutes} minutes"))
        if names:
            assert plan, f"no exercise in {minutes} minutes"
    assert sorted({*plan, *home}) == names
    assert sorted(asked("exercise", part(text, "Answers"))) == names


@each
def test_what_can_be_moved_is_shown_in_class(path):
    text, lesson = path.read_text("utf-8"), COURSE[path.stem[:2]]
    plan = part(text, "Plan for 90 minutes")
    assert sorted({*asked("explore", plan)}) == sorted(lesson.explorables)


@each
def test_each_answer_says_where_the_lesson_shows_it(path):
    text = part(path.read_text("utf-8"), "Questions for discussion")
    answers = ANSWER.findall(text)
    assert 3 <= len(answers) <= 5
    assert len(answers) == text.count("<details>") == text.count("</details>")
    for question, answer in answers:
        assert question.rstrip().endswith("?")
        assert re.search(r"\[\[(claim|figure|section)", answer), question


@each
def test_no_measured_number_is_typed(path):
    prose = NO_PROSE.sub("", path.read_text("utf-8"))
    assert re.findall(r"\d\.\d+", prose) == []


@pytest.mark.parametrize(
    "path",
    sorted((ROOT / guide.PAGES).glob("*.md")),
    ids=lambda path: path.stem,
)
def test_links_lead_somewhere(path):
    text = re.sub(r"^```.*?^```", "", path.read_text("utf-8"), flags=re.M | re.S)
    for link in LINK.findall(text):
        if link.startswith("http"):
            continue
        target, _, heading = link.partition("#")
        file = (path.parent / target).resolve() if target else path
        assert file.is_file(), link
        if file.suffix == ".ipynb" and heading:
            number = file.stem[:2]
            known = [*COURSE[number].sections]
            known += [exercise.title for exercise in COURSE[number].exercises]
            assert heading in map(anchor, known), link


# What a page may ask for


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[section 99]]", "01_basics has no section '99'"),
        ("[[explore walk]]", r"has no explore.walk\(\)"),
        ("[[exercise psnr]]", "has no exercise 'psnr'"),
        ("[[figure test MSE, magic]]", "has no figure 'test MSE, magic'"),
        ("[[claim it always wins]]", "does not claim 'it always wins'"),
        ("[[lessons 01 77]]", "no lesson '77'"),
        ("[[picture 1]]", "expected one of"),
    ],
)
def test_what_the_course_does_not_say_is_refused(tmp_path, text, says):
    path = tmp_path / "01_basics.md"
    path.write_text(text)
    with pytest.raises(TeachingError, match=rf"01_basics.md: \[\[.*{says}"):
        guide.filled(path, COURSE)


def test_a_sentence_begins_with_a_capital_and_ends_once(tmp_path):
    path = tmp_path / "01_basics.md"
    claim = "[[claim 784-128-32 beats clipped PCA]]"
    zlib = "[[claim zlib needs less than twice 128 bytes]]"
    path.write_text(f"Yes: {zlib}, and {claim}. {zlib}. See [[section 4]].")
    text = guide.filled(path, COURSE)
    assert "Yes: *zlib needs" in text
    assert "PCA*. *Zlib needs" in text
    assert text.endswith("#4.-What-does-one-wrong-activation-cost?)")


def test_only_a_guide_has_a_lesson(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("[[title]]")
    with pytest.raises(TeachingError, match="only the guide of a lesson"):
        guide.filled(path, COURSE)


def test_a_figure_is_the_mean_of_the_seeds():
    basics = COURSE["01"]
    values = basics.measured["figures"]["test MSE, PCA, 3 components"]
    assert basics.figure("test MSE, PCA, 3 components", 2) == f"{values[0]:.2g}"
    assert basics.figure("bytes per test image, zlib") == "191"


def test_sentences_of_checks_are_shown_as_they_are():
    text = guide.mistakes(COURSE["01"])
    assert "2 \\*\\* b levels" in text
    assert "old gradients are still in: call optimizer.zero" in text
    assert "what must be beaten" in text


# The syllabus


def weeks(text):
    return [
        [number for row in asked("lessons", plan) for number in row.split()]
        for plan in re.split(r"^## \d+ weeks", text, flags=re.M)[1:]
    ]


def test_a_syllabus_teaches_first_what_is_needed():
    text = (ROOT / guide.SOURCES / "syllabus.md").read_text("utf-8")
    plans = weeks(text)
    assert [len(asked("reading", p)) for p in re.split(r"^## ", text, flags=re.M)[1:4]]
    assert plans[-1] == list(COURSE)
    for plan in plans:
        assert plan == sorted(plan)
        for later, first in NEEDS.items():
            if later in plan:
                assert {*first} <= {*plan}, later


NEEDS = {
    "02": ["01"],
    "06": ["05"],
    "07": ["05"],
    "08": ["02"],
    "09": ["08"],
    "10": ["02"],
    "12": ["06"],
    "14": ["02", "10"],
}


def test_a_syllabus_has_a_row_for_each_week():
    text = (ROOT / guide.SOURCES / "syllabus.md").read_text("utf-8")
    for count, plan in re.findall(
        r"^## (\d+) weeks.*?\n(.*?)(?=^## )", text, re.M | re.S
    ):
        rows = re.findall(
            r"^\| (\d+) \|.+\[\[reading ([\d ]+)\]\].+\[\[sheets", plan, re.M
        )
        assert [int(week) for week, _ in rows] == [*range(1, int(count) + 1)]
        assert [numbers for _, numbers in rows] == asked("lessons", plan)
