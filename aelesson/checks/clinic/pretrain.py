"""`pretrain(images, sizes, train_layer)`: each layer learns from the codes before."""

from functools import partial

import torch
from torch import Tensor, nn

from aelesson.checks.clinic.stand_ins import Trainer
from aelesson.checks.engine import FINE, Exercise, Finding
from aelesson.checks.engine.calls import attempt, failed, kind, outcome
from aelesson.checks.engine.compare import same
from aelesson.checks.engine.edits import alone
from aelesson.checks.engine.observe import fresh, inputs_kept


def pretrain(images, sizes, train_layer):
    rows = images.flatten(1)
    inputs, encoders = rows, []
    for hidden_dim in sizes:
        encoder, decoder = train_layer(inputs, hidden_dim)  # noqa: RUF059
        codes = encoder(inputs)
        inputs = codes.detach()
        encoders.append(encoder)
    return encoders


def cases():
    shapes = [(6, 1, 3, 4), (5, 2, 2, 2), (4, 10), (1100, 2)]
    sizes = [(7, 5, 3), (4,), (10, 10, 10), [3, 2]]
    images = map(torch.rand, shapes)
    return [{"images": x, "sizes": s} for x, s in zip(images, sizes, strict=True)]


def told(case):
    shape, sizes = tuple(case["images"].shape), tuple(case["sizes"])
    return f"images of shape {shape} and sizes {sizes}"


def observe(answer, case):
    trainer, given = Trainer(), {k: fresh(v) for k, v in case.items()}

    def called(images, sizes):
        got = answer(images, sizes, trainer)
        return [*got] if listed(got) else got

    result = attempt(called, [*given.values()])
    yield "error", outcome(result)
    if failed(result):
        return
    if result is None:
        yield "kind", kind(result)
    yield inputs_kept(case, given)
    yield "layers", layers_of(trainer, case["sizes"])
    yield "rows", rows_of(trainer, len(case["images"]))
    for number, inputs in enumerate(trainer.inputs, 1):
        yield f"inputs of layer {number}", inputs.detach().clone()
    yield "training", FINE if all(trainer.gradients) else UNTRAINED
    graphs = [number for number, x in enumerate(trainer.inputs, 1) if x.requires_grad]
    yield "graph", Finding("graph", GRAPH.format(*graphs)) if graphs else FINE
    yield "kind", kind(result)
    yield "encoders", encoders_of(result, trainer) if listed(result) else FINE


def listed(got):
    return hasattr(got, "__iter__") and not isinstance(got, Tensor | dict | str)


UNTRAINED = Finding(
    "untrained",
    "train_layer was called with gradients switched off, so it cannot train.\nOnly the "
    "codes are computed under torch.no_grad(), or with .detach().",
)
GRAPH = """the inputs of layer {} carry the graph of the layers before: training it
would train those. Cut it with .detach(), or compute codes under torch.no_grad()."""


def layers_of(trainer, sizes):
    asked = trainer.hidden
    if not asked:
        return Finding("none", "train_layer was never called: call it once per size.")
    says = f"train_layer was asked for codes of {asked} units, expected {[*sizes]}.\n"
    says += "Train one layer for each size, in this order."
    return FINE if asked == [*sizes] else Finding(f"{asked}", says)


def rows_of(trainer, count):
    for number, inputs in enumerate(trainer.inputs, 1):
        if len(inputs) != count:
            says = f"the inputs of layer {number} have {len(inputs)} rows, not {count}:"
            return Finding(f"{number}: {len(inputs)}", f"{says} each image is one.")
    return FINE


def encoders_of(got, trainer):
    """Ask for the encoders that train_layer returned, themselves and in order."""
    own = trainer.encoders
    if len(got) == len(own) and all(a is b for a, b in zip(got, own, strict=True)):
        trainable = all(p.requires_grad for module in got for p in module.parameters())
        return FINE if trainable else Finding("frozen", FROZEN)
    says = next((says for says, fits in FACTS.items() if fits(got, trainer)), OTHERS)
    return Finding(says, says)


def among(some, every):
    return any(a is b for a in some for b in every)


