"""What every check is made of: call the learner's function, judge how it behaves.

A check names the mistake. It reads like the rules of the exercise:

    @check("right on 3 tensors")
    def double(function: Answer) -> None:
        for x in TENSORS:
            value = expect_tensor(call(function, x=x), shape=x.shape)
            expect_close(value, 2 * x, f"x = {x}", {"You squared x.": x * x})

`call` runs the function and judges how it behaves; the functions of
`aelesson.checks.expect` judge what it returns. Each raises `CheckFailed` with a
diagnosis of at most three lines, to which `check` puts the name of the exercise.
"""

import inspect
import sysconfig
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from textwrap import shorten, wrap
from types import TracebackType
from typing import Any

import torch
from torch import Tensor, nn

from aelesson.checks.wording import describe

Answer = Callable[..., Any]
"""A learner's function: nothing is known about it yet."""

STUB_MESSAGE = "Replace this line with your code."
"""What the line that stands for an answer raises."""

_HERE = str(Path(__file__).parent)
_NOT_THE_LEARNERS = (
    _HERE,
    *(sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")),
)


class CheckFailed(AssertionError):  # noqa: N818, it reads as what happened
    """An answer is not right yet; the message is the diagnosis."""

    def _render_traceback_(self) -> list[str]:
        """Give IPython the diagnosis in place of a page of traceback."""
        return [
            line
            for sentence in f"✗ {self}".splitlines()
            for line in wrap(sentence, 88, break_on_hyphens=False)
        ]


def check(
    verdict: str,
) -> Callable[[Callable[[Answer], None]], Callable[[Answer], None]]:
    """Make a check of a function that judges an answer and raises `CheckFailed`.

    The check prints one line, `✓ <exercise>: <verdict>`, when the answer passes. It
    leaves the random state and the gradient mode as it found them. A stub's own
    `NotImplementedError` passes through; a notebook shows it as one line.

    Args:
        verdict: what an answer has shown by passing, such as "right on 4 networks".
    """

    def decorate(judge: Callable[[Answer], None]) -> Callable[[Answer], None]:
        @wraps(judge)
        def checked(function: Answer) -> None:
            __tracebackhide__ = True  # IPython then shows only the learner's lines
            name = judge.__name__
            try:
                with isolated():
                    _expect_callable(function, name)
                    judge(function)
            except CheckFailed as failure:
                raise CheckFailed(f"{name}: {failure}") from None
            except NotImplementedError as stub:
                _shorten_in_notebooks(stub, name, function)
                raise stub.with_traceback(_below_checks(stub.__traceback__)) from None
            print(f"✓ {name}: {verdict}")

        return checked

    return decorate


@contextmanager
def isolated(seed: int = 0) -> Iterator[None]:
    """Run a block with its own random state and with gradients on, then restore both.

    Only the CPU's generator is used: `torch.manual_seed` would also reseed a GPU's.
    """
    with torch.random.fork_rng(devices=[]), torch.enable_grad():
        torch.default_generator.manual_seed(seed)
        yield


def call(
    function: Answer, /, hints: Mapping[str, str] | None = None, **arguments: object
) -> object:
    """Call a learner's function, and judge how it behaves.

    The arguments are handed over by position, so a learner may name them otherwise;
    their names here are those of the exercise, for the diagnosis.

    Args:
        function: the learner's function, or a model that the learner built.
        hints: a diagnosis for each telling part of an exception's message.
        **arguments: the arguments, in the order of the exercise's signature.

    Raises:
        CheckFailed: The signature does not fit, an exception arose inside, an argument
            was changed in place, or gradients were left switched off.
        NotImplementedError: The function is a stub still.
    """
    _expect_signature(function, arguments)
    before = {name: _frozen(value) for name, value in arguments.items()}
    try:
        result = function(*arguments.values())
    except Exception as error:
        if _is_stub(error):
            raise
        raise _exception_inside(function, error, arguments, hints or {}) from error
    for name, value in arguments.items():
        if not _same(before[name], value):
            raise CheckFailed(
                f"{_whose(function)} changes its input {name} in place; the caller "
                f"still needs it.\n{_instead(name, before[name], value)}"
            )
    if not torch.is_grad_enabled():
        raise CheckFailed(
            "your function leaves gradients switched off for all code that follows.\n"
            "Use `with torch.no_grad():`, which switches them on again."
        )
    return result


def _expect_callable(function: object, name: str) -> None:
    if not callable(function):
        raise CheckFailed(
            f"got {describe(function)}, expected your function.\n"
            f"Hand over the function itself, without calling it: {name}({name})."
        )


def _expect_signature(function: Answer, arguments: Mapping[str, object]) -> None:
    try:
        signature = inspect.signature(function)
    except ValueError:  # a built-in function does not tell
        return
    try:
        signature.bind(*arguments.values())
    except TypeError:
        raise CheckFailed(
            f"your function takes {signature}, but it is called with "
            f"{len(arguments)} argument{'s' * (len(arguments) != 1)}: "
            f"({', '.join(arguments)})."
        ) from None


def _exception_inside(
    function: Answer,
    error: Exception,
    arguments: Mapping[str, object],
    hints: Mapping[str, str],
) -> CheckFailed:
    told = f"{type(error).__name__}: {shorten(str(error), 160, placeholder=' ...')}"
    for fragment, diagnosis in hints.items():
        if fragment in str(error):
            return CheckFailed(f"{diagnosis}\n({told})")
    given = ", ".join(f"{name} = {describe(v)}" for name, v in arguments.items())
    return CheckFailed(
        f"{_whose(function)} raised {told}\n{_learners_line(error)}"
        f"It was called with {given}."
    )


def _whose(function: Answer) -> str:
    return "your model" if isinstance(function, nn.Module) else "your function"


def _learners_line(error: Exception) -> str:
    """Quote the learner's last line on the way to the error, if there is one."""
    lines = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(_NOT_THE_LEARNERS)
    ]
    return f"in line {lines[-1].lineno}: `{lines[-1].line}`\n" if lines else ""


