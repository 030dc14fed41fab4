"""`train_denoiser(model, x, corrupt, optimizer, epochs)`: steps; the loss at each."""

import torch
from torch import nn
from torch.nn import functional as F

from aelesson.checks.engine import FINE, Exercise, Finding
from aelesson.checks.engine.calls import attempt, failed, outcome
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.observe import described, inputs_kept
from aelesson.checks.engine.procedures import something


def train_denoiser(model, x, corrupt, optimizer, epochs):
    losses = []
    for _ in range(epochs):
        noisy = corrupt(x)
        loss = F.mse_loss(model(noisy), x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def cases():
    shapes = {(6, 4): 3, (5, 1, 2, 3): 30, (4, 6): 2}
    return [{"x": torch.rand(s), "epochs": epochs} for s, epochs in shapes.items()]


def observe(answer, case):
    x, copies, used, steps, clean = case["x"].clone(), [], [], [], []

    def corrupt(images):
        clean.append(images.equal(x))
        copies.append(images + 0.5 * torch.randn(images.shape))
        return copies[-1]

    def in_order(_, given):
        """Swap copies that are used in another order than they were drawn in."""
        fresh = [i for i, copy in enumerate(copies) if given[0].equal(copy)]
        fresh = [*set(fresh).difference(used)][:1]
        used.extend(fresh)
        return copies[len(used) - 1] if fresh else None

    with isolated(seed=2):
        layers = nn.Linear(x[0].numel(), x[0].numel()), nn.Unflatten(1, x.shape[1:])
        model = nn.Sequential(nn.Flatten(), *layers)
    model.register_forward_pre_hook(in_order)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.2)
    optimizer.register_step_pre_hook(lambda *_: steps.append(1))
    result = attempt(answer, [model, x, corrupt, optimizer, case["epochs"]])
    yield "error", outcome(result)
    if failed(result):
        return
    yield inputs_kept({"x": case["x"]}, {"x": x})
    yield "returned", something(result)
    yield "steps", stepped(len(steps), case["epochs"])
    yield "what is corrupted", FINE if all(clean) else NOISY
    kinds = {float(copy.sum()) for copy in copies}
    yield "noise", FINE if len(kinds) == len(copies) else SAME
    yield "calls of corrupt", len(copies)
    yield "weights", torch.cat([p.detach().flatten() for p in model.parameters()])
    yield from described(result)


SAME = Finding("same", "corrupt drew the same noise again: do you seed PyTorch?")
NOISY = Finding(
    "noisy", "corrupt got something other than x: is noise added to noisy images?"
)


def stepped(count, epochs):
    told = f"{count} optimizer steps for {epochs} epochs: one each, as before."
    return FINE if count == epochs else Finding(f"{count}", told)


check = Exercise(
    train_denoiser,
    cases,
    observe,
    errors={
        "'function'": "corrupt is a function: call it, corrupt(x).",
        "positional argument": "corrupt takes one thing, the images: corrupt(x).",
    },
    fixed=False,
    tell=lambda case: f"x of shape {tuple(case['x'].shape)}, {case['epochs']} epochs",
)


def drawn_first(copies):
    """Return an answer that draws a few noisy copies, and goes round them."""

    def answer(model, x, corrupt, optimizer, epochs):
        kept = [corrupt(x) for _ in range(copies)]
        rounds = iter(kept * epochs)
        return train_denoiser(model, x, lambda _: next(rounds), optimizer, epochs)

    return answer


check.mistakes(
    {
        "corrupt is called once for all epochs: what becomes of noise that stays?": (
            drawn_first(1)
        ),
        "some noisy copies are drawn first: those few are learnt by heart as well.": [
            drawn_first(copies) for copies in (2, 3, 5, 10)
        ],
        "new noise comes only in every second epoch: draw in each.": (
            "noisy = corrupt(x) -> noisy = noisy if len(losses) % 2 else corrupt(x)"
        ),
        "the target is noisy too: the network is to return the clean x.": [
            "(noisy), x -> (noisy), noisy",
            "(noisy), x -> (noisy), corrupt(x)",
        ],
        "no noise is left: the network gets the clean x, and may copy it.": (
            "model(noisy) -> model(x)"
        ),
        "each step needs its own gradients: zero_grad(), then backward().": [
            "optimizer.zero_grad() -> pass",
            "loss.backward() -> loss.backward(); optimizer.zero_grad()",
        ],
        "these are losses after the steps: keep those that were minimised.": (
            "loss.item() -> F.mse_loss(model(noisy), x).item()"
        ),
        "these are tensors: a loss as a Python number is loss.item().": (
            "loss.item() -> loss"
        ),
        "these are not the losses of the epochs, one number each.": [
            "return losses -> return loss.item()",
            "return losses -> return sum(losses) / epochs",
        ],
    }
)
