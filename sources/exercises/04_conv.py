# %% [markdown]
# # Exercises 04: convolution
#
# Five warm-ups, a program to mend and an open task, to do after the lesson
# [04 What does an image know that a vector does not?](../notebooks/04_conv.ipynb)
#
# 1. Work in your own copy: this sheet in the folder `workbook/` (if it is not there,
#    `aelesson workbook` in a terminal makes it).
# 2. Run the next cell. Then, for each exercise: replace the line that starts with `raise`,
#    run that cell, and run the check below it.
# 3. The check says what is right, or what went wrong and why. Hints open one at a time.
# 4. Save, then `aelesson progress` in a terminal shows how far you are.
#
# Exercises 1, 2 and 5 stand in the lesson, in one form or another: warm-ups of a few minutes,
# to be written without looking. Inputs stay as they are. The sizes asked for are Python
# numbers of kind `int`, not tensors.
#
# The networks of 3 and 4 are tried after `.eval()`: one image must not depend on the others
# of its batch. Every call builds a new network, from float32 to float32, and a gradient
# reaches each of its parameters. Normalisation and dropout layers are allowed.

# %%
from torch import nn

from aelesson import checks

# %% [markdown]
# ## 1. How large is what comes out of a convolution?
#
# **Goal:** know the side behind a layer before you build it. **Difficulty:** easy.
# **Time:** 3 minutes.
#
# `conv_size(size, kernel, stride, padding) -> int`
#
# - `size`: the pixels of one side of the image, `kernel`: of one side of the square of
#   weights. `stride`: pixels from one place of the kernel to the next. `padding`: zeros
#   added at *each* end of the side. All are whole numbers that PyTorch accepts.
# - returns the side of the map that comes out: the number of places where the kernel
#   fits wholly onto the padded side.
#
# **Expect:** 14 for `(28, 3, 2, 1)`, and also for `(27, 3, 2, 1)`; 1 for `(7, 7, 1, 0)`.
#
# <details><summary>Hint 1</summary>
#
# How long is the side after padding? And where can the left end of the kernel stand?
#
# </details>
# <details><summary>Hint 2</summary>
#
# The kernel starts at the left end, and can move by `size + 2 * padding - kernel` pixels in
# all. How many whole steps of `stride` pixels is that?
#
# </details>
# <details><summary>Hint 3</summary>
#
# Whole steps: divide with `//`, which rounds down and keeps an `int`. After so many steps, at
# how many places has the kernel stood?
#
# </details>

# %%
def conv_size(size, kernel, stride, padding):
    """Return the side of the map that a convolution makes."""
    ### BEGIN SOLUTION
    return (size + 2 * padding - kernel) // stride + 1
    ### END SOLUTION

# %% points=1
checks.conv.conv_size(conv_size)

# %% [markdown]
# ## 2. And of a transposed convolution?
#
# **Goal:** know how a decoder grows. **Difficulty:** easy. **Time:** 3 minutes.
#
# `transposed_conv_size(size, kernel, stride, padding, output_padding) -> int`
#
# - each of the `size` places of the input paints `kernel` pixels into the output, and the
#   next place begins `stride` pixels further on. Then `padding` pixels are cut off at *each*
#   end, and `output_padding` pixels are added at *one* end. All are whole numbers that
#   PyTorch accepts.
# - returns the side that comes out. It reaches from the first painted pixel to the last,
#   with the gaps between.
#
# **Expect:** 28 for `(14, 3, 2, 1, 1)`, 27 for `(14, 3, 2, 1, 0)`, 7 for `(1, 7, 1, 0, 0)`.
#
# <details><summary>Hint 1</summary>
#
# Where does the *last* place begin to paint, if the first begins at pixel 0?
#
# </details>
# <details><summary>Hint 2</summary>
#
# At `(size - 1) * stride`. From there on it paints a whole kernel, so you know how long the
# painted side is.
#
# </details>
# <details><summary>Hint 3</summary>
#
# The painted side ends where the last place has painted its kernel. Now cut at both ends,
# and add at one.
#
# </details>

# %%
def transposed_conv_size(size, kernel, stride, padding, output_padding):
    """Return the side of the map that a transposed convolution makes."""
    ### BEGIN SOLUTION
    return (size - 1) * stride - 2 * padding + kernel + output_padding
    ### END SOLUTION

# %% points=1
checks.conv.transposed_conv_size(transposed_conv_size)

