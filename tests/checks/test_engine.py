"""The engine itself, on exercises that no lesson has."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from aelesson.checks import engine
from aelesson.checks.engine import CheckFailed, Exercise, ExerciseError, returned
from aelesson.checks.engine.__main__ import main
from aelesson.checks.engine.edits import alone
from aelesson.checks.engine.matrix import matrix, report, without

ROOT = Path(__file__).parents[2]


def spread(x):
    gaps = x - x.mean(1, keepdim=True)
    return gaps.square().mean(1)


def cases():
    return [{"x": torch.randn(shape) + 1} for shape in ((1, 2), (3, 4), (4, 4), (2, 2))]


def exercise(**settings):
    made = Exercise(spread, cases, returned(("x",)), **settings)
    made.mistakes(
        {
            "the square is missing.": "square() -> abs()",
            "the mean is not subtracted.": "- x.mean(1, keepdim=True) ->",
            "this is the root of it.": "mean(1) -> mean(1).sqrt()",
        }
    )
    return made


def told(answer, made=None):
    with pytest.raises(CheckFailed) as failure:
        (made or exercise())(answer)
    assert len(str(failure.value).splitlines()) <= 3
    return str(failure.value), failure.value.source


def two_at_once(x):
    return x.square().mean(1).sqrt()


SLIPS = {
    "your result is 2 times the right one": lambda x: 2 * spread(x),
    "is the right one plus 1": lambda x: spread(x) + 1,
    "with the wrong sign": lambda x: -spread(x),
    "is the square of the right one": lambda x: spread(x) ** 2,
    "a dimension of length 1 too many, at the end": lambda x: spread(x)[:, None],
    "averaged over dimension 0": lambda x: spread(x).mean(0),
    "must still be averaged over dimension 1": lambda x: (
        x - x.mean(1, keepdim=True)
    ).square(),
    "right one multiplied by the number of rows of x": lambda x: len(x) * spread(x),
    "your result is nan, always": lambda x: spread(x) * float("nan"),
    "rounded to 1 decimals": lambda x: spread(x).round(decimals=1),
    "nearly right, at most": lambda x: spread(x) * (1 + 0.001 * spread(x)),
    "has the right values in other places": lambda x: spread(x).sort()[0],
    "two calls with the same input differ": lambda x: spread(x) + torch.rand(()),
    "x has no effect on your result": lambda x: torch.ones(len(x)),
    "the others in the batch": lambda x: spread(x) - spread(x).mean() ** 3,
    "it is right only where x is square": lambda x: (
        spread(x) if x.shape[0] == x.shape[1] else spread(x) ** 3 + 1
    ),
    "right one without the last entry of dimension 1": lambda x: spread(x[:, :-1]),
    "the first value of your result is 0": lambda x: (
        spread(x) * x.new_tensor([0.0] + [1.0] * (len(x) - 1))
    ),
    "never falls below 0.8": lambda x: spread(x).clamp_min(0.8),
    "changes its input x in place": lambda x: (
        spread(x.data.mul_(1)) + x.data.add_(1)[:, 0]
    ),
    "no gradient flows back": lambda x: spread(x).detach(),
    "got a list, expected a torch tensor": lambda x: spread(x).tolist(),
}


@pytest.mark.parametrize("says", SLIPS)
def test_a_general_slip_is_named(says):
    assert says in told(SLIPS[says])[0]


def test_a_known_mistake_is_named_and_the_smallest_case_shown():
    message, source = told(lambda x: (x - x.mean(1, keepdim=True)).abs().mean(1))
    assert source == "mistake"
    assert "the square is missing" in message
    assert re.search(r"got \S+, expected \S+, for x = \[", message)


def test_two_mistakes_at_once_are_said_to_do_it_together():
    message, source = told(two_at_once)
    assert source == "pair"
    assert "these two do together: the mean is not subtracted; and this is" in message


def test_a_mistake_with_a_factor_is_said_to_do_it_together():
    message, source = told(lambda x: 3 * two_at_once(x) ** 2)
    assert source == "changed mistake"
    assert "the mean is not subtracted; and all of it is multiplied by 3" in message


def test_what_fits_in_one_case_only_is_not_named():
    def answer(x):
        gaps = (x - x.mean(1, keepdim=True)).abs()
        return (gaps if len(x) == 1 else gaps**3).mean(1)

    message, source = told(answer)
    assert source == "case"
    assert "square" not in message


def test_an_exception_is_translated_and_quotes_the_learners_line():
    message, _ = told(lambda x: x + torch.zeros(7, 7))
    assert "two tensors meet whose shapes do not fit together" in message
    assert "`message, _ = told(lambda x: x + torch.zeros(7, 7))`" in message


def test_the_librarys_own_line_is_never_quoted():
    from aelesson import losses

    message, _ = told(lambda x: losses.kl_to_standard_normal(x, x[:, :1, None]))
    assert "def " not in message
    assert "raise " not in message


def test_without_its_sentence_a_mistake_is_not_told_anothers():
    found = dict(without(exercise()))
    assert {e.source for e in found.values()} <= {"case", "slip"}


def test_the_matrix_names_what_passes_and_a_case_that_would_tell():
    made = exercise()
    made.mistakes({"infinity is kept.": lambda x: spread(x).clamp_max(1e3)})
    assert matrix(made).accepted == ["infinity is kept."]
    assert "with its tensors 100 times as large would tell" in report(made)


def test_the_matrix_refuses_a_mistake_whose_name_is_unknown():
    made = exercise()
    made.mistakes({"a helper that is gone.": lambda x: gone(x)})  # noqa: F821
    assert "name 'gone' is not defined: is an import missing?" in report(made)


def test_the_matrix_names_what_cannot_be_told_apart():
    made = exercise()
    made.mistakes({"a twin.": lambda x: (x - x.mean(1, keepdim=True)).abs().mean(1)})
    assert not matrix(made).sound
    assert "cannot be told apart: 'the square is missing.'" not in report(exercise())
    assert "cannot be told apart" in report(made)


def test_a_mistake_may_be_an_edit_of_the_reference():
    message, source = told(lambda x: (x - x.mean(1)[:, None]).abs().mean(1))
    assert (source, "the square is missing" in message) == ("mistake", True)


def test_two_edits_are_found_together_unless_they_overlap():
    message, source = told(lambda x: x.abs().mean(1))
    assert source == "pair"
    assert "square is missing; and the mean is not subtracted" in message
    made = exercise()
    made.mistakes({"both.": "gaps.square() -> gaps"})
    first, second, _, both = made.known
    assert made.together(first, second)
    assert made.together(first, both) is None


def test_an_edit_alone_is_in_no_pair():
    made = Exercise(spread, cases, returned())
    made.mistakes({"square.": alone(spread, "square() -> abs()")})
    made.mistakes({"take the mean.": "square().mean(1) -> square().sum(1)"})
    first, second = made.known
    assert made.together(first, second) is None
    assert told(first.answer, made)[1] == "mistake"


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        ("cube() -> x", r"'cube\(\)' is not in the body of spread"),
        ("square()", "expected 'a piece of the reference -> code'"),
        ("square() -> (", "no code comes out"),
        ("ga -> x", "'ga' is not in the body"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(edit, says):
    with pytest.raises(ExerciseError, match=says):
        exercise().mistakes({"any.": edit})


def test_authors_get_clear_errors():
    with pytest.raises(ExerciseError, match="reference: got None"):
        Exercise(None, cases, returned())
    with pytest.raises(ExerciseError, match="no cases, so every answer would pass"):
        Exercise(spread, list, returned())(spread)
    bad = Exercise(spread, lambda: [{"x": torch.zeros(3)}], returned())
    with pytest.raises(
        ExerciseError, match=r"the reference raised IndexError.* case 0"
    ):
        bad(spread)


@pytest.mark.slow
def test_the_command_judges_the_exercise_of_the_guide(tmp_path, capsys):
    guide = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    (code,) = re.findall(r'```python\n("""(?:(?!```).)*)```', guide, re.DOTALL)
    assert len(code.splitlines()) <= 30
    file = tmp_path / "their_own.py"
    file.write_text(code, "utf-8")

    assert main([str(file)]) == 0
    assert re.search(r"(\d+) of \1 mistakes get their own", capsys.readouterr().out)
    run = [sys.executable, "-m", "aelesson.checks.engine", str(file)]
    assert subprocess.run(run, cwd=ROOT, capture_output=True).returncode == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (None, "there is no file"),
        ("1 / 0", "does not run: ZeroDivisionError"),
        ("check = 3", "has no `check = Exercise(...)`"),
    ],
)
def test_the_command_says_what_is_wrong_with_a_file(tmp_path, capsys, text, says):
    file = tmp_path / "mine.py"
    if text is not None:
        file.write_text(text, "utf-8")
    assert main([str(file)]) == 1
    assert says in capsys.readouterr().out


def test_the_engine_knows_no_lesson():
    for path in Path(engine.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module.startswith("aelesson"):
                assert node.module.startswith("aelesson.checks.engine")
