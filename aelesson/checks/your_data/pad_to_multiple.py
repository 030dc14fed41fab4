"""`pad_to_multiple(x, multiple)`: larger images, and the way back."""

import torch
from torch import Tensor
from torch.nn import functional as F

from aelesson.checks.engine import FINE, Exercise
from aelesson.checks.engine.calls import attempt, failed, outcome
from aelesson.checks.engine.edits import edits
from aelesson.checks.engine.observe import CUT, inputs_kept
from aelesson.checks.engine.procedures import something
from aelesson.checks.your_data.padding import (
    back,
    content,
    function,
    shaped,
    tensor,
    two,
    windows,
)


def pad_to_multiple(x, multiple):
    height, width = x.shape[2:]
    down, right = -height % multiple, -width % multiple
    padded = F.pad(x, (0, right, 0, down))

    def crop(y):
        return y[:, :, :height, :width]

    return padded, crop


DRAWN = [
    ((1, 1, 2, 3), 2),
    ((2, 1, 3, 4), 4),
    ((1, 3, 4, 8), 4),
    ((2, 3, 5, 7), 4),
    ((3, 2, 9, 2), 8),
    ((2, 1, 6, 6), 1),
    ((1, 2, 7, 9), 5),
    ((2, 2, 3, 3), 3),
    ((1, 1, 13, 5), 6),
]


def cases():
    made = [{"x": 0.1 + torch.rand(shape), "multiple": m} for shape, m in DRAWN]
    made[-1]["x"] = made[-1]["x"].double() / 3
    return made


