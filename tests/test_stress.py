"""Claims stay true when every training is longer, or name their budget."""

import ast
import json
import subprocess
import sys

import pytest
import torch

from aelesson import networks, objectives, runtime
from aelesson.course.expected import LONGER, STRESS_SEEDS, WIDTHS, _read
from aelesson.models import VAE, Autoencoder
from aelesson.recurrent import RecurrentAutoencoder
from aelesson.training import TrainConfig, fit
from aelesson.unet import UNet
from tools import expected as measuring
from tools import stress
from tools.records import AT_HAND

LESSONS = sorted(measuring.LESSONS.glob("*.py"))


# The lessons


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_claim_holds_where_it_was_stressed_or_names_its_budget(path):
    measured = _read()[path.stem]
    (entry,) = (measured[name] for name in AT_HAND if name in measured)
    claims = stress.read_claims(path.read_text("utf-8"))
    assert not stress.refused(path.stem, entry, claims)


def loops_by_hand(text):
    """Yield what each loop around `train_epoch` goes over."""
    for node in ast.walk(ast.parse(text)):
        if "train_epoch(" in ast.unparse(node):
            if isinstance(node, ast.For):
                yield node.iter
            for part in getattr(node, "generators", []):
                yield part.iter


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_loop_by_hand_goes_over_epochs_that_can_be_stretched(path):
    for over in loops_by_hand(path.read_text("utf-8")):
        assert ast.unparse(over).startswith("runtime.epochs("), f"line {over.lineno}"


def test_a_loop_over_range_is_found():
    text = "for _ in range(3):\n    for _ in range(2):\n        train_epoch(x)\n"
    assert [ast.unparse(over) for over in loops_by_hand(text)] == [
        "range(3)",
        "range(2)",
    ]
    assert len(list(loops_by_hand("[train_epoch(x) for _ in range(3)]"))) == 1


# What is stretched


@pytest.fixture
def longer(monkeypatch):
    monkeypatch.setenv("AELESSON_LONGER", "4")


@pytest.fixture
def wider(monkeypatch):
    monkeypatch.setenv("AELESSON_WIDER", "2")


def sizes_of(network):
    linear = [
        layer for layer in network.modules() if isinstance(layer, torch.nn.Linear)
    ]
    return [layer.in_features for layer in linear] + [linear[-1].out_features]


def test_without_a_setting_nothing_is_stretched(monkeypatch):
    monkeypatch.delenv("AELESSON_LONGER", raising=False)
    monkeypatch.delenv("AELESSON_WIDER", raising=False)
    assert list(runtime.epochs(3)) == [0, 1, 2]
    assert runtime.widths([128, 64]) == (128, 64)
    assert runtime.widths(()) == ()


def test_every_training_is_longer_its_schedule_too(longer):
    def train(config):
        torch.manual_seed(0)
        model = Autoencoder.mlp((16, 2), (1, 4, 4))
        images = torch.rand(8, 1, 4, 4, generator=torch.Generator().manual_seed(0))
        ask = objectives.reconstruction()
        history = fit(model, images, ask, config, progress=False)
        return history.curve(), rates

    rates = []

    def schedule(optimizer, total_steps):
        rates.append(total_steps)
        return torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1.0)

    curve, rates = train(TrainConfig(3, 4, schedule=schedule))
    assert len(curve) == len(runtime.epochs(3)) == 12
    assert rates == [24]


def test_a_longer_training_is_one_with_more_epochs(monkeypatch):
    def weights(epochs):
        torch.manual_seed(0)
        model = Autoencoder.mlp((16, 2), (1, 4, 4))
        images = torch.rand(8, 1, 4, 4, generator=torch.Generator().manual_seed(0))
        config = TrainConfig(epochs, 4)
        fit(model, images, objectives.reconstruction(), config, progress=False)
        return torch.cat([p.detach().flatten() for p in model.parameters()])

    wanted = weights(8)
    monkeypatch.setenv("AELESSON_LONGER", "4")
    assert torch.equal(weights(2), wanted)


def test_hidden_layers_are_wider_codes_and_images_are_not(wider):
    model = Autoencoder.mlp((784, 128, 64, 32))
    assert sizes_of(model.encoder) == [784, 256, 128, 32]
    assert sizes_of(model.decoder) == [32, 128, 256, 784]
    assert sizes_of(VAE.mlp((784, 128, 20)).encoder) == [784, 256, 40]
    assert sizes_of(networks.mlp_encoder((784, 32))) == [784, 32]


