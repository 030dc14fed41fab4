"""A valid call of every public function of networks and training."""

import torch
from bad_input import call
from bad_input_examples import (
    ADAM,
    ANY_LENGTH,
    ANY_SHAPE,
    CLASSIFIER,
    CONFIG,
    DRAWN,
    FLATTENED,
    FOLDER,
    HISTORY,
    LABELS,
    LENGTHS,
    NET,
    NOT_IN_STEP,
    RNN,
    SATURATED,
    SEQUENCES,
    SHAPE,
    VAE_NET,
    G,
    X,
    Z,
)
from torch import nn

from aelesson import (
    families,
    losses,
    networks,
    objectives,
    priors,
    regularisers,
    training,
    unet,
)
from aelesson.data import sequences


def size_of_code(model, x):
    return regularisers.l1_penalty(model.encode(x))


CALLS = {
    # recurrent
    "recurrent.GRUDecoder": call(features=2, hidden=4),
    "recurrent.GRUDecoder.forward": call(
        legal=[("x_t", "infinity", SATURATED)],
        on=RNN.decoder,
        x_t=torch.rand(6, 2),
        h=torch.rand(6, 4),
    ),
    "recurrent.remember": call(rnn=nn.GRU(2, 3)),
    "recurrent.RecurrentAutoencoder": call(
        features=2, hidden=4, latent_dim=3, order=sequences.backwards
    ),
    "recurrent.RecurrentAutoencoder.encode": call(
        legal=[("x", "infinity", SATURATED)],
        on=RNN.encode,
        x=SEQUENCES,
        lengths=LENGTHS,
    ),
    "recurrent.RecurrentAutoencoder.decode": call(
        legal=[("z", "infinity", SATURATED)], on=RNN.decode, z=Z, length=5
    ),
    "recurrent.RecurrentAutoencoder.follow": call(
        legal=[("z x", "infinity", SATURATED)], on=RNN.follow, z=Z, x=SEQUENCES
    ),
    "recurrent.RecurrentAutoencoder.forward": call(
        legal=[("x", "infinity", SATURATED)], on=RNN, x=SEQUENCES, lengths=LENGTHS
    ),
    "recurrent.teacher_forcing": call(model=RNN, batch=(SEQUENCES, LENGTHS)),
    "recurrent.free_running": call(model=RNN, batch=(SEQUENCES, LENGTHS)),
    # networks and models
    "networks.MixedPrecision": call(network=nn.Linear(144, 2)),
    "networks.MixedPrecision.forward": call(
        legal=[("x", "less", FLATTENED)],
        on=networks.MixedPrecision(NET.encoder).eval(),
        x=X,
    ),
    "networks.mlp_encoder": call(sizes=(144, 8, 3), activation=nn.ReLU),
    "networks.mlp_decoder": call(
        sizes=(3, 8, 144), image_shape=SHAPE, activation=nn.ReLU, output=nn.Sigmoid
    ),
    "networks.conv_encoder": call(latent_dim=3, channels=(4, 8), image_shape=SHAPE),
    "networks.conv_decoder": call(
        latent_dim=3, channels=(8, 4), image_shape=SHAPE, output=nn.Sigmoid
    ),
    "unet.UNet": call(channels=(4, 8), image_channels=1),
    "unet.UNet.forward": call(on=unet.UNet((4, 8)).eval(), x=X),
    "models.Autoencoder": call(
        encoder=NET.encoder, decoder=NET.decoder, likelihood=families.Normal()
    ),
    "models.Autoencoder.mlp": call(
        sizes=(144, 3), image_shape=SHAPE, likelihood=families.Normal()
    ),
    "models.Autoencoder.conv": call(
        latent_dim=3, channels=(4,), image_shape=SHAPE, likelihood=families.Normal()
    ),
    "models.Autoencoder.encode": call(
        legal=[("x", "less", FLATTENED)], on=NET.encode, x=X
    ),
    "models.Autoencoder.decode": call(on=NET.decode, z=Z),
    "models.Autoencoder.nll": call(on=NET.nll, z=Z, x=X),
    "models.Autoencoder.forward": call(legal=[("x", "less", FLATTENED)], on=NET, x=X),
    "models.VAE": call(
        encoder=NET.encoder,
        decoder=NET.decoder,
        likelihood=families.Normal(),
        prior=priors.StandardNormal(),
    ),
    "models.VAE.encode": call(legal=[("x", "less", FLATTENED)], on=VAE_NET.encode, x=X),
    "models.VAE.posterior": call(
        legal=[("x", "less", FLATTENED)], on=VAE_NET.posterior, x=X
    ),
    "models.VAE.set_prior": call(on=VAE_NET.set_prior, prior=priors.StandardNormal()),
    # objectives
    "objectives.reconstruction": call(loss=losses.mse),
    "objectives.reconstruction()": call(on=objectives.reconstruction(), model=NET, x=X),
    "objectives.denoising": call(corrupt=DRAWN, loss=losses.mse),
    "objectives.denoising()": call(on=objectives.denoising(DRAWN), model=NET, x=X),
    "objectives.penalised": call(penalty=size_of_code, weight=0.1, loss=losses.mse),
    "objectives.penalised()": call(
        on=objectives.penalised(size_of_code, 0.1), model=NET, x=X
    ),
    "objectives.classification": call(model=CLASSIFIER, batch=(X, LABELS)),
    "objectives.negative_elbo": call(beta=1.0, generator=G),
    "objectives.negative_elbo()": call(
        on=objectives.negative_elbo(), model=VAE_NET, x=X
    ),
    "objectives.negative_iwae": call(samples=2, generator=G),
    "objectives.negative_iwae()": call(
        on=objectives.negative_iwae(2), model=VAE_NET, x=X
    ),
    # training
    "stacking.pretrain": call(
        legal=[("images", "less", FLATTENED)],
        images=X,
        sizes=(144, 3),
        corrupt=DRAWN,
        config=CONFIG,
        activation=nn.Sigmoid,
        generator=G,
        progress=False,
    ),
    "stacking.train_layers": call(
        legal=[
            ("images", "less", FLATTENED),
            ("wrap", "class", "a class makes what holds the network, too"),
        ],
        images=X,
        sizes=(144, 3),
        corrupt=DRAWN,
        config=CONFIG,
        activation=nn.Sigmoid,
        wrap=lambda network: network,
        checkpoints=FOLDER,
        generator=G,
        progress=False,
    ),
    "stacking.encode_through": call(
        legal=[
            ("x", "less", FLATTENED),
            ("encoders", "empty", "no encoder leaves x as it is"),
        ],
        encoders=[NET.encoder],
        x=X,
    ),
    "stacking.unroll": call(
        legal=[("layers", "longer", ANY_LENGTH)], layers=[NET, NET]
    ),
    "stacking.build_classifier": call(
        legal=[("encoders", "longer", ANY_LENGTH)], encoders=[NET.encoder], classes=2
    ),
    "stacking.freeze": call(module=nn.Linear(2, 2)),
    "training.batching.batches": call(
        legal=[
            (
                "examples",
                "complex, bytes, integers, booleans",
                "labels are examples, too",
            ),
            ("examples", "less, more, two channels", ANY_SHAPE),
        ],
        examples=X,
        batch_size=2,
        generator=G,
        drop_last=False,
    ),
    "training.history.History.curve": call(
        on=HISTORY.curve, part="validation", term="loss"
    ),
    "training.loop.train_epoch": call(
        legal=[("epoch_batches", "longer", ANY_LENGTH)],
        model=NET,
        epoch_batches=[X],
        objective=objectives.reconstruction(),
        optimizer=ADAM,
        after_step=lambda: None,
    ),
    "training.loop.evaluate": call(
        model=NET, images=X, objective=objectives.reconstruction(), batch_size=2
    ),
    "training.loop.fit": call(
        legal=[("images validation", "shorter", NOT_IN_STEP)],
        model=NET,
        images=X,
        objective=objectives.reconstruction(),
        config=CONFIG,
        validation=X,
        checkpoint=FOLDER / "run.pt",
        generator=G,
        progress=False,
    ),
    "training.settings.constant_rate": call(optimizer=ADAM, total_steps=9),
    "training.settings.one_cycle": call(optimizer=ADAM, total_steps=9),
    "training.settings.TrainConfig.scheduler": call(
        on=training.TrainConfig().scheduler, optimizer=ADAM, total_steps=9
    ),
    "training.settings.TrainConfig": call(
        epochs=1,
        batch_size=2,
        learning_rate=0.1,
        schedule=training.one_cycle,
        restore_best=False,
        drop_last=False,
    ),
}
