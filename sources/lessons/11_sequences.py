# %% [markdown]
# # 11 How do you encode what has no fixed length?
#
# You will read digits row by row and pen strokes step by step, press both into codes of
# fixed size, and measure what recurrence buys, what it costs, and how padding spoils it.
#
# **You will be able to**
#
# - say what a linear layer does with an image that nobody flattened, and what reading
#   rows as steps changes;
# - pad, mask and pack sequences so that the padding reaches neither loss nor code;
# - train a decoder with teacher forcing and by running freely, and measure the gap;
# - test whether a code does any work.
#
# **Time:** 50 minutes to read; the code takes less than a minute on 2 cores.
#
# **Before this:** [01 Basics](01_basics.ipynb).

# %%
import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn import functional as F

from aelesson import data, expected, linear, losses, models, networks
from aelesson import objectives, plots, runtime, sequences, strokes
from aelesson.recurrent import RecurrentAutoencoder, free_running, teacher_forcing
from aelesson.training import TrainConfig, evaluate, fit, one_cycle

# %% [markdown]
# The settings. Sizes, epochs and learning rates were chosen on validation images and
# validation strokes.

# %%
device = runtime.start()
plots.use_style()
digits = data.load()
x_train, x_test = digits.train.images, digits.test.images
proven = expected.Lesson("11_sequences", digits.name)
EPOCHS = 2 if len(x_train) < 10_000 else 1
STROKE_EPOCHS = 6
seed = runtime.default_seed()


def train(model, examples, objective, epochs, rate):
    fit(model.to(device), examples, objective, TrainConfig(epochs, 32, rate, one_cycle))
    return model.cpu()

# %% [markdown]
# ## 1. What does a linear layer see in an image that nobody flattened?
#
# A widely copied tutorial leaves out the flattening, and its first layer stops with an
# error. Let us cause it: 100 images of shape (1, 28, 28), a layer from 784 to 400.
#
# **Predict:** the message names two shapes. What is the first?

# %%
images = x_test[:100]
try:
    nn.Linear(784, 400)(images)
except RuntimeError as error:
    print(error)

# %% [markdown]
# A linear layer works on the **last** axis and treats all others as a pile. So it sees
# $100 \cdot 1 \cdot 28 = 2800$ rows of 28 numbers, and 28 is not 784. A tempting repair is
# `nn.Linear(28, 400)`: the error is gone.
#
# **Predict:** if row 5 of an image changes, which rows of the output change?

# %%
layer = nn.Linear(28, 400)
changed = images.clone()
changed[:, :, 5] = torch.rand(100, 1, 28)
differs = (layer(changed) != layer(images)).any(3)  # (100, 1, 28)
print(tuple(layer(images).shape), "rows that changed:", differs[0, 0].nonzero().flatten().tolist())
proven.claim("a linear layer treats each row alone", differs.sum((0, 1)).nonzero().tolist() == [[5]])

# %% [markdown]
# **Read it.** No error, and the wrong model: the same small layer for every row, and no row
# knows of another. Flatten, and one layer sees all 784 pixels. Read rows as *steps*, and a
# third model appears, one that carries a memory from row to row:
#
# $$h_t = \mathrm{GRU}(x_t, h_{t-1}), \qquad h_0 = 0 .$$
#
# $x_t$ is row $t$, and $h_t$ the **hidden state**. The GRU (Cho et al., 2014) is one such rule:
# it makes a proposal $n_t$ from $x_t$ and $h_{t-1}$, and a gate $u_t$ says how much of the old
# state stays: $h_t = (1 - u_t)\, n_t + u_t\, h_{t-1}$.
#
# ### Three words that get mixed up
#
# - A network that goes along a sequence is **recurrent**. A *recursive* one goes up a tree.
# - A GRU, an LSTM or a convolutional network is not "a kind of autoencoder". It is a
#   network. *Autoencoder* is what you ask of it: a code, and the input back.
# - There are no "encoder and decoder losses". There is one loss, at the end, and its gradient
#   goes through the decoder into the encoder.
#
# ## 2. Does reading row by row beat flattening?
#
# The encoder reads the 28 rows; a linear map of its last state is the code. The decoder gets
# its first state from the code, and its first input is zeros. From then on **it runs
# freely**: each output is its next input (Srivastava et al., 2015).

# %%
def rows_as_sequence(images):  # (B, 1, H, W) -> (B, H, W)
    return images.squeeze(1)

def decode_sequence(cell, z, length):  # z is the first state
    x_t, h = torch.zeros(len(z), cell.features), z
    steps = []
    for _ in range(length):
        x_t, h = cell(x_t, h)
        steps.append(x_t)
    return torch.stack(steps, dim=1)  # (B, length, F)

