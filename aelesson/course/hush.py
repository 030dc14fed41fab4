"""Cuts what cells print and show: runs inside a learner's kernel.

A loop that prints for ever fills the memory of the kernel faster than anybody could
read it; so what is too much is dropped where it comes up. Nor can a message hold half a
character (a lone surrogate), at which the kernel falls silent: a "?" is sent instead.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

from IPython.core.getipython import get_ipython

SHOWN = 100
"""Outputs, such as figures, that a cell may show."""


def hush(characters: int) -> None:
    """Let each cell of this kernel print no more than so many characters."""
    shell: Any = get_ipython()
    used: Counter[str] = Counter()

    def begin(_: object) -> None:
        used.clear()
        # At every cell: IPython itself changes these methods, and back again.
        for stream in (sys.stdout, sys.stderr):
            whole = getattr(stream.write, "whole", stream.write)
            cut = _cut(whole, used, stream.name, characters)
            setattr(stream, "write", cut)  # noqa: B010 - mypy forbids to assign it

    shell.events.register("pre_run_cell", begin)
    shell.display_pub.publish = _few(shell.display_pub.publish, used)
    session = shell.kernel.session
    session.pack = _replacing(session.pack)


def _cut(
    whole: Callable[[str], object], used: Counter[str], name: str, most: int
) -> Callable[[str], int]:
    def write(text: str) -> int:
        left = most - used[name]
        used[name] += len(text)
        if left > 0:
            whole(text if len(text) <= left else f"{text[:left]}\n(cut here)\n")
        return len(text)

    write.whole = whole  # type: ignore[attr-defined]
    return write


def _few(publish: Callable[..., None], used: Counter[str]) -> Callable[..., None]:
    def few(data: object, metadata: object = None, **more: object) -> None:
        used["shown"] += 1
        if used["shown"] <= SHOWN:
            publish(data, metadata, **more)

    return few


def _replacing(pack: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    def replacing(message: Any) -> bytes:  # noqa: ANN401
        try:
            return pack(message)
        except UnicodeEncodeError:
            text = json.dumps(message, default=str, ensure_ascii=False)
            return text.encode(errors="replace")

    return replacing
