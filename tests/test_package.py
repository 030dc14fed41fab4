import subprocess
import sys
from importlib import import_module

import pytest

import aelesson


@pytest.mark.parametrize("name", aelesson.__all__)
def test_every_name_is_handed_on_from_its_module(name):
    module = import_module(f"aelesson.{aelesson._HOMES[name]}")
    assert getattr(aelesson, name) is getattr(module, name)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'train'"):
        _ = aelesson.train


def test_the_command_starts_without_pytorch():
    code = "import sys, aelesson.cli; print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
