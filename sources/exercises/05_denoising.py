# %% [markdown]
# # Exercises 05: denoising
#
# Five warm-ups, a program to mend and an open task, to do after the lesson
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
#
# **In the first five:** images may have any shape `(B, ...)`. Inputs stay as they are, and
# what you return is a new torch tensor. Only exercise 4 needs gradients. Where a `generator`
# comes in, *all* randomness comes from it: it is handed to each function that draws, it is not
# seeded again, and PyTorch's global random state is not touched. Shape and dtype of noisy
# images are those of `x`.

# %%
import torch

from aelesson import checks

# %% [markdown]
# ## 1. Can you add noise that can be repeated?
#
# **Goal:** Gaussian noise, clamped or not, from a generator. **Difficulty:** easy.
# **Time:** 5 minutes.
#
# `add_gaussian_noise(x, std, generator, clamp) -> Tensor`
#
# - `x`: images, of any floating dtype.
# - `std`: the standard deviation of the noise, 0 or more, in units of the pixels.
# - `generator`: a `torch.Generator`.
# - `clamp`: `True` or `False`, whether the noisy images are cut to [0, 1].
# - returns each value of `x` plus noise of its own from a normal distribution with mean 0.
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
# The noise has the shape and the dtype of `x`. `noisy.clamp(0, 1)` cuts noisy images, but it
# returns a new tensor: what do you do with that, and when?
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
# **Time:** 10 minutes.
#
# `salt_and_pepper(x, amount, generator) -> Tensor`
#
# - `x`: images.
# - `amount`: a probability from 0 to 1.
# - `generator`: a `torch.Generator`.
# - returns noisy images. Each value is treated on its own, whatever happens to the others: it
#   stays with probability `1 - amount`, becomes 0 (pepper) with probability `amount / 2`, and
#   1 (salt) with probability `amount / 2`.
#
# **Expect:** with `amount` 0.3, about 70 % of the values are as before, 15 % are 0,
# 15 % are 1.
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
# One draw for each value: the lowest part of [0, 1], of length `amount / 2`, means pepper, the
# next part of the same length means salt. `torch.where(condition, a, b)` makes a new tensor;
# use it twice.
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
# **Time:** 3 minutes, a warm-up: the lesson wrote it once.
#
# `psnr(x_hat, x) -> Tensor of shape (B,)`
#
# - `x_hat`: cleaned images, `(B, ...)`; its values may lie outside [0, 1], and count as they
#   are. `x`: the clean ones, of the same shape. The largest pixel value possible, the peak,
#   is 1.
# - returns for each image $-10 \log_{10}(\mathrm{MSE})$, in decibels, where MSE is the mean
#   squared error over all values of that image, channels included.
# - an image that equals its clean one has a PSNR of infinity, `inf`: add nothing to the error.
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
# `.mean(1)` of the flat squared errors leaves one number for each image, and `.log10()` comes
# after it. The logarithm of 0 is `-inf` in torch, so equal images need no case of their own.
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
# **Time:** 5 minutes.
#
# `denoising_loss(model, x, corrupt) -> Tensor of shape ()`
#
# - `model`: a network that takes corrupted images and returns cleaned ones, of the shape of
#   `x`. Do not change its mode, training or evaluation.
# - `x`: clean images `(B, ...)`.
# - `corrupt`: a function from clean images to corrupted ones. Each call draws new noise, so
#   call it once. It may return another shape than `x` has: small images, for example.
# - returns one number as a tensor: the model cleans the corrupted copy, and its output is
#   compared with the *clean* images, by the mean squared error over all values of the batch.
#   Gradients flow from it to the model; take no step, and do not call `backward()`.
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
# One line makes `x_hat` from `x`, by two calls, one inside the other. The next one takes the
# mean of squared differences. No `.item()`: that would be a plain number without gradients.
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
# **Time:** 5 minutes.
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
# For `std` 1 it is one times the score, for `std` 2 it is four times the score. Which power of
# `std` is that, and what do statisticians call it?
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
# ## 6. Mend: why does the loss fall so far?
#
# *"I have only 200 clean images, and yet my denoiser reaches a loss that nobody else does.
# On the images of a friend it cleans badly. Do I need more weights?"*
#
# Only the `_broken` function is wrong. It runs on real digits, as the open task below does.

# %%
from torch.nn import functional as F

from aelesson import corruptions, data, metrics, models, runtime
from aelesson.training import TrainConfig, fit, one_cycle
from aelesson.unet import UNet

runtime.start()
digits = data.load("mnist-5k")
x_train, x_validation = digits.train.images, digits.validation.images
noise = corruptions.gaussian_noise(0.5)

# %% [markdown]
# The program, and its losses:

