# %% [markdown]
# # 13 What is wrong when nothing looks wrong?
#
# A program that stops tells you what is wrong. Worse is the program that runs, draws a
# good figure, prints a good number, and is wrong. You will learn six examinations that
# catch it (sections 2 to 7), and try each on a fault that we have put in. Sections headed
# *Depth* can be skipped.
#
# **You will be able to**
#
# - read the last line of an error, and know the usual causes;
# - say what a number can be at best and at worst, before you believe it;
# - examine figures, training steps, gradients and test numbers, each with a few lines;
# - predict which way a change must move a number, and use that to find faults.
#
# **Time:** 30 minutes, and 10 for the depth; the code takes less than a minute on 2 cores.
#
# **Before this:** [01 Basics](01_basics.ipynb) and [02 Losses](02_losses.ipynb). The sheet's
# patients also come from [05](05_denoising.ipynb), [07](07_stacked.ipynb) and
# [08](08_vae.ipynb).

# %%
from itertools import combinations

import matplotlib.pyplot as plt
import torch
from PIL import Image
from sklearn.decomposition import PCA
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader

from aelesson import data, expected, losses, metrics, models
from aelesson import networks, objectives, plots, runtime
from aelesson.training import TrainConfig, fit, one_cycle, train_epoch

# %% [markdown]
# The settings, and a healthy network, 784-128-32, a few epochs. All faults below are made to
# it, one at a time.

# %%
device = runtime.start()
plots.use_style()
digits = data.load()
x_train, x_test = digits.train.images, digits.test.images
proven = expected.Lesson("13_clinic", digits.name)
seed, reconstruct = runtime.default_seed(), objectives.reconstruction()
EPOCHS = 5 if len(x_train) < 10_000 else 1
CYCLE = TrainConfig(EPOCHS, 64, 5e-3, one_cycle)

def new(kind=models.Autoencoder):
    runtime.seed_everything(seed)
    return kind.mlp((784, 128, 32)).to(device)

healthy = new()
history = fit(healthy, x_train, reconstruct, CYCLE)

# %% [markdown]
# ## 1. It stops: what does the last line say?
#
# The friendly case first: five programs that do not run at all. The fourth asks for a GPU,
# here for the hundredth, so that it fails on your machine too. The fifth loads weights into
# a network that is not the one that was saved.
#
# **Predict:** which of the five messages names the cause, and which only a symptom?

# %%
picture = Image.fromarray((x_test[0, 0].numpy() * 255).astype("uint8"))
other = models.Autoencoder.mlp((784, 64, 32))
programs = {
    "a name is missing": lambda: range(num_epochs),  # noqa: F821
    "no transform": lambda: next(iter(DataLoader([(picture, 7)] * 4, batch_size=4))),
    "no flattening": lambda: nn.Linear(784, 400)(x_test[:100]),
    "no such GPU": lambda: x_test.to("cuda:99"),
    "weights of another network": lambda: other.load_state_dict(healthy.state_dict()),
}
for name, program in programs.items():
    try:
        program()
    except Exception as error:
        last_line = str(error).splitlines()[-1].strip().split(". ")[0]
        print(f"{name}\n    {type(error).__name__}: {last_line}")

# %% [markdown]
# **Read it.** Start at the last line: it says *what*. Then go up to the last line of your
# own code: it says *where*. Name, missing transform and weights name the cause, and so
# does the GPU. The shapes are a symptom: nothing says that the images were square.
#
# | last line | usual cause | cure |
# | --- | --- | --- |
# | `name ... is not defined` | an import or a setting is missing; or cells ran out of order | restart, run all cells from the top |
# | `must contain tensors ... found PIL.Image` | no transform: the loader cannot make a batch of pictures | turn images into tensors before the loader |
# | `mat1 and mat2 shapes cannot be multiplied` | images were not flattened: 100 images of 28 rows count as 2,800 rows | `nn.Flatten()` first |
# | CUDA, driver, device | `.cuda()` on a machine without that GPU | choose the device in one place: `runtime.start()` |
# | `size mismatch`, `missing key` | the saved weights belong to another network | build the same network; load it back right after saving |
#
# From here on, everything runs.
#
# ## 2. Where are the floor and the ceiling?
#
# A loss has a **floor**, what a perfect reconstruction gets. And it has a **ceiling**,
# what the mean image gets: one picture for all, without looking. A number below the floor
# or above the ceiling is a symptom, whatever its size. For the MSE the floor is 0. For
# the binary cross-entropy (BCE), counted in **nats** (bits times ln 2), it is not: grey
# pixels keep their entropy $H(x)$ (lesson 02).

# %%
mean_image = x_train.mean(0, keepdim=True)

