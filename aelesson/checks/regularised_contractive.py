"""The check of `contractive_penalty`, an exercise of lesson 06."""

import torch
from torch import Tensor, nn

from aelesson.checks.expect import Mistakes, expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.regularised_encoders import (
    CASES,
    OLD_GRADIENT,
    Case,
    build,
    jacobians,
)
from aelesson.checks.wording import close

_NO_FORMULA = (
    "there is no formula for one kind of layer here: the encoder may be any network.\n"
    "Let autograd find the slopes of each code unit."
)
_AS_A_BATCH = (
    "the encoder takes a batch of images, in the shape in which they came: no flatten "
    "before it, and for one image x[i : i + 1]."
)
HINTS = {
    "Expected 3D (unbatched) or 4D": _AS_A_BATCH,
    "shapes cannot be multiplied": _AS_A_BATCH,
    "Dimension out of range": (
        "images may have any shape: flatten(1) before you sum over the pixels. The "
        "encoder takes a batch: for one image x[i : i + 1]."
    ),
    "object is not subscriptable": _NO_FORMULA,
    "object has no attribute 'weight'": _NO_FORMULA,
    "object has no attribute 'bias'": _NO_FORMULA,
    "object is not iterable": _NO_FORMULA,
    "is not a Module": _NO_FORMULA,
    "grad can be implicitly created only for scalar": (
        "autograd.grad wants one number: take one code unit at a time, and sum it over "
        "the images, z[:, unit].sum()."
    ),
    "does not require grad and does not have a grad_fn": (
        "the code hangs on no pixels that need gradients: encode a copy, "
        "x.detach().clone().requires_grad_(), and not under no_grad()."
    ),
    "One of the differentiated Tensors does not require grad": (
        "x needs no gradient: encode a copy, x.detach().clone().requires_grad_()."
    ),
    "appears to not have been used in the graph": (
        "the code was not computed from the tensor that you differentiate by: make the "
        "copy first, then encode the copy."
    ),
    "backward through the graph a second time": (
        "the graph is gone after the first unit: create_graph=True keeps it, and makes "
        "the slopes differentiable."
    ),
}
_ONE_PER_IMAGE = "one value per image: sum over all its code units and pixels."


@check(f"right on {len(CASES)} encoders, gradients included")
def contractive_penalty(function: Answer) -> None:
    """Check `contractive_penalty(encoder, x)`: the squared norm of each Jacobian."""
    for case in CASES:
        encoder, x = build(case)
        got = _penalty(function, encoder, x, case)
        again = _penalty(function, encoder, x, case)
        if not close(got, again):
            raise CheckFailed(
                "two calls with the same input gave different results: is it an "
                "estimate from random directions?\n"
                "Go through all code units: the exact norm is asked for."
            )
        slopes = jacobians(encoder, x)
        expected = slopes.square().sum((1, 2))
        mistakes = {**_mistakes(slopes, expected), **_formulas(encoder, x)}
        if torch.allclose(got, expected, rtol=0.02) and not close(got, expected):
            raise CheckFailed(
                f"nearly right, but not exact, for {case.words}: are these differences "
                "over small steps?\nLet autograd find the slopes."
            )
        expect_close(got, expected, case.words, mistakes)
        _expect_gradients(got, expected, encoder, case)


def _penalty(function: Answer, encoder: nn.Module, x: Tensor, case: Case) -> Tensor:
    """Call the answer; ask for the right shape, and that nothing else was touched."""
    with torch.no_grad():
        batch, units = encoder(x).shape
    shapes = {
        (batch, *x.shape[1:]): f"one value per pixel; {_ONE_PER_IMAGE}",
        (batch, x[0].numel()): f"one value per pixel; {_ONE_PER_IMAGE}",
        (batch, units): f"one value per code unit; {_ONE_PER_IMAGE}",
        (batch, units, *x.shape[1:]): f"these are the Jacobians; {_ONE_PER_IMAGE}",
        (batch, units, x[0].numel()): f"these are the Jacobians; {_ONE_PER_IMAGE}",
        (units, x[0].numel()): f"you summed over the batch; {_ONE_PER_IMAGE}",
        (batch, batch): "an image's code hangs on that image alone.",
        (units,): f"one value per code unit; {_ONE_PER_IMAGE}",
        (x[0].numel(),): f"you summed over the batch; {_ONE_PER_IMAGE}",
        tuple(x.shape[1:]): f"you summed over the batch; {_ONE_PER_IMAGE}",
        (): f"one number for the whole batch; {_ONE_PER_IMAGE}",
        (1,): f"one number for the whole batch; {_ONE_PER_IMAGE}",
        (batch, 1): "one value per image, without `keepdim`: shape (B,).",
    }
    got = call(function, HINTS, encoder=encoder, x=x)
    _expect_untouched(encoder, x, case)
    return expect_tensor(got, (batch,), shapes, x.dtype)


def _expect_untouched(encoder: nn.Module, x: Tensor, case: Case) -> None:
    if x.requires_grad:
        raise CheckFailed(
            "your function makes the caller's x need gradients from now on.\n"
            "Do that with a copy: x.detach().clone().requires_grad_()."
        )
    for name, parameter in encoder.named_parameters():
        old = parameter.grad
        if old is None or not (old == OLD_GRADIENT).all():
            raise CheckFailed(
                f"your function changes .grad of {name}, which the next step uses."
                "\nNo backward(), no zero_grad(): torch.autograd.grad returns slopes."
            )
        if not parameter.requires_grad:
            raise CheckFailed(f"your function freezes {name}: leave requires_grad.")
    if encoder.training != case.training:
        raise CheckFailed("your function changes the encoder's mode: leave it.")


