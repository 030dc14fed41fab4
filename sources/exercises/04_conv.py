# %% [markdown]
# # Exercises 04: convolution
#
# Five of them, for after the lesson
# [04 What does an image know that a vector does not?](../notebooks/04_conv.ipynb)
#
# 1. Work in your own copy: this sheet in the folder `workbook/` (if it is not there,
#    `aelesson workbook` in a terminal makes it).
# 2. Run the next cell. Then, for each exercise: replace the line that starts with `raise`,
#    run that cell, and run the check below it.
# 3. The check says what is right, or what went wrong and why. Hints open one at a time.
# 4. Save, then `aelesson progress` in a terminal shows how far you are.
#
# Some of these stand in the lesson, in one form or another. The exercise is to write them
# without looking.

# %%
from torch import nn

from aelesson import checks

# %% [markdown]
# ## 1. How large is what comes out of a convolution?
#
# **Goal:** know the side behind a layer before you build it. **Difficulty:** easy.
# **Time:** 10 minutes.
#
# `conv_size(size, kernel, stride, padding) -> int`
#
# - `size`: the pixels of one side of the image, `kernel`: of one side of the square of
#   weights. `stride`: pixels from one place of the kernel to the next. `padding`: zeros
#   added at *each* end of the side. All are whole numbers that PyTorch accepts.
# - returns the side of the map that comes out: the number of places where the kernel
#   fits wholly onto the padded side. A Python `int`.
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
# Whole steps: divide with `//`, which rounds down and keeps an `int`. Then count the place
# where it started as well.
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
# **Goal:** know how a decoder grows. **Difficulty:** easy. **Time:** 10 minutes.
#
# `transposed_conv_size(size, kernel, stride, padding, output_padding) -> int`
#
# - each of the `size` places of the input paints `kernel` pixels into the output, and the
#   next place begins `stride` pixels further on. Then `padding` pixels are cut off at *each*
#   end, and `output_padding` pixels are added at *one* end.
# - returns the side that comes out, a Python `int`.
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
# The painted side is `(size - 1) * stride + kernel` long. Now cut at both ends, and add at
# one.
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
# - returns a new network that turns images `(B, 1, 28, 28)` into codes `(B, latent_dim)`,
#   for any number of images `B`, both of dtype float32.
# - At least one `nn.Conv2d` takes part. How many, and how wide, is up to you.
# - Between the layers stands at least one activation, such as ReLU, so that the whole is not
#   one linear map. One behind every convolution is usual.
# - Behind the **last** linear layer or convolution there is no activation and no
#   max-pooling: the code is linear in what that layer puts out, and may be any number, also
#   a negative one. (Flattening and averaging are linear.)
# - An image's code does not depend on the other images of the batch (after `.eval()`), and a
#   gradient reaches every parameter.
#
# **Expect:** `build_conv_encoder(32)` turns `(5, 1, 28, 28)` into `(5, 32)`.
#
# <details><summary>Hint 1</summary>
#
# Make the maps smaller and more numerous: 1 map of 28 x 28, then 16 of 14 x 14, then 32 of 7 x 7.
# Which kernel, stride and padding halve a side? Exercise 1 tells.
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
# An `nn.Sequential`: convolution, ReLU, convolution, ReLU, flatten, and one
# `nn.Linear` from all the values of the last maps to `latent_dim`.
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
# - returns a new network that turns codes `(B, latent_dim)` into images
#   `(B, 1, 28, 28)`, for any `B`, both of dtype float32.
# - At least one `nn.ConvTranspose2d` takes part, or an `nn.Conv2d`, for example behind
#   up-sampling.
# - Between the layers stands at least one activation, such as ReLU.
# - Pixels lie in [0, 1] whatever the code, and every value between must be possible: a
#   sigmoid at the very end, and no other activation between the last layer and it.
# - An image does not depend on the other codes of the batch (after `.eval()`), and a
#   gradient reaches every parameter.
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
# The argument is `output_padding=1`. The order: linear, unflatten, ReLU, transposed
# convolution to 16 maps, ReLU, transposed convolution to 1 map, `nn.Sigmoid()`.
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
# **Difficulty:** medium. **Time:** 15 minutes.
#
# `receptive_field(layers) -> int`
#
# - `layers`: a list of pairs `(kernel, stride)`, from the layer next to the input upwards.
#   The list must not be changed.
# - returns the length of the stretch of pixels, along one side, from the first to the last
#   one that can change one unit of the last layer. Padding and the borders of the image
#   play no part. A Python `int`.
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
# Neighbours in a layer lie as many pixels apart as the strides of all layers up to it
# multiply to. For the first layer, the step in the layer below (the image) is 1 pixel.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Keep two numbers, both 1 at the start: the field and the step. For each layer, add
# `(kernel - 1) * step` to the field, and then, not before, multiply the step by `stride`.
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
# ## Done?
#
# When every check shows its tick, go on with the next lesson. One more thing to try: join
# your encoder and decoder in `models.Autoencoder(encoder, decoder)`, train it as in the
# lesson, and see whether you beat its figure at an equal code and equal parameters.