# %% [markdown]
# `cell` is one step, $(x_t, h_t) \mapsto (\hat{x}_{t+1}, h_{t+1})$. The library's is a GRU with
# a linear layer that reads its state. It starts with a bias of 2 on the gate $u_t$, so that
# about 88 % of the state stays from step to step (Gers et al., 2000, for LSTMs). After 28
# steps that is 3 %: not much. But at the usual start half of it stays at each step, and after
# 28 steps less than one part in a hundred million.
#
# Both functions must equal the library's.

# %%
runtime.seed_everything(seed)
gru = RecurrentAutoencoder(features=28, hidden=64, latent_dim=16)
some_rows, first_state = rows_as_sequence(images), torch.randn(100, 64)
assert torch.equal(some_rows, sequences.rows_as_sequence(images))
assert torch.equal(
    decode_sequence(gru.decoder, first_state, 28),
    sequences.decode_sequence(gru.decoder, first_state, 28),
)

# %% [markdown]
# The rival: an MLP with a code of 16 and as many parameters (its hidden layer has
# only 24 units). Both get no more than 2 epochs (1 on the whole of MNIST), equal batches, and
# a learning rate of their own, the best of a few. And PCA with 16 components, as ever: it is
# computed, not trained, so it has no epochs.
#
# Parameters are not work. In a recurrent network each weight is used at every step, so we
# count **multiply-adds** per image too.
#
# **Predict:** an image has rows, and rows have an order. Does that help the GRU?

# %%
train(gru, (rows_as_sequence(x_train), torch.full((len(x_train),), 28)), free_running, EPOCHS, 1e-2)
runtime.seed_everything(seed)
mlp = train(models.Autoencoder.mlp((784, 24, 16)), x_train, objectives.reconstruction(), EPOCHS, 2e-2)
x_pca = linear.pca_reconstruct(x_test, *linear.fit_pca(x_train, 16)).clamp(0, 1)
with torch.no_grad():
    back = gru(rows_as_sequence(x_test), torch.full((len(x_test),), 28))
    x_hat = {
        "mean image": x_train.mean(0, keepdim=True).expand_as(x_test),
        "PCA": x_pca,
        "MLP": mlp(x_test),
        "GRU on rows": back.clamp(0, 1)[:, None],  # (B, 28, 28) -> (B, 1, 28, 28)
    }

# %% [markdown]
# A recurrent weight matrix is used at every step, the others once.

# %%
def multiply_adds(model, steps=1):
    return sum(
        weights.numel() * (1 if "_code" in name else steps)
        for name, weights in model.named_parameters() if weights.dim() == 2
    )

mse = {name: losses.mse(images, x_test).mean().item() for name, images in x_hat.items()}
for name, value in mse.items():
    proven.figure(f"test MSE, {name}", value)
for name, model in {"MLP": mlp, "GRU on rows": gru}.items():
    proven.figure(f"parameters, {name}", sum(p.numel() for p in model.parameters()), digits=0)
work = multiply_adds(gru, steps=28) / multiply_adds(mlp)
proven.figure("multiply-adds per image, GRU / MLP", work, digits=1)

# %% alt="Four rows of ten digits: the digits; the reconstructions by PCA and by the MLP, rough and mostly readable; and those of the GRU, blurs that look like a 0, a 1 or a 9."
SHOWN = torch.stack([(digits.test.labels == d).nonzero()[0, 0] for d in range(10)])
names = ("PCA", "MLP", "GRU on rows")
plots.image_rows(
    {"digit": x_test[SHOWN]} | {name: x_hat[name][SHOWN] for name in names},
    title="A code of 16, few epochs for the networks: row by row learns least",
)
plt.show()

# %%
proven.claim("the GRU beats the mean image by a fifth or more", mse["GRU on rows"] < 0.8 * mse["mean image"])
proven.claim("it has more error than the MLP of its size", mse["GRU on rows"] > mse["MLP"])
proven.claim("which itself has more than PCA, by a tenth or more", mse["MLP"] > 1.1 * mse["PCA"])
proven.claim("for more than 20 times as many multiply-adds", work > 20)

# %% [markdown]
# **Read it.** The GRU loses, and it takes far more work per image. But 2 epochs are few, because
# the GRU is slow: both networks are still learning, and even the MLP is behind PCA. So this
# says who learns *sooner*, not who would win in the end. All that the GRU knows of the first
# row must survive 27 more steps, then a bottleneck, then come out *first*. An MLP reaches every
# pixel in one step. Digits have a fixed size; nothing here needs a sequence. So let us take something that does.
#
# ## 3. What do you do with different lengths?
#
# Pen strokes: a list of movements $(dx, dy)$, 8 to 24 of them, scaled so that a
# step has a length of about 1. They come from a documented generator, `aelesson.strokes`:
# loops, zigzags and spirals, of random direction, speed, width, turning sense and length, drawn by a
# hand that trembles a little. In the figure, a red dot marks where a stroke begins.

