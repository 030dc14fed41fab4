# %% [markdown]
# # 10 When is an autoencoder worth it?
#
# You will put autoencoders to three uses, beside rivals that need no network, and learn where
# they win, where they only tie, and what to ask first.
#
# **You will be able to**
#
# - score anomalies, choose a threshold without seeing one, and judge both honestly;
# - say why a good reconstruction is not a good detector, and which anomalies hide;
# - quantise codes, and compare their bits with PCA's at equal quality;
# - measure a search by codes, and say what it saves.
#
# **Time:** 35 minutes, and 15 for the depth; the code takes less than a minute on 2 cores.
#
# **Before this:** [01 Basics](01_basics.ipynb) and [02 Losses](02_losses.ipynb); PCA comes
# from [03 Linear](03_linear.ipynb), and PSNR from [05 Denoising](05_denoising.ipynb).

# %%
import matplotlib.pyplot as plt
import numpy as np
import torch

from aelesson import anomaly, compression, corruptions, data, expected, linear, losses
from aelesson import metrics, models, objectives, plots, results, retrieval, runtime
from aelesson.training import TrainConfig, fit, one_cycle

# %% [markdown]
# The settings. All networks have one hidden layer. We chose epochs and learning rate on
# validation images, within a budget of time.

# %%
device = runtime.start()
plots.use_style()
digits = data.load()
x_train, x_test = digits.train.images, digits.test.images
proven = expected.Lesson("10_applications", digits.name)
seed = runtime.default_seed()
ON_SAMPLE = len(x_train) < 10_000

RECONSTRUCT = objectives.reconstruction()

def train(images, widths, epochs, batch_size, objective=RECONSTRUCT):
    runtime.seed_everything(seed)
    model = models.Autoencoder.mlp((784, *widths)).to(device)
    settings = TrainConfig(epochs, batch_size, 5e-3, one_cycle)
    fit(model, images, objective, settings, progress=False)
    return model.cpu()

# %% [markdown]
# ## 1. Can an error find what is strange?
#
# Train an autoencoder on **normal** images only: what it reconstructs badly is strange. The
# **score** of an image is its error per pixel.
#
# We ask it ten times (*one-class classification*; Ruff and others, 2018). Each time another digit
# is the normal one: an autoencoder sees only this digit's training images, and the test images of
# the other nine are the anomalies. The code size, 32, is that of lesson 01; section 7 shows why
# normal images alone cannot choose it. A wider network learns to **denoise** (lesson 05), so it
# must know what a normal image looks like. Its control is as wide and sees no noise.

# %%
def of_digit(part, digit):
    return part.images[part.labels == digit]

normal = [of_digit(digits.train, digit) for digit in range(10)]
held_out = [of_digit(digits.validation, digit) for digit in range(10)]
EPOCHS = 30 if ON_SAMPLE else 5
detectors = [train(x, (128, 32), EPOCHS, 32) for x in normal]
noise = objectives.denoising(corruptions.gaussian_noise(0.5))
denoisers = [train(x, (256, 64), EPOCHS, 32, noise) for x in normal]
wider = [train(x, (256, 64), EPOCHS, 32) for x in normal]
scores = [anomaly.anomaly_scores(model, x_test) for model in detectors]
is_anomaly = [digits.test.labels != digit for digit in range(10)]
assert torch.equal(scores[8], metrics.reconstruction_error(detectors[8], x_test))

# %% [markdown]
# How good are ten lists of scores? A share of right answers would need a threshold. So ask for
# the order only: draw an anomaly and a normal image at random. How often has the anomaly the
# higher score? Equal scores count half. This chance is the **AUROC** (area under the *receiver
# operating characteristic*), $P(s_a > s_n) + \frac{1}{2} P(s_a = s_n)$: 1 is perfect, 0.5 is guessing.

# %%
def auroc(scores, is_anomaly):
    difference = scores[is_anomaly][:, None] - scores[~is_anomaly]  # (anomalies, normals)
    wins = (difference > 0).double() + 0.5 * (difference == 0)
    return wins.mean().item()

for s, truth in zip(scores, is_anomaly):
    assert abs(auroc(s, truth) - anomaly.auroc(s, truth)) < 1e-9

# %% [markdown]
# The library's version sorts instead of comparing all pairs. Now the rivals, which see the same
# normal images:
#
# - **ink**: the sum of all pixels, which knows nothing about the normal digit;
# - **mean image** and **nearest**: the distance to the average normal image, and to the nearest
#   one (of at most 1,000);
# - **PCA-32**: the error of a reconstruction from 32 components.
#
# **Predict:** which rival comes nearest to the autoencoder?

# %%
fits = [linear.fit_pca(images, 256) for images in normal]

def pca_error(images, digit, size):
    mean, components = fits[digit]
    x_hat = linear.pca_reconstruct(images, mean, components[:size]).clamp(0, 1)
    return losses.mse(x_hat, images)

flat = x_test.flatten(1)
methods = {
    "ink": [flat.sum(1)] * 10,
    "mean image": [losses.mse(x_test, x.mean(0).expand_as(x_test)) for x in normal],
    "nearest": [torch.cdist(flat, x[:1000].flatten(1)).amin(1) for x in normal],
    "PCA-32": [pca_error(x_test, digit, 32) for digit in range(10)],
    "autoencoder": scores,
    "wider": [anomaly.anomaly_scores(model, x_test) for model in wider],
    "denoising": [anomaly.anomaly_scores(model, x_test) for model in denoisers],
}

# %% [markdown]
# A table of AUROC, a row per method and a column per normal digit, from the easiest to the
# hardest:

# %% alt="A table of AUROC, six methods in rows and ten normal digits in columns: the mean image is lowest in nearly every column; the other five differ little from each other, near 0.99 at 0, 1 and 6, and near 0.91 at 2 and 8."
def all_digits(ten_scores):
    return [anomaly.auroc(s, truth) for s, truth in zip(ten_scores, is_anomaly)]

aurocs = {name: all_digits(ten_scores) for name, ten_scores in methods.items()}
mean_auroc = {name: sum(values) / 10 for name, values in aurocs.items()}
SHOWN = [name for name in methods if name != "ink"]
easiest = sorted(range(10), key=lambda digit: -aurocs["autoencoder"][digit])
plots.matrix(
    {f"{name} ({mean_auroc[name]:.3f})": [aurocs[name][d] for d in easiest] for name in SHOWN},
    [str(d) for d in easiest], xlabel="normal digit (in brackets: the mean of ten)",
    title="Apart from the mean image, the digit matters more than the method",
)
plt.show()

# %% [markdown]
# Is the autoencoder only not trained enough? A third of the epochs, and three times as many:

