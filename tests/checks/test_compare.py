"""Two tensors are the same by one rule, however early it is known that they are not."""

import subprocess
import sys
from itertools import product

import pytest
import torch

from aelesson.checks.engine.compare import close

NAN, INF = float("nan"), float("inf")
NUMBERS = [0.0, 1e-7, 3e-6, 1.0, 1.00005, 1.001, -1.0, 2000.0, 2000.3, NAN, INF, -INF]


def by_rule(a, b):
    """Compare every number: within 1e-4 of it, or 1e-6 of the largest up to 1,000."""
    largest = float(b[b.isfinite()].abs().max()) if b.isfinite().any() else 0.0
    atol = 1e-6 * min(max(largest, 1.0), 1e3)
    return torch.allclose(a, b, rtol=1e-4, atol=atol, equal_nan=True)


@pytest.mark.parametrize("rest", [[], [1.0], [5000.0], [NAN, -INF]])
def test_the_first_number_decides_nothing_that_the_rule_does_not(rest):
    seen = set()
    for one, other in product(NUMBERS, NUMBERS):
        a, b = (torch.tensor([x, *rest]).double() for x in (one, other))
        assert close(a, b) == by_rule(a, b), (one, other)
        assert close(a[0], b[0]) == by_rule(a[0], b[0]), (one, other)
        seen.add(close(a, b))
    assert seen == {True, False}


def test_where_there_is_no_number_shapes_decide():
    assert close(torch.zeros(0, 3), torch.zeros(0, 3))
    assert not close(torch.zeros(0, 3), torch.zeros(3, 0))


def test_a_wrong_answer_is_told_without_waiting_for_large_packages():
    code = """
import sys, torch
from aelesson import checks
from aelesson.checks.engine.wording import difference
try:
    checks.losses.bce_logit_gradient(lambda logits, x: (logits.sin() - x).cos())
except checks.CheckFailed:
    print(difference(torch.eye(3), torch.zeros(3, 3)))
    print({"sympy", "sklearn", "pandas"} & set(sys.modules))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines() == [
        "value [0, 0]: got 1, expected 0",
        "set()",
    ]
