"""What a padded tensor and its crop are asked for: x, zeros, and the way back."""

import torch
from torch import Tensor

from aelesson.checks.engine import FINE, Finding
from aelesson.checks.engine.calls import attempt, outcome
from aelesson.checks.engine.compare import unchanged
from aelesson.checks.engine.observe import in_place


def two(got):
    if isinstance(got, tuple | list) and len(got) == 2:
        return FINE
    one = f"one thing, a {type(got).__name__}"
    count = f"{len(got)} things" if isinstance(got, tuple | list) else one
    return Finding(
        count, f"you returned {count}: padded and crop, which is a function."
    )


def tensor(padded):
    if isinstance(padded, Tensor):
        return FINE
    name = type(padded).__name__
    return Finding(name, f"the first thing is a {name}, expected the padded tensor.")


def shaped(got, want, name):
    """Ask for a shape; a wrong one is a fact, from which nothing is computed."""
    shape, want = tuple(got.shape), tuple(want)
    says = f"{name} has shape {shape}, expected {want}."
    return FINE if shape == want else Finding(f"{shape}", says)


def function(crop):
    if callable(crop):
        return FINE
    says = f"crop is a {type(crop).__name__}: return a function, without calling it."
    return Finding(type(crop).__name__, says)


def windows(padded, x):
    """Return where x stands in padded, (row, column); () if nowhere."""
    down, right = (a - b for a, b in zip(padded.shape[-2:], x.shape[-2:], strict=True))
    if padded.shape[:2] != x.shape[:2]:
        return ()
    for row in range(down + 1):
        for column in range(right + 1):
            part = padded[..., row : row + x.shape[2], column : column + x.shape[3]]
            if torch.equal(part.to(x.dtype), x):
                return row, column
    return ()


def content(padded, x, found):
    """Ask for x in one piece, and zeros around it."""
    if not found:
        return Finding(f"gone, {float(padded.sum()):.4f}", SAYS["gone"])
    rest = float(padded.detach().abs().sum() - x.sum())
    return Finding(f"{rest:.2f}", SAYS["filled"]) if abs(rest) > 1e-3 else FINE


def back(crop, given, want, name):
    """Ask that crop gives back what belongs there."""
    before = given.clone()
    got = attempt(crop, [given])
    yield f"error in crop of {name}", outcome(got)
    kind = type(got).__name__
    is_tensor = isinstance(got, Tensor)
    says = f"crop({name}) returned {kind}, expected a tensor."
    yield f"kind of crop({name})", FINE if is_tensor else Finding(kind, says)
    if is_tensor:
        yield f"shape of crop({name})", shaped(got, want.shape, f"crop({name})")
        if got.shape == want.shape:
            alike = torch.allclose(got.to(want.dtype), want)
            kind = f"{float(got.double().sum()):.3f}"
            says = SAYS["values"].format(name)
            yield f"values of crop({name})", FINE if alike else Finding(kind, says)
    yield f"{name} kept", FINE if unchanged(before, given) else in_place("y")


SAYS = {
    "gone": "x does not stand in padded, in one piece and as it was: pad, and nothing "
    "else.",
    "values": "crop({}) has the right size and other values than what stands there.",
    "filled": "around x there must be zeros: something else stands there.",
}
