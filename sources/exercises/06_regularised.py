# %% [markdown]
# # Exercises 06: regularised
#
# Five short ones, for after the lesson
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
# returns: one row of `D` numbers for each image. No function may change its inputs, except
# the last one, whose task it is.

# %%
import torch
from torch.nn import functional as F

from aelesson import checks

# %% [markdown]
# ## 1. What does a code cost?
#
# **Goal:** a price for each unit that is not 0. **Difficulty:** easy. **Time:** 5 minutes.
#
# `l1_penalty(z) -> Tensor of shape (B,)`
#
# - `z`: codes, `(B, D)`, of any floating dtype. A value may be negative or exactly 0.
# - returns for each image the sum of the absolute values of its code, $\sum_d |z_d|$, with
#   the dtype of `z`. It is a sum over the units, and no mean; the batch is left as it is.
# - Gradients must be able to flow back to `z`. Where a value is exactly 0, the gradient must
#   lie between -1 and 1.
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
# `z.abs()` still has the shape `(B, D)`. Dimension 0 counts images, dimension 1 counts units:
# `.sum(1)` leaves one number for each image.
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
# **Time:** 15 minutes.
#
# `kl_sparsity(activation, target) -> Tensor of shape ()`
#
# - `activation`: codes from a sigmoid, `(B, D)`, with values from 0 to 1.
# - `target`: $\rho$, a plain number above 0 and below 1, such as 0.05.
# - Let $\hat\rho_d$ be the mean activation of unit $d$ over the images of the batch, cut to
#   the range from $10^{-6}$ to $1 - 10^{-6}$. It is this mean that is cut, not the single
#   activations. A unit that is 0 for all images then costs much, but not infinitely much.
# - returns one number, in nats, with the dtype of `activation`: the sum over all units of
#   $\mathrm{KL}(\rho \,\|\, \hat\rho_d) = \rho \log \frac{\rho}{\hat\rho_d} +
#   (1 - \rho) \log \frac{1 - \rho}{1 - \hat\rho_d}$.
# - Gradients must be able to flow back to `activation`, and must be finite everywhere.
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
# With `mean = activation.mean(0).clamp(1e-6, 1 - 1e-6)`, the first half is
# `target * (target / mean).log()`. The second half is the same with `1 - target` and
# `1 - mean`. Add both halves, and sum over the units.
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
# - `x`: images, `(B, P)` or `(B, C, H, W)`. They stay as they are, and so does
#   `x.requires_grad`, which is False.
# - returns for each image the sum of the squares of all slopes,
#   $\sum_{d, p} (\partial z_d / \partial x_p)^2$: how fast each unit of its code changes with
#   each of its pixels. That is the squared Frobenius norm of the image's Jacobian.
# - It is exact, and a term of a loss: gradients must be able to flow from it to the encoder's
#   weights. It does not write into any `.grad`, and it leaves the encoder's mode as it is.
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
# In a loop over the units, `torch.autograd.grad(z[:, unit].sum(), x, create_graph=True)`
# returns a tuple with one tensor of the shape of `x`: this unit's slopes for all images.
# Square it, `.flatten(1).sum(1)` gives `(B,)`, and add that to a total. With
# `create_graph=True` the slopes themselves can be differentiated.
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
# **Time:** 15 minutes.
#
# `top_k(z, k) -> Tensor of shape (B, D)`
#
# - `z`: codes, `(B, D)`; `k`: a whole number from 1 to `D`.
# - returns a new tensor with the dtype of `z`: in each row the `k` largest values stay in
#   their places, and all others are 0.
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
# `torch.zeros_like(z)` are the zeros, and `.scatter(1, places, values)` returns a copy in
# which, along dimension 1, the values stand at their places.
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
# **Time:** 15 minutes.
#
# A code of half the size costs half in an L1 penalty, and a decoder with doubled weights makes
# the same image of it. So the penalty says nothing, unless the decoder's lengths are fixed.
#
# `normalise_decoder_(linear) -> nn.Linear`
#
# - `linear`: an `nn.Linear` from `D` code units to `P` pixels, in training: an optimizer knows
#   its parameters. Its `weight` has the shape `(P, D)`. Column `d` of it is the picture of
#   unit $d$: what this unit adds to the image. The layer may have no bias.
# - Divides each column by its length, the root of the sum of its squares; after that each
#   column has length 1. A column of zeros stays as it is. All others are longer than 0.01.
# - It changes the values of this `nn.Parameter`, and makes no new one. All else stays: the
#   bias, `requires_grad`, `.grad`. No graph is kept. (An underscore at the end of a name says
#   in PyTorch: this changes its input in place.)
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
# Under `torch.no_grad()`, `linear.weight.copy_(...)` writes new values into the same
# parameter. The columns run along dimension 0. And do not forget to return the layer.
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
# ## Done?
#
# When every check shows its tick, go on with the next lesson. One more thing to try: train an
# autoencoder of the lesson with your `l1_penalty`, once with `normalise_decoder_` before each
# step and once without. Watch the size of the codes.
