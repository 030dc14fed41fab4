"""The checks of lesson 09: free bits, a mixture as prior, discrete codes, a bound."""

from aelesson.checks.engine.collect import exercises

globals().update(exercises(__name__, __path__))
