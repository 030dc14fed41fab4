# %% [markdown]
# # 08 How does a reconstruction machine become a generator?
#
# You will ask an autoencoder for digits that nobody wrote, derive the bound that trains a
# variational autoencoder (VAE), hold it against a case where the truth is known, and learn
# which of its numbers to believe.
#
# **You will be able to**
#
# - derive the ELBO in two ways and name its terms;
# - pass a gradient through a random draw, and say why not in the older way;
# - train a VAE, sample from it, and estimate the likelihood of test images honestly;
# - find a hidden beta, a collapsed code, and a VAE whose bound is too good to be true.
#
# **Time:** 50 minutes; the code takes less than a minute on 2 cores.
#
# **Before this:** [01 Basics](01_basics.ipynb) and
# [02 Losses](02_losses.ipynb).

# %%
import math

import matplotlib.pyplot as plt
import torch
from sklearn.mixture import GaussianMixture
from torch import nn
from torch.distributions import MultivariateNormal, Normal, kl_divergence

from aelesson import data, expected, latent, likelihood, losses
from aelesson import metrics, models, objectives, plots, runtime
from aelesson.training import TrainConfig, evaluate, fit, one_cycle

# %% [markdown]
# The settings. The sizes of the VAE, the peak of its learning rate and the epochs were
# chosen on the validation images.

# %%
device = runtime.start()
plots.use_style()
digits = data.load()
x_train, x_test = digits.train.images, digits.test.images
proven = expected.Lesson("08_vae", digits.name)
EPOCHS = 32 if len(x_train) < 10_000 else 3
seed = runtime.default_seed()


def train(kind, sizes, objective, epochs, validation=None, chosen=None):
    runtime.seed_everything(seed)
    model = kind.mlp(sizes, likelihood=chosen).to(device)
    settings = TrainConfig(max(1, epochs), 128, 5e-3, one_cycle)
    history = fit(model, x_train, objective, settings, validation=validation)
    return model.cpu(), history

# %% [markdown]
# ## 1. Can a plain autoencoder make new digits?
#
# Its decoder turns 20 numbers into an image. So give it 20 random numbers. From which
# distribution? The tutorials take a standard normal one. It is fairer to fit a normal
# distribution, with its full covariance, to the codes of the training images.
#
# How good are the results? Looking is not enough, so we measure two things with a small
# **classifier** that was trained on real digits:
#
# - **sure**: of how many images is it at least 90 % sure which digit they show?
# - **cloud distance**: how far is the cloud of images from that of the test digits, in
#   mean and covariance of the classifier's 256 hidden units? (The Fréchet distance of two
#   normal distributions; the well-known FID uses a larger classifier.)
#
# The first asks whether *each* image is a digit, the second whether *all together* vary
# as digits do.

