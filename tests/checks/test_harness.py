"""The machinery of the checks: what it judges, what it says, what it leaves alone."""

import inspect

import numpy as np
import pytest
import torch
from torch import nn

from aelesson import checks
from aelesson.checks import CheckFailed
from aelesson.checks.expect import expect_close, expect_float, expect_int, expect_tensor
from aelesson.checks.harness import call, check, isolated
from aelesson.checks.wording import close


def says(part):
    return pytest.raises(CheckFailed, match=part)


# check


@check("right")
def anything(function):
    """Check that a call returns."""
    call(function, x=torch.rand(2, 3))


def test_a_pass_prints_one_line_and_returns_nothing(capsys):
    assert anything(lambda x: x) is None
    assert capsys.readouterr().out == "✓ anything: right\n"


def test_a_check_keeps_its_name_its_help_and_an_honest_signature():
    assert anything.__name__ == "anything"
    assert anything.__doc__ == "Check that a call returns."
    for judge in (checks.basics.count_parameters, checks.start_here.double):
        assert inspect.signature(judge).return_annotation is None


def test_a_failure_names_the_exercise_and_hides_what_led_to_it():
    with pytest.raises(CheckFailed, match=r"^anything: ") as failure:
        anything(lambda x: 1 / 0)
    assert failure.value.__cause__ is None
    assert failure.value.__suppress_context__


def test_what_is_called_in_place_of_the_function_is_named():
    with says(r"got 3\.0, expected your function.*\n.*anything\(anything\)"):
        anything(3.0)


def raises_stub(x):
    raise NotImplementedError("Replace this line with your code.")


def test_a_stubs_own_error_passes_through_with_the_learners_frames_only():
    with pytest.raises(NotImplementedError, match="Replace this line") as stub:
        anything(raises_stub)
    names = [entry.frame.code.name for entry in stub.traceback]
    assert names[-2:] == ["checked", "raises_stub"]
    assert "call" not in names


