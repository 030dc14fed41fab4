"""Answers to `loss_recovered`, in other people's words."""

from aelesson import interpret


def checked(function):
    def answer(clean, replaced, ablated):
        if not clean < ablated:
            raise ValueError("the layer is worth nothing")
        return function(clean, replaced, ablated)

    return answer


def by_rest(clean, replaced, ablated):
    gap = ablated - clean
    if gap <= 0:
        raise ValueError(f"{ablated} is not above {clean}")
    return 1 - (replaced - clean) / gap


def negated(clean, replaced, ablated):
    if clean >= ablated:
        raise ValueError
    return (replaced - ablated) / (clean - ablated)


def by_line(clean, replaced, ablated):
    if max(clean, ablated) == clean:
        raise ValueError("ablated <= clean")
    slope = 1 / (clean - ablated)
    return slope * replaced - slope * ablated


def unchecked(clean, replaced, ablated):
    return (ablated - replaced) / (ablated - clean)


def or_zero(clean, replaced, ablated):
    return 0 if ablated <= clean else unchecked(clean, replaced, ablated)


def asserting(clean, replaced, ablated):
    assert ablated > clean
    return unchecked(clean, replaced, ablated)


def too_strict(clean, replaced, ablated):
    if replaced >= ablated or clean >= ablated:
        raise ValueError
    return unchecked(clean, replaced, ablated)


def not_for_small_gaps(clean, replaced, ablated):
    if ablated - clean < 0.1:
        raise ValueError
    return unchecked(clean, replaced, ablated)


RIGHT = [by_rest, negated, by_line, checked(unchecked), interpret.loss_recovered]
WRONG = {
    "the share that is lost": checked(lambda c, r, a: (r - c) / (a - c)),
    "below 0 says that it is worse": checked(lambda *s: max(0, unchecked(*s))),
    "above 1 may be right": checked(lambda *s: min(unchecked(*s), 1)),
    "no clamp": checked(lambda *s: sorted([0.0, unchecked(*s), 1.0])[1]),
    "use all three": checked(lambda c, r, a: 1 - r / a),
    "divide by ablated - clean": checked(lambda c, r, a: (a - r) / (a + c or 9)),
    "no abs()": checked(lambda *s: abs(unchecked(*s))),
    "the sign is wrong": checked(lambda c, r, a: (r - a) / (a - c)),
    "not yet divided": checked(lambda c, r, a: a - r),
    "brackets are missing": checked(lambda c, r, a: a - r / (a or 9) - c),
    "refuse only where": too_strict,
    "ablated is above clean here": not_for_small_gaps,
    "in percent": checked(lambda *s: unchecked(*s) * 100),
    "If ablated is not above clean": [unchecked, or_zero, asserting],
}
