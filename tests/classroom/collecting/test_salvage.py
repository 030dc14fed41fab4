"""What students hand in is read, or refused in words; never another error."""

import json
from pathlib import Path

import nbformat
import pytest
from nbformat.validator import isvalid

from aelesson.classroom.salvage import Unreadable, read_notebook
from aelesson.course.sheets import STUB_MESSAGE
from aelesson.course.workbook import CourseError, cell_source

ROOT = Path(__file__).parents[3]
SHEET = (ROOT / "solutions/01_basics.ipynb").read_bytes()
TEXT = SHEET.decode()
NOTEBOOK = json.loads(SHEET)
SOURCES = [cell_source(cell) for cell in NOTEBOOK["cells"]]
SCRIPT = (ROOT / "sources/exercises/01_basics.py").read_text("utf-8")


def sources(salvaged):
    return [cell_source(cell) for cell in salvaged.notebook["cells"]]


def changed(change):
    notebook = json.loads(SHEET)
    change(notebook)
    return json.dumps(notebook).encode()


def without_metadata(notebook):
    for cell in notebook["cells"]:
        del cell["metadata"]
    del notebook["metadata"]


def without_ids(notebook):
    for cell in notebook["cells"]:
        del cell["id"]


def with_equal_ids(notebook):
    for cell in notebook["cells"]:
        cell["id"] = "same"


def with_bad_fields(notebook):
    notebook["metadata"]["kernelspec"] = "python"
    notebook["nbformat_minor"] = "five"
    first, second = [c for c in notebook["cells"] if c["cell_type"] == "code"][:2]
    first["outputs"], first["execution_count"] = [{"output_type": "?"}, 3], "In [1]"
    second["metadata"] = {"tags": "no list", "nbgrader": {"grade_id": "kept"}}


def half_a_character(notebook):
    notebook["cells"][1]["source"] += ["# \ud83d"]


def old(version):
    return nbformat.writes(nbformat.reads(TEXT, 4), version=version).encode()


@pytest.mark.parametrize(
    "change",
    [
        lambda notebook: None,
        lambda notebook: notebook["metadata"].pop("kernelspec"),
        lambda notebook: notebook["metadata"].update(
            kernelspec={"name": "conda-env-ml-py", "display_name": "ML"}
        ),
        lambda notebook: without_ids(notebook) or notebook.update(nbformat_minor=2),
    ],
    ids=["as it came", "no kernel", "another kernel", "minor 2"],
)
def test_a_valid_notebook_has_no_remark_and_is_not_changed(change):
    data = changed(change)
    salvaged = read_notebook(data)
    assert salvaged.remarks == ()
    assert salvaged.notebook == json.loads(data)


WHOLE = {
    "format 3": (old(3), "format 3"),
    "no metadata": (changed(without_metadata), "nbformat asks for"),
    "no ids": (changed(without_ids), "nbformat asks for"),
    "equal ids": (changed(with_equal_ids), "nbformat asks for"),
    "bad fields": (changed(with_bad_fields), "nbformat asks for"),
    "no minor": (changed(lambda n: n.pop("nbformat_minor")), "nbformat asks for"),
    "no format": (changed(lambda n: n.pop("nbformat")), "nbformat asks for"),
    "only cells": (json.dumps(NOTEBOOK["cells"]).encode(), "nbformat asks for"),
    "byte order mark": (b"\xef\xbb\xbf" + SHEET, "byte order mark"),
    "UTF-16": (TEXT.encode("utf-16"), "UTF-16"),
    "UTF-16 without mark": (TEXT.encode("utf-16-le"), "UTF-16"),
    "big-endian": (TEXT.encode("utf-16-be"), "UTF-16"),
    "zero bytes": (SHEET + b"\0" * 4096, "zero bytes"),
    "twice": (SHEET + SHEET, "two notebooks"),
    "an older, longer file below": (SHEET + SHEET[-500:], "follows"),
    "comma after the cells": (
        TEXT.replace('  }\n ],\n "metadata"', '  },\n ],\n "metadata"').encode(),
        "a comma too many",
    ),
    "comma in a list of lines": (
        TEXT.replace('"import math\\n",', '"import math\\n",', 1)
        .replace('checks"\n   ]', 'checks",\n   ]', 1)
        .encode(),
        "a comma too many",
    ),
}


