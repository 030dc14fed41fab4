# %% [markdown]
# # Exercises 07: stacked
#
# (Taken: sheet, checks and library tests of 07 are being written by a second helper.)
