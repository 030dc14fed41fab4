"""The checks of `skill` and `test_error`, patients 5 and 10 of lesson 13."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from aelesson.checks.expect import Mistakes, expect_close, expect_float
from aelesson.checks.harness import Answer, CheckFailed, call, check

SHAPES = ((6, 1, 4, 5), (1, 3, 2, 2), (9, 1, 3, 3))


@check(f"right on {len(SHAPES)} sets of images, and on known answers")
def skill(function: Answer) -> None:
    """Check `skill(x_hat, x, mean_image)`: 1 for perfect, 0 for the mean image."""
    for shape in SHAPES:
        x = torch.rand(shape) * torch.linspace(0.3, 1, shape[0]).reshape(-1, 1, 1, 1)
        mean_image = 0.2 + 0.5 * torch.rand(1, *shape[1:])
        known = {
            "reconstructions near the images": (0.8 * x + 0.25 * torch.rand(shape)),
            "reconstructions that leave [0, 1]": 1.5 * x
            - 0.4
            + 0.3 * torch.rand(shape),
            "the images themselves": x.clone(),
            "the mean image for each": mean_image.expand(shape).clone(),
            "black images": torch.zeros(shape),
        }
        for name, x_hat in known.items():
            got = expect_float(call(function, x_hat=x_hat, x=x, mean_image=mean_image))
            errors, worst = (x_hat - x).square(), (mean_image - x).square()
            expected = 1 - (errors.sum() / worst.sum()).item()
            expect_close(got, expected, name, _misskills(x_hat, x, mean_image))


def _misskills(x_hat: Tensor, x: Tensor, mean_image: Tensor) -> Mistakes:
    errors, worst = (x_hat - x).square(), (mean_image - x).square()
    hits = (x_hat.round() == x.round()).double()
    ratio = (errors.sum() / worst.sum()).item()
    within = ((x_hat - x).abs() < 0.1).double().mean().item()
    ink = x > 0.5
    per_image = errors.flatten(1).sum(1) / worst.flatten(1).sum(1)
    baseline_hits = (
        (mean_image.expand_as(x).round() == x.round()).double().mean().item()
    )
    cut = (x_hat.clamp(0, 1) - x).square().sum() / worst.sum()
    plain = {
        "negative values are cut off: worse than the mean image must stay visible.": (
            max(0.0, 1 - ratio)
        ),
        "x_hat is cut to [0, 1]: judge it as it came.": 1 - cut.item(),
        "this still counts pixels that round alike: most are background, so any dark "
        "image scores.": (
            hits.mean().item(),
            100 * hits.mean().item(),
            100 * hits.sum().item() / len(x),
            hits.sum().item() / len(x),
        ),
        "pixels that are nearly right are counted now: another threshold, the same "
        "background.": (within, 100 * within),
        "you count bright pixels only: an all white image would score 1.": (
            hits[ink].mean().item() if ink.any() else -7.0
        ),
        "you compare counts of pixels that round alike: compare squared errors.": (
            (hits.mean().item() - baseline_hits) / max(1 - baseline_hits, 1e-9)
        ),
        "this grows as the answer gets worse: take it from 1.": ratio,
        "this is 1 minus the error: perfect is 1, but the mean image is not 0. Divide "
        "the error by that of the mean image.": 1 - errors.mean().item(),
        "this is the error itself: compare it with that of the mean image.": (
            errors.mean().item()
        ),
        "this is in percent: perfect is 1.": 100 * (1 - ratio),
        "you took the mean of each image's ratio: divide the sums, or easy images "
        "weigh too much.": (
            (1 - per_image).mean().item(),
            per_image.mean().item(),
        ),
        "you took the root of the errors: the task asks for squared errors.": (
            1 - ratio**0.5
        ),
        "you took absolute errors: the task asks for squared ones.": (
            1 - ((x_hat - x).abs().sum() / (mean_image - x).abs().sum()).item()
        ),
    }
    baselines = {
        "the baseline is the mean of the images that you judge: use mean_image, which "
        "comes from training images.": x.mean(0, keepdim=True),
        "the baseline is one grey value: use the mean image, pixel by pixel.": (
            mean_image.mean().expand_as(mean_image)
        ),
        "the baseline is black: use mean_image.": torch.zeros_like(mean_image),
    }
    found: Mistakes = {
        **plain,
        **{told: _skill(errors, image, x) for told, image in baselines.items()},
    }
    return found


def _skill(errors: Tensor, baseline: Tensor, x: Tensor) -> float:
    worst = (baseline - x).square().sum()
    return 1 - (errors.sum() / worst).item() if worst > 0 else -7.0


# test_error


@dataclass(frozen=True, eq=False)
class _Images:
    """One part of a data set, with the fields of `aelesson.data.ImageSet`."""

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.images)


@dataclass(frozen=True, eq=False)
class _Splits:
    """A data set, with the fields of `aelesson.data.Splits`."""

    train: _Images
    validation: _Images
    test: _Images
    name: str = "a small set"


class _Part(nn.Module):
    """Halves what passes in training mode, as dropout and normalisation change it."""

    def forward(self, x: Tensor) -> Tensor:
        return x * 0.5 if self.training else x


class _Model(nn.Module):
    """Makes brighter images; in training mode, which a part knows, dimmer ones."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.tensor(GAIN))
        self.part = _Part()

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.part(self.gain * x)
        return y


