"""What `pretrain_layer` returns: an encoder and a decoder that work."""

import torch
from torch import nn

from aelesson.checks.engine import FINE, Finding
from aelesson.checks.engine.calls import Raised, attempt
from aelesson.checks.engine.wording import with_article

PAIR = "Return two modules: `return encoder, decoder`."
CURES = {
    "encoder": "the code has hidden_dim numbers",
    "decoder": "the reconstruction is as wide as the inputs",
}


def pair(got):
    """Ask for two modules with parameters."""
    if got is None:
        return Finding("None", "your function returned None: is `return` missing?")
    if not isinstance(got, tuple | list) or len(got) != 2:
        count = f" of {len(got)}" if isinstance(got, tuple | list) else ""
        what = f"{with_article(type(got).__name__)}{count}"
        return Finding(what, f"you returned {what}.\n{PAIR}")
    for name, part in zip(CURES, got, strict=True):
        if not isinstance(part, nn.Module):
            what = with_article(type(part).__name__)
            return Finding(f"{name} {what}", f"the {name} is {what}.\n{PAIR}")
        if not [*part.parameters()]:
            return Finding(f"bare {name}", f"the {name} has no linear layer.")
    return FINE


def works(got, inputs, hidden_dim):
    """Ask for codes and reconstructions in [0, 1], whatever goes in."""
    encoder, decoder = (part.eval() for part in got)
    width, spread = inputs.shape[1], torch.linspace(-40, 40, 64)[:, None]
    if not fits(encoder, inputs, hidden_dim) and fits(decoder, inputs, hidden_dim):
        says = "you returned the decoder first: the encoder comes first."
        return Finding("order", says)
    for batch in (spread * (inputs[0] - 0.5), inputs, inputs[:1]):
        found = values("encoder", encoder, batch, hidden_dim)
        if found == FINE:
            found = values("decoder", decoder, encoder(batch).detach(), width)
        if found != FINE:
            return found
    return values("decoder", decoder, spread * torch.linspace(-1, 1, hidden_dim), width)


def fits(network, x, width):
    z = attempt(network, (x,))
    return isinstance(z, torch.Tensor) and z.shape == (len(x), width)


def values(name, network, batch, size):
    """Ask for one row of numbers from 0 to 1 for each row."""
    with torch.no_grad():
        out = attempt(network, (batch.clone(),))
    if isinstance(out, Raised):
        return Finding(f"{name} {out.kind}", f"your {name} raised {out:.150}")
    if not isinstance(out, torch.Tensor):
        what = with_article(type(out).__name__)
        return Finding(f"{name} {what}", f"your {name} returns {what}, not a tensor.")
    if out.shape != (len(batch), size):
        says = f"the {name} returns shape {tuple(out.shape)}, expected "
        says += f"{(len(batch), size)}: {CURES[name]}."
        return Finding(f"{name} {tuple(out.shape[1:])}", says)
    return between(name, out)


def between(name, out):
    low, high = float(out.min()), float(out.max())
    if not out.isfinite().all():
        return Finding("nan", f"the {name} gives nan or inf on large inputs.")
    if low < 0 or high > 1:
        says = f"the {name} gives {low:.3g} to {high:.3g}, expected values in [0, 1].\n"
        kind = f"range {name} {low < 0} {high > 1}"
        return Finding(kind, says + "End both networks with nn.Sigmoid().")
    if out.shape[1] > 1 and (out.sum(1) - 1).abs().max() < 1e-4:
        says = f"what the {name} gives adds up to 1, as after a softmax.\n"
        return Finding(f"softmax {name}", says + "End both networks with nn.Sigmoid().")
    return FINE
