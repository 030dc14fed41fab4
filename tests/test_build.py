"""The build: one way, the same bytes each time, and clear about what is wrong."""

import json
import os
import sys

import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from tiny_course import HERE, LESSON, SHEET, edit, run, save_as_a_learner

from tools.build import build_job
from tools.execute import OwnKernelManager, plain_environment
from tools.outputs import WIDGET_VIEW
from tools.source import BuildError, from_bytes
from tools.state import find_jobs

pytest_plugins = ["tiny_fixtures"]


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
        result = run("build", built, "--force")
        assert result.exit_code == 0
        assert "built    sources/lessons/01_tiny.py -> notebooks" in result.output
        for path, content in built_once.items():
            assert (built / path).read_bytes() == content

    def test_a_stub_alone_is_mended_without_a_run(self, built):
        stub = built / "exercises/01_tiny.ipynb"
        good = stub.read_bytes()
        stub.write_bytes(good.replace(b'"points": 2', b'"points": 3'))
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
        result = run("build", built)
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

    @pytest.mark.parametrize("options", [[], ["--force"]])
    def test_answers_in_exercises_are_not_overwritten(self, built, options):
        stub, solution = (
            built / folder / "01_tiny.ipynb" for folder in ("exercises", "solutions")
        )
        save_as_a_learner(stub)
        answers, old = stub.read_bytes(), solution.read_bytes()
        path = built / "sources/exercises/01_tiny.py"
        path.write_text(SHEET.replace("answer", "result"))
        result = run("build", built, *options)
        assert result.exit_code == 1
        for said in (
            "exercises/01_tiny.ipynb is not as the build made it",
            "move it to workbook/",
            "git restore exercises/01_tiny.ipynb",
        ):
            assert said in result.output
        assert (stub.read_bytes(), solution.read_bytes()) == (answers, old)

    @pytest.mark.parametrize("content", [b'{"cells": [', b"{}"])
    def test_a_sheet_that_cannot_be_read_is_not_overwritten(self, built, content):
        stub = built / "exercises/01_tiny.ipynb"
        stub.write_bytes(content)
        with pytest.raises(BuildError, match=r"git restore exercises/01_tiny"):
            build_job(find_jobs(built)[1])
        assert stub.read_bytes() == content

    def test_a_sheet_that_was_only_run_is_made_as_it_was(self, built):
        stub = built / "exercises/01_tiny.ipynb"
        good = stub.read_bytes()
        edit(stub, lambda notebook: notebook["cells"][1].update(execution_count=7))
        assert stub.read_bytes() != good
        assert build_job(find_jobs(built)[1]) == [stub]
        assert stub.read_bytes() == good

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


def test_the_environment_of_a_build_is_complete(monkeypatch):
    monkeypatch.setenv("AELESSON_DATA_DIR", "elsewhere")
    monkeypatch.setenv("AELESSON_DEVICE", "mps")
    monkeypatch.setenv("MATPLOTLIBRC", "my_style")
    env = plain_environment("profile")
    assert env["AELESSON_DEVICE"] == "cpu"
    assert env["OMP_NUM_THREADS"] == "1"
    assert env["PYTHONHASHSEED"] == "0"
    assert env["PATH"] == os.environ["PATH"]
    assert not {"AELESSON_DATA_DIR", "MATPLOTLIBRC"} & set(env)