def share_of_ceiling(model, images, mean_image):
    error = metrics.reconstruction_error(model, images).mean()
    return (error / (images - mean_image).square().mean()).item()

# %% [markdown]
# Between the two stands PCA, the line that a *finished* autoencoder should pass (lesson 01). Is
# ours finished? We train it once more, eight times as long.
#
# And now the first fault. The images lie in [0, 1] already, and the program divides them by
# 255, as every recipe says.
#
# **Predict:** how large is the error of the faulty program?

# %%
twice = new()
fit(twice, x_train / 255, reconstruct, CYCLE)
pca = PCA(32).fit(x_train.flatten(1).numpy())
finished = new()
_ = fit(finished, x_train, reconstruct, TrainConfig(8 * EPOCHS, 64, 5e-3, one_cycle))

# %% [markdown]
# **Read it.** With four digits, an error of 0.0000, and worse than no network at all: the
# images had become almost black, so any dark answer is almost right, and the network answers with black.
# The share tells it at once, since the ceiling shrinks along with the images. An error
# without its ceiling says nothing.
#
# "Behind PCA" has more than one cause: something is broken, training stopped too early, or the
# data suit PCA (lesson 14). Here it stopped too early, as more epochs show. For speed all
# experiments below stay with the short training.
#
# ### A loss on an axis called accuracy
#
# A history plot shows a *falling* curve, labelled accuracy. To examine a measure, hand it
# answers whose quality you know: the perfect one, the mean image, a black image.
#
# **Predict:** what must an accuracy give for the three, and what does this one give?

# %% alt="Three bars: the perfect answer has none, the mean image a middle one, and the black image the longest."
mean_answer, black = mean_image.expand_as(x_test), torch.zeros_like(x_test)
answers = {"perfect": x_test, "mean image": mean_answer, "black": black}
plotted_as_accuracy = [F.mse_loss(answer, x_test).item() for answer in answers.values()]
plots.ladder(
    dict(zip(answers, plotted_as_accuracy)),
    xlabel="what the plot called accuracy",
    title="The perfect answer gets 0: it is a loss",
)
plt.show()

# %%
healthy_mse = metrics.reconstruction_error(healthy, x_test).mean().item()
proven.figure("test MSE, healthy", healthy_mse)
proven.figure("its share of the ceiling", share_of_ceiling(healthy, x_test, mean_image), digits=2)
floor = losses.bernoulli_entropy(x_test).mean().item()
logits = mean_image.logit().clamp(-20, 20).expand_as(x_test)
proven.figure("BCE of a perfect reconstruction, nats", floor, digits=1)
bce_ceiling = losses.bernoulli_nll(logits, x_test).mean()
proven.figure("BCE of the mean image, nats", bce_ceiling, digits=1)
twice_mse = metrics.reconstruction_error(twice, x_test / 255).mean().item()
twice_share = share_of_ceiling(twice, x_test / 255, mean_image / 255)
proven.figure("test MSE, divided twice by 255", twice_mse, digits=8)
proven.figure("its share of the ceiling, divided twice", twice_share, digits=1)
x_pca = pca.inverse_transform(pca.transform(x_test.flatten(1).numpy())).clip(0, 1)
pca_mse = (x_test.flatten(1) - torch.tensor(x_pca)).square().mean()
pca_share = pca_mse / (x_test - mean_image).square().mean()
proven.figure("share of the ceiling, PCA with 32", pca_share, digits=2)
finished_share = share_of_ceiling(finished, x_test, mean_image)
proven.figure("its share of the ceiling, eight times the epochs", finished_share, digits=2)
proven.claim("divided twice, the MSE is below 0.00001", twice_mse < 1e-5)
proven.claim("divided twice, it is above the ceiling all the same", twice_share > 1)
healthy_share = share_of_ceiling(healthy, x_test, mean_image)
proven.claim("the healthy network is below half of the ceiling", healthy_share < 0.5)
proven.claim(
    f"in {EPOCHS} epochs it is behind PCA",
    healthy_share > pca_share,
    budget=f"in {EPOCHS} epochs",
    any_width=True,
)
proven.claim(
    "with eight times the epochs it is ahead of PCA", finished_share < pca_share, any_width=True
)
proven.claim(
    "the plotted accuracy is 0 for a perfect answer and grows as answers get worse",
    plotted_as_accuracy == sorted(plotted_as_accuracy) and plotted_as_accuracy[0] == 0,
)
proven.verdict()

