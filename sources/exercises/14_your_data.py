# %% [markdown]
# # Exercises 14: your data
#
# Five functions for data of your own, a program to mend and an open task, to do after the
# lesson [14 How do you train on data of your own?](../notebooks/14_your_data.ipynb)
#
# 1. Work in your own copy: this sheet in the folder `workbook/` (if it is not there,
#    `aelesson workbook` in a terminal makes it).
# 2. Run the next cell. Then, for each exercise: replace the line that starts with `raise`,
#    run that cell, and run the check below it.
# 3. The check says what is right, or what went wrong and why. Hints open one at a time.
# 4. Save, then `aelesson progress` in a terminal shows how far you are.
#
# Shapes: `N` images or rows, `C` channels, `H` height, `W` width, `K` columns of a table. A
# *group* is what belongs together: the patches of one photograph, the pages of one writer,
# the visits of one patient. No function may change its inputs. No gradients are needed in
# this sheet but through `crop` in exercise 4, so you may use NumPy inside. Results are torch
# tensors, unless another kind is named.

# %%
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from aelesson import checks

# %% [markdown]
# ## 1. From an array to images
#
# **Goal:** bring whatever an image file gives into the form that all of this course takes.
# **Difficulty:** easy. **Time:** 8 minutes.
#
# `to_images(array) -> Tensor, float32, of shape (N, C, H, W), values in [0, 1]`
#
# - `array`: a NumPy array of shape `(N, H, W, C)`, with any number of channels, or
#   `(N, H, W)`: grey images that come without a channel axis and get one.
# - Its dtype tells what the values are. `uint8`: whole numbers, 0 is black and 255 is white;
#   they become 0 and 1. `float32` or `float64`: they are in [0, 1] already, and keep their
#   values.
# - Only the dtype decides. There are dark `uint8` images in which no value is above 1.
# - returns the images in the order in which they came. Whether the tensor shares its memory
#   with `array` does not matter.
#
# **Expect:** zeros `uint8` of shape `(10, 28, 20, 3)` give zeros of shape `(10, 3, 28, 20)`.
# The byte 51 becomes 0.2.
#
# <details><summary>Hint 1</summary>
#
# Three things may have to be done: scale, add an axis, move an axis. Which of them depends on
# the dtype, and which on the number of dimensions?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `array.dtype == np.uint8` tells bytes. `array.ndim` is 3 if the channel axis is missing, and
# `x[..., None]` adds one at the end: then both kinds have the same four axes.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `x.permute(...)` lists, for each new axis, the number of the old one. Where do `N`, `C`, `H`
# and `W` stand in `(N, H, W, C)`? (`reshape` would give the right shape too, with the values
# in wrong places.) And `.float()` makes float32 of everything.
#
# </details>

# %%
def to_images(array):
    """Return an array of images as float32 `(N, C, H, W)` in [0, 1]."""
    ### BEGIN SOLUTION
    x = torch.from_numpy(array).float()
    if array.dtype == np.uint8:
        x = x / 255
    if x.ndim == 3:
        x = x[..., None]
    return x.permute(0, 3, 1, 2)
    ### END SOLUTION

# %% points=2
checks.your_data.to_images(to_images)

