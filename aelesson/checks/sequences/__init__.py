"""The checks of lesson 11: sequences, masks, and codes of what has no fixed length."""

from aelesson.checks.engine.collect import exercises

globals().update(exercises(__name__, __path__))
