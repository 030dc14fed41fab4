# %% [markdown]
# # Exercises 03: linear maps
#
# Four, for after the lesson
# [03 What can a straight line do?](../notebooks/03_linear.ipynb)
#
# 1. Work in your own copy: this sheet in the folder `workbook/` (if it is not there,
#    `aelesson workbook` in a terminal makes it).
# 2. Run the next cell. Then, for each exercise: replace the line that starts with `raise`,
#    run that cell, and run the check below it.
# 3. The check says what is right, or what went wrong and why. Hints open one at a time.
# 4. Save, then `aelesson progress` in a terminal shows how far you are.
#
# Shapes: `N` images, `P` numbers in one image, `k` components. No function may change its
# inputs.

# %%
import torch

from aelesson import checks

# %% [markdown]
# ## 1. Which directions vary most?
#
# **Goal:** fit principal component analysis (PCA). **Difficulty:** medium.
# **Time:** 20 minutes.
#
# `fit_pca(x, k) -> (mean, components)`
#
# - `x`: images `(N, ...)`, float32 or float64, of any shape. Flattened, each has `P`
#   numbers.
# - `k`: how many components; at least 1, at most the smaller of `N` and `P`.
# - returns two tensors with the dtype of `x`. `mean`, `(P,)`, is the mean over the images.
#   `components`, `(k, P)`, has orthonormal **rows**: the directions in which the images vary
#   most about their mean, the largest variance first.
# - the sign: in each row, the value with the largest *absolute* value is positive.
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
# For the sign, find the place of the largest absolute value in each row,
# `rows.abs().argmax(1, keepdim=True)`, fetch the values there with
# `rows.gather(1, places)`, and multiply the rows by their `.sign()`.
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
# **Time:** 10 minutes.
#
# `pca_reconstruct(x, mean, components) -> Tensor of the shape of x`
#
# - `x`: images `(N, ...)`; not always those that the components were fitted to.
# - `mean`: `(P,)`; `components`: orthonormal rows, `(k, P)`; both with the dtype of `x`.
# - returns the reconstructions $\hat{x} = \mu + (x - \mu)\, W^\top W$, where $\mu$ is `mean`
#   and $W$ is `components`. Shape and dtype are those of `x`. Values are not clipped.
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
# Multiply the codes by `components`, not transposed, and add the mean that you subtracted.
# `.reshape(x.shape)` makes images of flat rows again.
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
# - returns, as a Python number from 0 to 1,
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
# Divide one sum of squares, `lost.square().sum()`, by the other: two numbers, not one ratio
# per pixel. `.item()` makes a Python number of the result.
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
# **Time:** 25 minutes.
#
# `principal_angles(a, b) -> Tensor of shape (k,)`
#
# - `a`, `b`: bases of two subspaces as rows, `(k, P)` each, float32 or float64. The rows of
#   each are linearly independent, but **not** orthonormal.
# - returns the `k` principal angles in radians, from 0 to $\pi / 2$, smallest first. With
#   orthonormal bases as columns, $Q_a$ and $Q_b$, of shape `(P, k)`, the cosines of the
#   angles are the singular values of $Q_a^\top Q_b$.
# - right to $10^{-6}$ for equal subspaces too, so compute in float64 throughout
#   (`a.double()`): in float32 the arccosine sees angles of 0.0003 where there are none.
#
# **Expect:** for `a` with the one row (1, 0) and `b` with the one row (5, 5), $\pi / 4$, or
# 0.7854. For `a` and `2 * a`, zeros, up to about $10^{-7}$. The result may be float64 or
# float32.
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
# With `q_a = torch.linalg.qr(a.double().T).Q` and `q_b` in the same way, the cosines are the
# singular values of `q_a.T @ q_b`. Rounding may lift one above 1, where `arccos` gives nan:
# `clamp(max=1)` comes before.
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
# ## Done?
#
# When every check shows its tick, go on with the next lesson. One more thing to try: change
# `principal_angles` so that angles of $10^{-9}$ come out right. The lesson shows how, with
# sines.
