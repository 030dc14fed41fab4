"""Answers to `sparse_step`, in other people's words."""

import torch
from torch.nn import functional as F

from aelesson.regularisers import normalise_decoder_


def sparse(
    price=None, factor=1.0, before=None, after=None, error=None, value=torch.Tensor.item
):
    """Return a step with this price, and what is done to the decoder around it."""

    def step(encoder, decoder, optimizer, x, weight):
        if before:
            before(decoder)
        z = encoder(x)
        x_hat = decoder(z)
        gaps = (x_hat - x).pow(2).sum(dim=1).mean() if not error else error(x_hat, x)
        cost = price(z, decoder) if price else z.abs().sum(dim=1).mean()
        loss = gaps + factor * weight * cost
        optimizer.zero_grad(set_to_none=False)
        loss.backward()
        optimizer.step()
        if after:
            after(decoder)
        return value(loss)

    return step


def lengths(decoder):
    return torch.linalg.vector_norm(decoder.weight, dim=0)


def by_longest(decoder):
    with torch.no_grad():
        decoder.weight /= lengths(decoder).max()


def at_most_one(decoder):
    with torch.no_grad():
        decoder.weight /= lengths(decoder).clamp(min=1)


def in_data(decoder):
    for unit in range(decoder.weight.shape[1]):
        decoder.weight.data[:, unit] /= decoder.weight.data[:, unit].norm()


def projected(encoder, decoder, optimizer, x, weight):
    """Take the part of the gradient along a direction out, then normalise."""
    z = encoder(x)
    loss = (decoder(z) - x).square().sum(1).mean() + weight * z.sum() / len(x)
    optimizer.zero_grad()
    loss.backward()
    with torch.no_grad():
        unit = decoder.weight / decoder.weight.norm(dim=0)
        decoder.weight.grad -= unit * (unit * decoder.weight.grad).sum(0)
        optimizer.step()
        decoder.weight.copy_(decoder.weight / decoder.weight.norm(dim=0))
    return loss.item()


@torch.no_grad()
def exchange(encoder, decoder):
    """Give a length that is taken from a direction to its code."""
    size = lengths(decoder)
    decoder.weight /= size
    encoder[0].weight *= size[:, None]
    encoder[0].bias *= size


def exchanged(encoder, decoder, optimizer, x, weight):
    exchange(encoder, decoder)
    return sparse()(encoder, decoder, optimizer, x, weight)


def exchanged_after(encoder, decoder, optimizer, x, weight):
    loss = sparse()(encoder, decoder, optimizer, x, weight)
    exchange(encoder, decoder)
    return loss


def without_no_grad(decoder):
    decoder.weight /= lengths(decoder)


def by_columns(decoder):
    with torch.no_grad():
        decoder.weight.copy_(F.normalize(decoder.weight))


def no_step(encoder, decoder, optimizer, x, weight):
    error = (decoder(encoder(x)) - x).square().sum(1).mean()
    return (error + weight * encoder(x).sum(1).mean()).item()


def new_parameter(decoder):
    decoder.weight = torch.nn.Parameter(decoder.weight / lengths(decoder))


def own_adam(encoder, decoder, optimizer, x, weight):
    both = [*encoder.parameters(), *decoder.parameters()]
    mine = torch.optim.Adam(both, lr=1e-2)
    return sparse(after=in_data)(encoder, decoder, mine, x, weight)


def ridge(z, decoder):
    return z.sum(1).mean() + 0.1 * decoder.weight.pow(2).sum()


RIGHT = [
    sparse(after=normalise_decoder_),
    sparse(before=normalise_decoder_),
    sparse(after=at_most_one),
    sparse(after=in_data),
    sparse(lambda z, decoder: (z * lengths(decoder)).sum(1).mean()),
    sparse(lambda z, decoder: (z @ lengths(decoder)).sum() / len(z)),
    projected,
    exchanged,
    exchanged_after,
]
WRONG = {
    "nothing holds the directions": sparse(),
    "only the weight is larger": [sparse(factor=10), sparse(factor=100)],
    "Does a small code with a long direction still pay less": [
        sparse(factor=3),
        sparse(ridge),
        sparse(lambda z, d: z.sqrt().sum(1).mean()),
        sparse(lambda z, d: (z / (z.norm(dim=1, keepdim=True) + 1e-3)).sum(1).mean()),
    ],
    "dimension 0": sparse(after=by_columns),
    "each direction has its own": sparse(after=by_longest),
    "the squared length is too much": sparse(
        lambda z, d: (z * d.weight.pow(2).sum(0)).sum(1).mean()
    ),
    "a length is the root": sparse(lambda z, d: (z @ d.weight.abs().sum(0)).mean()),
    "directions grow on and on": sparse(lambda z, d: (z @ lengths(d).detach()).mean()),
    "what it has to: a latent of length 1": sparse(after=in_data, factor=3),
    "summed over the numbers": sparse(after=in_data, error=F.mse_loss),
    "the length 1, but the price takes 2": sparse(after=in_data, factor=0.3),
    "in place under torch.no_grad()": sparse(after=without_no_grad),
    "anything missing in what you return": [
        sparse(after=in_data, value=lambda loss: loss.item() / 2),
        sparse(lambda z, d: z.norm(dim=1).mean(), after=in_data),
    ],
    "each latent has its own": sparse(lambda z, d: z.sum(1).mean() * lengths(d).mean()),
    "has no gradient": sparse(lambda z, d: (z > 0).float().sum(1).mean()),
    "the optimizer took 0 steps": [no_step, own_adam],
    "the optimizer trains the old one": sparse(after=new_parameter),
    "got a torch tensor, expected a float": sparse(
        after=in_data, value=lambda loss: loss.detach()
    ),
}
