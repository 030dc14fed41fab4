"""Right answers to `pretrain_layer`."""

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

from aelesson import objectives
from aelesson.models import Autoencoder
from aelesson.training import TrainConfig, fit


def networks(width, hidden_dim, code=nn.Sigmoid, output=nn.Sigmoid):
    encoder = nn.Sequential(nn.Linear(width, hidden_dim), code())
    return encoder, nn.Sequential(nn.Linear(hidden_dim, width), output())


# right


def pretrain_reference(inputs, hidden_dim, corrupt, epochs, generator):
    width = inputs.shape[1]
    encoder = nn.Sequential(nn.Linear(width, hidden_dim), nn.Sigmoid())
    decoder = nn.Sequential(nn.Linear(hidden_dim, width), nn.Sigmoid())
    parameters = [*encoder.parameters(), *decoder.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=0.01)
    for _ in range(epochs):
        order = torch.randperm(len(inputs), generator=generator)
        for chosen in order.split(32):
            clean = inputs[chosen]
            loss = (decoder(encoder(corrupt(clean))) - clean).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return encoder, decoder


def pretrain_with_fit(inputs, hidden_dim, corrupt, epochs, generator):
    """Train with the library."""
    layers = networks(inputs.shape[1], hidden_dim)
    task = objectives.denoising(corrupt)
    config = TrainConfig(epochs, batch_size=32, learning_rate=0.01)
    model = Autoencoder(*layers)
    fit(model, inputs, task, config, generator=generator, progress=False)
    return model.encoder, model.decoder


def pretrain_with_loader(data, size, spoil, rounds, g):
    model = nn.Sequential(*networks(data.shape[1], size))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    loader = DataLoader(TensorDataset(data), batch_size=40, shuffle=True, generator=g)
    for _ in range(rounds):
        for (clean,) in loader:
            optimizer.zero_grad()
            nn.MSELoss()(model(spoil(clean)), clean).backward()
            optimizer.step()
    return [model[0].eval(), model[1].eval()]


class Layer(nn.Module):
    """A linear layer and a sigmoid, spelt out."""

    def __init__(self, wide, narrow):
        super().__init__()
        self.linear = nn.Linear(wide, narrow)

    def forward(self, x):
        return torch.sigmoid(self.linear(x))


def pretrain_whole_epochs(inputs, hidden_dim, corrupt, epochs, generator):
    """Corrupt all rows at the start of each epoch, and cut into batches after that."""
    width, size = inputs.shape[1], 64
    encoder, decoder = Layer(width, hidden_dim), Layer(hidden_dim, width)
    optimizers = [
        torch.optim.Adam(part.parameters(), 0.01) for part in (encoder, decoder)
    ]
    for _ in range(epochs):
        noisy = corrupt(inputs)
        order = torch.randperm(len(inputs), generator=generator).tolist()
        for start in range(0, len(order), size):
            chosen = order[start : start + size]
            x_hat = decoder(encoder(noisy[chosen]))
            loss = F.binary_cross_entropy(x_hat, inputs[chosen])
            for optimizer in optimizers:
                optimizer.zero_grad()
            loss.backward()
            for optimizer in optimizers:
                optimizer.step()
    return encoder, decoder


def pretrain_deeper(inputs, hidden_dim, corrupt, epochs, generator):
    """Add a hidden layer, initialise from the generator, and sum the loss."""
    width = inputs.shape[1]
    encoder = nn.Sequential(nn.Linear(width, 20), nn.ReLU(), Layer(20, hidden_dim))
    decoder = nn.Sequential(nn.Linear(hidden_dim, 20), nn.ReLU(), Layer(20, width))
    both = nn.ModuleList([encoder, decoder])
    for parameter in both.parameters():
        noise = torch.randn(parameter.shape, generator=generator)
        parameter.data = 0.3 * noise
    optimizer = torch.optim.AdamW(both.parameters(), lr=0.005)
    for _ in range(epochs):
        shuffled = inputs[torch.randperm(inputs.size(0), generator=generator)]
        for clean in shuffled.split(16):
            loss = torch.sum((clean - decoder(encoder(corrupt(clean)))) ** 2)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return encoder, decoder


RIGHT = [
    pretrain_reference,
    pretrain_with_fit,
    pretrain_with_loader,
    pretrain_whole_epochs,
    pretrain_deeper,
]
