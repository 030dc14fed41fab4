from math import log, prod

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.distributions import Bernoulli, kl_divergence

from aelesson import regularisers

DOUBLES = {"dtype": torch.double}


def normal(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, **DOUBLES)


# L1


def test_l1_is_the_sum_of_absolute_values_of_each_code():
    z = torch.tensor([[1.0, -2.0, 0.0], [0.5, 0.0, -0.25]])
    assert regularisers.l1_penalty(z).tolist() == [3.0, 0.75]


def test_the_gradient_of_l1_is_the_sign():
    z = torch.tensor([[1.5, -2.0, 0.0]], requires_grad=True)
    regularisers.l1_penalty(z).sum().backward()
    assert z.grad.tolist() == [[1.0, -1.0, 0.0]]


@pytest.mark.parametrize("shape", [(), (3,), (0, 3), (3, 0), (2, 3, 4)])
def test_what_is_no_code_is_refused(shape):
    bad = torch.zeros(shape)
    with pytest.raises(ValueError, match=r"z has shape .*expected \(B, D\)"):
        regularisers.l1_penalty(bad)
    with pytest.raises(ValueError, match=r"z has shape .*expected \(B, D\)"):
        regularisers.top_k(bad, 1)
    with pytest.raises(ValueError, match=r"activation has shape .*expected \(B, D\)"):
        regularisers.kl_sparsity(bad, 0.1)


# KL sparsity


@given(st.integers(1, 6), st.integers(1, 6), st.floats(0.01, 0.99))
def test_kl_sparsity_equals_pytorchs_distributions(images, units, target):
    activation = normal(images, units).sigmoid()
    ours = regularisers.kl_sparsity(activation, target)
    coins = Bernoulli(torch.tensor(target, **DOUBLES)), Bernoulli(activation.mean(0))
    assert ours.shape == ()
    torch.testing.assert_close(ours, kl_divergence(*coins).sum())


def test_kl_sparsity_is_zero_at_the_target_and_only_there():
    at_target = torch.tensor([[0.1, 0.3], [0.3, 0.1]])
    value = regularisers.kl_sparsity(at_target, 0.2).item()
    assert value == pytest.approx(0, abs=1e-6)
    assert regularisers.kl_sparsity(at_target, 0.21) > 1e-4


@pytest.mark.parametrize("dtype", [torch.float, torch.double])
def test_units_that_are_always_off_or_on_cost_much_and_not_infinitely_much(dtype):
    eps = regularisers.EPS
    off = torch.zeros(4, 1, dtype=dtype, requires_grad=True)
    value = regularisers.kl_sparsity(off, 0.1)
    exact = 0.1 * log(0.1 / eps) + 0.9 * log(0.9 / (1 - eps))
    assert value.item() == pytest.approx(exact, rel=1e-5)
    value.backward()
    assert off.grad.isfinite().all()
    on = regularisers.kl_sparsity(torch.ones(4, 1, dtype=dtype), 0.1)
    assert on.item() == pytest.approx(0.9 * log(0.9 / eps) + 0.1 * log(0.1), rel=5e-3)


def test_the_gradient_of_kl_sparsity_is_that_of_finite_differences():
    activation = normal(3, 2).sigmoid().requires_grad_()
    assert torch.autograd.gradcheck(
        lambda a: regularisers.kl_sparsity(a, 0.2), activation
    )


@pytest.mark.parametrize("target", [0, 1, -0.1, 1.5, float("nan")])
def test_kl_sparsity_wants_a_share_for_a_target(target):
    with pytest.raises(ValueError, match=r"target is .*above 0 and below 1"):
        regularisers.kl_sparsity(torch.full((2, 3), 0.5), target)


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_kl_sparsity_refuses_what_no_sigmoid_returns(value):
    activation = torch.full((2, 3), 0.5)
    activation[0, 1] = value
    with pytest.raises(ValueError, match=r"activation goes from .*\[0, 1\]"):
        regularisers.kl_sparsity(activation, 0.1)


# Contraction


def encoders():
    torch.manual_seed(0)
    flat = nn.Sequential(nn.Flatten(), nn.Linear(12, 5), nn.Sigmoid()).double()
    deep = nn.Sequential(
        *[nn.Flatten(), nn.Linear(12, 7), nn.Tanh(), nn.Linear(7, 3)]
    ).double()
    conv = nn.Sequential(
        *[nn.Conv2d(1, 2, 3, padding=1), nn.Softplus(), nn.Flatten(), nn.Linear(24, 4)]
    ).double()
    return {"flat": flat, "deep": deep, "conv": conv}


@pytest.mark.parametrize("kind", ["flat", "deep", "conv"])
def test_contraction_equals_autograds_jacobian_image_by_image(kind):
    encoder, x = encoders()[kind], normal(3, 1, 3, 4)
    jacobians = [
        torch.autograd.functional.jacobian(encoder, image[None]) for image in x
    ]
    expected = torch.stack([jacobian.square().sum() for jacobian in jacobians])
    torch.testing.assert_close(regularisers.contractive_penalty(encoder, x), expected)


def test_contraction_of_a_sigmoid_layer_has_its_published_closed_form():
    encoder, x = encoders()["flat"], normal(4, 12)
    h, weight = encoder(x), encoder[1].weight
    closed = (h * (1 - h)).square() @ weight.square().sum(1)
    torch.testing.assert_close(regularisers.contractive_penalty(encoder, x), closed)


