import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from aelesson import interpret, objectives, regularisers
from aelesson.training import TrainConfig, fit

DOUBLES = {"dtype": torch.double}
WIDTH = 0.4


def normal(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, **DOUBLES)


def an_encoder(threshold=0.3):
    torch.manual_seed(0)
    jump = interpret.JumpReLU(4, threshold, WIDTH)
    return nn.Sequential(nn.Flatten(), nn.Linear(6, 4), jump).double()


def test_what_is_above_its_threshold_passes_unchanged():
    pre = torch.tensor([[0.5, 0.5, -2.0], [0.2, 3.0, 0.7]], requires_grad=True)
    z = interpret.jump_relu(pre, torch.tensor([0.2, 1.0, 0.0]))
    assert z.tolist() == [[0.5, 0.0, 0.0], [0.0, 3.0, pre[1, 2].item()]]
    z.sum().backward()
    assert pre.grad.tolist() == [[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]]


def test_zeros_have_no_sign():
    z = interpret.jump_relu(torch.tensor([[-1.0, -0.1]]), 0.5)
    assert not torch.signbit(z).any()


@pytest.mark.parametrize("threshold", [0.3, 0.0, torch.tensor([0.1, 0.5, 2.0])])
def test_the_gradient_to_pre_is_that_of_finite_differences(threshold):
    pre = normal(5, 3).requires_grad_()  # no value is at the edge
    assert torch.autograd.gradcheck(lambda a: interpret.jump_relu(a, threshold), pre)


def test_with_threshold_0_it_is_pytorchs_relu():
    pre = normal(6, 5).requires_grad_()
    ours, theirs = interpret.jump_relu(pre, 0.0), torch.relu(pre)
    assert torch.equal(ours, theirs)
    weights = normal(6, 5, seed=1)
    gradients = [torch.autograd.grad((z * weights).sum(), pre) for z in (ours, theirs)]
    assert torch.equal(gradients[0][0], gradients[1][0])


def by_loops(pre, threshold, weights, of_step):
    """The published straight-through gradient, value by value."""
    gradients = [0.0] * pre.shape[1]
    for row, weight in zip(pre.tolist(), weights.tolist(), strict=True):
        for d, value in enumerate(row):
            edge = threshold[d].item()
            inside = -0.5 < (value - edge) / WIDTH < 0.5
            gradients[d] += weight[d] * inside * -(1 if of_step else edge) / WIDTH
    return torch.tensor(gradients, **DOUBLES)


@given(st.integers(1, 6), st.integers(1, 4), st.integers(0, 2**31))
def test_thresholds_get_the_published_straight_through_gradients(rows, latents, seed):
    pre, weights = (
        normal(rows, latents, seed=seed),
        normal(rows, latents, seed=seed + 1),
    )
    threshold = normal(latents, seed=seed + 2).abs().requires_grad_()
    z = interpret.jump_relu(pre, threshold, WIDTH)
    (found,) = torch.autograd.grad((z * weights).sum(), threshold)
    torch.testing.assert_close(found, by_loops(pre, threshold, weights, False))
    each = weights[:, :1]
    counts = interpret.l0(pre, threshold, WIDTH)
    (found,) = torch.autograd.grad((counts * each[:, 0]).sum(), threshold)
    alike = each.expand(rows, latents)
    torch.testing.assert_close(found, by_loops(pre, threshold, alike, True))


def test_one_threshold_gets_the_sum_of_what_many_would_get():
    pre, many = normal(7, 3), torch.full((3,), 0.4, **DOUBLES, requires_grad=True)
    one = torch.tensor(0.4, **DOUBLES, requires_grad=True)
    for function in (interpret.jump_relu, interpret.l0):
        gradients = [
            torch.autograd.grad(function(pre, each, WIDTH).sum(), each)[0]
            for each in (one, many)
        ]
        torch.testing.assert_close(gradients[0], gradients[1].sum())
        assert gradients[0] < 0


