"""`pretrain(images, sizes, train_layer)`: each layer learns from the codes before."""

import torch
from torch import Tensor, is_grad_enabled, nn

from aelesson.checks.clinic.stand_ins import as_made
from aelesson.checks.engine import FINE, Exercise, Finding, returned
from aelesson.checks.engine.isolation import isolated
from aelesson.checks.engine.wording import with_article


def pretrain(images, sizes, train_layer):
    inputs, encoders = images.flatten(1), []
    for hidden_dim in sizes:
        encoder, decoder = train_layer(inputs, hidden_dim)  # noqa: RUF059
        codes = encoder(inputs).detach()
        inputs = codes
        encoders.append(encoder)
    return encoders


def cases():
    sizes = {(6, 1, 3, 4): (7, 5, 3), (5, 2, 2, 2): (4,), (4, 10): (10,) * 4}
    sizes[1100, 2] = [3, 2]
    return [{"images": torch.rand(k), "sizes": v} for k, v in sizes.items()]


class Trainer:
    """Stands for the training of a layer; compares what it gets with what is due."""

    def __init__(self, images):
        self.due, self.source = images, "the images, flattened"
        self.made, self.found = [], FINE

    def __call__(self, inputs, hidden_dim):
        if not isinstance(inputs, Tensor) or inputs.dim() != 2:
            raise ValueError(ROWS)
        number, width = len(self.made) + 1, inputs.shape[1]
        if self.found == FINE:
            says = f"call {number} of train_layer must get {self.source}, unchanged."
            self.found = as_made(inputs, self.due, says)
        if self.found == FINE and (inputs.requires_grad or not is_grad_enabled()):
            self.found = GRADIENTS
        with isolated(70 + number):
            encoder = nn.Sequential(nn.Linear(width, hidden_dim), nn.LeakyReLU(0.3))
            decoder = nn.Sequential(nn.Linear(hidden_dim, width), nn.Sigmoid())
        self.due, self.source = encoder(inputs), f"the codes of layer {number}"
        self.made.append(encoder)
        return encoder, decoder

    def name(self, got):
        """Name what an answer returns: an encoder that was made, or what else it is."""
        for number, encoder in enumerate(self.made, 1):
            if got is encoder:
                frozen = ", frozen" * (not got[0].weight.requires_grad)
                return f"encoder {number} of {got[0].out_features} units{frozen}"
        return with_article(type(got).__name__)


def observe(answer, case):
    trainer = Trainer(case["images"].flatten(1))
    right = [f"encoder {k} of {n} units" for k, n in enumerate(case["sizes"], 1)]

    def called(images, sizes):
        got = answer(images, sizes, trainer)
        plain = not hasattr(got, "__iter__") or isinstance(got, Tensor | dict | str)
        return got if plain else [*map(trainer.name, got)]

    for aspect, value in returned()(called, case):
        if aspect == "kind" and value.name != "NoneType":
            yield "inputs", trainer.found
        if aspect != "value":
            yield aspect, value
        elif value == right:
            yield "encoders", FINE
        else:
            yield "encoders", Finding(f"{value}", ENCODERS.format(value, right))


ENCODERS = """you return {}, expected {}.
Call train_layer once for each size, in this order, and return the encoders that it
made: themselves, no copies, and not frozen."""
GRADIENTS = Finding(
    "gradients",
    "train_layer must be called with gradients on, and on codes without their graph.\n"
    "Compute codes alone under torch.no_grad(), or cut them off by .detach().",
)
ROWS = "train_layer takes rows (N, values): flatten images."
check = Exercise(pretrain, cases, observe, errors={ROWS: ROWS})
CODES = "encoder(inputs) ->"
check.mistakes(
    {
        "a layer gets reconstructions, as large as images: autoencoders in a chain.\n"
        "Hand on the codes, encoder(inputs).": [
            f"{CODES} decoder(encoder(inputs))",
            f"{CODES} (decoder if encoders else nn.Identity())(encoder(inputs))",
        ],
        "these are codes of reconstructions: hand on those of the inputs.": (
            f"{CODES} encoder(decoder(encoder(inputs)))"
        ),
        "each layer gets the images again, not the codes before.": (
            f"{CODES} images.flatten(1)"
        ),
    }
)
