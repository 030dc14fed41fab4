"""Peak memory of each way, measured in a fresh process that does nothing else.

The command `python -m benchmarks.speed.memory WAY FILE` is such a process. It reads
images as bytes from the file, trains for one epoch in that way, and prints the most
memory, in MB (10^6 bytes), that it ever had resident.
"""

import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from aelesson import runtime
from benchmarks.speed.ways import WAYS, build_network

ROOT = Path(__file__).resolve().parents[2]
STATUS = Path("/proc/self/status")  # Linux only
LOADING = "loading only"  # the process that the others are compared with
RUNS = (LOADING, *WAYS)


def compare_peaks(pixels: Tensor, tick: Callable[[], None]) -> dict[str, float]:
    """Return each way's peak memory in MB, above that of a process that only loads.

    Returns:
        From way to MB; nothing if this platform does not tell the peak.
    """
    if peak_megabytes() is None:
        return {}
    peaks = {}
    with tempfile.TemporaryDirectory() as folder:
        stored = Path(folder) / "pixels.pt"
        torch.save(pixels, stored)
        for name in RUNS:
            peaks[name] = run_fresh(name, stored)
            tick()
    return {name: peaks[name] - peaks[LOADING] for name in WAYS}


def run_fresh(name: str, stored: Path) -> float:
    """Return the peak memory in MB of a process that trains in the way `name`.

    Raises:
        RuntimeError: If the process fails; the message ends with its last line.
    """
    command = [sys.executable, "-m", "benchmarks.speed.memory", name, str(stored)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        reason = (done.stderr.splitlines() or ["no message"])[-1]
        raise RuntimeError(f"the process that measures {name!r} failed: {reason}")
    return float(done.stdout)


def peak_megabytes() -> float | None:
    """Return the most memory that this process had resident, in MB, if it is known.

    Linux hands `ru_maxrss` down from the process that started this one, which may be
    the larger of the two; so its own `VmHWM` comes first.
    """
    if STATUS.is_file():
        for line in STATUS.read_text("utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6  # "kB" there means KiB
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e6


def train_alone(name: str, stored: Path) -> float | None:
    """Load the images, train for one epoch in the way `name`, and return the peak.

    Raises:
        ValueError: If `name` is no way.
    """
    if name not in RUNS:
        raise ValueError(f"name is {name!r}; it must be one of {', '.join(RUNS)}")
    runtime.start()
    if name == LOADING:
        torch.load(stored)
    else:
        # The bytes are passed on at once: a way that needs floats lets go of them.
        epoch = WAYS[name](torch.load(stored))
        epoch(build_network())
    return peak_megabytes()


if __name__ == "__main__":
    print(train_alone(sys.argv[1], Path(sys.argv[2])))
