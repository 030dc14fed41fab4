"""`quantise(z, bits, low, high)`: for each value the number of the nearest level."""

import torch

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def quantise(z, bits, low, high):
    gaps = 2**bits - 1
    inside = z.clamp(low, high)
    share = (inside - low) / (high - low)
    levels = (share * gaps).round()
    return levels.long()


CASES = [  # shape, bits, low, high
    *[((6, 5), 5, -2.0, 1.5), ((4, 9), 2, 0.5, 4.1), ((8,), 1, -1.0, 3.0)],
    *[((2, 4, 3, 2), 8, -6.0, -1.0), ((1, 1), 3, -1.0, 1.0), ((7, 2), 10, -3.0, 4.0)],
    *[((5, 5), 8, 0.0, 1.0), ((3, 3), 16, -0.5, 0.75)],
]


def cases():
    found = []
    for shape, bits, low, high in CASES:
        step, width = (high - low) / (2**bits - 1), high - low
        chosen = torch.randint(2**bits, shape).flatten().double()
        z = low + step * (chosen + 0.8 * torch.rand(len(chosen)) - 0.4)
        if len(z) > 4:  # far below, just below, just above, far above
            outside = -2.3 * width, -0.7 * step, width + 0.8 * step, 2.4 * width
            z[1:5] = low + torch.tensor(outside)
        z = (z if bits > 9 else z.float()).reshape(shape)
        found.append({"z": z, "bits": bits, "low": low, "high": high})
    return found


WHOLE = "work on the whole tensor at once, whatever its shape: z.clamp(low, high)."
ERRORS = {
    "division by zero": "is a step 0? In Python 2 ^ 3 is 1: a power is 2**bits.",
    "one element": WHOLE,
    "a Tensor with": WHOLE,
}
check = Exercise(quantise, cases, returned(dtype=True), errors=ERRORS)
END, GAPS, SCALED = "levels.long()", "2**bits - 1", "(share * gaps).round()"
LEVELS = "torch.linspace(low, high, 2**bits, dtype=z.dtype)"
FREE = "inside = z.clamp(low, high) -> inside = z"
KEPT = f"{END} -> {END}.clamp(0, gaps)"
check.mistakes(
    {
        "return the numbers of the levels: no values, no shares of the range.": edits(
            END, "levels {}", "/ gaps", "/ 2**bits", "* (high - low) / gaps + low"
        ),
        "what lies outside is not clamped: z.clamp(low, high) first.": [
            *(FREE, f"{FREE};; {END} -> {END} % 2**bits")
        ],
        "only one end is clamped: z.clamp(low, high) does both.": edits(
            "clamp(low, high)", "clamp({})", "low", "max=high"
        ),
        "round at the end only, when the levels are scaled.": [
            "z.clamp -> z.round().clamp",
            "z.clamp(low, high) -> z.clamp(low, high).round()",
            f"{SCALED} -> share.round() * gaps",
        ],
        "2**bits levels have (2**bits - 1) gaps: cut the range in as many parts.": [
            "share * gaps -> (inside - low) / ((high - low) / 2**bits - 1)",
            *edits(GAPS, "{}", "2**bits", "2**bits + 1", "2**bits - 2"),
            f"share * gaps -> share * (gaps + 1);; {KEPT}",
            f"{SCALED} -> (share * (gaps + 1)).floor()",
            f"{SCALED} -> (share * (gaps + 1)).floor();; {KEPT}",
            f"{SCALED} -> (share * (gaps + 1)).floor();; {FREE};; {KEPT}",
        ],
        "2**bits levels: not 2 ^ bits, which is no power, not bits or half of it.": [
            *edits(GAPS, "{}", "(2 ^ bits) - 1", "2 ^ bits", "bits - 1", "bits"),
            *edits(GAPS, "{}", "2 * bits - 1", "2**(bits - 1) - 1", "2**(bits - 1)"),
        ],
        "low is not taken off: level 0 stands for low.": [
            "(inside - low) -> inside",
            "(inside - low) / (high - low) -> inside / high",
            f"(inside - low) -> inside;; {FREE};; {KEPT}",
        ],
        "the width of the range is high - low: divide by it.": [
            *edits("/ (high - low)", "{}", "", "/ high", "/ (high + low or 1)"),
            f"(high - low) -> high;; {FREE};; {KEPT}",
        ],
        "level 0 stands for low: yours for high.": "(inside - low) -> (high - inside)",
        "the nearest level is meant: round() does it, floor and ceil do not.": [
            *edits("round()", "{}()", "floor", "trunc", "ceil"),
            f"{END} -> torch.bucketize(z, {LEVELS})",
        ],
        "levels count from 0, also where z is negative: yours are shifted.": [
            *edits(END, "levels.long() {}", "- 2**bits // 2", "- gaps // 2", "+ 1"),
            f"{END} -> (levels + 1).clamp(max=gaps).long()",
            f"{END} -> (levels - 1).clamp(0).long()",
        ],
        "small whole numbers overflow: end with .long(), which makes int64.": edits(
            END, "levels.to(torch.{}).long()", "uint8", "int8", "int16"
        ),
    }
)
