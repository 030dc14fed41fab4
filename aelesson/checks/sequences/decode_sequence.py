"""`decode_sequence(cell, z, length)`: what a cell makes of its own steps, freely."""

import torch

from aelesson.checks.engine import Exercise
from aelesson.checks.engine.calls import attempt, failed, outcome
from aelesson.checks.engine.compare import close
from aelesson.checks.engine.observe import described, fresh, inputs_kept
from aelesson.checks.sequences.cell import Cell, cut, miscounted, misfed
from aelesson.checks.sequences.watched import gradients, kept, state, weights


def decode_sequence(cell, z, length, *, keep=lambda x_t, h: x_t, join=torch.stack):
    x_t, h = torch.zeros(len(z), cell.features), z
    steps = []
    for _ in range(length):
        x_t, h = cell(x_t, h)
        steps.append(keep(x_t, h))
    return join(steps, 1)


def cases():
    # batch, F, D, length; where F = D, nothing fails that is swapped
    sizes = ((4, 3, 5, 6), (3, 4, 4, 5), (1, 2, 3, 4), (2, 3, 4, 1), (3, 5, 2, 4))
    return [
        {"cell": (features, units), "z": torch.randn(batch, units), "length": length}
        for batch, features, units, length in sizes
    ]


def decoded(answer, case):
    """Observe the steps, what each call of the cell got, and the gradients."""
    cell, z, length = Cell(*case["cell"]), fresh(case["z"], True), case["length"]
    before = state(cell)
    result = attempt(answer, (cell, z, length))
    if failed(result):
        yield from misfed(cell, case["z"])
    yield "error", outcome(result)
    if failed(result):
        return
    yield inputs_kept(case, {**case, "z": z})
    yield "weights", kept("the cell", cell, before)
    right = decode_sequence(Cell(*case["cell"]), case["z"], length)
    for aspect, value in described(result, dtype=True):
        if aspect == "shape":
            yield from miscounted(cell, len(z), length)
            if value != right.shape or not close(result, right):
                yield from misfed(cell, case["z"])
        yield aspect, value
    if isinstance(result, torch.Tensor) and result.is_floating_point():
        yield from cut(cell, result)
        yield from gradients(result, {"z": z, **weights("cell", cell)})


PAIR = "the cell returns a pair: x_t, h = cell(x_t, h). Keep the first part only."
STACK = "join the steps by torch.stack(steps, dim=1)."
check = Exercise(
    decode_sequence,
    cases,
    decoded,
    tell=lambda case: (
        f"z of shape {tuple(case['z'].shape)}, F = {case['cell'][0]} and length = "
        f"{case['length']}"
    ),
    errors={
        "'tuple' object has no attribute": PAIR,
        "expected Tensor as element": PAIR,
        "missing 1 required positional argument": "a call is cell(x_t, h), with both.",
        "has shape": "a call is cell(x_t, h): input (B, F), hidden state (B, D).",
        "non-empty TensorList": "no step is kept: make `length` calls, keep each step.",
        "same number of dimensions": f"keep each step as it came, (B, F): {STACK}",
    },
)


def of_steps(*changes):
    """Return answers that do something to the right steps."""
    return [lambda c, z, n, f=f: f(decode_sequence(c, z, n)) for f in changes]


check.mistakes(
    {
        "the zeros that went in are in the result: keep what comes out.": of_steps(
            lambda s: torch.cat([0 * s[:, :1], s[:, :-1]], 1),
            lambda s: torch.cat([0 * s[:, :1], s], 1),
        ),
        "one step is missing: keep what every call returns.": of_steps(
            lambda s: s[:, 1:],
            lambda s: s[:, :-1],
            lambda s: torch.cat([s[:, :-1], 0 * s[:, -1:]], 1),
        ),
        "only one step is returned: keep each, and join them.": of_steps(
            *(lambda s, i=i: s[:, i] for i in (0, -1, slice(1), slice(-1, None))),
            lambda s: s[:, -1:].expand_as(s),
            lambda s: s[:, :1].expand_as(s),
        ),
        "a batch of one, or one step, keeps its axis: do not squeeze.": of_steps(
            torch.squeeze
        ),
        "the steps come in reverse: the first one is step 0.": of_steps(torch.fliplr),
        "the steps are added up: return each as the cell made it.": of_steps(
            lambda s: s.cumsum(1)
        ),
        "the result is zeros: fill it, or stack the steps.": of_steps(lambda s: 0 * s),
        "something cuts or squashes the steps: return what the cell returns.": of_steps(
            *(torch.sigmoid, torch.tanh, torch.relu),
            *(lambda s, a=a: s.clamp(a, 1) for a in (0, -1)),
        ),
        f"return one tensor: {STACK}": of_steps(
            lambda s: list(s.unbind(1)), lambda s: (s, s)
        ),
        "batch and steps are mixed: reshape swaps no axes; join by torch.stack.": (
            of_steps(
                lambda s: s.transpose(0, 1).reshape(s.shape),
                lambda s: s.mT.reshape(s.shape),
            )
        ),
    },
    keep={"these are the hidden states: keep the steps.": lambda x_t, h: h},
    join={
        "the batch comes first, then the steps: torch.stack(steps, dim=1).": [
            *(lambda steps, _, a=a: torch.stack(steps, a) for a in (0, -1)),
        ],
        f"torch.cat adds no axis: {STACK}": [
            lambda steps, _: torch.cat(steps),
            torch.cat,
        ],
    },
)
