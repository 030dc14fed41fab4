# %% [markdown]
# # 05 How does cleaning teach structure?
#
# You will spoil digits, train networks to clean them, beat five tuned filters with a network
# of five thousand weights, and then find out what such a network has really learnt: which
# way the data lie. That is enough to draw new data with it. Sections headed *Depth* can be
# skipped.
#
# **You will be able to**
#
# - train a denoiser with fresh noise, and say what noise that was kept costs;
# - judge it by PSNR and SSIM, beside tuned filters and the best linear map;
# - derive the optimal denoiser from the score of the noisy data, and hold a trained
#   network against it;
# - draw new points with a denoiser, and say why its noise must fall meanwhile.
#
# **Time:** 40 minutes, and 20 for the depth; the code takes about a minute on 2 cores.
#
# **Before this:** [01 What survives a bottleneck?](01_basics.ipynb)

# %%
import math
from dataclasses import replace

import matplotlib.pyplot as plt
import torch
from skimage.metrics import structural_similarity
from skimage.restoration import denoise_nl_means
from torch import nn
from torch.nn import functional as F

from aelesson import corruptions, data, expected, filters, losses, metrics
from aelesson import models, objectives, plots, results, runtime
from aelesson.training import TrainConfig, fit, one_cycle

# %% [markdown]
# The settings. `MLP` and `CONV` say how each kind of network is trained, as chosen on validation
# images. `STD` is the standard deviation of the noise: half the way from black to white.

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
# A **corruption** is a function from images to spoilt images. Gaussian noise adds
# $\sigma\varepsilon$ to each pixel, with $\varepsilon \sim \mathcal{N}(0, 1)$, and cuts the
# result to [0, 1]. Masking sets half of the pixels to black, salt and pepper to black or white.
# Occlusion blacks out a square. A generator gives all methods below the *same* noise.

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
# Two measures, both larger for better images. The **peak signal-to-noise ratio** (PSNR) is the
# mean squared error on a log scale, in decibels: $-10 \log_{10} \mathrm{MSE}$ for pixels up
# to 1. So 10 dB more is a tenth of the error, and 3 dB more is half of it. We show
# means over images.
#
# **Structural similarity** (SSIM; Wang et al., 2004) slides a small Gaussian window over
# both images and compares what is in it: means, variances and the covariance,
#
# $$\frac{(2\hat\mu\mu + c_1)(2\,\mathrm{cov} + c_2)}{(\hat\mu^2 + \mu^2 + c_1)(\hat\sigma^2 + \sigma^2 + c_2)},$$
#
# and takes the mean over all places. It is 1 for equal images.

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
# Our SSIM equals scikit-image's and the library's. `judge` keeps what a method made of the noisy
# test images, cut to [0, 1], and its two scores. The first method is: do nothing.

# %%
cleaned, scores = {}, {}

def judge(name, images):
    cleaned[name] = images.clamp(0, 1)
    qualities = (metrics.psnr, metrics.ssim)
    scores[name] = [quality(cleaned[name], x_test).mean().item() for quality in qualities]

def table():
    print(f"{'method':<26}{'PSNR, dB':>10}{'SSIM':>8}")
    for name, (decibels, similarity) in sorted(scores.items(), key=lambda row: row[1]):
        print(f"{name:<26}{decibels:>10.2f}{similarity:>8.3f}")

judge("noisy input", noisy_test)

# %% [markdown]
# ## 2. Why is noise with a mean of zero not harmless?
#
# Because we cut it: most programs clamp noisy images to [0, 1]. A black pixel then keeps only
# the positive half of its noise. Its mean is
#
# $$E[\max(0, \sigma\varepsilon)] = \sigma \int_0^\infty
# \varepsilon\, \frac{e^{-\varepsilon^2/2}}{\sqrt{2\pi}}\, d\varepsilon = \frac{\sigma}{\sqrt{2\pi}},$$
#
# about $0.2$ for $\sigma = 0.5$; a white pixel loses as much. Noise beyond $1/\sigma$ is cut at
# the *other* end too, which takes a little away:
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

# %% [markdown]
# Between black and white we draw noise for all grey levels, and compare the mean with the line
# through the two ends.

# %%
levels, b = torch.linspace(0, 1, 21), clamp_bias(STD)
drawn = (levels + STD * torch.randn(20_000, 21, generator=fixed)).clamp(0, 1).mean(0)
print("grey 0, 0.25, 0.5, 0.75, 1 becomes", [f"{mean:.2f}" for mean in drawn[::5].tolist()])

# %%
shift = noisy_test - x_test
black, white = shift[x_test == 0].mean().item(), shift[x_test > 0.99].mean().item()
from_line = (drawn - (b + (1 - 2 * b) * levels)).abs().max().item()
proven.figure("bias of black pixels, measured", black)
proven.figure("bias of white pixels (above 0.99), measured", white)
proven.figure("bias of black pixels by the whole formula", clamp_bias(STD))
proven.claim(
    "both measured biases are the formula's within 0.006",
    max(abs(black - clamp_bias(STD)), abs(white + clamp_bias(STD))) < 0.006,
)
proven.claim("at all grey levels the mean is within 0.02 of the line", from_line < 0.02)
proven.verdict()

