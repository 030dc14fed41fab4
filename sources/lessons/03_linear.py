# %% [markdown]
# # 03 What can a straight line do?
#
# You will find the best linear map through a few numbers, watch an autoencoder arrive at it,
# and see what a bend buys: at which code size, and after how much training.
#
# **You will be able to**
#
# - write PCA from its singular values, and say why no linear model passes it;
# - tell whether two models use the same subspace, and whether they use the same code;
# - compare a non-linear autoencoder with PCA fairly, and tell too little training from
#   over-fitting;
# - centre data before anything else, and recognise what happens if nobody did.
#
# **Time:** 30 minutes, and 20 for the depth; the code takes less than a minute on 2 cores.
#
# **Before this:** [01 Basics](01_basics.ipynb), and some linear algebra: a matrix product,
# what orthogonal means.

# %%
import copy
import math

import matplotlib.pyplot as plt
import numpy as np
import torch
from scipy.fft import idctn
from torch import nn

from aelesson import data, expected, linear, metrics, models
from aelesson import networks, objectives, plots, results, runtime
from aelesson.training import TrainConfig, fit, one_cycle

# %% [markdown]
# Epochs and learning rates were chosen on the validation images. `train` seeds, builds a model
# with a code of `k` and trains it; with `validation` images it keeps the weights of the epoch in
# which their error was least.

# %%
device = runtime.start()
plots.use_style()
digits = data.load()
x_train, x_test = digits.train.images, digits.test.images
proven = expected.Lesson("03_linear", digits.name)
seed = runtime.default_seed()
SHARE = 1 if len(x_train) < 10_000 else 0.1  # of the epochs

def train(build, k, epochs, rate, x=x_train, objective=None, batch=64, validation=None):
    runtime.seed_everything(seed)
    model = build(k).to(device)
    epochs, best = math.ceil(SHARE * epochs), validation is not None
    settings = TrainConfig(epochs, batch, rate, one_cycle, restore_best=best)
    objective = objective or objectives.reconstruction()
    history = fit(model, x, objective, settings, validation=validation)
    return model.cpu(), history

# %% [markdown]
# ## 1. Which line is the best one?
#
# Points in the plane are pairs of numbers. Allow one number for each: put the point on a
# line and keep its place there. With the mean $\mu$ and orthonormal directions as the rows
# of $W$, code and reconstruction are
#
# $$z = (x - \mu)\, W^\top, \qquad \hat{x} = \mu + z\, W .$$
#
# Which $W$ gives the least squared error? A point and its reconstruction are joined at right
# angles to the line. By Pythagoras, what is lost and what is kept add up to the variance.
# So the least error is the most variance: those directions are the first **right singular
# vectors** of the centred data (Pearson, 1901), called the **principal components**.

# %%
def fit_pca(x, k):
    flat = x.flatten(1).double()  # (N, P)
    mean = flat.mean(0)
    _, _, directions = torch.linalg.svd(flat - mean, full_matrices=False)
    components = directions[:k]
    largest = components.abs().argmax(1, keepdim=True)
    components = components * components.gather(1, largest).sign()
    return mean.to(x.dtype), components.to(x.dtype)

pairs = zip(fit_pca(x_train[:500], 32), linear.fit_pca(x_train[:500], 32))
assert all(torch.allclose(ours, library, atol=1e-5) for ours, library in pairs)
mean, components = linear.fit_pca(x_train, 128)

def mse(x_hat, x):
    return (x_hat - x).square().mean().item()

# %% [markdown]
# The library's is the same. A direction and its opposite span one line, so the last step
# fixes a sign.
#
# **Predict:** in a cloud that runs from lower left to upper right, how much of the error
# of an upright line does the best line leave?

# %% alt="Two copies of a tilted cloud of points. Left, a tilted line runs through its length, and short arrows lead to it at right angles; right, long horizontal arrows lead to an upright line."
cloud = torch.randn(150, 2, generator=torch.Generator().manual_seed(0))
cloud = cloud @ torch.tensor([[1.6, 1.0], [0.25, -0.4]])
centre, best = linear.fit_pca(cloud, 1)
onto = {"best line": best, "upright line": torch.tensor([[0.0, 1.0]])}
onto = {name: linear.pca_reconstruct(cloud, centre, w) for name, w in onto.items()}
plots.arrows(
    cloud, {name: x_hat - cloud for name, x_hat in onto.items()}, cloud=cloud, lines=onto,
    title="The best line leaves shorter arrows than the upright one",
)
plt.show()

# %% [markdown]
# **Read it.** Little: along the best line lies nearly all of the variance. A digit is a
# point with 784 numbers in place of 2. Each component is then a direction in pixel space, and
# can be drawn as an image, red above zero and blue below.

# %% alt="Eight signed images: the first is a red ring with a blue bar inside, the later ones have more and finer red and blue stripes."
plots.image_rows(
    {"component": components[[0, 1, 2, 5, 11, 23, 47, 95]]},
    title="Principal components 1, 2, 3, 6, 12, 24, 48, 96: from coarse to fine",
)
plt.show()

# %%
proven.figure("error of the best line, as a share of the upright line's",
              mse(onto["best line"], cloud) / mse(onto["upright line"], cloud), digits=3)
shares = {k: linear.explained_variance(x_test, mean, components[:k]) for k in (3, 32, 128)}
for k, share in shares.items():
    proven.figure(f"share of the test images' variance that {k} components keep", share)
proven.verdict()

