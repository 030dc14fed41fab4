# %% [markdown]
# # 01 What survives a bottleneck?
#
# You will build an autoencoder of a popular shape, find that it needs very long to pass a method
# from 1901, and mend it one step at a time until it wins.
#
# **You will be able to**
#
# - build an autoencoder and its training loop by hand, and prove that both equal the
#   library's;
# - judge reconstructions against baselines, on images that were never trained on, and name the
#   budget of the training;
# - find dead code units and say what they cost;
# - save an encoder and a decoder apart, and load them back equal.
#
# **Time:** 30 minutes, and 10 for the depth; the code takes less than a minute on 2 cores.
#
# **Before this:** [00 Start here](00_start_here.ipynb), and some PyTorch: tensors,
# `nn.Module`, `backward()`.

# %%
import tempfile
import zlib
from pathlib import Path

import matplotlib.pyplot as plt
import torch
from sklearn.decomposition import PCA
from torch import nn

from aelesson import data, expected, metrics, models
from aelesson import objectives, plots, results, runtime
from aelesson.training import TrainConfig, fit, one_cycle

# %% [markdown]
# The digits are a sample of MNIST (LeCun et al., 1998). `proven` holds every headline number below
# against a prediction interval from five training seeds, where one more run should fall, and
# asserts the comparisons.

# %%
device = runtime.start()
plots.use_style()
digits = data.load()
x_train, x_test = digits.train.images, digits.test.images
proven = expected.Lesson("01_basics", digits.name)
EPOCHS, LONG = (40, 140) if len(x_train) < 10_000 else (10, 20)
tuple(x_train.shape), tuple(digits.validation.images.shape), tuple(x_test.shape)

# %% [markdown]
# Three parts, and each has one job. The **training** images move the weights. The
# **validation** images choose: settings, epochs, which idea to keep. The **test** images
# judge, and nothing is ever chosen by looking at them.
#
# ## 1. What must be beaten?
#
# An error means nothing alone. Ours is the mean squared error (MSE) per pixel, with
# pixels from 0 (black) to 1 (white). Two methods set the scale, and neither is a neural
# network. The **mean image** answers every digit with the same picture: 0 numbers per
# image. **PCA** with 32 components is the best *linear* map to 32 numbers and back, on
# the images it was fitted to (Pearson, 1901). Its output may leave [0, 1], and we know that
# pixels do not, so we clip it.
#
# **Predict:** by what factor do 32 numbers beat 0 numbers?

# %%
mean_image = x_train.mean(0, keepdim=True)
pca = PCA(32).fit(x_train.flatten(1).numpy())
x_pca = pca.inverse_transform(pca.transform(x_test.flatten(1).numpy())).clip(0, 1)
x_pca = torch.tensor(x_pca, dtype=torch.float32).reshape(x_test.shape)

baseline = {
    "mean image": (x_test - mean_image).square().mean().item(),
    "PCA, 32 components": (x_test - x_pca).square().mean().item(),
}
pca_mse = baseline["PCA, 32 components"]

# %% alt="Ten test digits in three rows: the digits, the mean image ten times, and slightly rough PCA reconstructions."
SHOWN = torch.stack([(digits.test.labels == d).nonzero()[0, 0] for d in range(10)])
plots.image_rows(
    {
        "digit": x_test[SHOWN],
        "mean image": mean_image.expand(10, -1, -1, -1),
        "PCA": x_pca[SHOWN],
    },
    title="The two to beat: one picture for all, and the best linear map to 32 numbers",
)
plt.show()

# %%
for name, value in baseline.items():
    proven.figure(f"test MSE, {name}", value)
proven.verdict()

