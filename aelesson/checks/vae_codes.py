"""The checks of `reparameterize` and `sample`, exercises of lesson 08."""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from aelesson.checks.expect import Mistakes, expect_close, expect_tensor
from aelesson.checks.harness import Answer, CheckFailed, call, check

Draw = Callable[..., Tensor]
"""What draws noise of a shape: `torch.randn`, or `draw(torch.randn, *shape)`."""

_Codes = Tensor | tuple[Tensor, ...]

CODES = (
    # shape, dtype, with a generator of its own, about where logvar lies
    ((5, 3), torch.float32, True, 0),
    ((1, 1), torch.float32, True, 0),
    ((4, 20), torch.float32, False, 0),
    ((9, 4), torch.float64, True, 0),
    ((3, 2), torch.float32, True, 12),
    ((2, 4), torch.float64, True, -100),
)
LIMITS = (2, 3, 4, 5, 6, 7, 8, 10, 11)  # to which people clamp logvar

_NO_GRADIENT = (
    "no gradient reaches mean and logvar.\n"
    "Compute z = mean + sigma * noise from them: no `detach`, no `no_grad`, and no "
    "torch.normal(mean, std) or .sample(), which cut the graph."
)
_NORMAL = (
    "torch.normal lets no gradient through to its parameters: mean + sigma * noise."
)
HINTS = {
    "does not require grad": _NO_GRADIENT,
    "leaf Variable that requires grad": (
        "make a new tensor in place of changing mean or logvar."
    ),
    "call numpy() on Tensor": "compute with torch throughout: NumPy has no gradients.",
    "expected a 'cpu' device type for generator": "leave the noise on the CPU.",
}


@check(f"right on {len(CODES)} batches, gradients included")
def reparameterize(function: Answer) -> None:
    """Check `reparameterize(mean, logvar, generator)`: draws with a gradient."""
    for seed, (shape, dtype, own, level) in enumerate(CODES, start=3):
        mean = torch.randn(shape, dtype=dtype).requires_grad_()
        logvar = (torch.randn(shape, dtype=dtype) + level).requires_grad_()
        generator = _begun(seed) if own else None
        draw, stray = _drawing_like(generator), _drawing_like(None)
        got = call(function, HINTS, mean=mean, logvar=logvar, generator=generator)
        z = expect_tensor(got, shape, _shapes_of_codes(shape), dtype)
        std, noise = (0.5 * logvar).exp(), draw(torch.randn, *shape, dtype=dtype)
        expected = mean + std * noise
        given = f"mean of shape {shape}, {dtype}" + ", no generator" * (not own)
        given += f", logvar about {level}" * bool(level)
        mistakes = {**_misdraws(mean, logvar, noise), **_misnoises(mean, std, draw)}
        mistakes["the noise does not come from the generator: hand it on."] = (
            mean + std * stray(torch.randn, *shape, dtype=dtype)
        )
        expect_close(z, expected, given, mistakes)
        _expect_gradients(z, expected, mean, logvar)


def _shapes_of_codes(shape: tuple[int, ...]) -> dict[tuple[int, ...], str]:
    return {
        (): "one code per image: do not reduce anything.",
        (shape[0],): "one code per image: do not sum over its units.",
        (shape[0], 1): "one code per image, with all its units.",
        (2, *shape): "return z alone.",
    }


