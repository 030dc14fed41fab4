"""What Linux is asked for: that no process is left, and none is reached into.

Elsewhere these do nothing.
"""

import ctypes
import os
import signal
import sys

_SET_PDEATHSIG, _SET_DUMPABLE, _SET_CHILD_SUBREAPER = 1, 4, 36  # <linux/prctl.h>


def end_with_parent() -> None:
    """Have this process ended when the one that started it ends, however that ends."""
    _prctl(_SET_PDEATHSIG, signal.SIGTERM)


def end_at_once() -> None:
    """Have Ctrl-C end this process without a word: what started it says that."""
    signal.signal(signal.SIGINT, lambda *_: os._exit(128 + signal.SIGINT))


def adopt_orphans() -> None:
    """Become the parent of what a child of this process leaves when it ends."""
    _prctl(_SET_CHILD_SUBREAPER, 1)


def shut(closed: bool) -> None:
    """Let no other process, of the same user either, reach into this one, or do.

    Its memory and pipes are otherwise open to what students' cells run.
    """
    _prctl(_SET_DUMPABLE, int(not closed))


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value)
