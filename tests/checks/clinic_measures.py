"""Answers to `skill` and `test_error`, right and wrong."""

import numpy as np
import torch
import torch.nn.functional as F

from .answers import Wrong


def skill_broken(x_hat, x, mean_image):
    return (x_hat.round() == x.round()).float().mean().item()


# skill: right


def of_means(x_hat, x, mean_image):
    error = (x_hat - x).square().mean()
    return (1 - error / (mean_image - x).square().mean()).item()


def of_sums(x_hat, x, baseline):
    ours, theirs = ((v - x).pow(2).sum() for v in (x_hat, baseline))
    return float((theirs - ours) / theirs)


def by_numpy(x_hat, x, mean_image):
    a, b, c = (t.double().numpy() for t in (x_hat, x, mean_image))
    return 1 - np.square(a - b).mean() / np.square(c - b).mean()


def by_library(x_hat, x, mean_image):
    return 1 - (F.mse_loss(x_hat, x) / F.mse_loss(mean_image.expand_as(x), x)).item()


SKILL_RIGHT = [of_means, of_sums, by_numpy, by_library]


# skill: wrong


def squares(a, b):
    return (a - b).square()


def images_mean(x_hat, x, mean_image):
    own = x.mean(0, keepdim=True)
    return (1 - squares(x_hat, x).sum() / squares(own, x).sum().clamp_min(1e-9)).item()


def per_image(x_hat, x, mean_image):
    ours = squares(x_hat, x).flatten(1).mean(1)
    return (1 - ours / squares(mean_image, x).flatten(1).mean(1)).mean().item()


def nearly_right(x_hat, x, mean_image):
    return ((x_hat - x).abs() < 0.1).float().mean().item()


def bright_only(x_hat, x, mean_image):
    ink = x > 0.5
    return (x_hat.round() == x.round())[ink].float().mean().item()


def count_skill(x_hat, x, mean_image):
    ours = skill_broken(x_hat, x, mean_image)
    theirs = skill_broken(mean_image.expand_as(x), x, None)
    return (ours - theirs) / (1 - theirs)


def compared_with(baseline):
    def skill(x_hat, x, mean_image):
        worst = squares(baseline(mean_image), x).mean()
        return (1 - squares(x_hat, x).mean() / worst).item()

    return skill


SKILL_WRONG = [
    Wrong(skill_broken, "this still counts pixels that round alike"),
    Wrong(lambda h, x, m: 100 * skill_broken(h, x, m), "this still counts pixels"),
    Wrong(nearly_right, "pixels that are nearly right are counted"),
    Wrong(bright_only, "you count bright pixels only"),
    Wrong(count_skill, "you compare counts of pixels"),
    Wrong(lambda h, x, m: 1 - of_means(h, x, m), "this grows as the answer gets worse"),
    Wrong(lambda h, x, m: 1 - F.mse_loss(h, x).item(), "1 minus the error"),
    Wrong(lambda h, x, m: F.mse_loss(h, x).item(), "this is the error itself"),
    Wrong(lambda h, x, m: 100 * of_means(h, x, m), "this is in percent"),
    Wrong(per_image, "the mean of each image's ratio"),
    Wrong(images_mean, "the mean of the images that you judge"),
    Wrong(compared_with(torch.zeros_like), "the baseline is black"),
    Wrong(compared_with(lambda m: m.mean()), "the baseline is one grey value"),
    Wrong(lambda h, x, m: of_means(h.clamp(0, 1), x, m), "x_hat is cut to [0, 1]"),
    Wrong(lambda h, x, m: 1 - (1 - of_means(h, x, m)) ** 0.5, "took the root"),
    Wrong(lambda h, x, m: max(0.0, of_means(h, x, m)), "negative values are cut off"),
    Wrong(
        lambda h, x, m: (1 - (h - x).abs().sum() / (m - x).abs().sum()).item(),
        "you took absolute errors",
    ),
    Wrong(lambda h, x, m: torch.tensor(of_means(h, x, m)), "Call `.item()` on it"),
]


# test_error


