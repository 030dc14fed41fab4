"""`sparse_step(encoder, decoder, optimizer, x, weight)`: where no cheat pays."""

import torch
from torch.nn import functional as F

from aelesson.checks.engine import FINE, Exercise, Finding, Note
from aelesson.checks.engine.calls import failed, kind, outcome
from aelesson.checks.engine.edits import edits
from aelesson.checks.engine.procedures import something
from aelesson.checks.interpretability.trained import STEPS, Trained
from aelesson.checks.interpretability.verdicts import ANOTHER, ERRORS, GROWING, LONGER


def sparse_step(encoder, decoder, optimizer, x, weight):
    z = encoder(x)
    error = (decoder(z) - x).square().sum(1).mean()
    loss = error + weight * z.sum(1).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        decoder.weight.copy_(F.normalize(decoder.weight, dim=0))
    return loss.item()


def cases():
    return [
        {"scale": 1.0, "length": 4.0, "weight": 0.6},
        {"scale": 4.0, "length": 2.0, "weight": 2.4},
    ]


def observe(answer, case):
    trained = Trained(**case)
    got = trained.run(answer, 1)
    yield "error", outcome(got)
    if failed(got):
        return
    yield "returned", something(got)
    yield "steps", counted(trained.steps)
    yield "parameters", trained.same_parameters()
    yield "kind", kind(got)
    first = trained.weights()
    got = trained.run(answer, STEPS - 1)
    yield "error later", outcome(got)
    verdict = trained.verdict()
    yield "price", verdict
    if verdict is FINE:
        yield "returned loss", trained.returned()
    yield "first", Note([float(trained.losses[0]), first])


def counted(steps):
    says = f"the optimizer took {steps} steps: one for each call is right."
    return FINE if steps == 1 else Finding(f"{steps}", says)


def tell(case):
    told = "directions on average {length:g} times too long at first, weight {weight:g}"
    return told.format(**case)


check = Exercise(sparse_step, cases, observe, errors=ERRORS, tell=tell)
PRICE, NORM = "z.sum(1).mean()", "F.normalize(decoder.weight, dim=0)"
BEFORE = "decoder.weight.copy_(F.normalize(decoder.weight, dim=0)) -> pass"
LENGTHS = "decoder.weight.norm(dim=0)"
PRICED = f"{BEFORE};; {PRICE} -> (z * {LENGTHS}).sum(1).mean()"


def either_way(edit):
    """Return a mistake in a program that holds lengths, and in one that prices them."""
    return [edit, f"{PRICED};; {edit}"]


ERROR = "(decoder(z) - x).square().sum(1).mean()"
check.mistakes(
    {
        "nothing holds the directions: half a code of twice the length costs half.": (
            BEFORE
        ),
        "only the weight is larger: a small code with a long direction pays less.": [
            f"{BEFORE};; weight * -> {factor} * weight *" for factor in (2, 10, 100)
        ],
        "a price on the decoder alone makes the cheat dearer, and does not end it.": [
            f"{BEFORE};; {PRICE} -> {PRICE} + {extra}"
            for extra in (
                f"{LENGTHS}.sum() * weight",
                "decoder.weight.square().sum() * 0.01",
                "decoder.weight.square().sum() * 0.1",
            )
        ],
        "the code is scaled to one size: the price no longer sees how large it is.": [
            f"{BEFORE};; {PRICE} -> F.normalize(z, dim=1).sum(1).mean()",
        ],
        "a bent price, such as a tanh or a logarithm, can be dodged as well.": [
            f"{BEFORE};; {PRICE} -> z.tanh().sum(1).mean()",
            f"{BEFORE};; {PRICE} -> z.log1p().sum(1).mean()",
        ],
        "directions stand in the columns of decoder.weight, (d, D): dimension 0.": (
            f"{NORM} -> F.normalize(decoder.weight, dim=1)"
        ),
        "the whole weight is divided by one length: each direction has its own.": [
            f"{NORM} -> decoder.weight / decoder.weight.norm()",
            f"{NORM} -> decoder.weight / {LENGTHS}.max()",
        ],
        "a length is the root of a sum of squares.": [
            f"{NORM} -> decoder.weight / decoder.weight.abs().sum(0)",
            f"{BEFORE};; {PRICE} -> (z * decoder.weight.abs().sum(0)).sum(1).mean()",
        ],
        "the squared length is too much: a long direction then costs more than due.": (
            f"{BEFORE};; {PRICE} -> (z * {LENGTHS}.square()).sum(1).mean()"
        ),
        "you divide by the length: a long direction makes a code dear, not cheap.": (
            f"{BEFORE};; {PRICE} -> (z / {LENGTHS}).sum(1).mean()"
        ),
        "sum over the latents, and average over the examples, as before.": [
            f"{BEFORE};; {PRICE} -> (z * {LENGTHS}).{reduced}"
            for reduced in ("mean()", "sum()")
        ]
        + edits(PRICE, "z.{}", "mean()", "sum()"),
        GROWING.says: (f"{BEFORE};; {PRICE} -> (z * {LENGTHS}.detach()).sum(1).mean()"),
        LONGER.says: (f"{BEFORE};; decoder(z) -> F.linear(z, {NORM})"),
        ANOTHER.says: (
            f"decoder.weight.copy_({NORM}) -> "
            f"decoder.weight = torch.nn.Parameter({NORM})"
        ),
        "the gradients of the step before are still there: zero_grad() first.": (
            either_way("optimizer.zero_grad() -> pass")
        ),
        "the error stays: summed over the numbers of an activation, not averaged.": (
            either_way(f"{ERROR} -> F.mse_loss(decoder(z), x)")
        ),
        "the weight of the price is missing.": either_way("weight * ->"),
        "the price is taken away: a loss is error plus price.": (
            either_way("error + -> error -")
        ),
        "a count of what is on has no gradient: it is no price for training.": (
            f"{BEFORE};; {PRICE} -> (z > 0).double().sum(1).mean()"
        ),
        "the code is detached in the price: then it pays nothing.": (
            f"{BEFORE};; {PRICE} -> (z.detach() * {LENGTHS}).sum(1).mean()"
        ),
        "the reconstruction is priced: a price is for each code.": (
            f"{BEFORE};; {PRICE} -> decoder(z).abs().sum(1).mean()"
        ),
        "one mean length for all: each latent has its own.": (
            f"{BEFORE};; {PRICE} -> {PRICE} * {LENGTHS}.mean()"
        ),
    }
)
