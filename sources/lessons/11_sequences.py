# %% [markdown]
# # 11 How do you encode what has no fixed length?
#
# You will press pen strokes of different lengths into codes of fixed size, and see that the
# answer to "which network is better?" turns round while both learn.
#
# **You will be able to**
#
# - say what a linear layer does with an image that nobody flattened;
# - pad, mask and pack sequences so that the padding reaches neither loss nor code;
# - compare two networks at equal epochs and at equal work, and say when the order changes;
# - train a decoder with teacher forcing and by running freely, and measure the gap.
#
# **Time:** 30 minutes, and 5 for the depth; the code takes less than a minute on 2 cores.
#
# **Before this:** [01 Basics](01_basics.ipynb).

# %%
import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn import functional as F

from aelesson import data, expected, linear, models, networks
from aelesson import plots, runtime, sequences, strokes
from aelesson.recurrent import RecurrentAutoencoder, free_running, teacher_forcing
from aelesson.training import TrainConfig, evaluate, fit, one_cycle

# %% [markdown]
# The settings. Each budget is a training of its own, begun anew, with a learning rate that
# rises and falls within it (`one_cycle`). So each point of the figures below is a finished
# training, and no snapshot of a longer one.

# %%
device = runtime.start()
plots.use_style()
digits = data.load()
x_test = digits.test.images
proven = expected.Lesson("11_sequences", digits.name)
GRU_EPOCHS, MLP_EPOCHS = (8, 24, 160), (8, 24, 160, 400)
seed = runtime.default_seed()


def train(model, examples, objective, epochs, rate):
    config = TrainConfig(epochs, 32, rate, one_cycle)
    fit(model.to(device), examples, objective, config, progress=False)
    return model.cpu()

# %% [markdown]
# ## 1. What does a linear layer see in an image that nobody flattened?
#
# Somebody leaves out the flattening, and the first layer stops with an
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

# %%
proven.claim("a linear layer treats each row alone", differs.sum((0, 1)).nonzero().tolist() == [[5]])
proven.verdict()

# %% [markdown]
# **Read it.** No error, and the wrong model: the same small layer for every row, and no row
# knows of another. Flatten, and one layer sees all 784 pixels. Read rows as *steps*, and a
# third model appears, one that carries a memory from row to row:
#
# $$h_t = \mathrm{GRU}(x_t, h_{t-1}), \qquad h_0 = 0 .$$
#
# $x_t$ is row $t$, and $h_t$ the **hidden state**. The gated recurrent unit, GRU (Cho et al.,
# 2014), is one such rule: it makes a proposal $n_t$ from $x_t$ and $h_{t-1}$, and a gate $u_t$
# says how much of the old state stays: $h_t = (1 - u_t)\, n_t + u_t\, h_{t-1}$.
#
# ### Three mix-ups
#
# - A network that goes along a sequence is **recurrent**. A *recursive* one goes up a tree.
# - A GRU, an LSTM or a convolutional network is not "a kind of autoencoder". It is a
#   network. *Autoencoder* is what you ask of it: a code, and the input back.
# - There are no "encoder and decoder losses". There is one loss, at the end, and its gradient
#   goes through the decoder into the encoder.
#
# ## 2. What is a recurrent autoencoder?
#
# The encoder reads the steps; a linear map of its last state is the code. The decoder gets
# its first state from the code, and its first input is zeros. From then on **it runs
# freely**: each output is its next input (Srivastava et al., 2015).
#
# **Predict:** which parts of this depend on the length of the sequence?

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
# a linear layer that reads its state, and a bias so that the untrained gate keeps most of the state
# (Gers et al., 2000, for LSTMs). Both functions must equal the library's.

# %%
runtime.seed_everything(seed)
gru = RecurrentAutoencoder(features=28, hidden=64, latent_dim=16)
some_rows, first_state = rows_as_sequence(images), torch.randn(100, gru.rnn.hidden_size)
assert torch.equal(some_rows, sequences.rows_as_sequence(images))
assert torch.equal(
    decode_sequence(gru.decoder, first_state, 28),
    sequences.decode_sequence(gru.decoder, first_state, 28),
)

