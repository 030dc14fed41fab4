"""A class has images, seeds and scores of its own, and cheats get no points there."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from aelesson import checks, data
from aelesson.checks import CheckFailed, judge
from aelesson.checks.engine import scored, source
from aelesson.checks.engine.scored import measured
from aelesson.classroom import private
from tests.checks.your_data.anomaly_on_table import better

MNIST = data.images.choose_folder(None)
TASKS = {task.name: task for _, task in checks.open_tasks()}
LACKING, LOAD = private._lacking, data.load
QUICK = "rank_sixteen", "lowest_bound"


@pytest.fixture(autouse=True)
def the_courses_own():
    yield
    judge.use(None)


@pytest.fixture(scope="module")
def patched():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


@pytest.fixture(scope="module")
def mnist(patched):
    """Stand in for MNIST's test set: the sample's digits, and the judge's own."""
    sample, own = data.load("mnist-5k"), judge.digits()
    images = torch.cat([own.images, sample.train.images])
    labels = torch.cat([own.labels, sample.train.labels])
    test = SimpleNamespace(images=images, labels=labels)
    patched.setattr(
        private.data,
        "load",
        lambda name, *more: LOAD(name) if name[5:] else SimpleNamespace(test=test),
    )
    patched.setattr(private, "_lacking", lambda _: "")
    return "a folder"


@pytest.fixture(scope="module")
def quick(patched):
    some = [pair for pair in checks.open_tasks() if pair[1].name in QUICK]
    patched.setattr(private.checks, "open_tasks", lambda: iter(some))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory, mnist, quick):
    """A class's folder; what was not measured has the course's scores."""
    folder = tmp_path_factory.mktemp("class")
    private.draw_private(folder, 1, mnist)
    path = folder / "scores.json"
    own = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**measured(), **own}), "utf-8")
    return folder


@pytest.fixture
def folder(drawn, tmp_path):
    return shutil.copytree(drawn, tmp_path / "class")


def bytes_of(images):
    return {each.numpy().tobytes() for each in images}


@pytest.mark.slow
def test_a_class_has_digits_that_the_course_has_not(folder):
    theirs = bytes_of(judge.digits().images) | bytes_of(judge.control().images)
    judge.use(folder)
    ours = [judge.digits(), judge.control()]
    assert [len(each.images) for each in ours] == [1000, 500]
    assert ours[0].labels.bincount().tolist() == [100] * 10
    for each in ours:
        assert not bytes_of(each.images) & theirs
    train = data.load("mnist-5k").train
    known = {
        x.numpy().tobytes(): int(y)
        for x, y in zip(train.images, train.labels, strict=True)
    }
    for x, y in zip(ours[0].images, ours[0].labels, strict=True):
        assert known[x.numpy().tobytes()] == y


@pytest.mark.slow
def test_what_a_seed_draws_is_always_the_same(tmp_path, mnist, quick):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        private.draw_private(tmp_path / name, seed, mnist)
    a, b, c = ((tmp_path / n / "judge.png").read_bytes() for n in "abc")
    assert a == b != c


def test_all_other_draws_come_from_the_seed_as_well(folder):
    before = [judge.seed(0), judge.seed(31)]
    assert before == [0, 31]
    judge.use(folder)
    ours = [judge.seed(0), judge.seed(31), judge.unknown(0), judge.unknown(1)]
    assert len({*before, *ours}) == 6
    for task in TASKS.values():
        judge.use(None)
        course = task.given()
        judge.use(folder)
        assert (task.given() != course) == (task.name in GIVEN)
        assert task.given() == task.given()


GIVEN = "hidden_features", "anomaly_on_table"


def test_baselines_are_measured_and_the_rest_on_demand(folder):
    scores = json.loads((folder / "scores.json").read_text("utf-8"))
    assert scores["lowest_bound"].keys() == {"the mean image"}
    assert scores["lowest_bound"] != measured()["lowest_bound"]
    assert not (folder / "unfinished").exists()
    with pytest.raises(FileExistsError, match="would change its scores"):
        private.draw_private(folder, 2, None)