# %% [markdown]
# **Read it.** Three answers settle what a measure measures. A measure that praises the black
# image counts mostly background; one of your patients has such a measure.
#
# ## 3. What stands in each figure?
#
# A figure shows arrays, and each has a shape and a range. Here is one. The images are encoded,
# then decoded, and its author concludes that the compressed digits are "still easy to read".
#
# **Predict:** a code is 32 numbers. How can you read a digit in it?

# %% alt="Three rows of ten digits: the input, and two rows called compressed and reconstructed that are slightly blurred and look alike."
SHOWN = torch.stack([(digits.test.labels == d).nonzero()[0, 0] for d in range(10)])
rows = {"input": x_test[SHOWN]}
rows["compressed"] = metrics.apply(healthy, healthy, rows["input"])
rows["reconstructed"] = metrics.apply(healthy, healthy, rows["input"])
plots.image_rows(rows, title="Its claim: the compressed digits are easy to read")
plt.show()

# %% [markdown]
# Three questions per row, and one per pair of rows:

# %%
def examine(rows):
    for name, row in rows.items():
        print(f"{name}: {tuple(row.shape)}, from {row.min():.2f} to {row.max():.2f}")
    return [
        (a, b)
        for a, b in combinations(rows, 2)
        if rows[a].shape == rows[b].shape and torch.allclose(rows[a], rows[b])
    ]

codes = metrics.apply(healthy, healthy.encode, rows["input"])
named = [("compressed", "reconstructed")]
same = examine(rows)
honest = examine(rows | {"compressed": codes})

# %%
proven.claim("compressed and reconstructed are the same array", same == named)
proven.claim("with the real code, no two rows are the same", honest == [])
proven.verdict()

# %% [markdown]
# **Read it.** "Compressed" has the shape of an image, so it is no code: the program
# called the whole network where it meant the encoder. Lesson 01 shows real codes; nobody can
# read them. And print the range of all that you show: a drawing cuts what lies outside
# [0, 1] (section 8).
#
# ## 4. Can it learn sixteen images by heart?
#
# Take one small batch and train on nothing else: the error must go down to almost nothing,
# within seconds. If it does not, the *training* is broken, not the idea.
#
# Two faults. In the first, the program forgot to clear the gradients: here an optimizer
# whose `zero_grad` does nothing. In the second, the learning rate of Adam (Kingma and Ba,
# 2015) is 0.1.

# %%
class Forgetful(torch.optim.Adam):
    def zero_grad(self, set_to_none=True):
        pass

def by_heart(optimizer_class, learning_rate, kind=models.Autoencoder):
    model = new(kind)
    optimizer = optimizer_class(model.parameters(), lr=learning_rate)
    batches = [x_train[:16].to(device)] * 10
    errors = [
        train_epoch(model, batches, reconstruct, optimizer)["loss"] for _ in runtime.epochs(20)
    ]
    return errors, model

# %% [markdown]
# **Predict:** where does each of the two end: near the ceiling, below it, or above?

# %% alt="Error on sixteen images over 200 steps: the healthy network falls steadily to almost nothing; with a learning rate of 0.1 it lies flat from the start; with gradients never cleared it falls, rises, and lies flat at the same height, above a line for the mean image."
few = x_train[:16]
runs = {
    "healthy": by_heart(torch.optim.Adam, 1e-3),
    "gradients never cleared": by_heart(Forgetful, 1e-3),
    "learning rate 0.1": by_heart(torch.optim.Adam, 0.1),
}
level = (few - few.mean(0)).square().mean().item()
steps = range(10, 10 * len(runs["healthy"][0]) + 1, 10)
plots.lines(
    steps,
    {name: errors for name, (errors, _) in runs.items()} | {"mean image": [level] * len(steps)},
    xlabel="step", ylabel="MSE per pixel", log="y",
    title="Only a sound program learns sixteen images by heart",
)
plt.show()

# %% [markdown]
# What do the faulty ones answer? How much do their reconstructions differ from image to
# image? And how large is the largest gradient that they still get?

# %%
answers = {name: metrics.apply(model, model, few) for name, (_, model) in runs.items()}
spread = {name: x_hat.std(0).mean().item() for name, x_hat in answers.items()}
gradients = {}
for name, (_, model) in runs.items():
    model.zero_grad()
    reconstruct(model, few.to(device))["loss"].backward()
    gradients[name] = max(p.grad.abs().max().item() for p in model.parameters())
    bright = (answers[name] > 0.5).float().mean()
    print(f"{name}: largest gradient {gradients[name]:.0e}, share of bright pixels {bright:.2f}")
print(f"the images themselves: share of bright pixels {(few > 0.5).float().mean():.2f}")

# %%
proven.figure("ceiling on the 16 images", level)
for name, (errors, _) in runs.items():
    proven.figure(f"MSE on 16 images, {name}", errors[-1])
