"""What Linux is asked for: that no process is left when its parent ends.

Elsewhere these do nothing.
"""

import ctypes
import signal
import sys

_SET_PDEATHSIG, _SET_CHILD_SUBREAPER = 1, 36  # in <linux/prctl.h>


def end_with_parent() -> None:
    """Have this process ended when the one that started it ends, however that ends."""
    _prctl(_SET_PDEATHSIG, signal.SIGTERM)


def adopt_orphans() -> None:
    """Become the parent of what a child of this process leaves when it ends."""
    _prctl(_SET_CHILD_SUBREAPER, 1)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value)