def weights(modules):
    return [[*module.parameters()] for module in modules]


FROZEN = """the encoders were frozen: return them as they came, a stack is trained on.
To cut the graph, detach the codes."""
OTHERS = "these are not the encoders that train_layer returned."
FACTS = {
    "each entry is a pair or a list: return the encoders alone.": (
        lambda got, own: any(isinstance(each, tuple | list) for each in got)
    ),
    "the list holds something else than encoders: return the networks themselves.": (
        lambda got, own: not all(isinstance(each, nn.Module) for each in got)
    ),
    "there are decoders in the list: return the encoders alone.": (
        lambda got, own: among(got, own.decoders)
    ),
    "the list has not one encoder for each size: is it, or `return`, in the loop?": (
        lambda got, own: len(got) != len(own.encoders)
    ),
    "the encoders are in another order: from the pixels upwards.": (
        lambda got, own: among(got, own.encoders)
    ),
    "an encoder stands inside another network: return it itself.": (
        lambda got, own: among([p for m in got for p in m.modules()], own.encoders)
    ),
    "these are copies: return the encoders themselves, as train_layer made them.": (
        lambda got, own: same(weights(got), weights(own.encoders))
    ),
}
ERRORS = {
    "train_layer takes a tensor": "train_layer takes rows (N, values): flatten images.",
    "shapes cannot be multiplied": "an encoder takes the codes of the one before it.",
    "is invalid for input of size": "is a number such as 784 written in your code?",
    "index out of range": "sizes has any length: is an index written in your code?",
}
check = Exercise(pretrain, cases, observe, errors=ERRORS, tell=told)
single = partial(alone, pretrain)
START, CODES = "inputs, encoders = rows -> inputs, encoders =", "encoder(inputs) ->"
NEXT, SQUASHED = "codes.detach() ->", ("round", "relu", "sigmoid", "tanh")
CHAIN = """a layer gets reconstructions, as large as images: autoencoders in a chain.
Hand on the codes, encoder(inputs)."""
check.mistakes(
    {
        "the images are changed before the first layer: flatten them only.": single(
            f"{START} rows - rows.mean(0)",
            f"{START} (rows > 0.5).float()",
            f"{START} 2 * rows - 1",
        ),
        CHAIN: f"{CODES} decoder(encoder(inputs))",
        "the second layer gets codes, later ones reconstructions: codes for each.": (
            f"{CODES} encoder(inputs) if inputs is rows else decoder(encoder(inputs))"
        ),
        "these are codes of reconstructions: hand on those of the inputs.": (
            f"{CODES} encoder(decoder(encoder(inputs)))"
        ),
        "each layer gets the images again, not the codes before.": f"{CODES} rows",
        "reconstructions are cut, which cures the symptom: hand on the codes.": (
            f"{NEXT} decoder(codes).detach()[:, : codes.shape[1]]"
        ),
        "a layer gets the codes together with other values: the codes alone.": single(
            f"{NEXT} torch.cat([codes.detach(), inputs], 1)",
            f"{NEXT} torch.cat([inputs, codes.detach()], 1)",
            f"{NEXT} torch.cat([codes.detach(), rows], 1)",
        ),
        "codes were encoded twice: once by each layer.": (
            f"{NEXT} (encoder(codes) if codes.shape == inputs.shape else codes).data"
        ),
        "codes are rounded, cut or squashed: hand them on as they are.": single(
            *(f"{NEXT} codes.detach().{by}()" for by in SQUASHED),
            *(f"{NEXT} codes.detach().clamp({low}, 1)" for low in (0, -1)),
            f"{NEXT} (codes > 0.5).float()",
        ),
        "codes are scaled or shifted: hand them on as they are.": single(
            f"{NEXT} ((codes - codes.mean(0)) / codes.std(0)).detach()",
            f"{NEXT} (codes - codes.mean(0)).detach()",
            f"{NEXT} (codes / codes.norm(dim=1, keepdim=True)).detach()",
        ),
        "noise is added to the codes: hand them on as they are.": single(
            *(f"{NEXT} codes.data + {s} * torch.randn_like(codes)" for s in (0.1, 1))
        ),
    }
)
