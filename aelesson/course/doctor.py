"""Is this machine ready for the course? One small probe per thing that can be wrong.

A probe returns a `Finding`; one that raises becomes a finding too, so that a broken
installation is described instead of ending in a traceback. For the same reason every
probe imports what it needs by itself.
"""

import importlib.metadata
import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from time import perf_counter

REINSTALL = "Install the course again: `make lab`, or `pip install -e '.[lab]'`."
MAIN_PACKAGES = ("torch", "torchvision", "numpy", "matplotlib", "jupyterlab")
TORCHVISION_FIX = (
    "torch and torchvision must fit each other: take the pair from constraints.txt, "
    "`pip install -c constraints.txt torch torchvision`."
)
KERNEL_FIX = (
    "Give Jupyter this Python: `python -m ipykernel install --sys-prefix "
    "--name python3`, and start JupyterLab from the same environment."
)
DATA_FIX = "Unset AELESSON_DATASET and AELESSON_DATA_DIR to go back to the sample."
KERNEL_SECONDS = 60.0
FREE_BYTES = 1_000_000_000
"""Room for both full-size data sets, checkpoints and a browser's cache."""


class Status(Enum):
    """How a probe ended; the value is the mark in the table."""

    GOOD = "✓"
    WARNING = "!"
    BAD = "✗"


@dataclass(frozen=True)
class Finding:
    """What a probe found.

    Attributes:
        name: What was looked at.
        status: Whether the course will run with it.
        detail: What was found.
        fix: What to do about it; empty if there is nothing to do.
    """

    name: str
    status: Status
    detail: str
    fix: str = ""


@dataclass(frozen=True)
class Probe:
    """Something to look at.

    Attributes:
        name: What is looked at.
        look: Looks, and returns a finding or raises.
        fix: What helps if it raises.
    """

    name: str
    look: Callable[[], Finding]
    fix: str

    def run(self) -> Finding:
        """Look, and turn whatever happens into a finding."""
        try:
            return self.look()
        except Exception as error:  # whatever is broken here is what was looked for
            line = (str(error).strip().splitlines() or [""])[0]
            detail = f"{type(error).__name__}: {line}".removesuffix(": ")
            return Finding(self.name, Status.BAD, detail, self.fix)


def look_at_python() -> Finding:
    """Compare this Python with the versions that the course is made for."""
    from packaging.specifiers import SpecifierSet

    wanted = importlib.metadata.metadata("aelesson")["Requires-Python"]
    version = platform.python_version()
    detail = f"{version} in {sys.prefix}"
    if SpecifierSet(wanted).contains(version, prereleases=True):
        return Finding("Python", Status.GOOD, detail)
    fix = f"The course is made for Python {wanted}: make its environment with one."
    return Finding("Python", Status.BAD, detail, fix)


def look_at_packages() -> Finding:
    """Compare the installed packages with what the course asks for."""
    wrong = list(_unsatisfied())
    if wrong:
        return Finding("Packages", Status.BAD, "; ".join(wrong), REINSTALL)
    versions = (f"{name} {importlib.metadata.version(name)}" for name in MAIN_PACKAGES)
    return Finding("Packages", Status.GOOD, ", ".join(versions))


def _unsatisfied() -> Iterator[str]:
    from packaging.requirements import Requirement

    for line in importlib.metadata.requires("aelesson") or []:
        wanted = Requirement(line)
        if wanted.marker and not wanted.marker.evaluate({"extra": "lab"}):
            continue
        try:
            version = importlib.metadata.version(wanted.name)
        except importlib.metadata.PackageNotFoundError:
            yield f"{wanted.name} is missing"
            continue
        if not wanted.specifier.contains(version, prereleases=True):
            yield f"{wanted.name} is {version}, not {wanted.specifier}"


def look_at_device() -> Finding:
    """Have PyTorch compute a known gradient on the device that lessons would use."""
    import torch

    from aelesson import runtime

    device = runtime.pick_device()
    began = perf_counter()
    x = torch.arange(6.0, device=device).reshape(2, 3)  # (B, D)
    weight = torch.ones(3, 3, device=device, requires_grad=True)
    (x @ weight).sum().backward()
    assert weight.grad is not None  # backward has just filled it
    right = torch.equal(weight.grad, x.sum(0)[:, None].expand(3, 3))
    if not right:
        fix = "Set AELESSON_DEVICE=cpu until PyTorch works on this device."
        return Finding("Device", Status.BAD, f"{device} computes wrongly", fix)
    took = f"forward and backward right, first time in {perf_counter() - began:.2f} s"
    return Finding("Device", Status.GOOD, f"{device}: {took}")


def look_at_threads() -> Finding:
    """Compare PyTorch's threads with the cores that this process may use."""
    import torch

    affinity = getattr(os, "sched_getaffinity", None)  # Linux only
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    threads = torch.get_num_threads()
    detail = f"CPU cores: {cores}, threads of PyTorch: {threads}"
    if threads <= cores:
        return Finding("Threads", Status.GOOD, detail)
    fix = f"More threads than cores are many times slower: set OMP_NUM_THREADS={cores}."
    return Finding("Threads", Status.WARNING, detail, fix)