def test_channels_and_states_are_wider(wider):
    model = Autoencoder.conv(32, (4, 8))
    assert model.encoder[0].out_channels == model.decoder[-2].in_channels == 8
    assert model(torch.rand(2, 1, 28, 28)).shape == (2, 1, 28, 28)
    assert model.encode(torch.rand(2, 1, 28, 28)).shape == (2, 32)
    recurrent = RecurrentAutoencoder(2, 6, 3)
    assert recurrent.rnn.hidden_size == recurrent.decoder.cell.hidden_size == 12
    assert UNet((4, 6))(torch.rand(1, 1, 8, 8)).shape == (1, 1, 8, 8)


def test_half_of_one_unit_is_one(monkeypatch):
    monkeypatch.setenv("AELESSON_WIDER", "0.5")
    assert runtime.widths([128, 3, 1]) == (64, 2, 1)


@pytest.mark.parametrize("text", ["", "0", "1.5", "-1", "four"])
def test_an_impossible_length_is_named(monkeypatch, text):
    monkeypatch.setenv("AELESSON_LONGER", text)
    with pytest.raises(ValueError, match=f"AELESSON_LONGER is {text!r}"):
        runtime.epochs(3)


@pytest.mark.parametrize("text", ["", "0", "-1", "nan", "inf", "half"])
def test_an_impossible_width_is_named(monkeypatch, text):
    monkeypatch.setenv("AELESSON_WIDER", text)
    with pytest.raises(ValueError, match=f"AELESSON_WIDER is {text!r}"):
        runtime.widths([3])


def test_a_lesson_is_run_past_the_cells_that_another_width_breaks(tmp_path):
    lesson = tmp_path / "07_toy.py"
    lesson.write_text(
        "# %%\nimport inspect, sys\n# %% [markdown]\n# assert False\n# %%\n"
        "by_hand = 1\nassert by_hand == 2\n# %%\n"
        "def shown():\n    return by_hand\n"
        "# %%\nprint(inspect.getsource(shown), shown(), 'tools' in sys.path[0])\n"
    )
    command = [sys.executable, stress.CELLS, lesson]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "def shown():\n    return by_hand\n 1 False\n"
    assert f'{lesson}", line 7' in done.stderr


# How a lesson's text marks its claims

TEXT = """
# A word of prose.
proven.claim("a beats b", mse["a"] < mse["b"])
proven.claim("in 12 epochs b beats c", mse["b"] < mse["c"], budget="in 12 epochs")
proven.claim("conv (16, 32) beats dense", conv < dense, any_width=True)
for name in ("d", "e"):
    proven.claim(f"{name} beats f", mse[name] < mse["f"])
proven.claim(f"in {EPOCHS} epochs f loses", True, budget=f"in {EPOCHS} epochs")
proven.claim("no mark", True, budget="", any_width=False)
"""
CLAIMS = stress.read_claims(TEXT)


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("a beats b", [LONGER]),
        ("in 12 epochs b beats c", []),
        ("conv (16, 32) beats dense", [LONGER, *WIDTHS]),
        ("e beats f", [LONGER]),
        ("in 9 epochs f loses", []),
        ("no mark", [LONGER]),
        ("a sentence that the lesson no longer has", [LONGER]),
    ],
)
def test_a_claim_must_hold_where_its_marks_say(sentence, wanted):
    assert stress.demands(sentence, CLAIMS) == wanted


def test_a_sentence_must_stand_in_its_call():
    with pytest.raises(ValueError, match="line 1: write the sentence"):
        stress.read_claims("proven.claim(sentence, True)")


def test_claims_that_fail_somewhere_are_refused_unless_they_name_a_budget():
    kept = dict.fromkeys(("a beats b", "in 12 epochs b beats c", "e beats f"), 5)
    conv = "conv (16, 32) beats dense"
    entry = {
        "claims": kept | {conv: 5},
        "stress": {
            LONGER: {"a beats b": 3, "in 12 epochs b beats c": 0, conv: 3},
            WIDTHS[0]: {conv: 1},
            WIDTHS[1]: {conv: 3},
        },
    }
    assert stress.refused("04", entry, CLAIMS) == [
        ("04", "e beats f", LONGER, 0),  # was never tried
        ("04", conv, WIDTHS[0], 1),
    ]


