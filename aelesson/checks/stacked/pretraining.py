"""What an answer to `pretrain_layer` must do while it trains, fact by fact."""

from collections import Counter
from itertools import chain, pairwise

import torch
from torch import Tensor, nn

from aelesson.checks.engine import FINE, Finding
from aelesson.checks.engine.building import forward
from aelesson.checks.engine.calls import attempt
from aelesson.checks.engine.wording import with_article

CURE = "Draw one order per epoch, with torch.randperm, and use its last batch, too."
DRAW = "In each epoch draw torch.randperm(len(inputs), generator=generator)."
ANEW = "Call corrupt once for each batch, inside the loop over epochs."


def pair(got):
    """Ask for two modules."""
    if got is None:
        return Finding("None", "your function returned None: is `return` missing?")
    parts = got if isinstance(got, tuple | list) else [got]
    if len(parts) == 2 and all(isinstance(part, nn.Module) for part in parts):
        return FINE
    what = ", ".join(with_article(type(part).__name__) for part in parts)
    says = f"you returned {what}: return two modules, `return encoder, decoder`."
    return Finding(what, says)


def used_evenly(trial, rows):
    """Ask that each row came once per epoch, or at least each as often."""
    every = Counter(rows)
    counts = [every[row] for row in range(len(trial.inputs))]
    low, high = min(counts), max(counts)
    if low == high:
        return FINE
    says = f"in {trial.epochs} epochs one row was used {low} times, another {high}"
    kind = f"uneven {len(rows)} {high > trial.epochs}"
    return Finding(kind, f"{says} times: each epoch has all once.\n{CURE}")


def calls_of_corrupt(trial):
    """Ask that each row was corrupted once per epoch."""
    asked = [*chain(*trial.asked)]
    if not asked:
        says = "corrupt was never called: the encoder gets corrupt(batch)."
        return Finding("never", says)
    times = len(asked) // len(trial.inputs)
    found = used_evenly(trial, asked)
    if found != FINE or times == trial.epochs:
        return found
    cause = "is the target corrupted" if times > trial.epochs else "is the noise kept"
    says = f"in {trial.epochs} epochs of {len(trial.inputs)} inputs corrupt got "
    says += f"{len(asked)} rows: {cause}, or `epochs` not used?\n{ANEW}"
    return Finding(f"{times} times", says)


def what_went_in(trial):
    """Ask that the encoder got what corrupt returned, each time anew."""
    if any(not b.drawn and -1 not in b.rows for b in trial.batches):
        says = "the encoder got the clean batch: corrupt(batch) goes in, and the clean "
        return Finding("clean", f"{says}batch is the target.")
    drawn = [place for batch in trial.batches for place in batch.drawn]
    says = f"the same corrupted row was used more than once.\n{ANEW}"
    return Finding("kept", says) if len({*drawn}) < len(drawn) else FINE


def whole_epochs(trial):
    """Ask that each epoch goes once through all rows, in a new order."""
    found, every = used_evenly(trial, trial.sequence), range(len(trial.inputs))
    if found != FINE:
        return found
    if any(sorted(each) != [*every] for each in trial.rounds):
        says = "in an epoch one row came twice before another came once."
        return Finding("mixed", f"{says}\n{CURE}")
    if len(trial.batches) == trial.epochs:
        return FINE  # one batch per epoch has no order
    rows = [batch.rows for batch in trial.batches]
    if rows and all(each == [*every[each[0] :][: len(each)]] for each in rows):
        says = "the rows are not shuffled: in each batch they come in the order of "
        return Finding("file", f"{says}inputs.\n{DRAW}")
    says = "the order of the rows is the same in every epoch: is it seeded?"
    kept = any(before == after for before, after in pairwise(trial.rounds))
    return Finding("same", f"{says}\n{DRAW}") if kept else FINE


def one_generator(first, other_start, other_order):
    """Ask that the generator alone settles the order."""
    if other_start.sequence != first.sequence:
        says = "with equal generators the order of the rows was another: it comes from "
        return Finding("global", f"{says}the global random state or NumPy.\n{DRAW}")
    says = "with another generator the order of the rows was the same: the generator "
    same = other_order.sequence == first.sequence
    return Finding("unused", f"{says}plays no part, or you seed it.") if same else FINE


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
    batches = [b for b in trial.batches if b.drawn]
    clean = agreement(batches, lambda b: trial.inputs[b.rows])
    if clean > 0.75:
        return FINE
    if agreement(batches, lambda b: b.given) > 0.9:
        says = "the target is the corrupted batch: take the clean one."
        return Finding("corrupted", says)
    says = "outputs are not pulled towards their clean rows: is the target another, or "
    if clean < 0.1:
        says = "your loss pushes outputs away from the clean batch: is its sign right, "
    return Finding("other", f"{says}are differences not squared?")


def works(got, width, hidden_dim):
    """Yield what the networks make of large values; it must stay in [0, 1]."""
    both = zip(("encoder", "decoder"), got, (width, hidden_dim), strict=True)
    for name, network, wide in both:
        x = torch.linspace(-40, 40, 64)[:, None] * torch.linspace(-1, 1, wide)
        for batch in (x, x[:1]):
            for aspect, value in forward(network.eval(), batch, "x"):
                yield f"{aspect} of the {name}", value
        with torch.no_grad():
            yield f"range of the {name}", in_range(name, attempt(network, [x]))


def in_range(name, out):
    """Ask for values from 0 to 1, and not by a softmax."""
    if not isinstance(out, Tensor):
        return FINE  # which is seen already
    low, high, sums = float(out.min()), float(out.max()), out.flatten(1).sum(1)
    softmax = out[0].numel() > 1 and bool((sums - 1).abs().max() < 1e-4)
    if low >= 0 and high <= 1 and not softmax:
        return FINE
    says = f"the {name} gives {low:.3g} to {high:.3g}: end it with nn.Sigmoid()."
    if softmax:
        says = f"the {name} gives the sum 1, as a softmax does: it ties units together."
    return Finding(f"range {name}", says)


def moved(long, short):
    """Ask that more epochs change both networks; they start equal."""
    pairs = zip(("encoder", "decoder"), long.got, short.got, strict=True)
    same = [n for n, *p in pairs if all(map(torch.equal, *(m.parameters() for m in p)))]
    if not same:
        return FINE
    says = f"the {' and the '.join(same)} did not move from epoch {short.epochs} to "
    says += f"{long.epochs}: give the optimizer the parameters of both networks, no "
    return Finding(f"{same}", f"{says}copies, and call step().")
