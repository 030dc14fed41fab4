"""`to_images(array)`: images of an array as a tensor `(N, C, H, W)` in [0, 1]."""

import numpy as np
import torch

from aelesson.checks.engine import FINE, Exercise
from aelesson.checks.engine.calls import attempt, failed, outcome
from aelesson.checks.engine.edits import edits
from aelesson.checks.engine.observe import described, in_place


def to_images(array):
    x = torch.tensor(array)
    bytes_came = array.dtype == np.uint8
    if bytes_came:
        x = x.float() / 255
    if x.ndim == 3:
        x = x.unsqueeze(-1)
    y = x.permute(0, 3, 1, 2)
    return y.float()


DRAWN = [  # shape, dtype, the highest value
    ((1, 2, 3), torch.uint8, 256),
    ((2, 1, 3), torch.float64, 0.8),
    ((1, 3, 2, 1), torch.float32, 0.9),
    ((2, 3, 5, 3), torch.uint8, 230),
    ((3, 4, 2, 2), torch.float64, 0.7),
    ((2, 2, 3, 4), torch.float32, 1.0),
    ((4, 3, 3, 3), torch.uint8, 256),
    ((3, 5, 4), torch.uint8, 2),
    ((2, 4, 4, 3), torch.uint8, 2),
]


def cases():
    def image(shape, dtype, high):
        if dtype == torch.uint8:
            x = torch.randint(high, shape, dtype=dtype)
            x.view(-1)[:2] = torch.tensor([high - 1, high // 2])
            return x
        return 0.05 + (high - 0.05) * torch.rand(shape, dtype=dtype)

    return [{"array": image(*drawn)} for drawn in DRAWN]


def observe(answer, case):
    given = case["array"].numpy().copy()
    got = attempt(answer, [given])
    yield "error", outcome(got)
    if failed(got):
        return
    kept = np.array_equal(given, case["array"].numpy())
    yield "inputs", FINE if kept else in_place("array")
    yield from described(got, dtype=True)


def tell(case):
    x = case["array"]
    kind, low, high = str(x.dtype).removeprefix("torch."), x.min(), x.max()
    return f"{kind} of shape {tuple(x.shape)}, from {low:.3g} to {high:.3g}"


ERRORS = {
    "input.dim() = 3": "grey images may come without a channel axis: put it in first.",
    "axes don't match array": (
        "grey images may come without a channel axis: put it in first."
    ),
    "Dimension out of range": (
        "grey images may come without a channel axis: put it in first."
    ),
    "values to unpack": "grey images come as (N, H, W): three sizes, and no channels.",
    "no attribute 'permute'": (
        "NumPy calls it transpose(0, 3, 1, 2); torch.from_numpy makes a tensor."
    ),
    "no attribute 'float'": "NumPy calls it astype; torch.from_numpy makes a tensor.",
    "no attribute 'unsqueeze'": "in NumPy it is array[..., None].",
    "same_kind": "bytes cannot hold fractions: write array / 255, without `/=`.",
    "can't be cast": "bytes cannot hold fractions: write x / 255, without `/=`.",
}
check = Exercise(to_images, cases, observe, errors=ERRORS, tell=tell)
SCALE, MOVE, GREY = "x.float() / 255", "x.permute(0, 3, 1, 2)", "x.unsqueeze(-1)"
KNOWN = "if bytes_came"
check.mistakes(
    {
        "the channels are still last: permute(0, 3, 1, 2) brings them to place 1.": (
            f"{MOVE} -> x"
        ),
        "only grey images have their channels in place 1: move those of colours, "
        "too.": (
            lambda array: (
                torch.tensor(array / (255 if array.dtype == np.uint8 else 1))
                .float()
                .view(len(array), *[1] * (array.ndim == 3), *array.shape[1:])
            )
        ),
        "reshape and view mix rows with channels: permute moves an axis.": [
            f"{MOVE} -> x.reshape(x.shape[0], x.shape[3], *x.shape[1:3])",
            f"{MOVE} -> x.reshape(x.shape[0], x.shape[3], x.shape[2], x.shape[1])",
        ],
        "height and width are exchanged: (N, H, W, C) becomes (N, C, H, W).": [
            *("3, 1, 2 -> 3, 2, 1", f"{MOVE} -> x.transpose(1, 3)")
        ],
        "the images must stay the first axis: permute(0, 3, 1, 2).": edits(
            MOVE,
            "{}",
            "x.permute(3, 0, 1, 2)",
            "x.permute(3, 1, 2, 0)",
            "x.permute(3, 2, 1, 0)",
            "(x[..., 0] if array.ndim == 3 else x).permute(*range(array.ndim)[::-1])",
        ),
        "permute lists, for each new axis, the old one: 0, 3, 1, 2.": (
            "3, 1, 2 -> 2, 3, 1"
        ),
        "a channel axis is put into grey images twice, or moved from the wrong "
        "place.": [
            f"{GREY} -> x.unsqueeze(1)",
            f"{GREY} -> x.unsqueeze(0)",
        ],
        "grey images have no channel axis here: (N, H, W) becomes (N, 1, H, W).": [
            "return y -> y = y.squeeze(1) if array.ndim == 3 else y; return y",
            "return y -> return y.squeeze(1)",
        ],
        "grey images get no channel axis here: what is last is then the width.": [
            f"if x.ndim == 3 -> if False;; {MOVE} -> x.movedim(-1, 1)",
        ],
        "all grey images became the channels of one: the new axis comes second.": (
            "return y -> y = y.transpose(0, 1) if array.ndim == 3 else y; return y"
        ),
        "the axes of length 1 are lost: no squeeze.": "return y -> return y.squeeze()",
        "grey images stay grey, with one channel: nothing repeated.": (
            f"{GREY} -> {GREY}.expand(-1, -1, -1, 3)"
        ),
        "colours stay colours: all channels, in their order, with their own values.": [
            *("return y -> return y.flip(1)", "return y -> return y[:, :3]"),
            *("return y -> return y[:, :1]", "return y -> return y.mean(1, True)"),
        ],
        "floats are in [0, 1] already: divide only bytes by 255.": (
            f"{KNOWN} -> if True"
        ),
        "bytes go from 0 to 255: divide them by 255.": f"{KNOWN} -> if False",
        "you divide floats and leave bytes as they are: it is the other way round.": (
            f"{KNOWN} -> if not bytes_came"
        ),
        "bytes are divided twice.": ["/ 255 -> / 255 / 255", "/ 255 -> / 255**2"],
        "255 is the highest byte, and becomes 1: divide by 255.": edits(
            "255", "{}", 256, 254, 127.5, 100, 128
        ),
        "the dtype tells bytes from floats, not the values: these images are dark.": [
            *edits("array.dtype == np.uint8", "array.max() > {}", 1, "1.0 + 1e-6", 2),
        ],
        "black and white are those of the file format: divide by 255, not by what "
        "came.": [
            *edits(SCALE, "{}", "x / x.max()", "(x / x.flatten(1).amax(1)[0])"),
            f"{SCALE} -> (x.float() - x.min()) / (x.max() - x.min())",
        ],
        "each array is stretched to its own darkest and brightest value.": [
            "return y -> y = (y - y.min()) / (y.max() - y.min()); return y",
            "return y -> y = y / y.max(); return y",
            "return y -> y = y / y.flatten(1).amax(1)[:, None, None, None]; return y",
            "return y -> low, high = (f(y, (1, 2, 3), True) for f in (torch.amin, "
            "torch.amax)); return ((y - low) / (high - low)).float()",
        ],
        "bytes are cut to whole numbers: make floats of them before you divide.": [
            *edits(SCALE, "{}", "x // 255", "(x.float() / 255).byte()"),
            f"{SCALE} -> (x.float() / 255).round()",
        ],
        "floats become whole numbers on the way: they must stay as they are.": [
            "x = torch.tensor(array) -> x = torch.tensor(array.astype(np.uint8))",
            "x = torch.tensor(array) -> x = torch.tensor(array).long()",
        ],
        "floats are cut to 256 levels: leave them as they are.": [
            "return y.float() -> return (y * 255 + 1e-3).floor().float() / 255",
            "return y.float() -> return (y * 255).round().float() / 255",
            "return y.float() -> return (y * 256).floor().clamp(max=255).float() / 255",
        ],
        "this is [-1, 1]: the images must lie in [0, 1].": [
            "return y.float() -> return 2 * y.float() - 1",
            "return y.float() -> return (y.float() - 0.5) / 0.5",
        ],
        "images are not standardised here: they stay in [0, 1].": [
            "return y.float() -> y = y.float(); return y - y.mean()",
            "return y.float() -> y = y.float(); return (y - y.mean()) / y.std()",
        ],
        "a float64 array gives a float64 tensor: end with .float().": (
            "return y.float() -> return y"
        ),
        "PyTorch's layers compute in float32: end with .float().": (
            edits("y.float()", "y.{}()", "double", "half")
        ),
        "one image is missing, or all but one.": [
            *edits("return y", "return y[{}]", ":1", "1:", "0", ":-1")
        ],
    }
)
