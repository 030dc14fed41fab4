"""Measure what a student needs: `python -m tools.hub.sizes`.

Every lesson and every solved sheet is run from its first cell to its last, one after
the other, each in a kernel of its own on one core. What its kernel has used is read
from Linux when the last cell is done: the highest resident memory, and the seconds of
the processor (which other programs on the machine do not stretch). They go into
`sizes.json`, the page's table and the limits of `values.yaml`. It takes about half an
hour; `--keep` measures only what is not in `sizes.json` yet.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import nbformat
import typer
from nbclient import NotebookClient

from tools.execute import CELL_TIMEOUT, OwnKernelManager, plain_environment
from tools.hub import tables
from tools.hub.folder import ROOT
from tools.hub.tables import MEASURED, Sizes

TICKS = os.sysconf("SC_CLK_TCK")  # of a second, in /proc/PID/stat


def main(
    keep: Annotated[bool, typer.Option(help="Measure only what is missing.")] = False,
) -> None:
    """Measure, and keep each result as soon as it is there."""
    found: Sizes = json.loads(MEASURED.read_text()) if keep else {}
    found["JupyterLab"] = {"memory_mb": server_memory()}
    for path in sorted([*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("solutions/*")]):
        name = f"{path.parent.name}/{path.stem}"
        if name not in found:
            found[name] = measure(path)
            print(name, found[name], flush=True)
            MEASURED.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    tables.write(found)


def measure(path: Path) -> dict[str, float]:
    """Run a notebook; return its kernel's peak memory and seconds on one core."""
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_manager_class=OwnKernelManager,
        resources={"metadata": {"path": str(path.parent)}},
    )
    with (
        tempfile.TemporaryDirectory() as own,
        client.setup_kernel(env=plain_environment(own)),
    ):
        for index, cell in enumerate(notebook.cells):
            client.execute_cell(cell, index)
        assert client.km is not None
        pid: int = client.km.provisioner.pid  # type: ignore[union-attr]
        return {"memory_mb": peak_memory(pid), "seconds": seconds(pid)}


def peak_memory(pid: int) -> int:
    """Return the highest resident memory of a process so far, in MB (10^6 bytes)."""
    status = Path(f"/proc/{pid}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return round(int(line.split()[1]) * 1024 / 1e6)


def seconds(pid: int) -> float:
    """Return the seconds that a process and its children have used a processor."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return round(sum(map(int, fields[11:15])) / TICKS, 1)


def server_memory() -> int:
    """Return what a JupyterLab with all of its extensions needs before any kernel."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--port=0"]
        command += ["--allow-root"] if os.geteuid() == 0 else []
        environment = os.environ | {"HOME": home}
        with subprocess.Popen(
            command, cwd=home, env=environment, stderr=subprocess.PIPE, text=True
        ) as server:
            assert server.stderr is not None
            for line in server.stderr:
                if "is running at" in line:
                    break
            memory = peak_memory(server.pid)
            server.kill()
    return memory


if __name__ == "__main__":
    typer.run(main)
