"""The README's pictures are the figures of the lessons."""

import base64
import dataclasses

import nbformat
import pytest
from tiny_course import LESSON, edit, run, save_as_a_learner

from tools import pictures
from tools.pictures import Picture, find_stale_pictures

pytest_plugins = ["tiny_fixtures"]

PICTURE = Picture("docs/one.png", "01_tiny", "A dot")
OTHERS = Picture("docs/two.png", "02_next", "A line")
LESSONS = ("01_tiny", "02_next")
SHOWS_A_DOT = """
# %% alt="A dot, white on black"
from IPython.display import Image
Image(data=b"\\x89PNG\\r\\n", format="png")
"""


@pytest.fixture
def root(built, monkeypatch):
    """A course whose lesson shows a figure that is a picture of the course, too."""
    monkeypatch.setattr(pictures, "PICTURES", (PICTURE, OTHERS))

    def add_figure(notebook):
        notebook["cells"][1]["metadata"]["alt"] = "A dot, white on black"
        data = {"image/png": base64.b64encode(b"a picture").decode()}
        output = nbformat.v4.new_output("display_data", data)
        notebook["cells"][1]["outputs"].append(output)

    edit(built / "notebooks/01_tiny.ipynb", add_figure)
    return built


def stale(root, lessons=LESSONS[:1]):
    return [(f.path, f.problem) for f in find_stale_pictures(root, lessons)]


def test_a_picture_is_the_figure_of_its_lesson(root):
    assert stale(root) == [("docs/one.png", "missing")]
    pictures.write_picture(PICTURE, root)
    assert (root / "docs/one.png").read_bytes() == b"a picture"
    assert stale(root) == []


def test_an_old_picture_is_noticed(root):
    pictures.write_picture(PICTURE, root)
    (root / "docs/one.png").write_bytes(b"an older one")
    assert stale(root) == [("docs/one.png", "stale: not the figure of 01_tiny")]


def test_a_figure_that_is_gone_is_named(root, monkeypatch):
    pictures.write_picture(PICTURE, root)
    lost = dataclasses.replace(PICTURE, alt="A line")
    monkeypatch.setattr(pictures, "PICTURES", (lost,))
    ((_, problem),) = stale(root)
    assert problem == "01_tiny.ipynb has no figure whose alt begins 'A line'"


@pytest.mark.slow
class TestCommand:
    @pytest.fixture
    def drawn(self, course, monkeypatch):
        """A course that was built whole, with its picture."""
        monkeypatch.setattr(pictures, "PICTURES", (PICTURE,))
        (course / "sources/lessons/01_tiny.py").write_text(LESSON + SHOWS_A_DOT)
        result = run("build", course)
        assert result.exit_code == 0, result.output
        assert (course / "docs/one.png").read_bytes() == b"\x89PNG\r\n"
        assert run("check", course, "--strict").exit_code == 0
        return course

    def run_by_hand(self, root):
        """Run the lesson anew: its figure comes out a little different."""
        path = root / "notebooks/01_tiny.ipynb"
        save_as_a_learner(path)
        other = base64.b64encode(b"another").decode()
        edit(
            path,
            lambda n: n["cells"][3]["outputs"][0]["data"].update({"image/png": other}),
        )

    def test_a_lesson_run_by_hand_leaves_its_picture_right(self, drawn):
        self.run_by_hand(drawn)
        result = run("check", drawn)
        assert (result.exit_code, "docs/one.png" in result.output) == (0, False)
        strict = run("check", drawn, "--strict")
        assert (strict.exit_code, "docs/one.png" in strict.output) == (1, True)

    def test_a_wrong_picture_of_a_lesson_as_built_fails(self, drawn):
        (drawn / "docs/one.png").write_bytes(b"another")
        assert run("check", drawn).exit_code == 1

    def test_only_pictures_of_the_lessons_that_are_named_are_drawn(self, drawn):
        (drawn / "sources/lessons/02_next.py").write_text(LESSON)
        self.run_by_hand(drawn)
        result = run("build", drawn, "02_next")
        assert result.exit_code == 0, result.output
        assert (drawn / "docs/one.png").read_bytes() == b"\x89PNG\r\n"

    def test_a_lesson_is_built_alone_where_another_is_not_yet(self, course):
        (course / "sources/lessons/00_first.py").write_text(LESSON)
        result = run("build", course, "00_first", "--force")
        assert result.exit_code == 0, result.output
        assert (course / "notebooks/00_first.ipynb").is_file()

    def test_a_picture_that_cannot_be_drawn_is_an_error_like_others(
        self, drawn, monkeypatch
    ):
        lost = dataclasses.replace(PICTURE, alt="A line")
        monkeypatch.setattr(pictures, "PICTURES", (lost,))
        result = run("build", drawn)
        assert result.exit_code == 1
        assert isinstance(result.exception, SystemExit), "no traceback"
        assert "failed   docs/one.png\n  01_tiny.ipynb has no figure" in result.output

    def test_a_picture_of_a_lesson_that_failed_is_left(self, drawn):
        self.run_by_hand(drawn)
        (drawn / "sources/lessons/01_tiny.py").write_text("# %%\n1 / 0\n")
        result = run("build", drawn)
        assert result.exit_code == 1
        assert (drawn / "docs/one.png").read_bytes() == b"\x89PNG\r\n"
