"""What submissions can reach: of the machine, of each other, of what runs them."""

import contextlib
import json
import shutil
import stat
import subprocess
import time

import psutil
import pytest

from aelesson.classroom import sandbox
from aelesson.classroom.bench import GIVEN, to_job
from aelesson.classroom.worker import Bench, BenchError
from aelesson.course.sheets import MARK, Sheet

BOXES = [sandbox.bare(), *sandbox._bubblewrap()]
LIMITS = {"timeout": 20, "limit": 60, "megabytes": 500}


def cell(source, check=""):
    code = {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}
    return code | ({MARK: check} if check else {})


def job(folder, *sources):
    """Write a job whose cells stand each for an exercise of its own."""
    names = tuple(f"cell_{number}" for number in range(len(sources)))
    cells = [cell(s, n) for s, n in zip(sources, names, strict=True)]
    sheet = Sheet(folder / "01_tiny.ipynb", names, cells)
    return to_job(sheet, LIMITS, folder)


def said(told):
    """Return what each cell raised, "" if it ran to its end."""
    return [
        next((o["ename"] for o in outputs if o["output_type"] == "error"), "")
        for outputs in told["outputs"]
    ]


@pytest.fixture(scope="module", params=BOXES, ids=lambda box: box.name)
def bench(request):
    bench = Bench(request.param, [])
    yield bench
    bench.end()


@pytest.mark.slow
class TestBench:
    def test_cells_run_beside_the_files_that_were_handed_in(self, bench, tmp_path):
        (tmp_path / "numbers.csv").write_text("1,2,3")
        reads = "assert open('numbers.csv').read() == '1,2,3'"
        writes = (
            "open('figure.png', 'w').write('x'); open('numbers.csv', 'a').write('4')"
        )
        told = bench.run(job(tmp_path, reads, writes), 60)
        assert said(told) == ["", ""]
        assert [each["state"] for each in told["exercises"]] == ["passed", "passed"]
        assert sorted(path.name for path in tmp_path.iterdir()) == ["numbers.csv"]
        assert (tmp_path / "numbers.csv").read_text() == "1,2,3"
        again = bench.run(job(tmp_path, "open('figure.png')"), 60)
        assert said(again) == ["FileNotFoundError"]  # of the student before

    def test_nothing_is_left_running(self, bench, tmp_path):
        leaves = "import subprocess; subprocess.Popen(['sleep', '7777.7'])"
        alone = leaves.replace("'7777.7']", "'7777.7'], start_new_session=True")
        assert said(bench.run(job(tmp_path, leaves, alone), 60)) == ["", ""]
        for _ in range(50):
            left = [p for p in psutil.process_iter() if "7777.7" in _words(p)]
            if not left:
                return
            time.sleep(0.1)
        raise AssertionError(left)

    def test_memory_is_bounded_and_comes_back(self, bench, tmp_path):
        bomb = "held = [bytearray(10**7) for _ in range(10**4)]"
        torchs = "import torch; torch.ones(3 * 10**8)"
        told = bench.run(job(tmp_path, bomb, torchs, "1 + 1"), 60)
        assert said(told) == ["MemoryError", "RuntimeError", ""]
        assert told["bytes"] / 2**20 < 1500

    def test_a_bench_that_was_ended_is_started_anew(self, bench, tmp_path):
        kills = (
            "import psutil; [p.kill() for p in psutil.Process().parents() "
            "if 'aelesson.classroom.bench' in ' '.join(p.cmdline())]"
        )
        with contextlib.suppress(BenchError):  # in bubblewrap it cannot be ended
            bench.run(job(tmp_path, kills), 60)
        assert said(bench.run(job(tmp_path, "1 + 1"), 60)) == [""]


def _words(process):
    try:
        return process.cmdline()
    except psutil.Error:
        return []


@pytest.mark.slow
@pytest.mark.skipif(not sandbox._bubblewrap(), reason="bubblewrap is not here")
def test_in_bubblewrap_nothing_of_the_teacher_is_seen(tmp_path):
    (tmp_path / "gradebook.db").write_text("grades")
    root = str(sandbox.Path(sandbox.__file__).parents[2])
    cells = [
        f"open({str(tmp_path / 'gradebook.db')!r})",
        f"open({root + '/solutions/01_basics.ipynb'!r})",
        "import os; open(os.path.expanduser('~root/.bashrc'))",
        "import aelesson; open(aelesson.__file__, 'a')",
        "import socket; socket.create_connection(('127.0.0.1', 22), 2)",
        "import socket; socket.create_connection(('192.0.2.1', 80), 2)",
    ]
    bench = Bench(sandbox._bubblewrap()[0], [])
    try:
        told = said(bench.run(job(tmp_path, *cells), 60))
    finally:
        bench.end()
    assert told[:3] == ["FileNotFoundError"] * 3
    assert told[3] in ("OSError", "PermissionError")
    assert all(told[4:])


