# %% [markdown]
# # Exercises 10: applications
#
# Five short ones, for after the lesson
# [10 When is an autoencoder worth it?](../notebooks/10_applications.ipynb)
#
# 1. Work in your own copy: this sheet in the folder `workbook/` (if it is not there,
#    `aelesson workbook` in a terminal makes it).
# 2. Run the next cell. Then, for each exercise: replace the line that starts with `raise`,
#    run that cell, and run the check below it.
# 3. The check says what is right, or what went wrong and why. Hints open one at a time.
# 4. Save, then `aelesson progress` in a terminal shows how far you are.
#
# Shapes: `N` images, `D` numbers in a code (what the encoder returns). Exercises 1 to 3 look
# for *anomalies*: images unlike those that the model was trained on, which are called
# *normal*. An image with a *score* above a threshold raises an *alarm*. Exercises 4 and 5
# are about codes. No function may change its inputs.

# %%
import math

import torch

from aelesson import checks

# %% [markdown]
# ## 1. How strange is each image?
#
# **Goal:** score any number of images without running out of memory. **Difficulty:** medium.
# **Time:** 15 minutes.
#
# `anomaly_scores(model, images) -> Tensor of shape (N,)`
#
# - `model`: an `nn.Module` from images to reconstructions of the same shape. It may contain
#   layers that behave differently in training, such as dropout.
# - `images`: `(N, ...)`, one image or more, of any shape behind the first dimension.
# - returns one score per image, in the order of `images`: the mean squared error over all
#   its values, channels included.
# - the model is called with batches `(b, ...)` of at most 256 images, as often as needed.
#   The last batch may be smaller. The score of an image must not depend on its batch.
# - the model is in evaluation mode for all batches, and afterwards in the mode in which it
#   was before. No graph: the scores do not require gradients.
#
# **Expect:** 600 scores for 600 images. For a model that answers 0 everywhere, the score of
# an image is the mean of its squared pixels.
#
# <details><summary>Hint 1</summary>
#
# Four jobs: keep the mode and switch to evaluation, score each batch, put the parts
# together, give the mode back. Which of them belong inside a loop?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `images.split(256)` gives batches, the smaller last one included. `model.training` tells
# the mode, and `model.train(kept)` gives it back.
#
# </details>
# <details><summary>Hint 3</summary>
#
# For one batch `x`, the scores are `(model(x) - x).square().flatten(1).mean(1)`. Collect them
# in a list, inside `with torch.no_grad():`, and join them with `torch.cat`.
#
# </details>

# %%
def anomaly_scores(model, images):
    """Return each image's mean squared error per pixel, batch by batch."""
    ### BEGIN SOLUTION
    was_training = model.training
    model.eval()
    parts = []
    with torch.no_grad():
        for x in images.split(256):
            parts.append((model(x) - x).square().flatten(1).mean(1))
    model.train(was_training)
    return torch.cat(parts)
    ### END SOLUTION

# %% points=2
checks.applications.anomaly_scores(anomaly_scores)

# %% [markdown]
# ## 2. When do you raise the alarm?
#
# **Goal:** choose a threshold from normal images alone, so that false alarms stay rare.
# **Difficulty:** medium. **Time:** 15 minutes.
#
# `threshold_from_normals(scores, false_alarm_rate) -> float`
#
# - `scores`: `(N,)`, the scores of `N` *normal* validation images, one or more, in any order.
#   Scores may be equal, and may be negative.
# - `false_alarm_rate`: a number from 0 to below 1.
# - An image raises an alarm if its score is **strictly above** the threshold; here every
#   alarm is a false one.
# - returns, as a Python number and unchanged, the smallest of these scores `t` such that
#   (number of scores > `t`) / `N` <= `false_alarm_rate`. For rate 0 that is the highest score.
# - Exactly the share is allowed: rate 0.1 allows 2 alarms for 20 images, and rate 0.29 allows
#   29 for 100. Compare as it is written above, with Python numbers: then this comes out right.
#   But in floating point `0.29 * 100` is a little less than 29, and `(1 - 0.44) * 25` a little
#   more than 14.
#
# **Expect:** for the scores 1, 2, ..., 100 in any order: 100 for rate 0, 95 for rate 0.05, and
# 71 for rate 0.29. For the scores 1, 2, 2, 2, 3: 2 for rate 0.4, and also for rate 0.2.
#
# <details><summary>Hint 1</summary>
#
# The threshold is one of the scores. So you can try each, from the lowest to the highest: how
# many scores lie above it? Take the first that fits. There always is one: why?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `(scores > t).sum().item()` counts the alarms for a threshold `t`, as a Python number. Equal
# scores need no special care this way. Ready-made quantiles differ from this rule: most of
# them return a value between two scores.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Loop over `scores.sort().values`, and compare `count / len(scores)` with the rate. In Python
# numbers, `29 / 100 <= 0.29` and `2 / 20 <= 0.1` are true. A mean in float32 is not so exact.
#
# </details>

