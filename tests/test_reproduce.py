"""The table of results: every row works, and nothing that was measured is lost."""

import json
import math
import re
import shutil
from dataclasses import replace
from importlib.metadata import version

import pytest
import torch
from typer.testing import CliRunner

from aelesson import data, results
from aelesson.objectives import reconstruction
from aelesson.training import TrainConfig
from benchmarks.reproduce import __main__ as command
from benchmarks.reproduce import kept, packaged, page
from benchmarks.reproduce.rows import Job, Outcome, Row, chain, in_words
from benchmarks.reproduce.table import ROWS


@pytest.fixture(scope="module")
def few_digits():
    """30 training images of each class, 10 for validation and test."""
    whole = data.load("mnist-5k")

    def part(images, per_class):
        rank = torch.nn.functional.one_hot(images.labels, 10).cumsum(0)
        chosen = rank.gather(1, images.labels[:, None])[:, 0] <= per_class
        return data.ImageSet(images.images[chosen], images.labels[chosen])

    return data.Splits(
        "few", part(whole.train, 30), part(whole.validation, 10), part(whole.test, 10)
    )


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_row_runs_from_end_to_end(row, few_digits, tmp_path):
    torch.manual_seed(0)
    job = Job(few_digits, 0, torch.device("cpu"), tmp_path, small=True)
    outcome = row.run(job)
    figures = [outcome.value, *outcome.beside.values(), *outcome.notes.values()]
    assert all(math.isfinite(figure) for figure in figures)
    assert outcome.seconds > 0


def test_rows_have_names_of_their_own_that_can_be_typed():
    names = [row.name for row in ROWS]
    assert len(set(names)) == len(names)
    assert all(
        name == name.lower() and name.replace("-", "").isalpha() for name in names
    )


# A row that needs no training: its figure is the seed's.
def row_of(run=lambda job: Outcome(job.seed / 10, 2.0, {"PCA": 0.5}), **changes):
    row = Row(
        name="toy",
        title="A toy",
        unit="MSE",
        digits=2,
        aim=0.2,
        published={"Somebody (1990)": 0.3},
        settings="none",
        run=run,
    )
    return replace(row, **changes)


@pytest.fixture
def a_table(monkeypatch, few_digits, tmp_path):
    """Give the command a table of toys, and folders of its own."""
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setattr(command.data, "load", lambda name: few_digits)

    def call(*rows, arguments=()):
        monkeypatch.setattr(command, "ROWS", rows)
        app = command.typer.Typer()
        app.command()(command.main)
        return CliRunner().invoke(app, [*arguments, "--docs", str(tmp_path / "docs")])

    (tmp_path / "docs").mkdir()
    return call


def kept_seeds(folder, name="toy"):
    runs = json.loads((folder / "docs" / "results" / f"{name}.json").read_text("utf-8"))
    return [run["seed"] for run in runs]


def test_the_command_keeps_every_run_and_writes_the_page(a_table, tmp_path):
    result = a_table(row_of())
    assert result.exit_code == 0, result.output
    assert kept_seeds(tmp_path) == [0, 1, 2]
    text = (tmp_path / "docs" / "results.md").read_text("utf-8")
    assert (
        "| [toy](#toy) | A toy | 0.10 (0.00 to 0.20) MSE | 3 | 0.30 (Somebody" in text
    )
    assert "![A toy: our runs beside the others](results/toy.png)" in text
    assert "- PCA: 0.50 MSE" in text
    assert f"torch {version('torch')}" in text
    assert (tmp_path / "docs" / "results" / "toy.png").stat().st_size > 1000
    assert not list((tmp_path / "build" / "reproduce").glob("*"))
    packaged = json.loads((tmp_path / kept.WRITTEN).read_text("utf-8"))
    assert packaged["toy"]["ours"] == [0.0, 0.1, 0.2]


def test_a_kept_run_is_not_repeated_unless_asked_for(a_table, tmp_path):
    calls = []

    def run(job):
        calls.append(job.seed)
        return Outcome(1.0, 1.0)

    a_table(row_of(run))
    a_table(row_of(run))
    assert calls == [0, 1, 2]
    a_table(row_of(run, settings="others"))
    assert calls == [0, 1, 2] * 2
    a_table(row_of(run, settings="others"), arguments=["toy", "--again"])
    assert calls == [0, 1, 2] * 3


def test_a_row_can_be_run_alone_and_an_unknown_one_is_named(a_table, tmp_path):
    other = row_of(name="other")
    assert a_table(row_of(), other, arguments=["other"]).exit_code == 0
    assert kept_seeds(tmp_path, "other") == [0, 1, 2]
    assert not (tmp_path / "docs" / "results" / "toy.json").exists()
    text = (tmp_path / "docs" / "results.md").read_text("utf-8")
    assert "| toy | A toy | not measured |" in text
    refused = a_table(row_of(), other, arguments=["vea"])
    assert refused.exit_code == 2
    assert "no row 'vea'" in refused.output


