"""What the doctor says of a healthy machine, and of each thing that can be wrong."""

import gzip
import hashlib
import importlib.metadata
import platform
import shutil
import sys
from types import SimpleNamespace

import pytest
import torch

from aelesson import data
from aelesson.course import doctor, kernels
from aelesson.course.doctor import Finding, Probe, Status
from aelesson.data import files


def test_a_probe_that_raises_becomes_a_finding():
    def look():
        raise RuntimeError("operator torchvision::nms does not exist\nmore")

    assert Probe("torchvision", look, "Install it again.").run() == Finding(
        "torchvision",
        Status.BAD,
        "RuntimeError: operator torchvision::nms does not exist",
        "Install it again.",
    )


def test_a_probe_that_raises_without_a_word():
    def look():
        raise KeyError

    assert Probe("x", look, "fix").run().detail == "KeyError"


def test_every_probe_names_itself_and_knows_a_fix():
    names = [probe.name for probe in doctor.PROBES]
    assert len(set(names)) == len(names) == 10
    assert all(probe.fix for probe in doctor.PROBES)


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("AELESSON_SEED", "abc", "it must be a whole number >= 0"),
        ("AELESSON_SEED", "99999999999", "seed is 99999999999; it must be at least 0"),
        ("OMP_NUM_THREADS", "abc", "it must be a whole number >= 1"),
        ("OMP_NUM_THREADS", "0", "it must be a whole number >= 1"),
        ("AELESSON_DEVICE", "gpu", "use cpu, cuda or mps"),
        ("AELESSON_DATASET", "mnits", "did you mean"),
        ("MPLBACKEND", "nonsense", "nonsense"),
    ],
)
def test_a_setting_with_which_no_lesson_starts(monkeypatch, name, value, says):
    monkeypatch.setenv(name, value)
    finding = doctor.look_at_settings()
    assert finding.status is Status.BAD
    assert name in finding.detail
    assert says in finding.detail
    assert finding.fix == f"Unset or mend {name}: no lesson starts with that."


