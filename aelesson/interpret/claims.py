"""What may be claimed: nothing that a control shows as well.

A sparse autoencoder finds directions that look meaningful in networks which were never
trained (Heap et al., 2025), and one with a frozen random decoder scores almost as high
as a trained one (Korznikov et al., 2026). So a score is held against such controls
before it becomes a sentence.
"""

from collections.abc import Mapping, Sequence

from aelesson import require

SIGNS = {"higher": 1.0, "lower": -1.0}


class ControlPassesError(Exception):
    """A claim that cannot be made, as a control shows the same.

    Attributes:
        control: The name of the control that comes closest.
        lead: By how much the method's worst seed is ahead of that control's best one;
            below 0 if it is behind.
    """

    def __init__(self, message: str, control: str, lead: float) -> None:
        super().__init__(message)
        self.control = control
        self.lead = lead


def beyond_control(
    scores: Sequence[float],
    controls: Mapping[str, Sequence[float]],
    margin: float,
    better: str = "higher",
) -> float:
    """Return by how much a method is ahead of its controls, or refuse the claim.

    The method's worst seed is compared with each control's best seed, so no lucky seed
    can carry a claim.

    Sources: Heap et al. (2025), "Sparse autoencoders can interpret randomly initialized
    transformers"; Korznikov et al. (2026), "Sanity checks for sparse autoencoders: do
    SAEs beat random baselines?".

    Args:
        scores: The method's score for each seed, two or more.
        controls: The scores of each control by its name, two seeds or more each; such
            as those of a frozen random decoder (`random_decoder`), and of the same
            method on a network that was never trained.
        margin: By more than how much every seed must be ahead, 0 or more, in units of
            the score. State it before the scores are known.
        better: Which scores are better: "higher" or "lower".

    Returns:
        The smallest lead over any control, above `margin`.

    Raises:
        ControlPassesError: If a seed of the method is not that far ahead of a seed of a
            control.
        ValueError: If there is no control, fewer than two seeds, or a score is not
            finite.
        TypeError: If an argument is of another kind.
    """
    ours = _scores("scores", scores)
    require.mapping("controls", controls, "scores")
    require.number("margin", margin, at_least=0)
    require.choice("better", better, SIGNS)
    sign = SIGNS[better]
    theirs = {
        name: sign * max(sign * each for each in _scores(f"controls[{name!r}]", given))
        for name, given in controls.items()
    }
    worst = sign * min(sign * each for each in ours)
    control = max(theirs, key=lambda name: sign * theirs[name])
    lead = sign * (worst - theirs[control])
    if lead > margin:
        return lead
    raise ControlPassesError(
        f"the control {control!r} passes as well: its best seed scores "
        f"{theirs[control]:.4g} and the method's worst {worst:.4g} ({better} is "
        f"better), a lead of {lead:.4g} where more than {margin:.4g} was asked for. "
        "What a control shows too says nothing about the method",
        control,
        lead,
    )


def _scores(name: str, values: Sequence[float]) -> list[float]:
    """Ask for a number for each of two seeds or more."""
    for each in require.sequence(name, values, "scores, one for each seed", least=2):
        require.number(f"a score in {name}", each)
    return [float(each) for each in values]
