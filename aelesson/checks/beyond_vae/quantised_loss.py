"""`quantised_loss(encoder, codebook, decoder, x)`: a VQ-VAE whose codebook learns."""

import torch
from torch import nn
from torch.nn import functional as F  # noqa: F401 - for edits

from aelesson.checks.beyond_vae.slopes import slopes_noted
from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import alone, edits
from aelesson.checks.engine.isolation import isolated


def quantised_loss(encoder, codebook, decoder, x):
    z = encoder(x)
    codes = torch.cdist(z, codebook).argmin(1)
    quantised = codebook[codes]
    passed = z + (quantised - z).detach()
    error = (decoder(passed) - x).square().sum(1)
    to_codes = (z.detach() - quantised).square().sum(1)
    to_vectors = (z - quantised.detach()).square().sum(1)
    return (error + to_codes + 0.25 * to_vectors).mean()


def cases():
    def case(images, pixels, vectors, units):
        codebook = 0.7 * torch.randn(vectors, units)
        return {"codebook": codebook, "x": torch.rand(images, pixels)}

    return [case(6, 5, 4, 3), case(1, 4, 3, 2), case(9, 3, 3, 3), case(5, 6, 2, 4)]


def built(pixels, units):
    """Return an encoder and a decoder, neither of them one layer."""
    with isolated(seed=5):
        encoder = nn.Sequential(nn.Linear(pixels, 7), nn.Tanh(), nn.Linear(7, units))
        decoder = nn.Sequential(nn.Linear(units, 6), nn.Tanh(), nn.Linear(6, pixels))
    encoder[2].weight.data *= 3
    return encoder, decoder


LOOK = slopes_noted(returned(["codebook", "encoder", "decoder"]))


def observe(answer, case):
    encoder, decoder = built(case["x"].shape[1], case["codebook"].shape[1])
    given = {"encoder": encoder, "codebook": case["codebook"], "decoder": decoder}
    return LOOK(answer, {**given, "x": case["x"]})


def tell(case):
    vectors, units = case["codebook"].shape
    return f"x of shape {tuple(case['x'].shape)}, {vectors} vectors of {units} numbers"


check = Exercise(quantised_loss, cases, observe, tell=tell)
QUANTISED, PASSED = "quantised = codebook[codes]", "z + (quantised - z).detach()"
CODES = "(z.detach() - quantised).square()"
VECTORS = "(z - quantised.detach()).square()"
BOTH = "(z - quantised).square()"
ERROR = "(decoder(passed) - x).square()"
BROKEN = f"{QUANTISED} -> quantised = codebook.detach()[codes]"
check.mistakes(
    {
        "the vectors still get no gradient: in the term that is to move them, are they"
        " detached, or looked up under no_grad?": [
            BROKEN,
            f"{CODES} -> {VECTORS}",
            f"{CODES} -> {CODES}.detach()",
        ],
        "a larger weight does not cure it: the vectors still get no gradient.": [
            f"{BROKEN};; error + to_codes -> error + {factor} * to_codes"
            for factor in (2, 4, 10, 100)
        ]
        + [f"{BROKEN};; 0.25 * -> {weight} *" for weight in (0, 0.1, 0.5, 1, 2)],
        "the vectors move, but the encoder now learns nothing from the reconstruction:"
        " leave straight-through as it was.": [
            f"{PASSED} -> quantised",
            f"{BROKEN};; {PASSED} -> codebook[codes]",
        ],
        "the reconstruction pulls at the vectors, too: straight-through hands its"
        " gradient to z alone.": [
            f"{PASSED} -> z + quantised - z.detach()",
            f"{BROKEN};; {PASSED} -> z + codebook[codes] - z.detach()",
        ],
        "a stop-gradient is gone: each term is to move one side only, as before.": [
            f"{CODES} -> {BOTH}",
            f"{VECTORS} -> {BOTH}",
            f"{CODES} -> {BOTH};; {VECTORS} -> {BOTH}",
        ],
        "the weights of the two terms are exchanged: 0.25 holds back the encoder.": (
            f"{CODES} -> {VECTORS};; {VECTORS} -> {CODES}"
        ),
        "a term of the loss is gone: it had three.": [
            "+ 0.25 * to_vectors ->",
            "error + to_codes + -> error +",
            "error + to_codes -> to_codes",
        ],
        "codes are decoded without the codebook: the decoder is to see vectors.": (
            f"{PASSED} -> z"
        ),
        "the decoder sees vectors that no gradient passes: leave straight-through.": (
            f"{PASSED} -> quantised.detach()"
        ),
        "another vector is looked up: the nearest one was right.": [
            "argmin(1) -> argmax(1)",
            f"{QUANTISED} -> quantised = codebook[codes - 1]",
            "torch.cdist(z, codebook) -> (-z @ codebook.T)",
        ],
        "this is a soft choice of all vectors: look up the nearest, as before.": (
            f"{QUANTISED} -> gaps = torch.cdist(z, codebook);"
            " quantised = (-gaps).softmax(1) @ codebook"
        ),
        "sums over an image were right, and the mean over images: leave them.": [
            ".square().sum(1) -> .square().mean(1)",
            "to_vectors).mean() -> to_vectors).sum()",
            *alone(
                quantised_loss,
                *(
                    f"{term}.sum(1) -> {term}.mean(1)"
                    for term in (ERROR, CODES, VECTORS)
                ),
            ),
        ],
        "the terms had the weights 1, 1 and 0.25, and all are costs: leave them.": [
            *alone(quantised_loss, *edits("0.25 *", "{} *", 0.5, 1, 2, 4, -0.25)),
            *alone(
                quantised_loss,
                *edits("+ to_codes", "{} * to_codes", "-1", "+ 0.25", "+ 2"),
            ),
        ],
        "the decoder sees no vectors: leave z + (quantised - z).detach() as it was.": (
            alone(
                quantised_loss,
                f"{PASSED} -> quantised + (z - quantised).detach()",
                f"{PASSED} -> z + (z - quantised).detach()",
            )
        ),
    }
)
