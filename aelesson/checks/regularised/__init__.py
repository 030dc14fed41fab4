"""The checks of lesson 06: sparse codes, contraction, a decoder of fixed lengths."""

from aelesson.checks.engine.collect import exercises

globals().update(exercises(__name__, __path__))