# %% [markdown]
# ## 2. One scale for all columns
#
# **Goal:** give the columns of a table the same scale, without a look at the test rows.
# **Difficulty:** easy. **Time:** 8 minutes.
#
# `standardise(train, test) -> (train, test)`
#
# - `train`: `(N, K)`, and `test`: `(M, K)`, float32, two rows or more each.
# - returns both on the scale of the **training rows**: from each column its mean over `train`
#   is subtracted, and the result is divided by its standard deviation over `train`. So the
#   columns of `train` get mean 0 and deviation 1, those of `test` only roughly.
# - The standard deviation is the root of the *mean* squared gap: divided by `N`, not by
#   `N - 1`. (NumPy, scikit-learn and `data.standardised` do it so; `std` in PyTorch does not,
#   unless it is told `correction=0`.)
# - A column that is constant in `train` has the deviation 0. It is only shifted, as if
#   divided by 1. So it is 0 all over `train`, and in `test` wherever it has the same value.
#   All other columns, however small their numbers, get no epsilon. (The constants here are
#   numbers that float32 holds exactly. In a table of your own a column of 0.1 may seem to
#   vary by 1e-8, which is rounding: compute in float64, as `data.standardised` does.)
#
# **Expect:** the column 1, 3 in `train` and 7 in `test` becomes -1, 1 and 5. A column 4, 4
# with 6 in `test` becomes 0, 0 and 2.
#
# <details><summary>Hint 1</summary>
#
# How many numbers do you need to know of `train`? And what of `test`?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `train.mean(0)` and `train.std(0, correction=0)` have the shape `(K,)`, and fit every row of
# both tables.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `torch.where(std > 0, std, ...)` puts another number in the places where the deviation is 0.
# Which one only shifts?
#
# </details>

# %%
def standardise(train, test):
    """Bring both tables to mean 0 and deviation 1 of the training rows."""
    ### BEGIN SOLUTION
    mean, std = train.mean(0), train.std(0, correction=0)
    std = torch.where(std > 0, std, 1.0)
    return (train - mean) / std, (test - mean) / std
    ### END SOLUTION

# %% points=2
checks.your_data.standardise(standardise)

# %% [markdown]
# ## 3. Split what belongs together as one
#
# **Goal:** a random split that no group is torn by. **Difficulty:** medium.
# **Time:** 12 minutes.
#
# `group_split(groups, share, generator) -> (train, test)`
#
# - `groups`: `(N,)`, int64, the group of each row. There are two groups or more, which may
#   have any numbers, and their rows may stand anywhere.
# - `share`: a float between 0 and 1, the share of the *groups* that go into test, whatever
#   their size: `round(share * number of groups)`, but at least one, and at most all but one.
# - `generator`: a `torch.Generator`. It decides which groups these are, each equally likely.
#   Use it as it comes, and draw from nothing else.
# - returns two masks `(N,)`, bool. Each row is in one of them, and all rows of a group are in
#   the same.
#
# **Expect:** with the groups 5, 9, 5, 2 and the share 0.3, one group is in test: in one draw
# of three it is 5, and the masks are `[False, True, False, True]` and
# `[True, False, True, False]`.
#
# <details><summary>Hint 1</summary>
#
# Forget the rows at first. What are the groups, each once, and which of them are drawn?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `groups.unique()` lists them, and `torch.randperm(count, generator=generator)` is an order of
# their *places*. So `names[order[:n]]` are `n` groups, drawn without replacement.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `torch.isin(groups, chosen)` asks of each row whether its group is among the chosen ones.
# What is the mask of all others? And how do `min` and `max` keep `n` within its limits?
#
# </details>

# %%
def group_split(groups, share, generator):
    """Return masks of the training and the test rows; no group is in both."""
    ### BEGIN SOLUTION
    names = groups.unique()
    n = min(max(round(share * len(names)), 1), len(names) - 1)
    order = torch.randperm(len(names), generator=generator)
    test = torch.isin(groups, names[order[:n]])
    return ~test, test
    ### END SOLUTION

# %% points=2
checks.your_data.group_split(group_split)

