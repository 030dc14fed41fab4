"""Judge in a child of this process: what that costs or breaks is lost there alone.

What is judged was made by somebody else: it may ask for more time or memory than there
is, or end the process that looks at it.
"""

import json
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

from aelesson.classroom.forked import limit


class LostError(RuntimeError):
    """There was no verdict."""


def apart(judge: Callable[[], Any], seconds: float, megabytes: int) -> Any:  # noqa: ANN401
    """Return what a function returns in a child of this process.

    Args:
        judge: Returns what JSON can hold.
        seconds: After these it is ended.
        megabytes: Of memory that it may have, beside what this process has.

    Raises:
        LostError: If it was ended, or ended itself, or raised an error.
    """
    context = get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_answer, args=(judge, sender, megabytes))
    child.start()
    sender.close()
    try:
        if not receiver.poll(seconds):
            raise LostError(f"it takes more than {seconds:g} s")
        told = json.loads(receiver.recv_bytes())
    except EOFError:
        raise LostError("it ends the process that judges it") from None
    finally:
        receiver.close()
        child.kill()
        child.join()
    if "error" in told:
        raise LostError(told["error"])
    return told["value"]


def _answer(judge: Callable[[], Any], sender: Connection, megabytes: int) -> None:
    try:
        limit(megabytes)
        told = json.dumps({"value": judge()})
    except Exception as error:
        told = json.dumps({"error": f"{type(error).__name__}: {error}"[:200]})
    sender.send_bytes(told.encode())