def test_runs_are_kept_when_prose_and_marks_change_but_not_when_code_does():
    digest = stress.code_digest(TEXT)
    prose = TEXT.replace("A word of prose", "Two words")
    marked = TEXT.replace('["b"])\n', '["b"], any_width=True)\n')
    assert marked != TEXT
    assert stress.code_digest(prose) == stress.code_digest(marked) == digest
    assert stress.code_digest(TEXT.replace('mse["a"]', 'mse["c"]')) != digest


# The command

TOY = """
import os
from pathlib import Path
from aelesson import expected, runtime
proven = expected.Lesson("07_toy", "sample")
epochs = len(runtime.epochs(3))
with open("{log}", "a") as log:
    print(epochs, *runtime.widths([8]), runtime.default_seed(), file=log)
proven.claim("any training is short", epochs < 100)
proven.claim("ours are shorter", epochs < 10{mark})
assert runtime.widths([8]) == (8,), "of one width only"
# %%
proven.claim("nets are narrow", runtime.widths([8]) < (100,), any_width=True)
"""


class Course:
    """One lesson, what five seeds measured of it, and the command."""

    def __init__(self, folder):
        self.lesson, self.log = folder / "07_toy.py", folder / "log"
        self.kept = folder / "expected.json"
        claims = ("any training is short", "ours are shorter", "nets are narrow")
        entry = {"figures": {}, "claims": dict.fromkeys(claims, 5)}
        self.kept.write_text(json.dumps({"07_toy": {"sample": entry}}))
        self.write("")

    def write(self, mark):
        text = TOY.replace("{log}", self.log.as_posix()).replace("{mark}", mark)
        self.lesson.write_text(text, "utf-8")

    def runs(self):
        """Return epochs, width and seed of all runs so far, in any order."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return sorted(tuple(map(int, line.split())) for line in lines)

    def stress(self):
        return json.loads(self.kept.read_text())["07_toy"]["sample"].get("stress")


@pytest.fixture
def course(tmp_path, monkeypatch):
    monkeypatch.setattr(measuring, "LESSONS", tmp_path)
    monkeypatch.setattr(measuring, "KEPT", tmp_path / "expected.json")
    monkeypatch.setattr(stress, "SCRATCH", tmp_path / "build" / "stress")
    return Course(tmp_path)


@pytest.mark.slow
def test_a_lesson_is_recorded_once_its_claims_hold_or_name_their_budget(course, capsys):
    with pytest.raises(stress.typer.Exit):
        stress.stress(["07_toy"])
    said = capsys.readouterr().out
    assert "ours are shorter" in said
    assert f"0 of {STRESS_SEEDS}" in said
    assert "narrow" not in said
    assert course.stress() is None
    done = course.runs()
    assert done == sorted(
        [(12, 8, seed) for seed in range(STRESS_SEEDS)]
        + [(3, width, seed) for width in (4, 16) for seed in range(STRESS_SEEDS)]
    )

    course.write(', budget="shorter"')  # a mark is not a reason to run again
    stress.stress(["07_toy"], record=False)
    assert course.stress() is None
    stress.stress(["07_toy"])
    assert "Every claim holds where it must." in capsys.readouterr().out
    assert course.runs() == done
    all_three = STRESS_SEEDS
    assert course.stress()[LONGER] == {
        "any training is short": all_three,
        "ours are shorter": 0,
        "nets are narrow": all_three,
    }
    assert course.stress()[WIDTHS[1]]["nets are narrow"] == all_three


@pytest.mark.slow
def test_what_was_stopped_goes_on_and_changed_code_is_run_again(course):
    job = stress.Job("07_toy", LONGER, 0)
    first = stress.run(job)
    assert stress.run(job) == first
    assert course.runs() == [(12, 8, 0)]
    course.lesson.write_text(course.lesson.read_text() + "\n'code'\n")
    stress.run(job)
    assert course.runs() == [(12, 8, 0)] * 2


def test_a_lesson_that_breaks_is_named_and_nothing_is_kept(course, capsys):
    course.lesson.write_text("raise KeyError('spam')\n", "utf-8")
    with pytest.raises(stress.typer.Exit):
        stress.stress(["07_toy"])
    said = " ".join(capsys.readouterr().out.split())  # lines are broken for the screen
    assert "4 times longer: 07_toy with seed" in said
    assert "spam" in said
    assert course.stress() is None
    assert not (course.lesson.parent / "build").exists()
