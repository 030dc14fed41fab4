"""The tiny course, as text and built: `pytest_plugins = ["tiny_fixtures"]`."""

import pytest
from tiny_course import run, write_texts


@pytest.fixture
def course(tmp_path):
    write_texts(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def built_once(tmp_path_factory):
    """A lesson and a sheet, built by the command, as a map from path to bytes."""
    root = tmp_path_factory.mktemp("course")
    write_texts(root)
    result = run("build", root)
    assert result.exit_code == 0, result.output
    files = sorted(root.glob("*/*.ipynb"))
    return {path.relative_to(root): path.read_bytes() for path in files}


@pytest.fixture
def built(course, built_once):
    for path, content in built_once.items():
        (course / path).parent.mkdir(exist_ok=True)
        (course / path).write_bytes(content)
    return course