# %%
runtime.seed_everything(seed)
hidden = nn.Sequential(nn.Flatten(), nn.Linear(784, 256), nn.ReLU())
classifier = nn.Sequential(hidden, nn.Dropout(0.5), nn.Linear(256, 10)).to(device)
settings = TrainConfig(max(1, EPOCHS // 3), 64, 2e-3, one_cycle)
labelled = (x_train, digits.train.labels)
learnt = fit(classifier, labelled, objectives.classification, settings)

# %% [markdown]
# The second measure is a formula, $|\mu_a - \mu_b|^2 + \mathrm{tr}\,(C_a + C_b - 2 (C_a
# C_b)^{1/2})$. The trace of that root is the sum of the roots of the eigenvalues.

# %%
def sure(images):
    logits = metrics.apply(classifier, classifier, images)
    return (logits.softmax(1).amax(1) > 0.9).float().mean().item()

def cloud_distance(images, reference=x_test):
    clouds = [metrics.apply(hidden, hidden, x).double() for x in (images, reference)]
    (mean_a, cov_a), (mean_b, cov_b) = [(c.mean(0), torch.cov(c.T)) for c in clouds]
    roots = torch.linalg.eigvals(cov_a @ cov_b).real.clamp_min(0).sqrt()
    spread = cov_a.trace() + cov_b.trace() - 2 * roots.sum()
    return ((mean_a - mean_b).square().sum() + spread).item()

# %% [markdown]
# Now the autoencoder, and codes from both distributions: 500 of each. As many real digits,
# which neither model nor classifier was trained on, show what the best figures look like:
# even they have a distance above 0, since 500 images are only part of a cloud.
#
# **Predict:** of how many images from a standard normal will the classifier be sure?

# %%
ae, _ = train(models.Autoencoder, (784, 256, 20), objectives.reconstruction(), EPOCHS // 2)
ae_codes = metrics.apply(ae, ae.encode, x_train)
normal = MultivariateNormal(torch.zeros(20), torch.eye(20))
fitted = MultivariateNormal(ae_codes.mean(0), torch.cov(ae_codes.T))

COUNT = 500
some = torch.randperm(len(digits.validation))[:COUNT]
made = {"real digits": digits.validation.images[some]}
for name, source in {"standard normal": normal, "fitted normal": fitted}.items():
    made[f"autoencoder, {name}"] = metrics.apply(ae, ae.decode, source.sample((COUNT,)))

# %% alt="Three rows of ten images: real digits; grey blurs that look alike; and images of strokes, some of them digits and some broken."
plots.image_rows(
    {name.removeprefix("autoencoder, "): images[:10] for name, images in made.items()},
    title="Codes from a standard normal decode to nothing; codes from a fitted one, to a part",
)
plt.show()

# %%
spread = ae_codes.std(0).mean().item()
for name, images in made.items():
    proven.figure(f"sure, {name}", sure(images), digits=3)
    proven.figure(f"cloud distance, {name}", cloud_distance(images), digits=1)
plain, ae_fitted = "autoencoder, standard normal", "autoencoder, fitted normal"
proven.figure("standard deviation of a code unit, autoencoder", spread, digits=1)
proven.claim("the codes spread more than 2 units wide", spread > 2)
proven.claim("in 16 epochs: from a standard normal, less than 1 image in 6 convinces", sure(made[plain]) < 1 / 6,
             budget="in 16 epochs")
proven.claim(
    "from a fitted normal, at least twice as many",
    sure(made[ae_fitted]) > 2 * sure(made[plain]),
)
proven.claim(
    "and less than two thirds as often as real digits",
    sure(made[ae_fitted]) < 2 / 3 * sure(made["real digits"]),
)
proven.verdict()

# %% [markdown]
# **Read it.** Nobody told the encoder where to put its codes, and it spread them several
# units wide. A standard normal draws from the middle of that cloud, where few digits
# seem to live. So "random codes decode to nothing" is a question of *which* random codes:
# with the right mean and covariance, the same decoder does much better. But many images
# are still no digits: the cloud of codes is perhaps not normal. Section 7 tests that.
#
# There are two ways out: find out afterwards where the codes lie, or decide it before.
# The VAE decides before. Keep the fitted normal in mind; it will be a hard baseline.
#
# ## 2. What is a VAE asked to do?
#
# To be a model of images: $z \sim p(z) = \mathcal{N}(0, I)$ first, then
# $x \sim p(x \mid z)$, whose parameters the decoder computes. We would like to make the
# training images likely, but
#
# $$p(x) = \int p(x \mid z)\, p(z)\, dz$$
#
# is an integral over 20 dimensions, and for almost every $z$ the integrand is as good as 0.
# So we ask the encoder where to look: it returns a distribution $q(z \mid x)$, here
# $\mathcal{N}(\mu, \mathrm{diag}\,\sigma^2)$ with $\mu$ and $\log \sigma^2$ from the network.
#
# ### First derivation: Jensen
#
# Multiply and divide by $q$. The logarithm is concave, so the log of a mean is at least the
# mean of the logs:
#
# $$\log p(x) = \log \mathbb{E}_q \frac{p(x, z)}{q(z \mid x)} \;\ge\;
# \mathbb{E}_q \log \frac{p(x, z)}{q(z \mid x)} =: \mathrm{ELBO}.$$
#
# The right-hand side is the **ELBO**, the *evidence lower bound*. This is quick, but it does
# not say what is lost.
#
# ### Second derivation: the KL divergence to the posterior
#
# How far is $q(z \mid x)$ from the true $p(z \mid x) = p(x, z) / p(x)$? By definition
#
# $$\mathrm{KL}(q \,\|\, p(z \mid x)) = \mathbb{E}_q \log \frac{q(z \mid x)\, p(x)}{p(x, z)}
# = \log p(x) - \mathrm{ELBO}.$$
#
# So the gap is this very divergence. It is never negative, and it is 0 exactly when the
# encoder returns the true posterior.
#
# ### Its two terms
#
# Since $p(x, z) = p(x \mid z)\, p(z)$,
#
# $$-\mathrm{ELBO} = \underbrace{\mathbb{E}_q[-\log p(x \mid z)]}_{\text{reconstruction}}
# + \underbrace{\mathrm{KL}(q(z \mid x) \,\|\, p(z))}_{\text{cost of the code}} .$$
#
# Both are in **nats per image**: summed over pixels, summed over units of the code. The
# first is a loss of lesson 02. The second has a closed form for normal distributions:
#
# $$\mathrm{KL} = \tfrac{1}{2} \sum_d \left(\mu_d^2 + \sigma_d^2 - \log \sigma_d^2 - 1\right).$$
#
# **Predict:** what is it for $\mu = 0$ and $\sigma = 1$? And which is dearer, $\sigma = 2$ or
# $\sigma = \frac{1}{2}$?

# %%
def kl_to_standard_normal(mean, logvar):
    return 0.5 * (mean**2 + logvar.exp() - logvar - 1).sum(1)

mean = torch.tensor([[0.0, 0.0], [0.0, 0.0], [0.0, 0.0], [1.5, -2.0]])
std = torch.tensor([[1.0, 1.0], [2.0, 2.0], [0.5, 0.5], [0.1, 1.2]])
kl = kl_to_standard_normal(mean, 2 * std.log())
kl

# %% [markdown]
# A formula that is off by a factor still trains. So hold it against two judges that do not
# share it: PyTorch's own, and Monte Carlo, that is, the mean of
# $\log q(z \mid x) - \log p(z)$ over many draws from $q$.

# %%
torch.testing.assert_close(losses.kl_to_standard_normal(mean, 2 * std.log()), kl)
q, p = Normal(mean, std), Normal(0.0, 1.0)
torch.testing.assert_close(kl_divergence(q, p).sum(1), kl)

z = q.sample((100_000,))  # (100000, 4, 2)
differences = (q.log_prob(z) - p.log_prob(z)).sum(2)
error = differences.std(0) / math.sqrt(len(z))

# %%
proven.claim(
    "Monte Carlo agrees with the closed form within 5 standard errors",
    ((differences.mean(0) - kl).abs() <= 5 * error + 1e-6).all(),
)
proven.verdict()

# %% [markdown]
# **Read it.** 0 where $q$ is the prior. Too wide a code costs more than too narrow a one of
# the same factor: $\sigma^2$ grows faster than $-\log \sigma^2$. Keep the Monte Carlo line: it
# asks only that you can draw from $q$, and it finds the bug in *Break it*.
#
# ## 3. How can a gradient pass through a dice roll?
#
# The reconstruction needs a draw $z \sim q$, but a draw cuts the graph: nothing would tell
# the encoder where to move $\mu$. So let the randomness in from outside,
#
# $$z = \mu + \sigma \varepsilon, \qquad \varepsilon \sim \mathcal{N}(0, I).$$
#
# This is the **reparameterised** gradient. There is an older way, the **score function**:
# $\nabla_\mu \mathbb{E}_q[f(z)] = \mathbb{E}_q[f(z)\, \nabla_\mu \log q(z)]$, with
# $\nabla_\mu \log q = \varepsilon / \sigma$. It needs no derivative of $f$ at all.

# %%
def reparameterize(mean, logvar):
    return mean + (0.5 * logvar).exp() * torch.randn_like(mean)

runtime.seed_everything(seed)
by_hand = reparameterize(mean, 2 * std.log())
runtime.seed_everything(seed)
assert torch.equal(by_hand, latent.reparameterize(mean, 2 * std.log()))

# %% [markdown]
# Take $f(z) = (z - 2)^2$ with $\mu = 0$, $\sigma = 1$. Then
# $\mathbb{E}_q[f] = (\mu - 2)^2 + 1$, so the gradient is $2 (\mu - 2) = -4$: known exactly.
#
# **Predict:** both estimates are right on average. How many times as many draws does the worse
# one need for the same error bar?

# %%
noise = torch.randn(200_000, dtype=torch.double)
mean_0 = torch.zeros_like(noise, requires_grad=True)  # one copy of the mean per draw
f = (mean_0 + noise - 2).square()
f.sum().backward()
gradients = {"reparameterised": mean_0.grad, "score function": f.detach() * noise}
variance = {name: draws.var().item() for name, draws in gradients.items()}
ratio = variance["score function"] / variance["reparameterised"]

# %%
for name, draws in gradients.items():
    proven.figure(f"gradient, {name} (exact: -4)", draws.mean(), digits=2)
proven.figure("variance, score function / reparameterised", ratio, digits=1)
proven.claim("the score function needs 15 times as many draws or more", ratio > 15)
proven.verdict()

# %% [markdown]
# **Read it.** Both hit $-4$, but the score function weighs each draw by how *large* $f$ is,
# while the reparameterised gradient knows which way $f$ slopes. With
# $a = \mu - 2$ the ratio is $(a^4 + 14 a^2 + 15) / 4$, here 21.75: it grows with the size of $f$.
# In a VAE, $f$ is the log-likelihood of a whole image. We measure that ratio in section 5.
#
# ## 4. Is it really a bound? A case where the truth is known
#
# For images nobody knows $\log p(x)$. So first take a model where everything is exact: a
# *linear* decoder with normal noise, $z \sim \mathcal{N}(0, I)$ and
# $x \sim \mathcal{N}(Wz + b, s^2 I)$. Then
#
# $$p(x) = \mathcal{N}(b,\; W W^\top + s^2 I), \qquad
# p(z \mid x) = \mathcal{N}(m, C), \quad C = (I + W^\top W / s^2)^{-1}, \quad
# m = C W^\top (x - b) / s^2 .$$

# %%
fixed = torch.Generator().manual_seed(0)
def randn(*shape):
    return torch.randn(*shape, generator=fixed, dtype=torch.double)

W, b, s = randn(10, 3), randn(10), 0.5
x_linear = randn(200, 3) @ W.T + b + s * randn(200, 10)
log_p = MultivariateNormal(b, W @ W.T + s**2 * torch.eye(10)).log_prob(x_linear)

precision = torch.eye(3) + W.T @ W / s**2
C = torch.linalg.inv(precision)
m = (x_linear - b) @ W @ C / s**2  # (200, 3)
narrow = precision.diag().rsqrt()  # the best standard deviations of a diagonal q

# %% [markdown]
# Three encoders: the exact posterior; the best one with a diagonal covariance, which is all
# that a VAE's encoder can say; and a bad one, off by 0.3 and half as wide again. The
# integrand of the bound is the **log-weight**
# $\log w = \log p(x \mid z) + \log p(z) - \log q(z \mid x)$.
#
# **Predict:** how much do the log-weights vary when $q$ is the exact posterior?

# %%
posterior = MultivariateNormal(m, C)
encoders = {
    "exact posterior": posterior,
    "best diagonal q": MultivariateNormal(m, torch.diag(narrow**2)),
    "bad q": MultivariateNormal(m + 0.3, torch.diag((1.5 * narrow) ** 2)),
}

def log_weights(q, samples):
    z = q.sample((samples,))  # (K, B, D)
    log_likelihood = Normal(z @ W.T + b, s).log_prob(x_linear).sum(-1)
    return log_likelihood + Normal(0.0, 1.0).log_prob(z).sum(-1) - q.log_prob(z)

runtime.seed_everything(seed)
weights = {name: log_weights(q, 1000) for name, q in encoders.items()}
assert torch.allclose(weights["exact posterior"], log_p)  # each draw of each image

# %% [markdown]
# The mean log-weight is the ELBO. Is its distance from the exact $\log p(x)$ really the
# divergence that the second derivation names? PyTorch computes that one.

# %%
for name, q in encoders.items():
    gap = (log_p - weights[name].mean(0)).mean()
    divergence = kl_divergence(q, posterior).mean()
    proven.figure(f"log p(x) - ELBO, {name}", round(gap.item(), 6), digits=3)  # no -0
    error = weights[name].std(0).mean() / math.sqrt(weights[name].numel())
    proven.claim(
        f"{name}: the gap is KL(q || posterior)",
        abs(gap - divergence) <= 5 * error + 1e-6,
    )

# %% [markdown]
# **Read it.** The second derivation, seen in numbers: the gap *is* the divergence. With the
# exact posterior it is 0, and not only on average: each single log-weight equals
# $\log p(x)$, whatever $z$ was drawn.
#
# ### More draws make a tighter bound
#
# What if $q$ is not exact? Average $K$ weights *before* the logarithm (Burda et al., 2016):
#
# $$\mathcal{L}_K = \mathbb{E} \log \frac{1}{K} \sum_{k=1}^{K} w_k , \qquad
# \mathrm{ELBO} = \mathcal{L}_1 \le \mathcal{L}_{10} \le \dots \le \log p(x).$$
#
# A log-weight of $-500$ gives $w = 0$ in floating point, so take the largest one out first.

# %%
def iwae_bound(log_weights):  # (K, B) -> (B,)
    largest = log_weights.amax(0)
    return largest + (log_weights - largest).exp().mean(0).log()

DRAWS = (1, 10, 100, 1000)
tighter = {"exact log p(x)": [log_p.mean().item()] * len(DRAWS)}
for name, log_w in weights.items():
    torch.testing.assert_close(iwae_bound(log_w), likelihood.iwae_bound(log_w))
    tighter[name] = [iwae_bound(log_w.reshape(k, -1)).mean().item() for k in DRAWS]
gaps = [log_p.mean().item() - value for value in tighter["bad q"]]

# %% alt="Bounds against the number of draws: the exact value, the exact posterior and the best diagonal q fall on one flat line; the bad q rises to it from far below."
plots.lines(
    DRAWS, tighter, xlabel="draws K", ylabel="nats per image", log="x",
    title="More draws close the gap; the exact posterior never had one",
)
plt.show()

# %%
for k, gap in zip(DRAWS, gaps):
    proven.figure(f"log p(x) - bound, bad q, K = {k}", gap, digits=2)
halved = all(late < early / 2 for early, late in zip(gaps, gaps[1:]))
proven.claim("each step of K at least halves the gap", halved)
proven.verdict()

# %% [markdown]
# **Read it.** No curve goes above the truth. The best diagonal $q$ is so near to it that
# you see one line. Even the bad encoder is nearly right with 1,000 draws, in 3
# dimensions. But a bound from one draw, the ELBO, can be many nats away, and nothing in
# its value tells you.
#
# ## 5. What does a trained VAE know?
#
# Now the decoder is a network and $p(x \mid z)$ is Bernoulli: each pixel is 1 with the
# probability that the decoder names. A Bernoulli likelihood needs pixels that are 0 or 1. So we
# read a grey value as the probability of white, and draw a black-and-white picture from it
# whenever an image is used. The test images are drawn once. The whole objective, by hand:

# %%
def negative_elbo(model, x):
    mean, logvar = model.encoder(x).chunk(2, dim=1)
    z = reparameterize(mean, logvar)
    reconstruction = losses.bernoulli_nll(model.decoder(z), x).mean()
    kl = kl_to_standard_normal(mean, logvar).mean()
    return {"loss": reconstruction + kl, "reconstruction": reconstruction, "kl": kl}

fixed = torch.Generator().manual_seed(0)
binary_train, binary_val, binary_test = (
    torch.bernoulli(part.images, generator=fixed)
    for part in (digits.train, digits.validation, digits.test)
)
bound = objectives.negative_elbo()

# %% [markdown]
# Equal to the library's, term by term, when both draw the same noise:

# %%
untrained = models.VAE.mlp((784, 256, 20))
runtime.seed_everything(seed)
by_hand = negative_elbo(untrained, binary_val[:100])
runtime.seed_everything(seed)
from_library = bound(untrained, binary_val[:100])
assert all(torch.allclose(by_hand[name], from_library[name]) for name in by_hand)

# %% [markdown]
# Before training it pays about half a thousand nats per image: 784 pixels, each a toss of
# a fair coin, are $784 \log 2 \approx 543$. The mean image, which knows how often each pixel
# is white but nothing about the digit, is the baseline to beat.
#
# **Predict:** when it is trained, which term is larger, the reconstruction or the KL?

# %%
def binarised(model, x):
    return bound(model, torch.bernoulli(x))  # 0s and 1s stay what they are

vae, history = train(models.VAE, (784, 256, 20), binarised, EPOCHS, binary_val)

mean_image = x_train.mean(0, keepdim=True).clamp(1e-4, 1 - 1e-4)
nll = losses.bernoulli_nll(mean_image.logit().expand_as(binary_test), binary_test)
runtime.seed_everything(seed)
for part, x in {"train": binary_train, "test": binary_test}.items():
    terms = evaluate(vae, x, bound)
    for name in ("reconstruction", "kl", "loss"):
        proven.figure(f"{name}, {part}, nats per image", terms[name], digits=1)

# %% alt="The negative ELBO on training and validation images against the epochs, cut off at the top: both fall ever more slowly, and in the end validation lies some nats above training."
plots.curves(
    {"VAE": {part: history.curve(part) for part in ("train", "validation")}},
    ylabel="-ELBO, nats per image", log=False,
    title="A gap of some nats opens, but validation does not turn upwards",
)
plt.ylim(min(history.curve()) - 4, min(history.curve()) + 50)
plt.show()

# %% [markdown]
# **Read it.** Most of the bound is reconstruction; less than a third is the cost of the
# code. The test images cost some nats more than the training images: 3,500
# images are few, and a little is learnt by heart. It could be worse: as the pictures are
# drawn anew each time, no image looks the same twice.
#
# ### Does each unit of the code carry something?
#
# A unit is **active** if its mean moves with the image: $\mathrm{Var}_x\, \mu_d(x) > 0.01$.

# %%
means = metrics.apply(vae, vae.encode, binary_test)
active = int((means.var(0) > 0.01).sum())
assert active == metrics.active_units(means)

# %% [markdown]
# ### And the gradient?
#
# Section 3 compared two estimates of a gradient on a parabola. Here is the real thing: the
# gradient of $\mathbb{E}_q[\log p(x \mid z)]$ with respect to $\mu$, for 20 images, with
# 500 draws each.
#
# **Predict:** the ratio was about 22 in one dimension. And here?

# %%
mean, logvar = (each.detach() for each in vae.posterior(binary_test[:20]))
noise = torch.randn(500, 20, 20)  # (draws, images, D)
copies = mean.expand(500, -1, -1).clone().requires_grad_()
z = copies + (0.5 * logvar).exp() * noise
x = binary_test[:20].repeat(500, 1, 1, 1)
f = -losses.bernoulli_nll(vae.decoder(z.flatten(0, 1)), x).reshape(500, 20, 1)
f.sum().backward()
score = f.detach() * noise / (0.5 * logvar).exp()
centred = (f - f.mean(0)).detach() * noise / (0.5 * logvar).exp()
for name, draws in {"score function": score, "the same, f centred": centred}.items():
    ratio = (draws.var(0).sum() / copies.grad.var(0).sum()).item()
    proven.figure(f"variance, {name} / reparameterised, VAE", ratio, digits=0)

# %%
gap = evaluate(vae, binary_test, bound)["loss"] - evaluate(vae, binary_train, bound)["loss"]
mean_image_nll = nll.mean().item()
proven.figure("NLL of the mean image, test, nats per image", mean_image_nll, digits=1)
proven.claim(
    "the bound is at least 80 nats better than the mean image",
    terms["loss"] < mean_image_nll - 80,
)
proven.claim("the code costs less than a third of it", terms["kl"] < terms["loss"] / 3)
ending = history.curve("validation")
proven.claim("validation ends within 2 nats of its best epoch", ending[-1] < min(ending) + 2)
proven.claim("test images cost 2 nats more than training images, or more", gap > 2)
proven.figure("active units of 20", active, digits=0)
proven.claim("all 20 units are active", active == 20)
smooth, rough, calmed = (draws.var(0).sum() for draws in (copies.grad, score, centred))
proven.claim(
    "on the VAE the score function needs at least 2,000 times as many draws",
    rough > 2000 * smooth,
)
proven.claim(
    "centring f removes 99 % of that variance, and still leaves 5 times as much",
    5 * smooth < calmed < rough / 100,
)
proven.verdict()

# %% [markdown]
# **Read it.** Thousands of draws for one: this is why VAEs could be trained at all.
# Subtracting the mean of $f$ (a *baseline*) costs nothing and removes nearly all of the
# noise, yet not enough of it. Where no derivative exists, such
# as for codes that are whole numbers, the score function is what is left, and its users
# work hard on baselines.
#
# ## 6. Are its random images digits?
#
# Draw codes from the prior, decode. The same two measures, the same classifier.
#
# **Predict:** does the VAE beat the plain autoencoder with its fitted normal?

# %%
fixed = torch.Generator().manual_seed(seed)
made["VAE, prior"] = latent.sample(vae.decode, COUNT, 20, fixed)
distances = {name: cloud_distance(images) for name, images in made.items()}

# %% alt="A sheet of 60 generated images: some are clear digits, many are soft mixtures of two digits or strokes that end nowhere."
plots.image_sheet(
    made["VAE, prior"][:60], columns=15,
    title="Drawn from the VAE's prior: some digits, and some that nobody would write",
)
plt.show()

# %%
proven.figure("sure, VAE, prior", sure(made["VAE, prior"]), digits=3)
proven.figure("cloud distance, VAE, prior", cloud_distance(made["VAE, prior"]), digits=1)
proven.claim(
    "from a standard normal, the VAE's cloud is at least 3 times closer than the autoencoder's",
    distances["VAE, prior"] < distances[plain] / 3,
)
proven.claim(
    "the autoencoder with a fitted normal is closer still",
    distances[ae_fitted] < distances["VAE, prior"],
)
proven.verdict()

# %% [markdown]
# **Read it.** Drawn from the standard normal, the VAE is far ahead: there it was trained to
# live. But against the fair baseline it does *not* win: a plain autoencoder, with a normal
# distribution fitted afterwards, comes closer to the digits by our measure, after half as
# many epochs. This is not what the textbooks say, and it holds on five seeds. Ghosh et
# al. (2020) found something alike with larger models.
#
# So what does the VAE give you? A distribution over codes that is known *before* any image
# is seen, and a bound on the likelihood of every image. The autoencoder has neither.
#
# ## 7. Does the code follow a normal distribution?
#
# A widely copied sentence says so. But the KL term pulls each $q(z \mid x)$ towards the
# prior, one image at a time. What the decoder sees in training is their mixture over all
# images, the **aggregate posterior** $q(z) = \frac{1}{N} \sum_n q(z \mid x_n)$. Nothing says that
# it is normal.
#
# If it were, the mean of $|z|^2$ would be 20, and no classifier could tell codes of images
# from draws of the prior: it would be right in 50 % of the cases.
#
# **Predict:** in how many is it right?

# %%
fixed = torch.Generator().manual_seed(seed)
codes = {
    part: latent.reparameterize(*(each.detach() for each in vae.posterior(x)), fixed)
    for part, x in (("train", binary_train), ("test", binary_test))
}
pairs = {part: torch.cat([z, torch.randn(z.shape, generator=fixed)]) for part, z in codes.items()}
is_prior = {part: torch.arange(len(z)) // (len(z) // 2) for part, z in pairs.items()}
runtime.seed_everything(seed)
judge = nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 2))
settings = TrainConfig(max(1, EPOCHS // 3), 64, 3e-3, one_cycle)
_ = fit(judge, (pairs["train"], is_prior["train"]), objectives.classification, settings)

# %% [markdown]
# If the aggregate is not the prior, then the prior's draws fall into holes here, too. So use
# the trick of section 1 on the VAE: fit a distribution to its codes. And fit a richer one: a
# mixture of 10 normal distributions, for both models.

# %%
def draws_of(codes, components):
    mixture = GaussianMixture(components, random_state=seed).fit(codes[:5000].double().numpy())
    z, _ = mixture.sample(COUNT)
    return torch.tensor(z, dtype=torch.float32)

fits = {
    "VAE, fitted normal": (vae, codes["train"], 1),
    "autoencoder, 10 fitted normals": (ae, ae_codes, 10),
    "VAE, 10 fitted normals": (vae, codes["train"], 10),
}
for name, (model, its_codes, components) in fits.items():
    images = metrics.apply(model, model.decode, draws_of(its_codes, components))
    distances[name] = cloud_distance(images)
    proven.figure(f"sure, {name}", sure(images), digits=3)
    proven.figure(f"cloud distance, {name}", distances[name], digits=1)

# %% alt="Bars of cloud distance, from short to long: real digits, both models with ten fitted normals, both with one, the VAE with its prior, and far longest the autoencoder with a standard normal."
plots.ladder(
    dict(sorted(distances.items(), key=lambda item: item[1])),
    xlabel="cloud distance to the test digits (lower is better)", digits=1,
    title="Where you draw the codes matters more than which model decodes them",
)
plt.show()

# %%
right = (judge(pairs["test"]).argmax(1) == is_prior["test"]).double().mean().item()
wide = codes["test"].square().sum(1).mean().item()
proven.figure("mean of |z|^2 of test codes (prior: 20)", wide, digits=1)
proven.figure("codes of images told from draws of the prior", right, digits=2)
proven.claim("codes lie farther out than the prior's draws", wide > 21)
proven.claim("a classifier tells codes from the prior in 2 of 3 cases or more", right > 2 / 3)
proven.claim(
    "one fitted normal improves the VAE's images",
    distances["VAE, fitted normal"] < 0.9 * distances["VAE, prior"],
)
proven.claim(
    "for both models, ten take away a quarter or more of the distance that one leaves",
    all(
        distances[f"{name}, 10 fitted normals"] < 3 / 4 * distances[f"{name}, fitted normal"]
        for name in ("autoencoder", "VAE")
    ),
)
ours, theirs = (distances[f"{name}, 10 fitted normals"] for name in ("VAE", "autoencoder"))
proven.claim(
    "with ten, the two models differ by less than a third of what the VAE gained",
    abs(ours - theirs) < (distances["VAE, prior"] - ours) / 3,
)
proven.verdict()

# %% [markdown]
# **Read it.** The code does not follow the prior. It lies farther out, a distribution with
# correlations fits it better, and one with ten clumps better still. Knowing that helps more
# than the choice of model. A fitted mixture is cheap, and it belongs in every comparison
# of generators.
#
# ## 8. Can you walk through the code?
#
# With a code of 2 you can see all of it. The grid below takes steps of equal *probability*
# under the prior, so each picture stands for an equal share of what the VAE would draw.

# %%
flat, _ = train(models.VAE, (784, 200, 200, 2), binarised, EPOCHS // 2)
flat_terms = evaluate(flat, binary_test, bound)

# %% alt="A grid of 13 by 13 decoded digits that change smoothly from cell to cell: ones along the left edge, zeros along the right one, eights above, sevens and nines below."
sheet = plots.image_sheet(
    metrics.apply(flat, flat.decode, latent.normal_grid(13)), columns=13,
    title="The whole prior of a 2-D code at a glance",
)
sheet.set_size_inches(5, 5.3)
plt.show()

# %% [markdown]
# **Read it.** No holes: neighbours look alike everywhere, and digits turn into each other.
# Some borders show shapes that are no digit, and some digits have little room. The bound is
# dozens of nats worse than with a code of 20.
#
# The next cell is for your hand: two sliders, one per number. (It does not run in the
# stored notebook; run it in JupyterLab.)

# %% tags=["skip-execution", "nbval-skip", "widget"]
from ipywidgets import interact

@interact(first=(-3.0, 3.0, 0.1), second=(-3.0, 3.0, 0.1))
def explore(first=0.0, second=0.0):
    image = flat.decode(torch.tensor([[first, second]]))
    plots.image_sheet(image, columns=1, title=f"z = ({first:.1f}, {second:.1f})")
    plt.show()

# %% [markdown]
# ### From one digit to another
#
# Go in a straight line through the 20-D code, or fade one picture into the other. For a
# number: how far is the picture half-way from the nearest *training image*? (Mean squared
# error; blurred pictures have it easy here, so look, too.) The plain autoencoder walks along
# as a baseline.
#
# **Predict:** which half-way pictures are nearest to real digits?

# %%
order = torch.randperm(len(x_test), generator=torch.Generator().manual_seed(0))
start, end = order[:500], order[500:1000]
halfway = {"cross-fade": (x_test[start] + x_test[end]) / 2}
for name, model in {"autoencoder": ae, "VAE": vae}.items():
    z = metrics.apply(model, model.encode, x_test)
    halfway[name] = metrics.apply(model, model.decode, (z[start] + z[end]) / 2)

nearest = {}
for name, images in halfway.items():
    gaps = torch.cdist(images.flatten(1), x_train[:3500].flatten(1)).amin(1)
    nearest[name] = (gaps.square() / 784).mean().item()
    proven.figure(f"MSE to the nearest training image, half-way, {name}", nearest[name])
    proven.figure(f"sure, half-way, {name}", sure(images), digits=2)

# %% alt="Three rows from a zero to a nine: the cross-fade shows both digits at once in the middle; the rows of the autoencoder and of the VAE change shape and stay one digit-like stroke."
zero, nine = (x_test[digits.test.labels == d][0] for d in (0, 9))
walks = {"cross-fade": torch.lerp(zero, nine, torch.linspace(0, 1, 10)[:, None, None, None])}
for name, model in {"autoencoder": ae, "VAE": vae}.items():
    first, last = metrics.apply(model, model.encode, torch.stack([zero, nine]))
    path = latent.interpolate(first, last, 10)
    walks[name] = metrics.apply(model, model.decode, path)
plots.image_rows(walks, title="A cross-fade shows two digits at once; a code changes one shape")
plt.show()

# %%
proven.figure("-ELBO, code of 2, test, nats per image", flat_terms["loss"], digits=1)
proven.claim("it costs at least 40 nats more", flat_terms["loss"] > terms["loss"] + 40)
proven.claim(
    "in 32 epochs of the one and 16 of the other, half-way in either code is nearer to a real digit than a cross-fade",
    max(nearest["VAE"], nearest["autoencoder"]) < 0.9 * nearest["cross-fade"],
             budget="in 32 epochs of the one and 16 of the other")
faded, *decoded = (sure(images) for images in halfway.values())
proven.claim("the classifier is sure of more of the decoded ones", min(decoded) > faded)
proven.claim(
    "but of less than three quarters as many as of real digits",
    max(decoded) < 0.75 * sure(made["real digits"]),
)
proven.verdict()

# %% [markdown]
# **Read it.** The cross-fade is a double exposure, and farther from every real digit. The
# code bends one stroke into the other. But so does the code of the plain autoencoder:
# smooth walks are no proof of a VAE. And half-way between two digits there is often no
# digit at all: the classifier is sure of far fewer pictures than of real ones.
#
# ## 9. How likely are the test images?
#
# The ELBO is a bound, so its negative is no NLL (negative log-likelihood), only *at least*
# that. Section 4 has the tool: $\mathcal{L}_K$ with many draws. Here for 200 test images, in
# black and white, with up to 500 draws each.
#
# **Predict:** how many nats lie between $K = 1$ and $K = 500$?

# %%
runtime.seed_everything(seed)
x_some = binary_test[:: len(binary_test) // 200][:200]
with torch.no_grad():
    parts = [likelihood.draw_log_weights(vae, x, 500) for x in x_some.split(20)]
log_w = torch.cat(parts, dim=1)  # (500, 200)
DRAWS = (1, 5, 20, 100, 500)
nll = [-iwae_bound(log_w.reshape(k, -1)).mean().item() for k in DRAWS]

# %% alt="Estimated negative log-likelihood against the number of draws: it falls from K = 1 to K = 500, ever more slowly, and is not flat at the end."
plots.lines(
    DRAWS, {"$-\\mathcal{L}_K$": nll}, log="x",
    xlabel="draws K", ylabel="nats per image",
    title="The bound of one draw is several nats too high, and 500 are not the end",
)
plt.show()

# %% [markdown]
# **Read it.** Whoever reports the ELBO as the NLL reports several nats too many; papers have
# been ranked by less. But the estimate with 500 draws is also too high on average: the curve
# still falls. The error bar does *not* cover this. It says how much another draw of 200
# *images* would move the mean; it knows nothing of the bias from few draws. So state $K$
# beside every NLL, and compare only at equal $K$ and on the same binary pictures.
#
# ### And grey pixels?
#
# Most tutorials put grey pixels into the cross-entropy and call it a likelihood. A density
# must integrate to 1. For one pixel with $p = s$, the "density" of $x$ is
# $s^x (1 - s)^{1 - x}$.
#
# **Predict:** what is its integral over $x$ from 0 to 1, when $s = \frac{1}{2}$?

# %%
grey = (torch.arange(10_000) + 0.5) / 10_000
for s in (0.5, 0.9, 0.99):
    integral = (s**grey * (1 - s) ** (1 - grey)).mean()
    proven.figure(f"integral of the Bernoulli 'density' over grey values, s = {s}", integral, digits=3)

# %%
for k, value in zip(DRAWS, nll):
    proven.figure(f"-L_K, nats per image, K = {k}", value, digits=1)
estimate = likelihood.nll(vae, x_some, 100)
proven.figure("NLL by the library, K = 100", estimate.mean, digits=1)
proven.figure("its standard error over images", estimate.standard_error, digits=1)
proven.claim("one draw is at least 4 nats above 500 draws", nll[0] > nll[-1] + 4)
proven.claim("from 100 to 500 draws it still falls by a fifth of a nat or more", nll[3] > nll[4] + 0.2)
grey_some = x_test[:: len(x_test) // 200][:200]
grey_nll = likelihood.nll(vae, grey_some, 100).mean
proven.figure("'NLL' of the grey pictures, K = 100", grey_nll, digits=1)
entropy = losses.bernoulli_entropy(grey_some).mean()
proven.figure("entropy of drawing the pictures, which no model gets below", entropy, digits=1)
proven.claim("the grey number is 2 nats or more above the binary one", grey_nll > nll[3] + 2)
proven.claim("more than a third of it is that entropy", entropy > grey_nll / 3)
proven.verdict()

# %% [markdown]
# **Read it.** Half at best, and less for every pixel that the decoder is sure of. Over 784
# pixels almost all of the probability is missing, so the grey number is no log-density of
# the grey image. (Divide by the integral, and it is one: the *continuous Bernoulli*,
# Loaiza-Ganem and Cunningham, 2019.) What it *is*: by Jensen again, an upper bound on the mean
# NLL of the black-and-white pictures that the grey one stands for. More than a third of it is
# the entropy of drawing them, which no model can save. Never compare a grey figure with a
# binary one.
#
# ## 10. Which beta do you really train with?
#
# Write `mean` instead of `sum` in one of the two terms, and you have trained another model.
# Put each loss in the form *reconstruction summed over pixels* $+ \beta \cdot$ *KL summed over
# units*: a mean divides its term by its count, and only the ratio of the weights matters. So
# $\beta$ = (weight of the KL) / (weight of the reconstruction). Published loss functions of three
# popular courses have 0.5, 1.5 and 7.8 without a word.

# %% tags=["nbval-check-output"]
weight = {
    "reconstruction": {"sum": 1, "mean": 1 / 784},
    "KL": {"sum": 1, "mean": 1 / 20},
}
for of_pixels in ("sum", "mean"):
    for of_units in ("sum", "mean"):
        beta = weight["KL"][of_units] / weight["reconstruction"][of_pixels]
        print(f"{of_pixels:>4} over pixels, {of_units:>4} over units: beta = {beta:g}")

# %% [markdown]
# And with the squared error, the noise enters too: the normal likelihood has
# $\frac{1}{2 \sigma^2} \sum_p (\hat{x}_p - x_p)^2$, so leaving the factor out means
# $\sigma^2 = \frac{1}{2}$: a standard deviation of 0.7, for pixels between 0 and 1.
#
# Now train with the most popular one of these: mean squared error, KL summed.
#
# **Predict:** the loss soon falls below 0.1, and stays there. Good or bad?

# %%
class MeanSquared(likelihood.Bernoulli):
    def nll(self, logits, x):
        return losses.mse(logits.sigmoid(), x)  # a mean over the pixels, no sum

ask, hidden_beta = objectives.negative_elbo(), MeanSquared()
collapsed, fallen = train(models.VAE, (784, 256, 20), ask, EPOCHS // 4, None, hidden_beta)
z = latent.sample(lambda z: z, len(x_test), 20, torch.Generator().manual_seed(seed))

# %% alt="Three rows: ten test digits, the VAE's reconstructions, and ten times the same grey blur from the collapsed VAE."
shown = torch.stack([(digits.test.labels == d).nonzero()[0, 0] for d in range(10)])
plots.image_rows(
    {
        "digit": x_test[shown],
        "VAE": metrics.apply(vae, vae, x_test[shown]),
        "hidden beta": metrics.apply(collapsed, collapsed.decode, z[:10]),
    },
    title="A hidden beta of 784: the code is empty, and the answer is the mean image",
)
plt.show()

# %%
proven.figure("its training loss at the end", fallen.curve()[-1])
mse = losses.mse(collapsed.decode(z).detach(), x_test).mean().item()
mean_mse_test = losses.mse(x_train.mean(0).expand_as(x_test), x_test).mean().item()
proven.figure("test MSE of the mean image", mean_mse_test)
proven.figure("test MSE of the collapsed VAE, codes from the prior", mse)
collapsed_codes = metrics.apply(collapsed, collapsed.encode, x_test)
no_units = metrics.active_units(collapsed_codes)
proven.figure("active units of 20, collapsed", no_units, digits=0)
proven.claim("no unit is active", no_units == 0)
proven.claim("it is the mean image within 3 %", abs(mse / mean_mse_test - 1) < 0.03)
from_means = metrics.reconstruction_error(collapsed, x_test).mean().item()
proven.figure("test MSE of the collapsed VAE, mean codes", from_means)
proven.claim("from its mean codes it is worse than the mean image", from_means > 1.1 * mean_mse_test)
proven.verdict()

# %% [markdown]
# **Read it.** A squared error of 1 in one pixel weighs only $1 / 784$ in this loss, and a
# nat of code weighs 1. So no unit of the code can pay for itself, and the KL goes to 0. For the
# codes that the decoder sees in training, draws of the prior, the best it can do is the mean
# image. The loss looks small, the run looks converged. `active_units` tells at once.
#
# A trap for the diagnosis: all mean codes are 0 now, and the decoder never saw a code near
# 0. In 20 dimensions every draw of the prior lies about $\sqrt{20}$ away from there. So the
# usual reconstruction, from the mean code, is *worse* than the mean image.
#
# ## Break it
#
# The second output of the encoder is $\log \sigma^2$. Read it as $\sigma$ when you draw, and as
# $\log \sigma^2$ in the KL: one `exp` forgotten.
#
# **Predict:** will the bound it reports be better or worse than that of the correct VAE?

# %%
def forgotten_exp(model, x):
    x = torch.bernoulli(x)
    mean, logvar = model.posterior(x)
    z = mean + logvar * torch.randn_like(mean)  # should be (0.5 * logvar).exp()
    reconstruction = losses.bernoulli_nll(model.decoder(z), x).mean()
    kl = losses.kl_to_standard_normal(mean, logvar).mean()
    return {"loss": reconstruction + kl, "reconstruction": reconstruction, "kl": kl}

# %% [markdown]
# Half as many epochs as the correct VAE had. Then the same test images twice: once with
# its own loss, once with the library's.

# %%
broken, _ = train(models.VAE, (784, 256, 20), forgotten_exp, EPOCHS // 2)
reported = evaluate(broken, binary_test, forgotten_exp)["loss"]
honest = evaluate(broken, binary_test, bound)["loss"]
z = torch.randn(COUNT, 20, generator=torch.Generator().manual_seed(seed))
images = metrics.apply(broken, broken.decode, z)

# %% [markdown]
# With half of the training, it reports a bound far below the correct VAE's. Its images look no
# worse. Only a check that uses the *drawn* codes can tell: compare the KL in the loss with Monte
# Carlo, where $q$ is the distribution that the codes really come from.

# %%
mean, second = (each.detach() for each in broken.posterior(binary_test))
q = Normal(mean, second.abs())  # mean + second * noise is distributed like this
z = q.sample((100,))

# %%
proven.figure("-ELBO that it reports, test", reported, digits=1)
proven.figure("-ELBO of the same weights, by the library", honest, digits=1)
proven.figure("sure, broken VAE, prior", sure(images), digits=3)
proven.claim(
    "its images convince about as often as the correct VAE's, or more",
    sure(images) > sure(made["VAE, prior"]) - 0.05,
)
proven.claim("it reports at least 8 nats less than the correct VAE", reported < terms["loss"] - 8)
proven.claim("its real bound is worse than the mean image's", honest > mean_image_nll)
by_draws = (q.log_prob(z) - Normal(0.0, 1.0).log_prob(z)).sum(2).mean()
in_loss = losses.kl_to_standard_normal(mean, second).mean()
proven.figure("KL in its loss, nats per image", in_loss, digits=1)
proven.figure("KL by Monte Carlo, nats per image", by_draws, digits=1)
proven.claim("the loss counts less than half of the KL", in_loss < by_draws / 2)
proven.verdict()

# %% [markdown]
# **Explain it.** Why is its number so good? At which value of the second output does the KL
# term rest, and how much noise is drawn there?
#
# <details><summary>Our answer</summary>
#
# The KL is least at $\log \sigma^2 = 0$, that is, it believes in $\sigma = 1$. The draw reads
# the same 0 as $\sigma = 0$: no noise at all. So the loss pays for a wide code and uses a
# narrow one. It is a plain autoencoder with a small penalty on $\mu^2$, and its "bound"
# bounds nothing. A number that is better than it should be is a reason to look for a bug, not
# to celebrate.
#
# </details>
#
# ## Check yourself
#
# <details><summary>1. Why is the ELBO a lower bound, and when is it exact?</summary>
#
# It is $\log p(x)$ minus $\mathrm{KL}(q(z \mid x) \,\|\, p(z \mid x))$, which is never negative. It is
# exact when the encoder returns the true posterior; section 4 shows a case.
#
# </details>
#
# <details><summary>2. Why not train with the score function? It is unbiased, too.</summary>
#
# Its variance is thousands of times higher here, because it weighs noise by the size of the
# log-likelihood instead of using its slope. You would need as many more draws.
#
# </details>
#
# <details><summary>3. A colleague's VAE has a loss of 0.07 and grey blurs for samples. What do you
# ask?</summary>
#
# Over what is each term summed or averaged? Mean over pixels and sum over units is a
# $\beta$ of 784. Count the active units: 0 means that the code is empty.
#
# </details>
#
# <details><summary>4. Is a test NLL of 105.6 nats better than one of 106.1?</summary>
#
# Only if both are on the same binary pictures, with the same number of draws, and the
# difference is larger than what seeds give. Grey pixels, a bound of one draw or another
# binarisation each move the figure by more.
#
# </details>
#
# <details><summary>5. Samples from the prior look bad, reconstructions look good. Why?</summary>
#
# The decoder was trained on codes of images, and their mixture is not the prior. Draws from
# the prior fall between. Fit a distribution to the codes and draw from that.
#
# </details>
#
# ## Summary
#
# - The ELBO follows from Jensen, or from the KL to the posterior, which is its gap. Its
#   terms are a reconstruction and the cost of the code, in nats per image.
# - Reparameterise: the noise comes from outside, and the gradient knows the slope. The score
#   function is right on average and needs thousands of times more draws.
# - Train on sums. Report -ELBO as a bound, NLL with its number of draws, on binary pictures.
#   The plain autoencoder with a fitted distribution is the baseline for samples, and a
#   strong one.
# - A mean in the wrong place is a hidden beta and empties the code; a forgotten `exp` makes the
#   bound too good. Active units find the first, Monte Carlo the second.
#
# ## What we claimed
#
# Each claim was checked in this run; the ticks say where else it held.

# %%
proven.summary()

# %% [markdown]
# ## Exercises
#
# Six, from the reparameterised draw to a bound that does not overflow:
# [your sheet](../workbook/08_vae.ipynb). If the link finds nothing, run
# `aelesson workbook` in a terminal once: it lays the sheets there.
#
# ## References
#
# - D. P. Kingma and M. Welling (2014), *Auto-encoding variational Bayes*.
# - D. J. Rezende, S. Mohamed and D. Wierstra (2014), *Stochastic backpropagation and
#   approximate inference in deep generative models*.
# - Y. Burda, R. Grosse and R. Salakhutdinov (2016), *Importance weighted autoencoders*.
# - M. D. Hoffman and M. J. Johnson (2016), *ELBO surgery: yet another way to carve up the
#   variational evidence lower bound*.
# - M. Heusel et al. (2017), *GANs trained by a two time-scale update rule converge to a
#   local Nash equilibrium* (the Fréchet distance of images).
# - G. Loaiza-Ganem and J. P. Cunningham (2019), *The continuous Bernoulli: fixing a
#   pervasive error in variational autoencoders*.
# - P. Ghosh et al. (2020), *From variational to deterministic autoencoders*.
#
# ## Next
#
# The bound has two terms, the prior is a choice, and so is the posterior. Lesson 09, which is
# being written, changes one of them at a time, and asks what each change fixes. Until then,
# [lesson 10](10_applications.ipynb) puts codes to use.