def _is_stub(error: Exception) -> bool:
    """Tell a stub's error from PyTorch's own of this type, which carry a message."""
    return isinstance(error, NotImplementedError) and str(error) in ("", STUB_MESSAGE)


def _shorten_in_notebooks(
    stub: NotImplementedError, name: str, function: Answer
) -> None:
    """Have IPython show a stub's error as one line, for there is nothing to debug."""
    last = [frame for frame, _ in traceback.walk_tb(stub.__traceback__)][-1].f_code
    line = f"· {name}: not begun. Replace the `raise` line in the cell above, "
    line += "run that cell, then this one."
    if getattr(function, "__code__", last) is not last:
        line = f"· {name}: it needs {last.co_name}, which is not begun yet."
    stub._render_traceback_ = lambda: [line]  # type: ignore[attr-defined]


def _below_checks(trace: TracebackType | None) -> TracebackType | None:
    """Keep what comes after the last frame of this package: the learner's frames."""
    below = trace
    while trace:
        if trace.tb_frame.f_code.co_filename.startswith(_HERE):
            below = trace.tb_next
        trace = trace.tb_next
    return below


def _frozen(value: object) -> object:
    """Copy the tensors of an argument; all else, models above all, is left as it is."""
    if isinstance(value, Tensor):
        return value.detach().clone()
    if isinstance(value, list | tuple):
        return [_frozen(part) for part in value]
    return value


def _instead(name: str, before: object, after: object) -> str:
    """Say how to leave an argument that was changed in place as it is."""
    parts = before if isinstance(before, list) else [before]
    if isinstance(after, list) and not (
        len(parts) == len(after) and any(isinstance(part, Tensor) for part in parts)
    ):
        return f"Work on a copy: list({name})."
    return "Make a new tensor: no `*=`, `add_` or `x[...] =`."


def _same_with_nan(before: Tensor, after: Tensor) -> bool:
    """Compare as `torch.equal` does, but take nan in the same place as equal."""
    if before.dtype != after.dtype or before.shape != after.shape:
        return False
    return torch.equal(before.isnan(), after.isnan()) and torch.equal(
        before.nan_to_num(), after.nan_to_num()
    )


def _same(before: object, after: object) -> bool:
    if isinstance(before, Tensor) and isinstance(after, Tensor):
        after = after.detach()
        return torch.equal(before, after) or _same_with_nan(before, after)
    if isinstance(before, list) and isinstance(after, list | tuple):
        return len(before) == len(after) and all(map(_same, before, after))
    if isinstance(before, int | float) and isinstance(after, int | float):
        return before is after or before == after
    return True
