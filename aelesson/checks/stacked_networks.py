"""What `pretrain_layer` of lesson 07 must return: an encoder and a decoder."""

import torch
from torch import Tensor, nn

from aelesson.checks.expect import expect_tensor
from aelesson.checks.harness import CheckFailed, call
from aelesson.checks.wording import describe

PAIR = "return two modules: `return encoder, decoder`."


def expect_pair(got: object) -> tuple[nn.Module, nn.Module]:
    """Return encoder and decoder, if these two modules came."""
    if got is None:
        raise CheckFailed("your function returned None: is `return` missing?")
    if isinstance(got, nn.Module):
        raise CheckFailed(f"you returned one {type(got).__name__}: {PAIR}")
    if not isinstance(got, tuple | list) or len(got) != 2:
        count = f" of {len(got)}" if isinstance(got, tuple | list) else ""
        raise CheckFailed(f"you returned a {type(got).__name__}{count}: {PAIR}")
    for name, part in zip(("encoder", "decoder"), got, strict=True):
        if not isinstance(part, nn.Module):
            raise CheckFailed(
                f"the {name} is {describe(part)} ({type(part).__name__}), "
                f"no nn.Module: {PAIR}"
            )
        if not any(True for _ in part.parameters()):
            raise CheckFailed(f"the {name} has no parameters: build its linear layer.")
    return got[0], got[1]


def expect_networks(
    encoder: nn.Module, decoder: nn.Module, inputs: Tensor, code: int
) -> None:
    """Ask for the right shapes, and for values in [0, 1] whatever goes in."""
    encoder.eval()
    decoder.eval()
    width = inputs.shape[1]
    if not _fits(encoder, inputs, code) and _fits(decoder, inputs, code):
        raise CheckFailed("you returned the decoder first: the encoder comes first.")
    spread = torch.linspace(-40, 40, 64)[:, None]
    far = spread * torch.linspace(-1, 1, code)
    if _fits(decoder, far, width):
        _expect_range("reconstruction", call(decoder, z=far), "inputs are in [0, 1]")
    for batch in (spread * (inputs[0] - 0.5), inputs, inputs[:1]):
        z = _expect_code(call(encoder, x=batch), batch, code)
        _expect_range("code", z, "the next layer takes inputs in [0, 1]")
        x_hat = expect_tensor(call(decoder, z=z), (len(batch), width))
        _expect_range("reconstruction", x_hat, "inputs are in [0, 1]")
    _expect_no_softmax(encoder, decoder, inputs)


def _expect_code(z: object, batch: Tensor, size: int) -> Tensor:
    if isinstance(z, Tensor) and z.shape == batch.shape:
        raise CheckFailed(
            f"the encoder returns shape {tuple(z.shape)}, that of its input: return "
            "the encoder alone, from inputs to codes."
        )
    if isinstance(z, Tensor) and z.dim() == 2 and z.shape[1] != size:
        raise CheckFailed(
            f"the code has {z.shape[1]} numbers, but hidden_dim is {size}: use the "
            "argument."
        )
    return expect_tensor(z, (len(batch), size))


def _fits(network: nn.Module, x: Tensor, width: int) -> bool:
    try:
        with torch.no_grad():
            return bool(network(x).shape == (len(x), width))
    except (RuntimeError, AttributeError, TypeError):
        return False


def _expect_range(name: str, value: object, why: str) -> None:
    if not isinstance(value, Tensor):
        raise CheckFailed(f"the {name} is {describe(value)}, expected a tensor.")
    low, high = value.min().item(), value.max().item()
    if not value.isfinite().all():
        raise CheckFailed(f"the {name} holds nan or inf on large inputs.")
    if low < 0 or high > 1:
        what = ""
        if low >= -1 and high <= 1:
            what = "Tanh reaches down to -1. "
        elif low >= 0:
            what = "ReLU has no upper limit. "
        raise CheckFailed(
            f"the {name} goes from {low:.3g} to {high:.3g}, but {why}.\n{what}"
            "End both networks with nn.Sigmoid()."
        )


def _expect_no_softmax(encoder: nn.Module, decoder: nn.Module, inputs: Tensor) -> None:
    with torch.no_grad():
        z = encoder(inputs)
        x_hat = decoder(z)
    for name, value in (("code", z), ("reconstruction", x_hat)):
        if (value.sum(1) - 1).abs().max() < 1e-4:
            raise CheckFailed(
                f"the numbers of each {name} add up to 1, as after a softmax.\n"
                "They do not compete: end both networks with nn.Sigmoid()."
            )
