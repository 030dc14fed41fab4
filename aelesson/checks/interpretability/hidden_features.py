"""`hidden_features()`: a `fit(x)` that finds what activations are made of."""

import secrets
from functools import lru_cache
from time import process_time

import torch
from torch import nn

from aelesson import interpret
from aelesson.checks import judge
from aelesson.checks.engine.calls import attempt, failed
from aelesson.checks.engine.scored import Scored
from aelesson.checks.interpretability.known_ways import LATENTS, SIZE, ica, pca, sparse
from aelesson.data import features

COUNT, ACTIVE, FAMILIES, KNOWN, NEW = 128, 4, 16, 10_000, 2_000
LEAST, EXPLAINED, SECONDS = 0.9, 0.9, 30
SEEDS = 12_001, 12_002


def drawn(seed):
    """Return the truth of a seed, and activations to fit and to measure with."""
    generator = torch.Generator().manual_seed(seed)
    truth = features.build(COUNT, SIZE, generator, FAMILIES, active=ACTIVE)
    x, _ = features.draw(truth, KNOWN + NEW, generator)
    return truth, x[:KNOWN], x[KNOWN:]


def fitted(make, seed):
    """Return a model of a seed's activations, which are all that it was made from."""
    x = drawn(seed)[1]
    start = process_time()
    return make(x), process_time() - start


@lru_cache(maxsize=4)
def judged(make, times):
    """Fit the judge's activations; or others, drawn at random, as a control."""
    seeds = SEEDS if times == 0 else [secrets.randbits(60) for _ in SEEDS]
    return [(seed, *fitted(make, seed)) for seed in seeds]


def directions(model):
    """Return what the decoder adds for each latent, and what it adds for none."""
    with torch.no_grad():
        latents = model.encode(torch.zeros(1, SIZE)).shape[1]
        none = model.decode(torch.zeros(1, latents))
        return model.decode(torch.eye(latents)) - none, none


def explained(model, x):
    rows, none = directions(model)
    with torch.no_grad():
        z = model.encode(x.clone()).float()
        return interpret.explained_variance(z @ rows + none, x)


def usable(make):
    """Refuse what is no function of activations that returns an autoencoder."""
    if make is None:
        return "got None, expected a function fit(x): is `return` missing?"
    if not callable(make) or isinstance(make, nn.Module):
        return f"got {type(make).__name__}, expected fit: from x to an autoencoder."
    judged.cache_clear()  # it may do something else by now
    found = attempt(judged, [make, 0])
    if failed(found):
        return f"fit(x) failed on activations ({KNOWN:,}, {SIZE}): {found:.110}"
    for _, model, seconds in found:
        if says := wanting(model):
            return says
        if seconds > SECONDS:
            return (
                f"a fit took {seconds:.0f} s of processor time, of {SECONDS} allowed."
            )
    return ""


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


def explaining(make):
    """Refuse what leaves too much of new activations unexplained."""
    for seed, model, _ in judged(make, 0):
        share = attempt(explained, [model, drawn(seed)[2]])
        if failed(share):
            return f"encode failed on activations ({NEW:,}, {SIZE}): {share:.110}"
        if not share >= EXPLAINED:
            told = f"it explains {share:.3f} of the variance of new activations"
            return f"{told}, and {EXPLAINED} is asked for."
    return ""


def missed(make, times):
    """Return for each feature of all truths whether no latent was found for it."""
    found = []
    for seed, model, _ in judged(make, times):
        rows, vectors = directions(model)[0], drawn(seed)[0].vectors
        found.append(interpret.match(rows, vectors, LEAST) < 0)
    return torch.cat(found).double()


def from_activations(make):
    """Refuse what finds features of these truths, and of no others."""
    costs = attempt(lambda: [missed(make, times) for times in (0, 1)], [])
    if failed(costs):
        return f"fit(x) failed on other activations: {costs:.110}"
    if judge.apart(*costs) < judge.SIGMAS:
        return ""
    mine, others = (1 - float(cost.mean()) for cost in costs)
    return (
        f"it recovers {mine:.4g} of the judge's features and {others:.4g} of others, "
        "drawn in\nthe same way. Find them in the activations alone."
    )


check = Scored(
    "hidden_features",
    lambda make: 1 - missed(make, 0).mean(),
    unit="of the features recovered",
    baseline="ICA with 32 directions",
    more_is_better=True,
    rules=[usable, explaining, from_activations],
    references={
        "PCA with 32 directions": lambda: pca,
        "ICA with 32 directions": lambda: ica,
        "a frozen random decoder": lambda: sparse(64, frozen=True),
        "a TopK autoencoder, 16 on": lambda: sparse(16),
    },
)
