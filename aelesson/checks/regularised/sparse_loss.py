"""`sparse_loss(encoder, decoder, x, weight)`: an L1 price that cannot be dodged."""

import torch
from torch import nn
from torch.nn import functional as F

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.isolation import isolated


def sparse_loss(encoder, decoder, x, weight):
    z = encoder(x)
    x_hat = decoder(z)
    lengths = decoder.weight.norm(dim=0)
    price = (z.abs() * lengths).sum(1).mean()
    return F.mse_loss(x_hat, x) + weight * price


def cases():
    def case(images, pixels, units, weight):
        return {"units": units, "x": torch.rand(images, pixels), "weight": weight}

    return [case(4, 5, 3, 0.1), case(1, 6, 2, 1.5), case(5, 4, 4, 0.02)]


def built(pixels, units):
    """Return encoder and decoder, whose pictures have many lengths."""
    with isolated(seed=6):
        encoder = nn.Sequential(nn.Linear(pixels, units), nn.Tanh())
        decoder = nn.Linear(units, pixels)
    decoder.weight.data *= torch.linspace(0.01, 4, units)
    return encoder, decoder


LOOK = returned(["encoder", "decoder"])


def observe(answer, case):
    encoder, decoder = built(case["x"].shape[1], case["units"])
    given = {"encoder": encoder, "decoder": decoder}
    return LOOK(answer, {**given, "x": case["x"], "weight": case["weight"]})


check = Exercise(
    sparse_loss,
    cases,
    observe,
    errors={
        "must match the size of tensor": (
            "the lengths do not fit the code: one for each unit's picture, a column."
        ),
    },
    tell=lambda case: (
        f"x of shape {tuple(case['x'].shape)}, {case['units']} units, weight"
        f" {case['weight']:g}"
    ),
)
HALF = "the price of a small code with a large picture is still too low: use its length"
check.mistakes(
    {
        "the absolute value is missing: a negative code costs, too.": "z.abs() -> z",
        "the length is the root of the sum of squares.": (
            "norm(dim=0) -> abs().sum(0)"
        ),
        "half the code, twice the picture costs half: what does the price not see?": (
            "* lengths ->"
        ),
        f"one length for all units: {HALF}.": [
            f"norm(dim=0) -> norm(dim=0).{how}()" for how in ("mean", "sum", "max")
        ],
        "this is the length of the whole weight: each unit has a picture of its own.": (
            "norm(dim=0) -> norm()"
        ),
        "the lengths are detached: a picture may still grow at no cost.": (
            "norm(dim=0) -> norm(dim=0).detach()"
        ),
        "the squared length is too much: double a picture, halve a code, same price.": (
            "norm(dim=0) -> norm(dim=0).square()"
        ),
        "you divide by the lengths: a large picture makes a code dear, not cheap.": (
            "* lengths -> / lengths"
        ),
        "large pictures cost something, but a small code is still cheap: tie both.": [
            "z.abs() * lengths -> z.abs() + lengths",
            "* lengths ->;; weight * price -> weight * (price + lengths.sum())",
            (
                "* lengths ->;; weight * price -> weight * (price +"
                " lengths.square().sum())"
            ),
        ],
        "the code is scaled to one size: the price no longer sees how large it is.": [
            "z.abs() * lengths -> z.abs() / z.norm(dim=1, keepdim=True)",
            "z.abs() * lengths -> z.abs() / z.abs().max()",
        ],
        "only the weight of the price is larger: a smaller code pays it as easily.": [
            f"* lengths ->;; weight * price -> {factor} * weight * price"
            for factor in (2, 10, 100)
        ],
        "the image is decoded otherwise: leave x_hat = decoder(z).": (
            "decoder(z) -> (decoder(z / lengths));; lengths ="
            " decoder.weight.norm(dim=0) -> pass;; z = encoder(x) -> z = encoder(x);"
            " lengths = decoder.weight.norm(dim=0)"
        ),
        "you averaged over the units: take their sum.": "sum(1).mean() -> mean()",
        "you summed over the batch: take the mean over images.": (
            "sum(1).mean() -> sum()"
        ),
        "this is the price alone: the error belongs to it.": (
            "F.mse_loss(x_hat, x) + ->"
        ),
    }
)
