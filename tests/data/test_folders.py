import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader, StackDataset
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as theirs

from aelesson import data
from aelesson.data import DataError
from aelesson.models import Autoencoder
from aelesson.objectives import reconstruction
from aelesson.training import TrainConfig, fit


def noise(height, width, channels=3, seed=0):
    """Random bytes, smooth enough that JPEG and scaling keep most of them."""
    random = np.random.RandomState(seed)
    coarse = random.randint(0, 256, (5, 5, channels)).astype(np.uint8)
    smooth = [
        np.asarray(Image.fromarray(c).resize((width, height)))
        for c in coarse.transpose(2, 0, 1)
    ]
    return np.stack(smooth, -1) if channels > 1 else smooth[0]


def save(path, values, **settings):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(values).save(path, **settings)
    return path


def pixels(image):
    return (image * 255).round().to(torch.uint8)


@pytest.fixture
def folder(tmp_path):
    """Two classes with two pictures of 12 x 10 each."""
    for place, name in enumerate(["cat/b", "cat/a", "dog/deep/er/a", "dog/c"]):
        save(tmp_path / f"{name}.png", noise(12, 10, seed=place))
    return tmp_path


class TestReading:
    def test_images_are_those_of_the_files_in_the_order_of_their_names(self, folder):
        found = data.from_folder(folder)
        assert found.names == (
            "cat/a.png",
            "cat/b.png",
            "dog/c.png",
            "dog/deep/er/a.png",
        )
        assert found.images.shape == (4, 3, 12, 10)
        for place, seed in enumerate([1, 0, 3, 2]):
            expected = torch.from_numpy(noise(12, 10, seed=seed)).movedim(2, 0)
            assert torch.equal(pixels(found.images[place]), expected)

    def test_folders_are_classes(self, folder):
        found = data.from_folder(folder)
        assert found.classes == ("cat", "dog")
        assert found.labels.tolist() == [0, 0, 1, 1]
        assert data.from_folder(folder, labelled=False).labels.shape == (0,)
        assert data.from_folder(folder / "cat").classes == ()

    def test_what_was_done_is_said_in_one_line(self, folder, capsys):
        found = data.from_folder(folder, size=8, how="pad")
        assert capsys.readouterr().out == found.note + "\n"
        assert found.note == (
            "4 colour images of 8 x 8 pixels: 4 of 4 scaled to fit into 8 x 8, the rest"
            " black; 2 classes (cat, dog)"
        )
        assert "sizes as they were" in data.from_folder(folder).note

    def test_jpeg_bmp_gif_and_webp_too(self, tmp_path):
        values = noise(64, 64)
        for ending in ("jpg", "JPEG", "bmp", "webp", "tiff"):
            save(tmp_path / f"a.{ending}", values)
        found = data.from_folder(tmp_path)
        assert len(found) == 5
        close = (found.images - torch.from_numpy(values).movedim(2, 0) / 255).abs()
        assert close.mean((1, 2, 3)).max() < 0.03

    def test_a_photo_is_turned_as_its_camera_was(self, tmp_path):
        values = noise(16, 24, channels=1)
        turned = Image.Exif()
        turned[0x0112] = 6  # the top of the picture is on its right side
        save(tmp_path / "a.jpg", values, exif=turned, quality=95)
        found = data.from_folder(tmp_path)
        assert found.images.shape == (1, 1, 24, 16)
        expected = torch.from_numpy(np.rot90(values, -1).copy())
        assert (pixels(found.images[0, 0]).int() - expected).abs().max() < 12

    def test_sixteen_bits_become_eight_and_are_not_cut_off(self, tmp_path):
        levels = np.linspace(0, 65535, 60).astype(np.uint16).reshape(6, 10)
        save(tmp_path / "a.png", levels)
        found = data.from_folder(tmp_path)
        torch.testing.assert_close(
            found.images[0, 0],
            torch.from_numpy(levels / 65535).float(),
            atol=2e-3,
            rtol=0,
        )

    def test_what_is_transparent_is_white(self, tmp_path):
        values = np.zeros((4, 4, 4), dtype=np.uint8)
        values[:2, :, 3] = 255  # the upper half is black, the lower one not there
        save(tmp_path / "a.png", values)
        [image] = data.from_folder(tmp_path, colour=False).images
        assert image[0, :2].unique().tolist() == [0]
        assert image[0, 2:].unique().tolist() == [1]

    def test_hidden_files_are_left_out_and_others_named(self, folder):
        (folder / ".DS_Store").write_text("x")
        save(folder / ".cache" / "a.png", noise(3, 3))
        (folder / "cat" / "notes.txt").write_text("x")
        found = data.from_folder(folder)
        assert len(found) == 4
        assert "no pictures by their endings: cat/notes.txt" in found.note

    def test_a_link_in_a_circle_has_an_end(self, folder):
        (folder / "cat" / "again").symlink_to(folder)
        assert len(data.from_folder(folder)) == 4


