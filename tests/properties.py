"""Functions of a batch, by what a batch may mean to them: each row, or all together.

An entry takes a `Draw` and returns a function and its batches, row by row the same
examples. The names are those of `bad_input_calls`.
"""

from dataclasses import dataclass

import torch
from torch import nn

from aelesson import (
    anomaly,
    compression,
    corruptions,
    families,
    filters,
    labels,
    likelihood,
    linear,
    losses,
    metrics,
    networks,
    objectives,
    recurrent,
    regularisers,
    retrieval,
    stacking,
    training,
    unet,
)
from aelesson.data import sequences, strokes
from aelesson.models import VAE, Autoencoder

SHAPE = (1, 8, 12)
PIXELS = 96
torch.manual_seed(0)
NET = Autoencoder.mlp((PIXELS, 8, 3), SHAPE).eval()
CONV = Autoencoder.conv(3, (2, 4), SHAPE).eval()
VAE_NET = VAE.conv(3, (2, 4), SHAPE).eval()
UNET = unet.UNet((4, 8)).eval()
RNN = recurrent.RecurrentAutoencoder(2, 4, 3).eval()
LAYERS = [nn.Sequential(nn.Flatten(), nn.Linear(PIXELS, 8)), nn.Linear(8, 3)]
CLASSIFIER = nn.Sequential(nn.Flatten(), nn.Linear(PIXELS, 4))
LINEAR = filters.best_linear_map(torch.rand(20, *SHAPE), torch.rand(20, *SHAPE))
MEAN, COMPONENTS = linear.fit_pca(torch.rand(20, *SHAPE), 3)


@dataclass
class Draw:
    """Random batches of so many examples, of one dtype."""

    count: int
    dtype: torch.dtype
    generator: torch.Generator

    def images(self, *shape):
        """Pixels in [0, 1]."""
        shape = (self.count, *(shape or SHAPE))
        return torch.rand(shape, generator=self.generator, dtype=self.dtype)

    def values(self, *shape):
        """Values of any sign."""
        shape = (self.count, *(shape or SHAPE))
        return torch.randn(shape, generator=self.generator, dtype=self.dtype)

    def codes(self):
        return self.values(3)

    def whole(self, high, *shape, low=0):
        return torch.randint(low, high, (self.count, *shape), generator=self.generator)

    def lengths(self):
        return self.whole(6, low=1)


def pair(function):
    return lambda d: (function, d.images(), d.images())


def raw(function):
    return lambda d: (function, d.values(), d.images())


def alone(function):
    return lambda d: (function, d.images())


def of_codes(function):
    return lambda d: (function, d.codes())


def steps(function):
    return lambda d: (function, d.values(5, 2), d.lengths())


FLOAT32 = {  # functions of networks, whose weights are float32
    "models.Autoencoder.encode": alone(CONV.encode),
    "models.Autoencoder.decode": of_codes(CONV.decode),
    "models.Autoencoder.nll": lambda d: (CONV.nll, d.codes(), d.images()),
    "models.Autoencoder.forward": alone(CONV),
    "models.VAE.encode": alone(VAE_NET.encode),
    "models.VAE.posterior": alone(lambda x: torch.stack(VAE_NET.posterior(x), 1)),
    "metrics.apply": alone(lambda x: metrics.apply(NET, NET.encode, x)),
    "metrics.reconstruction_error": alone(
        lambda x: metrics.reconstruction_error(NET, x)
    ),
    "anomaly.anomaly_scores": alone(lambda x: anomaly.anomaly_scores(NET, x)),
    "anomaly.bce_scores": alone(lambda x: anomaly.bce_scores(NET, x)),
    "anomaly.nll_scores": alone(lambda x: anomaly.nll_scores(VAE_NET, x)),
    "regularisers.contractive_penalty": alone(
        lambda x: regularisers.contractive_penalty(NET.encoder, x)
    ),
    "networks.MixedPrecision.forward": alone(networks.MixedPrecision(CONV)),
    "unet.UNet.forward": alone(UNET),
    "stacking.encode_through": alone(lambda x: stacking.encode_through(LAYERS, x)),
    "recurrent.RecurrentAutoencoder.encode": steps(RNN.encode),
    "recurrent.RecurrentAutoencoder.decode": of_codes(lambda z: RNN.decode(z, 4)),
    "recurrent.RecurrentAutoencoder.follow": lambda d: (
        RNN.follow,
        d.codes(),
        d.values(5, 2),
    ),
    "recurrent.RecurrentAutoencoder.forward": steps(RNN),
    "recurrent.GRUDecoder.forward": lambda d: (
        lambda x, h: torch.cat(RNN.decoder(x, h), 1),
        d.values(2),
        d.values(4),
    ),
    "data.sequences.encode_sequence": steps(
        lambda x, n: sequences.encode_sequence(RNN.rnn, x, n)
    ),
    "data.sequences.decode_sequence": lambda d: (
        lambda h: sequences.decode_sequence(RNN.decoder, h, 3),
        d.values(4),
    ),
    "data.sequences.follow_sequence": lambda d: (
        lambda h, x: sequences.follow_sequence(RNN.decoder, h, x),
        d.values(4),
        d.values(5, 2),
    ),
}

