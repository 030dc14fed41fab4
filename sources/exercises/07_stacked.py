# %% [markdown]
# # Exercises 07: stacked
#
# Six short ones, for after the lesson
# [07 When does pretraining pay?](../notebooks/07_stacked.ipynb)
#
# 1. Work in your own copy: this sheet in the folder `workbook/` (if it is not there,
#    `aelesson workbook` in a terminal makes it).
# 2. Run the next cell. Then, for each exercise: replace the line that starts with `raise`,
#    run that cell, and run the check below it.
# 3. The check says what is right, or what went wrong and why. Hints open one at a time.
# 4. Save, then `aelesson progress` in a terminal shows how far you are.
#
# Pretraining here goes layer by layer. The first autoencoder is trained on images, the second
# on the codes of the first, and so on; then the encoders, one behind the other, become the
# lower part of a classifier. `B` is the number of images in a batch, `N` the number of all.

# %%
import torch
from torch import nn

from aelesson import checks

# %% [markdown]
# ## 1. Which way does an image go?
#
# **Goal:** send images through a stack of encoders. **Difficulty:** easy. **Time:** 5 minutes.
#
# `encode_through(encoders, x) -> Tensor of shape (B, D)`
#
# - `encoders`: a list of one encoder or more, each an `nn.Module`. The first one takes `x`;
#   each of the others takes the code of the one before it. The list stays as it is.
# - `x`: a batch of images `(B, ...)`; `x` stays as it is.
# - returns the code of the last encoder. Gradients must be able to flow back through all
#   encoders, up to `x`: the classifier is trained that way.
#
# **Expect:** encoders of sizes 784 to 500 and 500 to 100 turn `(B, 784)` into `(B, 100)`.
#
# <details><summary>Hint 1</summary>
#
# For two encoders `f` and `g` it is `g(f(x))`. For more of them you need a loop.
#
# </details>
# <details><summary>Hint 2</summary>
#
# In the loop one name stands for what goes into the next encoder. What is it at the start,
# and what does it become?
#
# </details>
# <details><summary>Hint 3</summary>
#
# `for encoder in encoders:`, and in it `x = encoder(x)`: this gives the name `x` to a new
# tensor and changes nothing in the old one. What is left to do after the loop?
#
# </details>

# %%
def encode_through(encoders, x):
    """Return the codes of the last encoder: each one's codes feed the next."""
    ### BEGIN SOLUTION
    for encoder in encoders:
        x = encoder(x)
    return x
    ### END SOLUTION

# %% points=1
checks.stacked.encode_through(encode_through)

# %% [markdown]
# ## 2. How is one layer pretrained?
#
# **Goal:** train a denoising autoencoder with one layer down and one up.
# **Difficulty:** hard. **Time:** 30 minutes.
#
# `pretrain_layer(inputs, hidden_dim, corrupt, epochs, generator) -> (encoder, decoder)`
#
# - `inputs`: images or codes, `(N, D)`, float32, with values in [0, 1]; they stay as they are.
# - `hidden_dim`: the size of a code.
# - `corrupt`: a function from a batch `(B, D)` to a new, corrupted batch of the same shape,
#   drawn anew at each call. It may corrupt the values in any way, not only with noise.
# - `epochs`: how often training goes through all inputs. In every epoch each row of `inputs`
#   is used exactly once, the last ones too if the last batch is smaller. Each time it is
#   corrupted anew; `corrupt` is called for nothing else. You may call it on each batch, or
#   once per epoch on all inputs.
# - `generator`: a `torch.Generator`. It alone settles the order of the rows, a new order in
#   every epoch. It is not seeded again. The first weights may come from PyTorch's global
#   random state.
# - The target is the clean batch; the loss is, for example, the mean squared error.
# - returns two trained `nn.Module`s: an encoder `(B, D) -> (B, hidden_dim)` and a decoder
#   `(B, hidden_dim) -> (B, D)`. Both put out values in [0, 1], whatever goes in.
#
# What works here: an encoder and a decoder of one linear layer and a sigmoid each, Adam with a
# learning rate of 0.01, and batches of 32.
#
# **Expect:** on the 640 inputs of the check, after 40 epochs, the reconstructions of corrupted
# inputs have about a tenth of the error that you make by always answering with the mean of all
# inputs; the check asks for less than half of that error.
#
# <details><summary>Hint 1</summary>
#
# The loop is that of lesson 01, with another input for the network. Write it for one batch,
# then for one epoch, then for all.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `torch.randperm(len(inputs), generator=generator)` is a random order of the row numbers, and
# `.split(32)` cuts it into batches. Where must the order be drawn, so that every epoch has
# one of its own? The optimizer needs the parameters of both networks.
#
# </details>
# <details><summary>Hint 3</summary>
#
# For each `chosen` of the order: `clean = inputs[chosen]` is the batch and the target, and
# `decoder(encoder(corrupt(clean)))` is what the loss compares with it. Both networks are
# `nn.Sequential(nn.Linear(..., ...), nn.Sigmoid())`, and
# `[*encoder.parameters(), *decoder.parameters()]` is what Adam gets.
#
# </details>