# %%
def threshold_from_normals(scores, false_alarm_rate):
    """Return the smallest score that few enough normal images lie above."""
    ### BEGIN SOLUTION
    for threshold in scores.sort().values:
        alarms = (scores > threshold).sum().item()
        if alarms / len(scores) <= false_alarm_rate:
            return threshold.item()
    ### END SOLUTION

# %% points=2
checks.applications.threshold_from_normals(threshold_from_normals)

# %% [markdown]
# ## 3. How good are scores, without a threshold?
#
# **Goal:** the AUROC, the area under the ROC curve, by what it means.
# **Difficulty:** medium. **Time:** 15 minutes.
#
# `auroc(scores, is_anomaly) -> float`
#
# - `scores`: `(N,)`; a higher score means "more likely an anomaly".
# - `is_anomaly`: `(N,)`, bool: the truth.
# - returns the share of all pairs of one anomaly and one normal image in which the anomaly has
#   the higher score, as a Python number. A pair with equal scores counts half.
# - raises a `ValueError` if there is no anomaly, or no normal image: there is no pair then.
#
# **Expect:** 1 if all anomalies score above all normal images, 0.5 if all scores are equal.
# For the scores 1, 2, 2, 3, of which the second and the last belong to anomalies: 0.875, for
# 3.5 of 4 pairs.
#
# <details><summary>Hint 1</summary>
#
# `scores[is_anomaly]` are the scores of the anomalies. `~is_anomaly` turns the mask round.
# How many pairs are there?
#
# </details>
# <details><summary>Hint 2</summary>
#
# With `a` of shape `(P,)` and `n` of shape `(Q,)`, `a[:, None] > n` compares all pairs: it has
# the shape `(P, Q)`. And the equal ones?
#
# </details>
# <details><summary>Hint 3</summary>
#
# Count the pairs with `>`, add half of the count with `==`, and divide by `P * Q`. Before
# that, `raise ValueError("...")` if `P` or `Q` is 0.
#
# </details>

# %%
def auroc(scores, is_anomaly):
    """Return the chance that an anomaly scores above a normal image."""
    ### BEGIN SOLUTION
    anomalies, normals = scores[is_anomaly], scores[~is_anomaly]
    pairs = len(anomalies) * len(normals)
    if pairs == 0:
        raise ValueError("at least one anomaly and one normal image are needed")
    above = (anomalies[:, None] > normals).sum().item()
    equal = (anomalies[:, None] == normals).sum().item()
    return (above + 0.5 * equal) / pairs
    ### END SOLUTION

# %% points=2
checks.applications.auroc(auroc)

