"""Answers to `importance_weights`, in other people's words."""

import torch
import torch.nn.functional as F


@torch.no_grad()
def by_hand(likelihood, prior, q):
    log_w = likelihood + prior - q
    weights = torch.exp(log_w - log_w.max(dim=0, keepdim=True).values)
    return weights / weights.sum(dim=0)


def by_logsumexp(a, b, c):
    log_w = torch.stack([a, b, -c]).sum(0).data
    return (log_w - log_w.logsumexp(0)).exp()


class Weigh:
    def __call__(self, log_likelihood, log_prior, log_q):
        return F.softmax((log_likelihood - log_q + log_prior).detach().double(), 0)


RIGHT = [by_hand, by_logsumexp, Weigh()]
WRONG = {
    "carry the graph": lambda p, r, q: torch.softmax(p.detach() + r - q, dim=0),
    "a limit under the weights": lambda *given: by_hand(*given).clamp(min=1e-6),
    "changes its input log_prior in place": lambda p, r, q: by_hand(
        p, r.data.add_(1), q
    ),
    "got a NumPy array": lambda *given: by_hand(*given).numpy(),
}
