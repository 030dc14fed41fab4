"""What a learner sees of a check in IPython and in a notebook."""

import sys

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from torch import nn
from traitlets.config import Config

from aelesson import checks
from aelesson.checks import CheckFailed
from aelesson.checks.engine.failures import STUB_MESSAGE
from aelesson.course import sheets


@pytest.fixture
def run_cell(tmp_path, monkeypatch, capsys):
    """Return a function that runs a cell as IPython does and returns what is shown."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    # A shell takes the place of these two: have them put back afterwards.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    shell = InteractiveShell(
        config=Config(HistoryManager={"enabled": False}), colors="nocolor"
    )
    shell.run_cell("from aelesson import checks")

    def run(source):
        result = shell.run_cell(source)
        return result, capsys.readouterr().out

    return run


def test_ipython_shows_the_diagnosis_and_no_traceback(run_cell):
    result, shown = run_cell("checks.start_here.double(lambda x: x * x)")
    assert isinstance(result.error_in_exec, CheckFailed)
    lines = shown.splitlines()
    assert lines[0] == ("✗ double: you returned the square, x * x. Twice x is 2 * x.")
    assert len(lines) <= 3
    assert "Traceback" not in shown


def test_a_long_diagnosis_is_wrapped_between_words():
    lines = CheckFailed("word " * 60 + "\n`x = a`")._render_traceback_()

    assert all(len(line) <= 88 for line in lines)
    assert lines[-1] == "`x = a`"
    assert " ".join(lines[:-1]) == "✗ " + " ".join(["word"] * 60)


STUB = 'raise NotImplementedError("Replace this line with your code.")'
NOT_BEGUN = (
    "· double: not begun. Replace the `raise` line in the cell above, run that cell, "
    "then this one."
)


def test_ipython_shows_one_line_for_a_stub(run_cell):
    result, shown = run_cell(
        f"def double(x):\n    {STUB}\nchecks.start_here.double(double)"
    )
    assert shown == NOT_BEGUN + "\n"
    assert type(result.error_in_exec) is NotImplementedError
    assert str(result.error_in_exec) == STUB_MESSAGE


def test_ipython_still_shows_a_stub_that_is_called_outside_of_a_check(run_cell):
    _, shown = run_cell(f"def double(x):\n    {STUB}\ndouble(2)")
    assert "----> 2     raise NotImplementedError" in shown


def test_an_answer_that_needs_a_stub_is_not_told_to_be_one(run_cell):
    _, shown = run_cell(
        f"def half(x):\n    {STUB}\n"
        "def double(x):\n    return 4 * half(x)\n"
        "checks.start_here.double(double)"
    )
    assert shown == "· double: it needs half, which is not begun yet.\n"


def test_an_error_of_pytorch_of_the_same_type_is_diagnosed():
    with pytest.raises(CheckFailed, match='missing the required "forward"'):
        checks.start_here.double(lambda x: nn.ModuleList()(x))


def test_the_line_of_a_stub_is_the_one_that_progress_knows():
    assert STUB_MESSAGE == sheets.STUB_MESSAGE


def test_ipython_quotes_the_line_of_a_cell_that_raised(run_cell):
    _, shown = run_cell(
        "def double(x):\n    y = 2\n    return y * z\nchecks.start_here.double(double)"
    )
    assert "double: your function raised NameError: name 'z' is not defined" in shown
    assert "in line 3: `return y * z`" in shown


def run_notebook(source):
    """Run one cell as the build does; return the one output that it leaves."""
    source = f"from aelesson import checks\n{source}"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    with pytest.raises(CellExecutionError) as error:
        NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    (output,) = notebook.cells[0].outputs
    return output, str(error.value)


@pytest.mark.slow
def test_a_notebook_keeps_only_the_diagnosis_as_output():
    output, error = run_notebook("checks.start_here.double(lambda x: x + 2)")
    assert "double: you added 2" in error
    assert output.ename == "CheckFailed"
    assert len(output.traceback) <= 3
    assert output.traceback[0] == "✗ double: you added 2. Twice x is 2 * x."


@pytest.mark.slow
def test_a_notebook_keeps_only_one_line_of_a_stub():
    output, _ = run_notebook(
        f"def double(x):\n    {STUB}\nchecks.start_here.double(double)"
    )
    assert (output.ename, output.evalue) == ("NotImplementedError", STUB_MESSAGE)
    assert output.traceback == [NOT_BEGUN]