# %% [markdown]
# ## 4. Odd sizes
#
# **Goal:** make images fit a network that halves their sides several times, and undo it.
# **Difficulty:** medium. **Time:** 12 minutes.
#
# `pad_to_multiple(x, multiple) -> (padded, crop)`
#
# - `x`: `(B, C, H, W)`, float32 or float64. `multiple`: a whole number from 1 on.
# - `padded`: `x` with zeros around it, so that height and width are multiples of `multiple`,
#   and no larger than needed, in the dtype of `x`. What is a multiple already gets nothing.
#   On which sides the zeros stand, and how they are shared out, is up to you.
# - `crop`: a function that takes a tensor of the height and width of `padded` and returns the
#   part where `x` stands: so `crop(padded)` equals `x`. It must do with *any* batch and any
#   number of channels, as it is meant for reconstructions; gradients flow through it.
#
# **Expect:** for `x` of shape `(2, 3, 30, 32)` and the multiple 8, `padded` has the shape
# `(2, 3, 32, 32)`, and `crop` turns `(5, 1, 32, 32)` into `(5, 1, 30, 32)`.
#
# <details><summary>Hint 1</summary>
#
# How many rows are missing to the next multiple? Try it for heights 7, 8 and 9 and the
# multiple 8. For 8 the answer is 0.
#
# </details>
# <details><summary>Hint 2</summary>
#
# In Python, `-7 % 8` is 1 and `-8 % 8` is 0. `F.pad(x, (left, right, top, bottom))` adds
# zeros: the *last* dimension comes first.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `crop` is defined inside, and so it knows `height` and `width` of `x`. It cuts what *it* gets,
# by slices. (If you cut by negative ends, such as `y[..., :-down, :]`: what is left if `down`
# is 0?)
#
# </details>

# %%
def pad_to_multiple(x, multiple):
    """Return padded images, and the function that cuts off what was added."""
    ### BEGIN SOLUTION
    height, width = x.shape[-2:]
    padded = F.pad(x, (0, -width % multiple, 0, -height % multiple))

    def crop(y):
        return y[..., :height, :width]

    return padded, crop
    ### END SOLUTION

# %% points=2
checks.your_data.pad_to_multiple(pad_to_multiple)

# %% [markdown]
# ## 5. Have the test images been seen?
#
# **Goal:** find copies across a split, also those that are not quite the same: saved again,
# made a little brighter, the next frame of a film. **Difficulty:** medium.
# **Time:** 12 minutes.
#
# `leaks(train, test, tolerance) -> int`
#
# - `train`: `(N, C, H, W)`, and `test`: `(M, C, H, W)`, float32; `N` and `M` differ.
# - `tolerance`: a float from 0 on.
# - Two images are *near copies* if the root of the mean squared difference of their values is
#   at most `tolerance`. With 0, these are exact copies.
# - returns, as a Python int, how many **test images** have a near copy in `train`. An image
#   with several counts once.
# - Compare at most 64 test images at a time with all of `train`: all differences of 1,000 and
#   5,000 digits at once would be 4 billion numbers.
#
# **Expect:** images `(1, 1, 2)` with the values 0, 0 in train, and 0.1, -0.1 in test: the
# distance is 0.1. So there is one leak if the tolerance is 0.11, and none if it is 0.09.
#
# <details><summary>Hint 1</summary>
#
# Start with one test image. `train - image` compares it with all of `train` at once, by
# broadcasting. How many numbers must be left of it?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `flatten(1)` makes a row of each image. Square the gaps, take the *mean* of each row, then
# the root: `(N,)` distances. The order matters.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `(distances <= tolerance).any()` is one yes or no for the test image. Loop over `test`, and
# count. (`torch.cdist` is quicker, but it does not divide by the number of values; and for
# many rows it takes a short cut that rounds: exact copies are then missed, unless its
# `compute_mode` forbids it.)
#
# </details>

# %%
def leaks(train, test, tolerance):
    """Count the test images that have a near copy among the training images."""
    ### BEGIN SOLUTION
    count = 0
    for image in test:
        distances = (train - image).flatten(1).square().mean(1).sqrt()
        count += int((distances <= tolerance).any())
    return count
    ### END SOLUTION

# %% points=2
checks.your_data.leaks(leaks)

# %% [markdown]
# ## 6. Mend: three leaks in a dozen lines
#
# *"How well does my autoencoder rebuild patches of photographs? My program tries several
# sizes of the code and tells me the error of the best. My own photographs come out worse."*
#
# Only the `_broken` function is wrong. What it calls is sound. The table has 64 patches from
# each of twelve photographs that come with scikit-image: a row is a patch, and a group is a
# photograph.

# %%
from skimage import data as photographs

from aelesson import data, objectives, runtime
from aelesson.training import TrainConfig, fit, one_cycle

