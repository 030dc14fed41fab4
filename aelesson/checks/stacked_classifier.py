"""The check of `build_classifier`, an exercise of lesson 07."""

from collections.abc import Sequence
from itertools import pairwise
from math import prod

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from aelesson.checks.expect import expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check, isolated
from aelesson.checks.wording import close, describe

CASES = (
    ((12, 7, 5), (1, 3, 4), 3),
    ((20, 6), (2, 2, 5), 10),
    ((9, 8, 6, 4), (9,), 2),
)
BUILD_HINTS = {
    "is not a Module subclass": (
        "nn.Sequential takes modules: unpack the list, `*encoders`, and write "
        "nn.Flatten(), with brackets."
    ),
    "has no attribute 'out_features'": (
        "the size of the last code is the out_features of a linear layer: "
        "encoders[-1] is an nn.Sequential, its layer is encoders[-1][0]."
    ),
}
FORWARD_HINTS = {
    "shapes cannot be multiplied": (
        "a layer got what it cannot take. Flatten the images first, then all encoders "
        "in their order; the new layer takes the last code."
    ),
}


@check(f"right on {len(CASES)} stacks of encoders")
def build_classifier(function: Answer) -> None:
    """Check `build_classifier(encoders, classes)`: a model from images to logits."""
    for sizes, image_shape, classes in CASES:
        encoders = _encoders(sizes)
        before = [encoder.state_dict() for encoder in encoders]
        kept = [{name: v.clone() for name, v in state.items()} for state in before]
        got = call(function, BUILD_HINTS, encoders=encoders, classes=classes)
        model = _expect_module(got)
        for batch in (4, 1):
            _logits(model, torch.rand(batch, *image_shape), classes)
        _expect_kept(encoders, kept)
        _expect_shared(model, encoders)
        _expect_one_new_layer(model, encoders, sizes[-1], classes)
        _expect_gradients(model, encoders, torch.rand(4, *image_shape), classes)
        _expect_linear_head(model, encoders, image_shape, classes)


def _encoders(sizes: Sequence[int]) -> list[nn.Sequential]:
    with isolated(seed=4):
        return [
            nn.Sequential(nn.Linear(wide, narrow), nn.Sigmoid())
            for wide, narrow in pairwise(sizes)
        ]


def _expect_module(model: object) -> nn.Module:
    if model is None:
        raise CheckFailed("your function returned None: is `return` missing?")
    if isinstance(model, type):
        raise CheckFailed(
            f"you returned the class {model.__name__} itself.\n"
            f"Return an instance of it: {model.__name__}(...), with brackets."
        )
    if not isinstance(model, nn.Module):
        raise CheckFailed(
            f"you returned {describe(model)} ({type(model).__name__}): return one "
            "nn.Module from images to logits."
        )
    return model


def _logits(model: nn.Module, x: Tensor, classes: int) -> Tensor:
    flat = (len(x), prod(x.shape[1:]))
    hints = {
        (*x.shape[:-1], classes): "flatten the images before the first encoder.",
        (len(x), 10): "use the argument `classes`, not the number 10.",
        (len(x),): "return all logits, not the answer alone.",
        flat: "is the new layer missing?",
        (1, classes): "flatten each image, not the batch: nn.Flatten(), x.flatten(1).",
    }
    return expect_tensor(call(model, FORWARD_HINTS, x=x), (len(x), classes), hints)


def _expect_kept(
    encoders: Sequence[nn.Module], kept: Sequence[dict[str, Tensor]]
) -> None:
    for encoder, state in zip(encoders, kept, strict=True):
        for name, value in encoder.state_dict().items():
            if not torch.equal(value, state[name]):
                raise CheckFailed(
                    "you changed the encoders' weights: what pretraining learnt is "
                    "lost.\nTake the encoders as they are."
                )


def _expect_shared(model: nn.Module, encoders: Sequence[nn.Module]) -> None:
    """Ask that each parameter of the encoders is one of the model's."""
    own = {parameter.data_ptr() for parameter in model.parameters()}
    values = [parameter.detach() for parameter in model.parameters()]
    for index, encoder in enumerate(encoders, start=1):
        for parameter in encoder.parameters():
            if parameter.data_ptr() in own:
                continue
            if any(torch.equal(parameter, value) for value in values):
                raise CheckFailed(
                    f"the model holds a copy of encoder {index}: training it would not "
                    "change the encoder.\nHand over the encoder itself, without "
                    "deepcopy, clone or load_state_dict."
                )
            raise CheckFailed(
                f"the parameters of encoder {index} are not among the model's: an "
                "optimizer would never see them.\nKeep encoders in nn.Sequential or "
                "nn.ModuleList, not in a plain list, and build no new ones."
            )


