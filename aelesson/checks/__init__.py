"""Checks that tell a learner right from wrong, and why: one module per lesson.

>>> from aelesson import checks
>>> checks.start_here.double(lambda x: 2 * x)
✓ double: right on 3 tensors
"""

from aelesson.checks import (
    applications,
    basics,
    clinic,
    conv,
    denoising,
    linear,
    losses,
    regularised,
    sequences,
    stacked,
    start_here,
    vae,
)
from aelesson.checks.harness import CheckFailed

__all__ = [
    "CheckFailed",
    "applications",
    "basics",
    "clinic",
    "conv",
    "denoising",
    "linear",
    "losses",
    "regularised",
    "sequences",
    "stacked",
    "start_here",
    "vae",
]
