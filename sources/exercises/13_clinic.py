# %% [markdown]
# # Exercises 13: the clinic
#
# Fourteen patients, for after the lesson [13 What is wrong when nothing looks
# wrong?](../notebooks/13_clinic.ipynb). Each is a short program that runs and shows a
# number or picture. Most re-create a mistake that was published. But look twice: **one
# is healthy, one has two faults, and one can be found by measuring only.**
#
# 1. Work in your own copy: this sheet in the folder `workbook/` (if it is not there,
#    `aelesson workbook` in a terminal makes it). Run the next cell.
# 2. For each patient: run its cells, and **measure** as the lesson does; add cells for
#    it. Then write one of the twelve choices below in place of the dots, such as
#    `diagnose(1, "sign")`, or two: `diagnose(1, "sign", "figure")`. A wrong choice tells
#    you what speaks against it.
# 3. Only then open the goal. Copy the **body** of the function whose name ends in
#    `_broken` over the line that starts with `raise`. Mend it, run it, and run the check
#    below. The check looks at what your function does, never at how it is written.
# 4. Run the cell after the check: it shows the honest number beside the first one.
# 5. Save, then `aelesson progress` in a terminal shows how far you are.
#
# | choice | what is wrong |
# | --- | --- |
# | `order` | the images come in a wrong order, or not all of them come |
# | `activation` | a layer puts out what cannot be right, or cannot put out what is right |
# | `target` | the loss compares with the wrong thing |
# | `units` | two numbers are added or compared that have different units, as sum and mean |
# | `meaning` | one number is read in two ways |
# | `sign` | a direction is turned round: better counts as worse |
# | `mode` | training mode and evaluation mode are mixed up |
# | `handover` | one trained part hands the wrong thing on to the next |
# | `leak` | what is measured on was seen in training |
# | `measure` | the measure cannot tell a good answer from one that knows nothing |
# | `figure` | what is shown is not what the model got, or not what it made of it |
# | `nothing` | nothing: it looks strange, and it is sound |
#
# **Mend the cause, not the symptom.** What only makes the number look better, such as
# cutting it at 0, another threshold, or a small factor that was tried out, is a *symptom
# mend*: the next user meets the same fault again, and no symptom. The checks say so.
#
# Where there is a `_broken` function, the lines that call it are sound. `B` is a number of
# images. No function may change its inputs. A loss is a tensor that carries gradients;
# where the signature says `float`, return a Python number.

# %%
import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.distributions import Normal
from torch.nn import functional as F

from aelesson import batching, checks, corruptions, data, losses, metrics, models
from aelesson import networks, objectives, plots, runtime
from aelesson.checks.clinic import collection, diagnose
from aelesson.training import TrainConfig, fit, one_cycle, train_epoch

# %% [markdown]
# All patients are trained on the small sample, for a second or two. `train` and `error`
# are sound. `error` is the mean squared error per pixel, in evaluation mode.

# %%
runtime.start()
plots.use_style()
digits = data.load("mnist-5k")
x_train, x_test = digits.train.images, digits.test.images
SHOWN = torch.stack([(digits.test.labels == d).nonzero()[0, 0] for d in range(10)])
mean_image = x_train.mean(0, keepdim=True)  # (1, 1, 28, 28)
reconstruct = objectives.reconstruction()


def train(build, images=x_train, objective=reconstruct, epochs=4, rate=5e-3):
    runtime.seed_everything(0)
    model = build()
    settings = TrainConfig(epochs, 64, rate, one_cycle)
    return model, fit(model, images, objective, settings, progress=False)


def error(model, images=x_test):
    return metrics.reconstruction_error(model, images).mean().item()

# %% [markdown]
# ## Patient 1: the quick learner
#
# *"After a single epoch my loss is lower than my neighbour's. But on new digits her
# network is better, and mine makes everything look a little like a nine."*
#
# The file has the digits sorted by class. The number is the mean loss over the epoch, as
# most programs print it.

# %%
def epoch_batches_broken(images, batch_size, generator):
    """Return all images, in batches."""
    return list(images.split(batch_size))

# %% tags=["demonstration"]
x_stored = x_train[digits.train.labels.argsort(stable=True)]  # as the file has them


def one_epoch(epoch_batches):
    runtime.seed_everything(0)
    model = models.Autoencoder.mlp((784, 128, 32))
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3, fused=True)
    batches = epoch_batches(x_stored, 2, torch.Generator().manual_seed(0))
    return train_epoch(model, batches, reconstruct, optimizer)["loss"], model


running, patient_1 = one_epoch(epoch_batches_broken)
print(f"mean loss of the epoch: {running:.4f}")

# %% [markdown]
# **Measure, then diagnose.** What is wrong with patient 1?
#
# <details><summary>Hint 1</summary>
#
# When was the loss of each batch measured? On what had the network been trained just
# before? Measure the error on test images, for each digit alone.
#
# </details>

# %%
diagnose(1, "...")

# %% [markdown]
# <details><summary>Open after your diagnosis</summary>
#
# **Goal:** mend the order of an epoch. **Difficulty:** easy. **Time:** 10 minutes.
#
# `epoch_batches(images, batch_size, generator) -> list of Tensors` (whatever a `for` loop
# can go through will do: a tuple, a generator, a `DataLoader`)
#
# - `images`: `(N, ...)`; `batch_size`: how many in a batch. All batches are full but the
#   last one, which has the rest.
# - `generator`: a `torch.Generator` on the CPU. All that is random comes from it. It is
#   used as it comes, so each call, that is each epoch, gives another order.
# - returns batches of whole images, `(batch_size, ...)`. Each image comes exactly once,
#   and each order of the `N` images is equally likely.
#
# **Expect:** the mean loss of the epoch becomes slightly *worse*.
#
# </details>
# <details><summary>Hint 2</summary>
#
# It is not enough to change the order of the batches, nor the order inside a batch.
#
# </details>
# <details><summary>Explanation (open it when the check passes)</summary>
#
# **`order`.**
# Nothing is shuffled. While the zeros come, the network becomes a network for zeros, and
# each batch of zeros is measured on it; then it becomes one for ones. So the running loss
# is low all the time, although the network forgets. The error on unseen images tells, and
# the error per digit tells more. Draw a new order of the *images* in every epoch, and cut
# it into batches afterwards. Even in data that are not sorted, a fixed order costs: a
# published program without shuffling ended with an error more than half as large again,
# and its running loss hid it.
#
# </details>

# %%
def epoch_batches(images, batch_size, generator):
    """Return all images, in batches."""
    ### BEGIN SOLUTION
    order = torch.randperm(len(images), generator=generator)
    return [images[chosen] for chosen in order.split(batch_size)]
    ### END SOLUTION

# %% points=1
checks.clinic.epoch_batches(epoch_batches)