class TestColour:
    def test_grey_files_make_one_channel(self, tmp_path):
        save(tmp_path / "a.png", noise(5, 5, channels=1))
        assert data.from_folder(tmp_path).images.shape == (1, 1, 5, 5)
        three = data.from_folder(tmp_path, colour=True).images
        assert three.shape == (1, 3, 5, 5)
        assert torch.equal(three[:, 0], three[:, 2])

    def test_one_coloured_file_makes_three(self, tmp_path):
        save(tmp_path / "a.png", noise(5, 5, channels=1))
        save(tmp_path / "b.png", noise(5, 5))
        found = data.from_folder(tmp_path)
        assert found.images.shape == (2, 3, 5, 5)
        assert "1 of 2 files have colours" in found.note

    def test_grey_is_the_luma_of_rec_601(self, tmp_path):
        values = noise(6, 7)
        save(tmp_path / "a.png", values)
        grey = data.from_folder(tmp_path, colour=False)
        expected = values @ np.array([0.299, 0.587, 0.114]) / 255
        assert np.abs(grey.images[0, 0].numpy() - expected).max() < 1 / 255
        assert "1 of 1 files have colours" in grey.note

    def test_grey_pictures_in_files_of_three_channels_are_said(self, tmp_path, capsys):
        save(tmp_path / "a.png", np.repeat(noise(5, 5, channels=1)[..., None], 3, 2))
        found = data.from_folder(tmp_path)
        assert "all are shades of grey: colour=False" in found.note
        assert "colour=False" in capsys.readouterr().out

    def test_a_palette_is_looked_up(self, tmp_path):
        values = np.zeros((4, 4, 3), dtype=np.uint8)
        values[:2] = (255, 0, 0)
        path = tmp_path / "a.png"
        Image.fromarray(values).convert("P").save(path)
        [image] = data.from_folder(tmp_path).images
        assert torch.equal(pixels(image), torch.from_numpy(values).movedim(2, 0))


