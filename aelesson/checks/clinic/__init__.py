"""The checks of lesson 13: patients, judged by how they behave when mended."""

from aelesson.checks.clinic.collection import collection as collection
from aelesson.checks.clinic.diagnose import diagnose as diagnose
from aelesson.checks.engine.collect import exercises

globals().update(exercises(__name__, __path__))