# %% [markdown]
# **Read it.** The mean image is wrong about four times as much. Most of PCA's digits are
# readable, with a grey haze around the strokes: a sum of 32 fixed pictures cannot end a
# stroke sharply. A neural autoencoder with a code of 32 has earned its name only if it
# gets below this second number.
#
# ## 2. Can you build one in ten lines?
#
# An autoencoder (Hinton and Salakhutdinov, 2006) is two functions. The **encoder** $f$ squeezes an image
# $x \in [0, 1]^{784}$ into a **code** $z = f(x) \in \mathbb{R}^{32}$; the **decoder** $g$
# makes an image of it again, $\hat{x} = g(z)$. Nobody tells the network what to keep: it
# only has to get the image back,
#
# $$\min_{f, g}\; \frac{1}{784} \sum_{p=1}^{784} (\hat{x}_p - x_p)^2 .$$
#
# Each layer is a linear map; between two layers stands a ReLU, or the whole network would
# collapse into one linear map and PCA would be its best case. The decoder ends in a
# sigmoid, since pixels lie in [0, 1]. The code has no activation: nothing says that it
# must be positive.

# %%
class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Flatten(),
            *[nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU()],
            nn.Linear(64, 32),
        )
        self.decoder = nn.Sequential(
            *[nn.Linear(32, 64), nn.ReLU(), nn.Linear(64, 128), nn.ReLU()],
            *[nn.Linear(128, 784), nn.Sigmoid(), nn.Unflatten(1, (1, 28, 28))],
        )

    def forward(self, x):
        return self.decoder(self.encoder(x))

# %% [markdown]
# The library builds the same network from a list of sizes. To prove it, we give both the
# same weights and ask for the same output, bit for bit. Then we count: how many numbers
# will be learnt?

# %% tags=["nbval-check-output"]
SIZES = (784, 128, 64, 32)
by_hand, from_library = Autoencoder(), models.Autoencoder.mlp(SIZES)
from_library.load_state_dict(by_hand.state_dict())
assert torch.equal(by_hand(x_test), from_library(x_test))
sum(p.numel() for p in by_hand.parameters())

# %% [markdown]
# **Read it.** Same names, same shapes, same output: from here on we use the library's.
# Nine in ten of these numbers belong to the first and the last layer, the two that touch
# the pixels.
#
# ## 3. What happens in one training step?
#
# A training loop repeats four lines. Reconstruct a batch and measure its loss; clear the
# old gradients; compute the new ones; take a step. The images are **shuffled** anew in
# every epoch, or each batch would look like the one before. And the mean over an epoch
# weighs each batch by its size, because the last batch is smaller.
#
# This is the only place in the course where the loop is written out. (`runtime.epochs` is
# `range`; only the course's own trials make it longer.)

# %%
def train_by_hand(model, images, epochs, generator):
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    for _ in runtime.epochs(epochs):
        total = 0.0
        for chosen in torch.randperm(len(images), generator=generator).split(64):
            x = images[chosen]
            loss = (model(x) - x).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(x)
        print(f"mean loss of the epoch: {total / len(images):.4f}")

# %% [markdown]
# The library's `fit` adds a progress bar, validation, checkpoints and learning-rate
# schedules. Underneath it must be this very loop.
#
# **Predict:** after two epochs from equal weights and equal shuffling, how far apart are
# the two models' weights?

# %%
seed = runtime.default_seed()
by_hand, from_library = by_hand.to(device), from_library.to(device)
x_first = x_train[:3500].to(device)
train_by_hand(by_hand, x_first, 2, torch.Generator().manual_seed(seed))
two_epochs = TrainConfig(epochs=2, batch_size=64)
_ = fit(from_library, x_first, objectives.reconstruction(), two_epochs)

# %%
pairs = zip(by_hand.parameters(), from_library.parameters(), strict=True)
proven.claim(
    "the loop by hand and the library's fit give equal weights",
    all(torch.allclose(a, b, atol=1e-6) for a, b in pairs),
)
proven.verdict()

# %% [markdown]
# **Read it.** The weights agree up to rounding: there is no secret in the
# library. So from now on one line trains, and we can spend our attention on *what* is
# trained.
#
# ## 4. What does one wrong activation cost?
#
# A common slip is a ReLU behind the code layer as well, where only hidden layers need one. We
# train both versions, from the same seed, for equally many steps. `measure` trains a model and
# keeps its history and its test error.

