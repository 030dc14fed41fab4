# %% [markdown]
# # 04 What does an image know that a vector does not?
#
# You will build a convolutional autoencoder, compare it with a dense network by fair rules, and then
# take the neighbours away from it. Sections headed *Depth* can be skipped.
#
# **You will be able to**
#
# - compute the shape behind every layer, forwards and backwards, and prove it with hooks;
# - say what a convolution assumes, and which part of the image one of its units sees;
# - make a comparison of two networks fair, and spot one that is not;
# - say for which amounts of data, time and code size its result was measured.
#
# **Time:** 35 minutes, and 15 for the depth; the code takes about a minute on 2 cores.
#
# **Before this:** [01 What survives a bottleneck?](01_basics.ipynb) and, for the last
# section, [02 What does a loss believe about pixels?](02_losses.ipynb)

# %%
from math import prod

import matplotlib.pyplot as plt
import torch
from sklearn.decomposition import PCA
from torch import nn
from torch.nn import functional as F

from aelesson import data, expected, losses, metrics, models, networks
from aelesson import objectives, plots, results, runtime
from aelesson.training import TrainConfig, fit, one_cycle

# %% [markdown]
# The settings:

# %%
device = runtime.start()
plots.use_style()
digits = data.load()
x_train, x_test = digits.train.images, digits.test.images
proven = expected.Lesson("04_conv", digits.name)
seed = runtime.default_seed()
EPOCHS, LONG = (10, 30) if len(x_train) < 10_000 else (2, 6)
tuple(x_train.shape), tuple(digits.validation.images.shape), tuple(x_test.shape)

# %% [markdown]
# ## 1. How large is what comes out?
#
# A **convolution** (arithmetic and pictures: Dumoulin and Visin, 2016) slides a small square of
# weights, the **kernel**, over the image. With a **stride** of 2 it moves two pixels at a time;
# **padding** first lays a frame of zeros around the image. From a side of $n$ pixels, with kernel $k$, stride $s$ and padding $p$,
# it makes
#
# $$n' = \left\lfloor \frac{n + 2p - k}{s} \right\rfloor + 1 .$$
#
# A **transposed convolution** goes the other way. Each input pixel *paints* a kernel into
# the output, $s$ pixels from the next one; then $p$ pixels are cut off every border, and
# $o$ (`output_padding`) are added at one end:
#
# $$n' = (n - 1)\,s - 2p + k + o .$$

# %%
def side_after(layer, side):
    kernel, stride, padding = layer.kernel_size[0], layer.stride[0], layer.padding[0]
    if isinstance(layer, nn.Conv2d):
        return (side + 2 * padding - kernel) // stride + 1
    return (side - 1) * stride - 2 * padding + kernel + layer.output_padding[0]

# %% [markdown]
# Here is the network, of the kind of Masci et al. (2011) without pooling. Two convolutions halve
# the sides; a third one with a kernel of 7 and no padding makes 64 numbers, the code. The decoder
# is the mirror.

# %% tags=["nbval-check-output"]
HALVE = {"kernel_size": 3, "stride": 2, "padding": 1}
DOUBLE = {**HALVE, "output_padding": 1}
popular = models.Autoencoder(
    nn.Sequential(
        *[nn.Conv2d(1, 16, **HALVE), nn.ReLU(), nn.Conv2d(16, 32, **HALVE), nn.ReLU()],
        *[nn.Conv2d(32, 64, 7), nn.Flatten()],
    ),
    nn.Sequential(
        *[nn.Unflatten(1, (64, 1, 1)), nn.ConvTranspose2d(64, 32, 7), nn.ReLU()],
        *[nn.ConvTranspose2d(32, 16, **DOUBLE), nn.ReLU()],
        *[nn.ConvTranspose2d(16, 1, **DOUBLE), nn.Sigmoid()],
    ),
)
sum(p.numel() for p in popular.parameters())

# %% [markdown]
# PyTorch calls a **forward hook** whenever a layer has worked: it sees what really went in and what
# came out.
#
# **Predict:** which sides will you see, from 28 down to the code and up again?

# %%
def trace(model, x):
    seen = []

    def note(layer, inputs, output):
        seen.append((layer, tuple(inputs[0].shape[1:]), tuple(output.shape[1:])))

    layers = [layer for layer in model.modules() if hasattr(layer, "weight")]
    handles = [layer.register_forward_hook(note) for layer in layers]
    metrics.apply(model, model, x)
    for handle in handles:
        handle.remove()
    return seen

# %% [markdown]
# Now formula against hook, layer by layer.

# %% tags=["nbval-check-output"]
side = 28
for layer, before, after in trace(popular, x_test[:1]):
    side = side_after(layer, side)
    assert after == (layer.out_channels, side, side)
    weights = sum(p.numel() for p in layer.parameters())
    print(f"{type(layer).__name__:15} {before} -> {after}, {weights} parameters")

# %% [markdown]
# **Read it.** 28, 14, 7, 1 and back. Nearly all parameters belong to the two layers with the kernel
# of 7, which is as large as what it slides over. Nothing slides. That is a dense layer in disguise.
#
# The proof: we copy the weights, in another shape, into *linear* layers, which the library's
# `Autoencoder.conv` has in their place.

# %%
library = models.Autoencoder.conv(64, channels=(16, 32))
with torch.no_grad():
    for mine, theirs in ((0, 0), (2, 2)):
        library.encoder[theirs].load_state_dict(popular.encoder[mine].state_dict())
    library.encoder[5].weight.copy_(popular.encoder[4].weight.flatten(1))
    library.encoder[5].bias.copy_(popular.encoder[4].bias)
    library.decoder[0].weight.copy_(popular.decoder[1].weight.flatten(1).T)
    library.decoder[0].bias.copy_(popular.decoder[1].bias.repeat_interleave(7 * 7))
    for place in (3, 5):
        library.decoder[place].load_state_dict(popular.decoder[place].state_dict())

