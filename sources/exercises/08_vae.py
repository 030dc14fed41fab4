# %% [markdown]
# # Exercises 08: variational autoencoders
#
# Six short ones, for after the lesson
# [08 How does a reconstruction machine become a generator?](../notebooks/08_vae.ipynb)
#
# 1. Work in your own copy: this sheet in the folder `workbook/` (if it is not there,
#    `aelesson workbook` in a terminal makes it).
# 2. Run the next cell. Then, for each exercise: replace the line that starts with `raise`,
#    run that cell, and run the check below it.
# 3. The check says what is right, or what went wrong and why. Hints open one at a time.
# 4. Save, then `aelesson progress` in a terminal shows how far you are.
#
# Shapes: `B` images, `D` numbers in a code. No function may change its inputs.

# %%
import math

import torch
from torch.nn import functional as F

from aelesson import checks

# %% [markdown]
# ## 1. How does a gradient pass through a draw?
#
# **Goal:** draw one code per image from $\mathcal{N}(\mu, \mathrm{diag}\,\sigma^2)$, so that
# gradients reach $\mu$ and $\log \sigma^2$. **Difficulty:** easy. **Time:** 10 minutes.
#
# `reparameterize(mean, logvar, generator) -> Tensor of shape (B, D)`
#
# - `mean`: $\mu$, `(B, D)`; `logvar`: $\log \sigma^2$, the natural logarithm of the
#   *variance*, `(B, D)`.
# - `generator`: a `torch.Generator` on the CPU, or None for PyTorch's own. **All** noise
#   comes from it, in one call: standard normal noise of the shape and dtype of `mean`.
# - returns $z = \mu + \sigma \varepsilon$ with the dtype of `mean`.
#
# **Expect:** with `logvar` at -100 everywhere you get `mean` back; with `mean` 0 and
# `logvar` 0 you get the noise itself.
#
# <details><summary>Hint 1</summary>
#
# `torch.randn(..., generator=generator)` draws the noise. Which shape, and which dtype?
#
# </details>
# <details><summary>Hint 2</summary>
#
# $\log \sigma^2 = 2 \log \sigma$. How do you get $\sigma$ from it, in one `exp`?
#
# </details>
# <details><summary>Hint 3</summary>
#
# $\sigma$ is `(0.5 * logvar).exp()`. The noise is
# `torch.randn(mean.shape, generator=generator, dtype=mean.dtype)`. Put them together by the
# formula, without `detach` or `no_grad`.
#
# </details>

# %%
def reparameterize(mean, logvar, generator):
    """Draw codes so that gradients pass to their parameters."""
    ### BEGIN SOLUTION
    noise = torch.randn(mean.shape, generator=generator, dtype=mean.dtype)
    return mean + (0.5 * logvar).exp() * noise
    ### END SOLUTION

# %% points=1
checks.vae.reparameterize(reparameterize)

# %% [markdown]
# ## 2. What does a code cost?
#
# **Goal:** the KL divergence of each image's normal distribution from the standard normal.
# **Difficulty:** easy. **Time:** 10 minutes.
#
# `kl_to_standard_normal(mean, logvar) -> Tensor of shape (B,)`
#
# - `mean`: $\mu$, `(B, D)`; `logvar`: $\log \sigma^2$, `(B, D)`.
# - returns one value per image, in nats: summed over the units of the code,
#   $\frac{1}{2} \sum_d (\mu_d^2 + \sigma_d^2 - \log \sigma_d^2 - 1)$.
#
# **Expect:** 0 where `mean` and `logvar` are 0; 2 for one unit with `mean` 2 and `logvar` 0.
#
# <details><summary>Hint 1</summary>
#
# Everything in the formula is in your inputs, except $\sigma_d^2$.
#
# </details>
# <details><summary>Hint 2</summary>
#
# $\sigma_d^2$ is `logvar.exp()`, with no factor: `logvar` is the logarithm of the variance
# already.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Compute the bracket for all `(B, D)`, then `.sum(1)` leaves one value per image. And do
# not forget the half.
#
# </details>

