"""What every test shares."""

from hypothesis import settings

# Machines differ in speed, and a failure must be the same for everybody.
settings.register_profile("course", deadline=None, derandomize=True)
settings.load_profile("course")
