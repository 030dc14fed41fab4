import gzip
import io
import math
import zlib

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from torch.nn import functional as F
from torchvision.io import decode_jpeg, decode_png, encode_jpeg
from torchvision.utils import make_grid

from aelesson import compression, data


def nearest_level(value, bits, low, high):
    """The nearest level by looking at all of them."""
    levels = [low + i * (high - low) / (2**bits - 1) for i in range(2**bits)]
    return min(abs(level - value) for level in levels)


@pytest.fixture(scope="module")
def images():
    return data.load("mnist-5k").test.images[:30]


@given(
    st.lists(st.floats(-5, 5, width=32), min_size=1, max_size=12),
    st.integers(1, 8),
    st.floats(-3, 0),
    st.floats(0.5, 4),
)
def test_every_number_gets_its_nearest_level(values, bits, low, width):
    z, high = torch.tensor(values, dtype=torch.double), low + width
    codes = compression.quantise(z, bits, low, high)
    back = compression.dequantise(codes, bits, z.new_tensor(low), high)
    for value, got in zip(values, back.tolist(), strict=True):
        inside = min(max(value, low), high)
        distance = nearest_level(inside, bits, low, high)
        assert abs(got - inside) == pytest.approx(distance, abs=1e-9)


@pytest.mark.parametrize("bits", [1, 2, 5, 8, 16])
def test_levels_come_back_as_themselves_and_the_ends_are_levels(bits):
    codes = torch.arange(2**bits)[:, None]
    low, high = torch.tensor([-1.5]), torch.tensor([4.0])
    z = compression.dequantise(codes, bits, low, high)
    torch.testing.assert_close(z[[0, -1], 0], torch.tensor([-1.5, 4.0]))
    assert torch.equal(compression.quantise(z, bits, low, high), codes)


def test_units_have_ends_of_their_own_and_what_lies_outside_is_clamped():
    z = torch.tensor([[-9.0, 10.0], [0.4, 17.0], [9.0, torch.inf]])
    low, high = torch.tensor([0.0, 10.0]), torch.tensor([1.0, 20.0])
    codes = compression.quantise(z, 2, low, high)
    assert codes.tolist() == [[0, 0], [1, 2], [3, 3]]
    assert codes.dtype == torch.int64
    back = compression.dequantise(codes, 2, low, high)
    expected = torch.tensor([[0, 10], [1 / 3, 10 + 20 / 3], [1, 20]])
    torch.testing.assert_close(back, expected)


def test_dtypes_and_shapes_are_kept():
    z = torch.rand(3, 2, 4)
    codes = compression.quantise(z, 3, 0, 1)
    assert codes.shape == z.shape
    assert compression.dequantise(codes, 3, 0, 1).dtype == torch.float32
    double = compression.dequantise(codes, 3, torch.zeros(4).double(), 1)
    assert double.dtype == torch.float64
    assert compression.dequantise(codes.to(torch.uint8), 3, 0.0, 1.0).shape == z.shape


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"bits": 0}, "bits is 0"),
        ({"bits": 17}, "bits is 17"),
        ({"bits": 2.5}, "bits is 2.5; it must be a whole number"),
        ({"high": 0.0}, "high must be above low"),
        ({"high": torch.tensor([1.0, 0.0, 1.0])}, "in every unit"),
        ({"high": torch.nan}, "high is nan; it must be finite"),
        ({"low": torch.tensor([-torch.inf, 0, 0])}, "low holds nan or infinity in 1"),
        ({"low": torch.zeros(2)}, r"low has shape \(2,\), but \w+ has \(4, 3\)"),
        ({"high": torch.ones(4, 3)}, r"high has shape \(4, 3\)"),
    ],
)
def test_settings_that_no_quantiser_has_are_named(arguments, message):
    settings = {"bits": 3, "low": 0.0, "high": 1.0, **arguments}
    with pytest.raises((ValueError, TypeError), match=message):
        compression.quantise(torch.rand(4, 3), **settings)
    with pytest.raises((ValueError, TypeError), match=message):
        compression.dequantise(torch.zeros(4, 3).long(), **settings)