# %% [markdown]
# ## 4. How many bits does a number need?
#
# **Goal:** replace each number of a code by a small whole number: it can then be stored in few
# bits. **Difficulty:** easy. **Time:** 10 minutes.
#
# `quantise(z, bits, low, high) -> Tensor, int64, of the shape of z`
#
# - `z`: codes, float, of any shape.
# - `bits`: a whole number from 1 to 16. There are $2^b$ levels for $b$ bits, with the numbers
#   0 to $2^b - 1$.
# - `low` and `high`: floats. The levels are spaced equally between them, ends included: level
#   $i$ stands for the value $\mathrm{low} + i \cdot (\mathrm{high} - \mathrm{low}) / (2^b - 1)$.
# - returns, for each value of `z`, the **number** of the level whose value is the nearest.
#   (Half-way between two levels, either will do.) What lies below `low` gets level 0, and
#   what lies above `high` the last one.
#
# **Expect:** with 2 bits, `low` 0 and `high` 3, the levels stand for 0, 1, 2 and 3. So -5, 0.4,
# 0.6, 2.9 and 8 become 0, 0, 1, 3 and 3.
#
# <details><summary>Hint 1</summary>
#
# Four steps: clamp to the range, bring the range to one from 0 to the last level, go to the
# nearest whole number, change the dtype.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `z.clamp(low, high)` does the first. How far apart are two neighbouring levels? Four fence
# posts have three gaps. In Python, `2**bits` is a power, and `2 ^ bits` is not.
#
# </details>
# <details><summary>Hint 3</summary>
#
# With `step = (high - low) / (2**bits - 1)`: how many steps is a value above `low`? `.round()`
# gives the nearest whole number, still as a float; `.long()` alone would cut off.
#
# </details>

# %%
def quantise(z, bits, low, high):
    """Return the number of the nearest level for each value."""
    ### BEGIN SOLUTION
    step = (high - low) / (2**bits - 1)
    return ((z.clamp(low, high) - low) / step).round().long()
    ### END SOLUTION

# %% points=1
checks.applications.quantise(quantise)

# %% [markdown]
# ## 5. Do near codes show the same?
#
# **Goal:** judge codes by a search: what share of the nearest ones has the label of the query?
# **Difficulty:** medium. **Time:** 15 minutes.
#
# `precision_at_k(codes, labels, k) -> float`
#
# - `codes`: `(N, D)`, float; `labels`: `(N,)`, int64: any whole numbers, one per code.
# - `k`: a whole number from 1 to `N - 1`.
# - Each code is the *query* once. Its `k` *hits* are the nearest of all the **other** codes, by
#   Euclidean distance. The query itself is never a hit. Another code that is *equal* to it is
#   one, like any other.
# - returns, as a Python number, the share of the hits that have the label of their query:
#   averaged over the `k` hits of a query, then over all `N` queries.
#
# **Expect:** for the codes 0, 1, 5, 7 (`D` is 1) with the labels 0, 0, 0, 1 and `k` 1: 0.5. The
# nearest of 5 is 7, which has another label. With `k` 2 it is 0.625.
#
# <details><summary>Hint 1</summary>
#
# You need all distances, `(N, N)`: `torch.cdist(codes, codes)` computes them. In which places
# of this table does a code meet itself?
#
# </details>
# <details><summary>Hint 2</summary>
#
# On the diagonal. If you set it to `math.inf`, a code is never among its own nearest.
# `distances.fill_diagonal_(math.inf)` does it; this is your own table, so you may change it.
# (To sort and to drop the first would fail: the first may be an equal code.)
#
# </details>
# <details><summary>Hint 3</summary>
#
# `distances.topk(k, largest=False).indices` has the places of the hits, `(N, k)`, and
# `labels[...]` of them has their labels, also `(N, k)`. To compare these with those of the
# queries, `(N,)`, you need `labels[:, None]`. And truth values become numbers by `.double()`.
#
# </details>

# %%
def precision_at_k(codes, labels, k):
    """Return the share of the nearest codes that have the label of the query."""
    ### BEGIN SOLUTION
    distances = torch.cdist(codes, codes).fill_diagonal_(math.inf)
    hits = distances.topk(k, largest=False).indices  # (N, k)
    return (labels[hits] == labels[:, None]).double().mean().item()
    ### END SOLUTION

# %% points=2
checks.applications.precision_at_k(precision_at_k)

# %% [markdown]
# ## Done?
#
# When every check shows its tick, go on with the next lesson. One more thing to try: score the
# test digits of the lesson with two models, choose both thresholds on normal validation digits
# with your functions, and count how many false alarms the normal *test* digits raise.