# %% tags=["demonstration"]
mended_running, mended_1 = one_epoch(epoch_batches)
print(f"broken: loss of the epoch {running:.4f}, test error {error(patient_1):.4f}")
print(f"mended: loss of the epoch {mended_running:.4f}, test error {error(mended_1):.4f}")
for digit in (0, 1, 9):
    images = x_test[digits.test.labels == digit]
    before, after = (error(model, images) for model in (patient_1, mended_1))
    print(f"only {digit}: broken {before:.4f}, mended {after:.4f}")

# %% [markdown]
# ## Patient 2: the thrifty code
#
# *"My code has 32 numbers, the error is about half that of the mean image, and the curve is
# smooth. Yet with the same network a friend gets a lower error."*

# %%
def build_encoder_broken(sizes):
    """Build an encoder from images to codes."""
    layers = [nn.Flatten()]
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers)

# %% tags=["demonstration"]
def with_encoder(build_encoder):
    decoder = networks.mlp_decoder((32, 128, 784))
    return models.Autoencoder(build_encoder((784, 128, 32)), decoder)


patient_2, _ = train(lambda: with_encoder(build_encoder_broken))
print(f"mean image: {(x_test - mean_image).square().mean():.4f}, patient: {error(patient_2):.4f}")

# %% [markdown]
# **Measure, then diagnose.** What is wrong with patient 2?
#
# <details><summary>Hint 1</summary>
#
# Compute the codes of all training images, `(3500, 32)`. What are the least and the
# largest value of each unit?
#
# </details>

# %%
diagnose(2, "...")

# %% [markdown]
# <details><summary>Open after your diagnosis</summary>
#
# **Goal:** an encoder whose whole code can be used. **Difficulty:** easy.
# **Time:** 10 minutes.
#
# `build_encoder(sizes) -> nn.Module`
#
# - `sizes`: from the pixels of an image to the code, such as `(784, 128, 32)`.
# - returns a network from images `(B, ...)` with `sizes[0]` values each to codes `(B,
#   sizes[-1])`; code units may be any number. It has the same linear layers as before,
#   with biases, and a nonlinear activation after each *hidden* layer. Nothing else: the
#   pixels reach the first layer as they are.
#
# **Expect:** codes of both signs, and a lower test error.
#
# </details>
# <details><summary>Hint 2</summary>
#
# How many units are 0 for *every* image? And why should a code not be negative?
#
# </details>
# <details><summary>Explanation (open it when the check passes)</summary>
#
# **`activation`.**
# The loop puts an activation behind every layer, the code as well. A unit whose input has
# become negative for all images puts out 0 for all, gets no gradient, and is dead. Count
# them with `metrics.dead_units`: the code of 32 is smaller than anybody asked for. A code
# needs no activation. (A LeakyReLU there lets no unit die: a symptom mend. The code still
# bends for no reason.) The other end has the opposite rule: the output's activation must
# fit the range of the data. One activation for both, as a text on autoencoders has it,
# cannot be right for both (patient 3).
#
# </details>

# %%
def build_encoder(sizes):
    """Build an encoder from images to codes."""
    ### BEGIN SOLUTION
    layers = [nn.Flatten()]
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])
    ### END SOLUTION

# %% points=1
checks.clinic.build_encoder(build_encoder)

# %% tags=["demonstration"]
mended_2, _ = train(lambda: with_encoder(build_encoder))
for name, model in {"broken": patient_2, "mended": mended_2}.items():
    silent = metrics.dead_units(metrics.apply(model, model.encode, x_train))
    print(f"{name}: test error {error(model):.4f}, {silent} of 32 code units always 0")

# %% [markdown]
# ## Patient 3: the perfect picture
#
# *"On the screen every digit is fine, and the error is low. But when I save my
# reconstructions as image files, with 8 bits per pixel, they come back full of white
# dots."*

# %%
def build_decoder_broken(sizes):
    """Build a decoder from codes to images."""
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1], nn.Tanh())

# %% tags=["demonstration"] alt="Two rows of ten digits: the input, and reconstructions that are slightly blurred and otherwise right."
def with_decoder(build_decoder):
    decoder = nn.Sequential(build_decoder((32, 128, 784)), nn.Unflatten(1, (1, 28, 28)))
    return models.Autoencoder(networks.mlp_encoder((784, 128, 32)), decoder)


patient_3, _ = train(lambda: with_decoder(build_decoder_broken))
restored_3 = metrics.apply(patient_3, patient_3, x_test[SHOWN])
plots.image_rows(
    {"input": x_test[SHOWN], "patient 3": restored_3},
    title="On the screen, all is well",
)
plt.show()

# %% [markdown]
# **Measure, then diagnose.** What is wrong with patient 3?
#
# <details><summary>Hint 1</summary>
#
# The figure draws from 0 to 1. What is the least value of `restored_3`?
#
# </details>

# %%
diagnose(3, "...")

# %% [markdown]
# <details><summary>Open after your diagnosis</summary>
#
# **Goal:** a decoder that makes pixels. **Difficulty:** easy. **Time:** 10 minutes.
#
# `build_decoder(sizes) -> nn.Module`
#
# - `sizes`: from the code to the pixels, such as `(32, 128, 784)`.
# - returns a network from codes `(B, sizes[0])` to pixels `(B, sizes[-1])` in [0, 1],
#   black 0 and white 1, whatever the codes and weights are. It has the same linear
#   layers, with biases, and a nonlinear activation after each hidden one. Each pixel
#   depends on its own value of the last layer only, and rises with it: as near to 0 and
#   to 1 as you like, and nowhere flat. So nothing is cut, and no image is stretched by
#   its own range. Several activations will do.
#
# **Expect:** saved pictures without dots. The *error* need not fall.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Which activation goes from 0 to 1, smooth, and flat nowhere? Take away the old one: two
# in a row reach less than one.
#
# </details>
# <details><summary>Explanation (open it when the check passes)</summary>
#
# **`activation`.**
# Tanh goes from -1 to 1, pixels from 0 to 1. Much of the background comes out slightly
# negative, which the figure draws as black and a file of 8 bits wraps round to white.
# Print the least and the largest value, always. The error does not show the fault; in a
# short training Tanh may even have the lower one, because a sigmoid learns its black
# background slowly. But a negative pixel is no pixel, and every later step that expects
# one (a file, a cross-entropy, a second network) goes wrong. A decoder without any
# activation has the same illness, as published: its output went from -0.76 to 1.70. A
# ReLU has no upper end, and cutting stops the gradient. The activation of the output must
# fit the range of the data.
#
# </details>

# %%
def build_decoder(sizes):
    """Build a decoder from codes to images."""
    ### BEGIN SOLUTION
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1], nn.Sigmoid())
    ### END SOLUTION

# %% points=1
checks.clinic.build_decoder(build_decoder)

