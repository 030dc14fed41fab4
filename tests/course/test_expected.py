import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from aelesson.course import expected
from tools import expected as measuring

FIGURES = {"test MSE": [0.010, 0.011, 0.012, 0.011, 0.010]}
CLAIMS = {"a beats b": 5, "b beats c": 4}


@pytest.fixture
def lesson(monkeypatch):
    kept = {"01_x": {"sample": {"figures": FIGURES, "claims": CLAIMS}}}
    monkeypatch.setattr(expected, "_read", lambda: kept)
    monkeypatch.delenv("AELESSON_STRICT", raising=False)
    return expected.Lesson("01_x", "sample")


@given(st.lists(st.floats(0.5, 2), min_size=5, max_size=5))
def test_interval_is_the_99_percent_prediction_interval(values):
    low, high = expected.interval(values)
    centre, spread = np.mean(values), np.std(values, ddof=1)
    half = stats.t.ppf(0.995, 4) * spread * np.sqrt(1 + 1 / 5)
    half = max(half, 0.01 * centre)
    wanted = (max(0, centre - half), centre + half)
    assert (low, high) == pytest.approx(wanted, abs=1e-3)
    widened = expected.interval(values, widen=2)
    assert widened[1] - centre == pytest.approx(2 * (high - centre))


def test_an_interval_of_counts_does_not_go_below_0():
    assert expected.interval([0, 1, 0, 2, 0])[0] == 0
    assert expected.interval([-1, 1, 0, 2, 0])[0] < 0


def test_an_interval_needs_all_seeds():
    with pytest.raises(ValueError, match="values has 3 entries"):
        expected.interval([1, 2, 3])


def test_a_count_that_never_varies_must_be_met():
    low, high = expected.interval([209_968] * 5)
    assert 209_966 < low < 209_968 < high < 209_970
    assert expected.interval([0] * 5) == (0, 0)
    low, high = expected.interval([0.5] * 5)
    assert (low, high) == (0.495, 0.505)


def told(verdict):
    return repr(verdict).splitlines()


def test_a_number_inside_is_shown_with_its_interval(lesson):
    lesson.figure("test MSE", 0.0108)
    assert told(lesson.verdict()) == [
        "✓ 1 of 1 hold",
        "  ✓ test MSE: 0.0108 (0.0066 to 0.0150, 5 seeds)",
    ]


def test_a_number_outside_gives_a_hint_and_fails_the_build(lesson, monkeypatch):
    lesson.figure("test MSE", 0.0251)
    line, proof = told(lesson.verdict())
    assert line.startswith("✗ 0 of 1 hold. Did you change a setting?")
    assert proof == "  ✗ test MSE: 0.0251 (0.0066 to 0.0150, 5 seeds)"
    monkeypatch.setenv("AELESSON_STRICT", "1")
    with pytest.raises(AssertionError, match=r"lesson 01_x: ✗ test MSE: 0.0251"):
        lesson.figure("test MSE", 0.0251)


def test_the_build_allows_twice_the_interval(lesson, monkeypatch):
    monkeypatch.setenv("AELESSON_STRICT", "1")
    lesson.figure("test MSE", 0.0160)  # outside 0.0066 to 0.0150, within twice that
    assert told(lesson.verdict())[1].startswith("  ✗ test MSE: 0.0160")
    with pytest.raises(AssertionError, match=r"0\.0195"):
        lesson.figure("test MSE", 0.0195)


SHARES = [0.95, 0.97, 0.99, 0.96, 0.98]


def test_an_interval_ends_at_what_is_possible(monkeypatch):
    kept = {"01_x": {"sample": {"figures": {"share": SHARES}, "claims": {}}}}
    monkeypatch.setattr(expected, "_read", lambda: kept)
    lesson = expected.Lesson("01_x", "sample")
    lesson.figure("share", 0.96, digits=2)
    lesson.figure("share", 1.0, digits=2, at_most=1)
    assert [proof.expected for proof in lesson.verdict().proofs] == [
        "0.89 to 1.05, 5 seeds",
        "0.89 to 1.00, 5 seeds",
    ]


@pytest.mark.parametrize(
    ("low", "high", "at_most", "little"),
    [
        (0.1, 0.95, 1, True),
        (0.3, 0.95, 1, False),
        (0, 0.3, 1, False),
        (0, 3, np.inf, True),
        (0, 0, np.inf, False),
        (0.1, 30, np.inf, False),
    ],
)
def test_an_interval_that_checks_little_is_told(low, high, at_most, little):
    assert expected.says_little(low, high, at_most) is little