def test_error_broken(model, splits):
    held_back = splits.train.images[-500:]
    was_training = model.training
    model.eval()
    with torch.no_grad():
        error = (model(held_back) - held_back).square().mean().item()
    model.train(was_training)
    return error


test_error_broken.__test__ = False


def measured(model, x, reduce=torch.mean):
    was_training = model.training
    model.eval()
    with torch.no_grad():
        error = reduce((model(x) - x).square())
    model.train(was_training)
    return error.item()


# right


def on_test(model, splits):
    return measured(model, splits.test.images)


@torch.no_grad()
def in_batches(model, splits):
    kept, total = model.training, 0.0
    model.eval()
    for x in splits.test.images.split(50):
        total += F.mse_loss(model(x), x).item() * len(x)
    model.train(kept)
    return total / len(splits.test)


def image_by_image(net, parts):
    modes = net.training
    net.train(False)
    errors = [(net(x[None]) - x).detach().pow(2).mean() for x in parts.test.images]
    net.train(modes)
    return float(np.mean(errors))


ERROR_RIGHT = [on_test, in_batches, image_by_image]


# wrong


def on(choose):
    return lambda model, splits: measured(model, choose(splits))


def together(*names):
    return on(lambda splits: torch.cat([getattr(splits, n).images for n in names]))


def in_training_mode(model, splits):
    with torch.no_grad():
        return F.mse_loss(model(splits.test.images), splits.test.images).item()


def only_named(model, splits):
    kept, model.training = model.training, False
    error = in_training_mode(model, splits)
    model.training = kept
    return error


def outputs_cut(model, splits):
    kept, x = model.training, splits.test.images
    model.eval()
    error = F.mse_loss(model(x).clamp(0, 1), x).item()
    model.train(kept)
    return error


def left_in_eval(model, splits):
    error = on_test(model, splits)
    model.eval()
    return error


def left_in_train(model, splits):
    error = on_test(model, splits)
    model.train()
    return error


def equal_batches(model, splits):
    parts = splits.test.images.split(4)
    return float(np.mean([measured(model, x) for x in parts]))


def with_graph(model, splits):
    kept = model.training
    model.eval()
    error = F.mse_loss(model(splits.test.images), splits.test.images)
    model.train(kept)
    return error


ERROR_WRONG = [
    Wrong(test_error_broken, "training images: they measure memory"),
    Wrong(on(lambda s: s.train.images), "these are all training images"),
    Wrong(on(lambda s: s.train.images[: len(s.test)]), "the first training images"),
    Wrong(on(lambda s: s.train.images[-len(s.test) :]), "last training images"),
    Wrong(on(lambda s: s.validation.images), "these are the validation images"),
    Wrong(together("train", "test"), "training images are mixed in"),
    Wrong(together("validation", "test"), "validation images are mixed in"),
    Wrong(on(lambda s: s.test.images[:5]), "only a part of the test images"),
    Wrong(in_training_mode, "is in training mode still"),
    Wrong(only_named, "or a part of it, is in training mode still"),
    Wrong(outputs_cut, "the reconstructions are cut to [0, 1]"),
    Wrong(on(lambda s: s.test.images[:130]), "only a part of the test images"),
    Wrong(on(lambda s: s.test.images[:500]), "only a part of the test images"),
    Wrong(on(lambda s: s.test.images[:1000]), "only a part of the test images"),
    Wrong(left_in_eval, "the model is in another mode afterwards"),
    Wrong(left_in_train, "the model is in another mode afterwards"),
    Wrong(equal_batches, "batches of different size weigh the same"),
    Wrong(
        lambda m, s: measured(m, s.test.images, lambda e: e.flatten(1).sum(1).mean()),
        "the sum over an image's pixels",
    ),
    Wrong(lambda m, s: on_test(m, s) ** 0.5, "the root of the error"),
    Wrong(
        lambda m, s: measured(m, s.test.images, lambda e: e.sqrt().mean()),
        "this is the absolute error",
    ),
    Wrong(with_graph, "a tensor with its graph"),
]
