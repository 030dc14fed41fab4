# %% [markdown]
# # Exercises 11: sequences
#
# Five short ones, for after the lesson
# [11 How to encode what has no fixed length?](../notebooks/11_sequences.ipynb)
#
# 1. Work in your own copy: this sheet in the folder `workbook/` (if it is not there,
#    `aelesson workbook` in a terminal makes it).
# 2. Run the next cell. Then, for each exercise: replace the line that starts with `raise`,
#    run that cell, and run the check below it.
# 3. The check says what is right, or what went wrong and why. Hints open one at a time.
# 4. Save, then `aelesson progress` in a terminal shows how far you are.
#
# Shapes: `B` sequences in a batch, `T` steps, `F` numbers in a step, `D` numbers in a code.
# The sequences of a batch have different lengths, so short ones are filled up at their end
# until all have `T` steps. The steps that a sequence came with are **valid**; what fills it
# up is **padding**, and it may hold anything. No function may change its inputs.

# %%
import torch
from torch.nn.utils.rnn import pack_padded_sequence

from aelesson import checks

# %% [markdown]
# ## 1. How does an image become a sequence?
#
# **Goal:** read an image row by row, from top to bottom. **Difficulty:** easy.
# **Time:** 5 minutes.
#
# `rows_as_sequence(images) -> Tensor of shape (B, 28, 28)`
#
# - `images`: `(B, 1, 28, 28)`: image, channel, row, column.
# - returns one sequence per image: step `t` is row `t`, counted from the top. Its 28 numbers
#   are the pixels of that row, from left to right.
#
# **Expect:** `(5, 28, 28)` for images `(5, 1, 28, 28)`, and `(1, 28, 28)` for one image. With
# the result called `x`, `x[0, 3, 20]` is the pixel in row 3 and column 20 of the first image.
#
# <details><summary>Hint 1</summary>
#
# Compare the two shapes, axis by axis. Which one is too many?
#
# </details>
# <details><summary>Hint 2</summary>
#
# The rows are in place already: nothing has to be swapped. `squeeze()` without a number
# drops *every* axis of size 1. What does it do to a batch with one image?
#
# </details>
# <details><summary>Hint 3</summary>
#
# The channel is axis 1, and it has one entry. `squeeze(1)` drops that axis and no other; to
# index it with 0 does the same.
#
# </details>

# %%
def rows_as_sequence(images):
    """Return each image as a sequence of its rows."""
    ### BEGIN SOLUTION
    return images[:, 0]
    ### END SOLUTION

# %% points=1
checks.sequences.rows_as_sequence(rows_as_sequence)

# %% [markdown]
# ## 2. Which steps are valid?
#
# **Goal:** turn lengths into a mask. **Difficulty:** easy. **Time:** 10 minutes.
#
# `lengths_to_mask(lengths, max_length) -> Tensor of shape (B, T), bool`
#
# - `lengths`: `(B,)`, int64: how many steps of each sequence are valid, from 0 to
#   `max_length`.
# - `max_length`: `T`, an int; it may be larger than every length.
# - returns `True` at the first `length` steps of each sequence and `False` at its padding. A
#   length of 0 gives a row of `False`. The result is on the device of `lengths`.
#
# **Expect:** for `torch.tensor([2, 0, 3])` and 4:
#
# ```
# [[ True,  True, False, False],
#  [False, False, False, False],
#  [ True,  True,  True, False]]
# ```
#
# <details><summary>Hint 1</summary>
#
# The steps have the numbers 0, 1, ..., `T` - 1. Which of them are valid in a sequence of
# length 2?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Step `t` is valid if `t < length`. A comparison of tensors gives bools, and it broadcasts:
# `(T,)` against `(B, 1)` gives `(B, T)`.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `torch.arange(max_length, device=lengths.device)` has the numbers of the steps, and
# `lengths[:, None]` is a column, one row for each sequence. Compare the two.
#
# </details>

# %%
def lengths_to_mask(lengths, max_length):
    """Return True at the valid steps of each sequence."""
    ### BEGIN SOLUTION
    steps = torch.arange(max_length, device=lengths.device)  # (T,)
    return steps < lengths[:, None]
    ### END SOLUTION

# %% points=1
checks.sequences.lengths_to_mask(lengths_to_mask)

# %% [markdown]
# ## 3. How wrong is a reconstruction, without its padding?
#
# **Goal:** a mean squared error that padding cannot reach. **Difficulty:** medium.
# **Time:** 15 minutes.
#
# `masked_mse(x_hat, x, mask) -> Tensor of shape ()`
#
# - `x_hat`, `x`: reconstructions and sequences, `(B, T, F)`.
# - `mask`: bool, `(B, T)`: `True` at the valid steps, as in exercise 2. At least one step of
#   the batch is valid.
# - returns one number as a tensor: the mean of the squared differences over **all numbers in
#   valid steps** of the batch. So a long sequence weighs more than a short one.
# - Padding counts neither in the sum nor in the number that divides it. Even `nan` or `inf`
#   in the padding must reach neither the value nor the gradient with respect to `x_hat`: that
#   gradient is 0 at padding.
# - A `nan` in a valid step must show in the result: it is `nan` then.
#
# **Expect:** two sequences with 3 valid steps and 1 valid step. If every difference in the
# first is 1 and in the second 3, the result is (3 × 1 + 1 × 9) / 4 = 3, for any `F`.
#
# <details><summary>Hint 1</summary>
#
# `mask * something` keeps `nan`, because `0 * nan` is `nan`. Do not multiply: choose.
# `torch.where` and `masked_fill` choose, and so does an index: `x[mask]` has the valid steps
# of all sequences, one after the other.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Choose *before* you square. The gradient of a square is twice the difference times what
# flows back. At padding 0 flows back, but `0 * nan` is `nan` there, too.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `x_hat[mask]` and `x[mask]` have shape `(N, F)`, with `N` valid steps. The mean over all the
# numbers in an `(N, F)` tensor divides by `N * F`, which is right here.
#
# </details>

