"""`decode_sequence(cell, z, length)`: what a cell makes of its own steps, freely."""

import torch

from aelesson.checks.engine import Exercise
from aelesson.checks.engine.edits import edits
from aelesson.checks.sequences.cell import Cell, facts
from aelesson.checks.sequences.watched import with_network


def decode_sequence(cell, z, length):
    x_t, h = torch.zeros(len(z), cell.features), z
    steps = []
    for _ in range(length):
        x_t, h = cell(x_t, h)
        steps.append(x_t)
    result = torch.stack(steps, 1)
    return result


def cases():
    # batch, F, D, length; where F = D, nothing fails that is swapped
    sizes = ((4, 3, 5, 6), (3, 4, 4, 5), (1, 2, 3, 4), (2, 3, 4, 1), (3, 5, 2, 4))
    return [
        {"cell": (features, units), "z": torch.randn(batch, units), "length": length}
        for batch, features, units, length in sizes
    ]


PAIR = "the cell returns a pair: x_t, h = cell(x_t, h). Keep the first part only."
check = Exercise(
    decode_sequence,
    cases,
    with_network(Cell, facts),
    errors={
        "'tuple' object has no attribute": PAIR,
        "expected Tensor as element": PAIR,
        "missing 1 required positional argument": "a call is cell(x_t, h), with both.",
        "non-empty TensorList": "no step is kept: make `length` calls, keep each step.",
    },
)
STACK, RETURN = "torch.stack(steps, 1)", "return result"
check.mistakes(
    {
        "these are the hidden states: keep the steps.": "append(x_t) -> append(h)",
        "the zeros that went in are in the result: keep what comes out.": [
            "steps = [] -> steps = [x_t]",
            f"steps = [] -> steps = [x_t];; {STACK} -> torch.stack(steps[:-1], 1)",
        ],
        "one step is missing: keep what every call returns.": (
            f"{RETURN} -> return torch.cat([result[:, :-1], 0 * result[:, -1:]], 1)"
        ),
        "only one step is returned: keep each, and join them.": [
            *edits(RETURN, "return result[:, {}]", "0", "-1", ":1", "-1:"),
            *edits(RETURN, "return result[:, {}].expand_as(result)", ":1", "-1:"),
        ],
        "a batch of one, or one step, keeps its axis: do not squeeze.": (
            f"{RETURN} -> return result.squeeze()"
        ),
        "the steps come in reverse: the first is step 0.": "steps, 1 -> steps[::-1], 1",
        "something is done to the steps: return what the cell returns.": [
            *edits(RETURN, "return result.{}()", "sigmoid", "tanh", "relu"),
            *edits(RETURN, "return result.clamp({}, 1)", -1, 0),
            f"{RETURN} -> return result.cumsum(1)",
        ],
        f"return one tensor: join the steps by {STACK}.": edits(
            STACK, "{}", "steps", "tuple(steps)"
        ),
        f"batch and steps are mixed: reshape swaps no axes; take {STACK}.": edits(
            RETURN, "return result.{}.reshape(result.shape)", "transpose(0, 1)", "mT"
        ),
        f"the batch comes first, then the steps: {STACK}.": edits(
            STACK, "torch.stack(steps, {})", 0, -1
        ),
        f"torch.cat adds no axis: join the steps by {STACK}.": edits(
            STACK, "torch.cat(steps, {})", 0, 1
        ),
    }
)