# %% [markdown]
# **Read it.** Only middle grey stays. All else moves towards it along nearly a straight line, and two
# fifths of the contrast are gone. So a straight line takes it back: subtract $b$, divide by $1 - 2b$
# (the library's `undo_clamping`). No averaging filter can: the mean of *all* noisy copies of a black
# pixel is grey.
#
# ## 3. How far do you get without a network?
#
# Five classical filters. The **median** and the **Gaussian** filter replace a pixel by the
# median or by a weighted mean of its neighbours. The local **Wiener** filter (Lee, 1980)
# pulls it to that mean, more where little happens. **Total variation** (Rudin et al., 1992;
# solved as by Chambolle, 2004) looks for a flat image with sharp edges near the noisy one.
# **Non-local means** (Buades et al., 2005) averages pixels with similar surroundings. Each gets its
# best settings on 100 validation images, as they are and with the clamping undone. BM3D (Dabov et
# al., 2007), often the strongest, is not among them.
#
# **Predict:** which of the five needs `undo_clamping` least?

# %%
def non_local_means(noisy, patch, strength):
    rows = [denoise_nl_means(x, patch, 4, strength) for x in noisy[:, 0].numpy()]
    return torch.stack([torch.from_numpy(x) for x in rows])[:, None]

TRIED = {
    "median": (filters.median, [(3,), (5,)]),
    "Gaussian": (filters.gaussian, [(0.6,), (0.8,), (1.0,), (1.2,)]),
    "Wiener": (filters.wiener, [(n, v) for n in (3, 5) for v in (0.1, 0.2, 0.3, 0.4, 0.5)]),
    "total variation": (filters.total_variation, [(0.2,), (0.3,), (0.35,), (0.4,), (0.5,)]),
    "non-local means": (non_local_means, [(5, h) for h in (0.25, 0.3, 0.35, 0.4, 0.45)]),
}

def tune(denoise, settings, noisy):
    def quality(setting):
        return metrics.psnr(denoise(noisy, *setting).clamp(0, 1), x_val[:100]).mean()
    return max(settings, key=quality)

# %% [markdown]
# And a rival that learns from data without being a network: the **best linear map** from all noisy
# pixels to each clean one, a linear regression on three noisy copies of each training image. It
# undoes the clamping by itself.

# %%
def undone(noisy):
    return filters.undo_clamping(noisy, STD)

chosen = {}
for name, (denoise, settings) in TRIED.items():
    setting = tune(denoise, settings, noisy_val[:100])
    judge(name, denoise(noisy_test, *setting))
    chosen[name] = tune(denoise, settings, undone(noisy_val[:100]))
    judge(f"{name}, undone", denoise(undone(noisy_test), *chosen[name]))

runtime.seed_everything(seed)
copies = x_train[:5000].repeat(3, 1, 1, 1)
linear_map = filters.best_linear_map(kinds()["Gaussian"](copies), copies)
judge("best linear map", linear_map(noisy_test))
table()

# %%
gains = {name: scores[f"{name}, undone"][0] - scores[name][0] for name in TRIED}
filtered = [scores[f"{name}, undone"][0] for name in TRIED]
proven.claim(
    "undoing the clamping gives the four that average 2 dB or more",
    min(gain for name, gain in gains.items() if name != "median") > 2,
)
proven.claim("the median gains least by it", min(gains, key=gains.get) == "median")
proven.claim(
    "as they are, no other filter comes within 1 dB of the median",
    sorted(scores[name][0] for name in TRIED)[-2] < scores["median"][0] - 1,
)
proven.claim(
    "the best linear map beats each of the five filters by 1 dB or more",
    scores["best linear map"][0] > max(filtered) + 1,
)
proven.verdict()

# %% [markdown]
# **Read it.** The median wins as long as nobody knows about the bias: half of the noise at a
# black pixel is cut to exactly 0, so its *median* does not move. Once the bias is gone, the
# methods that average are ahead: a subtraction and a division were worth more than the
# choice of the filter. And the linear map, which has seen digits, beats the five that have not.
#
# ## 4. What is a denoising autoencoder?
#
# Corrupt the input, ask for the *clean* image (Vincent et al., 2008):
#
# $$\min_{f, g}\; E\,\lVert g(f(\tilde{x})) - x \rVert^2, \qquad \tilde{x} = \mathrm{corrupt}(x).$$
#
# The noise is drawn inside the objective, so each step sees new noise.

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
# The noise could also be drawn once for each training image, and kept. We train the same network
# both ways, for equally many steps: a linear layer to 256 numbers, the code, and one back, then a
# sigmoid, its only bend.
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
proven.verdict()

# %% [markdown]
# **Read it.** The network with kept noise has learnt *that* noise by heart: it looks better on its
# own training images, and is worse on new noise.
#
# ## 5. Who cleans best?
#
# Two more networks. The first is the popular one: layers of 128 and 64 down to a **bottleneck**,
# a code of 32. The second is **convolutional**: the same small, learnt filters look at every place.
# It has no narrow code; it returns logits, for the binary
# cross-entropy of lesson 02.
#
# **Predict:** the MLP of section 4 has 402,448 weights, the convolutional net 5,169. Which
# one wins?

# %%
def conv_net(first):
    width = first.out_channels
    return nn.Sequential(
        first, nn.ReLU(),
        nn.Conv2d(width, width, 3, padding=1), nn.ReLU(),
        nn.Conv2d(width, width, 3, padding=1), nn.ReLU(),
        nn.ConvTranspose2d(width, 1, 4, stride=2, padding=1),
    )

def first_layer():
    return nn.Conv2d(1, *runtime.widths([16]), 4, stride=2, padding=1)

def train_conv(corrupt):
    runtime.seed_everything(seed)
    model = conv_net(first_layer()).to(device)
    fit(model, x_train, objectives.denoising(corrupt, losses.bernoulli_nll), CONV)
    return model

# %% [markdown]
# The same test images and the same noise for all. In the figure, the clamping is undone for
# total variation.

