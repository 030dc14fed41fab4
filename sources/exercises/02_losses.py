# %% [markdown]
# # Exercises 02: losses
#
# Six short ones, for after the lesson
# [02 What does a loss believe about pixels?](../notebooks/02_losses.ipynb)
#
# 1. Work in your own copy: this sheet in the folder `workbook/` (if it is not there,
#    `aelesson workbook` in a terminal makes it).
# 2. Run the next cell. Then, for each exercise: replace the line that starts with `raise`,
#    run that cell, and run the check below it.
# 3. The check says what is right, or what went wrong and why. Hints open one at a time.
# 4. Save, then `aelesson progress` in a terminal shows how far you are.
#
# Some of these functions stand in the lesson. The exercise is to write them without looking.
#
# In all six: `B` is the number of images, `...` the sides of one image, which may be any,
# such as `1, 28, 28` or `784`. "Sum over an image" means over all its values. Logarithms are
# natural, so that the unit is nats. No function may change its inputs, and each result has
# the dtype of its inputs.

# %%
import math

import torch
import torch.nn.functional as F

from aelesson import checks

# %% [markdown]
# ## 1. What does Gaussian noise cost?
#
# **Goal:** write the loss behind the squared error, with its constant.
# **Difficulty:** easy. **Time:** 10 minutes.
#
# `gaussian_nll(x_hat, x, std) -> Tensor of shape (B,)`
#
# - `x_hat`, `x`: reconstructions and images, `(B, ...)` each; any real numbers.
# - `std`: $\sigma$, the standard deviation of the noise, a Python number above 0.
# - returns, for each image, the sum of $-\log p(x)$ over its values, where $p$ is the normal
#   density with mean `x_hat` and standard deviation `std`:
#   $p(x) = \frac{1}{\sigma\sqrt{2\pi}}\, e^{-(x - \hat{x})^2 / 2\sigma^2}$.
# - Gradients must flow back to `x_hat`. Far from `x_hat`, $p$ is 0 for the computer, but its
#   logarithm is a usual number, and the result must be right there too.
#
# **Expect:** about 0.919 for one pixel without error and `std = 1`; with `std = 0.1` it is
# about $-1.384$. A density may be above 1, so this loss may be negative.
#
# <details><summary>Hint 1</summary>
#
# Take the logarithm of $p$ on paper first. A product becomes a sum: three terms.
#
# </details>
# <details><summary>Hint 2</summary>
#
# $-\log p = \frac{(x - \hat{x})^2}{2\sigma^2} + \log\sigma + \frac12\log 2\pi$, for *every*
# value of the image.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `std` is a number, so `math.log(std)` will do; add the two constants to the tensor of
# squared errors, value by value. Then `.flatten(1).sum(1)` adds up each image.
#
# </details>

# %%
def gaussian_nll(x_hat, x, std):
    """Return each image's negative log-density under normal noise, in nats."""
    ### BEGIN SOLUTION
    squares = (x - x_hat) ** 2 / (2 * std**2)
    constant = math.log(std) + 0.5 * math.log(2 * math.pi)
    return (squares + constant).flatten(1).sum(1)
    ### END SOLUTION

# %% points=1
checks.losses.gaussian_nll(gaussian_nll)

# %% [markdown]
# ## 2. And Laplace noise?
#
# **Goal:** do the same for the absolute error. **Difficulty:** easy. **Time:** 5 minutes.
#
# `laplace_nll(x_hat, x, scale) -> Tensor of shape (B,)`
#
# - `x_hat`, `x`: reconstructions and images, `(B, ...)` each; any real numbers.
# - `scale`: $b$, a Python number above 0.
# - returns, for each image, the sum of $-\log p(x)$ over its values, with
#   $p(x) = \frac{1}{2b}\, e^{-|x - \hat{x}| / b}$.
# - Gradients must flow back to `x_hat`, and be finite where `x_hat` equals `x`.
# - The result must be right for any error, also where $|x - \hat{x}| / b$ is 1000.
#
# **Expect:** about 0.693 for one pixel without error and `scale = 1`, and 1 more for an error
# of 1.
#
# <details><summary>Hint 1</summary>
#
# Again the logarithm on paper: two terms.
#
# </details>
# <details><summary>Hint 2</summary>
#
# $-\log p = \frac{|x - \hat{x}|}{b} + \log 2b$, for every value.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `.abs()` takes the absolute value, and its gradient at 0 is 0. The root of a square has
# the same value, but no gradient there. The sum is as in exercise 1.
#
# </details>

