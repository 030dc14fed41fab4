"""The check of `pretrain`, patient 11 of lesson 13: each layer learns from codes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod

import torch
from torch import Tensor, nn

from aelesson.checks.expect import Mistakes, expect_close
from aelesson.checks.harness import Answer, CheckFailed, call, check, isolated
from aelesson.checks.wording import close, describe

CASES = (
    ((6, 1, 3, 4), (7, 5, 3)),
    ((5, 2, 2, 2), (4,)),
    ((4, 10), (10, 10, 10)),
    ((1100, 2), (3, 2)),
)
HINTS = {
    "train_layer takes rows": "flatten the images: train_layer takes (N, values).",
    "shapes cannot be multiplied": (
        "an encoder was given inputs of the wrong width: each encoder takes the codes "
        "of the one before."
    ),
}


@dataclass
class _Trainer:
    """Stands for the training of a layer; notes what it was asked for."""

    inputs: list[Tensor] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    encoders: list[nn.Module] = field(default_factory=list)
    decoders: list[nn.Module] = field(default_factory=list)

    def __call__(self, inputs: Tensor, hidden_dim: int) -> tuple[nn.Module, nn.Module]:
        if inputs.dim() != 2:
            raise ValueError(f"train_layer takes rows, (N, values), got {inputs.shape}")
        width = inputs.shape[1]
        with isolated(seed=70 + len(self.inputs)):
            encoder = nn.Sequential(nn.Linear(width, hidden_dim), nn.LeakyReLU(0.3))
            decoder = nn.Sequential(nn.Linear(hidden_dim, width), nn.Sigmoid())
            for parameter in (*encoder.parameters(), *decoder.parameters()):
                nn.init.normal_(parameter)
        self.inputs.append(inputs)
        self.hidden.append(hidden_dim)
        self.encoders.append(encoder)
        self.decoders.append(decoder)
        return encoder, decoder


@check(f"right on {len(CASES)} stacks")
def pretrain(function: Answer) -> None:
    """Check `pretrain(images, sizes, train_layer)`: each layer on the codes before."""
    for shape, sizes in CASES:
        images, trainer = torch.rand(shape), _Trainer()
        got = call(function, HINTS, images=images, sizes=sizes, train_layer=trainer)
        _expect_layers(trainer, sizes)
        _expect_inputs(trainer, images)
        _expect_encoders(got, trainer, images)


def _expect_layers(trainer: _Trainer, sizes: Sequence[int]) -> None:
    if not trainer.hidden:
        raise CheckFailed(
            "train_layer was never called: call it once per size in sizes. (If nothing "
            "is returned, None, is `return` missing?)"
        )
    if tuple(trainer.hidden) != tuple(sizes):
        raise CheckFailed(
            f"train_layer was asked for codes of {trainer.hidden} units, expected "
            f"{list(sizes)}: one layer for each size, in this order."
        )


def _expect_inputs(trainer: _Trainer, images: Tensor) -> None:
    rows = images.flatten(1)
    for number, got in enumerate(trainer.inputs):
        if got.requires_grad:
            raise CheckFailed(
                f"the inputs of layer {number + 1} carry the graph of the layers "
                "before: training it would train those too.\n"
                "Cut it with .detach(), or compute the codes under torch.no_grad()."
            )
        expected = rows
        with torch.no_grad():
            for encoder in trainer.encoders[:number]:
                expected = encoder(expected)
        _expect_codes(number, got, expected, trainer, rows)


def _expect_codes(
    number: int, got: Tensor, expected: Tensor, trainer: _Trainer, rows: Tensor
) -> None:
    place = f"the inputs of layer {number + 1}"
    before = trainer.inputs[number - 1] if number else rows
    with torch.no_grad():
        encoder, decoder = (
            part[max(number - 1, 0)] for part in (trainer.encoders, trainer.decoders)
        )
        codes = encoder(before)
        back = decoder(codes)
    wrong = {
        f"{place} are reconstructions, as large as the images: three whole "
        "autoencoders in a chain.": back,
        f"{place} are the images again: the layers are trained side by side.\nEach "
        "takes the codes of the one before.": rows,
        f"{place} are the inputs of the layer before: hand on its codes.": before,
        f"{place} are codes that were encoded twice: once by each layer.": (
            encoder(codes).detach() if codes.shape[1] == before.shape[1] else codes + 9
        ),
        f"{place} are rounded or cut codes: hand them on as they are.": (
            codes.round(),
            (codes > 0.5).to(codes),
            codes.relu(),
            codes.clamp(0, 1),
            codes.clamp(-1, 1),
            codes.sigmoid(),
            codes.tanh(),
        ),
        f"{place} are scaled codes: hand them on as they are.": (
            (codes - codes.mean(0)) / codes.std(0),
            codes - codes.mean(0),
        ),
    }
    if got.dim() == 2 and len(got) != len(expected):
        raise CheckFailed(
            f"{place} have {len(got)} rows, but there are {len(expected)} images: "
            "train each layer on all of them."
        )
    if got.shape != expected.shape:
        for told, values in wrong.items():
            if isinstance(values, Tensor) and close(got, values):
                raise CheckFailed(told)
        raise CheckFailed(
            f"{place} have shape {tuple(got.shape)}, expected {tuple(expected.shape)}: "
            "the codes of the layer before."
        )
    mistakes: Mistakes = wrong if number else {}
    expect_close(got, expected, place, mistakes)


def _expect_encoders(got: object, trainer: _Trainer, images: Tensor) -> None:
    if got is None:
        raise CheckFailed("your function returned None: is `return` missing?")
    if isinstance(got, Tensor) or not hasattr(got, "__iter__"):
        raise CheckFailed(f"got {describe(got)}, expected a list of the encoders.")
    modules = list(got)
    count = len(trainer.encoders)
    if any(isinstance(part, tuple | list) for part in modules):
        raise CheckFailed("each entry is a pair: return the encoders alone.")
    if any(not isinstance(part, nn.Module) for part in modules):
        raise CheckFailed(
            "the list holds something else than encoders: "
            f"{describe(modules[0])} comes first."
        )
    if len(modules) != count:
        raise CheckFailed(
            f"the list has {len(modules)} networks, expected {count} encoders: is the "
            "list made anew in the loop, or are decoders in it?"
        )
    for number, module in enumerate(modules):
        if any(module is decoder for decoder in trainer.decoders):
            raise CheckFailed("these are decoders: return the encoders.")
        encoder = trainer.encoders[number]
        if module is encoder:
            _expect_trainable(module)
            continue
        if _equal(module, encoder, trainer.inputs[number]):
            raise CheckFailed(
                f"entry {number + 1} is a copy: return the encoder itself, as "
                "train_layer returned it."
            )
        if count > 1 and any(module is other for other in trainer.encoders):
            raise CheckFailed("the encoders are in another order: from the pixels up.")
        raise CheckFailed(
            f"entry {number + 1} is not the encoder that train_layer returned for "
            f"layer {number + 1} of images with {prod(images.shape[1:])} values."
        )


def _expect_trainable(encoder: nn.Module) -> None:
    if not all(parameter.requires_grad for parameter in encoder.parameters()):
        raise CheckFailed(
            "the encoders were frozen, requires_grad is False: return them as they "
            "came, a stack is trained on.\nTo cut the graph, detach the codes."
        )


def _equal(module: nn.Module, encoder: nn.Module, inputs: Tensor) -> bool:
    try:
        with torch.no_grad():
            return close(module(inputs), encoder(inputs))
    except RuntimeError:
        return False
