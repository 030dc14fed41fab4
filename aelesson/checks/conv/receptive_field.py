"""`receptive_field(layers)`: the pixels of a side that one unit sees."""

from math import prod

from aelesson.checks.engine import Exercise, returned


def receptive_field(layers):
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step *= stride
    return field


def cases():
    stacks = [
        [(4, 3), (3, 2), (6, 5)],
        [(3, 2), (3, 2), (7, 1)],
        [(3, 1), (3, 1), (3, 1)],
        [(5, 2)],
        [(1, 1), (2, 7), (1, 3), (2, 2), (3, 1)],
        [(3, 2), (5, 4), (4, 1), (2, 3)],
        [],
    ]
    return [{"layers": layers} for layers in stacks]


check = Exercise(receptive_field, cases, returned())
NONE = "with no layer, a unit is a pixel and sees itself: 1."
OWN = "a layer's own stride does not move itself: change step after using it."
OVERLAP = "a layer adds kernel - 1 steps: the unit itself is counted already."
BELOW = "a step is as long as ALL strides below multiply to, not one of them."
PRODUCT = "kernels do not multiply: each layer adds (kernel - 1) * step."
GAPS = "you count single pixels: those between the first and the last count, too."
ADD = "strides multiply, they do not add up."
SORTED = "layers come in order, from the input upwards: do not sort them."
EACH = "each layer counts, also if another is like it: no set."


def counted_in_a_set(layers):
    seen = {0}
    for kernel, stride in layers[::-1]:
        seen = {stride * unit + offset for unit in seen for offset in range(kernel)}
    return len(seen)


check.mistakes(
    {
        NONE: [
            "return field -> return field if layers else 0",
            "return field -> return field if layers else layers[0]",
        ],
        "each pair is (kernel, stride).": "kernel, stride in -> stride, kernel in",
        "the layers are the wrong way round.": "in layers -> in layers[::-1]",
        "the last layer is missing.": "in layers -> in layers[:-1]",
        "the first layer is missing.": "in layers -> in layers[1:]",
        SORTED: [
            "in layers -> in sorted(layers)",
            "in layers -> in sorted(layers)[::-1]",
            "in layers -> in sorted(layers, key=lambda layer: layer[1])",
            "in layers -> in sorted(layers, key=lambda layer: -layer[1])",
        ],
        EACH: "in layers -> in dict.fromkeys(layers)",
        "the start is missing: one unit sees 1.": "field, step = 1 -> field, step = 0",
        "the strides are missing: steps grow longer.": "* step ->",
        OWN: "* step -> * step * stride",
        BELOW: ["* step -> * stride", "step *= stride -> step = stride"],
        OVERLAP: [
            "kernel - 1 -> kernel",
            "field, step = 1 -> field, step = 0;; kernel - 1 -> kernel",
        ],
        ADD: ["step *= stride -> step += stride"],
        "this is the area: return one side.": "return field -> return field**2",
        "this is the step between neighbours.": "return field -> return step",
        PRODUCT: [
            lambda layers: prod(k for k, _ in layers),
            lambda layers: prod(k * s for k, s in layers),
        ],
        "kernels do not add up: they overlap.": lambda layers: sum(
            k for k, _ in layers
        ),
        "this is the last layer alone.": [
            lambda layers: layers[-1][0] if layers else 1,
            lambda layers: layers[-1][0],
        ],
        "this is the first layer alone.": [
            lambda layers: layers[0][0] if layers else 1,
            lambda layers: layers[0][0],
        ],
        GAPS: counted_in_a_set,
    }
)