def test_contraction_has_the_gradient_of_finite_differences():
    encoder, x = encoders()["deep"], normal(2, 12)
    weight = encoder[1].weight
    regularisers.contractive_penalty(encoder, x).sum().backward()
    step = 1e-6
    for place in [(0, 0), (3, 5), (6, 11)]:
        values = []
        for sign in (1, -1):
            with torch.no_grad():
                weight[place] += sign * step
            values.append(regularisers.contractive_penalty(encoder, x).sum().item())
            with torch.no_grad():
                weight[place] -= sign * step
        slope = (values[0] - values[1]) / (2 * step)
        assert weight.grad[place].item() == pytest.approx(slope, rel=1e-5)


def test_contraction_of_a_linear_encoder_is_the_same_for_all_images():
    encoder = nn.Linear(6, 4).double()
    values = regularisers.contractive_penalty(encoder, normal(5, 6))
    expected = encoder.weight.square().sum().expand(5)
    torch.testing.assert_close(values, expected)


def test_contraction_is_measured_without_a_graph_too():
    encoder, x = encoders()["conv"], normal(2, 1, 3, 4)
    with_graph = regularisers.contractive_penalty(encoder, x)
    with torch.no_grad():
        without = regularisers.contractive_penalty(encoder, x)
    assert with_graph.requires_grad
    assert not without.requires_grad
    torch.testing.assert_close(without, with_graph.detach())


def test_contraction_copes_with_dropout_in_the_encoder():
    encoder = nn.Sequential(nn.Linear(6, 50), nn.Dropout(0.5)).double()
    values = regularisers.contractive_penalty(encoder, normal(1, 6).expand(8, 6))
    assert len(values.unique()) > 1
    encoder.eval()
    values = regularisers.contractive_penalty(encoder, normal(1, 6).expand(8, 6))
    torch.testing.assert_close(values, values[:1].expand(8))


def test_contraction_refuses_what_has_no_jacobian():
    encoder = nn.Linear(6, 4)
    for shape in [(), (6,), (0, 6)]:
        with pytest.raises(ValueError, match=r"x has shape .*expected \(B, \.\.\.\)"):
            regularisers.contractive_penalty(encoder, torch.zeros(shape))
    with pytest.raises(TypeError, match=r"x is torch.int64; it must be floating"):
        regularisers.contractive_penalty(encoder, torch.zeros(2, 6, dtype=torch.long))
    with pytest.raises(ValueError, match=r"encoder made \(1, 2, 6\) of one image"):
        regularisers.contractive_penalty(nn.Identity(), torch.zeros(3, 2, 6))


# k-sparse codes


@given(st.integers(1, 5), st.integers(1, 6), st.data(), st.integers(0, 2**31))
def test_top_k_keeps_what_sorting_puts_first(images, units, data, seed):
    k = data.draw(st.integers(1, units))
    z = normal(images, units, seed=seed)
    expected = torch.zeros_like(z)
    for row, code in enumerate(z.tolist()):
        for unit in sorted(range(units), key=lambda d: -code[d])[:k]:
            expected[row, unit] = code[unit]
    assert torch.equal(regularisers.top_k(z, k), expected)


def test_top_k_goes_by_value_and_not_by_distance_from_zero():
    z = torch.tensor([[-9.0, 1.0, 0.5], [-3.0, -2.0, -1.0]])
    expected = [[0.0, 1.0, 0.5], [0.0, -2.0, -1.0]]
    assert regularisers.top_k(z, 2).tolist() == expected


def test_top_k_keeps_exactly_k_of_equal_values():
    kept = regularisers.top_k(torch.ones(4, 6), 2)
    assert kept.sum(1).tolist() == [2.0] * 4


def test_gradients_pass_through_kept_values_only_and_z_is_left_alone():
    z = torch.tensor([[3.0, 1.0, 2.0]], requires_grad=True)
    kept = regularisers.top_k(z, 2)
    (kept * torch.tensor([[5.0, 7.0, 11.0]])).sum().backward()
    assert z.grad.tolist() == [[5.0, 0.0, 11.0]]
    assert z.tolist() == [[3.0, 1.0, 2.0]]


@pytest.mark.parametrize("k", [0, -1, 4])
def test_top_k_refuses_a_k_that_no_code_has(k):
    with pytest.raises(
        ValueError, match=f"k is {k}; it must be at least 1 and at most 3"
    ):
        regularisers.top_k(torch.zeros(2, 3), k)


def test_the_module_is_top_k_and_says_its_k():
    z, module = normal(4, 6), regularisers.TopK(2)
    assert torch.equal(module(z), regularisers.top_k(z, 2))
    assert repr(module) == "TopK(k=2)"
    assert list(module.parameters()) == []
    with pytest.raises(ValueError, match="k is 0; it must be at least 1"):
        regularisers.TopK(0)


# Unit decoders


def test_every_picture_of_a_decoder_gets_length_one_and_keeps_its_direction():
    torch.manual_seed(0)
    linear = nn.Linear(4, 9)
    before, bias = linear.weight.detach().clone(), linear.bias.detach().clone()
    assert regularisers.normalise_decoder_(linear) is linear
    for unit in range(4):
        picture, old = linear.weight[:, unit], before[:, unit]
        assert prod(picture.shape) == 9
        torch.testing.assert_close(picture, old / old.square().sum().sqrt())
    assert torch.equal(linear.bias, bias)


def test_normalising_leaves_a_column_of_zeros_and_makes_no_graph():
    linear = nn.Linear(3, 5, bias=False)
    with torch.no_grad():
        linear.weight[:, 1] = 0
    weight = linear.weight
    regularisers.normalise_decoder_(linear)
    assert linear.weight is weight
    assert weight.is_leaf
    assert weight.requires_grad
    lengths = weight.detach().norm(dim=0)
    torch.testing.assert_close(lengths, torch.tensor([1.0, 0.0, 1.0]))


def test_normalising_wants_a_linear_layer():
    with pytest.raises(TypeError, match=r"linear is a ReLU; it must be a Linear"):
        regularisers.normalise_decoder_(nn.ReLU())
