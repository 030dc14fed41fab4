"""The command `aelesson` as a learner types it."""

import json
import subprocess
import sys

import pytest
from typer.testing import CliRunner

import aelesson
from aelesson import data
from aelesson.course import doctor
from aelesson.course.cli import app
from aelesson.course.doctor import Finding, Probe, Status
from aelesson.course.workbook import sheet_digest

STUB = 'raise NotImplementedError("Replace this line with your code.")'


def run(*arguments, charset="utf-8"):
    runner = CliRunner(charset=charset)
    return runner.invoke(app, [str(argument) for argument in arguments])


def cell(source, **marks):
    metadata = {"nbgrader": marks} if marks else {}
    return {"cell_type": "code", "metadata": metadata, "outputs": [], "source": source}


def publish(course, sheet, *names):
    """Write an exercise sheet of exercises that ask for the number 1."""
    cells = []
    for name in names:
        source = f"def {name}():\n    {STUB}"
        cells.append(cell(source, grade=False, solution=True, grade_id=name))
        check = f"assert {name}() == 1, 'not 1'"
        cells.append(cell(check, grade=True, solution=False, grade_id=f"check_{name}"))
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    notebook["metadata"]["aelesson"] = {"sheet": sheet_digest(notebook)}
    (course / "exercises" / sheet).write_text(json.dumps(notebook))


