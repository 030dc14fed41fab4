"""Collecting again, on a full disk, after a stop, from nbgrader's exchange."""

import errno
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock

from aelesson.classroom.submitted import Outcome
from aelesson.course.workbook import CourseError

from .class_list import DAY, edited, lay, time_of

pytestmark = pytest.mark.slow  # nbgrader takes seconds to make its gradebook

MOODLE = "{}_{}_assignsubmission_file_"


def test_calling_again_changes_nothing(tmp_path, classroom, gather, one):
    files = {"ada/01_basics.ipynb": one, "17/01_basics.ipynb": one[:9000]}
    origin = lay(tmp_path / "in", files)
    gather(origin)
    before = {
        p: p.stat().st_mtime_ns for p in (classroom.folder / "submitted").rglob("*")
    }
    lay(tmp_path / "in", files, hour=23)  # as if exported anew
    found = gather(origin)
    assert {outcome for outcome, _ in found.values()} == {Outcome.AS_BEFORE}
    after = {
        p: p.stat().st_mtime_ns for p in (classroom.folder / "submitted").rglob("*")
    }
    assert after == before
    assert not (classroom.folder / "submitted_before").exists()


def test_a_later_one_replaces_and_the_old_one_is_kept(
    tmp_path, classroom, gather, submitted, one
):
    newer, newest = edited(one, "newer"), edited(one, "newest")
    key = ("ada", "01_basics.ipynb")
    for hour, data in ((9, one), (10, newer), (11, newest)):
        origin = lay(tmp_path / f"{hour}", {"ada/01_basics.ipynb": data}, hour)
        outcome, _ = gather(origin)[key]
    assert outcome is Outcome.REPLACED
    assert submitted("ada")["01_basics.ipynb"] == newest
    kept = sorted((classroom.folder / "submitted_before/ada/01_basics").iterdir())
    assert [(path / "01_basics.ipynb").read_bytes() for path in kept] == [one, newer]
    outcome, message = gather(tmp_path / "9")[key]
    assert outcome is Outcome.OLDER
    assert "--again takes this one" in message
    assert submitted("ada")["01_basics.ipynb"] == newest
    assert gather(tmp_path / "9", again=True)[key][0] is Outcome.REPLACED
    assert submitted("ada")["01_basics.ipynb"] == one
    assert (
        len(list((classroom.folder / "submitted_before/ada/01_basics").iterdir())) == 3
    )


def test_what_nbgrader_collected_is_known(tmp_path, classroom, gather, one):
    place = {"submitted/ada/01_basics/01_basics.ipynb": one}
    lay(classroom.folder, place)
    origin = lay(tmp_path / "in", {"ada.ipynb": one})
    assert gather(origin)[("ada", "ada.ipynb")][0] is Outcome.AS_BEFORE


def test_a_full_disk_leaves_all_as_it_was(
    tmp_path, classroom, gather, submitted, one, monkeypatch
):
    files = {f"{who}/01_basics.ipynb": one for who in ("ada", "bob", "s0002")}
    origin = lay(tmp_path / "in", files, 9)
    gather(lay(tmp_path / "first", {"bob/01_basics.ipynb": edited(one, "old")}, 8))
    old, write, full = submitted("bob"), Path.write_bytes, []

    def write_half(path, data):
        if "bob" in path.parts and path.name == "timestamp.txt" and not full:
            write(path, data[:3])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return write(path, data)

    monkeypatch.setattr(Path, "write_bytes", write_half)
    with pytest.raises(CourseError, match=r"No space left.*same command again"):
        gather(origin)
    assert submitted("ada")
    assert submitted("bob") == old
    assert not submitted("s0002")
    assert not list((classroom.folder / "submitted").glob("*/.*"))
    full.append("there is room again")
    outcomes = {who: outcome for (who, _), (outcome, _) in gather(origin).items()}
    assert outcomes == {
        "ada": Outcome.AS_BEFORE,
        "bob": Outcome.REPLACED,
        "s0002": Outcome.COLLECTED,
    }