# %% [markdown]
# **Read it.** The first one tells ring from bar: added to the mean image it draws a 0,
# subtracted a 1. Later ones add ever finer strokes. The **explained variance** is a share,
# $1 - \sum \lVert x - \hat{x} \rVert^2 / \sum \lVert x - \mu \rVert^2$, with both sums over
# all images.
#
# ## 2. Where is the wall?
#
# Take any linear model with a code of $k$. Its encoder and decoder together are one matrix,
# of a rank of at most $k$, and one offset. Eckart and Young (1936) say how near such a matrix
# can come: with the singular values $\sigma_i$ of the centred images, the squared error over
# all images and pixels is never below
#
# $$\sum_{i > k} \sigma_i^2 ,$$
#
# and PCA reaches it. We call this bound (the Eckart-Young bound) the **wall**; `wall` divides it
# by the number of pixels. No linear model, however it is trained, gets below it **on the
# images that the components were fitted to**.

# %%
sigma = torch.linalg.svdvals((x_train.flatten(1) - mean).double())

def wall(k):
    return (sigma[k:].square().sum() / x_train.numel()).item()

def percent_above(error, least):
    return 100 * (error / least - 1)

pca_6 = mse(linear.pca_reconstruct(x_train, mean, components[:6]), x_train)
assert math.isclose(pca_6, wall(6), rel_tol=1e-4)

# %%
proven.figure("training MSE, PCA, 6 components", pca_6)
proven.verdict()

# %% [markdown]
# Section 8 proves it, and holds four other linear codes against it.
#
# ## 3. Does an autoencoder find it?
#
# A **linear autoencoder** is an encoder of one linear layer, a decoder of one linear layer,
# and no activation anywhere, also not at the output. Nobody tells it about variances or right
# angles. Adam only lowers the squared error.
#
# **Predict:** how close will it come to the wall with a code of 6?

# %%
def linear_autoencoder(k):
    encoder = networks.mlp_encoder((784, k))
    return models.Autoencoder(
        encoder, networks.mlp_decoder((k, 784), output=nn.Identity)
    )

six, _ = train(linear_autoencoder, 6, epochs=30, rate=2e-2)

# %% [markdown]
# **Read it.** It runs into the wall and stays there. So "an autoencoder is no better than PCA" is
# true where the decoder is one linear layer, whatever the encoder (Bourlard and Kamp, 1988).
#
# But is it the same *map*? We compare the subspaces: all the images that the decoder can
# make, less their offset. **Principal angles** are the tool (Björck and Golub, 1973). The first
# is the smallest angle between a direction of one subspace and a direction of the other; the
# next is the smallest at right angles to those; and so on. All are zero only if the subspaces
# are equal. With orthonormal bases $Q_a, Q_b$ as columns, their cosines are the singular
# values of $Q_a^\top Q_b$.

# %%
def principal_angles(a, b):
    q_a, q_b = (torch.linalg.qr(rows.double().T).Q for rows in (a, b))  # (P, k)
    cosines = torch.linalg.svdvals(q_a.T @ q_b)  # decreasing
    return cosines.clamp(max=1).arccos()

drawn = six.decoder[0].weight.detach().T  # (6, 784): the columns of D, as rows
angles = linear.principal_angles(drawn, components[:6])
assert torch.allclose(principal_angles(drawn, components[:6]), angles, atol=1e-6)

# %%
six_mse = metrics.reconstruction_error(six, x_train).mean().item()
proven.figure("training MSE of the linear autoencoder, percent above PCA's",
              percent_above(six_mse, wall(6)), digits=3)
proven.claim(
    "with a code of 6 it ends above the wall, by less than 1 part in 1000",
    1 - 1e-6 < six_mse / wall(6) < 1.001,
)
proven.figure("largest of six angles to PCA's subspace, in degrees",
              angles.max().rad2deg(), digits=2)
proven.claim("all six angles are below 1.5 degrees", angles.max().rad2deg() < 1.5)
proven.verdict()

# %% [markdown]
# **Read it.** The same subspace, to within about a degree where a right angle was
# possible. (The `clamp` is for rounding, which can lift a cosine above 1.)
#
# ## 4. Same subspace, same code?
#
# Put any invertible matrix $M$ behind the encoder and $M^{-1}$ before the decoder. Every
# output, and so the loss, stays the same:
#
# $$\hat{x} = D\,z + b = (D M^{-1})(M z) + b .$$
#
# (Here codes and images are columns; in section 1 they were rows.)
#
# **Predict:** then what do the codes of two equally good linear autoencoders have in common?
# We put a random $M$ into the trained model.

# %%
generator = torch.Generator().manual_seed(seed)
mix = torch.randn(6, 6, generator=generator, dtype=torch.float64)
other = copy.deepcopy(six)
with torch.no_grad():
    layer, back = other.encoder[1], other.decoder[0]
    layer.weight.copy_(mix @ layer.weight.double())
    layer.bias.copy_(mix @ layer.bias.double())
    back.weight.copy_(back.weight.double() @ mix.inverse())
    z, z_other = six.encode(x_test), other.encode(x_test)
    same = torch.allclose(other(x_test), six(x_test), atol=1e-3)

# %%
proven.claim("the mixed model gives the same reconstructions", same)
proven.claim("and quite another code", (z_other - z).norm() > 0.5 * z.norm())
proven.verdict()

# %% [markdown]
# **Read it.** Codes of linear models agree at best up to an invertible map and a shift: all the
# information is the same, and no single number is. So never read a meaning into "unit 3" of a
# code whose loss would not notice if the units were mixed. PCA's code has an order because we
# *asked* for one. Section 10 shows the images behind such a code.
#
# ## 5. What does a bend buy?
#
# All that a linear decoder can make lies in a flat subspace. Data need not. Here are points
# along three quarters of a circle: one number is enough to say where a point lies. PCA gets one
# number, and so does an autoencoder with one hidden layer of ReLUs on each side.

