import subprocess
import sys
from importlib import import_module

import pytest

import aelesson


@pytest.mark.parametrize("name", aelesson._HOMES)
def test_every_name_is_handed_on_from_its_module(name):
    module = import_module(f"aelesson.{aelesson._HOMES[name]}")
    assert getattr(aelesson, name) is getattr(module, name)


@pytest.mark.slow
@pytest.mark.parametrize("name", aelesson._ROOMS)
def test_every_module_that_lessons_name_is_handed_on_from_its_room(name):
    # In a process of its own: here the module may have been imported already.
    code = f"from aelesson import {name}; print({name}.__name__)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == f"aelesson.{aelesson._ROOMS[name]}.{name}"


def test_nothing_else_is_handed_on():
    assert set(aelesson.__all__) == {*aelesson._HOMES, *aelesson._ROOMS}


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'train'"):
        _ = aelesson.train


def test_the_command_starts_without_pytorch():
    code = "import sys, aelesson.course.cli; print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
