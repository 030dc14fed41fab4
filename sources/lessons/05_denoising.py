# %% [markdown]
# # 05 How does cleaning teach structure?
#
# You will spoil digits, train networks to clean them, beat every classical filter with a
# network of five thousand weights, and then find out what such a network has really learnt:
# which way the data lie.
#
# **You will be able to**
#
# - train a denoiser with fresh noise, and say what noise that was kept costs;
# - judge it by PSNR and SSIM, beside tuned filters and the best linear map;
# - say where it fails: other noise levels, other corruptions, clean images;
# - derive the optimal denoiser from the score of the noisy data, and hold a trained
#   network against it.
#
# **Time:** 50 minutes to read; the code takes about a minute on 2 cores.
#
# **Before this:** [01 What survives a bottleneck?](01_basics.ipynb)

# %%
import math
from dataclasses import replace

import matplotlib.pyplot as plt
import torch
from skimage.metrics import structural_similarity
from torch import nn
from torch.nn import functional as F

from aelesson import corruptions, data, expected, filters, losses, metrics
from aelesson import models, objectives, plots, runtime
from aelesson.training import TrainConfig, fit, one_cycle

# %% [markdown]
# The settings. `MLP` and `CONV` say how each of the two kinds of network is trained; rates
# and batch sizes were chosen on the validation images. `STD` is the standard deviation of
# the noise, in units of the pixels: half the way from black to white.

# %%
device = runtime.start()
plots.use_style()
digits = data.load()
x_train, x_val, x_test = (
    part.images for part in (digits.train, digits.validation, digits.test)
)
proven = expected.Lesson("05_denoising", digits.name)
seed = runtime.default_seed()
SMALL, STD = len(x_train) < 10_000, 0.5
MLP = TrainConfig(10 if SMALL else 4, 64, 1e-2, one_cycle)
CONV = TrainConfig(3 if SMALL else 1, 32, 1e-2, one_cycle)
SHOWN = torch.stack([(digits.test.labels == d).nonzero()[0, 0] for d in range(2, 10)])

# %% [markdown]
# ## 1. How do you spoil an image, and how do you measure the damage?
#
# A **corruption** is a function from images to spoilt images. The library has four of the
# kind that keeps the shape. Gaussian noise adds $\sigma\varepsilon$ to each pixel, with
# $\varepsilon \sim \mathcal{N}(0, 1)$, and cuts the result to [0, 1]. Masking sets half of
# the pixels to black. Salt and pepper sets half of them to black or white. Occlusion blacks
# out a square. Each call draws anew; a generator makes the draw repeatable, and so all
# methods below get the *same* noise.

# %% alt="Five rows of eight digits: clean, with Gaussian noise, with half the pixels black, with half the pixels black or white, and with a black square."
def kinds(generator=None):
    return {
        "Gaussian": corruptions.gaussian_noise(STD, clamp=True, generator=generator),
        "masking": corruptions.masking(0.5, generator=generator),
        "salt and pepper": corruptions.salt_and_pepper(0.5, generator=generator),
        "occlusion": corruptions.occlusion(10, generator=generator),
    }

fixed = torch.Generator().manual_seed(12345)  # not a training seed
spoilt = {name: corrupt(x_test) for name, corrupt in kinds(fixed).items()}
noisy_val, noisy_test = kinds(fixed)["Gaussian"](x_val), spoilt["Gaussian"]
plots.image_rows(
    {"clean": x_test[SHOWN]} | {name: images[SHOWN] for name, images in spoilt.items()},
    title="Four ways to spoil a digit; you can still read most of them",
)
plt.show()

# %% [markdown]
# Two measures of quality, both per image, both larger for better images. The **peak
# signal-to-noise ratio** (PSNR) is the mean squared error on a log scale, in decibels:
# $-10 \log_{10} \mathrm{MSE}$ for pixels up to 1. So 10 dB more is a tenth of the error,
# and 3 dB more is half of it.
#
# **Structural similarity** (SSIM; Wang and others, 2004) slides a small Gaussian window over
# both images and compares what is in it: means, variances and the covariance,
#
# $$\frac{(2\hat\mu\mu + c_1)(2\,\mathrm{cov} + c_2)}{(\hat\mu^2 + \mu^2 + c_1)(\hat\sigma^2 + \sigma^2 + c_2)},$$
#
# and takes the mean over all places. It is 1 for equal images. The two small constants keep
# flat areas from dividing by zero.

# %%
def psnr(x_hat, x):
    return -10 * (x_hat - x).square().flatten(1).mean(1).log10()

def ssim(x_hat, x):
    bell = (-(torch.arange(-5.0, 6.0) / 1.5).square() / 2).exp()
    window = (bell[:, None] * bell / bell.sum() ** 2)[None, None]  # (1, 1, 11, 11)
    mean_hat, mean, square_hat, square, product = (
        F.conv2d(values, window) for values in (x_hat, x, x_hat**2, x**2, x_hat * x)
    )
    cov, var_hat, var = product - mean_hat * mean, square_hat - mean_hat**2, square - mean**2
    alike = (2 * mean_hat * mean + 0.01**2) * (2 * cov + 0.03**2)
    most = (mean_hat**2 + mean**2 + 0.01**2) * (var_hat + var + 0.03**2)
    return (alike / most).mean((1, 2, 3))

# %%
theirs = [
    structural_similarity(
        ours, clean, data_range=1, gaussian_weights=True, use_sample_covariance=False
    )
    for ours, clean in zip(noisy_test[:9, 0].numpy(), x_test[:9, 0].numpy())
]
assert torch.allclose(ssim(noisy_test[:9], x_test[:9]), torch.tensor(theirs).float(), atol=1e-5)
assert torch.allclose(ssim(noisy_test, x_test), metrics.ssim(noisy_test, x_test), atol=1e-5)
assert torch.allclose(psnr(noisy_test, x_test), metrics.psnr(noisy_test, x_test))

