"""The commands that the teacher's pages show are there, with their options."""

import re
import shlex
from pathlib import Path

import pytest
from typer.main import get_command

from aelesson.course.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = [*sorted((ROOT / "docs" / "teaching").glob("*.md")), ROOT / "README.md"]
FENCE = re.compile(r"^```(?:bash)?\n(.*?)^```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^(?:[A-Z_]+=\S+ )?aelesson (.+?)(?:\s+#.*)?$", re.MULTILINE)
SHOWN = [
    pytest.param(line, id=f"{page.stem}: {line}")
    for page in PAGES
    for block in FENCE.findall(page.read_text("utf-8"))
    for line in COMMAND.findall(block)
]


@pytest.mark.parametrize("line", SHOWN)
def test_a_command_is_there(line):
    command, words = get_command(app), shlex.split(line)
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    known = {option for each in command.params for option in each.opts}
    assert {word for word in words if word.startswith("-")} <= known


def test_commands_are_found():
    assert len(SHOWN) >= 6