# %% [markdown]
# ## 3. From an image to a code
#
# **Goal:** build an encoder that knows what an image is. **Difficulty:** medium.
# **Time:** 20 minutes.
#
# `build_conv_encoder(latent_dim) -> nn.Module`
#
# - `latent_dim`: the size of a code, a whole number such as 32.
# - returns a network that turns images `(B, 1, 28, 28)` into codes `(B, latent_dim)`, for
#   any number of images `B`.
# - At least one `nn.Conv2d` takes part. How many, and how wide, is up to you.
# - Between the layers stands at least one activation, such as ReLU, so that the whole is not
#   one linear map. One behind every convolution is usual.
# - Behind the **last** linear layer or convolution there is no activation and no
#   max-pooling: the code is linear in what that layer puts out, and may be any number, also
#   a negative one. (Flattening, averaging and batch normalisation after `.eval()` are linear.)
#
# **Expect:** `build_conv_encoder(32)` turns `(5, 1, 28, 28)` into `(5, 32)`.
#
# <details><summary>Hint 1</summary>
#
# Make the maps smaller and more numerous: 1 map of 28 x 28, then 16 of 14 x 14, then 32 of
# 7 x 7. Which kernel, stride and padding halve a side? Exercise 1 tells.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `nn.Conv2d(1, 16, 3, stride=2, padding=1)` goes from 1 map to 16 and halves the sides.
# At the end, `nn.Flatten()` makes rows of the maps, `(B, 32 * 7 * 7)`.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Join them in an `nn.Sequential`, with an activation behind each convolution. One layer is
# left: from how many values to how many? Nothing follows it.
#
# </details>

# %%
def build_conv_encoder(latent_dim):
    """Build a convolutional encoder with a linear code."""
    ### BEGIN SOLUTION
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Conv2d(16, 32, 3, stride=2, padding=1),
        nn.ReLU(),
        nn.Flatten(),
        nn.Linear(32 * 7 * 7, latent_dim),
    )
    ### END SOLUTION

# %% points=3
checks.conv.build_conv_encoder(build_conv_encoder)

# %% [markdown]
# ## 4. From a code to an image
#
# **Goal:** build the way back. **Difficulty:** medium. **Time:** 20 minutes.
#
# `build_conv_decoder(latent_dim) -> nn.Module`
#
# - returns a network that turns codes `(B, latent_dim)` into images `(B, 1, 28, 28)`, for
#   any `B`.
# - At least one `nn.ConvTranspose2d` takes part, or an `nn.Conv2d`, for example behind
#   up-sampling.
# - Between the layers stands at least one activation, such as ReLU.
# - Pixels lie in [0, 1] whatever the code, and every value between must be possible: a
#   sigmoid at the very end, and nothing between the last layer and it that bends or cuts, such
#   as a ReLU or a clamp.
#
# **Expect:** `build_conv_decoder(32)` turns `(5, 32)` into `(5, 1, 28, 28)`.
#
# <details><summary>Hint 1</summary>
#
# Walk back what the encoder did: a code, then 32 maps of 7 x 7, then 16 of 14 x 14, then the
# image. Which settings double a side? Exercise 2 tells.
#
# </details>
# <details><summary>Hint 2</summary>
#
# A linear layer makes the `32 * 7 * 7` values, and `nn.Unflatten(1, (32, 7, 7))` makes maps
# of them. `nn.ConvTranspose2d(32, 16, 3, stride=2, padding=1, ...)` needs one more argument
# to get from 7 to 14 and not to 13.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Put the numbers into exercise 2: which `output_padding` turns 7 into 14? The second
# transposed convolution has the same settings and makes 1 map. What must come last, so that
# pixels lie in [0, 1]?
#
# </details>

# %%
def build_conv_decoder(latent_dim):
    """Build a convolutional decoder whose pixels lie in [0, 1]."""
    ### BEGIN SOLUTION
    double = {"kernel_size": 3, "stride": 2, "padding": 1, "output_padding": 1}
    return nn.Sequential(
        nn.Linear(latent_dim, 32 * 7 * 7),
        nn.Unflatten(1, (32, 7, 7)),
        nn.ReLU(),
        nn.ConvTranspose2d(32, 16, **double),
        nn.ReLU(),
        nn.ConvTranspose2d(16, 1, **double),
        nn.Sigmoid(),
    )
    ### END SOLUTION