# %%
def laplace_nll(x_hat, x, scale):
    """Return each image's negative log-density under Laplace noise, in nats."""
    ### BEGIN SOLUTION
    return ((x - x_hat).abs() / scale + math.log(2 * scale)).flatten(1).sum(1)
    ### END SOLUTION

# %% points=1
checks.losses.laplace_nll(laplace_nll)

# %% [markdown]
# ## 3. How do you take the log of a sigmoid?
#
# **Goal:** write a binary cross-entropy that is right for any logit.
# **Difficulty:** medium. **Time:** 15 minutes.
#
# `bernoulli_nll(logits, x) -> Tensor of shape (B,)`
#
# - `logits`: `(B, ...)`, any real numbers; $s$ is the sigmoid of a logit.
# - `x`: images, the same shape, in [0, 1]; grey pixels count as they are, without rounding.
# - returns, for each image, the sum over its values of $-x\log s - (1 - x)\log(1 - s)$.
# - The values and the gradients must be exact for logits up to $\pm 1000$, and at exactly 0:
#   no infinity, no nan, nothing cut off, and no corner.
#
# **Expect:** 0.693 for one pixel with a logit of 0, whatever the pixel; 1000 for a white pixel
# with a logit of $-1000$; 250 for a pixel of 0.25 with that logit.
#
# <details><summary>Hint 1</summary>
#
# In float32 the sigmoid of 20 is exactly 1. What is $\log(1 - s)$ then? An epsilon hides
# that, and the loss is wrong.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Take the logarithm before the sigmoid is rounded: `F.logsigmoid(logits)` is $\log s$, for
# any logit. And $1 - s$ is the sigmoid of the *negative* logit.
#
# </details>
# <details><summary>Hint 3</summary>
#
# With `F.logsigmoid` of `logits` and of `-logits` you have both logarithms. Weigh them by `x`
# and `1 - x`, change the sign, and sum as in exercise 1. A shorter way is to simplify on
# paper: $\log(1 + e^a) - x a$, where `F.softplus(a)` is $\log(1 + e^a)$.
#
# </details>

# %%
def bernoulli_nll(logits, x):
    """Return each image's binary cross-entropy from logits, in nats."""
    ### BEGIN SOLUTION
    return (F.softplus(logits) - x * logits).flatten(1).sum(1)
    ### END SOLUTION

# %% points=2
checks.losses.bernoulli_nll(bernoulli_nll)

# %% [markdown]
# ## 4. What does the squared error tell a logit?
#
# **Goal:** find the gradient of the squared error behind a sigmoid, by the chain rule.
# **Difficulty:** medium. **Time:** 10 minutes.
#
# `mse_logit_gradient(logits, x) -> Tensor of the shape of logits`
#
# - `logits`, `x`: `(B, ...)` each; $s$ is the sigmoid of a logit, and `x` lies in [0, 1].
# - returns, at the place of each logit, the derivative, with respect to that logit, of the
#   **sum** of $(s - x)^2$ over *all* values of the batch. No mean anywhere, so there is no
#   division.
# - Write a closed formula. Autograd is a fine way to check it, but not what is asked here.
#   The result is finite for logits up to $\pm 1000$.
#
# **Expect:** $-0.25$ for a white pixel (`x = 1`) with a logit of 0; about $-0.00067$ with a
# logit of $-8$.
#
# <details><summary>Hint 1</summary>
#
# A logit touches one value only, so the sum has one term that counts. The outer function is a
# square, the inner one the sigmoid.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The outer derivative is $2 (s - x)$. What is the derivative of
# $s(a) = 1 / (1 + e^{-a})$, written with $s$ alone?
#
# </details>
# <details><summary>Hint 3</summary>
#
# It is $s (1 - s)$. Compute `s = torch.sigmoid(logits)` once, and multiply the outer and the
# inner derivative.
#
# </details>

