"""What is said of a step whose training leads elsewhere than it should."""

from aelesson.checks.engine.compare import Finding

ANOTHER = Finding(
    "another",
    "you made a new parameter, and the optimizer trains the old one: change values in\n"
    "place, under torch.no_grad().",
)
LONGER = Finding(
    "longer",
    "what the network decodes is far too large: were other weights trained than those\n"
    "that it keeps? The decoder itself must end up with the directions that you used.",
)
CHEAP = (
    "trained so, the price takes {} of what it has to take off the reconstruction.\n"
    "Does a small code with a long direction still pay less, or is the price too small?"
)
SMALL = (
    "directions have the length 1, but the price takes {} of what it has to take:\n"
    "is its weight smaller than before, or is there a mean where there was a sum?"
)
DEAR = (
    "trained so, the price takes {} of what it has to: a latent of length 1 must pay\n"
    "what it paid before, and no more. Are weight, error, or a length not as they were?"
)
UNEVEN = Finding(
    "uneven",
    "trained so, some latents pay too much or too little: each has its own length.",
)
GROWING = Finding(
    "growing",
    "the price is paid, but directions grow on and on: is their length detached? Then\n"
    "longer ones cost nothing in the gradient.",
)
TOLD = (
    "the reconstruction is right, but {:.3g} comes back, and error plus price are\n"
    "{:.3g}: is anything missing in what you return, or is anything else in it?"
)
ERRORS = {
    "must match the size of tensor": (
        "the lengths do not fit the code: one for each latent, a column of"
        " decoder.weight."
    ),
    "leaf Variable": "weights are changed in place under torch.no_grad(): do it there.",
}
