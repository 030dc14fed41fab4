"""The toy check of lesson 00: a learner sees it fail, and then pass."""

from aelesson.checks.engine.collect import exercises

globals().update(exercises(__name__, __path__))