def test_on_average_the_gradients_are_those_of_the_averages():
    # Of values even in (0, 1), (1 - t^2) / 2 passes and 1 - t are above t.
    pre = ((torch.arange(10_000, **DOUBLES) + 0.5) / 10_000)[:, None]
    threshold = torch.tensor(0.3, **DOUBLES, requires_grad=True)
    passed = interpret.jump_relu(pre, threshold, WIDTH).mean()
    counted = interpret.l0(pre, threshold, WIDTH).mean()
    assert passed.item() == pytest.approx((1 - 0.3**2) / 2, abs=1e-3)
    assert counted.item() == pytest.approx(0.7, abs=1e-3)
    assert torch.autograd.grad(passed, threshold)[0].item() == pytest.approx(-0.3)
    assert torch.autograd.grad(counted, threshold)[0].item() == pytest.approx(-1)


def test_l0_counts_what_jump_relu_lets_pass():
    pre, threshold = normal(9, 5), torch.tensor(0.2)
    z = interpret.jump_relu(pre, threshold)
    assert interpret.l0(pre, threshold).tolist() == (z != 0).sum(1).tolist()


def test_the_module_is_the_function_with_thresholds_that_are_learnt():
    module, pre = (
        interpret.JumpReLU(3, threshold=0.2, width=WIDTH).double(),
        normal(8, 3),
    )
    torch.testing.assert_close(module.threshold, torch.full((3,), 0.2, **DOUBLES))
    expected = interpret.jump_relu(pre, module.threshold, WIDTH)
    assert torch.equal(module(pre), expected)
    assert repr(module) == "JumpReLU(latent_dim=3, width=0.4)"
    module(normal(99, 3)).sum().backward()
    assert module.log_threshold.grad.all()


def test_the_contractive_penalty_takes_it():
    encoder, x = an_encoder(), normal(5, 1, 2, 3)
    is_open = (encoder(x) != 0).double()
    closed = is_open @ encoder[1].weight.square().sum(1)
    assert is_open.any()
    torch.testing.assert_close(regularisers.contractive_penalty(encoder, x), closed)


def test_the_penalty_counts_latents_and_moves_thresholds_alone():
    encoder, x = an_encoder(), normal(40, 1, 2, 3)
    penalty = interpret.l0_penalty(encoder, x)
    assert penalty.tolist() == (encoder(x) != 0).sum(1).tolist()
    penalty.sum().backward()
    assert encoder[2].log_threshold.grad.max() < 0  # so a step moves them up
    assert encoder[1].weight.grad is None


def test_with_the_penalty_training_leaves_fewer_latents_active():
    x = normal(256, 6).float()
    counts = []
    for weight in (0.0, 0.1):
        torch.manual_seed(0)
        decoder, jump = interpret.UnitDecoder(12, 6), interpret.JumpReLU(12)
        model = interpret.sparse_autoencoder(decoder, jump)
        objective = objectives.penalised(
            lambda model, x: interpret.l0_penalty(model.encoder, x), weight
        )
        fit(model, x, objective, TrainConfig(10, 32, 0.02), progress=False)
        counts.append((model.encode(x) != 0).sum(1).double().mean().item())
    assert counts[1] < 0.7 * counts[0]


@pytest.mark.parametrize(
    ("threshold", "says"),
    [
        (-0.1, r"threshold is -0.1; it must be at least 0"),
        (torch.tensor([0.1, -0.1, 0.2]), r"threshold goes from -0.1 to 0.2"),
        (torch.tensor([0.1, torch.nan, 0.2]), r"threshold goes from nan"),
        (torch.zeros(2), r"threshold has shape \(2,\) and pre \(5, 3\)"),
        (torch.zeros(5, 1), r"threshold has shape \(5, 1\), expected \(D,\)"),
    ],
)
def test_impossible_thresholds_are_refused(threshold, says):
    for function in (interpret.jump_relu, interpret.l0):
        with pytest.raises(ValueError, match=says):
            function(normal(5, 3), threshold)


def test_the_penalty_wants_an_encoder_that_ends_with_jumprelu():
    with pytest.raises(TypeError, match=r"a Sequential that ends with a ReLU; it must"):
        interpret.l0_penalty(
            nn.Sequential(nn.Linear(3, 2), nn.ReLU()), torch.ones(4, 3)
        )
    with pytest.raises(TypeError, match=r"ends with None"):
        interpret.l0_penalty(nn.Sequential(), torch.ones(4, 3))
    with pytest.raises(ValueError, match=r"x is .*\(4, 5\).*takes 6 values in a row"):
        interpret.l0_penalty(an_encoder(), torch.ones(4, 5, **DOUBLES))
