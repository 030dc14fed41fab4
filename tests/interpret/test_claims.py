import re
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aelesson.interpret import ControlPassesError, beyond_control

CONTROLS = {"frozen random decoder": [0.86, 0.87], "untrained network": [0.5, 0.6, 0.7]}
SCORES = st.lists(st.integers(-8, 8), min_size=2, max_size=4)
GROUPS = st.dictionaries(st.sampled_from("abc"), SCORES, min_size=1)


def test_a_method_ahead_of_every_control_gets_its_lead():
    assert beyond_control([0.95, 0.90], CONTROLS, 0.02) == pytest.approx(0.03)


def test_a_control_that_passes_is_named_in_words():
    with pytest.raises(ControlPassesError) as caught:
        beyond_control([0.90, 0.95, 0.99], CONTROLS, 0.05)
    told = (
        "the control 'frozen random decoder' passes as well: its best seed scores 0.87 "
        "and the method's worst 0.9 (higher is better), a lead of 0.03 where more than "
        "0.05"
    )
    assert told in str(caught.value)
    assert caught.value.control == "frozen random decoder"
    assert caught.value.lead == pytest.approx(0.03)


def test_it_is_no_error_of_the_input():
    assert not issubclass(ControlPassesError, ValueError | TypeError)


def test_a_lead_of_just_the_margin_is_not_enough():
    with pytest.raises(ControlPassesError):
        beyond_control([1, 2], {"a": [0, 0]}, 1)
    assert beyond_control([1, 2], {"a": [0, 0]}, 0.5) == 1
    with pytest.raises(ControlPassesError, match="a lead of 0 where more than 0 "):
        beyond_control([1, 2], {"a": [0, 1]}, 0)


def test_one_lucky_seed_carries_no_claim_and_one_of_a_control_spoils_it():
    with pytest.raises(ControlPassesError, match=r"method's worst 0\.1"):
        beyond_control([0.1, 0.99, 0.99], {"a": [0.2, 0.2]}, 0.0)
    with pytest.raises(ControlPassesError, match=r"best seed scores 0\.95"):
        beyond_control([0.9, 0.9], {"a": [0.1, 0.95]}, 0.0)


@given(SCORES, GROUPS, st.integers(0, 4), st.sampled_from(["higher", "lower"]))
def test_every_seed_is_compared_with_every_seed(scores, controls, margin, better):
    leads = [
        ours - theirs if better == "higher" else theirs - ours
        for group in controls.values()
        for ours, theirs in product(scores, group)
    ]
    if all(lead > margin for lead in leads):
        assert beyond_control(scores, controls, margin, better) == min(leads)
        return
    with pytest.raises(ControlPassesError) as caught:
        beyond_control(scores, controls, margin, better)
    assert caught.value.lead == min(leads)
    closest = controls[caught.value.control]
    gaps = [abs(a - b) for a, b in product(scores, closest)]
    assert abs(min(leads)) in gaps


def test_lower_is_the_mirror_image_of_higher():
    losses = {"a": [0.5, 0.4]}
    assert beyond_control([0.1, 0.2], losses, 0.1, "lower") == pytest.approx(0.2)
    with pytest.raises(ControlPassesError, match=r"worst 0\.45 \(lower is better\)"):
        beyond_control([0.1, 0.45], losses, 0.1, "lower")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (([0.9], CONTROLS, 0.1), r"scores is [0.9]; it must hold 2 or more scores"),
        (([0.9, 0.8], {"a": [0.1]}, 0.1), r"controls['a'] is [0.1]; it must hold 2"),
        (([0.9, 0.8], {}, 0.1), r"controls is empty"),
        (([0.9, float("nan")], CONTROLS, 0.1), r"a score in scores is nan"),
        (([0.9, 0.8], CONTROLS, -0.1), r"margin is -0.1; it must be at least 0"),
        (([0.9, 0.8], CONTROLS, 0.1, "more"), r"better is 'more'; it must be one of"),
    ],
)
def test_too_few_seeds_and_no_control_are_refused(arguments, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        beyond_control(*arguments)
