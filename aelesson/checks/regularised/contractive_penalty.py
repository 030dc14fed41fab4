"""`contractive_penalty(encoder, x)`: the squared slopes of each code, `(B,)`."""

import torch
from torch import Tensor, nn

from aelesson.checks.engine import FINE, Exercise, Finding, Within, returned
from aelesson.checks.engine.compare import close
from aelesson.checks.engine.edits import edits
from aelesson.checks.regularised.encoders import ENCODERS, built


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


LOOK = returned(["encoder"], dtype=True)
WANTING = Finding("wanting", "x.requires_grad must stay False: encode a copy of x.")
NEARLY = Finding(
    "nearly",
    "nearly right: are these differences over small steps? Use autograd.",
)


def observe(answer, case):
    def watched(encoder, x):
        result = answer(encoder, x)
        return WANTING if x.requires_grad else result

    encoder = built(case["encoder"], case["x"].dtype)
    right = contractive_penalty(encoder, case["x"]).detach()
    for aspect, value in LOOK(watched, {"encoder": encoder, "x": case["x"]}):
        if aspect == "value" and isinstance(value, Tensor):
            near = Within(value, 0, 0).alike(Within(right, 0.02, 1e-8))
            yield "exact", NEARLY if near and not close(value, right) else FINE
        yield aspect, value


FORMULA = (
    "there is no formula for one kind of layer here: the encoder may be any"
    " network.\nLet autograd find the slopes of each code unit."
)
BATCH = (
    "no flatten before it: the encoder takes a batch, as it came, for one image"
    " x[i : i + 1].\nOnly the slopes are flattened, with flatten(1)."
)
COPY = "encode x.detach().clone().requires_grad_(), and not under no_grad()."
CREATE_GRAPH = (
    "give torch.autograd.grad create_graph=True: it keeps the graph for all units, and"
    " makes the slopes differentiable.\nNo detach() or no_grad() after it."
)
check = Exercise(
    contractive_penalty,
    cases,
    observe,
    errors={
        **dict.fromkeys(("or 4D", "be multiplied", "Dimension out of"), BATCH),
        **dict.fromkeys(("grad_fn", "not require grad", "used in the graph"), COPY),
        **dict.fromkeys(("no attribute '", "object is not", "size mismatch"), FORMULA),
        "only for scalar": (
            "autograd.grad wants one number: z[:, unit].sum(), one code unit at a time."
        ),
        "backward through the graph a second time": CREATE_GRAPH,
    },
    tell=lambda case: f"{case['encoder']}, x of shape {tuple(case['x'].shape)}",
)


def formula_of_sigmoid(encoder, x):
    layers = [m for m in encoder.modules() if isinstance(m, nn.Linear)]
    return (encoder(x) * (1 - encoder(x))).square() @ layers[-1].weight.square().sum(1)


def weight_decay(encoder, x):
    total = sum(p.square().sum() for p in encoder.parameters() if p.dim() > 1)
    return total.expand(len(x))


SLOPES = ("slopes.square().sum((1, 2))", "slopes.{}")
check.mistakes(
    {
        FORMULA: formula_of_sigmoid,
        "these are squared weights, as in weight decay: take the code's slopes.": (
            weight_decay
        ),
        "you averaged over code units or pixels: take the sum.": edits(
            "square()", "square().mean({}, True)", 1, 2, (1, 2)
        ),
        "these are slopes of the units' sum, and may cancel: take unit by unit.": edits(
            *SLOPES,
            *("sum(1).square().sum(1)", "sum(1).square().mean(1)"),
            *("mean(1).square().sum(1)", "sum(1).norm(dim=1)"),
        ),
        "square each slope, then add up: no plain or absolute ones, no lengths.": edits(
            *SLOPES,
            *("sum((1, 2))", "mean((1, 2))", "sum((1, 2)).square()"),
            *("sum(2).square().sum(1)", "abs().sum((1, 2))", "norm(dim=2).sum(1)"),
        ),
        CREATE_GRAPH: "create_graph=True -> retain_graph=True",
        "a factor is detached: the gradient is only a part of the right one.": (
            "slopes.square() -> (slopes * slopes.detach())"
        ),
        "an image's slopes shrink with the batch: take z[:, unit].sum(), no mean.": (
            "u.sum() -> u.mean()"
        ),
        "one value per image is asked for: add up all its squares, and only its own.": [
            *edits(*SLOPES, "mT.mT", "square()", "square().sum()"),
            *edits("((1, 2))", "{}", "((1, 2)).mean()", "((0, 1))", "((0, 2))"),
        ],
        "code units are left out: add up all z.shape[1]; is the total overwritten?": [
            f"slopes.square() -> slopes[:, {part}].square()"
            for part in (":1", "-1:", ":10", ":-1", "1:")
        ],
    }
)
