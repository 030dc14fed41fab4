# %% [markdown]
# # Exercises 05: denoising
#
# Five short ones, for after the lesson
# [05 How does cleaning teach structure?](../notebooks/05_denoising.ipynb)
#
# 1. Work in your own copy: this sheet in the folder `workbook/` (if it is not there,
#    `aelesson workbook` in a terminal makes it).
# 2. Run the next cell. Then, for each exercise: replace the line that starts with `raise`,
#    run that cell, and run the check below it.
# 3. The check says what is right, or what went wrong and why. Hints open one at a time.
# 4. Save, then `aelesson progress` in a terminal shows how far you are.
#
# Images are tensors with values in [0, 1], 0 for black and 1 for white; `B` is their number.

# %%
import torch

from aelesson import checks

# %% [markdown]
# ## 1. Can you add noise that can be repeated?
#
# **Goal:** Gaussian noise, clamped or not, from a generator. **Difficulty:** easy.
# **Time:** 10 minutes.
#
# `add_gaussian_noise(x, std, generator, clamp) -> Tensor`
#
# - `x`: images of any shape `(B, ...)`, of any floating dtype; they stay as they are.
# - `std`: the standard deviation of the noise, 0 or more, in units of the pixels.
# - `generator`: a `torch.Generator`. *All* randomness comes from it: PyTorch's global random
#   state is not touched, and the generator is not seeded again.
# - `clamp`: `True` or `False`, whether the noisy images are cut to [0, 1].
# - returns a new tensor: each value of `x` plus noise of its own from a normal distribution
#   with mean 0. Shape and dtype are those of `x`.
#
# **Expect:** a black image with `std` 0.5 has a mean of about 0.2 with clamping, and of about
# 0 without.
#
# <details><summary>Hint 1</summary>
#
# Standard normal noise times `std` has the standard deviation `std`. Which function draws it,
# and can it be told the generator?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `torch.randn(shape, generator=..., dtype=...)`. Each pixel needs a number of its own, so
# which shape?
#
# </details>
# <details><summary>Hint 3</summary>
#
# `x + std * torch.randn(x.shape, generator=generator, dtype=x.dtype)` are the noisy images.
# `.clamp(0, 1)` cuts them; only if `clamp` says so.
#
# </details>

# %%
def add_gaussian_noise(x, std, generator, clamp):
    """Add normal noise to every value; cut the result to [0, 1] if asked."""
    ### BEGIN SOLUTION
    noisy = x + std * torch.randn(x.shape, generator=generator, dtype=x.dtype)
    return noisy.clamp(0, 1) if clamp else noisy
    ### END SOLUTION

# %% points=2
checks.denoising.add_gaussian_noise(add_gaussian_noise)

# %% [markdown]
# ## 2. How do you add salt and pepper?
#
# **Goal:** replace a random share of the values. **Difficulty:** medium.
# **Time:** 15 minutes.
#
# `salt_and_pepper(x, amount, generator) -> Tensor`
#
# - `x`: images of any shape `(B, ...)`; they stay as they are.
# - `amount`: a probability from 0 to 1.
# - `generator`: a `torch.Generator`; all randomness comes from it.
# - returns a new tensor of the same shape and dtype. Each value of `x`, independently of all
#   others, is kept with probability `1 - amount`; it becomes 0 (pepper) with probability
#   `amount / 2` and 1 (salt) with probability `amount / 2`.
#
# **Expect:** with `amount` 0.3, about 70 % of the values are as before, 15 % are 0, 15 % are 1.
#
# <details><summary>Hint 1</summary>
#
# A uniform number from 0 to 1 for each value can decide everything. `torch.rand` takes a
# generator too.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Such a number is below `amount` with probability `amount`. And below `amount / 2`? Two
# separate draws for salt and for pepper would overlap, unless the second one only decides
# between the two.
#
# </details>
# <details><summary>Hint 3</summary>
#
# With `draw = torch.rand(x.shape, generator=generator)`: where `draw < amount / 2` the value
# becomes 0, where it is between `amount / 2` and `amount` it becomes 1, elsewhere it stays.
# `torch.where(condition, a, b)` makes a new tensor; use it twice.
#
# </details>

# %%
def salt_and_pepper(x, amount, generator):
    """Replace each value with probability `amount`, half by 0 and half by 1."""
    ### BEGIN SOLUTION
    draw = torch.rand(x.shape, generator=generator)
    salted = torch.where(draw < amount, torch.ones_like(x), x)
    return torch.where(draw < amount / 2, torch.zeros_like(x), salted)
    ### END SOLUTION

# %% points=2
checks.denoising.salt_and_pepper(salt_and_pepper)