# %%
turns = torch.Generator().manual_seed(0)
angle = 1.5 * math.pi * torch.rand(400, generator=turns).sort().values
circle = torch.stack([angle.cos(), angle.sin()], 1)
circle = circle + 0.03 * torch.randn(circle.shape, generator=turns)

def curve(k):
    decoder = networks.mlp_decoder((k, 32, 2), (2,), output=nn.Identity)
    return models.Autoencoder(networks.mlp_encoder((2, 32, k)), decoder)

# 400 points, whatever the digits: so 30 epochs, without SHARE.
curved, _ = train(curve, 1, epochs=30 / SHARE, rate=2e-2, x=circle)
onto = {"PCA, one number": linear.pca_reconstruct(circle, *linear.fit_pca(circle, 1)),
        "autoencoder, one number": metrics.apply(curved, curved, circle)}

# %% [markdown]
# The arrows lead from every third point to its reconstruction; the line is what the decoder makes
# of all codes in between.

# %% alt="Points on three quarters of a circle, twice. Left, long arrows lead from the points to one straight line; right, a bent line runs through the points, and hardly any arrow can be seen."
codes = metrics.apply(curved, curved.encode, circle)
steps = torch.linspace(codes.min().item(), codes.max().item(), 200)[:, None]
reached = {"PCA, one number": onto["PCA, one number"],
           "autoencoder, one number": metrics.apply(curved, curved.decode, steps)}
plots.arrows(
    circle[::3], {name: (x - circle)[::3] for name, x in onto.items()}, cloud=circle,
    lines=reached, title="One number on a straight line, and one number on a bent line",
)
plt.show()

# %% [markdown]
# **Read it.** A line has to shorten the circle to its shadow; a bent line follows it. That
# is the promise of non-linear autoencoders: *fewer numbers, if the data lie on something
# curved* (a manifold). Do digits?
#
# We train the network of lesson 01, 784-128-k and back, at seven code sizes, each for 12 epochs
# from the same seed. PCA of the same size stands beside it: plain, and clipped to [0, 1], which
# is fairer, as the network's sigmoid cannot leave that range either.
#
# **Predict:** at which sizes will the network be ahead: the small or the large ones?

# %%
def two_layers(k):
    return models.Autoencoder.mlp((784, 128, k))

SIZES = (2, 3, 8, 16, 32, 64, 128)
bent, bent_mse = {}, {}
for k in SIZES:
    bent[k], _ = train(two_layers, k, epochs=12, rate=1.5e-2)
    bent_mse[k] = metrics.reconstruction_error(bent[k], x_test).mean().item()

# %%
toy = {name: mse(x_hat, circle) for name, x_hat in onto.items()}
for name, value in toy.items():
    proven.figure(f"MSE on the circle, {name}", value)
proven.claim("on the circle the bend lowers the error by a factor of 4 or more",
             4 * min(toy.values()) < max(toy.values()), any_width=True)
for k in SIZES:
    proven.figure(f"test MSE, autoencoder, code of {k}", bent_mse[k])
proven.verdict()

# %% [markdown]
# PCA's errors, for every size up to 128: each component adds one term to the sum.

# %%
x_flat, x_hat = x_test.flatten(1), mean.expand(len(x_test), -1)
plain, clipped = [], []
for z, w in zip(linear.pca_codes(x_test, mean, components).T, components[:128]):
    x_hat = x_hat + z[:, None] * w
    plain.append(mse(x_hat, x_flat))
    clipped.append(mse(x_hat.clip(0, 1), x_flat))

# %% alt="Test MSE against code size, both axes logarithmic: PCA's lines fall steadily; the autoencoder's starts below them, flattens, and crosses them between 32 and 64."
plots.lines(
    SIZES,
    {
        "PCA": [plain[k - 1] for k in SIZES],
        "PCA, clipped": [clipped[k - 1] for k in SIZES],
        "autoencoder 784-128-k": [bent_mse[k] for k in SIZES],
    },
    xlabel="code size", ylabel="test MSE per pixel", log="xy",
    title="After 12 epochs: ahead with few numbers, behind with many",
)
plt.show()

# %% [markdown]
# How many numbers does PCA need for the error that the network reaches? Between two sizes
# we interpolate.

# %%
def worth(k):
    return float(np.interp(-bent_mse[k], [-e for e in clipped], range(1, 129)))

# %%
for k in SIZES:
    proven.figure(f"test MSE, clipped PCA, {k} components", clipped[k - 1])
ratio = {k: bent_mse[k] / clipped[k - 1] for k in SIZES}
proven.claim("with a code of 2, 3, 8 or 16 the autoencoder beats clipped PCA",
             all(ratio[k] < 1 for k in SIZES if k <= 16), any_width=True)
proven.claim("784-128-32 does, too", ratio[32] < 1)
proven.claim("in 12 epochs it loses to clipped PCA at 64 and at 128",
             ratio[64] > 1 and ratio[128] > 1, budget="in 12 epochs", any_width=True)
for k in (2, 3, 8):
    proven.figure(f"numbers that PCA needs for the error of a code of {k}", worth(k), 1)
proven.claim("3 numbers of a non-linear code are worth more than 5 of PCA",
             worth(3) > 5, any_width=True)
proven.claim("the 8 of 784-128-8 are worth more than 16 of PCA", worth(8) > 16)
proven.verdict()