# %% [markdown]
# **Read it.** Only the number of steps: no weight belongs to a place, so any length will do.
# Digits have a fixed size and need none of this. Let us take something that does.
#
# ## 3. What do you do with different lengths?
#
# Pen strokes: a list of movements $(dx, dy)$, 8 to 24 of them, scaled so that a
# step has a length of about 1: loops, zigzags and spirals in random directions, drawn by a
# hand that trembles a little. `aelesson.strokes` generates them.
#
# **Predict:** a tensor has one length. What happens to short strokes?

# %%
steps, lengths, kinds = strokes.draw(4000, torch.Generator().manual_seed(0))
stroke_train, more_strokes = (steps[:450], lengths[:450]), (steps[:1800], lengths[:1800])
stroke_test = steps[3000:], lengths[3000:]
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
# content is true, else 0. Padding must count neither in the numerator nor in the denominator.

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
zero_motion = masked_mse(torch.zeros_like(x), x, mask).item()

# %%
proven.figure("share of the steps that is padding", 1 - mask.double().mean(), digits=2)
proven.figure("test MSE, zero motion", zero_motion, digits=3)
proven.verdict()

# %% [markdown]
# **Read it.** 0 times nan is nan, so a mask must *replace*, not multiply. A third of the
# box is padding. And a pen that never moves has the error in the last line: the first
# baseline. (Every *step* weighs the same, so a long stroke weighs more than a short one.)
#
# ## 4. Where does the code stand?
#
# In PyTorch, `rnn(x)[1]` is the state behind the last step *of the box*. For a short stroke
# the network goes on reading zeros until there. Take an untrained GRU and strokes of 24 steps, the
# longest, and append more and more zeros. How far do the states move? We divide distances by the mean
# distance between two strokes' states at their true ends. The **spread** is the same mean at the end
# of the box; it begins at 1.
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

# %% alt="Against the number of zeros appended: the packed states stay at distance 0; those at the end of the box move away, and the distance between them falls towards 0."
plots.lines(
    list(PADDING), moved, xlabel="zeros behind the stroke",
    ylabel="distance / mean distance\nbetween two strokes' states",
    title="Padding moves every state to one place; packing leaves it alone",
)
plt.show()

# %%
proven.figure("states moved by 20 zeros, in distances between states of two strokes", moved["at the end of the box"][4], digits=2)
proven.figure("distance between the states of two strokes that is left after 60 zeros", moved["spread of the box's states"][-1], digits=3)
proven.claim("20 zeros move a state by half a distance between two strokes' states, or more", moved["at the end of the box"][4] > 0.5)
proven.claim("60 zeros take away 9 tenths of the distance between two strokes' states, or more", moved["spread of the box's states"][-1] < 0.1)
proven.verdict()

# %% [markdown]
# **Read it.** The box's states walk to one place and forget the stroke on the way. What is
# worse: the code depends on the *other* strokes in the batch, as the longest one sets the size
# of the box. `encode_sequence` **packs**: each stroke stops at its own end.
#
# ## 5. Who is ahead, and when?
#
# Strokes have at most 24 steps. So a simpler way is possible: pad, flatten to 48 numbers, and
# use an MLP. Its loss is masked, its code has 8 numbers, and it has as many parameters as
# the GRU, which reads its strokes backwards (section 6 says why). And PCA of the padded box,
# with 8 components, which is computed and not trained.

# %%
def masked_reconstruction(model, batch):
    x, lengths = batch
    mask = lengths_to_mask(lengths.cpu(), x.shape[1]).to(x.device)
    return {"loss": sequences.masked_mse(model(x), x, mask)}

def padded_mlp(epochs, objective=masked_reconstruction, examples=stroke_train, hidden=139, rate=1e-2):
    runtime.seed_everything(seed)
    encoder = networks.mlp_encoder((48, hidden, 8))
    decoder = networks.mlp_decoder((8, hidden, 48), (24, 2), output=nn.Identity)
    return train(models.Autoencoder(encoder, decoder), examples, objective, epochs, rate)