proven.figure("spread between reconstructions, healthy", spread["healthy"], digits=3)
learnt = runs["healthy"][0][-1]
proven.claim("the healthy network ends below a tenth of the ceiling", learnt < level / 10)
proven.claim(
    "both faulty ones end above the ceiling",
    min(errors[-1] for name, (errors, _) in runs.items() if name != "healthy") > level,
)
proven.claim("both give every image the same reconstruction", sorted(spread.values())[1] < 1e-3)
proven.claim("with the rate of 0.1 no gradient is left", gradients["learning rate 0.1"] < 1e-6)
proven.verdict()

# %% [markdown]
# **Read it.** Both faulty curves lie still in the end, as if training had converged, but
# above the ceiling. With the rate of 0.1, the first steps pushed the sigmoids so far that no
# gradient comes back: every image gets the same answer, with fewer bright pixels than the
# images have. Gradients that are never cleared add up; Adam then goes on in a direction that was
# right long ago, and arrives at the same place.
#
# ## 5. Is it the number that you think it is?
#
# Ask of any number: on **which images**, in **which mode**, and **when**? Images that were
# trained on are the fault of some of your patients; *when* is in section 8.
#
# Batch normalisation (Ioffe and Szegedy, 2015) scales each unit by mean and variance: in
# training those of the batch, in evaluation fixed ones that were collected before. Here
# `eval()` is never called, only named, without brackets.
#
# **Predict:** the test images come in batches of 100, first unsorted, then sorted by
# digit. Does the order matter?

# %%
runtime.seed_everything(seed)
encoder = nn.Sequential(
    nn.Flatten(), nn.Linear(784, 128), nn.BatchNorm1d(128), nn.ReLU(), nn.Linear(128, 32)
)
normed = models.Autoencoder(encoder, networks.mlp_decoder((32, 128, 784))).to(device)
fit(normed, x_train, reconstruct, CYCLE)
before = metrics.reconstruction_error(normed, x_test).mean().item()  # in evaluation mode

normed.train()
normed.eval  # named, not called
def naive_error(images):
    with torch.no_grad():
        errors = [F.mse_loss(normed(x), x) for x in images.to(device).split(100)]
    return torch.stack(errors).mean().item()

unsorted = naive_error(x_test)
by_digit = naive_error(x_test[digits.test.labels.argsort()])

# %% [markdown]
# Ask the object in which state it is: not "did I write it?" but "is it so?"

# %%
after = metrics.reconstruction_error(normed, x_test).mean().item()
print(f"in training mode: {normed.training}; before {before:.5f}, measured again {after:.5f}")

# %%
proven.figure("test MSE in evaluation mode", before, digits=5)
proven.figure("the same, measured once more at the end", after, digits=5)
proven.figure("test MSE without eval()", unsorted)
proven.figure("test MSE without eval(), sorted by digit", by_digit)
proven.claim("sorted by digit, the error is 1.5 times as large or more", by_digit > 1.5 * before)
proven.claim("measuring has changed the network", after != before)
proven.verdict()

# %% [markdown]
# **Read it.** The same images, the same weights, and very different numbers: an image's
# reconstruction depends on its neighbours in the batch. And the act of measuring moved
# the collected means, so the test images have changed the network. In unsorted batches
# the fault hardly shows. That is why it lives so long.
#
# ## 6. Does every part learn?
#
# A falling loss shows that *something* learns. Here one line too many cuts the code from the
# graph, and the encoder stays as it was drawn at random.
#
# **Predict:** will the error still get below the ceiling?

# %%
class CutOff(models.Autoencoder):
    def forward(self, x):
        return self.decode(self.encode(x).detach())

cut_off = new(CutOff)
start = {name: p.clone() for name, p in cut_off.named_parameters()}
cut_history = fit(cut_off, x_train, reconstruct, CYCLE)

# %% alt="Two falling loss curves over the epochs, both smooth; the healthy one falls further."
plots.curves(
    {"healthy": {"train": history.curve()}, "cut off": {"train": cut_history.curve()}},
    ylabel="MSE per pixel",
    title="Both fall, though one encoder never moved",
    log=False,
)
plt.show()

# %% [markdown]
# **Predict:** the decoder alone has a hundred thousand weights. Can it learn sixteen images
# by heart, with a random encoder, in as many steps as the healthy network?

# %%
cut_errors, _ = by_heart(torch.optim.Adam, 1e-3, CutOff)
print(f"ceiling on the 16 images: {level:.4f}")

# %% [markdown]
# **Read it.** It raises suspicion: after 200 steps the error is far from nothing. But it lies
# below the ceiling and goes on falling, so one could take it for a learning rate that is too
# small. Two questions give the answer, put to each parameter: does a gradient reach you, and did you
# move?