# %%
proven.claim(
    "the 7 x 7 layers equal linear layers with the same weights",
    torch.allclose(library(x_test[:100]), popular(x_test[:100]), atol=1e-5),
)
proven.verdict()

# %% [markdown]
# **Read it.** Same output. So this is no purely convolutional network: two convolutions, a dense
# layer, a code.
#
# ## 2. What does a convolution assume?
#
# Its first layer makes 16 maps of 14 x 14. How many numbers must a dense layer learn for
# that?

# %% tags=["nbval-check-output"]
conv, dense = nn.Conv2d(1, 16, **HALVE), nn.Linear(784, 16 * 14 * 14)
[sum(p.numel() for p in layer.parameters()) for layer in (conv, dense)]

# %% [markdown]
# Two assumptions save all these numbers (LeCun et al., 1998). **Locality**: a unit looks at 3 x 3 neighbours
# only. **Weight sharing**: every place uses the same weights. Together they give a
# convolution its famous property: when the image moves, the result moves with it. It is
# **equivariant** to shifts.
#
# **Predict:** the stride is 2. Shift the image by 2 pixels: by how many does the map
# move? And by 1 pixel?

# %%
def shifted(x, right):
    return F.pad(x, (right, 0, 0, 0))[..., : x.shape[-1]]

def moves_along(layer, pixels, steps):
    y = layer(x_test).unflatten(1, (16, -1)).reshape(-1, 16, 14, 14)
    y_shifted = layer(shifted(x_test, pixels)).reshape(y.shape)
    inner = slice(3, -3)  # away from the borders
    return torch.allclose(y_shifted[..., inner], shifted(y, steps)[..., inner], atol=1e-5)

# %%
as_dense = nn.Sequential(nn.Flatten(), dense)
proven.claim("2 pixels in, 1 place out: the convolution", moves_along(conv, 2, 1))
proven.claim(
    "1 pixel in: with a stride of 2, no whole number of places fits",
    not any(moves_along(conv, 1, steps) for steps in (0, 1)),
)
proven.claim("the dense layer does not move along", not moves_along(as_dense, 2, 1))
proven.verdict()

# %% [markdown]
# **Read it.** The convolution moves along with a shift of 2, but not with a shift of 1: the
# stride skips every other pixel (Zhang, 2019, blurs before it to soften that). The dense layer
# has its own weights for each place and knows nothing about shifts.
#
# How far does a unit see? Its **receptive field** is the part of the image that can change
# it. One layer with a kernel of $k$ sees $k$ pixels a side. Every further layer adds
# $k - 1$ steps, and one step is as many pixels as the strides below it multiply to.
#
# **Predict:** what does a unit of the second layer see? And of the third, with kernel 7?

# %% tags=["nbval-check-output"]
field, step, fields = 1, 1, []
for layer, *_ in trace(popular, x_test[:1])[:3]:
    field += (layer.kernel_size[0] - 1) * step
    step *= layer.stride[0]
    fields.append(field)
fields

# %% [markdown]
# The gradient tells the same: a pixel that can change the unit has a gradient. With all weights
# at 1, each gradient *counts* the ways from that pixel to the unit.

# %% alt="A map of 28 by 28 pixels, dark but for a square of 7 by 7 near the middle; in it a grid pattern, brightest at four pixels."
counting = nn.Sequential(nn.Conv2d(1, 1, **HALVE), nn.Conv2d(1, 1, **HALVE))
for parameter in counting.parameters():
    nn.init.ones_(parameter)
x = torch.rand(1, 1, 28, 28, requires_grad=True)
counting(x)[0, 0, 3, 3].backward()
seen = x.grad[0, 0] > 0
assert seen.any(0).sum() == seen.any(1).sum() == fields[1]
plots.maps({"ways to one unit": x.grad[0, 0]}, "One unit of layer 2 sees 7 x 7 pixels")
plt.show()

# %% [markdown]
# **Read it.** 3, 7 and 31 pixels a side, the third more than the image has: the dense layer in
# disguise sees everything. Within a field not all pixels count alike: where kernels of the first
# layer overlap, there are up to four ways to the unit.
#
# ## 3. How does a decoder grow an image?
#
# To shrink, there are two ways: a **stride**, or a convolution at full size and then
# **pooling**, which keeps the largest of 2 x 2 values. What do they cost? We count
# **multiply-adds**, the unit of work of a network: each weight is used once at each place where
# its kernel stands.

# %%
def multiply_adds(model, x=x_test[:1]):
    total = 0
    for layer, before, after in trace(model, x):
        transposed = isinstance(layer, nn.ConvTranspose2d)
        places = prod((before if transposed else after)[1:])  # 1 for a linear layer
        total += layer.weight.numel() * places
    return total

strided = nn.Conv2d(1, 16, **HALVE)
pooled = nn.Sequential(nn.Conv2d(1, 16, 3, padding=1), nn.MaxPool2d(2))
assert strided(x_test).shape == pooled(x_test).shape

# %%
ratio = multiply_adds(pooled) / multiply_adds(strided)
proven.figure("multiply-adds, pooled / strided", ratio, digits=0)
proven.verdict()

# %% [markdown]
# **Read it.** Pooling throws away three of four values; the stride never computes them. So the
# library uses strides.
#
# To grow, it uses transposed convolutions. Why do they need an `output_padding`?
#
# **Predict:** which sides does our halving layer turn into 14?

# %% tags=["nbval-check-output"]
to_14 = [side for side in range(1, 60) if side_after(conv, side) == 14]
back = nn.ConvTranspose2d(1, 1, **HALVE)
to_14, side_after(back, 14)

