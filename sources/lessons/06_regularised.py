# %% [markdown]
# # 06 What replaces the bottleneck?
#
# You will give an autoencoder a code twice as large as the image, write down a copy machine
# by hand, and then train six networks to about the same error, each held back in another way.
# One figure shows what each of them bought. Sections headed *Depth* can be skipped.
#
# **You will be able to**
#
# - show that the lowest reconstruction error may be worth nothing;
# - write an L1 penalty, a k-sparse code and a contractive penalty, and check them against the
#   library (a KL penalty in section 7);
# - measure three properties of a code: sparse, robust, readable; and say which penalty buys
#   which;
# - catch a penalty that was cheated by rescaling.
#
# **Time:** 30 minutes, and 10 for the depth; the code takes less than a minute on 2 cores.
#
# **Before this:** [01 Basics](01_basics.ipynb) and [05 Denoising](05_denoising.ipynb).

# %%
import math
from copy import deepcopy

import matplotlib.pyplot as plt
import torch
from sklearn.decomposition import PCA
from torch import nn
from torch.nn import functional as F

from aelesson import corruptions, data, expected, labels, metrics
from aelesson import models, objectives, plots, regularisers, runtime
from aelesson.training import TrainConfig, fit, one_cycle

# %% [markdown]
# The settings. We shrink the digits to 14 x 14 pixels: with 196 pixels, a code of 400 units
# is **over-complete**, larger than the image, and quick to train. All networks get the same
# epochs, batches and learning rate; the rate was chosen on the validation images for the
# network without any penalty.

# %%
device = runtime.start()
plots.use_style()
digits, shrink = data.load(), corruptions.downsample(2)
x_train, x_val, x_test = (
    shrink(part.images) for part in (digits.train, digits.validation, digits.test)
)
proven = expected.Lesson("06_regularised", digits.name)
seed = runtime.default_seed()
EPOCHS = 10 if len(x_train) < 10_000 else 1
SETTINGS = TrainConfig(EPOCHS, 64, 5e-3, one_cycle)
SHAPE, PIXELS, UNITS = (1, 14, 14), 196, 400
SHOWN = torch.stack([(digits.test.labels == d).nonzero()[0, 0] for d in range(10)])

# %% [markdown]
# ## 1. Must a code be smaller than the image?
#
# "As close as possible to the image": take that at its word. One hidden layer, and a linear
# output:
#
# $$z = s(Wx + c), \qquad \hat{x} = b + \sum_d z_d\, v_d .$$
#
# So a reconstruction is a sum of **pictures** $v_d$, one per code unit, the columns of the
# decoder's weight (*atoms* of a *dictionary*; Olshausen and Field, 1996). $s$ is a ReLU. Here
# are weights that nobody trained: the first 196 units carry one pixel each, the others nothing.
#
# **Predict:** what is the error of this network on digits? On images that show no digit?

# %%
def network(activation=nn.ReLU, units=UNITS):
    encoder = nn.Sequential(nn.Flatten(), nn.Linear(PIXELS, units), activation())
    decoder = nn.Sequential(nn.Linear(units, PIXELS), nn.Unflatten(1, SHAPE))
    return models.Autoencoder(encoder, decoder)

copier = network()
with torch.no_grad():
    for layer in (copier.encoder[1], copier.decoder[0]):
        layer.weight.zero_().fill_diagonal_(1)
        layer.bias.zero_()

fixed = torch.Generator().manual_seed(12345)  # not a training seed
order = torch.rand(len(x_test), PIXELS, generator=fixed).argsort(1)
shuffled = x_test.flatten(1).gather(1, order).reshape(x_test.shape)

# %% [markdown]
# `shuffled` holds the test digits with the pixels of each one in random order. How much of
# them comes back? We take 1 minus the ratio of squared error to variance: 1 for a copy, 0 for
# answering with their mean image.

# %%
def returned(model):
    error = metrics.reconstruction_error(model, shuffled).mean()
    return 1 - (error / (shuffled - shuffled.mean(0)).square().mean()).item()

# %% [markdown]
# **Read it.** The lowest possible error, with a code that *is* the image. So "as close as
# possible" cannot be all that we ask.
#
# Does training find the copy? We train that network from random weights, beside one with a
# **bottleneck**: the same, with 40 units. Their rival is PCA with 32 components, a linear
# network whose weights are known. No reconstruction is clipped in this lesson.
#
# **Predict:** the plain network of 400 units: how much of a shuffled digit does it return?

# %%
RECONSTRUCT = objectives.reconstruction()

def fit_network(build, objective=RECONSTRUCT):
    runtime.seed_everything(seed)
    model = build().to(device)
    fit(model, x_train, objective, SETTINGS, progress=False)
    return model

pca, linear = PCA(32).fit(x_train.flatten(1).numpy()), network(nn.Identity, 32)
components, centre = torch.tensor(pca.components_), torch.tensor(pca.mean_)
weights = [components, -components @ centre, components.T, centre]
for parameter, values in zip(linear.parameters(), weights):
    parameter.data.copy_(values)
plain = fit_network(network)
narrow = fit_network(lambda: network(units=40))