def test_settings_that_are_right_are_named(monkeypatch):
    for name in ("AELESSON_DATASET", "AELESSON_DEVICE", "MPLBACKEND"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AELESSON_SEED", "3")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    finding = doctor.look_at_settings()
    assert finding.detail == "AELESSON_SEED=3, OMP_NUM_THREADS=1"
    assert finding.status is Status.GOOD


@pytest.mark.parametrize(
    ("version", "status"),
    [
        ("3.10.14", Status.BAD),
        ("3.11.0", Status.GOOD),
        ("3.13.9", Status.GOOD),
        ("3.14.0", Status.BAD),
    ],
)
def test_python_versions(monkeypatch, version, status):
    monkeypatch.setattr(platform, "python_version", lambda: version)
    finding = doctor.look_at_python()
    assert (finding.name, finding.status) == ("Python", status)
    assert finding.detail == f"{version} in {sys.prefix}"
    if status is Status.BAD:
        assert "The course is made for Python <3.14,>=3.11" in finding.fix


def test_packages_of_this_environment():
    finding = doctor.look_at_packages()
    assert finding.status is Status.GOOD
    assert f"torch {importlib.metadata.version('torch')}" in finding.detail


def test_packages_that_are_missing_or_too_old(monkeypatch):
    def version(name):
        if name == "nbformat":
            raise importlib.metadata.PackageNotFoundError
        return {"torch": "2.5.1+cpu", "rich": "99.0+local"}.get(name, real(name))

    real = importlib.metadata.version
    monkeypatch.setattr(importlib.metadata, "version", version)
    finding = doctor.look_at_packages()
    assert finding.status is Status.BAD
    assert finding.detail == "torch is 2.5.1+cpu, not <3,>=2.6; nbformat is missing"
    assert finding.fix == doctor.REINSTALL


def test_extras_that_learners_do_not_need_are_not_asked_for(monkeypatch):
    wanted = ['pytest>=999; extra == "test"', 'jupyterlab>=999; extra == "lab"']
    monkeypatch.setattr(importlib.metadata, "requires", lambda _: wanted)
    detail = doctor.look_at_packages().detail
    assert "jupyterlab" in detail
    assert "pytest" not in detail


def test_the_device_computes():
    finding = doctor.look_at_device()
    assert finding.status is Status.GOOD
    assert "forward and backward right" in finding.detail


def test_a_device_that_computes_wrongly(monkeypatch):
    monkeypatch.setenv("AELESSON_DEVICE", "cpu")
    monkeypatch.setattr(torch, "equal", lambda *_: False)
    finding = doctor.look_at_device()
    assert (finding.status, finding.detail) == (Status.BAD, "cpu computes wrongly")


def test_a_device_that_is_none(monkeypatch):
    monkeypatch.setenv("AELESSON_DEVICE", "gpu")
    finding = Probe("Device", doctor.look_at_device, "Use cpu.").run()
    assert finding.status is Status.BAD
    assert "AELESSON_DEVICE is 'gpu'" in finding.detail


@pytest.mark.parametrize(("threads", "status"), [(1, Status.GOOD), (10**6, "!")])
def test_threads(monkeypatch, threads, status):
    monkeypatch.setattr(torch, "get_num_threads", lambda: threads)
    finding = doctor.look_at_threads()
    assert finding.status is Status(status)
    assert ("set OMP_NUM_THREADS=" in finding.fix) == (status == "!")


def test_torchvision_imports():
    assert doctor.look_at_torchvision().status is Status.GOOD


def test_torchvision_that_fits_another_torch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torchvision", None)
    (probe,) = (p for p in doctor.PROBES if p.name == "torchvision")
    finding = probe.run()
    assert finding.status is Status.BAD
    assert "take the pair from constraints.txt" in finding.fix


def test_the_sample_loads():
    finding = doctor.look_at_sample()
    assert finding.status is Status.GOOD
    assert "3,500 / 500 / 1,000 digits" in finding.detail


@pytest.fixture
def sets(tmp_path, monkeypatch):
    """An empty data folder, and a data set of one small file in place of the real."""
    monkeypatch.setenv("AELESSON_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("AELESSON_DATASET", raising=False)
    packed = gzip.compress(b"digits")
    sums = {"images.gz": hashlib.md5(packed).hexdigest()}

    def find_source(name, folder):
        return files.Source(name, folder / name, (), sums, {})

    monkeypatch.setattr(files, "find_source", find_source)
    return SimpleNamespace(folder=tmp_path, packed=packed)


def test_no_full_sets_are_no_problem(sets):
    finding = doctor.look_at_full_sets()
    assert finding.status is Status.GOOD
    expected = f"mnist not there, fashion-mnist not there, in {sets.folder}"
    assert finding.detail == expected
    assert list(sets.folder.iterdir()) == []


def test_a_full_set_that_is_whole_and_one_that_is_damaged(sets):
    (sets.folder / "mnist").mkdir()
    (sets.folder / "mnist" / "images.gz").write_bytes(sets.packed)
    finding = doctor.look_at_full_sets()
    assert finding.status is Status.GOOD
    assert "mnist complete, fashion-mnist not there" in finding.detail
    (sets.folder / "fashion-mnist").mkdir()
    (sets.folder / "fashion-mnist" / "images.gz").write_bytes(sets.packed[:9])
    finding = doctor.look_at_full_sets()
    assert finding.status is Status.WARNING
    assert "fashion-mnist incomplete" in finding.detail
    assert finding.fix == "`aelesson download fashion-mnist` gets what is missing."


def test_a_chosen_set_that_is_not_there(sets, monkeypatch):
    monkeypatch.setenv("AELESSON_DATASET", "fashion-mnist")
    finding = doctor.look_at_full_sets()
    assert finding.status is Status.WARNING
    assert "`aelesson download fashion-mnist`" in finding.fix


def test_a_chosen_set_that_does_not_exist(sets, monkeypatch):
    monkeypatch.setenv("AELESSON_DATASET", "mnits")
    (probe,) = (p for p in doctor.PROBES if p.name == "Full-size sets")
    finding = probe.run()
    assert finding.status is Status.BAD
    assert "AELESSON_DATASET" in finding.detail
    assert "Unset AELESSON_DATASET" in finding.fix


def test_a_data_folder_that_cannot_be_written(sets, monkeypatch):
    in_the_way = sets.folder / "file"
    in_the_way.touch()
    monkeypatch.setenv("AELESSON_DATA_DIR", str(in_the_way / "data"))
    finding = doctor.look_at_full_sets()
    assert finding.status is Status.WARNING
    assert finding.detail.endswith("which cannot be written")
    assert "set AELESSON_DATA_DIR" in finding.fix


def test_the_real_sources_can_be_looked_up(tmp_path, monkeypatch):
    monkeypatch.setenv("AELESSON_DATA_DIR", str(tmp_path / "not" / "made"))
    finding = doctor.look_at_full_sets()
    assert finding.status is Status.GOOD
    assert all(f"{name} not there" in finding.detail for name in data.NAMES[1:])
    assert not (tmp_path / "not").exists()


@pytest.mark.slow
def test_a_kernel_starts_and_is_this_python():
    finding = doctor.look_at_kernel()
    assert finding.status is Status.GOOD
    assert finding.detail.startswith("python3 is this Python; started and computed")


@pytest.mark.slow
def test_a_kernel_of_another_python(monkeypatch, tmp_path):
    here = sys.prefix
    monkeypatch.setattr(doctor.sys, "prefix", str(tmp_path))
    finding = doctor.look_at_kernel()
    assert (finding.status, finding.fix) == (Status.BAD, doctor.KERNEL_FIX)
    assert finding.detail == f"notebooks run in {here}"


def test_a_kernel_that_does_not_start(monkeypatch):
    def broken(*_, **__):
        raise FileNotFoundError("no such python")

    monkeypatch.setattr(kernels.KernelManager, "start_kernel", broken)
    (probe,) = (p for p in doctor.PROBES if p.name == "Jupyter kernel")
    finding = probe.run()
    assert finding.status is Status.BAD
    assert "no kernel could be started: no such python" in finding.detail
    assert "python -m ipykernel install --sys-prefix" in finding.fix


@pytest.mark.parametrize(("free", "status"), [(2e9, Status.GOOD), (1e6, "!")])
def test_disk(monkeypatch, free, status):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    finding = doctor.look_at_disk()
    assert finding.status is Status(status)
    assert finding.detail == f"{free / 1e9:.1f} GB free"