def solve(course, sheet, name, expression="1"):
    path = course / "workbook" / sheet
    notebook = json.loads(path.read_text())
    for own in notebook["cells"]:
        if own["metadata"].get("nbgrader", {}).get("grade_id") == name:
            own["source"] = f"def {name}():\n    return {expression}"
    path.write_text(json.dumps(notebook))


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of two sheets, entered but not begun."""
    for name in ("exercises", "notebooks"):
        (tmp_path / name).mkdir()
    publish(tmp_path, "01_one.ipynb", "first", "second")
    publish(tmp_path, "02_two.ipynb", "third")
    monkeypatch.chdir(tmp_path / "notebooks")
    monkeypatch.setenv("COLUMNS", "100")
    return tmp_path


def test_version():
    result = run("--version")
    assert (result.exit_code, result.stdout) == (
        0,
        f"aelesson {aelesson.__version__}\n",
    )


def test_help_names_every_command():
    result = run("--help")
    assert result.exit_code == 0
    for command in ("workbook", "download", "doctor", "progress"):
        assert command in result.stdout
        assert run(command, "--help").exit_code == 0


def test_the_module_is_the_command():
    line = [sys.executable, "-m", "aelesson", "--version"]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    assert done.stdout == f"aelesson {aelesson.__version__}\n"


def test_workbook_is_filled_and_then_quiet(course):
    assert run("workbook").stdout == "Exercise sheets in workbook/: 2, new: 2.\n"
    assert run("workbook").stdout == "Exercise sheets in workbook/: 2, new: 0.\n"
    own = sorted(path.name for path in (course / "workbook").iterdir())
    assert own == ["01_one.ipynb", "02_two.ipynb"]


def test_workbook_announces_a_new_version_in_one_line(course):
    run("workbook")
    solve(course, "01_one.ipynb", "first")
    publish(course, "01_one.ipynb", "first", "newcomer")
    said, count = run("workbook").stdout.splitlines()
    assert said.startswith(
        "workbook/01_one.ipynb holds your work and was left as it is."
    )
    assert "A newer version now lies beside it" in said
    assert count == "Exercise sheets in workbook/: 2, new: 0."


def test_workbook_counts_what_is_there(course):
    run("workbook")
    (course / "exercises" / "02_two.ipynb").write_text("torn")
    (course / "workbook" / "02_two.ipynb").unlink()
    result = run("workbook")
    assert result.exit_code == 1
    assert "exercises/02_two.ipynb cannot be read" in result.stdout
    assert "Exercise sheets in workbook/: 1 of 2, new: 0." in result.stdout


def test_workbook_of_a_named_course(course, tmp_path, monkeypatch):
    monkeypatch.chdir("/")
    assert run("workbook", "--course", course).exit_code == 0
    assert (course / "workbook" / "01_one.ipynb").is_file()


@pytest.mark.parametrize("command", ["workbook", "progress"])
def test_a_folder_that_is_no_course(tmp_path, command):
    result = run(command, "--course", tmp_path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "The course's folder was not found" in result.stderr
    assert "Traceback" not in result.stderr


def test_workbook_that_cannot_be_written(course):
    (course / "workbook").touch()
    result = run("workbook")
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr


def test_download_says_where_the_files_are(tmp_path, monkeypatch):
    asked = []

    def download(name, folder):
        asked.append((name, folder))
        return tmp_path / "MNIST"

    monkeypatch.setattr(data, "download", download)
    result = run("download", "mnist", "--folder", tmp_path)
    assert result.stdout == f"✓ mnist is in {tmp_path / 'MNIST'}\n"
    assert asked == [("mnist", tmp_path)]
    run("download", "mnist")
    assert asked[1] == ("mnist", None)


def test_download_that_fails_is_a_message(monkeypatch):
    def download(name, folder):
        raise data.DataError("There is no network.\nUse the sample.")

    monkeypatch.setattr(data, "download", download)
    result = run("download", "mnist")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "There is no network.\nUse the sample.\n"


def test_download_of_an_unknown_set():
    result = run("download", "mnits")
    assert result.exit_code == 1
    assert "did you mean" in result.stderr


@pytest.mark.parametrize(
    ("status", "mark", "code"),
    [(Status.GOOD, "✓", 0), (Status.WARNING, "!", 0), (Status.BAD, "✗", 1)],
)
def test_doctor_marks_findings_and_fails_only_on_bad_ones(
    monkeypatch, status, mark, code
):
    finding = Finding("Thing", status, "found [bold]so[/bold]", "Do this.")
    monkeypatch.setattr(doctor, "PROBES", (Probe("Thing", lambda: finding, ""),))
    result = run("doctor")
    assert result.exit_code == code
    lines = [line.rstrip() for line in result.stdout.splitlines()]
    assert lines == [f" {mark}  Thing  found [bold]so[/bold]", "           → Do this."]


def test_doctor_speaks_after_each_probe(monkeypatch, capsys):
    shown = []

    def probe(name):
        def look():
            shown.append(capsys.readouterr().out)
            return Finding(name, Status.GOOD, "well")

        return Probe(name, look, "")

    monkeypatch.setattr(doctor, "PROBES", (probe("one"), probe("longer")))
    app(["doctor"], standalone_mode=False)
    assert [" ".join(text.split()) for text in shown] == ["", "✓ one well"]


@pytest.mark.parametrize("charset", ["ascii", "cp1252"])
def test_every_command_speaks_on_a_stream_of_few_characters(
    course, monkeypatch, charset
):
    finding = Finding("Thing", Status.BAD, "found ∑ in Gdańsk", "Do this.")
    monkeypatch.setattr(doctor, "PROBES", (Probe("Thing", lambda: finding, ""),))
    lines = run("doctor", charset=charset).stdout.splitlines()
    mended = [" ".join(line.split()) for line in lines]
    assert mended == ["x Thing found ? in Gda?sk", "> Do this."]
    assert run("workbook", charset=charset).exit_code == 0
    (course / "workbook" / "01_one.ipynb").write_text("no notebook")
    result = run("progress", "--sheet", "01", charset=charset)
    assert "cannot be read as a notebook" in result.stdout
    assert run("--help", charset=charset).exit_code == 0


@pytest.mark.slow
def test_doctor_on_this_machine():
    result = run("doctor")
    assert result.exit_code == 0, result.stdout
    for probe in doctor.PROBES:
        assert probe.name in result.stdout
    assert "✗" not in result.stdout


def test_progress_without_a_workbook(course):
    result = run("progress")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "run `aelesson workbook`" in result.stderr


def test_progress_of_an_unknown_sheet(course):
    run("workbook")
    result = run("progress", "--sheet", "07")
    assert result.exit_code == 1
    assert "there are: 01_one, 02_two" in result.stderr


def test_progress_without_jupyter(course, monkeypatch):
    run("workbook")
    monkeypatch.setitem(sys.modules, "aelesson.course.progress", None)
    result = run("progress")
    assert result.exit_code == 1
    assert "run `make lab` or `pip install -e '.[lab]'`" in result.stderr


@pytest.mark.slow
def test_progress_shows_what_passes_and_what_is_next(course):
    run("workbook")
    (course / "workbook" / "02_two.ipynb").unlink()
    solve(course, "01_one.ipynb", "first")
    result = run("progress")
    assert result.exit_code == 0
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert lines[0].startswith("01_one ━━━")
    assert lines[0].endswith(" 1/2")
    assert lines[1:] == [
        "✓ first passed",
        "· second not begun",
        "Next: exercise second in workbook/01_one.ipynb",
        "Not in your workbook yet: 02_two. Run `aelesson workbook`.",
    ]


@pytest.mark.slow
def test_progress_when_all_is_done_and_when_a_check_is_gone(course):
    run("workbook")
    solve(course, "02_two.ipynb", "third")
    result = run("progress", "--sheet", "02")
    assert "All of these exercises pass." in result.stdout
    solve(course, "02_two.ipynb", "check_third")
    result = run("progress", "--sheet", "02")
    assert "✓  third  passed; your check cell is not the course's" in result.stdout


@pytest.mark.slow
def test_progress_as_json_goes_on_after_a_broken_sheet(course):
    run("workbook")
    (course / "workbook" / "01_one.ipynb").write_text("no notebook")
    solve(course, "02_two.ipynb", "third", "__import__('time').sleep(60)")
    result = run("progress", "--json", "--timeout", "1")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "01_one": {"first": "not judged", "second": "not judged"},
        "02_two": {"third": "does not end"},
    }


def test_progress_that_can_judge_nothing(course):
    run("workbook")
    (course / "workbook" / "01_one.ipynb").write_text("no notebook")
    result = run("progress", "--sheet", "01_one")
    assert result.exit_code == 1
    assert "01_one: it cannot be read as a notebook." in result.stdout
    assert "Nothing could be judged." in result.stderr
