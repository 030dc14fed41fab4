"""Wrong answers to `anomaly_scores`."""

import torch
import torch.nn.functional as F
from torch.utils.data import DataLoader

from .answers import Wrong
from .applications_scores import scores_reference


def per_image(gap):
    return gap.square().flatten(1).mean(1)


def scores_of(reduce=per_image, size=256, mode=False, after=None, join=torch.cat):
    """Return an `anomaly_scores` with its own reduction, batches and modes."""

    def anomaly_scores(model, images):
        was_training = model.training
        if mode is not None:
            model.train(mode)
        with torch.no_grad():
            parts = [reduce(model(x) - x) for x in images.split(size)]
        model.train(was_training if after is None else after)
        return join(parts)

    return anomaly_scores


def scores_without_last(model, images):
    whole = len(images) // 256 * 256
    return scores_reference(model, images[:whole])


def scores_by_whole_batches(model, images):
    parts = [images[i * 256 : (i + 1) * 256] for i in range(len(images) // 256)]
    return torch.cat([scores_reference(model, part) for part in parts])


def scores_drop_last(model, images):
    loader = DataLoader(images, batch_size=256, drop_last=True)
    return torch.cat([scores_reference(model, x) for x in loader])


def scores_shuffled(model, images):
    loader = DataLoader(images, batch_size=256, shuffle=True)
    return torch.cat([scores_reference(model, x) for x in loader])


def scores_of_last(model, images):
    for x in images.split(256):
        scores = scores_reference(model, x)
    return scores


def scores_returned_in_the_loop(model, images):
    for x in images.split(256):
        return scores_reference(model, x)


def scores_all_at_once(model, images):
    return scores_of(size=len(images))(model, images)


def scores_flat(model, images):
    return scores_reference(model, images.flatten(1))


def scores_returned_too_early(model, images):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        return torch.cat([per_image(model(x) - x) for x in images.split(256)])
    model.train(was_training)


def scores_mode_kept_too_late(model, images):
    model.eval()
    was_training = model.training
    with torch.no_grad():
        parts = [per_image(model(x) - x) for x in images.split(256)]
    model.train(was_training)
    return torch.cat(parts)


def scores_trains_after_first_batch(model, images):
    was_training = model.training
    model.eval()
    parts = []
    with torch.no_grad():
        for x in images.split(256):
            parts.append(per_image(model(x) - x))
            model.train(was_training)
    return torch.cat(parts)


def scores_shallow_eval(model, images):
    was_training, model.training = model.training, False
    with torch.no_grad():
        parts = [per_image(model(x) - x) for x in images.split(256)]
    model.training = was_training
    return torch.cat(parts)


def scores_with_graph(model, images):
    was_training = model.training
    model.eval()
    parts = [per_image(model(x) - x) for x in images.split(256)]
    model.train(was_training)
    return torch.cat(parts)


def scores_bare_no_grad(model, images):
    torch.no_grad()
    return scores_with_graph(model, images)


def scores_without_brackets(model, images):
    with torch.no_grad:
        return scores_with_graph(model, images)


def scores_frozen(model, images):
    return scores_reference(model.requires_grad_(False), images)


def scores_that_learn(model, images):
    scores = scores_reference(model, images)
    with torch.no_grad():
        next(model.parameters()).sub_(0.01)
    return scores


def scores_in_place(model, images):
    images -= images.mean()
    return scores_reference(model, images)


def scores_image_by_image(model, images):
    return torch.stack([scores_reference(model, image)[0] for image in images])


def scores_against_all(model, images):
    with torch.no_grad():
        return torch.cat([per_image(model(x) - images) for x in images.split(256)])


def scores_entropy(model, images):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        parts = [
            F.binary_cross_entropy(model(x), x, reduction="none").flatten(1).mean(1)
            for x in images.split(256)
        ]
    model.train(was_training)
    return torch.cat(parts)


def scores_relative(model, images):
    return scores_reference(model, images) / images.square().flatten(1).mean(1)


def scores_in_thirds(model, images):
    return torch.cat([scores_all_at_once(model, x) for x in images.chunk(3)])


def scores_with_a_gap(model, images):
    starts = range(0, len(images), 256)
    parts = [images[start : start + 255] for start in starts]
    return torch.cat([scores_reference(model, part) for part in parts])


def scores_clamped(model, images):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        parts = [per_image(model(x).clamp(0, 1) - x) for x in images.split(256)]
    model.train(was_training)
    return torch.cat(parts)


def scores_written_into_the_reconstruction(model, images):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        parts = [per_image(model(x).sub_(x)) for x in images.split(256)]
    model.train(was_training)
    return torch.cat(parts)


def scores_detached_late(model, images):
    return scores_with_graph(model, images).detach()


def scores_in_256_chunks(model, images):
    return torch.cat([scores_reference(model, x) for x in images.chunk(256)])


def changed(change):
    """Return an `anomaly_scores` that changes the right scores."""
    return lambda model, images: change(scores_reference(model, images))


def squeezed(gap):
    return per_image(gap).squeeze()


def equal_means(gap):
    return gap.square().mean().repeat(len(gap))


WRONG = [
    Wrong(scores_written_into_the_reconstruction, "changes its input images in place"),
    Wrong(scores_detached_late, ".detach() comes too late"),
    Wrong(scores_in_256_chunks, "images.chunk(256) as many batches"),
    Wrong(scores_in_thirds, "you handed the model 342 images at once"),
    Wrong(scores_with_a_gap, "do batches overlap or leave a gap?"),
    Wrong(scores_clamped, "take the reconstruction as it is: no clamp"),
    Wrong(scores_of(join=list), "a list of tensors, expected one tensor"),
    Wrong(scores_of(lambda gap: gap.square().flatten(1).mean(0)), "over the images"),
    Wrong(scores_of(lambda gap: gap.flatten(1).var(1)), "this is the variance"),
    Wrong(changed(lambda s: -10 * s.log10()), "this is in decibels"),
    Wrong(scores_of(mode=None), "the model ran in train mode, with its dropout on"),
    Wrong(scores_of(mode=True), "the model ran in train mode"),
    Wrong(scores_shallow_eval, "the model ran in train mode"),
    Wrong(scores_trains_after_first_batch, "train mode, for some batches"),
    Wrong(scores_of(after=True), "came in eval mode and you left it in train mode"),
    Wrong(scores_of(after=False), "came in train mode and you left it in eval mode"),
    Wrong(scores_returned_too_early, "came in train mode and you left it in eval mode"),
    Wrong(scores_mode_kept_too_late, "Keep `model.training` before you change it"),
    Wrong(scores_with_graph, "still carry the graph"),
    Wrong(scores_bare_no_grad, "`torch.no_grad()` alone does nothing"),
    Wrong(scores_without_brackets, "`with torch.no_grad():`, with brackets"),
    Wrong(scores_frozen, "you switched off the parameters' gradients for good"),
    Wrong(scores_that_learn, "you changed the model"),
    Wrong(scores_in_place, "changes its input images in place"),
    Wrong(scores_all_at_once, "you handed the model 520 images at once: at most 256"),
    Wrong(scores_of(size=257), "you handed the model 257 images at once"),
    Wrong(scores_without_last, "the last batch, which may be smaller than 256, is mis"),
    Wrong(scores_by_whole_batches, "the last batch, which may be smaller than 256"),
    Wrong(scores_drop_last, "the last batch, which may be smaller than 256, is miss"),
    Wrong(scores_returned_in_the_loop, "only the first 256 images have a score"),
    Wrong(scores_of_last, "only the last batch is there"),
    Wrong(scores_shuffled, "in another order than the images: do not shuffle"),
    Wrong(scores_of(join=torch.stack), "join the parts with torch.cat, not stack"),
    Wrong(scores_of(squeezed), "`squeeze` a batch of one image"),
    Wrong(scores_of(lambda gap: gap.square().mean()), "did you reduce over the whole"),
    Wrong(
        scores_of(lambda gap: gap.square().mean(), join=torch.stack),
        "one score per batch: return one per image",
    ),
    Wrong(
        scores_of(
            lambda gap: gap.square().mean(), join=lambda p: torch.stack(p).mean()
        ),
        "one number for all images",
    ),
    Wrong(scores_of(equal_means), "each got the mean of its batch"),
    Wrong(changed(lambda s: s.mean().expand(len(s))), "each got the mean of its batch"),
    Wrong(scores_of(lambda gap: per_image(gap) / len(gap)), "by the size of the batch"),
    Wrong(changed(lambda s: s / s.max()), "depends on the others: do not scale"),
    Wrong(changed(lambda s: (s - s.mean()) / s.std()), "others: do not scale or shift"),
    Wrong(
        changed(lambda s: (s - s.min()) / (s.max() - s.min())), "do not scale or shift"
    ),
    Wrong(scores_of(lambda gap: gap.square().flatten(1).sum(1)), "you summed over the"),
    Wrong(scores_of(lambda gap: per_image(gap).sqrt()), "you took the root"),
    Wrong(scores_of(lambda gap: gap.flatten(1).norm(dim=1)), "you took the root"),
    Wrong(scores_of(lambda gap: gap.abs().flatten(1).mean(1)), "you took absolute err"),
    Wrong(scores_of(lambda gap: gap.flatten(1).mean(1) ** 2), "before squaring"),
    Wrong(
        scores_of(lambda gap: gap.square().mean((2, 3)).sum(1)),
        "you added up the channels",
    ),
    Wrong(scores_of(lambda gap: gap.square().flatten(1).amax(1)), "the worst pixel"),
    Wrong(
        scores_of(lambda gap: gap.square().flatten(1).sum(1) / 784), "784 written in"
    ),
    Wrong(scores_of(lambda gap: gap.square().view(-1, 784).mean(1)), "784 written in"),
    Wrong(scores_of(lambda gap: gap.square().mean((1, 2, 3))), "any shape"),
    Wrong(
        scores_of(lambda gap: gap.square().mean(1)), "expected (520,): flatten(1) fi"
    ),
    Wrong(scores_of(lambda gap: gap.square()), "one value per pixel"),
    Wrong(scores_of(lambda gap: per_image(gap)[:, None]), "without `keepdim`"),
    Wrong(scores_entropy, "you took the cross-entropy"),
    Wrong(scores_relative, "the image's own brightness"),
    Wrong(scores_flat, "flatten its errors, not its input"),
    Wrong(scores_image_by_image, "a single image is images[i : i + 1]"),
    Wrong(scores_against_all, "with the images of that batch"),
    Wrong(changed(lambda s: -s), "The sign is the wrong way round"),
    Wrong(changed(lambda s: s / 2), "You got 0.5 times the right result"),
    Wrong(changed(lambda s: s.numpy()), "got a numpy array"),
    Wrong(changed(lambda s: s.tolist()), "(list), expected"),
    Wrong(changed(lambda s: None), "is `return` missing?"),
    Wrong(lambda images: images, "2 arguments: (model, images)"),
]
