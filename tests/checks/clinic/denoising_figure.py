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
    "not what the model makes": shown(lambda x, noisy, c: noisy, torch.round),
    "are not corrupt(images)": lambda m, x, c: (c(x) - x, metrics.apply(m, m, x)),
}