# %% [markdown]
# **Read it.** 27 and 28 both become 14. The floor in the formula has thrown away which one
# it was, and so the way back is ambiguous. By itself it takes the smallest, 27;
# `output_padding=1` says "one more".
#
# A transposed convolution paints with overlapping kernels, and so it can draw checkerboards
# (section 9). The other way to grow is to **up-sample**, every pixel becoming 2 x 2 equal ones,
# before a plain convolution (section 8).
#
# ## 4. Which one is better?
#
# Dense or convolutional? Three fair comparisons with the same images, the same objective and a
# code of 32; in the first two the number of steps is equal as well:
#
# - **equal code size**: the convolutional network against 784-128-32, which has nearly twice
#   the parameters.
# - **equal parameters**: a hidden layer of $h$ gives $1634 h + 816$ parameters in
#   784-h-32, so 68 comes nearest.
# - **equal work**: 784-128-32 again, with three times the steps. Its multiply-adds per image
#   are a third.

# %%
DENSE, DENSE_SMALL, CONV = "dense, 784-128-32", "dense, 784-68-32", "conv, code 32"
build = {
    DENSE: lambda: models.Autoencoder.mlp((784, 128, 32)),
    DENSE_SMALL: lambda: models.Autoencoder.mlp((784, 68, 32)),
    CONV: lambda: models.Autoencoder.conv(32),
}
size, work = {}, {}
for name, make in build.items():
    size[name] = sum(p.numel() for p in make().parameters())
    work[name] = multiply_adds(make())
    proven.figure(f"parameters, {name}", size[name], digits=0)
    proven.figure(f"multiply-adds per image, {name}", work[name], digits=0)
assert abs(size[DENSE_SMALL] / size[CONV] - 1) < 0.02

# %% [markdown]
# The peak rate of 0.02 was the best of five for the dense networks on the validation images, and
# nearly so for the convolutional one.

# %%
test_mse, trained = {}, {}

def measure(name, make, x=x_train, epochs=EPOCHS, learning_rate=2e-2):
    runtime.seed_everything(seed)
    trained[name] = make().to(device)
    config = TrainConfig(epochs, 64, learning_rate, one_cycle)
    fit(trained[name], x, objectives.reconstruction(), config)
    judged = x_test if x is x_train else shuffled(x_test)
    return metrics.reconstruction_error(trained[name], judged).mean().item()

# %% [markdown]
# The baseline is clipped PCA-32. Three times the steps get the peak rate that suits so many, 0.01
# (chosen on validation images).
#
# **Predict:** in which of the three comparisons is the difference smallest?

# %%
pca = PCA(32).fit(x_train.flatten(1).numpy())

def pca_back(x):
    back = pca.inverse_transform(pca.transform(x.flatten(1).numpy())).clip(0, 1)
    return torch.tensor(back, dtype=torch.float32).reshape(x.shape)

def mse(x_hat, x):
    return losses.mse(x_hat, x).mean().item()

test_mse["PCA, 32 components"] = mse(pca_back(x_test), x_test)

# %% [markdown]
# Now the networks, one after another.

# %%
for name in build:
    test_mse[name] = measure(name, build[name])
LONGER = {"epochs": LONG, "learning_rate": 1e-2}
MORE = "dense, equal work"
test_mse[MORE] = measure(MORE, build[DENSE], **LONGER)

# %% alt="Bars of test MSE: PCA and the two dense networks are the longest, more steps help, and the convolutional network is clearly the shortest."
plots.ladder(
    test_mse,
    xlabel="test MSE per pixel (lower is better)",
    title="Convolution wins all three comparisons",
)
plt.show()

# %% [markdown]
# Does the network with the most steps learn its images by heart? Then its error on them would be
# far below that on the test images.

# %%
assert 1 < LONG * work[DENSE] / (EPOCHS * work[CONV]) < 1.05
train_mse = {
    name: metrics.reconstruction_error(trained[name], x_train).mean().item()
    for name in (MORE, CONV)
}
for name, error in train_mse.items():
    print(f"{name}: training MSE {error:.4f}, test MSE {test_mse[name]:.4f}")

# %% [markdown]
# **Read it.** The convolutional network wins all three, by least at equal work, and by most at equal
# parameters, where the dense one had to become narrow. Its bill comes in work: it uses each weight at
# many places, three times the multiply-adds per image. With as much work the dense network is about
# as good *on its training images*; what it lacks is what holds for new ones.
#
# **At full size**, 55,000 images: 12 minutes of training, 6 for the narrow perceptron. The wide one
# has seven times the weights, the narrow one as many:

# %%
full = results.full_size("over-time")
print(full)

# %%
proven.figure("test MSE, PCA, 32 components", test_mse["PCA, 32 components"])
for name in (*build, MORE):
    proven.figure(f"test MSE, {name}", test_mse[name])
proven.claim(
    "at equal code size the convolutional network has less error than the dense one",
    test_mse[CONV] < test_mse[DENSE],
    any_width=True,
)
proven.claim(
    "at equal parameters it has less error, too",
    test_mse[CONV] < test_mse[DENSE_SMALL],
    any_width=True,
)
proven.claim(
    "on 3,500 images and at equal work, three times the steps, the dense network is behind",
    test_mse[CONV] < test_mse[MORE],
)
proven.figure(f"training MSE, {MORE}", train_mse[MORE])
proven.figure(f"training MSE, {CONV}", train_mse[CONV])
proven.claim(
    "from its training to the test images its error grows by the larger factor",
    test_mse[MORE] / train_mse[MORE] > test_mse[CONV] / train_mse[CONV],
)
assert full.mean() < min(full.mean(name) for name in full.beside)
assert test_mse[DENSE_SMALL] > test_mse[DENSE] > test_mse[MORE]
proven.verdict()

