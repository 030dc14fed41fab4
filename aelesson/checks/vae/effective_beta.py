"""`effective_beta(reconstruction, kl, pixels, latent_dim)`: the beta in a loss."""

from itertools import product

from aelesson.checks.engine import Exercise, returned


def effective_beta(reconstruction, kl, pixels, latent_dim):
    of_pixels = 1 / pixels if reconstruction == "mean" else 1
    of_units = 1 / latent_dim if kl == "mean" else 1
    return of_units / of_pixels


def cases():
    names = ("reconstruction", "kl", "pixels", "latent_dim")
    sizes = ((784, 20), (12, 5), (4, 9), (3072, 64))
    ways = product(sizes, ("mean", "sum"), ("mean", "sum"))
    return [dict(zip(names, (r, k, *size), strict=True)) for size, r, k in ways]


WORDS = 'no key of a table fits: the words are "sum" and "mean", in small letters.'
ERRORS = {"'mean'": WORDS, "'sum'": WORDS, "('mean', 'mean')": WORDS}
check = Exercise(effective_beta, cases, returned(), errors=ERRORS)
RATIO = "of_units / of_pixels ->"
check.mistakes(
    {
        "where both are means, both count: an `elif` or a `return` skips one.": [
            "of_units = -> of_units = 1 if reconstruction == 'mean' else",
            "of_pixels = -> of_pixels = 1 if kl == 'mean' else",
        ],
        "two means do not cancel: their counts differ.": (
            "return -> return 1 if reconstruction == kl else"
        ),
        '"sum" and "mean" are exchanged.': '"mean" -> "sum"',
        "the mean over pixels makes the KL heavier: it counts, too.": "1 / pixels -> 1",
        "a mean over pixels makes beta larger: divide by its weight, 1 / pixels.": (
            "1 / pixels -> pixels"
        ),
        "pixels counts only where the reconstruction is a mean.": (
            'if reconstruction == "mean" else 1 ->'
        ),
        "of the reconstruction, sum and mean are exchanged.": (
            "reconstruction == -> reconstruction !="
        ),
        "the mean over units makes the KL lighter: it counts, too.": (
            "1 / latent_dim -> 1"
        ),
        "a mean over units divides the KL: you multiplied.": (
            "1 / latent_dim -> latent_dim"
        ),
        "latent_dim counts only where the KL is a mean.": 'if kl == "mean" else 1 ->',
        "of the KL, sum and mean are exchanged.": "kl == -> kl !=",
        "it is upside down: divide the KL's weight by the reconstruction's.": (
            f"{RATIO} of_pixels / of_units"
        ),
        "this is the reconstruction's weight alone: divide the KL's by it.": (
            f"{RATIO} of_pixels"
        ),
        "divide the two weights: you subtracted.": f"{RATIO} of_units - of_pixels",
        "this is a share of both weights: divide the KL's by the reconstruction's.": (
            f"{RATIO} of_units / (of_units + of_pixels)"
        ),
        "you cut off the fraction: divide with `/`, not `//` or int().": (
            f"{RATIO} int(of_units / of_pixels)"
        ),
        "this is the same for every loss: look at reconstruction and kl.": [
            f"{RATIO} {same}" for same in ("pixels / latent_dim", "latent_dim / pixels")
        ],
        "is a number such as 784 or 20 written in your code? Use the arguments.": [
            "pixels -> 784;; latent_dim -> 20",
            "pixels -> 784",
            "latent_dim -> 20",
        ],
    }
)