def _misdraws(mean: Tensor, logvar: Tensor, noise: Tensor) -> dict[str, _Codes]:
    """Give each known mistake in the formula its diagnosis and its codes."""
    std = (0.5 * logvar).exp()
    return {
        "exp(logvar) is the variance: sigma is exp(0.5 * logvar).": (
            mean + logvar.exp() * noise
        ),
        "logvar is not sigma: sigma is exp(0.5 * logvar).": mean + logvar * noise,
        "the exp is missing: sigma is exp(0.5 * logvar).": mean + 0.5 * logvar * noise,
        "the half has the wrong place: sigma is exp(0.5 * logvar).": (
            mean + 0.5 * logvar.exp() * noise
        ),
        "sigma is the root of the variance, not its square: exp(0.5 * logvar).": (
            mean + (2 * logvar).exp() * noise
        ),
        "softplus is for networks that return it: sigma is exp(0.5 * logvar).": (
            mean + F.softplus(logvar) * noise
        ),
        "logvar may be negative: sigma is exp(0.5 * logvar).": (
            mean + logvar.sqrt() * noise
        ),
        "logvar may be any number: do not clamp it.": tuple(
            mean + (0.5 * logvar.clamp(-limit, limit)).exp() * noise for limit in LIMITS
        ),
        "there is no noise in it: multiply sigma by standard normal noise.": (
            mean + std
        ),
        "this is the mean alone: the draw is missing.": mean,
        "the mean is missing.": std * noise,
        "sigma is missing: the noise must be scaled.": mean + noise,
        "the sign is the wrong way round: add sigma * noise.": mean - std * noise,
        "sigma and noise are added: multiply them.": mean + std + noise,
        "the brackets are wrong: only the noise is multiplied by sigma.": (
            (mean + noise) * std
        ),
        "sigma belongs to the noise, not to the mean.": mean * std + noise,
    }


def _misnoises(mean: Tensor, std: Tensor, draw: Draw) -> dict[str, Tensor]:
    """Give each known mistake in the noise its diagnosis and its codes."""
    (batch, units), dtype = mean.shape, mean.dtype
    noises = {
        "torch.rand is uniform in [0, 1]: use torch.randn.": (
            draw(torch.rand, *mean.shape, dtype=dtype)
        ),
        "all images got the same noise: draw the shape of mean.": (
            draw(torch.randn, units, dtype=dtype)
        ),
        "the units of a code share one noise: draw the shape of mean.": (
            draw(torch.randn, batch, 1, dtype=dtype)
        ),
        "all got one and the same noise: draw the shape of mean.": (
            draw(torch.randn, 1, dtype=dtype)
        ),
        "draw the noise in the dtype of mean: dtype=mean.dtype.": (
            draw(torch.randn, *mean.shape)
        ),
    }
    return {diagnosis: mean + std * noise for diagnosis, noise in noises.items()}


def _expect_gradients(
    z: Tensor, expected: Tensor, mean: Tensor, logvar: Tensor
) -> None:
    """Compare the gradients of a weighted sum of codes."""
    if not z.requires_grad:
        raise CheckFailed(_NO_GRADIENT)
    weight = torch.linspace(-1, 2, z.numel(), dtype=z.dtype).reshape(z.shape)
    right = torch.autograd.grad((expected * weight).sum(), [mean, logvar])
    yours = torch.autograd.grad((z * weight).sum(), [mean, logvar], allow_unused=True)
    for name, got, wanted in zip(("mean", "logvar"), yours, right, strict=True):
        if got is None:
            raise CheckFailed(
                f"no gradient reaches {name}: is there a `detach`, a `no_grad` or "
                "`.data` on its way to z?"
            )
        given = f"the gradient with respect to {name}"
        mistakes = {_NORMAL: torch.zeros_like(wanted)}
        expect_close(got, wanted, given, mistakes)


# sample

REQUESTS = ((7, 3, True), (1, 5, True), (6, 2, False))  # count, latent_dim, generator


class _Decoder:
    """Makes images of codes, with a weight, and remembers the codes."""

    def __init__(self) -> None:
        self.weight = torch.tensor([[2.0, -1.0], [0.5, 3.0]], requires_grad=True)
        self.calls: list[Tensor] = []

    def __call__(self, z: Tensor) -> Tensor:
        self.calls.append(z.detach().clone())
        total = z.sum(dim=-1)[..., None, None]  # (count, 1, 1)
        return (total * self.weight)[..., None, :, :]  # (count, 1, 2, 2)


@check(f"right on {len(REQUESTS)} requests, twice each")
def sample(function: Answer) -> None:
    """Check `sample(decoder, count, latent_dim, generator)`: images from the prior."""
    for count, units, own in REQUESTS:
        generator = _begun(5) if own else None
        codes = [_codes_drawn(function, count, units, generator) for _ in range(2)]
        if torch.equal(*codes):
            raise CheckFailed(
                "two calls gave the same codes: do not seed anything, and make no new "
                "generator."
            )