# %%
def pretrain_layer(inputs, hidden_dim, corrupt, epochs, generator):
    """Train a denoising autoencoder of one layer; return its encoder and decoder."""
    ### BEGIN SOLUTION
    width = inputs.shape[1]
    encoder = nn.Sequential(nn.Linear(width, hidden_dim), nn.Sigmoid())
    decoder = nn.Sequential(nn.Linear(hidden_dim, width), nn.Sigmoid())
    parameters = [*encoder.parameters(), *decoder.parameters()]
    optimizer = torch.optim.Adam(parameters, lr=0.01)
    for _ in range(epochs):
        order = torch.randperm(len(inputs), generator=generator)
        for chosen in order.split(32):
            clean = inputs[chosen]
            loss = (decoder(encoder(corrupt(clean))) - clean).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return encoder, decoder
    ### END SOLUTION

# %% points=4
checks.stacked.pretrain_layer(pretrain_layer)

# %% [markdown]
# ## 3. How does a stack become a classifier?
#
# **Goal:** put a new layer on top of pretrained encoders. **Difficulty:** medium.
# **Time:** 15 minutes.
#
# `build_classifier(encoders, classes) -> nn.Module`
#
# - `encoders`: a list of encoders as exercise 2 returns them. Each is an `nn.Sequential` of a
#   linear layer, first, and an activation; the first one takes flat images.
# - `classes`: how many classes there are.
# - returns a model that takes images `(B, ...)`, flattens them, sends them through all
#   encoders, and then through *one* new linear layer, with bias, from the last code to
#   `classes` numbers. These are the logits, `(B, classes)`: no activation follows.
# - The model does not copy the encoders: it shares their tensors, as they are. So training
#   the model changes the encoders, and the other way round.
# - Nothing is frozen here: gradients reach the encoders and the new layer.
#
# **Expect:** with encoders of sizes 784 to 500 and 500 to 100, and 10 classes, images
# `(B, 1, 28, 28)` become `(B, 10)`, and 1,010 parameters are new.
#
# <details><summary>Hint 1</summary>
#
# `nn.Flatten()`, the encoders and the new layer stand one behind the other. Which module of
# PyTorch does that?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `nn.Sequential` keeps the modules that it is given, without a copy. The new layer must know
# the size of the last code: an `nn.Linear` has it as `out_features`.
#
# </details>
# <details><summary>Hint 3</summary>
#
# The last encoder is `encoders[-1]`, its linear layer is `encoders[-1][0]`. And
# `nn.Sequential(first, *several, last)` unpacks a list between two modules.
#
# </details>

# %%
def build_classifier(encoders, classes):
    """Put a linear layer on top of encoders whose tensors it shares."""
    ### BEGIN SOLUTION
    head = nn.Linear(encoders[-1][0].out_features, classes)
    return nn.Sequential(nn.Flatten(), *encoders, head)
    ### END SOLUTION

# %% points=2
checks.stacked.build_classifier(build_classifier)

# %% [markdown]
# ## 4. What does frozen mean?
#
# **Goal:** keep the parameters of a network as they are while others are trained.
# **Difficulty:** medium. **Time:** 15 minutes.
#
# `freeze(module) -> nn.Module`
#
# - `module`: any network, with layers of any kind and depth. Maybe it was in training until
#   now: an optimizer knows its parameters, and their `.grad` may hold old gradients.
# - From now on no parameter of the module gets a gradient, and no optimizer moves one: an
#   optimizer that existed before must leave them alone, too, already in its next step.
# - All else stays. The module computes what it computed before, its parameters are the same
#   tensors, it is in the same mode (training or not), and gradients still flow *through* it
#   to its input.
# - returns the module itself, as `module.eval()` does.
#
# **Expect:** after `freeze(encoder)`, an optimizer over a whole classifier moves the new layer
# only.
#
# <details><summary>Hint 1</summary>
#
# Two things keep a parameter in training: that `backward()` writes a gradient for it, and that
# an optimizer finds a gradient there. `eval()` ends neither.
#
# </details>
# <details><summary>Hint 2</summary>
#
# The first is the attribute `requires_grad` of a parameter. The second is `.grad`: an
# optimizer skips a parameter only if that is `None`. Zeros are not enough, for Adam and
# momentum go on moving.
#
# </details>
# <details><summary>Hint 3</summary>
#
# `module.parameters()` goes through all of them, however deep. Set both attributes of each;
# and do not forget to return the module.
#
# </details>

