"""Answers to `denoising_figure`, in other people's words."""

import torch

from aelesson import metrics


@torch.no_grad()
def by_hand(model, images, corrupt):
    inputs, kept = corrupt(images), model.training
    model.eval()
    outputs = torch.cat([model(row) for row in inputs.split(1)])
    model.train(kept)
    return [inputs, outputs]


def shown(fed, change=lambda y: y):
    def denoising_figure(model, images, corrupt):
        noisy = corrupt(images)
        return noisy, change(metrics.apply(model, model, fed(images, noisy, corrupt)))

    return denoising_figure


RIGHT = [shown(lambda x, noisy, c: noisy), by_hand]
WRONG = {
    "corrupt was called 2 times": shown(lambda x, noisy, corrupt: corrupt(x)),
    "corrupt was never called": lambda m, x, c: (x, metrics.apply(m, m, x)),
    "not what the model made": shown(lambda x, noisy, c: noisy, torch.round),
    "not what corrupt made": lambda m, x, c: (c(x) - x, metrics.apply(m, m, x)),
    "is in another mode afterwards": lambda m, x, c: by_hand(m.eval(), x, c),
    "the outputs carry the graph": torch.enable_grad()(
        lambda m, x, c: (n := c(x), m.train(False)(n))
    ),
    "expected a tuple": lambda m, x, c: metrics.apply(m, m, c(x)),
}