# %%
x_validation, test_mse, histories = digits.validation.images, {}, {}

def measure(name, model, **settings):
    config = TrainConfig(**{"epochs": EPOCHS, "batch_size": 64, **settings})
    histories[name] = fit(
        model.to(device), x_train, objectives.reconstruction(), config,
        validation=x_validation,
    )
    test_mse[name] = metrics.reconstruction_error(model, x_test).mean().item()

# %% [markdown]
# **Predict:** with a ReLU on it, how many of the 32 code units will be zero for *every*
# training image?

# %%
runtime.seed_everything(seed)
relu_code = models.Autoencoder.mlp(SIZES)
relu_code.encoder.append(nn.ReLU())
measure("ReLU on the code", relu_code)

runtime.seed_everything(seed)
linear_code = models.Autoencoder.mlp(SIZES)
measure("linear code", linear_code)

# %% [markdown]
# A unit that is zero for every training image is **dead**: it says nothing, and no gradient
# flows through it. Only when the layers below it move can it come back, and it rarely does.

# %%
dead = metrics.dead_units(metrics.apply(relu_code, relu_code.encode, x_train))
for name, value in test_mse.items():
    proven.figure(f"test MSE, {name}, {EPOCHS} epochs", value)
proven.figure("dead units of 32, ReLU on the code", dead, digits=0)
proven.claim("a ReLU on the code kills code units", dead > 0)
proven.claim("in 784-128-64-32 a linear code reconstructs better than a ReLU code",
             test_mse["linear code"] < test_mse["ReLU on the code"])
proven.claim(f"in {EPOCHS} epochs neither beats clipped PCA, as 784-128-64-32",
             min(test_mse.values()) > pca_mse, budget=f"in {EPOCHS} epochs")
proven.verdict()

# %% [markdown]
# **Read it.** The code of 32 did not stay one: part of it died in training, and the bottleneck
# became narrower than anybody asked for. Leaving this ReLU out lowers the error. But look at the
# last claim: *both* lose to PCA, in this many steps. Would they win with more? A rival has lost only when its validation error has stopped falling. So
# both go on training.
#
# **Predict:** how many epochs does each need to pass PCA?

# %%
for name, model in {"ReLU on the code": relu_code, "linear code": linear_code}.items():
    runtime.seed_everything(seed)
    measure(f"{name}, {LONG} epochs", model, epochs=LONG - EPOCHS)

# %% [markdown]
# The validation error of both, over both trainings, and PCA's on the same images:

# %% alt="Validation error against epochs, both axes logarithmic. Both networks fall all the time; the linear code crosses the line of clipped PCA late, after more than twice the epochs of the first comparison; the ReLU code stays above it."
flat = x_validation.flatten(1)
pca_back = torch.tensor(pca.inverse_transform(pca.transform(flat.numpy())).clip(0, 1))
line = (pca_back - flat).square().mean().item()
falling = {
    name: [e for part in (name, f"{name}, {LONG} epochs")
           for e in histories[part].curve("validation")]
    for name in ("ReLU on the code", "linear code")
}
epochs = range(1, len(falling["linear code"]) + 1)
plots.lines(epochs, falling | {"PCA, 32 components": [line] * len(epochs)}, xlabel="epoch",
            ylabel="validation MSE per pixel", log="xy", markers=False,
            title="Who loses is a question of epochs")
plt.show()

# %%
for name in falling:
    proven.figure(f"test MSE, {name}, {LONG} epochs", test_mse[f"{name}, {LONG} epochs"])
proven.claim(f"in {LONG} epochs the linear code passes clipped PCA, the ReLU code does not",
             test_mse[f"linear code, {LONG} epochs"] < pca_mse
             < test_mse[f"ReLU on the code, {LONG} epochs"], budget=f"in {LONG} epochs")
proven.verdict()

