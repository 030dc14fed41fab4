"""What the messages of exceptions mean in the exercises of this lesson."""

ANY_SHAPE = "flatten(1) first: images may have any shape."
LAST = "the last batch, which may be smaller than 256, is missing."
ONE_VALUE = (
    "one value in place of a row of them: did you reduce over the whole batch, or"
    " `squeeze` a batch of one image?"
)
NUMBER = (
    "is a number such as 784 written in your code? flatten(1) makes a row per image."
)
WHOLE = "work on the whole tensor at once: z.clamp(low, high)."
EMPTY = "no score was left to choose from: the highest always fits, with 0 above it."
NUMBERED = "with N scores the places are 0 to N - 1: think of one score, and of rate 0."
MASK = "`scores > t` has one answer per score: count them, (scores > t).sum()."
SCORES = {
    "between 0 and 1": "the cross-entropy is another measure: take squared errors.",
    "Dimension out of range": ANY_SHAPE,
    "does not match the number of dimensions": ANY_SHAPE,
    "values to unpack": ANY_SHAPE,
    "784]' is invalid": NUMBER,
    "28]' is invalid": NUMBER,
    "zero-dimensional tensor": ONE_VALUE,
    "expected a non-empty": LAST,
    "stack expects each tensor": (
        "the last batch may be smaller: join with torch.cat, not stack."
    ),
    "cannot be multiplied": (
        "hand the model batches (b, ...); a single image is images[i : i + 1]."
    ),
    "must match the size of tensor": (
        "compare the reconstructions of each batch with the images of that batch."
    ),
    "does not support the context manager": (
        "write `with torch.no_grad():`, with brackets."
    ),
}
PAIRS = {
    "the `-` operator": "turn a mask round with `~`: scores[~is_anomaly].",
    "must match the size of tensor": (
        "there are more of one kind than of the other: compare all pairs, anomalies[:,"
        " None] > normals."
    ),
    "Boolean value of Tensor": "`a > b` has one answer per score: count them.",
    "could not infer output dtype": "truth values have no mean: .double() first.",
    "nput dtype must be either": "truth values have no mean: .double() first.",
}
HITS = {
    "too many indices": "topk and sort return two things: take `.indices`.",
    "must match the size of tensor": (
        "the labels of the hits are (N, k), those of the queries (N,): compare with"
        " labels[:, None]."
    ),
    "could not infer output dtype": "truth values have no mean: .double() first.",
    "nput dtype must be either": "truth values have no mean: .double() first.",
    "selected index k out of range": "k may be N - 1: there is no more to take.",
    "used as indices must be": (
        "labels[...] wants places: take `.indices` of topk or sort, not `.values`."
    ),
    "Class values must be": "labels may be any whole numbers: compare them with ==.",
    "out of bounds": "labels may be any whole numbers: compare them with ==.",
    "Boolean value of Tensor": "compare whole tensors: (a == b) counts as a mask.",
    "X1 and X2 must have": "torch.cdist wants two matrices: (N, D) and (N, D).",
}
LEVELS = {
    "division by zero": "is a step 0? In Python 2 ^ 3 is 1: a power is 2**bits.",
    "values to unpack": "z may have any shape: work on the whole tensor at once.",
    "expected m1 and m2": "low and high are numbers: they fit to any shape of z.",
    "result type Float can't be cast": "make a new tensor; its dtype is torch.int64.",
    "has no attribute 'long'": "compute with torch throughout: z is a tensor.",
    "only one element tensors": WHOLE,
    "only tensors with one element": WHOLE,
    "Boolean value of Tensor": WHOLE,
    "a Tensor with": WHOLE,
}
PLACES = {
    "only integers, slices": "a place in the row must be a whole number, an int.",
    "arg is an empty sequence": EMPTY,
    "iterable argument is empty": EMPTY,
    "Expected reduction dim": EMPTY,
    "out of range": NUMBERED,
    "out of bounds": NUMBERED,
    "Boolean value of Tensor": MASK,
    "could not infer output dtype": MASK,
    "nput dtype must be either": MASK,
    "cannot be interpreted as an integer": "a place in the row must be an int.",
}