# %% [markdown]
# **Read it.** "Like PCA, but non-linear and therefore stronger" is true of codes of 2, 3 and
# 8: a bend doubles what a number is worth. At 64 and at 128 the network is behind. But that
# sentence has a budget in it: *in 12 epochs*. PCA has its exact optimum in one step; a network
# has to find its own by many small ones.
#
# ## 6. Is it the bend, or the training?
#
# So we train the two losers longer: 96 epochs, in batches twice as large, at half the rate, and
# keep the epoch with the lowest validation error. Each error is divided by that of clipped PCA
# **on the same images**: below 1 the network is ahead.
#
# **Predict:** does either of them pass PCA? On which images?

# %%
x_validation = digits.validation.images
longer, relative = {}, {}
for k in (64, 128):
    longer[k], history = train(two_layers, k, epochs=96, rate=8e-3, batch=128,
                               validation=x_validation)
    for part, x in (("train", x_train), ("validation", x_validation)):
        pca = mse(linear.pca_reconstruct(x, mean, components[:k]).clip(0, 1), x)
        relative[f"code of {k}, {part}"] = [e / pca for e in history.curve(part)]

# %% [markdown]
# The curves, and where the two end on the test images:

# %% alt="Error as a multiple of clipped PCA's, against epochs. The two curves of the code of 64 fall below 1, training further than validation. Of the code of 128 only the training curve falls below 1; the validation curve flattens far above it."
epochs = range(1, len(history) + 1)
plots.lines(epochs, relative, xlabel="epoch", log="xy", markers=False,
            ylabel="MSE, as a multiple of clipped PCA's",
            title="At 64 PCA is passed; at 128 on the training images only")
plt.axhline(1, color="0.2", lw=1)
plt.show()
test_ratio, train_ratio = {}, {}
for k, model in longer.items():
    error = metrics.reconstruction_error(model, x_test).mean().item()
    test_ratio[k] = error / clipped[k - 1]
    pca = mse(linear.pca_reconstruct(x_train, mean, components[:k]).clip(0, 1), x_train)
    train_ratio[k] = metrics.reconstruction_error(model, x_train).mean().item() / pca

# %%
for k in longer:
    proven.figure(f"test MSE, code of {k}, 96 epochs, as a multiple of clipped PCA's",
                  test_ratio[k], 2)
for k in longer:
    proven.figure(f"training MSE, code of {k}, 96 epochs, as a multiple of clipped PCA's",
                  train_ratio[k], 2)
proven.claim("trained longer, 784-128-64 passes clipped PCA on the test images",
             test_ratio[64] < 1)
proven.claim("784-128-128 passes it on the training images, and not on the test images",
             train_ratio[128] < 1 < test_ratio[128])
proven.verdict()

# %% [markdown]
# **Read it.** At 64 the loser was only not ready: the order changes with the epochs. At 128 it
# does not change on new images, and now we know why. It is no lack of **capacity**: the network
# draws the training images better than PCA does. It is **over-fitting**: what it gained there is
# special to those images. (The claims above were tried with four times as many epochs, too; the
# validation error falls a little further, and not below PCA's.)
#
# So three questions stand before "X loses to Y": at which code size, after which training, and
# on which images?
#
# Try the last one: 784-128-32, trained until its validation error stopped falling, beside PCA-32.
# Both have seen digits only.
#
# **Predict, before you touch it:** on digits the network is nearer than PCA. On a letter, a
# scribble, two digits side by side? And does its error tell that this is no digit? Then draw on
# the paper, or take an image, and change its code by the bars.
#
# ![Two digits, 8 and 2, side by side on black paper. The autoencoder makes one blurred shape of them, with an MSE of 0.0485, PCA a paler one, with 0.0387. Below: both errors lie above nearly all validation digits; the code as 32 bars; the nearest training images, 4s and 5s.](../docs/explorables/draw.png)

# %% tags=["widget"]
from aelesson import explore

explore.draw()

# %% [markdown]
# **Read it.** A program drew 200 of each kind with this pen. PCA has 2 times the network's error
# on digits and 1.1 times on letters. On scribbles and on two digits side by side the network has
# more error than PCA, 1.1 and 1.2 times as much. What the bend buys, it buys near the training
# images.
#
# An error above that of 99 of 100 validation digits may serve as an **anomaly score**
# ([lesson 10](10_applications.ipynb)): here it finds more than 8 of 10 pairs, and fewer than 2 of
# 10 letters. It tells how well this model draws an image, not what the image shows.
#
# ## 7. Depth: And at full size?
#
# More images, then: all of MNIST, a code of 32, from the course's page of
# [results](../docs/results.md#autoencoder).

# %%
full = results.full_size("autoencoder")
print(full)

# %% [markdown]
# **Read it.** In section 5 the network was a little ahead at 32; here a wider one has a fraction
# of PCA's error. PCA has little to learn, and gains little from more images; but width and recipe
# changed, too. And many images are not enough. The last row, a smaller network with 10 epochs, is
# on a level with PCA.
#
# And with other sizes of the code? 784-512-k, trained anew for each size, for 64 epochs, as 32
# had more error on the validation images ([results](../docs/results.md#code-size)).
#
# **Predict:** section 6 ended behind PCA at 128. Where will this network end?

# %% alt="Test MSE against the numbers in the code, both axes logarithmic. Both lines fall all the way, and the autoencoder's lies below PCA's at every size from 2 to 128."
by_size = results.full_size("code-size")
found = by_size.paths()
plots.paths(found, xlabel=by_size.along, ylabel="test MSE per pixel", log="xy",
            title="On all of MNIST the network is ahead at every size")