# %%
def kl_to_standard_normal(mean, logvar):
    """Return each image's KL divergence from the standard normal, in nats."""
    ### BEGIN SOLUTION
    return 0.5 * (mean**2 + logvar.exp() - logvar - 1).sum(1)
    ### END SOLUTION

# %% points=1
checks.vae.kl_to_standard_normal(kl_to_standard_normal)

# %% [markdown]
# ## 3. What does training minimise?
#
# **Goal:** the loss of a VAE with a Bernoulli likelihood, in nats per image, with the KL
# weighed by beta. **Difficulty:** medium. **Time:** 15 minutes.
#
# `negative_elbo(logits, x, mean, logvar, beta) -> Tensor of shape ()`
#
# - `logits`: what the decoder returned, before any sigmoid, `(B, ...)`, of any size.
# - `x`: images of the same shape, pixels in [0, 1].
# - `mean`, `logvar`: as in exercise 2, `(B, D)`; `beta`: a number, the weight of the KL.
# - returns one number as a tensor: the **mean over the batch** of [binary cross-entropy
#   **summed** over all of an image's pixels] + `beta` × [KL **summed** over the units of the
#   code]. Gradients can still flow back from it.
#
# **Expect:** with logits 0, `mean` 0 and `logvar` 0: $784 \log 2 \approx 543.4$ for images of 784
# pixels, whatever `x` and `beta` are. Logits of ±1000 give no `inf` and no `nan`.
#
# <details><summary>Hint 1</summary>
#
# Two terms, each first one value per image, `(B,)`. Add them, and average at the very end.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `F.binary_cross_entropy_with_logits(logits, x, reduction="none")` gives one value per
# pixel, without overflow. `.flatten(1).sum(1)` makes one per image, for images of any shape.
#
# </details>
# <details><summary>Hint 3</summary>
#
# With `nll` and `kl` of shape `(B,)`, the answer is the mean of `nll + beta * kl`. If
# exercise 2 passes its check, you may call your function here.
#
# </details>

# %%
def negative_elbo(logits, x, mean, logvar, beta):
    """Return the loss of a VAE, in nats per image."""
    ### BEGIN SOLUTION
    pixels = F.binary_cross_entropy_with_logits(logits, x, reduction="none")
    nll = pixels.flatten(1).sum(1)
    kl = 0.5 * (mean**2 + logvar.exp() - logvar - 1).sum(1)
    return (nll + beta * kl).mean()
    ### END SOLUTION

# %% points=2
checks.vae.negative_elbo(negative_elbo)

# %% [markdown]
# ## 4. Which beta is hidden in a loss?
#
# **Goal:** find the beta that somebody really trained with. **Difficulty:** medium.
# **Time:** 10 minutes.
#
# `effective_beta(reconstruction, kl, pixels, latent_dim) -> float`
#
# - `reconstruction`: `"sum"` or `"mean"`: how the loss reduces its reconstruction term over
#   the pixels of an image.
# - `kl`: `"sum"` or `"mean"`: how it reduces the KL over the units of the code.
# - `pixels`: values in an image; `latent_dim`: units of the code.
# - The loss adds both terms, without a factor, and averages over the batch.
# - returns beta. Multiply the whole loss so that the summed reconstruction has weight 1. beta
#   is then the weight of the summed KL.
#
# **Expect:** 1 for `("sum", "sum", 784, 20)`. The other answers lie on both sides of 1.
#
# <details><summary>Hint 1</summary>
#
# A mean is a sum times a weight. Which weight has the sum over pixels in a mean over
# pixels?
#
# </details>
# <details><summary>Hint 2</summary>
#
# $\frac{1}{P}$ for `P` pixels. To give it the weight 1 you multiply the *whole* loss by `P`.
# What does that do to the KL?
#
# </details>
# <details><summary>Hint 3</summary>
#
# beta is the weight of the KL divided by the weight of the reconstruction. Each weight is 1
# for `"sum"` and 1 divided by the count for `"mean"`.
#
# </details>