def test_a_run_that_was_stopped_goes_on_where_it_was(a_table, few_digits, tmp_path):
    epochs, stop_at = [], [2]

    def run(job):
        torch.manual_seed(job.seed)
        model = torch.nn.Linear(28, 28)
        asked = reconstruction()

        def ask(model, x):
            if model.training and len(epochs) == stop_at[0]:
                raise KeyboardInterrupt
            return asked(model, x)

        images = few_digits.train.images
        config = TrainConfig(epochs=4, batch_size=len(images))
        history = job.train("toy", model, images, note(ask, epochs), config)
        return Outcome(model.weight.abs().sum().item(), history.seconds)

    row = row_of(run, seeds=1)
    stopped = a_table(row)
    assert stopped.exit_code == 130
    assert "goes on from here" in stopped.output
    assert len(list((tmp_path / "build" / "reproduce").glob("*/toy.pt"))) == 1
    stop_at[0] = None
    assert a_table(row).exit_code == 0
    assert len(epochs) == 4  # two before the stop, two after it
    broken = json.loads((tmp_path / "docs/results/toy.json").read_text("utf-8"))
    a_table(row, arguments=["--again"])
    whole = json.loads((tmp_path / "docs/results/toy.json").read_text("utf-8"))
    assert broken[0]["value"] == whole[0]["value"]


def note(ask, epochs):
    """Count the steps that were taken: one per epoch here."""

    def asked(model, x):
        terms = ask(model, x)
        epochs.append(len(epochs))
        return terms

    return asked


def test_a_failed_run_loses_nothing_that_was_kept(a_table, tmp_path):
    def run(job):
        if job.seed == 1:
            raise FloatingPointError("the loss is not finite")
        return Outcome(1.0, 1.0)

    assert a_table(row_of(run)).exit_code != 0
    assert kept_seeds(tmp_path) == [0]
    assert a_table(row_of(run)).exit_code != 0
    assert kept_seeds(tmp_path) == [0]


def a_run(row, seed=0, value=0.1, **more):
    outcome = Outcome(value, 100.0, **more)
    return kept.describe(row, seed, outcome, torch.device("cpu"), "1234567")


def test_a_run_is_kept_with_what_it_came_from(tmp_path):
    row = row_of()
    kept.keep(tmp_path, row, a_run(row, 1, notes={"error": 0.5}))
    kept.keep(tmp_path, row, a_run(row, 0))
    kept.keep(tmp_path, row, a_run(row, 1, value=0.3))
    runs = kept.read(tmp_path, row)
    assert [(run.seed, run.value) for run in runs] == [(0, 0.1), (1, 0.3)]
    assert runs[0].versions["torch"] == version("torch")
    assert "thread" in runs[0].machine
    assert runs[0].commit == "1234567"
    assert kept.read(tmp_path, replace(row, settings="others")) == []


def test_the_commit_is_that_of_the_start(a_table, tmp_path, monkeypatch):
    now = ["first"]
    monkeypatch.setattr(kept, "current_commit", lambda: now[0])

    def run(job):
        now[0] += "+"
        return Outcome(1.0, 1.0)

    assert a_table(row_of(run), arguments=["toy", "toy"]).exit_code == 0
    commits = [run.commit for run in kept.read(tmp_path / "docs/results", row_of())]
    assert commits == ["first", "first+", "first++"]


def test_written_results_do_not_count_as_changed_code(tmp_path, monkeypatch):
    for folder in ("aelesson", "benchmarks", "docs"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "file").touch()
    monkeypatch.setattr(kept, "__file__", str(tmp_path / "file"))
    identity = ("-c", "user.name=n", "-c", "user.email=e")
    for words in (["init"], ["add", "."], [*identity, "commit", "-m", "first"]):
        kept._git(*words)
    clean = kept.current_commit()
    assert re.fullmatch("[0-9a-f]{7,}", clean)
    (tmp_path / "docs" / "file").write_text("results")
    for_lessons = tmp_path / kept.WRITTEN
    for_lessons.parent.mkdir()
    for_lessons.touch()
    assert kept.current_commit() == clean
    (for_lessons.parent / "results.py").touch()
    assert kept.current_commit() == clean + "+"
    (for_lessons.parent / "results.py").unlink()
    (tmp_path / "benchmarks" / "row").touch()
    assert kept.current_commit() == clean + "+"


def test_without_a_repository_the_commit_is_unknown(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "__file__", str(tmp_path / "file"))
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert kept.current_commit() == "unknown"