def look_at_settings() -> Finding:
    """Read the environment variables that lessons start with, as lessons do."""
    from matplotlib.rcsetup import validate_backend

    from aelesson import data, runtime

    readers: dict[str, Callable[[], object]] = {
        "AELESSON_SEED": lambda: runtime.seed_everything(runtime.default_seed()),
        "OMP_NUM_THREADS": runtime.wanted_threads,
        "AELESSON_DEVICE": runtime.pick_device,
        "AELESSON_DATASET": data.choose_name,
        "MPLBACKEND": lambda: validate_backend(os.environ["MPLBACKEND"]),
    }
    wrong = {}
    for name in (name for name in readers if name in os.environ):
        try:
            readers[name]()
        except ValueError as error:
            text = str(error).splitlines()[0]
            wrong[name] = text if name in text else f"{name}: {text}"
    if wrong:
        fix = f"Unset or mend {', '.join(wrong)}: no lesson starts with that."
        return Finding("Settings", Status.BAD, "; ".join(wrong.values()), fix)
    found = [f"{name}={os.environ[name]}" for name in readers if name in os.environ]
    return Finding("Settings", Status.GOOD, ", ".join(found) or "none of your own")


def look_at_torchvision() -> Finding:
    """Import torchvision, which fails if it was built for another PyTorch."""
    import torchvision

    return Finding("torchvision", Status.GOOD, f"{torchvision.__version__} imports")


def look_at_sample() -> Finding:
    """Load the digits that every lesson uses by default."""
    from aelesson import data

    began = perf_counter()
    splits = data.load(data.SAMPLE)
    seconds = perf_counter() - began
    sizes = " / ".join(
        f"{len(part):,}" for part in (splits.train, splits.validation, splits.test)
    )
    detail = f"{data.SAMPLE}: {sizes} digits in {seconds:.2f} s"
    return Finding("Digits", Status.GOOD, detail)


def look_at_full_sets() -> Finding:
    """See which full-size data sets are on disk, whole, and whether more can come."""
    from aelesson import data

    chosen, folder = data.choose_name(), data.choose_folder()
    found = {name: _completeness(name, folder) for name in data.NAMES[1:]}
    detail = ", ".join(f"{name} {state}" for name, state in found.items())
    detail = f"{detail}, in {folder}"
    for name, state in found.items():
        if state == "incomplete" or (name == chosen and state == "not there"):
            fix = f"`aelesson download {name}` gets what is missing."
            return Finding("Full-size sets", Status.WARNING, detail, fix)
    if not _can_write(folder):
        fix = "Only needed for a download: set AELESSON_DATA_DIR to a folder of yours."
        detail = f"{detail}, which cannot be written"
        return Finding("Full-size sets", Status.WARNING, detail, fix)
    return Finding("Full-size sets", Status.GOOD, detail)


def _completeness(name: str, folder: Path) -> str:
    from aelesson.data import files

    source = files.find_source(name, folder)
    if not source.folder.is_dir():
        return "not there"
    return "complete" if files.is_complete(source) else "incomplete"


def _can_write(folder: Path) -> bool:
    """Try to write to a folder, or to the one that it would be made in."""
    there = next(p for p in (folder, *folder.absolute().parents) if p.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            return True
    except OSError:
        return False


def look_at_kernel() -> Finding:
    """Start the kernel that notebooks get, and have it say where it runs."""
    from aelesson.course import kernels

    began = perf_counter()
    question = (
        "import os, sys\n"
        "assert 1 + 1 == 2\n"
        f"if not os.path.samefile(sys.prefix, {sys.prefix!r}):\n"
        "    raise RuntimeError(f'notebooks run in {sys.prefix}')"
    )
    with kernels.start(Path.cwd()) as kernel:
        trouble = kernel.run(question, KERNEL_SECONDS)
    if trouble is not None:
        return Finding("Jupyter kernel", Status.BAD, trouble.text, KERNEL_FIX)
    seconds = perf_counter() - began
    detail = f"python3 is this Python; started and computed in {seconds:.1f} s"
    return Finding("Jupyter kernel", Status.GOOD, detail)


def look_at_disk() -> Finding:
    """See how much room is left where the course lies."""
    free = shutil.disk_usage(Path.cwd()).free
    detail = f"{free / 1e9:.1f} GB free"
    if free >= FREE_BYTES:
        return Finding("Disk", Status.GOOD, detail)
    fix = "Make room: a full disk cannot save notebooks or data."
    return Finding("Disk", Status.WARNING, detail, fix)


PROBES = (
    Probe("Python", look_at_python, REINSTALL),
    Probe("Packages", look_at_packages, REINSTALL),
    Probe("Settings", look_at_settings, REINSTALL),
    Probe("Device", look_at_device, "Set AELESSON_DEVICE=cpu, or install again."),
    Probe("Threads", look_at_threads, REINSTALL),
    Probe("torchvision", look_at_torchvision, TORCHVISION_FIX),
    Probe("Digits", look_at_sample, REINSTALL),
    Probe("Full-size sets", look_at_full_sets, DATA_FIX),
    Probe("Jupyter kernel", look_at_kernel, KERNEL_FIX),
    Probe("Disk", look_at_disk, "Go to a folder that is there."),
)
