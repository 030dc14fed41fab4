"""Classify digits: denoising autoencoders, stacked, then fine-tuned with all labels."""

from itertools import pairwise

from torch import nn

from aelesson import corruptions, labels, metrics, objectives, stacking
from aelesson.networks import MixedPrecision
from aelesson.training import TrainConfig, one_cycle
from benchmarks.reproduce.rows import Job, Outcome, Row, chain, in_words

SIZES = (784, 1000, 1000, 1000)
MASKED = 0.25  # share of its input that each layer must restore in pretraining
DROPPED_PIXELS, DROPPED_UNITS = 0.2, 0.4  # shares, while the classifier learns
CLASSES = 10
LAYER = TrainConfig(epochs=6, batch_size=128, learning_rate=1e-3, schedule=one_cycle)
TUNING = TrainConfig(epochs=40, batch_size=128, learning_rate=1e-3, schedule=one_cycle)


def build_encoders() -> list[nn.Module]:
    """Return the layers of the classifier, with nothing learnt."""
    return [nn.Sequential(nn.Linear(a, b), nn.ReLU()) for a, b in pairwise(SIZES)]


def pretrain(job: Job) -> tuple[list[nn.Module], float]:
    """Train each layer to restore its masked input; return them and the seconds."""
    trained = stacking.train_layers(
        job.splits.train.images.to(job.device),
        SIZES,
        corruptions.masking(MASKED),
        job.shortened(LAYER),
        activation=nn.ReLU,
        wrap=MixedPrecision,
        checkpoints=job.folder,
        generator=job.shuffler(),
        progress=not job.small,
    )
    layers, histories = zip(*trained, strict=True)
    seconds = sum(history.seconds for history in histories)
    return [layer.encoder.network for layer in layers], seconds


def tune(job: Job, name: str, encoders: list[nn.Module]) -> tuple[float, float]:
    """Train a classifier with all labels; return test error in % and seconds."""
    shares = [DROPPED_PIXELS, *[DROPPED_UNITS] * len(encoders)]
    parts = [*encoders, nn.Identity()]
    body = [
        nn.Sequential(nn.Dropout(share), part)
        for share, part in zip(shares, parts, strict=True)
    ]
    model = MixedPrecision(stacking.build_classifier(body, CLASSES))
    train, test = job.splits.train, job.splits.test
    examples = (train.images, train.labels)
    history = job.train(name, model, examples, objectives.classification, TUNING)
    logits = metrics.apply(model, model, test.images)
    return 100 * (1 - labels.accuracy(logits, test.labels)), history.seconds


def run(job: Job) -> Outcome:
    """Pretrain and fine-tune, beside the same network from scratch."""
    encoders, pretraining = pretrain(job)
    error, tuning = tune(job, "tuned", encoders)
    scratch, alone = tune(job, "scratch", build_encoders())
    return Outcome(
        error,
        pretraining + tuning,
        {"same network from scratch, same fine-tuning": scratch},
        {"seconds of pretraining": pretraining, "seconds from scratch": alone},
    )


ROW = Row(
    name="stacked",
    title="Stacked denoising autoencoders, all labels, test error",
    unit="%",
    digits=2,
    aim=1.2,
    published={
        "stacked denoising, Vincent et al. (2010)": 1.28,
        "deep belief network of 3 layers, Vincent et al. (2010)": 1.24,
        "deep belief network of 1 layer, Vincent et al. (2010)": 1.21,
        "SVM with RBF kernel, Vincent et al. (2010)": 1.40,
        "ladder network, Rasmus et al. (2015)": 0.57,
        "perceptron with deformed digits, Ciresan et al. (2010)": 0.35,
        "voting convolutional networks, DropConnect, Wan et al. (2013)": 0.21,
    },
    settings=(
        f"{chain(SIZES)}, ReLU, mixed precision. Pretraining: each layer restores its "
        f"input, {MASKED:.0%} of it masked; {in_words(LAYER)} per layer. Fine-tuning "
        f"drops {DROPPED_PIXELS:.0%} of pixels and {DROPPED_UNITS:.0%} of units; "
        f"{in_words(TUNING)}."
    ),
    run=run,
    remark=(
        "With one of three seeds pretraining did not help, and the ranges overlap; "
        "ours trains longer by the pretraining. Three earlier runs with these settings "
        "had 1.13, 1.17 and 1.26 %. Dropout and ReLU are not in Vincent's networks."
    ),
)