@pytest.mark.parametrize(("data", "remark"), WHOLE.values(), ids=WHOLE)
def test_all_cells_are_kept(data, remark):
    salvaged = read_notebook(data)
    assert isvalid(salvaged.notebook)
    assert sources(salvaged) == SOURCES
    assert len(salvaged.remarks) == 1
    assert remark in salvaged.remarks[0]
    again = read_notebook(data)
    assert again == salvaged  # no id is drawn at random


def test_marks_of_nbgrader_are_kept_where_other_metadata_are_not_valid():
    salvaged = read_notebook(changed(with_bad_fields))
    marks = [
        cell["metadata"].get("nbgrader", {}) for cell in salvaged.notebook["cells"]
    ]
    assert {"grade_id": "kept"} in marks
    assert marks[-2] == NOTEBOOK["cells"][-2]["metadata"].get("nbgrader", {})


def test_half_a_character_is_replaced():
    salvaged = read_notebook(changed(half_a_character))
    assert sources(salvaged)[1].endswith("# ?")
    json.dumps(salvaged.notebook, ensure_ascii=False).encode()
    assert salvaged.remarks


def test_latin_1_is_read():
    data = json.dumps(NOTEBOOK | {"metadata": {"author": "Müller"}}, ensure_ascii=False)
    plain = data.encode("ascii", "ignore").decode().replace("Mller", "Müller")
    salvaged = read_notebook(plain.encode("latin-1"))
    assert salvaged.notebook["metadata"] == {"author": "Müller"}
    assert salvaged.remarks == ("was in Latin-1, not in UTF-8",)


def conflict(text, upper, lower, base=None):
    """Leave both sides of a merge in place of the answer of `count_parameters`."""
    lines = text.splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if "BEGIN SOLUTION" in line)
    middle = [] if base is None else ["||||||| 1a2b3c4\n", base]
    sides = ["<<<<<<< HEAD\n", upper, *middle, "=======\n", lower, ">>>>>>> other\n"]
    return "".join([*lines[:at], *sides, *lines[at + 1 :]])


STUB = json.dumps(f'    raise NotImplementedError("{STUB_MESSAGE}")\n') + ",\n"
MINE, OTHER = '"    mine = 1\\n",\n', '"    other = 1\\n",\n'