NAMES = ["astronaut", "brick", "camera", "chelsea", "coffee", "coins"]
NAMES += ["grass", "gravel", "moon", "page", "retina", "rocket"]


def patches(name):
    """Return the patches of a photograph, made grey and small: (64, 64)."""
    photo = torch.from_numpy(getattr(photographs, name)()).float()
    grey = photo.reshape(*photo.shape[:2], -1).mean(2) / 255
    small = F.adaptive_avg_pool2d(grey[None], 64)[0]
    return small.unfold(0, 8, 8).unfold(1, 8, 8).reshape(64, 64)


runtime.start()
rows = torch.cat([patches(name) for name in NAMES])
groups = torch.arange(len(NAMES)).repeat_interleave(64)

# %% [markdown]
# The training is sound. It scales nothing: the model gets just the rows that you hand over.

# %%
def train(rows, size):
    runtime.seed_everything(0)
    encoder = nn.Sequential(nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, size))
    decoder = nn.Sequential(nn.Linear(size, 64), nn.ReLU(), nn.Linear(64, 64))
    model = nn.Sequential(encoder, decoder)
    settings = TrainConfig(40, 32, 5e-3, one_cycle)
    fit(model, rows, objectives.reconstruction(), settings, progress=False)
    return model

# %% [markdown]
# The program, and what it promises.