# %% alt="Six rows of ten images: digits; their reconstructions by the plain network and by the bottleneck, both readable; shuffled digits, which look like noise; paler but similar noise by the plain network; and dim blurs, unlike their input, by the bottleneck."
plots.image_rows(
    {
        "digit": x_test[SHOWN],
        "plain": metrics.apply(plain, plain, x_test[SHOWN]),
        "bottleneck": metrics.apply(narrow, narrow, x_test[SHOWN]),
        "shuffled": shuffled[SHOWN],
        "by plain": metrics.apply(plain, plain, shuffled[SHOWN]),
        "by bottleneck": metrics.apply(narrow, narrow, shuffled[SHOWN]),
    },
    title="The plain network returns noise as well; the bottleneck cannot",
)
plt.show()

# %%
proven.claim(
    "the copy machine makes no error, neither on digits nor on shuffled digits",
    torch.equal(metrics.apply(copier, copier, x_test), x_test) and returned(copier) == 1,
)
for name, model in {"plain": plain, "bottleneck": narrow, "PCA, 32": linear}.items():
    proven.figure(f"share of shuffled digits returned, {name}", returned(model), digits=2)
plain_mse, pca_mse = (
    metrics.reconstruction_error(model, x_test).mean() for model in (plain, linear)
)
proven.claim("the plain network's test error is below a 50th of PCA's", plain_mse < pca_mse / 50)
proven.claim(
    "the plain network returns more than half of shuffled digits, the bottleneck less than a tenth",
    returned(plain) > 0.5 and returned(narrow) < 0.1,
)
proven.verdict()

# %% [markdown]
# **Read it.** Training did not find the copy machine, but it went more than half of the way:
# this network copies images unlike any it has seen, so its tiny error says little about
# digits. The bottleneck cannot do that. But is its *code* any good?
#
# ## 2. What is a good code, if not a small one?
#
# "Good" needs a use. Three properties, each measured on test images by one number:
#
# - **Sparse**: few units tell about an image. The **effective units** are
#   $(\sum_d |z_d|)^2 / \sum_d z_d^2$: $n$, if $n$ units are equally large and the others 0.
# - **Robust**: noise on the image hardly moves the code. The **change** (*relative
#   sensitivity*) is the distance between the codes of the clean and the noisy image, divided
#   by the distance of a clean code from the mean code (root mean squares over images). At 1,
#   noise moves a code as far as codes lie from their mean.
# - **Readable**: a linear classifier finds the digit. The **probe** (*linear probe*) is its
#   accuracy, fitted to the codes of 1,000 training images.
#
# None of the three changes when a code is multiplied by a constant.

# %%
x_noisy = x_test + 0.3 * torch.randn(x_test.shape, generator=fixed)  # not clamped
x_known, y_known, y_test = x_train[:1000], digits.train.labels[:1000], digits.test.labels

def change(z, z_noisy):
    return ((z_noisy - z).square().sum() / (z - z.mean(0)).square().sum()).sqrt().item()

def probe(model, x):
    known, z = (metrics.apply(model, model.encode, images) for images in (x_known, x))
    return labels.probe(known, y_known, z, y_test)

# %% [markdown]
# `judge` puts a model into a table and prints its row. "On" counts the units that are not 0.

# %%
judged, table = {}, {}

def judge(name, model):
    judged[name] = model = model.to(device)
    z, z_noisy = (metrics.apply(model, model.encode, x) for x in (x_test, x_noisy))
    table[name] = {
        "MSE": metrics.reconstruction_error(model, x_test).mean().item(),
        "on": (z != 0).sum(1).float().mean().item(),
        "effective": (z.abs().sum(1) ** 2 / z.square().sum(1)).mean().item(),
        "change": change(z, z_noisy),
        "probe": probe(model, x_test),
    }
    print(name, *(f"{what} {value:.3g}" for what, value in table[name].items()), sep="  ")

# %% [markdown]
# First those that need no penalty. The code of the copy machine is the image itself: **raw
# pixels**. (We take its ReLU away, which would cut negative noise.) And a control that should
# stand beside every claim about learnt codes: the **untrained** network.
#
# **Predict:** whose code is easiest to read: raw pixels, PCA, the untrained network, the
# bottleneck, or the plain network?

# %%
def column(name, rows):
    return [table[row][name] for row in rows]

runtime.seed_everything(seed)
copier.encoder[2] = nn.Identity()
judge("raw pixels", copier)
judge("PCA, 32", linear)
judge("untrained", network())
judge("bottleneck", narrow)
judge("plain", plain)

# %%
pixels = table["raw pixels"]["probe"]
proven.claim(
    "the probe reads plain, bottleneck and PCA no better than raw pixels, within 0.03",
    max(abs(each - pixels) for each in column("probe", ["plain", "bottleneck", "PCA, 32"])) < 0.03,
)
proven.claim(
    "training the plain network has not made its code easier to read by more than 0.03",
    table["plain"]["probe"] < table["untrained"]["probe"] + 0.03,
)
easiest = max(column("probe", ["raw pixels", "PCA, 32", "bottleneck", "plain"]))
proven.claim(
    "none of the other four is easier to read than the untrained network, by more than 0.02",
    easiest < table["untrained"]["probe"] + 0.02,
)
proven.claim(
    "noise moves raw pixels, and the plain code, farther than they lie from their mean",
    min(column("change", ["plain", "raw pixels"])) > 1.1,
)
proven.verdict()