def observe(answer, case):
    x, multiple = case["x"].clone(), case["multiple"]
    got = attempt(answer, [x, multiple])
    yield "error", outcome(got)
    if failed(got):
        return
    yield inputs_kept({"x": case["x"]}, {"x": x})
    yield "returned", something(got)
    yield "two", two(got)
    if not isinstance(got, tuple | list) or len(got) != 2:
        return
    padded, crop = got
    yield "padded", tensor(padded)
    if not isinstance(padded, Tensor):
        return
    sides = (-(-side // multiple) * multiple for side in x.shape[2:])
    yield "shape of padded", shaped(padded, (*x.shape[:2], *sides), "padded")
    yield "dtype of padded", padded.dtype
    found = windows(padded, case["x"])
    yield "content", content(padded, case["x"], found)
    yield "crop", function(crop)
    if not callable(crop) or not found:
        return
    attempt(answer, [torch.rand(2, 1, 11, 4), 3])  # crop must not follow this call
    yield from back(crop, padded, case["x"], "padded")
    (row, column), (height, width) = found, x.shape[2:]
    for name, more in OTHERS.items():
        size = len(x) + more, x.shape[1] + 2 * more, *padded.shape[2:]
        other = torch.rand(size, dtype=x.dtype)
        window = other[..., row : row + height, column : column + width]
        yield from back(crop, other, window, name)
    slopes = attempt(crop, [other.requires_grad_()])
    cut = isinstance(slopes, Tensor) and not slopes.requires_grad
    yield "graph", CUT if cut else FINE


OTHERS = {"a reconstruction": 0, "another batch": 1}


ERRORS = {
    "Padding size should be less": "this pads by mirroring: pad with zeros.",
    "shape mismatch": "padded is larger than x: assign to a part of it.",
    "is invalid for input of size": "crop gets other batches, too: use its own shape.",
    "must match the existing size": "crop gets other batches, too: use its own shape.",
    "values to unpack": "x has four dimensions, (B, C, H, W).",
}
check = Exercise(pad_to_multiple, cases, observe, errors=ERRORS)
SIZES = "-height % multiple, -width % multiple"
PAD, CROP = "F.pad(x, (0, right, 0, down))", "y[:, :, :height, :width]"
END, SHAPE = "return padded, crop", "x.shape[2:]"
CENTRE = "F.pad(x, (right // 2, right - right // 2, down // 2, down - down // 2))"


def shared(left, top):
    """Return edits with as much on both sides; crop looks at the corner, or inside."""
    pad = f"{PAD} -> F.pad(x, ({left}, {left}, {top}, {top}))"
    inside = f"y[..., {top} : {top} + height, {left} : {left} + width]"
    return [pad, f"{pad};; {CROP} -> {inside}"]


check.mistakes(
    {
        "what is a multiple already needs no padding: -height % multiple is 0 there.": [
            f"{SIZES} -> multiple - height % multiple, multiple - width % multiple",
        ],
        "these are the rests: what is missing to the next multiple?": (
            f"{SIZES} -> height % multiple, width % multiple"
        ),
        "F.pad takes the last dimension first: (left, right, top, bottom).": (
            f"{PAD} -> F.pad(x, (0, down, 0, right))"
        ),
        "height and width are exchanged: x is (B, C, H, W).": (
            f"height, width = {SHAPE} -> width, height = {SHAPE}"
        ),
        "x is (B, C, H, W): height and width are the last two.": edits(
            SHAPE, "x.shape[{}]", "1:3", ":2"
        ),
        "only the width is padded: F.pad takes two numbers for each dimension.": (
            f"{PAD} -> F.pad(x, (0, right))"
        ),
        "only the height is padded.": f"{PAD} -> F.pad(x, (0, 0, 0, down))",
        "all images become square: height and width are padded each for itself.": (
            f"{SIZES} -> -max(height, width) % multiple + max(height, width) - height,"
            " -max(height, width) % multiple + max(height, width) - width"
        ),
        "height and width get the same padding: each has its own.": edits(
            SIZES,
            "({0},) * 2",
            *("-height % multiple", "-width % multiple"),
            "max(-height % multiple, -width % multiple)",
        ),
        "the padding is on both sides, each time all of it: share it out.": (
            f"{PAD} -> F.pad(x, (right, right, down, down))"
        ),
        "half of an odd number is rounded down twice: one side gets the rest.": (
            shared("right // 2", "down // 2")
        ),
        "half of an odd number is rounded up twice: one side gets the rest.": (
            shared("-(-right // 2)", "-(-down // 2)")
        ),
        "multiple is no number of pixels to add: how many are missing?": [
            f"{SIZES} -> multiple, multiple",
        ],
        "the next multiple is not the next power of two.": edits(
            SIZES,
            "max({0}, 2 ** (height - 1).bit_length()) - height, "
            "max({0}, 2 ** (width - 1).bit_length()) - width",
            *(0, "multiple"),
        ),
        "multiple has no effect: is a number written in its place?": edits(
            SIZES, "-height % {0}, -width % {0}", 2, 4, 8, 16, 32
        ),
        "this cuts down to a multiple: pad up to one.": [
            f"{PAD} -> x[:, :, : height - height % multiple, : width - width % "
            f"multiple]",
            f"{SIZES} -> -(height % multiple), -(width % multiple)",
        ],
        "the nearest multiple may be smaller: round up, so that nothing is cut.": edits(
            SIZES,
            "max(round(height / multiple), {0}) * multiple - height, "
            "max(round(width / multiple), {0}) * multiple - width",
            *(0, 1),
        ),
        "batch and channels are padded, too: only height and width.": [
            f"{PAD} -> F.pad(x, (0, right, 0, down, 0, -x.shape[1] % multiple))",
            f"{PAD} -> F.pad(x, (0, right, 0, down, 0, -x.shape[1] % multiple, 0, "
            "-x.shape[0] % multiple))",
        ],
        "the image is stretched: pad it, and keep its pixels.": [
            f"{PAD} -> F.interpolate(x, (height + down, width + right), mode={m!r})"
            for m in ("nearest", "bilinear", "bicubic", "area")
        ],
        "the border is repeated: pad with zeros.": (
            f"{PAD} -> F.pad(x, (0, right, 0, down), mode='replicate')"
        ),
        "the border is a copy of the other side: pad with zeros.": (
            f"{PAD} -> x.repeat(1, 1, 2 + down, 2 + right)[:, :, : height + down, "
            ": width + right]"
        ),
        "the border has another value: pad with zeros.": [
            *edits(PAD, "F.pad(x, (0, right, 0, down), value={})", 1, 0.5, -1),
            f"{PAD} -> F.pad(x, (0, right, 0, down), value=float(x.mean()))",
        ],
        "crop gives back x, whatever comes: cut what it gets.": [
            *edits(CROP, "{}", "x", "x.clone()", "padded[:, :, :height, :width]"),
        ],
        "crop gives back what it gets: cut off what was added.": [f"{CROP} -> y"],
        "with no padding the end is -0, which is 0, and nothing is left: cut by "
        "size.": (f"{CROP} -> y[:, :, :-down, :-right]"),
        "the padding may be 0 in one direction only: cut each for itself.": [
            f"{CROP} -> y[:, :, :-down, :-right] if down and right else y"
        ],
        "crop exchanges height and width.": f"{CROP} -> y[:, :, :width, :height]",
        "crop cuts the height only.": f"{CROP} -> y[:, :, :height]",
        "crop cuts the width only.": f"{CROP} -> y[..., :width]",
        "crop gets other batches, with other channels: keep all that comes.": [
            *(f"{CROP} -> y[: len(x), : x.shape[1], :height, :width]",),
            f"{CROP} -> y[: len(x), :, :height, :width]",
            f"{CROP} -> y[:, : x.shape[1], :height, :width]",
        ],
        "crop must keep the batch dimension.": edits(
            CROP, "y[{}, :, :height, :width]", 0
        ),
        "crop loses the dimensions of length 1: no squeeze.": (
            f"{CROP} -> {CROP}.squeeze()"
        ),
        "crop cuts off the wrong side: x does not stand there.": [
            f"{PAD} -> F.pad(x, (right, 0, down, 0))",
            f"{PAD} -> {CENTRE}",
            f"{CROP} -> y[:, :, down:, right:]",
            f"{CROP} -> y[:, :, down // 2 : down // 2 + height, right // 2 : right // "
            f"2 "
            "+ width]",
        ],
        "crop is the cropped tensor: return the function, without calling it.": (
            f"{END} -> return padded, crop(padded)"
        ),
        "padded alone comes back: return crop as well.": f"{END} -> return padded",
        "crop and padded come in the other order.": f"{END} -> return crop, padded",
        "crop looks up sizes that a later call of yours has changed: no globals.": (
            "height, width = x.shape[2:] -> global height, width; height, width = "
            "x.shape[2:]"
        ),
        "crop cuts the graph: a reconstruction that is cropped must still be "
        "trained.": [
            *edits(CROP, CROP + ".{}", "detach()", "data"),
            f"{CROP} -> torch.tensor({CROP}.tolist())",
        ],
        "padded must keep the dtype of x: zeros, too, are made with dtype=x.dtype.": (
            edits(END, "return padded.{}(), crop", "double", "float")
        ),
    }
)
