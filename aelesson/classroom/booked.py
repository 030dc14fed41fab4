"""What nbgrader's gradebook has on one sheet."""

from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)


def about(wanted: Any, kept: type[Comment] | type[Grade], sheet: str) -> Any:  # noqa: ANN401
    """Join what is kept of students' cells with the cell, the student and the sheet.

    Args:
        wanted: A query for columns of any of them.
        kept: Grades or comments: one row for each.
        sheet: Such as `01_basics`; rows of others are left out.
    """
    return (
        wanted.select_from(kept)
        .join(BaseCell, BaseCell.id == kept.cell_id)
        .join(SubmittedNotebook, SubmittedNotebook.id == kept.notebook_id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(Assignment, Assignment.id == Notebook.assignment_id)
        .join(
            SubmittedAssignment,
            SubmittedAssignment.id == SubmittedNotebook.assignment_id,
        )
        .filter(Assignment.name == sheet)
    )
