"""Answers to `tweedie_denoise`, in other people's words."""

import torch


def spelt_out(y, grad_log_p, sigma):
    return torch.add(y, grad_log_p(y), alpha=sigma * sigma)


def point_by_point(x_noisy, score, std):
    return torch.cat([x[None] + std**2 * score(x[None]) for x in x_noisy])


def without_grad(x_noisy, score, std):
    with torch.no_grad():
        cleaned = x_noisy.clone()
        cleaned += score(x_noisy) * std**2
    return cleaned


RIGHT = [spelt_out, point_by_point, without_grad]
WRONG = {
    "no 1 + std**2": lambda y, s, std: (y + std**2 * s(y)) / (1 + std * std),
    "score whole": lambda y, s, std: torch.stack([x + std**2 * s(x) for x in y]),
    "score is a function: call it": lambda y, s, std: y + std**2 * s,
    "the right one plus 1": lambda y, s, std: spelt_out(y, s, std) + 1,
    "points may lie anywhere; and": lambda y, s, std: (y + std * s(y)).clamp(0, 1),
}
