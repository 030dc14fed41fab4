"""What is asked of each function that corrupts images by chance."""

from torch import Tensor

from aelesson.checks.engine import FINE, Finding
from aelesson.checks.engine.calls import attempt, failed, outcome
from aelesson.checks.engine.observe import described, fresh, inputs_kept
from aelesson.checks.engine.randomness import seeded

NAMES = ("images", "channels", "rows", "columns")
ANY_SHAPE = "images may have any shape: use x.shape as a whole."
ERRORS = {
    "values to unpack": ANY_SHAPE,
    "index out of range": ANY_SHAPE,
    "Dimension out of range": ANY_SHAPE,
    "invalid combination of arguments": (
        "torch.randn and torch.rand take a shape first, x.shape, and"
        " generator=generator by its name."
    ),
    "positional arguments": "hand the generator over by its name, generator=generator.",
}
ITSELF = Finding("itself", "you returned x itself, or a view of it: make a new tensor.")


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
        result, x = self(seeded(7)), self.case["x"]  # not the seed that drew x
        yield "error", outcome(result)
        if failed(result):
            return None
        kept = inputs_kept(self.case, self.given)
        itself = kept[1] == FINE and shares_memory(result, self.given["x"])
        yield ("inputs", ITSELF) if itself else kept
        for aspect, value in described(result, dtype=True):
            if aspect != "value":
                yield aspect, as_many(value, x) if aspect == "shape" else value
        alike = isinstance(result, Tensor) and result.shape == x.shape
        return result if alike else None


def shares_memory(result, x):
    return isinstance(result, Tensor) and result.data_ptr() == x.data_ptr()


def as_many(shape, x):
    told = f"your result has shape {shape}, x {tuple(x.shape)}: keep every value of x."
    return FINE if shape == x.shape else Finding(f"{shape}", told)


def told(case):
    rest = [f"{k} {v}" for k, v in case.items() if k not in ("x", "generator")]
    return ", ".join([f"x of shape {tuple(case['x'].shape)}", *rest])
