"""The check of `normalise_decoder_`, an exercise of lesson 06."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from aelesson.checks.expect import Mistakes, expect_close
from aelesson.checks.harness import Answer, CheckFailed, call, check, isolated
from aelesson.checks.wording import describe


@dataclass(frozen=True)
class _Case:
    """A layer to be made, `(P, D)`; unit `zero` has a column of zeros."""

    pixels: int
    units: int
    bias: bool = True
    zero: int | None = None
    dtype: torch.dtype = torch.float32
    frozen: bool = False

    def __str__(self) -> str:
        zero = "" if self.zero is None else f", column {self.zero} is zero"
        return f"weight of shape ({self.pixels}, {self.units}), {self.dtype}{zero}"


CASES = (
    _Case(6, 4),
    _Case(4, 4),
    _Case(3, 5, bias=False),
    _Case(5, 3, zero=1),
    _Case(1, 3),
    _Case(7, 1, dtype=torch.float64),
    _Case(3, 2, frozen=True),
)
_UNDER_NO_GRAD = (
    "a weight that is trained may be changed in place only under torch.no_grad()."
)
HINTS = {
    "leaf Variable that requires grad": _UNDER_NO_GRAD,
    "leaf variable has been moved": _UNDER_NO_GRAD,
    "cannot assign": (
        "linear.weight must stay the nn.Parameter that it is.\nPut the new values into "
        "it, in place: linear.weight.copy_(...) under torch.no_grad()."
    ),
    "can't assign": "put the new values into linear.weight, in place.",
    "must match the size of tensor": (
        "the lengths do not fit: one per column, over dimension 0."
    ),
    "cannot unflatten": "the lengths do not fit: one per column, over dimension 0.",
}


@dataclass
class _Layer:
    """A layer in training, and all that must be as it was afterwards."""

    case: _Case

    def __post_init__(self) -> None:
        case = self.case
        with isolated(seed=5):
            self.linear = nn.Linear(case.units, case.pixels, case.bias)
            self.linear = self.linear.to(case.dtype)
            self.linear.weight.data = self._weight()
            self.weight, self.bias = self.linear.weight, self.linear.bias
            x = torch.rand(2, case.units, dtype=case.dtype)
            self.linear(x).square().sum().backward()
        if case.frozen:
            self.linear.requires_grad_(False)
        self.before = self.weight.detach().clone()
        self.gradient = self._gradient().clone()
        self.values_of_bias = None if self.bias is None else self.bias.detach().clone()

    def _weight(self) -> Tensor:
        """Draw columns of lengths from 0.004 to 20."""
        case = self.case
        weight = torch.randn(case.pixels, case.units, dtype=case.dtype)
        weight = weight / weight.square().sum(0).sqrt()
        lengths = torch.tensor([3.0, 0.5, 20.0, 0.004, 1.0], dtype=case.dtype)
        weight = weight * lengths[: case.units]
        if case.zero is not None:
            weight[:, case.zero] = 0.0
        return weight

    def _gradient(self) -> Tensor:
        assert self.weight.grad is not None
        return self.weight.grad

    def expected(self) -> Tensor:
        """Return the weight with columns of length 1, worked out one by one."""
        columns: list[Tensor] = []
        for column in self.before.T:
            length = float(column.square().sum().sqrt())
            columns.append(column / (length or 1.0))
        return torch.stack(columns, dim=1)


@check(f"right on {len(CASES)} layers")
def normalise_decoder_(function: Answer) -> None:
    """Check `normalise_decoder_(linear)`: columns of length 1, in place; the layer."""
    for case in CASES:
        layer = _Layer(case)
        got = call(function, HINTS, linear=layer.linear)
        _expect_same_layer(got, layer)
        _expect_same_parameter(layer)
        expected = layer.expected()
        _expect_no_nan(layer)
        _expect_zeros(layer)
        mistakes = _mistakes(layer.before, expected)
        expect_close(layer.weight, expected, str(case), mistakes)
        _expect_same_bias(layer)
        _expect_trainable(layer)


def _expect_same_layer(got: object, layer: _Layer) -> None:
    if got is layer.linear:
        return
    if got is None:
        raise CheckFailed(
            "your function returned None, expected the layer: is `return` missing?"
        )
    if got is layer.weight:
        raise CheckFailed("you returned the weight: return the layer itself, linear.")
    what = "another layer, maybe a copy" if isinstance(got, nn.Module) else ""
    raise CheckFailed(
        f"you returned {what or describe(got)}.\nChange the layer that came in, and "
        "return it itself."
    )


def _expect_same_parameter(layer: _Layer) -> None:
    names = [name for name, _ in layer.linear.named_parameters()]
    wanted = ["weight", "bias"][: 1 + layer.case.bias]
    now = getattr(layer.linear, "weight", None)
    if names != wanted or not isinstance(now, nn.Parameter):
        raise CheckFailed(
            f"the layer's parameters are {names} now, expected {wanted}.\nKeep "
            "linear.weight, and change its values under torch.no_grad()."
        )
    if now is not layer.weight:
        raise CheckFailed(
            "linear.weight is a new nn.Parameter: an optimizer that exists already "
            "would go on with the old one.\nChange its values under torch.no_grad()."
        )
    if layer.weight.shape != layer.before.shape:
        raise CheckFailed(
            f"the weight has shape {tuple(layer.weight.shape)} now, expected "
            f"{tuple(layer.before.shape)}, as before."
        )
    if layer.weight.dtype != layer.before.dtype:
        raise CheckFailed(
            f"the weight is of {layer.weight.dtype} now, and was of "
            f"{layer.before.dtype}."
        )


def _expect_zeros(layer: _Layer) -> None:
    zero = layer.case.zero
    if zero is not None and layer.weight[:, zero].any():
        raise CheckFailed(
            f"column {zero} was zero and is not any more: a column of zeros stays."
        )


def _expect_no_nan(layer: _Layer) -> None:
    if not layer.weight.isfinite().all():
        raise CheckFailed(
            f"there is a nan or inf in the weight, for {layer.case}.\nA column of "
            "zeros has length 0, and 0/0 is nan: divide it by something else."
        )


def _mistakes(weight: Tensor, right: Tensor) -> Mistakes:
    """Give each known mistake its diagnosis and the weight that it leads to."""
    lengths = weight.norm(dim=0)
    safe = lengths.where(lengths > 0, torch.ones_like(lengths))
    rows = weight.norm(dim=1, keepdim=True).clamp_min(1e-12)
    known: dict[str, Tensor | tuple[Tensor, ...]] = {
        "you gave the rows length 1: those are the pixels. A unit's picture is a "
        "column: dimension 0.": weight / rows,
        "you gave the columns length 1, then the rows: the columns alone.": (
            right / right.norm(dim=1, keepdim=True).clamp_min(1e-12)
        ),
        "the whole weight has length 1 now: each column on its own.": (
            weight / weight.norm()
        ),
        "nothing has changed: put the new values into linear.weight, in place.": weight,
        "you divided by the squared length: take the root, as norm() does.": (
            weight / safe.square()
        ),
        "you divided by the root of the length.": weight / safe.sqrt(),
        "you multiplied by the lengths: divide.": weight * lengths,
        "you divided by the sum of absolute values: the length is the root of the sum "
        "of squares.": weight / weight.abs().sum(0).clamp_min(1e-12),
        "you divided by the sum of the values: the length is the root of the sum of "
        "squares.": weight / weight.sum(0),
        "you divided by the largest absolute value: the length is the root of the sum "
        "of squares.": (
            weight / weight.abs().amax(0).clamp_min(1e-12),
            weight / weight.amax(0),
            weight / weight.abs().max(),
        ),
        "short columns are too short still: what keeps 0/0 away must be tiny, 1e-12.": (
            tuple(
                weight / lengths.clamp_min(bound) for bound in (0.1, 0.05, 0.02, 0.01)
            )
        ),
        "you gave rows length 1: weight[d] is a row, a pixel. The picture of unit d is "
        "a column, weight[:, d].": torch.cat(
            [(weight / rows)[: weight.shape[1]], weight[weight.shape[1] :]]
        ),
        "only long columns were cut: short ones get length 1 as well.": (
            weight / lengths.clamp_min(1.0),
            weight.clamp(-1, 1),
        ),
        "only short columns were stretched: long ones get length 1 as well.": (
            weight / safe.clamp_max(1.0)
        ),
        "you used the mean of squares, or a standard deviation: the length is the root "
        "of the sum of squares.": _by_spread(weight),
        "you subtracted the mean of each column: divide only.": _centred(weight),
        "the signs are lost: divide by the length, and take no absolute values.": (
            right.abs()
        ),
        "the values are between 0 and 1 now: divide each column by its length.": (
            weight.softmax(0),
            weight.softmax(1),
            weight.sigmoid(),
        ),
        "one unit's length was used for all: each column has its own.": tuple(
            weight / length for length in safe
        ),
    }
    for eps in (1e-4, 1e-3, 1e-2, 0.1, 1.0):
        diagnosis = f"the lengths are a little too small: is the {eps:g} added needed?"
        known[diagnosis] = weight / (lengths + eps)
    return known


def _by_spread(weight: Tensor) -> tuple[Tensor, ...]:
    squares = weight.square().mean(0).sqrt().clamp_min(1e-12)
    return (weight / squares, *(weight / spread for spread in _spreads(weight)))


def _spreads(weight: Tensor) -> tuple[Tensor, Tensor]:
    """Return both standard deviations of each column; of one row, twice the same."""
    whole = weight.std(0, correction=0)
    return weight.std(0) if len(weight) > 1 else whole, whole


def _centred(weight: Tensor) -> tuple[Tensor, ...]:
    centred = weight - weight.mean(0)
    lengths = centred.norm(dim=0).clamp_min(1e-12)
    return tuple(centred / scale for scale in (lengths, *_spreads(weight)))


def _expect_same_bias(layer: _Layer) -> None:
    if layer.linear.bias is not layer.bias:
        raise CheckFailed("the bias is another tensor now: leave it as it is.")
    if layer.bias is None or layer.values_of_bias is None:
        return
    if not torch.equal(layer.bias, layer.values_of_bias):
        raise CheckFailed(
            "you changed the bias: it belongs to no unit, so leave it as it is."
        )


def _expect_trainable(layer: _Layer) -> None:
    """Ask for what training needs: a leaf, its gradient, its requires_grad."""
    weight, frozen = layer.weight, layer.case.frozen
    if not weight.is_leaf:
        raise CheckFailed(
            "the weight hangs on a graph now, and optimizers refuse it.\n"
            "Change it under torch.no_grad()."
        )
    if weight.requires_grad == frozen:
        was, now = ("", "trained") if frozen else ("not ", "frozen")
        raise CheckFailed(
            f"the weight is {now} now, and was {was}frozen before: leave requires_grad."
            "\n`with torch.no_grad():` switches gradients off for one block only."
        )
    if layer.bias is not None and layer.bias.requires_grad == frozen:
        raise CheckFailed("the bias has another requires_grad now: leave it.")
    if weight.grad is None or not torch.equal(weight.grad, layer.gradient):
        raise CheckFailed(
            "you changed weight.grad: leave it, the next step may need it."
        )
    if not layer.linear.training:
        raise CheckFailed("you changed the layer's mode: leave it.")