# %%
def mean_of_ten(models):
    errors = [anomaly.anomaly_scores(model, x) for model, x in zip(models, held_out)]
    found = all_digits([anomaly.anomaly_scores(model, x_test) for model in models])
    return torch.cat(errors).mean().item(), sum(found) / 10

swept = {EPOCHS: mean_of_ten(detectors)}
for epochs in (EPOCHS // 3, 3 * EPOCHS):
    swept[epochs] = mean_of_ten([train(x, (128, 32), epochs, 32) for x in normal])
for epochs, (error, area) in sorted(swept.items()):
    print(f"{epochs:2} epochs: MSE of normal images {error:.4f}, mean AUROC {area:.3f}")

# %% [markdown]
# Both are of images held out. The course also keeps what all of MNIST gave once
# ([results](../docs/results.md#one-class)), with deeper networks; there "ours" denoises:

# %%
full = results.full_size("one-class")
print(full)

# %%
(error, area), (error_long, area_long) = swept[EPOCHS], swept[3 * EPOCHS]
for digit, value in enumerate(aurocs["autoencoder"]):
    proven.figure(f"AUROC, digit {digit} normal", value, digits=3, at_most=1)
for name, value in mean_auroc.items():
    proven.figure(f"mean AUROC, {name}", value, digits=3, at_most=1)
best_three = [mean_auroc[name] for name in ("nearest", "PCA-32", "autoencoder")]
proven.claim("the autoencoder beats the mean image clearly",
             mean_auroc["autoencoder"] > mean_auroc["mean image"] + 0.05, any_width=True)
proven.claim("autoencoder, PCA-32 and nearest image are within 0.02 of each other",
             max(best_three) - min(best_three) < 0.02, any_width=True)
proven.claim("the denoising 784-256-64 is ahead of all three",
             mean_auroc["denoising"] > max(best_three))
proven.claim("and within 0.01 of the network of its own size that sees no noise",
             abs(mean_auroc["denoising"] - mean_auroc["wider"]) < 0.01, any_width=True)
hardest = sorted(range(10), key=lambda d: aurocs["autoencoder"][d])[:2]
proven.claim("2 and 8 are the two hardest normal digits", set(hardest) == {2, 8})
proven.figure("AUROC, ink, digit 1 normal", aurocs["ink"][1], digits=3, at_most=1)
proven.claim("with 1 as normal, ink alone reaches 0.9", aurocs["ink"][1] > 0.9)
proven.figure("error of held-out normal images, x 1000", error * 1000, digits=1)
proven.figure("the same, three times the epochs", error_long * 1000, digits=1)
proven.figure("mean AUROC, autoencoder, three times the epochs", area_long, digits=3,
              at_most=1)
proven.claim("three times the epochs lower the error of normal images by less than a fifth",
             error_long > 0.8 * error)
proven.claim("and leave the autoencoder within 0.01 of PCA-32",
             abs(area_long - mean_auroc["PCA-32"]) < 0.01, any_width=True)
assert abs(area_long - area) < 0.01
as_it_is = {name: full.mean(f"{name}, not blurred") for name in (
    "denoising autoencoder", "plain autoencoder, code of 32", "PCA-32, clipped",
    "nearest training image")}
denoising, plain, pca, nearest = as_it_is.values()
assert full.mean() - 0.005 > denoising > plain > pca + 0.01
assert abs(full.mean("PCA-32, clipped") - pca) < 0.005
assert full.mean("nearest training image") < nearest
proven.verdict()

# %% [markdown]
# **Read it.** The plain network does not stand out: PCA ties with it, and so nearly does the
# nearest image, which needs no training. Three times the epochs hardly move its AUROC. Denoising is
# ahead, a little; so is its control, within what seeds do: we cannot say that the noise helps.

# %% [markdown]
# **At full size the order is another one.** With thousands of images of each digit instead of 350,
# and deeper networks, the plain autoencoder is clearly ahead of PCA, and the denoising one, wider
# again, leads both. "Ours" also blurs all images. That this helps was seen on anomalies; the width
# needed none. The denoising network gains by it, PCA hardly; the nearest image loses.
#
# Ink knows nothing of what is normal: its mean is one half. Yet with 1 as the normal digit it
# looks like a fine detector.
#
# ## 2. Which anomalies hide?
#
# A score says how much of the image was missed. So compare the digits one by one: a row for
# each normal digit, a column for each anomaly. (The diagonal has no pairs: 0.) We follow 8, one
# of the two hardest.
#
# **Predict:** the detector of 8 meets ten digits. Which one does it reconstruct best?

# %% alt="A table of pairs in the wrong order, in percent, normal digits in rows and anomalies in columns: nearly all cells are dark; bright ones stand in the column of the anomaly 1, brightest, near 40, in the rows of 2 and 8."
labels = digits.test.labels
by_digit = {digit: [s[labels == digit] for s in scores] for digit in range(10)}
wrong = torch.zeros(10, 10)  # a digit is no anomaly to itself
for d in range(10):
    for e in set(range(10)) - {d}:
        pair = (labels == d) | (labels == e)
        wrong[d, e] = 1 - anomaly.auroc(scores[d][pair], is_anomaly[d][pair])
plots.matrix(
    {f"{d} normal": (100 * wrong[d]).tolist() for d in range(10)},
    [str(e) for e in range(10)],
    xlabel="anomaly (pairs in the wrong order, in %: 100 (1 - AUROC))", digits=0,
    title="To the detectors of 2 and 8, a 1 hardly looks strange",
)
plt.show()

# %% [markdown]
# It reconstructs its own 8s best, and the 1s, which it has never seen, come next. The 1s
# with the lowest scores and the 8s with the highest ones, all under the model of 8:

# %% alt="Four rows: ten 1s; their reconstructions by the model of 8, faint grey 8s around the stroke; ten unusual 8s; and their reconstructions, brighter and with wrong loops."
model = detectors[8]
ones, eights = of_digit(digits.test, 1), of_digit(digits.test, 8)
easy = ones[by_digit[1][8].argsort()[:10]]
odd = eights[by_digit[8][8].argsort(descending=True)[:10]]
shown = {"anomalies": easy, "back, low score": metrics.apply(model, model, easy),
         "normals": odd, "back, high score": metrics.apply(model, model, odd)}
plots.image_rows(shown, title="To the model of 8 these 1s are more normal than these 8s")
plt.show()

# %%
under_8 = [by_digit[digit][8].mean().item() for digit in range(10)]
proven.figure("error of the 8s under the model of 8, x 1000", under_8[8] * 1000, digits=1)
proven.figure("error of the 1s under the model of 8, x 1000", under_8[1] * 1000, digits=1)
proven.figure("AUROC, 8 normal, 1 the anomaly", 1 - wrong[8, 1], digits=2, at_most=1)
proven.claim("of all anomalies, 1 has the lowest error under the model of 8",
             under_8[1] == min(under_8[:8] + under_8[9:]))
proven.claim("and it is at most half above that of the 8s", under_8[1] < 1.5 * under_8[8])
proven.claim("a fifth or more of the pairs of 8 and 1 are in the wrong order",
             wrong[8, 1] >= 0.2)
assert max(wrong[0, 1], wrong[6, 1]) < 0.5 * min(wrong[2, 1], wrong[8, 1])
own = [by_digit[digit][digit].mean().item() for digit in range(10)]
proven.claim("8s cost their own model twice as much as 1s cost theirs, or more",
             own[8] > 2 * own[1])
proven.claim("each of the 1s shown scores below each of the 8s shown",
             by_digit[1][8].sort().values[9] < by_digit[8][8].sort().values[-10])
proven.verdict()

# %% [markdown]
# **Read it.** It draws a faint 8 around each 1. But the score does not see *what* is wrong. It adds
# up what was missed, and a 1 has little ink to miss: 8s cost *their own* model more than twice what
# 1s cost theirs. So anomalies that are *simpler* than the normal images can hide (hardly from the
# models of 0 and 6). Section 7 divides by the ink.
#
# ## 3. Where is the threshold?
#
# An order raises no alarm. A **threshold** does. It must come from **normal validation images**:
# for a **false alarm rate** of 5 % take the smallest one with which at most 5 % of them score
# above.

# %%
def threshold_from_normals(scores, false_alarm_rate):
    allowed = int(false_alarm_rate * len(scores) + 1e-9)  # so many may be above
    return scores.sort(descending=True).values[allowed].item()

validation = [anomaly.anomaly_scores(*pair) for pair in zip(detectors, held_out)]
thresholds = [threshold_from_normals(s, 0.05) for s in validation]
assert thresholds == [anomaly.threshold_from_normals(s, 0.05) for s in validation]

# %% [markdown]
# Two shares judge it on the test images: how many normal images raise an alarm, and how
# many anomalies do, the **recall**.
#
# **Predict:** of 100 anomalies, how many will be found?

# %%
def alarms(score, truth, threshold):
    above = (score > threshold).double()
    return above[~truth].mean().item(), above[truth].mean().item()

rates = [alarms(scores[d], is_anomaly[d], thresholds[d]) for d in range(10)]
false_alarm_rate, recall = torch.tensor(rates).mean(0).tolist()
print("false alarms of single digits:", *(f"{f:.2f}" for f, _ in rates))
print(f"mean of ten digits: false alarms {false_alarm_rate:.3f}, recall {recall:.3f}")

# %%
proven.figure("false alarm rate on test images, 5 % asked for", false_alarm_rate, digits=3)
proven.figure("recall, mean of ten digits", recall, digits=3, at_most=1)
proven.claim("the rate on test images is below 9 %", false_alarm_rate < 0.09)
proven.claim("more than three in four anomalies are found", recall > 0.75)
proven.verdict()

# %% [markdown]
# **Read it.** On average the rate is near to the one that we asked for, and more than three in
# four anomalies are found. With 50 validation images per digit a rate of 0.1 % could not even be
# *measured*: it needs thousands.
#
# ## 4. What are the alarms worth?
#
# Nine in ten of our test images are anomalies. No factory is like that. Let a share $a$ of
# the images be anomalies, $r$ the recall and $f$ the false alarm rate. By Bayes' rule the
# share of alarms that are right, the **precision**, is
#
# $$\frac{r\,a}{r\,a + f\,(1 - a)} .$$
#
# **Predict:** at $a$ = 1 % and our threshold, how many of 100 alarms are right?

# %%
def precision_in_stream(recall, false_alarm_rate, anomaly_share):
    right = recall * anomaly_share
    return right / (right + false_alarm_rate * (1 - anomaly_share))

SHARES = (0.9, 0.1, 0.01, 0.001)
precision = {}
for share in SHARES:
    precision[share] = precision_in_stream(recall, false_alarm_rate, share)
    same = anomaly.precision_in_stream(recall, false_alarm_rate, share)
    assert abs(precision[share] - same) < 1e-12
    print(f"at {100 * share:g} % anomalies, {100 * precision[share]:.1f} of 100 alarms are right")

# %%
for share in SHARES[1:]:
    proven.figure(f"precision at {100 * share:g} % anomalies", precision[share], digits=3, at_most=1)
proven.claim("at 90 % anomalies, more than 98 of 100 alarms are right", precision[0.9] > 0.98)
proven.claim("at 1 % anomalies, more than 3 in 4 alarms are false", precision[0.01] < 0.25)
proven.verdict()

# %% [markdown]
# **Read it.** The same detectors, the same threshold. Where one image in a hundred is strange,
# most alarms are false, and a person who looks at them will soon stop. So a precision means
# nothing without the share of anomalies (Davis and Goadrich, 2006), and a test set with 90 %
# anomalies flatters every method.
#
# ### When is it worth it?
#
# When you have many normal images and no anomalies; when anomalies are likely to be *more*
# complex; when somebody can check the alarms; and when it beats PCA and the nearest image on
# your own data. For photographs there is a stronger rival: compare **patches**
# of an image with those of normal images, in the features of a network that was trained on
# other pictures (Roth and others, 2022). It also shows *where* the defect is.
#
# ## 5. Is a code a compressed image?
#
# 32 numbers are fewer than 784, but a file is counted in bits. A code of 32 floats has 1,024;
# and it is no file until it is whole numbers. So **quantise** it: with $b$ bits there are $2^b$
# levels from $l$ to $h$, and level $i$ stands for $l + i\,(h - l)/(2^b - 1)$. The ends are the
# least and the greatest value of each unit over the *training* codes; what lies outside is
# clamped.

# %%
def quantise(z, bits, low, high):
    levels = 2**bits - 1
    scaled = (z.clamp(low, high) - low) / (high - low) * levels
    return scaled.round().long()

ae = train(x_train, (128, 32), 60 if ON_SAMPLE else 10, 64)
z_train, z = metrics.apply(ae, ae.encode, x_train), metrics.apply(ae, ae.encode, x_test)
low, high = z_train.amin(0), z_train.amax(0)
five_bits = quantise(z, 5, low, high)
assert torch.equal(five_bits, compression.quantise(z, 5, low, high))
z_back = compression.dequantise(five_bits, 5, low, high)
within = ((z - z_back).abs() <= (high - low) / 31 / 2 + 1e-5) | (z < low) | (z > high)
assert within.all()

# %% [markdown]
# Each number comes back to within half a step. With $b$ bits per unit, a rare level is as long
# as a frequent one. An **entropy coder** gives frequent levels short words: a level with the
# chance $p$ costs $-\log_2 p$ bits. The decoder must know the chances, so we count them on the
# *training* codes, with 1 added to each count.

# %%
def entropy_bits(levels, known):
    bits = 0.0
    for unit, seen in zip(levels.T, known.T):
        counts = torch.bincount(seen - seen.min()).double() + 1
        chances = counts / counts.sum()
        bits -= chances[unit - seen.min()].log2().mean().item()
    return bits

known_five = compression.quantise(z_train, 5, low, high)
short = entropy_bits(five_bits, known_five)
assert abs(short - compression.entropy_bits(five_bits, known_five)) < 1e-9
print(f"32 units of 5 bits: {short:.0f} bits per image instead of {32 * 5}")

# %% [markdown]
# Quality is the PSNR on the test images, in decibels (dB). So a **codec** is judged by two
# numbers: its bits per image, and its PSNR.

# %%
def judge(known, levels, x_hat):
    x_hat = x_hat.reshape(x_test.shape).clamp(0, 1)
    return compression.entropy_bits(levels, known), metrics.psnr(x_hat, x_test).mean().item()

def network_codec(model, bits):
    codes = [metrics.apply(model, model.encode, x) for x in (x_train, x_test)]
    low, high = codes[0].amin(0), codes[0].amax(0)
    known, levels = (compression.quantise(z, bits, low, high) for z in codes)
    z_back = compression.dequantise(levels, bits, low, high)
    return judge(known, levels, metrics.apply(model, model.decode, z_back))

# %% [markdown]
# The linear rival is PCA, and it deserves its best form: all components get **one step size**,
# and levels are `round(z / step)`. A component with little spread is then nearly always 0, and
# the entropy coder makes that almost free.

# %%
mean, components = linear.fit_pca(x_train, 128)  # more did not help on validation images

def pca_codec(step):
    codes = [linear.pca_codes(x, mean, components) for x in (x_train, x_test)]
    known, levels = ((z / step).round().long() for z in codes)
    levels = levels.clamp(known.amin(0), known.amax(0))
    return judge(known, levels, mean + step * levels.float() @ components)

# %% [markdown]
# Beside 32 units we train 8; each has 2 to 8 bits per unit. PCA has nine step sizes.
#
# **Predict:** how many bits per unit are enough? And with the same entropy coder for both, does
# the autoencoder still need fewer bits than PCA?

# %%
ae8 = train(x_train, (128, 8), 40 if ON_SAMPLE else 7, 64)
STEPS = (3, 2, 1.5, 1.2, 1, 0.9, 0.8, 0.7, 0.5)
wide = [network_codec(ae, bits) for bits in range(2, 9)]
narrow = [network_codec(ae8, bits) for bits in range(2, 9)]
linear_points = [pca_codec(step) for step in STEPS]
print("PSNR of 32 units with 2 to 8 bits:", *(f"{psnr:.1f}" for _, psnr in wide))

# %% [markdown]
# Compare at equal quality: between two of its points, what does PCA need for the same PSNR? Its
# bits are the line at 1.

# %% alt="Bits as a share of PCA's against PSNR, PCA being the line at 1. The curve of 8 units begins near a half and rises steeply where it ends, near 17 decibels. That of 32 units begins above 1 at 15 decibels, is lowest, at about three quarters, near 20, and rises steeply across the line at 21, where it ends."
pca_bits, pca_psnr = zip(*linear_points)

def share_of_pca(bits, psnr):
    return bits / np.interp(psnr, pca_psnr, pca_bits)

def against_pca(points):
    return zip(*[(psnr, share_of_pca(bits, psnr)) for bits, psnr in points if psnr > pca_psnr[0]])

plots.paths(
    {"autoencoder, 32 units": tuple(against_pca(wide)),
     "autoencoder, 8 units": tuple(against_pca(narrow)),
     "PCA, one step size": tuple(against_pca(linear_points[1:]))},
    xlabel="PSNR in dB", ylabel="bits / PCA's bits at the same PSNR",
    title="The lead shrinks towards the autoencoder's ceiling, and there it is gone",
)
plt.show()

# %%
(_, psnr_2), (_, psnr_3), four, (bits_5, psnr_5), six, *_ = wide
compared = {
    "8 units of 4 bits": narrow[2], "32 units of 4 bits": four,
    "32 units of 5 bits": (bits_5, psnr_5), "32 units of 6 bits": six,
}
share = {name: share_of_pca(*point) for name, point in compared.items()}
proven.figure("bits per image, 5-bit codes behind an entropy coder", short, digits=0)
proven.claim("the entropy coder saves a tenth of the 160 bits, or more", short < 0.9 * 160)
unlimited = metrics.psnr(metrics.apply(ae, ae, x_test), x_test).mean().item()
proven.figure("PSNR in dB, 32 units, 5 bits each", psnr_5, digits=2)
proven.figure("PSNR in dB, 32 units, not quantised", unlimited, digits=2)
for name, value in share.items():
    proven.figure(f"bits, {name} / PCA of the same PSNR", value, digits=2)
proven.claim("5 bits cost less than 0.3 dB", unlimited - psnr_5 < 0.3)
proven.claim("3 bits cost more than 1.5 dB", unlimited - psnr_3 > 1.5)
proven.claim("8 units of 8 bits are 1 dB ahead of 32 units of 2, or more",
             narrow[6][1] > psnr_2 + 1)
proven.claim("8 units of 4 bits need at most two thirds of PCA's bits",
             share["8 units of 4 bits"] < 2 / 3, any_width=True)
proven.claim("32 units of 4 bits need at most 0.9 of PCA's bits",
             share["32 units of 4 bits"] < 0.9, any_width=True)
proven.claim("784-128-32: with 6 bits per unit the lead is lost, 0.95 of PCA's bits or more",
             share["32 units of 6 bits"] > 0.95)
proven.claim("PCA with the smallest step is 1 dB above the unlimited autoencoder, or more",
             pca_psnr[-1] > unlimited + 1, any_width=True)
proven.verdict()

# %% [markdown]
# **Read it.** Five bits per unit are enough; whoever has more bits needs more units. At few bits
# the autoencoder is the shortest, if its number of units fits. But the lead shrinks towards its
# ceiling, and there it is gone: a better picture cannot be had from this code at any price, while
# PCA goes on: one model, and the step size chooses the quality.
#
# ### When is it worth it?
#
# For very many images of one narrow kind, at low quality, where both sides can hold the decoder
# (section 8). The learnt codecs that do beat JPEG are trained on photographs with an entropy
# coder *in the loss* (Ballé and others, 2017): ours does not know what a bit is.
#
# ## 6. Do near codes show the same?
#
# **Retrieval**: give an image, get the most similar ones (Krizhevsky and Hinton, 2011). Codes
# are shorter than pixels, so search is cheaper; are they also *better*? Labels can
# judge that. Each test image asks once, all *others* are searched by Euclidean distance, and
# **precision at k** is the share of its $k$ nearest that show the same digit.

# %%
def precision_at_k(codes, labels, k):
    distances = torch.cdist(codes, codes).fill_diagonal_(torch.inf)  # not itself
    nearest = distances.topk(k, largest=False).indices  # (N, k)
    return (labels[nearest] == labels[:, None]).double().mean().item()

FEW = slice(2000)  # on full MNIST not all 10,000 test images
x_few, few_labels = x_test[FEW], digits.test.labels[FEW]
by_hand = precision_at_k(z[FEW], few_labels, 10)
assert abs(by_hand - retrieval.precision_at_k(z[FEW], few_labels, 10)) < 1e-6

# %% [markdown]
# The controls: raw **pixels**, PCA codes of equal size, and the code of an **untrained** network.
# By chance it is 10 %.
#
# **Predict:** order them.

# %%
runtime.seed_everything(seed)
untrained = models.Autoencoder.mlp((784, 128, 32))
spaces = {
    "pixels, 784": x_few.flatten(1),
    "autoencoder, 32": z[FEW],
    "PCA, 32": linear.pca_codes(x_few, mean, components[:32]),
    "untrained, 32": metrics.apply(untrained, untrained.encode, x_few),
    "autoencoder, 8": metrics.apply(ae8, ae8.encode, x_few),
    "PCA, 8": linear.pca_codes(x_few, mean, components[:8]),
}
KS = (1, 3, 10, 30, 99)

# %% [markdown]
# From one neighbour to 99, all others of a digit in the sample:

# %%
found = {name: [retrieval.precision_at_k(codes, few_labels, k) for k in KS]
         for name, codes in spaces.items()}
at_10 = {name: values[KS.index(10)] for name, values in found.items()}

# %% alt="Precision against k for six kinds of code: the two codes of 32 lie close together at the top, just above pixels; the autoencoder's code of 8 begins below pixels, ends above them, and lies above PCA with 8; the untrained code is far below."
plots.lines(
    KS, found, log="x", xlabel="k", ylabel="precision at k",
    title="At 32 numbers PCA is as good; at 8 the autoencoder is ahead",
)
plt.show()

# %% [markdown]
# What does it cost? The **index** holds all codes; a search compares the encoded query with
# each of them, a multiply-add per number. Codes may also be quantised, as in section 5.

# %%
at_10["5 bits"] = retrieval.precision_at_k(z_back[FEW], few_labels, 10)
784, 4 * 32, 5 * 32 // 8  # bytes per image in the index: pixels, floats, 5 bits

# %%
for name in found:
    proven.figure(f"precision at 10, {name}", at_10[name], digits=3, at_most=1)
proven.claim("at 32 numbers, autoencoder and PCA are within 0.03",
             abs(at_10["autoencoder, 32"] - at_10["PCA, 32"]) < 0.03, any_width=True)
proven.claim("both are better than pixels",
             min(at_10["autoencoder, 32"], at_10["PCA, 32"]) > at_10["pixels, 784"])
proven.claim("at 8 numbers, the autoencoder 784-128-8 is ahead of PCA",
             at_10["autoencoder, 8"] > at_10["PCA, 8"])
proven.claim("untrained, the same network is 0.1 or more below the trained one",
             at_10["untrained, 32"] < at_10["autoencoder, 32"] - 0.1)
proven.figure("precision at 10, autoencoder, 32 units of 5 bits", at_10["5 bits"], digits=3,
              at_most=1)
proven.claim("5 bits per unit cost less than 0.01",
             at_10["5 bits"] > at_10["autoencoder, 32"] - 0.01)
encode_cost = {
    "autoencoder": sum(p.numel() for p in ae.encoder.parameters() if p.dim() == 2),
    "PCA": 784 * 32,
}
for name, cost in encode_cost.items():
    proven.figure(f"images in the index from which a search is cheaper, {name}",
                  cost / (784 - 32), digits=0)
proven.verdict()

# %% [markdown]
# **Read it.** Codes of 32 numbers beat pixels a little and cost a fraction: at 5 bits each, 20 bytes
# for 784. PCA's do, too (not quantised here), at a quarter of the price. With 128 hidden units the
# network is ahead of PCA at 8 numbers. And no loss promised that distances mean anything (section 9).
#
# ### When is it worth it?
#
# When the code must be very short, or when the network is there anyway. Else take PCA first.
#
# ## 7. Depth: which score, and which code size?
#
# ### Divide by the ink?
#
# The **relative score** is the squared error as a share of the image's squared pixels.
#
# **Predict:** it will help at 8. And on average?

# %%
ink = x_test.square().flatten(1).mean(1)
relative = all_digits([s / ink for s in scores])
gain = [new - old for new, old in zip(relative, aurocs["autoencoder"])]
print("gain by digit:", *(f"{each:+.3f}" for each in gain), f"| mean {sum(gain) / 10:+.3f}")

# %% [markdown]
# **Read it.** The two hard digits gain, with others; some lose. The mean gains little. Each score is a
# guess about what anomalies will look like. And we thought of this remedy after looking at test
# anomalies, so these gains flatter it.
#
# ### Squared error or cross-entropy?
#
# Lesson 02 read both as negative log-likelihoods, so either may be the score.
#
# **Predict:** same models (trained with squared error), same images. Which of the two orders
# them better?

# %%
bce = [anomaly.bce_scores(model, x_test) for model in detectors]
floor = losses.bernoulli_entropy(x_test)
by_score = {
    "MSE": mean_auroc["autoencoder"],
    "BCE": sum(all_digits(bce)) / 10,
    "BCE above its floor": sum(all_digits([s - floor for s in bce])) / 10,
}

# %% alt="Bars of the share of pairs in the wrong order: 4 percent with MSE, 7 with BCE, and hardly more than with MSE for BCE above its floor."
plots.ladder(
    {name: 100 * (1 - value) for name, value in by_score.items()}, digits=1,
    xlabel="pairs in the wrong order, in %: 100 (1 - mean AUROC)",
    title="BCE loses because of a part that no model can change",
)
plt.show()

# %% [markdown]
# **Read it.** The least BCE that any reconstruction can reach is the image's own entropy
# $H(x)$: every grey pixel costs something, even if it comes back exactly (lesson 02). It
# differs from image to image and says nothing about the model. As a *loss* that does no
# harm, because its gradient is 0. As a *score* it is noise. Subtract it, and half of the
# difference or more is gone.
#
# ### Is a better reconstruction a better detector?
#
# Then we could choose the code size by the error on normal validation images. PCA is the
# quickest way to try it, with 4 to 256 components.
#
# **Predict:** the error on normal images falls with each component. What does the AUROC do?

# %% alt="Mean AUROC against the error on held-out normal images. PCA with 4 to 256 components, from right to left: the error falls all the way, while AUROC rises until about 16 to 32 components and then falls. The autoencoder with 10, 30 and 90 epochs ends near the top of that curve."
SIZES = (4, 8, 16, 32, 64, 128, 256)
errors, sweep = [], []
for size in SIZES:
    held = [pca_error(x, d, size) for d, x in enumerate(held_out)]
    errors.append(torch.cat(held).mean().item())
    sweep.append(sum(all_digits([pca_error(x_test, d, size) for d in range(10)])) / 10)
plots.paths(
    {"PCA, 4 (right) to 256 (left)": (errors, sweep),
     "autoencoder, more and more epochs": tuple(zip(*[swept[each] for each in sorted(swept)]))},
    xlabel="error on held-out normal images (MSE)", ylabel="mean AUROC", log="x",
    title="Past a point, better reconstructions make a worse detector",
)
plt.show()

# %%
proven.figure("mean AUROC, relative score", sum(relative) / 10, digits=3, at_most=1)
proven.figure("AUROC, digit 8 normal, relative score", relative[8], digits=3, at_most=1)
missed = (scores[8] / ink)[labels == 1].mean() / (scores[8] / ink)[labels == 8].mean()
proven.figure("share missed under the model of 8, 1s / 8s", missed, digits=2)
proven.claim("of the 1s, a share 1.3 times as large is missed, or more", missed > 1.3)
proven.claim("the relative score is better at 2 and at 8", gain[2] > 0 and gain[8] > 0)
proven.claim("on average it gains less than 0.02", 0 < sum(gain) / 10 < 0.02)
for name in ("BCE", "BCE above its floor"):
    proven.figure(f"mean AUROC, {name}", by_score[name], digits=3, at_most=1)
proven.figure("share of BCE that is floor, 8s", (floor / bce[8])[labels == 8].mean(), digits=2,
              at_most=1)
proven.claim("MSE is the better score, by 0.015 or more", by_score["MSE"] > by_score["BCE"] + 0.015)
lost = by_score["MSE"] - by_score["BCE"]
proven.claim("without the floor, BCE gets back half of that or more",
             by_score["BCE above its floor"] > by_score["BCE"] + 0.5 * lost)
for size, value in zip(SIZES, sweep):
    proven.figure(f"mean AUROC, PCA with {size}", value, digits=3, at_most=1)
proven.claim("each step lowers the error on normal images", errors == sorted(errors, reverse=True))
proven.claim("256 components detect worse than 16, with a tenth of the error",
             sweep[-1] < sweep[2] - 0.01 and errors[-1] < errors[2] / 10)
proven.verdict()

# %% [markdown]
# **Read it.** A copying machine has no error at all and detects nothing. A detector must be good
# at normal images *and bad at the rest*, and normal images show only the first. So the code size
# is a guess, to be fixed in advance, unless you have some real anomalies to choose by. Then you
# may do better to train a classifier on them.
#
# ## 8. Depth: what does a file cost?
#
# ### The formats that everybody has
#
# **PNG** and **zlib** (the method of gzip) lose nothing. **JPEG** (Wallace, 1991) loses what the
# eye hardly misses in photographs. All three also write a header into each file, and for 784
# pixels that is much. The fair rival is *many images in one file*: all test images as one sheet,
# or all bytes in one stream. We count both ways.

# %%
sheet, pixels = compression.tile(x_test, 25), compression.to_pixels(x_test)
to_bits = 8 / len(x_test)
lossless = {
    "PNG, a file each": compression.png_bytes(x_test) * to_bits,
    "PNG, one sheet": compression.png_bytes(sheet) * to_bits,
    "zlib, each alone": compression.zlib_bytes(pixels) * to_bits,
    "zlib, all together": compression.zlib_bytes(pixels.reshape(1, -1)) * to_bits,
}

# %% [markdown]
# JPEG at four qualities; a sheet is cut into its images again before they are judged.

# %%
def cut(images):
    return images if len(images) > 1 else compression.untile(images, len(x_test), 25)

points = {"autoencoder, 32 units": wide, "PCA, one step size": linear_points}
for quality in (5, 20, 50, 80):
    for name, images in {"JPEG, a file each": x_test, "JPEG, one sheet": sheet}.items():
        back, size = compression.jpeg_round_trip(images, quality)
        point = size * to_bits, metrics.psnr(cut(back), x_test).mean().item()
        points.setdefault(name, []).append(point)

# %% [markdown]
# And the plainest lossy codec of all: **round the pixels** to 2, 4 or 8 grey levels (1, 2 or 3
# bits, with the very quantiser from above), and let zlib do the rest.
#
# **Predict:** how many bits does a digit in pure black and white need?

# %%
points["rounded pixels, zlib"] = []
for bits in (1, 2, 3):
    levels = compression.quantise(x_test, bits, 0.0, 1.0)
    size = compression.zlib_bytes(levels.to(torch.uint8).reshape(1, -1))
    x_hat = compression.dequantise(levels, bits, 0.0, 1.0)
    point = size * to_bits, metrics.psnr(x_hat, x_test).mean().item()
    points["rounded pixels, zlib"].append(point)
black_white, jpeg_5 = points["rounded pixels, zlib"][0], points["JPEG, one sheet"][0]
nearby = {"black and white": black_white, "JPEG sheet, quality 5": jpeg_5}
for name, (bits, psnr) in nearby.items():
    print(f"{name}: {bits:.0f} bits, {psnr:.1f} dB")

# %% [markdown]
# Last, a weak PCA: 64 components with 4 bits each, and no entropy coder.

# %%
codes = [linear.pca_codes(x, mean, components[:64]) for x in (x_train, x_test)]
low_64, high_64 = codes[0].amin(0), codes[0].amax(0)
levels = compression.quantise(codes[1], 4, low_64, high_64)
x_hat = mean + compression.dequantise(levels, 4, low_64, high_64) @ components[:64]
x_hat = x_hat.reshape(x_test.shape).clamp(0, 1)
weak = share_of_pca(4 * 64, metrics.psnr(x_hat, x_test).mean().item())
print(f"it needs {weak:.2f} times the bits of PCA with one step size")

# %% alt="PSNR against bits per image from 60 to 2500: the code of 32 units lies to the left of black and white and of the JPEG sheet at equal quality; PCA, rounded pixels and JPEG rise on beyond its ceiling; JPEG with a file each lies far to the right; vertical lines mark the lossless formats."
plots.paths(
    {name: tuple(zip(*each)) for name, each in points.items()}, log="x",
    xlabel="bits per image, decoder not counted", ylabel="PSNR in dB",
    marks={name: lossless[name] for name in ("PNG, a file each", "zlib, all together")},
    title="Short at low quality; above its ceiling the code has nothing to offer",
)
plt.show()

# %% [markdown]
# **Read it.** JPEG, made for photographs, is worse than plain black and white with zlib. At its lowest
# quality a JPEG file of one digit is mostly header, so "smaller than JPEG" is easily said. And zlib
# finds next to nothing in our codes: it has one table for all units, and the entropy coder one for
# each. The weak PCA shows how easily a network wins: give its rival equal bits for every component
# and no entropy coder.
#
# ### Who pays for the decoder?
#
# Whoever reads such a code needs the decoder, too. JPEG's is on every machine, ours is not. So
# count it, once: each weight with 16 bits, if that costs no quality. (We leave the table of chances
# out.) It is paid when the bits saved per image add up to it.
#
# **Predict:** after how many images?

# %%
half = models.Autoencoder.mlp((784, 128, 32))
half.load_state_dict({name: w.half().float() for name, w in ae.state_dict().items()})
_, psnr_half = network_codec(half, 5)
decoder_bits = 16 * sum(p.numel() for p in ae.decoder.parameters())
for name, (bits, _) in nearby.items():
    print(f"paid after {decoder_bits / (bits - bits_5):.0f} images, against {name}")
print(f"16 bits for a weight cost {psnr_5 - psnr_half:.4f} dB")

# %% [markdown]
# The rival PCA has a decoder as well: its components and the mean.
#
# The second price is hidden. JPEG takes any image. A learnt decoder takes images like those it
# was trained on. Move the digits by three pixels to the right:

# %%
moved = x_test.roll(3, dims=3)
levels = compression.quantise(metrics.apply(ae, ae.encode, moved), 5, low, high)
z_moved = compression.dequantise(levels, 5, low, high)
moved_back = metrics.apply(ae, ae.decode, z_moved)
jpeg_back, size = compression.jpeg_round_trip(compression.tile(moved, 25), 5)

# %% alt="Three rows of ten digits moved to the right: the digits, blurred and partly wrong reconstructions from the code, and blocky but correct ones from JPEG."
one_each = torch.stack([(labels == d).nonzero()[0, 0] for d in range(10)])
plots.image_rows(
    {"moved": moved[one_each], "code": moved_back[one_each], "JPEG": cut(jpeg_back)[one_each]},
    title="Three pixels to the side, and the code no longer fits the digit",
)
plt.show()

# %%
for name, bits in lossless.items():
    proven.figure(f"bits per image, {name}", bits, digits=0)
for name, (bits, psnr) in nearby.items():
    proven.figure(f"bits per image, {name}", bits, digits=0)
    proven.figure(f"PSNR in dB, {name}", psnr, digits=2)
proven.claim("5-bit codes of 784-128-32 are within 0.5 dB of both nearby formats, or better",
             all(psnr_5 > psnr - 0.5 for _, psnr in nearby.values()))
proven.claim("and need at most two thirds of their bits",
             all(bits_5 < bits * 2 / 3 for bits, _ in nearby.values()))
proven.claim("of a JPEG file of its own, three quarters are gone in a sheet",
             jpeg_5[0] < points["JPEG, a file each"][0][0] / 4)
proven.claim("rounded to 4 levels, pixels have 8 dB more than any autoencoder here",
             points["rounded pixels, zlib"][1][1] > unlimited + 8)
packed = compression.zlib_bytes(five_bits.to(torch.uint8).reshape(1, -1)) * to_bits
proven.figure("bits per image, 5-bit codes behind zlib", packed, digits=0)
proven.figure("bits, PCA-64, 4 bits each, no entropy coder / PCA of the same PSNR",
              weak, digits=2)
proven.claim("PCA with equal bits and no entropy coder needs 1.4 times as many, or more",
             weak > 1.4)
proven.claim("zlib saves less than 5 % on the codes", packed > 0.95 * 160)
proven.claim("32 floats need three quarters of the bits of zlib without loss, or more",
             lossless["zlib, all together"] * 0.75 < 32 * 32)
proven.claim("weights of 16 bits cost less than 0.01 dB", abs(psnr_half - psnr_5) < 0.01)
pca_decoder_bits = 16 * 784 * (128 + 1)
proven.figure("decoder of PCA-128 / of the autoencoder, in bits",
              pca_decoder_bits / decoder_bits, digits=2)
break_even = {
    "zlib, all together (lossless)": decoder_bits / (lossless["zlib, all together"] - bits_5),
    "JPEG sheet, quality 5": decoder_bits / (jpeg_5[0] - bits_5),
    "black and white": decoder_bits / (black_white[0] - bits_5),
}
for name, images in break_even.items():
    proven.figure(f"images until the decoder is paid, against {name}", images, digits=0)
proven.claim("at equal quality the decoder needs more than 5,000 images",
             min(list(break_even.values())[1:]) > 5000)
psnr_moved = metrics.psnr(moved_back, moved).mean().item()
jpeg_moved = metrics.psnr(cut(jpeg_back), moved).mean().item()
proven.figure("PSNR in dB, 5-bit codes, digits moved", psnr_moved, digits=2)
proven.figure("PSNR in dB, JPEG sheet, digits moved", jpeg_moved, digits=2)
proven.claim("moved digits cost the code 4 dB or more", psnr_5 - psnr_moved > 4)
proven.claim("and JPEG less than 0.5 dB", abs(jpeg_5[1] - jpeg_moved) < 0.5)
proven.verdict()

# %% [markdown]
# **Read it.** Against a format of equal quality the decoder is paid after more images than the
# 5,000 of the whole sample. Against lossless zlib it is sooner, but that is no equal quality.
# PCA's decoder is nearly as large, so this price does not tell the two apart. And the code
# only works for images of its own kind.
#
# ## 9. Depth: does a low error promise a good search?
#
# Nothing in the loss speaks of distances between codes. Multiply each unit by a
# factor and let the decoder divide by it: the same reconstructions, up to rounding.
#
# **Predict:** and the same neighbours?

# %%
factors = torch.logspace(-1, 1, 32)
stretched = z * factors
same = metrics.apply(ae, lambda codes: ae.decode(codes / factors), stretched)
assert torch.allclose(same, metrics.apply(ae, ae, x_test), atol=1e-4)
at_10["stretched"] = retrieval.precision_at_k(stretched[FEW], few_labels, 10)
for name in ("pixels, 784", "autoencoder, 32", "stretched"):
    print(f"precision at 10, {name}: {at_10[name]:.3f}")

# %%
proven.figure("precision at 10, stretched code", at_10["stretched"], digits=3, at_most=1)
proven.claim("the stretched code finds less than pixels do, by 0.05 or more",
             at_10["stretched"] < at_10["pixels, 784"] - 0.05)
proven.verdict()

# %% [markdown]
# **Read it.** So no reconstruction error, however low, can promise a good search. That codes
# work at all for retrieval comes from how networks are initialised and trained; nobody asked
# for it. A VAE's prior fixes the scale; a contrastive loss, which pulls the codes of like
# images together and pushes others apart, asks for distances.
#
# ## Break it
#
# Do without validation images: take the thresholds from the *training* images. They are normal,
# too, and there are many more of them.
#
# **Predict:** we ask for 5 % false alarms. How many will there be?

# %%
def realised_rates(chosen_by, ten_scores):
    cuts = [anomaly.threshold_from_normals(s, 0.05) for s in chosen_by]
    pairs = [alarms(s, truth, c) for s, truth, c in zip(ten_scores, is_anomaly, cuts)]
    return [sum(each) / 10 for each in zip(*pairs)]  # false alarms, recall

seen = [anomaly.anomaly_scores(model, x) for model, x in zip(detectors, normal)]
seen_by_pca = [pca_error(x, digit, 256) for digit, x in enumerate(normal)]
by_pca = [pca_error(x_test, digit, 256) for digit in range(10)]
both = {
    "validation images": realised_rates(validation, scores),
    "training images": realised_rates(seen, scores),
    "training images, PCA-256": realised_rates(seen_by_pca, by_pca),
}

# %% [markdown]
# For comparison, the last line is PCA with 256 components.

# %%
for name, (false_alarms, found_too) in both.items():
    print(f"thresholds from {name}: false alarms {false_alarms:.3f}, recall {found_too:.3f}")

# %%
realised = {name: false_alarms for name, (false_alarms, _) in both.items()}
found_more = both["training images"][1]
for name in ("training images", "training images, PCA-256"):
    proven.figure(f"false alarm rate, thresholds from {name}", realised[name], digits=3,
                  at_most=1)
proven.figure("recall, thresholds from training images", found_more, digits=3, at_most=1)
proven.claim("and the recall rises by 0.1 or more", found_more > recall + 0.1)
proven.claim("thresholds from training images give three times the false alarms, or more",
             realised["training images"] > 3 * realised["validation images"])
proven.claim("with PCA-256, nine in ten normal images raise an alarm, or more",
             realised["training images, PCA-256"] > 0.9)
proven.verdict()

# %% [markdown]
# **Explain it.** Why is the recall higher at the same time? And why is PCA with 256 components so
# much worse?
#
# <details><summary>Our answer</summary>
#
# The errors of training images are lower than those of new normal ones (lesson 01), so the
# threshold is too low, and everything raises an alarm more often. The more a model learns by
# heart, the wider the gap. With 256 components for 350 images, training images come back almost
# perfectly, and nearly every new normal image lies above such a threshold.
#
# </details>
#
# ## Check yourself
#
# <details><summary>1. A paper reports an AUROC of 0.99 with 1 as the normal digit. What do you
# ask?</summary>
#
# What ink alone, PCA and the nearest training image reach, and what the other nine digits give.
#
# </details>
#
# <details><summary>2. Why not choose the code size by the reconstruction error on normal
# validation images?</summary>
#
# It always prefers the larger code, up to a copying machine, which detects nothing.
#
# </details>
#
# <details><summary>3. The AUROC is 0.96. Will the alarms be right?</summary>
#
# That depends on the threshold and on the share of anomalies. At 1 %, with 5 % false alarms, most
# alarms are false.
#
# </details>
#
# <details><summary>4. "32 floats instead of 784 bytes: six times smaller." What is missing?
# </summary>
#
# The loss of quality; a rival with a loss as well; the quantised size; and the decoder.
#
# </details>
#
# <details><summary>5. Your autoencoder's error is half of PCA's. Is its code better for search?
# </summary>
#
# Not necessarily. The error is the same for every invertible change of the code, distances
# are not.
#
# </details>
#
# ## Summary
#
# - Scores order images, and a threshold from normal *validation* images turns order into
#   alarms. AUROC judges the order; precision needs the threshold and the share of anomalies.
# - An error measures what was missed, not what is strange. Simple anomalies can hide, and better
#   reconstructions can detect worse. With 350 images a digit the plain network tied with PCA;
#   with all of MNIST a deeper one is ahead.
# - A code is a file only when it is quantised. Against PCA with one step size, both with an
#   entropy coder, the autoencoder was shorter where its number of units fitted the quality; at
#   its ceiling the lead was gone.
# - Codes make search cheap. They beat PCA only when they are very short, and distances need not
#   mean anything.
#
# ## What we claimed
#
# Each claim was checked in this run; the ticks say where else it held.

# %%
proven.summary()

# %% [markdown]
# ## Exercises
#
# Seven: scores, a threshold, an AUROC, a quantiser, a search, a program to mend and an open task:
# [your sheet](../workbook/10_applications.ipynb). If the link finds nothing, run
# `aelesson workbook` in a terminal once: it lays the sheets there.
#
# ## References
#
# - L. Ruff and others (2018), *Deep one-class classification*, ICML.
# - J. Davis and M. Goadrich (2006), *The relationship between precision-recall and ROC
#   curves*, [doi:10.1145/1143844.1143874](https://doi.org/10.1145/1143844.1143874).
# - K. Roth and others (2022), *Towards total recall in industrial anomaly detection*,
#   [arXiv:2106.08265](https://arxiv.org/abs/2106.08265).
# - J. Ballé, V. Laparra and E. P. Simoncelli (2017), *End-to-end optimized image
#   compression*, [arXiv:1611.01704](https://arxiv.org/abs/1611.01704).
# - G. K. Wallace (1991), *The JPEG still picture compression standard*,
#   [doi:10.1145/103085.103089](https://doi.org/10.1145/103085.103089).
# - A. Krizhevsky and G. E. Hinton (2011), *Using very deep autoencoders for content-based
#   image retrieval*, ESANN.
#
# ## Next
#
# All our images had one size. [Lesson 11](11_sequences.ipynb) asks how to encode what has no
# fixed length.
