"""`sample(decoder, count, latent_dim, generator)`: decode codes from the prior."""

import torch
from torch.nn import functional as F  # noqa: F401 - for edits

from aelesson.checks.engine import FINE, Exercise, Finding
from aelesson.checks.engine.calls import attempt, outcome
from aelesson.checks.engine.observe import GRAPH, described
from aelesson.checks.vae.noise import GENERATOR_IS_NONE, begun, chance, drawn_by_torch


def sample(decoder, count, latent_dim, generator):
    z = torch.randn(count, latent_dim, generator=generator)
    with torch.no_grad():
        return decoder(z)


class Decoder:
    """Makes images of codes, with a weight, and remembers the codes."""

    def __init__(self):
        weight = [[2.0, -1.0], [0.5, 3.0]]
        self.weight = torch.tensor(weight, requires_grad=True)
        self.calls = []

    def __call__(self, z):
        """Remember the codes; make images."""
        self.calls.append(z.detach().clone())
        total = z.sum(dim=-1)[..., None, None]  # (count, 1, 1)
        return (total * self.weight)[..., None, :, :]  # (count, 1, 2, 2)


def cases():
    sizes = [(2, 3, 4), (7, 3, 5), (1, 5, 6), (6, 2, None), (4, 4, 7), (5000, 5, 8)]
    names = ("count", "latent_dim", "generator")
    return [dict(zip(names, each, strict=True)) for each in sizes]


def observe(answer, case):
    count, units, seed = case.values()
    decoder = Decoder()

    def codes(generator):
        spy = Decoder()
        answer(spy, count, units, generator)
        return spy.calls[0] if spy.calls else None

    got = attempt(answer, (decoder, count, units, begun(seed)))
    yield "error", outcome(got)
    seen = dict(described(got))
    yield "kind", seen.pop("kind")
    if count > 1 or not decoder.calls:
        yield "calls", called(len(decoder.calls))
    yield "shape of z", tuple(decoder.calls[0].shape)
    if count == 2:
        yield "chance", chance(codes)
    if seed is None:
        yield "own generator", drawn_by_torch(codes)
    yield "value of z", decoder.calls[0]
    yield from seen.items()
    if isinstance(got, torch.Tensor):
        yield "graph", GRAPH if got.requires_grad else FINE


def called(times):
    """Ask for one call of the decoder."""
    says = f"the decoder was called {times} times: decode all codes in one call."
    if not times:
        says = "the decoder was never called: images are decoded codes."
    return FINE if times == 1 else Finding(f"{times}", says)


ANY = "decoder is any function: it has no modes and no weights, only a call."
ERRORS = GENERATOR_IS_NONE | {
    f"has no attribute '{name}'": ANY for name in ("eval", "parameters")
}
check = Exercise(sample, cases, observe, errors=ERRORS, fixed=False)
DRAW = "torch.randn(count, latent_dim, generator=generator) ->"
SHAPE = "count, latent_dim, generator ->"
ROWS = "[torch.randn(latent_dim, generator=generator) for _ in range(count)]"
check.mistakes(
    {
        "torch.rand is uniform in [0, 1]: use torch.randn.": "randn -> rand",
        "the codes are uniform around 0: use torch.randn.": [
            f"randn -> rand;; (z) -> ({width} * (z - 0.5))"
            for width in (1, 2, "12**0.5", 4, 6)
        ],
        "all codes are zero: draw them.": f"{DRAW} torch.zeros(count, latent_dim)",
        "all codes are equal: draw one for each image.": (
            f"{SHAPE} 1, latent_dim, generator;; (z) -> (z.repeat(count, 1))"
        ),
        "the units of a code are all equal: draw each.": (
            f"{SHAPE} count, 1, generator;; (z) -> (z.repeat(1, latent_dim))"
        ),
        "draw the shape (count, latent_dim), no transposing.": (
            f"{SHAPE} latent_dim, count, generator;; (z) -> (z.T)"
        ),
        "the codes have the shape (count, latent_dim), in this order.": (
            f"{SHAPE} latent_dim, count, generator"
        ),
        "decode (count, latent_dim) codes.": f"{SHAPE} 1, latent_dim, generator",
        "do not clamp the codes: a normal distribution has no limits.": [
            f"(z) -> (z.clamp(-{n}, {n}))" for n in (1, 2, 3, 4)
        ],
        "do not standardise the codes: take them as they are drawn.": [
            f"(z) -> ((z - z.mean({over})) / {by})"
            for over, by in (("", "z.std()"), ("", 1), (0, 1))
        ],
        "decode the codes as they are drawn: no sigmoid, tanh, abs, normalising.": [
            f"(z) -> ({f}(z))"
            for f in ("torch.sigmoid", "torch.tanh", "torch.abs", "F.normalize")
        ],
        "draw once, in one call: something is drawn before it.": (
            "z = -> torch.randn(count, latent_dim, generator=generator); z ="
        ),
        "draw in one call, not each code on its own.": f"{DRAW} torch.stack({ROWS})",
        "hand generator=generator to torch.randn.": ", generator=generator ->",
        "you applied a sigmoid: leave it out.": "decoder(z) -> decoder(z).sigmoid()",
        "the result is cut (clamp, ReLU): return what the decoder returns.": [
            f"decoder(z) -> decoder(z).{cut}"
            for cut in ("clamp(0, 1)", "relu()", "clamp(-1, 1)")
        ],
        "return what the decoder returns, as it is.": [
            f"decoder(z) -> decoder(z){changed}"
            for changed in ("[:, 0]", ".flatten(1)", ".squeeze()", ".round()")
        ],
        "these are scaled: return what the decoder returns.": [
            f"decoder(z) -> (lambda x: {scaled})(decoder(z))"
            for scaled in ("(x + 1) / 2", "(x - x.min()) / (x.max() - x.min())")
        ],
    }
)
