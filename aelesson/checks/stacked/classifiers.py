"""What a classifier on top of encoders must be, fact by fact."""

import torch
from torch import nn

from aelesson.checks.engine import FINE, Finding
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.modules import modes
from aelesson.checks.engine.observe import in_place

KEEP = "Keep encoders in nn.Sequential or nn.ModuleList, not in a plain list."
CURVES = ("ReLU", "Sigmoid", "Tanh", "GELU", "LeakyReLU", "SiLU", "ELU")


class State:
    """Encoders as they were before an answer got them."""

    def __init__(self, encoders):
        self.encoders, self.modes = encoders, [*map(modes, encoders)]
        self.values = [p.detach().clone() for p in weights(encoders)]

    def left(self, given):
        """Say what was changed."""
        now, cure = weights(self.encoders), "\nTake the encoders as they are."
        if [*map(id, given)] != [*map(id, self.encoders)]:
            return in_place("encoders", given)
        if not all(p.requires_grad for p in now):
            return Finding("frozen", f"you froze the encoders: they are trained.{cure}")
        if len(now) != len(self.values):
            return Finding("layers", "you changed the encoders: add no layer to them.")
        if not all(map(torch.equal, now, self.values)):
            return Finding("values", f"you changed the encoders' weights.{cure}")
        if [*map(modes, self.encoders)] != self.modes:
            return Finding("mode", "you changed an encoder's mode: leave it as it is.")
        return FINE


def weights(encoders):
    return [p for encoder in encoders for p in encoder.parameters()]


def shared(subject):
    """Ask that the model has the encoders' own tensors."""
    model = [p.detach() for p in subject.model.parameters()]
    own = {p.data_ptr() for p in model}
    for index, encoder in enumerate(subject.case["encoders"], start=1):
        lost = [p for p in encoder.parameters() if p.data_ptr() not in own]
        if any(torch.equal(lost[0], each) for each in model if lost):
            says = f"the model holds a copy of encoder {index}: hand over the encoder "
            return Finding(f"copy {index}", f"{says}itself, no deepcopy or clone.")
        if lost:
            says = (
                f"the parameters of encoder {index} are not among the model's.\n{KEEP}"
            )
            return Finding(f"missing {index}", says)
    return FINE


def one_new_layer(subject):
    """Ask for the parameters of one linear layer, and no more."""
    encoders, classes = subject.case.values()
    old = {p.data_ptr() for p in weights(encoders)}
    new = [p for p in subject.model.parameters() if p.data_ptr() not in old]
    code = encoders[-1][0].out_features
    got, expected = sum(p.numel() for p in new), (code + 1) * classes
    if got == expected:
        return FINE
    cures = {
        0: "no new layer is among the model's: make it in __init__.",
        code * classes: "the bias of the new layer is missing.",
    }
    cure = cures.get(got, f"add one linear layer, from {code} numbers to {classes}.")
    says = f"{got:,} parameters are new, expected {expected:,}: {cure}"
    return Finding(f"{got}", says)


def in_training(subject):
    """Ask that the model does the same in training."""
    with torch.no_grad():
        still, moved = subject.run(), subject.model.train()(subject.x.clone())
    subject.model.eval()
    if torch.allclose(still, moved, atol=1e-5):
        return FINE
    says = "in training the model gives something else: leave out dropout and the like."
    return Finding("training", says)


def on_the_last_code(subject):
    """Ask that the logits are the last code times a matrix, plus a bias."""
    encoders = subject.case["encoders"]
    with isolated(seed=5), torch.no_grad():
        for p in weights(encoders):
            p.mul_(6)
        x = torch.rand(150, *subject.x.shape[1:])
        logits = subject.run(x).double()
        for name, code in candidates(encoders, x.flatten(1)).items():
            known = torch.cat([code, torch.ones(len(code), 1)], 1).double()
            fitted = known @ torch.linalg.lstsq(known, logits, driver="gelsd").solution
            if (fitted - logits).abs().max() <= 1e-3 * logits.std():
                says = (
                    f"the new layer gets {name}: give it the code of the last encoder."
                )
                return FINE if name == "the last code" else Finding(name, says)
    says = (
        "the logits are no linear map of the last code: is an activation behind it, or "
    )
    says += "an encoder left out, used twice or in a wrong place?"
    return Finding("unknown", says)


def candidates(encoders, x):
    """Return what the new layer may have got."""
    codes = [x]
    for encoder in encoders:
        codes.append(encoder(codes[-1]))
    last = codes[-1]
    return {
        "the last code": last,
        "what linear layers give without the encoders' activations": (
            nn.Sequential(*[e[0] for e in encoders])(x)
        ),
        "the last code before its activation": encoders[-1][0](codes[-2]),
        **{f"the last code after a {n}": getattr(nn, n)()(last) for n in CURVES},
        "the last code after a softmax": last.softmax(1),
        "the images themselves": x,
        **{f"the code of encoder {n}": c for n, c in enumerate(codes[1:-1], start=1)},
    }