class TestSizes:
    """Against torchvision's resizing and cropping of the same picture."""

    SIZES = ((30, 60), (64, 40), (20, 20), (33, 31))

    @pytest.fixture
    def odd(self, tmp_path):
        for place, size in enumerate(self.SIZES):
            save(tmp_path / f"{place}.png", noise(*size, seed=place))
        return tmp_path

    @pytest.mark.parametrize("size", [(16, 16), (24, 30)])
    def test_resize(self, odd, size):
        found = data.from_folder(odd, size=size, how="resize")
        for place, image in enumerate(found.images):
            picture = Image.open(odd / f"{place}.png")
            expected = theirs.resize(picture, size, InterpolationMode.BILINEAR)
            assert torch.equal(pixels(image), theirs.pil_to_tensor(expected))

    def test_crop_covers_and_cuts_off_both_sides(self, odd):
        found = data.from_folder(odd, size=16)
        for place, (height, width) in enumerate(self.SIZES):
            side = min(height, width)
            box = (height - side) // 2, (width - side) // 2, side, side
            picture = Image.open(odd / f"{place}.png")
            expected = theirs.resized_crop(picture, *box, [16, 16])
            gap = pixels(found.images[place]).int() - theirs.pil_to_tensor(expected)
            # At the edge, ours also sees pixels that are cut off.
            assert int(gap[:, 1:-1, 1:-1].abs().max()) == 0
            assert int(gap.abs().max()) < 12

    def test_pad_keeps_everything_and_adds_black_on_both_sides(self, odd):
        found = data.from_folder(odd, size=(30, 30), how="pad")
        for place, (height, width) in enumerate(self.SIZES):
            image = pixels(found.images[place])
            filled = image.amax(0) > 0
            rows, columns = filled.any(1).nonzero(), filled.any(0).nonzero()
            top, bottom = int(rows[0]), int(rows[-1]) + 1
            left, right = int(columns[0]), int(columns[-1]) + 1
            assert abs(top - (30 - bottom)) <= 1
            assert abs(left - (30 - right)) <= 1
            inner, share = [bottom - top, right - left], 30 / max(height, width)
            assert (
                max(abs(inner[0] - height * share), abs(inner[1] - width * share)) < 1
            )
            fitted = theirs.resize(Image.open(odd / f"{place}.png"), inner)
            window = image[:, top:bottom, left:right]
            assert torch.equal(window, theirs.pil_to_tensor(fitted))

    def test_pictures_of_the_right_size_stay_as_they_are(self, folder):
        plain = data.from_folder(folder)
        for how in ("crop", "pad", "resize"):
            assert torch.equal(
                data.from_folder(folder, (12, 10), how).images, plain.images
            )

    def test_sizes_that_differ_ask_for_one(self, odd):
        with pytest.raises(ValueError, match=r"have 4 sizes.*30 x 60.*size=64"):
            data.from_folder(odd)

    @pytest.mark.parametrize(
        ("settings", "error", "says"),
        [
            ({"size": 0}, ValueError, "size is 0"),
            ({"size": 8.5}, TypeError, "size is 8.5"),
            (
                {"size": (8, 8, 3)},
                ValueError,
                r"size is \(8, 8, 3\).*\(height, width\)",
            ),
            ({"size": "64"}, TypeError, "size is '64'"),
            ({"size": 8, "how": "stretch"}, ValueError, "how is 'stretch'.*'crop'"),
            ({"size": 8, "colour": "rgb"}, ValueError, "colour is 'rgb'"),
        ],
    )
    def test_settings_that_make_no_sense_are_named(self, odd, settings, error, says):
        with pytest.raises(error, match=says):
            data.from_folder(odd, **settings)


