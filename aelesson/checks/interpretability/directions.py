"""Directions whose cosines are known, and ways to pair them that miss some pairs."""

import torch
from torch.nn import functional as F


def seen_under(cosines, columns):
    """Return latents, in rows, with these cosines to features at right angles."""
    rest = (1 - cosines.square().sum(1)).clamp_min(0).sqrt()
    own = torch.diag(rest)[:, : max(columns - cosines.shape[1], 0)]
    return torch.cat([cosines, own], 1)


def turned(latents, features, least):
    """Turn all directions alike, and give them many lengths."""
    size = latents.shape[1]
    turn = torch.linalg.qr(torch.randn(size, size)).Q
    lengths = [0.3 + 3 * torch.rand(len(rows), 1) for rows in (latents, features)]
    return {
        "decoder": latents @ turn * lengths[0],
        "features": features @ turn * lengths[1],
        "least": least,
    }


def known(rows, least):
    """Take features at right angles, and latents by their cosines with these."""
    cosines = torch.tensor(rows)
    count = cosines.shape[1]
    size = count + len(cosines)
    return turned(seen_under(cosines, size), torch.eye(count, size), least)


def drawn(latents, count, size, least, noise):
    """Take latents that point to features, or the other way, more or less."""
    features = F.normalize(torch.randn(count, size), dim=1)
    found = features[torch.randint(count, (latents,))]
    signs = torch.where(torch.rand(latents, 1) < 0.2, -1.0, 1.0)
    moved = signs * found + noise * torch.randn(latents, size)
    return turned(moved, features, least)


def greedily(close, order):
    """Give each feature the best latent that is left, in this order of pairs."""
    used, done = set(), set()
    for latent, feature in order:
        if close[latent, feature] and latent not in used and feature not in done:
            used.add(latent)
            done.add(feature)
    return len(done)


def by_size(cosines):
    places = cosines.flatten().argsort(descending=True).tolist()
    return [divmod(place, cosines.shape[1]) for place in places]


def by_feature(cosines):
    return [
        (int(latent), feature)
        for feature, column in enumerate(cosines.T)
        for latent in column.argsort(descending=True)
    ]


def by_latent(cosines):
    return [
        (latent, int(feature))
        for latent, row in enumerate(cosines)
        for feature in row.argsort(descending=True)
    ]


def first_choices(cosines):
    """Let each feature have its best latent, if no feature before has it."""
    return [(int(column.argmax()), i) for i, column in enumerate(cosines.T)]
