"""What an answer did, told elsewhere: right answers pass, every mistake does not."""

import contextlib
import io
import zipfile

import pytest
import torch

import aelesson.checks
from aelesson import checks
from aelesson.checks.engine import testimony
from aelesson.checks.engine.compare import Finding, Share
from aelesson.checks.engine.exercise import Exercise
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.randomness import Shares

EXERCISES = {
    f"{lesson}.{name}": each
    for lesson in checks.LESSONS
    for name, each in vars(getattr(checks, lesson)).items()
    if isinstance(each, Exercise)
}
DOUBLE = checks.start_here.double


def told_by(exercise, answer):
    with contextlib.redirect_stdout(io.StringIO()):
        exercise(answer)
    return testimony.given(exercise.name)


@pytest.mark.slow
@pytest.mark.parametrize("exercise", EXERCISES.values(), ids=EXERCISES)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_right_answers_are_believed_and_mistakes_are_not(exercise):
    assert testimony.fault(exercise, told_by(exercise, exercise.reference)) == ""
    for mistake in exercise.known:
        with isolated():
            seen = [each.all() for each in exercise.run_of(mistake).seen]
        assert testimony.fault(exercise, testimony.packed(seen)), mistake.says


def test_a_testimony_is_given_once():
    assert told_by(DOUBLE, lambda x: x + x)
    assert testimony.given("double") == b""


def test_an_answer_that_fails_leaves_no_testimony():
    with pytest.raises(checks.CheckFailed):
        DOUBLE(lambda x: x)
    assert testimony.given("double") == b""


def saved(thing):
    torch.save(thing, kept := io.BytesIO())
    return kept.getvalue()


RIGHT = [{"error": Finding("fine")}] * 3


@pytest.mark.parametrize(
    ("forged", "says"),
    [
        (b"", "cannot be read"),
        (b"right", "cannot be read"),
        (saved(["anything", print]), "cannot be read"),
        (saved([]), "0 cases, not 3"),
        (saved([3, 4, 5]), "cannot be read"),
        (testimony.packed(RIGHT), "is not right in case 0"),
        (saved([[("value", torch.eye(3).to_sparse())]] * 3), "cannot be read"),
        (saved([[("kind", ("Kind", 3))]] * 3), "cannot be read"),
        (saved([[("kind", ("Kind",))]] * 3), "cannot be read"),
        (saved([[("value", ("strange", "Always"))]] * 3), "is not right"),
        (saved([[("value", ())]] * 3), "cannot be read"),
    ],
)
def test_a_forged_testimony_is_refused(forged, says):
    assert says in testimony.fault(DOUBLE, forged)


def test_a_testimony_is_read_without_running_what_is_in_it(tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    assert testimony.fault(DOUBLE, saved([Trap()])) == "it cannot be read"
    assert not (tmp_path / "ran").exists()


def test_too_long_a_testimony_is_not_read(monkeypatch):
    monkeypatch.setattr(testimony, "MOST_BYTES", 10)
    assert "at most 10 are read" in testimony.fault(DOUBLE, b"x" * 11)


@pytest.mark.parametrize(
    "value",
    [
        *[1, 2.5, "a", None, True, [1, 2], (1, [2.0, "b"]), torch.float16],
        *[torch.arange(3), torch.eye(2) > 0, Finding("fine", "all is well")],
    ],
)
def test_values_come_back_as_they_were(value):
    told = torch.load(io.BytesIO(testimony.packed([{"v": value}])), weights_only=True)
    back = testimony._observed(told[0][0][1])
    assert type(back) is type(value)
    same = (
        torch.equal(back, value) if isinstance(value, torch.Tensor) else back == value
    )
    assert same


def test_a_testimony_that_grows_when_it_is_unpacked_is_not_read(monkeypatch):
    right = testimony.packed([{"value": torch.zeros(10**6)}])
    monkeypatch.setattr(testimony, "MOST_BYTES", len(right) // 4)
    squeezed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(right)) as whole,
        zipfile.ZipFile(squeezed, "w", zipfile.ZIP_DEFLATED) as file,
    ):
        for name in whole.namelist():
            file.writestr(name, whole.read(name))
    assert len(squeezed.getvalue()) < testimony.MOST_BYTES
    says = testimony.fault(aelesson.checks.start_here.double, squeezed.getvalue())
    assert "unpacked" in says


def test_an_integer_that_no_tensor_holds_is_not_right():
    check = aelesson.checks.basics.compression_ratio
    told = [
        {name: value if name != "value" else 10**40 for name, value in case.items()}
        for case in check.expected
    ]
    assert testimony.fault(check, testimony.packed(told))


def test_shares_of_no_trials_are_not_right():
    check = aelesson.checks.denoising.salt_and_pepper

    def forged(value):
        if not isinstance(value, Shares):
            return value
        return Shares(tuple(Share(0, 0) for _ in value.each), value.words)

    told = [{k: forged(v) for k, v in case.items()} for case in check.expected]
    assert "is not right" in testimony.fault(check, testimony.packed(told))