# %% [markdown]
# Our SSIM equals scikit-image's and the library's. `judge` keeps what a method made of the
# noisy test images, cut to [0, 1], and its two scores. The first method is: do nothing.

# %%
cleaned, scores = {}, {}

def judge(name, images):
    cleaned[name] = images.clamp(0, 1)
    qualities = (metrics.psnr, metrics.ssim)
    scores[name] = [quality(cleaned[name], x_test).mean().item() for quality in qualities]
    proven.figure(f"test PSNR in dB, {name}", scores[name][0], digits=2)

judge("noisy input", noisy_test)

# %% [markdown]
# ## 2. Why is noise with a mean of zero not harmless?
#
# Because we cut it. A camera cannot record less than black, and most programs clamp noisy
# images to [0, 1]. A black pixel then keeps only the positive half of its noise. Its mean is
#
# $$E[\max(0, \sigma\varepsilon)] = \sigma \int_0^\infty
# \varepsilon\, \frac{e^{-\varepsilon^2/2}}{\sqrt{2\pi}}\, d\varepsilon = \frac{\sigma}{\sqrt{2\pi}},$$
#
# about $0.2$ for $\sigma = 0.5$. A white pixel loses as much. A last detail: noise beyond
# $1/\sigma$ is cut at the *other* end too. That takes a little away again:
#
# $$b(\sigma) = \sigma\,(\varphi(0) - \varphi(1/\sigma)) + 1 - \Phi(1/\sigma),$$
#
# with the standard normal density $\varphi$ and distribution function $\Phi$.
#
# **Predict:** a pixel of grey 0.5: is its mean moved up, down, or not at all?

# %%
def clamp_bias(std):
    normal, top = torch.distributions.Normal(0, 1), torch.tensor(1 / std)
    density = (1 - (-(top**2) / 2).exp()) / math.sqrt(2 * math.pi)
    return (std * density + 1 - normal.cdf(top)).item()

for std in (0.1, 0.5, 1.0):
    assert math.isclose(clamp_bias(std), filters.clamp_bias(std), rel_tol=1e-4)

# %%
shift = noisy_test - x_test
black, white = shift[x_test == 0].mean().item(), shift[x_test > 0.99].mean().item()
proven.figure("bias of black pixels, measured", black)
proven.figure("bias of white pixels (above 0.99), measured", white)
proven.figure("sigma / sqrt(2 pi)", STD / math.sqrt(2 * math.pi))
proven.figure("bias of black pixels by the whole formula", clamp_bias(STD))
proven.claim(
    "both measured biases are the formula's within 0.006",
    max(abs(black - clamp_bias(STD)), abs(white + clamp_bias(STD))) < 0.006,
)

# %% [markdown]
# And between black and white? We draw noise for all grey levels and compare the mean with
# the straight line through the two ends.

# %% alt="The mean of the noisy pixel against the clean grey level: a line flatter than the diagonal, from 0.2 to 0.8, almost equal to the straight line through its ends."
levels, b = torch.linspace(0, 1, 21), clamp_bias(STD)
drawn = levels + STD * torch.randn(20_000, 21, generator=fixed)
plots.lines(
    levels.tolist(),
    {
        "mean of the noisy pixel, clamped": drawn.clamp(0, 1).mean(0).tolist(),
        "straight line through both ends": (b + (1 - 2 * b) * levels).tolist(),
        "no bias": levels.tolist(),
    },
    xlabel="clean grey level",
    ylabel="mean of the noisy pixel",
    title="Clamped noise takes two fifths of the contrast away",
    markers=False,
)
plt.show()

# %% [markdown]
# **Read it.** Only middle grey is left where it was. Everything else moves towards it, along
# nearly a straight line. So a straight line takes it back: subtract $b$, divide by
# $1 - 2b$. The library's `undo_clamping` does that. No averaging filter can: the mean of
# *all* noisy copies of a black pixel is still grey.
#
# ## 3. How far do you get without a network?
#
# Four classical filters. The **median** and the **Gaussian** filter replace a pixel by the
# median or by a weighted mean of its neighbours. The local **Wiener** filter pulls it to
# that mean, more strongly where little happens. **Total variation** looks for a flat image
# with sharp edges near the noisy one. Each has settings, and each gets its best one: chosen
# on 100 validation images, for the noisy images as they are and for those with the clamping
# undone.
#
# **Predict:** which of the four needs `undo_clamping` least?

# %%
TRIED = {
    "median": (filters.median, [(3,), (5,)]),
    "Gaussian": (filters.gaussian, [(0.6,), (0.8,), (1.0,), (1.2,)]),
    "Wiener": (filters.wiener, [(n, v) for n in (3, 5) for v in (0.1, 0.2, 0.3, 0.4, 0.5)]),
    "total variation": (filters.total_variation, [(0.2,), (0.3,), (0.4,), (0.5,)]),
}

def tune(denoise, settings, noisy):
    def quality(setting):
        return metrics.psnr(denoise(noisy, *setting).clamp(0, 1), x_val[:100]).mean()
    return max(settings, key=quality)

def undone(noisy):
    return filters.undo_clamping(noisy, STD)

# %% [markdown]
# And the strongest rival that learns from data without being a network: the **best linear
# map**. All 784 noisy pixels may speak for each clean one. The weights with the least squared
# error have a closed form, since this is linear regression. We fit it on the training images
# with three noisy copies each. Its intercept undoes the clamping by itself.

