"""Answers to `importance_weights`, in other people's words."""

import torch


@torch.no_grad()
def by_hand(likelihood, prior, q):
    log_w = likelihood + prior - q
    weights = torch.exp(log_w - log_w.max(dim=0, keepdim=True).values)
    return weights / weights.sum(dim=0)


def by_logsumexp(a, b, c):
    log_w = torch.stack([a, b, -c]).sum(0).data
    return (log_w - log_w.logsumexp(0)).exp()


RIGHT = [by_hand, by_logsumexp]
WRONG = {
    "carry the graph": lambda p, r, q: torch.softmax(p.detach() + r - q, dim=0),
    "get a small weight": lambda *given: by_hand(*given).clamp(min=1e-6),
    "got a NumPy array": lambda *given: by_hand(*given).numpy(),
}
