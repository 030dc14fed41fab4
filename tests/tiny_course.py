"""A lesson and a sheet of a few lines, for the tests of the build."""

import json
from pathlib import Path

from typer.testing import CliRunner

from tools.build import app
from tools.source import from_bytes, to_bytes
from tools.state import find_jobs, find_orphans, find_problems

HERE = Path("sources/lessons/01_tiny.py")
SHEET_HERE = Path("sources/exercises/01_tiny.py")
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


def run(command, root, *options):
    return CliRunner().invoke(app, [command, "--root", str(root), *options])


def findings(root):
    """What is out of step, by its path."""
    jobs = find_jobs(root)
    found = [finding for job in jobs for finding in find_problems(job)]
    return {item.path: item for item in [*found, *find_orphans(root, jobs)]}


def problems(root):
    return {path: finding.problem for path, finding in findings(root).items()}


def edit(path, change):
    notebook = json.loads(path.read_bytes())
    change(notebook)
    path.write_bytes(to_bytes(from_bytes(json.dumps(notebook).encode())))


def save_as_a_learner(path):
    """Leave a notebook as somebody does who ran it, took a note, and added a cell."""

    def change(notebook):
        notebook["metadata"]["language_info"]["version"] = "3.12.1"
        notebook["cells"][1]["execution_count"] = 7
        notebook["cells"][1]["source"] += "  # my note"
        added = {"cell_type": "code", "id": "mine", "source": "1 / 0", "metadata": {}}
        notebook["cells"].append(added | {"outputs": [], "execution_count": None})

    edit(path, change)
