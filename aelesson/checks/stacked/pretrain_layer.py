"""`pretrain_layer(inputs, hidden_dim, corrupt, epochs, generator)`: two networks."""

from functools import partial

import torch
from torch import nn
from torch.nn import functional as F

from aelesson.checks.engine import FINE, Exercise, Finding
from aelesson.checks.engine.calls import attempt, failed, outcome
from aelesson.checks.engine.compare import unchanged
from aelesson.checks.engine.observe import in_place
from aelesson.checks.engine.randomness import seeded
from aelesson.checks.stacked import pretraining as asked
from aelesson.checks.stacked.trial import Trial, spoilt

ENOUGH = 0.9  # of the error of the mean input


def pretrain_layer(inputs, hidden_dim, corrupt, epochs, generator):
    width = inputs.shape[1]
    encoder = nn.Sequential(nn.Linear(width, hidden_dim), nn.Sigmoid())
    decoder = nn.Sequential(nn.Linear(hidden_dim, width), nn.Sigmoid())
    both = [*encoder.parameters(), *decoder.parameters()]
    optimizer = torch.optim.Adam(both, lr=0.01)
    for _ in range(epochs):
        order = torch.randperm(len(inputs), generator=generator)
        for chosen in order.split(32):
            clean = inputs[chosen]
            optimizer.zero_grad()
            F.mse_loss(decoder(encoder(corrupt(clean))), clean).backward()
            optimizer.step()
    return encoder, decoder


def some_inputs(rows, width, kinds):
    """Return inputs `(N, D)` of a few kinds, each with small deviations."""
    draw = seeded(3)
    patterns = 0.1 + 0.8 * (torch.rand(kinds, width, generator=draw) < 0.5).float()
    noise = 0.08 * torch.rand(rows, width, generator=draw) - 0.04
    return patterns.repeat(-(-rows // kinds), 1)[:rows] + noise


def cases():
    return [
        {"inputs": some_inputs(150, 6, 24), "hidden_dim": 4, "epochs": 3},
        {"inputs": some_inputs(70, 5, 12), "hidden_dim": 9, "epochs": 2},
    ]


def observe(answer, case):
    inputs, hidden_dim, epochs = case.values()

    def run(epochs=epochs, **states):
        return Trial(inputs, hidden_dim, epochs).run(answer, **states)

    first = run()
    yield "error", outcome(first.got)
    if failed(first.got):
        return
    yield "inputs", FINE if unchanged(inputs, first.given) else in_place("inputs")
    for fact, found in facts(first, run, case):
        yield fact, found
        if isinstance(found, Finding) and found != FINE:
            return
    if epochs > 2:
        yield "trained", asked.moved(first, run(epochs=1))
        yield "learning", learning(answer)


def facts(first, run, case):
    """Yield facts about short trainings; each needs those before it to be fine."""
    yield "pair", asked.pair(first.got)
    yield "calls of corrupt", asked.calls_of_corrupt(first)
    yield "what goes in", asked.what_went_in(first)
    yield "steps", first.training.steps_with_gradients()
    yield "epochs", asked.whole_epochs(first)
    yield "gradients", first.training.fresh_gradients()
    yield "target", asked.target(first)
    yield from asked.works(first.got, case["inputs"].shape[1], case["hidden_dim"])
    yield "generator", asked.one_generator(first, run(start=1), run(order=1))


def learning(answer):
    """Ask for clean reconstructions of corrupted inputs, after a long training."""
    inputs, spoil = some_inputs(640, 16, 3), partial(spoilt, chance=seeded(6))
    got = attempt(answer, (inputs, 12, spoil, 12, seeded(20)))
    if failed(got):
        return got
    encoder, decoder = (part.eval() for part in got)
    with torch.no_grad():
        cleaned = decoder(encoder(spoil(inputs)))
    error = float(F.mse_loss(cleaned, inputs) / inputs.var(0).mean())
    says = "too little was learnt: in 12 epochs of 640 inputs the error is "
    says += f"{error:.2f} times that of the mean input, not below {ENOUGH}.\nTake Adam"
    says += " with learning rate 0.01, batches of 32, a step for each."
    return FINE if error < ENOUGH else Finding("little", says)


errors = {
    "shapes cannot be multiplied": (
        "the encoder comes first, from D to hidden_dim numbers; the decoder leads back."
    ),
    "is invalid for input of size": "the last batch may be smaller: .split(32).",
    "corrupt takes": "hand corrupt a batch of rows of inputs, (B, D), no more.",
    "empty parameter list": (
        "the optimizer got no parameters: .parameters() is used up after one pass."
    ),
}
check = Exercise(pretrain_layer, cases, observe, fixed=False, errors=errors)
check.mistakes(
    {
        "rows are drawn one by one, so some come twice: torch.randperm has each.": (
            "randperm(len(inputs), -> randint(len(inputs), (len(inputs),),"
        ),
        "the last batch is left out: use it too, though it is smaller.": (
            "in order.split(32) -> in order[: len(order) // 32 * 32].split(32)"
        ),
        "only the first batch of each epoch is used: go through all of them.": (
            "split(32) -> split(32)[:1]"
        ),
    }
)