@pytest.mark.parametrize("fails", [True, False])
@pytest.mark.parametrize("gradients", [True, False])
def test_random_state_and_gradient_mode_are_left_as_found(fails, gradients):
    torch.manual_seed(5)
    before = torch.get_rng_state()
    with torch.set_grad_enabled(gradients):
        if fails:
            with says("ZeroDivisionError"):
                anything(lambda x: torch.rand(9) / (1 // 0))
        else:
            anything(lambda x: torch.manual_seed(9) and torch.rand(9))
        assert torch.is_grad_enabled() is gradients
    assert torch.equal(torch.get_rng_state(), before)


def test_a_check_draws_the_same_numbers_each_time():
    drawn = []
    for seed in (1, 2):
        torch.manual_seed(seed)
        anything(lambda x: drawn.append(x) or x)
    assert torch.equal(*drawn)
    with isolated(seed=3):
        assert not torch.equal(torch.rand(2, 3), drawn[0])


def test_gradients_are_on_inside_a_check():
    with torch.no_grad():
        anything(lambda x: x.requires_grad_().sum().backward())


# call


@pytest.mark.parametrize(
    ("function", "takes"),
    [
        (lambda: 1, r"takes \(\), but it is called with 2 arguments: \(x, k\)"),
        (lambda x: x, r"takes \(x\), but"),
        (lambda x, k, more: x, r"takes \(x, k, more\), but"),
        (lambda x, *, k: x, r"takes \(x, \*, k\), but"),
    ],
)
def test_a_signature_that_does_not_fit_is_shown_beside_the_wanted_one(function, takes):
    with says(takes):
        call(function, x=torch.rand(2), k=3)


@pytest.mark.parametrize(
    "function",
    [
        lambda a, b: a,
        lambda x, k=1: x,
        lambda *all: all[0],
        lambda x, k, more=0: x,
        max,
    ],
)
def test_signatures_that_can_be_called_so_are_fine(function):
    call(function, x=torch.ones(()), k=torch.ones(()))


def breaks(x, sizes):
    wide = x
    return wide @ wide


def test_an_exception_inside_is_told_with_line_and_inputs():
    line = breaks.__code__.co_firstlineno + 2
    with says("your function raised RuntimeError: mat1 and mat2") as failure:
        call(breaks, x=torch.rand(2, 3), sizes=(4, 5))
    told = str(failure.value).splitlines()
    assert told[1] == f"in line {line}: `return wide @ wide`"
    assert told[2] == (
        "It was called with x = a tensor of shape (2, 3), sizes = (4, 5)."
    )


def test_an_exception_in_a_library_is_told_with_the_line_that_called_it():
    def normalise(x):
        return np.linalg.inv(x.numpy())

    with says(r"LinAlgError[^\n]*\nin line \d+: `return np.linalg.inv\(x.numpy\(\)\)`"):
        call(normalise, x=torch.zeros(2, 2))


def test_an_exception_in_a_model_of_ready_made_layers_quotes_no_foreign_line():
    with says("your model raised RuntimeError") as failure:
        call(nn.Sequential(nn.Linear(3, 2)), x=torch.rand(2, 4))
    assert "in line" not in str(failure.value)


def test_a_hint_replaces_the_general_diagnosis_of_an_exception():
    with says("flatten first\n.RuntimeError: mat1"):
        call(breaks, {"cannot be multiplied": "flatten first"}, x=torch.rand(2, 3), s=1)


def test_an_interrupt_is_not_caught():
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        call(interrupted)


@pytest.mark.parametrize(
    "change", [torch.Tensor.sqrt_, lambda x: x.unsqueeze_(0), lambda x: x.resize_(2)]
)
def test_an_input_changed_in_place_is_named(change):
    with says("changes its input images in place"):
        call(lambda x, images: change(images), x=1, images=torch.rand(2, 3))


def test_nan_in_an_input_is_no_change_and_hides_none():
    spoilt = torch.tensor([1.0, float("nan"), float("inf")])
    call(lambda x: x, x=spoilt)
    for change in (
        lambda x: x[:1].zero_(),
        lambda x: x[1:2].zero_(),
        torch.Tensor.neg_,
    ):
        with says("changes its input x in place"):
            call(change, x=spoilt.clone())


def test_a_tensor_changed_inside_a_list_is_named():
    with says("changes its input parts in place[^\n]*\nMake a new tensor"):
        call(lambda parts: parts[1].zero_(), parts=(torch.ones(2), torch.ones(3)))
    with says(r"changes its input parts in place[^\n]*\n.*copy: list\(parts\)"):
        call(lambda parts: parts.pop(), parts=[torch.ones(2), torch.ones(3)])


def test_gradients_left_off_are_named():
    with isolated(), says("leaves gradients switched off"):
        call(lambda: torch.set_grad_enabled(False))
    assert torch.is_grad_enabled()


# expect_...


@pytest.mark.parametrize("value", [2, 2.0, np.float32(2), np.int64(2)])
def test_numbers_of_python_and_numpy_are_floats(value):
    assert expect_float(value) == 2.0


@pytest.mark.parametrize("value", [7, np.int64(7), np.uint8(7), torch.ones(7).numel()])
def test_whole_numbers_of_python_and_numpy_are_ints(value):
    assert expect_int(value) == 7


@pytest.mark.parametrize(
    ("value", "part"),
    [
        (None, "returned None, expected a float: is `return` missing"),
        (torch.tensor(1.0), r"Call `.item\(\)`"),
        (torch.ones(3), r"a tensor of shape \(3,\), expected a float. Reduce it"),
        (np.ones(3), r"\(ndarray\), expected a float"),
        (True, r"\(bool\), expected a float"),
        ("2", r"got '2' \(str\), expected a float"),
        (1 + 2j, r"\(complex\), expected a float"),
    ],
)
def test_what_is_no_float_is_named(value, part):
    with says(part):
        expect_float(value)


@pytest.mark.parametrize("value", [1.0, np.float64(1), True, None, torch.tensor(1)])
def test_what_is_no_int_is_named(value):
    with says("expected an int"):
        expect_int(value)


@pytest.mark.parametrize(
    ("value", "part"),
    [
        (None, "is `return` missing"),
        (np.ones(4), "got a numpy array"),
        (np.float32(1), "got a numpy array"),
        (1.5, r"got 1.5 \(float\), expected a torch tensor"),
        (torch.ones(4, 1), r"got shape \(4, 1\), expected \(4,\)\.$"),
        (torch.ones(4, 2), r"got shape \(4, 2\), expected \(4,\): sum over dim 1"),
        (torch.ones(4, dtype=torch.int32), "torch.int32, expected torch.float32"),
    ],
)
def test_what_is_no_such_tensor_is_named(value, part):
    with says(part):
        expect_tensor(value, (4,), {(4, 2): "sum over dim 1"}, dtype=torch.float32)


def test_a_tensor_of_any_dtype_passes_where_none_is_asked_for():
    value = torch.ones(4, dtype=torch.float64)
    assert expect_tensor(value, (4,)) is value


RIGHT_VALUE = torch.tensor([0.5, -1.0, 2.0, 0.25])


@pytest.mark.parametrize(
    "got",
    [
        RIGHT_VALUE.double(),
        RIGHT_VALUE * (1 + 5e-6),
        RIGHT_VALUE.clone().requires_grad_(),
        RIGHT_VALUE.numpy(),
    ],
)
def test_the_right_value_passes_at_float32_accuracy(got):
    expect_close(torch.as_tensor(got), RIGHT_VALUE, "x")


@pytest.mark.parametrize(
    ("got", "part"),
    [
        (-RIGHT_VALUE, "The sign is the wrong way round"),
        (RIGHT_VALUE * 3, "3 times the right result"),
        (RIGHT_VALUE * 1.002, "1.002 times the right result"),
        (RIGHT_VALUE + 0.91894, "Every value is off by 0.91894"),
        (RIGHT_VALUE / 0, "There is a nan or inf"),
        (RIGHT_VALUE.log(), "There is a nan or inf"),
        (RIGHT_VALUE.square(), r"^value 1: got 1, expected -1, for x = RIGHT\.$"),
        (RIGHT_VALUE * 0, r"^value 2: got 0, expected 2, for x = RIGHT\.$"),
        (RIGHT_VALUE.exp(), "^you took exp\n.value 2: got 7.3891, expected 2, for"),
    ],
)
def test_a_wrong_value_is_named(got, part):
    mistakes = {"you took exp": RIGHT_VALUE.exp()}
    with says(part):
        expect_close(got, RIGHT_VALUE, "x = RIGHT", mistakes)


def test_a_mistake_that_gives_the_right_value_here_is_no_mistake():
    expect_close(4.0, 4.0, "x = 2", {"you squared x": 4.0})


def test_infinite_values_are_right_where_they_are_expected():
    expect_close(torch.tensor([torch.inf, 1]), torch.tensor([torch.inf, 1]), "x")
    with says("value 0: got 3, expected inf"):
        expect_close(torch.tensor([3.0, 1]), torch.tensor([torch.inf, 1]), "x")


def test_whole_numbers_are_compared_exactly():
    assert close(222_384, 222_384)
    assert not close(222_385, 222_384)
    assert close(222_384.5, 222_384)
    assert not close(torch.tensor([100_000]), torch.tensor([100_001]))
    assert not close(torch.ones(2), torch.ones(1))
