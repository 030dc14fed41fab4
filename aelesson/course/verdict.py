"""What a lesson shows of its proofs: one line that opens as a table.

A reader sees the idea and the picture first; the proof is one click away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

HOLDS, FAILS, UNKNOWN = "✓", "✗", "·"
HEADS = ("", "claim or number", "this run", "expected")
HINT = "Did you change a setting? Restart the kernel and run all cells."


@dataclass(frozen=True)
class Proof:
    """One claim or number of a lesson, as this run bears it out.

    Attributes:
        sign: `HOLDS`, `FAILS`, or `UNKNOWN` where there is nothing to compare with.
        name: The claim, or what was measured.
        found: The number of this run, or whether the claim holds in it.
        expected: The interval, or where the claim was tried.
    """

    sign: str
    name: str
    found: str
    expected: str

    def __str__(self) -> str:
        return f"{self.sign} {self.name}: {self.found} ({self.expected})"


class Verdict:
    """Proofs in one line; in a notebook it opens as a table.

    Args:
        proofs: What to show, in order.
        is_open: Whether the table is open at first; it is, if a proof fails.
    """

    def __init__(self, proofs: Sequence[Proof], is_open: bool = False) -> None:
        self.proofs = tuple(proofs)
        self.is_open = is_open or self._count(FAILS) > 0

    def _count(self, sign: str) -> int:
        return sum(proof.sign == sign for proof in self.proofs)

    @property
    def line(self) -> str:
        """The verdict, in one line."""
        failing, unknown = self._count(FAILS), self._count(UNKNOWN)
        compared = len(self.proofs) - unknown
        told = f"{HOLDS} {compared} of {compared} hold" if compared else ""
        if failing:
            told = f"{FAILS} {compared - failing} of {compared} hold. {HINT}"
        beyond = f"{UNKNOWN} {unknown} with nothing to compare with" if unknown else ""
        return ", ".join(filter(None, [told, beyond])) or "nothing was claimed"

    def __repr__(self) -> str:
        return "\n".join([self.line, *(f"  {proof}" for proof in self.proofs)])

    def _repr_html_(self) -> str:
        heads = "".join(f"<th>{head}</th>" for head in HEADS)
        rows = "".join(
            "<tr>" + "".join(f"<td>{escape(part)}</td>" for part in parts) + "</tr>"
            for parts in ((p.sign, p.name, p.found, p.expected) for p in self.proofs)
        )
        return (
            f"<details{' open' * self.is_open}><summary>{escape(self.line)}</summary>"
            f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
            "</details>"
        )