# %% [markdown]
# **Read it.** So the order holds for 3,500 images, and at the end for 55,000. But "at equal time" has
# no answer without the time: in its first minutes the wide network was ahead (section 11).
#
# ## 5. How do you win unfairly?
#
# A popular comparison gives the convolutional network a code of **64** and the dense one a code
# of **32**. Their parameters are nearly equal, so it even looks fair. Let us split the difference by
# a dense network with a code of 64 and as many parameters as "conv, 64": 784-123-64. Both dense
# networks get three times the steps.
#
# **Predict:** how much of the difference is the code size alone?

# %%
CONV_64, MORE_64 = "conv, code 64", "dense 784-123-64, three times the steps"
test_mse[CONV_64] = measure(CONV_64, lambda: models.Autoencoder.conv(64))
test_mse[MORE_64] = measure(
    MORE_64, lambda: models.Autoencoder.mlp((784, 123, 64)), **LONGER
)
weights = [sum(p.numel() for p in trained[name].parameters()) for name in (CONV_64, MORE_64)]
assert abs(weights[1] / weights[0] - 1) < 0.02

# %% alt="Four bars of test MSE: dense with code 32 longest, dense with code 64 and conv with code 32 between, conv with code 64 shortest."
plots.ladder(
    {
        "dense, code 32": test_mse[MORE],
        "conv, code 32": test_mse[CONV],
        "dense, code 64": test_mse[MORE_64],
        "conv, code 64": test_mse[CONV_64],
    },
    xlabel="test MSE per pixel (lower is better)",
    title="From the first bar to the last, the code changes, too",
)
plt.show()

# %%
unfair = test_mse[MORE] - test_mse[CONV_64]
share = (test_mse[MORE] - test_mse[MORE_64]) / unfair
for name in (CONV_64, MORE_64):
    proven.figure(f"test MSE, {name}", test_mse[name])
proven.figure("share of the unfair difference, code size alone", share, digits=2)
proven.claim("code size alone makes a sixth of it or more", share > 1 / 6)
proven.claim(
    "the code of 64 takes 784-123-64 half of the way or more to the conv network with 32",
    test_mse[MORE] - test_mse[MORE_64] > 0.5 * (test_mse[MORE] - test_mse[CONV]),
)
proven.verdict()

# %% [markdown]
# **Read it.** A good part of the difference is the code size alone: it takes this dense network half
# of the way or more to "conv, 32". Code size,
# parameters, steps, work and images are five budgets; say which of them are equal.
#
# ## 6. Is it really the neighbours?
#
# Take one random order of the 784 pixels and **shuffle every image by it**. Nothing is lost:
# whoever knows the order can undo it. But neighbours are no longer neighbours.
#
# **Predict:** what does the shuffling do to the dense network? And to the other?

# %%
order = torch.randperm(784, generator=torch.Generator().manual_seed(0))

def shuffled(x):
    return x.flatten(1)[:, order].reshape(x.shape)

blind = models.Autoencoder.mlp((784, 128, 32))
blind.load_state_dict(trained[DENSE].state_dict())
with torch.no_grad():
    first, last = blind.encoder[1], blind.decoder[2]
    first.weight.copy_(first.weight[:, order])
    last.weight.copy_(last.weight[order])
    last.bias.copy_(last.bias[order])
ours, theirs = (metrics.apply(m, m, x) for m, x in (
    (trained[DENSE].cpu(), x_test), (blind, shuffled(x_test))))

# %% [markdown]
# Every dense solution has a twin for shuffled images: the same weights in another order. The
# convolutional network must be trained anew.

# %%
SHUFFLED = "conv, code 32, shuffled pixels"
test_mse[SHUFFLED] = measure(SHUFFLED, build[CONV], x=shuffled(x_train))

# %% alt="Three rows of ten: digits, the same digits with shuffled pixels that look like noise, and reconstructions put back in order: readable digits with a noisy surface."
SHOWN = torch.stack([(digits.test.labels == d).nonzero()[0, 0] for d in range(10)])
lost = trained[SHUFFLED]

def ordered(x):  # undoes `shuffled`, so that you can judge the picture
    return x.flatten(1)[:, order.argsort()].reshape(x.shape)

plots.image_rows(
    {
        "image": x_test[SHOWN],
        "shuffled": shuffled(x_test[SHOWN]),
        "back, in order": ordered(metrics.apply(lost, lost, shuffled(x_test[SHOWN]))),
    },
    title="The dense network sees no difference between the first two rows",
)
plt.show()

# %%
proven.claim("a dense network reordered too is just as good on shuffled images",
             torch.allclose(shuffled(ours), theirs, atol=1e-5))
proven.figure(f"test MSE, {SHUFFLED}", test_mse[SHUFFLED])
proven.claim(
    "shuffled pixels raise the convolutional network's error by half or more",
    test_mse[SHUFFLED] > 1.5 * test_mse[CONV],
)
assert test_mse[SHUFFLED] > test_mse[MORE]  # the order of pixels means nothing to a dense one
proven.verdict()

# %% [markdown]
# **Read it.** That is what an image knows and a vector does not: **which pixels are neighbours,
# and that what holds in one place holds in another**. Where it is true, it saves weights. Where
# it is false, at equal work the dense network is ahead.
#
# ## 7. Does it know a shifted digit?
#
# So it is often said that convolutional networks "do not mind" shifts. We shift the test images to
# the right, which was never trained on.
#
# **Predict:** at a shift of 3 pixels, by what factor does each error grow?

# %%
backs = {"PCA, 32 components": pca_back}
for name in (MORE, CONV):
    backs[name] = lambda x, model=trained[name]: metrics.apply(model, model, x)

def errors(change, amounts):
    changed = [change(x_test, amount) for amount in amounts]
    return {name: [mse(back(x), x) for x in changed] for name, back in backs.items()}

# %% [markdown]
# The shift, in pixels:

# %% alt="Test MSE against a shift of 0 to 3 pixels: three rising curves, the convolutional network lowest throughout; the dense network starts below PCA and ends above it."
shift_errors = errors(shifted, range(4))
plots.lines(
    range(4), shift_errors, xlabel="shift to the right (pixels)",
    ylabel="test MSE per pixel", title="Three pixels to the right: every error climbs",
)
plt.xticks(range(4))
plt.show()

