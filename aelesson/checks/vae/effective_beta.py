"""`effective_beta(reconstruction, kl, pixels, latent_dim)`: the beta in a loss."""

from itertools import product

from aelesson.checks.engine import Exercise, returned
from aelesson.checks.engine.edits import edits


def effective_beta(reconstruction, kl, pixels, latent_dim):
    of_pixels = 1 / pixels if reconstruction == "mean" else 1
    of_units = 1 / latent_dim if kl == "mean" else 1
    return of_units / of_pixels


def cases():
    names = ("reconstruction", "kl", "pixels", "latent_dim")
    sizes = ((784, 20), (12, 5), (4, 9), (3072, 64))
    ways = product(sizes, ("mean", "sum"), ("mean", "sum"))
    return [dict(zip(names, (r, k, *size), strict=True)) for size, r, k in ways]


WORDS = 'no key of your table fits: "sum" and "mean", small letters, make four pairs.'
ERRORS = {"'mean'": WORDS, "'sum'": WORDS, "('mean', 'mean')": WORDS}
check = Exercise(effective_beta, cases, returned(), errors=ERRORS)
RATIO = "of_units / of_pixels"
check.mistakes(
    {
        "where both are means, both count: an `elif` or a `return` skips one.": [
            "of_units = -> of_units = 1 if reconstruction == 'mean' else",
            "of_pixels = -> of_pixels = 1 if kl == 'mean' else",
        ],
        "two means do not cancel: their counts differ.": (
            "return -> return 1 if reconstruction == kl else"
        ),
        '"sum" and "mean" are exchanged.': [
            '"mean" -> "sum"',
            "reconstruction == -> reconstruction !=",
            "kl == -> kl !=",
        ],
        "the mean over pixels makes the KL heavier: it counts, too.": "1 / pixels -> 1",
        "a mean over pixels makes beta larger: divide by its weight, 1 / pixels.": (
            "1 / pixels -> pixels"
        ),
        "the mean over units makes the KL lighter: it counts, too.": (
            "1 / latent_dim -> 1"
        ),
        "a mean over units divides the KL: you multiplied.": (
            "1 / latent_dim -> latent_dim"
        ),
        "divide the KL's weight by the reconstruction's, not the other way round.": (
            edits(RATIO, "of_pixels / {}", "of_units", "1", "(of_pixels + of_units)")
        ),
        "you cut off the fraction: divide with `/`, not `//` or int().": [
            f"{RATIO} -> int({RATIO})",
            f"{RATIO} -> {RATIO} if of_units == 1 or of_pixels == 1 else int({RATIO})",
        ],
        "this is the same for every loss: look at reconstruction and kl.": (
            edits(RATIO, "{}", "pixels / latent_dim", "latent_dim / pixels")
        ),
        "is a number such as 784 or 20 written in your code? Use the arguments.": [
            "pixels -> 784;; latent_dim -> 20",
            "pixels -> 784",
            "latent_dim -> 20",
        ],
    }
)
