"""What a teacher gives to `grade`: two commands at once, and a name mistyped."""

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from time import sleep
from types import SimpleNamespace

import pytest
import typer

from aelesson.classroom import cli, grading, records
from aelesson.classroom.reasons import reason
from aelesson.classroom.records import Graded
from aelesson.course.workbook import CourseError


def test_two_who_grade_at_once_draw_one_judge(tmp_path, monkeypatch):
    drawn = []

    def draw(folder, seed):
        drawn.append(seed)
        sleep(0.2)
        folder.mkdir()
        (folder / "scores.json").write_text("{}")
        return "No MNIST."

    monkeypatch.setattr(grading, "_draw", draw)
    monkeypatch.setattr(grading, "_pool", ThreadPoolExecutor)
    room = SimpleNamespace(folder=tmp_path)
    with ThreadPoolExecutor(2) as both:
        told = sorted(both.map(grading.draw_judge, [room, room]))
    assert len(drawn) == 1
    assert told[0] == ""
    assert told[1].startswith("No MNIST. Then remove")


def test_a_student_whom_nobody_knows_is_no_empty_sheet(tmp_path):
    @contextmanager
    def gradebook():
        yield SimpleNamespace(assignments=[SimpleNamespace(name="01_tiny")])

    room = SimpleNamespace(
        folder=tmp_path,
        gradebook=gradebook,
        students=[SimpleNamespace(id="ada")],
        handed_in=lambda _: ["eve"],
    )
    with pytest.raises(CourseError, match="no student 'adda'"):
        list(grading.grade(room, "01_tiny", students=["adda"]))


def test_who_handed_in_nothing_is_not_called_not_graded(capsys):
    cli._sum_up([Graded("ada", "01_tiny", problem=records.NOTHING)])
    told = "Graded: 0. Not graded: 0. Nothing handed in: 1 (ada).\n"
    assert capsys.readouterr().out == told
    torn = Graded("ben", "01_tiny", problem="torn")
    assert str(cli._line(torn)) == "✗ ben: NOT GRADED: torn"
    with pytest.raises(typer.Exit):
        cli._sum_up([torn])


def test_a_full_disk_is_told_in_a_line(capsys):
    with pytest.raises(typer.Exit), cli._told():
        raise OSError(28, "No space left on device", "graded/ada.json")
    told = capsys.readouterr().err
    assert "graded/ada.json: No space left on device" in told
    assert len(told.splitlines()) == 1


def test_nbgraders_full_disk_is_told_without_its_query():
    log = (
        "[Application | ERROR] (sqlite3.OperationalError) database or disk is full "
        "[SQL: INSERT INTO assignment (id, name) VALUES (?, ?)]\n"
    )
    assert reason({"log": log}).endswith("database or disk is full")


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no SIGINT to one process")
def test_a_worker_that_is_stopped_by_hand_ends_without_a_word():
    code = (
        "import os, signal; from aelesson.classroom.system import end_at_once; "
        "end_at_once(); os.kill(os.getpid(), signal.SIGINT)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True)
    assert (ended.returncode, ended.stderr) == (128 + signal.SIGINT, b"")
