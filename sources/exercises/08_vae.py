# %% [markdown]
# # Exercises 08: variational autoencoders
#
# Six warm-ups, a program to mend and an open task, to do after the lesson
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
#
# Gradients must flow back from what exercises 1, 2, 3 and 6 return to all float inputs (but
# not to the images `x`): so compute with torch there, not with NumPy. Where the lesson has
# written the function already, the exercise is a short warm-up: try it from the formula.

# %%
import math

import torch
from torch.nn import functional as F

from aelesson import checks

# %% [markdown]
# ## 1. How does a gradient pass through a draw?
#
# **Goal:** draw one code per image from $\mathcal{N}(\mu, \mathrm{diag}\,\sigma^2)$, so that
# gradients reach $\mu$ and $\log \sigma^2$. **Difficulty:** easy. **Time:** 5 minutes (the
# lesson has it without a generator).
#
# `reparameterize(mean, logvar, generator) -> Tensor of shape (B, D)`
#
# - `mean`: $\mu$, `(B, D)`; `logvar`: $\log \sigma^2$, the natural logarithm of the
#   *variance*, `(B, D)`.
# - `generator`: a `torch.Generator` on the CPU, or None for PyTorch's own. **All** noise
#   comes from it, in one call: standard normal noise that is drawn in the shape and the dtype
#   of `mean`. It is drawn also where no input needs a gradient.
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
# $\sigma$ is `exp` of half of `logvar`. `torch.randn(...)` also takes `dtype=...`. Put both
# together by the formula, without `detach` or `no_grad`.
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
# **Difficulty:** easy. **Time:** 3 minutes (the lesson has it).
#
# `kl_to_standard_normal(mean, logvar) -> Tensor of shape (B,)`
#
# - `mean`: $\mu$, `(B, D)`; `logvar`: $\log \sigma^2$, `(B, D)`.
# - returns one value per image, in nats: summed over the units of the code,
#   $\frac{1}{2} \sum_d (\mu_d^2 + \sigma_d^2 - \log \sigma_d^2 - 1)$. It may be 0.
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
# Compute the bracket for all `(B, D)` first. Over which dimension do you add up, so that one
# value per image is left? And do not forget the half.
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
#   code].
#
# **Expect:** with logits 0, `mean` 0 and `logvar` 0: $784 \log 2 \approx 543.4$ for images of
# 784 pixels, whatever `x` and `beta` are. Logits of ±1000 give no `inf` and no `nan`.
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
# You have `nll` and `kl`, both of shape `(B,)`. Where does `beta` belong, and over what do you
# average? If exercise 2 passes its check, you may call your function here.
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
# - returns beta, as a Python number. Write both terms as sums with a weight, and multiply the
#   whole loss by a number so that the summed reconstruction has weight 1. beta is then the
#   weight of the summed KL.
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
# Each weight is 1 for `"sum"` and 1 divided by a count for `"mean"`. You want the weight of
# the reconstruction to become 1: by what do you divide both?
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
# **Time:** 5 minutes.
#
# `sample(decoder, count, latent_dim, generator) -> Tensor of shape (count, ...)`
#
# - `decoder`: any function from codes `(count, latent_dim)` to images; it need not be a
#   module. Call it once, and return its result as it is. It applies its own sigmoid, if it
#   needs one.
# - `count`: how many images; `latent_dim`: numbers in a code.
# - `generator`: a `torch.Generator` on the CPU, or None for PyTorch's own. All codes come from
#   it, in one call, from a standard **normal** distribution: drawn in the shape
#   `(count, latent_dim)`, in float32.
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
# Draw the codes in their shape, and call `decoder` on them in a block that keeps no graph:
# which `with` statement is that?
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
# **Difficulty:** medium. **Time:** 5 minutes (the lesson has it; do it without looking).
#
# `iwae_bound(log_weights) -> Tensor of shape (B,)`
#
# - `log_weights`: $\log w_{k}$ for `K` draws of `B` images, `(K, B)`, in nats; values may
#   lie anywhere between -10,000 and 10,000.
# - returns, per image, $\log \frac{1}{K} \sum_{k=1}^{K} w_k$, in nats, finite. Gradients flow
#   back from it, for it is a loss (with a minus sign) in training.
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
# `logsumexp` over the draws is $\log \sum_k w_k$. A mean of `K` weights is their sum divided
# by `K`: what does that become behind a logarithm? And which size of `log_weights` is `K`?
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
# ## 7. Mend: which epoch is the best?
#
# *"I raise beta from 0 to 1 while I train, as many do, and keep the epoch with the lowest
# loss on validation images. The loss is a record. But my new digits look like scribbles."*
#
# Only the `_broken` function is wrong. It runs on real digits, as the open task below does.

# %%
from aelesson import corruptions, data, models, objectives, runtime
from aelesson.training import TrainConfig, fit, one_cycle

runtime.start()
digits = data.load("mnist-5k")
x_train = digits.train.images
x_validation = torch.bernoulli(digits.validation.images)

# %% [markdown]
# The program, and the epoch that it keeps:

# %%
def best_epoch_broken(nll, kl, warm_up):
    """Return which epoch to keep, counted from 0."""
    losses = []
    for epoch in range(len(nll)):
        beta = min(1, epoch / warm_up)
        losses.append(nll[epoch] + beta * kl[epoch])
    return losses.index(min(losses))