# %% tags=["demonstration"] alt="Two rows of ten saved digits: those of the patient are full of white dots in the background, the mended ones are clean."
mended_3, _ = train(lambda: with_decoder(build_decoder))
saved = {}
for name, model in {"broken": patient_3, "mended": mended_3}.items():
    x_hat = metrics.apply(model, model, x_test)
    outside = ((x_hat < 0) | (x_hat > 1)).float().mean()
    print(f"{name}: test error {error(model):.4f}, {outside:.0%} of the pixels outside [0, 1]")
    saved[name] = (x_hat[SHOWN] * 255).int().to(torch.uint8) / 255  # to a file and back
plots.image_rows(saved, title="The same reconstructions, saved with 8 bits per pixel")
plt.show()

# %% [markdown]
# ## Patient 4: the record loss
#
# *"I scale my images to mean 0 and standard deviation 1, as every recipe says. The
# cross-entropy falls and falls: it is lower than any that was ever published. I have not
# drawn any pictures yet. With such a loss, why should I?"*

# %%
def pixel_loss_broken(logits, x_scaled, mean, std):
    """Return the mean binary cross-entropy per pixel, in nats."""
    return F.binary_cross_entropy_with_logits(logits, x_scaled)

# %% tags=["demonstration"]
MEAN, STD = x_train.mean().item(), x_train.std().item()


def train_scaled(pixel_loss):
    def objective(model, x_scaled):
        return {"loss": pixel_loss(model(x_scaled), x_scaled, MEAN, STD)}

    def build():
        decoder = networks.mlp_decoder((32, 128, 784), output=nn.Identity)  # logits
        return models.Autoencoder(networks.mlp_encoder((784, 128, 32)), decoder)

    return train(build, (x_train - MEAN) / STD, objective, rate=1e-3)


patient_4, history_4 = train_scaled(pixel_loss_broken)
print("loss per epoch, in nats per pixel:", [round(loss, 2) for loss in history_4.curve()])

# %% [markdown]
# **Measure, then diagnose.** What is wrong with patient 4?
#
# <details><summary>Hint 1</summary>
#
# What is the least loss that a perfect reconstruction could have? Which values do the
# targets have?
#
# </details>

# %%
diagnose(4, "...")

# %% [markdown]
# <details><summary>Open after your diagnosis</summary>
#
# **Goal:** the cross-entropy against the pixels. **Difficulty:** medium.
# **Time:** 10 minutes.
#
# `pixel_loss(logits, x_scaled, mean, std) -> Tensor of shape ()`
#
# - `logits`: what the decoder returned, before any sigmoid, `(B, ...)`.
# - `x_scaled`: scaled images of the same shape, (pixels - `mean`) / `std`, where the
#   pixels are in [0, 1]; `mean`, `std`: two numbers, of whatever data.
# - returns the mean over **all** pixels of the binary cross-entropy, in nats, against the
#   *pixels*. It is finite for logits of ±300. Gradients flow back to `logits`.
#
# **Expect:** a loss that is never below 0.
#
# </details>
# <details><summary>Hint 2</summary>
#
# A cross-entropy asks "white or black?", and the target is the share of white. What
# becomes of `-(1 - x) log(1 - p)` when x is -0.4, and p goes to 0? And of the other term,
# when x is 2.8?
#
# </details>
# <details><summary>Explanation (open it when the check passes)</summary>
#
# **`target`.**
# The targets are the scaled images, from about -0.4 to 2.8. For a target outside [0, 1]
# the binary cross-entropy has no floor: the further the logit goes, the lower the loss.
# So training drives the logits outwards for ever, and soon every image gets the same
# white blob. A loss below 0, or below H(x), is no record but an alarm. With probabilities
# instead of logits PyTorch refuses such targets; with logits it accepts them in silence.
# And a sigmoid could not reach 2.8 anyway. The *input* may stay scaled; undo the scaling
# for the target. Do not cut or stretch it: that is a symptom mend, and makes other
# images.
#
# </details>

# %%
def pixel_loss(logits, x_scaled, mean, std):
    """Return the mean binary cross-entropy per pixel, in nats."""
    ### BEGIN SOLUTION
    return F.binary_cross_entropy_with_logits(logits, x_scaled * std + mean)
    ### END SOLUTION

# %% points=1
checks.clinic.pixel_loss(pixel_loss)

# %% tags=["demonstration"] alt="Three rows: ten digits; the patient's answers, ten times the same white blob; and the mended ones, blurred digits."
mended_4, mended_history = train_scaled(pixel_loss)
floor = losses.bernoulli_entropy(x_train).mean() / 784
print("mended, loss per epoch:", [round(loss, 2) for loss in mended_history.curve()])
print(f"a perfect reconstruction would have {floor:.2f}")
rows = {"input": x_test[SHOWN]}
for name, model in {"broken": patient_4, "mended": mended_4}.items():
    x_hat = metrics.apply(model, model, (x_test - MEAN) / STD).sigmoid()
    print(f"{name}: squared error against the pixels {(x_hat - x_test).square().mean():.4f}")
    rows[name] = x_hat[SHOWN]
plots.image_rows(rows, title="Patient 4, before and after")
plt.show()

# %% [markdown]
# ## Patient 5: nine pixels in ten
#
# *"I wanted a number that everybody understands, so I compute an accuracy: round all
# pixels to black or white and count how many are right. My network gets well over nine
# pixels in ten!"*

# %%
def skill_broken(x_hat, x, mean_image):
    """Return how good reconstructions are: 1 for perfect ones."""
    return (x_hat.round() == x.round()).float().mean().item()

# %% tags=["demonstration"]
patient_5, _ = train(lambda: models.Autoencoder.mlp((784, 128, 32)))
restored_5 = metrics.apply(patient_5, patient_5, x_test)
print(f"accuracy: {skill_broken(restored_5, x_test, mean_image):.1%}")

# %% [markdown]
# **Measure, then diagnose.** What is wrong with patient 5?
#
# <details><summary>Hint 1</summary>
#
# Hand the measure three answers whose worth you know: the images themselves, the mean
# image, and black images (`torch.zeros_like(x_test)`). What does it say?
#
# </details>

# %%
diagnose(5, "...")

