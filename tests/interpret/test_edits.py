import pytest
import torch
from torch.nn import functional as F

from aelesson import interpret


def normal(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def test_an_ablated_latent_is_silent_and_the_others_are_not():
    z = normal(4, 3).requires_grad_()
    before = z.detach().clone()
    without = interpret.ablate(z, 1)
    assert without[:, 1].tolist() == [0.0] * 4
    assert torch.equal(without[:, [0, 2]], before[:, [0, 2]])
    assert torch.equal(z, before), "z is left alone"
    without.sum().backward()
    assert z.grad.tolist() == [[1.0, 0.0, 1.0]] * 4


def test_ablating_takes_a_latents_share_out_of_a_linear_decoder():
    decoder, z = interpret.UnitDecoder(5, 7), normal(4, 5)
    for latent in range(5):
        lost = decoder(z) - decoder(interpret.ablate(z, latent))
        expected = z[:, latent, None] * decoder.directions[latent]
        torch.testing.assert_close(lost, expected)


@pytest.mark.parametrize("latent", [-1, 3])
def test_there_is_no_latent_behind_the_last(latent):
    with pytest.raises(ValueError, match=f"latent is {latent}; .* at most 2, the last"):
        interpret.ablate(torch.ones(2, 3), latent)


@pytest.mark.parametrize("strength", [2.5, -1.0, 0.0])
def test_steering_moves_by_its_strength_and_along_its_direction(strength):
    x, direction = normal(6, 4), 9 * normal(4, seed=1)
    before = x.clone()
    moved = interpret.steer(x, direction, strength) - x
    torch.testing.assert_close(moved.norm(dim=1), torch.full((6,), abs(strength)))
    if strength:
        cosines = F.cosine_similarity(moved, direction[None])
        expected = torch.full((6,), 1.0 if strength > 0 else -1.0)
        torch.testing.assert_close(cosines, expected)
    assert torch.equal(x, before)


def test_steering_back_undoes_it():
    x, direction = normal(6, 4), normal(4, seed=1)
    back = interpret.steer(interpret.steer(x, direction, 3.0), direction, -3.0)
    torch.testing.assert_close(back, x)


def test_no_direction_is_refused():
    with pytest.raises(ValueError, match="direction is 0 everywhere"):
        interpret.steer(torch.ones(2, 3), torch.zeros(3), 1.0)
    with pytest.raises(ValueError, match=r"direction has shape \(2,\) and x \(2, 3\)"):
        interpret.steer(torch.ones(2, 3), torch.ones(2), 1.0)


@pytest.mark.parametrize(
    ("clean", "replaced", "ablated", "share"),
    [(0.1, 0.1, 2.3, 1), (0.1, 2.3, 2.3, 0), (1, 2, 5, 0.75), (1, 9, 5, -1)],
)
def test_the_loss_recovered_is_a_share_of_what_ablation_costs(
    clean, replaced, ablated, share
):
    found = interpret.loss_recovered(clean, replaced, ablated)
    assert isinstance(found, float)
    assert found == pytest.approx(share)


@pytest.mark.parametrize("ablated", [0.5, 0.4])
def test_where_nothing_was_lost_nothing_is_recovered(ablated):
    with pytest.raises(ValueError, match=f"ablated is {ablated} and clean 0.5"):
        interpret.loss_recovered(0.5, 0.5, ablated)