# %%
def mse_logit_gradient(logits, x):
    """Return the gradient of the summed squared error at each logit."""
    ### BEGIN SOLUTION
    s = torch.sigmoid(logits)
    return 2 * (s - x) * s * (1 - s)
    ### END SOLUTION

# %% points=2
checks.losses.mse_logit_gradient(mse_logit_gradient)

# %% [markdown]
# ## 5. And the cross-entropy?
#
# **Goal:** see with your own pencil what cancels. **Difficulty:** medium.
# **Time:** 10 minutes.
#
# `bce_logit_gradient(logits, x) -> Tensor of the shape of logits`
#
# - `logits`, `x`: `(B, ...)` each; $s$ is the sigmoid of a logit, and `x` lies in [0, 1].
# - returns, at the place of each logit, the derivative, with respect to that logit, of the
#   **sum** of $-x\log s - (1 - x)\log(1 - s)$ over *all* values of the batch.
# - A closed formula again, finite for logits up to $\pm 1000$. Autograd may check it.
#
# **Expect:** $-0.5$ for a white pixel (`x = 1`) with a logit of 0; about $-1$ with a logit of
# $-8$. Compare that with exercise 4.
#
# <details><summary>Hint 1</summary>
#
# First the derivative with respect to $s$: $-\frac{x}{s} + \frac{1 - x}{1 - s}$. Put it over one
# denominator.
#
# </details>
# <details><summary>Hint 2</summary>
#
# That is $\frac{s - x}{s (1 - s)}$. Then the chain rule multiplies by the derivative of the
# sigmoid, $s (1 - s)$. Do it on paper: computed as it stands, it is 0/0 for large logits.
#
# </details>
# <details><summary>Hint 3</summary>
#
# The denominator cancels. What is left is a difference of two things that you have.
#
# </details>

# %%
def bce_logit_gradient(logits, x):
    """Return the gradient of the summed binary cross-entropy at each logit."""
    ### BEGIN SOLUTION
    return torch.sigmoid(logits) - x
    ### END SOLUTION

# %% points=2
checks.losses.bce_logit_gradient(bce_logit_gradient)

# %% [markdown]
# ## 6. How low can it get?
#
# **Goal:** compute the lowest BCE that an image allows. **Difficulty:** easy.
# **Time:** 10 minutes.
#
# `bernoulli_entropy(x) -> Tensor of shape (B,)`
#
# - `x`: images `(B, ...)` in [0, 1].
# - returns, for each image, the sum over its values of $-x\log x - (1 - x)\log(1 - x)$, where
#   $0 \log 0$ counts as 0.
# - An image of black and white pixels must have 0, to within a millionth, in float32 and in
#   float64: no nan, and no epsilon that adds up.
#
# **Expect:** 0 for a black image; 0.693 for each pixel of 0.5; about 46 for a digit of the
# sample.
#
# <details><summary>Hint 1</summary>
#
# For torch, `0 * log(0)` is 0 times minus infinity: nan. The limit of $x \log x$ at 0 is 0.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `torch.xlogy(x, y)` is `x * log(y)`, and 0 where `x` is 0.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `torch.xlogy(x, x)` is one half. The other half is the same with `1 - x`. Mind the sign, and
# sum as in exercise 1.
#
# </details>

# %%
def bernoulli_entropy(x):
    """Return the lowest binary cross-entropy of each image, in nats."""
    ### BEGIN SOLUTION
    return -(torch.xlogy(x, x) + torch.xlogy(1 - x, 1 - x)).flatten(1).sum(1)
    ### END SOLUTION

# %% points=1
checks.losses.bernoulli_entropy(bernoulli_entropy)

# %% [markdown]
# ## Done?
#
# When every check shows its tick, go on with the next lesson. One more thing to try: train
# the autoencoder of the lesson with your `bernoulli_nll`, and draw your `bernoulli_entropy`
# under its curve.
