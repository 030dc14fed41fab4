# %% [markdown]
# # Exercises 06: regularised
#
# Five warm-ups, a program to mend and an open task, to do after the lesson
# [06 What replaces the bottleneck?](../notebooks/06_regularised.ipynb)
#
# 1. Work in your own copy: this sheet in the folder `workbook/` (if it is not there,
#    `aelesson workbook` in a terminal makes it).
# 2. Run the next cell. Then, for each exercise: replace the line that starts with `raise`,
#    run that cell, and run the check below it.
# 3. The check says what is right, or what went wrong and why. Hints open one at a time.
# 4. Save, then `aelesson progress` in a terminal shows how far you are.
#
# Shapes: `B` images of `P` pixels, `D` units in a code. A code, `z`, is what the encoder
# returns: one row of `D` numbers for each image.
#
# **In the first four:** inputs stay as they are, the result is a new torch tensor with the
# dtype of the input, and gradients flow back through it, for it is trained with. So NumPy
# does not help here. Exercise 5 changes its input; that is its task.

# %%
import torch
from torch.nn import functional as F

from aelesson import checks

# %% [markdown]
# ## 1. What does a code cost?
#
# **Goal:** a price for each unit that is not 0. **Difficulty:** easy. **Time:** 2 minutes,
# a warm-up: the lesson wrote it once.
#
# `l1_penalty(z) -> Tensor of shape (B,)`
#
# - `z`: codes, `(B, D)`, of any floating dtype. A value may be negative or exactly 0.
# - returns for each image the sum of the absolute values of its code, $\sum_d |z_d|$: a sum
#   over the units, and no mean. One image does not touch another.
# - Where a value is exactly 0, its gradient must lie between -1 and 1.
#
# **Expect:** 3 for the code (1, -2, 0).
#
# <details><summary>Hint 1</summary>
#
# Two steps: make every value positive, then add up those of one image.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `.abs()` does the first, and knows what to do at 0. The root of a square does not: its slope
# there is nan. Over which dimension do you add up, so that `(B, D)` becomes `(B,)`?
#
# </details>
# <details><summary>Hint 3</summary>
#
# `z.abs()` still has the shape `(B, D)`. Dimension 0 counts images, dimension 1 counts units;
# the one that you sum over disappears.
#
# </details>

# %%
def l1_penalty(z):
    """Return the sum of absolute values of each code."""
    ### BEGIN SOLUTION
    return z.abs().sum(1)
    ### END SOLUTION

# %% points=1
checks.regularised.l1_penalty(l1_penalty)

# %% [markdown]
# ## 2. Is each unit active as rarely as it should be?
#
# **Goal:** the KL penalty of the sparse autoencoder. **Difficulty:** medium.
# **Time:** 5 minutes, a warm-up: the lesson wrote it once.
#
# `kl_sparsity(activation, target) -> Tensor of shape ()`
#
# - `activation`: codes from a sigmoid, `(B, D)`, with values from 0 to 1.
# - `target`: $\rho$, a plain number above 0 and below 1, such as 0.05.
# - Let $\hat\rho_d$ be the mean activation of unit $d$ over the images of the batch, cut to
#   the range from $10^{-6}$ to $1 - 10^{-6}$. It is this mean that is cut, not the single
#   activations. A unit that is 0 for all images then costs much, but not infinitely much.
# - returns one number, in nats: the sum over all units of
#   $\mathrm{KL}(\rho \,\|\, \hat\rho_d) = \rho \log \frac{\rho}{\hat\rho_d} +
#   (1 - \rho) \log \frac{1 - \rho}{1 - \hat\rho_d}$.
# - Gradients must be finite everywhere, also where a mean is 0 or 1.
#
# **Expect:** 0 if each unit's mean is the target. For `target` 0.05 and one unit with the mean
# 0.5 about 0.495. (Source: Andrew Ng's lecture notes on sparse autoencoders, 2011.)
#
# <details><summary>Hint 1</summary>
#
# First one mean for each unit, `(D,)`. Which dimension disappears? Then one divergence for
# each unit. Then one sum.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `activation.mean(0)` are the means, and `.clamp(low, high)` cuts them. `target` is a plain
# number, so `torch.log(target)` fails; `(target / mean).log()` works, for `mean` is a tensor.
#
# </details>
# <details><summary>Hint 3</summary>
#
# With the cut means, the first half is `target * (target / mean).log()`. In the second half
# both numbers are replaced by 1 minus the number. Add both halves, and sum over the units.
#
# </details>

