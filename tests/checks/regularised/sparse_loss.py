"""Answers to `sparse_loss`, in other people's words."""

import torch
from torch.nn import functional as F


def of_scaled_codes(encoder, decoder, x, weight):
    z = encoder(x)
    sizes = z * torch.linalg.vector_norm(decoder.weight, dim=0)
    return (decoder(z) - x).pow(2).mean() + weight * sizes.abs().sum() / len(x)


def by_matrix(encoder, decoder, x, weight):
    z = encoder(x)
    price = z.abs() @ decoder.weight.square().sum(0).sqrt()
    return F.mse_loss(decoder(z), x) + weight * price.mean()


def of_a_fixed_decoder(encoder, decoder, x, weight):
    lengths = decoder.weight.norm(dim=0, keepdim=True)
    z = encoder(x) * lengths
    x_hat = F.linear(z, decoder.weight / lengths, decoder.bias)
    return F.mse_loss(x_hat, x) + weight * F.l1_loss(z, 0 * z) * z.shape[1]


def broken(encoder, decoder, x, weight):
    z = encoder(x)
    price = z.abs().sum(1).mean()
    return F.mse_loss(decoder(z), x) + weight * price


def with_fixed_lengths(encoder, decoder, x, weight):
    decoder.weight.data = F.normalize(decoder.weight.data, dim=0)
    return broken(encoder, decoder, x, weight)


RIGHT = [of_scaled_codes, by_matrix, of_a_fixed_decoder]
WRONG = {
    "what does the price not see?": broken,
    "you changed the values of weight": with_fixed_lengths,
    "got a float, expected a torch tensor": lambda *a: by_matrix(*a).item(),
    "no gradient flows back": lambda *a: by_matrix(*a).detach(),
}
