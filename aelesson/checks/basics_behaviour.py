"""How an autoencoder must behave: the rules of `build_autoencoder`, lesson 01.

A model is judged by what it does. Only where `nn.Linear` layers are found are they
watched at work, to say where an activation is missing or should not be.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from aelesson.checks.basics_forward import reconstruct
from aelesson.checks.harness import CheckFailed
from aelesson.checks.wording import close


def expect_unit_range(model: nn.Module, x: Tensor, sizes: Sequence[int]) -> None:
    """Ask for [0, 1] on huge inputs too, and for a live gradient on usual ones."""
    usual = reconstruct(model, x, sizes)
    x_hat = torch.cat([usual, reconstruct(model, 1e4 * (x - 0.5), sizes)])
    low, high = x_hat.min().item(), x_hat.max().item()
    if not x_hat.isfinite().all():
        raise CheckFailed("large inputs give nan or inf: is torch.sigmoid at the end?")
    if low < 0 or high > 1:
        cure = "End the decoder with nn.Sigmoid()."
        if low >= -1 and high <= 1:
            cure = "Tanh at the end reaches down to -1. " + cure
        elif low >= 0:
            cure = "ReLU at the end has no upper limit. " + cure
        raise CheckFailed(
            f"the output must stay in [0, 1], but goes from {low:.3g} to {high:.3g}.\n"
            + cure
        )
    if close(usual.flatten(1).sum(1), torch.ones(len(x))):
        raise CheckFailed(
            "the pixels of each image add up to 1, as after a softmax.\n"
            "Pixels do not compete: end the decoder with nn.Sigmoid()."
        )
    if ((usual == 0) | (usual == 1)).any():
        raise CheckFailed(
            "some outputs are exactly 0 or 1: clamping or rescaling keeps the range, "
            "but stops the gradient there.\nEnd the decoder with nn.Sigmoid()."
        )


def expect_black_and_white(model: nn.Module, x: Tensor, sizes: Sequence[int]) -> None:
    """Ask that some weights lead to dark and to bright pixels.

    The weights are drawn at random and large, so that whatever is below the last
    sigmoid is spread far on both sides of 0, if nothing has cut off one of them.
    """
    kept = [parameter.detach().clone() for parameter in model.parameters()]
    draws = []
    for _ in range(3):
        for parameter in model.parameters():
            nn.init.normal_(parameter, std=10)
        draws.append(reconstruct(model, x, sizes).detach())
    for parameter, before in zip(model.parameters(), kept, strict=True):
        parameter.data.copy_(before)
    x_hat = torch.cat(draws)
    low, high = x_hat.min().item(), x_hat.max().item()
    if low > 0.2 or high < 0.8:
        limit = f"below {low:.2g}" if low > 0.2 else f"above {high:.2g}"
        color = "black" if low > 0.2 else "white"
        raise CheckFailed(
            f"the output never goes {limit}, so it cannot draw {color}: is there a "
            "second activation, such as a ReLU, before the last sigmoid?"
        )


def expect_images_apart(model: nn.Module, x: Tensor, sizes: Sequence[int]) -> None:
    """Ask that each image is reconstructed alone as it is in a batch."""
    alone = torch.cat([reconstruct(model, image, sizes) for image in x.split(1)])
    if not close(alone, reconstruct(model, x, sizes)):
        raise CheckFailed(
            "an image's reconstruction depends on the others in the batch: are batch "
            "and pixels mixed up by a reshape?\nUse x.flatten(1) and .reshape(x.shape)."
        )


def expect_bottleneck(model: nn.Module, x: Tensor, sizes: Sequence[int]) -> None:
    """Ask that the output depends on the input through as many numbers as the code has.

    Then its gradients by the input lie in a space of so many dimensions, however many
    of them one takes: that is the rank of the Jacobian.
    """
    x, code = x[:1].clone().requires_grad_(), sizes[-1]
    x_hat = reconstruct(model, x, sizes)
    rows = [
        torch.autograd.grad(
            x_hat, x, torch.randn_like(x_hat), retain_graph=True, materialize_grads=True
        )[0].flatten()
        for _ in range(code + 2)
    ]
    scales = torch.linalg.svdvals(torch.stack(rows).double())
    if scales[code] > 1e-4 * scales[0]:
        raise CheckFailed(
            f"your output knows more of x than the {code} numbers of the code: a skip "
            "connection leads around it.\nThe decoder may use the code only, nothing "
            "of x or of the encoder's layers."
        )


def expect_activations(model: nn.Module, x: Tensor, sizes: Sequence[int]) -> None:
    """Ask for a linear code, and for a nonlinearity at every hidden layer."""
    work = _watch_linear_layers(model, x, sizes)
    code = len(sizes) - 2  # index of the layer that puts out the code
    if len(work) == 2 * (len(sizes) - 1):
        for layer, ((_, put_out), (taken_in, _)) in enumerate(pairwise(work)):
            if layer == code:
                _expect_linear_code(taken_in, put_out)
            elif close(taken_in, put_out):
                raise CheckFailed(
                    f"no activation between layers {layer + 1} and {layer + 2}: they "
                    "do no more than a single layer.\nPut nn.ReLU() between them."
                )
    if len(sizes) > 2 and _is_affine(model, x, sizes):
        raise CheckFailed(
            "your model is linear up to its last sigmoid.\n"
            "The hidden layers need an activation, such as nn.ReLU()."
        )


def _watch_linear_layers(
    model: nn.Module, x: Tensor, sizes: Sequence[int]
) -> list[tuple[Tensor, Tensor]]:
    """Return what each `nn.Linear` takes in and puts out, in the order of the calls."""
    work: list[tuple[Tensor, Tensor]] = []

    def note(_: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        work.append((inputs[0].detach().clone(), output.detach().clone()))

    linear = [module for module in model.modules() if isinstance(module, nn.Linear)]
    handles = [layer.register_forward_hook(note) for layer in linear]
    reconstruct(model, 10 * (x - 0.5), sizes)
    for handle in handles:
        handle.remove()
    return work


def _expect_linear_code(taken_in: Tensor, put_out: Tensor) -> None:
    """Ask that the decoder takes in the code just as the encoder puts it out."""
    if taken_in.shape != put_out.shape or close(taken_in, put_out):
        return
    known = {
        "ReLU": F.relu(put_out),
        "a sigmoid": put_out.sigmoid(),
        "Tanh": put_out.tanh(),
        "leaky ReLU": F.leaky_relu(put_out),
        "ELU": F.elu(put_out),
        "GELU": F.gelu(put_out),
        "softmax": put_out.softmax(-1),
    }
    names = [name for name, value in known.items() if close(taken_in, value)]
    raise CheckFailed(
        f"the code goes through {names[0] if names else 'something'} before the "
        "decoder.\nKeep the code linear: no activation after the encoder's last layer."
    )


def _is_affine(model: nn.Module, x: Tensor, sizes: Sequence[int]) -> bool:
    """Tell whether the output, before its sigmoid, is affine in the input."""
    a, b = 10 * (x - 0.5), 10 * (x.flip(0) - 0.5)

    def logits(images: Tensor) -> Tensor:
        return reconstruct(model, images, sizes).detach().double().logit(eps=1e-12)

    middle, ends = logits((a + b) / 2), (logits(a) + logits(b)) / 2
    return bool((middle - ends).abs().max() < 1e-3 * (logits(a) - middle).abs().max())


def expect_gradients(model: nn.Module, x: Tensor, sizes: Sequence[int]) -> None:
    """Ask that a gradient reaches every parameter."""
    x_hat = reconstruct(model, x, sizes)
    if x_hat.requires_grad:
        F.mse_loss(x_hat, x).backward()
    for name, parameter in model.named_parameters():
        if parameter.grad is None:
            raise CheckFailed(
                f"no gradient reaches {name}: does `forward` use that layer, and does "
                "nothing cut the graph (.detach(), .data, no_grad)?"
            )


RULES = (
    expect_unit_range,
    expect_black_and_white,
    expect_images_apart,
    expect_gradients,
    expect_bottleneck,
    expect_activations,
)
