"""Answers to `quantised_loss`, in other people's words."""

import torch
from torch.nn import functional as F

from aelesson import quantise


def by_library(encoder, codebook, decoder, x):
    z = encoder(x)
    nearest = codebook[quantise.nearest_code(z, codebook)]
    x_hat = decoder(quantise.straight_through(z, nearest))
    error = F.mse_loss(x_hat, x, reduction="sum") / len(x)
    return error + quantise.vq_loss(z, nearest, 0.25)


def by_embedding(encoder, codebook, decoder, x):
    z = encoder(x)
    places = (z.detach()[:, None] - codebook.detach()).norm(dim=2).argmin(1)
    vectors = F.embedding(places, codebook)
    x_hat = decoder(z + vectors.detach() - z.detach())
    pull = (vectors - z.detach()).pow(2) + 0.25 * (z - vectors.detach()).pow(2)
    return (x_hat - x).pow(2).sum() / len(x) + pull.sum() / len(x)


def by_one_hot(encoder, codebook, decoder, x):
    z = encoder(x)
    with torch.no_grad():
        chosen = F.one_hot(torch.cdist(z, codebook).argmin(1), len(codebook)).to(z)
    vectors = chosen @ codebook
    passed = vectors.detach() + (z - z.detach())
    parts = [decoder(passed) - x, z.detach() - vectors, 0.5 * (z - vectors.detach())]
    return sum(part.square().sum(1) for part in parts).mean()


def by_index_select(encoder, codebook, decoder, x):
    z = encoder(x)
    with torch.no_grad():
        places = torch.cdist(z, codebook).argmin(1)
    fixed = codebook.detach().index_select(0, places)
    error = (decoder(z + (fixed - z).detach()) - x).square().sum(1)
    free = codebook.index_select(0, places)
    pulls = (z.detach() - free).square() + 0.25 * (z - fixed).square()
    return (error + pulls.sum(1)).mean()


def broken(encoder, codebook, decoder, x, weights=(1, 0.25)):
    z = encoder(x)
    with torch.no_grad():
        quantised = codebook[torch.cdist(z, codebook).argmin(1)]
    passed = z + (quantised - z).detach()
    error = (decoder(passed) - x).square().sum(1)
    to_codes = (z.detach() - quantised).square().sum(1)
    to_vectors = (z - quantised.detach()).square().sum(1)
    return (error + weights[0] * to_codes + weights[1] * to_vectors).mean()


def built_on(pull, passing=quantise.straight_through):
    def answer(encoder, codebook, decoder, x):
        z = encoder(x)
        vectors = codebook[torch.cdist(z, codebook).argmin(1)]
        error = (decoder(passing(z, vectors)) - x).square().sum(1)
        return error.mean() + pull(z, vectors)

    return answer


def vq(z, vectors):
    return quantise.vq_loss(z, vectors, 0.25)


def moved_by_hand(encoder, codebook, decoder, x):
    with torch.no_grad():
        z = encoder(x)
        places = torch.cdist(z, codebook).argmin(1)
        codebook[places] += 0.1 * (z - codebook[places])
    return broken(encoder, codebook, decoder, x)


def by_plain_cost(z, vectors):
    return 1.25 * (z - vectors).square().sum(1).mean()


RIGHT = [by_library, by_embedding, by_one_hot, by_index_select]
WRONG = {
    "are they detached, or looked up under no_grad": broken,
    "a larger weight does not cure it": lambda *a: broken(*a, weights=(10, 0.25)),
    "changes its input codebook in place": moved_by_hand,
    "leave straight-through as it was": built_on(vq, lambda z, vectors: vectors),
    "the reconstruction pulls at the vectors, too": built_on(
        vq, lambda z, vectors: vectors + (z - z.detach())
    ),
    "a stop-gradient is gone": built_on(by_plain_cost),
    "0.25 holds back the encoder": built_on(
        lambda z, vectors: quantise.vq_loss(vectors, z, 0.25)
    ),
    "a term of the loss is gone": built_on(
        lambda z, vectors: quantise.vq_loss(z, vectors, 0.0)
    ),
    "the weights 1, 1 and 0.25": [
        built_on(lambda z, vectors: quantise.vq_loss(z, vectors, 1.0)),
        built_on(lambda z, e: vq(z, e) - 2 * (z.data - e).square().sum(1).mean()),
    ],
    "the decoder sees no vectors": built_on(
        vq, lambda z, vectors: quantise.straight_through(vectors, z)
    ),
    "codes are decoded without the codebook": built_on(vq, lambda z, vectors: z),
    "no gradient passes": built_on(vq, lambda z, vectors: vectors.detach()),
    "got a float, expected a torch tensor": lambda *a: by_library(*a).item(),
    "no gradient flows back": lambda *a: by_library(*a).detach(),
}
