"""`receptive_field(layers)`: the pixels of a side that one unit sees."""

from math import prod

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def receptive_field(layers):
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step *= stride
    return field


STACKS = [
    *[[(4, 3), (3, 2), (6, 5)], [(3, 2), (3, 2), (7, 1)], [(3, 1), (3, 1), (3, 1)]],
    *[[(5, 2)], [(1, 1), (2, 7), (1, 3), (2, 2), (3, 1)], []],
    [(3, 2), (5, 4), (4, 1), (2, 3)],
]
check = Exercise(
    receptive_field, lambda: [{"layers": stack} for stack in STACKS], returned()
)
NONE = "with no layer, a unit is a pixel and sees itself: 1."


def counted_in_a_set(layers):
    seen = {0}
    for kernel, stride in layers[::-1]:
        seen = {stride * unit + offset for unit in seen for offset in range(kernel)}
    return len(seen)


check.mistakes(
    {
        NONE: edits("return field", "return field if layers else {}", 0, "layers[0]"),
        "each pair is (kernel, stride).": "kernel, stride in -> stride, kernel in",
        "the layers are the wrong way round.": "in layers -> in layers[::-1]",
        "the last layer is missing.": "in layers -> in layers[:-1]",
        "layers come in order, from the input upwards: do not sort them.": edits(
            "in layers",
            "in sorted(layers{}",
            *(")", ")[::-1]", ", key=lambda l: l[1])", ", key=lambda l: -l[1])"),
        ),
        "the start is missing: one unit sees 1.": "field, step = 1 -> field, step = 0",
        "the strides are missing: steps grow longer.": "* step ->",
        "the own stride comes later: use step first.": "* step -> * step * stride",
        "a step is as long as ALL strides below multiply to, not one of them.": [
            *("* step -> * stride", "step *= stride -> step = stride"),
            "step *= stride -> step *= layers[0][1]",
        ],
        "a layer adds kernel - 1 steps: the unit itself is counted already.": [
            *edits(
                "kernel - 1", "kernel{}", "", ";; field, step = 1 -> field, step = 0"
            ),
            "return field -> return field - 1 + step",
        ],
        "also for even kernels it is kernel - 1.": "kernel - 1 -> kernel // 2 * 2",
        "strides multiply, they do not add up.": edits(
            "step *= stride", "step += {}", "stride", "stride - 1"
        ),
        "this is the area: return one side.": "return field -> return field**2",
        "this is the step between neighbours.": "return field -> return step",
        "kernels overlap: each layer adds (kernel - 1) * step, no sum, no product.": [
            lambda layers: prod(k for k, _ in layers),
            lambda layers: prod(k * s for k, s in layers),
            lambda layers: sum(k for k, _ in layers),
        ],
        "this is the first or the last layer alone.": [
            *edits("return field", "return layers[0][0]{}", "", " if layers else 1"),
            *edits("return field", "return layers[-1][0]{}", "", " if layers else 1"),
        ],
        "pixels between the first and the last count, too.": counted_in_a_set,
    }
)