# %%
def clean(model, images):
    return metrics.apply(model, model, images).sigmoid()

def train_narrow(config, **validation):
    runtime.seed_everything(seed)
    model = models.Autoencoder.mlp((784, 128, 64, 32)).to(device)
    history = fit(model, x_train, objectives.denoising(kinds()["Gaussian"]), config, **validation)
    return model, history

narrow, _ = train_narrow(MLP)
judge("MLP, code of 32", metrics.apply(narrow, narrow, noisy_test))
conv = train_conv(kinds()["Gaussian"])
judge("convolutional net", clean(conv, noisy_test))
table()

# %% alt="Eight digits in seven rows: clean, noisy, then cleaned by median, total variation, linear map, MLP and convolutional net; the classical filters leave blotches, the networks clear strokes."
ROWS = {name: name for name in ("noisy input", "median")}
ROWS["total variation"] = "total variation, undone"
ROWS |= {name: name for name in ("best linear map", "MLP")}
ROWS["conv net"] = "convolutional net"
plots.image_rows(
    {"clean": x_test[SHOWN]} | {label: cleaned[name][SHOWN] for label, name in ROWS.items()},
    title="Filters smooth, the linear map ghosts, networks draw strokes",
)
plt.show()

# %% [markdown]
# **Read it.** The convolutional net wins (with 8 channels not on each seed), with almost 80 times
# fewer weights than the MLP. It learns a stroke once for all places (loss, epochs and ReLUs differ).
#
# The popular network is behind a filter. Its bottleneck, or ten epochs? We train it for eight times
# the epochs, in batches twice as large.
#
# **Predict:** where will its error end, beside total variation's and the linear map's?

# %%
LONG = replace(MLP, epochs=8 * MLP.epochs, batch_size=128)
narrow_long, history = train_narrow(LONG, validation=x_val, progress=False)
judge("MLP, code of 32, long", metrics.apply(narrow_long, narrow_long, noisy_test))
denoise, setting = TRIED["total variation"][0], chosen["total variation"]
level = {
    "total variation, undone": denoise(undone(noisy_val), *setting),
    "best linear map": linear_map(noisy_val),
    "wide MLP, 10 epochs": metrics.apply(fresh, fresh, noisy_val),
}
level = {name: F.mse_loss(x.clamp(0, 1), x_val).item() for name, x in level.items()}

# %% alt="Validation error against epochs: the network with a code of 32 starts far above all, crosses the line of total variation after about half of the epochs and ends between it and that of the linear map, while the line of the wide network stays below."
curve = history.curve("validation")
plots.lines(
    range(1, len(curve) + 1),
    {"MLP, code of 32": curve}
    | {name: [error] * len(curve) for name, error in level.items()},
    "epoch", "validation MSE", log="y", markers=False,
    title="The narrow network was slow before it was narrow",
)
plt.show()

# %% [markdown]
# **Read it.** It was mostly the training: after 80 epochs it has passed every filter. A narrow code
# does not forbid cleaning, and cleaning does not need one: 256 units were ahead after an eighth of
# the epochs. What forbids copying here is the noise.
#
# **At full size.** All of MNIST, and a U-Net (Ronneberger et al., 2015): convolutions at two scales,
# no code.

# %%
full = results.full_size("denoising")
print(full)

# %%
for name in scores:
    proven.figure(f"test PSNR in dB, {name}", scores[name][0], digits=2)
ranks = ["total variation, undone", "best linear map", "MLP", "convolutional net"]
for name in ["noisy input", *ranks]:
    proven.figure(f"test SSIM, {name}", scores[name][1], digits=3)
weights = {m: sum(p.numel() for p in m.parameters()) for m in (fresh, conv)}
proven.claim("the convolutional net has 5,169 weights", weights[conv] == 5169)
assert sum(p.numel() for p in models.Autoencoder.mlp((784, 256)).parameters()) == 402_448
proven.claim(
    "by PSNR and by SSIM: total variation < best linear map < MLP < net of 16 channels",
    all(
        scores[worse][score] < scores[better][score]
        for worse, better in zip(ranks, ranks[1:])
        for score in (0, 1)
    ),
)
proven.claim(
    "after 10 epochs the code of 32 is behind the linear map and total variation",
    scores["MLP, code of 32"][0] < min(scores[name][0] for name in ranks[:2]),
    budget="after 10 epochs",
    any_width=True,
)
proven.claim(
    "after 80 epochs the code of 32 is ahead of each of the five filters",
    scores["MLP, code of 32, long"][0] > max(filtered),
    any_width=True,
)
proven.claim(
    "with all of MNIST the linear map gains less than 0.5 dB",
    abs(full.mean("best linear map") - scores["best linear map"][0]) < 0.5,
)
proven.claim(
    "at full size the best network's lead over the linear map is larger",
    full.mean() - full.mean("best linear map")
    > scores["convolutional net"][0] - scores["best linear map"][0],
)
proven.claim(
    "its 80 epochs leave it behind the wide MLP of 10",
    scores["MLP, code of 32, long"][0] < scores["MLP"][0],
    budget="80 epochs",
    any_width=True,
)
proven.verdict()

# %% [markdown]
# The order is the same: filter, linear map, convolutions. "A tutorial's network" is our narrow
# one; ten epochs at a constant rate leave it behind the linear map. The linear map gains
# little from more images. The best network's lead over it has grown; but it is larger,
# trained for longer, and on its error in dB.
#
# ## 6. What has a denoiser really learnt?
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
# That is **Tweedie's formula** (Robbins, 1956; Miyasawa, 1961). The best denoiser steps uphill, to
# where data are more likely: who trains a denoiser trains a score (Vincent, 2011; Alain and Bengio,
# 2014).