GAIN = 1.4
COUNTS = ((9, 5, 7), (4, 6, 1), (1200, 20, 1100))  # of train, validation and test


@check(f"right on {len(COUNTS)} data sets, in both modes")
def test_error(function: Answer) -> None:
    """Check `test_error(model, splits)`: on the test images, in evaluation mode."""
    for counts, training in zip(COUNTS, (True, False, True), strict=True):
        splits, model = _splits(counts), _Model().train(training)
        got = call(function, model=model, splits=splits)
        if isinstance(got, Tensor) and got.requires_grad:
            raise CheckFailed(
                "got a tensor with its graph, expected a float: measure inside `with "
                "torch.no_grad():`, and call `.item()`."
            )
        error = expect_float(got)
        if {model.training, model.part.training} != {training}:
            raise CheckFailed(
                "the model is in another mode afterwards than before: give its own "
                "mode back, model.train(kept)."
            )
        given = "train, validation and test of {}, {} and {} images".format(*counts)
        test = splits.test.images
        expected = _squares(test).mean().item()
        expect_close(error, expected, given, _miserrors(splits))


def _splits(counts: tuple[int, int, int]) -> _Splits:
    """Make parts of different brightness, each growing brighter towards its end."""
    parts = [
        _Images(
            images=level
            * torch.linspace(0.3, 1, count).reshape(count, 1, 1, 1)
            * torch.rand(count, 1, 3, 4),
            labels=torch.arange(count) % 10,
        )
        for level, count in zip((0.4, 0.7, 1.0), counts, strict=True)
    ]
    train, validation, test = parts
    return _Splits(train, validation, test)


def _squares(x: Tensor, gain: float = GAIN) -> Tensor:
    return ((1 - gain) * x).square()


def _miserrors(splits: _Splits) -> Mistakes:
    train, validation, test = (
        part.images for part in (splits.train, splits.validation, splits.test)
    )
    seen = "They were trained on, so they measure memory."
    halved = GAIN / 2

    def error(x: Tensor) -> float:
        return _squares(x).mean().item()

    half = len(train) // 2
    first = torch.cat([train, test])
    return {
        "these are all training images: they measure memory.": error(train),
        f"these are the last training images. {seen}": tuple(
            error(train[-count:]) for count in (len(test), 500, 100, half or 1)
        ),
        f"these are the first training images. {seen}": tuple(
            error(train[:count]) for count in (len(test), 100, half or 1)
        ),
        "these are the validation images: settings were chosen on them.": (
            error(validation)
        ),
        "training images are mixed in: take the test images alone.": (
            error(first),
            error(first[: len(test)]),
            error(torch.cat([train, validation, test])),
        ),
        "validation images are mixed in: take the test images alone.": (
            error(torch.cat([validation, test]))
        ),
        "the model, or a part of it, is in training mode still: call model.eval().": (
            _squares(test, halved).mean().item()
        ),
        "the reconstructions are cut to [0, 1]: judge them as they came.": (
            ((GAIN * test).clamp(0, 1) - test).square().mean().item()
        ),
        "this is only a part of the test images: take all of them.": tuple(
            error(test[part])
            for count in (1, 5, 10, 64, 100, 128, 130, 150, 200, 256, 500, 512, 1000)
            for part in (slice(count), slice(-count, None))
        ),
        "this is the sum over an image's pixels: take the mean over all.": (
            _squares(test).flatten(1).sum(1).mean().item()
        ),
        "this is the root of the error: leave it squared.": error(test) ** 0.5,
        "this is the absolute error: square it.": _squares(test).sqrt().mean().item(),
        "batches of different size weigh the same: weigh each by its size.": tuple(
            torch.stack([_squares(x).mean() for x in test.split(size)]).mean().item()
            for size in (4, 10, 32, 50, 64, 100, 128)
        ),
    }
