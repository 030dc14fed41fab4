"""What every check of every lesson must hold to; a new lesson is found by itself."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest
import torch

from aelesson import checks

from .answers import diagnosis

REPOSITORY = Path(__file__).parents[2]


def public_checks(module):
    """Return the checks that a lesson's module defines or hands on, by name."""
    public = getattr(module, "__all__", vars(module))
    return {name: vars(module)[name] for name in public if is_check(vars(module)[name])}


def is_check(value):
    """Tell what the decorator `check` made from all else."""
    return (
        inspect.isfunction(value)
        and hasattr(value, "__wrapped__")
        and list(inspect.signature(value).parameters) == ["function"]
    )


def lessons():
    """Return the modules of `aelesson.checks` that belong to a lesson, by name."""
    modules = {
        info.name: importlib.import_module(f"aelesson.checks.{info.name}")
        for info in pkgutil.iter_modules(checks.__path__)
    }
    return {name: modules[name] for name in modules if name in checks.__all__}


LESSONS = lessons()
CHECKS = [(name, each) for name in LESSONS for each in public_checks(LESSONS[name])]
each_check = pytest.mark.parametrize(("lesson", "exercise"), CHECKS)


def table_of(lesson, kind):
    return getattr(importlib.import_module(f"{__package__}.test_{lesson}"), kind)


def test_every_check_of_the_package_is_reached_through_its_lesson():
    reached = {id(getattr(LESSONS[lesson], name)) for lesson, name in CHECKS}
    for info in pkgutil.iter_modules(checks.__path__):
        module = importlib.import_module(f"aelesson.checks.{info.name}")
        assert {id(value) for value in public_checks(module).values()} <= reached
    assert ("basics", "train_step") in CHECKS
    assert ("start_here", "double") in CHECKS


@each_check
def test_there_are_enough_right_and_wrong_answers(lesson, exercise):
    assert len(table_of(lesson, "RIGHT")[exercise]) >= 3
    wrong = table_of(lesson, "WRONG")[exercise]
    assert len(wrong) >= 5
    for answer in wrong:
        assert len(answer.says) >= 7
        assert answer.says not in exercise


@pytest.mark.slow
@each_check
def test_wrong_answers_cover_many_diagnoses(lesson, exercise):
    wrong = table_of(lesson, "WRONG")[exercise]
    told = {diagnosis(LESSONS[lesson], exercise, each.answer) for each in wrong}
    assert len(told) >= 5


@each_check
def test_the_sheet_or_else_the_lesson_calls_the_check(lesson, exercise):
    sources = REPOSITORY / "sources"
    pages = [*sources.glob(f"exercises/??_{lesson}.py")]
    pages = pages or [*sources.glob(f"lessons/??_{lesson}.py")]
    if not pages:
        pytest.skip(f"{lesson} is not written yet")
    call = rf"^checks\.{lesson}\.{exercise}\({exercise}\)$"
    assert re.search(call, pages[0].read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_tables_name_no_check_that_does_not_exist(lesson):
    for kind in ("RIGHT", "WRONG"):
        assert table_of(lesson, kind).keys() == public_checks(LESSONS[lesson]).keys()


@each_check
def test_an_answer_that_returns_none_is_named(lesson, exercise):
    message = diagnosis(LESSONS[lesson], exercise, lambda *arguments: None)
    assert "None" in message
    assert "is `return` missing?" in message


@each_check
def test_a_wrong_signature_is_shown_beside_the_arguments_wanted(lesson, exercise):
    message = diagnosis(LESSONS[lesson], exercise, lambda: None)
    assert "your function takes (), but it is called with" in message


@each_check
def test_an_exception_inside_is_told_with_the_inputs(lesson, exercise):
    def answer(*arguments):
        raise LookupError("no luck")

    message = diagnosis(LESSONS[lesson], exercise, answer)
    assert "your function raised LookupError: no luck" in message
    assert '`raise LookupError("no luck")`' in message
    assert "It was called with" in message


@each_check
def test_a_stub_passes_its_own_error_through(lesson, exercise):
    stub_error = NotImplementedError("Replace this line with your code.")

    def stub(*arguments):
        raise stub_error

    with pytest.raises(NotImplementedError) as raised:
        getattr(LESSONS[lesson], exercise)(stub)
    assert raised.value is stub_error


@each_check
def test_what_is_no_function_is_named(lesson, exercise):
    assert "without calling it" in diagnosis(LESSONS[lesson], exercise, 3)


@each_check
def test_the_random_state_is_left_alone(lesson, exercise):
    torch.manual_seed(11)
    before = torch.get_rng_state()
    getattr(LESSONS[lesson], exercise)(table_of(lesson, "RIGHT")[exercise][0])
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.slow
@each_check
def test_a_check_does_not_depend_on_the_random_state(lesson, exercise):
    for seed in range(3):
        torch.manual_seed(seed)
        for answer in table_of(lesson, "RIGHT")[exercise]:
            getattr(LESSONS[lesson], exercise)(answer)


@each_check
def test_a_check_has_a_docstring_with_its_exercise_signature(lesson, exercise):
    documentation = inspect.getdoc(getattr(LESSONS[lesson], exercise))
    assert documentation.startswith(f"Check `{exercise}(")
