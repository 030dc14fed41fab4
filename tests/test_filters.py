import math

import numpy as np
import pytest
import torch
from scipy import ndimage, signal
from skimage.restoration import denoise_tv_chambolle
from sklearn.linear_model import LinearRegression, Ridge

from aelesson import filters

FILTERS = {
    "median": lambda x: filters.median(x, 3),
    "gaussian": lambda x: filters.gaussian(x, 1.0),
    "wiener": lambda x: filters.wiener(x, 3, 0.1),
    "total variation": lambda x: filters.total_variation(x, 0.2),
}
each_filter = pytest.mark.parametrize("denoise", FILTERS.values(), ids=FILTERS)


@each_filter
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_filters_keep_shape_dtype_and_input(denoise, dtype):
    x = torch.rand(3, 1, 9, 7, dtype=dtype)
    before = x.clone()
    cleaned = denoise(x)
    assert (cleaned.shape, cleaned.dtype) == (x.shape, dtype)
    assert torch.equal(x, before)


@each_filter
def test_filters_treat_each_image_alone(denoise):
    x = torch.rand(4, 1, 9, 7)
    alone = torch.cat([denoise(image) for image in x.split(1)])
    torch.testing.assert_close(denoise(x), alone)


@each_filter
def test_filters_reduce_noise(denoise):
    clean = torch.zeros(20, 1, 16, 16)
    clean[:, :, 4:12, 4:12] = 1
    torch.manual_seed(0)
    noisy = clean + 0.3 * torch.randn(clean.shape)
    assert (denoise(noisy) - clean).square().mean() < 0.06 < 0.09


@each_filter
def test_flat_images_stay(denoise):
    flat = torch.full((2, 1, 12, 12), 0.7)
    inside = (slice(None), slice(None), slice(2, -2), slice(2, -2))
    torch.testing.assert_close(denoise(flat)[inside], flat[inside])


@each_filter
@pytest.mark.parametrize("shape", [(9, 7), (2, 2, 9, 7), (0, 1, 9, 7), (0, 3, 9, 7)])
def test_filters_refuse_what_is_no_picture(denoise, shape):
    expected = r"noisy has shape .* expected \(B, 1, H, W\) or \(B, 3, H, W\)"
    with pytest.raises(ValueError, match=expected):
        denoise(torch.zeros(shape))


@each_filter
def test_filters_refuse_bytes(denoise):
    with pytest.raises(TypeError, match=r"noisy is torch\.uint8; .*float\(\) / 255"):
        denoise(torch.zeros(2, 3, 9, 7, dtype=torch.uint8))


@each_filter
def test_each_channel_is_filtered_by_itself(denoise):
    x = torch.rand(4, 3, 9, 7)
    alone = torch.cat([denoise(channel) for channel in x.split(1, dim=1)], dim=1)
    torch.testing.assert_close(denoise(x), alone)


class TestColour:
    """Against SciPy and scikit-image, one channel of one image at a time."""

    x = torch.rand(3, 3, 11, 9, generator=torch.Generator().manual_seed(0))

    def check(self, got, theirs):
        for image, given in zip(got, self.x, strict=True):
            for channel, values in zip(image, given, strict=True):
                np.testing.assert_allclose(channel, theirs(values.numpy()), atol=1e-6)

    def test_median(self):
        self.check(filters.median(self.x, 3), lambda v: ndimage.median_filter(v, 3))

    def test_gaussian(self):
        self.check(
            filters.gaussian(self.x, 1.3), lambda v: ndimage.gaussian_filter(v, 1.3)
        )

    def test_wiener(self):
        self.check(
            filters.wiener(self.x, 3, 0.05), lambda v: signal.wiener(v, (3, 3), 0.05)
        )

    def test_total_variation(self):
        got = filters.total_variation(self.x, 0.2).numpy()
        for image, given in zip(got, self.x, strict=True):
            theirs = denoise_tv_chambolle(given.numpy(), 0.2, eps=1e-5, channel_axis=0)
            np.testing.assert_allclose(image, theirs, atol=1e-5)

    def test_the_best_linear_map_is_linear_regression_over_all_channels(self):
        torch.manual_seed(0)
        noisy, clean = torch.rand(200, 3, 3, 2), torch.rand(200, 3, 2, 2)
        got = filters.best_linear_map(noisy, clean, ridge=1e-10)(noisy)
        flat = [part.flatten(1).double().numpy() for part in (noisy, clean)]
        theirs = LinearRegression().fit(*flat).predict(flat[0])
        assert got.shape == clean.shape
        np.testing.assert_allclose(got.flatten(1), theirs, atol=1e-5)


def test_the_median_is_that_of_the_square():
    x = torch.rand(1, 1, 7, 6)
    expected = x[0, 0, 1:6, 2:5].unfold(0, 3, 1).unfold(1, 3, 1)
    expected = expected.flatten(2).median(2).values  # rows 2 to 4, column 3
    torch.testing.assert_close(filters.median(x)[0, 0, 2:5, 3:4], expected)