# %%
steps, lengths, kinds = strokes.draw(4000, torch.Generator().manual_seed(0))
stroke_train, stroke_test = (steps[:1800], lengths[:1800]), (steps[3000:], lengths[3000:])
x, its_lengths = stroke_test
tuple(steps.shape), lengths[:8].tolist()

# %% alt="Nine pen strokes in a row, each with a dot where it begins: arcs and spirals, zigzags with few corners, a loop, in all directions, some short and some long."
def pen(steps):
    return [strokes.path(steps[i : i + 1, : its_lengths[i]])[0] for i in range(9)]

plots.pen_rows({"strokes": pen(x)}, title="Loops, zigzags, spirals: 8 to 24 steps each")
plt.show()

# %% [markdown]
# A tensor is a box: shorter strokes get zeros behind their end, the **padding**. The true
# lengths travel along, and a **mask** says which steps count:
#
# $$\mathcal{L} = \frac{\sum_{b,t} m_{bt}\, |\hat{x}_{bt} - x_{bt}|^2}{F \sum_{b,t} m_{bt}},
# \qquad m_{bt} = [t < \mathrm{length}_b],$$
#
# with $F = 2$ numbers per step. Steps count from $t = 0$, and $[\,\cdot\,]$ is 1 where its
# content is true, else 0. Padding must count neither above nor below the line.

# %%
def lengths_to_mask(lengths, max_length):
    return torch.arange(max_length) < lengths[:, None]  # (B, T)

def masked_mse(x_hat, x, mask):
    difference = (x_hat - x).masked_fill(~mask[:, :, None], 0)
    return difference.square().sum() / (mask.sum() * x.shape[2])

mask = lengths_to_mask(its_lengths, 24)
assert torch.equal(mask, sequences.lengths_to_mask(its_lengths, 24))
noisy = x + torch.randn(x.shape)
torch.testing.assert_close(masked_mse(noisy, x, mask), sequences.masked_mse(noisy, x, mask))

# %% [markdown]
# Why fill *before* the square, instead of multiplying by the mask after it? Put `nan` into
# the padding, as a careless operation upstream might.
#
# **Predict:** what is $0 \cdot \mathrm{nan}$?

# %%
spoilt = noisy.masked_fill(~mask[:, :, None], float("nan"))
multiplied = ((spoilt - x).square() * mask[:, :, None]).sum() / (mask.sum() * 2)
print("multiplied by the mask:", multiplied.item())
print("filled by the mask is finite:", masked_mse(spoilt, x, mask).isfinite().item())
proven.figure("share of the steps that is padding", 1 - mask.double().mean(), digits=2)
zero_motion = masked_mse(torch.zeros_like(x), x, mask).item()
proven.figure("test MSE, zero motion", zero_motion, digits=3)

# %% [markdown]
# **Read it.** 0 times nan is nan, so a mask must *replace*, not multiply. A third of the
# box is padding. And a pen that never moves has the error in the last line: the first
# baseline. (One choice is hidden in the formula: every *step* weighs the same, so
# a long stroke weighs more than a short one.)
#
# ## 4. Where does the code stand?
#
# In PyTorch, `rnn(x)[1]` is the state behind the last step *of the box*. For a short stroke
# the network goes on reading zeros until there. Take strokes of 24 steps, the longest, and
# append more and more zeros. How far do the states move? Our unit is the mean distance
# between the *states* of two different strokes, read at their true end. We also measure the
# **spread** of the states at the end of the box: the mean distance between two of them, in
# the same unit. It begins at 1.
#
# **Predict:** where do the states of all these strokes go, after many zeros?

# %%
def encode_sequence(rnn, x, lengths):
    packed = nn.utils.rnn.pack_padded_sequence(
        x, lengths, batch_first=True, enforce_sorted=False
    )
    return rnn(packed)[1][-1]  # a packed sequence ends where it ends

runtime.seed_everything(seed)
model = RecurrentAutoencoder(features=2, hidden=48, latent_dim=8)
rnn, longest = model.rnn.requires_grad_(False), x[its_lengths == 24]
ends = torch.full((len(longest),), 24)
true_states = encode_sequence(rnn, longest, ends)
assert torch.equal(true_states, sequences.encode_sequence(rnn, longest, ends))