def recurrent(epochs, objective=free_running, order=sequences.backwards):
    runtime.seed_everything(seed)
    model = RecurrentAutoencoder(2, 48, 8, order)
    return train(model, stroke_train, objective, epochs, 2e-2)

# %% [markdown]
# "Which is better?" has no answer without "after how much training?". So each is trained with
# several budgets. Each learning rate was the best of three on strokes that are neither training nor
# test, or close to it. (Longer is not always better: eight times the GRU's longest training at this
# rate, tried once, ended in an error of over 100.)
#
# **Predict:** which of them is ahead after 8 epochs, which at the end? And where is PCA?

# %%
grus = {epochs: recurrent(epochs) for epochs in GRU_EPOCHS}
mlps = {epochs: padded_mlp(epochs) for epochs in MLP_EPOCHS}
gru_mse = {n: evaluate(model, stroke_test, free_running)["loss"] for n, model in grus.items()}
mlp_mse = {n: evaluate(model, stroke_test, masked_reconstruction)["loss"] for n, model in mlps.items()}
x_pca = linear.pca_reconstruct(x, *linear.fit_pca(stroke_train[0], 8))
pca = masked_mse(x_pca, x, mask).item()

# %% alt="Error against epochs, both axes logarithmic: after 8 epochs the padded MLP is below the GRU and both are above PCA; the GRU falls steeply and after 160 epochs is lowest of all; the MLP goes below PCA, flattens, and does not reach the GRU even after 400 epochs."
plots.paths(
    {
        "GRU, backwards": (list(gru_mse), list(gru_mse.values())),
        "padded MLP": (list(mlp_mse), list(mlp_mse.values())),
        "PCA (no epochs)": ((8, 400), (pca, pca)),
        "zero motion": ((8, 400), (zero_motion, zero_motion)),
    },
    xlabel="epochs of the training", ylabel="test MSE per number", log="xy",
    title="At equal epochs: the MLP leads first, the GRU at the end",
)
plt.show()

# %% [markdown]
# Equal epochs favour the GRU. It uses each weight at every step, so an epoch is more work,
# counted in **multiply-adds**, 24 steps for each stroke. Here are the same trainings against
# work.
#
# **Predict:** do the lines still cross?

# %%
def multiply_adds(model, steps=1):
    return sum(
        weights.numel() * (1 if "_code" in name else steps)
        for name, weights in model.named_parameters() if weights.dim() == 2
    )

best, mlp = grus[GRU_EPOCHS[-1]], mlps[MLP_EPOCHS[-1]]
of_gru, of_mlp = multiply_adds(best, steps=24), multiply_adds(mlp)

# %% alt="Error against multiply-adds in training, both axes logarithmic: the line of the MLP lies far to the left and flattens out; that of the GRU comes down later, at much more work, and ends lower."
plots.paths(
    {
        "GRU, backwards": ([n * of_gru / 1e6 for n in gru_mse], list(gru_mse.values())),
        "padded MLP": ([n * of_mlp / 1e6 for n in mlp_mse], list(mlp_mse.values())),
    },
    xlabel="work: millions of multiply-adds per training stroke", ylabel="test MSE per number",
    log="xy", title="At equal work: the MLP leads for longer, and then stops",
)
plt.show()

# %% [markdown]
# They do not: for all work that both were given, the MLP is ahead. The GRU ends lower, at much more
# work. Why does the MLP stop? Compare its error on the strokes of its training. Then two ways out: ten
# times the parameters (80 epochs), and four times the strokes.
#
# **Predict:** which of the two helps?

# %%
seen = {
    "GRU": evaluate(best, stroke_train, free_running)["loss"],
    "padded MLP": evaluate(mlp, stroke_train, masked_reconstruction)["loss"],
}
larger = padded_mlp(80, hidden=1500, rate=3e-3)
more = padded_mlp(100, examples=more_strokes)
larger_mse, more_mse = (evaluate(model, stroke_test, masked_reconstruction)["loss"] for model in (larger, more))

# %%
for n, value in gru_mse.items():
    proven.figure(f"test MSE, GRU, {n} epochs", value, digits=3)
