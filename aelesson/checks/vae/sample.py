"""`sample(decoder, count, latent_dim, generator)`: decode codes from the prior."""

import torch

from aelesson.checks.engine import FINE, Exercise, Finding
from aelesson.checks.engine.calls import attempt, outcome
from aelesson.checks.engine.edits import edits
from aelesson.checks.engine.observe import GRAPH, described
from aelesson.checks.vae.noise import GENERATOR_IS_NONE, begun, chance


def sample(decoder, count, latent_dim, generator):
    z = torch.randn(count, latent_dim, generator=generator)
    with torch.no_grad():
        return decoder(z)


def cases():
    sizes = [(2, 3, 4), (7, 3, 5), (1, 5, 6), (6, 2, None), (4, 4, 7), (5000, 5, 8)]
    names = ("count", "latent_dim", "generator")
    return [dict(zip(names, each, strict=True)) for each in sizes]


def observe(answer, case):
    count, units, seed = case.values()
    weight = torch.tensor([[2.0, -1.0], [0.5, 3.0]], requires_grad=True)
    calls = []

    def decoder(z):
        calls.append(z.detach().clone())
        return (z.sum(dim=-1)[..., None, None] * weight)[..., None, :, :]

    def codes(generator):
        calls.clear()
        answer(decoder, count, units, generator)
        return calls[0] if calls else None

    got = attempt(answer, (decoder, count, units, begun(seed)))
    yield "error", outcome(got)
    z, times, seen = calls[:1], len(calls), dict(described(got))
    yield "kind", seen.pop("kind")
    if count > 1 or not times:
        yield "calls", called(times)
    if not z:
        return
    yield "shape of z", tuple(z[0].shape)
    if count == 2 or seed is None:
        yield f"chance from {seed}", chance(codes, seed)
    yield "value of z", z[0]
    yield from seen.items()
    if isinstance(got, torch.Tensor):
        yield "graph", GRAPH if got.requires_grad else FINE


def called(times):
    """Ask for one call of the decoder."""
    says = f"the decoder was called {times} times: decode all codes in one call."
    if not times:
        says = "the decoder was never called: images are decoded codes."
    return FINE if times == 1 else Finding(f"{times}", says)


FUNCTION = "decoder is any function: it has no modes and no weights, only a call."
errors = GENERATOR_IS_NONE | {"has no attribute 'eval'": FUNCTION}
check = Exercise(sample, cases, observe, errors=errors, fixed=False)
ENDS = (".sigmoid()", ".clamp(0, 1)", ".relu()", "[:, 0]", ".flatten(1)", ".squeeze()")
DOUBLE = torch.float64
SHAPE = "count, latent_dim, generator"
check.mistakes(
    {
        "torch.rand is uniform in [0, 1]: use torch.randn.": [
            "randn -> rand",
            *edits("randn -> rand;; (z)", "({} * (z - 0.5))", 1, 2, "12**0.5", 4, 6),
        ],
        "all codes are zero: draw them.": "randn -> zeros;; , generator=generator ->",
        "all codes are equal: draw one for each image.": (
            f"{SHAPE} -> 1, latent_dim, generator;; (z) -> (z.repeat(count, 1))"
        ),
        "draw the shape (count, latent_dim), in this order: no loop, no transposing.": [
            *edits(SHAPE, "{}, generator", "latent_dim, count", "1, latent_dim"),
            f"{SHAPE} -> latent_dim, count, generator;; (z) -> (z.T)",
        ],
        "draw in float32.": "generator=generator -> generator=generator, dtype=DOUBLE",
        "take the codes as they are drawn: do not clamp, squash or standardise them.": [
            *edits("(z)", "(z.clamp(-{0}, {0}))", 1, 2, 3, 4),
            *edits("(z)", "(z.{}())", "sigmoid", "tanh", "abs"),
            *edits("(z)", "(z - z.mean({}))", "", 0),
            *edits("(z)", "((z - z.mean({0})) / z.std({0}))", "", 0, 1),
        ],
        "hand generator=generator to torch.randn.": ", generator=generator ->",
        "return what the decoder returns, as it is: no sigmoid, clamp or flatten.": (
            edits("decoder(z)", "decoder(z){}", *ENDS)
        ),
    }
)
