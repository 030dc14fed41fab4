"""What every exercise must hold to; a new one is found by itself.

The matrix of mistakes and sentences is the identity: each mistake is refused, and gets
its own sentence and no other's. `tests/checks/<lesson>/<exercise>.py` holds answers in
other people's words: `RIGHT`, a list, and `WRONG`, for a telling part of the diagnosis
an answer or a list of them.
"""

import importlib
import re
from pathlib import Path

import pytest
import torch
from torch import Tensor

from aelesson import checks
from aelesson.checks.engine import CheckFailed, Exercise
from aelesson.checks.engine.compare import Kind
from aelesson.checks.engine.failures import STUB_MESSAGE
from aelesson.checks.engine.matrix import matrix, report, without

from .exceptions import STAND_INS

SOURCES = Path(__file__).parents[2] / "sources"


def exercises():
    """Return every exercise, by lesson and name."""
    lessons = {name: getattr(checks, name) for name in checks.LESSONS}
    return {
        (lesson, name): value
        for lesson, module in lessons.items()
        for name, value in vars(module).items()
        if isinstance(value, Exercise)
    }


EXERCISES = exercises()
each = pytest.mark.parametrize(
    ("lesson", "exercise"),
    [
        pytest.param(lesson, e, id=f"{lesson}-{e.name}")
        for (lesson, _), e in EXERCISES.items()
    ],
)


def answers(lesson, exercise, kind):
    module = importlib.import_module(f"{__package__}.{lesson}.{exercise.name}")
    return getattr(module, kind)


def told(exercise, answer):
    """Return what the check says of an answer that must not pass."""
    with pytest.raises(CheckFailed) as failure:
        exercise(answer)
    message = str(failure.value)
    assert message.startswith(f"{exercise.name}: ")
    assert len(message.splitlines()) <= 3, message
    assert not re.search(r"\*[a-z]+\*", message), "no markdown in messages"
    assert " at 0x" not in message
    return message


def nan_like(value):
    """Return a result of the same kind that is nan throughout."""
    if isinstance(value, tuple):
        return tuple(map(nan_like, value))
    floating = isinstance(value, float) or (
        isinstance(value, Tensor) and value.is_floating_point()
    )
    return value * float("nan") if floating else value


@each
def test_right_answers_pass_in_any_style(lesson, exercise, capsys):
    right = [exercise.reference, *answers(lesson, exercise, "RIGHT")]
    assert len(right) >= 3
    for answer in right:
        assert exercise(answer) is None
        (line,) = capsys.readouterr().out.splitlines()
        assert line.startswith(f"✓ {exercise.name}: right in ")


@pytest.mark.slow
@each
def test_right_answers_pass_whatever_the_random_state(lesson, exercise):
    for seed in range(3):
        for answer in [exercise.reference, *answers(lesson, exercise, "RIGHT")]:

            def seeded(*arguments, answer=answer, seed=seed):
                torch.manual_seed(seed)
                return answer(*arguments)

            exercise(answer if {lesson, exercise.name} & UNSEEDED else seeded)


UNSEEDED = {"denoising", "vae", "epoch_batches", "stratified_subset"}
UNSEEDED |= {"group_split", "honest_error"}
"""Whose answers must not touch the global random state."""


@each
def test_every_mistake_gets_its_own_sentence_and_no_other(lesson, exercise):
    found = matrix(exercise)
    assert found.sound, report(exercise)
    assert not found.confused, report(exercise)
    assert found.named == len(exercise.known)
    assert len({mistake.says for mistake in exercise.known}) >= 3


@pytest.mark.slow
@each
def test_without_its_sentence_a_mistake_is_not_told_anothers(lesson, exercise):
    wrongly = {
        says: found.sentence
        for says, found in without(exercise)
        if found.source == "mistake"
        and not any(part in says for part in STAND_INS.get(exercise.name, ()))
    }
    assert not wrongly


@each
def test_mistakes_in_other_peoples_words_are_named(lesson, exercise, capsys):
    wrong = answers(lesson, exercise, "WRONG")
    assert len(wrong) >= 3
    for says, answer in wrong.items():
        for one in answer if isinstance(answer, list) else [answer]:
            assert says in told(exercise, one)
    assert not capsys.readouterr().out


@each
def test_none_is_named(lesson, exercise):
    message = told(exercise, lambda *arguments: None)
    assert "None" in message
    assert "is `return` missing?" in message


@pytest.mark.slow
@each
def test_nan_is_called_nan(lesson, exercise):
    numbers = [e for e in exercise.expected if e.get("kind") != Kind("int")]
    right = [e["value"] for e in numbers if "value" in e]
    if not right or nan_like(right[0]) is right[0]:
        pytest.skip("no values are compared, or no nan is possible")

    def answer(*arguments):
        return nan_like(exercise.reference(*arguments))

    assert "nan" in told(exercise, answer)


@each
def test_a_wrong_signature_is_shown_beside_the_arguments_wanted(lesson, exercise):
    message = told(exercise, lambda: None)
    assert "your function takes (), but it is called with" in message


@each
def test_an_exception_inside_is_told_with_the_inputs(lesson, exercise):
    def answer(*arguments):
        raise LookupError("no luck")

    message = told(exercise, answer)
    assert "your function raised LookupError: no luck" in message
    assert '`raise LookupError("no luck")`' in message
    assert "It was called with" in message


@each
def test_a_stub_passes_its_own_error_through(lesson, exercise):
    stub_error = NotImplementedError(STUB_MESSAGE)

    def stub(*arguments):
        raise stub_error

    with pytest.raises(NotImplementedError) as raised:
        exercise(stub)
    assert raised.value is stub_error


@each
def test_what_is_no_function_is_named(lesson, exercise):
    assert "without calling it" in told(exercise, 3)


@each
def test_random_state_and_gradient_mode_are_left_alone(lesson, exercise):
    torch.manual_seed(11)
    before = torch.get_rng_state()
    with torch.no_grad():
        exercise(exercise.reference)
        assert not torch.is_grad_enabled()
    assert torch.equal(torch.get_rng_state(), before)


@each
def test_the_sheet_or_else_the_lesson_calls_the_check(lesson, exercise):
    pages = [*SOURCES.glob(f"exercises/??_{lesson}.py")]
    pages = pages or [*SOURCES.glob(f"lessons/??_{lesson}.py")]
    call = rf"^checks\.{lesson}\.{exercise.name}\({exercise.name}\)$"
    assert re.search(call, pages[0].read_text("utf-8"), re.MULTILINE)


@each
def test_the_file_of_an_exercise_bears_its_name_and_is_short(lesson, exercise):
    path = Path(checks.__file__).parent / lesson / f"{exercise.name}.py"
    assert len(path.read_text("utf-8").splitlines()) <= 250
    assert vars(vars(checks)[lesson])[exercise.name] is exercise
