"""A class on a hub, in a real browser: from release to feedback."""

import json
import os
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
SHEET = "01_basics"
SHOTS = os.environ.get("AELESSON_SHOTS")  # a folder for pictures of what was seen
RIGHT = "return sum(2 * a * b + a + b for a, b in zip(sizes, sizes[1:]))"
WRONG = "return sum(2 * a * b for a, b in zip(sizes, sizes[1:]))"


def shoot(tab, name):
    if SHOTS:
        tab.screenshot(path=Path(SHOTS) / f"{name}.png")


def press(tab, column):
    """Press a button of the formgrader; it must tell of success."""
    tab.click(f"td.{column} a")
    tab.wait_for_selector(".modal.in")
    told = tab.locator(".modal.in").inner_text()
    assert "Success" in told, told
    tab.click(".modal.in .close")
    tab.wait_for_selector(".modal", state="detached")


def assignments(tab):
    """Open nbgrader's list of assignments in JupyterLab."""
    tab.click(".lm-MenuBar-itemLabel:text-is('Nbgrader')")
    tab.click(".lm-Menu-itemLabel:text-is('Assignment List')")


def fetch(tab):
    tab.click("#released_assignments_list button:text-is('Fetch')")
    tab.wait_for_selector("#fetched_assignments_list button:text-is('Submit')")


def submit(tab):
    tab.click("#fetched_assignments_list button:text-is('Submit')")
    tab.wait_for_selector("#submitted_assignments_list .list_item")


def solve(tab, answer):
    """Open the sheet from the list, type an answer, run its check, save."""
    tab.click(f"#fetched_assignments_list a:has-text('{SHEET}')")
    tab.click(f"#fetched_assignments_list .nested_list_item a:text-is('{SHEET}')")
    tab.wait_for_selector(".jp-Notebook")
    tab.wait_for_selector("text=/Python 3.* Idle/")
    tab.set_viewport_size({"width": 1280, "height": 6000})  # else cells come and go
    for start in ("import math", "def count_parameters"):
        cell = tab.locator(".jp-CodeCell", has_text=start).first
        cell.locator(".cm-line").last.click()
        tab.keyboard.press("End")
        if start.startswith("def"):
            tab.keyboard.press("Shift+Home")
            tab.keyboard.type(answer)
        tab.keyboard.press("Shift+Enter")
    tab.keyboard.press("Shift+Enter")  # the check below it
    tab.wait_for_selector(".jp-OutputArea-output:has-text('right')")
    tab.keyboard.press("Control+s")
    tab.set_viewport_size({"width": 1280, "height": 850})


def upload(notebook, answer):
    """Lay the sheet, answered elsewhere, in place of the fetched one."""
    cells = json.loads(notebook.read_text())
    for cell in cells["cells"]:
        if "".join(cell["source"]).startswith("def count_parameters"):
            cell["source"] = f"def count_parameters(sizes):\n    {answer}"
    notebook.write_text(json.dumps(cells))


def feedback(tab, user):
    """Fetch what came back, open it as a student does, return what it shows."""
    tab.click("#refresh_assignments_list")
    tab.click("button:text-is('Fetch Feedback')")
    tab.click("a:has-text('view feedback')")
    tab.wait_for_timeout(2000)
    shoot(tab, f"feedback_{user}")
    tab.dblclick(f".jp-DirListing-item:has-text('{SHEET}.html')")
    shown = tab.frame_locator(".jp-HTMLViewer iframe").locator("body")
    shown.filter(has_text="14.0").wait_for()
    shoot(tab, f"feedback_shown_{user}")
    return re.sub(r"\s*/\s*", "/", shown.inner_text())


def run_in_terminal(tab, hub, command):
    """Type a command into a terminal of the teacher's JupyterLab."""
    tab.goto(f"{hub.url}/user/teacher/lab")
    tab.click(".jp-LauncherCard:has-text('Terminal')")
    tab.locator(".jp-Terminal .xterm-helper-textarea").wait_for()
    tab.wait_for_timeout(1500)
    tab.locator(".jp-Terminal").click()
    out = hub.home("teacher") / "out.txt"
    tab.keyboard.type(f"cd course; {command} | tee ~/part; mv ~/part ~/out.txt\n")
    for _ in range(600):
        if out.exists():
            return out.read_text()
        tab.wait_for_timeout(500)
    pytest.fail(f"{command} did not end")


def test_a_class_from_release_to_feedback(hub, browser):
    assert hub.users == ["teacher", "ada", "ben"]
    teacher = hub.visit(browser, "teacher", "formgrader")
    press(teacher, "assign")
    press(teacher, "release")
    shoot(teacher, "formgrader")

    ada = hub.visit(browser, "ada", "lab")
    assignments(ada)
    fetch(ada)
    shoot(ada, "fetched")
    solve(ada, RIGHT)
    shoot(ada, "solved")
    assignments(ada)
    submit(ada)
    ben = hub.visit(browser, "ben", "lab")
    assignments(ben)
    fetch(ben)
    upload(hub.home("ben") / SHEET / f"{SHEET}.ipynb", WRONG)
    submit(ben)

    teacher.reload()
    press(teacher, "collect")
    told = run_in_terminal(teacher, hub, f"aelesson class grade {SHEET}")
    shoot(teacher, "graded")
    assert "Graded: 2. Not graded: 0. Nothing handed in: 0." in told
    teacher.goto(f"{hub.url}/user/teacher/formgrader")
    press(teacher, "generate-feedback")
    press(teacher, "release-feedback")

    assert "1.0/14.0" in feedback(ada, "ada")
    assignments(ben)
    told = feedback(ben, "ben")
    assert "0.0/14.0" in told
    assert "biases" in told  # what the check says of ben's mistake
