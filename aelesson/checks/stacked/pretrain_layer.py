"""`pretrain_layer(inputs, hidden_dim, corrupt, epochs, generator)`: two networks."""

import torch
from torch import nn
from torch.nn import functional as F

from aelesson.checks.engine import FINE, Exercise, Finding
from aelesson.checks.engine.calls import failed, outcome
from aelesson.checks.engine.compare import unchanged
from aelesson.checks.engine.observe import in_place
from aelesson.checks.engine.randomness import seeded
from aelesson.checks.stacked.layers import pair, works
from aelesson.checks.stacked.pretraining import (
    calls_of_corrupt,
    moved,
    one_generator,
    target,
    what_went_in,
    whole_epochs,
)
from aelesson.checks.stacked.trial import Trial

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


def tell(case):
    inputs, hidden_dim, epochs = case.values()
    shape = tuple(inputs.shape)
    return f"inputs of shape {shape}, hidden_dim = {hidden_dim}, epochs = {epochs}"


def observe(answer, case):
    inputs, hidden_dim, epochs = case.values()

    def run(epochs=epochs, **states):
        return Trial(inputs, hidden_dim, epochs).run(answer, **states)

    first = run()
    yield "error", outcome(first.got)
    if failed(first.got):
        return
    yield "inputs", FINE if unchanged(inputs, first.given) else in_place("inputs")
    for fact, finding in facts(first, run, case):
        yield fact, finding
        if finding != FINE:
            return
    if epochs > 2:
        yield "learning", learning(answer)


def facts(first, run, case):
    """Yield facts about short trainings; each needs those before it to be fine."""
    yield "pair", pair(first.got)
    yield "calls of corrupt", calls_of_corrupt(first)
    yield "what goes in", what_went_in(first)
    yield "steps", first.training.steps_with_gradients()
    yield "epochs", whole_epochs(first)
    yield "gradients", first.training.fresh_gradients()
    yield "target", target(first)
    yield "networks", works(first.got, case["inputs"], case["hidden_dim"])
    yield "generator", one_generator(first, run(start=1), run(order=1))
    if case["epochs"] > 2:
        yield "trained", moved(first, run(epochs=1))


def learning(answer):
    """Ask for clean reconstructions of corrupted inputs, after a long training."""
    trial = Trial(some_inputs(640, 16, 3), 12, 12, watch=False).run(answer)
    if failed(trial.got):
        return trial.got
    encoder, decoder = (part.eval() for part in trial.got)
    with torch.no_grad():
        cleaned = decoder(encoder(trial.corrupt(trial.inputs)))
    error = float(F.mse_loss(cleaned, trial.inputs) / trial.inputs.var(0).mean())
    if error < ENOUGH:
        return FINE
    says = (
        f"too little was learnt: in {trial.epochs} epochs of 640 inputs the error is "
    )
    says += f"{error:.2f} times that of the mean input.\n(Less than {ENOUGH} is asked "
    says += "for.)\nTake Adam with learning rate 0.01, batches of 32, a step for each."
    return Finding("little", says)


errors = {
    "corrupt takes": "hand corrupt a batch of rows of inputs, (B, D), no more.",
    "can't optimize a non-leaf": "the optimizer takes encoder.parameters().",
    "empty parameter list": (
        "the optimizer got no parameters: .parameters() is used up after one pass."
    ),
    "must match the size": "the target is the clean batch, (B, D): shapes differ.",
}
check = Exercise(pretrain_layer, cases, observe, fixed=False, errors=errors, tell=tell)
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