plt.show()
(_, network), (_, of_pca) = found["autoencoder"], found["PCA, clipped"]
assert all(2 * ours < pca for ours, pca in zip(network[-4:], of_pca[-4:], strict=True))
assert all(ours < pca for ours, pca in zip(network, of_pca, strict=True))

# %% [markdown]
# **Read it.** At 128, too: from 16 numbers on PCA has more than twice the network's error.
# Over-fitting was the reason in section 6, and there are many times as many images here. But the
# network is a wider one as well: this figure alone does not tell which of the two did it. It has
# one seed for each size, and some of the errors may fall further with more epochs, so the lead
# may be larger, not smaller.

# %% [markdown]
# ## 8. Depth: Does the wall stand?
#
# <details><summary>Why? A proof in four sentences</summary>
#
# Let the rows of $X$ be the $N$ centred images. If all reconstructions lie in a subspace
# with the orthonormal basis $W$ (k rows), the best ones are the projections $X W^\top W$.
# Their error is $\lVert X \rVert^2 - \lVert X W^\top \rVert^2$, so we want the $k$
# orthonormal directions with the largest $\lVert X W^\top \rVert^2 = \sum_i \sigma_i^2 c_i$,
# where $c_i \in [0, 1]$ is how much of the $i$-th singular vector lies in the subspace.
# The $c_i$ add up to $k$, so the best choice is 1 for the $k$ largest and 0 for the rest.
#
# </details>
#
# Four other linear codes of 32 numbers: 32 pixels at random (among the 400 that vary most,
# as the border is always black), the 32 pixels that vary most, 32 random directions, and the
# coarsest waves, as in JPEG. Each gets the best linear decoder there is, by least squares.
#
# **Predict:** which comes closest to PCA?

# %%
def error_of_code(z, x):
    z, x = z.double(), x.flatten(1).double()
    z, x = z - z.mean(0), x - x.mean(0)
    return (x - z @ torch.linalg.lstsq(z, x).solution).square().mean().item()

flat, chance = x_train.flatten(1), torch.Generator().manual_seed(seed)
varying = flat.std(0).argsort(descending=True)
coarse = sorted((i * i + j * j, i, j) for i in range(28) for j in range(28))[:32]
waves = torch.eye(784, dtype=torch.float64)[[28 * i + j for _, i, j in coarse]]
waves = torch.from_numpy(idctn(waves.reshape(-1, 28, 28).numpy(), axes=(1, 2)))
some_pixels = varying[:400][torch.randperm(400, generator=chance)[:32]]
codes = {"32 random pixels": flat[:, some_pixels],
         "32 most varying pixels": flat[:, varying[:32]],
         "32 random directions": flat @ torch.randn(784, 32, generator=chance),
         "32 coarsest waves": flat @ waves.flatten(1).T.float()}

# %% alt="Bars of training MSE, all longer than the dashed line of PCA: the most varying pixels longest, random pixels next, then random directions and coarsest waves."
linear_mse = {name: error_of_code(z, x_train) for name, z in codes.items()}
plots.ladder(linear_mse, xlabel="training MSE per pixel (lower is better)",
             title="No linear code of 32 numbers passes PCA", marks={"PCA, the wall": wall(32)})
plt.show()

# %%
for name, value in linear_mse.items():
    proven.figure(f"training MSE, {name}, best linear decoder", value)
named = [linear_mse[f"32 {name}"]
         for name in ("coarsest waves", "random directions", "most varying pixels")]
proven.claim("every other linear code of 32 has at least 1.2 times PCA's training error",
             min(linear_mse.values()) > 1.2 * wall(32))
proven.claim("waves beat random directions, and those beat the most varying pixels",
             named == sorted(named))
proven.verdict()

# %% [markdown]
# **Read it.** The waves come closest, and they have never seen a digit. The pixels that
# vary most are a bad choice, worse than random directions: they are neighbours in the
# middle, and tell the same story 32 times. The variance of single numbers is not what
# counts; variance *together* is.
#
# ## 9. Depth: Why is the last direction so hard?
#
# Now 32 numbers, as in lesson 01. This time the objective also reports, for some of the
# principal components, which share of the variance along them is still missing from the
# reconstructions. Only `"loss"` is trained on; the others are looked at.

# %%
WATCHED = (1, 4, 16, 24, 32, 33)
chosen = components[[i - 1 for i in WATCHED]].to(device)
variance = sigma[[i - 1 for i in WATCHED]].square() / len(x_train)

def watch_directions(model, x):
    error = (model(x) - x).flatten(1)
    missing = (error @ chosen.T).square().mean(0) / variance.to(error)
    terms = {f"{i}": share for i, share in zip(WATCHED, missing)}
    return {"loss": error.square().mean(), **terms}

wide, history = train(
    linear_autoencoder, 32, epochs=40, rate=1e-2, objective=watch_directions
)

# %% [markdown]
# (A share above 1, as at the start, is worse than answering with the mean image.)
#
# **Predict:** which direction is learnt first? And what will become of number 33, for
# which there should be no room?

# %% alt="Share of variance missing, per epoch: components 1, 4, 16 and 24 fall to zero one after the other; 32 and 33 stay between, one going up as the other falls."
missing = {f"component {i}": history.curve("train", f"{i}") for i in WATCHED}
plots.lines(range(1, len(history) + 1), missing, xlabel="epoch",
            ylabel="share of its variance missing", markers=False,
            title="Large variances are learnt first; 32 and 33 compete for the last place")
