"""What is judged apart costs the judge nothing: time, memory, its process."""

import os
import time

import pytest
import torch

from aelesson.classroom.apart import LostError, apart


def test_what_is_judged_apart_comes_back():
    assert apart(lambda: {"value": [1, "a", None]}, 20, 500) == {
        "value": [1, "a", None]
    }


@pytest.mark.parametrize(
    ("judge", "says"),
    [
        (lambda: time.sleep(60), "it takes more than 1 s"),
        (lambda: os._exit(1), "it ends the process"),
        (lambda: os.kill(os.getpid(), 9), "it ends the process"),
        (lambda: torch.ones(2**29), "RuntimeError"),
        (lambda: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda: object(), "TypeError"),
    ],
)
def test_what_is_lost_is_said(judge, says):
    with pytest.raises(LostError, match=says):
        apart(judge, 1 if "1 s" in says else 30, 500)
