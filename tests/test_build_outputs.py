"""Outputs that another run or another machine would print differently are refused."""

import platform
from pathlib import Path

import pytest
import torch
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tools.outputs import normalise, refuse_bad_outputs
from tools.source import BuildError, Source


def refuse(output, source="show()"):
    cell = new_code_cell(source, outputs=[output])
    notebook = new_notebook(cells=[cell])
    text = Source(Path("01_tiny.py"), notebook, (3,))
    refuse_bad_outputs(text, notebook, Path("/nowhere"))


def printed(text):
    return new_output("stream", name="stdout", text=text)


def shown(**data):
    data = {kind.replace("_", "/"): text for kind, text in data.items()}
    return new_output("display_data", data)


TIMES = {
    "+ one cycle   80 epochs,  7.6 s\n": "7.6 s",
    "took 24 s.": "24 s",
    "3.4s": "3.4s",
    "12 ms": "12 ms",
    "12ms": "12ms",
    "Wall time: 3.41 s": "3.41 s",
    "12.3 µs ± 40 ns per loop": "12.3 µs",
    "0.5 seconds": "0.5 seconds",
    "(2 seconds)": "2 seconds",
    "1.2e-03 s": "1.2e-03 s",
    "3.4 s/epoch": "3.4 s",
    "2.5 minutes": "2.5 minutes",
    "x < 3.4 s, y > 2": "3.4 s",
}


@pytest.mark.parametrize(("text", "time"), TIMES.items())
def test_a_measured_time_is_refused(text, time):
    message = (
        rf"01_tiny.py:3 \(cell 1\): shows '{time}', .*; print a ratio or assert it"
    )
    for output in (printed(text), shown(text_plain=text), shown(text_html=text)):
        with pytest.raises(BuildError, match=message):
            refuse(output)


@pytest.mark.parametrize(
    "text",
    [
        "5 seeds, (5 of 5 seeds), 2 sizes, 3 msgs",
        "24 shapes, 3 steps, 0.5 std, 1.5 sigma",
        "the 0s and 1s of the 1990s",
        "code of 3: 0.0391, expected 0.0358 to 0.0421",
        "units: 10\ns: 3",
        "0.1 s.d., an s-curve, 5 s-curves",
        "layer 2 second pass, 3 minute details",
        "0.10 min, 0.98 max",
        "3.4 times as fast",
        "batch1 s, v2.4 s",
    ],
)
def test_what_only_looks_like_a_time_is_let_pass(text):
    refuse(printed(text))


def test_a_time_that_the_cell_itself_states_was_not_measured():
    refuse(printed("about 20 s\n"), source='print("about 20 s")')
    with pytest.raises(BuildError, match="shows '21 s'"):
        refuse(printed("21 s\n"), source='print("about 20 s")')


def test_a_style_sheet_holds_no_measured_time():
    html = '<style>\na { transition: 0.3s }\n</style><p style="delay: 2.5s">fine</p>'
    refuse(shown(text_html=html))


PYTHON = platform.python_version()
TORCH = torch.__version__.split("+")[0]


@pytest.mark.parametrize("number", [PYTHON, TORCH])
@pytest.mark.parametrize("form", ["Python {}, on cpu", "v{}", "{}.", "{}+cu130", "{}"])
def test_a_version_is_refused(number, form):
    with pytest.raises(BuildError, match=f"shows '{number}', a version"):
        refuse(printed(form.format(number)))


@pytest.mark.parametrize("number", [PYTHON, TORCH])
@pytest.mark.parametrize("form", ["{}9", "1{}", "9.{}", "{}.1"])
def test_a_longer_number_is_no_version(number, form):
    refuse(printed(form.format(number)))


def test_the_first_numbers_of_a_version_are_let_pass():
    refuse(printed(f"Python {PYTHON.rsplit('.', 1)[0]}"))


def test_a_page_made_of_a_notebook_describes_its_figures():
    figure = shown(image_png="aGVsbG8=", text_plain="<Figure>")
    cell = new_code_cell("show()", outputs=[figure], metadata={"alt": "A rising line"})
    notebook = new_notebook(cells=[cell])
    normalise(notebook)
    page, _ = HTMLExporter(template_name="classic").from_notebook_node(notebook)
    assert 'alt="A rising line"' in page
    assert "No description" not in page