STARTUP = """\
import os
there = '/tmp/.ipython/profile_default/startup'
for there in (there, os.path.expanduser('~/.ipython/profile_default/startup')):
    os.makedirs(there, exist_ok=True)
    open(there + '/x.py', 'w').write('EVIL = 1')
open('/tmp/evil.py', 'w')
"""
STAYS = """\
import subprocess, sys
words = [sys.executable, '-c', 'import time; time.sleep(7777)']
subprocess.Popen([*words, 'multiprocessing.forkserver'], start_new_session=True)
"""
ANSWERS = """\
import os
for pid in filter(str.isdigit, os.listdir('/proc')):
    words = open(f'/proc/{pid}/cmdline').read()
    if pid != str(os.getpid()) and 'resource_tracker' not in words:
        try:
            for fd in os.listdir(f'/proc/{pid}/fd'):
                if os.readlink(f'/proc/{pid}/fd/{fd}').startswith('pipe'):
                    with open(f'/proc/{pid}/fd/{fd}', 'w') as pipe:
                        pipe.write('{}' + chr(10))
                    raise SystemError(pid)
            open(f'/proc/{pid}/mem', 'r+b')
        except PermissionError:
            continue
        raise SystemError(pid)
"""
LOOKS = """\
import os, psutil
assert not globals().get('EVIL') and not os.path.exists('/tmp/evil.py')
assert not [p for p in psutil.process_iter() if '7777' in str(p.cmdline())]
"""


@pytest.mark.slow
@pytest.mark.skipif(not sandbox._bubblewrap(), reason="bubblewrap is not here")
@pytest.mark.parametrize("first", [STARTUP, STAYS, ANSWERS])
def test_in_bubblewrap_a_submission_does_not_reach_the_next(first, tmp_path):
    bench = Bench(sandbox._bubblewrap()[0], [])
    try:
        assert said(bench.run(job(tmp_path, first), 60)) == [""]
        assert said(bench.run(job(tmp_path, LOOKS), 60)) == [""]
    finally:
        bench.end()


@pytest.mark.slow
@pytest.mark.skipif(not sandbox._bubblewrap(), reason="bubblewrap is not here")
def test_in_bubblewrap_only_scratch_of_bounded_size_can_be_written(tmp_path):
    cells = [f"open({path!r}, 'w')" for path in ("/x", "/dev/x", "/dev/shm/x")]
    bench = Bench(sandbox._bubblewrap()[0], [])
    try:
        assert said(bench.run(job(tmp_path, *cells), 60)) == ["OSError", "OSError", ""]
    finally:
        bench.end()


@pytest.mark.parametrize("name", ["podman", "docker"])
def test_a_container_is_asked_for_as_its_manual_says(name, tmp_path, monkeypatch):
    """No container runs here: a stand-in shows what it was called with."""
    program = tmp_path / name
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > {tmp_path}/words\n')
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", str(tmp_path))
    (box,) = sandbox._containers("course:1")
    assert box.works
    words = (tmp_path / "words").read_text().splitlines()
    assert words[:5] == ["run", "--rm", "--interactive", "--network", "none"]
    assert words[-4:] == ["course:1", "python", "-c", sandbox._IMPORT]
    assert "guard.load()" in sandbox._IMPORT
    for wanted in ("--read-only", "ALL", "no-new-privileges", "512"):
        assert wanted in words


def test_without_any_sandbox_the_teacher_is_warned(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(sandbox.os, "geteuid", lambda: 1000)
    box = sandbox.choose()
    assert not box.safe
    assert "can read and write all that you can" in box.shuts_in


def test_a_sandbox_that_does_not_start_is_not_taken(tmp_path, monkeypatch):
    program = tmp_path / "bwrap"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sandbox.os, "geteuid", lambda: 1000)
    assert sandbox.choose().name == "none"


def test_a_job_is_one_line_and_takes_small_files_along(tmp_path):
    (tmp_path / "small.txt").write_text("a\nb")
    (tmp_path / "01_tiny.ipynb").write_text("{}")
    with (tmp_path / "large.bin").open("wb") as file:
        file.truncate(30_000_000)
    line = job(tmp_path, "a = 1\nb = 2")
    assert "\n" not in line
    assert list(json.loads(line)["files"]) == ["small.txt", GIVEN]


def test_the_bench_is_where_submissions_run_and_nowhere_else():
    """Nothing that a submission wrote runs in the process that gives points."""
    source = subprocess.run(
        ["grep", "-rn", "kernels.start\\|exec(\\|eval(", "aelesson/classroom"],
        capture_output=True,
        text=True,
        cwd=sandbox.Path(sandbox.__file__).parents[2],
    ).stdout
    assert "worker.py" not in source
    assert "marking.py" not in source