# %%
def honest_error_broken(rows, groups, sizes, train, generator):
    """Choose the size of the code; return it with the error on new rows."""
    rows = (rows - rows.mean(0)) / rows.std(0)
    order = torch.randperm(len(rows), generator=generator)
    new, known = order.tensor_split([len(rows) // 4])
    errors = {}
    for size in sizes:
        model = train(rows[known], size)
        errors[size] = (model(rows[new]) - rows[new]).square().mean().item()
    best = min(errors, key=errors.get)
    return best, errors[best]

# %% tags=["demonstration"]
def promised(program, seeds=4):
    """Return the errors that a program promises, from splits with several seeds."""
    generators = (torch.Generator().manual_seed(seed) for seed in range(seeds))
    return [program(rows, groups, (8, 16, 32), train, each)[1] for each in generators]


broken = promised(honest_error_broken)
print("promised:", ", ".join(f"{error:.3f}" for error in broken))

# %% [markdown]
# **Goal:** an error that new photographs will have, too. **Difficulty:** medium.
# **Time:** 15 minutes.
#
# `honest_error(rows, groups, sizes, train, generator) -> (size, error)`
#
# - `rows`: `(N, K)`, float32; `groups`: `(N,)`, int64, eight groups or more; `sizes`: a list
#   or tuple of ints.
# - `train(rows, size)` trains a new model and returns it: `model(rows)` are reconstructions.
#   Call it once for each size, always with the same rows. Ask a model about one part at a
#   time, and about all rows of that part at once.
# - `generator` makes the split, and nothing else does. About half of the groups are to train,
#   a quarter to choose and a quarter to report.
# - returns one of the `sizes`, an int, and the mean squared error of its model in standardised
#   units, a float.
# - Your functions of exercises 2 and 3 may be used, and so may `data.split` and
#   `data.standardised`. Whether the deviation is divided by `N` or by `N - 1` does not matter
#   here.
#
# **Expect:** larger errors, and errors that differ more from seed to seed.
#
# <details><summary>Hint 1</summary>
#
# Go through the program line by line, and ask of each number: which rows does it know? There
# are three places where it knows rows that a new photograph would not bring.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Neighbouring patches are alike. If one is trained on and its neighbour is tested, what is
# tested? And a smallest error of several is smaller than it should be: which rows may choose,
# if others must report?
#
# </details>
# <details><summary>Hint 3</summary>
#
# In this order: deal out the groups in three parts; take mean and deviation of the training
# part, and scale all three by them; train; choose by the second part; report the third.
# `data.Table(rows)` makes a table that `data.split(..., seed=generator, groups=groups)` takes.
#
# </details>
# <details><summary>Explanation (open it when the check passes)</summary>
#
# The largest of the three is the split. With six seeds, the program promised 0.076 on
# average, and mended it says 0.139; if rows are dealt out in place of groups, and all else is
# mended, 0.099. If only the scale knows all rows, 0.106. The choice made no difference here,
# as the largest code was the best in every part: that leak is small where few sizes differ
# much, and large where many are alike. And single seeds say little: mended, they went from
# 0.044 to 0.279, as it matters most which three photographs are in test.
#
# </details>

# %%
def honest_error(rows, groups, sizes, train, generator):
    """Choose the size of the code; return it with the error on new groups."""
    ### BEGIN SOLUTION
    shares = (0.5, 0.25, 0.25)
    splits = data.split(data.Table(rows), shares, generator, groups)
    splits = data.standardised(splits)
    models = {size: train(splits.train.rows, size) for size in sizes}

    def error(size, x):
        return (models[size](x) - x).square().mean().item()

    best = min(sizes, key=lambda size: error(size, splits.validation.rows))
    return best, error(best, splits.test.rows)
    ### END SOLUTION

# %% points=2
checks.your_data.honest_error(honest_error)

# %% tags=["demonstration"]
for name, errors in {"broken": broken, "mended": promised(honest_error)}.items():
    print(f"{name}: {np.mean(errors):.3f} on average, {min(errors):.3f} to {max(errors):.3f}")

# %% [markdown]
# ## 7. Open task: anomalies that nobody has seen
#
# **Goal:** scores that tell malignant from benign, made from benign rows alone. Many answers
# are good. **Difficulty:** open. **Time:** 30 minutes, and at most 30 seconds of fitting.
#
# `anomaly_on_table() -> fit`, with `fit(normal) -> score` and `score(rows) -> (B,)`
#
# - The table is scikit-learn's breast cancer table: 30 measured columns of very different
#   size. 357 rows are benign, and normal here; 212 are malignant, and the anomalies.
# - `fit` gets 200 benign rows `(200, 30)`, as they come. It returns a function that gives each
#   of `(B, 30)` rows a score, higher for anomalies. The score of a row must not depend on the
#   others beside it.
# - The judge deals out the benign rows five times, calls `fit` each time, and measures the
#   AUROC on all other rows; the number is the mean of the five.
# - **There is no anomaly to choose by.** You could load the malignant rows as well: then your
#   number would be one that you chose, and no longer one that was measured. Choose by what
#   benign rows tell: the error on some that you left out, how alike two fits are.
# - The judge also hands out the table with its columns mirrored (large becomes small) and in
#   another order. What `normal` teaches holds there as well; what you know of tumours, or of
#   this very table, does not, and is found out.
# - What beats the distance to the mean, in the columns as they come, earns the points. The
#   check shows your place among it, PCA, an autoencoder and the course's best.
#
# <details><summary>Hint 1</summary>
#
# In the columns as they come, an area of 1,000 meets a smoothness of 0.1. Which columns does
# a distance see? Which of this sheet's functions helps, and from which rows?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Start with the simplest score, and measure each step beyond it. What does a network with a
# code have to leave out, and is that where anomalies differ?
#
# </details>
# <details><summary>Hint 3</summary>
#
# Distances to the mean, to the nearest normal rows, or to a plane through them are all a few
# lines. How would benign rows that you left out tell you whether a score is steady?
#
# </details>

# %%
def anomaly_on_table():
    """Return `fit`, from normal rows to a function that scores rows."""
    ### BEGIN SOLUTION
    def fit(normal):
        mean, std = normal.mean(0), normal.std(0)
        return lambda x: ((x - mean) / std).square().sum(1)

    return fit
    ### END SOLUTION

# %% points=3
checks.your_data.anomaly_on_table(anomaly_on_table)

# %% [markdown]
# ## Done?
#
# When every check shows its tick, go on with a table or a folder of your own. One more thing
# to try: hand the training and test images of a data set that you use to your `leaks`, with
# tolerances from 0 to 0.1. From which one on does it find images that are only alike?