# %%
def kl_sparsity(activation, target):
    """Return the divergence of the units' mean activations from a target."""
    ### BEGIN SOLUTION
    mean = activation.mean(0).clamp(1e-6, 1 - 1e-6)  # (D,)
    active = target * (target / mean).log()
    silent = (1 - target) * ((1 - target) / (1 - mean)).log()
    return (active + silent).sum()
    ### END SOLUTION

# %% points=2
checks.regularised.kl_sparsity(kl_sparsity)

# %% [markdown]
# ## 3. How much does a code move when the pixels do?
#
# **Goal:** the penalty of the contractive autoencoder, for any encoder.
# **Difficulty:** hard. **Time:** 25 minutes.
#
# `contractive_penalty(encoder, x) -> Tensor of shape (B,)`
#
# - `encoder`: an `nn.Module` from images to codes `(B, D)`. It may have any layers, a sigmoid
#   or not. It treats each image alone: a code does not depend on the other images.
# - `x`: images, `(B, P)` or `(B, C, H, W)`. `x.requires_grad` is False, and stays so.
# - returns for each image the sum of the squares of all slopes,
#   $\sum_{d, p} (\partial z_d / \partial x_p)^2$: how fast each unit of its code changes with
#   each of its pixels. That is the squared Frobenius norm of the image's Jacobian.
# - It is exact, and a term of a loss: gradients flow from it to the encoder's weights. Write
#   into no `.grad`, and do not change the encoder's mode.
#
# **Expect:** for `nn.Linear`, the same for every image: the sum of its squared weights. For a
# layer with a sigmoid that is nearly 0 or 1 for all images, almost 0.
#
# <details><summary>Hint 1</summary>
#
# `torch.autograd.grad(number, tensor)` gives the slopes of *one* number. A code has `D` of
# them, so go through the code units. Adding the units up first would be quicker, but slopes
# of opposite signs would cancel.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The images come in one batch, yet one call per unit will do: `z[:, unit].sum()` is one
# number, and its slope by a pixel of an image depends on that image alone. Encode a copy of
# the images that needs gradients: `x.detach().clone().requires_grad_()`. What does
# `create_graph=True` do?
#
# </details>
# <details><summary>Hint 3</summary>
#
# In a loop over the units, `torch.autograd.grad` returns a tuple with one tensor of the shape
# of `x`: this unit's slopes for all images. What is left is to square, to sum for each image,
# and to add to a total. With `create_graph=True` the slopes themselves can be differentiated.
#
# </details>

# %%
def contractive_penalty(encoder, x):
    """Return the squared Frobenius norm of each image's Jacobian."""
    ### BEGIN SOLUTION
    x = x.detach().clone().requires_grad_()
    z = encoder(x)
    penalty = torch.zeros(len(x), dtype=x.dtype)
    for unit in range(z.shape[1]):
        (slopes,) = torch.autograd.grad(z[:, unit].sum(), x, create_graph=True)
        penalty = penalty + slopes.square().flatten(1).sum(1)
    return penalty
    ### END SOLUTION

# %% points=3
checks.regularised.contractive_penalty(contractive_penalty)

