from collections import Counter
from itertools import combinations, permutations
from math import isnan

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import r2_score

from aelesson import interpret, metrics
from aelesson.data.features import Features

SEEDS = st.integers(0, 2**31)
SOME = settings(max_examples=30)


def normal(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.double)


def codes(*shape, seed=0):
    return (normal(*shape, seed=seed) - 0.5).relu()


# Dead latents


@given(st.integers(1, 9), st.integers(1, 5), SEEDS, st.floats(0.01, 1))
def test_dead_latents_are_those_of_a_count(examples, latents, seed, least):
    z = codes(examples, latents, seed=seed)
    rows = z.T.tolist()
    dead = sum(sum(v != 0 for v in row) / examples < least for row in rows)
    assert interpret.dead_latents(z, least) == dead
    assert interpret.dead_latents(1e-9 * z, least) == dead, "no size is evidence"


def test_a_latent_of_just_the_share_is_alive():
    z = torch.zeros(100, 2)
    z[:29, 0], z[:28, 1] = 1, 1
    assert interpret.dead_latents(z, 0.29) == 1
    assert interpret.dead_latents(z, 0.28) == 0


def test_of_the_smallest_share_they_are_the_dead_units_of_metrics():
    z = codes(20, 30)[:, :] * (torch.arange(30) % 3 > 0)
    assert interpret.dead_latents(z, 1 / 20) == metrics.dead_units(z) == 10


# Matching


def cosine(a, b):
    return torch.nn.functional.cosine_similarity(a, b, dim=0).item()


def by_trying(decoder, truth, least):
    """Try every way to pair latents and features: the most pairs, then their sum."""
    pairs = [
        (m, n, cosine(decoder[m], truth[n]))
        for m in range(len(decoder))
        for n in range(len(truth))
    ]
    close = [each for each in pairs if each[2] >= least]
    for size in range(min(len(decoder), len(truth)), 0, -1):
        ways = [
            way
            for way in combinations(close, size)
            if len({m for m, _, _ in way}) == len({n for _, n, _ in way}) == size
        ]
        if ways:
            best = max(ways, key=lambda way: sum(value for *_, value in way))
            return size, {n: m for m, n, _ in best}
    return 0, {}


@SOME
@given(st.integers(1, 4), st.integers(1, 4), SEEDS, st.floats(0.05, 0.95))
def test_matches_are_the_best_of_all_ways(latents, count, seed, least):
    decoder, truth = normal(latents, 2, seed=seed), normal(count, 2, seed=seed + 1)
    size, best = by_trying(decoder, truth, least)
    found = interpret.match(decoder, truth, least)
    assert found.tolist() == [best.get(n, -1) for n in range(count)]
    assert interpret.recovered(decoder, truth, least) == pytest.approx(size / count)
    share = size / max(latents, count)
    assert interpret.agreement(decoder, truth, least) == pytest.approx(share)
    assert interpret.agreement(truth, decoder, least) == pytest.approx(share)


def test_every_feature_is_found_in_any_order_and_length():
    truth = normal(20, 9)
    order = torch.randperm(20, generator=torch.Generator().manual_seed(1))
    decoder = (truth * torch.linspace(0.01, 30, 20)[:, None])[order]
    assert interpret.recovered(decoder.float(), truth.float(), 1.0) == 1
    assert torch.equal(order[interpret.match(decoder, truth, 1.0)], torch.arange(20))
    assert interpret.recovered(-decoder, truth, 0.999) == 0


def test_one_latent_serves_one_feature():
    truth = torch.tensor([[1.0, 0.0], [0.999, 0.04]])
    assert interpret.recovered(truth[:1], truth, 0.9) == 0.5
    assert interpret.recovered(truth[:1].repeat(5, 1), truth, 0.9) == 1


def test_pairs_below_the_least_cosine_take_nothing_from_others():
    # The largest sum of all cosines would pair each with the other: 0 recovered.
    angles = torch.tensor([0.0, 0.5]), torch.tensor([-0.45, 2.2])
    truth, decoder = (torch.stack([a.cos(), a.sin()], 1) for a in angles)
    pairs = [(cosine(decoder[0], truth[0]), cosine(decoder[1], truth[1]))]
    pairs += [(cosine(decoder[0], truth[1]), cosine(decoder[1], truth[0]))]
    assert pairs[0][0] > 0.9 > max(pairs[0][1], *pairs[1])
    assert interpret.recovered(decoder, truth, 0.9) == 0.5


