"""Run a notebook in a fresh kernel of this very Python, and in a plain environment."""

import os
import sys
import tempfile
from copy import deepcopy
from pathlib import Path

from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import (
    CellExecutionError,
    CellTimeoutError,
    DeadKernelError,
)
from nbformat import NotebookNode

from tools.outputs import normalise, refuse_bad_outputs, refuse_compared_bars
from tools.source import BuildError, Source

CELL_TIMEOUT = 600  # seconds; nbclient itself would wait for ever


class OwnKernelManager(AsyncKernelManager):
    """Starts the kernel of `sys.executable`.

    A kernel named python3 that some other Python installed for this user would win
    otherwise, and run the course on other versions.
    """

    @property
    def kernel_spec(self) -> KernelSpec:
        """The specification of this interpreter, wherever others may be installed."""
        return KernelSpec(resource_dir="", **get_kernel_dict())


def plain_environment(ipython_folder: str) -> dict[str, str]:
    """Return the environment of a build: nothing of the author's own settings.

    Data set, seed, style and backend chosen by the author, a start-up script of IPython
    or a graphics card would change the figures that everybody else reads.
    """
    own = ("MPLBACKEND", "MATPLOTLIBRC")
    env = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AELESSON_") and name not in own
    }
    return env | {
        "AELESSON_DEVICE": "cpu",  # hiding CUDA alone would leave a Mac its own GPU
        "AELESSON_STRICT": "1",
        "CUDA_VISIBLE_DEVICES": "",
        "IPYTHONDIR": ipython_folder,
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
    }


def execute(
    source: Source, folder: Path, root: Path, timeout: int = CELL_TIMEOUT
) -> NotebookNode:
    """Run every cell of `source` in `folder` and return the notebook with outputs.

    Args:
        source: what to run; it is not changed.
        folder: where the notebook will lie, and so its working directory.
        root: the repository, none of whose paths may show in an output.
        timeout: seconds that one cell may take.

    Raises:
        BuildError: if a cell fails, hangs, kills its kernel, or leaves an output that
            must not be committed. It names file, line and cell.
    """
    notebook = deepcopy(source.notebook)
    client = NotebookClient(
        notebook,
        timeout=timeout,
        kernel_name="python3",
        kernel_manager_class=OwnKernelManager,
        record_timing=False,
        store_widget_state=False,
        force_raise_errors=True,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(folder)}},
    )
    _run_cells(client, source)
    refuse_compared_bars(source, notebook)
    normalise(notebook)
    refuse_bad_outputs(source, notebook, root)
    return notebook


def _run_cells(client: NotebookClient, source: Source) -> None:
    current = 0

    def remember(cell: NotebookNode, cell_index: int) -> None:
        nonlocal current
        current = cell_index

    client.on_cell_execute = remember
    try:
        with tempfile.TemporaryDirectory() as ipython_folder:
            client.execute(env=plain_environment(ipython_folder))
    except CellExecutionError as error:
        reason = f"{error.ename}: {_last_lines(error.evalue)}"
    except CellTimeoutError:
        reason = f"took longer than {client.timeout} s"
    except DeadKernelError:
        reason = "the kernel died (out of memory, or the cell ended it)"
    except RuntimeError as error:
        reason = f"the kernel of {sys.executable} did not start: {error}"
    else:
        return
    raise BuildError(f"{source.where(current)}: {reason}")


def _last_lines(text: str, lines: int = 6) -> str:
    return "\n  ".join(text.strip().splitlines()[-lines:])