def test_a_wide_interval_says_so(monkeypatch):
    figures = {"error": [0.1, 3.0, 0.2, 0.1, 0.1]}
    kept = {"01_x": {"sample": {"figures": figures, "claims": {}}}}
    monkeypatch.setattr(expected, "_read", lambda: kept)
    lesson = expected.Lesson("01_x", "sample")
    lesson.figure("error", 0.1)
    assert "so wide that it checks little" in repr(lesson.verdict())


def test_nan_is_outside_every_interval(lesson, monkeypatch):
    monkeypatch.setenv("AELESSON_STRICT", "1")
    with pytest.raises(AssertionError, match="nan"):
        lesson.figure("test MSE", float("nan"))


def test_a_claim_must_hold_now_and_on_every_seed(lesson, monkeypatch):
    lesson.claim("a beats b", True)
    assert told(lesson.verdict())[1] == "  ✓ a beats b: yes (5 of 5 seeds)"
    monkeypatch.setenv("AELESSON_STRICT", "1")
    with pytest.raises(AssertionError, match="a beats b"):
        lesson.claim("a beats b", False)
    with pytest.raises(AssertionError, match=r"b beats c: yes \(4 of 5 seeds\)"):
        lesson.claim("b beats c", True)


def test_what_was_never_measured_fails_the_build(lesson, monkeypatch):
    monkeypatch.setenv("AELESSON_STRICT", "1")
    with pytest.raises(AssertionError, match="never measured"):
        lesson.figure("test MAE", 1.0)
    with pytest.raises(AssertionError, match="never measured"):
        lesson.claim("c beats a", True)


def test_another_data_set_shows_numbers_without_verdict(lesson, monkeypatch):
    monkeypatch.setenv("AELESSON_STRICT", "1")
    other = expected.Lesson("01_x", "full")
    other.figure("test MSE", 0.9)
    other.claim("a beats b", False)
    assert told(other.verdict()) == [
        "· 2 with nothing to compare with",
        "  · test MSE: 0.9000 (measured only on sample)",
        "  · a beats b: no (measured only on sample)",
    ]


def test_what_the_seeds_measured_is_handed_out_as_a_copy(lesson):
    assert lesson.recorded("test MSE") == FIGURES["test MSE"]
    lesson.recorded("test MSE").append(1.0)
    assert lesson.recorded("test MSE") == [0.010, 0.011, 0.012, 0.011, 0.010]


def test_what_was_never_measured_here_is_an_empty_list(lesson):
    assert lesson.recorded("test MAE") == []
    assert expected.Lesson("01_x", "full").recorded("test MSE") == []
    assert expected.Lesson("02_y", "sample").recorded("test MSE") == []


def test_a_verdict_tells_what_came_since_the_last_and_the_summary_tells_all(lesson):
    assert told(lesson.verdict()) == ["nothing was claimed"]
    lesson.figure("test MSE", 0.011)
    first = lesson.verdict()
    lesson.claim("a beats b", True)
    second = lesson.verdict()
    assert lesson.summary().proofs == first.proofs + second.proofs
    assert (len(first.proofs), len(second.proofs)) == (1, 1)


def test_the_kept_figures_are_complete():
    for name, datasets in expected._read().items():
        for dataset, kept in datasets.items():
            for figure, values in kept["figures"].items():
                assert len(values) == expected.SEEDS, (name, dataset, figure)
            assert set(kept["claims"].values()) <= {expected.SEEDS}, (name, dataset)


@pytest.mark.slow
def test_measuring_gathers_what_a_lesson_records(tmp_path, monkeypatch):
    text = (
        "from aelesson import expected, runtime\n"
        "seed = runtime.default_seed()\n"
        "proven = expected.Lesson('07_toy', 'sample')\n"
        "proven.figure('seed', seed)\n"
        "proven.claim('seed is small', seed < 2)\n"
    )
    (tmp_path / "07_toy.py").write_text(text, "utf-8")
    monkeypatch.setattr(measuring, "LESSONS", tmp_path)
    runs = [measuring.run_lesson("07_toy", seed) for seed in (0, 3)]
    kept = measuring.gather(runs)
    assert kept == {
        "07_toy": {
            "sample": {"figures": {"seed": [0.0, 3.0]}, "claims": {"seed is small": 1}}
        }
    }
    assert measuring.failed_claims(kept) == [
        "07_toy on sample: seed is small (1 of 5 seeds)"
    ]


@pytest.mark.parametrize("kind", ["figure", "claim"])
def test_a_name_that_comes_twice_in_a_run_is_refused(kind):
    row = ("07_toy", "sample", kind, "error", 1.0)
    measuring.gather([[row], [row]])  # one for each seed
    with pytest.raises(ValueError, match="more than once in a run: 07_toy: error"):
        measuring.gather([[row], [row, row]])


