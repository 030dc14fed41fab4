"""Make what a run left behind equal from run to run, and refuse what cannot be."""

import platform
import re
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

from nbformat import NotebookNode

from tools.source import BuildError, Source, fixed_metadata, is_run

PICTURE = "image/png"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
# "[00:03<00:10, 9.9it/s]" or, when the length is unknown, "[00:03, 9.9it/s]".
PROGRESS_BAR = re.compile(r"\[(\d+:)+\d\d(<[^,\]]*)?, [^\]]*\]")
TERMINAL_CODE = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
# Addresses and kernel numbers differ in every run.
CHANGES_EACH_RUN = re.compile(r"\bat 0x[0-9a-fA-F]{6,}|ipykernel_\d+")
# "3.4 s", "12ms", "0.5 seconds"; but not "5 seeds", "the 1s", "the 1990s", "1 second
# layer": a whole number needs a space before its s, and seconds come in the plural.
DURATION = re.compile(
    r"""(?<![\w.])
    (?: (?:\d+\.\d*|\.\d+)(?:e[-+]?\d+)?[^\S\n]? s
      | \d+(?:e[-+]?\d+)?[^\S\n] s
      | (?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?[^\S\n]?
        (?: [mnuµμ]s | secs? | (?:milli|micro|nano)?seconds | minutes | hours )
    )(?![\w-]|\.\w)""",
    re.VERBOSE,
)
MARKUP = re.compile(r"<(style|script)\b.*?</\1>|</?[a-zA-Z][^>]*>", re.DOTALL)


def normalise(notebook: NotebookNode) -> None:
    """Drop, in place, what differs between two runs of the same text.

    Gone are pictures of sliders and bars (a browser could not draw them without the
    state that is not stored), progress bars on stderr, the chunks in which stdout
    happened to arrive, carriage returns, timings and the Python version. Figures get
    their description, as `IPython.display.Image(alt=...)` would leave it.
    """
    own = notebook.metadata.get("aelesson")
    notebook.metadata = fixed_metadata()
    if own is not None:
        notebook.metadata["aelesson"] = own
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.metadata.pop("execution", None)
            cell.outputs = list(_normal_outputs(cell.outputs))
            _describe_figures(cell)
            if not is_run(cell):
                cell.outputs, cell.execution_count = [], None


def _describe_figures(cell: NotebookNode) -> None:
    for output in cell.outputs:
        if PICTURE in output.get("data", {}) and "alt" in cell.metadata:
            output.metadata[PICTURE] = {"alt": cell.metadata["alt"]}


def _normal_outputs(outputs: Iterable[NotebookNode]) -> Iterator[NotebookNode]:
    for output in _join_streams(out for out in outputs if not _is_widget(out)):
        if output.output_type == "stream":
            output["text"] = _as_on_screen(output.text, output.name == "stderr")
            if not output.text:
                continue
        yield output


def _is_widget(output: NotebookNode) -> bool:
    return WIDGET_VIEW in output.get("data", {})


def _join_streams(outputs: Iterable[NotebookNode]) -> Iterator[NotebookNode]:
    """Join what was printed between two figures: stdout first, then stderr.

    How stdout and stderr arrive, and in what pieces, is a race.
    """
    streams: dict[str, NotebookNode] = {}
    for output in outputs:
        if output.output_type != "stream":
            yield from _in_order(streams)
            streams = {}
            yield output
        elif output.name in streams:
            streams[output.name]["text"] += output.text
        else:
            streams[output.name] = output
    yield from _in_order(streams)


def _in_order(streams: dict[str, NotebookNode]) -> Iterator[NotebookNode]:
    return (streams[name] for name in sorted(streams, reverse=True))


def _as_on_screen(text: str, is_stderr: bool) -> str:
    """Apply carriage returns as a terminal would; take progress bars off stderr."""
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        parts = [part for part in line.split("\r") if part]
        visible = [part for part in parts if not (is_stderr and _is_bar(part))]
        if visible or not parts:
            lines.append(visible[-1] if visible else "")
    shown = "\n".join(lines)
    return "" if is_stderr and not shown.strip() else shown


def _is_bar(text: str) -> bool:
    bare = TERMINAL_CODE.sub("", text)
    return bool(PROGRESS_BAR.search(bare)) or (bare != text and not bare.strip())


def refuse_compared_bars(source: Source, notebook: NotebookNode) -> None:
    """Stop the build, before `normalise`, where nbval would compare a bar or a slider.

    Raises:
        BuildError: if a cell tagged `nbval-check-output` shows what is not stored.
    """
    for index, cell in enumerate(notebook.cells):
        if "nbval-check-output" in cell.metadata.get("tags", []):
            stderr = (out for out in cell.outputs if out.get("name") == "stderr")
            if any(map(_is_widget, cell.outputs)) or any(stderr):
                raise BuildError(
                    f"{source.where(index)}: its output is compared, so it must not "
                    "hold a progress bar or a widget; show them in a cell of their own"
                )


def refuse_bad_outputs(source: Source, notebook: NotebookNode, root: Path) -> None:
    """Stop the build at outputs that a committed notebook must not hold.

    Raises:
        BuildError: at an error output, a warning, a figure without `alt`, or a text
            that would be another one on another machine or in the next run.
    """
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        for output in cell.outputs:
            if complaint := _complaint(cell, output, root):
                raise BuildError(f"{source.where(index)}: {complaint}")


def _complaint(cell: NotebookNode, output: NotebookNode, root: Path) -> str | None:
    if output.output_type == "error":
        return f"left an error output, {output.ename}: {output.evalue}"
    if output.output_type == "stream" and output.name == "stderr":
        return f"wrote to stderr: {_tail(output.text)}\n  Cure what it warns of"
    if PICTURE in output.get("data", {}) and "alt" not in cell.metadata:
        return 'shows a figure without a description; add alt="..." to the marker'
    complaints = (_text_complaint(text, cell.source, root) for text in _texts(output))
    return next(filter(None, complaints), None)


def _texts(output: NotebookNode) -> Iterator[str]:
    if output.output_type == "stream":
        yield output.text
    for kind, data in output.get("data", {}).items():
        if kind.startswith("text/"):
            yield data


def _text_complaint(text: str, source: str, root: Path) -> str | None:
    if found := CHANGES_EACH_RUN.search(text):
        return f"shows {found[0]!r}, which differs in each run"
    if path := next((path for path in _local_paths(root) if path in text), None):
        return f"shows {path!r}, a path of this machine"
    if found := _versions().search(text):
        return f"shows {found[0]!r}, a version that others may not have"
    times = (time[0] for time in DURATION.finditer(MARKUP.sub("", text)))
    # What the cell's own text says ("about 20 s") was not measured.
    if time := next((time for time in times if time not in source), None):
        return (
            f"shows {time!r}, a time, which differs in each run; "
            "print a ratio or assert it instead"
        )
    return None


def _versions() -> re.Pattern[str]:
    """Match this Python's or PyTorch's version where it is no part of a longer one."""
    own = platform.python_version(), version("torch").split("+")[0]
    return re.compile(rf"(?<![\d.])({'|'.join(map(re.escape, own))})(?!\.?\d)")


def _local_paths(root: Path) -> list[str]:
    return [f"{path}/" for path in (root, Path.home(), sys.prefix) if str(path) != "/"]


def _tail(text: str, lines: int = 3) -> str:
    return "\n  ".join(text.strip().splitlines()[-lines:])
