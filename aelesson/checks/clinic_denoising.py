"""The checks of `denoising_figure`, `denoising_step`: patients 6, 9 of lesson 13."""

from dataclasses import dataclass, field

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils import parameters_to_vector

from aelesson.checks.expect import Mistakes, expect_close, expect_float, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check, isolated
from aelesson.checks.wording import close, describe

SHAPES = ((7, 1, 4, 3), (1, 2, 2, 2))
HINTS = {
    "does not require grad": (
        "no gradient can flow back from your loss: was it computed under no_grad(), or "
        "cut off by .detach() or .item()?"
    ),
    "no attribute 'backward'": "call backward() on the tensor, before .item().",
}


@dataclass
class _Noise:
    """A corruption that keeps what it was given and what it made; each draw is new."""

    seed: int
    given: list[Tensor] = field(default_factory=list)
    made: list[Tensor] = field(default_factory=list)

    def __call__(self, x: Tensor) -> Tensor:
        generator = torch.Generator().manual_seed(self.seed + len(self.made))
        noisy = x + 0.7 * torch.randn(x.shape, generator=generator)
        self.given.append(x.detach().clone())
        self.made.append(noisy.clone())
        return noisy

    def draw(self, number: int, x: Tensor) -> Tensor:
        """Return what call `number` makes of `x`."""
        return _Noise(self.seed + number)(x)


class _Part(nn.Module):
    """Changes what passes in training mode, as dropout and normalisation do."""

    def forward(self, x: Tensor) -> Tensor:
        return 0.5 * x - 1 if self.training else x


class _Model(nn.Module):
    """Turns images into others, beyond [0, 1]; in training mode into other ones."""

    def __init__(self) -> None:
        super().__init__()
        self.gain, self.part = nn.Parameter(torch.tensor(1.5)), _Part()

    def forward(self, x: Tensor) -> Tensor:
        return 1.6 * torch.tanh(self.part(self.gain * x - 0.5))


@check(f"right on {len(SHAPES)} sets of images")
def denoising_figure(function: Answer) -> None:
    """Check `denoising_figure(model, images, corrupt)`: what went in, what came out."""
    for shape, training in zip(SHAPES, (True, False), strict=True):
        images, model = torch.rand(shape), _Model().train(training)
        corrupt = _Noise(seed=50)
        got = call(function, model=model, images=images, corrupt=corrupt)
        inputs, outputs = _expect_two(got, images)
        if outputs.requires_grad:
            raise CheckFailed(
                "the outputs carry the graph for gradients: use metrics.apply, or "
                "`with torch.no_grad():`."
            )
        if {model.training, model.part.training} != {training}:
            raise CheckFailed("the model is in another mode than before: give it back.")
        _expect_one_draw(corrupt, images)
        expect_close(inputs, corrupt.made[0], "the inputs", _misinputs(corrupt, images))
        with torch.no_grad():
            expected = _Model().eval()(inputs)
            mistakes = _misoutputs(corrupt, images, inputs)
        expect_close(outputs, expected, "the outputs", mistakes)


def _expect_two(got: object, images: Tensor) -> tuple[Tensor, Tensor]:
    if got is None:
        raise CheckFailed("your function returned None: is `return` missing?")
    if not isinstance(got, tuple | list) or len(got) != 2:
        raise CheckFailed(
            f"got {describe(got)}, expected two tensors: `return inputs, outputs`."
        )
    inputs, outputs = (expect_tensor(part, images.shape) for part in got)
    return inputs, outputs


def _expect_one_draw(corrupt: _Noise, images: Tensor) -> None:
    if not corrupt.made:
        raise CheckFailed("corrupt was never called: call corrupt(images), once.")
    if len(corrupt.made) > 1:
        raise CheckFailed(
            f"corrupt was called {len(corrupt.made)} times, and each call draws other "
            "noise: what is shown is not what the model was given.\n"
            "Keep the noisy images in a variable."
        )
    if not close(corrupt.given[0], images):
        raise CheckFailed("corrupt was not given the images: call corrupt(images).")


def _misinputs(corrupt: _Noise, images: Tensor) -> Mistakes:
    noisy = corrupt.made[0]
    with torch.no_grad():
        model = _Model().eval()
        return {
            "the inputs are the clean images: show what the model was given.": images,
            "the inputs are the model's outputs: return inputs first.": (
                model(noisy),
                model(images),
            ),
            "the inputs are cut to [0, 1]: return what corrupt made, as it is.": (
                noisy.clamp(0, 1)
            ),
        }


def _misoutputs(corrupt: _Noise, images: Tensor, inputs: Tensor) -> Mistakes:
    model, trained = _Model().eval(), _Model().train()
    return {
        "the model was given the clean images, not the noisy ones that you show.": (
            model(images)
        ),
        "the clean images in training mode: both are wrong.": trained(images),
        "the model, or a part of it, is in training mode still: call model.eval(), or "
        "use metrics.apply.": trained(inputs),
        "the outputs are cut to [0, 1]: show what the model made, as it is.": (
            model(inputs).clamp(0, 1),
            model(inputs).clamp(min=0),
        ),
        "the outputs are the inputs: the model was never used.": inputs,
        "the outputs are the clean images: the model was never used.": images,
        "the model was used twice in a row: once is enough.": model(model(inputs)),
        "the model was given inputs cut to [0, 1], but you show them uncut.": model(
            inputs.clamp(0, 1)
        ),
    }


