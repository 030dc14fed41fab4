import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score

from aelesson import labels


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


class TestStratifiedSubset:
    @given(
        counts=st.lists(st.integers(3, 9), min_size=1, max_size=5),
        per_class=st.integers(1, 3),
        seed=st.integers(0, 2**32),
    )
    def test_equally_many_of_each_class_without_repeats(self, counts, per_class, seed):
        classes = torch.tensor([7, 0, 3, 12, 5][: len(counts)])
        y = classes.repeat_interleave(torch.tensor(counts))
        y = y[torch.randperm(len(y), generator=seeded(seed))]
        chosen = labels.stratified_subset(y, per_class, seeded(seed))
        assert chosen.dtype == torch.int64
        assert chosen.shape == (len(counts) * per_class,)
        assert len(chosen.unique()) == len(chosen)
        assert sorted(y[chosen].tolist()) == sorted(classes.tolist() * per_class)

    def test_every_choice_is_equally_likely(self):
        y, generator = torch.tensor([0, 1, 0, 1, 0, 0]), seeded()
        seen = torch.zeros(6, 6)
        for _ in range(600):
            chosen = labels.stratified_subset(y, 2, generator)
            zeros = chosen[y[chosen] == 0].sort().values
            seen[zeros[0], zeros[1]] += 1
        pairs = seen[seen > 0]
        assert len(pairs) == 6
        assert (pairs - 100).abs().max() < 6 * 100**0.5

    def test_the_order_is_random_too(self):
        y, generator = torch.arange(20) // 10, seeded()
        first = [
            int(y[labels.stratified_subset(y, 5, generator)[0]]) for _ in range(40)
        ]
        assert 5 < sum(first) < 35

    def test_randomness_comes_from_the_generator_alone(self):
        y, before = torch.arange(100) % 10, torch.get_rng_state()
        draws = [labels.stratified_subset(y, 3, seeded(seed)) for seed in (0, 0, 1)]
        assert torch.equal(draws[0], draws[1])
        assert not torch.equal(draws[0], draws[2])
        assert torch.equal(torch.get_rng_state(), before)

    def test_a_smaller_set_lies_inside_a_larger_one_of_the_same_seed(self):
        y = torch.arange(200) % 10
        small, large = (labels.stratified_subset(y, n, seeded(4)) for n in (2, 9))
        assert set(small.tolist()) < set(large.tolist())

    @pytest.mark.parametrize(
        ("y", "per_class", "message"),
        [
            (
                torch.zeros(3, 1).long(),
                1,
                r"labels has shape \(3, 1\), expected \(N,\)",
            ),
            (torch.zeros(0).long(), 1, r"labels has shape \(0,\)"),
            (torch.tensor([0, 1]), 0, "per_class is 0; it must be at least 1"),
            (torch.tensor([4, 4, 6]), 2, "per_class is 2, but class 6 has only 1"),
        ],
    )
    def test_bad_input_is_named(self, y, per_class, message):
        with pytest.raises(ValueError, match=message):
            labels.stratified_subset(y, per_class, seeded())


class TestAccuracy:
    @given(
        size=st.integers(1, 30), classes=st.integers(1, 6), seed=st.integers(0, 2**32)
    )
    def test_equals_scikit_learns(self, size, classes, seed):
        logits = torch.randn(size, classes, generator=seeded(seed))
        y = torch.randint(classes, (size,), generator=seeded(seed + 1))
        value = labels.accuracy(logits, y)
        assert type(value) is float
        assert value == pytest.approx(accuracy_score(y, logits.argmax(1)))

    def test_is_a_share_whatever_the_scale_of_the_logits(self):
        logits = torch.tensor([[-900.0, -1000.0], [0.1, 0.2], [5e9, 4e9], [0.0, -1.0]])
        assert labels.accuracy(logits, torch.tensor([0, 1, 0, 1])) == 0.75

    @pytest.mark.parametrize(
        ("logits", "y"),
        [
            (torch.zeros(3), torch.zeros(3).long()),
            (torch.zeros(3, 2), torch.zeros(2).long()),
            (torch.zeros(3, 2), torch.zeros(3, 1).long()),
            (torch.zeros(0, 2), torch.zeros(0).long()),
        ],
    )
    def test_shapes_that_do_not_fit_are_named(self, logits, y):
        with pytest.raises(ValueError, match=r"(logits|labels) has"):
            labels.accuracy(logits, y)


class TestProbe:
    def test_reads_what_a_line_can_read_and_no_more(self):
        y = torch.arange(400) % 2
        noise = torch.randn(400, 3, generator=seeded())
        told = torch.cat([noise, y[:, None] * 1e-3 + 5], dim=1)  # tiny, but there
        assert labels.probe(told[:200], y[:200], told[200:], y[200:]) == 1
        blind = labels.probe(noise[:200], y[:200], noise[200:], y[200:])
        assert 0.3 < blind < 0.7
        ring = (1 + 3 * y[:, None]) * noise / noise.norm(dim=1, keepdim=True)
        assert labels.probe(ring[:200], y[:200], ring[200:], y[200:]) < 0.75

    def test_test_codes_are_scaled_as_the_first_ones(self):
        y = torch.arange(60) % 2
        codes = torch.randn(60, 2, generator=seeded()) + 4 * y[:, None]
        one = [
            labels.probe(codes, y, c[None], t[None])
            for c, t in zip(codes, y, strict=True)
        ]
        assert sum(one) / 60 == pytest.approx(labels.probe(codes, y, codes, y))

    def test_a_dead_unit_does_no_harm(self):
        y = torch.arange(40) % 2
        codes = torch.stack([y.float(), torch.zeros(40)], dim=1)
        assert labels.probe(codes, y, codes, y) == 1