# %%
for name, (denoise, settings) in TRIED.items():
    setting = tune(denoise, settings, noisy_val[:100])
    judge(name, denoise(noisy_test, *setting))
    setting = tune(denoise, settings, undone(noisy_val[:100]))
    judge(f"{name}, undone", denoise(undone(noisy_test), *setting))

runtime.seed_everything(seed)
copies = x_train[:5000].repeat(3, 1, 1, 1)
linear_map = filters.best_linear_map(kinds()["Gaussian"](copies), copies)
judge("best linear map", linear_map(noisy_test))

# %%
gains = {name: scores[f"{name}, undone"][0] - scores[name][0] for name in TRIED}
proven.claim(
    "undoing the clamping gives Gaussian, Wiener and total variation 2 dB or more",
    min(gain for name, gain in gains.items() if name != "median") > 2,
)
proven.claim("the median gains least by it", min(gains, key=gains.get) == "median")
proven.claim(
    "as they are, no other filter comes within 1 dB of the median",
    sorted(scores[name][0] for name in TRIED)[-2] < scores["median"][0] - 1,
)
filtered = [scores[f"{name}, undone"][0] for name in TRIED]
proven.claim(
    "the best linear map beats every filter by 1 dB or more",
    scores["best linear map"][0] > max(filtered) + 1,
)

# %% [markdown]
# **Read it.** The median wins as long as nobody knows about the bias: half of the noise at a
# black pixel is cut to exactly 0, so its *median* does not move. Once the bias is gone, the
# methods that average are ahead. One subtraction and one division were worth more than the
# choice of the filter. And the linear map, which has seen digits, beats all that have not.
#
# ## 4. What is a denoising autoencoder?
#
# Corrupt the input, ask for the *clean* image (Vincent and others, 2008):
#
# $$\min_{f, g}\; E\,\lVert g(f(\tilde{x})) - x \rVert^2, \qquad \tilde{x} = \mathrm{corrupt}(x).$$
#
# As an objective this is one word more than reconstruction. The noise is drawn inside, so
# each step sees new noise.

# %%
def denoising(corrupt):
    def objective(model, x):
        return {"loss": (model(corrupt(x)) - x).square().mean()}
    return objective

runtime.seed_everything(seed)
probe = models.Autoencoder.mlp((784, 16))
values = []
for make in (denoising, objectives.denoising):
    corrupt = corruptions.gaussian_noise(STD, generator=torch.Generator().manual_seed(2))
    values.append(make(corrupt)(probe, x_test)["loss"])
assert torch.allclose(*values)

# %% [markdown]
# A widely copied tutorial says that the noise must be added to the data beforehand, and that
# this is slow. Neither is so. But what if somebody does it: noise drawn once for each
# training image, and kept? We train the same network both ways, for equally many steps:
# one hidden layer of 256, which is the code. `fit` takes pairs as well as images.
#
# **Predict:** which of the two does better on the noisy images that it was trained with?

# %%
def pairs(model, batch):
    noisy, clean = batch
    return {"loss": F.mse_loss(model(noisy), clean)}

noisy_train = kinds(fixed)["Gaussian"](x_train)
runtime.seed_everything(seed)
fresh = models.Autoencoder.mlp((784, 256)).to(device)
fit(fresh, x_train, objectives.denoising(kinds()["Gaussian"]), MLP)
judge("MLP", metrics.apply(fresh, fresh, noisy_test))
runtime.seed_everything(seed)
kept = models.Autoencoder.mlp((784, 256)).to(device)
fit(kept, (noisy_train, x_train), pairs, MLP)
judge("MLP, noise kept", metrics.apply(kept, kept, noisy_test))

# %%
on_train = {
    name: metrics.psnr(metrics.apply(model, model, noisy_train), x_train).mean().item()
    for name, model in {"fresh": fresh, "kept": kept}.items()
}
for name, value in on_train.items():
    proven.figure(f"PSNR in dB on those noisy training images, noise {name}", value, digits=2)
proven.claim(
    "on the noisy images that it was trained with, kept noise looks better by 1 dB or more",
    on_train["kept"] > on_train["fresh"] + 1,
)
proven.claim(
    "on test images kept noise is worse by 0.4 dB or more",
    scores["MLP, noise kept"][0] < scores["MLP"][0] - 0.4,
)

# %% [markdown]
# **Read it.** The network with kept noise has learnt *that* noise by heart: on its own
# training images it looks better, and on new noise it is worse. Fresh noise is one line, and
# every epoch becomes a new data set. Noise is the cheapest data there is.
#
# ## 5. Who cleans best?
#
# Two more networks. The first is the popular one: layers of 128 and 64 down to a code of 32,
# trained as long as ours. The second is **convolutional**: the same small filters look at
# every place, as the classical ones do, but they are learnt. It has no narrow code at all. It
# returns logits and is trained by the binary cross-entropy (lesson 02); with a sigmoid and
# squared errors such a net can get stuck at black (lesson 04).
#
# **Predict:** the MLP has 402,448 weights, the convolutional net 5,169. Which one wins?

# %%
def conv_net(first):
    width = first.out_channels
    return nn.Sequential(
        first, nn.ReLU(),
        nn.Conv2d(width, width, 3, padding=1), nn.ReLU(),
        nn.Conv2d(width, width, 3, padding=1), nn.ReLU(),
        nn.ConvTranspose2d(width, 1, 4, stride=2, padding=1),
    )

def train_conv(corrupt):
    runtime.seed_everything(seed)
    model = conv_net(nn.Conv2d(1, 16, 4, stride=2, padding=1)).to(device)
    fit(model, x_train, objectives.denoising(corrupt, losses.bernoulli_nll), CONV)
    return model

# %% [markdown]
# `clean` runs a network that returns logits, and turns them into pixels. Then the table: all
# methods, the same test images, the same noise. In the images below it, the clamping is
# undone for the three filters that average.