# %% [markdown]
# We test it where all is known: 60 narrow normals on a ring, three quarters on its right half. It
# stands for the **manifold**, the set of all digits within the space of all
# images. Noise just makes each normal wider, so the score has a closed form.

# %%
right, left = torch.linspace(-0.5, 0.5, 46)[:45], torch.linspace(0.5, 1.5, 16)[:15]
angles = math.pi * torch.cat([right, left])
RING, WIDTH, NOISE = torch.stack([angles.cos(), angles.sin()], 1), 0.1, 0.3

def draw(centres, width, count, generator):
    chosen = torch.randint(len(centres), (count,), generator=generator)
    jitter = torch.randn(count, centres.shape[1], generator=generator)
    return centres[chosen] + width * jitter

def score(y, centres, variance):
    distances = (y[:, None] - centres).square().sum(2)  # (B, K)
    shares = (-distances / (2 * variance)).softmax(1)  # from which centre?
    return (shares @ centres - y) / variance

ring_data = draw(RING, WIDTH, 20_000, fixed)

# %% [markdown]
# Now a small network. It meets all levels of noise from 0.02 to 3, and is told which. We ask it for the noise $\varepsilon$ instead of the clean point: the same
# question, since $\hat{x} = y - \sigma\hat\varepsilon$, but one whose answer has the same size at
# every level (Ho et al., 2020).

# %%
LOW, HIGH, TOY = 0.02, 3.0, TrainConfig(40, 250, 1e-2, one_cycle)

def guess_noise(model, y, std):  # std (B, 1)
    return model(torch.cat([y / (1 + std**2).sqrt(), std.log()], 1))

def any_noise(model, x):
    std = LOW * (HIGH / LOW) ** torch.rand(len(x), 1)
    noise = torch.randn_like(x)
    return {"loss": F.mse_loss(guess_noise(model, x + std * noise, std), noise)}

runtime.seed_everything(seed)
sizes = [nn.Linear(3, 64), nn.SiLU(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 2)]
toy = nn.Sequential(*sizes)
fit(toy, ring_data, any_noise, TOY, progress=False)

# %% [markdown]
# **Predict:** noisy points inside the ring: do their arrows point outwards, or to the centre?

# %% alt="Two fields of arrows around a grey ring of points, by theory and by the network; in both all arrows point to the ring, from outside and from inside, and they look alike."
@torch.no_grad()
def clean_points(y, std):
    return y - std * guess_noise(toy, y, torch.full((len(y), 1), float(std)))

def theory_arrows(y):
    return NOISE**2 * score(y, RING, WIDTH**2 + NOISE**2)

side = torch.linspace(-1.6, 1.6, 6)
grid = torch.cartesian_prod(side, side)
learnt_arrows = clean_points(grid, NOISE) - grid
plots.arrows(
    grid, {"variance x score (theory)": theory_arrows(grid), "network": learnt_arrows},
    title="Cleaning means: go to where the data are", cloud=ring_data[:50],
)
plt.show()

# %% [markdown]
# How far from the ring are noisy points, before and after one step?

# %%
noisy_ring = draw(RING, math.hypot(WIDTH, NOISE), 5000, fixed)
theory, arrows = theory_arrows(noisy_ring), clean_points(noisy_ring, NOISE) - noisy_ring
off = {
    "before": (noisy_ring.norm(dim=1) - 1).abs().mean().item(),
    "after one step": ((noisy_ring + arrows).norm(dim=1) - 1).abs().mean().item(),
}
for when, distance in off.items():
    print(f"{when}: {distance:.2f}")

# %%
share = ((arrows - theory).square().sum() / theory.square().sum()).item()
proven.figure("squared error of the learnt arrows, share of their squared length", share, digits=3)
for when, value in off.items():
    proven.figure(f"mean distance from the ring, {when}", value, digits=3)
proven.claim("the learnt arrows are wrong by less than a tenth (squared)", share < 0.1)
proven.claim(
    "one step takes points to less than half their distance from the ring",
    off["after one step"] < off["before"] / 2,
)
proven.verdict()

# %% [markdown]
# **Read it.** A network that was asked to clean has learnt where the data are and which way
# leads there.
#
# Can it then *draw* data: follow the arrows from pure noise? Two ways. **Fixed noise:** clean
# again and again at $\sigma = 0.3$. **Falling noise:** clean a little at a high level, go on
# from a lower one. Given $y$ at level $\sigma$ and the clean $x$, a point at level $s < \sigma$
# is normal with mean $\kappa y + (1 - \kappa)x$ and variance $s^2(1 - \kappa)$, where
# $\kappa = s^2/\sigma^2$. We draw from it, with $\hat{x}$ for $x$.
#
# **Predict:** both end on the ring. Which one looks like the data?

# %%
start = HIGH * torch.randn(2000, 2, generator=fixed)
collapsed = start
for _ in range(200):
    collapsed = clean_points(collapsed, NOISE)

sampled = start
stds = HIGH * (LOW / HIGH) ** torch.linspace(0, 1, 61)
for std, lower in zip(stds, stds[1:]):
    keep = (lower / std) ** 2
    mean = keep * sampled + (1 - keep) * clean_points(sampled, std)
    sampled = mean + lower * (1 - keep).sqrt() * torch.randn(2000, 2, generator=fixed)

# %% alt="Three clouds of points: the data, a fuzzy ring that is denser on the right; fixed noise, where the points have run together in a dot on the left and a short arc on the right; falling noise, a fuzzy ring like the data."
draws = {"data": ring_data[:2000], "fixed noise": collapsed, "falling noise": sampled}
plots.clouds(
    {name: points[:200] for name, points in draws.items()},
    title="The same denoiser: at fixed noise it collapses, with falling noise it samples",
)
plt.show()

