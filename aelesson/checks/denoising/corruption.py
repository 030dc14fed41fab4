"""What is asked of each function that corrupts images by chance."""

from torch import Tensor

from aelesson.checks.engine.calls import attempt
from aelesson.checks.engine.observe import fresh, returned
from aelesson.checks.engine.randomness import seeded

NAMES = ("images", "channels", "rows", "columns")
ANY_SHAPE = "images may have any shape: use x.shape as a whole."
ERRORS = {
    **dict.fromkeys(("to unpack", "index out of range", "Dimension out"), ANY_SHAPE),
    "invalid combination of arguments": (
        "torch.randn and torch.rand take a shape first, x.shape, and"
        " generator=generator by its name."
    ),
    "positional arguments": "hand the generator over by its name, generator=generator.",
}
LOOK = returned(dtype=True, new=True)


class Corruption:
    """An answer on a case; only the generator is still missing."""

    def __init__(self, answer, case):
        self.answer, self.case = answer, case
        self.given = {name: fresh(value) for name, value in case.items()}

    def __call__(self, generator):
        given = {**self.given, "generator": generator}
        return attempt(self.answer, [*given.values()])

    def plain(self):
        """Yield all but the values; return the result if it can be judged."""
        got, x = None, self.case["x"]
        given = {**self.case, "generator": seeded(7)}  # not the seed that drew x
        for aspect, value in LOOK(self.answer, given):
            if aspect == "value":
                got = value
            else:
                yield aspect, value
        return got if isinstance(got, Tensor) and got.shape == x.shape else None


def told(case):
    rest = [f"{k} {v}" for k, v in case.items() if k not in ("x", "generator")]
    return ", ".join([f"x of shape {tuple(case['x'].shape)}", *rest])
