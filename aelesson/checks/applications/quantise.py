"""`quantise(z, bits, low, high)`: for each value the number of the nearest level."""

import torch

from aelesson.checks.applications.words import LEVELS
from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def quantise(z, bits, low, high):
    gaps = 2**bits - 1
    inside = z.clamp(low, high)
    share = (inside - low) / (high - low)
    levels = (share * gaps).round()
    return levels.long()


CASES = [  # shape, bits, low, high
    ((6, 5), 5, -2.0, 1.5),
    ((4, 9), 2, 0.5, 4.1),
    ((8,), 1, -1.0, 3.0),
    ((2, 4, 3, 2), 8, -6.0, -1.0),
    ((1, 1), 3, -1.0, 1.0),
    ((7, 2), 10, -3.0, 4.0),
    ((5, 5), 8, 0.0, 1.0),
    ((3, 3), 16, -0.5, 0.75),
]


def cases():
    def case(shape, bits, low, high):
        step, width = (high - low) / (2**bits - 1), high - low
        chosen = torch.randint(2**bits, shape).flatten().double()
        z = low + step * (chosen + 0.8 * torch.rand(len(chosen)) - 0.4)
        if len(z) > 4:  # far below, just below, just above, far above
            outside = -2.3 * width, -0.7 * step, width + 0.8 * step, 2.4 * width
            z[1:5] = low + torch.tensor(outside)
        z = z.reshape(shape)
        return {
            "z": z if bits > 9 else z.float(),
            "bits": bits,
            "low": low,
            "high": high,
        }

    return [case(*each) for each in CASES]


check = Exercise(quantise, cases, returned(dtype=True), errors=LEVELS)


def by_own_ends(dim):
    def wrong(z, bits, low, high):
        low, high = z.amin(dim, keepdim=True), z.amax(dim, keepdim=True)
        return ((z - low) / (high - low) * (2**bits - 1)).nan_to_num().round().long()

    return wrong


END = "levels.long()"
GAPS, SCALED = "2**bits - 1", "(inside - low) / (high - low)"
FREE = "inside = z.clamp(low, high) -> inside = z"
KEPT = "levels.long() -> levels.long().clamp(0, gaps)"
check.mistakes(
    {
        "return the numbers of the levels: no values, no shares of the range.": edits(
            END, "levels {}", "/ gaps", "/ 2**bits", "* (high - low) / gaps + low"
        ),
        "take low and high as they are given, not the ends of z, nor 0 or -1 and 1.": [
            lambda z, bits, low, high: quantise(z, bits, z.min(), z.max()),
            lambda z, bits, low, high: quantise(
                z, bits, z.min().item(), z.max().item()
            ),
            *map(by_own_ends, (0, -1)),
            lambda z, bits, low, high: quantise(z, bits, 0, 1),
            lambda z, bits, low, high: quantise(z, bits, -1, 1),
        ],
        "clamp to low and high, not to other numbers.": edits(
            "z.clamp(", "z.clamp({}).clamp(", "0, 1", "-1, 1", "-3, 3"
        ),
        "round at the end only, when the levels are scaled.": [
            "z.clamp -> z.round().clamp",
            "z.clamp(low, high) -> z.clamp(low, high).round()",
            "(share * gaps).round() -> share.round() * gaps",
        ],
        "no sigmoid or tanh: levels are equally spaced between low and high.": edits(
            SCALED, "{}", "z.sigmoid()", "(z.tanh() + 1) / 2"
        ),
        "a bracket is missing: divide by (2**bits - 1), and not before the - 1.": (
            "share * gaps -> (inside - low) / ((high - low) / 2**bits - 1)"
        ),
        "you cut the range in 2**bits parts: between levels are 2**bits - 1 gaps.": [
            f"share * gaps -> share * (gaps + 1);; {KEPT}",
            f"(share * gaps).round() -> (share * (gaps + 1)).floor();; {KEPT}",
            f"(share * gaps).round() -> (share * (gaps + 1)).floor();; {FREE};; {KEPT}",
        ],
        "what lies outside is not clamped: z.clamp(low, high) first.": [
            FREE,
            f"{FREE};; {END} -> {END} % 2**bits",
        ],
        "only one end is clamped: z.clamp(low, high) does both.": edits(
            "clamp(low, high)", "clamp({})", "low", "max=high"
        ),
        "every level is the same: is it clamp(low, high), in this order?": (
            "clamp(low, high) -> clamp(high, low)"
        ),
        "low is not taken off: level 0 stands for low.": [
            "(inside - low) -> inside",
            "(inside - low) / (high - low) -> inside / high",
            f"(inside - low) -> inside;; {FREE};; {KEPT}",
        ],
        "the width of the range is high - low: divide by it.": [
            *edits("/ (high - low)", "{}", "", "/ high", "/ (high + low or 1)"),
            f"(high - low) -> high;; {FREE};; {KEPT}",
        ],
        "it is the wrong way round: level 0 stands for low.": (
            "(inside - low) -> (high - inside)"
        ),
        "there is no level 2**bits: 2**bits levels have 2**bits - 1 gaps.": edits(
            GAPS, "{}", "2**bits", "2**bits + 1"
        ),
        "one gap too few: there are 2**bits - 1.": f"{GAPS} -> 2**bits - 2",
        "2**bits levels: not 2 ^ bits, which is no power, not bits or half of it.": [
            *edits(GAPS, "{}", "(2 ^ bits) - 1", "2 ^ bits", "bits - 1", "bits"),
            *edits(
                GAPS, "{}", "2 * bits - 1", "2 ** (bits - 1) - 1", "2 ** (bits - 1)"
            ),
        ],
        "is a number of levels, such as 255, written in your code?": edits(
            GAPS, "{}", 255, 256, 15, 31
        ),
        "the nearest level is meant: round() does it, floor and ceil do not.": edits(
            "round()", "{}()", "floor", "trunc", "ceil"
        ),
        "levels count from 0, also where z is negative: yours are shifted.": [
            *edits(END, "levels.long() {}", "- 2**bits // 2", "- gaps // 2", "+ 1"),
            f"{END} -> (levels + 1).clamp(max=gaps).long()",
            f"{END} -> (levels - 1).clamp(0).long()",
        ],
        "small whole numbers overflow: end with .long(), which makes int64.": [
            *edits(END, "levels.to(torch.{}).long()", "uint8", "int8", "int16"),
            *edits(END, "levels.to(torch.{})", "uint8", "int8", "int16", "int32"),
        ],
        "the levels are right, but not whole numbers by dtype: end with .long().": (
            edits(END, "levels.{}()", "float", "double")
        ),
        "one level for each number of z, in the shape of z.": edits(
            END, "levels.long(){}", ".flatten()", ".squeeze()", ".sum()", "[0]"
        ),
    },
)