# %%
thick = {name: points.norm(dim=1).std().item() for name, points in draws.items()}
for name, value in thick.items():
    proven.figure(f"thickness of the ring (standard deviation of the radius), {name}", value, digits=3)
on_right = {name: (points[:, 0] > 0).float().mean().item() for name, points in draws.items()}
for name, value in on_right.items():
    proven.figure(f"share of points on the right half, {name}", value, digits=3)
proven.claim(
    "at fixed noise less than half of the ring's thickness is left",
    thick["fixed noise"] < thick["data"] / 2,
)
proven.claim(
    "with falling noise, thickness and share on the right are the data's within a fifth",
    abs(thick["falling noise"] / thick["data"] - 1) < 0.2
    and abs(on_right["falling noise"] / on_right["data"] - 1) < 0.2,
)
proven.verdict()

# %% [markdown]
# **Read it.** At fixed noise each step goes uphill on the *noisy* density, as it was learnt: the
# points gather, and the data's spread is lost. The second way differs twice: the level falls, and
# each step adds fresh noise. Its thickness, and its share on the right, come near the data's.
# Denoisers at falling levels are **score-based models** (Song and Ermon, 2019) or **diffusion
# models** (Ho et al., 2020).
#
# ## 7. Depth: what about noise that it never met?
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

# %% alt="PSNR against noise level: the input falls from infinity; of those fitted at 0.5 all fall towards stronger noise, and the MLP steeply towards clean images as well; the net trained on all levels is highest at both ends."
LEVELS = [0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0]
at_level = {name: [] for name in cleaners}
for std in LEVELS:
    generator = torch.Generator().manual_seed(23456)
    noisy = corruptions.gaussian_noise(std, clamp=True, generator=generator)(x_test)
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

specialists = ("linear map", "MLP", "conv")
for name in list(cleaners)[1:]:
    for std in (0, 1.0):
        proven.figure(f"test PSNR in dB at noise {std:g}, {name}", at(name, std), digits=2)
proven.claim(
    "at noise 0.05 all that met only 0.5 return worse images than they got, by 3 dB or more",
    all(at(name, 0.05) < at("noisy input", 0.05) - 3 for name in specialists),
)
proven.claim(
    "in 10 epochs the MLP does the most harm to clean images, by 5 dB or more",
    at("MLP", 0) < min(at(name, 0) for name in cleaners if name not in ("MLP", "noisy input")) - 5,
    budget="in 10 epochs",
)
proven.claim(
    "in 10 and 3 epochs, at noise 1 the linear map beats both networks that know only 0.5",
    at("linear map", 1.0) > max(at("MLP", 1.0), at("conv", 1.0)) + 0.3,
    budget="in 10 and 3 epochs",
)
proven.claim(
    "all levels in training: ahead of the other net at 1, behind it at 0.5",
    at("conv, all levels", 1.0) > at("conv", 1.0) + 0.5
    and at("conv, all levels", 0.5) < at("conv", 0.5),
)
told, untold = (dict(zip(*full.paths()[name])) for name in ("told of 0.5", "told nothing"))
assert round(told[0.5] - untold[0.5], 1) == 1.0
assert all(untold[std] > told[std] for std in (0.1, 0.2, 1.0))
proven.verdict()

# %% [markdown]
# **Read it.** The input at $\sigma = 0$ is perfect, infinitely many decibels, and not drawn. Every
# denoiser harms it. After these epochs the MLP is the worst, by far: why, when all three specialists
# have only seen images whose black was a noisy grey, we do not know. At twice their level, the linear
# map is then ahead of both networks (with eight times the epochs, tried once, neither claim held).
# Training on all levels helps where the specialist is lost, and costs a little where it is at home. So a
# denoiser is a tool for the damage that it was trained on.

# %% [markdown]
# At full size ([results](../docs/results.md#denoising), one run of 12 epochs) section 5's *blind
# network* was trained on three kinds of noise, of any strength. It is 1.0 dB behind the one that met
# only 0.5 there, but ahead at 0.1, 0.2 and 1.
#
# And for other *kinds* of damage?
#
# ## 8. Depth: does one kind of damage teach another?
#
# We train the same convolutional net on each of the four corruptions, and once on all of
# them, a quarter of each batch for each. Each is judged on all four. The score here is
# the MSE as a multiple of the damage's own: 1 is to do nothing, 0.5 leaves half of the error.
#
# **Predict:** which one will be the best generalist?

# %%
def mixed(x):
    parts = zip(kinds().values(), x.chunk(4))
    return torch.cat([corrupt(part) for corrupt, part in parts])

nets = {"Gaussian": conv}
for name in ("masking", "salt and pepper", "occlusion"):
    nets[name] = train_conv(kinds()[name])
nets["all four"] = train_conv(mixed)

def errors(denoise):
    return [losses.mse(denoise(x), x_test).mean().item() for x in spoilt.values()]

# %% alt="A table of ratios: rows are what a net was trained on, columns what it is judged on; the diagonal is blue, far below 1, most other cells are paler or red, above 1, and the row trained on all four is blue but for occlusion, where it is white."
names, nothing = list(spoilt), errors(lambda x: x)
mse = torch.tensor([errors(lambda x, net=net: clean(net, x)) for net in nets.values()])
ratio = mse / torch.tensor(nothing)  # (5, 4): the rows are the nets, the columns the kinds
plots.matrix(
    {f"net: {name}": row.tolist() for name, row in zip(nets, ratio)}, names,
    xlabel="test MSE on this damage, as a multiple of no net's", digits=2, middle=1.0,
    title="A net repairs its own damage; other kinds may get worse",
)
plt.show()

