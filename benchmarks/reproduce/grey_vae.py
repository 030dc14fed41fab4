"""The VAE that most courses start from, 784-400-20, beside the published script."""

import time

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader

from aelesson import objectives, runtime
from aelesson.models import VAE
from aelesson.networks import MixedPrecision
from aelesson.training import TrainConfig, evaluate
from benchmarks.reproduce.rows import Job, Outcome, Row, chain, in_words
from benchmarks.speed.ways import StoredDigits

SIZES = (784, 400, 20)
CONFIG = TrainConfig(epochs=10, batch_size=128, learning_rate=1e-3)


def build() -> VAE:
    """Return the network; the two ways start from different random weights."""
    return VAE.mlp(SIZES)


def negative_elbo(model: VAE, x: Tensor) -> Tensor:
    """Return the sum over a batch of what the script minimises, its own formulas."""
    mean, logvar = model.posterior(x)
    z = mean + torch.randn_like(mean) * torch.exp(0.5 * logvar)
    x_hat = torch.sigmoid(model.decoder(z))
    error = F.binary_cross_entropy(x_hat, x, reduction="sum")
    kl = -0.5 * torch.sum(1 + logvar - mean.pow(2) - logvar.exp())
    return error + kl


def train_as_the_script(model: VAE, images: Tensor, epochs: int) -> float:
    """Train with a DataLoader over torchvision's data set; return the seconds."""
    pixels = (images.squeeze(1) * 255).round().byte().cpu()
    loader: DataLoader[tuple[Tensor, Tensor]] = DataLoader(
        StoredDigits(pixels), batch_size=CONFIG.batch_size, shuffle=True
    )
    device = next(model.parameters()).device
    optimizer = torch.optim.Adam(model.parameters(), lr=CONFIG.learning_rate)
    started, total = time.perf_counter(), 0.0
    model.train()
    for _ in range(epochs):
        for x, _ in loader:
            optimizer.zero_grad()
            loss = negative_elbo(model, x.to(device))
            loss.backward()
            total += loss.item()  # as the script does; it costs time
            optimizer.step()
    return time.perf_counter() - started


def run(job: Job) -> Outcome:
    """Train in both ways, on all 60,000 images as the script does."""
    splits, epochs = job.splits, job.at_most(CONFIG.epochs, 1)
    images = torch.cat([splits.train.images, splits.validation.images])
    script = build().to(job.device)
    taken = train_as_the_script(script, images, epochs)
    plain = build()
    model = VAE(MixedPrecision(plain.encoder), MixedPrecision(plain.decoder))
    ask = objectives.negative_elbo()
    seconds = job.train("ours", model, images, ask, CONFIG).seconds

    def judge(network: nn.Module) -> float:
        runtime.seed_everything(job.seed)
        return evaluate(network, splits.test.images, ask)["loss"]

    return Outcome(
        judge(model),
        seconds,
        {"the published script's way, same run": judge(script)},
        {"its time / ours": taken / seconds},
    )


ROW = Row(
    name="grey-vae",
    title=f"VAE {chain(SIZES)}, grey digits, -ELBO after {CONFIG.epochs} epochs",
    unit="nats",
    digits=2,
    aim=None,
    published={"the script's public logs (PyTorch examples)": 105.6},
    settings=(
        f"{chain(SIZES)} and back, ReLU, mixed precision, all 60,000 training images; "
        f"{in_words(CONFIG)}. Beside it the published script's way: a DataLoader over "
        "torchvision's data set, float32, the loss asked for at every step."
    ),
    run=run,
)