# %%
def effective_beta(reconstruction, kl, pixels, latent_dim):
    """Return the weight of the KL against the reconstruction, both as sums."""
    ### BEGIN SOLUTION
    of_reconstruction = 1 if reconstruction == "sum" else 1 / pixels
    of_kl = 1 if kl == "sum" else 1 / latent_dim
    return of_kl / of_reconstruction
    ### END SOLUTION

# %% points=1
checks.vae.effective_beta(effective_beta)

# %% [markdown]
# ## 5. Can you make new images?
#
# **Goal:** decode codes that are drawn from the prior. **Difficulty:** easy.
# **Time:** 10 minutes.
#
# `sample(decoder, count, latent_dim, generator) -> Tensor of shape (count, ...)`
#
# - `decoder`: a function from codes `(count, latent_dim)` to images; it is called once,
#   and its result is returned as it is. It applies its own sigmoid, if it needs one.
# - `count`: how many images; `latent_dim`: numbers in a code.
# - `generator`: a `torch.Generator` on the CPU, or None. All codes come from it, in one call,
#   from a standard **normal** distribution.
# - no graph: the result does not require gradients.
#
# **Expect:** for a decoder that returns its codes, 1,000 codes have a mean near 0 and a
# standard deviation near 1.
#
# <details><summary>Hint 1</summary>
#
# No image goes in, so no encoder is needed. Where do codes come from, if the prior is right?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `torch.randn` is normal; `torch.rand` is uniform. It takes the generator by name.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Draw `torch.randn(count, latent_dim, generator=generator)`, and call `decoder` on it inside
# `with torch.no_grad():`.
#
# </details>

# %%
def sample(decoder, count, latent_dim, generator):
    """Decode codes that are drawn from a standard normal distribution."""
    ### BEGIN SOLUTION
    z = torch.randn(count, latent_dim, generator=generator)
    with torch.no_grad():
        return decoder(z)
    ### END SOLUTION

# %% points=1
checks.vae.sample(sample)

# %% [markdown]
# ## 6. How likely is an image, from K draws?
#
# **Goal:** the importance-weighted bound, so that it survives large numbers.
# **Difficulty:** hard. **Time:** 15 minutes.
#
# `iwae_bound(log_weights) -> Tensor of shape (B,)`
#
# - `log_weights`: $\log w_{k}$ for `K` draws of `B` images, `(K, B)`, in nats; values may
#   lie anywhere between -10,000 and 10,000.
# - returns, per image, $\log \frac{1}{K} \sum_{k=1}^{K} w_k$, in nats, finite.
#
# **Expect:** with one draw, the log-weights themselves. With all weights of an image equal,
# that value. And for two draws with log-weights 0 and -10,000: $-\log 2 \approx -0.6931$.
#
# <details><summary>Hint 1</summary>
#
# `exp(-10000)` is 0 and `exp(10000)` is `inf` in floating point. So `exp` must never meet
# such a number: subtract something first, and add it back behind the logarithm.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Subtract each image's largest log-weight. The largest exponent is then 0. PyTorch has this
# ready as `torch.logsumexp`.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `log_weights.logsumexp(0)` is $\log \sum_k w_k$. A mean of `K` weights is their sum divided
# by `K`: what does that become behind a logarithm? `K` is `len(log_weights)`.
#
# </details>

# %%
def iwae_bound(log_weights):
    """Return the log of the mean weight of each image, without overflow."""
    ### BEGIN SOLUTION
    return log_weights.logsumexp(0) - math.log(len(log_weights))
    ### END SOLUTION

# %% points=2
checks.vae.iwae_bound(iwae_bound)

# %% [markdown]
# ## Done?
#
# When every check shows its tick, go on with the next lesson. One more thing to try: put
# your `effective_beta` to the loss of a VAE that you have trained before, or found on the
# web.