def test_numbers_that_are_near_to_no_level_are_refused():
    with pytest.raises(ValueError, match="z holds 1 nan"):
        compression.quantise(torch.tensor([torch.nan]), 3, 0, 1)
    with pytest.raises(TypeError, match=r"z is torch\.int64"):
        compression.quantise(torch.arange(4), 3, 0, 1)
    with pytest.raises(TypeError, match=r"codes is torch\.float32; .* whole"):
        compression.dequantise(torch.zeros(2), 3, 0, 1)
    with pytest.raises(ValueError, match=r"codes go from -1 to 8; .* from 0 to 7"):
        compression.dequantise(torch.tensor([-1, 8]), 3, 0, 1)


def test_entropy_bits_are_those_of_the_known_shares_with_one_added():
    known = torch.tensor([[0, -4], [0, -4], [2, -4]])  # 0 to 2 in the first unit
    levels = torch.tensor([[0, -4], [1, -4]])
    # Counts 3, 1 and 2 of 6 in the first unit; the second has one level only.
    expected = -(math.log2(3 / 6) + math.log2(1 / 6)) / 2
    assert compression.entropy_bits(levels, known) == pytest.approx(expected)


def test_entropy_bits_come_near_to_the_entropy_and_never_below_it():
    generator = torch.Generator().manual_seed(0)
    shares = torch.tensor([0.5, 0.25, 0.125, 0.125])
    levels = shares.multinomial(4000 * 3, True, generator=generator).reshape(-1, 3)
    bits = compression.entropy_bits(levels, levels)
    units = [unit.bincount() / len(levels) for unit in levels.T]
    entropy = -sum(float((share * share.log2()).sum()) for share in units)
    assert entropy <= bits < entropy + 1e-3
    assert bits == pytest.approx(3 * 1.75, abs=0.05)


def test_levels_that_no_coder_knows_are_refused():
    known = torch.tensor([[0, 5], [3, 6]])
    for levels in ([[4, 5]], [[-1, 5]], [[0, 7]]):
        with pytest.raises(ValueError, match="outside those of known"):
            compression.entropy_bits(torch.tensor(levels), known)
    with pytest.raises(ValueError, match=r"levels has shape \(2,\), expected"):
        compression.entropy_bits(torch.tensor([0, 5]), known)
    with pytest.raises(ValueError, match=r"must be \(N, D\) and \(M, D\)"):
        compression.entropy_bits(torch.zeros(2, 3).long(), known)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("columns", [1, 3, 5, 7])