# %% [markdown]
# **Read it.** The convolutional network *does* mind: a shift of 3 multiplies its error about as
# much as that of the dense network, and PCA's grows least.
#
# Why does equivariance not help? We measure how far the code moves, in units of the distance
# between the codes of two images.

# %%
def code_moves(model, pixels):
    z, z_shifted = (metrics.apply(model, model.encode, x) for x in (
        x_test, shifted(x_test, pixels)))
    return ((z_shifted - z).norm(dim=1).mean() / (z - z.roll(1, 0)).norm(dim=1).mean()).item()

# %%
growth = {name: line[3] / line[0] for name, line in shift_errors.items()}
for name, value in growth.items():
    proven.figure(f"MSE at a shift of 3 / MSE at 0, {name}", value, digits=2)
proven.claim(
    "a shift of 3 more than doubles the error of both networks",
    min(growth[MORE], growth[CONV]) > 2,
)
proven.claim("PCA's error grows least", min(growth, key=growth.get)[:3] == "PCA")
moves = {name: code_moves(trained[name], 3) for name in (MORE, CONV)}
for name, value in moves.items():
    proven.figure(f"code's move at a shift of 3, {name}", value, digits=2)
proven.claim("the code moves more than two thirds as far as to another image",
             min(moves.values()) > 2 / 3)
proven.verdict()

# %% [markdown]
# **Read it.** Three pixels move the code nearly as far as another image would. The *maps*
# follow only shifts that fit the strides, and the dense layer behind them has its own weights for
# every place.
#
# ## 8. Depth: and with pooling?
#
# An encoder with pooling, and a decoder that up-samples or that is one dense layer from the code
# to the pixels. A trap on the way: behind the flattening there are not $W \times H \times C$ numbers
# with the sides of the *image*. Two poolings leave a sixteenth of the places: 7 x 7 per channel.

# %% tags=["nbval-check-output"]
FEW, MANY = runtime.widths((8, 16))  # channels

def pooled_encoder():
    return nn.Sequential(
        *[nn.Conv2d(1, FEW, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)],
        *[nn.Conv2d(FEW, MANY, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)],
        *[nn.Flatten(), nn.Linear(MANY * 7 * 7, 32)],
    )

def up_sampling_decoder():
    return nn.Sequential(
        *[nn.Linear(32, MANY * 7 * 7), nn.Unflatten(1, (MANY, 7, 7)), nn.ReLU()],
        *[nn.Upsample(scale_factor=2), nn.Conv2d(MANY, FEW, 3, padding=1), nn.ReLU()],
        *[nn.Upsample(scale_factor=2), nn.Conv2d(FEW, 1, 3, padding=1), nn.Sigmoid()],
    )

pooled_encoder()[:-1](x_test[:1]).shape, 28 * 28 * 16

# %% [markdown]
# Beside them stands the library's network with as many channels, strides and transposed
# convolutions. It has exactly as many parameters as the one that up-samples. We follow the error
# on validation images.
#
# **Predict:** which of the three decoders is ahead in the end?

# %%
POOL_DENSE, POOL_UP, STRIDED = "pooled, dense decoder", "pooled, up-sampled", "strided, transposed"
shapes = {
    POOL_DENSE: lambda: models.Autoencoder(pooled_encoder(), networks.mlp_decoder((32, 784))),
    POOL_UP: lambda: models.Autoencoder(pooled_encoder(), up_sampling_decoder()),
    STRIDED: lambda: models.Autoencoder.conv(32, channels=(8, 16)),
}
curves = {}
for name, make in shapes.items():
    runtime.seed_everything(seed)
    model = make().to(device)
    config, asked = TrainConfig(EPOCHS + 4, 64, 2e-2, one_cycle), objectives.reconstruction()
    seen = {"validation": digits.validation.images, "progress": False}
    history = fit(model, x_train, asked, config, **seen)
    curves[name] = history.curve("validation")

# %% alt="Validation error against epochs for three decoders: they fall close together, and the two convolutional ones end below the dense one."
plots.lines(
    range(1, len(curves[STRIDED]) + 1), curves, "epoch", "validation MSE", log="y",
    title="Close together for long; the convolutional decoders end ahead",
)
plt.show()

# %%
for name, curve in curves.items():
    proven.figure(f"validation MSE after 3 epochs, {name}", curve[2])
    proven.figure(f"validation MSE in the end, {name}", curve[-1])
proven.claim(
    "pooled, with 8 and 16 channels the up-sampling decoder ends ahead of the dense one",
    curves[POOL_UP][-1] < curves[POOL_DENSE][-1],
)
proven.claim(
    "pooling and up-sampling need more than twice the multiply-adds of strides",
    multiply_adds(shapes[POOL_UP]()) > 2 * multiply_adds(shapes[STRIDED]()),
)
by_decoder = [multiply_adds(shapes[name]().decoder, torch.rand(1, 32)) for name in (POOL_UP, POOL_DENSE)]
assert by_decoder[0] > 10 * by_decoder[1]
proven.verdict()

# %% [markdown]
# **Read it.** After three epochs the order is up to the seed: look at how wide the expected
# intervals are. In the end, at equal steps and nearly equal parameters, the decoder that up-samples is
# ahead of the dense one, which needs far less work; with half of the channels it ended behind on all
# three seeds that we tried. A training that is cut short does not choose a decoder. And strides cost
# less than half of the work of up-sampling.
#
# ## 9. Depth: where do checkerboards come from?
#
# Now the famous flaw. A transposed convolution paints overlapping kernels. We count the
# painters of each pixel: with all weights 1 and an image of ones, the output *is* the
# count. By formula, input $i$ paints pixel $j$ if $0 \le j + p - s\,i < k$; the count of a
# square is the product of two sides.
#
# **Predict:** with kernel 3 and stride 2, does each pixel get the same number?