# %%
PADDING = range(0, 61, 5)
unit = torch.pdist(true_states).mean()
moved = {"at the end of the box": [], "packed": [], "spread of the box's states": []}
for extra in PADDING:
    padded = F.pad(longest, (0, 0, 0, extra))
    plain, packed = rnn(padded)[1][-1], encode_sequence(rnn, padded, ends)
    moved["at the end of the box"].append(((plain - true_states).norm(dim=1).mean() / unit).item())
    moved["packed"].append(((packed - true_states).norm(dim=1).mean() / unit).item())
    moved["spread of the box's states"].append((torch.pdist(plain).mean() / unit).item())
assert max(moved["packed"]) < 1e-6
proven.figure("states moved by 20 zeros, in distances between states of two strokes", moved["at the end of the box"][4], digits=2)
proven.figure("distance between the states of two strokes that is left after 60 zeros", moved["spread of the box's states"][-1], digits=3)

# %% alt="Against the number of zeros appended: the packed states stay at distance 0; those at the end of the box move away, and the distance between them falls towards 0."
plots.lines(
    list(PADDING), moved, xlabel="zeros behind the stroke",
    ylabel="mean distances between\nthe states of two strokes",
    title="Padding moves every state to one place; packing leaves it alone",
)
plt.show()

# %%
proven.claim("20 zeros move a state by half a distance between two strokes' states, or more", moved["at the end of the box"][4] > 0.5)
proven.claim("60 zeros take away 9 tenths of the distance between two strokes' states, or more", moved["spread of the box's states"][-1] < 0.1)

# %% [markdown]
# **Read it.** The box's states walk to one and the same place, where the GRU ends up when
# nothing happens. On the way they forget the stroke. What is worse: the code depends on the
# *other* strokes in the batch, because the longest one sets the size of the box. `encode_sequence`
# **packs**: each stroke stops at its own end, and padding does not exist. (This GRU is untrained.
# *Break it* does the same to a trained one.)
#
# ## 5. From which end should the encoder read?
#
# The decoder's first job is the first step, and that is what a forwards encoder read
# longest ago. Sutskever et al. (2014) read their sentences backwards: then the first step
# is the freshest. Turning round must turn the *stroke*, not the box: the padding stays
# behind the end. Two autoencoders with a code of 8, equal in everything else.
#
# **Predict:** does the order matter, when the same numbers are read?

# %%
trained, test_mse = {}, {"zero motion": zero_motion}
for name in ("forwards", "backwards"):
    runtime.seed_everything(seed)
    order = getattr(sequences, name)
    trained[name] = RecurrentAutoencoder(2, 48, 8, order)
    train(trained[name], stroke_train, free_running, STROKE_EPOCHS, 2e-2)
    error = evaluate(trained[name], stroke_test, free_running)["loss"]
    test_mse[f"GRU, {name}"] = error
    proven.figure(f"test MSE, GRU that reads {name}", error, digits=3)
proven.claim(
    "reading backwards takes away a sixth of the error or more",
    test_mse["GRU, backwards"] < test_mse["GRU, forwards"] * 5 / 6,
)

# %% [markdown]
# **Read it.** The code has the same size and the network sees the same numbers, but the
# way from a step's input to its output is shorter for the steps that come first. They
# are learnt soon, and all later ones build on them. This is about *learning* in a
# given number of steps, not about what could be represented. From here on we read backwards.
#
# ## 6. Is it any good?
#
# Strokes have at most 24 steps. So the plain way is open: pad, flatten to 48 numbers,
# and use PCA or an MLP, with 8 numbers of code. The MLP has the masked loss and as many
# parameters as the GRU. PCA is fitted to the padded box, zeros included, and has 432. Neither
# gets the length as an input; only steps up to the true length count in the test. The mean
# step is no baseline of its own: strokes go in all directions, so it is nearly zero motion.
#
# **Predict:** which of them wins at equal epochs? And if the MLP may train five times as long?

# %%
def masked_reconstruction(model, batch):
    x, lengths = batch
    mask = lengths_to_mask(lengths.cpu(), x.shape[1]).to(x.device)
    return {"loss": sequences.masked_mse(model(x), x, mask)}

def padded_mlp(epochs, objective):
    runtime.seed_everything(seed)
    encoder = networks.mlp_encoder((48, 139, 8))
    decoder = networks.mlp_decoder((8, 139, 48), (24, 2), output=nn.Identity)
    model = models.Autoencoder(encoder, decoder)
    return train(model, stroke_train, objective, epochs, 1e-2)

# %% [markdown]
# Even the second MLP takes less work than the GRU, counted in multiply-adds: few for each
# stroke, and so few in training, though it makes five times the epochs.

