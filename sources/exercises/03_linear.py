# %% [markdown]
# # Exercises 03: linear maps
#
# Four warm-ups, a program to mend and an open task, to do after the lesson
# [03 What can a straight line do?](../notebooks/03_linear.ipynb)
#
# 1. Work in your own copy: this sheet in the folder `workbook/` (if it is not there,
#    `aelesson workbook` in a terminal makes it).
# 2. Run the next cell. Then, for each exercise: replace the line that starts with `raise`,
#    run that cell, and run the check below it.
# 3. The check says what is right, or what went wrong and why. Hints open one at a time.
# 4. Save, then `aelesson progress` in a terminal shows how far you are.
#
# Shapes: `N` images, `P` numbers in one image, `k` components. Inputs stay as they are, and
# tensors are float32 or float64. A result that is a tensor has the dtype of the inputs,
# computed as exactly as that dtype allows, if nothing else is said. No gradients are needed.
#
# Exercises 1 and 4 stand in the lesson, in one form or another: warm-ups, to be written
# without looking.

# %%
import torch

from aelesson import checks

# %% [markdown]
# ## 1. Which directions vary most?
#
# **Goal:** fit principal component analysis (PCA). **Difficulty:** medium.
# **Time:** 5 minutes.
#
# `fit_pca(x, k) -> (mean, components)`
#
# - `x`: images `(N, ...)` of any shape. Flattened, each has `P` numbers.
# - `k`: how many components; at least 1, at most the smaller of `N` and `P`.
# - returns two tensors. `mean`, `(P,)`, is the mean over the images. `components`, `(k, P)`,
#   has orthonormal **rows**: the directions in which the images vary most about their mean,
#   the largest variance first.
# - `N` images vary about their mean in at most `N - 1` directions. So for `k` = `N` the last
#   row is a direction without any variance: any one that is orthogonal to the others, of
#   length 1.
# - the sign: in each row, the value that is farthest from 0 is positive.
#
# **Expect:** for the three points (0, 0), (4, 3), (8, 6) and `k` = 1: the mean (4, 3) and
# the one row (0.8, 0.6).
#
# <details><summary>Hint 1</summary>
#
# Flatten, subtract the mean, and ask `torch.linalg.svd` for the singular vectors. There
# are left ones, with a number per image, and right ones, with a number per pixel.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `torch.linalg.svd(centred, full_matrices=False)` returns `U, S, Vh`. The right singular
# vectors are the *rows* of `Vh`, and the largest comes first.
#
# </details>
# <details><summary>Hint 3</summary>
#
# For the sign: `rows.abs().argmax(1, keepdim=True)` finds the places of the largest absolute
# values, and `rows.gather(1, places)` fetches what stands there. What must each row be
# multiplied by?
#
# </details>

# %%
def fit_pca(x, k):
    """Return the mean image and the first k principal components as rows."""
    ### BEGIN SOLUTION
    flat = x.flatten(1)
    mean = flat.mean(0)
    _, _, directions = torch.linalg.svd(flat - mean, full_matrices=False)
    rows = directions[:k]
    places = rows.abs().argmax(1, keepdim=True)
    return mean, rows * rows.gather(1, places).sign()
    ### END SOLUTION

# %% points=3
checks.linear.fit_pca(fit_pca)