def test_a_stop_between_two_renames_loses_nothing(
    tmp_path, classroom, gather, submitted, one, monkeypatch
):
    origin = lay(tmp_path / "in", {"ada/01_basics.ipynb": edited(one, "new")}, 10)
    gather(lay(tmp_path / "first", {"ada/01_basics.ipynb": one}, 9))
    replace = os.replace

    def stop(source, target):
        if str(source).endswith(".part"):
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(os, "replace", stop)
    with pytest.raises(KeyboardInterrupt):
        gather(origin)
    monkeypatch.undo()
    assert gather(origin)[("ada", "01_basics.ipynb")][0] is Outcome.COLLECTED
    (kept,) = (classroom.folder / "submitted_before/ada/01_basics").iterdir()
    assert (kept / "01_basics.ipynb").read_bytes() == one


def test_there_must_be_something(tmp_path, classroom, gather):
    (tmp_path / "empty").mkdir()
    with pytest.raises(CourseError, match="nothing to collect in"):
        gather(tmp_path / "empty")
    with pytest.raises(CourseError, match=r"There is no .*nowhere"):
        gather(tmp_path / "nowhere")
    with pytest.raises(CourseError, match="name no exchange"):
        gather(None)


def test_a_second_command_waits(tmp_path, classroom, gather, one):
    origin = lay(tmp_path / "in", {"ada.ipynb": one})
    with (
        FileLock(classroom.folder / ".collect.lock"),
        pytest.raises(CourseError, match="Another command"),
    ):
        gather(origin)
    assert gather(origin)


def test_a_class_without_a_list_is_told(tmp_path, classroom, gather, exchange, one):
    with classroom.gradebook() as book:
        for student in classroom.students:
            book.remove_student(student.id)
    with pytest.raises(CourseError, match="no list of students"):
        gather(lay(tmp_path / "in", {"ada.ipynb": one}))
    exchange("grace", 9, {"01_basics.ipynb": one})  # which knows who it was
    assert gather(None) == {("grace", "01_basics.ipynb"): (Outcome.COLLECTED, "")}


@pytest.fixture
def exchange(classroom, tmp_path):
    """Return a function: lay a submission into nbgrader's exchange."""
    root = tmp_path / "exchange"
    classroom.config.Exchange.root = str(root)
    inbound = root / "autoencoders/inbound"
    inbound.mkdir(parents=True)

    def hand_in(student, hour, files):
        moment = f"2026-11-26 {hour:02}:00:00.000000 UTC"
        name = f"{student}+01_basics+{moment}+secret"
        stamp = {"timestamp.txt": moment.encode()}
        lay(inbound / name, files | stamp)

    return hand_in


def test_the_exchange(classroom, gather, submitted, exchange, one):
    exchange("ada", 9, {"01_basics.ipynb": one})
    exchange("twin1", 9, {"01_basics.ipynb": one[:9000]})
    exchange("teacher", 9, {"01_basics.ipynb": one})
    found = gather(None)
    assert found[("ada", "01_basics.ipynb")] == (Outcome.COLLECTED, "")
    assert time_of(submitted("ada")) == datetime(*DAY, 9, tzinfo=UTC)
    assert "the rest is lost" in found[("twin1", "01_basics.ipynb")][1]
    assert submitted("twin1")["original.ipynb"] == one[:9000]
    outcome, message = found[("", "01_basics.ipynb")]
    assert outcome is Outcome.WHOSE
    assert "teacher is not in the list of students" in message
    newer = edited(one, "newer")
    exchange("ada", 11, {"01_basics.ipynb": newer})
    found = gather(None)
    assert found[("ada", "01_basics.ipynb")][0] is Outcome.REPLACED
    assert found[("twin1", "01_basics.ipynb")][0] is Outcome.AS_BEFORE
    assert submitted("ada")["01_basics.ipynb"] == newer


def test_an_empty_exchange(gather, exchange):
    with pytest.raises(CourseError, match="Nobody has handed in 01_basics"):
        gather(None)