# %%
x_pca = linear.pca_reconstruct(x, *linear.fit_pca(stroke_train[0], 8))
test_mse["PCA, padded"] = masked_mse(x_pca, x, mask).item()
for name, times in {"MLP, padded": 1, "MLP, padded, 5 times the epochs": 5}.items():
    mlp = padded_mlp(times * STROKE_EPOCHS, masked_reconstruction)
    test_mse[name] = evaluate(mlp, stroke_test, masked_reconstruction)["loss"]
for name in list(test_mse)[3:]:
    proven.figure(f"test MSE, {name}", test_mse[name], digits=3)
best = trained["backwards"]
for name, model in {"padded MLP": mlp, "GRU": best}.items():
    proven.figure(f"parameters, {name}, strokes", sum(p.numel() for p in model.parameters()), digits=0)
work = multiply_adds(best, steps=24) / multiply_adds(mlp)
proven.figure("multiply-adds per stroke, GRU / MLP", work, digits=1)

# %% alt="Bars of test MSE: zero motion longest, then the GRU that reads forwards; the GRU that reads backwards; PCA, a little shorter; the padded MLP shorter still, and shortest with five times the epochs."
plots.ladder(
    dict(sorted(test_mse.items(), key=lambda item: -item[1])), digits=3,
    xlabel="test MSE per number (lower is better)",
    title="Where the greatest length is known, the padded MLP wins",
)
plt.show()

# %%
ours, equal = test_mse["GRU, backwards"], test_mse["MLP, padded"]
longer = test_mse["MLP, padded, 5 times the epochs"]
proven.claim("the GRU has less than a third of the error of zero motion", ours < zero_motion / 3)
proven.claim("after equal epochs the padded MLP beats it", equal < ours)
proven.claim("after five times the epochs, by a third or more", longer < ours * 2 / 3)
proven.claim("with less than a third of its multiply-adds in training, five times the epochs included", 5 / work < 1 / 3)
by_pca = ours / test_mse["PCA, padded"]
proven.claim("the GRU is no better than PCA: it has more error, by less than half", 1 < by_pca < 3 / 2)

# %% [markdown]
# **Read it.** The GRU has learnt to draw, and it lost. One rule for all steps sounds
# like the right idea about pens, but here it is no better than PCA, with many more
# parameters. The MLP sees all steps at once, each at a place of its own, and its gradient has a
# short way. So where the greatest length is known and small, pad and mask: it is simple
# and strong. Section 9 asks about lengths that are *not* known.
#
# ## 7. Is it the same to say one step and to say all?
#
# Running freely, an early error becomes an input of all later steps. **Teacher forcing** (Williams
# and Zipser, 1989) takes that away while training: each input is the *true* step before.
# Compare with `decode_sequence`: only what is fed back differs.

# %%
def follow_sequence(cell, z, x):
    x_t, h = torch.zeros(len(z), cell.features), z
    steps = []
    for truth in x.unbind(1):
        x_hat, h = cell(x_t, h)
        steps.append(x_hat)
        x_t = truth  # and not x_hat
    return torch.stack(steps, dim=1)

first_state = torch.randn(len(x), 48)
by_hand = follow_sequence(best.decoder, first_state, x)
assert torch.equal(by_hand, sequences.follow_sequence(best.decoder, first_state, x))

# %% [markdown]
# The same model, the same epochs, trained with teacher forcing. We measure it twice: one
# step ahead, given the truth, which is what its loss says; and running freely, which is what
# decoding a code means.
#
# **Predict:** by what factor is the second error larger?

# %%
runtime.seed_everything(seed)
forced = RecurrentAutoencoder(2, 48, 8, sequences.backwards)
train(forced, stroke_train, teacher_forcing, STROKE_EPOCHS, 2e-2)
ahead = evaluate(forced, stroke_test, teacher_forcing)["loss"]
alone = evaluate(forced, stroke_test, free_running)["loss"]
proven.figure("test MSE, teacher forcing, one step ahead", ahead, digits=3)
proven.figure("test MSE, teacher forcing, running freely", alone, digits=3)

# %% [markdown]
# Per step, over the strokes that are long enough. At step 24 only those of full length are left:

# %%
def error_per_step(x_hat):
    wrong = (x_hat - x).square().mean(2) * mask  # (B, T)
    return (wrong.sum(0) / mask.sum(0)).tolist()

with torch.no_grad():
    z, z_best = forced.encode(x, its_lengths), best.encode(x, its_lengths)
    answers = {
        "teacher forcing, one step ahead": forced.follow(z, x),
        "teacher forcing, running freely": forced.decode(z, 24),
        "trained to run freely, running freely": best.decode(z_best, 24),
        "zero motion": torch.zeros_like(x),
    }
per_step = {name: error_per_step(x_hat) for name, x_hat in answers.items()}
print("strokes that have a step 23:", mask[:, 22].sum().item(), "and a step 24:", mask[:, 23].sum().item())