# %% [markdown]
# ## 4. How do you keep only a few units?
#
# **Goal:** the activation of the k-sparse autoencoder. **Difficulty:** medium.
# **Time:** 3 minutes, a warm-up: the lesson wrote it once.
#
# `top_k(z, k) -> Tensor of shape (B, D)`
#
# - `z`: codes, `(B, D)`; `k`: a whole number from 1 to `D`.
# - returns `(B, D)`: in each row the `k` largest values stay in their places, exactly as they
#   are, and all others are 0.
# - Largest means largest, not farthest from 0: 1 is larger than -5. If fewer than `k` values
#   are positive, negative ones are kept as well, as they are.
# - Exactly `k` values are kept, also where several are equal; any choice among equal ones is
#   right. Gradients flow back through the `k` that are kept, and through no others.
#
# **Expect:** with `k` 2, the row (3, -5, 1, 2) becomes (3, 0, 0, 2), and (1, 1, 1, 0) becomes,
# for example, (1, 1, 0, 0).
#
# <details><summary>Hint 1</summary>
#
# Two questions: which places, and how do the values get there? A comparison with the k-th
# largest value keeps too many where values are equal.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `z.topk(k, dim=1)` gives two tensors `(B, k)`: the values, and their places in the row. A
# gradient flows through the values. Which function of a tensor of zeros puts values to given
# places?
#
# </details>
# <details><summary>Hint 3</summary>
#
# `.scatter(dimension, places, values)` of a tensor of zeros returns a copy in which the values
# stand at their places. Which dimension counts the units, and how do you make such zeros?
#
# </details>

# %%
def top_k(z, k):
    """Keep the k largest values of each code; set the others to 0."""
    ### BEGIN SOLUTION
    values, places = z.topk(k, dim=1)
    return torch.zeros_like(z).scatter(1, places, values)
    ### END SOLUTION

# %% points=2
checks.regularised.top_k(top_k)

# %% [markdown]
# ## 5. How do you stop a decoder from cheating?
#
# **Goal:** keep the length of each unit's picture at 1. **Difficulty:** medium.
# **Time:** 5 minutes, a warm-up: the lesson wrote it once.
#
# A code of half the size costs half in an L1 penalty, and a decoder with doubled weights makes
# the same image of it. So the penalty can be dodged, unless the decoder's lengths count, too.
# Here they are fixed.
#
# `normalise_decoder_(linear) -> nn.Linear`
#
# - `linear`: an `nn.Linear` from `D` code units to `P` pixels, in training: an optimizer knows
#   its parameters. Its `weight` has the shape `(P, D)`. Column `d` of it is the picture of
#   unit $d$: what this unit adds to the image. The layer may have no bias.
# - Divides each column by its length, the root of the sum of its squares; after that each
#   column has length 1. A column of zeros stays as it is. All others are longer than 0.001, so
#   what you may add to a length against 0/0 is tiny: at most 1e-8.
# - It changes the values of this `nn.Parameter`, and makes no new one. All else stays: the
#   bias, `requires_grad`, `.grad`, the mode. (An underscore at the end of a name says in
#   PyTorch: this changes its input in place.)
# - returns the layer itself, as `linear.eval()` does.
#
# **Expect:** a column (3, 4) becomes (0.6, 0.8).
#
# <details><summary>Hint 1</summary>
#
# A length for each column: `D` numbers. `.norm(dim=...)` gives lengths; which dimension
# disappears? Then divide, but 0 by 0 is nan.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `F.normalize(weight, dim=...)` divides by the lengths, and leaves zeros alone. To change
# a parameter's values in place, switch gradients off for these lines:
# `with torch.no_grad():`.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Under `torch.no_grad()`, `copy_` writes new values into the same parameter. The columns run
# along dimension 0. And do not forget to return the layer.
#
# </details>

# %%
def normalise_decoder_(linear):
    """Give each column of a layer's weight the length 1, in place."""
    ### BEGIN SOLUTION
    with torch.no_grad():
        linear.weight.copy_(F.normalize(linear.weight, dim=0))
    return linear
    ### END SOLUTION