# %% [markdown]
# **Read it.** The linear code needs more than 100 epochs, the ReLU code more than we gave it, and
# both still fall at the end. So "it loses to PCA" is no property of the network: it is true *in so
# many epochs*, at this rate. "Like PCA, but non-linear and therefore better" needs its budget, too.
# What we may say is that this shape learns slowly.
#
# Now you train. The page below has one layer less, 784-128-32, and a rate that rises and falls.
#
# **Predict:** is it ahead of PCA-32 within 20 epochs? And with the code activation set to ReLU?
#
# ![A network of 784-128-32 after 20 epochs: the validation error, 0.0134, is below the line of PCA, 0.0156; ten digits, and below them what PCA and the network make of them.](../docs/explorables/train.png)

# %% tags=["widget"]
from aelesson import explore

explore.train()

# %% [markdown]
# **Read it.** With a linear code it is ahead after a dozen epochs. With a ReLU 12 of the 32 units
# are dead after 20 epochs, and it stays behind. Try the other seeds, and more epochs: where
# fewer units die, the ReLU code gets there, too, and later.
#
# ## 5. What earns it?
#
# The usual advice is a deeper network. We go the other way and leave a layer **out**: 784,
# 128, 32 instead of 784, 128, 64, 32. That also takes away 6 % of the parameters. Then we
# change how it is trained: instead of staying at 0.001, the **learning rate** rises to
# 0.005 and falls to zero (one cycle). Large steps find a good region fast; small ones
# settle into it (Smith and Topin, 2019). The peak was chosen on the validation images.
#
# **Predict:** what gets worse with one layer fewer?

# %%
runtime.seed_everything(seed)
measure("no layer of 64", models.Autoencoder.mlp((784, 128, 32)))

cycle = {"schedule": one_cycle, "learning_rate": 5e-3}
runtime.seed_everything(seed)
best = models.Autoencoder.mlp((784, 128, 32))
measure("no layer of 64, one cycle", best, **cycle)

# %% [markdown]
# All steps so far in one picture. Bars that pass PCA are dark.

# %% alt="Bars of test MSE beside a dashed line for clipped PCA. After 40 epochs the ReLU code and the linear code end beyond it; after 140 the linear code has just passed it. Without the layer of 64 40 epochs are enough, and with one cycle the bar is shortest."
named = {name: "" if "epochs" in name else f", {EPOCHS} epochs" for name in test_mse}
plots.ladder(
    {f"{name}{named[name]}": value for name, value in test_mse.items()},
    xlabel="test MSE per pixel (lower is better)", marks={"PCA, 32 components": pca_mse},
    title="A smaller network passes PCA sooner",
)
plt.show()

# %% [markdown]
# **Read it.** Nothing: in the same number of steps the smaller network is ahead of PCA. The deeper
# one is worse on its own training images too, so it does not suffer from learning by heart: it has
# learnt less. The schedule helps as well, without one more
# parameter.
#
# **And at full size?** The course keeps what was measured once on all of MNIST
# ([results](../docs/results.md#autoencoder)):

# %%
full = results.full_size("autoencoder")
print(full)

# %%
for name in ("no layer of 64", "no layer of 64, one cycle"):
    proven.figure(f"test MSE, {name}, {EPOCHS} epochs", test_mse[name])
proven.claim("784-128-32 beats clipped PCA", test_mse["no layer of 64"] < pca_mse)
proven.claim("its training error is lower too: the deeper network has learnt less",
             histories["no layer of 64"].curve()[-1] < histories["linear code"].curve()[-1],
             any_width=True)
proven.claim(f"in {EPOCHS} epochs a one-cycle rate lowers its error further",
             test_mse["no layer of 64, one cycle"] < test_mse["no layer of 64"],
             budget=f"in {EPOCHS} epochs")
proven.verdict()

