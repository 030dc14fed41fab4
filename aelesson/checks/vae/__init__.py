"""The checks of lesson 08: draw codes, price them, bound a likelihood, find a beta."""

from aelesson.checks.engine.collect import exercises

globals().update(exercises(__name__, __path__))
