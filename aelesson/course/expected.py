"""What a lesson's figures should be, and whether its claims hold.

Every headline figure and every comparison of a lesson was measured with five
training seeds and is kept in `expected.json`. A lesson shows the learner where
the present run stands.

A seed is not the only thing that varies. `make stress` tries every claim with trainings
4 times as long, and those that compare kinds of network with networks half and twice as
wide; what held is kept beside the seeds, and a tick tells it.

With `AELESSON_STRICT=1`, as in the project's own build, a claim that fails is an error,
and so is a figure outside twice its interval: one run in a thousand, where 1 in 100
falls outside the interval itself.
"""

import json
import os
from collections.abc import Sequence
from importlib import resources
from math import inf, sqrt
from statistics import mean, stdev
from typing import Any

from aelesson.course.verdict import FAILS, HOLDS, UNKNOWN, Proof, Verdict

SEEDS = 5
LONGER = "4 times longer"
WIDTHS = ("half as wide", "twice as wide")
BOTH_WIDTHS = "half and twice as wide"
STRESS_SEEDS = 3  # for each of these
T_99 = 4.604  # Student's t, 99 % two-sided, SEEDS - 1 degrees of freedom
FLOOR = 0.01  # half-width allowed for other processors, relative to the mean
KEPT = 5e-6  # values are kept with six digits
LITTLE = 0.8  # of what is possible: an interval as wide as this checks little
STRICT = 2.0  # a build looks at many figures, and on processors never measured


def interval(values: Sequence[float], widen: float = 1.0) -> tuple[float, float]:
    """Return where one more run should fall, given the runs of five seeds.

    The 99 % prediction interval of a normal sample, mean ± t s sqrt(1 + 1/n),
    and never narrower than ±1 % of the mean: processors round differently. A count
    that was the same with every seed must be met exactly. Where no run was negative,
    an error or a count, the interval does not go below 0.

    Args:
        values: One figure, measured with each seed.
        widen: A factor for the width.

    Returns:
        The lower and the upper end.

    Raises:
        ValueError: If there are not five values.
    """
    if len(values) != SEEDS:
        raise ValueError(f"values has {len(values)} entries; an interval needs {SEEDS}")
    centre = mean(values)
    if set(values) == {round(centre)}:
        half = KEPT * abs(centre)
        return centre - half, centre + half
    half = max(T_99 * stdev(values) * sqrt(1 + 1 / SEEDS), FLOOR * abs(centre))
    lowest = 0.0 if min(values) >= 0 else -inf
    return max(lowest, centre - widen * half), centre + widen * half


def says_little(low: float, high: float, at_most: float = inf) -> bool:
    """Tell whether an interval allows nearly all that is possible from 0 on."""
    if at_most < inf:
        return high - low > LITTLE * at_most
    return low == 0 and high > 0


def demanded(budget: object, any_width: object) -> list[str]:
    """Return the variations in which a claim so marked must hold."""
    longer = [] if budget else [LONGER]
    return longer + (list(WIDTHS) if any_width else [])


