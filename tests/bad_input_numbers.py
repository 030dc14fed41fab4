"""A valid call of every function of tensors: what is computed, penalised, measured."""

import torch
from bad_input import call
from bad_input_examples import (
    ANY_CHANNELS,
    ANY_CLASS,
    ANY_DTYPE,
    ANY_LENGTH,
    ANY_SHAPE,
    CLASSIFIER,
    DRAWN,
    FLAT,
    FLATTENED,
    HIT,
    LABELS,
    NET,
    NOT_IN_STEP,
    SCALAR_TOO,
    VAE_NET,
    G,
    X,
    Z,
)
from torch import nn

from aelesson import corruptions, families, filters, regularisers

CALLS = {
    # corruptions
    "corruptions.gaussian_noise": call(std=0.5, clamp=True, generator=G),
    "corruptions.gaussian_noise()": call(
        legal=[("x", "less, more, two channels", ANY_SHAPE)], on=DRAWN, x=X
    ),
    "corruptions.masking": call(amount=0.5, generator=G),
    "corruptions.masking()": call(
        legal=[
            ("x", "less, more, two channels", ANY_SHAPE),
            ("x", "nan, infinity", HIT),
        ],
        on=corruptions.masking(0.5),
        x=X,
    ),
    "corruptions.salt_and_pepper": call(amount=0.5, generator=G),
    "corruptions.salt_and_pepper()": call(
        legal=[
            ("x", "less, more, two channels", ANY_SHAPE),
            ("x", "nan, infinity", HIT),
        ],
        on=corruptions.salt_and_pepper(0.5),
        x=X,
    ),
    "corruptions.occlusion": call(size=3, generator=G),
    "corruptions.occlusion()": call(
        legal=[("x", "two channels", ANY_CHANNELS)], on=corruptions.occlusion(3), x=X
    ),
    "corruptions.downsample": call(factor=2),
    "corruptions.downsample()": call(
        legal=[("x", "two channels", ANY_CHANNELS)], on=corruptions.downsample(2), x=X
    ),
    "corruptions.deformation": call(
        angle=10.0, scale=0.1, shear=0.1, shift=1.0, bend=0.5, generator=G
    ),
    "corruptions.deformation()": call(
        legal=[("x", "two channels", ANY_CHANNELS)],
        on=corruptions.deformation(angle=9.0),
        x=X,
    ),
    # filters
    "filters.median": call(noisy=X, size=3),
    "filters.gaussian": call(noisy=X, width=1.0),
    "filters.wiener": call(noisy=X, size=3, noise_variance=0.1),
    "filters.total_variation": call(noisy=X, weight=0.1),
    "filters.best_linear_map": call(
        legal=[
            ("noisy clean", "narrower", "the sides may differ, as in super-resolution")
        ],
        noisy=X,
        clean=X,
        ridge=0.01,
    ),
    "filters.best_linear_map()": call(on=filters.best_linear_map(X, X), x=X),
    "filters.clamp_bias": call(std=0.5),
    "filters.undo_clamping": call(
        legal=[("noisy", "less, more, two channels", ANY_SHAPE)], noisy=X, std=0.5
    ),
    # linear
    "linear.fit_pca": call(legal=[("x", "two channels", ANY_CHANNELS)], x=X, k=2),
    "linear.pca_codes": call(x=FLAT, mean=torch.rand(9), components=torch.eye(9)[:2]),
    "linear.pca_reconstruct": call(
        x=FLAT, mean=torch.rand(9), components=torch.eye(9)[:2]
    ),
    "linear.explained_variance": call(
        x=FLAT, mean=torch.rand(9), components=torch.eye(9)[:2]
    ),
    "linear.principal_angles": call(a=torch.rand(3, 9), b=torch.rand(3, 9)),
    # latent
    "latent.reparameterize": call(mean=Z, logvar=Z, generator=G),
    "latent.normal_like": call(
        legal=[
            ("x", "less, more", ANY_SHAPE),
            ("x", "nan, infinity", "only shape, dtype and device are looked at"),
        ],
        x=Z,
        generator=G,
    ),
    "latent.sample": call(
        decoder=NET.decode, count=2, latent_dim=3, generator=G, device="cpu"
    ),
    "latent.interpolate": call(start=torch.rand(3), end=torch.rand(3), steps=5),
    "latent.normal_grid": call(side=3),
    # likelihood
    "likelihood.draw_log_weights": call(model=VAE_NET, x=X, samples=2, generator=G),
    "likelihood.iwae_bound": call(log_weights=torch.rand(4, 6)),
    "likelihood.nll": call(
        model=VAE_NET, images=X, samples=2, generator=G, progress=False
    ),
    # families
    "families.Likelihood": call(),
    "families.Likelihood.mean": call(
        legal=[("raw", "less, more, narrower, two channels", ANY_SHAPE)],
        on=families.SquaredError().mean,
        raw=X,
    ),
    "families.Likelihood.require": call(
        legal=[
            ("x", "less, more, narrower, two channels", ANY_SHAPE),
            (
                "name",
                "number, none, list, bytes, class, true, nan, tensor",
                "only words of an error",
            ),
        ],
        on=families.Bernoulli().require,
        x=X,
        name="x",
    ),
    "families.Bernoulli": call(),
    "families.Bernoulli.mean": call(
        legal=[
            ("raw", "less, more, narrower, two channels", ANY_SHAPE),
            ("raw", "infinity", "a sigmoid has limits"),
        ],
        on=families.Bernoulli().mean,
        raw=X,
    ),
    "families.Bernoulli.nll": call(on=families.Bernoulli().nll, raw=X, x=X),
    "families.Normal": call(std=0.5),
    "families.Normal.nll": call(on=families.Normal().nll, raw=X, x=X),
    "families.Laplace": call(scale=0.5),
    "families.Laplace.nll": call(on=families.Laplace(0.5).nll, raw=X, x=X),
    "families.SquaredError": call(
        legal=[("low", "negative", "data may be negative")], low=-1.0, high=1.0
    ),
    "families.SquaredError.nll": call(on=families.SquaredError().nll, raw=X, x=X),
    "families.SquaredError.loss": call(on=families.SquaredError().loss, raw=X, x=X),
    # losses
    "losses.mse": call(x_hat=X, x=X),
    "losses.gaussian_nll": call(x_hat=X, x=X, std=0.5),
    "losses.laplace_nll": call(
        legal=[("scale", "list, number", SCALAR_TOO)],
        x_hat=X,
        x=X,
        scale=torch.tensor(0.5),
    ),
    "losses.bernoulli_nll": call(logits=X, x=X),
    "losses.bernoulli_entropy": call(
        legal=[("x", "less, more, two channels", ANY_SHAPE)], x=X
    ),
    "losses.kl_to_standard_normal": call(mean=Z, logvar=Z),
    # metrics
    "metrics.apply": call(
        legal=[("images", "less", FLATTENED)], model=NET, function=NET.encode, images=X
    ),
    "metrics.reconstruction_error": call(model=NET, images=X),
    "metrics.dead_units": call(codes=Z),
    "metrics.active_units": call(mean=Z, threshold=0.01),
    "metrics.share_sure": call(
        legal=[("images", "less", FLATTENED)], model=CLASSIFIER, images=X, least=0.9
    ),
    "metrics.cloud_distance": call(
        legal=[("features reference", "shorter", NOT_IN_STEP)],
        features=Z,
        reference=Z.flip(0),
    ),
    "metrics.psnr": call(x_hat=X.flip(0), x=X, pixels=(0.0, 1.0)),
    "metrics.ssim": call(x_hat=X, x=X, pixels=(0.0, 1.0)),
    # anomaly
    "anomaly.anomaly_scores": call(model=NET, images=X),
    "anomaly.bce_scores": call(model=NET, images=X),
    "anomaly.nll_scores": call(model=NET, images=X),
    "anomaly.threshold_from_normals": call(scores=Z[:, 0], false_alarm_rate=0.1),
    "anomaly.auroc": call(scores=Z[:, 0], is_anomaly=LABELS.bool()),
    "anomaly.roc_curve": call(scores=Z[:, 0], is_anomaly=LABELS.bool()),
    "anomaly.precision_in_stream": call(
        recall=0.9, false_alarm_rate=0.1, anomaly_share=0.01
    ),
    # compression
    "compression.quantise": call(
        legal=[
            ("z", "less, more", ANY_SHAPE),
            ("z", "infinity", "what lies outside is clamped to the ends"),
            ("low", "negative", "codes may be negative"),
            ("high", "number, less", SCALAR_TOO),
        ],
        z=Z,
        bits=4,
        low=0.0,
        high=torch.ones(3),
    ),
    "compression.dequantise": call(
        legal=[
            ("codes", "less, more", ANY_SHAPE),
            ("low", "negative", "codes may be negative"),
        ],
        codes=LABELS[:, None],
        bits=4,
        low=0.0,
        high=1.0,
    ),
    "compression.entropy_bits": call(
        legal=[("levels known", "shorter", NOT_IN_STEP)],
        levels=LABELS[:, None],
        known=LABELS[:, None],
    ),
    "compression.tile": call(
        legal=[("images", "complex, bytes, integers, booleans", ANY_DTYPE)],
        images=X,
        columns=2,
    ),
    "compression.untile": call(
        legal=[("tiled", "complex, bytes, integers, booleans", ANY_DTYPE)],
        tiled=torch.rand(1, 1, 36, 24),
        count=6,
        columns=2,
    ),
    "compression.png_bytes": call(images=X),
    "compression.jpeg_round_trip": call(images=X, quality=50),
    "compression.zlib_bytes": call(
        legal=[("rows", "less, more, two channels", ANY_SHAPE)], rows=(X * 255).byte()
    ),
    "compression.to_pixels": call(images=X),
    # retrieval
    "retrieval.precision_at_k": call(
        legal=[("labels", "negative, large", ANY_CLASS)], codes=Z, labels=LABELS, k=2
    ),
    "retrieval.nearest": call(codes=Z, queries=torch.tensor([0, 2]), k=2),
    # labels
    "labels.stratified_subset": call(
        legal=[("labels", "negative, large", ANY_CLASS)],
        labels=LABELS,
        per_class=2,
        generator=G,
    ),
    "labels.accuracy": call(
        legal=[
            ("logits", "infinity", "an impossible class has the logit minus infinity")
        ],
        logits=Z,
        labels=LABELS,
    ),
    "labels.probe": call(
        legal=[("labels test_labels", "negative, large", ANY_CLASS)],
        codes=Z,
        labels=LABELS,
        test_codes=Z,
        test_labels=LABELS,
    ),
    "labels.spread": call(
        legal=[
            ("labels", "large", ANY_CLASS),
            ("chosen", "longer", ANY_LENGTH),
            ("test_codes", "shorter", NOT_IN_STEP),
        ],
        codes=Z,
        labels=LABELS,
        chosen=[torch.tensor([0, 1])],
        test_codes=Z,
        neighbours=3,
        alpha=0.5,
    ),
    # regularisers
    "regularisers.l1_penalty": call(z=Z),
    "regularisers.kl_sparsity": call(activation=Z, target=0.1),
    "regularisers.contractive_penalty": call(
        legal=[("x", "less", FLATTENED)], encoder=NET.encoder, x=X
    ),
    "regularisers.top_k": call(z=Z, k=2),
    "regularisers.TopK": call(k=2),
    "regularisers.TopK.forward": call(
        legal=[("z", "narrower", "any code size of k or more is right")],
        on=regularisers.TopK(2),
        z=Z,
    ),
    "regularisers.normalise_decoder_": call(linear=nn.Linear(3, 5)),
}