@pytest.mark.parametrize(
    ("upper", "lower", "base", "kept", "side"),
    [
        (MINE, OTHER, None, "mine", "upper"),
        (MINE, STUB, None, "mine", "upper"),
        (STUB, MINE, None, "mine", "lower"),
        (STUB, MINE, OTHER, "mine", "lower"),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_of_a_merge_the_side_with_more_answers_is_read(
    upper, lower, base, kept, side, end
):
    text = conflict(TEXT, upper, lower, base).replace("\n", end)
    salvaged = read_notebook(text.encode())
    assert len(sources(salvaged)) == len(SOURCES)
    assert f"{kept} = 1" in "".join(sources(salvaged))
    assert f"the {side} one" in salvaged.remarks[0]


def test_of_a_merge_that_spoils_a_cell_the_others_are_read():
    text = conflict(TEXT, '"no end of text\n', '"nor here\n')
    salvaged = read_notebook(text.encode())
    assert [s for s in SOURCES if "def count_parameters" not in s] == sources(salvaged)
    assert f"{len(SOURCES) - 1} whole cells could be read" in salvaged.remarks[0]


def test_what_is_cut_keeps_its_whole_cells():
    salvaged = read_notebook(SHEET[: len(SHEET) // 2])
    kept = sources(salvaged)
    assert 5 < len(kept) < len(SOURCES)
    assert kept == SOURCES[: len(kept)]
    told = f"not whole: {len(kept)} whole cells could be read, the rest is lost"
    assert salvaged.remarks == (told,)


def test_what_is_cut_behind_its_cells_keeps_its_metadata():
    salvaged = read_notebook(SHEET.rstrip()[:-1])
    assert sources(salvaged) == SOURCES
    assert salvaged.notebook["metadata"] == NOTEBOOK["metadata"]


def test_format_3_that_is_cut_keeps_its_whole_cells():
    data = old(3)
    kept = sources(read_notebook(data[: len(data) // 2]))
    assert 5 < len(kept) < len(SOURCES)
    assert kept == SOURCES[: len(kept)]


def test_what_is_cut_in_a_character_needs_no_other_remark():
    text = json.dumps(NOTEBOOK, ensure_ascii=False).replace("# Exercises", "# Übungen")
    data = text.replace("Five warm-ups", "Fünf Übungen").encode()
    end = data.index(b"def count_parameters")
    salvaged = read_notebook(data[:end] + "ü".encode()[:1])
    assert "Übungen" in sources(salvaged)[0]
    assert len(salvaged.remarks) == 1


@pytest.mark.parametrize("first", ["cells", "metadata", "nbformat"])
def test_words_before_a_notebook_do_no_harm(first):
    data = json.dumps({first: NOTEBOOK[first]} | NOTEBOOK).encode()
    assert sources(read_notebook(b"Here is my file: " + data)) == SOURCES


def test_the_metadata_of_a_cell_are_not_the_notebooks():
    cell = {"cell_type": "code", "outputs": [], "metadata": {"a": 1}, "source": "x"}
    text = json.dumps({"cells": [cell], "metadata": {"b": 2}, "nbformat": 4})
    assert read_notebook(text[:-1].encode()).notebook["metadata"] == {"b": 2}


def test_line_breaks_and_tabs_inside_a_text_are_read():
    salvaged = read_notebook(
        TEXT.replace("import math\\n", "import\tmath\n", 1).encode()
    )
    assert "import\tmath\n" in sources(salvaged)[1]
    assert salvaged.remarks == ("bad JSON that could be read: a line break in a text",)


def code_of(salvaged):
    cells = salvaged.notebook["cells"]
    return [cell_source(cell) for cell in cells if cell["cell_type"] == "code"]


def test_a_script_with_marks_is_read_cell_by_cell():
    salvaged = read_notebook(SCRIPT.encode(), "01_basics.py")
    assert isvalid(salvaged.notebook)
    assert len(code_of(salvaged)) == SCRIPT.count("# %%") - SCRIPT.count("[markdown]")
    assert salvaged.remarks == ("a Python file, not a notebook",)


def test_a_script_that_jupyter_exported_is_read_cell_by_cell():
    head = "#!/usr/bin/env python\n# coding: utf-8\n\n# In[1]:\n\n\nx = 1\n\n\n"
    code = f"{head}# In[ ]:\n\n\ndef f():\n    return x\n"
    salvaged = read_notebook(code.encode(), "a.py")
    assert [code.strip() for code in code_of(salvaged)[-2:]] == [
        "x = 1",
        "def f():\n    return x",
    ]


@pytest.mark.parametrize("name", ["answers.py", "01_basics.ipynb"])
def test_a_plain_script_is_one_cell(name):
    text = "import torch\n\n\ndef f(x):\n    return x\n"
    salvaged = read_notebook(text.encode(), name)
    assert code_of(salvaged) == [text]
    assert "one cell" in salvaged.remarks[0]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "empty"),
        (b"\0" * 100, "100 bytes hold nothing"),
        (b" \n", "hold nothing"),
        (b"<!DOCTYPE html>\n<html><body>{}</body></html>", "HTML"),
        (b"\xef\xbb\xbf  <html lang='en'>", "HTML"),
        (b"PK\3\4rest", "zip"),
        (b"%PDF-1.7", "PDF"),
        (b"{}", "no cells"),
        (b'{"cells": []}', "no cells"),
        (b'{"cells": 3, "nbformat": 4}', "no cells"),
        (b'{"cells": [3, {"cell_type": "code"}]}', "without a cell"),
        (b'{"worksheets": [1, {"cells": 2}]}', "without a cell"),
        (b"[1, 2]", "without a cell"),
        (b"3", "no cells"),
        (b"My answers are in the other file.", "no whole cell"),
        (b'{"cells": [{"cell_type": "code", "source": "x', "no whole cell"),
        (b"[" * 100_000, "no whole cell"),
        (b'{"cells": ' * 100_000, "no whole cell"),
        (b'{"cells": [' + b'{"id":' * 900 + b"1" + b"}" * 900 + b"]}", "cell"),
    ],
)
def test_what_is_no_notebook_is_refused_in_words(data, told):
    with pytest.raises(Unreadable, match=told) as caught:
        read_notebook(data, "01_basics.ipynb")
    assert isinstance(caught.value, CourseError)
