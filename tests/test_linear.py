import math

import numpy as np
import pytest
import torch
from scipy.linalg import subspace_angles
from sklearn.decomposition import PCA

from aelesson import linear


def images(shape=(40, 1, 5, 4), dtype=torch.float32, seed=0):
    """Return images whose pixels are correlated and have a mean far from 0."""
    generator = torch.Generator().manual_seed(seed)
    count, pixels = shape[0], math.prod(shape[1:])
    mixing = torch.randn(pixels, pixels, generator=generator, dtype=dtype)
    flat = torch.rand(count, pixels, generator=generator, dtype=dtype) @ mixing
    return (flat + 3).reshape(shape)


def rotated(components, angles):
    """Turn each of `k` orthonormal rows by its angle towards a row of its own."""
    k, half = components.shape[0] // 2, torch.tensor(angles, dtype=torch.float64)
    first, second = components[:k].double(), components[k:].double()
    return half.cos()[:, None] * first + half.sin()[:, None] * second


# fit_pca


@pytest.mark.parametrize("k", [1, 3, 20])
def test_components_are_those_of_scikit_learn_up_to_sign(k):
    x = images()
    mean, components = linear.fit_pca(x, k)
    oracle = PCA(k, svd_solver="full").fit(x.flatten(1).double().numpy())
    np.testing.assert_allclose(mean, oracle.mean_, rtol=1e-5)
    cosines = (components.double().numpy() * oracle.components_).sum(1)
    np.testing.assert_allclose(np.abs(cosines), 1, atol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("shape", [(9, 1, 4, 4), (30, 7), (6, 3, 2, 2, 2), (1, 5)])
def test_components_are_orthonormal_rows_by_decreasing_variance(shape, dtype):
    x = images(shape, dtype)
    before = x.clone()
    k = min(shape[0], math.prod(shape[1:]))
    mean, components = linear.fit_pca(x, k)
    assert (mean.shape, mean.dtype) == (x.flatten(1).shape[1:], dtype)
    assert (components.shape, components.dtype) == ((k, *mean.shape), dtype)
    torch.testing.assert_close(
        components @ components.T, torch.eye(k, dtype=dtype), atol=1e-5, rtol=0
    )
    variances = linear.pca_codes(x, mean, components).square().mean(0)
    assert (variances.diff() <= 1e-5 * variances[0]).all()
    assert torch.equal(x, before)


def test_the_largest_value_of_each_component_is_positive():
    _, components = linear.fit_pca(images(), 8)
    largest = components.gather(1, components.abs().argmax(1, keepdim=True))
    assert (largest > 0).all()


def test_the_sign_does_not_depend_on_the_order_or_the_sign_of_images():
    x = images()
    _, components = linear.fit_pca(x, 6)
    for other in (x.flip(0), -x, x + 10, 2 * x):
        torch.testing.assert_close(linear.fit_pca(other, 6)[1], components)


@pytest.mark.parametrize("noise", [1e-7, -1e-7])
def test_rounding_does_not_choose_the_sign_where_values_tie(noise):
    x = torch.tensor([[1.0, -1.0], [-1.0, 1.0], [2.0, -2.0 + noise]])
    _, components = linear.fit_pca(x, 1)
    torch.testing.assert_close(
        components, torch.tensor([[1.0, -1.0]]) / 2**0.5, atol=1e-6, rtol=0
    )


@pytest.mark.parametrize("k", [0, -1, 4])
def test_fit_refuses_a_k_out_of_range(k):
    with pytest.raises(ValueError, match=rf"k is {k}; .* at most 3, as x has 3 images"):
        linear.fit_pca(torch.rand(3, 5), k)


@pytest.mark.parametrize("shape", [(5,), (0, 4), (4, 0)])
def test_fit_refuses_what_are_no_images(shape):
    with pytest.raises(ValueError, match=r"expected \(N, \.\.\.\)"):
        linear.fit_pca(torch.rand(shape), 1)


def test_whole_numbers_are_refused():
    x = torch.zeros(3, 4, dtype=torch.uint8)
    with pytest.raises(TypeError, match=r"x is torch\.uint8; .* floating point"):
        linear.fit_pca(x, 1)


# codes and reconstructions


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_codes_and_reconstructions_are_those_of_scikit_learn(dtype):
    x, new = images(dtype=dtype), images((7, 1, 5, 4), dtype, seed=1)
    mean, components = linear.fit_pca(x, 3)
    oracle = PCA(3, svd_solver="full").fit(x.flatten(1).double().numpy())
    flat = new.flatten(1).double().numpy()
    codes = linear.pca_codes(new, mean, components)
    x_hat = linear.pca_reconstruct(new, mean, components)
    signs = np.sign((components.double().numpy() * oracle.components_).sum(1))
    np.testing.assert_allclose(codes, oracle.transform(flat) * signs, atol=1e-4)
    back = oracle.inverse_transform(oracle.transform(flat))
    np.testing.assert_allclose(x_hat.flatten(1), back, atol=1e-4)
    assert (codes.dtype, x_hat.dtype, x_hat.shape) == (dtype, dtype, new.shape)


def test_all_components_give_the_images_back_and_the_mean_image_stays():
    x = images((30, 2, 3, 2))
    mean, components = linear.fit_pca(x, 12)
    torch.testing.assert_close(linear.pca_reconstruct(x, mean, components), x)
    centre = mean.reshape(1, 2, 3, 2)
    kept = linear.pca_reconstruct(centre, mean, components[:2])
    torch.testing.assert_close(kept, centre)


def test_reconstructions_are_not_clipped():
    x = torch.tensor([[0.0, 0.0], [1.0, 1.0], [1.0, 0.9], [0.0, 0.1]])
    mean, components = linear.fit_pca(x, 1)
    assert linear.pca_reconstruct(x, mean, components).min() < 0


@pytest.mark.parametrize(
    "function",
    [linear.pca_codes, linear.pca_reconstruct, linear.explained_variance],
)
@pytest.mark.parametrize(("mean", "components"), [((5,), (2, 4)), ((4,), (2, 5))])
def test_shapes_that_do_not_fit_are_named(function, mean, components):
    with pytest.raises(ValueError, match=r"images of 4 numbers, needs \(4,\)"):
        function(torch.rand(3, 4), torch.zeros(mean), torch.zeros(components))


# explained_variance


def test_explained_variance_is_that_of_scikit_learn():
    x = images()
    mean, components = linear.fit_pca(x, 4)
    oracle = PCA(4, svd_solver="full").fit(x.flatten(1).double().numpy())
    share = linear.explained_variance(x, mean, components)
    assert isinstance(share, float)
    assert share == pytest.approx(oracle.explained_variance_ratio_.sum(), abs=1e-6)


def test_explained_variance_of_other_images_is_about_the_mean_that_is_given():
    mean, components = linear.fit_pca(images(), 4)
    new = images((9, 1, 5, 4), seed=3)
    x_hat = linear.pca_reconstruct(new, mean, components)
    lost = (new - x_hat).square().sum() / (new.flatten(1) - mean).square().sum()
    share = linear.explained_variance(new, mean, components)
    assert share == pytest.approx(1 - lost.item(), abs=1e-5)


def test_explained_variance_of_images_that_do_not_vary_is_refused():
    with pytest.raises(ValueError, match="x has no variance"):
        linear.explained_variance(torch.ones(3, 4), torch.ones(4), torch.eye(4)[:2])


# principal_angles


@pytest.mark.parametrize(("k", "pixels"), [(1, 2), (3, 9), (4, 6), (5, 5)])
def test_angles_are_those_of_scipy(k, pixels):
    generator = torch.Generator().manual_seed(k)
    a, b = torch.randn(2, k, pixels, generator=generator, dtype=torch.float64)
    oracle = subspace_angles(a.T.numpy(), b.T.numpy())[::-1]
    angles = linear.principal_angles(a, b)
    np.testing.assert_allclose(angles, oracle, atol=1e-12)
    torch.testing.assert_close(angles, linear.principal_angles(b, a))


@pytest.mark.parametrize("angles", [(1e-9, 1e-5), (0.3, 1.2), (1.5, math.pi / 2)])
def test_angles_are_accurate_near_0_and_near_a_right_angle(angles):
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(10, 4, generator=generator, dtype=torch.float64)
    components = torch.linalg.qr(noise).Q.T
    found = linear.principal_angles(components[:2], rotated(components, angles))
    expected = torch.tensor(angles, dtype=torch.float64)
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-14)


