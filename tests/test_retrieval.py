import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from aelesson import retrieval


def looped(codes, labels, k):
    """Query by query, sorted in Python."""
    shares = []
    for i, query in enumerate(codes):
        others = [j for j in range(len(codes)) if j != i]
        others.sort(key=lambda j: sum((codes[j] - query) ** 2).item())
        shares.append(sum(labels[j].item() == labels[i].item() for j in others[:k]) / k)
    return sum(shares) / len(shares)


@given(st.integers(2, 12), st.integers(1, 3), st.integers(0, 1000), st.data())
def test_it_is_the_mean_share_of_the_nearest_others(count, size, seed, chosen):
    generator = torch.Generator().manual_seed(seed)
    codes = torch.randn(count, size, generator=generator, dtype=torch.double)
    labels = torch.randint(3, (count,), generator=generator)
    k = chosen.draw(st.integers(1, count - 1))
    got = retrieval.precision_at_k(codes, labels, k)
    assert got == pytest.approx(looped(codes, labels, k))


def test_the_query_itself_is_left_out_but_its_copy_is_found():
    codes = torch.tensor([[0.0], [0.0], [5.0], [5.0]])
    assert retrieval.precision_at_k(codes, torch.tensor([1, 1, 2, 2]), 1) == 1
    assert retrieval.precision_at_k(codes, torch.tensor([1, 2, 1, 2]), 1) == 0
    everything = retrieval.precision_at_k(codes, torch.tensor([1, 1, 2, 2]), 3)
    assert everything == pytest.approx(1 / 3)


def test_many_queries_go_through_in_parts(monkeypatch):
    codes, labels = torch.randn(23, 4), torch.randint(2, (23,))
    whole = retrieval.precision_at_k(codes, labels, 5)
    monkeypatch.setattr(retrieval, "QUERIES", 4)
    assert retrieval.precision_at_k(codes, labels, 5) == pytest.approx(whole)


def test_the_nearest_come_first():
    codes = torch.tensor([[0.0], [3.0], [1.0], [-7.0]])
    found = retrieval.nearest(codes, torch.tensor([0, 3]), 3)
    assert found.tolist() == [[2, 1, 3], [0, 2, 1]]


@pytest.mark.parametrize(
    ("codes", "labels", "k", "message"),
    [
        (torch.rand(4), torch.arange(4), 1, r"codes has shape \(4,\)"),
        (torch.rand(4, 2, 2), torch.arange(4), 1, r"expected \(N, D\)"),
        (torch.rand(4, 2), torch.arange(3), 1, "4 entries and labels 3"),
        (torch.rand(4, 2), torch.arange(4), 0, "k is 0; it must be at least 1"),
        (torch.rand(4, 2), torch.arange(4), 4, "at most 3, as codes has 4 rows"),
        (torch.rand(4, 2) / 0, torch.arange(4), 1, "codes holds nan or infinity in 4"),
    ],
)
def test_what_cannot_be_searched_is_refused(codes, labels, k, message):
    with pytest.raises(ValueError, match=message):
        retrieval.precision_at_k(codes, labels, k)
