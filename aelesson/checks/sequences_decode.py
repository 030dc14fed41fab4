"""The check of `decode_sequence`, an exercise of lesson 11."""

from collections.abc import Mapping

from torch import Tensor, float32, randn

from aelesson.checks.expect import expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check
from aelesson.checks.sequences_cells import (
    BAD_DTYPE,
    BAD_INPUT,
    BAD_STATE,
    Cell,
    Decoder,
    Rule,
)
from aelesson.checks.sequences_gradients import (
    alike,
    expect_gradients,
    expect_kept,
    weights_of,
)
from aelesson.checks.wording import close

CASES = (
    # batch, features, units, length
    (4, 3, 5, 6),
    (3, 4, 4, 5),  # features and units alike: what is swapped goes through
    (1, 2, 3, 4),
    (2, 3, 4, 1),
    (3, 5, 2, 4),  # more features than units: z cannot be cut to an input
)

HINTS = {
    BAD_INPUT: (
        "a call is cell(x_t, h): the input (B, F), zeros at first, then the hidden "
        "state (B, D), z at first. F can be less or more than D."
    ),
    BAD_STATE: (
        "a call is cell(x_t, h): the input (B, F), zeros at first, then the hidden "
        "state (B, D), z at first and without an axis more."
    ),
    "'tuple' object has no attribute": (
        "the cell returns a pair: x_t, h = cell(x_t, h)."
    ),
    "expected Tensor as element": (
        "the cell returns a pair: x_t, h = cell(x_t, h). Stack the first parts only."
    ),
    "missing 1 required positional argument": "a call is cell(x_t, h), with both.",
    "doesn't match hidden": (
        "each code has its own input: the first one is zeros (B, F), with B = len(z)."
    ),
    "Tensors must have same number of dimensions": (
        "keep each step as it came, (B, F), and join all by torch.stack(steps, dim=1)."
    ),
    "leaf Variable that requires grad": "make a new tensor in place of changing z.",
    "call numpy() on Tensor": "compute with torch throughout: NumPy has no gradients.",
    BAD_DTYPE: (
        "the first input must be of the dtype of z, float32: torch.zeros(len(z), "
        "cell.features) is."
    ),
    "modified by an inplace operation": (
        "you change a tensor in place that gradients need: keep the steps in a list "
        "and join them by torch.stack."
    ),
}


@check(f"right on {len(CASES)} batches of codes, gradients included")
def decode_sequence(function: Answer) -> None:
    """Check `decode_sequence(cell, z, length)`: what a cell makes, freely."""
    for batch, features, units, length in CASES:
        cell, z = Cell(features, units), randn(batch, units, requires_grad=True)
        before = weights_of(cell)
        got = call(function, HINTS, cell=cell, z=z, length=length)
        expect_kept(cell, "the cell", before)
        steps = _steps(got, (batch, length, features), units)
        made = cell.made
        if made == 0:
            raise CheckFailed("the cell was never called: it makes each step.")
        right = Decoder(cell, z, length)
        given = f"z of shape {tuple(z.shape)}, F = {features}, length = {length}"
        expected = right.steps()
        if not close(steps, expected):  # the mistakes take longer than the rest
            expect_close(steps, expected, given, right.mistakes())
        _expect_no_more(made, batch * length, given)
        _expect_gradients(steps, right)


def _expect_no_more(made: int, wanted: int, given: str) -> None:
    """Compare the steps that the cell made, of all codes, with those wanted."""
    if made > wanted:
        raise CheckFailed(
            f"the steps are right, but the cell made {made} of them where {wanted} "
            f"were asked for, for {given}.\nThe loop makes `length` calls, "
            "range(length), and each call is one step: none is dropped."
        )


def _steps(got: object, shape: tuple[int, int, int], units: int) -> Tensor:
    if isinstance(got, tuple | list):
        raise CheckFailed(
            f"you returned a {type(got).__name__}, expected one tensor: join the steps "
            "by torch.stack(steps, dim=1), and return nothing else."
        )
    batch, length, features = shape
    joined = "join the steps by torch.stack(steps, dim=1)."
    hints = {
        (batch, length, units): "these are the hidden states: return the steps.",
        (batch, 1, features): "there is one step only: is `return` inside the loop?",
        (batch, features): f"this is one step: {joined}",
        (batch * length, features): f"torch.cat adds no axis: {joined}",
        (length, features): "a batch of one is a batch still: do not squeeze.",
        (batch, length * features): f"torch.cat adds no axis: {joined}",
        (batch, features, length): f"steps are the middle axis: {joined}",
        (batch, length - 1, features): "one step is missing: every call's counts.",
        (batch, length + 1, features): "one step too many: the zeros that went in at "
        "first do not count, and the loop makes `length` calls.",
        (length + 1, batch, features): "one step too many, and the batch comes first.",
        (length, batch, features): f"the batch comes first: {joined}",
    }
    if shape[1] == 1:
        hints[(batch, features)] = (
            "one step has an axis of its own, too: do not drop it."
        )
    hints.pop(shape, None)
    return expect_tensor(got, shape, hints, float32)


CUTS: Mapping[str, Rule] = {
    "the steps are cut off from the graph before they go in again: no `detach` between "
    "steps.": lambda now, out: (out[0].detach(), out[1]),
    "the hidden state is cut off from the graph: no `detach` between steps.": (
        lambda now, out: (out[0], out[1].detach())
    ),
    "step and hidden state are cut off from the graph: no `detach` between steps.": (
        lambda now, out: (out[0].detach(), out[1].detach())
    ),
}


def _expect_gradients(steps: Tensor, right: Decoder) -> None:
    """Compare the gradients with respect to the codes and to all weights."""
    weights = right.cell.named_parameters()
    named = {"z": right.z, **{f"the cell's {name}": p for name, p in weights}}
    got = expect_gradients(steps, "the steps", named)
    wanted = expect_gradients(right.steps(), "the steps", named)
    if all(alike(got[name], wanted[name]) for name in named):
        return
    cut = {
        diagnosis: expect_gradients(right.steps(rule), "the steps", named)
        for diagnosis, rule in CUTS.items()
    }
    for name in named:
        mistakes = {diagnosis: gradients[name] for diagnosis, gradients in cut.items()}
        given = f"the gradient with respect to {name}"
        if not alike(got[name], wanted[name]):
            expect_close(got[name], wanted[name], given, mistakes)