def _expect_one_new_layer(
    model: nn.Module, encoders: Sequence[nn.Module], code: int, classes: int
) -> None:
    shared = {p.data_ptr() for encoder in encoders for p in encoder.parameters()}
    new = [p for p in model.parameters() if p.data_ptr() not in shared]
    got, expected = sum(p.numel() for p in new), (code + 1) * classes
    if got == expected:
        return
    told = f"{got:,} parameters are new, expected {expected:,}"
    if got == 0:
        cure = "the new layer is not among the model's: make it in __init__."
    elif got == code * classes:
        cure = "the new layer has no bias."
    else:
        cure = f"add one linear layer, from {code} numbers to {classes}, no more."
    raise CheckFailed(f"{told}: {cure}")


def _expect_gradients(
    model: nn.Module, encoders: Sequence[nn.Module], x: Tensor, classes: int
) -> None:
    """Ask that a gradient reaches the encoders and the new layer."""
    logits = _logits(model, x, classes)
    loss = (logits * torch.linspace(-1, 1, logits.numel()).view_as(logits)).sum()
    frozen = [p for e in encoders for p in e.parameters() if not p.requires_grad]
    if frozen:
        raise CheckFailed(
            "you froze the encoders, requires_grad is False: here they are trained "
            "together with the new layer."
        )
    if loss.requires_grad:
        loss.backward()
    for name, parameter in model.named_parameters():
        if parameter.grad is None:
            raise CheckFailed(
                f"no gradient reaches {name}: no_grad(), .detach() or .data cuts the "
                "graph, or `forward` does not use it."
            )


def _expect_linear_head(
    model: nn.Module, encoders: Sequence[nn.Module], shape: Sequence[int], classes: int
) -> None:
    """Ask that the logits are the last code times a matrix, plus a bias."""
    _spread_out(model, encoders)
    x = torch.rand(200, *shape)
    codes = nn.Sequential(nn.Flatten(), *encoders)(x).detach().double()
    logits = _logits(model, x, classes).detach().double()
    _expect_no_activation(logits)
    known = torch.cat([codes, torch.ones(len(codes), 1).double()], dim=1)
    fitted = known @ torch.linalg.lstsq(known, logits).solution
    if (fitted - logits).abs().max() > 1e-3 * logits.std():
        raise CheckFailed(
            "the logits are no linear map of the last code: is there an activation or "
            "dropout behind it, is an encoder left out, used twice or in a wrong place?"
        )


def _spread_out(model: nn.Module, encoders: Sequence[nn.Module]) -> None:
    """Make all weights large, so that codes and logits have a wide range."""
    generator = torch.Generator().manual_seed(5)
    old = [parameter for encoder in encoders for parameter in encoder.parameters()]
    shared = {parameter.data_ptr() for parameter in old}
    with torch.no_grad():
        for parameter in old:
            parameter.mul_(8)
        for parameter in model.parameters():
            if parameter.data_ptr() not in shared:
                parameter.copy_(9 * torch.randn(parameter.shape, generator=generator))


def _expect_no_activation(logits: Tensor) -> None:
    ones = torch.ones(len(logits)).double()
    cure = "Return the logits: the cross-entropy does the rest."
    if close(logits.sum(1), ones) and logits.min() >= 0:
        raise CheckFailed(f"there is a softmax at the end. {cure}")
    if close(logits.exp().sum(1), ones):
        raise CheckFailed(f"there is a log-softmax at the end. {cure}")
    if logits.min() >= 0 and logits.max() <= 1:
        raise CheckFailed(f"there is a sigmoid at the end. {cure}")
    if logits.min() == 0:
        raise CheckFailed(f"there is a ReLU at the end. {cure}")
    if close(F.hardtanh(logits), logits):
        raise CheckFailed(f"all outputs are from -1 to 1: is a tanh at the end? {cure}")