# %%
def gradient_norms(model, x):
    model.zero_grad()
    reconstruct(model, x)["loss"].backward()
    named = model.named_parameters()
    return {name: 0.0 if p.grad is None else p.grad.norm().item() for name, p in named}

norms = {m: gradient_norms(m, x_train[:64].to(device)) for m in (healthy, cut_off)}
moved = {name: not torch.equal(p, start[name]) for name, p in cut_off.named_parameters()}
for name, own in norms[cut_off].items():
    print(f"{name}: healthy {norms[healthy][name]:.4f}, cut off {own:.4f}, moved {moved[name]}")

# %%
cut_mse = metrics.reconstruction_error(cut_off, x_test).mean().item()
proven.figure("test MSE, encoder cut off", cut_mse)
cut_share = share_of_ceiling(cut_off, x_test, mean_image)
proven.figure("its share of the ceiling, encoder cut off", cut_share, digits=2)
proven.claim("the cut-off network is below the ceiling", cut_share < 0.95)
proven.claim("its error is 1.5 times the healthy one's or more", cut_mse > 1.5 * healthy_mse)
for step in (100, 150, 200):
    proven.figure(f"MSE on 16 images, cut off, steps to {step}", cut_errors[step // 10 - 1])
proven.claim("cut off, it still falls", cut_errors[9] > cut_errors[14] > cut_errors[19])
proven.claim(
    "cut off, after 200 steps more than half of the ceiling is left, and less than all",
    level / 2 < cut_errors[19] < level,
)
silent = [name for name, norm in norms[cut_off].items() if norm == 0]
proven.claim("healthy, a gradient reaches everything", min(norms[healthy].values()) > 0)
proven.claim(
    "cut off, the encoder gets none and has not moved",
    silent and all(name.startswith("encoder") and not moved[name] for name in silent),
)
proven.verdict()

# %% [markdown]
# **Read it.** A random encoder is not useless: 32 random sums say a good deal about a
# digit, and the decoder learns to read them. So the error gets below the ceiling.
# Weights that do not move have few causes: a `detach()`, a `no_grad()`, an optimizer that
# was given the parameters of another network, or dead units (lesson 01).
#
# ## 7. Which way must it move?
#
# The strongest examination changes one thing of which you know the effect. If the number
# does not move, or moves the wrong way, something between is broken. This finds faults
# that no range and no gradient shows.
#
# A program shuffles its *test* loader. It computes codes in one pass and takes the labels
# from another. We ask how often the nearest neighbour of a code shows the same
# digit.
#
# **Predict:** what happens to that share when we shuffle the labels on purpose?

# %%
def neighbour_agrees(codes, labels):
    nearest = torch.cdist(codes, codes).fill_diagonal_(float("inf")).argmin(1)
    return (labels[nearest] == labels).float().mean().item()

codes = metrics.apply(healthy, healthy.encode, x_test[:1000])
labels = digits.test.labels[:1000]
passes = [torch.randperm(len(labels)) for _ in range(3)]
mixed, other, purpose = codes[passes[0]], labels[passes[1]], passes[2]
shares = {
    "sound program": neighbour_agrees(codes, labels),
    "sound, labels shuffled on purpose": neighbour_agrees(codes, labels[purpose]),
    "shuffled loader": neighbour_agrees(mixed, other),
    "shuffled loader, shuffled on purpose": neighbour_agrees(mixed, other[purpose]),
}

# %%
sound, spoilt, faulty, no_worse = shares.values()
for name, share in shares.items():
    proven.figure(f"same digit, {name}", share, digits=2)
proven.claim("shuffling on purpose ruins the sound number", spoilt < sound / 3)
proven.claim(
    "it does nothing to the faulty one: that never depended on labels",
    abs(no_worse - faulty) < 0.1,
)
proven.verdict()

# %% [markdown]
# **Read it.** From the faulty number alone one would conclude that codes know nothing of
# digits. The change on purpose says that this number does not even depend on the labels.
# Before you believe a bad result, break it further. Before you believe a good one, take away
# what should cause it: it must become bad.
#
# All symptoms of the course, and what to examine for each, stand on the
# [cheat sheet](../docs/cheat_sheet.md).
#
# ## 8. Depth: four more faults
#
# Each belongs to a section above; nothing later needs them.
#
# ### A picture that hides its range
#
# Figures of images are drawn from 0, black, to 1, white. What lies outside is cut,
# silently. So a decoder without a sigmoid draws a fine picture.
#
# **Predict:** which share of its pixels lies outside [0, 1]?

# %%
runtime.seed_everything(seed)
unbounded = models.Autoencoder(
    networks.mlp_encoder((784, 128, 32)),
    networks.mlp_decoder((32, 128, 784), output=nn.Identity),
).to(device)
fit(unbounded, x_train, reconstruct, CYCLE)
x_hat = metrics.apply(unbounded, unbounded, x_test)
cut_error, error = [(v - x_test).square().mean().item() for v in (x_hat.clamp(0, 1), x_hat)]
examine({"reconstruction": x_hat})

# %% [markdown]
# **Read it.** The picture looks right because drawing corrects it. The range does not
# lie. This is the cheapest examination of all: print the least and the largest value of
# everything that you show.
#
# ### The last batch is not the epoch
#
# Many programs print the loss of the last batch as that of the epoch. How far do batches
# of one epoch differ? We note every one.

# %%
noted = []
def noting(model, x):
    terms = reconstruct(model, x)
    noted.append(terms["loss"].item())
    return terms

model = new()
epochs = fit(model, x_train, noting, TrainConfig(4, 64)).curve()
last_epoch = noted[-(len(noted) // len(epochs)):]

# %% [markdown]
# Five numbers that a program might print as "the loss of the last epoch":

# %%
spread = max(last_epoch) - min(last_epoch)

# %% [markdown]
# **Read it.** Whoever prints one batch prints a draw from that range. The epoch's mean is
# better, if it weighs each batch by its size (the last one has only 44 images). But it
# too is old: most of it was measured while the weights were worse. Measure *after* the
# epoch, in evaluation mode, on images that never moved a weight: the validation curve of
# lesson 01.
#
# ### A seed alone repeats little
#
# The same program twice must give the same weights. A seed at the top of a file does not
# ensure that: each run goes on where the last one left the generator. And here the switch
# for deterministic algorithms is *named*, not called.
#
# **Predict:** three short runs; the seed is set before the first and before the third.
# Which are equal?

# %%
torch.use_deterministic_algorithms  # named, not called
def first_layer(set_seed):
    if set_seed:
        runtime.seed_everything(seed)
    model = models.Autoencoder.mlp((784, 32)).to(device)
    fit(model, x_train[:640], reconstruct, TrainConfig(1, 64), progress=False)
    return model.encoder[1].weight.detach()

first, second, third = [first_layer(set_seed) for set_seed in (True, False, True)]
gaps = [(weights - first).abs().amax().item() for weights in (second, third)]
print(f"largest gap to the first run: second {gaps[0]:.3f}, third {gaps[1]:.3f}")

# %% [markdown]
# **Read it.** Set the seed before each model, and test it as here. Even then the runs are
# equal only on the same machine, with the same number of threads. The switch, if called
# with `True`, would not set a seed. It makes PyTorch add up in the same order every time,
# which matters on a GPU above all, and stop where it has no such algorithm.
#
# ### Which sentences are true?
#
# A sentence can be examined too, if you know what would have to happen. Here are six.
#
# 1. PyTorch's `Module` is a subclass of `Sequential`.
# 2. Division by 255 standardises the pixels.
# 3. An autoencoder is lossy because of its squared error.
# 4. An autoencoder is a non-parametric model.
# 5. An encoder consists of an encoder and an activation that transforms its code.
# 6. Encoder and decoder form a cyclic system.
#
# **Predict:** how many of them are true? And which one can no program examine?

# %%
wide = nn.Linear(784, 784)  # a code as large as the image
nn.init.eye_(wide.weight), nn.init.zeros_(wide.bias)
x_flat, calls = x_test.flatten(1), []
layers = [layer for layer in healthy.modules() if not list(layer.children())]
hooks = [layer.register_forward_hook(lambda layer, *_: calls.append(layer)) for layer in layers]
metrics.apply(healthy, healthy, x_test[:1])
for hook in hooks:
    hook.remove()

# %% [markdown]
# That made a copy machine, for sentence 3, and counted how often each layer of the healthy
# network works for one image, for sentence 6. Which of the sentences are true?

# %%
sizes = [sum(p.numel() for p in model.parameters()) for model in (healthy, new())]
true = {
    1: issubclass(nn.Module, nn.Sequential),
    2: abs(x_train.mean().item()) < 0.01 and abs(x_train.std().item() - 1) < 0.01,
    3: F.mse_loss(wide(x_flat), x_flat).item() > 0,
    4: sizes[0] != sizes[1],  # trained on all images, and on none
    6: len(calls) > len(layers),
}
true

# %%
outside = ((x_hat < 0) | (x_hat > 1)).float().mean().item()
proven.figure("share of pixels outside [0, 1], no sigmoid", outside, digits=2)
proven.figure("share of its error that cutting takes away", 1 - cut_error / error, digits=3)
proven.claim("more than a quarter of the pixels are no pixels", outside > 0.25)
proven.claim("cutting them lowers the error without any training", cut_error < error)
after_epoch = metrics.reconstruction_error(model, x_train).mean().item()
proven.figure("last epoch, its luckiest batch", min(last_epoch))
proven.figure("last epoch, its unluckiest batch", max(last_epoch))
proven.figure("last epoch, its last batch", last_epoch[-1])
proven.figure("last epoch, mean", epochs[-1])
proven.figure("training images after that epoch", after_epoch)
gain = epochs[-2] - epochs[-1]
proven.claim("batches of one epoch differ by more than an epoch's gain", spread > gain)
proven.claim("after the epoch the error is below the epoch's mean", after_epoch < epochs[-1])
proven.claim("the switch was never called", not torch.are_deterministic_algorithms_enabled())
proven.claim("without its own seed a second run differs", gaps[0] > 1e-3)
proven.claim("with its own seed a run is repeated", gaps[1] < 1e-6)
proven.figure("mean of the pixels after division by 255", x_train.mean(), digits=2)
proven.claim("none of the sentences 1, 2, 3, 4 and 6 is true", not any(true.values()))
proven.verdict()

# %% [markdown]
# **Read it.**
#
# 1. The other way round: every `Sequential` is a `Module`.
# 2. It puts pixels into [0, 1]. Standardising subtracts the mean and divides by the standard
#    deviation; where a text says so and the program does not, print the two numbers.
# 3. This copy machine has the squared error and loses nothing. The bottleneck loses.
# 4. Its weights are counted before it sees an image, and no image adds one. A nearest-neighbour
#    search, which keeps all images, is non-parametric.
# 5. This one is about words, so no program can examine it. An activation is a layer *of* the
#    encoder, and most codes, as ours, come from a linear layer.
# 6. An image passes each layer once. Nothing comes back but the gradient.
#
# ## 9. Depth: four faults to cause
#
# Eight VAEs (lesson 08) differ in beta alone; a network has a ReLU on its code; a report shows
# training images as test; a sigmoid is applied twice. All run, and most pictures look well.
#
# **Predict**, before you touch anything: you may see reconstructions, the KL of each unit and
# -ELBO. Which of the three tells where beta is 1? And can pictures tell training images from
# new ones?
#
# ![A VAE with beta 30: ten validation digits, ten equal blurred reconstructions, ten equal samples, ten KL bars of 0.0 nats. The guess that beta is 1 is told to be wrong, since -ELBO is 206 nats and not 126.](../docs/explorables/break_it.png)

# %% tags=["widget"]
from aelesson import explore

explore.break_it()

# %% [markdown]
# **Read it.** Of the eight, -ELBO is lowest at beta 1, 126 nats: only there is it what training
# minimised. At 0.01 and at 30 it is 202 and 206, for opposite reasons:
#
# - at 30 the codes collapsed, KL is 0.0 in every unit, and all ten digits get one answer;
# - at 0.01 reconstructions are better than at 1, but codes spread 3.7 times as far as the prior
#   that samples come from.
#
# Behind the ReLU 18 of 32 units are dead, and the error is 0.020, not 0.012. By heart: after 100
# images the error on new ones is 21 times as large, and after 3,500 still 1.3 times: did you see
# that in the pictures? Two sigmoids: pixels from 0.50 to 0.73, and an error above the ceiling.
#
# ## Break it
#
# Now a fault that passes *all* of these. Half of the test images are copies of training
# images: somebody joined two files and split them again. The network is trained on 300
# images, so it knows some of them by heart; a second one on all, briefly; a third on all,
# four times as long.
#
# **Predict:** how much does the leak flatter each of the three?

# %%
def flattery(images, epochs):
    runtime.seed_everything(seed)
    model = models.Autoencoder.mlp((784, 256, 32)).to(device)
    fit(model, images, reconstruct, TrainConfig(epochs, 64, 5e-3, one_cycle))
    half = min(len(images), len(x_test)) // 2
    leaky = torch.cat([images[:half], x_test[:half]])
    sound, flattered = (metrics.reconstruction_error(model, x).mean() for x in (x_test, leaky))
    return (flattered / sound).item(), leaky

from_few, leaky = flattery(x_train[:300], 60)
from_all, _ = flattery(x_train, EPOCHS)
longer, _ = flattery(x_train, 4 * EPOCHS)
nearest = torch.cdist(leaky.flatten(1), x_train[:300].flatten(1)).amin(1)

# %%
copies = (nearest < 0.1).float().mean().item()
proven.figure("error with the leak / without, trained on 300", from_few, digits=2)
proven.figure("error with the leak / without, trained on all", from_all, digits=2)
proven.figure("error with the leak / without, trained on all, longer", longer, digits=2)
proven.figure("share of test images nearer than 0.1 to a training image", copies, digits=2)
proven.claim(
    "trained on 300 images, the leak hides a quarter of the error or more", from_few < 0.75
)
proven.claim(
    f"trained on all in {EPOCHS} epochs, it hides less than a tenth",
    from_all > 0.9,
    budget=f"in {EPOCHS} epochs",
)
proven.claim("four times as long, it hides more", longer < from_all)
proven.verdict()

# %% [markdown]
# **Explain it.** Why does no section above find it? Why does the second network hardly
# gain, and the third more? And what finds it?
#
# <details><summary>Our answer</summary>
#
# The code is in order: the fault lies in the *data*. A leak flatters by as much as the network has learnt by heart. A
# network that is as good on new images as on old ones gains nothing from cheating, so
# there the leak hides, until somebody trains longer. (Kapoor and Narayanan, 2023, found
# leaks in hundreds of published studies.) What finds it is a look at the data: the distance from each test image to the nearest training image. (We ask for
# less than 0.1, since `torch.cdist` rounds; digits of two people are more than ten times as
# far apart.) Copies are no test.
#
# </details>
#
# ## Check yourself
#
# <details><summary>1. A colleague reports an MSE of 0.0004. Which two numbers do you ask for
# before you congratulate?</summary>
#
# The MSE of the mean image on the same images, the ceiling, and that of PCA with as many
# components as the code has numbers. And the range of the pixels.
#
# </details>
#
# <details><summary>2. A BCE of 30 nats per image on MNIST's grey digits: good?</summary>
#
# Impossible. A perfect reconstruction of the grey pixels has their entropy, about 46
# nats. Either the pixels were made black and white, or the targets leave [0, 1], or
# something is a mean over pixels, or the images are not those.
#
# </details>
#
# <details><summary>3. The network cannot learn 16 images by heart. Name three causes that do
# not lie in the network's size.</summary>
#
# Gradients never cleared, a learning rate that is too high, an optimizer that holds other
# parameters, a last activation that cannot reach the pixels.
#
# </details>
#
# <details><summary>4. The sixteen images raise suspicion of an encoder that is cut off. Why
# are gradients still the better examination for it?</summary>
#
# Sixteen random codes are all different, and the decoder alone can store an image for
# each, only more slowly. So the error falls, and where "slow" ends and "broken" begins is
# a matter of taste. A gradient of exactly 0 is no matter of taste, and it names the place.
#
# </details>
#
# <details><summary>5. Why change something on purpose, when you could read the code?</summary>
#
# You read what you meant to write. A change whose effect you know asks the program
# itself.
#
# </details>
#
# ## Summary
#
# - Errors that stop a program are read from the last line upwards: it says what, your own
#   last line says where.
# - Every number has a floor and a ceiling. An error of 0.0000 was above the ceiling, and
#   an "accuracy" was a loss.
# - Rows of a picture have shapes and ranges, and two rows may be one array. Sixteen images
#   tell whether training works; gradients tell whether every part takes part; mode and
#   moment tell whether the number is the one you think.
# - A change whose effect you know finds what no look at one run can. And some faults lie
#   in the data, where none of this looks.
#
# ## What we claimed
#
# Each claim was checked in this run; the ticks say where else it held.

# %%
proven.summary()

# %% [markdown]
# ## Exercises
#
# Fourteen patients, each with a number or picture to believe, wait in [your
# sheet](../workbook/13_clinic.ipynb): one is healthy, one has two faults, and one can be
# found by measuring only. You name the fault first, and mend it then. If the link finds nothing, run `aelesson workbook`
# in a terminal once: it lays the sheets there.
#
# ## References
#
# - D. P. Kingma and J. Ba (2015), *Adam: a method for stochastic optimization*,
#   [arXiv:1412.6980](https://arxiv.org/abs/1412.6980).
# - S. Ioffe and C. Szegedy (2015), *Batch normalization: accelerating deep network
#   training by reducing internal covariate shift*,
#   [arXiv:1502.03167](https://arxiv.org/abs/1502.03167).
# - S. Kapoor and A. Narayanan (2023), *Leakage and the reproducibility crisis in
#   machine-learning-based science*,
#   [doi:10.1016/j.patter.2023.100804](https://doi.org/10.1016/j.patter.2023.100804).
#
# ## Next
#
# [Lesson 14](14_your_data.ipynb) takes data of your own. Put your program through the six
# examinations before you show its numbers to anybody.
