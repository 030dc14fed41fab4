"""Right and wrong answers to the exercises of lesson 03."""

import numpy as np
import pytest
import torch
from scipy.linalg import subspace_angles

from aelesson import linear as library
from aelesson.checks import linear
from aelesson.checks.linear_angles import CASES
from aelesson.checks.linear_fit import CASES as FIT_CASES
from aelesson.checks.linear_fit import SEED
from aelesson.checks.linear_images import draw_images

from . import linear_fits, linear_shares, linear_subspaces, linear_uses
from .answers import assert_named, assert_passes, cases

RIGHT = {
    "fit_pca": [*linear_fits.RIGHT, library.fit_pca],
    "pca_reconstruct": [*linear_uses.RIGHT, library.pca_reconstruct],
    "explained_variance": [*linear_shares.RIGHT, library.explained_variance],
    "principal_angles": [*linear_subspaces.RIGHT, library.principal_angles],
}

WRONG = {
    "fit_pca": linear_fits.WRONG,
    "pca_reconstruct": linear_uses.WRONG,
    "explained_variance": linear_shares.WRONG,
    "principal_angles": linear_subspaces.WRONG,
}


@cases(RIGHT)
def test_right_answers_pass(exercise, answer, capsys):
    assert_passes(linear, exercise, answer, capsys)


@cases(WRONG)
def test_wrong_answers_are_named(exercise, answer, capsys):
    assert_named(linear, exercise, answer, capsys)


@pytest.mark.parametrize("given", CASES)
def test_the_pairs_of_subspaces_have_the_angles_that_scipy_finds(given):
    a, b = CASES[given]
    oracle = subspace_angles(a.double().numpy().T, b.double().numpy().T)[::-1]
    np.testing.assert_allclose(library.principal_angles(a, b), oracle, atol=1e-8)


@pytest.mark.parametrize(("seed", "case"), list(enumerate(FIT_CASES, SEED)))
def test_no_sign_hangs_on_rounding(seed, case):
    _, components = library.fit_pca(draw_images(case, seed), case.k)
    largest = components.abs().topk(2, dim=1).values
    assert (largest[:, 1] < 0.98 * largest[:, 0]).all()


def test_variances_of_the_images_are_far_apart():
    for seed, case in enumerate(FIT_CASES, SEED):
        flat = draw_images(case, seed).flatten(1).double()
        sigma = torch.linalg.svdvals(flat - flat.mean(0))[: case.k + 1]
        assert (sigma[1:] < 0.8 * sigma[:-1]).all()