for n, value in mlp_mse.items():
    proven.figure(f"test MSE, padded MLP, {n} epochs", value, digits=3)
proven.figure("test MSE, PCA, padded", pca, digits=3)
for name, model in {"padded MLP": mlp, "GRU": best}.items():
    proven.figure(f"parameters, {name}, strokes", sum(p.numel() for p in model.parameters()), digits=0)
proven.figure("multiply-adds per stroke, GRU / MLP", of_gru / of_mlp, digits=1)
ours, theirs = gru_mse[GRU_EPOCHS[-1]], mlp_mse[MLP_EPOCHS[-1]]
for name, value in seen.items():
    proven.figure(f"training MSE, {name}, longest training", value, digits=3)
proven.figure("test MSE, padded MLP of ten times the parameters", larger_mse, digits=3)
proven.figure("test MSE, padded MLP, 4 times the strokes for a quarter of the epochs", more_mse, digits=3)
proven.claim("in 8 epochs the MLP is ahead of the GRU", mlp_mse[8] < gru_mse[8], budget="in 8 epochs", any_width=True)
proven.claim("with 400 epochs for the MLP, less work than the GRU's 24 epochs, the MLP is ahead", mlp_mse[400] < gru_mse[24], budget="with 400 epochs for the MLP, less work than the GRU's 24 epochs", any_width=True)
proven.claim("in 160 epochs each, the order has turned round: the GRU is ahead", gru_mse[160] < mlp_mse[160], budget="in 160 epochs each", any_width=True)
proven.claim("the GRU's 160 epochs also beat the MLP's 400", ours < theirs, budget="160 epochs", any_width=True)
proven.claim("from 160 to 400 epochs, more training takes away less than a quarter of the MLP's error", theirs > 0.75 * mlp_mse[160], budget="from 160 to 400 epochs")
proven.claim("after 160 and 400 epochs both are ahead of PCA", max(ours, theirs) < pca, budget="after 160 and 400 epochs")
proven.claim("the MLP's test error is more than 4 times its training error", theirs > 4 * seen["padded MLP"])
proven.claim("its test error is a larger multiple of its training error than the GRU's", theirs / seen["padded MLP"] > ours / seen["GRU"])
proven.claim("the MLP of ten times the parameters is behind the GRU of 160 epochs as well", ours < larger_mse, budget="of 160 epochs")
proven.claim("4 times the strokes take away a quarter of the MLP's error or more", more_mse < 0.75 * theirs)
proven.verdict()

# %% [markdown]
# **Read it.** Stop early, by epochs or by work, and the MLP is ahead: its outputs are two layers from
# the code, so it learns soon. The GRU must find one rule for all steps, which takes long. But all
# steps of all strokes share this rule, where the MLP learns every place anew. With 450 strokes it
# knows those nearly by heart (it **over-fits**), and neither epochs nor parameters help much. More
# strokes do.
#
# So "the MLP is better" and "the GRU is better" are both true, of different budgets. Say which:
# epochs, work, or data. With many thousand strokes the MLP's trouble may be gone; we have not
# measured who is ahead there.
#
# ### And attention?
#
# All that a decoder here knows of a stroke goes through 8 numbers. In
# translation, Bahdanau et al. (2015) let the decoder look back at *all* states of the encoder,
# and the transformer (Vaswani et al., 2017) does so with no recurrence at all. For language it has
# largely replaced recurrent networks. But a decoder that looks past the code needs no
# code: in an autoencoder, attention belongs *within* the encoder and *within* the decoder,
# with the bottleneck between them. We have not trained one.
#
# ## 6. Depth: from which end should the encoder read?
#
# The decoder's first job is the first step, and that is what a forwards encoder read
# longest ago. Sutskever et al. (2014) read their sentences backwards: then the first step
# is the freshest. Turning round must turn the *stroke*, not the box: the padding stays
# behind the end. Two autoencoders, 24 epochs each, equal in everything else.
#
# **Predict:** does the order matter, when the same numbers are read?

# %%
forwards = recurrent(24, order=sequences.forwards)
forwards_mse = evaluate(forwards, stroke_test, free_running)["loss"]

