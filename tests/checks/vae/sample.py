"""Answers to `sample`, in other people's words."""

import torch

from aelesson.latent import sample as right


@torch.inference_mode()
def in_inference_mode(decode, n, d, rng):
    return decode(torch.randn((n, d), generator=rng))


def detached(decoder, count, latent_dim, generator):
    codes = torch.empty(count, latent_dim).normal_(0, 1, generator=generator)
    return decoder(codes).detach()


def with_graph(decoder, n, d, generator):
    return decoder(torch.randn(n, d, generator=generator))


def gradients_left_off(decoder, *arguments):
    torch.set_grad_enabled(False)
    return right(decoder, *arguments)


def one_by_one(decoder, count, *rest):
    return torch.cat([right(decoder, 1, *rest) for _ in range(count)])


RIGHT = [right, in_inference_mode, detached]
WRONG = {
    "your result requires gradients": with_graph,
    "leaves gradients switched off": gradients_left_off,
    "the decoder was called 2 times": one_by_one,
    "the decoder was never called": lambda f, *rest: right(lambda z: z, *rest),
    "do you seed it": lambda f, n, d, g: right(f, n, d, g and g.manual_seed(0)),
    "PyTorch's own must draw": lambda f, n, d, g: right(
        f, n, d, g or torch.Generator()
    ),
    "your z is 0.5 times": lambda f, *rest: right(lambda z: f(z / 2), *rest),
    "expected a torch tensor": lambda *a: right(*a).tolist(),
}