# %% [markdown]
# <details><summary>Open after your diagnosis</summary>
#
# **Goal:** a measure that tells a network from an empty page. **Difficulty:** medium.
# **Time:** 15 minutes.
#
# `skill(x_hat, x, mean_image) -> float`
#
# - `x_hat`, `x`: reconstructions and images, `(B, C, H, W)`, B from 1; `mean_image`: the
#   mean of the *training* images, `(1, C, H, W)`.
# - returns 1 for perfect reconstructions and 0 for the mean image in place of each.
#   Between and below, it falls in proportion to the squared error over all pixels of all
#   images. It may be negative, and `x_hat` may leave [0, 1]: nothing is cut.
#
# **Expect:** a black image is worse than the mean image, so its skill is below 0.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Compute the squared error of the reconstructions and that of the mean image, over all
# pixels. Which combination of the two is 1 if the first is 0, and 0 if both are equal?
#
# </details>
# <details><summary>Explanation (open it when the check passes)</summary>
#
# **`measure`.**
# Most of each image is background, and whatever is dark gets the background right. A
# black page scores almost as much as the network. No other threshold heals that, nor the
# mean of two accuracies: symptom mends. A measure must be fixed at two ends: at a perfect
# answer and at one that knows nothing of the image. The share of the mean image's squared
# error that is gone is such a measure (statisticians know it as R²). Divide the two
# *sums*; a mean of each image's own ratio would give easy images too much weight. A
# published program went further: it divided the count of pixels by the number of *images*
# and printed an accuracy of more than 60,000 %.
#
# </details>

# %%
def skill(x_hat, x, mean_image):
    """Return how good reconstructions are: 1 for perfect ones."""
    ### BEGIN SOLUTION
    ours, worst = (x_hat - x).square().sum(), (mean_image - x).square().sum()
    return (1 - ours / worst).item()
    ### END SOLUTION

# %% points=1
checks.clinic.skill(skill)

# %% tags=["demonstration"]
answers = {
    "patient 5": restored_5,
    "mean image": mean_image.expand_as(x_test),
    "black": torch.zeros_like(x_test),
}
for name, x_hat in answers.items():
    before, after = (measure(x_hat, x_test, mean_image) for measure in (skill_broken, skill))
    print(f"{name}: accuracy {before:.1%}, skill {after:.2f}")

# %% [markdown]
# ## Patient 6: the denoiser that never saw noise
#
# *"People train denoisers for hours. Mine is a plain autoencoder that never saw noise in
# training, and look how clean its results are!"*

# %%
def denoising_figure_broken(model, images, corrupt):
    """Return the rows of a figure: what went into the denoiser, and what came out."""
    noisy = corrupt(images)
    return noisy, metrics.apply(model, model, images)

# %% tags=["demonstration"] alt="Two rows of ten digits: very noisy ones above, clean ones below."
noise = corruptions.gaussian_noise(0.5, clamp=True)
patient_6, _ = train(lambda: models.Autoencoder.mlp((784, 256, 64)))
torch.manual_seed(0)  # the figure below gets the same noise
broken_rows = denoising_figure_broken(patient_6, x_test[SHOWN], noise)
plots.image_rows(
    dict(zip(("noisy", "cleaned"), broken_rows)), title="Patient 6: all noise is gone"
)
plt.show()

# %% [markdown]
# **Measure, then diagnose.** What is wrong with patient 6?
#
# <details><summary>Hint 1</summary>
#
# Two rows of a figure, and each is an array. Where does the second come from?
#
# </details>

# %%
diagnose(6, "...")

# %% [markdown]
# <details><summary>Open after your diagnosis</summary>
#
# **Goal:** an honest figure. **Difficulty:** easy. **Time:** 10 minutes.
#
# `denoising_figure(model, images, corrupt) -> (inputs, outputs)`
#
# - `model`: a network whose output has the shape of its input; it may come in training
#   mode, and has the same mode afterwards. `images`: clean ones, `(B, C, H, W)`.
# - `corrupt`: a function from images to noisy ones. It draws other noise at each call;
#   call it once, on all images.
# - returns two tensors of the images' shape: what the model was given, as `corrupt` made
#   it; and what the model made of it in evaluation mode, without a graph.
#
# **Expect:** a worse picture.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Change one thing and predict: if the noise were stronger, the lower row would have to
# become worse. Try it. (And two calls of `corrupt` are two different noises.)
#
# </details>
# <details><summary>Explanation (open it when the check passes)</summary>
#
# **`figure`.**
# The noisy images are shown, but the clean ones are decoded. Stronger noise would not
# change the lower row at all, and that is the measurement that betrays it. Show the very
# array that the model was given. Corrupting a second time for the model is the milder
# form of the mistake: the rows then belong to different inputs. The honest figure also
# answers the claim. A network that never saw noise takes some of it away, since a small
# code cannot carry it all. But it changes digits on the way.
#
# </details>

# %%
def denoising_figure(model, images, corrupt):
    """Return the rows of a figure: what went into the denoiser, and what came out."""
    ### BEGIN SOLUTION
    noisy = corrupt(images)
    return noisy, metrics.apply(model, model, noisy)
    ### END SOLUTION

# %% points=1
checks.clinic.denoising_figure(denoising_figure)

# %% tags=["demonstration"] alt="Two rows of ten digits: very noisy ones above, and below smeared digits, some of them turned into others."
torch.manual_seed(0)  # the same noise again
honest_rows = denoising_figure(patient_6, x_test[SHOWN], noise)
print(f"noisy: {metrics.psnr(honest_rows[0], x_test[SHOWN]).mean():.1f} dB")
for name, (_, outputs) in {"broken": broken_rows, "mended": honest_rows}.items():
    print(f"{name}: {metrics.psnr(outputs, x_test[SHOWN]).mean():.1f} dB")
plots.image_rows(
    dict(zip(("noisy", "cleaned"), honest_rows)), title="Patient 6, mended"
)
plt.show()

# %% [markdown]
# ## Patient 7: the cheap code
#
# *"My VAE's loss falls to a few hundredths, and the KL of its code is almost 0: I have
# never seen so cheap a code. Only when I sample from it, all images look alike."*

# %%
def vae_loss_broken(x_hat, x, mean, logvar):
    """Return the loss of a VAE: squared error plus KL to the standard normal."""
    kl = 0.5 * (mean**2 + logvar.exp() - logvar - 1).sum(1)
    return F.mse_loss(x_hat, x) + kl.mean()

# %% tags=["demonstration"]
def train_vae(vae_loss, epochs=6):
    def objective(model, x):
        mean, logvar = model.posterior(x)
        x_hat = model.decode(mean + (0.5 * logvar).exp() * torch.randn_like(mean))
        kl = losses.kl_to_standard_normal(mean, logvar).mean()
        return {"loss": vae_loss(x_hat, x, mean, logvar), "kl": kl, "mse": F.mse_loss(x_hat, x)}

    return train(lambda: models.VAE.mlp((784, 128, 16)), objective=objective, epochs=epochs)


patient_7, history_7 = train_vae(vae_loss_broken)
loss_7, kl_7 = (history_7.curve(term=term)[-1] for term in ("loss", "kl"))
print(f"loss {loss_7:.4f}, of it KL {kl_7:.4f} nats")

# %% [markdown]
# **Measure, then diagnose.** What is wrong with patient 7?
#
# <details><summary>Hint 1</summary>
#
# How large would the error be if the network gave the mean image for everything? Compare
# it with the patient's loss.
#
# </details>

