import math

import numpy as np
import pytest
import torch
from skimage.transform import downscale_local_mean
from skimage.util import random_noise

from aelesson import corruptions

MANY = (30, 2, 40, 50)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def near(share, probability, count):
    """Tell whether a share is within 6 standard deviations of its probability."""
    return abs(share - probability) < 6 * math.sqrt(probability / count)


RANDOM = {
    "gaussian": lambda g: corruptions.gaussian_noise(0.4, generator=g),
    "clamped": lambda g: corruptions.gaussian_noise(0.4, clamp=True, generator=g),
    "masking": lambda g: corruptions.masking(0.5, generator=g),
    "salt and pepper": lambda g: corruptions.salt_and_pepper(0.5, generator=g),
    "occlusion": lambda g: corruptions.occlusion(3, generator=g),
    "deformation": lambda g: corruptions.deformation(
        angle=9, scale=0.1, shear=0.1, shift=1, bend=0.5, generator=g
    ),
}
each_random = pytest.mark.parametrize("make", RANDOM.values(), ids=RANDOM)


@each_random
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_shape_and_dtype_stay_and_the_images_too(make, dtype):
    x = torch.rand(3, 2, 7, 5, dtype=dtype)
    before = x.clone()
    spoilt = make(None)(x)
    assert (spoilt.shape, spoilt.dtype) == (x.shape, dtype)
    assert torch.equal(x, before)
    assert not torch.equal(spoilt, x)


@each_random
def test_every_call_draws_anew(make):
    x = torch.rand(4, 1, 20, 20)
    for corrupt in (make(None), make(generator())):
        assert not torch.equal(corrupt(x), corrupt(x))


@each_random
def test_a_generator_repeats_the_draw_and_leaves_the_global_state(make):
    x, state = torch.rand(4, 1, 9, 8), torch.get_rng_state()
    first, second = make(generator(5))(x), make(generator(5))(x)
    assert torch.equal(first, second)
    assert torch.equal(torch.get_rng_state(), state)
    assert not torch.equal(first, make(generator(6))(x))


@each_random
def test_without_a_generator_the_global_seed_decides(make):
    x = torch.rand(2, 1, 9, 8)
    torch.manual_seed(3)
    first = make(None)(x)
    torch.manual_seed(3)
    assert torch.equal(first, make(None)(x))


def test_gaussian_noise_has_mean_0_and_its_standard_deviation():
    noise = corruptions.gaussian_noise(0.3, generator=generator())(torch.zeros(MANY))
    count = noise.numel()
    assert abs(noise.mean()) < 6 * 0.3 / math.sqrt(count)
    assert abs(noise.std() / 0.3 - 1) < 6 / math.sqrt(2 * count)
    assert near(float((noise.abs() < 0.3).double().mean()), 0.6827, count)
    assert noise.unique().numel() > 0.9 * count


def test_clamped_noise_stays_in_range_and_is_biased():
    corrupt = corruptions.gaussian_noise(0.5, clamp=True, generator=generator())
    black = corrupt(torch.zeros(MANY)).double()
    assert black.min() == 0
    assert black.max() == 1
    # the mean of a normal variable cut to [0, 1], by numerical integration
    grid = np.linspace(-5, 5, 200_001)
    density = np.exp(-(grid**2) / 0.5) / math.sqrt(0.5 * math.pi)
    mean = float((grid.clip(0, 1) * density).sum() * (grid[1] - grid[0]))
    assert mean == pytest.approx(0.1952, abs=1e-4)
    assert abs(black.mean() - mean) < 6 * 0.5 / math.sqrt(black.numel())


def test_no_noise_changes_nothing():
    x = torch.rand(2, 1, 4, 4)
    assert torch.equal(corruptions.gaussian_noise(0)(x), x)
    assert torch.equal(corruptions.masking(0)(x), x)
    assert torch.equal(corruptions.salt_and_pepper(0)(x), x)


def test_masking_blackens_a_share_of_the_values_each_for_itself():
    x = torch.rand(MANY) + 0.1
    masked = corruptions.masking(0.3, generator=generator())(x)
    black = masked == 0
    assert near(float(black.double().mean()), 0.3, x.numel())
    assert torch.equal(masked[~black], x[~black])
    assert near(float((black[:, 0] & black[:, 1]).double().mean()), 0.09, x.numel() / 2)
    assert not corruptions.masking(1.0)(x).any()


def test_masking_works_on_codes():
    codes = torch.randn(5000, 8)
    masked = corruptions.masking(0.5, generator=generator())(codes)
    assert near(float((masked == 0).double().mean()), 0.5, codes.numel())


def test_salt_and_pepper_are_equally_many():
    x = 0.2 + 0.6 * torch.rand(MANY)
    spoilt = corruptions.salt_and_pepper(0.4, generator=generator())(x)
    for value in (0, 1):
        assert near(float((spoilt == value).double().mean()), 0.2, x.numel())
    kept = (spoilt != 0) & (spoilt != 1)
    assert torch.equal(spoilt[kept], x[kept])
    assert set(corruptions.salt_and_pepper(1.0)(x).unique().tolist()) == {0, 1}