def _codes_drawn(
    function: Answer, count: int, units: int, generator: torch.Generator | None
) -> Tensor:
    """Judge one call, and return the codes that the decoder got."""
    decoder = _Decoder()
    draw, stray = _drawing_like(generator), _drawing_like(None)
    got = call(
        function,
        decoder=decoder,
        count=count,
        latent_dim=units,
        generator=generator,
    )
    shapes = _shapes_of_samples(count, units)
    images = expect_tensor(got, (count, 1, 2, 2), shapes)
    z = _expect_one_call(decoder, (count, units))
    mistakes = _miscodes(draw, count, units)
    mistakes["the codes do not come from the generator: hand it on."] = stray(
        torch.randn, count, units
    )
    given = f"count = {count}, latent_dim = {units}"
    expect_close(z, draw(torch.randn, count, units), f"the codes, {given}", mistakes)
    _expect_what_the_decoder_said(images, decoder)
    return z


def _shapes_of_samples(count: int, units: int) -> dict[tuple[int, ...], str]:
    as_it_is = "return what the decoder returns, as it is."
    return {
        (1, count, 1, 2, 2): as_it_is,
        (count, 2, 2): as_it_is,
        (count, 4): as_it_is,
        (units, 1, 2, 2): "the codes have the shape (count, latent_dim).",
        (1, 1, 2, 2): "that is one image: decode `count` codes.",
        (1, 2, 2): "that is one image: decode `count` codes.",
        (count, units): "these are codes: return what the decoder makes of them.",
    }


def _expect_one_call(decoder: _Decoder, shape: tuple[int, int]) -> Tensor:
    if not decoder.calls:
        raise CheckFailed("the decoder was never called: images are decoded codes.")
    if len(decoder.calls) > 1:
        raise CheckFailed(
            f"the decoder was called {len(decoder.calls)} times: decode all codes in "
            "one call."
        )
    (z,) = decoder.calls
    if tuple(z.shape) != shape:
        raise CheckFailed(
            f"the decoder got codes of shape {tuple(z.shape)}, expected "
            f"(count, latent_dim) = {shape}."
        )
    return z


def _miscodes(draw: Draw, count: int, units: int) -> dict[str, Tensor]:
    """Give each known mistake in the draw its diagnosis and its codes."""
    uniform = draw(torch.rand, count, units)
    return {
        "torch.rand is uniform in [0, 1]: use torch.randn.": uniform,
        "the codes are uniform in [-1, 1]: use torch.randn.": 2 * uniform - 1,
        "all codes are zero: draw them.": torch.zeros(count, units),
        "all codes are equal: draw one for each image.": (
            draw(torch.randn, 1, units).expand(count, units)
        ),
        "draw the shape (count, latent_dim): no transposing.": (
            draw(torch.randn, units, count).T
        ),
    }


def _expect_what_the_decoder_said(images: Tensor, decoder: _Decoder) -> None:
    with torch.no_grad():
        expected = _Decoder()(decoder.calls[0])
    mistakes: Mistakes = {
        "you applied a sigmoid: return what the decoder returns.": expected.sigmoid(),
        "you cut the range: return what the decoder returns.": expected.clamp(0, 1),
    }
    expect_close(images, expected, "the decoder's images", mistakes)
    if images.requires_grad:
        raise CheckFailed(
            "the result still carries the graph for gradients, which costs memory.\n"
            "Call the decoder inside `with torch.no_grad():`; a line `torch.no_grad()` "
            "alone does nothing."
        )


# draws, made again from a state that was kept


def _begun(seed: int) -> torch.Generator:
    """Return a generator from which something was drawn already."""
    generator = torch.Generator().manual_seed(seed)
    torch.rand(3, generator=generator)
    return generator


def _drawing_like(generator: torch.Generator | None) -> Draw:
    """Return a function that draws as the generator, or the global one, would now."""
    state = (generator or torch.default_generator).get_state()

    def draw(noise: Draw, *sizes: int, **options: torch.dtype) -> Tensor:
        twin = torch.Generator()
        twin.set_state(state)
        return noise(*sizes, generator=twin, **options)

    return draw