# %% [markdown]
# ## 2. There and back
#
# **Goal:** send images through a code of `k` numbers and back. **Difficulty:** easy.
# **Time:** 8 minutes.
#
# `pca_reconstruct(x, mean, components) -> Tensor of the shape of x`
#
# - `x`: images `(N, ...)`; not always those that the components were fitted to.
# - `mean`: `(P,)`; `components`: orthonormal rows, `(k, P)`.
# - returns the reconstructions $\hat{x} = \mu + (x - \mu)\, W^\top W$, where $\mu$ is `mean`
#   and $W$ is `components`. The shape is that of `x`. Values are not clipped.
#
# **Expect:** with as many components as numbers in an image, you get `x` back. An image
# that equals the mean comes back as it is, whatever the components.
#
# <details><summary>Hint 1</summary>
#
# Two steps, as in every autoencoder: codes `(N, k)` first, images from them after.
#
# </details>
# <details><summary>Hint 2</summary>
#
# With flat images, the codes are `(flat - mean) @ components.T`. What undoes each of the
# two operations?
#
# </details>
# <details><summary>Hint 3</summary>
#
# From `(N, k)` back to `(N, P)`: by which matrix, transposed or not? And what was subtracted
# is still missing. `.reshape` makes images of flat rows again.
#
# </details>

# %%
def pca_reconstruct(x, mean, components):
    """Return the reconstructions of images from their k numbers."""
    ### BEGIN SOLUTION
    codes = (x.flatten(1) - mean) @ components.T  # (N, k)
    return (codes @ components + mean).reshape(x.shape)
    ### END SOLUTION

# %% points=1
checks.linear.pca_reconstruct(pca_reconstruct)

# %% [markdown]
# ## 3. How much is kept?
#
# **Goal:** measure which share of the variance a reconstruction keeps.
# **Difficulty:** medium. **Time:** 15 minutes.
#
# `explained_variance(x, mean, components) -> float`
#
# - `x`: images `(N, ...)`; not always those that the components were fitted to, so the mean
#   of `x` may be another than `mean`.
# - `mean`: `(P,)`; `components`: orthonormal rows, `(k, P)`.
# - returns, as a Python number (a `float`) from 0 to 1,
#   $$1 - \frac{\sum (x - \hat{x})^2}{\sum (x - \mu)^2} ,$$
#   where $\mu$ is the argument `mean`, $\hat{x}$ is the reconstruction of exercise 2, and
#   each sum runs over all images and all their numbers.
#
# **Expect:** exactly 1 with as many components as numbers in an image (but for rounding).
# For the image (3, 4), the mean (0, 0) and the one component (1, 0): 9 / 25 = 0.36.
#
# <details><summary>Hint 1</summary>
#
# Flatten and subtract the mean once: all that you need is in `centred`, `(N, P)`.
#
# </details>
# <details><summary>Hint 2</summary>
#
# What the reconstruction keeps of `centred` is `centred @ components.T @ components`. What
# is lost is the difference of the two.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Both sums are single numbers, over all images and pixels at once: there is only one division.
# `.item()` makes a Python number of a tensor with one value.
#
# </details>

# %%
def explained_variance(x, mean, components):
    """Return the share of the variance about `mean` that is kept, from 0 to 1."""
    ### BEGIN SOLUTION
    centred = x.flatten(1) - mean
    lost = centred - centred @ components.T @ components
    return 1 - (lost.square().sum() / centred.square().sum()).item()
    ### END SOLUTION

# %% points=2
checks.linear.explained_variance(explained_variance)

# %% [markdown]
# ## 4. Are two subspaces the same?
#
# **Goal:** compare what two decoders can make, whatever their codes. **Difficulty:** hard.
# **Time:** 10 minutes.
#
# `principal_angles(a, b) -> Tensor of shape (k,)`
#
# - `a`, `b`: bases of two subspaces as rows, `(k, P)` each. The rows of each are linearly
#   independent, but **not** orthonormal.
# - returns the `k` principal angles in radians, from 0 to $\pi / 2$, smallest first. With
#   orthonormal bases as columns, $Q_a$ and $Q_b$, of shape `(P, k)`, the cosines of the
#   angles are the singular values of $Q_a^\top Q_b$.
# - right to within $10^{-6}$, for equal subspaces too. So compute in float64 throughout
#   (`a.double()`): in float32, the arccosine sees angles of 0.0003 where there are none. The
#   result may be float64 or float32.
#
# **Expect:** for `a` with the one row (1, 0) and `b` with the one row (5, 5), $\pi / 4$, or
# 0.7854. For `a` and `2 * a`, zeros, up to about $10^{-7}$.
#
# <details><summary>Hint 1</summary>
#
# `torch.linalg.qr(m).Q` has orthonormal **columns** that span the columns of `m`. Which way
# round must `a` be?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `torch.linalg.svdvals` returns the singular values, the largest first. A large cosine is a
# small angle, so what is the order of the angles?
#
# </details>
# <details><summary>Hint 3</summary>
#
# You have the cosines once both bases are orthonormal columns. Rounding may lift one of them a
# little above 1: what does `arccos` give then, and which function keeps a number below 1?
#
# </details>