def test_occlusion_blacks_out_one_square_per_image_in_all_channels():
    x = torch.ones(500, 3, 8, 6)
    hidden = corruptions.occlusion(4, generator=generator())(x) == 0
    assert (hidden.sum((1, 2, 3)) == 3 * 16).all()
    assert torch.equal(hidden[:, 0], hidden[:, 2])
    rows, columns = hidden[:, 0].any(2), hidden[:, 0].any(1)
    assert (rows.sum(1) == 4).all()
    assert (columns.sum(1) == 4).all()
    for lines, places in ((rows, 5), (columns, 3)):
        first = lines.int().argmax(1)
        counts = torch.bincount(first, minlength=places)
        assert len(counts) == places
        assert all(near(int(c) / 500, 1 / places, 500) for c in counts)
        last = lines.int().flip(1).argmax(1)
        assert (first + last == lines.shape[1] - 4).all(), "no gap in the square"


def test_occlusion_may_cover_the_whole_image():
    assert not corruptions.occlusion(5)(torch.ones(2, 1, 5, 5)).any()
    with pytest.raises(ValueError, match="size is 6, larger than an image of 9x5"):
        corruptions.occlusion(6)(torch.ones(1, 1, 9, 5))


def test_downsampling_takes_means_of_squares():
    x = torch.rand(3, 2, 6, 9)
    small = corruptions.downsample(3)(x)
    expected = torch.zeros(3, 2, 2, 3)
    for row in range(2):
        for column in range(3):
            square = x[:, :, 3 * row : 3 * row + 3, 3 * column : 3 * column + 3]
            expected[:, :, row, column] = square.mean((2, 3))
    torch.testing.assert_close(small, expected)
    assert torch.equal(corruptions.downsample(1)(x), x)
    with pytest.raises(ValueError, match=r"factor is 4; it must divide both sides"):
        corruptions.downsample(4)(torch.rand(1, 1, 8, 6))


@pytest.mark.parametrize(
    ("make", "value", "says"),
    [
        (corruptions.gaussian_noise, -0.1, "std is -0.1; it must be at least 0"),
        (corruptions.gaussian_noise, math.nan, "std is nan"),
        (
            corruptions.masking,
            1.1,
            "amount is 1.1; it must be at least 0 and at most 1",
        ),
        (corruptions.masking, -0.1, "amount is -0.1"),
        (
            corruptions.salt_and_pepper,
            2,
            "amount is 2; it must be at least 0 and at most 1",
        ),
        (corruptions.occlusion, 0, "size is 0; it must be at least 1"),
        (corruptions.downsample, 0, "factor is 0; it must be at least 1"),
        *[
            (
                lambda value, name=name: corruptions.deformation(**{name: value}),
                value,
                f"{name} is {value}; it must be at least 0 and finite",
            )
            for name in ("angle", "scale", "shear", "shift", "bend")
            for value in (-0.5, math.inf)
        ],
    ],
)
def test_settings_that_make_no_sense_are_named(make, value, says):
    with pytest.raises(ValueError, match=says):
        make(value)


class TestColour:
    """Three channels, against references of scikit-image and one channel at a time."""

    x = torch.rand(6, 3, 24, 30, generator=torch.Generator().manual_seed(0))

    def test_places_are_the_same_in_all_channels(self):
        for make in (RANDOM["occlusion"], RANDOM["deformation"]):
            spoilt = make(generator(1))(self.x)
            for channel in range(3):
                alone = make(generator(1))(self.x[:, channel : channel + 1])
                torch.testing.assert_close(spoilt[:, channel : channel + 1], alone)

    def test_noise_differs_between_channels(self):
        grey = torch.full((1, 3, 60, 60), 0.5)
        for name in ("gaussian", "masking", "salt and pepper"):
            moved = (RANDOM[name](generator())(grey) - 0.5).flatten(2)[0]
            correlation = torch.corrcoef(moved)
            away = correlation - torch.diag(correlation.diagonal())
            assert away.abs().max() < 6 / 60  # six standard deviations

    @pytest.mark.parametrize("factor", [1, 2, 3, 6])
    def test_downsampling_is_scikit_images_local_mean(self, factor):
        got = corruptions.downsample(factor)(self.x)
        theirs = downscale_local_mean(self.x.numpy(), (1, 1, factor, factor))
        np.testing.assert_allclose(got, theirs, atol=1e-6)

    def test_salt_and_pepper_have_the_shares_of_scikit_image(self):
        grey = np.full((200, 200, 3), 0.5)
        theirs = random_noise(grey, "s&p", rng=0, amount=0.3, salt_vs_pepper=0.5)
        x = torch.from_numpy(grey).permute(2, 0, 1)[None]
        ours = corruptions.salt_and_pepper(0.3, generator=generator())(x)
        for value in (0, 0.5, 1):
            shares = float((ours == value).double().mean()), (theirs == value).mean()
            assert abs(shares[0] - shares[1]) < 6 * math.sqrt(0.5 / x.numel())

    def test_gaussian_noise_has_the_spread_of_scikit_image(self):
        grey = np.full((100, 100, 3), 0.5)
        theirs = random_noise(grey, "gaussian", rng=0, var=0.04, clip=False)
        x = torch.from_numpy(grey).permute(2, 0, 1)[None]
        ours = corruptions.gaussian_noise(0.2, generator=generator())(x)
        assert float(ours.std()) == pytest.approx(theirs.std(), rel=0.03)