# %%
for i, name in enumerate(names):
    proven.figure(f"share of the error left on {name}, trained on it", ratio[i, i], digits=3)
    proven.figure(f"share of the error left on {name}, trained on all four", ratio[4, i], digits=3)
proven.claim(
    "on each kind of damage its own net is the best of the five",
    ratio.argmin(0).tolist() == [0, 1, 2, 3],
)
proven.claim(
    "on its worst kind, the net that met all four has half the error of each other or less",
    mse[4].max() < 0.5 * mse[:4].amax(1).min(),
)
proven.claim(
    "its own net leaves less than a quarter of each error, but of occlusion two fifths or more",
    max(ratio[i, i] for i in range(3)) < 0.25 and ratio[3, 3] > 0.4,
)
proven.claim(
    "of occlusion the net that met all four leaves more than three fifths of the error",
    ratio[4, 3] > 0.6,
)
proven.claim(
    "a net trained on masking makes Gaussian noise and salt and pepper worse",
    bool(ratio[1, 0] > 1) and bool(ratio[1, 2] > 1),
)
proven.verdict()

# %% [markdown]
# **Read it.** Masking only ever removes light. A net that learnt to repair it believes every
# bright pixel, and where bright pixels are noise it makes things worse than they were. What a
# denoiser learns is not "digits" alone. It is digits *and* the damage. So show it every kind
# that you expect.
#
# And look at the last column. Occlusion is the hardest: even its own net leaves a large part
# of the error, and the net that met all four leaves more: in this many epochs, all of it. Noise
# can be averaged away from neighbours; a hole has none, and small filters do not see far enough
# across it.

# %% [markdown]
# Now spoil a digit yourself, and watch who cleans it best. Network and linear map were fitted on
# Gaussian noise alone, or on three noises; the brush neither has met. This network is deeper than
# ours, and its noise has any strength.
#
# **Predict:** half of the pixels are lost. What will a network that knows only Gaussian noise do with
# the dots that are left? Which noise suits the median filter? Who copes best with your paint?
#
# ![A clean 3, the same with half of its pixels lost, and three answers. The network, which knows only Gaussian noise, has wiped out nearly all of the digit; the linear map shows a faint 3; the median filter leaves a few dots. Below are their PSNR, a table of false and missing ink, and a chart of means.](../docs/explorables/noise.png)

# %% tags=["widget"]
from aelesson import explore

explore.noise()

# %% [markdown]
# **Read it.** In means over 500 validation digits: Gaussian noise leaves lone dots on black, so the
# network that knows only that wipes the digit out, from 12.8 dB to 11.4. Trained on three noises,
# it reaches 21.2. Salt and pepper on a tenth of the pixels suits the median filter: 20.8 dB, ahead
# of the linear map (19.2), but not of the network (22.0). At one half, it is behind both.
#
# Ten blots (12.4 dB) turn the order round: the linear map reaches 15.8, the network 13.3. A blot
# looks like a stroke: of 49 pixels of false ink the network leaves 46. The linear map can only
# add 80 images that were fitted to digits.
#
# ## 9. Depth: is a small image a spoilt large one?
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
enlarge = conv_net(nn.Conv2d(1, *runtime.widths([16]), 3, padding=1)).to(device)
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
sharp, alike = (
    {name: quality(images, x_test).mean().item() for name, images in large.items()}
    for quality in (metrics.psnr, metrics.ssim)
)
for name in ("bicubic", "linear map", "conv net"):
    proven.figure(f"super-resolution, test PSNR in dB, {name}", sharp[name], digits=2)
    proven.figure(f"super-resolution, test SSIM, {name}", alike[name], digits=3)
proven.claim(
    "the linear map beats bicubic by 1 dB, the net of 16 channels the map by 2 dB, or more",
    sharp["linear map"] > sharp["bicubic"] + 1
    and sharp["conv net"] > sharp["linear map"] + 2,
)
proven.verdict()

# %% [markdown]
# **Read it.** Bicubic knows only that images are smooth; the net knows strokes and their
# edges. The objective did not change by a letter: only the corruption did. But read the
# result rightly. It is the mean of all digits that fit, not the true one: where 14 x 14 pixels
# do not tell, the net fills in what is usual. And a plain autoencoder enlarges
# nothing: that takes pairs of a small and a large image.
#
# ## 10. Depth: what if the targets are noisy?
#
# Four convolutional nets, each with a linear output
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
    model = conv_net(first_layer()).to(device)
    fit(model, x_train, noisy_target(target), SHORT, progress=False)
    taught[name] = metrics.apply(model, model, noisy_unclamped)
taught["clamped, undone"] = undone(taught["clamped copy"])
for name, images in taught.items():
    taught_psnr[name] = metrics.psnr(images.clamp(0, 1), x_test).mean().item()

# %% [markdown]
# Their scores, and what they made of the digits:

# %% alt="Five rows of six digits: clear digits from the net taught with clean targets; the same from noisy ones; grey washed-out digits from clamped targets; noise from the net taught with its own input; clear digits from the clamped targets once that is undone."
plots.image_rows(
    {name: images[SHOWN[:6]].clamp(0, 1) for name, images in taught.items()},
    title="It is not noise in the target that harms, but its bias, or its being the input's",
)
plt.show()

# %%
for name, value in taught_psnr.items():
    proven.figure(f"test PSNR in dB, target: {name}", value, digits=2)