# %%
proven.figure("test MSE, GRU that reads forwards, 24 epochs", forwards_mse, digits=3)
proven.claim("reading backwards takes away a sixth of the error or more", gru_mse[24] < forwards_mse * 5 / 6)
proven.verdict()

# %% [markdown]
# **Read it.** The code has the same size and the network sees the same numbers, but the way from a
# step's input to its output is shorter for the steps that come first. A likely reason for the gain:
# they are learnt soon, and all later ones build on them. After 24 epochs, that is; we have not trained
# both to the end.
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

first_state = torch.randn(len(x), best.rnn.hidden_size)
by_hand = follow_sequence(best.decoder, first_state, x)
assert torch.equal(by_hand, sequences.follow_sequence(best.decoder, first_state, x))

# %% [markdown]
# The same model, 24 epochs again, with teacher forcing. We measure it twice: one
# step ahead, given the truth, which is what its loss says; and running freely, which is what
# decoding a code means.
#
# **Predict:** by what factor is the second error larger?

# %%
forced = recurrent(24, teacher_forcing)
ahead = evaluate(forced, stroke_test, teacher_forcing)["loss"]
alone = evaluate(forced, stroke_test, free_running)["loss"]

# %% [markdown]
# Per step, over the strokes that are long enough:

# %%
def error_per_step(x_hat):
    wrong = (x_hat - x).square().mean(2).masked_fill(~mask, 0)  # (B, T)
    return (wrong.sum(0) / mask.sum(0)).tolist()

with torch.no_grad():
    z, z_free = forced.encode(x, its_lengths), grus[24].encode(x, its_lengths)
    answers = {
        "teacher forcing, one step ahead": forced.follow(z, x),
        "teacher forcing, running freely": forced.decode(z, 24),
        "trained to run freely, running freely": grus[24].decode(z_free, 24),
        "zero motion": torch.zeros_like(x),
    }
per_step = {name: error_per_step(x_hat) for name, x_hat in answers.items()}

# %% alt="Error against the step: teacher forcing one step ahead stays low; the same model running freely climbs towards zero motion; the model trained to run freely stays between the two."
plots.lines(
    range(1, 25), per_step, xlabel="step of the stroke", ylabel="test MSE per number",
    markers=False, title="Running freely, errors grow along the stroke: fastest after teacher forcing",
)
plt.ylim(0, 0.95)
plt.legend(loc="upper left")
plt.show()

# %% alt="Five rows of nine strokes: the true ones; those of the GRU of 160 epochs, close to them; those of the padded MLP; those of the GRU of 24 epochs, rounder; those of the model trained with teacher forcing for as long, which begin well and then go wrong."
with torch.no_grad():
    drawn = {"true": x, "GRU,\n160 epochs": best(x, its_lengths), "MLP,\n400 epochs": mlp(x)}
drawn["GRU,\n24 epochs"] = answers["trained to run freely, running freely"]
drawn["forced,\n24 epochs"] = answers["teacher forcing, running freely"]
plots.pen_rows({name: pen(steps) for name, steps in drawn.items()}, title="From 8 numbers to a stroke, with no look at the truth")
plt.show()

# %%
proven.figure("test MSE, teacher forcing, one step ahead", ahead, digits=3)
proven.figure("test MSE, teacher forcing, running freely", alone, digits=3)
proven.claim("teacher forcing has, running freely, more than twice the error that its loss says", alone > 2 * ahead)
proven.claim("running freely, it has more error than the model trained to run freely for as long", alone > gru_mse[24])
free_steps = per_step["teacher forcing, running freely"]
proven.claim("its free error in steps 13 to 20 is above that in steps 1 to 8", sum(free_steps[12:20]) > sum(free_steps[:8]))
proven.verdict()

