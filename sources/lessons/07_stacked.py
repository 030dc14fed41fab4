# %% [markdown]
# # 07 When does pretraining pay?
#
# Labels are dear, images are cheap. You will train a deep network layer by layer without
# labels, measure what that is worth from 10 labels to 2,000, and then take the gain
# apart: a good part of it turns out to be something else.
#
# **You will be able to**
#
# - train a stack of denoising autoencoders, each on the codes of the one before;
# - see one stack as a list, as a deep autoencoder and as a classifier that share tensors;
# - draw a label-efficiency curve with fair baselines, and with bands over seeds;
# - find out with controls what a gain is made of, and name cases without a gain.
#
# **Time:** 45 minutes to read; the code takes less than a minute on 2 cores.
#
# **Before this:** [01 What survives a bottleneck?](01_basics.ipynb) and
# [05 How does cleaning teach structure?](05_denoising.ipynb)

# %%
import copy
from itertools import pairwise
from math import ceil

import matplotlib.pyplot as plt
import torch
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC
from torch import nn

from aelesson import corruptions, data, expected, labels, metrics, models
from aelesson import objectives, plots, runtime, stacking
from aelesson.training import TrainConfig, fit, one_cycle

# %% [markdown]
# The settings. All training images may be used *without* their labels. Labels are given
# for `few` of them, equally many of each digit, drawn with the seed; the smaller sets lie
# inside the larger ones.