# %% [markdown]
# **Read it.** "A tutorial's network" is our ReLU code, trained on all images for 10 epochs: it is on
# a level with PCA, and in one of the runs ahead, as the range shows. A wider network, trained by a
# better recipe, leaves both far behind. All three saw the same images; between the two networks
# layers, activation and recipe changed, and the table does not tell which of them did it.
#
# ## 6. Is it still learning, or learning by heart?
#
# Training loss alone cannot say. The validation loss is measured on images that never
# moved a weight: where the two curves part, the network has begun to learn *these*
# images as well as digits. (The training loss is a mean over the epoch, while the weights still
# improve: at first it lies above.)

# %% alt="Training and validation loss over the epochs, with and without the layer of 64; in both the validation curve flattens above the training curve."
chosen = {name: histories[name] for name in ("linear code", "no layer of 64, one cycle")}
plots.curves(
    {
        name: {part: history.curve(part) for part in ("train", "validation")}
        for name, history in chosen.items()
    },
    ylabel="MSE per pixel",
    title="The curves part, but validation does not turn upwards",
)
plt.show()

# %%
endings = [(h.curve("validation")[-1], min(h.curve("validation"))) for h in chosen.values()]
proven.claim(f"in {EPOCHS} epochs validation error ends within 5 % of its lowest value",
             all(last <= 1.05 * lowest for last, lowest in endings),
             budget=f"in {EPOCHS} epochs")
proven.verdict()

# %% [markdown]
# **Read it.** There is a gap: some of the gain is special to the training images. But the
# validation error does not climb back, so stopping earlier would not have helped. A gap
# is no disaster; a validation curve that turns upwards is.
#
# ## 7. What does a code look like?
#
# Input, code and reconstruction, side by side. A code of 32 numbers is not a small picture: we
# draw it as cells, red above zero and blue below.

# %% alt="Three rows for ten digits: the input, a block of red and blue code cells without visible shape, and a sharp reconstruction."
codes = metrics.apply(best, best.encode, x_test)
plots.image_rows(
    {
        "input": x_test[SHOWN],
        "code": codes[SHOWN],
        "reconstruction": metrics.apply(best, best.decode, codes[SHOWN]),
    },
    title="784 numbers, then 32, then 784 again",
)
plt.show()

# %% [markdown]
# Does the decoder really use the code, or has it learnt to draw some average digit? A
# control tells: hand every code to the wrong image.
#
# **Predict:** will the error be that of the mean image, or worse?

# %%
swapped = metrics.apply(best, best.decode, codes.roll(1, dims=0))
swapped_mse = (swapped - x_test).square().mean().item()
proven.figure("test MSE with the codes of other images", swapped_mse, digits=3)
proven.claim(
    "a wrong code is worse than the mean image", swapped_mse > baseline["mean image"]
)
pixels = (x_test * 255).round().byte().numpy()
packed = [len(zlib.compress(image.tobytes(), 9)) for image in pixels]
proven.figure("bytes per test image, zlib", sum(packed) / len(packed), digits=0)
proven.claim("zlib needs less than twice 128 bytes", sum(packed) / len(packed) < 256)
proven.verdict()

# %% [markdown]
# **Read it.** A sharp picture of the wrong digit is a worse answer than a blurred average:
# all that the decoder knows about an image stands in its code.
#
# The last number is a warning about the word *compression*. 32 numbers of 4 bytes are 128
# bytes, with loss. Zlib, a program that knows nothing about digits, stores the image in less than
# twice as many and loses nothing. Lesson 10 makes the comparison properly.
#
# ## 8. Depth: What do three numbers know?
#
# A code of 3 can be looked at. Nobody told the network about the ten digits; the labels
# only sort the codes into panels. PCA with 3 components is the baseline.
#
# **Predict:** at 32 numbers the smaller network won. And at 3?