# %%
diagnose(7, "...")

# %% [markdown]
# <details><summary>Open after your diagnosis</summary>
#
# **Goal:** two terms in the same unit. **Difficulty:** medium. **Time:** 10 minutes.
#
# `vae_loss(x_hat, x, mean, logvar) -> Tensor of shape ()`
#
# - `x_hat`, `x`: reconstructions and images, `(B, ...)`, of any size; `mean`, `logvar`:
#   `(B, D)`, the normal distribution of each image's code, with `logvar` the logarithm of
#   the variance.
# - returns one number, the mean over the images of
#   $\sum_{\text{pixels}} (\hat x - x)^2 + \mathrm{KL}$: the squared error **summed** over
#   the image's pixels, plus the KL **summed** over the units of its code, as the program
#   has it. There is no other factor: a small one before the KL cures only the symptom.
#   Nothing is cut, and `logvar` may be as large as ±40. Gradients flow back to `x_hat`,
#   `mean` and `logvar`, and are checked: do without NumPy.
#
# **Expect:** a loss between 10 and 100, a KL of some nats, and all 16 units in use.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Over what does each of the two terms take its mean, and over what its sum? One KL weighs
# as much as how many pixels?
#
# </details>
# <details><summary>Explanation (open it when the check passes)</summary>
#
# **`units`.**
# The error is a mean over 784 pixels, the KL a sum over the code. Against sums of both,
# the KL weighs 784 times too much: a hidden beta. The cheapest thing is then to say
# nothing in the code. The KL goes to 0, no unit is active (`metrics.active_units`), and
# the decoder draws the mean image: the loss stops at the ceiling. Make both terms sums
# per image, and average over the batch at the very end. To make both a mean is no cure:
# there are 784 pixels and 16 units. A small factor before the KL, tried until the pictures
# are good, is a symptom mend. Popular courses train with a beta of 0.5, 1.5 or 7.8
# that is written down nowhere. (Sums of squares with this KL are the bound for pixels
# with normal noise of variance one half.)
#
# </details>

# %%
def vae_loss(x_hat, x, mean, logvar):
    """Return the loss of a VAE: squared error plus KL to the standard normal."""
    ### BEGIN SOLUTION
    errors = (x_hat - x).square().flatten(1).sum(1)
    kl = 0.5 * (mean**2 + logvar.exp() - logvar - 1).sum(1)
    return (errors + kl).mean()
    ### END SOLUTION

# %% points=1
checks.clinic.vae_loss(vae_loss)

# %% tags=["demonstration"]
mended_7, mended_history = train_vae(vae_loss)
print(f"mean image: error {(x_train - mean_image).square().mean():.4f}")
for name, model, run in (
    ("broken", patient_7, history_7), ("mended", mended_7, mended_history)
):
    active = metrics.active_units(metrics.apply(model, model.encode, x_train))
    loss, mse, kl = (run.curve(term=term)[-1] for term in ("loss", "mse", "kl"))
    print(f"{name}: loss {loss:.2f}, error per pixel {mse:.4f}, KL {kl:.2f} nats", end=", ")
    print(f"{active} of 16 units active")

# %% [markdown]
# ## Patient 8: the best bound of all
#
# *"My VAE's bound is many nats better than my neighbour's. We have the same network, the
# same images, the same loss. I only wrote the sampling myself."*

# %%
def sample_code_broken(mean, logvar, noise):
    """Draw codes from normal distributions, given standard normal noise."""
    return mean + logvar * noise

# %% tags=["demonstration"]
def train_with(sample_code, epochs=4):
    def objective(model, x):
        mean, logvar = model.posterior(x)
        z = sample_code(mean, logvar, torch.randn_like(mean))
        nll = losses.bernoulli_nll(model.decoder(z), x).mean()
        return {"loss": nll + losses.kl_to_standard_normal(mean, logvar).mean()}

    return train(lambda: models.VAE.mlp((784, 128, 16)), objective=objective, epochs=epochs)


patient_8, history_8 = train_with(sample_code_broken)
print(f"-ELBO: {history_8.curve()[-1]:.1f} nats per image")

# %% [markdown]
# **Measure, then diagnose.** What is wrong with patient 8?
#
# <details><summary>Hint 1</summary>
#
# The KL takes `logvar` for a logarithm. For what does the sampling take it? What would an
# encoder like to say, if it may say it to both?
#
# </details>

# %%
diagnose(8, "...")

# %% [markdown]
# <details><summary>Open after your diagnosis</summary>
#
# **Goal:** draw from the distribution that the KL is computed for. **Difficulty:**
# medium. **Time:** 10 minutes.
#
# `sample_code(mean, logvar, noise) -> Tensor of shape (B, D)`
#
# - `mean`: $\mu$; `logvar`: $\log \sigma^2$, the natural logarithm of the *variance*;
#   `noise`: standard normal numbers. All `(B, D)`.
# - returns draws from $\mathcal{N}(\mu, \mathrm{diag}\,\sigma^2)$: the mean *plus* this
#   noise, multiplied by $\sigma$. Gradients flow back to `mean` and `logvar`. Nothing is
#   cut or added (no epsilon), and no noise is drawn. `logvar` may be as large as ±45.
#
# **Expect:** a *worse* bound, and a true one.
#
# </details>
# <details><summary>Hint 2</summary>
#
# $\log \sigma^2 = 2 \log \sigma$. Solve for $\sigma$. For `logvar` 0 the noise must have
# a width of 1.
#
# </details>
# <details><summary>Explanation (open it when the check passes)</summary>
#
# **`meaning`.**
# One tensor has two meanings: the KL reads it as a log-variance, the sampling as a
# standard deviation. Where it is 0, the KL sees a variance of 1, which costs nothing,
# while the sampling adds no noise at all. So the encoder writes 0, sends an exact code,
# and pays for a noisy one. The bound is too good to be a bound. Measure it: draw 100
# codes of an image, and compare their standard deviation with the one that the KL is
# computed for, `exp(logvar / 2)`. In a sound program the two agree. (The mean of
# $\log q(z) - \log p(z)$ over the same codes hardly differs from the KL: it does not
# find this fault.) The layer that makes the second half of the encoder's output has the
# log-variance, whatever its name is. (And a single draw per image gives a bound, never
# the likelihood itself.)
#
# </details>

# %%
def sample_code(mean, logvar, noise):
    """Draw codes from normal distributions, given standard normal noise."""
    ### BEGIN SOLUTION
    return mean + (0.5 * logvar).exp() * noise
    ### END SOLUTION

# %% points=1
checks.clinic.sample_code(sample_code)