# %% [markdown]
# **Read it.** No code is clearly easier to read than that of the untrained network. The plain network
# reconstructs almost perfectly, and its code is as hard to read as pixels and as shaky. A low
# error alone buys nothing.
#
# The bottleneck does not buy readability either. It and PCA are steadier than pixels, since
# they throw away most directions that noise can take. So a bottleneck is not **sufficient** for a
# readable code. The next sections show that it is not **necessary** for a good one.
#
# ### A fair comparison
#
# All that follows have 400 units. We set each penalty's strength so that after these epochs
# the error on the *validation* images came near that of PCA with 32 components. Trained
# longer, their errors part again; a claim that needs our epochs says so.
#
# ## 3. Sparse: how do you keep most units silent?
#
# ### By a price on size
#
# Add $\lambda \sum_d |z_d|$ to the loss, the **L1 penalty**. Its slope is $\lambda$ however
# small $z_d$ is, so a unit that earns too little goes all the way to 0, where a ReLU keeps
# it. A squared penalty gets weaker near 0 and stops short.
#
# One hole must be closed first. Halve all codes and double all pictures $v_d$: the
# reconstruction stays, the penalty is halved. So each picture gets the length 1 before every
# step (*unit-norm atoms*); *Break it* shows what happens otherwise.

# %%
def l1_penalty(z):
    return z.abs().sum(1)

def normalise_decoder_(linear):
    with torch.no_grad():
        lengths = linear.weight.norm(dim=0)  # (400,)
        linear.weight /= lengths.clamp(min=1e-12)  # a picture of zeros stays
    return linear

def with_unit_pictures(objective):
    def normalised(model, x):
        regularisers.normalise_decoder_(model.decoder[0])
        return objective(model, x)
    return normalised

# %%
z = network().encode(x_test)
assert torch.equal(l1_penalty(z), regularisers.l1_penalty(z))
ours = normalise_decoder_(deepcopy(plain.decoder[0])).weight
theirs = regularisers.normalise_decoder_(deepcopy(plain.decoder[0])).weight
assert torch.allclose(ours, theirs)

# %% [markdown]
# ### By force
#
# A **k-sparse** code keeps the $k$ largest values and sets all others to 0 (Makhzani and Frey,
# 2014). No penalty and no strength: $k$ is what you ask for. Gradients flow through the values
# that were kept. `objectives.penalised` is the reconstruction loss plus `weight` times a penalty.

# %%
def top_k(z, k):
    values, places = z.topk(k, dim=1)
    return torch.zeros_like(z).scatter(1, places, values)

z = torch.randn(64, UNITS, generator=fixed)
assert torch.equal(top_k(z, 30), regularisers.top_k(z, 30))

def size(model, x):
    return regularisers.l1_penalty(model.encode(x))

L1 = objectives.penalised(size, 1e-3)
judge("L1", fit_network(network, with_unit_pictures(L1)))
judge("k-sparse", fit_network(lambda: network(lambda: regularisers.TopK(30))))

# %% alt="Three rows of ten codes as blocks of 20 by 20 cells: nearly all cells coloured for plain, a few for L1 and for k-sparse, other ones for each digit."
SPARSE = ["L1", "k-sparse"]
plots.image_rows(
    {
        name: metrics.apply(judged[name], judged[name].encode, x_test[SHOWN])
        for name in ["plain", *SPARSE]
    },
    title="400 units as 20 x 20: a price and force silence most of them",
)
plt.show()

# %%
for name in ["plain", *SPARSE]:
    proven.figure(f"effective units, {name}", table[name]["effective"], digits=0)
proven.claim(
    "L1 and k-sparse have less than 30 effective units of 400",
    max(column("effective", SPARSE)) < 30,
)
proven.claim("L1 and k-sparse have fewer than 50 units on", max(column("on", SPARSE)) < 50)
proven.verdict()

# %% [markdown]
# **Read it.** For an error near PCA's, of 32 numbers for every digit, fewer than 50 of 400 units
# are on; but *which* ones differs from digit to digit. By effective units PCA's code is sparser
# still.
#
# ## 4. Robust: how do you make a code stand still?
#
# A code moves under noise if its derivatives are large. So make those small: the
# **contractive** penalty (Rifai and others, 2011) is the squared Jacobian norm,
#
# $$\sum_{d,p} \Big(\frac{\partial z_d}{\partial x_p}\Big)^2 = \sum_d s'(a_d)^2\, \lVert w_d \rVert^2,
# \qquad a = Wx + c .$$
#
# The right-hand side holds for one layer, by the chain rule. For a ReLU, $s'(a_d)$ is 1 where
# a unit is on and 0 elsewhere. The library computes the whole Jacobian, for every encoder.

# %%
def contraction(model, x):
    linear = model.encoder[1]
    slope = (linear(x.flatten(1)) > 0).to(x.dtype)  # ReLU: 0 or 1, (B, D)
    return slope**2 @ linear.weight.square().sum(1)  # (B, D) @ (D,)