# %%
def masked_mse(x_hat, x, mask):
    """Return the mean squared error over the numbers of valid steps."""
    ### BEGIN SOLUTION
    return (x_hat[mask] - x[mask]).square().mean()
    ### END SOLUTION

# %% points=2
checks.sequences.masked_mse(masked_mse)

# %% [markdown]
# ## 4. What is the code of a sequence?
#
# **Goal:** one code per sequence, however long it is. **Difficulty:** medium.
# **Time:** 20 minutes.
#
# `encode_sequence(rnn, x, lengths) -> Tensor of shape (B, D)`
#
# - `rnn`: an `nn.GRU` with `batch_first=True`, one layer and one direction. It goes along a
#   sequence and changes its hidden state, `D` numbers that are zeros at first, at every step.
#   `rnn(x)` returns two tensors: the hidden states after every step, `(B, T, D)`, and the one
#   after the last step, `(1, B, D)`.
# - `x`: `(B, T, F)`; `lengths`: `(B,)`, int64, on the CPU, each from 1 to `T`, in any order.
# - returns the hidden state of each sequence after **its own** last valid step, in the order
#   of the batch. Each begins with zeros, and `D` may be 1. Padding must not change it, however much there is and whatever it holds,
#   even `nan`. Gradients can flow back to `x` and to the weights of `rnn`.
#
# **Expect:** each row equals the code of that sequence alone, cut to its own length.
#
# <details><summary>Hint 1</summary>
#
# The second result of `rnn(x)` is the state after all `T` steps. For a short sequence, that is
# after all of its padding.
#
# </details>
# <details><summary>Hint 2</summary>
#
# There are two good ways. One takes from the first result, for each sequence, the state at
# its last valid step. Which number has that step? The other packs the batch first, so that
# `rnn` never sees padding: `pack_padded_sequence`.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)` can be handed to
# `rnn` as it is. The second result is then the state that you want, in the order of the
# batch. Its shape has one axis too many.
#
# </details>

# %%
def encode_sequence(rnn, x, lengths):
    """Return the hidden state after each sequence's last valid step."""
    ### BEGIN SOLUTION
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    _, h = rnn(packed)  # (1, B, D)
    return h[0]
    ### END SOLUTION

# %% points=2
checks.sequences.encode_sequence(encode_sequence)

# %% [markdown]
# ## 5. How does a sequence grow out of a code?
#
# **Goal:** a decoder that runs freely: it reads nothing but what it has written itself.
# **Difficulty:** medium. **Time:** 15 minutes.
#
# `decode_sequence(cell, z, length) -> Tensor of shape (B, length, F)`
#
# - `cell`: a network for one step. `cell(x_t, h)` takes the input `(B, F)` and the hidden
#   state `(B, D)`, and returns a pair: the next step `(B, F)` and the next hidden state
#   `(B, D)`. `cell.features` is `F`, which can be less or more than `D`.
# - `z`: codes `(B, D)`, float32: the hidden state at the beginning.
# - `length`: how many steps to make, 1 or more.
# - returns the steps that the cell returned, in their order. The first input is zeros
#   `(B, F)`. After that, each step that comes out is the next input, and each hidden state is
#   handed on. Zeros that only went in are no part of the result.
# - The cell makes each step once: a batch takes `length` calls, and no step is thrown away.
# - Gradients can flow back from every step to `z` and to the weights of `cell`.
#
# **Expect:** with a cell that returns `x_t + 1` and `h`, the steps are 1, 2, 3, ...
#
# <details><summary>Hint 1</summary>
#
# You need a loop, with two variables that change in it: the last step and the hidden state.
# What are they before the first call?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Keep every step that comes out in a list. At the end, `torch.stack` makes one tensor of
# them, with a new axis. Which axis is the one of the steps?
#
# </details>
# <details><summary>Hint 3</summary>
#
# Begin with `x_t = torch.zeros(len(z), cell.features)` and `h = z`. In the loop,
# `x_t, h = cell(x_t, h)` hands on both at once. `torch.stack(steps, dim=1)` has the shape
# `(B, length, F)`. Nowhere is there a `detach`.
#
# </details>

# %%
def decode_sequence(cell, z, length):
    """Make a sequence from each code, step by step."""
    ### BEGIN SOLUTION
    x_t, h = torch.zeros(len(z), cell.features, device=z.device), z
    steps = []
    for _ in range(length):
        x_t, h = cell(x_t, h)
        steps.append(x_t)
    return torch.stack(steps, dim=1)
    ### END SOLUTION

# %% points=2
checks.sequences.decode_sequence(decode_sequence)

# %% [markdown]
# ## Done?
#
# When every check shows its tick, go on with the next lesson. One more thing to try: encode
# the same sequence with ever more padding, once with your function and once with
# `rnn(x)[1][0]`. How far does the second code move?
