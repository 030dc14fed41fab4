# %% [markdown]
# # Exercises 11: sequences
#
# Five warm-ups, a program to mend and an open task, to do after the lesson
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
# up is **padding**, and it may hold anything.
#
# Everywhere in this sheet: inputs, networks and their weights stay as they are, so make new
# tensors. Results are torch tensors of the dtype of the numbers that come in, unless another
# is named. Gradients are asked for in exercises 3 to 5. The lesson prints the first five
# functions, so the minutes are few: try to write them without looking.

# %%
import torch
from torch.nn.utils.rnn import pack_padded_sequence

from aelesson import checks

# %% [markdown]
# ## 1. How does an image become a sequence?
#
# **Goal:** read an image row by row, from top to bottom. **Difficulty:** easy.
# **Time:** 2 minutes.
#
# `rows_as_sequence(images) -> Tensor of shape (B, 28, 28)`
#
# - `images`: `(B, 1, 28, 28)`: image, channel, row, column.
# - returns one sequence per image: step `t` is row `t`, counted from 0 at the top. Its 28
#   numbers are the pixels of that row, from left to right.
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
# The channel is axis 1, and it has one entry. `squeeze` with the number of an axis drops that
# one and no other; an index drops the axis that it stands at, too.
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
# **Goal:** turn lengths into a mask. **Difficulty:** easy. **Time:** 5 minutes.
#
# `lengths_to_mask(lengths, max_length) -> Tensor of shape (B, T), bool`
#
# - `lengths`: `(B,)`, int64: how many steps of each sequence are valid, from 0 to
#   `max_length`.
# - `max_length`: `T`, an int; it may be larger than every length.
# - returns `True` at the first `length` steps of each sequence and `False` at its padding. A
#   length of 0 gives a row of `False`.
# - The result is on the same device as `lengths`. If you make a new tensor, say where:
#   `device=lengths.device`. (The check finds out on any computer.)
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
# `torch.arange` makes the numbers of the steps, `(T,)`. What do you index `lengths` with, to
# get a column `(B, 1)`: one row for each sequence?
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
# **Time:** 5 minutes.
#
# `masked_mse(x_hat, x, mask) -> Tensor of shape ()`
#
# - `x_hat`, `x`: reconstructions and sequences, `(B, T, F)`, float32 or float64.
# - `mask`: bool, `(B, T)`: `True` at the valid steps, as in exercise 2. At least one step of
#   the batch is valid.
# - returns one number as a tensor: the mean of the squared differences over **all numbers in
#   valid steps** of the batch. So a long sequence weighs more than a short one.
# - Padding counts neither in the sum nor in the number by which you divide it.
# - Even `nan` or `inf` in the padding must reach neither the value nor the gradient with
#   respect to `x_hat`. At padding, that gradient is 0.
# - A `nan` in a valid step must show: the result is `nan` then.
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
# Index both with the mask: each then has the shape `(N, F)`, with `N` valid steps. By how many
# numbers must the sum of the squares be divided? Which function divides by just that many?
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
# **Time:** 5 minutes.
#
# `encode_sequence(rnn, x, lengths) -> Tensor of shape (B, D)`
#
# - `rnn`: an `nn.GRU` with `batch_first=True`, one layer and one direction. It goes along a
#   sequence and changes its hidden state at every step: `D` numbers, where `D` may be 1. If
#   you hand over no first state, every sequence begins with zeros, as it should here.
#   `rnn(x)` returns two tensors: the hidden states after every step, `(B, T, D)`, and the one
#   after the last step, `(1, B, D)`.
# - `x`: `(B, T, F)`, float32; `lengths`: `(B,)`, int64, on the CPU, each from 1 to `T`, in
#   any order.
# - returns the hidden state of each sequence after **its own** last valid step, in the order
#   of the batch.
# - Padding must not change the codes, however much there is and whatever it holds, even
#   `nan`.
# - Gradients flow back to `x` and to the weights of `rnn`. They are checked where the padding
#   holds finite numbers; what they are with `nan` in the padding is left open (see hint 2).
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
# There are two ways to the right codes. One takes from the first result, for each sequence,
# the state at its last valid step. What is the index of that step? The other packs the batch
# first, so that `rnn` never sees padding: `pack_padded_sequence`. Here both are right. But if
# padding holds `nan`, only packing has finite gradients, too: in the first way, `rnn` has read
# the `nan`, and backwards 0 times `nan` is `nan`.
#
# </details>
# <details><summary>Hint 3</summary>
#
# A packed batch can be handed to `rnn` as it is. Two options of `pack_padded_sequence` matter:
# which axis of `x` is the batch, and whether the lengths come sorted. The second result of
# `rnn` then has the states that you want, in the order of the batch, and one axis too many.
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
# **Difficulty:** medium. **Time:** 5 minutes.
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
#   handed on. The zeros that went in first are no part of the result.
# - Each call gets the whole batch. So there are exactly `length` calls, whatever `B` is, and
#   no step is thrown away.
# - Gradients flow back from every step to `z` and to the weights of `cell`.
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
# The first input is made by `torch.zeros`, with `len(z)` rows of `cell.features` numbers. A
# call returns a pair: give both parts the names of what went in, and both are handed on.
# In the result the steps are axis 1. Nowhere is there a `detach`.
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
# ## 6. Mend: does a pen draw better and better?
#
# *"My decoder runs freely, so I feared that errors pile up. They do not! The longer it draws,
# the better it gets: the last number is a fifth of the first."*
#
# The strokes are the lesson's: 8 to 24 movements of a pen, two numbers each. The network is
# the lesson's too, trained more briefly. Only the `_broken` function is wrong.

