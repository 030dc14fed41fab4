"""What nbgrader must know to grade sheets of this course."""

from traitlets.config import Config

from aelesson.course.sheets import STUB_MESSAGE

STUB = f'raise NotImplementedError("{STUB_MESSAGE}")'
"""The line that stands for an answer."""

SECONDS = 60
"""How long a cell may run."""

SANITIZE = (
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "aelesson.classroom.marking.DropEmptyMarks",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "aelesson.classroom.marking.PutBackCells",
    "nbgrader.preprocessors.CheckCellMetadata",
)
"""nbgrader's own steps, but for two: lost marks and those of copies stop it no more."""

AUTOGRADE = (
    "aelesson.classroom.marking.RunExercises",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
)
"""nbgrader's own steps, but for one: a bad cell costs only its own exercise."""

JUDGE = "judge"
"""The folder of a class with what its open tasks are judged by; see `private`."""

CONFIG = "nbgrader_config.py"
TEMPLATE = '''\
"""Settings of this class for nbgrader; yours go below."""

from aelesson.classroom.settings import settle

c = get_config()  # noqa: F821 - nbgrader hands it in
settle(c)
c.CourseDirectory.course_id = {course_id!r}
'''


def settle(c: Config) -> None:
    """Set what a course of these sheets needs; what follows it may change more.

    Args:
        c: What `get_config()` returns in nbgrader's file of settings.
    """
    # So that released sheets equal those in `exercises/`.
    c.ClearSolutions.code_stub = {"python": STUB}
    c.Execute.timeout = SECONDS
    # A check that a student deleted comes back before grading, and counts.
    c.OverwriteCells.add_missing_cells = True
    c.Autograde.sanitize_preprocessors = list(SANITIZE)
    c.Autograde.autograde_preprocessors = list(AUTOGRADE)
