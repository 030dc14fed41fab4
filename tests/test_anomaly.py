import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from aelesson import anomaly, likelihood, losses, metrics
from aelesson.models import VAE, Autoencoder

SCORES = st.lists(st.integers(-3, 6).map(float), min_size=1, max_size=25)


class Half(nn.Module):
    """Returns half of its input, and only in evaluation mode."""

    def forward(self, x):
        assert not self.training
        return x / 2


def pairwise_auroc(scores, is_anomaly):
    """Every pair, in a loop."""
    anomalies = [s for s, truth in zip(scores, is_anomaly, strict=True) if truth]
    normals = [s for s, truth in zip(scores, is_anomaly, strict=True) if not truth]
    wins = [(a > n) + 0.5 * (a == n) for a in anomalies for n in normals]
    return sum(wins) / len(wins)


def labelled(scores):
    """Scores, and a truth for each with at least one of both kinds."""
    count = len(scores)
    truth = st.lists(st.booleans(), min_size=count, max_size=count)
    return truth.filter(lambda t: 0 < sum(t) < count).map(lambda t: (scores, t))


CASES = SCORES.filter(lambda s: len(s) > 1).flatmap(labelled)


def tensors(case):
    scores, truth = case
    return torch.tensor(scores), torch.tensor(truth)


def test_scores_are_the_reconstruction_error():
    model, images = Autoencoder.mlp((16, 3), (1, 4, 4)), torch.rand(7, 1, 4, 4)
    scores = anomaly.anomaly_scores(model, images)
    assert torch.equal(scores, metrics.reconstruction_error(model, images))
    torch.testing.assert_close(
        anomaly.anomaly_scores(Half(), images), images.square().mean((1, 2, 3)) / 4
    )
    with pytest.raises(ValueError, match=r"images has shape \(0, 1, 4, 4\)"):
        anomaly.anomaly_scores(model, images[:0])


def test_bce_scores_are_those_of_the_logits():
    images = torch.rand(5, 1, 4, 4)
    logits = torch.logit(images / 2)
    torch.testing.assert_close(
        anomaly.bce_scores(Half(), images), losses.bernoulli_nll(logits, images)
    )


def test_a_bce_of_pixels_that_are_certain_and_wrong_is_finite():
    images = torch.tensor([[[[1.0, 0.0]]], [[[0.0, 0.0]]]])
    scores = anomaly.bce_scores(nn.Threshold(2.0, 0.0), images)  # always 0
    assert scores.tolist() == [100, 0]


@given(SCORES, st.sampled_from([0, 0.01, 0.05, 0.1, 0.25, 0.3, 0.5, 0.9, 0.999]))
def test_the_threshold_is_the_smallest_that_keeps_the_rate(scores, rate):
    threshold = anomaly.threshold_from_normals(torch.tensor(scores), rate)
    allowed = rate * len(scores) + 1e-9
    assert sum(s > threshold for s in scores) <= allowed
    lower = threshold - 0.25  # below every smaller difference of these scores
    assert sum(s > lower for s in scores) > allowed


@pytest.mark.parametrize("count", [10, 20, 100, 1000])
def test_rates_that_floating_point_rounds_down_are_met(count):
    scores = torch.arange(float(count))
    for alarms in range(count):
        threshold = anomaly.threshold_from_normals(scores, alarms / count)
        assert int((scores > threshold).sum()) == alarms


def test_the_order_of_normal_scores_does_not_matter_and_they_stay():
    scores = torch.tensor([3.0, 1.0, 2.0, 5.0])
    before = scores.clone()
    assert anomaly.threshold_from_normals(scores, 0.25) == 3.0
    assert anomaly.threshold_from_normals(scores, 0) == 5.0
    assert torch.equal(scores, before)


@pytest.mark.parametrize(
    ("scores", "rate", "message"),
    [
        (torch.zeros(0), 0.1, "expected \\(N,\\)"),
        (torch.zeros(3, 1), 0.1, "expected \\(N,\\)"),
        (torch.tensor([1.0, torch.nan]), 0.1, "holds 1 nan of 2"),
        (torch.ones(3), 1.0, "at least 0 and below 1"),
        (torch.ones(3), -0.1, "at least 0 and below 1"),
        (torch.ones(3), float("nan"), "at least 0 and below 1"),
    ],
)
def test_a_threshold_from_nothing_is_refused(scores, rate, message):
    with pytest.raises(ValueError, match=message):
        anomaly.threshold_from_normals(scores, rate)


