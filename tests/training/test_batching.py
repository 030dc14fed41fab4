import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from aelesson import data
from aelesson.training import batching


class TestBatches:
    @given(
        count=st.integers(1, 60),
        batch_size=st.integers(1, 80),
        seed=st.integers(0, 2**32),
    )
    def test_every_image_comes_exactly_once(self, count, batch_size, seed):
        images = torch.arange(count, dtype=torch.float32).reshape(count, 1, 1, 1)
        generator = torch.Generator().manual_seed(seed)
        passed = list(batching.batches(images, batch_size, generator))
        full, rest = divmod(count, batch_size)
        assert [len(x) for x in passed] == [batch_size] * full + [rest] * (rest > 0)
        assert all(x.shape[1:] == (1, 1, 1) for x in passed)
        seen = torch.cat(passed).flatten().tolist()
        assert sorted(seen) == list(range(count))

    def test_order_comes_from_the_generator_alone(self):
        images = torch.arange(100.0)

        def order(seed):
            generator = torch.Generator().manual_seed(seed)
            return torch.cat(list(batching.batches(images, 7, generator))).tolist()

        assert order(0) == order(0) != order(1)
        assert order(0) != images.tolist()

    def test_next_pass_has_another_order(self):
        generator = torch.Generator().manual_seed(0)
        images = torch.arange(100.0)
        first, second = (
            torch.cat(list(batching.batches(images, 10, generator))) for _ in range(2)
        )
        assert not torch.equal(first, second)

    def test_a_batch_is_a_copy(self):
        images = torch.zeros(4, 2)
        next(batching.batches(images, 4, torch.Generator())).fill_(1)
        assert images.sum() == 0

    @pytest.mark.parametrize("batch_size", [0, -3])
    def test_rejects_batch_size(self, batch_size):
        with pytest.raises(
            ValueError, match=f"batch_size is {batch_size}; it must be at least 1"
        ):
            batching.batches(torch.zeros(4, 2), batch_size, torch.Generator())

    @pytest.mark.parametrize("batch_size", [2.0, "8", None])
    def test_rejects_type_of_batch_size(self, batch_size):
        with pytest.raises(
            TypeError, match=r"batch_size is .*; it must be a whole number"
        ):
            batching.batches(torch.zeros(4, 2), batch_size, torch.Generator())

    def test_takes_a_whole_number_of_numpy(self):
        passed = batching.batches(torch.zeros(4, 2), np.int64(3), torch.Generator())
        assert [len(x) for x in passed] == [3, 1]

    @pytest.mark.parametrize("images", [torch.zeros(0, 1, 28, 28), torch.tensor(1.0)])
    def test_rejects_no_images(self, images):
        with pytest.raises(ValueError, match=r"examples has shape .*; it must have"):
            batching.batches(images, 8, torch.Generator())

    def test_rejects_an_image_set(self):
        images = data.ImageSet(torch.zeros(3, 1, 2, 2), torch.zeros(3).long())
        expected = (
            "examples is an ImageSet; it must be a torch.Tensor, such as .*images"
        )
        with pytest.raises(TypeError, match=expected):
            batching.batches(images, 8, torch.Generator())

    def test_images_and_labels_stay_together(self):
        images, labels = torch.rand(50, 3), torch.arange(50)
        passed = list(batching.batches((images, labels), 8, torch.Generator()))
        assert [len(chosen) for _, chosen in passed] == [8] * 6 + [2]
        assert torch.cat([chosen for _, chosen in passed]).tolist() != list(range(50))
        for x, chosen in passed:
            torch.testing.assert_close(x, images[chosen])

    def test_rejects_images_and_labels_of_different_lengths(self):
        pair = (torch.zeros(4, 2), torch.zeros(3))
        with pytest.raises(
            ValueError, match=r"examples has \[4, 3\] rows in its parts"
        ):
            batching.batches(pair, 2, torch.Generator())


def test_splitting_keeps_the_order():
    images, labels = torch.rand(5, 2), torch.arange(5)
    passed = list(batching.split((images, labels), 2))
    assert torch.equal(torch.cat([x for x, _ in passed]), images)
    assert [chosen.tolist() for _, chosen in passed] == [[0, 1], [2, 3], [4]]
    assert torch.equal(torch.cat(list(batching.split(images, 2))), images)