# %%
def clean(model, images):
    return metrics.apply(model, model, images).sigmoid()

runtime.seed_everything(seed)
narrow = models.Autoencoder.mlp((784, 128, 64, 32)).to(device)
fit(narrow, x_train, objectives.denoising(kinds()["Gaussian"]), MLP)
judge("MLP, code of 32", metrics.apply(narrow, narrow, noisy_test))
conv = train_conv(kinds()["Gaussian"])
judge("convolutional net", clean(conv, noisy_test))

print(f"\n{'method':<24}{'PSNR, dB':>10}{'SSIM':>8}")
for name, (decibels, similarity) in sorted(scores.items(), key=lambda row: row[1]):
    print(f"{name:<24}{decibels:>10.2f}{similarity:>8.3f}")

# %% alt="Eight digits in nine rows: clean, noisy, then cleaned by median, Gaussian, Wiener, total variation, linear map, MLP and convolutional net; the classical filters leave blotches, the networks clear strokes."
ROWS = {name: name for name in ("noisy input", "median")}
ROWS |= {name: f"{name}, undone" for name in list(TRIED)[1:]}
ROWS |= {name: name for name in ("best linear map", "MLP")}
ROWS["conv net"] = "convolutional net"
plots.image_rows(
    {"clean": x_test[SHOWN]} | {label: cleaned[name][SHOWN] for label, name in ROWS.items()},
    title="Filters smooth, the linear map ghosts, networks draw strokes",
)
plt.show()

# %%
weights = {m: sum(p.numel() for p in m.parameters()) for m in (fresh, conv)}
proven.claim("the convolutional net has 5,169 weights", weights[conv] == 5169)
ranks = ["total variation, undone", "best linear map", "MLP", "convolutional net"]
for name in ["noisy input", *ranks]:
    proven.figure(f"test SSIM, {name}", scores[name][1], digits=3)

# %%
proven.claim(
    "by PSNR and by SSIM: total variation < best linear map < MLP < convolutional net",
    all(
        scores[worse][score] < scores[better][score]
        for worse, better in zip(ranks, ranks[1:])
        for score in (0, 1)
    ),
)
proven.claim(
    "the MLP with a code of 32 loses to the linear map and to total variation, undone",
    scores["MLP, code of 32"][0] < min(scores[name][0] for name in ranks[:2]),
)

# %% [markdown]
# **Read it.** The convolutional net wins with almost 80 times fewer weights than the MLP:
# what a stroke looks like under noise is the same at every place, and it learns that once.
#
# The popular network is behind a matrix, and even behind a filter with the clamping undone.
# It differs from ours in depth as well as in its code, so this does not tell which of the two
# costs more. But it tells that a denoiser needs no narrow code: the best one has none, and the
# next has one of 256. The noise already forbids copying.
#
# ## 6. What about noise that it never met?
#
# Our networks know one noise level, $\sigma = 0.5$. We let $\sigma$ run from 0 to 1. And we
# train one more convolutional net that meets all of these levels: each image gets its own
# $\sigma$, drawn evenly from 0 to 1.
#
# **Predict:** what does a denoiser make of a *clean* image?

# %%
def any_level(x):
    std = torch.rand(len(x), 1, 1, 1, device=x.device)
    return (x + std * torch.randn_like(x)).clamp(0, 1)

conv_range = train_conv(any_level)
cleaners = {
    "noisy input": lambda x: x,
    "linear map": linear_map,
    "MLP": lambda x: metrics.apply(fresh, fresh, x),
    "conv": lambda x: clean(conv, x),
    "conv, all levels": lambda x: clean(conv_range, x),
}

# %% alt="PSNR against noise level: the input falls from infinity; the networks trained at 0.5 fall away on both sides, the MLP steeply towards clean images; the net trained on all levels is highest at both ends."
LEVELS = [0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0]
at_level = {name: [] for name in cleaners}
for std in LEVELS:
    draw = torch.Generator().manual_seed(23456)
    noisy = corruptions.gaussian_noise(std, clamp=True, generator=draw)(x_test)
    for name, cleaner in cleaners.items():
        quality = metrics.psnr(cleaner(noisy).clamp(0, 1), x_test).mean().item()
        at_level[name].append(quality)
plots.lines(
    LEVELS, at_level, "standard deviation of the noise", "test PSNR in dB",
    title="A clean image is harmed by every denoiser",
)
plt.show()

# %%
def at(name, std):
    return at_level[name][LEVELS.index(std)]

for name in list(cleaners)[1:]:
    for std in (0, 1.0):
        proven.figure(f"test PSNR in dB at noise {std:g}, {name}", at(name, std), digits=2)
proven.claim(
    "at noise 0.05 every denoiser returns worse images than it got, by 3 dB or more",
    all(at(name, 0.05) < at("noisy input", 0.05) - 3 for name in list(cleaners)[1:]),
)

# %%
proven.claim(
    "the MLP returns clean images within 2 dB of what noise of 0.5 does to them",
    abs(at("MLP", 0) - at("noisy input", 0.5)) < 2,
)
proven.claim(
    "at noise 1 the linear map beats both networks that know only 0.5",
    at("linear map", 1.0) > max(at("MLP", 1.0), at("conv", 1.0)) + 0.3,
)
proven.claim(
    "all levels in training: ahead of the other net at 1, behind it at 0.5",
    at("conv, all levels", 1.0) > at("conv", 1.0) + 0.5
    and at("conv, all levels", 0.5) < at("conv", 0.5),
)

