"""What every test shares."""

from collections.abc import Iterator

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from hypothesis import settings

# Machines differ in speed, and a failure must be the same for everybody.
settings.register_profile("course", deadline=None, derandomize=True)
settings.load_profile("course")
mpl.use("agg")  # no test opens a window


@pytest.fixture(autouse=True)
def matplotlib_as_it_was() -> Iterator[None]:
    """Undo what a test sets, so that no test depends on those before it."""
    with mpl.rc_context():
        yield
    plt.close("all")