@SOME
@given(SEEDS, st.floats(0.3, 0.9))
def test_more_latents_and_less_to_ask_never_recover_less(seed, least):
    decoder, truth = normal(12, 3, seed=seed), normal(8, 3, seed=seed + 1)
    shares = [interpret.recovered(decoder[:m], truth, least) for m in range(1, 13)]
    assert shares == sorted(shares)
    assert interpret.recovered(decoder, truth, least / 2) >= shares[-1]


def test_random_directions_agree_by_chance_alone():
    ours, other = normal(60, 20), normal(60, 20, seed=1)
    assert interpret.agreement(ours, ours, 0.99) == 1
    assert interpret.agreement(ours, ours[:30], 0.99) == 0.5
    assert interpret.agreement(ours, other, 0.9) == 0


def test_a_direction_of_length_0_is_nobodys():
    assert interpret.recovered(torch.zeros(3, 2), torch.eye(2), 0.01) == 0


def test_a_weight_that_is_not_turned_is_refused_with_its_cure():
    with pytest.raises(ValueError, match=r"decoder .*\(4, 9\) .*\(6, 4\).*weight\.T"):
        interpret.recovered(torch.rand(4, 9), torch.rand(6, 4), 0.9)


# Purity


def purity_by_counting(z, labels, top):
    found = []
    for column in z.T.tolist():
        first = sorted(range(len(column)), key=lambda n: -column[n])[:top]
        active = Counter(labels[n].item() for n in first if column[n] > 0)
        found.append(max(active.values(), default=0) / top)
    return torch.tensor(found, dtype=torch.double)


@given(st.integers(1, 9), st.integers(1, 4), st.data(), SEEDS)
def test_purity_is_that_of_a_count(examples, latents, data, seed):
    top = data.draw(st.integers(1, examples))
    labels = torch.tensor(
        data.draw(st.lists(st.integers(-2, 3), min_size=examples, max_size=examples))
    )
    z = normal(examples, latents, seed=seed)
    for each in (z, z.relu(), z.round()):  # the last has many equal values
        found = interpret.purity(each, labels, top)
        torch.testing.assert_close(found, purity_by_counting(each, labels, top))
        torch.testing.assert_close(interpret.purity(7 * each, labels, top), found)


def test_who_is_hardly_ever_active_is_not_pure():
    z = torch.zeros(50, 3)
    z[3, 1], z[:10, 2] = 9.0, 1.0
    found = interpret.purity(z, torch.zeros(50, dtype=torch.long), 10)
    torch.testing.assert_close(found, torch.tensor([0.0, 0.1, 1.0]))


# Explained variance


@given(st.integers(2, 9), st.integers(1, 5), SEEDS)
def test_explained_variance_is_scikit_learns(examples, numbers, seed):
    x, x_hat = normal(examples, numbers, seed=seed), normal(examples, numbers, seed=9)
    theirs = r2_score(x.numpy(), x_hat.numpy(), multioutput="variance_weighted")
    assert interpret.explained_variance(x_hat, x) == pytest.approx(theirs)


def test_the_mean_explains_nothing_and_a_copy_everything():
    x = normal(30, 2, 3) + 5
    mean = x.mean(0).expand_as(x)
    assert interpret.explained_variance(mean, x) == pytest.approx(0, abs=1e-12)
    assert interpret.explained_variance(x, x) == 1
    with pytest.raises(ValueError, match="x has 30 equal examples"):
        interpret.explained_variance(x, mean)


# Absorption

TRUTH = Features(
    torch.eye(4)[:3], torch.tensor([-1, 0, -1]), torch.tensor([0.5, 0.5, 0.5])
)
"""A parent, its child, and a feature that stands alone."""
STRENGTHS = torch.tensor(
    [[1.0, 0, 0], [1.0, 1, 0], [0.5, 1, 0], [1.0, 0.8, 1], [0, 0, 1]]
)
BOTH = (torch.eye(4)[0] + torch.eye(4)[1]) / 2**0.5