# %%
def freeze(module):
    """Keep all parameters of a module as they are from now on; return the module."""
    ### BEGIN SOLUTION
    for parameter in module.parameters():
        parameter.requires_grad = False
        parameter.grad = None
    return module
    ### END SOLUTION

# %% points=2
checks.stacked.freeze(freeze)

# %% [markdown]
# ## 5. Which few images get a label?
#
# **Goal:** choose equally many images of each class at random. **Difficulty:** medium.
# **Time:** 15 minutes.
#
# `stratified_subset(labels, per_class, generator) -> Tensor of shape (classes * per_class,)`
#
# - `labels`: the class of each image, int64 `(N,)`; it stays as it is. The classes are the
#   values that occur, such as 0 to 9, or 3, 7 and 12. Each occurs `per_class` times or more.
# - `per_class`: how many images of each class are wanted, 1 or more.
# - `generator`: a `torch.Generator`. *All* randomness comes from it; it is not seeded again.
# - returns the chosen places in `labels` as int64, in any order and without repeats: `per_class`
#   of each class. Within a class all choices are equally likely.
#
# **Expect:** for `labels` 5, 5, 8, 5, 8 and `per_class` 1 the result is one of 0, 1, 3 and one
# of 2, 4.
#
# <details><summary>Hint 1</summary>
#
# Do it for one class first: where does it occur, and how do you draw a few of these places?
#
# </details>
# <details><summary>Hint 2</summary>
#
# `(labels == label).nonzero().flatten()` are the places of one class, and `labels.unique()`
# goes through the classes. A random order of `n` things is
# `torch.randperm(n, generator=generator)`; its first few are a choice without repeats.
#
# </details>
# <details><summary>Hint 3</summary>
#
# With `places` for one class and `order` for its random order, `places[order[:per_class]]` are
# the chosen ones. Collect them in a list; `torch.cat` joins it.
#
# </details>

# %%
def stratified_subset(labels, per_class, generator):
    """Return the places of equally many random images of each class."""
    ### BEGIN SOLUTION
    chosen = []
    for label in labels.unique():
        places = (labels == label).nonzero().flatten()
        order = torch.randperm(len(places), generator=generator)
        chosen.append(places[order[:per_class]])
    return torch.cat(chosen)
    ### END SOLUTION

# %% points=2
checks.stacked.stratified_subset(stratified_subset)

# %% [markdown]
# ## 6. How many are right?
#
# **Goal:** the figure that the lesson's curves show. **Difficulty:** easy. **Time:** 5 minutes.
#
# `accuracy(logits, labels) -> float`
#
# - `logits`: one row per image, `(B, classes)`, of any floating dtype; any real numbers. The
#   model's answer is the class whose logit is the largest.
# - `labels`: the true classes, int64 `(B,)`, from 0 to `classes - 1`.
# - returns the share of images whose answer is right, from 0 to 1, as a Python number.
#
# **Expect:** 0.75 if three answers out of four are right.
#
# <details><summary>Hint 1</summary>
#
# First one answer per image: not the largest logit, but *where* it stands.
#
# </details>
# <details><summary>Hint 2</summary>
#
# `logits.argmax(dim=1)` has shape `(B,)`, as `labels` has. Comparing the two gives one truth
# value per image.
#
# </details>
# <details><summary>Hint 3</summary>
#
# Truth values have no mean in PyTorch; `.double()` turns them into 0 and 1. Their mean is
# the share, and `.item()` makes a Python number of it.
#
# </details>

# %%
def accuracy(logits, labels):
    """Return the share of images whose largest logit is at their label."""
    ### BEGIN SOLUTION
    return (logits.argmax(dim=1) == labels).double().mean().item()
    ### END SOLUTION

# %% points=1
checks.stacked.accuracy(accuracy)

# %% [markdown]
# ## Done?
#
# When every check shows its tick, go on with the next lesson. One more thing to try: pretrain
# two layers of the lesson with your functions, and compare the classifier's accuracy.