# %% points=3
checks.conv.build_conv_decoder(build_conv_decoder)

# %% [markdown]
# ## 5. What can one unit see?
#
# **Goal:** compute how many pixels a side one unit of the last layer sees.
# **Difficulty:** medium. **Time:** 5 minutes.
#
# `receptive_field(layers) -> int`
#
# - `layers`: a list of pairs `(kernel, stride)`, from the layer next to the input upwards.
# - returns the length of the stretch of pixels, along one side, from the first to the last
#   one that can change one unit of the last layer; pixels between them count, also those
#   that a stride skips. Padding and the borders of the image play no part.
# - With an empty list, a unit is a pixel and sees itself: 1.
#
# **Expect:** 7 for `[(3, 2), (3, 2)]`, and 31 for `[(3, 2), (3, 2), (7, 1)]`.
#
# <details><summary>Hint 1</summary>
#
# One unit of a layer sees `kernel` neighbours of the layer below: itself and `kernel - 1`
# steps. How many pixels of the *image* is one such step?
#
# </details>
# <details><summary>Hint 2</summary>
#
# In the image itself, neighbours lie 1 pixel apart. Behind a layer of stride `s`, neighbours
# lie `s` times as far apart as below it. So the step changes from layer to layer.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Keep two numbers, both 1 at the start: the field and the step. For each layer, the field
# grows by the steps of hint 1, and the step grows as in hint 2. Which of the two comes first:
# does a layer's own stride move its own field?
#
# </details>

# %%
def receptive_field(layers):
    """Return how many pixels of a side one unit of the last layer sees."""
    ### BEGIN SOLUTION
    field, step = 1, 1
    for kernel, stride in layers:
        field += (kernel - 1) * step
        step *= stride
    return field
    ### END SOLUTION

# %% points=2
checks.conv.receptive_field(receptive_field)

# %% [markdown]
# ## 6. Mend: does a dense network need neighbours?
#
# *"The lesson says that a dense network does not notice when the pixels of all images are
# shuffled. I have tried it: mine has more than four times the error. So much for that."*
#
# Only the `_broken` function is wrong. It is tried on real digits, which the open task below
# needs as well.

# %%
import torch
from torch.nn import functional as F

from aelesson import data, metrics, models, objectives, runtime
from aelesson.training import TrainConfig, fit, one_cycle

runtime.start()
digits = data.load("mnist-5k")
x_train, x_validation = digits.train.images, digits.validation.images

# %% [markdown]
# The program, and its figures:

# %%
def shuffler_broken(seed):
    """Return a function that shuffles the pixels of images in one random order."""
    generator = torch.Generator().manual_seed(seed)

    def shuffle(x):
        order = torch.randperm(784, generator=generator)
        return x.flatten(1)[:, order].reshape(x.shape)

    return shuffle

# %% tags=["demonstration"]
def error_of_a_dense_network(change):
    x, unseen = change(x_train), change(x_validation)
    runtime.seed_everything(0)
    model = models.Autoencoder.mlp((784, 128, 32))
    settings = TrainConfig(4, 64, 2e-2, one_cycle)
    fit(model, x, objectives.reconstruction(), settings, progress=False)
    return metrics.reconstruction_error(model, unseen).mean().item()


plain = error_of_a_dense_network(lambda x: x)
broken = error_of_a_dense_network(shuffler_broken(0))
print(f"as they are: {plain:.4f}, shuffled: {broken:.4f}")

# %% [markdown]
# **Goal:** mend the experiment. **Difficulty:** easy. **Time:** 5 minutes.
#
# `shuffler(seed) -> function`
#
# - returns a function from images `(B, 1, 28, 28)` to such images, for any `B`, with all
#   pixels of each image in another order.
# - It is one order, for all images and all calls. It depends on `seed` alone: another seed
#   gives another order.
#
# **Expect:** the two errors become alike.
#
# <details><summary>Hint 1</summary>
#
# Shuffle `x_train[:5]` twice. What would you expect, and what do you get?
#
# </details>
# <details><summary>Hint 2</summary>
#
# The network learns from the images of one call, and is measured on those of another. What
# does the second call know of the first?
#
# </details>
# <details><summary>Hint 3</summary>
#
# Two functions stand one inside the other. Which of them runs once, and which runs for every
# batch? And in which of the two is the order drawn?
#
# </details>
# <details><summary>Explanation (open it when the check passes)</summary>
#
# Each call draws an order of its own. So the network learns with one order and is measured
# with another, where every weight sits on a wrong pixel. The error is large for any network,
# neighbours or not, and the figure looks like the discovery that one hoped for. An experiment
# needs a control, here something that *must* come out alike: `shuffle(x)` twice, or a network
# of which you know that the order means nothing to it.
#
# </details>

