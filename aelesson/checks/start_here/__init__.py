"""The toy check of lesson 00: a learner sees it fail, and then pass."""

from aelesson.checks.start_here.double import check as double

__all__ = ["double"]