# denoising_step


@check(f"right on {len(SHAPES)} batches")
def denoising_step(function: Answer) -> None:
    """Check `denoising_step(model, x, corrupt, optimizer)`: noisy in, clean out."""
    for shape, training in zip(SHAPES, (True, False), strict=True):
        x, corrupt = 2 * torch.rand(shape) - 0.5, _Noise(seed=60)
        model = _network(shape, training)
        model(x).sum().backward()  # gradients left from a step before
        optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
        got = call(
            function, HINTS, model=model, x=x, corrupt=corrupt, optimizer=optimizer
        )
        loss = expect_float(got)
        if not corrupt.made:
            raise CheckFailed(
                "corrupt was never called: the model's input must be corrupt(x)."
            )
        if not all(close(given, x) for given in corrupt.given):
            raise CheckFailed("corrupt was given something else than the batch x.")
        noisy = corrupt.made[0]
        weights = parameters_to_vector(model.parameters()).detach()
        given = f"the weights after a step on a batch of shape {shape}"
        right = _after(x, noisy, x, training)
        if close(weights, _after(x, noisy, x, not training)):
            raise CheckFailed(
                f"the step was taken in {'evaluation' if training else 'training'} "
                "mode: train the model in the mode in which it comes."
            )
        expect_close(weights, right, given, _missteps(x, corrupt, training))
        if {module.training for module in model.modules()} != {training}:
            raise CheckFailed(
                "the model is in another mode afterwards: leave its mode."
            )
        if len(corrupt.made) > 1:
            raise CheckFailed(
                "corrupt was called more than once in a step: once is it."
            )
        with torch.no_grad():
            model = _network(shape, training)
            expected = F.mse_loss(model(noisy), x).item()
            mislosses: Mistakes = {
                "the loss is right for the step, but you return another: return the "
                "one that you stepped on.": (
                    F.mse_loss(model(x), x).item(),
                    F.mse_loss(model(noisy), noisy).item(),
                )
            }
        expect_close(loss, expected, "the loss that is returned", mislosses)


def _network(shape: tuple[int, ...], training: bool) -> nn.Module:
    pixels = torch.Size(shape[1:]).numel()
    with isolated(seed=7):
        return nn.Sequential(
            nn.Flatten(),
            nn.Linear(pixels, 5),
            _Part(),
            nn.Tanh(),
            nn.Linear(5, pixels),
            nn.Unflatten(1, shape[1:]),
        ).train(training)


def _after(
    x: Tensor, fed: Tensor, target: Tensor, training: bool, scale: float = 1.0
) -> Tensor:
    """Return the weights after one step from the start, with old gradients cleared."""
    model = _network(tuple(x.shape), training)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
    (scale * F.mse_loss(model(fed), target)).backward()
    optimizer.step()
    return parameters_to_vector(model.parameters()).detach()


def _missteps(x: Tensor, corrupt: _Noise, training: bool) -> Mistakes:
    noisy, second = corrupt.made[0], corrupt.draw(1, x)

    def after(fed: Tensor, target: Tensor, scale: float = 1.0) -> Tensor:
        return _after(x, fed, target, training, scale)

    untouched, mixed = (_network(tuple(x.shape), training) for _ in range(2))
    mixed(x).sum().backward()
    F.mse_loss(mixed(noisy), x).backward()
    torch.optim.SGD(mixed.parameters(), lr=0.5).step()
    return {
        "the target is the noisy batch: so it learns to give the noise back.": (
            after(noisy, noisy)
        ),
        "the target has noise of its own, a second draw: the target is the clean x.": (
            after(noisy, second),
            after(second, noisy),
        ),
        "input and target are swapped: the noisy batch goes in, the clean one is the "
        "target.": after(x, noisy),
        "the noise is nowhere in the step: a plain autoencoder. The noisy batch goes "
        "in.": after(x, x),
        "the target is cut to [0, 1], but it is noisy still.": (
            after(noisy, noisy.clamp(0, 1))
        ),
        "the target is cut to [0, 1]: take x as it is, in whatever range.": (
            after(noisy, x.clamp(0, 1))
        ),
        "the input is cut to [0, 1]: hand the model what corrupt made.": (
            after(noisy.clamp(0, 1), x)
        ),
        "the target is the noise alone: here it is the clean image.": (
            after(noisy, noisy - x)
        ),
        "the weights did not move: backward() first, then optimizer.step().": (
            parameters_to_vector(untouched.parameters()).detach()
        ),
        "the gradients of the step before are still in: clear them before "
        "backward().": parameters_to_vector(mixed.parameters()).detach(),
        "the loss is a sum over pixels or batch: take the mean over all.": (
            after(noisy, x, scale=x.numel()),
            after(noisy, x, scale=x[0].numel()),
        ),
    }
