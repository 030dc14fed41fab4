"""`contractive_penalty(encoder, x)`: the squared slopes of each code, `(B,)`."""

import torch
from torch import Tensor, nn

from aelesson.checks.engine import FINE, Exercise, Finding
from aelesson.checks.engine.calls import attempt, failed, outcome
from aelesson.checks.engine.compare import close
from aelesson.checks.engine.observe import described, inputs_kept
from aelesson.checks.regularised.encoders import ENCODERS, build, gradients, left_alone


def contractive_penalty(encoder, x):
    x = x.detach().clone().requires_grad_()
    units = [
        torch.autograd.grad(u.sum(), x, create_graph=True)[0] for u in encoder(x).T
    ]
    slopes = torch.stack(units, 1).flatten(2)  # (B, D, P)
    return slopes.square().sum((1, 2))


def cases():
    def case(words, shape):
        dtype = torch.float64 if "float64" in words else torch.float32
        return {"encoder": words, "x": torch.rand(shape, dtype=dtype)}

    return [case(words, shape) for words, (_, shape) in ENCODERS.items()]


def observe(answer, case):
    encoder, x = build(case["encoder"]), case["x"].clone()
    training = encoder.training
    got = attempt(answer, [encoder, x])
    yield "error", outcome(got)
    if failed(got):
        return
    yield inputs_kept({"x": case["x"]}, {"x": x})
    yield "x", WANTING if x.requires_grad else FINE
    yield "encoder", left_alone(encoder, training)
    plain = dict(described(got, dtype=True))
    value = plain.pop("value")
    yield from plain.items()
    if isinstance(got, Tensor) and got.shape == x.shape[:1]:
        yield "exact", exact(got.detach(), contractive_penalty(encoder, x).detach())
    yield "value", value
    if isinstance(got, Tensor) and got.isfinite().all():
        yield from gradients(got, encoder)


WANTING = Finding(
    "wanting",
    "your function makes the caller's x need gradients from now on.\nDo that with a"
    " copy: x.detach().clone().requires_grad_().",
)


def exact(got, right):
    """Tell small steps from slopes: they are nearly right, everywhere."""
    if close(got, right) or not torch.allclose(got.to(right), right, 0.02):
        return FINE
    told = "nearly right, but not exact: are these differences over small steps?"
    return Finding("nearly", f"{told}\nLet autograd find the slopes.")


FORMULA = (
    "there is no formula for one kind of layer here: the encoder may be any"
    " network.\nLet autograd find the slopes of each code unit."
)
BATCH = "the encoder takes a batch, as it came: no flatten, for one image x[i : i + 1]."
COPY = "encode a copy that needs gradients, x.detach().clone().requires_grad_()"
ERRORS = {
    "Expected 3D (unbatched) or 4D": f"no flatten before it: {BATCH}",
    "shapes cannot be multiplied": f"no flatten before it: {BATCH}",
    "Dimension out of range": f"flatten(1) the slopes before you sum, and {BATCH}",
    "implicitly created only for scalar": (
        "autograd.grad wants one number: z[:, unit].sum(), for one code unit at a time."
    ),
    "does not have a grad_fn": f"{COPY}, and not under no_grad().",
    "does not require grad": f"{COPY}.",
    "to not have been used in the graph": f"first make the copy: {COPY}.",
    "backward through the graph a second time": (
        "the graph is gone after the first unit: create_graph=True keeps it, and makes"
        " the slopes differentiable."
    ),
    **dict.fromkeys(
        (
            "size mismatch",
            "object is not subscriptable",
            "object has no attribute '",
            "object is not iterable",
            "is not a Module",
        ),
        FORMULA,
    ),
}
check = Exercise(
    contractive_penalty,
    cases,
    observe,
    errors=ERRORS,
    tell=lambda case: f"{case['encoder']}, x of shape {tuple(case['x'].shape)}",
)


def of_layers(formula):
    """Return an answer that uses squared weights and codes only."""

    def answer(encoder, x):
        layers = [m for m in encoder.modules() if isinstance(m, nn.Linear)]
        z = encoder(x)
        sizes = layers[-1].weight.square().sum(1)
        return formula(z) @ sizes if len(sizes) == z.shape[1] else z.sum(1)

    return answer


def weight_decay(encoder, x):
    total = sum(p.square().sum() for p in encoder.parameters() if p.dim() > 1)
    return total.expand(len(x))


def by_the_weights(encoder, x):
    sizes = []
    for value in encoder(x).flatten():
        slopes = torch.autograd.grad(value, [*encoder.parameters()], create_graph=True)
        sizes.append(torch.stack([slope.square().sum() for slope in slopes]).sum())
    return torch.stack(sizes).view(len(x), -1).sum(1)


RESULT = "slopes.square().sum((1, 2)) ->"
check.mistakes(
    {
        FORMULA: [
            of_layers(lambda z: (z * (1 - z)).square()),
            of_layers(lambda z: (1 - z.square()).square()),
            of_layers(lambda z: z * (1 - z)),
        ],
        "these are squared weights, as in weight decay: take the code's slopes.": (
            weight_decay
        ),
        "these are the slopes by the weights: take those by the pixels.": (
            by_the_weights
        ),
        "this is the size of the code: the slopes by the pixels are asked for.": [
            f"{RESULT} encoder(x).{how}().sum(1)" for how in ("square", "abs")
        ],
        "no gradient reaches the weights: a detach, a copy, no create_graph?": (
            f"{RESULT} slopes.detach().square().sum((1, 2)) + 0 * encoder(x).sum(1)"
        ),
        "a part of the slopes is detached: all must be differentiable.": (
            "return slopes -> slopes = torch.cat([slopes[:, :1], slopes[:,"
            " 1:].detach()], 1); return slopes"
        ),
        "this is the norm: return its square.": (
            f"{RESULT} slopes.flatten(1).norm(dim=1)"
        ),
        "you averaged over code units or pixels: take the sum.": [
            f"{RESULT} slopes.square().{how}"
            for how in ("sum(2).mean(1)", "sum(1).mean(1)", "mean((1, 2))")
        ],
        "these are slopes of all units' sum, which may cancel: take unit by unit.": [
            f"{RESULT} slopes.{how}"
            for how in (
                "sum(1).square().sum(1)",
                "mean(1).square().sum(1)",
                "sum(1).norm(dim=1)",
                "sum(1).square().mean(1)",
            )
        ],
        "the slopes of an image are added up before the square: square each.": [
            f"{RESULT} slopes.{how}"
            for how in (
                "sum((1, 2))",
                "mean((1, 2))",
                "sum((1, 2)).square()",
                "sum(2).square().sum(1)",
            )
        ],
        "an image's slopes shrink with the batch: take z[:, unit].sum(), no mean.": (
            "u.sum() -> u.mean()"
        ),
        "these are lengths or absolute slopes: add up the slopes' squares.": [
            f"{RESULT} slopes.abs().sum((1, 2))",
            f"{RESULT} slopes.norm(dim=2).sum(1)",
        ],
        "one number, or one per unit: one value per image is asked for.": [
            f"{RESULT} slopes.square().{how}"
            for how in ("sum()", "sum((1, 2)).mean()", "sum((0, 1))", "sum((0, 2))")
        ],
        "code units are left out: add up all z.shape[1]; is the total overwritten?": [
            f"slopes.square() -> slopes[:, {part}].square()"
            for part in (":1", "-1:", ":10", ":-1", "1:")
        ],
        "these are the Jacobians: sum their squares for each image.": [
            f"{RESULT} slopes",
            f"{RESULT} slopes.square()",
        ],
    }
)
