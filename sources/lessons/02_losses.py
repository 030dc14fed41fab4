# %% [markdown]
# # 02 What does a loss believe about pixels?
#
# Behind every loss stands a belief about noise. You will derive the usual ones, see what
# each wants from an image, and find where training with one of them stands still.
#
# **You will be able to**
#
# - derive MSE, L1 and BCE as negative log-likelihoods, and prove your code equal to
#   PyTorch's distributions;
# - say why a squared error behind a sigmoid can stop learning, and show it;
# - compute the floor under the BCE of grey images;
# - tell when "mean" or "sum" does not matter, and when it ruins a model;
# - choose a loss and an output layer that fit the pixels.
#
# **Time:** 35 minutes, and 10 for the depth; the code takes less than a minute on 2 cores.
#
# **Before this:** [01 What survives a bottleneck?](01_basics.ipynb), and what a density is.

# %%
import math

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.distributions import Bernoulli, Laplace, Normal, kl_divergence
from torch.nn import functional as F

from aelesson import corruptions, data, expected, losses, metrics, models
from aelesson import networks, objectives, plots, runtime
from aelesson.training import TrainConfig, fit, one_cycle, train_epoch
from aelesson.training.batching import batches

# %% [markdown]
# The settings. The network is the winner of lesson 01, without its sigmoid: it returns
# **logits** $a$, any real numbers, and the pixel is $\hat{x} = s(a) = 1 / (1 + e^{-a})$.

# %%
device = runtime.start()
seed = runtime.default_seed()
plots.use_style()
digits = data.load()
x_train, x_test = digits.train.images, digits.test.images
SHOWN = torch.stack([(digits.test.labels == d).nonzero()[0, 0] for d in range(10)])
proven = expected.Lesson("02_losses", digits.name)
EPOCHS, SHORT, LONG = (20, 6, 30) if len(x_train) < 10_000 else (4, 2, 4)
SIZES = (784, 128, 32)

def build_model(output=nn.Identity):
    runtime.seed_everything(seed)
    decoder = networks.mlp_decoder(SIZES[::-1], output=output)
    return models.Autoencoder(networks.mlp_encoder(SIZES), decoder).to(device)

# %% [markdown]
# ## 1. Which belief is the squared error?
#
# Read a reconstruction as a belief: "the pixel is $\hat{x}$, but for some noise". It gives each
# image a probability, or a density, and a good model gives real images a high one. A product over 784 pixels becomes a sum by the logarithm, and a minus makes a loss of
# it: the **negative log-likelihood** (NLL; Bishop, 1995). It is measured in **nats**, as it comes
# from the natural logarithm; with the logarithm to base 2 it would be bits. Three kinds of noise:
#
# - **Gaussian**, $p(x) = \frac{1}{\sigma\sqrt{2\pi}}\, e^{-(x - \hat{x})^2 / 2\sigma^2}$, gives
#   $\sum \frac{(x - \hat{x})^2}{2\sigma^2} + \log\sigma + \frac12\log 2\pi$: the MSE, but
#   for a factor and a constant.
# - **Laplace**, $p(x) = \frac{1}{2b}\, e^{-|x - \hat{x}| / b}$, gives
#   $\sum \frac{|x - \hat{x}|}{b} + \log 2b$: the absolute error, L1.
# - **Bernoulli**, white with probability $s$, gives
#   $-\sum x \log s + (1 - x)\log(1 - s)$: the binary cross-entropy, BCE.
#
# In the last one put $\log s = a - \log(1 + e^a)$ and $\log(1 - s) = -\log(1 + e^a)$. What is left
# is $\sum \log(1 + e^a) - x a$; `softplus` is $\log(1 + e^a)$ that never overflows.

# %%
def gaussian_nll(x_hat, x, std):
    squares = (x - x_hat) ** 2 / (2 * std**2)
    return (squares + math.log(std) + 0.5 * math.log(2 * math.pi)).flatten(1).sum(1)

def laplace_nll(x_hat, x, scale):
    return ((x - x_hat).abs() / scale + math.log(2 * scale)).flatten(1).sum(1)

def bernoulli_nll(logits, x):
    return (F.softplus(logits) - x * logits).flatten(1).sum(1)

# %% [markdown]
# A derivation may be wrong, so we ask two others: the library, and PyTorch's `distributions`, on
# random reconstructions of real digits. PyTorch's Bernoulli accepts only black and white
# pixels; for it we round them.

# %%
def theirs(distribution, x):
    return -distribution.log_prob(x).flatten(1).sum(1)

x = x_test[:50].double()
logits = 3 * torch.randn(x.shape, dtype=torch.double)
x_hat, rounded = torch.sigmoid(logits), x.round()
assert torch.allclose(gaussian_nll(x_hat, x, 0.3), losses.gaussian_nll(x_hat, x, 0.3))
assert torch.allclose(laplace_nll(x_hat, x, 0.3), losses.laplace_nll(x_hat, x, 0.3))
assert torch.allclose(bernoulli_nll(logits, x), losses.bernoulli_nll(logits, x))
from_torch = {
    "Gaussian": gaussian_nll(x_hat, x, 0.3) - theirs(Normal(x_hat, 0.3), x),
    "Laplace": laplace_nll(x_hat, x, 0.3) - theirs(Laplace(x_hat, 0.3), x),
    "Bernoulli": bernoulli_nll(logits, rounded) - theirs(Bernoulli(logits=logits), rounded),
}