@given(CASES)
def test_auroc_counts_all_pairs_and_ties_as_half(case):
    scores, truth = tensors(case)
    assert anomaly.auroc(scores, truth) == pytest.approx(pairwise_auroc(*case))
    assert anomaly.auroc(-scores, truth) == pytest.approx(1 - pairwise_auroc(*case))


@given(CASES)
def test_the_area_under_the_roc_curve_is_the_auroc(case):
    scores, truth = tensors(case)
    false_alarms, recall = anomaly.roc_curve(scores, truth)
    assert false_alarms[0] == recall[0] == 0
    assert false_alarms[-1] == recall[-1] == 1
    area = torch.trapezoid(recall, false_alarms).item()
    assert area == pytest.approx(anomaly.auroc(scores, truth))


@given(CASES)
def test_precision_in_a_stream_is_counted_at_the_set_s_own_share(case):
    scores, truth = tensors(case)
    threshold = scores.median()
    above = scores >= threshold
    r = (above & truth).sum().item() / truth.sum().item()
    f = (above & ~truth).sum().item() / (~truth).sum().item()
    share = truth.double().mean().item()
    counted = truth[above].double().mean().item()
    assert anomaly.precision_in_stream(r, f, share) == pytest.approx(counted)


def test_rare_anomalies_drown_in_false_alarms():
    assert anomaly.precision_in_stream(0.8, 0.05, 0.01) == pytest.approx(0.8 / 5.75)
    assert anomaly.precision_in_stream(0.3, 0.0, 0.01) == 1
    assert anomaly.precision_in_stream(0.3, 0.2, 0.0) == 0


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ((1.2, 0.1, 0.5), "recall is 1.2"),
        ((0.5, -0.1, 0.5), "false_alarm_rate is -0.1"),
        ((0.5, 0.1, 50), "anomaly_share is 50"),
        ((0.5, 0.0, 0.0), "nothing causes an alarm"),
        ((0.0, 0.0, 0.5), "nothing causes an alarm"),
    ],
)
def test_shares_that_cannot_be_are_named(shares, message):
    with pytest.raises(ValueError, match=message):
        anomaly.precision_in_stream(*shares)


@pytest.mark.parametrize("judge", [anomaly.auroc, anomaly.roc_curve])
def test_truths_that_do_not_fit_are_refused(judge):
    scores, truth = torch.rand(4), torch.tensor([True, False, True, False])
    with pytest.raises(ValueError, match="4 entries and is_anomaly 3"):
        judge(scores, truth[:3])
    with pytest.raises(ValueError, match=r"scores has shape .* expected \(N,\)"):
        judge(scores[:, None], truth[:, None])
    with pytest.raises(TypeError, match=r"is torch\.int64; it must be torch\.bool"):
        judge(scores, truth.long())
    with pytest.raises(ValueError, match="0 anomalies among 4"):
        judge(scores, torch.zeros(4, dtype=torch.bool))
    with pytest.raises(ValueError, match="4 anomalies among 4"):
        judge(scores, torch.ones(4, dtype=torch.bool))
    with pytest.raises(ValueError, match="scores holds nan or infinity in 4"):
        judge(scores / 0 * 0, truth)


def test_nll_scores_are_those_of_the_models_likelihood():
    x = torch.randn(9, 5, generator=torch.Generator().manual_seed(0))
    for kind in (likelihood.Normal(0.5), likelihood.Laplace(2.0)):
        for model in (
            VAE.mlp((5, 4, 2), (5,), kind),
            Autoencoder.mlp((5, 2), (5,), kind),
        ):
            raw = model.decoder(model.encode(x)).detach()
            scores = anomaly.nll_scores(model, x)
            torch.testing.assert_close(scores, kind.nll(raw, x))
    with pytest.raises(ValueError, match=r"images goes from .* choose another"):
        anomaly.nll_scores(Autoencoder.mlp((5, 2), (5,)), x)
