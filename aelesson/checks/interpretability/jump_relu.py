"""`jump_relu(pre, threshold)`: what is above a latent's threshold, `(B, D)`."""

import torch

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def jump_relu(pre, threshold):
    is_open = pre > threshold
    z = torch.where(is_open, pre, 0.0)
    return z


def cases():
    def case(shape, dtype=torch.float32):
        """Draw values, and some that stand on their threshold."""
        pre = torch.randn(shape, dtype=dtype)
        threshold = torch.rand(shape[1], dtype=dtype).mul(0.6).add(0.2)
        threshold[:-1][:1] = 0.0
        pre[0, -1] = threshold[-1] * 2.5
        pre[-1, -1] = threshold[-1]
        return {"pre": pre, "threshold": threshold}

    few = [[0.5, 0.2, -3.0], [0.25, 0.75, 2.0], [-0.5, 4.0, 1.0], [3.0, 0.5, 1.75]]
    return [
        {"pre": torch.tensor(few), "threshold": torch.tensor([0.25, 0.5, 1.5])},
        *map(case, [(6, 4), (2, 1), (9, 6)]),
        case((7, 5), torch.float64),
    ]


LOOK = returned(("pre",), dtype=True, new=True)


def observe(answer, case):
    """Take -0.0 for 0."""
    for aspect, value in LOOK(answer, case):
        yield aspect, value + 0.0 if aspect == "value" else value


ONE = "each latent has a threshold of its own: compare pre, (B, D), with all (D,)."
check = Exercise(
    jump_relu,
    cases,
    observe,
    errors={
        "Boolean value of Tensor": "`if` asks all values at once: torch.where(...).",
        "must be Tensor, not": "clamp, relu and where want tensors, or plain numbers.",
    },
)


def result(*wrong):
    return edits("return z", "return {}", *wrong)


check.mistakes(
    {
        "this is a ReLU behind a shift: what passes keeps its whole value.": result(
            "(pre - threshold).relu()", "z - threshold * is_open"
        ),
        "this is a plain ReLU: small values above 0 must not pass, either.": edits(
            "pre > threshold", "{}", "pre > 0"
        ),
        "what is exactly at the threshold stays silent: > and not >=.": "> -> >=",
        "silent is 0: these latents show their threshold instead.": [
            "0.0) -> threshold)",
            *result("pre.clamp(min=threshold)", "torch.maximum(pre, threshold)"),
        ],
        "silent is 0: the values that do not pass are still there.": [
            "0.0) -> pre - threshold)",
            *edits("0.0)", "{} * pre)", 0.01, 0.1, 0.2),
            *result("pre + 0"),
        ],
        "silent is 0: no -inf, no nan, no large number.": edits(
            "0.0)", "{})", "-torch.inf", "torch.nan", -1e9
        ),
        "this is a soft threshold, on both sides: nothing passes below 0.": result(
            "pre.sign() * (pre.abs() - threshold).relu()"
        ),
        "this is the mask: multiply it with pre.": result(
            "is_open.to(pre)", "is_open.to(pre) + 0 * pre"
        ),
        "a value below 0 stays silent, also if it is far from 0: no abs().": [
            "pre > -> pre.abs() >",
            *result("torch.where(pre.abs() > threshold, pre.abs(), 0.0)"),
        ],
        "it is the wrong way round: what is above the threshold passes.": edits(
            ">", "{}", "<", "<="
        ),
        ONE: [
            *edits("threshold", "threshold.{}()", "mean", "max", "min"),
            *edits("threshold", "threshold[{}]", 0, -1),
        ],
        "a threshold is a number, no share of the largest value.": [
            "pre > threshold -> pre > threshold * pre.amax(1, keepdim=True)",
            "pre > threshold -> pre > threshold * pre.max()",
        ],
        "a latent is open or not: no sigmoid in between.": [
            *result("pre * ((pre - threshold) * 10).sigmoid()"),
            *result("pre * (pre - threshold).sigmoid()"),
        ],
        "what passes is changed: no scale, no square, no upper limit.": result(
            "z / threshold.clamp_min(0.1)", "z * z", "z.clamp(max=1)", "z + threshold"
        ),
        "a gradient goes to silent latents: it is 0 there, and 1 where open.": result(
            "pre + (z - pre).detach()", "pre.relu() + (z - pre.relu()).detach()"
        ),
        "the open latents pass their gradient on, and whole.": result(
            "z.detach() + 0 * pre", "0.5 * z + 0.5 * z.detach()"
        ),
    }
)
