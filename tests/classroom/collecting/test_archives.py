"""Folders and archives are listed; what is not safe is refused in words."""

import io
import os
import stat
import struct
import zipfile
from datetime import UTC, datetime

import pytest

from aelesson.classroom import archives
from aelesson.classroom.archives import files_in
from aelesson.course.workbook import CourseError


def packed(entries, compression=zipfile.ZIP_DEFLATED):
    """Return a zip archive's bytes: names, or ZipInfo, -> content."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.fixture
def listed(tmp_path):
    """Return a function: a path -> source -> (content, problem)."""

    def look(origin):
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        return {
            found.source: (found.file and found.file.read_bytes(), found.problem)
            for found in files_in(origin, scratch)
        }

    return look


def test_folders_and_archives_within_archives_are_listed(tmp_path, listed):
    inner = packed({"x/02.py": "two", "__MACOSX/._02.py": "litter"})
    outer = packed({"a/01.ipynb": "one", "b.zip": inner, "report.pdf": "%PDF"})
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep/all.zip").write_bytes(outer)
    (folder / "c.ipynb").write_bytes(b"three")
    (folder / ".DS_Store").write_bytes(b"litter")
    assert listed(folder) == {
        "c.ipynb": (b"three", ""),
        "deep/all.zip/a/01.ipynb": (b"one", ""),
        "deep/all.zip/b.zip/x/02.py": (b"two", ""),
        "deep/all.zip/report.pdf": (None, ""),
    }


def test_one_file_is_an_origin(tmp_path, listed):
    (tmp_path / "ada.ipynb").write_bytes(b"one")
    assert listed(tmp_path / "ada.ipynb") == {"ada.ipynb": (b"one", "")}


def test_names_in_utf_8_that_do_not_say_so_are_read(tmp_path, listed):
    name = "Müller.ipynb"
    twin = name.encode().decode("cp437")  # as zipfile reads a name without the mark
    data = bytearray(packed({"M__ller.ipynb": "x"}))
    data = bytes(data).replace(b"M__ller", name.encode()[:7])
    (tmp_path / "a.zip").write_bytes(data)
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        assert archive.namelist() == [twin]
    assert list(listed(tmp_path / "a.zip")) == [name]


def test_paths_of_windows_are_split(tmp_path, listed):
    (tmp_path / "a.zip").write_bytes(packed({"Ada\\01.ipynb": "x"}))
    found = list(files_in(tmp_path / "a.zip", tmp_path))
    assert found[0].parts == ("Ada", "01.ipynb")


def link(name):
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def locked():
    data = packed({"a.ipynb": "x"}, zipfile.ZIP_STORED)
    return data.replace(
        b"PK\1\2" + data[data.index(b"PK\1\2") + 4 :][:4] + b"\0\0",
        b"PK\1\2" + data[data.index(b"PK\1\2") + 4 :][:4] + b"\1\0",
    )


UNSAFE = {
    "absolute": (packed({"/etc/passwd.ipynb": "x"}), "absolute path"),
    "drive": (packed({"C:\\a.ipynb": "x"}), "absolute path"),
    "upwards": (packed({"a/../../b.ipynb": "x"}), "leads out of it"),
    "upwards in Windows": (packed({"..\\b.ipynb": "x"}), "leads out of it"),
    "link": (packed({link("a.ipynb"): "/etc/passwd"}), "is a link"),
    "locked": (locked(), "password"),
    "no zip": (b"<html>log in first</html>", "no whole zip archive"),
    "cut": (packed({"a.ipynb": "x" * 999})[:-30], "no whole zip archive"),
    "empty": (b"", "no whole zip archive"),
}


@pytest.mark.parametrize(("data", "told"), UNSAFE.values(), ids=UNSAFE)
def test_an_archive_that_is_not_safe_is_refused(tmp_path, listed, data, told):
    origin = tmp_path / "all.zip"
    origin.write_bytes(data)
    with pytest.raises(CourseError, match=rf"all\.zip was left aside: .*{told}"):
        listed(origin)
    assert not list((tmp_path / "scratch").iterdir())


@pytest.mark.parametrize(("data", "told"), UNSAFE.values(), ids=UNSAFE)
def test_a_bad_archive_in_another_costs_only_itself(tmp_path, listed, data, told):
    origin = tmp_path / "all.zip"
    origin.write_bytes(packed({"ada.zip": data, "bob.ipynb": "fine"}))
    found = listed(origin)
    assert found["bob.ipynb"] == (b"fine", "")
    assert told in found["ada.zip"][1]


@pytest.mark.parametrize("ending", ["rar", "7z", "tar.gz", "tgz"])
def test_other_archives_are_named(tmp_path, listed, ending):
    (tmp_path / "in").mkdir()
    (tmp_path / f"in/ada.{ending}").write_bytes(b"Rar!")
    assert "unpack it by hand" in listed(tmp_path / "in")[f"ada.{ending}"][1]


def test_a_bomb_of_archives_in_archives_ends(tmp_path, listed):
    data = packed({f"{n}.ipynb": b"0" * 10**6 for n in range(3)})
    for _ in range(8):
        data = packed({f"{n}.zip": data for n in range(3)})
    (tmp_path / "42.zip").write_bytes(data)
    found = listed(tmp_path / "42.zip")
    assert len(found) == 27
    assert all("3 deep" in problem for _, problem in found.values())


def test_limits_hold(tmp_path, listed, monkeypatch):
    monkeypatch.setattr(archives, "FILE_BYTES", 1000)
    monkeypatch.setattr(archives, "TOTAL_BYTES", 2500)
    entries = {"large.ipynb": "x" * 1001} | {f"{n}.ipynb": "x" * 900 for n in range(3)}
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.zip").write_bytes(packed(entries))
    (folder / "large.ipynb").write_bytes(b"x" * 1001)
    problems = {source: problem for source, (_, problem) in listed(folder).items()}
    assert "more than" in problems["large.ipynb"]
    assert "more than" in problems["a.zip/large.ipynb"]
    assert [bool(problems[f"a.zip/{n}.ipynb"]) for n in range(3)] == [0, 0, 1]


def test_too_many_files_are_refused(tmp_path, listed, monkeypatch):
    monkeypatch.setattr(archives, "ENTRIES", 20)
    entries = {f"{n}.txt": "" for n in range(21)}
    (tmp_path / "many.zip").write_bytes(packed(entries, zipfile.ZIP_STORED))
    with pytest.raises(CourseError, match="more than 20 files"):
        listed(tmp_path / "many.zip")


def test_a_damaged_entry_costs_only_itself(tmp_path, listed):
    data = packed({"a.ipynb": "spoilt", "b.ipynb": "fine"}, zipfile.ZIP_STORED)
    (tmp_path / "a.zip").write_bytes(data.replace(b"spoilt", b"SPOILT"))
    found = listed(tmp_path / "a.zip")
    assert "cannot be unpacked" in found["a.ipynb"][1]
    assert found["b.ipynb"] == (b"fine", "")


def test_links_in_a_folder_are_not_followed(tmp_path, listed):
    (tmp_path / "in").mkdir()
    (tmp_path / "secret.ipynb").write_bytes(b"secret")
    (tmp_path / "in/a.ipynb").symlink_to(tmp_path / "secret.ipynb")
    assert listed(tmp_path / "in")["a.ipynb"] == (None, "it is a link to another place")


def test_what_is_not_there_is_refused(tmp_path, listed):
    with pytest.raises(CourseError, match=r"There is no .*nowhere"):
        listed(tmp_path / "nowhere")


def test_times_are_those_of_the_files(tmp_path):
    plain = zipfile.ZipInfo("a.ipynb", (2026, 11, 26, 12, 30, 2))
    stamped = zipfile.ZipInfo("b.ipynb", (2026, 11, 26, 12, 30, 2))
    moment = datetime(2026, 11, 1, 8, 0, 1, tzinfo=UTC)
    stamp = struct.pack("<HHBi", 0x5455, 5, 1, int(moment.timestamp()))
    stamped.extra = struct.pack("<HH2s", 0x7875, 2, b"xx") + stamp
    broken = zipfile.ZipInfo("c.ipynb")
    (tmp_path / "a.zip").write_bytes(packed({plain: "", stamped: "", broken: ""}))
    (tmp_path / "s").mkdir()
    first, second, third = files_in(tmp_path / "a.zip", tmp_path / "s")
    assert first.modified == datetime(2026, 11, 26, 12, 30, 2).astimezone(UTC)
    assert second.modified == moment
    assert third.modified.year in (1979, 1980)  # a zip knows no time before


def test_times_that_nbgrader_wrote_count(tmp_path):
    folder = tmp_path / "in/ada"
    folder.mkdir(parents=True)
    (folder / "01.ipynb").write_bytes(b"x")
    (folder / "timestamp.txt").write_text("2026-11-26 10:00:00.5 CET\n")
    os.utime(folder / "01.ipynb", (0, 0))
    (found,) = files_in(tmp_path / "in", tmp_path)
    assert found.modified == datetime(2026, 11, 26, 9, 0, 0, 500_000, tzinfo=UTC)
    (folder / "timestamp.txt").write_text("yesterday\n")
    (found,) = files_in(tmp_path / "in", tmp_path)
    assert found.modified == datetime.fromtimestamp(0, UTC)