@pytest.mark.slow
def test_references_are_measured_on_demand_and_what_is_there_is_kept(
    folder, monkeypatch
):
    path = folder / "scores.json"
    kept = json.loads(path.read_text("utf-8"))
    kept["lowest_bound"] = {"the mean image": 1.0}
    path.write_text(json.dumps(kept), "utf-8")
    task = TASKS["lowest_bound"]
    monkeypatch.setattr(private.checks, "open_tasks", lambda: iter([("vae", task)]))
    private.measure_references(folder)
    found = json.loads(path.read_text("utf-8"))["lowest_bound"]
    assert found["the mean image"] == 1.0
    assert 100 < found["the lesson's VAE"] < 130


@pytest.mark.slow
def test_what_was_stopped_is_drawn_anew(tmp_path, mnist, quick, monkeypatch):
    def stopped(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(private, "_measure", stopped)
        with pytest.raises(KeyboardInterrupt):
            private.draw_private(tmp_path, 1, mnist)
    with pytest.raises(FileNotFoundError, match=r"has no judge\.png and no scores"):
        judge.use(tmp_path)
    private.draw_private(tmp_path, 1, mnist)
    judge.use(tmp_path)


def test_without_mnist_it_says_so_and_takes_the_courses_images(
    tmp_path, quick, monkeypatch
):
    monkeypatch.setattr(private, "_lacking", LACKING)
    with pytest.warns(UserWarning, match=r"not complete in .* which every clone holds"):
        private.draw_private(tmp_path, 1, tmp_path / "nothing")
    picture = (tmp_path / "judge.png").read_bytes()
    assert picture == judge.PICTURE.read_bytes()
    judge.use(tmp_path)
    assert judge.seed(0) != 0


def test_a_seed_is_a_whole_number(tmp_path):
    with pytest.raises(TypeError, match="seed: got 'abc', expected a whole number"):
        private.draw_private(tmp_path, "abc", None)
    assert not any(tmp_path.iterdir())


@pytest.mark.slow
@pytest.mark.skipif(bool(private._lacking(MNIST)), reason="MNIST is not on this disk")
def test_mnist_itself_has_digits_for_a_class(tmp_path, quick, monkeypatch):
    monkeypatch.setattr(private, "_lacking", LACKING)
    monkeypatch.setattr(private.data, "load", LOAD)
    private.draw_private(tmp_path, 7, MNIST)
    theirs = bytes_of(judge.digits().images) | bytes_of(judge.control().images)
    judge.use(tmp_path)
    assert not bytes_of(judge.digits().images) & theirs


SEEN = []


class LookingUp(nn.Module):
    """Keeps images when they are encoded, and finds them by their codes."""

    def posterior(self, x):
        SEEN[:] = [x]
        mean = (torch.arange(len(x)) / len(x) * 5 - 2.5)[:, None].float()
        return mean, torch.full_like(mean, -15)

    def decode(self, z):
        places = ((z[:, 0] + 2.5) / 5 * len(SEEN[0])).round().long()
        return SEEN[0][places.clamp(0, len(SEEN[0]) - 1)]


class FromTheFile(nn.Module):
    """Has the images of the judge's file; the code is the place of the nearest."""

    def __init__(self):
        super().__init__()
        self.images = judge.digits().images.flatten(1)

    def encode(self, x):
        nearest = torch.cdist(x.flatten(1), self.images).argmin(1)
        return nearest[:, None].float().expand(-1, 16)

    def decode(self, z):
        return self.images[z[:, 0].round().long()].view(-1, 1, 28, 28)


def test_what_looks_images_up_gets_no_points(folder):
    task = TASKS["lowest_bound"]
    with pytest.raises(CheckFailed, match="The points are for what beats"):
        task(LookingUp)
    made = task.packed(LookingUp)
    judge.use(folder)
    with pytest.raises(CheckFailed, match="The points are for what beats"):
        task.judged(made)


def test_what_reads_the_judges_file_gets_no_points(folder):
    task = TASKS["sixteen_numbers"]
    with pytest.raises(CheckFailed, match="on the judge's images and"):
        task(FromTheFile)
    made = task.packed(FromTheFile)
    judge.use(folder)
    with pytest.raises(CheckFailed, match="The points are for what beats"):
        task.judged(made)


STUDENT = """
import sys
from pathlib import Path
from aelesson import checks
task = getattr(getattr(checks, sys.argv[1]), sys.argv[2])
{code}
Path(sys.argv[4]).write_bytes(task.packed(answer, Path(sys.argv[3]).read_bytes()))
"""


def from_a_student(tmp_path, lesson, name, code):
    """Pack an answer in another process, where its code runs."""
    given, made = tmp_path / "given", tmp_path / "made"
    given.write_bytes(TASKS[name].given())
    program = STUDENT.format(code=code)
    command = [sys.executable, "-c", program, lesson, name, str(given), str(made)]
    subprocess.run(command, check=True, cwd=Path(__file__).parents[2])
    return made.read_bytes()


RIGHT = """
def answer():
    return task.references["the lesson's linear autoencoder, fed with noise"]()
"""


@pytest.mark.slow
def test_a_right_answer_gets_its_score_from_another_process(tmp_path):
    made = from_a_student(tmp_path, "linear", "rank_sixteen", RIGHT)
    score = TASKS["rank_sixteen"].judged(made)
    known = measured()["rank_sixteen"]
    wanted = known["the lesson's linear autoencoder, fed with noise"]
    assert float(f"{score.value:.4g}") == wanted
    assert score.earned
    assert score.seconds > 0


SPYING = """
import sys
from aelesson.checks.interpretability import known_ways
from importlib import import_module
module = import_module("aelesson.checks.interpretability.hidden_features")

class Rows(known_ways.Linear):
    def encode(self, x):
        return x @ self.inverse
    def decode(self, z):
        return z @ self.rows

def fit(x):
    seeds, frame = [*module.seeds()], sys._getframe()
    while frame:
        seeds += [v for v in frame.f_locals.values() if isinstance(v, int)]
        frame = frame.f_back
    for seed in seeds:
        truth, known, _ = module.drawn(seed % 2**63)
        if known.shape == x.shape and (known == x).all():
            return Rows(0, truth.vectors, truth.vectors.pinverse())
    return known_ways.pca(x)

def answer():
    return fit
"""


@pytest.mark.slow
def test_what_looks_for_the_seeds_gets_no_points(folder, tmp_path):
    judge.use(folder)
    made = from_a_student(tmp_path, "interpretability", "hidden_features", SPYING)
    with pytest.raises(CheckFailed, match="The points are for what beats"):
        TASKS["hidden_features"].judged(made)


def test_what_is_left_to_another_judge_is_only_packed(folder, monkeypatch, capsys):
    task = TASKS["anomaly_on_table"]
    judge.use(folder)
    given = task.given()
    judge.use(None)
    monkeypatch.setattr(scored, "_taken", {})
    scored.take({task.name: given})
    assert task(better) is None
    assert capsys.readouterr().out == f"{task.name}: recorded for the judge\n"
    made = scored.last_packed(task.name)
    judge.use(folder)
    assert task.judged(made).earned


def test_bytes_that_are_no_answer_get_no_points():
    with pytest.raises(CheckFailed, match="it cannot be judged: it cannot be read"):
        TASKS["lowest_bound"].judged(b"full points, please")


@pytest.mark.parametrize("name", TASKS)
def test_parts_of_another_task_get_no_points(name):
    other = TASKS["rank_sixteen"].packed((torch.zeros(784, 784), torch.zeros(784)))
    with pytest.raises(CheckFailed):
        TASKS[name].judged(other)


def test_a_folder_that_is_none_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"has no judge\.png"):
        judge.use(tmp_path)
    assert source.folder() == source.COURSE