ANY_FLOAT = {
    "losses.mse": pair(losses.mse),
    "losses.gaussian_nll": pair(lambda a, b: losses.gaussian_nll(a, b, 0.3)),
    "losses.laplace_nll": pair(lambda a, b: losses.laplace_nll(a, b, 0.3)),
    "losses.bernoulli_nll": raw(losses.bernoulli_nll),
    "losses.bernoulli_entropy": alone(losses.bernoulli_entropy),
    "losses.kl_to_standard_normal": lambda d: (
        losses.kl_to_standard_normal,
        d.codes(),
        d.codes(),
    ),
    "families.Likelihood.mean": of_codes(families.Likelihood().mean),
    "families.Bernoulli.mean": of_codes(families.Bernoulli().mean),
    "families.Bernoulli.nll": raw(families.Bernoulli().nll),
    "families.Normal.nll": raw(families.Normal(0.3).nll),
    "families.Laplace.nll": raw(families.Laplace(0.3).nll),
    "families.SquaredError.nll": raw(families.SquaredError().nll),
    "metrics.psnr": pair(metrics.psnr),
    "metrics.ssim": lambda d: (
        metrics.ssim,
        d.images(3, 13, 12),
        d.images(3, 13, 12),
    ),
    "filters.median": alone(filters.median),
    "filters.gaussian": alone(lambda x: filters.gaussian(x, 1.0)),
    "filters.wiener": alone(lambda x: filters.wiener(x, 3, 0.1)),
    "filters.total_variation": alone(lambda x: filters.total_variation(x, 0.1)),
    "filters.best_linear_map()": alone(LINEAR),
    "filters.undo_clamping": alone(lambda x: filters.undo_clamping(x, 0.3)),
    "linear.pca_codes": alone(lambda x: linear.pca_codes(x, MEAN, COMPONENTS)),
    "linear.pca_reconstruct": alone(
        lambda x: linear.pca_reconstruct(x, MEAN, COMPONENTS)
    ),
    "corruptions.downsample()": alone(corruptions.downsample(2)),
    "regularisers.l1_penalty": of_codes(regularisers.l1_penalty),
    "regularisers.top_k": of_codes(lambda z: regularisers.top_k(z, 2)),
    "regularisers.TopK.forward": of_codes(regularisers.TopK(1)),
    "likelihood.iwae_bound": of_codes(lambda z: likelihood.iwae_bound(z.T)),
    "data.sequences.rows_as_sequence": alone(sequences.rows_as_sequence),
    "data.sequences.forwards": steps(sequences.forwards),
    "data.sequences.backwards": steps(sequences.backwards),
    "data.strokes.path": lambda d: (strokes.path, d.values(5, 2)),
}

