"""What a classifier on top of encoders must be, fact by fact."""

import torch

from aelesson.checks.engine import FINE, Finding
from aelesson.checks.engine.compare import close
from aelesson.checks.engine.ends import Layers


def shared(subject):
    """Ask that the model has the encoders' own tensors."""
    own = {p.data_ptr() for p in subject.model.parameters()}
    for index, encoder in enumerate(subject.case["encoders"], start=1):
        if not own.issuperset(p.data_ptr() for p in encoder.parameters()):
            says = f"the parameters of encoder {index} are not among the model's: is it"
            says += " a copy, or in a plain list?\nKeep the encoders themselves in "
            return Finding(f"{index}", f"{says}nn.Sequential or nn.ModuleList.")
    return FINE


def one_new_layer(subject):
    """Ask for the parameters of one linear layer, and no more."""
    encoders, classes = subject.case.values()
    old = {p.data_ptr() for encoder in encoders for p in encoder.parameters()}
    new = [p for p in subject.model.parameters() if p.data_ptr() not in old]
    code, got = encoders[-1][0].out_features, sum(p.numel() for p in new)
    if got == (code + 1) * classes:
        return FINE
    says = f"{got:,} parameters are new, expected {(code + 1) * classes:,}: make one "
    says += f"linear layer with a bias, in __init__, from {code} to {classes} numbers."
    return Finding(f"{got}", says)


def in_training(subject):
    """Ask that the model does the same in training."""
    with torch.no_grad():
        still, moved = subject.run(), subject.model.train()(subject.x.clone())
    subject.model.eval()
    says = "in training the model gives something else: leave out dropout and the like."
    return FINE if close(still, moved) else Finding("training", says)


def on_the_last_code(subject):
    """Ask that the last layer gets the code of the last encoder."""
    code = subject.x.flatten(1)
    with Layers() as layers, torch.no_grad():
        subject.run()
    with torch.no_grad():
        for encoder in subject.case["encoders"]:
            code = encoder(code)
    if close(layers.inputs[-1], code):
        return FINE
    says = "the new layer gets another thing than the last code: does something stand "
    says += (
        "between,\nor is an encoder, or its activation, left out, used twice or in a"
    )
    return Finding("no code", f"{says} wrong place?")