# %% [markdown]
# **Read it.** The input at $\sigma = 0$ is perfect, infinitely many decibels, and not drawn.
# Every denoiser harms it. The MLP is the worst: it has only ever seen images whose black was
# a noisy grey, and to a clean one it answers with something about as wrong as the noise that
# it was trained on. At twice their level, even the linear map is ahead of both networks.
#
# Training on all levels helps where the specialist is lost, and costs a little where it is
# at home. So a denoiser is a tool for the damage that it was trained on. And for other
# *kinds* of damage?
#
# ## 7. Does one kind of damage teach another?
#
# We train the same convolutional net on each of the four corruptions, and once on all of
# them, a quarter of each batch for each. Each is judged on all four. The scores here are
# MSE, not PSNR: some occluded squares hit only black, and an untouched image has an infinite
# PSNR.
#
# **Predict:** which one will be the best generalist?

# %%
def mixed(x):
    parts = zip(kinds().values(), x.chunk(4))
    return torch.cat([corrupt(part) for corrupt, part in parts])

specialists = {"Gaussian": conv}
for name in ("masking", "salt and pepper", "occlusion"):
    specialists[name] = train_conv(kinds()[name])
specialists["all four"] = train_conv(mixed)

def errors(denoise):
    return [losses.mse(denoise(x), x_test).mean().item() for x in spoilt.values()]

# %% alt="A table of test MSE: rows are what a net was trained on, columns what it is judged on; the diagonal is low, most other cells are several times higher, the row trained on all four is low everywhere."
mse = {"no net": errors(lambda x: x)}
for name, model in specialists.items():
    mse[f"net: {name}"] = errors(lambda x, model=model: clean(model, x))
plots.matrix(
    mse, list(spoilt), xlabel="test MSE, by the damage of the test images",
    title="Each net repairs its own damage, and may make another kind worse",
)
plt.show()

# %%
names = list(spoilt)  # the rows of `table` are the nets, its columns the kinds
table = torch.tensor([mse[f"net: {name}"] for name in [*names, "all four"]])  # (5, 4)
for i, name in enumerate(names):
    proven.figure(f"test MSE on {name}, trained on it", table[i, i])
    proven.figure(f"test MSE on {name}, trained on all four", table[4, i])
proven.claim(
    "on each kind of damage its own net is the best of the five",
    table.argmin(0).tolist() == [0, 1, 2, 3],
)

# %%
proven.claim(
    "on its worst kind, the net that met all four has half the error of each other or less",
    table[4].max() < 0.5 * table[:4].amax(1).min(),
)

# %%
proven.claim(
    "its own net leaves less than a quarter of each error, but of occlusion more than half",
    max(table[i, i] / mse["no net"][i] for i in range(3)) < 0.25
    and table[3, 3] > 0.5 * mse["no net"][3],
)
proven.claim(
    "on occlusion the net that met all four removes less than a tenth of the error",
    table[4, 3] > 0.9 * mse["no net"][3],
)
proven.claim(
    "a net trained on masking makes Gaussian noise and salt and pepper worse",
    bool(table[1, 0] > mse["no net"][0]) and bool(table[1, 2] > mse["no net"][2]),
)

# %% [markdown]
# **Read it.** Masking only ever removes light. A net that learnt to repair it believes every
# bright pixel, and where bright pixels are noise it makes things worse than they were. What a
# denoiser learns is not "digits" alone. It is digits *and* the damage. So show it every kind
# that you expect.
#
# And look at the last column. Occlusion is the hardest: even its own net leaves more than
# half of the error, and the net that met all four gains next to nothing. Noise can be
# averaged away from neighbours; a hole has none. Small filters do not see far enough across it.
#
# ## 8. What has a denoiser really learnt?
#
# Let clean data have the density $p(x)$, and add Gaussian noise, not clamped:
# $y = x + \sigma\varepsilon$. The best answer to $y$ in squared error is the mean of all $x$
# that could be behind it, $E[x \mid y]$. The noisy data have the density
#
# $$p_\sigma(y) = \int p(x)\, \mathcal{N}(y;\, x, \sigma^2)\, dx, \qquad
# \nabla p_\sigma(y) = \int p(x)\, \frac{x - y}{\sigma^2}\, \mathcal{N}(y;\, x, \sigma^2)\, dx,$$
#
# because the gradient of the normal density brings down $(x - y)/\sigma^2$. Divide the
# second by the first. The right side becomes $(E[x \mid y] - y)/\sigma^2$, the left side
# $\nabla \log p_\sigma(y)$, which is called the **score**. So
#
# $$E[x \mid y] = y + \sigma^2\, \nabla \log p_\sigma(y).$$
#
# That is **Tweedie's formula** (Robbins, 1956; Miyasawa, 1961). The best denoiser takes a
# step uphill, to where data are more likely.

# %% [markdown]
# We test it where everything is known: a mixture of normals, half around $-1$ and half around
# $1$. With noise each of them just becomes wider, so the score of the noisy density has a
# closed form. An integral over $x$, done numerically, knows nothing of the formula.

# %%
def score(y, centres, variance):
    distances = (y[:, None] - centres).square().sum(2)  # (B, K)
    shares = (-distances / (2 * variance)).softmax(1)  # from which centre?
    return (shares @ centres - y) / variance

TWO, WIDTH, NOISE = torch.tensor([[-1.0], [1.0]]), 0.3, 0.5
y = torch.linspace(-3, 3, 61)[:, None]
tweedie = y + NOISE**2 * score(y, TWO, WIDTH**2 + NOISE**2)

x = torch.linspace(-5, 5, 4001)  # every clean value that could be behind y
density = (-(x - TWO).square() / (2 * WIDTH**2)).exp().sum(0)
weight = density * (-(y - x).square() / (2 * NOISE**2)).exp()  # (B, X)
posterior_mean = (weight * x).sum(1, keepdim=True) / weight.sum(1, keepdim=True)
assert torch.allclose(tweedie, posterior_mean, atol=1e-4)

