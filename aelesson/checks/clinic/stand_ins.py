"""What answers of this lesson are given, and what is asked of them."""

import torch
from torch import nn

from aelesson.checks.engine import FINE, Finding, returned
from aelesson.checks.engine.compare import close
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.modules import modes


def observed(answer, case, facts, names=()):
    """Observe what a function returns, but first what it did; None is told at once."""
    for aspect, value in returned(names=names)(answer, case):
        if aspect == "kind" and value.name != "NoneType":
            yield from facts()
        yield aspect, value


def as_made(got, right, says):
    """Ask for certain values; those that came tell mistakes apart."""
    if close(got, right):
        return FINE
    values = got.detach().flatten()[:12].mul(100).round().tolist()
    return Finding(f"{tuple(got.shape)} {values}", says)


class Dimmed(nn.Module):
    """Changes what passes in training mode, as dropout and normalisation do."""

    def forward(self, x):
        """Return `x` as it came, or in training mode dimmed."""
        return 0.5 * x - 1 if self.training else x


class Noise:
    """A corruption that keeps what it was given and made; it spares some values."""

    def __init__(self, seed):
        self.seed, self.given, self.made = seed, [], []

    def __call__(self, x):
        """Add noise of its own at each call."""
        with isolated(self.seed + len(self.made)):
            noise = 0.7 * torch.randn(x.shape) * (torch.rand(x.shape) < 0.7)
        self.given.append(x.detach().clone())
        self.made.append((x + noise).detach().clone())
        return x + noise

    def called_once(self, x, name):
        """Ask for one call, on the images."""
        count = len(self.given)
        says = f"corrupt was called {count} times: each call draws other noise.\n"
        says += "Call it once, and keep the noisy images in a variable."
        if count == 0:
            says = f"corrupt was never called: the noisy images are corrupt({name})."
        elif not close(self.given[0], x):
            says = f"corrupt was not given {name}: call corrupt({name})."
        return FINE if "times" in says and count == 1 else Finding(says[:24], says)


class Denoiser(nn.Module):
    """Turns images into others, beyond [0, 1]; notes them, and its parts' modes."""

    def __init__(self, training):
        super().__init__()
        self.gain, self.part = nn.Parameter(torch.tensor(1.5)), Dimmed()
        self.given, self.modes, self.came = given, ran, _ = [], set(), training

        def note(model, args):  # a function, so that copies of the model note here, too
            given.extend(args)
            ran.update(modes(model))

        self.train(training).register_forward_pre_hook(note)

    def forward(self, x):
        """Return other images; in training mode, again others."""
        return 1.6 * torch.tanh(self.part(self.gain * x - 0.5))

    def mode_facts(self):
        """Ask that it ran in evaluation mode, and is in its own mode again."""
        yield "mode", EVAL if True in self.modes else FINE
        yield "mode afterwards", FINE if {*modes(self)} == {self.came} else LEFT


EVAL = Finding("train", "the model, or a part of it, ran in training mode: use eval().")
LEFT = Finding(
    "left",
    "the model, or a part of it, is in another mode afterwards.\nKeep it: "
    "`was = model.training`, and at the end model.train(was).",
)