# %%
def painters(kernel, stride, padding, places, side):
    count = torch.zeros(side)
    for pixel in range(side):
        reach = [pixel + padding - stride * i for i in range(places)]
        count[pixel] = sum(0 <= distance < kernel for distance in reach)
    return count[:, None] * count

by_formula = {k: painters(k, 2, 1, 7, 14) for k in (3, 4)}
for kernel, count in by_formula.items():
    paint = {"stride": 2, "padding": 1, "output_padding": 4 - kernel}
    ones = torch.ones(1, 1, kernel, kernel)
    painted = F.conv_transpose2d(torch.ones(1, 1, 7, 7), ones, **paint)
    assert torch.equal(painted[0, 0], count)

# %% alt="Two maps of painters per pixel: kernel 3 gives a checkerboard of 1, 2 and 4; kernel 4 is flat at 4 except at the border."
plots.maps(
    {f"kernel {k}, stride 2": count for k, count in by_formula.items()},
    "Kernel 3 paints some pixels four times and others once",
)
plt.show()

# %% [markdown]
# **Read it.** With kernel 3 the counts are 1, 2 and 4: a checkerboard. With kernel 4, a
# multiple of the stride, they are equal away from the border, and the usual advice is to choose such kernels
# (Odena and others, 2016). The other advice is to **up-sample** first, every pixel
# becoming 2 x 2 equal ones, and then use a plain convolution.
#
# Counts are about weights of 1. Freshly initialised layers have random weights. We give
# each 16 maps that are 1 everywhere. A fair layer has no reason
# to draw anything but a constant, away from the borders.
#
# **Predict:** will kernel 4 be flat?

# %%
runtime.seed_everything(seed)
growing = {
    "transposed, kernel 3": nn.ConvTranspose2d(16, 64, **DOUBLE),
    "transposed, kernel 4": nn.ConvTranspose2d(16, 64, 4, stride=2, padding=1),
    "up-sample + conv": nn.Sequential(
        nn.Upsample(scale_factor=2), nn.Conv2d(16, 64, 3, padding=1)
    ),
}
with torch.no_grad():
    drawn = {name: layer(torch.ones(1, 16, 9, 9))[0] for name, layer in growing.items()}

# %% [markdown]
# We look at the inner part of each output and measure how much its pixels differ, beside
# their mean size.

# %%
inner = {name: maps[:, 4:-4, 4:-4] for name, maps in drawn.items()}  # (64, 10, 10)

# %% alt="Three maps of the output for a constant input: the two transposed convolutions show regular patterns of red and blue, up-sampling with a convolution is one flat colour."
plots.maps(
    {name: maps[0] for name, maps in inner.items()},
    "A constant image in: both transposed convolutions draw a pattern",
    signed=True,
)
plt.show()

# %% [markdown]
# **Read it.** No. Equal counts do not help if the weights differ: kernel 4 has four
# different sets of weights for four kinds of pixel (even or odd row, even or odd column),
# and they agree only if training
# makes them. Its pattern is as strong as that of kernel 3. Only up-sampling is
# flat, because one set of weights serves every pixel. It costs four times the
# multiply-adds of kernel 3 in that layer.
#
# A pattern at the start need not be one at the end. In the trained network of section 4, does one
# of the four kinds of pixel have a larger error than the others? Is one too bright?

# %%
conv_32 = trained[CONV].cpu()

# %%
pattern = {
    name: (maps.std(dim=(1, 2)).mean() / maps.abs().mean()).item()
    for name, maps in inner.items()
}
for name, value in pattern.items():
    proven.figure(f"pattern / mean size, {name}", value, digits=2)
proven.claim(
    "up-sampling draws no pattern at all, both transposed convolutions a strong one",
    pattern["up-sample + conv"] < 1e-5
    and min(pattern["transposed, kernel 3"], pattern["transposed, kernel 4"]) > 0.5,
)
def of_kinds(per_pixel):  # the mean of each of the four kinds of pixel
    return [per_pixel[i::2, j::2].mean().item() for i in (0, 1) for j in (0, 1)]

off = (metrics.apply(conv_32, conv_32, x_test) - x_test).flatten(0, 1)
kinds, brighter = of_kinds(off.square().mean(0)), of_kinds(off.mean(0))
assert max(brighter) - min(brighter) < 0.1 * off.square().mean() ** 0.5
proven.figure("largest / smallest error of the four kinds of pixel",
              max(kinds) / min(kinds), digits=2)
proven.claim("after training they differ by less than 10 %", max(kinds) < 1.1 * min(kinds))
proven.verdict()

# %% [markdown]
# **Read it.** After training, no kind of pixel is clearly worse than the others, and none is
# brighter by more than a tenth of the typical error. On large images we did not look.
#
# ## 10. Depth: turned digits, and the maps within
#
# Turning interpolates, which blurs, and blurred images are easier. So that the point at 0 degrees
# has the same blur, every image is first turned by 45 degrees more, and then back by 45.
#
# **Predict:** which network minds a turn least?

# %% alt="Test MSE against a turn of 0 to 40 degrees: three rising curves, lowest at 0 degrees."
def turned_once(x, degrees):
    angle = torch.deg2rad(torch.tensor(float(degrees)))
    c, s = angle.cos().item(), angle.sin().item()
    turn = torch.tensor([[c, -s, 0], [s, c, 0]]).expand(len(x), 2, 3)
    return F.grid_sample(x, F.affine_grid(turn, x.shape, align_corners=False), align_corners=False)

def turned(x, degrees):
    return turned_once(turned_once(x, degrees + 45), -45)

angles = (0, 10, 20, 30, 40)
turn_errors = errors(turned, angles)
plots.lines(
    angles, turn_errors, xlabel="turn (degrees)", ylabel="test MSE per pixel",
    title="Turned digits: every error climbs, as with a shift",
)
plt.show()