# %%
def train_denoiser_broken(model, x, corrupt, optimizer, epochs):
    """Train a denoiser, one step in each epoch; return the losses."""
    noisy, losses = corrupt(x), []
    for _ in range(epochs):
        loss = F.mse_loss(model(noisy), x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses

# %% tags=["demonstration"]
def trained(train_denoiser):
    runtime.seed_everything(0)
    model = models.Autoencoder.mlp((784, 256, 64))
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    losses = train_denoiser(model, x_train[:200], noise, optimizer, 150)
    return model, losses


broken, losses_broken = trained(train_denoiser_broken)
print("broken, loss:", " ".join(f"{loss:.4f}" for loss in losses_broken[9::20]))

# %% [markdown]
# **Goal:** take the same number of steps, and train a denoiser. **Difficulty:** easy.
# **Time:** 5 minutes.
#
# `train_denoiser(model, x, corrupt, optimizer, epochs) -> list`
#
# - `model`, `corrupt`: as in exercise 4. `x`: all clean images, one batch. `optimizer`: knows
#   the model's parameters.
# - takes one step in each of the `epochs`, on the mean squared error over all values.
# - returns the losses of the steps, Python numbers.
#
# **Expect:** a loss that is *higher* in the end, and better images.
#
# <details><summary>Hint 1</summary>
#
# How many noisy images does the network see in 150 epochs?
#
# </details>
# <details><summary>Hint 2</summary>
#
# It can learn 200 noisy images by heart. Could it do so if each epoch showed it others?
#
# </details>
# <details><summary>Hint 3</summary>
#
# `corrupt` draws anew at each call. Where must the call stand, so that no two epochs get the
# same noise?
#
# </details>

# %%
def train_denoiser(model, x, corrupt, optimizer, epochs):
    """Train a denoiser, one step in each epoch; return the losses."""
    ### BEGIN SOLUTION
    losses = []
    for _ in range(epochs):
        loss = F.mse_loss(model(corrupt(x)), x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses
    ### END SOLUTION

# %% points=2
checks.denoising.train_denoiser(train_denoiser)

# %% tags=["demonstration"]
mended, losses_mended = trained(train_denoiser)
noisy = noise(x_validation)
for name, model, losses in (
    ("broken", broken, losses_broken), ("mended", mended, losses_mended)
):
    cleaned = metrics.apply(model, model, noisy)
    error = F.mse_loss(cleaned, x_validation).item()
    print(f"{name}: last loss {losses[-1]:.4f}, error on new noisy images {error:.4f}")

# %% [markdown]
# <details><summary>Explanation (open it when the check passes)</summary>
#
# The noise was drawn once, before the loop. So each image had *one* noisy copy, and the
# network could learn by heart which copy belongs to which image: its loss fell, and told
# nothing about noise that it had not met. With new noise in each epoch no copy can be learnt by
# heart. The 200 digits still can, a little: the error on new ones stays above the loss. The
# honest number is the error on new images.
#
# </details>
#
# ## 7. Open task: can one network clean what it was not told of?
#
# **Goal:** a denoiser for three kinds of noise. Many answers are good. **Difficulty:** open.
# **Time:** 30 minutes, and at most 60 seconds of training.
#
# `three_noises() -> nn.Module`
#
# - trains on `x_train`, and returns a model from noisy images `(B, 1, 28, 28)` to cleaned
#   ones. Choose settings by `x_validation`.
# - The judge spoils 1,000 digits that are not in your sample, in three ways that you are told
#   only roughly: every pixel has noise of its own; some pixels are wrong altogether; a piece of
#   the image is gone. The model is not told which. What it returns is cut to [0, 1].
# - What is measured is the PSNR of the mean error, averaged over the three kinds. Anyone who
#   trained on the judge's digits is found out.
# - The judge records the tensor operations of your model beforehand: use PyTorch alone in it,
#   no NumPy, and no `if` on values.
# - What beats a median filter earns the points. The check shows your place beside it, the
#   lesson's network and the course's best.
#
# <details><summary>Hint 1</summary>
#
# Section 8 of the lesson: which of its networks did little harm on any kind, and which kind did
# it not repair? How strong is the judge's noise? You do not know, so what should yours meet?
#
# </details>
# <details><summary>Hint 2</summary>
#
# A piece that is gone can only be filled in by what lies far from it. How far does your
# network see?
#
# </details>
# <details><summary>Hint 3</summary>
#
# `UNet` sees far, and keeps details. An objective of your own may spoil each third
# of a batch in another way, with strengths drawn by chance. Then: more steps, a higher
# learning rate, more channels.
#
# </details>

# %%
def three_noises():
    """Train a denoiser for noise of three kinds, and return it."""
    ### BEGIN SOLUTION
    def any_of(x):
        some, few, gone = x.chunk(3)
        std = 0.7 * torch.rand(len(some), 1, 1, 1)
        few, gone = few.chunk(3), gone.chunk(3)
        return torch.cat([
            (some + std * torch.randn_like(some)).clamp(0, 1),
            *(corruptions.salt_and_pepper(a)(x) for a, x in zip((0.1, 0.25, 0.4), few)),
            *(corruptions.occlusion(size)(x) for size, x in zip((6, 8, 10), gone)),
        ])

    def objective(model, x):
        return {"loss": F.mse_loss(model(any_of(x)), x)}

    runtime.seed_everything(0)
    model = UNet((16, 32))
    fit(model, x_train, objective, TrainConfig(4, 24, 1e-2, one_cycle), progress=False)
    return model
    ### END SOLUTION

# %% points=3
checks.denoising.three_noises(three_noises)

# %% [markdown]
# ## Done?
#
# When every check shows its tick, go on with the next lesson. One more thing to try: train the
# MLP of section 4 of the lesson with your `denoising_loss` and your noise, cut to [0, 1]. Its
# figures should stay about the same.