# %% [markdown]
# So whoever trains with MSE says: "noise is Gaussian, of one width everywhere". While the loss
# stands alone, $\sigma$ and the constants move no weight.
#
# Between MSE and L1 lies the loss of Huber (1964): squared for errors up to $\delta$, straight
# beyond. Its belief is a Gaussian middle with Laplace's long tails: "mostly small noise, and
# now and then something is far off".
#
# **Predict:** an error of 1 instead of 0.1: how many times as much does it cost under each?

# %%
def huber(x_hat, x, delta=0.1):
    error = (x_hat - x).abs()
    straight = delta * (error - delta / 2)
    return torch.where(error <= delta, error**2 / 2, straight).flatten(1).mean(1)

assert torch.allclose(huber(x_hat, x).mean(), F.huber_loss(x_hat, x, delta=0.1))
small, large, none = (torch.tensor([[size]]) for size in (0.1, 1.0, 0.0))
{
    "MSE": (large**2 / small**2).item(),
    "L1": (large / small).item(),
    "Huber": (huber(large, none) / huber(small, none)).item(),
}

# %%
for name, gap in from_torch.items():
    proven.claim(f"{name}: within 1e-6 nats of torch.distributions", gap.abs().max() < 1e-6)
proven.verdict()

# %% [markdown]
# **Read it.** 100 times as much under MSE, 10 times under L1, and 19 times under Huber with
# $\delta = 0.1$.
#
# ## 2. What does each loss want, if it may say only one thing?
#
# Give it the smallest model of all: one picture for every digit, and no encoder. Setting
# the derivative to zero gives the best pixel value $c$:
#
# - MSE: $\sum_i (c - x_i) = 0$, so $c$ is the **mean**.
# - BCE: $\sum_i (s(a) - x_i) = 0$, so the best $s(a)$ is the **mean** too.
# - L1: $\sum_i \mathrm{sign}(c - x_i) = 0$, so as many lie above as below: the **median**.
#
# Gradient descent should find the same. All four losses take logits and give one value per
# image.
#
# **Predict:** what does the median image of all digits look like?

# %%
def through_sigmoid(loss):
    return lambda logits, x: loss(torch.sigmoid(logits), x)

def absolute(x_hat, x):
    return (x_hat - x).abs().flatten(1).mean(1)

LOSSES = {
    "MSE": through_sigmoid(losses.mse),
    "BCE": losses.bernoulli_nll,
    "L1": through_sigmoid(absolute),
    "Huber": through_sigmoid(huber),
}

# %% [markdown]
# The one picture is a model whose only parameters are its logits; `fit` is the loop of
# lesson 01.

# %%
class OnePicture(nn.Module):
    def __init__(self):
        super().__init__()
        self.logits = nn.Parameter(torch.zeros(1, 28, 28))

    def forward(self, x):
        return self.logits.expand_as(x)