# %% [markdown]
# Now a small network that knows no formula. It sees clean numbers, adds noise, and is asked
# for the clean ones: the very objective of section 4.
#
# **Predict:** will its curve be a straight line, a step, or something between?

# %%
def draw(centres, width, count, generator):
    chosen = torch.randint(len(centres), (count,), generator=generator)
    jitter = torch.randn(count, centres.shape[1], generator=generator)
    return centres[chosen] + width * jitter

def train_toy(x, std):
    runtime.seed_everything(seed)
    sizes = [nn.Linear(x.shape[1], 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh()]
    model = nn.Sequential(*sizes, nn.Linear(64, x.shape[1])).to(device)
    fit(model, x, objectives.denoising(corruptions.gaussian_noise(std)), TOY)
    return lambda y: metrics.apply(model, model, y)

TOY = TrainConfig(20, 250, 1e-2, one_cycle)
learnt = train_toy(draw(TWO, WIDTH, 10_000, fixed), NOISE)

# %% alt="Cleaned against noisy value: the theory is a soft step from minus one to one that bends along the diagonal outside; the network lies on it between minus two and two and leaves it outside."
plots.lines(
    y[:, 0].tolist(),
    {
        "theory: noisy + variance x score": tweedie[:, 0].tolist(),
        "network": learnt(y)[:, 0].tolist(),
        "do nothing": y[:, 0].tolist(),
    },
    xlabel="noisy value", ylabel="cleaned value", markers=False,
    title="The network finds the optimal denoiser, where data come",
)
plt.show()

# %%
noisy_draw = draw(TWO, math.hypot(WIDTH, NOISE), 5000, fixed)
def distance_from_theory(y):
    best = y + NOISE**2 * score(y, TWO, WIDTH**2 + NOISE**2)
    return (learnt(y) - best).square().mean().sqrt().item()

inside, outside = map(distance_from_theory, (noisy_draw, torch.tensor([[-5.0], [5.0]])))
proven.figure("rms distance from the optimal denoiser, on noisy data", inside, digits=3)
proven.figure("rms distance from it at -5 and 5", outside, digits=2)
proven.claim("on noisy data it is below a tenth of the noise", inside < NOISE / 10)
proven.claim("far outside the data it is 5 times as large or more", outside > 5 * inside)

# %% [markdown]
# **Read it.** A soft step: in the middle the network cannot know which side a value comes
# from, and answers with the mean of both. Nobody gave it the density, and yet its arrow
# $\hat{x} - y$, divided by $\sigma^2$, *is* the gradient of the log-density. Far outside,
# where no training value ever came, it guesses.
#
# In two dimensions the arrows can be seen. The data lie on a ring with a little jitter: 60
# narrow normals on a circle. Think of the ring as of the set of all digits within the space
# of all images, the **manifold**.

# %%
angles = torch.arange(60) * (2 * math.pi / 60)
RING, WIDTH_2D, NOISE_2D = torch.stack([angles.cos(), angles.sin()], 1), 0.05, 0.3
ring_data = draw(RING, WIDTH_2D, 5000, fixed)
learnt_2d = train_toy(ring_data, NOISE_2D)

def theory_arrows(y):
    return NOISE_2D**2 * score(y, RING, WIDTH_2D**2 + NOISE_2D**2)

# %% alt="Two fields of arrows around a grey ring of points, by theory and by the network; in both all arrows point to the ring, from outside and from inside, and they look alike."
side = torch.linspace(-1.6, 1.6, 9)
grid = torch.cartesian_prod(side, side)
plots.arrows(
    grid,
    {"variance x score (theory)": theory_arrows(grid), "network": learnt_2d(grid) - grid},
    title="Cleaning means: go to where the data are",
    cloud=ring_data[:150],
)
plt.show()

# %%
noisy_ring = draw(RING, math.hypot(WIDTH_2D, NOISE_2D), 5000, fixed)
theory, arrows = theory_arrows(noisy_ring), learnt_2d(noisy_ring) - noisy_ring
share = ((arrows - theory).square().sum() / theory.square().sum()).item()
off = {
    "before": (noisy_ring.norm(dim=1) - 1).abs().mean().item(),
    "after one step": ((noisy_ring + arrows).norm(dim=1) - 1).abs().mean().item(),
}
proven.figure("squared error of the learnt arrows, share of their squared length", share, digits=3)
for when, value in off.items():
    proven.figure(f"mean distance from the ring, {when}", value, digits=3)
proven.claim("the learnt arrows are wrong by less than a tenth (squared)", share < 0.1)
proven.claim(
    "one step takes points to less than half their distance from the ring",
    off["after one step"] < off["before"] / 2,
)

# %% [markdown]
# **Read it.** All arrows lead to the ring. A network that was only asked to clean has learnt
# where the data are and which way leads there. That is the answer to the title: to remove
# noise one must know structure. Nothing told it to keep a code small. Follow such arrows
# again and again from pure noise, and you have the idea behind diffusion models.
#
# ## 9. Is a small image a spoilt large one?
#
# Down-sampling is a corruption too: 14 x 14 pixels, each the mean of four. Then cleaning is
# **super-resolution**: 28 x 28 from 14 x 14. There is no noise to average away here; what is
# missing must be known. Rivals: bicubic interpolation, which every image program has, and
# the best linear map.
#
# **Predict:** by how many dB will a net of about the same size as before beat bicubic?

# %%
shrink = corruptions.downsample(2)
x_small = shrink(x_test)
runtime.seed_everything(seed)
enlarge = conv_net(nn.Conv2d(1, 16, 3, padding=1)).to(device)
fit(enlarge, x_train, objectives.denoising(shrink, losses.bernoulli_nll), CONV)
large = {
    "28 x 28": x_test,
    "14 x 14": F.interpolate(x_small, scale_factor=2),
    "bicubic": F.interpolate(x_small, scale_factor=2, mode="bicubic"),
    "linear map": filters.best_linear_map(shrink(x_train), x_train)(x_small),
    "conv net": clean(enlarge, x_small),
}
large = {name: images.clamp(0, 1) for name, images in large.items()}

# %% alt="Five rows of eight digits: the originals, the coarse 14 by 14 versions, soft bicubic ones, slightly crisper linear ones, and sharp ones by the convolutional net that look like the originals."
plots.image_rows(
    {name: images[SHOWN] for name, images in large.items()},
    title="What is missing must be known: the net draws the edges that bicubic blurs",
)
plt.show()

# %%
sharp = {}
for name in ("bicubic", "linear map", "conv net"):
    sharp[name] = metrics.psnr(large[name], x_test).mean().item()
    proven.figure(f"super-resolution, test PSNR in dB, {name}", sharp[name], digits=2)
    similarity = metrics.ssim(large[name], x_test).mean().item()
    proven.figure(f"super-resolution, test SSIM, {name}", similarity, digits=3)
proven.claim(
    "the linear map beats bicubic by 1 dB, the net beats the linear map by 2 dB, or more",
    sharp["linear map"] > sharp["bicubic"] + 1
    and sharp["conv net"] > sharp["linear map"] + 2,
)

# %% [markdown]
# **Read it.** Bicubic knows only that images are smooth; the net knows strokes and their
# edges. The objective did not change by a letter: only the corruption did. But read the
# result rightly. It is the mean of all digits that fit, not the true one: where 14 x 14 pixels
# do not tell, the net fills in what is usual. And a plain autoencoder enlarges nothing,
# though a tutorial says so: it takes pairs of small and large.
#
# ## Break it
#
# Three ways to fool oneself. **First:** "feed it noisy images and an autoencoder denoises".
# Take the MLP of section 4 and train it *without* corruption, everything else equal. And
# **second**, the figure that is often shown for it: the noisy images above, the
# reconstructions below, but what was fed to the network were the *clean* ones.
#
# **Predict:** will a reader see from that figure that something is wrong?

# %%
runtime.seed_everything(seed)
plain = models.Autoencoder.mlp((784, 256)).to(device)
fit(plain, x_train, objectives.reconstruction(), MLP)
fed = {"clean": x_test, "noisy": noisy_test}
plain_out = {name: metrics.apply(plain, plain, images) for name, images in fed.items()}
plain_psnr = {n: metrics.psnr(out, x_test).mean().item() for n, out in plain_out.items()}

# %% alt="Four rows of eight digits: noisy digits, reconstructions that look perfect because the clean digits were fed, faint and broken digits from the noisy ones, and the digits of a real denoiser."
plots.image_rows(
    {
        "noisy": noisy_test[SHOWN],
        "plain, as shown": plain_out["clean"][SHOWN],
        "plain, honest": plain_out["noisy"][SHOWN],
        "a denoiser": cleaned["MLP"][SHOWN],
    },
    title="The second row looks best, and it never saw a noisy pixel",
)
plt.show()

# %%
for name, value in plain_psnr.items():
    proven.figure(f"test PSNR in dB, plain autoencoder fed {name} images", value, digits=2)
proven.claim(
    "fed with noisy images, the plain autoencoder is worse than a median filter",
    plain_psnr["noisy"] < scores["median"][0],
)
proven.claim(
    "fed with clean images, it looks better than the real denoiser by 4 dB or more",
    plain_psnr["clean"] > scores["MLP"][0] + 4,
)

# %% [markdown]
# **Read it.** From noisy images the plain network makes faint, broken digits, worse than what
# a median filter makes of them. It has never been asked to tell noise from strokes. And
# nothing in the second row gives the trick away: only the question what went in.
#
# **Third:** what if the *targets* are noisy? Four convolutional nets, each with a linear output
# and squared errors. All get the same kind of input: Gaussian noise, **not** clamped. Their
# targets differ: the clean image; a second noisy copy with noise of its own; that copy
# clamped; or the very same noisy image as the input.
#
# **Predict:** one of the three noisy targets does almost no harm. Which, and why?

# %%
unclamped = corruptions.gaussian_noise(STD)
clamped = corruptions.gaussian_noise(STD, clamp=True)

def noisy_target(target):
    def objective(model, x):
        noisy = unclamped(x)
        return {"loss": F.mse_loss(model(noisy), target(noisy, x))}
    return objective

TARGETS = {
    "clean": lambda noisy, x: x,
    "noisy copy": lambda noisy, x: unclamped(x),
    "clamped copy": lambda noisy, x: clamped(x),
    "the input": lambda noisy, x: noisy,
}

# %% [markdown]
# One epoch less than before will do here. The outputs are cut to [0, 1] before they are
# judged. The third net's output is judged a second time, with the clamping undone.

# %%
SHORT = replace(CONV, epochs=max(CONV.epochs - 1, 1))
taught, taught_psnr = {}, {}
noisy_unclamped = corruptions.gaussian_noise(STD, generator=fixed)(x_test)
for name, target in TARGETS.items():
    runtime.seed_everything(seed)
    model = conv_net(nn.Conv2d(1, 16, 4, stride=2, padding=1)).to(device)
    fit(model, x_train, noisy_target(target), SHORT, progress=False)
    taught[name] = metrics.apply(model, model, noisy_unclamped)
taught["clamped, undone"] = undone(taught["clamped copy"])
for name, images in taught.items():
    taught_psnr[name] = metrics.psnr(images.clamp(0, 1), x_test).mean().item()
    proven.figure(f"test PSNR in dB, target: {name}", taught_psnr[name], digits=2)

# %% alt="Five rows of eight digits: clear digits from the net taught with clean targets; the same from noisy ones; grey washed-out digits from clamped targets; noise from the net taught with its own input; clear digits from the clamped targets once that is undone."
plots.image_rows(
    {name: images[SHOWN].clamp(0, 1) for name, images in taught.items()},
    title="It is not noise in the target that harms, but its bias, or its being the input's",
)
plt.show()

# %%
proven.claim(
    "a second noisy copy as the target costs less than 0.4 dB",
    taught_psnr["noisy copy"] > taught_psnr["clean"] - 0.4,
)
proven.claim(
    "a clamped copy costs 4 dB or more, and undoing the clamping brings 4 dB back",
    min(taught_psnr["clean"], taught_psnr["clamped, undone"])
    > taught_psnr["clamped copy"] + 4,
)
still_noisy = metrics.psnr(noisy_unclamped.clamp(0, 1), x_test).mean().item()
proven.claim(
    "with its own input as the target it hands the noise on: less than 1 dB is gained",
    taught_psnr["the input"] < still_noisy + 1,
)

# %% [markdown]
# **Explain it.** Why can a network learn to clean without having seen one clean image?
#
# <details><summary>Our answer</summary>
#
# Squared error is least for the *mean* of the targets that go with an input. If the target
# is $x + \sigma\varepsilon'$ with noise of its own, that mean is $E[x \mid y]$ as before:
# independent noise of mean 0 averages away over many images. (It was published in 2018 as
# *Noise2Noise*.) Clamped noise has another mean, so the net learns the mean of *clamped*
# copies, grey for black; the same straight line as in section 2 mends that. And if target
# and input share their noise, the target given the input is the input: the best answer is a
# copy. So it is not the noise in a target that harms, but a bias in it, or its being known.
#
# </details>
#
# ## Check yourself
#
# <details><summary>1. Two denoisers have 15 dB and 18 dB. What does that say about their
# squared errors?</summary>
#
# The second one has half of the first one's: 3 dB are a factor of $10^{0.3} = 2.0$. Before
# you believe it, ask for the same images, the same noise, and whether both were cut to
# [0, 1].
#
# </details>
#
# <details><summary>2. A denoising autoencoder may have a code larger than the image. Why does
# it not learn to copy?</summary>
#
# Because a copy is no good answer: it would hand the noise on. With a corrupted input and a
# clean target, the identity has a large error. In an ordinary autoencoder the bottleneck has
# to forbid copying; here the noise does.
#
# </details>
#
# <details><summary>3. Why does the median filter cope with clamped noise on black, and the
# mean does not?</summary>
#
# Half of the noise at a black pixel is negative and is cut to exactly 0. So the median of
# the noisy values is 0, as it should be. Their mean is that of the positive half:
# $\sigma/\sqrt{2\pi}$.
#
# </details>
#
# <details><summary>4. You have a trained denoiser for $\sigma = 0.3$ and no density. How do
# you estimate the score of the noisy data at $y$?</summary>
#
# By Tweedie's formula, turned round: $(\hat{x}(y) - y)/0.3^2$. It holds for Gaussian noise
# that was not clamped and a denoiser trained on squared error, and only where noisy data
# come.
#
# </details>
#
# <details><summary>5. A figure shows noisy digits above perfect ones. What do you
# ask?</summary>
#
# What went into the network? What does a median filter make of it, or the best linear map?
# Were these images and this noise held out? And what does the network do with a clean image?
#
# </details>
#
# ## Summary
#
# - A denoiser gets a corrupted image and is asked for the clean one, with new noise at every
#   step. Noise that is drawn once and kept is learnt by heart.
# - PSNR and SSIM mean something beside rivals. Once the bias of clamped noise was undone,
#   plain filters gained several dB. The best linear map beat them all, a wide MLP beat the
#   linear map, and a small convolutional net beat the MLP.
# - Every denoiser harmed clean images, and each net repaired the damage that it was trained
#   on. Train on all that you expect.
# - The optimal denoiser is $y + \sigma^2\nabla\log p_\sigma(y)$. Small networks found it from
#   examples alone: to clean is to know where the data are.
#
# ## What we claimed
#
# Each line was checked in the run that you see, against five seeds.

# %%
proven.summary()

# %% [markdown]
# ## Exercises
#
# Five short ones, from noise to Tweedie's formula:
# [your sheet](../workbook/05_denoising.ipynb). If the link finds nothing, run
# `aelesson workbook` in a terminal once: it lays the sheets there.
#
# ## References
#
# - H. Robbins (1956), *An empirical Bayes approach to statistics*.
# - K. Miyasawa (1961), *An empirical Bayes estimator of the mean of a normal population*.
# - J.-S. Lee (1980), *Digital image enhancement and noise filtering by use of local
#   statistics*.
# - L. Rudin, S. Osher and E. Fatemi (1992), *Nonlinear total variation based noise removal
#   algorithms*.
# - Z. Wang, A. Bovik, H. Sheikh and E. Simoncelli (2004), *Image quality assessment: from
#   error visibility to structural similarity*.
# - P. Vincent, H. Larochelle, Y. Bengio and P.-A. Manzagol (2008), *Extracting and composing
#   robust features with denoising autoencoders*.
# - P. Vincent (2011), *A connection between score matching and denoising autoencoders*.
# - J. Lehtinen and others (2018), *Noise2Noise: learning image restoration without clean
#   data*.
#
# ## Next
#
# Noise kept a network without a narrow code from copying. [Lesson 06](06_regularised.ipynb) asks what else can: which
# penalties replace the bottleneck, and what each of them buys.