# %% [markdown]
# **Read it.** Nothing is learnt about turns either: with every 10 degrees each error climbs. The
# convolutional network has the lowest error throughout; PCA's grows by the smallest factor.
#
# What has it made of the neighbours? The maps of its first layer, for one digit:

# %% alt="Four maps of a seven, 14 by 14, in shades from blue to yellow: three show its stroke in different widths; one is dim everywhere, a little brighter on the stroke, and black at one side of it."
seven = x_test[SHOWN[7]][None]
features = metrics.apply(conv_32, conv_32.encoder[:2], seven)[0]  # (16, 14, 14)
busiest = features.flatten(1).std(1).argsort(descending=True)[:4]
plots.maps(
    {f"map {number}": features[number] for number in busiest.tolist()},
    "The four busiest maps of the first layer: strokes, and an edge",
)
plt.show()

# %%
proven.claim(
    "each further turn raises each error",
    all(before < after for line in turn_errors.values() for before, after in zip(line, line[1:])),
)
grown = {name: line[-1] / line[0] for name, line in turn_errors.items()}
assert min(grown, key=grown.get) == "PCA, 32 components"
assert all(min(at, key=at.get) == CONV for at in (
    {name: line[i] for name, line in turn_errors.items()} for i in range(len(angles))))
proven.verdict()

# %% [markdown]
# **Read it.** Each of the four is a digit still: places have stayed places.
#
# ## 11. Depth: at equal time, but at which?
#
# The three networks of the table in section 4, each trained anew for longer and longer, with all of
# MNIST, on two threads of a machine that did nothing else. One seed each.
#
# **Predict:** a step takes a convolution more time. Does it ever catch up, and with which of the
# two perceptrons (dense networks) first?

# %% alt="Test MSE against seconds of training, both axes logarithmic. The line of the convolutions meets the narrow perceptron's after a minute, and crosses the wide one's after some seven minutes, where that line has become flat."
along = full.paths()
plots.paths(
    along, xlabel=full.along, ylabel="test MSE per pixel", log="xy",
    title="The wide network is ahead for minutes, and then stands still",
)
plt.show()
for name, (_, errors_then) in along.items():
    seen = full.mean(f"error on training images, {name}")
    print(f"{name}: at the end MSE {seen:.4f} on training images, {errors_then[-1]:.4f} on test images")

# %%
(_, conv_then), (_, wide_then), _ = along.values()
assert all(wide < conv for wide, conv in zip(wide_then[:4], conv_then[:4], strict=True))
assert wide_then[-1] > 0.99 * wide_then[-2]
assert conv_then[-1] < min(wide_then)
assert full.mean("error on training images, perceptron 784-1024-32") < 0.62 * wide_then[-1]
assert full.mean("error on training images, convolutions") > 0.9 * conv_then[-1]
passed = "seconds until the convolutions pass the perceptron"
assert 60 <= full.mean(f"{passed} 784-147-32") < 62
assert along["perceptron 784-1024-32"][0][-2] < full.mean(f"{passed} 784-1024-32") < 440

# %% [markdown]
# **Read it.** With as many weights, the narrow network is passed after a minute. The wide one leads
# for six minutes; between its last two points the lines cross. There it has begun to learn its
# images by heart: twice the time gains nothing on new images, where its error is more than one
# and a half times that on its own. Stopped at its best it would be behind all the same. The
# convolutions' two errors differ by a tenth.
#
# So the work of a step holds convolutions back at first, and what they assume pays at the end. *Where*
# the lines cross depends on the machine, and no rate was chosen anew for more epochs or less width.
#
# ## Break it
#
# **First: a wrong `output_padding`.** We vary the last layer of the decoder.
#
# **Predict:** which of these fail, and when: at building, at decoding, or at the loss?

# %% tags=["nbval-check-output"]
maps_14 = torch.rand(5, 16, 14, 14)
for kernel, extra in ((3, 1), (3, 0), (5, 0), (3, 2)):
    grow = nn.ConvTranspose2d(
        16, 1, kernel, stride=2, padding=1, output_padding=extra
    )
    try:
        x_hat = grow(maps_14)
        print(f"kernel {kernel}, output_padding {extra}: {tuple(x_hat.shape[2:])}")
        losses.mse(x_hat, x_test[:5])
    except (RuntimeError, ValueError) as error:
        print(f"kernel {kernel}, output_padding {extra}: {type(error).__name__}")

# %% [markdown]
# 27 and 29 pixels fail at the loss, an `output_padding` of 2 in the decoder. Two faults are worse,
# because they are silent: a *target* cut to 27 x 27, and an output of 1 x 1, which a loss written by
# hand **broadcasts** over the image.

# %% tags=["nbval-check-output"]
x_hat = torch.full((5, 1, 1, 1), 0.13)
by_hand = (x_hat - x_test[:5]).square().mean()
assert by_hand.isfinite()
edge = x_test[..., 27].square().mean() + x_test[..., 27, :].square().mean()
assert edge / 28 < 1e-3 * x_test.square().mean()  # all but black
try:
    losses.mse(x_hat, x_test[:5])
except ValueError as error:
    print(error)

# %% [markdown]
# **Explain it.** No loss on MNIST tells you that the last row and column are missing: they are all
# but black. So assert shapes.
#
# **Second: a network that collapses.** We make the network wider, 64 maps in both layers, keep the
# peak rate, but climb to it in 24 steps: 4 epochs of 1,280 images. We train it twice from equal
# weights: with a sigmoid and MSE, and with the cross-entropy of lesson 02 from **logits**, the
# values before the sigmoid. All else is equal, but for a factor in the loss, which Adam removes.
#
# **Predict:** which one survives?

