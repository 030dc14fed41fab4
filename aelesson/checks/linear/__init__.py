"""The checks of lesson 03: principal components, and angles between subspaces."""

from aelesson.checks.engine.collect import exercises

globals().update(exercises(__name__, __path__))