still_noisy = metrics.psnr(noisy_unclamped.clamp(0, 1), x_test).mean().item()
proven.claim(
    "a second noisy copy as the target costs less than 0.4 dB",
    taught_psnr["noisy copy"] > taught_psnr["clean"] - 0.4,
)
proven.claim(
    "a clamped copy costs 4 dB or more, and undoing the clamping brings 4 dB back",
    min(taught_psnr["clean"], taught_psnr["clamped, undone"])
    > taught_psnr["clamped copy"] + 4,
)
proven.claim(
    "with its own input as the target it hands the noise on: less than 1 dB is gained",
    taught_psnr["the input"] < still_noisy + 1,
)
proven.verdict()

# %% [markdown]
# **Explain it.** Why can a network learn to clean without having seen one clean image?
#
# <details><summary>Our answer</summary>
#
# Squared error is least for the *mean* of the targets that go with an input. If the target
# is $x + \sigma\varepsilon'$ with noise of its own, that mean is $E[x \mid y]$ as before:
# independent noise of mean 0 averages away over many images. (Lehtinen et al., 2018, call it
# *Noise2Noise*.) Clamped noise has another mean, so the net learns the mean of *clamped*
# copies, grey for black; the same straight line as in section 2 mends that. And if target
# and input share their noise, the target given the input is the input: the best answer is a
# copy. So it is not the noise in a target that harms, but a bias in it, or its being known.
#
# </details>
#
# ## 11. Depth: is the formula right, in one dimension?
#
# A mixture of two normals, around $-1$ and $1$. An integral over $x$, done numerically, knows
# nothing of Tweedie's formula. And a network trained by the objective of section 4, at one
# level of noise, knows neither.
#
# **Predict:** will its curve be a straight line, a step, or something between?

# %%
TWO, NARROW, HALF = torch.tensor([[-1.0], [1.0]]), 0.3, 0.5
y = torch.linspace(-3, 3, 61)[:, None]
tweedie = y + HALF**2 * score(y, TWO, NARROW**2 + HALF**2)

x = torch.linspace(-5, 5, 4001)  # every clean value that could be behind y
density = (-(x - TWO).square() / (2 * NARROW**2)).exp().sum(0)
weight = density * (-(y - x).square() / (2 * HALF**2)).exp()  # (B, X)
posterior_mean = (weight * x).sum(1, keepdim=True) / weight.sum(1, keepdim=True)
assert torch.allclose(tweedie, posterior_mean, atol=1e-4)

# %% [markdown]
# The formula holds. The network:

# %%
runtime.seed_everything(seed)
sizes = [nn.Linear(1, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1)]
step = nn.Sequential(*sizes)
numbers = draw(TWO, NARROW, 10_000, fixed)
fit(step, numbers, objectives.denoising(corruptions.gaussian_noise(HALF)), replace(TOY, epochs=20))

# %% alt="Cleaned against noisy value: the theory is a soft step from minus one to one that bends along the diagonal outside; the network lies on it between minus two and two and leaves it outside."
plots.lines(
    y[:, 0].tolist(),
    {
        "theory: noisy + variance x score": tweedie[:, 0].tolist(),
        "network": metrics.apply(step, step, y)[:, 0].tolist(),
        "do nothing": y[:, 0].tolist(),
    },
    "noisy value", "cleaned value", markers=False,
    title="The network finds the optimal denoiser, where data come",
)
plt.show()

# %%
def from_theory(y):
    best = y + HALF**2 * score(y, TWO, NARROW**2 + HALF**2)
    return (metrics.apply(step, step, y) - best).square().mean().sqrt().item()

noisy_draw = draw(TWO, math.hypot(NARROW, HALF), 5000, fixed)
inside, outside = map(from_theory, (noisy_draw, torch.tensor([[-5.0], [5.0]])))
proven.figure("rms distance from the optimal denoiser, on noisy data", inside, digits=3)
proven.figure("rms distance from it at -5 and 5", outside, digits=2)
proven.claim("on noisy data it is below a tenth of the noise", inside < HALF / 10)
proven.claim("far outside the data it is 5 times as large or more", outside > 5 * inside)
proven.verdict()

# %% [markdown]
# **Read it.** A soft step: in the middle the network cannot know which side a value comes
# from, and answers with the mean of both. Far outside, where no training value ever came, it
# guesses.
#
# ## Break it
#
# Two ways to fool oneself. **First:** "feed it noisy images and an autoencoder denoises": the MLP of
# section 4, trained *without* corruption. **Second**, a figure of it: noisy images above,
# reconstructions below, but fed were the *clean* ones.
#
# **Predict:** will a reader see from that figure that something is wrong?

# %%
runtime.seed_everything(seed)
plain = models.Autoencoder.mlp((784, 256)).to(device)
fit(plain, x_train, objectives.reconstruction(), MLP)
fed = {"clean": x_test, "noisy": noisy_test}
plain_out = {name: metrics.apply(plain, plain, images) for name, images in fed.items()}

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
plain_psnr = {n: metrics.psnr(out, x_test).mean().item() for n, out in plain_out.items()}
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
proven.verdict()

