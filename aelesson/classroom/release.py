"""Hand out sheets: nbgrader makes them from the solutions."""

from collections.abc import Iterator

from aelesson.classroom.course import Classroom
from aelesson.classroom.reasons import reason
from aelesson.course.workbook import CourseError


def release(classroom: Classroom, sheets: list[str]) -> Iterator[tuple[str, str]]:
    """Make sheets for students, and lay them into the exchange where there is one.

    Args:
        classroom: The class.
        sheets: Names as in `classroom.sheets`.

    Yields:
        Each sheet, and where it lies now.

    Raises:
        CourseError: If nbgrader refuses a sheet; those before it stay released.
    """
    for sheet in sheets:
        result = classroom.api.generate_assignment(sheet, force=True)
        if not result["success"]:
            raise CourseError(f"{sheet} was not released: {reason(result)}")
        places = [str(classroom.place("release", ".", sheet))]
        if exchange(classroom):
            result = classroom.api.release_assignment(sheet)
            if not result["success"]:
                raise CourseError(f"{sheet} is not in the exchange: {reason(result)}")
            places.append("the exchange")
        yield sheet, " and in ".join(places)


def exchange(classroom: Classroom) -> bool:
    """Tell whether the class's settings name an exchange."""
    return "root" in classroom.config.Exchange