class Lesson:
    """The figures and claims of one lesson on one data set.

    Args:
        name: The lesson's file name without ending, such as `"01_basics"`.
        dataset: The data set's name; each has figures of its own.
    """

    def __init__(self, name: str, dataset: str) -> None:
        self.name = name
        self.dataset = dataset
        measured = _read().get(name, {})
        kept = measured.get(dataset, {})
        self._elsewhere = sorted(set(measured) - {dataset}) if not kept else []
        self._figures: dict[str, list[float]] = kept.get("figures", {})
        self._claims: dict[str, int] = kept.get("claims", {})
        self._stress: dict[str, dict[str, int]] = kept.get("stress", {})
        self._proofs: list[Proof] = []
        self._shown = 0  # of them, in verdicts

    def figure(
        self, name: str, value: float, digits: int = 4, *, at_most: float = inf
    ) -> None:
        """Compare a measured number with the interval it should fall in.

        Args:
            name: What was measured, with its unit.
            value: The number of this run.
            digits: Decimals to show.
            at_most: What it cannot exceed, such as 1 for a share: the interval ends
                there.

        Raises:
            AssertionError: In strict mode, if the number is outside twice its
                interval or was never measured.
        """
        value = float(value)
        _record(self, "figure", name, value)
        found = f"{value:.{digits}f}"
        if name not in self._figures:
            self._unmeasured(name, found)
            return
        low, high = interval(self._figures[name])
        high = min(high, at_most)
        told = f"{low:.{digits}f} to {high:.{digits}f}, {SEEDS} seeds"
        if says_little(low, high, at_most):
            told += "; so wide that it checks little"
        lowest, highest = interval(self._figures[name], widen=STRICT)
        tolerable = lowest <= value <= min(highest, at_most)
        self._report(name, found, told, low <= value <= high, tolerable)

    def recorded(self, name: str) -> list[float]:
        """Return what the five seeds measured for a figure, such as for a band.

        Args:
            name: The figure's name, as in `figure`.

        Returns:
            One value per seed; nothing where the figure was never measured on this
            data set.
        """
        return list(self._figures.get(name, []))

    def claim(
        self, sentence: str, holds: bool, *, budget: str = "", any_width: bool = False
    ) -> None:
        """State a claim of the lesson and assert that it holds in this run.

        Args:
            sentence: The claim, in words.
            holds: Whether this run bears it out.
            budget: Those words of the sentence that say how long was trained, such as
                "in 12 epochs". Without them, it must hold 4 times longer, too.
            any_width: Whether it compares kinds of network, and so must also hold where
                all of them are half and twice as wide.

        Raises:
            AssertionError: In strict mode, if the claim fails, did not hold on all five
                seeds, or not where `make stress` tried it.
            ValueError: If the sentence does not name its budget.
        """
        if budget not in sentence:
            raise ValueError(f"budget is {budget!r}; the sentence must say it")
        holds = bool(holds)
        found = "yes" if holds else "no"
        _record(self, "claim", sentence, holds)
        if sentence in self._claims:
            backed, told = self._backing(sentence, budget, any_width)
            good = holds and backed
            self._report(sentence, found, told, good, good)
        else:
            self._unmeasured(sentence, found)

    def _backing(self, sentence: str, budget: str, any_width: bool) -> tuple[bool, str]:
        """Return whether a claim held wherever it was tried, and where, in words."""
        seeds = self._claims[sentence]
        if not self._stress:  # the lesson was never stressed
            return seeds == SEEDS, f"{seeds} of {SEEDS} seeds"
        failed = [
            f"{variation}: {held} of {STRESS_SEEDS}"
            for variation in demanded(budget, any_width)
            if (held := self._stress.get(variation, {}).get(sentence, 0)) < STRESS_SEEDS
        ]
        if failed or seeds < SEEDS:
            return False, ", ".join([f"{seeds} of {SEEDS} seeds", *failed])
        widths = [BOTH_WIDTHS] if any_width else []
        return True, ", ".join([f"{SEEDS} seeds", budget or LONGER, *widths])

    def verdict(self) -> Verdict:
        """Return, in one line that opens, what was compared since the last verdict."""
        since, self._shown = self._shown, len(self._proofs)
        return Verdict(self._proofs[since:])

    def summary(self) -> Verdict:
        """Return every number and claim of the lesson, as one open table."""
        return Verdict(self._proofs, is_open=True)

    def _report(
        self, name: str, found: str, told: str, good: bool, tolerable: bool
    ) -> None:
        proof = Proof(HOLDS if good else FAILS, name, found, told)
        self._proofs.append(proof)
        if _strict() and not tolerable:
            raise AssertionError(f"lesson {self.name}: {proof}")

    def _unmeasured(self, name: str, found: str) -> None:
        """Keep a result that nothing is known about, because of the data set."""
        told = f"measured only on {', '.join(self._elsewhere) or '-'}"
        proof = Proof(UNKNOWN, name, found, told)
        if _strict() and not self._elsewhere:
            raise AssertionError(f"lesson {self.name}: {proof}, but never measured")
        self._proofs.append(proof)


def _strict() -> bool:
    return os.environ.get("AELESSON_STRICT") == "1"


def _read() -> dict[str, Any]:
    path = resources.files("aelesson.course") / "expected.json"
    kept: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return kept


def _record(lesson: Lesson, kind: str, name: str, value: float | bool) -> None:
    """Append to the file in `AELESSON_RECORD`, from which intervals are made."""
    path = os.environ.get("AELESSON_RECORD")
    if path:
        row = [lesson.name, lesson.dataset, kind, name, value]
        with open(path, "a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