# %% [markdown]
# ## 3. How many decibels?
#
# **Goal:** the peak signal-to-noise ratio of each image. **Difficulty:** easy.
# **Time:** 10 minutes.
#
# `psnr(x_hat, x) -> Tensor of shape (B,)`
#
# - `x_hat`: cleaned images, `(B, ...)`; `x`: the clean ones, of the same shape. The largest
#   pixel value possible, the peak, is 1.
# - returns for each image $-10 \log_{10}(\mathrm{MSE})$, in decibels, where MSE is the mean
#   squared error over all values of that image, channels included.
# - an image that equals its clean one has a PSNR of infinity, `inf`; nothing is added
#   to the error to avoid that.
#
# **Expect:** 20 for an image that is wrong by 0.1 in every pixel, whatever the others are.
#
# <details><summary>Hint 1</summary>
#
# First one mean squared error per image, shape `(B,)`. Then the logarithm.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `.flatten(1)` makes one row per image, whatever its shape. The logarithm has the base 10:
# `.log()` has another one.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `(x_hat - x).square().flatten(1).mean(1)` are the errors, and `.log10()` takes the logarithm.
# `torch.log10(0)` is `-inf`, so equal images need no case of their own.
#
# </details>

# %%
def psnr(x_hat, x):
    """Return each image's peak signal-to-noise ratio, in decibels."""
    ### BEGIN SOLUTION
    mse = (x_hat - x).square().flatten(1).mean(1)
    return -10 * mse.log10()
    ### END SOLUTION

# %% points=1
checks.denoising.psnr(psnr)

# %% [markdown]
# ## 4. What is a denoiser asked for?
#
# **Goal:** the loss of one batch, ready for `backward()`. **Difficulty:** easy.
# **Time:** 10 minutes.
#
# `denoising_loss(model, x, corrupt) -> Tensor of shape ()`
#
# - `model`: a network that takes corrupted images and returns cleaned ones, of the shape of
#   `x`; its mode stays as it is.
# - `x`: clean images `(B, ...)`.
# - `corrupt`: a function from clean images to corrupted ones. It draws anew at every call;
#   call it once. What it returns may have another shape than `x`: small images, for example.
# - returns one number as a tensor: the mean squared error, over all values of the batch, of
#   the model's output on the corrupted copy, against the *clean* images. Gradients must be
#   able to flow from it to the model; you take no step and do not call `backward()`.
#
# **Expect:** for a model that returns its input, and noise of variance 0.25, about 0.25.
#
# <details><summary>Hint 1</summary>
#
# Three things in a row: corrupt, clean, compare. Compare with what?
#
# </details>
# <details><summary>Hint 2</summary>
#
# The corrupted copy goes into the model and is not needed after that. The target is `x`.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `x_hat = model(corrupt(x))`, and then the mean of the squared differences to `x`. No
# `.item()`: that would be a plain number without gradients.
#
# </details>

# %%
def denoising_loss(model, x, corrupt):
    """Return the mean squared error of cleaned images against the clean ones."""
    ### BEGIN SOLUTION
    x_hat = model(corrupt(x))
    return (x_hat - x).square().mean()
    ### END SOLUTION

# %% points=2
checks.denoising.denoising_loss(denoising_loss)

# %% [markdown]
# ## 5. Can you clean without a network?
#
# **Goal:** the optimal denoiser by Tweedie's formula. **Difficulty:** medium.
# **Time:** 10 minutes.
#
# `tweedie_denoise(x_noisy, score, std) -> Tensor of shape (B, D)`
#
# - `x_noisy`: noisy points `(B, D)`: clean ones plus normal noise.
# - `score`: a function from points `(B, D)` to `(B, D)`: the gradient of the log-density of
#   the *noisy* data, $\nabla \log p_\sigma$, at each point.
# - `std`: $\sigma$, the standard deviation of the noise.
# - returns $E[x \mid x_\text{noisy}]$, the best guess in squared error of each clean point, as
#   a new tensor. It need not lie in [0, 1].
#
# **Expect:** clean points from a normal distribution with mean 0 and variance 1, noise with
# `std` 1: then the score is `-x_noisy / 2`, and the best guess is half of `x_noisy`.
#
# <details><summary>Hint 1</summary>
#
# The best guess is the noisy point plus a step. Which way does the score point?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Uphill, to where data are more likely; so the sign is plus. In the example under **Expect**,
# which multiple of the score takes `x_noisy` to its half? Think of `std` 2 as well: the score
# is then `-x_noisy / 5`, and the best guess `x_noisy / 5`.
#
# </details>
# <details><summary>Hint 3</summary>
#
# For `std` 1 it is once the score, for `std` 2 it is four times the score: the variance.
# So it is `x_noisy + std**2 * score(x_noisy)`.
#
# </details>

# %%
def tweedie_denoise(x_noisy, score, std):
    """Return the mean of the clean points that could be behind the noisy ones."""
    ### BEGIN SOLUTION
    return x_noisy + std**2 * score(x_noisy)
    ### END SOLUTION

# %% points=2
checks.denoising.tweedie_denoise(tweedie_denoise)

# %% [markdown]
# ## Done?
#
# When every check shows its tick, go on with the next lesson. One more thing to try: train a
# denoiser of the lesson with your `denoising_loss` and your noise. All figures should stay
# about the same.
