r"""Features whose truth is known: more directions than dimensions.

An example is a sum of a few features, each a unit vector times a positive strength:
$x = \sum_i s_i v_i$, with most strengths 0. As there are more features than
dimensions, their vectors cannot all stand at right angles: this is superposition
(Elhage et al., 2022, "Toy models of superposition"). What finds features can be judged
here, where they are known, before it is believed where they are not.

Features may form families: a child is active only where its parent is, as "terrier"
only where "dog" is. The others stand alone.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from aelesson import require

CHILD = 0.3  # the chance of a child to be active where its parent is
WEAKEST, STRONGEST = 0.5, 1.5  # strengths are uniform between them, 1 on average
UNIT = 1e-3  # how far from 1 the length of a vector may be


@dataclass(frozen=True)
class Features:
    """The truth about some examples: `n` features in `d` dimensions.

    Attributes:
        vectors: Unit vectors, `(n, d)`.
        parents: The place of each feature's parent, int64 `(n,)`, which comes before
            it; -1 for a feature without one.
        chances: How likely each is active, `(n,)`, from 0 to 1: a child's where its
            parent is active.

    Raises:
        TypeError, ValueError: If one of them is not as described.
    """

    vectors: Tensor
    parents: Tensor
    chances: Tensor

    def __post_init__(self) -> None:
        require.finite_tensor("vectors", self.vectors, "(n, d)")
        require.whole_numbers("parents", self.parents, "(n,)")
        require.tensor("chances", self.chances, "(n,)")
        require.same_length("parents", self.parents, "vectors", self.vectors)
        require.same_length("chances", self.chances, "vectors", self.vectors)
        count, lengths = len(self.vectors), self.vectors.norm(dim=1)
        require.within("the length of vectors", lengths, 1 - UNIT, 1 + UNIT)
        require.within("parents", self.parents, -1, count - 1)
        require.within("chances", self.chances, 0, 1)
        late = self.parents >= torch.arange(count)
        if late.any():
            child = int(late.nonzero()[0])
            raise ValueError(
                f"parents has {int(self.parents[child])} for feature {child}; a parent "
                f"must come before its child: at most {child - 1}"
            )

    @property
    def rates(self) -> Tensor:
        """In which share of examples each feature is active, `(n,)`."""
        rates = self.chances.clone()
        for child in (self.parents >= 0).nonzero().flatten().tolist():
            rates[child] *= rates[self.parents[child]]
        return rates


def build(
    count: int,
    dimensions: int,
    generator: torch.Generator,
    families: int = 0,
    children: int = 3,
    active: float = 8.0,
    spread: float = 10.0,
) -> Features:
    """Draw features: directions at random, some of them in families.

    The first `families` features are parents, the next are their children, family by
    family, and the others stand alone. A child is active in a share `CHILD` of the
    examples in which its parent is.

    Args:
        count: How many features, `n`.
        dimensions: How many dimensions they have to share, `d`.
        generator: Draws everything; on the CPU.
        families: How many have children; 0 for features that know nothing of each
            other.
        children: How many children each parent has.
        active: How many are active at a time, on average over examples.
        spread: How many times as often the most frequent of the features without a
            parent is active as the rarest; 1 for equal rates. The others lie between,
            evenly on a scale of logarithms.

    Raises:
        ValueError: If a number is out of range, there are fewer features than the
            families ask for, or so few that one would have to be active more than
            always.
    """
    _check_build(count, dimensions, families, children, active, spread)
    require.generator("generator", generator, needed=True)
    born = families * children
    vectors = torch.randn(count, dimensions, generator=generator)
    parents = torch.full((count,), -1)
    parents[families : families + born] = torch.arange(born) // children
    order = torch.randperm(count - born, generator=generator)
    rarity = torch.linspace(0, 1, count - born)[order]
    weights = spread**-rarity  # of those without a parent, the parents first
    in_all = weights.sum() + CHILD * children * weights[:families].sum()
    roots = weights * active / in_all
    if roots.max() > 1:
        raise ValueError(
            f"active is {active}, too much for {count} features: one would be active "
            f"in {roots.max():.2f} of the examples; at most {active / roots.max():.4g}"
        )
    chances = torch.full((count,), CHILD)
    chances[parents < 0] = roots
    return Features(F.normalize(vectors, dim=1), parents, chances)


def draw(
    truth: Features, count: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Draw examples of known features.

    Args:
        truth: The features, such as `build` makes.
        count: How many examples, `N`.
        generator: Draws them; on the CPU.

    Returns:
        The examples $x$, `(N, d)`, and the strengths that made them, `(N, n)`: 0 where
        a feature is not active, else from `WEAKEST` to `STRONGEST`.

    Raises:
        ValueError: If `count` is below 1.
    """
    require.kind("truth", truth, Features)
    require.whole("count", count)
    require.generator("generator", generator, needed=True)
    shape = count, len(truth.vectors)
    on = torch.rand(shape, generator=generator) < truth.chances
    for child in (truth.parents >= 0).nonzero().flatten().tolist():
        on[:, child] &= on[:, truth.parents[child]]  # parents come first
    sizes = torch.rand(shape, generator=generator)
    strengths = on * (WEAKEST + (STRONGEST - WEAKEST) * sizes)
    return strengths @ truth.vectors, strengths


def _check_build(
    count: int,
    dimensions: int,
    families: int,
    children: int,
    active: float,
    spread: float,
) -> None:
    require.whole("families", families, at_least=0)
    require.whole("children", children)
    asked = families * (1 + children)
    why = f", a parent and {children} children for each of {families} families"
    require.whole("count", count, at_least=max(asked, 1), why=why * (families > 0))
    require.whole("dimensions", dimensions)
    require.number("active", active, above=0)
    require.number("spread", spread, at_least=1)