plt.gca().legend(ncols=3, loc="upper right")
plt.show()

def learnt(i):
    curve = enumerate(missing[f"component {i}"], 1)
    return next((n for n, share in curve if share < 0.1), math.inf)

# %% [markdown]
# **Read it.** Component 1 comes first, and the others follow by their variance, as theory
# says of deep linear networks (Saxe et al., 2014). Which of 32 and 33 gets the last place
# depends on the run. The end of the run in numbers, and the angles to PCA's subspace: only the
# last few are large; the 28th, still small, is there for comparison.

# %%
angles = linear.principal_angles(wide.decoder[0].weight.T, components[:32]).rad2deg()
print("the 29th to the 32nd, in degrees:", *(f"{a:.1f}" for a in angles[28:].tolist()))

# %% [markdown]
# What would the wrong choice cost? That needs no training: take PCA with the 33rd component
# in place of the 32nd. The angle of the last pair is then 90 degrees.
#
# **Predict:** by how many percent does the error rise?

# %%
swapped, swap_error = torch.cat([components[:31], components[32:33]]), {}
for part, x in (("training", x_train), ("test", x_test)):
    pair = [mse(linear.pca_reconstruct(x, mean, w), x) for w in (swapped, components[:32])]
    swap_error[part] = percent_above(*pair)

# %%
proven.claim("1 is learnt before 16, and 16 before 24", learnt(1) < learnt(16) < learnt(24))
proven.claim("after 3 epochs less is missing of 1 than of 4",
             missing["component 1"][2] < missing["component 4"][2])
wide_mse = metrics.reconstruction_error(wide, x_train).mean().item()
proven.figure("training MSE, code of 32, percent above PCA's",
              percent_above(wide_mse, wall(32)), digits=3)
proven.claim("with a code of 32 it ends above the wall, by less than 1 part in 500",
             1 - 1e-6 < wide_mse / wall(32) < 1.002)
proven.figure("28th of 32 angles to PCA's subspace, in degrees", angles[27], digits=1)
proven.claim("in 40 epochs the largest angle is more than 5 times the 28th",
             angles[31] > 5 * angles[27], budget="in 40 epochs")
gap = {k: (sigma[k - 1] / sigma[k]).square().item() for k in (6, 32)}
for part, percent in swap_error.items():
    proven.figure(f"{part} MSE with 33 in place of 32, percent above PCA's", percent, digits=3)
for k, ratio_of in gap.items():
    proven.figure(f"variance of component {k}, as a multiple of that of {k + 1}", ratio_of, 2)
proven.claim("on the test images the wrong choice is the better one", swap_error["test"] < 0)
proven.verdict()

# %% [markdown]
# **Read it.** By less than a tenth of a percent: the two carry almost the same variance.
# Where the loss is that flat, Adam takes very long to turn (eight times the epochs did it, in one
# run). No wrong valley has caught it: apart
# from the best subspaces such a loss has **saddles** only, points without a slope that go down in
# some directions and up in others (Baldi and Hornik, 1989). So "same error, same subspace" is safe
# only where there is a **gap** between $\sigma_k$ and $\sigma_{k+1}$: wide after the 6th, hardly any
# after the 32nd. On the test images the 33rd component is the better choice: the wall stands only
# on the training images.
#
# ## 10. Depth: What if both halves share their weights?
#
# PCA uses one matrix twice: $W^\top$ to encode, $W$ to decode. An autoencoder with **tied
# weights** does so by design.
#
# **Predict:** with half of the weights, will it end above the wall? And what will the six
# images of its decoder be like?

# %%
class TiedAutoencoder(nn.Module):
    def __init__(self, k):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(k, 784) / 28)
        self.offset = nn.Parameter(torch.zeros(784))

    def encode(self, x):
        return (x.flatten(1) - self.offset) @ self.weight.T

    def forward(self, x):
        return (self.encode(x) @ self.weight + self.offset).reshape(x.shape)

tied, _ = train(TiedAutoencoder, 6, epochs=30, rate=2e-2)

# %% [markdown]
# Same settings, same number of steps as for the untied model of section 3. First the images
# that each decoder adds up, scaled to length 1, and what PCA of the untied model's output finds.

# %% alt="Four rows of six signed images: ordered principal components; the untied decoder's images, mixtures of those; PCA of its output, the same images as in the first row; the tied decoder's images, mixtures again."
unit = drawn / drawn.norm(dim=1, keepdim=True)
rows = tied.weight.detach()
_, found = linear.fit_pca(metrics.apply(six, six, x_train), 6)
plots.image_rows(
    {"PCA": components[:6], "untied": unit, "PCA of its output": found, "tied": rows},
    title="The decoder's six images are mixtures; PCA of its output sorts them",
)
plt.show()

# %% [markdown]
# **Read it.** Each image is a mixture of components, in no order; longer training would not
# change that, because the loss does not see it. The map from the untied code to PCA's (section
# 4) is known: encode the decoder's images with PCA, $A = W D$. Does it hold on test images?

# %%
pca_z, own_z = linear.pca_codes(x_test, mean, components[:6]), six.encode(x_test).detach()

# %% [markdown]
# It does. The next figure shows the inner products of a decoder's six images with each other.

# %% alt="Two matrices of six by six. Both are red on the diagonal; the untied one has pale cells beside it, the tied one is white there."
plots.maps({"untied, scaled to length 1": unit @ unit.T, "tied": rows @ rows.T},
           signed=True, title="Tied, the decoder's six images are orthonormal")
plt.show()