class TestBadFiles:
    @pytest.fixture
    def broken(self, folder):
        (folder / "cat" / "empty.png").write_bytes(b"")
        (folder / "cat" / "page.jpg").write_text("<html>not found</html>")
        whole = save(folder / "dog" / "half.bmp", noise(12, 10)).read_bytes()
        (folder / "dog" / "half.bmp").write_bytes(whole[: len(whole) // 2])
        (folder / "dog" / "float.tiff").unlink(missing_ok=True)
        save(folder / "dog" / "float.tiff", np.random.rand(12, 10).astype(np.float32))
        return folder

    BAD = ("cat/empty.png", "cat/page.jpg", "dog/half.bmp", "dog/float.tiff")

    def test_they_are_listed_and_the_others_come(self, broken, capsys):
        found = data.from_folder(broken)
        assert len(found) == len(found.names) == len(found.labels) == 4
        assert not set(self.BAD) & set(found.names)
        told = capsys.readouterr().out
        for name in self.BAD:
            assert name in found.note
            assert name in told
        assert "4 files could not be read" in found.note
        assert "32 bits (mode F)" in found.note
        expected = torch.from_numpy(noise(12, 10, seed=3)).movedim(2, 0)
        assert torch.equal(pixels(found.images[2]), expected)

    def test_a_dataset_lists_them_before_the_run(self, broken):
        lazy = data.FolderDataset(broken)
        assert set(lazy.bad) == set(self.BAD)
        assert len(lazy) == 4
        assert torch.equal(torch.stack([*lazy]), data.from_folder(broken).images)

    def test_without_a_check_the_damage_is_named_when_it_is_met(self, broken):
        lazy = data.FolderDataset(broken, check=False)
        place = lazy.names.index("dog/half.bmp")
        with pytest.raises(DataError, match=r"half\.bmp cannot be read.*check=True"):
            lazy[place]

    def test_only_bad_files(self, tmp_path):
        for place in range(7):
            (tmp_path / f"{place}.png").write_bytes(b"nothing")
        with pytest.raises(DataError, match=r"no picture in .*7 files.*and 2 more"):
            data.from_folder(tmp_path)

    def test_folders_without_pictures(self, tmp_path):
        with pytest.raises(DataError, match="holds nothing, but no pictures"):
            data.from_folder(tmp_path)
        (tmp_path / "notes.txt").write_text("x")
        with pytest.raises(DataError, match=r"holds only notes\.txt, but no pictures"):
            data.from_folder(tmp_path)
        with pytest.raises(DataError, match=r"'.*/no', which does not exist"):
            data.from_folder(tmp_path / "no")
        with pytest.raises(DataError, match="which is a file"):
            data.from_folder(tmp_path / "notes.txt")
        with pytest.raises(TypeError, match="folder is 5; it must be a path"):
            data.from_folder(5)

    def test_pictures_beside_folders_are_refused(self, folder):
        save(folder / "beside.png", noise(12, 10))
        with pytest.raises(ValueError, match=r"4 pictures.*1 beside .*labelled=False"):
            data.from_folder(folder)
        assert len(data.from_folder(folder, labelled=False)) == 5


class TestFolderDataset:
    def test_items_are_those_in_memory(self, folder):
        lazy, whole = data.FolderDataset(folder, 8), data.from_folder(folder, 8)
        assert repr(lazy) == "FolderDataset(images=(4, 3, 8, 8), labels=(4,))"
        assert torch.equal(torch.stack([*lazy]), whole.images)
        assert torch.equal(lazy.labels, whole.labels)
        assert (lazy.classes, lazy.names) == (whole.classes, whole.names)
        assert torch.equal(lazy.in_memory().images, whole.images)

    def test_labels_come_along_in_a_stack(self, folder):
        lazy = data.FolderDataset(folder)
        images, labels = next(iter(DataLoader(StackDataset(lazy, lazy.labels), 4)))
        assert images.shape == (4, 3, 12, 10)
        assert labels.tolist() == [0, 0, 1, 1]

    def test_it_trains_as_the_images_in_memory(self, folder):
        def trained(images):
            torch.manual_seed(0)
            model = Autoencoder.mlp((360, 5), image_shape=(3, 12, 10))
            return (
                fit(
                    model,
                    images,
                    reconstruction(),
                    TrainConfig(epochs=2, batch_size=2),
                    progress=False,
                )
                .epochs[-1]
                .train["loss"]
            )

        lazy = data.FolderDataset(folder)
        in_order = [DataLoader(each, 2) for each in (lazy, lazy.in_memory().images)]
        assert trained(in_order[0]) == trained(in_order[1])
        workers = DataLoader(lazy, 2, num_workers=1)
        assert trained(workers) == trained(in_order[0])
        assert trained(lazy) > 0

    def test_a_checkpoint_belongs_to_one_folder(self, folder, tmp_path):
        def trained(lazy):
            torch.manual_seed(0)
            return fit(
                Autoencoder.mlp((3 * 6 * 6, 5), image_shape=(3, 6, 6)),
                lazy,
                reconstruction(),
                TrainConfig(epochs=1),
                checkpoint=tmp_path / "run.pt",
                progress=False,
            )

        trained(data.FolderDataset(folder, 6))
        trained(data.FolderDataset(folder, 6))  # the same run: nothing to do
        for other in (
            data.FolderDataset(folder, 6, "pad"),
            data.FolderDataset(folder, 6).take(torch.tensor([0, 1, 2, 2])),
        ):
            with pytest.raises(ValueError, match="values of images"):
                trained(other)
        save(folder / "cat" / "a.png", noise(12, 10, seed=9))
        with pytest.raises(ValueError, match="values of images"):
            trained(data.FolderDataset(folder, 6))

    def test_it_can_be_split(self, folder):
        parts = data.split(data.FolderDataset(folder), (0.5, 0.25, 0.25))
        names = parts.train.names + parts.validation.names + parts.test.names
        assert sorted(names) == list(data.FolderDataset(folder).names)
        assert [len(parts.train), len(parts.validation), len(parts.test)] == [2, 1, 1]
        whole = data.from_folder(folder)
        place = whole.names.index(parts.test.names[0])
        assert torch.equal(parts.test[0], whole.images[place])
        assert parts.test.labels.tolist() == [whole.labels[place]]