# %% tags=["demonstration"]
def train_with_warm_up(epochs=14, warm_up=14):
    runtime.seed_everything(0)
    model, nll, kl = models.VAE.mlp((784, 256, 20)), [], []
    bound = objectives.negative_elbo()
    optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
    for epoch in range(epochs):
        beta = min(1, epoch / warm_up)
        for x in x_train[torch.randperm(len(x_train))].split(64):
            optimizer.zero_grad()
            terms = bound(model, torch.bernoulli(x))
            (terms["reconstruction"] + beta * terms["kl"]).backward()
            optimizer.step()
        with torch.no_grad():
            terms = bound(model, x_validation)
        nll.append(terms["reconstruction"].item())
        kl.append(terms["kl"].item())
    return nll, kl, warm_up


curves = train_with_warm_up()
broken = best_epoch_broken(*curves)
print(f"epoch {broken} is kept")

# %% [markdown]
# **Goal:** keep the epoch whose model has the lowest negative ELBO. **Difficulty:** medium.
# **Time:** 5 minutes.
#
# `best_epoch(nll, kl, warm_up) -> int`
#
# - `nll`, `kl`: for each epoch the two terms on validation images, in nats per image, both
#   without a weight; lists of the same length.
# - `warm_up`: in training, beta was `epoch / warm_up`, and from epoch `warm_up` on it was 1.
# - returns the number of the epoch with the lowest bound, counted from 0. Any epoch may be
#   it.
#
# **Expect:** another epoch than before.
#
# <details><summary>Hint 1</summary>
#
# What does the loss of epoch 0 charge for a code?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Beta is how you train. Is it also a part of what you want to know of a model?
#
# </details>
# <details><summary>Hint 3</summary>
#
# Write down the negative ELBO of exercise 3 for one epoch. Which beta does it have?
#
# </details>

# %%
def best_epoch(nll, kl, warm_up):
    """Return the epoch with the lowest negative ELBO, counted from 0."""
    ### BEGIN SOLUTION
    bounds = [nll[epoch] + kl[epoch] for epoch in range(len(nll))]
    return bounds.index(min(bounds))
    ### END SOLUTION

# %% points=2
checks.vae.best_epoch(best_epoch)

# %% tags=["demonstration"]
for name, epoch in (("broken", broken), ("mended", best_epoch(*curves))):
    whole = curves[0][epoch] + curves[1][epoch]
    print(f"{name}: epoch {epoch}, negative ELBO {whole:.1f} nats per image")

# %% [markdown]
# <details><summary>Explanation (open it when the check passes)</summary>
#
# With beta below 1 a code is charged less than it costs, so a loss of the warm-up lies below
# the negative ELBO, in each epoch by another amount. Losses of epochs can be compared only if
# all are the same quantity: the one with beta 1, whatever beta training used.
#
# </details>
#
# ## 8. Open task: how low can the bound go?
#
# **Goal:** a variational autoencoder with the lowest negative ELBO. Many answers are good.
# **Difficulty:** open. **Time:** 30 minutes, and at most 60 seconds of training.
#
# `lowest_bound() -> nn.Module`
#
# - trains on `x_train`, and returns a model with `posterior(x)`, from images to mean and
#   log-variance of their codes, `(B, D)` each, and `decode(z)`, from codes to the probability
#   that a pixel is 1, `(B, 1, 28, 28)`: `models.VAE` has both. `D` is up to you. Choose
#   settings by `x_validation`.
# - The judge makes black-and-white images of 1,000 digits that are not in your sample
#   (`torch.bernoulli`), draws one code for each, and measures cross-entropy plus KL.
#   `decode` gets nothing but the codes. Anyone who trained on the judge's digits is found out.
# - The judge records the tensor operations of `posterior` and `decode` beforehand: use
#   PyTorch alone in them, no NumPy, and no `if` on values.
# - What beats the mean image, a model without a code, earns the points. The check shows
#   your place beside it, the lesson's VAE and the course's best.
#
# <details><summary>Hint 1</summary>
#
# The judge's pixels are 0 or 1. Which images should training see?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Watch the bound on `x_validation` beside that of training: is it capacity that is missing,
# or images?
#
# </details>
# <details><summary>Hint 3</summary>
#
# `torch.bernoulli` draws other pixels in each step, and `corruptions.deformation` bends the
# digits. An objective of your own can do both before it calls `objectives.negative_elbo()`.
#
# </details>

# %%
def lowest_bound():
    """Train a variational autoencoder and return it."""
    ### BEGIN SOLUTION
    bend = corruptions.deformation(angle=6, scale=0.06, shear=0.06, shift=0.3, bend=0.36)
    bound = objectives.negative_elbo()

    def objective(model, x):
        return bound(model, torch.bernoulli(x))

    runtime.seed_everything(0)
    bent = [bend(x_train).clamp(0, 1) for _ in range(3)]
    model = models.VAE.mlp((784, 400, 20))
    settings = TrainConfig(8, 128, 4e-3, one_cycle)
    fit(model, torch.cat([x_train, *bent]), objective, settings, progress=False)
    return model
    ### END SOLUTION

# %% points=3
checks.vae.lowest_bound(lowest_bound)

# %% [markdown]
# ## Done?
#
# When every check shows its tick, go on with the next lesson. One more thing to try:
# use your `effective_beta` on the loss of a VAE that you have trained before, or found on the
# web.
