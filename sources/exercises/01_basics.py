# %% [markdown]
# # Exercises 01: basics
#
# Five short ones. Each has a stub to fill in and a check below it. The check says what is
# right, or what went wrong and why; run it as often as you like. Hints open one at a
# time: try before you open the next. The lesson is
# [01 What survives a bottleneck?](../notebooks/01_basics.ipynb)
#
# `aelesson progress` in a terminal shows how far you are.

# %%
import torch
from torch import nn

from aelesson import checks

# %% [markdown]
# ## 1. How many numbers are learnt?
#
# **Goal:** count the weights and biases of a mirrored multilayer perceptron, without
# building it. **Difficulty:** easy. **Time:** 10 minutes.
#
# `count_parameters(sizes) -> int`
#
# - `sizes`: units per layer from the pixels to the code, such as `(784, 128, 64, 32)`.
#   The decoder has the same sizes in reverse.
# - returns the number of all weights and biases of encoder and decoder.
#
# **Expect:** 222,384 for `(784, 128, 64, 32)`, and 7 for `(2, 1)`.
#
# <details><summary>Hint 1</summary>
#
# A linear layer from `a` to `b` units has a weight for every pair, and something more.
#
# </details>
# <details><summary>Hint 2</summary>
#
# It has `a * b` weights and `b` biases, one per *output*. Seen from the other side, in the
# decoder, the same pair of sizes has `a` biases.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Add `2 * a * b + a + b` over all neighbours `a, b`: `zip(sizes, sizes[1:])`.
#
# </details>

# %%
def count_parameters(sizes):
    """Count the weights and biases of a mirrored autoencoder."""
    ### BEGIN SOLUTION
    return sum(2 * a * b + a + b for a, b in zip(sizes, sizes[1:]))
    ### END SOLUTION

# %% points=1
checks.basics.count_parameters(count_parameters)

# %% [markdown]
# ## 2. Can you build any size?
#
# **Goal:** build the autoencoder of the lesson for any list of sizes and any image shape.
# **Difficulty:** medium. **Time:** 20 minutes.
#
# `build_autoencoder(sizes) -> nn.Module`
#
# - `sizes`: as in exercise 1; `sizes[0]` is the number of pixels of an image.
# - returns a model that takes images `(B, ...)` with `sizes[0]` values each, for example
#   `(B, 1, 28, 28)`, and returns reconstructions of the same shape, in [0, 1].
# - ReLU between the layers, none on the code: the code is linear.
#
# **Expect:** `build_autoencoder((784, 128, 64, 32))` has 222,384 parameters and turns
# `(5, 1, 28, 28)` into `(5, 1, 28, 28)`.
#
# <details><summary>Hint 1</summary>
#
# A layer list that works for any length: loop over neighbouring sizes, first down, then up.
# Which two layers are *not* followed by a ReLU?
#
# </details>
# <details><summary>Hint 2</summary>
#
# The image's shape is not in `sizes`, so the model must remember it from its input:
# write a class whose `forward` flattens with `x.flatten(1)` and restores with
# `.reshape(x.shape)`.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Write a function `mlp(sizes)` that returns `nn.Sequential(Linear, ReLU, ..., Linear)`.
# The model is `torch.sigmoid(decoder(encoder(x.flatten(1)))).reshape(x.shape)` with
# `encoder = mlp(sizes)` and `decoder = mlp(sizes[::-1])`.
#
# </details>

# %%
def build_autoencoder(sizes):
    """Build a mirrored multilayer perceptron with a linear code."""
    ### BEGIN SOLUTION

    def mlp(sizes):
        layers = []
        for inputs, outputs in zip(sizes, sizes[1:]):
            layers += [nn.Linear(inputs, outputs), nn.ReLU()]
        return nn.Sequential(*layers[:-1])

    class Autoencoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = mlp(sizes)
            self.decoder = mlp(sizes[::-1])

        def forward(self, x):
            z = self.encoder(x.flatten(1))
            return torch.sigmoid(self.decoder(z)).reshape(x.shape)

    return Autoencoder()
    ### END SOLUTION

# %% points=3
checks.basics.build_autoencoder(build_autoencoder)

