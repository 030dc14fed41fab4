"""Where several slopes may be wrong at once: a mistake must have all of them alike."""

from aelesson.checks.engine.compare import Note


def slopes_noted(look):
    """Return an observer that also notes all gradients, beside the first wrong one."""

    def observe(answer, case):
        found = []
        for aspect, value in look(answer, case):
            if aspect.startswith("gradient at"):
                found.append(value)
            yield aspect, value
        yield "all slopes", Note(found)

    return observe
