import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm
from skimage.metrics import peak_signal_noise_ratio, structural_similarity
from torch import nn

from aelesson import metrics
from aelesson.models import Autoencoder


class Recorder(nn.Module):
    """Returns half of its input and remembers how it was called."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.tensor(0.5))
        self.calls = []

    def forward(self, x):
        self.calls.append((len(x), self.training, torch.is_grad_enabled()))
        return self.weight * x


def test_error_is_measured_per_image_in_evaluation_mode():
    model, images = Recorder(), torch.rand(5, 1, 4, 4)
    errors = metrics.reconstruction_error(model, images)
    torch.testing.assert_close(errors, (images / 2).square().mean((1, 2, 3)))
    assert model.calls == [(5, False, False)]
    assert model.training
    assert not errors.requires_grad


def test_many_images_go_through_in_parts_with_the_same_result():
    model, images = Recorder(), torch.rand(2300, 1, 2, 2)
    errors = metrics.reconstruction_error(model, images)
    assert [count for count, _, _ in model.calls] == [1000, 1000, 300]
    torch.testing.assert_close(errors[-3:], (images[-3:] / 2).square().mean((1, 2, 3)))


def test_apply_takes_any_function_of_the_model():
    model, x = Autoencoder.mlp((16, 3), image_shape=(1, 4, 4)), torch.rand(6, 1, 4, 4)
    codes = metrics.apply(model, model.encode, x)
    assert torch.equal(codes, model.encode(x))
    assert torch.equal(metrics.apply(model, model.decode, codes), model(x))


def test_a_model_without_weights_can_be_measured():
    images = torch.rand(2, 3)
    assert metrics.reconstruction_error(nn.Identity(), images).tolist() == [0, 0]


def test_no_images_are_refused():
    with pytest.raises(ValueError, match=r"images has shape \(0, 4\)"):
        metrics.reconstruction_error(nn.Identity(), torch.zeros(0, 4))


def test_dead_units_are_those_that_are_zero_for_all_images():
    codes = torch.tensor([[0.0, 0.0, 1.0], [0.0, 2.0, 3.0]])
    assert metrics.dead_units(codes) == 1
    assert metrics.dead_units(codes[:1]) == 2


@pytest.mark.parametrize("shape", [(4,), (0, 4), (2, 2, 2)])
def test_codes_of_another_shape_are_named(shape):
    with pytest.raises(ValueError, match="expected \\(B, D\\)"):
        metrics.dead_units(torch.zeros(shape))


def test_active_units_are_those_whose_mean_moves_with_the_image():
    means = torch.zeros(200, 5)
    means[:, 1] = torch.linspace(-1, 1, 200)  # variance 1/3
    means[:, 2] = 7.0  # far from 0, but still
    means[:, 3] = torch.linspace(-1, 1, 200) * 0.16  # variance below 0.01
    means[:, 4] = torch.linspace(-1, 1, 200) * 0.19  # and above
    assert metrics.active_units(means) == 2
    assert metrics.active_units(means, threshold=0.005) == 3
    assert metrics.active_units(means, threshold=0.5) == 0


@pytest.mark.parametrize("shape", [(4,), (1, 4), (0, 4), (2, 2, 2)])
def test_activity_of_fewer_than_two_images_is_refused(shape):
    with pytest.raises(ValueError, match=r"mean has shape .* expected \(B, D\)"):
        metrics.active_units(torch.zeros(shape))


def test_a_classifier_is_sure_above_a_probability():
    logits = torch.tensor([[3.0, 0.0], [0.0, 2.0], [0.1, 0.0]])  # 0.95, 0.88, 0.52
    assert metrics.share_sure(nn.Identity(), logits) == pytest.approx(1 / 3)
    assert metrics.share_sure(nn.Identity(), logits, least=0.8) == pytest.approx(2 / 3)
    assert metrics.share_sure(nn.Identity(), logits, least=0.5) == 1


def test_the_distance_of_clouds_is_that_of_normals_with_their_moments():
    generator = torch.Generator().manual_seed(0)
    a, b = (torch.randn(40, 3, generator=generator).double() for _ in range(2))
    b = (
        2
        * b
        @ torch.tensor([[1.0, 0.5, 0.0], [0.0, 1.0, 0.3], [0.0, 0.0, 0.2]]).double()
    )
    cov_a, cov_b = torch.cov(a.T).numpy(), torch.cov(b.T).numpy()
    spread = np.trace(cov_a + cov_b - 2 * sqrtm(cov_a @ cov_b).real)
    right = float((a.mean(0) - b.mean(0)).square().sum()) + spread
    assert metrics.cloud_distance(a, b) == pytest.approx(right, rel=1e-6)
    assert metrics.cloud_distance(a, a + 2) == pytest.approx(12, rel=1e-6)


def test_clouds_of_one_row_or_other_columns_are_refused():
    with pytest.raises(ValueError, match=r"features has shape \(1, 3\): a covariance"):
        metrics.cloud_distance(torch.zeros(1, 3), torch.zeros(4, 3))
    with pytest.raises(ValueError, match="same columns"):
        metrics.cloud_distance(torch.zeros(4, 2), torch.zeros(4, 3))


def test_psnr_is_that_of_scikit_image():
    x, x_hat = torch.rand(4, 2, 5, 6), torch.rand(4, 2, 5, 6)
    theirs = [
        peak_signal_noise_ratio(b.numpy(), a.numpy(), data_range=1)
        for a, b in zip(x_hat, x, strict=True)
    ]
    got = metrics.psnr(x_hat, x)
    torch.testing.assert_close(got, torch.tensor(theirs), check_dtype=False)


def test_ten_decibels_are_a_tenth_of_the_error():
    x = torch.zeros(3, 1, 4, 4)
    x_hat = torch.tensor([0.1, 0.001**0.5, 0.0])[:, None, None, None].expand(x.shape)
    torch.testing.assert_close(metrics.psnr(x_hat, x)[:2], torch.tensor([20.0, 30.0]))
    assert metrics.psnr(x_hat, x)[2] == torch.inf
    with pytest.raises(ValueError, match="must be equal"):
        metrics.psnr(x, x[:1])


@pytest.mark.parametrize("shape", [(3, 1, 28, 28), (1, 1, 11, 14)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_ssim_is_that_of_scikit_image(shape, dtype):
    torch.manual_seed(0)
    x = torch.rand(shape, dtype=dtype).round()
    x_hat = (x + 0.3 * torch.randn(shape, dtype=dtype)).clamp(0, 1)
    theirs = [
        structural_similarity(
            ours[0].numpy(),
            clean[0].numpy(),
            data_range=1.0,
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
        )
        for ours, clean in zip(x_hat, x, strict=True)
    ]
    got = metrics.ssim(x_hat, x)
    assert got.dtype == dtype
    torch.testing.assert_close(
        got, torch.tensor(theirs, dtype=dtype), atol=1e-5, rtol=1e-5
    )


def test_equal_images_have_ssim_1_and_flat_ones_too():
    x = torch.rand(2, 1, 12, 12)
    x[1] = 0
    torch.testing.assert_close(metrics.ssim(x, x), torch.ones(2))
    assert metrics.ssim(1 - x.round(), x.round())[0] < 0


@pytest.mark.parametrize("shape", [(2, 2, 12, 12), (12, 12), (2, 1, 10, 12)])
def test_ssim_refuses_what_is_no_picture_or_too_small(shape):
    expected = r"with sides of 11|expected \(B, C"
    with pytest.raises(ValueError, match=expected):
        metrics.ssim(torch.zeros(shape), torch.zeros(shape))


@pytest.mark.parametrize("pixels", [(0.0, 1.0), (0, 255)])
def test_colours_and_ranges_are_those_of_scikit_image(pixels):
    torch.manual_seed(0)
    x = torch.rand(3, 3, 20, 17).double() * pixels[1]
    x_hat = x + 0.2 * pixels[1] * torch.randn_like(x)
    for ours, clean, similar, ratio in zip(
        x_hat,
        x,
        metrics.ssim(x_hat, x, pixels),
        metrics.psnr(x_hat, x, pixels),
        strict=True,
    ):
        settings = {"data_range": float(pixels[1])}
        theirs = structural_similarity(
            ours.numpy(),
            clean.numpy(),
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            channel_axis=0,
            **settings,
        )
        assert similar.item() == pytest.approx(theirs, abs=1e-6)
        decibels = peak_signal_noise_ratio(clean.numpy(), ours.numpy(), **settings)
        assert ratio.item() == pytest.approx(decibels)


@pytest.mark.parametrize("measure", [metrics.psnr, metrics.ssim])
class TestRanges:
    x = torch.rand(2, 3, 12, 12, generator=torch.Generator().manual_seed(0))
    noise = 0.3 * torch.randn(x.shape, generator=torch.Generator().manual_seed(1))

    def test_a_range_moves_nothing(self, measure):
        expected = measure(self.x + self.noise, self.x)
        for low, high in ((-1, 1), (0, 255), (-0.5, 0.5)):
            moved = (
                each * (high - low) + low for each in (self.x + self.noise, self.x)
            )
            got = measure(*moved, pixels=(low, high))
            torch.testing.assert_close(got, expected, rtol=1e-4, atol=1e-4)

    def test_images_of_another_range_are_refused(self, measure):
        with pytest.raises(ValueError, match=r"x goes from .* in \[.*pixels="):
            measure(self.x * 255, self.x * 255)
        with pytest.raises(ValueError, match=r"x goes from -"):
            measure(self.x, self.x * 2 - 1)
        with pytest.raises(ValueError, match=r"x_hat goes from 0.* meant for \[0, 1\]"):
            measure(self.x * 255, self.x)
        with pytest.raises(ValueError, match="x goes from nan"):
            measure(self.x, self.x * torch.nan)

    def test_bytes_are_refused(self, measure):
        pixels = (self.x * 255).byte()
        with pytest.raises(
            TypeError, match=r"x_hat is torch\.uint8; .*float\(\) / 255"
        ):
            measure(pixels, pixels)

    def test_noise_may_leave_the_range(self, measure):
        assert measure(self.x + 30 * self.noise, self.x).isfinite().all()

    @pytest.mark.parametrize(
        ("pixels", "error", "says"),
        [
            ((1, 0), ValueError, "white in pixels is 0; it must be above 1"),
            (255, TypeError, "pixels is 255; it must be two numbers"),
            ((0, 1, 2), TypeError, "must be two numbers"),
            ((0, torch.inf), ValueError, "white in pixels is inf"),
        ],
    )
    def test_ranges_that_are_none_are_named(self, measure, pixels, error, says):
        with pytest.raises(error, match=says):
            measure(self.x, self.x, pixels)
