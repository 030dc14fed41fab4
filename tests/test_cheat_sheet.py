"""The cheat sheet runs, and leads where it says."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "cheat_sheet.md"
TEXT = PAGE.read_text("utf-8")
LINK = re.compile(r"\[([^]]+)\]\(([^)]+)\)")


def test_its_recipes_run_one_after_the_other(capsys):
    names = {}
    for block in re.findall(r"```python\n(.*?)```", TEXT, re.S):
        exec(compile(block, str(PAGE), "exec"), names)
    *errors, nll = capsys.readouterr().out.splitlines()
    by_pca, by_network = (float(re.search(r"0\.\d+", error)[0]) for error in errors)
    assert by_pca < by_network < 0.03  # in so few epochs: lesson 13
    assert nll.startswith("Estimate(mean=")
    assert names["codes"].shape == (len(names["x_test"]), 32)
    assert names["made"].shape == (10, 1, 28, 28)


def test_its_links_lead_to_the_lesson_that_they_name():
    for name, target in LINK.findall(TEXT):
        path = PAGE.parent / target
        assert path.is_file(), target
        assert path.name.startswith(name), target


def test_a_learner_finds_it():
    for name in ("README.md", "sources/lessons/00_start_here.py"):
        assert "docs/cheat_sheet.md" in (ROOT / name).read_text("utf-8")