# %%
def principal_angles(a, b):
    """Return the angles between two subspaces, in radians, smallest first."""
    ### BEGIN SOLUTION
    q_a, q_b = (torch.linalg.qr(rows.double().T).Q for rows in (a, b))
    cosines = torch.linalg.svdvals(q_a.T @ q_b)
    return cosines.clamp(max=1).arccos()
    ### END SOLUTION

# %% points=3
checks.linear.principal_angles(principal_angles)

# %% [markdown]
# ## 5. Mend: do new digits speak the same code?
#
# *"Sixteen numbers per digit, and then the label of the nearest training digit. I am right
# more often than by chance, so the codes are good; but a friend has far more hits with the
# same sixteen numbers."*
#
# Only the `_broken` function is wrong. It runs on real digits, as the open task below does.

# %%
from aelesson import data, runtime

runtime.start()
digits = data.load("mnist-5k")
x_train, x_validation = digits.train.images, digits.validation.images

# %% [markdown]
# The program, and how often the nearest training digit has the right label:

# %%
def shared_codes_broken(x_train, x_new, k):
    """Return the codes of training images and of new ones, in PCA's k numbers."""
    codes = []
    for x in (x_train, x_new):
        mean, components = fit_pca(x, k)
        codes.append((x.flatten(1) - mean) @ components.T)
    return codes[0], codes[1]

# %% tags=["demonstration"]
def hits(shared_codes):
    codes, new = shared_codes(x_train, x_validation, 16)
    nearest = torch.cdist(new, codes).argmin(1)
    found = digits.train.labels[nearest] == digits.validation.labels
    return found.float().mean().item()


print(f"{hits(shared_codes_broken):.1%} of the validation digits")

# %% [markdown]
# **Goal:** codes that can be compared. **Difficulty:** easy. **Time:** 5 minutes.
#
# `shared_codes(x_train, x_new, k) -> (codes_train, codes_new)`
#
# - `x_train`, `x_new`: two sets of images of one shape, `(N, ...)` and `(M, ...)`; `M`
#   may be 1.
# - returns two tensors, `(N, k)` and `(M, k)`: their codes in the PCA of the *training*
#   images. The code of a new image depends on itself and on the training images, and on
#   nothing else. The sign of a component is free.
#
# <details><summary>Hint 1</summary>
#
# Give the program the same images twice, but the second time only half of them. Do they get
# the same codes?
#
# </details>
# <details><summary>Hint 2</summary>
#
# What is computed anew for `x_new`, and what must a code mean so that two of them can be
# compared?
#
# </details>
# <details><summary>Hint 3</summary>
#
# Two things are fitted, a mean and a basis. Both belong to the training images alone. Where
# in the loop must the call of `fit_pca` not stand?
#
# </details>
# <details><summary>Explanation (open it when the check passes)</summary>
#
# Each set was measured in its own coordinates: its own origin, its own directions. The two
# PCAs are alike, since both sets are digits, so the program runs, the shapes fit, and the
# number is far above chance. But components of nearly equal variance come in another order or
# turned, and then a number in one code means something else in the other. A fixed sign mends
# only what the sign had spoilt. In scikit-learn the same mistake is `fit_transform` on new
# data, where `transform` is meant. Fitting both sets together gives one code, but the new
# images then help to make it, and one that comes tomorrow changes all of them.
#
# </details>