@pytest.mark.slow
def test_measuring_is_done_on_the_cpu_and_on_the_data_that_was_asked_for(
    tmp_path, monkeypatch
):
    text = (
        "import os\n"
        "from aelesson import expected, runtime\n"
        "proven = expected.Lesson('07_toy', os.environ['AELESSON_DATASET'])\n"
        "proven.claim('on the CPU', runtime.start().type == 'cpu')\n"
        "proven.claim('own data', os.environ['AELESSON_DATA_DIR'] == 'mine')\n"
    )
    (tmp_path / "07_toy.py").write_text(text, "utf-8")
    monkeypatch.setattr(measuring, "LESSONS", tmp_path)
    monkeypatch.setenv("AELESSON_DEVICE", "meta")
    monkeypatch.setenv("AELESSON_DATASET", "fashion-mnist")
    monkeypatch.setenv("AELESSON_DATA_DIR", "mine")
    kept = measuring.gather([measuring.run_lesson("07_toy", 0)])
    claims = {"on the CPU": 1, "own data": 1}
    assert kept["07_toy"] == {"fashion-mnist": {"figures": {}, "claims": claims}}


def test_a_lesson_that_fails_is_named_with_its_error(tmp_path, monkeypatch):
    (tmp_path / "07_toy.py").write_text("raise KeyError('spam')\n", "utf-8")
    monkeypatch.setattr(measuring, "LESSONS", tmp_path)
    with pytest.raises(RuntimeError, match=r"07_toy with seed 2 failed:(.|\n)*spam"):
        measuring.run_lesson("07_toy", 2)


def test_measuring_one_lesson_leaves_the_others():
    before, kept, after = ({"claims": {name: 5}} for name in "abc")
    old = {"01": {"sample": before}, "02": {"sample": kept, "full": kept}}
    new = {"01": {"sample": after}, "03": {"sample": after}}
    copied = json.dumps(old)
    merged = measuring.merge(old, new)
    assert list(merged) == ["01", "02", "03"]
    assert merged["01"] == {"sample": after}
    assert merged["02"] == {"sample": kept, "full": kept}
    assert json.dumps(old) == copied


# What was stressed


@pytest.fixture
def stressed(monkeypatch):
    claims = {
        "a beats b": 5,
        "b beats c in 9 epochs": 5,
        "c beats d": 5,
        "d beats e": 4,
    }
    stress = {
        expected.LONGER: {"a beats b": 3, "b beats c in 9 epochs": 0, "c beats d": 1},
        "half as wide": {"a beats b": 3},
        "twice as wide": {"a beats b": 3},
    }
    entry = {"figures": {}, "claims": claims, "stress": stress}
    monkeypatch.setattr(expected, "_read", lambda: {"01_x": {"sample": entry}})
    monkeypatch.setenv("AELESSON_STRICT", "1")
    return expected.Lesson("01_x", "sample")


def test_a_tick_says_where_a_claim_held(stressed):
    stressed.claim("a beats b", True)
    stressed.claim("a beats b", True, any_width=True)
    stressed.claim("b beats c in 9 epochs", True, budget="in 9 epochs")
    assert [proof.expected for proof in stressed.verdict().proofs] == [
        "5 seeds, 4 times longer",
        "5 seeds, 4 times longer, half and twice as wide",
        "5 seeds, in 9 epochs",
    ]


@pytest.mark.parametrize(
    ("sentence", "marks", "told"),
    [
        ("b beats c in 9 epochs", {}, r"\(5 of 5 seeds, 4 times longer: 0 of 3\)"),
        ("c beats d", {}, r"\(5 of 5 seeds, 4 times longer: 1 of 3\)"),
        ("c beats d", {"any_width": True}, "half as wide: 0 of 3, twice as wide: 0 of"),
        ("d beats e", {"budget": "d"}, r"\(4 of 5 seeds\)"),
    ],
)
def test_a_claim_that_failed_somewhere_fails_the_build(stressed, sentence, marks, told):
    with pytest.raises(AssertionError, match=told):
        stressed.claim(sentence, True, **marks)


def test_a_marked_claim_must_hold_in_this_run_too(stressed):
    with pytest.raises(AssertionError, match="in 9 epochs"):
        stressed.claim("b beats c in 9 epochs", False, budget="in 9 epochs")


def test_a_sentence_must_name_its_budget(lesson):
    with pytest.raises(ValueError, match="budget is 'in 9 epochs'; the sentence must"):
        lesson.claim("a beats b", True, budget="in 9 epochs")


def test_measuring_again_keeps_what_was_stressed_of_the_claims_still_made():
    old = {"claims": {"a": 5, "b": 5}, "stress": {"4 times longer": {"a": 3, "b": 2}}}
    new = {"claims": {"b": 5, "c": 5}}
    merged = measuring.merge({"01": {"sample": old}}, {"01": {"sample": new}})
    assert merged["01"]["sample"] == new | {"stress": {"4 times longer": {"b": 2}}}