# %%
def train_wide(output, loss):
    runtime.seed_everything(seed)
    wide = models.Autoencoder(
        networks.conv_encoder(32, (64, 64)),
        networks.conv_decoder(32, (64, 64), output=output),
    ).to(device)
    config = TrainConfig(4, 64, 2e-2, one_cycle)
    fit(wide, x_train[:1280], objectives.reconstruction(loss), config, progress=False)
    return metrics.apply(wide, wide, x_test)

wide_back = {
    "sigmoid, MSE": train_wide(nn.Sigmoid, F.mse_loss),
    "logits, BCE": train_wide(nn.Identity, losses.bernoulli_nll).sigmoid(),
}

# %% alt="Three rows of ten: the digits, ten times the same black picture with a grid of white dots, and blurred but different digits."
plots.image_rows({"digit": x_test[SHOWN]} | {
    name: x_hat[SHOWN] for name, x_hat in wide_back.items()},
    title="The same network and rate: one loss is stuck, the other learns")
plt.show()

# %%
mean_image_mse = mse(x_train.mean(0, keepdim=True).expand_as(x_test), x_test)
for name, x_hat in wide_back.items():
    proven.figure(f"test MSE, {name}", mse(x_hat, x_test), digits=3)
black, alive = wide_back.values()
slope = black * (1 - black)
proven.claim(
    "in 4 epochs, sigmoid and MSE: every image gets the same, worse than the mean image",
    black.std(0).mean() < 1e-3 and mse(black, x_test) > mean_image_mse, budget="in 4 epochs",
)
proven.claim(
    "after 4 epochs 95 % of its pixels sit where the sigmoid is flat (slope below 0.02)",
    (slope < 0.02).float().mean() > 0.95, budget="after 4 epochs",
)
proven.claim("logits and BCE: better than the mean image", mse(alive, x_test) < mean_image_mse)
proven.verdict()

# %% [markdown]
# **Explain it.** Every image gets the same picture: black, in some runs with a grid of white
# dots, which are the checkerboard of section 9. Why does the quick climb matter? Why does the loss?
#
# <details><summary>Our answer</summary>
#
# Adam moves every weight by about the learning rate. The logit of a pixel is a sum over many
# weights, and they all move the same way at the start, because most pixels must become darker. So
# the logit jumps by many times the rate: in a few steps it is far below zero. There the sigmoid is
# flat. The gradient of MSE contains its slope, so it vanishes, and in these epochs nothing brings
# the pixel back. The gradient of BCE at the logit is just $\hat{x} - x$ (lesson 02): as large as
# the mistake. BCE also jumps too far, and then comes back. A rate that climbs four times as
# slowly, over four times the epochs, saved the first one on all three seeds that we tried. MSE
# does not forbid learning here; BCE forgives.
#
# </details>
#
# ## Check yourself
#
# <details><summary>1. A convolution with kernel 5, stride 2 and padding 2 sees 32 x 32
# pixels. What comes out, and what takes it back to 32?</summary>
#
# $\lfloor (32 + 4 - 5) / 2 \rfloor + 1 = 16$. Back: $(16 - 1) \cdot 2 - 4 + 5 + o = 31 + o$, so
# `output_padding=1`.
#
# </details>
#
# <details><summary>2. Is a convolutional autoencoder invariant to shifts?</summary>
#
# No. Its layers are equivariant: the maps move along, with a stride only for shifts that fit the
# grid. Behind a dense layer the code moves nearly as far as to another image.
#
# </details>
#
# <details><summary>3. "We replaced the dense encoder by a convolutional one and the error
# halved." What do you ask?</summary>
#
# Was the code size the same? The number of parameters? Steps, and time or multiply-adds? Was the
# learning rate chosen for each? How many images, and how many seeds?
#
# </details>
#
# ## Summary
#
# - Two formulas give every shape. `output_padding` says which of two sizes to go back to. A kernel
#   as large as its input is a dense layer.
# - A convolution assumes that neighbours belong together and that all places are alike. Shuffle
#   the pixels, and at equal work it is behind.
# - At equal code size and at equal parameters the convolutional network won, and paid in work. Who
#   changes the code size as well measures something else.
# - On 3,500 images it was ahead at equal work, too. On all of MNIST, in equal time, a wide dense
#   network was ahead for minutes; after twelve the convolutional one was.
# - Shifted digits hurt it like the dense network, and PCA least.
#
# ## What we claimed
#
# Each claim was checked in this run; the ticks say where else it held.

# %%
proven.summary()

# %% [markdown]
# ## Exercises
#
# From sizes to a whole decoder:
# [your sheet](../workbook/04_conv.ipynb). If the link finds nothing, run
# `aelesson workbook` in a terminal once: it lays the sheets there.
#
# ## References
#
# - Y. LeCun, L. Bottou, Y. Bengio and P. Haffner (1998), *Gradient-based learning applied to
#   document recognition*, [doi:10.1109/5.726791](https://doi.org/10.1109/5.726791).
# - J. Masci, U. Meier, D. Ciresan and J. Schmidhuber (2011), *Stacked convolutional
#   auto-encoders for hierarchical feature extraction*,
#   [doi:10.1007/978-3-642-21735-7_7](https://doi.org/10.1007/978-3-642-21735-7_7).
# - V. Dumoulin and F. Visin (2016), *A guide to convolution arithmetic for deep learning*,
#   [arXiv:1603.07285](https://arxiv.org/abs/1603.07285).
# - A. Odena, V. Dumoulin and C. Olah (2016), *Deconvolution and checkerboard artifacts*,
#   [doi:10.23915/distill.00003](https://doi.org/10.23915/distill.00003).
# - R. Zhang (2019), *Making convolutional networks shift-invariant again*,
#   [arXiv:1904.11486](https://arxiv.org/abs/1904.11486).
#
# ## Next
#
# So far the network only had to give back what it got. [Lesson 05](05_denoising.ipynb) spoils the image first,
# and asks for the clean one.
