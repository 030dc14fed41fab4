"""The checks of lesson 14: bring data of your own, split it honestly, judge it."""

from aelesson.checks.engine.collect import exercises

globals().update(exercises(__name__, __path__))
