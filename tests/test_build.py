"""The build: one way, the same bytes each time, and clear about what is wrong."""

import base64
import dataclasses
import json
import os
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from tiny_course import HERE, LESSON, SHEET, write_texts
from typer.testing import CliRunner

from tools import pictures
from tools.build import ROOT, app, build_job
from tools.execute import OwnKernelManager, plain_environment
from tools.outputs import WIDGET_VIEW
from tools.pictures import Picture
from tools.source import BuildError, from_bytes, to_bytes
from tools.state import find_jobs, find_orphans, find_problems

IN_CI = bool(os.environ.get("CI"))  # where nobody has run a lesson by hand


@pytest.fixture
def course(tmp_path):
    write_texts(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def built_once(tmp_path_factory):
    """A lesson and a sheet, built by the command, as a map from path to bytes."""
    root = tmp_path_factory.mktemp("course")
    write_texts(root)
    result = CliRunner().invoke(app, ["build", "--root", str(root)])
    assert result.exit_code == 0, result.output
    files = sorted(root.glob("*/*.ipynb"))
    return {path.relative_to(root): path.read_bytes() for path in files}


@pytest.fixture
def built(course, built_once):
    for path, content in built_once.items():
        (course / path).parent.mkdir(exist_ok=True)
        (course / path).write_bytes(content)
    return course


def problems(root):
    jobs = find_jobs(root)
    found = [finding for job in jobs for finding in find_problems(job)]
    return {item.path: item.problem for item in [*found, *find_orphans(root, jobs)]}


def edit(path, change):
    notebook = json.loads(path.read_bytes())
    change(notebook)
    path.write_bytes(to_bytes(from_bytes(json.dumps(notebook).encode())))


@pytest.mark.slow
class TestRun:
    def test_two_builds_give_the_same_bytes(self, tmp_path):
        text = (
            "# %%\nimport matplotlib.pyplot as plt\nimport torch\n"
            "from tqdm.auto import trange\n\ntorch.manual_seed(0)\n"
            'for _ in trange(3):\n    print("step")\nprint(torch.rand(3))\n'
            '# %% alt="Noise"\nplt.imshow(torch.rand(9, 9))\nplt.show()\n'
        )
        results = []
        for name, end in (("one", "\n"), ("two", "\r\n")):
            folder = tmp_path / name / HERE.parent
            folder.mkdir(parents=True)
            (folder / HERE.name).write_bytes(text.replace("\n", end).encode())
            (job,) = find_jobs(tmp_path / name)
            assert build_job(job) == [job.executed]
            results.append(job.executed.read_bytes())
        assert results[0] == results[1]
        assert b"image/png" in results[0]
        stream = from_bytes(results[0]).cells[0].outputs
        assert [out.text.count("step") for out in stream] == [3], "one joined stream"

    def test_the_second_build_runs_nothing(self, built):
        for job in find_jobs(built):
            assert build_job(job) == []

    def test_force_runs_all_again_and_changes_no_byte(self, built, built_once):
        result = CliRunner().invoke(app, ["build", "--force", "--root", str(built)])
        assert result.exit_code == 0
        assert "built    sources/lessons/01_tiny.py -> notebooks" in result.output
        for path, content in built_once.items():
            assert (built / path).read_bytes() == content

    def test_a_stub_alone_is_mended_without_a_run(self, built):
        stub = built / "exercises/01_tiny.ipynb"
        good = stub.read_bytes()
        stub.write_bytes(good.replace(b"twice", b"thrice"))
        job = find_jobs(built)[1]
        assert build_job(job, timeout=-9) == [stub]
        assert stub.read_bytes() == good

    def test_the_first_error_on_a_stub_sheet_is_the_stubs(self, built):
        stub = from_bytes((built / "exercises/01_tiny.ipynb").read_bytes())
        client = NotebookClient(stub, kernel_manager_class=OwnKernelManager)
        with pytest.raises(CellExecutionError) as caught:
            client.execute()
        assert caught.value.ename == "NotImplementedError"
        assert caught.value.evalue == "Replace this line with your code."

    def test_a_failing_cell_leaves_the_old_notebook_and_the_others_go_on(self, built):
        old = (built / "notebooks/01_tiny.ipynb").read_bytes()
        bad = '# %%\nprint("fine")\n# %%\nraise ValueError("no such digit")\n'
        (built / HERE).write_text(bad)
        (built / HERE).with_name("02_next.py").write_text(LESSON)
        result = CliRunner().invoke(app, ["build", "--root", str(built)])
        assert result.exit_code == 1
        place = "sources/lessons/01_tiny.py:3 (cell 2): ValueError: no such digit"
        assert place in result.output
        assert "Traceback" not in result.output
        assert (built / "notebooks/01_tiny.ipynb").read_bytes() == old
        assert (built / "notebooks/02_next.ipynb").exists()
        assert not list(built.glob("*/*.tmp"))

    def test_a_failing_solution_gives_out_no_stub(self, course):
        path = course / "sources/exercises/01_tiny.py"
        path.write_text(SHEET.replace("2 * x", "3 * x"))
        with pytest.raises(BuildError, match="AssertionError: two times two is four"):
            build_job(find_jobs(course)[1])
        assert not (course / "exercises/01_tiny.ipynb").exists()

    @pytest.mark.parametrize(
        ("code", "message"),
        [
            ("import time; time.sleep(60)", "took longer than 2 s"),
            ("import os; os._exit(1)", "the kernel died"),
            ("import warnings; warnings.warn('old')", "wrote to stderr: .*old"),
            ("object()", "shows 'at 0x.*differs in each run"),
            ("import os; print(os.getcwd() + '/')", "a path of this machine"),
            (
                "from IPython.display import Image\nImage(data=b'\\x89PNG\\r\\n', "
                "format='png')",
                "a figure without a description",
            ),
        ],
    )
    def test_what_must_not_be_committed_is_refused(self, course, code, message):
        (course / HERE).write_text(f"# %%\n{code}\n")
        with pytest.raises(BuildError, match=rf"01_tiny.py:1 \(cell 1\): .*{message}"):
            build_job(find_jobs(course)[0], timeout=2)
        assert not (course / "notebooks/01_tiny.ipynb").exists()

    @pytest.mark.parametrize("bars", ["tqdm", "tqdm.auto"])
    def test_an_output_that_is_compared_holds_no_bar(self, course, bars):
        code = f"from {bars} import trange\nfor _ in trange(2):\n    pass"
        marker = '# %% tags=["nbval-check-output"]'
        (course / HERE).write_text(f"{marker}\n{code}\n")
        with pytest.raises(BuildError, match="its output is compared"):
            build_job(find_jobs(course)[0])

    def test_bars_widgets_and_carriage_returns_leave_no_trace(self, course):
        code = (
            "import sys\nfrom ipywidgets import IntSlider\nfrom tqdm import tqdm\n"
            "from tqdm.auto import tqdm as auto\n"
            'print("before")\nfor _ in auto(range(3), desc="outer"):\n'
            "    for _ in tqdm(range(2), leave=False):\n        pass\n"
            'for _ in tqdm(iter("ab")):\n    pass\n'
            'print("10 %", end="\\r")\nprint("done\\r\\n100 %")\nIntSlider()\n'
        )
        (course / HERE).write_text(f"# %%\n{code}")
        (job, _) = find_jobs(course)
        build_job(job)
        notebook = from_bytes(job.executed.read_bytes())
        assert WIDGET_VIEW not in job.executed.read_text()
        assert "widgets" not in notebook.metadata
        (stream,) = notebook.cells[0].outputs
        assert (stream.name, stream.text) == ("stdout", "before\ndone\n100 %\n")

    def test_the_authors_settings_do_not_reach_the_notebook(self, course, monkeypatch):
        monkeypatch.setenv("AELESSON_SEED", "7")
        monkeypatch.setenv("AELESSON_DATASET", "mnist")
        monkeypatch.setenv("MPLBACKEND", "Agg")
        names = ["AELESSON_SEED", "AELESSON_DATASET", "AELESSON_STRICT", "MPLBACKEND"]
        code = f"import os\nfor name in {names}:\n    print(os.environ.get(name))"
        (course / HERE).write_text(f"# %%\n{code}\n")
        (job, _) = find_jobs(course)
        build_job(job)
        (stream,) = from_bytes(job.executed.read_bytes()).cells[0].outputs
        seed, data, strict, backend = stream.text.split()
        assert (seed, data, strict) == ("None", "None", "1")
        assert "inline" in backend

    def test_a_foreign_kernel_named_python3_is_not_used(
        self, course, monkeypatch, tmp_path
    ):
        spec = tmp_path / "share/kernels/python3"
        spec.mkdir(parents=True)
        foreign = {"argv": ["false"], "display_name": "x", "language": "python"}
        (spec / "kernel.json").write_text(json.dumps(foreign))
        monkeypatch.setenv("JUPYTER_PATH", str(spec.parents[1]))
        monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")
        code = f"import sys\nprint(sys.executable == {sys.executable!r})"
        (course / HERE).write_text(f"# %%\n{code}\n")
        (job, _) = find_jobs(course)
        build_job(job)
        assert (
            from_bytes(job.executed.read_bytes()).cells[0].outputs[0].text == "True\n"
        )


@pytest.mark.slow
class TestCheck:
    def test_what_was_built_is_in_step(self, built):
        assert problems(built) == {}
        result = CliRunner().invoke(app, ["check", "--root", str(built)])
        assert (result.exit_code, "in step: 2 texts" in result.output) == (0, True)

    def test_the_command_names_file_and_remedy_and_exits_1(self, built):
        (built / "notebooks/01_tiny.ipynb").unlink()
        result = CliRunner().invoke(app, ["check", "--root", str(built)])
        assert result.exit_code == 1
        assert "notebooks/01_tiny.ipynb: missing" in result.output
        assert "python -m tools.build build 01_tiny" in result.output

    @pytest.mark.parametrize(
        ("old", "new", "line"),
        [
            ("1 + 1", "1 + 2", 4),
            ("# # One and one", "# # One", 1),
            ('["skip-execution", "widget"]', '["skip-execution"]', 8),
            ("\n# %%\nprint", '\n# %% alt="Nothing"\nprint', 4),
        ],
    )
    def test_an_edit_of_the_lesson_is_noticed(self, built, old, new, line):
        assert old in LESSON
        (built / HERE).write_text(LESSON.replace(old, new))
        found = problems(built)
        assert list(found) == ["notebooks/01_tiny.ipynb"]
        assert f"stale: differs from {HERE}:{line} " in found["notebooks/01_tiny.ipynb"]

    def test_an_edit_of_an_answer_makes_only_the_solution_stale(self, built):
        path = built / "sources/exercises/01_tiny.py"
        path.write_text(SHEET.replace("answer", "result"))
        # The stub's cell id is the hash of its solution, so it changes with it.
        assert set(problems(built)) == {
            "solutions/01_tiny.ipynb",
            "exercises/01_tiny.ipynb",
        }

    def test_a_change_of_points_makes_both_stale(self, built):
        path = built / "sources/exercises/01_tiny.py"
        path.write_text(SHEET.replace("points=2", "points=3"))
        assert len(problems(built)) == 2

    def test_a_cell_too_many_is_noticed(self, built):
        text = LESSON[: LESSON.index("# %% tags")]
        (built / HERE).write_text(text)
        (problem,) = problems(built).values()
        assert "has 3 cells" in problem

    @pytest.mark.parametrize(
        ("change", "problem"),
        [
            (
                lambda n: n["cells"][1].update(execution_count=None),
                "unexecuted: 1",
            ),
            (lambda n: n["cells"][1].update(execution_count=3), "run by hand"),
            (
                lambda n: n["cells"][1]["outputs"].append(
                    {
                        "output_type": "error",
                        "ename": "E",
                        "evalue": "",
                        "traceback": [],
                    }
                ),
                "failed: holds an error output",
            ),
            (
                lambda n: n["metadata"]["language_info"].update(version="3.12"),
                "saved by another program",
            ),
            (lambda n: n["metadata"].update(widgets={}), "saved by another program"),
            (lambda n: n["cells"][1].update(source="2"), "stale: differs"),
            (lambda n: n["cells"][1].update(id="other"), "stale: differs"),
            (lambda n: n["cells"].pop(), "stale: differs"),
        ],
    )
    def test_a_change_of_the_notebook_is_noticed(self, built, change, problem):
        edit(built / "notebooks/01_tiny.ipynb", change)
        assert problem in problems(built)["notebooks/01_tiny.ipynb"]

    @pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", b"{}"])
    def test_a_damaged_notebook_is_noticed(self, built, content):
        (built / "notebooks/01_tiny.ipynb").write_bytes(content)
        assert "damaged" in problems(built)["notebooks/01_tiny.ipynb"]

    def test_one_byte_of_a_stub_is_noticed(self, built):
        stub = built / "exercises/01_tiny.ipynb"
        stub.write_bytes(stub.read_bytes() + b"\n")
        assert "stale" in problems(built)["exercises/01_tiny.ipynb"]

    def test_a_missing_stub_and_orphans_are_noticed(self, built):
        os.replace(built / "exercises/01_tiny.ipynb", built / "exercises/02_old.ipynb")
        found = problems(built)
        assert found["exercises/01_tiny.ipynb"] == "missing"
        assert "sources/exercises/02_old.py" in found["exercises/02_old.ipynb"]

    def test_a_bad_text_is_one_finding_and_hides_no_other(self, built):
        (built / HERE).write_text("no marker\n")
        (built / "solutions/01_tiny.ipynb").unlink()
        found = problems(built)
        assert set(found) == {str(HERE), "solutions/01_tiny.ipynb"}


class TestByHand:
    """A learner runs the lessons and saves them: that must not fail their tests."""

    def save_as_a_learner(self, path):
        def change(notebook):
            notebook["metadata"]["language_info"]["version"] = "3.12.1"
            notebook["cells"][1]["execution_count"] = 7
            notebook["cells"][1]["source"] += "  # my note"
            notebook["cells"].append(nbformat.v4.new_code_cell("1 / 0", id="mine"))

        edit(path, change)

    def check(self, root, *options):
        return CliRunner().invoke(app, ["check", "--root", str(root), *options])

    @pytest.mark.parametrize("folder", ["notebooks", "solutions", "exercises"])
    def test_it_is_shown_and_passes_unless_strict(self, built, folder):
        self.save_as_a_learner(built / folder / "01_tiny.ipynb")
        result = self.check(built)
        assert result.exit_code == 0
        assert f"git restore {folder}/01_tiny.ipynb" in result.output
        assert self.check(built, "--strict").exit_code == 1

    def test_a_change_of_the_text_fails_all_the_same(self, built):
        self.save_as_a_learner(built / "notebooks/01_tiny.ipynb")
        (built / HERE).write_text(LESSON.replace("One and one", "Two and two"))
        result = self.check(built)
        assert result.exit_code == 1
        assert "build 01_tiny" in result.output

    def test_a_damaged_notebook_fails(self, built):
        (built / "notebooks/01_tiny.ipynb").write_text("{")
        assert self.check(built).exit_code == 1

    def test_the_build_makes_it_as_it_was(self, built, built_once):
        stub = Path("exercises/01_tiny.ipynb")
        self.save_as_a_learner(built / stub)
        build_job(find_jobs(built)[1])
        assert (built / stub).read_bytes() == built_once[stub]


class TestPictures:
    PICTURE = Picture("docs/one.png", "01_tiny", "A dot")

    @pytest.fixture
    def root(self, built, monkeypatch):
        monkeypatch.setattr(pictures, "PICTURES", (self.PICTURE,))

        def add_figure(notebook):
            notebook["cells"][1]["metadata"]["alt"] = "A dot, white on black"
            data = {"image/png": base64.b64encode(b"a picture").decode()}
            output = nbformat.v4.new_output("display_data", data)
            notebook["cells"][1]["outputs"].append(output)

        edit(built / "notebooks/01_tiny.ipynb", add_figure)
        return built

    def problems(self, root):
        return [(f.path, f.problem) for f in pictures.find_stale_pictures(root)]

    def test_a_picture_is_the_figure_of_its_lesson(self, root):
        assert self.problems(root) == [("docs/one.png", "missing")]
        pictures.write_pictures(root)
        assert (root / "docs/one.png").read_bytes() == b"a picture"
        assert self.problems(root) == []

    def test_an_old_picture_is_noticed(self, root):
        pictures.write_pictures(root)
        (root / "docs/one.png").write_bytes(b"an older one")
        assert self.problems(root) == [
            ("docs/one.png", "stale: not the figure of 01_tiny")
        ]

    def test_a_figure_that_is_gone_is_named(self, root, monkeypatch):
        pictures.write_pictures(root)
        lost = dataclasses.replace(self.PICTURE, alt="A line")
        monkeypatch.setattr(pictures, "PICTURES", (lost,))
        ((_, problem),) = self.problems(root)
        assert problem == "01_tiny.ipynb has no figure whose alt begins 'A line'"
        with pytest.raises(BuildError, match="no figure whose alt begins"):
            pictures.write_pictures(root)


def test_the_environment_of_a_build_is_complete(monkeypatch):
    monkeypatch.setenv("AELESSON_DATA_DIR", "elsewhere")
    env = plain_environment("profile")
    assert env["OMP_NUM_THREADS"] == "1"
    assert env["PYTHONHASHSEED"] == "0"
    assert env["PATH"] == os.environ["PATH"]
    assert "AELESSON_DATA_DIR" not in env


@pytest.mark.parametrize("job", find_jobs(ROOT), ids=lambda job: job.label)
def test_the_real_notebooks_are_in_step(job):
    findings = [f for f in find_problems(job) if IN_CI or not f.by_hand]
    assert not findings, "\n".join(f"{f.path}: {f.problem}" for f in findings)


def test_the_real_pictures_are_in_step():
    if not IN_CI and any(f.by_hand for j in find_jobs(ROOT) for f in find_problems(j)):
        pytest.skip("a lesson was run by hand since it was built")
    assert not pictures.find_stale_pictures(ROOT)


def test_the_real_course_has_no_orphans():
    assert not [finding.path for finding in find_orphans(ROOT, find_jobs(ROOT))]