def test_the_gaussian_weights_fall_like_a_normal_density():
    x = torch.zeros(1, 1, 15, 15)
    x[0, 0, 7, 7] = 1
    spread = filters.gaussian(x, 1.2)[0, 0]
    for away in (1, 2, 3):
        falls = spread[7, 7 + away] / spread[7, 7]
        assert falls == pytest.approx(math.exp(-(away**2) / (2 * 1.2**2)), rel=1e-4)


def test_the_wiener_filter_is_written_out():
    x = torch.rand(1, 1, 9, 9)
    square = x[0, 0, 3:6, 2:5]
    mean, variance = square.mean(), square.var(correction=0)
    for noise in (0.01, 10.0):  # little noise, and more than there is variance
        share = max(0.0, 1 - noise / float(variance))
        expected = mean + share * (x[0, 0, 4, 3] - mean)
        got = filters.wiener(x, 3, noise)[0, 0, 4, 3]
        torch.testing.assert_close(got, expected)


def test_total_variation_lowers_its_objective():
    torch.manual_seed(0)
    x, weight = torch.rand(1, 1, 12, 12), 0.3

    def objective(image):
        down, right = torch.zeros_like(image), torch.zeros_like(image)
        down[..., :-1, :] = image.diff(dim=-2)
        right[..., :-1] = image.diff(dim=-1)
        length = (down.square() + right.square()).sqrt().sum()
        return float(length + (image - x).square().sum() / (2 * weight))

    best = filters.total_variation(x, weight)
    rivals = [x, filters.gaussian(x, 1.0), filters.median(x)]
    rivals += [best + 0.02 * torch.randn(x.shape) for _ in range(5)]
    assert objective(best) < min(map(objective, rivals))


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda x: filters.median(x, 4), "size is 4; it must be odd"),
        (lambda x: filters.median(x, -1), "size is -1"),
        (lambda x: filters.gaussian(x, 0), "width is 0; it must be above 0"),
        (lambda x: filters.wiener(x, 2, 0.1), "size is 2"),
        (lambda x: filters.wiener(x, 3, 0), "noise_variance is 0"),
        (lambda x: filters.total_variation(x, -1), "weight is -1"),
        (lambda x: filters.best_linear_map(x, x, ridge=0), "ridge is 0"),
        (
            lambda x: filters.best_linear_map(x, x[:1]),
            "noisy has 2 entries and clean 1",
        ),
        (lambda x: filters.best_linear_map(x, x[0]), "clean has shape"),
        (lambda x: filters.undo_clamping(x, 0), "std is 0; it must be above 0"),
    ],
)
def test_settings_that_make_no_sense_are_named(call, says):
    with pytest.raises(ValueError, match=says):
        call(torch.rand(2, 1, 6, 6))


def test_the_best_linear_map_is_linear_regression():
    torch.manual_seed(0)
    noisy, clean = torch.rand(200, 1, 3, 4), torch.rand(200, 1, 5, 2)
    new = torch.rand(6, 1, 3, 4)
    cleaned = filters.best_linear_map(noisy, clean, ridge=1e-10)(new)
    assert (cleaned.shape, cleaned.dtype) == ((6, 1, 5, 2), torch.float32)
    flat = [part.flatten(1).double().numpy() for part in (noisy, clean, new)]
    theirs = LinearRegression().fit(*flat[:2]).predict(flat[2])
    np.testing.assert_allclose(cleaned.flatten(1), theirs, atol=1e-5)


def test_its_ridge_is_per_image():
    torch.manual_seed(0)
    noisy, clean = torch.rand(90, 1, 3, 3), torch.rand(90, 1, 2, 2)
    flat = [part.flatten(1).double().numpy() for part in (noisy, clean)]
    theirs = Ridge(alpha=0.05 * 90).fit(*flat).predict(flat[0])
    ours = filters.best_linear_map(noisy, clean, ridge=0.05)(noisy)
    np.testing.assert_allclose(ours.flatten(1), theirs, atol=1e-5)


def test_pixels_that_never_vary_do_no_harm():
    noisy, clean = torch.rand(50, 1, 3, 3), torch.rand(50, 1, 3, 3)
    noisy[:, :, 0] = 0
    assert filters.best_linear_map(noisy, clean)(noisy).isfinite().all()


@pytest.mark.parametrize("std", [0.1, 0.5, 1.0, 3.0])
def test_the_bias_of_clamping_by_integration(std):
    grid = np.linspace(-8, 8, 400_001)
    density = np.exp(-(grid**2) / 2) / math.sqrt(2 * math.pi)
    mean = float(((std * grid).clip(0, 1) * density).sum() * (grid[1] - grid[0]))
    assert filters.clamp_bias(std) == pytest.approx(mean, abs=1e-5)


def test_for_little_noise_the_bias_is_sigma_over_root_two_pi():
    assert filters.clamp_bias(0.1) == pytest.approx(0.1 / math.sqrt(2 * math.pi))


def test_undoing_the_clamping_gives_black_and_white_back_on_average():
    torch.manual_seed(0)
    for grey in (0.0, 1.0):
        noisy = (grey + 0.5 * torch.randn(200_000, 1)).clamp(0, 1)
        undone = filters.undo_clamping(noisy, 0.5)
        assert undone.mean() == pytest.approx(grey, abs=6 * 0.82 / math.sqrt(200_000))
