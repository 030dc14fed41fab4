"""The valid calls of all rooms, and the public functions that need none."""

import bad_input_data
import bad_input_interpret
import bad_input_models
import bad_input_numbers
import bad_input_variants
from bad_input import call

CHECKED_BY_FIT = "only `fit` and `evaluate` call it, with what they have checked"
MODULES_LEFT_OUT = {
    "layers": "refuses bad input, and is called with names and values by the others",
    "values": "refuses bad input, and is called with names and values by the others",
    "require": "refuses bad input, and is called with names and values by the others",
    "data.classes": "called with labels and groups of the others, where they are tried",
    "data.pictures": "called with the arguments of `folders`, where they are tried",
    "data.transfer": "only `download` calls it, with addresses that are known",
    "data.files": "only `load` and `download` call it, with names that are known",
    "training.checkpoints": CHECKED_BY_FIT,
    "training.draws": CHECKED_BY_FIT,
    "training.graphed": CHECKED_BY_FIT,
    "training.identity": CHECKED_BY_FIT,
    "training.notes": CHECKED_BY_FIT,
    "training.preflight": CHECKED_BY_FIT,
    "training.runs": CHECKED_BY_FIT,
    "training.memory": CHECKED_BY_FIT,
    "training.sources": CHECKED_BY_FIT,
    "training.steady": CHECKED_BY_FIT,
    "training.terms": CHECKED_BY_FIT,
}
LEFT_OUT = {
    "data.sequences.Cell": "a protocol: it says what a decoder is, and does nothing",
    "training.settings.TrainConfig.schedule": "a field",
    "data.arrays.described": "called with the shape of what was made",
    "data.sets.Splits": "a result of `load` and `split`",
    "data.splits.Divisible": "a protocol: it says what can be split, and does nothing",
    "data.splits.Divisible.take": "abstract; the three sets are tried",
    "data.images.load": "its arguments are those of the two `choose_` functions",
    "data.images.download": "its arguments are those of the two `choose_` functions",
    "plots.lines.check_lines": "refuses bad input itself",
    "plots.style.check_words": "refuses bad input itself",
    "likelihood.Estimate": "a result of `likelihood.nll`",
    "likelihood.Estimate.of": "called by `nll` with what it has checked",
    "training.history.Epoch": "a result of `fit`",
    "training.history.History": "a result of `fit`",
    "interpret.claims.ControlPassesError": "raised by `beyond_control`",
    "families.Likelihood.nll": "abstract",
    "families.Likelihood.loss": "abstract; its subclasses are tried",
    "families.Likelihood.per_image": "abstract; its subclasses are tried",
    "priors.Prior.log_prob": "abstract",
    "priors.Prior.sample": "abstract",
    "training.batching.move": CHECKED_BY_FIT,
    "training.batching.parts": CHECKED_BY_FIT,
    "training.batching.split": CHECKED_BY_FIT,
    "training.batching.take": CHECKED_BY_FIT,
    "training.batching.steps": CHECKED_BY_FIT,
    "training.batching.count": CHECKED_BY_FIT,
}


def is_left_out(key):
    return key in LEFT_OUT or any(key.startswith(f"{m}.") for m in MODULES_LEFT_OUT)


ROOMS = (
    bad_input_numbers,
    bad_input_models,
    bad_input_variants,
    bad_input_interpret,
    bad_input_data,
)
CALLS = {key: given for room in ROOMS for key, given in room.CALLS.items()}
for name in ("break_it", "draw", "latents", "noise", "turn", "walk"):
    CALLS[f"explore.{name}"] = call()
CALLS["explore.train"] = call(
    legal=[("seed", "zero", "a seed like others")],
    hidden=64,
    latent_dim=8,
    code="relu",
    loss="bce",
    learning_rate=0.01,
    schedule="constant",
    epochs=10,
    seed=1,
)