# %% alt="Error against the step: teacher forcing one step ahead stays low; the same model running freely climbs to zero motion; the model trained to run freely starts higher and climbs far less."
plots.lines(
    range(1, 25), per_step, xlabel="step of the stroke", ylabel="test MSE per number",
    markers=False, title="The gap of teacher forcing grows along the stroke",
)
plt.ylim(0, 0.95)
plt.legend(loc="upper left")
plt.show()

# %% alt="Three rows of nine strokes: the true ones; those of the model trained to run freely, close to them; those of the model trained with teacher forcing, which begin well and then go astray."
plots.pen_rows(
    {
        "true": pen(x),
        "trained to\nrun freely": pen(answers["trained to run freely, running freely"]),
        "teacher\nforcing": pen(answers["teacher forcing, running freely"]),
    },
    title="From 8 numbers to a stroke, with no look at the truth",
)
plt.show()

# %%
free_steps = per_step["teacher forcing, running freely"]
best_ahead = evaluate(best, stroke_test, teacher_forcing)["loss"]
proven.claim("running freely it has 3 to 8 times the error that its loss says", 3 * ahead < alone < 8 * ahead)
proven.claim("and more error than the model trained to run freely", alone > ours)
proven.claim("one step ahead it is the better of the two", ahead < best_ahead)
first = [per_step[name][0] for name in ("teacher forcing, running freely", "trained to run freely, running freely")]
proven.claim("it says the first step with less than half of the other's error", first[0] < first[1] / 2)
proven.claim(
    "its free error in steps 13 to 20 is twice that in steps 1 to 8, or more",
    sum(free_steps[12:20]) > 2 * sum(free_steps[:8]),
)

# %% [markdown]
# **Read it.** Running freely, the error is about five times as large, and the gap grows along
# the stroke. (All curves fall at step 24, zero motion too: few strokes have that step, and
# their pens are slow there.) Its own loss looks best of all, but it answers an easier question:
# given the truth up to here, what comes next? Only the first step has no truth before it: the
# code has to say it, and says it well.
#
# Alone, the decoder soon meets inputs that it never saw in training: its own errors. If you
# will decode from codes, train for that, or at least *measure* it. Scheduled sampling (Bengio
# et al., 2015) mixes both ways.
#
# ## 8. Does the code do the work?
#
# With the truth at every step, a decoder can guess the next movement from the last ones. The
# textbook warns that it may then ignore its code. The control of lesson 01 tells: give every
# stroke the code of another one. An error that hardly rises shows a code that is not used.
# A second control uses no model at all: say that each step repeats the one before.
#
# **Predict:** under teacher forcing, is a wrong code as bad as it is when running freely?

# %%
with torch.no_grad():
    wrong = {
        "trained and measured freely": best.decode(z_best.roll(1, 0), 24),
        "teacher forcing, one step ahead": forced.follow(z.roll(1, 0), x),
    }
shuffled = {name: masked_mse(x_hat, x, mask).item() for name, x_hat in wrong.items()}
for name, value in shuffled.items():
    figure = f"test MSE with another stroke's code, {name}"
    proven.figure(figure, value, digits=3)
    seeds = proven.recorded(figure) or [value]
    print(f"  smallest and largest of the seeds: {min(seeds):.3f} and {max(seeds):.3f}")
repeat = F.pad(x, (0, 0, 1, 0))[:, :-1]  # each step as the one before it
proven.figure("test MSE, repeat the last step", masked_mse(repeat, x, mask), digits=3)

# %% alt="Error against the step: with the codes of other strokes and running freely it stays above zero motion; under teacher forcing it starts as high, falls below zero motion at the second step and stays there; with the right code it is near the bottom."
plots.lines(
    range(1, 25),
    {f"wrong code: {name}": error_per_step(x_hat) for name, x_hat in wrong.items()}
    | {"own code: teacher forcing, one step ahead": per_step["teacher forcing, one step ahead"],
       "zero motion": per_step["zero motion"]},
    xlabel="step of the stroke", ylabel="test MSE per number", markers=False,
    title="The truth softens a wrong code, but it does not replace the right one",
)
plt.ylim(0, 1.7)
plt.show()

# %%
freely, one_ahead = shuffled.values()
repeated = masked_mse(repeat, x, mask).item()
proven.claim("running freely, a wrong code is worse than zero motion", freely > zero_motion)
proven.claim("one step ahead, a wrong code costs less than half of that", one_ahead < freely / 2)
proven.claim("but 3 times the error of the right code, or more", one_ahead > 3 * ahead)
proven.claim("and more than repeating the last step", one_ahead > repeated)
proven.claim("which the right code beats by half or more", ahead < repeated / 2)
healed = error_per_step(wrong["teacher forcing, one step ahead"])
proven.claim("from the first to the second step the truth takes away half of it, or more", healed[1] < healed[0] / 2)

