"""What an answer to `pretrain_layer` must do while it trains, fact by fact."""

from collections import Counter
from itertools import chain, pairwise

import torch

from aelesson.checks.engine import FINE, Finding

CURE = "Draw one order per epoch, with torch.randperm, not rows at random."
DRAW = "In each epoch draw torch.randperm(len(inputs), generator=generator)."
ANEW = "Call corrupt once for each batch, inside the loop over epochs."


def extremes(trial, rows):
    """Return how often the rarest and the commonest row came."""
    every = Counter(rows)
    counts = [every[row] for row in range(len(trial.inputs))]
    return min(counts), max(counts)


def calls_of_corrupt(trial):
    """Ask that each row was corrupted once per epoch."""
    epochs, asked = trial.epochs, [*chain(*trial.asked)]
    low, high = extremes(trial, asked)
    if low == high == epochs:
        return FINE
    if not asked:
        return Finding(
            "never", "corrupt was never called: the encoder gets corrupt(batch)."
        )
    if low < high:
        return uneven(trial, len(asked), low, high)
    if high == 1:
        says = f"corrupt got each row once in {epochs} epochs: is the noise kept, or "
        return Finding("once", f"{says}`epochs` not used?\n{ANEW}")
    if len(trial.sequence) == epochs * len(trial.inputs):
        says = f"each row went in {epochs} times, but was corrupted {high} times.\n"
        return Finding(
            "twice", f"{says}Is the target corrupted, too? It is the clean batch."
        )
    says = f"each row was corrupted {high} times, but epochs is {epochs}.\n{ANEW}"
    return Finding(f"{high} times", says)


def uneven(trial, count, low, high):
    """Say that some rows came more often than others."""
    often = high > trial.epochs
    says = (
        f"in {trial.epochs} epochs one row was used {low} times, another {high} times:"
    )
    cure = CURE if often else "Is the last batch left out, because it is smaller?"
    return Finding(
        f"uneven {count} {often}", f"{says} each epoch has all once.\n{cure}"
    )


def what_went_in(trial):
    """Ask that the encoder got what corrupt returned, each time anew."""
    clean = [b for b in trial.batches if not b.drawn and -1 not in b.rows]
    if clean and agreement(clean, lambda b: trial.inputs[b.rows].roll(1, 1)) > 0.8:
        return Finding(
            "swapped", "input and target are swapped: corrupt(batch) goes in."
        )
    if clean:
        says = "the encoder was trained on the clean batch: give it corrupt(batch)."
        return Finding("clean", says)
    drawn = Counter(place for batch in trial.batches for place in batch.drawn)
    if drawn and max(drawn.values()) > 1:
        return Finding(
            "kept", f"the same corrupted row was used more than once.\n{ANEW}"
        )
    return FINE


def whole_epochs(trial):
    """Ask that each epoch goes once through all rows, in a new order."""
    rounds, in_order = trial.rounds, [*range(len(trial.inputs))]
    low, high = extremes(trial, trial.sequence)
    if low < high:
        return uneven(trial, len(trial.sequence), low, high)
    if any(sorted(each) != in_order for each in rounds):
        says = "in an epoch one row came twice before another came once.\n"
        return Finding("mixed", says + CURE)
    if len(trial.batches) == trial.epochs:
        return FINE  # one batch per epoch has no order
    if all(each == in_order for each in rounds):
        says = f"nothing is shuffled: the rows come in the order of inputs.\n{DRAW}"
        return Finding("file", says)
    if any(before == after for before, after in pairwise(rounds)):
        says = (
            f"the order of the rows is the same in every epoch: is it seeded?\n{DRAW}"
        )
        return Finding("same", says)
    return FINE


def one_generator(first, other_start, other_order):
    """Ask that the generator alone settles the order."""
    if other_start.sequence != first.sequence:
        says = "with equal generators the order of the rows was another: it comes from "
        return Finding("global", f"{says}the global random state or NumPy.\n{DRAW}")
    if other_order.sequence == first.sequence:
        says = (
            "with another generator the order of the rows was the same: the generator "
        )
        return Finding("unused", f"{says}plays no part, or you seed it.\n{DRAW}")
    return FINE


def agreement(batches, target):
    """Return the share of outputs that the loss pulls towards a target.

    Whatever the loss: a gradient is positive where an output is above its target.
    """
    hits = count = 0
    for batch in batches:
        out, slope = batch.call.out, batch.call.slope
        counts = slope.abs() > 1e-3 * slope.abs().max()
        alike = (out.sigmoid() - target(batch)).sign() == slope.sign()
        hits, count = hits + int(alike[counts].sum()), count + int(counts.sum())
    return hits / count if count else 1.0


def target(trial):
    """Ask that outputs are pulled towards the clean rows."""
    batches, inputs = [b for b in trial.batches if b.drawn], trial.inputs
    clean = agreement(batches, lambda b: inputs[b.rows])
    if not batches or clean > 0.75:
        return FINE
    slopes = torch.cat([b.call.slope.flatten() for b in batches])
    if agreement(batches, lambda b: b.given) > 0.9:
        return Finding(
            "corrupted", "the target is the corrupted batch: take the clean one."
        )
    if clean < 0.1:
        says = "your loss pushes outputs away from the clean batch: is its sign right?"
        return Finding("uphill", says)
    if min((slopes >= 0).double().mean(), (slopes <= 0).double().mean()) < 0.01:
        says = "your loss pulls all outputs the same way: square the differences first."
        return Finding("one way", says)
    says = "outputs are not pulled towards their clean rows: is the target in another "
    return Finding("other", f"{says}order than what goes in, or changed?")


def moved(long, short):
    """Ask that more epochs change both networks; they start equal."""
    pairs = zip(("encoder", "decoder"), long.got, short.got, strict=True)
    same = [n for n, *p in pairs if all(map(torch.equal, *(m.parameters() for m in p)))]
    if not same:
        return FINE
    what = f"the {same[0]} is" if len(same) == 1 else "what you return is"
    says = f"{what} the same after {short.epochs} and after {long.epochs} epochs: give "
    says += "the optimizer the parameters of both networks, no copies, and call step()."
    return Finding(f"{same}", says)