found = {}
for name, loss in LOSSES.items():
    picture = OnePicture().to(device)
    settings = TrainConfig(EPOCHS // 2, 128, 1.0, one_cycle)
    fit(picture, x_train, objectives.reconstruction(loss), settings, progress=False)
    found[name] = picture.logits.detach().sigmoid().cpu()

# %% alt="Six pictures: the grey blurred mean image, two nearly equal ones found with MSE and BCE, the median image, black but for a thin broken stroke like a 9, one nearly equal found with L1, and Huber's, the same stroke with soft edges."
mean_image, median_image = x_train.mean(0), x_train.median(0).values
pictures = {"mean": mean_image, "found by MSE": found["MSE"], "found by BCE": found["BCE"],
            "median": median_image, "found by L1": found["L1"],
            "found by Huber": found["Huber"]}
plots.maps(
    {name: image[0] for name, image in pictures.items()},
    title="MSE and BCE find the mean, L1 the median, Huber lies between",
)
plt.show()

# %% [markdown]
# And in numbers (a pixel counts as black when it is 0):

# %%
black = [(image == 0).float().mean().item() for image in (median_image, mean_image)]
proven.figure("black pixels in the median image, share", black[0], digits=3)
proven.figure("black pixels in the mean image, share", black[1], digits=3)
gaps = {name: (found[name] - best).abs().mean().item() for name, best in
        {"MSE": mean_image, "BCE": mean_image, "L1": median_image}.items()}
proven.claim("gradient descent finds the mean by MSE and by BCE, the median by L1",
             max(gaps.values()) < 0.01)
scores = {name: [loss(image.expand_as(x_train), x_train).mean().item()
                 for loss in (losses.mse, absolute)]
          for name, image in (("mean", mean_image), ("median", median_image))}
proven.claim("the mean has the lower MSE, the median the lower absolute error",
             scores["mean"][0] < scores["median"][0] and
             scores["median"][1] < scores["mean"][1])
proven.verdict()

# %% [markdown]
# **Read it.** The median of all digits is a thin, broken stroke, a little like a 9. More than
# four fifths of it are black: there most digits have no ink, and L1 goes with the majority. MSE
# and BCE pay a little grey to everyone. "Blurred" is what the squared error *asks for* when it
# cannot know. Which of the two is better depends on the noise: section 7.
#
# ## 3. Why does one loss stall where the other learns?
#
# A network moves its logits, not its pixels. For one pixel, with $s = s(a)$ and
# $s'(a) = s (1 - s)$, the chain rule gives
#
# $$\frac{\partial}{\partial a} (s - x)^2 = 2 (s - x)\, s (1 - s), \qquad
# \frac{\partial}{\partial a} \mathrm{BCE} = s - x .$$
#
# In the BCE the slope of the sigmoid cancels: its gradient is the error itself.
#
# **Predict:** a white pixel, $x = 1$, and a logit of $-8$: badly wrong. Which gradient is
# larger, and how many times?

# %%
def mse_logit_gradient(logits, x):
    s = torch.sigmoid(logits)
    return 2 * (s - x) * s * (1 - s)

def bce_logit_gradient(logits, x):
    return torch.sigmoid(logits) - x

a = torch.linspace(-10, 10, 401, requires_grad=True)
white = torch.ones_like(a)
squares = (torch.sigmoid(a) - white).square().sum()
entropies = losses.bernoulli_nll(a[:, None], white[:, None]).sum()
pairs = [(mse_logit_gradient(a, white), squares), (bce_logit_gradient(a, white), entropies)]
for ours, loss in pairs:
    assert torch.allclose(ours, torch.autograd.grad(loss, a)[0], atol=1e-6)

# %% alt="Two gradients for a white pixel against its logit from -10 to 10: that of the BCE rises from -1 to 0; that of the MSE is near 0 on both sides, with a shallow valley around -1."
gradients = {
    "BCE: s - x": bce_logit_gradient(a, white),
    "MSE: 2 (s - x) s (1 - s)": mse_logit_gradient(a, white),
}
plots.lines(
    a.tolist(),
    {name: gradient.tolist() for name, gradient in gradients.items()},
    xlabel="logit of a white pixel",
    ylabel="gradient",
    title="Far to the left both are wrong, and only BCE says so",
    markers=False,
)
plt.show()

# %% [markdown]
# **Read it.** At $-8$ the BCE pulls with almost $-1$. The MSE pulls some 1,500 times more
# weakly, although the pixel could hardly be more wrong: the sigmoid is flat there (the unit is
# **saturated**), and hides the error.
#
# Does that matter for a network? We give it a bad start: 8 is subtracted from the biases of
# the last layer, so that every image begins black. Then gradient descent with momentum (SGD), on
# losses averaged over pixels, judged by the test MSE.

# %%
x_device = x_train.to(device)

def test_mse(model):
    x_hat = torch.sigmoid(metrics.apply(model, model, x_test))
    return losses.mse(x_hat, x_test).mean().item()

def train(loss, make_optimizer, bias=0.0, epochs=SHORT):
    model, curve = build_model(), []
    model.decoder[2].bias.data += bias
    optimizer = make_optimizer(model.parameters())
    generator = torch.Generator().manual_seed(seed)
    for _ in runtime.epochs(epochs):
        shuffled = batches(x_device, 64, generator)
        train_epoch(model, shuffled, objectives.reconstruction(loss), optimizer)
        curve.append(test_mse(model))
    return curve

# %% [markdown]
# BCE and MSE at a learning rate of 1, and MSE at ten times that rate, too.
#
# **Predict:** which of the three stall? For ever?

# %%
def sgd(rate):
    return lambda parameters: torch.optim.SGD(parameters, lr=rate, momentum=0.9)

per_pixel = {"MSE": LOSSES["MSE"], "BCE": lambda a, x: losses.bernoulli_nll(a, x) / 784}
stall = {f"{name}, rate {rate}": train(per_pixel[name], sgd(rate), -8.0, LONG)
         for name, rate in (("BCE", 1), ("MSE", 1), ("MSE", 10))}

# %% alt="Test MSE against epochs, from the bad start, and a dotted line for the mean image. BCE falls from the second epoch on; MSE with a rate of 1 stays level at its highest value to the end; MSE with a rate of 10 stays level at first, then jumps and falls below the dotted line."
black_mse = x_test.square().mean().item()
mean_mse = (x_test - mean_image).square().mean().item()
plots.lines(range(1, len(stall["BCE, rate 1"]) + 1), stall, markers=False, xlabel="epoch",
            ylabel="test MSE per pixel", title="MSE behind a sigmoid: a plateau, left at ten times the rate")
plt.axhline(mean_mse, color="0.5", ls=":")
plt.text(len(stall["BCE, rate 1"]) / 4, mean_mse, "mean image", va="bottom")
plt.show()

# %% [markdown]
# Was it the loss, or the optimiser? **Adam** (Kingma and Ba, 2015) divides each gradient by its
# own recent size. And from a good start, where logits begin near 0 and the sigmoid is steep?

# %%
def adam(parameters):
    return torch.optim.Adam(parameters, lr=2e-3, fused=True)

optimizers, last = {"SGD": sgd(1.0), "Adam": adam}, {}
for name, loss in per_pixel.items():
    last["Adam", name, "bad start"] = train(loss, adam, -8.0)[-1]
    for optimizer, make in optimizers.items():
        last[optimizer, name, "good start"] = train(loss, make)[-1]

# %%
for name, value in {"black image": black_mse, "mean image": mean_mse}.items():
    proven.figure(f"test MSE, {name}", value)
proven.claim(f"in {LONG} epochs, SGD, MSE, bad start: still within 1 % of a black image",
             max(abs(mse / black_mse - 1) for mse in stall["MSE, rate 1"][:LONG]) < 0.01,
             budget=f"in {LONG} epochs")
proven.claim("SGD, BCE, the same bad start: less than half of the mean image's error",
             stall["BCE, rate 1"][-1] < 0.5 * mean_mse)
proven.claim(f"after {SHORT} epochs, ten times the rate has not helped the MSE",
             abs(stall["MSE, rate 10"][SHORT - 1] / black_mse - 1) < 0.01,
             budget=f"after {SHORT} epochs")
proven.claim("but with ten times the rate it leaves black, and ends ahead of the mean image",
             stall["MSE, rate 10"][-1] < mean_mse)
left = [epoch for epoch, mse in enumerate(stall["MSE, rate 10"], 1) if mse < 0.95 * black_mse]
proven.figure("epoch in which it is first 5 % below black", left[0] if left else LONG, digits=0)
for (optimizer, name, start), value in last.items():
    proven.figure(f"test MSE, {optimizer}, {name}, {start}", value)
proven.claim("Adam, MSE, bad start: no stall, less than 60 % of the mean image's error",
             last["Adam", "MSE", "bad start"] < 0.6 * mean_mse)
proven.claim("Adam, bad start: MSE is even ahead of BCE",
             last["Adam", "MSE", "bad start"] < last["Adam", "BCE", "bad start"])
proven.claim("Adam, good start: the two losses within 20 % of each other",
             abs(last["Adam", "MSE", "good start"] / last["Adam", "BCE", "good start"] - 1) < 0.2)
proven.claim("SGD, good start: both beat the mean image, BCE by more",
             last["SGD", "BCE", "good start"] < last["SGD", "MSE", "good start"] < mean_mse)
proven.verdict()

# %% [markdown]
# **Read it.** The textbook's stall is real: at a rate of 1 the images stay black for the whole
# run. But it is a **plateau** (Glorot and Bengio, 2010), not the end: with ten times the rate the
# network creeps out of the flat part in time, and learns.
#
# Here it took a squared error behind a sigmoid, a start far off, SGD and a low rate. Adam makes
# steps of one size out of gradients of any size, and did not stall; in lesson 04 it does. From a
# good start SGD learns with both, here faster with BCE. So an MSE behind a sigmoid is no mistake,
# but a risk that BCE from logits does not have.
#
# ## 4. How low can the BCE get?
#
# MSE ends at 0. For the BCE, the best reconstruction of a pixel $x$ is $s = x$, and then
#
# $$\mathrm{BCE} = -x\log x - (1 - x)\log(1 - x) = H(x),$$
#
# the **entropy**, with $0 \log 0 = 0$. It is zero for black and white pixels only. Every
# grey pixel, such as those at the edges of strokes, adds to a floor that no model passes.
#
# **Predict:** how many nats, for an image of 784 pixels?

# %%
def bernoulli_entropy(x):
    return -(torch.xlogy(x, x) + torch.xlogy(1 - x, 1 - x)).flatten(1).sum(1)

assert torch.allclose(bernoulli_entropy(x_test), losses.bernoulli_entropy(x_test))

# %% alt="Two rows of ten: the digits, and their entropy per pixel, which draws each digit's outline; inside and outside are black."
per_pixel_bits = (torch.special.entr(x_test) + torch.special.entr(1 - x_test)) / math.log(2)
plots.image_rows(
    {"digit": x_test[SHOWN], "entropy, 0 to 1 bit": per_pixel_bits[SHOWN]},
    title="The floor sits on the edges, where pixels are grey",
)
plt.show()

# %% [markdown]
# Now the network of lesson 01, trained with BCE. What it has above the floor is its error:
# $\mathrm{BCE} - H(x)$ is the **KL divergence**
# $\sum x \log\frac{x}{s} + (1 - x)\log\frac{1 - x}{1 - s}$, and its lowest value is 0.

# %%
def train_well(loss):
    model, settings = build_model(), TrainConfig(EPOCHS, 64, 1e-2, one_cycle)
    objective = objectives.reconstruction(loss)
    validation = digits.validation.images
    fit(model, x_train, objective, settings, validation=validation, progress=False)
    return model.eval()

trained = {}
trained["BCE"] = train_well(LOSSES["BCE"])
logits = metrics.apply(trained["BCE"], trained["BCE"], x_test)
bce = losses.bernoulli_nll(logits, x_test)
divergence = kl_divergence(Bernoulli(probs=x_test), Bernoulli(logits=logits))
excess = bce - bernoulli_entropy(x_test)
assert torch.allclose(excess, divergence.flatten(1).sum(1), atol=1e-3)

# %%
floor = bernoulli_entropy(x_test).mean().item()
perfect = losses.bernoulli_nll(torch.logit(x_test, eps=1e-6), x_test).mean().item()
proven.figure("floor H(x), nats per test image", floor, digits=2)
proven.claim("the image itself as reconstruction costs that much",
             abs(perfect - floor) < 0.01)
proven.figure("BCE, nats per test image", bce.mean().item(), digits=1)
proven.figure("of it above the floor (KL)", excess.mean().item(), digits=1)
proven.claim("more than half of the test BCE is floor", floor > 0.5 * bce.mean().item())
proven.claim("no test image is below its floor", excess.min().item() > 0)
proven.verdict()

# %% [markdown]
# **Read it.** Less than half of the final BCE is error. So one percent of the BCE is more than
# two percent of what could still fall, and a BCE of 0 on grey digits is a bug. The floor belongs
# to the images, not to the model. For black and white pixels, BCE is a likelihood; for grey ones
# only a useful score: a Bernoulli variable is never grey (Loaiza-Ganem and Cunningham, 2019,
# mend that).
#
# ## 5. Mean or sum?
#
# One program averages the squared errors over 784 pixels, another adds them up. It is the
# same loss, and the same best network.
#
# **Predict:** what is the ratio of the two gradients? Which optimiser cares?

# %%
def squared_sum(x_hat, x):
    return (x_hat - x).square().flatten(1).sum(1)

reductions = {"mean": LOSSES["MSE"], "sum": through_sigmoid(squared_sum)}
norms, model = {}, build_model()
for name, loss in reductions.items():
    model.zero_grad()
    loss(model(x_device[:64]), x_device[:64]).mean().backward()
    norms[name] = nn.utils.get_total_norm([p.grad for p in model.parameters()]).item()

# %% [markdown]
# SGD steps along the gradient itself, so its rate must shrink by 784. Adam divides the
# factor away.

# %%
adam_sum = train(reductions["sum"], adam)[-1]
sgd_sum = train(reductions["sum"], sgd(1.0))[-1]
sgd_small = train(reductions["sum"], sgd(1 / 784))[-1]

# %% [markdown]
# So with Adam, "mean or sum" looks like a matter of taste, until a second term stands beside the
# first. Here it is $\frac12 \lVert z \rVert^2$, summed over the code: "keep codes small". Three
# objectives, all with Adam: the sum, the mean, and the mean with a second term that is 784 times
# smaller.
#
# **Predict:** which two of the three are the same?

# %%
def with_small_codes(loss, weight):
    def objective(model, x):
        z = model.encode(x)
        error = loss(model.decode(z), x).mean()
        size = 0.5 * z.square().sum(1).mean()
        return {"loss": error + weight * size, "error": error, "size": size}
    return objective

cases = {"sum": ("sum", 1.0), "mean": ("mean", 1.0), "mean, 1/784": ("mean", 1 / 784)}
rows, two_terms = {"digit": x_test[SHOWN]}, {}
for name, (reduction, weight) in cases.items():
    model, settings = build_model(), TrainConfig(EPOCHS // 2, 64, 5e-3, one_cycle)
    objective = with_small_codes(reductions[reduction], weight)
    fit(model, x_train, objective, settings, progress=False)
    two_terms[name] = test_mse(model)
    rows[name] = torch.sigmoid(metrics.apply(model, model, x_test[SHOWN]))

# %% alt="Four rows of ten digits: the digits; readable reconstructions with the sum; nearly the same grey blur for every digit with the mean; readable ones again with the mean and a weight of 1/784."
plots.image_rows(rows, title="The second term weighs 784 times more beside a mean")
plt.show()

# %% [markdown]
# In numbers:

# %%
proven.figure("gradient norm, sum over mean", norms["sum"] / norms["mean"], digits=0)
proven.figure("test MSE, SGD, sum, rate 1/784", sgd_small)
proven.figure("test MSE, SGD, sum, rate 1", sgd_sum)
proven.figure("test MSE, Adam, sum, rate 0.002", adam_sum)
proven.claim("SGD: mean at rate 1 and sum at rate 1/784 are the same run",
             abs(sgd_small / last["SGD", "MSE", "good start"] - 1) < 0.01)
proven.claim("SGD: sum at rate 1 ends worse than the mean image", sgd_sum > mean_mse)
proven.claim("Adam: mean and sum at one rate within 10 % of each other",
             abs(adam_sum / last["Adam", "MSE", "good start"] - 1) < 0.1)
for name, value in two_terms.items():
    proven.figure(f"test MSE with small codes, {name}", value)
proven.claim("beside the sum the codes keep the digits: a third of the mean image's error",
             two_terms["sum"] < mean_mse / 3)
proven.claim("beside the mean little is left: more than four fifths of that error",
             two_terms["mean"] > 0.8 * mean_mse)
proven.claim("the mean with 1/784 of the weight is like the sum again, within 15 %",
             abs(two_terms["mean, 1/784"] / two_terms["sum"] - 1) < 0.15)
proven.verdict()

# %% [markdown]
# **Read it.** The sum, and the mean with 1/784: these two are the same. In the mean alone
# nobody changed the weight of the second term, and yet it grew 784 times. This is how a *hidden*
# weight enters a program: the paper has two sums, and the library's default is
# `reduction="mean"`. Lesson 08 gives the weight its name, beta.
#
# ## 6. Which output fits which loss?
#
# The last layer says which pixels are possible; the loss says which targets are.
#
# | targets | output layer | losses that fit |
# | --- | --- | --- |
# | in [0, 1] | none (logits) | BCE from logits |
# | in [0, 1] | sigmoid | MSE, L1, Huber |
# | in [-1, 1] | tanh | MSE, L1, Huber |
# | any, such as standardised | none | MSE, L1, Huber |
#
# Tanh with targets in [0, 1], and no output layer at all: both train. What comes out?

# %%
outputs = {}
for name, output in {"none": nn.Identity, "tanh": nn.Tanh}.items():
    model, settings = build_model(output), TrainConfig(EPOCHS // 2, 64, 5e-3, one_cycle)
    fit(model, x_train, objectives.reconstruction(), settings, progress=False)
    outputs[name] = metrics.apply(model, model, x_test)

# %%
for name, x_hat in outputs.items():
    outside = ((x_hat < 0) | (x_hat > 1)).float().mean().item()
    clipped = (x_hat.clamp(0, 1) - x_test).square().mean() / (x_hat - x_test).square().mean()
    proven.figure(f"pixels outside [0, 1], share, {name}", outside, digits=2)
    proven.figure(f"darkest pixel, {name}", x_hat.min().item(), digits=2)
    proven.figure(f"MSE that clipping saves, share, {name}", 1 - clipped.item(), digits=3)
proven.claim("without a fitting output layer more than a fifth of the pixels are impossible",
             all(((y < 0) | (y > 1)).float().mean() > 0.2 for y in outputs.values()))
proven.verdict()

# %% [markdown]
# **Read it.** Pixels darker than black. A picture hides them, since the colour map clips, but
# the error counts them: clipping lowers it. Tanh on [0, 1] wastes half its range; with images
# scaled to [-1, 1] it is the right layer, a stretched sigmoid: $\tanh(a) = 2 s(2a) - 1$.
#
# ## 7. Depth: Mean or median?
#
# Which is better depends on the noise. We spoil 200 digits, 25 times each, with Gaussian
# noise, and with salt and pepper: many pixels set to white or black. Then we ask for the clean
# digit: the mean of the 25 copies, or their median.
#
# **Predict:** who wins where?

# %%
generator = torch.Generator().manual_seed(seed)
clean = x_train[:200]
noises = {
    "Gaussian": corruptions.gaussian_noise(0.4, generator=generator),
    "salt and pepper": corruptions.salt_and_pepper(0.4, generator=generator),
}
rows, errors = {"digit": clean[:10]}, {}
for name, corrupt in noises.items():
    copies = torch.stack([corrupt(clean) for _ in range(25)])
    rows[name] = copies[0, :10]
    for centre, image in (("mean", copies.mean(0)), ("median", copies.median(0).values)):
        errors[name, centre] = losses.mse(image, clean).mean().item()
        rows[f"{name}, {centre}"] = image[:10]

# %% alt="Seven rows of ten digits: clean; with Gaussian noise, the mean of 25 such copies nearly clean and the median a little rougher; with salt and pepper, the mean grey and pale, the median clean."
plots.image_rows(rows, title="Each centre suits one kind of noise")
plt.show()

# %% [markdown]
# Theory says that with many copies under Gaussian noise the median has $\pi / 2$ times the
# mean's squared error, about 1.57. We have 25 copies.

# %%
for (name, centre), error in errors.items():
    proven.figure(f"MSE of the {centre}, noise: {name}", error)
ratio = errors["Gaussian", "median"] / errors["Gaussian", "mean"]
proven.figure("Gaussian noise: error of the median over that of the mean", ratio, digits=2)
proven.claim("under Gaussian noise the mean is the better one", ratio > 1.4)
proven.claim("under salt and pepper the median has less than a tenth of the mean's error",
             10 * errors["salt and pepper", "median"] < errors["salt and pepper", "mean"])
proven.verdict()

# %% [markdown]
# **Read it.** Neither is "robust" or "optimal" by itself. A loss suits the noise whose outliers
# it expects. The mean of salt and pepper is pale because salt pulls black up and pepper pulls
# white down; the median does not care how far off an outlier is.
#
# ## 8. Depth: Is a small error a good picture?
#
# Three ways to spoil a digit: move it by one pixel, blur it a little (each pixel becomes the
# mean of the 3 x 3 around it), or blur it much (5 x 5). Beside the MSE stands **SSIM**, the
# structural similarity (Wang et al., 2004): it compares brightness, contrast and pattern in
# small windows, and is 1 for equal images.
#
# **Predict:** which one does MSE like least? And SSIM?

# %%
spoilt = {
    "shift by 1": x_test.roll(1, dims=-1), "shift by 2": x_test.roll(2, dims=-1),
    "blur 3 x 3": F.avg_pool2d(x_test, 3, stride=1, padding=1),
    "blur 5 x 5": F.avg_pool2d(x_test, 5, stride=1, padding=2),
    "mean image": mean_image.expand_as(x_test),
}
spoilt_mse = {name: losses.mse(image, x_test) for name, image in spoilt.items()}
spoilt_ssim = {name: metrics.ssim(image, x_test) for name, image in spoilt.items()}

# %% alt="Six rows of ten digits: the digits, shifted by one and by two pixels but sharp, blurred a little, blurred until strokes melt, and the mean image."
plots.image_rows(
    {"digit": x_test[SHOWN]} | {name: image[SHOWN] for name, image in spoilt.items()},
    title="Rows 2 and 3 look right, and MSE prefers the blur",
)
plt.show()

# %%
for name, values in spoilt_mse.items():
    proven.figure(f"MSE, {name}", values.mean().item())
proven.claim("the 3 x 3 blur has less error than the shift by 1 on every test digit",
             bool((spoilt_mse["blur 3 x 3"] < spoilt_mse["shift by 1"]).all()))
proven.claim("on average the 5 x 5 blur, too, has less error than the shift by 1",
             spoilt_mse["blur 5 x 5"].mean() < spoilt_mse["shift by 1"].mean())
proven.claim("a digit shifted by 2 has more error than the mean image, on average",
             spoilt_mse["shift by 2"].mean() > spoilt_mse["mean image"].mean())
similarity = {name: values.mean().item() for name, values in spoilt_ssim.items()}
for name, value in similarity.items():
    proven.figure(f"SSIM, {name}", value, digits=3)
proven.claim("by SSIM the shift by 1 is ahead of the 5 x 5 blur, and behind the 3 x 3 blur",
             similarity["blur 5 x 5"] < similarity["shift by 1"] < similarity["blur 3 x 3"])
proven.claim("by SSIM even the shift by 2 is ahead of the mean image",
             similarity["mean image"] < similarity["shift by 2"])
proven.verdict()

# %% [markdown]
# **Read it.** The shifted digits are perfect, and even the strong blur has less squared error
# than the shift by one. A loss per pixel believes that the noise of one pixel knows nothing of
# its neighbour's; a shift moves all of them together.
#
# SSIM agrees with the eye twice: it prefers the shift by one to the strong blur, and the shift by
# two to the mean image. But the slight blur is still ahead of the shift by one, as both images
# are compared at the same places. **LPIPS** (Zhang et al., 2018) goes further and compares what a
# network, trained on photographs, sees in both; it has to be downloaded, so we only name it.
#
# ## 9. Depth: What has this to do with information?
#
# Why "entropy"? Draw a black-and-white image, each pixel white with probability $x$, and
# send it in as few bits as you can. Who knows $x$ needs $H(x) / \log 2$ bits on average; who
# believes $s$ instead needs $\mathrm{BCE} / \log 2$. The KL is the waste, and never negative
# (Shannon, 1948). It is infinite only for a belief of 0 in what then happens: the median
# image of section 2, with its black certainties, has an infinite BCE.
#
# ## 10. Depth: Which loss should you train with?
#
# Section 2 says: with the one you are judged by. The best constant for L1 is the one that L1
# finds. Is it so for networks? Four autoencoders: the same network, first weights, batches,
# epochs and rate, and only the loss differs. Each is judged by all four, on test images.
#
# **Predict:** does each win its own column?

# %%
for name in ("MSE", "L1", "Huber"):
    trained[name] = train_well(LOSSES[name])

def judge(model, images):
    logits = metrics.apply(model, model, images)
    return {name: loss(logits, images).mean().item() for name, loss in LOSSES.items()}

on_test = {name: judge(trained[name], x_test) for name in LOSSES}
on_train = {name: judge(trained[name], x_train) for name in LOSSES}

# %% alt="A matrix of four by four: rows trained with MSE, BCE, L1, Huber; columns judged by the same. The rows of MSE and BCE are near 1 everywhere; L1 is the worst row in every column, also in its own; Huber lies between."
best = {measure: min(row[measure] for row in on_test.values()) for measure in LOSSES}
plots.matrix(
    {f"trained with {name}": [row[measure] / best[measure] for measure in LOSSES]
     for name, row in on_test.items()},
    columns=list(LOSSES),
    xlabel="judged by, as a multiple of the best in the column",
    title="L1 and Huber lose by their own measure",
    digits=2,
)
plt.show()

# %% [markdown]
# Perhaps L1 does well on the images that it was trained on, and fails on new ones?

# %%
for name, row in on_test.items():
    proven.figure(f"trained with {name}: test MSE", row["MSE"])
    proven.figure(f"trained with {name}: test L1", row["L1"])
proven.claim("trained with BCE or with MSE: test MSE within 15 % of each other",
             abs(on_test["BCE"]["MSE"] / on_test["MSE"]["MSE"] - 1) < 0.15)
proven.claim("BCE wins its own column, or is within 1 % of the winner",
             on_test["BCE"]["BCE"] < 1.01 * best["BCE"])
proven.claim("trained with L1 is the worst of the four even by L1",
             on_test["L1"]["L1"] == max(row["L1"] for row in on_test.values()))
proven.claim("Huber does not win its own column",
             on_test["Huber"]["Huber"] > best["Huber"])
proven.claim("on the training images, too, L1 loses to MSE by L1",
             on_train["L1"]["L1"] > 1.1 * on_train["MSE"]["L1"])
proven.verdict()

# %% [markdown]
# **Read it.** No, twice: not each wins its own column, and L1 is behind on its training images
# as well. A loss has two jobs: to say what is best, and to lead there. A likely reason:
# L1's gradient has one size for all errors. Where most images are black, the majority pulls the
# pixel to black (section 2), and there the sigmoid is flat (section 3).
#
# Had it too little time, or the wrong rate? With one seed we tried rates from 0.001 to 0.04, and
# 4 and 16 times as many epochs. No L1 run passed, by L1, the MSE run of as many epochs. Judged by
# another measure? Then try both: it, and BCE.
#
# ## Break it
#
# Standardise the images, $(x - 0.1307) / 0.3081$, so that pixels lie between $-0.42$ and $2.82$,
# and train with BCE. PyTorch's `binary_cross_entropy` refuses such targets;
# `binary_cross_entropy_with_logits` takes them without a word.
#
# **Predict:** how low does the loss fall?

# %%
def standardise(x):
    return (x - 0.1307) / 0.3081

def bce_of_standardised(logits, x):
    targets = standardise(x)
    nats = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    return nats.flatten(1).sum(1)

broken, settings = build_model(), TrainConfig(EPOCHS // 2, 64, 1e-3)
broken_history = fit(broken, x_train, objectives.reconstruction(bce_of_standardised),
                     settings, progress=False)
curve = broken_history.curve()

# %% [markdown]
# Below minus a hundred million nats, and it falls on. Now the pictures: what the sigmoid gives,
# and the same taken back to pixels, $0.3081\, s + 0.1307$.

# %% alt="Three rows of ten: the digits, then the same ragged white blob on black ten times, and the same blob ten times in grey on dark grey."
s = torch.sigmoid(metrics.apply(broken, broken, x_test))
results = {"sigmoid": s, "taken back": 0.3081 * s + 0.1307}
plots.image_rows(
    {"digit": x_test[SHOWN]} | {name: image[SHOWN] for name, image in results.items()},
    title="The lowest loss of the lesson: one blob for every digit",
)
plt.show()

# %% [markdown]
# A ragged blob, the same for every digit, and worse than the mean image, also one picture for
# all. And what does the library say to such targets?

# %% tags=["nbval-check-output"]
try:
    losses.bernoulli_nll(torch.zeros_like(x_test), standardise(x_test))
except ValueError as error:
    print(error)

# %%
proven.claim("the loss is below zero from the first epoch on, and falls in every epoch",
             curve[0] < 0 and all(b < a for a, b in zip(curve, curve[1:])))
proven.claim("it ends below minus a hundred million nats", curve[-1] < -1e8)
for name, image in results.items():
    broken_mse = losses.mse(image, x_test).mean().item()
    proven.figure(f"BCE on standardised targets: test MSE, {name}", broken_mse)
    proven.claim(f"{name}: worse than the mean image", broken_mse > mean_mse)
proven.claim("every digit gets the same picture, to 0.01 per pixel", s.std(0).mean() < 0.01)
proven.verdict()

# %% [markdown]
# **Explain it.** Why is there no lowest value? What would you change, the loss, the output
# or the targets?
#
# <details><summary>Our answer</summary>
#
# The loss of a pixel is $\log(1 + e^a) - x a$. For large $a$ that is about $(1 - x)\, a$, and for
# large negative $a$ it is $-x a$. With $0 \le x \le 1$ neither is negative. But with $x > 1$ the
# first falls without end as $a$ grows, and with $x < 0$ the second does. The gradient never
# shrinks, so the weights grow for ever: at the black border, with targets of $-0.42$, all logits
# run to $-\infty$, and where the average target is above 1, to $+\infty$. Beside numbers of that
# size the digit itself is lost. Keep the pixels in [0, 1] with BCE; or keep the standardised
# targets, and take MSE with no output layer.
#
# </details>
#
# ## Check yourself
#
# <details><summary>1. Two papers report test BCE of 80 and 78 nats on the same grey digits. How
# much better is the second?</summary>
#
# Subtract the floor first, the mean entropy of the test images. If it is 45 nats, 35 and 33 lie
# above it, so 2 nats are about 6 % and not 2.5 %. On binarised images the floor is 0, and such a
# number cannot be compared with one on grey images at all.
#
# </details>
#
# <details><summary>2. Your model ends in a sigmoid, and you train with BCE from logits on
# its output. What happens?</summary>
#
# The sigmoid is applied twice. Its input lies in [0, 1] then, so the pixel can only be
# between 0.5 and 0.73: no black, no white. No error is raised. A look at the smallest and
# largest pixel finds it.
#
# </details>
#
# <details><summary>3. With Adam, mean and sum gave the same model. Why did they not, once
# the codes had to be small?</summary>
#
# Adam divides the gradient of the *whole* loss by its size. A common factor goes away; the
# ratio between two terms does not. With the mean, the first term was 784 times weaker
# against the second.
#
# </details>
#
# <details><summary>4. A friend wants sharp pictures and takes L1, "since MSE blurs". What do
# you say?</summary>
#
# L1 asks for the median, which is sharper than the mean where a majority agrees, and may
# drop a stroke where it does not. It still judges pixel by pixel: a shifted digit costs as
# much as before. And measure it: here L1 trained worse, even by L1.
#
# </details>
#
# ## Summary
#
# - MSE, L1 and BCE are the negative log-likelihoods of Gaussian, Laplace and Bernoulli noise;
#   Huber lies between the first two. MSE and BCE ask for the mean, L1 for the median.
# - Behind a sigmoid the gradient of MSE carries $s (1 - s)$. From a bad start SGD stood on a
#   plateau, and left it at ten times the rate; Adam did not stand still.
# - BCE on grey pixels has a floor, their entropy. Above it lies the KL divergence, and only
#   that is error.
# - Mean and sum differ by a factor. Adam removes it from a single term. Beside a second term
#   it is a hidden weight of 784.
# - BCE needs targets in [0, 1] and logits; anything else takes MSE and an output layer that
#   reaches the targets.
#
# ## What we claimed
#
# Each claim was checked in this run; the ticks say where else it held.

# %%
proven.summary()

# %% [markdown]
# ## Exercises
#
# Functions, each a line or two, that later lessons build on, a program to mend and an open
# task: [your sheet](../workbook/02_losses.ipynb). If the link finds nothing, run
# `aelesson workbook` in a terminal once: it lays the sheets there.
#
# ## References
#
# - C. E. Shannon (1948), *A mathematical theory of communication*,
#   [doi:10.1002/j.1538-7305.1948.tb01338.x](https://doi.org/10.1002/j.1538-7305.1948.tb01338.x).
# - P. J. Huber (1964), *Robust estimation of a location parameter*,
#   [doi:10.1214/aoms/1177703732](https://doi.org/10.1214/aoms/1177703732).
# - C. M. Bishop (1995), *Neural networks for pattern recognition*, chapter 6: error
#   functions as likelihoods. Oxford University Press.
# - Z. Wang, A. Bovik, H. Sheikh and E. Simoncelli (2004), *Image quality assessment: from
#   error visibility to structural similarity*,
#   [doi:10.1109/TIP.2003.819861](https://doi.org/10.1109/TIP.2003.819861).
# - X. Glorot and Y. Bengio (2010), *Understanding the difficulty of training deep
#   feedforward neural networks*, Proceedings of AISTATS.
# - D. P. Kingma and J. Ba (2015), *Adam: a method for stochastic optimization*,
#   [arXiv:1412.6980](https://arxiv.org/abs/1412.6980).
# - R. Zhang, P. Isola, A. A. Efros, E. Shechtman and O. Wang (2018), *The unreasonable
#   effectiveness of deep features as a perceptual metric*,
#   [arXiv:1801.03924](https://arxiv.org/abs/1801.03924).
# - G. Loaiza-Ganem and J. P. Cunningham (2019), *The continuous Bernoulli: fixing a
#   pervasive error in variational autoencoders*,
#   [arXiv:1907.06845](https://arxiv.org/abs/1907.06845).
#
# ## Next
#
# The loss is settled. [Lesson 03](03_linear.ipynb) takes away the other half of the machine, the
# bend in the network, and asks what a straight line can do.
