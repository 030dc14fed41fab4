"""What pages of feedback leave out, and how they set formulas."""

import json
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from aelesson.classroom.pages import FeedbackExporter, Page, Row, markdown, render
from aelesson.classroom.tidy import outputs, safe_html, without_folders

ROOT = Path(__file__).parents[3]
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$([^$\n]+)\$", re.DOTALL)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("/usr/lib/python3/site-packages/torch/nn.py:12: Warning", "nn.py:12: Warning"),
        ('File "/srv/class of 26/x.py", line 1', 'File "x.py", line 1'),
        ("in /tmp/ipykernel_31/99.py, line 2", "in 99.py, line 2"),
        (r"C:\Users\Eve Doe\class\x.py:3", "x.py:3"),
        ("~/class/graded/x.json is gone", "x.json is gone"),
        (f"{Path.home()}", "~"),
        (f"{sys.prefix}/lib/a.py", "a.py"),
        ("see https://pytorch.org/docs/stable/x.html", None),
        ("a / b, a/b/c, (B, C)/2, 1/2, and/or", None),
        ("</td></tr>", None),
        ("shape (4, 2), expected (4,): sum over the latent dimension", None),
    ],
)
def test_no_folder_of_the_machine_is_shown(text, left):
    assert without_folders(text, [Path("/srv/class of 26")]) == (left or text)


def test_safe_html_keeps_what_is_read_and_drops_what_runs():
    bad = (
        '<p onclick="x()">a</p><script>alert(1)</script><img onerror="x"'
        ' src="data:image/png;base64,A"><img src="https://example.org/e.png">'
        '<meta http-equiv="refresh" content="0;url=https://example.org">'
        '<a href="javascript:x()">b</a><a href="../c.ipynb">c</a><style>p{}</style>'
        '<a href="https://example.org/d">d</a><iframe src="https://example.org"></iframe>'
        "<details><summary>Hint</summary>e</details><form action=x></form>"
    )
    safe = safe_html(bad)
    for gone in ("onclick", "<script", "onerror", "<meta", "javascript:", "<style"):
        assert gone not in safe
    for gone in ("<iframe", "<form", "../c.ipynb", "e.png"):
        assert gone not in safe
    for kept in (
        "<details>",
        "<summary>",
        'src="data:',
        'href="https://example.org/d"',
    ):
        assert kept in safe


def test_outputs_show_the_students_own_frames_and_no_more():
    error = {
        "output_type": "error",
        "ename": "ValueError",
        "evalue": "no /srv/class/x.csv",
        "traceback": [
            "\x1b[31m----\x1b[39m",
            "ValueError     Traceback (most recent call last)",
            "\x1b[36mCell In[3]\x1b[39m, line 1\n----> 1 load('x')",
            "\x1b[36mFile \x1b[39m/srv/class/lib/a.py:7, in load(x)\n      6 secret",
            "ValueError: no /srv/class/x.csv",
        ],
    }
    ((told,), _) = outputs([error], [Path("/srv/class")], 10_000)
    (text,) = told["traceback"]
    assert "----> 1 load('x')" in text
    assert text.endswith("ValueError: no x.csv")
    assert "secret" not in text
    assert "/srv" not in text


def test_outputs_are_limited():
    stream = {"output_type": "stream", "name": "stdout", "text": "x" * 10**6}
    ((told,), left) = outputs([stream], [], 50_000)
    assert 20_000 < len(told["text"]) < 21_000
    assert "980,000 characters" in told["text"]
    picture = {"output_type": "display_data", "data": {"image/png": "A" * 60_000}}
    ((told,), after) = outputs([picture], [], left)
    assert "is left out here" in told["text"]
    assert after == left


def test_outputs_that_need_a_script_show_their_text():
    data = {
        "application/javascript": "alert(1)",
        "application/vnd.jupyter.widget-view+json": {"model_id": "x"},
        "text/plain": "<a widget>",
    }
    output = {"output_type": "display_data", "data": data, "metadata": {}}
    cell = {
        "cell_type": "code",
        "id": "one",
        "source": ["1"],
        "outputs": [output],
        "metadata": {},
        "execution_count": 1,
    }
    html = render(FeedbackExporter(), {"cells": [cell]}, Page("t", "s"), [])
    assert "&lt;a widget&gt;" in html
    assert "<script" not in html
    assert "http://" not in html.replace("http://www.w3.org", "")
    assert "https://" not in html


def test_a_check_says_all_that_it_found():
    marks = {"grade": True, "grade_id": "check_f"}
    error = {
        "output_type": "error",
        "ename": "CheckFailed",
        "evalue": "f: twice too large\nfor x = [1.0] it is 2.0",
        "traceback": ["File /srv/class/engine.py:1"],
    }
    cell = {
        "cell_type": "code",
        "id": "one",
        "source": "checks.f(f)",
        "outputs": [error],
        "metadata": {"nbgrader": marks},
        "execution_count": 1,
    }
    page = Page("t", "s", rows=[Row("f", "0 of 1 points", "twice too large", "none")])
    html = render(FeedbackExporter(), {"cells": [cell]}, page, [])
    assert "for x = [1.0] it is 2.0" in html
    assert "engine.py" not in html


def formulas(path):
    for cell in json.loads(path.read_bytes())["cells"]:
        if cell["cell_type"] == "markdown":
            for display, inline in FORMULA.findall("".join(cell["source"])):
                yield f"$${display}$$" if display else f"${inline}$"


ARITY = {"msub": 2, "msup": 2, "msubsup": 3, "mfrac": 2, "munder": 2, "mover": 2}


def test_every_formula_of_every_sheet_is_sound_mathml():
    found = [f for path in (ROOT / "exercises").glob("*.ipynb") for f in formulas(path)]
    assert len(found) > 100
    for formula in found:
        html = markdown(formula)
        assert "$" not in html
        assert "<code>" not in html, formula
        for part in re.findall(r"<math.*?</math>", html, re.DOTALL):
            for node in ElementTree.fromstring(part).iter():
                assert len(node) == ARITY.get(node.tag.rpartition("}")[2], len(node))


def test_formulas_beside_code_and_bad_ones():
    html = markdown("so `a$b$` and $\\log p_{i}$, <b>x</b> <script>y</script>")
    assert "<code>a$b$</code>" in html
    assert '<mi>log</mi><mspace width="0.17em"' in html
    assert "<script" not in html
    assert "<code>" in markdown(r"$\frac{$")
    for bad in ("<script>", "<script>x</script>", "<mi onclick='x'>y</mi>"):
        assert "<code>" in markdown(f"$\\text{{{bad}}}$")
    assert "\ue000" not in markdown("\ue0000\ue001 $x$")
