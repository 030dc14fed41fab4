"""Answers to `reconstruction_error`, right and wrong."""

import copy

import torch
import torch.nn.functional as F

from .answers import Wrong

# reconstruction_error: right


def error_reference(model, images):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        errors = (model(images) - images).square().flatten(1).mean(1)
    model.train(was_training)
    return errors


@torch.inference_mode()
def error_one_by_one(model, images):
    was_training = model.training
    model.train(False)
    errors = [F.mse_loss(model(image[None])[0], image) for image in images]
    model.train(mode=was_training)
    return torch.stack(errors)


def error_einsum(net, batch):
    twin = copy.deepcopy(net).eval().requires_grad_(False)
    gap = (twin(batch) - batch).double()
    return torch.einsum("b...,b...->b", gap, gap) / batch[0].numel()


@torch.no_grad()
def error_in_pieces(model, images):
    training = model.training
    model.eval()
    pieces = [
        F.mse_loss(model(x), x, reduction="none").mean(dim=tuple(range(1, x.dim())))
        for x in images.split(2)
    ]
    if training:
        model.train()
    return torch.cat(pieces)


# reconstruction_error: wrong


def make_error(reduce, mode=False, after=None):
    """Return a `reconstruction_error` with its own reduction and modes."""

    def reconstruction_error(model, images):
        was_training = model.training
        if mode is not None:
            model.train(mode)
        with torch.no_grad():
            errors = reduce(model(images) - images)
        model.train(was_training if after is None else after)
        return errors

    return reconstruction_error


def error_returned_too_early(model, images):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        return per_image(model(images) - images)
    model.train(was_training)


def error_frozen(model, images):
    model.requires_grad_(False)
    return error_reference(model, images)


def error_frozen_in_a_loop(model, images):
    for parameter in model.parameters():
        parameter.requires_grad = False
    return error_reference(model, images)


def error_without_brackets(model, images):
    with torch.no_grad:
        return error_reference(model, images)


def error_bare_no_grad(model, images):
    torch.no_grad()
    return error_with_graph(model, images)


def error_bare_eval(model, images):
    model.eval  # noqa: B018
    with torch.no_grad():
        return per_image(model(images) - images)


def unpacked(gap):
    _, channels, height, width = gap.shape
    return gap.square().sum((1, 2, 3)) / (channels * height * width)


def per_image(gap):
    return gap.square().flatten(1).mean(1)


def error_with_graph(model, images):
    was_training = model.training
    model.eval()
    errors = per_image(model(images) - images)
    model.train(was_training)
    return errors


def error_shallow_eval(model, images):
    """Only the outermost module is put in eval mode."""
    was_training, model.training = model.training, False
    with torch.no_grad():
        errors = per_image(model(images) - images)
    model.training = was_training
    return errors


def error_that_learns(model, images):
    errors = error_reference(model, images)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.sub_(0.01)
    return errors


def error_that_centres(model, images):
    images -= images.mean()
    return error_reference(model, images)


RIGHT = [
    error_reference,
    error_one_by_one,
    error_einsum,
    error_in_pieces,
]

WRONG = [
    Wrong(make_error(lambda gap: gap.square().mean()), "one number for the whole"),
    Wrong(make_error(lambda gap: gap.square().flatten(1).sum(1)), "you summed over"),
    Wrong(make_error(lambda gap: gap.square().mean(0)), "averaged over the batch"),
    Wrong(make_error(lambda gap: gap.square().mean(1)), "over the channels only"),
    Wrong(make_error(lambda gap: gap.square().mean(3)), "over the last side only"),
    Wrong(make_error(lambda gap: gap.square().mean((2, 3))), "the channels are left"),
    Wrong(make_error(lambda gap: gap.square().mean((1, 2))), "the columns are left"),
    Wrong(make_error(torch.square), "one value per pixel"),
    Wrong(
        make_error(lambda gap: gap.square().mean((1, 2, 3))),
        "flatten(1) first: images may have any shape",
    ),
    Wrong(
        make_error(lambda gap: gap.square().mean((-1, -2, -3))),
        "flatten(1) first: images may have any shape",
    ),
    Wrong(
        make_error(
            lambda gap: (
                gap.square().mean((1, 2, 3)) if gap.dim() > 2 else per_image(gap)
            )
        ),
        "expected (3,): flatten(1) first: images may have any shape",
    ),
    Wrong(make_error(unpacked), "flatten(1) first: images may have any shape"),
    Wrong(
        make_error(lambda gap: torch.einsum("bchw,bchw->b", gap, gap) / gap[0].numel()),
        "flatten(1) first: images may have any shape",
    ),
    Wrong(
        make_error(lambda gap: gap.square().mean((2, 3)).sum(1)),
        "you added up the channels: average over them too",
    ),
    Wrong(
        make_error(lambda gap: gap.square().flatten(1).sum(1) / 784),
        "is a number such as 784 written in your code?",
    ),
    Wrong(
        make_error(lambda gap: gap.square().view(-1, 784).mean(1)),
        "is a number such as 784 written in your code?",
    ),
    Wrong(
        make_error(lambda gap: gap.square().view(-1, 28, 28).mean((1, 2))),
        "is a number such as 784 written in your code?",
    ),
    Wrong(error_returned_too_early, "a `return` before that line skips it"),
    Wrong(error_frozen, "you switched off the parameters' gradients for good"),
    Wrong(error_frozen_in_a_loop, "you switched off the parameters' gradients"),
    Wrong(error_without_brackets, "write `with torch.no_grad():`, with brackets"),
    Wrong(error_bare_no_grad, "`torch.no_grad()` alone does nothing"),
    Wrong(error_bare_eval, "Call model.eval() first, with its brackets"),
    Wrong(
        make_error(lambda gap: gap.square().mean((1, 2, 3), keepdim=True)),
        "keepdim",
    ),
    Wrong(make_error(lambda gap: per_image(gap)[:, None]), "keepdim"),
    Wrong(make_error(lambda gap: per_image(gap).sqrt()), "you took the root"),
    Wrong(make_error(lambda gap: gap.abs().flatten(1).mean(1)), "absolute errors"),
    Wrong(make_error(lambda gap: gap.flatten(1).mean(1) ** 2), "before squaring"),
    Wrong(
        make_error(lambda gap: per_image(gap).mean().repeat(len(gap))),
        "each image got the mean of the whole batch",
    ),
    Wrong(make_error(lambda gap: per_image(gap) / 2), "You got 0.5 times"),
    Wrong(make_error(per_image, mode=None), "ran in train mode"),
    Wrong(make_error(per_image, mode=True), "ran in train mode"),
    Wrong(error_shallow_eval, "ran in train mode"),
    Wrong(make_error(per_image, after=True), "came in eval mode and you left it in"),
    Wrong(make_error(per_image, after=False), "came in train mode and you left it"),
    Wrong(error_with_graph, "still carries the graph"),
    Wrong(error_that_learns, "you changed the model"),
    Wrong(error_that_centres, "changes its input images in place"),
    Wrong(make_error(lambda gap: per_image(gap).numpy()), "got a numpy array"),
    Wrong(make_error(lambda gap: per_image(gap).tolist()), "(list), expected"),
    Wrong(make_error(lambda gap: None), "is `return` missing?"),
    Wrong(lambda images: images, "2 arguments: (model, images)"),
]