# %% [markdown]
# **Read it.** From noisy images the plain network makes faint, broken digits: nobody asked it to tell
# noise from strokes. And nothing in the second row gives the trick away, only the question what
# went in.
#
# ## Check yourself
#
# <details><summary>1. Two denoisers have 15 dB and 18 dB. What does that say about their
# squared errors?</summary>
#
# For one image, one is half of the other: 3 dB are a factor of $10^{0.3} = 2.0$. For means it
# holds of the geometric mean, with equal images and noise.
#
# </details>
#
# <details><summary>2. A denoising autoencoder may have a code larger than the image. Why does
# it not learn to copy?</summary>
#
# Because a copy would hand the noise on: with a corrupted input and a clean target, the identity
# has a large error. In an ordinary autoencoder the bottleneck forbids copying; here the noise does.
#
# </details>
#
# <details><summary>3. You have a trained denoiser for $\sigma = 0.3$ and no density. How do
# you estimate the score of the noisy data at $y$?</summary>
#
# By Tweedie's formula, turned round: $(\hat{x}(y) - y)/0.3^2$, for Gaussian noise that was not
# clamped, squared error, and only where noisy data come.
#
# </details>
#
# <details><summary>4. You clean pure noise again and again at the same level. Why do you not get a
# sample of the data?</summary>
#
# Each step goes uphill on the density of the *noisy* data, so points gather, and the data's
# spread is lost. A sampler lowers the level step by step, with a denoiser that knows all of them.
#
# </details>
#
# <details><summary>5. A figure shows noisy digits above perfect ones. What do you
# ask?</summary>
#
# What went into the network? What do a median filter and the best linear map make of it? Were these
# images and this noise held out?
#
# </details>
#
# ## Summary
#
# - A denoiser gets a corrupted image and is asked for the clean one, with new noise at every
#   step. Noise that is drawn once and kept is learnt by heart.
# - Once the bias of clamped noise was undone, the filters that average gained 2 dB or more. The best
#   linear map beat all five, a wide MLP the linear map, and a small convolutional net the MLP. The
#   network with a code of 32 was behind a filter after 10 epochs and ahead of all five after 80.
# - The optimal denoiser is $y + \sigma^2\nabla\log p_\sigma(y)$. A small network found it from
#   examples alone: to clean is to know where the data are.
# - At fixed noise, cleaning again and again gathers the points. With falling noise it samples:
#   that is diffusion.
#
# ## What we claimed
#
# Each claim was checked in this run; the ticks say where else it held.

# %%
proven.summary()

# %% [markdown]
# ## Exercises
#
# From noise to Tweedie's formula:
# [your sheet](../workbook/05_denoising.ipynb). If the link finds nothing, run
# `aelesson workbook` in a terminal once: it lays the sheets there.
#
# ## References
#
# - H. Robbins (1956), *An empirical Bayes approach to statistics*, Proceedings of the Third
#   Berkeley Symposium on Mathematical Statistics and Probability.
# - K. Miyasawa (1961), *An empirical Bayes estimator of the mean of a normal population*,
#   Bulletin of the International Statistical Institute.
# - J.-S. Lee (1980), *Digital image enhancement and noise filtering by use of local
#   statistics*, [doi:10.1109/TPAMI.1980.4766994](https://doi.org/10.1109/TPAMI.1980.4766994).
# - L. Rudin, S. Osher and E. Fatemi (1992), *Nonlinear total variation based noise removal
#   algorithms*, [doi:10.1016/0167-2789(92)90242-F](https://doi.org/10.1016/0167-2789%2892%2990242-F).
# - A. Chambolle (2004), *An algorithm for total variation minimization and applications*,
#   [doi:10.1023/B:JMIV.0000011325.36760.1e](https://doi.org/10.1023/B:JMIV.0000011325.36760.1e).
# - Z. Wang, A. Bovik, H. Sheikh and E. Simoncelli (2004), *Image quality assessment: from
#   error visibility to structural similarity*,
#   [doi:10.1109/TIP.2003.819861](https://doi.org/10.1109/TIP.2003.819861).
# - A. Buades, B. Coll and J.-M. Morel (2005), *A non-local algorithm for image denoising*,
#   [doi:10.1109/CVPR.2005.38](https://doi.org/10.1109/CVPR.2005.38).
# - K. Dabov, A. Foi, V. Katkovnik and K. Egiazarian (2007), *Image denoising by sparse 3-D
#   transform-domain collaborative filtering*,
#   [doi:10.1109/TIP.2007.901238](https://doi.org/10.1109/TIP.2007.901238).
# - P. Vincent, H. Larochelle, Y. Bengio and P.-A. Manzagol (2008), *Extracting and composing
#   robust features with denoising autoencoders*,
#   [doi:10.1145/1390156.1390294](https://doi.org/10.1145/1390156.1390294).
# - P. Vincent (2011), *A connection between score matching and denoising autoencoders*,
#   [doi:10.1162/NECO_a_00142](https://doi.org/10.1162/NECO_a_00142).
# - G. Alain and Y. Bengio (2014), *What regularized auto-encoders learn from the
#   data-generating distribution*, [arXiv:1211.4246](https://arxiv.org/abs/1211.4246).
# - O. Ronneberger, P. Fischer and T. Brox (2015), *U-Net: convolutional networks for biomedical
#   image segmentation*, [arXiv:1505.04597](https://arxiv.org/abs/1505.04597).
# - J. Lehtinen et al. (2018), *Noise2Noise: learning image restoration without clean data*,
#   [arXiv:1803.04189](https://arxiv.org/abs/1803.04189).
# - Y. Song and S. Ermon (2019), *Generative modeling by estimating gradients of the data
#   distribution*, [arXiv:1907.05600](https://arxiv.org/abs/1907.05600).
# - J. Ho, A. Jain and P. Abbeel (2020), *Denoising diffusion probabilistic models*,
#   [arXiv:2006.11239](https://arxiv.org/abs/2006.11239).
#
# ## Next
#
# Noise kept a network without a narrow code from copying. [Lesson 06](06_regularised.ipynb) asks what else can: which
# penalties replace the bottleneck, and what each of them buys.