# %%
def shuffler(seed):
    """Return a function that shuffles the pixels of images in one random order."""
    ### BEGIN SOLUTION
    order = torch.randperm(784, generator=torch.Generator().manual_seed(seed))
    return lambda x: x.flatten(1)[:, order].reshape(x.shape)
    ### END SOLUTION

# %% points=2
checks.conv.shuffler(shuffler)

# %% tags=["demonstration"]
mended = error_of_a_dense_network(shuffler(0))
print(f"as they are: {plain:.4f}, broken: {broken:.4f}, mended: {mended:.4f}")

# %% [markdown]
# ## 7. Open task: how far do twenty thousand numbers reach?
#
# **Goal:** the least error with a code of 32 numbers and a small network. Many answers are
# good. **Difficulty:** open. **Time:** 40 minutes, and at most 60 seconds of training.
#
# `twenty_thousand() -> nn.Module`
#
# - trains on `x_train`, and returns a model with `encode(x)`, from images to `(B, 32)`, and
#   `decode(z)`, back to images. Choose settings by `x_validation`.
# - It keeps at most 20,000 numbers: weights, biases, buffers and tensors in attributes, each
#   tensor counted once. The lesson's network has more than five times as many.
# - The judge measures the mean squared error per pixel on 1,000 digits that are not in your
#   sample. `decode` gets nothing but the codes, and who has trained on the judge's digits is
#   found out.
# - The judge records the tensor operations of `encode` and `decode` beforehand: use PyTorch
#   alone in them, no NumPy, and no `if` on values.
# - PCA of whole images does not fit with 32 components; what beats it with as many as fit earns
#   the points. The check shows your place among PCA, the lesson's network made narrow, and the
#   course's best.
#
# <details><summary>Hint 1</summary>
#
# Print where the numbers are. Which layers hold nearly all of them, and what would make those
# smaller: fewer channels at the end, or fewer places?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Is every pixel worth its weights? And must encoder and decoder each have weights of their
# own?
#
# </details>
# <details><summary>Hint 3</summary>
#
# PCA goes back by the transposed matrix that it came by: `F.linear(z, weight.T)` does so for a
# linear layer, `F.conv_transpose2d(h, weight, ...)` for a convolution. What is used twice is
# counted once. New images from `aelesson.corruptions.deformation` cost no weights either.
#
# </details>

# %%
def twenty_thousand():
    """Train a small autoencoder with a code of 32 numbers, and return it."""
    ### BEGIN SOLUTION
    class Tied(nn.Module):
        """The way back has the weights of the way there, and biases of its own."""

        def __init__(self):
            super().__init__()
            self.first = nn.Conv2d(1, 16, 3, stride=2, padding=1)
            self.second = nn.Conv2d(16, 11, 3, stride=2, padding=1)
            self.code = nn.Linear(11 * 49, 32)
            self.back = nn.ParameterList(torch.zeros(n) for n in (11 * 49, 16, 1))

        def encode(self, x):
            return self.code(self.second(self.first(x).relu()).relu().flatten(1))

        def decode(self, z):
            h = F.linear(z, self.code.weight.T, self.back[0]).view(-1, 11, 7, 7).relu()
            h = F.conv_transpose2d(h, self.second.weight, self.back[1], 2, 1, 1).relu()
            return F.conv_transpose2d(h, self.first.weight, self.back[2], 2, 1, 1).sigmoid()

        def forward(self, x):
            return self.decode(self.encode(x))

    runtime.seed_everything(0)
    model = Tied()
    settings = TrainConfig(14, 64, 2e-2, one_cycle)
    fit(model, x_train, objectives.reconstruction(), settings, progress=False)
    return model
    ### END SOLUTION

# %% points=3
checks.conv.twenty_thousand(twenty_thousand)

# %% [markdown]
# ## Done?
#
# When every check shows its tick, go on with the next lesson. One more thing to try: join
# your encoder and decoder in `models.Autoencoder(encoder, decoder)`, train it as in the
# lesson, and see whether you beat its figure at an equal code and equal parameters.
