"""Right and wrong answers to the exercises of lesson 10."""

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from aelesson.checks import (
    applications,
    applications_auroc,
    applications_levels,
    applications_retrieval,
    applications_threshold,
)

from . import (
    applications_aurocs,
    applications_scores,
    applications_searches,
    applications_thresholds,
    applications_wrong_aurocs,
    applications_wrong_scores,
    applications_wrong_searches,
)
from . import (
    applications_levels as level_answers,
)
from .answers import assert_named, assert_passes, cases

RIGHT = {
    "anomaly_scores": applications_scores.RIGHT,
    "threshold_from_normals": applications_thresholds.RIGHT,
    "auroc": applications_aurocs.RIGHT,
    "quantise": level_answers.RIGHT,
    "precision_at_k": applications_searches.RIGHT,
}

WRONG = {
    "anomaly_scores": applications_wrong_scores.WRONG,
    "threshold_from_normals": applications_thresholds.WRONG,
    "auroc": applications_wrong_aurocs.WRONG,
    "quantise": level_answers.WRONG,
    "precision_at_k": applications_wrong_searches.WRONG,
}


@cases(RIGHT)
def test_right_answers_pass(exercise, answer, capsys):
    assert_passes(applications, exercise, answer, capsys)


@cases(WRONG)
def test_wrong_answers_are_named(exercise, answer, capsys):
    assert_named(applications, exercise, answer, capsys)


def test_the_library_answers_the_exercises_it_shares():
    from aelesson import anomaly, compression, retrieval

    applications.threshold_from_normals(anomaly.threshold_from_normals)
    applications.auroc(anomaly.auroc)
    applications.quantise(compression.quantise)
    applications.precision_at_k(retrieval.precision_at_k)


@pytest.mark.parametrize("seed", range(10))
def test_the_oracle_of_the_auroc_agrees_with_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    scores, truth = rng.integers(0, 12, 30) / 7, rng.random(30) < 0.4
    assert applications_auroc._oracle(scores, truth) == pytest.approx(
        roc_auc_score(truth, scores)
    )


def test_the_oracle_of_the_threshold_allows_the_rate_as_it_is_written():
    scores = torch.arange(1.0, 101)
    for percent in range(100):
        threshold = applications_threshold._oracle(scores, percent / 100)
        assert threshold == 100 - percent


@pytest.mark.parametrize("case", applications_levels.CASES)
def test_no_code_lies_half_way_between_two_levels(case):
    z, levels = case.codes().double().numpy(), case.levels()
    gaps = np.sort(np.abs(z[..., None] - levels), axis=-1)
    assert (gaps[..., 1] - gaps[..., 0] > 0.1 * (levels[1] - levels[0])).all()


@pytest.mark.parametrize("case", applications_retrieval.CASES)
def test_which_of_two_equal_distances_comes_first_does_not_matter(case):
    codes, labels = case.codes.double().numpy(), case.labels.numpy()
    shares = set()
    for noise in range(20):
        distances = applications_retrieval._distances(codes)
        distances *= 1 + 1e-4 * np.random.default_rng(noise).random(distances.shape)
        others = applications_retrieval._others(distances)
        hits = labels[others[:, : case.k]] == labels[:, None]
        shares.add(round(hits.mean(), 9))
    assert len(shares) == 1


def first_mistakes():
    """Return the mistakes in the most telling cases, and the right value of each."""
    scores, rate = applications_threshold.CASES[0]
    found = [
        (
            applications_threshold._mistakes(scores, rate),
            applications_threshold._oracle(scores, rate),
        )
    ]
    for name in ("no ties", "ties between anomalies and normals"):
        case = [value.numpy() for value in applications_auroc.CASES[name]]
        found.append(
            (applications_auroc._mistakes(*case), applications_auroc._oracle(*case))
        )
    case = applications_retrieval.CASES[0]
    codes, labels = case.codes.double().numpy(), case.labels.numpy()
    mistakes = applications_retrieval._mistakes(codes, labels, case.k)
    others = applications_retrieval._others(applications_retrieval._distances(codes))
    return [
        *found,
        (mistakes, applications_retrieval._precision(others, labels, case.k)),
    ]


ALIKE = ("rounded", "a grid of thresholds")  # a coarse grid may have no ends


@pytest.mark.parametrize(("mistakes", "right"), first_mistakes())
def test_the_mistakes_in_the_first_case_can_be_told_apart(mistakes, right):
    told = {}
    for diagnosis, values in mistakes.items():
        if any(part in diagnosis for part in ALIKE):
            continue
        values = values if isinstance(values, tuple) else (values,)
        for value in {round(float(value), 4) for value in values} - {round(right, 4)}:
            assert told.setdefault(value, diagnosis) == diagnosis, value