def _mistakes(slopes: Tensor, right: Tensor) -> dict[str, Tensor | tuple[Tensor, ...]]:
    """Give each known mistake its diagnosis and the values that it leads to."""
    batch, units, pixels = slopes.shape
    each = torch.ones_like(right)
    of_sum = slopes.sum(1)
    largest = torch.linalg.matrix_norm(slopes.detach(), 2)
    return {
        "this is the norm: return its square.": right.sqrt(),
        "this is the norm to the power 4: square it once.": right.square(),
        "you averaged over the code units: take the sum.": right / units,
        "you averaged over the pixels: take the sum.": right / pixels,
        "you averaged over code units and pixels: take the sum.": (
            right / (units * pixels)
        ),
        "these are the slopes of the sum of all code units, where slopes may cancel.\n"
        "Take one code unit at a time, square its slopes, then add up.": (
            of_sum.square().sum(1),
            of_sum.square().sum(1).sqrt(),
            of_sum.square().sum(1) / units,
            of_sum.square().mean(1),
            of_sum.sum(1),
            of_sum.abs().sum(1),
        ),
        "these are the slopes of the mean of all code units.\n"
        "Take one code unit at a time, square its slopes, then add up.": (
            of_sum.square().sum(1) / units**2,
            of_sum.square().mean(1) / units**2,
        ),
        "the slopes are not squared: a sum of slopes may cancel.": (
            slopes.mean((1, 2)),
            slopes.sum((1, 2)).square(),
        ),
        "you added up the slopes by the pixels, and squared then: first the square.": (
            slopes.sum(2).square().sum(1)
        ),
        "you took the mean of each unit over the images: z[:, unit].sum(), for an "
        "image's slopes must not shrink with the batch.": right / batch**2,
        "you added up absolute slopes: add up their squares.": slopes.abs().sum((1, 2)),
        "you added up the lengths of the units' slopes: add up their squares.": (
            slopes.square().sum(2).sqrt().sum(1)
        ),
        "each image got the sum of the whole batch: its own Jacobian alone.": (
            each * right.sum()
        ),
        "each image got the mean of the whole batch: its own Jacobian alone.": (
            each * right.mean()
        ),
        "you divided by the size of the batch.": right / batch,
        "you multiplied by the size of the batch.": right * batch,
        "the factor 1/2 does not belong here.": right / 2,
        "the sign is the wrong way round: a penalty is added to a loss.": -right,
        "this is the largest singular value: add up the squares of all slopes.": (
            largest,
            largest.square(),
        ),
        "these are the slopes of the first code unit alone: add up those of all.": (
            slopes[:, 0].square().sum(1)
        ),
        "these are the slopes of the last code unit alone: add up those of all.\nDo "
        "you overwrite the result in each turn of a loop, in place of adding?": (
            slopes[:, -1].square().sum(1)
        ),
        "the last code unit is missing: does your loop stop one too early?": (
            slopes[:, :-1].square().sum((1, 2))
        ),
        "the first code unit is missing: does your loop start one too late?": (
            slopes[:, 1:].square().sum((1, 2))
        ),
        "the slopes of the images are added up before they are squared.": (
            each * slopes.sum(0).square().sum(),
            each * slopes.mean(0).square().sum(),
        ),
        "nothing is there: were the slopes taken of the right code?": 0 * right,
    }


def _formulas(encoder: nn.Module, x: Tensor) -> Mistakes:
    """Give the formulas for one kind of layer their diagnoses and their values."""
    with torch.no_grad():
        z = encoder(x)
        known: dict[str, Tensor | tuple[Tensor, ...]] = {
            "this is the size of the code: the slopes by the pixels are asked for.": (
                z.square().sum(1),
                z.abs().sum(1),
            )
        }
        layers = [m for m in encoder.modules() if isinstance(m, nn.Linear)]
        sizes = [layer.weight.square().sum(1) for layer in layers]
        known[
            "these are squared weights, as in weight decay: the slopes of the "
            "activation are missing."
        ] = tuple(torch.ones_like(z[:, 0]) * size.sum() for size in sizes)
        fitting = [size for size in sizes if len(size) == z.shape[1]]
        slopes = (z * (1 - z), 1 - z.square(), (z > 0).to(z))
        known[_NO_FORMULA] = tuple(
            slope.square() @ size for size in fitting for slope in slopes
        ) + tuple(slope @ size for size in fitting for slope in slopes)
    return known


def _expect_gradients(
    got: Tensor, expected: Tensor, encoder: nn.Module, case: Case
) -> None:
    """Compare the gradients by the encoder's weights with the oracle's."""
    if not got.requires_grad:
        raise CheckFailed(
            "no gradient flows from your result to the encoder's weights, so it could "
            "not be trained.\nGive torch.autograd.grad create_graph=True, and leave "
            "out detach, no_grad and .item() after it."
        )
    names, parameters = zip(*encoder.named_parameters(), strict=True)
    scale = torch.linspace(1, 2, len(got), dtype=got.dtype)
    wanted, found = (
        torch.autograd.grad(
            (scale * value).sum(),
            parameters,
            allow_unused=True,
            materialize_grads=True,
            retain_graph=True,
        )
        for value in (expected, got)
    )
    for name, mine, right in zip(names, found, wanted, strict=True):
        given = f"the gradient by {name} of {case.words}"
        diagnosis = (
            f"no gradient reaches {name}: create_graph=True is missing, or a detach is "
            "on the way."
        )
        expect_close(mine, right, given, {diagnosis: torch.zeros_like(right)})
