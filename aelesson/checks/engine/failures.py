"""How a learner meets a verdict: one line in a notebook, never a page of traceback."""

import sysconfig
import traceback
from collections.abc import Callable
from pathlib import Path
from textwrap import wrap
from types import TracebackType
from typing import Any

STUB_MESSAGE = "Replace this line with your code."
"""What the line that stands for an answer raises."""

_CHECKS = Path(__file__).parents[1]
_LIBRARIES = (
    str(_CHECKS.parent),
    *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")),
)


class CheckFailed(AssertionError):  # noqa: N818, it reads as what happened
    """An answer is not right yet; the message is the diagnosis.

    Attributes:
        source: Which step of the explanation found it; see `engine.explain`.
    """

    source = "case"

    def _render_traceback_(self) -> list[str]:
        """Give IPython the diagnosis in place of a page of traceback."""
        return [
            line
            for sentence in f"✗ {self}".splitlines()
            for line in wrap(sentence, 88, break_on_hyphens=False)
        ]


def is_stub(error: BaseException) -> bool:
    """Tell a stub's error from PyTorch's own of this type, which carry a message."""
    return isinstance(error, NotImplementedError) and str(error) in ("", STUB_MESSAGE)


def learners_line(error: BaseException) -> str:
    """Quote the learner's last line on the way to an error; never the library's."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if not f.filename.startswith(_LIBRARIES)]
    return f"in line {own[-1].lineno}: `{own[-1].line}`" if own else ""


def as_not_begun(
    stub: NotImplementedError, name: str, answer: Callable[..., Any]
) -> NotImplementedError:
    """Have IPython show a stub's error as one line, for there is nothing to debug."""
    last = [frame for frame, _ in traceback.walk_tb(stub.__traceback__)][-1].f_code
    line = f"· {name}: not begun. Replace the `raise` line in the cell above, "
    line += "run that cell, then this one."
    if getattr(answer, "__code__", last) is not last:
        line = f"· {name}: it needs {last.co_name}, which is not begun yet."
    stub._render_traceback_ = lambda: [line]  # type: ignore[attr-defined]
    return stub.with_traceback(_below_checks(stub.__traceback__))


def _below_checks(trace: TracebackType | None) -> TracebackType | None:
    """Keep what comes after the last frame of the checks: the learner's frames."""
    below = trace
    while trace:
        if trace.tb_frame.f_code.co_filename.startswith(str(_CHECKS)):
            below = trace.tb_next
        trace = trace.tb_next
    return below