# %% [markdown]
# **Read it.** The loss of teacher forcing answers an easier question: given the truth up to here,
# what comes next? Alone, the decoder soon meets inputs that it never saw in training: its own
# errors. Free errors grow along most of the stroke; that of teacher forcing begins low and, in the
# figure, ends near that of a pen that never moves. If you will decode from codes, train for that,
# or at least *measure* it. Scheduled sampling (Bengio et al., 2015) mixes both ways.
#
# ## 8. Depth: does the code do the work?
#
# With the truth at every step, a decoder can guess the next movement from the last ones, and it
# may then ignore its code. Bowman et al. (2016) met this with sentences and a variational
# autoencoder: their decoder, an LSTM, ignored the code unless they raised the price of the code
# slowly and hid words of the truth. The control of lesson 01 tells: give every stroke the code of
# another one.
#
# **Predict:** under teacher forcing, is a wrong code as bad as it is when running freely?

# %%
with torch.no_grad():
    freely = masked_mse(grus[24].decode(z_free.roll(1, 0), 24), x, mask).item()
    one_ahead = masked_mse(forced.follow(z.roll(1, 0), x), x, mask).item()

# %%
proven.figure("test MSE with another stroke's code, trained and measured freely", freely, digits=3)
proven.figure("test MSE with another stroke's code, teacher forcing, one step ahead", one_ahead, digits=3)
proven.claim("running freely, a wrong code is worse than zero motion", freely > zero_motion)
proven.claim("one step ahead, a wrong code costs less", one_ahead < freely)
proven.claim("one step ahead, a wrong code has twice the error of the right one, or more", one_ahead > 2 * ahead)
proven.verdict()

# %% [markdown]
# **Read it.** Running freely, the code is all there is: with a wrong one the decoder draws
# another stroke, with confidence. Under teacher forcing the true steps make the error smaller. But
# the code *is* used here: a wrong one at least doubles it. Used is not yet enough: section 7 ran
# freely from these very codes, and went wrong.
#
# ## 9. Depth: does it work at any length?
#
# Now strokes of 30 to 48 steps, all longer than any in training. The MLP has 48 inputs
# (24 steps of 2 numbers), no more and no less: it cannot even begin. We cut the strokes into
# parts, and give the GRU's error in each as a share of zero motion's: above 1 it does worse
# than a pen that never moves.
#
# **Predict:** the GRU runs. Does it also work?

# %%
long_steps, long_lengths, _ = strokes.draw(500, torch.Generator().manual_seed(1), 30, 48)
try:
    mlp(long_steps)
except ValueError as error:
    print("MLP:", error)
with torch.no_grad():
    far_hat = best(long_steps, long_lengths)
shares = []
for begin in (0, 12, 24, 36):
    part = lengths_to_mask(long_lengths, 48)
    part[:, :begin], part[:, begin + 12 :] = False, False
    by_gru, by_zero = (masked_mse(y, long_steps, part).item() for y in (far_hat, 0 * far_hat))
    shares.append(by_gru / by_zero)

# %%
for begin, share in zip((1, 13, 25, 37), shares):
    proven.figure(f"error as a share of zero motion's, steps {begin} to {begin + 11}", share, digits=2)
proven.claim("the share of the GRU of 160 epochs grows from part to part, steps 1 to 36", shares[:3] == sorted(shares[:3]), budget="of 160 epochs")
proven.claim("the share of the GRU of 160 epochs is in steps 25 to 36 twice that of steps 1 to 12, or more", shares[2] > 2 * shares[0], budget="of 160 epochs")
proven.verdict()

# %% [markdown]
# **Read it.** It gets worse. Two reasons are likely: such late steps were never trained, and the
# code has 8 numbers as before, though a longer stroke has more to say. So "any length" is about
# tensor shapes, not about errors. A recurrent autoencoder has no fixed length, but it has lengths
# that it knows.
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

careless = padded_mlp(160, padding_counts)
reported = evaluate(careless, stroke_test, padding_counts)["loss"]
honest = evaluate(careless, stroke_test, masked_reconstruction)["loss"]

# %% [markdown]
# The second: the state at the end of the box, in a GRU that was trained well. Nothing
# else changes, and no error is raised.

# %%
with torch.no_grad():
    turned = sequences.backwards(x, its_lengths)
    z_box = best.to_code(best.rnn(turned)[1][-1])
    spoilt_mse = masked_mse(best.decode(z_box, 24), x, mask).item()