# %% [markdown]
# With orthonormal rows, the tied code is PCA's code turned, and distances between codes
# stay what they are in PCA. The untied code may stretch some more than others. We take the
# ratios of distances for all pairs of 1,000 test images, divide their 99th percentile by
# the 1st, and subtract 1: a spread of 0 means that no pair is stretched more than another.

# %%
distances, spread = torch.pdist(pca_z[:1000]), {}
for name, model in (("untied", six), ("tied", tied)):
    ratios = torch.pdist(model.encode(x_test[:1000]).detach()) / distances
    low, high = ratios.quantile(torch.tensor([0.01, 0.99])).tolist()
    spread[name] = high / low - 1

# %%
proven.claim("PCA of the autoencoder's output gives PCA's components back",
             (found * components[:6]).sum(1).abs().min() > 0.99)
bridge = components[:6] @ drawn.T  # A = W D, (6, 6)
offset = components[:6] @ (six.decoder[0].bias.detach() - mean)
difference = (own_z @ bridge.T + offset - pca_z).norm() / pca_z.norm()
proven.claim("A turns its codes of test images into PCA's, to 2 % of their length",
             difference < 0.02)
follows = torch.corrcoef(torch.cat([own_z, pca_z], 1).T)[:6, 6:].abs().amax(1)
proven.figure("a code unit's largest |correlation| with a component, mean of six",
              follows.mean(), digits=2)
tied_mse = metrics.reconstruction_error(tied, x_train).mean().item()
proven.figure("training MSE of the tied model, percent above PCA's",
              percent_above(tied_mse, wall(6)), digits=3)
proven.claim("the tied model too ends within 1 part in 1000 of the wall",
             1 - 1e-6 < tied_mse / wall(6) < 1.001)
proven.claim("its rows are orthonormal, to 0.01",
             (rows @ rows.T - torch.eye(6)).abs().max() < 0.01)
for name, value in spread.items():
    proven.figure(f"spread of distances, {name} code against PCA's", value, digits=3)
proven.claim("the tied code keeps PCA's distances better than the untied one",
             spread["tied"] < 0.3 * spread["untied"])
proven.verdict()

# %% [markdown]
# **Read it.** The same wall with half of the weights. And nobody asked for right angles! But
# a map that decodes with its encoder's own matrix has the least error where $W^\top W$ is a
# projection of rank $k$, and then the rows of $W$ are orthonormal. Mixing by any $M$ is
# over: only rotations, mirror images and a shift are left. If you look for *similar images by
# their codes*, that is worth more than the saved weights.
#
# ## Break it
#
# Forget the mean. To make it hurt, scan the digits as they lie on paper: black ink on white,
# `1 - x`. Not one stroke has changed.
#
# First PCA: leave `- mean` out of `fit_pca`.
#
# **Predict:** what will the first "component" look like?

# %%
paper = 1 - x_train
paper_flat = paper.flatten(1).double()
_, sigma_0, directions = torch.linalg.svd(paper_flat, full_matrices=False)
paper_mean = paper_flat.mean(0)

# %% alt="Two rows of six images. Uncentred, the first is the mean of the paper, pale red nearly everywhere, and the other five look like the first five principal components below them, up to the sign."
plots.image_rows(
    {"uncentred": directions[:6] * directions[0].sum().sign(), "PCA": components[:6]},
    title="Uncentred, the first direction is the mean; the others come one place later",
)
plt.show()

# %%
cosine = (directions[0] @ paper_mean / paper_mean.norm()).abs().item()
about_0 = (sigma_0[0] ** 2 / sigma_0.square().sum()).item()
lost = (sigma_0[1:].square().sum() / sigma.square().sum()).item()
uncentred_wall = (sigma_0[6:].square().sum() / paper.numel()).item()
proven.claim("the first direction is the mean image (cosine above 0.999)", cosine > 0.999)
proven.figure("share that it 'explains', about 0", about_0, digits=2)
proven.figure("share of the variance that it explains, about the mean", 1 - lost, digits=3)
proven.claim("6 uncentred directions are better than 5 components, worse than 6",
             wall(6) < uncentred_wall < wall(5))
for name, centre in {"dark digits": mean, "white paper": paper_mean}.items():
    proven.figure(f"length of the mean image, {name}", centre.norm(), digits=1)
proven.verdict()

# %% [markdown]
# **Read it.** The paper itself, with a pale shadow of a digit. On white paper the mean image
# is about four times as long as on dark digits, and the first direction goes to it.
#
# **Explain it.** Why do uncentred directions "explain" so much and gain so little?
#
# <details><summary>Our answer</summary>
#
# About 0, the largest thing on white paper is the paper. The first direction spends itself
# on the mean image, which is the same for all, and gets credit for nearly every bright
# pixel. About the mean, that is no variance at all. So one of six directions is wasted, or
# nearly: it also scales with the amount of ink. Explained variance about anything but the
# mean is an advertisement.
#
# </details>
#
# ## 11. Depth: Do biases replace centring?
#
# Now the linear autoencoder of section 3 on paper, with the same settings, three times: without
# biases, with biases, and without biases on centred paper. A bias is there to learn the
# mean, so the second *could* reach the wall.
#
# **Predict:** does it?

# %%
def without_biases(k):
    model = linear_autoencoder(k)
    model.encoder[1].bias = model.decoder[0].bias = None
    return model

centred = paper - paper.mean(0)
runs = {"no biases": (without_biases, paper), "biases": (linear_autoencoder, paper),
        "no biases, centred": (without_biases, centred)}