# %% tags=["demonstration"]
mended_8, mended_history = train_with(sample_code)
for name, model, run, draw in (
    ("broken", patient_8, history_8, sample_code_broken),
    ("mended", mended_8, mended_history, sample_code),
):
    logvar = metrics.apply(model, lambda x, own=model: own.posterior(x)[1], x_test)
    mean = torch.zeros_like(logvar)  # it does not change the spread
    codes = torch.stack([draw(mean, logvar, torch.randn_like(mean)) for _ in range(100)])
    spread, declared = codes.std(0).mean(), (0.5 * logvar).exp().mean()
    print(f"{name}: -ELBO {run.curve()[-1]:.1f} nats", end=", ")
    print(f"codes of an image spread by {spread:.2f}, the KL is for {declared:.2f}")

# %% [markdown]
# ## Patient 9: the busy denoiser
#
# *"I train on noisy images, the loss falls in every epoch, and the noise is fresh at each
# step. But all my cleaned images lie under a grey veil."*

# %%
def denoising_step_broken(model, x, corrupt, optimizer):
    """Take one step of training a denoiser; return the loss before it."""
    noisy = corrupt(x)
    loss = F.mse_loss(model(noisy), noisy)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()

# %% tags=["demonstration"]
def train_denoiser(denoising_step, name):
    generator = runtime.seed_everything(0)
    model = models.Autoencoder.mlp((784, 256, 64))
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3, fused=True)
    for _ in range(4):
        batches = batching.batches(x_train, 64, generator)
        steps = [denoising_step(model, x, noise, optimizer) for x in batches]
        print(f"{name}, mean loss of the epoch: {sum(steps) / len(steps):.4f}")
    return model


patient_9 = train_denoiser(denoising_step_broken, "patient 9")

# %% [markdown]
# **Measure, then diagnose.** What is wrong with patient 9?
#
# <details><summary>Hint 1</summary>
#
# What would a perfect network return, if this loss were 0?
#
# </details>

# %%
diagnose(9, "...")

# %% [markdown]
# <details><summary>Open after your diagnosis</summary>
#
# **Goal:** a step that teaches cleaning. **Difficulty:** easy. **Time:** 10 minutes.
#
# `denoising_step(model, x, corrupt, optimizer) -> float`
#
# - `model`: a network whose output has the shape of its input; `x`: a batch of clean
#   images `(B, ...)`, in whatever range; nothing is cut.
# - `corrupt`: a function from images to noisy ones; call it once, on the whole batch.
# - trains the model in the mode in which it comes: call neither `train()` nor `eval()`.
# - takes one step of the `optimizer` that you are given, on the mean squared error over
#   all values; gradients left from before must not count. Returns the loss before the
#   step, as a Python number.
#
# **Expect:** test images that are clearly cleaner, by some decibels.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Two images take part in a step: what goes in, and what should come out. Which of them
# may be noisy?
#
# </details>
# <details><summary>Explanation (open it when the check passes)</summary>
#
# **`target`.**
# The target is noisy. A perfect network would give the noise back, and what cleans a
# little is only the bottleneck, which cannot carry all the noise. The grey veil is the mean
# of noise that was cut at 0, and it belongs to this target. "Feed it noisy images
# and it learns to denoise" leaves out the half that matters: the *clean* image as target.
# The loss cannot show it, since it compares with the wrong thing; PSNR against clean
# images does. The noisy image goes in, the clean one is the target. (A second,
# independent noise on the target would teach something, slowly, if its mean is 0. Noise
# that is cut to [0, 1] has another mean.)
#
# </details>

# %%
def denoising_step(model, x, corrupt, optimizer):
    """Take one step of training a denoiser; return the loss before it."""
    ### BEGIN SOLUTION
    loss = F.mse_loss(model(corrupt(x)), x)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()
    ### END SOLUTION

# %% points=1
checks.clinic.denoising_step(denoising_step)

# %% tags=["demonstration"] alt="Three rows of ten digits: very noisy ones; those of the patient, smeared, under a grey veil; and the mended ones, blurred on a black background."
mended_9 = train_denoiser(denoising_step, "mended")
x_noisy = noise(x_test)
rows = {"noisy": x_noisy[SHOWN]}
print(f"noisy: {metrics.psnr(x_noisy, x_test).mean():.1f} dB")
for name, model in {"broken": patient_9, "mended": mended_9}.items():
    cleaned = metrics.apply(model, model, x_noisy)
    veil = cleaned[x_test == 0].mean()
    print(f"{name}: {metrics.psnr(cleaned, x_test).mean():.1f} dB, black comes out as {veil:.2f}")
    rows[name] = cleaned[SHOWN]
plots.image_rows(rows, title="Patient 9, before and after")
plt.show()

# %% [markdown]
# ## Patient 10: the star pupil
#
# *"I have only 300 training images, and a strong dropout. My error on the 100 images that
# I kept back is hardly larger than the training loss: no overfitting at all!"*

# %%
def test_error_broken(model, splits):
    """Return the mean squared error per pixel on images held back."""
    held_back = splits.train.images[-100:]
    with torch.no_grad():
        return F.mse_loss(model(held_back), held_back).item()

# %% tags=["demonstration"]
def with_dropout(share):
    layers = nn.Flatten(), nn.Dropout(share), nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 32)
    return models.Autoencoder(nn.Sequential(*layers), networks.mlp_decoder((32, 256, 784)))


first = data.ImageSet(x_train[:300], digits.train.labels[:300])
few = data.Splits("300 digits", first, digits.validation, digits.test)
patient_10, history_10 = train(lambda: with_dropout(0.5), few.train.images, epochs=60)
print(f"training loss of the last epoch: {history_10.curve()[-1]:.4f}")
print(f"error on images kept back: {test_error_broken(patient_10, few):.4f}")

# %% [markdown]
# **Measure, then diagnose.** What is wrong with patient 10?
#
# <details><summary>Hint 1</summary>
#
# "Kept back": from what? Follow the images from `few` into `train`, and into the measure.
# And ask for the number twice.
#
# </details>

# %%
diagnose(10, "...")

# %% [markdown]
# <details><summary>Open after your diagnosis</summary>
#
# **Goal:** an error that says something about new images. **Difficulty:** medium.
# **Time:** 10 minutes.
#
# `test_error(model, splits) -> float`
#
# - `model`: a network whose output has the shape of its input; it may come in training
#   mode. Measure in evaluation mode, and restore its mode.
# - `splits`: has the parts `train`, `validation` and `test`, each with `images`, `(N, C,
#   H, W)`. The model was trained on all of `train`; settings were chosen on `validation`.
#   So `splits.test` is the only part that may be shown to the model.
# - returns the mean squared error over all pixels of **all** its images.
#
# **Expect:** a larger number.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Which number should two calls in a row give? And what does the model do in evaluation mode
# that it does not do in training mode?
#
# </details>
# <details><summary>Explanation (open it when the check passes)</summary>
#
# **`leak` and `mode`.**
# Two faults, and the second hides the first. The name says "held back", but training used
# all of `splits.train`: so the error measures memory, and is far too small. And nobody
# called `eval()`: half of the pixels are dropped while it is measured, which makes it
# larger. Together they look plausible. Mend only the first, and the number is still
# another one at each call; mend only the second, and it looks better than before, and
# is worth less. A figure with reconstructions of training images, called results, is
# the same mistake. Names and comments do not hold anything back; only a split that is
# made once, before anything else, does. The validation images will not do either:
# settings were chosen on them.
#
# </details>