WHOLE = {  # whole numbers, or truth, from or of rows
    "compression.quantise": of_codes(lambda z: compression.quantise(z, 3, -2.0, 2.0)),
    "compression.dequantise": lambda d: (
        lambda levels: compression.dequantise(levels, 3, -2.0, 2.0),
        d.whole(8, 3),
    ),
    "compression.to_pixels": alone(compression.to_pixels),
    "data.sequences.lengths_to_mask": lambda d: (
        lambda n: sequences.lengths_to_mask(n, 5),
        d.lengths(),
    ),
}


def labelled(function, classes=3):
    return lambda d: (function, d.codes(), d.whole(classes))


def judged(function):
    """Scores, and at least one of each kind."""

    def make(d):
        kinds = torch.arange(d.count) % 2 == 0
        return function, d.values(1).flatten(), kinds

    return make


def term(objective, net):
    return lambda d: (lambda x: objective(net, x)["loss"], d.images())


TOGETHER = {  # one figure of all rows, whatever their order
    "metrics.dead_units": of_codes(lambda z: metrics.dead_units(z.relu())),
    "metrics.active_units": of_codes(metrics.active_units),
    "metrics.cloud_distance": of_codes(lambda z: metrics.cloud_distance(z, 2 * z)),
    "anomaly.threshold_from_normals": lambda d: (
        lambda scores: anomaly.threshold_from_normals(scores, 0.3),
        d.values(1).flatten(),
    ),
    "anomaly.auroc": judged(anomaly.auroc),
    "anomaly.roc_curve": judged(lambda s, a: torch.stack(anomaly.roc_curve(s, a))),
    "labels.accuracy": labelled(labels.accuracy),
    "labels.probe": lambda d: (
        lambda z, y: labels.probe(z, y, z, y),
        d.codes(),
        torch.arange(d.count) % 2,
    ),
    "retrieval.precision_at_k": labelled(
        lambda z, y: retrieval.precision_at_k(z, y, 1)
    ),
    "regularisers.kl_sparsity": of_codes(
        lambda z: regularisers.kl_sparsity(z.sigmoid(), 0.1)
    ),
    "compression.entropy_bits": lambda d: (
        lambda levels: compression.entropy_bits(levels, levels),
        d.whole(4, 2),
    ),
    "linear.fit_pca": lambda d: (
        lambda x: torch.cat([each.reshape(-1) for each in linear.fit_pca(x, 1)]),
        d.images(),
    ),
    "linear.explained_variance": alone(
        lambda x: linear.explained_variance(x, MEAN, COMPONENTS)
    ),
    "linear.principal_angles": lambda d: (
        linear.principal_angles,
        d.values(12),
        d.values(12),
    ),
    "filters.best_linear_map": lambda d: (
        lambda noisy, clean: filters.best_linear_map(noisy, clean, 0.1)(LIKE.to(noisy)),
        d.images(),
        d.images(),
    ),
    "families.SquaredError.loss": pair(families.SquaredError().loss),
    "data.sequences.masked_mse": lambda d: (
        lambda a, b, n: sequences.masked_mse(a, b, sequences.lengths_to_mask(n, 5)),
        d.values(5, 2),
        d.values(5, 2),
        d.lengths(),
    ),
}
LIKE = torch.rand(2, *SHAPE)

TOGETHER32 = {
    "metrics.share_sure": lambda d: (
        lambda x: metrics.share_sure(CLASSIFIER, x, 0.5),
        d.images(),
    ),
    "objectives.reconstruction()": term(objectives.reconstruction(), NET),
    "objectives.penalised()": term(
        objectives.penalised(lambda net, x: net.encode(x).abs().sum(1), 0.1), NET
    ),
    "objectives.classification": lambda d: (
        lambda x, y: objectives.classification(CLASSIFIER, (x, y))["loss"],
        d.images(),
        d.whole(4),
    ),
    "recurrent.teacher_forcing": steps(
        lambda x, n: recurrent.teacher_forcing(RNN, (x, n))["loss"]
    ),
    "recurrent.free_running": steps(
        lambda x, n: recurrent.free_running(RNN, (x, n))["loss"]
    ),
    "training.loop.evaluate": alone(
        lambda x: training.evaluate(NET, x, objectives.reconstruction(), 2)["loss"]
    ),
}
