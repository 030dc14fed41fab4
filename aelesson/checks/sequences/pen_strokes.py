"""`pen_strokes()`: an autoencoder of strokes with a code of 8 numbers; least error."""

from functools import lru_cache, partial

import torch
from torch import nn

from aelesson import linear, networks, runtime
from aelesson.checks import judge
from aelesson.checks.engine.recorded import recorded
from aelesson.checks.engine.rules import is_model
from aelesson.checks.engine.scored import Scored
from aelesson.data import sequences, strokes
from aelesson.recurrent import RecurrentAutoencoder, free_running
from aelesson.training import TrainConfig, fit, one_cycle

CODE, LONGEST, ROWS = 8, strokes.LONGEST, 100
ALL = range(strokes.SHORTEST, LONGEST + 1)
LIKE = "encode(x, lengths) and decode(z, length), as RecurrentAutoencoder has"


@lru_cache(maxsize=4)
def draw(count, seed):
    return strokes.draw(count, torch.Generator().manual_seed(seed))[:2]


def drawn():
    """Draw the judge's strokes, and the control."""
    return draw(1000, judge.seed(110_011)), draw(500, judge.seed(110_012))


def lessons():
    """Return the lesson's strokes to train with, and their lengths."""
    x, lengths = draw(4000, 0)
    return x[:1800], lengths[:1800]


class Padded(nn.Module):
    """An autoencoder of the whole box."""

    def __init__(self, encoder, decoder):
        super().__init__()
        self.encoder, self.decoder = encoder, decoder

    def encode(self, x, lengths):
        return self.encoder(x)

    def decode(self, z, length):
        return self.decoder(z)[:, :length]

    def forward(self, x, lengths):
        return self.decode(self.encode(x, lengths), x.shape[1])


def pca():
    mean, components = linear.fit_pca(lessons()[0], CODE)
    return Padded(
        lambda x: (x.flatten(1) - mean) @ components.T,
        lambda z: (mean + z @ components).view(-1, LONGEST, 2),
    )


def trained(model, objective, epochs, rate):
    settings = TrainConfig(epochs, 32, rate, one_cycle)
    fit(model, lessons(), objective, settings, progress=False)
    return model


def gru():
    runtime.seed_everything(0)
    model = RecurrentAutoencoder(2, 48, CODE, sequences.backwards)
    return trained(model, free_running, 6, 2e-2)


def mlp():
    runtime.seed_everything(0)
    encoder = networks.mlp_encoder((48, 139, CODE))
    decoder = networks.mlp_decoder((CODE, 139, 48), (24, 2), output=nn.Identity)
    return trained(Padded(encoder, decoder), masked, 30, 1e-2)


def masked(model, batch):
    return {"loss": gaps(model(*batch), *batch).mean()}


def gaps(x_hat, x, lengths):
    """Return what strokes cost; the mean is the masked mean squared error."""
    padding = ~sequences.lengths_to_mask(lengths, LONGEST)
    wrong = (x_hat - x).masked_fill(padding[:, :, None], 0)
    return wrong.square().mean(2).sum(1) / lengths.float().mean()


def record(model, _):
    """Record `encode` for each length that a stroke may have, and `decode` for 24."""
    x, _ = lessons()
    with runtime.evaluating(model):
        encode = [
            recorded("encode", partial(of_length, model, n), x[:ROWS]) for n in ALL
        ]
        decode = recorded(
            "decode", lambda z: model.decode(z, LONGEST), judge.codes(CODE, ROWS)
        )
    return {"encode": encode, "decode": decode}


def of_length(model, length, x):
    return model.encode(x, torch.full((len(x),), length))


class Replayed:
    """A record, called as the model is called."""

    def __init__(self, thing):
        self.thing = thing

    def encode(self, x, lengths):
        z = torch.empty(len(x), CODE)
        for length, of_one in zip(ALL, self.thing.encode, strict=True):
            if (lengths == length).any():
                z[lengths == length] = of_one(x[lengths == length])
        return z

    def decode(self, z, length):
        return self.thing.decode(z)


def errors(thing):
    model = Replayed(thing)
    return lambda x, lengths: gaps(
        judge.rebuilt(model, x, [lengths], [LONGEST]), x, lengths
    )


has_code = judge.has_code_of(CODE, drawn, given=2, like=LIKE)
check = Scored(
    "pen_strokes",
    lambda thing: errors(thing)(*drawn()[0]).mean(),
    record=record,
    unit="mean squared error per number",
    baseline="PCA of the padded strokes",
    rules=[is_model, has_code],
    holds=[
        lambda thing: has_code(Replayed(thing)),
        judge.unseen(errors, drawn, of="strokes"),
    ],
    references={
        "PCA of the padded strokes": pca,
        "the lesson's GRU": gru,
        "the lesson's padded MLP": mlp,
    },
)