# %% points=2
checks.regularised.normalise_decoder_(normalise_decoder_)

# %% [markdown]
# ## 6. Mend: where did the price go?
#
# *"I train a sparse autoencoder with an L1 price. The price falls, so it works. But when I count,
# the price has fallen further than the number of units that are on."*
#
# The program prices the codes of a batch. Below it, a network is changed by hand: each code
# becomes eight times smaller, each picture in the decoder eight times larger. Only the
# `_broken` function is wrong. It runs on real digits, as the open task below does.

# %%
from torch import nn

from aelesson import data, regularisers, runtime

runtime.start()
digits = data.load("mnist-5k")
x_train, x_validation = digits.train.images, digits.validation.images

# %% [markdown]
# The program, and what the same network costs in both forms:

# %%
def sparse_loss_broken(encoder, decoder, x, weight):
    """Return the error per pixel plus the price of the codes."""
    z = encoder(x)
    price = z.abs().sum(1).mean()
    return F.mse_loss(decoder(z), x) + weight * price

# %% tags=["demonstration"]
def costs(sparse_loss):
    runtime.seed_everything(0)
    encoder, decoder = nn.Linear(784, 100), nn.Linear(100, 784)
    x, found = x_train[:500].flatten(1), []
    for factor in (1, 8):
        with torch.no_grad():
            for parameter in encoder.parameters():
                parameter /= factor
            decoder.weight *= factor
            error = F.mse_loss(decoder(encoder(x)), x).item()
            found.append((error, sparse_loss(encoder, decoder, x, 0.01).item()))
    return found


for form, (error, loss) in zip(("as built", "eight times"), costs(sparse_loss_broken)):
    print(f"{form}: error {error:.4f}, loss {loss:.4f}")

# %% [markdown]
# **Goal:** a price that cannot be dodged: if two networks make the same images, and each unit
# adds the same to them, the loss is the same. **Difficulty:** medium. **Time:** 10 minutes.
#
# `sparse_loss(encoder, decoder, x, weight) -> Tensor of shape ()`
#
# - `encoder`: from images `(B, P)` to codes `(B, D)`. `decoder`: an `nn.Linear` from `D` units
#   to `P` pixels, as in exercise 5, whose columns may have *any* length above 0. Change
#   neither of them: this is a loss, and gradients flow to all weights.
# - returns the mean squared error over all values, plus `weight` times the price: the sum over
#   the units, the mean over the images. A unit that becomes $c$ times smaller, while its
#   picture becomes $c$ times larger, costs what it did. If all pictures have the length 1, the
#   price is the plain L1 penalty.
#
# **Expect:** the same loss in both lines.
#
# <details><summary>Hint 1</summary>
#
# What does unit $d$ add to an image? It is $z_d$ times its picture. Which of the two does the
# price see?
#
# </details>
# <details><summary>Hint 2</summary>
#
# A weaker code is not the fault, and a penalty on the decoder's weights only makes the trade
# dearer. Which product of two numbers stays as it is when one is divided by 8 and the other
# multiplied by it?
#
# </details>
# <details><summary>Hint 3</summary>
#
# The lengths of the pictures are `D` numbers: those of the columns of `decoder.weight`. A row
# of `z.abs()` has `D` numbers, too.
#
# </details>

# %%
def sparse_loss(encoder, decoder, x, weight):
    """Return the error per pixel plus the price of the codes."""
    ### BEGIN SOLUTION
    z = encoder(x)
    lengths = decoder.weight.norm(dim=0)  # (D,)
    price = (z.abs() * lengths).sum(1).mean()
    return F.mse_loss(decoder(z), x) + weight * price
    ### END SOLUTION

# %% points=2
checks.regularised.sparse_loss(sparse_loss)

# %% tags=["demonstration"]
for name, loss in (("broken", sparse_loss_broken), ("mended", sparse_loss)):
    (_, before), (_, after) = costs(loss)
    print(f"{name}: loss {before:.4f}, and eight times smaller codes {after:.4f}")