def jacobian_norm(model):
    few = x_test[:: len(x_test) // 25].to(device)  # about 25 images: it takes time
    with runtime.evaluating(model):
        return regularisers.contractive_penalty(model.encoder, few).mean().sqrt().item()

x_some = x_test[:8].to(device)
whole = regularisers.contractive_penalty(plain.encoder, x_some)
assert torch.allclose(contraction(plain, x_some), whole, rtol=1e-4)

# %% [markdown]
# This penalty can be cheated by rescaling as well, so its pictures get the length 1 too. Its rival is
# the oldest regulariser of all: **weight decay**, here the sum of all squared weights, in the
# loss.
#
# **Predict:** contraction knows the data, weight decay does not. How different will the two
# be? And will the sparse codes stand still?

# %%
def squares(model, x):
    return sum(p.square().sum() for p in model.parameters() if p.dim() > 1)

contractive = with_unit_pictures(objectives.penalised(contraction, 1.8e-3))
judge("contraction", fit_network(network, contractive))
judge("weight decay", fit_network(network, objectives.penalised(squares, 1.5e-4)))

# %%
STEADY = ["contraction", "weight decay"]
proven.claim(
    "L1 is far sparser than contraction, and noise moves its code 1.7 times as much or more",
    table["L1"]["effective"] < table["contraction"]["effective"] / 10
    and table["L1"]["change"] > 1.7 * table["contraction"]["change"],
)
proven.claim(
    "noise moves every sparse code by a quarter more than those of contraction or weight decay",
    min(column("change", SPARSE)) > 1.25 * max(column("change", STEADY)),
)
proven.claim(
    "noise moves every sparse code more than the bottleneck's",
    min(column("change", SPARSE)) > 1.05 * table["bottleneck"]["change"],
)
woken = metrics.apply(judged["L1"], judged["L1"].encode, x_noisy)
on_noisy = (woken != 0).sum(1).float().mean().item()
proven.figure("units on, L1, clean images", table["L1"]["on"], digits=0)
proven.figure("units on, L1, noisy images", on_noisy, digits=0)
proven.claim("in the L1 code noise wakes half as many units again, or more", on_noisy > 1.5 * table["L1"]["on"])
proven.claim(
    "with contraction and with weight decay more than 350 of 400 units are on",
    min(column("on", STEADY)) > 350,
)
proven.claim(
    "the codes of contraction and weight decay move as PCA's does, within 8 %",
    all(abs(each / table["PCA, 32"]["change"] - 1) < 0.08 for each in column("change", STEADY)),
)
proven.verdict()

# %% [markdown]
# **Read it.** Sparse is not robust, at least not to this noise. Each sparse code moves more than the
# bottleneck's, and noise wakes units that should sleep. How far the L1 code moves depends on more
# than its penalty: with tied weights (section 7) it moves less. The codes that stand still are not
# sparse at all, and weight decay does what contraction does.
#
# ## 5. What does noise in training buy?
#
# **Dropout** (Srivastava and others, 2014) sets 60 % of the *code* to 0 at each step, at
# random, and scales the others up, so that no unit may rely on another one. **Denoising**
# (lesson 05; Vincent and others, 2010) spoils the *image* and asks for the clean one. Its noise
# here is that of our test, 0.3: keep that advantage in mind.
#
# **Predict:** a code trained with dropout has to survive the loss of most of its units. Does
# it stand still under noise on the image?

# %%
def dropped():
    return network(lambda: nn.Sequential(nn.ReLU(), nn.Dropout(0.6)))

judge("dropout", fit_network(dropped))
noise = corruptions.gaussian_noise(0.3)
judge("denoising", fit_network(network, objectives.denoising(noise)))

# %%
NOISED = ["dropout", "denoising"]
proven.claim(
    "dropout does not make the code steadier than raw pixels, within 5 %",
    table["dropout"]["change"] > 0.95 * table["raw pixels"]["change"],
)
proven.claim(
    "denoising halves the change of the plain code",
    table["denoising"]["change"] < 0.55 * table["plain"]["change"],
)
proven.claim(
    "dropout's and denoising's codes are easier to read than the bottleneck's, by 0.01 or more",
    min(column("probe", NOISED)) > table["bottleneck"]["probe"] + 0.01,
)
proven.claim(
    "dropout's and denoising's codes are easier to read than the untrained network's",
    min(column("probe", NOISED)) > table["untrained"]["probe"],
)
proven.claim(
    "denoising's code is at least as steady as the bottleneck's",
    table["denoising"]["change"] < table["bottleneck"]["change"],
)
proven.verdict()

# %% [markdown]
# **Read it.** Dropout did not make the code steadier under noise on the image, and never met any;
# weight decay, which met none either, did. But both kinds of noise made the code easier to read,
# which nobody asked for. So a bottleneck is not necessary: with 400 units these two codes are easier
# to read, and denoising's is as steady as well, under the noise that it knows.
#
# ## 6. Which penalty buys which property?
#
# Now all together. First the promise: equal error, within a fifth of PCA's.

# %%
REGULARISED = [*SPARSE, *STEADY, *NOISED]

# %%
val_mse = {
    name: metrics.reconstruction_error(judged[name], x_val).mean().item()
    for name in ["PCA, 32", "bottleneck", *REGULARISED]
}
limit = val_mse["PCA, 32"]
for name, value in val_mse.items():
    proven.figure(f"validation MSE, {name}", value)
for name, row in table.items():
    proven.figure(f"MSE, {name}", row["MSE"])
    proven.figure(f"change, {name}", row["change"], digits=2)
    proven.figure(f"probe, {name}", row["probe"], digits=3)
proven.claim(
    f"in {EPOCHS} epochs bottleneck and all six have PCA's validation error within a fifth",
    all(abs(each / limit - 1) < 0.2 for each in val_mse.values()),
    budget=f"in {EPOCHS} epochs",
)
proven.verdict()

# %% [markdown]
# Then two of the three properties on two axes, and the third as the kind of marker.

# %% alt="Eleven labelled points, change by noise against accuracy of the probe. Contraction, weight decay, PCA and the bottleneck lie at the lower left, steady and hard to read; raw pixels and plain at the lower right; the sparse codes and the untrained network in the middle; dropout at the upper right; denoising alone at the upper left."
figure, ax = plt.subplots(figsize=(7, 4.2))
for name, row in table.items():
    point, at_end = (row["change"], row["probe"]), row["change"] > 1.3
    shift = {"PCA, 32": 6, "weight decay": -7}.get(name, 0)
    ax.plot(*point, "o" if name in SPARSE else "s", color="C0", mfc=None if name in SPARSE else "none")
    ax.annotate(name, point, (-7 if at_end else 7, shift), textcoords="offset points",
                ha="right" if at_end else "left", va="center", fontsize=9)
ax.axvline(1, color="0.6", lw=1)
ax.set(xlabel="change by noise of 0.3 (1: as far as codes lie from their mean)", ylabel="accuracy of the probe",
       title="Steady and readable: denoising alone (filled: sparse)")
plt.show()

# %%
proven.claim(
    "contraction and weight decay are read no better than raw pixels",
    max(column("probe", STEADY)) < table["raw pixels"]["probe"],
)
proven.claim(
    "the sparse codes are on average read better than either of them",
    sum(column("probe", SPARSE)) / 2 > max(column("probe", STEADY)),
)
proven.claim(
    "the sparse codes are on average read as well as the untrained network, within 0.03",
    abs(sum(column("probe", SPARSE)) / 2 - table["untrained"]["probe"]) < 0.03,
)
proven.claim(
    "only denoising is as steady as the bottleneck and read better than the untrained network",
    [
        name
        for name, row in table.items()
        if row["change"] <= table["bottleneck"]["change"]
        and row["probe"] > table["untrained"]["probe"]
    ]
    == ["denoising"],
)
proven.verdict()

# %% [markdown]
# **Read it.** L1, k-sparse, contraction and weight decay bought what they ask for: silence, or
# steadiness. Both kinds of noise bought a readable code, and denoising steadiness under its own noise
# with it. (The figure shows one seed; the intervals say how far others spread.) Sparse codes are read no better than random weights. And steady
# is not the same as knowing: a code also stands still if it ignores what tells digits apart.
#
# ## 7. Depth: a target, and tied weights
#
# ### By a target for each unit
#
# Ng (2011) asks that every unit be on in a share $\rho$ of the images, such as 5 %. A sigmoid
# unit is read as a coin that shows "on" with probability $z_d$. The penalty is the KL
# divergence between a coin with $\rho$ and one with the unit's mean over the batch,
# $\hat\rho_d$:
#
# $$\sum_d \rho \log \frac{\rho}{\hat\rho_d} + (1 - \rho) \log \frac{1 - \rho}{1 - \hat\rho_d} .$$
#
# **Predict:** what is it for $\hat\rho_d = \rho$? And for a unit that is always off?

# %%
def kl_sparsity(activation, target):
    mean = activation.mean(0)  # (D,)
    on = target * (target / mean).log()
    off = (1 - target) * ((1 - target) / (1 - mean)).log()
    return (on + off).sum()

shares = torch.rand(64, UNITS, generator=fixed)
for rho in (0.05, 0.5):
    assert torch.allclose(kl_sparsity(shares, rho), regularisers.kl_sparsity(shares, rho))
assert kl_sparsity(torch.full((64, 3), 0.05), 0.05).abs() < 1e-6

# %% [markdown]
# It is 0 at the target, and without limit for a unit that is always off; the library clamps
# the mean to $10^{-6}$, so that the loss stays finite. We train it beside its control, the
# same network without a penalty: the sigmoid changes the code, too.

# %%
def towards_target(model, x):
    return regularisers.kl_sparsity(model.encode(x), 0.05)

def sigmoid():
    return network(nn.Sigmoid)

judge("sigmoid", fit_network(sigmoid))
judge("KL", fit_network(sigmoid, objectives.penalised(towards_target, 1.5e-4)))

# %% [markdown]
# **Read it.** KL is the least sparse of the three. It controls only the *mean* over images, and a
# mean can be low without silence.
#
# ### Tied weights
#
# The other way to stop cheating by rescaling is **tied weights**: the picture of a unit is its own row of
# the encoder, $v_d = w_d$. Then nothing can be small in one place and large in the other.
# It halves the number of weights, too.
#
# **Predict:** will tied weights alone, without a penalty, stop the network from copying?

# %%
class Tied(nn.Module):
    def __init__(self, linear):
        super().__init__()
        self.linear, self.bias = linear, nn.Parameter(torch.zeros(PIXELS))

    def forward(self, z):
        return F.linear(z, self.linear.weight.T, self.bias)

def tied():
    model = network()
    model.decoder[0] = Tied(model.encoder[1])
    return model

# %% [markdown]
# Two networks: L1 with tied weights, and tied weights alone.

# %%
judge("L1, tied", fit_network(tied, objectives.penalised(size, 1e-3)))
judge("tied", fit_network(tied))

# %%
for name in ["sigmoid", "KL"]:
    proven.figure(f"effective units, {name}", table[name]["effective"], digits=0)
    proven.figure(f"MSE, {name}", table[name]["MSE"])
    proven.figure(f"change, {name}", table[name]["change"], digits=2)
    proven.figure(f"probe, {name}", table[name]["probe"], digits=3)
proven.claim(
    "KL has less than three quarters of the effective units of its control without a penalty",
    table["KL"]["effective"] < 0.75 * table["sigmoid"]["effective"],
)
tied_returned = returned(judged["tied"])
for name in ["L1, tied", "tied"]:
    proven.figure(f"MSE, {name}", table[name]["MSE"])
    proven.figure(f"change, {name}", table[name]["change"], digits=2)
    proven.figure(f"probe, {name}", table[name]["probe"], digits=3)
proven.figure("units on, L1, tied", table["L1, tied"]["on"], digits=0)
proven.figure("share of shuffled digits returned, tied", tied_returned, digits=2)
proven.claim(
    "tied weights alone return more of shuffled digits than plain ones",
    tied_returned > returned(plain) + 0.05,
)
proven.claim("L1 with tied weights has no more units on than PCA", table["L1, tied"]["on"] <= 32)
proven.claim(
    "noise moves the L1 code less with tied weights than with pictures of length 1",
    table["L1, tied"]["change"] < table["L1"]["change"],
)
proven.verdict()

# %% [markdown]
# **Read it.** Tied weights alone are no regulariser: the copy machine *has* tied weights, and
# this network is nearer to it than the plain one. With the L1 price they work, with fewer units on
# than with pictures of length 1, and a code that moves less.
#
# ## 8. Depth: is "robust" one property?
#
# ### The Jacobian norm
#
# Contraction makes the norm of the Jacobian small, the root of
# $\sum_{d,p} (\partial z_d / \partial x_p)^2$. Does a small norm mean a robust code?

# %% [markdown]
# **Read it.** Weight decay's norm is more than twice contraction's, and noise moves both codes
# equally, relative to their spread. So the norm is a matter of scale; *Break it* comes back to
# it.
#
# Why is weight decay like contraction? Look at the formula: where all units are on, the
# contractive penalty *is* the sum of the squared encoder weights. Nearly all are on here. With
# sigmoids in deeper encoders, the two need not agree.
#
# (PyTorch's `AdamW` does something else under the name of weight decay: it shrinks the weights
# outside the gradient; Loshchilov and Hutter, 2019.)
#
# ### Reading under noise
#
# The classifier is the one for clean codes in all cases.

# %% alt="Accuracy of the probe against the noise on the image: all fall; denoising stays highest throughout, PCA and contraction are in the middle, plain and L1 fall below them, and raw pixels fall steepest."
COMPARED = ["raw pixels", "PCA, 32", "plain", "L1", "contraction", "dropout", "denoising"]
half = (x_test + x_noisy) / 2  # noise of 0.15
read = {
    name: [table[name]["probe"], probe(judged[name], half), probe(judged[name], x_noisy)]
    for name in COMPARED
}
plots.lines(
    [0, 0.15, 0.3], read, xlabel="standard deviation of the noise (pixels from 0 to 1)",
    ylabel="accuracy of the probe",
    title="Denoising stays readable under noise; L1 and raw pixels do not",
)
plt.show()

# %%
for name in STEADY:
    proven.figure(f"Jacobian norm, {name}", jacobian_norm(judged[name]), digits=1)
proven.claim(
    "the Jacobian norm of weight decay is more than twice that of contraction",
    jacobian_norm(judged["weight decay"]) > 2 * jacobian_norm(judged["contraction"]),
)
for name in COMPARED:
    proven.figure(f"noisy probe, {name}", read[name][-1], digits=2)
proven.claim(
    "under noise, denoising has the most readable code of these",
    read["denoising"][-1] > max(read[name][-1] for name in COMPARED[:-1]) + 0.01,
)
proven.claim(
    "under noise, the L1 code is read worse than contraction's by 0.2 or more",
    read["L1"][-1] < read["contraction"][-1] - 0.2,
)
proven.verdict()

# %% [markdown]
# **Read it.** Dropout's code moves far (section 5), and is still read: to move and to be misread are
# two things.
#
# ### Another noise
#
# Denoising was trained with this kind of noise. So we repeat the test with one that no network
# has met: 30 % of the pixels turn black.
#
# **Predict:** is denoising still ahead of contraction? And is L1 as shaky as before?

# %%
x_holes = corruptions.masking(0.3, generator=fixed)(x_test)
holes = {}
for name in ("bottleneck", *REGULARISED):
    z, z_holes = (metrics.apply(judged[name], judged[name].encode, x) for x in (x_test, x_holes))
    holes[name] = change(z, z_holes)

# %%
for name, moved in holes.items():
    proven.figure(f"change by black pixels, {name}", moved, digits=2)
proven.claim(
    "with pixels turned black, too, denoising has the steadiest code",
    min(holes, key=holes.get) == "denoising",
)
proven.claim("with pixels turned black L1 is steadier than the bottleneck", holes["L1"] < holes["bottleneck"])
proven.claim(
    f"in {EPOCHS} epochs L1 is then as steady as contraction, within 8 %",
    abs(holes["L1"] / holes["contraction"] - 1) < 0.08,
    budget=f"in {EPOCHS} epochs",
)
proven.verdict()

# %% [markdown]
# **Read it.** Denoising is still ahead, and L1 is not as shaky as before. So "robust" means
# nothing until the noise is named. Gaussian noise puts ink where there was none and wakes
# silent units; black pixels only take ink away, and L1 stands that better than the bottleneck
# does. That it ties with contraction holds for our epochs only. (*Break it* trains L1 for longer:
# fewer units are on, and Gaussian noise moves its code more.)
#
# ## 9. Depth: what do the units look for?
#
# Each unit has a picture. We draw ten per network, those whose units vary most over the test
# images, each scaled to its own largest value: red adds ink, blue takes it away.

# %%
def pictures(name, count):
    model = judged[name]
    spread = metrics.apply(model, model.encode, x_test).var(0)
    chosen = spread.argsort(descending=True)[:count].to(device)
    drawn = model.decoder[0].weight.detach().T[chosen].cpu()  # (count, 196)
    return drawn / drawn.abs().amax(1, keepdim=True)

def smoothness(drawn):
    drawn = (drawn - drawn.mean(1, keepdim=True)).reshape(-1, 14, 14)
    across = (drawn[:, :, 1:] * drawn[:, :, :-1]).sum((1, 2))
    down = (drawn[:, 1:] * drawn[:, :-1]).sum((1, 2))
    return ((across + down) / 2 / drawn.square().sum((1, 2))).mean().item()

# %% alt="Seven rows of ten pictures in red and blue: speckles for plain; nearly whole digits for L1; strokes and parts of digits for the others, clearest for dropout and noisiest for contraction."
DRAWN = ["plain", "L1", "k-sparse", "KL", "contraction", "dropout", "denoising"]
plots.image_rows(
    {name: pictures(name, 10) for name in DRAWN},
    title="The plain network draws speckles; held back, most units draw strokes",
)
plt.show()

# %% [markdown]
# Is that more than an impression? The **smoothness** of a picture is the correlation between
# neighbouring pixels: 0 for pure noise, near 1 for a soft blot.

# %%
smooth = {name: smoothness(pictures(name, 50)) for name in DRAWN}
for name, value in smooth.items():
    proven.figure(f"smoothness of the pictures, {name}", value, digits=2)
proven.claim(
    "the pictures of these regularised networks are 1.4 times as smooth as plain ones, or more",
    min(smooth[name] for name in DRAWN[1:]) > 1.4 * smooth["plain"],
)
proven.claim(
    "the pictures of L1 and of dropout are equally smooth within 0.08",
    abs(smooth["L1"] - smooth["dropout"]) < 0.08,
)
proven.verdict()

# %% [markdown]
# **Read it.** The plain network needs no strokes: 400 nearly random pictures span all images,
# digits or not. Each of the six ways that we drew made the pictures smoother. Under the L1 price, the
# units that vary most even draw whole digits: one unit that is nearly right is cheaper than ten
# small ones. But nice pictures do not tell which property was bought: those of L1 and of dropout
# are about equally smooth, and their codes are not equally sparse.
#
# ## Break it
#
# A common measure of sparsity is the **mean activation**, the mean of $|z_d|$: the smaller the
# sparser. Let us win that contest without training. Divide the encoder of the plain network by
# 100 and multiply its pictures by 100.
#
# **Predict:** which of our measures will change? And the Jacobian norm?

# %%
def mean_size(model):
    return metrics.apply(model, model.encode, x_test).abs().mean().item()

def rescale(model, factor):
    model = deepcopy(model)
    with torch.no_grad():
        for parameter in model.encoder.parameters():
            parameter /= factor
        model.decoder[0].weight *= factor
    return model

small = rescale(plain, 100)
judge("plain, rescaled", small)

# %% [markdown]
# **Read it.** None of our three. Mean activation and Jacobian norm fell, and nothing has improved.
# You may think that nobody would do this. Training does. Take the L1 network and train it once
# more, as long as before: once with pictures of length 1, once without.
#
# **Predict:** with free pictures, how many units will be on, compared to those with fixed
# ones?

# %%
freed = {}
for name, objective in {"length 1": with_unit_pictures(L1), "free pictures": L1}.items():
    runtime.seed_everything(seed)
    freed[name] = deepcopy(judged["L1"])
    fit(freed[name], x_train, objective, SETTINGS, progress=False)
    z, z_noisy = (metrics.apply(freed[name], freed[name].encode, x) for x in (x_test, x_noisy))
    on = (z != 0).sum(1).float().mean().item()
    length = freed[name].decoder[0].weight.norm(dim=0).mean().item()
    freed[name] = z.abs().mean().item(), on, change(z, z_noisy), length

# %% [markdown]
# Their mean activations:

# %% alt="Bars of mean activation: plain by far the longest, L1 short, L1 trained longer with pictures of length 1 shorter, with free pictures shorter still, and plain rescaled the shortest of all."
plots.ladder(
    {
        "plain": mean_size(plain),
        "L1": mean_size(judged["L1"]),
        "L1, trained longer": freed["length 1"][0],
        "L1, trained longer, free": freed["free pictures"][0],
        "plain, rescaled": mean_size(small),
    },
    xlabel="mean activation",
    title="By mean activation the winner is a network with nearly all units on",
)
plt.show()

# %%
(size_unit, on_unit, change_unit, _), (size_free, on_free, change_free, length) = freed.values()
small_out, plain_out = (metrics.apply(model, model, x_test) for model in (small, plain))
proven.claim(
    "rescaling leaves the reconstructions the same", torch.allclose(small_out, plain_out, atol=1e-4)
)
before, after = table["plain"], table["plain, rescaled"]
proven.claim(
    "rescaled, the plain code is by mean activation sparser than that of L1",
    mean_size(small) < mean_size(judged["L1"]) / 2,
)
proven.claim(
    "rescaled, the plain code is by its Jacobian norm more robust than that of contraction",
    jacobian_norm(small) < jacobian_norm(judged["contraction"]) / 2,
)
proven.claim(
    "rescaling moves neither units on, effective units, change nor probe",
    all(math.isclose(before[c], after[c], rel_tol=0.01) for c in ("on", "effective", "change", "probe")),
)
for name, (mean, on, moved, length) in freed.items():
    proven.figure(f"mean activation, L1 trained longer, {name}", mean)
    proven.figure(f"units on, L1 trained longer, {name}", on, digits=0)
    proven.figure(f"change, L1 trained longer, {name}", moved, digits=2)
    proven.figure(f"mean length of a picture, {name}", length, digits=2)
proven.claim(
    "with free pictures the mean activation is lower by a quarter or more",
    size_free < 0.75 * size_unit,
)
proven.claim("with free pictures as many units are on, within 15 %", abs(on_free / on_unit - 1) < 0.15)
proven.claim("free pictures grew by a quarter or more", length > 1.25)
proven.claim("with free pictures noise moves the code more", change_free > 1.2 * change_unit)
proven.claim(
    "even with pictures of length 1, longer training leaves fewer units on, and a code that moves more",
    on_unit < 0.95 * table["L1"]["on"] and change_unit > 1.1 * table["L1"]["change"],
)
proven.verdict()

# %% [markdown]
# **Explain it.** The penalty fell, so training worked as asked. How? Which measures could not
# be fooled, and why?
#
# <details><summary>Our answer</summary>
#
# From longer pictures, not from more silence. They allow smaller codes, and the L1 price is
# on the size of codes only. Lengthening costs nothing in reconstruction, so the gradient
# always points there. Counts of units and ratios of two code sizes do not change when a code is multiplied
# by a constant; sums, means and the Jacobian norm do.
#
# One common factor cannot change a ratio. The change rose, so more happened: units grew
# unequally, or the code is less steady.
#
# Fix the length of the pictures, or tie the weights, before a penalty on a size means anything.
#
# </details>
#
# ## Check yourself
#
# <details><summary>1. Your autoencoder's code is larger than the image, and its test error is
# nearly 0. What have you learnt about the code?</summary>
#
# Almost nothing: a copy has error 0. Feed it shuffled pixels. If they come back as well, it
# has learnt to copy. Then measure what you want the code for.
#
# </details>
#
# <details><summary>2. Why does L1 set units to exactly 0, and an L2 penalty on the code
# not?</summary>
#
# The slope of $|z|$ is the same however small $z$ is; the slope of $z^2$ fades near 0. A unit
# whose use is smaller than that constant slope goes to 0, and the ReLU keeps it there.
#
# </details>
#
# <details><summary>3. "We use a sparse autoencoder, so our codes are robust to noise." Your
# answer?</summary>
#
# Robust to which noise? Under Gaussian noise the L1 code moved farther than the bottleneck's.
# To get robustness, train for it: denoising or contraction.
#
# </details>
#
# <details><summary>4. Two papers report Jacobian norms of 1.7 and 5.4. Which encoder is more
# robust?</summary>
#
# You cannot tell: the norm has the unit of the code. Divide by the spread of the codes.
#
# </details>
#
# ## Summary
#
# - The lowest error belongs to a copy. The plain network went more than half of the way, and
#   its code was worth no more than raw pixels, or than random weights.
# - You wrote L1, k-sparse and contractive codes, each equal to the library's.
# - L1 and k-sparse bought silence, contraction and weight decay steadiness, dropout a readable
#   code, denoising steadiness and a readable code. Sparse codes were read no better than random
#   weights, and were not robust to Gaussian noise. A bottleneck was neither necessary nor
#   sufficient.
# - Sums and means of a code can be cheated by rescaling, and training does it. Count units,
#   take ratios, and fix the length of the pictures.
#
# ## What we claimed
#
# Each claim was checked in this run; the ticks say where else it held.

# %%
proven.summary()

# %% [markdown]
# ## Exercises
#
# From the L1 penalty to a decoder with pictures of length 1, then a program to mend and an
# open task: [your sheet](../workbook/06_regularised.ipynb). If the link finds nothing, run
# `aelesson workbook` in a terminal once: it lays the sheets there.
#
# ## References
#
# - B. A. Olshausen and D. J. Field (1996), *Emergence of simple-cell receptive field
#   properties by learning a sparse code for natural images*,
#   [doi:10.1038/381607a0](https://doi.org/10.1038/381607a0).
# - A. Ng (2011), *Sparse autoencoder*, lecture notes of CS294A, Stanford.
# - S. Rifai, P. Vincent, X. Muller, X. Glorot and Y. Bengio (2011), *Contractive
#   auto-encoders: explicit invariance during feature extraction*, ICML.
# - A. Makhzani and B. Frey (2014), *k-sparse autoencoders*,
#   [arXiv:1312.5663](https://arxiv.org/abs/1312.5663).
# - N. Srivastava and others (2014), *Dropout: a simple way to prevent neural networks from
#   overfitting*, Journal of Machine Learning Research 15.
# - P. Vincent and others (2010), *Stacked denoising autoencoders*, Journal of Machine Learning
#   Research 11.
# - I. Loshchilov and F. Hutter (2019), *Decoupled weight decay regularization*,
#   [arXiv:1711.05101](https://arxiv.org/abs/1711.05101).
#
# ## Next
#
# Penalties shaped one layer. [Lesson 07](07_stacked.ipynb) stacks such layers, trains them
# one by one, and asks when that pays.
