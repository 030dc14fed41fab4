"""Whatever is cut, left out or put in: cells that were there, or words why not."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.validator import isvalid

from aelesson.classroom.salvage import Unreadable, read_notebook
from aelesson.course.workbook import cell_source

from .test_salvage import SHEET, SOURCES, sources

# The smallest file with all that matters: cells, outputs, marks, umlauts.
SMALL = json.dumps(
    {
        "cells": [
            {
                "cell_type": "code",
                "execution_count": 1,
                "id": f"c{number}",
                "metadata": {
                    "nbgrader": {"cell_type": "code", "grade_id": f"n{number}"}
                },
                "outputs": [
                    {"name": "stdout", "output_type": "stream", "text": ["{é\n", "]}"]}
                ],
                "source": [f"print('é{number}')\n", '"}, {"'],
            }
            for number in range(4)
        ],
        "metadata": {"kernelspec": {"display_name": "P", "name": "p"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    },
    indent=1,
    ensure_ascii=False,
).encode()
SMALL_CELLS = json.loads(SMALL)["cells"]


def deepest(left, right):
    """Return how deep JSON may be nested here: it depends on the stack so far."""
    for depth in range(1000, 300, -1):
        with contextlib.suppress(RecursionError):
            json.loads(left * depth + "1" + right * depth)
            return depth
    raise AssertionError("json reads nothing that is nested 300 times")


@pytest.mark.parametrize("bracket", [('{"a":', "}"), ("[", "]")])
def test_however_deep_it_is_no_other_error_is_raised(bracket):
    left, right = bracket
    most = deepest(left, right)
    for depth in (300, *range(most - 20, most + 1), 9000):
        deep = left * depth + "1" + right * depth
        cell = f'{{"cell_type": "code", "source": "x", "outputs": [{deep}]}}'
        with contextlib.suppress(Unreadable):
            read_notebook(f'{{"cells": [{cell}], "nbformat": 4}}'.encode())


def check_any(data, whole, originals):
    try:
        salvaged = read_notebook(data)
    except Unreadable:
        return
    assert isvalid(salvaged.notebook)
    assert salvaged.remarks or data.strip() == whole.strip()
    assert all(source in originals for source in sources(salvaged))


@given(end=st.integers(0, len(SHEET)))
def test_any_cut_gives_whole_cells_of_the_sheet(end):
    check_any(SHEET[:end], SHEET, set(SOURCES))


@given(st.data())
def test_any_gap_gives_whole_cells(data):
    start = data.draw(st.integers(0, len(SMALL)))
    stop = data.draw(st.integers(start, len(SMALL)))
    cut = SMALL[:start] + SMALL[stop:]
    try:
        salvaged = read_notebook(cut)
    except Unreadable:
        return
    assert isvalid(salvaged.notebook)
    # A gap can join two cells into one, but no cell away from it is touched.
    texts = [cell_source(cell) for cell in SMALL_CELLS]
    assert sum(source not in texts for source in sources(salvaged)) <= 1


@given(st.binary(max_size=60), st.integers(0, len(SMALL)))
def test_any_bytes_in_the_midst_raise_no_other_error(junk, at):
    for data in (junk, SMALL[:at] + junk + SMALL[at:], SMALL[:at] + junk):
        with contextlib.suppress(Unreadable):
            assert isvalid(read_notebook(data).notebook)