# %% [markdown]
# <details><summary>Explanation (open it when the check passes)</summary>
#
# The price saw the code and not the decoder. Small codes and large pictures make the same
# image, so a part of the fall needs no silent unit: in lesson 06, *Break it*, codes shrink and
# pictures grow. Priced by code *times* length of the picture, the trade brings nothing.
# Exercise 5 reaches the same in another way: it fixes all lengths at 1, before each step.
#
# </details>
#
# ## 7. Open task: what can thirty-two units tell?
#
# **Goal:** codes of which at most 32 units are on, and that tell digits apart. Many answers
# are good. **Difficulty:** open. **Time:** 30 minutes, and at most 60 seconds of training.
#
# `thirty_two_active() -> nn.Module`
#
# - trains on `x_train`, without labels, and returns a model with `encode(x)`, from images
#   `(B, 1, 28, 28)` to codes `(B, D)`: `D` is at most 1,024, and in each code at most 32
#   values are not exactly 0. Choose settings by `x_validation`.
# - The judge fits a linear classifier on the codes of the first 1,000 images of `x_train` and
#   their labels, and measures its accuracy on 1,000 digits that are not in your sample. Anyone
#   who trained on the judge's digits is found out. That you use no labels is up to you.
# - The judge records the tensor operations of `encode` beforehand: use PyTorch alone in it,
#   no NumPy, and no `if` on values.
# - What beats PCA with 32 numbers earns the points. The check shows your place beside it, an
#   untrained network, the lesson's and the course's best.
#
# <details><summary>Hint 1</summary>
#
# `regularisers.TopK(32)` keeps the rule. Which of the lesson's codes had the best probe?
#
# </details>
# <details><summary>Hint 2</summary>
#
# More units to choose from; noise or moved images in training; not all 32 for one place of
# the image. The labels of the validation images may choose between two codes.
#
# </details>
# <details><summary>Hint 3</summary>
#
# A unit need not see the whole image. Let units look at small patches, each of them at all
# places, and keep the best few at each place. What would a code of a patch be with *one* unit
# on?
#
# </details>

# %%
def thirty_two_active():
    """Train an encoder whose codes have at most 32 units on, and return it."""
    ### BEGIN SOLUTION
    units, side, places, each = 256, 13, 2, 8  # 2 x 2 places, 8 units on at each

    def unit_length(patches):
        return F.normalize(patches - patches.mean(1, keepdim=True), dim=1)

    runtime.seed_everything(0)
    patches = F.unfold(x_train[:1500], side).transpose(1, 2).reshape(-1, side**2)
    patches = patches[torch.randperm(len(patches))[:30_000]]
    patches = unit_length(patches[patches.std(1) > 0.15])
    pictures = patches[:units].clone()
    for _ in range(10):  # k-means: the sparsest autoencoder, with one unit on
        nearest = (patches @ pictures.T).argmax(1)
        sums = torch.zeros_like(pictures).index_add(0, nearest, patches)
        pictures = unit_length(sums)

    class Patches(nn.Module):
        def encode(self, x):
            filters = pictures.view(units, 1, side, side)
            alike = F.conv2d(x, filters, stride=2, padding=side // 2).relu()
            best = F.adaptive_max_pool2d(alike, places)  # (B, units, 2, 2)
            rows = best.permute(0, 2, 3, 1).reshape(-1, units)
            return regularisers.top_k(rows, each).reshape(len(x), -1)

    return Patches()
    ### END SOLUTION

# %% points=3
checks.regularised.thirty_two_active(thirty_two_active)

# %% [markdown]
# ## Done?
#
# When every check shows its tick, go on with the next lesson. One more thing to try: train an
# autoencoder of the lesson with your `l1_penalty`, once with `normalise_decoder_` before each
# step and once without. Watch the size of the codes.