@pytest.mark.parametrize(
    ("higher", "value", "reached"),
    [(False, 0.1, "yes"), (False, 0.3, "no"), (True, 0.1, "no"), (True, 0.3, "yes")],
)
def test_the_page_says_whether_the_goal_is_reached(higher, value, reached, tmp_path):
    row = row_of(higher_is_better=higher)
    kept.keep(tmp_path / "results", row, a_run(row, value=value))
    page.write([row], tmp_path / "results.md", tmp_path / "results")
    text = (tmp_path / "results.md").read_text("utf-8")
    assert (
        f"| {value:.2f} MSE | 1 | 0.30 (Somebody (1990)) | 0.20 | {reached} |" in text
    )


def test_the_page_says_what_only_all_runs_tell(tmp_path):
    def over_runs(outcomes):
        return {"sum": sum(outcome.value for outcome in outcomes)}

    row = row_of(over_runs=over_runs)
    for seed in range(3):
        kept.keep(tmp_path / "results", row, a_run(row, seed, value=0.5 + seed))
    page.write([row], tmp_path / "results.md", tmp_path / "results")
    text = (tmp_path / "results.md").read_text("utf-8")
    assert "Over the runs:\n\n- sum: 4.5\n\nMeasured by" in text


def test_curves_of_all_runs_are_drawn_tabled_and_handed_to_lessons(tmp_path):
    row = row_of(along="seconds")
    for seed, late in enumerate((20.0, 22.0)):
        curves = {"ours": [(10, 0.5), (late, 0.25)], "PCA": [(10, 0.4)]}
        kept.keep(tmp_path, row, a_run(row, seed, curves=curves))
    page.write([row], tmp_path / "results.md", tmp_path)
    text = (tmp_path / "results.md").read_text("utf-8")
    assert "| seconds | ours, MSE | PCA, MSE |\n| --- | --- | --- |" in text
    assert "| 10 | 0.50 | 0.40 |\n| 21 | 0.25 |  |\n" in text
    (axes,) = page.draw_curves(row, kept.read(tmp_path, row)).axes
    drawn = {line.get_label(): [*line.get_xydata().T] for line in axes.lines}
    assert [[*each] for each in drawn["ours"]] == [[10, 21], [0.5, 0.25]]
    assert [[*each] for each in drawn["PCA"]] == [[10], [0.4]]
    packaged.write([row], tmp_path, tmp_path / "results.json")
    entry = json.loads((tmp_path / "results.json").read_text("utf-8"))["toy"]
    assert entry["along"] == "seconds"
    assert entry["curves"]["ours"] == [[[10, 0.5], [20, 0.25]], [[10, 0.5], [22, 0.25]]]


def test_a_row_names_its_data(tmp_path):
    row = row_of(data="All sprites", judged="all of them")
    kept.keep(tmp_path, row, a_run(row))
    packaged.write([row], tmp_path, tmp_path / "results.json")
    entry = json.loads((tmp_path / "results.json").read_text("utf-8"))["toy"]
    assert (entry["data"], entry["judged"]) == ("All sprites", "all of them")


def test_settings_are_said_in_words():
    config = TrainConfig(epochs=3, batch_size=64, learning_rate=0.002)
    assert in_words(config) == "3 epochs, batch 64, Adam 0.002, constant rate"
    assert chain((784, 128, 32)) == "784-128-32"


def test_the_page_in_the_repository_is_made_from_the_kept_runs(tmp_path):
    docs = command.ROOT / "docs"
    for path in (docs / "results").glob("*.json"):
        (tmp_path / "results").mkdir(exist_ok=True)
        shutil.copy(path, tmp_path / "results")
    page.write(ROWS, tmp_path / "results.md", tmp_path / "results")
    written = (tmp_path / "results.md").read_text("utf-8")
    assert written == (docs / "results.md").read_text("utf-8")
    pictures = {path.name for path in (tmp_path / "results").glob("*.png")}
    assert pictures == {path.name for path in (docs / "results").glob("*.png")}


def test_what_lessons_show_is_made_from_the_kept_runs(tmp_path):
    packaged.write(ROWS, command.ROOT / "docs" / "results", tmp_path / "results.json")
    written = (tmp_path / "results.json").read_text("utf-8")
    assert written == (command.ROOT / kept.WRITTEN).read_text("utf-8")


def test_lessons_show_the_figures_of_the_page():
    text = (command.ROOT / "docs" / "results.md").read_text("utf-8")
    found = [(row, kept.read(command.ROOT / "docs" / "results", row)) for row in ROWS]
    for row, runs in (both for both in found if both[1]):
        full = results.full_size(row.name)
        ours = str(full).splitlines()[2]
        figure = ours.split("  ")[2].strip()
        assert f"| {row.title} | {figure} {row.unit} | {len(runs)} |" in text
        for name, values in full.beside.items():
            assert values == tuple(
                run.beside[name] for run in runs if name in run.beside
            )
        assert full.published == row.published