# %%
from torch import nn

from aelesson import networks, runtime, sequences, strokes
from aelesson.recurrent import RecurrentAutoencoder, free_running
from aelesson.training import TrainConfig, fit, one_cycle

runtime.start()
x, lengths, _ = strokes.draw(3000, torch.Generator().manual_seed(0))
stroke_train, stroke_validation = (x[:1800], lengths[:1800]), (x[1800:], lengths[1800:])

# %% tags=["demonstration"]
runtime.seed_everything(0)
pen = RecurrentAutoencoder(2, 48, 8, sequences.backwards)
fit(pen, stroke_train, free_running, TrainConfig(2, 32, 2e-2, one_cycle), progress=False)
with torch.no_grad():
    drawn = pen(*stroke_validation)

# %% [markdown]
# The program, and every third step of its curve:

# %%
def error_per_step_broken(x_hat, x, lengths):
    """Return the mean squared error of each step, over all sequences."""
    mask = torch.arange(x.shape[1]) < lengths[:, None]
    wrong = (x_hat - x).square().mean(2)  # (B, T)
    wrong = wrong.masked_fill(~mask, 0)  # padding is no error
    return wrong.mean(0)

# %% tags=["demonstration"]
def curve(error_per_step):
    errors = error_per_step(drawn, *stroke_validation)
    return " ".join(f"{error:.2f}" for error in errors[::3].tolist())


print(curve(error_per_step_broken))

# %% [markdown]
# **Goal:** a curve that is true at every step. **Difficulty:** medium. **Time:** 5 minutes.
#
# `error_per_step(x_hat, x, lengths) -> Tensor of shape (T,)`
#
# - `x_hat`, `x`: reconstructions and sequences, `(B, T, F)`; `lengths`: `(B,)`, int64, from 1
#   to `T`.
# - returns for each step the mean squared error over the sequences that *have* this step.
# - Where no sequence has a step, nothing is known: `nan`. Padding may hold anything, even
#   `nan`, and reaches no number. Gradients are not asked for.
#
# **Expect:** a curve whose end is no lower than its beginning.
#
# <details><summary>Hint 1</summary>
#
# How many of the strokes have a first step? And how many have a step 24?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Padding was made 0, so it adds nothing to a sum. But a mean is a sum, and something else.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `mask.sum(0)` has a number for each step. What does it count? And what is 0 divided by 0, in
# torch?
#
# </details>

