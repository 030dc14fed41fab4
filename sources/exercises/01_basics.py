# %% [markdown]
# # Exercises 01: basics
#
# Five warm-ups, a program to mend and an open task, to do after the lesson
# [01 What survives a bottleneck?](../notebooks/01_basics.ipynb)
#
# 1. Work in your own copy: this sheet in the folder `workbook/` (if it is not there,
#    `aelesson workbook` in a terminal makes it).
# 2. Run the next cell. Then, for each exercise: replace the line that starts with `raise`,
#    run that cell, and run the check below it.
# 3. The check says what is right, or what went wrong and why. Hints open one at a time.
# 4. Save, then `aelesson progress` in a terminal shows how far you are.
#
# Everywhere in this sheet: inputs stay as they are, so make new tensors; results have the
# kind that the signature names, a Python number or a torch tensor. Where the lesson prints
# the same function, the exercise is a short warm-up: try it without looking.

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
# **Difficulty:** easy. **Time:** 5 minutes.
#
# `count_parameters(sizes) -> int`
#
# - `sizes`: a tuple of the encoder's sizes, from the pixels of an image down to the code
#   (what the encoder returns), such as `(784, 128, 64, 32)`.
#   Two sizes may be equal.
# - returns the number of all weights and biases of encoder and decoder, exactly.
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
# There are `a` of them. So each pair of neighbours in `sizes` stands for two layers, one
# down and one up: add up what both hold. `zip(sizes, sizes[1:])` goes through the
# neighbours.
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
# **Difficulty:** medium. **Time:** 15 minutes.
#
# `build_autoencoder(sizes) -> nn.Module`
#
# - `sizes`: a tuple as in exercise 1; `sizes[0]` is the number of values in one image.
# - returns a new model that takes images `(B, ...)` with `sizes[0]` values each, for example
#   `(B, 1, 28, 28)` or `(B, 784)`, and returns reconstructions of the same shape.
# - It has the layers that exercise 1 counts. Behind each stands an activation such as ReLU,
#   with two exceptions. Behind the encoder's last layer stands nothing: the code is linear.
#   Behind the decoder's last layer stands a sigmoid alone, which brings pixels into [0, 1].
# - The decoder sees the code only, and each image is treated alone.
#
# **Expect:** `build_autoencoder((784, 128, 64, 32))` has 222,384 parameters and turns
# `(5, 1, 28, 28)` into `(5, 1, 28, 28)`.
#
# <details><summary>Hint 1</summary>
#
# Loop over neighbouring sizes, first down, then up, and collect layers in a list. Encoder
# and decoder are the same kind of thing, with the sizes backwards.
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
# the linear layers and none at the end. Your class calls it twice; which sizes does the
# decoder get? What is still missing at the end of `forward`?
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
# **Goal:** write the body of the training loop, as in the lesson.
# **Difficulty:** easy. **Time:** 5 minutes.
#
# `train_step(model, x, optimizer) -> float`
#
# - `model`: a network whose output has the shape of its input. It may come in training or
#   in evaluation mode: do not change the mode, also not for a moment.
# - `x`: a batch of images `(B, ...)`, with values in whatever range; each image is its own
#   target.
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
# The loss is the mean of the squares of `model(x) - x`. You also need `loss.backward()`,
# `optimizer.step()` and `optimizer.zero_grad()`: in which order? A tensor of one value
# becomes a Python number by `.item()`.
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
# **Time:** 10 minutes.
#
# `reconstruction_error(model, images) -> Tensor of shape (B,)`
#
# - `model`: a network whose output has the shape of its input; `images`: `(B, ...)`, both
#   in whatever range.
# - returns one value per image: the mean squared error over all its values, channels
#   included.
# - while it is measured, the model is in evaluation mode, with all its parts. Afterwards its
#   `training` is what it was before. Its parameters stay as they are.
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
# One value per image: `flatten(1)` makes one row of each image's errors, whatever its
# shape. Which axis is left to average over?
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
# **Difficulty:** easy. **Time:** 3 minutes.
#
# `compression_ratio(image_shape, latent_dim, image_bits, code_bits) -> float`
#
# - `image_shape`: a tuple of any length, such as `(1, 28, 28)`; `latent_dim`: numbers in a
#   code.
# - `image_bits`, `code_bits`: bits per pixel value and per code number.
# - returns bits of an image divided by bits of its code, not rounded; below 1 if the code
#   is larger.
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
# ## 6. Mend: whose loss is this?
#
# *"My loss jumps up and down from epoch to epoch, although the network gets better all
# the time. A friend says: average more. But I report one number per epoch already."*
#
# The program trains for an epoch and returns the loss that goes into the curve. Only the
# `_broken` function is wrong. It runs on real digits, as the open task below does.

# %%
from torch.nn import functional as F

from aelesson import corruptions, data, models, runtime
from aelesson.training import TrainConfig, fit, one_cycle

runtime.start()
digits = data.load("mnist-5k")
x_train, x_validation = digits.train.images, digits.validation.images

