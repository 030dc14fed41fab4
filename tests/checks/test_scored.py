"""What every open task must hold to; a new one is found by itself.

`tests/checks/<lesson>/<task>.py` holds `REFUSED`, for a telling part of the message a
function that makes what must be refused, and `BETTER`, one that beats the baseline.
"""

import importlib
import re
from pathlib import Path

import pytest
import torch
from torch import nn

from aelesson import checks, filters
from aelesson.checks import CheckFailed, judge
from aelesson.checks.denoising.three_noises import Median
from aelesson.checks.engine import ExerciseError
from aelesson.checks.engine.failures import STUB_MESSAGE
from aelesson.checks.engine.packed import unpack
from aelesson.checks.engine.rules import numbers_kept
from aelesson.checks.engine.scored import Scored, last_packed, measured
from tools.scores import OURS

TASKS = {
    f"{lesson}-{task.name}": (lesson, task) for lesson, task in checks.open_tasks()
}
each = pytest.mark.parametrize(("lesson", "task"), TASKS.values(), ids=TASKS)
SOURCES = Path(__file__).parents[2] / "sources" / "exercises"


def of_numbers(baseline):
    """Return a task that measures numbers as they are."""
    return Scored(
        "mine",
        lambda thing: thing.value,
        record=lambda value, _: {"value": value},
        unit="any",
        baseline=baseline,
        references={"mean": float},
    )


def test_a_median_filter_in_tensors_is_the_librarys():
    x = torch.rand(3, 1, 28, 28)
    torch.testing.assert_close(Median()(x), filters.median(x, 3))


def test_what_was_packed_last_is_kept_for_another_judge():
    task = checks.linear.rank_sixteen
    for bias in (0.0, 1.0):
        with pytest.raises(CheckFailed, match="The points are for"):
            task((torch.zeros(784, 784), torch.full((784,), bias)))
        assert unpack(last_packed(task.name)).bias.mean() == bias
    with pytest.raises(CheckFailed, match="got None"):
        task(lambda: None)
    assert last_packed(task.name) == b""


def answers(lesson, task):
    return importlib.import_module(f"{__package__}.{lesson}.{task.name}")


def test_the_judges_digits_are_those_that_were_drawn():
    judged, control = judge.digits(), judge.control()
    assert judged.images.shape == (1000, 1, 28, 28)
    assert judged.labels.bincount().tolist() == [100] * 10
    assert control.labels.bincount().tolist() == [50] * 10
    assert judged.images.max() == 1
    assert 0.12 < judged.images.mean() < 0.14


def test_numbers_are_counted_wherever_a_model_keeps_them():
    model = nn.Linear(3, 2)
    assert numbers_kept(model) == 8
    model.first = model.weight[:1]
    assert numbers_kept(model) == 8
    model.images = [torch.zeros(5), {"more": torch.zeros(7)}]
    assert numbers_kept(model) == 20


def test_what_is_no_task_and_a_task_without_baseline_are_refused():
    with pytest.raises(TypeError, match="task: got Linear, expected an open task"):
        checks.scored(nn.Linear(1, 1), next(checks.open_tasks())[1])
    with pytest.raises(ExerciseError, match="baseline: got 'PCA', expected one of"):
        of_numbers("PCA")
    told = "mine has no scores yet: run `make scores`"
    with pytest.raises(ExerciseError, match=told):
        of_numbers("mean")(1.0)


@each
def test_every_reference_has_been_measured(lesson, task):
    assert measured()[task.name].keys() == {*task.references, OURS}
    assert task.baseline in task.references


@pytest.mark.slow
@each
def test_the_baseline_is_what_was_measured(lesson, task):
    value = task.number(task.references[task.baseline]())
    assert value == pytest.approx(measured()[task.name][task.baseline], rel=0.02)


@pytest.mark.slow
@each
def test_what_beats_the_baseline_gets_number_and_place(lesson, task, capsys):
    score = task(answers(lesson, task).BETTER)
    out = capsys.readouterr().out
    place = r"place \d of \d, which earns the points\n"
    assert re.match(rf"✓ {task.name}: \S+ {re.escape(task.unit)}, {place}", out)
    assert out.count("yours") == 1
    assert score.earned
    assert checks.last_score(task.name) == str(score)


@pytest.mark.slow
@each
def test_what_breaks_a_rule_is_refused_in_words(lesson, task):
    refused = answers(lesson, task).REFUSED
    assert len(refused) >= 4
    for says, make in refused.items():
        with pytest.raises(CheckFailed) as failure:
            checks.scored(task, make)
        assert says in str(failure.value)
        assert len(str(failure.value).splitlines()) <= 3


@each
def test_a_stub_passes_its_own_error_through(lesson, task):
    def stub():
        raise NotImplementedError(STUB_MESSAGE)

    with pytest.raises(NotImplementedError):
        task(stub)


@each
def test_the_sheet_calls_the_task(lesson, task):
    (sheet,) = SOURCES.glob(f"??_{lesson}.py")
    call = rf"^checks\.{lesson}\.{task.name}\({task.name}\)$"
    assert re.search(call, sheet.read_text("utf-8"), re.MULTILINE)
