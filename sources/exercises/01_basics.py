# %% [markdown]
# # Exercises 01: basics
#
# Five short ones, for after the lesson
# [01 What survives a bottleneck?](../notebooks/01_basics.ipynb)
#
# 1. Work in your own copy: this sheet in the folder `workbook/` (if it is not there,
#    `aelesson workbook` in a terminal makes it).
# 2. Run the next cell. Then, for each exercise: replace the line that starts with `raise`,
#    run that cell, and run the check below it.
# 3. The check says what is right, or what went wrong and why. Hints open one at a time.
# 4. Save, then `aelesson progress` in a terminal shows how far you are.

# %%
import math

import torch
from torch import nn

from aelesson import checks

# %% [markdown]
# ## 1. How many numbers are learnt?
#
# **Goal:** count the weights and biases of an autoencoder without building it. All its
# layers are linear maps with biases, and the decoder has the encoder's sizes backwards.
# **Difficulty:** easy. **Time:** 10 minutes.
#
# `count_parameters(sizes) -> int`
#
# - `sizes`: a tuple of the encoder's sizes, from the pixels of an image down to the code
#   (what the encoder returns), such as `(784, 128, 64, 32)`.
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
# It has `a * b` weights and `b` biases, one per *output*. What are the outputs of the layer
# in the decoder that mirrors it?
#
# </details>
# <details><summary>Hint 3</summary>
#
# There are `a` of them. So two neighbours `a, b` in `sizes` stand for `2 * a * b + a + b`
# numbers. `zip(sizes, sizes[1:])` goes through the neighbours.
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
# **Goal:** build the autoencoder of the lesson for any sizes and any image shape.
# **Difficulty:** medium. **Time:** 20 minutes.
#
# `build_autoencoder(sizes) -> nn.Module`
#
# - `sizes`: a tuple as in exercise 1; `sizes[0]` is the number of values in one image.
# - returns a model that takes images `(B, ...)` with `sizes[0]` values each, for example
#   `(B, 1, 28, 28)`, and returns reconstructions of the same shape.
# - An activation such as ReLU follows every layer but two: the code is linear, and the
#   output goes through a sigmoid, which brings it into [0, 1].
#
# **Expect:** `build_autoencoder((784, 128, 64, 32))` has 222,384 parameters and turns
# `(5, 1, 28, 28)` into `(5, 1, 28, 28)`.
#
# <details><summary>Hint 1</summary>
#
# Loop over neighbouring sizes, first down, then up, and collect layers in a list. The two
# layers without a ReLU are the last one of the encoder and the last one of the decoder.
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
# Write a function `mlp(sizes)` that returns `nn.Sequential(*layers)`, with a ReLU between
# the linear layers and none at the end. The class has `mlp(sizes)` as its encoder and
# `mlp(sizes[::-1])` as its decoder; `forward` calls `torch.sigmoid` on what comes out.
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
# - `model`: a network whose output has the shape of its input; its mode stays as it is.
# - `x`: a batch of images `(B, ...)`; each image is its own target.
# - takes one step of `optimizer` on the mean squared error, over all values of the batch;
#   gradients that were there before must play no part.
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
# The loss is `(model(x) - x).square().mean()`. You also need `loss.backward()`,
# `optimizer.step()` and `optimizer.zero_grad()`: in which order? A tensor becomes a
# Python number by `.item()`.
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
# - `model`: a network whose output has the shape of its input; `images`: `(B, ...)`.
# - returns one value per image: the mean squared error over all its values, channels
#   included.
# - the model is in evaluation mode while it is measured, and afterwards in the mode in
#   which it was before, training or not.
# - no graph: the result does not require gradients.
#
# **Expect:** a model that answers 0 everywhere has an error of `images.square()` averaged
# over each image's pixels.
#
# <details><summary>Hint 1</summary>
#
# Three jobs: set the mode, measure, give the mode back. Why evaluation mode? Dropout and
# batch normalisation behave differently in training: the figure would be noisy or wrong.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `model.training` tells the mode. Keep it before `model.eval()`, and give it back with
# `model.train(kept)`, before you return. Under `with torch.no_grad():` no graph is built.
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
# The product of the shape, channels included; `math.prod` computes it. And a code of
# `latent_dim` numbers?
#
# </details>
# <details><summary>Hint 3</summary>
#
# The image has `math.prod(image_shape) * image_bits` bits. Count the code's in the same
# way, and divide.
#
# </details>

# %%
def compression_ratio(image_shape, latent_dim, image_bits, code_bits):
    """Return how many times fewer bits a code has than its image."""
    ### BEGIN SOLUTION
    return math.prod(image_shape) * image_bits / (latent_dim * code_bits)
    ### END SOLUTION

# %% points=1
checks.basics.compression_ratio(compression_ratio)

# %% [markdown]
# ## Done?
#
# When every check shows its tick, go on with the next lesson. One more thing to try:
# replace the library's functions in the lesson by yours. All figures should stay the same.