# %%
device = runtime.start()
plots.use_style()
digits = data.load()
x_train, y_train = digits.train.images, digits.train.labels
x_test, y_test = digits.test.images, digits.test.labels
proven = expected.Lesson("07_stacked", digits.name)
seed = runtime.default_seed()
COUNTS = (10, 30, 100, 300, 2000)
few = {}
for count in COUNTS:
    draw = torch.Generator().manual_seed(seed)
    few[count] = labels.stratified_subset(y_train, count // 10, draw)
{count: y_train[chosen].bincount().unique().item() for count, chosen in few.items()}

# %% [markdown]
# ## 1. What can be done without a network?
#
# Four baselines come first, and `note` keeps the test accuracy of each. A **support vector
# machine** (SVM) sees the labelled images only. **PCA** looks at all images to find 50
# numbers for each; a linear classifier then sees the labelled ones.
#
# **Label spreading** (Zhou et al., 2004) uses all images too, in another way. It joins each image
# to its 10 nearest neighbours, and lets the few labels flow along these joints. We run it
# on pixels and on the 50 numbers of PCA. All settings here and below were chosen on the
# validation images.
#
# **Predict:** with one label per digit, how often is the best of the four right?

# %%
test_accuracy = {}


def note(arm, count, accuracy):
    test_accuracy.setdefault(arm, {})[count] = accuracy
    proven.figure(f"test accuracy, {arm}, {count} labels", accuracy, digits=3)


def note_spread(arm, codes, test_codes, alpha):
    guesses = labels.spread(codes, y_train, list(few.values()), test_codes, alpha=alpha)
    for count, guess in zip(COUNTS, guesses):
        note(arm, count, (guess == y_test).float().mean().item())

# %%
pixels, test_pixels = x_train.flatten(1).numpy(), x_test.flatten(1).numpy()
pca = PCA(50, random_state=seed).fit(pixels)
linear, linear_test = (torch.tensor(pca.transform(x)) for x in (pixels, test_pixels))
for count, chosen in few.items():
    svm = SVC(C=10, gamma=0.02).fit(pixels[chosen], y_train[chosen])
    note("SVM on pixels", count, svm.score(test_pixels, y_test))
    line = LogisticRegression(C=0.1, max_iter=1000).fit(linear[chosen], y_train[chosen])
    note("PCA and a line", count, line.score(linear_test, y_test))
note_spread("spreading, pixels", x_train, x_test, alpha=0.2)
note_spread("spreading, PCA", linear, linear_test, alpha=0.2)

# %% [markdown]
# A mean over the six counts is less shaken by the luck of one draw of labels.

# %%
def mean_of(arm, counts=COUNTS):
    return sum(test_accuracy[arm][count] for count in counts) / len(counts)


SCARCE, MANY = (10, 30, 100), (2000,)
proven.claim(
    "with 10 to 100 labels, spreading on pixels beats the SVM",
    mean_of("spreading, pixels", SCARCE) > mean_of("SVM on pixels", SCARCE),
)
proven.claim(
    "with 1,000 and 2,000 labels the SVM beats spreading on pixels",
    mean_of("SVM on pixels", MANY) > mean_of("spreading, pixels", MANY),
)
proven.claim(
    "spreading does better on 50 numbers of PCA than on 784 pixels",
    mean_of("spreading, PCA") > mean_of("spreading, pixels"),
)

# %% [markdown]
# **Read it.** Unlabelled images help, and no network was needed: neighbours often show the
# same digit, so one label tells something about many images. With many labels the SVM
# takes the lead. These are the figures to beat.
#
# ## 2. How is a stack trained?
#
# A **stack** is trained greedily: one layer at a time, the lowest first. Each layer is a
# small denoising autoencoder (lesson 05). It gets a corrupted copy of its input and has to
# return the clean input. When it is done, its decoder is put aside, and its **codes**
# become the images of the next layer (Bengio et al., 2007; Vincent et al., 2010):
#
# $$ z_0 = x, \qquad z_\ell = \sigma(W_\ell z_{\ell-1} + b_\ell) \quad
# \text{learnt to bring back } z_{\ell-1} . $$
#
# A layer below does not change any more, so its codes are computed once, not at every
# step. No label is used.

# %%
def pretrain(images, sizes, corrupt, config, generator):
    inputs, layers = images.flatten(1), []
    for wide, narrow in pairwise(sizes):
        layer = models.Autoencoder(
            nn.Sequential(nn.Linear(wide, narrow), nn.Sigmoid()),
            nn.Sequential(nn.Linear(narrow, wide), nn.Sigmoid()),
        ).to(images.device)
        task = objectives.denoising(corrupt)
        fit(layer, inputs, task, config, generator=generator, progress=False)
        inputs = metrics.apply(layer, layer.encode, inputs)  # codes, once per layer
        layers.append(layer)
    return layers

# %% [markdown]
# The library has the same function, with a choice of the activation. Equal seeds must give
# equal weights.

# %%
quick, stacks = TrainConfig(epochs=1, batch_size=64), []
for train, quiet in ((pretrain, {}), (stacking.pretrain, {"progress": False})):
    shuffle = runtime.seed_everything(seed)
    spoil = corruptions.masking(0.4)
    stacks.append(train(x_train[:500], (784, 30, 20), spoil, quick, generator=shuffle, **quiet))
assert all(
    torch.equal(ours, theirs)
    for a, b in zip(*stacks)
    for ours, theirs in zip(a.parameters(), b.parameters())
)

# %% [markdown]
# Now the real one: three layers of 500 sigmoid units on all training images, 40 % of each
# input set to 0.

# %%
SIZES = (784, 500, 500, 500)
SMALL = len(x_train) < 10_000
spoil = corruptions.masking(0.4)
shuffle = runtime.seed_everything(seed)
settings = TrainConfig(6 if SMALL else 1, 64, 1e-2, one_cycle)
layers = stacking.pretrain(
    x_train.to(device), SIZES, spoil, settings, generator=shuffle, progress=False
)
encoders = [layer.encoder for layer in layers]
[tuple(encoder[0].weight.shape) for encoder in encoders]

# %% [markdown]
# ## 3. What is a stack: a list, an autoencoder or a classifier?
#
# All three. `unroll` joins the encoders and then, in reverse, the decoders: one **deep
# autoencoder**. `build_classifier` puts a linear layer on the encoders instead. Neither
# copies a weight.
#
# **Predict:** the classifier is trained. What happens to the autoencoder?

# %%
deep = stacking.unroll(layers)
classifier = stacking.build_classifier(encoders, 10)
places = {
    layers[0].encoder[0].weight.data_ptr(),
    deep.encoder[1][0].weight.data_ptr(),
    classifier[1][0][0].weight.data_ptr(),
}
before = metrics.apply(deep, deep, x_test)
with torch.no_grad():
    classifier[1][0][0].weight.mul_(2)
changed = metrics.apply(deep, deep, x_test)
with torch.no_grad():
    classifier[1][0][0].weight.div_(2)
proven.claim("list, autoencoder and classifier hold the same tensor", len(places) == 1)
proven.claim("a change in one is seen in the others", not torch.equal(before, changed))

# %% alt="Four rows of ten digits: the digits, then the reconstructions through one, two and three layers; they become softer with each layer."
SHOWN = torch.stack([(y_test == d).nonzero()[0, 0] for d in range(10)])
rows, depth_mse = {"digit": x_test[SHOWN]}, {}
for depth in (1, 2, 3):
    part = stacking.unroll(layers[:depth])
    x_hat = metrics.apply(part, part, x_test).reshape(x_test.shape)
    depth_mse[depth] = (x_hat - x_test).square().mean().item()
    proven.figure(f"test MSE through {depth} layers", depth_mse[depth])
    rows[f"{depth} layers"] = x_hat[SHOWN]
plots.image_rows(rows, title="Through one, two and three layers, and back")
plt.show()

# %% [markdown]
# **Read it.** One place in memory under three names: train the classifier and the
# autoencoder changes with it. That is what pretraining needs. Where you want the stack
# untouched, copy it first (`copy.deepcopy`), as we shall do for every run.
#
# Each layer loses a little. It was never asked for pixels, only for the codes below it.
#
# ## 4. What is pretraining worth?
#
# **Fine-tuning** trains the whole classifier on the labelled images, starting from the
# pretrained weights. The rival starts from scratch: same network, same images, same
# number of steps, and learning rates chosen for each of them on the validation images. A
# badly tuned rival is the classic way to a large gain.

# %%
def learn(start, count, rate):
    runtime.seed_everything(seed)
    model = stacking.build_classifier(copy.deepcopy(start), 10).to(device)
    steps = 100 if count <= 30 else 200 if count <= 300 else 400
    epochs = steps // ceil(count / 32)
    examples = x_train[few[count]], y_train[few[count]]
    settings = TrainConfig(epochs, 32, rate, one_cycle)
    fit(model, examples, objectives.classification, settings, progress=False)
    return labels.accuracy(metrics.apply(model, model, x_test), y_test)


def fresh(activation, begin=lambda weight: None):
    runtime.seed_everything(seed)
    pairs = [(nn.Linear(wide, narrow), activation()) for wide, narrow in pairwise(SIZES)]
    for linear_map, _ in pairs:
        begin(linear_map.weight)
    return [nn.Sequential(*pair) for pair in pairs]

# %% [markdown]
# **Predict:** where is the gain largest: at 10, 100 or 2,000 labels? And does the
# fine-tuned network beat all four baselines?

# %%
for count in COUNTS:
    rate = 3e-3 if count <= 30 else 1e-2
    note("from scratch", count, learn(fresh(nn.Sigmoid), count, rate))
    note("pretrained", count, learn(encoders, count, rate))
codes, test_codes = (
    metrics.apply(nn.Sequential(*encoders), nn.Sequential(*encoders), x.flatten(1))
    for x in (x_train, x_test)
)
note_spread("spreading, codes", codes, test_codes, alpha=0.8)

# %% [markdown]
# The bands show what five seeds gave. A seed changes everything at once: the draw of
# labels, the first weights, and the pretraining.

# %% alt="Five lines of test accuracy against the number of labels. From scratch is lowest; pretrained lies above it, most at 100 labels; spreading on codes is far above both at 10 and 30 labels; the SVM is highest at 1,000 and 2,000."
def band(arm):
    names = [f"test accuracy, {arm}, {count} labels" for count in COUNTS]
    values = [proven.recorded(name) for name in names]
    return [min(v) for v in values], [max(v) for v in values]


ARMS = "from scratch", "pretrained", "spreading, codes", "spreading, pixels", "SVM on pixels"
measured = proven.recorded("test accuracy, pretrained, 10 labels")
plots.lines(
    COUNTS, {arm: list(test_accuracy[arm].values()) for arm in ARMS},
    "labelled images", "test accuracy", log="x",
    title="Pretraining helps the network; with few labels, its codes help more",
    bands={arm: band(arm) for arm in ARMS} if measured else None,
)
plt.show()

# %% [markdown]
# What the curve says, in claims.

# %%
MIDDLE = (30, 100, 300)
gain = {c: test_accuracy["pretrained"][c] - test_accuracy["from scratch"][c] for c in COUNTS}
proven.claim(
    "from 30 to 300 labels pretraining gains 4 points or more on average",
    sum(gain[c] for c in MIDDLE) / 3 > 0.04,
)
proven.claim("the gain is smaller at 2,000 labels than at 100", gain[2000] < gain[100])
proven.claim(
    "with 10 to 100 labels, spreading on codes beats the fine-tuned network",
    mean_of("spreading, codes", SCARCE) > mean_of("pretrained", SCARCE) + 0.05,
)
proven.claim(
    "with 1,000 and 2,000 labels the SVM on pixels beats the fine-tuned network",
    mean_of("SVM on pixels", MANY) > mean_of("pretrained", MANY),
)
proven.claim(
    "spreading does better on codes than on pixels",
    mean_of("spreading, codes") > mean_of("spreading, pixels"),
)

# %% [markdown]
# **Read it.** (to be written)
#
# ## 5. Is it the pretraining, or only the scale of the weights?

# %%
frozen = [stacking.freeze(copy.deepcopy(encoder)) for encoder in encoders]


def shuffled(start):
    generator, mixed = runtime.seed_everything(seed), copy.deepcopy(start)
    for parameter in nn.ModuleList(mixed).parameters():
        order = torch.randperm(parameter.numel(), generator=generator)
        parameter.data = parameter.data.flatten()[order.to(device)].view_as(parameter)
    return mixed


def xavier_by_4(weight):
    nn.init.xavier_uniform_(weight, gain=4)


FROM_100 = (100, 300)
for count in FROM_100:
    note("scratch, Xavier weights times 4", count, learn(fresh(nn.Sigmoid, xavier_by_4), count, 3e-3))
    note("pretrained, then shuffled", count, learn(shuffled(encoders), count, 3e-3))
mixed = nn.Sequential(*shuffled(encoders))
mcodes, mtest = (metrics.apply(mixed, mixed, x.flatten(1)) for x in (x_train, x_test))
for count in COUNTS:
    c = few[count]
    note("pretrained, frozen", count, labels.probe(codes[c], y_train[c], test_codes, y_test))
    if count>=100: note("shuffled, frozen", count, labels.probe(mcodes[c], y_train[c], mtest, y_test))
cc = x_train, x_test
for k in (1,2,3):
    e = nn.Sequential(*encoders[:k])
    zz,zt = (metrics.apply(e,e,x.flatten(1)) for x in cc)
    proven.figure(f"stack probe layer {k}", labels.probe(zz[:1000], y_train[:1000], zt, y_test))

# %% [markdown]
# ## 6. Where does it not help?

# %%
def he(weight):
    nn.init.kaiming_uniform_(weight, nonlinearity="relu")


shuffle = runtime.seed_everything(seed)
settings = TrainConfig(3 if SMALL else 1, 64, 6e-3, one_cycle)
relu_layers = stacking.pretrain(
    x_train.to(device), SIZES, spoil, settings, activation=nn.ReLU,
    generator=shuffle, progress=False,
)
for count in (100, 2000):
    note("ReLU from scratch", count, learn(fresh(nn.ReLU, he), count, 1e-3))
    start = [layer.encoder for layer in relu_layers]
    note("ReLU pretrained", count, learn(start, count, 1e-3))

# %% [markdown]
# conv

# %%
def conv(pretrained):
    runtime.seed_everything(seed)
    model = models.Autoencoder.conv(64, (8, 16)).to(device)
    model.encoder.append(nn.ReLU())
    if pretrained:
        settings = TrainConfig(4 if SMALL else 1, 64, 3e-3, one_cycle)
        fit(model, x_train, objectives.denoising(spoil), settings, progress=False)
    return [nn.Unflatten(1, (1, 28, 28)), model.encoder]


conv_starts = {"conv from scratch": conv(False), "conv pretrained": conv(True)}
for count in (100, 2000):
    rate = 2e-2 if count == 2000 else 1e-2
    for arm, start in conv_starts.items():
        note(arm, count, learn(start, count, rate if (count == 2000 or arm == "conv pretrained") else 3e-3))

# %% [markdown]
# ## 7. What is a chain of three autoencoders?

# %%
links, x_in = [], x_train
for _ in range(3):
    link = models.Autoencoder.mlp((784, 64)).to(device)
    settings = TrainConfig(5 if SMALL else 1, 64, 3e-3, one_cycle)
    fit(link, x_in, objectives.reconstruction(), settings, progress=False)
    x_in = metrics.apply(link, link, x_in)  # pixels again, no codes
    links.append(link)

x_hat = x_test
chain_mse = []
for number, link in enumerate(links, 1):
    zc, zt = metrics.apply(link, link.encode, x_train if number == 1 else xx), metrics.apply(link, link.encode, x_hat)
    xx = metrics.apply(link, link, x_train if number == 1 else xx)
    proven.figure(f"probe, code of link {number}", labels.probe(zc[:1000], y_train[:1000], zt, y_test))
    x_hat = metrics.apply(link, link, x_hat)
    chain_mse.append((x_hat - x_test).square().mean().item())
    proven.figure(f"test MSE behind link {number}", chain_mse[-1])

# %%
def rounded(x_hat):
    a, b = (((x - 0.1307) / 0.3081).round() for x in (x_hat, x_test))
    return 100 * (a == b).sum().item() / len(x_test)

mean_image = x_train.mean(0, keepdim=True).expand_as(x_test)
for nm, x in (("chain", x_hat), ("mean image", mean_image), ("black", torch.zeros_like(x_test))):
    proven.figure(f"rounded {nm}", rounded(x), digits=0)
    proven.figure(f"rounded share {nm}", rounded(x)/784, digits=1)

# %%
import numpy as np
shuffle = runtime.seed_everything(seed)
flat = x_train[:1000].flatten(1)
x_val, y_val = digits.validation.images, digits.validation.labels
watched = models.Autoencoder(nn.Sequential(nn.Linear(784, 200), nn.Sigmoid()), nn.Sequential(nn.Linear(200, 784), nn.Sigmoid())).to(device)
checked, right = [], []
for epoch in range(30):
    fit(watched, flat, objectives.denoising(spoil), TrainConfig(1, 64, 3e-3), generator=shuffle, progress=False)
    parts = [metrics.apply(watched, watched.encode, x.flatten(1)) for x in (x_train[few[10]], x_val, x_test)]
    m, s = parts[0].mean(0), parts[0].std(0)
    a, b, c = ((p - m) / s for p in parts)
    head = LogisticRegression(max_iter=500).fit(a, y_train[few[10]])
    checked.append(head.score(b, y_val))
    right.append(torch.tensor(head.predict(c)) == y_test)
right = torch.stack(right).float()
best, honest = right.mean(1).max().item(), right[np.argmax(checked)].mean().item()
proven.figure("leak best", best); proven.figure("leak honest", honest); proven.figure("leak gap", best-honest)
gaps = []
for _ in range(300):
    o = torch.randperm(len(x_test), generator=shuffle); p, q = o[:len(o)//2], o[len(o)//2:]
    k = right[:, p].mean(1).argmax()
    gaps.append((right[k, p].mean() - right[k, q].mean()).item())
proven.figure("leak optimism halves", float(np.mean(gaps)))