# %% [markdown]
# The program, and its curve:

# %%
def epoch_loss_broken(model, batches, optimizer):
    """Train for one epoch; return its mean squared error per pixel."""
    for x in batches:
        loss = F.mse_loss(model(x), x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()

# %% tags=["demonstration"]
def curve(epoch_loss):
    runtime.seed_everything(0)
    model = models.Autoencoder.mlp((784, 128, 32))
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    shuffled = (x_train[torch.randperm(len(x_train))].split(53) for _ in range(8))
    return [epoch_loss(model, batches, optimizer) for batches in shuffled]


broken = curve(epoch_loss_broken)
print(" ".join(f"{loss:.4f}" for loss in broken))

# %% [markdown]
# **Goal:** train as before, and return the loss of the *epoch*. **Difficulty:** easy.
# **Time:** 5 minutes.
#
# `epoch_loss(model, batches, optimizer) -> float`
#
# - `model`, `optimizer`: as in exercise 3. `batches`: a list of tensors `(B, ...)`, of which
#   the last one may have fewer images.
# - takes the same steps as before, one for each batch.
# - returns the mean squared error over all images, each measured in its own step, before the
#   weights move: an image in a small batch counts as much as any other. A Python number.
#
# **Expect:** a curve that falls in every epoch.
#
# <details><summary>Hint 1</summary>
#
# 3,500 images in batches of 53: how many images are in the last one?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Which of the losses does the last line know? And if you average over batches: how much
# does one image count in a batch of 53, and in one of 2?
#
# </details>
# <details><summary>Hint 3</summary>
#
# Collect `loss.item() * len(x)` over the batches. By what must that sum be divided at
# the end?
#
# </details>

# %%
def epoch_loss(model, batches, optimizer):
    """Train for one epoch; return its mean squared error per pixel."""
    ### BEGIN SOLUTION
    total, count = 0.0, 0
    for x in batches:
        loss = F.mse_loss(model(x), x)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(x)
        count += len(x)
    return total / count
    ### END SOLUTION

# %% points=2
checks.basics.epoch_loss(epoch_loss)

# %% tags=["demonstration"]
mended = curve(epoch_loss)
print("broken:", " ".join(f"{loss:.4f}" for loss in broken))
print("mended:", " ".join(f"{loss:.4f}" for loss in mended))

# %% [markdown]
# <details><summary>Explanation (open it when the check passes)</summary>
#
# The program returned the loss of the *last batch*: 2 images of 3,500. Which images those
# are is chance, and so is a good part of each point of its curve. The loss of the epoch is
# the mean over all images; a plain mean of the batches' losses would give the 2 images of
# the last batch the weight of 53.
#
# </details>
#
# ## 7. Open task: how much fits into sixteen numbers?
#
# **Goal:** an autoencoder with a code of 16 numbers and the least error. Many answers are
# good. **Difficulty:** open. **Time:** 30 minutes, and at most 30 seconds of training.
#
# `sixteen_numbers() -> nn.Module`
#
# - trains on `x_train`, and returns a model with `encode(x)`, from images to `(B, 16)`, and
#   `decode(z)`, back to images: `models.Autoencoder` has both. Choose settings by
#   `x_validation`.
# - The judge measures the mean squared error per pixel on 1,000 digits that are not in
#   your sample. `decode` gets nothing but the codes. Anyone who trained on the judge's digits
#   is found out.
# - The judge records the tensor operations of `encode` and `decode` beforehand: use PyTorch
#   alone in them, no NumPy, and no `if` on values.
# - What beats PCA with 16 numbers earns the points. The check shows your place among PCA,
#   the lesson's network and the course's best.
#
# <details><summary>Hint 1</summary>
#
# The lesson climbed a ladder: which of its rungs are in your network?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Is it capacity that is missing, or images? Compare the error on `x_train` with that on
# `x_validation`.
#
# </details>
# <details><summary>Hint 3</summary>
#
# 3,500 images are few. `corruptions.deformation` makes new ones from them, other ones in
# each step; see `TrainConfig` and an objective of your own for the rest.
#
# </details>

# %%
def sixteen_numbers():
    """Train an autoencoder with a code of 16 numbers, and return it."""
    ### BEGIN SOLUTION
    bend = corruptions.deformation(angle=10, scale=0.1, shear=0.1, shift=0.5, bend=0.6)

    def objective(model, x):
        x = bend(x).clamp(0, 1)
        return {"loss": F.mse_loss(model(x), x)}

    runtime.seed_everything(0)
    model = models.Autoencoder.mlp((784, 512, 16))
    settings = TrainConfig(16, 64, 3e-3, one_cycle)
    fit(model, x_train, objective, settings, progress=False)
    return model
    ### END SOLUTION

# %% points=3
checks.basics.sixteen_numbers(sixteen_numbers)

# %% [markdown]
# ## Done?
#
# When every check shows its tick, go on with the next lesson. One more thing to try:
# replace `metrics.reconstruction_error` in the lesson by yours. All figures should stay the same.