# %% [markdown]
# **Read it.** (One seed of five lies apart, so the second interval is wide. The line below it
# shows what the seeds gave.) Running freely, the code is all there is: with a wrong one the
# decoder draws another stroke, with confidence. Under teacher forcing one true step softens the
# blow. But the warning did not come true here: the code *is* used. A decoder that trusts a
# wrong code does worse than one that repeats the last step. Corners and turns cannot be seen
# coming, so a code that announces them lowers even the loss of one step. Used is not yet
# enough, though: section 7 ran freely from these very codes, and went astray. Measure both.
#
# ## 9. Does it work at any length?
#
# Now strokes of 30 to 48 steps, all longer than any in training. The MLP has 48 inputs
# (24 steps of 2 numbers), no more and no less: it cannot even begin. The GRU runs,
# for as long as you like.
#
# **Predict:** it runs. Does it also work?

# %%
long_steps, long_lengths, _ = strokes.draw(500, torch.Generator().manual_seed(1), 30, 48)
try:
    mlp(long_steps)
except ValueError as error:
    print("MLP:", error)
far = evaluate(best, (long_steps, long_lengths), free_running)["loss"]
far_mask = lengths_to_mask(long_lengths, 48)
far_zero = masked_mse(torch.zeros_like(long_steps), long_steps, far_mask).item()
proven.figure("MSE on strokes of 30 to 48 steps, GRU", far, digits=3)
proven.figure("MSE on strokes of 30 to 48 steps, zero motion", far_zero, digits=3)
proven.claim("on longer strokes the GRU has half as much error again, or more", far > 1.5 * ours)

# %% [markdown]
# A mean over the whole stroke hides where it works. So we cut the strokes into four parts, and
# give the error of each as a share of zero motion's: at 1 the GRU is as good as a pen that
# never moves. Only the first two parts are steps that were trained.
#
# **Predict:** is there a jump behind step 24?

# %%
with torch.no_grad():
    far_hat = best(long_steps, long_lengths)
shares = []
for begin in (0, 12, 24, 36):
    part = far_mask.clone()
    part[:, :begin], part[:, begin + 12 :] = False, False
    of_gru, of_zero = (masked_mse(y, long_steps, part).item() for y in (far_hat, 0 * far_hat))
    shares.append(of_gru / of_zero)
    where = f"steps {begin + 1} to {begin + 12}"
    proven.figure(f"error as a share of zero motion's, {where}", shares[-1], digits=2)

# %%
wrong_at = ((far_hat - long_steps).square().mean(2) * far_mask).sum(0) / far_mask.sum(0)
proven.claim("behind step 24 is no jump: step 25 has at most a tenth more error", wrong_at[24] < 1.1 * wrong_at[23])
proven.claim("from part to part the share grows", shares == sorted(shares))
proven.claim("in steps 25 to 36 it is below three quarters", shares[2] < 3 / 4)
proven.claim("in steps 37 to 48 it is above two thirds, and below 1", 2 / 3 < shares[3] < 1)

# %% [markdown]
# **Read it.** It fades. There is no jump behind step 24: the rule that it learnt goes on for a
# while, and in the next twelve steps it still saves about a third of zero motion's error. In
# the last twelve it saves no more than about a fifth. Two reasons are likely: such late steps
# were never trained, and the code has 8 numbers as before, though a longer stroke has more to
# say. So "any length" is about shapes, not about errors. A recurrent autoencoder
# has no fixed length, but it has lengths that it knows.
#
# ## Break it
#
# Two careless lines. The first: the mean over the whole box, `F.mse_loss(model(x), x)`.
#
# **Predict:** is the loss that it reports higher or lower than the masked one?

# %%
def padding_counts(model, batch):
    x, _ = batch
    return {"loss": F.mse_loss(model(x), x)}

careless = padded_mlp(5 * STROKE_EPOCHS, padding_counts)
reported = evaluate(careless, stroke_test, padding_counts)["loss"]
honest = evaluate(careless, stroke_test, masked_reconstruction)["loss"]
proven.figure("MSE that it reports, padding counted", reported, digits=3)
proven.figure("MSE on the steps that exist", honest, digits=3)
proven.claim("it reports less error than it has", reported < 0.9 * honest)
proven.claim("and has more than the masked MLP", honest > 1.1 * longer)

# %% [markdown]
# The second: the state at the end of the box, in a GRU that was trained well. Nothing
# else changes, and no error is raised.