# %%
def error_per_step(x_hat, x, lengths):
    """Return the mean squared error of each step, over the sequences that have it."""
    ### BEGIN SOLUTION
    mask = torch.arange(x.shape[1]) < lengths[:, None]
    wrong = (x_hat - x).square().mean(2)  # (B, T)
    wrong = wrong.masked_fill(~mask, 0)
    return wrong.sum(0) / mask.sum(0)
    ### END SOLUTION

# %% points=2
checks.sequences.error_per_step(error_per_step)

# %% tags=["demonstration"]
print("broken:", curve(error_per_step_broken))
print("mended:", curve(error_per_step))

# %% [markdown]
# <details><summary>Explanation (open it when the check passes)</summary>
#
# The mask kept padding out of the sum and not out of the count. At the last steps most
# strokes have ended, and each of them counted as one that was drawn without any error. All
# strokes have a first step, so there both curves agree. Who averages over sequences of
# different lengths asks at *every* step: how many are left?
#
# </details>
#
# ## 7. Open task: how much of a stroke fits into eight numbers?
#
# **Goal:** an autoencoder for strokes with a code of 8 numbers and the least error. Many
# answers are good. **Difficulty:** open. **Time:** 30 minutes, and at most 60 seconds of
# training.
#
# `pen_strokes() -> nn.Module`
#
# - trains, and returns a model with `encode(x, lengths)`, from strokes `(B, 24, 2)` to codes
#   `(B, 8)`, and `decode(z, length)`, back to strokes `(B, length, 2)`. `RecurrentAutoencoder`
#   has both; any other `nn.Module` will do. Choose settings by `stroke_validation`.
# - The judge draws 1,000 strokes of its own and measures the masked mean squared error, as
#   exercise 3 does. `decode` gets nothing but the codes, and `length = 24`. Anyone who trained
#   on the judge's strokes is found out.
# - The judge records the tensor operations of `encode` and `decode` beforehand: use PyTorch
#   alone in them, no NumPy, and no `if` on values.
# - What beats PCA of the padded strokes earns the points. The check shows your place among
#   PCA, the lesson's two networks, trained for short here, and the course's best.
#
# <details><summary>Hint 1</summary>
#
# Here the greatest length is known, so the padded MLP is open to you. In the lesson, what kept
# it from getting further? And what did it not get to see, that `encode` is given?
#
# </details>
# <details><summary>Hint 2</summary>
#
# Compare the error on `stroke_train` with that on `stroke_validation`. Is it capacity that is
# missing, or strokes?
#
# </details>
# <details><summary>Hint 3</summary>
#
# 1,800 strokes are few, and there is no need to save: `strokes.draw` draws as many as you
# like, with a seed of your own. With enough of them, larger networks pay.
#
# </details>

# %%
def pen_strokes():
    """Train an autoencoder of strokes with a code of 8 numbers, and return it."""
    ### BEGIN SOLUTION
    class Padded(nn.Module):
        """Read the whole box and its length; write the whole box."""

        def __init__(self):
            super().__init__()
            sizes = (49, 256, 256, 8)
            self.encoder = networks.mlp_encoder(sizes)
            self.decoder = networks.mlp_decoder(
                (8, 256, 256, 48), (24, 2), output=nn.Identity
            )

        def encode(self, x, lengths):
            return self.encoder(torch.cat([x.flatten(1), lengths[:, None] / 24], dim=1))

        def decode(self, z, length):
            return self.decoder(z)[:, :length]

    def objective(model, batch):
        x, lengths = batch
        x_hat = model.decode(model.encode(x, lengths), 24)
        mask = sequences.lengths_to_mask(lengths, 24)
        return {"loss": sequences.masked_mse(x_hat, x, mask)}

    x, lengths, _ = strokes.draw(20_000, torch.Generator().manual_seed(1))
    runtime.seed_everything(0)
    model = Padded()
    settings = TrainConfig(9, 128, 3e-3, one_cycle)
    fit(model, (x, lengths), objective, settings, progress=False)
    return model
    ### END SOLUTION

# %% points=3
checks.sequences.pen_strokes(pen_strokes)

# %% [markdown]
# ## Done?
#
# When every check shows its tick, go on with the next lesson. One more thing to try: encode
# the same sequence with ever more padding, once with your function and once with
# `rnn(x)[1][0]`. How far does the second code move?