above, held = {}, {}
for name, (build, x) in runs.items():
    model, _ = train(build, 6, epochs=30, rate=2e-2, x=x)
    error = metrics.reconstruction_error(model, x).mean().item()
    above[name] = percent_above(error, wall(6))
    basis = torch.linalg.qr(model.decoder[0].weight.detach()).Q
    held[name] = (basis.T.double() @ paper_mean).norm() / paper_mean.norm()

# %% [markdown]
# And where has the mean gone? `held` is how much of the mean image, as a share of its length,
# the six images of a decoder can make.

# %%
for name, value in above.items():
    proven.figure(f"training MSE on paper, percent above PCA's, {name}", value, 3)
for name, value in held.items():
    proven.figure(f"share of the mean image in the decoder's span, {name}", value, 2)
proven.claim("in 30 epochs, with biases or without, it ends 3 % or more above the wall",
             min(above["biases"], above["no biases"]) > 3, budget="in 30 epochs")
proven.claim("centred, it reaches the wall even without biases",
             above["no biases, centred"] < 0.1)
proven.claim("after 30 epochs with biases the code still holds the mean image",
             held["biases"] > 0.9, budget="after 30 epochs")
proven.claim("centred, it does not", held["no biases, centred"] < 0.5)
proven.verdict()

# %% [markdown]
# **Read it.** On dark digits (section 3) the biases sufficed; on white paper, where the mean is
# far longer, 30 epochs are too few. The biases could learn the mean, and then six directions
# would be free. But the code got there first. A likely reason: through a code unit all pixels
# push at once, and each bias moves alone. Once the code holds the mean, giving it back gains
# little per step. Subtract the mean before training, and the question does not arise.
#
# ## Check yourself
#
# <details><summary>1. "Our autoencoder is like PCA but non-linear, so it is better." What do
# you ask?</summary>
#
# At which code size, after which training, and against PCA with the same size, centred, clipped
# in the same way, fitted to the same training images? Was the comparison made on test images? A
# non-linear network *can* be better; whether this one is, is a measurement.
#
# </details>
#
# <details><summary>2. Two linear autoencoders, trained from two seeds, have the same error.
# May you compare unit 3 of one with unit 3 of the other?</summary>
#
# No. Their codes agree at best up to an invertible matrix and a shift, because the loss is
# the same for $M z$ with the decoder $D M^{-1}$. Compare the subspaces by principal angles, or sort
# both codes by PCA first.
#
# </details>
#
# <details><summary>3. A network with a code of 128 has more test error than PCA. How do you tell
# whether it is too small, not ready, or over-fitted?</summary>
#
# Look at its training error, and train until the validation error stops falling. A training
# error above PCA's says that it is not ready, or too small: train longer, then enlarge. A
# training error below PCA's, with a test error above, is over-fitting: more images help, or a
# smaller network, or a penalty (lesson 06).
#
# </details>
#
# <details><summary>4. One direction explains nine tenths of the variance of your images. What
# do you check first?</summary>
#
# Whether the data were centred. If not, the direction is the mean image, and the share is
# one about 0.
#
# </details>
#
# ## Summary
#
# - PCA comes from the singular values of the centred data. By Eckart and Young no model
#   of rank $k$ has less error on the images it was fitted to, and a linear autoencoder
#   trained by Adam stops there.
# - Principal angles show whether two models use the same subspace. A linear autoencoder's code
#   is PCA's only up to an invertible matrix and a shift.
# - On 3,500 digits a bend paid where codes are small: 8 numbers were worth more than 16 of PCA.
#   At 64 the network lost in 12 epochs and won when it was trained longer; at 128 it won on its
#   training images only. On all of MNIST a wider one won at every size.
# - Centre first. Uncentred, a direction goes to the mean image, and "explained variance" is
#   inflated.
#
# ## What we claimed
#
# Each claim was checked in this run; the ticks say where else it held.

# %%
proven.summary()

# %% [markdown]
# ## Exercises
#
# Four warm-ups, from PCA to principal angles, a program to mend and an open task:
# [your sheet](../workbook/03_linear.ipynb).
#
# ## References
#
# - K. Pearson (1901), *On lines and planes of closest fit to systems of points in space*,
#   [doi:10.1080/14786440109462720](https://doi.org/10.1080/14786440109462720).
# - C. Eckart and G. Young (1936), *The approximation of one matrix by another of lower
#   rank*, [doi:10.1007/BF02288367](https://doi.org/10.1007/BF02288367).
# - Å. Björck and G. H. Golub (1973), *Numerical methods for computing angles between linear
#   subspaces*,
#   [doi:10.1090/S0025-5718-1973-0348991-3](https://doi.org/10.1090/S0025-5718-1973-0348991-3).
# - H. Bourlard and Y. Kamp (1988), *Auto-association by multilayer perceptrons and singular
#   value decomposition*, [doi:10.1007/BF00332918](https://doi.org/10.1007/BF00332918).
# - P. Baldi and K. Hornik (1989), *Neural networks and principal component analysis:
#   learning from examples without local minima*,
#   [doi:10.1016/0893-6080(89)90014-2](https://doi.org/10.1016/0893-6080%2889%2990014-2).
# - A. M. Saxe, J. L. McClelland and S. Ganguli (2014), *Exact solutions to the nonlinear
#   dynamics of learning in deep linear neural networks*,
#   [arXiv:1312.6120](https://arxiv.org/abs/1312.6120).
#
# ## Next
#
# To a linear map an image is 784 numbers in any order: shuffle the pixels of all images in
# the same way, and PCA does not notice. [Lesson 04](04_conv.ipynb) asks what a network gains
# that knows which pixels are neighbours.