def test_tiles_come_back_as_the_images(columns, channels):
    images = torch.rand(5, channels, 2, 3)
    tiled = compression.tile(images, columns)
    assert tiled.shape == (1, channels, 2 * -(-5 // columns), 3 * columns)
    theirs = make_grid(images, nrow=columns, padding=0)
    expected = theirs if channels == 3 else theirs[:1]
    assert torch.equal(tiled[0, ..., : expected.shape[2]], expected)
    assert torch.equal(compression.untile(tiled, 5, columns), images)


def test_tiles_lie_in_reading_order_and_the_rest_is_black():
    images = torch.arange(1.0, 4.0)[:, None, None, None].expand(3, 1, 1, 2)
    assert compression.tile(images, 2)[0, 0].tolist() == [[1, 1, 2, 2], [3, 3, 0, 0]]


def test_one_column_has_the_bytes_one_image_after_the_other():
    images = torch.rand(4, 1, 3, 5)
    tiled = compression.to_pixels(compression.tile(images, 1)).numpy().tobytes()
    assert tiled == compression.to_pixels(images).numpy().tobytes()


def test_what_cannot_be_tiled_is_refused():
    with pytest.raises(ValueError, match=r"expected \(B, 1, H, W\)"):
        compression.tile(torch.rand(4, 2, 2, 2), 2)
    with pytest.raises(ValueError, match="columns is 0"):
        compression.tile(torch.rand(4, 1, 2, 2), 0)
    for count, columns in [(4, 3), (5, 2), (0, 2), (4, 0)]:
        with pytest.raises(ValueError, match=r"cannot be cut into|is 0; it must be at"):
            compression.untile(torch.rand(1, 1, 4, 4), count, columns)


def test_png_files_are_those_of_pillow_and_lose_nothing(images):
    total = 0
    for pixels in compression.to_pixels(images):
        file = io.BytesIO()
        Image.fromarray(pixels[0].numpy()).save(file, "PNG", optimize=True)
        total += len(file.getvalue())
    assert compression.png_bytes(images) == total
    assert compression.png_bytes(compression.tile(images, 6)) < total


def test_jpeg_reads_back_what_it_wrote(images):
    flat = torch.full((2, 1, 16, 16), 128 / 255)
    back, size = compression.jpeg_round_trip(flat, 90)
    torch.testing.assert_close(back, flat)
    assert size > 2 * 100  # two files, each with its header
    good, many = compression.jpeg_round_trip(images, 95)
    bad, few = compression.jpeg_round_trip(images, 5)
    assert good.shape == images.shape
    assert good.dtype == torch.float32
    assert (good - images).square().mean() < (bad - images).square().mean()
    assert few < many


class TestColour:
    """Against the PNG and JPEG of torchvision, and Pillow's files written here."""

    @pytest.fixture
    def images(self):
        coarse = torch.rand(4, 3, 5, 6, generator=torch.Generator().manual_seed(0))
        return F.interpolate(coarse, (40, 48), mode="bilinear")

    def test_png_files_hold_the_colours(self, images):
        total = 0
        for pixels in compression.to_pixels(images):
            file = io.BytesIO()
            shown = Image.merge("RGB", [Image.fromarray(c.numpy()) for c in pixels])
            shown.save(file, "PNG", optimize=True)
            total += len(file.getvalue())
            read = torch.frombuffer(bytearray(file.getvalue()), dtype=torch.uint8)
            assert torch.equal(decode_png(read), pixels)
        assert compression.png_bytes(images) == total
        # Three channels that are equal cost little more than one.
        grey = images[:, :1].expand(-1, 3, -1, -1)
        assert compression.png_bytes(grey) < 0.7 * total

    @pytest.mark.parametrize("quality", [30, 75, 95])
    def test_jpeg_is_that_of_torchvision(self, images, quality):
        back, size = compression.jpeg_round_trip(images, quality)
        assert (back.shape, back.dtype) == (images.shape, images.dtype)
        files = [encode_jpeg(p, quality) for p in compression.to_pixels(images)]
        theirs = torch.stack([decode_jpeg(file) for file in files]) / 255
        assert (back - theirs).abs().max() < 4 / 255
        # Ours has tables of its own for each file, so it is a little smaller.
        assert 0.5 * sum(map(len, files)) < size <= sum(map(len, files))

    def test_colours_are_refused_in_other_numbers_and_ranges(self):
        for function in (compression.png_bytes, compression.to_pixels):
            with pytest.raises(ValueError, match=r"or \(B, 3, H, W\)"):
                function(torch.rand(2, 4, 5, 5))
            with pytest.raises(ValueError, match=r"must be in \[0, 1\]"):
                function(torch.rand(2, 3, 5, 5) * 255)
            with pytest.raises(TypeError, match=r"images is torch\.uint8"):
                function(torch.zeros(2, 3, 5, 5, dtype=torch.uint8))


@pytest.mark.parametrize("quality", [0, 96])
def test_qualities_that_jpeg_has_not_are_named(images, quality):
    with pytest.raises(ValueError, match=f"quality is {quality}"):
        compression.jpeg_round_trip(images, quality)


def test_zlib_counts_rows_alone_and_gzip_adds_12_bytes(images):
    pixels = compression.to_pixels(images)
    alone = sum(len(zlib.compress(row.numpy().tobytes(), 9)) for row in pixels)
    assert compression.zlib_bytes(pixels) == alone
    together = compression.zlib_bytes(pixels.reshape(1, -1))
    assert together < alone
    assert len(gzip.compress(pixels.numpy().tobytes(), 9)) == together + 12
    assert compression.zlib_bytes(pixels.transpose(2, 3)) != alone  # not contiguous
    with pytest.raises(
        TypeError, match=r"rows is torch\.int64; it must be torch\.uint8"
    ):
        compression.zlib_bytes(pixels.long())


def test_digits_have_8_bits_per_pixel_already(images):
    pixels = compression.to_pixels(images)
    assert pixels.dtype == torch.uint8
    torch.testing.assert_close(pixels / 255, images, rtol=0, atol=1e-7)


@pytest.mark.parametrize("value", [-0.1, 1.1, torch.nan])
def test_pixels_outside_the_unit_range_are_named(value):
    with pytest.raises(ValueError, match=r"it must be in \[0, 1\]"):
        compression.to_pixels(torch.full((1, 1, 2, 2), value))