# %%
with torch.no_grad():
    turned = sequences.backwards(x, its_lengths)
    z_box = best.to_code(best.rnn(turned)[1][-1])
    spoilt_mse = masked_mse(best.decode(z_box, 24), x, mask).item()
proven.figure("MSE from the state at the end of the box", spoilt_mse, digits=3)
proven.claim("that is 3 times the error or more", spoilt_mse > 3 * ours)
proven.claim("and at least 9 tenths of zero motion's", spoilt_mse > 0.9 * zero_motion)

# %% [markdown]
# **Read it.** A pen that never moves would do as well; in our five runs it did a little better.
# One careless line, and the trained code is worth nothing.

# %% [markdown]
# **Explain it.** Why does the first model report less than it has, and why is it worse as well?
# Why can the answer of the second change when somebody adds a longer stroke to the batch?
#
# <details><summary>Our answer</summary>
#
# A third of the box is zeros, and zeros are easy to say: they pull the mean down. But a zero
# must be said at the right place, so the code has to carry the *length* as well, which
# was known anyway. Eight numbers do that work and their own.
#
# The second reads on through the padding, and its state walks away from what the decoder was
# trained on. A longer stroke makes a larger box, so the others read more zeros. A result
# that depends on the neighbours in the batch is the sign by which you find this bug.
#
# </details>
#
# ## Check yourself
#
# <details><summary>1. `nn.Linear(28, 400)` accepts a batch (64, 1, 28, 28). What did you
# build?</summary>
#
# One small layer, applied to each of the 28 rows alone. No row knows of another. Flatten for
# a model of the whole image; use a recurrent network for one with memory.
#
# </details>
#
# <details><summary>2. Your codes differ a little between batch size 1 and 32. What do you look
# at?</summary>
#
# Where the state is read. With a batch of 1 there is no padding; with 32 the longest one
# sets the box. Pack, or pick the state at each true end. (Batch normalisation is the other
# usual suspect.)
#
# </details>
#
# <details><summary>3. A colleague's sequence model has a very low training loss and produces
# nonsense. What do you ask?</summary>
#
# Is the loss one step ahead, with teacher forcing? Then measure it running freely, per step.
# And is padding counted in the mean?
#
# </details>
#
# <details><summary>4. How do you show that a decoder uses its code?</summary>
#
# Shuffle the codes among the sequences. If the error hardly rises, the decoder lives on
# something else: on true inputs, or on an average.
#
# </details>
#
# <details><summary>5. When is a padded MLP the better choice?</summary>
#
# When the greatest length is known and small, and there are sequences enough to learn each
# place anew. In our measurement it won. Mask its loss.
#
# </details>
#
# ## Summary
#
# - A linear layer works on the last axis: an image that nobody flattened is a pile of rows.
#   Rows as steps make a different model, with a memory. On digits, after 2 epochs, it lost to
#   an MLP of its size, which was itself behind PCA.
# - Mask the loss by replacing, not multiplying. Pack, so that each code stands at its own end.
#   Reading backwards costs nothing and helps a lot. And where the greatest length is known,
#   a padded MLP with a masked loss beat the GRU.
# - Teacher forcing reports an error that free running does not keep: measure what you will use.
# - Shuffled codes show whether a code is used. It was, even under teacher forcing, and still
#   it was not enough to run freely.
# - "Any length" means that it runs. Beyond the lengths of its training it faded, step by step.
#
# ## What we claimed
#
# Each line was checked in the run that you see, against five seeds.

# %%
proven.summary()

# %% [markdown]
# ## Exercises
#
# From rows to a decoder that runs freely:
# [your sheet](../workbook/11_sequences.ipynb). If the link finds nothing, run
# `aelesson workbook` in a terminal once: it lays the sheets there.
#
# ## References
#
# - R. J. Williams and D. Zipser (1989), *A learning algorithm for continually running fully
#   recurrent neural networks*.
# - F. A. Gers, J. Schmidhuber and F. Cummins (2000), *Learning to forget: continual
#   prediction with LSTM*.
# - K. Cho et al. (2014), *Learning phrase representations using RNN encoder-decoder for
#   statistical machine translation*.
# - I. Sutskever, O. Vinyals and Q. V. Le (2014), *Sequence to sequence learning with neural
#   networks*.
# - S. Bengio et al. (2015), *Scheduled sampling for sequence prediction with recurrent neural
#   networks*.
# - N. Srivastava, E. Mansimov and R. Salakhutdinov (2015), *Unsupervised learning of video
#   representations using LSTMs*.
#
# ## Next
#
# We have asked what a code keeps. Lesson 12, which is being written, asks what single numbers
# *mean*. Until then, [lesson 13](13_clinic.ipynb) shows you twelve programs that run, look
# fine, and are wrong.
