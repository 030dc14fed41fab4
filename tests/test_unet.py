import pytest
import torch

from aelesson.unet import UNet


@pytest.mark.parametrize("shape", [(1, 1, 28, 28), (3, 1, 8, 12)])
def test_the_output_has_the_shape_of_the_images(shape):
    assert UNet((4, 6))(torch.rand(shape)).shape == shape


def test_colours_are_channels():
    model = UNet((4, 6), image_channels=3)
    assert model(torch.rand(2, 3, 8, 8)).shape == (2, 3, 8, 8)


def test_an_output_pixel_sees_its_neighbourhood_and_not_the_far_corner():
    torch.manual_seed(0)
    model, x = UNet((8, 8)).eval(), torch.rand(1, 1, 64, 64, requires_grad=True)
    model(x)[0, 0, 32, 32].backward()
    felt = x.grad[0, 0] != 0
    assert felt[26:38, 26:38].float().mean() > 0.8
    assert not felt[0, 0]


def test_it_learns_to_copy_an_image_that_no_code_could_hold():
    torch.manual_seed(0)
    model, x = UNet((8, 8)), torch.rand(16, 1, 8, 8)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(150):
        loss = (model(x) - x).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert loss < 0.1 * x.var()


def test_bad_sizes_are_refused():
    with pytest.raises(ValueError, match=r"channels is \(4,\); it must be two sizes"):
        UNet((4,))
    with pytest.raises(ValueError, match="image_channels is 0"):
        UNet(image_channels=0)
    with pytest.raises(ValueError, match=r"x has shape \(1, 1, 6, 8\)"):
        UNet()(torch.rand(1, 1, 6, 8))