def test_angles_depend_on_the_subspaces_alone():
    generator = torch.Generator().manual_seed(0)
    a, b = torch.randn(2, 3, 8, generator=generator, dtype=torch.float64)
    mix = torch.randn(3, 3, generator=generator, dtype=torch.float64)
    expected = linear.principal_angles(a, b)
    torch.testing.assert_close(linear.principal_angles(mix @ a, -5 * b), expected)
    assert linear.principal_angles(a, mix @ a).max() < 1e-12


def test_angles_of_float32_are_float64_and_need_no_gradient():
    a = torch.nn.Parameter(torch.randn(2, 6))
    angles = linear.principal_angles(a, a)
    assert (angles.dtype, angles.requires_grad) == (torch.float64, False)
    assert angles.max() < 1e-12


@pytest.mark.parametrize(
    ("a", "b"), [((2, 5), (3, 5)), ((5,), (5,)), ((6, 5), (6, 5)), ((0, 5), (0, 5))]
)
def test_angles_refuse_shapes_that_span_no_k_dimensions(a, b):
    with pytest.raises(ValueError, match=r"must be equal|(expected|must be) \(k, P\)"):
        linear.principal_angles(torch.rand(a), torch.rand(b))


def test_angles_refuse_dependent_rows():
    rows = torch.tensor([[1.0, 2.0, 0.0], [2.0, 4.0, 0.0]])
    with pytest.raises(ValueError, match="b has linearly dependent rows"):
        linear.principal_angles(torch.eye(3)[:2], rows)
