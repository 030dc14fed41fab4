"""A lesson and a sheet of a few lines, for the tests of the build."""

from pathlib import Path

HERE = Path("sources/lessons/01_tiny.py")
LESSON = """\
# %% [markdown]
# # One and one

# %%
print("one")
1 + 1

# %% tags=["skip-execution", "widget"]
unheard_of
"""
SHEET = '''\
# %% [markdown]
# # A sheet

# %%
from types import SimpleNamespace


def ask(function):
    assert function(2) == 4, "two times two is four"


checks = SimpleNamespace(basics=SimpleNamespace(double=ask))

# %%
def double(x):
    """Return twice `x`."""
    ### BEGIN SOLUTION
    answer = 2 * x
    return answer
    ### END SOLUTION

# %% points=2
checks.basics.double(double)
'''


def write_texts(root):
    for kind, text in (("lessons", LESSON), ("exercises", SHEET)):
        folder = root / "sources" / kind
        folder.mkdir(parents=True)
        (folder / "01_tiny.py").write_text(text, encoding="utf-8")