# %%
def test_error(model, splits):
    """Return the mean squared error per pixel on images held back."""
    ### BEGIN SOLUTION
    return metrics.reconstruction_error(model, splits.test.images).mean().item()
    ### END SOLUTION

# %% points=1
checks.clinic.test_error(test_error)

# %% tags=["demonstration"]
print("broken:", [round(test_error_broken(patient_10, few), 4) for _ in range(3)])
print("mended:", [round(test_error(patient_10, few), 4) for _ in range(3)])

# %% [markdown]
# ## Patient 11: deeper and deeper
#
# *"I stack three autoencoders, each trained on what the one before gives. Each has a
# smaller error than the last: depth works! But what the last one shows me are not digits
# any more."*

# %%
def pretrain_broken(images, sizes, train_layer):
    """Train a stack, layer by layer; return its encoders, from the pixels upwards."""
    inputs, encoders = images.flatten(1), []
    for hidden_dim in sizes:
        encoder, decoder = train_layer(inputs, hidden_dim)
        inputs = decoder(encoder(inputs)).detach()
        encoders.append(encoder)
    return encoders

# %% tags=["demonstration"]
trained = []  # every layer, in the order of training


def train_layer(inputs, hidden_dim):
    width = inputs.shape[1]
    layer, _ = train(
        lambda: models.Autoencoder(
            nn.Sequential(nn.Linear(width, hidden_dim), nn.Sigmoid()),
            nn.Sequential(nn.Linear(hidden_dim, width), nn.Sigmoid()),
        ),
        inputs, epochs=3, rate=1e-2,
    )
    print(f"{width} -> {hidden_dim} -> {width}: error {error(layer, inputs):.4f}")
    trained.append(layer)
    return layer.encoder, layer.decoder


patient_11 = pretrain_broken(x_train, (256, 128, 64), train_layer)

# %% [markdown]
# **Measure, then diagnose.** What is wrong with patient 11?
#
# <details><summary>Hint 1</summary>
#
# Look at the widths that are printed. How many numbers does the third autoencoder take
# in?
#
# </details>

# %%
diagnose(11, "...")

# %% [markdown]
# <details><summary>Open after your diagnosis</summary>
#
# **Goal:** a stack, and not a chain. **Difficulty:** medium. **Time:** 15 minutes.
#
# `pretrain(images, sizes, train_layer) -> list of encoders`
#
# - `images`: `(N, ...)`; `sizes`: the size of each layer's code, from the pixels upwards;
#   it may have any length.
# - `train_layer`: a function; `train_layer(inputs, hidden_dim)` trains a layer on rows
#   `(N, values)` and returns `(encoder, decoder)`, two networks. It needs gradients
#   switched on: compute only the codes under `no_grad`.
# - the first layer is trained on the flat images. Each other layer is trained on codes: an
#   encoder reads the rows that it was trained on, and what it makes of them trains the next
#   layer. No graph is handed on.
# - returns a list (a tuple or an `nn.Sequential` will do) of the very encoders that
#   `train_layer` returned, not copies and not frozen, in order. One after the other they
#   lead from flat images to codes `(N, sizes[-1])`.
#
# **Expect:** layers of 784, 256 and 128 values, not three times 784. The printed errors
# fall from layer to layer here, too: each is measured on different values.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Each error is measured against the layer's own input. What has that become after two
# rounds? What should a layer hand on to the next: what its decoder makes, or something
# before it?
#
# </details>
# <details><summary>Explanation (open it when the check passes)</summary>
#
# **`handover`.**
# Three whole autoencoders stand in a chain, each on the *reconstructions* of the one
# before. Every round blurs, and blurred images are easier to reconstruct, so the error
# falls while the digits fade. Measured against the images, the error grows with every
# round. No code becomes deeper: the last encoder still starts at pixels, and the three
# together are no stack. Hand on the codes, without a graph. Then the error of a layer is
# one of codes, and must not be compared with that of pixels; the three encoders work one
# after the other.
#
# </details>

# %%
def pretrain(images, sizes, train_layer):
    """Train a stack, layer by layer; return its encoders, from the pixels upwards."""
    ### BEGIN SOLUTION
    inputs, encoders = images.flatten(1), []
    for hidden_dim in sizes:
        encoder, _ = train_layer(inputs, hidden_dim)
        inputs = encoder(inputs).detach()
        encoders.append(encoder)
    return encoders
    ### END SOLUTION

# %% points=2
checks.clinic.pretrain(pretrain)

# %% tags=["demonstration"]
mended_11 = pretrain(x_train, (256, 128, 64), train_layer)
for name, stack in {"broken": patient_11, "mended": mended_11}.items():
    widths = [encoder[0].in_features for encoder in stack]
    print(f"{name}: the encoders take in {widths} values")

x_hat = rows = x_train.flatten(1)
for number, layer in enumerate(trained[:3], start=1):
    x_hat = metrics.apply(layer, layer, x_hat)
    against_images = (x_hat - rows).square().mean()
    print(f"broken, after round {number}: error against the images {against_images:.4f}")
print("code of the mended stack:", tuple(nn.Sequential(*mended_11)(x_test.flatten(1)).shape))

# %% [markdown]
# ## Patient 12: fifty draws
#
# *"One draw per image is too few, so I take fifty and weigh them by importance. The
# weights are positive and add up to 1. But the more I draw, the worse the weighted loss
# becomes."*

# %%
def importance_weights_broken(log_likelihood, log_prior, log_q):
    """Return the weight of each draw; those of an image add up to 1."""
    loss = log_q - log_prior - log_likelihood
    return loss.softmax(0)

# %% tags=["demonstration"]
vae, _ = train(lambda: models.VAE.mlp((784, 128, 16)), objective=objectives.negative_elbo())


def draw_terms(count, x=x_test[:200]):
    runtime.seed_everything(0)
    with torch.no_grad():
        mean, logvar = vae.posterior(x)
        q = Normal(mean, (0.5 * logvar).exp())
        z = q.sample((count,))  # (K, B, D)
        log_likelihood = torch.stack([-losses.bernoulli_nll(vae.decoder(each), x) for each in z])
    return log_likelihood, Normal(0, 1).log_prob(z).sum(2), q.log_prob(z).sum(2)


