"""Right answers to `contractive_penalty`."""

import torch
from torch.autograd.functional import jacobian
from torch.func import functional_call, jacfwd, jacrev, jvp, vjp, vmap

from aelesson import regularisers


def copy_of(x):
    return x.detach().clone().requires_grad_()


def slopes_of(encoder, x, create_graph=True):
    """Return the Jacobian of each image, `(B, D, P)`."""
    x = copy_of(x)
    z = encoder(x)
    units = [
        torch.autograd.grad(
            z[:, unit].sum(), x, create_graph=create_graph, retain_graph=True
        )[0].flatten(1)
        for unit in range(z.shape[1])
    ]
    return torch.stack(units, dim=1)


# right


def reference(encoder, x):
    return slopes_of(encoder, x).square().sum((1, 2))


def by_jacobian_per_image(net, images):
    each = [
        jacobian(lambda one: net(one[None])[0], image, create_graph=True)
        for image in images
    ]
    return torch.stack([slopes.pow(2).sum() for slopes in each])


def by_jacobian_of_the_batch(encoder, x):
    slopes = jacobian(encoder, x, create_graph=True)  # (B, D, B, ...)
    return slopes.square().flatten(1).sum(1)


def by_jacobian_of_the_sum(encoder, x):
    slopes = jacobian(lambda x: encoder(x).sum(0), x, create_graph=True)  # (D, B, ...)
    return slopes.square().transpose(0, 1).flatten(1).sum(1)


def by_jacrev(encoder, x):
    slopes = vmap(jacrev(lambda one: encoder(one[None])[0]))(x)
    return torch.linalg.vector_norm(slopes.flatten(1), dim=1) ** 2


def by_jacfwd(encoder, x):
    slopes = vmap(jacfwd(lambda one: encoder(one[None])[0]))(x)
    return slopes.square().flatten(1).sum(1)


def by_functional_call(encoder, x):
    weights = dict(encoder.named_parameters())

    def encode(one):
        return functional_call(encoder, weights, (one.unsqueeze(0),)).squeeze(0)

    return vmap(jacrev(encode))(x).flatten(1).pow(2).sum(-1)


def by_vjp(encoder, x):
    z, back = vjp(encoder, x)
    units = torch.eye(z.shape[1], dtype=z.dtype)[:, None].expand(-1, *z.shape)
    (slopes,) = vmap(back)(units)
    return slopes.square().transpose(0, 1).flatten(1).sum(1)


def by_batched_grad(encoder, x):
    x = copy_of(x)
    z = encoder(x)
    units = torch.eye(z.shape[1], dtype=z.dtype)[:, None].expand(-1, *z.shape)
    (slopes,) = torch.autograd.grad(
        z, x, units, create_graph=True, is_grads_batched=True
    )
    return slopes.square().flatten(2).sum((0, 2))


def image_by_image(encoder, x):
    penalties = []
    for image in x.split(1):
        image = image.clone().requires_grad_()
        code = encoder(image)[0]
        penalty = 0
        for value in code:
            (slope,) = torch.autograd.grad(value, image, create_graph=True)
            penalty = penalty + (slope**2).sum()
        penalties.append(penalty)
    return torch.stack(penalties)


def by_repeated_images(encoder, x):
    units = encoder(x[:1]).shape[1]
    copies = x.repeat_interleave(units, 0).requires_grad_()
    chosen = encoder(copies).gather(1, torch.arange(units).repeat(len(x))[:, None])
    (slopes,) = torch.autograd.grad(chosen.sum(), copies, create_graph=True)
    return slopes.square().flatten(1).sum(1).reshape(len(x), units).sum(1)


def by_forward_mode(encoder, x):
    penalty = 0
    for pixel in torch.eye(x[0].numel(), dtype=x.dtype):
        direction = pixel.reshape(1, *x.shape[1:]).expand_as(x).contiguous()
        _, change = jvp(encoder, (x,), (direction,))
        penalty = penalty + change.square().sum(1)
    return penalty


def x_put_back(encoder, x):
    x.requires_grad_(True)
    penalty = torch.zeros(len(x), dtype=x.dtype)
    for values in encoder(x).unbind(1):
        ones = torch.ones_like(values)
        (slopes,) = torch.autograd.grad(values, x, ones, create_graph=True)
        penalty = penalty + (slopes * slopes).reshape(len(x), -1).sum(1)
    x.requires_grad_(False)
    return penalty


RIGHT = [
    reference,
    by_repeated_images,
    by_forward_mode,
    x_put_back,
    by_jacobian_per_image,
    by_jacobian_of_the_batch,
    by_jacobian_of_the_sum,
    by_jacrev,
    by_jacfwd,
    by_functional_call,
    by_vjp,
    by_batched_grad,
    image_by_image,
    regularisers.contractive_penalty,
]
