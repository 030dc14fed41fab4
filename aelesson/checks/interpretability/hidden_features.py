"""`hidden_features()`: a `fit(x)` that finds what activations are made of."""

from functools import lru_cache
from time import process_time

import torch
from torch import nn

from aelesson import interpret
from aelesson.checks import judge
from aelesson.checks.engine.calls import attempt, failed
from aelesson.checks.engine.recorded import Refused
from aelesson.checks.engine.scored import Scored
from aelesson.checks.interpretability.known_ways import LATENTS, SIZE, ica, pca, sparse
from aelesson.data import features

COUNT, ACTIVE, FAMILIES, KNOWN, NEW = 128, 4, 16, 10_000, 2_000
LEAST, EXPLAINED, SECONDS = 0.9, 0.9, 30
SEEDS = 12_001, 12_002


@lru_cache(maxsize=4)
def drawn(seed):
    """Return the truth of a seed, and activations to fit and to measure with."""
    generator = torch.Generator().manual_seed(seed)
    truth = features.build(COUNT, SIZE, generator, FAMILIES, active=ACTIVE)
    x, _ = features.draw(truth, KNOWN + NEW, generator)
    return truth, x[:KNOWN], x[KNOWN:]


def seeds():
    """Return the judge's seeds, and those of a control that nobody can know."""
    return [*(judge.seed(each) for each in SEEDS), *map(judge.unknown, range(2))]


def given():
    """Return all activations: the truths, and their seeds, stay where they are."""
    known = [drawn(seed)[1:] for seed in seeds()]
    return {"x": [x for x, _ in known], "new": [new for _, new in known]}


def record(make, known):
    """Fit each truth's activations; return directions, and codes of new activations."""
    if make is None:
        raise Refused("got None, expected a function fit(x): is `return` missing?")
    if not callable(make) or isinstance(make, nn.Module):
        got = type(make).__name__
        raise Refused(f"got {got}, expected fit: from x to an autoencoder.")
    parts = {"rows": [], "none": [], "codes": []}
    for x, new in zip(known.x, known.new, strict=True):
        for name, part in zip(parts, found(make, x, new), strict=True):
            parts[name].append(part)
    return parts


def found(make, x, new):
    """Fit once: what each latent adds, what none adds, and codes."""
    start = process_time()
    model = attempt(make, [x])
    seconds = process_time() - start
    if failed(model):
        raise Refused(f"fit(x) failed on activations ({KNOWN:,}, {SIZE}): {model:.110}")
    if says := wanting(model):
        raise Refused(says)
    if seconds > SECONDS:
        raise Refused(
            f"a fit took {seconds:.0f} s of processor time, of {SECONDS} allowed."
        )
    with torch.no_grad():
        codes = attempt(model.encode, [new.clone()])
    if failed(codes):
        raise Refused(f"encode failed on activations ({NEW:,}, {SIZE}): {codes:.110}")
    return *directions(model), codes.float()


def directions(model):
    """Return what the decoder adds for each latent, and what it adds for none."""
    with torch.no_grad():
        latents = model.encode(torch.zeros(1, SIZE)).shape[1]
        none = model.decode(torch.zeros(1, latents))
        return model.decode(torch.eye(latents)) - none, none


def wanting(model):
    """Say what a model lacks to be judged."""
    if not (hasattr(model, "encode") and hasattr(model, "decode")):
        got = type(model).__name__
        return f"fit(x) returned {got}: encode(x) and decode(z) are needed."
    z = attempt(model.encode, [torch.ones(3, SIZE)])
    if failed(z):
        return f"encode failed on activations (3, {SIZE}): {z:.110}"
    if not torch.is_tensor(z) or z.dim() != 2 or len(z) != 3:
        return "encode must return codes (3, M) for three activations."
    if z.shape[1] > LATENTS:
        return f"a code has {z.shape[1]} latents: at most {LATENTS} are allowed."
    with torch.no_grad():
        rows = attempt(directions, [model])
        codes = torch.rand(5, z.shape[1], generator=torch.Generator().manual_seed(0))
        x_hat = attempt(model.decode, [codes])
    if failed(rows) or failed(x_hat) or x_hat.shape != (5, SIZE):
        return f"decode must return activations (B, {SIZE}) for codes (B, M)."
    if not torch.allclose(codes @ rows[0] + rows[1], x_hat, 1e-3, 1e-3):
        return "decode must add up: a direction for each latent, times its value."
    return ""


def whole(thing):
    """Refuse parts of other sizes than those that are due."""
    count = len(seeds())
    if any(len(each) != count for each in (thing.rows, thing.none, thing.codes)):
        return f"{count} fits are due."
    for rows, none, codes in zip(thing.rows, thing.none, thing.codes, strict=True):
        latents = len(rows)
        sizes = ((latents, SIZE), (1, SIZE), (NEW, latents))
        if latents > LATENTS or sizes != (rows.shape, none.shape, codes.shape):
            return f"codes ({NEW:,}, M) are due, and directions (M, {SIZE})."
    return ""


def explaining(thing):
    """Refuse what leaves too much of new activations unexplained."""
    each = zip(seeds(), thing.rows, thing.none, thing.codes, strict=True)
    for seed, rows, none, codes in list(each)[: len(SEEDS)]:
        share = interpret.explained_variance(codes @ rows + none, drawn(seed)[2])
        if not share >= EXPLAINED:
            told = f"it explains {share:.3f} of the variance of new activations"
            return f"{told}, and {EXPLAINED} is asked for."
    return ""


def missed(thing):
    """Return for each feature of all truths whether no latent was found for it."""
    each = zip(seeds(), thing.rows, strict=True)
    lost = [
        (interpret.match(rows, drawn(seed)[0].vectors, LEAST) < 0).double()
        for seed, rows in each
    ]
    return torch.cat(lost[: len(SEEDS)]), torch.cat(lost[len(SEEDS) :])


def from_activations(thing):
    """Refuse what finds features of these truths, and of no others."""
    costs = missed(thing)
    if judge.apart(*costs) < judge.SIGMAS:
        return ""
    mine, others = (1 - float(cost.mean()) for cost in costs)
    return (
        f"it recovers {mine:.4g} of the judge's features and {others:.4g} of others, "
        "drawn in\nthe same way. Find them in the activations alone."
    )


check = Scored(
    "hidden_features",
    lambda thing: 1 - missed(thing)[0].mean(),
    record=record,
    given=given,
    unit="of the features recovered",
    baseline="ICA with 32 directions",
    more_is_better=True,
    holds=[whole, explaining, from_activations],
    references={
        "PCA with 32 directions": lambda: pca,
        "ICA with 32 directions": lambda: ica,
        "a frozen random decoder": lambda: sparse(64, frozen=True),
        "a TopK autoencoder, 16 on": lambda: sparse(16),
    },
)