def weighted_loss(importance_weights, count):
    log_likelihood, log_prior, log_q = draw_terms(count)
    weights = importance_weights(log_likelihood, log_prior, log_q)
    return (weights * (log_q - log_prior - log_likelihood)).sum(0).mean().item()


weights = importance_weights_broken(*draw_terms(50))
print(f"least weight {weights.min():.4f}, sums from {weights.sum(0).min():.4f}")
print(f"weighted loss of 50 draws: {weighted_loss(importance_weights_broken, 50):.1f} nats")

# %% [markdown]
# **Measure, then diagnose.** What is wrong with patient 12?
#
# <details><summary>Hint 1</summary>
#
# A draw with a large `log_likelihood` explains its image well. Should its weight be large
# or small? Try it with two draws.
#
# </details>

# %%
diagnose(12, "...")

# %% [markdown]
# <details><summary>Open after your diagnosis</summary>
#
# **Goal:** weights that trust the right draws. **Difficulty:** hard.
# **Time:** 15 minutes.
#
# `importance_weights(log_likelihood, log_prior, log_q) -> Tensor of shape (K, B)`
#
# - For `K` draws $z$ of each of `B` images, `(K, B)` each, in nats: `log_likelihood`,
#   $\log p(x \mid z)$; `log_prior`, $\log p(z)$; `log_q`, $\log q(z \mid x)$. They may
#   carry a graph, so use torch throughout, and lie anywhere between -10,000 and 10,000;
#   `K` may be 1.
# - returns weights in proportion to $w = p(x \mid z)\, p(z) / q(z \mid x)$, which add up
#   to 1 over the draws of each image. They are always finite, without a limit or an epsilon,
#   and carry **no graph**.
#
# **Expect:** with one draw, all weights are 1. With more draws, the weighted loss falls.
#
# </details>
# <details><summary>Hint 2</summary>
#
# Write $\log w$ by the formula, and compare it with the variable in the program, term by
# term. Then ask what a gradient would do to a weight, if it could reach it.
#
# </details>
# <details><summary>Explanation (open it when the check passes)</summary>
#
# **`sign`.**
# The program takes a softmax of the *loss*, which is $-\log w$. So the worst draw gets
# the largest weight. Positive weights that add up to 1 prove nothing; the direction does:
# more draws must not make the weighted loss worse. And the weights must carry no graph.
# If they do, part of the gradient makes bad draws worse, only so that they weigh less. The
# bound of importance weighting, the logarithm of the mean weight, gets tighter
# with more draws (Burda and others, 2016); a single draw gives the ELBO, and to call
# *that* the likelihood is one more published mistake.
#
# </details>

# %%
def importance_weights(log_likelihood, log_prior, log_q):
    """Return the weight of each draw; those of an image add up to 1."""
    ### BEGIN SOLUTION
    log_weights = log_likelihood + log_prior - log_q
    return log_weights.softmax(0).detach()
    ### END SOLUTION

# %% points=2
checks.clinic.importance_weights(importance_weights)

# %% tags=["demonstration"]
for count in (1, 5, 50):
    both = (importance_weights_broken, importance_weights)
    broken, mended = (weighted_loss(weigh, count) for weigh in both)
    print(f"{count} draws: broken {broken:.1f}, mended {mended:.1f} nats")

# %% [markdown]
# ## Patient 13: better than in training
#
# *"My test error is below my training loss. Nobody is better in the exam than in the
# exercises: something must have slipped from one into the other."*

# %% tags=["demonstration"]
patient_13, history_13 = train(lambda: with_dropout(0.2))
print(f"training loss of the last epoch: {history_13.curve()[-1]:.4f}")
print(f"test error: {error(patient_13):.4f}")

# %% [markdown]
# **Measure, then diagnose.** What is wrong with patient 13? There is no function to mend
# this time. **Time:** 10 minutes.
#
# <details><summary>Hint</summary>
#
# When was each of the two numbers measured, on which images, and in which mode? Change
# one of the three at a time.
#
# </details>

# %%
diagnose(13, "...")

# %% [markdown]
# <details><summary>Explanation (open it after your diagnosis)</summary>
#
# **`nothing`.**
# The training loss is a mean over the epoch: the network was still worse when
# it began. And it was measured with dropout on, which takes away a part of each image.
# Measured like the test error, after training and in evaluation mode, the training
# images have the lower error, by a little, as they should. A number that looks strange
# is a reason to measure, and no proof. To "mend" this program would have broken it.
#
# </details>

# %% [markdown]
# ## Patient 14: the friend's collection
#
# *"A friend has scanned 600 digits: 400 to train on, and 200 to test on. With so few
# images, everybody else gets a test error of nearly 0.03. With hers it is much lower! And
# nothing has slipped through: I compared each test image with each training image."*
#
# `collection(images)` returns her images, `(400, 1, 28, 28)` and `(200, 1, 28, 28)`. Her
# scanner is not at hand, so do not read how it is made.

# %% tags=["demonstration"]
hers, hers_test = collection(x_train)
patient_14, _ = train(lambda: models.Autoencoder.mlp((784, 256, 32)), hers, epochs=60)
copies = sum(bool((hers == x).flatten(1).all(1).any()) for x in hers_test)
print(f"training error {error(patient_14, hers):.4f}, test error {error(patient_14, hers_test):.4f}")
print(f"{copies} of {len(hers_test)} test images are among the training images")

# %% [markdown]
# **Measure, then diagnose.** What is wrong with patient 14? There is no function to mend.
# **Time:** 10 minutes.
#
# <details><summary>Hint</summary>
#
# Measure the error of each test image by itself, and sort. Then measure what parts the
# good half from the other.
#
# </details>

# %%
diagnose(14, "...")

# %% [markdown]
# <details><summary>Explanation (open it after your diagnosis)</summary>
#
# **`leak`.**
# The code is sound; the data are not. Half of her test images are second scans of sheets
# that are among the training images, too. No two scans are equal, so `==` finds none.
# But the distance to the nearest training image tells: about 0.4 for one half, and from 2
# to 9 for the other, as between any two digits. So does the error of each half. What
# belongs together (two scans of a sheet, slices of one patient, frames of one film) must
# stay on one side of the split.
#
# </details>

# %% tags=["demonstration"]
nearest = torch.cdist(hers_test.flatten(1), hers.flatten(1)).min(1).values
for name, chosen in {"near": nearest < 1, "far": nearest >= 1}.items():
    print(f"{name}: {chosen.sum()} test images, error {error(patient_14, hers_test[chosen]):.4f}")
print(f"digits of other people: error {error(patient_14):.4f}")

# %% [markdown]
# ## Done?
#
# When every check shows its tick, all patients are well. Several of them looked *worse*
# when they were healthy: a larger loss, a larger error, a poorer picture, a weaker bound.
# Which ones, and why is that good news? And which of your wrong diagnoses taught you the
# most?