# %%
proven.figure("MSE that it reports, padding counted", reported, digits=3)
proven.figure("MSE on the steps that exist", honest, digits=3)
proven.claim("with padding counted, the MLP reports less error than it has", reported < 0.95 * honest)
proven.claim("it has more error than the MLP that was masked for as long", honest > mlp_mse[160])
proven.figure("MSE from the state at the end of the box", spoilt_mse, digits=3)
proven.claim("read at the end of the box, the state of the GRU of 160 epochs gives 3 times the error or more", spoilt_mse > 3 * ours, budget="of 160 epochs")
proven.claim("read there, it gives more than half of zero motion's error", spoilt_mse > 0.5 * zero_motion)
proven.verdict()

# %% [markdown]
# **Explain it.** Why does the first model report less than it has, and why is it worse as well?
# Why can the answer of the second change when somebody adds a longer stroke to the batch?
#
# <details><summary>Our answer</summary>
#
# A third of the box is zeros, and zeros are easy to say: they pull the mean down. A likely reason why
# it is worse: to say them at the right place, the code has to carry the *length* as well.
#
# The second reads on through the padding. A longer stroke makes a larger box, so the others
# read more zeros. A result that depends on the neighbours in the batch is the sign of this bug.
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
# <details><summary>5. "We tried a GRU for a few epochs; the MLP was better." What do you
# ask?</summary>
#
# At which epoch, at what work, with how many sequences, and was either still improving? In
# our measurement the MLP was ahead in 8 epochs and the GRU in 160. An over-fitting MLP is helped
# by data, an unfinished GRU by time.
#
# </details>
#
# ## Summary
#
# - A linear layer works on the last axis: an image that nobody flattened is a pile of rows.
# - Mask the loss by replacing, not multiplying. Pack, so that each code stands at its own end.
# - Who is ahead depends on when you ask. The padded MLP led early, and longer still at equal
#   work; the GRU, with one rule for all steps, led at the end, because 450 strokes were too few
#   for the MLP.
# - Teacher forcing reports a smaller error than free running has: measure what you will use.
# - In depth: reading backwards costs nothing and helped after 24 epochs; shuffled codes show whether
#   a code is used, and it was; "any length" means that it runs, and beyond its lengths it got worse.
#
# ## What we claimed
#
# Each claim was checked in this run; the ticks say where else it held.

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
#   recurrent neural networks*, [doi:10.1162/neco.1989.1.2.270](https://doi.org/10.1162/neco.1989.1.2.270).
# - F. A. Gers, J. Schmidhuber and F. Cummins (2000), *Learning to forget: continual
#   prediction with LSTM*, [doi:10.1162/089976600300015015](https://doi.org/10.1162/089976600300015015).
# - K. Cho et al. (2014), *Learning phrase representations using RNN encoder-decoder for
#   statistical machine translation*, [arXiv:1406.1078](https://arxiv.org/abs/1406.1078).
# - I. Sutskever, O. Vinyals and Q. V. Le (2014), *Sequence to sequence learning with neural
#   networks*, [arXiv:1409.3215](https://arxiv.org/abs/1409.3215).
# - D. Bahdanau, K. Cho and Y. Bengio (2015), *Neural machine translation by jointly learning
#   to align and translate*, [arXiv:1409.0473](https://arxiv.org/abs/1409.0473).
# - S. Bengio et al. (2015), *Scheduled sampling for sequence prediction with recurrent neural
#   networks*, [arXiv:1506.03099](https://arxiv.org/abs/1506.03099).
# - N. Srivastava, E. Mansimov and R. Salakhutdinov (2015), *Unsupervised learning of video
#   representations using LSTMs*, [arXiv:1502.04681](https://arxiv.org/abs/1502.04681).
# - S. R. Bowman et al. (2016), *Generating sentences from a continuous space*,
#   [arXiv:1511.06349](https://arxiv.org/abs/1511.06349).
# - A. Vaswani et al. (2017), *Attention is all you need*,
#   [arXiv:1706.03762](https://arxiv.org/abs/1706.03762).
#
# ## Next
#
# We have asked what a code keeps. [Lesson 12](12_interpretability.ipynb) asks what its single
# numbers *mean*.