def absorbed(activations, decoder, strengths=STRENGTHS, least=0.9):
    return interpret.absorption(activations, decoder, strengths, TRUTH, least)


def test_latents_that_are_the_features_absorb_nothing():
    assert absorbed(STRENGTHS, TRUTH.vectors) == 0


def taken_over():
    decoder = torch.stack([torch.eye(4)[0], BOTH, torch.eye(4)[2]])
    z = STRENGTHS.clone()
    with_child = z[:, 1] > 0
    z[:, 1] = (STRENGTHS[:, 0] + STRENGTHS[:, 1]) / 2**0.5 * with_child
    z[with_child, 0] = 0
    return z, decoder


def test_a_child_that_does_all_of_its_parents_work_absorbs_it():
    z, decoder = taken_over()
    assert absorbed(z, decoder) == 1
    z[1, 0] = 0.1  # in one of three cases the parent's latent speaks
    assert absorbed(z, decoder) == pytest.approx(2 / 3)


def test_a_size_is_no_evidence():
    z, decoder = taken_over()
    sizes = torch.tensor([3.0, 0.02, 7.0])
    assert absorbed(z * sizes, decoder / sizes[:, None]) == 1


def test_a_latent_that_only_misses_is_not_absorbed():
    z = STRENGTHS.clone()
    z[:, 0] = 0
    assert absorbed(z, TRUTH.vectors) == 0
    z, decoder = taken_over()
    z[:, 1] *= 0.1  # it supplies too little to stand in
    assert absorbed(z, decoder) == 0


def test_without_a_parents_latent_or_a_child_there_is_no_case():
    z, decoder = taken_over()
    assert isnan(absorbed(z[:, 1:], decoder[1:]))
    assert isnan(absorbed(z[:1], decoder, STRENGTHS[:1]))


def by_cases(z, decoder, strengths, truth, least):
    """Go through examples and children one by one; latents by trying all ways."""
    _, owner = by_trying(decoder, truth.vectors, least)
    cases = found = 0
    for codes_, true in zip(z, strengths, strict=True):
        for child, parent in enumerate(truth.parents.tolist()):
            if parent == -1 or parent not in owner or true[child] == 0:
                continue
            cases += 1
            others = [m for m in range(len(decoder)) if m != owner[parent]]
            heir = max(others, key=lambda m: cosine(decoder[m], truth.vectors[child]))
            supply = codes_[heir] * (decoder[heir] @ truth.vectors[parent])
            silent = codes_[owner[parent]] <= 0 < codes_[heir]
            found += bool(silent and supply >= true[parent] / 2)
    return found / cases if cases else None


@SOME
@given(SEEDS)
def test_absorption_is_that_of_going_through_all_cases(seed):
    vectors = torch.nn.functional.normalize(normal(4, 2, seed=seed), dim=1)
    parents = torch.tensor([-1, 0, -1, 0])
    truth = Features(vectors, parents, torch.ones(4, dtype=torch.double))
    strengths = normal(12, 4, seed=seed + 1).abs()
    strengths[:, 1:] *= normal(12, 3, seed=seed + 4) > 0
    z, decoder = normal(12, 4, seed=seed + 2), normal(4, 2, seed=seed + 3)
    expected = by_cases(z, decoder, strengths, truth, 0.5)
    found = interpret.absorption(z, decoder, strengths, truth, 0.5)
    assert isnan(found) if expected is None else found == pytest.approx(expected)


def test_absorption_wants_a_column_for_each_latent_and_feature():
    z, decoder = taken_over()
    with pytest.raises(
        ValueError, match=r"activations .*\(5, 2\) and decoder \(3, 4\)"
    ):
        absorbed(z[:, :2], decoder)
    with pytest.raises(ValueError, match=r"strengths .*\(5, 2\) and truth.vectors"):
        absorbed(z, decoder, STRENGTHS[:, :2])


def test_all_orders_of_latents_give_the_same_figures():
    z, decoder = taken_over()
    for order in permutations(range(3)):
        turned = z[:, list(order)], decoder[list(order)]
        assert absorbed(*turned) == 1
        assert interpret.recovered(turned[1], TRUTH.vectors, 0.9) == 2 / 3