# %%
few_epochs = {**cycle, "learning_rate": 3e-3, "epochs": EPOCHS * 5 // 8}
runtime.seed_everything(seed)
tiny = models.Autoencoder.mlp((784, 128, 64, 3))
measure("code of 3", tiny, **few_epochs)
runtime.seed_everything(seed)
measure("code of 3, no layer of 64", models.Autoencoder.mlp((784, 128, 3)), **few_epochs)

pca3 = PCA(3).fit(x_train.flatten(1).numpy())

# %% [markdown]
# Three axes for the three numbers of the code. Grey: all digits.

# %% alt="Ten panels, one for each digit: all codes as a grey cloud in three dimensions, and that digit's codes in blue. Each digit fills a part of the cloud; those of 4, 7 and 9 overlap."
tiny_codes = metrics.apply(tiny, tiny.encode, x_test)
plots.codes_3d(
    tiny_codes, digits.test.labels,
    title="Without a single label, equal digits tend to lie together",
)
plt.show()

# %% [markdown]
# "Tend to" is a number. For each test image we look up its nearest neighbour in the code
# and ask whether it shows the same digit. By chance it would in 10 % of the cases.
#
# **Predict:** how often for the three numbers of PCA, and for our three?

# %%
def neighbour_agrees(codes):
    distances = torch.cdist(codes, codes).fill_diagonal_(float("inf"))
    nearest = distances.argmin(dim=1)
    return (digits.test.labels[nearest] == digits.test.labels).float().mean().item()

# %%
pca3_codes = pca3.transform(x_test.flatten(1).numpy())
x_pca3 = torch.tensor(pca3.inverse_transform(pca3_codes).clip(0, 1), dtype=torch.float32)
pca3_mse = (x_test.flatten(1) - x_pca3).square().mean().item()
for name in ("code of 3", "code of 3, no layer of 64"):
    proven.figure(f"test MSE, {name}", test_mse[name])
proven.figure("test MSE, PCA, 3 components", pca3_mse)
proven.claim("a code of 3 has at least a tenth less error than PCA with 3",
             test_mse["code of 3"] < 0.9 * pca3_mse, any_width=True)
proven.claim("at a code of 3 the network with the layer of 64 is the better one",
             test_mse["code of 3"] < test_mse["code of 3, no layer of 64"], any_width=True)
ours, linear = neighbour_agrees(tiny_codes), neighbour_agrees(torch.tensor(pca3_codes))
proven.figure("nearest neighbour shows the same digit, code of 3", ours, digits=2)
proven.figure("nearest neighbour shows the same digit, PCA with 3", linear, digits=2)
proven.claim("the code of 3 keeps digits together better than PCA", ours > linear + 0.05,
             any_width=True)
proven.verdict()

# %% [markdown]
# **Read it.** At 3, with one cycle, the layer of 64 pays; at 32, at a constant rate, it hurt. A
# likely reason: three numbers can do this work only through a strongly curved map, and more layers
# bend more. So "deeper is better" and "simpler is better" both say too little.
#
# Neighbours agree far more often than by PCA. But many still show another digit: 3 numbers
# are too few for it. How much do more of them help? On all of MNIST, with 784-512-k trained anew
# for each size, for up to 64 epochs ([results](../docs/results.md#code-size)):

# %% alt="Test MSE against the numbers in the code, from 2 to 128, both axes logarithmic. Both lines fall all the way, and the autoencoder's lies below PCA's at every size."
by_size = results.full_size("code-size")
found = by_size.paths()
plots.paths(found, xlabel=by_size.along, ylabel="test MSE per pixel", log="xy",
            title="Each doubling of the code pays, for both of them")
plt.show()
for _, errors in found.values():
    assert all(after < before for before, after in zip(errors, errors[1:]))

# %% [markdown]
# **Read it.** No size is the right one: each doubling lowers the error of both.
# Lesson 03 asks when PCA is ahead after all.

# %% [markdown]
# Can a picture show that? Below are codes of 3 for the 500 validation digits, to turn: PCA, an
# autoencoder and a VAE (lesson 08) of 784-128-64-3, and as a control a linear map drawn at
# random. Here are the autoencoder's from the *best* of 307 views.
#
# **Predict:** the nearest code shows the same digit for 72 %. From the worst view, for how many
# does the nearest *mark*?
#
# ![A cloud of 500 small coloured digits with three axes, in which most equal digits lie together: 1s at one side, 0s at another, and 4s, 7s and 9s mixed. Beside it a table of four codes with errors and shares of neighbours, and below it a 4, its reconstruction and its five nearest digits.](../docs/explorables/turn.png)

# %% tags=["widget"]
explore.turn()

# %% [markdown]
# **Read it.** For 30 %, and from the best view for 65 %: each of these pictures hides
# something. Show only the 8s and 9s: in the code 94 % lie nearest to their own kind, in their
# worst picture 38 %, where chance gives 49 %. So an overlap in one view proves nothing.
#
# Nor does a gap. PCA's 4s and 9s lie nearest to their own kind for 43 %, and in their best
# picture for 65 %: choose one of 307 views by the labels, and it shows more than is there.
#
# Numbers need no view. PCA has 1.42 times the autoencoder's error, and 41 % against 72 %; the
# random map has 21 %.

# %% [markdown]
# ## 9. How do you keep what was learnt?
#
# Encoder and decoder are useful apart: one makes codes, the other makes images. So save
# them apart, as **weights** and not as a pickled model, which would break when a source file
# moves and could run anything when loaded. `weights_only=True` refuses all but tensors.

# %%
with tempfile.TemporaryDirectory() as folder:
    torch.save(best.encoder.state_dict(), Path(folder) / "encoder.pt")
    torch.save(best.decoder.state_dict(), Path(folder) / "decoder.pt")
    loaded = models.Autoencoder.mlp((784, 128, 32)).to(device)
    for name in ("encoder", "decoder"):
        weights = torch.load(Path(folder) / f"{name}.pt", weights_only=True)
        getattr(loaded, name).load_state_dict(weights)

# %%
x_some = x_test[:100].to(device)
proven.claim(
    "the loaded halves reconstruct exactly as the saved ones",
    torch.equal(loaded(x_some), best(x_some)),
)
proven.verdict()

# %% [markdown]
# **Read it.** Equal to the last bit. A saved model that nobody has loaded back is only a
# hope.
#
# ## Break it
#
# Take away most of the data: 100 training images. And take away the bottleneck too: a code
# of 1024, larger than the image, beside one of 32. Then make a common mistake, and show how well
# the *training* images come back.
#
# **Predict:** which of the two models does better on the test images?

# %%
x_few, few_mse, broken = x_train[:100], {}, {}
for size in (32, 1024):
    runtime.seed_everything(seed)
    broken[size] = models.Autoencoder.mlp((784, 512, size)).to(device)
    settings = TrainConfig(80, 20, 2e-3, one_cycle)
    fit(broken[size], x_few, objectives.reconstruction(), settings, progress=False)
    for part, x in (("the 100 training images", x_few), ("test images", x_test)):
        few_mse[size, part] = metrics.reconstruction_error(broken[size], x).mean().item()

# %% alt="Four rows: training digits and their near perfect reconstructions, then test digits and reconstructions that are noisy and broken."
plots.image_rows(
    {
        "train": x_few[:10],
        "train, back": metrics.apply(broken[1024], broken[1024], x_few[:10]),
        "test": x_test[SHOWN],
        "test, back": metrics.apply(broken[1024], broken[1024], x_test[SHOWN]),
    },
    title="Code of 1024: near perfect on the images it was trained on",
)
plt.show()

# %% [markdown]
# The textbook says that the bottleneck is what keeps an autoencoder from learning by heart.
# Let us ask.

# %%
for (size, part), value in few_mse.items():
    proven.figure(f"MSE on {part}, code {size}", value)
TRAIN, TEST = "the 100 training images", "test images"
proven.claim(
    "with either code, training images come back 10 times better than test images",
    all(few_mse[size, TRAIN] * 10 < few_mse[size, TEST] for size in broken),
)
proven.claim(
    "on 100 images the code of 32 does no better on test images than that of 1024",
    few_mse[32, TEST] > few_mse[1024, TEST], any_width=True,
)
proven.claim(
    "both are far worse than the model that saw all training images",
    min(few_mse[32, TEST], few_mse[1024, TEST]) > 2 * test_mse["no layer of 64, one cycle"],
)
proven.verdict()

# %% [markdown]
# **Explain it.** Why is the upper half of the picture no evidence at all? Why did the
# bottleneck not help? Which one number tells the truth?
#
# <details><summary>Our answer</summary>
#
# A network with hundreds of thousands of weights can store 100 images, whatever the size
# of the code: 32 numbers are more than enough to tell 100 images apart, and the decoder
# keeps the rest. So a bottleneck does not protect you. What the model lacks is not a
# tighter code but more images (and, at 400 steps, some time). The reconstruction of a training image measures
# memory; only the error on images that were held back measures what was learnt about
# digits.
#
# </details>
#
# ## Check yourself
#
# <details><summary>1. Why does a linear autoencoder never beat PCA with the same code
# size?</summary>
#
# Encoder and decoder together are one linear map of rank at most 32. PCA gives the map of
# that rank with the lowest squared error on the training images (Eckart and Young, 1936),
# so nothing linear can do better there. Lesson 03 proves it in code.
#
# </details>
#
# <details><summary>2. Your code layer has a ReLU and 11 of 32 units are dead. Would more
# training bring them back?</summary>
#
# Hardly. A dead unit's input is negative for every image, the gradient of the ReLU is zero
# there, and so nothing moves its weights. Now and then the layers below move its input
# above zero by chance. Take the ReLU away instead; a code may be negative.
#
# </details>
#
# <details><summary>3. A colleague reports a training loss below PCA's error. What do you
# ask?</summary>
#
# On which images was it measured: the ones trained on, or held-out ones? After how many epochs?
# Is the number a mean over pixels or a sum? Was PCA clipped, and fitted on the same training images? How
# far do seeds spread?
#
# </details>
#
# ## Summary
#
# - An autoencoder is an encoder, a decoder and the wish to get the image back. You built
#   it and its loop by hand, and both equal the library's.
# - A number needs baselines, held-out images and a budget. In the same epochs a popular shape
#   lost to clipped PCA and a smaller one won; trained much longer, and without a ReLU on the code,
#   the first one passes PCA as well. Training images prove nothing, with a bottleneck or without.
# - A ReLU on the code kills units, and the bottleneck becomes narrower than you asked for.
# - Encoder and decoder are saved apart, as weights, and loading them back is part of
#   saving.
#
# ## What we claimed
#
# Each claim was checked in this run; the ticks say where else it held.

# %%
proven.summary()

# %% [markdown]
# ## Exercises
#
# From counting parameters to honest evaluation, then a program to mend and an open task:
# [your sheet](../workbook/01_basics.ipynb). If the link finds nothing, run
# `aelesson workbook` in a terminal once: it lays the sheets there.
#
# ## References
#
# - K. Pearson (1901), *On lines and planes of closest fit to systems of points in space*,
#   [doi:10.1080/14786440109462720](https://doi.org/10.1080/14786440109462720).
# - C. Eckart and G. Young (1936), *The approximation of one matrix by another of lower
#   rank*, [doi:10.1007/BF02288367](https://doi.org/10.1007/BF02288367).
# - G. E. Hinton and R. R. Salakhutdinov (2006), *Reducing the dimensionality of data with
#   neural networks*, [doi:10.1126/science.1127647](https://doi.org/10.1126/science.1127647).
# - L. N. Smith and N. Topin (2019), *Super-convergence: very fast training of neural
#   networks using large learning rates*, [arXiv:1708.07120](https://arxiv.org/abs/1708.07120).
# - Y. LeCun, L. Bottou, Y. Bengio and P. Haffner (1998), *Gradient-based learning applied to
#   document recognition*, [doi:10.1109/5.726791](https://doi.org/10.1109/5.726791).
#
# ## Next
#
# We asked for small *squared* errors without asking why squares.
# [Lesson 02](02_losses.ipynb) asks what a loss believes about pixels.
