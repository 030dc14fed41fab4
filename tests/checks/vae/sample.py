"""Answers to `sample`, in other people's words."""

import torch

from aelesson.latent import sample as right


@torch.inference_mode()
def in_inference_mode(decode, n, d, rng):
    return decode(torch.randn((n, d), generator=rng))


def with_graph(decoder, n, d, generator):
    return decoder(torch.randn(n, d, generator=generator))


RIGHT = [right, in_inference_mode]
WRONG = {
    "your result requires gradients": with_graph,
    "the decoder was called 2 times": lambda f, n, *a: torch.cat(
        [right(f, 1, *a) for _ in range(n)]
    ),
    "the decoder was never called": lambda f, *rest: right(lambda z: z, *rest),
    "do you seed it": lambda f, n, d, g: right(f, n, d, g and g.manual_seed(0)),
    "your z is 0.5 times": lambda f, *rest: right(lambda z: f(z / 2), *rest),
    "expected a torch tensor": lambda *a: right(*a).tolist(),
}