# %%
def shared_codes(x_train, x_new, k):
    """Return the codes of training images and of new ones, in PCA's k numbers."""
    ### BEGIN SOLUTION
    mean, components = fit_pca(x_train, k)
    train, new = ((x.flatten(1) - mean) @ components.T for x in (x_train, x_new))
    return train, new
    ### END SOLUTION

# %% points=2
checks.linear.shared_codes(shared_codes)

# %% tags=["demonstration"]
print(f"broken: {hits(shared_codes_broken):.1%}, mended: {hits(shared_codes):.1%}")

# %% [markdown]
# ## 6. Open task: what is the best map of rank sixteen?
#
# **Goal:** clean digits by one affine map of rank 16. Many answers are good.
# **Difficulty:** open. **Time:** 30 minutes, and at most 30 seconds of computing.
#
# The noise: every row of an image gets one random number for all of its pixels, so that there
# are stripes, and every pixel gets another one.

# %%
STRIPES, GRAIN = 0.3, 0.2  # standard deviations

def spoilt(x):
    rows = torch.randn(len(x), 1, 28, 1)
    return x + STRIPES * rows + GRAIN * torch.randn(x.shape)

# %% [markdown]
# `rank_sixteen() -> (weight, bias)`
#
# - returns two tensors, `(784, 784)` and `(784,)`. A spoilt image `y`, flat, is cleaned by
#   `y @ weight.T + bias`. At most 16 singular values of `weight` are not 0, so the map is a
#   linear autoencoder with a code of 16. Choose settings by `x_validation`.
# - The judge spoils 1,000 digits that are not in your sample, and measures the mean squared
#   error per pixel against the clean ones. Anyone who used the judge's digits is found out.
# - What beats PCA of the clean images earns the points. The check shows your place.
#
# <details><summary>Hint 1</summary>
#
# PCA asks where the *images* vary. Which of its directions catch stripes as well? And the PCA
# of spoilt images?
#
# </details>
# <details><summary>Hint 2</summary>
#
# One way is to train: the lesson's linear autoencoder, with new noise in each step. The other
# is on paper: which map, of any rank, has the least error, if you know the covariance of the
# images and that of the noise?
#
# </details>
# <details><summary>Hint 3</summary>
#
# With $C$ of the images and $S = C + N$ of the spoilt ones it is $C S^{-1}$. For a rank of 16,
# make the spoilt images white first, with $S = L L^\top$: of $C L^{-\top}$ keep what the first
# 16 left singular vectors span. What is $N$ for these stripes?
#
# </details>

# %%
def rank_sixteen():
    """Return the weight (784, 784) and the bias (784,) of a map of rank 16."""
    ### BEGIN SOLUTION
    flat = x_train.flatten(1).double()
    mean, images = flat.mean(0), torch.cov(flat.T)
    same_row = torch.kron(torch.eye(28), torch.ones(28, 28)).double()
    spoilt_ones = images + STRIPES**2 * same_row + GRAIN**2 * torch.eye(784).double()
    root = torch.linalg.cholesky(spoilt_ones)
    whitened = torch.linalg.solve_triangular(root, images, upper=False).T
    kept = torch.linalg.svd(whitened).U[:, :16]
    weight = kept @ kept.T @ torch.linalg.solve(spoilt_ones, images).T
    return weight, mean - weight @ mean
    ### END SOLUTION

# %% points=3
checks.linear.rank_sixteen(rank_sixteen)

# %% [markdown]
# ## Done?
#
# When every check shows its tick, go on with the next lesson. One more thing to try: change
# `principal_angles` so that angles of $10^{-9}$ come out right. The library's own,
# `aelesson.linear.principal_angles`, shows how, with sines.