# %% [markdown]
# ## 3. What is one step?
#
# **Goal:** write the body of the training loop. **Difficulty:** easy. **Time:** 10 minutes.
#
# `train_step(model, x, optimizer) -> float`
#
# - `x`: a batch of images `(B, ...)`, and their own target.
# - takes one optimizer step on the mean squared error per pixel; gradients that were there
#   before must play no part.
# - returns the loss before the step, as a Python number.
#
# **Expect:** called again and again on one batch, it returns ever smaller numbers.
#
# <details><summary>Hint 1</summary>
#
# Four things happen: a loss, old gradients cleared, new gradients, a step.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `backward()` *adds* to the gradients that are there. Who clears them, and when?
#
# </details>
# <details><summary>Hint 3</summary>
#
# `loss = (model(x) - x).square().mean()`, then `optimizer.zero_grad()`,
# `loss.backward()`, `optimizer.step()`. A tensor becomes a Python number by `.item()`.
#
# </details>

# %%
def train_step(model, x, optimizer):
    """Take one step on a batch; return the loss before it."""
    ### BEGIN SOLUTION
    loss = (model(x) - x).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION

# %% points=2
checks.basics.train_step(train_step)

# %% [markdown]
# ## 4. How well does each image come back?
#
# **Goal:** measure a trained model without touching it. **Difficulty:** medium.
# **Time:** 15 minutes.
#
# `reconstruction_error(model, images) -> Tensor of shape (B,)`
#
# - returns the mean squared error per pixel, one value per image.
# - the model is in evaluation mode while it is measured, and afterwards in the mode in
#   which it was before, training or not.
# - no graph: the result does not require gradients.
#
# **Expect:** a model that answers 0 everywhere has an error of `images.square()` averaged
# over each image's pixels.
#
# <details><summary>Hint 1</summary>
#
# Why evaluation mode? Dropout and batch normalisation behave differently in training:
# the figure would be noisy or wrong.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `model.training` tells the mode. Keep it before `model.eval()`, and give it back with
# `model.train(kept)`. `torch.no_grad()` builds no graph.
#
# </details>
# <details><summary>Hint 3</summary>
#
# One value per image: `(model(images) - images).square().flatten(1).mean(1)`.
#
# </details>

# %%
def reconstruction_error(model, images):
    """Return each image's mean squared error per pixel, in evaluation mode."""
    ### BEGIN SOLUTION
    was_training = model.training
    model.eval()
    with torch.no_grad():
        errors = (model(images) - images).square().flatten(1).mean(1)
    model.train(was_training)
    return errors
    ### END SOLUTION

# %% points=2
checks.basics.reconstruction_error(reconstruction_error)

# %% [markdown]
# ## 5. How small is the code, in bits?
#
# **Goal:** compare sizes honestly: in bits, not in counts of numbers.
# **Difficulty:** easy. **Time:** 5 minutes.
#
# `compression_ratio(image_shape, latent_dim, image_bits, code_bits) -> float`
#
# - `image_shape`: such as `(1, 28, 28)`; `latent_dim`: numbers in a code.
# - `image_bits`, `code_bits`: bits per pixel value and per code number.
# - returns bits of an image divided by bits of its code.
#
# **Expect:** 6.125 for `((1, 28, 28), 32, 8, 32)`, and not 24.5: a pixel has 8 bits, a
# float 32.
#
# <details><summary>Hint 1</summary>
#
# How many values does an image of shape `(3, 32, 32)` have?
#
# </details>
# <details><summary>Hint 2</summary>
#
# The product of the shape, channels included; `math.prod` computes it.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `math.prod(image_shape) * image_bits / (latent_dim * code_bits)`.
#
# </details>

# %%
def compression_ratio(image_shape, latent_dim, image_bits, code_bits):
    """Return how many times fewer bits a code has than its image."""
    ### BEGIN SOLUTION
    values = 1
    for size in image_shape:
        values *= size
    return values * image_bits / (latent_dim * code_bits)
    ### END SOLUTION

# %% points=1
checks.basics.compression_ratio(compression_ratio)

# %% [markdown]
# ## Done?
#
# When every check shows its tick, go on with the next lesson. One more thing to try:
# replace the library's functions in the lesson by yours. All figures should stay the same.
